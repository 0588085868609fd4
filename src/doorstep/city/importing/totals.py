"""Rows of totals held against the rows that they are the sum of."""

from __future__ import annotations

import re

import numpy as np

from doorstep.city.importing.convert import Reader
from doorstep.city.importing.forms import Form
from doorstep.city.importing.header import is_empty
from doorstep.city.importing.headings import Heading, field
from doorstep.city.importing.quantity import unit_factor
from doorstep.city.tables import as_text

__all__ = ["ADDED_UP", "PART", "check_totals"]

ADDED_UP = (
    *("people", "men", "women", "dwellings", "occupied", "units", "buildings", "compounds", "capacity", "beds"),
    *("nursery_places", "meals_day", "seats", "floor_area_m2", "area_m2", "land_m2", "outdoor_m2", "band"),
)
"""Fields of which a row of totals is the sum."""
PART = re.compile(r"小\s*[计計]|sub\W?total", re.IGNORECASE)
"""What a row is called that is the sum of some rows only."""


def check_totals(form: Form, reader: Reader) -> None:
    """Note where a row of totals is the sum of no rows that it could be the sum of.

    A total may stand below or above its rows, and may be of all of them, of those since another total, or of several
    such parts: it is wrong only if none of these adds up to it. Columns in which something is merged downwards or
    cannot be read, and totals that are more than the rows where some are empty, are left alone.
    """
    totals = sorted(form.totals)
    if not totals or not len(form.rows):
        return
    for heading, cells in zip(form.headings, form.columns, strict=True):
        if heading.field not in ADDED_UP or heading.text in form.filled_down:
            continue
        quiet = Reader(reader.file, reader.sheet, form.rows, reader.typed)
        of_totals = [_cell(form, heading, row) for row in totals]
        # in base units, since a cell may have a unit of its own; what is told is in that of the column
        about = field(heading.field)
        known = unit_factor(heading.unit, about.measured) if heading.unit else None
        factor = known[1] if known is not None and known[0] in (about.measured, "count") else 1.0
        values = quiet.numbers(cells, heading, about, heading.unit) / factor
        empty = np.array([is_empty(cell) for cell in cells], dtype=bool)
        if np.isnan(values[~empty]).any():
            continue
        sums = np.concatenate(([0.0], np.cumsum(np.where(empty, 0.0, values))))
        at = np.searchsorted(form.rows, totals)
        rows_given_to = max(map(_places, cells), default=0)
        for place, cell in enumerate(of_totals):
            total = float(quiet.numbers([cell], heading, about, heading.unit)[0]) / factor
            above, below = np.array([0, *at[:place]]), np.array([*at[place + 1 :], len(form.rows)])
            may_be = np.concatenate((sums[at[place]] - sums[above], sums[below] - sums[at[place]], sums[-1:]))
            slack = _slack(cell, len(values), rows_given_to) + 1e-9 * abs(total)
            if np.isnan(total) or (abs(may_be - total) <= slack).any():
                continue
            label = _label(form, totals[place])
            start = above[-1] if PART.search(label) else 0
            rows = slice(start, at[place]) if at[place] > start else slice(at[place], len(form.rows))
            summed = float(sums[rows.stop] - sums[rows.start])
            if empty[rows].any() and total > summed:
                continue
            told = {"label": label, "row": totals[place], "found": f"{total:,.10g}", "sum": f"{summed:,.10g}"}
            reader.layout(heading.text, "total-differs", **told)


def _cell(form: Form, heading: Heading, row: int) -> object:
    line = form.grid.line(row - 1)
    return line[heading.place] if heading.place < len(line) else None


def _label(form: Form, row: int) -> str:
    line = form.grid.line(row - 1)
    return next((str(cell).strip() for cell in line if isinstance(cell, str) and cell.strip()), "")


def _slack(total: object, n_rows: int, rows_given_to: int) -> float:
    """How far rounding may take a sum from its total: nothing for whole numbers, else half a last place each."""
    given_to = _places(total)
    if not given_to and not rows_given_to:
        return 0.0
    return 0.5 * 10.0**-given_to + 0.5 * n_rows * 10.0**-rows_given_to


def _places(cell: object) -> int:
    """How many digits stand behind the point."""
    found = re.search(r"\d\.(\d+)", as_text(cell))
    return len(found.group(1)) if found else 0
