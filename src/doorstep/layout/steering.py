"""What the search takes units of further limits and people of floors to be worth, from round to round."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from doorstep.layout.floors import floor_bonus, floors_served, shortfalls
from doorstep.layout.limits import limit_amounts, limit_use
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.transport import Assignment

__all__ = ["Steering", "kept_floors", "missing_people"]

Floats = npt.NDArray[np.float64]

_DRIFT, _UNUSED = 0.02, 0.0015  # as the price of money
_DEARER, _CHEAPER = 1.25, 0.97  # price of a floor that is missed, and of one that is met with people to spare
_TO_SPARE = 0.01
_MISSING = 1000.0


class Steering:
    """Prices of the search beside that of money; they begin at those of the bound.

    Parameters
    ----------
    problem
        The layout problem.
    limits, floors
        Prices to begin with, shapes (n_limits,), (n_floors,).
    """

    def __init__(self, problem: LayoutProblem, limits: Floats, floors: Floats) -> None:
        self.problem, self.limits, self.floors = problem, limits, floors
        self.most_worth = max(1e-9, float(problem.worth.max(initial=0.0)))

    def steered(self) -> LayoutProblem:
        """Return the problem with people of floors worth more: pairs of a cell keep their order."""
        if not len(self.floors):
            return self.problem
        bonus = floor_bonus(self.problem, self.floors)
        return dataclasses.replace(self.problem, worth=self.problem.worth + bonus[self.problem.cell_of_pair])

    def learn(self, grades: npt.NDArray[np.int8], assignment: Assignment) -> None:
        """Change the prices by what a round has used, served and missed."""
        if len(self.limits):
            amount = np.maximum(limit_amounts(self.problem), 1)
            unused = 1.0 - limit_use(self.problem, grades) / amount
            self.limits = self.limits * (1.0 + np.clip(3.0 * (_UNUSED - unused), -_DRIFT, _DRIFT))
        if len(self.floors):
            asked = np.array([floor.people for floor in self.problem.floors])
            served = floors_served(self.problem, _served(self.problem, assignment))
            missed = shortfalls(self.problem, assignment.pair, assignment.people) > 0
            dearer = np.maximum(self.floors * _DEARER, self.floors + 0.1 * self.most_worth)
            spare = served > asked * (1.0 + _TO_SPARE)
            self.floors = np.where(missed, dearer, np.where(spare, self.floors * _CHEAPER, self.floors))

    def lost(self, assignment: Assignment) -> float:
        """Return what the people whom floors lack cost: so much that a floor comes before all else."""
        if not self.problem.floors:
            return 0.0
        return _MISSING * self.most_worth * missing_people(self.problem, assignment)


def missing_people(problem: LayoutProblem, assignment: Assignment) -> float:
    """Return the people whom all floors together lack."""
    return float(shortfalls(problem, assignment.pair, assignment.people).sum()) if problem.floors else 0.0


def kept_floors(problem: LayoutProblem, assignment: Assignment) -> LayoutProblem:
    """Return the problem with each floor that an assignment misses lowered to what it reaches."""
    served = floors_served(problem, _served(problem, assignment))
    missing = shortfalls(problem, assignment.pair, assignment.people)
    floors = tuple(
        dataclasses.replace(floor, people=float(reached)) if short > 0 else floor
        for floor, reached, short in zip(problem.floors, served, missing, strict=True)
    )
    return dataclasses.replace(problem, floors=floors)


def _served(problem: LayoutProblem, assignment: Assignment) -> Floats:
    return np.bincount(
        problem.cell_of_pair[assignment.pair], weights=assignment.people, minlength=problem.n_cells
    ).astype(np.float64)
