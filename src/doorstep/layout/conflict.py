"""Floors of coverage that no plan can keep together: proven by prices, and the smallest such set found."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from doorstep.layout.bound import Prices
from doorstep.layout.floors import TOLERANCE
from doorstep.layout.prices import prices_for
from doorstep.layout.problem import LayoutProblem

__all__ = ["Conflict", "floor_conflict", "proven_shortfall"]

_ROUNDS = 200
_SURE = 10 * TOLERANCE


@dataclass(frozen=True, slots=True, eq=False)
class Conflict:
    """Floors in conflict with budget, limits and rooms.

    Parameters
    ----------
    floors
        Positions in ``problem.floors``: no plan keeps all of them; leaving any one out, it is not proven of the others.
    people
        So many people of them together lack a place in every plan, at least: the least that has to be given up.
    prices
        What proves it; its prices of floors are those of ``floors``.
    """

    floors: tuple[int, ...]
    people: float
    prices: Prices


def proven_shortfall(problem: LayoutProblem, shortfall: float, *, workers: int = 2) -> tuple[float, Prices]:
    """Return how many people all floors together lack in every plan, at least, and the prices that prove it.

    0 if nothing is proven.

    Parameters
    ----------
    problem
        The layout problem.
    shortfall
        People whom the floors lack in some plan: what a bound can reach at most.
    workers
        Threads.

    Notes
    -----
    The priced bound of the problem in which nobody is worth anything and a missing person of a floor costs 1: with
    prices of floors of at most 1, less the bound is what every plan lacks.
    """
    nothing = dataclasses.replace(problem, worth=np.zeros_like(problem.worth))
    prices = prices_for(nothing, rounds=_ROUNDS, target=-shortfall, workers=workers, most_floor_price=1.0)
    return max(0.0, -prices.bound), prices


def floor_conflict(problem: LayoutProblem, shortfall: float, *, workers: int = 2) -> Conflict | None:
    """Return a smallest set of floors that is proven impossible, or ``None`` if nothing is proven.

    Parameters
    ----------
    problem
        The layout problem.
    shortfall
        People whom its floors lack in the plan found.
    workers
        Threads.

    Notes
    -----
    Deletion filter (Chinneck and Dravnieks 1991): leave out one floor after the other; it stays out if the others are
    still proven impossible. What is left is smallest in that no floor of it can be left out.
    """
    left = list(range(len(problem.floors)))
    people, prices = proven_shortfall(problem, shortfall, workers=workers)
    if people <= _SURE * (1.0 + sum(floor.people for floor in problem.floors)):
        return None
    for number in range(len(problem.floors)):
        fewer = [one for one in left if one != number]
        if not fewer:
            break
        some = dataclasses.replace(problem, floors=tuple(problem.floors[one] for one in fewer))
        short, of_some = proven_shortfall(some, shortfall, workers=workers)
        if short > _SURE * (1.0 + sum(floor.people for floor in some.floors)):
            left, people, prices = fewer, short, of_some
    return Conflict(tuple(left), people, prices)
