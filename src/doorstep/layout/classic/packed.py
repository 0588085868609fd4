"""Sites with capacities: priced bound, a plan from it, what remains open to HiGHS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array

from doorstep.layout.classic._packing import OPEN, SHUT, possible_pairs, raise_packed_bound
from doorstep.layout.classic._repair import repaired
from doorstep.layout.classic.branch import first_prices, first_sites
from doorstep.layout.classic.given import Floats
from doorstep.layout.classic.near import near

__all__ = ["Packed", "packed_sites"]

ROUNDS = 60
MOST_ROUNDS = 2400
MOST_UNITS = 50_000
PROBES = (0.002, 0.004, 0.006, 0.008, 0.011, 0.015, 0.02, 0.03, 0.05, 0.1, np.inf)


@dataclass(frozen=True, slots=True)
class Packed:
    """The best plan found: open sites, shares (n_sites, n_demands), its value, what none is below, nodes."""

    is_open: npt.NDArray[np.bool_]
    share: Floats
    value: float
    bound: float
    nodes: int


@dataclass(frozen=True, slots=True)
class Packing:
    """The problem: cost (n_sites, n_demands, infinity: may not), size, capacity, fixed, count, whole, step."""

    cost: Floats
    size: Floats
    capacity: Floats
    fixed: Floats
    count: int
    whole: bool
    step: float

    @property
    def need(self) -> float:
        """Capacity that all demands need together."""
        return float(self.size.sum())


def packed_sites(problem: Packing, *, max_nodes: int) -> Packed:
    """Find the cheapest plan; infinity as its value if none was found, and as the bound too if there is none.

    Notes
    -----
    Lagrangian bound of the assignment rows with a knapsack per site (Pirkul 1987; Ceselli and Righini 2005 for the
    capacitated p-median), fixing by reduced cost, and HiGHS on the rows "no share without its site" for the rest.
    """
    m, n = problem.cost.shape
    # a pair that may not be used costs more than any plan: it is never packed below any sensible price
    usable = np.isfinite(problem.cost)
    dear = float(problem.cost[usable].max(initial=0.0)) * n + float(problem.fixed.sum()) + 1.0
    cost = np.where(usable, problem.cost, dear)
    size, capacity, units = _in_units(problem)
    state = np.zeros(m, dtype=np.int8)
    price, start = _without_capacities(problem, cost)
    best = _Best(np.zeros(m, dtype=np.bool_), np.zeros((m, n)), np.inf)
    share, part, mean = np.zeros(m), np.zeros((m, n)), np.zeros(m)
    _plans(problem, cost, usable, start, part, start, state, best)
    direction, memory = np.zeros(n), np.array([-np.inf, 1.0, 0.2, 0.0, 0.0])
    bound, gained = -np.inf, []
    upper_guess = float(np.where(usable, problem.cost, 0.0).max(axis=0).sum() + problem.fixed.sum())
    for _ in range(MOST_ROUNDS // ROUNDS):
        before = bound
        upper = best.value if np.isfinite(best.value) else upper_guess
        found, _rounds = raise_packed_bound(cost, size, capacity, problem.fixed, problem.count, float(size.sum()),
                                            state, price, units, upper, _cut(best.value, problem.step), ROUNDS,
                                            share, part, mean, direction, memory)  # fmt: skip
        bound = max(bound, found)
        if not _proven(bound, best.value, problem.step):
            _plans(problem, cost, usable, share, part, mean, state, best)
        if _proven(bound, best.value, problem.step):
            return Packed(best.is_open, best.share, best.value, best.value, 1)
        gained.append(bound - before)
        if len(gained) > 4 and sum(gained[-4:]) < 0.02 * (best.value - bound):
            break
    if max_nodes <= 0:
        return Packed(best.is_open, best.share, best.value, min(bound, best.value), 1)
    if not (problem.whole and units):
        may = usable & (state != SHUT)[:, None]
        if problem.whole:
            may &= problem.size[None, :] <= problem.capacity[:, None]
        proven, nodes = _rest(problem, may, state, best, np.inf, max_nodes)
        return Packed(best.is_open, best.share, best.value, min(max(bound, proven), best.value), nodes)
    nodes = 1
    for probe in PROBES:
        # only what can be part of a plan below the probe is left in; if there is none, the probe is a bound
        goal = min(bound + probe * abs(bound), _cut(best.value, problem.step))
        may = usable & (size[None, :] <= capacity[:, None])
        possible_pairs(cost, size, capacity, problem.fixed, problem.count, float(size.sum()), state, price, goal, may)
        proven, more = _rest(problem, may, state, best, goal, max_nodes)
        nodes += more
        bound = max(bound, min(proven, best.value))
        if _proven(bound, best.value, problem.step) or nodes > max_nodes:
            break
    if _proven(bound, best.value, problem.step):
        bound = best.value
    return Packed(best.is_open, best.share, best.value, min(bound, best.value), nodes)


def _without_capacities(problem: Packing, cost: Floats) -> tuple[Floats, Floats]:
    """Return prices and open sites (1.0) of the same problem without capacities: where to begin."""
    m, n = cost.shape
    site, demand = (part.ravel().astype(np.int64) for part in np.indices((m, n)))
    lists = near(demand, site, cost.ravel(), cost.max(axis=0) * (1.0 + 1e-9) + 1e-9, m)
    is_open = first_sites(lists, problem.fixed, problem.count)
    return first_prices(lists, is_open), is_open.astype(np.float64)


@dataclass(slots=True)
class _Best:
    is_open: npt.NDArray[np.bool_]
    share: Floats
    value: float


def _in_units(problem: Packing) -> tuple[Floats, Floats, bool]:
    """Return sizes and capacities, in whole units where demands are whole and the units few enough to pack exactly."""
    if problem.whole:
        for step in (1.0, 0.1, 0.01, 0.001):
            scaled = problem.size / step
            room = np.floor(problem.capacity / step + 1e-9)
            if np.all(np.abs(scaled - np.rint(scaled)) < 1e-9 * np.maximum(1.0, scaled)):
                room = np.minimum(room, np.rint(scaled).sum())
                if room.max(initial=0.0) <= MOST_UNITS:
                    return np.rint(scaled).astype(np.int64), room.astype(np.int64), True
    return problem.size, problem.capacity, False


def _cut(upper: float, step: float) -> float:
    if not np.isfinite(upper):
        return np.inf
    return upper - step * (1.0 - 1e-6) if step > 0 else upper - 1e-9 * abs(upper)


def _proven(bound: float, upper: float, step: float) -> bool:
    return bool(np.isfinite(upper) and (bound >= upper - 2e-9 * abs(upper) or bound >= _cut(upper, step)))


def _plans(problem: Packing, cost: Floats, usable: npt.NDArray[np.bool_], share: Floats, part: Floats, mean: Floats,
           state: npt.NDArray[np.int8], best: _Best) -> None:  # fmt: skip
    """Make plans of the sites chosen at the best prices, and of those chosen most often; keep the best."""
    for weight in (share, mean):
        is_open = _opened(problem, weight, state)
        if problem.whole:
            _whole_plan(problem, cost, usable, is_open, part, best)
        else:
            _split_plan(problem, usable, is_open, best)


def _opened(problem: Packing, weight: Floats, state: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Open the sites of most weight: the count, or all above one half and more while the room is short."""
    rank = np.where(state == OPEN, 2.0, np.where(state == SHUT, -1.0, weight))
    order = np.argsort(-rank, kind="stable")
    is_open = np.zeros(len(rank), dtype=np.bool_)
    if problem.count >= 0:
        is_open[order[: problem.count]] = True
        return is_open
    room = np.cumsum(problem.capacity[order])
    enough = int(np.searchsorted(room, problem.need * (1 - 1e-12))) + 1
    is_open[order[: max(enough, int((rank > 0.5).sum()))]] = True
    return is_open


