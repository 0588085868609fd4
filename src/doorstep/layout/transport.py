"""Exact assignment of people to open places: a transport problem for each service."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout._forest import Transport
from doorstep.layout._simplex import transported
from doorstep.layout.floors import EVERY, shortfalls, transport_with_floors
from doorstep.layout.joint_floors import assigned_together
from doorstep.layout.problem import LayoutProblem

__all__ = ["Assignment", "assign", "assignment_of_year", "people_given", "room_of_rows"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MANY_PAIRS = 50_000  # with fewer, threads take longer to start than they save


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
    room = np.zeros(problem.n_rows)
    chosen = grades[:, problem.stints[:, 0]].ravel().astype(np.int64)
    rows = np.flatnonzero(chosen)
    room[rows] = problem.grade_room[rows % problem.n_stints, chosen[rows] - 1]
    room[problem.n_space_rows :] = np.where(_closed(problem, grades), 0.0, problem.facility_room)
    return room


def _closed(problem: LayoutProblem, grades: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Which rows of facilities are closed, because a hub has their rooms; shape (n_years * n_facilities,)."""
    space = problem.space_of_facility_row
    closed: npt.NDArray[np.bool_] = space >= 0
    closed[closed] = grades[space[closed]].any(axis=1)
    return closed


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
        If no optimum is found: a fault of the program.

    Notes
    -----
    Services, and years, have no people and no rooms in common: each is a transport problem, solved by the simplex
    method on its network (:mod:`doorstep.layout._simplex`). Where floors of coverage are missed by this, the whole
    service is assigned by a linear programme that first lets floors lack as few people as can be; where floors of all
    services together are, all services are (:func:`doorstep.layout.joint_floors.assigned_together`).
    """
    room = room_of_rows(problem, grades)
    is_open = room[problem.row_of_pair] > 0.0
    candidates = []
    for service in range(problem.n_services * problem.n_years):  # those of today, then those of each later year
        first, last = problem.first_pair_of_cell[[service * problem.n_homes, (service + 1) * problem.n_homes]]
        of_service = problem.pair_of_cell[first:last].astype(np.int64)
        candidates.append(of_service[is_open[of_service]])

    def assigned(service: int) -> tuple[Ints, Floats, Floats]:
        found = _transport(problem, candidates[service], room)
        if _misses_floor(problem, service, *found[:2]):
            return transport_with_floors(problem, service, candidates[service], room)
        return found

    services = [service for service, pairs in enumerate(candidates) if len(pairs)]
    if sum(map(len, candidates)) < _MANY_PAIRS:
        parts = [assigned(service) for service in services]
    else:
        with ThreadPoolExecutor() as threads:
            parts = list(threads.map(assigned, services))
    if parts and _misses_floor(
        problem, EVERY, np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    ):

        def at_worth(worth: Floats, service: int) -> tuple[Ints, Floats, Floats]:
            return _transport(dataclasses.replace(problem, worth=worth), candidates[service], room)

        parts = assigned_together(problem, services, np.concatenate(candidates), at_worth)
    room_price = np.zeros(problem.n_rows)
    for _, _, price in parts:
        room_price += price
    pair = np.concatenate([*(part[0] for part in parts), np.zeros(0, np.int64)])
    amount = np.concatenate([*(part[1] for part in parts), np.zeros(0)])
    order = np.argsort(pair, kind="stable")
    pair, amount = pair[order], amount[order]
    worth = float(np.sum(problem.worth[pair] * amount))
    return Assignment(pair=pair, people=amount, worth=worth, room_price=room_price)


def assignment_of_year(problem: LayoutProblem, assignment: Assignment, year: int) -> Assignment:
    """Return the part of an assignment that speaks of one year; ``year`` counts the problem's years, 0 is today."""
    of_year = problem.cell_of_pair[assignment.pair] // max(1, problem.n_homes * problem.n_services) == year
    pair, people = assignment.pair[of_year], assignment.people[of_year]
    return Assignment(pair, people, float(np.sum(problem.worth[pair] * people)), assignment.room_price)


def people_given(problem: LayoutProblem, assignment: Assignment) -> float:
    """Return the people of today whom an assignment gives a place."""
    return float(np.sum(assignment_of_year(problem, assignment, 0).people))


def _misses_floor(problem: LayoutProblem, service: int, pair: Ints, people: Floats) -> bool:
    floors = tuple(floor for floor in problem.floors if floor.service == service)
    if not floors:
        return False
    return bool(shortfalls(dataclasses.replace(problem, floors=floors), pair, people).any())


def _transport(problem: LayoutProblem, candidates: Ints, room: Floats) -> tuple[Ints, Floats, Floats]:
    """Assign the people of a service; ``candidates`` are its open pairs, cell by cell, best worth first."""
    wanted = candidates[problem.worth[candidates] > 0.0]
    cells, n_of_cell = np.unique(problem.cell_of_pair[wanted], return_counts=True)
    rows, row = np.unique(problem.row_of_pair[wanted], return_inverse=True)
    worth = problem.worth[wanted]
    # Who takes no room finds some everywhere; so little as this changes nothing that can be told.
    unit = np.maximum(problem.room[wanted], 1e-9)
    first = np.concatenate([[0], np.cumsum(n_of_cell)]).astype(np.int64)
    best = np.maximum.reduceat(worth / unit, first[:-1]) if len(cells) else np.zeros(0)
    given = Transport(
        first=first,
        row=row.astype(np.int32),
        worth=worth,
        unit=unit,
        people=problem.walkers[cells],
        room=room[rows],
        order=np.argsort(-best, kind="stable"),
    )
    amount, price, steps = transported(given)
    if steps < 0:
        raise RuntimeError(f"no optimal transport of {len(cells)} cells to {len(rows)} places")
    # Take off what additions round, so that demand and room hold exactly.
    amount = np.maximum(amount, 0.0)
    served = np.add.reduceat(amount, first[:-1]) if len(cells) else amount
    amount *= np.repeat(np.where(served > given.people, given.people / np.maximum(served, 1e-300), 1.0), n_of_cell)
    used = np.bincount(row, weights=amount * unit, minlength=len(rows))
    amount *= np.where(used > given.room, given.room / np.maximum(used, 1e-300), 1.0)[row]
    keep = amount > 1e-12
    room_price = np.zeros(len(room))
    room_price[rows] = np.maximum(price, 0.0)
    return wanted[keep], amount[keep], room_price
