"""Walks from homes to places: SciPy's Dijkstra on the whole network, nothing contracted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from doorstep.verify.graph import Footing, Graph, half_up
from doorstep.verify.need import Floats, Ints

__all__ = ["Walks", "derive_walks"]

# A walk is one whole number, mm times this plus ms: SciPy then finds the shortest, and of equals the one with fewer
# ms. Doubles are exact up to 2**53: 134 km and 18 hours.
MS = 2.0**26
BATCH = 64


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """Homes that reach each place: ``home[first[p]:first[p + 1]]`` with their mm and ms, homes ascending."""

    first: Ints
    home: Ints
    walk_mm: Ints
    walk_ms: Ints

    def of(self, place: int) -> tuple[Ints, Ints, Ints]:
        """Return homes, mm and ms of one place."""
        part = slice(self.first[place], self.first[place + 1])
        return self.home[part], self.walk_mm[part], self.walk_ms[part]


def derive_walks(graph: Graph, homes: Footing, places: Footing, limit_mm: Ints) -> Walks:
    """Find every walk from a home to a place within the place's limit.

    Parameters
    ----------
    graph
        Who may walk where.
    homes, places
        Points on the network.
    limit_mm
        Shape (n_places,): longest walk of interest.

    Returns
    -------
    Walks
        Shortest in mm, among equals in ms; off-network parts and waits included.
    """
    backward = _backward(graph, places)
    n_nodes, n_places = len(graph.x_m), len(places.edge)
    at_u, at_v = _leaving(graph, homes)
    connected = np.flatnonzero(homes.edge >= 0)
    home_u, home_v = graph.u[homes.edge[connected]], graph.v[homes.edge[connected]]
    homes_of_edge: dict[int, list[int]] = {}
    for column, home in enumerate(connected):
        homes_of_edge.setdefault(int(homes.edge[home]), []).append(column)

    found_home: list[Ints] = [np.empty(0, dtype=np.int64)] * n_places
    found_key: list[Floats] = [np.empty(0)] * n_places
    usable = np.flatnonzero(places.edge >= 0)
    # Places of like limits go together, so that a far limit does not make near ones search far.
    usable = usable[np.argsort(limit_mm[usable], kind="stable")]
    for begin in range(0, len(usable), BATCH):
        batch = usable[begin : begin + BATCH]
        reach = dijkstra(backward, indices=n_nodes + batch, limit=float(limit_mm[batch].max() + 1) * MS)
        key = np.minimum(reach[:, home_u] + at_u[connected], reach[:, home_v] + at_v[connected])
        for row, place in enumerate(batch):
            for column in homes_of_edge.get(int(places.edge[place]), ()):
                apart_mm = abs(int(homes.along_mm[connected[column]] - places.along_mm[place]))
                key[row, column] = min(key[row, column], _key(apart_mm, graph.penalty[places.edge[place]]))
            off = (homes.off_mm[connected] + places.off_mm[place]) * (MS + 1.0)  # 1 m/s: as many ms as mm
            total = key[row] + off
            near = np.flatnonzero(total < (limit_mm[place] + 1) * MS)
            found_home[place], found_key[place] = connected[near], total[near]
    keys = np.concatenate(found_key) if n_places else np.empty(0)
    walk_mm = np.floor(keys / MS)
    return Walks(
        first=np.concatenate([[0], np.cumsum([len(one) for one in found_home])]).astype(np.int64),
        home=np.concatenate(found_home) if n_places else np.empty(0, dtype=np.int64),
        walk_mm=walk_mm.astype(np.int64),
        walk_ms=(keys - walk_mm * MS).astype(np.int64),
    )


def _key(mm: npt.ArrayLike, penalty: npt.ArrayLike) -> Floats:
    length = np.asarray(mm, dtype=np.float64)
    return length * MS + half_up(length * np.asarray(penalty))


def _leaving(graph: Graph, homes: Footing) -> tuple[Floats, Floats]:
    """Keys from each home to the two ends of its edge; infinite where that end is closed."""
    edge = np.maximum(homes.edge, 0)
    if len(graph.u) == 0:
        nowhere = np.full(len(edge), np.inf)
        return nowhere, nowhere
    to_u = _key(homes.along_mm, graph.penalty[edge])
    to_v = _key(graph.length_mm[edge] - homes.along_mm, graph.penalty[edge])
    to_u[graph.closed[graph.u[edge]]] = np.inf
    to_v[graph.closed[graph.v[edge]]] = np.inf
    return to_u, to_v


def _backward(graph: Graph, places: Footing) -> csr_array:
    """Return the network with every arc turned round and each place as a node of its own behind the others."""
    n_nodes, n_places = len(graph.x_m), len(places.edge)
    size = n_nodes + n_places
    whole = _key(graph.length_mm, graph.penalty)
    into: list[npt.NDArray[np.generic]] = []
    for tail, head in ((graph.u, graph.v), (graph.v, graph.u)):
        # A private way may be left, not entered: only from a node that no public way touches.
        may = ~graph.closed[tail] & ~graph.closed[head] & (~graph.private | ~graph.public[tail])
        into.append(np.array([head[may], tail[may], whole[may] + graph.wait_ms[tail[may]]], dtype=np.float64))
    standing = np.flatnonzero(places.edge >= 0)
    edge = places.edge[standing]
    along = places.along_mm[standing]
    if len(standing):
        for tail, part_mm in ((graph.u[edge], along), (graph.v[edge], graph.length_mm[edge] - along)):
            may = ~graph.closed[tail] & (~graph.private[edge] | ~graph.public[tail])
            cost = _key(part_mm, graph.penalty[edge]) + graph.wait_ms[tail]
            into.append(np.array([(n_nodes + standing)[may], tail[may], cost[may]], dtype=np.float64))
    row, column, key = np.concatenate(into, axis=1)
    order = np.lexsort((key, column, row))
    row, column, key = row[order].astype(np.int64), column[order].astype(np.int64), key[order]
    # Of parallel edges the best only: a sparse matrix would add them up.
    if len(row):
        first = np.concatenate([[True], (row[1:] != row[:-1]) | (column[1:] != column[:-1])])
        row, column, key = row[first], column[first], key[first]
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=size))])
    return csr_array((key, column, starts), shape=(size, size))
