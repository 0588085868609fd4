"""Gates drawn as lines, locked gates, rings of several walls, and ways through walls without a gate: by hand."""

from __future__ import annotations

import numpy as np
import pytest
from street_drawings import Point, Way, at_pace, draw

from doorstep.city import Streets
from doorstep.standards import load_profile
from doorstep.verify.barriers import compound_walls as walls_by_checker
from doorstep.verify.barriers import tags_of_nodes
from doorstep.verify.graph import derive_graph, stand
from doorstep.verify.ways import is_walked
from doorstep.walk import build_network, connect, walk_pairs
from doorstep.walk.gates import with_gate, without_gate
from doorstep.walk.quality import quality
from doorstep.walk.walls import compound_walls, compound_ways, walls_crossed, with_gate_lines

FOOT = {"highway": "footway"}
WALL = {"barrier": "wall"}
GATE = {"barrier": "gate"}
ANYBODY = at_pace(1.0, 0)
NODES: list[Point] = [
    (0.0, 0.0), (100.0, 0.0), (200.0, 0.0),  # a path from west to east
    (100.0, -3.0), (100.0, 3.0),  # posts of a gate across it
    (100.0, 50.0), (200.0, 50.0), (200.0, -50.0), (100.0, -50.0),  # a wall round the east
]  # fmt: skip
PATH: Way = ([0, 1, 2], FOOT)
ACROSS = [3, 1, 4]


def walk_mm(streets: Streets, home: Point, place: Point) -> int | None:
    network = build_network(streets, ANYBODY)
    h, p = (connect(network, np.array([x]), np.array([y]), snap_limit_mm=60_000) for x, y in (home, place))
    found = walk_pairs(network, h, p, limit_mm=np.array([5_000_000]))
    return int(found.walk_mm[0]) if len(found.home) else None


def off_mm(streets: Streets, x_m: float, y_m: float) -> int:
    """Return how far from its edge a house stands; planner and checker must say the same."""
    at = np.array([x_m]), np.array([y_m])
    ours = connect(build_network(streets, ANYBODY), *at, snap_limit_mm=60_000).off_mm
    theirs = stand(derive_graph(streets, load_profile("cn-2023")), *at, 60_000).off_mm
    assert ours.tolist() == theirs.tolist()
    return int(ours[0])


@pytest.mark.parametrize(
    ("gate", "passes"),
    [
        ({}, True),
        ({"access": "private"}, False),
        ({"access": "no", "foot": "yes"}, True),
        ({"locked": "yes"}, False),
        ({"locked": "yes", "access": "yes"}, False),
        ({"locked": "yes", "foot": "yes"}, True),
        ({"locked": "yes", "opening_hours": "06:00-22:00"}, True),
        ({"locked": "no"}, True),
    ],
)
def test_a_gate_line_is_a_gate_of_the_way_that_it_shares_a_node_with(gate: dict[str, str], passes: bool) -> None:
    as_line = draw(NODES, [PATH, (ACROSS, GATE | gate)])
    as_node = draw(NODES, [PATH], {1: GATE | gate})
    for streets in (as_line, as_node):
        assert walk_mm(streets, (0.0, 0.0), (200.0, 0.0)) == (200_000 if passes else None)
        assert derive_graph(streets, load_profile("cn-2023")).closed.tolist() == [
            at == 1 and not passes for at in range(9)
        ]
    found = quality(build_network(as_line, ANYBODY))
    assert (found.gates_open, found.gates_private + found.gates_closed) == ((1, 0) if passes else (0, 1))
    assert (found.gate_lines, found.gate_lines_on_ways) == (1, 1)


def test_a_locked_gate_lets_those_behind_it_out() -> None:
    inside = {"highway": "service", "access": "private"}
    streets = draw(NODES, [([0, 1], FOOT), ([1, 2], inside), (ACROSS, GATE | {"locked": "yes"})])
    assert walk_mm(streets, (200.0, 0.0), (0.0, 0.0)) == 200_000
    assert walk_mm(streets, (0.0, 0.0), (200.0, 0.0)) is None
    assert quality(build_network(streets, ANYBODY)).gates_private == 1


