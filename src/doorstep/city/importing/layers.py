"""Layers as lists: shapefile, GeoPackage, GeoJSON, KML and DXF, each feature a row with its shape."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from doorstep.city.grids import Grid, UnreadableError, decoded
from doorstep.city.importing.drawn import drawn_lists
from doorstep.city.importing.forms import Form
from doorstep.city.importing.headings import headings_of
from doorstep.city.importing.lists import Listed
from doorstep.city.tables import read_layer
from doorstep.errors import Problem

__all__ = ["LAYER_SUFFIXES", "form_of_layer", "layers_of", "lists_of_dxf"]

LAYER_SUFFIXES = (".shp", ".gpkg", ".geojson", ".json", ".kml", ".kmz", ".dxf")
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
