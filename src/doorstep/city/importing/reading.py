"""The lists of the files that offices hand in, each with what it is taken for."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city.coordinates import LocalGrid
from doorstep.city.grids import SHEETS, Grid, UnreadableError, read_grids
from doorstep.city.importing.answers import read_answers, roles_of
from doorstep.city.importing.blocks import forms_of
from doorstep.city.importing.control_points import control_grid
from doorstep.city.importing.findings import Finding
from doorstep.city.importing.forms import Form
from doorstep.city.importing.kml import read_kml
from doorstep.city.importing.layers import LAYER_SUFFIXES, form_of_layer, layers_of, lists_of_dxf
from doorstep.city.importing.lists import Listed, read_list
from doorstep.city.importing.mapping import ListMapping, alike_files, applied, entry_of, field_text, source_name
from doorstep.city.importing.osm import osm_lists
from doorstep.city.importing.which import is_survey, table_of
from doorstep.city.streets import OSM_SUFFIXES, osm_streets
from doorstep.city.tables import as_text

__all__ = ["TABLES_IN_ORDER", "Answers", "Imported", "ReadList", "read_files"]

Shapes = npt.NDArray[np.object_]
TABLES_IN_ORDER = ("communities", "compounds", "residences", "facilities", "spaces")
"""Tables in the order in which their rows find one another."""


@dataclass(slots=True, eq=False)
class ReadList:
    """A list of a file with what it is taken for.

    Parameters
    ----------
    source
        Name of the list.
    entry
        What it is taken for, as proposed or confirmed.
    confirmed
        True if a person confirmed it.
    listed
        Its rows; None if it is left out.
    lead, second
        How clearly it is of its table, and which would be next.
    """

    source: str
    entry: ListMapping
    confirmed: bool
    listed: Listed | None
    lead: float = 9.0
    second: str = ""


@dataclass(slots=True, eq=False)
class Answers:
    """A questionnaire's answers, read; they are no rows of the city's tables."""

    file: str
    frame: pd.DataFrame
    entry: ListMapping = field(default_factory=lambda: ListMapping("", "survey", {}))

    @property
    def roles(self) -> dict[str, str]:
        """What each question asks."""
        return {header: role for header, (role, _) in self.entry.columns.items()}


@dataclass(slots=True, eq=False)
class Imported:
    """All files, read.

    Parameters
    ----------
    lists
        In the order of the files.
    findings
        What belongs to no list: unreadable files, sheets without a list.
    grid
        The city's own grid, if control points are among the files.
    streets
        OpenStreetMap file that holds the streets, None if there is none.
    answers
        Questionnaires.
    british
        The city has a British profile or grid.
    whole_names
        Files whose lists go by the whole name of the file.
    names
        Names of the files, as their lists go by them.
    """

    lists: list[ReadList]
    findings: list[Finding] = field(default_factory=list)
    grid: LocalGrid | None = None
    streets: Path | None = None
    answers: list[Answers] = field(default_factory=list)
    british: bool = False
    whole_names: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def source(self, file: str, sheet: str) -> str:
        """Name of a list; no two files of one batch share it, or one would replace the rows of the other."""
        return source_name(file, sheet, whole=file in self.whole_names)


def read_files(paths: Sequence[Path], entries: Sequence[ListMapping], *, british: bool = False) -> Imported:
    """Read every list of every file, by its confirmed entry if it has one.

    A file that cannot be read is among the findings; the others are read all the same. ``british``: they are for a
    city with a British profile or grid.
    """
    files = [path.name for path in paths]
    found = Imported([], british=british, whole_names=alike_files(files, entries))
    found.names = frozenset(found.source(file, "") for file in files)
    surveys: list[tuple[str, Grid]] = []
    for path in paths:
        name = path.name.casefold()
        before = _gained(found, surveys)
        n_told = len(found.findings)
        try:
            if name.endswith(OSM_SUFFIXES):
                listed = osm_lists(path)
                if osm_streets(path, []) is not None:
                    found.streets = path
                elif not listed:
                    raise UnreadableError("table-unreadable", "neither streets nor places")
                found.lists += [_of_listed(one, entries, found) for one in listed]
            elif name.endswith((".kml", ".kmz")):
                layers, listed = read_kml(path)
                for layer, cells, shapes in layers:
                    _of_layer(path, (layer, cells, shapes, "EPSG:4326", ""), entries, found)
                found.lists += [_of_listed(one, entries, found) for one in listed]
            elif name.endswith(".dxf"):
                found.lists += [_of_listed(one, entries, found) for one in lists_of_dxf(path)]
            elif name.endswith(LAYER_SUFFIXES):
                for read in layers_of(path):
                    _of_layer(path, read, entries, found)
            elif name.endswith(SHEETS):
                _of_sheets(path, entries, found, surveys)
            else:
                raise UnreadableError("kind-unknown", path.suffix)
        except UnreadableError as fault:
            found.findings.append(Finding("question", path.name, "", None, "", fault.code, {"reason": str(fault)}))
        said = any(one.kind == "question" or one.code == "file-empty" for one in found.findings[n_told:])
        if _gained(found, surveys) == before and not said:
            found.findings.append(Finding("layout", path.name, "", None, "", "file-none"))
    for file in dict.fromkeys(file for file, _ in surveys):
        grids = [grid for other, grid in surveys if other == file]
        roles = {header: (role, "") for grid in grids[:1] for header, role in roles_of(grid).items()}
        source = found.source(file, grids[0].sheet)
        entry = entry_of(source, roles, entries)
        system = "WGS84" if "_geolocation" in roles else ""  # the programs that write it know no other
        proposed = ListMapping(source, "survey", roles, coordinates=system)
        found.lists.append(ReadList(source, entry or proposed, entry is not None, None))
        entry = found.lists[-1].entry
        answers, told = read_answers(grids, {header: role for header, (role, _) in entry.columns.items()})
        found.answers.append(Answers(file, answers, entry))
        found.findings += told
    return found


def _gained(found: Imported, surveys: Sequence[tuple[str, Grid]]) -> tuple[object, ...]:
    """What was read so far; it stays the same where a file gives nothing."""
    return len(found.lists), len(surveys), id(found.grid), found.streets


def _of_sheets(path: Path, entries: Sequence[ListMapping], found: Imported, surveys: list[tuple[str, Grid]]) -> None:
    grids = read_grids(path)
    if not any(cell not in (None, "") for grid in grids for line in grid.lines for cell in line):
        found.findings.append(Finding("layout", path.name, "", None, "", "file-empty"))
    for grid in grids:
        filled = sum(any(cell not in (None, "") for cell in line) for line in grid.lines[:50])
        if grid.hidden:
            found.findings.append(Finding("layout", grid.file, grid.sheet, None, "", "sheet-hidden"))
            continue
        if not filled:
            continue
        controls = control_grid(grid)
        if controls is not None:
            found.grid, told = controls
            found.findings += told
            continue
        forms = forms_of(grid)
        headers = [str(cell) for cell in next((line for line in grid.lines if any(line)), [])]
        if is_survey(headers) or (forms and table_of(forms[0])[0] == "survey"):
            surveys.append((grid.file, grid))
            continue
        if not forms:
            first = next((as_text(cell) for line in grid.lines for cell in line if cell not in (None, "")), "")
            found.findings.append(Finding("layout", grid.file, grid.sheet, None, "", "no-list", {"found": first[:60]}))
            continue
        if len(forms) > 1:
            rows = ", ".join(str(form.header_rows[0]) for form in forms)
            values = {"count": str(len(forms)), "rows": rows}
            found.findings.append(Finding("layout", grid.file, grid.sheet, None, "", "several-lists", values))
        found.lists += [_of_form(form, entries, found) for form in forms]


def _of_layer(
    path: Path,
    read: tuple[str, pd.DataFrame, Shapes, str, str],
    entries: Sequence[ListMapping],
    found: Imported,
) -> None:
    """A layer as a list; what is no list is told."""
    layer, cells, shapes, crs, encoding = read
    form = form_of_layer(path.name, layer, cells)
    if form is None:
        return
    kinds = {shape.geom_type for shape in shapes[:200] if shape is not None}
    if kinds and kinds <= {"LineString", "MultiLineString"}:
        found.findings.append(Finding("layout", path.name, layer, None, "", "lines"))
        return
    one = _of_form(form, entries, found)
    if one.listed is not None:
        one.listed.shapes, one.listed.crs = shapes, crs
        assert one.listed.reader is not None
        if path.suffix.casefold() == ".shp":
            one.listed.reader.layout("", "encoding", found=encoding)
        if not crs:
            one.listed.reader.layout("", "system-none")
        one.listed.about_points = one.listed.about_points or "geometry"
    else:
        # the layer is no list that is known; what is wrong with its outlines is told all the same
        for place in np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)).tolist():
            reason = str(shapely.is_valid_reason(shapes[place])).partition("[")[0]
            values = {"reason": reason}
            found.findings.append(Finding("fault", path.name, layer, place + 1, "geometry", "outline-invalid", values))
    found.lists.append(one)


def _of_form(form: Form, entries: Sequence[ListMapping], found: Imported) -> ReadList:
    source = found.source(form.grid.file, form.grid.sheet) + (f"#{form.part}" if form.part else "")
    headers = [one.text for one in form.headings]
    own = found.source(form.grid.file, "")
    of_others = [one.source for one in entries if re.split("[/#]", one.source)[0] in found.names - {own}]
    entry = entry_of(source, headers, entries, [*of_others, *(one.source for one in found.lists)])
    table, lead, second = table_of(form)
    if entry is None:
        units = {one.text: (field_text(one), one.unit) for one in form.headings}
        examples = {
            one.text: next((as_text(cell)[:40] for cell in column if cell not in (None, "")), "")
            for one, column in zip(form.headings, form.columns, strict=True)
        }
        proposed = ListMapping(source, table, units, {name: text.replace("\n", " ") for name, text in examples.items()})
        listed = read_list(form, table, british=found.british) if table in TABLES_IN_ORDER else None
        return ReadList(source, proposed, False, listed, lead, second)
    form = dataclasses.replace(form, headings=applied(form.headings, entry))
    listed = read_list(form, entry.table, british=found.british) if entry.table in TABLES_IN_ORDER else None
    return ReadList(entry.source, entry, True, listed)


def _of_listed(listed: Listed, entries: Sequence[ListMapping], found: Imported) -> ReadList:
    name = found.source(listed.file, listed.sheet)
    source = f"{name}:{listed.table}"
    for place, one in enumerate(listed.findings):
        if one.code == f"drawn-{listed.table}":
            listed.findings[place] = dataclasses.replace(one, values={**one.values, "source": source})
    entry = next((one for one in entries if one.source == source), None)
    if entry is not None and entry.table == "":
        return ReadList(source, entry, True, None)
    if entry is not None and entry.table != listed.table and entry.table in TABLES_IN_ORDER:
        listed = _as_table(listed, entry.table)
    return ReadList(source, entry or ListMapping(source, listed.table, {}, whole=True), entry is not None, listed)


_NAMED = {"communities": "community", "compounds": "compound", "residences": "building"}
"""Field with the names of what a drawing shows."""


def _as_table(listed: Listed, table: str) -> Listed:
    """Return what was drawn as the table that a person says it is, under the same names."""
    own, other = _NAMED.get(listed.table, ""), _NAMED.get(table, "")
    frame = listed.frame
    if own in frame and other:
        frame = frame.drop(columns=[one for one in _NAMED.values() if one != own and one in frame])
        frame = frame.rename(columns={own: other})
    return dataclasses.replace(listed, table=table, frame=frame)
