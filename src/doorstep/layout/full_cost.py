"""What serving everybody who can be reached would cost."""

from __future__ import annotations

import dataclasses

import numpy as np

from doorstep.layout.hubs import capital_of, smallest_grades
from doorstep.layout.problem import LayoutProblem, with_budget
from doorstep.layout.search import searched
from doorstep.layout.solve import enough_money
from doorstep.layout.tidy import units_of_rows
from doorstep.layout.transport import assign

__all__ = ["cost_of_serving_all"]

_ROUNDS, _STEPS = 12, 25


def cost_of_serving_all(problem: LayoutProblem, *, seed: int = 0, workers: int = 2, rounds: int = _ROUNDS) -> int:
    """Return the least capital found with which all walkers who can be reached are given a place.

    Parameters
    ----------
    problem
        The layout problem; its budget is not read.
    seed, workers
        As for :func:`doorstep.layout.solve`.
    rounds
        Of search: with fewer it is found sooner, and dearer.

    Returns
    -------
    int
        Minor units. Found by the search, so at most a little too dear: a yardstick for budgets, not a bound.

    Notes
    -----
    Every person is worth the same wherever the place is, and so much that no hub that serves somebody new is too dear;
    what is left to choose is the money.
    """
    everything = enough_money(problem)
    smallest = max(float(problem.walkers[problem.walkers > 0].min(initial=1.0)), 1e-3)
    dear = float(problem.grade_money.max(initial=1) + problem.open_money.max(initial=0))
    order = np.lexsort((problem.row_of_pair, problem.cell_of_pair)).astype(np.int32)
    flat = dataclasses.replace(
        with_budget(problem, None),
        limits=(),
        floors=(),
        worth=np.full(len(problem.worth), dear / smallest / everything),
        pair_of_cell=order,
    )
    grades = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    best: int | None = None
    for number in range(rounds):
        assignment = assign(flat, grades)
        found = searched(
            flat,
            grades,
            assignment,
            steps=_STEPS,
            temperature=0.2 * dear / everything * 0.7**number,
            money_price=1.0 / everything,
            seed=(seed, number),
            workers=workers,
        )
        grades = smallest_grades(flat, found, units_of_rows(flat, assign(flat, found)))
        best = capital_of(flat, grades) if best is None else min(best, capital_of(flat, grades))
    return best or 0
