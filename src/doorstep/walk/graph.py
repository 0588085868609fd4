"""The network made ready for searching: junctions along a space-filling curve, chains between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.walk import _chains

__all__ = ["NEVER", "Chains", "Graph", "Inside", "chains_of", "graph_of", "inside_of"]

NEVER = _chains.NEVER

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]
Positions = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]
Metres = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """How a network hangs together, without lengths: made once, whatever the walker.

    Nodes in the middle of a road and ends of dead ends are no junctions: a search need not stop there. They keep their
    exact place along their chain. Junctions are numbered along a Morton curve, so that what is near on the ground is
    near in memory [1]_.

    Parameters
    ----------
    n_nodes
        Nodes before the contraction.
    junction_node
        Shape (n_junctions,), int32: node of each junction.
    chain_a, chain_b
        Shape (n_chains,), int32: its junctions; -1 in ``chain_b`` for a dead end.
    first_slot
        Shape (n_chains + 1,), int32: the slots (edges, from a to b) of each chain.
    slot_edge, slot_forward, slot_node
        Shape (n_edges,): edge, whether the edge's own direction is from a to b, node at the end towards b.
    chain_of_edge, slot_of_edge
        Shape (n_edges,), int32.
    first_end, ends
        Chains by junction: ``2 c`` at the start of chain c, ``2 c + 1`` at its end.

    References
    ----------
    .. [1] G. M. Morton (1966), A computer oriented geodetic data base and a new technique in file sequencing, IBM.
    """

    n_nodes: int
    junction_node: SmallInts
    chain_a: SmallInts
    chain_b: SmallInts
    first_slot: SmallInts
    slot_edge: SmallInts
    slot_forward: Flags
    slot_node: SmallInts
    chain_of_edge: SmallInts
    slot_of_edge: SmallInts
    first_end: SmallInts
    ends: SmallInts


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Chains with the keys of walking them; see :mod:`doorstep.walk._search` for keys.

    Parameters
    ----------
    chains
        How it hangs together.
    along, against
        Shape (n_edges,), int64, by slot: key of the whole slot from a to b, from b to a.
    to_a, to_b
        Shape (n_edges,), int64, by slot: key from its far node back to a, on to b.
    first_arc, arc_from, arc_key
        By junction: from where one chain leads to it (uint32), and the key of that.
    """

    chains: Chains
    along: Ints
    against: Ints
    to_a: Ints
    to_b: Ints
    first_arc: Positions
    arc_from: Positions
    arc_key: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """Points inside chains (nodes, or homes), sorted by chain, so by the junction where the chain starts.

    What a search tells when it has reached a junction lies side by side: one loop without a question.

    Parameters
    ----------
    first_of_junction, first_of_chain
        Shapes (n_junctions + 1,), (n_chains + 1,), uint32: the points of the chains that start at a junction, of each
        chain.
    other
        Shape (n,), uint32: the junction at the end of the point's chain; n_junctions for a dead end.
    to_a, to_b
        Shape (n,), int64: key from the point to where its chain starts, and ends.
    longest_in
        Shape (n_junctions,), int64: key of the longest of the chains with points that end at a junction; -1: none. A
        search with that much left has reached the other ends of them all.
    """

    first_of_junction: Positions
    first_of_chain: Positions
    other: Positions
    to_a: Ints
    to_b: Ints
    longest_in: Ints


