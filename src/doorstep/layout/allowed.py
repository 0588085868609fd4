"""Which size grade may be in which space, and why not."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from doorstep.city import City
from doorstep.plan_file import LimitBound
from doorstep.standards import ConvertedGrade, Grade, Profile, Service, SharedGrade

__all__ = ["allowed_grades", "free_sets", "why_barred"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_CARE_OF_THE_FRAIL = ("elderly_care", "infant_care", "after_school", "play")


def allowed_grades(
    city: City,
    profile: Profile,
    shared: Sequence[SharedGrade],
    converted: Sequence[ConvertedGrade],
    n_grades: int,
) -> tuple[Bools, tuple[LimitBound, ...]]:
    """Which grade may be in which space, and what each switchable limit keeps out."""
    allowed = np.zeros((len(city.spaces), len(profile.services), n_grades), dtype=np.bool_)
    excluded = dict.fromkeys(("storey", "lift", "outdoor", "kitchen", "users"), 0)
    for position, space in enumerate(city.spaces.itertuples()):
        floor = math.floor(space.area_m2 / (1.0 + profile.common_share_dispersed) + 1e-9)
        for service_number, service in enumerate(profile.services):
            for grade in service.grades:
                if grade.area_m2 > floor or space.decision == "never" or f"bar:{service.id}" in space.limits:
                    continue
                broken = _broken_limits(space, service, grade) & profile.limits_on
                for limit in broken:
                    excluded[limit] += 1
                allowed[position, service_number, grade.number - 1] = not broken
        for one in shared:
            # with its lender it takes more floor than the size grade that it is like takes alone
            lenders = profile.services[one.lender].grades
            lent = [g.number - 1 for g in lenders if g.area_m2 >= one.lender_area_m2]
            may_be = allowed[position, one.service, one.grade - 1] and allowed[position, one.lender, lent].any()
            allowed[position, one.service, one.number - 1] = may_be
        for way in converted:
            here = allowed[position, way.service, way.grade - 1]
            allowed[position, way.service, way.number - 1] = here and allowed[position, way.into, way.into_grade - 1]
    basis = {"kitchen": "limits of the space", "users": "limits of the space"}
    bound = tuple(
        LimitBound(limit=name, excluded=count, basis=basis.get(name, "assumption"))
        for name, count in sorted(excluded.items())
        if count
    )
    return allowed, bound


def why_barred(city: City, profile: Profile, space: int) -> dict[str, frozenset[str]]:
    """Say of each service that may not be in a space what keeps every grade of it out.

    Parameters
    ----------
    city, profile
        The space's figures; the limits in force.
    space
        Position in ``city.spaces``.

    Returns
    -------
    dict
        Service -> names of limits, ``barred`` (the city's word) or ``floor`` (no grade fits).
    """
    row = next(city.spaces.iloc[[space]].itertuples())
    floor = math.floor(row.area_m2 / (1.0 + profile.common_share_dispersed) + 1e-9)
    barred: dict[str, frozenset[str]] = {}
    for service in profile.services:
        fitting = [grade for grade in service.grades if grade.area_m2 <= floor]
        broken = [_broken_limits(row, service, grade) & profile.limits_on for grade in fitting]
        if row.decision == "never" or f"bar:{service.id}" in row.limits:
            barred[service.id] = frozenset({"barred"})
        elif not fitting:
            barred[service.id] = frozenset({"floor"})
        elif all(broken):
            barred[service.id] = frozenset.union(*map(frozenset, broken))
    return barred


def _broken_limits(space: object, service: Service, grade: Grade) -> set[str]:
    """Names of the limits that a known figure of the space breaks; unknown figures break none.

    But a grade that is nothing but ground needs a ground that is known to be there.
    """
    storey, lift = float(space.storey), space.lift  # type: ignore[attr-defined]
    outdoor, codes = float(space.outdoor_m2), space.limits  # type: ignore[attr-defined]
    broken = set()
    if not math.isnan(storey):
        if not service.storey_min <= storey <= service.storey_max:
            broken.add("storey")
        if storey > service.lift_above and lift == "no":
            broken.add("lift")
    if outdoor < grade.outdoor_m2 or (math.isnan(outdoor) and grade.area_m2 == 0):
        broken.add("outdoor")
    if grade.kitchen and "no_open_kitchen" in codes:
        broken.add("kitchen")
    if service.id in _CARE_OF_THE_FRAIL and "no_elderly_or_children" in codes:
        broken.add("users")
    return broken


def free_sets(profile: Profile) -> Ints:
    """Largest sets of services without a forbidden pair, as bit masks."""
    number = {service.id: position for position, service in enumerate(profile.services)}
    pairs = [(number[a], number[b]) for a, b in sorted(profile.forbidden_pairs) if a in number and b in number]
    if "forbidden_pairs" not in profile.limits_on:
        pairs = []
    full = (1 << len(number)) - 1
    masks = set()
    for dropped in itertools.product(*pairs):
        mask = full
        for service in dropped:
            mask &= ~(1 << service)
        masks.add(mask)
    largest = [mask for mask in masks if not any(mask != other and mask & other == mask for other in masks)]
    return np.array(sorted(largest), dtype=np.int64)
