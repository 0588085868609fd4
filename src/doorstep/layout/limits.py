"""Limits on hubs beside the capital budget: whole units of opening a space and of each grade there, added up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from doorstep.layout.problem import LayoutProblem

__all__ = ["HubLimit", "keeps_limits", "limit_amounts", "limit_use", "limit_use_of_hub"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class HubLimit:
    """What hubs together may take of something: money of a source, yearly support, hubs in a district.

    Parameters
    ----------
    name
        Unique among the limits of a problem.
    amount
        Most units, at least 0.
    open_units
        Shape (n_spaces,), at least 0: units of opening a space.
    grade_units
        Shape (n_spaces, n_services, n_grades, 2), at least 0: units of a grade; last axis dispersed, complex.
    """

    name: str
    amount: int
    open_units: Ints
    grade_units: Ints


def limit_amounts(problem: LayoutProblem) -> Ints:
    """Return the amount of each limit, shape (n_limits,)."""
    return np.array([limit.amount for limit in problem.limits], dtype=np.int64)


def limit_use_of_hub(problem: LayoutProblem, space: int, grades: npt.NDArray[np.int8]) -> Ints:
    """Return the units of each limit that one hub takes, shape (n_limits,); ``grades`` has shape (n_services,)."""
    chosen = np.flatnonzero(grades)
    if not len(chosen):
        return np.zeros(len(problem.limits), dtype=np.int64)
    kind = int(len(chosen) >= problem.complex_functions)
    return np.array(
        [
            limit.open_units[space] + limit.grade_units[space, chosen, grades[chosen] - 1, kind].sum()
            for limit in problem.limits
        ],
        dtype=np.int64,
    )


def limit_use(
    problem: LayoutProblem, grades: npt.NDArray[np.int8], spaces: npt.NDArray[np.int64] | None = None
) -> Ints:
    """Return the units of each limit that all hubs take, or those in some spaces, shape (n_limits,).

    Parameters
    ----------
    problem
        The layout problem.
    grades
        Shape (n_spaces, n_services).
    spaces
        Positions; all if ``None``.
    """
    if not problem.limits:
        return np.zeros(0, dtype=np.int64)
    here = np.arange(problem.n_spaces) if spaces is None else spaces
    chosen = grades[here].astype(np.int64)
    functions = (chosen > 0).sum(axis=1)
    kind = (functions >= problem.complex_functions).astype(np.int64)
    at, service = np.nonzero(chosen)
    return np.array(
        [
            limit.grade_units[here[at], service, chosen[at, service] - 1, kind[at]].sum()
            + limit.open_units[here[functions > 0]].sum()
            for limit in problem.limits
        ],
        dtype=np.int64,
    )


def keeps_limits(problem: LayoutProblem, grades: npt.NDArray[np.int8]) -> bool:
    """Return whether all hubs together keep every limit (the budget apart)."""
    return bool((limit_use(problem, grades) <= limit_amounts(problem)).all())
