"""Points join the nearest edge that they can be walked to from in a straight line."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from street_drawings import at_pace, draw

from doorstep.walk import Connections, Network, build_network, connect

FOOT = {"highway": "footway"}
WALL = {"barrier": "wall"}


def network_of(*args: object) -> Network:
    return build_network(draw(*args), at_pace(2, 0))  # type: ignore[arg-type]


def join(network: Network, *points: tuple[float, float], limit_mm: int = 200_000) -> Connections:
    x_m, y_m = (np.array([point[axis] for point in points]) for axis in (0, 1))
    return connect(network, x_m, y_m, snap_limit_mm=limit_mm)


def test_point_goes_to_the_edge_not_to_a_node() -> None:
    found = join(network_of([(0.0, 0.0), (100.0, 0.0)], [([0, 1], FOOT)]), (30.0004, 12.0))
    assert (found.edge[0], found.from_u_mm[0], found.from_v_mm[0], found.off_mm[0]) == (0, 30_000, 70_000, 12_000)
    assert (found.x_m[0], found.y_m[0], found.component[0]) == (30.0004, 0.0, 0)


def test_tie_goes_to_the_smaller_number() -> None:
    nodes = [(0.0, 10.0), (100.0, 10.0), (0.0, -10.0), (100.0, -10.0), (200.0, 10.0)]
    network = network_of(nodes, [([2, 3], FOOT), ([0, 1], FOOT), ([1, 4], FOOT)])
    assert join(network, (50.0, 0.0), (100.0, 40.0), (50.0, 0.001)).edge.tolist() == [0, 1, 1]


def test_limit_is_inclusive_and_beyond_it_nothing_is_joined() -> None:
    network = network_of([(0.0, 0.0), (100.0, 0.0)], [([0, 1], FOOT)])
    found = join(network, (50.0, 20.0), (50.0, 20.0004), (50.0, 20.0006), limit_mm=20_000)
    assert found.edge.tolist() == [0, 0, -1]
    assert np.isnan(found.x_m[2])
    assert found.component[2] == -1


BELOW = [
    {"tunnel": "yes", "layer": "-1"},
    {"tunnel": "culvert", "layer": "-4"},
    {"is_tunnel": "T", "layer": "-1.0"},
]
ABOVE = [
    {"tunnel": "yes"},
    {"tunnel": "no", "layer": "-1"},
    {"layer": "-1"},
    {"tunnel": "building_passage", "layer": "-1"},
    {"tunnel": "covered", "layer": "-1"},
    {"tunnel": "yes", "layer": "0"},
    {"tunnel": "yes", "layer": "down"},
]


@pytest.mark.parametrize(("tags", "edge"), [(tags, 1) for tags in BELOW] + [(tags, 0) for tags in ABOVE])
def test_nobody_steps_down_into_a_tunnel(tags: dict[str, str], edge: int) -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (0.0, 50.0), (100.0, 50.0)]
    network = network_of(nodes, [([0, 1], FOOT | tags), ([2, 3], FOOT), ([0, 2], FOOT)])
    found = join(network, (40.0, 10.0), (40.0, -10.0), (-3.0, 1.0), limit_mm=45_000)
    assert found.edge.tolist() == [edge, 2 if edge else 0, 2]
    assert found.component.tolist() == [0, 0, 0]  # it is walked through all the same
    alone = network_of(nodes[:2], [([0, 1], FOOT | tags)])
    assert join(alone, (40.0, 10.0)).edge.tolist() == [-1 if edge else 0]


def test_edge_of_no_length_can_be_joined() -> None:
    found = join(network_of([(5.0, 5.0), (5.0, 5.0)], [([0, 1], FOOT)]), (5.0, 8.0))
    assert (found.edge[0], found.from_u_mm[0], found.from_v_mm[0], found.off_mm[0]) == (0, 0, 0, 3000)


def walled(*, gate: bool) -> Network:
    """Draw a wall round the square 0..60 with a way inside (edge 0) and a street just outside it (edge 1)."""
    corners = [(0.0, 0.0), (60.0, 0.0), (60.0, 60.0), (0.0, 60.0)]
    nodes = [*corners, (30.0, 0.0), (30.0, 25.0), (30.0, 50.0), (-5.0, -10.0), (-5.0, 70.0)]
    ways = [([5, 6], FOOT), ([7, 8], FOOT), ([0, 4, 1, 2, 3, 0], WALL)]
    return network_of(nodes, ways, {4: {"barrier": "gate"}} if gate else {})


def test_straight_line_does_not_cross_a_compound_wall() -> None:
    home = (4.0, 30.0)  # 9 m from the street behind the wall, 26 m from the way inside
    assert join(walled(gate=False), home).edge.tolist() == [1]
    found = join(walled(gate=True), home)
    assert (found.edge[0], found.off_mm[0]) == (0, 26_000)


def test_home_that_no_edge_is_left_for_stays_unconnected() -> None:
    assert join(walled(gate=True), (4.0, 30.0), limit_mm=20_000).edge.tolist() == [-1]


def test_from_outside_the_way_inside_is_behind_the_wall() -> None:
    home = (62.0, 30.0)  # the street lies on the other side of the compound: two walls in between
    assert join(walled(gate=True), home).edge.tolist() == [-1]
    assert join(walled(gate=False), home).edge.tolist() == [0]


def test_line_that_ends_at_the_gate_does_not_cross_the_wall() -> None:
    nodes = [(0.0, 0.0), (60.0, 0.0), (60.0, 60.0), (0.0, 60.0), (30.3, 0.0), (30.7, -40.0)]
    ways = [([4, 5], FOOT), ([0, 4, 1, 2, 3, 0], WALL)]
    found = join(network_of(nodes, ways, {4: {"barrier": "gate"}}), (30.3, 20.0), (45.1, 17.3))
    assert found.edge.tolist() == [0, 0]
    assert (found.x_m == 30.3).all()


def test_point_beyond_an_end_goes_to_the_node_to_the_last_bit() -> None:
    ends = np.random.default_rng(2).uniform(0, 100, (200, 2, 2))
    for (ux, uy), (vx, vy) in ends.tolist():
        found = join(network_of([(ux, uy), (vx, vy)], [([0, 1], FOOT)]), (2 * vx - ux, 2 * vy - uy))
        assert (found.x_m[0], found.y_m[0], found.from_v_mm[0]) == (vx, vy, 0)


def test_closed_end_leaves_the_part_of_the_open_one() -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0)]
    network = network_of(nodes, [([0, 1, 2, 3], FOOT)], {1: {"barrier": "gate", "access": "no"}})
    assert join(network, (150.0, 5.0), (290.0, 5.0)).component.tolist() == [0, 0]


# Metres to a thousandth of a millimetre: GEOS gives no distance to a line of 1e-200 m, and no street is as short.
metres = st.integers(-500_000_000, 500_000_000).map(lambda micro: micro / 1e6)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(metres, metres), min_size=2, max_size=12),
    st.lists(st.tuples(metres, metres), min_size=1, max_size=8),
)
def test_nothing_is_nearer_and_parts_add_up(
    nodes: list[tuple[float, float]], points: list[tuple[float, float]]
) -> None:
    assume(max(np.ptp(nodes, axis=0)) >= 1)  # narrower than a metre, a network is taken for one in degrees
    network = network_of(nodes, [(range(len(nodes)), FOOT)])
    found = join(network, *points, limit_mm=300_000)
    for number, (x, y) in enumerate(points):
        nearest_m = min(
            np.hypot(x - (1 - t) * ux - t * vx, y - (1 - t) * uy - t * vy)
            for (ux, uy), (vx, vy) in pairwise(nodes)
            for t in np.linspace(0, 1, 9)
        )
        edge = found.edge[number]
        if edge < 0:
            assert nearest_m > 299.9
        else:
            assert found.off_mm[number] <= 1000 * nearest_m + 1
            assert found.from_u_mm[number] + found.from_v_mm[number] == network.length_mm[edge]
            assert found.from_u_mm[number] >= 0 <= found.from_v_mm[number]


def test_one_point_or_many_is_the_same() -> None:
    network = walled(gate=True)
    rng = np.random.default_rng(3)
    points = [tuple(point) for point in rng.uniform(-60, 120, (60, 2))]
    together = join(network, *points)
    alone = [join(network, point).edge[0] for point in points]
    assert together.edge.tolist() == alone


def test_wrong_calls_are_refused() -> None:
    network = walled(gate=True)
    with pytest.raises(ValueError, match="snap_limit_mm"):
        join(network, (0.0, 0.0), limit_mm=-1)
    with pytest.raises(ValueError, match="same length"):
        connect(network, np.zeros(2), np.zeros(3), snap_limit_mm=1)


@pytest.mark.parametrize("limit", [float("inf"), float("nan"), 1e30, -1])
def test_limits_of_snapping_that_mean_nothing_are_refused(limit: float) -> None:
    street = network_of([(0.0, 0.0), (100.0, 0.0)], [([0, 1], {"highway": "footway"})])
    with pytest.raises(ValueError, match="snap_limit_mm"):
        connect(street, np.array([10.0]), np.array([5.0]), snap_limit_mm=limit)  # type: ignore[arg-type]
