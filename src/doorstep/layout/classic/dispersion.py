"""p-dispersion: sites as far from each other as can be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from doorstep.layout.classic.answer import Located, located
from doorstep.layout.classic.given import Floats, Ints, as_pairs, number_of_sites

__all__ = ["p_dispersion"]


def p_dispersion(distances: npt.ArrayLike, p: int, *, max_nodes: int = 100_000) -> Located:
    """Choose ``p`` sites so that the least distance of any two is largest.

    Parameters
    ----------
    distances
        Shape (n_sites, n_sites); of the two directions the shorter counts, the diagonal does not.
    p
        How many sites, 2 at least.
    max_nodes
        Nodes of HiGHS for each distance tried; 0 for the heuristic, with the bound that cliques prove.

    Returns
    -------
    Located
        ``objective`` is the least distance, ``bound`` is above it, ``assigned`` is empty.

    Raises
    ------
    ValueError
        For NaN, negative, infinite or empty input, a matrix that is not square, and ``p`` out of range.

    Notes
    -----
    Kuby (1987); by halving the sorted distances: a distance can be kept if sites nearer than it never go together, a
    stable set of ``p`` (Sayah and Irnich 2017), with rows on cliques instead of pairs.

    Examples
    --------
    >>> answer = p_dispersion([[0, 4, 9], [4, 0, 5], [9, 5, 0]], 2)
    >>> answer.open_sites.tolist(), answer.objective
    ([0, 2], 9.0)
    """
    row, column, cost, n, m = as_pairs(distances, "distances")
    if n != m:
        raise ValueError(f"distances must be square, not of shape {n} x {m}")
    if len(row) < n * m:
        raise ValueError("distances must be given and finite for every pair")
    count = number_of_sites(p, m, least=2)
    full = np.empty((n, n))
    full[row, column] = cost
    full = np.minimum(full, full.T)
    np.fill_diagonal(full, np.inf)
    best = _spread(full, count)
    value = _least(full, best)
    values = np.unique(full[np.isfinite(full)])
    low = int(np.searchsorted(values, value))  # kept by a known choice
    high, nodes = len(values), 0  # high and above: proven too far
    unsure = high
    while low + 1 < min(high, unsure):
        middle = (low + min(high, unsure)) // 2
        chosen, most, more = _apart(full, float(values[middle]), count, max_nodes)
        nodes += more
        if chosen is not None:
            best = chosen
            low = int(np.searchsorted(values, _least(full, best)))
        elif most < count:
            high = middle
        else:
            unsure = middle
    return located(best, np.empty(0, dtype=np.int64), _least(full, best), float(values[high - 1]), nodes=nodes)


def _least(full: Floats, sites: Ints) -> float:
    return float(full[np.ix_(sites, sites)].min())


def _spread(full: Floats, count: int) -> Ints:
    """Add the farthest site again and again, from the farthest pair; then move single sites while it helps."""
    ends = np.where(np.isfinite(full), full, -1.0)
    chosen = list(np.unravel_index(int(np.argmax(ends)), full.shape))
    while len(chosen) < count:
        away = full[:, chosen].min(axis=1)
        away[chosen] = -1.0
        chosen.append(np.int64(np.argmax(away)))
    sites = np.sort(np.array(chosen, dtype=np.int64))
    for _ in range(20 * count):
        own = full[np.ix_(sites, sites)].min(axis=1)
        worst = int(np.argmin(own))
        others = np.delete(sites, worst)
        away = full[:, others].min(axis=1)
        away[others] = -1.0
        to = int(np.argmax(away))
        if away[to] <= own[worst]:
            break
        sites = np.sort(np.append(others, to))
    return sites


def _apart(full: Floats, distance: float, count: int, max_nodes: int) -> tuple[Ints | None, int, int]:
    """Look for ``count`` sites no two nearer than ``distance``; return them or None, the most proven, nodes."""
    clash = full < distance
    cliques = _cliques(clash)
    alone = int((~clash.any(axis=1)).sum())
    partition = _partition(clash)
    if partition < count:
        return None, partition, 0
    if max_nodes <= 0:
        return None, partition, 0
    n = len(full)
    of_clique = np.repeat(np.arange(len(cliques)), [len(clique) for clique in cliques])
    members = np.concatenate(cliques) if cliques else np.empty(0, dtype=np.int64)
    rows = csr_array((np.ones(len(members)), (of_clique, members)), shape=(max(1, len(cliques)), n))
    ones = np.ones(n)
    # as many as can be, but no more than asked for: the first choice of that many ends the search
    rules = [LinearConstraint(rows, -np.inf, 1), LinearConstraint(ones[None, :], -np.inf, count)]
    solved = milp(-ones, integrality=ones, bounds=Bounds(0, 1), constraints=rules,
                  options={"node_limit": max_nodes, "mip_rel_gap": 0.0})  # fmt: skip
    nodes = int(solved.mip_node_count or 0) + 1
    if solved.x is not None and (solved.x > 0.5).sum() >= count:
        return np.flatnonzero(solved.x > 0.5), count, nodes
    proven = -solved.fun if solved.status == 0 else -(solved.mip_dual_bound or -n)
    return None, max(alone, int(np.floor(proven + 1e-6))), nodes


def _cliques(clash: npt.NDArray[np.bool_]) -> list[Ints]:
    """Return cliques that hold every clashing pair at least once."""
    open_pairs = np.triu(clash, 1)
    cliques: list[Ints] = []
    for i in range(len(clash)):
        while open_pairs[i].any():
            members = [i]
            may = clash[i].copy()
            prefer = open_pairs[i] & may
            while may.any():
                pool = prefer & may
                k = int(np.argmax(pool if pool.any() else may))
                members.append(k)
                may &= clash[k]
            clique = np.sort(np.array(members, dtype=np.int64))
            open_pairs[np.ix_(clique, clique)] = False
            cliques.append(clique)
    return cliques


def _partition(clash: npt.NDArray[np.bool_]) -> int:
    """Return into how many cliques a greedy choice parts all sites: no more sites can keep apart."""
    left = np.ones(len(clash), dtype=np.bool_)
    n = 0
    while left.any():
        k = int(np.argmax(np.where(left, (clash & left).sum(axis=1), -1)))
        may = clash[k] & left
        left[k] = False
        while may.any():
            k = int(np.argmax(np.where(may, (clash & may).sum(axis=1), -1)))
            left[k] = False
            may &= clash[k]
        n += 1
    return n
