"""Which rule may say what of a hub and of a community."""

from __future__ import annotations

import dataclasses
import string

import pytest

from doorstep.assess.checks import (
    AreaFacts,
    HubFacts,
    check_city,
    check_community,
    check_hub,
    remedy_text,
    rule_text,
    unit_text,
)
from doorstep.city import Override
from doorstep.messages import LANGUAGES, catalogue, text
from doorstep.plan_file import Finding
from doorstep.standards import LIMITS, Outcome, Profile, RuleKind, load_profile

COMPLEX = HubFacts(
    space="K1",
    kind="complex",
    channel="supplement",
    area_m2=713.0,
    services={"elderly_care": 2, "infant_care": 2, "meals": 3, "after_school": 2, "domestic": 1},
    storey=1,
    lift="no",
    outdoor_m2=80.0,
)
DISPERSED = HubFacts("K2", "dispersed", "rent", 63.0, {"infant_care": 1})


@pytest.fixture(scope="module")
def cn() -> Profile:
    return load_profile("cn-2023")


def raised(rule: str) -> Profile:
    override = Override(f"raise.{rule}", "hard", "City notice 12", "2025-03-01", "")
    return load_profile("cn-2023", overrides=[override])


def outcomes(findings: tuple[Finding, ...]) -> dict[str, str]:
    assert len({finding.rule for finding in findings}) == len(findings)
    return {finding.rule: finding.outcome for finding in findings}


def test_a_good_complex_fails_nothing(cn: Profile) -> None:
    said = outcomes(check_hub(COMPLEX, cn))
    assert "fails" not in said.values()
    assert {said[rule] for rule in ("cn2023-ar-01", "cn2023-fn-11", "cn2023-fn-12", "cn2023-fn-13")} == {"passes"}
    assert said["cn2023-ar-02"] == "warns"
    assert said["cn2023-fn-14"] == "not_applicable"
    assert said["cn2023-ch-06"] == "unknown"
    assert said["cn2023-st-01"] == "unverified"
    assert said["cnty-st-03"] == "passes"
    assert said["assumption:outdoor"] == "unverified"


@pytest.mark.parametrize(("area", "outcome"), [(599.99, "fails"), (600.0, "passes"), (600.0000000001, "passes")])
def test_floor_of_a_complex(cn: Profile, area: float, outcome: str) -> None:
    said = outcomes(check_hub(dataclasses.replace(COMPLEX, area_m2=area), cn))
    assert said["cn2023-ar-01"] == outcome


def test_a_complex_of_two_functions_fails_only_the_count(cn: Profile) -> None:
    findings = check_hub(dataclasses.replace(COMPLEX, services={"sport": 1, "culture": 1}), cn)
    assert [finding.rule for finding in findings if finding.outcome == "fails"] == ["cn2023-fn-11"]
    assert outcomes(findings)["cn2023-fn-12"] == "warns"
    assert outcomes(findings)["cn2023-fn-13"] == "warns"


def test_rules_of_a_complex_do_not_speak_of_a_dispersed_hub(cn: Profile) -> None:
    said = outcomes(check_hub(DISPERSED, cn))
    assert {said[rule] for rule in ("cn2023-ar-01", "cn2023-fn-11", "cn2023-fn-12")} == {"not_applicable"}
    assert said["cn2023-fn-14"] == "passes"
    assert said["cn2023-st-01"] == said["assumption:storey"] == said["assumption:lift"] == "unknown"
    assert said["cnty-cl-01"] == "passes"  # five children are no more than any class may have


def test_class_sizes_and_carers_are_unknown_where_the_ages_decide(cn: Profile) -> None:
    said = outcomes(check_hub(COMPLEX, cn))
    assert [said[f"cnty-cl-0{n}"] for n in (1, 2, 3, 4)] == ["unknown", "unknown", "passes", "passes"]
    assert [said[f"cnty-ra-0{n}"] for n in (1, 2, 3)] == ["unknown", "unknown", "passes"]


@pytest.mark.parametrize("profile_name", ["cn-2023", "generic-gb"])
def test_only_hard_or_raised_requirements_ever_fail(profile_name: str) -> None:
    profile = load_profile(profile_name)
    worst = HubFacts(
        space="K9",
        kind="complex",
        channel="newbuild",
        area_m2=10.0,
        services={"infant_care": 5, "sport": 1},
        storey=-1,
        lift="no",
        outdoor_m2=0.0,
        limits=frozenset({"no_open_kitchen", "no_elderly_or_children"}),
    )
    empty = AreaFacts("C1", households=1000, existing_area_m2=0, unknown_areas=0, hub_area_m2=0)
    findings = (*check_hub(worst, profile), *check_community(empty, profile))
    failed = {finding.rule for finding in findings if finding.outcome == "fails"}
    assert failed == ({"cn2023-ar-01", "cn2023-fn-11", "cn2023-rt-01"} if profile_name == "cn-2023" else set())
    assumed = {one.rule: one.outcome for one in findings if one.rule.startswith("assumption:")}
    assert assumed.pop("assumption:lift") == "unverified"  # the basement is not above anything
    assert assumed == {f"assumption:{limit}": "warns" for limit in LIMITS if limit not in ("lift", "complex_area")}


def test_a_raised_rule_fails_and_names_the_citys_document() -> None:
    hub = dataclasses.replace(COMPLEX, services={"sport": 1, "culture": 1, "meals": 3})
    finding = next(one for one in check_hub(hub, raised("cn2023-fn-12")) if one.rule == "cn2023-fn-12")
    assert finding.outcome == "fails"
    assert finding.document.startswith("City notice 12, 2025-03-01")


