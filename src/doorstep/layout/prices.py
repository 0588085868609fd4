"""Prices that prove much: people and money priced step by step so that the bound falls."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from doorstep.layout.asked_prices import MEMORY, AskedPrices
from doorstep.layout.bound import Prices, Pricing
from doorstep.layout.problem import LayoutProblem

__all__ = ["Scales", "prices_for", "scales_of"]

Floats = npt.NDArray[np.float64]

_FIRST_STEP = 1.0
_PATIENCE = 20
_SMALLEST_STEP = 1e-3


def prices_for(
    problem: LayoutProblem,
    *,
    rounds: int = 400,
    target: float | None = None,
    near: float = 0.03,
    start: Prices | None = None,
    workers: int = 2,
    progress: Callable[[int, float], None] | None = None,
    most_floor_price: float = np.inf,
    fixed_money: float = 0.0,
) -> Prices:
    """Find prices with a small bound by a deflected subgradient method.

    Parameters
    ----------
    problem
        The layout problem.
    rounds
        Most price changes.
    target
        Worth of a known plan: step lengths aim at it (Polyak).
    near
        Without it, they aim at this share below the best bound so far.
    start
        Prices to start from.
    workers
        Threads; the result does not depend on it.
    progress
        Called with round and best bound.
    most_floor_price
        Floors cost no more than this for each missing person; the bound is then one on worth less that cost.
    fixed_money
        Without a budget: what each minor unit spent takes off the worth.

    Returns
    -------
    Prices
        The best found. ``need`` is rounded to six digits and ``bound`` is that of the rounded prices.

    Notes
    -----
    Held, Wolfe and Crowder (1974), *Mathematical Programming* 6, 62-88, with the direction smoothed as by
    Camerini, Fratta and Maffioli (1975). People are priced relative to their number, money relative to the
    budget, so that one step length fits both.
    """
    pricing = Pricing(problem, workers)
    reachable, scale, money_unit = scales_of(problem)
    priced = scale > 0.0
    people = problem.walkers
    budget = problem.budget_money
    total_worth = float(np.sum(reachable * people))

    if start is None:
        need, money = 0.5 * reachable, fixed_money
        if budget is not None and budget < _cheapest_money(problem):
            money = total_worth / _cheapest_money(problem)  # nothing can be paid: then nothing is worth its money
        elif budget is not None:
            money = 0.5 * total_worth / max(1, budget + _cost_of_everything(problem))
    else:
        need, money = start.need, start.money if budget is not None else 0.0
    asked = AskedPrices(problem, total_worth, float(priced.sum()), most_floor_price)
    if start is not None:
        asked.back_to(start.limits, start.floors)
        need = np.minimum(start.need, asked.most(reachable))

    best = Prices(need, money, np.inf, 0, asked.limits, asked.floors)
    step, idle = _FIRST_STEP, 0
    last_need, last_money = np.zeros(problem.n_cells), 0.0
    done = 0
    for done in range(1, rounds + 1):
        bound = pricing.value(need, money, asked.limits, asked.floors)
        if bound < best.bound * (1 - np.copysign(1e-6, best.bound)) or best.bound == np.inf:
            idle = 0
        else:
            idle += 1
        if bound < best.bound:
            best = Prices(need, money, bound, done, asked.limits, asked.floors)
        if progress is not None:
            progress(done, best.bound)
        if idle >= _PATIENCE:
            step, idle = step / 2, 0
            need, money = best.need, best.money
            asked.back_to(best.limits, best.floors)
            bound = pricing.value(need, money, asked.limits, asked.floors)
            last_need, last_money = np.zeros(problem.n_cells), 0.0
            if step < _SMALLEST_STEP:
                break
        served = pricing.served(need, asked.floors)
        left = people - served
        left[~priced] = 0.0
        left[(need <= 0.0) & (left > 0.0)] = 0.0
        left_money = 0.0 if budget is None else float(budget - pricing.spent())
        if money <= 0.0 and left_money > 0.0:
            left_money = 0.0  # its price cannot fall: as with people, it does not count in the length of a step
        last_need = (1 - MEMORY) * left + MEMORY * last_need
        last_money = (1 - MEMORY) * left_money + MEMORY * last_money
        asked.look(pricing.chosen, served)
        length = float(np.sum(last_need**2 * scale)) + last_money**2 * money_unit + asked.length()
        if length <= 0.0:
            break
        goal = best.bound * (1 - near) if target is None else min(target, best.bound * (1 - 1e-4))
        move = step * (bound - goal) / length
        asked.move(move)
        need = np.clip(need - move * last_need * scale, 0.0, asked.most(reachable))
        money = max(0.0, money - move * last_money * money_unit)
    rounded = _rounded(best.need)
    money, limits, floors = float(f"{best.money:.9g}"), _short(best.limits), _short(best.floors)
    bound = pricing.value(rounded, money, limits, floors)
    return Prices(rounded, money, bound, done, limits, floors)


def _short(prices: Floats) -> Floats:
    """Nine digits of each price."""
    return np.array([float(f"{one:.9g}") for one in prices])


class Scales(NamedTuple):
    """Most that a person of a cell can be worth, 1 over its people, and a step of the price of money.

    A cell that nobody can serve has 0 for the first two. One unit of scaled money price is the worth of everything
    divided by the budget.
    """

    reachable: Floats
    per_person: Floats
    money_unit: float


def scales_of(problem: LayoutProblem) -> Scales:
    """Return the scales of the prices of a problem."""
    reachable = np.zeros(problem.n_cells)
    np.maximum.at(reachable, problem.cell_of_pair, problem.worth)
    priced = (problem.walkers > 0) & (reachable > 0)
    if not problem.worth.any():  # nothing counts but floors
        priced = (problem.walkers > 0) & (np.diff(problem.first_pair_of_cell) > 0)
    per_person = np.zeros(problem.n_cells)
    per_person[priced] = 1.0 / problem.walkers[priced]
    if problem.budget_money is None:
        return Scales(reachable, per_person, 0.0)
    yardstick = max(problem.budget_money, _cheapest_money(problem))
    return Scales(reachable, per_person, 0.05 * max(1.0, float(priced.sum())) / yardstick**2)


def _rounded(prices: Floats) -> Floats:
    """Round to six digits after the point of the largest price, so that plan.json stays small."""
    return np.round(prices, 6)


def _cost_of_everything(problem: LayoutProblem) -> int:
    """Rough money of one middle grade of every service in every space that may hold it."""
    middle = problem.grade_money[:, :, 1, 0]
    return int(np.where(problem.allowed[:, :, 1], np.maximum(middle, 0), 0).sum() // 4 + problem.open_money.sum())


def _cheapest_money(problem: LayoutProblem) -> int:
    """Money of the cheapest hub of all; 1 if there is none."""
    alone = problem.open_money[:, None, None] + problem.grade_money[:, :, :, 0]
    return max(1, int(alone[problem.allowed].min(initial=np.iinfo(np.int64).max if problem.allowed.any() else 1)))
