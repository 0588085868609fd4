"""What people may walk on, derived again from the ways as drawn, and the nearest edge of a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.city import Streets
from doorstep.standards import Profile
from doorstep.verify.barriers import compound_walls, tags_of_nodes
from doorstep.verify.need import Bools, Floats, Ints
from doorstep.verify.paces import derive_paces
from doorstep.verify.signals import derive_waits
from doorstep.verify.ways import is_closed, is_private, is_sunk, is_walked, left_out

__all__ = ["Footing", "Graph", "derive_graph", "half_up", "stand"]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Edges (``u``, ``v`` node positions) in the order of way and place in the way, and what holds at each node.

    ``length_mm``, ``private``, the ms per mm from u to v and back (infinite: closed) and the ms of waiting before one
    leaves u along it, and v, are per edge; so is ``sunk``, below ground, where no point stands; ``public`` and
    ``closed`` are per node; ``rings`` are compound walls.
    """

    x_m: Floats
    y_m: Floats
    u: Ints
    v: Ints
    length_mm: Ints
    forward: Floats
    backward: Floats
    private: Bools
    sunk: Bools
    public: Bools
    closed: Bools
    wait_u_ms: Ints
    wait_v_ms: Ints
    rings: npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Footing:
    """Where points stand on the network: edge (-1: nowhere), mm from its first node, mm off the network."""

    edge: Ints
    along_mm: Ints
    off_mm: Ints


def half_up(value: npt.ArrayLike) -> Ints:
    """Round to the nearest whole number, halves up."""
    return np.floor(np.asarray(value, dtype=np.float64) + 0.5).astype(np.int64)


def derive_graph(streets: Streets, profile: Profile) -> Graph:
    """Decide way by way and node by node who may walk where."""
    n_nodes = len(streets.node_id)
    n_ways = len(streets.way_id)
    walked = np.array([is_walked(tags) for tags in streets.way_tags], dtype=np.bool_)
    node_tags = tags_of_nodes(streets, walked)
    walked &= ~left_out(streets, walked)
    sunk_way = np.array([is_sunk(tags) for tags in streets.way_tags], dtype=np.bool_)
    private_way = np.array([is_private(tags) for tags in streets.way_tags], dtype=np.bool_)

    nodes_of_way = np.diff(streets.first_node_of_way)
    way_of_position = np.repeat(np.arange(n_ways), nodes_of_way)
    # Neighbouring positions of one way make an edge.
    start = np.flatnonzero(way_of_position[:-1] == way_of_position[1:])
    u, v, way = streets.way_nodes[start], streets.way_nodes[start + 1], way_of_position[start]
    kept = (u != v) & walked[way]
    u, v, way = u[kept].astype(np.int64), v[kept].astype(np.int64), way[kept]
    private = private_way[way]
    public = np.zeros(n_nodes, dtype=np.bool_)
    public[streets.way_nodes[(walked & ~private_way)[way_of_position]]] = True
    touched_by_private = np.zeros(n_nodes, dtype=np.bool_)
    touched_by_private[u[private]] = True
    touched_by_private[v[private]] = True

    closed = np.zeros(n_nodes, dtype=np.bool_)
    for node, tags in node_tags.items():
        closed[node] = is_closed(tags, bool(touched_by_private[node]))
    x, y = streets.node_x_m, streets.node_y_m
    length_mm = half_up(1000.0 * np.hypot(x[v] - x[u], y[v] - y[u]))
    forward, backward = derive_paces(streets, profile, way, u, v, length_mm)
    wait_u_ms, wait_v_ms = derive_waits(streets, profile, way, u, v)
    return Graph(
        x_m=x,
        y_m=y,
        u=u,
        v=v,
        length_mm=length_mm,
        forward=forward,
        backward=backward,
        private=private,
        sunk=sunk_way[way],
        public=public,
        closed=closed,
        wait_u_ms=wait_u_ms,
        wait_v_ms=wait_v_ms,
        rings=compound_walls(streets, node_tags),
    )


def stand(graph: Graph, x_m: Floats, y_m: Floats, snap_limit_mm: int) -> Footing:
    """Put points onto the nearest edge that a straight line reaches without crossing a compound wall."""
    n_points = len(x_m)
    footing = Footing(np.full(n_points, -1), np.zeros(n_points, dtype=np.int64), np.zeros(n_points, dtype=np.int64))
    surface = np.flatnonzero(~graph.sunk)
    if n_points == 0 or len(surface) == 0:
        return footing
    u, v = graph.u[surface], graph.v[surface]
    ends = np.stack(
        [np.column_stack([graph.x_m[u], graph.y_m[u]]), np.column_stack([graph.x_m[v], graph.y_m[v]])], axis=1
    )
    edges = shapely.STRtree(shapely.linestrings(ends))
    points = shapely.points(x_m, y_m)
    limit_m = (snap_limit_mm + 1) / 1000.0
    near, distance = edges.query_nearest(points, max_distance=limit_m, return_distance=True, all_matches=False)
    # First only edges as near as the nearest (ties); then, where walls bar these, everything within the limit.
    barred = _settle(graph, surface, edges, points, near[0], distance + 0.002, snap_limit_mm, footing)
    for first in range(0, len(barred), 500):
        some = barred[first : first + 500]
        _settle(graph, surface, edges, points, some, np.full(len(some), limit_m), snap_limit_mm, footing)
    return footing


def _settle(
    graph: Graph,
    surface: Ints,
    edges: shapely.STRtree,
    points: npt.NDArray[np.object_],
    which: Ints,
    radius_m: Floats,
    snap_limit_mm: int,
    footing: Footing,
) -> Ints:
    """Write the footing of some points, looking within a radius; return those that found none."""
    if len(which) == 0:
        return which
    row, at = edges.query(points[which], predicate="dwithin", distance=radius_m)
    point, edge = which[row], surface[at]
    x, y = shapely.get_x(points[point]), shapely.get_y(points[point])
    ux, uy = graph.x_m[graph.u[edge]], graph.y_m[graph.u[edge]]
    vx, vy = graph.x_m[graph.v[edge]], graph.y_m[graph.v[edge]]
    dx, dy = vx - ux, vy - uy
    square = dx * dx + dy * dy
    t = np.divide((x - ux) * dx + (y - uy) * dy, square, out=np.zeros_like(square), where=square > 0)
    t = np.clip(t, 0.0, 1.0)
    # The end itself, not a sum that comes near it: whether a line touches or crosses a wall hangs on it.
    foot_x, foot_y = np.where(t == 1.0, vx, ux + t * dx), np.where(t == 1.0, vy, uy + t * dy)
    off_m = np.hypot(foot_x - x, foot_y - y)
    off_mm = half_up(1000.0 * off_m)
    # Nearest before rounding; only what is equally near goes by number.
    order = np.lexsort((edge, off_m, point))
    order = order[off_mm[order] <= snap_limit_mm]
    if len(graph.rings) and len(order):
        lines = shapely.linestrings(
            np.stack([np.column_stack([x, y])[order], np.column_stack([foot_x, foot_y])[order]], axis=1)
        )
        crossing = np.unique(shapely.STRtree(graph.rings).query(lines, predicate="crosses")[0])
        order = np.delete(order, crossing)
    settled, first = np.unique(point[order], return_index=True)
    best = order[first]
    footing.edge[settled] = edge[best]
    footing.along_mm[settled] = half_up(graph.length_mm[edge[best]] * t[best])
    footing.off_mm[settled] = off_mm[best]
    return np.setdiff1d(which, settled)
