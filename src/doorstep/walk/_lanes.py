"""Compiled search for eight walkers at once: each junction carries eight keys, one a lane, in one line of cache.

The walkers share the streets, so most shortest walks are the same; what differs between lanes is expanded again.
Unused lanes have the limit -1 and never move. Keys and bands: :mod:`doorstep.walk._search`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from doorstep.walk._chains import NEVER
from doorstep.walk._search import Ints, Metres, SmallInts, along_chain

LANES = 8
NOT_REACHED = 2**30
NOT_WAITING = 2**30 - 1  # reached, and expanded since its keys last fell

Eight = tuple[Ints, ...]  # one array a lane


@njit(cache=True, nogil=True)
def settle_lanes(
    first_arc: SmallInts,
    arc_from: SmallInts,
    arc_key: Ints,
    limit_keys: Ints,
    band_bits: int,
    label: Ints,
    reached: SmallInts,
    n_reached: int,
    waiting_band: SmallInts,
    band_first: SmallInts,
    entry_node: SmallInts,
    entry_next: SmallInts,
) -> tuple[int, SmallInts, SmallInts]:
    """Search from junctions ``reached[:n_reached]``, labelled before, each lane as far as its limit.

    ``waiting_band`` is NOT_REACHED everywhere; junctions reached have NOT_WAITING at the end. The rest is as in the
    search of one walker.
    """
    n_entries = 0
    lowest = len(band_first)
    for i in range(n_reached):
        node = reached[i]
        least = np.int64(NEVER)
        for lane in range(LANES):
            least = min(least, label[node, lane])
        band = int(least >> band_bits)
        waiting_band[node] = band
        entry_node[n_entries] = node
        entry_next[n_entries] = band_first[band]
        band_first[band] = n_entries
        n_entries += 1
        lowest = min(lowest, band)
    for band in range(lowest, len(band_first)):
        while band_first[band] >= 0:
            entry = band_first[band]
            band_first[band] = entry_next[entry]
            node = entry_node[entry]
            if waiting_band[node] != band:
                continue  # it was expanded from a nearer band
            waiting_band[node] = NOT_WAITING
            here = label[node]
            for arc in range(first_arc[node], first_arc[node + 1]):
                tail = arc_from[arc]
                # Reading only, in one go over the lanes: two arcs of three lead nowhere better.
                there_key, tail_key = arc_key[arc], label[tail]
                falls = 0
                for lane in range(LANES):
                    there = here[lane] + there_key[lane]
                    falls += (there < tail_key[lane]) & (there <= limit_keys[lane])
                if falls == 0:
                    continue
                least = np.int64(NEVER)
                for lane in range(LANES):
                    there = here[lane] + there_key[lane]
                    if there < tail_key[lane] and there <= limit_keys[lane]:
                        tail_key[lane] = there
                        least = min(least, there)
                at = least >> band_bits
                if waiting_band[tail] == NOT_REACHED:
                    reached[n_reached] = tail
                    n_reached += 1
                elif waiting_band[tail] != NOT_WAITING and waiting_band[tail] <= at:
                    continue  # it will be expanded from there
                waiting_band[tail] = at
                if n_entries == len(entry_node):
                    entry_node = np.concatenate((entry_node, np.empty_like(entry_node)))
                    entry_next = np.concatenate((entry_next, np.empty_like(entry_next)))
                entry_node[n_entries] = tail
                entry_next[n_entries] = band_first[at]
                band_first[at] = n_entries
                n_entries += 1
    return n_reached, entry_node, entry_next


@njit(cache=True, nogil=True)
def homes_within_lanes(
    chain_a: SmallInts,
    chain_b: SmallInts,
    first_slot: SmallInts,
    first_end: SmallInts,
    ends: SmallInts,
    along: Eight,
    against: Eight,
    first_arc: SmallInts,
    arc_from: SmallInts,
    arc_key: Ints,
    factor_along: tuple[Metres, ...],
    factor_against: tuple[Metres, ...],
    first_home: SmallInts,
    home_id: SmallInts,
    home_slot: SmallInts,
    home_mm: SmallInts,
    home_off: Eight,
    home_key_a: Eight,
    home_key_b: Eight,
    home_to_a: Ints,
    home_to_b: Ints,
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
    label: Ints,
    reached: SmallInts,
    waiting_band: SmallInts,
    row_home: SmallInts,
    row_key: Ints,
) -> tuple[Ints, int, SmallInts, Ints]:
    """Return, place after place, how many homes reach it, which (ascending), and the keys of eight walkers' walks.

    A key above the lane's limit is NEVER; a home stands here if one lane reaches the place. ``limit_keys`` has a row a
    place, the points of place i are ``access[first_access[i]:first_access[i + 1]]``. A count of -1 says that a walk
    waits too much for its key. Rows are written into ``row_home`` and ``row_key``, which are returned with their count:
    larger ones where the rows did not fit.
    """
    n_places = len(limit_keys)
    counts = np.zeros(n_places, dtype=np.int64)
    found, found_key = np.empty(1024, dtype=np.int64), np.empty((1024, LANES), dtype=np.int64)
    band_first = np.full((limit_keys.max() >> band_bits) + 1, -1, dtype=np.int32)
    entry_node, entry_next = np.empty(4096, dtype=np.int32), np.empty(4096, dtype=np.int32)
    never = np.full(LANES, NEVER, dtype=np.int64)
    n_rows = 0
    for place in range(n_places):
        limits = limit_keys[place]
        n_reached = n_found = 0
        points = access[first_access[place] : first_access[place + 1]]
        for point in points:
            own, slot = access_chain[point], access_slot[point]
            for side in range(2):
                junction = chain_a[own] if side == 0 else chain_b[own]
                if junction < 0:
                    continue
                before_any = waiting_band[junction] == NOT_REACHED
                starts = False
                for lane in range(LANES):
                    key = access_key_a[lane][point] if side == 0 else access_key_b[lane][point]
                    if side == 0:
                        for k in range(slot - 1, first_slot[own] - 1, -1):
                            key = min(key + along[lane][k], np.int64(NEVER))
                    else:
                        for k in range(slot + 1, first_slot[own + 1]):
                            key = min(key + against[lane][k], np.int64(NEVER))
                    if key <= limits[lane] and key < label[junction, lane]:
                        label[junction, lane] = key
                        starts = True
                if starts and before_any:
                    waiting_band[junction] = NOT_WAITING
                    reached[n_reached] = junction
                    n_reached += 1
        n_reached, entry_node, entry_next = settle_lanes(
            first_arc, arc_from, arc_key, limits, band_bits, label, reached, n_reached,
            waiting_band, band_first, entry_node, entry_next,
        )  # fmt: skip
        for i in range(n_reached):
            junction = reached[i]
            here = label[junction]
            for lane in range(LANES):
                if here[lane] < NEVER and here[lane] & (2**12 - 1) > most_waits:
                    counts[place] = -1
                    return counts, 0, row_home, row_key
            for at in range(first_end[junction], first_end[junction + 1]):
                chain = ends[at] >> 1
                if first_home[chain] == first_home[chain + 1]:
                    continue
                a, b = chain_a[chain], chain_b[chain]
                if ends[at] & 1:
                    if waiting_band[a] != NOT_REACHED:
                        continue  # told from its other end
                    from_a, from_b = never, here
                else:
                    from_a, from_b = here, (label[b] if b >= 0 else never)
                is_own = False
                for point in points:
                    is_own |= access_chain[point] == chain
                if is_own:
                    continue
                while n_found + first_home[chain + 1] - first_home[chain] > len(found):
                    found = np.concatenate((found, np.empty_like(found)))
                    found_key = np.concatenate((found_key, np.empty_like(found_key)))
                for h in range(first_home[chain], first_home[chain + 1]):
                    least = np.int64(NEVER)
                    for lane in range(LANES):
                        key = min(from_a[lane] + home_to_a[h, lane], from_b[lane] + home_to_b[h, lane])
                        key = key if key <= limits[lane] else np.int64(NEVER)
                        found_key[n_found, lane] = key
                        least = min(least, key)
                    if least < NEVER:
                        found[n_found] = np.int64(home_id[h]) << 32 | n_found
                        n_found += 1
        for i in range(len(points)):
            own = access_chain[points[i]]
            is_told = False
            for j in range(i):
                is_told |= access_chain[points[j]] == own
            if is_told:
                continue
            b = chain_b[own]
            from_a, from_b = label[chain_a[own]], (label[b] if b >= 0 else never)
            while n_found + first_home[own + 1] - first_home[own] > len(found):
                found = np.concatenate((found, np.empty_like(found)))
                found_key = np.concatenate((found_key, np.empty_like(found_key)))
            for h in range(first_home[own], first_home[own + 1]):
                least = np.int64(NEVER)
                for lane in range(LANES):
                    key = min(from_a[lane] + home_to_a[h, lane], from_b[lane] + home_to_b[h, lane])
                    for j in range(i, len(points)):
                        point = points[j]
                        if access_chain[point] == own:
                            key = min(
                                key,
                                along_chain(
                                    home_slot[h], home_mm[h], home_key_a[lane][h], home_key_b[lane][h],
                                    access_slot[point], access_mm[point],
                                    access_key_a[lane][point], access_key_b[lane][point],
                                    home_off[lane][h] + access_off[lane][point], along[lane], against[lane],
                                    factor_along[lane], factor_against[lane], bits,
                                ),
                            )  # fmt: skip
                    key = key if key <= limits[lane] else np.int64(NEVER)
                    found_key[n_found, lane] = key
                    least = min(least, key)
                if least < NEVER:
                    found[n_found] = np.int64(home_id[h]) << 32 | n_found
                    n_found += 1
        for i in range(n_reached):
            label[reached[i]] = NEVER
            waiting_band[reached[i]] = NOT_REACHED
        while n_rows + n_found > len(row_home):
            row_home = np.concatenate((row_home, np.empty_like(row_home)))
            row_key = np.concatenate((row_key, np.empty_like(row_key)))
        found[:n_found].sort()
        start = n_rows
        for i in range(n_found):
            home, at = np.int32(found[i] >> 32), found[i] & 0xFFFFFFFF
            if n_rows > start and row_home[n_rows - 1] == home:  # another of its entrances
                for lane in range(LANES):
                    row_key[n_rows - 1, lane] = min(row_key[n_rows - 1, lane], found_key[at, lane])
            else:
                row_home[n_rows] = home
                row_key[n_rows] = found_key[at]
                n_rows += 1
        counts[place] = n_rows - start
    return counts, n_rows, row_home, row_key


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
    at = 0
    metres_first = bits[0] > bits[1]
    for i in range(len(first)):
        for row in range(first[i], first[i] + counts[i]):
            home[row] = found_home[at]
            for lane in range(walk_mm.shape[1]):
                key = found_key[at, lane]
                if key == NEVER:
                    walk_mm[row, lane] = walk_ms[row, lane] = -1
                elif metres_first:
                    walk_mm[row, lane], walk_ms[row, lane] = key >> bits[0], (key >> bits[1]) & (2**25 - 1)
                else:
                    walk_mm[row, lane], walk_ms[row, lane] = (key >> bits[0]) & (2**24 - 1), key >> bits[1]
            at += 1
