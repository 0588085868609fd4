"""An import from lists to a changed city: check, place, merge; nothing is written here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city.coordinates import LocalGrid
from doorstep.city.importing.answers import join_communities, weighted
from doorstep.city.importing.beside import may_be_twice
from doorstep.city.importing.canonical import canonical
from doorstep.city.importing.communities import as_said, asked
from doorstep.city.importing.convert import Reader
from doorstep.city.importing.findings import Finding, rare
from doorstep.city.importing.held import Held, held_tables, outlined
from doorstep.city.importing.homes_drawn import give_to_rows, join_outlines, joined_changes
from doorstep.city.importing.lists import Listed
from doorstep.city.importing.locating import Ground, ground_of_city, ground_of_file, locate, with_zone
from doorstep.city.importing.merging import Merged, cells_of, merge
from doorstep.city.importing.placing import (
    Gazetteer,
    add,
    community_id,
    gazetteer_of,
    place_rows,
    to_community_ids,
)
from doorstep.city.importing.reading import TABLES_IN_ORDER, Answers, Imported, ReadList
from doorstep.city.importing.rules import check_figures, heading_at, twice
from doorstep.city.importing.spreading import people_spread
from doorstep.city.importing.undrawn import counted_out, without_undrawn
from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.city.streets import OSM_SUFFIXES

__all__ = ["Outcome", "import_lists"]

Shapes = npt.NDArray[np.object_]
_NAMED = 50_000
"""Rows of a larger table place no other rows by name, and nobody looks at each."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What an import would make of the city.

    Parameters
    ----------
    tables
        Changed tables by name.
    bases
        Source and table -> rows as imported.
    findings
        All, in the order of files and rows.
    counts
        One row per list: ``file, sheet, table, source, rows, accepted, rejected, reported`` and how many rows were
        new, changed, moved, gone, kept, differs, joined, same.
    changes
        All changes, :data:`~doorstep.city.importing.merging.CHANGES`.
    rejected
        Rows that were not taken, with file, row and reason.
    answers
        Questionnaires, joined to the communities.
    grid
        The city's own grid, with the zone that puts it where the city is; ``None`` if none is known.
    """

    tables: dict[str, Held]
    bases: dict[tuple[str, str], pd.DataFrame]
    findings: tuple[Finding, ...]
    counts: pd.DataFrame
    changes: pd.DataFrame
    rejected: pd.DataFrame
    answers: tuple[Answers, ...] = ()
    grid: LocalGrid | None = None


def import_lists(
    imported: Imported,
    folder: Path,
    tables_crs: str,
    language: str,
    grid: LocalGrid | None,
    bases: dict[tuple[str, str], pd.DataFrame],
    otherwise: str = "",
) -> Outcome:
    """Put the lists into the tables of a city, in memory.

    Parameters
    ----------
    folder
        The city folder; it need not be there.
    tables_crs
        System of x and y in its tables.
    grid
        The city's own grid, None if it is not known.
    bases
        Rows as earlier imports brought them.
    otherwise
        System of coordinates where neither points nor files tell it.
    """
    tables = held_tables(folder, tables_crs, language)
    ground = ground_of_city(folder, tables_crs, language, tables["communities"].shapes)
    if imported.streets is not None and not ground.streets:
        ground = ground_of_file(imported.streets) or ground
    findings = list(imported.findings)
    if grid is not None:
        grid = with_zone(grid, ground)
        findings = [
            dataclasses.replace(one, values={**one.values, "system": grid.crs}) if one.code == "grid-fitted" else one
            for one in findings
        ]
    known = gazetteer_of(tables)
    drawn_before = frozenset(tables["communities"].frame["id"].astype(str))
    rows, changes, rejected = [], [], []
    changed: dict[str, Held] = {}
    made_bases: dict[tuple[str, str], pd.DataFrame] = {}
    ordered = sorted(enumerate(imported.lists), key=lambda pair: (_rank(pair[1]), pair[0]))
    for table in TABLES_IN_ORDER:
        for _, one in ordered:
            if one.listed is None or one.listed.table != table:
                continue
            merged, told, refused = _one(one, table, tables, ground, grid, known, language, bases, otherwise)
            findings += told
            rejected.append(refused)
            n_rows = len(one.listed.frame)
            reported = len(
                {
                    (finding.row, finding.sheet)
                    for finding in told
                    if finding.kind == "fault" and finding.row is not None
                }
            )
            counts = {
                "file": one.listed.file,
                "sheet": one.listed.sheet,
                "table": table,
                "source": one.source,
                "rows": n_rows,
                "accepted": 0 if merged is None else n_rows - len(refused),
                "rejected": len(refused),
                "reported": reported,
            }
            if merged is not None:
                tables[table] = changed[table] = merged.held
                made_bases[one.source, table] = merged.base
                changes.append(merged.changes)
                counts |= merged.counts
                if table == "communities":
                    ground = ground.with_map(merged.held.shapes)
            rows.append(counts)
        if table == "communities" and table in changed:
            kept, told, refused = without_undrawn(tables[table], drawn_before, imported.lists, made_bases, known)
            tables[table] = changed[table] = kept
            findings += told
            rejected.append(refused)
            counted_out(rows, refused)
    if changed.keys() & {"residences", "communities"}:
        spread = people_spread(tables, findings)
        if spread is not None:
            tables["residences"] = changed["residences"] = spread
    if changed.keys() & {"facilities", "spaces"}:
        findings += may_be_twice(tables)
    answers = tuple(_answers(one, known, tables, findings) for one in imported.answers)
    every = pd.concat(changes, ignore_index=True) if changes else pd.DataFrame()
    refusals = pd.concat(rejected, ignore_index=True) if rejected else pd.DataFrame()
    return Outcome(changed, made_bases, tuple(findings), pd.DataFrame(rows), every, refusals, answers, grid)


def _rank(one: ReadList) -> int:
    """Lists with ids first, then those with names, bare outlines last: each finds the rows of those before."""
    frame = one.listed.frame if one.listed is not None else pd.DataFrame()
    if any(name in frame and (frame[name] != "").any() for name in ("id", "community_code", "compound_code")):
        return 0
    named = any(name in frame and (frame[name] != "").any() for name in ("name", "community", "compound", "building"))
    drawn = one.listed is not None and not one.listed.headings
    return 1 + drawn + (not named)


def _one(
    one: ReadList,
    table: str,
    tables: dict[str, Held],
    ground: Ground,
    grid: LocalGrid | None,
    known: Gazetteer,
    language: str,
    bases: dict[tuple[str, str], pd.DataFrame],
    otherwise: str,
) -> tuple[Merged | None, list[Finding], pd.DataFrame]:
    """One list into its table."""
    listed = one.listed
    assert listed is not None
    assert listed.reader is not None
    reader = listed.reader
    before = len(reader.findings)
    check_figures(listed)
    out = twice(listed)
    places = locate(listed, ground, grid, one.entry.coordinates, language, otherwise)
    if listed.otherwise:
        one.entry = dataclasses.replace(one.entry, coordinates=listed.otherwise)
    _tell_shared_points(places, reader)
    made, no_rows = canonical(listed)
    own = made[["id"]].copy() if "id" in made else None
    if table == "communities" and "people" in made and not any(name in made for name in PEOPLE_COLUMNS):
        reader.layout("", "ages-none")
    unknown = any(finding.code in ("system",) and finding.kind == "question" for finding in reader.findings)
    heading = heading_at(listed, "community") or (heading_at(listed, "name") if table == "communities" else None)
    as_said(made, table, one.entry, known, tables["communities"])
    waiting = np.zeros(len(made), dtype=bool)
    if places is None or table != "communities" or not outlined(places).any():
        called = heading.text if heading else "community"
        waiting, one.entry = asked(made, table, one.entry, known, tables["communities"], reader, called)
    drawn = bool(outlined(tables["communities"].shapes).any())
    to_community_ids(made, known, reader, heading.text if heading else "community", drawn=drawn)
    if table in ("communities", "compounds"):
        places = np.full(len(made), None, dtype=object) if places is None else places
        if table == "communities":
            _by_name(made, known, reader)
    keep = ~(out | no_rows | waiting)
    reasons = {int(place): "community-new" for place in np.flatnonzero(waiting)}
    joined = pd.DataFrame()
    if _is_drawn(listed, made, places):
        assert places is not None
        left, joined = _outlines(listed, made, places, tables, reader, one.source)
        reasons |= left
        keep[list(left)] = False
    if table in ("residences", "facilities", "spaces"):
        _place(table, made, places, known, reader, keep)
        places = made.pop("\x00place").to_numpy(dtype=object)
        keep &= np.array([place is not None for place in places], dtype=bool)
    reader.findings[before:] = rare(reader.findings[before:], len(made))
    refused = _refused(listed, made, keep, no_rows, reasons)
    if unknown and listed.points is not None:
        return None, reader.findings, refused
    assert places is not None
    cells = cells_of(made if keep.all() else made[keep].reset_index(drop=True))
    if own is not None:
        cells["source_id"] = cells_of(own[keep].reset_index(drop=True))["id"]
    merged = merge(
        tables[table],
        cells,
        places[keep],
        one.source,
        bases.get((one.source, table)),
        whole=one.entry.whole and not waiting.any(),  # what is gone cannot be told while it may be called otherwise
    )
    if len(joined):
        merged = dataclasses.replace(merged, changes=pd.concat([merged.changes, joined], ignore_index=True))
    if len(merged.held.frame) <= _NAMED:
        add(known, table, merged.held.frame, merged.held.shapes)
    return merged, reader.findings, refused


def _is_drawn(listed: Listed, made: pd.DataFrame, places: Shapes | None) -> bool:
    """Whether the rows are outlines of compounds or buildings: of a drawing, or of a layer that names no building."""
    if listed.table not in ("compounds", "residences") or places is None or not len(places):
        return False
    if not listed.headings:
        return True
    nameless = not any((made[name] != "").any() for name in ("id", "name", "building") if name in made)
    return listed.table == "residences" and nameless and bool((shapely.get_type_id(places) >= 3).any())


def _tell_shared_points(places: Shapes | None, reader: Reader) -> None:
    """Say how many rows stand on the point of another: rooms of one house, or a point for want of a better one."""
    if places is None or not 2 <= len(places) <= _NAMED or not (shapely.get_type_id(places) <= 0).all():
        return
    known = ~shapely.is_missing(places)
    points = np.round(shapely.get_coordinates(places[known]), 7)
    _, counts = np.unique(points, axis=0, return_counts=True)
    shared = int(counts[counts > 1].sum())
    if shared:
        reader.layout("", "points-shared", count=f"{shared:,}", places=f"{int((counts > 1).sum()):,}")


def _place(
    table: str, made: pd.DataFrame, places: Shapes | None, known: Gazetteer, reader: object, keep: npt.NDArray[np.bool_]
) -> None:
    """Place what is kept; rows that are left out anyway need no place and no complaint."""
    assert isinstance(reader, Reader)
    found = np.full(len(made), None, dtype=object) if places is None else places
    missing = keep & np.array([place is None for place in found], dtype=bool)
    made["place_basis"] = np.full(len(made), "", dtype=object)
    if missing.any():
        part = made[missing].copy()
        inner = Reader(reader.file, reader.sheet, reader.rows[missing], reader.typed, reader.findings)
        placed = place_rows(table, part, None, known, inner)
        found = found.copy()
        found[missing] = placed
        if "place_basis" in part:
            made.loc[missing, "place_basis"] = part["place_basis"]
    if not (made["place_basis"] != "").any():
        made.drop(columns="place_basis", inplace=True)
    column = np.empty(len(made), dtype=object)
    column[:] = found
    flat = np.flatnonzero(~shapely.is_missing(found) & (shapely.get_type_id(found) != 0))
    column[flat] = shapely.point_on_surface(found[flat])
    made["\x00place"] = column


def _outlines(
    listed: Listed, made: pd.DataFrame, places: Shapes, tables: dict[str, Held], reader: Reader, source: str
) -> tuple[dict[int, str], pd.DataFrame]:
    """Give outlines to the rows that they are; return which are not taken and why, and what is to be told of each."""
    held = tables[listed.table]
    if listed.table == "compounds":
        return _unnamed(made, places, held, reader), pd.DataFrame()
    by_hand = listed.file.casefold().endswith(OSM_SUFFIXES) or bool(listed.headings)
    found = join_outlines(made, places, held, tables["compounds"], reader, only_joined=not by_hand)
    give_to_rows(made, places, held, found, reader)
    return found.refused, joined_changes(found, made, held, source)


def _unnamed(made: pd.DataFrame, places: Shapes, held: Held, reader: Reader) -> dict[int, str]:
    """Outlines of compounds without a name: those around one known row get its id, those in doubt are left out."""
    nameless = np.array([not str(one) for one in made["name"]] if "name" in made else [True] * len(made), dtype=bool)
    if not nameless.any() or not len(held.frame):
        return {}
    middles = np.array([None if shape is None else shapely.centroid(shape) for shape in held.shapes], dtype=object)
    tree = shapely.STRtree([point for point in middles if point is not None])
    rows = [place for place, point in enumerate(middles) if point is not None]
    ids = np.full(len(made), "", dtype=object) if "id" not in made else made["id"].to_numpy(dtype=object).copy()
    out: dict[int, str] = {}
    for place in np.flatnonzero(nameless).tolist():
        shape = places[place]
        inside = [] if shape is None else [rows[one] for one in tree.query(shape, predicate="contains")]
        if len(inside) == 1:
            ids[place] = held.frame["id"].iloc[inside[0]]
        elif shape is None or len(inside) > 1:
            out[place] = "outline-several"
    made["id"] = ids
    told = int((ids[nameless] != "").sum())
    if told:
        reader.layout("", "outline-by-place", count=told)
    if out:
        reader.layout("", "outline-unnamed", count=len(out))
    return out


def _by_name(made: pd.DataFrame, known: Gazetteer, reader: object) -> None:
    """Communities of a list without codes get the code that their name has in the city."""
    assert isinstance(reader, Reader)
    if "id" in made or "name" not in made:
        return
    ids = [community_id(known, str(name)) for name in made["name"]]
    if any(ids):
        made.insert(0, "id", ids)


def _refused(
    listed: Listed,
    made: pd.DataFrame,
    keep: npt.NDArray[np.bool_],
    no_rows: npt.NDArray[np.bool_],
    why: Mapping[int, str],
) -> pd.DataFrame:
    label = "place" if "place" in made else "name"
    names = made[label] if label in made else pd.Series("", index=made.index)
    rows = listed.frame["row"]
    reasons = {
        finding.row: finding.code
        for finding in listed.findings
        if finding.kind == "fault"
        and finding.code in ("row-twice", "twice-otherwise", "id-twice", "unplaced", "closed", "outside")
    }
    return pd.DataFrame(
        [
            {
                "file": listed.file,
                "sheet": listed.sheet,
                "row": int(rows.iloc[place]),
                "name": str(names.iloc[place]),
                "reason": why.get(int(place))
                or reasons.get(int(rows.iloc[place]), "no-service" if no_rows[place] else "unplaced"),
            }
            for place in np.flatnonzero(~keep)
        ],
        columns=["file", "sheet", "row", "name", "reason"],
    )


def _answers(one: Answers, known: Gazetteer, tables: Mapping[str, Held], findings: list[Finding]) -> Answers:
    """Answers joined to communities and weighted to those who live there, home by home if ages are known there."""
    frame = join_communities(one.frame, one.file, known, findings, one.roles, one.entry.coordinates)
    homes, communities = tables["residences"].frame, tables["communities"].frame
    ages = [name for name in PEOPLE_COLUMNS if name in homes]
    if len(ages) == len(PEOPLE_COLUMNS) and "community" in homes and (homes[ages] != "").all(axis=1).any():
        people = homes
    else:
        people = communities.reindex(columns=["id", *PEOPLE_COLUMNS], fill_value="").rename(columns={"id": "community"})
    return Answers(one.file, weighted(frame, people, one.file, findings, one.roles), one.entry)
