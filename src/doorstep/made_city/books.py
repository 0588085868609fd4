"""Workbooks as offices write them: rows, merged cells, and no time of writing, so that a seed gives the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.cell_range import CellRange

__all__ = ["Sheet", "write_book"]

WRITTEN = datetime(2026, 1, 15, 9, 0, 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its rows from row 1 on, and which cells are merged (``(row, column, row, column)``, from 1)."""

    title: str
    rows: Sequence[Sequence[Any]]
    merged: Iterable[tuple[int, int, int, int]] = field(default=())


def write_book(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write a workbook; its properties say that it is made up."""
    book = openpyxl.Workbook(write_only=True)
    book.properties.creator, book.properties.title = "doorstep make-city", "MADE UP 虚构"
    book.properties.created = WRITTEN
    for sheet in sheets:
        page: Any = book.create_sheet(sheet.title)
        for row in sheet.rows:
            page.append(list(row))
        for top, left, bottom, right in sheet.merged:
            page.merged_cells.ranges.add(CellRange(min_col=left, min_row=top, max_col=right, max_row=bottom))
    book.save(path)
    _without_time(path)


def _without_time(path: Path) -> None:
    """Put one fixed time for the time of writing."""
    with zipfile.ZipFile(path) as book:
        parts = [(info.filename, book.read(info.filename)) for info in book.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts:
            if name == "docProps/core.xml":
                head, _, rest = content.partition(b"<dcterms:modified")
                content = (
                    head
                    + b"<dcterms:modified"
                    + rest.replace(
                        rest[rest.index(b">") + 1 : rest.index(b"<")], f"{WRITTEN:%Y-%m-%dT%H:%M:%SZ}".encode(), 1
                    )
                )
            info = zipfile.ZipInfo(name, WRITTEN.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            book.writestr(info, content)
