"""What the priced bound leaves open, as models for HiGHS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array

from doorstep.layout.classic._packing import OPEN, SHUT
from doorstep.layout.classic.given import Floats, Ints
from doorstep.layout.classic.packing import Bools, Packing

__all__ = ["Solved", "assigned", "partitioned", "transport"]


@dataclass(frozen=True, slots=True)
class Solved:
    """Open sites and shares (n_sites, n_demands) of the best plan, None if none; nodes.

    No plan but that one is below ``bound``.
    """

    is_open: Bools | None
    share: Floats | None
    bound: float
    nodes: int


def transport(problem: Packing, may: Bools, is_open: Bools) -> Floats | None:
    """Return the cheapest shares (n_sites, n_demands) among open sites, None if they have not room for all."""
    j, i = np.nonzero(may & is_open[:, None])
    m, n = may.shape
    if not len(j):
        return None
    columns = np.arange(len(j))
    serve = csr_array((np.ones(len(j)), (i, columns)), shape=(n, len(j)))
    room = csr_array((problem.size[i], (j, columns)), shape=(m, len(j)))
    solved = linprog(problem.cost[j, i], A_ub=room, b_ub=problem.capacity, A_eq=serve, b_eq=np.ones(n),
                     bounds=(0, 1), method="highs-ds")  # fmt: skip
    if solved.status != 0:
        return None
    share = np.zeros((m, n))
    share[j, i] = np.where(solved.x > 1e-10, solved.x, 0.0)
    return share


def partitioned(problem: Packing, site: Ints, start: Ints, member: Ints, goal: float, max_nodes: int) -> Solved:
    """Choose among whole sets of demands, one a site at most, so that each demand is in one set (set partitioning).

    Parameters
    ----------
    site, start, member
        Set k is ``member[start[k]:start[k + 1]]`` at ``site[k]``: every set that a plan not above ``goal`` can have.
    goal, max_nodes
        Plans above it need not be found; nodes of HiGHS.
    """
    m, n = problem.cost.shape
    k = len(site)
    of_set = np.repeat(np.arange(k), np.diff(start))
    paid = problem.fixed[site] + np.bincount(of_set, problem.cost[site[of_set], member], k)
    served = coo_array((np.ones(len(member)), (member, of_set)), shape=(n, k)).tocsr()
    if not len(site) or (np.diff(served.indptr) == 0).any():
        return Solved(None, None, goal, 0)
    at_site = coo_array((np.ones(k), (site, np.arange(k))), shape=(m, k)).tocsr()
    rules = [
        LinearConstraint(served, 1, 1),
        LinearConstraint(at_site[np.diff(at_site.indptr) > 0], -np.inf, 1),
        LinearConstraint(paid[None, :], -np.inf, goal + 1e-7 * abs(goal)),
    ]
    if problem.count >= 0:
        rules.append(LinearConstraint(np.ones((1, k)), -np.inf, problem.count))
    solved = milp(paid, integrality=np.ones(k), bounds=Bounds(0, 1), constraints=rules,
                  options={"node_limit": max_nodes, "mip_rel_gap": 0.0})  # fmt: skip
    nodes = int(solved.mip_node_count or 0) + 1
    if solved.status == 2:
        return Solved(None, None, goal, nodes)
    proven = float(solved.mip_dual_bound) if solved.mip_dual_bound is not None else -np.inf
    if solved.x is None:
        return Solved(None, None, min(proven, goal), nodes)
    is_open, share = np.zeros(m, dtype=np.bool_), np.zeros((m, n))
    for chosen in np.flatnonzero(solved.x > 0.5):
        is_open[site[chosen]] = True
        share[site[chosen], member[start[chosen] : start[chosen + 1]]] = 1.0
    return Solved(is_open, share, goal if solved.status == 0 else min(proven, goal), nodes)


def assigned(problem: Packing, may: Bools, state: npt.NDArray[np.int8], goal: float,
             max_nodes: int) -> Solved:  # fmt: skip
    """Choose sites, and for each demand a site, whole or in shares, with the rows "no share without its site"."""
    m, n = may.shape
    j, i = np.nonzero(may)
    k = len(j)
    pair = np.arange(k)
    serve = coo_array((np.ones(k), (i, pair)), shape=(n, k + m))
    room = coo_array(
        (np.concatenate([problem.size[i], -problem.capacity]),
         (np.concatenate([j, np.arange(m)]), np.concatenate([pair, k + np.arange(m)]))),
        shape=(m, k + m),
    )  # fmt: skip
    link = coo_array(
        (np.concatenate([np.ones(k), -np.ones(k)]), (np.concatenate([pair, pair]), np.concatenate([pair, k + j]))),
        shape=(k, k + m),
    )
    price = np.concatenate([problem.cost[j, i], problem.fixed])
    rules = [
        LinearConstraint(serve.tocsr(), 1, 1),
        LinearConstraint(room.tocsr(), -np.inf, 0),
        LinearConstraint(link.tocsr(), -np.inf, 0),
    ]
    ones = np.concatenate([np.zeros(k), np.ones(m)])
    if problem.count >= 0:
        rules.append(LinearConstraint(ones[None, :], problem.count, problem.count))
    else:
        rooms = np.concatenate([np.zeros(k), problem.capacity])
        rules.append(LinearConstraint(rooms[None, :], problem.size.sum() * (1 - 1e-12), np.inf))
    if np.isfinite(goal):
        rules.append(LinearConstraint(price[None, :], -np.inf, goal + 1e-7 * abs(goal)))
    low = np.concatenate([np.zeros(k), (state == OPEN).astype(float)])
    high = np.concatenate([np.ones(k), (state != SHUT).astype(float)])
    whole = np.concatenate([np.full(k, 1 if problem.whole else 0), np.ones(m)])
    solved = milp(price, integrality=whole, bounds=Bounds(low, high), constraints=rules,
                  options={"node_limit": max_nodes, "mip_rel_gap": 0.0})  # fmt: skip
    nodes = int(solved.mip_node_count or 0) + 1
    if solved.status == 2:
        return Solved(None, None, goal, nodes)
    proven = float(solved.mip_dual_bound) if solved.mip_dual_bound is not None else -np.inf
    if solved.x is None:
        return Solved(None, None, min(proven, goal), nodes)
    is_open = solved.x[k:] > 0.5
    share: Floats | None
    if problem.whole:
        share = np.zeros((m, n))
        share[j, i] = np.rint(solved.x[:k])
    else:
        share = transport(problem, may, is_open)
    return Solved(is_open, share, goal if solved.status == 0 else min(proven, goal), nodes)
