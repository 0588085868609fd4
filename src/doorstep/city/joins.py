"""Small gaps closed: where a way ends a step before another part of the network, somebody forgot to draw the step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from doorstep.city.added import FIRST_ADDED_ID, NewWay, append_ways, edges_of, keep_apart, lines_between
from doorstep.city.model import Streets
from doorstep.city.walkable import level_of, walkable_ways

__all__ = ["with_joins"]

Ints = npt.NDArray[np.int64]
Metres = npt.NDArray[np.float64]

SAME_PLACE_M = 0.01
"""A join that comes so near to a node goes to the node."""
_KEPT = ("access", "foot", "layer", "level", "bridge", "tunnel", "surface", "indoor")


@dataclass(frozen=True, slots=True, eq=False)
class _Gaps:
    """Ends of ways and where they nearly touch another part: end node, its way, edge touched, share along it, gap."""

    end: Ints
    end_way: Ints
    edge: Ints
    share: Metres
    gap_m: Metres


def with_joins(streets: Streets, gap_m: float) -> Streets:
    """Return streets in which parts of the network that nearly touch are joined.

    An end of a walkable way (no other walkable way there; not a barrier, not ``noexit=yes``) is joined by a straight
    line to the nearest point of a walkable way of another part that is at most ``gap_m`` away, of the same level
    (``layer``, ``level``, bridge, tunnel), with no wall or fence between. Parts are those of the ways as drawn, so
    that the order of joining does not matter; equally near ways go by their place. Nothing else is joined.

    Parameters
    ----------
    streets
        In metres.
    gap_m
        Widest gap, inclusive.

    Returns
    -------
    Streets
        With one way a join (``AddedWay.kind`` = ``join``, ``gap_mm`` as evidence); a join to the middle of an edge adds
        a vertex there.
    """
    walkable = walkable_ways(streets.way_tags)
    at, u, v = edges_of(streets, walkable)
    if not len(at):
        return streets
    n_nodes = len(streets.node_id)
    links = coo_array((np.ones(len(u), dtype=np.int8), (u, v)), shape=(n_nodes, n_nodes))
    n_parts, part = connected_components(links, directed=False)
    if n_parts == 1:
        return streets
    way = np.searchsorted(streets.first_node_of_way, at, side="right") - 1
    gaps = _gaps(streets, (u, v, way), part.astype(np.int64), gap_m)
    return _joined(streets, gaps, at, (u, v))


def _gaps(streets: Streets, edges: tuple[Ints, Ints, Ints], part: Ints, gap_m: float) -> _Gaps:
    """Return the nearest touch of each end, ends in order of their node."""
    u, v, way = edges
    ends, end_way = _ends(streets, edges)
    main = np.bincount(part[u]).argmax()
    # A gap has two sides, one of them off the main part: only what is near these few is looked at.
    off_end, off_edge = part[ends] != main, part[u] != main
    near = off_edge | _near(streets, u, v, ends[off_end])
    pairs = []
    for of_ends, of_edges in ((off_end, near), (~off_end, off_edge)):
        some_ends, some_edges = np.flatnonzero(of_ends), np.flatnonzero(of_edges)
        if len(some_ends) and len(some_edges):
            tree = shapely.STRtree(lines_between(streets, u[some_edges], v[some_edges]))
            points = shapely.points(streets.node_x_m[ends[some_ends]], streets.node_y_m[ends[some_ends]])
            found = tree.query(points, predicate="dwithin", distance=gap_m)
            pairs.append((some_ends[found[0]], some_edges[found[1]]))
    which = np.concatenate([one for one, _ in pairs]) if pairs else np.zeros(0, dtype=np.int64)
    edge = np.concatenate([one for _, one in pairs]) if pairs else np.zeros(0, dtype=np.int64)
    levels = {one: level_of(streets.way_tags[one]) for one in {*end_way[which].tolist(), *way[edge].tolist()}}
    apart = part[ends[which]] != part[u[edge]]
    pairs_of_ways = zip(end_way[which].tolist(), way[edge].tolist(), strict=True)
    fits = apart & np.array([levels[one] == levels[other] for one, other in pairs_of_ways], dtype=np.bool_)
    which, edge = which[fits], edge[fits]
    share, gap, foot = _feet(streets, ends[which], u[edge], v[edge])
    end_xy = np.stack([streets.node_x_m[ends[which]], streets.node_y_m[ends[which]]], axis=1)
    lines = shapely.linestrings(np.stack([end_xy, foot], axis=1).reshape(-1, 2, 2))
    free = ~keep_apart(streets, np.asarray(lines, dtype=object))
    which, edge, share, gap = which[free], edge[free], share[free], gap[free]
    order = np.lexsort((edge, gap, which))
    _, first = np.unique(which[order], return_index=True)
    best = order[first]
    return _Gaps(ends[which[best]], end_way[which[best]], edge[best], share[best], gap[best])


def _ends(streets: Streets, edges: tuple[Ints, Ints, Ints]) -> tuple[Ints, Ints]:
    """Return the nodes where one edge ends and no other begins, and the way of each."""
    u, v, way = edges
    degree = np.bincount(np.concatenate([u, v]), minlength=len(streets.node_id))
    of_node = np.full(len(streets.node_id), -1, dtype=np.int64)
    of_node[u], of_node[v] = way, way
    is_end = degree == 1
    for node, tags in streets.node_tags.items():
        if "barrier" in tags or tags.get("noexit") == "yes":
            is_end[node] = False
    ends = np.flatnonzero(is_end)
    return ends, of_node[ends]


def _near(streets: Streets, u: Ints, v: Ints, ends: Ints) -> npt.NDArray[np.bool_]:
    """Return which edges may be near one of the ends: by squares of 200 m, long edges always."""
    side_m = 200.0
    x, y = streets.node_x_m, streets.node_y_m
    cells = np.floor(np.stack([x, y], axis=1) / side_m).astype(np.int64)
    steps = np.array([(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)])
    around = (cells[ends][:, None, :] + steps).reshape(-1, 2)
    near = np.isin(cells[u] @ np.array([2**31, 1]), around @ np.array([2**31, 1]))
    return np.asarray(near | (np.hypot(x[v] - x[u], y[v] - y[u]) > 0.9 * side_m), dtype=np.bool_)


def _feet(streets: Streets, node: Ints, u: Ints, v: Ints) -> tuple[Metres, Metres, Metres]:
    """Return the share along each edge of the point nearest to a node, its distance, and the point, shape (n, 2)."""
    x, y = streets.node_x_m, streets.node_y_m
    dx, dy = x[v] - x[u], y[v] - y[u]
    square = dx * dx + dy * dy
    along = (x[node] - x[u]) * dx + (y[node] - y[u]) * dy
    share = np.clip(np.divide(along, square, out=np.zeros_like(square), where=square > 0), 0.0, 1.0)
    long_m = np.sqrt(square)
    share = np.where(share * long_m <= SAME_PLACE_M, 0.0, np.where((1 - share) * long_m <= SAME_PLACE_M, 1.0, share))
    foot = np.stack([x[u] + share * dx, y[u] + share * dy], axis=1)
    return share, np.hypot(foot[:, 0] - x[node], foot[:, 1] - y[node]), foot


def _joined(streets: Streets, gaps: _Gaps, at: Ints, edges: tuple[Ints, Ints]) -> Streets:
    u, v = edges
    inside = (gaps.share > 0) & (gaps.share < 1)
    # Two ends may meet one point of an edge: one vertex a place.
    spots = np.stack([gaps.edge[inside], gaps.share[inside]], axis=1)
    places, vertex_of = np.unique(spots, axis=0, return_inverse=True)
    edge = places[:, 0].astype(np.int64)
    share = places[:, 1]
    n_nodes = len(streets.node_id)
    target = np.where(gaps.share >= 1, v[gaps.edge], u[gaps.edge])
    target[inside] = n_nodes + vertex_of.reshape(-1)
    way_of_edge = np.searchsorted(streets.first_node_of_way, at[gaps.edge], side="right") - 1

    def between(values: Metres) -> Metres:
        return np.concatenate([values, values[u[edge]] + share * (values[v[edge]] - values[u[edge]])])

    first_id = max(FIRST_ADDED_ID, int(streets.node_id[-1]) + 1)
    grown_way = np.searchsorted(streets.first_node_of_way, at[edge], side="right") - 1
    more = np.bincount(grown_way, minlength=len(streets.way_id))
    grown = replace(
        streets,
        node_id=np.concatenate([streets.node_id, first_id + np.arange(len(edge), dtype=np.int64)]),
        node_x_m=between(streets.node_x_m),
        node_y_m=between(streets.node_y_m),
        node_ele_m=between(streets.node_ele_m),
        way_nodes=np.insert(streets.way_nodes, at[edge] + 1, n_nodes + np.arange(len(edge))),
        first_node_of_way=streets.first_node_of_way + np.concatenate([[0], np.cumsum(more)]),
    )
    seen: set[frozenset[int]] = set()
    ways = []
    for place in range(len(gaps.end)):
        end, other = int(gaps.end[place]), int(target[place])
        if frozenset((end, other)) in seen:
            continue
        seen.add(frozenset((end, other)))
        own, touched = int(gaps.end_way[place]), int(way_of_edge[place])
        tags = {"highway": "footway"} | {key: value for key, value in streets.way_tags[own].items() if key in _KEPT}
        from_ways = (int(streets.way_id[own]), int(streets.way_id[touched]))
        evidence = {"gap_mm": float(np.floor(1000 * gaps.gap_m[place] + 0.5))}
        ways.append(NewWay((end, other), tags, "join", from_ways, evidence))
    return append_ways(grown, ways)
