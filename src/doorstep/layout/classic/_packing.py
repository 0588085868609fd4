"""Compiled loops of models with capacities: priced bound with a knapsack per site, fixing of sites and pairs, repair.

The rows "every demand is served" are priced; each site then packs the demands worth most into its capacity, whole
(dynamic programming over whole units) or in parts (sorted by worth per unit). A site whose bound in parts already
keeps it shut is never packed exactly.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

FREE, OPEN, SHUT = 0, 1, 2
_SERIAL = nb.njit(cache=True, nogil=True)


@_SERIAL
def _wanted(worth: Any, size: Any, order: Any) -> int:
    """Fill ``order`` with the demands worth packing, best per unit first; return how many. Size 0 comes first."""
    n = 0
    ratio = np.empty(len(worth))
    for i in range(len(worth)):
        if worth[i] > 0.0:
            ratio[n] = -worth[i] / size[i] if size[i] > 0 else -np.inf
            order[n] = i
            n += 1
    by = np.argsort(ratio[:n], kind="mergesort")
    kept = order[:n].copy()
    for k in range(n):
        order[k] = kept[by[k]]
    return n


@_SERIAL
def _in_parts(worth: Any, size: Any, order: Any, n: int, room: float, part: Any) -> float:
    """Pack greedily, the last demand in part; return the worth packed. ``part`` must be zeros."""
    total = 0.0
    for k in range(n):
        i = order[k]
        if size[i] <= room:
            part[i] = 1.0
            room -= size[i]
            total += worth[i]
        else:
            part[i] = room / size[i]
            total += worth[i] * part[i]
            break
    return total


@_SERIAL
def _whole(worth: Any, size: Any, order: Any, n: int, room: int, part: Any) -> float:
    """Pack whole demands for the most worth; sizes and room are whole numbers. ``part`` must be zeros."""
    need = 0
    for k in range(n):
        need += int(size[order[k]])
    if need <= room:
        total = 0.0
        for k in range(n):
            part[order[k]] = 1.0
            total += worth[order[k]]
        return total
    best = np.zeros(room + 1)
    taken = np.zeros((n, room + 1), dtype=np.bool_)
    for k in range(n):
        i = order[k]
        s, w = int(size[i]), worth[i]
        for q in range(room, s - 1, -1):
            if best[q - s] + w > best[q]:
                best[q] = best[q - s] + w
                taken[k, q] = True
    q = room
    for k in range(n - 1, -1, -1):
        if taken[k, q]:
            part[order[k]] = 1.0
            q -= int(size[order[k]])
    return float(best[room])


@_SERIAL
def _cover(value: Any, capacity: Any, state: Any, count: int, need: float, share: Any) -> tuple[float, float, float]:
    """Choose sites by their values: the best ``count``, or, with any number, room for all, the last one in part.

    Returns the price of a unit of room, the worst free value chosen and the best left (``count`` only).
    """
    m = len(value)
    share[:] = 0.0
    if count >= 0:
        left = count
        for j in range(m):
            if state[j] == OPEN:
                share[j] = 1.0
                left -= 1
        order = np.argsort(value, kind="mergesort")
        worst, best_left = -np.inf, np.inf
        for k in range(m):
            j = order[k]
            if state[j] != FREE:
                continue
            if left > 0:
                share[j] = 1.0
                worst = value[j]
                left -= 1
            else:
                best_left = value[j]
                break
        if left != 0:
            return -1.0, 0.0, 0.0
        return 0.0, worst, best_left
    room = 0.0
    ratio = np.full(m, np.inf)
    for j in range(m):
        if state[j] == OPEN or (state[j] == FREE and value[j] < 0.0):
            share[j] = 1.0
            room += capacity[j]
        elif state[j] == FREE and capacity[j] > 0:
            ratio[j] = value[j] / capacity[j]
    if room >= need * (1.0 - 1e-12):
        return 0.0, 0.0, 0.0
    for j in np.argsort(ratio, kind="mergesort"):
        if ratio[j] == np.inf:
            break
        if room + capacity[j] >= need * (1.0 - 1e-12):
            share[j] = min(1.0, (need - room) / capacity[j])
            return ratio[j], 0.0, 0.0
        share[j] = 1.0
        room += capacity[j]
    return -1.0, 0.0, 0.0


@_SERIAL
def priced(cost: Any, size: Any, capacity: Any, fixed: Any, count: int, need: float, state: Any, price: Any,
           whole: bool, value: Any, share: Any, part: Any) -> tuple[float, float, float, float]:  # fmt: skip
    """Return the bound of some prices, the price of room, the worst value chosen and the best left.

    Filled in: ``value`` (n_sites,) of the sites, ``share`` (n_sites,) chosen, ``part`` (n_sites, n) packed. Infinity
    means that no choice of sites has enough room.
    """
    m, n = len(fixed), len(size)
    worth = np.empty(n)
    order = np.empty(n, dtype=np.int64)
    exact = np.zeros(m, dtype=np.bool_)
    for j in range(m):
        part[j, :] = 0.0
        value[j] = fixed[j]
        if state[j] == SHUT:
            continue
        for i in range(n):
            worth[i] = price[i] - cost[j, i] if size[i] <= capacity[j] or not whole else 0.0
        k = _wanted(worth, size, order)
        value[j] -= _in_parts(worth, size, order, k, capacity[j], part[j])
    room_price, worst, best_left = _cover(value, capacity, state, count, need, share)
    while whole and room_price >= 0.0:
        again = False
        for j in range(m):
            if share[j] > 0.0 and not exact[j]:
                exact[j] = True
                again = True
                part[j, :] = 0.0
                for i in range(n):
                    worth[i] = price[i] - cost[j, i] if size[i] <= capacity[j] else 0.0
                k = _wanted(worth, size, order)
                value[j] = fixed[j] - _whole(worth, size, order, k, int(capacity[j]), part[j])
        if not again:
            break
        room_price, worst, best_left = _cover(value, capacity, state, count, need, share)
    if room_price < 0.0:
        return np.inf, 0.0, 0.0, 0.0
    total = room_price * need
    for i in range(n):
        total += price[i]
    for j in range(m):
        reduced = value[j] - room_price * capacity[j]
        if state[j] == OPEN or (state[j] == FREE and (reduced < 0.0 if count < 0 else share[j] > 0.0)):
            total += reduced
    return total, room_price, worst, best_left


@_SERIAL
def raise_packed_bound(cost: Any, size: Any, capacity: Any, fixed: Any, count: int, need: float, state: Any, price: Any,
                       whole: bool, upper: float, cut: float, rounds: int, share: Any, part: Any,
                       mean: Any, mean_part: Any, direction: Any, memory: Any) -> tuple[float, int]:  # fmt: skip
    """Move the prices for some rounds by the volume algorithm; change ``price``, ``state``, ``mean`` in place.

    ``direction`` and ``memory`` (best bound, step, weight of the newest, rounds before) go on where the last call
    ended. ``share`` and ``part`` are those of the best prices. Returns the best bound and the rounds done.
    """
    m, n = len(fixed), len(size)
    value = np.empty(m)
    trial = price.copy()
    if memory[3] > 0:
        for i in range(n):
            trial[i] += memory[4] * direction[i]
    trial_share = np.empty(m)
    trial_part = np.empty((m, n))
    slack = np.empty(n)
    best, theta, alpha_most, done = memory[0], memory[1], memory[2], int(memory[3])
    worse = 0
    start = best
    for t in range(rounds):
        bound, room_price, worst, best_left = priced(cost, size, capacity, fixed, count, need, state, trial, whole,
                                                     value, trial_share, trial_part)  # fmt: skip
        if bound == np.inf:
            return bound, t + 1
        for i in range(n):
            slack[i] = 1.0
        for j in range(m):
            if trial_share[j] > 0.0:
                for i in range(n):
                    if trial_part[j, i] > 0.0:
                        slack[i] -= trial_share[j] * trial_part[j, i]
        for j in range(m):
            if state[j] != FREE:
                continue
            reduced = value[j] - room_price * capacity[j]
            if count >= 0:
                if trial_share[j] > 0.0:
                    if bound - value[j] + best_left > cut:
                        state[j] = OPEN
                elif bound + value[j] - worst > cut:
                    state[j] = SHUT
            elif reduced < 0.0:
                if bound - reduced > cut:
                    state[j] = OPEN
            elif bound + reduced > cut:
                state[j] = SHUT
        if done + t == 0:
            direction[:] = slack
            mean[:] = trial_share
            for j in range(m):
                mean_part[j, :] = trial_share[j] * trial_part[j]
        else:
            vv, vd, dd = 0.0, 0.0, 0.0
            for i in range(n):
                vv += slack[i] * slack[i]
                vd += slack[i] * direction[i]
                dd += direction[i] * direction[i]
            below = vv - 2.0 * vd + dd
            alpha = (dd - vd) / below if below > 0.0 else alpha_most
            alpha = min(max(alpha, alpha_most / 10.0), alpha_most)
            direction *= 1.0 - alpha
            direction += alpha * slack
            mean *= 1.0 - alpha
            mean += alpha * trial_share
            for j in range(m):
                mean_part[j, :] = (1.0 - alpha) * mean_part[j, :] + alpha * trial_share[j] * trial_part[j, :]
            if bound > best and vd >= 0.0:
                theta = min(2.0, theta * 1.1)
        if bound > best:
            best = bound
            price[:] = trial
            share[:] = trial_share
            part[:, :] = trial_part
            worse = 0
            if best > cut:
                return best, t + 1
        else:
            worse += 1
            if worse >= 10:
                theta *= 0.67
                worse = 0
        norm, newest = 0.0, 0.0
        for i in range(n):
            norm += direction[i] * direction[i]
            newest += slack[i] * slack[i]
        if norm < 1e-12:
            return best, t + 1
        # a mean direction may be near nothing while the newest is not: a step by its length alone would be far too long
        norm = max(norm, 0.25 * newest)
        length = theta * (upper - best + 1e-4 * abs(upper)) / norm
        memory[4] = length
        for i in range(n):
            trial[i] = price[i] + length * direction[i]
    if best - start < 1e-3 * (upper - best):
        alpha_most = max(alpha_most * 0.5, 1e-3)
    memory[0], memory[1], memory[2], memory[3] = best, theta, alpha_most, done + rounds
    return best, rounds


@_SERIAL
def possible_pairs(cost: Any, size: Any, capacity: Any, fixed: Any, count: int, need: float, state: Any, price: Any,
                   cut: float, may: Any) -> float:  # fmt: skip
    """Strike out whole demands at sites that would lift the bound above ``cut``; return the bound.

    For each site the best packing of the others before and after a demand in a row, joined over all rooms.
    """
    m, n = len(fixed), len(size)
    value = np.empty(m)
    share = np.empty(m)
    part = np.empty((m, n))
    bound, room_price, worst, _ = priced(cost, size, capacity, fixed, count, need, state, price, True, value, share,
                                         part)  # fmt: skip
    if bound == np.inf:
        return bound
    worth = np.empty(n)
    order = np.empty(n, dtype=np.int64)
    for j in range(m):
        if state[j] == SHUT:
            may[j, :] = False
            continue
        room = int(capacity[j])
        for i in range(n):
            worth[i] = price[i] - cost[j, i] if size[i] <= room else 0.0
        k = _wanted(worth, size, order)
        before = np.zeros((k + 1, room + 1))
        after = np.zeros((k + 1, room + 1))
        for a in range(k):
            s, w = int(size[order[a]]), worth[order[a]]
            for q in range(room + 1):
                before[a + 1, q] = before[a, q]
                if q >= s and before[a, q - s] + w > before[a + 1, q]:
                    before[a + 1, q] = before[a, q - s] + w
        for a in range(k - 1, -1, -1):
            s, w = int(size[order[a]]), worth[order[a]]
            for q in range(room + 1):
                after[a, q] = after[a + 1, q]
                if q >= s and after[a + 1, q - s] + w > after[a, q]:
                    after[a, q] = after[a + 1, q - s] + w
        place = np.full(n, -1, dtype=np.int64)
        for a in range(k):
            place[order[a]] = a
        for i in range(n):
            left = room - int(size[i])
            if not may[j, i] or left < 0:
                may[j, i] = False
                continue
            if place[i] < 0:
                rest = before[k, left]
            else:
                a = place[i]
                rest = 0.0
                for q in range(left + 1):
                    rest = max(rest, before[a, q] + after[a + 1, left - q])
            forced = fixed[j] + cost[j, i] - price[i] - rest
            if count >= 0:
                lifted = bound + forced - (value[j] if share[j] > 0.0 else worst)
            else:
                held = value[j] - room_price * capacity[j]
                lifted = bound + forced - room_price * capacity[j] - (held if state[j] == OPEN else min(0.0, held))
            if lifted > cut:
                may[j, i] = False
    return bound
