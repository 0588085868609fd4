"""The best plan known of a problem with capacities, and how plans are made of what the bound opens and packs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.layout.classic._packing import OPEN, SHUT
from doorstep.layout.classic._repair import repaired
from doorstep.layout.classic.given import Floats
from doorstep.layout.classic.packing import Bools, Packing
from doorstep.layout.classic.rest import transport

__all__ = ["Plans"]


class Plans:
    """Holds the best plan: open sites (n_sites,), shares (n_sites, n_demands) and its value, infinity if none.

    Parameters
    ----------
    problem
        The problem.
    cost
        Its costs with figures dearer than any plan in place of infinity.
    """

    def __init__(self, problem: Packing, cost: Floats) -> None:
        m, n = problem.cost.shape
        self.problem, self.cost, self.usable = problem, cost, problem.usable
        self.is_open, self.share, self.value = np.zeros(m, dtype=np.bool_), np.zeros((m, n)), np.inf
        self.tried: set[bytes] = set()
        self.dearest = float(np.where(self.usable, problem.cost, 0.0).max(axis=0).sum() + problem.fixed.sum())

    @property
    def upper(self) -> float:
        """The value of the best plan, or what none can be above."""
        return min(self.value, self.dearest)

    @property
    def cut(self) -> float:
        """What a bound must pass to show that nothing better is left."""
        if not np.isfinite(self.value):
            return np.inf
        step = self.problem.step
        return self.value - step * (1.0 - 1e-6) if step > 0 else self.value - 1e-9 * abs(self.value)

    def proven(self, bound: float) -> bool:
        """Return whether nothing better than the best plan can be at or above a bound."""
        return bool(np.isfinite(self.value) and (bound >= self.value - 2e-9 * abs(self.value) or bound >= self.cut))

    def offer(self, is_open: Bools | None, share: Floats | None) -> None:
        """Keep a plan if it is better than the best one."""
        if is_open is None or share is None:
            return
        if self.problem.count < 0:
            is_open = is_open & (share.sum(axis=1) > 1e-9)
        else:
            # sites to make up the number may stand anywhere
            is_open = is_open.copy()
            is_open[np.flatnonzero(~is_open)[: self.problem.count - int(is_open.sum())]] = True
        value = self.problem.value(is_open, share)
        if value < self.value:
            self.is_open, self.share, self.value = is_open, share, value

    def make(self, weight: Floats, state: npt.NDArray[np.int8], part: Floats) -> None:
        """Make a plan of the sites with most weight (n_sites,) and what they packed, ``part`` (n_sites, n_demands)."""
        is_open = self._opened(weight, state)
        if self.problem.whole:
            self._whole(is_open, part)
        elif is_open.tobytes() not in self.tried:
            self.tried.add(is_open.tobytes())
            self.offer(is_open, transport(self.problem, self.usable, is_open))

    def _opened(self, weight: Floats, state: npt.NDArray[np.int8]) -> Bools:
        """Open the sites of most weight: the count, or all above one half and more while the room is short."""
        rank = np.where(state == OPEN, 2.0, np.where(state == SHUT, -1.0, weight))
        order = np.argsort(-rank, kind="stable")
        is_open = np.zeros(len(rank), dtype=np.bool_)
        if self.problem.count >= 0:
            is_open[order[: self.problem.count]] = True
            return is_open
        room = np.cumsum(self.problem.capacity[order])
        enough = int(np.searchsorted(room, self.problem.size.sum() * (1 - 1e-12))) + 1
        is_open[order[: max(enough, int((rank > 0.5).sum()))]] = True
        return is_open

    def _whole(self, is_open: Bools, part: Floats) -> None:
        """Repair what the sites packed into a plan; with any number of sites, try fewer and fewer, too."""
        problem, cost, n = self.problem, self.cost, self.cost.shape[1]
        served = np.where(is_open[:, None] & (part > 0.5), cost, np.inf)
        given = np.where(np.isfinite(served.min(axis=0)), served.argmin(axis=0), -1)
        dear = 2.0 * float(np.ptp(np.where(self.usable, problem.cost, 0.0))) + 1.0
        while True:
            tried, plan = is_open.copy(), given.copy()
            value = repaired(cost, problem.size, problem.capacity, problem.fixed, True, tried, plan, dear)
            if value < self.value and self.usable[plan, np.arange(n)].all():
                share = np.zeros_like(cost)
                share[plan, np.arange(n)] = 1.0
                self.is_open, self.share, self.value = tried, share, float(value)
            if problem.count >= 0 or not np.isfinite(value):
                return
            # a site less, the one with the least to do, while there is room: its own cost may not be worth it
            load = np.bincount(plan, problem.size, len(is_open))
            is_open = tried
            drop = int(np.argmin(np.where(is_open, load / np.maximum(problem.capacity, 1e-300), np.inf)))
            if problem.capacity[is_open].sum() - problem.capacity[drop] < problem.size.sum():
                return
            is_open[drop] = False
            given = np.where(plan == drop, -1, plan)
