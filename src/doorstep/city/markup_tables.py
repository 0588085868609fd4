"""Tables in pages and in XML that office programs write under the name of a workbook."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

__all__ = ["MarkupTable", "tables_of_page", "tables_of_spreadsheet_xml"]

_MOST_COLUMNS = 2_000
Merged = tuple[int, int, int, int]
MarkupTable = tuple[str, list[list[Any]], tuple[Merged, ...]]
"""Name, rows of cells, merged cells (first row, first column, last row, last column, from 0)."""


class _Page(HTMLParser):
    """Gathers the outermost tables of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[tuple[str, int, int]]]] = []
        self.depth = 0
        self.cell: list[str] | None = None
        self.span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables.append([])
        elif self.depth == 1 and tag == "tr":
            self.end_cell()
            self.tables[-1].append([])
        elif self.depth == 1 and tag in ("td", "th"):
            self.end_cell()
            given = dict(attrs)
            self.span = (_span(given.get("rowspan")), _span(given.get("colspan")))
            self.cell = []
        elif tag == "br" and self.cell is not None:
            self.cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            if self.depth == 1:
                self.end_cell()
            self.depth = max(0, self.depth - 1)
        elif self.depth == 1 and tag in ("td", "th", "tr"):
            self.end_cell()

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def end_cell(self) -> None:
        """Close the cell that is open: pages often leave that out."""
        if self.cell is None:
            return
        words = re.sub(r"[ \t\r\f\v\xa0]+", " ", "".join(self.cell)).strip()
        if not self.tables[-1]:
            self.tables[-1].append([])
        self.tables[-1][-1].append((words, *self.span))
        self.cell = None


def _span(text: str | None) -> int:
    return min(max(int(text), 1), _MOST_COLUMNS) if text and text.strip().isdigit() else 1


def tables_of_page(text: str) -> list[MarkupTable]:
    """Return the tables of a page, those with at least two rows; spans are merged cells.

    Examples
    --------
    >>> tables_of_page("<table><tr><th colspan=2>A</th></tr><tr><td>1<td>2</table>")
    [('', [['A', ''], ['1', '2']], ((0, 0, 0, 1),))]
    """
    page = _Page()
    page.feed(text)
    page.close()
    if page.tables:
        page.end_cell()
    found = []
    for rows in page.tables:
        lines, merged = _laid(rows)
        if len(lines) > 1:
            found.append(("", lines, merged))
    return found


def _laid(rows: list[list[tuple[str, int, int]]]) -> tuple[list[list[Any]], tuple[Merged, ...]]:
    """Put cells where they stand on the paper: a cell over several rows pushes those below it to the right."""
    lines: list[list[Any]] = []
    merged: list[Merged] = []
    taken: dict[int, int] = {}  # column -> last row that a cell from above covers
    for number, cells in enumerate(rows):
        line: list[Any] = []
        for words, down, right in cells:
            while taken.get(len(line), -1) >= number:
                line.append("")
            at = len(line)
            last = min(number + down - 1, len(rows) - 1)
            right = min(right, _MOST_COLUMNS - at)
            if right < 1:
                break
            line += [words, *([""] * (right - 1))]
            for column in range(at, at + right):
                taken[column] = max(taken.get(column, -1), last)
            if last > number or right > 1:
                merged.append((number, at, last, at + right - 1))
        lines.append(line)
    return lines, tuple(merged)


def tables_of_spreadsheet_xml(content: bytes) -> list[MarkupTable]:
    """Return the sheets of a workbook in the XML of Excel 2003.

    Raises
    ------
    ValueError
        If it is no such workbook.
    """
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as fault:
        raise ValueError(str(fault)) from fault
    return [_sheet(node) for node in root.iter() if _name(node.tag) == "Worksheet"]


def _name(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _of(node: Any, name: str) -> str:
    return next((value for key, value in node.attrib.items() if _name(key) == name), "")


def _sheet(node: Any) -> MarkupTable:
    lines: list[list[Any]] = []
    merged: list[Merged] = []
    for row in (one for one in node.iter() if _name(one.tag) == "Row"):
        at = _of(row, "Index")
        if at.isdigit() and len(lines) < int(at) - 1 <= 1_100_000:
            lines += [[] for _ in range(int(at) - 1 - len(lines))]
        line: list[Any] = []
        for cell in (one for one in row if _name(one.tag) == "Cell"):
            at = _of(cell, "Index")
            if at.isdigit() and len(line) < int(at) - 1 <= _MOST_COLUMNS:
                line += [""] * (int(at) - 1 - len(line))
            place = len(line)
            data = next((one for one in cell if _name(one.tag) == "Data"), None)
            words = "" if data is None else "".join(data.itertext()).strip()
            line.append(_value(words, "" if data is None else _of(data, "Type")))
            across, down = _of(cell, "MergeAcross"), _of(cell, "MergeDown")
            right = min(int(across) if across.isdigit() else 0, _MOST_COLUMNS)
            line += [""] * right
            if right or (down.isdigit() and down != "0"):
                merged.append((len(lines), place, len(lines) + int(down or 0), place + right))
        lines.append(line)
    return _of(node, "Name"), lines, tuple(merged)


def _value(words: str, kind: str) -> Any:
    if kind == "Number":
        try:
            return float(words)
        except ValueError:
            return words
    return words[:10] if kind == "DateTime" and re.match(r"\d{4}-\d\d-\d\d", words) else words
