"""A network ready to be searched, and points standing on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.walk.graph import NEVER, Chains, Graph, Inside, chains_of, graph_of, inside_of
from doorstep.walk.keys import LENGTH_MAX_MM, TIME_MAX_MS, WAITING_MAX, Packing, packing_of
from doorstep.walk.network import Ints, Metres, Network
from doorstep.walk.snap import Connections

__all__ = ["Searchable", "Standing", "most_waiting", "searchable", "standing"]

SmallInts = npt.NDArray[np.int32]
_POSITIONS, _KEYS = np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.int64)
_NOBODY = Inside(_POSITIONS, _POSITIONS, _POSITIONS, _KEYS, _KEYS, _KEYS)


@dataclass(frozen=True, slots=True, eq=False)
class Searchable:
    """A network of one walker, contracted, with keys.

    Parameters
    ----------
    network
        What it was made of.
    packing
        How its keys are put together.
    graph
        Chains and keys.
    factor_along, factor_against
        Shape (n_edges,), by slot: milliseconds per millimetre from the chain's start to its end, and back.
    waits_on_chain
        Most waiting on one chain, in units of the packing.
    fastest, slowest
        Least and most milliseconds per millimetre anywhere.
    """

    network: Network
    packing: Packing
    graph: Graph
    factor_along: Metres
    factor_against: Metres
    waits_on_chain: int
    fastest: float
    slowest: float


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Points on chains, sorted by chain, then slot, then owner.

    Parameters
    ----------
    owner
        Shape (n,), int32: residence or place.
    chain, slot, at_mm
        Shape (n,), int32: where; ``at_mm`` from the slot's first node.
    off
        Shape (n,), int64: key of the part off the network.
    key_a, key_b
        Shape (n,): key between the point and the slot's first and second node, the part off the network (and, walking
        in, the wait at the node) in it.
    inside
        As a search finds them; of homes only, empty for places.
    by_owner, first_of_owner
        Shapes (n,), (n_owners + 1,), int64: positions of each owner's points.
    """

    owner: SmallInts
    chain: SmallInts
    slot: SmallInts
    at_mm: SmallInts
    off: Ints
    key_a: Ints
    key_b: Ints
    inside: Inside
    by_owner: Ints
    first_of_owner: Ints

    @property
    def n_owners(self) -> int:
        """Residences or places, connected or not."""
        return len(self.first_of_owner) - 1


_NUMBERS = ("length_mm", "factor_uv", "factor_vu", "wait_u_ms", "wait_v_ms")


def _check_edges(network: Network) -> None:
    """Refuse edges that do not fit together or have no number: a network that was changed by hand."""
    n_edges = len(network.edge_u)
    for name in (*_NUMBERS, "edge_v", "may_uv", "may_vu", "is_private"):
        given = getattr(network, name)
        if given.shape != (n_edges,):
            raise ValueError(f"{name} has shape {given.shape}, and there are {n_edges} edges")
        if name in _NUMBERS and n_edges and not given.min() >= 0:  # NaN is not, either
            raise ValueError(f"{name} is negative or no number, first at edge {int(np.argmin(given >= 0))}")


def searchable(
    network: Network, *, measure: str = "metres", chains: Chains | None = None, packing: Packing | None = None
) -> Searchable:
    """Contract a network and lay keys over it.

    Parameters
    ----------
    network
        Pedestrian network of a walker.
    measure
        ``"metres"``: the shortest walk counts, among equals the quicker; ``"minutes"``: the quickest, among equals the
        shorter. Then the one with less waiting.
    chains
        Chains of a network with the same edges, if there are some already.
    packing
        How keys are put together, if they must be compared with those of another walker.

    Returns
    -------
    Searchable
        For any number of searches.

    Raises
    ------
    ValueError
        If the edges of the network do not fit together, or a length, wait or pace is negative or no number.
    """
    _check_edges(network)
    if chains is None:
        chains = chains_of(network.node_x_m, network.node_y_m, network.edge_u, network.edge_v)
    packing = packing or packing_of([network], measure)
    edges = np.arange(len(network.edge_u))
    keys, factors = [], []
    for forth in (True, False):
        direction = np.full(len(edges), forth)
        wait_ms = network.wait_u_ms if forth else network.wait_v_ms
        key = packing.key(network.length_mm, network.part_ms(edges, network.length_mm, direction))
        may = network.may_uv if forth else network.may_vu
        keys.append(np.where(may & (key < NEVER), key + packing.wait_key(wait_ms), NEVER))
        factors.append(network.factor_uv if forth else network.factor_vu)
    units = np.maximum(network.wait_u_ms, network.wait_v_ms)[chains.slot_edge] // packing.wait_unit_ms
    most = int(np.add.reduceat(units, chains.first_slot[:-1]).max()) if len(units) and units.any() else 0
    forward, edge = chains.slot_forward, chains.slot_edge
    finite = np.concatenate([*factors, [1.0 / network.walker.speed_m_s]])
    finite = finite[np.isfinite(finite)]
    return Searchable(
        network,
        packing,
        graph_of(chains, keys[0], keys[1]),
        np.where(forward, factors[0][edge], factors[1][edge]),
        np.where(forward, factors[1][edge], factors[0][edge]),
        most,
        float(finite.min()),
        float(finite.max()),
    )


