"""The sheets of ``plan.xlsx`` against the plan: read by position, because headings and names are in its language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from doorstep.plan_file import PlanFile
from doorstep.verify.money import major
from doorstep.verify.tables import Rows, same
from doorstep.verify.verdict import Violation, found

__all__ = ["check_workbook"]

# docs/reference/plan-folder.md names the sheets in this order.
SHEETS = ("summary", "projects", "functions", "investment", "schedule", "coverage", "bands", "findings", "assumptions")
COVERAGE = (
    *("in_need", "homebound", "reached_before", "reached_after", "served_before", "served_after"),
    *("share_served_before", "share_served_after", "users_before", "users_after"),
)

BANDS = {
    0: "name",
    1: "service_name",
    2: "band",
    3: "in_need",
    4: "homebound",
    5: "reached",
    6: "share_reached",
    7: "reached_planned",
    8: "share_planned",
    9: "limit_min",
    10: "speed_m_s",
    12: "limit_factor",
}

Cells = Sequence[Any]


def check_workbook(path: Path, plan: PlanFile, coverage: Rows, coverage_csv: Path) -> Iterator[Violation]:
    """Yield every figure of the workbook that the plan does not give.

    Parameters
    ----------
    path
        ``plan.xlsx``.
    plan
        The plan.
    coverage
        What its coverage is by community and service.
    coverage_csv
        The table beside it: it names the communities and services of the sheet's rows, which have the same order. The
        sheet of reach by age has the figures of ``bands.csv`` in the same folder, which nothing here derives.
    """
    try:
        book = openpyxl.load_workbook(path, data_only=True)
        pages = [list(sheet.values) for sheet in book.worksheets]
    except Exception as fault:
        yield found("file-differs", path.name, type(fault).__name__, "a workbook")
        return
    if len(pages) != len(SHEETS):
        yield found("file-differs", path.name, len(pages), len(SHEETS), "sheets")
        return
    sheets = dict(zip(SHEETS, pages, strict=True))
    for name, wanted in _wanted(plan).items():
        yield from _sheet(f"{path.name}/{name}", sheets[name][1:], wanted)
    yield from _summary(f"{path.name}/summary", sheets["summary"][1:], plan)
    yield from _coverage(f"{path.name}/coverage", sheets["coverage"][1:], coverage, coverage_csv)
    yield from _bands(f"{path.name}/bands", sheets["bands"][1:], coverage_csv.with_name("bands.csv"))
    yield from _findings(f"{path.name}/findings", sheets["findings"][1:], plan)


def _sheet(about: str, rows: Sequence[Cells], wanted: Sequence[Mapping[int, object]]) -> Iterator[Violation]:
    """Compare rows, of each the columns named."""
    if len(rows) != len(wanted):
        yield found("file-differs", about, len(rows), len(wanted), "rows")
        return
    for number, (cells, values) in enumerate(zip(rows, wanted, strict=True), start=2):
        for column, value in values.items():
            said = cells[column] if column < len(cells) else None
            if not same(said, value):
                yield found("file-differs", f"{about}:{number}/{column + 1}", said, value)


def _wanted(plan: PlanFile) -> dict[str, list[Mapping[int, object]]]:
    """Return, sheet by sheet, what stands in which column of which row; the last row of a sheet may be its total."""
    cur = plan.currency
    projects: list[Mapping[int, object]] = []
    functions: list[Mapping[int, object]] = []
    jobs_in_all = 0.0
    for number, hub in enumerate(plan.hubs, start=1):
        year = next((one for one in hub.accounts if one.case == "mid"), None)
        jobs_in_all += year.jobs if year else 0.0
        capital = major(hub.capital_money, cur)
        projects.append(
            {0: number, 1: hub.space, 2: hub.place, 7: hub.area_m2, 8: capital, 10: hub.available_from}
            | {11: hub.opens, 13: year.jobs if year else None, 14: "; ".join(hub.replaces)}
        )
        functions += [
            {0: hub.space, 1: hub.place, 3: one.grade, 4: one.area_m2, 5: one.capacity, 7: one.people, 8: one.users}
            | {9: major(one.capital_money, cur)}
            | ({12: one.saved_m2} if one.saved_m2 else {})
            for one in hub.services
        ]
    capital = major(plan.capital_money, cur)
    projects.append({7: sum(hub.area_m2 for hub in plan.hubs), 8: capital, 13: jobs_in_all})
    investment: list[Mapping[int, object]] = []
    subsidy = support = 0
    for year_of_opening in sorted({hub.opens[:4] for hub in plan.hubs}):
        opening = [hub for hub in plan.hubs if hub.opens[:4] == year_of_opening]
        years = [one for hub in opening for one in hub.accounts if one.case == "mid"]
        subsidy += sum(one.subsidy_money for one in years)  # of all that are open by then
        support += sum(one.support_money for one in years)
        row: dict[int, object] = {1: len(opening), 2: major(sum(hub.capital_money for hub in opening), cur)}
        row |= {3: major(subsidy, cur), 4: major(support, cur)}
        investment.append(row | ({0: year_of_opening} if year_of_opening else {}))
    investment.append({1: len(plan.hubs), 2: capital})
    schedule = [
        {0: hub.space, 1: hub.place, 4: hub.opens} | ({3: hub.available_from} if hub.available_from else {})
        for hub in sorted(plan.hubs, key=lambda hub: (hub.opens, hub.space))
    ]
    return {"projects": projects, "functions": functions, "investment": investment, "schedule": list(schedule)}


def _summary(about: str, rows: Sequence[Cells], plan: PlanFile) -> Iterator[Violation]:
    """The second column from the number of hubs on; a made-up city says so in a row before all others."""
    cur, cover = plan.currency, plan.coverage
    years = [one for hub in plan.hubs for one in hub.accounts if one.case == "mid"]
    served_now, served_plan = sum(one.served_now for one in cover), sum(one.served_plan for one in cover)
    figures: list[object] = [
        len(plan.hubs),
        sum(hub.kind == "complex" for hub in plan.hubs),
        sum(one.in_need for one in cover),
        served_now,
        served_plan,
        served_plan - served_now,
        sum(one.users_now for one in cover),
        sum(one.users_plan for one in cover),
        None if plan.budget_money is None else major(plan.budget_money, cur),
        major(plan.capital_money, cur),
        major(sum(one.support_money for one in years), cur),
        major(sum(one.result_money for one in years), cur),
        sum(one.jobs for one in years),
    ]
    first = 2 + plan.made_up
    last = first + len(figures)
    if len(rows) != last + 1 + len(plan.attribution):  # between them one sentence on the bound
        yield found("file-differs", about, len(rows), last + 1 + len(plan.attribution), "rows")
        return
    wanted: list[Mapping[int, object]] = [{} for _ in rows]
    wanted[plan.made_up] = {1: plan.city}
    wanted[first:last] = [{1: value} for value in figures]
    wanted[last + 1 :] = [{1: one} for one in plan.attribution]
    yield from _sheet(about, rows, wanted)


def _coverage(about: str, rows: Sequence[Cells], coverage: Rows, coverage_csv: Path) -> Iterator[Violation]:
    try:
        table = pd.read_csv(coverage_csv, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        names = table[["community", "service", "community_name", "service_name"]].to_numpy(dtype=object).tolist()
        keys = [((row[0], row[1]), row[2], row[3]) for row in names]
    except (OSError, ValueError, KeyError):
        return  # the table has a violation of its own
    if any(key not in coverage for key, _, _ in keys) or len(keys) != len(coverage):
        return
    wanted = [
        {0: community, 1: service} | {2 + number: coverage[key][name] for number, name in enumerate(COVERAGE)}
        for key, community, service in keys
    ]
    yield from _sheet(about, rows, wanted)


def _bands(about: str, rows: Sequence[Cells], bands_csv: Path) -> Iterator[Violation]:
    if not bands_csv.is_file() or bands_csv.stat().st_size == 0:
        return  # which is said of the table itself
    try:
        table = pd.read_csv(bands_csv, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        columns = table[list(BANDS.values())].to_dict("records")
        wanted = [
            {at: row[name] if at < 3 else float(row[name]) if row[name] else None for at, name in BANDS.items()}
            for row in columns
        ]
    except (ValueError, KeyError):
        yield found("file-differs", bands_csv.name, "damaged", "whole")
        return
    yield from _sheet(about, rows, wanted)


def _findings(about: str, rows: Sequence[Cells], plan: PlanFile) -> Iterator[Violation]:
    """Every finding once: rule, requirement and measure; of the outcome, in words, how many there are of each."""
    findings = [*plan.findings, *(one for hub in plan.hubs for one in hub.findings)]
    wanted = Counter((one.rule, one.required, _figure(one.measured)) for one in findings)
    said = Counter((_text(row, 10), _text(row, 4), _figure(row[3] if len(row) > 3 else None)) for row in rows)
    for key in sorted({*wanted, *said}):
        if wanted[key] != said[key]:
            yield found("file-differs", f"{about}:{' '.join(key)}", said[key], wanted[key], "rows")
    outcomes, words = Counter(one.outcome for one in findings), Counter(_text(row, 0) for row in rows)
    if sorted(outcomes.values()) != sorted(words.values()):
        yield found("file-differs", f"{about}/outcomes", _counts(words), _counts(outcomes))


def _text(row: Cells, column: int) -> str:
    return "" if column >= len(row) or row[column] is None else str(row[column])


def _figure(value: object) -> str:
    return f"{value:.9g}" if isinstance(value, int | float) else "" if value is None else str(value)


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counter.items()))
