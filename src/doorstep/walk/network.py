"""The pedestrian network: which ways people may walk on, which way round, and how long each takes.

Every rule here is the section "Walking" of ``docs/explain/model.md``; ``docs/explain/walking.md`` tells why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from doorstep.city import Streets
from doorstep.walk.costs import edge_factors, node_waits_ms
from doorstep.walk.walker import Walker

__all__ = ["Network", "build_network", "compound_walls", "moving_ms"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Metres = npt.NDArray[np.float64]

WALKABLE = frozenset(
    {
        "footway",
        "path",
        "pedestrian",
        "steps",
        "corridor",
        "living_street",
        "residential",
        "unclassified",
        "service",
        "track",
        "tertiary",
        "tertiary_link",
        "secondary",
        "secondary_link",
        "primary",
        "primary_link",
        "cycleway",
        "bridleway",
        "road",
        "elevator",
        "platform",
    }
)
ALLOWED = frozenset({"yes", "designated", "permissive"})
PRIVATE = frozenset({"private", "residents", "customers", "delivery", "permit"})
GATES = frozenset(
    {
        "gate",
        "lift_gate",
        "swing_gate",
        "kissing_gate",
        "entrance",
        "sliding_gate",
        "wicket_gate",
        "full-height_turnstile",
        "turnstile",
    }
)
CLOSABLE = GATES | {"wall", "fence", "debris", "block"}
WALLS = frozenset({"wall", "fence", "city_wall"})


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Where somebody walks: nodes, edges, and how long each takes which way round.

    An *edge* is a pair of neighbouring nodes of a way, numbered by way id, then position in the way. An *arc* is an
    edge walked in one direction. Nodes keep their position in :class:`doorstep.city.Streets`.

    Parameters
    ----------
    streets
        The ways that it was made of.
    walker
        Whose times these are.
    is_public
        Shape (n_nodes,): a walkable way that is not private touches the node.
    is_closed
        Shape (n_nodes,): nothing passes through.
    wait_ms
        Shape (n_nodes,), int64: added once to a walk that leaves this node, 0 where there is no signal.
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
    """

    streets: Streets
    walker: Walker
    is_public: Flags
    is_closed: Flags
    wait_ms: Ints
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

    def off_ms(self, off_mm: Ints) -> Ints:
        """Return the time off the network, at the walker's own pace, rounded half up."""
        return moving_ms(off_mm, np.full(np.shape(off_mm), 1.0 / self.walker.speed_m_s))


def moving_ms(length_mm: Ints, factor: Metres) -> Ints:
    """Return whole milliseconds over lengths, rounded half up; -1 where the factor is infinite."""
    passable = np.isfinite(factor)
    return np.where(passable, np.floor(length_mm * np.where(passable, factor, 0.0) + 0.5), -1).astype(np.int64)


