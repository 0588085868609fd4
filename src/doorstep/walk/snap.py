"""Points joined to the nearest edge they can be walked to from in a straight line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.walk.network import Ints, Metres, Network, compound_walls

__all__ = ["Connections", "connect"]


@dataclass(frozen=True, slots=True, eq=False)
class Connections:
    """Where points join the network.

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
    """

    edge: Ints
    from_u_mm: Ints
    from_v_mm: Ints
    off_mm: Ints
    x_m: Metres
    y_m: Metres
    component: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Points and edges near them, sorted by point, then distance, then edge."""

    point: Ints
    edge: Ints
    share: Metres
    x_m: Metres
    y_m: Metres
    distance_m: Metres


def connect(network: Network, x_m: Metres, y_m: Metres, *, snap_limit_mm: int) -> Connections:
    """Join each point to the nearest edge that no compound wall keeps it from.

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

    Returns
    -------
    Connections
        One entry a point, in the order given.

    Raises
    ------
    ValueError
        If the limit is negative or the arrays differ in length.
    """
    if snap_limit_mm < 0 or len(x_m) != len(y_m):
        raise ValueError(f"snap_limit_mm {snap_limit_mm} below 0, or {len(x_m)} x for {len(y_m)} y")
    points = shapely.points(np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64))
    points[np.isnan(x_m) | np.isnan(y_m)] = None
    edges, walls = _edge_tree(network), shapely.STRtree(compound_walls(network.streets))
    reach_m = snap_limit_mm / 1000 + 0.001

    # Nearly every point takes its very nearest edge: look through the whole neighbourhood only behind a wall.
    (near, _), nearest_m = edges.query_nearest(points, max_distance=reach_m, all_matches=False, return_distance=True)
    chosen = _first_unwalled(walls, points, _candidates(network, edges, points, near, nearest_m + 1e-6, snap_limit_mm))
    walled = np.setdiff1d(near, chosen.point)
    around = _candidates(network, edges, points, walled, np.full(len(walled), reach_m), snap_limit_mm)
    return _connections(network, len(points), (chosen, _first_unwalled(walls, points, around)))


def _edge_tree(network: Network) -> shapely.STRtree:
    ends_xy = np.stack(
        [
            np.stack([network.node_x_m[node], network.node_y_m[node]], axis=1)
            for node in (network.edge_u, network.edge_v)
        ],
        axis=1,
    )
    return shapely.STRtree(shapely.linestrings(ends_xy))


def _candidates(
    network: Network,
    edges: shapely.STRtree,
    points: npt.NDArray[np.object_],
    which: Ints,
    within_m: Metres,
    snap_limit_mm: int,
) -> _Candidates:
    """Find the edges within a distance of some of the points, sorted by point, distance, edge."""
    position, edge = edges.query(points[which], predicate="dwithin", distance=within_m)
    point = which[position]
    x_m, y_m = shapely.get_x(points[point]), shapely.get_y(points[point])
    u, v = network.edge_u[edge], network.edge_v[edge]
    ux, uy, vx, vy = network.node_x_m[u], network.node_y_m[u], network.node_x_m[v], network.node_y_m[v]
    dx, dy = vx - ux, vy - uy
    square = dx * dx + dy * dy
    along = (x_m - ux) * dx + (y_m - uy) * dy
    share = np.clip(np.divide(along, square, out=np.zeros_like(along), where=square > 0), 0.0, 1.0)
    # At an end the node itself, to the last bit, so that edges that meet there are at equal distance.
    foot_x = np.where(share == 1.0, vx, ux + share * dx)
    foot_y = np.where(share == 1.0, vy, uy + share * dy)
    distance_m = np.hypot(x_m - foot_x, y_m - foot_y)
    order = np.lexsort((edge, distance_m, point))
    order = order[np.floor(1000.0 * distance_m[order] + 0.5) <= snap_limit_mm]
    return _Candidates(point[order], edge[order], share[order], foot_x[order], foot_y[order], distance_m[order])


def _first_unwalled(walls: shapely.STRtree, points: npt.NDArray[np.object_], found: _Candidates) -> _Candidates:
    """Keep of each point the first candidate whose straight line crosses no compound wall."""
    ends_xy = np.stack(
        [
            np.stack([shapely.get_x(points[found.point]), shapely.get_y(points[found.point])], axis=1),
            np.stack([found.x_m, found.y_m], axis=1),
        ],
        axis=1,
    )
    crossing, _ = walls.query(shapely.linestrings(ends_xy), predicate="crosses")
    free = np.setdiff1d(np.arange(len(found.point)), crossing)
    _, first = np.unique(found.point[free], return_index=True)
    take = free[first]
    return _Candidates(
        found.point[take], found.edge[take], found.share[take], found.x_m[take], found.y_m[take], found.distance_m[take]
    )


def _connections(network: Network, n_points: int, parts: tuple[_Candidates, ...]) -> Connections:
    edge, component = np.full(n_points, -1, dtype=np.int64), np.full(n_points, -1, dtype=np.int64)
    from_u_mm, from_v_mm, off_mm = (np.zeros(n_points, dtype=np.int64) for _ in range(3))
    x_m, y_m = np.full(n_points, np.nan), np.full(n_points, np.nan)
    for part in parts:
        length_mm = network.length_mm[part.edge]
        a_mm = np.floor(length_mm * part.share + 0.5).astype(np.int64)
        edge[part.point] = part.edge
        from_u_mm[part.point] = a_mm
        from_v_mm[part.point] = length_mm - a_mm
        off_mm[part.point] = np.floor(1000.0 * part.distance_m + 0.5).astype(np.int64)
        x_m[part.point], y_m[part.point] = part.x_m, part.y_m
        open_end = np.where(
            network.is_closed[network.edge_u[part.edge]], network.edge_v[part.edge], network.edge_u[part.edge]
        )
        component[part.point] = network.component[open_end]
    return Connections(edge, from_u_mm, from_v_mm, off_mm, x_m, y_m, component)
