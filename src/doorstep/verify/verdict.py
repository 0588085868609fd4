"""What the checker says: violations by code, and the verdict that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import pandas as pd

__all__ = ["CODES", "LISTED_PER_CODE", "NEAR_LIMIT_COLUMNS", "Verdict", "Violation", "differs", "found", "grouped"]

LISTED_PER_CODE = 20
TOLERANCE = 1e-6

CODES = (
    "account-cases",
    "account-cost-differs",
    "account-jobs-differ",
    "account-jobs-negative",
    "account-line-differs",
    "account-lines",
    "account-over-capacity",
    "account-result",
    "account-revenue-differs",
    "account-subsidy-differs",
    "account-support",
    "account-units-differ",
    "account-users-differ",
    "attribution-differs",
    "bound-below-objective",
    "bound-checker-differs",
    "bound-not-larger",
    "bound-not-proven",
    "bound-too-low",
    "budget-exceeded",
    "budget-negative",
    "capacity-exceeded",
    "capital-hub-differs",
    "capital-part-differs",
    "capital-total-differs",
    "complex-area",
    "conflict-not-proven",
    "conversion-differs",
    "convertible-and-shared",
    "coverage-differs",
    "coverage-rows",
    "demand-exceeded",
    "file-differs",
    "file-missing",
    "finding-differs",
    "finding-rows",
    "floor-differs",
    "floor-exceeded",
    "floor-missed",
    "forbidden-pair",
    "forced-not-open",
    "fund-exceeded",
    "gap-differs",
    "gap-target-missed",
    "grade-area-differs",
    "grade-capacity-differs",
    "grade-unknown",
    "heading-differs",
    "hub-area-differs",
    "hub-empty",
    "hub-people-differ",
    "hub-service-barred",
    "hub-twice",
    "inputs-changed",
    "kind-differs",
    "later-differs",
    "later-not-asked",
    "later-rows",
    "later-year-unknown",
    "least-cost-differs",
    "least-cost-not-proven",
    "limit-differs",
    "limit-exceeded",
    "limit-kitchen",
    "limit-lift",
    "limit-outdoor",
    "limit-storey",
    "limit-users",
    "limits-bound-differ",
    "multiplier-negative",
    "multiplier-not-finite",
    "multiplier-rows",
    "multiplier-without-budget",
    "need-differs",
    "need-row-missing",
    "need-row-twice",
    "need-row-unknown",
    "need-sum-differs",
    "never-open",
    "now-uses-hub",
    "number-not-finite",
    "objective-differs",
    "opens-differs",
    "pair-beyond-limit",
    "pair-not-reached",
    "pair-twice",
    "payment-differs",
    "payment-not-allowed",
    "people-negative",
    "phase-closes",
    "phase-differs",
    "phase-too-late",
    "place-not-open",
    "place-unknown",
    "proof-broken",
    "reached-differs",
    "residence-unknown",
    "service-twice",
    "service-unknown",
    "sharing-differs",
    "sharing-twice",
    "situation-unknown",
    "space-differs",
    "space-unknown",
    "units-differ",
    "unmet-differs",
    "users-differ",
    "walk-differs",
)

NEAR_LIMIT_COLUMNS = (
    "situation",
    "residence",
    "place",
    "service",
    "reported_walk",
    "derived_walk",
    "limit",
    "unit",
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One statement of a plan that is not so.

    Parameters
    ----------
    code
        One of :data:`CODES`; the text is ``verify.<code>`` in the message catalogues.
    subject
        What it is about, ``hub:K1/meals`` or ``plan:R7/meals/F2``; ``*`` for all further ones of this code.
    reported, derived
        What the plan says and what the checker works out, as text.
    unit
        Unit of both, may be empty.
    count
        1, or the number of further violations that a ``*`` stands for.

    Examples
    --------
    >>> found("demand-exceeded", "plan:R1/meals", 12.0, 10.0, "persons").reported
    '12'
    """

    code: str
    subject: str
    reported: str
    derived: str
    unit: str
    count: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What an independent derivation of a plan found.

    Parameters
    ----------
    violations
        Sorted by code and subject; at most twenty of a code stand singly, the rest under ``*`` with a count.
    objective
        Σ v·x of the plan's rows, weighted users; of a plan for later years the mean over all years.
    bound_checker
        Bound from the plan's multipliers by the checker's own need, walks and costs; ``None`` if its multipliers
        cannot be used.
    largest_walk_difference_mm, largest_walk_difference_ms
        Over all pairs of the ledger whose walk was found.
    near_limit
        Pairs of the ledger within 1 m (in minutes: 1 s) of their limit: columns :data:`NEAR_LIMIT_COLUMNS`.
    n_pairs_checked
        Rows of the ledger compared.
    """

    violations: tuple[Violation, ...]
    objective: float
    bound_checker: float | None
    largest_walk_difference_mm: int
    largest_walk_difference_ms: int
    near_limit: pd.DataFrame
    n_pairs_checked: int

    @property
    def ok(self) -> bool:
        """True if nothing was found against the plan."""
        return not self.violations


def found(code: str, subject: str, reported: object, derived: object, unit: str = "") -> Violation:
    """Make a violation with numbers written out."""
    return Violation(code, subject, _written(reported), _written(derived), unit)


def differs(reported: float, derived: float) -> bool:
    """Tell whether two numbers differ by more than 1e-6, absolute plus relative (also if one is not a number)."""
    return not abs(reported - derived) <= TOLERANCE + TOLERANCE * abs(derived)


def grouped(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Sort, drop what is said twice, and put all beyond twenty of a code under one ``*`` with their number."""
    return tuple(_grouped(sorted(set(violations), key=lambda one: (one.code, one.subject, one.reported))))


def _grouped(violations: list[Violation]) -> Iterator[Violation]:
    for code, same in groupby(violations, key=lambda one: one.code):
        members = list(same)
        yield from members[:LISTED_PER_CODE]
        further = len(members) - LISTED_PER_CODE
        if further > 0:
            yield Violation(code, "*", "", "", "", further)


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)
