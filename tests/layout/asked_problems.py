"""Made-up problems with further limits and floors of coverage, and the slow twins of what the engine does."""

from __future__ import annotations

import dataclasses

import numpy as np
from problems import all_plans, made_problem
from scipy.optimize import linprog

from doorstep.layout import EVERY, LayoutProblem
from doorstep.layout.floors import CoverageFloor
from doorstep.layout.limits import HubLimit, keeps_limits
from doorstep.layout.transport import room_of_rows


def limited_problem(seed: int, **sizes: int | bool) -> LayoutProblem:
    """A limit on hubs of half the spaces, and one on money for part of the services."""
    problem = made_problem(seed, **sizes)  # type: ignore[arg-type]
    random = np.random.default_rng(seed + 1)
    first_half = (np.arange(problem.n_spaces) < (problem.n_spaces + 1) // 2).astype(np.int64)
    hubs = HubLimit(
        "hubs", int(random.integers(0, 1 + first_half.sum())), first_half, np.zeros_like(problem.grade_money)
    )
    money = np.maximum(problem.grade_money, 0)
    money[:, 1:] = 0
    source = HubLimit("source", int(random.integers(10, 60)), np.zeros(problem.n_spaces, dtype=np.int64), money)
    return dataclasses.replace(problem, limits=(hubs, source))


def floored_problem(seed: int, share: float, **sizes: int | bool) -> LayoutProblem:
    """Floors for the first half of the homes: two services, one of them of a group that is part of each home."""
    problem = limited_problem(seed, **sizes)
    random = np.random.default_rng(seed + 2)
    here = (np.arange(problem.n_homes) < problem.n_homes // 2).astype(np.float64)
    group = here * random.uniform(0.1, 0.9, problem.n_homes)
    floors = []
    for service, of in ((0, here), (1, group)):
        walkers = problem.walkers[service * problem.n_homes : (service + 1) * problem.n_homes]
        floors.append(CoverageFloor(f"floor-{service}", service, share * float(np.sum(walkers * of)), of))
    return dataclasses.replace(problem, floors=tuple(floors))


def jointly_floored_problem(seed: int, share: float, **sizes: int | bool) -> LayoutProblem:
    """Beside the floors of services two of all services together: of the first half of the homes, and of a group."""
    problem = floored_problem(seed, share, **sizes)
    random = np.random.default_rng(seed + 3)
    here = np.tile((np.arange(problem.n_homes) < problem.n_homes // 2).astype(np.float64), problem.n_services)
    groups = (here, (1.0 - here) * random.uniform(0.1, 0.9, problem.n_cells))
    joint = [
        CoverageFloor(f"joint-{number}", EVERY, share * float(np.sum(problem.walkers * of)), of)
        for number, of in enumerate(groups)
    ]
    return dataclasses.replace(problem, floors=(*problem.floors, *joint))


def plans_within_limits(problem: LayoutProblem):
    """Every allowed plan within budget and limits."""
    return (grades for grades in all_plans(problem) if keeps_limits(problem, grades))


def plain_worth(problem: LayoutProblem, grades: np.ndarray) -> float | None:
    """One linear programme over all pairs of open places with all floors; ``None`` if they cannot be met."""
    room = room_of_rows(problem, grades)
    pairs = np.flatnonzero(room[problem.row_of_pair] > 0)
    n = len(pairs)
    rows = np.zeros((problem.n_cells + problem.n_rows + len(problem.floors), n))
    cell = problem.cell_of_pair[pairs]
    rows[cell, np.arange(n)] = 1.0
    rows[problem.n_cells + problem.row_of_pair[pairs], np.arange(n)] = problem.room[pairs]
    for number, floor in enumerate(problem.floors):
        mine = cell // problem.n_homes == floor.service
        share = (
            floor.share[cell] if floor.service == EVERY else np.where(mine, floor.share[cell % problem.n_homes], 0.0)
        )
        rows[problem.n_cells + problem.n_rows + number] = -share
    upper = np.concatenate([problem.walkers, room, [-floor.people for floor in problem.floors]])
    if not n:
        return 0.0 if (upper >= 0).all() else None
    solved = linprog(-problem.worth[pairs], A_ub=rows, b_ub=upper, method="highs")
    return float(-solved.fun) if solved.status == 0 else None


def best_worth(problem: LayoutProblem) -> float | None:
    """Worth of the best of all plans; ``None`` if none keeps every rule."""
    found = [worth for grades in plans_within_limits(problem) if (worth := plain_worth(problem, grades)) is not None]
    return max(found, default=None)
