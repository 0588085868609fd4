"""Grades that are like a size grade: rooms shared by period, which ways there are and the best one; rooms converted."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from doorstep.layout.hubs import broken_hub_rules
from doorstep.layout.problem import LayoutProblem
from doorstep.plan_file import Hub
from doorstep.standards import ConvertedGrade, Profile, shared_grades

__all__ = ["grades_of_hubs", "like_grades", "shared_anew", "sharing"]

Grades = npt.NDArray[np.int8]


def like_grades(problem: LayoutProblem) -> npt.NDArray[np.int64]:
    """Return the size grade that each grade is like, shape (n_services, n_grades + 1); 0 for none."""
    like = np.tile(np.arange(problem.n_grades + 1), (problem.n_services, 1))
    for service, number, grade in (*problem.shared[:, :3], *problem.converted):
        like[service, number] = grade
    return like


def sharing(problem: LayoutProblem, space: int, grades: Grades) -> Grades:
    """Return a hub whose services share rooms so that it costs least.

    Parameters
    ----------
    problem
        The layout problem.
    space
        Position of the space.
    grades
        Shape (n_services,): the size grades wanted; how they share now does not matter.

    Returns
    -------
    array of shape (n_services,)
        The same size grades, each with rooms of its own or with those of another. Where no way of sharing keeps the
        rules of hubs, all with their own.
    """
    plain = like_grades(problem)[np.arange(problem.n_services), grades].astype(np.int8)
    ways = [hub for hub in _ways(problem, plain) if not broken_hub_rules(problem, space, hub)]
    return min(ways, key=lambda hub: problem.hub_money(space, hub), default=plain)


def _ways(problem: LayoutProblem, plain: Grades) -> Iterator[Grades]:
    """Every way to share, nothing shared first."""
    of = [row for row in problem.shared.tolist() if plain[row[0]] == row[2] and _lends(problem, plain, row)]
    for size in range(problem.n_services // 2 + 1):
        for some in itertools.combinations(of, size):
            services = [one for row in some for one in (row[0], row[3])]
            if len(set(services)) < len(services):
                continue
            hub = plain.copy()
            for service, number, *_ in some:
                hub[service] = number
            yield hub


def _lends(problem: LayoutProblem, plain: Grades, row: Sequence[int]) -> bool:
    lender, least = row[3], row[4]
    return bool(plain[lender]) and problem.grade_area_m2[lender, plain[lender] - 1] >= least


def shared_anew(problem: LayoutProblem, before: LayoutProblem, grades: Grades) -> Grades:
    """Return the hubs of one problem for another in which rooms may be shared otherwise: the same size grades.

    Parameters
    ----------
    problem
        That they are for.
    before
        That they are of.
    grades
        Shape (n_spaces, n_services).
    """
    if np.array_equal(problem.shared, before.shared):
        return grades
    plain = like_grades(before)[np.arange(before.n_services), grades].astype(np.int8)
    if len(problem.shared):
        for space in np.flatnonzero(plain.any(axis=1)).tolist():
            plain[space] = sharing(problem, space, plain[space])
    return plain


def grades_of_hubs(
    profile: Profile, spaces: Sequence[str], hubs: Sequence[Hub], converted: Sequence[ConvertedGrade] = ()
) -> Grades:
    """Return the grades of the hubs of a plan file.

    Parameters
    ----------
    profile
        That the plan was made by.
    spaces
        Ids of the city's spaces, in order.
    hubs
        Of the plan.
    converted
        Those of the city, of a plan for later years.

    Returns
    -------
    array of shape (n_spaces, n_services)
        Shared grades where the plan says so and the profile has them.
    """
    position = {space: at for at, space in enumerate(spaces)}
    services = {service.id: at for at, service in enumerate(profile.services)}
    numbers = {(one.service, one.grade, one.lender, one.saved_m2): one.number for one in shared_grades(profile)}
    becoming = {(one.service, one.grade, one.year, one.into, one.into_grade): one.number for one in converted}
    grades = np.zeros((len(position), len(services)), dtype=np.int8)
    for hub in hubs:
        for one in hub.services:
            at = services[one.service]
            key = (at, one.grade, services.get(one.uses_rooms_of, -1), one.saved_m2)
            later = (at, one.grade, one.becomes_year, services.get(one.becomes, -1), one.becomes_grade)
            grades[position[hub.space], at] = numbers.get(key, becoming.get(later, one.grade))
    return grades
