"""Pairs of several walkers at once: age groups and aids on the same streets."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from doorstep.walk import _lanes
from doorstep.walk.graph import NEVER
from doorstep.walk.keys import measure_and_limit, packing_of, threads_of, whole_numbers
from doorstep.walk.network import Ints, Network
from doorstep.walk.pairs import accesses, along_curve
from doorstep.walk.parts import (
    BAND,
    TASKS_PER_WORKER,
    Columns,
    Piece,
    Room,
    Search,
    first_rows,
    new_room,
    rows_of_parts,
)
from doorstep.walk.searchable import Searchable, Standing, most_waiting, searchable, standing
from doorstep.walk.snap import Connections

__all__ = ["WalkerPairs", "Walkers", "pairs_of_walkers", "ready_walkers", "walk_pairs_of_walkers"]

SmallInts = npt.NDArray[np.int32]
_Kind = TypeVar("_Kind", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class WalkerPairs:
    """Walks within the limit of at least one walker, sorted by place, then home.

    Parameters
    ----------
    first_of_place
        Shape (n_places + 1,), int64.
    home
        Shape (n_pairs,), int32, ascending within a place.
    walk_mm, walk_ms
        Shape (n_pairs, n_walkers), int32: length, and time with waits; -1 where this walker is beyond the limit.
    """

    first_of_place: Ints
    home: SmallInts
    walk_mm: SmallInts
    walk_ms: SmallInts


@dataclass(frozen=True, slots=True, eq=False)
class Walkers:
    """Up to eight walkers, homes and places, ready to be searched together.

    Parameters
    ----------
    ready, from_home, to_place
        One each a walker, on the same chains.
    arc_key, home_to_a, home_to_b
        Their keys side by side, eight lanes wide.
    """

    ready: tuple[Searchable, ...]
    from_home: tuple[Standing, ...]
    to_place: tuple[Standing, ...]
    arc_key: Ints
    home_to_a: Ints
    home_to_b: Ints


def walk_pairs_of_walkers(
    networks: Sequence[Network],
    homes: Connections,
    places: Connections,
    *,
    limit_mm: Ints | None = None,
    limit_ms: Ints | None = None,
    workers: int | None = None,
) -> WalkerPairs:
    """Find, for several walkers at once, every residence within their limit of every place.

    As :func:`doorstep.walk.walk_pairs` of each walker alone, in one search.

    Parameters
    ----------
    networks
        Up to eight networks with the same edges, from :func:`doorstep.walk.for_walker`.
    homes, places
        Points on them.
    limit_mm, limit_ms
        Shape (n_places, n_walkers), one of the two: longest walk, inclusive, at least 0.
    workers
        Threads; ``None``: one per core. The result does not depend on it.

    Returns
    -------
    WalkerPairs
        Sorted by place, then home.

    Raises
    ------
    ValueError
        If there are no walkers or more than eight, networks with different edges, or limits that do not fit, are
        negative or too long.
    """
    measure, limit = measure_and_limit(limit_mm, limit_ms)
    together = ready_walkers(networks, homes, places, measure=measure)
    return pairs_of_walkers(together, limit=limit, workers=workers)


def ready_walkers(
    networks: Sequence[Network], homes: Connections, places: Connections, *, measure: str = "metres"
) -> Walkers:
    """Make walkers, homes and places ready to be searched together; parameters as above."""
    if not 1 <= len(networks) <= _lanes.LANES:
        raise ValueError(f"{len(networks)} walkers; from 1 to {_lanes.LANES} can be searched together")
    if any(one.edge_u is not networks[0].edge_u or one.edge_v is not networks[0].edge_v for one in networks):
        raise ValueError("walkers' networks must have the same edges")
    packing = packing_of(networks, measure)
    first = searchable(networks[0], measure=measure, packing=packing)
    chains = first.graph.chains
    ready = (first, *(searchable(one, measure=measure, packing=packing, chains=chains) for one in networks[1:]))
    from_home = tuple(standing(one, homes, walking_in=False) for one in ready)
    to_place = tuple(standing(one, places, walking_in=True) for one in ready)
    return Walkers(
        ready,
        from_home,
        to_place,
        _side_by_side([one.graph.arc_key for one in ready]),
        _side_by_side([one.inside.to_a for one in from_home]),
        _side_by_side([one.inside.to_b for one in from_home]),
    )


def pairs_of_walkers(together: Walkers, *, limit: Ints, workers: int | None = None) -> WalkerPairs:
    """Find pairs as :func:`walk_pairs_of_walkers` does; ``limit`` of shape (n_places, n_walkers) in the measure."""
    limit = whole_numbers(limit, "limits")
    to_place, one = together.to_place[0], together.ready[0]
    n_places, n_walkers, packing = to_place.n_owners, len(together.ready), one.packing
    if limit.shape != (n_places, n_walkers):
        raise ValueError(f"{limit.shape} limits for {n_places} places and {n_walkers} walkers")
    most_waits = min(most_waiting(ready, limit[:, lane]) for lane, ready in enumerate(together.ready))
    limit_keys = np.full((n_places, _lanes.LANES), -1, dtype=np.int64)
    limit_keys[:, :n_walkers] = packing.limit_key(limit)
    n_workers = threads_of(workers)
    search = _search(together, limit_keys, most_waits)
    parts = along_curve(to_place, n_workers * TASKS_PER_WORKER)
    rooms = [_room(len(one.graph.chains.junction_node)) for _ in range(min(n_workers, len(parts)))]
    bits = packing.length_bits, packing.time_bits
    with ThreadPoolExecutor(max_workers=n_workers) as threads:
        pieces = rows_of_parts(threads, parts, search, _columns, rooms)
        first_of_place = first_rows(pieces, n_places)
        n_pairs = int(first_of_place[-1])
        home = np.empty(n_pairs, dtype=np.int32)
        walk_mm, walk_ms = (np.empty((n_pairs, n_walkers), dtype=np.int32) for _ in range(2))

        def put(piece: Piece) -> None:
            first, (found_home, found_key) = first_of_place[piece.places], piece.columns
            _lanes.spread_lanes(first, piece.counts, found_home, found_key, bits, home, walk_mm, walk_ms)

        list(threads.map(put, pieces))
    return WalkerPairs(first_of_place, home, walk_mm, walk_ms)


def _room(n_junctions: int) -> tuple[npt.NDArray[Any], ...]:
    """Return what one thread's searches need: eight labels a junction, and the band in which it waits."""
    _, *others = new_room(n_junctions)
    label = np.full(_lanes.LANES * (n_junctions + 1), NEVER, dtype=np.int64)
    return label, *others, np.full(n_junctions, _lanes.NOT_REACHED, dtype=np.int32)


