"""Compiled search for the nodes within a limit of some nodes; keys and bands: :mod:`doorstep.walk._search`."""

from __future__ import annotations

import numpy as np
from numba import njit

from doorstep.walk._chains import NEVER, Positions
from doorstep.walk._search import Ints, SmallInts, from_chain, inside_chains, settle


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
    slot_to_a: Ints,
    slot_to_b: Ints,
    first_arc: Positions,
    arc_from: Positions,
    arc_key: Ints,
    inside_node: SmallInts,
    first_of_junction: Positions,
    first_of_chain: Positions,
    other: Positions,
    to_a: Ints,
    to_b: Ints,
    longest_in: Ints,
    place_chain: SmallInts,
    place_slot: SmallInts,
    place_key_a: Ints,
    place_key_b: Ints,
    limit_key: int,
    band_bits: int,
    length_bits: int,
    counts: Ints,
    row_node: SmallInts,
    row_length: SmallInts,
    label: Ints,
    reached: Positions,
    after: Positions,
    before: Positions,
    todo: Positions,
) -> tuple[int, int]:
    """Write, place after place, how many nodes reach it, which, and their lengths, as long as there is room for rows.

    A place stands on its chain's slot; ``label`` is NEVER everywhere, and is again at the end. Returns for how many
    places there was room, and how many rows they have.
    """
    found, found_key = np.empty(len(other) + 1, dtype=np.uint32), np.empty(len(other) + 1, dtype=np.int64)
    n_rows = 0
    for place in range(len(place_chain)):
        own, slot = place_chain[place], place_slot[place]
        slots = (first_slot[own], first_slot[own + 1])
        key_a, key_b = place_key_a[place], place_key_b[place]
        a, b = chain_a[own], chain_b[own]
        n_reached = from_chain(a, b, slots, along, against, slot, key_a, key_b, limit_key, label, reached, 0)
        n_reached = settle(
            first_arc, arc_from, arc_key, limit_key, band_bits, label, reached, n_reached, after, before, todo
        )
        n_found = inside_chains(
            chain_a, first_end, ends, first_of_junction, first_of_chain, other, to_a, to_b, longest_in, limit_key,
            label, reached, n_reached, found, found_key,
        )  # fmt: skip
        start = n_rows
        has_room = n_rows + n_reached + n_found + slots[1] - slots[0] < len(row_node)
        if has_room:
            for i in range(n_reached):
                junction = reached[i]
                row_node[n_rows] = junction_node[junction]
                row_length[n_rows] = label[junction] >> length_bits
                n_rows += 1
            own_begin, own_end = first_of_chain[own], first_of_chain[own + 1]
            for i in range(n_found):
                point = found[i]
                row_node[n_rows] = inside_node[point]
                row_length[n_rows] = found_key[i] >> length_bits
                n_rows += (point < own_begin) | (point >= own_end)
            # the place's own chain, where the straight way may be the shortest
            from_a, from_b = label[a], (label[b] if b >= 0 else np.int64(NEVER))
            last = slots[1] - (1 if b >= 0 else 0)
            straight = key_a
            for k in range(slot - 1, slots[0] - 1, -1):
                key = min(straight, from_a + slot_to_a[k], from_b + slot_to_b[k])
                straight = min(straight + along[k], NEVER)
                if key <= limit_key:
                    row_node[n_rows] = slot_node[k]
                    row_length[n_rows] = key >> length_bits
                    n_rows += 1
            straight = key_b
            for k in range(slot, last):
                if k > slot:
                    straight = min(straight + against[k], NEVER)
                key = min(straight, from_a + slot_to_a[k], from_b + slot_to_b[k])
                if key <= limit_key:
                    row_node[n_rows] = slot_node[k]
                    row_length[n_rows] = key >> length_bits
                    n_rows += 1
        for i in range(n_reached):
            label[reached[i]] = NEVER
        if not has_room:
            return place, start
        counts[place] = n_rows - start
    return len(place_chain), n_rows


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
