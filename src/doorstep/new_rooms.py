"""Where the next idle room would be worth most: a room of a stated size, anywhere where people live."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city import CHANNELS, PEOPLE_COLUMNS, City
from doorstep.costs import capital
from doorstep.diagnosis import Diagnosis
from doorstep.layout import LayoutProblem, Prices, assign, best_hubs, layout_problem, like_grades, replanned
from doorstep.planned import Planned, payable
from doorstep.replanning import Base, More, more_of, reproved
from doorstep.walk import Pairs, connect_tables, pairs_that_fit
from doorstep.walk.memory import free_bytes

__all__ = ["NewRoom", "RoomAsked", "RoomTried", "rooms_priced", "rooms_tried", "usual_room"]

_IN_A_BLOCK = 250
"""Rooms priced together: their walks are held in memory, a city's may be tens of millions."""


@dataclass(frozen=True, slots=True)
class RoomAsked:
    """The room that is looked for: on the ground floor, with nothing known that would keep a service out.

    Parameters
    ----------
    floor_m2
        Usable floor.
    channel
        How it is had, one of :data:`doorstep.city.CHANNELS`; its prices are the profile's for this channel.
    """

    floor_m2: float
    channel: str


@dataclass(frozen=True, slots=True, eq=False)
class NewRoom:
    """A room at a residence, at the prices of a plan.

    Parameters
    ----------
    residence, name, community
        Ids and name.
    x_m, y_m
        Where it stands, metres.
    worth
        Weighted users: the most that it adds to the bound of the plan, after the price of its money.
    services
        Service and grade of the hub that is best there at these prices; none if no hub is worth its price.
    capital_money
        Of that hub.
    """

    residence: str
    name: str
    community: str
    x_m: float
    y_m: float
    worth: float
    services: tuple[tuple[str, int], ...]
    capital_money: int


@dataclass(frozen=True, slots=True, eq=False)
class RoomTried:
    """A room put into the city, and the plan made to fit with the same money.

    Parameters
    ----------
    room, more
        Where, and what the plan found has more; nothing if it is no better than the plan that stands.
    services, capital_money
        The hub there in the plan found: service and grade, none if the room is not used; its money.
    """

    room: NewRoom
    more: More
    services: tuple[tuple[str, int], ...]
    capital_money: int


def usual_room(city: City) -> RoomAsked:
    """Return the middle floor of the city's spaces and their commonest channel."""
    if not len(city.spaces):
        return RoomAsked(200.0, CHANNELS[0])
    counts = city.spaces["channel"].value_counts()
    channel = min(counts.index[counts == counts.max()], key=CHANNELS.index)
    return RoomAsked(float(city.spaces["area_m2"].median()), str(channel))


def rooms_priced(
    was: Planned,
    asked: RoomAsked,
    *,
    every_m: float = 100.0,
    workers: int = 2,
    told: Callable[[int, int], None] = lambda _, __: None,
) -> tuple[NewRoom, ...]:
    """Price a room at the residences of a city.

    Parameters
    ----------
    was
        A plan of the city.
    asked
        The room.
    every_m
        One residence is taken from each square of this size, the one with most people; 0: every residence.
    workers
        Threads; the result does not depend on it.
    told
        Called with rooms priced and in all.

    Returns
    -------
    tuple of NewRoom
        In the order of residences. Walks run along the streets from every residence to the room, as people walk.
    """
    found = was.found
    rooms = _rooms(found.city, asked, _one_a_square(found.city, every_m))
    priced: list[NewRoom] = []
    for first in range(0, len(rooms), _IN_A_BLOCK):
        block = rooms.iloc[first : first + _IN_A_BLOCK]
        city = dataclasses.replace(found.city, spaces=block, facilities=found.city.facilities.iloc[:0])
        problem = _problem(found, city, _walks(found, block, workers), with_facilities=False)
        grades, worth = best_hubs(problem, _prices_by_name(was, problem), workers=workers)
        priced += _listed(found, problem, block, grades, worth)
        told(min(first + _IN_A_BLOCK, len(rooms)), len(rooms))
    return tuple(priced)


