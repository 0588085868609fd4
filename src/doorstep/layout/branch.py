"""Branch and bound: the gap of the priced bound closed by taking choices one by one, each with prices of its own."""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout._descent import Priced, bound_alone, descend, losses
from doorstep.layout._hub import HubRules
from doorstep.layout.affordable import affordable_hubs
from doorstep.layout.arrays import hub_rules, reachable
from doorstep.layout.baselines import greedy_grades
from doorstep.layout.bound import Prices, capacity_of_rows
from doorstep.layout.hubs import affordable_must, capital_of, smallest_grades
from doorstep.layout.prices import scales_of
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.tidy import tidied, units_of_rows
from doorstep.layout.transport import Assignment, assign, room_of_rows

__all__ = ["NOTHING", "Branch", "Branched", "branched"]

Floats = npt.NDArray[np.float64]
Grades = npt.NDArray[np.int8]

_BATCH = 4  # branches examined side by side, whatever the number of workers
_ROUNDS, _FIRST_ROUNDS = 100, 200
_ASPIRATION = 0.005  # of the bound: that a plan is so near is hoped for first
_CORES = (0.0003, 0.0006, 0.001)  # of the bound: most that a choice may lose to be among the few looked into first
_OF_CORE = 0.25  # share of the branches left that a core may take
_CORE_PATIENCE = 400  # branches without a better plan
_MANY = 5_000  # branches; with fewer, cores would take what the proof needs
_REACH = 0.0003  # of a bound: how far below it step lengths aim
NOTHING = 1e-6  # share of the worth below which a gap is closed
_ROUNDING = 2e-7  # of a bound, by prices kept with 24 bits
_GRADES_LATER = 0.7  # how much a doubt about the grade counts beside one about the service


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """One branch of a proof: the plans whose choices are those of the branch above, and one choice more.

    Parameters
    ----------
    parent
        Number of the branch above, -1 for the whole.
    space, service, kept
        The choice: grades (bit 0: none) that the service may have in the space. 0, 0, all bits for the whole.
    dropped
        Shape (n, 3), int32: space, service, grade: choices that the prices rule out; with any of them a plan is worth
        no more than the proof's bound.
    need, money
        Prices. Where a service has no grade left, no plan is, whatever they are.
    bound
        At these prices, before anything is dropped.
    """

    parent: int
    space: int
    service: int
    kept: int
    dropped: npt.NDArray[np.int32]
    need: npt.NDArray[np.float32]
    money: float
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Branched:
    """The best plan found and what is proven.

    Parameters
    ----------
    grades, assignment
        The plan.
    net
        Its worth, less the price of its money where money is priced and not limited.
    bound
        No plan is worth more.
    branches
        The proof, parents before children.
    examined
        Branches of all searches: with as many the work is the same again.
    """

    grades: Grades
    assignment: Assignment
    net: float
    bound: float
    branches: tuple[Branch, ...]
    examined: int


@dataclass(frozen=True, slots=True, eq=False)
class _Box:
    """Choices that are left, and the prices to start from."""

    order: int
    parent: int
    choice: tuple[int, int, int]
    rules: HubRules
    need: npt.NDArray[np.float32]
    money: float
    above: float


@dataclass(frozen=True, slots=True, eq=False)
class _Examined:
    """A box with its bound, what is left of it, and where to go on.

    ``choices``: of these one must hold; none if the box is closed. ``closed``: what plans ruled out can be worth.
    """

    branch: Branch
    rules: HubRules
    choices: tuple[tuple[int, int, int], ...]
    closed: float
    hubs: Grades | None


