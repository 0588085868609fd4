"""One gate more, one gate less: drawn by hand, and all over a district."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from street_drawings import Point, Way, at_pace, draw

from doorstep.city import Streets, read_city
from doorstep.errors import DoorstepError
from doorstep.standards import load_profile
from doorstep.verify.graph import derive_graph, stand
from doorstep.walk import build_network, connect, walk_pairs
from doorstep.walk.gates import GATE_REACH_M, LINK_REACH_M, with_gate, without_gate
from doorstep.walk.walls import compound_walls

MADE_CITY = Path(__file__).resolve().parents[2] / "examples" / "made-city"
STREET = {"highway": "residential", "name": "High Street"}
INSIDE = {"highway": "service", "access": "private"}
WALL = {"barrier": "wall"}
NODES: list[Point] = [
    (-50.0, 0.0), (0.0, 0.0), (250.0, 0.0),  # a street in the south
    (0.0, 10.0), (200.0, 10.0), (200.0, 110.0), (0.0, 110.0),  # a wall round a compound
    (0.0, 60.0), (190.0, 60.0), (-50.0, 60.0),  # its way, from the gate in the west (7) to the east
]  # fmt: skip


def compound(*, gate: dict[str, str] | None = None, more: list[Way] | None = None) -> Streets:
    """Draw a compound whose gate in the west is far from the houses in the east."""
    ways: list[Way] = [([0, 1, 2], STREET), ([3, 4, 5, 6, 7, 3], WALL), ([7, 8], INSIDE), ([0, 9, 7], STREET)]
    return draw(NODES, [*ways, *(more or [])], {7: gate or {"barrier": "gate"}})


def walk_mm(streets: Streets, home: Point, place: Point) -> int | None:
    network = build_network(streets, at_pace(1.0, 0))
    h, p = (
        connect(network, np.array([x]), np.array([y]), snap_limit_mm=60_000) for x, y in (home, place)
    )  # fmt: skip
    found = walk_pairs(network, h, p, limit_mm=np.array([5_000_000]))
    return int(found.walk_mm[0]) if len(found.home) else None


HOUSE, SHOP = (180.0, 60.0), (180.0, 0.0)


def test_a_gate_lets_residents_out_and_nobody_in() -> None:
    before = compound()
    made = with_gate(before, 180.0, 12.0)
    assert (made.x_m, made.y_m) == pytest.approx((180.0, 10.0))
    assert walk_mm(before, HOUSE, SHOP) == 180_000 + 50_000 + 60_000 + 230_000
    assert walk_mm(made.streets, HOUSE, SHOP) == 60_000
    assert walk_mm(made.streets, SHOP, HOUSE) is None  # private: the way inside can be left and not entered
    behind, west = (188.0, 60.0), (-50.0, 30.0)
    assert walk_mm(made.streets, behind, west) == walk_mm(before, behind, west)  # residents still pass the new path
    inner, outer = sorted(made.sides, key=lambda side: not side.is_private)
    assert (inner.is_private, outer.is_private) == (True, False)
    assert (inner.length_m, outer.length_m) == pytest.approx((50.0, 10.0), abs=0.011)


def test_what_was_there_keeps_its_place() -> None:
    before = compound()
    made = with_gate(before, 180.0, 12.0)
    after, n_nodes, n_ways = made.streets, len(before.node_id), len(before.way_id)
    assert after.node_id[:n_nodes].tolist() == before.node_id.tolist()
    assert after.way_tags[:n_ways] == before.way_tags
    assert (np.diff(after.node_id) > 0).all()
    assert (np.diff(after.way_id) > 0).all()
    assert len(after.node_ele_m) == len(after.node_id)
    assert after.first_node_of_way[-1] == len(after.way_nodes)
    assert [one.kind for one in after.added] == ["gate", "gate"]
    (wall,) = compound_walls(after)
    assert wall.equals_exact(compound_walls(before)[0], 1e-9) or wall.length == pytest.approx(600.0)
    assert made.node in after.way_nodes[after.first_node_of_way[1] : after.first_node_of_way[2]]


def test_a_wall_without_a_gate_does_not_become_a_compound() -> None:
    ways: list[Way] = [([0, 1, 2], STREET), ([3, 4, 5, 6, 3], WALL), ([7, 8], STREET)]
    made = with_gate(draw(NODES, ways), 180.0, 12.0)
    assert compound_walls(made.streets) == []
    assert walk_mm(made.streets, SHOP, HOUSE) == 60_000


def test_a_path_ends_at_a_node_that_is_near_and_at_no_bridge_or_flight_of_steps() -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (0.0, 10.0), (200.0, 10.0), (0.0, 30.0), (100.0, 30.0)]
    for tags, reached in (({"highway": "footway"}, True), ({"highway": "steps"}, False), ({"bridge": "yes"}, False)):
        ways: list[Way] = [([0, 1, 2], STREET), ([3, 4], WALL), ([5, 6], {"highway": "footway", **tags})]
        streets = draw(nodes, ways)
        if reached:
            made = with_gate(streets, 100.2, 11.0)
            assert len(made.streets.node_id) == len(nodes) + 1  # the gate; both paths end at nodes
        else:
            with pytest.raises(DoorstepError) as refused:
                with_gate(streets, 100.2, 11.0)
            assert refused.value.code == "gate-no-way"


def test_a_way_through_the_wall_is_cut_twice_in_order() -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (50.0, 50.0), (50.0, -50.0)]
    made = with_gate(draw(nodes, [([0, 1], WALL), ([2, 3], STREET)]), 52.0, 0.0)
    y = made.streets.node_y_m
    street = made.streets.way_nodes[made.streets.first_node_of_way[1] : made.streets.first_node_of_way[2]]
    assert len(street) == 4
    assert (np.diff(y[street]) < 0).all()


def test_what_cannot_be_is_refused_with_its_place() -> None:
    with pytest.raises(DoorstepError) as refused:
        with_gate(compound(), 180.0, 10.0 - GATE_REACH_M - 1)
    assert refused.value.code == "gate-no-wall"
    second = [*NODES, (-10.0, 5.0), (260.0, 5.0)]
    ways: list[Way] = [([0, 1, 2], STREET), ([3, 4, 5, 6, 7, 3], WALL), ([7, 8], INSIDE), ([10, 11], WALL)]
    with pytest.raises(DoorstepError) as refused:  # another wall in front of the street
        with_gate(draw(second, ways, {7: {"barrier": "gate"}}), 100.0, 10.0)
    assert (refused.value.code, refused.value.values["beyond_y"]) == ("gate-no-way", "0.0")
    for x, y in ((float("nan"), 0.0), (0.0, float("inf"))):
        for change in (with_gate, without_gate):
            with pytest.raises(DoorstepError, match="gate-no"):
                change(compound(), x, y)
    with pytest.raises(DoorstepError, match="gate-no-wall"):
        with_gate(draw(NODES, [([0, 1], STREET)]), 0.0, 0.0)


def test_shutting_a_gate_is_opening_it_backwards() -> None:
    made = with_gate(compound(), 180.0, 12.0)
    shut = without_gate(made.streets, 180.0, 14.0)
    assert shut.node == made.node
    assert walk_mm(shut.streets, HOUSE, SHOP) == walk_mm(compound(), HOUSE, SHOP)
    both = without_gate(shut.streets, 5.0, 60.0)
    assert both.node == 7
    assert walk_mm(both.streets, HOUSE, SHOP) is None
    with pytest.raises(DoorstepError, match="gate-none-at-all"):
        without_gate(both.streets, 5.0, 60.0)


def test_where_there_is_no_gate_the_nearest_are_named_with_how_far_they_are() -> None:
    nodes = [(float(x), 0.0) for x in (0, 100, 200, 300, 400, 500)]
    streets = draw(nodes, [([*range(6)], STREET)], {at: {"barrier": "gate"} for at in (1, 2, 4, 5)})
    with pytest.raises(DoorstepError) as refused:
        without_gate(streets, 300.0, 60.0)
    assert refused.value.code == "gate-none"
    assert refused.value.values["nearest"] == "200.0 0.0 (117 m); 400.0 0.0 (117 m); 100.0 0.0 (209 m)"


def test_a_gate_opened_by_a_foot_tag_can_be_shut() -> None:
    streets = compound(gate={"barrier": "gate", "access": "private", "foot": "yes", "foot:conditional": "yes @ (8-18)"})
    assert walk_mm(without_gate(streets, 0.0, 60.0).streets, HOUSE, SHOP) is None


@cache
def the_district() -> Streets:
    return read_city(MADE_CITY).streets


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_anywhere_in_a_district_both_paths_are_short_and_meet_no_wall(number: int, share: float) -> None:
    district = the_district()
    walls = compound_walls(district)
    spot = walls[number % len(walls)].interpolate(share, normalized=True)
    try:
        made = with_gate(district, spot.x, spot.y)
    except DoorstepError as refused:
        assert refused.code == "gate-no-way"  # noqa: PT017
        return
    after = made.streets
    network = build_network(after, at_pace(1.0, 0))
    links = np.flatnonzero(network.way_of_edge >= len(district.way_id))
    assert len(links) == 2
    assert (network.length_mm[links] <= 1000 * LINK_REACH_M + 20).all()
    assert (network.may_uv[links] | network.may_vu[links]).all()
    for edge in links.tolist():
        x, y = (after_xy[network.edge_v[edge]] for after_xy in (after.node_x_m, after.node_y_m))
        crossed = sum(not wall.disjoint(_beside(made.x_m, made.y_m, float(x), float(y))) for wall in walls)
        assert crossed == 0


def _beside(x0: float, y0: float, x1: float, y1: float) -> shapely.LineString:
    length = max(float(np.hypot(x1 - x0, y1 - y0)), 0.03)
    start = (x0 + (x1 - x0) * 0.03 / length, y0 + (y1 - y0) * 0.03 / length)
    return shapely.LineString([start, (x1, y1)])


BARE: list[Way] = [([0, 1, 2], STREET), ([3, 4, 5, 6, 7, 3], WALL), ([0, 9, 7], STREET)]
"""A compound with a gate in the west, and no way drawn inside."""
BARE_HOMES = np.array([(180.0, 60.0), (20.0, 100.0), (100.0, -30.0), (150.0, 300.0)])


def bare(*more: Way, gate: dict[str, str] | None = None) -> Streets:
    inner = [(150.0, 20.0), (150.0, 100.0)]
    return draw([*NODES, *inner], [*BARE, *more], {7: gate or {"barrier": "gate", "access": "no"}})


def test_where_no_way_is_drawn_homes_walk_to_the_gate_in_a_straight_line() -> None:
    before = bare()
    assert walk_mm(before, HOUSE, SHOP) is None
    made = with_gate(before, 150.0, 12.0, homes_xy=BARE_HOMES, home_reach_m=200.0)
    (inside,) = (side for side in made.sides if side.homes)
    assert (inside.way, inside.is_private, inside.homes) == (-1, True, (0, 1))
    assert inside.length_m == pytest.approx(np.hypot(130.0, 90.0), abs=0.02)
    assert (inside.x_m, inside.y_m) == pytest.approx((150.0, 20.0))
    assert made.streets.way_tags[made.straight]["access"] == "private"
    out_mm = walk_mm(made.streets, HOUSE, SHOP)
    assert out_mm == pytest.approx(1000 * np.hypot(30, 50) + 10_000 + 30_000, abs=20)
    assert walk_mm(made.streets, SHOP, HOUSE) is None  # nobody is taken to get in
    near = with_gate(before, 150.0, 12.0, homes_xy=BARE_HOMES, home_reach_m=100.0)
    assert [side.homes for side in near.sides if side.homes] == [(0,)]
    assert with_gate(compound(), 180.0, 12.0).straight == -1


def test_a_home_behind_another_wall_does_not_see_the_gate() -> None:
    made = with_gate(bare(([10, 11], WALL)), 100.0, 12.0, homes_xy=BARE_HOMES, home_reach_m=200.0)
    assert [side.homes for side in made.sides if side.homes] == [(1,)]
    with pytest.raises(DoorstepError, match="gate-no-way"):
        with_gate(bare(([10, 11], WALL)), 100.0, 12.0, homes_xy=BARE_HOMES[:1], home_reach_m=200.0)


@settings(max_examples=30, deadline=None)
@given(st.floats(1, 199), st.lists(st.tuples(st.floats(-60, 260), st.floats(-60, 170)), min_size=9))
def test_planner_and_checker_join_the_same_homes_to_a_gate_without_a_way(spot: float, points: list[Point]) -> None:
    homes = np.array(points)
    try:
        made = with_gate(bare(), spot, 12.0, homes_xy=homes, home_reach_m=200.0)
    except DoorstepError as refused:
        assert refused.code == "gate-no-way"  # noqa: PT017
        return
    ours = connect(build_network(made.streets, at_pace(1.0, 0)), homes[:, 0], homes[:, 1], snap_limit_mm=200_000)
    theirs = stand(derive_graph(made.streets, load_profile("cn-2023")), homes[:, 0], homes[:, 1], 200_000)
    assert ours.edge.tolist() == theirs.edge.tolist()
    assert ours.off_mm.tolist() == theirs.off_mm.tolist()
    assert ours.from_u_mm[ours.edge >= 0].tolist() == theirs.along_mm[theirs.edge >= 0].tolist()


@pytest.mark.parametrize("homes", [BARE_HOMES[2:], BARE_HOMES[:0], np.array([(np.nan, np.nan)])])
def test_where_no_way_is_drawn_and_no_home_stands_a_gate_leads_nowhere(homes: np.ndarray) -> None:
    with pytest.raises(DoorstepError) as refused:
        with_gate(bare(), 150.0, 12.0, homes_xy=homes, home_reach_m=200.0)
    assert (refused.value.code, refused.value.values["beyond_y"]) == ("gate-no-way", "20.0")


def test_a_gate_between_two_sides_without_ways_leads_nowhere() -> None:
    homes = np.array([(100.0, 5.0), (100.0, -5.0)])
    with pytest.raises(DoorstepError, match="gate-no-way"):
        with_gate(draw([(0.0, 0.0), (200.0, 0.0), (0.0, 900.0), (9.0, 900.0)], [([0, 1], WALL), ([2, 3], STREET)]),
                  100.0, 0.0, homes_xy=homes, home_reach_m=200.0)  # fmt: skip
