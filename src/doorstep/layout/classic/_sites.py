"""Compiled loops of models in which a demand takes the cheapest open site: priced bound, fixing, interchange.

Demands are priced (the rows "served once" go into the objective with multipliers), which leaves one number per site:
what it would earn beyond its own cost. The best sites by that number are a bound; the multipliers are moved by the
volume algorithm. Interchange is the fast swap with gains, losses and their common part.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

FREE, OPEN, SHUT = 0, 1, 2
_SERIAL = nb.njit(cache=True, nogil=True)


@_SERIAL
def _earnings(first: Any, site: Any, cost: Any, fixed: Any, price: Any, earning: Any) -> float:
    """Fill in the reduced cost of every site; return the sum of the prices."""
    earning[:] = fixed
    total = 0.0
    for i in range(len(price)):
        total += price[i]
        for at in range(first[i], first[i + 1]):
            if cost[at] >= price[i]:
                break
            earning[site[at]] += cost[at] - price[i]
    return total


@_SERIAL
def _choose(earning: Any, state: Any, count: int, chosen: Any) -> tuple[float, float, float]:
    """Choose the best sites. Return their sum, the worst free one chosen and the best free one left (inf: none)."""
    total = 0.0
    left = count
    n_free = 0
    for j in range(len(earning)):
        chosen[j] = False
        if state[j] == OPEN:
            chosen[j] = True
            total += earning[j]
            left -= 1
        elif state[j] == FREE:
            n_free += 1
    if count < 0:
        for j in range(len(earning)):
            if state[j] == FREE and earning[j] < 0.0:
                chosen[j] = True
                total += earning[j]
        return total, 0.0, 0.0
    if left < 0 or left > n_free:
        return np.inf, 0.0, 0.0
    free = np.empty(n_free)
    at = 0
    for j in range(len(earning)):
        if state[j] == FREE:
            free[at] = earning[j]
            at += 1
    order = np.argsort(free, kind="mergesort")
    worst = free[order[left - 1]] if left > 0 else -np.inf
    best_left = free[order[left]] if left < n_free else np.inf
    take = np.zeros(n_free, dtype=np.bool_)
    for k in range(left):
        take[order[k]] = True
    at = 0
    for j in range(len(earning)):
        if state[j] == FREE:
            if take[at]:
                chosen[j] = True
                total += free[at]
            at += 1
    return total, worst, best_left


@_SERIAL
def _fix(earning: Any, state: Any, chosen: Any, bound: float, worst: float, best_left: float,
         cut: float) -> int:  # fmt: skip
    """Open or shut for good what would lift the bound above ``cut`` the other way; return how many."""
    n = 0
    for j in range(len(earning)):
        if state[j] != FREE:
            continue
        if chosen[j]:
            if bound - earning[j] + best_left > cut:
                state[j] = OPEN
                n += 1
        elif bound + earning[j] - worst > cut:
            state[j] = SHUT
            n += 1
    return n


@_SERIAL
def _cut(upper: float, step: float) -> float:
    """Return what a bound must pass to show that nothing better than ``upper`` is left."""
    return upper - step * (1.0 - 1e-6) if step > 0.0 else upper - 1e-9 * abs(upper)


@_SERIAL
def value_of(first: Any, site: Any, cost: Any, escape: Any, fixed: Any, is_open: Any) -> float:
    """Return what a set of open sites costs."""
    total = 0.0
    for j in range(len(fixed)):
        if is_open[j]:
            total += fixed[j]
    for i in range(len(escape)):
        here = escape[i]
        for at in range(first[i], first[i + 1]):
            if is_open[site[at]]:
                here = cost[at]
                break
        total += here
    return total


@_SERIAL
def raise_bound(first: Any, site: Any, cost: Any, escape: Any, fixed: Any, count: int, state: Any, price: Any,
                upper: float, step: float, rounds: int, best_open: Any,
                mean: Any) -> tuple[float, float, int]:  # fmt: skip
    """Move the prices for some rounds; ``price``, ``state``, ``best_open`` and ``mean`` are changed in place.

    Returns the best bound, the value of ``best_open`` (at most ``upper``) and the rounds done. It stops early if the
    bound passes what can still be better than ``upper``.
    """
    n_sites, n = len(fixed), len(escape)
    earning = np.empty(n_sites)
    chosen = np.zeros(n_sites, dtype=np.bool_)
    trial = price.copy()
    slack = np.empty(n)
    direction = np.zeros(n)
    best = -np.inf
    best_value = np.inf
    theta, alpha_most = 1.0, 0.2
    worse = 0
    start = -np.inf
    for t in range(rounds):
        total = _earnings(first, site, cost, fixed, trial, earning)
        sum_chosen, worst, best_left = _choose(earning, state, count, chosen)
        bound = total + sum_chosen
        cut = _cut(upper, step)
        if bound == np.inf:
            return bound, best_value, t
        # the sites chosen are a plan, too
        value = value_of(first, site, cost, escape, fixed, chosen)
        if value < best_value:
            best_value = value
            best_open[:] = chosen
            if value < upper:
                upper = value
                cut = _cut(upper, step)
        for i in range(n):
            got = 0.0
            for at in range(first[i], first[i + 1]):
                if cost[at] >= trial[i]:
                    break
                if chosen[site[at]]:
                    got += 1.0
            # beyond its escape a demand pays that at most, so its price stays there
            slack[i] = 1.0 - got
        if bound > cut:
            price[:] = trial
            return bound, best_value, t + 1
        _fix(earning, state, chosen, bound, worst, best_left, cut)
        if t == 0:
            direction[:] = slack
            for j in range(n_sites):
                mean[j] = 1.0 if chosen[j] else 0.0
        else:
            vv, vd, dd = 0.0, 0.0, 0.0
            for i in range(n):
                vv += slack[i] * slack[i]
                vd += slack[i] * direction[i]
                dd += direction[i] * direction[i]
            below = vv - 2.0 * vd + dd
            alpha = (dd - vd) / below if below > 0.0 else alpha_most
            alpha = min(max(alpha, alpha_most / 10.0), alpha_most)
            for i in range(n):
                direction[i] = alpha * slack[i] + (1.0 - alpha) * direction[i]
            for j in range(n_sites):
                mean[j] = alpha * (1.0 if chosen[j] else 0.0) + (1.0 - alpha) * mean[j]
            if bound > best and vd >= 0.0:
                theta = min(2.0, theta * 1.1)
        if bound > best:
            best = bound
            price[:] = trial
            worse = 0
        else:
            worse += 1
            if worse >= 10:
                theta *= 0.67
                worse = 0
        if t % 100 == 99:
            if best - start < 1e-3 * (upper - best):
                alpha_most = max(alpha_most * 0.5, 1e-3)
            start = best
            if theta < 1e-4:
                return best, best_value, t + 1
        norm, newest = 0.0, 0.0
        for i in range(n):
            d = direction[i]
            if (d > 0.0 and price[i] >= escape[i]) or (d < 0.0 and price[i] <= 0.0):
                d = 0.0
            norm += d * d
            newest += slack[i] * slack[i]
        if norm < 1e-12:
            return best, best_value, t + 1
        # the mean direction may be near nothing while the newest is not: its length alone would make the step too long
        norm = max(norm, 0.25 * newest)
        length = theta * (upper - best + 1e-4 * abs(upper)) / norm
        for i in range(n):
            trial[i] = min(max(price[i] + length * direction[i], 0.0), escape[i])
    return best, best_value, rounds


@_SERIAL
def interchange(first: Any, site: Any, cost: Any, first_of_site: Any, demand: Any, cost_of_site: Any, escape: Any,
                fixed: Any, state: Any, is_open: Any, *, free_count: bool) -> float:  # fmt: skip
    """Swap one site for another (and, with a free count, open or close one) while that is cheaper; return the value.

    ``is_open`` is changed in place; sites whose ``state`` is decided stay as they are.
    """
    n_sites, n = len(fixed), len(escape)
    best1 = np.empty(n)
    best2 = np.empty(n)
    at1 = np.empty(n, dtype=np.int64)
    loss = np.empty(n_sites)
    shared = np.zeros(n_sites)
    value = 0.0
    for _ in range(10 * n_sites + 100):
        value = 0.0
        for j in range(n_sites):
            loss[j] = -fixed[j]
            if is_open[j]:
                value += fixed[j]
        for i in range(n):
            best1[i], best2[i], at1[i] = escape[i], escape[i], -1
            for at in range(first[i], first[i + 1]):
                if is_open[site[at]]:
                    if at1[i] < 0:
                        at1[i], best1[i] = site[at], cost[at]
                    else:
                        best2[i] = cost[at]
                        break
            value += best1[i]
            if at1[i] >= 0:
                loss[at1[i]] += best2[i] - best1[i]
        most = 1e-9 * max(1.0, abs(value))
        move_in, move_out = -1, -1
        if free_count:
            for j in range(n_sites):
                if is_open[j] and state[j] == FREE and -loss[j] > most:
                    most, move_in, move_out = -loss[j], -1, j
        for j in range(n_sites):
            if is_open[j] or state[j] != FREE:
                continue
            gain = -fixed[j]
            for at in range(first_of_site[j], first_of_site[j + 1]):
                i = demand[at]
                c = cost_of_site[at]
                if c < best1[i]:
                    gain += best1[i] - c
                    if at1[i] >= 0:
                        shared[at1[i]] += best2[i] - best1[i]
                elif c < best2[i] and at1[i] >= 0:
                    shared[at1[i]] += best2[i] - c
            if free_count and gain > most:
                most, move_in, move_out = gain, j, -1
            for r in range(n_sites):
                if is_open[r]:
                    if state[r] == FREE and gain - loss[r] + shared[r] > most:
                        most, move_in, move_out = gain - loss[r] + shared[r], j, r
                    shared[r] = 0.0
        if move_in < 0 and move_out < 0:
            break
        if move_in >= 0:
            is_open[move_in] = True
        if move_out >= 0:
            is_open[move_out] = False
    return value


@_SERIAL
def nearest_open(first: Any, site: Any, is_open: Any) -> Any:
    """Return the cheapest open site of every demand, -1 if none serves it."""
    found = np.full(len(first) - 1, -1, dtype=np.int64)
    for i in range(len(first) - 1):
        for at in range(first[i], first[i + 1]):
            if is_open[site[at]]:
                found[i] = site[at]
                break
    return found
