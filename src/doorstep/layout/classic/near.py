"""Costs as lists: for every demand the sites that can serve it, cheapest first, and the same turned round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout.classic.given import Floats, Ints

__all__ = ["Near", "near", "step_of", "without"]

_STEPS = (1.0, 0.1, 0.01, 0.001)
_EXACT = 2.0**40


@dataclass(frozen=True, slots=True)
class Near:
    """Which site serves which demand at what cost, by demand and by site.

    Parameters
    ----------
    first, site, cost
        Row i is ``first[i]:first[i + 1]``, cheapest first, of equal ones the smaller site. Shapes (n_demands + 1,),
        (n_pairs,), (n_pairs,).
    first_of_site, demand, cost_of_site
        The same by site, demands ascending.
    escape
        Shape (n_demands,): what a demand costs that no open site serves.
    """

    first: Ints
    site: Ints
    cost: Floats
    first_of_site: Ints
    demand: Ints
    cost_of_site: Floats
    escape: Floats

    @property
    def n_demands(self) -> int:
        """How many demands there are."""
        return len(self.escape)

    @property
    def n_sites(self) -> int:
        """How many sites there are."""
        return len(self.first_of_site) - 1


def near(row: Ints, column: Ints, cost: Floats, escape: Floats, n_sites: int) -> Near:
    """Sort pairs of demand (``row``) and site (``column``) into lists; pairs not below ``escape`` serve nobody.

    Parameters
    ----------
    row, column, cost
        Shape (n_pairs,).
    escape
        Shape (n_demands,).
    n_sites
        How many sites there are, also such as serve nobody.
    """
    useful = cost < escape[row]
    row, column, cost = row[useful], column[useful], cost[useful]
    by_demand = np.lexsort((column, cost, row))
    by_site = np.lexsort((row, column))
    return Near(
        first=_starts(row, len(escape)),
        site=column[by_demand].astype(np.int64),
        cost=np.ascontiguousarray(cost[by_demand]),
        first_of_site=_starts(column, n_sites),
        demand=row[by_site].astype(np.int64),
        cost_of_site=np.ascontiguousarray(cost[by_site]),
        escape=np.ascontiguousarray(escape, dtype=np.float64),
    )


def without(lists: Near, gone: npt.NDArray[np.bool_]) -> Near:
    """Return the lists without some sites; the numbers of the others stay."""
    row = np.repeat(np.arange(lists.n_demands), np.diff(lists.first))
    column = np.repeat(np.arange(lists.n_sites), np.diff(lists.first_of_site))
    stays, stays_of_site = ~gone[lists.site], ~gone[column]
    return Near(
        first=_starts(row[stays], lists.n_demands),
        site=lists.site[stays],
        cost=lists.cost[stays],
        first_of_site=_starts(column[stays_of_site], lists.n_sites),
        demand=lists.demand[stays_of_site],
        cost_of_site=lists.cost_of_site[stays_of_site],
        escape=lists.escape,
    )


def step_of(*parts: Floats) -> float:
    """Return the largest of 1, 0.1, 0.01, 0.001 of which all figures are whole multiples, 0 if there is none.

    Sums of the figures are then multiples, too: a bound above the best known value less one step proves it.

    Examples
    --------
    >>> step_of(np.array([1.0, 2.5]), np.array([3.0]))
    0.1
    """
    figures = np.concatenate([part[np.isfinite(part)].ravel() for part in parts])
    if not len(figures) or np.abs(figures).max() * len(figures) > _EXACT:
        return 0.0
    for step in _STEPS:
        scaled = figures / step
        if np.all(np.abs(scaled - np.rint(scaled)) <= 1e-9 * np.maximum(1.0, np.abs(scaled))):
            return step
    return 0.0


def _starts(group: Ints, n_groups: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=n_groups))]).astype(np.int64)
