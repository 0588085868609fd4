"""Limits that a profile assumes, beside its rules: *unverified* where they hold, *warns* where not, never more.

What a plan lists are the limits that kept services out of spaces. Of a hub that somebody tells of, floor for the people
it takes and rooms in turn by period are looked at, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.assess.known import Figure, Known, exactly, value_of
from doorstep.assess.rules import Found
from doorstep.plan_file import Finding
from doorstep.standards import Grade, Outcome, Profile

__all__ = ["assumed_limits", "found_of_limits", "grades_of", "told_assumptions"]

FRAIL = ("elderly_care", "infant_care", "after_school", "play")  # barred by the limit no_elderly_or_children
REMEDY = {
    "complex_area": "larger_space",
    "forbidden_pairs": "room_between",
    "storey": "other_storey",
    "lift": "lift",
    "outdoor": "ground",
    "kitchen": "no_kitchen",
    "users": "other_services",
    "floor": "more_floor_of_service",
    "periods": "larger_space",
}


def assumed_limits(known: Known, grades: Mapping[str, Grade | None], profile: Profile) -> dict[str, bool | None]:
    """Return the assumed limits that speak of a hub: broken, held, or ``None`` where a figure is not known.

    Parameters
    ----------
    known
        The hub.
    grades
        Service -> its size grade, None if it is not known.
    profile
        Its limits.
    """
    of = {service: profile.service(service) for service in grades}
    storeys = {service: _number(known, f"service_storey:{service}") for service in grades}
    fits = [
        None if storey is None else of[service].storey_min <= storey <= of[service].storey_max
        for service, storey in storeys.items()
    ]
    found: dict[str, bool | None] = {"storey": _broken(fits), "lift": _lift_missing(known, storeys, profile)}
    outdoor = _number(known, "outdoor_m2")
    needed = max((grade.outdoor_m2 for grade in grades.values() if grade), default=0)
    if needed > 0:
        found["outdoor"] = None if outdoor is None else outdoor < needed
    limits = known.told.get("limits")
    open_kitchen = known.told.get("open_kitchen")
    if open_kitchen == "yes" or (open_kitchen is None and any(grade and grade.kitchen for grade in grades.values())):
        found["kitchen"] = "no_open_kitchen" in limits if isinstance(limits, frozenset) else None
    if any(service in FRAIL for service in grades):
        found["users"] = "no_elderly_or_children" in limits if isinstance(limits, frozenset) else None
    area = _number(known, "area_m2")
    if any(a in grades and b in grades for a, b in profile.forbidden_pairs):
        found["forbidden_pairs"] = None if area is None else area < profile.small_hub_m2
    least = profile.parameters["complex_min_area_m2", "any", "all"]
    if known.told.get("kind") == "complex" and least.mid > 0 and least.kind != "sourced":
        # As the profile comes, the least floor is a rule and checked as one; a figure set over it is checked here.
        found["complex_area"] = None if area is None else area < profile.complex_min_area_m2
    return found


def found_of_limits(known: Known, broken: Mapping[str, bool | None], profile: Profile) -> tuple[Found, ...]:
    """Return assumed limits as findings ``assumption:<limit>``."""
    return tuple(_found(known, limit, one, profile) for limit, one in broken.items())


def grades_of(known: Known, profile: Profile) -> dict[str, Grade | None]:
    """Return the smallest size grade that holds the capacity told of each service, None if none is told or holds it."""
    services = known.told.get("services")
    found: dict[str, Grade | None] = {}
    for service in sorted(services) if isinstance(services, frozenset) else ():
        capacity = _number(known, f"capacity:{service}")
        grades = profile.service(service).grades
        found[service] = next((one for one in grades if capacity is not None and one.capacity >= capacity), None)
    return found


def told_assumptions(known: Known, profile: Profile) -> tuple[Found, ...]:
    """Return what the profile assumes of a hub that somebody tells of.

    Parameters
    ----------
    known
        Services, and of each its floor and capacity as far as they are told.
    profile
        Size grades, ranges of floor, matrices of shared rooms.

    Returns
    -------
    tuple of Found
        The limits; ``assumption:floor:<service>``: floor per unit of capacity against the low end of the range of the
        smallest grade that holds the capacity (the largest grade where none does); ``assumption:periods``: the floor
        needed in the busiest period of the week, if all rooms that can be shared are, against the hub's floor: by the
        same rule as plans share rooms.
    """
    grades = grades_of(known, profile)
    found = list(found_of_limits(known, assumed_limits(known, grades, profile), profile))
    for service in grades:
        found += _floor(known, service, grades[service], profile)
    busiest = _busiest(known, tuple(grades), profile)
    if len(grades) > 1:
        area = _number(known, "area_m2")
        broken = None if busiest is None or area is None else area < busiest - 1e-5
        told = (busiest, f"≤ {area:g}", "m2") if broken is not None else (None, "", "m2")
        found.append(_found(known, "periods", broken, profile, *told))
    return tuple(found)


def _floor(known: Known, service: str, grade: Grade | None, profile: Profile) -> list[Found]:
    capacity, area = (_number(known, f"{name}:{service}") for name in ("capacity", "service_area_m2"))
    grade = grade or profile.service(service).grades[-1]
    least = profile.parameters[f"grade_{grade.number}_area_m2", service, "all"].low / grade.capacity
    if least <= 0:
        return []
    measured = area / capacity if area is not None and capacity else None
    broken = None if measured is None else measured < least - 1e-9
    return [_found(known, f"floor:{service}", broken, profile, measured, f"≥ {least:.3g}", "m2 per unit of capacity")]


def _busiest(known: Known, services: tuple[str, ...], profile: Profile) -> float | None:
    """Floor that the services need in the busiest period, common floor included, if all that can be lent is lent.

    A service to which another lends at some time needs of its shared rooms no more than what is in use of them.
    """
    areas = {service: _number(known, f"service_area_m2:{service}") for service in services}
    use = profile.floor_use
    row = {service: use.services.index(service) for service in services}
    if None in areas.values():
        return None
    most = 0.0
    for t in range(len(use.periods)):
        need = 0.0
        for service, area in areas.items():
            a = row[service]
            others = [row[other] for other in services if other != service]
            free = use.lendable[a][t] if any(use.lent[a][b][t] > 0 for b in others) else 0.0
            if any(share > 0 for b in others for share in use.lent[b][a]):
                idle = max(use.room_use[a]) - use.room_use[a][t]
                free = max(free, (1 - use.own_share[a]) * idle)
            need += (area or 0.0) * (1 - free)
        most = max(most, need)
    is_complex = len(services) >= profile.complex_min_functions
    return most * (1 + (profile.common_share_complex if is_complex else profile.common_share_dispersed))


def _found(
    known: Known,
    limit: str,
    broken: bool | None,
    profile: Profile,
    measured: float | None = None,
    required: str = "",
    unit: str = "",
) -> Found:
    outcome = Outcome.UNKNOWN if broken is None else Outcome.WARNS if broken else Outcome.UNVERIFIED
    finding = Finding(
        subject=known.subject,
        rule=f"assumption:{limit}",
        outcome=outcome.value,
        measured=measured,
        required=required,
        unit=unit,
        document=profile.id,
        clause="",
        confidence="assumption",
        force="assumption",
    )
    value = None if measured is None else exactly(measured)
    missing = _missing(known, limit) if broken is None else ()
    return Found(finding, value, missing, REMEDY[limit.partition(":")[0]], met=None if broken is None else not broken)


def _missing(known: Known, limit: str) -> tuple[str, ...]:
    base, _, service = limit.partition(":")
    services = known.told.get("services")
    offered = sorted(services) if isinstance(services, frozenset) else []
    asked = {
        "storey": ["storey"],
        "lift": ["storey", "lift"],
        "outdoor": ["outdoor_m2"],
        "kitchen": ["limits"],
        "users": ["limits"],
        "forbidden_pairs": ["area_m2"],
        "complex_area": ["area_m2"],
        "floor": [f"service_area_m2:{service}", f"capacity:{service}"],
        "periods": ["area_m2", *(f"service_area_m2:{one}" for one in offered)],
    }[base]
    return tuple(one for one in asked if value_of(known, one) is None)


def _broken(fits: list[bool | None]) -> bool | None:
    return True if False in fits else None if None in fits else False


def _lift_missing(known: Known, storeys: Mapping[str, float | None], profile: Profile) -> bool | None:
    needed = [
        None if storey is None else storey > profile.service(service).lift_above for service, storey in storeys.items()
    ]
    if True in needed:
        return {"yes": False, "no": True}.get(str(known.told.get("lift")))
    return None if None in needed else False


def _number(known: Known, name: str) -> float | None:
    value = value_of(known, name)
    return value.low if isinstance(value, Figure) and value.low == value.high else None
