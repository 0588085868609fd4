"""The certificate of a plan: its multipliers prove the bound that it states, and the larger of two bounds is stated."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from tests.cities import write_toy_city

from doorstep import pipeline
from doorstep.plan_file import PlanFile

OPTIONS = pipeline.PlanOptions(budget_money=10_000_000)


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> pipeline.Diagnosis:
    folder: Path = tmp_path_factory.mktemp("city") / "toy"
    write_toy_city(folder)
    return pipeline.diagnose(*pipeline.read_inputs(folder))


def planned(today: pipeline.Diagnosis) -> PlanFile:
    return pipeline.make_plan(today, OPTIONS).results.plan


def test_the_multipliers_written_prove_the_bound_of_the_engine(today: pipeline.Diagnosis) -> None:
    # Other multipliers would prove a bound, too, only a worse one: nothing but this comparison sees that.
    plan = planned(today)
    assert plan.multipliers.budget > 0
    assert any(price > 0 for prices in plan.multipliers.need.values() for price in prices)
    assert plan.bound.bound_checker == pytest.approx(plan.bound.bound_engine, rel=1e-9)


@pytest.mark.parametrize(("times", "stated"), [(1.01, "checker"), (0.99, "engine")])
def test_the_larger_of_both_bounds_is_stated(
    today: pipeline.Diagnosis, monkeypatch: pytest.MonkeyPatch, times: float, stated: str
) -> None:
    honest = pipeline.check_plan

    def other(*arguments: object) -> object:
        verdict = honest(*arguments)  # type: ignore[arg-type]
        assert verdict.bound_checker is not None
        return dataclasses.replace(verdict, bound_checker=verdict.bound_checker * times)

    monkeypatch.setattr(pipeline, "check_plan", other)
    bound = planned(today).bound
    assert bound.bound == {"checker": bound.bound_checker, "engine": bound.bound_engine}[stated]
    assert bound.bound >= max(bound.bound_checker, bound.bound_engine)
    assert bound.gap == pytest.approx((bound.bound - bound.objective) / bound.objective)
