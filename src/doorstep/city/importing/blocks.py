"""Several lists in one sheet: below one another, each under its own header, or side by side under repeated ones."""

from __future__ import annotations

import dataclasses
import itertools

from doorstep.city.grids import Grid
from doorstep.city.importing.forms import Form, find_form
from doorstep.city.importing.header import header_score, is_empty, is_number, is_text
from doorstep.city.importing.headings import headings_of

__all__ = ["forms_of"]

_MOST_ROWS = 20_000
"""A longer sheet is one list: nobody stacks lists of that length."""


def forms_of(grid: Grid) -> list[Form]:
    """Return the lists of a sheet, from the top down and from left to right; none if no header is found.

    All but the first have a ``part``: what stands above the list, or its number.
    """
    grid = _card(grid) or grid
    forms = [form for part in _stacked(grid) if (form := find_form(part)) is not None]
    if not forms:
        whole = find_form(grid)
        forms = [] if whole is None else [whole]
    found = [one for form in forms for one in _side_by_side(form)]
    names: set[str] = set()
    for place, one in enumerate(found[1:], start=2):
        title = next((text for text in reversed(one.titles) if len(text) <= 40), "")
        name = title if title and title not in names else str(place)
        names.add(name)
        found[place - 1] = dataclasses.replace(one, part=name)
    return found


def _card(grid: Grid) -> Grid | None:
    """A form of one record, names to the left and values beside them, as a list of one row; None if it is none.

    Names and values may stand in pairs beside one another; a row with a single cell is a title or a note.
    """
    if grid.columns or not 4 <= len(grid.lines) <= 60:
        return None
    pairs: list[tuple[object, object]] = []
    for line in grid.lines:
        cells = [cell for cell in line if not is_empty(cell)]
        if len(cells) == 1:
            continue
        if len(cells) not in (2, 4):
            return None
        pairs += zip(cells[::2], cells[1::2], strict=True)
    names = [str(name).strip() for name, _ in pairs]
    known = sum(bool(one.field) for one in headings_of([[name] for name in names]))
    values_known = sum(bool(one.field) for one in headings_of([[str(value)] for _, value in pairs]))
    if len(pairs) < 4 or len(set(names)) < len(names) or known < 0.7 * len(pairs) or values_known > 1:
        return None
    return dataclasses.replace(grid, lines=[names, [value for _, value in pairs]], merged=(), hidden_rows=frozenset())


def _stacked(grid: Grid) -> list[Grid]:
    """The sheet once for each header that differs from the one before; rows keep their numbers."""
    if grid.columns or len(grid.lines) > _MOST_ROWS:
        return [grid]
    heads = [row for row in range(len(grid.lines)) if _is_header(grid, row)]
    starts: list[int] = []
    before: set[str] = set()
    last = -2
    for row in heads:
        texts = {str(cell).strip() for cell in grid.lines[row] if is_text(cell)}
        near = row - last <= 1
        last = row
        if near:  # a further row of the same header
            before |= texts
            continue
        if before and len(texts & before) >= 0.6 * len(texts):  # the same header again, as on the next page
            continue
        starts.append(row)
        before = texts
    if len(starts) < 2:
        return [grid]
    firsts = [0, *(_above(grid, start, after=before_) for before_, start in itertools.pairwise(starts))]
    if any(first is None for first in firsts):
        return [grid]
    known = [first for first in firsts if first is not None]
    ends = [*known[1:], len(grid.lines)]
    return [_between(grid, first, end) for first, end in zip(known, ends, strict=True)]


def _is_header(grid: Grid, row: int) -> bool:
    line = grid.lines[row]
    texts = [cell for cell in line if not is_empty(cell)]
    if len(texts) < 3 or any(is_number(cell) for cell in texts) or len({str(one) for one in texts}) < 2:
        return False
    return header_score(line) >= max(2.0, 0.6 * len(texts))


def _above(grid: Grid, header: int, *, after: int) -> int | None:
    """First row that belongs to a header: the titles above it; None if no rows of data lie between the two headers."""
    row = header
    while row - 1 > after and sum(not is_empty(cell) for cell in grid.lines[row - 1]) <= 1:
        row -= 1
    data = [one for one in range(after + 1, row) if sum(not is_empty(cell) for cell in grid.lines[one]) > 1]
    # a further level of one header has neither numbers nor many rows
    return row if len(data) >= 3 or any(is_number(cell) for one in data for cell in grid.lines[one]) else None


def _between(grid: Grid, first: int, end: int) -> Grid:
    lines = [*([] for _ in range(first)), *grid.lines[first:end]]
    merged = tuple(one for one in grid.merged if first <= one[0] and one[2] < end)
    return dataclasses.replace(grid, lines=lines, merged=merged)


def _side_by_side(form: Form) -> list[Form]:
    """A list whose headers repeat from left to right is as many lists, for a sheet of paper is wide.

    So are lists of other headers beside one another with an empty column between, each with names of its own.
    """
    texts = [one.text for one in form.headings]
    gaps = [at for at in range(1, len(texts)) if form.headings[at].place > form.headings[at - 1].place + 1]
    starts = [0, *gaps]
    ends = [*gaps, len(texts)]
    named = [
        any(one.field in ("name", "compound", "community") for one in form.headings[a:b])
        for a, b in zip(starts, ends, strict=True)
    ]
    if gaps and all(named) and all(b - a >= 2 for a, b in zip(starts, ends, strict=True)):
        pieces = [_piece(form, a, b - a) for a, b in zip(starts, ends, strict=True)]
        return [one for one in pieces if one is not None]
    for width in range(2, len(texts) // 2 + 1):
        if len(texts) % width == 0 and all(text == texts[place % width] for place, text in enumerate(texts)):
            if len(set(texts[:width])) < width or not any(one.field for one in form.headings[:width]):
                return [form]
            return [piece for at in range(0, len(texts), width) if (piece := _piece(form, at, width)) is not None]
    return [form]


def _piece(form: Form, at: int, width: int) -> Form | None:
    columns = form.columns[at : at + width]
    kept = [row for row in range(len(form.rows)) if any(not is_empty(column[row]) for column in columns)]
    if not kept:
        return None
    headings = form.headings[at : at + width]
    above = {one.text.partition(" / ")[0] if " / " in one.text else "" for one in headings}
    return dataclasses.replace(
        form,
        # what stands over every column of a list is its title: 表二 托婴中心
        titles=(*form.titles, *above) if len(above) == 1 and above != {""} else form.titles,
        headings=headings,
        columns=tuple([column[row] for row in kept] for column in columns),
        rows=form.rows[kept],
        sections=tuple(form.sections[row] for row in kept),
        left_out=form.left_out if at == 0 else (),
    )
