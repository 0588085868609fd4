"""From problem to plan: prices and bound, search in rounds of fixed work, exact transport, tidy hubs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout.bound import Prices, prices_for
from doorstep.layout.exact import is_small, whole_model_grades
from doorstep.layout.hubs import affordable_must, smallest_grades
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.search import Searcher
from doorstep.layout.transport import Assignment, assign

__all__ = ["Layout", "Progress", "SolveParams", "capital_of", "solve", "units_of_rows"]

Grades = npt.NDArray[np.int8]

_COOLING = 0.95  # a round; it does not ask how many will follow, so that a longer run begins as a shorter one


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
        gap_reached, rounds_done, time_limit, interrupted or exact.
    """

    grades: Grades
    assignment: Assignment
    prices: Prices
    rounds: int
    status: str


def solve(
    problem: LayoutProblem,
    params: SolveParams,
    *,
    stop: Callable[[], str] = lambda: "",
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
        Asked after each round; a word other than "" (time_limit, interrupted) ends the search.
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
    prices = prices_for(
        problem,
        rounds=params.bound_rounds,
        workers=params.workers,
        progress=lambda done, bound: progress(Progress("bound", done, params.bound_rounds, bound, 0.0)),
    )
    if is_small(problem):
        grades, assignment = _tidied(problem, whole_model_grades(problem))
        prices = _closer(problem, prices, assignment.worth, params)
        return Layout(grades, assignment, prices, 0, "exact")

    grades, _, _ = affordable_must(problem)
    searcher = Searcher(problem, prices, start=grades, seed=params.seed, workers=params.workers)
    assignment = assign(problem, grades)
    temperature = 2e-4 * max(prices.bound, 1e-9)
    status, done = "rounds_done", 0
    for done in range(1, params.rounds + 1):
        better = searcher.run_round(steps=params.steps, temperature=temperature * _COOLING ** (done - 1))
        if better or done == 1:
            trial, trial_assignment = _tidied(problem, searcher.best_grades)
            if trial_assignment.worth > assignment.worth:
                grades, assignment = trial, trial_assignment
                searcher.starts[0] = trial  # the money that tidying saved is spent in the next round
        progress(Progress("search", done, params.rounds, prices.bound, assignment.worth))
        if prices.bound - assignment.worth <= params.gap_target * assignment.worth:
            status = "gap_reached"
            break
        word = stop()
        if word:
            status = word
            break
    if status == "rounds_done":
        prices = _closer(problem, prices, assignment.worth, params)
        if prices.bound - assignment.worth <= params.gap_target * assignment.worth:
            status = "gap_reached"
    return Layout(grades, assignment, prices, done, status)


def capital_of(problem: LayoutProblem, grades: Grades) -> int:
    """Return the money of all hubs."""
    return sum(problem.hub_money(int(space), grades[space]) for space in np.flatnonzero(grades.any(axis=1)))


def units_of_rows(problem: LayoutProblem, assignment: Assignment) -> npt.NDArray[np.float64]:
    """Return the units used in each row."""
    return np.bincount(
        problem.row_of_pair[assignment.pair],
        weights=problem.room[assignment.pair] * assignment.people,
        minlength=problem.n_rows,
    )


def _tidied(problem: LayoutProblem, grades: Grades) -> tuple[Grades, Assignment]:
    """Assign exactly, shrink grades to what is used, and assign again."""
    assignment = assign(problem, grades)
    smaller = smallest_grades(problem, grades, units_of_rows(problem, assignment))
    if (smaller == grades).all():
        return grades, assignment
    return smaller, assign(problem, smaller)


def _closer(problem: LayoutProblem, prices: Prices, worth: float, params: SolveParams) -> Prices:
    """Improve the bound, now that a plan tells how far down it can go."""
    if worth <= 0:
        return prices
    more = prices_for(problem, rounds=params.bound_rounds // 2, target=worth, start=prices, workers=params.workers)
    return more if more.bound < prices.bound else prices
