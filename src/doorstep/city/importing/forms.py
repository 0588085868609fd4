"""Where a list begins and ends in a sheet: titles, headers over several rows, units, totals, headings, footnotes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.city.grids import Grid
from doorstep.city.importing.headings import Heading, headings_of, is_rate
from doorstep.city.importing.quantity import quantity_of, tidy, unit_factor
from doorstep.city.long_text import TextColumn

__all__ = ["Form", "find_form"]

_LOOKED_AT = 60
_TOTAL = re.compile(
    r"^.{0,12}(?:合计|总计|小计|共计|累计|总和|汇总|合計|總計|小計)[:：]?(?:数|\(.*\))?$|^(?:grand|sub)?[\s\-]?totals?[:：]?$|^sum[:：]?$|^计$",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"^(?:注|附注|备注|说明|填表说明|注释|数据来源|资料来源|来源|制表|填表|填报|审核|单位负责人|统计负责人|报出日期|联系人|※|\*|\d+[、.．]|note|source|remark)",
    re.IGNORECASE,
)
_ORDINALS = ("甲", "乙", "丙", "丁")

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


def find_form(grid: Grid) -> Form | None:
    """Return the list of a sheet, None if there is no header that looks like one."""
    lines = grid.lines
    found = _header(grid)
    if found is None:
        return None
    top, bottom = found
    width = max((len(line) for line in lines[top : bottom + 1]), default=0)
    levels = [_levels(grid, top, bottom, column) for column in range(width)]
    bottom, units = _units_row(lines, bottom, width)
    for column, unit in units.items():
        if levels[column]:
            levels[column][-1] = f"{levels[column][-1]}({unit})"
    headings = headings_of(levels)
    bottom, numbers = _numbers_row(lines, bottom, headings)
    if bottom + 1 < len(lines) and _is_translation(lines[bottom + 1], headings):
        bottom, numbers = bottom + 1, [*numbers, ("header", bottom + 2)]
    first = bottom + 1
    titles = tuple(str(cell).strip() for line in lines[:top] for cell in line if _text(cell))
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
        _unit_of_titles(titles),
        tuple(filled_down),
    )
    return form if len(form.rows) and form.headings else None


def _text(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(cell.strip())


def _number(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float | date):
        return True
    return isinstance(cell, str) and bool(re.fullmatch(r"\s*[-+]?[\d,]*\.?\d+%?\s*", cell))


def _empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _score(line: Sequence[Cell]) -> float:
    """How much a row looks like a header: cells that name known fields, less those that are numbers."""
    texts = [(place, cell.strip()) for place, cell in enumerate(line) if _text(cell) and not _number(cell)]
    if not texts:
        return 0.0
    columns: list[list[str]] = [[] for _ in line]
    for place, cell in texts:
        if len(cell) <= 60:
            columns[place] = [cell]
    known = sum(bool(one.field) for one in headings_of(columns))
    values = sum(_number(cell) for cell in line)
    twice = len(texts) - len({cell for _, cell in texts})
    return known - 0.7 * values - 0.5 * twice


def _header(grid: Grid) -> tuple[int, int] | None:
    """First and last row of the header, from 0."""
    lines = grid.lines[:_LOOKED_AT]
    scores = [_score(line) for line in lines]
    if not scores or max(scores) < 1:
        return None
    best = int(np.argmax(scores))
    filled = sum(not _empty(cell) for cell in lines[best])
    if scores[best] < 2 and (filled > 3 or scores[best] < 0.5 * filled):
        return None
    top = bottom = best
    while bottom + 1 < len(lines) and bottom - top < 3 and _is_level(grid, bottom, bottom + 1):
        bottom += 1
    while top > 0 and bottom - top < 3 and _is_level(grid, top - 1, top) and _is_head(grid, top - 1, top):
        top -= 1
    return top, bottom


def _is_level(grid: Grid, upper: int, lower: int) -> bool:
    """Whether the lower row parts what the upper row heads: its cells stand under gaps or under spanning cells."""
    above, below = grid.lines[upper], grid.lines[lower]
    texts = [place for place, cell in enumerate(below) if not _empty(cell)]
    if not texts or any(_number(below[place]) and not re.search(r"[-~至]", str(below[place])) for place in texts):
        return False
    if any(len(str(below[place])) > 40 for place in texts):
        return False
    spans = {column for r0, c0, r1, c1 in grid.merged if r0 <= upper <= r1 and c1 > c0 for column in range(c0, c1 + 1)}
    deep = {c for r0, c0, r1, c1 in grid.merged if r0 <= upper and r1 >= lower and c0 == c1 for c in (c0,)}
    under = 0
    for place in texts:
        if place in deep:
            return False
        gap = place >= len(above) or _empty(above[place])
        starts = not gap and (
            place in spans
            or (
                place + 1 < max(len(above), len(below))
                and (place + 1 >= len(above) or _empty(above[place + 1]))
                and place + 1 < len(below)
                and not _empty(below[place + 1])
            )
        )
        if not gap and not starts:
            return False
        under += 1
    alone = [place for place in texts if place < len(above) and not _empty(above[place])]
    return under > 0 and (len(alone) < len(texts) or bool(spans))


def _is_head(grid: Grid, upper: int, lower: int) -> bool:
    """Whether a row above the best one belongs to the header and is no title or note."""
    line = grid.lines[upper]
    texts = [str(cell) for cell in line if not _empty(cell)]
    if not texts or any(re.search(r"[:：]|\d{4}年|单位|日期|表$", text) for text in texts):
        return False
    width = max(len(line), len(grid.lines[lower]))
    wide = any(r0 <= upper <= r1 and c1 - c0 + 1 >= max(width - 1, 3) for r0, c0, r1, c1 in grid.merged)
    return not wide and (len(texts) > 1 or bool(grid.merged))


def _levels(grid: Grid, top: int, bottom: int, column: int) -> list[str]:
    """The texts over a column, from the top down; a group's text stands over all its columns."""
    found: list[str] = []
    for row in range(top, bottom + 1):
        line = grid.lines[row]
        text = str(line[column]).strip() if column < len(line) and not _empty(line[column]) else ""
        if not text and row < bottom:
            text = _group(grid, row, column, bottom)
        text = re.sub(r"\s*[\r\n]+\s*", "", text)
        if text and text not in found:
            found.append(text)
    return found


