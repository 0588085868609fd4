"""Compiled search: how far it is to a place from every junction within a limit, against the direction of walking.

A walk's length, time and waiting sit in one integer, a *key*: the measure that counts first in the highest bits, then
the other, then the waiting; so one comparison decides "shorter, among equals quicker, among equals less waiting", and
one addition goes a step further. ``NEVER`` is larger than any walk.

Labels settle out of order: the frontier is kept in *bands* of the first measure, emptied one after the other. A label
that falls again is expanded again. The result is the least key, in whatever order labels were set.

Two things make loops fast in Numba, and are kept everywhere here: an array is never put in another's place within a
loop (it would count references at every turn: half of the time), so room is given from outside and a loop that finds
too little gives back how far it got; and positions are unsigned where it matters (a signed one may count from the end).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.walk._chains import NEVER, Positions, plus

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]
Metres = npt.NDArray[np.float64]
Whole = int | np.signedinteger[Any]

MOST_BANDS = 2**12  # a measure has 25 bits at most, a band 14
NOT_WAITING = 2**32 - 1  # in ``before``: the junction is in no band


@njit(cache=True, nogil=True)
def into_band(band: Whole, junction: int, after: Positions, before: Positions) -> None:
    """Put a junction first in a band; it must be in none.

    Bands are rings: ``after`` and ``before`` of junctions, and behind those of a head for each band.
    """
    head = len(after) - MOST_BANDS + band
    first = after[head]
    after[junction], before[junction] = first, head
    before[first] = after[head] = junction


@njit(cache=True, nogil=True)
def settle(
    first_arc: Positions,
    arc_from: Positions,
    arc_key: Ints,
    limit_key: int,
    band_bits: int,
    label: Ints,
    reached: Positions,
    n_reached: int,
    after: Positions,
    before: Positions,
    todo: Positions,
) -> int:
    """Search from junctions ``reached[:n_reached]``, labelled before, as far as ``limit_key``.

    ``label`` is NEVER elsewhere. Room as :func:`new_room` makes it, all bands empty, as they are again at the end.
    Returns the count of reached junctions.
    """
    heads = len(after) - MOST_BANDS
    band = MOST_BANDS
    for i in range(n_reached):
        at = label[reached[i]] >> band_bits
        into_band(at, reached[i], after, before)
        band = min(band, at)
    n_bands = (limit_key >> band_bits) + 1
    while band < n_bands:
        head = np.uint32(heads + band)
        n_todo = 0
        junction = after[head]
        while junction != head:
            before[junction] = NOT_WAITING
            todo[n_todo] = junction
            n_todo += 1
            junction = after[junction]
        if n_todo == 0:
            band += 1
            continue
        after[head] = before[head] = head
        for i in range(n_todo):
            junction = todo[i]
            here = label[junction]
            for arc in range(first_arc[junction], first_arc[junction + 1]):
                there, tail = here + arc_key[arc], arc_from[arc]
                was = label[tail]
                if there >= min(was, limit_key + 1):
                    continue
                label[tail] = there
                if was == NEVER:
                    reached[n_reached] = tail
                    n_reached += 1
                elif before[tail] != NOT_WAITING:
                    after[before[tail]], before[after[tail]] = after[tail], before[tail]
                into_band(there >> band_bits, tail, after, before)
    return n_reached


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
    reached: Positions,
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
def inside_chains(
    chain_a: SmallInts,
    first_end: SmallInts,
    ends: SmallInts,
    first_of_junction: Positions,
    first_of_chain: Positions,
    other: Positions,
    to_a: Ints,
    to_b: Ints,
    longest_in: Ints,
    limit_key: int,
    label: Ints,
    reached: Positions,
    n_reached: int,
    found: Positions,
    found_key: Ints,
) -> Whole:
    """Find the points inside chains that reach the place over the chains' junctions, each once, and their keys.

    Points as in :class:`doorstep.walk.graph.Inside`; ``found`` has room for one more than there are. Returns the count.
    """
    n_found = np.uint32(0)
    for i in range(n_reached):
        junction = reached[i]
        here = label[junction]
        for point in range(first_of_junction[junction], first_of_junction[junction + 1]):
            key = min(here + to_a[point], label[other[point]] + to_b[point])
            found[n_found], found_key[n_found] = point, key  # kept if it counts: quicker than to ask first
            n_found += np.uint32(key <= limit_key)
        if here + longest_in[junction] <= limit_key:
            continue  # then all chains that end here are told from where they start
        for at in range(first_end[junction], first_end[junction + 1]):
            chain = ends[at] >> 1
            if ends[at] & 1 and label[chain_a[chain]] == NEVER:
                for point in range(first_of_chain[chain], first_of_chain[chain + 1]):
                    key = here + to_b[point]
                    found[n_found], found_key[n_found] = point, key
                    n_found += np.uint32(key <= limit_key)
    return np.int64(n_found)


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
