"""Compiled search for eight walkers at once: each junction carries eight keys, one a lane, in one line of cache.

The walkers share the streets, so most shortest walks are the same; what differs between lanes is expanded again.
Unused lanes have the limit -1 and never move. Keys, bands and rules for fast loops: :mod:`doorstep.walk._search`.
Keys of eight lanes lie in flat arrays, those of item i from ``LANES * i`` on: a row of a table would be an array.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from doorstep.walk._chains import NEVER, Positions
from doorstep.walk._search import MOST_BANDS, Ints, Metres, SmallInts, Whole, along_chain, into_band

LANES = 8
NOT_REACHED = 2**30
NOT_WAITING = 2**30 - 1  # reached, and expanded since its keys last fell

Eight = tuple[Ints, ...]  # one array a lane


@njit(cache=True, nogil=True)
def settle_lanes(
    first_arc: Positions,
    arc_from: Positions,
    arc_key: Ints,
    limits: Ints,
    band_bits: int,
    label: Ints,
    reached: Positions,
    n_reached: int,
    waiting_band: SmallInts,
    after: Positions,
    before: Positions,
    todo: Positions,
) -> int:
    """Search from junctions ``reached[:n_reached]``, labelled before, each lane as far as its limit.

    ``waiting_band`` is NOT_REACHED elsewhere; junctions reached have NOT_WAITING at the end. The rest is as in the
    search of one walker.
    """
    heads, above = len(after) - MOST_BANDS, limits + 1
    lanes = len(limits)  # eight, but unknown to the compiler: only then it takes several lanes at once
    band: Whole = MOST_BANDS
    for i in range(n_reached):
        junction = reached[i]
        least = np.int64(NEVER)
        for lane in range(lanes):
            least = min(least, label[LANES * junction + lane])
        at = least >> band_bits
        waiting_band[junction] = at
        into_band(at, junction, after, before)
        band = min(band, at)
    n_bands = (limits.max() >> band_bits) + 1
    while band < n_bands:
        head = np.uint32(heads + band)
        n_todo = 0
        junction = after[head]
        while junction != head:
            todo[n_todo] = junction
            n_todo += 1
            junction = after[junction]
        if n_todo == 0:
            band += 1
            continue
        after[head] = before[head] = head
        for i in range(n_todo):
            junction = todo[i]
            waiting_band[junction] = NOT_WAITING
            here = LANES * junction
            for arc in range(first_arc[junction], first_arc[junction + 1]):
                tail = arc_from[arc]
                step, there = LANES * arc, LANES * tail
                # Reading only, all lanes in one go: four arcs of five lead nowhere better. The sign tells whether a key
                # is below both, which the compiler turns into one instruction for several lanes.
                falls = np.int64(0)
                for lane in range(lanes):
                    key = label[here + lane] + arc_key[step + lane]
                    falls |= (key - label[there + lane]) & (key - above[lane])
                if falls >= 0:
                    continue
                least = np.int64(NEVER)
                for lane in range(LANES):
                    key = label[here + lane] + arc_key[step + lane]
                    if key < min(label[there + lane], above[lane]):
                        label[there + lane] = key
                        least = min(least, key)
                at, waiting = least >> band_bits, waiting_band[tail]
                if waiting <= at:
                    continue  # it will be expanded from there
                if waiting == NOT_REACHED:
                    reached[n_reached] = tail
                    n_reached += 1
                elif waiting != NOT_WAITING:
                    after[before[tail]], before[after[tail]] = after[tail], before[tail]
                waiting_band[tail] = at
                into_band(at, tail, after, before)
    return n_reached


@njit(cache=True, nogil=True)
def homes_within_lanes(
    chain_a: SmallInts,
    chain_b: SmallInts,
    first_slot: SmallInts,
    first_end: SmallInts,
    ends: SmallInts,
    along: Eight,
    against: Eight,
    first_arc: Positions,
    arc_from: Positions,
    arc_key: Ints,
    factor_along: tuple[Metres, ...],
    factor_against: tuple[Metres, ...],
    first_of_junction: Positions,
    first_of_chain: Positions,
    other: Positions,
    home_to_a: Ints,
    home_to_b: Ints,
    longest_in: Ints,
    home_id: SmallInts,
    home_slot: SmallInts,
    home_mm: SmallInts,
    home_off: Eight,
    home_key_a: Eight,
    home_key_b: Eight,
    first_access: Ints,
    access: Ints,
    access_chain: SmallInts,
    access_slot: SmallInts,
    access_mm: SmallInts,
    access_off: Eight,
    access_key_a: Eight,
    access_key_b: Eight,
    limit_keys: Ints,
    bits: tuple[int, int],
    band_bits: int,
    most_waits: int,
    counts: Ints,
    row_home: SmallInts,
    row_key: Ints,
    label: Ints,
    reached: Positions,
    after: Positions,
    before: Positions,
    todo: Positions,
    waiting_band: SmallInts,
) -> tuple[int, int]:
    """Write, place after place, how many homes reach it, which (ascending), and the keys of eight walkers' walks.

    A key above the lane's limit is NEVER; a home stands here if one lane reaches the place. ``limit_keys`` has a row a
    place, the points of place i are ``access[first_access[i]:first_access[i + 1]]``, ``longest_in`` is that of the
    first lane. Returns for how many places there was room, and how many rows they have; -1 places if a walk waits too
    much for its key.
    """
    most_found: Whole = 0
    for place in range(len(limit_keys)):
        n_most: Whole = len(home_id) + 1
        for i in range(first_access[place], first_access[place + 1]):
            own = access_chain[access[i]]
            n_most += np.int64(first_of_chain[own + 1]) - np.int64(first_of_chain[own])
        most_found = max(most_found, n_most)
    by_home, found_key = np.empty(most_found, dtype=np.int64), np.empty(LANES * most_found, dtype=np.int64)
    limits = np.empty(LANES, dtype=np.int64)
    lanes = len(limits)  # eight, but unknown to the compiler: only then it takes several lanes at once
    n_rows = 0
    for place in range(len(limit_keys)):
        limits[:] = limit_keys[place]
        accesses = range(first_access[place], first_access[place + 1])
        n_reached = 0
        for i in accesses:
            point = access[i]
            own, slot = access_chain[point], access_slot[point]
            for side in range(2):
                junction = chain_a[own] if side == 0 else chain_b[own]
                if junction < 0:
                    continue
                is_reached = False
                for lane in range(LANES):
                    key = access_key_a[lane][point] if side == 0 else access_key_b[lane][point]
                    if side == 0:
                        for k in range(slot - 1, first_slot[own] - 1, -1):
                            key = min(key + along[lane][k], np.int64(NEVER))
                    else:
                        for k in range(slot + 1, first_slot[own + 1]):
                            key = min(key + against[lane][k], np.int64(NEVER))
                    if key <= limits[lane] and key < label[LANES * junction + lane]:
                        label[LANES * junction + lane] = key
                        is_reached = True
                if is_reached and waiting_band[junction] == NOT_REACHED:
                    waiting_band[junction] = NOT_WAITING
                    reached[n_reached] = junction
                    n_reached += 1
        n_reached = settle_lanes(
            first_arc, arc_from, arc_key, limits, band_bits, label, reached, n_reached,
            waiting_band, after, before, todo,
        )  # fmt: skip
        n_found: Whole = 0
        for i in range(n_reached):
            junction = reached[i]
            here = LANES * junction
            for home in range(first_of_junction[junction], first_of_junction[junction + 1]):
                there = LANES * other[home]
                least = np.int64(NEVER)
                for lane in range(lanes):
                    over_a = label[here + lane] + home_to_a[LANES * home + lane]
                    key = min(over_a, label[there + lane] + home_to_b[LANES * home + lane])
                    key = key if key <= limits[lane] else np.int64(NEVER)
                    found_key[LANES * n_found + lane] = key
                    least = min(least, key)
                by_home[n_found] = np.int64(home_id[home]) << 32 | n_found
                n_found += least < NEVER
            if label[here] + longest_in[junction] <= limits[0]:
                continue  # then all chains that end here are told from where they start
            for at in range(first_end[junction], first_end[junction + 1]):
                chain = ends[at] >> 1
                if not ends[at] & 1 or waiting_band[chain_a[chain]] != NOT_REACHED:
                    continue
                for home in range(first_of_chain[chain], first_of_chain[chain + 1]):
                    least = np.int64(NEVER)
                    for lane in range(lanes):
                        key = label[here + lane] + home_to_b[LANES * home + lane]
                        key = key if key <= limits[lane] else np.int64(NEVER)
                        found_key[LANES * n_found + lane] = key
                        least = min(least, key)
                    by_home[n_found] = np.int64(home_id[home]) << 32 | n_found
                    n_found += least < NEVER
        for i in accesses:  # straight along the place's own chain
            point = access[i]
            own = access_chain[point]
            for home in range(first_of_chain[own], first_of_chain[own + 1]):
                least = np.int64(NEVER)
                for lane in range(LANES):
                    key = along_chain(
                        home_slot[home], home_mm[home], home_key_a[lane][home], home_key_b[lane][home],
                        access_slot[point], access_mm[point], access_key_a[lane][point], access_key_b[lane][point],
                        home_off[lane][home] + access_off[lane][point], along[lane], against[lane],
                        factor_along[lane], factor_against[lane], bits,
                    )  # fmt: skip
                    key = key if key <= limits[lane] else np.int64(NEVER)
                    found_key[LANES * n_found + lane] = key
                    least = min(least, key)
                by_home[n_found] = np.int64(home_id[home]) << 32 | n_found
                n_found += least < NEVER
        waits_too_much = False
        for i in range(n_reached):
            here = LANES * reached[i]
            waiting_band[reached[i]] = NOT_REACHED
            for lane in range(LANES):
                key = label[here + lane]
                waits_too_much |= (key < NEVER) & (key & (2**12 - 1) > most_waits)
                label[here + lane] = NEVER
        if waits_too_much:
            return -1, 0
        if n_rows + n_found > len(row_home):
            return place, n_rows
        by_home[:n_found].sort()
        start = n_rows
        for i in range(n_found):
            one, at = np.int32(by_home[i] >> 32), LANES * (by_home[i] & 0xFFFFFFFF)
            if n_rows > start and row_home[n_rows - 1] == one:  # found before: of several walks the best counts
                for lane in range(LANES):
                    row_key[n_rows - 1, lane] = min(row_key[n_rows - 1, lane], found_key[at + lane])
            else:
                row_home[n_rows] = one
                for lane in range(LANES):
                    row_key[n_rows, lane] = found_key[at + lane]
                n_rows += 1
        counts[place] = n_rows - start
    return len(limit_keys), n_rows


@njit(cache=True, nogil=True)
def spread_lanes(
    first: Ints,
    counts: Ints,
    found_home: SmallInts,
    found_key: Ints,
    bits: tuple[int, int],
    home: SmallInts,
    walk_mm: SmallInts,
    walk_ms: SmallInts,
) -> None:
    """Write the rows of some places to where they belong, their keys taken apart; -1 for NEVER."""
    at, lanes = 0, walk_mm.shape[1]
    for i in range(len(first)):
        for row in range(first[i], first[i] + counts[i]):
            home[row] = found_home[at]
            for lane in range(lanes):
                key = found_key[at, lane]
                no_walk = (NEVER - 1 - key) >> 63  # all bits set, or none
                walk_mm[row, lane] = ((key >> bits[0]) & (2**24 - 1)) | no_walk
                walk_ms[row, lane] = ((key >> bits[1]) & (2**25 - 1)) | no_walk
            at += 1