def build_network(streets: Streets, walker: Walker) -> Network:
    """Decide which ways are walked on, and turn them into a network.

    Parameters
    ----------
    streets
        Ways as drawn; not changed.
    walker
        Whose times are wanted.

    Returns
    -------
    Network
        The same for the same streets, whatever the order of tags.

    Notes
    -----
    One pass over the tags of ways, the rest on whole arrays: time grows with the number of way nodes.
    """
    n_nodes = len(streets.node_id)
    walkable = np.array([_is_walkable(tags) for tags in streets.way_tags], dtype=np.bool_)
    private_way = np.array([_is_private(tags) for tags in streets.way_tags], dtype=np.bool_)

    way_of_visit = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.first_node_of_way))
    nodes = streets.way_nodes.astype(np.int64)
    is_public = np.zeros(n_nodes, dtype=np.bool_)
    is_public[nodes[(walkable & ~private_way)[way_of_visit]]] = True

    follows = (way_of_visit[:-1] == way_of_visit[1:]) & walkable[way_of_visit[:-1]] & (nodes[:-1] != nodes[1:])
    at = np.flatnonzero(follows)
    u, v, way = nodes[at], nodes[at + 1], way_of_visit[at]
    is_private = private_way[way]
    length_mm = _mm(np.hypot(streets.node_x_m[v] - streets.node_x_m[u], streets.node_y_m[v] - streets.node_y_m[u]))

    touches_private = np.zeros(n_nodes, dtype=np.bool_)
    touches_private[u[is_private]] = touches_private[v[is_private]] = True
    is_closed = np.zeros(n_nodes, dtype=np.bool_)
    for node, tags in streets.node_tags.items():
        is_closed[node] = _is_closed(tags, bool(touches_private[node]))

    open_ends = ~is_closed[u] & ~is_closed[v]
    may_uv = open_ends & ~(is_private & is_public[u])
    may_vu = open_ends & ~(is_private & is_public[v])
    arc_tail = np.concatenate([u[may_uv], v[may_vu]])
    arc_head = np.concatenate([v[may_uv], u[may_vu]])
    factor_uv, factor_vu = edge_factors(streets, walker, way, u, v, length_mm)
    return Network(
        streets=streets,
        walker=walker,
        is_public=is_public,
        is_closed=is_closed,
        wait_ms=node_waits_ms(streets, walker),
        component=_components(n_nodes, arc_tail, arc_head, np.concatenate([u, v])),
        edge_u=u,
        edge_v=v,
        length_mm=length_mm,
        way_of_edge=way,
        is_private=is_private,
        factor_uv=factor_uv,
        factor_vu=factor_vu,
        may_uv=may_uv & np.isfinite(factor_uv),
        may_vu=may_vu & np.isfinite(factor_vu),
    )


def _is_walkable(tags: Mapping[str, str]) -> bool:
    highway, foot = tags.get("highway", ""), tags.get("foot", "")
    if highway.startswith(("motorway", "trunk")):
        if foot not in ALLOWED:
            return False
    elif highway not in WALKABLE:
        return False
    if foot in ("no", "use_sidepath"):
        return False
    return tags.get("access") != "no" or foot in ALLOWED or foot == "destination"


def _is_private(tags: Mapping[str, str]) -> bool:
    foot = tags.get("foot")
    return (tags.get("access") in PRIVATE or foot in PRIVATE) and foot not in ALLOWED


def _is_closed(tags: Mapping[str, str], touches_private: bool) -> bool:
    barrier, access, foot = tags.get("barrier"), tags.get("access"), tags.get("foot")
    if barrier not in CLOSABLE:
        return False
    if barrier in ("wall", "fence") and access is None:
        return True
    if "no" in (access, foot) or tags.get("opening_hours") == "off":
        return True
    return access == "private" and foot != "yes" and not touches_private


def compound_walls(streets: Streets) -> list[shapely.LinearRing]:
    gates = {node for node, tags in streets.node_tags.items() if tags.get("barrier") in GATES}
    walls = []
    for way, tags in enumerate(streets.way_tags):
        if tags.get("barrier") not in WALLS:
            continue
        ring = streets.way_nodes[streets.first_node_of_way[way] : streets.first_node_of_way[way + 1]]
        if len(ring) >= 4 and ring[0] == ring[-1] and not gates.isdisjoint(ring.tolist()):
            walls.append(shapely.LinearRing(np.stack([streets.node_x_m[ring], streets.node_y_m[ring]], axis=1)))
    return walls


def _mm(length_m: Metres) -> Ints:
    return np.floor(1000.0 * length_m + 0.5).astype(np.int64)


def _components(n_nodes: int, tail: Ints, head: Ints, touched: Ints) -> Ints:
    if n_nodes == 0:
        return np.zeros(0, dtype=np.int64)
    arcs = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n_nodes, n_nodes))
    _, label = connected_components(arcs, directed=False)
    present = np.zeros(n_nodes, dtype=np.bool_)
    present[touched] = True
    labels, first_node, size = np.unique(label[present], return_index=True, return_counts=True)
    rank = np.empty(label.max() + 1, dtype=np.int64)
    rank[labels[np.lexsort((first_node, -size))]] = np.arange(len(labels))
    return np.where(present, rank[label], -1)
