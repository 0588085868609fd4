"""The pedestrian network: which ways people may walk on, which way round, and how long each takes.

Every rule here is the section "Walking" of ``docs/explain/model.md``; ``docs/explain/walking.md`` tells why.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from doorstep.city import Streets
from doorstep.city.walkable import private_ways, walkable_ways
from doorstep.walk.costs import edge_factors, node_closed, waits_ms
from doorstep.walk.walker import Walker
from doorstep.walk.walls import with_gate_lines
from doorstep.walk.ways import GATES, beside_sidewalks, is_closed, is_shut, tags_at

__all__ = ["GATES", "Network", "build_network", "for_walker", "moving_ms", "without_impassable"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Metres = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Where somebody walks: nodes, edges, and how long each takes which way round.

    An *edge* is a pair of neighbouring nodes of a way, numbered by way id, then position in the way. An *arc* is an
    edge walked in one direction. Nodes keep their position in :class:`doorstep.city.Streets`.

    Parameters
    ----------
    streets
        The ways that it was made of; nodes of gates that are drawn as lines have their tags.
    walker
        Whose times these are.
    is_public
        Shape (n_nodes,): a walkable way that is not private touches the node.
    is_closed
        Shape (n_nodes,): nothing passes through.
    component
        Shape (n_nodes,), int64: part of the network that hangs together if directions are forgotten, 0 the one
        with most nodes; -1 for a node without an edge. A closed node is a part of its own.
    edge_u, edge_v
        Shape (n_edges,), int64: first and second node in the direction of the way.
    length_mm
        Shape (n_edges,), int64.
    way_of_edge
        Shape (n_edges,), int64: position of the way in ``streets``.
    is_private
        Shape (n_edges,): can be left but not entered.
    factor_uv, factor_vu
        Shape (n_edges,): milliseconds on the move per millimetre, in the direction of the way and against it (pace,
        steps and slope are in it); infinite where this walker cannot pass.
    may_uv, may_vu
        Shape (n_edges,): the whole edge may be walked from u to v, from v to u.
    wait_u_ms, wait_v_ms
        Shape (n_edges,), int64: added to a walk that leaves u (v) along the edge, all of it or a part; 0 where nobody
        waits.
    """

    streets: Streets
    walker: Walker
    is_public: Flags
    is_closed: Flags
    component: Ints
    edge_u: Ints
    edge_v: Ints
    length_mm: Ints
    way_of_edge: Ints
    is_private: Flags
    factor_uv: Metres
    factor_vu: Metres
    may_uv: Flags
    may_vu: Flags
    wait_u_ms: Ints
    wait_v_ms: Ints

    @property
    def node_x_m(self) -> Metres:
        """Shape (n_nodes,): metres."""
        return self.streets.node_x_m

    @property
    def node_y_m(self) -> Metres:
        """Shape (n_nodes,): metres."""
        return self.streets.node_y_m

    def part_ms(self, edge: Ints, part_mm: Ints, toward_v: Flags) -> Ints:
        """Return the time on the move over parts of edges, rounded half up; -1 where the walker cannot pass.

        Parameters
        ----------
        edge, part_mm
            Shapes (n,): numbers of edges and lengths along them.
        toward_v
            Shape (n,): walked in the direction of the way.

        Returns
        -------
        Ints
            Shape (n,), milliseconds.
        """
        factor = np.where(toward_v, self.factor_uv[edge], self.factor_vu[edge])
        return moving_ms(part_mm, factor)

    def arc_wait_ms(self, edge: Ints, toward_v: Flags) -> Ints:
        """Return the wait of who leaves a node along edges, in the direction of the way or against it; shape (n,)."""
        return np.where(toward_v, self.wait_u_ms[edge], self.wait_v_ms[edge])

    def off_ms(self, off_mm: Ints) -> Ints:
        """Return the time off the network, at the walker's own pace, rounded half up."""
        return moving_ms(off_mm, np.full(np.shape(off_mm), 1.0 / self.walker.speed_m_s))


def moving_ms(length_mm: Ints, factor: Metres) -> Ints:
    """Return whole milliseconds over lengths, rounded half up; -1 where the factor is infinite."""
    passable = np.isfinite(factor)
    return np.where(passable, np.floor(length_mm * np.where(passable, factor, 0.0) + 0.5), -1).astype(np.int64)


