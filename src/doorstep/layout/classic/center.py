"""p-centre: the worst-served demand as near as can be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.layout.classic.answer import Located, located
from doorstep.layout.classic.covering import covered_within, smallest_cover
from doorstep.layout.classic.given import Costs, as_pairs, number_of_sites, per, raise_for

__all__ = ["p_center"]


def p_center(costs: Costs, p: int, weights: npt.ArrayLike | None = None, *, max_nodes: int = 100_000) -> Located:
    """Open ``p`` sites so that the largest (weighted) cost of a demand at its nearest one is least.

    Parameters
    ----------
    costs
        Shape (n_demands, n_sites), array or SciPy sparse; infinity, or not stored: may not be used.
    p
        How many sites to open.
    weights
        Shape (n_demands,): costs are multiplied by it; 1 each if not given.
    max_nodes
        Nodes of HiGHS for each radius tried; 0 for greedy covers with the bound of the relaxed models.

    Returns
    -------
    Located
        ``objective`` is the largest cost.

    Raises
    ------
    ValueError
        For NaN, negative or empty input, ``p`` out of range, and if no plan was found that serves everybody.

    Notes
    -----
    Minieka (1970): halve the sorted distinct costs; a cost can be kept to if its set covering problem needs ``p`` sites
    at most.

    Examples
    --------
    >>> answer = p_center([[0, 4, 9], [4, 0, 5], [9, 5, 0], [8, 4, 1]], 1)
    >>> answer.open_sites.tolist(), answer.objective
    ([1], 5.0)
    """
    row, column, cost, n, m = as_pairs(costs)
    cost = cost * per(weights, n, "weights")[row]
    count = number_of_sites(p, m)
    alone = np.setdiff1d(np.arange(n), row)
    raise_for([f"demand {alone[0]} has no site that may serve it ({len(alone)} such in all)"] if len(alone) else [])
    nearest = np.full(n, np.inf)
    np.minimum.at(nearest, row, cost)
    values = np.unique(cost[cost >= nearest.max()])
    low, high, nodes = 0, len(values), 0  # below low: proven too small; high and above: kept to
    best: npt.NDArray[np.int64] | None = None
    unsure = -1
    while low < high:
        # values the search could not decide count as too small for the plan, not for the bound
        start = max(low, unsure + 1)
        if start >= high:
            break
        middle = (start + min(high, len(values) - 1)) // 2
        covers = covered_within(row, column, cost, np.full(n, values[middle]), m)
        found = smallest_cover(covers, max_nodes=max_nodes, enough=count)
        nodes += found.nodes
        if len(found.sites) <= count:
            best, high = found.sites, middle
        elif found.at_least > count:
            low = middle + 1
        else:
            unsure = middle
    if best is None:
        proof = "there is none" if low == len(values) else "none was found"
        raise ValueError(f"no plan serves every demand with {count} sites: {proof}")
    # sites to make up the number may stand anywhere
    rest = np.setdiff1d(np.arange(m), best)[: count - len(best)]
    sites = np.sort(np.concatenate([best, rest]))
    opened = np.isin(column, sites)
    order = np.lexsort((column[opened], cost[opened], row[opened]))
    demand, first = np.unique(row[opened][order], return_index=True)
    assigned = np.full(n, -1, dtype=np.int64)
    assigned[demand] = column[opened][order][first]
    objective = float(cost[opened][order][first].max())
    return located(sites, assigned, objective, min(objective, float(values[low])), nodes=nodes)
