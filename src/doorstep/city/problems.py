"""Problems of a city folder: which codes there are, and equal ones put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
    "quote-open",
    "replaced-far",
    "replaced-twice",
    "replaced-unknown",
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
    """Equal faults in many rows: the first one found, how many there are, the first five rows, and what to say of all.

    ``values`` are what the texts need: the same where it is the same throughout, else a range of figures (120–3,000)
    or the first of what was found and how many more there are ("a; b; c; … (+4)").
    """

    first: Problem
    count: int
    rows: tuple[int, ...]
    values: Mapping[str, str] = field(default_factory=dict)


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
    >>> told = ({"found": "180", "expected": "900"}, {"found": "270", "expected": "900"})
    >>> grouped([Problem("residences.csv", "people-sum", values=one) for one in told])[0].values
    {'found': '180–270', 'expected': '900'}
    >>> many = [Problem("spaces.csv", "value-negative", row, "area_m2") for row in (4, 9, 2)]
    >>> [(group.count, group.rows) for group in grouped(many)]
    [(3, (2, 4, 9))]
    """
    groups: dict[tuple[str, str, str, str], list[Problem]] = {}
    for problem in problems:
        key = (problem.code, problem.file, problem.column or "", problem.severity)
        groups.setdefault(key, []).append(problem)
    return tuple(
        ProblemGroup(
            members[0],
            len(members),
            tuple(sorted(one.row for one in members if one.row is not None)[:5]),
            {name: _of_all(members, name) for name in members[0].values},
        )
        for members in groups.values()
    )


_FIGURES = {
    ("area-estimated", "taken"),
    ("entrance-far", "metres"),
    ("entrance-twice", "first"),
    ("id-duplicate", "first"),
    ("joined-far", "limit"),
    ("line-twice", "first"),
    ("people-sum", "expected"),
    ("people-sum", "found"),
    ("row-long", "expected"),
    ("row-long", "found"),
    ("value-negative", "found"),
}
"""Values of which a range says more than a list; ids are made of digits, too, and are none."""
_NAMED = 3


def _of_all(members: list[Problem], name: str) -> str:
    """What a value is in all rows: the same, from the least to the most, or the first few of those there are."""
    found = list(dict.fromkeys(str(one.values.get(name, "")) for one in members))
    if len(found) == 1:
        return found[0]
    if (members[0].code, name) in _FIGURES:
        try:
            ordered = sorted(found, key=lambda one: float(one.replace(",", "")))
            return f"{ordered[0]}–{ordered[-1]}"
        except ValueError:
            pass  # a figure that was written in words stands in a list
    more = len(found) - _NAMED
    return "; ".join(found[:_NAMED]) + (f"; … (+{more:,})" if more > 0 else "")
