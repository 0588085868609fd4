"""What if one thing were asked otherwise: a plan changed at once, beside the one it comes from."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.city import City
from doorstep.diagnosis import Diagnosis, diagnose
from doorstep.errors import DoorstepError
from doorstep.layout import (
    Layout,
    LayoutProblem,
    affordable_must,
    assign,
    broken_hub_rules,
    capital_of,
    limit_use,
    people_given,
    priced_bound,
    replanned,
    shared_anew,
    with_budget,
)
from doorstep.pipeline import PlanMade, PlanOptions, profile_of_plan, results_of
from doorstep.plan_file import PlanFile
from doorstep.planned import payable, planned
from doorstep.standards import load_profile, profile_source

__all__ = ["Asked", "Change", "Standing", "what_if"]

Grades = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked otherwise.

    Parameters
    ----------
    ban, pin
        Spaces that may hold no hub, and those that must.
    move
        Pairs of spaces: the hub of the first gives way to one in the second.
    budget_money
        Minor units; ``None``: that of the plan.
    settings
        ``--set`` keys beside those of the plan.
    """

    ban: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    move: tuple[tuple[str, str], ...] = ()
    budget_money: int | None = None
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def banned(self) -> tuple[str, ...]:
        return (*self.ban, *(one for one, _ in self.move))

    @property
    def pinned(self) -> tuple[str, ...]:
        return (*self.pin, *(other for _, other in self.move))


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan in figures: hubs, people they and the facilities give a place, weighted users, money, proven gap."""

    hubs: int
    people: float
    worth: float
    capital_money: int
    gap: float


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What a change does to a plan.

    Parameters
    ----------
    before, after
        Both plans in figures; the gap of each is that of its own question.
    opened, closed, altered
        Ids of spaces, in the order of the city.
    better_anyway
        The hubs afterwards could be had without the change, and are worth more: what they gain is not owed to it.
    seconds
        That finding the plan took; reading and walks not counted.
    plan
        The plan afterwards, checked: its hubs in the city as its folder tells it, so that its bound knows of no ban
        and no pin.
    """

    before: Standing
    after: Standing
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    altered: tuple[str, ...]
    better_anyway: bool
    seconds: float
    plan: PlanMade


def what_if(city: City, document: PlanFile, asked: Asked, *, workers: int = 2) -> Change:
    """Change a plan so that it fits what is asked otherwise.

    Parameters
    ----------
    city, document
        A plan of this city.
    asked
        The change.
    workers
        Threads.

    Returns
    -------
    Change
        Found from the plan and its prices in a moment; a plan made anew may be better, and its gap says by how much at
        most.

    Raises
    ------
    DoorstepError
        ``what-if-nothing``, ``what-if-phases``, ``space-unknown``, ``what-if-both``, ``what-if-cannot``,
        ``what-if-unpaid``; faults of a setting.
    """
    if document.phases:
        raise DoorstepError("what-if-phases")
    if not (asked.banned or asked.pinned or asked.settings or asked.budget_money is not None):
        raise DoorstepError("what-if-nothing")
    ids = city.spaces["id"].tolist()
    for space in (*asked.banned, *asked.pinned):
        if space not in ids:
            raise DoorstepError("space-unknown", space=space)
    both = sorted(set(asked.banned) & set(asked.pinned))
    if both:
        raise DoorstepError("what-if-both", space=both[0])

    profile = profile_of_plan(city, document)
    found = diagnose(city, profile, workers=workers)
    was = planned(found, document, workers=workers)
    before, grades, prices = was.problem, was.grades, was.prices
    if asked.settings:
        settings = {**document.settings, **asked.settings}
        of_city = {one.key: one.value for one in city.overrides}
        own = {key: value for key, value in settings.items() if of_city.get(key) != value}
        standard = load_profile(profile_source(city.profile, document.profile), settings=own, overrides=city.overrides)
        found = diagnose(city, standard, workers=workers)
    budget = document.budget_money if asked.budget_money is None else asked.budget_money
    as_told = payable(with_budget(found.problem, budget))
    now = _asked(as_told, ids, asked)

    started = time.perf_counter()
    layout = replanned(now, before, grades, prices, workers=workers)
    seconds = time.perf_counter() - started
    shared = shared_anew(now, before, grades)
    stays = grades.any(axis=1) & layout.grades.any(axis=1)
    return Change(
        before=_standing(before, grades, was.bound),
        after=_standing(now, layout.grades, layout.prices.bound),
        opened=_spaces(ids, layout.grades.any(axis=1) & ~grades.any(axis=1)),
        closed=_spaces(ids, grades.any(axis=1) & ~layout.grades.any(axis=1)),
        altered=_spaces(ids, stays & (shared != layout.grades).any(axis=1)),
        better_anyway=_is_better(before, grades, shared_anew(before, now, layout.grades)),
        seconds=seconds,
        plan=_made(found, as_told, layout, budget, document, workers),
    )


def _asked(problem: LayoutProblem, ids: list[str], asked: Asked) -> LayoutProblem:
    """Return the problem with its bans and pins."""
    allowed, must = problem.allowed.copy(), problem.must.copy()
    for space in asked.banned:
        allowed[ids.index(space)], must[ids.index(space)] = False, False
    for space in asked.pinned:
        if not allowed[ids.index(space)].any():
            raise DoorstepError("what-if-cannot", space=space)
        must[ids.index(space)] = True
    problem = dataclasses.replace(problem, allowed=allowed, must=must)
    unpaid = [ids[space] for space in affordable_must(problem)[1]]
    if unpaid:
        raise DoorstepError("what-if-unpaid", spaces=", ".join(unpaid))
    return problem


def _standing(problem: LayoutProblem, grades: Grades, bound: float) -> Standing:
    given = assign(problem, grades)
    return Standing(
        hubs=int(grades.any(axis=1).sum()),
        people=people_given(problem, given),
        worth=given.worth,
        capital_money=capital_of(problem, grades),
        gap=(bound - given.worth) / given.worth if given.worth > 0 else float("nan"),
    )


def _is_better(problem: LayoutProblem, grades: Grades, other: Grades) -> bool:
    """Return whether other hubs keep all that is asked, and are worth more."""
    may_be = (
        all(not broken_hub_rules(problem, space, other[space]) for space in range(problem.n_spaces))
        and bool(other[problem.must].any(axis=1).all())
        and (problem.budget_money is None or capital_of(problem, other) <= problem.budget_money)
        and all(used <= limit.amount for used, limit in zip(limit_use(problem, other), problem.limits, strict=True))
    )
    return may_be and assign(problem, other).worth > assign(problem, grades).worth * (1.0 + 1e-9)


def _spaces(ids: list[str], which: npt.ArrayLike) -> tuple[str, ...]:
    return tuple(ids[at] for at in np.flatnonzero(which))


def _made(
    found: Diagnosis, problem: LayoutProblem, layout: Layout, budget: int | None, document: PlanFile, workers: int
) -> PlanMade:
    """Put the hubs into the city as its folder tells it, with a bound that holds there."""
    prices = layout.prices
    bound = priced_bound(problem, prices.need, prices.money, prices.limits, prices.floors, workers=workers)
    layout = dataclasses.replace(layout, prices=dataclasses.replace(prices, bound=bound), status="evaluated")
    options = PlanOptions(
        budget_money=budget, method="what-if", gap_target=document.gap_target, seed=document.seed, workers=workers
    )
    return PlanMade(results_of(found, problem, layout, options), None)
