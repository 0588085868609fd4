"""Weights that make the answers of a questionnaire stand for those who live there: raking to counts of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Raked", "raked"]

Floats = npt.NDArray[np.float64]
_ROUNDS = 1_000
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """Weights and how good they are.

    Parameters
    ----------
    weights
        Shape (n,): how many people an answer stands for; 0 where it has no place in some margin.
    effective
        Kish's effective number of answers: as many equally weighted ones would tell as much.
    off
        Largest relative difference between a margin and its target that is left.
    unmet
        For each margin the categories that have people but no answer.
    """

    weights: Floats
    effective: float
    off: float
    unmet: tuple[tuple[int, ...], ...]


def raked(start: Floats, codes: Sequence[npt.NDArray[np.integer[Any]]], targets: Sequence[Floats]) -> Raked:
    """Return weights whose sums meet the targets of every margin (iterative proportional fitting).

    Parameters
    ----------
    start
        Shape (n,): weights before, 1 for all if everybody could answer alike.
    codes
        For each margin the category of each answer, shape (n,), -1 if it is not known: such an answer gets weight 0.
    targets
        For each margin the people of each category. Categories without an answer are left out; the others are scaled
        to the same total over all margins, that of the first.

    Returns
    -------
    Raked

    Notes
    -----
    Deming and Stephan, "On a least squares adjustment of a sampled frequency table", Annals of Mathematical
    Statistics 11 (1940); the effective number is Kish, "Survey Sampling" (1965). Weights are not cut off: with few
    answers in a category they grow large, which the effective number shows.

    Examples
    --------
    >>> sex, age = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> found = raked(np.ones(4), [sex, age], [np.array([60.0, 40.0]), np.array([50.0, 50.0])])
    >>> found.weights.round(6).tolist(), round(found.effective, 2)
    ([30.0, 30.0, 20.0, 20.0], 3.85)
    """
    known = np.all([code >= 0 for code in codes], axis=0) & (start > 0)
    weights = np.where(known, start, 0.0)
    counts = [np.bincount(code[known], minlength=len(target)) for code, target in zip(codes, targets, strict=True)]
    goals = [np.where(count > 0, target, 0.0) for count, target in zip(counts, targets, strict=True)]
    unmet = tuple(
        tuple(np.flatnonzero((count == 0) & (target > 0)).tolist())
        for count, target in zip(counts, targets, strict=True)
    )
    total = goals[0].sum() if goals else 0.0
    if not known.any() or any(goal.sum() <= 0 for goal in goals):
        return Raked(np.zeros(len(start)), 0.0, float("nan"), unmet)
    goals = [goal * (total / goal.sum()) for goal in goals]
    off = np.inf
    for _ in range(_ROUNDS):
        off = 0.0
        for code, goal in zip(codes, goals, strict=True):
            sums = np.bincount(code[known], weights[known], minlength=len(goal))
            with np.errstate(divide="ignore", invalid="ignore"):
                factor = np.where(sums > 0, goal / sums, 0.0)
            off = max(off, float(np.abs(factor[goal > 0] - 1.0).max()))
            weights[known] *= factor[code[known]]
        if off < _CLOSE:
            break
    squared = float((weights**2).sum())
    return Raked(weights, float(weights.sum() ** 2 / squared) if squared > 0 else 0.0, off, unmet)
