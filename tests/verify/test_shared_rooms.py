"""Rooms shared by period: derived a second time, the bound against every set, and whatever is planted in a plan."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import paper_plan as paper
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cities import write_toy_city

from doorstep import pipeline
from doorstep.layout import broken_hub_rules, grades_of_hubs, priced_bound
from doorstep.plan_file import PhaseKept, PlanFile, read_plan, write_plan
from doorstep.standards import load_profile, shared_grades
from doorstep.verify import check_plan, verify_folders
from doorstep.verify.allowed import pair_free_sets, room_m2
from doorstep.verify.bound import Offers, best_hub
from doorstep.verify.phases import check_floor_made
from doorstep.verify.sharing import shared_of

SETTINGS = {"share_rooms": "on", "weight.meals": "60"}
OPTIONS = pipeline.PlanOptions(budget_money=30_000_000)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["cn-2023", "generic-gb"]),
    seed=st.integers(0, 10_000),
)
def test_two_derivations_of_what_is_shared_agree(name: str, seed: int) -> None:
    random, set_by = np.random.default_rng(seed), {"share_rooms": "on"}
    plain = load_profile(name)
    for service in plain.floor_use.services:
        for period in plain.floor_use.periods:
            set_by[f"room_use_{period.id}.{service}"] = str(random.choice([0, 0.2, 0.3, 0.31, 0.8, 1]))
        if random.random() < 0.5:
            set_by[f"shareable_floor_share.{service}"] = str(round(float(random.random()), 2))
    for a, b in itertools.combinations(plain.floor_use.services, 2):
        if random.random() < 0.3:
            set_by[f"compatibility.{min(a, b)}.{max(a, b)}"] = "shareable"
    profile = load_profile(name, settings=set_by)
    ids = [service.id for service in profile.services]
    engine = [
        (ids[one.service], one.number, one.grade, ids[one.lender], one.lender_area_m2, one.saved_m2, one.periods)
        for one in shared_grades(profile)
    ]
    checker = [
        (service.id, one.number, one.grade, one.lender, one.lender_area_m2, one.saved_m2, one.periods)
        for service in profile.services
        for one in shared_of(profile, service)
    ]
    assert engine == checker
    assert not shared_grades(dataclasses.replace(profile, share_rooms=False))


def test_what_is_saved_on_paper() -> None:
    # Meals of 150 m² have 90 m² in rooms that can be shared. All are in use at noon; at the weekend, when a culture
    # room lends nothing, 0.7 of them: 63 m² must be its own, and 27 m² may be lent at noon: 0.72 of 50 m² are 36.
    cn = load_profile("cn-2023", settings={"share_rooms": "on"})
    meals = {(one.grade, one.lender, one.lender_area_m2): one for one in shared_of(cn, cn.service("meals"))}
    assert (meals[3, "culture", 50].saved_m2, meals[3, "culture", 50].periods) == (27, ("noon",))
    # of a class of 45 m² 0.56 are free then: 25.2 m²
    assert meals[3, "after_school", 45].saved_m2 == 25


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_best_hub_agrees_with_trying_every_set_that_shares(data: st.DataObject) -> None:
    names = ("elderly_care", "infant_care", "meals", "sport")
    profile = paper.profile(
        services=tuple(paper.service(name) for name in names),
        forbidden_pairs=frozenset(data.draw(st.sets(st.sampled_from([("infant_care", "meals")])))),
        complex_min_functions=data.draw(st.integers(1, 4)),
        complex_min_area_m2=data.draw(st.sampled_from([0, 120, 200])),
        small_hub_m2=data.draw(st.sampled_from([0, 90, 150])),
        limits_on=frozenset(("forbidden_pairs", "complex_area")),
    )
    worth, offers = st.floats(-20, 20), {}
    for name in data.draw(st.sets(st.sampled_from(names), min_size=1)):
        rows = data.draw(st.lists(st.tuples(st.integers(20, 90), worth, worth), min_size=1, max_size=2))
        told = [(area, (a, b), "", 0) for area, a, b in rows]
        lenders = data.draw(st.lists(st.sampled_from([one for one in names if one != name]), max_size=2))
        told += [
            (data.draw(st.integers(5, 60)), (data.draw(worth), data.draw(worth)), lender, data.draw(st.integers(0, 80)))
            for lender in lenders
        ]
        offers[name] = told
    required = data.draw(st.sets(st.sampled_from(sorted(offers)), max_size=1))
    space_area_m2 = float(data.draw(st.integers(20, 300)))
    best = -np.inf
    for chosen in itertools.product(*([None, *told] for told in offers.values())):
        inside: dict[str, Any] = {name: one for name, one in zip(offers, chosen, strict=True) if one is not None}
        sharers = [one for name, told in inside.items() if told[2] for one in (name, told[2])]
        if not inside or not required <= inside.keys() or len(sharers) > len(set(sharers)):
            continue
        if not all(
            told[2] in inside and inside[told[2]][0] >= told[3] and not inside[told[2]][2]
            for told in inside.values()
            if told[2]
        ):
            continue
        is_complex = len(inside) >= profile.complex_min_functions
        area = sum(told[0] for told in inside.values())
        floor_times_100 = area * (115 if is_complex else 105)
        if area > room_m2(space_area_m2, 0.15 if is_complex else 0.05):
            continue
        if is_complex and floor_times_100 < 100 * profile.complex_min_area_m2:
            continue
        small = floor_times_100 < 100 * profile.small_hub_m2
        if small and any(set(pair) <= inside.keys() for pair in profile.forbidden_pairs):
            continue
        best = max(best, sum(told[1][is_complex] for told in inside.values()))
    as_offers = {
        name: Offers(
            np.arange(len(told)),
            np.array([one[0] for one in told]),
            np.array([[one[1] for one in told]] * 2),
            tuple(one[2] for one in told),
            tuple(one[3] for one in told),
        )
        for name, told in offers.items()
    }
    may_lack = {name: np.array([name not in required, True]) for name in names}
    found = best_hub(as_offers, space_area_m2, profile, pair_free_sets(profile), 2, may_lack)
    assert found[0] == pytest.approx(best)
    assert found[1] >= found[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("city") / "toy"
    write_toy_city(place)
    return place


@pytest.fixture(scope="module")
def found(folder: Path) -> pipeline.Diagnosis:
    return pipeline.diagnose(*pipeline.read_inputs(folder, settings=SETTINGS))


@pytest.fixture(scope="module")
def made(found: pipeline.Diagnosis) -> pipeline.PlanMade:
    made = pipeline.make_plan(found, OPTIONS)
    assert sharer(made.results.plan)
    return made


def sharer(plan: PlanFile) -> tuple[int, int]:
    """Position of a hub, and in it of a service, that uses rooms of another."""
    return next((h, s) for h, hub in enumerate(plan.hubs) for s, one in enumerate(hub.services) if one.uses_rooms_of)


def changed(plan: PlanFile, **fields: Any) -> PlanFile:
    h, s = sharer(plan)
    services = list(plan.hubs[h].services)
    services[s] = dataclasses.replace(services[s], **fields)
    hubs = list(plan.hubs)
    hubs[h] = dataclasses.replace(hubs[h], services=tuple(services))
    return dataclasses.replace(plan, hubs=tuple(hubs))


def codes(made: pipeline.PlanMade, plan: PlanFile) -> set[str]:
    results = made.results
    return {one.code for one in check_plan(results.city, plan, results.need, results.served).violations}


def test_a_plan_that_shares_rooms_holds_with_its_files(folder: Path, made: pipeline.PlanMade, tmp_path: Path) -> None:
    plan = made.results.plan
    assert not codes(made, plan)
    assert plan.bound.bound_engine == pytest.approx(plan.bound.bound_checker, rel=1e-6)
    assert plan.settings["share_rooms"] == "on"
    hub = plan.hubs[sharer(plan)[0]]
    share = 0.15 if hub.kind == "complex" else 0.05
    profile = made.results.profile
    share = profile.common_share_complex if hub.kind == "complex" else profile.common_share_dispersed
    assert hub.area_m2 == pytest.approx((1 + share) * sum(one.area_m2 - one.saved_m2 for one in hub.services))
    pipeline.write_results(made, tmp_path / "plan", "en")
    assert verify_folders(folder, tmp_path / "plan").ok
    assert read_plan(tmp_path / "plan") == plan
    told = (tmp_path / "plan" / "report.html").read_text(encoding="utf-8")
    assert "uses rooms of" in told


def test_the_hubs_of_a_plan_file_are_those_of_the_engine(found: pipeline.Diagnosis, made: pipeline.PlanMade) -> None:
    plan = made.results.plan
    grades = grades_of_hubs(found.profile, found.city.spaces["id"].tolist(), plan.hubs)
    assert (grades > 5).sum() == sum(bool(one.uses_rooms_of) for hub in plan.hubs for one in hub.services)
    for space in range(len(grades)):
        assert not broken_hub_rules(found.problem, space, grades[space])


def test_both_bounds_agree_at_any_prices(found: pipeline.Diagnosis, made: pipeline.PlanMade) -> None:
    random, plan = np.random.default_rng(0), made.results.plan
    problem = dataclasses.replace(found.problem, budget_money=plan.budget_money)
    for _ in range(6):
        need = random.uniform(0, 1.2, problem.n_cells)
        money = float(random.random() * 1e-5)
        prices = need.reshape(problem.n_services, -1)
        table = {one.id: tuple(row.tolist()) for one, row in zip(found.profile.services, prices, strict=True)}
        other = dataclasses.replace(
            plan, proof=None, multipliers=dataclasses.replace(plan.multipliers, need=table, budget=money)
        )
        verdict = check_plan(made.results.city, other, made.results.need, made.results.served)
        engine = priced_bound(problem, need, money)
        assert verdict.bound_checker == pytest.approx(engine, rel=1e-9)
        assert engine >= plan.bound.objective - 1e-9


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "more saved": ("sharing-differs", {"saved_m2": 9}),
    "less saved": ("sharing-differs", {"saved_m2": 1}),
    "floor taken twice": ("sharing-differs", {"saved_m2": -5}),
    "lender not there": ("sharing-differs", {"uses_rooms_of": "sport"}),
    "lender that does not lend": ("sharing-differs", {"uses_rooms_of": "play"}),
    "other periods": ("sharing-differs", {"in_periods": ("evening",)}),
    "lends to itself": ("sharing-twice", {"uses_rooms_of": "meals"}),
    "sharing kept quiet": ("capital-part-differs", {"uses_rooms_of": "", "in_periods": (), "saved_m2": 0}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_planted_is_caught(made: pipeline.PlanMade, fault: str) -> None:
    code, fields = FAULTS[fault]
    assert code in codes(made, changed(made.results.plan, **fields))


def test_a_lender_lends_once(made: pipeline.PlanMade) -> None:
    plan = made.results.plan
    h, s = sharer(plan)
    lent = plan.hubs[h].services[s]
    services = tuple(
        dataclasses.replace(one, uses_rooms_of=lent.uses_rooms_of, in_periods=lent.in_periods, saved_m2=1)
        if one.service not in (lent.service, lent.uses_rooms_of)
        else one
        for one in plan.hubs[h].services
    )
    hubs = list(plan.hubs)
    hubs[h] = dataclasses.replace(hubs[h], services=services)
    assert "sharing-twice" in codes(made, dataclasses.replace(plan, hubs=tuple(hubs)))


def test_rooms_are_not_shared_where_the_city_does_not_want_it(folder: Path, made: pipeline.PlanMade) -> None:
    plan = made.results.plan
    settings_off = {**plan.settings, "share_rooms": "off"}
    assert "sharing-differs" in codes(made, dataclasses.replace(plan, settings=settings_off))
    off = pipeline.diagnose(*pipeline.read_inputs(folder, settings={**SETTINGS, "share_rooms": "off"}))
    alone = pipeline.make_plan(off, OPTIONS).results.plan
    assert not any(one.uses_rooms_of for hub in alone.hubs for one in hub.services)
    assert alone.bound.objective < plan.bound.objective


def test_a_later_phase_takes_no_rooms_away(made: pipeline.PlanMade) -> None:
    row = PhaseKept("one", "", 1, 1, 1.0, 1.0, 0.0, 1.0, 0.0, {})
    shares = dataclasses.replace(made.results.plan, phase=1, phases=(row,))
    alone = changed(shares, uses_rooms_of="", in_periods=(), saved_m2=0)
    assert not list(check_floor_made(shares, shares))
    assert not list(check_floor_made(shares, alone))
    assert [one.code for one in check_floor_made(alone, shares)] == ["phase-closes"]


def test_a_plan_written_and_read_says_the_same(made: pipeline.PlanMade, tmp_path: Path) -> None:
    write_plan(made.results.plan, tmp_path)
    assert read_plan(tmp_path) == made.results.plan
