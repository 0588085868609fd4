"""Real plans pass with their files; a forged figure, finding or file of them is caught."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from cities import write_toy_city
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep import pipeline
from doorstep.plan_file import LimitBound, PlanFile
from doorstep.verify import Verdict, check_folder, check_plan
from doorstep.verify.layers import check_layers
from doorstep.verify.sheets import _whole, check_sheets, shown_texts
from doorstep.verify.tables import check_table, wanted_assessment, wanted_coverage, wanted_hubs
from doorstep.verify.workbook import SHEETS, check_workbook

replace = dataclasses.replace
IN_MINUTES = {"settings": {"walk_measure": "minutes"}}
SETTINGS = {"rate.GBP": "0.11"}
MADE_CITY = Path(__file__).parents[2] / "examples" / "made-city"
MONACO = Path(__file__).parents[1] / "data" / "monaco"


def planned(
    folder: Path, profile: str | None = None, settings: dict[str, str] | None = None, **options: Any
) -> pipeline.PlanMade:
    settings = (SETTINGS if profile == "cn-2023" else {}) | (settings or {})
    city, standard = pipeline.read_inputs(folder, profile=profile, settings=settings)
    return pipeline.make_plan(pipeline.diagnose(city, standard), pipeline.PlanOptions(rounds=2, branches=20, **options))


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


@pytest.mark.parametrize("options", [{"budget_money": 100}, {}, {"profile": "cn-2023"}, {"method": "even"}, IN_MINUTES])
def test_other_plans_of_the_toy_city_pass(toy: Path, options: dict[str, Any]) -> None:
    made = planned(toy, **options)  # checked on the way
    assert verdict_of(made, made.results.plan).ok


@pytest.mark.parametrize("options", [{}, IN_MINUTES])
def test_plan_of_monaco_passes(options: dict[str, Any]) -> None:
    made = planned(MONACO, budget_money=200_000_000, method="greedy", **options)
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


UNREAD_OF_ASSESSMENT = (
    *("name", "walk_p50_m", "walk_p90_m", "capacity_low", "capacity_high", "shortage_low", "shortage_high"),
    *("clause", "rule", "outcome", "e2sfca", "gini", "palma"),
)
FILES = ("hubs.csv", "coverage.csv", "assessment.csv", "bands.csv", "plan.gpkg", "plan.xlsx", "report.html")


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


@pytest.mark.parametrize("name", ["hubs.csv", "coverage.csv", "assessment.csv"])
def test_every_figure_of_the_tables_is_compared(
    toy_plan: tuple[pipeline.PlanMade, Path], tmp_path: Path, name: str
) -> None:
    made, out = toy_plan
    copy = shutil.copytree(out, tmp_path / "plan")
    header, *rows = (out / name).read_bytes().decode("utf-8-sig").splitlines()
    unread = {"place", "community_name", "service_name", *UNREAD_OF_ASSESSMENT}
    cells = rows[0].split(",")
    results, by_community = made.results, ("community", "service")
    wanted = {
        "hubs.csv": (wanted_hubs(results.plan), ("space", "service")),
        "coverage.csv": (wanted_coverage(results.city, results.need), by_community),
        "assessment.csv": (wanted_assessment(results.city, results.profile, results.need), by_community),
    }
    compared = 0
    for number, column in enumerate(header.split(",")):
        if column in unread or cells[number] == "":
            continue
        forged = [*cells]
        forged[number] = "7654321"
        lines = [header, ",".join(forged), *rows[1:]]
        (copy / name).write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig", newline="")
        caught = {(one.code, one.subject.partition(":")[0]) for one in check_table(copy / name, *wanted[name])}
        if caught != {("file-differs", name)}:
            pytest.fail(f"{column}: {caught}")
        compared += 1
    assert compared >= 8
    assert codes(check_folder(made.results.city, copy)) == {"file-differs"}
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


LAYERS: dict[str, str] = {
    "a hub moved to another community": "UPDATE hubs SET community = 'elsewhere'",
    "people of a hub": "UPDATE hubs SET people = people + 1",
    "users of a hub": "UPDATE hubs SET users = users * 1.01",
    "money of a hub": "UPDATE hubs SET capital_GBP = capital_GBP - 1000",
    "another service": "UPDATE hubs SET services = 'play'",
    "a hub less": "DELETE FROM hubs WHERE fid = 1",
    "a space less": "DELETE FROM spaces WHERE fid = 1",
    "a home twice": "UPDATE residences SET id = (SELECT id FROM residences WHERE fid = 1) WHERE fid = 2",
    "people given a place": "UPDATE residences SET plan_meals = plan_meals + 0.01 WHERE fid = 1",
    "a share": "UPDATE residences SET share_plan = 1.5 WHERE fid = 1",
    "a community's people": "UPDATE communities SET served_plan = served_plan + 1",
    "no column of people": "ALTER TABLE hubs DROP COLUMN people",
    "the source": "DELETE FROM read_me WHERE subject = 'attribution'",
}


@pytest.mark.parametrize("what", LAYERS)
def test_forged_layers_are_caught(toy_plan: tuple[pipeline.PlanMade, Path], tmp_path: Path, what: str) -> None:
    made, out = toy_plan
    shutil.copy(out / "plan.gpkg", tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "plan.gpkg")) as store:
        triggers = store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:  # they call functions that only drivers of GeoPackages have
            store.execute(f'DROP TRIGGER "{name}"')
        assert store.execute(LAYERS[what]).rowcount
        store.commit()
    results = made.results
    forged = list(check_layers(tmp_path / "plan.gpkg", results.city, results.plan, results.need))
    assert {one.code for one in forged} == {"file-differs"}
    assert list(check_layers(out / "plan.gpkg", results.city, results.plan, results.need)) == []


def test_a_hub_moved_on_the_map_is_caught(toy_plan: tuple[pipeline.PlanMade, Path], tmp_path: Path) -> None:
    made, out = toy_plan
    results, path = made.results, Path(shutil.copy(out / "plan.gpkg", tmp_path))
    hubs = gpd.read_file(path, layer="hubs")
    hubs.assign(geometry=hubs.geometry.translate(0.5)).to_file(path, layer="hubs", driver="GPKG")
    assert {one.subject.rpartition("/")[2] for one in check_layers(path, results.city, results.plan, results.need)} == {
        "geometry"
    }


def test_every_cell_of_the_workbook_that_is_a_figure_is_compared(
    toy_plan: tuple[pipeline.PlanMade, Path], tmp_path: Path
) -> None:
    made, out = toy_plan
    plan, coverage = made.results.plan, wanted_coverage(made.results.city, made.results.need)
    assert list(check_workbook(out / "plan.xlsx", plan, coverage, out / "coverage.csv")) == []
    path, compared = tmp_path / "plan.xlsx", 0
    book = openpyxl.load_workbook(out / "plan.xlsx")
    figures = {
        sheet.title: [
            cell for row in sorted({2, sheet.max_row}) for cell in sheet[row] if isinstance(cell.value, int | float)
        ]
        for sheet in book.worksheets[:-1]  # the last lists assumptions
    }
    name_of = dict(zip(figures, SHEETS[:-1], strict=True))
    # one cell of every sheet at a time: sheets are compared one by one
    for one_of_each in itertools.zip_longest(*figures.values()):
        forged = [cell for cell in one_of_each if cell is not None]
        before = [cell.value for cell in forged]
        for cell in forged:
            cell.value += 0.011
        book.save(path)
        told = [one.subject for one in check_workbook(path, plan, coverage, out / "coverage.csv")]
        for cell, value in zip(forged, before, strict=True):
            cell.value = value
            if not any(one.startswith(f"plan.xlsx/{name_of[cell.parent.title]}") for one in told):
                pytest.fail(f"{cell.parent.title} {cell.coordinate}: {told}")
        compared += len(forged)
    assert compared > 40
    book.remove(book.worksheets[2])
    book.save(path)
    assert [one.code for one in check_workbook(path, plan, coverage, out / "coverage.csv")] == ["file-differs"]


def test_figures_that_a_sheet_does_not_show_are_caught(
    toy_plan: tuple[pipeline.PlanMade, Path], tmp_path: Path
) -> None:
    made, out = toy_plan
    results, profile = made.results, made.results.profile
    coverage = wanted_coverage(results.city, results.need)

    def caught(folder: Path, plan: PlanFile, rows: Any = coverage) -> list[str]:
        return [one.subject for one in check_sheets(folder, results.city, profile, plan, rows)]

    assert caught(out, results.plan) == []
    first = results.plan.hubs[0]
    part = first.services[0]
    year = first.accounts[0]
    for changed in (
        replace(first, people=first.people + 7),
        replace(first, users=first.users + 7),
        replace(first, services=(replace(part, grade=9), *first.services[1:])),
        replace(first, services=(replace(part, users=part.users + 7), *first.services[1:])),
        replace(first, accounts=(replace(year, result_money=-year.result_money), *first.accounts[1:])),
        replace(first, accounts=(replace(year, jobs=year.jobs + 1), *first.accounts[1:])),
    ):
        plan = replace(results.plan, hubs=(changed, *results.plan.hubs[1:]))
        assert caught(out, plan) == [f"sheets/hub-{first.space}.pdf"]
    more = {key: {**row, "served_after": row["served_after"] + 7} for key, row in coverage.items()}
    assert len(caught(out, results.plan, more)) == len(results.city.communities)
    copy = shutil.copytree(out, tmp_path / "plan")
    one, other = sorted((copy / "sheets").glob("hub-*"))[:2]
    one.rename(copy / "kept")
    other.rename(one)
    (copy / "kept").rename(other)
    assert len(caught(copy, results.plan)) == 2


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_as_a_sheet_without_a_fault(data: bytes, whole: bool) -> None:
    page = b"%PDF-1.4\n<</Filter [ /ASCII85Decode /FlateDecode ]>> stream\n" + data + b"endstream\n%%EOF"
    assert shown_texts(data) is None
    assert not shown_texts(page if whole else page[:-5])


def test_a_half_but_for_the_last_digits_may_go_either_way() -> None:
    assert {"24", "25"} <= _whole(24.5 - 4e-15)
    assert _whole(24.4) == {"24"}
