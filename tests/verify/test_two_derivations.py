"""Checker and engine share no code; on the toy city they must all the same find the same figures."""

from __future__ import annotations

import ast
import dataclasses
import math
from pathlib import Path

import numpy as np
import pandas as pd
import paper_plan as paper
import pytest
from cities import write_toy_city
from hypothesis import given, settings
from hypothesis import strategies as st

import doorstep.verify
from doorstep.assess import AreaFacts, HubFacts, check_city, check_hub
from doorstep.city import CHANNELS, City, Override, read_city
from doorstep.costs import capital
from doorstep.operate.accounts import HubUse, ServiceUse, hub_accounts
from doorstep.plan_file import HubService
from doorstep.residents import demand, supply
from doorstep.standards import Profile, load_profile
from doorstep.verify.accounts import check_accounts, derive_year
from doorstep.verify.facts import Facts, derive_facts
from doorstep.verify.findings import check_findings
from doorstep.verify.money import grade_money, open_money
from doorstep.walk import build_network, connect, walk_pairs
from doorstep.walk.walker import planner

ALLOWED = {"doorstep.city", "doorstep.standards", "doorstep.plan_file", "doorstep.errors", "doorstep.verify"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return read_city(write_toy_city(tmp_path_factory.mktemp("toy")))


@pytest.fixture(scope="module")
def profile(city: City) -> Profile:
    return load_profile(city.profile)


@pytest.fixture(scope="module")
def facts(city: City, profile: Profile) -> Facts:
    return derive_facts(city, profile)


def test_nothing_of_the_engine_is_imported() -> None:
    for file in sorted(Path(str(doorstep.verify.__file__)).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                if name.startswith("doorstep"):
                    assert ".".join(name.split(".")[:2]) in ALLOWED, (file.name, name)


def test_same_need_and_supply(city: City, profile: Profile, facts: Facts) -> None:
    theirs, offer = demand(city, profile), supply(city, profile)
    for name in ("in_need", "homebound", "walkers", "weight"):
        np.testing.assert_allclose(getattr(facts.need, name), getattr(theirs, name), rtol=1e-12)
    np.testing.assert_array_equal(facts.supply.service, offer.service)
    np.testing.assert_allclose(facts.supply.capacity, offer.capacity, rtol=1e-12)
    np.testing.assert_allclose(facts.supply.take_up, offer.take_up, rtol=1e-12)


def test_same_walks(city: City, profile: Profile, facts: Facts) -> None:
    network = build_network(city.streets, planner(profile))

    def joined(table):  # type: ignore[no-untyped-def]
        return connect(
            network, table.geometry.x.to_numpy(), table.geometry.y.to_numpy(), snap_limit_mm=profile.snap_limit_mm
        )

    limit_mm = np.full(len(city.spaces), facts.limit.max())
    pairs = walk_pairs(network, joined(city.residences), joined(city.spaces), limit_mm=limit_mm)
    theirs = {
        (place, int(pairs.home[at])): (int(pairs.walk_mm[at]), int(pairs.moving_ms[at] + pairs.wait_ms[at]))
        for place in range(len(city.spaces))
        for at in range(pairs.first_of_place[place], pairs.first_of_place[place + 1])
    }
    walks = facts.space_walks
    place = np.repeat(np.arange(len(city.spaces)), np.diff(walks.first))
    ours = {
        (int(place[at]), int(walks.home[at])): (int(walks.walk_mm[at]), int(walks.walk_ms[at]))
        for at in np.flatnonzero(walks.walk_mm <= facts.limit.max())
    }
    assert ours == theirs
    assert len(ours) > 20


@pytest.mark.parametrize("name", ["generic-gb", "cn-2023"])
@pytest.mark.parametrize("own_rate", [True, False])
def test_same_money(city: City, name: str, own_rate: bool) -> None:
    profile = load_profile(name, settings={"rate.GBP": "0.11"} if name == "cn-2023" else {})
    spaces = city.spaces if own_rate else city.spaces.assign(capital_cost_per_m2=np.nan)
    theirs = capital(spaces, profile, currency="GBP")
    for j, space in enumerate(spaces.to_dict("records")):
        assert open_money(space, profile, "GBP") == theirs.open_money[j]
        for s, service in enumerate(profile.services):
            for grade in service.grades:
                ours = grade_money(space, service.id, grade, profile, "GBP")
                assert ours == tuple(theirs.grade_money[j, s, grade.number - 1])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_same_accounts(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["generic-gb", "cn-2023"]))
    profile = load_profile(name, settings={"rate.GBP": "0.11"} if name == "cn-2023" else {})
    known = data.draw(st.sets(st.sampled_from(profile.services), min_size=1))
    uses, services = [], []
    elder_share = data.draw(st.floats(0, 1))
    for service in sorted(known, key=lambda one: one.id):
        grade = data.draw(st.sampled_from(service.grades))
        units = data.draw(st.floats(0, 0.9)) * grade.capacity
        users = units / service.units_per_user
        share = elder_share if service.id == "meals" and units > 0 else 0.0
        uses.append(ServiceUse(service.id, grade.number, grade.capacity, users, units, share))
        unit = service.capacity_unit
        services.append(HubService(service.id, grade.number, grade.area_m2, grade.capacity, unit, 0, users, units, 0))
    is_complex = len(known) >= profile.complex_min_functions
    share = profile.common_share_complex if is_complex else profile.common_share_dispersed
    space = {
        "channel": data.draw(st.sampled_from(CHANNELS)),
        "rent_per_m2_year": data.draw(st.sampled_from([math.nan, 0.0, 123.4])),
        "capital_cost_per_m2": data.draw(st.sampled_from([math.nan, 987.6])),
    }
    rent, works = (
        None if math.isnan(one) else one for one in (space["rent_per_m2_year"], space["capital_cost_per_m2"])
    )
    use = HubUse(
        "complex" if is_complex else "dispersed",
        space["channel"],
        sum(one.area_m2 for one in services) * (1 + share),
        tuple(uses),
        rent,
        works,
    )
    hub = dataclasses.replace(paper.hub(), services=tuple(services))
    for account in hub_accounts(use, profile, currency="GBP"):
        meals_share = next((one.elder_share for one in uses if one.service == "meals"), 0.0)
        year = derive_year(hub, space, profile, "GBP", account.case, meals_share)
        assert (year.users, year.units, year.jobs) == pytest.approx((account.users, account.units, account.jobs))
        assert year.lines_money.keys() == account.lines_money.keys()
        assert year.lines_money == pytest.approx(account.lines_money, abs=1)
        checked = dataclasses.replace(hub, accounts=(account,))
        assert list(check_accounts(checked, space, profile, "GBP", meals_share)) == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_same_findings(data: st.DataObject) -> None:
    rules = [rule for rule in load_profile("cn-2023").rules if rule.of or not rule.unchecked]
    laid = {
        f"raise.{rule.id}": "hard" for rule in data.draw(st.lists(st.sampled_from(rules), max_size=40))
    } | data.draw(st.sampled_from([{}, {"waive.cn2023-ar-01": "yes"}, {"waive.cn2023-fn-11.K1": "yes"}]))
    laid |= data.draw(st.sampled_from([{}, {"rule.cn2023-ar-01": "650"}, {"rule.cn2023-rt-01": "20"}]))
    overrides = [Override(key, value, "City notice 12", "2025-03-01", "so decided") for key, value in laid.items()]
    profile = load_profile("cn-2023", overrides=overrides)
    known = data.draw(st.sets(st.sampled_from(profile.services), min_size=1))
    grades = {one.id: data.draw(st.sampled_from(one.grades)) for one in sorted(known, key=lambda one: one.id)}
    space = {
        "id": "K1",
        "channel": data.draw(st.sampled_from(CHANNELS)),
        "storey": data.draw(st.sampled_from([math.nan, -1.0, 1.0, 2.0, 3.0, 9.0])),
        "lift": data.draw(st.sampled_from(["yes", "no", "unknown"])),
        "outdoor_m2": data.draw(st.sampled_from([math.nan, 0.0, 60.0, 500.0])),
        "limits": frozenset(data.draw(st.sets(st.sampled_from(["no_open_kitchen", "no_elderly_or_children"])))),
        "replaces": frozenset(),
    }
    kind = "complex" if len(grades) >= profile.complex_min_functions else "dispersed"
    area_m2 = data.draw(st.sampled_from([100.0, 599.0, 600.0, 850.0]))
    facts = HubFacts(
        "K1",
        kind,
        space["channel"],
        area_m2,
        {one: grade.number for one, grade in grades.items()},
        None if math.isnan(space["storey"]) else space["storey"],
        space["lift"],
        None if math.isnan(space["outdoor_m2"]) else space["outdoor_m2"],
        space["limits"],
    )
    services = tuple(HubService(one, grade.number, 0, 0, "", 0, 0, 0, 0) for one, grade in grades.items())
    hub = dataclasses.replace(paper.hub(), area_m2=area_m2, services=services, findings=check_hub(facts, profile))
    spaces = pd.DataFrame([space])
    plan = paper.plan(hubs=(hub,), findings=check_city(AreaFacts("city", None, 0.0, 0, 0.0), profile))
    assert list(check_findings(dataclasses.replace(paper.city(), spaces=spaces), profile, plan)) == []
