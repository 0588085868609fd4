"""Compiled search: the k nearest places of every home, all places of a service at once.

One search from all places together: every junction keeps its k nearest places and hands only those on.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from numba import njit

from doorstep.walk._chains import NEVER, Positions, plus
from doorstep.walk._search import Ints, Metres, SmallInts, along_chain


@njit(cache=True, nogil=True)
def insert(keys: Ints, places: SmallInts, key: np.int64, place: np.int32) -> bool:
    """Put a place into a short list, sorted by key, then place; each place once. Returns whether the list changed."""
    k = len(keys)
    at = k
    while at > 0 and (key < keys[at - 1] or (key == keys[at - 1] and place < places[at - 1])):
        at -= 1
    for i in range(at):
        if places[i] == place:
            return False
    if at == k:
        return False
    end = k - 1
    for i in range(at, k):
        if places[i] == place:
            end = i  # it moves up
            break
    for i in range(end, at, -1):
        keys[i] = keys[i - 1]
        places[i] = places[i - 1]
    keys[at] = key
    places[at] = place
    return True


@njit(cache=True, nogil=True)
def k_nearest(
    chain_a: SmallInts,
    chain_b: SmallInts,
    first_slot: SmallInts,
    along: Ints,
    against: Ints,
    first_arc: Positions,
    arc_from: Positions,
    arc_key: Ints,
    factor_along: Metres,
    factor_against: Metres,
    home_id: SmallInts,
    home_chain: SmallInts,
    home_slot: SmallInts,
    home_mm: SmallInts,
    home_off: Ints,
    home_key_a: Ints,
    home_key_b: Ints,
    home_to_a: Ints,
    home_to_b: Ints,
    n_homes: int,
    access_place: SmallInts,
    access_chain: SmallInts,
    access_slot: SmallInts,
    access_mm: SmallInts,
    access_off: Ints,
    access_key_a: Ints,
    access_key_b: Ints,
    first_access: SmallInts,
    limit_key: int,
    bits: tuple[int, int],
    most_waits: int,
    k: int,
) -> tuple[SmallInts, Ints, bool]:
    """Return, by home, its k nearest places (-1: none) with their keys, and whether all walks fit their keys.

    Points of places stand sorted by chain, ``first_access`` tells where each chain's begin.
    """
    n_junctions = len(first_arc) - 1
    keys = np.full((n_junctions, k), NEVER, dtype=np.int64)
    places = np.full((n_junctions, k), -1, dtype=np.int32)
    settled = np.zeros(n_junctions, dtype=np.int32)
    heap = [(np.int64(0), np.int32(0), np.int32(0)) for _ in range(0)]
    for i in range(len(access_chain)):
        own = access_chain[i]
        key = access_key_a[i]
        for slot in range(access_slot[i] - 1, first_slot[own] - 1, -1):
            key = plus(key, along[slot])
        if key <= limit_key:
            heappush(heap, (np.int64(key), access_place[i], chain_a[own]))
        if chain_b[own] >= 0:
            key = access_key_b[i]
            for slot in range(access_slot[i] + 1, first_slot[own + 1]):
                key = plus(key, against[slot])
            if key <= limit_key:
                heappush(heap, (np.int64(key), access_place[i], chain_b[own]))
    while heap:
        key, place, node = heappop(heap)
        n_here = settled[node]
        if n_here == k:
            continue
        is_known = False
        for i in range(n_here):
            is_known |= places[node, i] == place
        if is_known:
            continue
        if key & (2**12 - 1) > most_waits:
            return places[:0], keys[:0], False
        keys[node, n_here] = key
        places[node, n_here] = place
        settled[node] = n_here + 1
        for arc in range(first_arc[node], first_arc[node + 1]):
            there = key + arc_key[arc]
            if there <= limit_key and settled[arc_from[arc]] < k:
                heappush(heap, (there, place, np.int32(arc_from[arc])))
    home_keys = np.full((n_homes, k), NEVER, dtype=np.int64)
    home_places = np.full((n_homes, k), -1, dtype=np.int32)
    for h in range(len(home_id)):
        mine, best, chain = home_keys[home_id[h]], home_places[home_id[h]], home_chain[h]
        for end in range(2):
            junction = chain_a[chain] if end == 0 else chain_b[chain]
            to_end = home_to_a[h] if end == 0 else home_to_b[h]
            if junction < 0:
                continue
            for i in range(settled[junction]):
                key = plus(to_end, keys[junction, i])
                if key <= limit_key:
                    insert(mine, best, key, places[junction, i])
        for j in range(first_access[chain], first_access[chain + 1]):
            key = along_chain(
                home_slot[h], home_mm[h], home_key_a[h], home_key_b[h],
                access_slot[j], access_mm[j], access_key_a[j], access_key_b[j],
                home_off[h] + access_off[j], along, against, factor_along, factor_against, bits,
            )  # fmt: skip
            if key <= limit_key:
                insert(mine, best, key, access_place[j])
    return home_places, home_keys, True


@njit(cache=True, nogil=True)
def nearest_of_rows(
    homes: SmallInts,
    first_of_home: Ints,
    home_place: SmallInts,
    home_key: Ints,
    is_moved: SmallInts,
    moved: SmallInts,
    row_start: Ints,
    row_count: Ints,
    row_home: SmallInts,
    row_key: Ints,
    nearest_place: SmallInts,
    nearest_key: Ints,
) -> None:
    """Find again the k nearest of some homes, from rows by home and, of places moved since, from rows by place.

    ``home_place`` may hold places of other services: ``is_moved`` is -1 for these, 0 for places that stand where the
    rows by home say, 1 for those to be looked up in their own rows.
    """
    for home in homes:
        keys, places = nearest_key[home], nearest_place[home]
        keys[:] = NEVER
        places[:] = -1
        for i in range(first_of_home[home], first_of_home[home + 1]):
            if is_moved[home_place[i]] == 0:
                insert(keys, places, home_key[i], home_place[i])
        for place in moved:
            low, high = row_start[place], row_start[place] + row_count[place]
            end = high
            while low < high:
                middle = (low + high) // 2
                if row_home[middle] < home:
                    low = middle + 1
                else:
                    high = middle
            if low < end and row_home[low] == home:
                insert(keys, places, row_key[low], place)


@njit(cache=True, nogil=True)
def sum_blocks(blocks: Ints, size: int, people: Metres, nearest_place: SmallInts, reached: Metres) -> None:
    """Sum the people of some blocks of homes who have a place, each block always in the same order."""
    for block in blocks:
        total = 0.0
        for home in range(block * size, min((block + 1) * size, len(people))):
            if nearest_place[home, 0] >= 0:
                total += people[home]
        reached[block] = total
