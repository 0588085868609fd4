"""Lines across squares: the shortest walk in a polygon, with corners, holes, walls and far too many doors."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely
from drawn import draw
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city import Streets
from doorstep.city.squares import MANY_POINTS, MOST_POINTS, with_squares
from doorstep.city.streets import osm_streets

SQUARE = {"highway": "pedestrian", "area": "yes", "name": "Market"}
FOOT = {"highway": "footway"}
Point = tuple[float, float]


def lines(streets: Streets) -> set[tuple[int, int]]:
    """Return the node pairs of added lines."""
    first = streets.first_node_of_way
    found = (streets.way_nodes[first[one.way] : first[one.way + 1]] for one in streets.added if one.kind == "square")
    return {(int(a), int(b)) for a, b in found}


def with_doors(ring: Sequence[Point], doors: Sequence[int], *more: tuple[list[int], dict[str, str]]) -> Streets:
    """Draw a square whose nodes are the ring, and a stub of a footway at each door."""
    nodes = [*ring, *((x + 0.5, y - 900.0) for x, y in (ring[door] for door in doors))]
    stubs = [([door, len(ring) + place], FOOT) for place, door in enumerate(doors)]
    return with_squares(draw(nodes, [([*range(len(ring)), 0], SQUARE), *stubs, *more]))


def test_doors_see_each_other_and_the_line_is_the_squares() -> None:
    streets = with_doors([(0, 0), (40, 0), (40, 30), (0, 30)], [0, 2])
    assert lines(streets) == {(0, 2)}
    (one,) = streets.added
    assert streets.way_tags[one.way] == {"highway": "pedestrian", "name": "Market"}
    assert one.from_ways == (int(streets.way_id[0]),)
    assert streets.way_id[one.way] >= 10**12


def test_corner_that_stands_in_the_way_is_walked_round() -> None:
    # An L: from door 1 to door 4 the walk bends at corner 3.
    ring = [(0, 0), (50, 0), (50, 10), (10, 10), (10, 60), (0, 60)]
    assert lines(with_doors(ring, [1, 4])) == {(1, 3)}


@pytest.mark.parametrize("tags", [{"access": "no"}, {"area": "no"}, {"highway": "residential"}, {"area": ""}])
def test_what_is_no_open_square_is_not_crossed(tags: dict[str, str]) -> None:
    nodes = [(0, 0), (40, 0), (40, 30), (0, 30), (0, -9), (40, 39)]
    streets = draw(nodes, [([0, 1, 2, 3, 0], SQUARE | tags), ([0, 4], FOOT), ([2, 5], FOOT)])
    assert with_squares(streets) is streets


def test_wall_across_a_square_is_not_crossed() -> None:
    nodes = [(0, 0), (40, 0), (40, 30), (0, 30), (0, -9), (40, 39), (20, -5), (20, 35)]
    ways = [([0, 1, 2, 3, 0], SQUARE), ([0, 4], FOOT), ([2, 5], FOOT)]
    assert lines(with_squares(draw(nodes, ways))) == {(0, 2)}
    assert lines(with_squares(draw(nodes, [*ways, ([6, 7], {"barrier": "fence"})]))) == set()


def test_way_that_ends_inside_is_a_door_on_its_own_level_only() -> None:
    nodes = [(0, 0), (40, 0), (40, 30), (0, 30), (0, -9), (20, 15), (90, 15)]
    for more, seen in (({}, {(0, 5)}), ({"layer": "-1"}, set())):
        ways = [([0, 1, 2, 3, 0], SQUARE), ([0, 4], FOOT), ([5, 6], FOOT | more)]
        assert lines(with_squares(draw(nodes, ways))) == seen


def test_rings_that_cross_themselves_stay_as_drawn() -> None:
    assert lines(with_doors([(0, 0), (40, 30), (40, 0), (0, 30)], [0, 2])) == set()


def test_many_doors_do_not_explode() -> None:
    def round_square(count: int) -> Streets:
        angles = [2 * math.pi * place / count for place in range(count)]
        return with_doors([(100 * math.cos(a), 100 * math.sin(a)) for a in angles], list(range(count)))

    few, many, too_many = (len(lines(round_square(count))) for count in (20, MANY_POINTS + 60, MOST_POINTS + 1))
    assert few == 20 * 19 // 2 - 20
    assert 0 < many < 16 * (MANY_POINTS + 60)
    assert too_many == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(8.0, 60.0), min_size=5, max_size=11), st.data())
def test_lines_are_the_shortest_walk_in_the_polygon(radii: list[float], data: st.DataObject) -> None:
    count = len(radii)
    angles = [2 * math.pi * place / count for place in range(count)]
    ring = [(round(r * math.cos(a), 2), round(r * math.sin(a), 2)) for r, a in zip(radii, angles, strict=True)]
    area = shapely.Polygon(ring)
    doors = sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=2, max_size=2)))
    streets = with_doors(ring, doors)
    sides = {(place, (place + 1) % count) for place in range(count)}
    seen = {(i, j) for i in range(count) for j in range(i) if area.covers(shapely.LineString([ring[i], ring[j]]))}
    walked = length(ring, lines(streets) | sides, doors[0], doors[1])
    assert walked == pytest.approx(length(ring, seen | sides, doors[0], doors[1]), abs=1e-6)


def length(ring: Sequence[Point], pairs: set[tuple[int, int]], start: int, end: int) -> float:
    best, heap = {start: 0.0}, [(0.0, start)]
    while heap:
        so_far, here = heapq.heappop(heap)
        for a, b in pairs:
            if here in (a, b):
                there = b if here == a else a
                longer = so_far + math.dist(ring[here], ring[there])
                if longer < best.get(there, math.inf):
                    best[there] = longer
                    heapq.heappush(heap, (longer, there))
    return best[end]


def test_relation_with_a_hole_is_crossed_round_the_hole(tmp_path: Path) -> None:
    corners = [(0, 0), (9, 0), (9, 9), (0, 9), (3, 3), (6, 3), (6, 6), (3, 6), (-9, 0), (18, 9)]
    path = tmp_path / "streets.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (x, y) in enumerate(corners, 1):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(x / 1e5, y / 1e5)))
        for number, nodes, tags in (
            (1, [1, 2, 3], {}),
            (2, [1, 4, 3], {}),
            (3, [5, 6, 7, 8, 5], {}),
            (4, [1, 9], FOOT),
            (5, [3, 10], FOOT),
        ):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
        members = [("w", 1, "outer"), ("w", 2, "outer"), ("w", 3, "inner")]
        tags = {"type": "multipolygon", "highway": "pedestrian"}
        writer.add_relation(osmium.osm.mutable.Relation(id=7, members=members, tags=tags))
    found = osm_streets(path, [])
    assert found is not None
    drawn = found[0]
    assert [(one.kind, one.from_ways, one.evidence["ring"]) for one in drawn.added] == [
        ("outline", (1, 2), 0),
        ("outline", (3,), 1),
    ]
    position = {int(number): place for place, number in enumerate(drawn.node_id)}
    metres = replace(drawn, node_x_m=drawn.node_x_m * 1e5, node_y_m=drawn.node_y_m * 1e5)
    seen = lines(with_squares(metres))
    assert (position[1], position[3]) not in seen
    assert {(position[1], position[6]), (position[1], position[8])} <= seen
    assert np.isnan(drawn.node_ele_m).all()
