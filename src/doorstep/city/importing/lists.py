"""A list of an office as rows of the city's tables: typed, in base units, with all that is wrong with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.importing.convert import Reader
from doorstep.city.importing.findings import Finding, rare
from doorstep.city.importing.forms import Form
from doorstep.city.importing.headings import Heading, is_rate
from doorstep.city.importing.headings import field as field_of
from doorstep.city.importing.positions import pairs, singles
from doorstep.city.importing.quantity import tidy
from doorstep.city.model import PEOPLE_COLUMNS

__all__ = ["Listed", "read_list"]

Floats = npt.NDArray[np.float64]
_BANDS = ((0, 2), (3, 5), (6, 14), (15, 34), (35, 59), (60, 69), (70, 79), (80, 120))
_TEXTS = (
    "subdistrict",
    "community",
    "community_code",
    "compound",
    "compound_code",
    "building",
    "id",
    "name",
    "address",
    "category",
    "compound_type",
    "state",
    "owner",
    "title",
    "structure",
    "fire_class",
    "present_use",
    "space_kind",
    "channel",
    "limits",
    "opening_hours",
    "operator",
    "access",
    "remark",
    "photo",
    "light",
    "lift",
    "decision",
    "district",
    "geometry",
    "capacity_unit",
    "price_unit",
    "basis",
)
_FREE = ("remark", "limits", "address", "name", "owner", "present_use", "state", "title", "operator", "access")
"""Columns in which people write what they like: names and telephones among it."""
_NUMBERS = (
    "dwellings",
    "occupied",
    "occupancy",
    "units",
    "buildings",
    "compounds",
    "floor_area_m2",
    "area_m2",
    "land_m2",
    "outdoor_m2",
    "clear_height_m",
    "capacity",
    "beds",
    "nursery_places",
    "meals_day",
    "seats",
    "price",
    "capital_cost_per_m2",
    "people",
    "men",
    "women",
)


@dataclass(slots=True, eq=False)
class Listed:
    """A list, read.

    Parameters
    ----------
    file, sheet, table
        Where it stands, and which table of the city it belongs to.
    frame
        One row per row of the list: ``row`` as a spreadsheet shows it, texts and numbers by field, ages by the columns
        of the city; absent fields are absent.
    points
        Shape (n, 2), as they stand in the file, NaN where there is none; None if the list has no coordinates.
    shapes
        Shapely objects of a layer, or None.
    crs
        System as the file says it, "" if it does not.
    about_points
        Header of the coordinates.
    findings
        What was found.
    headings
        What its columns are.
    title
        Texts above the header.
    """

    file: str
    sheet: str
    table: str
    frame: pd.DataFrame
    points: Floats | None
    shapes: npt.NDArray[np.object_] | None
    crs: str
    about_points: str
    findings: list[Finding]
    headings: tuple[Heading, ...]
    title: str = ""
    reader: Reader | None = field(default=None, repr=False)


def read_list(form: Form, table: str) -> Listed:
    """Read the columns of a form; rows stay as they are in number and order."""
    grid = form.grid
    reader = Reader(grid.file, grid.sheet, form.rows, typed=not grid.encoding)
    _tell_form(form, reader)
    frame = pd.DataFrame({"row": form.rows})
    first: dict[str, Heading] = {}
    bands: list[tuple[Heading, Floats]] = []
    cells_of: dict[str, Sequence[Any]] = {}
    for heading, cells in zip(form.headings, form.columns, strict=True):
        if heading.field == "private" or (heading.field and field_of(heading.field).kind == "private"):
            reader.layout(heading.text, "left-private")
            continue
        if not heading.field or field_of(heading.field).kind == "skip":
            continue
        if heading.field == "band":
            bands.append((heading, reader.numbers(cells, heading, field_of("band"), _unit(heading, form))))
            continue
        if heading.field in first:
            if heading.field in ("category", "space_kind") and heading.field in frame:
                more = reader.texts(cells, heading)
                frame[heading.field] = [
                    f"{one};{two}" if one and two else one or two
                    for one, two in zip(frame[heading.field], more, strict=True)
                ]
            else:
                reader.layout(heading.text, "column-twice", first=first[heading.field].text)
            continue
        first[heading.field] = heading
        cells_of[heading.field] = cells
        values = _values(heading, cells, form, reader)
        if values is not None:
            frame[heading.field] = _column(values)
    if any(form.sections):
        frame["section"] = list(form.sections)
    rents(frame, first.get("rent"), reader)
    _total_people(frame, reader)
    _ages(frame, bands, first.get("people"), form, reader)
    points, about = _points(first, cells_of, reader)
    _missing(frame, first, reader)
    reader.findings[:] = rare(reader.findings, len(frame))
    return Listed(
        grid.file,
        grid.sheet,
        table,
        frame,
        points,
        None,
        "",
        about,
        reader.findings,
        form.headings,
        " ".join(form.titles),
        reader,
    )


def _values(heading: Heading, cells: Sequence[Any], form: Form, reader: Reader) -> Any:
    name = heading.field
    about = field_of(name)
    if name in _TEXTS:
        return reader.texts(
            cells,
            heading,
            private=name in _FREE,
            name=name in ("name", "community", "compound", "subdistrict", "building"),
            word=about.kind == "word" or name == "title",
        )
    if name in _NUMBERS or about.kind == "number":
        values = reader.numbers(cells, heading, about, _unit(heading, form))
        negative = np.flatnonzero(values < 0)
        for place in negative:
            reader.fault(int(place), heading.text, "negative", found=f"{values[place]:,.10g}")
        values[negative] = np.nan
        if name == "occupancy" and len(values) and np.nanmax(values, initial=0.0) <= 1.0:
            values *= 100.0
        if name == "clear_height_m" and not heading.unit:
            middle = float(np.nanmedian(values)) if np.isfinite(values).any() else 0.0
            if 150 <= middle <= 1500:
                values /= 100.0
                reader.layout(heading.text, "unit", unit="cm", factor="0.01")
        return values
    if about.kind == "storey":
        return reader.storeys(cells, heading)
    if about.kind == "storeys":
        return reader.building_storeys(cells, heading)
    if about.kind == "year":
        return reader.years(cells, heading)
    if about.kind == "date":
        return reader.dates(cells, heading)
    if about.kind == "rate":
        return reader.numbers(cells, heading, field_of("price"), "")
    return None


def _unit(heading: Heading, form: Form) -> str:
    """The unit of the header, else that of the whole sheet if it measures the same."""
    from doorstep.city.importing.quantity import unit_factor

    if heading.unit:
        return heading.unit
    of_sheet = unit_factor(form.unit) if form.unit else None
    return form.unit if of_sheet and of_sheet[0] == field_of(heading.field).measured else ""


def _tell_form(form: Form, reader: Reader) -> None:
    grid = form.grid
    if grid.encoding and grid.encoding not in ("utf-8-sig", "ascii"):
        reader.layout("", "encoding", found=grid.encoding.upper())
    top, bottom = form.header_rows
    if bottom > 1:
        reader.layout("", "header", first=top, last=bottom)
    for kind in ("total", "section", "note", "header", "numbers"):
        rows = [str(row) for what, row in form.left_out if what == kind]
        if rows:
            reader.layout("", f"left-{kind}", rows=", ".join(rows[:20]), count=len(rows))
    if form.filled_down:
        reader.layout(", ".join(form.filled_down), "filled-down")
    hidden = [str(row) for row in form.rows if int(row) in grid.hidden_rows]
    if hidden:
        reader.layout("", "hidden-rows", rows=", ".join(hidden[:20]), count=len(hidden))
    for heading in form.headings:
        if not heading.field:
            reader.layout(heading.text, "unknown-column")


def rents(frame: pd.DataFrame, heading: Heading | None, reader: Reader) -> None:
    """Turn rents into currency per m² and year by the unit of the header."""
    if heading is None or "rent" not in frame:
        return
    unit = tidy(heading.unit or "").casefold()
    said = unit or tidy(heading.text).casefold()
    factor = 1.0
    if "万元" in said:
        factor *= 10_000
    if re.search(r"月|month", said):
        factor *= 12
    elif re.search(r"[/·每.]?(?:日|天)|day", said):
        factor *= 365
    per_area = bool(re.search(r"㎡|m2|m²|平方|平米|/平", said)) or (not unit and "m2" in said)
    values = frame.pop("rent").to_numpy(dtype=np.float64) * factor
    if is_rate(heading.unit) and not per_area:
        area = frame["area_m2"] if "area_m2" in frame else frame.get("floor_area_m2")
        if area is None:
            return
        values = values / np.where(area > 0, area, np.nan)
        reader.layout(heading.text, "rent-whole")
    elif factor != 1.0:
        reader.layout(heading.text, "unit", unit=heading.unit or heading.text, factor=f"{factor:g}")
    frame["rent_per_m2_year"] = np.round(values, 2)


def _total_people(frame: pd.DataFrame, reader: Reader) -> None:
    if "people" not in frame and {"men", "women"} <= set(frame.columns):
        frame["people"] = frame["men"] + frame["women"]
        reader.layout("", "people-men-women")
    for name in ("men", "women"):
        if name in frame:
            frame.pop(name)


def _ages(
    frame: pd.DataFrame, bands: list[tuple[Heading, Floats]], total: Heading | None, form: Form, reader: Reader
) -> None:
    """Put the ages of the list into those of the city, check them against the total, work out a single missing one."""
    if not bands:
        return
    joined = _joined_sexes(bands)
    whole = _partition([band for band, _, _ in joined])
    people = frame["people"].to_numpy() if "people" in frame else None
    if people is not None and total is not None and whole is not None:
        _check_sum(joined, whole, people, total, form, reader)
    years = np.full((len(frame), 121), np.nan)
    for band, values, _ in sorted(joined, key=lambda one: one[0][1] - one[0][0]):
        first, last = band
        inside = years[:, first : last + 1]
        free = np.isnan(inside)
        rest = values - np.nansum(np.where(free, 0.0, inside), axis=1)
        share = np.where(free, (np.maximum(rest, 0.0) / np.maximum(free.sum(axis=1), 1))[:, None], inside)
        years[:, first : last + 1] = share
    split = False
    for (first, last), column in zip(_BANDS, PEOPLE_COLUMNS, strict=True):
        exact = next((values for band, values, _ in joined if band == (first, last)), None)
        end = last if last < 120 else 120
        summed = years[:, first : end + 1].sum(axis=1)
        frame[column] = exact if exact is not None else np.round(summed, 1)
        split |= exact is None and bool(np.isfinite(summed).any())
    if split:
        reader.layout(
            ", ".join(heading.text for heading, _ in bands[:3]) + (" …" if len(bands) > 3 else ""), "ages-split"
        )


def _joined_sexes(bands: list[tuple[Heading, Floats]]) -> list[tuple[tuple[int, int], Floats, Heading]]:
    """Add up columns of one band (men and women), unless one of them is the sum already."""
    groups: dict[tuple[int, int], list[tuple[Heading, Floats]]] = {}
    for heading, values in bands:
        if heading.band is not None:
            groups.setdefault((heading.band[0], min(heading.band[1], 120)), []).append((heading, values))
    joined = []
    for band, members in groups.items():
        sexes = [
            (h, v) for h, v in members if re.search(r"男|女|\bmale|female|[_ ]?[mf]$|_[mf]_cnt$", h.text, re.IGNORECASE)
        ]
        whole = [(h, v) for h, v in members if (h, v) not in sexes] if len(sexes) < len(members) else []
        if whole:
            joined.append((band, whole[0][1].copy(), whole[0][0]))
        else:
            joined.append((band, np.sum([v for _, v in members], axis=0), members[0][0]))
    return joined


def _partition(bands: list[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """Bands that follow one another from 0 to the oldest without gap or overlap, the finest; None if there are none."""
    chosen, age = [], 0
    while age <= 110:
        here = sorted((band for band in bands if band[0] == age), key=lambda one: one[1])
        if not here:
            return None
        chosen.append(here[0])
        age = here[0][1] + 1
    return chosen


def _check_sum(
    joined: list[tuple[tuple[int, int], Floats, Heading]],
    whole: list[tuple[int, int]],
    people: Floats,
    total: Heading,
    form: Form,
    reader: Reader,
) -> None:
    columns = [(values, heading) for band, values, heading in joined if band in whole]
    table = np.column_stack([values for values, _ in columns])
    step = _rounding(people, total)
    for place in range(len(people)):
        missing = np.flatnonzero(np.isnan(table[place]))
        expected, summed = people[place], float(np.nansum(table[place]))
        if np.isnan(expected):
            continue
        if len(missing) == 1 and expected - summed >= -step:
            # one unknown is the rest; a code of its own, so that "missing" and "worked out" are not told twice
            left = max(0.0, round(expected - summed))
            columns[missing[0]][0][place] = left
            _replace(reader, place, columns[missing[0]][1].text, "missing-worked-out", taken=f"{left:g}")
        elif not len(missing) and abs(summed - expected) > max(step, 0.5) + 1e-6:
            at = _culprit(table, place, summed - expected, form, columns)
            heading = columns[at][1].text if at is not None else total.text
            reader.fault(
                place,
                heading,
                "ages-sum",
                found=f"{summed:,.0f}",
                expected=f"{expected:,.0f}",
                by=f"{summed - expected:+,.0f}",
            )


def _replace(reader: Reader, place: int, heading: str, code: str, **values: object) -> None:
    row = int(reader.rows[place])
    reader.findings[:] = [
        one
        for one in reader.findings
        if not (one.row == row and one.column == heading and one.code in ("nothing", "missing"))
    ]
    reader.fault(place, heading, code, **values)


def _rounding(people: Floats, total: Heading) -> float:
    """Half of the last place that the totals are given to: 0.4695 (10,000 persons) is exact to half a person."""
    from doorstep.city.importing.quantity import unit_factor

    known = unit_factor(total.unit) if total.unit else None
    if known is None or known[1] == 1:
        return 0.5
    shares = people[np.isfinite(people)] / known[1]
    for digits in range(7):
        if np.allclose(shares, np.round(shares, digits), atol=1e-9):
            return float(0.5 * known[1] * 10.0**-digits)
    return 0.5


def _culprit(table: Floats, place: int, by: float, form: Form, columns: list[tuple[Floats, Heading]]) -> int | None:
    """The band whose column misses the office's own subtotal by as much as the row its total; None: not to be told."""
    after = [row for row in form.totals if row > form.rows[place]]
    if not after:
        return None
    row = after[0]
    before = [total for total in form.totals if total < form.rows[place]]
    members = (form.rows > (before[-1] if before else 0)) & (form.rows < row)
    line = form.grid.line(row - 1)
    for at, (_, heading) in enumerate(columns):
        cell = line[heading.place] if heading.place < len(line) else None
        if isinstance(cell, int | float) and abs(float(np.nansum(table[members, at])) - float(cell) - by) < 0.5:
            return at
    return None


