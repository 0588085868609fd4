"""A list of rooms or facilities, read as an import reads it, as records that can be compared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from doorstep.city.grids import Grid, UnreadableError, read_grids
from doorstep.city.importing.blocks import forms_of
from doorstep.city.importing.forms import Form
from doorstep.city.importing.headings import headings_of
from doorstep.city.importing.lists import Listed, read_list
from doorstep.city.tables import as_text
from doorstep.errors import DoorstepError, InputError, Problem

__all__ = ["NAMES", "Record", "read_records"]

NAMES = ("place", "name", "名称", "资产名称", "房屋名称", "机构名称", "设施名称", "據點名稱")
"""Some of what a column of names may be called; what an import knows counts."""
_HEADER_WITHIN = 12
_SOURCE = ("source", "来源")


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
    """Read the records of a csv, xls or xlsx file with the reader and the headers of the import.

    Of several lists the first that has names is taken. Rows without a name, totals and notes are left out.

    Raises
    ------
    DoorstepError
        ``records-unreadable`` if it is no table, ``records-empty`` if there is nothing in it, ``records-no-name`` if
        no column holds names.
    """
    try:
        grids = read_grids(path)
    except UnreadableError as fault:
        if fault.code != "table-unreadable":
            raise InputError([Problem(path.name, fault.code, values={"rows": str(fault)})]) from fault
        raise DoorstepError("records-unreadable", file=path, reason=str(fault) or fault.code) from fault
    except OSError as fault:
        raise DoorstepError("records-unreadable", file=path, reason=fault.strerror) from fault
    if sheet is not None and sheet not in (named := [grid.sheet for grid in grids]):
        raise DoorstepError("records-unreadable", file=path, reason=f"{sheet}: {', '.join(named)}")
    grids = [grid for grid in grids if grid.sheet == sheet or (sheet is None and not grid.hidden)]
    for form in (form for grid in grids for form in forms_of(grid)):
        if any(heading.field == "name" for heading in form.headings):
            return _records(form, read_list(form, "spaces"))
    if any(_has_names(grid) for grid in grids):
        return ()
    lines = [line for grid in grids for line in grid.lines if any(cell not in (None, "") for cell in line)]
    if not lines:
        raise DoorstepError("records-empty", file=path)
    found = ", ".join(as_text(one) for one in lines[0] if one not in (None, ""))
    raise DoorstepError("records-no-name", file=path, expected=", ".join(NAMES), found=found[:200])


def _has_names(grid: Grid) -> bool:
    """Whether a sheet has a header of a list without any row."""
    lines = [[as_text(cell) for cell in line] for line in grid.lines[:_HEADER_WITHIN]]
    return any(heading.field == "name" for line in lines for heading in headings_of([[cell] for cell in line]))


def _records(form: Form, listed: Listed) -> tuple[Record, ...]:
    frame = listed.frame
    source = next(
        (
            [as_text(cell) for cell in column]
            for heading, column in zip(form.headings, form.columns, strict=True)
            if heading.text.strip().casefold() in _SOURCE
        ),
        [""] * len(frame),
    )
    points = listed.points
    degrees = points is not None and bool(pd.DataFrame(points).abs().max().le([180.0, 90.0]).all())
    made = []
    for place, row in enumerate(frame.to_dict("records")):
        name = str(row.get("name", ""))
        if not name:
            continue
        lon, lat = points[place] if points is not None and degrees else (math.nan, math.nan)
        areas = {float(row.get(field, math.nan)) for field in ("area_m2", "floor_area_m2")}
        made.append(
            Record(
                row=int(row["row"]),
                id=str(row.get("id", "")) or str(row["row"]),
                name=name,
                address=str(row.get("address", "")),
                owner=str(row.get("owner", "")),
                areas_m2=tuple(sorted(one for one in areas if one > 0)),
                storey=_storey(row),
                lon=float(lon),
                lat=float(lat),
                source=source[place],
            )
        )
    return tuple(made)


def _storey(row: Mapping[Any, Any]) -> int | None:
    value = row.get("storey", math.nan)
    return int(value) if value == value and value is not None else None
