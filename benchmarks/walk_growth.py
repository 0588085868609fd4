"""Does a reached node cost the same in a town and in a megacity? And how near is that to what the memory can do?

Streets are Porto's, tiled where it takes more, cut to a square about the middle with 10^5, 10^6 and 10^7 nodes.
A larger city has more places: one to 100 nodes, so that each costs its own search among as many neighbours.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from numba import njit, prange

from benchmarks.megacity import cut, tiled_table
from benchmarks.rows import NO_SEARCH, Row, judged, median_seconds
from benchmarks.walk_networks import FILES, PLANNED, edge_table, read_streets
from benchmarks.walk_table import LIMIT_MM, ready
from doorstep.walk import build_network, reached_nodes

__all__ = ["BYTES_PER_NODE", "growth_rows", "memory_gb_s"]

Reals = npt.NDArray[np.float64]

SIZES = (100_000, 1_000_000, 10_000_000)
NODES_PER_PLACE = 100
# what any method must move for a reached node: its row (number and mm, 4 bytes each) written, one edge (the same) read
BYTES_PER_NODE = 16


@njit(parallel=True)
def _triad(a: Reals, b: Reals, c: Reals, factor: float) -> None:
    for i in prange(len(a)):
        a[i] = b[i] + factor * c[i]


def memory_gb_s(n: int = 40_000_000, times: int = 5) -> float:
    """Return the bandwidth of the memory, all processors at once: the best of some runs of the triad of STREAM [1]_.

    24 bytes an element count, as there: two numbers read and one written.

    References
    ----------
    .. [1] J. D. McCalpin (1995), Memory bandwidth and machine balance in current high performance computers, *IEEE
       TCCA Newsletter*.
    """
    a, b, c = np.zeros(n), np.ones(n), np.ones(n)
    _triad(a, b, c, 3.0)
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        _triad(a, b, c, 3.0)
        seconds.append(time.perf_counter() - start)
    return 24 * n / min(seconds) / 1e9


def growth_rows(sizes: Sequence[int] = SIZES, times: int = 5) -> Iterator[Row]:
    """Yield, size by size, nanoseconds a reached node and the share of the memory's bandwidth that they need."""
    porto = edge_table(build_network(read_streets(FILES["porto"]), PLANNED))
    bandwidth = memory_gb_s()
    on_memory = {**NO_SEARCH, "what": "STREAM triad, best of 5, all processors"}
    yield judged("walk", ("growth_memory_gb_s", bandwidth, "GB/s"), on_memory)
    ready(cut(porto, min(sizes[0], len(porto.x_m))))  # compiles
    each, all_sizes = [], []
    for size in sizes:
        side = 1
        while side * side * len(porto.x_m) < size:
            side += 1
        table = cut(tiled_table(porto, side), size)
        n_places = size // NODES_PER_PLACE
        places = np.random.default_rng(1).choice(size, n_places, replace=False)
        start = time.perf_counter()
        graph = ready(table)
        preparation_s = time.perf_counter() - start
        seconds = median_seconds(partial(reached_nodes, graph, places, LIMIT_MM), times)
        rows = len(reached_nodes(graph, places, LIMIT_MM)[1])
        each.append(seconds / rows * 1e9)
        on: dict[str, float | str] = {
            "nodes": size,
            "edges": len(table.u),
            "places": n_places,
            "mean reached nodes": round(rows / n_places, 1),
            "rows out": rows,
            "preparation_s": round(preparation_s, 3),
            "repeats": times,
        }
        all_sizes.append(on)
        power = f"1e{len(str(size)) - 1}"
        yield judged("walk", (f"growth_ns_per_node_{power}", each[-1], "ns"), on)
        needed = f"{BYTES_PER_NODE} bytes a reached node: its row written, one edge read"
        share = BYTES_PER_NODE / each[-1] / bandwidth
        yield judged("walk", (f"growth_share_of_memory_{power}", share, "of bandwidth"), {**on, "needs": needed})
    on_all: dict[str, float | str] = {
        key: f"{key} {', '.join(f'{one[key]:,}' for one in all_sizes)}" for key in NO_SEARCH
    }
    of = {**on_all, "of": "ns a reached node"}
    yield judged("walk", ("growth_most_over_least", max(each) / min(each), "times"), of)