class _Best:
    """The best plan so far, and how plans are made from hubs that are best at some prices."""

    def __init__(
        self, problem: LayoutProblem, priced: Priced, rules: HubRules, grades: Grades, thrift: float, gap: float
    ) -> None:
        self.problem, self.priced, self.rules, self.thrift = problem, priced, rules, thrift
        self.gap = max(gap, NOTHING)
        self.grades, self.assignment = grades, assign(problem, grades)
        self.net = self._net(grades, self.assignment)
        self.tried: set[bytes] = set()

    def try_hubs(self, hubs: Grades, branch: Branch) -> None:
        """Make a plan of hubs, those with most worth for their money first, and keep it if it is the best."""
        if hubs.tobytes() in self.tried:
            return
        self.tried.add(hubs.tobytes())
        left = 0 if self.problem.budget_money is None else self.problem.budget_money - capital_of(self.problem, hubs)
        more = branch.money * left  # about what the money left can buy
        if self._at_most(hubs, branch, self.net - more) + more <= self.net:
            return
        assignment = assign(self.problem, hubs)
        if self._net(hubs, assignment) + more <= self.net:
            return
        # as small as what is used allows: the same people go the same ways; then the money that is left is spent
        smaller = smallest_grades(self.problem, hubs, units_of_rows(self.problem, assignment))
        if self.problem.budget_money is not None:
            left = self.problem.budget_money - capital_of(self.problem, smaller)
            larger = greedy_grades(self.problem, start=smaller, budget_money=left)
            if (larger != smaller).any() and self._at_most(larger, branch, self.net) > self.net:
                self._keep(*tidied(self.problem, larger, assign(self.problem, larger)))
        if self._net(smaller, assignment) > self.net:
            self._keep(smaller, assign(self.problem, smaller))

    def _keep(self, grades: Grades, assignment: Assignment) -> None:
        """Keep a plan if it is the best."""
        net = self._net(grades, assignment)
        if net > self.net:
            self.grades, self.assignment, self.net = grades, assignment, net

    @property
    def goal(self) -> float:
        """What a plan has to be worth to be looked for."""
        return self.net + self.gap * abs(self.net)

    def _at_most(self, hubs: Grades, branch: Branch, target: float) -> float:
        """Return a bound for a plan of these hubs, good enough to tell whether it is under a target."""
        rules = self.rules
        n_spaces, n_services, n_grades = rules.allowed.shape
        fixed = rules._replace(
            allowed=hubs[:, :, None] == np.arange(1, n_grades + 1),
            optional=hubs == 0,
            must=np.asarray(hubs.any(axis=1)),
        )
        need = branch.need.astype(np.float64)
        start = self.thrift if self.problem.budget_money is None else 0.0
        mean = np.zeros((n_spaces, n_services, n_grades + 1))
        return descend(self.priced, fixed, need, start, target, _ROUNDS, _REACH, mean)[0]

    def _net(self, grades: Grades, assignment: Assignment) -> float:
        return assignment.worth - (self.thrift * capital_of(self.problem, grades) if self.thrift else 0.0)


