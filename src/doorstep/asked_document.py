"""What a city asks of a plan, as the plan's document says it: limits, floors, who pays, what is missed."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from doorstep.city import AGE_BANDS, EVERY_SERVICE, City, Floor
from doorstep.layout import (
    EVERY,
    Assignment,
    LayoutProblem,
    Prices,
    floor_conflict,
    floors_served,
    limit_use,
    missing_people,
    shortfalls,
)
from doorstep.plan_file import FloorAsked, FloorConflict, FloorKept, LimitKept, Multipliers, Unmet
from doorstep.residents import YEARS
from doorstep.standards import Profile

__all__ = [
    "conflict_of",
    "floors_asked",
    "floors_kept",
    "limits_kept",
    "multipliers_of",
    "unmet_asked",
    "with_floors_of_plan",
    "with_limits_of",
]


def with_limits_of(problem: LayoutProblem, grades: npt.NDArray[np.int8]) -> LayoutProblem:
    """Return the problem with each limit raised to what given hubs take, where that is more.

    A planner's own hubs may take more than the city allows; the bound then speaks of plans that take as much.
    """
    used = limit_use(problem, grades)
    limits = tuple(
        dataclasses.replace(limit, amount=max(limit.amount, int(units)))
        for limit, units in zip(problem.limits, used, strict=True)
    )
    return dataclasses.replace(problem, limits=limits)


def floors_asked(city: City) -> tuple[FloorAsked, ...]:
    """Return the floors that only the plan at hand asks for."""
    return tuple(
        FloorAsked(
            one.name, one.service, one.least, tuple(sorted(one.communities or ())),
            tuple(age for age in AGE_BANDS if one.ages is not None and age in one.ages),
        )
        for one in city.asked.of_plan
    )  # fmt: skip


def with_floors_of_plan(city: City, asked: tuple[FloorAsked, ...]) -> City:
    """Return the city with what a plan asks for beside ``city.toml``: what is asked of the plan, that plan keeps."""
    floors = tuple(
        Floor(one.name, one.service, one.least, frozenset(one.communities) or None, frozenset(one.ages) or None)
        for one in asked
    )
    return dataclasses.replace(city, asked=dataclasses.replace(city.asked, of_plan=floors))


def limits_kept(problem: LayoutProblem, grades: npt.NDArray[np.int8]) -> tuple[LimitKept, ...]:
    """Return each limit as asked for, and what the hubs take; ``problem`` is that of the city."""
    used = limit_use(problem, grades)
    return tuple(
        LimitKept(limit.name, limit.amount, int(units), "hub" if limit.name.startswith("hubs:") else "money")
        for limit, units in zip(problem.limits, used, strict=True)
    )


def floors_kept(problem: LayoutProblem, profile: Profile, assignment: Assignment) -> tuple[FloorKept, ...]:
    """Return each floor as asked for, and whom the plan gives a place; ``problem`` is that of the city."""
    people = np.bincount(
        problem.cell_of_pair[assignment.pair], weights=assignment.people, minlength=problem.n_cells
    ).astype(np.float64)
    missing = shortfalls(problem, assignment.pair, assignment.people)
    return tuple(
        FloorKept(
            name=floor.name,
            service=EVERY_SERVICE if floor.service == EVERY else profile.services[floor.service].id,
            people=floor.people,
            served=float(served),
            met=not short > 0,
            bound_people=float(served) if short > 0 else floor.people,
        )
        for floor, served, short in zip(problem.floors, floors_served(problem, people), missing, strict=True)
    )


def multipliers_of(profile: Profile, problem: LayoutProblem, prices: Prices) -> Multipliers:
    """Return prices by name of service, limit and floor."""
    of_years = prices.need.reshape(problem.n_years, problem.n_services, problem.n_homes)
    named = [
        {service.id: tuple(need.tolist()) for service, need in zip(profile.services, of_year, strict=True)}
        for of_year in of_years
    ]
    return Multipliers(
        budget=prices.money,
        need=named[0],
        later={str(year): need for year, need in zip(YEARS[1:], named[1:], strict=False)},
        limits={one.name: float(price) for one, price in zip(problem.limits, prices.limits, strict=True)},
        floors={one.name: float(price) for one, price in zip(problem.floors, prices.floors, strict=True)},
    )


def conflict_of(profile: Profile, problem: LayoutProblem, assignment: Assignment, workers: int) -> FloorConflict | None:
    """Return the smallest set found of floors that are proven impossible together, if the plan misses some."""
    missing = missing_people(problem, assignment)
    found = floor_conflict(problem, missing, workers=workers) if missing else None
    if found is None:
        return None
    floors = tuple(problem.floors[one] for one in found.floors)
    some = dataclasses.replace(problem, floors=floors)
    multipliers = dataclasses.replace(multipliers_of(profile, some, found.prices), later={})
    return FloorConflict(tuple(one.name for one in floors), found.people, multipliers)


def unmet_asked(limits: tuple[LimitKept, ...], floors: tuple[FloorKept, ...], minor: int, currency: str) -> list[Unmet]:
    """List limits that are exceeded (by a planner's own hubs) and floors that are missed."""
    over = [
        Unmet(
            "limit-exceeded",
            f"limit:{one.name}",
            (one.used - one.amount) / (minor if one.unit == "money" else 1),
            currency if one.unit == "money" else one.unit,
        )
        for one in limits
        if one.used > one.amount
    ]
    missed = [Unmet("floor-not-met", one.name, one.people - one.served, "person") for one in floors if not one.met]
    return over + missed
