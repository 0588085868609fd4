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
from functools import partial

import numpy as np

from benchmarks.megacity import tiled
from benchmarks.rows import REPOSITORY, Row, judged, median_seconds, seconds_of
from benchmarks.walk_networks import FILES, PLANNED, edge_table, points_on_edges, read_streets
from benchmarks.walk_table import ready as prepared
from doorstep.standards import load_profile
from doorstep.walk import (
    Connections,
    Network,
    build_network,
    for_walker,
    live_walks,
    move_place,
    reached_nodes,
    walkers,
)
from doorstep.walk.pairs import pairs_between
from doorstep.walk.searchable import searchable, standing
from doorstep.walk.together import pairs_of_walkers, ready_walkers

__all__ = ["measured", "megacity", "megacity_rows"]

SIDE, RESIDENCES, PLACES, LIMIT_MM = 3, 300_000, 20_000, 1_000_000
TIMES = 5
MOVES = 200
ALONE = "60-69"
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
        from_home, to_place = standing(ready, homes, walking_in=False), standing(ready, places, walking_in=True)
        prepare_s.append(time.perf_counter() - start)
    before_gb = peak_gb()
    pairs = pairs_between(ready, from_home, to_place, limit=limit)
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
        "preparation_seconds": prepare_s[-1],
    }
    del pairs
    matrix = partial(pairs_between, ready, from_home, to_place, limit=limit)
    figures["matrix_seconds"] = median_seconds(matrix, TIMES)
    figures["one_place_ms"] = 1000 * one_place_seconds(network, homes, places)
    figures.update(eight_walkers(network, homes, places))
    table = edge_table(network)
    sample = np.random.default_rng(3).choice(len(table.x_m), SAMPLE, replace=False)
    figures["mean_reached_nodes"] = len(reached_nodes(prepared(table), sample, LIMIT_MM)[1]) / SAMPLE
    return figures


def one_place_seconds(network: Network, homes: Connections, places: Connections) -> float:
    """Return the median time of moving one place: joined to the network, searched, people and nearest up to date.

    Eight services, the three nearest places of each kept for every residence.
    """
    chance = np.random.default_rng(5)
    walks = live_walks(
        network,
        homes,
        places,
        np.arange(places.n_owners) % 8,
        people=chance.integers(0, 40, (8, homes.n_owners)).astype(np.float64),
        limit=np.full(places.n_owners, LIMIT_MM),
        snap_limit_mm=200_000,
        k=3,
    )
    spots = points_on_edges(network, MOVES + 5, 6)
    seconds = []
    for at, place in enumerate(chance.integers(0, places.n_owners, MOVES + 5).tolist()):
        start = time.perf_counter()
        move_place(walks, place, float(spots.x_m[at]), float(spots.y_m[at]))
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[5:])  # the first ones compile


def eight_walkers(network: Network, homes: Connections, places: Connections) -> dict[str, float]:
    """Return the seconds of eight age bands at once and of one of them alone, quickest walks as far as 1,000 m.

    Every band has its own pace and its own limit: the time that it takes for 1,000 m on the level. Those aged 0 to 2 go
    by pram and take no steps.
    """
    crowd = list(walkers(load_profile("cn-2023")).values())[:8]
    networks = [for_walker(network, one) for one in crowd]
    together = ready_walkers(networks, homes, places, measure="minutes")
    limits = np.tile(np.array([round(LIMIT_MM / one.speed_m_s) for one in crowd]), (places.n_owners, 1))
    one = [walker.id for walker in crowd].index(ALONE)
    of_one = together.ready[one], together.from_home[one], together.to_place[one]
    tasks = partial(pairs_between, *of_one, limit=limits[:, one]), partial(pairs_of_walkers, together, limit=limits)
    for task in tasks:
        task()  # compiles
    turns = [[seconds_of(task) for task in tasks] for _ in range(TIMES)]  # in turn: the same machine for both
    alone_s, eight_s = (statistics.median(seconds) for seconds in zip(*turns, strict=True))
    return {"alone_seconds": alone_s, "eight_seconds": eight_s, "eight_walkers_times": eight_s / alone_s}


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
        ("alone_seconds", "s"),
        ("eight_seconds", "s"),
        ("eight_walkers_times", "times"),
        ("one_place_ms", "ms"),
    ):
        yield judged("walk", (f"megacity_{name}", figures[name], unit), on)


if __name__ == "__main__":
    print(json.dumps(measured()))
