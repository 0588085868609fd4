"""What an OpenStreetMap file shows beside streets: outlines and points with their tags, in a metric system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium
import pyproj
import shapely

from doorstep.errors import DoorstepError

__all__ = ["Mapped", "read_mapped"]

Shapes = npt.NDArray[np.object_]
_KEYS = frozenset(
    [
        "building",
        "landuse",
        "amenity",
        "shop",
        "office",
        "leisure",
        "tourism",
        "craft",
        "club",
        "healthcare",
        "vacant",
        "religion",
        "government",
        "disused",
        "abandoned",
        "addr:housenumber",
        "addr:street",
    ]
)
_MARKS = ("disused:", "abandoned:", "vacant:", "was:", "closed:")


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """Outlines and points of a file.

    Parameters
    ----------
    ids
        As in the file, with a letter for the kind: n (node), w (way), r (relation).
    tags
        All tags of each.
    shapes
        Polygons and points, metres in ``crs``.
    streets
        Lines of ways with ``highway``.
    street_kinds
        The value of ``highway`` of each.
    crs
        The metric system.
    """

    ids: tuple[str, ...]
    tags: tuple[Mapping[str, str], ...]
    shapes: Shapes
    streets: Shapes
    street_kinds: tuple[str, ...]
    crs: str


def read_mapped(path: Path, crs: str) -> Mapped:
    """Read the outlines, points and streets of an OpenStreetMap file.

    Raises
    ------
    DoorstepError
        ``osm-unreadable`` if it is no such file.
    """
    ids: list[str] = []
    tags: list[Mapping[str, str]] = []
    shapes: list[Any] = []
    streets: list[Any] = []
    kinds: list[str] = []
    factory = osmium.geom.WKBFactory()
    try:
        for one in osmium.FileProcessor(str(path)).with_areas().with_locations():
            found: Any = one
            told = dict(found.tags)
            wanted = not _KEYS.isdisjoint(told) or any(key.startswith(_MARKS) for key in told)
            if found.is_way() and "highway" in told and "area" not in told:
                _add(streets, kinds, factory.create_linestring, found, told["highway"])
            elif wanted and found.is_node():
                ids.append(f"n{found.id}")
                tags.append(told)
                shapes.append(factory.create_point(found))
            elif wanted and found.is_area():
                _add(
                    shapes,
                    ids,
                    factory.create_multipolygon,
                    found,
                    f"{'w' if found.from_way() else 'r'}{found.orig_id()}",
                )
                tags.extend([told] * (len(shapes) - len(tags)))
    except RuntimeError as fault:
        raise DoorstepError("osm-unreadable", file=path, reason=fault) from fault
    order = np.argsort(np.array(ids, dtype=object), kind="stable") if ids else np.zeros(0, dtype=np.int64)
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)

    def moved(found: list[Any]) -> Shapes:
        if not found:
            return np.zeros(0, dtype=object)
        known = shapely.from_wkb(np.array(found, dtype=object))
        placed = shapely.transform(
            known, lambda points: np.column_stack(to_metres.transform(points[:, 0], points[:, 1]))
        )
        return np.asarray(placed, dtype=object)

    return Mapped(
        tuple(ids[one] for one in order),
        tuple(tags[one] for one in order),
        moved([shapes[one] for one in order]),
        moved(streets),
        tuple(kinds),
        crs,
    )


def _add(shapes: list[Any], names: list[str], create: Any, one: Any, name: str) -> None:
    """Add a shape and its name; what has no shape (a way cut by the edge of the file) is left out."""
    try:
        shape = create(one)
    except (RuntimeError, osmium.InvalidLocationError):
        return
    shapes.append(shape)
    names.append(name)