def _group(grid: Grid, row: int, column: int, bottom: int) -> str:
    for r0, c0, r1, c1 in grid.merged:
        if r0 <= row <= r1 and c0 <= column <= c1:
            return str(grid.lines[r0][c0] or "").strip() if c0 < len(grid.lines[r0]) else ""
    if grid.merged:
        return ""
    below = [grid.lines[one] for one in range(row + 1, bottom + 1)]
    if not any(column < len(line) and not _empty(line[column]) for line in below):
        return ""
    line = grid.lines[row]
    for place in range(min(column, len(line)) - 1, -1, -1):
        if not _empty(line[place]):
            # the group reaches to the right only as far as cells below it are filled
            parts = any(place < len(one) and not _empty(one[place]) for one in below)
            return str(line[place]).strip() if parts else ""
    return ""


def _units_row(lines: Sequence[Sequence[Cell]], bottom: int, width: int) -> tuple[int, dict[int, str]]:
    if bottom + 1 >= len(lines):
        return bottom, {}
    cells = {place: str(cell).strip() for place, cell in enumerate(lines[bottom + 1][:width]) if not _empty(cell)}
    bare = {place: re.sub(r"^[(（\[]|[)）\]]$", "", re.sub(r"^单位[:：]", "", cell)) for place, cell in cells.items()}
    units = {place: cell for place, cell in bare.items() if unit_factor(cell) or is_rate(cell)}
    others = [
        cell for place, cell in bare.items() if place not in units and cell not in ("-", "—", "/", "单位", "计量单位")
    ]
    return (bottom + 1, units) if units and not others else (bottom, {})


