"""Checks of places: each row has one, sound, in the right order, inside the city."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.city.cells import Cells
from doorstep.city.crs import to_system
from doorstep.city.model import Streets
from doorstep.errors import Problem

__all__ = ["check_places", "extent_of"]

Shapes = npt.NDArray[np.object_]
Box = tuple[float, float, float, float]

MARGIN_M = 2000.0
"""Places up to so far from the streets' extent (or half its diagonal, if more) may be meant."""


def extent_of(streets: Streets | None, communities: Shapes | None) -> Box | None:
    """Return west, south, east, north of where places are expected: around nearly all street nodes, else communities.

    The outermost 1 % of the nodes on each side do not count: extracts keep whole ways that leave the city.
    """
    if streets is not None:
        west, east = np.quantile(streets.node_x_m, [0.01, 0.99])
        south, north = np.quantile(streets.node_y_m, [0.01, 0.99])
    elif communities is not None and len(communities):
        middles = shapely.get_coordinates(shapely.centroid([shape for shape in communities if shape is not None]))
        middles = middles[np.isfinite(middles).all(axis=1)]
        if not len(middles):
            return None
        (west, south), (east, north) = np.median(middles, axis=0) - 20_000, np.median(middles, axis=0) + 20_000
    else:
        return None
    margin = max(MARGIN_M, 0.5 * float(np.hypot(east - west, north - south)))
    return float(west - margin), float(south - margin), float(east + margin), float(north + margin)


def check_places(
    cells: Cells, shapes: Shapes, source: str, target: str, extent: Box | None, problems: list[Problem]
) -> Shapes:
    """Check the shape of each row; return polygons of communities, a point for each other row, in the target system.

    A row whose place is missing or wrong is a problem and gets None. A facility far outside is only a warning.
    """
    moved = to_system(shapes, source, target)
    found = np.full(len(shapes), None, dtype=object)
    for place, (raw, shape) in enumerate(zip(shapes, moved, strict=True)):
        row = int(cells.rows[place])

        def report(code: str, severity: str = "error", row: int = row, **values: str) -> None:
            problems.append(Problem(cells.file, code, row, None, values, severity))

        if raw is None or raw.is_empty:
            report("geometry-missing")
            continue
        if cells.table == "communities" and shape.geom_type not in ("Polygon", "MultiPolygon"):
            report("geometry-kind", found=str(shape.geom_type))
            continue
        if not _within(shape, extent):
            swapped = shapely.transform(raw, lambda points: points[:, ::-1])
            if _within(to_system(np.array([swapped], dtype=object), source, target)[0], extent):
                report("coordinates-swapped", found=_spot(raw))
                continue
            report("geometry-outside", "warning" if cells.table == "facilities" else "error", found=_spot(raw))
            if not np.isfinite(shapely.get_coordinates(shape)).all():
                if cells.table == "facilities":
                    report("geometry-missing")
                continue
        if not shape.is_valid:
            reason = str(shapely.is_valid_reason(shape))
            report("geometry-invalid", reason=reason, place=_fault_at(reason, shape))
            continue
        found[place] = shape if cells.table == "communities" else _point_in(shape)
    return found


def _fault_at(reason: str, shape: shapely.Geometry) -> str:
    """Return where GEOS finds an outline unsound: it puts the place behind the kind, ``Self-intersection[100 200]``."""
    found = re.search(r"\[(\S+) (\S+)\]", reason)
    x, y = (float(one) for one in found.groups()) if found else shapely.get_coordinates(shape)[0]
    return f"{x:.0f}, {y:.0f}"


def _point_in(shape: shapely.Geometry) -> shapely.Geometry:
    return shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)


def _within(shape: shapely.Geometry, extent: Box | None) -> bool:
    coordinates = shapely.get_coordinates(shape)
    if not len(coordinates) or not np.isfinite(coordinates).all():
        return False
    if extent is None:
        return True
    west, south, east, north = shapely.bounds(shape)
    return bool(west <= extent[2] and east >= extent[0] and south <= extent[3] and north >= extent[1])


def _spot(shape: shapely.Geometry) -> str:
    x, y = shapely.get_coordinates(shape)[0]
    return f"{x:.6g}, {y:.6g}" if abs(x) <= 360 and abs(y) <= 360 else f"{x:.0f}, {y:.0f}"
