"""Made-up layout problems of three years, in which services give their rooms to others."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
from tests.layout.problems import made_problem

from doorstep.layout import LayoutProblem

YEARS = 3


def later_problem(seed: int, *, must: bool = False) -> LayoutProblem:
    """A made-up problem of three years: service 0 may become 1 in the second or third, 2 becomes 1 in the third.

    Fewer people need 0 and 2 from year to year, more need 1; rooms and money of a conversion are drawn.
    """
    now = made_problem(seed, n_homes=8, n_spaces=3, must=must)
    random = np.random.default_rng((seed, 11))
    services, homes, spaces = now.n_services, now.n_homes, now.n_spaces
    ways = [(0, number, grade, 1, year) for number, (year, grade) in enumerate(itertools.product((1, 2), (1, 2)), 6)]
    ways += [(2, 5 + grade, grade, 1, 2) for grade in (1, 2)]
    comes = sorted({(a, b, later) for a, _, _, b, year in ways for later in range(year, YEARS)}, key=lambda s: s[::-1])
    stints = [(s, s, year) for year in range(YEARS) for s in range(services)] + comes
    n_grades = max(number for _, number, *_ in ways)
    wider = ((0, 0), (0, n_grades - 5))
    area, size_room = np.pad(now.grade_area_m2, wider), now.grade_room
    allowed = np.pad(now.allowed, ((0, 0), *wider))
    money = np.pad(now.grade_money, ((0, 0), *wider, (0, 0)), constant_values=-1)
    room = np.zeros((len(stints), n_grades))
    at = {stint: number for number, stint in enumerate(stints)}
    for year, service in itertools.product(range(YEARS), range(services)):
        room[at[service, service, year], :5] = size_room[service]
    for a, number, grade, b, year in ways:
        area[a, number - 1] = area[a, grade - 1]
        allowed[:, a, number - 1] = allowed[:, a, grade - 1] & (random.random(spaces) < 0.8)
        money[:, a, number - 1] = money[:, a, grade - 1] + int(random.integers(0, 4))
        units = float(random.uniform(2, 10))
        for then in range(YEARS):
            stint = (a, b, then) if then >= year else (a, a, then)
            room[at[stint], number - 1] = units if then >= year else size_room[a, grade - 1]

    def pairs_of(row: int) -> slice:
        return slice(now.first_pair_of_row[row], now.first_pair_of_row[row + 1])

    listed = [(pairs_of(space * services + b), year, b) for space in range(spaces) for _, b, year in stints]
    facility_rows = range(spaces * services, spaces * services + now.n_facilities)
    listed += [(pairs_of(row), year, None) for year in range(YEARS) for row in facility_rows]
    cell = [now.cell_of_pair[of] + year * services * homes for of, year, _ in listed]
    counts = [of.stop - of.start for of, _, _ in listed]
    cells, worth = np.concatenate(cell), np.concatenate([now.worth[of] / YEARS for of, _, _ in listed])
    row_of_pair = np.repeat(np.arange(len(counts)), counts)
    n_cells = homes * services * YEARS
    less_or_more = random.uniform((0.2, 1.2, 0.2), (0.6, 2.0, 0.9))
    return dataclasses.replace(
        now,
        walkers=np.concatenate([now.walkers * np.repeat(less_or_more**year, homes) for year in range(YEARS)]),
        first_pair_of_row=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        cell_of_pair=cells.astype(np.int32),
        worth=worth,
        room=np.concatenate([now.room[of] for of, _, _ in listed]),
        walk_mm=np.zeros(len(cells), dtype=np.int32),
        walk_ms=np.zeros(len(cells), dtype=np.int32),
        first_pair_of_cell=np.concatenate([[0], np.cumsum(np.bincount(cells, minlength=n_cells))]).astype(np.int64),
        pair_of_cell=np.lexsort((row_of_pair, -worth, cells)).astype(np.int32),
        row_of_pair=row_of_pair.astype(np.int32),
        facility_room=np.tile(now.facility_room, YEARS),
        grade_area_m2=area,
        grade_room=room,
        allowed=allowed,
        grade_money=money,
        converted=np.array([(a, number, grade) for a, number, grade, _, _ in ways], dtype=np.int64),
        stints=np.array(stints, dtype=np.int64),
        n_years=YEARS,
    )
