"""Branch and bound on sites, with the priced bound in every node."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout.classic._sites import FREE, OPEN, SHUT, interchange, nearest_open, raise_bound, value_of
from doorstep.layout.classic.given import Floats
from doorstep.layout.classic.near import Near, without

__all__ = ["Best", "best_sites", "first_prices", "first_sites"]

ROOT_ROUNDS = 3000
NODE_ROUNDS = 150


@dataclass(frozen=True, slots=True)
class Best:
    """The best set of sites found, its value, what no set is below, and the nodes it took."""

    is_open: npt.NDArray[np.bool_]
    value: float
    bound: float
    nodes: int


def best_sites(lists: Near, fixed: Floats, count: int, step: float, *, max_nodes: int,
               time_limit_s: float | None = None) -> Best:  # fmt: skip
    """Find the cheapest set of sites: their own costs, and each demand at its cheapest open site or its escape.

    Parameters
    ----------
    lists
        Who can be served where.
    fixed
        Shape (n_sites,): what opening a site costs.
    count
        Sites to open, exactly; -1 for any number.
    step
        All values are multiples of it; 0 if nothing is known.
    max_nodes
        Nodes after the root; 0 for a heuristic with a bound.
    time_limit_s
        Checked between nodes.

    Notes
    -----
    The bound of Cornuejols, Fisher and Nemhauser (1977); fixing by reduced cost and branching as Beasley (1985);
    prices by the volume algorithm of Barahona and Anbil (2000); interchange of Whitaker (1983) in the form of Resende
    and Werneck (2007). Nodes are taken in the order of their bounds, ties by age: one answer for one input.
    """
    stop = None if time_limit_s is None else time.monotonic() + time_limit_s
    free_count = count < 0
    state = np.zeros(lists.n_sites, dtype=np.int8)
    is_open = first_sites(lists, fixed, count)
    upper = float(value_of(lists.first, lists.site, lists.cost, lists.escape, fixed, is_open))
    price = first_prices(lists, is_open)
    mean = np.zeros(lists.n_sites)

    def bounded(near: Near, state: npt.NDArray[np.int8], price: Floats, rounds: int, parent: float) -> float:
        nonlocal upper, is_open
        found = is_open.copy()
        bound, value, _ = raise_bound(near.first, near.site, near.cost, near.escape, fixed, count, state, price,
                                      upper, step, rounds, found, mean)  # fmt: skip
        if np.isfinite(value) and (value < upper or rounds > NODE_ROUNDS):
            starts = [found] if rounds <= NODE_ROUNDS else [found, _rounded(mean, count)]
            for start in starts:
                value = _improve(lists, fixed, np.zeros_like(state), start, free_count)
                if value < upper:
                    upper, is_open = value, start
        return max(bound, parent)

    bound = -np.inf
    for _ in range(ROOT_ROUNDS // 300):
        before, n_free = bound, int((state == FREE).sum())
        bound = bounded(lists, state, price, 300, bound)
        if _proven(bound, upper, step):
            return Best(is_open, upper, upper, 1)
        if bound - before < 0.02 * (upper - bound) and int((state == FREE).sum()) > 0.9 * n_free:
            break
    core = without(lists, state == SHUT)
    heap = [(bound, 0, state, price, mean.copy())]
    nodes, born = 1, 0
    while heap:
        bound, _, state, price, mean_here = heap[0]
        if _proven(bound, upper, step):
            return Best(is_open, upper, upper, nodes)
        if nodes > max_nodes or (stop is not None and time.monotonic() > stop):
            return Best(is_open, upper, min(bound, upper), nodes)
        heapq.heappop(heap)
        free = np.flatnonzero(state == FREE)
        if not len(free) or int((state == OPEN).sum()) == count:
            leaf = state == OPEN
            value = value_of(core.first, core.site, core.cost, core.escape, fixed, leaf)
            if value < upper:
                upper, is_open = value, leaf
            continue
        site = free[np.argmax(np.minimum(mean_here[free], 1 - mean_here[free]))]
        for way in (OPEN, SHUT):
            child, child_price = state.copy(), price.copy()
            child[site] = way
            child_bound = bounded(core, child, child_price, NODE_ROUNDS, bound)
            nodes += 1
            if not _proven(child_bound, upper, step):
                born += 1
                heapq.heappush(heap, (child_bound, born, child, child_price, mean.copy()))
    return Best(is_open, upper, upper, nodes)


def _proven(bound: float, upper: float, step: float) -> bool:
    return bool(bound > upper - step + 1e-6 * step) if step > 0 else bool(bound >= upper - 1e-9 * abs(upper))


def _improve(lists: Near, fixed: Floats, state: npt.NDArray[np.int8], is_open: npt.NDArray[np.bool_],
             free_count: bool) -> float:  # fmt: skip
    value = interchange(lists.first, lists.site, lists.cost, lists.first_of_site, lists.demand, lists.cost_of_site,
                        lists.escape, fixed, state, is_open, free_count=free_count)  # fmt: skip
    return float(value)


def first_sites(lists: Near, fixed: Floats, count: int) -> npt.NDArray[np.bool_]:
    """Return open sites by greedy opening and interchange, the best of their neighbourhood."""
    is_open = _greedy(lists, fixed, count)
    _improve(lists, fixed, np.zeros(lists.n_sites, dtype=np.int8), is_open, count < 0)
    return is_open


def _greedy(lists: Near, fixed: Floats, count: int) -> npt.NDArray[np.bool_]:
    """Open the site that gains most, one after the other."""
    is_open = np.zeros(lists.n_sites, dtype=np.bool_)
    now = lists.escape.copy()
    of_pair = np.repeat(np.arange(lists.n_sites), np.diff(lists.first_of_site))
    while count < 0 or int(is_open.sum()) < count:
        gains = np.bincount(of_pair, np.maximum(now[lists.demand] - lists.cost_of_site, 0.0), lists.n_sites) - fixed
        gains[is_open] = -np.inf
        site = int(np.argmax(gains))
        if not np.isfinite(gains[site]) or (count < 0 and gains[site] <= 0):
            break
        is_open[site] = True
        own = slice(lists.first_of_site[site], lists.first_of_site[site + 1])
        now[lists.demand[own]] = np.minimum(now[lists.demand[own]], lists.cost_of_site[own])
    return is_open


def _rounded(mean: Floats, count: int) -> npt.NDArray[np.bool_]:
    """Open the sites that were chosen most often."""
    is_open = mean > 0.5
    if count >= 0:
        is_open = np.zeros(len(mean), dtype=np.bool_)
        is_open[np.argsort(-mean, kind="stable")[:count]] = True
    return is_open


def first_prices(lists: Near, is_open: npt.NDArray[np.bool_]) -> Floats:
    """A demand's second cheapest open site is near what it is worth to be served."""
    first = nearest_open(lists.first, lists.site, is_open)
    row = np.repeat(np.arange(lists.n_demands), np.diff(lists.first))
    pays = np.where(is_open[lists.site] & (lists.site != first[row]), lists.cost, np.inf)
    second = lists.escape.copy()
    np.minimum.at(second, row, pays)
    return np.minimum(second, lists.escape)
