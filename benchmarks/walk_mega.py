"""A megacity: Porto's streets tiled 3 x 3, 300,000 residences and 20,000 places on edges, walks of 1,000 m.

Measured in a process of its own, ``python -m benchmarks.walk_mega``, so that its memory is that of this task alone.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.megacity import tiled
from benchmarks.rows import REPOSITORY, Row, judged, median_seconds
from benchmarks.walk_networks import FILES, PLANNED, edge_table, points_on_edges, read_streets
from benchmarks.walk_table import ready as prepared
from doorstep.walk import Network, build_network, reached_nodes
from doorstep.walk.pairs import pairs_between
from doorstep.walk.searchable import searchable

__all__ = ["measured", "megacity", "megacity_rows"]

SIDE, RESIDENCES, PLACES, LIMIT_MM = 3, 300_000, 20_000, 1_000_000
TIMES = 5
SAMPLE = 500  # places of which the reached nodes are counted


def megacity(side: int) -> tuple[Network, int]:
    """Return the pedestrian network of ``side`` x ``side`` Portos, and the number of joints between them."""
    porto = read_streets(FILES["porto"])
    streets, n_joints = tiled(porto, np.flatnonzero(build_network(porto, PLANNED).component == 0), side)
    return build_network(streets, PLANNED), n_joints


def peak_gb() -> float:
    """Return the most memory that this process has held, in GB of 10^9 bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e9


def measured(side: int = SIDE, residences: int = RESIDENCES, n_places: int = PLACES) -> dict[str, float]:
    """Return seconds, bytes and counts of the megacity, in the order in which memory grows."""
    start = time.perf_counter()
    network, n_joints = megacity(side)
    build_s = time.perf_counter() - start
    homes, places = points_on_edges(network, residences, 1), points_on_edges(network, n_places, 2)
    limit = np.full(n_places, LIMIT_MM)
    prepare_s = []
    for _ in range(2):  # the first compiles
        start = time.perf_counter()
        ready = searchable(network)
        prepare_s.append(time.perf_counter() - start)
    before_gb = peak_gb()
    pairs = pairs_between(ready, homes, places, limit=limit)
    figures = {
        "memory_before_gb": before_gb,
        "memory_gb": peak_gb(),
        "nodes": int((network.component >= 0).sum()),
        "joints": n_joints,
        "edges": len(network.edge_u),
        "residences": residences,
        "places": n_places,
        "rows_out": len(pairs.home),
        "build_seconds": build_s,
        "preparation_seconds": statistics.median(prepare_s[1:]),
    }
    del pairs
    figures["matrix_seconds"] = median_seconds(lambda: pairs_between(ready, homes, places, limit=limit), TIMES)
    table = edge_table(network)
    sample = np.random.default_rng(3).choice(len(table.x_m), SAMPLE, replace=False)
    figures["mean_reached_nodes"] = len(reached_nodes(prepared(table), sample, LIMIT_MM)[1]) / SAMPLE
    return figures


def megacity_rows() -> Iterator[Row]:
    """Yield the rows of the megacity, measured in a fresh process."""
    line = [sys.executable, "-m", "benchmarks.walk_mega"]
    done = subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(line[1:])} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    figures = json.loads(done.stdout.splitlines()[-1])
    on: dict[str, float | str] = {
        "nodes": figures["nodes"],
        "edges": figures["edges"],
        "joints": figures["joints"],
        "residences": figures["residences"],
        "places": figures["places"],
        "mean reached nodes": round(figures["mean_reached_nodes"], 1),
        "rows out": figures["rows_out"],
        "repeats": TIMES,
    }
    for name, unit in (
        ("build_seconds", "s"),
        ("preparation_seconds", "s"),
        ("matrix_seconds", "s"),
        ("memory_before_gb", "GB"),
        ("memory_gb", "GB"),
    ):
        yield judged("walk", (f"megacity_{name}", figures[name], unit), on)


if __name__ == "__main__":
    print(json.dumps(measured()))