def test_the_node_knows_better_and_the_first_line_counts() -> None:
    line: Way = (ACROSS, GATE | {"access": "no", "locked": "yes"})
    bollard = with_gate_lines(draw(NODES, [PATH, line], {1: {"barrier": "bollard"}}))
    assert bollard.node_tags == {1: {"barrier": "bollard"}}
    foot = with_gate_lines(draw(NODES, [PATH, line], {1: {"access": "yes"}}))
    assert foot.node_tags == {1: {"barrier": "gate", "access": "yes", "locked": "yes"}}
    two = with_gate_lines(draw(NODES, [PATH, (ACROSS, {"barrier": "lift_gate"}), line]))
    assert two.node_tags == {1: {"barrier": "lift_gate"}}
    assert with_gate_lines(two).node_tags == two.node_tags
    nobody = draw(NODES, [([0, 1, 2], {"highway": "motorway"}), line, ([0, 2], GATE | FOOT)])
    assert with_gate_lines(nobody).node_tags == {}


def test_a_gate_line_is_shut_as_a_whole_and_others_stay() -> None:
    # Two paths through one gate: out of one and back by the other would be no gate that is shut.
    nodes: list[Point] = [(0, 0), (100, 0), (0, 4), (100, 4), (50, 0), (50, 4), (0, 300), (100, 300), (50, 300)]
    ways: list[Way] = [([0, 4, 1], FOOT), ([2, 5, 3], FOOT), ([4, 5], GATE), ([0, 2, 6, 8, 7, 3, 1], FOOT)]
    streets = draw(nodes, ways, {8: GATE})
    assert walk_mm(streets, (0.0, 0.0), (100.0, 0.0)) == 100_000
    shut = without_gate(streets, 50.0, 1.0)
    assert walk_mm(shut.streets, (0.0, 0.0), (100.0, 0.0)) == 700_000
    assert shut.node == 4


RING: list[Way] = [([3, 8, 7, 6, 5, 4], WALL)]
"""The east, walled but for the gate."""


@pytest.mark.parametrize(
    "walls",
    [
        [([3, 8, 7, 6, 5, 4], WALL), (ACROSS, GATE)],
        [([4, 5, 6], WALL), ([3, 8, 7, 6], {"barrier": "fence"}), ([4, 1, 3], GATE)],
        [([1, 3, 8, 7, 6, 5, 4, 1], WALL), (ACROSS, GATE)],
    ],
    ids=["a gap closed by the gate", "two walls and the gate", "a gate over a whole wall"],
)
def test_a_wall_and_its_gate_line_keep_a_compound(walls: list[Way]) -> None:
    # A path inside, and one outside that comes nearer to the house at (190, 45).
    nodes = [*NODES, (0.0, 52.0), (300.0, 52.0), (110.0, 0.0)]
    streets = draw(nodes, [PATH, ([9, 10], FOOT), ([0, 9], FOOT), *walls])
    network = build_network(streets, ANYBODY)
    assert len(compound_ways(network.streets)) == 1
    assert off_mm(streets, 190.0, 45.0) == 45_000  # not the 7 m over the wall
    without = draw(nodes, [PATH, ([9, 10], FOOT), ([0, 9], FOOT), *walls[:-1]])
    assert off_mm(without, 190.0, 45.0) == 7_000


@pytest.mark.parametrize("walls", [[[1, 3, 8, 7], [7, 6, 5, 4, 1]], [[1, 3], [3, 8, 7, 6], [6, 5, 4, 1]]])
def test_walls_that_meet_end_to_end_keep_a_compound_if_a_gate_stands_on_them(walls: list[list[int]]) -> None:
    nodes = [*NODES, (0.0, 52.0), (300.0, 52.0), (110.0, 0.0)]
    ways: list[Way] = [PATH, ([9, 10], FOOT), ([0, 9], FOOT), *((nodes_of, WALL) for nodes_of in walls)]
    streets = draw(nodes, ways, {1: GATE})
    assert off_mm(streets, 190.0, 45.0) == 45_000  # not the 7 m over the wall
    assert off_mm(draw(nodes, ways), 190.0, 45.0) == 7_000
    for drawn, kept in ((streets, 1), (draw(nodes, ways), 0)):
        assert len(compound_walls(drawn)) == kept
        walked = np.array([is_walked(tags) for tags in drawn.way_tags])
        assert len(walls_by_checker(drawn, tags_of_nodes(drawn, walked))) == kept


