"""The lines of an office's own sheet: rows put among its totals, headings and footnotes, which stay."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter, range_boundaries

from doorstep.city.importing.forms import Form
from doorstep.city.importing.totals import ADDED_UP, PART

__all__ = ["fill_lines", "listed_words"]

_SUM = re.compile(r"=\s*SUM\(\s*\$?[A-Z]+\$?\d+\s*:\s*\$?[A-Z]+\$?\d+\s*\)\s*", re.IGNORECASE)


@dataclass(slots=True)
class _Line:
    """A row of the sheet as it stands: kind ("" for data), number, cells with styles, height, merges within the row."""

    kind: str
    row: int
    cells: list[tuple[Any, Any]]
    height: float | None
    merges: list[tuple[int, int]] = field(default_factory=list)


def fill_lines(
    sheet: Any,
    form: Form,
    n_rows: int,
    own_row: dict[int, int],
    value: Callable[[int, Any, Any], Any],
    *,
    with_notes: bool,
) -> None:
    """Write rows into a sheet where its list stands.

    Rows that the form has already stay in their order between its subtotals and headings, the others come behind the
    last; a form with none of them gets all in the place of what it holds. What stands below the list moves with it,
    cells merged downwards are merged again where they say the same, and sums are made new.

    Parameters
    ----------
    sheet
        Of openpyxl, changed in place.
    form
        The list of the sheet.
    n_rows
        How many rows there are.
    own_row
        Row of the sheet -> row to write, for those that the form has.
    value
        Cell of a row under a heading, given what the form holds there (None in a new line).
    with_notes
        False if notes and whatever else is neither data nor sum are to be emptied.
    """
    first, last = form.header_rows[1] + 1, max(sheet.max_row, form.header_rows[1])
    downwards, lines = _taken(sheet, form, first, last)
    if not with_notes:
        for noted in lines:
            if noted.kind in ("note", "other"):
                noted.cells = [(None, style) for _, style in noted.cells]
    order = _order(lines, n_rows, own_row)
    model = next((one for one, _ in order if one is not None and not one.kind), None)
    if model is None and not any(line.kind for line in lines):
        model = next(iter(lines), None)
    heads = [one for one in form.headings if one.field]
    kinds: list[str] = []
    line: _Line | None
    for offset, (line, row) in enumerate(order):
        at = first + offset
        shown = line or model
        kinds.append(line.kind if line is not None else "")
        if shown is not None:
            _write(sheet, at, shown, with_values=line is not None and (bool(line.kind) or row is not None))
        if row is None:
            continue
        for heading in heads:
            old = line.cells[heading.place][0] if line is not None and heading.place < len(line.cells) else None
            sheet.cell(at, heading.place + 1).value = value(row, heading, old)
    for at in range(first + len(order), last + 1):
        for column in range(1, sheet.max_column + 1):
            sheet.cell(at, column).value = None
    _sums(sheet, form, first, kinds)
    _merge(sheet, first, order, model, downwards, kinds)


def _taken(sheet: Any, form: Form, first: int, last: int) -> tuple[set[int], list[_Line]]:
    """What stands below the header, and which columns are merged downwards among the data; merges are undone."""
    kind_of = {row: kind for kind, row in form.left_out}
    data = {int(row) for row in form.rows}
    merges = [one for one in sheet.merged_cells.ranges if one.min_row >= first]
    downwards = {one.min_col for one in merges if one.max_row > one.min_row and one.min_row in data}
    filled: dict[tuple[int, int], Any] = {}
    for one in merges:
        if one.max_row > one.min_row and one.min_row in data:
            top = sheet.cell(one.min_row, one.min_col).value
            filled |= {(row, one.min_col): top for row in range(one.min_row, one.max_row + 1)}
    lines = []
    for row in range(first, last + 1):
        cells = [
            (filled.get((row, column), sheet.cell(row, column).value), copy.copy(sheet.cell(row, column)._style))
            for column in range(1, sheet.max_column + 1)
        ]
        empty = all(one in (None, "") for one, _ in cells)
        kind = "" if row in data and not empty else kind_of.get(row, "blank" if empty else "other")
        across = [(one.min_col, one.max_col) for one in merges if one.min_row == one.max_row == row]
        lines.append(_Line(kind, row, cells, sheet.row_dimensions[row].height, across))
    for one in merges:
        sheet.unmerge_cells(str(one))
    return downwards, lines


def _order(lines: Sequence[_Line], n_rows: int, own_row: dict[int, int]) -> list[tuple[_Line | None, int | None]]:
    """Lines of the sheet to be: each one of the form, or new, with the row to write into it."""
    data = [place for place, line in enumerate(lines) if not line.kind]
    fresh = [row for row in range(n_rows) if row not in own_row.values()]
    if own_row:
        placed: list[tuple[_Line | None, int | None]] = []
        end = 0
        for line in lines:
            if line.kind:
                placed.append((line, None))
            elif line.row in own_row:
                placed.append((line, own_row[line.row]))
                end = len(placed)
        return [*placed[:end], *((None, row) for row in fresh), *placed[end:]]
    start = data[-1] + 1 if data else next((at for at, line in enumerate(lines) if line.kind != "blank"), len(lines))
    spare = [lines[place] for place in data] or [line for line in lines[:start] if line.kind == "blank"]
    held: list[tuple[_Line | None, int | None]] = []
    for row in fresh:
        old = spare[row] if row < len(spare) else None
        blank = old and _Line("", old.row, [(None, style) for _, style in old.cells], old.height, old.merges)
        held.append((blank, row))
    return [*held, *((line, None) for line in lines[start:])]


def _write(sheet: Any, at: int, line: _Line, *, with_values: bool) -> None:
    for column, (value, style) in enumerate(line.cells, start=1):
        cell = sheet.cell(at, column)
        cell.value = value if with_values else None
        cell._style = copy.copy(style)
    if line.height is not None:
        sheet.row_dimensions[at].height = line.height


def _sums(sheet: Any, form: Form, first: int, kinds: Sequence[str]) -> None:
    """Make sums new: a subtotal of the rows since the last, the last line of totals of all rows."""
    totals = [place for place, kind in enumerate(kinds) if kind == "total"]
    rows = [place for place, kind in enumerate(kinds) if not kind]
    for place in totals:
        before = [one for one in totals if one < place]
        of = [one for one in rows if one < place and (not before or one > before[-1])]
        label = " ".join(str(cell.value) for cell in sheet[first + place] if isinstance(cell.value, str))
        if not of or (place == totals[-1] and not PART.search(label)):
            of = [one for one in rows if one < place]
        for heading in form.headings:
            cell = sheet.cell(first + place, heading.place + 1)
            if isinstance(cell.value, str) and _SUM.fullmatch(cell.value) and of and of[-1] - of[0] == len(of) - 1:
                letter = get_column_letter(heading.place + 1)
                cell.value = f"=SUM({letter}{first + of[0]}:{letter}{first + of[-1]})"
            elif heading.field in ADDED_UP and isinstance(cell.value, int | float):
                values = [sheet.cell(first + one, heading.place + 1).value for one in of]
                numbers = [one for one in values if isinstance(one, int | float)]
                cell.value = round(sum(numbers), 6) if numbers else None


def _merge(
    sheet: Any,
    first: int,
    order: Sequence[tuple[_Line | None, int | None]],
    model: _Line | None,
    downwards: set[int],
    kinds: Sequence[str],
) -> None:
    """Merge across as the form's lines do, and downwards where lines of data that follow one another say the same."""
    for offset, (line, _) in enumerate(order):
        for low, high in (line or model or _Line("", 0, [], None)).merges:
            sheet.merge_cells(start_row=first + offset, end_row=first + offset, start_column=low, end_column=high)
    for column in sorted(downwards):
        start = 0
        for offset in range(1, len(order) + 1):
            value = sheet.cell(first + start, column).value
            same = offset < len(order) and not kinds[offset] and not kinds[start]
            if same and value not in (None, "") and sheet.cell(first + offset, column).value == value:
                continue
            if offset - start > 1:
                sheet.merge_cells(
                    start_row=first + start, end_row=first + offset - 1, start_column=column, end_column=column
                )
            start = offset


def listed_words(sheet: Any, row: int, column: int) -> list[str]:
    """Return the choices of a cell's drop-down, in their order; none if it has none."""
    for rule in sheet.data_validations.dataValidation:
        if rule.type != "list" or f"{get_column_letter(column)}{row}" not in rule.sqref:
            continue
        said = str(rule.formula1 or "")
        if said.startswith('"'):
            return [one.strip() for one in said.strip('"').split(",")]
        place, _, cells = said.lstrip("=").rpartition("!")
        try:
            left, top, right, bottom = range_boundaries(cells.replace("$", ""))
            other = sheet.parent[place.strip("'")] if place else sheet
        except (ValueError, KeyError, TypeError):
            return []
        return [
            str(cell.value)
            for line in other.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right)
            for cell in line
            if cell.value not in (None, "")
        ]
    return []
