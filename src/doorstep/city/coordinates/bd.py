"""BD-09, the system of Baidu's maps: GCJ-02, shifted once more by about 1 km."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.city.coordinates.gcj import near_china, shifted, unshifted
from doorstep.city.coordinates.regions import is_shifted, stays

__all__ = ["bd09_from_wgs84", "second_step", "second_step_back", "wgs84_from_bd09"]

Degrees = npt.NDArray[np.float64]

_HALF_TURNS = np.pi * 3000.0 / 180.0
_CLOSE = 1e-12
_ROUNDS = 20


def bd09_from_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Return BD-09 degrees of WGS84 degrees; no shift in Hong Kong, Macao, Taiwan and abroad (``is_shifted``).

    Parameters
    ----------
    lon, lat
        Same shape, degrees. NaN stays NaN.

    Examples
    --------
    >>> lon, lat = bd09_from_wgs84([114.0164322], [33.0133556])
    >>> lon.round(5).tolist(), lat.round(5).tolist()
    ([114.02877], [33.01767])
    """
    lon, lat = np.array(lon, dtype=float), np.array(lat, dtype=float)
    there = is_shifted(lon, lat)
    lon[there], lat[there] = second_step(*shifted(lon[there], lat[there]))
    return lon, lat


def wgs84_from_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Return WGS84 degrees of BD-09 degrees, by iteration: within 1e-9 degrees of what ``bd09_from_wgs84`` was given.

    Beside Hong Kong and Macao one of two places is taken, as ``wgs84_from_gcj02`` does; the strip is 1.2 km wide.

    Parameters
    ----------
    lon, lat
        Same shape, degrees. NaN stays NaN.

    Examples
    --------
    >>> lon, lat = wgs84_from_bd09(*bd09_from_wgs84([121.5], [31.2]))
    >>> lon.round(9).tolist(), lat.round(9).tolist()
    ([121.5], [31.2])
    """
    lon, lat = np.array(lon, dtype=float), np.array(lat, dtype=float)
    near = near_china(lon, lat) & ~stays(lon, lat)
    x, y = unshifted(*second_step_back(lon[near], lat[near]))
    back = is_shifted(x, y)
    place = np.flatnonzero(near)[back]
    lon.flat[place], lat.flat[place] = x[back], y[back]
    return lon, lat


def second_step(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return BD-09 degrees of GCJ-02 degrees, wherever the place is (the formula of hujiulong/gcoord, MIT).

    Examples
    --------
    >>> lon, lat = second_step(np.array([114.022306]), np.array([33.0115324]))
    >>> lon.round(6).tolist(), lat.round(6).tolist()
    ([114.028778], [33.01767])
    """
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _HALF_TURNS)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _HALF_TURNS)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def second_step_back(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return what ``second_step`` takes to the given degrees, by iteration to 1e-12 degrees.

    The published way back is a formula that misses by about a metre; this one does not.
    """
    x, y = lon - 0.0065, lat - 0.006
    for _ in range(_ROUNDS):
        there_x, there_y = second_step(x, y)
        off_x, off_y = there_x - lon, there_y - lat
        x, y = x - off_x, y - off_y
        if max(np.abs(off_x).max(initial=0.0), np.abs(off_y).max(initial=0.0)) < _CLOSE:
            break
    return x, y
