"""An office's own form filled in with rows of the city."""

from __future__ import annotations

import copy
import dataclasses
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from doorstep.city.grids import Grid, UnreadableError, read_grids
from doorstep.city.importing.answers import AGE_SPANS
from doorstep.city.importing.canonical import COLUMNS
from doorstep.city.importing.forms import Form, find_form
from doorstep.city.importing.headings import Heading
from doorstep.city.importing.quantity import unit_factor
from doorstep.city.importing.which import table_of
from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.errors import DoorstepError

__all__ = ["filled_form"]


def filled_form(form: Path, table: str, rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return an office's own form filled in: its titles, headers and styles stay, rows go where its list begins.

    Of a workbook with several sheets the one that is a form of the table is filled in.

    Parameters
    ----------
    form
        An xlsx with a list, filled or empty, whose headers an import would understand.
    table
        Table of the city that the rows are of.
    rows
        Values by column of that table (``id``, ``place``, ``area_m2`` ...), or by field.

    Raises
    ------
    DoorstepError
        ``form-unknown``: the form cannot be read or has no list; ``form-other-table``: its lists are of other tables.
    """
    try:
        forms = [one for one in map(_form_or_head, read_grids(form)) if one is not None]
        if not forms:
            raise DoorstepError("form-unknown", path=form.name)
        chosen = _of_table(forms, table)
        if chosen is None:
            of = dict.fromkeys(f"{one.grid.sheet or form.name} ({table_of(one)[0] or '-'})" for one in forms)
            raise DoorstepError("form-other-table", path=form.name, table=table, found=", ".join(of))
        book = openpyxl.load_workbook(form)
        sheet: Any = book[chosen.grid.sheet]
    except (UnreadableError, KeyError, ValueError, OSError) as fault:
        raise DoorstepError("form-unknown", path=form.name) from fault
    _fill(sheet, chosen, table, rows)
    book.active = book.worksheets.index(sheet)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _form_or_head(grid: Grid) -> Form | None:
    """The list of a sheet; a form without a single row has a header all the same."""
    if grid.hidden:
        return None
    form = find_form(grid)
    if form is None:
        width = max((len(line) for line in grid.lines), default=0)
        form = find_form(dataclasses.replace(grid, lines=[*grid.lines, ["0"] * width]))
    return form


def _of_table(forms: Sequence[Form], table: str) -> Form | None:
    """The form of a table: one that is plainly so, else one of which nothing is known, else one that could be."""
    ranks = []
    for form in forms:
        first, lead, second = table_of(form)
        plain, unknown = first == table, not first and second in ("", table)
        ranks.append(0 if plain else 1 if unknown else 2 if second == table and lead < 1.0 else 3)
    return forms[ranks.index(min(ranks))] if min(ranks) < 3 else None


def _fill(sheet: Any, form: Form, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    first_row = form.header_rows[1] + 1
    headings = [(one, unit_factor(one.unit)) for one in form.headings if one.field]
    model = {one.place: sheet.cell(first_row, one.place + 1) for one, _ in headings}
    for merged in [one for one in sheet.merged_cells.ranges if one.min_row >= first_row]:
        sheet.unmerge_cells(str(merged))
    old = sheet.max_row
    for number, row in enumerate(rows):
        for heading, unit in headings:
            cell = sheet.cell(first_row + number, heading.place + 1)
            value = number + 1 if heading.field == "serial" else _value(row, table, heading)
            factor = unit[1] if unit else 1.0
            cell.value = round(value / factor, 6) if isinstance(value, int | float) and factor != 1.0 else value
            if number:
                cell._style = copy.copy(model[heading.place]._style)
    for line in range(first_row + len(rows), old + 1):
        for column in range(1, sheet.max_column + 1):
            sheet.cell(line, column).value = None


def _value(row: Mapping[str, object], table: str, heading: Heading) -> Any:
    """What a row says under a heading: by the field, else by the column of the table that the field fills."""
    if heading.band is not None:
        return _people(row, heading)
    name = heading.field
    sources = COLUMNS[table]
    for column in (name, *(column for column, fields in sources.items() if name in fields)):
        value = row.get(column)
        if value not in (None, "") and value == value:
            return value
    return None


def _people(row: Mapping[str, object], heading: Heading) -> float | None:
    """People of an age of the form: the sum of the city's ages that make it up, nothing if it cuts one of them."""
    assert heading.band is not None
    if any(word in heading.text.casefold() for word in ("男", "女", "male", "men")):
        return None
    first, last = heading.band
    parts = [
        name
        for (low, high), name in zip(AGE_SPANS, PEOPLE_COLUMNS, strict=True)
        if low >= first and min(high, 100) <= max(last, 0)
    ]
    spans = [span for span, name in zip(AGE_SPANS, PEOPLE_COLUMNS, strict=True) if name in parts]
    if not spans or spans[0][0] != first or (spans[-1][1] != last and not (spans[-1][1] >= 100 <= last)):
        return None
    values = [row.get(name) for name in parts]
    numbers = [float(value) for value in values if isinstance(value, int | float) and value == value]
    return sum(numbers) if len(numbers) == len(parts) else None
