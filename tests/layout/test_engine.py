"""The engine on a problem solved on paper, and against plain enumeration of all plans."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import best_worth, made_problem, paper_problem, plain_worth

from doorstep.layout import (
    SolveParams,
    affordable_must,
    assign,
    broken_hub_rules,
    capital_of,
    cost_of_serving_all,
    enough_money,
    greedy_grades,
    priced_bound,
    prices_for,
    solve,
    with_budget,
    without_must,
)
from doorstep.layout.bound import priced_plan
from doorstep.layout.exact import whole_model_grades
from doorstep.layout.search import searched
from doorstep.layout.tidy import filled
from doorstep.layout.transport import room_of_rows

SEEDS = st.integers(0, 10_000)


def test_paper_optimum_with_money_for_one_hub():
    layout = solve(paper_problem(100), SolveParams())
    assert layout.grades.tolist() == [[0], [1]]
    assert layout.assignment.worth == pytest.approx(20.5)
    assert layout.prices.bound >= 20.5 - 1e-9


def test_paper_optimum_with_money_for_both_hubs():
    layout = solve(paper_problem(120), SolveParams())
    assert layout.assignment.worth == pytest.approx(28.0)
    assert layout.status == "exact"


def test_search_finds_the_paper_optimum_too():
    problem = paper_problem(100)
    grades = np.zeros((2, 1), np.int8)
    for number in range(4):
        grades = searched(
            problem, grades, assign(problem, grades), steps=25, temperature=0.01, money_price=0.1, seed=(0, number),
            workers=1,
        )  # fmt: skip
    assert grades.tolist() == [[0], [1]]


def test_serving_all_costs_both_hubs_and_not_more():
    assert cost_of_serving_all(paper_problem()) == 120


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_assignment_is_the_optimum_of_the_plain_programme(seed):
    problem = made_problem(seed)
    random = np.random.default_rng(seed)
    grades = (random.integers(0, 3, (problem.n_spaces, problem.n_services)) * (random.random((4, 3)) < 0.6)).astype(
        np.int8
    )
    found = assign(problem, grades)
    assert found.worth == pytest.approx(plain_worth(problem, grades), abs=1e-7)
    people = np.bincount(problem.cell_of_pair[found.pair], weights=found.people, minlength=problem.n_cells)
    used = np.bincount(
        problem.row_of_pair[found.pair], weights=problem.room[found.pair] * found.people, minlength=problem.n_rows
    )
    assert (people <= problem.walkers * (1 + 1e-12)).all()
    assert (used <= room_of_rows(problem, grades) * (1 + 1e-9) + 1e-12).all()


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_no_multipliers_prove_less_than_the_best_of_all_plans(seed):
    problem = made_problem(seed, n_homes=6, n_spaces=2, must=bool(seed % 2))
    problem = without_must(problem, affordable_must(problem)[1])
    optimum = best_worth(problem)
    random = np.random.default_rng(seed)
    for scale in (0.0, 0.3, 1.0, 3.0):
        need = random.uniform(0, 1, problem.n_cells) * scale
        money = float(random.uniform(0, 0.2) * scale)
        assert priced_bound(problem, need, money, workers=1) >= optimum - 1e-9
    prices = prices_for(problem, rounds=120, workers=1)
    assert prices.bound >= optimum - 1e-9
    assert prices.bound < priced_bound(problem, np.zeros(problem.n_cells), 0.0, workers=1) + 1e-9
    assert priced_bound(problem, prices.need, prices.money, workers=2) == prices.bound


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_whole_model_is_the_best_of_all_plans(seed):
    problem = made_problem(seed, n_homes=6, n_spaces=2, must=bool(seed % 2))
    problem = without_must(problem, affordable_must(problem)[1])
    grades = whole_model_grades(problem)
    assert all(not broken_hub_rules(problem, space, grades[space]) for space in range(problem.n_spaces))
    assert capital_of(problem, grades) <= problem.budget_money
    assert assign(problem, grades).worth == pytest.approx(best_worth(problem), rel=1e-7)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_searched_plans_keep_every_rule_and_lie_under_the_bound(seed):
    problem = made_problem(seed, n_homes=60, n_spaces=14, n_services=3, must=bool(seed % 2))
    problem = without_must(problem, affordable_must(problem)[1])
    layout = solve(
        problem, SolveParams(rounds=3, steps=15, bound_rounds=80, gap_target=0.0, branches=0, workers=1, seed=seed)
    )
    for space in range(problem.n_spaces):
        assert not broken_hub_rules(problem, space, layout.grades[space])
        assert layout.grades[space].any() or not problem.must[space]
    assert capital_of(problem, layout.grades) <= problem.budget_money
    assert layout.assignment.worth <= layout.prices.bound + 1e-9
    naive = greedy_grades(
        problem,
        start=affordable_must(problem)[0],
        budget_money=problem.budget_money - capital_of(problem, affordable_must(problem)[0]),
    )
    assert assign(problem, naive).worth <= layout.prices.bound + 1e-9


def test_workers_do_not_change_the_plan():
    problem = made_problem(5, n_homes=80, n_spaces=16)
    one, two = (
        solve(
            problem,
            SolveParams(rounds=4, steps=10, bound_rounds=60, gap_target=0.0, branches=8, workers=workers, seed=3),
        )
        for workers in (1, 2)
    )
    np.testing.assert_array_equal(one.grades, two.grades)
    np.testing.assert_array_equal(one.prices.need, two.prices.need)
    assert one.prices.bound == two.prices.bound
    assert one.assignment.worth == two.assignment.worth


def test_resumed_search_equals_one_without_a_break():
    problem = made_problem(8, n_homes=80, n_spaces=16)
    params = {"steps": 10, "bound_rounds": 60, "gap_target": 0.0, "branches": 0, "workers": 1, "seed": 1}
    whole = solve(problem, SolveParams(rounds=5, **params))
    half = solve(problem, SolveParams(rounds=2, **params))
    rest = solve(problem, SolveParams(rounds=5, **params), resume=half.state)
    np.testing.assert_array_equal(whole.grades, rest.grades)
    assert whole.assignment.worth == rest.assignment.worth
    assert rest.rounds == 5


def test_more_money_is_never_worse_on_the_paper_problem():
    worth = [solve(paper_problem(money), SolveParams()).assignment.worth for money in (0, 59, 60, 119, 120, 500)]
    assert worth == sorted(worth)
    assert worth[0] == pytest.approx(2.5)  # the facility alone


def test_no_budget_builds_nothing_that_wins_nothing():
    problem = with_budget(made_problem(3, n_homes=40, n_spaces=14), None)
    layout = solve(problem, SolveParams(rounds=3, steps=20, bound_rounds=60, workers=1))
    assert layout.prices.money == 0.0
    assert capital_of(problem, layout.grades) < enough_money(problem)
    assert layout.assignment.worth > 0.9 * layout.prices.bound


def test_must_space_is_open_even_if_it_serves_nobody():
    forced = dataclasses.replace(paper_problem(60), must=np.array([True, False]))
    layout = solve(forced, SolveParams())
    assert layout.grades.tolist() == [[1], [0]]
    assert layout.assignment.worth == pytest.approx(18.0)


def test_too_little_money_drops_the_dearest_requirement():
    forced = dataclasses.replace(paper_problem(60), must=np.array([True, True]))
    grades, dropped, missing = affordable_must(forced)
    assert grades.any(axis=1).sum() == 1
    assert len(dropped) == 1
    assert missing == 60


def test_a_gap_reached_at_once_leaves_no_money_that_wins_something():
    problem = made_problem(5, n_homes=80, n_spaces=16)
    layout = solve(problem, SolveParams(gap_target=10.0, bound_rounds=60, workers=1))
    assert layout.rounds == 0
    again, assignment = filled(problem, layout.grades, layout.assignment)
    np.testing.assert_array_equal(again, layout.grades)
    assert assignment.worth == layout.assignment.worth
    plain = priced_plan(problem, layout.prices, affordable_must(problem)[0])
    assert layout.assignment.worth > assign(problem, plain).worth