def chains_of(x_m: Metres, y_m: Metres, edge_u: Ints, edge_v: Ints) -> Chains:
    """Contract a network to junctions and chains.

    Parameters
    ----------
    x_m, y_m
        Shape (n_nodes,): metres; only the order in memory hangs on them.
    edge_u, edge_v
        Shape (n_edges,): nodes of each edge; parallel edges and loops are welcome.

    Returns
    -------
    Chains
        Every edge is in one chain.

    Examples
    --------
    >>> x, y = np.array([0.0, 1.0, 2.0, 2.0, 2.0]), np.array([0.0, 0.0, 0.0, 1.0, -1.0])
    >>> chains = chains_of(x, y, np.array([0, 1, 2, 2]), np.array([1, 2, 3, 4]))
    >>> chains.junction_node.tolist(), np.diff(chains.first_slot).tolist()
    ([2], [2, 1, 1])
    """
    edge_u, edge_v = np.asarray(edge_u, dtype=np.int64), np.asarray(edge_v, dtype=np.int64)
    n_nodes = len(x_m)
    first, half = _chains.half_edges(n_nodes, edge_u, edge_v)
    nodes = np.flatnonzero(_chains.junctions(n_nodes, edge_u, edge_v, first))
    nodes = nodes[np.argsort(curve(x_m[nodes], y_m[nodes]), kind="stable")]
    junction, chain_a, chain_b, first_slot, edge, forward, node, chain_of_edge, slot_of_edge = _chains.chains(
        n_nodes, edge_u, edge_v, first, half, nodes
    )
    first_end, ends = _chains.chains_of_junctions(len(junction), chain_a, chain_b)
    return Chains(
        n_nodes,
        junction,
        chain_a,
        chain_b,
        first_slot,
        edge,
        forward,
        node,
        chain_of_edge,
        slot_of_edge,
        first_end,
        ends,
    )


def graph_of(chains: Chains, key_uv: Ints, key_vu: Ints) -> Graph:
    """Lay the keys of walking over chains.

    Parameters
    ----------
    chains
        From :func:`chains_of`.
    key_uv, key_vu
        Shape (n_edges,), int64: key of walking each whole edge forth and back; ``NEVER`` where nobody may.

    Returns
    -------
    Graph
        Ready for any search towards places.
    """
    one = chains
    along, against, to_a, to_b = _chains.keys_along(one.first_slot, one.slot_edge, one.slot_forward, key_uv, key_vu)
    arcs = _chains.arcs_backward(one.first_end, one.ends, one.chain_a, one.chain_b, one.first_slot, along, to_a, to_b)
    return Graph(chains, along, against, to_a, to_b, *arcs)


def inside_of(graph: Graph, chain: npt.NDArray[np.signedinteger], to_a: Ints, to_b: Ints) -> Inside:
    """Lay points inside chains side by side.

    Parameters
    ----------
    graph
        Chains with keys.
    chain
        Shape (n,), ascending: the chain of each point.
    to_a, to_b
        Shape (n,), int64: keys from the point to the ends of its chain.

    Returns
    -------
    Inside
        In the order given.
    """
    chains, n_junctions = graph.chains, len(graph.chains.junction_node)
    first_of_chain = np.searchsorted(chain, np.arange(len(chains.chain_a) + 1)).astype(np.uint32)
    first_chain = np.searchsorted(chains.chain_a, np.arange(n_junctions + 1))
    end = chains.chain_b[chain]
    longest_in = _chains.longest_into(
        n_junctions, chains.chain_a, chains.chain_b, chains.first_slot, graph.along, graph.to_b, first_of_chain
    )
    other = np.where(end < 0, n_junctions, end).astype(np.uint32)
    return Inside(first_of_chain[first_chain], first_of_chain, other, to_a, to_b, longest_in)


def curve(x_m: Metres, y_m: Metres) -> npt.NDArray[np.uint32]:
    """Return where points lie on a Morton curve over their bounding square, 65,536 steps a side."""
    if len(x_m) == 0:
        return np.zeros(0, dtype=np.uint32)
    side = max(float(np.ptp(x_m)), float(np.ptp(y_m)), 1e-9)
    code = np.zeros(len(x_m), dtype=np.uint32)
    for shift, value in enumerate((x_m, y_m)):
        bits = ((value - value.min()) * (65_535 / side)).astype(np.uint32)
        for spread, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
            bits = (bits | (bits << np.uint32(spread))) & np.uint32(mask)
        code |= bits << np.uint32(shift)
    return code