def branched(
    problem: LayoutProblem,
    prices: Prices,
    grades: Grades,
    *,
    thrift: float = 0.0,
    gap: float = 0.0,
    most_branches: int = 20_000,
    workers: int = 2,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, float, float], None] = lambda _branches, _bound, _net: None,
) -> Branched:
    """Close the gap between a plan and the priced bound.

    Parameters
    ----------
    problem
        The layout problem, not too large: each branch costs some tens of priced bounds.
    prices
        Near the best; of the whole.
    grades
        A plan that keeps all rules and the budget.
    thrift
        Price of money of a problem without a budget; its plans are worth their worth less that of their money.
    gap
        Work is ended where the bound is so near: as a share of the plan's worth.
    most_branches
        Work is ended after so many; then ``bound`` is what they prove.
    workers
        Threads; the result does not depend on it.
    stop, progress
        Asked and told after each batch: branches examined, bound, best plan.

    Returns
    -------
    Branched
        With a bound of at most ``gap`` (at least 1e-6) of the plan's worth above it, unless the work ended early.

    Notes
    -----
    A branch takes over the prices of the one above and improves them by a few steps towards the best plan (Polyak), so
    that a branch without a better plan is mostly cut in a few steps. Choices whose loss at these prices exceeds what is
    missing to the best plan are dropped (reduced costs). The branch with the largest bound is opened next; its choice
    is the one on which the best hubs of the last steps agree least. Geoffrion (1974), *Mathematical Programming Study*
    2, 82-114; Held, Wolfe and Crowder (1974), *Mathematical Programming* 6, 62-88.
    """
    rules, priced = hub_rules(problem), _priced(problem)
    best = _Best(problem, priced, rules, grades, thrift, gap)
    every = (2 << rules.area.shape[1]) - 1
    money = thrift if problem.budget_money is None else prices.money
    whole = _Box(0, -1, (0, 0, every), rules, prices.need.astype(np.float32), money, np.inf)
    left = most_branches
    with ThreadPoolExecutor(workers) as threads:
        tree = _Tree(problem, priced, whole, best, np.inf)
        tree.grow(threads)
        proven = tree
        whole = dataclasses.replace(whole, need=tree.branches[0].need, money=tree.branches[0].money)
        for share in _CORES if most_branches >= _MANY else ():
            if proven.bound <= best.goal or left <= 0 or stop():
                break
            core = _Tree(problem, priced, _core(priced, whole, best.grades, share), best, np.inf)
            most, found, net = int(_OF_CORE * left), 0, best.net
            while core.goes_on() and len(core.branches) < min(most, found + _CORE_PATIENCE) and not stop():
                core.grow(threads)
                if best.net > net:
                    found, net = len(core.branches), best.net
                progress(most_branches - left + len(core.branches), proven.bound, best.net)
            left -= len(core.branches)
        drop = _ASPIRATION * abs(tree.bound)
        while proven.bound > best.goal and left > 0 and not stop():
            tree = _Tree(problem, priced, whole, best, proven.bound - drop)
            while tree.goes_on() and len(tree.branches) < left and not stop():
                tree.grow(threads)
                progress(most_branches - left + len(tree.branches), min(proven.bound, tree.bound), best.net)
            left -= len(tree.branches)
            drop *= 2.0
            if tree.bound < proven.bound:
                proven = tree
    bound = max(proven.bound, best.net)
    return Branched(best.grades, best.assignment, best.net, bound, proven.all_branches(), most_branches - left)


class _Tree:
    """Branches of one search; what is worth no more than the best plan or what is hoped for is not looked into."""

    def __init__(self, problem: LayoutProblem, priced: Priced, whole: _Box, best: _Best, hope: float) -> None:
        self.problem, self.priced, self.best, self.hope = problem, priced, best, hope
        self.queue: list[tuple[float, int, _Box]] = [(-np.inf, 0, whole)]
        self.dive: _Box | None = None
        self.branches: list[Branch] = []
        self.closed, self.made = -np.inf, 1

    @property
    def bound(self) -> float:
        """What a plan can be worth that this search has not found."""
        still_open = [-self.queue[0][0]] if self.queue else []
        still_open += [] if self.dive is None else [self.dive.above]
        return max(self.closed, *still_open, -np.inf)

    def goes_on(self) -> bool:
        return bool(self.queue) or self.dive is not None

    def grow(self, threads: ThreadPoolExecutor) -> None:
        """Examine the next boxes: that of the dive, and those with the largest bounds."""
        goal = self.best.goal if self.hope == np.inf else max(self.best.goal, self.hope)
        taken = [] if self.dive is None else [self.dive]
        taken += [heapq.heappop(self.queue)[2] for _ in range(min(_BATCH - len(taken), len(self.queue)))]
        found = list(threads.map(lambda box: _examined(self.problem, self.priced, box, goal), taken))
        self.dive = None
        for one in found:
            number = len(self.branches)
            self.branches.append(one.branch)
            self.closed = max(self.closed, one.closed)
            for choice in one.choices:
                child = _Box(
                    self.made, number, choice, _chosen(one.rules, *choice),
                    one.branch.need, one.branch.money, one.branch.bound,
                )  # fmt: skip
                self.made += 1
                if self.dive is None and choice is one.choices[0]:
                    self.dive = child
                else:
                    heapq.heappush(self.queue, (-one.branch.bound, child.order, child))
        for one in _worth_trying(found):
            if one.hubs is not None:
                self.best.try_hubs(one.hubs, one.branch)

    def all_branches(self) -> tuple[Branch, ...]:
        """Return the branches examined, and those still open with the prices of the one above."""
        rest = [box for _, _, box in self.queue] + ([] if self.dive is None else [self.dive])
        return *self.branches, *(_left_open(box) for box in sorted(rest, key=lambda box: box.order))


