"""Why a space is used or not, and what keeps services out of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from problems import paper_problem
from tests.cities import write_toy_city

from doorstep.city import City, read_city
from doorstep.layout import SolveParams, explain_space, priced_bound, prices_for, solve, why_barred
from doorstep.standards import load_profile


@pytest.fixture
def toy(tmp_path) -> City:
    write_toy_city(tmp_path / "toy")
    return read_city(tmp_path / "toy")


def with_space(city: City, **changes: object) -> City:
    spaces = city.spaces.copy()
    for name, value in changes.items():
        spaces.at[spaces.index[0], name] = value
    return dataclasses.replace(city, spaces=spaces)


def test_used_space_is_told_what_it_adds_and_the_other_what_it_lacks():
    problem = paper_problem(100)
    layout = solve(problem, SolveParams())
    prices = layout.prices
    used, shut = (explain_space(problem, layout.grades, prices.need, prices.money, space) for space in (1, 0))
    assert used.is_open
    assert used.added_worth == pytest.approx(18.0)  # C 10 and B 8; the facility's 2.5 stay
    assert not shut.is_open
    assert shut.added_worth == 0.0
    assert shut.reachable_people == (20.0,)
    assert shut.best_grades.tolist() == [1]
    assert shut.best_money == 60


def test_city_that_says_never_bars_everything(toy):
    barred = why_barred(with_space(toy, decision="never"), load_profile("generic-gb"), 0)
    assert set(barred) == {service.id for service in load_profile("generic-gb").services}
    assert set(barred.values()) == {frozenset({"barred"})}


def test_basement_bars_care_by_its_storey_and_a_switched_off_limit_does_not(toy):
    cellar = with_space(toy, storey=-1.0, area_m2=400.0)
    assert "storey" in why_barred(cellar, load_profile("generic-gb"), 0)["elderly_care"]
    free = why_barred(cellar, load_profile("generic-gb", settings={"limits.storey": "off"}), 0)
    assert "elderly_care" not in free


def test_small_room_bars_by_its_floor_what_does_not_fit(toy):
    barred = why_barred(with_space(toy, area_m2=30.0, outdoor_m2=0.0), load_profile("generic-gb"), 0)
    assert barred["elderly_care"] == {"floor"}
    assert "domestic" not in barred


def test_playground_needs_a_ground_that_is_known(toy):
    unknown = with_space(toy, area_m2=30.0, outdoor_m2=float("nan"))
    assert "outdoor" in why_barred(unknown, load_profile("generic-gb"), 0)["play"]
    assert "play" not in why_barred(with_space(toy, area_m2=30.0, outdoor_m2=500.0), load_profile("generic-gb"), 0)


def test_without_money_the_bound_says_that_nothing_can_be_better():
    problem = paper_problem(0)
    prices = prices_for(problem, rounds=200, workers=1)
    assert prices.bound == pytest.approx(2.5, rel=1e-3)  # the facility alone
    assert priced_bound(problem, np.zeros(3), 0.0, workers=1) > 30
