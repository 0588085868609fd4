"""Best walks between pairs of points by networkx: ``walks_networkx.py PAIRS.npz OUT.npy``; prints JSON.

The graph is a multigraph of nodes, homes and places, turned round, so that one search a place finds all homes. A cost
is one whole number of any size: the measure that binds, the other, the waiting, 64 bits each, so sums are exact and
ties fall as the rules say.
"""

from __future__ import annotations

import json
import sys

import networkx as nx
import numpy as np

SHIFT = 64


def main() -> None:
    """Search from each place; write length, time and waiting of each pair, -1 where there is no walk."""
    given = np.load(sys.argv[1])
    in_minutes = bool(given["in_minutes"])
    graph = nx.MultiDiGraph()
    columns = (given[name].tolist() for name in ("tail", "head", "mm", "ms", "wait_ms"))
    for tail, head, mm, ms, wait_ms in zip(*columns, strict=True):
        first, second = (ms, mm) if in_minutes else (mm, ms)
        graph.add_edge(head, tail, cost=(first << 2 * SHIFT) + (second << SHIFT) + wait_ms)
    homes, places = given["pair_home"].tolist(), given["pair_place"].tolist()
    limit = ((int(given["limit"]) + 1) << 2 * SHIFT) - 1
    found = np.full((len(homes), 3), -1, dtype=np.int64)
    searched, costs = None, {}
    for pair, (home, place) in enumerate(zip(homes, places, strict=True)):
        if place != searched:
            searched = place
            costs = nx.single_source_dijkstra_path_length(graph, place, limit, "cost") if place in graph else {}
        if home in costs:
            cost = costs[home]
            first, second = cost >> 2 * SHIFT, (cost >> SHIFT) & (1 << SHIFT) - 1
            found[pair] = (*((second, first) if in_minutes else (first, second)), cost & (1 << SHIFT) - 1)
    np.save(sys.argv[2], found)
    answer = {"version": nx.__version__, "nodes": graph.number_of_nodes(), "edges": graph.number_of_edges()}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
