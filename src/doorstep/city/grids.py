"""Sheets as they stand in csv, xls and xlsx files: cells by row and column, before anybody knows what they mean."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import python_calamine

from doorstep.city.long_text import TextColumn, read_columns
from doorstep.city.markup_tables import tables_of_page, tables_of_spreadsheet_xml
from doorstep.city.old_workbook import DamagedError, read_old_workbook

__all__ = ["SHEETS", "Grid", "UnreadableError", "decoded", "read_grids"]

SHEETS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")
_MOST_CELLS = 60_000_000
"""A stray cell in the last corner of a sheet must not make the reader ask for the memory of all cells before it."""
_SCANNED_BYTES = 60_000_000
_LONG_BYTES = 3_000_000
"""A longer text is read by columns."""
_REFERENCE = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
_HIDDEN = re.compile(rb'<row [^>]*?r="(\d+)"[^>]*?hidden="(?:1|true)"')

Row = list[Any]


_UTF8_CHINESE = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}")


class UnreadableError(Exception):
    """A file that is damaged, locked or not of its kind; ``code`` names the text, the argument is the reason."""

    def __init__(self, code: str, reason: str = "") -> None:
        self.code = code
        super().__init__(reason)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One sheet.

    Parameters
    ----------
    file, sheet
        Name of the file; name of the sheet, "" for a text file.
    lines
        Rows from the first of the sheet on, so that the row a spreadsheet shows is the position plus 1. A cell is a
        text, a number, a date, a bool; "" or None is nothing. Rows may be of different lengths.
    merged
        First row, first column, last row, last column of merged cells, from 0.
    hidden_rows
        Rows that the spreadsheet hides, from 1.
    hidden
        True if the whole sheet is hidden.
    encoding
        Of a text file.
    columns
        A long text file by columns, all of one length; ``lines`` then holds its first rows only.
    decimal_comma
        True if a text file wrote 12,5 for twelve and a half; its cells have points now.
    """

    file: str
    sheet: str
    lines: list[Row]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    hidden: bool = False
    encoding: str = ""
    columns: tuple[TextColumn, ...] = ()
    decimal_comma: bool = False

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.columns[0]) if self.columns else len(self.lines)

    def column(self, place: int, first: int) -> Sequence[Any]:
        """Return the cells of a column from a row on, rows from 0; None where a row is too short."""
        if self.columns:
            return self.columns[place][first:]
        return [line[place] if place < len(line) else None for line in self.lines[first:]]

    def line(self, row: int) -> Row:
        """Return a row, from 0."""
        return [column[row] for column in self.columns] if self.columns else self.lines[row]

    def rows(self) -> Iterator[Row]:
        """Walk through all rows."""
        return map(list, zip(*self.columns, strict=True)) if self.columns else iter(self.lines)


def read_grids(path: Path) -> list[Grid]:
    """Return all sheets of a csv, xls, xlsx or ods file.

    Raises
    ------
    UnreadableError
        ``table-unreadable``, ``encoding-wrong``, ``encoding-mixed`` (the reason names the first rows) or ``quote-open``
        (the line).
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise UnreadableError("table-unreadable", str(fault.strerror)) from fault
    # an export may be called .xls and be text, or be called .csv and be a workbook: the bytes decide
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _workbook(path.name, content)
    if path.suffix.casefold() in (".xlsx", ".xlsm", ".ods") or (
        path.suffix.casefold() == ".xls"
        and b"\x00" in content[:512]
        and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        raise UnreadableError("table-unreadable", "not a workbook")
    found = decoded(content)
    if found is None:
        raise UnreadableError("encoding-wrong")
    if found[1] in ("gb18030", "cp950") and (rows := _rows_in_utf8(content)):
        raise UnreadableError("encoding-mixed", ", ".join(map(str, rows)))
    page = _markup_grids(path.name, content, *found)
    return [_text_grid(path.name, len(content), *found)] if page is None else page


def _markup_grids(file: str, content: bytes, text: str, encoding: str) -> list[Grid] | None:
    """The tables of a page or of Excel's XML, which programs write under the name of a workbook; None if it is none."""
    head = text[:4_000].lstrip("\ufeff \r\n\t").casefold()
    if head.startswith("<?xml") and "urn:schemas-microsoft-com:office:spreadsheet" in head:
        try:
            tables = tables_of_spreadsheet_xml(content)
        except ValueError as fault:
            raise UnreadableError("table-unreadable", str(fault)) from fault
    elif re.match(r"<(?:!doctype html|html|head|meta|table|style|body|\?xml[^>]*>\s*<html)", head):
        tables = tables_of_page(text)
    else:
        return None
    return [
        Grid(file, name or (f"#{place}" if place > 1 else ""), lines, merged, encoding=encoding)
        for place, (name, lines, merged) in enumerate(tables, start=1)
    ]