def _core(priced: Priced, whole: _Box, grades: Grades, share: float) -> _Box:
    """Keep the choices that lose little at the best prices, and those of a plan: good plans are made of these."""
    rules = whole.rules
    n_spaces, n_services, n_grades = rules.allowed.shape
    loss = np.zeros((n_spaces, n_services, n_grades + 1))
    hubs, worth = np.zeros((n_spaces, n_services), dtype=np.int8), np.zeros(n_spaces)
    bound = losses(priced, rules, whole.need.astype(np.float64), whole.money, loss, hubs, worth)
    kept = ~np.isfinite(loss) | (loss <= share * abs(bound))
    kept |= grades[:, :, np.newaxis] == np.arange(n_grades + 1)
    return dataclasses.replace(whole, rules=rules._replace(allowed=rules.allowed & kept[:, :, 1:]))


def _worth_trying(found: list[_Examined]) -> list[_Examined]:
    """Plans that were the only ones left, the hubs of the dive, and those of the branch with the largest bound."""
    with_hubs = [one for one in found if one.hubs is not None]
    only = [one for one in with_hubs if not one.choices]
    others = [one for one in with_hubs if one.choices]
    return [*only, *others[:1], *sorted(others[1:], key=lambda one: -one.branch.bound)[:1]]


def _examined(problem: LayoutProblem, priced: Priced, box: _Box, goal: float) -> _Examined:
    """Find better prices for a box, what they rule out, and the next choice."""
    rules = box.rules
    n_spaces, n_services, n_grades = rules.allowed.shape
    options = rules.allowed.sum(axis=2) + rules.optional
    if (options == 0).any():
        return _closed(box, box.need, box.money, -np.inf)
    if (options == 1).all():
        return _only_plan(problem, priced, box, goal)
    mean = np.zeros((n_spaces, n_services, n_grades + 1))
    need = box.need.astype(np.float64)
    rounds = _ROUNDS if box.parent >= 0 else _FIRST_ROUNDS
    bound, money, _ = descend(priced, rules, need, box.money, goal - _ROUNDING * abs(goal), rounds, _REACH, mean)
    kept = need.astype(np.float32)
    need = kept.astype(np.float64)
    if bound <= goal:
        return _closed(box, kept, money, bound_alone(priced, rules, need, money))
    loss = np.zeros(mean.shape)
    hubs, worth = np.zeros((n_spaces, n_services), dtype=np.int8), np.zeros(n_spaces)
    bound = losses(priced, rules, need, money, loss, hubs, worth)
    drop = np.isfinite(loss) & (bound - loss <= goal)
    allowed = rules.allowed & ~drop[:, :, 1:]
    optional = rules.optional & ~drop[:, :, 0]
    left = rules._replace(
        allowed=allowed, optional=optional, must=rules.must | (rules.optional & ~optional).any(axis=1)
    )
    dropped = np.argwhere(drop).astype(np.int32)
    branch = Branch(box.parent, *box.choice, dropped=dropped, need=kept, money=money, bound=bound)
    closed = float((bound - loss[drop]).max(initial=-np.inf))
    return _Examined(
        branch,
        left,
        _choices(left, mean),
        closed,
        affordable_hubs(problem, hubs, worth, money, affordable_must(problem)[0]),
    )


def _closed(
    box: _Box, need: npt.NDArray[np.float32], money: float, bound: float, hubs: Grades | None = None
) -> _Examined:
    branch = Branch(box.parent, *box.choice, dropped=np.zeros((0, 3), np.int32), need=need, money=money, bound=bound)
    return _Examined(branch, box.rules, (), bound, hubs)


def _left_open(box: _Box) -> Branch:
    """A box that nobody has looked into: the prices of the branch above hold."""
    return Branch(
        box.parent, *box.choice, dropped=np.zeros((0, 3), np.int32), need=box.need, money=box.money, bound=box.above
    )


