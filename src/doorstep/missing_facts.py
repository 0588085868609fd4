"""What is not known of the spaces, and what knowing it is worth: the plan with all of it for good, and for ill."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city import City
from doorstep.costs import capital
from doorstep.diagnosis import Diagnosis
from doorstep.layout import (
    Assignment,
    LayoutProblem,
    SolveParams,
    affordable_must,
    assign,
    enough_money,
    greedy_grades,
    layout_problem,
    people_given,
    solve,
    with_budget,
    without_must,
)
from doorstep.plan_file import PlanFile
from doorstep.planned import planned

__all__ = ["FACTS", "FactWorth", "MissingFacts", "RoomAsked", "missing_facts"]

FACTS = ("storey", "lift", "outdoor_m2", "clear_height_m")
"""Facts of a space that may keep a service out of it: columns of the city's spaces."""
_STOREYS = (-2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 7.0)
"""Storeys that stand for all: deep and shallow below ground, the ground, those that some rule parts, far up."""

_PRICE_ROUNDS = 120
"""Prices guide these searches; their bound is not shown, so it need not be close."""

Bools = npt.NDArray[np.bool_]
Grades = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class FactWorth:
    """What some facts may change.

    Parameters
    ----------
    facts
        Which, of :data:`FACTS`.
    rooms, rooms_in_plan
        Spaces of which one of them is not known; those among them that hold a hub.
    hubs, people, worth, capital_money
        Of the plan if every unknown one of these facts turns out badly.
    leave, enter
        Ids of spaces that hold a hub only if the facts turn out well, and only if they turn out badly.
    """

    facts: tuple[str, ...]
    rooms: int
    rooms_in_plan: int
    hubs: int
    people: float
    worth: float
    capital_money: int
    leave: tuple[str, ...]
    enter: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoomAsked:
    """A space of the plan of which a fact is missing that may keep out what the plan puts there.

    Parameters
    ----------
    space, place
        Id and name.
    missing
        The facts that matter for what the plan puts there.
    barred
        Services of the plan that may turn out to be barred.
    people
        People to whom the plan gives a place there.
    """

    space: str
    place: str
    missing: tuple[str, ...]
    barred: tuple[str, ...]
    people: float


@dataclass(frozen=True, slots=True)
class MissingFacts:
    """What is missing and what it is worth.

    Parameters
    ----------
    people, hubs, worth, capital_money
        Of the plan as it stands, in which an unknown fact bars nothing; people given a place, by facilities or hubs.
    people_now
        People given a place today.
    gap
        By how much the plan as it stands may be improved, as proven; a change within it may be the search's own.
    changes
        All missing facts together first, then each alone.
    rooms
        Those to be asked for, the ones first on which most people depend.
    """

    people: float
    hubs: int
    worth: float
    capital_money: int
    people_now: float
    gap: float
    changes: tuple[FactWorth, ...]
    rooms: tuple[RoomAsked, ...]

    def is_within_gap(self, change: FactWorth) -> bool:
        """Whether the plan with facts against it is worth more: then the search missed it when they stood for it."""
        return change.worth > self.worth * (1 + 1e-9)


def missing_facts(
    found: Diagnosis,
    plan: PlanFile,
    *,
    rounds: int = 8,
    workers: int = 2,
    told: Callable[[tuple[str, ...]], None] = lambda _: None,
) -> MissingFacts:
    """Say what the facts that nobody has told of the spaces may change in a plan.

    Parameters
    ----------
    found
        The city before any plan, by the plan's profile and settings.
    plan
        A plan of this city. It takes every unknown fact for the better: what is not known bars nothing.
    rounds, workers
        Of the search for the other plans; the certificate of the plan does not depend on it.
    told
        Called with the facts before each search.

    Returns
    -------
    MissingFacts
        For each fact that is missing, and for all together, the best plan found with the same money if every unknown
        value keeps out whatever some value could keep out. A storey that is not known may be any, a lift may be
        missing, ground may not be there, a room whose height nobody has measured may be too low for any use. The truth
        lies between the two plans.

    Notes
    -----
    The second plan is a search of ``rounds`` rounds, so the change is at most what is said, not proven to be so much.
    """
    was = planned(found, plan, workers=workers)
    problem, grades = with_budget(found.problem, plan.budget_money), was.grades
    base = assign(problem, grades)
    unknown = {name: _unknown(found.city, name) for name in FACTS}
    every = tuple(name for name in FACTS if unknown[name].any())
    asked: list[tuple[str, ...]] = [(name,) for name in every]
    if len(every) > 1:
        asked.insert(0, every)
    changes: list[FactWorth] = []
    certain: dict[tuple[str, ...], Bools] = {}
    for facts in asked:
        certain[facts] = _certain(found, facts)
        # two facts that bar the same rooms, as where both are missing in the same rows, make one plan
        same = next((one for one in changes if np.array_equal(certain[one.facts], certain[facts])), None)
        if same is None:
            told(facts)
            changes.append(_change(found, problem, certain[facts], facts, grades, base, rounds, workers))
        else:
            rooms, in_plan = _count(found, facts, grades)
            changes.append(dataclasses.replace(same, facts=facts, rooms=rooms, rooms_in_plan=in_plan))
    return MissingFacts(
        people_given(problem, base),
        int(grades.any(axis=1).sum()),
        base.worth,
        _capital(problem, grades),
        people_given(found.problem, found.now),
        plan.bound.gap,
        tuple(changes),
        _rooms(found, problem, grades, base, {facts[0]: certain[facts] for facts in asked if len(facts) == 1}),
    )


def _unknown(city: City, name: str) -> Bools:
    values: pd.Series = city.spaces[name]
    return ((values == "unknown") if name == "lift" else values.isna()).to_numpy(dtype=bool)


