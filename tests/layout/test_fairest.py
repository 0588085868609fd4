"""The worst-off first: what is found is kept, what is proven no plan beats, and nothing depends on the threads."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from problems import all_plans, made_problem

from doorstep.layout import (
    EVERY,
    FairGroup,
    FairParams,
    LayoutProblem,
    SolveParams,
    assign,
    capital_of,
    fair_floors,
    fairest,
    level_of,
    most_people,
    shortfalls,
    solve,
    solved_under_floors,
    with_budget,
)

SOLVING = SolveParams(rounds=3, steps=10, bound_rounds=80, workers=1)


def halves(problem: LayoutProblem) -> tuple[FairGroup, ...]:
    """The two halves of the homes, all services together."""
    half = (np.arange(problem.n_homes) < problem.n_homes // 2).astype(np.float64)
    groups = []
    for name, one in (("first", half), ("second", 1.0 - half)):
        share = np.tile(one, problem.n_services)
        most = most_people(problem, EVERY, share)
        groups.append(FairGroup(name, EVERY, share, float(share @ problem.walkers), most))
    return tuple(groups)


@pytest.mark.parametrize("seed", range(3))
def test_found_is_kept_and_no_plan_beats_what_is_proven(seed: int) -> None:
    problem = made_problem(seed, n_spaces=2, n_homes=8)
    problem = with_budget(problem, (problem.budget_money or 0) // 2)
    groups = halves(problem)
    usual = solve(problem, SOLVING)
    best = fairest(problem, groups, usual, FairParams(levels=2, tries=4, rounds=3, workers=1))
    first = best.levels[0]
    shares = level_of(problem, groups, best.assignment)
    assert (shares >= best.least - 1e-6).all()
    assert capital_of(problem, best.grades) <= problem.budget_money
    assert shares.min() >= level_of(problem, groups, usual.assignment).min() - 1e-9
    kept = dataclasses.replace(problem, floors=fair_floors(groups, 0.0, best.least.tolist()))
    under = solved_under_floors(kept, best.grades, usual.prices, SOLVING)
    assert not shortfalls(kept, under.assignment.pair, under.assignment.people).any()
    assert under.assignment.worth <= under.prices.bound + 1e-6
    if first.bound is not None:
        assert first.bound >= first.level
        above = dataclasses.replace(problem, floors=fair_floors(groups, first.bound + 1e-3))
        for grades in all_plans(problem):
            given = assign(above, grades)
            assert shortfalls(above, given.pair, given.people).any()


def test_threads_change_nothing() -> None:
    problem = made_problem(5, n_spaces=8, n_homes=40)
    problem = with_budget(problem, (problem.budget_money or 0) // 2)
    groups = halves(problem)
    found = []
    for workers in (1, 3):
        usual = solve(problem, dataclasses.replace(SOLVING, workers=workers))
        found.append(fairest(problem, groups, usual, FairParams(levels=2, tries=3, rounds=3, workers=workers)))
    assert (found[0].grades == found[1].grades).all()
    assert found[0].levels == found[1].levels


def test_the_worst_off_stays_where_no_place_can_take_more() -> None:
    problem = with_budget(made_problem(1, n_spaces=4, n_homes=20), None)
    problem = dataclasses.replace(problem, budget_money=10**12)
    best = fairest(problem, halves(problem), solve(problem, SOLVING), FairParams(levels=3, tries=3, rounds=3))
    assert best.levels[-1].level > 0.0
    assert all(level.bound is None or level.bound >= level.level for level in best.levels)
