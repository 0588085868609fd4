"""What an OpenStreetMap file says of homes and facilities, as lists like those of an office."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pandas as pd
import shapely

from doorstep.city.grids import UnreadableError
from doorstep.city.importing.convert import Reader
from doorstep.city.importing.lists import Listed
from doorstep.city.importing.quantity import quantity_of

__all__ = ["osm_lists"]

_HOMES = frozenset(
    {"apartments", "residential", "house", "detached", "semidetached_house", "terrace", "dormitory", "bungalow"}
)
_KEYS = ("amenity", "leisure", "healthcare", "social_facility", "sport", "shop", "office", "building")
_SERVED = ("amenity", "leisure", "healthcare", "social_facility")


def osm_lists(path: Path) -> list[Listed]:
    """Return facilities and homes of an OpenStreetMap file; streets are read from the file itself.

    Raises
    ------
    UnreadableError
        ``table-unreadable``.
    """
    facilities: list[dict[str, Any]] = []
    homes: list[dict[str, Any]] = []
    wkb = osmium.geom.WKBFactory()
    try:
        processor = (
            osmium.FileProcessor(str(path))
            .with_locations()
            .with_areas(osmium.filter.KeyFilter(*_KEYS))
            .with_filter(osmium.filter.KeyFilter(*_KEYS))
        )
        for thing in processor:
            if isinstance(thing, osmium.osm.Node):
                kind, shape = "n", shapely.Point(thing.lon, thing.lat)
                number = thing.id
            elif isinstance(thing, osmium.osm.Area):
                try:
                    shape = shapely.from_wkb(bytes.fromhex(wkb.create_multipolygon(thing)))
                except (RuntimeError, ValueError, shapely.errors.GEOSException):
                    continue
                kind, number = ("w" if thing.from_way() else "r"), thing.orig_id()
            else:
                continue
            tags = {tag.k: tag.v for tag in thing.tags}
            if tags.get("disused") == "yes" or tags.get("abandoned") == "yes":
                continue
            row = {"id": f"{kind}{number}", "name": tags.get("name", ""), "address": _address(tags), "shape": shape}
            if tags.get("building") in _HOMES and kind != "n":
                homes.append(
                    row
                    | {
                        "storeys": _number(tags.get("building:levels", "")),
                        "dwellings": _number(tags.get("building:flats", "")),
                    }
                )
            served = next((f"{key}={tags[key]}" for key in _SERVED if key in tags), "")
            if served and tags.get("access") not in ("private", "no"):
                facilities.append(
                    row
                    | {
                        "category": served,
                        "opening_hours": tags.get("opening_hours", ""),
                        "storey": _storey(tags.get("level", "")),
                        "state": "",
                    }
                )
    except (RuntimeError, OSError, ValueError) as fault:
        raise UnreadableError("table-unreadable", str(fault)[:200]) from fault
    return [
        one for one in (_listed(path, "facilities", facilities), _listed(path, "residences", homes)) if one is not None
    ]


def _address(tags: dict[str, str]) -> str:
    return " ".join(tags[key] for key in ("addr:street", "addr:housenumber") if key in tags)


def _number(text: str) -> float:
    read = quantity_of(text) if text else None
    return float("nan") if read is None else read.value


def _storey(levels: str) -> float:
    """The lowest of the levels of a tag such as ``0;1``: the ground is level 0 and storey 1."""
    found = [int(one) for one in re.findall(r"(?<![\d.])-?\d{1,2}(?![\d.])", levels.replace("--", "-"))]
    lowest = min(found, default=None)
    return float("nan") if lowest is None else float(lowest if lowest < 0 else lowest + 1)


def _listed(path: Path, table: str, rows: list[dict[str, Any]]) -> Listed | None:
    if not rows:
        return None
    rows = sorted(rows, key=lambda one: str(one["id"]))
    reader = Reader(path.name, "", np.arange(1, len(rows) + 1, dtype=np.int64), typed=False)
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row.pop("shape") for row in rows]
    frame = pd.DataFrame(rows)
    frame.insert(0, "row", reader.rows)
    if table == "residences":
        metric = 111_320.0 * np.sqrt(np.cos(np.radians(shapely.get_y(shapely.centroid(shapes)))) * 110_950 / 111_320)
        footprint = shapely.area(shapes) * metric**2
        frame["floor_area_m2"] = np.round(footprint * frame["storeys"].fillna(1.0), 1)
        reader.layout("", "osm-floor")
    reader.layout("", "osm", count=len(rows))
    return Listed(path.name, "", table, frame, None, shapes, "EPSG:4326", "geometry", reader.findings, (), "", reader)