def _whole_plan(problem: Packing, cost: Floats, usable: npt.NDArray[np.bool_], is_open: npt.NDArray[np.bool_],
                part: Floats, best: _Best) -> None:  # fmt: skip
    n = cost.shape[1]
    served = np.where(is_open[:, None] & (part > 0.5), cost, np.inf)
    given = np.where(np.isfinite(served.min(axis=0)), served.argmin(axis=0), -1)
    dear = 2.0 * float(np.ptp(np.where(usable, problem.cost, 0.0))) + 1.0
    while True:
        tried, plan = is_open.copy(), given.copy()
        value = repaired(cost, problem.size, problem.capacity, problem.fixed, True, tried, plan, dear)
        if value < best.value and usable[plan, np.arange(n)].all():
            best.is_open, best.value = tried, float(value)
            best.share = np.zeros_like(cost)
            best.share[plan, np.arange(n)] = 1.0
        if problem.count >= 0:
            return
        # a site less, the one with the least to do, while there is room: its own cost may not be worth it
        load = np.bincount(plan, problem.size, len(is_open)) if (plan >= 0).all() else np.zeros(len(is_open))
        is_open = tried
        least = np.where(is_open, load / np.maximum(problem.capacity, 1e-300), np.inf)
        drop = int(np.argmin(least))
        if (problem.capacity[is_open].sum() - problem.capacity[drop] < problem.need) or not np.isfinite(value):
            return
        is_open[drop] = False
        given = np.where(plan == drop, -1, plan)


