"""What the rules say of hubs, communities and the city, worked out again from spaces, grades and floors."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from doorstep.city import City
from doorstep.plan_file import Finding, Hub, PlanFile
from doorstep.standards import Grade, Profile, Rule
from doorstep.verify.verdict import TOLERANCE, Violation, differs, found

__all__ = ["check_findings"]

FLOOR_PER_100_HOUSEHOLDS = ("cn2023-rt-01", "cn2023-rt-02")
FRAIL = frozenset(("elderly_care", "infant_care", "after_school", "play"))
SIGN = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "=", "!=": "≠"}

# Rule -> whether it speaks of the hub, and what is measured there (None: not known).
Measured = dict[str, tuple[bool, float | None]]


def check_findings(city: City, profile: Profile, plan: PlanFile) -> Iterator[Violation]:
    """Yield every finding that is missing, too many, or says another thing than rule and measure give."""
    spaces = {space["id"]: space for space in city.spaces.to_dict("records")}
    known = {service.id: {grade.number for grade in service.grades} for service in profile.services}
    for hub in plan.hubs:
        # Unknown spaces, services and grades are violations of their own; nothing can be measured there.
        if hub.space in spaces and all(one.grade in known.get(one.service, ()) for one in hub.services):
            yield from _compared(f"hub:{hub.space}", hub.findings, _of_hub(hub, spaces[hub.space], profile))
    yield from _compared("plan", plan.findings, _of_areas(city, profile, plan))


def _compared(about: str, reported: Sequence[Finding], derived: Sequence[Finding]) -> Iterator[Violation]:
    times = Counter((one.subject, one.rule) for one in reported)
    said = {(one.subject, one.rule): one for one in reported}
    wanted = {(one.subject, one.rule): one for one in derived}
    for key in sorted({*said, *wanted}):
        if times[key] != (key in wanted):
            subject = "/".join(key) if key[0] == about or about == "plan" else f"{about}/{key[0]}/{key[1]}"
            yield found("finding-rows", subject, times[key], int(key in wanted))
            continue
        one, other = said[key], wanted[key]
        for field in ("outcome", "required", "unit", "document", "clause", "confidence", "force"):
            if getattr(one, field) != getattr(other, field):
                subject = f"{'/'.join(key)}/{field}"
                yield found("finding-differs", subject, getattr(one, field), getattr(other, field))
        a, b = one.measured, other.measured
        if (a is None) != (b is None) or (a is not None and b is not None and differs(a, b)):
            yield found("finding-differs", f"{'/'.join(key)}/measured", a, b, other.unit)


def _of_hub(hub: Hub, space: Mapping[str, Any], profile: Profile) -> list[Finding]:
    subject, rules = f"hub:{hub.space}", {rule.id: rule for rule in profile.rules}
    grades = {
        one.service: grade
        for one in hub.services
        for grade in profile.service(one.service).grades
        if grade.number == one.grade
    }
    measured = _measured(grades, hub.area_m2, space, profile)
    findings = [_finding(subject, rules[rule], *told) for rule, told in measured.items() if rule in rules]
    for limit, broken in _assumed(grades, hub.area_m2, space, profile).items():
        outcome = "unknown" if broken is None else "warns" if broken else "unverified"
        assumed = (None, "", "", profile.id, "", "assumption", "assumption")
        findings.append(Finding(subject, f"assumption:{limit}", outcome, *assumed))
    return findings


def _measured(grades: Mapping[str, Grade], area_m2: float, space: Mapping[str, Any], profile: Profile) -> Measured:
    """Return what every rule that speaks of hubs measures in one."""
    n = len(grades)
    is_complex = n >= profile.complex_min_functions
    elderly, infants = "elderly_care" in grades, "infant_care" in grades
    priority = sum(service.priority for service in profile.services if service.id in grades)
    storey, ground = _known(space["storey"]), _known(space["outdoor_m2"])
    lift = {"yes": 1.0, "no": 0.0}.get(str(space["lift"]))
    children = float(grades["infant_care"].capacity) if infants else 0.0

    def figure(item: str) -> float | None:
        row = profile.costs.get(("any", item))
        return row.mid if row else None

    told: Measured = {
        "cn2023-ar-01": (is_complex, area_m2),
        "cn2023-ar-02": (is_complex, area_m2),
        "cn2023-fn-11": (is_complex, float(n)),
        "cn2023-fn-12": (is_complex, float(priority)),
        "cn2023-fn-13": (is_complex, float(elderly + infants)),
        "cn2023-fn-14": (not is_complex, float(n)),
        "cn2023-ch-05": (True, None),
        "cn2023-ch-06": (True, None),
        "cn2023-ch-07": (space["channel"] == "newbuild", None),
        "cn2023-st-01": (infants, storey),
        "cn2023-st-02": (infants, storey),
        "cn2023-st-06": (elderly, storey),
        "cn2023-st-07": (elderly and (storey is None or storey > 1), lift),
        "cn2023-sp-01": (infants and n > 1, None),
        "cn2023-sp-02": (infants and "meals" in grades, None),
        "cn2023-sp-03": (infants and "sport" in grades, None),
        "cn2023-el-10": (elderly, figure("staff_ratio:elderly_care:carer")),
        "cnty-st-02": (infants, figure("staff_ratio:infant_care:health_worker")),
        "cnty-st-03": (infants, figure("staff_common:guard")),
        "cnty-out-1": (infants, ground / children if ground is not None and children > 0 else None),
    }
    told |= dict.fromkeys(("cnty-si-01", "cnty-st-01", "cnty-op-01", "cnty-pr-01"), (infants, None))
    # How the children are split into classes is not known: only what holds for all of them together is said.
    values = {rule.id: rule.value for rule in profile.rules}
    carers = figure("staff_ratio:infant_care:childcare_worker")
    for group, value in (("cnty-cl-0", children), ("cnty-ra-0", carers)):
        for rule in (one for one in values if one.startswith(group)):
            holds = value is not None and value <= float(values[rule])
            told[rule] = (infants, value if holds else None)
    return told


def _assumed(
    grades: Mapping[str, Grade], area_m2: float, space: Mapping[str, Any], profile: Profile
) -> dict[str, bool | None]:
    """Tell of each assumed limit that speaks of the hub whether it is broken (``None``: a figure is not known)."""
    services = [service for service in profile.services if service.id in grades]
    storey, ground, codes = _known(space["storey"]), _known(space["outdoor_m2"]), space["limits"]
    told: dict[str, bool | None] = {"storey": None, "lift": None}
    if storey is not None:
        told["storey"] = any(not one.storey_min <= storey <= one.storey_max for one in services)
        if all(storey <= one.lift_above for one in services):
            told["lift"] = False
        else:
            told["lift"] = {"yes": False, "no": True}.get(str(space["lift"]))
    needed = max((grade.outdoor_m2 for grade in grades.values()), default=0)
    if needed > 0:
        told["outdoor"] = None if ground is None else ground < needed
    if any(grade.kitchen for grade in grades.values()):
        told["kitchen"] = "no_open_kitchen" in codes
    if FRAIL & grades.keys():
        told["users"] = "no_elderly_or_children" in codes
    if any(a in grades and b in grades for a, b in profile.forbidden_pairs):
        told["forbidden_pairs"] = area_m2 < profile.small_hub_m2
    least = profile.parameters.get(("complex_min_area_m2", "any", "all"))
    is_complex = len(grades) >= profile.complex_min_functions
    if least is not None and is_complex and least.mid > 0 and least.kind != "sourced":
        told["complex_area"] = area_m2 < profile.complex_min_area_m2
    return told


def _of_areas(city: City, profile: Profile, plan: PlanFile) -> list[Finding]:
    """Floor per 100 households of every community and the city, and raised rules that nothing measures."""
    # A facility has one row a service; its floor counts once.
    floors = {
        (row["place"], row["community"], str(row["area_m2"])): float(row["area_m2"])
        for row in city.facilities.to_dict("records")
        if "area_m2" in row
    }
    rules = [rule for rule in profile.rules if rule.id in FLOOR_PER_100_HOUSEHOLDS]
    communities = city.communities.to_dict("records")
    areas = [(f"community:{one['id']}", {one["id"]}, float(one["households"]), bool(one["cut"])) for one in communities]
    households = sum(one[2] for one in areas) if areas else math.nan
    findings = []
    everywhere = {key[1] for key in floors} | {hub.community for hub in plan.hubs}
    for subject, inside, homes, cut in (*areas, ("city", everywhere, households, any(one[3] for one in areas))):
        existing = [floor for (_, community, _), floor in floors.items() if community in inside]
        floor_m2 = sum(one for one in existing if not math.isnan(one))
        floor_m2 += sum(hub.area_m2 for hub in plan.hubs if hub.community in inside)
        measured = floor_m2 * 100 / homes if homes > 0 else None
        has_unknown = any(math.isnan(one) for one in existing)
        for rule in rules:
            short = measured is not None and not _holds(rule, measured)
            outcome = "unknown" if cut or (short and has_unknown) else None
            findings.append(_finding(subject, rule, True, measured, outcome))
    nowhere = {"storey": math.nan, "outdoor_m2": math.nan, "lift": "", "channel": "", "limits": frozenset()}
    seen = {*_measured({}, 0.0, nowhere, profile), *FLOOR_PER_100_HOUSEHOLDS}
    raised = [rule for rule in profile.rules if rule.raised_by and rule.id not in seen]
    return findings + [_finding("city", rule, True, None) for rule in raised]


def _finding(subject: str, rule: Rule, applies: bool, measured: float | None, outcome: str | None = None) -> Finding:
    has_figure = rule.operator in SIGN and rule.unit not in ("flag", "rule")
    return Finding(
        subject=subject,
        rule=rule.id,
        outcome=outcome or (_outcome(rule, measured) if applies else "not_applicable"),
        measured=measured if applies else None,
        required=f"{SIGN[rule.operator]} {rule.value}" if has_figure else "",
        unit=rule.unit,
        document=f"{rule.raised_by} ({rule.document})" if rule.raised_by else rule.document,
        clause=rule.clause,
        confidence=rule.confidence,
        force=str(rule.force.value),
    )


def _outcome(rule: Rule, measured: float | None) -> str:
    """Only a hard requirement fails; a recalled rule stays unverified however it is met."""
    if measured is None:
        return "unknown"
    if rule.force.value == "unverified":
        return "unverified"
    if _holds(rule, measured):
        return "passes"
    if rule.kind.value != "requirement":
        return "not_applicable"
    return "fails" if rule.force.value == "hard" else "warns"


def _holds(rule: Rule, measured: float) -> bool:
    short, slack = measured - float(rule.value), TOLERANCE * 1e-3 * max(1.0, abs(measured))
    return {">=": short >= -slack, "<=": short <= slack, "=": abs(short) <= slack}[rule.operator]


def _known(figure: object) -> float | None:
    value = float(str(figure))
    return None if math.isnan(value) else value
