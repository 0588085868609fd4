"""The k nearest places equal sorting all walks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street_drawings import Point, at_pace, draw
from test_pairs import FOOT, drawings, grid, joined, spot

from doorstep.walk import Connections, Network, build_network, walk_pairs
from doorstep.walk.nearest import nearest_places


def by_sorting(
    network: Network, homes: Connections, places: Connections, service: list[int], k: int, measure: str, limit: int
) -> list[list[list[tuple[int, int, int]]]]:
    """Return place, mm and ms of the k nearest by service and home, from all pairs."""
    limits = np.full(places.n_owners, limit)
    pairs = walk_pairs(network, homes, places, workers=1, **{"limit_mm" if measure == "metres" else "limit_ms": limits})
    place = np.repeat(np.arange(places.n_owners), np.diff(pairs.first_of_place)).tolist()
    lists: list[list[list[tuple[Any, ...]]]] = [[[] for _ in range(homes.n_owners)] for _ in range(2)]
    walk_ms = (pairs.moving_ms + pairs.wait_ms).tolist()
    for home, at, mm, ms, wait in zip(
        pairs.home.tolist(), place, pairs.walk_mm.tolist(), walk_ms, pairs.wait_ms.tolist(), strict=True
    ):
        order = (mm, ms, wait, at) if measure == "metres" else (ms, mm, wait, at)
        if service[at] >= 0:
            lists[service[at]][home].append((order, (at, mm, ms)))
    return [[[found for _, found in sorted(one)[:k]] for one in homes_] for homes_ in lists]


def by_search(
    network: Network, homes: Connections, places: Connections, service: list[int], k: int, measure: str, limit: int
) -> list[list[list[tuple[int, int, int]]]]:
    found = nearest_places(
        network, homes, places, np.array(service), n_services=2, k=k, measure=measure, limit=limit, workers=2
    )
    return [
        [
            [
                one
                for one in zip(
                    found.place[s, h].tolist(), found.walk_mm[s, h].tolist(), found.walk_ms[s, h].tolist(), strict=True
                )
                if one[0] >= 0
            ]
            for h in range(homes.n_owners)
        ]
        for s in range(2)
    ]


@pytest.mark.parametrize("measure", ["metres", "minutes"])
@settings(max_examples=150, deadline=None)
@given(
    drawing=drawings(),
    homes=st.lists(spot, min_size=1, max_size=4),
    places=st.lists(st.tuples(spot, st.integers(-1, 1)), min_size=1, max_size=6),
    k=st.integers(1, 4),
    limit=st.integers(0, 400_000),
)
def test_nearest_are_the_smallest_of_all_walks(
    measure: str, drawing: Any, homes: list[Point], places: list[tuple[Point, int]], k: int, limit: int
) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))
    h, p = joined(network, homes), joined(network, [one for one, _ in places])
    service = [one for _, one in places]
    assert by_search(network, h, p, service, k, measure, limit) == by_sorting(network, h, p, service, k, measure, limit)


def test_a_town_agrees_and_without_a_limit_nobody_is_too_far() -> None:
    nodes, ways = grid()
    network = build_network(draw(nodes, ways), at_pace(1, 0))
    rng = np.random.default_rng(3)
    h, p = (joined(network, rng.uniform(0, 550, (count, 2)).tolist()) for count in (200, 60))
    service = rng.integers(-1, 2, 60).tolist()
    assert by_search(network, h, p, service, 3, "metres", 400_000) == by_sorting(
        network, h, p, service, 3, "metres", 400_000
    )
    found = nearest_places(network, h, p, np.array(service), n_services=2, k=2)
    assert (found.place >= 0).all()
    assert (found.walk_mm[:, :, 0] <= found.walk_mm[:, :, 1]).all()


def test_entrances_of_one_place_are_one_place() -> None:
    network = build_network(draw([(0.0, 0.0), (300.0, 0.0)], [([0, 1], FOOT)]), at_pace(1, 0))
    from doorstep.walk import connect

    p = connect(
        network, np.array([10.0, 200.0, 290.0]), np.zeros(3), snap_limit_mm=9, of=np.array([0, 0, 1]), n_owners=2
    )
    h = joined(network, [(190.0, 0.0)])
    found = nearest_places(network, h, p, np.array([0, 0]), n_services=1, k=2)
    assert found.place[0, 0].tolist() == [0, 1]
    assert found.walk_mm[0, 0].tolist() == [10_000, 100_000]


def test_what_does_not_fit_is_refused() -> None:
    network = build_network(draw([(0.0, 0.0), (300.0, 0.0)], [([0, 1], FOOT)]), at_pace(1, 0))
    h = joined(network, [(190.0, 0.0)])
    for service, k in (([0, 0], 1), ([3], 1), ([0], 0)):
        with pytest.raises(ValueError, match="services"):
            nearest_places(network, h, h, np.array(service), n_services=1, k=k)


def test_nonsense_is_refused() -> None:
    network = build_network(draw([(0.0, 0.0), (300.0, 0.0)], [([0, 1], FOOT)]), at_pace(1, 0))
    h = joined(network, [(190.0, 0.0)])
    for service in ([np.nan], [0.7]):
        with pytest.raises(ValueError, match="services"):
            nearest_places(network, h, h, np.array(service), n_services=1)
    for limit in (np.inf, np.nan, 45_000.9):
        with pytest.raises(ValueError, match="limits"):
            nearest_places(network, h, h, np.array([0]), n_services=1, limit=limit)
    with pytest.raises(ValueError, match="neither 'metres' nor 'minutes'"):
        nearest_places(network, h, h, np.array([0]), n_services=1, measure="seconds")


def test_points_of_another_network_are_refused() -> None:
    one, other = (
        build_network(draw([(0.0, 0.0), (length, 0.0)], [([0, 1], FOOT)]), at_pace(1, 0)) for length in (300.0, 400.0)
    )
    h = joined(one, [(190.0, 0.0)])
    with pytest.raises(ValueError, match="another network"):
        nearest_places(other, h, h, np.array([0]), n_services=1)
