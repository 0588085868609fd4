"""Places before prices: who may be served at each, and what may be in each space for how much money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from doorstep.standards import Profile
from doorstep.verify.allowed import allowed_grades
from doorstep.verify.money import grade_money, open_money
from doorstep.verify.need import NEAR, Floats, Ints, Need, Supply, binding_limit, fall_with_walk
from doorstep.verify.sharing import shared_of
from doorstep.verify.walks import Walks

__all__ = ["Grades", "People", "Places", "Space", "people_of", "places_of"]


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Who in need of a service may be served at a place, one entry per residence in reach.

    ``service`` is a position; ``worth`` is in weighted users, ``room`` in units of the service, both per person.
    """

    service: int
    residence: Ints
    people: Floats
    worth: Floats
    room: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Grades:
    """The grades of a service that may be in a space, and who would come.

    Behind those with rooms of their own stand the shared ones, with the service that lends (``lender``, else empty) and
    the least floor of its grade. ``area_m2`` is the floor that is made; ``money`` is in minor units, shape
    (n_grades, 2): in a dispersed hub, in a complex; ``usable`` in units.
    """

    people: People
    number: Ints
    area_m2: Ints
    usable: Floats
    money: tuple[tuple[int, int], ...]
    lender: tuple[str, ...]
    lender_area_m2: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """A space: what may be in it by service, the money of opening it, whether it has to hold a hub."""

    id: str
    area_m2: float
    open_money: int
    forced: bool
    grades: Mapping[str, Grades]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Walkers in need, shape (n_residences, n_services); facilities with their usable units; spaces."""

    walkers: Floats
    facilities: tuple[tuple[People, float], ...]
    spaces: tuple[Space, ...]


def people_of(profile: Profile, need: Need, s: int, take_up: float, residence: Ints, walk: Ints) -> People:
    """Return who may be served at a place; a walk up to 1 m (1 s) beyond the limit counts as reached, at the limit."""
    service = profile.services[s]
    limit = binding_limit(service, profile)
    near = (walk <= limit + NEAR) & (need.walkers[residence, s] > 0)
    residence, g = residence[near], fall_with_walk(walk[near], limit, profile)
    return People(
        service=s,
        residence=residence,
        people=need.walkers[residence, s],
        worth=need.weight[residence, s] * take_up * g,
        room=service.units_per_user * take_up * g,
    )


def places_of(
    *,
    profile: Profile,
    need: Need,
    supply: Supply,
    facility_walks: Walks,
    space_walks: Walks,
    spaces: Sequence[Mapping[str, Any]],
    currency: str,
    may_stay_shut: frozenset[str] = frozenset(),
    stay_shut: frozenset[str] = frozenset(),
) -> Places:
    """Return the places of a city, all that their worth has beside prices.

    Parameters
    ----------
    profile, need, supply, facility_walks, space_walks, spaces, currency
        What was derived from the city.
    may_stay_shut
        Forced spaces that may be without a hub all the same.
    stay_shut
        Spaces that open after the end of a phase.
    """
    facilities = [
        (
            people_of(profile, need, int(s), float(supply.take_up[place]), *facility_walks.of(place)),
            profile.occupancy_cap * float(supply.capacity[place]),
        )
        for place, s in enumerate(supply.service)
        if supply.capacity[place] > 0
    ]
    return Places(
        walkers=need.walkers,
        facilities=tuple(facilities),
        spaces=tuple(
            Space(
                id=space["id"],
                area_m2=float(space["area_m2"]),
                open_money=open_money(profile, currency, str(space["channel"])),
                forced=space["decision"] == "must" and space["id"] not in may_stay_shut,
                grades={} if space["id"] in stay_shut else _grades(profile, need, space, *space_walks.of(j), currency),
            )
            for j, space in enumerate(spaces)
        ),
    )


def _grades(
    profile: Profile, need: Need, space: Mapping[str, Any], residence: Ints, walk: Ints, currency: str
) -> dict[str, Grades]:
    """What may be in a space, by service."""
    allowed = allowed_grades(space, profile)
    found = {}
    for s, service in enumerate(profile.services):
        grades = {grade.number: grade for grade in allowed[service.id]}
        if not grades:
            continue
        # number, the size grade, lender with its least floor, floor saved
        ways = [(number, grade, "", 0, 0) for number, grade in grades.items()]
        ways += [
            (one.number, grades[one.grade], one.lender, one.lender_area_m2, one.saved_m2)
            for one in shared_of(profile, service)
            if one.grade in grades
        ]
        found[service.id] = Grades(
            people=people_of(profile, need, s, min(1.0, service.take_up), residence, walk),
            number=np.array([number for number, *_ in ways]),
            area_m2=np.array([grade.area_m2 - saved for _, grade, _, _, saved in ways]),
            usable=profile.occupancy_cap * np.array([float(grade.capacity) for _, grade, *_ in ways]),
            money=tuple(
                grade_money(space, service.id, grade, profile, currency, saved) for _, grade, _, _, saved in ways
            ),
            lender=tuple(lender for _, _, lender, _, _ in ways),
            lender_area_m2=tuple(least for _, _, _, least, _ in ways),
        )
    return found
