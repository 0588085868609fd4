"""The compiled knapsack against plain enumeration."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.layout import _kernels


def plain_best(values, money, open_money, price, allowed, area, floor, small, least, free, needed, must):
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
    table, choice = np.empty((4, 60)), np.empty((n_services, 4, 60), dtype=np.int8)
    found = _kernels.best_hub(
        values, money, open_money, price, allowed, area, floor, small, least, free, 3, must, table, choice, chosen
    )  # fmt: skip
    expected = plain_best(values, money, open_money, price, allowed, area, floor, small, least, free, 3, must)
    assert found == expected or abs(found - expected) < 1e-9
    if chosen.any():
        picked = [(s, int(g) - 1) for s, g in enumerate(chosen) if g]
        kind = int(len(picked) >= 3)
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
    _kernels.price_rows(0, 1, first, cells, worth, room, people, price, capacities[None, :], values)
    for grade, capacity in enumerate(capacities):
        left, total = capacity, 0.0
        for rate, k in sorted(((worth[k] - price[k]) / room[k], k) for k in range(n))[::-1]:
            if rate > 0:
                share = min(people[k], left / room[k])
                left -= share * room[k]
                total += share * (worth[k] - price[k])
        assert abs(values[0, grade] - total) < 1e-9
