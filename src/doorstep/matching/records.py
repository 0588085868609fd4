"""A list of rooms or facilities, whatever its columns are called, as records that can be compared."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from doorstep.errors import DoorstepError
from doorstep.matching.words import plain, storey_of

__all__ = ["NAMES", "Record", "read_records"]

NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "资产编号", "序号", "代码", "編號", "序號"),
    "name": (
        *("place", "name", "名称", "资产名称", "机构名称", "场地名称", "设施名称", "据点名称", "用房名称"),
        *("據點名稱", "機構名稱", "機關名稱"),
    ),
    "address": ("address", "地址", "坐落", "据点地址", "據點地址", "位置"),
    "area": ("usable_area_m2", "可用面积", "使用面积", "area_m2", "面积", "建筑面积", "floor_area_m2"),
    "area_more": ("floor_area_m2", "建筑面积", "gross_floor_area_m2"),
    "storey": ("storey", "层", "所在层", "楼层", "所在楼层", "floor"),
    "owner": ("owner", "产权单位", "权属单位", "产权人", "权属"),
    "lon": ("lon", "经度", "lng", "longitude"),
    "lat": ("lat", "纬度", "latitude"),
    "source": ("source", "来源"),
}
"""What columns may be called, the first that is there counts."""
_HEADER_WITHIN = 12


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a list.

    Parameters
    ----------
    row
        As the user's program counts it.
    id, name, address, owner
        Text, "" unknown.
    areas_m2
        Every area it states: usable, gross.
    storey
        None if unknown.
    lon, lat
        Degrees, NaN unknown.
    source
        Which list it came from, where the table says so.
    """

    row: int
    id: str
    name: str
    address: str = ""
    owner: str = ""
    areas_m2: tuple[float, ...] = ()
    storey: int | None = None
    lon: float = math.nan
    lat: float = math.nan
    source: str = ""


def read_records(path: Path, sheet: str | None = None) -> tuple[Record, ...]:
    """Read the records of a csv or xlsx file: the header is the first row that has a column for names.

    Rows without a name and rows of totals are left out.

    Raises
    ------
    DoorstepError
        ``records-unreadable`` if it is no table, ``records-no-name`` if no column holds names.
    """
    lines = _lines(path, sheet)
    for number, line in enumerate(lines[:_HEADER_WITHIN]):
        at = _columns(line)
        if "name" in at:
            rows = [_record(nth, row, at) for nth, row in enumerate(lines[number + 1 :], start=number + 2)]
            return tuple(row for row in rows if row is not None)
    found = ", ".join(one for one in lines[0] if one) if lines else ""
    raise DoorstepError("records-no-name", file=path, expected=", ".join(NAMES["name"]), found=found)


def _lines(path: Path, sheet: str | None) -> list[list[str]]:
    try:
        if path.suffix.casefold() == ".xlsx":
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            page = book[sheet] if sheet else book.worksheets[0]
            return [["" if cell is None else str(cell) for cell in row] for row in page.iter_rows(values_only=True)]
        content = path.read_bytes()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
            except UnicodeDecodeError:
                continue
    except (OSError, ValueError, KeyError, EOFError, csv.Error, IndexError) as fault:
        raise DoorstepError("records-unreadable", file=path, reason=fault) from fault
    except Exception as fault:  # a workbook that is none: openpyxl has no error of its own for it
        raise DoorstepError("records-unreadable", file=path, reason=type(fault).__name__) from fault
    raise DoorstepError("records-unreadable", file=path, reason="UTF-8, GB18030")


def _columns(line: Sequence[str]) -> dict[str, int]:
    heads = [re.sub(r"\(.*?\)", "", plain(cell)) for cell in line]
    return {
        field: next(heads.index(plain(name)) for name in names if plain(name) in heads)
        for field, names in NAMES.items()
        if any(plain(name) in heads for name in names)
    }


def _record(number: int, row: Sequence[str], at: Mapping[str, int]) -> Record | None:
    def cell(field: str) -> str:
        return row[at[field]].strip() if field in at and at[field] < len(row) else ""

    name = cell("name")
    if not name or plain(name) in ("合计", "总计", "小计"):
        return None
    areas = {_number(cell(field)) for field in ("area", "area_more")}
    lon, lat = _number(cell("lon")), _number(cell("lat"))
    return Record(
        row=number,
        id=cell("id") or str(number),
        name=name,
        address=cell("address"),
        owner=cell("owner"),
        areas_m2=tuple(sorted(one for one in areas if one > 0)),
        storey=storey_of(cell("storey")),
        lon=lon,
        lat=lat,
        source=cell("source"),
    )


def _number(text: str) -> float:
    found: Any = re.search(r"-?\d+(?:\.\d+)?", plain(text).replace(",", ""))
    return float(found[0]) if found else math.nan
