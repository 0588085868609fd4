"""Who waits at a signal: who crosses the road, not who goes along it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from street_drawings import Point, Way, draw

from doorstep.walk import Walker, build_network
from doorstep.walk.signals import signals_of

ROAD = {"highway": "primary", "name": "High Street"}
SIDE = {"highway": "residential"}
CROSSING = {"highway": "footway", "footway": "crossing"}
PATH = {"highway": "footway"}
LIGHT = {"highway": "traffic_signals"}
SIGNAL = {"highway": "crossing", "crossing": "traffic_signals"}
ONE = Walker("one", 1.0, 2.0, 20_000)


def waiting(nodes: list[Point], ways: list[Way], tags: Mapping[int, Mapping[str, str]]) -> set[tuple[int, int]]:
    """Return the arcs before which one waits: from where, to where."""
    network = build_network(draw(nodes, ways, tags), ONE)
    assert set(network.wait_u_ms.tolist()) | set(network.wait_v_ms.tolist()) <= {0, 20_000}
    arcs = [(network.edge_u, network.edge_v, network.wait_u_ms), (network.edge_v, network.edge_u, network.wait_v_ms)]
    return {(int(a), int(b)) for u, v, ms in arcs for a, b, wait in zip(u, v, ms, strict=True) if wait}


# A road 0-1-2 from west to east, crossed at 1 by a way 3-1-4 from south to north.
CROSS: list[Point] = [(0.0, 0.0), (50.0, 0.0), (100.0, 0.0), (50.0, -8.0), (50.0, 8.0)]


@pytest.mark.parametrize(
    "signal",
    [
        SIGNAL,
        LIGHT,
        {"crossing": "toucan"},
        {"crossing": "uncontrolled", "crossing_ref": "pelican"},
        {"highway": "crossing", "crossing:signals": "yes"},
    ],
)
def test_who_crosses_waits_once_and_who_goes_along_the_road_does_not(signal: dict[str, str]) -> None:
    assert waiting(CROSS, [([0, 1, 2], ROAD), ([3, 1, 4], CROSSING)], {1: signal}) == {(1, 3), (1, 4)}


@pytest.mark.parametrize("tags", [{}, {"highway": "crossing", "crossing": "marked"}, {"crossing:signals": "no"}])
def test_a_crossing_without_a_signal_costs_nothing(tags: dict[str, str]) -> None:
    assert waiting(CROSS, [([0, 1, 2], ROAD), ([3, 1, 4], CROSSING)], {1: tags}) == set()


@pytest.mark.parametrize("told", [{"crossing": "traffic_signals"}, {"crossing:signals": "yes"}])
def test_a_crossing_may_say_so_as_a_way(told: dict[str, str]) -> None:
    nodes = [*CROSS, (50.0, 20.0)]
    ways: list[Way] = [([0, 1, 2], ROAD), ([3, 1, 4, 5], {**CROSSING, **told})]
    assert waiting(nodes, ways, {}) == {(1, 3), (1, 4)}  # only where it meets the carriageway
    assert waiting(nodes, [([0, 1, 2], {**ROAD, **told}), ([3, 1, 4, 5], CROSSING)], {}) == set()
    # A side road that ends where the crossing begins has no signal, since a node of the crossing has one.
    assert waiting(nodes, [*ways, ([5, 4], SIDE)], {1: SIGNAL}) == {(1, 3), (1, 4)}
    assert waiting(nodes, [*ways, ([5, 4], SIDE)], {4: {"barrier": "bollard"}}) > {(1, 3), (1, 4)}


def test_nobody_waits_along_a_road_where_no_way_crosses_it() -> None:
    assert waiting(CROSS, [([0, 1, 2], ROAD)], {1: SIGNAL}) == set()


def test_whoever_passes_a_junction_of_roads_crosses_one_of_them() -> None:
    assert waiting(CROSS, [([0, 1, 2], ROAD), ([3, 1, 4], SIDE)], {1: LIGHT}) == {(1, 0), (1, 2), (1, 3), (1, 4)}


def test_a_road_that_nobody_walks_along_is_crossed_all_the_same() -> None:
    motorway = {"highway": "trunk"}
    assert waiting(CROSS, [([0, 1, 2], motorway), ([3, 1, 4], SIDE)], {1: LIGHT}) == {(1, 3), (1, 4)}


# A road 0-1-2-3-4 with a side road 2-5; 1 and 3 are where cars stop.
STOPS: list[Point] = [(0.0, 0.0), (80.0, 0.0), (100.0, 0.0), (110.0, 0.0), (200.0, 0.0), (100.0, -50.0)]


def test_a_stop_line_belongs_to_its_junction_and_costs_once() -> None:
    ways: list[Way] = [([0, 1, 2, 3, 4], ROAD), ([2, 5], SIDE)]
    for stops in ({1: LIGHT}, {3: LIGHT}, {1: LIGHT, 3: LIGHT}):
        assert waiting(STOPS, ways, stops) == {(2, 1), (2, 3), (2, 5)}
    assert waiting(STOPS, ways, {1: SIGNAL}) == set()  # a crossing of this arm, not the light of the junction


def test_a_stop_line_far_from_any_junction_stops_nobody() -> None:
    far = [(x - 30.0 if node == 1 else x, y) for node, (x, y) in enumerate(STOPS)]
    assert waiting(far, [([0, 1, 2, 3, 4], ROAD), ([2, 5], SIDE)], {1: LIGHT}) == set()
    just = [(x - 10.0 if node == 1 else x, y) for node, (x, y) in enumerate(STOPS)]
    assert waiting(just, [([0, 1, 2, 3, 4], ROAD), ([2, 5], SIDE)], {1: LIGHT}) == {(2, 1), (2, 3), (2, 5)}


def test_a_stop_line_belongs_to_the_nearer_junction_that_one_drives_to() -> None:
    # Side roads at 1 (20 m west of the light at 2) and at 3 (25 m east of it).
    nodes = [(0.0, 0.0), (80.0, 0.0), (100.0, 0.0), (125.0, 0.0), (200.0, 0.0), (80.0, 50.0), (125.0, 50.0)]

    def junctions(**oneway: str) -> list[int]:
        ways: list[Way] = [([0, 1, 2, 3, 4], {**ROAD, **oneway}), ([1, 5], SIDE), ([3, 6], SIDE)]
        return np.flatnonzero(signals_of(draw(nodes, ways, {2: LIGHT})).is_junction).tolist()

    assert junctions() == [1]
    assert junctions(oneway="yes") == [3]
    assert junctions(oneway="-1") == [1]
    nodes[1] = (75.0, 0.0)
    assert junctions() == [1, 3]


def test_a_light_where_a_path_meets_the_road_is_a_crossing_and_not_a_stop_line() -> None:
    nodes = [*STOPS, (80.0, 9.0), (80.0, -9.0)]
    ways: list[Way] = [([0, 1, 2, 3, 4], ROAD), ([2, 5], SIDE), ([6, 1, 7], PATH)]
    assert waiting(nodes, ways, {1: LIGHT}) == {(1, 6), (1, 7)}


def test_lights_on_a_ring_without_a_junction_end() -> None:
    ring: list[Way] = [([0, 1, 2, 0], {**ROAD, "oneway": "yes"})]
    assert waiting([(0.0, 0.0), (5.0, 0.0), (0.0, 5.0)], ring, {0: LIGHT, 1: LIGHT}) == set()
    assert waiting([(0.0, 0.0), (5.0, 0.0)], [([0, 1], ROAD), ([1, 0], ROAD)], {0: LIGHT}) == set()


def test_a_road_that_lacks_places_and_that_nobody_walks_along_does_no_harm() -> None:
    nodes = [(0.0, 0.0), (9.0, 0.0), (np.nan, 0.0), (20.0, 0.0)]
    assert waiting(nodes, [([0, 1], PATH), ([1, 2, 3], {"highway": "motorway"})], {2: LIGHT}) == set()
