"""Exact assignment of people to open places: a linear programme per service, cut to where room is short."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csc_array

from doorstep.layout.floors import shortfalls, transport_with_floors
from doorstep.layout.problem import LayoutProblem

__all__ = ["Assignment", "assign", "room_of_rows"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_SMALL = 50_000  # pairs


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Who is given a place where.

    Parameters
    ----------
    pair
        Pairs with people, ascending.
    people
        Persons given a place by each of them.
    worth
        Weighted users in all.
    room_price
        Shape (n_rows,): worth of one more unit of room in each row; 0 where there is room left.
    """

    pair: Ints
    people: Floats
    worth: float
    room_price: Floats


def room_of_rows(problem: LayoutProblem, grades: npt.NDArray[np.int8]) -> Floats:
    """Return the units that may be used in each row under a choice of grades (shape (n_spaces, n_services))."""
    n_space_rows = problem.n_spaces * problem.n_services
    room = np.zeros(problem.n_rows)
    chosen = grades.ravel().astype(np.int64)
    rows = np.flatnonzero(chosen)
    room[rows] = problem.grade_room[rows % problem.n_services, chosen[rows] - 1]
    room[n_space_rows:] = problem.facility_room
    return room


def assign(problem: LayoutProblem, grades: npt.NDArray[np.int8]) -> Assignment:
    """Assign people to open places so that the worth is largest.

    Parameters
    ----------
    problem
        The layout problem.
    grades
        Shape (n_spaces, n_services): grade of each service in each space, 0 for none.

    Returns
    -------
    Assignment
        An optimum. The same for any order of rows.

    Raises
    ------
    RuntimeError
        If HiGHS does not return an optimum: a fault of the program.

    Notes
    -----
    Everybody first goes to the best open place. Where that overfills a place, the people who reach such places are
    assigned by a linear programme (HiGHS's simplex, by SciPy), with all the places they reach; places that become short
    of room there draw in their people in turn, until no place that is short is reached by anybody outside. Then the
    prices of room are 0 for everybody outside, for whom the best place is therefore optimal: the whole is an optimum.
    Where floors of coverage are missed by this, the whole service is assigned by a linear programme that first lets
    floors lack as few people as can be.
    """
    room = room_of_rows(problem, grades)
    is_open = room[problem.row_of_pair] > 0.0
    pairs: list[Ints] = []
    people: list[Floats] = []
    room_price = np.zeros(problem.n_rows)
    # Services have no people and no rooms in common: one by one where programmes are large, at once where they are not.
    at_once = problem.n_services if len(problem.worth) <= _SMALL and not problem.floors else 1
    for service in range(0, problem.n_services, at_once):
        cells = slice(service * problem.n_homes, (service + at_once) * problem.n_homes)
        first, last = problem.first_pair_of_cell[cells.start], problem.first_pair_of_cell[cells.stop]
        candidates = problem.pair_of_cell[first:last].astype(np.int64)
        candidates = candidates[is_open[candidates]]
        chosen, amount, price = _assigned(problem, candidates, room)
        if _misses_floor(problem, service, chosen, amount):
            chosen, amount, price = transport_with_floors(problem, service, candidates, room)
        room_price += price
        pairs.append(chosen)
        people.append(amount)
    pair, amount = np.concatenate(pairs), np.concatenate(people)
    order = np.argsort(pair, kind="stable")
    pair, amount = pair[order], amount[order]
    worth = float(np.sum(problem.worth[pair] * amount))
    return Assignment(pair=pair, people=amount, worth=worth, room_price=room_price)


def _misses_floor(problem: LayoutProblem, service: int, pair: Ints, people: Floats) -> bool:
    floors = tuple(floor for floor in problem.floors if floor.service == service)
    if not floors:
        return False
    return bool(shortfalls(dataclasses.replace(problem, floors=floors), pair, people).any())


def _assigned(problem: LayoutProblem, candidates: Ints, room: Floats) -> tuple[Ints, Floats, Floats]:
    """Assign the people of some services; ``candidates`` are their open pairs, cell by cell, best worth first."""
    if not len(candidates):
        return candidates, np.zeros(0), np.zeros(len(room))
    cell = problem.cell_of_pair[candidates].astype(np.int64)
    row = problem.row_of_pair[candidates].astype(np.int64)
    take = problem.room[candidates] * problem.walkers[cell]
    is_first = np.ones(len(cell), dtype=np.bool_)
    is_first[1:] = cell[1:] != cell[:-1]
    used = np.bincount(row[is_first], weights=take[is_first], minlength=len(room))
    short = used > room
    if not short.any():
        return candidates[is_first], problem.walkers[cell[is_first]], np.zeros(len(room))

    inside_row = short.copy()
    while True:
        inside_cell = np.zeros(problem.n_cells, dtype=np.bool_)
        inside_cell[cell[inside_row[row]]] = True
        inside = inside_cell[cell]
        outside = is_first & ~inside
        room_left = room - np.bincount(row[outside], weights=take[outside], minlength=len(room))
        amount, room_price = _transport(problem, candidates[inside], np.maximum(room_left, 0.0))
        priced = room_price > 1e-12
        if not (priced & ~inside_row).any():
            break
        inside_row |= priced
    keep = amount > 1e-12
    pairs = np.concatenate([candidates[outside], candidates[inside][keep]])
    people = np.concatenate([problem.walkers[cell[outside]], amount[keep]])
    return pairs, people, room_price


def _transport(problem: LayoutProblem, pairs: Ints, room_left: Floats) -> tuple[Floats, Floats]:
    """Solve the linear programme over given pairs; return people per pair and the price of room per row."""
    cells, cell_index = np.unique(problem.cell_of_pair[pairs].astype(np.int64), return_inverse=True)
    rows, row_index = np.unique(problem.row_of_pair[pairs].astype(np.int64), return_inverse=True)
    demand = problem.walkers[cells]
    n = len(pairs)
    # Columns are shares of a cell, so that the numbers are of one size.
    people = demand[cell_index]
    entries = np.empty(2 * n)
    entries[0::2], entries[1::2] = 1.0, problem.room[pairs] * people
    index = np.empty(2 * n, dtype=np.int32)
    index[0::2], index[1::2] = cell_index, len(cells) + row_index
    matrix = csc_array((entries, index, np.arange(0, 2 * n + 1, 2, dtype=np.int32)), shape=(len(cells) + len(rows), n))

    solution = linprog(
        -problem.worth[pairs] * people,
        A_ub=matrix,
        b_ub=np.concatenate([np.ones(len(cells)), room_left[rows]]),
        bounds=(0, None),
        method="highs-ds",
    )
    if solution.status != 0:
        raise RuntimeError(f"transport not optimal: {solution.message}")
    share = np.clip(solution.x, 0.0, 1.0)
    # Take off the solver's tolerance, so that demand and room hold exactly.
    share /= np.maximum(1.0, np.bincount(cell_index, weights=share, minlength=len(cells)))[cell_index]
    used = np.bincount(row_index, weights=share * entries[1::2], minlength=len(rows))
    share /= np.maximum(1.0, used / np.maximum(room_left[rows], 1e-300))[row_index]
    room_price = np.zeros(len(room_left))
    room_price[rows] = -solution.ineqlin.marginals[len(cells) :]
    return share * people, room_price
