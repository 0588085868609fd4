"""Rooms that change their service in a later year, derived again: which may become which, when, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.plan_file import Hub, HubService
from doorstep.standards import Grade, Profile
from doorstep.verify.allowed import barred_because
from doorstep.verify.later_people import YEARS
from doorstep.verify.need import Need
from doorstep.verify.verdict import Violation, found

__all__ = ["Conversion", "check_conversions", "conversions_of", "grade_of", "held_in"]

FIRST_NUMBER, LAST_NUMBER = 6, 120


@dataclass(frozen=True, slots=True)
class Conversion:
    """A service of a size grade whose rooms hold another from a year on, with its number among the ways to have it."""

    number: int
    service: str
    grade: int
    year: int
    becomes: str
    becomes_grade: int


def conversions_of(profile: Profile, today: Need, later: Sequence[Need]) -> tuple[Conversion, ...]:
    """List the conversions of a profile in a city, service by service; none if it is planned for today alone.

    Parameters
    ----------
    profile
        Its grades and forbidden pairs.
    today, later
        Need today and in each of the later years.
    """
    avoids = {
        one.id: {b if a == one.id else a for a, b in profile.forbidden_pairs if one.id in (a, b)}
        for one in profile.services
    }
    totals = [today.in_need.sum(axis=0), *(need.in_need.sum(axis=0) for need in later)]
    conversions: list[Conversion] = []
    for s, before in enumerate(profile.services):
        mine: list[Conversion] = []
        for year, total in zip(YEARS, totals[1:], strict=False):
            for other, after in enumerate(profile.services):
                turns = total[s] < totals[0][s] and total[other] > totals[0][other]
                if not turns or not avoids[after.id] <= avoids[before.id]:
                    continue
                for grade in before.grades:
                    fitting = [one.number for one in after.grades if 0 < one.area_m2 <= grade.area_m2]
                    if fitting:
                        number = FIRST_NUMBER + len(mine)
                        mine.append(Conversion(number, before.id, grade.number, year, after.id, max(fitting)))
        conversions += [one for one in mine if one.number <= LAST_NUMBER]
    return tuple(conversions)


def grade_of(profile: Profile, service_id: str, number: int) -> Grade | None:
    """Return a size grade of a service, ``None`` if the profile has none of that number."""
    for service in profile.services:
        if service.id == service_id:
            return next((grade for grade in service.grades if grade.number == number), None)
    return None


def held_in(hub: Hub, year: int, profile: Profile) -> dict[str, int]:
    """Return what the rooms of a hub hold some years from now: service -> capacity.

    What a service has become counts by the profile, what it is today by the hub's own word, which is checked elsewhere.
    """
    held: dict[str, int] = {}
    for one in hub.services:
        service, capacity = one.service, one.capacity
        if one.becomes and one.becomes_year <= year:
            grade = grade_of(profile, one.becomes, one.becomes_grade)
            service, capacity = one.becomes, grade.capacity if grade is not None else 0
        held[service] = held.get(service, 0) + capacity
    return held


def check_conversions(
    hub: Hub, space: Mapping[str, Any], profile: Profile, conversions: Sequence[Conversion]
) -> Iterator[Violation]:
    """Yield what a hub says of services that give way to others which profile, people or the space do not allow."""
    for one in hub.services:
        if not (one.becomes or one.becomes_grade or one.becomes_year):
            continue
        about = f"hub:{hub.space}/{one.service}"
        ways = [way for way in conversions if (way.service, way.grade) == (one.service, one.grade)]
        mine = _told(one.becomes, one.becomes_grade, one.becomes_year)
        told = [_told(way.becomes, way.becomes_grade, way.year) for way in ways]
        if mine not in told:
            same = [text for text, way in zip(told, ways, strict=True) if way.becomes == one.becomes]
            yield found("conversion-differs", about, mine, ", ".join(same or told))
            continue
        yield from _barred(about, one, space, profile)


def _barred(about: str, one: HubService, space: Mapping[str, Any], profile: Profile) -> Iterator[Violation]:
    """What keeps the service that is to come out of the space."""
    grade = grade_of(profile, one.becomes, one.becomes_grade)
    if grade is not None:
        for code in barred_because(space, profile.service(one.becomes), grade, profile):
            yield found(code, f"{about}/{one.becomes}", f"grade {one.becomes_grade}", None)


def _told(becomes: str, grade: int, year: int) -> str:
    return f"{becomes} {grade} (+{year})"
