"""A city planned for later years: engine and checker share no code and find the same conversions, money and bounds."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cities import write_toy_city

from doorstep import pipeline
from doorstep.layout import priced_bound
from doorstep.plan_file import PlanFile, read_later, read_plan
from doorstep.standards import converted_grades, load_profile
from doorstep.verify import check_plan, verify_folders
from doorstep.verify.conversion import conversions_of
from doorstep.verify.facts import derive_facts
from doorstep.verify.later_people import YEARS, side_by_side
from doorstep.verify.need import Need
from doorstep.verify.places import places_of

SETTINGS = {"convertible": "on"}
OPTIONS = pipeline.PlanOptions(budget_money=100_000_000, rounds=2)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_two_derivations_of_what_may_become_what_agree(seed: int) -> None:
    random, set_by = np.random.default_rng(seed), {"convertible": "on"}
    services = load_profile("cn-2023").floor_use.services
    for a, b in itertools.combinations(services, 2):
        if random.random() < 0.2:
            set_by[f"compatibility.{min(a, b)}.{max(a, b)}"] = str(random.choice(["forbidden", "allowed"]))
    profile = load_profile("cn-2023", settings=set_by)
    ids = [service.id for service in profile.services]
    total = random.choice([80.0, 100.0, 100.0, 120.0], (4, len(ids)))
    engine = [
        (ids[one.service], one.number, one.grade, one.year, ids[one.into], one.into_grade)
        for one in converted_grades(profile, (0, *YEARS), total)  # type: ignore[arg-type]
    ]
    nothing = np.zeros((1, len(ids)))
    needs = [Need(row[np.newaxis], *[nothing] * 4) for row in total]
    checker = [
        (one.service, one.number, one.grade, one.year, one.becomes, one.becomes_grade)
        for one in conversions_of(profile, needs[0], needs[1:])
    ]
    assert engine == checker
    assert not converted_grades(dataclasses.replace(profile, convertible=False), (0, 5), total[:2])  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("city") / "toy"
    write_toy_city(place, toml={"profile": '"cn-2023"', "currency": '"CNY"'})
    return place


@pytest.fixture(scope="module")
def found(folder: Path) -> pipeline.Diagnosis:
    return pipeline.diagnose(*pipeline.read_inputs(folder, settings=SETTINGS))


@pytest.fixture(scope="module")
def made(found: pipeline.Diagnosis) -> pipeline.PlanMade:
    made = pipeline.make_plan(found, OPTIONS)
    assert changing(made.results.plan)
    return made


def changing(plan: PlanFile) -> tuple[int, int]:
    """Position of a hub, and in it of a service, that gives way to another."""
    return next((h, s) for h, hub in enumerate(plan.hubs) for s, one in enumerate(hub.services) if one.becomes)


def changed(plan: PlanFile, **fields: Any) -> PlanFile:
    h, s = changing(plan)
    services = list(plan.hubs[h].services)
    services[s] = dataclasses.replace(services[s], **fields)
    hubs = list(plan.hubs)
    hubs[h] = dataclasses.replace(hubs[h], services=tuple(services))
    return dataclasses.replace(plan, hubs=tuple(hubs))


def codes(made: pipeline.PlanMade, plan: PlanFile) -> set[str]:
    results = made.results
    return {one.code for one in check_plan(results.city, plan, results.need, results.served, results.later).violations}


def test_a_plan_for_later_years_holds_with_its_files(folder: Path, made: pipeline.PlanMade, tmp_path: Path) -> None:
    plan = made.results.plan
    assert not codes(made, plan)
    assert plan.bound.bound_engine == pytest.approx(plan.bound.bound_checker, rel=1e-6)
    pipeline.write_results(made, tmp_path / "plan", "en")
    assert verify_folders(folder, tmp_path / "plan").ok
    assert read_plan(tmp_path / "plan") == plan
    assert len(read_later(tmp_path / "plan")) == len(made.results.later)


def test_both_bounds_agree_at_any_prices(found: pipeline.Diagnosis, made: pipeline.PlanMade) -> None:
    random, plan = np.random.default_rng(0), made.results.plan
    problem = dataclasses.replace(found.problem, budget_money=plan.budget_money)
    ids = [service.id for service in found.profile.services]
    for _ in range(6):
        need = random.uniform(0, 0.3, problem.n_cells)
        money = float(random.random() * 1e-5)
        tables = [
            {name: tuple(row.tolist()) for name, row in zip(ids, year, strict=True)}
            for year in need.reshape(1 + len(YEARS), len(ids), -1)
        ]
        later = {str(year): table for year, table in zip(YEARS, tables[1:], strict=True)}
        prices = dataclasses.replace(plan.multipliers, need=tables[0], later=later, budget=money)
        results, other = made.results, dataclasses.replace(plan, multipliers=prices)
        verdict = check_plan(results.city, other, results.need, results.served, results.later)
        engine = priced_bound(problem, need, money)
        assert verdict.bound_checker == pytest.approx(engine, rel=1e-9)
        assert engine >= plan.bound.objective - 1e-9


def test_both_reckon_the_same_money_and_allow_the_same(found: pipeline.Diagnosis) -> None:
    facts = derive_facts(found.city, found.profile)
    places = places_of(
        profile=facts.profile,
        need=side_by_side((facts.need, *facts.later)),
        supply=facts.supply,
        facility_ids=facts.facilities,
        facility_walks=facts.facility_walks,
        space_walks=facts.space_walks,
        spaces=facts.spaces,
        currency=facts.currency,
        conversions=facts.conversions,
    )
    checked = 0
    for at, space in enumerate(places.spaces):
        for s, service in enumerate(found.profile.services):
            grades = space.grades.get(service.id)
            money = {} if grades is None else dict(zip(grades.number.tolist(), grades.money, strict=True))
            alone = set((np.flatnonzero(found.problem.allowed[at, s]) + 1).tolist())
            # the engine leaves out as well what has no room in the space
            assert alone <= set(money)
            for number in alone:
                assert found.problem.grade_money[at, s, number - 1].tolist() == list(money[number])
                checked += number > 5
    assert checked > 100


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "earlier than anybody needs it": ("conversion-differs", {"becomes_year": 1}),
    "a larger grade": ("conversion-differs", {"becomes_grade": 5}),
    "what nobody needs more": ("conversion-differs", {"becomes": "play"}),
    "kept quiet": ("capital-part-differs", {"becomes": "", "becomes_grade": 0, "becomes_year": 0}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_planted_is_caught(made: pipeline.PlanMade, fault: str) -> None:
    code, fields = FAULTS[fault]
    assert code in codes(made, changed(made.results.plan, **fields))


def test_a_plan_without_the_ledger_of_its_years_is_refused(made: pipeline.PlanMade) -> None:
    results = made.results
    found = {one.code for one in check_plan(results.city, results.plan, results.need, results.served).violations}
    assert found == {"objective-differs", "gap-differs", "later-differs"}
