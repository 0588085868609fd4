"""The worst-off first: how large a share of every group can be given a place, found by search and bounded by prices."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout.affordable import affordable_hubs
from doorstep.layout.bound import Prices
from doorstep.layout.floors import (
    EVERY,
    TOLERANCE,
    CoverageFloor,
    asked_people,
    cells_of,
    floor_bonus,
    floors_served,
    shortfalls,
)
from doorstep.layout.hubs import affordable_must, capital_of
from doorstep.layout.limits import keeps_limits
from doorstep.layout.prices import prices_for
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.search import searched
from doorstep.layout.transport import Assignment, assign

__all__ = [
    "FairGroup",
    "LevelBound",
    "fair_floors",
    "hubs_for_floors",
    "level_bound",
    "level_of",
    "most_people",
    "people_of",
]

Floats = npt.NDArray[np.float64]
Grades = npt.NDArray[np.int8]

_DEAR, _DEARER, _CHEAPER, _TO_SPARE = 1.5, 1.4, 0.97, 1.02
"""Price of a missed floor in what the cheapest hub for it costs, and how it moves from round to round."""
_COLD = 4e-4
_EAGER = 0.95  # of the price of money: the search does not see all that a hub brings
_SURE = 20 * TOLERANCE


@dataclass(frozen=True, slots=True, eq=False)
class FairGroup:
    """People of a group in need of a service, or of all services together.

    Parameters
    ----------
    name
        Unique among the groups.
    service, share
        As of :class:`doorstep.layout.CoverageFloor`.
    need
        People of the group in need; of all services, somebody counts once for each.
    most
        Of these, those whom places could take at all if every space held its largest grade of the service for them.
    """

    name: str
    service: int
    share: Floats
    need: float
    most: float

    def people(self, level: float) -> float:
        """Return the people to be given a place at a level: this share of those in need, or all who can be taken."""
        return min(level * self.need, self.most)


def most_people(problem: LayoutProblem, service: int, share: Floats) -> float:
    """Return how many people of a group any plan could give a place of a service, money not asked.

    Parameters
    ----------
    problem
        The layout problem.
    service, share
        As of :class:`FairGroup`.

    Notes
    -----
    Every space holds the largest grade of the service that it may hold, and all rooms are the group's own: a plan can
    do no better for this group.
    """
    services = range(problem.n_services) if service == EVERY else (service,)
    largest = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    for one in services:
        here = problem.allowed[:, one]
        room = np.where(here, problem.grade_room[one][None, :], -1.0)
        largest[:, one] = np.where(here.any(axis=1), room.argmax(axis=1) + 1, 0)
    worth = np.zeros(problem.n_cells)
    worth[cells_of(problem, CoverageFloor("", service, 0.0, share))] = share
    alone = dataclasses.replace(problem, worth=worth[problem.cell_of_pair], floors=())
    return assign(alone, largest).worth


def fair_floors(groups: Sequence[FairGroup], level: float, kept: Sequence[float] = ()) -> tuple[CoverageFloor, ...]:
    """Return the floors of coverage that a level is; groups of which no place can take anybody have none.

    Parameters
    ----------
    groups, level
        Whom, and the share that all of them shall have.
    kept
        One a group, in its order: a level that it keeps whatever the others have; NaN for none.
    """
    own = [np.nan] * len(groups) if not len(kept) else kept
    return tuple(
        CoverageFloor(group.name, group.service, group.people(level if np.isnan(one) else one), group.share)
        for group, one in zip(groups, own, strict=True)
        if group.most > 0.0
    )


def level_of(problem: LayoutProblem, groups: Sequence[FairGroup], assignment: Assignment) -> Floats:
    """Return the share of those in need whom an assignment gives a place, shape (n_groups,).

    1 where it gives one to all whom places could take: there nobody can have more.
    """
    levels = np.ones(len(groups))
    for number, (group, people) in enumerate(zip(groups, people_of(problem, groups, assignment), strict=True)):
        if people < group.most - TOLERANCE * (1.0 + group.most):
            levels[number] = people / group.need
    return levels


def people_of(problem: LayoutProblem, groups: Sequence[FairGroup], assignment: Assignment) -> list[float]:
    """Return the people of each group whom an assignment gives a place."""
    asked = tuple(CoverageFloor(group.name, group.service, 0.0, group.share) for group in groups)
    of_groups = floors_served(dataclasses.replace(problem, floors=asked), _served(problem, assignment))
    return [float(one) for one in of_groups]


def hubs_for_floors(
    problem: LayoutProblem,
    grades: Grades,
    prices: Prices,
    *,
    rounds: int = 8,
    steps: int = 5,
    seed: int = 0,
    workers: int = 2,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Grades, Assignment]:
    """Look for hubs that keep all floors, from hubs that keep some.

    Parameters
    ----------
    problem
        With its floors, budget and limits.
    grades, prices
        Hubs that keep budget and limits, and what people, money and limits are worth about.
    rounds, steps
        Rounds of search, steps in each for every space.
    seed, workers
        Of the random numbers; threads. The hubs do not depend on the threads.
    stop
        Asked after each round.

    Returns
    -------
    grades, assignment
        Of all rounds the hubs that lack fewest people, among these those worth most; people assigned exactly.

    Notes
    -----
    People of floors are worth more in the search, those of a missed floor dearer from round to round: then floors need
    no linear programme until the hubs stand.
    """
    free = dataclasses.replace(problem, floors=())
    here = assign(free, grades)
    missed = shortfalls(problem, here.pair, here.people) > 0.0
    dear = _dear_enough(problem, prices, missed)
    floor_prices = np.where(missed, dear, 0.0)
    asked = np.array([floor.people for floor in problem.floors])
    best, best_key = grades, _key(problem, here)
    temperature = _COLD * here.worth / max(1, int(problem.allowed.any(axis=(1, 2)).sum()))
    given = here
    for number in range(rounds):
        bonus = floor_bonus(problem, floor_prices)
        steered = dataclasses.replace(free, worth=problem.worth + bonus[problem.cell_of_pair])
        grades = searched(
            steered,
            grades,
            given,
            steps=steps,
            temperature=temperature,
            money_price=prices.money * _EAGER,
            seed=(seed, number),
            workers=workers,
            limit_prices=prices.limits,
        )
        given = assign(steered, grades)
        missed = shortfalls(problem, given.pair, given.people) > 0.0
        key = _key(problem, given)
        if key > best_key:
            best, best_key = grades, key
        new = missed & (dear == 0.0)
        if new.any():
            dear = np.where(new, _dear_enough(problem, prices, new), dear)
        served = floors_served(problem, _served(problem, given))
        floor_prices = np.where(
            missed,
            np.maximum(floor_prices * _DEARER, dear),
            np.where(served > _TO_SPARE * asked, floor_prices * _CHEAPER, floor_prices),
        )
        if stop():
            break
    return best, assign(problem, best)


def _dear_enough(problem: LayoutProblem, prices: Prices, which: npt.NDArray[np.bool_]) -> Floats:
    """Price of a person of some floors at which the people asked for are worth the cheapest hub that reaches them."""
    most_worth = max(1e-9, float(problem.worth.max(initial=0.0)))
    money = problem.open_money[:, None, None] + problem.grade_money[:, :, :, 0]
    cheapest = np.where(problem.allowed, money, np.iinfo(np.int64).max).min(axis=2)
    dear = np.zeros(len(problem.floors))
    for number in np.flatnonzero(which).tolist():
        floor = problem.floors[number]
        here = cells_of(problem, floor)
        cells = here.start + np.flatnonzero(floor.share > 0.0)
        first, last = problem.first_pair_of_cell[cells], problem.first_pair_of_cell[cells + 1]
        none = np.zeros(0, dtype=np.int32)
        pairs = np.concatenate([none, *(problem.pair_of_cell[a:b] for a, b in zip(first, last, strict=True))])
        rows = np.unique(problem.row_of_pair[pairs])
        spaces = rows[rows < problem.n_space_rows] // problem.n_stints
        of_service = cheapest.min(axis=1) if floor.service == EVERY else cheapest[:, floor.service]
        least = float(of_service[spaces].min(initial=np.iinfo(np.int64).max)) if len(spaces) else 0.0
        dear[number] = _DEAR * max(most_worth, prices.money * least / max(floor.people, 1e-9))
    return dear


def _served(problem: LayoutProblem, given: Assignment) -> Floats:
    return np.bincount(problem.cell_of_pair[given.pair], weights=given.people, minlength=problem.n_cells).astype(
        np.float64
    )


def _key(problem: LayoutProblem, given: Assignment) -> tuple[float, float]:
    missing = float(shortfalls(problem, given.pair, given.people).sum())
    return -round(missing, 6), float(np.sum(problem.worth[given.pair] * given.people))


@dataclass(frozen=True, slots=True, eq=False)
class LevelBound:
    """No plan gives every group more than ``level``; ``prices`` prove it of the floors at ``proven``, a hair above."""

    level: float
    proven: float
    people: float
    prices: Prices


def level_bound(
    problem: LayoutProblem,
    groups: Sequence[FairGroup],
    found: float,
    assignment: Assignment,
    *,
    kept: Sequence[float] = (),
    prices: Prices | None = None,
    tries: int = 3,
    rounds: int = 60,
    workers: int = 2,
) -> LevelBound | None:
    """Return a level above which no plan can bring every group, or ``None`` if nothing is proven below 1.

    Parameters
    ----------
    problem
        Budget and limits; its own floors are not read.
    groups, kept
        As of :func:`fair_floors`.
    found, assignment
        A level that is known to be reached, and a good plan's people: no bound can prove that more of them lack a place
        than lack one there.
    prices
        Of the problem as it is, to start from: what a weighted user and money are worth against one another.
    tries, rounds
        Levels that are looked at, price changes for each.
    workers
        Threads; the result does not depend on it.

    Notes
    -----
    Where nobody is worth anything and a missing person of a floor costs ν ≤ 1, the bound of the problem is some figure
    of the multipliers less ``Σ ν·people(level)``. It is less than nothing for every level above the one where both are
    equal: so prices found at one level prove another, lower one.
    """
    best: LevelBound | None = None
    level, start = 1.0, None if prices is None else _of_missing(problem, prices)
    for _ in range(tries):
        asked = dataclasses.replace(
            problem, worth=np.zeros_like(problem.worth), floors=fair_floors(groups, level, kept)
        )
        if not asked.floors:
            return None
        if start is not None and len(start.floors) != len(asked.floors):
            start = dataclasses.replace(start, floors=np.ones(len(asked.floors)))
        short = float(shortfalls(asked, assignment.pair, assignment.people).sum())
        found_here = prices_for(asked, rounds=rounds, target=-short, start=start, workers=workers, most_floor_price=1.0)
        without = found_here.bound + float(np.sum(found_here.floors * asked_people(asked)))

        def short_at(one: float, of: Prices = found_here, without: float = without) -> float:
            lowered = dataclasses.replace(problem, floors=fair_floors(groups, one, kept))
            people = asked_people(lowered)
            return float(np.sum(of.floors * people)) - without - _SURE * (1.0 + float(people.sum()))

        if short_at(1.0) > 0.0:
            low, high = found, 1.0
            for _ in range(40):
                middle = 0.5 * (low + high)
                low, high = (low, middle) if short_at(middle) > 0.0 else (middle, high)
            if best is None or high < best.level:
                best = LevelBound(high, high, short_at(high), found_here)
        start = found_here
        level = 0.5 * (found + (best.level if best is not None else 1.0))
        if best is not None and best.level - found < 1e-3:
            break
    return best


def _of_missing(problem: LayoutProblem, prices: Prices) -> Prices:
    """Return prices in weighted users as prices in people who lack a place: a start, no more."""
    worth = np.zeros(problem.n_cells)
    np.maximum.at(worth, problem.cell_of_pair, problem.worth)
    reached = worth > 0.0
    unit = float(np.median(worth[reached])) if reached.any() else 1.0
    need = np.divide(prices.need, worth, out=np.zeros_like(worth), where=reached)
    return dataclasses.replace(
        prices, need=need, money=prices.money / unit, limits=prices.limits / unit, floors=np.zeros(0)
    )


def fits(problem: LayoutProblem, grades: Grades) -> bool:
    """Return whether hubs keep budget and limits."""
    paid = problem.budget_money is None or capital_of(problem, grades) <= problem.budget_money
    return paid and keeps_limits(problem, grades)


def cut_to_budget(problem: LayoutProblem, grades: Grades, prices: Prices) -> Grades:
    """Return the hubs of a plan that a smaller budget and the limits pay for, most worth for their money first."""
    if fits(problem, grades):
        return grades
    given = assign(dataclasses.replace(problem, floors=()), grades)
    at = problem.row_of_pair[given.pair] // problem.n_stints
    surplus = (problem.worth[given.pair] - prices.need[problem.cell_of_pair[given.pair]]) * given.people
    inside = at < problem.n_spaces
    worth = np.bincount(at[inside], weights=surplus[inside], minlength=problem.n_spaces)
    money = np.array([problem.hub_money(space, grades[space]) for space in range(problem.n_spaces)])
    net = worth - prices.money * money
    return affordable_hubs(problem, grades, net, prices.money, affordable_must(problem)[0])
