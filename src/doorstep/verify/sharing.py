"""Rooms shared by period, derived again: who may use whose rooms, when, and how much floor that saves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from doorstep.plan_file import Hub
from doorstep.standards import Grade, Profile, Service
from doorstep.verify.verdict import Violation, found

__all__ = ["Shared", "check_sharing", "shared_of", "sharings"]

MOST_OF_A_SERVICE = 25
FIRST_NUMBER = 6
FREE_IF_IN_USE_TO = 0.3
LAST_DIGITS = 1e-6


@dataclass(frozen=True, slots=True)
class Shared:
    """A grade of a service that uses rooms of another: number, the size grade it is like, lender with its least floor,
    floor saved, and the periods.
    """

    number: int
    grade: int
    lender: str
    lender_area_m2: int
    saved_m2: int
    periods: tuple[str, ...]


def shared_of(profile: Profile, service: Service) -> list[Shared]:
    """List the shared grades of a service: by size grade, lender, floor of the lender."""
    if not profile.share_rooms:
        return []
    rows: list[tuple[int, str, int, int, tuple[str, ...]]] = []
    for grade in service.grades:
        for lender in profile.services:
            largest = 0
            for area in sorted({one.area_m2 for one in lender.grades}):
                saved, periods = _saved(profile, service, grade, lender.id, area)
                if saved > largest:
                    largest = saved
                    rows.append((grade.number, lender.id, area, saved, periods))
    if len(rows) > MOST_OF_A_SERVICE:  # those that save most, the earlier of equals
        limit = sorted((row[3] for row in rows), reverse=True)[MOST_OF_A_SERVICE - 1]
        equal = MOST_OF_A_SERVICE - sum(row[3] > limit for row in rows)
        at_limit = [row for row in rows if row[3] == limit][:equal]
        rows = [row for row in rows if row[3] > limit or row in at_limit]
    return [Shared(FIRST_NUMBER + at, *row) for at, row in enumerate(rows)]


def _saved(
    profile: Profile, service: Service, grade: Grade, lender: str, lender_area_m2: int
) -> tuple[int, tuple[str, ...]]:
    """What a grade needs of its own is largest in some period: so much less than in its busiest one is saved."""
    use = profile.floor_use
    a, b = use.services.index(lender), use.services.index(service.id)
    if a == b or use.relation[a][b] != "shareable":
        return 0, ()
    lends = lender_area_m2 * (1 - use.own_share[a])
    wants = grade.area_m2 * (1 - use.own_share[b])
    own = 0.0
    for of_lender, of_borrower in zip(use.room_use[a], use.room_use[b], strict=True):
        free = 0.0
        if of_lender <= FREE_IF_IN_USE_TO and of_borrower > 0:
            free = lends * (1 - of_lender)
        own = max(own, wants * of_borrower - free)
    most = wants * max(use.room_use[b])
    saved = max(0, math.floor(most - own + LAST_DIGITS))
    late = [
        period.id
        for period, share in zip(use.periods, use.room_use[b], strict=True)
        if wants * share > most - saved + LAST_DIGITS
    ]
    return saved, tuple(late)


def sharings(borrowers: Mapping[str, Sequence[str]]) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield every way to share in a hub: pairs of borrower and lender, no service in two of them; first of all none.

    Parameters
    ----------
    borrowers
        Service -> services that may lend to it.
    """
    pairs = [(one, lender) for one, lenders in borrowers.items() for lender in lenders]
    for size in range(len(pairs) + 1):
        some_found = False
        for some in combinations(pairs, size):
            if len({one for pair in some for one in pair}) == 2 * size:
                some_found = True
                yield some
        if not some_found:
            return


def check_sharing(hub: Hub, profile: Profile) -> Iterator[Violation]:
    """Yield what a hub says of shared rooms that the profile does not allow."""
    services = {service.id: service for service in profile.services}
    grades = {
        one.service: grade
        for one in hub.services
        if one.service in services
        for grade in services[one.service].grades
        if grade.number == one.grade
    }
    sharers: list[str] = []
    for one in hub.services:
        about = f"hub:{hub.space}/{one.service}"
        if not (one.uses_rooms_of or one.in_periods or one.saved_m2):
            continue
        sharers += [one.service, one.uses_rooms_of]
        lender = grades.get(one.uses_rooms_of)
        ways = shared_of(profile, services[one.service]) if one.service in grades and lender is not None else []
        said = (one.grade, one.uses_rooms_of, one.saved_m2, tuple(one.in_periods))
        mine = [way for way in ways if lender is not None and way.lender_area_m2 <= lender.area_m2]
        if said not in [(way.grade, way.lender, way.saved_m2, way.periods) for way in mine]:
            most = max(
                (way.saved_m2 for way in mine if (way.grade, way.lender) == (one.grade, one.uses_rooms_of)), default=0
            )
            yield found("sharing-differs", about, one.saved_m2, most, "m²")
    for service in sorted({one for one in sharers if sharers.count(one) > 1}):
        yield found("sharing-twice", f"hub:{hub.space}/{service}", sharers.count(service), 1)
