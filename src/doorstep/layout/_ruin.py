"""Compiled ruin and recreate in a part of a city: hubs taken out and put back by the exact hub, people moved."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.layout._hub import best_hub, scratch_of
from doorstep.layout._moves import close_facilities, hub_gains, open_hub, reopen_facilities, shut_hub
from doorstep.layout._standing import SLOTS, Part, Standing, go_back, new_journal

Array = npt.NDArray[Any]

_MOST_REFILLS = 48


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
