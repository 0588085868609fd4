"""Measure small made-up cities against the optimum that HiGHS proves on the whole model."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from benchmarks.made_layouts import made_layout
from benchmarks.rows import Row, judged
from doorstep.layout import SolveParams, assign, solve
from doorstep.layout.exact import whole_model_grades

__all__ = ["SETS", "small_rows"]

# name: cells, spaces, seeds
SETS = {"small_60": (60, 8, 200), "small_300": (300, 30, 8)}
_EVERYTHING = 1_000_000


def small_rows(*, only: str | None, quick: bool) -> Iterator[Row]:
    """Yield the rows of both sets; quick: two seeds of the smaller one."""
    sets = {"small_60": (60, 8, 2)} if quick else SETS
    for name, (cells, spaces, seeds) in sets.items():
        if only is None or only.startswith(name) or quick:
            yield from _rows(name, cells, spaces, seeds)


def _rows(name: str, cells: int, spaces: int, seeds: int) -> Iterator[Row]:
    warm = made_layout(40, 4)
    solve(warm, SolveParams(rounds=1, gap_target=0.0))  # compiles
    solve(made_layout(60, 16), SolveParams(rounds=1, gap_target=0.0, branches=8))
    below, above, ours_s, theirs_s, proven, slower = [], [], 0.0, 0.0, 0, 0
    for seed in range(seeds):
        problem = made_layout(cells, spaces, seed=seed)
        start = time.perf_counter()
        found = solve(problem, SolveParams(gap_target=0.0, branches=_EVERYTHING))
        mine = time.perf_counter() - start
        start = time.perf_counter()
        optimum = assign(problem, whole_model_grades(problem, most_nodes=None)).worth
        theirs = time.perf_counter() - start
        ours_s, theirs_s, slower = ours_s + mine, theirs_s + theirs, slower + (mine > theirs)
        below.append(1.0 - found.assignment.worth / optimum)
        above.append(found.prices.bound / optimum - 1.0)
        proven += found.status == "exact"
        print(
            f"    {name} seed {seed}: {found.assignment.worth:.3f} bound {found.prices.bound:.3f} HiGHS {optimum:.3f};"
            f" {mine:.2f} s, HiGHS {theirs:.2f} s, {0 if found.proof is None else len(found.proof)} branches",
            flush=True,
        )
    on: dict[str, float | str] = {"cities": seeds, "cells": cells, "spaces": spaces, "services": 8}
    yield judged("layout", (f"{name}_plan_below_mean", float(np.mean(below)), "share"), on)
    yield judged("layout", (f"{name}_plan_below_most", float(np.max(below)), "share"), on)
    yield judged("layout", (f"{name}_bound_above_least", float(np.min(above)), "share"), on)
    yield judged("layout", (f"{name}_proven", proven / seeds, "share"), on)
    on |= {"seconds": round(ours_s, 1), "seconds of HiGHS": round(theirs_s, 1), "cities where HiGHS was faster": slower}
    yield judged("layout", (f"{name}_times_highs", theirs_s / ours_s, "times"), on)
