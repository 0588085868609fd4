"""Measure the gaps that the engine proves on made-up cities, in a given time on all processors."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.made_layouts import made_layout
from benchmarks.rows import Row, judged
from doorstep.layout import SolveParams, capital_of, solve

__all__ = ["RUNS", "made_rows"]

# name of the gap's row: cells, spaces, seconds, rounds for the bound, and the row of the memory ("" none)
RUNS = {
    "made_4000_gap_60s": (4_000, 400, 60.0, 600, ""),
    "made_4000_gap_300s": (4_000, 400, 300.0, 1_500, ""),
    "made_4000_gap_1200s": (4_000, 400, 1_200.0, 1_500, ""),
    "made_20000_gap_300s": (20_000, 2_000, 300.0, 500, "made_20000_memory_gb"),
    "made_100000_gap_2700s": (100_000, 10_000, 2_700.0, 400, "made_100000_memory_gb"),
}
_SEARCHED = 0.65  # of the time: then the round ends, and the bound is bettered


def one_run(cells: int, spaces: int, seconds: float, bound_rounds: int) -> dict[str, float]:
    """Plan one made-up city for some seconds, in a process of its own; return what was measured."""
    small = made_layout(60, 16)
    solve(small, SolveParams(rounds=1, bound_rounds=5, gap_target=0.0))  # compiles
    problem = made_layout(cells, spaces)
    start = time.perf_counter()
    found = solve(
        problem,
        SolveParams(rounds=10_000, patience=10_000, bound_rounds=bound_rounds, gap_target=0.0),
        stop=lambda: time.perf_counter() - start > _SEARCHED * seconds,
    )
    served = np.bincount(
        problem.cell_of_pair[found.assignment.pair], weights=found.assignment.people, minlength=problem.n_cells
    )
    short = (problem.walkers - served).reshape(problem.n_services, -1).sum(axis=1) > 1.0
    return {
        "gap": found.prices.bound / found.assignment.worth - 1.0,
        "bound": round(found.prices.bound, 1),
        "worth": round(found.assignment.worth, 1),
        "seconds": round(time.perf_counter() - start, 1),
        "rounds": found.rounds,
        "pairs": len(problem.worth),
        "budget used": round(capital_of(problem, found.grades) / max(1, problem.budget_money or 0), 4),
        "spaces empty": round(float((~found.grades.any(axis=1)).mean()), 3),
        "services short": int(short.sum()),
        "memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def made_rows(*, only: str | None, quick: bool) -> Iterator[Row]:
    """Yield a row for each gap, and for memory where it is required; quick: a small city for a few seconds."""
    runs = {"made_300_gap_5s": (300, 30, 5.0, 200, "")} if quick else RUNS
    for name, (cells, spaces, seconds, bound_rounds, memory) in runs.items():
        if only not in (None, name, memory) and not quick:
            continue
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            measured = pool.apply(one_run, (cells, spaces, seconds, bound_rounds))
        on = {key: value for key, value in measured.items() if key not in ("gap", "memory_gb")}
        # a looser budget would make small gaps cheap: such a plan does not count
        in_time = measured["seconds"] <= seconds
        counts = (
            in_time
            and measured["budget used"] >= 0.97
            and measured["services short"] >= 3
            and measured["spaces empty"] >= 0.3
        )
        yield judged("layout", (name, measured["gap"] if counts or quick else float("nan"), "share"), on)
        if memory:
            yield judged("layout", (memory, measured["memory_gb"], "GB"))