def _points(
    first: Mapping[str, Heading], cells: Mapping[str, Sequence[Any]], reader: Reader
) -> tuple[Floats | None, str]:
    if "lon" in first and "lat" in first:
        return _two("lon", "lat", first, cells, reader)
    if "point" in first:
        values, bad = pairs(cells["point"])
        for place in bad:
            reader.fault(place, first["point"].text, "unreadable", found=str(cells["point"][place]))
        return values, first["point"].text
    if "x" in first and "y" in first:
        return _two("x", "y", first, cells, reader)
    return None, ""


def _two(
    one: str, other: str, first: Mapping[str, Heading], cells: Mapping[str, Sequence[Any]], reader: Reader
) -> tuple[Floats, str]:
    columns = []
    for name in (one, other):
        values, bad = singles(cells[name])
        for place in bad:
            reader.fault(place, first[name].text, "unreadable", found=str(cells[name][place]))
        columns.append(values)
    return np.column_stack(columns), f"{first[one].text}, {first[other].text}"


_OF_SECTION = {"capacity", "beds", "nursery_places", "meals_day", "seats"}
"""Columns that only some headings between the rows fill."""
_NEEDED = {
    "floor_area_m2",
    "area_m2",
    "land_m2",
    "people",
    "dwellings",
    "storeys",
    "capacity",
    "beds",
    "nursery_places",
    "year",
    "community_code",
    "id",
    "name",
    "building",
}


def _missing(frame: pd.DataFrame, first: Mapping[str, Heading], reader: Reader) -> None:
    """Note empty cells of columns that are otherwise full; a column that is often empty is the office's habit."""
    told = {(one.row, one.column) for one in reader.findings}
    for name, heading in first.items():
        if name not in _NEEDED or name not in frame or ("section" in frame and name in _OF_SECTION):
            continue
        column = frame[name]
        blank = column.isna() if pd.api.types.is_numeric_dtype(column) else column == ""
        n_blank = int(blank.sum())
        if len(frame) < 10 or not 0 < n_blank <= max(1, 0.05 * len(frame)):
            continue
        for place in np.flatnonzero(blank):
            if (int(reader.rows[place]), heading.text) not in told:
                reader.fault(int(place), heading.text, "missing")


def _column(values: Any) -> pd.Series[Any]:
    """Texts stay plain objects: pandas would turn them into arrays that are slow to walk through."""
    return pd.Series(values, dtype=object if values.dtype == object else None)


def counted(findings: Sequence[Finding]) -> Counter[str]:
    """How many findings there are of each kind."""
    return Counter(one.kind for one in findings)
