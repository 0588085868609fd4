"""The plan folder: its objects, their published schema, and how they are read and written.

Money is whole minor units of the city's currency (``*_money``), areas are m², walks mm and ms, people persons.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from doorstep.errors import DoorstepError
from doorstep.plan_asked import (
    FloorAsked,
    FloorConflict,
    FloorKept,
    LaterNeed,
    LeastCostKept,
    LimitKept,
    Multipliers,
    Payment,
    PhaseKept,
)
from doorstep.typed_json import built, schema_of

__all__ = [
    "LATER_COLUMNS",
    "NEED_COLUMNS",
    "SERVED_COLUMNS",
    "Account",
    "Bound",
    "Coverage",
    "Finding",
    "FloorAsked",
    "FloorConflict",
    "FloorKept",
    "Hub",
    "HubService",
    "LaterNeed",
    "LeastCostKept",
    "LimitBound",
    "LimitKept",
    "Multipliers",
    "Payment",
    "PhaseKept",
    "PlanFile",
    "Proof",
    "Unmet",
    "plan_schema",
    "read_later",
    "read_ledger",
    "read_plan",
    "write_later",
    "write_ledger",
    "write_need",
    "write_plan",
]

FORMAT = "doorstep-plan/1"

NEED_COLUMNS = (
    "residence",
    "service",
    "in_need",
    "homebound",
    "reached_facility",
    "reached_any",
    "served_now",
    "unserved_now",
    "served_plan",
    "unserved_plan",
    "users_now",
    "users_plan",
)
SERVED_COLUMNS = (
    "situation",
    "residence",
    "service",
    "place",
    "people",
    "users",
    "units",
    "walk_mm",
    "walk_ms",
)
LATER_COLUMNS = ("year", *SERVED_COLUMNS[1:])


@dataclass(frozen=True, slots=True)
class HubService:
    """One service of a hub: its grade, floor, capacity, and who is given a place there.

    Where rooms are shared by period: ``uses_rooms_of`` is the service of the hub whose rooms it uses in the periods
    ``in_periods``, so that ``saved_m2`` of the floor of its grade are not made; else empty, none and 0. Where it gives
    its rooms to another service in a later year: ``becomes`` that, of size grade ``becomes_grade``, ``becomes_year``
    years from now; else empty, 0, 0.
    """

    service: str
    grade: int
    area_m2: int
    capacity: int
    capacity_unit: str
    people: float
    users: float
    units: float
    capital_money: int
    uses_rooms_of: str = ""
    in_periods: tuple[str, ...] = ()
    saved_m2: int = 0
    becomes: str = ""
    becomes_grade: int = 0
    becomes_year: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """One steady year of a hub with the take-up of one case (low, mid, high).

    ``result_money = revenue_money + subsidy_money - running_cost_money``; ``support_money`` is what it needs from
    outside without any subsidy, at least 0; ``lines_money`` splits costs and incomes by name and sums to the three
    totals.
    """

    case: str
    users: float
    units: float
    revenue_money: int
    running_cost_money: int
    subsidy_money: int
    result_money: int
    support_money: int
    jobs: float
    lines_money: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one rule for one subject (``hub:K1``, ``community:C1``, ``city``)."""

    subject: str
    rule: str
    outcome: str
    measured: float | None
    required: str
    unit: str
    document: str
    clause: str
    confidence: str
    force: str


@dataclass(frozen=True, slots=True)
class Hub:
    """A space with services put in it. ``kind`` is complex or dispersed; ``area_m2`` grades, less what sharing rooms
    saves, and common floor; ``replaces`` ids of facilities whose rooms these were, which close.
    """

    space: str
    place: str
    community: str
    channel: str
    kind: str
    forced: bool
    storey: float | None
    area_m2: float
    space_area_m2: float
    area_basis: str
    lon: float
    lat: float
    available_from: str
    opens: str
    capital_money: int
    people: float
    users: float
    services: tuple[HubService, ...]
    accounts: tuple[Account, ...]
    findings: tuple[Finding, ...]
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """One service over the whole city, persons; sums of the ledger."""

    service: str
    in_need: float
    homebound: float
    reached_facility: float
    reached_any: float
    served_now: float
    served_plan: float
    users_now: float
    users_plan: float
    capacity_now: float
    capacity_plan: float
    units_now: float
    units_plan: float