def test_a_raised_recalled_rule_binds_and_a_raised_permission_does_not() -> None:
    below = dataclasses.replace(COMPLEX, storey=-1)
    assert outcomes(check_hub(below, raised("cn2023-st-02")))["cn2023-st-02"] == "fails"
    assert outcomes(check_hub(COMPLEX, raised("cn2023-st-02")))["cn2023-st-02"] == "passes"
    assert outcomes(check_hub(below, raised("cn2023-ch-05")))["cn2023-ch-05"] == "unknown"


def test_a_raised_rule_that_nothing_measures_is_listed_for_the_city() -> None:
    whole = AreaFacts("", households=100, existing_area_m2=100, unknown_areas=0, hub_area_m2=0)
    assert outcomes(check_city(whole, raised("cn2023-cd-01")))["cn2023-cd-01"] == "unknown"
    assert "cn2023-fn-12" not in outcomes(check_city(whole, raised("cn2023-fn-12")))


def test_forbidden_pair_only_warns_in_a_small_hub(cn: Profile) -> None:
    small = HubFacts("K3", "dispersed", "rent", 300.0, {"infant_care": 1, "sport": 1}, storey=1, outdoor_m2=50)
    said = outcomes(check_hub(small, cn))
    assert said["assumption:forbidden_pairs"] == "warns"
    large = dataclasses.replace(small, area_m2=600.0)
    assert outcomes(check_hub(large, cn))["assumption:forbidden_pairs"] == "unverified"
    alone = dataclasses.replace(small, services={"sport": 1})
    assert "assumption:forbidden_pairs" not in outcomes(check_hub(alone, cn))


@pytest.mark.parametrize(
    ("storey", "lift", "outcome"),
    [(1, "no", "unverified"), (2, "no", "warns"), (2, "yes", "unverified"), (2, "unknown", "unknown")],
)
def test_lift(cn: Profile, storey: float, lift: str, outcome: str) -> None:
    hub = HubFacts("K4", "dispersed", "rent", 126.0, {"elderly_care": 1}, storey=storey, lift=lift)
    assert outcomes(check_hub(hub, cn))["assumption:lift"] == outcome


def test_a_floor_set_over_the_rule_is_checked_as_the_citys_assumption() -> None:
    cn = load_profile("cn-2023", settings={"complex_min_area_m2": "800"})
    said = outcomes(check_hub(COMPLEX, cn))
    assert said["cn2023-ar-01"] == "passes"
    assert said["assumption:complex_area"] == "warns"


@pytest.mark.parametrize(
    ("change", "least", "wish"),
    [
        ({}, "fails", "warns"),
        ({"hub_area_m2": 200.0}, "passes", "warns"),
        ({"hub_area_m2": 700.0}, "passes", "passes"),
        ({"households": None}, "unknown", "unknown"),
        ({"households": 0.0}, "unknown", "unknown"),
        ({"unknown_areas": 2}, "unknown", "unknown"),
        ({"unknown_areas": 2, "hub_area_m2": 200.0}, "passes", "unknown"),
        ({"cut": True}, "unknown", "unknown"),
        ({"cut": True, "hub_area_m2": 900.0}, "unknown", "unknown"),
    ],
)
def test_floor_per_100_households(cn: Profile, change: dict[str, float | None], least: str, wish: str) -> None:
    facts = AreaFacts("C1", households=1000.0, existing_area_m2=100.0, unknown_areas=0, hub_area_m2=0.0)
    said = outcomes(check_community(dataclasses.replace(facts, **change), cn))  # type: ignore[arg-type]
    assert (said["cn2023-rt-01"], said["cn2023-rt-02"]) == (least, wish)


def test_every_finding_can_be_said_in_both_languages(cn: Profile) -> None:
    facts = AreaFacts("C1", households=1000.0, existing_area_m2=100.0, unknown_areas=0, hub_area_m2=0.0)
    findings = [*check_hub(COMPLEX, cn), *check_hub(DISPERSED, cn), *check_community(facts, cn)]
    findings += check_hub(dataclasses.replace(COMPLEX, area_m2=100, storey=-1, lift="unknown"), cn)
    for finding in findings:
        for language in LANGUAGES:
            assert text(language, f"rules.{finding.outcome}")
            assert text(language, f"rules.force_{finding.force}")
            assert text(language, f"rules.confidence_{finding.confidence}")
            assert rule_text(language, finding.rule, cn)
            assert isinstance(unit_text(language, finding.unit), str)
            settled = finding.outcome in ("passes", "not_applicable")
            assert not (settled and remedy_text(language, finding, cn))
            if finding.outcome == Outcome.FAILS or finding.outcome == Outcome.UNKNOWN:
                assert remedy_text(language, finding, cn)
        assert rule_text("zh", finding.rule, cn) != rule_text("en", finding.rule, cn)


@pytest.mark.parametrize("subject", ["rules", "rule_remedies", "costs", "standards"])
def test_catalogues_have_the_same_keys_and_placeholders(subject: str) -> None:
    def shape(language: str) -> dict[str, set[str]]:
        return {
            key: {name for _, name, _, _ in string.Formatter().parse(value) if name}
            for key, value in catalogue(language, subject).items()
        }

    assert shape("en") == shape("zh")


@pytest.mark.parametrize("kind", [RuleKind.PERMISSION, RuleKind.DEFINITION])
def test_nothing_breaks_a_permission_or_a_definition(cn: Profile, kind: RuleKind) -> None:
    rules = tuple(
        dataclasses.replace(rule, kind=kind) if rule.id in ("cn2023-ar-01", "cn2023-ar-02") else rule
        for rule in cn.rules
    )
    small = dataclasses.replace(COMPLEX, area_m2=100.0)
    said = outcomes(check_hub(small, dataclasses.replace(cn, rules=rules)))
    assert said["cn2023-ar-01"] == said["cn2023-ar-02"] == "not_applicable"
