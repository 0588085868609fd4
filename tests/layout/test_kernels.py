"""The compiled knapsack against plain enumeration."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.layout._hub import HubRules, best_hub, scratch_of
from doorstep.layout._rows import Reachable, price_rows, serve


def plain_best(
    values, money, open_money, price, allowed, area, floor, small, least, free, needed, must, priority,
    needed_priority, optional,
):  # fmt: skip
    n_services, n_grades = values.shape
    best = -np.inf if must else 0.0
    for grades in itertools.product(range(n_grades + 1), repeat=n_services):
        chosen = [(s, g - 1) for s, g in enumerate(grades) if g]
        if not chosen or not all(allowed[s, g] for s, g in chosen):
            continue
        kind = int(len(chosen) >= needed)
        size = sum(area[s, g] for s, g in chosen)
        if size > floor[kind] or (kind and size < least):
            continue
        mask = sum(1 << s for s, _ in chosen)
        if kind and (mask & priority).bit_count() < needed_priority:
            continue
        if any(not free_to_leave and not mask >> s & 1 for s, free_to_leave in enumerate(optional)):
            continue
        if size < small[kind] and not any(f & mask == mask for f in free):
            continue
        best = max(best, sum(values[s, g] - price * money[s, g, kind] for s, g in chosen) - price * open_money)
    return best


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_best_hub_is_the_best_of_all_sets(seed):
    random = np.random.default_rng(seed)
    n_services, n_grades = 5, 3
    area = np.sort(random.integers(0, 12, (n_services, n_grades)), axis=1)
    values = np.cumsum(random.random((n_services, n_grades)), axis=1)
    money = random.integers(1, 9, (n_services, n_grades, 2))
    allowed = random.random((n_services, n_grades)) < 0.8
    open_money, price = int(random.integers(0, 5)), float(random.random() * 0.2)
    floor = np.array([random.integers(5, 25), random.integers(5, 40)])
    small = np.array([random.integers(0, 15), random.integers(0, 30)])
    least, must = int(random.integers(0, 15)), bool(seed % 3 == 0)
    free = np.array([0b11101, 0b11110]) if seed % 2 else np.array([0b11111])
    chosen = np.zeros(n_services, dtype=np.int8)
    needed, needed_priority, priority = int(random.integers(2, 5)), int(random.integers(0, 3)), 0b10110
    optional = random.random(n_services) < (0.8 if seed % 5 == 0 else 1.1)
    rules = HubRules(
        area, allowed[None], optional[None], floor[None], least, small, free, needed, priority, needed_priority,
        np.array([must]), np.zeros((0, n_services, n_grades), dtype=bool), np.zeros(0, dtype=np.int64),
    )  # fmt: skip
    found = best_hub(rules, 0, values, price * money, price * open_money, scratch_of(rules), chosen)
    expected = plain_best(
        values, money, open_money, price, allowed, area, floor, small, least, free, needed, must, priority,
        needed_priority, optional,
    )  # fmt: skip
    assert found == expected or abs(found - expected) < 1e-9
    if chosen.any():
        picked = [(s, int(g) - 1) for s, g in enumerate(chosen) if g]
        kind = int(len(picked) >= needed)
        again = sum(values[s, g] - price * money[s, g, kind] for s, g in picked) - price * open_money
        assert abs(again - found) < 1e-9
    else:
        assert found in (0.0, -np.inf)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_row_values_are_fractional_knapsacks(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 9))
    worth, room, people = random.random(n), random.uniform(0.1, 1, n), random.uniform(0, 3, n)
    price = random.uniform(0, 0.6, n)
    capacities = np.concatenate([np.sort(random.uniform(0.05, 4, 3)), np.zeros(2)])
    values = np.zeros((1, 5))
    first = np.array([0, n])
    cells = np.arange(n, dtype=np.int32)
    arrays = first, cells, np.zeros(n, dtype=np.int32), worth, room, people, np.arange(n + 1), cells
    for array in arrays:
        array.setflags(write=False)  # as those of a problem, so that the same loops run
    pairs = Reachable(*arrays)
    order = random.permutation(n).astype(np.int32)
    price_rows(pairs, 0, 1, price, capacities[None, :], order, values)
    for grade, capacity in enumerate(capacities):
        left, total = capacity, 0.0
        expected = np.zeros(n)
        for rate, k in sorted(((worth[k] - price[k]) / room[k], k) for k in range(n))[::-1]:
            if rate > 0:
                expected[k] = min(people[k], left / room[k])
                left -= expected[k] * room[k]
                total += expected[k] * (worth[k] - price[k])
        assert abs(values[0, grade] - total) < 1e-9
        served = np.zeros(n)
        serve(pairs, np.array([0]), np.array([capacity]), price, order, served)
        np.testing.assert_allclose(served, expected, atol=1e-9)
