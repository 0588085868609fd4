"""Compiled: the best hub of a space when every grade of every service has a value and a price. Exact."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]

# Grades are numbered from 1; 0 means that the service is not in the hub. Kinds of hubs: 0 dispersed, 1 complex.


class HubRules(NamedTuple):
    """What may be in a space.

    Parameters
    ----------
    area
        Shape (n_services, n_grades): floor of a grade, in parts.
    allowed
        Shape (n_spaces, n_services, n_grades).
    optional
        Shape (n_spaces, n_services): the service may be left out of a hub.
    floor
        Shape (n_spaces, 2): most floor of grades, by kind.
    complex_floor_min
        Least floor of a complex.
    small_floor
        Shape (2,): a hub with less floor is small, by kind.
    free_sets
        Bit masks of services without a forbidden pair among them; they bind small hubs.
    needed
        Services that make a complex.
    priority, needed_priority
        Bit mask of the priority services, and how many of them a complex needs.
    must
        Shape (n_spaces,): has to hold a hub.
    way, tied
        Shapes (n_ways, n_services, n_grades), (n_ways,): where services may share rooms, each hub keeps to one of these
        ways: the grades that may be in it, and the bit mask of the services that lend and borrow, which are there. No
        ways where nothing is shared.
    """

    area: Array
    allowed: Array
    optional: Array
    floor: Array
    complex_floor_min: int
    small_floor: Array
    free_sets: Array
    needed: int
    priority: int
    needed_priority: int
    must: Array
    way: Array
    tied: Array


@njit(cache=True, nogil=True)
def scratch_of(rules: HubRules) -> tuple[Array, Array, Array]:
    """Room to work in: net values, best value by state and floor, choice by service, state and floor."""
    n_services, n_grades = rules.area.shape
    largest = 0
    for s in range(n_services):
        largest += rules.area[s].max()
    widest = 0
    for space in range(len(rules.floor)):
        widest = max(widest, rules.floor[space, 0], rules.floor[space, 1])
    widest = min(widest, largest) + 1
    states = (rules.needed + 1) * (rules.needed_priority + 1)
    return (
        np.empty((n_services, n_grades)),
        np.empty((states, widest)),
        np.empty((n_services, states, widest), dtype=np.int16),  # four times the number of a grade
    )


@njit(cache=True, nogil=True)
def best_set(
    net: Array,
    allowed: Array,
    optional: Array,
    area: Array,
    least: int,
    most: int,
    mask: int,
    count_from: int,
    count_to: int,
    priority: int,
    needed_priority: int,
    table: Array,
    choice: Array,
    chosen: Array,
    best: float,
) -> float:
    """Best set of ``count_from`` to ``count_to`` services of ``mask`` with a floor from ``least`` to ``most``.

    ``net`` is worth less price of each grade. A set that beats ``best`` is written to ``chosen``.
    """
    n_services, n_grades = net.shape
    # Without the floor every service takes its best grade: a bound, and the answer if it fits.
    top = np.full(n_services, -np.inf)
    pick_of = np.zeros(n_services, dtype=np.int8)
    total = 0
    taken = 0
    relaxed = 0.0
    floor_taken = 0
    priority_taken = 0
    n_more = 0
    for s in range(n_services):
        if mask >> s & 1:
            largest = 0
            for m in range(n_grades):
                if allowed[s, m]:
                    if net[s, m] > top[s]:
                        top[s] = net[s, m]
                        pick_of[s] = m + 1
                    largest = max(largest, area[s, m])
            total += largest
        if not optional[s]:
            if pick_of[s] == 0:
                return best
            taken += 1
            relaxed += top[s]
            floor_taken += area[s, pick_of[s] - 1]
            priority_taken += priority >> s & 1
            top[s] = -np.inf
        elif pick_of[s] > 0:
            n_more += 1
    if taken > count_to or taken + n_more < count_from:
        return best
    added = np.zeros(n_services, dtype=np.bool_)
    while taken < count_to:
        s = int(np.argmax(top))
        if top[s] == -np.inf or (top[s] <= 0.0 and taken >= count_from):
            break
        relaxed += top[s]
        floor_taken += area[s, pick_of[s] - 1]
        priority_taken += priority >> s & 1
        taken += 1
        added[s] = True
        top[s] = -np.inf
    if relaxed <= best:
        return best
    if least <= floor_taken <= most and priority_taken >= needed_priority:
        for s in range(n_services):
            chosen[s] = pick_of[s] if added[s] or not optional[s] else 0
        return relaxed
    most = min(most, total)
    if most < least or most < 0:
        return best

    # States: number of services (``counts``: so many or more if there is no upper limit), number of priority ones.
    open_ended = count_to >= n_services
    counts = count_from if open_ended else count_to
    width = needed_priority + 1
    n_states = (counts + 1) * width
    for state in range(n_states):
        for floor in range(most + 1):
            table[state, floor] = -np.inf
    table[0, 0] = 0.0
    reached = 0
    for s in range(n_services):
        for state in range(n_states):
            for floor in range(most + 1):
                choice[s, state, floor] = 0
        if pick_of[s] == 0:
            continue
        largest = 0
        for m in range(n_grades):
            if allowed[s, m]:
                largest = max(largest, area[s, m])
        reach_next = min(most, reached + largest)
        is_priority = priority >> s & 1
        # From many to few and from large floors to small ones, so that a service is used once.
        for count in range(counts, -1, -1):
            for pri in range(needed_priority, -1, -1):
                state = count * width + pri
                for floor in range(reach_next, -1, -1):
                    here = table[state, floor] if optional[s] else -np.inf
                    pick = 0
                    for m in range(n_grades):
                        before = floor - area[s, m]
                        if not allowed[s, m] or before < 0:
                            continue
                        # Where this state can be come from: one service fewer, or as many if counting has ended.
                        for full in range(2):
                            from_count = count - 1 + full
                            if from_count < 0 or (full == 1 and not (open_ended and count == counts)):
                                continue
                            for full_pri in range(1 + is_priority):
                                from_pri = pri - is_priority + full_pri
                                if from_pri < 0 or (full_pri == 1 and pri != needed_priority):
                                    continue
                                value = table[from_count * width + from_pri, before] + net[s, m]
                                if value > here:
                                    here = value
                                    pick = (m + 1) * 4 + full * 2 + full_pri
                    table[state, floor] = here
                    choice[s, state, floor] = pick
        reached = reach_next
    best_state, best_floor = -1, -1
    for count in range(count_from, counts + 1):
        state = count * width + needed_priority
        for floor in range(least, most + 1):
            if table[state, floor] > best:
                best = table[state, floor]
                best_state, best_floor = state, floor
    if best_state < 0:
        return best
    count, pri, floor = best_state // width, best_state % width, best_floor
    for s in range(n_services - 1, -1, -1):
        pick = choice[s, count * width + pri, floor]
        chosen[s] = pick // 4
        if pick > 0:
            floor -= area[s, pick // 4 - 1]
            count -= 1 - pick // 2 % 2
            pri -= (priority >> s & 1) - pick % 2
    return best


@njit(cache=True, nogil=True, inline="always")  # else each hub pays for handing over all the rules once more
def best_of(
    rules: HubRules,
    space: int,
    allowed: Array,
    optional: Array,
    values: Array,
    cost: Array,
    scratch: tuple[Array, Array, Array],
    chosen: Array,
    best: float,
) -> float:
    """Best hub of some grades, opening not paid: written to ``chosen`` if it beats ``best``; return the better."""
    net, table, choice = scratch
    n_services, n_grades = values.shape
    every = (1 << n_services) - 1
    for kind in range(2):
        count_from = 1 if kind == 0 else rules.needed
        count_to = rules.needed - 1 if kind == 0 else n_services
        priority = 0 if kind == 0 else rules.priority
        needed_priority = 0 if kind == 0 else rules.needed_priority
        least = 0 if kind == 0 else rules.complex_floor_min
        most = rules.floor[space, kind]
        if most < least or count_to < count_from:
            continue
        for s in range(n_services):
            for m in range(n_grades):
                net[s, m] = values[s, m] - cost[s, m, kind]
        small = rules.small_floor[kind]
        if len(rules.free_sets) == 1 and rules.free_sets[0] == every:
            small = 0
        if small > least:
            for mask in rules.free_sets:
                best = best_set(
                    net, allowed, optional, rules.area, least, min(most, small - 1), mask, count_from, count_to,
                    priority, needed_priority, table, choice, chosen, best,
                )  # fmt: skip
        best = best_set(
            net, allowed, optional, rules.area, max(least, small), most, every, count_from, count_to,
            priority, needed_priority, table, choice, chosen, best,
        )  # fmt: skip
    return best


@njit(cache=True, nogil=True)
def best_hub(
    rules: HubRules,
    space: int,
    values: Array,
    cost: Array,
    open_cost: float,
    scratch: tuple[Array, Array, Array],
    chosen: Array,
) -> float:
    """Write the best hub of a space to ``chosen`` and return its value; zeros and 0 if none is worth its price.

    Parameters
    ----------
    rules, space
        What may be there.
    values
        Shape (n_services, n_grades): worth of a grade.
    cost
        Shape (n_services, n_grades, 2): its price in a dispersed hub and in a complex.
    open_cost
        Price of any hub there.
    scratch
        Of :func:`scratch_of`.
    chosen
        Shape (n_services,), int8.
    """
    chosen[:] = 0
    best = -np.inf if rules.must[space] else open_cost
    if len(rules.tied) == 0:
        allowed, optional = rules.allowed[space], rules.optional[space]
        return best_of(rules, space, allowed, optional, values, cost, scratch, chosen, best) - open_cost
    for way in range(len(rules.tied)):
        allowed, optional = rules.allowed[space] & rules.way[way], rules.optional[space].copy()
        for s in range(len(optional)):
            if rules.tied[way] >> s & 1:
                optional[s] = False
        best = best_of(rules, space, allowed, optional, values, cost, scratch, chosen, best)
    return best - open_cost


@njit(cache=True, nogil=True)
def best_hubs(
    rules: HubRules,
    space_from: int,
    space_to: int,
    values: Array,
    cost: Array,
    open_cost: Array,
    chosen: Array,
    worth: Array,
) -> None:
    """Best hub of each space of a range; ``values`` has one row per space and service."""
    n_services = rules.area.shape[0]
    scratch = scratch_of(rules)
    for space in range(space_from, space_to):
        worth[space] = best_hub(
            rules,
            space,
            values[space * n_services : (space + 1) * n_services],
            cost[space],
            open_cost[space],
            scratch,
            chosen[space],
        )
