"""Workbooks for offices to fill in, with drop-downs and comments."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from doorstep.city.importing.canonical import COLUMNS
from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.city.vocabulary import TABLES, columns, words
from doorstep.messages import LANGUAGES, catalogue, text

__all__ = ["TEMPLATES", "table_of_template", "template_bytes", "template_columns"]

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


def template_columns(table: str) -> tuple[str, ...]:
    """Return the columns that the template of a table asks for, in their order.

    Examples
    --------
    >>> template_columns("communities")[:3]
    ('id', 'name', 'subdistrict')
    """
    known = [column.name for column in columns(table)] if table in TABLES else []
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
    if table == "communities":
        names += PEOPLE_COLUMNS
    return tuple(dict.fromkeys([*names, "lon", "lat"]))


def table_of_template(sheet: str, heads: Sequence[str]) -> str:
    """Return the table whose template a sheet is, by its name and its row of English headers; "" if it is none.

    Examples
    --------
    >>> table_of_template("社区", ["id", "name", "people", "lon", "lat"]), table_of_template("社区", ["name", "phone"])
    ('communities', '')
    """
    titles = {
        text(language, f"import_template.{table}").casefold(): table for table in TEMPLATES for language in LANGUAGES
    }
    table = titles.get(sheet.strip().casefold(), "")
    return table if table and "id" in heads and set(heads) <= set(template_columns(table)) else ""


def _sheet(book: Any, lists: Any, used: dict[str, str], table: str) -> None:
    sheet = book.create_sheet(text("zh", f"import_template.{table}"))
    known = {column.name: column for column in columns(table)} if table in TABLES else {}
    bold, fill = Font(bold=True), PatternFill("solid", fgColor="DDE8F0")
    for place, name in enumerate(template_columns(table), start=1):
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
