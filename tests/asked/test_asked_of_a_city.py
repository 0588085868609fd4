"""What a city asks for in city.toml: how it is read, kept in a plan, and caught when somebody changes it there."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cities import write_toy_city

from doorstep import pipeline
from doorstep.city import check_city, read_city
from doorstep.plan_file import LimitKept, PlanFile, read_plan, write_plan
from doorstep.report import Results
from doorstep.report.asked import asked_rows, fund_rows
from doorstep.verify import check_plan

ASKED = """
[[funds]]
name = "council"
amount = 150000
channels = ["convert", "supplement"]

[[funds]]
name = "care fund"
amount = 60000.5
services = ["elderly_care", "health"]

[[limits]]
name = "few"
what = "hubs"
most = 1
each = "community"

[[floors]]
name = "old"
service = "elderly_care"
least = 0.1
ages = ["80+"]

[[floors]]
name = "west"
service = "health"
least = 0.15
communities = ["W"]
"""


def toy(folder: Path, asked: str = ASKED, **changes: Any) -> Path:
    write_toy_city(folder, **changes)
    with (folder / "city.toml").open("a", encoding="utf-8") as file:
        file.write(asked)
    return folder


def plan_of(folder: Path, **options: Any) -> Results:
    found = pipeline.diagnose(*pipeline.read_inputs(folder), workers=1)
    return pipeline.make_plan(found, pipeline.PlanOptions(workers=1, branches=20, **options)).results


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return plan_of(toy(tmp_path_factory.mktemp("asked") / "toy"))


def test_everything_asked_for_is_read(tmp_path: Path) -> None:
    asked = read_city(toy(tmp_path)).asked
    assert [str(fund.amount) for fund in asked.funds] == ["150000", "60000.5"]
    assert asked.funds[0].scope.channels == {"convert", "supplement"}
    assert [(cap.name, cap.scope.communities) for cap in asked.caps] == [("few:E", {"E"}), ("few:W", {"W"})]
    assert [(floor.service, floor.ages) for floor in asked.floors] == [("elderly_care", {"80+"}), ("health", None)]


@pytest.mark.parametrize(
    ("asked", "code", "column"),
    [
        ('[[funds]]\nname = "a"\namount = -1', "toml-value-wrong", "funds[1].amount"),
        ('[[funds]]\nname = "a"\namount = nan', "toml-value-wrong", "funds[1].amount"),
        ('[[funds]]\nname = "a"', "toml-key-missing", "funds[1]"),
        ('[[funds]]\nname = "a"\namount = 1\nchanels = ["rent"]', "word-unknown", "funds[1]"),
        ('[[funds]]\nname = "a"\namount = 1\nspaces = ["S9"]', "word-unknown", "funds[1].spaces"),
        ('[[funds]]\nname = "a"\namount = 1\n[[funds]]\nname = "a"\namount = 1', "asked-twice", "funds"),
        ('[[limits]]\nname = "a"\nwhat = "rooms"\nmost = 1', "word-unknown", "limits[1].what"),
        ('[[limits]]\nname = "a"\nwhat = "hubs"\nmost = 1.5', "toml-value-wrong", "limits[1].most"),
        ('[[limits]]\nname = "a"\nwhat = "running"\nmost = -1', "toml-value-wrong", "limits[1].most"),
        ('[[limits]]\nname = "a"\nwhat = "running"\nmost = "much"', "toml-value-wrong", "limits[1].most"),
        ('[[limits]]\nname = "a"\nwhat = "running"\nmost = 1\nservices = ["x"]', "word-unknown", "limits[1].services"),
        ('[[floors]]\nname = "a"\nservice = "every"\nleast = 0.6', "word-unknown", "floors[1].service"),
        ('[[floors]]\nname = "a"\nservice = "meals"\nleast = 60', "toml-value-wrong", "floors[1].least"),
        ('[[floors]]\nname = "a"\nservice = "meals"\nleast = 0.6\nages = ["old"]', "word-unknown", "floors[1].ages"),
        ('[[floors]]\nname = "a"\nservice = "meals"\nleast = 0.6\ntypes = ["x"]', "word-unknown", "floors[1].types"),
        ('[[phases]]\nname = "a"\nbudget = 1\nuntil = "soon"', "date-wrong", "phases[1].until"),
        ("funds = 3", "toml-value-wrong", "funds"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(tmp_path: Path, asked: str, code: str, column: str) -> None:
    folder = write_toy_city(tmp_path)
    page = (folder / "city.toml").read_text(encoding="utf-8")
    (folder / "city.toml").write_text(f"{asked}\n{page}" if asked == "funds = 3" else f"{page}\n{asked}\n", "utf-8")
    assert (code, column) in [(one.code, one.column) for one in check_city(folder).problems]


def test_a_plan_keeps_what_is_asked_for(planned: Results) -> None:
    plan = planned.plan
    assert {one.name for one in plan.limits} == {
        "funds:",
        "funds:council",
        "funds:care fund",
        "hubs:few:E",
        "hubs:few:W",
    } | {"funds:care fund+council"}
    assert all(one.used <= one.amount for one in plan.limits)
    assert plan.hubs
    assert all(hub.channel in ("convert", "supplement") for hub in plan.hubs)
    assert sum(one.money for one in plan.payments) == plan.capital_money
    paid = {name: sum(one.money for one in plan.payments if one.fund == name) for name in ("council", "care fund")}
    assert paid["council"] <= 15_000_000
    assert paid["care fund"] <= 6_000_050
    assert all(one.met for one in plan.floors)
    assert plan.bound.bound >= plan.bound.objective
    assert plan.bound.bound_checker == pytest.approx(plan.bound.bound_engine, rel=1e-9)


def test_a_price_of_a_limit_proves_more_than_none(planned: Results) -> None:
    plan = planned.plan
    assert any(price > 0 for price in plan.multipliers.limits.values())
    free = dataclasses.replace(
        plan.multipliers,
        limits=dict.fromkeys(plan.multipliers.limits, 0.0),
        floors=dict.fromkeys(plan.multipliers.floors, 0.0),
    )
    verdict = check_plan(planned.city, dataclasses.replace(plan, multipliers=free), planned.need, planned.served)
    assert verdict.bound_checker is not None
    assert verdict.bound_checker > plan.bound.bound


def limit(plan: PlanFile, number: int = 0, **changes: Any) -> PlanFile:
    rows = list(plan.limits)
    rows[number] = dataclasses.replace(rows[number], **changes)
    return dataclasses.replace(plan, limits=tuple(rows))


def floor(plan: PlanFile, **changes: Any) -> PlanFile:
    return dataclasses.replace(plan, floors=(dataclasses.replace(plan.floors[0], **changes), *plan.floors[1:]))


def payment(plan: PlanFile, **changes: Any) -> PlanFile:
    paid = (dataclasses.replace(plan.payments[0], **changes), *plan.payments[1:])
    return dataclasses.replace(plan, payments=paid)


def price(plan: PlanFile, which: str, change: Callable[[dict[str, float]], dict[str, float]]) -> PlanFile:
    prices = change(dict(getattr(plan.multipliers, which)))
    return dataclasses.replace(plan, multipliers=dataclasses.replace(plan.multipliers, **{which: prices}))


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("limit-differs", lambda plan: limit(plan, amount=plan.limits[0].amount + 1)),
        ("limit-differs", lambda plan: limit(plan, 1, used=plan.limits[1].used - 1)),
        ("limit-differs", lambda plan: dataclasses.replace(plan, limits=plan.limits[1:])),
        ("limit-differs", lambda plan: dataclasses.replace(plan, limits=(*plan.limits, LimitKept("x", 1, 0, "hub")))),
        ("floor-differs", lambda plan: floor(plan, people=1.0)),
        ("floor-differs", lambda plan: floor(plan, served=99.0)),
        ("floor-differs", lambda plan: floor(plan, met=False, bound_people=0.0)),
        ("floor-differs", lambda plan: floor(plan, service="sport")),
        ("floor-differs", lambda plan: dataclasses.replace(plan, floors=())),
        ("multiplier-rows", lambda plan: price(plan, "limits", lambda prices: {**prices, "x": 1.0})),
        ("multiplier-rows", lambda plan: price(plan, "floors", lambda _: {})),
        ("multiplier-negative", lambda plan: price(plan, "limits", lambda p: dict.fromkeys(p, -1.0))),
        ("multiplier-not-finite", lambda plan: price(plan, "floors", lambda p: dict.fromkeys(p, float("nan")))),
        ("bound-too-low", lambda plan: price(plan, "limits", lambda p: dict.fromkeys(p, 1.0))),
        ("bound-too-low", lambda plan: price(plan, "floors", lambda p: dict.fromkeys(p, 1000.0))),
        ("payment-differs", lambda plan: dataclasses.replace(plan, payments=plan.payments[1:])),
        ("payment-differs", lambda plan: payment(plan, money=plan.payments[0].money - 1)),
        ("payment-not-allowed", lambda plan: payment(plan, fund="lottery")),
        ("payment-not-allowed", lambda plan: payment(plan, fund="care fund", part="open")),
        ("fund-exceeded", lambda plan: payment(plan, money=10**10)),
        ("unmet-differs", lambda plan: limit(plan, used=plan.limits[0].amount + 5)),
    ],
)
def test_a_change_in_the_plan_is_caught(planned: Results, code: str, fault: Callable[[PlanFile], PlanFile]) -> None:
    assert check_plan(planned.city, planned.plan, planned.need, planned.served).ok
    verdict = check_plan(planned.city, fault(planned.plan), planned.need, planned.served)
    assert code in {one.code for one in verdict.violations}


def test_a_limit_that_the_hubs_exceed_is_caught(planned: Results) -> None:
    """The plan of a city that allowed more, under the city that allows less."""
    city = planned.city
    caps = tuple(dataclasses.replace(cap, most=cap.most * 0) for cap in city.asked.caps)
    less = dataclasses.replace(city, asked=dataclasses.replace(city.asked, caps=caps))
    codes = {one.code for one in check_plan(less, planned.plan, planned.need, planned.served).violations}
    assert "limit-exceeded" in codes


def test_a_floor_that_is_missed_and_called_met_is_caught(planned: Results) -> None:
    city = planned.city
    floors = tuple(dataclasses.replace(floor, least=0.99) for floor in city.asked.floors)
    more = dataclasses.replace(city, asked=dataclasses.replace(city.asked, floors=floors))
    codes = {one.code for one in check_plan(more, planned.plan, planned.need, planned.served).violations}
    assert "floor-missed" in codes


def test_a_floor_beyond_all_reach_is_said_and_the_bound_speaks_of_what_is_kept(tmp_path: Path) -> None:
    asked = '[[floors]]\nname = "all"\nservice = "meals"\nleast = 1.0\n'
    made = plan_of(toy(tmp_path, asked), budget_money=10_000_000)
    plan = made.plan
    assert [(one.code, one.subject) for one in plan.unmet if one.code == "floor-not-met"] == [
        ("floor-not-met", "floor:all")
    ]
    assert not plan.floors[0].met
    assert plan.bound.bound >= plan.bound.objective
    assert plan.conflict is not None
    assert plan.conflict.floors == ("floor:all",)
    assert 0 < plan.conflict.people <= plan.floors[0].people - plan.floors[0].served + 1e-6
    for more in (
        dataclasses.replace(plan.conflict, people=plan.conflict.people * 1.01),
        dataclasses.replace(plan.conflict, floors=()),
        dataclasses.replace(
            plan.conflict, multipliers=dataclasses.replace(plan.conflict.multipliers, floors={"floor:all": 2.0})
        ),
    ):
        verdict = check_plan(made.city, dataclasses.replace(plan, conflict=more), made.need, made.served)
        assert {"conflict-not-proven", "multiplier-rows"} & {one.code for one in verdict.violations}


def test_a_forced_space_that_a_limit_shuts_out_is_said(tmp_path: Path) -> None:
    asked = '[[limits]]\nname = "none"\nwhat = "hubs"\nmost = 0\nspaces = ["S2"]\n'

    def forced(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "decision": "must"} if row["id"] == "S2" else row for row in rows]

    plan = plan_of(toy(tmp_path, asked, spaces=forced), budget_money=30_000_000).plan
    assert ("must-over-limit", "space:S2") in [(one.code, one.subject) for one in plan.unmet]
    assert "S2" not in [hub.space for hub in plan.hubs]


def test_a_planners_own_hubs_may_take_more_and_it_is_said(tmp_path: Path) -> None:
    found = pipeline.diagnose(*pipeline.read_inputs(toy(tmp_path)), workers=1)
    grades = pipeline.make_plan(
        dataclasses.replace(found, problem=dataclasses.replace(found.problem, limits=(), floors=()),
                            city=dataclasses.replace(found.city, asked=type(found.city.asked)())),
        pipeline.PlanOptions(budget_money=90_000_000, workers=1, branches=20),
    )  # fmt: skip
    own = _grades(grades.results.plan, found)
    plan = pipeline.plan_of_grades(found, own, pipeline.PlanOptions(workers=1, branches=20)).results.plan
    assert any(one.code == "limit-exceeded" for one in plan.unmet)
    assert plan.bound.bound >= plan.bound.objective


def _grades(plan: PlanFile, found: pipeline.Diagnosis) -> Any:
    grades = (found.problem.allowed[:, :, 0] * 0).astype("int8")
    ids, services = found.city.spaces["id"].tolist(), [service.id for service in found.profile.services]
    for hub in plan.hubs:
        for one in hub.services:
            grades[ids.index(hub.space), services.index(one.service)] = one.grade
    return grades


@pytest.mark.parametrize("language", ["en", "zh"])
def test_limits_floors_and_funds_are_told_in_words(planned: Results, language: str) -> None:
    rows = asked_rows(planned, language)
    assert len(rows) == len(planned.plan.limits) + len(planned.plan.floors)
    assert all(all(row) for row in rows)
    assert [row[0] for row in fund_rows(planned, language)] == ["council", "care fund"]


def test_a_city_that_asks_for_nothing_gets_the_plan_that_it_got(tmp_path: Path) -> None:
    """Empty tables change nothing but the hash of the file."""
    plain = plan_of(write_toy_city(tmp_path / "a"), budget_money=30_000_000).plan
    empty = plan_of(toy(tmp_path / "b", "\n"), budget_money=30_000_000).plan
    assert dataclasses.replace(empty, inputs=plain.inputs) == plain
    assert plain.limits == plain.floors == plain.payments == ()
    assert plain.multipliers.limits == plain.multipliers.floors == {}


def test_a_plan_without_the_new_fields_is_read(tmp_path: Path, planned: Results) -> None:
    write_plan(planned.plan, tmp_path)
    assert read_plan(tmp_path) == planned.plan
    old = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    for name in ("limits", "floors", "payments"):
        del old[name]
        old["multipliers"].pop(name, None)
    (tmp_path / "plan.json").write_text(json.dumps(old), encoding="utf-8")
    assert read_plan(tmp_path).limits == ()
