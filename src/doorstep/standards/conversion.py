"""Rooms that change their service: size grades of a service that gives way to another in a later year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doorstep.standards.profile import Profile

__all__ = ["MOST_NUMBER", "ConvertedGrade", "converted_grades"]

MOST_NUMBER = 120
"""The largest number of a grade: plans hold grades in one byte."""
_FIRST = 6  # grades that stay what they are are 1 to 5


@dataclass(frozen=True, slots=True)
class ConvertedGrade:
    """A size grade of a service whose rooms another has from some year on.

    Parameters
    ----------
    service, grade
        The service that gives way, by position, and the size grade of its rooms.
    number
        Of this way to have the service, beside the size grades: from 6, by year, then service that comes, then grade.
    year
        From which on, counted from today: 5, 10 or 15.
    into, into_grade
        The service that comes, by position, and its size grade: the largest that these rooms hold.
    kind
        Of the profile's conversion matrix: ``as_is``, ``refit`` or ``works``.
    """

    service: int
    grade: int
    number: int
    year: int
    into: int
    into_grade: int
    kind: str


def converted_grades(
    profile: Profile, years: Sequence[int], in_need: Sequence[Sequence[float]]
) -> tuple[ConvertedGrade, ...]:
    """Return the conversions that may be of use in a city, service by service; none unless ``convertible`` is on.

    Parameters
    ----------
    profile
        Its matrix of conversions.
    years
        Counted from today; the first is 0.
    in_need
        People in need in the whole city, by year and service.

    Returns
    -------
    tuple of ConvertedGrade
        From services that fewer people need in that year to those that more need, where the other services of a hub
        may stay beside the new one wherever they may be beside the old.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> cn = load_profile("cn-2023", settings={"convertible": "on"})
    >>> of = [service.id for service in cn.services]
    >>> now = [100.0] * len(of)
    >>> then = [{"after_school": 80.0, "meals": 120.0}.get(name, 100.0) for name in of]
    >>> [(one.grade, one.into_grade, one.year, one.kind) for one in converted_grades(cn, (0, 10), (now, then))]
    [(1, 1, 10, 'as_is'), (2, 2, 10, 'as_is'), (3, 3, 10, 'as_is'), (4, 4, 10, 'as_is')]
    """
    if not profile.convertible:
        return ()
    found: list[ConvertedGrade] = []
    for service in range(len(profile.services)):
        ways = _ways(profile, years, in_need, service)
        for number, (grade, year, into, into_grade, kind) in zip(range(_FIRST, MOST_NUMBER + 1), ways, strict=False):
            found.append(ConvertedGrade(service, grade, number, year, into, into_grade, kind))
    return tuple(found)


def _ways(
    profile: Profile, years: Sequence[int], in_need: Sequence[Sequence[float]], service: int
) -> Iterator[tuple[int, int, int, int, str]]:
    """Yield size grade, year, service that comes, its size grade, kind of conversion."""
    use = profile.floor_use
    for year, need in list(zip(years, in_need, strict=True))[1:]:
        if need[service] >= in_need[0][service]:
            continue
        for into, other in enumerate(profile.services):
            if need[into] <= in_need[0][into] or not _barred(profile, into) <= _barred(profile, service):
                continue
            for grade in profile.services[service].grades:
                fitting = [one for one in other.grades if 0 < one.area_m2 <= grade.area_m2]
                if fitting:
                    yield grade.number, year, into, fitting[-1].number, use.conversion[service][into].kind


def _barred(profile: Profile, service: int) -> set[str]:
    """Services that must not be with this one in a small hub."""
    name = profile.services[service].id
    return {one for pair in profile.forbidden_pairs if name in pair for one in pair if one != name}