def _split_plan(problem: Packing, usable: npt.NDArray[np.bool_], is_open: npt.NDArray[np.bool_], best: _Best) -> None:
    shipped = transport(problem, usable, is_open)
    if shipped is None:
        return
    share = shipped
    used = share.sum(axis=1) > 1e-9
    kept = used if problem.count < 0 else is_open
    value = float(problem.fixed[kept].sum() + (np.where(share > 0, problem.cost, 0.0) * share).sum())
    if value < best.value:
        best.is_open, best.share, best.value = kept, share, value


def transport(problem: Packing, usable: npt.NDArray[np.bool_], is_open: npt.NDArray[np.bool_]) -> Floats | None:
    """Return the cheapest shares (n_sites, n_demands) among open sites, None if they have not room for all."""
    j, i = np.nonzero(usable & is_open[:, None])
    m, n = usable.shape
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


def _rest(problem: Packing, may: npt.NDArray[np.bool_], state: npt.NDArray[np.int8], best: _Best,
          goal: float, max_nodes: int) -> tuple[float, int]:  # fmt: skip
    """Give what is not decided, below a goal, to HiGHS; return its bound and nodes; ``best`` gets what is better."""
    m, n = may.shape
    j, i = np.nonzero(may)
    k = len(j)
    pair = np.arange(k)
    at_site = k + j
    serve = coo_array((np.ones(k), (i, pair)), shape=(n, k + m))
    room = coo_array(
        (np.concatenate([problem.size[i], -problem.capacity]),
         (np.concatenate([j, np.arange(m)]), np.concatenate([pair, k + np.arange(m)]))),
        shape=(m, k + m),
    )  # fmt: skip
    link = coo_array(
        (np.concatenate([np.ones(k), -np.ones(k)]), (np.concatenate([pair, pair]), np.concatenate([pair, at_site]))),
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
        rules.append(LinearConstraint(rooms[None, :], problem.need * (1 - 1e-12), np.inf))
    if np.isfinite(goal):
        rules.append(LinearConstraint(price[None, :], -np.inf, goal + 1e-7 * abs(goal)))
    low = np.concatenate([np.zeros(k), (state == OPEN).astype(float)])
    high = np.concatenate([np.ones(k), (state != SHUT).astype(float)])
    whole = np.concatenate([np.full(k, 1 if problem.whole else 0), np.ones(m)])
    solved = milp(price, integrality=whole, bounds=Bounds(low, high), constraints=rules,
                  options={"node_limit": max_nodes, "mip_rel_gap": 0.0})  # fmt: skip
    if solved.status == 2:
        return goal, 1
    nodes = int(solved.mip_node_count or 0) + 1
    proven = float(solved.mip_dual_bound) if solved.mip_dual_bound is not None else -np.inf
    if solved.x is not None:
        is_open = solved.x[k:] > 0.5
        share = np.zeros((m, n))
        share[j, i] = solved.x[:k]
        if problem.whole:
            share = np.rint(share)
            value = float(problem.fixed[is_open].sum() + (np.where(share > 0, problem.cost, 0.0) * share).sum())
            if value < best.value:
                best.is_open, best.share, best.value = is_open, share, value
        else:
            _split_plan(problem, may, is_open, best)
    return min(proven, goal) if solved.status == 0 and best.value > goal else proven, nodes
