"""Least-cost plans: against all plans of small cities, and through the checker."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from asked_problems import floored_problem, plans_within_limits
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cities import write_toy_city

from doorstep import pipeline
from doorstep.errors import DoorstepError
from doorstep.layout import SolveParams, assign, capital_of, least_cost, shortfalls, with_budget
from doorstep.report.asked import least_cost_told
from doorstep.verify import check_plan

FLOORS = """
[[floors]]
name = "lunch"
service = "meals"
least = 0.3

[[floors]]
name = "west"
service = "sport"
least = 0.3
communities = ["W"]
"""


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_no_plan_that_keeps_the_floors_costs_less_than_the_bound(seed: int) -> None:
    problem = with_budget(floored_problem(seed, 0.3, n_homes=6, n_spaces=2), None)
    costs = [
        capital_of(problem, grades)
        for grades in plans_within_limits(problem)
        if not shortfalls(problem, (found := assign(problem, grades)).pair, found.people).any()
    ]
    found = least_cost(problem, SolveParams(rounds=8, bound_rounds=150, workers=1, seed=seed))
    if found is None:
        return
    assert found.money >= min(costs)
    assert found.bound_money <= min(costs) + 1e-6
    assert found.money <= 1.3 * min(costs) + 1
    kept = assign(problem, found.grades)
    assert not shortfalls(problem, kept.pair, kept.people).any()


def test_a_hub_is_moved_to_a_cheaper_space_that_serves_fewer_and_enough():
    problem = with_budget(floored_problem(3575, 0.3, n_homes=6, n_spaces=2), None)
    found = least_cost(problem, SolveParams(rounds=8, bound_rounds=20, workers=1))
    assert found is not None
    assert found.money == 15  # of all plans; at prices of people the other space, for 25, is worth more


def test_a_city_plans_its_targets_for_least_money(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path)
    with (folder / "city.toml").open("a", encoding="utf-8") as file:
        file.write(FLOORS)
    today = pipeline.diagnose(*pipeline.read_inputs(folder), workers=1)
    results = pipeline.make_least_cost(today, pipeline.PlanOptions(workers=1, rounds=8)).results
    plan = results.plan
    assert all(one.met for one in plan.floors)
    assert plan.least_cost is not None
    assert 0 < plan.least_cost.bound_money <= plan.capital_money == plan.budget_money
    less = pipeline.PlanOptions(workers=1, budget_money=int(plan.least_cost.bound_money) - 1)
    assert not all(one.met for one in pipeline.make_plan(today, less).results.plan.floors)
    assert least_cost_told(results, "en")
    assert least_cost_told(results, "zh")
    for least, code in (
        (dataclasses.replace(plan.least_cost, bound_money=plan.capital_money, gap=0.0), "least-cost-not-proven"),
        (dataclasses.replace(plan.least_cost, capital_money=1), "least-cost-differs"),
        (dataclasses.replace(plan.least_cost, gap=0.0), "least-cost-differs"),
        (
            dataclasses.replace(
                plan.least_cost, multipliers=dataclasses.replace(plan.least_cost.multipliers, budget=0.5)
            ),
            "least-cost-not-proven",
        ),
    ):
        changed = dataclasses.replace(plan, least_cost=least)
        codes = {one.code for one in check_plan(results.city, changed, results.need, results.served).violations}
        assert code in codes


def test_a_city_without_targets_has_no_least_cost_plan(tmp_path: Path) -> None:
    today = pipeline.diagnose(*pipeline.read_inputs(write_toy_city(tmp_path)), workers=1)
    with pytest.raises(DoorstepError) as error:
        pipeline.make_least_cost(today, pipeline.PlanOptions(workers=1))
    assert error.value.code == "targets-missing"
