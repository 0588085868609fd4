"""The plan whose worst-off group is served best, then the next worst, and so on, and at last most worth."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout.bound import Prices, priced_bound
from doorstep.layout.fair import FairGroup, fair_floors, hubs_for_floors, level_bound, level_of
from doorstep.layout.prices import prices_for
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.search_state import SearchState
from doorstep.layout.solve import Layout, Progress, SolveParams, solve
from doorstep.layout.steering import kept_floors, missing_people
from doorstep.layout.transport import Assignment, assign

__all__ = ["FairLevel", "FairParams", "Fairest", "fairest", "solved_under_floors"]

Floats = npt.NDArray[np.float64]
Grades = npt.NDArray[np.int8]

_CLOSE = 0.002  # levels nearer than this are not told apart by search
_HALVINGS = 5
_DIGITS = 10_000  # levels are kept in hundredths of a point, so that they can be written down
_FIRST_MONEY = 0.96  # as in the search for worth
_BEGUN = 24
"""The search for worth goes on as if so many rounds had cooled it: hotter, it leaves the floors for good."""


@dataclass(frozen=True, slots=True)
class FairParams:
    """How far and how hard.

    Parameters
    ----------
    levels
        Of how many of the worst-off the level is raised one after the other.
    tries, rounds
        Shares that are tried for each, rounds of search for each share.
    seed, workers
        Of the searches; threads, on which no result depends.
    """

    levels: int = 3
    tries: int = 6
    rounds: int = 8
    seed: int = 0
    workers: int = 2


@dataclass(frozen=True, slots=True)
class FairLevel:
    """A level that the worst-off of the groups not yet held is brought to.

    Parameters
    ----------
    level
        Found: every group has this share, or all whom places could take; those held before have theirs.
    bound
        Proven: no plan that gives the groups held before theirs brings all others above it; ``None``: nothing is.
    held
        Positions of the groups that no plan found brings higher; from here on each is given this share.
    """

    level: float
    bound: float | None
    held: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Fairest:
    """What the search for the fairest plan found.

    Parameters
    ----------
    levels
        The worst-off first.
    least
        Shape (n_groups,): the share that each group has in ``grades``, to be asked of any plan as fair as this one.
    grades, assignment
        Its hubs, not yet searched for worth.
    """

    levels: tuple[FairLevel, ...]
    least: Floats
    grades: Grades
    assignment: Assignment


@dataclass(frozen=True, slots=True, eq=False)
class _Standing:
    level: float
    grades: Grades
    assignment: Assignment


def fairest(
    problem: LayoutProblem,
    groups: Sequence[FairGroup],
    usual: Layout,
    params: FairParams,
    *,
    stop: Callable[[], bool] = lambda: False,
    told: Callable[[int, int], None] = lambda _, __: None,
) -> Fairest:
    """Raise the level of the worst-off group, hold it, raise that of the worst-off of the others, and so on.

    Parameters
    ----------
    problem
        With budget and limits; floors of the city are kept as far as ``usual`` keeps them.
    groups
        Who is held against whom, at least one.
    usual
        A plan of the problem for most worth, with its prices: where the search begins.
    params
        How far and how hard.
    stop
        Asked after each round; True keeps what is found by then.
    told
        Called with searches done and in all, at most.

    Notes
    -----
    Lexicographic max-min (Ogryczak and Sliwinski 2006, *EJOR* 181, 1107-1118). The highest level is looked for by
    halving between what is found and what is proven, each level asked as floors of coverage (:mod:`.fair`).
    """
    asked = kept_floors(problem, usual.assignment)
    kept = np.full(len(groups), np.nan)
    at = _Standing(_level(problem, groups, kept, usual.assignment), usual.grades, usual.assignment)
    levels: list[FairLevel] = []
    while len(levels) < params.levels and np.isnan(kept).any():
        at, bound = _raised(asked, groups, kept, at, usual.prices, params, len(levels), stop, told)
        shares = level_of(problem, groups, at.assignment)
        rest = np.isnan(kept)
        if at.level >= 1.0:
            levels.append(FairLevel(1.0, None, ()))
            break
        level = np.floor(at.level * _DIGITS) / _DIGITS
        held = np.flatnonzero(rest & (shares < at.level + _CLOSE))
        kept[held] = level
        levels.append(FairLevel(float(level), bound, tuple(held.tolist())))
        if stop():
            break
        at = _Standing(_level(problem, groups, kept, at.assignment), at.grades, at.assignment)
    reached = np.where(np.isnan(kept), levels[-1].level, kept)
    most = np.array([min(1.0, group.most / group.need) for group in groups])
    least = np.floor(np.minimum(reached, most) * _DIGITS) / _DIGITS
    return Fairest(tuple(levels), least, at.grades, at.assignment)


def _level(problem: LayoutProblem, groups: Sequence[FairGroup], kept: Floats, assignment: Assignment) -> float:
    """Return the level of the worst-off of the groups that are not held; 1 if all have what they can have."""
    return float(level_of(problem, groups, assignment)[np.isnan(kept)].min(initial=1.0))


def _raised(
    problem: LayoutProblem,
    groups: Sequence[FairGroup],
    kept: Floats,
    at: _Standing,
    prices: Prices,
    params: FairParams,
    number: int,
    stop: Callable[[], bool],
    told: Callable[[int, int], None],
) -> tuple[_Standing, float | None]:
    """Return hubs with the highest level found for the groups not held, and the level that is proven."""
    proven = level_bound(
        problem, groups, at.level, at.assignment, kept=kept.tolist(), prices=prices, workers=params.workers
    )
    best, high = at, 1.0 if proven is None else proven.level
    for one in range(params.tries):
        told(number * params.tries + one, params.levels * params.tries)
        if high - best.level < _CLOSE or stop():
            break
        level = 0.5 * (best.level + high) if high < 1.0 or one else 1.0
        asked = _with_level(problem, groups, level, kept)
        grades, given = hubs_for_floors(
            asked,
            best.grades,
            prices,
            rounds=params.rounds,
            seed=(params.seed * 100 + number) * 100 + one,
            workers=params.workers,
            stop=stop,
        )
        if missing_people(asked, given):
            high = level
            best = _better(problem, groups, kept, grades, best, level)
        else:
            best = _Standing(max(level, _level(problem, groups, kept, given)), grades, given)
    return best, None if proven is None else proven.level


def _with_level(problem: LayoutProblem, groups: Sequence[FairGroup], level: float, kept: Floats) -> LayoutProblem:
    floors = (*problem.floors, *fair_floors(groups, level, kept.tolist()))
    return dataclasses.replace(problem, floors=floors)


def _better(
    problem: LayoutProblem, groups: Sequence[FairGroup], kept: Floats, grades: Grades, best: _Standing, above: float
) -> _Standing:
    """Return the better of the best so far and these hubs, at the highest level below one that they keep in full."""
    low, high = best.level, above
    for _ in range(_HALVINGS):
        if high - low < _CLOSE:
            break
        middle = 0.5 * (low + high)
        asked = _with_level(problem, groups, middle, kept)
        given = assign(asked, grades)
        if missing_people(asked, given):
            high = middle
        else:
            low = middle
            best = _Standing(max(middle, _level(problem, groups, kept, given)), grades, given)
    return best


def solved_under_floors(
    problem: LayoutProblem,
    grades: Grades,
    prices: Prices,
    params: SolveParams,
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Layout:
    """Find the most worth under floors, from hubs that keep them.

    Parameters
    ----------
    problem
        With its floors.
    grades
        Hubs that keep budget, limits and floors.
    prices
        Those of the problem without the last of its floors.
    params, stop, progress
        As of :func:`doorstep.layout.solve`.
    """
    floors = np.concatenate([prices.floors, np.zeros(len(problem.floors) - len(prices.floors))])
    bound = priced_bound(problem, prices.need, prices.money, prices.limits, floors, workers=params.workers)
    begin = dataclasses.replace(prices, floors=floors, bound=bound)
    given = assign(problem, grades)
    closer = prices_for(problem, rounds=params.bound_rounds, target=given.worth, start=begin, workers=params.workers)
    state = SearchState(
        round=_BEGUN, prices=closer, grades=grades, money_price=closer.money * _FIRST_MONEY, best_grades=grades,
        best_round=_BEGUN, limit_prices=closer.limits, floor_prices=closer.floors,
    )  # fmt: skip
    longer = dataclasses.replace(params, rounds=params.rounds + _BEGUN, patience=max(params.patience, _BEGUN))

    def own(one: Progress) -> None:
        begun = _BEGUN if one.stage == "search" else 0
        progress(dataclasses.replace(one, done=one.done - begun, total=one.total - begun))

    made = solve(problem, longer, resume=state, stop=stop, progress=own)
    made = dataclasses.replace(made, rounds=max(0, made.rounds - _BEGUN), state=None)
    if missing_people(problem, given) < missing_people(problem, made.assignment):
        return dataclasses.replace(made, grades=grades, assignment=given, status="rounds_done")
    return made
