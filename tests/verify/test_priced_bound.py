"""The bound: never below the best plan, and each of its parts against a slow, obvious twin."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import paper_plan as paper
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from doorstep.verify.allowed import pair_free_sets, room_m2
from doorstep.verify.bound import Offers, best_hub, place_worth, priced_bound, priced_places
from doorstep.verify.facts import Facts, derive_facts
from doorstep.verify.need import fall_with_walk
from doorstep.verify.places import people_of, places_of

FACTS = derive_facts(paper.city(), paper.profile())
HUBS = [(), ((0, 0),), ((0, 1),), ((1, 0),), ((0, 0), (1, 0))]  # (service, grade); the others are too large for K1


def bound(price_of_need: Any, price_of_money: float, budget: int | None, facts: Facts = FACTS, **changes: Any) -> float:
    places = places_of(
        profile=facts.profile,
        need=facts.need,
        supply=facts.supply,
        facility_ids=facts.facilities,
        facility_walks=facts.facility_walks,
        space_walks=facts.space_walks,
        spaces=facts.spaces,
        currency="GBP",
        **changes,
    )
    without_spaces, spaces = priced_places(
        places,
        price_of_need=np.array([price_of_need], dtype=np.float64),
        price_of_money=np.array([price_of_money]),
        budget_money=budget,
    )
    return float(priced_bound(facts.profile, without_spaces, spaces)[0])


def best_plan(budget: int | None) -> float:
    """Try every hub of the toy, each with its exact transport as a linear programme."""
    cost = {(): 0, ((0, 0),): 627_000, ((0, 1),): 1_136_000, ((1, 0),): 876_000, ((0, 0), (1, 0)): 1_383_000}
    best = 0.0
    for hub in HUBS:
        if budget is not None and cost[hub] > budget:
            continue
        places = [(0, 4.0, 0.25, FACTS.facility_walks.of(0))]
        places += [
            (s, float(FACTS.profile.services[s].grades[m].capacity), 0.5, FACTS.space_walks.of(0)) for s, m in hub
        ]
        value, demand, room = [], [], []
        for number, (s, _, take_up, (homes, walk_mm)) in enumerate(places):
            for home, walk in zip(homes, walk_mm, strict=True):
                g = float(fall_with_walk([walk], 400_000, FACTS.profile)[0])
                value.append(FACTS.need.weight[home, s] * take_up * g)
                demand.append((home, s))
                room.append((number, FACTS.profile.services[s].units_per_user * take_up * g))
        cells = sorted(set(demand))
        rows = [[float(one == cell) for one in demand] for cell in cells]
        rows += [[q if at == number else 0.0 for at, q in room] for number in range(len(places))]
        limits = [FACTS.need.walkers[cell] for cell in cells] + [0.9 * capacity for _, capacity, _, _ in places]
        best = max(best, -linprog(-np.array(value), A_ub=rows, b_ub=limits).fun)
    return best


def test_optimum_on_paper() -> None:
    assert best_plan(None) == pytest.approx(paper.OPTIMUM)
    assert best_plan(1_136_000) == pytest.approx(paper.OPTIMUM)
    assert best_plan(1_135_999) < paper.OPTIMUM - 1


@pytest.mark.parametrize("budget", [None, paper.BUDGET, 1_135_999, 600_000])
@settings(max_examples=60, deadline=None)
@given(
    price_of_need=st.lists(st.floats(0, 4), min_size=4, max_size=4),
    price_of_money=st.sampled_from([0.0, 1e-7, 1e-6, 1e-5, 1e-4]),
)
def test_any_multipliers_bound_the_optimum(
    budget: int | None, price_of_need: list[float], price_of_money: float
) -> None:
    found = bound(np.reshape(price_of_need, (2, 2)), price_of_money, budget)
    assert found >= best_plan_of(budget) - 1e-9


_BEST: dict[int | None, float] = {}


def best_plan_of(budget: int | None) -> float:
    return _BEST.setdefault(budget, best_plan(budget))


def test_good_prices_meet_the_optimum() -> None:
    # λ = what F1 gives per person, 0.75 for R1 and 0.43125 for R2, so that F1 adds nothing: 16 · 0.75 + 8 · 0.43125.
    # K1: R2 first (8 · (1.40625 - 0.43125)), then R1 with 3.45 meals at (1.5 - 0.75) / 0.5. No gap is left.
    found = bound([[0.75, 0.0], [0.43125, 0.0]], 0.0, None)
    assert found == pytest.approx(12 + 3.45 + 7.8 + 5.175)
    assert found == pytest.approx(paper.OPTIMUM)


def test_bound_is_worked_out_on_paper() -> None:
    assert bound(np.zeros((2, 2)), 0.0, None) == pytest.approx(32.4)
    # 1e-6 a penny: the money is worth 1.4; K1 with meals grade 2 pays 1.136, so 10.8 + 1.4 + 21.6 - 1.136.
    assert bound(np.zeros((2, 2)), 1e-6, paper.BUDGET) == pytest.approx(10.8 + 1.4 + 21.6 - 1.136)


def test_forced_space_pays_even_at_a_loss_unless_it_may_stay_shut() -> None:
    facts = derive_facts(paper.city(space={"decision": "must"}), paper.profile())
    # At 1e-4 a penny any hub loses; the least loss is meals grade 1: 8.1 - 62.7. The budget of 0 is worth nothing.
    forced = bound(np.zeros((2, 2)), 1e-4, 0, facts)
    assert forced == pytest.approx(10.8 + 8.1 - 62.7)
    assert bound(np.zeros((2, 2)), 1e-4, 0, facts, may_stay_shut=frozenset(("K1",))) == pytest.approx(10.8)
    assert bound(np.zeros((2, 2)), 1e-4, 0) == pytest.approx(10.8)


def test_walk_just_beyond_the_limit_counts_as_reached() -> None:
    def with_limit(limit_mm: int) -> float:
        meals, sport = paper.profile().services
        profile = paper.profile(services=(meals, dataclasses.replace(sport, walk_limit_mm=limit_mm, weight=50.0)))
        return bound(np.zeros((2, 2)), 0.0, None, derive_facts(paper.city(), profile))

    # R2's walk to K1 is 225,000 mm; at the limit g is a half: 2 persons · 0.5 · 0.5 · 50 = 25.
    assert with_limit(224_000) - with_limit(223_999) > 24


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_best_hub_agrees_with_trying_every_set(data: st.DataObject) -> None:
    names = ("elderly_care", "infant_care", "meals", "sport")
    pairs = data.draw(st.sets(st.sampled_from(list(itertools.combinations(names, 2))), max_size=3))
    profile = paper.profile(
        services=tuple(paper.service(name) for name in names),
        forbidden_pairs=frozenset(pairs),
        complex_min_functions=data.draw(st.integers(1, 4)),
        complex_min_area_m2=data.draw(st.sampled_from([0, 120, 200])),
        small_hub_m2=data.draw(st.sampled_from([0, 90, 150, 600])),
        limits_on=frozenset(data.draw(st.sets(st.sampled_from(["forbidden_pairs", "complex_area"])))),
    )
    worth = st.floats(-20, 20)
    offers = {
        name: data.draw(st.lists(st.tuples(st.integers(10, 120), worth, worth), min_size=1, max_size=2))
        for name in data.draw(st.sets(st.sampled_from(names), min_size=1))
    }
    required = data.draw(st.sets(st.sampled_from(sorted(offers)), max_size=1))
    space_area_m2 = float(data.draw(st.integers(20, 400)))

    best = -np.inf
    for chosen in itertools.product(*([None, *some] for some in offers.values())):
        inside = {name: one for name, one in zip(offers, chosen, strict=True) if one is not None}
        if not inside or not required <= inside.keys():
            continue
        is_complex = len(inside) >= profile.complex_min_functions
        share = 0.15 if is_complex else 0.05
        area = sum(area_m2 for area_m2, _, _ in inside.values())
        floor_times_100 = area * (115 if is_complex else 105)
        if area > room_m2(space_area_m2, share):
            continue
        on = profile.limits_on
        if is_complex and "complex_area" in on and floor_times_100 < 100 * profile.complex_min_area_m2:
            continue
        is_small = floor_times_100 < 100 * profile.small_hub_m2
        if "forbidden_pairs" in on and is_small and any(set(pair) <= inside.keys() for pair in pairs):
            continue
        best = max(best, sum(one[1 + is_complex] for one in inside.values()))
    as_offers = {
        name: Offers(
            np.arange(len(some)), np.array([one[0] for one in some]), np.array([[one[1:] for one in some]] * 2)
        )
        for name, some in offers.items()
    }
    # at the second prices nothing is required
    may_lack = {name: np.array([name not in required, True]) for name in names}
    found = best_hub(as_offers, space_area_m2, profile, pair_free_sets(profile), 2, may_lack)
    assert found[0] == pytest.approx(best)
    assert found[1] == best_hub(as_offers, space_area_m2, profile, pair_free_sets(profile), 2)[1] >= found[0]


@settings(max_examples=60, deadline=None)
@given(
    prices=st.lists(st.floats(0, 4), min_size=2, max_size=2),
    capacity=st.floats(0, 20),
    walks=st.permutations([60, 380]),
)
def test_place_worth_agrees_with_a_linear_programme(prices: list[float], capacity: float, walks: list[int]) -> None:
    price_of_need = np.column_stack([prices, [0.0, 0.0]])
    walk_mm = np.array(walks) * 1000
    g = fall_with_walk(walk_mm, 400_000, FACTS.profile)
    surplus = 3 * 0.5 * g - np.array(prices)
    exact = -linprog(-surplus, A_ub=[0.5 * g], b_ub=[0.9 * capacity], bounds=[(0, 16), (0, 8)]).fun
    people = people_of(FACTS.profile, FACTS.need, 0, 0.5, np.array([0, 1]), walk_mm)
    worth = place_worth(people, price_of_need[np.newaxis], np.array([0.9 * capacity]))
    assert worth[0, 0] == pytest.approx(exact, abs=1e-9)
