"""GCJ-02, the system of most maps that are published in mainland China: WGS84 shifted by 100 to 700 m.

The shift is not published by those who set it. What stands here is the approximation that several open programs share:
Krasovsky's ellipsoid and a sum of sines of longitude and latitude (googollee/eviltransform, MIT; hujiulong/gcoord,
MIT). Exports of map services differ from it by up to a few metres.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from doorstep.city.coordinates.regions import is_shifted, stays

__all__ = ["gcj02_from_wgs84", "shifted", "unshifted", "wgs84_from_gcj02"]

Degrees = npt.NDArray[np.float64]

SEMI_MAJOR_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
_CLOSE = 1e-12
_ROUNDS = 12
_PIECE = 20_000


def gcj02_from_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Return GCJ-02 degrees of WGS84 degrees; no shift in Hong Kong, Macao, Taiwan and abroad (``is_shifted``).

    Parameters
    ----------
    lon, lat
        Same shape, degrees. NaN stays NaN.

    Examples
    --------
    >>> lon, lat = gcj02_from_wgs84([116.377817, 114.17], [39.911954, 22.3])
    >>> lon.round(6).tolist(), lat.round(6).tolist()
    ([116.384047, 114.17], [39.913345, 22.3])
    """
    lon, lat = np.array(lon, dtype=float), np.array(lat, dtype=float)
    there = is_shifted(lon, lat)
    lon[there], lat[there] = shifted(lon[there], lat[there])
    return lon, lat


def wgs84_from_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Return WGS84 degrees of GCJ-02 degrees, by iteration: within 1e-9 degrees of what ``gcj02_from_wgs84`` was given.

    Coordinates within 600 m of Hong Kong's land side or of Macao can come from either side. Beside Hong Kong the
    mainland is taken, so what was shifted comes back; in Macao the place itself, so a strip of Zhuhai does not.

    Parameters
    ----------
    lon, lat
        Same shape, degrees. NaN stays NaN.

    Examples
    --------
    >>> lon, lat = wgs84_from_gcj02(*gcj02_from_wgs84([121.5, 87.6], [31.2, 43.8]))
    >>> lon.round(9).tolist(), lat.round(9).tolist()
    ([121.5, 87.6], [31.2, 43.8])
    """
    lon, lat = np.array(lon, dtype=float), np.array(lat, dtype=float)
    near = near_china(lon, lat) & ~stays(lon, lat)
    x, y = unshifted(lon[near], lat[near])
    back = is_shifted(x, y)
    place = np.flatnonzero(near)[back]
    lon.flat[place], lat.flat[place] = x[back], y[back]
    return lon, lat


def near_china(lon: Degrees, lat: Degrees) -> npt.NDArray[np.bool_]:
    """Return which numbers can be degrees of a place in China under any of the systems."""
    return (lon > 70) & (lon < 140) & (lat > 0) & (lat < 60)


def shifted(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the formula's shift applied wherever the place is: degrees in, degrees out."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = _sines((20.0, 6.0 * x), (20.0, 2.0 * x))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north_m += _sines((20.0, y), (40.0, y / 3.0), (160.0, y / 12.0), (320.0, y / 30.0))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east_m += _sines((20.0, x), (40.0, x / 3.0), (150.0, x / 12.0), (300.0, x / 30.0))
    phi = np.radians(lat)
    flat = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    along_meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / flat**1.5
    along_parallel_m = SEMI_MAJOR_M / np.sqrt(flat) * np.cos(phi)
    return lon + np.degrees(east_m / along_parallel_m), lat + np.degrees(north_m / along_meridian_m)


def unshifted(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return what ``shifted`` takes to the given degrees, by iteration to 1e-12 degrees."""
    if len(lon) <= _PIECE:
        return _unshifted(lon, lat)
    # pieces that stay in the processor's memory, side by side: numpy lets other threads work meanwhile
    pieces = [slice(first, first + _PIECE) for first in range(0, len(lon), _PIECE)]
    with ThreadPoolExecutor() as pool:
        done = [*pool.map(lambda piece: _unshifted(lon[piece], lat[piece]), pieces)]
    return np.concatenate([x for x, _ in done]), np.concatenate([y for _, y in done])


def _unshifted(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        # the shift changes by less than a hundredth of the way between two places, so each round adds two digits
        there_x, there_y = shifted(x, y)
        off_x, off_y = there_x - lon, there_y - lat
        x, y = x - off_x, y - off_y
        if max(np.abs(off_x).max(initial=0.0), np.abs(off_y).max(initial=0.0)) < _CLOSE:
            break
    return x, y


def _sines(*waves: tuple[float, Degrees]) -> Degrees:
    """Two thirds of a sum of sines: amplitude in metres, angle in half turns."""
    total = np.zeros_like(waves[0][1])
    for amplitude_m, half_turns in waves:
        total += amplitude_m * np.sin(half_turns * np.pi)
    return total * (2.0 / 3.0)
