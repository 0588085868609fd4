"""Entrances of residences, facilities and spaces: whoever has some walks from them, not from the point inside."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city.cells import Cells
from doorstep.errors import Problem

__all__ = ["entrances_of", "standing_points"]

Shapes = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]

FAR_M = 300.0
"""An entrance farther from whom it belongs to is said to be far. Our judgement: big compounds have gates so far off."""
_N_OWNERS = 3
SAME_M = 0.01
"""Two entrances of one owner nearer to each other are one."""


def entrances_of(
    cells: Cells, points: Shapes, owners: Mapping[str, tuple[pd.Series[str], Shapes]], crs: str, problems: list[Problem]
) -> gpd.GeoDataFrame:
    """Return the entrances that belong to somebody, sorted by owner, x and y, and report what is wrong with the others.

    Parameters
    ----------
    cells, points
        The table, and the place of each of its rows in the system ``crs``; None where there is none.
    owners
        Table -> ids and places of its rows.
    crs
        The city's metric system.
    problems
        What is wrong is added: an owner that is none, one that two tables know (the entrance serves both), an
        entrance that is there twice (once is enough) or far from its owner (it is taken as it stands).

    Returns
    -------
    GeoDataFrame
        Columns ``of`` and ``geometry``.
    """
    places = _places(owners)
    can_tell = "of" in cells.headers and len(owners) == _N_OWNERS  # a table that is missing is said elsewhere
    kept: list[tuple[str, float, float]] = []
    first_row: dict[tuple[str, int, int], int] = {}
    header = cells.headers.get("of", "of")
    for of, number, point in zip(cells.frame["of"], cells.rows.tolist(), points, strict=True):
        known = places.get(of, {})
        if not known and can_tell:
            problems.append(Problem(cells.file, "entrance-unknown", number, header, {"found": of}))
        if not known or point is None:
            continue
        same = of, round(point.x / SAME_M), round(point.y / SAME_M)
        if same in first_row:
            values = {"found": of, "first": str(first_row[same])}
            problems.append(Problem(cells.file, "entrance-twice", number, header, values, "warning"))
            continue
        first_row[same] = number
        kept.append((of, point.x, point.y))
        if len(known) > 1:
            values = {"found": of, "tables": ", ".join(known)}
            problems.append(Problem(cells.file, "entrance-shared", number, header, values, "warning"))
        away_m = max((point.distance(own) for own in known.values() if own is not None), default=0.0)
        if away_m > FAR_M:
            values = {"found": of, "metres": f"{away_m:.0f}"}
            problems.append(Problem(cells.file, "entrance-far", number, header, values, "warning"))
    kept.sort()
    geometry = shapely.points([x for _, x, _ in kept], [y for _, _, y in kept])
    return gpd.GeoDataFrame({"of": pd.Series([of for of, _, _ in kept], dtype=object)}, geometry=geometry, crs=crs)


def _places(owners: Mapping[str, tuple[pd.Series[str], Shapes]]) -> dict[str, dict[str, shapely.Point | None]]:
    found: dict[str, dict[str, shapely.Point | None]] = {}
    for table, (ids, points) in owners.items():
        for own_id, point in zip(ids, points, strict=True):
            if own_id:
                found.setdefault(own_id, {})[table] = point
    return found


def standing_points(ids: pd.Series[str], points: Shapes, of: pd.Series[str], doors: Shapes) -> tuple[Ints, Shapes]:
    """Return where rows stand: each at its entrances, or at its own point if it has none.

    Parameters
    ----------
    ids, points
        Of the rows.
    of, doors
        Whose each entrance is, and where; those of nobody among the rows are left out.

    Returns
    -------
    tuple
        The row of each point, ascending, and the points.

    Examples
    --------
    >>> ids, of = pd.Series(["A", "B"]), pd.Series(["B", "B", "Z"])
    >>> row, points = standing_points(ids, shapely.points([0, 1], 0), of, shapely.points([2, 3, 4], 0))
    >>> row.tolist(), shapely.get_x(points).tolist()
    ([0, 1, 1], [0.0, 2.0, 3.0])
    """
    row_of = {own_id: row for row, own_id in enumerate(ids)}
    row_of_door = np.array([row_of.get(own_id, -1) for own_id in of], dtype=np.int64)
    is_here = row_of_door >= 0
    without = np.setdiff1d(np.arange(len(ids)), row_of_door[is_here])
    row = np.concatenate([without, row_of_door[is_here]]).astype(np.int64)
    order = np.argsort(row, kind="stable")
    return row[order], np.concatenate([np.asarray(points)[without], np.asarray(doors)[is_here]])[order]
