"""The proven bound: prices on people and money, an exact hub for each space at those prices."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from doorstep.layout._hub import HubRules, best_hubs
from doorstep.layout._rows import price_rows, serve
from doorstep.layout.arrays import hub_rules, reachable
from doorstep.layout.hubs import capital_of
from doorstep.layout.problem import MAX_GRADES, LayoutProblem

__all__ = [
    "Prices",
    "Pricing",
    "capacity_of_rows",
    "priced_bound",
    "priced_plan",
    "prices_for",
    "scales_of",
    "space_at_prices",
]

Floats = npt.NDArray[np.float64]

_FIRST_STEP = 1.0
_PATIENCE = 20
_SMALLEST_STEP = 1e-3
_MEMORY = 0.7  # share of the last direction kept: without it money and people chase each other


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Multipliers and the bound they prove.

    Parameters
    ----------
    need
        Shape (n_cells,): price of one person of a cell (λ).
    money
        Price of one minor unit of money (μ).
    bound
        No plan is worth more, in weighted users.
    rounds
        Price changes tried.
    """

    need: Floats
    money: float
    bound: float
    rounds: int


def capacity_of_rows(problem: LayoutProblem) -> Floats:
    """Return the room of each row at each grade, shape (n_rows, 5); a facility has one."""
    capacities = np.zeros((problem.n_rows, MAX_GRADES))
    n_space_rows = problem.n_spaces * problem.n_services
    capacities[:n_space_rows] = np.tile(problem.grade_room, (problem.n_spaces, 1))
    capacities[n_space_rows:, 0] = problem.facility_room
    return capacities


class Pricing:
    """The priced problem with its scratch arrays and threads: what every place is worth at given prices.

    Parameters
    ----------
    problem
        The layout problem.
    workers
        Threads; no result depends on it.
    """

    def __init__(self, problem: LayoutProblem, workers: int) -> None:
        self.problem = problem
        self.pairs = reachable(problem)
        self.rules = hub_rules(problem)
        self.capacities = capacity_of_rows(problem)
        self.order = np.arange(len(problem.worth), dtype=np.int32)
        self.values = np.zeros((problem.n_rows, MAX_GRADES))
        self.chosen = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
        self.worth = np.zeros(problem.n_spaces)
        self.money = problem.grade_money.astype(np.float64)
        self.open_money = problem.open_money.astype(np.float64)
        self.threads = ThreadPoolExecutor(workers)
        self.row_cuts = _even_cuts(problem.first_pair_of_row, workers * 4)
        space_work = np.concatenate([[0], np.cumsum(self.rules.floor.max(axis=1, initial=0) + 50)])
        self.space_cuts = _even_cuts(space_work, workers * 4)

    def value(self, need: Floats, money: float) -> float:
        """Return the bound at these prices; leaves row values and best hubs in place."""
        problem = self.problem
        self._all(
            lambda first, last: price_rows(self.pairs, first, last, need, self.capacities, self.order, self.values),
            self.row_cuts,
        )
        self.best_hubs(money, self.rules)
        facilities = self.values[problem.n_spaces * problem.n_services :, 0]
        return float(
            np.sum(need * problem.walkers)
            + money * (problem.budget_money or 0)
            + np.sum(facilities)
            + np.sum(self.worth)
        )

    def best_hubs(self, money: float, rules: HubRules) -> None:
        """Find the best hub of every space at the row values in place."""
        n_spaces = self.problem.n_spaces
        cost, open_cost = self.money * money, self.open_money * money
        self._all(
            lambda first, last: best_hubs(rules, first, last, self.values, cost, open_cost, self.chosen, self.worth),
            self.space_cuts if n_spaces else [],
        )

    def spent(self) -> int:
        """Return the money of the best hubs at the last prices."""
        return capital_of(self.problem, self.chosen)

    def served(self, need: Floats) -> Floats:
        """Return the people of each cell whom the best hubs and the facilities serve at the last prices."""
        problem = self.problem
        grade = self.chosen.ravel().astype(np.int64)
        rows = np.flatnonzero(grade)
        room = self.capacities[rows, grade[rows] - 1]
        facilities = np.arange(problem.n_spaces * problem.n_services, problem.n_rows)
        served = np.zeros(problem.n_cells)
        serve(
            self.pairs,
            np.concatenate([rows, facilities]),
            np.concatenate([room, problem.facility_room]),
            need,
            self.order,
            served,
        )
        return served

    def _all(self, work: Callable[[int, int], None], cuts: list[tuple[int, int]]) -> None:
        for job in [self.threads.submit(work, first, last) for first, last in cuts]:
            job.result()


def priced_bound(problem: LayoutProblem, need: Floats, money: float, *, workers: int = 2) -> float:
    """Return the bound that given multipliers prove.

    Parameters
    ----------
    problem
        The layout problem.
    need
        Shape (n_cells,), not negative.
    money
        Price of a minor unit of money, not negative; must be 0 without a budget.

    Returns
    -------
    float
        Valid for any multipliers (weak duality; docs/explain/certificate.md).
    """
    return Pricing(problem, workers).value(need, money)


