"""What rooms that are not there yet would be worth at the prices of a plan."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.layout.bound import Prices, Pricing
from doorstep.layout.problem import LayoutProblem

__all__ = ["best_hubs"]


def best_hubs(
    problem: LayoutProblem, prices: Prices, *, workers: int = 2
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float64]]:
    """Return the hub of each space that is best at given prices, and what it is worth beyond what it takes.

    Parameters
    ----------
    problem
        Homes and services of a plan; its spaces may be others, its facilities are not read.
    prices
        Multipliers of the plan's certificate, in the order of ``problem``.
    workers
        Threads; the result does not depend on it.

    Returns
    -------
    grades, worth
        Shape (n_spaces, n_services), zeros where no hub is worth its price; shape (n_spaces,), weighted users less the
        price of its people, money and units of limits, at least 0.

    Notes
    -----
    The bound is a sum with one term for each space. A space that is added adds its own term, at any prices: so no plan
    of the city with that space is worth more than the bound and ``worth``.
    """
    pricing = Pricing(problem, workers)
    pricing.value(prices.need, prices.money, prices.limits, prices.floors)
    return pricing.chosen.copy(), pricing.worth.copy()
