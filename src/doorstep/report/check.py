"""What was found of a hub, community or city as a table, a workbook and a page to print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from doorstep.assess import Checked, Figure, Value, unit_text, value_of
from doorstep.messages import catalogue, text
from doorstep.report.check_words import Told, asks_most, fact_name, missing_facts, told_of, word_name
from doorstep.report.page import render_page
from doorstep.report.tables import safe_text, write_csv
from doorstep.standards import Outcome, Profile, fact

__all__ = ["check_table", "counts_told", "each_table", "write_check"]

COLUMNS = (
    "rule", "outcome", "requirement", "measured", "required", "source", "confidence", "force", "remedy", "reason",
)  # fmt: skip
_WIDTHS = (15, 16, 46, 22, 22, 40, 16, 16, 46, 24)


def check_table(checked: Checked, language: str) -> pd.DataFrame:
    """Return one row a rule, those that ask for action first.

    Returns
    -------
    pandas.DataFrame
        Columns ``rule, code`` (the outcome as a program reads it)``, outcome, requirement, measured, required, source,
        confidence, force, remedy, reason``, as text.
    """
    told = _told(checked, language)
    columns = ("rule", "code", *COLUMNS[1:])
    return pd.DataFrame([{name: safe_text(getattr(one, name)) for name in columns} for one in told], columns=columns)


def counts_told(checked: Checked, language: str) -> list[tuple[str, int]]:
    """Return how many findings there are of each outcome, those that ask for action first."""
    counts: dict[str, int] = {}
    for one in _told(checked, language):
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
    return list(counts.items())


def write_check(checked: Checked, folder: Path, language: str, each: Sequence[Checked] = ()) -> None:
    """Write ``check.csv``, ``check.xlsx`` and ``check.html``, a page to print.

    Parameters
    ----------
    checked
        What was found.
    folder
        Where; it exists.
    language
        en or zh.
    each
        Of a city: its communities, a line each on the page and a sheet of the workbook; ``communities.csv``.
    """
    table = check_table(checked, language)
    write_csv(table, folder / "check.csv")
    if each:
        rows = [check_table(one, language).assign(community=safe_text(one.name)) for one in each]
        whole = pd.concat(rows)
        write_csv(
            whole[["community", *(name for name in whole.columns if name != "community")]], folder / "communities.csv"
        )
    _write_workbook(checked, each, folder / "check.xlsx", language)
    page = render_page("check.html.j2", language, {}, _context(checked, each, language))
    (folder / "check.html").write_text(page, encoding="utf-8")


def each_table(each: Sequence[Checked], language: str) -> tuple[list[str], list[list[str]]]:
    """Return heads and a row for each community: what its findings come to, and floor per 100 households."""
    codes = ("fails", "warns", "unverified_not_met", "unverified_met", "unknown", "passes")
    heads = [text(language, f"standard_check.{name}") for name in ("col_community", "floor_per_100")]
    heads += [text(language, f"standard_check.{code}" if "_met" in code else f"rules.{code}") for code in codes]
    rows = []
    for one in each:
        counts = dict(counts_told(one, language))
        floor = value_of(one.known, "community_m2_per_100_households")
        shown = "–" if not isinstance(floor, Figure) or floor.shown is None else f"{floor.shown:.1f}"
        rows.append([one.name, shown, *(str(counts.get(head, 0)) for head in heads[2:])])
    return heads, rows


def _told(checked: Checked, language: str) -> list[Told]:
    return [told_of(one, checked.standard, language) for one in sorted(checked.found, key=asks_most)]


def _write_workbook(checked: Checked, each: Sequence[Checked], path: Path, language: str) -> None:
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    sheet: Worksheet = book.create_sheet(text(language, f"standard_check.of_{checked.known.of}"))
    _fill(sheet, checked, language)
    if each:
        heads, rows = each_table(each, language)
        summary = book.create_sheet(text(language, "standard_check.each_title"))
        for row in (heads, *rows):
            summary.append(row)
        summary.column_dimensions["A"].width = 30
    known = book.create_sheet(text(language, "standard_check.known_title"))
    known.append([text(language, f"standard_check.col_{name}") for name in ("fact", "value", "code")])
    for name, value, code in _known(checked, language):
        known.append([name, value, code])
    known.column_dimensions["A"].width, known.column_dimensions["B"].width = 56, 30
    book.save(path)


def _fill(sheet: Worksheet, checked: Checked, language: str) -> None:
    sheet.append([_title(checked, language)])
    table = check_table(checked, language)
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([text(language, f"standard_check.col_{name}") for name in COLUMNS])
    for row in table[list(COLUMNS)].itertuples(index=False):
        sheet.append(list(row))
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if isinstance(cell.value, str):
                cell.data_type = "s"
            if cell.row == 2:
                cell.font = Font(bold=True)
    for number, width in enumerate(_WIDTHS):
        sheet.column_dimensions[chr(ord("A") + number)].width = width
    sheet.freeze_panes = "C3"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "2:2"


def _title(checked: Checked, language: str) -> str:
    standard = catalogue(language, "standards").get(f"profile_{checked.standard.id}", checked.standard.id)
    return text(language, "standard_check.title", name=checked.name, standard=standard)


def _known(checked: Checked, language: str) -> list[tuple[str, str, str]]:
    """What is known, in words: name, value, code."""
    rows = []
    for code, value in checked.known.told.items():
        if isinstance(value, Figure) and value.shown is None:
            continue  # what only follows from a mean
        rows.append((fact_name(language, code), _value(code, value, language), code))
    return rows


def _value(code: str, value: Value, language: str) -> str:
    asked = fact(code)
    if isinstance(value, Figure):
        number = f"{value.shown:,.4g}" if (value.shown or 0) < 1000 else f"{value.shown:,.0f}"
        unit = "" if asked.holds == "storey" else unit_text(language, asked.unit)
        told = f"{number} {unit}".strip()
        return told if value.low == value.high else text(language, "standard_check.at_least", figure=told)
    words = sorted(value) if isinstance(value, frozenset) else [value]
    return text(language, "report.list_separator").join(word_name(language, asked, one) for one in words)


def _context(checked: Checked, each: Sequence[Checked], language: str) -> dict[str, Any]:
    def say(key: str, /, **values: object) -> str:
        return text(language, f"standard_check.{key}", **values)

    told, failed = _told(checked, language), len(checked.failed)
    head = "nothing_failed" if not failed else "one_failed" if failed == 1 else "some_failed"
    if not failed and checked.known.of == "city":
        head = "nothing_failed_whole"
    lead, broken = say(head, count=failed), [one.name for one in each if one.failed]
    if broken:
        names = text(language, "report.list_separator").join(broken)
        lead += say("sentence_gap") + say("parts_failed", count=len(broken), names=names)
    return {
        "t": say,
        "title": _title(checked, language),
        "kind": say(f"of_{checked.known.of}"),
        "name": checked.name,
        "lead": lead,
        "failed": failed or len(broken),
        "counts": counts_told(checked, language),
        "made_up": checked.is_made_up,
        "known": _known(checked, language),
        "told": [one for one in told if one.code != Outcome.NOT_APPLICABLE],
        "apart": [one.rule for one in told if one.code == Outcome.NOT_APPLICABLE],
        "missing": missing_facts(checked.found, language),
        "overrides": checked.overrides,
        "changes": _changes(checked, language),
        "lent": _lent(checked, language),
        "each": each_table(each, language) if each else None,
        "is_area": checked.known.of != "hub",
    }


def _offered(checked: Checked) -> list[str]:
    services = checked.known.told.get("services")
    return sorted(services) if isinstance(services, frozenset) else []


def _changes(checked: Checked, language: str) -> list[tuple[str, list[str]]]:
    """What the rooms of each service may become: by way, the services with what they need."""
    if not isinstance(checked.standard, Profile):
        return []
    use = checked.standard.floor_use
    rows = []
    for service in _offered(checked):
        cells: dict[str, list[str]] = {"as_is": [], "refit": [], "works": []}
        for other, one in zip(use.services, use.conversion[use.services.index(service)], strict=True):
            if other != service:
                needs = text(language, "report.list_separator").join(
                    text(language, f"standard_check.need_{need}") for need in one.needs
                )
                cells[one.kind].append(text(language, f"services.{other}") + (f" ({needs})" if needs else ""))
        lines = [text(language, "report.list_separator").join(cells[way]) or "–" for way in cells]
        rows.append((text(language, f"services.{service}"), lines))
    return rows


def _lent(checked: Checked, language: str) -> list[tuple[str, list[str]]]:
    """Share of each service's floor that others may use, by period."""
    if not isinstance(checked.standard, Profile) or len(_offered(checked)) < 2:
        return []
    use = checked.standard.floor_use
    return [
        (
            text(language, f"services.{service}"),
            [f"{100 * share:.0f}%" if share else "–" for share in use.lendable[use.services.index(service)]],
        )
        for service in _offered(checked)
    ]
