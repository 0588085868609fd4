"""Later years and rooms that change their service: on paper, against trying every hub, and whatever is planted."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import paper_later as later
import paper_plan as paper
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from test_planted import Case, add_to, duplicate, set_cell

from doorstep.city import Asked, Fund, Scope
from doorstep.errors import DoorstepError
from doorstep.plan_file import LimitKept, Payment, Proof, read_later, write_later, write_ledger, write_plan
from doorstep.residents.cohorts import project
from doorstep.standards import Conversion as Works
from doorstep.standards import Grade, load_profile
from doorstep.verify import Verdict, check_by_profile, later_people, verify_folders
from doorstep.verify import check as checking
from doorstep.verify.bound import PricedFloor, PricedLimit, priced_bound, priced_places
from doorstep.verify.conversion import Conversion, conversions_of, held_in
from doorstep.verify.facts import Facts, derive_facts
from doorstep.verify.later_people import YEARS, people_later, side_by_side
from doorstep.verify.money import conversion_money
from doorstep.verify.need import Need, fall_with_walk, need_of
from doorstep.verify.places import places_of

replace = dataclasses.replace
TODAY = later.people((8, 40), (4, 20))


# -- people ---------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 500), min_size=16, max_size=16))
def test_two_projections_agree(persons: list[float]) -> None:
    people = np.reshape(persons, (2, 8))
    for year, then in zip(YEARS, people_later(people, "cn"), strict=True):
        np.testing.assert_allclose(then, project(people, year), rtol=1e-12, atol=1e-12)


def test_people_of_a_band_by_hand() -> None:
    # Nobody of 80 and over is under 80 later, and nobody is born to them: some of 80 to 84, fewer of those above live.
    five, ten, fifteen = (then[0] for then in people_later(np.eye(8)[[7]], "cn"))
    assert not five[:7].any()
    assert not fifteen[:7].any()
    assert 1 > five[7] > ten[7] > fifteen[7] > 0
    # Of three years of small children, as many in each, all are 5 to 7 five years later, if alive: none is 3 to 5 but
    # those of 5 years, a third. Men 0.9986 and women 0.998694 of the rates are alive.
    small = people_later(np.eye(8)[[0]], "cn")[0][0]
    assert small[1] == pytest.approx(small[2] / 2)
    assert 0.9986 < small.sum() < 0.998694


def test_no_rates_are_known_of_another_country() -> None:
    with pytest.raises(DoorstepError) as error:
        people_later(np.ones((1, 8)), "generic-gb")
    assert error.value.code == "cohorts-unknown"


# -- what may become what -------------------------------------------------------------------------------------------


def needs(profile: Any, *people: Any) -> tuple[Need, ...]:
    return tuple(need_of(one, profile) for one in people)


def test_conversions_on_paper() -> None:
    profile = later.profile()
    today, *then = needs(profile, TODAY, *later.PEOPLE)
    assert conversions_of(profile, today, then) == (
        Conversion(6, "meals", 2, 10, "sport", 1),
        Conversion(7, "meals", 2, 15, "sport", 1),
    )
    assert conversions_of(profile, today, []) == ()
    # Sport that must not be beside meals may not follow them; nor where it avoids what meals do not avoid.
    assert not conversions_of(replace(profile, forbidden_pairs=frozenset([("meals", "sport")])), today, then)
    play = paper.service("play")
    three = replace(profile, services=(*profile.services, play))
    today, *then = needs(three, TODAY, *later.PEOPLE)
    assert not conversions_of(replace(three, forbidden_pairs=frozenset([("play", "sport")])), today, then)
    both = frozenset([("play", "sport"), ("meals", "play")])
    assert len(conversions_of(replace(three, forbidden_pairs=both), today, then)) == 2


def test_the_largest_grade_that_fits_and_has_a_floor() -> None:
    meals, sport = later.profile().services
    grades = (Grade(1, 30, 5, 1, 0, False), Grade(2, 0, 9, 0, 100, False), Grade(3, 70, 20, 1, 0, False))
    profile = later.profile(services=(meals, replace(sport, grades=grades)))
    today, *then = needs(profile, TODAY, *later.PEOPLE)
    assert [(one.grade, one.year, one.becomes_grade) for one in conversions_of(profile, today, then)] == [
        *((1, 10, 1), (2, 10, 3)),
        *((1, 15, 1), (2, 15, 3)),
    ]


def test_numbers_end_at_120() -> None:
    meals, sport = later.profile().services
    profile = later.profile(
        services=(
            replace(meals, grades=tuple(Grade(m, 60 + m, 1, 1, 0, False) for m in range(1, 10))),
            *(replace(sport, id=f"sport{n}") for n in range(7)),
        )
    )
    today, *then = needs(profile, TODAY, *later.PEOPLE)
    found = conversions_of(profile, today, then)
    # two years, seven services, nine grades are 126; 6 to 120 are 115
    assert [one.number for one in found] == list(range(6, 121))
    assert found[-1].year == 15


def test_rooms_of_the_same_service_add_up() -> None:
    profile, (hub,) = later.profile(), later.plan().hubs
    (meals,) = hub.services
    sport = replace(meals, service="sport", grade=1, capacity=10, becomes="", becomes_grade=0, becomes_year=0)
    both = replace(hub, services=(meals, sport))
    assert [held_in(both, year, profile) for year in YEARS] == [{"meals": 8, "sport": 10}, {"sport": 20}, {"sport": 20}]
    leaves = replace(both, services=(meals, replace(sport, becomes="meals", becomes_grade=1, becomes_year=5)))
    assert [held_in(leaves, year, profile) for year in YEARS] == [{"meals": 11}, *[{"sport": 10, "meals": 3}] * 2]


def test_money_of_a_conversion_by_channel() -> None:
    cn = load_profile("cn-2023")
    meals, culture = cn.service("meals"), cn.service("culture")
    rate = cn.costs["supplement", "fit_out_per_m2"].mid
    kind = cn.floor_use.conversion[cn.floor_use.services.index("meals")][cn.floor_use.services.index("culture")].kind
    share = {"as_is": 0.05, "refit": 0.5, "works": 1.0}[kind]
    money = conversion_money({"channel": "supplement"}, "meals", "culture", culture.grades[0], cn, "CNY")
    assert money == round(100 * share * rate * culture.grades[0].area_m2)
    profile = later.profile()
    to_sport = ("meals", "sport", profile.service("sport").grades[0], profile, "GBP")
    assert conversion_money({"channel": "convert"}, *to_sport) == 300_000
    assert conversion_money({"channel": "rent"}, *to_sport) == 0
    works = replace(profile.floor_use, conversion=((Works("as_is", ()), Works("works", ())), ((),) * 2))
    costs = {**profile.parameters, ("conversion_cost:works", "any", "all"): paper.figure(0.00001075)}
    dear = replace(profile, floor_use=works, parameters=costs)
    # 0.00001075 · 100 · 60 = 0.0645, six pence and a half: rounded up once
    assert conversion_money({"channel": "convert"}, *to_sport[:3], dear, "GBP") == 6
    assert conversion_money({"channel": "convert"}, *to_sport[:3], replace(dear, parameters={
        **costs, ("conversion_cost:works", "any", "all"): paper.figure(0.0000108334)}), "GBP") == 7  # fmt: skip
    assert meals.id == "meals"


# -- the plan on paper ----------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Years(Case):
    """What the checker is given, with the ledger of later years."""

    later: Any = None

    def verdict(self) -> Verdict:
        return check_by_profile(self.profile, self.city, self.plan, self.need, self.served, self.later)


@pytest.fixture(autouse=True)
def _people_on_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later_people, "people_later", lambda *_: later.PEOPLE)


def untouched() -> Years:
    return Years(later.profile(), paper.city(), later.plan(), later.need(), later.served(), later.served_later())


def alone() -> Years:
    """The plan of paper_plan, for today alone."""
    return Years(paper.profile(), paper.city(), paper.plan(), paper.need(), paper.served(), None)


def test_plan_on_paper_passes() -> None:
    verdict = untouched().verdict()
    assert verdict.violations == ()
    assert verdict.objective == pytest.approx(later.OBJECTIVE, rel=1e-12)
    assert verdict.bound_checker == pytest.approx(later.BOUND, rel=1e-12)
    assert verdict.n_pairs_checked == 13
    assert alone().verdict().ok


def becomes(**changes: Any) -> Callable[[Years], None]:
    names = {"to": "becomes", "grade": "becomes_grade", "year": "becomes_year"}
    return lambda case: case.part(0, **{names.get(name, name): value for name, value in changes.items()})


def priced(year: str, **changes: Any) -> Callable[[Years], None]:
    def fault(case: Years) -> None:
        said = case.plan.multipliers
        case.whole(multipliers=replace(said, later={**said.later, year: {**said.later.get(year, {}), **changes}}))

    return fault


def without_year(case: Years) -> None:
    said = case.plan.multipliers
    case.whole(multipliers=replace(said, later={year: row for year, row in said.later.items() if year != "10"}))


def told(row: int, **changes: Any) -> Callable[[Years], None]:
    def fault(case: Years) -> None:
        rows = list(case.plan.later)
        rows[row] = replace(rows[row], **changes)
        case.whole(later=tuple(rows))

    return fault


def cheap(case: Years) -> None:
    """The money of the conversion is left out, everywhere."""
    case.part(0, capital_money=1_016_000)
    case.hub(capital_money=1_136_000)
    case.whole(capital_money=1_136_000)


def in_space(**changes: Any) -> Callable[[Years], None]:
    return lambda case: setattr(case, "city", paper.city(space=changes))


def rooms_too_full(case: Years) -> None:
    """R2's sport in year 15 up to all its people: units and all sums follow, the rooms do not hold it."""
    case.later.loc[8, ["people", "users", "units"]] = [4.0, 1.875, 3.75]
    told(5, served_plan=12.0, users_plan=5.875)(case)
    worth = later.OBJECTIVE + (1.875 - 0.5) / 4
    case.bound(objective=worth, gap=(later.BOUND - worth) / worth)


