"""From problem to plan: prices and bound, search in rounds of fixed work, exact transport, tidy hubs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout.bound import Prices, priced_bound, priced_plan
from doorstep.layout.branch import NOTHING, Branch, branched
from doorstep.layout.exact import is_small, whole_model_grades
from doorstep.layout.faults import refuse_faults
from doorstep.layout.hubs import affordable_must, capital_of
from doorstep.layout.prices import prices_for
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.search import searched
from doorstep.layout.search_state import SearchState
from doorstep.layout.steering import Steering, kept_floors, missing_people
from doorstep.layout.tidy import filled, tidied
from doorstep.layout.transport import Assignment, assign

__all__ = ["Layout", "Progress", "SolveParams", "enough_money", "money_price", "solve"]

Grades = npt.NDArray[np.int8]

_MOST_BRANCHED = 60  # spaces
_BRANCHES, _BRANCH_PAIRS = 1_000, 5_000_000  # most branches unless asked for more; times pairs, about a minute's work
_SHORT_PATIENCE = 3  # rounds before branches take over: they find better plans
_THRIFT = 0.01  # of the bound for all the money that could be spent
_TEMPERATURE = 0.02  # of the bound for a space that can hold a hub: about what one step changes
_COOLING, _COLDEST, _CYCLE = (
    0.93,
    0.02,
    60,
)  # a round, whatever the end
_FIRST_MONEY = 0.96  # of the price of money in the bound: the search does not see all that a hub brings
_DRIFT, _UNUSED = 0.02, 0.0015  # most change of the price of money in a round; share of the budget left over


@dataclass(frozen=True, slots=True)
class SolveParams:
    """How long and how well.

    Parameters
    ----------
    rounds
        Most rounds of search.
    gap_target
        Stop when (bound - worth)/worth is reached.
    seed
        Of the random numbers.
    workers
        Threads; the plan does not depend on it.
    steps
        Steps in a round for each space.
    patience
        The search ends after so many rounds without a better plan.
    bound_rounds
        Price changes for the bound before the search; half as many again after it if the gap is not reached.
    branches
        Most branches, for a city with few spaces whose gap is not reached by then; 0 for none, ``None`` for about a
        minute's work: 5,000,000 over the number of pairs, at most 1,000.
    """

    rounds: int = 60
    gap_target: float = 0.01
    seed: int = 0
    workers: int = 2
    steps: int = 25
    patience: int = 12
    bound_rounds: int = 500
    branches: int | None = None

    def __post_init__(self) -> None:
        if self.rounds < 1 or self.steps < 1 or self.bound_rounds < 1 or self.workers < 1:
            raise ValueError("rounds, steps, bound_rounds and workers are at least 1")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the solver stands: ``stage`` is bound, search, branches, levels; ``gap`` is NaN before there is a plan."""

    stage: str
    done: int
    total: int
    bound: float
    best: float

    @property
    def gap(self) -> float:
        return (self.bound - self.best) / self.best if self.best > 0 else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A plan as arrays, with its certificate.

    Parameters
    ----------
    grades
        Shape (n_spaces, n_services), 0 for none.
    assignment
        Exact assignment of people.
    prices
        Multipliers and the bound they prove.
    rounds
        Rounds of search done: with the same seed they give the same plan again.
    status
        gap_reached, rounds_done, exact or evaluated.
    state
        From which the search can go on; ``None`` if there was none.
    proof
        Branches that prove the bound; ``None`` if the prices alone do.
    branches
        Branches examined: with as many rounds and branches the plan is the same again.
    """

    grades: Grades
    assignment: Assignment
    prices: Prices
    rounds: int
    status: str
    state: SearchState | None = None
    proof: tuple[Branch, ...] | None = None
    branches: int = 0


def solve(
    problem: LayoutProblem,
    params: SolveParams,
    *,
    stop: Callable[[], bool] = lambda: False,
    resume: SearchState | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Layout:
    """Find a plan and a proven bound.

    Parameters
    ----------
    problem
        The layout problem; its budget pays for the hubs that must be (see :func:`affordable_must`).
    params
        Rounds, gap, seed, workers.
    stop
        Asked after each round; True ends the search.
    resume
        Where an earlier search of the same problem and seed stood: rounds go on from there, and the plan is the one
        that the same number of rounds gives without a break.
    progress
        Told after each round.

    Returns
    -------
    Layout
        The best plan of the rounds done.

    Raises
    ------
    ValueError
        With all that is wrong with the problem (:func:`doorstep.layout.problem_faults`).

    Notes
    -----
    Same problem and seed, same sequence of best plans for any number of workers; ``stop`` only decides how many rounds
    are kept.
    """
    refuse_faults(problem)
    if resume is None:
        prices = prices_for(
            problem,
            rounds=params.bound_rounds,
            workers=params.workers,
            progress=lambda done, bound: progress(Progress("bound", done, params.bound_rounds, bound, 0.0)),
        )
    else:
        prices = resume.prices
    if is_small(problem):
        if _is_asked_more(problem):
            grades = whole_model_grades(problem)
            grades, assignment = tidied(problem, grades, assign(problem, grades))
            return Layout(grades, assignment, _closer(problem, prices, assignment, params), 0, "exact")
        grades = priced_plan(problem, prices, affordable_must(problem)[0])
        start = Layout(grades, assign(problem, grades), prices, 0, "rounds_done")
        return _branched(problem, start, dataclasses.replace(params, gap_target=0.0), stop, progress)

    search = _Search(problem, prices, params, resume)
    while search.goes_on():
        search.run_round()
        progress(Progress("search", search.round, params.rounds, prices.bound, search.best.worth))
        if stop():
            break
    state = search.state()
    grades, assignment = search.best_grades, search.best
    if _gap(prices, assignment) > params.gap_target or missing_people(problem, assignment):
        prices = _closer(problem, prices, assignment, params)
    layout = Layout(grades, assignment, prices, search.round, "rounds_done", state)
    if _gap(prices, assignment) > params.gap_target and _is_branched(problem, params) and not stop():
        layout = _branched(problem, layout, params, stop, progress)
    if layout.status == "rounds_done" and _gap(layout.prices, layout.assignment) <= params.gap_target:
        return dataclasses.replace(layout, status="gap_reached")
    return layout


def _is_branched(problem: LayoutProblem, params: SolveParams) -> bool:
    """Whether a problem is small enough for branches. Without a budget it is not: thrift and worth are two aims."""
    few = problem.n_spaces <= _MOST_BRANCHED and problem.budget_money is not None
    return few and _most_branches(problem, params) > 0 and not _is_asked_more(problem)


def _most_branches(problem: LayoutProblem, params: SolveParams) -> int:
    if params.branches is not None:
        return params.branches
    return min(_BRANCHES, _BRANCH_PAIRS // max(1, len(problem.worth)))


def _is_asked_more(problem: LayoutProblem) -> bool:
    """Whether there are further limits, floors or later years: branches know of the budget and of today alone."""
    return bool(problem.limits or problem.floors) or problem.n_years > 1


def _branched(
    problem: LayoutProblem,
    layout: Layout,
    params: SolveParams,
    stop: Callable[[], bool],
    progress: Callable[[Progress], None],
) -> Layout:
    """Go on by branch and bound until the gap is reached or the work is done."""
    most = _most_branches(problem, params)
    found = branched(
        problem,
        layout.prices,
        layout.grades,
        gap=params.gap_target,
        most_branches=most,
        workers=params.workers,
        stop=stop,
        progress=lambda done, bound, worth: progress(Progress("branches", done, most, bound, worth)),
    )
    prices, proof = layout.prices, None
    if found.bound < prices.bound:
        prices, proof = dataclasses.replace(prices, bound=found.bound), found.branches
    status = "exact" if _gap(prices, found.assignment) <= 2 * NOTHING else "rounds_done"
    return Layout(found.grades, found.assignment, prices, layout.rounds, status, layout.state, proof, found.examined)


class _Search:
    """Where the search stands; every round goes on from hubs and their exact assignment alone."""

    def __init__(self, problem: LayoutProblem, prices: Prices, params: SolveParams, resume: SearchState | None) -> None:
        self.problem, self.prices, self.params = problem, prices, params
        self.thrift = money_price(problem, prices) if problem.budget_money is None else 0.0
        if resume is None:
            self.steering = Steering(problem, prices.limits * _FIRST_MONEY, prices.floors)
            self.round, self.best_round = 0, 0
            self.money_price = money_price(problem, prices) * _FIRST_MONEY
            self.grades = priced_plan(problem, prices, affordable_must(problem)[0])
            self.assignment = assign(problem, self.grades)
            # where the gap is reached at once this is the plan: its money, too, should be used
            self.best_grades, self.best = filled(problem, *tidied(problem, self.grades, self.assignment))
        else:
            self.steering = Steering(problem, resume.limit_prices, resume.floor_prices)
            self.round, self.best_round = resume.round, resume.best_round
            self.money_price, self.grades, self.best_grades = resume.money_price, resume.grades, resume.best_grades
            self.assignment, self.best = assign(problem, self.grades), assign(problem, self.best_grades)
        # the bound lies below 0 where floors cannot be met
        worth = prices.bound if prices.bound > 0 else self.best.worth
        self.temperature = _TEMPERATURE * worth / max(1, int(problem.allowed.any(axis=(1, 2)).sum()))

    def goes_on(self) -> bool:
        """Whether another round is wanted."""
        params = self.params
        reached = _gap(self.prices, self.best) <= params.gap_target and not missing_people(self.problem, self.best)
        patience = min(params.patience, _SHORT_PATIENCE) if _is_branched(self.problem, params) else params.patience
        return self.round < params.rounds and not reached and self.round - self.best_round < patience

    def run_round(self) -> None:
        problem, params = self.problem, self.params
        grades = searched(
            self.steering.steered(),
            self.grades,
            self.assignment,
            steps=params.steps,
            temperature=self.temperature * max(_COOLING ** (self.round % _CYCLE), _COLDEST),
            money_price=self.money_price,
            seed=(params.seed, self.round),
            workers=params.workers,
            limit_prices=self.steering.limits,
        )
        self.grades, self.assignment = grades, assign(problem, grades)
        self.round += 1
        self.steering.learn(grades, self.assignment)
        left = 0
        if problem.budget_money is not None:
            left = problem.budget_money - capital_of(problem, grades)
            # the budget should be used, nearly: then money is worth what the search takes it to be
            unused = left / max(1, problem.budget_money)
            self.money_price *= 1.0 + max(-_DRIFT, min(_DRIFT, 3.0 * (_UNUSED - unused)))
        # what goes on is the plan as found: tidied, it would have to win back the room that a step may waste
        if self._net(grades, self.assignment) + self.money_price * left <= self._net(self.best_grades, self.best):
            return
        tidy = filled(problem, *tidied(problem, grades, self.assignment))
        if self._net(*tidy) > self._net(self.best_grades, self.best):
            self.best_grades, self.best = tidy
            self.best_round = self.round

    def _net(self, grades: Grades, assignment: Assignment) -> float:
        """Worth, less that of the money where there is no budget, and far less for people whom floors lack."""
        worth = assignment.worth - self.steering.lost(assignment)
        return worth - (self.thrift * capital_of(self.problem, grades) if self.thrift else 0.0)

    def state(self) -> SearchState:
        """Return what the next round needs."""
        return SearchState(
            round=self.round,
            prices=self.prices,
            grades=self.grades,
            money_price=self.money_price,
            best_grades=self.best_grades,
            best_round=self.best_round,
            limit_prices=self.steering.limits,
            floor_prices=self.steering.floors,
        )


def money_price(problem: LayoutProblem, prices: Prices) -> float:
    """Return the price of money for the search; without a budget a small one: nothing is built for next to nothing."""
    if problem.budget_money is not None:
        return prices.money
    return _THRIFT * prices.bound / enough_money(problem)


def enough_money(problem: LayoutProblem) -> int:
    """Return money that is enough for any plan: every space with its dearest grade of every service."""
    dearest = np.maximum(problem.grade_money.max(axis=(2, 3), initial=0), 0)
    return max(1, int(dearest.sum() + problem.open_money.sum()))


def _gap(prices: Prices, assignment: Assignment) -> float:
    return (prices.bound - assignment.worth) / assignment.worth if assignment.worth > 0 else float("inf")


def _closer(problem: LayoutProblem, prices: Prices, assignment: Assignment, params: SolveParams) -> Prices:
    """Improve the bound, now that a plan tells how far down it can go; floors that it misses count as far as met."""
    if missing_people(problem, assignment):
        problem = kept_floors(problem, assignment)
        bound = priced_bound(problem, prices.need, prices.money, prices.limits, prices.floors, workers=params.workers)
        prices = dataclasses.replace(prices, bound=bound)
    if assignment.worth <= 0:
        return prices
    rounds, workers = params.bound_rounds // 2, params.workers
    more = prices_for(problem, rounds=rounds, target=assignment.worth, start=prices, workers=workers)
    return more if more.bound < prices.bound else prices
