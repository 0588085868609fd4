"""Walks toward places in plain code: from every node, and from homes, to the nearest of some places.

The compiled search answers a city at once; this one answers one question with its whole path, in metres or in minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Literal, NamedTuple

import numpy as np

from doorstep.walk.network import Ints, Network
from doorstep.walk.snap import Connections

__all__ = ["Label", "Measure", "Nearest", "connected", "labels_toward", "nearest_place", "ways_in", "without_end"]

Measure = Literal["metres", "minutes"]

_FAR = np.iinfo(np.int64).max // 4  # longer than any walk; two of them may be added


class Label(NamedTuple):
    """What is left to walk, compared entry by entry.

    Parameters
    ----------
    binding, other
        Millimetres and milliseconds (waits counted in) if metres bind, the other way round if minutes do.
    wait_ms
        Waiting at signals and lifts on the way.
    edges
        Edges walked, whole or in part: of equal walks the one with fewer.
    place
        Position of the place that it leads to.
    """

    binding: int
    other: int
    wait_ms: int
    edges: int
    place: int


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The nearest place of each home; -1 where there is none within the limit.

    Parameters
    ----------
    place
        Shape (n_homes,), int64: position of the place.
    walk_mm, walk_ms
        Shape (n_homes,), int64: length, and time with waits.
    """

    place: Ints
    walk_mm: Ints
    walk_ms: Ints


def without_end(measure: Measure) -> int:
    """Return a limit that no walk exceeds; ValueError if there is no such measure."""
    if measure not in ("metres", "minutes"):
        raise ValueError(f"measure {measure!r} is neither metres nor minutes")
    return _FAR


def connected(points: Connections, which: Iterable[int]) -> list[int]:
    """Return the points at which some homes or places join the network, ascending: their entrances."""
    owned = np.isin(points.of, np.unique(np.fromiter(which, dtype=np.int64)))
    found: list[int] = np.flatnonzero(owned & (points.edge >= 0)).tolist()
    return found


def labels_toward(
    network: Network,
    places: Connections,
    which: Sequence[int],
    *,
    limit: int,
    measure: Measure = "metres",
    enough: Iterable[int] = (),
) -> dict[int, Label]:
    """Search from places against the direction of walking, and return the walk that is left at each node.

    Parameters
    ----------
    network
        Pedestrian network.
    places
        Points on it.
    which
        Positions of the places that may be walked to.
    limit
        Millimetres if ``measure`` is metres, milliseconds if it is minutes, inclusive; the part off the network at
        the place counts.
    measure
        What the best walk is best in: the other decides among equals, then less waiting, fewer edges, the smaller
        place.
    enough
        The search may end when these nodes have their label; empty: it ends at the limit.

    Returns
    -------
    dict of int to Label
        Node -> walk to the nearest place, the wait at the node counted in.

    Notes
    -----
    Bounded search by E. W. Dijkstra (1959), A note on two problems in connexion with graphs, *Numerische
    Mathematik* 1, 269-271; time grows with the nodes within the limit.
    """
    if not limit >= 0:  # NaN is not, either
        raise ValueError(f"limit of {limit} below 0 or no number")
    limit = min(limit, without_end(measure))
    first_in, tails, lengths_mm, times_ms, waits_ms = _arcs_by_head(network)
    swap = measure == "minutes"
    best: dict[int, Label] = {}
    heap: list[tuple[Label, int]] = []

    def offer(node: int, label: Label) -> None:
        if label.binding <= limit and (node not in best or label < best[node]):
            best[node] = label
            heappush(heap, (label, node))

    for point in connected(places, which):
        for node, mm, ms, waited in ways_in(network, places, point):
            offer(node, Label(*((ms, mm) if swap else (mm, ms)), waited, 1, int(places.of[point])))
    missing = set(enough)
    found_all = bool(missing)
    while heap:
        label, node = heappop(heap)
        if label > best[node]:
            continue
        missing.discard(node)
        if found_all and not missing:
            break
        binding, other, waited, edges, place = label
        for arc in range(first_in[node], first_in[node + 1]):
            mm, ms = lengths_mm[arc], times_ms[arc]
            one, two = (ms, mm) if swap else (mm, ms)
            offer(tails[arc], Label(binding + one, other + two, waited + waits_ms[arc], edges + 1, place))
    return best


def _arcs_by_head(network: Network) -> tuple[list[int], list[int], list[int], list[int], list[int]]:
    """Return arcs by the node they lead to: first of node, tail, mm, ms with the wait at the tail, that wait."""
    edge = np.concatenate([np.flatnonzero(network.may_uv), np.flatnonzero(network.may_vu)])
    toward_v = np.arange(len(edge)) < network.may_uv.sum()
    tail = np.where(toward_v, network.edge_u[edge], network.edge_v[edge])
    head = np.where(toward_v, network.edge_v[edge], network.edge_u[edge])
    length_mm = network.length_mm[edge]
    wait_ms = network.arc_wait_ms(edge, toward_v)
    time_ms = network.part_ms(edge, length_mm, toward_v) + wait_ms
    order = np.lexsort((edge, head))
    first = np.concatenate([[0], np.cumsum(np.bincount(head, minlength=len(network.node_x_m)))])
    columns = (tail, length_mm, time_ms, wait_ms)
    tails, lengths, times, waits = (column[order].tolist() for column in columns)
    return first.tolist(), tails, lengths, times, waits


