"""Every residence within a walk of every place, and the line of one walk."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.walk import _kernels as kernels
from doorstep.walk.network import Flags, Ints, Network
from doorstep.walk.snap import Connections

__all__ = ["Pairs", "walk_pairs"]

PLACES_PER_TASK = 64


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Walks within a limit, sorted by place, then home; ``walk_ms = moving_ms + wait_ms``.

    Parameters
    ----------
    first_of_place
        Shape (n_places + 1,), int64: the pairs of place j are ``first_of_place[j]:first_of_place[j + 1]``.
    home
        Shape (n_pairs,), int32: position in the homes that were asked for, ascending within a place.
    walk_mm, moving_ms, wait_ms
        Shape (n_pairs,), int32: length, time on the move at 1 m/s, time at signals.
    """

    first_of_place: Ints
    home: npt.NDArray[np.int32]
    walk_mm: npt.NDArray[np.int32]
    moving_ms: npt.NDArray[np.int32]
    wait_ms: npt.NDArray[np.int32]


def walk_pairs(
    network: Network,
    homes: Connections,
    places: Connections,
    *,
    limit_mm: Ints,
    workers: int | None = None,
) -> Pairs:
    """Find every residence within a walking limit of every place.

    Walks go from home to place, are the shortest, among equals the quickest, then those with fewer waits. Pairs
    beyond the limit, or joined by no walk, are absent.

    Parameters
    ----------
    network
        Pedestrian network; not changed.
    homes, places
        Points on it, from :func:`doorstep.walk.connect`; those not connected have no pairs.
    limit_mm
        Shape (n_places,): longest walk to each place, inclusive; a negative limit gives none.
    workers
        Threads; ``None``: one per core. The result does not depend on it.

    Returns
    -------
    Pairs
        Sorted by place, then home.

    Raises
    ------
    ValueError
        If limits do not fit the places, or a limit is above 16.7 km, or (only in cities of thousands of signals side by
        side) a walk has 2,047 waits.

    Notes
    -----
    One bounded search per place [1]_: time grows with the nodes within the limit, not with the city.

    References
    ----------
    .. [1] E. W. Dijkstra (1959), A note on two problems in connexion with graphs, *Numerische Mathematik* 1, 269-271.
    """
    limit_mm = np.asarray(limit_mm, dtype=np.int64)
    n_places, n_homes, n_nodes = len(places.edge), len(homes.edge), len(network.node_x_m)
    wait_ms = int(network.wait_ms.max(initial=0))
    if limit_mm.shape != (n_places,):
        raise ValueError(f"{limit_mm.shape} limits for {n_places} places")
    longest_mm = int(limit_mm.max(initial=0))
    factor = np.concatenate([network.factor_uv, network.factor_vu])
    slowest = float(factor[np.isfinite(factor)].max(initial=1.0))
    longest_ms = longest_mm * (slowest + 0.5) + kernels.WAITS_MAX * wait_ms  # 0.5: rounded edge by edge
    if longest_mm > kernels.LENGTH_MAX_MM or longest_ms > kernels.TIME_MAX_MS:
        raise ValueError(f"limit of {longest_mm} mm is too long to search")

    edge = np.concatenate([np.flatnonzero(network.may_uv), np.flatnonzero(network.may_vu)])
    toward_v = np.arange(len(edge)) < network.may_uv.sum()
    tail = np.where(toward_v, network.edge_u[edge], network.edge_v[edge])
    head = np.where(toward_v, network.edge_v[edge], network.edge_u[edge])
    length_mm = network.length_mm[edge]
    key = _key(length_mm, network.part_ms(edge, length_mm, toward_v)) + _wait_key(network, tail)
    first_in, in_tail, in_key = _by_group(head, n_nodes, tail, key)
    first_start, start_node, start_key = _starts(network, places)
    first_home, node_home, node_home_key = _homes_by_node(network, homes)
    first_same, same_home, same_key = _same_edge(network, homes, places)

    def search(chunk: slice) -> tuple[Ints, npt.NDArray[np.int32], Ints]:
        ends = slice(chunk.start, chunk.stop + 1)
        found: tuple[Ints, npt.NDArray[np.int32], Ints] = kernels.homes_of_places(
            first_in,
            in_tail,
            in_key,
            first_start[ends],
            start_node,
            start_key,
            limit_mm[chunk],
            first_home,
            node_home,
            node_home_key,
            first_same[ends],
            same_home,
            same_key,
            n_nodes,
            n_homes,
        )
        return found

    chunks = [slice(at, min(at + PLACES_PER_TASK, n_places)) for at in range(0, n_places, PLACES_PER_TASK)]
    with ThreadPoolExecutor(max_workers=workers or os.cpu_count() or 1) as threads:
        found = list(threads.map(search, chunks))
    counts = np.concatenate([np.zeros(1, dtype=np.int64), *(part[0] for part in found)])
    if (counts < 0).any():
        raise ValueError(f"a walk has {kernels.WAITS_MAX} waits or more")
    home = np.concatenate([np.zeros(0, dtype=np.int32), *(part[1] for part in found)])
    key = np.concatenate([np.zeros(0, dtype=np.int64), *(part[2] for part in found)])
    waited_ms = (key & kernels.WAITS_MAX) * wait_ms
    walk_ms = (key >> kernels.TIME_BIT) & kernels.TIME_MAX_MS
    return Pairs(
        first_of_place=np.cumsum(counts),
        home=home,
        walk_mm=(key >> kernels.LENGTH_BIT).astype(np.int32),
        moving_ms=(walk_ms - waited_ms).astype(np.int32),
        wait_ms=waited_ms.astype(np.int32),
    )