def more_than_need(case: Years) -> None:
    """Year 10: R2's sport is given to four of three, in place of R1; all sums follow."""
    case.later.loc[5, ["people", "users", "units"]] = [4.0, 1.875, 3.75]
    case.later.loc[4, ["people", "users", "units"]] = [5.0, 2.5, 5.0]
    told(3, users_plan=4.375)(case)
    worth = later.OBJECTIVE + (4.375 - 4.40625) / 4
    case.bound(objective=worth, gap=(later.BOUND - worth) / worth)


def still_meals(case: Years) -> None:
    """Year 10: R2 is given meals in rooms that hold sport by then; all sums follow."""
    case.later.loc[5, ["service", "people", "users", "units"]] = ["meals", 2.0, 0.9375, 0.9375]


def objective_of_today(case: Years) -> None:
    case.bound(objective=28.425, gap=(later.BOUND - 28.425) / 28.425)


def bounds(bound: float, others: float) -> Callable[[Years], None]:
    return lambda case: case.bound(bound=bound, bound_checker=others, bound_engine=others)


# Sums that no longer fit when a row is lost or changed.
SUMS = {"gap-differs", "later-differs", "objective-differs"}
MONEY = {"capital-part-differs", "capital-hub-differs", "capital-total-differs"}
FAULTS: dict[str, tuple[set[str], Callable[[Years], None]]] = {
    "becomes what it may not": (
        {"conversion-differs", "place-not-open", *SUMS},
        becomes(year=5),
    ),
    "becomes in a year that is none": ({"conversion-differs", "place-not-open", *SUMS}, becomes(year=12)),
    "another grade": ({"conversion-differs", "later-differs", "budget-exceeded", *MONEY}, becomes(grade=2)),
    "becomes nothing known": ({"conversion-differs", "place-not-open", *MONEY, *SUMS}, becomes(to="opera")),
    "conversion half said": ({"conversion-differs", "place-not-open", *MONEY, *SUMS}, becomes(to="")),
    "conversion unpaid": (MONEY, cheap),
    "conversion kept quiet": ({"place-not-open", *MONEY, *SUMS}, becomes(to="", grade=0, year=0)),
    "conversion over budget": ({"budget-exceeded"}, lambda case: case.whole(budget_money=1_435_999)),
    "person added": ({"demand-exceeded", "users-differ", *SUMS}, add_to("later", 1, "people", 1.0)),
    "units added": ({"capacity-exceeded", "units-differ"}, add_to("later", 8, "units", 0.1)),
    "users changed": ({"users-differ", "units-differ", "later-differs"}, add_to("later", 5, "users", 0.01)),
    "walk shortened": ({"walk-differs"}, set_cell("later", 5, "walk_ms", 223_000)),
    "not a number": ({"number-not-finite", *SUMS}, set_cell("later", 0, "people", np.nan)),
    "negative": ({"people-negative", "users-differ", *SUMS}, set_cell("later", 0, "people", -4.0)),
    "row twice": ({"pair-twice", "demand-exceeded", *SUMS}, duplicate("later", 0)),
    "home unknown": ({"residence-unknown", *SUMS}, set_cell("later", 0, "residence", "R9")),
    "place unknown": ({"place-unknown", *SUMS}, set_cell("later", 0, "place", "F9")),
    "service unknown": ({"service-unknown", *SUMS}, set_cell("later", 4, "service", "opera")),
    "moved before its time": ({"place-not-open", *SUMS}, set_cell("later", 4, "year", 5)),
    "meals after the change": ({"place-not-open", *SUMS}, still_meals),
    "rooms too full": ({"capacity-exceeded"}, rooms_too_full),
    "more than need": ({"demand-exceeded"}, more_than_need),
    "year that is none": ({"later-year-unknown", *SUMS}, set_cell("later", 0, "year", 7)),
    "need of a year": ({"later-differs"}, told(0, in_need=30.0)),
    "served in a year": ({"later-differs"}, told(2, served_plan=9.0)),
    "users of a year": ({"later-differs"}, told(3, users_plan=4.5)),
    "room of a year": ({"later-differs"}, told(2, capacity_plan=12.0)),
    "year told twice": (
        {"later-rows"},
        lambda case: case.whole(later=(*case.plan.later, case.plan.later[0])),
    ),
    "year not told": ({"later-rows"}, lambda case: case.whole(later=case.plan.later[1:])),
    "objective of today": (
        {"objective-differs", "gap-differs"},
        objective_of_today,
    ),
    "multiplier negative": ({"multiplier-negative"}, priced("10", sport=(0.0, -0.1))),
    "multiplier not finite": ({"multiplier-not-finite"}, priced("5", meals=(np.inf, 0.0))),
    "multiplier missing": ({"multiplier-rows"}, priced("15", meals=(0.0,))),
    "multiplier too many": ({"multiplier-rows"}, priced("15", opera=(0.0, 0.0))),
    "multipliers of a year missing": ({"multiplier-rows"}, without_year),
    "multipliers of a year too many": ({"multiplier-rows"}, priced("7", meals=(0.0, 0.0))),
    # Σ λD is (2 + 2) · 4 dearer, less than which is saved in K1
    "multiplier changed": ({"bound-too-low"}, priced("5", sport=(4.0, 4.0))),
    "bound lowered": (
        {"bound-too-low", "gap-differs"},
        bounds(25.7, 25.7),
    ),
    "bound of today alone": (
        {"bound-too-low", "bound-below-objective", "bound-not-larger", "gap-differs"},
        bounds(32.4 / 4, later.BOUND),
    ),
    "proof by branches": ({"proof-broken"}, lambda case: case.whole(proof=Proof(1, *["eJwDAAAAAAE="] * 8))),
    "rooms shared, too": (
        {"convertible-and-shared"},
        lambda case: setattr(case, "profile", replace(case.profile, share_rooms=True)),
    ),
    "storey of what comes": (
        {"limit-storey", "limits-bound-differ", "unmet-differs"},
        lambda case: setattr(
            case,
            "profile",
            replace(case.profile, services=(case.profile.services[0], replace(case.profile.services[1], storey_min=2))),
        ),
    ),
    "what comes is barred": ({"hub-service-barred", "unmet-differs"}, in_space(limits=frozenset(("bar:sport",)))),
}


