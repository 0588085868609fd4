"""Several walkers at once find what each finds alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street_drawings import Point, at_pace, draw
from test_pairs import FOOT, STEPS, drawings, grid, joined, spot

from doorstep.walk import Network, Walker, build_network, walk_pairs
from doorstep.walk.network import for_walker
from doorstep.walk.together import walk_pairs_of_walkers


def crowd(network: Network) -> list[Network]:
    """Return networks of walkers who differ in pace, on steps, at signals, and in what they can pass."""
    some = [
        Walker("plan", 1.0, 2.0, 20_000),
        Walker("old", 0.7, 3.0, 30_000),
        Walker("pram", 0.9, 2.0, 20_000, wheels=True),
        Walker("quick", 1.5, 1.0, 5_000),
    ]
    return [for_walker(network, one) for one in some]


def alone(
    network: Network, homes: Any, places: Any, measure: str, limit: Any
) -> dict[tuple[int, int], tuple[int, int]]:
    pairs = walk_pairs(network, homes, places, workers=1, **{f"limit_{measure}": limit})
    place = np.repeat(np.arange(len(limit)), np.diff(pairs.first_of_place)).tolist()
    walk_ms = (pairs.moving_ms + pairs.wait_ms).tolist()
    return {
        (h, p): (mm, ms)
        for h, p, mm, ms in zip(pairs.home.tolist(), place, pairs.walk_mm.tolist(), walk_ms, strict=True)
    }


def together(
    networks: list[Network], homes: Any, places: Any, measure: str, limit: Any, workers: int = 1
) -> list[dict[tuple[int, int], tuple[int, int]]]:
    pairs = walk_pairs_of_walkers(networks, homes, places, workers=workers, **{f"limit_{measure}": limit})
    place = np.repeat(np.arange(len(limit)), np.diff(pairs.first_of_place)).tolist()
    assert (pairs.walk_mm >= 0).any(axis=1).all()
    return [
        {
            (h, p): (mm, ms)
            for h, p, mm, ms in zip(
                pairs.home.tolist(),
                place,
                pairs.walk_mm[:, lane].tolist(),
                pairs.walk_ms[:, lane].tolist(),
                strict=True,
            )
            if mm >= 0
        }
        for lane in range(len(networks))
    ]


@pytest.mark.parametrize("measure", ["mm", "ms"])
@settings(max_examples=150, deadline=None)
@given(
    drawing=drawings(),
    homes=st.lists(spot, min_size=1, max_size=5),
    places=st.lists(spot, min_size=1, max_size=5),
    data=st.data(),
)
def test_walkers_together_find_what_each_finds_alone(
    measure: str, drawing: Any, homes: list[Point], places: list[Point], data: st.DataObject
) -> None:
    networks = crowd(build_network(drawing[0], at_pace(1, 0)))
    h, p = joined(networks[0], homes), joined(networks[0], places)
    limit = np.array([[data.draw(st.integers(0, 400_000)) for _ in networks] for _ in places], dtype=np.int64)
    assert together(networks, h, p, measure, limit) == [
        alone(one, h, p, measure, limit[:, lane]) for lane, one in enumerate(networks)
    ]


def test_threads_and_a_bigger_town_change_nothing() -> None:
    nodes, ways = grid()
    networks = crowd(build_network(draw(nodes, ways), at_pace(1, 0)))
    rng = np.random.default_rng(5)
    h, p = (joined(networks[0], rng.uniform(0, 550, (count, 2)).tolist()) for count in (300, 80))
    limit = rng.integers(0, 500_000, (80, len(networks)))
    for measure in ("mm", "ms"):
        one = together(networks, h, p, measure, limit, workers=1)
        assert one == together(networks, h, p, measure, limit, workers=3)
        assert one == [alone(each, h, p, measure, limit[:, lane]) for lane, each in enumerate(networks)]
        assert min(len(lane) for lane in one) > 500


def test_what_does_not_fit_is_refused() -> None:
    streets = draw([(0.0, 0.0), (100.0, 0.0)], [([0, 1], FOOT)]), draw([(0.0, 0.0), (100.0, 0.0)], [([0, 1], STEPS)])
    one, other = (build_network(each, at_pace(1, 0)) for each in streets)
    h = joined(one, [(50.0, 0.0)])
    with pytest.raises(ValueError, match="same edges"):
        walk_pairs_of_walkers([one, other], h, h, limit_mm=np.zeros((1, 2)))
    with pytest.raises(ValueError, match="9 walkers"):
        walk_pairs_of_walkers([one] * 9, h, h, limit_mm=np.zeros((1, 9)))
    with pytest.raises(ValueError, match="limits for 1 places"):
        walk_pairs_of_walkers([one], h, h, limit_mm=np.zeros(1))
    with pytest.raises(ValueError, match="one of"):
        walk_pairs_of_walkers([one], h, h)
