"""Compiled contraction: chains of edges between junctions, and what walking along them costs.

A *junction* is a node where a walk can turn: neither the end of a dead end nor a point in the middle of a road. A
*chain* is the run of edges from one junction to the next (or to a dead end), its edges are its *slots*, counted from
its first junction. Keys of arcs are integers that add up (see :mod:`doorstep.walk._search`); ``NEVER`` is no way.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

NEVER = 2**61  # three of them still fit an integer of 64 bits

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Positions = npt.NDArray[np.uint32]  # read in the innermost loops, where a sign would be asked for each time
Flags = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True)
def half_edges(n_nodes: int, edge_u: Ints, edge_v: Ints) -> tuple[Places, Places]:
    """Return, by node, its edge ends: ``2 e`` at the first node of edge e, ``2 e + 1`` at the second."""
    first = np.zeros(n_nodes + 1, dtype=np.int32)
    for e in range(len(edge_u)):
        first[edge_u[e] + 1] += 1
        first[edge_v[e] + 1] += 1
    for n in range(n_nodes):
        first[n + 1] += first[n]
    half = np.empty(2 * len(edge_u), dtype=np.int32)
    fill = first[:-1].copy()
    for e in range(len(edge_u)):
        half[fill[edge_u[e]]] = 2 * e
        fill[edge_u[e]] += 1
        half[fill[edge_v[e]]] = 2 * e + 1
        fill[edge_v[e]] += 1
    return first, half


@njit(cache=True, nogil=True)
def junctions(n_nodes: int, edge_u: Ints, edge_v: Ints, first: Places) -> Flags:
    """Return which nodes are junctions: more than two edge ends, or a loop."""
    is_junction = np.zeros(n_nodes, dtype=np.bool_)
    for n in range(n_nodes):
        is_junction[n] = first[n + 1] - first[n] > 2
    for e in range(len(edge_u)):
        if edge_u[e] == edge_v[e]:
            is_junction[edge_u[e]] = True
    return is_junction


@njit(cache=True, nogil=True)
def chains(
    n_nodes: int, edge_u: Ints, edge_v: Ints, first: Places, half: Places, junction_node: Ints
) -> tuple[Places, Places, Places, Places, Places, Flags, Places, Places, Places]:
    """Walk along all edges once, junction by junction in the order given.

    Returns the junctions' nodes (those of pieces without a junction of their own added at the end), per chain its
    two junctions (-1: dead end) and where its slots begin, per slot its edge, whether it runs in the direction of
    the edge, and the node at its far end, per edge its chain and its slot.
    """
    n_edges = len(edge_u)
    rank = np.full(n_nodes, -1, dtype=np.int32)
    junction = np.empty(n_nodes, dtype=np.int32)
    n_junctions = len(junction_node)
    for r in range(n_junctions):
        rank[junction_node[r]] = r
        junction[r] = junction_node[r]
    chain_a = np.empty(n_edges, dtype=np.int32)
    chain_b = np.empty(n_edges, dtype=np.int32)
    first_slot = np.zeros(n_edges + 1, dtype=np.int32)
    slot_edge = np.empty(n_edges, dtype=np.int32)
    slot_forward = np.empty(n_edges, dtype=np.bool_)
    slot_node = np.empty(n_edges, dtype=np.int32)
    chain_of_edge = np.full(n_edges, -1, dtype=np.int32)
    slot_of_edge = np.empty(n_edges, dtype=np.int32)
    n_chains = n_slots = r = left = 0
    while True:
        if r == n_junctions:  # whatever is left hangs at no junction: make one where the smallest edge starts
            while left < n_edges and chain_of_edge[left] >= 0:
                left += 1
            if left == n_edges:
                break
            rank[edge_u[left]] = r
            junction[r] = edge_u[left]
            n_junctions += 1
        for i in range(first[junction[r]], first[junction[r] + 1]):
            at = half[i]
            if chain_of_edge[at >> 1] >= 0:
                continue
            chain_a[n_chains] = r
            while True:
                e = at >> 1
                forward = (at & 1) == 0
                node = edge_v[e] if forward else edge_u[e]
                chain_of_edge[e] = n_chains
                slot_of_edge[e] = n_slots
                slot_edge[n_slots] = e
                slot_forward[n_slots] = forward
                slot_node[n_slots] = node
                n_slots += 1
                if rank[node] >= 0 or first[node + 1] - first[node] == 1:
                    chain_b[n_chains] = rank[node]
                    break
                other = half[first[node]]
                at = half[first[node] + 1] if other == at ^ 1 else other
            n_chains += 1
            first_slot[n_chains] = n_slots
        r += 1
    return (
        junction[:n_junctions].copy(),
        chain_a[:n_chains].copy(),
        chain_b[:n_chains].copy(),
        first_slot[: n_chains + 1].copy(),
        slot_edge,
        slot_forward,
        slot_node,
        chain_of_edge,
        slot_of_edge,
    )


@njit(cache=True, nogil=True)
def chains_of_junctions(n_junctions: int, chain_a: Places, chain_b: Places) -> tuple[Places, Places]:
    """Return, by junction, its chains: ``2 c`` where chain c starts, ``2 c + 1`` where it ends elsewhere."""
    first = np.zeros(n_junctions + 1, dtype=np.int32)
    for c in range(len(chain_a)):
        first[chain_a[c] + 1] += 1
        if chain_b[c] >= 0 and chain_b[c] != chain_a[c]:
            first[chain_b[c] + 1] += 1
    for r in range(n_junctions):
        first[r + 1] += first[r]
    ends = np.empty(first[n_junctions], dtype=np.int32)
    fill = first[:-1].copy()
    for c in range(len(chain_a)):
        ends[fill[chain_a[c]]] = 2 * c
        fill[chain_a[c]] += 1
        if chain_b[c] >= 0 and chain_b[c] != chain_a[c]:
            ends[fill[chain_b[c]]] = 2 * c + 1
            fill[chain_b[c]] += 1
    return first, ends


@njit(cache=True, nogil=True)
def plus(a: np.int64, b: np.int64) -> np.int64:
    """Return the sum of two keys; what cannot be walked stays so."""
    return min(a + b, np.int64(NEVER))


@njit(cache=True, nogil=True)
def keys_along(
    first_slot: Places, slot_edge: Places, slot_forward: Flags, key_uv: Ints, key_vu: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return keys per slot: along it, against it, from its far end back to the chain's start, and on to its end."""
    n_slots = len(slot_edge)
    along, against = np.empty(n_slots, dtype=np.int64), np.empty(n_slots, dtype=np.int64)
    to_a, to_b = np.empty(n_slots, dtype=np.int64), np.empty(n_slots, dtype=np.int64)
    for c in range(len(first_slot) - 1):
        total = np.int64(0)
        for k in range(first_slot[c], first_slot[c + 1]):
            e = slot_edge[k]
            along[k] = key_uv[e] if slot_forward[k] else key_vu[e]
            against[k] = key_vu[e] if slot_forward[k] else key_uv[e]
            total = plus(total, against[k])
            to_a[k] = total
        total = np.int64(0)
        for k in range(first_slot[c + 1] - 1, first_slot[c] - 1, -1):
            to_b[k] = total
            total = plus(total, along[k])
    return along, against, to_a, to_b


