"""What each rule says of a hub, a community and the city, as far as a plan knows what the rule asks.

Only a requirement that is hard, or that the city raised with document and date, may *fail* anything. A soft or local
one *warns*, a recalled one stays *unverified* however it is met, what nobody measured is *unknown*. Limits that the
profile assumes are listed beside the rules as ``assumption:<limit>``: *unverified* where they hold, *warns* where not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.assess.assumed import REMEDY, assumed_limits, found_of_limits
from doorstep.assess.known import Figure, Known, Value, at_least, at_most, exactly
from doorstep.assess.rules import found_of, holds, required
from doorstep.messages import text
from doorstep.plan_file import Finding
from doorstep.standards import Force, Grade, Outcome, Profile, Rule, RuleKind, Standard, fact

__all__ = [
    "AreaFacts",
    "HubFacts",
    "check_city",
    "check_community",
    "check_hub",
    "remedy_text",
    "rule_text",
    "unit_text",
]


@dataclass(frozen=True, slots=True)
class HubFacts:
    """What a plan knows of a hub.

    Parameters
    ----------
    space
        Id of the space; the subject of the findings is ``hub:<space>``.
    kind, channel
        complex or dispersed; one of the channels.
    area_m2
        Floor with common rooms.
    services
        Service -> number of its grade.
    storey, outdoor_m2
        ``None`` unknown.
    lift
        yes, no or unknown.
    limits
        Codes of the space: ``no_open_kitchen``, ``no_elderly_or_children``, ...
    """

    space: str
    kind: str
    channel: str
    area_m2: float
    services: Mapping[str, int]
    storey: float | None = None
    lift: str = "unknown"
    outdoor_m2: float | None = None
    limits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """What a plan knows of a community or the whole city.

    Parameters
    ----------
    id
        Id of the community; not read for the city.
    households
        ``None`` unknown.
    existing_area_m2
        Floor of the existing facilities whose floor is known.
    unknown_areas
        Number of existing facilities whose floor is not known: the sum is then a lower end.
    hub_area_m2
        Floor of the plan's hubs with common rooms.
    cut
        The outline is cut by the edge of the data: what lies outside is not seen, so nothing is called short.
    """

    id: str
    households: float | None
    existing_area_m2: float
    unknown_areas: int
    hub_area_m2: float
    cut: bool = False


def check_hub(facts: HubFacts, profile: Profile) -> tuple[Finding, ...]:
    """Return what the rules of the profile say of a hub, rules first, then the assumed limits.

    Parameters
    ----------
    facts
        The hub as the plan has it.
    profile
        Its rules, grades and limits.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> hub = HubFacts("K1", "complex", "supplement", 580.0, {"elderly_care": 2, "meals": 3, "domestic": 1}, storey=1)
    >>> findings = {one.rule: one.outcome for one in check_hub(hub, load_profile("cn-2023"))}
    >>> findings["cn2023-ar-01"], findings["cn2023-ar-02"], findings["cn2023-fn-12"]
    ('fails', 'warns', 'passes')
    """
    grades = {service: _grade(profile, service, number) for service, number in sorted(facts.services.items())}
    known = known_hub(facts, profile)
    found = [found_of(known, rule) for rule in profile.rules if "hub" in rule.of and is_listed(known, rule)]
    found += found_of_limits(known, assumed_limits(known, grades, profile), profile)
    return tuple(one.finding for one in found)


def check_community(facts: AreaFacts, profile: Profile) -> tuple[Finding, ...]:
    """Return what the rules say of the floor per 100 households of a community.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> facts = AreaFacts("C1", households=2000, existing_area_m2=400, unknown_areas=0, hub_area_m2=300)
    >>> [(one.rule, one.outcome, one.measured) for one in check_community(facts, load_profile("cn-2023"))]
    [('cn2023-rt-01', 'passes', 35.0), ('cn2023-rt-02', 'warns', 35.0)]
    """
    return _listed(known_area("community", facts), profile)


def check_city(facts: AreaFacts, profile: Profile) -> tuple[Finding, ...]:
    """Return what the rules say of the floor per 100 households over the whole city.

    A rule that the city raised and that no check here measures is listed as unknown, so that it is not forgotten.
    """
    raised = [rule for rule in profile.rules if rule.raised_by and not rule.of]
    return (*_listed(known_area("city", facts), profile), *(_unmeasured("city", rule) for rule in raised))


def known_hub(facts: HubFacts, profile: Profile) -> Known:
    """Return what a plan knows of a hub, by the names of facts; posts are those that the profile reckons with."""
    grades = {service: _grade(profile, service, number) for service, number in facts.services.items()}
    told: dict[str, Value] = {
        "services": frozenset(grades),
        "kind": facts.kind,
        "channel": facts.channel,
        "area_m2": exactly(facts.area_m2),
        "limits": facts.limits,
    }
    for service, grade in grades.items():
        told |= {f"service_area_m2:{service}": exactly(grade.area_m2), f"capacity:{service}": exactly(grade.capacity)}
    for name, figure in (("storey", facts.storey), ("outdoor_m2", facts.outdoor_m2)):
        if figure is not None:
            told[name] = exactly(figure)
    if facts.lift in ("yes", "no"):
        told["lift"] = facts.lift
    posts = {
        "elders_per_carer": _cost(profile, "staff_ratio:elderly_care:carer"),
        "children_per_health_worker": _cost(profile, "staff_ratio:infant_care:health_worker"),
    }
    told |= {name: exactly(figure) for name, figure in posts.items() if figure is not None}
    per_carer = _cost(profile, "staff_ratio:infant_care:childcare_worker")
    if per_carer is not None:
        # A mean above a class's limit may still hold class by class, by the ages of the children.
        told |= {f"children_per_carer:{age}": at_most(per_carer) for age in ("infant", "toddler", "older")}
    guard = _cost(profile, "staff_common:guard")
    if guard is not None:
        told["guard"] = "yes" if guard == 1 else "no"
    return Known("hub", facts.space, told)


def known_area(of: str, facts: AreaFacts) -> Known:
    """Return what a plan knows of a community or the city, by the names of facts."""
    told: dict[str, Value] = {}
    if facts.households is not None and facts.households > 0:
        told["households"] = exactly(facts.households)
    floor = facts.existing_area_m2 + facts.hub_area_m2
    # Of a cut outline neither floor nor households are whole; a floor that is not known can only add.
    told["community_floor_m2"] = (
        Figure(-math.inf, math.inf, floor) if facts.cut else at_least(floor) if facts.unknown_areas else exactly(floor)
    )
    return Known(of, facts.id, told)


def is_listed(known: Known, rule: Rule) -> bool:
    """Return whether a plan lists a rule: if it binds and speaks of the subject, or if a plan may know what it asks."""
    asked = [rule.measure, *(one.split(" ", 1)[0] for one in rule.when)]
    if all(fact(name).is_of_plan for name in asked):
        return True
    binds = rule.raised_by or (rule.force is Force.HARD and rule.kind is RuleKind.REQUIREMENT)
    return bool(binds) and all(holds(known, one) for one in rule.when)


def rule_text(language: str, rule_id: str, profile: Profile | Standard) -> str:
    """Return the sentence of a rule or of an assumed limit; English where no Chinese one is written."""
    if rule_id.startswith("assumption:"):
        limit, _, service = rule_id.removeprefix("assumption:").partition(":")
        told = text(language, f"rules.assumption_{limit}")
        return (
            text(language, "rules.of_service", service=text(language, f"services.{service}"), rule=told)
            if service
            else told
        )
    rule = next(rule for rule in profile.rules if rule.id == rule_id)
    return rule.text_zh if language == "zh" and rule.text_zh else rule.text_en


def remedy_text(language: str, finding: Finding, profile: Profile | Standard) -> str:
    """Return what can be done about a finding; empty where nothing is to be done."""
    if finding.outcome in (Outcome.PASSES, Outcome.NOT_APPLICABLE):
        return ""
    if finding.outcome == Outcome.UNKNOWN:
        return text(language, "rule_remedies.find_out")
    kind, _, limit = finding.rule.partition(":")
    of_rule = (rule.remedy for rule in profile.rules if rule.id == finding.rule)
    name = REMEDY.get(limit.partition(":")[0], "") if kind == "assumption" else next(of_rule, "").replace("none", "")
    if not name and finding.outcome == Outcome.FAILS:
        name = "read_clause"
    return text(language, f"rule_remedies.{name}") if name else ""


def unit_text(language: str, unit: str) -> str:
    """Return the unit of a finding in the reader's language.

    Examples
    --------
    >>> unit_text("zh", "m2 per 100 households")
    '平方米/百户'
    """
    return text(language, f"rules.unit_{re.sub('[^a-z0-9]+', '_', unit)}") if unit else ""


def _listed(known: Known, profile: Profile) -> tuple[Finding, ...]:
    return tuple(
        found_of(known, rule).finding for rule in profile.rules if known.of in rule.of and is_listed(known, rule)
    )


def _unmeasured(subject: str, rule: Rule) -> Finding:
    """A rule that the city raised and that nothing measures is listed as unknown, so that it is not forgotten."""
    return Finding(
        subject=subject,
        rule=rule.id,
        outcome=Outcome.UNKNOWN.value,
        measured=None,
        required=required(rule),
        unit=rule.unit,
        document=f"{rule.raised_by} ({rule.document})",
        clause=rule.clause,
        confidence=rule.confidence,
        force=rule.force.value,
    )


def _grade(profile: Profile, service: str, number: int) -> Grade:
    return next(grade for grade in profile.service(service).grades if grade.number == number)


def _cost(profile: Profile, item: str) -> float | None:
    row = profile.costs.get(("any", item))
    return row.mid if row else None
