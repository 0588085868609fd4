"""Need, supply, fall with the walk and money, each figure worked out by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import paper_plan as paper
import pytest

from doorstep.errors import DoorstepError
from doorstep.standards import Grade, Profile
from doorstep.verify.allowed import area_for_floor_m2, pair_free_sets, room_m2
from doorstep.verify.money import grade_money, open_money
from doorstep.verify.need import derive_need, derive_supply, fall_with_walk

NAN = float("nan")


def test_need_on_paper() -> None:
    need = derive_need(paper.city(), paper.profile())
    np.testing.assert_allclose(need.in_need, [[20, 4], [10, 2]])
    np.testing.assert_allclose(need.homebound, [[4, 0], [2, 0]])
    np.testing.assert_allclose(need.walkers, [[16, 4], [8, 2]])
    np.testing.assert_allclose(need.weight, [[3, 1], [3, 1]])


def test_weight_is_the_mean_over_walkers_and_plain_without_them() -> None:
    meals, _ = paper.profile().services
    # 4 in need aged 15-34 (weight 1) and 20 · 0.8 = 16 walkers of 80+ (weight 2): 36 / 20; times 1.5.
    mixed = dataclasses.replace(meals, need_rate=(0, 0, 0, 0.5, 0, 0, 0, 0.5))
    nobody = dataclasses.replace(meals, id="sport", need_rate=(0.5, 0, 0, 0, 0, 0, 0, 0))
    need = derive_need(paper.city(), paper.profile(services=(mixed, nobody)))
    np.testing.assert_allclose(need.weight[0], [1.5 * 36 / 20, 1.5])


@pytest.mark.parametrize(
    ("price", "unit", "changes", "factor"),
    [
        (7.0, "visit", {}, 1.0),
        (14.0, "visit", {}, 0.5),
        (NAN, "visit", {}, 1.0),
        (0.0, "visit", {}, 1.5),
        (0.0, "visit", {"price_ref": 0.0}, 1.0),
        (70.0, "visit", {}, 0.3),
        (1.0, "visit", {}, 1.5),
        (14.0, "month", {}, 1.0),
        (14.0, "", {}, 1.0),
        (14.0, "session", {"price_unit": "day"}, 0.5),
        # 300 days a year are 25 a month.
        (10.0, "day", {"price_unit": "month", "price_ref": 200.0}, 0.8),
        (250.0, "month", {"price_unit": "session", "price_ref": 8.0}, 0.8),
    ],
)
def test_price_changes_take_up(price: float, unit: str, changes: dict[str, Any], factor: float) -> None:
    meals, sport = paper.profile().services
    meals = dataclasses.replace(meals, **{"price_unit": "visit", **changes})
    city = paper.city(facility={"price": price, "price_unit": unit})
    supply = derive_supply(city, paper.profile(services=(meals, sport)))
    assert supply.take_up[0] == pytest.approx(0.5 * factor)


@pytest.mark.parametrize(
    ("service", "capacity", "unit", "expected"),
    [
        ("sport", 10.0, "visit_week", 10),
        ("sport", 10.0, "visit_day", 50),
        ("sport", 10.0, "persons_at_once", 100),  # ÷ 0.5 × 5 days
        ("after_school", 10.0, "persons_at_once", 10),
        ("sport", NAN, "", 33),
        ("after_school", NAN, "", 0),
    ],
)
def test_capacity_in_the_unit_of_the_service(service: str, capacity: float, unit: str, expected: float) -> None:
    profile = paper.profile(
        services=(paper.service("sport"), paper.service("after_school")),
        parameters={("existing_capacity:leisure=pitch", "sport", "all"): paper.figure(33)},
    )
    facility = {"service": service, "capacity": capacity, "capacity_unit": unit, "kind": "leisure=pitch"}
    assert derive_supply(paper.city(facility=facility), profile).capacity.tolist() == pytest.approx([expected])


def test_fall_with_the_walk() -> None:
    g = fall_with_walk([0, 200_000, 200_001, 300_000, 400_000, 401_000], 400_000, paper.profile())
    np.testing.assert_allclose(g, [1, 1, 1 - 0.5 / 200_000, 0.75, 0.5, 0.5])


def opening(profile: Profile, currency: str, channel: str = "convert", closing_cost: float = 0.0) -> int:
    return open_money({"channel": channel, "closing_cost": closing_cost}, profile, currency)


def money(profile: Profile, **space: Any) -> tuple[int, int]:
    row = {"channel": "convert", "capital_cost_per_m2": NAN, **space}
    return grade_money(row, "meals", Grade(1, 40, 3, 1, 10, False), profile, "GBP")


def test_money_by_hand() -> None:
    profile = paper.profile()
    assert opening(profile, "GBP") == 120_000
    assert money(profile) == (40 * 105 * 120 + 3000, 40 * 115 * 120 + 3000)
    assert money(profile, capital_cost_per_m2=50.0) == (40 * 105 * 60 + 3000, 40 * 115 * 60 + 3000)
    assert money(profile, channel="rent") == (3000, 3000)
    costs = {
        **profile.costs,
        ("any", "outdoor_works_per_m2"): paper.figure(7),
        ("newbuild", "structure_per_m2"): paper.figure(1000),
        ("newbuild", "structure_strengthening_per_m2"): paper.figure(1),
    }
    # Grounds 10 m² · 7 · 1.2 = 84.00; the structure of a new building where the developer does not bear it.
    assert money(dataclasses.replace(profile, costs=costs))[0] == 40 * 105 * 120 + 3000 + 8400
    assert (
        money(dataclasses.replace(profile, costs=costs, developer_bears_structure=True), channel="newbuild")[0]
        == 5040 + 3000 + 8400
    )
    abroad = dataclasses.replace(profile, costs=costs, id="generic-gb")
    assert money(abroad, channel="newbuild")[0] == 1001 * 5040 + 3000 + 8400


def test_money_is_rounded_half_up_once() -> None:
    profile = paper.profile(costs={("any", "ramp_and_entrance"): paper.figure(0.125)})
    assert opening(profile, "GBP", "rent") == 13  # 12.5 pence
    assert money(profile, capital_cost_per_m2=0.0025) == (11, 12)  # 10.5 and 11.5 pence


def test_closing_costs_are_the_citys_money_and_rounded_by_themselves() -> None:
    profile = paper.profile(costs={("any", "ramp_and_entrance"): paper.figure(0.124)}, settings={"rate.EUR": "2"})
    # 12.4 and 0.4 pence: 12 and 0, not 12.8; the rate is that of the profile's prices alone.
    assert opening(profile, "GBP", closing_cost=0.004) == 12
    assert opening(profile, "GBP", closing_cost=300.005) == 12 + 30_001
    assert opening(profile, "EUR", closing_cost=300.005) == 25 + 30_001


def test_other_currency_needs_a_stated_rate() -> None:
    with pytest.raises(DoorstepError, match="currency-differs"):
        opening(paper.profile(), "EUR")
    profile = paper.profile(settings={"rate.EUR": "1.2", "rate.JPY": "200"})
    assert opening(profile, "EUR") == 144_000
    assert opening(profile, "JPY") == 240_000


def test_floor_in_whole_square_metres() -> None:
    assert room_m2(105.0, 0.05) == 100
    assert room_m2(104.9, 0.05) == 99
    assert area_for_floor_m2(600, 0.15) == 522
    assert area_for_floor_m2(105, 0.05) == 100


def test_sets_without_a_forbidden_pair() -> None:
    services = tuple(paper.service(name) for name in ("a", "b", "c", "d"))
    profile = paper.profile(services=services, forbidden_pairs=frozenset((("a", "b"), ("b", "c"), ("c", "x"))))
    assert set(pair_free_sets(profile)) == {frozenset("acd"), frozenset("bd")}
    off = dataclasses.replace(profile, limits_on=frozenset())
    assert pair_free_sets(off) == [frozenset("abcd")]
