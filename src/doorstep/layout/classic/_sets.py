"""Compiled enumeration of the sets of demands that a site may serve in a plan below a given value."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from doorstep.layout.classic._packing import FREE, SHUT, priced

_SERIAL = nb.njit(cache=True, nogil=True)


@_SERIAL
def sets_above(worth: Any, size: Any, room: int, least_load: int, need: float, most: int, most_steps: int, start: Any,
               member: Any, n_sets: int, n_members: int) -> tuple[int, int]:  # fmt: skip
    """Append every set of demands within ``room`` that is worth ``need`` or more; return the numbers of sets, members.

    The best that the demands not yet looked at can add in the room left is known from a table, so nothing is tried
    that does not lead to a set. ``start`` and ``member`` are filled on from ``n_sets`` and ``n_members``; -1 as the
    number of sets: they would be more than ``most`` or take more than ``most_steps``.
    """
    n = len(worth)
    order = np.argsort(-worth, kind="mergesort")
    after = np.zeros((n + 1, room + 1))
    for k in range(n - 1, -1, -1):
        i = order[k]
        s, w = int(size[i]), worth[i]
        for q in range(room + 1):
            after[k, q] = after[k + 1, q]
            if q >= s and after[k + 1, q - s] + w > after[k, q]:
                after[k, q] = after[k + 1, q - s] + w
    stack = np.empty(n + 1, dtype=np.int64)
    sums = np.zeros(n + 2)
    rooms = np.zeros(n + 2, dtype=np.int64)
    rooms[0] = room
    depth, k, steps = 0, 0, 0
    while True:
        # the next demand that can be taken
        taken = False
        while k < n and sums[depth] + after[k, rooms[depth]] >= need:
            steps += 1
            i = order[k]
            if size[i] <= rooms[depth] and sums[depth] + worth[i] + after[k + 1, rooms[depth] - size[i]] >= need:
                stack[depth] = k
                sums[depth + 1] = sums[depth] + worth[i]
                rooms[depth + 1] = rooms[depth] - size[i]
                depth += 1
                k += 1
                taken = True
                break
            k += 1
        if steps > most_steps:
            return -1, 0
        if taken:
            if sums[depth] >= need and room - rooms[depth] >= least_load:
                if n_sets >= most or n_members + depth > len(member):
                    return -1, 0
                for d in range(depth):
                    member[n_members + d] = order[stack[d]]
                n_members += depth
                n_sets += 1
                start[n_sets] = n_members
            continue
        if depth == 0:
            return n_sets, n_members
        depth -= 1
        k = stack[depth] + 1


@_SERIAL
def all_sets(cost: Any, size: Any, capacity: Any, fixed: Any, count: int, need: float, state: Any, price: Any,
             cut: float, most_steps: int, site: Any, start: Any, member: Any) -> tuple[int, int]:  # fmt: skip
    """Find every site with every set of demands that can be part of a plan not above ``cut``.

    Filled in: ``site`` (most,), ``start`` (most + 1,) and ``member``. Returns the numbers of sets and of members, -1 as
    the former if there are more than these can hold or the search takes more than ``most_steps`` at a site.
    """
    m, n = cost.shape
    value = np.empty(m)
    share = np.empty(m)
    part = np.empty((m, n))
    bound, room_price, worst, _ = priced(cost, size, capacity, fixed, count, need, state, price, True, value, share,
                                         part)  # fmt: skip
    if bound == np.inf:
        return 0, 0
    largest = np.sort(capacity)[::-1]
    most = len(site)
    n_sets, n_members = 0, 0
    start[0] = 0
    worth = np.empty(n)
    for j in range(m):
        if state[j] == SHUT:
            continue
        least_load = 0
        if count >= 0:
            # the others hold no more than the largest ones could
            others = 0
            for k in range(count):
                others += largest[k]
            others -= max(int(capacity[j]), int(largest[count - 1]))
            least_load = max(0, int(size.sum()) - others)
            held = value[j] if share[j] > 0.0 else worst
        else:
            held = value[j] - room_price * capacity[j]
            if state[j] == FREE:
                held = min(0.0, held)
            held += room_price * capacity[j]
        slack = cut - bound + held
        if slack == -np.inf:
            continue
        for i in range(n):
            worth[i] = price[i] - cost[j, i]
        before = n_sets
        n_sets, n_members = sets_above(worth, size, int(capacity[j]), least_load, fixed[j] - slack - 1e-7 * abs(cut),
                                       most, most_steps, start, member, n_sets, n_members)  # fmt: skip
        if n_sets < 0:
            return -1, 0
        site[before:n_sets] = j
    return n_sets, n_members
