"""Compiled: what one more service in a space wins from people who are served worse, or not at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.layout._rows import Reachable

Array = npt.NDArray[Any]


@njit(cache=True, nogil=True)
def worth_of_capacities(pairs: Reachable, row: int, capacities: Array, best_worth: Array) -> Array:
    """Return what each capacity of a row wins: whole cells, those with most gain for their room first.

    Parameters
    ----------
    pairs, row
        Who can be given a place there.
    capacities
        Units of room, shape (n,).
    best_worth
        Shape (n_cells,): worth of a person where they are served so far.
    """
    first, last = pairs.first_pair_of_row[row], pairs.first_pair_of_row[row + 1]
    rate, gain, take = np.empty(last - first), np.empty(last - first), np.empty(last - first)
    n = 0
    for pair in range(first, last):
        cell = pairs.cell_of_pair[pair]
        more = (pairs.worth[pair] - best_worth[cell]) * pairs.walkers[cell]
        if more > 0.0:
            gain[n], take[n] = more, pairs.room[pair] * pairs.walkers[cell]
            rate[n] = -more / take[n] if take[n] > 0.0 else -np.inf
            n += 1
    order = np.argsort(rate[:n], kind="mergesort")
    worth = np.zeros(len(capacities))
    for m in range(len(capacities)):
        used = 0.0
        for at in order:
            used += take[at]
            if used > capacities[m]:
                break
            worth[m] += gain[at]
    return worth


@njit(cache=True, nogil=True)
def most_rates(
    pairs: Reachable,
    spaces: Array,
    grades: Array,
    allowed: Array,
    owner: Array,
    grade_room: Array,
    open_money: Array,
    grade_money: Array,
    complex_functions: int,
    most_money: int,
    best_worth: Array,
) -> Array:
    """Return the most that a service added to a hub wins for a minor unit of money, shape (n_spaces, n_services).

    Parameters
    ----------
    pairs, best_worth
        As above.
    spaces
        Those to look at; others have 0, and so have services that are there already.
    grades
        Shape (n_spaces, n_services): hubs that are there.
    allowed, grade_room, open_money, grade_money, complex_functions
        Of the layout problem.
    owner
        Shape (n_stints,): whose rooms are used in each stint.
    most_money
        What an addition may cost.
    """
    n_spaces, n_services, n_grades = allowed.shape
    most = np.zeros((n_spaces, n_services))
    for space in spaces:
        functions, to_complex = 0, 0
        for service in range(n_services):
            grade = grades[space, service]
            if grade > 0:
                functions += 1
                to_complex += grade_money[space, service, grade - 1, 1] - grade_money[space, service, grade - 1, 0]
        kind = 1 if functions + 1 >= complex_functions else 0
        more = open_money[space] if functions == 0 else 0
        if functions > 0 and functions + 1 == complex_functions:  # the hub becomes a complex, with all that is there
            more += to_complex
        for service in range(n_services):
            if grades[space, service] > 0:
                continue
            can = False
            for m in range(n_grades):
                can |= allowed[space, service, m] and grade_money[space, service, m, kind] + more <= most_money
            if not can:
                continue
            worth = np.zeros(n_grades)
            for stint in range(len(owner)):
                if owner[stint] == service:
                    row = space * len(owner) + stint
                    worth += worth_of_capacities(pairs, row, grade_room[stint], best_worth)
            for m in range(n_grades):
                money = grade_money[space, service, m, kind] + more
                if allowed[space, service, m] and money <= most_money:
                    most[space, service] = max(most[space, service], worth[m] / max(1, money))
    return most
