"""Groups and their worst-off: what is proven impossible no plan does, and no plan of a front is beaten."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from asked_problems import floored_problem, limited_problem, plans_within_limits
from asked_problems import plain_worth as worth_with_floors
from problems import all_plans, made_problem, plain_worth

from doorstep.layout import (
    FairGroup,
    FrontParams,
    LayoutProblem,
    assign,
    capital_of,
    fair_floors,
    front,
    hubs_for_floors,
    level_bound,
    level_of,
    most_people,
    priced_bound,
    prices_for,
    shortfalls,
    with_budget,
)
from doorstep.layout.limits import keeps_limits

SEEDS = range(4)


def groups_of(problem: LayoutProblem) -> tuple[FairGroup, ...]:
    """The two halves of the homes, by service."""
    groups = []
    half = (np.arange(problem.n_homes) < problem.n_homes // 2).astype(np.float64)
    for service in range(problem.n_services):
        walkers = problem.walkers[service * problem.n_homes : (service + 1) * problem.n_homes]
        for name, share in (("first", half), ("second", 1.0 - half)):
            most = most_people(problem, service, share)
            if most >= 0.5:
                groups.append(FairGroup(f"{name}/{service}", service, share, 1.2 * float(share @ walkers), most))
    return tuple(groups)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_gives_a_group_more_than_the_most(seed: int) -> None:
    problem = with_budget(made_problem(seed, n_spaces=2, n_homes=6), None)
    groups = groups_of(problem)
    assert groups
    for group in groups:
        worth = np.zeros(problem.n_cells)
        cells = slice(group.service * problem.n_homes, (group.service + 1) * problem.n_homes)
        worth[cells] = group.share
        alone = dataclasses.replace(problem, worth=worth[problem.cell_of_pair])
        assert max(plain_worth(alone, grades) for grades in all_plans(problem)) <= group.most + 1e-6
        assert group.people(0.5) == min(0.5 * group.need, group.most)


@pytest.mark.parametrize("seed", SEEDS)
def test_levels_count_those_who_are_served(seed: int) -> None:
    problem = made_problem(seed)
    groups = groups_of(problem)
    nothing = assign(problem, np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8))
    for group, level in zip(groups, level_of(problem, groups, nothing), strict=True):
        cells = problem.cell_of_pair[nothing.pair]
        here = cells // problem.n_homes == group.service
        people = float(np.sum(nothing.people[here] * group.share[cells[here] % problem.n_homes]))
        assert level == pytest.approx(people / group.need) or people >= group.most * (1 - 1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_hubs_for_floors_keep_the_rules_and_lack_no_more_than_before(seed: int) -> None:
    problem = limited_problem(seed)
    groups = groups_of(problem)
    asked = dataclasses.replace(problem, floors=fair_floors(groups, 0.3))
    start = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    found = [
        hubs_for_floors(asked, start, prices_for(problem, rounds=30), rounds=6, workers=workers) for workers in (1, 3)
    ]
    assert (found[0][0] == found[1][0]).all()
    grades, given = found[0]
    before = assign(asked, start)
    assert capital_of(problem, grades) <= problem.budget_money
    assert keeps_limits(problem, grades)
    lacks = shortfalls(asked, given.pair, given.people).sum()
    assert lacks <= shortfalls(asked, before.pair, before.people).sum() + 1e-9


def test_no_plan_beats_the_bound_of_the_level() -> None:
    proven = 0
    for seed in range(8):
        problem = made_problem(seed, n_spaces=2, n_homes=8)
        problem = with_budget(problem, (problem.budget_money or 0) // 3)
        groups = groups_of(problem)
        if not groups:
            continue
        nothing = assign(problem, np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8))
        bound = level_bound(problem, groups, 0.0, nothing, prices=prices_for(problem, rounds=60) if seed % 2 else None)
        if bound is None:
            continue
        proven += 1
        asked = dataclasses.replace(
            problem, worth=np.zeros_like(problem.worth), floors=fair_floors(groups, bound.proven)
        )
        prices = bound.prices
        assert priced_bound(asked, prices.need, prices.money, prices.limits, prices.floors) < 0
        above = dataclasses.replace(problem, floors=fair_floors(groups, min(1.0, bound.level + 1e-3)))
        for grades in all_plans(problem):
            given = assign(above, grades)
            assert shortfalls(above, given.pair, given.people).any()
    assert proven >= 4


@pytest.mark.parametrize("seed", SEEDS)
def test_front(seed: int) -> None:
    problem = made_problem(seed, n_spaces=2, n_homes=8)
    groups = groups_of(problem)
    budget = int(problem.budget_money or 0)
    params = FrontParams((budget // 2, budget, 2 * budget), (budget,), (0.2, 0.5), rounds=3)
    points = front(problem, groups, params)
    again = front(problem, groups, dataclasses.replace(params, workers=1))
    assert [one.money for one in points] == [one.money for one in again]
    assert all((one.grades == other.grades).all() for one, other in zip(points, again, strict=True))
    assert any(one.is_supported for one in points)
    figures = [(-one.money, one.worth, one.level) for one in points]
    for number, own in enumerate(figures):
        for at, other in enumerate(figures):
            assert at == number or not all(a >= b for a, b in zip(other, own, strict=True))
    free = with_budget(problem, None)
    every = [(capital_of(free, grades), assign(free, grades)) for grades in all_plans(with_budget(problem, 2 * budget))]
    for one in points:
        assert one.money == capital_of(problem, one.grades)
        least = 0.0 if one.asked != "floor" else one.level
        within = [
            given.worth
            for money, given in every
            if money <= one.money and level_of(free, groups, given).min(initial=1.0) >= least - 1e-9
        ]
        assert max(within, default=0.0) <= one.bound + 1e-6
        assert one.gap >= 0


@pytest.mark.parametrize(("seed", "share"), [(0, 0.3), (1, 0.3), (2, 0.95)])
def test_a_plan_that_misses_a_floor_of_the_city_has_no_bound(seed: int, share: float) -> None:
    problem = floored_problem(seed, share, n_spaces=2, n_homes=8)
    budget = int(problem.budget_money or 0)
    points = front(problem, (), FrontParams((budget // 2, budget), (), ()))
    assert points
    for one in points:
        if shortfalls(problem, one.assignment.pair, one.assignment.people).any():
            assert np.isinf(one.gap)
            continue
        at_most = with_budget(problem, one.money)
        within = [worth_with_floors(problem, grades) for grades in plans_within_limits(at_most)]
        assert max((worth for worth in within if worth is not None), default=0.0) <= one.bound + 1e-6
