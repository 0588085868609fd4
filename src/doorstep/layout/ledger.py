"""The ledger: the two tables of which every number on any screen is a sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.layout.problem import LayoutProblem
from doorstep.layout.transport import Assignment, assignment_of_year, room_of_rows
from doorstep.plan_file import LATER_COLUMNS, NEED_COLUMNS, SERVED_COLUMNS
from doorstep.residents import Demand

__all__ = ["later_ledger", "ledger"]

Floats = npt.NDArray[np.float64]


def ledger(
    problem: LayoutProblem,
    demand: Demand,
    *,
    residences: Sequence[str],
    services: Sequence[str],
    places: Sequence[str],
    units_per_user: Sequence[float],
    grades: npt.NDArray[np.int8],
    now: Assignment,
    plan: Assignment,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write down who is in need, reached and given a place, now and with a plan.

    Parameters
    ----------
    problem, demand
        What was solved.
    residences, services, places
        Names of homes, services and places (spaces, then facilities), in the order of the problem.
    units_per_user
        One per service.
    grades
        Shape (n_spaces, n_services) of the plan; all 0 for today.
    now, plan
        Exact assignments without and with the hubs.

    Returns
    -------
    need, served
        With the columns of :mod:`doorstep.plan_file`. One row of ``need`` for each residence and service, residences in
        order, services in the order of the profile within each.
    """
    shape = (problem.n_services, problem.n_homes)
    now, plan = assignment_of_year(problem, now, 0), assignment_of_year(problem, plan, 0)
    served_now, users_now = _by_cell(problem, now, units_per_user)
    served_plan, users_plan = _by_cell(problem, plan, units_per_user)
    nobody = np.zeros_like(grades)
    in_need = demand.in_need.ravel()
    walkers = demand.walkers.ravel()

    def by_residence(cells: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.ascontiguousarray(cells[: problem.n_services * problem.n_homes].reshape(shape).T).ravel()

    columns = {
        "residence": np.repeat(np.asarray(residences, dtype=object), len(services)),
        "service": np.tile(np.asarray(services, dtype=object), len(residences)),
        "in_need": in_need,
        "homebound": demand.homebound.ravel(),
        "reached_facility": np.where(by_residence(_reached(problem, nobody)), walkers, 0.0),
        "reached_any": np.where(by_residence(_reached(problem, grades)), walkers, 0.0),
        "served_now": by_residence(served_now),
        "unserved_now": in_need - by_residence(served_now),
        "served_plan": by_residence(served_plan),
        "unserved_plan": in_need - by_residence(served_plan),
        "users_now": by_residence(users_now),
        "users_plan": by_residence(users_plan),
    }
    need = pd.DataFrame(columns)[list(NEED_COLUMNS)]
    names = (np.asarray(residences, dtype=object), np.asarray(services, dtype=object), np.asarray(places, dtype=object))
    served = pd.concat(
        [
            _served(problem, assignment, situation, names, units_per_user)
            for situation, assignment in (("now", now), ("plan", plan))
        ],
        ignore_index=True,
    )
    return need, served


def later_ledger(
    problem: LayoutProblem,
    *,
    years: Sequence[int],
    residences: Sequence[str],
    services: Sequence[str],
    places: Sequence[str],
    units_per_user: Sequence[float],
    plan: Assignment,
) -> pd.DataFrame:
    """Write down who is given a place in later years by a plan.

    Parameters
    ----------
    problem, residences, services, places, units_per_user, plan
        As for :func:`ledger`.
    years
        Of the problem, from now; the first is today and not told.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`doorstep.plan_file.LATER_COLUMNS`; no rows for a plan of today alone.
    """
    names = (np.asarray(residences, dtype=object), np.asarray(services, dtype=object), np.asarray(places, dtype=object))
    parts = []
    for number, year in list(enumerate(years))[1 : problem.n_years]:
        of_year = assignment_of_year(problem, plan, number)
        parts.append(_served(problem, of_year, "plan", names, units_per_user).assign(year=year))
    if not parts:
        return pd.DataFrame({column: [] for column in LATER_COLUMNS})
    told = pd.concat(parts, ignore_index=True)
    # rooms of its own and those that another service has left are one place
    who = ["year", "residence", "service", "place", "walk_mm", "walk_ms"]
    return told.groupby(who, sort=False, as_index=False).sum(numeric_only=True)[list(LATER_COLUMNS)]


def _users(problem: LayoutProblem, assignment: Assignment, units_per_user: Sequence[float]) -> tuple[Floats, Floats]:
    """Users and units of each pair of an assignment."""
    units = problem.room[assignment.pair] * assignment.people
    service = problem.cell_of_pair[assignment.pair] // max(1, problem.n_homes) % problem.n_services
    return units / np.asarray(units_per_user)[service], units


def _by_cell(problem: LayoutProblem, assignment: Assignment, units_per_user: Sequence[float]) -> tuple[Floats, Floats]:
    """People given a place and users of each cell."""
    users, _ = _users(problem, assignment, units_per_user)
    cell = problem.cell_of_pair[assignment.pair]
    people: Floats = np.bincount(cell, weights=assignment.people, minlength=problem.n_cells).astype(np.float64)
    return people, np.bincount(cell, weights=users, minlength=problem.n_cells).astype(np.float64)


def _reached(problem: LayoutProblem, grades: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Which cells have an open place with room within the limit."""
    is_open = room_of_rows(problem, grades)[problem.row_of_pair] > 0.0
    reached = np.zeros(problem.n_cells, dtype=np.bool_)
    reached[problem.cell_of_pair[is_open]] = True
    return reached


def _served(
    problem: LayoutProblem,
    assignment: Assignment,
    situation: str,
    names: tuple[npt.NDArray[np.object_], npt.NDArray[np.object_], npt.NDArray[np.object_]],
    units_per_user: Sequence[float],
) -> pd.DataFrame:
    pair = assignment.pair
    users, units = _users(problem, assignment, units_per_user)
    cell, row = problem.cell_of_pair[pair].astype(np.int64), problem.row_of_pair[pair].astype(np.int64)
    place = np.where(
        row < problem.n_space_rows,
        row // max(1, problem.n_stints),
        (row - problem.n_space_rows) % max(1, problem.n_facilities) + problem.n_spaces,
    )
    home = cell % max(1, problem.n_homes)
    service = cell // max(1, problem.n_homes) % problem.n_services
    order = np.lexsort((place, service, home))
    table = pd.DataFrame(
        {
            "situation": situation,
            "residence": names[0][home],
            "service": names[1][service],
            "place": names[2][place],
            "people": assignment.people,
            "users": users,
            "units": units,
            "walk_mm": problem.walk_mm[pair].astype(np.int64),
            "walk_ms": problem.walk_ms[pair].astype(np.int64),
        }
    )
    return table.iloc[order][list(SERVED_COLUMNS)]
