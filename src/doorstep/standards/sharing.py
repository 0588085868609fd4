"""Rooms shared by period: size grades of a service that use rooms of another of the hub, and so need less floor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.standards.profile import FloorUse, Grade, Profile

__all__ = ["MOST_SHARED", "SharedGrade", "shared_grades"]

MOST_SHARED = 25
"""Shared grades of a service, at most."""
_FIRST = 6  # grades with rooms of their own are 1 to 5
_NOTHING_M2 = 1e-6  # by which a whole number of square metres may be missed


@dataclass(frozen=True, slots=True)
class SharedGrade:
    """A size grade whose service uses rooms of another of the hub while these stand empty.

    Parameters
    ----------
    service, grade
        The service that borrows, by position, and the size grade that it is like: same places, same equipment.
    number
        Of this way to have the service, beside the size grades: from 6, in the order of grade, lender, floor.
    lender, lender_area_m2
        The service that lends, by position, and the least floor of its grade.
    saved_m2
        Floor of the grade that need not be made.
    periods
        When it is in rooms of the lender.
    """

    service: int
    number: int
    grade: int
    lender: int
    lender_area_m2: int
    saved_m2: int
    periods: tuple[str, ...]


def shared_grades(profile: Profile) -> tuple[SharedGrade, ...]:
    """Return the shared grades of a profile, service by service; none unless ``share_rooms`` is on.

    Parameters
    ----------
    profile
        Its matrices of what one floor may hold.

    Returns
    -------
    tuple of SharedGrade
        In order of service and number; of a service at most :data:`MOST_SHARED`, those that save most.

    Notes
    -----
    In period t service b needs ``u[t]`` of its rooms that can be shared, and its lender a leaves it ``lent[a][b][t]``
    of its floor. So b has to have of its own what is largest, over all periods, of the floor in use less the floor
    lent; what this is less than its floor in the busiest period is saved. The formula stands in docs/explain/model.md.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> cn = load_profile("cn-2023", settings={"share_rooms": "on"})
    >>> of = [service.id for service in cn.services]
    >>> sorted({(of[one.lender], of[one.service], one.periods) for one in shared_grades(cn)})
    [('after_school', 'meals', ('noon',)), ('culture', 'meals', ('noon',)), ('elderly_care', 'culture', ('weekend',))]
    """
    if not profile.share_rooms:
        return ()
    found: list[SharedGrade] = []
    for borrower, service in enumerate(profile.services):
        mine = [
            one
            for grade in service.grades
            for lender in range(len(profile.services))
            for one in _of_lender(profile, borrower, grade, lender)
        ]
        most = sorted(range(len(mine)), key=lambda at: (-mine[at][1], at))[:MOST_SHARED]
        for number, at in enumerate(sorted(most), start=_FIRST):
            lender_area, saved, grade_number, lender, periods = mine[at]
            found.append(SharedGrade(borrower, number, grade_number, lender, lender_area, saved, periods))
    return tuple(found)


def _of_lender(
    profile: Profile, borrower: int, grade: Grade, lender: int
) -> Iterator[tuple[int, int, int, int, tuple[str, ...]]]:
    """Yield floor of the lender, floor saved, grade, lender, periods, where more floor of the lender saves more."""
    use = profile.floor_use
    if lender == borrower or not any(use.lent[lender][borrower]):
        return
    best = 0
    for area in sorted({one.area_m2 for one in profile.services[lender].grades}):
        saved, periods = _saved(use, borrower, grade.area_m2, lender, area)
        if saved > best:
            best = saved
            yield area, saved, grade.number, lender, periods


def _saved(use: FloorUse, borrower: int, area_m2: int, lender: int, lender_area_m2: int) -> tuple[int, tuple[str, ...]]:
    """Whole square metres saved, and the periods in which the borrower needs more than it then has of its own."""
    shareable = area_m2 * (1 - use.own_share[borrower])
    in_use = [shareable * share for share in use.room_use[borrower]]
    lent = [lender_area_m2 * share for share in use.lent[lender][borrower]]
    own = max(0.0, *(floor - free for floor, free in zip(in_use, lent, strict=True)))
    saved = math.floor(max(in_use) - own + _NOTHING_M2)
    kept = max(in_use) - saved
    periods = tuple(one.id for one, floor in zip(use.periods, in_use, strict=True) if floor > kept + _NOTHING_M2)
    return max(0, saved), periods
