"""The ground from which a place is reached: streets cut where the limit is, holes kept."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from street_drawings import Point, Way, at_pace, draw
from test_pairs import FOOT, INSIDE, SHUT, STEPS, drawings, found, joined, limits, spot

from doorstep.walk import Network, build_network, walk_pairs
from doorstep.walk.catchment import catchment, reached_parts


def street(length_m: float = 400.0, tags: dict[str, str] = FOOT) -> Network:
    return build_network(draw([(0.0, 0.0), (length_m, 0.0)], [([0, 1], tags)]), at_pace(2.0, 0))


def covered(parts: Any) -> shapely.Geometry:
    return shapely.union_all(parts)


def test_an_edge_is_cut_to_the_millimetre() -> None:
    network = street()
    places = joined(network, [(150.0, 20.0)])
    ((edges, lines),) = reached_parts(network, places, [0], [100_000])
    assert edges.tolist() == [0]
    assert covered(lines).bounds == pytest.approx((70.0, 0.0, 230.0, 0.0))  # 20 m are walked off the street
    ((_, lines),) = reached_parts(network, places, [0], [19_999])
    assert len(lines) == 0


def test_in_minutes_steps_are_reached_half_as_far() -> None:
    network = street(tags=STEPS)
    ((_, lines),) = reached_parts(network, joined(network, [(200.0, 0.0)]), [0], [60_000], measure="minutes")
    assert covered(lines).bounds == pytest.approx((170.0, 0.0, 230.0, 0.0))


def test_in_minutes_a_slope_is_reached_from_as_far_as_it_is_walked_down_or_up() -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (300.0, 0.0)]
    flat = build_network(draw(nodes, [([0, 1], FOOT), ([1, 2], FOOT)]), at_pace(1.0, 0))
    hill = dataclasses.replace(flat, factor_uv=np.array([1.0, 4.0]))  # four times as slow from west to east
    ((_, lines),) = reached_parts(hill, joined(hill, [(0.0, 0.0)]), [0], [200_000], measure="minutes")
    assert covered(lines).bounds == pytest.approx((0.0, 0.0, 200.0, 0.0))
    ((_, lines),) = reached_parts(hill, joined(hill, [(300.0, 0.0)]), [0], [200_000], measure="minutes")
    assert covered(lines).bounds == pytest.approx((250.0, 0.0, 300.0, 0.0))
    ((_, lines),) = reached_parts(hill, joined(hill, [(300.0, 0.0)]), [0], [880_000], measure="minutes")
    assert covered(lines).bounds == pytest.approx((20.0, 0.0, 300.0, 0.0))
    ((_, lines),) = reached_parts(hill, joined(hill, [(50.0, 0.0)]), [0], [100_000], measure="minutes")
    assert covered(lines).bounds == pytest.approx((0.0, 0.0, 150.0, 0.0))


def test_a_block_keeps_its_hole_and_areas_lie_in_each_other() -> None:
    nodes = [(0.0, 0.0), (200.0, 0.0), (200.0, 200.0), (0.0, 200.0)]
    network = build_network(draw(nodes, [([0, 1, 2, 3, 0], FOOT)]), at_pace(1.0, 0))
    places = joined(network, [(100.0, 0.0)])
    far, near = catchment(network, places, [0], [400_000, 50_000], strip_m=20)
    assert len(near.geoms) == len(far.geoms) == 1
    assert len(near.geoms[0].interiors) == 0
    assert len(far.geoms[0].interiors) == 1
    assert shapely.Polygon(far.geoms[0].interiors[0]).area == pytest.approx(160.0 * 160.0)
    assert far.covers(near)
    assert not far.covers(shapely.Point(100, 100))


def test_ways_that_are_shut_or_private_are_reached_by_those_who_live_there_only() -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (100.0, 50.0), (100.0, 150.0)]
    ways: list[Way] = [([0, 1], FOOT), ([1, 2, 3], INSIDE)]
    open_gate = build_network(draw(nodes, ways), at_pace(1.0, 0))
    shut = build_network(draw(nodes, ways, {2: SHUT}), at_pace(1.0, 0))
    inside = shapely.Point(100, 140)
    for network, reached in ((open_gate, True), (shut, False)):
        (area,) = catchment(network, joined(network, [(10.0, 0.0)]), [0], [1_000_000])
        assert area.covers(inside) is reached  # residents walk out to the place
    (area,) = catchment(open_gate, joined(open_gate, [(100.0, 140.0)]), [0], [1_000_000])
    assert not area.covers(shapely.Point(10, 0))  # nobody from the street walks in


def test_nothing_reached_is_nothing_drawn_and_bad_limits_are_refused() -> None:
    network = street()
    places = joined(network, [(0.0, 500.0), (100.0, 0.0)])  # the first is not connected
    (nothing,) = catchment(network, places, [0], [100_000])
    assert nothing.is_empty
    assert catchment(network, places, [], []) == ()
    with pytest.raises(ValueError, match="no numbers"):
        catchment(network, joined(network, [(5.0, 0.0)]), [0], [float("nan")])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="below 0"):
        catchment(network, places, [1], [100, -1])
    for nobody in (-1, 99):
        with pytest.raises(ValueError, match="places"):
            catchment(network, places, [nobody], [100])
    for strip_m in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="strip"):
            catchment(network, places, [1], [100], strip_m=strip_m)
    with pytest.raises(ValueError, match="measure"):
        catchment(network, places, [1], [100], measure="miles")  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(drawings(), st.lists(spot, min_size=1, max_size=5), st.lists(spot, min_size=1, max_size=3), st.integers(1, 300))
def test_homes_within_the_limit_stand_on_reached_streets_and_no_others(
    drawing: Any, homes: list[Point], places: list[Point], limit_m: int
) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))
    h, p = joined(network, homes), joined(network, places)
    walks = found(walk_pairs(network, h, p, limit_mm=limits(p, 10**7), workers=1))
    ((edges, lines),) = reached_parts(network, p, range(len(places)), [1000 * limit_m])
    for home in np.flatnonzero(h.edge >= 0).tolist():
        along_mm = [walk[0] - int(h.off_mm[home]) for (whose, _), walk in walks.items() if whose == home]
        spot_on_edge = shapely.Point(h.x_m[home], h.y_m[home])
        own = lines[edges == h.edge[home]]
        touched = len(own) > 0 and float(shapely.distance(own, spot_on_edge).min()) <= 0.002
        within = min(along_mm, default=10**9) - 1000 * limit_m  # to the place without the part off the network
        if within <= -3:
            assert touched
        elif within >= 3:
            assert not touched
