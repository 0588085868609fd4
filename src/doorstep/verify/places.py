"""Places before prices: who may be served at each, and what may be in each space for how much money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from doorstep.standards import Grade, Profile
from doorstep.verify.allowed import allowed_grades
from doorstep.verify.conversion import Conversion
from doorstep.verify.later_people import YEARS
from doorstep.verify.money import conversion_money, grade_money, open_money
from doorstep.verify.need import NEAR, Floats, Ints, Need, Supply, binding_limit, fall_with_walk
from doorstep.verify.sharing import shared_of
from doorstep.verify.walks import Walks

__all__ = ["Grades", "People", "Places", "Space", "Stay", "people_of", "places_of"]


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Who in need of a service may be served at a place, one entry per residence in reach.

    ``service`` is a position, of later years behind those of today, service by service; ``worth`` is in weighted users,
    ``room`` in units of the service, both per person.
    """

    service: int
    residence: Ints
    people: Floats
    worth: Floats
    room: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Stay:
    """Who would come in a later year to rooms that then hold one service: of which grades (positions), and the units
    that may be used in each of these.
    """

    people: People
    grades: Ints
    usable: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Grades:
    """The grades of a service that may be in a space, and who would come.

    Behind those with rooms of their own stand the shared ones, with the service that lends (``lender``, else empty) and
    the least floor of its grade, and those whose rooms hold another service later. ``area_m2`` is the floor that is
    made; ``money`` is in minor units, shape (n_grades, 2): in a dispersed hub, in a complex; ``people`` and ``usable``,
    in units, are of today, ``later`` of later years.
    """

    people: People
    number: Ints
    area_m2: Ints
    usable: Floats
    money: tuple[tuple[int, int], ...]
    lender: tuple[str, ...]
    lender_area_m2: tuple[int, ...]
    later: tuple[Stay, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """A space: what may be in it by service, the money of opening it, whether it has to hold a hub.

    ``replaces`` are positions of the facilities that close if it holds one, year by year.
    """

    id: str
    area_m2: float
    open_money: int
    forced: bool
    grades: Mapping[str, Grades]
    replaces: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Walkers in need, shape (n_residences, n_services), or n_years · n_services; facilities with their usable units,
    year by year; spaces.
    """

    walkers: Floats
    facilities: tuple[tuple[People, float], ...]
    spaces: tuple[Space, ...]


def people_of(
    profile: Profile, need: Need, s: int, take_up: float, residence: Ints, walk: Ints, year: int = 0
) -> People:
    """Return who may be served at a place; a walk up to 1 m (1 s) beyond the limit counts as reached, at the limit.

    ``year`` counts the years that stand side by side in ``need``, 0 today.
    """
    service, column = profile.services[s], year * len(profile.services) + s
    limit = binding_limit(service, profile)
    near = (walk <= limit + NEAR) & (need.walkers[residence, column] > 0)
    residence, g = residence[near], fall_with_walk(walk[near], limit, profile)
    return People(
        service=column,
        residence=residence,
        people=need.walkers[residence, column],
        worth=need.weight[residence, column] * take_up * g,
        room=service.units_per_user * take_up * g,
    )


def places_of(
    *,
    profile: Profile,
    need: Need,
    supply: Supply,
    facility_ids: pd.Index,
    facility_walks: Walks,
    space_walks: Walks,
    spaces: Sequence[Mapping[str, Any]],
    currency: str,
    may_stay_shut: frozenset[str] = frozenset(),
    stay_shut: frozenset[str] = frozenset(),
    conversions: Sequence[Conversion] = (),
) -> Places:
    """Return the places of a city, all that their worth has beside prices.

    Parameters
    ----------
    profile, need, supply, facility_ids, facility_walks, space_walks, spaces, currency
        What was derived from the city; ``need`` of today, or of several years side by side.
    may_stay_shut
        Forced spaces that may be without a hub all the same.
    stay_shut
        Spaces that open after the end of a phase.
    conversions
        What services may become in later years.
    """
    n_years = need.walkers.shape[1] // len(profile.services)
    with_room = [(year, place) for year in range(n_years) for place in np.flatnonzero(supply.capacity > 0).tolist()]
    facilities = [
        (
            people_of(
                profile, need, int(supply.service[place]), float(supply.take_up[place]), *facility_walks.of(place), year
            ),
            profile.occupancy_cap * float(supply.capacity[place]),
        )
        for year, place in with_room
    ]
    positions: dict[str, list[int]] = {}
    for at, (_, place) in enumerate(with_room):
        positions.setdefault(facility_ids[place], []).append(at)
    return Places(
        walkers=need.walkers,
        facilities=tuple(facilities),
        spaces=tuple(
            Space(
                id=space["id"],
                area_m2=float(space["area_m2"]),
                open_money=open_money(space, profile, currency),
                forced=space["decision"] == "must" and space["id"] not in may_stay_shut,
                grades={}
                if space["id"] in stay_shut
                else _grades(profile, need, space, *space_walks.of(j), currency, conversions),
                replaces=tuple(at for one in sorted(space["replaces"]) for at in positions.get(one, ())),
            )
            for j, space in enumerate(spaces)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to have a service: its number and size grade, the lender with the least floor of its grade and the floor
    saved where rooms are shared, and what its rooms hold from a later year on.
    """

    number: int
    grade: Grade
    lender: str = ""
    lender_area_m2: int = 0
    saved_m2: int = 0
    becomes: str = ""
    becomes_grade: Grade | None = None
    becomes_year: int = 0

    def money(self, space: Mapping[str, Any], service: str, profile: Profile, currency: str) -> tuple[int, int]:
        """Return what it costs: in a dispersed hub, in a complex."""
        dispersed, in_complex = grade_money(space, service, self.grade, profile, currency, self.saved_m2)
        later = 0
        if self.becomes_grade is not None:
            later = conversion_money(space, service, self.becomes, self.becomes_grade, profile, currency)
        return dispersed + later, in_complex + later


def _grades(
    profile: Profile,
    need: Need,
    space: Mapping[str, Any],
    residence: Ints,
    walk: Ints,
    currency: str,
    conversions: Sequence[Conversion],
) -> dict[str, Grades]:
    """What may be in a space, by service."""
    allowed = {
        service: {grade.number: grade for grade in grades} for service, grades in allowed_grades(space, profile).items()
    }
    come = {
        (service.id, year): people_of(profile, need, s, min(1.0, service.take_up), residence, walk, year)
        for s, service in enumerate(profile.services)
        for year in range(need.walkers.shape[1] // len(profile.services))
        if allowed[service.id]
    }
    found = {}
    for service in profile.services:
        grades = allowed[service.id]
        if not grades:
            continue
        ways = [_Way(number, grade) for number, grade in grades.items()]
        ways += [
            _Way(one.number, grades[one.grade], one.lender, one.lender_area_m2, one.saved_m2)
            for one in shared_of(profile, service)
            if one.grade in grades
        ]
        ways += [
            _Way(
                one.number, grades[one.grade], "", 0, 0, one.becomes, allowed[one.becomes][one.becomes_grade], one.year
            )
            for one in conversions
            if one.service == service.id and one.grade in grades and one.becomes_grade in allowed[one.becomes]
        ]
        found[service.id] = Grades(
            people=come[service.id, 0],
            number=np.array([way.number for way in ways]),
            area_m2=np.array([way.grade.area_m2 - way.saved_m2 for way in ways]),
            usable=profile.occupancy_cap * np.array([float(way.grade.capacity) for way in ways]),
            money=tuple(way.money(space, service.id, profile, currency) for way in ways),
            lender=tuple(way.lender for way in ways),
            lender_area_m2=tuple(way.lender_area_m2 for way in ways),
            later=_stays(profile, service.id, ways, come),
        )
    return found


def _stays(
    profile: Profile, service: str, ways: Sequence[_Way], come: Mapping[tuple[str, int], People]
) -> tuple[Stay, ...]:
    """Sort what the rooms of each way hold in later years by service and year."""
    rooms: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for year, from_now in enumerate(YEARS, start=1):
        for at, way in enumerate(ways if (service, year) in come else ()):
            holds, grade = service, way.grade
            if way.becomes_grade is not None and way.becomes_year <= from_now:
                holds, grade = way.becomes, way.becomes_grade
            rooms.setdefault((holds, year), []).append((at, grade.capacity))
    return tuple(
        Stay(
            come[key],
            np.array([at for at, _ in some]),
            profile.occupancy_cap * np.array([float(capacity) for _, capacity in some]),
        )
        for key, some in rooms.items()
    )
