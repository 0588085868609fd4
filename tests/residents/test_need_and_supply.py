"""Need by hand, and what existing places offer in the units of the profile."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cities import write_toy_city

from doorstep.city import AGE_BANDS, PEOPLE_COLUMNS, City, read_city
from doorstep.residents import demand, price_factor, supply
from doorstep.standards import Profile, load_profile

MEALS, SPORT = 3, 6


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("generic-gb")


@pytest.fixture
def toy(tmp_path) -> City:
    write_toy_city(tmp_path / "toy")
    return read_city(tmp_path / "toy")


def with_people(city: City, **people: float) -> City:
    residences = city.residences.copy()
    residences[list(PEOPLE_COLUMNS)] = 0.0
    for band, persons in people.items():
        residences[band] = persons
    return dataclasses.replace(city, residences=residences)


def test_need_of_the_old_old_is_people_times_rate(toy, profile):
    found = demand(with_people(toy, p_80p=100.0), profile)
    rate = profile.services[MEALS].need_rate[AGE_BANDS.index("80+")]
    assert rate > 0
    np.testing.assert_allclose(found.in_need[:, MEALS], 100 * rate)
    np.testing.assert_allclose(found.homebound[:, MEALS], 100 * rate * profile.homebound_share[-1])
    np.testing.assert_allclose(found.weight[:, MEALS], profile.services[MEALS].weight * profile.weight_age[-1])
    np.testing.assert_allclose(found.elder_share[:, MEALS], 1.0)


def test_weight_is_the_mean_over_those_in_need_not_over_all(toy, profile):
    found = demand(with_people(toy, p_0_2=50.0, p_80p=10.0), profile)
    able = {0: 50.0, 7: 10.0 * (1 - profile.homebound_share[7])}
    rates = profile.services[MEALS].need_rate
    by_hand = sum(n * rates[b] * profile.weight_age[b] for b, n in able.items()) / sum(
        n * rates[b] for b, n in able.items()
    )
    np.testing.assert_allclose(found.weight[:, MEALS], profile.services[MEALS].weight * by_hand)


def test_nobody_in_need_keeps_the_weight_of_the_service(toy, profile):
    found = demand(with_people(toy), profile)
    assert found.in_need.sum() == 0
    np.testing.assert_allclose(
        found.weight, np.tile([one.weight for one in profile.services], (len(toy.residences), 1))
    )


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e4), min_size=8, max_size=8))
def test_walkers_and_homebound_add_up_to_those_in_need(people):
    profile = load_profile("cn-2023")
    frame = pd.DataFrame([people], columns=list(PEOPLE_COLUMNS))
    city = type("OnlyPeople", (), {"residences": frame})()
    found = demand(city, profile)
    np.testing.assert_allclose(found.walkers + found.homebound, found.in_need, atol=1e-9)
    assert (found.walkers >= 0).all()


def facility(city: City, **changes: object) -> City:
    row = city.facilities.iloc[[0]].copy()
    for name, value in changes.items():
        row[name] = value
    return dataclasses.replace(city, facilities=row)


def test_visits_a_day_are_put_into_weeks(toy, profile):
    city = facility(toy, service="health", capacity=30.0, capacity_unit="visit_day", open_days_week=5.0)
    assert supply(city, profile).capacity.tolist() == [150.0]


def test_persons_at_once_are_put_into_visits_by_the_busiest_share(toy, profile):
    city = facility(toy, service="sport", capacity=18.0, capacity_unit="persons_at_once", open_days_week=6.0)
    assert supply(city, profile).capacity[0] == pytest.approx(18 / profile.services[SPORT].peak_share * 6)


def test_persons_at_once_are_places_in_after_school_care(toy, profile):
    city = facility(toy, service="after_school", capacity=18.0, capacity_unit="persons_at_once")
    assert supply(city, profile).capacity.tolist() == [18.0]


def test_unknown_capacity_takes_the_default_of_its_kind_with_its_range(toy, profile):
    city = facility(toy, service="culture", kind="amenity=library", capacity=math.nan, capacity_unit="")
    found = supply(city, profile)
    default = profile.parameters["existing_capacity:amenity=library", "culture", "all"]
    assert (found.capacity_low[0], found.capacity[0], found.capacity_high[0]) == (
        default.low,
        default.mid,
        default.high,
    )
    assert found.basis == ("assumed",)


def test_unknown_capacity_of_an_unknown_kind_offers_nothing_and_says_so(toy, profile):
    found = supply(facility(toy, service="culture", kind="", capacity=math.nan, capacity_unit=""), profile)
    assert found.capacity.tolist() == [0.0]
    assert found.basis == ("unknown",)


def test_price_factor_is_a_power_held_between_its_ends():
    service = load_profile("cn-2023").service("meals")
    assert price_factor(service.price_ref, "meal", service) == 1.0
    assert price_factor(2 * service.price_ref, "meal", service) == pytest.approx(2**-service.price_elasticity)
    assert price_factor(100 * service.price_ref, "meal", service) == 0.3
    assert price_factor(0.0, "meal", service) == 1.5
    assert price_factor(math.nan, "meal", service) == 1.0
    assert price_factor(5.0, "visit", service) == 1.0


def test_price_of_a_day_is_compared_with_a_price_of_a_month():
    service = load_profile("cn-2023").service("elderly_care")
    assert service.price_unit == "month"
    a_day = service.price_ref / (service.open_days_year / 12)
    assert price_factor(a_day, "day", service) == pytest.approx(1.0)
