"""Set covering: what may be left out before, and the smallest cover of the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, csr_array

from doorstep.layout.classic.given import Ints

__all__ = ["Cover", "covered_within", "needed_demands", "smallest_cover", "useful_sites"]

MOST_COMPARED = 6_000


@dataclass(frozen=True, slots=True)
class Cover:
    """Sites that cover all demands, how many are proven to be needed at least, and the nodes it took."""

    sites: Ints
    at_least: int
    nodes: int


def covered_within(row: Ints, column: Ints, cost: npt.NDArray[np.float64], radius: npt.NDArray[np.float64],
                   n_sites: int) -> csr_array:  # fmt: skip
    """Return which demand is covered by which site as ones, shape (n_demands, n_sites); ``radius`` is per demand."""
    near = cost <= radius[row]
    return csr_array((np.ones(int(near.sum())), (row[near], column[near])), shape=(len(radius), n_sites))


def useful_sites(covers: csr_array) -> Ints:
    """Return the sites but those that cover no more than another one does; of equal ones the smaller number stays."""
    return _not_within(csr_array(covers.T))


def needed_demands(covers: csr_array) -> Ints:
    """Return the demands but those that are covered whenever another one is; of equal ones the smaller stays."""
    n = covers.shape[0]
    if n > MOST_COMPARED:
        return np.arange(n)
    size = np.diff(covers.indptr)
    common = csr_array(covers @ covers.T).tocoo()
    i, h = common.coords
    # all sites of h are sites of i: covering h covers i
    holds = (common.data >= size[h]) & ((size[h] < size[i]) | (h < i)) & (i != h)
    return np.setdiff1d(np.arange(n), i[holds])


def _not_within(sets: csr_array) -> Ints:
    n = sets.shape[0]
    size = np.diff(sets.indptr)
    if n > MOST_COMPARED:
        return np.flatnonzero(size)
    common = csr_array(sets @ sets.T).tocoo()
    i, h = common.coords
    holds = (common.data >= size[i]) & ((size[h] > size[i]) | (h < i)) & (i != h)
    return np.setdiff1d(np.flatnonzero(size), i[holds])


def greedy_cover(covers: csr_array) -> Ints:
    """Return a cover by taking what covers most of the rest; sites that the others make needless are dropped."""
    by_site = csc_array(covers)
    left = np.ones(covers.shape[0], dtype=bool)
    taken: list[int] = []
    while left.any():
        gain = by_site.T @ left.astype(np.float64)
        site = int(np.argmax(gain))
        taken.append(site)
        left[by_site.indices[by_site.indptr[site] : by_site.indptr[site + 1]]] = False
    times = np.asarray(covers[:, taken].sum(axis=1)).ravel()
    kept = []
    for site in taken:
        own = by_site.indices[by_site.indptr[site] : by_site.indptr[site + 1]]
        if (times[own] > 1).all():
            times[own] -= 1
        else:
            kept.append(site)
    return np.sort(np.array(kept, dtype=np.int64))


def smallest_cover(covers: csr_array, *, max_nodes: int, enough: int = 0) -> Cover:
    """Cover every demand with the fewest sites.

    Parameters
    ----------
    covers
        Shape (n_demands, n_sites); every demand has a site.
    max_nodes
        Of HiGHS; 0 for the greedy cover with the bound of the relaxed model.
    enough
        A cover of that many is good enough: the search ends with it.
    """
    rows, columns = needed_demands(covers), np.arange(covers.shape[1])
    for _ in range(10):
        before = len(rows), len(columns)
        columns = columns[useful_sites(csr_array(covers[rows][:, columns]))]
        rows = rows[needed_demands(csr_array(covers[rows][:, columns]))]
        if (len(rows), len(columns)) == before:
            break
    core = csr_array(covers[rows][:, columns])
    found = greedy_cover(core)
    # demands of no common site need a site each
    apart = _apart(core)
    if len(found) <= max(enough, apart):
        return Cover(columns[found], apart, 0)
    ones = np.ones(core.shape[1])
    solved = milp(ones, integrality=ones if max_nodes > 0 else 0 * ones, bounds=Bounds(0, 1),
                  constraints=LinearConstraint(core, 1, np.inf),
                  options={"node_limit": max(max_nodes, 1), "mip_rel_gap": 0.0})  # fmt: skip
    if max_nodes <= 0:
        return Cover(columns[found], max(apart, int(np.ceil(solved.fun - 1e-6))), 1)
    proven = solved.fun if solved.status == 0 else solved.mip_dual_bound
    at_least = max(apart, int(np.ceil((proven if proven is not None else 0.0) - 1e-6)))
    if solved.x is not None and (solved.x > 0.5).sum() < len(found):
        found = np.flatnonzero(solved.x > 0.5)
    return Cover(columns[found], min(at_least, len(found)), int(solved.mip_node_count or 0) + 1)


def _apart(covers: csr_array) -> int:
    """Return how many demands a greedy choice finds of which no two have a site in common."""
    used = np.zeros(covers.shape[1], dtype=bool)
    n = 0
    for i in np.argsort(np.diff(covers.indptr), kind="stable"):
        own = covers.indices[covers.indptr[i] : covers.indptr[i + 1]]
        if not used[own].any():
            used[own] = True
            n += 1
    return n
