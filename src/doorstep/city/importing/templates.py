"""Workbooks for offices to fill in, with drop-downs and comments; and an office's own form filled in."""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from doorstep.city.grids import UnreadableError, read_grids
from doorstep.city.importing.canonical import COLUMNS
from doorstep.city.importing.forms import find_form
from doorstep.city.vocabulary import TABLES, columns, words
from doorstep.errors import DoorstepError
from doorstep.messages import catalogue, text

__all__ = ["TEMPLATES", "filled_form", "template_bytes"]

TEMPLATES = ("communities", "residences", "facilities", "spaces")
_CHOICES = {
    "service": "service",
    "channel": "channel",
    "lift": "lift",
    "light": "light",
    "decision": "decision",
    "capacity_unit": "capacity_unit",
    "state": "state",
}
_ROWS = 5000
"""Rows that get the drop-downs."""


def template_bytes(tables: Sequence[str]) -> bytes:
    """Return a workbook with one sheet per table: headers in Chinese and English, comments, drop-downs, units.

    Parameters
    ----------
    tables
        Some of :data:`TEMPLATES`.

    Examples
    --------
    >>> template_bytes(["spaces"])[:2]
    b'PK'
    """
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    lists = book.create_sheet("lists")
    lists.sheet_state = "hidden"
    used: dict[str, str] = {}
    for table in tables:
        _sheet(book, lists, used, table)
    book.move_sheet("lists", offset=len(tables))
    book.active = 0
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _sheet(book: Any, lists: Any, used: dict[str, str], table: str) -> None:
    sheet = book.create_sheet(text("zh", f"import_template.{table}"))
    known = {column.name: column for column in columns(table)} if table in TABLES else {}
    names = [
        name
        for name in COLUMNS[table]
        if name in known
        or name in ("address", "subdistrict", "people", "compound", "building", "storeys", "year", "remark")
    ]
    if table == "residences":
        names += [
            name
            for name in known
            if name.startswith("p_") or (name in ("dwellings", "occupied", "floor_area_m2") and name not in names)
        ]
    names += ["lon", "lat"]
    bold, fill = Font(bold=True), PatternFill("solid", fgColor="DDE8F0")
    for place, name in enumerate(dict.fromkeys(names), start=1):
        column = known.get(name)
        zh, en = (
            catalogue("zh", "import_template").get(f"column_{name}", name),
            catalogue("en", "import_template").get(f"column_{name}", name),
        )
        first, second = sheet.cell(1, place, zh), sheet.cell(2, place, name)
        for cell in (first, second):
            cell.font, cell.fill, cell.alignment = bold, fill, Alignment(wrap_text=True, vertical="top")
        required = column is not None and column.required
        lines = [f"{zh} / {en}"]
        if required:
            lines.append(f"{text('zh', 'import_template.required')} / {text('en', 'import_template.required')}")
        if column is not None and column.unit:
            lines.append(column.unit)
        if column is not None and column.example:
            lines.append(
                f"{text('zh', 'import_template.example')} / {text('en', 'import_template.example')}: {column.example}"
            )
        first.comment = Comment("\n".join(lines), "Doorstep")
        sheet.column_dimensions[get_column_letter(place)].width = max(10, min(26, 2 * len(zh) + 4))
        if name in _CHOICES:
            _drop_down(sheet, lists, used, _CHOICES[name], place)
    sheet.freeze_panes = "A3"


def _drop_down(sheet: Any, lists: Any, used: dict[str, str], subject: str, place: int) -> None:
    """Choices in Chinese where there is a word, else the code; the list itself stands on a hidden sheet."""
    if subject not in used:
        first: dict[str, str] = {}
        for word, code in words(subject).items():
            if code not in first or (first[code] == code and not word.isascii()):
                first[code] = word
        column = len(used) + 1
        for row, word in enumerate(first.values(), start=1):
            lists.cell(row, column, word)
        letter = get_column_letter(column)
        used[subject] = f"lists!${letter}$1:${letter}${len(first)}"
    rule = DataValidation(type="list", formula1=f"={used[subject]}", allow_blank=True, showErrorMessage=True)
    letter = get_column_letter(place)
    rule.add(f"{letter}3:{letter}{_ROWS}")
    sheet.add_data_validation(rule)


def filled_form(form: Path, rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return an office's own form filled in: its titles, headers and styles stay, rows go where its list begins.

    Parameters
    ----------
    form
        An xlsx whose first recognised list has headers that an import would understand.
    rows
        Values by column of the city's table (``id``, ``place``, ``area_m2`` ...), or by field.

    Raises
    ------
    DoorstepError
        ``form-unknown``: the form cannot be read or has no list.
    """
    try:
        found = next((one for one in map(find_form_or_head, read_grids(form)) if one is not None), None)
        if found is None:
            raise DoorstepError("form-unknown", path=form.name)
        sheet_name, first_row, fields = found
        book = openpyxl.load_workbook(form)
    except (UnreadableError, KeyError, ValueError, OSError) as fault:
        raise DoorstepError("form-unknown", path=form.name) from fault
    sheet: Any = book[sheet_name]
    model = {place: sheet.cell(first_row, place + 1) for place in fields}
    for merged in [one for one in sheet.merged_cells.ranges if one.min_row >= first_row]:
        sheet.unmerge_cells(str(merged))
    old = sheet.max_row
    for number, row in enumerate(rows):
        for place, (name, factor) in fields.items():
            cell = sheet.cell(first_row + number, place + 1)
            value = number + 1 if name == "serial" else _value(row, name)
            cell.value = value / factor if isinstance(value, int | float) and factor != 1.0 else value
            if number:
                cell._style = copy.copy(model[place]._style)
    for line in range(first_row + len(rows), old + 1):
        for column in range(1, sheet.max_column + 1):
            sheet.cell(line, column).value = None
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def find_form_or_head(grid: Any) -> tuple[str, int, dict[int, tuple[str, float]]] | None:
    """Return sheet, first row of data and the field and unit of each column of a form, filled or empty."""
    import dataclasses

    from doorstep.city.importing.quantity import unit_factor

    form = find_form(grid)
    if form is None:  # a form without a single row has a header all the same
        width = max((len(line) for line in grid.lines), default=0)
        form = find_form(dataclasses.replace(grid, lines=[*grid.lines, ["0"] * width]))
    if form is None:
        return None
    fields = {}
    for one in form.headings:
        known = unit_factor(one.unit) if one.unit else None
        if one.field:
            fields[one.place] = (one.field, known[1] if known else 1.0)
    return grid.sheet, form.header_rows[1] + 1, fields


def _value(row: Mapping[str, object], name: str) -> object:
    """The value of a field in a row of the city: by the field, else by the column that the field fills."""
    for table in COLUMNS.values():
        for column, sources in table.items():
            if (name == column or name in sources) and row.get(column) not in (None, ""):
                value = row[column]
                return value if not isinstance(value, float) or value == value else None
    return None
