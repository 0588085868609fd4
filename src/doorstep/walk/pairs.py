"""Every residence within a walk of every place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.walk import _homes
from doorstep.walk.keys import measure_and_limit, threads_of, whole_numbers
from doorstep.walk.network import Ints, Network
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

__all__ = ["Pairs", "accesses", "along_curve", "home_columns", "home_search", "pairs_between", "walk_pairs"]

SmallInts = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Walks within a limit, sorted by place, then home; ``walk_ms = moving_ms + wait_ms``.

    Parameters
    ----------
    first_of_place
        Shape (n_places + 1,), int64: the pairs of place j are ``first_of_place[j]:first_of_place[j + 1]``.
    home
        Shape (n_pairs,), int32: position in the homes that were asked for, ascending within a place.
    walk_mm, moving_ms, wait_ms
        Shape (n_pairs,), int32: length, time on the move at the walker's pace, time at signals and lifts.
    """

    first_of_place: Ints
    home: SmallInts
    walk_mm: SmallInts
    moving_ms: SmallInts
    wait_ms: SmallInts


def walk_pairs(
    network: Network,
    homes: Connections,
    places: Connections,
    *,
    limit_mm: Ints | None = None,
    limit_ms: Ints | None = None,
    workers: int | None = None,
) -> Pairs:
    """Find every residence within a walking limit of every place.

    Walks go from home to place. With ``limit_mm`` they are the shortest, among equals the quickest, with ``limit_ms``
    the quickest, among equals the shortest; then those with less waiting. Pairs beyond the limit, or joined by no walk,
    are absent. Of several entrances the best counts.

    Parameters
    ----------
    network
        Pedestrian network; not changed.
    homes, places
        Points on it, from :func:`doorstep.walk.connect`; those not connected have no pairs.
    limit_mm, limit_ms
        Shape (n_places,), one of the two: longest walk to each place, inclusive, at least 0.
    workers
        Threads; ``None``: one per core. The result does not depend on it.

    Returns
    -------
    Pairs
        Sorted by place, then home.

    Raises
    ------
    ValueError
        If limits do not fit the places, a limit is negative or too long (above 16.7 km, less where people are slow: the
        message says the most), or (only in cities of signals side by side) a walk waits more than a key holds.

    Notes
    -----
    One bounded search per place [1]_: time grows with the junctions within the limit, not with the city.

    References
    ----------
    .. [1] E. W. Dijkstra (1959), A note on two problems in connexion with graphs, *Numerische Mathematik* 1, 269-271.
    """
    measure, limit = measure_and_limit(limit_mm, limit_ms)
    ready = searchable(network, measure=measure)
    from_home, to_place = standing(ready, homes, walking_in=False), standing(ready, places, walking_in=True)
    return pairs_between(ready, from_home, to_place, limit=limit, workers=workers)


def pairs_between(
    ready: Searchable, from_home: Standing, to_place: Standing, *, limit: Ints, workers: int | None = None
) -> Pairs:
    """Find pairs as :func:`walk_pairs` does, on a network and points made ready before.

    ``limit`` is in its measure; a place with a limit of -1 is left out.
    """
    limit = whole_numbers(limit, "limits")
    n_places = to_place.n_owners
    if limit.shape != (n_places,):
        raise ValueError(f"{limit.shape} limits for {n_places} places")
    most_waits = most_waiting(ready, limit)
    n_workers = threads_of(workers)
    search = home_search(ready, from_home, to_place, limit, most_waits)
    parts = along_curve(to_place, n_workers * TASKS_PER_WORKER)
    rooms = [new_room(len(ready.graph.chains.junction_node)) for _ in range(min(n_workers, len(parts)))]
    packing = ready.packing
    with ThreadPoolExecutor(max_workers=n_workers) as threads:
        pieces = rows_of_parts(threads, parts, search, home_columns, rooms)
        first_of_place = first_rows(pieces, n_places)
        home, walk_mm, moving_ms, wait_ms = (np.empty(first_of_place[-1], dtype=np.int32) for _ in range(4))

        def put(piece: Piece) -> None:
            found_home, found_key = piece.columns
            _homes.spread(
                first_of_place[piece.places],
                piece.counts,
                found_home,
                found_key,
                (packing.length_bits, packing.time_bits),
                packing.wait_unit_ms,
                home,
                walk_mm,
                moving_ms,
                wait_ms,
            )

        list(threads.map(put, pieces))
    return Pairs(first_of_place, home, walk_mm, moving_ms, wait_ms)


def along_curve(to_place: Standing, n_parts: int) -> list[Ints]:
    """Cut the places that are connected into parts, neighbours together: they share what is in the cache."""
    _, begin = np.unique(to_place.owner, return_index=True)
    owners = to_place.owner[np.sort(begin)].astype(np.int64)
    return [part for part in np.array_split(owners, n_parts) if len(part)]


def accesses(to_place: Standing, places: Ints) -> tuple[Ints, Ints]:
    """Return the points of some places, place after place, and where each place's begin."""
    count = to_place.first_of_owner[places + 1] - to_place.first_of_owner[places]
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    start = np.repeat(to_place.first_of_owner[places] - first[:-1], count)
    return to_place.by_owner[start + np.arange(first[-1])], first


def home_columns(length: int) -> Columns:
    """Return room for rows of homes and keys."""
    return np.empty(length, dtype=np.int32), np.empty(length, dtype=np.int64)


def home_search(ready: Searchable, from_home: Standing, to_place: Standing, limit: Ints, most_waits: int) -> Search:
    """Return the search towards some of the places, each as far as its limit, for rows of homes and keys.

    It raises ValueError if a walk waits too much for its key.
    """
    graph, chains, packing, inside = ready.graph, ready.graph.chains, ready.packing, from_home.inside

    def search(places: Ints, counts: Ints, columns: Columns, room: Room) -> tuple[int, int]:
        access, first_access = accesses(to_place, places)
        n_done, n_rows = _homes.homes_within(
            chains.chain_a,
            chains.chain_b,
            chains.first_slot,
            chains.first_end,
            chains.ends,
            graph.along,
            graph.against,
            graph.first_arc,
            graph.arc_from,
            graph.arc_key,
            ready.factor_along,
            ready.factor_against,
            inside.first_of_junction,
            inside.first_of_chain,
            inside.other,
            inside.to_a,
            inside.to_b,
            inside.longest_in,
            from_home.owner,
            from_home.slot,
            from_home.at_mm,
            from_home.off,
            from_home.key_a,
            from_home.key_b,
            first_access,
            to_place.chain[access],
            to_place.slot[access],
            to_place.at_mm[access],
            to_place.off[access],
            to_place.key_a[access],
            to_place.key_b[access],
            packing.limit_key(limit[places]),
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
