"""Indices of one home against plain loops written from their formulas, and against examples on paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_pairs import N_HOMES, Walks, amounts, as_pairs, of_places, walks

from doorstep.assess import (
    capacity_ratio,
    cumulative,
    exponential,
    gaussian,
    gravity,
    k_nearest_mm,
    nearest_mm,
    power,
    share_within,
    weighted_quantiles,
    within,
)

goods = st.lists(st.tuples(st.floats(0, 9).map(lambda one: round(one, 2)), amounts), min_size=1, max_size=8)


@given(walks, of_places, st.integers(0, 1300))
def test_cumulative_sums_what_lies_within_the_limit(found: Walks, capacity: list[float], limit: int) -> None:
    result = cumulative(*as_pairs(found), capacity=np.array(capacity), limit_mm=limit, n_homes=N_HOMES)
    for home in range(N_HOMES):
        there = [capacity[place] for (place, who), mm in found.items() if who == home and mm <= limit]
        assert result[home] == pytest.approx(sum(there), abs=1e-9)


DECAYS = {
    "power": (lambda mm: power(mm, 1.5, 100), lambda d: (max(d, 100) / 100) ** -1.5),
    "exponential": (lambda mm: exponential(mm, 300), lambda d: math.exp(-math.log(2) / 300 * d)),
    "gaussian": (
        lambda mm: gaussian(mm, 800, 0.01),
        lambda d: math.exp(-(d**2) / (-(800**2) / math.log(0.01))) if d <= 800 else 0.0,
    ),
}


@pytest.mark.parametrize("name", DECAYS)
@given(walks, of_places)
def test_gravity_agrees_with_hansen_in_loops(name: str, found: Walks, capacity: list[float]) -> None:
    weigh, formula = DECAYS[name]
    first, home, walk_mm = as_pairs(found)
    result = gravity(first, home, weigh(walk_mm), capacity=np.array(capacity), n_homes=N_HOMES)
    for i in range(N_HOMES):
        expected = sum(capacity[j] * formula(mm) for (j, who), mm in found.items() if who == i)
        assert result[i] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("weigh", [one for one, _ in DECAYS.values()])
def test_a_longer_walk_never_counts_more(weigh: Any) -> None:
    weights = weigh(np.arange(0, 1200))
    assert weights[0] == 1.0
    assert (np.diff(weights) <= 0).all()
    assert (weights >= 0).all()


def test_weights_on_paper() -> None:
    np.testing.assert_allclose(exponential(np.array([0, 300, 900]), 300), [1, 0.5, 0.125])
    np.testing.assert_allclose(power(np.array([0, 100, 200]), 2.0, 100), [1, 1, 0.25])
    np.testing.assert_allclose(gaussian(np.array([0, 800, 801]), 800, 0.01), [1, 0.01, 0])
    np.testing.assert_array_equal(gaussian(np.array([0, 1]), 0, 0.01), [1, 0])  # a limit of 0: next door counts
    np.testing.assert_array_equal(within(np.array([500, 501]), 500), [1, 0])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda mm: power(mm, -1.0, 100),
        lambda mm: power(mm, math.nan, 100),
        lambda mm: power(mm, 1.0, 0),
        lambda mm: exponential(mm, 0),
        lambda mm: gaussian(mm, 800, 0.0),
        lambda mm: gaussian(mm, 800, math.nan),
    ],
)
def test_figures_that_make_no_weight_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        wrong(np.array([10]))


@given(walks, st.lists(st.integers(-1, 1), min_size=4, max_size=4))
def test_nearest_is_the_least_walk(found: Walks, services: list[int]) -> None:
    nearest = nearest_mm(*as_pairs(found), service_of_place=np.array(services), n_homes=N_HOMES, n_services=2)
    for home in range(N_HOMES):
        for service in range(2):
            there = [mm for (place, who), mm in found.items() if who == home and services[place] == service]
            assert nearest[home, service] == min(there, default=-1)


@given(walks, st.integers(1, 4))
def test_k_nearest_is_the_mean_of_the_least_walks(found: Walks, k: int) -> None:
    result = k_nearest_mm(*as_pairs(found), k=k, n_homes=N_HOMES)
    for home in range(N_HOMES):
        there = sorted(mm for (_, who), mm in found.items() if who == home)
        if len(there) < k:
            assert math.isnan(result[home])
        else:
            assert result[home] == pytest.approx(sum(there[:k]) / k, rel=1e-12)


@given(walks)
def test_the_nearest_one_is_the_nearest(found: Walks) -> None:
    pairs = as_pairs(found)
    nearest = nearest_mm(*pairs, service_of_place=np.zeros(4, dtype=np.int64), n_homes=N_HOMES, n_services=1)[:, 0]
    np.testing.assert_array_equal(k_nearest_mm(*pairs, k=1, n_homes=N_HOMES), np.where(nearest < 0, np.nan, nearest))


def test_pairs_that_do_not_fit_are_refused() -> None:
    first, home, weight, capacity = np.array([0, 2, 3]), np.array([0, 1, 1]), np.ones(3), np.ones(2)
    for wrong, message in (
        ((np.array([0, 2, 4]), home, weight, capacity), "first_of_place"),
        ((np.array([0, 4, 3]), home, weight, capacity), "must not fall"),
        ((np.zeros(0, dtype=np.int64), home, weight, capacity), "first_of_place"),
        ((first, home, np.ones(2), capacity), "weights of shape"),
        ((first, home, weight, np.ones(3)), "capacities of 3 places"),
        ((first, np.array([0, 1, 2]), weight, capacity), "home that is not among the 2"),
        ((first, np.array([-1, 1, 1]), weight, capacity), "home that is not among the 2"),
        ((first, home, np.array([1.0, np.nan, 1.0]), capacity), "weight must be"),
        ((first, home, weight, np.array([-1.0, 1.0])), "capacity must be"),
        ((first, home, weight, np.array([np.inf, 1.0])), "capacity must be"),
    ):
        with pytest.raises(ValueError, match=message):
            gravity(*wrong[:3], capacity=wrong[3], n_homes=2)
    with pytest.raises(ValueError, match="k is 0"):
        k_nearest_mm(first, home, np.array([1, 2, 3]), k=0, n_homes=2)


def test_no_pairs_is_nothing_within_reach() -> None:
    pairs = np.zeros(3, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
    np.testing.assert_array_equal(cumulative(*pairs, capacity=np.ones(2), limit_mm=500, n_homes=2), [0, 0])
    assert np.isnan(k_nearest_mm(*pairs, k=1, n_homes=2)).all()


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


def test_quantiles_of_a_worked_example() -> None:
    """Eight values with weights 1 to 8, in the manual of W. A. Stahel's R package regr0 (``quantilew``): 8, 13."""
    values = np.array([1.0, 3.0, 4.0, 8.0, 12.0, 13.0, 18.0, 20.0])
    np.testing.assert_array_equal(weighted_quantiles(values, np.arange(1.0, 9.0), np.array([0.25, 0.5])), [8, 13])


def test_quantiles_do_not_stumble_over_sums_of_tenths() -> None:
    tenths = np.full(10, 0.1)
    np.testing.assert_array_equal(weighted_quantiles(np.arange(10.0), tenths, np.array([0.1, 0.9, 1.0])), [0, 8, 9])


def test_quantiles_leave_out_a_walk_that_nobody_takes_and_refuse_one_that_is_unknown() -> None:
    walks_m, half = np.array([np.nan, 300.0]), np.array([0.5])
    assert weighted_quantiles(walks_m, np.array([0.0, 2.0]), half) == [300.0]
    with pytest.raises(ValueError, match="not a number"):
        weighted_quantiles(walks_m, np.array([1.0, 2.0]), half)


def test_capacity_ratio_is_unknown_where_nothing_is_needed() -> None:
    np.testing.assert_array_equal(capacity_ratio(np.array([3.0, 3.0]), np.array([6.0, 0.0])), [0.5, np.nan])
