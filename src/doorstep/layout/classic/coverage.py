"""Covering models: all demands with the fewest sites, most demand with given sites, demand covered twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, coo_array, csr_array, eye_array

from doorstep.layout.classic._sites import nearest_open
from doorstep.layout.classic.answer import Located, located
from doorstep.layout.classic.branch import best_sites
from doorstep.layout.classic.covering import covered_within, smallest_cover, useful_sites
from doorstep.layout.classic.given import Costs, Floats, Ints, Pairs, as_pairs, number_of_sites, per, raise_for
from doorstep.layout.classic.near import near, step_of

__all__ = ["backup_coverage", "lscp", "mclp"]


def lscp(costs: Costs, radius: npt.ArrayLike, *, max_nodes: int = 100_000) -> Located:
    """Cover every demand within the radius with the fewest sites (location set covering problem).

    Parameters
    ----------
    costs
        Shape (n_demands, n_sites), array or SciPy sparse: distance of demand and site. Infinity, or not stored: never.
    radius
        What counts as covered, the radius itself included; one figure, or one per demand.
    max_nodes
        Nodes of HiGHS; 0 for a greedy cover with the bound of the relaxed model.

    Returns
    -------
    Located
        ``objective`` is the number of sites; ``assigned`` the nearest open site.

    Raises
    ------
    ValueError
        For NaN, negative or empty input, and for demands that no site covers.

    Notes
    -----
    Toregas, Swain, ReVelle and Bergman (1971); sites and demands that others make needless are left out first.

    Examples
    --------
    >>> answer = lscp([[0, 4, 9], [4, 0, 5], [9, 5, 0], [8, 4, 1]], 4)
    >>> answer.open_sites.tolist(), answer.objective
    ([0, 2], 2.0)
    """
    pairs = as_pairs(costs)
    covers = _covers(pairs, radius)
    _raise_uncovered(covers)
    found = smallest_cover(covers, max_nodes=max_nodes)
    assigned = _nearest(pairs, radius, found.sites)
    return located(found.sites, assigned, float(len(found.sites)), float(found.at_least), nodes=found.nodes)


def mclp(costs: Costs, radius: npt.ArrayLike, p: int, weights: npt.ArrayLike | None = None, *,
         max_nodes: int = 100_000, time_limit_s: float | None = None) -> Located:  # fmt: skip
    """Cover the most weight within the radius with ``p`` sites (maximal covering location problem).

    Parameters
    ----------
    costs, radius
        As for :func:`lscp`.
    p
        How many sites to open.
    weights
        Shape (n_demands,): 1 each if not given.
    max_nodes
        Nodes of branch and bound; 0 for a heuristic with a proven bound.
    time_limit_s
        Checked between nodes.

    Returns
    -------
    Located
        ``objective`` is the weight covered, ``bound`` is above it; ``assigned`` the nearest open site in reach or -1.

    Raises
    ------
    ValueError
        For NaN, negative or empty input, and ``p`` out of range.

    Notes
    -----
    Church and ReVelle (1974), solved as a p-median in which a demand costs nothing if covered and its weight if not;
    demands with the same sites are one, sites that cover no more than another one are left out.

    Examples
    --------
    >>> answer = mclp([[0, 4, 9], [4, 0, 5], [9, 5, 0], [8, 4, 1]], 2, 1, [3, 4, 2, 1])
    >>> answer.open_sites.tolist(), answer.assigned.tolist(), answer.objective
    ([1], [-1, 1, -1, -1], 4.0)
    """
    pairs = as_pairs(costs)
    weight = per(weights, pairs[3], "weights")
    count = number_of_sites(p, pairs[4])
    covers = _covers(pairs, radius)
    sites = useful_sites(covers)
    if len(sites) < count:  # the rest adds nothing, but p are asked for
        sites = np.sort(np.concatenate([sites, np.setdiff1d(np.arange(pairs[4]), sites)[: count - len(sites)]]))
    core, core_weight = _merged(csr_array(covers[:, sites]), weight)
    entries = core.tocoo()
    row, column = (np.asarray(part, dtype=np.int64) for part in entries.coords)
    lists = near(row, column, np.zeros(len(row)), core_weight, len(sites))
    best = best_sites(lists, np.zeros(len(sites)), count, step_of(core_weight) if len(core_weight) else 1.0,
                      max_nodes=max_nodes, time_limit_s=time_limit_s)  # fmt: skip
    is_open = sites[best.is_open]
    assigned = _nearest(pairs, radius, is_open)
    objective = float(weight[assigned >= 0].sum())
    return located(is_open, assigned, objective, max(objective, float(core_weight.sum()) - best.bound),
                   nodes=best.nodes)  # fmt: skip


def backup_coverage(costs: Costs, radius: npt.ArrayLike, p: int | None = None,
                    weights: npt.ArrayLike | None = None, *, first_weight: float | None = None,
                    max_nodes: int = 100_000) -> Located:  # fmt: skip
    """Cover the most weight twice, every demand once, with ``p`` sites or the fewest that can.

    Parameters
    ----------
    costs, radius, weights
        As for :func:`mclp`.
    p
        How many sites to open; not given: the fewest that cover every demand.
    first_weight
        If given (0 to 1), a demand need not be covered: first cover counts by this share, second by the rest.
    max_nodes
        Nodes of HiGHS.

    Returns
    -------
    Located
        ``objective`` is the weight covered twice (with ``first_weight``, the weighted sum); ``bound`` is above it.

    Raises
    ------
    ValueError
        For NaN, negative or empty input, ``p`` out of range or too few to cover every demand.

    Notes
    -----
    BACOP1 and, with ``first_weight``, BACOP2 of Hogan and ReVelle (1986); without ``p``, LSCP-B.

    Examples
    --------
    >>> backup_coverage([[0, 4, 9], [4, 0, 5], [9, 5, 0], [8, 4, 1]], 4, 2).objective
    1.0
    """
    pairs = as_pairs(costs)
    n_demands, n_sites = pairs[3], pairs[4]
    weight = per(weights, n_demands, "weights")
    covers = _covers(pairs, radius)
    nodes = 0
    if first_weight is None:
        _raise_uncovered(covers)
    elif not 0 <= first_weight <= 1:
        raise ValueError(f"first_weight must be between 0 and 1, not {first_weight}")
    if p is None:
        if first_weight is not None:
            raise ValueError("p must be given with first_weight")
        fewest = smallest_cover(covers, max_nodes=max_nodes)
        if fewest.at_least < len(fewest.sites):
            raise ValueError(f"the fewest sites are not proven within {max_nodes} nodes: give p, or more nodes")
        count, nodes = len(fewest.sites), fewest.nodes
    else:
        count = number_of_sites(p, n_sites)
    # of each demand: once covered (fixed at 1 if all must be), twice covered
    once = 0.0 if first_weight is None else first_weight
    gain = np.concatenate([np.zeros(n_sites), once * weight, (1.0 - once) * weight])
    one, none = eye_array(n_demands), coo_array((n_demands, n_sites))
    open_row = np.concatenate([np.ones(n_sites), np.zeros(2 * n_demands)])[None, :]
    low = np.concatenate([np.zeros(n_sites), np.full(n_demands, float(first_weight is None)), np.zeros(n_demands)])
    rules = [
        LinearConstraint(csr_array(block_array([[covers, -one, -one]])), 0, np.inf),
        LinearConstraint(csr_array(block_array([[none, one, -one]])), 0, np.inf),
        LinearConstraint(open_row, count, count),
    ]
    solved = milp(-gain, integrality=np.ones(len(gain)), bounds=Bounds(low, 1), constraints=rules,
                  options={"node_limit": max(1, max_nodes), "mip_rel_gap": 0.0})  # fmt: skip
    if solved.x is None:
        proof = "they are too few" if solved.status == 2 else f"none was found within {max_nodes} nodes"
        raise ValueError(f"no plan of {count} sites covers every demand: {proof}")
    sites = np.flatnonzero(solved.x[:n_sites] > 0.5)
    times = np.asarray(covers[:, sites].sum(axis=1)).ravel()
    objective = float(once * weight[times >= 1].sum() + (1.0 - once) * weight[times >= 2].sum())
    bound = objective if solved.status == 0 else max(objective, -float(solved.mip_dual_bound))
    return located(sites, _nearest(pairs, radius, sites), objective, bound,
                   nodes=nodes + int(solved.mip_node_count or 0) + 1)  # fmt: skip


def _covers(pairs: Pairs, radius: npt.ArrayLike) -> csr_array:
    row, column, cost, n_demands, n_sites = pairs
    return covered_within(row, column, cost, per(radius, n_demands, "radius"), n_sites)


def _raise_uncovered(covers: csr_array) -> None:
    alone = np.flatnonzero(np.diff(covers.indptr) == 0)
    raise_for([f"demand {alone[0]} has no site within the radius ({len(alone)} such in all)"] if len(alone) else [])


def _nearest(pairs: Pairs, radius: npt.ArrayLike, sites: Ints) -> Ints:
    """Return the nearest of some sites within the radius, -1 if there is none."""
    row, column, cost, n_demands, n_sites = pairs
    is_open = np.zeros(n_sites, dtype=np.bool_)
    is_open[sites] = True
    inside = (cost <= per(radius, n_demands, "radius")[row]) & is_open[column]
    escape = np.full(n_demands, np.inf)
    lists = near(row[inside], column[inside], cost[inside], escape, n_sites)
    found: Ints = nearest_open(lists.first, lists.site, is_open)
    return found


def _merged(covers: csr_array, weight: Floats) -> tuple[csr_array, Floats]:
    """Join demands of the same sites; leave out those of no weight or no site."""
    covers = csr_array(covers)
    covers.sort_indices()
    group: dict[bytes, int] = {}
    kept: list[int] = []
    sums: list[float] = []
    for i in range(covers.shape[0]):
        own = covers.indices[covers.indptr[i] : covers.indptr[i + 1]]
        if weight[i] == 0 or not len(own):
            continue
        at = group.setdefault(own.tobytes(), len(kept))
        if at == len(kept):
            kept.append(i)
            sums.append(0.0)
        sums[at] += float(weight[i])
    return csr_array(covers[kept]), np.array(sums)
