"""Compiled search: everybody who reaches a place, one bounded search per place against the direction of walking.

A walk's length, time and number of waits sit in one integer, longest unit first, so that one comparison decides
"shorter, among equals quicker, among equals with fewer waits", and one addition goes a step further:
``length_mm << 38 | time_ms << 11 | waits``. ``time_ms`` counts the waits in.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]

LENGTH_BIT = 38
TIME_BIT = 11
LENGTH_MAX_MM = 2**24 - 1  # one bit stays free: a sum of two lengths is compared before it is dropped
TIME_MAX_MS = 2**27 - 1
WAITS_MAX = 2**11 - 1
NEVER = 2**63 - 1


@njit(cache=True, nogil=True)
def search_from(
    first_in: Ints,
    in_tail: Ints,
    in_key: Ints,
    start_node: Ints,
    start_key: Ints,
    limit_mm: int,
    best_key: Ints,
) -> list[np.int64]:
    """Return the nodes from which a place is within the limit; ``best_key``, all NEVER before, gets their keys.

    ``start_*`` are the ways into the place's edge. Returns a list with -1 at its end if a walk has too many waits.
    """
    reached = [np.int64(0) for _ in range(0)]
    heap = [(np.int64(0), np.int64(0)) for _ in range(0)]
    for i in range(len(start_node)):
        node, key = start_node[i], start_key[i]
        if key >> LENGTH_BIT <= limit_mm and key < best_key[node]:
            if best_key[node] == NEVER:
                reached.append(node)
            best_key[node] = key
            heappush(heap, (key, node))
    while heap:
        key, node = heappop(heap)
        if key > best_key[node]:
            continue  # a longer way, found earlier
        if key & WAITS_MAX == WAITS_MAX:
            reached.append(np.int64(-1))
            return reached
        for arc in range(first_in[node], first_in[node + 1]):
            there = key + in_key[arc]
            tail = in_tail[arc]
            if there >> LENGTH_BIT <= limit_mm and there < best_key[tail]:
                if best_key[tail] == NEVER:
                    reached.append(tail)
                best_key[tail] = there
                heappush(heap, (there, tail))
    return reached


@njit(cache=True, nogil=True)
def homes_of_places(
    first_in: Ints,
    in_tail: Ints,
    in_key: Ints,
    first_start: Ints,
    start_node: Ints,
    start_key: Ints,
    limit_mm: Ints,
    first_home_of_node: Ints,
    node_home: Ints,
    node_home_key: Ints,
    first_same: Ints,
    same_home: Ints,
    same_key: Ints,
    n_nodes: int,
    n_homes: int,
) -> tuple[Ints, SmallInts, Ints]:
    """Return, place after place, how many homes reach it, which (ascending) and the key of each walk.

    Keys carry the lengths off the network of both ends. ``node_home*`` lists who leaves an edge at a node, ``same_*``
    the straight walks of homes on the place's own edge. A count of -1 says that a walk has too many waits.
    """
    n_places = len(limit_mm)
    counts = np.zeros(n_places, dtype=np.int64)
    homes = np.empty(1024, dtype=np.int32)
    keys = np.empty(1024, dtype=np.int64)
    n_pairs = 0
    best_node = np.full(n_nodes, NEVER, dtype=np.int64)
    best_home = np.full(n_homes, NEVER, dtype=np.int64)
    for place in range(n_places):
        limit = limit_mm[place]
        starts = slice(first_start[place], first_start[place + 1])
        reached = search_from(first_in, in_tail, in_key, start_node[starts], start_key[starts], limit, best_node)
        if len(reached) > 0 and reached[-1] == -1:
            counts[place] = -1
            return counts, homes[:n_pairs], keys[:n_pairs]
        found = [np.int32(0) for _ in range(0)]
        for node in reached:
            for i in range(first_home_of_node[node], first_home_of_node[node + 1]):
                home, key = node_home[i], best_node[node] + node_home_key[i]
                if key >> LENGTH_BIT <= limit and key < best_home[home]:
                    if best_home[home] == NEVER:
                        found.append(np.int32(home))
                    best_home[home] = key
            best_node[node] = NEVER
        for i in range(first_same[place], first_same[place + 1]):
            home, key = same_home[i], same_key[i]
            if key >> LENGTH_BIT <= limit and key < best_home[home]:
                if best_home[home] == NEVER:
                    found.append(np.int32(home))
                best_home[home] = key
        counts[place] = len(found)
        while n_pairs + len(found) > len(homes):
            homes = np.concatenate((homes, np.empty_like(homes)))
            keys = np.concatenate((keys, np.empty_like(keys)))
        if len(found) > 0:
            for home in np.sort(np.array(found)):
                homes[n_pairs] = home
                keys[n_pairs] = best_home[home]
                best_home[home] = NEVER
                n_pairs += 1
    return counts, homes[:n_pairs], keys[:n_pairs]
