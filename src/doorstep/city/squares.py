"""Squares crossed: straight lines between the doors of a square and round its corners, as people walk.

A square drawn as an area is walked along its outline by a program and across by everybody else. The shortest walks in a
polygon run along its visibility graph (Lozano-Pérez and Wesley, Communications of the ACM 22(10), 1979): straight lines
between the points where people come in and the corners that stand in the way.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.city.added import NewWay, append_ways, keep_apart, lines_between
from doorstep.city.model import AddedWay, Streets
from doorstep.city.outlines import SQUARE_KINDS
from doorstep.city.walkable import Tags, is_walkable, level_of, walkable_ways

__all__ = ["MANY_POINTS", "MOST_POINTS", "Square", "squares_of", "with_squares"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MANY_POINTS = 60
"""A square with more points keeps only the shortest line of each point in each of ``SECTORS`` directions."""
MOST_POINTS = 400
"""A square with more points is walked along its outline only."""
SECTORS = 16
_RINGS_OF = {"outline": "relation", "ring": "area"}
_NOT_KEPT = frozenset({"area", "place", "type"})


@dataclass(frozen=True, slots=True, eq=False)
class Square:
    """An area that people may walk on.

    Parameters
    ----------
    ways
        Positions of the ways that are its rings, the outer ones first.
    rings
        Node positions of each ring, the first again at the end.
    n_outer
        How many of the rings are outer ones.
    own
        Positions of every way that draws its outline: its rings, and the drawn ways that a relation is made of.
    tags
        Of the area.
    """

    ways: tuple[int, ...]
    rings: tuple[Ints, ...]
    n_outer: int
    own: tuple[int, ...]
    tags: Tags


def squares_of(streets: Streets) -> list[Square]:
    """Return every walkable area, those drawn as relations after those drawn as closed ways.

    A closed way is an area if it is tagged ``area=yes`` or ``place=square`` (not ``area=no``) and its ``highway`` is
    one of ``SQUARE_KINDS``.
    """
    outlines: dict[int, list[AddedWay]] = {}
    for one in streets.added:
        if one.kind in _RINGS_OF:
            outlines.setdefault(int(one.evidence[_RINGS_OF[one.kind]]), []).append(one)
    part_of_relation = {number for rings in outlines.values() for one in rings for number in one.from_ways}
    is_outline = {one.way for rings in outlines.values() for one in rings}
    found = []
    for way, tags in enumerate(streets.way_tags):
        if tags.get("highway") not in SQUARE_KINDS or not (tags.get("area") == "yes" or tags.get("place") == "square"):
            continue
        ring = _nodes(streets, way)
        if len(ring) < 4 or ring[0] != ring[-1] or tags.get("area") == "no" or not is_walkable(tags):
            continue
        if way not in is_outline and int(streets.way_id[way]) not in part_of_relation:
            found.append(Square((way,), (ring,), 1, (way,), tags))
    position = {int(streets.way_id[way]): way for way in range(len(streets.way_id))} if outlines else {}
    for rings in outlines.values():
        ways = tuple(one.way for one in rings)
        members = tuple(position[number] for one in rings for number in one.from_ways if number in position)
        n_outer = sum(one.evidence["ring"] == 0 for one in rings)
        nodes = tuple(_nodes(streets, way) for way in ways)
        found.append(Square(ways, nodes, n_outer, tuple(dict.fromkeys((*ways, *members))), streets.way_tags[ways[0]]))
    return found


def _nodes(streets: Streets, way: int) -> Ints:
    nodes = streets.way_nodes[streets.first_node_of_way[way] : streets.first_node_of_way[way + 1]]
    return nodes.astype(np.int64)


def with_squares(streets: Streets) -> Streets:
    """Return streets with lines across each square.

    The points of a square are its *doors* (nodes of its rings that another walkable way has, too, or that are an
    ``entrance``; ends of walkable ways of the same level inside it, and subway entrances) and its corners that stand
    out into it. Two points are joined if the straight line between them lies in the area, crosses no wall, and passes
    by a corner at its end (runs into no side). A square with fewer than two doors is not crossed, and
    nothing is added between neighbours of a ring.

    Parameters
    ----------
    streets
        In metres.

    Returns
    -------
    Streets
        With one way a line (``AddedWay.kind`` = ``square``), tagged like the square.

    Notes
    -----
    For ``n`` points of a square n² / 2 lines are looked at; see ``MANY_POINTS`` and ``MOST_POINTS``.
    """
    squares = squares_of(streets)
    if not squares:
        return streets
    walkable = walkable_ways(streets.way_tags)
    visits, ends = _walked_nodes(streets, walkable)
    areas = np.array([_area(streets, square) for square in squares], dtype=object)
    shapely.prepare(areas)
    inside = _ends_inside(streets, squares, areas, (ends, walkable))
    pairs = [
        _candidates(streets, square, _doors(streets, square, visits, walkable), inside.get(number, []))
        for number, square in enumerate(squares)
    ]
    number = np.repeat(np.arange(len(squares)), [pair.shape[1] for pair in pairs])
    u, v = np.concatenate(pairs, axis=1)
    lines = lines_between(streets, u, v)
    stays = shapely.covers(areas[number], lines)
    stays[stays] = ~keep_apart(streets, lines[stays])
    u, v, number = u[stays], v[stays], number[stays]
    stays = _in_sectors(streets, u, v, number)
    tags = [{key: value for key, value in square.tags.items() if key not in _NOT_KEPT} for square in squares]
    return append_ways(
        streets,
        [
            NewWay((a, b), tags[one], "square", (int(streets.way_id[squares[one].ways[0]]),), {})
            for a, b, one in zip(u[stays].tolist(), v[stays].tolist(), number[stays].tolist(), strict=True)
        ],
    )


def _walked_nodes(streets: Streets, walkable: Flags) -> tuple[Ints, Ints]:
    """Return how often walkable ways visit each node, shape (n_nodes,), and the nodes where one of them ends alone."""
    visited = streets.way_nodes[np.repeat(walkable, np.diff(streets.first_node_of_way))]
    visits = np.bincount(visited, minlength=len(streets.node_id))
    some = walkable & (np.diff(streets.first_node_of_way) > 1)
    starts, stops = streets.first_node_of_way[:-1][some], streets.first_node_of_way[1:][some] - 1
    ends = streets.way_nodes[np.concatenate([starts, stops])]
    return visits.astype(np.int64), np.unique(ends[visits[ends] == 1])


def _area(streets: Streets, square: Square) -> shapely.Geometry:
    """Return the polygon of a square; an empty one where its rings cross themselves: nobody knows what is inside."""
    xy = [np.stack([streets.node_x_m[ring], streets.node_y_m[ring]], axis=1) for ring in square.rings]
    holes = xy[square.n_outer :]
    if square.n_outer == 1:
        area = shapely.Polygon(xy[0], holes)
    else:
        solid = shapely.MultiPolygon([shapely.Polygon(ring) for ring in xy[: square.n_outer]])
        if not solid.is_valid:
            return shapely.Polygon()
        area = shapely.difference(solid, shapely.union_all([shapely.Polygon(ring) for ring in holes]))
    return area if area.is_valid else shapely.Polygon()


def _ends_inside(
    streets: Streets, squares: list[Square], areas: npt.NDArray[np.object_], walked: tuple[Ints, Flags]
) -> dict[int, list[int]]:
    """Return the ends of walkable ways inside each square that lie on its level, or are entrances to a subway."""
    ends, walkable = walked
    if not len(ends):
        return {}
    way_of_visit = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.first_node_of_way))
    points = shapely.points(streets.node_x_m[ends], streets.node_y_m[ends])
    found: dict[int, list[int]] = {}
    for place, number in zip(*shapely.STRtree(areas).query(points, predicate="within"), strict=True):
        end = int(ends[place])
        level = level_of(squares[number].tags)
        on_level = any(
            level_of(streets.way_tags[way]) == level for way in way_of_visit[streets.way_nodes == end] if walkable[way]
        )
        if on_level or streets.node_tags.get(end, {}).get("railway") == "subway_entrance":
            found.setdefault(int(number), []).append(end)
    return found


def _doors(streets: Streets, square: Square, visits: Ints, walkable: Flags) -> set[int]:
    """Return the nodes of the rings where people come in: another way is there, or a door of a house."""
    own = Counter(node for way in square.own if walkable[way] for node in _nodes(streets, way).tolist())
    shared = {node for node, times in own.items() if visits[node] > times}
    houses = {node for ring in square.rings for node in ring.tolist() if "entrance" in streets.node_tags.get(node, {})}
    return shared | houses


def _candidates(streets: Streets, square: Square, doors: set[int], inside: list[int]) -> Ints:
    """Return pairs of points of a square that may see each other, shape (2, n): first the smaller node."""
    if len(doors) + len(inside) < 2:
        return np.zeros((2, 0), dtype=np.int64)
    x, y = streets.node_x_m, streets.node_y_m
    point, before, after = [], [], []
    neighbours = set()
    for place, closed in enumerate(square.rings):
        ring = closed[:-1]
        last, following = np.concatenate([ring[-1:], ring[:-1]]), closed[1:]
        area = float(np.sum(x[ring] * (y[following] - y[last]))) / 2
        # Ground lies left of an outer ring that turns left, and left of an inner one that turns right.
        sign = 1.0 if (area > 0) == (place < square.n_outer) else -1.0
        turn = (x[ring] - x[last]) * (y[following] - y[ring]) - (y[ring] - y[last]) * (x[following] - x[ring])
        for node, one, other, bend in zip(
            ring.tolist(), last.tolist(), following.tolist(), (sign * turn).tolist(), strict=True
        ):
            neighbours.add((min(node, other), max(node, other)))
            if node in doors:
                point.append(node)
                before.append(-1)
                after.append(-1)
            elif bend < -_STRAIGHT_M2:
                point.append(node)
                before.append(one)
                after.append(other)
    for node in inside:
        point.append(node)
        before.append(-1)
        after.append(-1)
    node, first_place = np.unique(np.array(point, dtype=np.int64), return_index=True)
    if not 2 <= len(node) <= MOST_POINTS:
        return np.zeros((2, 0), dtype=np.int64)
    one, other = np.array(before)[first_place], np.array(after)[first_place]
    i, j = np.triu_indices(len(node), 1)
    fits = _passes(streets, node[i], node[j], one[i], other[i]) & _passes(streets, node[j], node[i], one[j], other[j])
    fits &= np.array([pair not in neighbours for pair in zip(node[i].tolist(), node[j].tolist(), strict=True)])
    return np.stack([node[i][fits], node[j][fits]])


_STRAIGHT_M2 = 1e-6
"""A corner that turns less (twice the area of its triangle) is none."""


def _passes(streets: Streets, corner: Ints, to: Ints, one: Ints, other: Ints) -> Flags:
    """Return whether a line from a corner leaves both its sides on one hand: no shortest walk bends elsewhere."""
    x, y = streets.node_x_m, streets.node_y_m
    dx, dy = x[to] - x[corner], y[to] - y[corner]
    hands = [dx * (y[side] - y[corner]) - dy * (x[side] - x[corner]) for side in (one, other)]
    return np.asarray((one < 0) | (hands[0] * hands[1] >= 0), dtype=np.bool_)


def _in_sectors(streets: Streets, u: Ints, v: Ints, number: Ints) -> Flags:
    """Return which lines stay: all of a square of few points; of another, the shortest of a point in each direction."""
    stays = np.ones(len(u), dtype=np.bool_)
    for square in np.unique(number):
        at = np.flatnonzero(number == square)
        if len(np.unique(np.concatenate([u[at], v[at]]))) <= MANY_POINTS:
            continue
        tail, head, line = np.concatenate([u[at], v[at]]), np.concatenate([v[at], u[at]]), np.concatenate([at, at])
        dx, dy = streets.node_x_m[head] - streets.node_x_m[tail], streets.node_y_m[head] - streets.node_y_m[tail]
        sector = np.floor(np.arctan2(dy, dx) / (2 * np.pi) * SECTORS).astype(np.int64)
        order = np.lexsort((head, np.hypot(dx, dy), sector, tail))
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (np.diff(tail[order]) != 0) | (np.diff(sector[order]) != 0)
        stays[at] = False
        stays[line[order[first]]] = True
    return stays
