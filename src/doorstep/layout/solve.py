"""From problem to plan: prices and bound, search in rounds of fixed work, exact transport, tidy hubs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout.baselines import greedy_grades
from doorstep.layout.bound import Prices, prices_for
from doorstep.layout.exact import is_small, whole_model_grades
from doorstep.layout.hubs import affordable_must, smallest_grades
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.search import Searcher
from doorstep.layout.search_state import SearchState
from doorstep.layout.transport import Assignment, assign

__all__ = ["Layout", "Progress", "SolveParams", "capital_of", "enough_money", "solve", "units_of_rows"]

Grades = npt.NDArray[np.int8]

_PATIENCE = 12  # rounds without a better plan, then the search ends
_THRIFT = 0.01  # of the bound for all the money that could be spent
_TEMPERATURE = 2e-4  # of the bound: about what one step changes
_COOLING = 0.95  # a round; it does not ask how many will follow, so that a longer run begins as a shorter one


@dataclass(frozen=True, slots=True)
class SolveParams:
    """How long and how well.

    Parameters
    ----------
    rounds
        Most rounds of search; it ends earlier if twelve rounds in a row find nothing better.
    gap_target
        Stop when (bound - worth)/worth is reached.
    seed
        Of the random numbers.
    workers
        Threads; the plan does not depend on it.
    steps
        Steps of each chain in a round.
    bound_rounds
        Price changes for the bound before the search; half as many again after it if the gap is not reached.
    """

    rounds: int = 60
    gap_target: float = 0.01
    seed: int = 0
    workers: int = 2
    steps: int = 1_500
    bound_rounds: int = 500

    def __post_init__(self) -> None:
        if self.rounds < 1 or self.steps < 1 or self.bound_rounds < 1 or self.workers < 1:
            raise ValueError("rounds, steps, bound_rounds and workers are at least 1")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the solver stands: ``stage`` is bound or search; ``gap`` is NaN before there is a plan."""

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
    """

    grades: Grades
    assignment: Assignment
    prices: Prices
    rounds: int
    status: str
    state: SearchState | None = None


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

    Notes
    -----
    Same problem and seed, same sequence of best plans for any number of workers; ``stop`` only decides how many rounds
    are kept.
    """
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
        grades, assignment = _tidied(problem, whole_model_grades(problem))
        return Layout(grades, assignment, _closer(problem, prices, assignment.worth, params), 0, "exact")

    grades = affordable_must(problem)[0] if resume is None else resume.tidy_grades
    searcher = Searcher(
        problem, _money_price(problem, prices), start=grades, seed=params.seed, workers=params.workers, resume=resume
    )
    assignment = assign(problem, grades)
    temperature = _TEMPERATURE * max(prices.bound, 1e-9)
    reached = _gap(prices, assignment) <= params.gap_target
    best_round = 0 if resume is None else resume.best_round
    while searcher.round < params.rounds and not reached and searcher.round - best_round < _PATIENCE:
        better = searcher.run_round(steps=params.steps, temperature=temperature * _COOLING**searcher.round)
        if better:
            trial, trial_assignment = _tidied(problem, searcher.best_grades)
            if trial_assignment.worth > assignment.worth:
                grades, assignment, best_round = trial, trial_assignment, searcher.round
                searcher.starts[0] = trial  # the money that tidying saved is spent in the next round
        progress(Progress("search", searcher.round, params.rounds, prices.bound, assignment.worth))
        reached = _gap(prices, assignment) <= params.gap_target
        if stop():
            break
    state = searcher.state(prices, grades, best_round)
    grades, assignment = _filled(problem, grades, assignment)
    reached = _gap(prices, assignment) <= params.gap_target
    if not reached:
        prices = _closer(problem, prices, assignment.worth, params)
        reached = _gap(prices, assignment) <= params.gap_target
    return Layout(grades, assignment, prices, searcher.round, "gap_reached" if reached else "rounds_done", state)


def _money_price(problem: LayoutProblem, prices: Prices) -> float:
    """Price of money for the search: without a budget a small one, so that nothing is built for next to nothing."""
    if problem.budget_money is not None:
        return prices.money
    return _THRIFT * prices.bound / enough_money(problem)


def enough_money(problem: LayoutProblem) -> int:
    """Return money that is enough for any plan: every space with its dearest grade of every service."""
    dearest = np.maximum(problem.grade_money.max(axis=(2, 3), initial=0), 0)
    return max(1, int(dearest.sum() + problem.open_money.sum()))


def _gap(prices: Prices, assignment: Assignment) -> float:
    return (prices.bound - assignment.worth) / assignment.worth if assignment.worth > 0 else float("inf")


def capital_of(problem: LayoutProblem, grades: Grades) -> int:
    """Return the money of all hubs."""
    return sum(problem.hub_money(int(space), grades[space]) for space in np.flatnonzero(grades.any(axis=1)))


def units_of_rows(problem: LayoutProblem, assignment: Assignment) -> npt.NDArray[np.float64]:
    """Return the units used in each row."""
    return np.bincount(
        problem.row_of_pair[assignment.pair],
        weights=problem.room[assignment.pair] * assignment.people,
        minlength=problem.n_rows,
    ).astype(np.float64)


def _tidied(problem: LayoutProblem, grades: Grades) -> tuple[Grades, Assignment]:
    """Assign exactly, shrink grades to what is used, and assign again."""
    assignment = assign(problem, grades)
    smaller = smallest_grades(problem, grades, units_of_rows(problem, assignment))
    if (smaller == grades).all():
        return grades, assignment
    return smaller, assign(problem, smaller)


def _filled(problem: LayoutProblem, grades: Grades, assignment: Assignment) -> tuple[Grades, Assignment]:
    """Spend what is left on the services that still win most for their money, if that helps."""
    if problem.budget_money is None:
        return grades, assignment
    left = problem.budget_money - capital_of(problem, grades)
    more = greedy_grades(problem, start=grades, budget_money=left)
    if (more == grades).all():
        return grades, assignment
    trial, trial_assignment = _tidied(problem, more)
    return (trial, trial_assignment) if trial_assignment.worth > assignment.worth else (grades, assignment)


def _closer(problem: LayoutProblem, prices: Prices, worth: float, params: SolveParams) -> Prices:
    """Improve the bound, now that a plan tells how far down it can go."""
    if worth <= 0:
        return prices
    more = prices_for(problem, rounds=params.bound_rounds // 2, target=worth, start=prices, workers=params.workers)
    return more if more.bound < prices.bound else prices
