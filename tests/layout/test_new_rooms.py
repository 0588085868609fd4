"""What a room that is not there yet adds is never more than its priced worth and what the bound leaves open."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from problems import best_worth, made_problem

from doorstep.layout import LayoutProblem, best_hubs, priced_bound, prices_for


def without_last(problem: LayoutProblem) -> LayoutProblem:
    allowed, must = problem.allowed.copy(), problem.must.copy()
    allowed[-1], must[-1] = False, False
    return dataclasses.replace(problem, allowed=allowed, must=must)


@pytest.mark.parametrize("seed", range(12))
def test_best_plan_with_the_room_lies_below_bound_and_priced_worth(seed: int) -> None:
    problem = made_problem(seed)
    before = without_last(problem)
    prices = prices_for(before, rounds=60)
    grades, worth = best_hubs(problem, prices)
    assert worth.min() >= 0.0
    assert (worth > 0).tolist() == grades.any(axis=1).tolist()
    # the bound is a sum of terms: the room adds its own
    need = prices.need
    assert priced_bound(problem, need, prices.money) == pytest.approx(prices.bound + worth[-1])
    best, best_before = best_worth(problem), best_worth(before)
    assert best <= prices.bound + worth[-1] + 1e-9
    assert best - best_before <= worth[-1] + prices.bound - best_before + 1e-9


def test_some_room_is_worth_something() -> None:
    found = []
    for seed in range(12):
        problem = made_problem(seed)
        found.append(best_hubs(problem, prices_for(without_last(problem), rounds=60))[1][-1])
    assert np.count_nonzero(found) >= 6
