"""What the rules say of hubs, communities and the city, worked out again from spaces, grades and floors."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from doorstep.city import City
from doorstep.plan_file import Finding, Hub, PlanFile
from doorstep.standards import Grade, Profile
from doorstep.verify.replaced import closed_by
from doorstep.verify.rules import finding_of, is_of_plan
from doorstep.verify.verdict import Violation, differs, found

__all__ = ["check_findings"]

FRAIL = frozenset(("elderly_care", "infant_care", "after_school", "play"))
USUAL_TYPE = {
    "elderly_care": "day_care",
    "infant_care": "nursery",
    "health": "health_station",
    "culture": "culture_station",
    "sport": "exercise_room",
}


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
    subject = f"hub:{hub.space}"
    grades = {
        one.service: grade
        for one in hub.services
        for grade in profile.service(one.service).grades
        if grade.number == one.grade
    }
    known = _known_of_hub(grades, hub.area_m2, space, profile)
    findings = [finding_of(subject, "hub", rule, known) for rule in profile.rules if is_of_plan(rule, "hub", known)]
    for limit, broken in _assumed(grades, hub.area_m2, space, profile).items():
        outcome = "unknown" if broken is None else "warns" if broken else "unverified"
        assumed = (None, "", "", profile.id, "", "assumption", "assumption")
        findings.append(Finding(subject, f"assumption:{limit}", outcome, *assumed))
    return findings


def _known_of_hub(
    grades: Mapping[str, Grade], area_m2: float, space: Mapping[str, Any], profile: Profile
) -> dict[str, tuple[float, float] | frozenset[str]]:
    """Return what a plan knows of a hub, by the names of facts."""
    storey, ground, lift = _known(space["storey"]), _known(space["outdoor_m2"]), str(space["lift"])
    priority = {service.id for service in profile.services if service.priority}
    counts = {
        "functions": len(grades),
        "priority_functions": len(priority & grades.keys()),
        "care_functions": len({"elderly_care", "infant_care"} & grades.keys()),
    }
    numbers: dict[str, float | None] = {"area_m2": area_m2, "outdoor_m2": ground, "storey": storey, **counts}
    numbers |= {f"service_area_m2:{service}": grade.area_m2 for service, grade in grades.items()}
    numbers |= {f"capacity:{service}": grade.capacity for service, grade in grades.items()}
    numbers |= {f"service_storey:{service}": storey for service in grades}
    if len(grades) == 1:
        numbers |= {f"service_land_m2:{service}": ground for service in grades}

    def figure(item: str) -> float | None:
        row = profile.costs.get(("any", item))
        return row.mid if row else None

    numbers["elders_per_carer"] = figure("staff_ratio:elderly_care:carer")
    numbers["children_per_health_worker"] = figure("staff_ratio:infant_care:health_worker")
    known: dict[str, tuple[float, float] | frozenset[str]] = {
        "services": frozenset(grades),
        "kind": frozenset(["complex" if len(grades) >= profile.complex_min_functions else "dispersed"]),
        "channel": frozenset([str(space["channel"])]),
    }
    known |= {f"service_type:{one}": frozenset([kind]) for one, kind in USUAL_TYPE.items() if one in grades}
    children = float(grades["infant_care"].capacity) if "infant_care" in grades else None
    if children:
        numbers["outdoor_m2_per_child"] = None if ground is None else ground / children
        numbers["floor_m2_per_child"] = grades["infant_care"].area_m2 / children
        # How they are split into classes is not known: no class is larger than all of them together.
        known |= {f"class_size:{age}": (-math.inf, children) for age in ("infant", "toddler", "older", "mixed")}
    carers = figure("staff_ratio:infant_care:childcare_worker")
    if carers is not None:
        known |= {f"children_per_carer:{age}": (-math.inf, carers) for age in ("infant", "toddler", "older")}
    guards = figure("staff_common:guard")
    if guards is not None:
        known["guard"] = frozenset(["yes" if guards == 1 else "no"])
    if lift in ("yes", "no"):
        known["lift"] = frozenset([lift])
    return known | {name: (float(value), float(value)) for name, value in numbers.items() if value is not None}


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
    closed = closed_by(plan, city.spaces.to_dict("records"))
    # A facility has one row a service; its floor counts once.
    floors = {
        (row["place"], row["community"], str(row["area_m2"])): float(row["area_m2"])
        for row in city.facilities.to_dict("records")
        if "area_m2" in row and row["id"] not in closed
    }
    communities = city.communities.to_dict("records")
    areas = [(f"community:{one['id']}", {one["id"]}, float(one["households"]), bool(one["cut"])) for one in communities]
    households = sum(one[2] for one in areas) if areas else math.nan
    findings = []
    everywhere = {key[1] for key in floors} | {hub.community for hub in plan.hubs}
    for subject, inside, homes, cut in (*areas, ("city", everywhere, households, any(one[3] for one in areas))):
        existing = [floor for (_, community, _), floor in floors.items() if community in inside]
        floor_m2 = sum(one for one in existing if not math.isnan(one))
        floor_m2 += sum(hub.area_m2 for hub in plan.hubs if hub.community in inside)
        open_above = any(math.isnan(one) for one in existing)
        floor = (-math.inf, math.inf) if cut else (floor_m2, math.inf) if open_above else (floor_m2, floor_m2)
        known: dict[str, tuple[float, float] | frozenset[str]] = {"community_floor_m2": floor}
        shown = None
        if homes > 0:
            known |= {
                "households": (homes, homes),
                "community_m2_per_100_households": (floor[0] * 100 / homes, floor[1] * 100 / homes),
            }
            shown = floor_m2 * 100 / homes
        of = subject.partition(":")[0]
        findings += [
            finding_of(subject, of, rule, known, shown if rule.measure == "community_m2_per_100_households" else None)
            for rule in profile.rules
            if is_of_plan(rule, of, known)
        ]
    raised = [rule for rule in profile.rules if rule.raised_by and not rule.of]
    return findings + [finding_of("city", "city", rule, {}) for rule in raised]


def _known(figure: object) -> float | None:
    value = float(str(figure))
    return None if math.isnan(value) else value
