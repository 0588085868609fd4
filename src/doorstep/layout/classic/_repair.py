"""Compiled repair of plans with capacities in which every demand goes whole to one site."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

_SERIAL = nb.njit(cache=True, nogil=True)


@_SERIAL
def repaired(cost: Any, size: Any, capacity: Any, fixed: Any, swap_sites: bool, is_open: Any, given: Any,
             dear: float) -> float:  # fmt: skip
    """Make a whole assignment of ``given`` (sites, -1: none) and improve it; return its cost, infinity if too full.

    Shifts and swaps, every unit above a capacity at ``dear``; then each open site may move to a better place for the
    demands that it has. ``is_open`` and ``given`` are changed in place.
    """
    m, n = len(fixed), len(size)
    load = np.zeros(m)
    for i in range(n):
        if given[i] >= 0 and is_open[given[i]]:
            load[given[i]] += size[i]
        else:
            given[i] = -1
    order = np.argsort(-size.astype(np.float64), kind="mergesort")
    for i in order:
        if given[i] < 0:
            at, best = -1, np.inf
            for j in range(m):
                if is_open[j]:
                    c = cost[j, i] + dear * max(0.0, load[j] + size[i] - max(load[j], capacity[j]))
                    if c < best:
                        at, best = j, c
            if at < 0:
                return np.inf
            given[i] = at
            load[at] += size[i]
    for _ in range(60):
        changed = False
        for _ in range(200):
            moved = False
            for i in range(n):
                a = given[i]
                over_a = max(0.0, load[a] - capacity[a])
                less_a = max(0.0, load[a] - size[i] - capacity[a])
                best, at = -1e-9, -1
                for b in range(m):
                    if is_open[b] and b != a:
                        more = max(0.0, load[b] + size[i] - capacity[b]) - max(0.0, load[b] - capacity[b])
                        d = cost[b, i] - cost[a, i] + dear * (less_a - over_a + more)
                        if d < best:
                            best, at = d, b
                if at >= 0:
                    load[a] -= size[i]
                    load[at] += size[i]
                    given[i] = at
                    moved = True
            for i in range(n):
                for h in range(i + 1, n):
                    a, b = given[i], given[h]
                    if a == b:
                        continue
                    d = cost[b, i] + cost[a, h] - cost[a, i] - cost[b, h]
                    grow = size[h] - size[i]
                    d += dear * (max(0.0, load[a] + grow - capacity[a]) - max(0.0, load[a] - capacity[a]))
                    d += dear * (max(0.0, load[b] - grow - capacity[b]) - max(0.0, load[b] - capacity[b]))
                    if d < -1e-9:
                        given[i], given[h] = b, a
                        load[a] += grow
                        load[b] -= grow
                        moved = True
            if not moved:
                break
            changed = True
        if swap_sites:
            for a in range(m):
                if not is_open[a]:
                    continue
                own = fixed[a] + dear * max(0.0, load[a] - capacity[a])
                for i in range(n):
                    if given[i] == a:
                        own += cost[a, i]
                best, at = own - 1e-9, -1
                for b in range(m):
                    if is_open[b]:
                        continue
                    c = fixed[b] + dear * max(0.0, load[a] - capacity[b])
                    for i in range(n):
                        if given[i] == a:
                            c += cost[b, i]
                            if c >= best:
                                break
                    if c < best:
                        best, at = c, b
                if at >= 0:
                    for i in range(n):
                        if given[i] == a:
                            given[i] = at
                    load[at], load[a] = load[a], 0.0
                    is_open[a], is_open[at] = False, True
                    changed = True
        if not changed:
            break
    total = 0.0
    for j in range(m):
        if is_open[j]:
            if load[j] > capacity[j] * (1.0 + 1e-12):
                return np.inf
            total += fixed[j]
    for i in range(n):
        total += cost[given[i], i]
    return total
