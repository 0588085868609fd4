"""Indices against plain loops written from their formulas, and against examples on paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.assess import capacity_ratio, e2sfca, gini, nearest_mm, palma, share_within, weighted_quantiles

Floats = np.ndarray[Any, np.dtype[np.float64]]

N_HOMES, N_PLACES = 5, 4
walks = st.dictionaries(st.tuples(st.integers(0, N_PLACES - 1), st.integers(0, N_HOMES - 1)), st.integers(0, 1200))
persons = st.floats(0, 50).map(lambda one: round(one, 3))
goods = st.lists(st.tuples(st.floats(0, 9).map(lambda one: round(one, 2)), persons), min_size=1, max_size=8)


def as_pairs(found: dict[tuple[int, int], int]) -> tuple[Any, Any, Any]:
    """Return the walks (place, home) -> mm as arrays sorted by place, then home, that nobody may write to."""
    first = np.searchsorted([place for place, _ in sorted(found)], np.arange(N_PLACES + 1))
    home = np.array([home for _, home in sorted(found)], dtype=np.int32)
    walk_mm = np.array([found[pair] for pair in sorted(found)], dtype=np.int32)
    for array in (first, home, walk_mm):
        array.setflags(write=False)
    return first, home, walk_mm


@given(walks, st.lists(st.integers(-1, 1), min_size=N_PLACES, max_size=N_PLACES))
def test_nearest_is_the_least_walk(found: dict[tuple[int, int], int], services: list[int]) -> None:
    nearest = nearest_mm(*as_pairs(found), service_of_place=np.array(services), n_homes=N_HOMES, n_services=2)
    for home in range(N_HOMES):
        for service in range(2):
            there = [mm for (place, who), mm in found.items() if who == home and services[place] == service]
            assert nearest[home, service] == min(there, default=-1)


def test_share_within_counts_the_limit_and_leaves_nobody_unknown() -> None:
    nearest = np.array([[500, 500], [501, 0], [-1, -1]])
    people = np.array([[1.0, 0.0], [2.0, 0.0], [1.0, 0.0]])
    np.testing.assert_array_equal(share_within(nearest, people, np.array([500, 500])), [0.25, np.nan])


@given(goods, st.floats(0.01, 1))
def test_quantile_is_the_least_value_that_enough_people_do_not_exceed(
    groups: list[tuple[float, float]], share: float
) -> None:
    values, weights = (np.array(column) for column in zip(*groups, strict=True))
    found = weighted_quantiles(values, weights, np.array([share]))[0]
    total = sum(weights)
    if total == 0:
        assert math.isnan(found)
        return
    enough = [
        value
        for value, weight in groups
        if weight > 0 and sum(w for v, w in groups if v <= value) >= share * total * (1 - 1e-12) - 1e-12
    ]
    assert found == min(enough)


def test_quantiles_do_not_stumble_over_sums_of_tenths() -> None:
    tenths = np.full(10, 0.1)
    np.testing.assert_array_equal(weighted_quantiles(np.arange(10.0), tenths, np.array([0.1, 0.9, 1.0])), [0, 8, 9])


def test_capacity_ratio_is_unknown_where_nothing_is_needed() -> None:
    np.testing.assert_array_equal(capacity_ratio(np.array([3.0, 3.0]), np.array([6.0, 0.0])), [0.5, np.nan])


@settings(deadline=None)
@given(
    walks,
    st.lists(persons, min_size=N_HOMES, max_size=N_HOMES),
    st.lists(persons, min_size=N_PLACES, max_size=N_PLACES),
)
def test_e2sfca_agrees_with_the_two_steps_in_loops(
    found: dict[tuple[int, int], int], people: list[float], capacity: list[float]
) -> None:
    limit, end = 800, 0.01
    beta = -(limit**2) / math.log(end)
    near = {pair: math.exp(-(mm**2) / beta) for pair, mm in found.items() if mm <= limit}
    ratio = {}
    for place in range(N_PLACES):
        crowd = sum(people[home] * weight for (there, home), weight in near.items() if there == place)
        ratio[place] = capacity[place] / crowd if crowd > 0 else 0.0
    expected = [
        sum(ratio[place] * weight for (place, who), weight in near.items() if who == home) for home in range(N_HOMES)
    ]
    result = e2sfca(
        *as_pairs(found), people=np.array(people), capacity=np.array(capacity), limit_mm=limit, end_value=end
    )
    np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-12)
    used = {place for (place, home) in near if people[home] > 0}
    np.testing.assert_allclose(np.dot(people, result), sum(capacity[place] for place in used), rtol=1e-9, atol=1e-9)


def test_e2sfca_weighs_end_value_just_at_the_limit_and_nothing_beyond() -> None:
    first, home, walk_mm = (
        np.array([0, 3]),
        np.array([0, 1, 2], dtype=np.int32),
        np.array([0, 800, 801], dtype=np.int32),
    )
    people = np.array([9.0, 100.0, 1000.0])
    found = e2sfca(first, home, walk_mm, people=people, capacity=np.array([20.0]), limit_mm=800, end_value=0.01)
    np.testing.assert_allclose(found, [2.0, 0.02, 0.0])


@given(goods)
def test_gini_agrees_with_its_definition(groups: list[tuple[float, float]]) -> None:
    values, weights = (np.array(column) for column in zip(*groups, strict=True))
    people, have = weights.sum(), (weights * values).sum()
    found = gini(values, weights)
    if have == 0:
        assert math.isnan(found)
        return
    gaps = sum(w * u * abs(x - y) for x, w in groups for y, u in groups)
    assert found == pytest.approx(gaps / (2 * people * have), abs=1e-9)


def test_gini_on_paper() -> None:
    one_has_all = gini(np.array([0.0, 0.0, 0.0, 8.0]), np.ones(4))
    assert one_has_all == pytest.approx(0.75)
    assert gini(np.array([3.0, 3.0]), np.array([1.0, 9.0])) == pytest.approx(0.0)


@given(goods)
def test_palma_agrees_with_persons_in_a_row(groups: list[tuple[float, float]]) -> None:
    values, weights = (np.array(column) for column in zip(*groups, strict=True))
    found = palma(values, weights)
    total = sum(weights)

    def held(low: float, high: float) -> float:
        """Sum what persons from the low to the high share of a row by what they have hold."""
        sum_, start = 0.0, 0.0
        for value, weight in sorted(groups):
            part = min(start + weight, high * total) - max(start, low * total)
            sum_ += value * max(0.0, part)
            start += weight
        return sum_

    if held(0, 1) == 0:
        assert math.isnan(found)
    elif held(0, 0.4) < 1e-9:
        assert found > 1e6
    else:
        assert found == pytest.approx(held(0.9, 1) / held(0, 0.4), rel=1e-6)


def test_palma_on_paper() -> None:
    ten = np.array([1.0, 1, 1, 1, 5, 5, 5, 5, 5, 12])
    assert palma(ten, np.ones(10)) == pytest.approx(3.0)
    assert palma(np.full(3, 2.0), np.ones(3)) == pytest.approx(0.25)
    assert palma(np.array([0.0, 1.0]), np.ones(2)) == math.inf
