"""A city and a plan of it, read together: the problem the plan answers, its hubs and its prices as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from doorstep.asked_document import with_floors_of_plan
from doorstep.city import City, read_city
from doorstep.diagnosis import Diagnosis
from doorstep.errors import DoorstepError
from doorstep.layout import (
    LayoutProblem,
    Prices,
    affordable_must,
    grades_of_hubs,
    priced_bound,
    with_budget,
    without_must,
)
from doorstep.plan_file import PlanFile, read_plan
from doorstep.residents import YEARS

__all__ = ["Planned", "payable", "planned", "read_planned"]

Grades = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A plan in the terms of its problem.

    Parameters
    ----------
    found, document
        The city before any plan, by the plan's profile and settings; the plan.
    problem
        With the plan's budget, without requirements that cannot be paid.
    grades
        Shape (n_spaces, n_services): its hubs.
    prices
        Its multipliers, with the bound that they alone prove; branches may have proven a smaller one (``bound``).
    """

    found: Diagnosis
    document: PlanFile
    problem: LayoutProblem
    grades: Grades
    prices: Prices

    @property
    def bound(self) -> float:
        """No plan that keeps the same rules is worth more: the smaller of what prices and branches prove."""
        return min(self.prices.bound, self.document.bound.bound)


def read_planned(city: Path, plan: Path) -> tuple[City, PlanFile]:
    """Read a city folder and a plan of it; the city asks for what the plan asks for beside it, too.

    Raises
    ------
    DoorstepError
        ``plan-of-other-input`` if the plan was made from other files; faults of either folder.
    """
    document = read_plan(plan)
    data = read_city(city)
    if document.inputs != dict(data.inputs):
        raise DoorstepError("plan-of-other-input", plan=plan, city=city)
    return with_floors_of_plan(data, document.asked_floors), document


def planned(found: Diagnosis, document: PlanFile, *, workers: int = 2) -> Planned:
    """Put a plan into the arrays of its problem.

    Parameters
    ----------
    found
        The city before any plan, by the profile of the plan (:func:`doorstep.pipeline.profile_of_plan`).
    document
        A plan of this city.
    workers
        Threads.
    """
    problem = payable(with_budget(found.problem, document.budget_money))
    grades = grades_of_hubs(found.profile, found.city.spaces["id"].tolist(), document.hubs, found.converted)
    kept = document.multipliers
    years = [kept.need, *(kept.later[str(year)] for year in YEARS[1 : problem.n_years])]
    need = np.concatenate(
        [np.asarray(one[service.id], dtype=np.float64) for one in years for service in found.profile.services]
    )
    limits = np.array([kept.limits.get(one.name, 0.0) for one in problem.limits])
    floors = np.array([kept.floors.get(one.name, 0.0) for one in problem.floors])
    money = kept.budget if problem.budget_money is not None else 0.0
    bound = priced_bound(problem, need, money, limits, floors, workers=workers)
    return Planned(found, document, problem, grades, Prices(need, money, bound, 0, limits, floors))


def payable(problem: LayoutProblem) -> LayoutProblem:
    """Take off what must be and cannot be paid, as a plan does."""
    return without_must(problem, affordable_must(problem)[1])
