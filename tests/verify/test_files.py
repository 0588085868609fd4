"""Real plans pass with their files; a forged figure, finding or file of them is caught."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cities import write_toy_city

from doorstep import pipeline
from doorstep.plan_file import LimitBound, PlanFile
from doorstep.verify import Verdict, check_folder, check_plan

replace = dataclasses.replace
SETTINGS = {"rate.GBP": "0.11"}
MADE_CITY = Path(__file__).parents[2] / "examples" / "made-city"
MONACO = Path(__file__).parents[1] / "data" / "monaco"


def planned(folder: Path, profile: str | None = None, **options: Any) -> pipeline.PlanMade:
    settings = SETTINGS if profile == "cn-2023" else {}
    city, standard = pipeline.read_inputs(folder, profile=profile, settings=settings)
    return pipeline.make_plan(pipeline.diagnose(city, standard), pipeline.PlanOptions(rounds=2, **options))


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_city(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def toy_plan(toy: Path) -> tuple[pipeline.PlanMade, Path]:
    made = planned(toy, budget_money=50_000_000)
    out = toy.parent / "plan-of-toy"
    pipeline.write_results(made, out, "zh")
    return made, out


@pytest.fixture(scope="module")
def made_city() -> pipeline.PlanMade:
    return planned(MADE_CITY, budget_money=1_000_000_000, method="greedy")


def verdict_of(made: pipeline.PlanMade, plan: PlanFile) -> Verdict:
    return check_plan(made.results.city, plan, made.results.need, made.results.served)


def codes(verdict: Verdict) -> set[str]:
    return {one.code for one in verdict.violations}


def test_plan_of_the_toy_city_passes_with_its_files(toy_plan: tuple[pipeline.PlanMade, Path]) -> None:
    made, out = toy_plan
    assert made.results.plan.hubs
    assert check_folder(made.results.city, out).violations == ()


@pytest.mark.parametrize("options", [{"budget_money": 100}, {}, {"profile": "cn-2023"}, {"method": "even"}])
def test_other_plans_of_the_toy_city_pass(toy: Path, options: dict[str, Any]) -> None:
    made = planned(toy, **options)  # checked on the way
    assert verdict_of(made, made.results.plan).ok


def test_plan_of_monaco_passes() -> None:
    made = planned(MONACO, budget_money=200_000_000, method="greedy")
    assert len(made.results.plan.hubs) > 5
    assert verdict_of(made, made.results.plan).ok


def test_plan_of_the_made_city_passes_with_every_outcome(made_city: pipeline.PlanMade) -> None:
    plan = made_city.results.plan
    assert verdict_of(made_city, plan).ok
    outcomes = {one.outcome for hub in plan.hubs for one in hub.findings} | {one.outcome for one in plan.findings}
    assert {"passes", "fails", "warns", "unverified", "unknown", "not_applicable"} <= outcomes
    assert {"rule-not-met", "out-of-reach"} <= {one.code for one in plan.unmet}
    assert plan.limits_bound
    lines = {line for hub in plan.hubs for account in hub.accounts for line in account.lines_money}
    assert {"cost_staff", "cost_food", "subsidy_meals_elders", "cost_rent"} <= lines


def no_staff(plan: PlanFile) -> PlanFile:
    hubs = []
    for hub in plan.hubs:
        accounts = []
        for one in hub.accounts:
            cost = one.running_cost_money - one.lines_money.get("cost_staff", 0)
            lines = {name: money for name, money in one.lines_money.items() if name != "cost_staff"}
            accounts.append(
                replace(
                    one,
                    running_cost_money=cost,
                    result_money=one.revenue_money + one.subsidy_money - cost,
                    support_money=max(0, cost - one.revenue_money),
                    lines_money=lines,
                )
            )
        hubs.append(replace(hub, accounts=tuple(accounts)))
    return replace(plan, hubs=tuple(hubs))


def in_hubs(**changes: Any) -> Callable[[PlanFile], PlanFile]:
    return lambda plan: replace(plan, hubs=tuple(replace(hub, **changes) for hub in plan.hubs))


def turned(plan: PlanFile) -> PlanFile:
    """Everything that fails passes, and nothing is said to be unmet."""
    findings = tuple(replace(one, outcome="passes") if one.outcome == "fails" else one for one in plan.findings)
    return replace(plan, findings=findings, unmet=tuple(one for one in plan.unmet if one.code != "rule-not-met"))


def measured(plan: PlanFile) -> PlanFile:
    """The same by a figure that would pass."""
    findings = tuple(
        replace(one, outcome="passes", measured=40.0) if one.outcome == "fails" else one for one in plan.findings
    )
    return replace(plan, findings=findings, unmet=tuple(one for one in plan.unmet if one.code != "rule-not-met"))


FORGED: dict[str, tuple[str, Callable[[PlanFile], PlanFile]]] = {
    "staff costs nothing": ("account-line-differs", no_staff),
    "staff costs nothing in all": ("account-cost-differs", no_staff),
    "fails turned to passes": ("finding-differs", turned),
    "floor measured larger": ("finding-differs", measured),
    "findings emptied": ("finding-rows", lambda plan: replace(plan, findings=())),
    "findings of hubs emptied": ("finding-rows", in_hubs(findings=())),
    "unmet emptied": ("unmet-differs", lambda plan: replace(plan, unmet=())),
    "unmet by half": (
        "unmet-differs",
        lambda plan: replace(plan, unmet=tuple(replace(one, amount=one.amount / 2) for one in plan.unmet)),
    ),
    "limits emptied": ("limits-bound-differ", lambda plan: replace(plan, limits_bound=())),
    "limit made up": (
        "limits-bound-differ",
        lambda plan: replace(plan, limits_bound=(*plan.limits_bound, LimitBound("mood", 1, "assumption"))),
    ),
    "open already": ("opens-differs", in_hubs(opens="2020-01-01")),
    "unproven": ("bound-not-proven", lambda plan: replace(plan, bound=replace(plan.bound, proven=False))),
    "sources left out": ("attribution-differs", lambda plan: replace(plan, attribution=())),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_plan_is_caught(made_city: pipeline.PlanMade, name: str) -> None:
    code, forge = FORGED[name]
    assert code in codes(verdict_of(made_city, forge(made_city.results.plan)))


def test_space_that_must_open_and_does_not_is_listed(toy: Path) -> None:
    city, profile = pipeline.read_inputs(toy)
    city = replace(city, spaces=city.spaces.assign(decision="must"))
    made = pipeline.make_plan(pipeline.diagnose(city, profile), pipeline.PlanOptions(budget_money=100, rounds=1))
    plan = made.results.plan
    assert {"must-over-budget", "budget-too-small"} <= {one.code for one in plan.unmet}
    assert verdict_of(made, plan).ok
    for code in ("must-over-budget", "budget-too-small"):
        less = replace(plan, unmet=tuple(one for one in plan.unmet if one.code != code))
        assert "unmet-differs" in codes(verdict_of(made, less))


FILES = ("hubs.csv", "coverage.csv", "assessment.csv", "plan.gpkg", "plan.xlsx", "report.html")


@pytest.mark.parametrize("name", [*FILES, "sheets"])
@pytest.mark.parametrize("way", ["deleted", "emptied", "damaged"])
def test_missing_and_damaged_files(
    toy_plan: tuple[pipeline.PlanMade, Path], tmp_path: Path, name: str, way: str
) -> None:
    made, out = toy_plan
    copy = shutil.copytree(out, tmp_path / "plan")
    path = sorted((copy / name).iterdir())[0] if name == "sheets" else copy / name
    if way == "deleted":
        path.unlink()
    else:
        path.write_bytes(b"" if way == "emptied" else b"nothing that was here before\n" * 20)
    wanted = "file-differs" if way == "damaged" else "file-missing"
    assert codes(check_folder(made.results.city, copy)) == {wanted}


@pytest.mark.parametrize("name", ["hubs.csv", "coverage.csv"])
def test_every_figure_of_the_tables_is_compared(
    toy_plan: tuple[pipeline.PlanMade, Path], tmp_path: Path, name: str
) -> None:
    made, out = toy_plan
    copy = shutil.copytree(out, tmp_path / "plan")
    header, *rows = (out / name).read_bytes().decode("utf-8-sig").splitlines()
    unread = {"place", "community_name", "service_name"}
    cells = rows[0].split(",")
    compared = 0
    for number, column in enumerate(header.split(",")):
        if column in unread or cells[number] == "":
            continue
        forged = [*cells]
        forged[number] = "7654321"
        lines = [header, ",".join(forged), *rows[1:]]
        (copy / name).write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig", newline="")
        caught = codes(check_folder(made.results.city, copy))
        if caught != {"file-differs"}:
            pytest.fail(f"{column}: {caught}")
        compared += 1
    assert compared >= 12
    (copy / name).write_text("\r\n".join([header, *rows[1:]]) + "\r\n", encoding="utf-8-sig", newline="")
    assert codes(check_folder(made.results.city, copy)) == {"file-differs"}


def test_cut_files_and_another_hub_on_the_page(toy_plan: tuple[pipeline.PlanMade, Path], tmp_path: Path) -> None:
    made, out = toy_plan
    for name in ("plan.gpkg", "plan.xlsx", "report.html"):
        copy = shutil.copytree(out, tmp_path / f"cut-{name}")
        data = (copy / name).read_bytes()
        (copy / name).write_bytes(data[: len(data) // 2])
        assert codes(check_folder(made.results.city, copy)) == {"file-differs"}, name
    copy = shutil.copytree(out, tmp_path / "page")
    page = (copy / "report.html").read_text(encoding="utf-8")
    first = made.results.plan.hubs[0]
    before = f'"id":"{first.space}","colour"'
    assert page.count(before) == 1
    (copy / "report.html").write_text(page.replace(before, '"id":"S9","colour"'), encoding="utf-8")
    [one] = check_folder(made.results.city, copy).violations
    assert (one.code, one.subject) == ("file-differs", f"report.html:{first.space}")
