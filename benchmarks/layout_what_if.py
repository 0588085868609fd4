"""Measure plans changed at once: random changes of a made-up city from where its plan and prices stand."""

from __future__ import annotations

import dataclasses
import multiprocessing
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.made_layouts import made_layout
from benchmarks.rows import Row, judged
from doorstep.layout import Layout, LayoutProblem, SolveParams, assign, replanned, solve, with_budget

__all__ = ["CHANGES", "what_if_rows"]

# rows' beginning: cells, spaces, seconds of the plan to start from, random changes, cold solves to compare with
CHANGES = {"whatif_4000": (4_000, 400, 60.0, 200, 5), "whatif_20000": (20_000, 2_000, 240.0, 20, 0)}
_KINDS = ("ban", "pin", "move", "budget", "radius")
_COLD_SECONDS = 60.0


def solved(problem: LayoutProblem, seconds: float) -> Layout:
    """Return a plan made in so many seconds."""
    start = time.perf_counter()
    params = SolveParams(rounds=10_000, patience=10_000, bound_rounds=500, gap_target=0.0)
    return solve(problem, params, stop=lambda: time.perf_counter() - start > seconds)


def changed(problem: LayoutProblem, plan: Layout, kind: str, chance: np.random.Generator, seed: int) -> LayoutProblem:
    """Return the problem with a random change: budgets and radii by up to a tenth and a fifth, up or down."""
    allowed, must = problem.allowed.copy(), problem.must.copy()
    is_open = plan.grades.any(axis=1)
    free = np.flatnonzero(~is_open & allowed.any(axis=(1, 2)))
    if kind == "budget":
        return with_budget(problem, int((problem.budget_money or 0) * chance.uniform(0.9, 1.1)))
    if kind == "radius":
        service, times = int(chance.integers(problem.n_services)), float(chance.uniform(0.8, 1.2))
        return made_layout(problem.n_homes, problem.n_spaces, seed=seed, radius_times={service: times})
    if kind in ("ban", "move"):
        hub = int(chance.choice(np.flatnonzero(is_open)))
        allowed[hub] = False
        away_m = np.hypot(*(problem.space_m[free] - problem.space_m[hub]).T)
        free = free[np.argsort(away_m, kind="stable")[:10]]
    if kind in ("pin", "move"):
        must[int(chance.choice(free))] = True
    return dataclasses.replace(problem, allowed=allowed, must=must)


def one_run(cells: int, spaces: int, seconds: float, changes: int, cold: int) -> dict[str, list[float] | float]:
    """Change the plan of a made-up city again and again, in a process of its own."""
    problem = made_layout(cells, spaces)
    plan = solved(problem, seconds)
    gap = plan.prices.bound / plan.assignment.worth - 1.0
    for kind in _KINDS:  # compiles
        replanned(changed(problem, plan, kind, np.random.default_rng(0), 0), problem, plan.grades, plan.prices)
    taken, more, colder = [], [], []
    chance = np.random.default_rng(1)
    for number in range(changes):
        now = changed(problem, plan, _KINDS[number % len(_KINDS)], chance, 0)
        start = time.perf_counter()
        found = replanned(now, problem, plan.grades, plan.prices)
        taken.append(time.perf_counter() - start)
        worth = assign(now, found.grades).worth
        more.append(100.0 * (found.prices.bound / worth - 1.0 - gap))
        if number < cold:
            other = solved(now, _COLD_SECONDS)
            colder.append(100.0 * (other.prices.bound / other.assignment.worth - 1.0 - gap))
    return {"taken": taken, "more": more, "colder": colder, "gap": gap}


def what_if_rows(*, only: str | None) -> Iterator[Row]:
    """Yield the rows of each city."""
    for name, sizes in CHANGES.items():
        if only is not None and not only.startswith(name):
            continue
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = pool.apply(one_run, sizes)
        taken, more, colder = (np.array(found[key]) for key in ("taken", "more", "colder"))
        on: dict[str, float | str] = {
            "changes": len(taken),
            "gap to start from": round(float(found["gap"]), 5),  # type: ignore[arg-type]
            "median seconds": round(float(np.median(taken)), 3),
            "under the seconds": round(float((taken < (1.0 if name == "whatif_4000" else 5.0)).mean()), 3),
        }
        for at, kind in enumerate(_KINDS):
            on[f"{kind}: median points more"] = round(float(np.median(more[at :: len(_KINDS)])), 3)
        if len(colder):
            on["the first: points more"] = round(float(more[: len(colder)].mean()), 3)
            on["the same, solved cold for 60 s"] = round(float(colder.mean()), 3)
        yield judged("layout", (f"{name}_seconds", float(taken.max()), "s"), on)
        yield judged("layout", (f"{name}_within", float((more <= 0.5).mean()), "share"), on)
