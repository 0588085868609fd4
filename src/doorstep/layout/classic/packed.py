"""Sites with capacities: priced bound, branching, and what is left to HiGHS."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout.classic._packing import FREE, OPEN, SHUT, possible_pairs, raise_packed_bound
from doorstep.layout.classic._sets import all_sets
from doorstep.layout.classic.given import Floats, Ints
from doorstep.layout.classic.packing import Bools, Packing, in_units, room_needed, without_capacities
from doorstep.layout.classic.plans import Plans
from doorstep.layout.classic.rest import Solved, assigned, partitioned, transport

__all__ = ["Packed", "packed_sites"]

ROUNDS = 30  # of the bound between two looks at how it gets on
ROOT_ROUNDS = 900
NODE_ROUNDS = 150
# a set partitioning problem up to that size is quicker than to branch on: HiGHS gets slow well before 1,000 sets
MOST_SETS = 300
MOST_STEPS = 2_000_000


@dataclass(frozen=True, slots=True)
class Packed:
    """The best plan found: open sites, shares (n_sites, n_demands), its value, what none is below, nodes."""

    is_open: Bools
    share: Floats
    value: float
    bound: float
    nodes: int


@dataclass(slots=True)
class _Node:
    """A part of all plans: sites decided, pairs that may still be used, and prices that are good there."""

    state: npt.NDArray[np.int8]
    may: Bools
    price: Floats


def packed_sites(problem: Packing, *, max_nodes: int) -> Packed:
    """Find the cheapest plan; infinity as its value if none was found, and as the bound too if there is none.

    Notes
    -----
    Lagrangian bound of the assignment rows with a knapsack per site (Pirkul 1987), by the volume algorithm (Barahona
    and Anbil 2000); branching on sites, and on halves of a demand's sites (Ceselli and Righini 2005). Where few sets of
    demands can still be part of a better plan, they are listed, and HiGHS solves the set partitioning problem
    (Baldacci, Hadjiconstantinou, Maniezzo and Mingozzi 2002). Whole demands without a common unit go to HiGHS after
    the root.
    """
    return _Search(problem, max_nodes).run()


class _Search:
    def __init__(self, problem: Packing, max_nodes: int) -> None:
        m, n = problem.cost.shape
        self.problem, self.max_nodes, self.nodes = problem, max_nodes, 0
        self.size, self.capacity, self.units = in_units(problem)
        self.need = room_needed(float(self.size.sum()), self.capacity)
        usable = problem.usable
        # a pair that may not be used costs more than any plan: it is never packed below any sensible price
        self.dear = float(problem.cost[usable].max(initial=0.0)) * n + float(problem.fixed.sum()) + 1.0
        self.cost = np.where(usable, problem.cost, self.dear)
        self.best = Plans(problem, self.cost)
        # how often sites were chosen and demands packed, newer rounds counting more
        self.mean, self.mean_part = np.zeros(m), np.zeros((m, n))

    def run(self) -> Packed:
        """Search, best bound first, until the best plan is proven or the nodes are used up."""
        price, start = without_capacities(self.problem, self.cost)
        root = _Node(np.zeros(len(start), dtype=np.int8), self.problem.usable, price)
        self.best.make(start, root.state, np.zeros_like(self.cost))
        bound = self.raised(root, -np.inf)
        if self.best.proven(bound) or self.max_nodes <= 0:
            return self.answer(bound)
        bound, parts = self.solved_or_parted(root, bound)
        floor = np.inf if parts else bound  # of the parts that are done
        heap, born = [(bound, 0, parts)], 0
        while heap and heap[0][2] and not self.best.proven(heap[0][0]):
            if self.nodes > self.max_nodes:
                return self.answer(min(floor, heap[0][0]))
            above, _, parts = heapq.heappop(heap)
            for node in parts:
                self.nodes += 1
                bound = self.raised(node, above)
                if bound == np.inf or self.best.proven(bound):
                    continue
                bound, children = self.solved_or_parted(node, bound)
                if children:
                    born += 1
                    heapq.heappush(heap, (bound, born, children))
                else:
                    floor = min(floor, bound)
        return self.answer(floor)

    def answer(self, bound: float) -> Packed:
        """Return the best plan with its bound."""
        best = self.best
        proven = best.value if best.proven(bound) else min(bound, best.value)
        return Packed(best.is_open, best.share, best.value, proven, self.nodes + 1)

    def raised(self, node: _Node, bound: float) -> float:
        """Raise the bound of a node while that is worth it; prices and decided sites stay with the node."""
        m, n = self.cost.shape
        at_root = bound == -np.inf
        cost = np.where(node.may, self.cost, self.dear)
        share, part, direction = np.zeros(m), np.zeros((m, n)), np.zeros(n)
        memory = np.array([-np.inf, 1.0, 0.2, 0.0, 0.0])
        fixed, count = self.problem.fixed, self.problem.count
        frame = (cost, self.size, self.capacity, fixed, count, self.need, node.state, node.price)
        gained: list[float] = []
        for _ in range((ROOT_ROUNDS if at_root else NODE_ROUNDS) // ROUNDS):
            found, _ = raise_packed_bound(*frame, self.units, self.best.upper, self.best.cut, ROUNDS, share, part,
                                          self.mean, self.mean_part, direction, memory)  # fmt: skip
            gained.append(max(bound, found) - bound)
            bound = max(bound, found)
            if self.best.proven(bound) or bound == np.inf:
                return bound
            if at_root:
                self.best.make(share, node.state, part)
                self.best.make(self.mean, node.state, part)
            if len(gained) > 4 and sum(gained[-4:]) < (0.02 if at_root else 0.1) * (self.best.value - bound):
                break
        if not at_root:
            self.best.make(share, node.state, part)
        return bound

    def solved_or_parted(self, node: _Node, bound: float) -> tuple[float, list[_Node]]:
        """Return the bound of a node and its parts; none if it is solved: only the best plan can be below the bound."""
        problem, best = self.problem, self.best
        if not problem.whole:
            if (node.state == FREE).any():
                return bound, self.parts(node)
            best.offer(node.state == OPEN, transport(problem, node.may, node.state == OPEN))
            return np.inf, []
        if not self.units:
            may = node.may & (node.state != SHUT)[:, None]
            return self.taken(assigned(problem, may, node.state, best.cut, self.max_nodes), bound), []
        frame = (self.size, self.capacity, problem.fixed, problem.count, self.need, node.state, node.price, best.cut)
        possible_pairs(np.where(node.may, self.cost, self.dear), *frame, node.may)
        site, start = np.zeros(MOST_SETS, dtype=np.int64), np.zeros(MOST_SETS + 1, dtype=np.int64)
        member = np.zeros(MOST_SETS * min(len(self.size), 1_000), dtype=np.int64)
        sets, members = all_sets(np.where(node.may, self.cost, self.dear), *frame, MOST_STEPS, site, start, member)
        if sets >= 0:
            found = partitioned(problem, site[:sets], start[: sets + 1], member[:members], best.cut, self.max_nodes)
            return self.taken(found, bound), []
        parts = self.parts(node)
        if not parts:
            return self.taken(assigned(problem, node.may, node.state, best.cut, self.max_nodes), bound), []
        return bound, parts

    def taken(self, solved: Solved, bound: float) -> float:
        """Keep the plan that HiGHS found; return the bound of what it solved."""
        self.nodes += solved.nodes
        self.best.offer(solved.is_open, solved.share)
        return max(bound, solved.bound)

    def parts(self, node: _Node) -> list[_Node]:
        """Part a node by a site, open or shut, or by two halves of a demand's sites; nothing if all is decided."""
        free = np.flatnonzero(node.state == FREE)
        unsure = np.minimum(self.mean, 1.0 - self.mean)[free]
        if self.problem.count < 0 and len(free) and (not self.problem.whole or unsure.max() > 0.02):
            site = free[np.argmax(unsure)]
            found = []
            for way in (OPEN, SHUT):
                state = node.state.copy()
                state[site] = way
                found.append(_Node(state, node.may & (state != SHUT)[:, None], node.price.copy()))
            return found
        most = np.where(node.may, self.mean_part, 0.0)
        choice = node.may.sum(axis=0) > 1
        demand = int(np.argmax(np.where(choice, (1.0 - most.max(axis=0)) * np.sqrt(self.size + 1.0), -1.0)))
        if not choice[demand]:
            return []
        found = []
        for gone in self.halves(np.flatnonzero(node.may[:, demand]), most[:, demand]):
            may = node.may.copy()
            may[gone, demand] = False
            found.append(_Node(node.state.copy(), may, node.price.copy()))
        return found

    def halves(self, sites: Ints, weight: Floats) -> tuple[Ints, Ints]:
        """Part sites in two by where they are: about the one of most weight, and about another one far from it.

        Two sites are as far from each other as their costs differ over all demands.
        """
        first = sites[np.argmax(weight[sites])]
        from_first = np.abs(self.cost[sites] - self.cost[first]).sum(axis=1)
        second = sites[np.argmax(np.where(sites == first, -1.0, (weight[sites] + 1e-3) * from_first))]
        from_second = np.abs(self.cost[sites] - self.cost[second]).sum(axis=1)
        nearer = (from_second < from_first) | (sites == second)
        return sites[nearer], sites[~nearer]
