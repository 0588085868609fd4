"""A city whose rooms hold facilities today: engine and checker share no code and agree on money, bounds and plans."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from cities import toy_tables, write_csv, write_toy_city

from doorstep import pipeline
from doorstep.costs import capital
from doorstep.layout import priced_bound
from doorstep.plan_file import PlanFile
from doorstep.verify import check_folder, check_plan
from doorstep.verify.later_people import YEARS
from doorstep.verify.money import open_money

CHINESE = {"profile": '"cn-2023"', "currency": '"CNY"'}
ROOMS = {"S2": ("F2;F1", 1234.565), "S3": ("F3", 500.0)}


def diagnosed(folder: Path, settings: dict[str, str], toml: dict[str, str]) -> pipeline.Diagnosis:
    city = write_toy_city(folder / "toy", toml=toml)
    rows: list[dict[str, Any]] = []
    for row in toy_tables()["spaces"]:
        replaces, cost = ROOMS.get(row["id"], ("", ""))
        must = {"decision": "must"} if row["id"] == "S2" else {}  # its two facilities are worth more than a hub
        rows.append({**row, "replaces": replaces, "closing_cost": cost, **must})
    write_csv(city / "spaces.csv", rows)
    return pipeline.diagnose(*pipeline.read_inputs(city, settings=settings))


@pytest.fixture(scope="module", params=["today", "later years", "shared rooms"])
def found(request: Any, tmp_path_factory: pytest.TempPathFactory) -> pipeline.Diagnosis:
    settings = {"today": {}, "later years": {"convertible": "on"}, "shared rooms": {"share_rooms": "on"}}
    toml = {} if request.param == "today" else CHINESE
    return diagnosed(tmp_path_factory.mktemp("replaced"), settings[request.param], toml)


@pytest.fixture(scope="module")
def made(found: pipeline.Diagnosis) -> pipeline.PlanMade:
    return pipeline.make_plan(found, pipeline.PlanOptions(rounds=2, branches=20))


def test_the_plan_closes_facilities_and_passes(made: pipeline.PlanMade) -> None:
    results = made.results
    assert {hub.space: hub.replaces for hub in results.plan.hubs if hub.replaces} == {
        "S2": ("F1", "F2"),
        "S3": ("F3",),
    }
    assert check_plan(results.city, results.plan, results.need, results.served, results.later).violations == ()


def test_both_bounds_agree_at_any_prices(found: pipeline.Diagnosis, made: pipeline.PlanMade) -> None:
    random, results = np.random.default_rng(0), made.results
    plan = dataclasses.replace(results.plan, budget_money=100_000_000, proof=None)
    problem = dataclasses.replace(found.problem, budget_money=plan.budget_money)
    ids = [service.id for service in found.profile.services]
    for most in (0.0, 0.05, 0.3, 1.0):
        need = random.uniform(0, most, problem.n_cells)
        money = float(random.random() * 1e-6)
        tables = [
            {name: tuple(row.tolist()) for name, row in zip(ids, year, strict=True)}
            for year in need.reshape(-1, len(ids), len(results.city.residences))
        ]
        later = {str(year): table for year, table in zip(YEARS, tables[1:], strict=False)}
        prices = dataclasses.replace(plan.multipliers, need=tables[0], later=later, budget=money)
        other = dataclasses.replace(plan, multipliers=prices)
        verdict = check_plan(results.city, other, results.need, results.served, results.later)
        assert verdict.bound_checker == pytest.approx(priced_bound(problem, need, money), rel=1e-9)


def test_both_reckon_the_same_money_of_opening(found: pipeline.Diagnosis) -> None:
    theirs = capital(found.city.spaces, found.profile, currency=found.city.currency).open_money
    spaces = found.city.spaces.to_dict("records")
    assert [open_money(space, found.profile, found.city.currency) for space in spaces] == theirs.tolist()
    assert len(set(theirs)) == 3


def in_table(folder: Path) -> None:
    path = folder / "hubs.csv"
    text = path.read_text(encoding="utf-8-sig")
    assert "F1; F2" in text
    path.write_text(text.replace("F1; F2", "F2"), encoding="utf-8-sig")


def without_column(folder: Path) -> None:
    path = folder / "hubs.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("replaces", "notes", 1), encoding="utf-8-sig")


def in_workbook(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    [cell] = [cell for row in book.worksheets[1] for cell in row if cell.value == "F1; F2"]
    cell.value = None
    book.save(folder / "plan.xlsx")


@pytest.mark.parametrize("found", ["today"], indirect=True)
@pytest.mark.parametrize("forge", [in_table, without_column, in_workbook])
def test_a_forged_file_is_caught(made: pipeline.PlanMade, tmp_path: Path, forge: Callable[[Path], None]) -> None:
    out = tmp_path / "plan"
    pipeline.write_results(made, out, "en")
    assert check_folder(made.results.city, out).violations == ()
    forge(out)
    assert {one.code for one in check_folder(made.results.city, out).violations} == {"file-differs"}
    shutil.rmtree(out)


PLANTED: dict[str, tuple[str, Callable[[PlanFile], PlanFile]]] = {
    "not said": (
        "space-differs",
        lambda plan: dataclasses.replace(plan, hubs=tuple(dataclasses.replace(one, replaces=()) for one in plan.hubs)),
    ),
    "capacity as today": (
        "coverage-differs",
        lambda plan: dataclasses.replace(
            plan,
            coverage=tuple(
                dataclasses.replace(one, capacity_plan=one.capacity_plan + one.capacity_now) for one in plan.coverage
            ),
        ),
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_caught(made: pipeline.PlanMade, name: str) -> None:
    code, fault = PLANTED[name]
    results = made.results
    verdict = check_plan(results.city, fault(results.plan), results.need, results.served, results.later)
    assert {one.code for one in verdict.violations} == {code}
