"""The proven bound: prices on people and money, an exact hub for each space at those prices."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout import _kernels
from doorstep.layout.problem import MAX_GRADES, LayoutProblem

__all__ = ["Prices", "capacity_of_rows", "priced_bound", "prices_for", "space_at_prices"]

Floats = npt.NDArray[np.float64]

_FIRST_STEP = 1.0
_PATIENCE = 12
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


class _Pricing:
    """The priced problem with its scratch arrays and threads."""

    def __init__(self, problem: LayoutProblem, workers: int) -> None:
        self.problem = problem
        self.capacities = capacity_of_rows(problem)
        self.values = np.zeros((problem.n_rows, MAX_GRADES))
        self.chosen = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
        self.worth = np.zeros(problem.n_spaces)
        self.share = np.zeros(len(problem.worth))
        self.served = np.zeros(problem.n_cells)
        self.threads = ThreadPoolExecutor(workers)
        self.row_cuts = _even_cuts(problem.first_pair_of_row, workers * 4)
        space_work = np.concatenate([[0], np.cumsum(problem.floor_m2.max(axis=1, initial=0) + 50)])
        self.space_cuts = _even_cuts(space_work, workers * 4)

    def value(self, need: Floats, money: float) -> float:
        """Return the bound at these prices; leaves row values and best hubs in place."""
        problem = self.problem

        def rows(first: int, last: int) -> None:
            _kernels.price_rows(
                first,
                last,
                problem.first_pair_of_row,
                problem.cell_of_pair,
                problem.worth,
                problem.room,
                problem.walkers,
                need,
                self.capacities,
                self.values,
            )

        self._all(rows, self.row_cuts)
        self._all(lambda first, last: self.best(money, problem.must, first, last), self.space_cuts)
        facilities = self.values[problem.n_spaces * problem.n_services :, 0]
        return float(
            np.sum(need * problem.walkers)
            + money * (problem.budget_money or 0)
            + np.sum(facilities)
            + np.sum(self.worth)
        )

    def best(self, money: float, must: npt.NDArray[np.bool_], first: int, last: int) -> None:
        """Find the best hubs of some spaces at the row values in place."""
        problem = self.problem
        _kernels.best_hubs(
            first,
            last,
            self.values,
            problem.grade_money,
            problem.open_money,
            money,
            problem.allowed,
            problem.grade_area_m2,
            problem.floor_m2,
            problem.small_floor_m2,
            problem.complex_floor_min_m2,
            problem.free_sets,
            problem.complex_functions,
            must,
            self.chosen,
            self.worth,
        )

    def spent(self) -> int:
        """Return the money of the best hubs at the last prices."""
        return sum(self.problem.hub_money(space, self.chosen[space]) for space in range(self.problem.n_spaces))

    def served_share(self, need: Floats) -> Floats:
        """Return the share of each cell that the best hubs and the facilities serve at the last prices."""
        problem = self.problem
        n_space_rows = problem.n_spaces * problem.n_services
        grade = self.chosen.ravel().astype(np.int64)
        room = np.zeros(problem.n_rows)
        open_rows = np.flatnonzero(grade)
        room[open_rows] = self.capacities[open_rows, grade[open_rows] - 1]
        room[n_space_rows:] = problem.facility_room

        def rows(first: int, last: int) -> None:
            for row in range(first, last):
                start, end = problem.first_pair_of_row[row], problem.first_pair_of_row[row + 1]
                if room[row] > 0.0:
                    _kernels.fill_row(
                        start,
                        end,
                        problem.cell_of_pair,
                        problem.worth,
                        problem.room,
                        problem.walkers,
                        need,
                        room[row],
                        self.share,
                    )
                else:
                    self.share[start:end] = 0.0

        self._all(rows, self.row_cuts)
        _kernels.sum_by_cell(problem.first_pair_of_cell, problem.pair_of_cell, self.share, self.served)
        return self.served

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
    return _Pricing(problem, workers).value(need, money)


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
    pricing = _Pricing(problem, 1)
    pricing.value(need, money)
    chosen = pricing.chosen[space].copy()
    if not chosen.any() and problem.allowed[space].any():
        forced = np.zeros(problem.n_spaces, dtype=np.bool_)
        forced[space] = True
        pricing.best(money, forced, space, space + 1)
        chosen = pricing.chosen[space].copy()
    services = np.flatnonzero(chosen)
    rows = space * problem.n_services + services
    return chosen, float(pricing.values[rows, chosen[services] - 1].sum())


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
    pricing = _Pricing(problem, workers)
    reachable = np.zeros(problem.n_cells)
    np.maximum.at(reachable, problem.cell_of_pair, problem.worth)
    people = problem.walkers
    priced = (people > 0) & (reachable > 0)
    scale = np.zeros(problem.n_cells)
    scale[priced] = 1.0 / people[priced]
    budget = problem.budget_money
    total_worth = float(np.sum(reachable * people))
    # One unit of scaled money price is the worth of everything divided by the budget.
    yardstick = None if budget is None else max(budget, _cheapest_money(problem))
    money_unit = 0.0 if yardstick is None else 1.0 / yardstick**2 * max(1.0, float(priced.sum())) * 0.05

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
        left = people * (1.0 - pricing.served_share(need))
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