def _key(length_mm: Ints, time_ms: Ints) -> Ints:
    """Pack a length and a time; what is longer than any limit is cut so that sums stay within the integer."""
    cut_mm = np.minimum(length_mm, kernels.LENGTH_MAX_MM)
    cut_ms = np.minimum(time_ms, kernels.TIME_MAX_MS - 1)
    return (cut_mm << kernels.LENGTH_BIT) + (cut_ms << kernels.TIME_BIT)


def _wait_key(network: Network, node: Ints) -> Ints:
    """Return the key of a wait at each of some nodes, 0 where there is none."""
    wait_ms = network.wait_ms[node]
    return (wait_ms << kernels.TIME_BIT) + (wait_ms > 0)


def _ends(network: Network, points: Connections) -> tuple[Ints, Ints, Ints, Flags]:
    """Return both ends of each connected point's edge: which point, which node, how far, whether it is the second."""
    on = np.flatnonzero(points.edge >= 0)
    edge = points.edge[on]
    return (
        np.concatenate([on, on]),
        np.concatenate([network.edge_u[edge], network.edge_v[edge]]),
        np.concatenate([points.from_u_mm[on], points.from_v_mm[on]]),
        np.arange(2 * len(on)) >= len(on),
    )


def _starts(network: Network, places: Connections) -> tuple[Ints, Ints, Ints]:
    """List the ways into each place: last part of the walk, from a node along the place's edge, then off it."""
    place, node, part_mm, at_v = _ends(network, places)
    edge = places.edge[place]
    time_ms = network.part_ms(edge, part_mm, ~at_v)
    may_enter = ~network.is_closed[node] & ~(network.is_private[edge] & network.is_public[node]) & (time_ms >= 0)
    off_mm = places.off_mm[place]
    key = _key(part_mm + off_mm, time_ms + network.off_ms(off_mm)) + _wait_key(network, node)
    return _by_group(place[may_enter], len(places.edge), node[may_enter], key[may_enter])


def _homes_by_node(network: Network, homes: Connections) -> tuple[Ints, Ints, Ints]:
    """List who leaves an edge at each node: first part of the walk, to the edge and along it."""
    home, node, part_mm, at_v = _ends(network, homes)
    time_ms = network.part_ms(homes.edge[home], part_mm, at_v)
    may_leave = ~network.is_closed[node] & (time_ms >= 0)
    off_mm = homes.off_mm[home]
    key = _key(part_mm + off_mm, time_ms + network.off_ms(off_mm))
    return _by_group(node[may_leave], len(network.node_x_m), home[may_leave], key[may_leave])


def _same_edge(network: Network, homes: Connections, places: Connections) -> tuple[Ints, Ints, Ints]:
    """List the straight walks between points on one edge; neither closed ends nor privacy stand in their way."""
    n_edges = len(network.edge_u)
    first_home, on_edge, _ = _by_group(homes.edge[homes.edge >= 0], n_edges, np.flatnonzero(homes.edge >= 0), None)
    place = np.flatnonzero(places.edge >= 0)
    count = first_home[places.edge[place] + 1] - first_home[places.edge[place]]
    start = np.repeat(first_home[places.edge[place]] - (np.cumsum(count) - count), count)
    home = on_edge[start + np.arange(len(start))]
    place = np.repeat(place, count)
    part_mm = np.abs(homes.from_u_mm[home] - places.from_u_mm[place])
    time_ms = network.part_ms(places.edge[place], part_mm, homes.from_u_mm[home] < places.from_u_mm[place])
    off_mm = homes.off_mm[home] + places.off_mm[place]
    off_ms = network.off_ms(homes.off_mm[home]) + network.off_ms(places.off_mm[place])
    key = _key(part_mm + off_mm, time_ms + off_ms)
    passable = time_ms >= 0
    return _by_group(place[passable], len(places.edge), home[passable], key[passable])


def _by_group(group: Ints, n_groups: int, item: Ints, key: Ints | None) -> tuple[Ints, Ints, Ints]:
    """Sort items and their keys into groups: where each group starts, items, keys."""
    order = np.argsort(group, kind="stable")
    first = np.zeros(n_groups + 1, dtype=np.int64)
    np.cumsum(np.bincount(group, minlength=n_groups), out=first[1:])
    return first, item[order], (item if key is None else key)[order]
