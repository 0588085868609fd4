"""Conditions and figures know three answers; what a city lays over a rule decides what follows."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.assess import Figure, Known, at_least, at_most, check, exactly, value_of
from doorstep.assess.known import missing_of
from doorstep.assess.rules import check_rules, found_of, holds, meets
from doorstep.city import Override
from doorstep.standards import Profile, Rule, load_standard

CN = load_standard("cn-2023")
RULE = next(rule for rule in CN.rules if rule.id == "cn2023-ar-01")


def rule(**changes: object) -> Rule:
    return dataclasses.replace(RULE, **changes)


def hub(**told: object) -> Known:
    return Known("hub", "K1", {name.replace("__", ":"): value for name, value in told.items()})  # type: ignore[misc]


@pytest.mark.parametrize(
    ("sign", "value", "met"),
    [
        (">=", exactly(600), True),
        (">=", exactly(599.9999999999999), True),  # sums of products: the last digits do not decide
        (">=", exactly(599.99), False),
        (">=", at_least(600), True),
        (">=", at_least(599), None),
        (">=", at_most(599), False),
        (">=", at_most(601), None),
        ("<=", at_most(600), True),
        ("<=", at_least(601), False),
        ("<=", at_least(600), None),
        (">", exactly(600), False),
        ("<", exactly(600), False),
        ("<", exactly(599), True),
        ("=", exactly(600), True),
        ("=", at_least(601), False),
        ("=", at_least(599), None),
        ("!=", exactly(600), False),
        ("!=", at_least(601), True),
        ("between", exactly(600), True),
        ("between", exactly(800), True),
        ("between", exactly(801), False),
        ("between", at_least(700), None),
        ("between", Figure(610, 790, 700), True),
        ("between", at_most(599), False),
        ("from_to", exactly(800), False),
        ("from_to", exactly(799), True),
        (">=", Figure(-math.inf, math.inf, 700), None),
    ],
)
def test_a_figure_against_a_bound(sign: str, value: Figure, met: bool | None) -> None:
    assert meets(rule(compare=sign, value2="800"), value) is met


@settings(max_examples=200)
@given(
    st.sampled_from([">=", "<=", ">", "<", "=", "!=", "between", "from_to"]),
    st.integers(0, 12), st.integers(0, 12), st.integers(3, 6), st.integers(0, 3),
)  # fmt: skip
def test_a_bounded_figure_says_what_all_figures_within_say(sign: str, a: int, b: int, wanted: int, more: int) -> None:
    asked = rule(compare=sign, against=str(wanted), value2=str(wanted + more))
    low, high = min(a, b), max(a, b)
    inside = {meets(asked, exactly(low + (high - low) * step / 24)) for step in range(25)}
    bounded = meets(asked, Figure(low, high, None))
    assert bounded is None or inside == {bounded}
    if len(inside) == 2:
        assert bounded is None


@pytest.mark.parametrize(
    ("sign", "wanted", "value", "met"),
    [
        ("in", "a;b", "a", True), ("in", "a;b", "c", False), ("not", "a;b", "c", True), ("!=", "a", "a", False),
        ("all", "a;b", frozenset("abc"), True), ("all", "a;b", frozenset("a"), False),
        ("any", "a;b", frozenset("bc"), True), ("any", "a;b", frozenset("c"), False),
        ("=", "1", "yes", True), ("=", "1", "no", False), ("=", "0", "no", True),
    ],
)  # fmt: skip
def test_words(sign: str, wanted: str, value: str | frozenset[str], met: bool) -> None:
    assert meets(rule(compare=sign, against=wanted), value) is met
    with pytest.raises(ValueError, match="cannot be compared"):
        meets(rule(compare=">=", against=wanted), value)


def test_conditions_hold_or_not_or_are_not_known() -> None:
    one = hub(services=frozenset(["meals", "culture"]), kind="complex")
    assert holds(one, "kind = complex") is True
    assert holds(one, "kind = dispersed") is False
    assert holds(one, "fire_class = III") is None
    assert holds(one, "services has meals") is True
    assert holds(one, "functions > 1") is True
    assert holds(one, "service_type:health = health_station") is False  # there is no health service
    assert holds(one, "service_type:culture = culture_station") is True  # what it is where nothing else is said
    assert holds(hub(), "services has meals") is None
    with pytest.raises(ValueError, match="no condition"):
        holds(one, "kind complex")


def test_what_a_service_takes_from_its_hub() -> None:
    one = hub(services=frozenset(["meals"]), area_m2=exactly(80), storey=exactly(2), walk_m__longest=exactly(400))
    assert value_of(one, "service_storey:meals") == exactly(2)
    assert value_of(one, "service_area_m2:meals") == exactly(80)
    assert value_of(one, "walk_m:meals") == exactly(400)
    two = hub(services=frozenset(["meals", "sport"]), area_m2=exactly(80))
    assert value_of(two, "service_area_m2:meals") is None
    assert missing_of(two, "service_area_m2:meals") == ("service_area_m2:meals",)
    assert missing_of(two, "walk_m:meals") == ("walk_m:longest",)
    assert missing_of(hub(dining_m2=exactly(40)), "dining_m2_per_seat") == ("seats",)
    assert value_of(hub(dining_m2=exactly(40), seats=exactly(0)), "dining_m2_per_seat") is None


def test_a_rule_that_may_not_even_speak_of_a_hub_is_not_broken_by_it() -> None:
    lift = next(one for one in CN.rules if one.id == "cn2023-st-07")
    with_lift = hub(services=frozenset(["elderly_care"]), lift="yes")
    without = hub(services=frozenset(["elderly_care"]), lift="no")
    assert found_of(with_lift, lift).finding.outcome == "unverified"
    found = found_of(without, lift)
    assert (found.finding.outcome, found.missing) == ("unknown", ("service_storey:elderly_care",))


def laid(**keys: str) -> tuple[Override, ...]:
    return tuple(
        Override(key.replace("__", "."), value, "Notice 3", "2026-01-01", "old town") for key, value in keys.items()
    )


def outcome(known: Known, overrides: tuple[Override, ...], rule_id: str = "cn2023-ar-01") -> tuple[str, str, str]:
    by = load_standard("cn-2023", overrides=overrides)
    (found,) = check_rules(known, [one for one in by.rules if one.id == rule_id])
    return found.finding.outcome, found.finding.required, found.finding.document[:8]


def test_a_city_sets_and_waives() -> None:
    small = hub(services=frozenset(["meals"]), kind="complex", area_m2=exactly(580))
    assert outcome(small, ()) == ("fails", "≥ 600", "Guidelin")
    assert outcome(small, laid(**{"rule__cn2023-ar-01": "550"})) == ("passes", "≥ 550", "Notice 3")
    assert outcome(small, laid(**{"waive__cn2023-ar-01": "yes"})) == ("warns", "≥ 600", "Notice 3")
    assert outcome(small, laid(**{"waive__cn2023-ar-01__K1": "yes"}))[0] == "warns"
    assert outcome(small, laid(**{"waive__cn2023-ar-01__K2": "yes"}))[0] == "fails"
    large = hub(services=frozenset(["meals"]), kind="complex", area_m2=exactly(900))
    assert outcome(large, laid(**{"waive__cn2023-ar-01": "yes"})) == ("passes", "≥ 600", "Guidelin")


def test_a_check_tells_what_the_city_laid_over_rules_and_only_that() -> None:
    overrides = (
        *laid(**{"waive__cn2023-ar-01": "yes"}),
        Override("walk_limit_m.meals", "300", "N", "2026-01-01", "hills"),
    )
    by = load_standard("cn-2023", overrides=overrides)
    checked = check(hub(services=frozenset(["meals"]), kind="complex", area_m2=exactly(580)), "Hub", by, overrides)
    assert [one.key for one in checked.overrides] == ["waive.cn2023-ar-01"]
    assert [one.finding.rule for one in checked.failed] == ["cn2023-fn-11"]


def test_a_hub_told_is_held_against_what_the_profile_assumes() -> None:
    gb = load_standard("generic-gb")
    assert isinstance(gb, Profile)
    told = hub(
        services=frozenset(["elderly_care", "meals"]), area_m2=exactly(300), storey=exactly(2), lift="no",
        limits=frozenset(), capacity__elderly_care=exactly(25), service_area_m2__elderly_care=exactly(100),
        capacity__meals=exactly(60), service_area_m2__meals=exactly(60),
    )  # fmt: skip
    found = {one.finding.rule: one for one in check(told, "Hub", gb).found}
    assert found["assumption:lift"].finding.outcome == "warns"
    assert found["assumption:floor:elderly_care"].finding.outcome == "warns"
    assert found["assumption:floor:elderly_care"].finding.measured == pytest.approx(4)
    assert found["assumption:floor:meals"].finding.outcome == "unverified"
    assert found["assumption:periods"].finding.outcome == "unverified"
    crowded = hub(**{**{name.replace(":", "__"): value for name, value in told.told.items()}, "area_m2": exactly(120)})
    assert {one.finding.rule: one for one in check(crowded, "Hub", gb).found}[
        "assumption:periods"
    ].finding.outcome == "warns"
    assert not any(one.finding.outcome == "fails" for one in found.values())
