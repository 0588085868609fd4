"""Rooms shared by period: every part of the engine against all plans of small made-up problems, one by one."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.layout.problems import made_problem

from doorstep.layout import (
    LayoutProblem,
    Prices,
    SolveParams,
    affordable_must,
    assign,
    broken_hub_rules,
    capital_of,
    greedy_grades,
    least_cost,
    like_grades,
    priced_bound,
    prices_for,
    replanned,
    shared_anew,
    sharing,
    smallest_grades,
    solve,
    units_of_rows,
)
from doorstep.layout._hub import best_hub, scratch_of
from doorstep.layout.arrays import hub_rules
from doorstep.layout.branch import branched
from doorstep.layout.exact import whole_model_grades
from doorstep.layout.floors import CoverageFloor


def shared_problem(seed: int, *, must: bool = False) -> LayoutProblem:
    """A made-up problem in which service 2 uses rooms of 0, service 1 those of 2, with more lent by a larger grade."""
    plain = made_problem(seed, must=must)
    random = np.random.default_rng((seed, 7))
    rows, area, room = [], [], []
    for service, lender in ((1, 2), (2, 0)):
        number = 6
        for grade, largest in itertools.product((1, 2), (1, 2)):
            saved = int(random.integers(1, plain.grade_area_m2[service, grade - 1])) if largest == 2 else 1
            rows.append((service, number, grade, lender, int(plain.grade_area_m2[lender, largest - 1])))
            area.append(int(plain.grade_area_m2[service, grade - 1]) - saved)
            room.append(plain.grade_room[service, grade - 1])
            number += 1
    shared = np.array(rows, dtype=np.int64)

    def wider(array: np.ndarray, axis: int) -> np.ndarray:
        widths = [(0, 4 if at == axis else 0) for at in range(array.ndim)]
        return np.pad(array, widths)

    grade_area, grade_room = wider(plain.grade_area_m2, 1), wider(plain.grade_room, 1)
    allowed, money = wider(plain.allowed, 2), wider(plain.grade_money, 2)
    for (service, number, grade, *_), m2, units in zip(rows, area, room, strict=True):
        grade_area[service, number - 1], grade_room[service, number - 1] = m2, units
        allowed[:, service, number - 1] = plain.allowed[:, service, grade - 1]
        less = plain.grade_area_m2[service, grade - 1] - m2
        money[:, service, number - 1] = np.maximum(plain.grade_money[:, service, grade - 1] - less, 0)
    return dataclasses.replace(
        plain, grade_area_m2=grade_area, grade_room=grade_room, allowed=allowed, grade_money=money, shared=shared
    )


def plain_hubs(problem: LayoutProblem, space: int):
    """Every allowed hub of a space, told by plain loops."""
    numbers = [[0, *(np.flatnonzero(problem.grade_room[s]) + 1)] for s in range(problem.n_services)]
    for hub in itertools.product(*numbers):
        chosen = [s for s, number in enumerate(hub) if number]
        if not chosen:
            if not problem.must[space]:
                yield np.array(hub, dtype=np.int8)
            continue
        if not all(problem.allowed[space, s, hub[s] - 1] for s in chosen):
            continue
        used = [row for row in problem.shared.tolist() if hub[row[0]] == row[1]]
        sharers = [one for row in used for one in (row[0], row[3])]
        if len(sharers) > len(set(sharers)):
            continue
        if not all(hub[row[3]] and problem.grade_area_m2[row[3], hub[row[3]] - 1] >= row[4] for row in used):
            continue
        floor = sum(int(problem.grade_area_m2[s, hub[s] - 1]) for s in chosen)
        kind = int(len(chosen) >= problem.complex_functions)
        mask = sum(1 << s for s in chosen)
        small = floor < problem.small_floor_m2[kind]
        if floor > problem.floor_m2[space, kind] or (kind and floor < problem.complex_floor_min_m2):
            continue
        if small and not any(int(free) & mask == mask for free in problem.free_sets):
            continue
        yield np.array(hub, dtype=np.int8)


def best_worth(problem: LayoutProblem) -> float:
    best = -np.inf
    # a space of its own is small enough: the first two, the others shut
    spaces = range(2)
    for hubs in itertools.product(*(list(plain_hubs(problem, space)) for space in spaces)):
        grades = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
        grades[:2] = hubs
        if problem.budget_money is None or capital_of(problem, grades) <= problem.budget_money:
            best = max(best, assign(problem, grades).worth)
    return best


def two_spaces(seed: int, *, must: bool = False) -> LayoutProblem:
    problem = shared_problem(seed, must=must)
    allowed = problem.allowed.copy()
    allowed[2:] = False
    return dataclasses.replace(problem, allowed=allowed, must=problem.must & allowed.any(axis=(1, 2)))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 100_000))
def test_the_best_hub_is_the_best_of_all_with_shared_rooms(seed: int) -> None:
    problem, random = shared_problem(seed, must=seed % 3 == 0), np.random.default_rng(seed)
    rules = hub_rules(problem)
    values = random.random((problem.n_services, problem.n_grades)) * 30
    for service, number, grade, _, _ in problem.shared:
        values[service, number - 1] = values[service, grade - 1]
    price = float(random.random() * 0.5)
    for space in range(problem.n_spaces):
        chosen = np.zeros(problem.n_services, dtype=np.int8)
        cost = price * problem.grade_money[space]
        open_cost = price * float(problem.open_money[space])
        found = best_hub(rules, space, values, cost, open_cost, scratch_of(rules), chosen)
        expected = max(
            (
                sum(values[s, g - 1] for s, g in enumerate(hub) if g) - price * problem.hub_money(space, hub)
                for hub in plain_hubs(problem, space)
            ),
            default=-np.inf,
        )
        assert found == pytest.approx(expected)
        if found > -np.inf:
            assert not broken_hub_rules(problem, space, chosen)
            again = sum(values[s, g - 1] for s, g in enumerate(chosen) if g)
            assert again - price * problem.hub_money(space, chosen) == pytest.approx(found)


@pytest.mark.parametrize("seed", range(6))
def test_rules_of_hubs_are_those_of_plain_loops(seed: int) -> None:
    problem = shared_problem(seed)
    numbers = [[0, *(np.flatnonzero(problem.grade_room[s]) + 1)] for s in range(problem.n_services)]
    may_be = {tuple(hub) for hub in plain_hubs(problem, 1)}
    for hub in itertools.product(*numbers):
        broken = broken_hub_rules(problem, 1, np.array(hub, dtype=np.int8))
        assert (not broken) == (tuple(map(int, hub)) in may_be) or not any(hub)


@pytest.mark.parametrize("seed", range(12))
def test_bounds_hold_for_any_prices_and_plans_are_best(seed: int) -> None:
    problem = two_spaces(seed)
    best = best_worth(problem)
    random = np.random.default_rng(seed)
    for _ in range(20):
        need = random.uniform(0, 1.5, problem.n_cells) * random.random()
        assert priced_bound(problem, need, float(random.random() * 0.2)) >= best - 1e-9
    exact = whole_model_grades(problem, most_nodes=None)
    assert assign(problem, exact).worth == pytest.approx(best)
    found = solve(problem, SolveParams(gap_target=0.0))
    assert found.assignment.worth == pytest.approx(best, rel=1e-6)
    assert best <= found.prices.bound * (1 + 1e-9) + 1e-9
    assert found.prices.bound == pytest.approx(best, rel=2e-6)
    for space in range(problem.n_spaces):
        assert not broken_hub_rules(problem, space, found.grades[space])


def test_sharing_is_used_and_is_worth_something() -> None:
    more = 0
    for seed in range(12):
        problem = two_spaces(seed)
        alone = dataclasses.replace(problem, allowed=problem.allowed & (np.arange(problem.n_grades) < 5))
        more += best_worth(problem) > best_worth(alone) * (1 + 1e-6)
        assert best_worth(problem) >= best_worth(alone) - 1e-9
    assert more >= 4


def test_branches_of_a_proof_know_of_shared_rooms() -> None:
    problem = two_spaces(5)
    best = best_worth(problem)
    prices = prices_for(problem, rounds=40)
    found = branched(problem, prices, affordable_must(problem)[0], most_branches=2_000)
    assert found.net == pytest.approx(best, rel=2e-6)
    assert best - 1e-9 <= found.bound <= best * (1 + 3e-6)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_tidied_keeps_its_lenders(seed: int) -> None:
    problem = two_spaces(seed)
    random = np.random.default_rng(seed)
    grades = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    for space in range(2):
        hubs = list(plain_hubs(problem, space))
        grades[space] = hubs[random.integers(len(hubs))]
    given = assign(problem, grades)
    tidy = smallest_grades(problem, grades, units_of_rows(problem, given))
    assert capital_of(problem, tidy) <= capital_of(problem, grades)
    assert assign(problem, tidy).worth >= given.worth - 1e-9
    greedy = greedy_grades(problem, start=grades, budget_money=50)
    for space in range(2):
        assert not broken_hub_rules(problem, space, tidy[space])
        assert not broken_hub_rules(problem, space, greedy[space])


@pytest.mark.parametrize("seed", range(6))
def test_given_grades_share_so_that_they_cost_least(seed: int) -> None:
    problem = shared_problem(seed)
    like = like_grades(problem)
    for wanted in itertools.product(range(3), repeat=3):
        hub = np.array(wanted, dtype=np.int8)
        ways = [one for one in plain_hubs(problem, 0) if (like[np.arange(3), one] == hub).all()]
        found = sharing(problem, 0, hub)
        assert (like[np.arange(3), found] == hub).all()
        if ways:
            assert problem.hub_money(0, found) == min(problem.hub_money(0, one) for one in ways)
        else:
            assert (found == hub).all()


def test_a_plan_goes_on_where_rooms_may_no_longer_be_shared() -> None:
    problem = two_spaces(3)
    off = dataclasses.replace(
        problem,
        grade_area_m2=problem.grade_area_m2[:, :5],
        grade_room=problem.grade_room[:, :5],
        allowed=problem.allowed[:, :, :5],
        grade_money=problem.grade_money[:, :, :5],
        shared=np.zeros((0, 5), dtype=np.int64),
    )
    with_rooms = solve(problem, SolveParams(gap_target=0.0))
    without = solve(off, SolveParams(gap_target=0.0))
    for now, before, start in ((off, problem, with_rooms), (problem, off, without)):
        found = replanned(now, before, start.grades, start.prices)
        assert capital_of(now, found.grades) <= (now.budget_money or 0)
        for space in range(now.n_spaces):
            assert not broken_hub_rules(now, space, found.grades[space])
        assert found.assignment.worth <= found.prices.bound * (1 + 1e-9)
    assert (shared_anew(off, problem, with_rooms.grades) <= 5).all()


def test_floors_cost_no_more_where_rooms_may_be_shared() -> None:
    for seed in range(40):
        problem = two_spaces(seed)
        share = np.ones(problem.n_homes)
        floors = tuple(CoverageFloor(f"floor:{s}", s, 3.0, share) for s in range(3))
        problem = dataclasses.replace(problem, floors=floors, budget_money=None)
        alone = dataclasses.replace(problem, allowed=problem.allowed & (np.arange(problem.n_grades) < 5))
        params = SolveParams(rounds=6)
        found, other = least_cost(problem, params), least_cost(alone, params)
        if found is not None and other is not None and found.money < other.money:
            assert isinstance(found.prices, Prices)
            assert found.bound_money <= found.money
            assert (found.grades > 5).any()
            return
    raise AssertionError("no floor got cheaper by sharing")
