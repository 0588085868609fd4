"""Points joined to the nearest edge they can be walked to from in a straight line."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.city.walkable import is_below_ground
from doorstep.walk import _grid
from doorstep.walk.network import Ints, Metres, Network
from doorstep.walk.walls import compound_walls

__all__ = ["Connections", "Kerbside", "connect", "join", "kerbside"]

CELL_M = 40.0  # about one block: few edges a cell, few cells a search
SNAP_MOST_MM = 50_000_000  # 50 km: beyond that a point belongs to another city
POINTS_PER_TASK = 4096
CELLS_PER_EDGE = 4  # bounds the memory of a network with far outliers


@dataclass(frozen=True, slots=True, eq=False)
class Connections:
    """Where points join the network; a residence or place with several entrances joins it at each of them.

    Parameters
    ----------
    edge
        Shape (n,), int64: number of the edge, -1 if the point is not connected (then lengths are 0, ``x_m`` and
        ``y_m`` NaN).
    from_u_mm, from_v_mm
        Shape (n,), int64: along the edge from its first and its second node; they add up to its length.
    off_mm
        Shape (n,), int64: straight from the point to the edge.
    x_m, y_m
        Shape (n,): the point on the edge, metres.
    component
        Shape (n,), int64: part of the network, -1 if not connected. An edge with one closed end belongs to the
        part of its open end.
    of
        Shape (n,), int64: position of the residence or place that the point belongs to; each its own position if
        nobody has several entrances.
    n_owners
        How many residences or places there are.
    """

    edge: Ints
    from_u_mm: Ints
    from_v_mm: Ints
    off_mm: Ints
    x_m: Metres
    y_m: Metres
    component: Ints
    of: Ints
    n_owners: int


@dataclass(frozen=True, slots=True, eq=False)
class Kerbside:
    """Edges on a grid and compound walls: what points are joined to the network with.

    Parameters
    ----------
    network
        Its edges.
    frame
        Left, bottom and side of the cells in metres, columns, rows.
    first_of_cell, cell_edge
        Edges by cell; those below ground stand in none, since nobody steps down to them but at their ends.
    ends
        Four arrays of shape (n_edges,): x and y of the first, x and y of the second node.
    walls
        Compound walls.
    """

    network: Network
    frame: _grid.Frame
    first_of_cell: Ints
    cell_edge: npt.NDArray[np.int32]
    ends: tuple[Metres, Metres, Metres, Metres]
    walls: shapely.STRtree


def kerbside(network: Network) -> Kerbside:
    """Sort the edges of a network into cells.

    Parameters
    ----------
    network
        Pedestrian network.

    Returns
    -------
    Kerbside
        To be used for any number of points.
    """
    u, v = network.edge_u, network.edge_v
    ends = network.node_x_m[u], network.node_y_m[u], network.node_x_m[v], network.node_y_m[v]
    if len(u):
        left, bottom = min(ends[0].min(), ends[2].min()), min(ends[1].min(), ends[3].min())
        width, height = max(ends[0].max(), ends[2].max()) - left, max(ends[1].max(), ends[3].max()) - bottom
        side = max(CELL_M, float(np.sqrt(width * height / (CELLS_PER_EDGE * len(u)))))
        side = max(side, max(width, height) / (CELLS_PER_EDGE * len(u)))
        frame = (float(left), float(bottom), side, int(width / side) + 1, int(height / side) + 1)
    else:
        frame = (0.0, 0.0, CELL_M, 1, 1)
    first, edges = _grid.edges_by_cell(*ends, frame)
    below = np.array([is_below_ground(tags) for tags in network.streets.way_tags], dtype=np.bool_)
    if below.any():
        kept = ~below[network.way_of_edge[edges]]
        first = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(kept, dtype=np.int64)])[first]
        edges = edges[kept]
    return Kerbside(network, frame, first, edges, ends, shapely.STRtree(compound_walls(network.streets)))


def connect(
    network: Network,
    x_m: Metres,
    y_m: Metres,
    *,
    snap_limit_mm: int,
    of: Ints | None = None,
    n_owners: int | None = None,
) -> Connections:
    """Join each point to the nearest edge above ground that no compound wall keeps it from.

    Distances are compared as they are, before rounding; ties go to the edge with the smaller number.
    A line that only touches a wall with its end (a gate on the wall, a door in it) does not cross it.

    Parameters
    ----------
    network
        Pedestrian network.
    x_m, y_m
        Shape (n,): metres in the network's system; a NaN is not connected.
    snap_limit_mm
        Longest straight way to the network, inclusive.
    of, n_owners
        Shape (n,): which residence or place each point is an entrance of, and how many there are; without them every
        point stands for itself.

    Returns
    -------
    Connections
        One entry a point, in the order given.

    Raises
    ------
    ValueError
        If the limit is negative or the arrays do not fit together.
    """
    return join(kerbside(network), x_m, y_m, snap_limit_mm=snap_limit_mm, of=of, n_owners=n_owners)


def join(
    side: Kerbside,
    x_m: Metres,
    y_m: Metres,
    *,
    snap_limit_mm: int,
    of: Ints | None = None,
    n_owners: int | None = None,
) -> Connections:
    """Join points as :func:`connect` does, to edges that are sorted into cells already."""
    x_m, y_m = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    if x_m.ndim != 1 or x_m.shape != y_m.shape:
        raise ValueError(f"x_m {x_m.shape} and y_m {y_m.shape} must be two rows of the same length")
    if not 0 <= snap_limit_mm <= SNAP_MOST_MM:  # NaN is not, either
        raise ValueError(f"snap_limit_mm {snap_limit_mm} must be from 0 to {SNAP_MOST_MM:,}")
    of = np.arange(len(x_m), dtype=np.int64) if of is None else np.asarray(of, dtype=np.int64)
    count = len(x_m) if n_owners is None else n_owners
    if len(of) != len(x_m) or (len(of) and not 0 <= of.min() <= of.max() < count):
        raise ValueError(f"{len(of)} owners out of {count} for {len(x_m)} points")
    reach_m = snap_limit_mm / 1000 + 0.001
    grid = side.frame, side.first_of_cell, side.cell_edge
    starts = range(0, len(x_m), POINTS_PER_TASK)
    tasks = [(x_m[at : at + POINTS_PER_TASK], y_m[at : at + POINTS_PER_TASK]) for at in starts]

    def nearest(points: tuple[Metres, Metres]) -> Ints:
        edges: Ints = _grid.nearest_edges(
            points[0], points[1], reach_m, side.frame, side.first_of_cell, side.cell_edge, *side.ends
        )
        return edges

    if len(tasks) <= 1:
        edge = nearest((x_m, y_m))
    else:
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
            edge = np.concatenate(list(threads.map(nearest, tasks)))
    found = np.flatnonzero(edge >= 0)
    for point in found[_is_walled(side, x_m[found], y_m[found], edge[found])]:
        around = np.unique(_grid.edges_around(x_m[point], y_m[point], reach_m, *grid)).astype(np.int64)
        x, y = np.full(len(around), x_m[point]), np.full(len(around), y_m[point])
        distance_m = _feet(side, x, y, around)[3]
        near = np.flatnonzero(distance_m <= reach_m)
        near = near[np.lexsort((around[near], distance_m[near]))]
        free = near[~_is_walled(side, x[near], y[near], around[near])]
        edge[point] = around[free[0]] if len(free) else -1
    return _connections(side, x_m, y_m, edge, snap_limit_mm, of, count)


def _feet(side: Kerbside, x_m: Metres, y_m: Metres, edge: Ints) -> tuple[Metres, Metres, Metres, Metres]:
    """Return the nearest points of edges as :func:`doorstep.walk._grid.foot` does, on arrays."""
    ux, uy, vx, vy = (end[edge] for end in side.ends)
    dx, dy = vx - ux, vy - uy
    square = dx * dx + dy * dy
    along = (x_m - ux) * dx + (y_m - uy) * dy
    share = np.clip(np.divide(along, square, out=np.zeros_like(along), where=square > 0), 0.0, 1.0)
    foot_x = np.where(share == 1.0, vx, ux + share * dx)
    foot_y = np.where(share == 1.0, vy, uy + share * dy)
    return share, foot_x, foot_y, np.hypot(x_m - foot_x, y_m - foot_y)


def _is_walled(side: Kerbside, x_m: Metres, y_m: Metres, edge: Ints) -> npt.NDArray[np.bool_]:
    """Return whether a compound wall stands between points and the nearest points of edges."""
    walled = np.zeros(len(edge), dtype=np.bool_)
    if len(side.walls.geometries) and len(edge):
        _, foot_x, foot_y, _ = _feet(side, x_m, y_m, edge)
        ends_xy = np.stack([np.stack([x_m, y_m], axis=1), np.stack([foot_x, foot_y], axis=1)], axis=1)
        walled[side.walls.query(shapely.linestrings(ends_xy), predicate="crosses")[0]] = True
    return walled


def _connections(
    side: Kerbside, x_m: Metres, y_m: Metres, nearest: Ints, snap_limit_mm: int, of: Ints, n_owners: int
) -> Connections:
    network = side.network
    share, foot_x, foot_y, distance_m = (
        _feet(side, x_m, y_m, np.maximum(nearest, 0))
        if len(network.edge_u)
        else (np.zeros(len(nearest)) for _ in range(4))
    )
    off_mm = np.zeros(len(nearest), dtype=np.int64)
    on = nearest >= 0
    off_mm[on] = np.floor(1000.0 * distance_m[on] + 0.5).astype(np.int64)
    on &= off_mm <= snap_limit_mm
    edge = np.where(on, nearest, -1)
    from_u_mm, from_v_mm = np.zeros(len(edge), dtype=np.int64), np.zeros(len(edge), dtype=np.int64)
    length_mm = network.length_mm[edge[on]]
    from_u_mm[on] = np.floor(length_mm * share[on] + 0.5).astype(np.int64)
    from_v_mm[on] = length_mm - from_u_mm[on]
    component = np.full(len(edge), -1, dtype=np.int64)
    u, v = network.edge_u[edge[on]], network.edge_v[edge[on]]
    component[on] = network.component[np.where(network.is_closed[u], v, u)]
    nowhere = np.where(on, 0.0, np.nan)
    return Connections(
        edge, from_u_mm, from_v_mm, np.where(on, off_mm, 0), foot_x + nowhere, foot_y + nowhere, component, of, n_owners
    )
