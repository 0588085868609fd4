"""Compiled: the moves of the search: hubs shut and opened, facilities closed for them, people moved where they gain."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.layout._rows import SIZE_GRADES
from doorstep.layout._standing import NOTHING, SLOTS, Journal, Part, Standing, empty_slot, note_cell, note_row, slot_for

Array = npt.NDArray[Any]


@njit(cache=True, nogil=True)
def place_unserved(part: Part, now: Standing, log: Journal, cell: int) -> float:
    """Give the unserved of a cell to its best places with room; return the worth won."""
    pairs = part.pairs
    won = 0.0
    for at in range(pairs.first_pair_of_cell[cell], pairs.first_pair_of_cell[cell + 1]):
        if now.unserved[cell] <= NOTHING:
            break
        pair = pairs.pair_of_cell[at]
        row = pairs.row_of_pair[pair]
        if now.room_left[row] <= NOTHING:
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
        if now.unserved[cell] > NOTHING:
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
        if now.room_left[row] <= NOTHING:
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
            if now.people[cell, k] <= NOTHING:
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
