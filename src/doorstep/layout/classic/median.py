"""p-median and location without capacities: everybody goes to the nearest open site."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.layout.classic._sites import nearest_open
from doorstep.layout.classic.answer import Located, located
from doorstep.layout.classic.branch import best_sites
from doorstep.layout.classic.given import Costs, Floats, as_pairs, number_of_sites, per, raise_for
from doorstep.layout.classic.near import near, step_of

__all__ = ["facility_location", "p_median"]


def p_median(costs: Costs, p: int, weights: npt.ArrayLike | None = None, *, max_nodes: int = 100_000,
             time_limit_s: float | None = None) -> Located:  # fmt: skip
    """Open ``p`` sites so that the weighted sum of the costs of the nearest ones is least.

    Parameters
    ----------
    costs
        Shape (n_demands, n_sites), array or SciPy sparse: what one unit of demand pays at a site, not negative.
        Infinity, and what a sparse matrix does not store, is a pair that may not be used.
    p
        How many sites to open.
    weights
        Shape (n_demands,): units of demand; 1 each if not given.
    max_nodes
        Nodes of branch and bound; 0 for a heuristic with a proven bound.
    time_limit_s
        Checked between nodes: it decides how much of the same work is kept, not what the work is.

    Returns
    -------
    Located
        Open sites and assignment; ``status`` is "optimal" once ``bound`` meets ``objective``.

    Raises
    ------
    ValueError
        For NaN, negative or empty input, ``p`` out of range, and if no plan was found that serves everybody.

    Notes
    -----
    Formulation of ReVelle and Swain (1970). Bound of Cornuejols, Fisher and Nemhauser (1977) by the volume algorithm
    of Barahona and Anbil (2000), fixing by reduced costs as Beasley (1985), interchange of Resende and Werneck (2007).

    Examples
    --------
    >>> answer = p_median([[0, 6, 9], [4, 0, 5], [9, 5, 0], [8, 4, 1]], 2)
    >>> answer.open_sites.tolist(), answer.assigned.tolist(), answer.objective, answer.status
    ([0, 2], [0, 0, 2, 2], 5.0, 'optimal')
    """
    row, column, cost, n_demands, n_sites = as_pairs(costs)
    weight = per(weights, n_demands, "weights")
    count = number_of_sites(p, n_sites)
    return _nearest(row, column, cost * weight[row], n_demands, np.zeros(n_sites), count, max_nodes, time_limit_s)


def facility_location(costs: Costs, fixed_costs: npt.ArrayLike, weights: npt.ArrayLike | None = None, *,
                      max_nodes: int = 100_000, time_limit_s: float | None = None) -> Located:  # fmt: skip
    """Open any number of sites so that their own costs and the costs of serving all demands are least together.

    Parameters
    ----------
    costs, weights, max_nodes, time_limit_s
        As for :func:`p_median`.
    fixed_costs
        Shape (n_sites,): what opening a site costs, not negative; one figure goes for all.

    Returns
    -------
    Located
        Open sites and assignment.

    Raises
    ------
    ValueError
        For NaN, negative or empty input, and if a demand has no site that may serve it.

    Notes
    -----
    The simple plant location problem in the strong formulation of Balinski (1965); the bound is the one that dual
    ascent (Erlenkotter 1978) approaches, here by the volume algorithm, with fixing and branching as in p-median.

    Examples
    --------
    >>> facility_location([[0, 4, 9], [4, 0, 5], [9, 5, 0]], [3, 3, 6]).objective
    11.0
    """
    row, column, cost, n_demands, n_sites = as_pairs(costs)
    weight = per(weights, n_demands, "weights")
    fixed = per(fixed_costs, n_sites, "fixed_costs")
    return _nearest(row, column, cost * weight[row], n_demands, fixed, -1, max_nodes, time_limit_s)


def _nearest(row: npt.NDArray[np.int64], column: npt.NDArray[np.int64], cost: Floats, n_demands: int, fixed: Floats,
             count: int, max_nodes: int, time_limit_s: float | None) -> Located:  # fmt: skip
    alone = np.setdiff1d(np.arange(n_demands), row)
    raise_for([f"demand {alone[0]} has no site that may serve it ({len(alone)} such in all)"] if len(alone) else [])
    most = np.zeros(n_demands)
    np.maximum.at(most, row, cost)
    step = step_of(cost, fixed)
    # who is not served costs more than any plan that serves all
    full = len(row) == n_demands * len(fixed)
    beyond = most + 1.0 if full and count > 0 else most + np.ceil(most.sum() + fixed.sum()) + 1.0
    lists = near(row, column, cost, beyond, len(fixed))
    best = best_sites(lists, fixed, count, step, max_nodes=max_nodes,
                      time_limit_s=time_limit_s)  # fmt: skip
    assigned = nearest_open(lists.first, lists.site, best.is_open)
    if (assigned < 0).any():
        proof = "there is none" if best.bound > most.sum() + fixed.sum() else "none was found"
        raise ValueError(f"no plan serves every demand with the sites asked for: {proof}")
    return located(np.flatnonzero(best.is_open), assigned, best.value, best.bound, nodes=best.nodes)
