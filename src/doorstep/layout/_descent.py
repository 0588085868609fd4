"""Compiled: prices of a layout problem with some choices taken, and what every other choice would cost the bound."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.layout._hub import HubRules, best_hub, best_hubs, scratch_of
from doorstep.layout._rows import Reachable, price_rows, serve

Array = npt.NDArray[Any]

_PATIENCE = 8
_MEMORY = 0.7
_LEAST_SHARE = 0.1  # of the last hubs in the mean


class Priced(NamedTuple):
    """What does not change from node to node.

    Parameters
    ----------
    pairs
        Who can be given a place where.
    capacities
        Shape (n_rows, n_grades).
    money, open_money
        Shapes (n_spaces, n_services, n_grades, 2), (n_spaces,).
    budget
        Money that may be spent.
    has_budget
        Otherwise money keeps its price.
    reachable
        Shape (n_cells,): most that a person of a cell can be worth.
    per_person
        Shape (n_cells,): 1 over the people of a cell; 0 for a cell that nobody can serve.
    money_unit
        Length of a step of the price of money.
    gives_way
        Shape (n_facilities,): the space whose hub takes the rooms of a facility, -1 none.
    """

    pairs: Reachable
    capacities: Array
    money: Array
    open_money: Array
    budget: float
    has_budget: bool
    reachable: Array
    per_person: Array
    money_unit: float
    gives_way: Array


@njit(cache=True, nogil=True)
def bound_at(
    priced: Priced, rules: HubRules, capacities: Array, need: Array, money: float, order: Array, values: Array,
    chosen: Array, worth: Array,
) -> float:  # fmt: skip
    """The bound at given prices; leaves values of rows, best hubs and their worth."""
    n_spaces, n_services, _ = rules.allowed.shape
    price_rows(priced.pairs, 0, len(capacities), need, capacities, order, values)
    best_hubs(rules, 0, n_spaces, values, priced.money * money, open_prices(priced, values, money), chosen, worth)
    total = 0.0
    for cell in range(len(need)):
        total += need[cell] * priced.pairs.walkers[cell]
    if priced.has_budget:
        total += money * priced.budget
    for row in range(n_spaces * n_services, len(capacities)):
        total += values[row, 0]
    for space in range(n_spaces):
        total += worth[space]
    return total


@njit(cache=True, nogil=True)
def open_prices(priced: Priced, values: Array, money: float) -> Array:
    """Price of opening a hub in each space: its money, and what the facilities are worth whose rooms it takes."""
    price = priced.open_money * money
    first = len(values) - len(priced.gives_way)
    for facility in range(len(priced.gives_way)):
        if priced.gives_way[facility] >= 0:
            price[priced.gives_way[facility]] += values[first + facility, 0]
    return price


@njit(cache=True, nogil=True)
def bound_alone(priced: Priced, rules: HubRules, need: Array, money: float) -> float:
    """The bound at given prices, and nothing else."""
    n_spaces, n_services, _ = rules.allowed.shape
    capacities = capacities_in(priced, rules)
    order = np.arange(len(priced.pairs.worth)).astype(np.int32)
    chosen = np.zeros((n_spaces, n_services), dtype=np.int8)
    return bound_at(
        priced, rules, capacities, need, money, order, np.zeros(capacities.shape), chosen, np.zeros(n_spaces)
    )


@njit(cache=True, nogil=True)
def capacities_in(priced: Priced, rules: HubRules) -> Array:
    """Capacities of rows at the grades that may still be chosen, 0 elsewhere."""
    n_spaces, n_services, n_grades = rules.allowed.shape
    result = priced.capacities.copy()
    for space in range(n_spaces):
        for service in range(n_services):
            for m in range(n_grades):
                if not rules.allowed[space, service, m]:
                    result[space * n_services + service, m] = 0.0
    return result


@njit(cache=True, nogil=True)
def descend(
    priced: Priced,
    rules: HubRules,
    need: Array,
    money: float,
    target: float,
    rounds: int,
    far: float,
    mean: Array,
) -> tuple[float, float, int]:
    """Lower the bound by better prices until it is under the target; ``need`` is changed in place.

    Parameters
    ----------
    priced, rules
        The problem, and what may still be chosen.
    need, money
        Prices to start from.
    target
        Reached, the descent ends.
    rounds
        Most price changes.
    far
        Step lengths aim at the target (Polyak), but at most this share of the bound below it; less where that fails.
    mean
        Shape (n_spaces, n_services, n_grades + 1): written, how often each grade (0 none) was in the best hub lately.

    Returns
    -------
    bound, money, rounds
        The least bound, the price of money there, and how many price changes were made.
    """
    n_spaces, n_services, n_grades = rules.allowed.shape
    n_cells = len(need)
    capacities = capacities_in(priced, rules)
    order = np.arange(len(priced.pairs.worth)).astype(np.int32)
    values = np.zeros(capacities.shape)
    chosen = np.zeros((n_spaces, n_services), dtype=np.int8)
    worth = np.zeros(n_spaces)
    rows = np.empty(len(capacities), dtype=np.int64)
    room = np.empty(len(capacities))
    served = np.empty(n_cells)
    way, way_money = np.zeros(n_cells), 0.0
    best, best_need, best_money = np.inf, need.copy(), money
    reach = np.inf
    mean[:] = 0.0
    idle = 0
    done = 0
    while done < rounds:
        bound = bound_at(priced, rules, capacities, need, money, order, values, chosen, worth)
        done += 1
        idle = 0 if bound < best * (1 - 1e-6) else idle + 1
        if bound < best:
            best, best_money = bound, money
            best_need[:] = need
        if best <= target:
            break
        if done == 1:
            reach = far * abs(bound)
        share = max(_LEAST_SHARE, 1.0 / done)
        n, spent = 0, 0.0
        for space in range(n_spaces):
            functions = 0
            for service in range(n_services):
                functions += chosen[space, service] > 0
            kind = 1 if functions >= rules.needed else 0
            if functions > 0:
                spent += priced.open_money[space]
            for service in range(n_services):
                grade = chosen[space, service]
                for m in range(n_grades + 1):
                    mean[space, service, m] *= 1.0 - share
                mean[space, service, grade] += share
                if grade > 0:
                    rows[n] = space * n_services + service
                    room[n] = capacities[rows[n], grade - 1]
                    spent += priced.money[space, service, grade - 1, kind]
                    n += 1
        for row in range(n_spaces * n_services, len(capacities)):
            space = priced.gives_way[row - n_spaces * n_services]
            if space >= 0 and chosen[space].any():
                continue
            rows[n], room[n] = row, capacities[row, 0]
            n += 1
        if idle >= _PATIENCE:
            reach, idle = reach / 2, 0
            need[:] = best_need
            money = best_money
            way[:] = 0.0
            way_money = 0.0
            continue
        served[:] = 0.0
        serve(priced.pairs, rows[:n], room[:n], need, order, served)
        length = 0.0
        for cell in range(n_cells):
            left = priced.pairs.walkers[cell] - served[cell]
            if priced.per_person[cell] == 0.0 or (need[cell] <= 0.0 and left > 0.0):
                left = 0.0
            way[cell] = (1 - _MEMORY) * left + _MEMORY * way[cell]
            length += way[cell] ** 2 * priced.per_person[cell]
        if priced.has_budget:
            left_money = priced.budget - spent
            if money <= 0.0 and left_money > 0.0:
                left_money = 0.0
            way_money = (1 - _MEMORY) * left_money + _MEMORY * way_money
            length += way_money**2 * priced.money_unit
        if length <= 0.0:
            break
        move = (bound - max(target, best - reach)) / length
        for cell in range(n_cells):
            price = need[cell] - move * way[cell] * priced.per_person[cell]
            need[cell] = min(max(price, 0.0), priced.reachable[cell])
        if priced.has_budget:
            money = max(0.0, money - move * way_money * priced.money_unit)
    need[:] = best_need
    return best, best_money, done


@njit(cache=True, nogil=True)
def losses(
    priced: Priced, rules: HubRules, need: Array, money: float, loss: Array, chosen: Array, worth: Array
) -> float:
    """Write what the bound falls by when a grade (0: none) of a service in a space is the only one left.

    Returns the bound. ``loss`` has shape (n_spaces, n_services, n_grades + 1), infinite where a choice is not left;
    ``chosen`` and ``worth`` get the best hubs and what they are worth at these prices, less that of their money.
    """
    n_spaces, n_services, n_grades = rules.allowed.shape
    capacities = capacities_in(priced, rules)
    order = np.arange(len(priced.pairs.worth)).astype(np.int32)
    values = np.zeros(capacities.shape)
    bound = bound_at(priced, rules, capacities, need, money, order, values, chosen, worth)
    cost, open_cost = priced.money * money, open_prices(priced, values, money)
    one = HubRules(
        rules.area, rules.allowed.copy(), rules.optional.copy(), rules.floor, rules.complex_floor_min,
        rules.small_floor, rules.free_sets, rules.needed, rules.priority, rules.needed_priority, rules.must.copy(),
        rules.way, rules.tied,
    )  # fmt: skip
    scratch = scratch_of(rules)
    other = np.zeros(n_services, dtype=np.int8)
    for space in range(n_spaces):
        here = values[space * n_services : (space + 1) * n_services]
        for service in range(n_services):
            for m in range(n_grades + 1):
                loss[space, service, m] = np.inf
                if m == chosen[space, service]:
                    loss[space, service, m] = 0.0
                    continue
                if (m == 0 and not rules.optional[space, service]) or (
                    m > 0 and not rules.allowed[space, service, m - 1]
                ):
                    continue
                one.allowed[space, service, :] = False
                if m > 0:
                    one.allowed[space, service, m - 1] = True
                    one.optional[space, service] = False
                    one.must[space] = True
                found = best_hub(one, space, here, cost[space], open_cost[space], scratch, other)
                loss[space, service, m] = worth[space] - found
                one.allowed[space, service] = rules.allowed[space, service]
                one.optional[space, service] = rules.optional[space, service]
                one.must[space] = rules.must[space]
    return bound
