"""What each rule says of a hub, a community and the city, as far as a plan knows what the rule asks.

Only a requirement that is hard, or that the city raised with document and date, may *fail* anything. A soft or local
one *warns*, a recalled one stays *unverified* however it is met, what nobody measured is *unknown*. Limits that the
profile assumes are listed beside the rules as ``assumption:<limit>``: *unverified* where they hold, *warns* where not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doorstep.messages import text
from doorstep.plan_file import Finding
from doorstep.standards import Force, Grade, Outcome, Profile, Rule, RuleKind

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

FRAIL = ("elderly_care", "infant_care", "after_school", "play")  # barred by the limit no_elderly_or_children
AREA_RULES = ("cn2023-rt-01", "cn2023-rt-02")
SIGN = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "=", "!=": "≠"}
REMEDY = {
    "cn2023-ar-01": "larger_space",
    "cn2023-ar-02": "larger_space",
    "assumption:complex_area": "larger_space",
    "cn2023-fn-11": "more_functions",
    "cn2023-fn-12": "priority_functions",
    "cn2023-fn-13": "priority_functions",
    "cn2023-sp-03": "room_between",
    "assumption:forbidden_pairs": "room_between",
    "cn2023-sp-01": "own_entrance",
    "cn2023-sp-02": "separate_kitchen",
    "cn2023-st-01": "other_storey",
    "cn2023-st-02": "other_storey",
    "cn2023-st-06": "other_storey",
    "assumption:storey": "other_storey",
    "cn2023-st-07": "lift",
    "assumption:lift": "lift",
    "assumption:outdoor": "ground",
    "cnty-out-1": "ground",
    "cnty-op-01": "ground",
    "assumption:kitchen": "no_kitchen",
    "assumption:users": "other_services",
    "cn2023-rt-01": "more_floor",
    "cn2023-rt-02": "more_floor",
    "cn2023-ch-05": "land_use",
    "cn2023-ch-06": "land_use",
    "cn2023-ch-07": "handover",
}


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
    subject = f"hub:{facts.space}"
    grades = {service: _grade(profile, service, number) for service, number in sorted(facts.services.items())}
    rules = {rule.id: rule for rule in profile.rules}
    findings = []
    for rule_id, applies, measured in (*_hub_measures(facts, profile), *_infant_measures(facts, grades, profile)):
        rule = rules.get(rule_id)
        if rule is not None:
            findings.append(_finding(subject, rule, applies, measured))
    findings += [
        _assumption(subject, limit, broken, profile) for limit, broken in _limits(facts, grades, profile).items()
    ]
    return tuple(findings)


def check_community(facts: AreaFacts, profile: Profile) -> tuple[Finding, ...]:
    """Return what the rules say of the floor per 100 households of a community.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> facts = AreaFacts("C1", households=2000, existing_area_m2=400, unknown_areas=0, hub_area_m2=300)
    >>> [(one.rule, one.outcome, one.measured) for one in check_community(facts, load_profile("cn-2023"))]
    [('cn2023-rt-01', 'passes', 35.0), ('cn2023-rt-02', 'warns', 35.0)]
    """
    return _check_area(f"community:{facts.id}", facts, profile)


def check_city(facts: AreaFacts, profile: Profile) -> tuple[Finding, ...]:
    """Return what the rules say of the floor per 100 households over the whole city.

    A rule that the city raised and that no check here measures is listed as unknown, so that it is not forgotten.
    """
    nowhere = HubFacts("", "complex", "rent", 0.0, {})
    measured = {one[0] for one in (*_hub_measures(nowhere, profile), *_infant_measures(nowhere, {}, profile))}
    raised = [rule for rule in profile.rules if rule.raised_by and rule.id not in measured | set(AREA_RULES)]
    return (*_check_area("city", facts, profile), *(_finding("city", rule, True, None) for rule in raised))


def rule_text(language: str, rule_id: str, profile: Profile) -> str:
    """Return the sentence of a rule or of an assumed limit; English where no Chinese one is written."""
    if rule_id.startswith("assumption:"):
        return text(language, f"rules.assumption_{rule_id.removeprefix('assumption:')}")
    rule = next(rule for rule in profile.rules if rule.id == rule_id)
    return rule.text_zh if language == "zh" and rule.text_zh else rule.text_en


def remedy_text(language: str, finding: Finding) -> str:
    """Return what can be done about a finding; empty where nothing is to be done."""
    if finding.outcome in (Outcome.PASSES, Outcome.NOT_APPLICABLE):
        return ""
    if finding.outcome == Outcome.UNKNOWN:
        return text(language, "rules.remedy_find_out")
    name = REMEDY.get(finding.rule, "read_clause" if finding.outcome == Outcome.FAILS else "")
    return text(language, f"rules.remedy_{name}") if name else ""


def unit_text(language: str, unit: str) -> str:
    """Return the unit of a finding in the reader's language.

    Examples
    --------
    >>> unit_text("zh", "m2 per 100 households")
    '平方米/百户'
    """
    return text(language, f"rules.unit_{re.sub('[^a-z0-9]+', '_', unit)}") if unit else ""


# -- what is measured ------------------------------------------------------------------------------------------------

Measure = tuple[str, bool, float | None]  # rule, whether it speaks of this hub, the figure (None: not known)


def _hub_measures(facts: HubFacts, profile: Profile) -> Iterable[Measure]:
    is_complex = facts.kind == "complex"
    functions = float(len(facts.services))
    priority = float(sum(profile.service(service).priority for service in facts.services))
    elderly, infants = "elderly_care" in facts.services, "infant_care" in facts.services
    lift = {"yes": 1.0, "no": 0.0}.get(facts.lift)
    yield "cn2023-ar-01", is_complex, facts.area_m2
    yield "cn2023-ar-02", is_complex, facts.area_m2
    yield "cn2023-fn-11", is_complex, functions
    yield "cn2023-fn-12", is_complex, priority
    yield "cn2023-fn-13", is_complex, float(elderly + infants)
    yield "cn2023-fn-14", not is_complex, functions
    yield "cn2023-ch-05", True, None
    yield "cn2023-ch-06", True, None
    yield "cn2023-ch-07", facts.channel == "newbuild", None
    yield "cn2023-st-01", infants, facts.storey
    yield "cn2023-st-02", infants, facts.storey
    yield "cn2023-st-06", elderly, facts.storey
    yield "cn2023-st-07", elderly and (facts.storey is None or facts.storey > 1), lift
    yield "cn2023-sp-01", infants and len(facts.services) > 1, None
    yield "cn2023-sp-02", infants and "meals" in facts.services, None
    yield "cn2023-sp-03", infants and "sport" in facts.services, None
    yield "cn2023-el-10", elderly, _cost(profile, "staff_ratio:elderly_care:carer")


def _infant_measures(facts: HubFacts, grades: Mapping[str, Grade], profile: Profile) -> Iterable[Measure]:
    grade = grades.get("infant_care")
    there = grade is not None
    children = float(grade.capacity) if grade else 0.0
    # Every class is at most the whole; how the children are split into classes is not known beyond that.
    per_carer = _cost(profile, "staff_ratio:infant_care:childcare_worker")
    rules = {rule.id: rule for rule in profile.rules}
    for rule_id in ("cnty-cl-01", "cnty-cl-02", "cnty-cl-03", "cnty-cl-04"):
        yield rule_id, there, children if rule_id in rules and children <= float(rules[rule_id].value) else None
    for rule_id in ("cnty-ra-01", "cnty-ra-02", "cnty-ra-03"):
        # A mean above the limit may still hold class by class, by the ages of the children: not known.
        within = per_carer is not None and rule_id in rules and per_carer <= float(rules[rule_id].value)
        yield rule_id, there, per_carer if within else None
    yield "cnty-st-02", there, _cost(profile, "staff_ratio:infant_care:health_worker")
    yield "cnty-st-03", there, _cost(profile, "staff_common:guard")
    for rule_id in ("cnty-si-01", "cnty-st-01", "cnty-op-01", "cnty-pr-01"):
        yield rule_id, there, None
    outdoor = facts.outdoor_m2
    yield "cnty-out-1", there, outdoor / children if outdoor is not None and children > 0 else None


def _limits(facts: HubFacts, grades: Mapping[str, Grade], profile: Profile) -> dict[str, bool | None]:
    """Return the assumed limits that speak of this hub: broken, held, or ``None`` where a figure is not known."""
    of = {service: profile.service(service) for service in grades}
    storey, outdoor = facts.storey, facts.outdoor_m2
    found: dict[str, bool | None] = {
        "storey": None
        if storey is None
        else not all(one.storey_min <= storey <= one.storey_max for one in of.values()),
        "lift": _lift_missing(facts, [one.lift_above for one in of.values()]),
    }
    needed = max((grade.outdoor_m2 for grade in grades.values()), default=0)
    if needed > 0:
        found["outdoor"] = None if outdoor is None else outdoor < needed
    if any(grade.kitchen for grade in grades.values()):
        found["kitchen"] = "no_open_kitchen" in facts.limits
    if any(service in FRAIL for service in grades):
        found["users"] = "no_elderly_or_children" in facts.limits
    if any(a in grades and b in grades for a, b in profile.forbidden_pairs):
        found["forbidden_pairs"] = facts.area_m2 < profile.small_hub_m2
    least = profile.parameters["complex_min_area_m2", "any", "all"]
    if facts.kind == "complex" and least.mid > 0 and least.kind != "sourced":
        # As the profile comes, the least floor is a rule and checked as one; a figure set over it is checked here.
        found["complex_area"] = facts.area_m2 < profile.complex_min_area_m2
    return found


def _lift_missing(facts: HubFacts, lift_above: Iterable[int]) -> bool | None:
    if facts.storey is None:
        return None
    if facts.storey <= min(lift_above, default=99):
        return False
    return {"yes": False, "no": True}.get(facts.lift)


def _check_area(subject: str, facts: AreaFacts, profile: Profile) -> tuple[Finding, ...]:
    rules = {rule.id: rule for rule in profile.rules}
    found = []
    for rule_id in AREA_RULES:
        if rule_id not in rules:
            continue
        rule, measured = rules[rule_id], None
        if facts.households is not None and facts.households > 0:
            measured = (facts.existing_area_m2 + facts.hub_area_m2) * 100 / facts.households
        finding = _finding(subject, rule, True, measured)
        short = measured is not None and not _met(rule, measured)
        # Of a cut outline neither floor nor households are whole; a floor that is not known can only add.
        if facts.cut or (short and facts.unknown_areas > 0):
            finding = _finding(subject, rule, True, measured, outcome=Outcome.UNKNOWN)
        found.append(finding)
    return tuple(found)


# -- from a figure to a finding --------------------------------------------------------------------------------------


def _finding(
    subject: str, rule: Rule, applies: bool, measured: float | None, outcome: Outcome | None = None
) -> Finding:
    if outcome is None:
        outcome = _outcome(rule, measured) if applies else Outcome.NOT_APPLICABLE
    return Finding(
        subject=subject,
        rule=rule.id,
        outcome=outcome.value,
        measured=measured if applies else None,
        required=_required(rule),
        unit=rule.unit,
        document=f"{rule.raised_by} ({rule.document})" if rule.raised_by else rule.document,
        clause=rule.clause,
        confidence=rule.confidence,
        force=rule.force.value,
    )


def _outcome(rule: Rule, measured: float | None) -> Outcome:
    if rule.force is Force.UNVERIFIED and measured is not None:
        return Outcome.UNVERIFIED
    if measured is None:
        return Outcome.UNKNOWN
    if _met(rule, measured):
        return Outcome.PASSES
    if rule.kind is not RuleKind.REQUIREMENT:
        return Outcome.NOT_APPLICABLE  # outside a permission or a definition nothing is broken
    return Outcome.FAILS if rule.force is Force.HARD else Outcome.WARNS


def _met(rule: Rule, measured: float) -> bool:
    """Compare with what the rule asks; floors are sums of products, so the last digits do not decide."""
    wanted, slack = float(rule.value), 1e-9 * max(1.0, abs(measured))
    if rule.operator == ">=":
        return measured >= wanted - slack
    if rule.operator == "<=":
        return measured <= wanted + slack
    if rule.operator == "=":
        return abs(measured - wanted) <= slack
    raise ValueError(f"{rule.id}: a check for the operator {rule.operator} is not written")


def _required(rule: Rule) -> str:
    # Lists, codes and flags are said by the rule's sentence.
    return f"{SIGN[rule.operator]} {rule.value}" if rule.operator in SIGN and rule.unit not in ("flag", "rule") else ""


def _assumption(subject: str, limit: str, broken: bool | None, profile: Profile) -> Finding:
    outcome = Outcome.UNKNOWN if broken is None else Outcome.WARNS if broken else Outcome.UNVERIFIED
    return Finding(
        subject=subject,
        rule=f"assumption:{limit}",
        outcome=outcome.value,
        measured=None,
        required="",
        unit="",
        document=profile.id,
        clause="",
        confidence="assumption",
        force="assumption",
    )


def _grade(profile: Profile, service: str, number: int) -> Grade:
    return next(grade for grade in profile.service(service).grades if grade.number == number)


def _cost(profile: Profile, item: str) -> float | None:
    row = profile.costs.get(("any", item))
    return row.mid if row else None
