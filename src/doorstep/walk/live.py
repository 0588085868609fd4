"""Walks kept up to date while places are moved about: the table, people reached, the nearest places."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.walk import _nearest
from doorstep.walk.graph import NEVER
from doorstep.walk.keys import limits_of, whole_numbers
from doorstep.walk.network import Ints, Network
from doorstep.walk.pairs import Pairs, home_search, pairs_between
from doorstep.walk.parts import Room, new_room
from doorstep.walk.searchable import Searchable, Standing, most_waiting, searchable, standing
from doorstep.walk.snap import Connections, Kerbside, join, kerbside

__all__ = ["LiveWalks", "add_place", "live_walks", "move_place", "remove_place"]

SmallInts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

BLOCK = 512
MOVED_MOST = 200  # places looked up in their own rows, before rows by home are made anew


@dataclass(slots=True, eq=False)
class LiveWalks:
    """Walks between homes and places that may be added, moved and removed; changed in place.

    Parameters
    ----------
    kerb, ready, from_home
        Network and homes, made ready once.
    snap_limit_mm
        Longest straight way to the network.
    people
        Shape (n_services, n_homes): people in need of each service.
    service, limit
        Shape (n_places,): service of each place (-1: removed), and its limit in mm or ms.
    row_start, row_count
        Shape (n_places,): where the rows of a place stand in ``row_home`` and ``row_key``.
    row_home, row_key
        Homes within the limit, ascending by place, and keys of their walks; what no row points to is free.
    n_rows
        How much of these two is in use.
    first_of_home, home_place, home_key
        The same by home, as of the last tidying.
    is_moved
        Shape (n_places,): moved or added since.
    nearest_place, nearest_key
        Shape (n_services, n_homes, k): nearest first, -1 and a key larger than any walk where there is none.
    people_of_place
        Shape (n_places,): people in need of the place's service within its limit.
    reached_of_block
        Shape (n_services, n_blocks): people in need who have a place, by blocks of homes: summed in a fixed order,
        so that sums do not drift.
    people_reached
        Shape (n_services,): people in need with at least one place within its limit.
    room
        Room for searches.
    """

    kerb: Kerbside
    ready: Searchable
    from_home: Standing
    snap_limit_mm: int
    people: Floats
    service: Ints
    limit: Ints
    row_start: Ints
    row_count: Ints
    row_home: SmallInts
    row_key: Ints
    n_rows: int
    first_of_home: Ints
    home_place: SmallInts
    home_key: Ints
    is_moved: npt.NDArray[np.bool_]
    nearest_place: SmallInts
    nearest_key: Ints
    people_of_place: Floats
    reached_of_block: Floats
    people_reached: Floats
    room: Room

    def walks_to(self, place: int) -> tuple[SmallInts, Ints, Ints]:
        """Return the homes that reach a place (ascending), with mm and ms of their walks."""
        rows = slice(self.row_start[place], self.row_start[place] + self.row_count[place])
        walk_mm, walk_ms, _ = self.ready.packing.unpacked(self.row_key[rows])
        return self.row_home[rows], walk_mm, walk_ms

    def nearest_mm_ms(self) -> tuple[Ints, Ints]:
        """Return mm and ms of the walks to the nearest places, shape (n_services, n_homes, k); -1 for none."""
        walk_mm, walk_ms, _ = self.ready.packing.unpacked(self.nearest_key)
        return np.where(self.nearest_key < NEVER, walk_mm, -1), np.where(self.nearest_key < NEVER, walk_ms, -1)


def live_walks(
    network: Network,
    homes: Connections,
    places: Connections,
    service: Ints,
    *,
    people: Floats,
    limit: Ints,
    snap_limit_mm: int,
    k: int = 1,
    measure: str = "metres",
    workers: int | None = None,
) -> LiveWalks:
    """Find all walks once, to be kept up to date by the other functions of this file.

    Parameters
    ----------
    network, homes, places
        As for :func:`doorstep.walk.walk_pairs`.
    service
        Shape (n_places,): service of each place, a row of ``people``.
    people
        Shape (n_services, n_homes): people in need.
    limit
        Shape (n_places,): longest walk in mm or ms, as the measure says.
    snap_limit_mm
        For places added or moved later.
    k
        How many nearest places are kept for each home and service.
    measure
        ``"metres"`` or ``"minutes"``.
    workers
        Threads; ``None``: one per core.

    Returns
    -------
    LiveWalks
        Equal, after any changes, to what this function returns for the changed places.

    Raises
    ------
    ValueError
        If arrays do not fit together, or limits are negative or too long.
    """
    service, limit = whole_numbers(service, "services"), whole_numbers(limit, "limits")
    people = np.asarray(people, dtype=np.float64)
    n_places, n_homes = places.n_owners, homes.n_owners
    if people.ndim != 2 or people.shape[1] != n_homes:
        raise ValueError(f"people of shape {people.shape}, wanted (n_services, n_homes) with n_homes = {n_homes}")
    if service.shape != (n_places,) or service.max(initial=-1) >= len(people) or k < 1:
        raise ValueError(
            f"{service.shape} services for {n_places} places, {service.max(initial=-1)} the last of them, "
            f"{len(people)} rows of people, k = {k}"
        )
    if not (np.isfinite(people) & (people >= 0)).all():
        raise ValueError("people must be numbers, none below 0")
    ready = searchable(network, measure=measure)
    from_home, to_place = standing(ready, homes, walking_in=False), standing(ready, places, walking_in=True)
    limits_of(limit[service >= 0])
    limit = np.where(service >= 0, limit, -1)
    pairs = pairs_between(ready, from_home, to_place, limit=limit, workers=workers)
    live = LiveWalks(
        kerb=kerbside(network),
        ready=ready,
        from_home=from_home,
        snap_limit_mm=snap_limit_mm,
        people=people,
        service=service.copy(),
        limit=limit,
        row_start=pairs.first_of_place[:-1].copy(),
        row_count=np.diff(pairs.first_of_place),
        row_home=pairs.home,
        row_key=_keys(ready, pairs),
        n_rows=len(pairs.home),
        first_of_home=np.zeros(n_homes + 1, dtype=np.int64),
        home_place=np.zeros(0, dtype=np.int32),
        home_key=np.zeros(0, dtype=np.int64),
        is_moved=np.zeros(n_places, dtype=np.bool_),
        nearest_place=np.full((len(people), n_homes, k), -1, dtype=np.int32),
        nearest_key=np.full((len(people), n_homes, k), NEVER, dtype=np.int64),
        people_of_place=np.zeros(n_places),
        reached_of_block=np.zeros((len(people), -(-n_homes // BLOCK))),
        people_reached=np.zeros(len(people)),
        room=new_room(len(ready.graph.chains.junction_node)),
    )
    _tidy(live)
    for place in range(n_places):
        _count(live, place)
    everybody = np.arange(n_homes, dtype=np.int32)
    for one in range(len(people)):
        _find_nearest(live, one, everybody)
    return live


def move_place(live: LiveWalks, place: int, x_m: float, y_m: float) -> None:
    """Move a place to a point.

    Parameters
    ----------
    live
        Changed in place.
    place
        Position of the place.
    x_m, y_m
        Metres in the network's system. Beyond the snapping limit nobody reaches it.

    Raises
    ------
    ValueError
        If there is no such place.
    """
    if not 0 <= place < len(live.service) or live.service[place] < 0:
        raise ValueError(f"there is no place {place}")
    _check_point(x_m, y_m)
    before = live.row_home[live.row_start[place] : live.row_start[place] + live.row_count[place]]
    _search(live, place, x_m, y_m)
    _update(live, place, before)


def add_place(live: LiveWalks, service: int, x_m: float, y_m: float, *, limit: int) -> int:
    """Add a place at a point and return its position; ``limit`` in mm or ms, as the measure says."""
    if not 0 <= service < len(live.people):
        raise ValueError(f"there is no service {service}")
    limit = int(limits_of(limit))
    most_waiting(live.ready, np.array([limit]))  # refuses what is too long, before anything is changed
    _check_point(x_m, y_m)
    place = len(live.service)
    live.service = np.append(live.service, service)
    live.limit = np.append(live.limit, limit)
    live.row_start, live.row_count = np.append(live.row_start, 0), np.append(live.row_count, 0)
    live.is_moved = np.append(live.is_moved, True)
    live.people_of_place = np.append(live.people_of_place, 0.0)
    _search(live, place, x_m, y_m)
    _update(live, place, live.row_home[:0])
    return place


def remove_place(live: LiveWalks, place: int) -> None:
    """Remove a place; the positions of the others stay."""
    if not 0 <= place < len(live.service) or live.service[place] < 0:
        raise ValueError(f"there is no place {place}")
    service = int(live.service[place])
    before = live.row_home[live.row_start[place] : live.row_start[place] + live.row_count[place]]
    live.service[place], live.limit[place], live.row_count[place], live.people_of_place[place] = -1, -1, 0, 0.0
    _find_nearest(live, service, before)


def _check_point(x_m: float, y_m: float) -> None:
    if not (math.isfinite(x_m) and math.isfinite(y_m)):
        raise ValueError(f"({x_m}, {y_m}) is no point")


def _search(live: LiveWalks, place: int, x_m: float, y_m: float) -> None:
    """Find the rows of a place at a point, and write them behind all others."""
    point = join(live.kerb, np.array([x_m]), np.array([y_m]), snap_limit_mm=live.snap_limit_mm)
    to_place = standing(live.ready, point, walking_in=True)
    n_rows = 0
    if len(to_place.owner):
        limit = live.limit[place : place + 1]
        search = home_search(live.ready, live.from_home, to_place, limit, most_waiting(live.ready, limit))
        n_done = 0
        while not n_done:
            columns = live.row_home[live.n_rows :], live.row_key[live.n_rows :]
            try:
                n_done, n_rows = search(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), columns, live.room)
            except ValueError:
                live.room = new_room(len(live.ready.graph.chains.junction_node))
                raise
            if not n_done:  # no room behind the others
                more = max(live.n_rows, 1024)
                live.row_home = np.append(live.row_home, np.zeros(more, dtype=np.int32))
                live.row_key = np.append(live.row_key, np.zeros(more, dtype=np.int64))
    end = live.n_rows + n_rows
    live.row_start[place], live.row_count[place], live.n_rows = live.n_rows, n_rows, end
    live.is_moved[place] = True


def _update(live: LiveWalks, place: int, before: SmallInts) -> None:
    _count(live, place)
    now = live.row_home[live.row_start[place] : live.row_start[place] + live.row_count[place]]
    _find_nearest(live, int(live.service[place]), np.union1d(before, now).astype(np.int32))
    if np.count_nonzero(live.is_moved) > MOVED_MOST:
        _tidy(live)


def _count(live: LiveWalks, place: int) -> None:
    rows = slice(live.row_start[place], live.row_start[place] + live.row_count[place])
    live.people_of_place[place] = live.people[live.service[place], live.row_home[rows]].sum()


def _find_nearest(live: LiveWalks, service: int, homes: SmallInts) -> None:
    of_service = live.service == service
    _nearest.nearest_of_rows(
        homes,
        live.first_of_home,
        live.home_place,
        live.home_key,
        np.where(of_service, live.is_moved, -1).astype(np.int32),
        np.flatnonzero(of_service & live.is_moved).astype(np.int32),
        live.row_start,
        live.row_count,
        live.row_home,
        live.row_key,
        live.nearest_place[service],
        live.nearest_key[service],
    )
    _nearest.sum_blocks(
        np.unique(homes // BLOCK).astype(np.int64),
        BLOCK,
        live.people[service],
        live.nearest_place[service],
        live.reached_of_block[service],
    )
    live.people_reached[service] = live.reached_of_block[service].sum()


def _tidy(live: LiveWalks) -> None:
    """Close the gaps between rows, and make the rows by home anew."""
    first = np.concatenate([[0], np.cumsum(live.row_count)]).astype(np.int64)
    row = np.repeat(live.row_start - first[:-1], live.row_count) + np.arange(first[-1])
    live.row_home, live.row_key = live.row_home[row], live.row_key[row]
    live.row_start, live.n_rows = first[:-1].copy(), int(first[-1])
    by_home = np.argsort(live.row_home, kind="stable")
    live.home_place = np.repeat(np.arange(len(live.service), dtype=np.int32), live.row_count)[by_home]
    live.home_key = live.row_key[by_home]
    n_homes = live.people.shape[1]
    live.first_of_home = np.concatenate([[0], np.cumsum(np.bincount(live.row_home, minlength=n_homes))]).astype(
        np.int64
    )
    live.is_moved = np.zeros(len(live.service), dtype=np.bool_)


def _keys(ready: Searchable, pairs: Pairs) -> Ints:
    waiting = pairs.wait_ms.astype(np.int64)
    key = ready.packing.key(pairs.walk_mm.astype(np.int64), pairs.moving_ms.astype(np.int64))
    return key + ready.packing.wait_key(waiting)
