"""Limits on hubs and floors of coverage in bound, search, whole model and assignment, against plain enumeration."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from asked_problems import (
    best_worth,
    floored_problem,
    jointly_floored_problem,
    limited_problem,
    plain_worth,
    plans_within_limits,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import made_problem

from doorstep.layout import (
    SolveParams,
    affordable_must,
    assign,
    broken_hub_rules,
    capital_of,
    even_grades,
    greedy_grades,
    priced_bound,
    prices_for,
    solve,
    without_must,
)
from doorstep.layout.conflict import floor_conflict, proven_shortfall
from doorstep.layout.exact import whole_model_grades
from doorstep.layout.floors import CoverageFloor, shortfalls
from doorstep.layout.limits import keeps_limits, limit_amounts, limit_use, limit_use_of_hub

SEEDS = st.integers(0, 10_000)
FLOORED = st.sampled_from((floored_problem, jointly_floored_problem))


def small(problem_of, seed, *arguments):
    problem = problem_of(seed, *arguments, n_homes=6, n_spaces=2, must=bool(seed % 2))
    return without_must(problem, affordable_must(problem)[1])


@settings(max_examples=12, deadline=None)
@given(SEEDS, FLOORED)
def test_no_prices_prove_less_than_the_best_plan_that_keeps_limits_and_floors(seed, floored):
    problem = small(floored, seed, 0.3)
    optimum = best_worth(problem)
    random = np.random.default_rng(seed)
    for scale in (0.0, 0.3, 1.0, 3.0):
        need = random.uniform(0, 1, problem.n_cells) * scale
        money = float(random.uniform(0, 0.2) * scale)
        limits = random.uniform(0, 0.5, 2) * scale
        floors = random.uniform(0, 1, len(problem.floors)) * scale
        if optimum is not None:
            assert priced_bound(problem, need, money, limits, floors, workers=1) >= optimum - 1e-9
    prices = prices_for(problem, rounds=150, workers=1)
    again = priced_bound(problem, prices.need, prices.money, prices.limits, prices.floors, workers=2)
    assert again == prices.bound
    if optimum is not None:
        assert prices.bound >= optimum - 1e-6


@settings(max_examples=12, deadline=None)
@given(SEEDS, FLOORED)
def test_whole_model_is_the_best_of_all_plans_that_keep_limits_and_floors(seed, floored):
    problem = small(floored, seed, 0.3)
    optimum = best_worth(problem)
    grades = whole_model_grades(problem)
    assert all(not broken_hub_rules(problem, space, grades[space]) for space in range(problem.n_spaces))
    assert keeps_limits(problem, grades)
    assert capital_of(problem, grades) <= problem.budget_money
    if optimum is not None:
        found = assign(problem, grades)
        assert not shortfalls(problem, found.pair, found.people).any()
        assert found.worth == pytest.approx(optimum, rel=1e-6, abs=1e-6)


@settings(max_examples=12, deadline=None)
@given(SEEDS, FLOORED)
def test_assignment_meets_floors_if_it_can_and_is_the_optimum_then(seed, floored):
    problem = floored(seed, 0.4, n_homes=10, n_spaces=4)
    random = np.random.default_rng(seed)
    grades = (random.integers(0, 3, (4, 3)) * (random.random((4, 3)) < 0.7)).astype(np.int8)
    found, best = assign(problem, grades), plain_worth(problem, grades)
    if best is None:
        assert shortfalls(problem, found.pair, found.people).any()
    else:
        assert not shortfalls(problem, found.pair, found.people).any()
        assert found.worth == pytest.approx(best, rel=1e-6, abs=1e-6)


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_every_way_to_a_plan_keeps_the_limits(seed):
    problem = limited_problem(seed, n_homes=60, n_spaces=14, n_services=3, must=bool(seed % 2))
    problem = without_must(problem, affordable_must(problem)[1])
    layout = solve(problem, SolveParams(rounds=3, steps=15, bound_rounds=80, gap_target=0.0, workers=1, seed=seed))
    assert keeps_limits(problem, layout.grades)
    assert capital_of(problem, layout.grades) <= problem.budget_money
    assert all(layout.grades[space].any() for space in np.flatnonzero(problem.must))
    assert layout.assignment.worth <= layout.prices.bound + 1e-6
    start = affordable_must(problem)[0]
    left = problem.budget_money - capital_of(problem, start)
    naive = greedy_grades(problem, start=start, budget_money=left)
    even = even_grades(problem, np.arange(problem.n_spaces) % 3, start=start, budget_money=left)
    for grades in (naive, even):
        assert keeps_limits(problem, grades)
        assert assign(problem, grades).worth <= layout.prices.bound + 1e-6


def test_units_of_hubs_add_up_to_those_of_the_plan():
    problem = limited_problem(4, n_homes=6, n_spaces=2)
    for grades in plans_within_limits(problem):
        by_hub = sum(limit_use_of_hub(problem, space, grades[space]) for space in range(2))
        np.testing.assert_array_equal(by_hub, limit_use(problem, grades))


def test_a_limit_that_binds_makes_the_plan_worse_and_its_price_is_positive():
    free = dataclasses.replace(made_problem(2, n_homes=60, n_spaces=14), budget_money=None)
    params = SolveParams(rounds=4, steps=15, bound_rounds=150, gap_target=0.0, workers=1)
    limited = limited_problem(2, n_homes=60, n_spaces=14)
    limited = dataclasses.replace(limited, budget_money=None)
    without, with_limits = solve(free, params), solve(limited, params)
    assert (limit_use(limited, without.grades) > limit_amounts(limited)).any()
    assert with_limits.assignment.worth < without.assignment.worth
    assert (with_limits.prices.limits > 0).any()
    assert with_limits.prices.bound < without.prices.bound


def test_a_floor_that_the_best_plan_misses_is_met_by_the_search_and_proven():
    problem = made_problem(5, n_homes=60, n_spaces=14)
    params = SolveParams(rounds=12, steps=20, bound_rounds=200, gap_target=0.0, workers=1)
    before = solve(problem, params)
    here = np.zeros(60)
    here[np.argsort(problem.walkers[:60])[:20]] = 1.0
    served = np.bincount(problem.cell_of_pair[before.assignment.pair], before.assignment.people, problem.n_cells)
    reachable = np.isin(np.arange(60), problem.cell_of_pair[problem.cell_of_pair < 60])
    most = float(np.sum(problem.walkers[:60] * here * reachable))
    people = (float(np.sum(served[:60] * here)) + most) / 2
    floored = dataclasses.replace(problem, floors=(CoverageFloor("care", 0, people, here),))
    after = solve(floored, params)
    assert not shortfalls(floored, after.assignment.pair, after.assignment.people).any()
    assert shortfalls(floored, before.assignment.pair, before.assignment.people).any()
    assert after.prices.floors[0] > 0
    assert after.assignment.worth <= after.prices.bound <= before.prices.bound * 1.01


def test_workers_do_not_change_a_plan_with_limits_and_floors():
    problem = floored_problem(5, 0.3, n_homes=80, n_spaces=16)
    one, two = (
        solve(problem, SolveParams(rounds=4, steps=10, bound_rounds=60, gap_target=0.0, workers=workers, seed=3))
        for workers in (1, 2)
    )
    np.testing.assert_array_equal(one.grades, two.grades)
    assert one.prices.bound == two.prices.bound
    np.testing.assert_array_equal(one.prices.floors, two.prices.floors)


def test_resumed_search_with_limits_and_floors_equals_one_without_a_break():
    problem = floored_problem(8, 0.3, n_homes=80, n_spaces=16)
    params = {"steps": 10, "bound_rounds": 60, "gap_target": 0.0, "workers": 1, "seed": 1}
    whole = solve(problem, SolveParams(rounds=5, **params))
    half = solve(problem, SolveParams(rounds=2, **params))
    rest = solve(problem, SolveParams(rounds=5, **params), resume=half.state)
    np.testing.assert_array_equal(whole.grades, rest.grades)


def test_a_floor_beyond_reach_is_met_as_far_as_it_goes_and_the_bound_still_holds():
    problem = made_problem(3, n_homes=12, n_spaces=3)
    everybody = CoverageFloor("all", 0, 10.0 * float(problem.walkers[:12].sum()), np.ones(12))
    floored = dataclasses.replace(problem, floors=(everybody,))
    layout = solve(floored, SolveParams(bound_rounds=100, workers=1))
    missing = shortfalls(floored, layout.assignment.pair, layout.assignment.people)
    assert missing[0] > 0
    assert layout.assignment.worth <= layout.prices.bound


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_a_proven_shortfall_is_one_of_every_plan(seed):
    problem = small(floored_problem, seed, 0.8)
    least = min(
        float(shortfalls(problem, found.pair, found.people).sum())
        for found in (assign(problem, grades) for grades in plans_within_limits(problem))
    )
    proven, _ = proven_shortfall(problem, least, workers=1)
    assert proven <= least + 1e-6


def test_the_smallest_set_of_floors_in_conflict_is_found():
    """Two floors of one service ask for more people than the two rooms of the city hold; the third is met alone."""
    problem = made_problem(3, n_homes=12, n_spaces=3)
    everybody, nobody = np.ones(12), np.zeros(12)
    nobody[0] = 1.0
    walkers = float(problem.walkers[:12].sum())
    floors = (
        CoverageFloor("easy", 1, 0.0, nobody),
        CoverageFloor("most", 0, 3.0 * walkers, everybody),
        CoverageFloor("easy too", 2, 0.0, nobody),
    )
    floored = dataclasses.replace(problem, floors=floors)
    found = assign(floored, np.zeros((3, 3), dtype=np.int8))
    conflict = floor_conflict(floored, float(shortfalls(floored, found.pair, found.people).sum()), workers=1)
    assert conflict is not None
    assert conflict.floors == (1,)
    assert conflict.people >= 1.9 * walkers
    easy = dataclasses.replace(problem, floors=(floors[0], floors[2]))
    assert floor_conflict(easy, 0.0, workers=1) is None
