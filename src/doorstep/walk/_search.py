"""Compiled search: how far it is to a place from every junction within a limit, against the direction of walking.

A walk's length, time and waiting sit in one integer, a *key*: the measure that counts first in the highest bits, then
the other, then the waiting; so one comparison decides "shorter, among equals quicker, among equals less waiting", and
one addition goes a step further. ``NEVER`` is larger than any walk.

Labels settle out of order: the frontier is kept in *bands* of the first measure, emptied one after the other, last in
first out; a label that falls again is expanded again. The result is the least key, in whatever order labels were set.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.walk._chains import NEVER, plus

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]
Metres = npt.NDArray[np.float64]


@njit(cache=True, nogil=True)
def settle(
    first_arc: SmallInts,
    arc_from: SmallInts,
    arc_key: Ints,
    limit_key: int,
    band_bits: int,
    label: Ints,
    reached: SmallInts,
    n_reached: int,
    band_first: SmallInts,
    entry_node: SmallInts,
    entry_key: Ints,
    entry_next: SmallInts,
) -> tuple[int, SmallInts, Ints, SmallInts]:
    """Search from junctions ``reached[:n_reached]``, labelled before, as far as ``limit_key``.

    ``label`` is NEVER elsewhere; ``reached`` has room for all junctions; ``band_first`` is -1 everywhere, and is again
    at the end. Returns the count of reached junctions, and the room for entries, which may have grown.
    """
    n_entries = 0
    lowest = len(band_first)
    for i in range(n_reached):
        node = reached[i]
        band = label[node] >> band_bits
        entry_node[n_entries] = node
        entry_key[n_entries] = label[node]
        entry_next[n_entries] = band_first[band]
        band_first[band] = n_entries
        n_entries += 1
        lowest = min(lowest, band)
    n_bands = (limit_key >> band_bits) + 1
    for band in range(lowest, n_bands):
        while band_first[band] >= 0:
            entry = band_first[band]
            band_first[band] = entry_next[entry]
            node, key = entry_node[entry], entry_key[entry]
            if key != label[node]:
                continue  # it has fallen since
            for arc in range(first_arc[node], first_arc[node + 1]):
                there = key + arc_key[arc]
                if there > limit_key:
                    continue
                tail = arc_from[arc]
                before = label[tail]
                if there >= before:
                    continue
                if before == NEVER:
                    reached[n_reached] = tail
                    n_reached += 1
                label[tail] = there
                if n_entries == len(entry_node):
                    entry_node = np.concatenate((entry_node, np.empty_like(entry_node)))
                    entry_key = np.concatenate((entry_key, np.empty_like(entry_key)))
                    entry_next = np.concatenate((entry_next, np.empty_like(entry_next)))
                at = there >> band_bits
                entry_node[n_entries] = tail
                entry_key[n_entries] = there
                entry_next[n_entries] = band_first[at]
                band_first[at] = n_entries
                n_entries += 1
    return n_reached, entry_node, entry_key, entry_next


@njit(cache=True, nogil=True)
def from_chain(
    a: int,
    b: int,
    slots: tuple[int, int],
    along: Ints,
    against: Ints,
    slot: int,
    key_a: int,
    key_b: int,
    limit_key: int,
    label: Ints,
    reached: SmallInts,
    n_reached: int,
) -> int:
    """Label both junctions (``a``, ``b``; -1: dead end) of a place's chain; return the count of reached junctions.

    ``key_a`` leads from the node before ``slot`` into the place, ``key_b`` from the node behind it.
    """
    for k in range(slot - 1, slots[0] - 1, -1):
        key_a += along[k]
        if key_a > limit_key:
            break
    if key_a <= limit_key and key_a < label[a]:
        if label[a] == NEVER:
            reached[n_reached] = a
            n_reached += 1
        label[a] = key_a
    if b >= 0:
        for k in range(slot + 1, slots[1]):
            key_b += against[k]
            if key_b > limit_key:
                break
        if key_b <= limit_key and key_b < label[b]:
            if label[b] == NEVER:
                reached[n_reached] = b
                n_reached += 1
            label[b] = key_b
    return n_reached


@njit(cache=True, nogil=True)
def nodes_within(
    junction_node: SmallInts,
    chain_a: SmallInts,
    chain_b: SmallInts,
    first_slot: SmallInts,
    slot_node: SmallInts,
    first_end: SmallInts,
    ends: SmallInts,
    along: Ints,
    against: Ints,
    to_a: Ints,
    to_b: Ints,
    first_arc: SmallInts,
    arc_from: SmallInts,
    arc_key: Ints,
    place_chain: SmallInts,
    place_slot: SmallInts,
    place_key_a: Ints,
    place_key_b: Ints,
    limit_key: int,
    band_bits: int,
    length_bits: int,
    label: Ints,
    reached: SmallInts,
) -> tuple[Ints, SmallInts, SmallInts]:
    """Return, place after place, how many nodes reach it, which, and their first measure.

    A place stands on its chain's slot; ``label`` is NEVER everywhere, and is again at the end.
    """
    counts = np.zeros(len(place_chain), dtype=np.int64)
    row_node, row_first = np.empty(65_536, dtype=np.int32), np.empty(65_536, dtype=np.int32)
    band_first = np.full((limit_key >> band_bits) + 1, -1, dtype=np.int32)
    entry_node, entry_key = np.empty(4096, dtype=np.int32), np.empty(4096, dtype=np.int64)
    entry_next = np.empty(4096, dtype=np.int32)
    n_rows = 0
    for place in range(len(place_chain)):
        own, slot = place_chain[place], place_slot[place]
        slots = (first_slot[own], first_slot[own + 1])
        key_a, key_b = place_key_a[place], place_key_b[place]
        n_reached = from_chain(
            chain_a[own], chain_b[own], slots, along, against, slot, key_a, key_b, limit_key, label, reached, 0
        )
        n_reached, entry_node, entry_key, entry_next = settle(
            first_arc, arc_from, arc_key, limit_key, band_bits, label, reached, n_reached,
            band_first, entry_node, entry_key, entry_next,
        )  # fmt: skip
        start = n_rows
        for i in range(n_reached):
            junction = reached[i]
            here = label[junction]
            if n_rows == len(row_node):
                row_node = np.concatenate((row_node, np.empty_like(row_node)))
                row_first = np.concatenate((row_first, np.empty_like(row_first)))
            row_node[n_rows] = junction_node[junction]
            row_first[n_rows] = here >> length_bits
            n_rows += 1
            for at in range(first_end[junction], first_end[junction + 1]):
                chain = ends[at] >> 1
                a, b = chain_a[chain], chain_b[chain]
                k, last = first_slot[chain], first_slot[chain + 1]
                if b >= 0:
                    last -= 1
                if k == last or chain == own:
                    continue
                other = NEVER
                if ends[at] & 1:
                    if label[a] < NEVER:
                        continue  # told from its other end
                    from_a, from_b = other, here
                else:
                    from_a, from_b = here, (label[b] if b >= 0 else other)
                while n_rows + last - k > len(row_node):
                    row_node = np.concatenate((row_node, np.empty_like(row_node)))
                    row_first = np.concatenate((row_first, np.empty_like(row_first)))
                while k < last:
                    key = min(from_a + to_a[k], from_b + to_b[k])
                    if key <= limit_key:
                        row_node[n_rows] = slot_node[k]
                        row_first[n_rows] = key >> length_bits
                        n_rows += 1
                    k += 1
        # the place's own chain, where the straight way may be the shortest
        a, b = chain_a[own], chain_b[own]
        from_a, from_b = label[a], (label[b] if b >= 0 else np.int64(NEVER))
        while n_rows + slots[1] - slots[0] > len(row_node):
            row_node = np.concatenate((row_node, np.empty_like(row_node)))
            row_first = np.concatenate((row_first, np.empty_like(row_first)))
        last = slots[1] - (1 if b >= 0 else 0)
        straight = key_a
        for k in range(slot - 1, slots[0] - 1, -1):
            key = min(straight, from_a + to_a[k], from_b + to_b[k])
            straight = min(straight + along[k], NEVER)
            if key <= limit_key:
                row_node[n_rows] = slot_node[k]
                row_first[n_rows] = key >> length_bits
                n_rows += 1
        straight = key_b
        for k in range(slot, last):
            if k > slot:
                straight = min(straight + against[k], NEVER)
            key = min(straight, from_a + to_a[k], from_b + to_b[k])
            if key <= limit_key:
                row_node[n_rows] = slot_node[k]
                row_first[n_rows] = key >> length_bits
                n_rows += 1
        counts[place] = n_rows - start
        for i in range(n_reached):
            label[reached[i]] = NEVER
    return counts, row_node[:n_rows], row_first[:n_rows]


@njit(cache=True, nogil=True)
def along_chain(
    from_slot: np.int64,
    from_mm: np.int64,
    from_key_a: np.int64,
    from_key_b: np.int64,
    to_slot: np.int64,
    to_mm: np.int64,
    to_key_a: np.int64,
    to_key_b: np.int64,
    off_key: np.int64,
    along: Ints,
    against: Ints,
    factor_along: Metres,
    factor_against: Metres,
    bits: tuple[int, int],
) -> np.int64:
    """Return the key of walking from a home straight along a chain to a place on it.

    Both stand on a slot, so many mm from its first node; ``*_key_a`` and ``*_key_b`` lead over that node and the one
    behind; ``off_key`` is what both walk off the network.
    """
    if from_slot == to_slot:
        part_mm = abs(to_mm - from_mm)
        if part_mm == 0:
            return off_key  # nobody goes against an escalator by standing still
        factor = factor_along[from_slot] if from_mm < to_mm else factor_against[from_slot]
        if factor == np.inf:
            return np.int64(NEVER)
        part_ms = np.int64(np.floor(part_mm * factor + 0.5))
        return (part_mm << bits[0]) + (part_ms << bits[1]) + off_key
    if from_slot < to_slot:
        key = plus(from_key_b, to_key_a)
        for k in range(from_slot + 1, to_slot):
            key = plus(key, along[k])
        return key
    key = plus(from_key_a, to_key_b)
    for k in range(to_slot + 1, from_slot):
        key = plus(key, against[k])
    return key


@njit(cache=True, nogil=True)
def homes_within(
    chain_a: SmallInts,
    chain_b: SmallInts,
    first_slot: SmallInts,
    first_end: SmallInts,
    ends: SmallInts,
    along: Ints,
    against: Ints,
    first_arc: SmallInts,
    arc_from: SmallInts,
    arc_key: Ints,
    factor_along: Metres,
    factor_against: Metres,
    first_home: SmallInts,
    home_id: SmallInts,
    home_slot: SmallInts,
    home_mm: SmallInts,
    home_off: Ints,
    home_key_a: Ints,
    home_key_b: Ints,
    home_to_a: Ints,
    home_to_b: Ints,
    first_access: Ints,
    access_chain: SmallInts,
    access_slot: SmallInts,
    access_mm: SmallInts,
    access_off: Ints,
    access_key_a: Ints,
    access_key_b: Ints,
    limit_keys: Ints,
    bits: tuple[int, int],
    band_bits: int,
    most_waits: int,
    label: Ints,
    reached: SmallInts,
) -> tuple[Ints, SmallInts, Ints]:
    """Return, place after place, how many homes reach it, which (ascending), and the keys of their walks.

    Homes stand sorted by chain; a home or a place may stand at several points. ``label`` is NEVER everywhere, and
    is again at the end. A count of -1 says that a walk waits too much for its key.
    """
    n_places = len(limit_keys)
    counts = np.zeros(n_places, dtype=np.int64)
    row_home, row_key = np.empty(16_384, dtype=np.int32), np.empty(16_384, dtype=np.int64)
    found, found_key = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int64)
    band_first = np.full((limit_keys.max() >> band_bits) + 1, -1, dtype=np.int32)
    entry_node, entry_key = np.empty(4096, dtype=np.int32), np.empty(4096, dtype=np.int64)
    entry_next = np.empty(4096, dtype=np.int32)
    n_rows = 0
    for place in range(n_places):
        limit_key = limit_keys[place]
        n_reached = n_found = 0
        accesses = range(first_access[place], first_access[place + 1])
        for i in accesses:
            own = access_chain[i]
            n_reached = from_chain(
                chain_a[own], chain_b[own], (first_slot[own], first_slot[own + 1]), along, against,
                access_slot[i], access_key_a[i], access_key_b[i], limit_key, label, reached, n_reached,
            )  # fmt: skip
        n_reached, entry_node, entry_key, entry_next = settle(
            first_arc, arc_from, arc_key, limit_key, band_bits, label, reached, n_reached,
            band_first, entry_node, entry_key, entry_next,
        )  # fmt: skip
        for i in range(n_reached):
            junction = reached[i]
            here = label[junction]
            if here & (2**12 - 1) > most_waits:
                counts[place] = -1
                return counts, row_home, row_key
            for at in range(first_end[junction], first_end[junction + 1]):
                chain = ends[at] >> 1
                if first_home[chain] == first_home[chain + 1]:
                    continue
                a, b = chain_a[chain], chain_b[chain]
                if ends[at] & 1:
                    if label[a] < NEVER:
                        continue  # told from its other end
                    from_a, from_b = np.int64(NEVER), here
                else:
                    from_a, from_b = here, (label[b] if b >= 0 else np.int64(NEVER))
                is_own = False
                for j in accesses:
                    is_own |= access_chain[j] == chain
                if is_own:
                    continue
                while n_found + first_home[chain + 1] - first_home[chain] > len(found):
                    found = np.concatenate((found, np.empty_like(found)))
                    found_key = np.concatenate((found_key, np.empty_like(found_key)))
                for h in range(first_home[chain], first_home[chain + 1]):
                    key = min(from_a + home_to_a[h], from_b + home_to_b[h])
                    if key <= limit_key:
                        found[n_found] = np.int64(home_id[h]) << 32 | n_found
                        found_key[n_found] = key
                        n_found += 1
        for i in accesses:
            own = access_chain[i]
            is_told = False
            for j in range(first_access[place], i):
                is_told |= access_chain[j] == own
            if is_told:
                continue
            b = chain_b[own]
            from_a, from_b = label[chain_a[own]], (label[b] if b >= 0 else np.int64(NEVER))
            while n_found + first_home[own + 1] - first_home[own] > len(found):
                found = np.concatenate((found, np.empty_like(found)))
                found_key = np.concatenate((found_key, np.empty_like(found_key)))
            for h in range(first_home[own], first_home[own + 1]):
                key = min(from_a + home_to_a[h], from_b + home_to_b[h])
                for j in range(i, first_access[place + 1]):
                    if access_chain[j] == own:
                        key = min(
                            key,
                            along_chain(
                                home_slot[h], home_mm[h], home_key_a[h], home_key_b[h],
                                access_slot[j], access_mm[j], access_key_a[j], access_key_b[j],
                                home_off[h] + access_off[j], along, against, factor_along, factor_against, bits,
                            ),
                        )  # fmt: skip
                if key <= limit_key:
                    found[n_found] = np.int64(home_id[h]) << 32 | n_found
                    found_key[n_found] = key
                    n_found += 1
        for i in range(n_reached):
            label[reached[i]] = NEVER
        while n_rows + n_found > len(row_home):
            row_home = np.concatenate((row_home, np.empty_like(row_home)))
            row_key = np.concatenate((row_key, np.empty_like(row_key)))
        found[:n_found].sort()
        start = n_rows
        for i in range(n_found):
            home, key = np.int32(found[i] >> 32), found_key[found[i] & 0xFFFFFFFF]
            if n_rows > start and row_home[n_rows - 1] == home:  # another of its entrances
                row_key[n_rows - 1] = min(row_key[n_rows - 1], key)
            else:
                row_home[n_rows] = home
                row_key[n_rows] = key
                n_rows += 1
        counts[place] = n_rows - start
    return counts, row_home[:n_rows], row_key[:n_rows]


@njit(cache=True, nogil=True)
def spread(
    first: Ints,
    counts: Ints,
    found_home: SmallInts,
    found_key: Ints,
    bits: tuple[int, int],
    wait_unit_ms: int,
    home: SmallInts,
    walk_mm: SmallInts,
    moving_ms: SmallInts,
    wait_ms: SmallInts,
) -> None:
    """Write the rows of some places to where they belong, their keys taken apart."""
    at = 0
    metres_first = bits[0] > bits[1]
    for i in range(len(first)):
        for row in range(first[i], first[i] + counts[i]):
            key = found_key[at]
            waiting = (key & (2**12 - 1)) * wait_unit_ms
            if metres_first:
                length, time = key >> bits[0], (key >> bits[1]) & (2**25 - 1)
            else:
                length, time = (key >> bits[0]) & (2**24 - 1), key >> bits[1]
            home[row] = found_home[at]
            walk_mm[row] = length
            moving_ms[row] = time - waiting
            wait_ms[row] = waiting
            at += 1


@njit(cache=True, nogil=True)
def put_rows(
    first: Ints, counts: Ints, node: SmallInts, length: SmallInts, row_node: SmallInts, row_length: SmallInts
) -> None:
    """Write the rows of some places to where they belong."""
    at = 0
    for i in range(len(first)):
        for row in range(first[i], first[i] + counts[i]):
            row_node[row] = node[at]
            row_length[row] = length[at]
            at += 1
