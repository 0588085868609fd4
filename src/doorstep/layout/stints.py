"""What rooms are used for in later years: each service in its own rooms, and services in rooms that came to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from doorstep.standards import ConvertedGrade, Profile, SharedGrade

__all__ = ["STEP", "stints_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STEP = 5
"""Later years are 5, 10, ... from today."""


def stints_of(
    profile: Profile,
    shared: Sequence[SharedGrade],
    converted: Sequence[ConvertedGrade],
    n_grades: int,
    n_years: int,
) -> tuple[Ints, Floats]:
    """What the rooms of a service may be used for in a year, and the units that each of its grades then has."""
    services = range(len(profile.services))
    stints = [(service, service, year) for year in range(n_years) for service in services]
    # who has come stays
    comes = {(one.service, one.into, later) for one in converted for later in range(one.year // STEP, n_years)}
    stints += sorted(comes, key=lambda one: (one[2], one[0], one[1]))
    number = {stint: at for at, stint in enumerate(stints)}
    room = np.zeros((len(stints), n_grades))
    of_size = {
        (at, grade.number): profile.occupancy_cap * grade.capacity
        for at, service in enumerate(profile.services)
        for grade in service.grades
    }
    for year in range(n_years):
        for (service, grade_number), units in of_size.items():
            room[number[service, service, year], grade_number - 1] = units
        for lent in shared:
            room[number[lent.service, lent.service, year], lent.number - 1] = of_size[lent.service, lent.grade]
        for one in converted:
            gone = year >= one.year // STEP
            stint = (one.service, one.into if gone else one.service, year)
            size = (one.into, one.into_grade) if gone else (one.service, one.grade)
            room[number[stint], one.number - 1] = of_size[size]
    return np.array(stints, dtype=np.int64), room
