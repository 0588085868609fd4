"""A limit on what hubs cost to run in a year: it binds, the bound counts it, the checker derives it again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.cities import write_toy_city
from tests.command_line import doorstep

from doorstep import pipeline
from doorstep.costs import KINDS, running
from doorstep.plan_file import read_plan, write_plan
from doorstep.report import Results
from doorstep.report.asked import asked_rows, conflict_told
from doorstep.standards import ConvertedGrade, load_profile
from doorstep.verify import check_plan
from doorstep.verify.conversion import Conversion
from doorstep.verify.running import running_of_grade, running_of_opening, running_table

NAN = float("nan")
MONEY = 30_000_000


def toy(folder: Path, asked: str = "") -> Path:
    write_toy_city(folder)
    with (folder / "city.toml").open("a", encoding="utf-8") as file:
        file.write(asked)
    return folder


def limit(most: int, more: str = "") -> str:
    return f'\n[[limits]]\nname = "a year"\nwhat = "running"\nmost = {most}\n{more}\n'


def plan_of(folder: Path, **settings: str) -> Results:
    found = pipeline.diagnose(*pipeline.read_inputs(folder, settings=settings), workers=1)
    return pipeline.make_plan(found, pipeline.PlanOptions(budget_money=MONEY, workers=1, rounds=4)).results


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A limit that is far too large to bind."""
    return plan_of(toy(tmp_path_factory.mktemp("running") / "toy", limit(10**9)))


@pytest.fixture(scope="module")
def bound(free: Results, tmp_path_factory: pytest.TempPathFactory) -> Results:
    half = free.plan.limits[0].used // 200
    return plan_of(toy(tmp_path_factory.mktemp("running") / "toy", limit(half)))


@pytest.mark.parametrize("name", ["cn-2023", "generic-gb"])
def test_both_derivations_give_the_same_minor_units(name: str) -> None:
    profile = load_profile(name, settings={"share_rooms": "on"})
    spaces = pd.DataFrame(
        [
            {"channel": channel, "rent_per_m2_year": rent, "capital_cost_per_m2": works}
            for channel in ("supplement", "convert", "transfer", "newbuild", "rent")
            for rent, works in ((NAN, NAN), (123.45, NAN), (NAN, 1999.99), (0.0, 0.1))
        ]
    )
    found = running(spaces, profile, currency=profile.currency)
    for at, space in enumerate(spaces.to_dict("records")):
        assert running_of_opening(space, profile, profile.currency) == found.open_money[at] > 0
        for s, service in enumerate(profile.services):
            for grade in service.grades:
                for kind in range(len(KINDS)):
                    own = running_of_grade(space, service, grade, profile, profile.currency, 0, kind == 1)
                    assert own == found.grade_money[at, s, grade.number - 1, kind], (service.id, grade.number, kind)
                    assert own > 0


def test_no_year_of_the_accounts_costs_more_than_is_reckoned(free: Results, bound: Results, tmp_path: Path) -> None:
    shared = plan_of(toy(tmp_path / "toy", limit(10**9)), share_rooms="on")
    for results in (free, bound, shared):
        plan = results.plan
        assert plan.hubs
        for case in ("low", "mid", "high"):
            spent = sum(one.running_cost_money for hub in plan.hubs for one in hub.accounts if one.case == case)
            assert spent <= plan.limits[0].used + 10 * len(plan.hubs)  # each line is rounded
        assert plan.limits[0].used < 5 * spent


def test_the_limit_binds_and_its_price_makes_the_bound(free: Results, bound: Results) -> None:
    (row,) = bound.plan.limits
    assert (row.name, row.unit) == ("running:a year", "money")
    assert 0 < row.used <= row.amount
    assert bound.plan.bound.objective < free.plan.bound.objective
    assert bound.plan.bound.objective <= bound.plan.bound.bound < free.plan.bound.objective
    assert bound.plan.multipliers.limits["running:a year"] > 0
    assert bound.plan.bound.bound_checker == pytest.approx(bound.plan.bound.bound_engine, rel=1e-9)
    assert any("Running cost a year" in name for name, _, _ in asked_rows(bound, "en"))
    assert any("年度运营成本" in name for name, _, _ in asked_rows(bound, "zh"))


def test_a_figure_that_was_changed_is_caught(bound: Results) -> None:
    plan = bound.plan
    less = dataclasses.replace(plan.limits[0], used=plan.limits[0].used - 1)
    verdict = check_plan(bound.city, dataclasses.replace(plan, limits=(less,)), bound.need, bound.served)
    assert "limit-differs" in {one.code for one in verdict.violations}
    tight = dataclasses.replace(bound.city.asked.caps[0], most=bound.city.asked.caps[0].most / 3)
    asked = dataclasses.replace(bound.city.asked, caps=(tight,))
    verdict = check_plan(dataclasses.replace(bound.city, asked=asked), plan, bound.need, bound.served)
    assert {"limit-differs", "limit-exceeded", "bound-checker-differs"} <= {one.code for one in verdict.violations}


