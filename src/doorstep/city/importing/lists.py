"""A list of an office as rows of the city's tables: typed, in base units, with all that is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.importing.ages import people_by_age, total_people
from doorstep.city.importing.convert import Reader
from doorstep.city.importing.findings import Finding, rare
from doorstep.city.importing.forms import Form
from doorstep.city.importing.headings import Heading
from doorstep.city.importing.headings import field as field_of
from doorstep.city.importing.positions import pairs, singles
from doorstep.city.importing.prices import capitals, rents
from doorstep.city.importing.quantity import tidy
from doorstep.city.importing.totals import check_totals
from doorstep.city.tables import as_text

__all__ = ["Listed", "read_list"]

Floats = npt.NDArray[np.float64]
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
_SEVERAL = ("category", "space_kind", "owner", "remark")
"""Fields of which a list may have several columns: what stands in them is put side by side."""
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
    otherwise
        System that was taken because nothing else told one.
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
    otherwise: str = ""


def read_list(form: Form, table: str, *, british: bool = False) -> Listed:
    """Read the columns of a form; rows stay as they are in number and order.

    ``british``: it is for a city with a British profile or grid.
    """
    grid = form.grid
    reader = Reader(grid.file, grid.sheet, form.rows, typed=not grid.encoding, british=british)
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
            if heading.field in _SEVERAL and heading.field in frame:
                more = reader.texts(cells, heading)
                frame[heading.field] = [
                    f"{one};{two}" if one and two and one != two else one or two
                    for one, two in zip(frame[heading.field], more, strict=True)
                ]
            else:
                _second(heading, first[heading.field], cells, cells_of[heading.field], form, reader)
            continue
        first[heading.field] = heading
        cells_of[heading.field] = cells
        values = _values(heading, cells, form, reader)
        if values is not None:
            frame[heading.field] = _column(values)
    if any(form.sections):
        frame["section"] = list(form.sections)
    check_totals(form, reader)
    rents(frame, first.get("rent"), reader)
    capitals(frame, first, reader)
    total_people(frame, reader)
    people_by_age(frame, bands, first.get("people"), form, reader)
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


_LEVELS = ("district", "subdistrict", "men", "women")
"""Fields that a list may have at several levels, as city and district; nobody need choose between them."""


def _second(
    heading: Heading, before: Heading, cells: Sequence[Any], others: Sequence[Any], form: Form, reader: Reader
) -> None:
    """Say of a second column for one field that it says the same, else ask which of the two is meant."""
    quiet = Reader(reader.file, reader.sheet, reader.rows, reader.typed, british=reader.british)
    pairs_of = zip(_shown(before, others, form, quiet), _shown(heading, cells, form, quiet), strict=True)
    unlike = [(one, other) for one, other in pairs_of if other and one != other]
    if not unlike or heading.field in _LEVELS:
        reader.layout(heading.text, "column-other" if unlike else "column-twice", first=before.text)
        return
    one, other = next(((one, other) for one, other in unlike if one), unlike[0])
    told = {"first": before.text, "second": heading.text, "field": heading.field, "found": other, "taken": one}
    reader.question(heading.text, "column-clash", count=f"{len(unlike):,}", **told)


def _shown(heading: Heading, cells: Sequence[Any], form: Form, quiet: Reader) -> list[str]:
    """Cells as they are compared: numbers in base units, 15 mu and 10,000 m² being the same; else the text."""
    if field_of(heading.field).kind in ("number", "storeys", "year", "storey"):
        return ["" if value != value else f"{value:.3g}" for value in _values(heading, cells, form, quiet)]
    return [tidy(as_text(cell)) for cell in cells]


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
        return reader.dates(cells, heading, [one.text for one in form.headings])
    if about.kind == "rate":
        return reader.numbers(cells, heading, field_of("price"), "")
    return None


def _unit(heading: Heading, form: Form) -> str:
    """The unit of the header, else that of the whole sheet if it measures the same."""
    from doorstep.city.importing.quantity import unit_factor

    if heading.unit:
        return heading.unit
    measured = field_of(heading.field).measured
    units = [one for one in form.unit.split("、") if one and (unit_factor(one) or ("",))[0] == measured]
    return units[0] if len(units) == 1 else ""


def _tell_form(form: Form, reader: Reader) -> None:
    grid = form.grid
    if grid.encoding and grid.encoding not in ("utf-8-sig", "ascii"):
        reader.layout("", "encoding", found="BIG5" if grid.encoding == "cp950" else grid.encoding.upper())
    if grid.decimal_comma:
        reader.layout("", "decimal-comma")
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
