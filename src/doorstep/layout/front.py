"""Plans of which none is better in everything: cost, weighted users, the share that the worst-off group has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from doorstep.layout.bound import Prices, priced_bound
from doorstep.layout.fair import FairGroup, cut_to_budget, fair_floors, hubs_for_floors, level_of
from doorstep.layout.hubs import affordable_must, capital_of
from doorstep.layout.prices import prices_for
from doorstep.layout.problem import LayoutProblem, with_budget, without_must
from doorstep.layout.replan import replanned
from doorstep.layout.search import searched
from doorstep.layout.search_state import SearchState
from doorstep.layout.solve import SolveParams, solve
from doorstep.layout.steering import missing_people
from doorstep.layout.tidy import tidied
from doorstep.layout.transport import Assignment, assign

__all__ = ["FrontParams", "FrontPoint", "front"]

Floats = npt.NDArray[np.float64]
Grades = npt.NDArray[np.int8]

_FIRST_ROUNDS, _FIRST_PRICES = 16, 200
_ROUNDS, _PRICES, _CLOSER, _FAIR_PRICES = 6, 80, 40, 25
_STEPS = 10
_COLD = 4e-4


@dataclass(frozen=True, slots=True)
class FrontParams:
    """What is tried: budgets, minor units ascending, and for each of ``fair_budgets`` each level of the worst-off.

    ``rounds`` of search for each level; seed; threads, on which no result depends.
    """

    budgets: tuple[int, ...]
    fair_budgets: tuple[int, ...]
    levels: tuple[float, ...]
    rounds: int = 8
    seed: int = 0
    workers: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class FrontPoint:
    """A plan of the front.

    Parameters
    ----------
    grades, assignment
        Its hubs, and who is given a place.
    money
        What they cost, minor units.
    level, worst
        Smallest share of those in need of a group who are given a place, groups with all whom places can take left
        out; position of that group, -1 if every group has all.
    asked
        How it was found: ``budget`` (the most worth for so much money), ``weight`` (worth less priced money) or
        ``floor`` (a share asked for every group, for so much money).
    bound
        No plan that costs no more is worth more; for ``floor`` also of plans that keep the share asked. Infinite, that
        is, nothing is proven, if the plan misses a floor that the city asks for.
    is_supported
        Some weighing of the three makes it the best of those found.
    """

    grades: Grades
    assignment: Assignment
    money: int
    level: float
    worst: int
    asked: str
    bound: float
    is_supported: bool = False

    @property
    def worth(self) -> float:
        return self.assignment.worth

    @property
    def gap(self) -> float:
        """(bound - worth)/worth; infinite if nothing is proven, NaN if nobody is served."""
        return max(0.0, self.bound - self.worth) / self.worth if self.worth > 0 else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A plan with prices: its problem, its budget, what the prices prove of it."""

    problem: LayoutProblem
    grades: Grades
    assignment: Assignment
    prices: Prices
    asked: str


