"""What the next money is worth to a plan: by its price, by a plan found with it, and by the most that is proven."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.layout import Layout, assign, capital_of, greedy_grades, replanned, with_budget
from doorstep.replanning import Base, More, more_of, searched_on

__all__ = ["LimitPrice", "MoneyMore", "limit_prices", "next_money", "spent_in"]


@dataclass(frozen=True, slots=True, eq=False)
class MoneyMore:
    """What a plan has more with more money.

    Parameters
    ----------
    money
        Minor units more than its budget; 0: nothing more, the same short search.
    price
        Weighted users that they are worth at the price of money in the certificate: a rule of thumb between the two.
    more
        Of the plan that was found, and the most that is proven.
    """

    money: int
    price: float
    more: More


@dataclass(frozen=True, slots=True)
class LimitPrice:
    """What a further limit of the city is worth a unit more: ``most`` weighted users for ``units`` more, proven.

    ``of_money``: units are minor units of money; else hubs.
    """

    name: str
    units: int
    of_money: bool
    most: float


def next_money(
    base: Base,
    amounts: Sequence[int],
    *,
    seed: int = 0,
    workers: int = 2,
    told: Callable[[int, int], None] = lambda _, __: None,
) -> tuple[MoneyMore, ...]:
    """Say what more money is worth to a plan.

    Parameters
    ----------
    base
        The plan as it stands; without a budget there is no price of money, and nothing is returned.
    amounts
        Minor units, each more than 0.
    seed, workers
        Of the short searches; threads.
    told
        Called with searches done and in all.

    Returns
    -------
    tuple of MoneyMore
        First with no more money, then each amount, the smallest first. Plans found with less are plans with more, too.

    Notes
    -----
    With budget B, prices of bound Z and price of money μ, no plan with B + X is worth more than Z + μ·X: the best plan
    is better than this one by at most that less its worth. A plan found with B + X proves how much it is better at
    least.
    """
    budget = base.problem.budget_money
    if budget is None:
        return ()
    rows: list[MoneyMore] = []
    best = searched_on(base, seed=seed, workers=workers)
    told(1, len(amounts) + 1)
    for number, money in enumerate((0, *sorted(set(amounts)))):
        problem = with_budget(base.problem, budget + money)
        most = base.prices.bound + base.prices.money * money
        if money:
            found = replanned(problem, base.problem, base.grades, base.prices, seed=seed, workers=workers)
            told(number + 1, len(amounts) + 1)
            if found.assignment.worth > best.worth:
                best = Base(problem, found.grades, found.assignment, found.prices)
            most = min(most, found.prices.bound)
        else:
            most = min(most, best.prices.bound)
        layout = _layout(best, most)
        rows.append(MoneyMore(money, base.prices.money * money, more_of(base, problem, layout, most)))
    return tuple(rows)


def spent_in(base: Base, spaces: np.ndarray, money: int) -> float:
    """Return the weighted users won if more money, and what is left, is added to the hubs as they are in some spaces.

    Parameters
    ----------
    base
        The plan as it stands.
    spaces
        Positions of the spaces where it may be spent.
    money
        Minor units beyond the budget.
    """
    problem, budget = base.problem, base.problem.budget_money or 0
    left = max(0, budget - capital_of(problem, base.grades)) + money
    added = greedy_grades(problem, start=base.grades, spaces=spaces, budget_money=left)
    if (added == base.grades).all():
        return 0.0
    return max(0.0, assign(problem, added).worth - base.worth)


def limit_prices(base: Base, money: int) -> tuple[LimitPrice, ...]:
    """Return what more of each further limit is worth at most: money of funds or of a year, one hub."""
    rows = []
    for limit, price in zip(base.problem.limits, base.prices.limits.tolist(), strict=True):
        of_money = not limit.name.startswith("hubs:")
        units = money if of_money else 1
        rows.append(LimitPrice(limit.name, units, of_money, base.short + price * units))
    return tuple(rows)


def _layout(base: Base, bound: float) -> Layout:
    return Layout(base.grades, base.assignment, dataclasses.replace(base.prices, bound=bound), 0, "rounds_done")
