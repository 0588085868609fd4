"""Hubs taken one by one, most worth for their money first, as far as money and limits go."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.layout.hubs import capital_of
from doorstep.layout.limits import limit_amounts, limit_use, limit_use_of_hub
from doorstep.layout.problem import LayoutProblem

__all__ = ["affordable_hubs"]

Grades = npt.NDArray[np.int8]


def affordable_hubs(
    problem: LayoutProblem, hubs: Grades, worth: npt.NDArray[np.float64], money_price: float, start: Grades
) -> Grades:
    """Return those hubs that the budget and the limits allow.

    Parameters
    ----------
    problem
        The layout problem.
    hubs
        Shape (n_spaces, n_services): grades of the hub wanted in each space, zeros for none.
    worth
        Shape (n_spaces,): weighted users of each, less the price of its money.
    money_price
        Price of a minor unit of money in ``worth``.
    start
        Shape (n_spaces, n_services): hubs that must be; they stay, or give way to the one wanted in their space.

    Returns
    -------
    array of shape (n_spaces, n_services)
        Those with most worth for their money first (ties: the smaller space).
    """
    grades = start.copy()
    left = None if problem.budget_money is None else problem.budget_money - capital_of(problem, start)
    money = np.array([problem.hub_money(space, hubs[space]) for space in range(problem.n_spaces)])
    rate = (worth + money_price * money) / np.maximum(money, 1)
    of_limits = limit_amounts(problem) - limit_use(problem, start)
    for space in np.argsort(-rate, kind="stable").tolist():
        more = int(money[space]) - problem.hub_money(space, grades[space])
        if not hubs[space].any() or (left is not None and more > left):
            continue
        use = limit_use_of_hub(problem, space, hubs[space]) - limit_use_of_hub(problem, space, grades[space])
        if (use > np.maximum(of_limits, 0)).any():
            continue
        of_limits -= use
        grades[space] = hubs[space]
        left = None if left is None else left - more
    return grades
