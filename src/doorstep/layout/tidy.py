"""A plan made tidy: grades as small as what is used allows, money that is left spent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.layout.baselines import greedy_grades
from doorstep.layout.hubs import capital_of, smallest_grades
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.steering import missing_people
from doorstep.layout.transport import Assignment, assign

__all__ = ["filled", "tidied", "units_of_rows"]

Grades = npt.NDArray[np.int8]


def units_of_rows(problem: LayoutProblem, assignment: Assignment) -> npt.NDArray[np.float64]:
    """Return the units used in each row."""
    return np.bincount(
        problem.row_of_pair[assignment.pair],
        weights=problem.room[assignment.pair] * assignment.people,
        minlength=problem.n_rows,
    ).astype(np.float64)


def tidied(problem: LayoutProblem, grades: Grades, assignment: Assignment) -> tuple[Grades, Assignment]:
    """Shrink grades to what is used, and assign again."""
    smaller = smallest_grades(problem, grades, units_of_rows(problem, assignment))
    return (grades, assignment) if (smaller == grades).all() else (smaller, assign(problem, smaller))


def filled(problem: LayoutProblem, grades: Grades, assignment: Assignment) -> tuple[Grades, Assignment]:
    """Spend what is left on the services that still win most for their money, if that helps."""
    if problem.budget_money is None:
        return grades, assignment
    left = problem.budget_money - capital_of(problem, grades)
    more = greedy_grades(problem, start=grades, budget_money=left)
    if (more == grades).all():
        return grades, assignment
    trial, trial_assignment = tidied(problem, more, assign(problem, more))
    worse = missing_people(problem, trial_assignment) > missing_people(problem, assignment)
    better = trial_assignment.worth > assignment.worth and not worse
    return (trial, trial_assignment) if better else (grades, assignment)
