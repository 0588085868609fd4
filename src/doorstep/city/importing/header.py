"""The header of a list: its rows, what stands over each column, and the rows of units and numbers below it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from doorstep.city.grids import Grid
from doorstep.city.importing.headings import Heading, headings_of, is_rate, plain_heading
from doorstep.city.importing.quantity import tidy, unit_factor

__all__ = [
    "group_levels",
    "header_rows",
    "header_score",
    "is_empty",
    "is_number",
    "is_text",
    "is_translation",
    "numbers_row",
    "unit_of_titles",
    "units_row",
]

_LOOKED_AT = 60
_ORDINALS = ("甲", "乙", "丙", "丁")

_NO_UNIT = re.compile(
    r"[-—/]|(?:计量)?(?:单位|單位)|民[国國](?:年(?:月日?)?)?|年(?:月日?)?|必填|选填|[\u4e00-\u9fff]?填写|无"
)
"""What stands in a row of units under a column that has none."""

Cell = Any


def is_text(cell: Cell) -> bool:
    """Whether a cell is a text that holds something."""
    return isinstance(cell, str) and bool(cell.strip())


def is_number(cell: Cell) -> bool:
    """Whether a cell is a number or a date, also as text; a yes or no is none."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float | date):
        return True
    return isinstance(cell, str) and bool(re.fullmatch(r"\s*[-+]?[\d,]*\.?\d+%?\s*", cell))


def is_empty(cell: Cell) -> bool:
    """Whether a cell holds nothing but blanks."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def header_score(line: Sequence[Cell]) -> float:
    """Return how much a row looks like a header: cells that name known fields, less those that are numbers."""
    texts = [(place, cell.strip()) for place, cell in enumerate(line) if is_text(cell) and not is_number(cell)]
    if not texts:
        return 0.0
    columns: list[list[str]] = [[] for _ in line]
    for place, cell in texts:
        if len(cell) <= 60:
            columns[place] = [cell]
    known = sum(bool(one.field) for one in headings_of(columns))
    values = sum(is_number(cell) for cell in line)
    twice = len(texts) - len({cell for _, cell in texts})
    return known - 0.7 * values - 0.5 * twice


def header_rows(grid: Grid) -> tuple[int, int] | None:
    """Return the first and last row of the header, from 0; None if there is none."""
    lines = grid.lines[:_LOOKED_AT]
    scores = [header_score(line) for line in lines]
    if not scores or max(scores) < 1:
        return None
    best = int(np.argmax(scores))
    filled = sum(not is_empty(cell) for cell in lines[best])
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
    texts = [place for place, cell in enumerate(below) if not is_empty(cell)]
    if not texts or any(is_number(below[place]) and not re.search(r"[-~至]", str(below[place])) for place in texts):
        return False
    if any(len(str(below[place])) > 40 for place in texts):
        return False
    spans = {column for r0, c0, r1, c1 in grid.merged if r0 <= upper <= r1 and c1 > c0 for column in range(c0, c1 + 1)}
    deep = {c for r0, c0, r1, c1 in grid.merged if r0 <= upper and r1 >= lower and c0 == c1 for c in (c0,)}
    under = 0
    for place in texts:
        if place in deep:
            return False
        gap = place >= len(above) or is_empty(above[place])
        starts = not gap and (
            place in spans
            or (
                place + 1 < max(len(above), len(below))
                and (place + 1 >= len(above) or is_empty(above[place + 1]))
                and place + 1 < len(below)
                and not is_empty(below[place + 1])
            )
        )
        if gap or starts:
            under += 1
        elif not _names_a_field(str(below[place])) and not _parts_a_field(str(above[place]), str(below[place])):
            return False  # else it is a group of one column, right above its only part
    alone = [place for place in texts if place < len(above) and not is_empty(above[place])]
    return under > 0 and (len(alone) < len(texts) or bool(spans))


def _names_a_field(text: str) -> bool:
    (found,) = headings_of([[text]])
    return bool(found.field)


def _parts_a_field(upper: str, lower: str) -> bool:
    """Whether two texts over one another name what neither names alone: 面积 over 辖区."""
    joined = f"{plain_heading(upper)}/{plain_heading(lower)}"
    return _names_a_field(joined) and len(lower.strip()) <= 8


def _is_head(grid: Grid, upper: int, lower: int) -> bool:
    """Whether a row above the best one belongs to the header and is no title or note."""
    line = grid.lines[upper]
    texts = [str(cell) for cell in line if not is_empty(cell)]
    if not texts or any(re.search(r"[:：]|\d{4}年|单位|日期|表$", text) for text in texts):
        return False
    width = max(len(line), len(grid.lines[lower]))
    wide = any(r0 <= upper <= r1 and c1 - c0 + 1 >= max(width - 1, 3) for r0, c0, r1, c1 in grid.merged)
    return not wide and (len(texts) > 1 or bool(grid.merged))


def group_levels(grid: Grid, top: int, bottom: int, column: int) -> list[str]:
    """Return the texts over a column, from the top down; a group's text stands over all its columns."""
    found: list[str] = []
    for row in range(top, bottom + 1):
        line = grid.lines[row]
        text = str(line[column]).strip() if column < len(line) and not is_empty(line[column]) else ""
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
    if not any(column < len(line) and not is_empty(line[column]) for line in below):
        return ""
    line = grid.lines[row]
    for place in range(min(column, len(line)) - 1, -1, -1):
        if not is_empty(line[place]):
            # the group reaches to the right only as far as cells below it are filled
            parts = any(place < len(one) and not is_empty(one[place]) for one in below)
            return str(line[place]).strip() if parts else ""
    return ""


