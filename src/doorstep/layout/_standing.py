"""Compiled: who is given a place where in a part of a city, changed step by step, and how to take a step back."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.layout._hub import HubRules
from doorstep.layout._rows import Reachable

Array = npt.NDArray[Any]

SLOTS = 4
"""Places that the people of one cell can be spread over."""
NOTHING = 1e-9
"""People and room below this are none."""


class Part(NamedTuple):
    """A part of a city: its spaces, the cells they reach, and open places beside them whose hubs stay as they are.

    Parameters
    ----------
    pairs
        Rows of the spaces (space by space, stint by stint), then rows of places that stay.
    rules
        What may be in the spaces.
    owner, grade_room
        Of the stints: whose rooms they are, shape (n_stints,), and how much room, shape (n_stints, n_grades).
    grade_money, open_money
        Shapes (n_spaces, n_services, n_grades, 2), (n_spaces,).
    neighbours
        Shape (n_spaces, k): spaces by distance, itself first, -1 beyond the last.
    limit_open, limit_grade
        Shapes (n_limits, n_spaces), (n_limits, n_spaces, n_services, n_grades, 2): units of each further limit.
    limit_price, limit_amount
        Shapes (n_limits,): what a unit is taken to be worth, and how many there are.
    first_closed, closed_row, closed_room
        Shapes (n_spaces + 1,), (n_closed,), (n_closed,): rows of the facilities whose rooms a hub in each space takes,
        and their room without one.
    """

    pairs: Reachable
    rules: HubRules
    owner: Array
    grade_room: Array
    grade_money: Array
    open_money: Array
    neighbours: Array
    limit_open: Array
    limit_grade: Array
    limit_price: Array
    limit_amount: Array
    first_closed: Array
    closed_row: Array
    closed_room: Array


class Standing(NamedTuple):
    """Who is given a place where; changed in place.

    Parameters
    ----------
    grade
        Shape (n_spaces * n_services,), 0 shut.
    room_left
        Shape (n_rows,).
    pair, people
        Shape (n_cells, SLOTS): pairs that serve a cell, side by side from the first slot (then -1), and for how many.
    unserved
        Shape (n_cells,): people without a place.
    """

    grade: Array
    room_left: Array
    pair: Array
    people: Array
    unserved: Array


class Journal(NamedTuple):
    """What a step has touched, as it was before; ``at`` holds step, cells and rows logged."""

    at: Array
    cell_step: Array
    row_step: Array
    cell: Array
    pair: Array
    people: Array
    unserved: Array
    row: Array
    room_left: Array


@njit(cache=True, nogil=True)
def new_journal(n_cells: int, n_rows: int) -> Journal:
    return Journal(
        np.zeros(3, dtype=np.int64),
        np.full(n_cells, -1, dtype=np.int64),
        np.full(n_rows, -1, dtype=np.int64),
        np.empty(n_cells, dtype=np.int64),
        np.empty((n_cells, SLOTS), dtype=np.int32),
        np.empty((n_cells, SLOTS)),
        np.empty(n_cells),
        np.empty(n_rows, dtype=np.int64),
        np.empty(n_rows),
    )


@njit(cache=True, nogil=True)
def note_cell(log: Journal, now: Standing, cell: int) -> None:
    """Keep a cell as it is, once a step."""
    if log.cell_step[cell] == log.at[0]:
        return
    log.cell_step[cell] = log.at[0]
    at = log.at[1]
    log.at[1] += 1
    log.cell[at] = cell
    for k in range(SLOTS):
        log.pair[at, k] = now.pair[cell, k]
        log.people[at, k] = now.people[cell, k]
    log.unserved[at] = now.unserved[cell]


@njit(cache=True, nogil=True)
def note_row(log: Journal, now: Standing, row: int) -> None:
    """Keep the room of a row as it is, once a step."""
    if log.row_step[row] == log.at[0]:
        return
    log.row_step[row] = log.at[0]
    at = log.at[2]
    log.at[2] += 1
    log.row[at] = row
    log.room_left[at] = now.room_left[row]


@njit(cache=True, nogil=True)
def go_back(log: Journal, now: Standing) -> None:
    """Undo the step."""
    for at in range(log.at[1]):
        cell = log.cell[at]
        for k in range(SLOTS):
            now.pair[cell, k] = log.pair[at, k]
            now.people[cell, k] = log.people[at, k]
        now.unserved[cell] = log.unserved[at]
    for at in range(log.at[2]):
        now.room_left[log.row[at]] = log.room_left[at]


@njit(cache=True, nogil=True)
def slot_for(now: Standing, cell: int, pair: int) -> int:
    """The slot of a cell that holds a pair, or an empty one; -1 if all hold others."""
    for k in range(SLOTS):
        if now.pair[cell, k] == pair or now.pair[cell, k] < 0:
            return k
    return -1


@njit(cache=True, nogil=True)
def empty_slot(now: Standing, cell: int, k: int) -> None:
    """Take a pair off a cell; the last slot in use moves to its place."""
    last = k
    while last + 1 < SLOTS and now.pair[cell, last + 1] >= 0:
        last += 1
    now.pair[cell, k] = now.pair[cell, last]
    now.people[cell, k] = now.people[cell, last]
    now.pair[cell, last] = -1
    now.people[cell, last] = 0.0
