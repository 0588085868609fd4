"""Compiled ruin and recreate: hubs taken out and put back by the exact priced hub, people moved to the best place."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.layout._kernels import best_hub, fill_values

Array = npt.NDArray[Any]

# The state of a plan under search: grade of each row (0 shut), pair that serves each cell (-1 nobody), people given a
# place of each cell, room left of each row. A cell is served from one place; the exact transport afterwards splits it.


@njit(cache=True, nogil=True)
def place_cell(
    cell: int,
    first_pair_of_cell: Array,
    pair_of_cell: Array,
    row_of_pair: Array,
    worth: Array,
    room: Array,
    walkers: Array,
    room_left: Array,
    pair_of: Array,
    people: Array,
) -> float:
    """Give a cell to its best place with room; return the worth won."""
    for at in range(first_pair_of_cell[cell], first_pair_of_cell[cell + 1]):
        pair = pair_of_cell[at]
        row = row_of_pair[pair]
        if room_left[row] > 1e-9:
            amount = min(walkers[cell], room_left[row] / room[pair])
            pair_of[cell] = pair
            people[cell] = amount
            room_left[row] -= amount * room[pair]
            won: float = amount * worth[pair]
            return won
    return 0.0


@njit(cache=True, nogil=True)
def shut_hub(
    space: int,
    n_services: int,
    first_pair_of_row: Array,
    cell_of_pair: Array,
    first_pair_of_cell: Array,
    pair_of_cell: Array,
    row_of_pair: Array,
    worth: Array,
    room: Array,
    walkers: Array,
    grade: Array,
    room_left: Array,
    pair_of: Array,
    people: Array,
    freed: Array,
) -> float:
    """Shut a hub and give its people to the places that are left; return the worth lost (negative) or won."""
    n = 0
    change = 0.0
    for service in range(n_services):
        row = space * n_services + service
        if grade[row] == 0:
            continue
        grade[row] = 0
        room_left[row] = 0.0
        for pair in range(first_pair_of_row[row], first_pair_of_row[row + 1]):
            cell = cell_of_pair[pair]
            if pair_of[cell] == pair:
                change -= people[cell] * worth[pair]
                pair_of[cell] = -1
                people[cell] = 0.0
                freed[n] = cell
                n += 1
    for k in range(n):
        change += place_cell(
            freed[k], first_pair_of_cell, pair_of_cell, row_of_pair, worth, room, walkers, room_left, pair_of, people
        )
    return change


@njit(cache=True, nogil=True)
def hub_gains(
    space: int,
    n_services: int,
    n_grades: int,
    first_pair_of_row: Array,
    cell_of_pair: Array,
    worth: Array,
    room: Array,
    walkers: Array,
    grade_room: Array,
    pair_of: Array,
    people: Array,
    values: Array,
    gain: Array,
    take: Array,
) -> None:
    """Write, per service and grade, what a new hub would add to a plan: new people and better walks."""
    for service in range(n_services):
        row = space * n_services + service
        n = 0
        total = 0.0
        everything = 0.0
        for pair in range(first_pair_of_row[row], first_pair_of_row[row + 1]):
            cell = cell_of_pair[pair]
            now = pair_of[cell]
            more = worth[pair] * walkers[cell]
            if now >= 0:
                more -= worth[now] * people[cell]
            if more > 0.0:
                gain[n] = more
                take[n] = room[pair] * walkers[cell]
                total += take[n]
                everything += more
                n += 1
        smallest = np.inf
        for grade in range(n_grades):
            if 0.0 < grade_room[service, grade] < smallest:
                smallest = grade_room[service, grade]
        if total <= smallest:
            for grade in range(n_grades):
                values[service, grade] = everything if grade_room[service, grade] > 0.0 else 0.0
        else:
            order = np.argsort(-gain[:n] / take[:n])
            fill_values(gain, take, order, n, grade_room[service], values[service])


@njit(cache=True, nogil=True)
def open_hub(
    space: int,
    chosen: Array,
    n_services: int,
    first_pair_of_row: Array,
    cell_of_pair: Array,
    row_of_pair: Array,
    worth: Array,
    room: Array,
    walkers: Array,
    grade_room: Array,
    grade: Array,
    room_left: Array,
    pair_of: Array,
    people: Array,
) -> float:
    """Open a hub with the grades chosen and move to it those who gain most per room; return the worth won."""
    change = 0.0
    for service in range(n_services):
        if chosen[service] == 0:
            continue
        row = space * n_services + service
        grade[row] = chosen[service]
        left = grade_room[service, chosen[service] - 1]
        first = first_pair_of_row[row]
        n = first_pair_of_row[row + 1] - first
        rate = np.empty(n)
        pair_at = np.empty(n, dtype=np.int64)
        m = 0
        total = 0.0
        for pair in range(first, first + n):
            cell = cell_of_pair[pair]
            now = pair_of[cell]
            more = worth[pair] * walkers[cell]
            if now >= 0:
                more -= worth[now] * people[cell]
            if more > 0.0:
                take = room[pair] * walkers[cell]
                rate[m] = -more / take
                pair_at[m] = pair
                total += take
                m += 1
        order = np.arange(m) if total <= left else np.argsort(rate[:m])
        for k in order:
            pair = pair_at[k]
            cell = cell_of_pair[pair]
            amount = min(walkers[cell], left / room[pair])
            if amount <= 0.0:
                break
            now = pair_of[cell]
            more = worth[pair] * amount
            if now >= 0:
                more -= worth[now] * people[cell]
                if more <= 0.0:
                    continue
                room_left[row_of_pair[now]] += people[cell] * room[now]
            pair_of[cell] = pair
            people[cell] = amount
            left -= amount * room[pair]
            change += more
        room_left[row] = left
    return change


@njit(cache=True, nogil=True)
def hub_cost(
    space: int,
    chosen: Array,
    needed: int,
    open_money: Array,
    grade_money: Array,
) -> int:
    """Capital of a hub; 0 if nothing is chosen."""
    n = 0
    for service in range(len(chosen)):
        if chosen[service] > 0:
            n += 1
    if n == 0:
        return 0
    kind = 1 if n >= needed else 0
    money: int = open_money[space]
    for service in range(len(chosen)):
        if chosen[service] > 0:
            money += grade_money[space, service, chosen[service] - 1, kind]
    return money


@njit(cache=True, nogil=True)
def copy_cells(
    spaces: Array,
    n: int,
    n_services: int,
    first_pair_of_row: Array,
    cell_of_pair: Array,
    from_pair: Array,
    from_people: Array,
    to_pair: Array,
    to_people: Array,
) -> None:
    """Copy the state of every cell that the first ``n`` spaces can serve: a step changes no other."""
    for k in range(n):
        first = first_pair_of_row[spaces[k] * n_services]
        last = first_pair_of_row[(spaces[k] + 1) * n_services]
        for pair in range(first, last):
            cell = cell_of_pair[pair]
            to_pair[cell] = from_pair[cell]
            to_people[cell] = from_people[cell]


@njit(cache=True, nogil=True)
def search(
    random: np.random.Generator,
    steps: int,
    temperature: float,
    cooling: float,
    money_price: float,
    money_drift: float,
    thrift: float,
    budget: int,
    n_services: int,
    first_pair_of_row: Array,
    cell_of_pair: Array,
    first_pair_of_cell: Array,
    pair_of_cell: Array,
    row_of_pair: Array,
    worth: Array,
    room: Array,
    walkers: Array,
    grade_room: Array,
    grade_area: Array,
    allowed: Array,
    open_money: Array,
    grade_money: Array,
    floor: Array,
    small_floor: Array,
    complex_floor_min: int,
    free_sets: Array,
    needed: int,
    must: Array,
    usable: Array,
    neighbours: Array,
    grade: Array,
    room_left: Array,
    pair_of: Array,
    people: Array,
    best_grade: Array,
) -> tuple[float, int, float]:
    """Ruin and recreate from a state that is changed in place; return worth and spent of the best state met.

    A step takes out hubs around a random place, then offers the spaces there, in random order, the best hub at the
    price of money that fits the money left. It is kept if worth - price x money does not fall by more than a random
    amount of the temperature's size, else undone. ``usable`` lists the spaces that can hold a hub; ``random`` is a
    generator. Of two states the better has more worth less ``thrift`` x money.
    """
    n_grades = grade_room.shape[1]
    n_rows = len(grade)
    widest = 2
    longest = 1
    largest = 0
    for service in range(n_services):
        largest += grade_area[service].max()
    for space in usable:
        widest = max(widest, floor[space, 1] + 1)
        pairs_here = 0
        for service in range(n_services):
            row = space * n_services + service
            pairs_here += first_pair_of_row[row + 1] - first_pair_of_row[row]
        longest = max(longest, pairs_here)
    widest = min(widest, largest + 1)
    table = np.empty((needed + 1, widest))
    choice = np.empty((n_services, needed + 1, widest), dtype=np.int8)
    gain = np.empty(longest)
    take = np.empty(longest)
    freed = np.empty(longest, dtype=np.int64)
    values = np.empty((n_services, n_grades))
    chosen = np.zeros(n_services, dtype=np.int8)

    spent = 0
    for space in usable:
        row = space * n_services
        spent += hub_cost(space, grade[row : row + n_services], needed, open_money, grade_money)
    value = 0.0
    for cell in range(len(pair_of)):
        if pair_of[cell] >= 0:
            value += people[cell] * worth[pair_of[cell]]
    best_value = value if spent <= budget else -np.inf
    best_spent = spent
    best_net = best_value - thrift * spent
    best_grade[:] = grade

    # Copies to go back to; only what a step touches is written again.
    old_grade = grade.copy()
    old_left = room_left.copy()
    old_pair = pair_of.copy()
    old_people = people.copy()

    for _ in range(steps):
        centre = usable[random.integers(0, len(usable))]
        near = neighbours[centre]
        n_near = len(near)
        reach: int = 2 + random.integers(0, 11)  # type: ignore[assignment]
        if reach < n_near:
            n_near = reach
        before = value - money_price * spent
        old_value, old_spent = value, spent
        touched = np.empty(n_near, dtype=np.int64)
        n_touched = 0
        ruin = 0.3 + 0.7 * random.random()
        for k in range(n_near):
            space = near[k]
            row = space * n_services
            is_open = False
            can = False
            for service in range(n_services):
                if grade[row + service] > 0:
                    is_open = True
                for m in range(n_grades):
                    if allowed[space, service, m]:
                        can = True
            if not can:
                continue
            if is_open:
                if random.random() > ruin:
                    continue
                spent -= hub_cost(space, grade[row : row + n_services], needed, open_money, grade_money)
                value += shut_hub(
                    space,
                    n_services,
                    first_pair_of_row,
                    cell_of_pair,
                    first_pair_of_cell,
                    pair_of_cell,
                    row_of_pair,
                    worth,
                    room,
                    walkers,
                    grade,
                    room_left,
                    pair_of,
                    people,
                    freed,
                )
            touched[n_touched] = space
            n_touched += 1
        for k in range(n_touched - 1, 0, -1):
            other = random.integers(0, k + 1)
            touched[k], touched[other] = touched[other], touched[k]
        # Those that must be open come first, so that the money is there.
        for turn in range(2):
            for k in range(n_touched):
                space = touched[k]
                if must[space] != (turn == 0):
                    continue
                hub_gains(
                    space,
                    n_services,
                    n_grades,
                    first_pair_of_row,
                    cell_of_pair,
                    worth,
                    room,
                    walkers,
                    grade_room,
                    pair_of,
                    people,
                    values,
                    gain,
                    take,
                )
                price = money_price * (0.85 + 0.3 * random.random())
                for trial in range(4):
                    best_hub(
                        values,
                        grade_money[space],
                        open_money[space],
                        price,
                        allowed[space],
                        grade_area,
                        floor[space],
                        small_floor,
                        complex_floor_min,
                        free_sets,
                        needed,
                        must[space],
                        table,
                        choice,
                        chosen,
                    )
                    money = hub_cost(space, chosen, needed, open_money, grade_money)
                    if money == 0 or spent + money <= budget:
                        break
                    price = price * 2.0 + 1e-12
                    if trial == 3:
                        chosen[:] = 0
                        money = 0
                if money > 0:
                    spent += money
                    value += open_hub(
                        space,
                        chosen,
                        n_services,
                        first_pair_of_row,
                        cell_of_pair,
                        row_of_pair,
                        worth,
                        room,
                        walkers,
                        grade_room,
                        grade,
                        room_left,
                        pair_of,
                        people,
                    )
        met = True
        for k in range(n_touched):
            if must[touched[k]]:
                row = touched[k] * n_services
                found = False
                for service in range(n_services):
                    if grade[row + service] > 0:
                        found = True
                if not found:
                    met = False
        after = value - money_price * spent
        if met and after >= before - temperature * -np.log(1.0 - random.random()):
            for row in range(n_rows):
                old_grade[row] = grade[row]
                old_left[row] = room_left[row]
            copy_cells(
                touched, n_touched, n_services, first_pair_of_row, cell_of_pair, pair_of, people, old_pair, old_people
            )
            net = value - thrift * spent
            if spent <= budget and net > best_net + 1e-12 * abs(net):
                best_net = net
                best_value = value
                best_spent = spent
                best_grade[:] = grade
        else:
            grade[:] = old_grade
            room_left[:] = old_left
            copy_cells(
                touched, n_touched, n_services, first_pair_of_row, cell_of_pair, old_pair, old_people, pair_of, people
            )
            value, spent = old_value, old_spent
        temperature *= cooling
        if money_drift > 0.0:
            # The price drifts so that the plan spends what there is.
            if spent < 0.985 * budget:
                money_price *= 1.0 - money_drift
            else:
                money_price *= 1.0 + money_drift * 0.5
    return best_value, best_spent, money_price
