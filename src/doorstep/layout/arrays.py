"""The problem's arrays as the compiled loops take them."""

from __future__ import annotations

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
    )