def most_waiting(ready: Searchable, limit: Ints) -> int:
    """Return how much waiting (in units of the packing) a search may meet on a walk so far, or on one chain.

    Twice as much fits a key; a search that meets more must be refused.

    Parameters
    ----------
    ready
        Network to search.
    limit
        Limits in mm or ms, as the measure says.

    Returns
    -------
    int
        At least 0.

    Raises
    ------
    ValueError
        If keys cannot hold walks up to the limits (it says the longest that they hold), or the waits on one chain.
    """
    longest, packing = int(limit.max(initial=0)), ready.packing
    longest_held, unit = _longest_held(ready), "mm" if packing.measure == "metres" else "ms"
    if longest > longest_held:
        raise ValueError(f"limit of {longest} {unit} is too long, at most {longest_held} {unit} on this network")
    most = WAITING_MAX // 2
    if packing.measure == "metres":
        left_ms = TIME_MAX_MS - _slow_ms(ready, longest)
        most = min(most, left_ms // packing.wait_unit_ms // 2)
    if ready.waits_on_chain > most:
        raise ValueError(f"the waits on one road add up to more than {most} times {packing.wait_unit_ms} ms")
    return most


def _slow_ms(ready: Searchable, length_mm: int) -> int:
    return int(length_mm * (ready.slowest + 0.5))  # 0.5: rounded edge by edge


def _longest_held(ready: Searchable) -> int:
    """Return the longest limit of which keys hold length and time, whatever way is walked."""
    if ready.packing.measure == "metres":
        most = min(LENGTH_MAX_MM, int(TIME_MAX_MS / (ready.slowest + 0.5)) + 1)
        return most if _slow_ms(ready, most) <= TIME_MAX_MS else most - 1
    most = int(min(TIME_MAX_MS, LENGTH_MAX_MM * ready.fastest + 1))
    return most if most / ready.fastest <= LENGTH_MAX_MM else most - 1


def standing(ready: Searchable, points: Connections, *, walking_in: bool) -> Standing:
    """Stand points on chains.

    Parameters
    ----------
    ready
        Network to search.
    points
        Points joined to it; those not connected are left out.
    walking_in
        True for places (walked to), False for homes (walked from).

    Returns
    -------
    Standing
        One entry a connected point.

    Notes
    -----
    A walk leaves the home's edge at either end that is not closed, also where that arc starts in the middle (a private
    edge may be left at both ends), and comes into the place's edge from an end that is not closed, if the edge is
    private only from one that no public way touches.
    """
    network, packing, chains = ready.network, ready.packing, ready.graph.chains
    on = np.flatnonzero(points.edge >= 0)
    edge = points.edge[on]
    fits = len(edge) == 0 or edge.max() < len(network.edge_u)
    if not fits or not np.array_equal((points.from_u_mm + points.from_v_mm)[on], network.length_mm[edge]):
        raise ValueError("the points were joined to another network")
    slot = chains.slot_of_edge[edge]
    chain = chains.chain_of_edge[edge]
    order = np.lexsort((points.of[on], slot))
    on, edge, slot, chain = on[order], edge[order], slot[order], chain[order]
    forward = chains.slot_forward[slot]
    off_mm = points.off_mm[on]
    off = packing.key(off_mm, network.off_ms(off_mm))
    keys = []
    for at_u in (True, False):
        node = network.edge_u[edge] if at_u else network.edge_v[edge]
        part_mm = points.from_u_mm[on] if at_u else points.from_v_mm[on]
        # From u the edge's direction leads in; to u it leads against the direction.
        key = packing.key(part_mm, network.part_ms(edge, part_mm, np.full(len(edge), at_u == walking_in)))
        may = ~network.is_closed[node] & (key < NEVER) & (off < NEVER)
        if walking_in:
            may &= ~(network.is_private[edge] & network.is_public[node])
            key = key + packing.wait_key((network.wait_u_ms if at_u else network.wait_v_ms)[edge])
        keys.append(np.where(may, np.minimum(key + off, NEVER), NEVER))
    key_a, key_b = np.where(forward, keys[0], keys[1]), np.where(forward, keys[1], keys[0])
    owner = points.of[on]
    by_owner = np.argsort(owner, kind="stable")
    inside = _NOBODY
    if not walking_in:
        is_first = slot == chains.first_slot[chain]
        before = np.where(is_first, 0, ready.graph.to_a[np.maximum(slot - 1, 0)])
        to_a = np.minimum(key_a + before, NEVER)
        ends_open = chains.chain_b[chain] >= 0
        to_b = np.where(ends_open, np.minimum(key_b + ready.graph.to_b[slot], NEVER), NEVER)
        inside = inside_of(ready.graph, chain, to_a, to_b)
    return Standing(
        owner=owner.astype(np.int32),
        chain=chain,
        slot=slot,
        at_mm=np.where(forward, points.from_u_mm[on], points.from_v_mm[on]).astype(np.int32),
        off=off,
        key_a=key_a,
        key_b=key_b,
        inside=inside,
        by_owner=by_owner,
        first_of_owner=_starts(owner, points.n_owners),
    )


def _starts(group: npt.NDArray[np.signedinteger], n_groups: int) -> Ints:
    first = np.zeros(n_groups + 1, dtype=np.int64)
    if n_groups:
        np.cumsum(np.bincount(group, minlength=n_groups), out=first[1:])
    return first
