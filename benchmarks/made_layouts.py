"""Made-up layout problems of any size: the instances on which the engine's gaps are stated.

The arrays are those of the instances' published recipe (people in clumps, eight services with four size grades each,
spaces of log-normal floor), drawn from a seed. Money is in millionths, floor in units of 10 m².
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.spatial import cKDTree

from doorstep.layout import LayoutProblem

__all__ = ["made_layout"]

_UNIT = 1_000_000
_MOST_FLOOR = 400
_COMPLEX_FLOOR, _COMPLEX_FUNCTIONS, _COMPLEX_PRIORITY = 60, 3, 2
_RATE = np.array([0.06, 0.02, 0.05, 0.08, 0.10, 0.12, 0.15, 0.06])
_LIMIT_M = np.array([500.0, 500.0, 300.0, 500.0, 600.0, 700.0, 800.0, 400.0])
_WEIGHT = np.array([3.0, 4.0, 2.5, 1.2, 1.0, 1.0, 0.8, 1.2])
_M2_EACH = np.array([4.0, 6.0, 2.5, 0.8, 1.2, 1.5, 1.0, 1.5])
_SMALLEST_M2 = np.array([60.0, 80.0, 60.0, 40.0, 50.0, 80.0, 60.0, 40.0])
_COST_M2 = np.array([3.0, 4.0, 3.0, 1.5, 2.5, 2.0, 1.5, 1.5])
_BUDGET_SHARE = 0.35
_DETOUR = 1.25
_N_GRADES = 5  # as many as the engine has places for; the fifth stays empty


def made_layout(
    n_cells: int,
    n_spaces: int,
    n_services: int = 8,
    seed: int = 0,
    radius_times: Mapping[int, float] | None = None,
) -> LayoutProblem:
    """Return a made-up layout problem.

    Parameters
    ----------
    n_cells, n_spaces, n_services
        Sizes; at most eight services.
    seed
        Of the random numbers; their order is part of the recipe.
    radius_times
        Services by position whose walking limit is so many times that of the recipe.
    """
    random = np.random.default_rng(seed)
    side_m = np.sqrt(n_cells / 4000) * 4000.0
    n_clumps = max(6, n_cells // 300)
    centre = random.random((n_clumps, 2)) * side_m
    home = np.clip(centre[random.integers(0, n_clumps, n_cells)] + random.normal(0, 350, (n_cells, 2)), 0, side_m)
    space = np.clip(centre[random.integers(0, n_clumps, n_spaces)] + random.normal(0, 450, (n_spaces, 2)), 0, side_m)
    people = random.gamma(2, 60, n_cells)
    demand = people * _RATE[:n_services, None] * random.uniform(0.5, 1.5, (n_services, n_cells))
    area_m2 = np.clip(random.lognormal(5.6, 0.7, n_spaces), 40, 2500)
    grade_m2 = _SMALLEST_M2[:n_services, None] * np.array([1, 2, 4, 8.0])
    room = np.floor(grade_m2 / _M2_EACH[:n_services, None] * np.array([1, 1.03, 1.06, 1.08]))
    cost = grade_m2 * _COST_M2[:n_services, None] * np.array([1, 0.95, 0.9, 0.87])
    open_cost = np.array([30, 80, 20, 10.0])[random.integers(0, 4, n_spaces)] + 0.3 * area_m2
    budget = _BUDGET_SHARE * np.sum(open_cost + 0.6 * area_m2 * 2.3)

    tree = cKDTree(home)
    cells, worth, counts = [], [], []
    for place in range(n_spaces):
        for service in range(n_services):
            limit = _LIMIT_M[service] * (radius_times or {}).get(service, 1.0)
            near = np.array(tree.query_ball_point(space[place], limit / _DETOUR), dtype=np.int64)
            walk = np.hypot(*(home[near] - space[place]).T) * _DETOUR
            order = np.argsort(walk)
            cells.append((service * n_cells + near[order]).astype(np.int32))
            worth.append((1 - 0.6 * walk[order] / limit) * _WEIGHT[service])
            counts.append(len(near))
    cell = np.concatenate(cells)
    value = np.concatenate(worth)
    row = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    first_of_cell = np.zeros(n_cells * n_services + 1, dtype=np.int64)
    np.cumsum(np.bincount(cell, minlength=n_cells * n_services), out=first_of_cell[1:])

    def wide(values: np.ndarray) -> np.ndarray:
        return np.pad(values, ((0, 0), (0, _N_GRADES - values.shape[1])))

    grade_floor = wide(np.ceil(grade_m2 / 10 - 1e-9)).astype(np.int64)
    floor = np.minimum(np.floor(area_m2 / 10 + 1e-9), _MOST_FLOOR).astype(np.int64)
    money = np.round(wide(cost) * _UNIT).astype(np.int64)
    walks = np.zeros(len(cell), dtype=np.int32)
    return LayoutProblem(
        n_homes=n_cells,
        n_services=n_services,
        n_spaces=n_spaces,
        n_facilities=0,
        walkers=np.ascontiguousarray(demand).ravel(),
        first_pair_of_row=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        cell_of_pair=cell,
        worth=value,
        room=np.ones(len(cell)),
        walk_mm=walks,
        walk_ms=walks,
        first_pair_of_cell=first_of_cell,
        pair_of_cell=np.lexsort((row, -value, cell)).astype(np.int32),
        row_of_pair=row,
        facility_room=np.zeros(0),
        grade_area_m2=grade_floor,
        grade_room=wide(room),
        allowed=(grade_floor[None] <= floor[:, None, None]) & (grade_floor[None] > 0),
        open_money=np.round(open_cost * _UNIT).astype(np.int64),
        grade_money=np.repeat(np.repeat(money[None, :, :, None], n_spaces, axis=0), 2, axis=3),
        floor_m2=np.column_stack([floor, floor]),
        complex_floor_min_m2=_COMPLEX_FLOOR,
        small_floor_m2=np.zeros(2, dtype=np.int64),
        free_sets=np.array([(1 << n_services) - 1]),
        complex_functions=_COMPLEX_FUNCTIONS,
        priority_services=0b1111 & ((1 << n_services) - 1),
        complex_priority=_COMPLEX_PRIORITY,
        must=np.zeros(n_spaces, dtype=np.bool_),
        budget_money=int(np.floor(budget * _UNIT)),
        space_m=space,
    )
