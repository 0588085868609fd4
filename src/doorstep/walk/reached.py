"""All nodes of a network from which some nodes are reached: the raw search, arrays in and arrays out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.walk import _nodes
from doorstep.walk.graph import NEVER, Graph, Inside, chains_of, graph_of, inside_of
from doorstep.walk.keys import limits_of, threads_of, whole_numbers
from doorstep.walk.parts import BAND, TASKS_PER_WORKER, Columns, Piece, Room, first_rows, new_room, rows_of_parts

__all__ = ["NO_WAY", "NodeGraph", "prepare", "reached_nodes"]

FIRST_BITS = 37  # of a key, what counts first begins here
LENGTH_MAX = 2**24 - 1
NO_WAY = -1  # the length of an edge in a direction in which nobody may walk

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class NodeGraph:
    """Any network ready for :func:`reached_nodes`.

    Parameters
    ----------
    graph
        Chains and keys.
    inside_node, inside
        The nodes that are no junctions, by chain.
    node_slot
        Shape (n_nodes,), int32: a slot that ends at the node, else one that starts there; -1: no edge.
    """

    graph: Graph
    inside_node: SmallInts
    inside: Inside
    node_slot: SmallInts


def prepare(
    x_m: npt.NDArray[np.float64],
    y_m: npt.NDArray[np.float64],
    edge_u: Ints,
    edge_v: Ints,
    length_uv: Ints,
    length_vu: Ints,
) -> NodeGraph:
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
    NodeGraph
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
    graph = graph_of(chains_of(x_m, y_m, edge_u, edge_v), keys[0], keys[1])
    return _with_nodes(graph)


def _with_nodes(graph: Graph) -> NodeGraph:
    chains = graph.chains
    slots = np.arange(len(chains.slot_node))
    chain = chains.chain_of_edge[chains.slot_edge]
    is_inside = (slots + 1 < chains.first_slot[chain + 1]) | (chains.chain_b[chain] < 0)
    node_slot = np.full(chains.n_nodes, -1, dtype=np.int32)
    node_slot[chains.junction_node[chains.chain_a]] = chains.first_slot[:-1]
    node_slot[chains.slot_node] = slots
    inside = inside_of(graph, chain[is_inside], graph.to_a[is_inside], graph.to_b[is_inside])
    return NodeGraph(graph, chains.slot_node[is_inside], inside, node_slot)


def reached_nodes(
    nodes: NodeGraph, node: Ints, limit: int, *, workers: int | None = None
) -> tuple[Ints, SmallInts, SmallInts]:
    """Find all nodes from which each of some nodes is within a limit.

    Parameters
    ----------
    nodes
        From :func:`prepare`.
    node
        Shape (n,): the nodes walked to. A node without an edge reaches itself.
    limit
        Longest length, inclusive, in the unit of the edges; from 0 to 16,777,215.
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
        If there is no such node, or the limit is negative or too long.

    Examples
    --------
    >>> mm = np.array([300, 500])
    >>> nodes = prepare(np.zeros(3), np.zeros(3), np.array([0, 1]), np.array([1, 2]), mm, mm)
    >>> first, reached, length = reached_nodes(nodes, np.array([0]), 700)
    >>> sorted(zip(reached.tolist(), length.tolist()))
    [(0, 0), (1, 300)]
    """
    limit = int(limits_of(limit))
    if limit > LENGTH_MAX:
        raise ValueError(f"limit {limit} is above {LENGTH_MAX}")
    graph, inside, chains = nodes.graph, nodes.inside, nodes.graph.chains
    node = whole_numbers(node, "nodes")
    if len(node) and not 0 <= node.min() <= node.max() < chains.n_nodes:
        raise ValueError(f"nodes outside 0 to {chains.n_nodes - 1}")
    slot = nodes.node_slot[node]
    alone = np.flatnonzero(slot < 0)
    by_slot = np.argsort(slot, kind="stable")  # neighbours one after the other share what is in the cache
    by_slot = by_slot[slot[by_slot] >= 0]
    limit_key = (limit + 1 << FIRST_BITS) - 1

    def search(places: Ints, counts: Ints, columns: Columns, room: Room) -> tuple[int, int]:
        on = slot[places]
        at_far_end = chains.slot_node[on] == node[places]
        done: tuple[int, int] = _nodes.nodes_within(
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
            nodes.inside_node,
            inside.first_of_junction,
            inside.first_of_chain,
            inside.other,
            inside.to_a,
            inside.to_b,
            inside.longest_in,
            chains.chain_of_edge[chains.slot_edge[on]],
            on,
            np.where(at_far_end, graph.along[on], 0),
            np.where(at_far_end, 0, graph.against[on]),
            limit_key,
            FIRST_BITS + BAND,
            FIRST_BITS,
            counts,
            *columns,
            *room,
        )
        return done

    n_workers = threads_of(workers)
    parts = [part for part in np.array_split(by_slot, n_workers * TASKS_PER_WORKER) if len(part)]
    rooms = [new_room(len(chains.junction_node)) for _ in range(min(n_workers, len(parts)))]
    with ThreadPoolExecutor(max_workers=n_workers) as threads:
        pieces = rows_of_parts(threads, parts, search, _columns, rooms)
        at_home = node[alone].astype(np.int32), np.zeros(len(alone), dtype=np.int32)
        pieces.append(Piece(alone, np.ones(len(alone), dtype=np.int64), at_home))
        first = first_rows(pieces, len(node))
        row_node, row_length = _columns(int(first[-1]))

        def put(piece: Piece) -> None:
            found_node, found_length = piece.columns
            _nodes.put_rows(first[piece.places], piece.counts, found_node, found_length, row_node, row_length)

        list(threads.map(put, pieces))
    return first, row_node, row_length


def _columns(length: int) -> tuple[SmallInts, SmallInts]:
    return np.empty(length, dtype=np.int32), np.empty(length, dtype=np.int32)