@njit(cache=True, nogil=True)
def arcs_backward(
    first_end: Places,
    ends: Places,
    chain_a: Places,
    chain_b: Places,
    first_slot: Places,
    along: Ints,
    to_a: Ints,
    to_b: Ints,
) -> tuple[Positions, Positions, Ints]:
    """Return, by junction, from which junctions one chain leads to it, and its key (NEVER: nobody may walk it)."""
    n_junctions = len(first_end) - 1
    first = np.zeros(n_junctions + 1, dtype=np.uint32)
    arc_from = np.empty(len(ends), dtype=np.uint32)
    arc_key = np.empty(len(ends), dtype=np.int64)
    n_arcs = 0
    for r in range(n_junctions):
        for i in range(first_end[r], first_end[r + 1]):
            c = ends[i] >> 1
            if chain_b[c] < 0 or chain_b[c] == chain_a[c]:
                continue
            if ends[i] & 1:
                other, key = chain_a[c], plus(along[first_slot[c]], to_b[first_slot[c]])
            else:
                other, key = chain_b[c], to_a[first_slot[c + 1] - 1]
            arc_from[n_arcs] = other
            arc_key[n_arcs] = key
            n_arcs += 1
        first[r + 1] = n_arcs
    return first, arc_from[:n_arcs].copy(), arc_key[:n_arcs].copy()


@njit(cache=True, nogil=True)
def longest_into(
    n_junctions: int,
    chain_a: Places,
    chain_b: Places,
    first_slot: Places,
    along: Ints,
    to_b: Ints,
    first_of_chain: Positions,
) -> Ints:
    """Return, by junction, the largest key of walking a whole chain with points in it that ends there; -1: no chain."""
    longest = np.full(n_junctions, -1, dtype=np.int64)
    for c in range(len(chain_a)):
        if chain_b[c] >= 0 and first_of_chain[c] < first_of_chain[c + 1]:
            whole = plus(along[first_slot[c]], to_b[first_slot[c]])
            longest[chain_b[c]] = max(longest[chain_b[c]], whole)
    return longest