def build_network(streets: Streets, walker: Walker, *, at: datetime | None = None) -> Network:
    """Decide which ways are walked on, and turn them into a network.

    Parameters
    ----------
    streets
        Ways as drawn; not changed.
    walker
        Whose times are wanted.
    at
        Local time: gates, lifts and ways are closed then if their ``opening_hours`` or conditional tags say so; a way
        that is closed then is not walked on. What cannot be read counts as open. ``None``: what is open at some hours
        is open.

    Returns
    -------
    Network
        The same for the same streets, whatever the order of tags.

    Raises
    ------
    ValueError
        If a node on a walkable way has no place, or the coordinates are degrees.

    Notes
    -----
    One pass over the tags of ways, the rest on whole arrays: time grows with the number of way nodes.
    """
    streets = with_gate_lines(streets)
    n_nodes = len(streets.node_id)
    way_tags = streets.way_tags if at is None else [tags_at(tags, at) for tags in streets.way_tags]
    walkable = walkable_ways(way_tags)
    walkable &= ~beside_sidewalks(streets, walkable)
    if at is not None:
        walkable &= ~np.array([is_shut(tags, at) for tags in way_tags], dtype=np.bool_)
    private_way = private_ways(way_tags)

    way_of_visit = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.first_node_of_way))
    nodes = streets.way_nodes.astype(np.int64)
    is_public = np.zeros(n_nodes, dtype=np.bool_)
    is_public[nodes[(walkable & ~private_way)[way_of_visit]]] = True

    follows = (way_of_visit[:-1] == way_of_visit[1:]) & walkable[way_of_visit[:-1]] & (nodes[:-1] != nodes[1:])
    first = np.flatnonzero(follows)
    u, v, way = nodes[first], nodes[first + 1], way_of_visit[first]
    is_private = private_way[way]
    _check_places(streets, u, v)
    length_mm = _mm(np.hypot(streets.node_x_m[v] - streets.node_x_m[u], streets.node_y_m[v] - streets.node_y_m[u]))

    touches_private = np.zeros(n_nodes, dtype=np.bool_)
    touches_private[u[is_private]] = touches_private[v[is_private]] = True
    closed = np.zeros(n_nodes, dtype=np.bool_)
    for node, tags in streets.node_tags.items():
        closed[node] = is_closed(tags_at(tags, at), bool(touches_private[node])) or is_shut(tags, at)
    closed |= node_closed(streets, walker)

    factor_uv, factor_vu = edge_factors(streets, walker, way, u, v, length_mm)
    open_ends = ~closed[u] & ~closed[v]
    may_uv = open_ends & ~(is_private & is_public[u]) & np.isfinite(factor_uv)
    may_vu = open_ends & ~(is_private & is_public[v]) & np.isfinite(factor_vu)
    wait_u_ms, wait_v_ms = waits_ms(streets, walker, way, u, v)
    return Network(
        streets=streets,
        walker=walker,
        is_public=is_public,
        is_closed=closed,
        component=_components(n_nodes, u, v, may_uv, may_vu),
        edge_u=u,
        edge_v=v,
        length_mm=length_mm,
        way_of_edge=way,
        is_private=is_private,
        factor_uv=factor_uv,
        factor_vu=factor_vu,
        may_uv=may_uv,
        may_vu=may_vu,
        wait_u_ms=wait_u_ms,
        wait_v_ms=wait_v_ms,
    )


def for_walker(network: Network, walker: Walker) -> Network:
    """Return the same nodes and edges with another walker's times; what wheels cannot pass is closed.

    Parameters
    ----------
    network
        Of somebody without wheels; not changed. Gates that are shut in it stay shut.
    walker
        Whose times are wanted.

    Raises
    ------
    ValueError
        If the network was built for wheels: what is closed to these only is not told apart in it.
    """
    if network.walker.wheels:
        raise ValueError(f"the network of {network.walker.id} is closed where wheels cannot pass")
    streets, u, v = network.streets, network.edge_u, network.edge_v
    factor_uv, factor_vu = edge_factors(streets, walker, network.way_of_edge, u, v, network.length_mm)
    is_closed = network.is_closed | node_closed(streets, walker)
    open_ends = ~is_closed[u] & ~is_closed[v]
    may_uv = open_ends & ~(network.is_private & network.is_public[u]) & np.isfinite(factor_uv)
    may_vu = open_ends & ~(network.is_private & network.is_public[v]) & np.isfinite(factor_vu)
    wait_ms = network.wait_u_ms, network.wait_v_ms
    before = network.walker
    if (walker.crossing_wait_ms, walker.lift_wait_ms) != (before.crossing_wait_ms, before.lift_wait_ms):
        wait_ms = waits_ms(streets, walker, network.way_of_edge, u, v)
    same_parts = np.array_equal(may_uv, network.may_uv) and np.array_equal(may_vu, network.may_vu)
    return dataclasses.replace(
        network,
        walker=walker,
        is_closed=is_closed,
        component=network.component if same_parts else _components(len(is_closed), u, v, may_uv, may_vu),
        factor_uv=factor_uv,
        factor_vu=factor_vu,
        may_uv=may_uv,
        may_vu=may_vu,
        wait_u_ms=wait_ms[0],
        wait_v_ms=wait_ms[1],
    )


