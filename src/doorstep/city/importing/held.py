"""The tables of a city folder as they stand, to be added to: cells as text, places in degrees."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import shapely

from doorstep.city.crs import placed, to_system
from doorstep.city.importing.canonical import COLUMNS
from doorstep.city.tables import SUFFIXES, files_named, read_table
from doorstep.city.vocabulary import TABLES, columns, plain_header
from doorstep.errors import Problem

__all__ = ["OUTLINES", "Held", "arrow_texts", "held_tables", "middles_of", "outlined", "table_bytes", "table_file"]

WGS84 = "EPSG:4326"
OUTLINES = ("communities", "compounds")
"""Tables whose rows are outlines: they are kept as GeoJSON, the others as csv."""
_PLACE_HEADERS = (
    "lon",
    "lng",
    "longitude",
    "经度",
    "lat",
    "latitude",
    "纬度",
    "x",
    "y",
    "x_m",
    "y_m",
    "east",
    "north",
    "easting",
    "northing",
    "x坐标",
    "y坐标",
    "东坐标",
    "北坐标",
    "横坐标",
    "纵坐标",
    "geometry",
    "wkt",
    "geom",
    "几何",
    "边界",
)

Shapes = npt.NDArray[np.object_]


@dataclass(slots=True, eq=False)
class Held:
    """A table of the city.

    Parameters
    ----------
    table
        Its name.
    path
        Its file, None if there is none yet.
    frame
        Cells as text under the city's own column names; columns that the city does not know keep their headers.
    shapes
        Place or outline of each row in EPSG:4326, None where there is none.
    """

    table: str
    path: Path | None
    frame: pd.DataFrame
    shapes: Shapes


def held_tables(folder: Path, tables_crs: str, language: str) -> dict[str, Held]:
    """Return every table that an import can add to; absent ones are empty."""
    found: dict[str, Held] = {}
    for table in ("communities", "compounds", "residences", "facilities", "spaces"):
        paths = files_named(folder, table, SUFFIXES) if folder.is_dir() else []
        problems: list[Problem] = []
        raw = read_table(paths[0], table, language, problems) if paths else None
        if raw is None:
            found[table] = Held(
                table,
                paths[0] if paths else None,
                pd.DataFrame({"id": pd.Series(dtype=object)}),
                np.empty(0, dtype=object),
            )
            continue
        shapes, system, _ = placed(raw, tables_crs, problems)
        frame = raw.cells.drop(
            columns=[name for name in raw.cells.columns if plain_header(str(name)) in _PLACE_HEADERS]
        )
        found[table] = Held(table, paths[0], _named(frame, table), to_system(shapes, system, WGS84))
    return found


def _named(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Give known columns the city's names; the first header that a column may have counts, as in the city's reader."""
    by_plain = {plain_header(str(name)): str(name) for name in reversed(list(frame.columns))}
    names: dict[str, str] = {}
    if table in TABLES:
        for column in columns(table):
            header = next(
                (by_plain[plain_header(name)] for name in column.names if plain_header(name) in by_plain), None
            )
            if header is not None and header not in names and column.name not in frame.columns:
                names[header] = column.name
    return frame.rename(columns=names)


def table_file(table: str) -> str:
    """Return the file name under which an import keeps a table."""
    return f"{table}.geojson" if table in OUTLINES else f"{table}.csv"


def table_bytes(held: Held) -> bytes:
    """Return the file of a table: GeoJSON for outlines, else csv with lon and lat that Excel opens as UTF-8."""
    order = [name for name in COLUMNS[held.table] if name in held.frame]
    frame = held.frame[[*order, *(name for name in held.frame.columns if name not in order)]]
    if held.table in OUTLINES:
        return _geojson(frame, held)
    points = middles_of(held.shapes)
    lon, lat = np.round(shapely.get_x(points), 8), np.round(shapely.get_y(points), 8)
    arrays = [arrow_texts(frame[name]) for name in frame.columns]
    arrays += [pa.array(values, from_pandas=True) for values in (lon, lat)]
    made = pa.Table.from_arrays(arrays, names=[*map(str, frame.columns), "lon", "lat"])
    sink = pa.BufferOutputStream()
    sink.write("\ufeff".encode())
    pyarrow.csv.write_csv(made, sink, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return bytes(sink.getvalue().to_pybytes())


def arrow_texts(cells: pd.Series[Any]) -> Any:
    """Return cells as an arrow array of texts, without a copy where they are one already."""
    if isinstance(cells.dtype, pd.StringDtype):
        return pa.array(cells).cast(pa.string())
    return pa.array(cells.to_numpy(dtype=object), type=pa.string())


def outlined(shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Return which shapes are outlines: a point where something lies says nothing of what lies around it."""
    return np.asarray(shapely.get_type_id(shapes) >= 3)


def middles_of(shapes: Shapes) -> Shapes:
    """Return the middle of each shape; points as they are."""
    kinds = shapely.get_type_id(shapes)
    return shapes if not len(shapes) or (kinds <= 0).all() else np.asarray(shapely.centroid(shapes), dtype=object)


def _geojson(frame: pd.DataFrame, held: Held) -> bytes:
    lines = []
    for row, shape in zip(frame.to_dict("records"), held.shapes, strict=True):
        geometry: Any = (
            None
            if shape is None
            else json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-8, mode="pointwise")))
        )
        one = {
            "type": "Feature",
            "properties": {str(name): value for name, value in row.items() if value != ""},
            "geometry": geometry,
        }
        lines.append(json.dumps(one, ensure_ascii=False))
    head = f'{{"type": "FeatureCollection", "name": "{held.table}", "features": [\n'
    return (head + ",\n".join(lines) + "\n]}\n").encode()