@pytest.mark.parametrize(("gate", "expected_mm"), [({}, 4_000), ({"access": "private"}, 40_000)])
def test_an_open_gate_is_an_opening_of_the_wall(gate: dict[str, str], expected_mm: int) -> None:
    # A house 4 m before the gate; the only other path is 40 m away.
    nodes = [*NODES, (102.0, 0.0), (102.0, 20.0), (58.0, 0.0), (58.0, 20.0)]
    streets = draw(nodes, [([9, 10], FOOT), ([11, 12], FOOT), *RING, ([3, 4], GATE | gate)])
    assert off_mm(streets, 98.0, 1.0) == expected_mm


def test_walls_that_leave_a_gap_or_fork_are_no_ring() -> None:
    for walls in (
        [([3, 8, 7, 6], WALL), (ACROSS, GATE)],
        [*RING, (ACROSS, GATE), ([3, 0], WALL)],
        [*RING, ([3, 4], WALL)],
        [(ACROSS, GATE), ([3, 0, 4], GATE)],
        [([4, 5, 6, 7, 8, 3, 4], WALL), ([3, 0], GATE)],  # the gate ends at the wall: another's
    ):
        streets = with_gate_lines(draw(NODES, [PATH, *walls]))
        assert compound_ways(streets) == []
        assert compound_walls(streets) == []
        walked = np.array([is_walked(tags) for tags in streets.way_tags])
        assert len(walls_by_checker(streets, tags_of_nodes(streets, walked))) == 0


def test_a_new_gate_goes_into_a_wall_of_several_ways() -> None:
    streets = draw([*NODES, (0.0, 60.0), (300.0, 60.0)], [PATH, ([9, 10], FOOT), *RING, (ACROSS, GATE)])
    made = with_gate(streets, 150.0, 50.0)
    assert made.node in made.streets.way_nodes[made.streets.first_node_of_way[2] : made.streets.first_node_of_way[3]]
    assert walk_mm(made.streets, (150.0, 10.0), (150.0, 60.0)) == 50_000  # along the new path


def crossed(ways: list[Way], tags: dict[int, dict[str, str]] | None = None) -> list[tuple[int, int, str, Point]]:
    network = build_network(draw(NODES, ways, tags), ANYBODY)
    found = walls_crossed(network.streets, network.edge_u, network.edge_v, network.way_of_edge)
    assert quality(network).walls_crossed == found
    return [(one.way, one.wall, one.why, (one.x_m, one.y_m)) for one in found]


FENCE: Way = (ACROSS, {"barrier": "fence"})


def test_a_way_through_a_wall_without_a_gate_is_listed() -> None:
    assert crossed([PATH, FENCE]) == [(0, 1, "node", (100.0, 0.0))]
    assert crossed([([0, 1], FOOT), ([1, 2], FOOT), FENCE]) == [(0, 2, "node", (100.0, 0.0))]
    assert crossed([([0, 2], FOOT), ([3, 4], WALL)]) == [(0, 1, "drawn", (100.0, 0.0))]
    assert crossed([([0, 2], FOOT), ([3, 4], GATE)]) == [(0, 1, "gate", (100.0, 0.0))]
    assert crossed([PATH, ([3, 1], WALL), ([1, 4], WALL)]) == [(0, 1, "node", (100.0, 0.0))]


def test_what_only_touches_has_a_gate_or_lies_on_another_level_is_not() -> None:
    bridge = FOOT | {"bridge": "yes", "layer": "1"}
    assert crossed([PATH, FENCE], {1: {"barrier": "bollard"}}) == []
    assert crossed([PATH, FENCE], {1: {"entrance": "yes"}}) == []
    assert crossed([PATH, FENCE, ([3, 1], GATE)]) == []  # the gate's line gives the node its tags
    assert crossed([([0, 1], FOOT), FENCE]) == []  # ends at it
    assert crossed([PATH, ([3, 1], WALL)]) == []  # the wall ends at the path
    assert crossed([([3, 1, 4], FOOT), FENCE]) == []  # along it
    assert crossed([([0, 2], bridge), ([3, 4], WALL)]) == []
    assert crossed([([0, 1, 2], FOOT | {"tunnel": "yes"}), FENCE]) == []
    assert crossed([([0, 1, 2], {"highway": "motorway"}), FENCE]) == []
    assert crossed([PATH, (ACROSS, {"barrier": "hedge"})]) == []
