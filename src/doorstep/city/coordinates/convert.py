"""From any system an office uses to any other: registered ones by PROJ, the two shifted ones by formula, own grids."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from doorstep.city.coordinates.bd import bd09_from_wgs84, wgs84_from_bd09
from doorstep.city.coordinates.gcj import gcj02_from_wgs84, wgs84_from_gcj02
from doorstep.city.coordinates.helmert import LocalGrid
from doorstep.errors import DoorstepError

__all__ = ["BD09", "CGCS2000", "GCJ02", "WGS84", "System", "convert", "converted_shapes", "system_of_text"]

WGS84 = "EPSG:4326"
CGCS2000 = "EPSG:4490"
GCJ02 = "GCJ-02"
BD09 = "BD-09"

System = str | LocalGrid
"""A name (``GCJ-02``, ``BD-09``, ``EPSG:4549`` or any other text that PROJ understands) or a city's own grid."""

Points = npt.NDArray[np.float64]

_WORDS = {
    GCJ02: (
        "gcj02",
        "gcj",
        "火星",
        "火星坐标",
        "火星坐标系",
        "国测局坐标",
        "国测局",
        "高德",
        "高德坐标",
        "腾讯",
        "腾讯坐标",
        "amap",
    ),
    BD09: ("bd09", "bd", "bd09ll", "百度", "百度坐标", "百度坐标系", "baidu"),
    WGS84: ("wgs84", "wgs", "gps", "gps坐标", "epsg4326"),
    CGCS2000: ("cgcs2000", "国家2000", "国家大地2000", "2000国家大地坐标系", "大地2000", "epsg4490"),
}


def system_of_text(text: str) -> str | None:
    """Return the system that a person's text names, None if it names none.

    Examples
    --------
    >>> [system_of_text(name) for name in ("gcj02", "百度坐标", "WGS-84", "2000国家大地坐标系", "epsg:4549", "?")]
    ['GCJ-02', 'BD-09', 'EPSG:4326', 'EPSG:4490', 'EPSG:4549', None]
    """
    bare = re.sub(r"[\s:_\-]", "", text).lower()
    for system, words in _WORDS.items():
        if bare in words:
            return system
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        return None
    authority = crs.to_authority(min_confidence=100)
    return ":".join(authority) if authority else text


def convert(points: npt.ArrayLike, source: System, target: System) -> Points:
    """Return points in another system.

    CGCS2000 and WGS84 are one system here: they lie less than a metre apart, and no file says at which date it was
    measured.

    Parameters
    ----------
    points
        Shape (n, 2): longitude before latitude, east before north.
    source, target
        The systems.

    Returns
    -------
    ndarray
        Shape (n, 2). A point that cannot be put there gets infinite coordinates.

    Raises
    ------
    DoorstepError
        ``system-unknown``: PROJ does not know the name.

    Examples
    --------
    >>> convert([[119.6830, 30.9163]], "GCJ-02", "EPSG:4549").round(1).tolist()
    [[469230.6, 3421994.1]]
    """
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    if source == target:
        return points
    return _from_degrees(_to_degrees(points, source), target)


def converted_shapes(shapes: npt.NDArray[np.object_], source: System, target: System) -> npt.NDArray[np.object_]:
    """Return shapes in another system, vertex by vertex; None stays None.

    Raises
    ------
    DoorstepError
        ``system-unknown``: PROJ does not know the name.
    """
    return np.asarray(shapely.transform(shapes, lambda points: convert(points, source, target)), dtype=object)


def _to_degrees(points: Points, source: System) -> Points:
    if isinstance(source, LocalGrid):
        return _to_degrees(source.from_local(points), source.crs)
    if source == GCJ02:
        return np.column_stack(wgs84_from_gcj02(points[:, 0], points[:, 1]))
    if source == BD09:
        return np.column_stack(wgs84_from_bd09(points[:, 0], points[:, 1]))
    return points if source == WGS84 else np.column_stack(_transformer(source, WGS84).transform(*points.T))


def _from_degrees(degrees: Points, target: System) -> Points:
    if isinstance(target, LocalGrid):
        return target.to_local(_from_degrees(degrees, target.crs))
    if target == GCJ02:
        return np.column_stack(gcj02_from_wgs84(degrees[:, 0], degrees[:, 1]))
    if target == BD09:
        return np.column_stack(bd09_from_wgs84(degrees[:, 0], degrees[:, 1]))
    return degrees if target == WGS84 else np.column_stack(_transformer(WGS84, target).transform(*degrees.T))


@cache
def _transformer(source: str, target: str) -> pyproj.Transformer:
    try:
        return pyproj.Transformer.from_crs(source, target, always_xy=True)
    except pyproj.exceptions.ProjError as fault:  # CRSError is one of them
        raise DoorstepError("system-unknown", found=target if source == WGS84 else source) from fault
