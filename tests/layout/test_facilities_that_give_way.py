"""Facilities whose rooms a hub takes: they close with it, and the plan and its bound reckon with what is lost."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import best_worth, made_problem, paper_problem
from tests.layout.later_problems import later_problem
from tests.layout.test_search_kernels import check, opened, whole_city, worth_of

from doorstep.layout import (
    LayoutProblem,
    SolveParams,
    affordable_must,
    assign,
    broken_hub_rules,
    capital_of,
    greedy_grades,
    priced_bound,
    prices_for,
    solve,
    without_must,
)
from doorstep.layout._moves import close_facilities, reopen_facilities, shut_hub
from doorstep.layout._standing import SLOTS, Standing, go_back
from doorstep.layout.exact import whole_model_grades
from doorstep.layout.faults import problem_faults
from doorstep.layout.transport import room_of_rows

SEEDS = st.integers(0, 10_000)


def replaced_paper(facility_worth: float, budget: int = 60) -> LayoutProblem:
    """The paper problem whose facility (5 of home A) stands in space 0, and is worth so much to each of them."""
    problem = paper_problem(budget)
    worth = problem.worth.copy()
    worth[-1] = facility_worth
    order = np.lexsort((problem.row_of_pair, -worth, problem.cell_of_pair)).astype(np.int32)
    return dataclasses.replace(problem, worth=worth, pair_of_cell=order, gives_way=np.array([0]))


def apart(problem: LayoutProblem, grades: np.ndarray) -> LayoutProblem:
    """The slow twin: the same problem in which nothing gives way and what has given way was never there."""
    closed = np.array([space >= 0 and grades[space].any() for space in problem.gives_way] * problem.n_years, dtype=bool)
    room = np.where(closed, 0.0, problem.facility_room)
    return dataclasses.replace(problem, facility_room=room, gives_way=np.full(problem.n_facilities, -1))


def test_a_facility_has_no_room_while_a_hub_has_its_rooms() -> None:
    problem = replaced_paper(0.5)
    assert room_of_rows(problem, np.array([[0], [1]], np.int8)).tolist() == [0.0, 20.0, 5.0]
    assert room_of_rows(problem, np.array([[1], [0]], np.int8)).tolist() == [20.0, 0.0, 0.0]


def test_what_is_lost_decides_where_the_hub_goes() -> None:
    # space 0: A 10 + B 8 without the facility = 18; space 1: C 10 + B 8 + the facility's 5 of A = 20.5
    layout = solve(replaced_paper(0.5), SolveParams())
    assert layout.grades.tolist() == [[0], [1]]
    assert layout.assignment.worth == pytest.approx(20.5)
    # nobody else to win: a hub in the rooms of a facility that is worth more than all of it stays unbuilt
    alone = dataclasses.replace(replaced_paper(4.0, 60), allowed=np.array([[[1, 0, 0, 0, 0]], [[0] * 5]], dtype=bool))
    layout = solve(alone, SolveParams())
    assert not layout.grades.any()
    assert layout.assignment.worth == pytest.approx(20.0)
    assert layout.prices.bound == pytest.approx(20.0)


def test_a_space_that_must_hold_a_hub_closes_the_facility_whatever_it_is_worth() -> None:
    forced = dataclasses.replace(replaced_paper(4.0), must=np.array([True, False]))
    layout = solve(forced, SolveParams())
    assert layout.grades.tolist() == [[1], [0]]
    assert layout.assignment.worth == pytest.approx(18.0)


@pytest.mark.parametrize(("facility_worth", "bound"), [(0.5, 2.5 + (18 - 2.5) + 18), (4.0, 20 + 0 + 18)])
def test_without_prices_each_place_counts_what_it_can_give(facility_worth: float, bound: float) -> None:
    problem = replaced_paper(facility_worth)
    assert priced_bound(problem, np.zeros(problem.n_cells), 0.0, workers=1) == pytest.approx(bound)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_no_multipliers_prove_less_than_the_best_of_all_plans(seed: int) -> None:
    problem = made_problem(seed, n_homes=6, n_spaces=2, n_facilities=4, must=bool(seed % 2), replaced=True)
    problem = without_must(problem, affordable_must(problem)[1])
    optimum = best_worth(problem)
    random = np.random.default_rng(seed)
    for scale in (0.0, 0.3, 1.0, 3.0):
        need, money = random.uniform(0, 1, problem.n_cells) * scale, float(random.uniform(0, 0.2) * scale)
        assert priced_bound(problem, need, money, workers=1) >= optimum - 1e-9
    prices = prices_for(problem, rounds=120, workers=1)
    assert prices.bound >= optimum - 1e-9
    assert priced_bound(problem, prices.need, prices.money, workers=2) == prices.bound


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_the_whole_model_and_branches_find_the_best_of_all_plans(seed: int) -> None:
    problem = made_problem(seed, n_homes=6, n_spaces=2, n_facilities=4, must=bool(seed % 2), replaced=True)
    problem = without_must(problem, affordable_must(problem)[1])
    optimum = best_worth(problem)
    assert assign(problem, whole_model_grades(problem)).worth == pytest.approx(optimum, rel=1e-7)
    layout = solve(problem, SolveParams(gap_target=0.0, workers=1))
    assert layout.assignment.worth == pytest.approx(optimum, rel=1e-5)
    assert layout.prices.bound >= optimum * (1 - 1e-9)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_an_assignment_is_that_of_a_city_in_which_they_never_were(seed: int) -> None:
    problem = made_problem(seed, n_facilities=6, replaced=True)
    grades = np.random.default_rng(seed).integers(0, 3, (problem.n_spaces, problem.n_services)).astype(np.int8)
    grades[seed % problem.n_spaces] = 0
    assert assign(problem, grades).worth == pytest.approx(assign(apart(problem, grades), grades).worth, abs=1e-9)


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_searched_plans_lie_under_the_bound_and_are_no_worse_than_none(seed: int) -> None:
    problem = made_problem(seed, n_homes=60, n_spaces=14, n_facilities=20, must=bool(seed % 2), replaced=True)
    problem = without_must(problem, affordable_must(problem)[1])
    layout = solve(
        problem, SolveParams(rounds=3, steps=15, bound_rounds=80, gap_target=0.0, branches=0, workers=1, seed=seed)
    )
    assert all(not broken_hub_rules(problem, space, layout.grades[space]) for space in range(problem.n_spaces))
    assert capital_of(problem, layout.grades) <= problem.budget_money
    assert layout.assignment.worth <= layout.prices.bound + 1e-9
    start = affordable_must(problem)[0]
    naive = greedy_grades(problem, start=start, budget_money=problem.budget_money - capital_of(problem, start))
    assert assign(problem, naive).worth <= layout.assignment.worth * 1.001
    assert assign(problem, start).worth <= layout.assignment.worth + 1e-9


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_moves_report_what_they_change_and_can_be_undone(seed: int) -> None:
    problem = made_problem(seed, n_homes=20, n_spaces=6, n_facilities=10, replaced=True)
    if not seed % 2:
        later = later_problem(seed)
        problem = dataclasses.replace(later, gives_way=np.arange(later.n_facilities))
    random = np.random.default_rng(seed)
    numbers = [[0, *(np.flatnonzero(problem.allowed[:, s].any(axis=0)) + 1)] for s in range(problem.n_services)]
    part, now, log = whole_city(problem, np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8))
    freed = np.empty(len(problem.worth), dtype=np.int64)
    n = (SLOTS + 1) * len(problem.worth) + 1
    scratch = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64), np.empty(48, np.int64)
    for step in range(12):
        log.at[:] = (step, 0, 0)
        space = int(random.integers(problem.n_spaces))
        rows = slice(space * problem.n_services, (space + 1) * problem.n_services)
        before, old = worth_of(part, now), Standing(*(array.copy() for array in now))
        if now.grade[rows].any():
            change = shut_hub(part, now, log, space, freed)
            change += reopen_facilities(part, now, log, space, *scratch)
        else:
            change = close_facilities(part, now, log, space, freed)
            assert change <= 1e-9
            closed = part.closed_row[part.first_closed[space] : part.first_closed[space + 1]]
            assert not now.room_left[closed].any()
            change += opened(part, now, log, space, np.array([random.choice(some) for some in numbers], dtype=np.int8))
            if not now.grade[rows].any():
                change += reopen_facilities(part, now, log, space, *scratch)
        assert worth_of(part, now) - before == pytest.approx(change, abs=1e-7)
        check(problem, part, now)
        if step % 3 == 2:
            now.grade[rows] = old.grade[rows]
            go_back(log, now)
            for array, kept in zip(now, old, strict=True):
                np.testing.assert_array_equal(array, kept)


def test_a_space_that_is_none_is_a_fault() -> None:
    wrong = dataclasses.replace(replaced_paper(0.5), gives_way=np.array([2]))
    assert problem_faults(wrong) == ["gives_way must be a space, 0 to 1, or -1 for a facility that stays"]
