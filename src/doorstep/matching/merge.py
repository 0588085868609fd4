"""What somebody decided, put into a city's table: rows that are one become one row; it can be taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from doorstep.city.importing.journal import change_files
from doorstep.errors import DoorstepError
from doorstep.matching.match import Match, match
from doorstep.matching.records import read_records

__all__ = ["Merged", "match_sources", "merge_into", "merged_rows"]

ALSO = "also_known_as"
"""Column of a merged row: list and id of each row that went into it."""
_OWN = ("id", "source", "source_id", "source_row", ALSO)
_CHANGES = ("kept_id", "merged_id", "column", "kept", "other", "what")


@dataclass(frozen=True, slots=True)
class Merged:
    """The rows after merging, which id went into which, and each cell that was filled or differed."""

    rows: tuple[dict[str, str], ...]
    into: tuple[tuple[str, str], ...]
    changes: tuple[dict[str, str], ...]

    @property
    def merged(self) -> int:
        """How many rows went into others."""
        return len(self.into)


def match_sources(path: Path) -> tuple[Match, ...]:
    """Return pairs of rows of one table that come from different lists (column ``source``), the best first.

    The list whose rows stand first counts as the left side.
    """
    records = read_records(path)
    sources = list(dict.fromkeys(one.source for one in records))
    found: list[Match] = []
    for place, source in enumerate(sources):
        left = [one for one in records if one.source == source]
        for other in sources[place + 1 :]:
            found += match(left, [one for one in records if one.source == other])
    return tuple(sorted(found, key=lambda one: (-one.score, one.right.row, one.left.row)))


def doubles(city: Path) -> dict[str, tuple[int, int]]:
    """Return of each table of a city folder how many pairs of rows are likely one place, and may be one.

    Only tables whose rows come from several lists (column ``source``), and of which any pair is found.
    """
    found = {}
    for table in ("spaces", "facilities"):
        path = city / f"{table}.csv"
        if not path.is_file():
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            if "source" not in (csv.DictReader(file).fieldnames or ()):
                continue
        pairs = match_sources(path)
        counts = tuple(sum(one.suggestion == word for one in pairs) for word in ("same", "review"))
        if any(counts):
            found[table] = counts[0], counts[1]
    return found


def merged_rows(rows: Sequence[Mapping[str, str]], decided: pd.DataFrame) -> Merged:
    """Return the rows with those ticked as the same made one.

    The first row of a group stays with its id; its blank cells are filled from the others, what differs is listed and
    stays as the first row has it.

    Parameters
    ----------
    rows
        Of a table with a column ``id``.
    decided
        As :func:`doorstep.matching.read_review` returns it; ids that are not in the table are left alone.
    """
    known = {row["id"]: place for place, row in enumerate(rows)}
    leader = list(range(len(rows)))

    def head(place: int) -> int:
        while leader[place] != place:
            place = leader[place]
        return place

    for left, right in zip(*(decided.loc[decided["same"], side] for side in ("left_id", "right_id")), strict=True):
        if left in known and right in known:
            one, other = sorted((head(known[left]), head(known[right])))
            leader[other] = one
    kept = {place: dict(rows[place]) for place in range(len(rows)) if head(place) == place}
    changes, into = [], []
    for place, row in enumerate(rows):
        first = kept[head(place)]
        if first["id"] == row["id"]:
            continue
        into.append((row["id"], first["id"]))
        told = f"{row.get('source', '')}: {row['id']}".removeprefix(": ")
        first[ALSO] = "; ".join(one for one in (first.get(ALSO, ""), told) if one)
        for column, value in row.items():
            if column in _OWN or not value or value == first.get(column):
                continue
            what = "differs" if first.get(column) else "filled"
            told_cells = (first["id"], row["id"], column, first.get(column, ""), value, what)
            changes.append(dict(zip(_CHANGES, told_cells, strict=True)))
            if what == "filled":
                first[column] = value
    return Merged(tuple(kept.values()), tuple(into), tuple(changes))


def merge_into(folder: Path, table: str, decided: pd.DataFrame) -> tuple[Merged, Path]:
    """Merge the rows of a city's table (csv) and return what was done and the folder of its record.

    ``doorstep import --undo --into CITY`` takes it back. Entrances of a row that went into another follow it.

    Raises
    ------
    DoorstepError
        ``merge-no-table`` if there is no such csv with a column ``id``; ``merge-nothing`` if no ticked pair is in it;
        ``output-failed``.
    """
    path = folder / f"{table}.csv"
    rows = _read(path)
    if not rows or "id" not in rows[0]:
        raise DoorstepError("merge-no-table", file=path)
    done = merged_rows(rows, decided)
    if not done.merged:
        raise DoorstepError("merge-nothing", file=path)
    written = {path.name: _written(done.rows)}
    doors = _read(folder / "entrances.csv")
    if doors and "of" in doors[0]:
        into = dict(done.into)
        moved = [{**door, "of": into.get(door["of"], door["of"])} for door in doors]
        if moved != doors:
            written["entrances.csv"] = _written(moved)
    changes = done.changes or (dict.fromkeys(_CHANGES, ""),)
    return done, change_files(folder, written, (), {"merged.csv": _written(changes)})


def _read(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(stream)]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def _written(rows: Sequence[Mapping[str, str]]) -> bytes:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
