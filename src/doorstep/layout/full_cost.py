"""What serving everybody who can be reached would cost."""

from __future__ import annotations

import dataclasses

import numpy as np

from doorstep.layout.hubs import smallest_grades
from doorstep.layout.problem import LayoutProblem, with_budget
from doorstep.layout.search import Searcher
from doorstep.layout.solve import capital_of, enough_money, units_of_rows
from doorstep.layout.transport import assign

__all__ = ["cost_of_serving_all"]

_ROUNDS, _STEPS = 12, 1_500


def cost_of_serving_all(problem: LayoutProblem, *, seed: int = 0, workers: int = 2) -> int:
    """Return the least capital found with which all walkers who can be reached are given a place.

    Parameters
    ----------
    problem
        The layout problem; its budget is not read.
    seed, workers
        As for :func:`doorstep.layout.solve`.

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
        worth=np.full(len(problem.worth), dear / smallest / everything),
        pair_of_cell=order,
    )
    nothing = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    searcher = Searcher(flat, 1.0 / everything, start=nothing, seed=seed, workers=workers)
    for number in range(_ROUNDS):
        searcher.run_round(steps=_STEPS, temperature=0.2 * dear / everything * 0.7**number)
    grades = searcher.best_grades
    grades = smallest_grades(flat, grades, units_of_rows(flat, assign(flat, grades)))
    return capital_of(flat, grades)
