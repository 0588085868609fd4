"""Plans in phases: they nest, each has the bound of its own problem, and changes are caught."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cities import write_toy_city

from doorstep import pipeline
from doorstep.city import read_city
from doorstep.errors import DoorstepError
from doorstep.phases import PhaseAsked, make_phases, phases_asked, write_phases
from doorstep.plan_file import PlanFile
from doorstep.report.asked import phase_rows
from doorstep.verify import check_plan, verify_folders

ASKED = """
[[phases]]
name = "2026"
budget = 150000
until = 2026-12-31

[[phases]]
name = "2027"
budget = 250000
"""


def later(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """S3 opens after the first phase; S2 must be a hub in the end."""
    return [
        {**row, "available_from": "2027-03-01"} if row["id"] == "S3" else
        {**row, "decision": "must"} if row["id"] == "S2" else row
        for row in rows
    ]  # fmt: skip


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> pipeline.Diagnosis:
    folder = tmp_path_factory.mktemp("phases") / "toy"
    write_toy_city(folder, spaces=later)
    with (folder / "city.toml").open("a", encoding="utf-8") as file:
        file.write(ASKED)
    return pipeline.diagnose(*pipeline.read_inputs(folder), workers=1)


@pytest.fixture(scope="module")
def made(today: pipeline.Diagnosis) -> tuple[pipeline.PlanMade, ...]:
    return make_phases(today, phases_asked(today.city, None), pipeline.PlanOptions(workers=1, branches=20))


def test_phases_nest_and_each_is_within_its_money_and_time(made: tuple[pipeline.PlanMade, ...]) -> None:
    first, last = (one.results.plan for one in made)
    assert (first.phase, last.phase) == (1, 2)
    assert first.phases == last.phases
    assert [one.budget_money for one in last.phases] == [15_000_000, 40_000_000]
    assert first.hubs
    assert len(last.hubs) > len(first.hubs)
    assert first.capital_money <= 15_000_000 < last.capital_money <= 40_000_000
    assert "S3" not in [hub.space for hub in first.hubs]
    assert "S2" in [hub.space for hub in last.hubs]
    for space, grades in last.phases[0].hubs.items():
        assert all(last.phases[1].hubs[space][service] >= grade for service, grade in grades.items())


def test_each_phase_has_the_bound_of_its_own_problem(
    today: pipeline.Diagnosis, made: tuple[pipeline.PlanMade, ...]
) -> None:
    for phase in made[-1].results.plan.phases:
        assert phase.objective <= phase.single_objective <= phase.bound * (1 + 1e-9)
        assert phase.gap == pytest.approx((phase.bound - phase.objective) / phase.objective)
    alone = pipeline.make_plan(
        today, pipeline.PlanOptions(budget_money=40_000_000, workers=1, branches=20)
    ).results.plan
    assert made[-1].results.plan.bound == alone.bound


def test_the_folder_holds_every_phase_and_the_checker_goes_into_each(
    today: pipeline.Diagnosis, made: tuple[pipeline.PlanMade, ...], tmp_path: Path
) -> None:
    write_phases(made, tmp_path / "plan", "en")
    assert verify_folders(today.city.folder, tmp_path / "plan").ok
    header, *rows = (tmp_path / "plan" / "hubs.csv").read_text("utf-8-sig").splitlines()
    at = header.split(",").index("phase")
    assert {row.split(",")[at] for row in rows} == {"2026", "2027"}
    assert 'id="phases"' in (tmp_path / "plan" / "report.html").read_text("utf-8")
    early = tmp_path / "plan" / "phases" / "1" / "plan.json"
    page = json.loads(early.read_text("utf-8"))
    page["bound"]["bound"] *= 0.9
    early.write_text(json.dumps(page), "utf-8")
    subjects = [one.subject for one in verify_folders(today.city.folder, tmp_path / "plan").violations]
    assert any(one.startswith("phases/1/") for one in subjects)


def row(plan: PlanFile, number: int, **changes: Any) -> PlanFile:
    rows = list(plan.phases)
    rows[number] = dataclasses.replace(rows[number], **changes)
    return dataclasses.replace(plan, phases=tuple(rows))


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("phase-differs", lambda plan: row(plan, 1, budget_money=1)),
        ("phase-differs", lambda plan: row(plan, 1, objective=1.0)),
        ("phase-differs", lambda plan: row(plan, 1, regret=0.5)),
        ("phase-differs", lambda plan: row(plan, 1, bound=plan.bound.bound * 0.99)),
        ("phase-differs", lambda plan: row(plan, 1, single_objective=plan.bound.bound * 1.01)),
        ("phase-differs", lambda plan: dataclasses.replace(plan, phase=3)),
        ("phase-closes", lambda plan: row(plan, 0, hubs={"S1": {"sport": 5}})),
        ("phase-too-late", lambda plan: row(plan, 1, until="2026-01-01")),
    ],
)
def test_a_change_in_the_list_of_phases_is_caught(
    made: tuple[pipeline.PlanMade, ...], code: str, fault: Callable[[PlanFile], PlanFile]
) -> None:
    results = made[-1].results
    assert check_plan(results.city, results.plan, results.need, results.served).ok
    verdict = check_plan(results.city, fault(results.plan), results.need, results.served)
    assert code in {one.code for one in verdict.violations}


@pytest.mark.parametrize("given", ["", "2027", "2027=", "2027=-1", "2027=nan", "a=1,a=2", "=5"])
def test_a_list_that_is_none_is_refused(today: pipeline.Diagnosis, given: str) -> None:
    with pytest.raises(DoorstepError) as error:
        phases_asked(today.city, given)
    assert error.value.code == "phases-form"


def test_money_given_on_the_command_line_keeps_the_days_of_the_city(today: pipeline.Diagnosis) -> None:
    asked = phases_asked(today.city, "2026=1.5, x = 2")
    assert asked == (PhaseAsked("2026", 150, "2026-12-31"), PhaseAsked("x", 200, ""))


def test_phases_that_go_back_in_time_are_refused(today: pipeline.Diagnosis) -> None:
    asked = (PhaseAsked("a", 1, "2027-01-01"), PhaseAsked("b", 1, "2026-01-01"))
    with pytest.raises(DoorstepError) as error:
        make_phases(today, asked, pipeline.PlanOptions(workers=1, branches=20))
    assert error.value.code == "phases-order"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_phases_are_told_in_words(made: tuple[pipeline.PlanMade, ...], language: str) -> None:
    rows = phase_rows(made[-1].results, language)
    assert len(rows) == 2
    assert all(all(cells) for cells in rows)


def test_a_city_without_phases_has_none(tmp_path: Path) -> None:
    assert read_city(write_toy_city(tmp_path)).asked.phases == ()
