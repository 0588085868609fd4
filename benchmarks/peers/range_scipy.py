"""All nodes within a limit of some nodes by SciPy: ``range_scipy.py TABLE.npz TIMES SAMPLE BATCH``; prints JSON.

The first SAMPLE places, BATCH at a time: a matrix of all nodes for each of them must fit the memory.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import numpy as np
import scipy
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra


def main() -> None:
    """Measure preparation (from arrays in memory) and query (to arrays of all rows)."""
    table, times, sample, batch = np.load(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    u, v, mm = table["u"], table["v"], table["mm"]
    n_nodes, places, limit_mm = len(table["x_m"]), table["places"][:sample], float(table["limit_mm"])
    # a stored 0 is an edge for SciPy, not a gap: the matrix is compressed from triples, none added up
    start = time.perf_counter()
    ends = np.concatenate([u, v]), np.concatenate([v, u])  # both ways: half as fast again as directed=False
    graph = coo_array((np.tile(mm.astype(np.float64), 2), ends), shape=(n_nodes, n_nodes)).tocsr()
    preparation_s = time.perf_counter() - start
    seconds = []
    for _ in range(times + 1):
        start = time.perf_counter()
        parts = []
        for at in range(0, len(places), batch):
            far = dijkstra(graph, indices=places[at : at + batch], limit=limit_mm)
            place, node = np.nonzero(np.isfinite(far))
            parts.append((place + at, node, far[place, node]))
        place, node, found_mm = (np.concatenate(column) for column in zip(*parts, strict=True))
        seconds.append(time.perf_counter() - start)
    answer = {
        "version": scipy.__version__,
        "preparation_s": preparation_s,
        "query_s": statistics.median(seconds[1:]),
        "rows": len(place),
        "metres": float(found_mm.sum()) / 1000,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
