"""Location with capacities: p-median, and facilities with costs of their own, served whole or split."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from doorstep.layout.classic.answer import Located, located
from doorstep.layout.classic.given import Costs, as_pairs, number_of_sites, per, raise_for
from doorstep.layout.classic.near import step_of
from doorstep.layout.classic.packed import packed_sites
from doorstep.layout.classic.packing import Packing

__all__ = ["capacitated_facility_location", "capacitated_p_median"]


def capacitated_p_median(costs: Costs, p: int, demands: npt.ArrayLike, capacities: npt.ArrayLike, *,
                         max_nodes: int = 100_000) -> Located:  # fmt: skip
    """Open ``p`` sites and give each demand whole to one of them, within the capacities, at least cost.

    Parameters
    ----------
    costs
        Shape (n_demands, n_sites), array or SciPy sparse: what serving a demand *in full* at a site costs. Multiply by
        the demands if yours are per unit. Infinity, or not stored: may not be used.
    p
        How many sites to open.
    demands, capacities
        Shapes (n_demands,) and (n_sites,), in one unit; a single figure goes for all.
    max_nodes
        Nodes of branch and bound; 0 for a heuristic with a proven bound.

    Returns
    -------
    Located
        Open sites and assignment.

    Raises
    ------
    ValueError
        For NaN, negative or empty input, ``p`` out of range, capacities that cannot hold the demands.

    Notes
    -----
    Formulation of Mulvey and Beck (1984); bound with a knapsack per site as Ceselli and Righini (2005). What can be
    part of a plan little above the bound is solved by HiGHS; if that finds none, the bound is raised and more let in.

    Examples
    --------
    >>> answer = capacitated_p_median([[0, 6, 9], [4, 0, 5], [9, 5, 0], [8, 4, 1]], 2, [2, 2, 2, 2], [4, 4, 4])
    >>> answer.open_sites.tolist(), answer.objective
    ([0, 2], 5.0)
    """
    row, column, cost, n, m = as_pairs(costs)
    count = number_of_sites(p, m)
    demand, capacity = per(demands, n, "demands"), per(capacities, m, "capacities")
    return _packed(row, column, cost, np.zeros(m), demand, capacity, count=count, whole=True, max_nodes=max_nodes)


def capacitated_facility_location(costs: Costs, fixed_costs: npt.ArrayLike, demands: npt.ArrayLike,
                                  capacities: npt.ArrayLike, *, single_source: bool = False,
                                  max_nodes: int = 100_000) -> Located:  # fmt: skip
    """Open any number of sites with room for all demands, at least cost of opening and serving.

    Parameters
    ----------
    costs, demands, capacities, max_nodes
        As for :func:`capacitated_p_median`.
    fixed_costs
        Shape (n_sites,): what opening a site costs.
    single_source
        Whether each demand goes whole to one site; otherwise it may be split, and ``shares`` says how.

    Returns
    -------
    Located
        Open sites, assignment and, if split, the shares.

    Raises
    ------
    ValueError
        For NaN, negative or empty input, and capacities that cannot hold the demands.

    Notes
    -----
    Split: Cornuejols, Sridharan and Thizy (1991), the bound that keeps the rows on all capacity together. Whole:
    Holmberg, Rönnqvist and Yuan (1999).

    Examples
    --------
    >>> answer = capacitated_facility_location([[1, 5], [2, 4], [6, 1]], [10, 12], [4, 4, 4], [8, 8])
    >>> answer.objective, answer.shares.toarray().tolist()
    (26.0, [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    """
    row, column, cost, n, m = as_pairs(costs)
    demand, capacity = per(demands, n, "demands"), per(capacities, m, "capacities")
    fixed = per(fixed_costs, m, "fixed_costs")
    return _packed(row, column, cost, fixed, demand, capacity, count=-1, whole=single_source, max_nodes=max_nodes)


def _packed(row: npt.NDArray[np.int64], column: npt.NDArray[np.int64], cost: npt.NDArray[np.float64],
            fixed: npt.NDArray[np.float64], demand: npt.NDArray[np.float64], capacity: npt.NDArray[np.float64], *,
            count: int, whole: bool, max_nodes: int) -> Located:  # fmt: skip
    n, m = len(demand), len(capacity)
    full = np.full((m, n), np.inf)
    full[column, row] = cost
    if whole:
        full[demand[None, :] > capacity[:, None] * (1 + 1e-12)] = np.inf
    problems = []
    alone = np.flatnonzero(~np.isfinite(full).any(axis=0))
    if len(alone):
        problems.append(f"demand {alone[0]} has no site that may hold it ({len(alone)} such in all)")
    room = float(np.sort(capacity)[::-1][: count if count >= 0 else m].sum())
    if demand.sum() > room * (1 + 1e-12):
        which = f"the largest {count} sites have" if count >= 0 else "all sites have"
        problems.append(f"the demands need {demand.sum():g}, {which} capacities of {room:g}")
    raise_for(problems)
    step = step_of(cost, fixed) if whole else 0.0
    best = packed_sites(Packing(full, demand, capacity, fixed, count, whole, step), max_nodes=max_nodes)
    if not np.isfinite(best.value):
        proof = "there is none" if best.bound == np.inf else "none was found"
        raise ValueError(f"no plan keeps to the capacities: {proof}")
    shares = None if whole else csr_array(best.share.T)
    return located(np.flatnonzero(best.is_open), best.share.argmax(axis=0).astype(np.int64), best.value, best.bound,
                   nodes=best.nodes, shares=shares)  # fmt: skip
