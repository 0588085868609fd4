"""All nodes of a network from which some nodes are reached: the raw search, arrays in and arrays out."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np
import numpy.typing as npt

from doorstep.walk import _search
from doorstep.walk.graph import NEVER, Chains, Graph, chains_of, graph_of
from doorstep.walk.keys import whole_numbers
from doorstep.walk.pairs import BAND, TASKS_PER_WORKER

__all__ = ["NO_WAY", "prepare", "reached_nodes", "slot_of_nodes"]

FIRST_BITS = 37  # of a key, what counts first begins here
LENGTH_MAX = 2**24 - 1
NO_WAY = -1  # the length of an edge in a direction in which nobody may walk

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]


def prepare(
    x_m: npt.NDArray[np.float64],
    y_m: npt.NDArray[np.float64],
    edge_u: Ints,
    edge_v: Ints,
    length_uv: Ints,
    length_vu: Ints,
) -> Graph:
    """Make any network of nodes and edges ready for :func:`reached_nodes`.

    Parameters
    ----------
    x_m, y_m
        Shape (n_nodes,): only the order in memory hangs on them.
    edge_u, edge_v
        Shape (n_edges,): nodes of each edge; parallel edges, loops and edges of no length are welcome.
    length_uv, length_vu
        Shape (n_edges,), whole numbers: length forth and back; ``NO_WAY`` where nobody may walk. An edge longer
        than any limit (16,777,215) is never walked whole.

    Returns
    -------
    Graph
        For any number of searches.

    Raises
    ------
    ValueError
        If arrays do not fit together, edges name nodes that are not there, or lengths are negative or no whole numbers.
    """
    edge_u, edge_v = whole_numbers(edge_u, "nodes"), whole_numbers(edge_v, "nodes")
    length_uv, length_vu = whole_numbers(length_uv, "lengths"), whole_numbers(length_vu, "lengths")
    negative = min(length_uv.min(initial=0), length_vu.min(initial=0))
    if negative < NO_WAY:
        raise ValueError(f"lengths must not be negative, the smallest is {negative}")
    if len(x_m) != len(y_m) or not len(edge_u) == len(edge_v) == len(length_uv) == len(length_vu):
        raise ValueError(
            f"{len(x_m)} x, {len(y_m)} y; {len(edge_u)} first and {len(edge_v)} second nodes of edges, "
            f"{len(length_uv)} and {len(length_vu)} lengths"
        )
    if len(edge_u) and not 0 <= min(edge_u.min(), edge_v.min()) <= max(edge_u.max(), edge_v.max()) < len(x_m):
        raise ValueError(f"edges name nodes outside 0 to {len(x_m) - 1}")
    keys = [
        np.where((length < 0) | (length > LENGTH_MAX), NEVER, length << FIRST_BITS) for length in (length_uv, length_vu)
    ]
    return graph_of(chains_of(x_m, y_m, edge_u, edge_v), keys[0], keys[1])


def reached_nodes(
    graph: Graph, node: Ints, limit: int, *, workers: int | None = None
) -> tuple[Ints, SmallInts, SmallInts]:
    """Find all nodes from which each of some nodes is within a limit.

    Parameters
    ----------
    graph
        From :func:`prepare`.
    node
        Shape (n,): the nodes walked to. A node without an edge reaches itself.
    limit
        Longest length, inclusive, in the unit of the edges; at most 16,777,215. A negative one reaches nothing.
    workers
        Threads; ``None``: one per core.

    Returns
    -------
    tuple
        Where each node's rows begin, shape (n + 1,); nodes and lengths of the rows. Within a node, rows are in no order
        of meaning, but always the same.

    Raises
    ------
    ValueError
        If there is no such node or the limit is too long.

    Examples
    --------
    >>> mm = np.array([300, 500])
    >>> graph = prepare(np.zeros(3), np.zeros(3), np.array([0, 1]), np.array([1, 2]), mm, mm)
    >>> first, reached, length = reached_nodes(graph, np.array([0]), 700)
    >>> sorted(zip(reached.tolist(), length.tolist()))
    [(0, 0), (1, 300)]
    """
    limit = int(whole_numbers(limit, "limits"))
    if limit > LENGTH_MAX:
        raise ValueError(f"limit {limit} is above {LENGTH_MAX}")
    chains, n_workers = graph.chains, workers or os.cpu_count() or 1
    node = whole_numbers(node, "nodes")
    slot, at_far_end = slot_of_nodes(chains, node)
    alone = np.flatnonzero(slot < 0) if limit >= 0 else np.zeros(0, dtype=np.int64)
    if len(chains.slot_edge) == 0:
        return np.arange(len(node) + 1) * (limit >= 0), node[alone].astype(np.int32), np.zeros(len(alone), np.int32)
    key_a = np.where(at_far_end, graph.along[slot], 0)
    key_b = np.where(at_far_end, 0, graph.against[slot])
    chain = chains.chain_of_edge[chains.slot_edge[slot]]
    limit_key = max((int(limit) + 1 << FIRST_BITS) - 1, -1)
    scratch: SimpleQueue[tuple[Ints, SmallInts]] = SimpleQueue()
    for _ in range(n_workers):
        size = len(chains.junction_node)
        scratch.put((np.full(size, NEVER, dtype=np.int64), np.empty(size, dtype=np.int32)))

    def search(part: Ints) -> tuple[Ints, SmallInts, SmallInts]:
        label, reached = mine = scratch.get()
        try:
            found: tuple[Ints, SmallInts, SmallInts] = _search.nodes_within(
                chains.junction_node,
                chains.chain_a,
                chains.chain_b,
                chains.first_slot,
                chains.slot_node,
                chains.first_end,
                chains.ends,
                graph.along,
                graph.against,
                graph.to_a,
                graph.to_b,
                graph.first_arc,
                graph.arc_from,
                graph.arc_key,
                chain[part],
                slot[part].astype(np.int32),
                key_a[part],
                key_b[part],
                limit_key,
                FIRST_BITS + BAND,
                FIRST_BITS,
                label,
                reached,
            )
            return found
        finally:
            scratch.put(mine)

    by_slot = np.argsort(slot, kind="stable")
    by_slot = by_slot[slot[by_slot] >= 0]
    parts = [part for part in np.array_split(by_slot, n_workers * TASKS_PER_WORKER) if len(part)]
    with ThreadPoolExecutor(max_workers=n_workers) as threads:
        found = list(threads.map(search, parts))
    first = np.zeros(len(slot) + 1, dtype=np.int64)
    for part, (counts, _, _) in zip(parts, found, strict=True):
        first[part + 1] = counts
    first[alone + 1] = 1
    np.cumsum(first, out=first)
    row_node, row_length = np.empty(first[-1], dtype=np.int32), np.empty(first[-1], dtype=np.int32)

    row_node[first[alone]] = node[alone]
    row_length[first[alone]] = 0

    def put(one: tuple[Ints, tuple[Ints, SmallInts, SmallInts]]) -> None:
        part, (counts, nodes, lengths) = one
        _search.put_rows(first[part], counts, nodes, lengths, row_node, row_length)

    with ThreadPoolExecutor(max_workers=n_workers) as threads:
        list(threads.map(put, zip(parts, found, strict=True)))
    return first, row_node, row_length


def slot_of_nodes(chains: Chains, node: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return a slot at each node (-1: no edge), and whether the node is at its far end, else at the chain's start."""
    far = np.full(chains.n_nodes, -1, dtype=np.int64)
    far[chains.slot_node] = np.arange(len(chains.slot_node))
    near = np.full(chains.n_nodes, -1, dtype=np.int64)
    near[chains.junction_node[chains.chain_a]] = chains.first_slot[:-1]
    if len(node) and not 0 <= node.min() <= node.max() < chains.n_nodes:
        raise ValueError(f"nodes outside 0 to {chains.n_nodes - 1}")
    slot = np.where(far[node] >= 0, far[node], near[node])
    return slot, far[node] >= 0
