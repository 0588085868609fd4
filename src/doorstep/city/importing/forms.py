"""Where a list begins and ends in a sheet: titles, headers over several rows, units, totals, headings, footnotes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.city.grids import Grid
from doorstep.city.importing.header import (
    group_levels,
    header_rows,
    is_empty,
    is_number,
    is_text,
    is_translation,
    numbers_row,
    unit_of_titles,
    units_row,
)
from doorstep.city.importing.headings import Heading, headings_of
from doorstep.city.importing.quantity import quantity_of
from doorstep.city.long_text import TextColumn
from doorstep.city.tables import as_text

__all__ = ["Form", "find_form"]

_TOTAL = re.compile(
    r"^.{0,12}(?:合计|总计|小计|共计|累计|总和|汇总|合計|總計|小計)[:：]?(?:数|\(.*\))?$|^(?:grand|sub)?[\s\-]?totals?[:：]?$|^sum[:：]?$|^计$",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"^(?:注|附注|备注|说明|填表说明|注释|数据来源|资料来源|来源|制表|填表|填报|审核|单位负责人|统计负责人|报出日期|联系人|※|\*|\d+[、.．]|note|source|remark)",
    re.IGNORECASE,
)

_SIGNED = re.compile(
    r"(?:审核|复核|填表|填报|制表|编制|统计|经办|负责|分管)(?:人员?|领导)?[:：]|(?:单位|统计)负责人[:：]|(?:报出|填报|制表|填表)日期[:：]?"
    r"|(?:prepared|checked|approved|signed) by[:：]?",
    re.IGNORECASE,
)
"""What stands in a row of signatures below a list."""

Cell = Any


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A list found in a sheet.

    Parameters
    ----------
    grid
        The sheet.
    headings
        What its columns are.
    header_rows
        First and last row of the header, from 1; a row of units below it counts.
    rows
        Rows of the data as a spreadsheet shows them, from 1.
    columns
        Cells of each heading at those rows, as the file holds them; merged cells are filled.
    titles
        Texts above the header.
    sections
        For each data row the heading between the rows that it stands under, "" if there is none.
    left_out
        Kind (``total``, ``section``, ``note``, ``header``, ``numbers``) and row of what is not data.
    totals
        Rows that say sums.
    unit
        Unit that a title gives for the whole sheet, "" if none.
    part
        Which list of a sheet with several, "" for the first.
    filled_down
        Headings whose cells were merged downwards or left blank below the first.
    """

    grid: Grid
    headings: tuple[Heading, ...]
    header_rows: tuple[int, int]
    rows: npt.NDArray[np.int64]
    columns: tuple[list[Cell], ...]
    titles: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    totals: tuple[int, ...] = ()
    unit: str = ""
    filled_down: tuple[str, ...] = field(default_factory=tuple)
    part: str = ""


def find_form(grid: Grid) -> Form | None:
    """Return the list of a sheet, None if there is no header that looks like one."""
    lines = grid.lines
    found = header_rows(grid)
    if found is None:
        return None
    top, bottom = found
    width = max((len(line) for line in lines[top : bottom + 1]), default=0)
    levels = [group_levels(grid, top, bottom, column) for column in range(width)]
    bottom, units = units_row(lines, bottom, width)
    for column, unit in units.items():
        if levels[column]:
            levels[column][-1] = f"{levels[column][-1]}({unit})"
    headings = headings_of(levels)
    bottom, numbers = numbers_row(lines, bottom, headings)
    if bottom + 1 < len(lines) and is_translation(lines[bottom + 1], headings):
        bottom, numbers = bottom + 1, [*numbers, ("header", bottom + 2)]
    first = bottom + 1
    titles = tuple(str(cell).strip() for line in lines[:top] for cell in line if is_text(cell))
    columns: list[Any] = [grid.column(one.place, first) for one in headings]
    filled_down = _fill_merged(grid, headings, columns, first)
    kept, sections, left_out, totals = _rows(columns, headings, first)
    whole = len(kept) == len(grid) - first
    chosen = columns if whole else [[column[place] for place in kept] for column in columns]
    form = Form(
        grid,
        headings,
        (top + 1, bottom + 1),
        np.array(kept, dtype=np.int64) + first + 1,
        tuple(chosen),
        titles,
        tuple(sections),
        (*numbers, *left_out),
        tuple(totals),
        unit_of_titles(titles),
        tuple(filled_down),
    )
    return form if len(form.rows) and form.headings else None


def _fill_merged(grid: Grid, headings: tuple[Heading, ...], columns: list[Any], first: int) -> list[str]:
    """Fill cells merged downwards; without merges, grouping columns that name only the first row of each group."""
    place_of = {one.place: position for position, one in enumerate(headings)}
    filled: dict[str, None] = {}
    for r0, c0, r1, c1 in grid.merged:
        if r0 < first or (r1 == r0) or c0 not in place_of or c1 != c0:
            continue
        column = columns[place_of[c0]]
        value = column[r0 - first]
        for row in range(r0 + 1, min(r1, len(grid) - 1) + 1):
            column[row - first] = value
        filled[headings[place_of[c0]].text] = None
    n_rows = len(columns[0]) if columns else 0
    # what is grouped stands to the right of its group; behind the name of a room, an empty cell says nothing
    named = min((one.place for one in headings if one.field in ("name", "building", "address")), default=10**6)
    for position, (heading, column) in enumerate(zip(headings, columns, strict=True)):
        if (
            heading.field not in ("district", "subdistrict", "community", "compound", "category")
            or heading.text in filled
            or heading.place > named
        ):
            continue
        if isinstance(column, TextColumn) and column.filled().all():
            continue
        if sum(is_empty(cell) for cell in column) < 0.3 * max(n_rows, 1):
            continue
        used = [any(not is_empty(other[row]) for other in columns) for row in range(n_rows)]
        blank = [row for row in range(n_rows) if used[row] and is_empty(column[row])]
        last = max((row for row in range(n_rows) if used[row]), default=0)
        if len(blank) < 0.3 * max(sum(used), 1) or is_empty(column[next((r for r in range(n_rows) if used[r]), 0)]):
            continue
        heads = [as_text(column[row]).strip() for row in range(n_rows) if not is_empty(column[row])]
        if any(one == other for one, other in itertools.pairwise(heads)):
            continue  # the office writes a group again in each row: an empty cell is not that above
        above: Cell = None
        column = columns[position] = list(column)
        for row in range(last + 1):
            if not used[row]:
                above = None if row + 1 <= last and not any(used[row : row + 2]) else above
            elif is_empty(column[row]) and _filled(columns, row) >= 3 and not _is_total(columns, row):
                column[row] = above
            elif not is_empty(column[row]):
                above = column[row]
        filled[heading.text] = None
    return list(filled)