@dataclass(frozen=True, slots=True)
class Unmet:
    """A requirement that the plan does not meet: its code, about what, and by how much (money in major units)."""

    code: str
    subject: str
    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class LimitBound:
    """A switchable limit and how often it kept a grade out of a space that had room for it."""

    limit: str
    excluded: int
    basis: str


@dataclass(frozen=True, slots=True)
class Bound:
    """Objective and proven bound in weighted users; ``gap`` is (bound - objective)/objective."""

    objective: float
    bound_engine: float
    bound_checker: float
    bound: float
    gap: float
    proven: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """Branches that prove a bound lower than the multipliers do; parents before children (docs/explain/certificate.md).

    Arrays are little-endian, deflated by zlib, in base64. One number for each branch: ``parent`` (int32, -1 for the
    whole), the choice ``space``, ``service`` (int32, in the order of spaces.* and of the profile) and ``kept`` (int32,
    bit 0: none, bit m: grade m), ``money`` (float64: μ), ``prices`` (int32: row of ``need``). ``need`` (float32): λ,
    one row of all services by residence ids, service by service. What prices rule out: ``dropped`` (int32: branch,
    space, service, grade, for each).
    """

    branches: int
    parent: str
    space: str
    service: str
    kept: str
    money: str
    prices: str
    need: str
    dropped: str


@dataclass(frozen=True, slots=True)
class PlanFile:
    """``plan.json``.

    Parameters
    ----------
    format
        ``doorstep-plan/1``.
    made_by
        Program and package versions.
    city, profile, currency, crs, language, made_up
        What was planned and in which units.
    attribution
        To be printed on every map and export.
    inputs
        File name -> SHA-256.
    settings
        ``--set`` keys and the city's overrides, as used.
    method
        engine, greedy, even, evaluate, what-if, least-cost or fair.
    budget_money
        ``None``: no budget.
    seed, rounds, branches
        Repeat with ``--seed``, ``--rounds`` and ``--branches`` byte for byte.
    gap_target
        Stop when reached.
    status
        gap_reached, rounds_done (also if a time limit or Ctrl-C ended them: the rounds kept are those done), exact,
        evaluated.
    take_up_case
        low, mid or high.
    bound, multipliers, proof, coverage, hubs, unmet, limits_bound, findings
        See their classes; ``findings`` are those of communities and city.
    capital_money
        Sum over hubs.
    limits, floors, payments
        What the city asks for beside budget and standard; empty if it asks for nothing.
    phase, phases
        Which phase this is, counted from 1 (0: a plan without phases), and all of them.
    conflict
        The smallest set found of floors that are proven impossible together; ``None`` if none is missed or proven so.
    least_cost
        What the floors cost at least; only of a plan that was asked to cost least.
    later
        Each service in each later year; only of a plan for later years.
    asked_floors
        Floors that the plan asks for beside those of ``city.toml``: what a fair plan gives every group.
    """

    format: str
    made_by: Mapping[str, str]
    city: str
    profile: str
    currency: str
    crs: str
    language: str
    made_up: bool
    attribution: tuple[str, ...]
    inputs: Mapping[str, str]
    settings: Mapping[str, str]
    method: str
    budget_money: int | None
    seed: int
    rounds: int
    gap_target: float
    status: str
    take_up_case: str
    capital_money: int
    bound: Bound
    coverage: tuple[Coverage, ...]
    hubs: tuple[Hub, ...]
    unmet: tuple[Unmet, ...]
    limits_bound: tuple[LimitBound, ...]
    findings: tuple[Finding, ...]
    multipliers: Multipliers
    proof: Proof | None = None
    branches: int = 0
    limits: tuple[LimitKept, ...] = ()
    floors: tuple[FloorKept, ...] = ()
    payments: tuple[Payment, ...] = ()
    phase: int = 0
    phases: tuple[PhaseKept, ...] = ()
    conflict: FloorConflict | None = None
    least_cost: LeastCostKept | None = None
    later: tuple[LaterNeed, ...] = ()
    asked_floors: tuple[FloorAsked, ...] = ()