def _only_plan(problem: LayoutProblem, priced: Priced, box: _Box, goal: float) -> _Examined:
    """Close a box with one plan left; where that may be the best, people's prices are those of the exact assignment."""
    rules = box.rules
    grades = np.where(rules.optional, 0, rules.allowed.argmax(axis=2) + 1).astype(np.int8)
    over = 0 if problem.budget_money is None else capital_of(problem, grades) - problem.budget_money
    need = box.need.astype(np.float64)
    free = bound_alone(priced, rules, need, 0.0)
    if free == -np.inf:  # no hub may be so
        return _closed(box, box.need, box.money, free)
    if over > 0:  # money so dear proves that it cannot be paid
        money = 2.0 * free / over
        return _closed(box, box.need, money, bound_alone(priced, rules, need, money))
    money = box.money if problem.budget_money is None else 0.0
    mean = np.zeros((*rules.allowed.shape[:2], rules.allowed.shape[2] + 1))
    bound, money, _ = descend(priced, rules, need, money, goal - _ROUNDING * abs(goal), _ROUNDS, _REACH, mean)
    if bound > goal:
        room_price = assign(problem, grades).room_price
        surplus = problem.worth - problem.room * room_price[problem.row_of_pair]
        is_open = room_of_rows(problem, grades)[problem.row_of_pair] > 0.0
        need = np.zeros(problem.n_cells)
        np.maximum.at(need, problem.cell_of_pair[is_open], surplus[is_open])
    kept = need.astype(np.float32)
    bound = bound_alone(priced, rules, kept.astype(np.float64), money)
    return _closed(box, kept, money, bound, grades if bound > goal else None)


def _chosen(rules: HubRules, space: int, service: int, kept: int) -> HubRules:
    """Return what is left with a choice taken."""
    allowed, optional, must = rules.allowed.copy(), rules.optional.copy(), rules.must.copy()
    allowed[space, service] &= np.array([bool(kept >> (m + 1) & 1) for m in range(allowed.shape[2])])
    if optional[space, service] and not kept & 1:
        optional[space, service] = False
        must[space] = True
    return rules._replace(allowed=allowed, optional=optional, must=must)


def _choices(rules: HubRules, mean: Floats) -> tuple[tuple[int, int, int], ...]:
    """Cut in two where the best hubs of late agree least: space, service, and the grades (bits; 0 none) of each side,
    that of most of these hubs first.

    One side, with everything, if only one plan is left; none if no plan is.
    """
    left = np.concatenate([rules.optional[:, :, None], rules.allowed], axis=2)
    count = left.sum(axis=2)
    every = (1 << left.shape[2]) - 1
    if (count == 0).any():
        return ()
    if (count == 1).all():
        return ((0, 0, every),)
    below = np.cumsum(mean, axis=2)[:, :, :-1]
    count_below = np.cumsum(left, axis=2)[:, :, :-1]
    doubt = np.minimum(below, 1.0 - below)
    doubt[:, :, 1:] *= _GRADES_LATER
    cuts = (count_below > 0) & (count_below < count[:, :, None])
    doubt = np.where(cuts, np.maximum(doubt, 0.0), -1.0)
    space, service, cut = (int(at) for at in np.unravel_index(int(np.argmax(doubt)), doubt.shape))
    lower = (2 << cut) - 1
    sides = (space, service, lower), (space, service, every & ~lower)
    return sides if below[space, service, cut] >= 0.5 else sides[::-1]


def _priced(problem: LayoutProblem) -> Priced:
    """Return the problem as the descent takes it."""
    scale = scales_of(problem)
    return Priced(
        pairs=reachable(problem),
        capacities=capacity_of_rows(problem),
        money=problem.grade_money.astype(np.float64),
        open_money=problem.open_money.astype(np.float64),
        budget=float(problem.budget_money or 0),
        has_budget=problem.budget_money is not None,
        reachable=scale.reachable,
        per_person=scale.per_person,
        money_unit=scale.money_unit,
        gives_way=problem.gives_way,
    )
