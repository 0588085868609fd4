"""Walks from homes to places: SciPy's Dijkstra on the whole network, nothing contracted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from doorstep.verify.graph import Footing, Graph, half_up
from doorstep.verify.need import Bools, Floats, Ints

__all__ = ["Walks", "derive_walks"]

BATCH = 64
BITS = 52  # of a double, in which whole numbers are exact


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """Homes that reach each place: ``home[first[p]:first[p + 1]]`` with their mm and ms, homes ascending.

    ``in_minutes`` tells which of the two binds.
    """

    first: Ints
    home: Ints
    walk_mm: Ints
    walk_ms: Ints
    in_minutes: bool = False

    @property
    def walk(self) -> Ints:
        """The measure that binds: mm, or ms."""
        return self.walk_ms if self.in_minutes else self.walk_mm

    def of(self, place: int) -> tuple[Ints, Ints]:
        """Return homes and walks of one place, in the measure that binds."""
        part = slice(self.first[place], self.first[place + 1])
        return self.home[part], self.walk[part]


@dataclass(frozen=True, slots=True)
class _Scale:
    """How mm and ms make one whole number: the one that binds times ``per_unit``, plus the other.

    SciPy then finds the best, and among equals the better in the other measure.
    """

    in_minutes: bool
    longest: int

    @property
    def per_unit(self) -> float:
        """As large as the longest walk of interest leaves room for in a double."""
        return 2.0 ** (BITS - 1 - int(self.longest).bit_length())

    def key(self, mm: npt.ArrayLike, ms: npt.ArrayLike) -> Floats:
        """Put lengths and times together; a time without end stays without end."""
        binding, other = np.asarray(mm, dtype=np.float64), np.asarray(ms, dtype=np.float64)
        if self.in_minutes:
            binding, other = other, binding
        # What is longer than the longest walk is never used: cut, so that no sum leaves the whole numbers.
        together = np.minimum(binding, self.longest + 1.0) * self.per_unit + np.minimum(other, self.per_unit / 2)
        return np.where(np.isinf(binding) | np.isinf(other), np.inf, together)

    def parts(self, key: Floats) -> tuple[Ints, Ints]:
        """Return mm and ms again."""
        binding = np.floor(key / self.per_unit)
        other = key - binding * self.per_unit
        mm, ms = (other, binding) if self.in_minutes else (binding, other)
        return mm.astype(np.int64), ms.astype(np.int64)


def derive_walks(
    graph: Graph,
    homes: Footing,
    places: Footing,
    limit: Ints,
    *,
    in_minutes: bool = False,
    home_of: Ints | None = None,
    place_of: Ints | None = None,
) -> Walks:
    """Find every walk from a home to a place within the place's limit.

    Parameters
    ----------
    graph
        Who may walk where.
    homes, places
        Points on the network.
    limit
        Shape (n_places,): longest walk of interest, in mm or, in minutes, in ms.
    in_minutes
        The quickest walk counts, among equals the shortest; else the shortest, among equals the quickest.
    home_of, place_of
        Shapes (n_homes,) and (n_places,): whose point each is, if somebody has several (entrances); the walk is then
        the best of them. Places of one owner have one limit. ``None``: each is its own.

    Returns
    -------
    Walks
        Off-network parts and waits included; by owner, where points have one.
    """
    home_of = np.arange(len(homes.edge)) if home_of is None else home_of
    place_of = np.arange(len(places.edge)) if place_of is None else place_of
    n_owners = int(place_of.max(initial=-1)) + 1
    scale = _Scale(in_minutes, int(limit.max(initial=0)))
    backward = _backward(graph, places, scale)
    n_nodes = len(graph.x_m)
    at_u, at_v = _leaving(graph, homes, scale)
    connected = np.flatnonzero(homes.edge >= 0)
    home_u, home_v = graph.u[homes.edge[connected]], graph.v[homes.edge[connected]]
    columns_of_edge: dict[int, list[int]] = {}
    for column, home in enumerate(connected):
        columns_of_edge.setdefault(int(homes.edge[home]), []).append(column)

    found_place, found_home, found_key = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    usable = np.flatnonzero(places.edge >= 0)
    # Places of like limits go together, so that a far limit does not make near ones search far.
    usable = usable[np.argsort(limit[usable], kind="stable")]
    for begin in range(0, len(usable), BATCH):
        batch = usable[begin : begin + BATCH]
        beyond = float(limit[batch].max() + 1) * scale.per_unit
        reach = dijkstra(backward, indices=n_nodes + batch, limit=beyond)
        key = np.minimum(reach[:, home_u] + at_u[connected], reach[:, home_v] + at_v[connected])
        for row, place in enumerate(batch):
            for column in columns_of_edge.get(int(places.edge[place]), ()):
                straight = _straight(graph, scale, homes, int(connected[column]), places, int(place))
                key[row, column] = min(key[row, column], straight)
            off_mm = homes.off_mm[connected] + places.off_mm[place]
            total = key[row] + scale.key(off_mm, off_mm)  # 1 m/s: as many ms as mm
            near = np.flatnonzero(total < float(limit[place] + 1) * scale.per_unit)
            found_place.append(np.full(len(near), place_of[place]))
            found_home.append(home_of[connected[near]])
            found_key.append(total[near])
    owner, walker, keys = np.concatenate(found_place), np.concatenate(found_home), np.concatenate(found_key)
    order = np.lexsort((keys, walker, owner))
    best = order[_first_of_pair(owner[order], walker[order])]
    walk_mm, walk_ms = scale.parts(keys[best])
    counts = np.bincount(owner[best], minlength=n_owners)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Walks(first, walker[best], walk_mm, walk_ms, in_minutes)


def _first_of_pair(a: Ints, b: Ints) -> Bools:
    """Tell of sorted pairs which is the first of its kind."""
    first: Bools = np.ones(len(a), dtype=np.bool_)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return first


def _part_ms(mm: npt.ArrayLike, pace: npt.ArrayLike) -> Floats:
    """Return ms over parts of edges at so many ms per mm; infinite where a direction is closed, however short."""
    length, per_mm = np.asarray(mm, dtype=np.float64), np.asarray(pace, dtype=np.float64)
    is_open = np.isfinite(per_mm)
    return np.where(is_open, half_up(length * np.where(is_open, per_mm, 0.0)), np.inf)


def _straight(graph: Graph, scale: _Scale, homes: Footing, home: int, places: Footing, place: int) -> float:
    """Key of the walk along the edge on which both lie; on one spot the direction does not matter."""
    edge, apart_mm = places.edge[place], int(places.along_mm[place] - homes.along_mm[home])
    if apart_mm == 0:
        return 0.0
    pace = graph.forward[edge] if apart_mm > 0 else graph.backward[edge]
    return float(scale.key(abs(apart_mm), _part_ms(abs(apart_mm), pace)))


def _leaving(graph: Graph, homes: Footing, scale: _Scale) -> tuple[Floats, Floats]:
    """Keys from each home to the two ends of its edge; infinite where that end or that direction is closed."""
    edge = np.maximum(homes.edge, 0)
    if len(graph.u) == 0:
        nowhere = np.full(len(edge), np.inf)
        return nowhere, nowhere
    rest_mm = graph.length_mm[edge] - homes.along_mm
    to_u = scale.key(homes.along_mm, _part_ms(homes.along_mm, graph.backward[edge]))
    to_v = scale.key(rest_mm, _part_ms(rest_mm, graph.forward[edge]))
    to_u[graph.closed[graph.u[edge]]] = np.inf
    to_v[graph.closed[graph.v[edge]]] = np.inf
    return to_u, to_v


def _backward(graph: Graph, places: Footing, scale: _Scale) -> csr_array:
    """Return the network with every arc turned round and each place as a node of its own behind the others."""
    n_nodes, n_places = len(graph.x_m), len(places.edge)
    size = n_nodes + n_places
    into: list[npt.NDArray[np.generic]] = []

    def add(head: Ints, tail: Ints, mm: Ints, pace: Floats, wait_ms: Ints, may: Bools) -> None:
        key = scale.key(mm, _part_ms(mm, pace) + wait_ms)
        may = may & np.isfinite(key)
        into.append(np.array([head[may], tail[may], key[may]], dtype=np.float64))

    for tail, head, pace, wait_ms in (
        (graph.u, graph.v, graph.forward, graph.wait_u_ms),
        (graph.v, graph.u, graph.backward, graph.wait_v_ms),
    ):
        # A private way may be left, not entered: only from a node that no public way touches.
        may = ~graph.closed[tail] & ~graph.closed[head] & (~graph.private | ~graph.public[tail])
        add(head, tail, graph.length_mm, pace, wait_ms, may)
    standing = np.flatnonzero(places.edge >= 0)
    edge = places.edge[standing]
    if len(standing):
        along_mm = places.along_mm[standing]
        rest_mm = graph.length_mm[edge] - along_mm
        for tail, mm, pace, wait_ms in (
            (graph.u[edge], along_mm, graph.forward[edge], graph.wait_u_ms[edge]),
            (graph.v[edge], rest_mm, graph.backward[edge], graph.wait_v_ms[edge]),
        ):
            may = ~graph.closed[tail] & (~graph.private[edge] | ~graph.public[tail])
            add(n_nodes + standing, tail, mm, pace, wait_ms, may)
    row, column, key = np.concatenate(into, axis=1)
    order = np.lexsort((key, column, row))
    row, column, key = row[order].astype(np.int64), column[order].astype(np.int64), key[order]
    # Of parallel edges the best only: a sparse matrix would add them up.
    first = _first_of_pair(row, column)
    row, column, key = row[first], column[first], key[first]
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=size))])
    return csr_array((key, column, starts), shape=(size, size))
