"""Coordinates: where each row lies, in the one metric system of the city."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from doorstep.city.cells import number_of
from doorstep.city.tables import RawTable, geometry_of_cell
from doorstep.city.vocabulary import plain_header
from doorstep.errors import Problem

__all__ = ["is_metric", "parse_crs", "placed", "to_system", "utm_zone"]

WGS84 = "EPSG:4326"
_LON = ("lon", "lng", "longitude", "经度")
_LAT = ("lat", "latitude", "纬度")
_X = ("x", "x_m", "east", "easting", "x坐标", "东坐标", "横坐标")
_Y = ("y", "y_m", "north", "northing", "y坐标", "北坐标", "纵坐标")
_SHAPE = ("geometry", "wkt", "geom", "几何", "边界")

Shapes = npt.NDArray[np.object_]


def parse_crs(text: str) -> pyproj.CRS | None:
    """Return the coordinate system of a text such as ``EPSG:4549``, None if there is no such system."""
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        return None


def is_metric(crs: pyproj.CRS) -> bool:
    """Return whether lengths in the system are metres on the ground: projected, in metres, and not web Mercator.

    Examples
    --------
    >>> [is_metric(pyproj.CRS(name)) for name in ("EPSG:4549", "EPSG:4490", "EPSG:3857")]
    [True, False, False]
    """
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    if not crs.is_projected or method.startswith(("Popular", "Mercator")):
        return False
    return all(axis.unit_name in ("metre", "meter") for axis in crs.axis_info[:2])


def utm_zone(lon: float, lat: float) -> str:
    """Return the UTM zone (WGS 84) of a place.

    Examples
    --------
    >>> utm_zone(-3.0, 51.6), utm_zone(119.66, 30.9), utm_zone(151.2, -33.9)
    ('EPSG:32630', 'EPSG:32650', 'EPSG:32756')
    """
    zone = min(max(int((lon + 180) // 6) + 1, 1), 60)
    return f"EPSG:{32600 + zone if lat >= 0 else 32700 + zone}"


def to_system(shapes: Shapes, source: str, target: str) -> Shapes:
    """Return shapes in another system; a point that cannot be put there gets infinite coordinates."""
    if source == target:
        return shapes
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)

    def moved(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return np.asarray(shapely.transform(shapes, moved), dtype=object)


def placed(raw: RawTable, tables_crs: str, problems: list[Problem]) -> tuple[Shapes, str, bool]:
    """Return the shape of each row, the system of the shapes, and whether there was any place to look.

    A layer's own geometry comes first, then a column of WKT, then ``x`` and ``y`` (the system of ``city.toml``, if
    that is projected), then ``lon`` and ``lat`` (EPSG:4326). An empty or unreadable cell is None.
    """
    by_plain = {plain_header(header): header for header in reversed(list(raw.cells.columns))}

    def named(names: tuple[str, ...]) -> str | None:
        return next((by_plain[plain_header(name)] for name in names if plain_header(name) in by_plain), None)

    if raw.geometry is not None:
        return raw.geometry, _system_of_layer(raw, tables_crs, problems), True
    shape = named(_SHAPE)
    if shape is not None:
        shapes = np.array([geometry_of_cell(text) for text in raw.cells[shape]] + [None], dtype=object)[:-1]
        return shapes, _system_by_size(shapes, tables_crs), True
    system = parse_crs(tables_crs)
    projected = system is not None and system.is_projected
    lon, lat, x, y = named(_LON), named(_LAT), named(_X), named(_Y)
    if x and y and (projected or not (lon and lat)):
        return _points(raw, x, y, problems), tables_crs, True
    if lon and lat:
        return _points(raw, lon, lat, problems), WGS84, True
    return np.full(len(raw.cells), None, dtype=object), WGS84, False


def _system_of_layer(raw: RawTable, tables_crs: str, problems: list[Problem]) -> str:
    if raw.crs:
        if parse_crs(raw.crs) is None:
            problems.append(Problem(raw.file, "crs-unknown", values={"found": raw.crs[:80]}))
            return WGS84
        return raw.crs
    taken = _system_by_size(np.asarray(raw.geometry, dtype=object), tables_crs)
    problems.append(Problem(raw.file, "crs-missing", values={"taken": taken}, severity="warning"))
    return taken


def _system_by_size(shapes: Shapes, tables_crs: str) -> str:
    """The tables' system, but degrees where every coordinate is small enough to be one."""
    system = parse_crs(tables_crs)
    if system is None or not system.is_projected:
        return tables_crs
    bounds = shapely.total_bounds(shapes)
    return WGS84 if np.all(np.abs(bounds) <= 180) else tables_crs


def _points(raw: RawTable, first: str, second: str, problems: list[Problem]) -> Shapes:
    points: list[Any] = []
    for one, other, row in zip(raw.cells[first], raw.cells[second], raw.rows, strict=True):
        numbers = [number_of(one), number_of(other)]
        for column, text, number in ((first, one, numbers[0]), (second, other, numbers[1])):
            if number is None:
                problems.append(Problem(raw.file, "value-not-number", int(row), column, {"found": text}))
        usable = [number for number in numbers if number is not None and number == number]
        points.append(shapely.Point(usable) if len(usable) == 2 else None)
    return np.array([*points, None], dtype=object)[:-1]
