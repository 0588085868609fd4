"""How long until a plan is proven within 2 %, from a hundred spaces to ten thousand?"""

from __future__ import annotations

import math
import multiprocessing
import time
from collections.abc import Iterator

from benchmarks.made_layouts import made_layout
from benchmarks.rows import Row, judged
from doorstep.layout import SolveParams, solve

__all__ = ["SPACES", "growth_rows"]

SPACES = (100, 316, 1_000, 3_162, 10_000)
"""Ten cells to a space, as everywhere on made-up cities."""
_GAP = 0.02
_BOUND_ROUNDS = 400


def one_size(spaces: int) -> dict[str, float]:
    """Plan one made-up city until the gap is reached, in a process of its own."""
    solve(made_layout(60, 16), SolveParams(rounds=1, bound_rounds=5, gap_target=0.0))  # compiles
    problem = made_layout(10 * spaces, spaces)
    start = time.perf_counter()
    found = solve(problem, SolveParams(bound_rounds=_BOUND_ROUNDS, gap_target=_GAP, branches=0))
    return {
        "seconds": time.perf_counter() - start,
        "spaces": spaces,
        "cells": 10 * spaces,
        "pairs": len(problem.worth),
        "rounds of search": found.rounds,
        "gap": round(found.prices.bound / found.assignment.worth - 1.0, 5),
    }


def growth_rows(*, only: str | None) -> Iterator[Row]:
    """Yield the seconds of each size, and the power of the number of spaces that fits them best."""
    measured = []
    for spaces in SPACES if only is None or only.startswith("growth_") else ():
        if only not in (None, "growth_power", f"growth_{spaces}_seconds"):
            continue
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            on = pool.apply(one_size, (spaces,))
        seconds = on.pop("seconds")
        measured.append((math.log(spaces), math.log(seconds)))
        reached = on["gap"] <= _GAP
        yield judged("layout", (f"growth_{spaces}_seconds", seconds if reached else float("nan"), "s"), dict(on))
    if len(measured) == len(SPACES):
        yield judged("layout", ("growth_power", _slope(measured), "power"), {"of": "seconds by number of spaces"})


def _slope(points: list[tuple[float, float]]) -> float:
    """Return the slope of the line that fits points best."""
    x_mean = sum(x for x, _ in points) / len(points)
    y_mean = sum(y for _, y in points) / len(points)
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / sum((x - x_mean) ** 2 for x, _ in points)
