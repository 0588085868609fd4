"""Compiled: a part of a city cut out for the search, with the people whom its spaces may serve.

Every space belongs to one part, and so do the people that its hub serves. People without a place, and those of
facilities, belong to the part of the nearest space. So parts can be searched side by side, and what they find adds up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.layout._rows import Reachable
from doorstep.layout._standing import SLOTS, Standing

Array = npt.NDArray[Any]


@njit(cache=True, nogil=True)
def owners(pairs: Reachable, part_of_space: Array, n_stints: int) -> Array:
    """The part of each cell: that of the best space that it reaches, -1 if it reaches none."""
    n_space_rows = len(part_of_space) * n_stints
    owner = np.full(len(pairs.walkers), -1, dtype=np.int32)
    for cell in range(len(owner)):
        for at in range(pairs.first_pair_of_cell[cell], pairs.first_pair_of_cell[cell + 1]):
            row = pairs.row_of_pair[pairs.pair_of_cell[at]]
            if row < n_space_rows:
                owner[cell] = part_of_space[row // n_stints]
                break
    return owner


@njit(cache=True, nogil=True)
def cut_part(
    pairs: Reachable,
    part_of_space: Array,
    part: int,
    n_stints: int,
    owner: Array,
    people: Array,
    unserved: Array,
    room_left: Array,
    gives_way: Array,
    local_pair: Array,
) -> tuple[Reachable, Array, Array, Array]:
    """Cut out a part: its pairs, the room that its rows have for them, and how many people each pair serves.

    Parameters
    ----------
    pairs
        Of the city.
    part_of_space
        Shape (n_spaces,): which part each space is in.
    part
        The number of this part.
    n_stints
        Rows of a space.
    owner
        Of :func:`owners`.
    people
        Shape (n_pairs,): served today.
    unserved
        Shape (n_cells,).
    room_left
        Shape (n_rows,).
    gives_way
        Shape (n_rows of facilities,): the space whose hub takes the rooms of a facility, -1 none.
    local_pair
        Shape (n_pairs,), int32: written for this part's pairs; parts may write at the same time.

    Returns
    -------
    pairs, room, people, rows
        Of the part. Rows are its spaces' rows, then rows of facilities, which have the room that the part's people use
        and a fair share of what is left; all of it where a hub of the part may take their rooms. ``rows``: the city's.
    """
    n_cells = len(pairs.walkers)
    spaces = np.flatnonzero(part_of_space == part)
    n_space_rows = len(part_of_space) * n_stints
    local_cell = np.full(n_cells, -1, dtype=np.int32)
    demand = np.zeros(n_cells)
    for space in spaces:
        for pair in range(pairs.first_pair_of_row[space * n_stints], pairs.first_pair_of_row[(space + 1) * n_stints]):
            cell = pairs.cell_of_pair[pair]
            local_cell[cell] = 0
            demand[cell] += people[pair]
    facility = np.zeros(len(room_left) - n_space_rows, dtype=np.bool_)
    has_facilities = len(facility) > 0
    n = 0
    for cell in range(n_cells):
        if local_cell[cell] < 0:
            continue
        if owner[cell] == part:
            demand[cell] += unserved[cell]
            for at in range(
                pairs.first_pair_of_cell[cell], pairs.first_pair_of_cell[cell + 1] if has_facilities else 0
            ):
                pair = pairs.pair_of_cell[at]
                row = pairs.row_of_pair[pair]
                if row >= n_space_rows:
                    demand[cell] += people[pair]
                    facility[row - n_space_rows] = True
        local_cell[cell] = -1
        if demand[cell] > 1e-9:
            local_cell[cell] = n
            n += 1
    walkers = np.empty(n)
    for cell in range(n_cells):
        if local_cell[cell] >= 0:
            walkers[local_cell[cell]] = demand[cell]

    rows = np.empty(len(spaces) * n_stints + facility.sum(), dtype=np.int64)
    at_row = 0
    for space in spaces:
        for stint in range(n_stints):
            rows[at_row] = space * n_stints + stint
            at_row += 1
    for number in range(len(facility)):
        if facility[number]:
            rows[at_row] = n_space_rows + number
            at_row += 1
    most = 0
    for row in rows:
        most += pairs.first_pair_of_row[row + 1] - pairs.first_pair_of_row[row]
    first = np.zeros(len(rows) + 1, dtype=np.int64)
    pair_cell = np.empty(most, dtype=np.int32)
    pair_row = np.empty(most, dtype=np.int32)
    worth, room, served = np.empty(most), np.empty(most), np.empty(most)
    row_room = np.zeros(len(rows))
    count = 0
    for at in range(len(rows)):
        row = rows[at]
        used, mine = 0.0, 0
        for pair in range(pairs.first_pair_of_row[row], pairs.first_pair_of_row[row + 1]):
            cell = pairs.cell_of_pair[pair]
            if row >= n_space_rows and owner[cell] != part:
                continue
            local_pair[pair] = -1
            if local_cell[cell] < 0:
                continue
            local_pair[pair] = count
            pair_cell[count], pair_row[count] = local_cell[cell], at
            worth[count], room[count], served[count] = pairs.worth[pair], pairs.room[pair], people[pair]
            used += people[pair] * pairs.room[pair]
            count += 1
            mine += 1
        first[at + 1] = count
        of_row = pairs.first_pair_of_row[row + 1] - pairs.first_pair_of_row[row]
        share = 1.0 if row < n_space_rows else mine / max(1, of_row)
        taker = -1 if row < n_space_rows else gives_way[row - n_space_rows]
        if taker >= 0 and part_of_space[taker] >= 0:
            share = 1.0 if part_of_space[taker] == part else 0.0
        row_room[at] = used + share * room_left[row]

    first_of_cell = np.zeros(n + 1, dtype=np.int64)
    by_cell = np.empty(count, dtype=np.int32)
    done = 0
    for cell in range(n_cells):
        if local_cell[cell] < 0:
            continue
        for at in range(pairs.first_pair_of_cell[cell], pairs.first_pair_of_cell[cell + 1]):
            pair = pairs.pair_of_cell[at]
            row = pairs.row_of_pair[pair]
            if row < n_space_rows:
                if part_of_space[row // n_stints] != part:
                    continue
            elif owner[cell] != part:
                continue
            if local_pair[pair] >= 0:
                by_cell[done] = local_pair[pair]
                done += 1
        first_of_cell[local_cell[cell] + 1] = done
    return (
        Reachable(
            first,
            pair_cell[:count].copy(),
            pair_row[:count].copy(),
            worth[:count].copy(),
            room[:count].copy(),
            walkers,
            first_of_cell,
            by_cell,
        ),
        row_room,
        served[:count].copy(),
        rows,
    )


@njit(cache=True, nogil=True)
def standing_of(pairs: Reachable, grade: Array, row_room: Array, people: Array) -> Standing:
    """Who is given a place where in a part; of a cell spread over too many places the last are left without one."""
    n_cells, n_rows = len(pairs.walkers), len(row_room)
    now = Standing(
        grade,
        row_room.copy(),
        np.full((n_cells, SLOTS), -1, dtype=np.int32),
        np.zeros((n_cells, SLOTS)),
        pairs.walkers.copy(),
    )
    for row in range(n_rows):
        for pair in range(pairs.first_pair_of_row[row], pairs.first_pair_of_row[row + 1]):
            if people[pair] <= 0.0:
                continue
            cell = pairs.cell_of_pair[pair]
            for k in range(SLOTS):
                if now.pair[cell, k] < 0:
                    now.pair[cell, k] = pair
                    now.people[cell, k] = people[pair]
                    now.unserved[cell] -= people[pair]
                    now.room_left[row] -= people[pair] * pairs.room[pair]
                    break
    for cell in range(n_cells):
        now.unserved[cell] = max(0.0, now.unserved[cell])
    for row in range(n_rows):
        now.room_left[row] = max(0.0, now.room_left[row])
    return now
