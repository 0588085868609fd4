"""Every residence within a walk of every place."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
import numpy.typing as npt

from doorstep.walk import _search
from doorstep.walk.graph import NEVER
from doorstep.walk.keys import measure_and_limit, whole_numbers
from doorstep.walk.network import Ints, Network
from doorstep.walk.searchable import Searchable, Standing, most_waiting, searchable, standing
from doorstep.walk.snap import Connections

__all__ = [
    "BAND",
    "Pairs",
    "Scratch",
    "accesses",
    "along_curve",
    "new_scratch",
    "pairs_between",
    "search_rows",
    "walk_pairs",
]

BAND = 14  # bands of the frontier are 2**14 mm or ms wide, about 16 m: measured best on Porto from 8 to 65 m
TASKS_PER_WORKER = 8

SmallInts = npt.NDArray[np.int32]
Scratch = tuple[Ints, SmallInts]  # labels of junctions, and room for the junctions reached


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
        Shape (n_places,), one of the two: longest walk to each place, inclusive; a negative limit gives none.
    workers
        Threads; ``None``: one per core. The result does not depend on it.

    Returns
    -------
    Pairs
        Sorted by place, then home.

    Raises
    ------
    ValueError
        If limits do not fit the places, or a limit is too long (above 16.7 km), or (only in cities of signals side by
        side) a walk waits more than a key holds.

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
    """Find pairs as :func:`walk_pairs` does, on a network and points made ready before; ``limit`` in its measure."""
    limit = whole_numbers(limit, "limits")
    n_places = to_place.n_owners
    if limit.shape != (n_places,):
        raise ValueError(f"{limit.shape} limits for {n_places} places")
    most_waits = most_waiting(ready, limit)
    n_workers = workers or os.cpu_count() or 1
    scratch: SimpleQueue[Scratch] = SimpleQueue()
    for _ in range(n_workers):
        scratch.put(new_scratch(ready))

    def search(chosen: Ints) -> tuple[Ints, SmallInts, Ints]:
        mine = scratch.get()
        try:
            return search_rows(ready, from_home, to_place, chosen, limit[chosen], most_waits, mine)
        finally:
            scratch.put(mine)

    parts = along_curve(to_place, n_workers * TASKS_PER_WORKER)
    with ThreadPoolExecutor(max_workers=n_workers) as threads:
        found = list(threads.map(search, parts))
    if any((counts < 0).any() for counts, _, _ in found):
        raise ValueError(
            f"the waits on one walk add up to more than {most_waits} times {ready.packing.wait_unit_ms} ms"
        )
    first_of_place = np.zeros(n_places + 1, dtype=np.int64)
    for part, (counts, _, _) in zip(parts, found, strict=True):
        first_of_place[part + 1] = counts
    np.cumsum(first_of_place, out=first_of_place)
    n_pairs = int(first_of_place[-1])
    home = np.empty(n_pairs, dtype=np.int32)
    walk_mm, moving_ms, wait_ms = (np.empty(n_pairs, dtype=np.int32) for _ in range(3))
    packing = ready.packing
    for part, (counts, homes_found, keys) in zip(parts, found, strict=True):
        _search.spread(
            first_of_place[part],
            counts,
            homes_found,
            keys,
            (packing.length_bits, packing.time_bits),
            packing.wait_unit_ms,
            home,
            walk_mm,
            moving_ms,
            wait_ms,
        )
    return Pairs(first_of_place, home, walk_mm, moving_ms, wait_ms)


def along_curve(to_place: Standing, n_parts: int) -> list[Ints]:
    """Cut the places that are connected into parts, neighbours together: they share what is in the cache."""
    _, begin = np.unique(to_place.owner, return_index=True)
    owners = to_place.owner[np.sort(begin)].astype(np.int64)
    return [part for part in np.array_split(owners, n_parts) if len(part)]


def new_scratch(ready: Searchable) -> Scratch:
    """Return room for one thread's searches."""
    n_junctions = len(ready.graph.chains.junction_node)
    return np.full(n_junctions, NEVER, dtype=np.int64), np.empty(n_junctions, dtype=np.int32)


def accesses(to_place: Standing, places: Ints) -> tuple[Ints, Ints]:
    """Return the points of some places, place after place, and where each place's begin."""
    count = to_place.first_of_owner[places + 1] - to_place.first_of_owner[places]
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    start = np.repeat(to_place.first_of_owner[places] - first[:-1], count)
    return to_place.by_owner[start + np.arange(first[-1])], first


def search_rows(
    ready: Searchable,
    from_home: Standing,
    to_place: Standing,
    places: Ints,
    limit: Ints,
    most_waits: int,
    scratch: Scratch,
) -> tuple[Ints, SmallInts, Ints]:
    """Search towards some places, with a limit each.

    Returns how many homes reach each, which (ascending), and the keys of their walks.
    """
    access, first_access = accesses(to_place, places)
    graph, chains, packing = ready.graph, ready.graph.chains, ready.packing
    found: tuple[Ints, SmallInts, Ints] = _search.homes_within(
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
        from_home.first_of_chain,
        from_home.owner,
        from_home.slot,
        from_home.at_mm,
        from_home.off,
        from_home.key_a,
        from_home.key_b,
        from_home.to_a,
        from_home.to_b,
        first_access,
        to_place.chain[access],
        to_place.slot[access],
        to_place.at_mm[access],
        to_place.off[access],
        to_place.key_a[access],
        to_place.key_b[access],
        packing.limit_key(limit),
        (packing.length_bits, packing.time_bits),
        packing.first_bits + BAND,
        most_waits,
        *scratch,
    )
    return found
