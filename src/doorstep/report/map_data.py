"""The map of a page as small numbers: half metres from the south-west corner, each point as the step from the last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.report.background import Background
from doorstep.report.qml import SHARE_LIMITS

__all__ = ["ALL_SERVICES", "Grid", "homes_data", "map_layers", "share_classes"]

QUANTUM_M = 0.5
ALL_SERVICES = "*"
_NOBODY_IN_NEED = "-"


class Grid:
    """Metres to whole half metres from a corner; north counts upwards."""

    def __init__(self, west_m: float, south_m: float) -> None:
        self.west_m = west_m
        self.south_m = south_m

    def points(self, xy_m: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Return shape (n, 2) whole half metres."""
        corner = np.array([self.west_m, self.south_m])
        placed: npt.NDArray[np.int64] = np.floor((xy_m - corner) / QUANTUM_M + 0.5).astype(np.int64)
        return placed

    def steps(self, line: Any) -> list[int]:
        """Return a line as first point and steps, flat: x, y, dx, dy, ..."""
        xy = self.points(shapely.get_coordinates(line))
        steps = np.diff(xy, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        return [int(value) for value in steps.ravel()]


def map_layers(background: Background, grid: Grid) -> dict[str, Any]:
    """Return streets, communities, facilities and spaces of the map.

    Lines are simplified to 1 m (streets) and 2 m (outlines): below the width of a stroke at the largest zoom.
    """
    lines = shapely.simplify(background.streets, 1.0)
    streets: dict[str, list[list[int]]] = {"main": [], "other": []}
    for line, main in zip(lines, background.street_main, strict=True):
        streets["main" if main else "other"].append(grid.steps(line))
    communities = [
        {
            "id": row.id,
            "name": row.name,
            "cut": bool(row.cut),
            "rings": [grid.steps(ring) for ring in _rings(row.geometry)],
        }
        for row in background.communities.itertuples(index=False)
    ]
    return {
        "streets": streets,
        "communities": communities,
        "facilities": _listed(background.facilities, grid, ("place", "service")),
        "spaces": _listed(background.spaces, grid, ("place", "id")),
    }


def _rings(shape: Any) -> list[Any]:
    plain = shapely.simplify(shape, 2.0, preserve_topology=True)
    return [ring for part in shapely.get_parts(plain) for ring in (part.exterior, *part.interiors)]


def _listed(layer: gpd.GeoDataFrame, grid: Grid, columns: Sequence[str]) -> list[list[Any]]:
    centre = shapely.point_on_surface(layer.geometry.to_numpy())
    xy = grid.points(shapely.get_coordinates(centre)) if len(layer) else np.empty((0, 2), dtype=np.int64)
    texts = [layer[column].astype(str).tolist() for column in columns]
    return [[int(x), int(y), *words] for (x, y), *words in zip(xy, *texts, strict=True)]


def homes_data(background: Background, need: pd.DataFrame, grid: Grid, services: Sequence[str]) -> dict[str, Any]:
    """Return homes with the class of their served share per service, before and after, one letter a home.

    Classes: ``-`` nobody in need, ``0`` nobody given a place, ``1`` to ``4`` the classes of ``SHARE_LIMITS``.
    """
    homes = background.residences
    xy = grid.points(shapely.get_coordinates(shapely.point_on_surface(homes.geometry.to_numpy())))
    columns = ["in_need", "served_now", "served_plan"]
    ids = homes["id"].to_numpy()
    data: dict[str, Any] = {
        "x": [int(value) for value in np.diff(xy[:, 0], prepend=0)],
        "y": [int(value) for value in np.diff(xy[:, 1], prepend=0)],
        "people": [int(value) for value in np.floor(homes["people"].to_numpy() + 0.5)],
        "now": {},
        "plan": {},
    }
    groups = {ALL_SERVICES: need.groupby("residence")[columns].sum()}
    groups |= {service: need[need["service"] == service].set_index("residence")[columns] for service in services}
    for service, table in groups.items():
        figures = table.reindex(ids, fill_value=0.0)
        total = figures["in_need"].to_numpy()
        data["now"][service] = share_classes(figures["served_now"].to_numpy(), total)
        data["plan"][service] = share_classes(figures["served_plan"].to_numpy(), total)
    return data


def share_classes(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> str:
    """Return one letter a home for its share.

    Examples
    --------
    >>> share_classes(np.array([0.0, 0.3, 1.0, 0.0]), np.array([1.0, 1.0, 1.0, 0.0]))
    '024-'
    """
    share = np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
    letters = np.searchsorted(np.array(SHARE_LIMITS), share, side="right").astype(str)
    letters[whole <= 0] = _NOBODY_IN_NEED
    return "".join(letters)
