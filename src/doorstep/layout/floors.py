"""Floors of coverage: so many people of a community or group are to be given a place, of a service or of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

if TYPE_CHECKING:
    from doorstep.layout.problem import LayoutProblem

__all__ = [
    "EVERY",
    "CoverageFloor",
    "asked_people",
    "cells_of",
    "floor_bonus",
    "floor_shares",
    "floors_served",
    "missing_price",
    "shortfalls",
    "transport_with_floors",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EVERY = -1
"""In place of the position of a service: all services together."""
TOLERANCE = 1e-6
"""Persons, and share of a floor: what the solver's last digits may lack."""
_MISSING = 1000.0
"""What a missing person costs, in the largest worth of one: floors come first."""


@dataclass(frozen=True, slots=True, eq=False)
class CoverageFloor:
    """People who are to be given a place, at least.

    Parameters
    ----------
    name
        Unique among the floors of a problem.
    service
        Position of the service, or :data:`EVERY`.
    people
        Persons to be given a place: the share that is asked for, times the people in need of the group. Over all
        services somebody counts once for each service in need of.
    share
        Shape (n_homes,), of all services (n_services * n_homes,), 0 to 1: how much of a person of this home (cell)
        given a place belongs to the group.
    """

    name: str
    service: int
    people: float
    share: Floats


def cells_of(problem: LayoutProblem, floor: CoverageFloor) -> slice:
    """Return the cells that the share of a floor speaks of: people of today."""
    n = problem.n_homes
    return (
        slice(0, problem.n_services * n)
        if floor.service == EVERY
        else slice(floor.service * n, (floor.service + 1) * n)
    )


def floor_shares(problem: LayoutProblem) -> csr_array:
    """Return how much of a person of each cell belongs to each floor, shape (n_floors, n_cells).

    Who works out many prices keeps it: most cells belong to few floors.
    """
    inside = [np.flatnonzero(floor.share) for floor in problem.floors]
    first = np.cumsum([0, *map(len, inside)])
    cells = [cells_of(problem, floor).start + at for floor, at in zip(problem.floors, inside, strict=True)]
    share = [floor.share[at] for floor, at in zip(problem.floors, inside, strict=True)]
    return csr_array(
        (np.concatenate([*share, np.zeros(0)]), np.concatenate([*cells, np.zeros(0, np.int64)]), first),
        shape=(len(inside), problem.n_cells),
    )


def floor_bonus(problem: LayoutProblem, prices: Floats) -> Floats:
    """Return what a person of each cell given a place is worth beside the users, shape (n_cells,).

    Parameters
    ----------
    problem
        The layout problem.
    prices
        Shape (n_floors,): price of a person of each floor (ν).
    """
    bonus: Floats = floor_shares(problem).T @ prices
    return bonus


def asked_people(problem: LayoutProblem) -> Floats:
    """Return the people whom each floor surely asks for, the tolerance taken off, shape (n_floors,)."""
    people = np.array([floor.people for floor in problem.floors], dtype=np.float64)
    return np.maximum(people - TOLERANCE * (1.0 + people), 0.0)


def floors_served(problem: LayoutProblem, served: Floats) -> Floats:
    """Return the people of each floor given a place, shape (n_floors,); ``served`` has shape (n_cells,)."""
    people: Floats = floor_shares(problem) @ served
    return people


def shortfalls(problem: LayoutProblem, pair: Ints, people: Floats) -> Floats:
    """Return the people that each floor lacks under an assignment, shape (n_floors,), 0 where it is met."""
    served = np.bincount(problem.cell_of_pair[pair], weights=people, minlength=problem.n_cells).astype(np.float64)
    asked = np.array([floor.people for floor in problem.floors])
    reached = floors_served(problem, served)
    missing: Floats = np.where(reached >= asked_people(problem), 0.0, asked - reached)
    return missing


def missing_price(problem: LayoutProblem, pairs: Ints) -> float:
    """Return what a person whom a floor lacks costs in an assignment over some pairs: more than any worth."""
    return _MISSING * max(1e-9, float(problem.worth[pairs].max(initial=0.0)))


def transport_with_floors(
    problem: LayoutProblem, service: int, pairs: Ints, room: Floats
) -> tuple[Ints, Floats, Floats]:
    """Assign the people of one service so that floors lack as few people as can be, then for most worth.

    Parameters
    ----------
    problem
        The layout problem.
    service
        Position of the service.
    pairs
        Its pairs of open places.
    room
        Shape (n_rows,).

    Returns
    -------
    pair, people, room_price
        As in :class:`doorstep.layout.transport.Assignment`.
    """
    floors = [floor for floor in problem.floors if floor.service == service]
    cells, cell_index = np.unique(problem.cell_of_pair[pairs].astype(np.int64), return_inverse=True)
    rows, row_index = np.unique(problem.row_of_pair[pairs].astype(np.int64), return_inverse=True)
    people = problem.walkers[cells][cell_index]
    n, n_cells, n_rows = len(pairs), len(cells), len(rows)
    home = cells - service * problem.n_homes
    # Columns are shares of a cell, then what each floor lacks.
    at, column, value = (
        [cell_index, n_cells + row_index],
        [np.arange(n)] * 2,
        [np.ones(n), problem.room[pairs] * people],
    )
    for number, floor in enumerate(floors):
        at += [np.full(n + 1, n_cells + n_rows + number)]
        column += [np.append(np.arange(n), n + number)]
        value += [np.append(-floor.share[home][cell_index] * people, -1.0)]
    matrix = coo_array(
        (np.concatenate(value), (np.concatenate(at), np.concatenate(column))),
        shape=(n_cells + n_rows + len(floors), n + len(floors)),
    ).tocsc()
    missing = missing_price(problem, pairs)
    solution = linprog(
        np.concatenate([-problem.worth[pairs] * people, np.full(len(floors), missing)]),
        A_ub=matrix,
        b_ub=np.concatenate([np.ones(n_cells), room[rows], [-floor.people for floor in floors]]),
        bounds=(0, None),
        method="highs-ds",
    )
    if solution.status != 0:
        raise RuntimeError(f"transport with floors not optimal: {solution.message}")
    given = np.clip(solution.x[:n], 0.0, 1.0)
    # Take off the solver's tolerance, so that demand and room hold exactly.
    given /= np.maximum(1.0, np.bincount(cell_index, weights=given, minlength=n_cells))[cell_index]
    used = np.bincount(row_index, weights=given * problem.room[pairs] * people, minlength=n_rows)
    given /= np.maximum(1.0, used / np.maximum(room[rows], 1e-300))[row_index]
    room_price = np.zeros(len(room))
    room_price[rows] = -solution.ineqlin.marginals[n_cells : n_cells + n_rows]
    keep = given > 1e-12
    return pairs[keep], (given * people)[keep], room_price