def decoded(content: bytes) -> tuple[str, str] | None:
    """Return text and its encoding: by its mark, else the first of UTF-8 and UTF-16 that fits, else GB18030 or Big5.

    Examples
    --------
    >>> decoded("编号".encode("gbk")), decoded("编号".encode("utf-16")), decoded("據點名稱".encode("big5"))
    (('编号', 'gb18030'), ('编号', 'utf-16'), ('據點名稱', 'cp950'))
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif b"\x00" in content:
        candidates = ["utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"]
    else:
        candidates = ["utf-8-sig", *_chinese(content)]
    for encoding in candidates:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return None


def _chinese(content: bytes) -> list[str]:
    """GB18030 and Big5, the likelier first: wrongly read, common characters turn into rare ones."""
    shares = {}
    for encoding in ("gb18030", "cp950"):
        text = content[:200_000].decode(encoding, errors="replace")
        wide = [one for one in text if ord(one) > 0x7F]
        # the first level of GB 2312 and of Big5 holds the characters that people use
        common = sum(_is_common(one, encoding) for one in wide)
        shares[encoding] = common / len(wide) if wide else 0.0
    # a Big5 text reads as GB18030 without an error, but hardly ever as its common characters
    return ["cp950", "gb18030"] if shares["cp950"] > shares["gb18030"] + 0.15 else ["gb18030", "cp950"]


def _rows_in_utf8(content: bytes) -> list[int]:
    """Return the first five rows of a text in GB18030 or Big5 that are UTF-8, as when two files were put together.

    They would be read without an error, as other words: two Chinese characters in UTF-8 are three rare ones in GB18030.
    """
    found: list[int] = []
    for hit in _UTF8_CHINESE.finditer(content):
        start = content.rfind(b"\n", 0, hit.start()) + 1
        end = content.find(b"\n", hit.end())
        try:
            content[start : end if end >= 0 else len(content)].decode("utf-8")
        except UnicodeDecodeError:
            continue
        row = content.count(b"\n", 0, start) + 1
        if row not in found:
            found.append(row)
        if len(found) == 5:
            break
    return found


def _is_common(character: str, encoding: str) -> bool:
    try:
        first = character.encode(encoding)
    except UnicodeEncodeError:
        return False
    if len(first) != 2:
        return False
    lead = first[0]
    if encoding == "cp950":
        return 0xA1 <= lead <= 0xC6
    return lead == 0xA1 or lead == 0xA3 or (0xB0 <= lead <= 0xD7 and first[1] >= 0xA1)


def _text_grid(file: str, size: int, text: str, encoding: str) -> Grid:
    mark = _delimiter(text)
    if size > _LONG_BYTES:
        columns = read_columns(text, mark)
        if columns is not None:
            head = [list(line) for line in zip(*(column[:200] for column in columns), strict=True)]
            return Grid(file, "", head, encoding=encoding, columns=columns)
    try:
        lines = _lines(text, mark)
    except csv.Error as fault:
        raise UnreadableError("table-unreadable", str(fault)) from fault
    if mark == ";" and _is_decimal_comma(lines):
        lines = [[re.sub(r"^(\s*-?\d+),(\d+\s*)$", r"\1.\2", cell) for cell in line] for line in lines]
        return Grid(file, "", lines, encoding=encoding, decimal_comma=True)
    return Grid(file, "", lines, encoding=encoding)


def _lines(text: str, mark: str) -> list[Row]:
    """The rows of a text; a quotation mark that is not closed, which would swallow rows, is refused with its line."""
    raw = io.StringIO(text, newline="").readlines()
    reader = csv.reader(raw, delimiter=mark)
    lines: list[Row] = []
    before = 0
    for line in reader:
        if reader.line_num > before + 1 or reader.line_num == len(raw):
            opened = _unclosed("".join(raw[before : reader.line_num]), line, mark)
            if opened is not None:
                raise UnreadableError("quote-open", str(before + 1 + opened))
        before = reader.line_num
        lines.append(line)
    return lines


def _unclosed(raw: str, line: Row, mark: str) -> int | None:
    """In which line of a row of several a quotation mark opens that nobody closes, from 0; None if all is well.

    A cell of several lines may be meant (an address); it is not if the file ends in it, or if it holds cells of its
    own and words go on right behind the mark that closes it: that one was to open the next.
    """
    try:
        next(csv.reader(io.StringIO(raw, newline=""), delimiter=mark, strict=True))
        return None
    except csv.Error as fault:
        at_end = "unexpected end" in str(fault)
    lines_before = 0
    for place, cell in enumerate(line):
        first, more, _ = cell.partition("\n")
        if (at_end and place == len(line) - 1) or (more and mark in first):
            return lines_before
        lines_before += cell.count("\n")
    return None


def _is_decimal_comma(lines: list[Row]) -> bool:
    """Whether the comma parts whole from tenths, as where semicolons part the cells: never groups of three alone."""
    numbers = [cell.strip() for line in lines for cell in line if re.fullmatch(r"\s*-?\d+,\d+\s*", cell)]
    grouped = [one for one in numbers if re.fullmatch(r"-?\d{1,3},\d{3}", one)]
    return len(numbers) > len(grouped) and not any(
        re.fullmatch(r"\s*-?\d+\.\d+\s*", cell) for line in lines for cell in line
    )


def _delimiter(text: str) -> str:
    """The mark that most of the first lines have equally often; a title line has none."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    return max(",\t;|", key=lambda mark: sorted(line.count(mark) for line in lines)[len(lines) // 2] if lines else 0)


