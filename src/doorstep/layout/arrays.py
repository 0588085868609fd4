"""The problem's arrays as the compiled loops take them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt

from doorstep.layout._hub import HubRules
from doorstep.layout._rows import Reachable
from doorstep.layout.problem import LayoutProblem

__all__ = ["hub_rules", "reachable"]


def reachable(problem: LayoutProblem) -> Reachable:
    """Return who can be given a place where."""
    return Reachable(
        first_pair_of_row=problem.first_pair_of_row,
        cell_of_pair=problem.cell_of_pair,
        row_of_pair=problem.row_of_pair,
        worth=problem.worth,
        room=problem.room,
        walkers=problem.walkers,
        first_pair_of_cell=problem.first_pair_of_cell,
        pair_of_cell=problem.pair_of_cell,
    )


def hub_rules(problem: LayoutProblem, spaces: npt.NDArray[np.int64] | None = None) -> HubRules:
    """Return what may be in some spaces (all if ``None``); floor counts in the largest part that all grades share."""
    here = slice(None) if spaces is None else spaces
    part = max(1, math.gcd(*problem.grade_area_m2.ravel().tolist()))
    allowed = problem.allowed[here].copy()
    way, tied = _ways(problem)
    return HubRules(
        area=problem.grade_area_m2 // part,
        allowed=allowed,
        optional=np.ones(allowed.shape[:2], dtype=np.bool_),
        floor=problem.floor_m2[here] // part,
        complex_floor_min=-(-problem.complex_floor_min_m2 // part),
        small_floor=-(-problem.small_floor_m2 // part),
        free_sets=problem.free_sets.copy(),
        needed=problem.complex_functions,
        priority=problem.priority_services,
        needed_priority=problem.complex_priority,
        must=problem.must[here].copy(),
        way=way,
        tied=tied,
    )


def _ways(problem: LayoutProblem) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Every way for services of a hub to share rooms: pairs without a service in common, by floor of the lenders.

    Each hub keeps to one of them: grades that may be in it, and the bit mask of those that lend and borrow. None if
    nothing is shared.
    """
    shape = (problem.n_services, problem.n_grades)
    if not len(problem.shared):
        return np.zeros((0, *shape), dtype=np.bool_), np.zeros(0, dtype=np.int64)
    own = np.ones(shape, dtype=np.bool_)
    own[problem.shared[:, 0], problem.shared[:, 1] - 1] = False
    # of a pair: borrower, lender, least floor of the lender; the borrower's grades that ask for just as much
    pairs = sorted({(borrower, lender, least) for borrower, _, _, lender, least in problem.shared.tolist()})
    ways, tied = [], []
    for size in range(problem.n_services // 2 + 1):
        for some in itertools.combinations(pairs, size):
            services = [one for borrower, lender, _ in some for one in (borrower, lender)]
            if len(set(services)) < len(services):
                continue
            way = own.copy()
            for borrower, lender, least in some:
                ask = problem.shared[(problem.shared[:, [0, 3, 4]] == (borrower, lender, least)).all(axis=1), 1] - 1
                way[borrower] = False
                way[borrower, ask] = True
                way[lender] &= problem.grade_area_m2[lender] >= least
            ways.append(way)
            tied.append(sum(1 << service for service in services))
    return np.array(ways), np.array(tied, dtype=np.int64)
