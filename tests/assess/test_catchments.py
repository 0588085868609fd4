"""Floating catchments against loops written from the papers, and what they must conserve.

No worked example with numbers of Luo and Wang (2003), Luo and Qi (2009) or Paez, Higgins and Vivona (2019) was at hand,
so the examples on paper here are worked by hand from their formulas. test_peer_indices.py compares with another
program.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from made_pairs import N_HOMES, N_PLACES, Walks, as_pairs, of_homes, of_places, walks

from doorstep.assess import balanced_catchment, e2sfca, floating_catchment, gaussian, within

LIMIT, END = 800, 0.01


def two_steps(near: dict[tuple[int, int], float], people: list[float], capacity: list[float]) -> list[float]:
    ratio = []
    for place in range(N_PLACES):
        crowd = sum(people[home] * weight for (there, home), weight in near.items() if there == place)
        ratio.append(capacity[place] / crowd if crowd > 0 else 0.0)
    return [sum(ratio[place] * weight for (place, who), weight in near.items() if who == i) for i in range(N_HOMES)]


@settings(deadline=None)
@given(walks, of_homes, of_places)
def test_2sfca_agrees_with_the_two_steps_in_loops(found: Walks, people: list[float], capacity: list[float]) -> None:
    first, home, walk_mm = as_pairs(found)
    weight = within(walk_mm, LIMIT)
    result = floating_catchment(first, home, weight, people=np.array(people), capacity=np.array(capacity))
    expected = two_steps({pair: 1.0 for pair, mm in found.items() if mm <= LIMIT}, people, capacity)
    np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-12)


@settings(deadline=None)
@given(walks, of_homes, of_places)
def test_e2sfca_agrees_with_the_two_steps_in_loops(found: Walks, people: list[float], capacity: list[float]) -> None:
    beta = -(LIMIT**2) / math.log(END)
    near = {pair: math.exp(-(mm**2) / beta) for pair, mm in found.items() if mm <= LIMIT}
    amounts: dict[str, Any] = {"people": np.array(people), "capacity": np.array(capacity)}
    result = e2sfca(*as_pairs(found), **amounts, limit_mm=LIMIT, end_value=END)
    np.testing.assert_allclose(result, two_steps(near, people, capacity), rtol=1e-9, atol=1e-12)
    used = {place for (place, home) in near if people[home] > 0}
    np.testing.assert_allclose(np.dot(people, result), sum(capacity[place] for place in used), rtol=1e-9, atol=1e-9)


def test_e2sfca_weighs_end_value_just_at_the_limit_and_nothing_beyond() -> None:
    first, home, walk_mm = np.array([0, 3]), np.array([0, 1, 2], dtype=np.int32), np.array([0, 800, 801])
    people = np.array([9.0, 100.0, 1000.0])
    found = e2sfca(first, home, walk_mm, people=people, capacity=np.array([20.0]), limit_mm=800, end_value=0.01)
    np.testing.assert_allclose(found, [2.0, 0.02, 0.0])


@settings(deadline=None)
@given(walks, of_homes, of_places)
def test_bfca_agrees_with_the_standardised_matrices_in_loops(
    found: Walks, people: list[float], capacity: list[float]
) -> None:
    first, home, walk_mm = as_pairs(found)
    weight = gaussian(walk_mm, LIMIT, END)
    near = dict(zip(sorted(found), weight, strict=True))
    near = {(j, i): w for (j, i), w in near.items() if w > 0 and people[i] > 0}  # population centres only
    of_home = {i: sum(w for (_, who), w in near.items() if who == i) for _, i in near}
    of_place = {j: sum(w for (there, _), w in near.items() if there == j) for j, _ in near}
    crowd = {j: sum(people[i] * w / of_home[i] for (there, i), w in near.items() if there == j) for j in of_place}
    level = {j: capacity[j] / crowd[j] for j in of_place}
    expected = [sum(level[j] * w / of_place[j] for (j, who), w in near.items() if who == i) for i in range(N_HOMES)]
    result = balanced_catchment(first, home, weight, people=np.array(people), capacity=np.array(capacity))
    np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-12)
    assert sum(crowd.values()) == pytest.approx(sum(people[i] for i in of_home))  # everybody is somewhere, once
    assert result.sum() == pytest.approx(sum(level.values()))  # as is every level of service


def test_overlapping_catchments_on_paper() -> None:
    """Two places of 10; both homes of 5 reach the second, only the first home reaches the first."""
    first, home = np.array([0, 1, 3]), np.array([0, 0, 1])
    amounts: dict[str, Any] = {"people": np.array([5.0, 5.0]), "capacity": np.array([10.0, 10.0])}
    np.testing.assert_allclose(floating_catchment(first, home, np.ones(3), **amounts), [10 / 5 + 10 / 10, 10 / 10])
    # crowds 2.5 and 7.5, not 5 and 10; levels 4 and 4/3; the second is shared by both homes
    np.testing.assert_allclose(balanced_catchment(first, home, np.ones(3), **amounts), [4 + 2 / 3, 2 / 3])


def test_jobs_available_in_a_worked_example() -> None:
    """A. Páez, A. Soukhov, workshop on spatial availability (Spatial-Availability-Measure), exercise, part 1.

    80 and 120 people, 100 and 50 jobs; the first people reach the first jobs in 15 minutes, the others in 20 and 15;
    weight 1/minutes. Jobs available to all people of a place are E2SFCA times their number: 47.1 and 102.9. (For part
    2, with 5 minutes for 15, the exercise prints 82.7; its own formulas give 100 · 16/22 = 72.7.)
    """
    people = np.array([80.0, 120.0])
    found = floating_catchment(
        np.array([0, 2, 3]),
        np.array([0, 1, 1]),
        1 / np.array([15.0, 20.0, 15.0]),
        people=people,
        capacity=np.array([100.0, 50.0]),
    )
    assert np.round(found * people, 1).tolist() == [47.1, 102.9]


def test_catchments_that_do_not_overlap_are_alike_in_both() -> None:
    first, home = np.array([0, 1, 2]), np.array([0, 1])
    amounts: dict[str, Any] = {"people": np.array([4.0, 5.0]), "capacity": np.array([10.0, 10.0])}
    np.testing.assert_allclose(floating_catchment(first, home, np.ones(2), **amounts), [2.5, 2.0])
    np.testing.assert_allclose(balanced_catchment(first, home, np.ones(2), **amounts), [2.5, 2.0])


@pytest.mark.parametrize("index", [floating_catchment, balanced_catchment])
def test_nobody_nothing_and_no_pairs(index: Any) -> None:
    first, home, one = np.array([0, 2]), np.array([0, 1]), np.array([10.0])
    np.testing.assert_array_equal(index(first, home, np.ones(2), people=np.zeros(2), capacity=one), [0, 0])
    np.testing.assert_array_equal(index(first, home, np.ones(2), people=np.ones(2), capacity=0 * one), [0, 0])
    np.testing.assert_array_equal(index(first, home, np.zeros(2), people=np.ones(2), capacity=one), [0, 0])
    none = np.zeros(2, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0)
    np.testing.assert_array_equal(index(*none, people=np.ones(2), capacity=one), [0, 0])
    for people, capacity in ((np.array([1.0, np.nan]), one), (np.array([1.0, -1.0]), one), (np.ones(2), one * np.nan)):
        with pytest.raises(ValueError, match="must be numbers of at least 0"):
            index(first, home, np.ones(2), people=people, capacity=capacity)
    with pytest.raises(ValueError, match="not among the 1"):
        index(first, home, np.ones(2), people=np.ones(1), capacity=one)
