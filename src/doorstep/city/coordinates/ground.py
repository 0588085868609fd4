"""Streets and buildings that points are compared with, to see in which system they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from doorstep.city.coordinates.convert import WGS84, convert
from doorstep.city.crs import is_metric, utm_zone

__all__ = ["NEAR_M", "Ground", "ground_of", "random_shifts"]

Points = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NEAR_M = 100.0
"""A street farther away counts as if it were this far."""
_SHIFT_M = (200.0, 2000.0)


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Streets and buildings in one metric system, ready to be asked.

    Parameters
    ----------
    crs
        The metric system.
    streets, buildings
        Search trees, or None.
    box
        West, south, east, north of both in metres.
    """

    crs: str
    streets: shapely.STRtree | None
    buildings: shapely.STRtree | None
    box: tuple[float, float, float, float]

    def covers(self, places: Points) -> Mask:
        """Return which places, shape (n, 2), lie where there are streets and buildings at all."""
        west, south, east, north = self.box
        x, y = places.T
        return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))

    def closeness(self, places: Points) -> tuple[Points, Points]:
        """Return 1.0 for places in a building, else 0.0, and metres to the nearest street; NaN without the layer."""
        inside, street_m = np.full(len(places), np.nan), np.full(len(places), np.nan)
        points = shapely.points(places)
        if self.buildings is not None:
            inside[:] = 0.0
            inside[np.unique(self.buildings.query(points, predicate="intersects")[0])] = 1.0
        if self.streets is not None:
            street_m[:] = NEAR_M
            (which, _), metres = self.streets.query_nearest(
                points, max_distance=NEAR_M, return_distance=True, all_matches=False
            )
            street_m[which] = metres
        return inside, street_m


def ground_of(streets: Any | None, buildings: Any | None, crs: str) -> Ground | None:
    """Return streets and buildings in the city's metric system, or the UTM zone if theirs is in degrees.

    Parameters
    ----------
    streets, buildings
        Shapely lines and polygons (array, list or GeoSeries), or None.
    crs
        System of both.

    Returns
    -------
    Ground or None
        None if there is not one shape.
    """
    layers = [_shapes(streets), _shapes(buildings)]
    together = np.concatenate(layers)
    if not len(together):
        return None
    metric = crs
    if not is_metric(pyproj.CRS(crs)):
        west, south, east, north = shapely.total_bounds(together)
        (lon, lat), *_ = convert([[(west + east) / 2, (south + north) / 2]], crs, WGS84)
        metric = utm_zone(lon, lat)
    moved = [np.asarray(shapely.transform(shapes, lambda at: convert(at, crs, metric))) for shapes in layers]
    west, south, east, north = shapely.total_bounds(np.concatenate(moved)).tolist()
    trees = [shapely.STRtree(shapes) if len(shapes) else None for shapes in moved]
    return Ground(metric, trees[0], trees[1], (west, south, east, north))


def random_shifts(count: int) -> Points:
    """Return shifts of 200 to 2,000 m in all directions, shape (count, 2): always the same ones."""
    chance = np.random.default_rng(20090)
    length, angle = chance.uniform(*_SHIFT_M, count), chance.uniform(0.0, 2.0 * np.pi, count)
    return np.column_stack([length * np.cos(angle), length * np.sin(angle)])


def _shapes(layer: Any | None) -> npt.NDArray[np.object_]:
    shapes = np.asarray([] if layer is None else layer, dtype=object).ravel()
    return shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))] if len(shapes) else shapes
