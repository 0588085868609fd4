"""Why a space is or is not used, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout.bound import space_at_prices
from doorstep.layout.limits import limit_use_of_hub
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.transport import assign

__all__ = ["Reason", "explain_space"]


@dataclass(frozen=True, slots=True, eq=False)
class Reason:
    """What prices and plan say of one space.

    Parameters
    ----------
    is_open
        It holds a hub in the plan.
    allowed_services
        Positions of the services that may be put into it.
    reachable_people
        People in need who walk to it within the limit, per service (D summed over its pairs).
    added_worth
        Weighted users that its hub adds to the rest of the plan: worth of the plan less worth without it; 0 if shut.
    best_grades
        The hub that would be best at the prices of the certificate (zeros: none).
    best_money
        Its capital.
    best_worth
        Priced weighted users of it.
    money_worth
        Weighted users that its money and what it takes of further limits are worth elsewhere, at their prices.
    cheaper_money
        How much cheaper (minor units) it would have to be to be worth its money at these prices; 0 or less: it is.
    """

    is_open: bool
    allowed_services: tuple[int, ...]
    reachable_people: tuple[float, ...]
    added_worth: float
    best_grades: npt.NDArray[np.int8]
    best_money: int
    best_worth: float
    money_worth: float
    cheaper_money: float


def explain_space(
    problem: LayoutProblem,
    grades: npt.NDArray[np.int8],
    need_prices: npt.NDArray[np.float64],
    money_price: float,
    space: int,
    limit_prices: npt.NDArray[np.float64] | None = None,
    floor_prices: npt.NDArray[np.float64] | None = None,
) -> Reason:
    """Explain one space of a plan.

    Parameters
    ----------
    problem
        The layout problem.
    grades
        The plan, shape (n_spaces, n_services).
    need_prices, money_price
        The certificate's multipliers.
    space
        Position of the space.
    limit_prices, floor_prices
        The certificate's prices of further limits and of floors; 0 if ``None``.

    Returns
    -------
    Reason
        Prices say what a person and a unit of money are worth elsewhere; a space is worth using if its best hub wins
        more than that.
    """
    n_services = problem.n_services
    rows = range(space * problem.n_stints, space * problem.n_stints + n_services)  # today
    reachable = tuple(
        float(
            problem.walkers[
                problem.cell_of_pair[problem.first_pair_of_row[row] : problem.first_pair_of_row[row + 1]]
            ].sum()
        )
        for row in rows
    )
    is_open = bool(grades[space].any())
    added = 0.0
    if is_open:
        without = grades.copy()
        without[space] = 0
        added = assign(problem, grades).worth - assign(problem, without).worth
    best, worth = space_at_prices(problem, need_prices, money_price, space, limit_prices, floor_prices)
    money = problem.hub_money(space, best)
    elsewhere = money_price * money
    if limit_prices is not None:
        elsewhere += float(np.sum(limit_prices * limit_use_of_hub(problem, space, best)))
    shortfall = elsewhere - worth
    return Reason(
        is_open=is_open,
        allowed_services=tuple(int(s) for s in np.flatnonzero(problem.allowed[space].any(axis=1))),
        reachable_people=reachable,
        added_worth=added,
        best_grades=best,
        best_money=money,
        best_worth=worth,
        money_worth=elsewhere,
        cheaper_money=shortfall / money_price if money_price > 0 else 0.0,
    )
