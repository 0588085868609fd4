"""The cheapest hubs that keep all floors of coverage, and the least that any plan which keeps them costs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from doorstep.layout.bound import Prices
from doorstep.layout.floors import shortfalls
from doorstep.layout.hubs import affordable_must, broken_hub_rules, capital_of, smaller_grades
from doorstep.layout.limits import keeps_limits
from doorstep.layout.prices import prices_for
from doorstep.layout.problem import LayoutProblem, with_budget
from doorstep.layout.search import searched
from doorstep.layout.solve import Progress, SolveParams
from doorstep.layout.steering import Steering
from doorstep.layout.transport import assign

__all__ = ["LeastCost", "least_cost"]

Grades = npt.NDArray[np.int8]

_COOLING = 0.9
_NEAR = 13  # spaces to which a hub may be moved at last


@dataclass(frozen=True, slots=True, eq=False)
class LeastCost:
    """Hubs that keep every floor for least money.

    Parameters
    ----------
    grades
        Shape (n_spaces, n_services).
    money
        Their capital.
    prices
        With money at a price of 1 and nobody worth anything, their bound is less than nothing by ``bound_money``.
    bound_money
        No plan that keeps the floors costs less, minor units.
    """

    grades: Grades
    money: int
    prices: Prices
    bound_money: float


def least_cost(
    problem: LayoutProblem,
    params: SolveParams,
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> LeastCost | None:
    """Find the cheapest hubs that keep all floors, or ``None`` if no hubs were found that do.

    Parameters
    ----------
    problem
        With floors; its budget is not read, its further limits are kept.
    params
        Rounds, seed, workers.
    stop, progress
        As for :func:`doorstep.layout.solve`.

    Notes
    -----
    The search is that of :func:`doorstep.layout.solve` where a person counts only for the floors, at a price that rises
    while one is missed; money counts in full. The best hubs are then cut down: grades shrink while all floors hold. At
    a price, whoever comes beyond a floor counts, too; so at last each hub is tried in the cheaper spaces near it.
    """
    flat = with_budget(dataclasses.replace(problem, worth=np.zeros_like(problem.worth)), None)
    dear = float(max(1, problem.grade_money.max(initial=1) + problem.open_money.max(initial=0)))
    people = max(1.0, float(max((floor.people for floor in problem.floors), default=1.0)))
    steering = Steering(
        dataclasses.replace(flat, worth=np.full(len(flat.worth), dear / people)),
        np.zeros(len(flat.limits)),
        np.full(len(flat.floors), dear / people),
    )
    grades = affordable_must(flat)[0]
    assignment = assign(flat, grades)
    best: Grades | None = None
    for number in range(params.rounds):
        steered = dataclasses.replace(steering.steered(), worth=steering.steered().worth - dear / people)
        grades = searched(
            steered,
            grades,
            assignment,
            steps=params.steps,
            temperature=0.05 * dear * _COOLING**number,
            money_price=1.0,
            seed=(params.seed, number),
            workers=params.workers,
            limit_prices=steering.limits,
        )
        assignment = assign(flat, grades)
        steering.learn(grades, assignment)
        if not shortfalls(flat, assignment.pair, assignment.people).any():
            fewer = _cut_down(flat, grades)
            if best is None or capital_of(flat, fewer) < capital_of(flat, best):
                best = fewer
        cost = 0.0 if best is None else float(capital_of(flat, best))
        progress(Progress("search", number + 1, params.rounds, float("nan"), cost))
        if stop():
            break
    if best is None:
        return None
    best = _moved(flat, best)
    money = capital_of(flat, best)
    prices = prices_for(flat, rounds=params.bound_rounds, target=-float(money), workers=params.workers, fixed_money=1.0)
    return LeastCost(best, money, prices, max(0.0, -prices.bound))


def _cut_down(problem: LayoutProblem, grades: Grades) -> Grades:
    """Shrink or shut services, those that save most first, as long as all floors and limits hold."""
    result = grades.copy()
    while True:
        options = []
        for space, service in np.argwhere(result > 0):
            for grade in (0, *smaller_grades(problem, int(service), int(result[space, service]))):
                hub = result[space].copy()
                hub[service] = grade
                saved = problem.hub_money(space, result[space]) - problem.hub_money(space, hub)
                allowed = grade == 0 or problem.allowed[space, service, grade - 1]
                empty = problem.must[space] and not hub.any()
                if saved > 0 and allowed and not empty and not broken_hub_rules(problem, space, hub):
                    options.append((-saved, int(space), int(service), grade, hub))
        for *_, space, _, _, hub in sorted(options, key=lambda one: one[:4]):
            trial = result.copy()
            trial[space] = hub
            found = assign(problem, trial)
            if keeps_limits(problem, trial) and not shortfalls(problem, found.pair, found.people).any():
                result = trial
                break
        else:
            return result


def _moved(problem: LayoutProblem, grades: Grades) -> Grades:
    """Move hubs to cheaper empty spaces near them, those that save most first, while all floors and limits hold."""
    if problem.n_spaces < 2:
        return grades
    near = cKDTree(problem.space_m).query(problem.space_m, k=min(_NEAR, problem.n_spaces))[1]
    near = near.reshape(problem.n_spaces, -1)
    result = grades
    while True:
        options = []
        for space in np.flatnonzero(result.any(axis=1) & ~problem.must).tolist():
            money = problem.hub_money(space, result[space])
            for other in near[space].tolist():
                if not result[other].any() and not broken_hub_rules(problem, other, result[space]):
                    options.append((problem.hub_money(other, result[space]) - money, space, other))
        for saved, space, other in sorted(options):
            trial = result.copy()
            trial[other], trial[space] = result[space], 0
            if saved >= 0 or not keeps_limits(problem, trial):
                continue
            found = assign(problem, trial)
            if not shortfalls(problem, found.pair, found.people).any():
                result = _cut_down(problem, trial)
                break
        else:
            return result
