"""A plan, and plans of questions that differ a little from its own, in figures that can be set side by side."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.asked_document import with_limits_of
from doorstep.layout import (
    Assignment,
    Layout,
    LayoutProblem,
    Prices,
    assign,
    assignment_of_year,
    capital_of,
    kept_floors,
    people_given,
    priced_bound,
    replanned,
    with_budget,
)
from doorstep.planned import Planned

__all__ = ["Base", "More", "base_of", "more_of", "searched_on"]

Grades = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """A plan as it stands, and what its prices prove of the question that it answers.

    Parameters
    ----------
    problem
        Limits that a planner's own hubs exceed are as large as these need, floors that the plan misses as small.
    grades, assignment
        Its hubs, and who is given a place.
    prices
        With the bound that they prove of ``problem``.
    """

    problem: LayoutProblem
    grades: Grades
    assignment: Assignment
    prices: Prices

    @property
    def worth(self) -> float:
        return self.assignment.worth

    @property
    def people(self) -> float:
        return people_given(self.problem, self.assignment)

    @property
    def short(self) -> float:
        """Weighted users by which the plan may be short of the best, as its prices alone prove."""
        return max(0.0, self.prices.bound - self.worth)


@dataclass(frozen=True, slots=True, eq=False)
class More:
    """What a plan of another question has more than the one that stands.

    Parameters
    ----------
    worth, people
        Weighted users, people given a place: of the plan that was found.
    people_of
        Shape (n_services,): of these people, by service.
    capital_money
        What all its hubs cost.
    opened, closed, altered
        Positions of spaces.
    most
        Proven: no plan of that question has more weighted users than the one that stands by more than this.
    """

    worth: float
    people: float
    people_of: Floats
    capital_money: int
    opened: tuple[int, ...]
    closed: tuple[int, ...]
    altered: tuple[int, ...]
    most: float


def base_of(was: Planned, *, workers: int = 2) -> Base:
    """Return the plan as it stands, with what its prices prove of plans that keep as much as it does."""
    raised = with_limits_of(was.problem, was.grades)
    assignment = assign(raised, was.grades)
    problem = kept_floors(raised, assignment)
    return Base(problem, was.grades, assignment, reproved(problem, was.prices, workers=workers))


def reproved(problem: LayoutProblem, prices: Prices, *, workers: int = 2) -> Prices:
    """Return the prices with the bound that they prove of a problem."""
    money = prices.money if problem.budget_money is not None else 0.0
    bound = priced_bound(problem, prices.need, money, prices.limits, prices.floors, workers=workers)
    return dataclasses.replace(prices, money=money, bound=bound)


def searched_on(base: Base, *, seed: int = 0, workers: int = 2) -> Base:
    """Return the plan after the short search that every changed question gets, with nothing asked otherwise.

    What a changed question wins beyond this is owed to the change, not to the search.
    """
    if base.problem.budget_money is None:
        return base
    # a budget a hair larger, so that the whole city counts as asked otherwise
    before = with_budget(base.problem, base.problem.budget_money + 1)
    found = replanned(base.problem, before, base.grades, base.prices, seed=seed, workers=workers)
    prices = found.prices if found.prices.bound < base.prices.bound else base.prices
    if found.assignment.worth <= base.worth:
        return dataclasses.replace(base, prices=prices)
    return Base(base.problem, found.grades, found.assignment, prices)


def more_of(base: Base, problem: LayoutProblem, found: Layout, most_worth: float) -> More:
    """Return what a plan found has more than the one that stands.

    Parameters
    ----------
    base
        The plan that stands; the spaces of ``problem`` may go on behind its own.
    problem, found
        The other question and the plan found for it.
    most_worth
        Proven bound of the other question, beside that of ``found``.
    """
    grades = np.zeros_like(found.grades)
    grades[: len(base.grades)] = base.grades
    now, then = grades.any(axis=1), found.grades.any(axis=1)
    altered = now & then & (grades != found.grades).any(axis=1)
    before, after = people_of_services(base.problem, base.assignment), people_of_services(problem, found.assignment)
    return More(
        worth=found.assignment.worth - base.worth,
        people=float((after - before).sum()),
        people_of=after - before,
        capital_money=capital_of(problem, found.grades),
        opened=_positions(then & ~now),
        closed=_positions(now & ~then),
        altered=_positions(altered),
        most=max(0.0, min(most_worth, found.prices.bound) - base.worth),
    )


def people_of_services(problem: LayoutProblem, assignment: Assignment) -> Floats:
    """Return the people of today given a place by service, shape (n_services,)."""
    today = assignment_of_year(problem, assignment, 0)
    service = problem.cell_of_pair[today.pair] // problem.n_homes
    return np.bincount(service, weights=today.people, minlength=problem.n_services).astype(np.float64)


def _positions(which: npt.ArrayLike) -> tuple[int, ...]:
    return tuple(int(one) for one in np.flatnonzero(which))