@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault_is_caught(name: str) -> None:
    codes, fault = FAULTS[name]
    case = untouched()
    fault(case)
    assert {violation.code for violation in case.verdict().violations} == codes


def test_a_walk_near_its_limit_is_told_once_over_the_years() -> None:
    case = untouched()
    # R2 walks 225,000 mm to K1: to the millimetre the limit of sport
    meals, sport = case.profile.services
    case.profile = replace(case.profile, services=(meals, replace(sport, walk_limit_mm=225_000)))
    told = case.verdict().near_limit
    assert told[["situation", "residence", "service"]].to_numpy().tolist() == [["year10", "R2", "sport"]]
    case.profile = replace(case.profile, services=(replace(meals, walk_limit_mm=225_000), sport))
    told = case.verdict().near_limit
    assert told[["situation", "residence", "service"]].to_numpy().tolist() == [["plan", "R2", "meals"]]


def test_a_change_of_service_says_where_it_is_wrong() -> None:
    case = untouched()
    becomes(year=5)(case)
    (one,) = (one for one in case.verdict().violations if one.code == "conversion-differs")
    assert one.subject == "hub:K1/meals"
    assert (one.reported, one.derived) == ("sport 1 (+5)", "sport 1 (+10), sport 1 (+15)")
    rows = [one.subject for one in case.verdict().violations if one.code == "place-not-open"]
    # in years 5 and 10 the rooms are said to hold sport: who eats there in year 5 stands before a closed door
    assert rows == ["year5:R1/meals/K1", "year5:R2/meals/K1"]


