"""A plan changed at once: one thing is asked otherwise, a plan and its prices are there, and little has to be done."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from doorstep.layout.affordable import affordable_hubs
from doorstep.layout.bound import Prices, Pricing, space_at_prices
from doorstep.layout.faults import refuse_faults
from doorstep.layout.hubs import affordable_must, broken_hub_rules, capital_of
from doorstep.layout.limits import keeps_limits
from doorstep.layout.prices import prices_for
from doorstep.layout.problem import LayoutProblem, with_budget
from doorstep.layout.search import searched
from doorstep.layout.sharing import shared_anew
from doorstep.layout.solve import Layout, money_price
from doorstep.layout.steering import Steering, kept_floors, missing_people
from doorstep.layout.tidy import filled, tidied
from doorstep.layout.transport import Assignment, assign, room_of_rows

__all__ = ["replanned"]

Grades = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int64]
Plan = tuple[Grades, Assignment]

_NEAR = 32  # spaces searched around those that are asked otherwise
_NEAR_STEPS, _STEPS = 5, 1  # of the search for each space: near, and where the whole city is touched
_PRICE_ROUNDS = 8
_COLD = 4e-4  # of the worth for a space that can hold a hub: what one step may lose, about
_PRICE_OF_MORE = 1.2  # money is dearer by this times the share of the budget that is to be given up
_CHEAPEST = 0.7  # of its price that money is taken to have where there is much more of it
_OF_SPACES = ("allowed", "must", "floor_m2", "open_money", "grade_money")
_AIM = 0.002  # of the bound: how far below it the first price changes aim
_SHIFTS = (0.0, 0.5, 1.0)
_EAGER, _EAGER_EVERYWHERE = 0.95, 0.9  # the same where money is about right: the search sees not all that a hub brings


def replanned(
    problem: LayoutProblem,
    before: LayoutProblem,
    grades: Grades,
    prices: Prices,
    *,
    seed: int = 0,
    workers: int = 2,
) -> Layout:
    """Make a plan fit a problem that differs a little from the one it was made for, in a moment.

    Parameters
    ----------
    problem
        The problem as it is now: the same homes, services and spaces.
    before
        The problem as it was.
    grades, prices
        Its plan and multipliers.
    seed
        Of the random numbers.
    workers
        Threads; the plan does not depend on it.

    Returns
    -------
    Layout
        A plan that keeps all rules, with its own proven bound: a certificate like any other.

    Raises
    ------
    ValueError
        With all that is wrong with the problem (:func:`doorstep.layout.problem_faults`).

    Notes
    -----
    Hubs that may no longer be are taken out, and hubs that must be are put in as the prices have them. Where there is
    less money, the search first takes it to be dearer, so that hubs give up what is worth least for it; what still
    cannot be paid goes. Then a short search around the spaces that are asked otherwise, or a shorter one everywhere if
    more than spaces has changed. People are priced by as much more or less as the best open place is now worth to
    them, and a few price changes go on from there.
    """
    refuse_faults(problem)
    spaces, was = _changed_spaces(problem, before), grades
    grades = shared_anew(problem, before, grades)
    if spaces is not None:
        plan, near = _planned(problem, _mended(problem, grades, prices)), _around(problem, spaces)
        for number, dear in enumerate((1.0, _EAGER)):
            plan = _bettered(problem, plan, prices, near, _NEAR_STEPS, dear, (seed, number), workers)
    else:
        prices = _shifted(problem, before, grades, was, prices, workers)
        over, lent = 0.0, problem
        if problem.budget_money is not None:
            money = capital_of(problem, grades)
            over = money / max(1, problem.budget_money) - 1.0
            lent = with_budget(problem, max(money, problem.budget_money))
        dearer = max(_CHEAPEST, 1.0 + _PRICE_OF_MORE * over)
        plan = _planned(lent, _mended(lent, grades, prices))
        plan = _bettered(lent, plan, prices, None, _STEPS, dearer, (seed, 0), workers)
        hubs = _mended(problem, plan[0], prices)
        plan = plan if (hubs == plan[0]).all() else _planned(problem, hubs)
        plan = _bettered(problem, plan, prices, None, _STEPS, _EAGER_EVERYWHERE, (seed, 1), workers)
    hubs, assignment = filled(problem, *tidied(problem, *plan))
    return Layout(hubs, assignment, _proved(problem, prices, assignment, workers), 0, "rounds_done")


def _planned(problem: LayoutProblem, grades: Grades) -> Plan:
    return grades, assign(problem, grades)


def _changed_spaces(problem: LayoutProblem, before: LayoutProblem) -> Ints | None:
    """Return the spaces that are asked otherwise, ``None`` if anything else has changed, too."""
    differ = np.zeros(problem.n_spaces, dtype=np.bool_)
    if not np.array_equal(problem.shared, before.shared):
        return None
    for field in dataclasses.fields(problem):
        now, then = getattr(problem, field.name), getattr(before, field.name)
        if not isinstance(now, np.ndarray):
            if now != then:
                return None
        elif field.name in _OF_SPACES:
            differ |= (now != then).reshape(problem.n_spaces, -1).any(axis=1)
        elif not np.array_equal(now, then):
            return None
    return np.flatnonzero(differ)


def _shifted(
    problem: LayoutProblem, before: LayoutProblem, grades: Grades, was: Grades, prices: Prices, workers: int
) -> Prices:
    """Return the prices, with each person dearer by as much as the best open place is now worth more, if that helps."""
    best = []
    for one, hubs in ((before, was), (problem, grades)):
        is_open = room_of_rows(one, hubs)[one.row_of_pair] > 0.0
        best.append(np.zeros(one.n_cells))
        np.maximum.at(best[-1], one.cell_of_pair[is_open], one.worth[is_open])
    if np.array_equal(best[0], best[1]):
        return prices
    tried: list[tuple[float, int, npt.NDArray[np.float64]]] = []
    pricing = Pricing(problem, workers)
    for share in _SHIFTS:
        shifted = prices.need + share * (best[1] - best[0])
        need: npt.NDArray[np.float64] = np.round(np.maximum(shifted, 0.0), 6).astype(np.float64)
        tried.append((pricing.value(need, prices.money, prices.limits, prices.floors), len(tried), need))
    return dataclasses.replace(prices, need=min(tried)[2])


def _bettered(
    problem: LayoutProblem,
    plan: Plan,
    prices: Prices,
    parts: list[Ints] | None,
    steps: int,
    dearer: float,
    seed: tuple[int, ...],
    workers: int,
) -> Plan:
    """Run a round of search with money dearer than its price by a factor; keep the plan if it finds none better."""
    price = money_price(problem, prices) * dearer
    found = searched(
        Steering(problem, prices.limits, prices.floors).steered(),
        *plan,
        steps=steps,
        temperature=_COLD * plan[1].worth / max(1, int(problem.allowed.any(axis=(1, 2)).sum())),
        money_price=price,
        seed=seed,
        workers=workers,
        limit_prices=prices.limits,
        parts=parts,
    )
    return max(
        (plan, _planned(problem, found)),
        key=lambda one: (-missing_people(problem, one[1]), one[1].worth - price * capital_of(problem, one[0])),
    )


def _mended(problem: LayoutProblem, grades: Grades, prices: Prices) -> Grades:
    """Return the hubs with those gone that may not be, those there that must be, and no more than can be paid."""
    hubs = grades.copy()
    for space in np.flatnonzero(hubs.any(axis=1)).tolist():
        if not broken_hub_rules(problem, space, hubs[space]):
            continue
        services = np.flatnonzero(hubs[space])
        hubs[space, services[~problem.allowed[space, services, hubs[space, services] - 1]]] = 0
        if broken_hub_rules(problem, space, hubs[space]):
            hubs[space] = 0
    for space in np.flatnonzero(problem.must & ~hubs.any(axis=1)).tolist():
        hubs[space] = space_at_prices(problem, prices.need, prices.money, space, prices.limits, prices.floors)[0]
    over = problem.budget_money is not None and capital_of(problem, hubs) > problem.budget_money
    if not over and keeps_limits(problem, hubs):
        return hubs
    given = assign(problem, hubs)
    at = problem.row_of_pair[given.pair] // problem.n_stints
    surplus = (problem.worth[given.pair] - prices.need[problem.cell_of_pair[given.pair]]) * given.people
    of_spaces = at < problem.n_spaces
    worth = np.bincount(at[of_spaces], weights=surplus[of_spaces], minlength=problem.n_spaces)
    money = np.array([problem.hub_money(space, hubs[space]) for space in range(problem.n_spaces)])
    return affordable_hubs(problem, hubs, worth - prices.money * money, prices.money, affordable_must(problem)[0])


def _around(problem: LayoutProblem, changed: Ints) -> list[Ints]:
    """Return the spaces nearest to each changed one as a part; a space near several is with the nearest."""
    places = np.unique(changed)
    if not len(places):
        return []
    near = cKDTree(problem.space_m).query(problem.space_m[places], k=min(_NEAR, problem.n_spaces))[1]
    spaces = np.union1d(near.ravel(), places).astype(np.int64)
    nearest = cKDTree(problem.space_m[places]).query(problem.space_m[spaces])[1]
    return [spaces[nearest == number] for number in range(len(places)) if (nearest == number).any()]


def _proved(problem: LayoutProblem, prices: Prices, assignment: Assignment, workers: int) -> Prices:
    """Prove a bound of the changed problem from the old prices."""
    if missing_people(problem, assignment):
        problem = kept_floors(problem, assignment)
    money = prices.money if problem.budget_money is not None else 0.0
    start = dataclasses.replace(prices, money=money)
    rounds = _PRICE_ROUNDS if assignment.worth > 0.0 else 1
    return prices_for(problem, rounds=rounds, near=_AIM, start=start, workers=workers)
