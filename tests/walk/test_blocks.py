"""Blocks of places that fit into memory add up to the whole table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street_drawings import Point, at_pace, draw
from test_pairs import drawings, grid, joined, spot

from doorstep.errors import DoorstepError
from doorstep.walk import Pairs, build_network, walk_pairs
from doorstep.walk.blocks import BYTES_PER_PAIR, most_pairs, pairs_in_blocks, pairs_that_fit
from doorstep.walk.memory import free_bytes


@settings(max_examples=60, deadline=None)
@given(
    drawings(),
    st.lists(spot, min_size=1, max_size=6),
    st.lists(st.tuples(spot, st.integers(0, 400_000)), min_size=1, max_size=6),
)
def test_no_place_has_more_pairs_than_told(drawing: Any, homes: list[Point], places: list[tuple[Point, int]]) -> None:
    network = build_network(drawing[0], at_pace(1, 0))
    h, p = joined(network, homes), joined(network, [one for one, _ in places])
    limit_mm = np.array([one for _, one in places])
    pairs = walk_pairs(network, h, p, limit_mm=limit_mm, workers=1)
    assert (np.diff(pairs.first_of_place) <= most_pairs(h, p, reach_m=limit_mm / 1000)).all()


@pytest.mark.parametrize("measure", ["limit_mm", "limit_ms"])
def test_blocks_add_up_to_the_whole(measure: str) -> None:
    nodes, ways = grid()
    network = build_network(draw(nodes, ways), at_pace(1, 0))
    rng = np.random.default_rng(8)
    h, p = (joined(network, rng.uniform(0, 550, (count, 2)).tolist()) for count in (300, 50))
    limit = rng.integers(0, 300_000, 50)
    whole = walk_pairs(network, h, p, **{measure: limit})
    blocks = list(pairs_in_blocks(network, h, p, memory_bytes=800 * BYTES_PER_PAIR, **{measure: limit}))
    assert len(blocks) > 5
    assert np.concatenate([places for places, _ in blocks]).tolist() == list(range(50))
    assert (
        np.concatenate([np.diff(pairs.first_of_place) for _, pairs in blocks]).tolist()
        == np.diff(whole.first_of_place).tolist()
    )
    for name in Pairs.__slots__[1:]:
        np.testing.assert_array_equal(
            np.concatenate([getattr(pairs, name) for _, pairs in blocks]), getattr(whole, name)
        )
    assert max(len(pairs.home) for _, pairs in blocks) <= 800
    bound = most_pairs(h, p, reach_m=limit / 1000)
    assert len(whole.home) <= bound.sum() < 300 * 50  # a bound that says something


def test_a_table_put_together_of_blocks_is_the_whole_and_one_too_large_is_refused() -> None:
    nodes, ways = grid()
    network = build_network(draw(nodes, ways), at_pace(1, 0))
    rng = np.random.default_rng(8)
    h, p = (joined(network, rng.uniform(0, 550, (count, 2)).tolist()) for count in (300, 50))
    limit_mm = rng.integers(0, 300_000, 50)
    whole = walk_pairs(network, h, p, limit_mm=limit_mm)
    least = 32 * len(whole.home)
    assert BYTES_PER_PAIR * most_pairs(h, p, reach_m=limit_mm / 1000).sum() > least // 2  # more blocks than one
    for memory_bytes in (least, 10 * least):
        fitted = pairs_that_fit(network, h, p, memory_bytes=memory_bytes, limit_mm=limit_mm)
        for name in Pairs.__slots__:
            np.testing.assert_array_equal(getattr(fitted, name), getattr(whole, name))
            assert getattr(fitted, name).dtype == getattr(whole, name).dtype
    with pytest.raises(DoorstepError) as refused:
        pairs_that_fit(network, h, p, memory_bytes=least - 1, limit_mm=limit_mm)
    assert refused.value.code == "walks-memory"


def test_no_places_have_no_pairs_in_any_memory() -> None:
    nodes, ways = grid()
    network = build_network(draw(nodes, ways), at_pace(1, 0))
    none = pairs_that_fit(
        network, joined(network, [(1.0, 1.0)]), joined(network, []), memory_bytes=0, limit_mm=np.zeros(0, np.int64)
    )
    assert (none.first_of_place.tolist(), len(none.home)) == ([0], 0)


def test_some_memory_is_free() -> None:
    assert 2**20 < free_bytes() < 2**50
