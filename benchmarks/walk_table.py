"""All nodes within 1,000 m of 5,000 places in Porto: ours, pandana's and SciPy's seconds, on the same arrays."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.megacity import cut
from benchmarks.peers.make import asked
from benchmarks.rows import NO_SEARCH, Row, judged, median_seconds
from benchmarks.walk_networks import FILES, PLANNED, EdgeTable, edge_table, read_streets
from doorstep.walk import build_network, prepare, reached_nodes
from doorstep.walk.reached import NodeGraph
from doorstep.walk.searchable import searchable

__all__ = ["check_same", "porto_rows", "ready", "table_rows"]

Ints = npt.NDArray[np.int64]

LIMIT_MM = 1_000_000
PLACES, QUICK_PLACES, QUICK_NODES = 5_000, 300, 50_000
SAMPLE, BATCH = 200, 50


def ready(table: EdgeTable) -> NodeGraph:
    """Return the table made ready for searching, from arrays in memory."""
    return prepare(table.x_m, table.y_m, table.u, table.v, table.mm, table.mm)


def check_same(peer: str, theirs: dict[str, Any], first: Ints, mm: Ints, places: int) -> None:
    """Compare rows and their summed metres for the first places.

    Raises
    ------
    SystemExit
        If the peer found more or fewer rows, or other lengths: then its seconds are those of another task.
    """
    rows, metres = int(first[places]), float(mm[: first[places]].sum(dtype=np.int64)) / 1000
    if theirs["rows"] != rows or abs(theirs["metres"] - metres) > 1e-8 * metres:
        raise SystemExit(f"{peer}: {theirs['rows']} rows, {theirs['metres']:.3f} m; ours {rows} rows, {metres:.3f} m")


def from_file() -> object:
    """Read Porto and make it ready for searching."""
    return searchable(build_network(read_streets(FILES["porto"]), PLANNED))


def porto_rows(work: Path, *, quick: bool) -> Iterator[Row]:
    """Yield the rows of Porto; quickly in a part of it with fewer places, once each, under other names."""
    times, name = (1, "quick") if quick else (5, "porto")
    table = edge_table(build_network(read_streets(FILES["porto"]), PLANNED))
    seconds = median_seconds(from_file, times)
    on = {**NO_SEARCH, "nodes": len(table.x_m), "edges": len(table.u), "repeats": times, "what": "read, not searched"}
    yield judged("walk", (f"{name}_from_pbf_seconds", seconds, "s"), on)
    if quick:
        table = cut(table, QUICK_NODES)
    yield from table_rows(table, work, name=name, n_places=QUICK_PLACES if quick else PLACES, times=times)


def table_rows(table: EdgeTable, work: Path, *, name: str, n_places: int, times: int) -> Iterator[Row]:
    """Yield the rows of one table: our seconds, each peer's, and how many times ours they are.

    All take turns, ours, pandana, SciPy, ours again, so that whatever else the machine does meets all alike. In each
    turn, of each, one run that does not count comes first.
    """
    places = np.random.default_rng(1).choice(len(table.x_m), n_places, replace=False)
    given = work / "table.npz"
    np.savez(given, **asdict(table), places=places, limit_mm=LIMIT_MM)
    graph = ready(table)
    first, _, mm = reached_nodes(graph, places, LIMIT_MM)
    sample = min(SAMPLE, n_places)
    seconds: dict[str, list[float]] = {}
    for _ in range(times):
        pandana, scipy = asked("range_pandana", given, 1), asked("range_scipy", given, 1, sample, BATCH)
        check_same("pandana", pandana, first, mm, n_places)
        check_same("SciPy", scipy, first, mm, sample)
        for what, value in (
            ("preparation", median_seconds(lambda: ready(table), 1)),
            ("query", median_seconds(lambda: reached_nodes(graph, places, LIMIT_MM), 1)),
            ("pandana_preparation", pandana["preparation_s"]),
            ("pandana_query", pandana["query_s"]),
            ("scipy", scipy["query_s"] * n_places / sample),
        ):
            seconds.setdefault(what, []).append(value)
    taken = {what: statistics.median(values) for what, values in seconds.items()}
    on: dict[str, float | str] = {
        "nodes": len(table.x_m),
        "edges": len(table.u),
        "places": n_places,
        "mean reached nodes": round(len(mm) / n_places, 1),
        "rows out": len(mm),
        "repeats": times,
    }
    by_pandana = {**on, "peer": f"pandana {pandana['version']}, no precompute, equal rows and metres"}
    told = f"SciPy {scipy['version']}, {BATCH} places at a time, extrapolated from {sample} places"
    by_scipy = {**on, "peer": f"{told}, equal rows and metres"}
    whole = (taken["pandana_preparation"] + taken["pandana_query"]) / (taken["preparation"] + taken["query"])
    for what, value, unit, of in (
        ("preparation_seconds", taken["preparation"], "s", on),
        ("query_seconds", taken["query"], "s", on),
        ("pandana_preparation_seconds", taken["pandana_preparation"], "s", by_pandana),
        ("pandana_query_seconds", taken["pandana_query"], "s", by_pandana),
        ("times_pandana", whole, "times", by_pandana),
        ("times_pandana_query", taken["pandana_query"] / taken["query"], "times", by_pandana),
        ("scipy_seconds", taken["scipy"], "s", by_scipy),
        ("times_scipy", taken["scipy"] / taken["query"], "times", by_scipy),
    ):
        yield judged("walk", (f"{name}_{what}", value, unit), of)
