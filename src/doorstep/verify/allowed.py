"""Which grades may be in a space, and how much floor a hub may and must have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from itertools import combinations
from typing import Any

from doorstep.standards import Grade, Profile, Service

__all__ = [
    "allowed_grades",
    "area_for_floor_m2",
    "area_not_small_m2",
    "barred_because",
    "common_share",
    "pair_free_sets",
    "room_m2",
]

ELDERLY_OR_CHILDREN = frozenset(("elderly_care", "infant_care", "after_school", "play"))


def barred_because(space: Mapping[str, Any], service: Service, grade: Grade, profile: Profile) -> list[str]:
    """List the codes of everything that keeps a grade out of a space; empty if it may be there."""
    on, limits, storey = profile.limits_on, space["limits"], float(space["storey"])
    reasons = []
    if space["decision"] == "never":
        reasons.append("never-open")
    if f"bar:{service.id}" in limits:
        reasons.append("hub-service-barred")
    if "storey" in on and not math.isnan(storey) and not service.storey_min <= storey <= service.storey_max:
        reasons.append("limit-storey")
    if "lift" in on and storey > service.lift_above and space["lift"] == "no":
        reasons.append("limit-lift")
    ground = float(space["outdoor_m2"])
    # An unknown ground passes, but not for a grade that is nothing but ground.
    if "outdoor" in on and (ground < grade.outdoor_m2 or (math.isnan(ground) and grade.area_m2 == 0)):
        reasons.append("limit-outdoor")
    if "kitchen" in on and grade.kitchen and "no_open_kitchen" in limits:
        reasons.append("limit-kitchen")
    if "users" in on and service.id in ELDERLY_OR_CHILDREN and "no_elderly_or_children" in limits:
        reasons.append("limit-users")
    return reasons


def allowed_grades(space: Mapping[str, Any], profile: Profile) -> dict[str, list[Grade]]:
    """List the grades of every service that may be in a space, floor and neighbours apart."""
    return {
        service.id: [grade for grade in service.grades if not barred_because(space, service, grade, profile)]
        for service in profile.services
    }


def common_share(profile: Profile, n_services: int) -> float:
    """Return the common floor per floor of grades for a hub with so many services."""
    if n_services >= profile.complex_min_functions:
        return profile.common_share_complex
    return profile.common_share_dispersed


def room_m2(space_area_m2: float, share: float) -> int:
    """Return the most floor of grades that a space holds beside the common floor."""
    return max(0, math.floor(space_area_m2 / (1 + share) + 1e-9))


def area_for_floor_m2(floor_m2: float, share: float) -> int:
    """Return the least whole floor of grades whose hub, with common floor, has at least ``floor_m2``."""
    exact = Decimal(repr(float(floor_m2))) / (1 + Decimal(repr(float(share))))
    return int(exact.to_integral_value(rounding=ROUND_CEILING))


def pair_free_sets(profile: Profile) -> list[frozenset[str]]:
    """List the largest sets of services without a forbidden pair: a small hub lies within one of them."""
    every = frozenset(service.id for service in profile.services)
    pairs = [pair for pair in profile.forbidden_pairs if every.issuperset(pair)]
    if "forbidden_pairs" not in profile.limits_on or not pairs:
        return [every]
    involved = sorted({one for pair in pairs for one in pair})
    free = [
        frozenset(kept)
        for size in range(len(involved), -1, -1)
        for kept in combinations(involved, size)
        if not any(a in kept and b in kept for a, b in pairs)
    ]
    largest: list[frozenset[str]] = []
    for one in free:
        if not any(one < other for other in largest):
            largest.append(one)
    return [one | (every - frozenset(involved)) for one in largest]


def area_not_small_m2(profile: Profile, share: float) -> int:
    """Return the least floor of grades from which a hub is no longer small, so that forbidden pairs may be in it."""
    return area_for_floor_m2(profile.small_hub_m2, share) if "forbidden_pairs" in profile.limits_on else 0
