"""Compiled: what a place is worth at given prices of people, for each of its capacities."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]

SIZE_GRADES = 5
"""Grades with rooms of their own; shared grades stand behind them, each with the room of one of these."""


class Reachable(NamedTuple):
    """Who can be given a place where: the pairs of a problem (see :class:`doorstep.layout.LayoutProblem`)."""

    first_pair_of_row: Array
    cell_of_pair: Array
    row_of_pair: Array
    worth: Array
    room: Array
    walkers: Array
    first_pair_of_cell: Array
    pair_of_cell: Array


@njit(cache=True, nogil=True)
def sorted_rates(rate: Array, pair: Array, n: int) -> None:
    """Sort pairs by falling rate, in place: quick if they nearly are already, as from round to round."""
    moves = 0
    for k in range(1, n):
        value, one = rate[k], pair[k]
        at = k
        while at > 0 and rate[at - 1] < value:
            rate[at], pair[at] = rate[at - 1], pair[at - 1]
            at -= 1
        rate[at], pair[at] = value, one
        moves += k - at
        if moves > 12 * n:
            order = np.argsort(-rate[:n])
            rate[:n] = rate[:n][order]
            pair[:n] = pair[:n][order]
            return


@njit(cache=True, nogil=True)
def price_rows(
    pairs: Reachable,
    row_from: int,
    row_to: int,
    price: Array,
    capacities: Array,
    order: Array,
    values: Array,
) -> None:
    """Write V of each row of a range at each of its capacities, 0 where there is no such capacity.

    ``order`` holds the pairs of each row, best first at the last prices; it is put into order for these.
    """
    longest = 0
    for row in range(row_from, row_to):
        longest = max(longest, pairs.first_pair_of_row[row + 1] - pairs.first_pair_of_row[row])
    rate = np.empty(longest)
    n_capacities = capacities.shape[1]
    for row in range(row_from, row_to):
        first, last = pairs.first_pair_of_row[row], pairs.first_pair_of_row[row + 1]
        n = last - first
        largest = capacities[row].max()
        values[row] = 0.0
        if n == 0 or largest <= 0.0:
            continue
        mine = order[first:last]
        good = 0
        total = 0.0
        for k in range(n):
            pair = mine[k]
            cell = pairs.cell_of_pair[pair]
            surplus = pairs.worth[pair] - price[cell]
            if surplus > 0.0:
                rate[k] = surplus / pairs.room[pair]
                total += pairs.room[pair] * pairs.walkers[cell]
                good += 1
            else:
                rate[k] = 0.0
        if good == 0:
            continue
        sorted_rates(rate, mine, n)
        for m in range(n_capacities):
            capacity = capacities[row, m]
            if capacity <= 0.0:
                continue
            if m >= SIZE_GRADES:
                same = -1
                for like in range(SIZE_GRADES):
                    if capacities[row, like] == capacity:
                        same = like
                if same >= 0:  # else the size grade may not be chosen
                    values[row, m] = values[row, same]
                    continue
            won, used = 0.0, 0.0
            for k in range(good):
                pair = mine[k]
                take = pairs.room[pair] * pairs.walkers[pairs.cell_of_pair[pair]]
                if used + take > capacity:
                    won += rate[k] * (capacity - used)
                    break
                won += rate[k] * take
                used += take
            values[row, m] = won


@njit(cache=True, nogil=True)
def serve(
    pairs: Reachable,
    rows: Array,
    room: Array,
    price: Array,
    order: Array,
    served: Array,
) -> None:
    """Add to ``served`` the people of each cell whom the given rows take, in the order that ``price_rows`` left."""
    for at in range(len(rows)):
        row = rows[at]
        left = room[at]
        for k in range(pairs.first_pair_of_row[row], pairs.first_pair_of_row[row + 1]):
            pair = order[k]
            cell = pairs.cell_of_pair[pair]
            if pairs.worth[pair] - price[cell] <= 0.0:
                break
            take = pairs.room[pair] * pairs.walkers[cell]
            if take > left:
                served[cell] += left / pairs.room[pair]
                break
            served[cell] += pairs.walkers[cell]
            left -= take