def space_at_prices(
    problem: LayoutProblem, need: Floats, money: float, space: int
) -> tuple[npt.NDArray[np.int8], float]:
    """Return the hub that is best in a space at given prices, opened even if it is not worth its money.

    Parameters
    ----------
    problem
        The layout problem.
    need, money
        Multipliers.
    space
        Position of the space.

    Returns
    -------
    grades, worth
        Grades per service (zeros if nothing may be put there) and its priced worth before its money is taken off.
    """
    pricing = Pricing(problem, 1)
    pricing.value(need, money)
    chosen = pricing.chosen[space].copy()
    if not chosen.any() and problem.allowed[space].any():
        forced = np.zeros(problem.n_spaces, dtype=np.bool_)
        forced[space] = True
        pricing.best_hubs(money, pricing.rules._replace(must=forced))
        chosen = pricing.chosen[space].copy()
    services = np.flatnonzero(chosen)
    rows = space * problem.n_services + services
    return chosen, float(pricing.values[rows, chosen[services] - 1].sum())


def priced_plan(problem: LayoutProblem, prices: Prices, start: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return a plan of the hubs that are best at given prices, as far as the money goes.

    Parameters
    ----------
    problem
        The layout problem.
    prices
        Near the best, so that these hubs together spend about the budget.
    start
        Shape (n_spaces, n_services): hubs that must be; they stay, or give way to a better one in their space.

    Returns
    -------
    array of shape (n_spaces, n_services)
        Those with most priced worth for their money first. People were priced, not assigned: a start for the search.
    """
    pricing = Pricing(problem, 1)
    pricing.value(prices.need, prices.money)
    grades = start.copy()
    left = None if problem.budget_money is None else problem.budget_money - capital_of(problem, start)
    money = np.array([problem.hub_money(space, pricing.chosen[space]) for space in range(problem.n_spaces)])
    worth = (pricing.worth + prices.money * money) / np.maximum(money, 1)
    for space in np.argsort(-worth, kind="stable").tolist():
        more = int(money[space]) - problem.hub_money(space, grades[space])
        if money[space] > 0 and (left is None or more <= left):
            grades[space] = pricing.chosen[space]
            left = None if left is None else left - more
    return grades


def prices_for(
    problem: LayoutProblem,
    *,
    rounds: int = 400,
    target: float | None = None,
    start: Prices | None = None,
    workers: int = 2,
    progress: Callable[[int, float], None] | None = None,
) -> Prices:
    """Find prices with a small bound by a deflected subgradient method.

    Parameters
    ----------
    problem
        The layout problem.
    rounds
        Most price changes.
    target
        Worth of a known plan: step lengths aim at it (Polyak). Without it, 3 % below the best bound so far.
    start
        Prices to start from.
    workers
        Threads; the result does not depend on it.
    progress
        Called with round and best bound.

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
        need, money = 0.5 * reachable, 0.0
        if budget is not None and budget < _cheapest_money(problem):
            money = total_worth / _cheapest_money(problem)  # nothing can be paid: then nothing is worth its money
        elif budget is not None:
            money = 0.5 * total_worth / max(1, budget + _cost_of_everything(problem))
    else:
        need, money = np.minimum(start.need, reachable), start.money if budget is not None else 0.0

    best = Prices(need=need, money=money, bound=np.inf, rounds=0)
    step, idle = _FIRST_STEP, 0
    last_need, last_money = np.zeros(problem.n_cells), 0.0
    done = 0
    for done in range(1, rounds + 1):
        bound = pricing.value(need, money)
        if bound < best.bound * (1 - 1e-6) or best.bound == np.inf:
            idle = 0
        else:
            idle += 1
        if bound < best.bound:
            best = Prices(need=need, money=money, bound=bound, rounds=done)
        if progress is not None:
            progress(done, best.bound)
        if idle >= _PATIENCE:
            step, idle = step / 2, 0
            need, money = best.need, best.money
            bound = pricing.value(need, money)
            last_need, last_money = np.zeros(problem.n_cells), 0.0
            if step < _SMALLEST_STEP:
                break
        left = people - pricing.served(need)
        left[~priced] = 0.0
        left[(need <= 0.0) & (left > 0.0)] = 0.0
        left_money = 0.0 if budget is None else float(budget - pricing.spent())
        last_need = (1 - _MEMORY) * left + _MEMORY * last_need
        last_money = (1 - _MEMORY) * left_money + _MEMORY * last_money
        length = float(np.sum(last_need**2 * scale)) + last_money**2 * money_unit
        if length <= 0.0:
            break
        goal = best.bound * 0.97 if target is None else min(target, best.bound * (1 - 1e-4))
        move = step * (bound - goal) / length
        need = np.clip(need - move * last_need * scale, 0.0, reachable)
        money = max(0.0, money - move * last_money * money_unit)
    rounded = _rounded(best.need)
    money = float(f"{best.money:.9g}")
    return Prices(need=rounded, money=money, bound=pricing.value(rounded, money), rounds=done)


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


def _even_cuts(first: npt.NDArray[np.int64], parts: int) -> list[tuple[int, int]]:
    """Cut a range of items into parts of about equal work; ``first`` is the running sum of work."""
    n = len(first) - 1
    if n <= 0:
        return []
    marks = np.searchsorted(first, np.linspace(0, first[-1], parts + 1)[1:-1])
    edges = np.unique(np.concatenate([[0], marks, [n]]))
    return [(int(a), int(b)) for a, b in itertools.pairwise(edges)]