def rooms_tried(
    was: Planned,
    base: Base,
    asked: RoomAsked,
    chosen: Sequence[NewRoom],
    *,
    seed: int = 0,
    workers: int = 2,
    told: Callable[[int, int], None] = lambda _, __: None,
) -> tuple[RoomTried, ...]:
    """Put rooms into the city, one at a time, and make the plan fit with the same money.

    Parameters
    ----------
    was, base
        The plan, and as it stands.
    asked
        The room that was priced.
    chosen
        Where: from :func:`rooms_priced`.
    seed, workers
        Of the short searches; threads.
    told
        Called with rooms tried and in all.

    Returns
    -------
    tuple of RoomTried
        The plan found proves what the room adds at least, its prices what it adds at most.
    """
    if not chosen:
        return ()
    found = was.found
    ids = found.city.residences["id"].tolist()
    rooms = _rooms(found.city, asked, np.array([ids.index(one.residence) for one in chosen], dtype=np.int64))
    spaces = gpd.GeoDataFrame(pd.concat([found.city.spaces, rooms], ignore_index=True), crs=found.city.crs)
    city = dataclasses.replace(found.city, spaces=spaces)
    n = base.problem.n_spaces
    wide = _problem(found, city, _with_rooms(found.pairs, n, _walks(found, rooms, workers)), with_facilities=True)
    grades = np.zeros((wide.n_spaces, wide.n_services), dtype=np.int8)
    grades[:n] = base.grades
    wide = _as_asked(dataclasses.replace(wide, budget_money=base.problem.budget_money), base)
    without = _with_only(wide, n, None)
    prices = reproved(without, _prices_by_name(was, without), workers=workers)
    tried = []
    for number, one in enumerate(chosen):
        problem = _with_only(wide, n, n + number)
        layout = replanned(problem, without, grades, prices, seed=seed, workers=workers)
        if layout.assignment.worth < base.worth:
            layout = dataclasses.replace(layout, grades=grades, assignment=assign(problem, grades))
        more = more_of(base, problem, layout, base.prices.bound + one.worth)
        hub = layout.grades[n + number]
        tried.append(RoomTried(one, more, _services(found, hub), problem.hub_money(n + number, hub)))
        told(number + 1, len(chosen))
    return tuple(tried)


def _one_a_square(city: City, every_m: float) -> npt.NDArray[np.int64]:
    """Positions of the residences that are looked at."""
    homes = city.residences
    if not every_m:
        return np.arange(len(homes))
    points = shapely.get_coordinates(shapely.point_on_surface(homes.geometry.to_numpy()))
    square = np.floor(points / every_m).astype(np.int64)
    people = homes[list(PEOPLE_COLUMNS)].to_numpy(np.float64).sum(axis=1)
    order = np.lexsort((np.arange(len(homes)), -people, square[:, 1], square[:, 0]))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (square[order[1:]] != square[order[:-1]]).any(axis=1)
    return np.sort(order[first])


def _rooms(city: City, asked: RoomAsked, at: npt.NDArray[np.int64]) -> gpd.GeoDataFrame:
    """Rows of spaces, one at each residence; what nobody knows keeps nothing out."""
    homes = city.residences.iloc[at]
    unknown: dict[str, Any] = {
        "kind": "", "area_basis": "assumed", "lift": "unknown", "light": "unknown", "clear_height_m": np.nan,
        "outdoor_m2": np.nan, "owner": "", "title": "", "present_use": "", "capital_cost_per_m2": np.nan,
        "rent_per_m2_year": np.nan, "available_from": pd.NaT, "decision": "may", "address": "", "structure": "",
        "built": np.nan, "photos": "", "closing_cost": 0.0,
    }  # fmt: skip
    rows = {
        "id": homes["id"].to_numpy(),
        "place": homes["name"].to_numpy(),
        "community": homes["community"].to_numpy(),
        "area_m2": asked.floor_m2,
        "storey": 1.0,
        "channel": asked.channel,
        "limits": [frozenset()] * len(homes),
        "replaces": [frozenset()] * len(homes),
        **unknown,
    }
    table = pd.DataFrame(rows, index=range(len(homes)))[[c for c in city.spaces.columns if c != "geometry"]]
    points = shapely.point_on_surface(homes.geometry.to_numpy())
    return gpd.GeoDataFrame(table, geometry=points, crs=city.crs)


