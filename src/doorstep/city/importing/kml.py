"""KML: folders of named points and rooms are lists as an office's, outlines of compounds and buildings a drawing."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city.grids import UnreadableError
from doorstep.city.importing.drawn import drawn_lists, kind_of
from doorstep.city.importing.lists import Listed

__all__ = ["read_kml"]

Layer = tuple[str, pd.DataFrame, npt.NDArray[np.object_]]
_ROOMS = re.compile(r"闲置|空置|空间|资产|可用|用房|空房|门面|商铺|vacant|idle|unused|spaces?", re.IGNORECASE)
_PAIR = re.compile(r"([^\s:：=;；,，|]{1,16})\s*[:：=]\s*([^;；,，|\n]{1,80})")


def read_kml(path: Path) -> tuple[list[Layer], list[Listed]]:
    """Return the folders that are lists, each with cells and shapes in WGS84, and what else is drawn.

    Cells are the name, the folder and what stands in the description or in the data of each place.

    Raises
    ------
    UnreadableError
        ``table-unreadable``.
    """
    rows = _placemarks(path)
    folders: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        folders.setdefault(row["folder"], []).append(row)
    listed = {folder: some for folder, some in folders.items() if _is_list(folder, some)}
    drawn = [row for row in rows if row["folder"] not in listed]
    return [_layer(folder, some) for folder, some in listed.items()], drawn_lists(path.name, drawn, "EPSG:4326", "")


def _is_list(folder: str, rows: list[dict[str, Any]]) -> bool:
    points = [row for row in rows if row["name"] and row["shape"] is not None and row["shape"].geom_type == "Point"]
    if _ROOMS.search(folder) and sum(bool(row["name"]) for row in rows) > len(rows) / 2:
        return True
    return len(points) > len(rows) / 2 and not any(kind_of(row) for row in points)


def _layer(folder: str, rows: list[dict[str, Any]]) -> Layer:
    cells = [{"名称": row["name"], "类别": folder, **row["data"]} for row in rows]
    frame = pd.DataFrame(cells, dtype=object).fillna("")
    if not folder:
        frame = frame.drop(columns="类别")
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row["shape"] for row in rows]
    return folder, frame, shapes


def _placemarks(path: Path) -> list[dict[str, Any]]:
    try:
        content = path.read_bytes()
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                inner = next((one for one in archive.namelist() if one.casefold().endswith(".kml")), None)
                if inner is None or archive.getinfo(inner).file_size > 500_000_000:
                    raise UnreadableError("table-unreadable", "kmz")
                content = archive.read(inner)
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, OSError, ValueError, zipfile.BadZipFile, LookupError) as fault:
        raise UnreadableError("table-unreadable", str(fault)[:200]) from fault
    rows: list[dict[str, Any]] = []
    stack: list[tuple[Any, str]] = [(root, "")]
    while stack:
        node, folder = stack.pop()
        kind = str(node.tag).rpartition("}")[2]
        if kind == "Folder":
            folder = _child(node, "name") or folder
        if kind == "Placemark":
            rows.append(_placemark(node, folder))
            continue
        stack += [(one, folder) for one in reversed(list(node))]
    return rows


def _child(node: Any, name: str) -> str:
    for one in node:
        if str(one.tag).rpartition("}")[2] == name:
            return (one.text or "").strip()
    return ""


def _placemark(node: Any, folder: str) -> dict[str, Any]:
    words = re.sub(r"<br\s*/?>|</(?:p|tr|div|li)>", "\n", _child(node, "description"), flags=re.IGNORECASE)
    words = re.sub(r"</t[dh]>\s*<t[dh][^>]*>", ":", words, flags=re.IGNORECASE)
    words = re.sub(r"<[^>]*>|&nbsp;", " ", words)
    row: dict[str, Any] = {"folder": folder, "name": _child(node, "name"), "words": words}
    row["data"] = {key: value.strip() for key, value in _PAIR.findall(words)}
    shapes = []
    for one in node.iter():
        kind = str(one.tag).rpartition("}")[2]
        if kind in ("Data", "SimpleData"):
            value = (one.text or "").strip() or _child(one, "value")
            row["words"] += f" {one.get('name', '')}:{value}"
            row["data"][one.get("name", "")] = value
        if kind in ("Polygon", "Point", "LineString"):
            rings = []
            for ring in one.iter():
                if str(ring.tag).rpartition("}")[2] == "coordinates":
                    rings.append(_coordinates(ring.text or ""))
            shapes.append(_shape(kind, [ring for ring in rings if len(ring)]))
    known = [shape for shape in shapes if shape is not None]
    row["shape"] = known[0] if len(known) == 1 else shapely.union_all(known) if known else None
    return row


def _coordinates(text: str) -> list[tuple[float, float]]:
    points = []
    for part in text.split():
        numbers = part.split(",")
        try:
            points.append((float(numbers[0]), float(numbers[1])))
        except (ValueError, IndexError):
            continue
    return [point for point in points if np.isfinite(point).all()]


def _shape(kind: str, rings: list[list[tuple[float, float]]]) -> Any:
    try:
        if kind == "Point":
            return shapely.Point(rings[0][0])
        if kind == "LineString":
            return shapely.LineString(rings[0]) if len(rings[0]) > 1 else None
        return shapely.Polygon(rings[0], rings[1:]) if len(rings[0]) > 2 else None
    except (IndexError, ValueError, shapely.errors.GEOSException):
        return None
