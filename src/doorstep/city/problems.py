"""Problems of a city folder: which codes there are, and equal ones put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doorstep.errors import Problem

__all__ = ["CODES", "ProblemGroup", "grouped"]

CODES = (
    "age-mix-wrong",
    "ages-incomplete",
    "area-estimated",
    "area-unknown",
    "asked-twice",
    "channel-unknown",
    "column-missing",
    "community-unknown",
    "coordinates-swapped",
    "crs-missing",
    "crs-unknown",
    "currency-unknown",
    "date-wrong",
    "elevation-crs-missing",
    "elevation-part",
    "elevation-unreadable",
    "encoding-guessed",
    "encoding-mixed",
    "encoding-wrong",
    "entrance-far",
    "entrance-shared",
    "entrance-twice",
    "entrance-unknown",
    "geometry-invalid",
    "geometry-kind",
    "geometry-missing",
    "geometry-outside",
    "id-duplicate",
    "id-missing",
    "id-shared",
    "joined-far",
    "joined-through-wall",
    "language-unknown",
    "layer-many",
    "limit-unknown",
    "line-no-length",
    "line-no-number",
    "line-no-street",
    "line-twice",
    "not-joined",
    "on-island",
    "people-none",
    "people-sum",
    "people-unknown",
    "point-beside",
    "row-long",
    "service-unknown",
    "streets-cut",
    "streets-damaged",
    "streets-degrees",
    "streets-empty",
    "streets-missing",
    "streets-nowhere",
    "table-empty",
    "table-missing",
    "table-twice",
    "table-unreadable",
    "toml-broken",
    "toml-key-missing",
    "toml-value-wrong",
    "unit-unknown",
    "value-negative",
    "value-not-number",
    "word-unknown",
)
"""Every code that checking a city folder can give; the texts are ``problems.<code>`` and ``remedies.<code>``."""


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Equal faults in many rows: the first one found, how many there are, and the first five rows."""

    first: Problem
    count: int
    rows: tuple[int, ...]


def grouped(problems: Iterable[Problem]) -> tuple[ProblemGroup, ...]:
    """Put problems of equal code, file, column and severity together.

    Parameters
    ----------
    problems
        In any order; groups stand in the order of their first problem.

    Returns
    -------
    tuple of ProblemGroup
        ``count`` counts problems, ``rows`` are the first five rows, ascending.

    Examples
    --------
    >>> many = [Problem("spaces.csv", "value-negative", row, "area_m2") for row in (4, 9, 2)]
    >>> [(group.count, group.rows) for group in grouped(many)]
    [(3, (2, 4, 9))]
    """
    groups: dict[tuple[str, str, str, str], list[Problem]] = {}
    for problem in problems:
        key = (problem.code, problem.file, problem.column or "", problem.severity)
        groups.setdefault(key, []).append(problem)
    return tuple(
        ProblemGroup(members[0], len(members), tuple(sorted(one.row for one in members if one.row is not None)[:5]))
        for members in groups.values()
    )
