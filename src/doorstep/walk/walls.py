"""Walls round compounds, gates drawn as lines, and where a way goes through a wall and nobody drew a gate.

The rules are in the section "Walking" of ``docs/explain/model.md``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from doorstep.city import Streets
from doorstep.city.added import edges_of, lines_between
from doorstep.city.walkable import GATES, is_gate_line, level_of, walkable_ways
from doorstep.walk.ways import is_closed

__all__ = [
    "WallCrossing",
    "compound_walls",
    "compound_ways",
    "gate_lines_at",
    "walls_crossed",
    "walls_without_gate",
    "with_gate_lines",
]

Ints = npt.NDArray[np.int64]
Stretch = tuple[int, int]

WALLS = frozenset({"wall", "fence", "city_wall"})
"""Walls that keep a compound; hedges, retaining walls and guard rails do not."""
_OF_GATES = (
    *("barrier", "access", "foot", "locked", "opening_hours", "foot:conditional", "access:conditional", "wheelchair"),
)
_PARALLEL = 1e-9  # radians: a way that runs along a wall lies on no side of it


@dataclass(frozen=True, slots=True)
class WallCrossing:
    """Where a way goes through a wall and nothing says that there is a gate.

    Parameters
    ----------
    way, wall
        Positions in ``Streets``.
    why
        ``node``: they share a node without a gate; ``drawn``: one is drawn across the other, on the same level, without
        a node; ``gate``: so is a gate that is drawn as a line, and the way knows nothing of it.
    x_m, y_m
        Where.
    """

    way: int
    wall: int
    why: str
    x_m: float
    y_m: float


def with_gate_lines(streets: Streets) -> Streets:
    """Return streets in which nodes that a gate drawn as a line shares with a walkable way have the gate's tags.

    A node that has a barrier of its own keeps it; of several lines the one with the smaller id counts.
    """
    lines = _gate_lines(streets)
    if not lines:
        return streets
    on_way = np.zeros(len(streets.node_id), dtype=np.bool_)
    on_way[streets.way_nodes[np.repeat(walkable_ways(streets.way_tags), np.diff(streets.first_node_of_way))]] = True
    node_tags = dict(streets.node_tags)
    for way in lines:
        told = {key: streets.way_tags[way][key] for key in _OF_GATES if key in streets.way_tags[way]}
        for node in _nodes(streets, way):
            own = node_tags.get(node, {})
            if on_way[node] and "barrier" not in own:
                node_tags[node] = {**told, **own}
    return dataclasses.replace(streets, node_tags=node_tags)


def gate_lines_at(streets: Streets, node: int) -> list[int]:
    """Return the nodes of all gates that are drawn as lines through a node."""
    nodes = [_nodes(streets, way) for way in _gate_lines(streets)]
    return [one for line in nodes if node in line for one in line]


def compound_ways(streets: Streets) -> list[tuple[int, ...]]:
    """Return the ways round each compound: a closed wall with a gate, or walls and gates that close it together.

    Returns
    -------
    list of tuple of int
        Positions of ways, closed walls first.
    """
    gates = {node for node, tags in streets.node_tags.items() if tags.get("barrier") in GATES}
    lines = _gate_lines(streets)
    drawn = {stretch for way in lines for stretch in _stretches(_nodes(streets, way))}
    found, pieces = [], []
    for way, tags in enumerate(streets.way_tags):
        if tags.get("barrier") not in WALLS:
            continue
        nodes = _nodes(streets, way)
        if nodes[0] != nodes[-1]:
            pieces.append(way)
        elif len(nodes) >= 4 and not (gates.isdisjoint(nodes) and drawn.isdisjoint(_stretches(nodes))):
            found.append((way,))
    return found + _put_together(streets, pieces, lines, gates)


def _put_together(streets: Streets, walls: list[int], lines: list[int], gates: set[int]) -> list[tuple[int, ...]]:
    """Return the rings of several ways with a wall and a gate: at each of their ends exactly two of them end."""
    pieces = [way for way in sorted([*walls, *lines]) if _nodes(streets, way)[0] != _nodes(streets, way)[-1]]
    if not pieces:
        return []
    ends = np.array([(_nodes(streets, way)[0], _nodes(streets, way)[-1]) for way in pieces], dtype=np.int64)
    node, end = np.unique(ends.reshape(-1, 2), return_inverse=True)
    end = end.reshape(-1, 2)
    links = coo_array((np.ones(len(end), dtype=np.int8), (end[:, 0], end[:, 1])), shape=(len(node), len(node)))
    n_parts, part = connected_components(links, directed=False)
    is_ring = np.ones(n_parts, dtype=np.bool_)
    is_ring[part[np.bincount(end.ravel(), minlength=len(node)) != 2]] = False
    rings: dict[int, list[int]] = {}
    for way, of_part in zip(pieces, part[end[:, 0]].tolist(), strict=True):
        if is_ring[of_part]:
            rings.setdefault(of_part, []).append(way)
    is_line = set(lines)
    return [
        tuple(ways)
        for ways in rings.values()
        if not is_line.issuperset(ways)
        and (not is_line.isdisjoint(ways) or any(not gates.isdisjoint(_nodes(streets, way)) for way in ways))
    ]


def walls_without_gate(streets: Streets) -> npt.NDArray[np.bool_]:
    """Return which ways are walls or fences that keep no compound and have no gate: nobody is stopped by them.

    Examples
    --------
    >>> from doorstep.city import Streets
    >>> node = np.arange(2)
    >>> wall = Streets(node, node * 9.0, node * 0.0, {}, node[:1], np.array([0, 2]), node, ({"barrier": "fence"},))
    >>> walls_without_gate(wall).tolist()
    [True]
    """
    gates = {node for node, tags in streets.node_tags.items() if tags.get("barrier") in GATES}
    drawn = {stretch for way in _gate_lines(streets) for stretch in _stretches(_nodes(streets, way))}
    found = np.array([tags.get("barrier") in WALLS for tags in streets.way_tags], dtype=np.bool_)
    found[[way for ways in compound_ways(streets) for way in ways]] = False
    for way in np.flatnonzero(found).tolist():
        nodes = _nodes(streets, way)
        found[way] = gates.isdisjoint(nodes) and drawn.isdisjoint(_stretches(nodes))
    return found


def compound_walls(streets: Streets) -> list[shapely.Geometry]:
    """Return the wall of each compound, in metres, without the stretches of gates that are open to all."""
    opening = {
        stretch
        for way in _gate_lines(streets)
        if not is_closed(streets.way_tags[way], touches_private=False)
        for stretch in _stretches(_nodes(streets, way))
    }
    walls = []
    for ways in compound_ways(streets):
        stretches = [one for way in ways for one in _stretches(_nodes(streets, way))]
        if len(ways) == 1 and opening.isdisjoint(stretches):
            nodes = _nodes(streets, ways[0])
            walls.append(shapely.LinearRing(np.stack([streets.node_x_m[nodes], streets.node_y_m[nodes]], axis=1)))
            continue
        kept = np.array([one for one in stretches if one not in opening], dtype=np.int64).reshape(-1, 2)
        walls.append(shapely.multilinestrings(lines_between(streets, kept[:, 0], kept[:, 1])))
    return walls


def walls_crossed(streets: Streets, u: Ints, v: Ints, way: Ints) -> tuple[WallCrossing, ...]:
    """Return where edges go through walls, fences and gate lines, and no gate is drawn there.

    Parameters
    ----------
    streets
        With the tags of gate lines (:func:`with_gate_lines`).
    u, v, way
        Shape (n_edges,): nodes of the edges that are walked on, and their ways.

    Returns
    -------
    tuple of WallCrossing
        In order of way, wall and place. Bridges, tunnels and other levels than the wall's are left out.
    """
    is_wall = np.array([tags.get("barrier") in WALLS or is_gate_line(tags) for tags in streets.way_tags], np.bool_)
    if not is_wall.any() or not len(u):
        return ()
    found = [*_at_nodes(streets, is_wall, (u, v, way)), *_drawn_across(streets, is_wall, (u, v, way))]
    return tuple(sorted(found, key=lambda one: (one.way, one.wall, one.x_m, one.y_m)))


def _at_nodes(
    streets: Streets, is_wall: npt.NDArray[np.bool_], edges: tuple[Ints, Ints, Ints]
) -> Iterator[WallCrossing]:
    wall_u, wall_v, wall = _wall_stretches(streets, is_wall)
    u, v, way = edges
    shared = np.intersect1d(np.concatenate([wall_u, wall_v]), np.concatenate([u, v]))
    told = [node for node, tags in streets.node_tags.items() if "barrier" in tags or "entrance" in tags]
    shared = np.setdiff1d(shared, told)
    walls_at, ways_at = _around(shared, wall_u, wall_v, wall), _around(shared, u, v, way)
    for node in shared.tolist():
        for level in dict.fromkeys(level_of(streets.way_tags[one]) for one, _ in walls_at[node]):
            both = [
                [one for one in some if level_of(streets.way_tags[one[0]]) == level]
                for some in (walls_at[node], ways_at[node])
            ]
            if len(_sides(streets, node, *both)) > 1:
                first, other = min(both[1])[0], min(both[0])[0]
                yield WallCrossing(first, other, "node", float(streets.node_x_m[node]), float(streets.node_y_m[node]))


Around = list[tuple[int, int]]
"""Way and neighbouring node of each stretch at a node."""


def _around(nodes: Ints, u: Ints, v: Ints, way: Ints) -> dict[int, Around]:
    found: dict[int, Around] = {node: [] for node in nodes.tolist()}
    for here, there in ((u, v), (v, u)):
        at = np.flatnonzero(np.isin(here, nodes))
        for node, one, other in zip(here[at].tolist(), way[at].tolist(), there[at].tolist(), strict=True):
            found[node].append((one, other))
    return found


def _sides(streets: Streets, node: int, walls: Around, ways: Around) -> set[int]:
    """Return between which directions of the walls at a node ways lead away from it."""

    def headings(around: Iterable[tuple[int, int]]) -> npt.NDArray[np.float64]:
        there = np.array([other for _, other in around], dtype=np.int64)
        x, y = streets.node_x_m, streets.node_y_m
        return np.asarray(np.arctan2(y[there] - y[node], x[there] - x[node]), dtype=np.float64)

    along = np.unique(headings(walls))
    if len(along) < 2 or not ways:
        return set()
    heading = headings(ways)
    beside = np.abs(heading[:, None] - along[None, :])
    off = (np.minimum(beside, 2 * np.pi - beside) > _PARALLEL).all(axis=1)
    return set((np.searchsorted(along, heading[off]) % len(along)).tolist())


def _drawn_across(
    streets: Streets, is_wall: npt.NDArray[np.bool_], edges: tuple[Ints, Ints, Ints]
) -> Iterator[WallCrossing]:
    wall_u, wall_v, wall = _wall_stretches(streets, is_wall)
    u, v, way = edges
    stretches, lines = lines_between(streets, wall_u, wall_v), lines_between(streets, u, v)
    edge, stretch = shapely.STRtree(stretches).query(lines, predicate="crosses")
    points = shapely.get_coordinates(shapely.intersection(lines[edge], stretches[stretch]))
    for one, other, (x_m, y_m) in zip(way[edge].tolist(), wall[stretch].tolist(), points.tolist(), strict=True):
        tags = streets.way_tags[other]
        if level_of(streets.way_tags[one]) == level_of(tags):
            yield WallCrossing(one, other, "gate" if is_gate_line(tags) else "drawn", x_m, y_m)


def _wall_stretches(streets: Streets, is_wall: npt.NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    at, u, v = edges_of(streets, is_wall)
    return u, v, (np.searchsorted(streets.first_node_of_way, at, side="right") - 1).astype(np.int64)


def _gate_lines(streets: Streets) -> list[int]:
    return [way for way, tags in enumerate(streets.way_tags) if "barrier" in tags and is_gate_line(tags)]


def _nodes(streets: Streets, way: int) -> list[int]:
    nodes: list[int] = streets.way_nodes[streets.first_node_of_way[way] : streets.first_node_of_way[way + 1]].tolist()
    return nodes


def _stretches(nodes: list[int]) -> list[Stretch]:
    return [(min(pair), max(pair)) for pair in pairwise(nodes) if pair[0] != pair[1]]