def _check_places(streets: Streets, u: Ints, v: Ints) -> None:
    x, y = streets.node_x_m, streets.node_y_m
    walked = np.zeros(len(x), dtype=np.bool_)
    walked[u] = walked[v] = True
    nodes = np.flatnonzero(walked)
    placeless = nodes[~(np.isfinite(x[nodes]) & np.isfinite(y[nodes]))]
    if len(placeless):
        raise ValueError(f"{len(placeless)} nodes have no place, the first is node {streets.node_id[placeless[0]]}")
    if len(nodes) and max(np.abs(x[nodes]).max(), np.abs(y[nodes]).max()) > _FARTHEST_M:
        raise ValueError(f"coordinates of nodes lie beyond {_FARTHEST_M:,.0f} m: they are no metres on Earth")
    length_m = np.hypot(x[v] - x[u], y[v] - y[u])
    small = (length_m > 0) & (length_m < _DEGREES_M)
    if not len(u) or np.abs(x[nodes]).max() > 180 or np.abs(y[nodes]).max() > 90:
        return
    across_m = max(float(np.ptp(x[nodes])), float(np.ptp(y[nodes])))
    if 0 < across_m < 1 < max(np.abs(x[nodes]).max(), np.abs(y[nodes]).max()):
        raise ValueError(f"coordinates are degrees, not metres: the whole network would be {across_m:.6f} m across")
    if len(u) >= _DEGREES_EDGES and small.mean() > 0.5:
        raise ValueError(f"coordinates are degrees, not metres: {int(small.sum())} of {len(u)} edges are under 1 cm")


_FARTHEST_M = 1e8
_DEGREES_M, _DEGREES_EDGES = 0.01, 20
"""Coordinates that fit degrees are degrees if most of so many edges are shorter than that (1 km is 0.01 degrees), or if
the whole network would be less than 1 m across."""


def without_impassable(network: Network) -> Network:
    """Return a network of the edges that its walker can pass, so that nobody is joined to a stair they cannot climb.

    Edges have other numbers in it: points must be joined to it anew.
    """
    kept = np.isfinite(network.factor_uv) | np.isfinite(network.factor_vu)
    by_edge = ("edge_u", "edge_v", "length_mm", "way_of_edge", "is_private")
    by_arc = ("factor_uv", "factor_vu", "may_uv", "may_vu", "wait_u_ms", "wait_v_ms")
    return dataclasses.replace(network, **{name: getattr(network, name)[kept] for name in (*by_edge, *by_arc)})


def _mm(length_m: Metres) -> Ints:
    return np.floor(1000.0 * length_m + 0.5).astype(np.int64)


def _components(n_nodes: int, u: Ints, v: Ints, may_uv: Flags, may_vu: Flags) -> Ints:
    if n_nodes == 0:
        return np.zeros(0, dtype=np.int64)
    tail, head = np.concatenate([u[may_uv], v[may_vu]]), np.concatenate([v[may_uv], u[may_vu]])
    arcs = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n_nodes, n_nodes))
    _, label = connected_components(arcs, directed=False)
    present = np.zeros(n_nodes, dtype=np.bool_)
    present[u] = present[v] = True
    labels, first_node, size = np.unique(label[present], return_index=True, return_counts=True)
    rank = np.empty(label.max() + 1, dtype=np.int64)
    rank[labels[np.lexsort((first_node, -size))]] = np.arange(len(labels))
    return np.where(present, rank[label], -1)
