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

__all__ = ["Network", "build_network"]

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
    """Where people walk: nodes, edges, and the arcs that are allowed.

    An *edge* is a pair of neighbouring nodes of a way, numbered by way id, then position in the way. An *arc* is an
    edge walked in one direction. Nodes keep their position in :class:`doorstep.city.Streets`.

    Parameters
    ----------
    node_x_m, node_y_m
        Shape (n_nodes,): metres.
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
    length_mm, moving_ms
        Shape (n_edges,), int64.
    is_steps, is_private
        Shape (n_edges,).
    way_of_edge
        Shape (n_edges,), int64: position of the way in ``Streets``.
    may_uv, may_vu
        Shape (n_edges,): the whole edge may be walked from u to v, from v to u.
    first_out_of_node, out_edge, out_head
        Allowed arcs by the node they leave: shapes (n_nodes + 1,), (n_arcs,), (n_arcs,), int64.
    first_in_of_node, in_edge, in_tail
        Allowed arcs by the node they enter.
    edge_tree
        Edges as lines, in the order of edges.
    wall_tree
        Compound walls: closed lines with a gate on them.
    step_penalty
        Time on steps is multiplied by it.
    """

    node_x_m: Metres
    node_y_m: Metres
    is_public: Flags
    is_closed: Flags
    wait_ms: Ints
    component: Ints
    edge_u: Ints
    edge_v: Ints
    length_mm: Ints
    moving_ms: Ints
    is_steps: Flags
    is_private: Flags
    way_of_edge: Ints
    may_uv: Flags
    may_vu: Flags
    first_out_of_node: Ints
    out_edge: Ints
    out_head: Ints
    first_in_of_node: Ints
    in_edge: Ints
    in_tail: Ints
    edge_tree: shapely.STRtree
    wall_tree: shapely.STRtree
    step_penalty: float

    def part_ms(self, edge: Ints, part_mm: Ints) -> Ints:
        """Return the time over a part of an edge: 1 m/s, times the penalty on steps, rounded half up.

        Parameters
        ----------
        edge, part_mm
            Shapes (n,): numbers of edges and lengths along them.

        Returns
        -------
        Ints
            Shape (n,), milliseconds.
        """
        return _moving_ms(part_mm, self.is_steps[edge], self.step_penalty)


def build_network(streets: Streets, *, step_penalty: float, crossing_wait_ms: int) -> Network:
    """Decide which ways are walked on, and turn them into a network.

    Parameters
    ----------
    streets
        Ways as drawn; not changed.
    step_penalty
        Time on steps is multiplied by it; at least 1.
    crossing_wait_ms
        Wait at a signalled crossing; at least 0.

    Returns
    -------
    Network
        The same for the same streets, whatever the order of tags.

    Raises
    ------
    ValueError
        If the penalty is below 1 or the wait below 0.

    Notes
    -----
    One pass over the tags of ways, the rest on whole arrays: time grows with the number of way nodes.
    """
    if not step_penalty >= 1 or crossing_wait_ms < 0:
        raise ValueError(
            f"step_penalty {step_penalty} must be at least 1, crossing_wait_ms {crossing_wait_ms} at least 0"
        )
    n_nodes = len(streets.node_id)
    walkable = np.array([_is_walkable(tags) for tags in streets.way_tags], dtype=np.bool_)
    private_way = np.array([_is_private(tags) for tags in streets.way_tags], dtype=np.bool_)
    steps_way = np.array([tags.get("highway") == "steps" for tags in streets.way_tags], dtype=np.bool_)

    way_of_visit = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.first_node_of_way))
    nodes = streets.way_nodes.astype(np.int64)
    is_public = np.zeros(n_nodes, dtype=np.bool_)
    is_public[nodes[(walkable & ~private_way)[way_of_visit]]] = True

    follows = (way_of_visit[:-1] == way_of_visit[1:]) & walkable[way_of_visit[:-1]] & (nodes[:-1] != nodes[1:])
    at = np.flatnonzero(follows)
    u, v, way = nodes[at], nodes[at + 1], way_of_visit[at]
    is_private, is_steps = private_way[way], steps_way[way]
    length_mm = _mm(np.hypot(streets.node_x_m[v] - streets.node_x_m[u], streets.node_y_m[v] - streets.node_y_m[u]))

    touches_private = np.zeros(n_nodes, dtype=np.bool_)
    touches_private[u[is_private]] = touches_private[v[is_private]] = True
    is_closed = np.zeros(n_nodes, dtype=np.bool_)
    wait_ms = np.zeros(n_nodes, dtype=np.int64)
    for node, tags in streets.node_tags.items():
        is_closed[node] = _is_closed(tags, bool(touches_private[node]))
        if "traffic_signals" in (tags.get("crossing"), tags.get("highway")):
            wait_ms[node] = crossing_wait_ms

    open_ends = ~is_closed[u] & ~is_closed[v]
    may_uv = open_ends & ~(is_private & is_public[u])
    may_vu = open_ends & ~(is_private & is_public[v])
    arc_edge = np.concatenate([np.flatnonzero(may_uv), np.flatnonzero(may_vu)])
    arc_tail = np.concatenate([u[may_uv], v[may_vu]])
    arc_head = np.concatenate([v[may_uv], u[may_vu]])
    first_out, by_tail = _grouped(arc_tail, n_nodes)
    first_in, by_head = _grouped(arc_head, n_nodes)
    ends_xy = np.stack(
        [
            np.stack([streets.node_x_m[u], streets.node_y_m[u]], axis=1),
            np.stack([streets.node_x_m[v], streets.node_y_m[v]], axis=1),
        ],
        axis=1,
    )
    return Network(
        node_x_m=streets.node_x_m,
        node_y_m=streets.node_y_m,
        is_public=is_public,
        is_closed=is_closed,
        wait_ms=wait_ms,
        component=_components(n_nodes, arc_tail, arc_head, np.concatenate([u, v])),
        edge_u=u,
        edge_v=v,
        length_mm=length_mm,
        moving_ms=_moving_ms(length_mm, is_steps, step_penalty),
        is_steps=is_steps,
        is_private=is_private,
        way_of_edge=way,
        may_uv=may_uv,
        may_vu=may_vu,
        first_out_of_node=first_out,
        out_edge=arc_edge[by_tail],
        out_head=arc_head[by_tail],
        first_in_of_node=first_in,
        in_edge=arc_edge[by_head],
        in_tail=arc_tail[by_head],
        edge_tree=shapely.STRtree(shapely.linestrings(ends_xy)),
        wall_tree=shapely.STRtree(_compound_walls(streets)),
        step_penalty=float(step_penalty),
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


def _compound_walls(streets: Streets) -> list[shapely.LinearRing]:
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


def _moving_ms(length_mm: Ints, is_steps: Flags, step_penalty: float) -> Ints:
    on_steps_ms = np.floor(length_mm * step_penalty + 0.5).astype(np.int64)
    return np.where(is_steps, on_steps_ms, length_mm)


def _grouped(key: Ints, n_groups: int) -> tuple[Ints, Ints]:
    """Return where each group starts, and the order that sorts into groups (ties keep their order)."""
    first = np.zeros(n_groups + 1, dtype=np.int64)
    np.cumsum(np.bincount(key, minlength=n_groups), out=first[1:])
    return first, np.argsort(key, kind="stable")


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
