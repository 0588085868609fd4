"""Compiled search for the homes within a limit of places; keys and bands: :mod:`doorstep.walk._search`."""

from __future__ import annotations

import numpy as np
from numba import njit

from doorstep.walk._chains import NEVER, Positions
from doorstep.walk._search import Ints, Metres, SmallInts, Whole, along_chain, from_chain, inside_chains, settle


@njit(cache=True, nogil=True)
def homes_within(
    chain_a: SmallInts,
    chain_b: SmallInts,
    first_slot: SmallInts,
    first_end: SmallInts,
    ends: SmallInts,
    along: Ints,
    against: Ints,
    first_arc: Positions,
    arc_from: Positions,
    arc_key: Ints,
    factor_along: Metres,
    factor_against: Metres,
    first_of_junction: Positions,
    first_of_chain: Positions,
    other: Positions,
    home_to_a: Ints,
    home_to_b: Ints,
    longest_in: Ints,
    home_id: SmallInts,
    home_slot: SmallInts,
    home_mm: SmallInts,
    home_off: Ints,
    home_key_a: Ints,
    home_key_b: Ints,
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
    counts: Ints,
    row_home: SmallInts,
    row_key: Ints,
    label: Ints,
    reached: Positions,
    after: Positions,
    before: Positions,
    todo: Positions,
) -> tuple[int, int]:
    """Write, place after place, how many homes reach it, which (ascending), and the keys of their walks.

    Homes stand sorted by chain; a home or a place may stand at several points. ``label`` is NEVER everywhere, and
    is again at the end. Returns for how many places there was room, and how many rows they have; -1 places if a walk
    waits too much for its key.
    """
    most_found: Whole = 0
    for place in range(len(limit_keys)):
        n_most: Whole = len(home_id) + 1
        for i in range(first_access[place], first_access[place + 1]):
            own = access_chain[i]
            n_most += np.int64(first_of_chain[own + 1]) - np.int64(first_of_chain[own])
        most_found = max(most_found, n_most)
    found, found_key = np.empty(most_found, dtype=np.uint32), np.empty(most_found, dtype=np.int64)
    by_home = np.empty(most_found, dtype=np.int64)
    n_rows = 0
    for place in range(len(limit_keys)):
        limit_key = limit_keys[place]
        accesses = range(first_access[place], first_access[place + 1])
        n_reached = 0
        for i in accesses:
            own = access_chain[i]
            n_reached = from_chain(
                chain_a[own], chain_b[own], (first_slot[own], first_slot[own + 1]), along, against,
                access_slot[i], access_key_a[i], access_key_b[i], limit_key, label, reached, n_reached,
            )  # fmt: skip
        n_reached = settle(
            first_arc, arc_from, arc_key, limit_key, band_bits, label, reached, n_reached, after, before, todo
        )
        n_found = inside_chains(
            chain_a, first_end, ends, first_of_junction, first_of_chain, other, home_to_a, home_to_b, longest_in,
            limit_key, label, reached, n_reached, found, found_key,
        )  # fmt: skip
        for i in accesses:  # straight along the place's own chain
            own = access_chain[i]
            for home in range(first_of_chain[own], first_of_chain[own + 1]):
                key = along_chain(
                    home_slot[home], home_mm[home], home_key_a[home], home_key_b[home],
                    access_slot[i], access_mm[i], access_key_a[i], access_key_b[i],
                    home_off[home] + access_off[i], along, against, factor_along, factor_against, bits,
                )  # fmt: skip
                if key <= limit_key:
                    found[n_found], found_key[n_found] = home, key
                    n_found += 1
        waits_too_much = False
        for i in range(n_reached):
            waits_too_much |= label[reached[i]] & (2**12 - 1) > most_waits
            label[reached[i]] = NEVER
        if waits_too_much:
            return -1, 0
        if n_rows + n_found > len(row_home):
            return place, n_rows
        for i in range(n_found):
            by_home[i] = np.int64(home_id[found[i]]) << 32 | i
        by_home[:n_found].sort()
        start = n_rows
        for i in range(n_found):
            one, key = np.int32(by_home[i] >> 32), found_key[by_home[i] & 0xFFFFFFFF]
            if n_rows > start and row_home[n_rows - 1] == one:  # found before: of several walks the best counts
                row_key[n_rows - 1] = min(row_key[n_rows - 1], key)
            else:
                row_home[n_rows] = one
                row_key[n_rows] = key
                n_rows += 1
        counts[place] = n_rows - start
    return len(limit_keys), n_rows


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
    for i in range(len(first)):
        for row in range(first[i], first[i] + counts[i]):
            key = found_key[at]
            waiting = (key & (2**12 - 1)) * wait_unit_ms
            home[row] = found_home[at]
            walk_mm[row] = (key >> bits[0]) & (2**24 - 1)
            moving_ms[row] = ((key >> bits[1]) & (2**25 - 1)) - waiting
            wait_ms[row] = waiting
            at += 1
