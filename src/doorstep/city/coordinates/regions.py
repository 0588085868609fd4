"""Where maps of China shift coordinates, and where they do not."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["is_shifted", "stays"]

Degrees = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def is_shifted(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Mask:
    """Return which places (WGS84) a map in GCJ-02 or BD-09 shows elsewhere: those of the mainland.

    Not in Hong Kong, Macao, Taiwan and the islands that are run from there, and not abroad, save within half a degree
    of the mainland. How good the edges are stands in ``regions.toml`` beside this file.

    Parameters
    ----------
    lon, lat
        Same shape, degrees (WGS84). What is not a finite number is not shifted.

    Examples
    --------
    Shanghai, Hong Kong, Macao, Taipei, Seoul, Newport:

    >>> is_shifted([121.5, 114.17, 113.55, 121.5, 127.0, -3.0], [31.2, 22.3, 22.19, 25.0, 37.5, 51.6]).tolist()
    [True, False, False, False, False, False]
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    cells, size, (west, south) = _cells()
    with np.errstate(invalid="ignore"):
        # what is not finite becomes a huge number, outside of every cell
        column = np.floor((np.nan_to_num(lon, nan=1e9, posinf=1e9, neginf=-1e9) - west) / size).astype(np.int64)
        row = np.floor((np.nan_to_num(lat, nan=1e9, posinf=1e9, neginf=-1e9) - south) / size).astype(np.int64)
    inside = (row >= 0) & (row < cells.shape[0]) & (column >= 0) & (column < cells.shape[1])
    shifted = np.zeros(lon.shape, dtype=bool)
    shifted[inside] = cells[row[inside], column[inside]]
    for outline in _outlines(all_of_them=True):
        shifted &= ~_within(outline, lon, lat)
    return shifted


def stays(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Mask:
    """Return which coordinates of a shifted map are taken as they are, though a place beside could be shifted to there.

    Parameters
    ----------
    lon, lat
        Same shape, degrees as on the map.

    Examples
    --------
    >>> stays([113.54, 114.17], [22.194, 22.3]).tolist()
    [True, False]
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    there = np.zeros(lon.shape, dtype=bool)
    for outline in _outlines(all_of_them=False):
        there |= _within(outline, lon, lat)
    return there


def _within(outline: shapely.Polygon, lon: Degrees, lat: Degrees) -> Mask:
    """Whether places lie in an outline; only those in its box are asked, which are few of a million."""
    x_min, y_min, x_max, y_max = outline.bounds
    inside = np.asarray((lon >= x_min) & (lon <= x_max) & (lat >= y_min) & (lat <= y_max))
    if inside.any():
        inside[inside] = shapely.intersects_xy(outline, lon[inside], lat[inside])
    return inside


@cache
def _cells() -> tuple[Mask, float, tuple[float, float]]:
    """The cells of the mainland (rows from south to north), their size, the south-western corner."""
    data = _data()
    size = float(data["cell_degrees"])
    west = min(min(row[1:]) for row in data["mainland"])
    east = max(max(row[1:]) for row in data["mainland"])
    south, north = data["mainland"][0][0], data["mainland"][-1][0] + size
    cells = np.zeros((round((north - south) / size), round((east - west) / size)), dtype=bool)
    for bottom, *edges in data["mainland"]:
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            columns = slice(round((start - west) / size), round((end - west) / size))
            cells[round((bottom - south) / size), columns] = True
    return cells, size, (west, south)


@cache
def _outlines(all_of_them: bool) -> tuple[shapely.Polygon, ...]:
    regions = [region for region in _data()["unshifted"] if all_of_them or region.get("own_first", False)]
    outlines = tuple(shapely.Polygon(region["outline"]) for region in regions)
    for outline in outlines:
        shapely.prepare(outline)
    return outlines


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("regions.toml").read_text(encoding="utf-8"))
