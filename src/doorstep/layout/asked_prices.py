"""Prices of further limits and of floors of coverage within the subgradient method of the bound."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.layout.floors import asked_people, floor_shares
from doorstep.layout.limits import HubLimit, limit_amounts, limit_use
from doorstep.layout.problem import LayoutProblem

__all__ = ["MEMORY", "AskedPrices"]

Floats = npt.NDArray[np.float64]

MEMORY = 0.7
"""Share of the last direction kept: without it money and people chase each other."""


class AskedPrices:
    """Prices of the further limits and of the floors of coverage, and how they move.

    Parameters
    ----------
    problem
        The layout problem.
    total_worth
        Of everybody who can be reached.
    n_priced
        Cells that have a price.
    most
        Highest price of a floor.
    """

    def __init__(self, problem: LayoutProblem, total_worth: float, n_priced: float, most: float) -> None:
        self.problem, self.most_floor_price = problem, most
        self.amounts = limit_amounts(problem).astype(np.float64)
        least = np.array([_smallest_units(problem, limit) for limit in problem.limits])
        yardstick = np.maximum(np.maximum(self.amounts, least), 1.0)
        self.limit_unit = max(1.0, n_priced) * 0.05 / yardstick**2
        self.people, self.shares = asked_people(problem), floor_shares(problem)
        self.floor_unit = 1.0 / np.maximum(self.people, 1.0)
        # where nothing may be opened, nothing is worth its price; else prices begin at 0
        self.limits = np.where(self.amounts < least, total_worth / yardstick, 0.0)
        self.floors = np.zeros(len(self.people))
        self.last_limits, self.last_floors = np.zeros(len(self.limits)), np.zeros(len(self.floors))

    def look(self, chosen: npt.NDArray[np.int8], served: Floats) -> None:
        """Note what the best hubs leave of each limit, and whom they and the facilities serve beyond each floor."""
        if len(self.limits):
            left = self.amounts - limit_use(self.problem, chosen)
            left[(self.limits <= 0.0) & (left > 0.0)] = 0.0
            self.last_limits = (1 - MEMORY) * left + MEMORY * self.last_limits
        if len(self.floors):
            beyond = self.shares @ served - self.people
            beyond[(self.floors <= 0.0) & (beyond > 0.0)] = 0.0
            self.last_floors = (1 - MEMORY) * beyond + MEMORY * self.last_floors

    def length(self) -> float:
        """Return the square of the direction, each part in its own scale."""
        of_floors = float(np.sum(self.last_floors**2 * self.floor_unit))
        return float(np.sum(self.last_limits**2 * self.limit_unit)) + of_floors

    def move(self, by: float) -> None:
        """Make dearer what is short, and cheaper what is left over."""
        self.limits = np.maximum(0.0, self.limits - by * self.last_limits * self.limit_unit)
        self.floors = np.clip(self.floors - by * self.last_floors * self.floor_unit, 0.0, self.most_floor_price)

    def back_to(self, limits: Floats, floors: Floats) -> None:
        """Go on from other prices, as if no step had been made."""
        self.limits, self.floors = limits, np.minimum(floors, self.most_floor_price)
        self.last_limits, self.last_floors = np.zeros(len(self.limits)), np.zeros(len(self.floors))

    def most(self, reachable: Floats) -> Floats:
        """The highest price of a person that makes sense: nobody is worth more anywhere."""
        return reachable + self.shares.T @ self.floors if len(self.floors) else reachable


def _smallest_units(problem: LayoutProblem, limit: HubLimit) -> float:
    """Fewest units of a limit that a hub may take which takes some; 1 if none does."""
    alone = (limit.open_units[:, None, None] + limit.grade_units[:, :, :, 0])[problem.allowed]
    return float(alone[alone > 0].min(initial=np.iinfo(np.int64).max)) if (alone > 0).any() else 1.0
