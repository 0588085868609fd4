"""What every classical model gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from scipy.sparse import csr_array

from doorstep.layout.classic.given import Ints

__all__ = ["OPTIMAL_GAP", "Located", "Status", "located"]

OPTIMAL_GAP = 1e-7
Status: TypeAlias = Literal["optimal", "feasible"]


@dataclass(frozen=True, slots=True)
class Located:
    """Where to open, who is served where, and how good that is proven to be.

    Parameters
    ----------
    open_sites
        Shape (n_open,), ascending.
    assigned
        Shape (n_demands,): the site that serves most of a demand, -1 where none serves it. Empty for p-dispersion.
    objective
        Value of the plan in the model's own measure.
    bound
        Proven: no plan is below it (above it, where the model maximises).
    gap
        ``abs(objective - bound) / abs(objective)``, 0 if both are 0.
    status
        ``"optimal"`` if the gap is at most 1e-7 (objectives are sums of floats), else ``"feasible"``.
    shares
        Shape (n_demands, n_sites), sparse: the share of a demand that a site serves. Only where demands may be split.
    nodes
        Subproblems solved: the work that a limit counts.
    """

    open_sites: Ints
    assigned: Ints
    objective: float
    bound: float
    gap: float
    status: Status
    shares: csr_array | None = field(default=None, repr=False)
    nodes: int = 0


def located(open_sites: Ints, assigned: Ints, objective: float, bound: float, *, nodes: int = 0,
            shares: csr_array | None = None) -> Located:  # fmt: skip
    """Return the answer with its gap; a bound that is past the objective by rounding alone is the objective."""
    if abs(objective - bound) <= 1e-9 * max(1.0, abs(objective)):
        bound = objective
    away = abs(objective - bound)
    gap = 0.0 if away == 0.0 else away / abs(objective) if objective else np.inf
    status: Status = "optimal" if gap <= OPTIMAL_GAP else "feasible"
    sites = np.sort(np.asarray(open_sites, dtype=np.int64))
    return Located(sites, assigned, float(objective), float(bound), float(gap), status, shares, nodes)
