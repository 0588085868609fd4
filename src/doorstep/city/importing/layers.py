"""Layers as lists: shapefile, GeoPackage, GeoJSON, KML and DXF, each feature a row with its shape."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from doorstep.city.grids import Grid, UnreadableError, decoded
from doorstep.city.importing.convert import Reader
from doorstep.city.importing.forms import Form
from doorstep.city.importing.headings import headings_of
from doorstep.city.importing.lists import Listed
from doorstep.city.importing.quantity import quantity_of
from doorstep.city.importing.storeys import storey_of
from doorstep.city.tables import read_layer
from doorstep.errors import Problem

__all__ = ["LAYER_SUFFIXES", "drawn_lists", "form_of_layer", "kind_of", "layers_of", "lists_of_dxf"]

LAYER_SUFFIXES = (".shp", ".gpkg", ".geojson", ".json", ".kml", ".kmz", ".dxf")
_BUILDING = re.compile(
    r"^\d{1,4}[-–]?\d{0,3}(?:号|幢|栋|座)(?:楼|幢|栋)?$|^[A-Za-z]?\d{0,3}(?:栋|幢|座|号楼)$|^(?:block|building|blk)\s*\w+$",
    re.IGNORECASE,
)
_DRAWN = {
    "residences": r"建筑|房屋|住宅|楼栋|楼房|房子|building|house|bldg|jmd",
    "compounds": r"围墙|用地|红线|小区|院墙|宗地|地块|边界|wall|compound|parcel|boundary|zd",
    "gates": r"大门|出入口|门岗|入口|gate|entrance",
    "streets": r"道路|路网|街|road|street|dlss",
    "texts": r"注记|文字|标注|text|label|anno|zj",
}
_DXF_UNITS = {1: 0.0254, 2: 0.3048, 4: 0.001, 5: 0.01, 6: 1.0, 7: 1000.0}


def layers_of(path: Path) -> list[tuple[str, pd.DataFrame, npt.NDArray[np.object_], str, str]]:
    """Return name, cells, shapes, system and encoding of every layer of a shapefile, GeoPackage or GeoJSON.

    Raises
    ------
    UnreadableError
        ``table-unreadable`` or ``encoding-wrong``.
    """
    name = os.fsencode(path).decode("utf-8", "surrogateescape")
    if path.suffix.casefold() in (".geojson", ".json", ".shp"):
        names = [path.stem]
    else:
        try:
            names = [str(one) for one in pyogrio.list_layers(name)[:, 0]]
        except (pyogrio.errors.DataSourceError, RuntimeError, ValueError) as fault:
            raise UnreadableError("table-unreadable", str(fault)[:200]) from fault
    found = []
    for layer in names:
        problems: list[Problem] = []
        read = read_layer(path, None if len(names) == 1 else layer, problems)
        if read is None:
            raise UnreadableError(problems[0].code, problems[0].values.get("reason", ""))
        raw, encoding = read
        shapes = raw.geometry if raw.geometry is not None else np.full(len(raw.cells), None, dtype=object)
        found.append(("" if len(names) == 1 else layer, raw.cells, shapes, raw.crs, encoding))
    return found


def form_of_layer(file: str, sheet: str, cells: pd.DataFrame) -> Form | None:
    """Return the fields of a layer as a form; features count from 1."""
    names = [str(name) for name in cells.columns]
    columns = tuple(list(cells[name]) for name in cells.columns)
    headings = headings_of([[name] for name in names])
    grid = Grid(file, sheet, [], encoding="utf-8-sig")
    rows = np.arange(1, len(cells) + 1, dtype=np.int64)
    return Form(grid, headings, (0, 0), rows, columns) if len(cells) else None


def lists_of_dxf(path: Path) -> list[Listed]:
    """Return the outlines of a DXF drawing as lists: compounds and buildings, with what is written in them.

    Raises
    ------
    UnreadableError
        ``table-unreadable``.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(200_000)
    except OSError as fault:
        raise UnreadableError("table-unreadable", str(fault.strerror)) from fault
    version = re.search(rb"\$ACADVER\s+1\s+(AC\d+)", head)
    units = re.search(rb"\$INSUNITS\s+70\s+(\d+)", head)
    old = version is not None and version.group(1) < b"AC1021"
    # an old drawing names a code page, but programs write UTF-8 all the same: the bytes decide
    found = decoded(head[: head.rfind(b"\n") + 1]) if old else None
    encoding = {"cp950": "CP950", "gb18030": "GB18030"}.get(found[1] if found else "", "UTF-8")
    name = os.fsencode(path).decode("utf-8", "surrogateescape")
    pyogrio.set_gdal_config_options({"DXF_ENCODING": encoding, "DXF_MERGE_BLOCK_GEOMETRIES": True})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, _, geometry, fields = pyogrio.raw.read(name, columns=["Layer", "Text"], force_2d=True)
            shapes = shapely.from_wkb(geometry)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        shapely.errors.GEOSException,
        RuntimeError,
        ValueError,
        TypeError,
        UnicodeDecodeError,
        IndexError,
    ) as fault:
        raise UnreadableError("table-unreadable", str(fault)[:200]) from fault
    finally:
        pyogrio.set_gdal_config_options({"DXF_ENCODING": None, "DXF_MERGE_BLOCK_GEOMETRIES": None})
    unit = int(units.group(1)) if units else 0
    rows = []
    for layer, words, shape in zip(fields[0], fields[1], shapes, strict=True):
        if shape is not None and shape.geom_type == "LineString" and shape.is_closed and len(shape.coords) > 3:
            shape = shapely.Polygon(shape.coords)
        rows.append({"folder": str(layer or ""), "name": "", "words": str(words or ""), "shape": shape})
    factor = _DXF_UNITS.get(unit, 1.0)
    if factor != 1.0:
        for row in rows:
            if row["shape"] is not None:
                row["shape"] = shapely.transform(row["shape"], lambda points: points * factor)
    return drawn_lists(path.name, rows, "", f"{unit}" if unit else "none")