def _walks(found: Diagnosis, rooms: gpd.GeoDataFrame, workers: int) -> Pairs:
    """Walks from every residence to the rooms, within the longest limit of a service."""
    profile = found.profile
    places = connect_tables(found.network, found.city.entrances, rooms, snap_limit_mm=profile.snap_limit_mm)
    longest = max(profile.walk_limit(service) for service in profile.services)
    bound = "limit_ms" if profile.walk_measure == "minutes" else "limit_mm"
    limit = {bound: np.full(len(rooms), longest, dtype=np.int64)}
    memory = free_bytes() // 2
    return pairs_that_fit(found.network, found.homes, places, memory_bytes=memory, workers=workers, **limit)


def _with_rooms(pairs: Pairs, n_spaces: int, rooms: Pairs) -> Pairs:
    """Walks to spaces, then to rooms, then to facilities."""
    cut = int(pairs.first_of_place[n_spaces])
    counts = np.diff(pairs.first_of_place)
    counts = np.concatenate([counts[:n_spaces], np.diff(rooms.first_of_place), counts[n_spaces:]])
    put = {
        name: np.concatenate([getattr(pairs, name)[:cut], getattr(rooms, name), getattr(pairs, name)[cut:]])
        for name in ("home", "walk_mm", "moving_ms", "wait_ms")
    }
    return Pairs(first_of_place=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **put)


def _problem(found: Diagnosis, city: City, pairs: Pairs, *, with_facilities: bool) -> LayoutProblem:
    offer = found.supply
    if not with_facilities:
        none = {name: getattr(offer, name)[:0] for name in ("service", "capacity", "capacity_low", "capacity_high")}
        offer = dataclasses.replace(offer, take_up=offer.take_up[:0], basis=(), **none)
    money = capital(city.spaces, found.profile, currency=city.currency, converted=found.converted)
    return layout_problem(
        city, found.profile, found.demand, offer, money, pairs,
        budget_money=None, later=found.later, converted=found.converted,
    )[0]  # fmt: skip


def _prices_by_name(was: Planned, problem: LayoutProblem) -> Prices:
    """The prices of a plan for other spaces: sets of funds may differ, what has no price costs nothing."""
    known = dict(zip((one.name for one in was.problem.limits), was.prices.limits.tolist(), strict=True))
    limits = np.array([known.get(one.name, 0.0) for one in problem.limits], dtype=np.float64)
    return dataclasses.replace(was.prices, limits=limits)


def _as_asked(problem: LayoutProblem, base: Base) -> LayoutProblem:
    """The problem with limits and floors as the plan that stands has them."""
    amount = {one.name: one.amount for one in base.problem.limits}
    limits = tuple(dataclasses.replace(one, amount=amount.get(one.name, one.amount)) for one in problem.limits)
    return payable(dataclasses.replace(problem, limits=limits, floors=base.problem.floors))


def _with_only(problem: LayoutProblem, n_spaces: int, room: int | None) -> LayoutProblem:
    """The problem with one of the rooms behind its spaces open, or none."""
    allowed = problem.allowed.copy()
    shut = np.arange(problem.n_spaces) >= n_spaces
    if room is not None:
        shut[room] = False
    allowed[shut] = False
    return dataclasses.replace(problem, allowed=allowed)


def _listed(
    found: Diagnosis,
    problem: LayoutProblem,
    rooms: gpd.GeoDataFrame,
    grades: npt.NDArray[np.int8],
    worth: npt.NDArray[np.float64],
) -> list[NewRoom]:
    return [
        NewRoom(
            str(row.id),
            str(row.place),
            str(row.community),
            float(row.geometry.x),
            float(row.geometry.y),
            float(worth[at]),
            _services(found, grades[at]),
            problem.hub_money(at, grades[at]),
        )
        for at, row in enumerate(rooms.itertuples(index=False))
    ]


def _services(found: Diagnosis, grades: npt.NDArray[np.int8]) -> tuple[tuple[str, int], ...]:
    like = like_grades(found.problem)
    return tuple((found.profile.services[int(s)].id, int(like[s, grades[s]])) for s in np.flatnonzero(grades))
