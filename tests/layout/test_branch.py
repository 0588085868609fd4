"""Branch and bound: the optimum, proven; the same for any number of workers; never a bound below the optimum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import best_worth, made_problem

from doorstep.layout import affordable_must, broken_hub_rules, capital_of, prices_for, without_must
from doorstep.layout.branch import branched
from doorstep.layout.problem import LayoutProblem

SEEDS = st.integers(0, 10_000)


def small(seed: int) -> LayoutProblem:
    problem = made_problem(seed, n_homes=6, n_spaces=2, must=bool(seed % 2))
    return without_must(problem, affordable_must(problem)[1])


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_finds_and_proves_the_best_of_all_plans(seed: int) -> None:
    problem = small(seed)
    found = branched(problem, prices_for(problem, rounds=20, workers=1), affordable_must(problem)[0], workers=1)
    optimum = best_worth(problem)
    assert found.assignment.worth == pytest.approx(optimum, rel=2e-6, abs=1e-9)
    assert optimum - 1e-9 <= found.bound <= optimum * (1 + 3e-6) + 1e-9
    assert capital_of(problem, found.grades) <= problem.budget_money
    for space in range(problem.n_spaces):
        assert not broken_hub_rules(problem, space, found.grades[space])
        assert found.grades[space].any() or not problem.must[space]


@settings(max_examples=6, deadline=None)
@given(SEEDS, st.sampled_from([1, 2, 5]))
def test_work_that_ends_early_proves_less_but_nothing_wrong(seed: int, most: int) -> None:
    problem = small(seed)
    start = affordable_must(problem)[0]
    found = branched(problem, prices_for(problem, rounds=5, workers=1), start, most_branches=most, workers=1)
    assert found.bound >= best_worth(problem) - 1e-9


def test_plan_and_branches_do_not_depend_on_the_workers() -> None:
    problem = made_problem(3, n_homes=40, n_spaces=8, n_services=3)
    prices = prices_for(problem, rounds=50, workers=1)
    one, two = (branched(problem, prices, affordable_must(problem)[0], workers=workers) for workers in (1, 2))
    assert one.bound == two.bound
    assert np.array_equal(one.grades, two.grades)
    assert [branch.bound for branch in one.branches] == [branch.bound for branch in two.branches]


def test_children_share_out_what_their_branch_has_left() -> None:
    problem = made_problem(3, n_homes=40, n_spaces=8, n_services=3)
    found = branched(problem, prices_for(problem, rounds=50, workers=1), affordable_must(problem)[0], workers=1)
    assert len(found.branches) > 10
    for number in range(len(found.branches)):
        children = [branch for branch in found.branches if branch.parent == number]
        assert all(branch.parent < at for at, branch in enumerate(found.branches))
        if len(children) == 2:
            first, second = children
            assert (first.space, first.service) == (second.space, second.service)
            assert first.kept & second.kept == 0