def write_plan(plan: PlanFile, folder: Path) -> None:
    """Write ``plan.json`` (UTF-8, keys in the order of the classes, one line per hub list is not promised)."""
    document = json.dumps(dataclasses.asdict(plan), ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "plan.json").write_text(document + "\n", encoding="utf-8")


def read_plan(folder: Path) -> PlanFile:
    """Read ``plan.json``.

    Raises
    ------
    DoorstepError
        ``plan-missing``, ``plan-not-json`` or ``plan-not-valid`` (names the field).
    """
    path = folder / "plan.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DoorstepError("plan-missing", file=str(path)) from error
    except ValueError as error:
        raise DoorstepError("plan-not-json", file=str(path)) from error
    try:
        plan = built(PlanFile, document, "plan")
    except (KeyError, TypeError, ValueError) as error:
        raise DoorstepError("plan-not-valid", file=str(path), field=str(error)) from error
    assert isinstance(plan, PlanFile)
    if plan.format != FORMAT:
        raise DoorstepError("plan-not-valid", file=str(path), field=f"format {plan.format}")
    return plan


def write_ledger(need: pd.DataFrame, served: pd.DataFrame, folder: Path) -> None:
    """Write ``need.parquet`` and ``served.parquet`` with exactly the published columns."""
    write_need(need, folder)
    served[list(SERVED_COLUMNS)].to_parquet(folder / "served.parquet", index=False)


def write_need(need: pd.DataFrame, folder: Path) -> None:
    """Write ``need.parquet`` alone, for a diagnosis."""
    need[list(NEED_COLUMNS)].to_parquet(folder / "need.parquet", index=False)


def read_ledger(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the two tables of the ledger.

    Raises
    ------
    DoorstepError
        ``ledger-missing`` or ``ledger-columns``.
    """
    tables = []
    for name, columns in (("need", NEED_COLUMNS), ("served", SERVED_COLUMNS)):
        path = folder / f"{name}.parquet"
        try:
            table = pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise DoorstepError("ledger-missing", file=str(path)) from error
        missing = [column for column in columns if column not in table.columns]
        if missing:
            raise DoorstepError("ledger-columns", file=str(path), columns=", ".join(missing))
        tables.append(table[list(columns)])
    return tables[0], tables[1]


def write_later(served: pd.DataFrame, folder: Path) -> None:
    """Write ``served_later.parquet``, of a plan for later years."""
    served[list(LATER_COLUMNS)].to_parquet(folder / "served_later.parquet", index=False)


def read_later(folder: Path) -> pd.DataFrame:
    """Read ``served_later.parquet``; no rows where there is no such file.

    Raises
    ------
    DoorstepError
        ``ledger-missing`` (cannot be read) or ``ledger-columns``.
    """
    path = folder / "served_later.parquet"
    if not path.exists():
        return pd.DataFrame({column: [] for column in LATER_COLUMNS})
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DoorstepError("ledger-missing", file=str(path)) from error
    missing = [column for column in LATER_COLUMNS if column not in table.columns]
    if missing:
        raise DoorstepError("ledger-columns", file=str(path), columns=", ".join(missing))
    return table[list(LATER_COLUMNS)]


def plan_schema() -> dict[str, Any]:
    """Return the JSON schema of ``plan.json``, made from the classes above."""
    schema = schema_of(PlanFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FORMAT, **schema}
