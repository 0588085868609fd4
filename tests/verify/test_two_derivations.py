"""Checker and engine share no code; on the toy city they must all the same find the same figures."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from cities import write_toy_city

import doorstep.verify
from doorstep.city import City, read_city
from doorstep.costs import capital
from doorstep.residents import demand, supply
from doorstep.standards import Profile, load_profile
from doorstep.verify.facts import Facts, derive_facts
from doorstep.verify.money import grade_money, open_money
from doorstep.walk import build_network, connect, walk_pairs

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
    network = build_network(city.streets, step_penalty=profile.step_penalty, crossing_wait_ms=profile.crossing_wait_ms)

    def joined(table):  # type: ignore[no-untyped-def]
        return connect(
            network, table.geometry.x.to_numpy(), table.geometry.y.to_numpy(), snap_limit_mm=profile.snap_limit_mm
        )

    limit_mm = np.full(len(city.spaces), facts.limit_mm.max())
    pairs = walk_pairs(network, joined(city.residences), joined(city.spaces), limit_mm=limit_mm)
    theirs = {
        (place, int(pairs.home[at])): (int(pairs.walk_mm[at]), int(pairs.moving_ms[at] + pairs.wait_ms[at]))
        for place in range(len(city.spaces))
        for at in range(pairs.first_of_place[place], pairs.first_of_place[place + 1])
    }
    ours = {}
    for place in range(len(city.spaces)):
        for home, mm, ms in zip(*facts.space_walks.of(place), strict=True):
            if mm <= facts.limit_mm.max():
                ours[place, int(home)] = (int(mm), int(ms))
    assert ours == theirs
    assert len(ours) > 20


@pytest.mark.parametrize("name", ["generic-gb", "cn-2023"])
@pytest.mark.parametrize("own_rate", [True, False])
def test_same_money(city: City, name: str, own_rate: bool) -> None:
    profile = load_profile(name, settings={"rate.GBP": "0.11"} if name == "cn-2023" else {})
    spaces = city.spaces if own_rate else city.spaces.assign(capital_cost_per_m2=np.nan)
    theirs = capital(spaces, profile, currency="GBP")
    for j, space in enumerate(spaces.to_dict("records")):
        assert open_money(profile, "GBP", space["channel"]) == theirs.open_money[j]
        for s, service in enumerate(profile.services):
            for grade in service.grades:
                ours = grade_money(space, service.id, grade, profile, "GBP")
                assert ours == tuple(theirs.grade_money[j, s, grade.number - 1])