def front(
    problem: LayoutProblem,
    groups: Sequence[FairGroup],
    params: FrontParams,
    *,
    told: Callable[[int, int], None] = lambda _, __: None,
) -> tuple[FrontPoint, ...]:
    """Find the front of cost, weighted users and the share of the worst-off group.

    Parameters
    ----------
    problem
        Limits and floors that the city asks for are kept; its budget is not read.
    groups
        Who is held against whom; may be empty: then the front is of cost and users.
    params
        What is tried.
    told
        Called with searches done and in all.

    Returns
    -------
    tuple of FrontPoint
        By cost; what another plan found beats in one of the three and equals in the others is left out.

    Notes
    -----
    Plans for a budget or a share (constraints) find what no weighing finds; plans for a price of money (weights) lie on
    the edge of the hull. Each starts from its neighbour. A bound found for one budget says at its price of money what
    every other cost can bring at most, so each plan has the least of all of them. The work is fixed: a seed gives the
    same plans for any number of threads.
    """
    total = 2 * len(params.budgets) + len(params.fair_budgets) * len(params.levels) * bool(groups)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        told(done, total)

    by_budget: dict[int, _Found] = {}
    middle = params.budgets[len(params.budgets) // 2]
    for budgets in (params.budgets[: len(params.budgets) // 2][::-1], params.budgets[len(params.budgets) // 2 :]):
        before = by_budget.get(middle)
        for budget in (middle, *budgets):
            if budget not in by_budget:
                by_budget[budget] = _for_budget(_with(problem, budget), before, params)
                step()
            before = by_budget[budget]
    found = [by_budget[budget] for budget in sorted(by_budget)]
    for number, one in enumerate(list(found)):
        found.append(_for_price(problem, one, params, number))
        step()
    if groups:
        for number, budget in enumerate(params.fair_budgets):
            start = by_budget.get(budget) or _for_budget(_with(problem, budget), by_budget[middle], params)
            for level in params.levels:
                start = _for_level(_with(problem, budget), groups, level, start, params, number)
                found.append(start)
                step()
    return _front(problem, groups, found)


def _with(problem: LayoutProblem, budget: int) -> LayoutProblem:
    """The problem with a budget, without requirements that it cannot pay."""
    asked = with_budget(problem, budget)
    return without_must(asked, affordable_must(asked)[1])


def _for_budget(problem: LayoutProblem, before: _Found | None, params: FrontParams) -> _Found:
    """The most worth for a budget, from the plan of the budget beside it."""
    options = SolveParams(
        rounds=_FIRST_ROUNDS, bound_rounds=_FIRST_PRICES, branches=0, gap_target=0.001, seed=params.seed,
        workers=params.workers,
    )  # fmt: skip
    if before is None:
        made = solve(problem, options)
        return _Found(problem, made.grades, made.assignment, made.prices, "budget")
    near = replanned(problem, before.problem, before.grades, before.prices, seed=params.seed, workers=params.workers)
    prices = _moved(problem, before, params)
    prices = min((near.prices, prices), key=lambda one: one.bound)
    options = dataclasses.replace(options, rounds=_ROUNDS, bound_rounds=2 * _CLOSER, steps=_STEPS)
    state = SearchState(
        round=0, prices=prices, grades=near.grades, money_price=prices.money * 0.96, best_grades=near.grades,
        best_round=0, limit_prices=prices.limits, floor_prices=prices.floors,
    )  # fmt: skip
    made = solve(problem, options, resume=state)
    better = max((near, made), key=lambda one: (-missing_people(problem, one.assignment), one.assignment.worth))
    prices = min((prices, made.prices), key=lambda one: one.bound)
    return _Found(problem, better.grades, better.assignment, prices, "budget")


def _moved(problem: LayoutProblem, before: _Found, params: FrontParams) -> Prices:
    """Prices of the budget beside it, moved on: money begins cheaper where there is more, since prices fall slowly."""
    ratio = (before.problem.budget_money or 1) / max(1, problem.budget_money or 1)
    money = before.prices.money * min(1.0, ratio**1.5)
    start = dataclasses.replace(before.prices, money=money)
    bound = priced_bound(problem, start.need, money, start.limits, start.floors, workers=params.workers)
    start = dataclasses.replace(start, bound=bound)
    return prices_for(problem, rounds=_PRICES, start=start, workers=params.workers)


def _for_price(problem: LayoutProblem, one: _Found, params: FrontParams, number: int) -> _Found:
    """The most worth less money at the price that it has in a plan: no budget stands in the way."""
    lent = _with(problem, 2 * max(1, one.problem.budget_money or 0))
    best, assignment = one.grades, one.assignment
    for at in range(2):
        grades = searched(
            lent,
            best,
            assignment,
            steps=_STEPS,
            temperature=_COLD * assignment.worth / max(1, int(problem.allowed.any(axis=(1, 2)).sum())),
            money_price=one.prices.money,
            seed=(params.seed, number, at),
            workers=params.workers,
            limit_prices=one.prices.limits,
        )
        tidy, given = tidied(lent, grades, assign(lent, grades))
        price = one.prices.money
        if _net(lent, tidy, given, price) > _net(lent, best, assignment, price):
            best, assignment = tidy, given
    return _Found(lent, best, assignment, one.prices, "weight")


def _net(problem: LayoutProblem, grades: Grades, given: Assignment, price: float) -> tuple[float, float]:
    return -missing_people(problem, given), given.worth - price * capital_of(problem, grades)


def _for_level(
    problem: LayoutProblem,
    groups: Sequence[FairGroup],
    level: float,
    before: _Found,
    params: FrontParams,
    number: int,
) -> _Found:
    """A share asked for every group, for a budget, from the plan that was asked for less."""
    floors = fair_floors(groups, level)
    asked = dataclasses.replace(problem, floors=(*problem.floors, *floors))
    of_city = before.prices.floors[: len(problem.floors)]
    prices = dataclasses.replace(before.prices, floors=np.concatenate([of_city, np.zeros(len(floors))]))
    start = cut_to_budget(problem, before.grades, prices)
    grades, given = hubs_for_floors(
        asked, start, prices, rounds=params.rounds, seed=params.seed * 1000 + number, workers=params.workers
    )
    if not missing_people(asked, given):
        prices = prices_for(
            asked, rounds=_FAIR_PRICES, target=given.worth, workers=params.workers,
            start=dataclasses.replace(
                prices,
                bound=priced_bound(
                    asked, prices.need, prices.money, prices.limits, prices.floors, workers=params.workers
                ),
            ),
        )  # fmt: skip
    return _Found(asked, grades, given, prices, "floor")


def _front(problem: LayoutProblem, groups: Sequence[FairGroup], found: Sequence[_Found]) -> tuple[FrontPoint, ...]:
    cuts = [_cut(problem, one) for one in found if one.asked != "weight"]
    points: list[FrontPoint] = []
    fairest = 0.0
    for one in found:
        money = capital_of(problem, one.grades)
        levels = level_of(problem, groups, one.assignment)
        level = float(levels.min(initial=1.0))
        if one.asked != "floor":
            fairest = max(fairest, level)
        elif level <= fairest:
            continue  # a share that was asked for and not found makes no plan worth showing
        bound = min((at + price * money for at, price in cuts), default=np.inf)
        if one.asked == "floor" and not missing_people(one.problem, one.assignment):
            bound = min(bound, one.prices.bound)
        if missing_people(problem, one.assignment):
            bound = np.inf  # what is proven speaks of plans that keep the floors of the city
        worst = int(levels.argmin()) if level < 1.0 else -1
        points.append(FrontPoint(one.grades, one.assignment, money, level, worst, one.asked, bound))
    kept = _best_in_something(points)
    supported = _supported(kept)
    return tuple(
        dataclasses.replace(point, is_supported=bool(is_so)) for point, is_so in zip(kept, supported, strict=True)
    )


def _cut(problem: LayoutProblem, one: _Found) -> tuple[float, float]:
    """What prices prove of every cost c: no plan is worth more than the first figure and the second times c."""
    n = len(problem.floors)
    free = _with(problem, 0)
    prices = one.prices
    return priced_bound(free, prices.need, prices.money, prices.limits, prices.floors[:n]), prices.money


def _figures(points: Sequence[FrontPoint]) -> Floats:
    """Shape (n_points, 3), more is better: cost saved, worth, level; digits that mean nothing cut off."""
    return np.array([[-one.money, round(one.worth, 6), round(one.level, 6)] for one in points], dtype=np.float64)


def _best_in_something(points: Sequence[FrontPoint]) -> list[FrontPoint]:
    """Leave out what another plan beats or equals in all, of equal ones the later; by cost."""
    figures = _figures(points).reshape(-1, 3)
    kept = []
    for number, own in enumerate(figures):
        no_worse = (figures >= own).all(axis=1)
        better = no_worse & (figures > own).any(axis=1)
        same = no_worse & ~better
        if not better.any() and int(np.flatnonzero(same)[0]) == number:
            kept.append(points[number])
    return sorted(kept, key=lambda one: (one.money, one.worth, one.level))


def _supported(points: Sequence[FrontPoint]) -> list[bool]:
    """Whether some weights make each point the best of all."""
    figures = _figures(points).reshape(-1, 3)
    spread = np.maximum(np.ptp(figures, axis=0), 1e-12) if len(points) else np.ones(3)
    scaled = figures / spread
    result = []
    for own in scaled:
        # weights, and by how much the point may be short of the best: least shortfall 0 means that it is the best
        above = np.column_stack([scaled - own, -np.ones(len(scaled))])
        solved = linprog(
            [0, 0, 0, 1], A_ub=above, b_ub=np.zeros(len(scaled)), A_eq=[[1, 1, 1, 0]], b_eq=[1],
            bounds=[(0, None)] * 4, method="highs-ds",
        )  # fmt: skip
        result.append(solved.status == 0 and solved.fun <= 1e-9)
    return result