def _filled(columns: Sequence[Sequence[Cell]], row: int) -> int:
    return sum(not is_empty(column[row]) for column in columns)


def _is_total(columns: Sequence[Sequence[Cell]], row: int) -> bool:
    seen = 0
    for column in columns:
        cell = column[row]
        if is_text(cell) and not is_number(cell):
            if _TOTAL.match(re.sub(r"\s+", "", cell)):
                return True
            seen += 1
            if seen >= 4:
                break
    return False


def _rows(
    columns: list[list[Cell]], headings: tuple[Heading, ...], first: int
) -> tuple[list[int], list[str], list[tuple[str, int]], list[int]]:
    """Positions of the data rows, what they stand under, what is left out, and the totals among that."""
    n_rows = len(columns[0]) if columns else 0
    counts = np.zeros(n_rows, dtype=np.int64)
    for column in columns:
        if isinstance(column, TextColumn):
            counts += column.filled()
        else:
            counts += np.fromiter((cell is not None and cell != "" for cell in column), dtype=bool, count=n_rows)
    width = len(columns)
    usual = int(np.median(counts[counts > 0])) if (counts > 0).any() else 0
    few = max(1, min(2, width // 4))
    doubtful = np.flatnonzero((counts > 0) & ((counts < usual) | (np.arange(n_rows) >= n_rows - 50)))
    if n_rows <= 20_000:
        doubtful = np.flatnonzero(counts > 0)
    kept_mask = counts > 0
    names = [one.text.rpartition(" / ")[2] for one in headings]
    left_out: list[tuple[str, int]] = []
    totals: list[int] = []
    section_at: dict[int, str] = {}
    data_after = int(np.flatnonzero(counts > few).max(initial=-1))
    told = [place for place, one in enumerate(headings) if one.field in ("id", "community_code", "name", "community")]
    for row in doubtful.tolist():
        texts = [str(column[row]).strip() for column in columns if not is_empty(column[row])]
        if not texts:
            kept_mask[row] = False
        elif _is_total(columns, row):
            left_out.append(("total", row + first + 1))
            totals.append(row + first + 1)
            kept_mask[row] = False
        elif len(texts) >= 2 and sum(text in names for text in texts) >= max(2, 0.7 * len(texts)):
            left_out.append(("header", row + first + 1))
            kept_mask[row] = False
        elif _is_named(columns, told, row) and not any(_FOOT.match(one) or _SIGNED.match(one) for one in texts):
            continue  # a row of our form of which only number and name are known
        elif (
            width >= 4 and len(texts) <= few and not is_number(texts[0]) and (len(set(texts)) == 1 or row > data_after)
        ):
            foot = row > data_after or _FOOT.match(texts[0])
            left_out.append(("note" if foot else "section", row + first + 1))
            if not foot:
                section_at[row] = texts[0]
            kept_mask[row] = False
        elif (row >= n_rows - 10 and _is_signed(texts)) or (
            width >= 3 and row > data_after and _FOOT.match(texts[0]) and len(texts) <= 3
        ):
            left_out.append(("note", row + first + 1))
            kept_mask[row] = False
    kept = np.flatnonzero(kept_mask).tolist()
    if not section_at:
        return kept, [""] * len(kept), left_out, totals
    sections, current = [], ""
    starts = sorted(section_at)
    for row in kept:
        while starts and starts[0] < row:
            current = section_at[starts.pop(0)]
        sections.append(current)
    return kept, sections, left_out, totals


def _is_named(columns: Sequence[Sequence[Cell]], told: Sequence[int], row: int) -> bool:
    """Whether a row has what numbers and what names it, in a cell each."""
    texts = [str(columns[place][row]).strip() for place in told if not is_empty(columns[place][row])]
    return len(set(texts)) > 1


def _is_signed(texts: Sequence[str]) -> bool:
    """Whether a row says who filled in and checked the list: 审核人：张某, 填表人：李某."""
    signed = sum(bool(_SIGNED.match(text)) for text in texts)
    return signed >= 1 and sum(is_number(text) for text in texts) == 0 and (signed >= 2 or 2 * signed >= len(texts))


def looks_numeric(column: Sequence[Cell]) -> float:
    """Share of the cells that hold something which are numbers, also in words."""
    some = [cell for cell in column[:500] if not is_empty(cell)]
    good = sum(is_number(cell) or (isinstance(cell, str) and quantity_of(cell) is not None) for cell in some)
    return good / len(some) if some else 0.0