def _workbook(file: str, content: bytes) -> list[Grid]:
    if not content.startswith(b"PK"):
        try:
            sheets = read_old_workbook(content)
        except DamagedError as fault:
            raise UnreadableError("table-unreadable", str(fault)) from fault
        return [Grid(file, name, lines, _rectangles(ranges), hidden=hidden) for name, hidden, lines, ranges in sheets]
    try:
        vast, hidden_rows = _glance(content)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        grids: list[Grid] = []
        for about in book.sheets_metadata:
            if str(about.typ) != "SheetTypeEnum.WorkSheet":
                continue
            hidden = str(about.visible) != "SheetVisibleEnum.Visible"
            place = len(grids)
            if vast:
                grids.append(Grid(file, about.name, _streamed(content, about.name), (), hidden=hidden))
                continue
            sheet = book.get_sheet_by_name(about.name)
            lines = sheet.to_python(skip_empty_area=False)
            merged = _rectangles(sheet.merged_cell_ranges or [])
            rows = hidden_rows[place] if place < len(hidden_rows) else frozenset()
            grids.append(Grid(file, about.name, lines, merged, rows, hidden))
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as fault:
        # the reader of workbooks is compiled: what it finds impossible arrives as a panic, which is no Exception
        raise UnreadableError("table-unreadable", str(fault)[:200]) from fault
    return grids


def _rectangles(ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> tuple[tuple[int, int, int, int], ...]:
    return tuple(sorted((first[0], first[1], last[0], last[1]) for first, last in ranges))


def _glance(content: bytes) -> tuple[bool, list[frozenset[int]]]:
    """Whether cells lie so far apart that the rectangle around them is vast; the hidden rows of each sheet."""
    vast, hidden = False, []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [one for one in archive.infolist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", one.filename)]
        for part in sorted(parts, key=lambda one: int(re.sub(r"\D", "", one.filename))):
            with archive.open(part) as stream:
                text = stream.read(_SCANNED_BYTES)
            if part.file_size <= _SCANNED_BYTES:
                cells = _REFERENCE.findall(text)
                rows = max((int(row) for _, row in cells), default=0)
                columns = max((_column_number(name) for name, _ in cells), default=0)
                vast |= rows * columns > max(_MOST_CELLS, 200 * len(cells) if len(cells) > 1_000_000 else 0)
            hidden.append(frozenset(int(row) for row in _HIDDEN.findall(text)) if b"hidden=" in text else frozenset())
    return vast, hidden


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name:
        number = 26 * number + letter - 64
    return number


def _streamed(content: bytes, name: str) -> list[Row]:
    """Row by row, for a sheet whose rectangle is vast: each row ends with its last cell that holds something."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    lines: list[Row] = []
    last = 0
    for values in book[name].iter_rows(values_only=True):
        line = list(values)
        while line and line[-1] in (None, ""):
            line.pop()
        lines.append(line)
        last = len(lines) if line else last
    book.close()
    return lines[:last]
