"""What callers give: checked once, all that is wrong named in one ValueError."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, issparse

__all__ = ["Costs", "Floats", "Ints", "Pairs", "as_pairs", "number_of_sites", "per", "raise_for"]

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Costs: TypeAlias = Any  # an array of shape (n_demands, n_sites) or a SciPy sparse matrix or array of that shape
Pairs: TypeAlias = tuple[Ints, Ints, Floats, int, int]


def raise_for(problems: Sequence[str]) -> None:
    """Raise ValueError with all problems, if there are any."""
    if problems:
        raise ValueError("; ".join(problems))


def as_pairs(costs: Costs, name: str = "costs") -> Pairs:
    """Return demand, site, cost of every pair that may be used, and the two numbers of demands and sites.

    Infinity in an array and what a sparse matrix does not store are pairs that may not be used; a stored 0 is a cost.

    Raises
    ------
    ValueError
        If it is not a matrix, empty, or has NaN or negative entries.
    """
    if issparse(costs):
        triples = coo_array(costs)
        row, column = (np.asarray(part, dtype=np.int64) for part in triples.coords)
        value = np.asarray(triples.data, dtype=np.float64)
        shape = triples.shape
        if len(row) and len(np.unique(row * shape[1] + column)) < len(row):
            raise ValueError(f"{name}: a sparse matrix must not store a pair twice")
    else:
        full = np.asarray(costs)
        if full.ndim != 2:
            raise ValueError(f"{name} must be a matrix of demands by sites, not of {full.ndim} dimensions")
        try:
            full = full.astype(np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be numbers, not {full.dtype}") from None
        shape = full.shape
        row, column = (part.ravel().astype(np.int64) for part in np.indices(shape))
        value = full.ravel()
    if min(shape) == 0:
        raise ValueError(f"{name} must have a demand and a site at least, not the shape {shape[0]} x {shape[1]}")
    problems = []
    for wrong, what in ((np.isnan(value), "NaN"), (value < 0, "negative")):
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            problems.append(f"{name}[{row[at]}, {column[at]}] is {what} ({int(wrong.sum())} such in all)")
    raise_for(problems)
    usable = np.isfinite(value)
    return row[usable], column[usable], value[usable], int(shape[0]), int(shape[1])


def per(values: npt.ArrayLike | None, n: int, name: str, *, default: float = 1.0) -> Floats:
    """Return one figure, not negative, for each of ``n``; a single figure goes for all.

    Raises
    ------
    ValueError
        For another length, NaN, infinity or negative figures.
    """
    if values is None:
        return np.full(n, default)
    try:
        found = np.array(values, dtype=np.float64, order="C")  # a copy: for a column the loops would be compiled again
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers") from None
    if found.ndim == 0:
        found = np.full(n, float(found))
    if found.shape != (n,):
        raise ValueError(f"{name} must be {n} figures, not of shape {found.shape}")
    problems = []
    for wrong, what in ((np.isnan(found), "NaN"), (np.isinf(found), "infinite"), (found < 0, "negative")):
        if wrong.any():
            problems.append(f"{name}[{int(np.flatnonzero(wrong)[0])}] is {what} ({int(wrong.sum())} such in all)")
    raise_for(problems)
    return found


def number_of_sites(p: int, n_sites: int, *, least: int = 1) -> int:
    """Return ``p`` as a plain int.

    Raises
    ------
    ValueError
        If it is no whole number, below ``least`` or above the number of sites.
    """
    if isinstance(p, bool) or int(p) != p:
        raise ValueError(f"p must be a whole number, not {p!r}")
    if not least <= p <= n_sites:
        raise ValueError(f"p must be between {least} and the number of sites, {n_sites}, not {p}")
    return int(p)
