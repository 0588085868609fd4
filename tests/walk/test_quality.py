"""Counts of what a network was made of."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from street_drawings import at_pace, draw

from doorstep.walk import Network, build_network, connect
from doorstep.walk.quality import Quality, quality

FOOT = {"highway": "footway"}
NODES = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (0.0, 500.0), (30.0, 500.0), (200.0, 0.0)]


def network_of(**gate: str) -> Network:
    ways = [
        ([0, 1, 1, 2], FOOT),
        ([2, 1], {"highway": "steps", "step_count": "12"}),
        ([2, 5], {"highway": "elevator"}),
        ([3, 4], {"highway": "service", "access": "private"}),
        ([0, 3], {"highway": "footway", "access": "no"}),
        ([0, 3], {"highway": "motorway"}),
        ([0, 3], {"highway": "construction"}),
        ([0, 3], {"highway": "footway", "foot": "no"}),
        ([0, 3], {"highway": "path", "sac_scale": "alpine_hiking"}),
        ([0, 3], {"barrier": "wall"}),
        ([2, 2], FOOT),
    ]
    tags = {
        0: {"barrier": "gate", **gate},
        1: {"crossing": "traffic_signals", "kerb": "lowered"},
        2: {"crossing": "marked"},
    }
    return build_network(draw(NODES, ways, tags), at_pace(2, 0))


def count(network: Network) -> Quality:
    x_m, y_m = np.array([50.0, 10.0, 10.0, 999.0]), np.array([1.0, 90.0, 501.0, 9999.0])
    homes = connect(network, x_m, y_m, snap_limit_mm=100_000)
    return quality(network, homes, np.array([3.0, 2.0, 1.5, 7.0]))


def test_every_kind_is_counted() -> None:
    found = count(network_of())
    assert found.ways == {"elevator": 1, "footway": 1, "service": 1, "steps": 1}
    assert found.dropped == {"access": 1, "climb": 1, "foot": 1, "kind": 1, "motor": 1, "point": 1}
    assert (found.flights, found.flights_counted, found.steps, found.lifts) == (1, 1, 12, 1)
    assert (found.signals, found.crossings, found.kerbs, found.barriers, found.private_ways) == (1, 1, 1, 1, 1)
    assert (found.edges, found.zero_edges, found.self_loops, found.parallel_edges) == (5, 1, 1, 1)
    assert found.length_m == 330.0
    assert found.main_share == pytest.approx(300 / 330)
    assert found.level_share == pytest.approx(230 / 330)  # steps and the lift have no slope


def test_islands_have_their_people() -> None:
    found = count(network_of())
    (island,) = found.islands
    assert (island.component, island.nodes, island.length_m) == (1, 2, 30.0)
    assert (island.x_m, island.y_m) == (0.0, 500.0)
    assert (island.residences, island.people) == (1, 1.5)
    assert (len(found.homes.part), found.homes.far, found.homes.unconnected) == (4, (1,), (3,))
    assert found.homes.on_islands == (2,)
    assert (found.people, found.people_main, found.people_unconnected) == (13.5, 5.0, 7.0)


def test_places_are_told_as_homes_are() -> None:
    network = network_of()
    at = connect(network, np.array([10.0, 50.0, 999.0]), np.array([501.0, 80.0, 9999.0]), snap_limit_mm=100_000)
    found = quality(network, facilities=at, spaces=at)
    for places in (found.facilities, found.spaces):
        assert (places.on_islands, places.far, places.unconnected) == ((0,), (1,), (2,))
        assert places.off_mm == (1_000, 80_000, 0)
    assert found.homes.part == ()


@pytest.mark.parametrize(
    ("gate", "kind"),
    [({}, "gates_open"), ({"access": "no"}, "gates_closed"), ({"access": "private"}, "gates_closed")],
)
def test_gates(gate: dict[str, str], kind: str) -> None:
    found = dataclasses.asdict(count(network_of(**gate)))
    assert {name: number for name, number in found.items() if name.startswith("gates")} == {
        name: int(name == kind) for name in ("gates_open", "gates_private", "gates_closed")
    }


def test_network_of_nothing() -> None:
    found = quality(build_network(draw(NODES, [([0, 1], {})]), at_pace(2, 0)))
    assert (found.edges, found.length_m, found.main_share, found.islands) == (0, 0.0, 0.0, ())


def test_people_must_fit_the_homes() -> None:
    with pytest.raises(ValueError, match="2 numbers of people for 0 homes"):
        quality(network_of(), None, np.ones(2))