def _certain(found: Diagnosis, facts: tuple[str, ...]) -> Bools:
    """Which grades may be in which space whatever the unknown facts turn out to be."""
    city = found.city
    unknown = {name: _unknown(city, name) for name in facts}
    pairs = dataclasses.replace(
        found.pairs,
        first_of_place=np.zeros_like(found.pairs.first_of_place),
        **{name: getattr(found.pairs, name)[:0] for name in ("home", "walk_mm", "moving_ms", "wait_ms")},
    )
    money = capital(city.spaces, found.profile, currency=city.currency, converted=found.converted)
    allowed = found.problem.allowed.copy()
    storeys = _STOREYS if "storey" in facts else (None,)
    lifts = ("yes", "no") if "lift" in facts else (None,)
    for storey, lift in itertools.product(storeys, lifts):
        spaces = city.spaces.copy()
        if storey is not None:
            spaces.loc[unknown["storey"], "storey"] = storey
        if lift is not None:
            spaces.loc[unknown["lift"], "lift"] = lift
        if "outdoor_m2" in facts:
            spaces.loc[unknown["outdoor_m2"], "outdoor_m2"] = 0.0
        other = dataclasses.replace(city, spaces=spaces)
        allowed &= layout_problem(
            other, found.profile, found.demand, found.supply, money, pairs,
            budget_money=None, later=found.later, converted=found.converted,
        )[0].allowed  # fmt: skip
    if "clear_height_m" in facts:
        allowed[unknown["clear_height_m"]] = False
    return allowed


def _change(
    found: Diagnosis,
    problem: LayoutProblem,
    allowed: Bools,
    facts: tuple[str, ...],
    grades: Grades,
    base: Assignment,
    rounds: int,
    workers: int,
) -> FactWorth:
    is_hub = grades.any(axis=1)
    chosen, people = _best(problem, allowed, grades, base, rounds, workers)
    worth, money = people.worth, _capital(problem, chosen)
    ids = found.city.spaces["id"].to_numpy(dtype=object)
    then = chosen.any(axis=1)
    rooms, in_plan = _count(found, facts, grades)
    return FactWorth(
        facts=facts,
        rooms=rooms,
        rooms_in_plan=in_plan,
        hubs=int(then.sum()),
        people=people_given(problem, people),
        worth=worth,
        capital_money=money,
        leave=tuple(ids[is_hub & ~then].tolist()),
        enter=tuple(ids[then & ~is_hub].tolist()),
    )


def _best(
    problem: LayoutProblem, allowed: Bools, grades: Grades, base: Assignment, rounds: int, workers: int
) -> tuple[Grades, Assignment]:
    """The best plan found in which nothing may be barred: what is left of the plan filled up, or a new one."""
    space, service = np.nonzero(grades)
    stays = np.asarray(allowed[space, service, grades[space, service] - 1], dtype=bool)
    if stays.all():
        return grades, base  # nothing that stands in the plan depends on these facts
    if not allowed.any():
        nothing = np.zeros_like(grades)
        return nothing, assign(problem, nothing)
    hard = dataclasses.replace(problem, allowed=allowed, must=problem.must & allowed.any(axis=(1, 2)))
    start, dropped, _ = affordable_must(hard)
    hard = without_must(hard, dropped)
    layout = solve(hard, SolveParams(rounds=rounds, workers=workers, bound_rounds=_PRICE_ROUNDS))
    left = grades.copy()
    # hubs are kept whole or not at all: a part of one may break the rules of hubs
    left[np.unique(space[~stays])] = 0
    fresh = start.any(axis=1) & ~left.any(axis=1)
    left[fresh] = start[fresh]
    money = problem.budget_money if problem.budget_money is not None else enough_money(hard)
    filled = greedy_grades(hard, start=left, budget_money=max(0, money - _capital(hard, left)))
    people = assign(hard, filled)
    return (filled, people) if people.worth > layout.assignment.worth else (layout.grades, layout.assignment)


def _count(found: Diagnosis, facts: tuple[str, ...], grades: Grades) -> tuple[int, int]:
    """Spaces of which one of the facts is missing, and those among them that hold a hub."""
    unknown = np.any([_unknown(found.city, name) for name in facts], axis=0)
    return int(unknown.sum()), int((unknown & grades.any(axis=1)).sum())


def _capital(problem: LayoutProblem, grades: Grades) -> int:
    return sum(problem.hub_money(int(space), grades[space]) for space in np.flatnonzero(grades.any(axis=1)))


def _rooms(
    found: Diagnosis, problem: LayoutProblem, grades: Grades, base: Assignment, certain: dict[str, Bools]
) -> tuple[RoomAsked, ...]:
    services = [service.id for service in found.profile.services]
    served = np.bincount(problem.row_of_pair[base.pair], base.people, minlength=problem.n_rows)
    rooms = []
    for space in np.flatnonzero(grades.any(axis=1)).tolist():
        chosen = np.flatnonzero(grades[space])
        barred = {
            name: [services[at] for at in chosen if not allowed[space, at, grades[space, at] - 1]]
            for name, allowed in certain.items()
        }
        if not any(barred.values()):
            continue
        row = found.city.spaces.iloc[space]
        rooms.append(
            RoomAsked(
                str(row["id"]),
                str(row["place"]),
                tuple(name for name, some in barred.items() if some),
                tuple(dict.fromkeys(one for some in barred.values() for one in some)),
                float(served[space * problem.n_stints : space * problem.n_stints + problem.n_services].sum()),
            )
        )
    return tuple(sorted(rooms, key=lambda one: (-round(one.people, 6), one.space)))