def units_row(lines: Sequence[Sequence[Cell]], bottom: int, width: int) -> tuple[int, dict[int, str]]:
    """Return the last row of the header and the unit of each column, if a row of units follows it."""
    if bottom + 1 >= len(lines):
        return bottom, {}
    cells = {place: str(cell).strip() for place, cell in enumerate(lines[bottom + 1][:width]) if not is_empty(cell)}
    bare = {place: re.sub(r"^[(（\[]|[)）\]]$", "", re.sub(r"^单位[:：]", "", cell)) for place, cell in cells.items()}
    units = {place: cell for place, cell in bare.items() if unit_factor(cell) or is_rate(cell)}
    units |= {place: cell for place, cell in bare.items() if units and re.fullmatch(r"民[国國](?:年(?:月日?)?)?", cell)}
    others = [cell for place, cell in bare.items() if place not in units and not _NO_UNIT.fullmatch(cell)]
    return (bottom + 1, units) if units and not others else (bottom, {})


def numbers_row(
    lines: Sequence[Sequence[Cell]], bottom: int, headings: tuple[Heading, ...]
) -> tuple[int, list[tuple[str, int]]]:
    """Skip a row that numbers the columns, as statistical tables have it: 甲 乙 1 2 3, or (1) (2) (3)."""
    if bottom + 1 >= len(lines):
        return bottom, []
    cells = [tidy(str(cell)).strip("()").removesuffix(".0") for cell in lines[bottom + 1] if not is_empty(cell)]
    rest = [cell for cell in cells if cell not in _ORDINALS and not re.fullmatch(r"[A-Ha-h]", cell)]
    if len(cells) < max(3, 0.7 * len(headings)) or not all(cell.isdigit() for cell in rest) or not rest:
        return bottom, []
    numbers = [int(cell) for cell in rest]
    if numbers[0] > 3 or any(after - before != 1 for before, after in itertools.pairwise(numbers)):
        return bottom, []
    return bottom + 1, [("numbers", bottom + 2)]


def is_translation(line: Sequence[Cell], headings: tuple[Heading, ...]) -> bool:
    """Whether a row says the header again in another language: nearly all its cells name the field of their column."""
    cells: list[list[str]] = [[str(cell)] if is_text(cell) else [] for cell in line]
    below = {one.place: one for one in headings_of(cells)}
    known = [one for one in headings if one.field]
    same = sum(
        one.place in below and (below[one.place].field, below[one.place].band) == (one.field, one.band) for one in known
    )
    return len(known) >= 2 and same >= 0.6 * len(known) and not any(is_number(cell) for cell in line)


def unit_of_titles(titles: tuple[str, ...]) -> str:
    """Return the units that a title gives for the whole sheet, as "人、公顷"; "" if none."""
    for title in titles:
        found = re.search(r"(?:计量|計量)?(?:单位|單位)\s*[:：]\s*([^\s,，;；)）]+)", title)
        units = [one for one in re.split(r"[、/和及]", found.group(1)) if unit_factor(one)] if found else []
        if units:
            return "、".join(units)
    return ""
