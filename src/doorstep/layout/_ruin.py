"""Compiled ruin and recreate in a part of a city: hubs taken out and put back by the exact hub, people moved."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.layout._hub import HubRules, best_hub, scratch_of
from doorstep.layout._rows import SIZE_GRADES, Reachable

Array = npt.NDArray[Any]

SLOTS = 4
"""Places that the people of one cell can be spread over."""
_NOTHING = 1e-9
_MOST_REFILLS = 48


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


@njit(cache=True, nogil=True)
def place_unserved(part: Part, now: Standing, log: Journal, cell: int) -> float:
    """Give the unserved of a cell to its best places with room; return the worth won."""
    pairs = part.pairs
    won = 0.0
    for at in range(pairs.first_pair_of_cell[cell], pairs.first_pair_of_cell[cell + 1]):
        if now.unserved[cell] <= _NOTHING:
            break
        pair = pairs.pair_of_cell[at]
        row = pairs.row_of_pair[pair]
        if now.room_left[row] <= _NOTHING:
            continue
        slot = slot_for(now, cell, pair)
        if slot < 0:
            break
        amount = min(now.unserved[cell], now.room_left[row] / pairs.room[pair])
        note_cell(log, now, cell)
        note_row(log, now, row)
        if now.pair[cell, slot] < 0:
            now.pair[cell, slot] = pair
            now.people[cell, slot] = 0.0
        now.people[cell, slot] += amount
        now.unserved[cell] -= amount
        now.room_left[row] -= amount * pairs.room[pair]
        won += amount * pairs.worth[pair]
    return won


@njit(cache=True, nogil=True)
def empty_row(
    part: Part, now: Standing, log: Journal, row: int, freed: Array, n: int, change: float
) -> tuple[float, int]:
    """Take all people and all room off a row; their cells are added to ``freed``, what they lose to ``change``."""
    pairs = part.pairs
    note_row(log, now, row)
    now.room_left[row] = 0.0
    for pair in range(pairs.first_pair_of_row[row], pairs.first_pair_of_row[row + 1]):
        cell = pairs.cell_of_pair[pair]
        for k in range(SLOTS):
            if now.pair[cell, k] == pair:
                note_cell(log, now, cell)
                change -= now.people[cell, k] * pairs.worth[pair]
                now.unserved[cell] += now.people[cell, k]
                empty_slot(now, cell, k)
                freed[n] = cell
                n += 1
                break
    return change, n


@njit(cache=True, nogil=True)
def shut_hub(part: Part, now: Standing, log: Journal, space: int, freed: Array) -> float:
    """Shut a hub and give its people to the places that are left; return the change of worth."""
    n_services, n_stints = part.rules.area.shape[0], len(part.owner)
    change = 0.0
    n = 0
    for stint in range(n_stints):
        row = space * n_stints + stint
        grade = now.grade[space * n_services + part.owner[stint]]
        if grade == 0 or part.grade_room[stint, grade - 1] <= 0.0:
            continue
        change, n = empty_row(part, now, log, row, freed, n, change)
    now.grade[space * n_services : (space + 1) * n_services] = 0
    for k in range(n):
        change += place_unserved(part, now, log, freed[k])
    return change


@njit(cache=True, nogil=True)
def close_facilities(part: Part, now: Standing, log: Journal, space: int, freed: Array) -> float:
    """Close the facilities whose rooms a hub in a space takes; their people go where there is room. Change of worth."""
    change, n = 0.0, 0
    for at in range(part.first_closed[space], part.first_closed[space + 1]):
        change, n = empty_row(part, now, log, part.closed_row[at], freed, n, change)
    for k in range(n):
        change += place_unserved(part, now, log, freed[k])
    return change


@njit(cache=True, nogil=True)
def offers(
    part: Part, now: Standing, row: int, rate: Array, take: Array, pair_of: Array, from_pair: Array
) -> tuple[int, float]:
    """List who would gain from room in a row: the unserved, and people of other places; return how many and their room.

    Room that they leave behind counts nothing here; it is filled when the hub is opened.
    """
    pairs = part.pairs
    n = 0
    total = 0.0
    for pair in range(pairs.first_pair_of_row[row], pairs.first_pair_of_row[row + 1]):
        cell = pairs.cell_of_pair[pair]
        worth = pairs.worth[pair]
        room = pairs.room[pair]
        if now.unserved[cell] > _NOTHING:
            rate[n] = worth / room
            take[n] = now.unserved[cell] * room
            total += take[n]
            pair_of[n] = pair
            from_pair[n] = -1
            n += 1
        for k in range(SLOTS):
            other = now.pair[cell, k]
            if other < 0:
                break
            if other != pair:
                more = worth - pairs.worth[other]
                if more > 0.0:
                    rate[n] = more / room
                    take[n] = now.people[cell, k] * room
                    total += take[n]
                    pair_of[n] = pair
                    from_pair[n] = other
                    n += 1
    return n, total


@njit(cache=True, nogil=True)
def hub_gains(
    part: Part, now: Standing, space: int, values: Array, rate: Array, take: Array, pair_of: Array,
    from_pair: Array,
) -> None:  # fmt: skip
    """Write, per service and grade, what a hub in a space would add."""
    n_stints, n_grades = part.grade_room.shape
    values[:] = 0.0
    won = np.zeros(n_grades)
    for stint in range(n_stints):
        n, total = offers(part, now, space * n_stints + stint, rate, take, pair_of, from_pair)
        if n == 0:
            continue
        rooms = part.grade_room[stint]
        of_service = values[part.owner[stint]]
        smallest = np.inf
        for m in range(n_grades):
            if 0.0 < rooms[m] < smallest:
                smallest = rooms[m]
        everything = 0.0
        for k in range(n):
            everything += rate[k] * take[k]
        if total <= smallest:
            for m in range(n_grades):
                if rooms[m] > 0.0:
                    of_service[m] += everything
            continue
        order = np.argsort(-rate[:n])
        for m in range(n_grades):
            if rooms[m] <= 0.0:
                continue
            same = -1
            if m >= SIZE_GRADES:  # a shared grade: worth what its size grade is
                for like in range(SIZE_GRADES):
                    if rooms[like] == rooms[m]:
                        same = like
            if same >= 0:
                won[m] = won[same]
            elif rooms[m] >= total:
                won[m] = everything
            else:
                left = rooms[m]
                won[m] = 0.0
                for at in order:
                    if take[at] > left:
                        won[m] += rate[at] * left
                        break
                    won[m] += rate[at] * take[at]
                    left -= take[at]
            of_service[m] += won[m]


@njit(cache=True, nogil=True)
def fill_row(
    part: Part, now: Standing, log: Journal, row: int, rate: Array, take: Array, pair_of: Array,
    from_pair: Array, queue: Array, queued: int,
) -> tuple[float, int]:  # fmt: skip
    """Let those who gain most have the room left in a row; rows that they leave are queued. Return the worth won."""
    pairs = part.pairs
    n, total = offers(part, now, row, rate, take, pair_of, from_pair)
    won = 0.0
    if n == 0:
        return won, queued
    note_row(log, now, row)
    order = np.arange(n) if total <= now.room_left[row] else np.argsort(-rate[:n])
    for at in order:
        if now.room_left[row] <= _NOTHING:
            break
        pair = pair_of[at]
        cell = pairs.cell_of_pair[pair]
        amount = min(take[at], now.room_left[row]) / pairs.room[pair]
        other = from_pair[at]
        k = -1
        if other < 0:
            amount = min(amount, now.unserved[cell])
        else:
            k = slot_for(now, cell, other)
            if k < 0 or now.pair[cell, k] < 0:
                continue  # has moved already
            amount = min(amount, now.people[cell, k])
        if slot_for(now, cell, pair) < 0 and (k < 0 or amount < now.people[cell, k]):
            continue  # spread over too many places
        note_cell(log, now, cell)
        if k < 0:
            now.unserved[cell] -= amount
            won += amount * pairs.worth[pair]
        else:
            left = pairs.row_of_pair[other]
            note_row(log, now, left)
            now.room_left[left] += amount * pairs.room[other]
            won += amount * (pairs.worth[pair] - pairs.worth[other])
            now.people[cell, k] -= amount
            if now.people[cell, k] <= _NOTHING:
                now.unserved[cell] += now.people[cell, k]
                empty_slot(now, cell, k)
            seen = False
            for q in range(queued):
                if queue[q] == left:
                    seen = True
            if not seen and queued < len(queue):
                queue[queued] = left
                queued += 1
        slot = slot_for(now, cell, pair)
        if now.pair[cell, slot] < 0:
            now.pair[cell, slot] = pair
            now.people[cell, slot] = 0.0
        now.people[cell, slot] += amount
        now.room_left[row] = max(0.0, now.room_left[row] - amount * pairs.room[pair])
    return won, queued


@njit(cache=True, nogil=True)
def fill_rows(
    part: Part, now: Standing, log: Journal, row: int, rate: Array, take: Array, pair_of: Array,
    from_pair: Array, queue: Array, change: float,
) -> float:  # fmt: skip
    """Let people into the room of a row, and others into the room that they leave elsewhere; add what they win."""
    won, queued = fill_row(part, now, log, row, rate, take, pair_of, from_pair, queue, 0)
    change += won
    done = 0
    while done < queued:
        won, queued = fill_row(part, now, log, queue[done], rate, take, pair_of, from_pair, queue, queued)
        change += won
        done += 1
    return change


@njit(cache=True, nogil=True)
def reopen_facilities(
    part: Part, now: Standing, log: Journal, space: int, rate: Array, take: Array, pair_of: Array,
    from_pair: Array, queue: Array,
) -> float:  # fmt: skip
    """Open the facilities again whose rooms no hub takes; return the worth won."""
    change = 0.0
    for at in range(part.first_closed[space], part.first_closed[space + 1]):
        row = part.closed_row[at]
        note_row(log, now, row)
        now.room_left[row] = part.closed_room[at]
        change = fill_rows(part, now, log, row, rate, take, pair_of, from_pair, queue, change)
    return change


@njit(cache=True, nogil=True)
def open_hub(
    part: Part, now: Standing, log: Journal, space: int, chosen: Array, rate: Array, take: Array,
    pair_of: Array, from_pair: Array, queue: Array,
) -> float:  # fmt: skip
    """Open a hub, let in those who gain most, and fill the room they leave elsewhere; return the worth won."""
    n_services, n_stints = part.rules.area.shape[0], len(part.owner)
    change = 0.0
    now.grade[space * n_services : (space + 1) * n_services] = chosen
    for stint in range(n_stints):
        grade = chosen[part.owner[stint]]
        if grade == 0 or part.grade_room[stint, grade - 1] <= 0.0:
            continue
        row = space * n_stints + stint
        note_row(log, now, row)
        now.room_left[row] = part.grade_room[stint, grade - 1]
        change = fill_rows(part, now, log, row, rate, take, pair_of, from_pair, queue, change)
    return change


@njit(cache=True, nogil=True)
def hub_cost(part: Part, space: int, grades: Array) -> int:
    """Capital of a hub; 0 if there is none."""
    n = 0
    for service in range(len(grades)):
        if grades[service] > 0:
            n += 1
    if n == 0:
        return 0
    kind = 1 if n >= part.rules.needed else 0
    money: int = part.open_money[space]
    for service in range(len(grades)):
        if grades[service] > 0:
            money += part.grade_money[space, service, grades[service] - 1, kind]
    return money


@njit(cache=True, nogil=True)
def add_limit_use(part: Part, space: int, grades: Array, times: int, used: Array) -> None:
    """Add the units of a hub to those used of each further limit, or take them off (``times`` -1)."""
    n = 0
    for service in range(len(grades)):
        if grades[service] > 0:
            n += 1
    if n == 0:
        return
    kind = 1 if n >= part.rules.needed else 0
    for k in range(len(used)):
        units = part.limit_open[k, space]
        for service in range(len(grades)):
            if grades[service] > 0:
                units += part.limit_grade[k, space, service, grades[service] - 1, kind]
        used[k] += times * units


@njit(cache=True, nogil=True)
def push_limits(part: Part, worth: float, used: Array, hub: Array, push: Array) -> bool:
    """Make the limits dearer that a hub does not keep; return whether it keeps all of them."""
    fits = True
    for k in range(len(used)):
        if hub[k] > 0 and used[k] + hub[k] > part.limit_amount[k]:
            push[k] = 2.0 * push[k] + max(worth, 0.0) / (4.0 * hub[k]) + 1e-12
            fits = False
    return fits


@njit(cache=True, nogil=True)
def ruin_and_recreate(
    part: Part,
    now: Standing,
    random: np.random.Generator,
    steps: int,
    temperature: float,
    money_price: float,
    budget: int,
) -> tuple[float, int, int]:
    """Change a standing step by step; return what its worth has changed by, its money, and the steps kept.

    A step takes out hubs around a random space, then offers the spaces there, in random order, the best hub at about
    the price of money. It is kept if worth less price of money does not fall by more than a random amount of the
    temperature's size, else undone.
    """
    pairs, rules = part.pairs, part.rules
    n_services, n_grades = rules.area.shape
    n_stints = len(part.owner)
    n_spaces = len(part.open_money)
    n_cells, n_rows = len(pairs.walkers), len(pairs.first_pair_of_row) - 1
    log = new_journal(n_cells, n_rows)
    longest = 1
    for row in range(n_rows):
        longest = max(longest, pairs.first_pair_of_row[row + 1] - pairs.first_pair_of_row[row])
    longest_hub = 1
    usable = np.empty(n_spaces, dtype=np.int64)
    n_usable = 0
    spent = 0
    for space in range(n_spaces):
        first, last = pairs.first_pair_of_row[space * n_stints], pairs.first_pair_of_row[(space + 1) * n_stints]
        of_facilities = 0
        for at in range(part.first_closed[space], part.first_closed[space + 1]):
            row = part.closed_row[at]
            of_facilities += pairs.first_pair_of_row[row + 1] - pairs.first_pair_of_row[row]
        longest_hub = max(longest_hub, last - first, of_facilities)
        spent += hub_cost(part, space, now.grade[space * n_services : (space + 1) * n_services])
        can = False
        for service in range(n_services):
            for m in range(n_grades):
                if rules.allowed[space, service, m]:
                    can = True
        if can:
            usable[n_usable] = space
            n_usable += 1
    if n_usable == 0:
        return 0.0, spent, 0
    rate, take = np.empty(longest * (SLOTS + 1)), np.empty(longest * (SLOTS + 1))
    pair_of, from_pair = (
        np.empty(longest * (SLOTS + 1), dtype=np.int64),
        np.empty(longest * (SLOTS + 1), dtype=np.int64),
    )
    freed = np.empty(longest_hub, dtype=np.int64)
    queue = np.empty(_MOST_REFILLS, dtype=np.int64)
    values = np.empty((n_services, n_grades))
    chosen = np.zeros(n_services, dtype=np.int8)
    scratch = scratch_of(rules)
    n_near_most = part.neighbours.shape[1]
    touched = np.empty(n_near_most, dtype=np.int64)
    old_grade = np.empty((n_near_most, n_services), dtype=np.int8)
    cost = np.empty(part.grade_money.shape[1:])
    total, kept = 0.0, 0
    n_limits = len(part.limit_price)
    used, old_used = np.zeros(n_limits, dtype=np.int64), np.zeros(n_limits, dtype=np.int64)
    hub_used, push = np.zeros(n_limits, dtype=np.int64), np.zeros(n_limits)
    for space in range(n_spaces):
        add_limit_use(part, space, now.grade[space * n_services : (space + 1) * n_services], 1, used)

    for step in range(steps):
        log.at[0] = step
        log.at[1] = 0
        log.at[2] = 0
        near = part.neighbours[usable[random.integers(0, n_usable)]]
        most = 2 + random.integers(0, n_near_most)
        ruin = 0.3 + 0.7 * random.random()
        change = 0.0
        old_spent = spent
        old_used[:] = used
        n_touched = 0
        for at in range(min(n_near_most, most)):
            space = near[at]
            if space < 0:
                break
            row = space * n_services
            is_open = False
            can = False
            for service in range(n_services):
                if now.grade[row + service] > 0:
                    is_open = True
                for m in range(n_grades):
                    if rules.allowed[space, service, m]:
                        can = True
            if not can or (is_open and random.random() > ruin):
                continue
            touched[n_touched] = space
            n_touched += 1
        for at in range(n_touched - 1, 0, -1):
            other = random.integers(0, at + 1)
            touched[at], touched[other] = touched[other], touched[at]
        for at in range(n_touched):
            row = touched[at] * n_services
            old_grade[at] = now.grade[row : row + n_services]
            money = hub_cost(part, touched[at], old_grade[at])
            if money > 0:
                spent -= money
                add_limit_use(part, touched[at], old_grade[at], -1, used)
                change += shut_hub(part, now, log, touched[at], freed)
                change += reopen_facilities(part, now, log, touched[at], rate, take, pair_of, from_pair, queue)
        met = True
        # Those that must be open come first, so that the money is there.
        for turn in range(2):
            for at in range(n_touched):
                space = touched[at]
                if rules.must[space] != (turn == 0):
                    continue
                lost = close_facilities(part, now, log, space, freed)
                change += lost
                hub_gains(part, now, space, values, rate, take, pair_of, from_pair)
                price = money_price * (0.85 + 0.3 * random.random())
                money = 0
                push[:] = 0.0
                for _ in range(4):
                    for service in range(n_services):
                        for m in range(n_grades):
                            cost[service, m, 0] = price * part.grade_money[space, service, m, 0]
                            cost[service, m, 1] = price * part.grade_money[space, service, m, 1]
                    open_cost = price * part.open_money[space] - lost
                    for k in range(n_limits):
                        unit = part.limit_price[k] + push[k]
                        open_cost += unit * part.limit_open[k, space]
                        for service in range(n_services):
                            for m in range(n_grades):
                                cost[service, m, 0] += unit * part.limit_grade[k, space, service, m, 0]
                                cost[service, m, 1] += unit * part.limit_grade[k, space, service, m, 1]
                    best_hub(rules, space, values, cost, open_cost, scratch, chosen)
                    money = hub_cost(part, space, chosen)
                    hub_used[:] = 0
                    add_limit_use(part, space, chosen, 1, hub_used)
                    fits = True
                    if money > 0 and n_limits > 0:
                        gain = 0.0
                        for service in range(n_services):
                            if chosen[service] > 0:
                                gain += values[service, chosen[service] - 1]
                        fits = push_limits(part, gain, used, hub_used, push)
                    if money == 0 or (spent + money <= budget and fits):
                        break
                    if spent + money > budget:
                        price = price * 2.0 + 1e-12
                    money = 0
                if money > 0:
                    spent += money
                    used += hub_used
                    change += open_hub(part, now, log, space, chosen, rate, take, pair_of, from_pair, queue)
                else:
                    change += reopen_facilities(part, now, log, space, rate, take, pair_of, from_pair, queue)
                    met = met and not rules.must[space]
        worth = change - money_price * (spent - old_spent)
        for k in range(n_limits):
            worth -= part.limit_price[k] * (used[k] - old_used[k])
        if met and worth >= temperature * np.log(1.0 - random.random()):
            total += change
            kept += 1
        else:
            for at in range(n_touched):
                row = touched[at] * n_services
                now.grade[row : row + n_services] = old_grade[at]
            go_back(log, now)
            spent = old_spent
            used[:] = old_used
    return total, spent, kept