ALONE: dict[str, tuple[str, Callable[[Years], None]]] = {
    "years told": ("later-not-asked", lambda case: case.whole(later=later.plan().later)),
    "ledger of years": ("later-not-asked", lambda case: setattr(case, "later", later.served_later())),
    "prices of years": ("multiplier-rows", priced("5", meals=(0.0, 0.0))),
    "a year of conversion": ("conversion-differs", lambda case: case.part(1, becomes_year=5)),
    "a grade of conversion": ("conversion-differs", lambda case: case.part(1, becomes_grade=1)),
}


@pytest.mark.parametrize("name", ALONE)
def test_a_plan_for_today_alone_has_nothing_of_later_years(name: str) -> None:
    code, fault = ALONE[name]
    case = alone()
    fault(case)
    assert {one.code for one in case.verdict().violations} == {code}


def test_money_by_source_pays_for_the_change() -> None:
    case = untouched()

    def with_fund(amount: str) -> set[str]:
        fund = Fund("City", Decimal(amount), Scope())
        case.city = paper.city(asked=Asked(funds=(fund,)))
        return {one.code for one in case.verdict().violations}

    said = replace(case.plan.multipliers, limits={"funds:City": 0.0})
    limit = LimitKept("funds:City", 1_436_000, 1_436_000, "money")
    payments = (Payment("City", "K1", "open", 120_000), Payment("City", "K1", "meals", 1_316_000))
    case.whole(multipliers=said, limits=(limit,), payments=payments)
    assert with_fund("14360") == set()
    assert with_fund("14359.99") == {"fund-exceeded", "limit-exceeded", "limit-differs"}