def _numbers_row(
    lines: Sequence[Sequence[Cell]], bottom: int, headings: tuple[Heading, ...]
) -> tuple[int, list[tuple[str, int]]]:
    """Skip a row that numbers the columns, as statistical tables have it: 甲 乙 1 2 3, or (1) (2) (3)."""
    if bottom + 1 >= len(lines):
        return bottom, []
    cells = [tidy(str(cell)).strip("()").removesuffix(".0") for cell in lines[bottom + 1] if not _empty(cell)]
    rest = [cell for cell in cells if cell not in _ORDINALS and not re.fullmatch(r"[A-Ha-h]", cell)]
    if len(cells) < max(3, 0.7 * len(headings)) or not all(cell.isdigit() for cell in rest) or not rest:
        return bottom, []
    numbers = [int(cell) for cell in rest]
    if numbers[0] > 3 or any(after - before != 1 for before, after in itertools.pairwise(numbers)):
        return bottom, []
    return bottom + 1, [("numbers", bottom + 2)]


def _is_translation(line: Sequence[Cell], headings: tuple[Heading, ...]) -> bool:
    """Whether a row says the header again in another language: nearly all its cells name the field of their column."""
    cells: list[list[str]] = [[str(cell)] if _text(cell) else [] for cell in line]
    below = {one.place: one for one in headings_of(cells)}
    known = [one for one in headings if one.field]
    same = sum(
        one.place in below and (below[one.place].field, below[one.place].band) == (one.field, one.band) for one in known
    )
    return len(known) >= 2 and same >= 0.6 * len(known) and not any(_number(cell) for cell in line)


def _unit_of_titles(titles: tuple[str, ...]) -> str:
    for title in titles:
        found = re.search(r"(?:计量)?单位\s*[:：]\s*([^\s,，;；)）、/]+)", title)
        if found and unit_factor(found.group(1)):
            return found.group(1)
    return ""


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
    for position, (heading, column) in enumerate(zip(headings, columns, strict=True)):
        if (
            heading.field not in ("district", "subdistrict", "community", "compound", "category")
            or heading.text in filled
        ):
            continue
        if isinstance(column, TextColumn) and column.filled().all():
            continue
        if sum(_empty(cell) for cell in column) < 0.3 * max(n_rows, 1):
            continue
        used = [any(not _empty(other[row]) for other in columns) for row in range(n_rows)]
        blank = [row for row in range(n_rows) if used[row] and _empty(column[row])]
        last = max((row for row in range(n_rows) if used[row]), default=0)
        if len(blank) < 0.3 * max(sum(used), 1) or _empty(column[next((r for r in range(n_rows) if used[r]), 0)]):
            continue
        above: Cell = None
        column = columns[position] = list(column)
        for row in range(last + 1):
            if not used[row]:
                above = None if row + 1 <= last and not any(used[row : row + 2]) else above
            elif _empty(column[row]) and _filled(columns, row) >= 3 and not _is_total(columns, row):
                column[row] = above
            elif not _empty(column[row]):
                above = column[row]
        filled[heading.text] = None
    return list(filled)


def _filled(columns: Sequence[Sequence[Cell]], row: int) -> int:
    return sum(not _empty(column[row]) for column in columns)


def _is_total(columns: Sequence[Sequence[Cell]], row: int) -> bool:
    seen = 0
    for column in columns:
        cell = column[row]
        if _text(cell) and not _number(cell):
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
    for row in doubtful.tolist():
        texts = [str(column[row]).strip() for column in columns if not _empty(column[row])]
        if not texts:
            kept_mask[row] = False
        elif _is_total(columns, row):
            left_out.append(("total", row + first + 1))
            totals.append(row + first + 1)
            kept_mask[row] = False
        elif len(texts) >= 2 and sum(text in names for text in texts) >= max(2, 0.7 * len(texts)):
            left_out.append(("header", row + first + 1))
            kept_mask[row] = False
        elif width >= 4 and len(texts) <= few and not _number(texts[0]) and (len(set(texts)) == 1 or row > data_after):
            foot = row > data_after or _FOOT.match(texts[0])
            left_out.append(("note" if foot else "section", row + first + 1))
            if not foot:
                section_at[row] = texts[0]
            kept_mask[row] = False
        elif width >= 3 and row > data_after and _FOOT.match(texts[0]) and len(texts) <= 3:
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


def looks_numeric(column: Sequence[Cell]) -> float:
    """Share of the cells that hold something which are numbers, also in words."""
    some = [cell for cell in column[:500] if not _empty(cell)]
    good = sum(_number(cell) or (isinstance(cell, str) and quantity_of(cell) is not None) for cell in some)
    return good / len(some) if some else 0.0