def drawn_lists(file: str, rows: list[dict[str, Any]], crs: str, unit: str) -> list[Listed]:
    """Return what was drawn as compounds and buildings; what is no table of a city is counted.

    A row has ``folder`` (or layer), ``name``, ``words`` and ``shape``.
    """
    kinds = [kind_of(row) for row in rows]
    texts = [
        row
        for row, kind in zip(rows, kinds, strict=True)
        if kind == "texts" or (row["words"] and row["shape"] is not None and row["shape"].geom_type == "Point")
    ]
    tree = shapely.STRtree([row["shape"] for row in texts if row["shape"] is not None])
    written = [row["words"] for row in texts if row["shape"] is not None]
    lists = []
    for table in ("compounds", "residences"):
        places = [place for place, kind in enumerate(kinds) if kind == table]
        if not places:
            continue
        reader = Reader(file, "", np.array(places, dtype=np.int64) + 1, typed=False)
        frame = pd.DataFrame({"row": reader.rows})
        for name in ("compound", "building", "words"):
            frame[name] = ""
        found = []
        for position, place in enumerate(places):
            row = rows[place]
            words = " ".join(
                [row["words"], *(written[one] for one in sorted(tree.query(row["shape"], predicate="contains")))]
                if table == "residences"
                else [row["words"]]
            )
            named = _called(row, words, table)
            if table == "compounds" and not named[0]:
                inside = tree.query(row["shape"], predicate="contains")
                named = (_name_among({written[one] for one in inside}), *named[1:])
            frame.loc[position, ["compound", "building", "words"]] = named
            found.append(_figures(words))
        for name in ("storeys", "dwellings"):
            values = np.array([one.get(name, np.nan) for one in found])
            if np.isfinite(values).any():
                frame[name] = values
        shapes = np.empty(len(places), dtype=object)
        shapes[:] = [rows[place]["shape"] for place in places]
        if unit == "none":
            reader.question("", "unit-none", taken="m")
        lists.append(
            Listed(file, "", table, frame.drop(columns="words"), None, shapes, crs, "", reader.findings, (), "", reader)
        )
    others = len(rows) - sum(len(one.frame) for one in lists)
    if lists and others:
        lists[0].findings.append(_others(file, others))
    return lists


def _others(file: str, count: int) -> Any:
    from doorstep.city.importing.findings import Finding

    return Finding("layout", file, "", None, "", "left-drawn", {"count": str(count)})


def kind_of(row: dict[str, Any]) -> str:
    """Return what an outline, a line or a point of a drawing is: a key of the words for layers, "" if unknown."""
    shape = row["shape"]
    if shape is None:
        return ""
    if shape.geom_type == "Point" and row["words"] and not row["name"]:
        return "texts"
    flat = shape.geom_type in ("Polygon", "MultiPolygon")
    said = f"{row['name']} {row['folder']}"
    if row["name"] and flat:
        return "residences" if _BUILDING.search(row["name"].strip()) else "compounds"
    for table, words in _DRAWN.items():
        if re.search(words, said, re.IGNORECASE):
            return table if flat or table not in ("residences", "compounds") else ""
    return ""


def _called(row: dict[str, Any], words: str, table: str) -> tuple[str, str, str]:
    if table == "compounds":
        return row["name"], "", words
    number = re.search(r"\d{1,4}(?:号楼|号|栋|幢|座)", words)
    building = row["name"] or (number.group() if number else "")
    return (row["folder"] if row["name"] else ""), building, words


def _name_among(texts: Iterable[str]) -> str:
    """The name of a compound among the texts within its outline: the only one that is no number, storey or building."""
    names = [
        one
        for one in (text.strip() for text in texts)
        if re.search(r"[^\W\d_]{2}", one)
        and not _figures(one)
        and not _BUILDING.search(one)
        and not re.search(r"[路街巷道门]$|^[A-Za-z]?\d", one)
    ]
    return names[0] if len(names) == 1 else ""


def _figures(words: str) -> dict[str, float]:
    """Storeys and dwellings that are written in or beside an outline: 层数:6 户数:36, 6F, 砖6."""
    found: dict[str, float] = {}
    for name, pattern in (
        (
            "storeys",
            r"(?:层数|storeys?)[:：=]?\s*(\d{1,3})|(?:^|\s)[砖混框砼]{0,2}(\d{1,3})\s*(?:[Ff]|层)(?:\s|$)|(?:^|\s)[砖混框砼]{1,2}(\d{1,3})(?:\s|$)",
        ),
        ("dwellings", r"(?:户数|套数|dwellings?)[:：=]?\s*(\d{1,5})|(\d{1,5})户"),
    ):
        match = re.search(pattern, words)
        text = next((one for one in match.groups() if one), "") if match else ""
        read = quantity_of(text) if text else None
        if read is not None:
            found[name] = read.value
    if "storeys" not in found:
        storey = storey_of(words.strip()) if len(words) < 8 else None
        if storey is not None and storey.low is not None and storey.low > 0:
            found["storeys"] = float(storey.low)
    return found