def test_the_folder_holds_the_ledger_of_later_years(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = untouched()
    write_plan(case.plan, tmp_path)
    write_ledger(case.need, case.served, tmp_path)
    monkeypatch.setattr(checking, "load_profile", lambda *_, **__: case.profile)
    monkeypatch.setattr(checking, "read_city", lambda _: case.city)

    def of_ledger() -> set[tuple[str, str]]:
        found = {(one.code, one.subject) for one in verify_folders(tmp_path, tmp_path).violations}
        # the files for people are not there
        return {one for one in found if one[0] != "file-missing" or "later" in one[1]}

    assert ("file-missing", "served_later.parquet") in of_ledger()
    assert ("objective-differs", "plan") in of_ledger()
    write_later(case.later, tmp_path)
    assert of_ledger() == set()
    case = alone()
    write_plan(case.plan, tmp_path)
    write_ledger(case.need, case.served, tmp_path)
    assert of_ledger() == {("later-not-asked", "served_later"), ("later-not-asked", "served_later.parquet")}
    write_later(read_later(tmp_path)[:0], tmp_path)
    assert of_ledger() == {("later-not-asked", "served_later.parquet")}


# -- the bound ------------------------------------------------------------------------------------------------------


def facts_of(*people: Any) -> Facts:
    profile = later.profile()
    plain = derive_facts(paper.city(), replace(profile, convertible=False))
    need, *then = needs(profile, *people)
    conversions = conversions_of(profile, need, then)
    return replace(plain, profile=profile, need=need, later=tuple(then), conversions=conversions)


def bound(facts: Facts, prices: Any, money: float, budget: int | None, **asked: Any) -> float:
    """Return the bound at λ, shape (n_years, n_residences, n_services)."""
    places = places_of(
        profile=facts.profile,
        need=side_by_side((facts.need, *facts.later)),
        supply=facts.supply,
        facility_ids=facts.facilities,
        facility_walks=facts.facility_walks,
        space_walks=facts.space_walks,
        spaces=facts.spaces,
        currency="GBP",
        conversions=facts.conversions,
    )
    without_spaces, spaces = priced_places(
        places,
        price_of_need=np.concatenate(list(prices), axis=1)[np.newaxis],
        price_of_money=np.array([money]),
        budget_money=budget,
        **asked,
    )
    return float(priced_bound(facts.profile, without_spaces, spaces)[0])


def test_bound_on_paper() -> None:
    facts, prices = facts_of(TODAY, *later.PEOPLE), np.zeros((4, 2, 2))
    assert bound(facts, prices, 0.0, None) == pytest.approx(later.BOUND)
    # A price of 1 on meals in years 10 and 15, when nobody is worth more than 0.375: Σ λD is 12 + 6; F1 is left with
    # two years, and K1 does better to become sport in year 10: 21.6 + 21.6 + 4.40625 + 4.5.
    prices[2:, :, 0] = 1
    assert bound(facts, prices, 0.0, None) == pytest.approx(18 + 21.6 / 4 + 52.10625 / 4)
    # At 1e-6 a penny that hub costs 1.436, and the budget is worth 1.5.
    assert bound(facts, prices, 1e-6, later.BUDGET) == pytest.approx(18 + 21.6 / 4 + 52.10625 / 4 + 1.5 - 1.436)


@dataclasses.dataclass(frozen=True)
class Tried:
    """A hub of the toy with all that it can do: money of its parts, worth, sport given today."""

    money: dict[str, int]
    worth: float


@cache
def every_hub(seed: int, floor: float) -> tuple[Facts, tuple[Tried, ...]]:
    """Try every hub of the toy with people made by chance; each year is a linear programme of its own.

    Today at least ``floor`` people are given a place for sport; hubs that cannot are left out.
    """
    random = np.random.default_rng(seed)
    facts = facts_of(*(later.people(*random.uniform(0, 40, (2, 2)).tolist()) for _ in range(4)))
    services = {one.id: one for one in facts.profile.services}
    own = {("meals", 1): 507_000, ("meals", 2): 1_016_000, ("sport", 1): 756_000}
    ways: dict[str, list[Any]] = {"meals": [None], "sport": [None]}
    for (service, grade), money in own.items():
        ways[service].append((grade, 99, "", 0, money))
        ways[service] += [
            (grade, one.year, one.becomes, one.becomes_grade, money + {"meals": 200_000, "sport": 300_000}[one.becomes])
            for one in facts.conversions
            if (one.service, one.grade) == (service, grade)
        ]
    hubs = []
    for chosen in itertools.product(*ways.values()):
        inside = {name: way for name, way in zip(ways, chosen, strict=True) if way is not None}
        if sum(services[name].grades[way[0] - 1].area_m2 for name, way in inside.items()) > 123:
            continue
        worth: float | None = 0.0
        for year, need in zip((0, *YEARS), (facts.need, *facts.later), strict=True):
            room = {"meals": 0.0, "sport": 0.0}
            for name, (grade, when, after, after_grade, _) in inside.items():
                holds = (name, grade) if year < when else (after, after_grade)
                room[holds[0]] += services[holds[0]].grades[holds[1] - 1].capacity
            of_year = best_of_year(facts, need, room, floor if year == 0 else 0.0)
            worth = None if of_year is None or worth is None else worth + of_year / 4
        if worth is not None:
            money = {"open": 120_000} if inside else {}
            hubs.append(Tried(money | {name: way[4] for name, way in inside.items()}, worth))
    return facts, tuple(hubs)


def best_of_year(facts: Facts, need: Need, room: dict[str, float], floor: float) -> float | None:
    places = [(0, 4.0, 0.25, facts.facility_walks.of(0))]
    places += [(s, capacity, 0.5, facts.space_walks.of(0)) for s, capacity in enumerate(room.values())]
    worth, cell, used = [], [], []
    for number, (s, _, take_up, (homes, walks)) in enumerate(places):
        for home, walk in zip(homes, walks, strict=True):
            g = float(fall_with_walk([walk], 400_000, facts.profile)[0])
            worth.append(need.weight[home, s] * take_up * g)
            cell.append((home, s))
            used.append((number, facts.profile.services[s].units_per_user * take_up * g))
    cells = sorted(set(cell))
    rows = [[float(one == each) for one in cell] for each in cells]
    rows += [[q if at == number else 0.0 for at, q in used] for number in range(len(places))]
    rows.append([-float(s == 1) for _, s in cell])
    most = [need.walkers[each] for each in cells] + [0.9 * capacity for _, capacity, _, _ in places] + [-floor]
    found = linprog(-np.array(worth), A_ub=rows, b_ub=most)
    return None if found.status == 2 else float(-found.fun)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 5),
    floor=st.sampled_from([0.0, 1.0, 4.0]),
    prices=st.lists(st.floats(0, 1), min_size=16, max_size=16),
    money=st.sampled_from([0.0, 1e-7, 1e-6, 1e-5]),
    budget=st.sampled_from([None, 1_500_000, 1_200_000, 900_000, 600_000]),
    of_limit=st.sampled_from([0.0, 1e-6, 1e-5]),
    of_floor=st.floats(0, 2),
)
def test_any_multipliers_bound_the_best_hub(
    seed: int, floor: float, prices: list[float], money: float, budget: int | None, of_limit: float, of_floor: float
) -> None:
    facts, hubs = every_hub(seed, floor)
    parts = frozenset([("K1", "meals")])
    amount = 1_100_000
    able = [
        hub.worth
        for hub in hubs
        if (budget is None or sum(hub.money.values()) <= budget) and hub.money.get("meals", 0) <= amount
    ]
    found = bound(
        facts,
        np.reshape(prices, (4, 2, 2)),
        money,
        budget,
        limits=[PricedLimit(amount, of_limit, parts, True)],
        floors=[PricedFloor(1, floor, np.ones(2), of_floor)],
    )
    assert found >= max(able, default=-np.inf) - 1e-6


def test_the_hubs_tried_change_their_service() -> None:
    kinds, gains = set(), 0
    for seed in range(6):
        facts, hubs = every_hub(seed, 0.0)
        kinds |= {(one.service, one.becomes) for one in facts.conversions}
        own = {120_000, 507_000, 1_016_000, 756_000}
        plain = [hub.worth for hub in hubs if own.issuperset(hub.money.values())]
        gains += max(hub.worth for hub in hubs) > max(plain) + 1e-6
    assert kinds == {("meals", "sport"), ("sport", "meals")}
    assert gains