def test_scopes_say_of_what_the_limit_speaks(free: Results, tmp_path: Path) -> None:
    each = plan_of(toy(tmp_path / "each", limit(10**9, 'each = "community"')))
    assert [one.name for one in each.plan.limits] == ["running:a year:E", "running:a year:W"]
    assert sum(one.used for one in each.plan.limits) == free.plan.limits[0].used
    none = plan_of(toy(tmp_path / "none", limit(0, 'services = ["meals", "health"]')))
    assert not {one.service for hub in none.plan.hubs for one in hub.services} & {"meals", "health"}
    assert none.plan.hubs
    assert none.plan.limits[0].used == 0


def test_a_must_and_a_floor_against_it_are_told_by_name(tmp_path: Path) -> None:
    folder = toy(tmp_path / "toy", limit(1) + '\n[[floors]]\nname = "old"\nservice = "meals"\nleast = 0.5\n')
    spaces = pd.read_csv(folder / "spaces.csv")
    spaces["decision"] = np.where(np.arange(len(spaces)) == 0, "must", "")
    spaces.to_csv(folder / "spaces.csv", index=False)
    results = plan_of(folder)
    assert ("must-over-limit", f"space:{spaces['id'][0]}") in {(one.code, one.subject) for one in results.plan.unmet}
    assert ("floor-not-met", "floor:old") in {(one.code, one.subject) for one in results.plan.unmet}
    assert results.plan.conflict is not None
    assert "Running cost a year, reckoned: a year" in conflict_told(results, "en")
    assert "年度运营成本（测算）：a year" in conflict_told(results, "zh")


@pytest.mark.parametrize(("language", "told"), [("en", "limits[1].most"), ("zh", "limits[1].most")])
def test_a_wrong_amount_is_told(tmp_path: Path, language: str, told: str) -> None:
    folder = toy(tmp_path / "toy", '\n[[limits]]\nname = "a"\nwhat = "running"\nmost = "much"\n')
    done = doorstep("plan", folder, "--out", tmp_path / "out", "--budget", "1000", "--lang", language)
    assert done.code == 1
    assert told in done.said
    assert not (tmp_path / "out").exists()


def test_the_command_and_the_checker(tmp_path: Path) -> None:
    folder = toy(tmp_path / "toy", limit(400_000, 'communities = ["W"]'))
    to = tmp_path / "plan"
    assert doorstep("plan", folder, "--out", to, "--budget", "300000", "--rounds", "4").code == 0
    assert doorstep("verify", folder, to).code == 0
    plan = read_plan(to)
    write_plan(dataclasses.replace(plan, limits=()), to)
    assert doorstep("verify", folder, to).code == 1


def test_rooms_that_change_their_service_count_as_in_the_dearer_year() -> None:
    profile = load_profile("cn-2023", settings={"convertible": "on"})
    names = [service.id for service in profile.services]
    school, meals = names.index("after_school"), names.index("meals")
    ways = [ConvertedGrade(school, 2, 6, 10, meals, 2, "as_is"), ConvertedGrade(meals, 1, 6, 5, school, 1, "as_is")]
    spaces = pd.DataFrame([{"channel": "convert", "rent_per_m2_year": NAN, "capital_cost_per_m2": NAN}])
    money = running(spaces, profile, currency="CNY", converted=ways).grade_money[0]
    for service, grade, into, into_grade in ((school, 2, meals, 2), (meals, 1, school, 1)):
        before, after = money[service, grade - 1], money[into, into_grade - 1]
        assert money[service, 5].tolist() == np.maximum(before, after).tolist()
        assert max(before[0], after[0]) > min(before[0], after[0]) > 0
    space = {
        "id": "K1", "area_m2": 900.0, "storey": 1.0, "lift": "yes", "outdoor_m2": 500.0, "limits": frozenset(),
        "decision": "may", **spaces.iloc[0].to_dict(),
    }  # fmt: skip
    theirs = [
        Conversion(one.number, names[one.service], one.grade, one.year, names[one.into], one.into_grade) for one in ways
    ]
    table = running_table([space], profile, "CNY", theirs)
    assert table["K1", "after_school", 6] == tuple(money[school, 5].tolist())
    assert table["K1", "meals", 6] == tuple(money[meals, 5].tolist())