def ways_in(network: Network, places: Connections, point: int) -> list[tuple[int, int, int, int]]:
    """Return how a place is entered at one of its points: node, mm and ms from there with the wait there, that wait."""
    edge, off_mm = int(places.edge[point]), int(places.off_mm[point])
    off_ms = int(network.off_ms(np.array([off_mm]))[0])
    ways = []
    for node, part_mm, at_v in (
        (int(network.edge_u[edge]), int(places.from_u_mm[point]), False),
        (int(network.edge_v[edge]), int(places.from_v_mm[point]), True),
    ):
        part_ms = int(network.part_ms(np.array([edge]), np.array([part_mm]), np.array([not at_v]))[0])
        shut = network.is_closed[node] or (network.is_private[edge] and network.is_public[node])
        if not shut and part_ms >= 0:
            wait_ms = int((network.wait_v_ms if at_v else network.wait_u_ms)[edge])
            ways.append((node, part_mm + off_mm, part_ms + off_ms + wait_ms, wait_ms))
    return ways


def nearest_place(
    network: Network,
    homes: Connections,
    places: Connections,
    which: Sequence[int],
    *,
    limit: int,
    measure: Measure = "metres",
) -> Nearest:
    """Find the nearest of some places from every home.

    Parameters
    ----------
    network
        Pedestrian network.
    homes, places
        Points on it.
    which
        Positions of the places that count.
    limit, measure
        As in :func:`labels_toward`; the whole walk counts.

    Returns
    -------
    Nearest
        One entry a home; equal to the smallest of :func:`doorstep.walk.walk_pairs` if metres bind.
    """
    n_nodes, n_homes = len(network.node_x_m), homes.n_owners
    labels = labels_toward(network, places, which, limit=limit, measure=measure)
    at = np.full((n_nodes, 5), _FAR, dtype=np.int64)
    if labels:
        at[np.fromiter(labels, dtype=np.int64, count=len(labels))] = np.array(list(labels.values()), dtype=np.int64)
    swap = measure == "minutes"
    on = np.flatnonzero(homes.edge >= 0)
    off_mm, off_ms = homes.off_mm, network.off_ms(homes.off_mm)
    rows = [np.zeros((0, 6), dtype=np.int64)]  # home, then a label
    for end, part_mm, toward_v in (
        (network.edge_u, homes.from_u_mm, False),
        (network.edge_v, homes.from_v_mm, True),
    ):
        node, mm = end[homes.edge[on]], part_mm[on]
        ms = network.part_ms(homes.edge[on], mm, np.full(len(on), toward_v))
        usable = ~network.is_closed[node] & (ms >= 0) & (at[node, 0] < _FAR)
        home, left = on[usable], at[node[usable]]
        own = [mm[usable] + off_mm[home], ms[usable] + off_ms[home]]
        one, two = reversed(own) if swap else own
        rows.append(
            np.column_stack(
                [homes.of[home], left[:, 0] + one, left[:, 1] + two, left[:, 2], left[:, 3] + 1, left[:, 4]]
            )
        )
    rows += _straight_walks(network, homes, places, which, swap=swap)
    walks = np.concatenate(rows)
    walks = walks[walks[:, 1] <= limit]
    walks = walks[np.lexsort(walks.T[::-1])]
    home, first = np.unique(walks[:, 0], return_index=True)
    found = [np.full(n_homes, -1, dtype=np.int64) for _ in range(3)]
    for column, source in zip(found, (5, 2 if swap else 1, 1 if swap else 2), strict=True):
        column[home] = walks[first, source]
    return Nearest(*found)


def _straight_walks(
    network: Network, homes: Connections, places: Connections, which: Sequence[int], *, swap: bool
) -> list[Ints]:
    """Return the walks between homes and places on one edge, straight along it: home, then a label."""
    by_edge: dict[int, list[int]] = {}
    for point in connected(places, which):
        by_edge.setdefault(int(places.edge[point]), []).append(point)
    rows = []
    for home in np.flatnonzero(np.isin(homes.edge, list(by_edge))).tolist():
        edge = homes.edge[home : home + 1]
        for point in by_edge[int(edge[0])]:
            along_mm = places.from_u_mm[point] - homes.from_u_mm[home : home + 1]
            part_ms = network.part_ms(edge, np.abs(along_mm), along_mm > 0)
            off_mm = np.array([homes.off_mm[home], places.off_mm[point]])
            mm = int(np.abs(along_mm)[0] + off_mm.sum())
            ms = int(part_ms[0] + network.off_ms(off_mm).sum())
            label = Label(*((ms, mm) if swap else (mm, ms)), 0, 1, int(places.of[point]))
            if part_ms[0] >= 0:
                rows.append(np.array([[homes.of[home], *label]], dtype=np.int64))
    return rows
