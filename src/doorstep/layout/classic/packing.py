"""The problem of sites with capacities, and what is known of it before any search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.layout.classic.branch import first_prices, first_sites
from doorstep.layout.classic.given import Floats
from doorstep.layout.classic.near import near

__all__ = ["Bools", "Packing", "in_units", "room_needed", "without_capacities"]

Bools = npt.NDArray[np.bool_]
MOST_UNITS = 50_000
MOST_ROOM = 10_000_000


@dataclass(frozen=True, slots=True)
class Packing:
    """Demands to be packed into sites at least cost.

    Parameters
    ----------
    cost
        Shape (n_sites, n_demands): of serving a demand in full; infinity where it may not be.
    size, capacity, fixed
        Shapes (n_demands,), (n_sites,), (n_sites,).
    count
        Sites to open, exactly; -1 for any number.
    whole
        Whether a demand goes whole to one site.
    step
        All values of plans are multiples of it; 0 if nothing is known.
    """

    cost: Floats
    size: Floats
    capacity: Floats
    fixed: Floats
    count: int
    whole: bool
    step: float

    @property
    def usable(self) -> Bools:
        """Shape (n_sites, n_demands): the pairs that may be used."""
        may: Bools = np.isfinite(self.cost)
        return may & (self.size[None, :] <= self.capacity[:, None] * (1 + 1e-12)) if self.whole else may

    def value(self, is_open: Bools, share: Floats) -> float:
        """Return what a plan costs: open sites (n_sites,) and shares (n_sites, n_demands)."""
        return float(self.fixed[is_open].sum() + (np.where(share > 0, self.cost, 0.0) * share).sum())


def in_units(problem: Packing) -> tuple[npt.NDArray[Any], npt.NDArray[Any], bool]:
    """Return sizes and capacities, in whole units where demands are whole and the units few enough to pack exactly."""
    if problem.whole:
        for step in (1.0, 0.1, 0.01, 0.001):
            scaled = problem.size / step
            room = np.floor(problem.capacity / step + 1e-9)
            if np.all(np.abs(scaled - np.rint(scaled)) < 1e-9 * np.maximum(1.0, scaled)):
                room = np.minimum(room, np.rint(scaled).sum())
                if room.max(initial=0.0) <= MOST_UNITS:
                    return np.rint(scaled).astype(np.int64), room.astype(np.int64), True
    return problem.size, problem.capacity, False


def room_needed(need: float, capacity: npt.NDArray[Any]) -> float:
    """Return the least capacity that some sites have together and that is enough: rooms come in whole sites only.

    Examples
    --------
    >>> room_needed(13.0, np.array([5.0, 5.0, 5.0])), room_needed(13.0, np.array([5.0, 8.0, 7.5]))
    (15.0, 13.0)
    """
    rooms = np.rint(capacity.astype(np.float64))
    if not np.array_equal(rooms, capacity) or rooms.sum() > MOST_ROOM or need > rooms.sum():
        return need
    reach = 1  # bit q: some sites have q together
    for room in rooms:
        reach |= reach << int(room)
    least = int(np.ceil(need - 1e-9))
    above = reach >> least
    return float(least + (above & -above).bit_length() - 1)


def without_capacities(problem: Packing, cost: Floats) -> tuple[Floats, Floats]:
    """Return prices and open sites (1.0) of the same problem without capacities: where to begin."""
    m, n = cost.shape
    site, demand = (part.ravel().astype(np.int64) for part in np.indices((m, n)))
    lists = near(demand, site, cost.ravel(), cost.max(axis=0) * (1.0 + 1e-9) + 1e-9, m)
    is_open = first_sites(lists, problem.fixed, problem.count)
    return first_prices(lists, is_open), is_open.astype(np.float64)