def _columns(length: int) -> Columns:
    """Return room for rows of homes and eight keys."""
    return np.empty(length, dtype=np.int32), np.empty((length, _lanes.LANES), dtype=np.int64)


def _search(together: Walkers, limit_keys: Ints, most_waits: int) -> Search:
    one, from_home, to_place = together.ready[0], together.from_home[0], together.to_place[0]
    graph, chains, packing, inside = one.graph, one.graph.chains, one.packing, from_home.inside

    def search(places: Ints, counts: Ints, columns: Columns, room: Room) -> tuple[int, int]:
        access, first_access = accesses(to_place, places)
        n_done, n_rows = _lanes.homes_within_lanes(
            chains.chain_a,
            chains.chain_b,
            chains.first_slot,
            chains.first_end,
            chains.ends,
            _eight([ready.graph.along for ready in together.ready]),
            _eight([ready.graph.against for ready in together.ready]),
            graph.first_arc,
            graph.arc_from,
            together.arc_key,
            _eight([ready.factor_along for ready in together.ready]),
            _eight([ready.factor_against for ready in together.ready]),
            inside.first_of_junction,
            inside.first_of_chain,
            inside.other,
            together.home_to_a,
            together.home_to_b,
            inside.longest_in,
            from_home.owner,
            from_home.slot,
            from_home.at_mm,
            _eight([home.off for home in together.from_home]),
            _eight([home.key_a for home in together.from_home]),
            _eight([home.key_b for home in together.from_home]),
            first_access,
            access,
            to_place.chain,
            to_place.slot,
            to_place.at_mm,
            _eight([place.off for place in together.to_place]),
            _eight([place.key_a for place in together.to_place]),
            _eight([place.key_b for place in together.to_place]),
            limit_keys[places],
            (packing.length_bits, packing.time_bits),
            packing.first_bits + BAND,
            most_waits,
            counts,
            *columns,
            *room,
        )
        if n_done < 0:
            unit = packing.wait_unit_ms
            raise ValueError(f"the waits on one walk add up to more than {most_waits} times {unit} ms")
        return n_done, n_rows

    return search


def _side_by_side(keys: list[Ints]) -> Ints:
    """Put keys into lanes, eight to a row; unused lanes are NEVER."""
    lanes = np.full((len(keys[0]), _lanes.LANES), NEVER, dtype=np.int64)
    for lane, key in enumerate(keys):
        lanes[:, lane] = key
    return lanes.ravel()


def _eight(arrays: Sequence[npt.NDArray[_Kind]]) -> tuple[npt.NDArray[_Kind], ...]:
    """Return eight arrays, the last repeated; a lane without a walker has a limit that nothing is within."""
    return tuple([*arrays] + [arrays[-1]] * (_lanes.LANES - len(arrays)))
