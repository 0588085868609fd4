"""Compiled loops of bound and search: arrays and numbers in, arrays out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]

# Grades are numbered from 1; 0 means that the service is not in the hub.


@njit(cache=True, nogil=True)
def fill_values(
    gain: Array,
    room: Array,
    order: Array,
    n: int,
    capacities: Array,
    values: Array,
) -> None:
    """Write the best total gain for each capacity (ascending) when rooms are filled in ``order``."""
    done = 0.0
    used = 0.0
    at = 0
    for grade in range(len(capacities)):
        capacity = capacities[grade]
        if capacity <= 0.0:
            values[grade] = 0.0
            continue
        while at < n and used + room[order[at]] <= capacity:
            used += room[order[at]]
            done += gain[order[at]]
            at += 1
        rest = 0.0
        if at < n:
            rest = gain[order[at]] * (capacity - used) / room[order[at]]
        values[grade] = done + rest


@njit(cache=True, nogil=True)
def row_gains(
    first: int,
    last: int,
    cell_of_pair: Array,
    worth: Array,
    room: Array,
    walkers: Array,
    price: Array,
    gain: Array,
    take: Array,
) -> tuple[int, float]:
    """Collect the pairs of a row that are worth more than their price; return how many and the room they take."""
    n = 0
    total = 0.0
    for pair in range(first, last):
        cell = cell_of_pair[pair]
        surplus = worth[pair] - price[cell]
        if surplus > 0.0:
            gain[n] = surplus * walkers[cell]
            take[n] = room[pair] * walkers[cell]
            total += take[n]
            n += 1
    return n, total


@njit(cache=True, nogil=True)
def price_rows(
    row_from: int,
    row_to: int,
    first_pair_of_row: Array,
    cell_of_pair: Array,
    worth: Array,
    room: Array,
    walkers: Array,
    price: Array,
    capacity_of_row: Array,
    values: Array,
) -> None:
    """Write V of each row at each of its capacities (descending grades allowed; 0 means none)."""
    longest = 0
    for row in range(row_from, row_to):
        longest = max(longest, first_pair_of_row[row + 1] - first_pair_of_row[row])
    gain = np.empty(longest)
    take = np.empty(longest)
    for row in range(row_from, row_to):
        n, total = row_gains(
            first_pair_of_row[row],
            first_pair_of_row[row + 1],
            cell_of_pair,
            worth,
            room,
            walkers,
            price,
            gain,
            take,
        )
        capacities = capacity_of_row[row]
        smallest = np.inf
        for capacity in capacities:
            if 0.0 < capacity < smallest:
                smallest = capacity
        if total <= smallest:
            everything = 0.0
            for k in range(n):
                everything += gain[k]
            for grade in range(len(capacities)):
                values[row, grade] = everything if capacities[grade] > 0.0 else 0.0
        else:
            order = np.argsort(-gain[:n] / take[:n])
            fill_values(gain, take, order, n, capacities, values[row])


@njit(cache=True, nogil=True)
def fill_row(
    first: int,
    last: int,
    cell_of_pair: Array,
    worth: Array,
    room: Array,
    walkers: Array,
    price: Array,
    capacity: float,
    share: Array,
) -> None:
    """Write, per pair of a row, the share of its cell served there when priced surplus is made as large as possible."""
    n = last - first
    surplus = np.empty(n)
    take = np.empty(n)
    pair_of = np.empty(n, dtype=np.int64)
    m = 0
    total = 0.0
    for pair in range(first, last):
        share[pair] = 0.0
        cell = cell_of_pair[pair]
        value = worth[pair] - price[cell]
        if value > 0.0:
            surplus[m] = value / room[pair]
            take[m] = room[pair] * walkers[cell]
            pair_of[m] = pair
            total += take[m]
            m += 1
    if total <= capacity:
        for k in range(m):
            share[pair_of[k]] = 1.0
        return
    left = capacity
    for k in np.argsort(-surplus[:m]):
        if take[k] <= left:
            share[pair_of[k]] = 1.0
            left -= take[k]
        else:
            share[pair_of[k]] = left / take[k]
            return


@njit(cache=True, nogil=True)
def best_small_sets(
    values: Array,
    money: Array,
    open_money: int,
    money_price: float,
    allowed: Array,
    area: Array,
    cap: int,
    small_floor: int,
    free_sets: Array,
    most: int,
    must: bool,
    chosen: Array,
    best: float,
) -> float:
    """Best hub of fewer services than a complex has: all sets of one and two services tried.

    ``most`` is the largest number of services (1 or 2). Returns the value; writes the grades.
    """
    n_services, n_grades = values.shape
    for a in range(n_services):
        for m in range(n_grades):
            if not allowed[a, m] or area[a, m] > cap:
                continue
            one = values[a, m] - money_price * (money[a, m] + open_money)
            if one > best or (must and best == -np.inf):
                best = one
                chosen[:] = 0
                chosen[a] = m + 1
            if most < 2:
                continue
            for b in range(a + 1, n_services):
                for k in range(n_grades):
                    if not allowed[b, k]:
                        continue
                    floor = area[a, m] + area[b, k]
                    if floor > cap:
                        continue
                    both = one + values[b, k] - money_price * money[b, k]
                    if both <= best:
                        continue
                    if floor < small_floor:
                        free = False
                        pair = (1 << a) | (1 << b)
                        for mask in free_sets:
                            if mask & pair == pair:
                                free = True
                                break
                        if not free:
                            continue
                    best = both
                    chosen[:] = 0
                    chosen[a] = m + 1
                    chosen[b] = k + 1
    return best


@njit(cache=True, nogil=True)
def best_large_set(
    values: Array,
    money: Array,
    open_money: int,
    money_price: float,
    allowed: Array,
    area: Array,
    least: int,
    most: int,
    mask: int,
    needed: int,
    table: Array,
    choice: Array,
    chosen: Array,
    best: float,
) -> float:
    """Best hub of at least ``needed`` services of ``mask`` with floor from ``least`` to ``most``: exact knapsack.

    ``table`` (needed + 1, floor + 1) and ``choice`` (services, needed + 1, floor + 1) are scratch.
    """
    if most < least or most <= 0:
        return best
    n_services, n_grades = values.shape
    top = 0
    for s in range(n_services):
        if mask >> s & 1:
            largest = 0
            for m in range(n_grades):
                if allowed[s, m] and area[s, m] > largest:
                    largest = area[s, m]
            top += largest
    most = min(most, top)
    if most < least:
        return best
    # Without the floor every service takes its best grade; if that is not enough, or fits, the knapsack is not needed.
    net = np.full(n_services, -np.inf)
    pick_of = np.zeros(n_services, dtype=np.int8)
    for s in range(n_services):
        if mask >> s & 1:
            for m in range(n_grades):
                if allowed[s, m] and values[s, m] - money_price * money[s, m] > net[s]:
                    net[s] = values[s, m] - money_price * money[s, m]
                    pick_of[s] = m + 1
    relaxed = -money_price * open_money
    floor_taken = 0
    taken = 0
    order = np.argsort(-net)
    for s in order:
        if net[s] == -np.inf or (net[s] <= 0.0 and taken >= needed):
            break
        relaxed += net[s]
        floor_taken += area[s, pick_of[s] - 1]
        taken += 1
    if taken < needed or relaxed <= best:
        return best
    if least <= floor_taken <= most:
        chosen[:] = 0
        for k in range(taken):
            chosen[order[k]] = pick_of[order[k]]
        return relaxed
    for count in range(needed + 1):
        for floor in range(most + 1):
            table[count, floor] = -np.inf
    table[0, 0] = 0.0
    reached = 0
    for s in range(n_services):
        for count in range(needed + 1):
            for floor in range(most + 1):
                choice[s, count, floor] = 0
        if not mask >> s & 1:
            continue
        largest = 0
        # From large floors and counts to small ones, so that a service is used once.
        for m in range(n_grades):
            if allowed[s, m] and area[s, m] > largest:
                largest = area[s, m]
        reach_next = min(most, reached + largest)
        for count in range(needed, -1, -1):
            for floor in range(reach_next, -1, -1):
                top_value = table[count, floor]
                pick = 0
                for m in range(n_grades):
                    if not allowed[s, m]:
                        continue
                    before = floor - area[s, m]
                    if before < 0:
                        continue
                    gain = values[s, m] - money_price * money[s, m]
                    if count > 0:
                        candidate = table[count - 1, before] + gain
                        if candidate > top_value:
                            top_value = candidate
                            pick = m + 1
                    if count == needed:
                        candidate = table[count, before] + gain
                        if candidate > top_value:
                            top_value = candidate
                            pick = -(m + 1)
                table[count, floor] = top_value
                choice[s, count, floor] = pick
        reached = reach_next
    best_floor = -1
    for floor in range(least, most + 1):
        value = table[needed, floor] - money_price * open_money
        if value > best:
            best = value
            best_floor = floor
    if best_floor < 0:
        return best
    chosen[:] = 0
    count = needed
    floor = best_floor
    for s in range(n_services - 1, -1, -1):
        pick = choice[s, count, floor]
        if pick > 0:
            chosen[s] = pick
            floor -= area[s, pick - 1]
            count -= 1
        elif pick < 0:
            chosen[s] = -pick
            floor -= area[s, -pick - 1]
    return best


@njit(cache=True, nogil=True)
def best_hub(
    values: Array,
    money: Array,
    open_money: int,
    money_price: float,
    allowed: Array,
    area: Array,
    floor: Array,
    small_floor: Array,
    complex_floor_min: int,
    free_sets: Array,
    needed: int,
    must: bool,
    table: Array,
    choice: Array,
    chosen: Array,
) -> float:
    """Write the best hub of a space at the given values and price of money; return its value (0: no hub).

    ``money`` has shape (services, grades, 2). The search is exact: small sets one by one, complexes by a knapsack over
    floor and number of services, once for each largest set without a forbidden pair while the hub is small.
    """
    chosen[:] = 0
    best = -np.inf if must else 0.0
    best = best_small_sets(
        values,
        money[:, :, 0],
        open_money,
        money_price,
        allowed,
        area,
        floor[0],
        small_floor[0],
        free_sets,
        min(2, needed - 1),
        must,
        chosen,
        best,
    )
    complexes = money[:, :, 1]
    every = (1 << values.shape[0]) - 1
    split = small_floor[1]
    if len(free_sets) == 1 and free_sets[0] == every:
        split = 0
    if split > complex_floor_min:
        for mask in free_sets:
            best = best_large_set(
                values,
                complexes,
                open_money,
                money_price,
                allowed,
                area,
                complex_floor_min,
                min(floor[1], split - 1),
                mask,
                needed,
                table,
                choice,
                chosen,
                best,
            )
    return best_large_set(
        values,
        complexes,
        open_money,
        money_price,
        allowed,
        area,
        max(complex_floor_min, split),
        floor[1],
        every,
        needed,
        table,
        choice,
        chosen,
        best,
    )


@njit(cache=True, nogil=True)
def best_hubs(
    space_from: int,
    space_to: int,
    values: Array,
    grade_money: Array,
    open_money: Array,
    money_price: float,
    allowed: Array,
    area: Array,
    floor: Array,
    small_floor: Array,
    complex_floor_min: int,
    free_sets: Array,
    needed: int,
    must: Array,
    chosen: Array,
    worth_of_space: Array,
) -> None:
    """Best hub of each space of a range; ``values`` has one row per space and service."""
    n_services = area.shape[0]
    widest = 1
    for space in range(space_from, space_to):
        widest = max(widest, floor[space, 1] + 1)
    largest = 0
    for s in range(n_services):
        largest += area[s].max()
    widest = min(widest, largest + 1)
    table = np.empty((needed + 1, widest))
    choice = np.empty((n_services, needed + 1, widest), dtype=np.int8)
    for space in range(space_from, space_to):
        worth_of_space[space] = best_hub(
            values[space * n_services : (space + 1) * n_services],
            grade_money[space],
            open_money[space],
            money_price,
            allowed[space],
            area,
            floor[space],
            small_floor,
            complex_floor_min,
            free_sets,
            needed,
            must[space],
            table,
            choice,
            chosen[space],
        )


@njit(cache=True, nogil=True)
def sum_by_cell(
    first_pair_of_cell: Array,
    pair_of_cell: Array,
    share: Array,
    total: Array,
) -> None:
    """Sum the shares served of each cell in a fixed order."""
    for cell in range(len(total)):
        served = 0.0
        for at in range(first_pair_of_cell[cell], first_pair_of_cell[cell + 1]):
            served += share[pair_of_cell[at]]
        total[cell] = served
