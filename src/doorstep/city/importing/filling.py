"""An office's own form filled in with rows of the city."""

from __future__ import annotations

import dataclasses
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from doorstep.city.grids import Grid, UnreadableError, read_grids
from doorstep.city.importing.answers import AGE_SPANS
from doorstep.city.importing.canonical import COLUMNS
from doorstep.city.importing.form_lines import fill_lines, listed_words
from doorstep.city.importing.forms import Form, find_form
from doorstep.city.importing.headings import Heading
from doorstep.city.importing.placing import plain_name
from doorstep.city.importing.quantity import unit_factor
from doorstep.city.importing.which import table_of
from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.city.tables import as_text
from doorstep.city.vocabulary import word, words
from doorstep.errors import DoorstepError

__all__ = ["filled_form"]

_SUBJECTS = {
    **{name: name for name in ("lift", "light", "channel", "state", "capacity_unit", "price_unit", "decision")},
    "category": "service",
    "basis": "basis",
}
"""Fields that the city keeps as codes, with the list of their words."""


def filled_form(form: Path, table: str, rows: Sequence[Mapping[str, object]], *, public: bool = False) -> bytes:
    """Return an office's own form filled in: its titles, headers and styles stay, and what stands below its list.

    Rows that it holds already keep their places, their own columns and, where the city knows nothing, their words;
    codes of the city are written in the form's words; sums are made new. Of a workbook with several sheets the one
    that is a form of the table is filled in.

    Parameters
    ----------
    form
        An xlsx with a list, filled or empty, whose headers an import would understand.
    table
        Table of the city that the rows are of.
    rows
        Values by column of that table (``id``, ``place``, ``area_m2`` ...), or by field.
    public
        True if the file leaves the office: nothing of what the form holds in its rows and notes is kept.

    Raises
    ------
    DoorstepError
        ``form-missing``, ``form-old`` (no .xlsx), ``form-unreadable``; ``form-unknown``: it has no list;
        ``form-other-table``: its lists are of other tables.
    """
    if not form.is_file():
        raise DoorstepError("form-missing", path=form)
    if form.suffix.casefold() != ".xlsx":
        raise DoorstepError("form-old", path=form.name)
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
        raise DoorstepError("form-unreadable", path=form.name) from fault
    _fill(sheet, chosen, table, rows, public=public)
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


def _fill(sheet: Any, form: Form, table: str, rows: Sequence[Mapping[str, object]], *, public: bool) -> None:
    units = {one.place: (unit_factor(one.unit) or ("", 1.0))[1] for one in form.headings if one.field}
    words_of = {
        one.place: _words_of(sheet, form, one, cells) for one, cells in zip(form.headings, form.columns, strict=True)
    }
    own = {} if public else _own_rows(form, table, rows)
    held = {*COLUMNS[table], *(one for sources in COLUMNS[table].values() for one in sources)}
    held |= {name for one in rows for name in one}

    def value(row: int, heading: Heading, old: Any) -> Any:
        if heading.field == "serial":
            return row + 1 if old is None or not own else old
        found = _value(rows[row], table, heading)
        if found is None and heading.field and heading.field not in held:
            return old  # the city has no column for it
        if found is None:
            # the city knows nothing: what the office writes there (无, —, 待定) stays
            return old if isinstance(old, str) and old.strip() and heading.band is None else None
        factor = units[heading.place]
        if isinstance(found, int | float):
            return round(found / factor, 6) if factor != 1.0 else found
        return words_of[heading.place].get(str(found), found)

    fill_lines(sheet, form, len(rows), own, value, with_notes=not public)


def _own_rows(form: Form, table: str, rows: Sequence[Mapping[str, object]]) -> dict[int, int]:
    """Which rows of the city stand in the form already: row of the sheet -> row of the city, by id, else by names."""
    place_of = {one.field: at for at, one in reversed(list(enumerate(form.headings)))}
    found: dict[int, int] = {}
    for fields in (
        ("id",),
        ("community_code",),
        ("compound_code",),
        ("compound", "building"),
        ("name",),
        ("community",),
    ):
        if (
            found
            or not all(name in place_of for name in fields)
            or (fields == ("community",) and table != "communities")
        ):
            continue
        theirs = [
            tuple(plain_name(as_text(form.columns[place_of[name]][at])) for name in fields)
            for at in range(len(form.rows))
        ]
        heads = [form.headings[place_of[name]] for name in fields]
        ours = [tuple(plain_name(as_text(_value(row, table, head))) for head in heads) for row in rows]
        counts = Counter(ours), Counter(theirs)
        row_of = {key: at for at, key in enumerate(ours) if all(key) and counts[0][key] == 1}
        found = {
            int(row): row_of[key]
            for row, key in zip(form.rows, theirs, strict=True)
            if key in row_of and counts[1][key] == 1
        }
    return found


def _words_of(sheet: Any, form: Form, heading: Heading, cells: Sequence[Any]) -> dict[str, str]:
    """Code -> the word for it in this column: of its drop-down, else as its cells say, else Chinese under Chinese."""
    subject = _SUBJECTS.get(heading.field, "")
    if not subject:
        return {}
    choices = listed_words(sheet, form.header_rows[1] + 1, heading.place + 1)
    used = [text for cell in cells if (text := as_text(cell))]
    known = [*choices, *(one for one, _ in Counter(used).most_common())]
    if any("\u4e00" <= one <= "\u9fff" for one in heading.text):
        known += [one for one in words(subject) if not one.isascii()]
    found: dict[str, str] = {}
    for one in known:
        code = word(subject, one)
        if code:
            found.setdefault(code, one)
    return found


def _value(row: Mapping[str, object], table: str, heading: Heading) -> Any:
    """What a row says under a heading: by the field, else by the column of the table that the field fills."""
    if heading.band is not None:
        return _people(row, heading)
    name = heading.field
    sources = [name, *(column for column, fields in COLUMNS[table].items() if name in fields)]
    if table == "facilities" and name == "category":
        said = "service" in heading.text.casefold() or "服务" in heading.text
        sources = ["service", *sources] if said else [*sources, "service"]
    for column in sources:
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
