"""What an import keeps in a city folder: tables, confirmed mapping, rows as imported, the record of changes."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import shapely

from doorstep.city.coordinates import LocalGrid, is_shifted
from doorstep.city.folder import FILE, read_head
from doorstep.city.importing.drawn import DRAWN
from doorstep.city.importing.findings import Finding, finding_text
from doorstep.city.importing.held import arrow_texts, middles_of, table_bytes, table_file
from doorstep.city.importing.journal import BOOKS, change_files
from doorstep.city.importing.mapping import ListMapping, mapping_text, read_mapping
from doorstep.city.importing.merging import CHANGES
from doorstep.city.importing.reading import Imported
from doorstep.city.importing.run import Outcome
from doorstep.errors import DoorstepError, Problem
from doorstep.messages import text

__all__ = ["MAPPING", "PROPOSED", "City", "city_of", "findings_table", "keep", "propose"]

MAPPING, PROPOSED = f"{BOOKS}/mapping.toml", f"{BOOKS}/proposed.toml"
_BASES, _GRID = f"{BOOKS}/base", f"{BOOKS}/grid.json"


class City:
    """What a folder says of itself before an import; a folder that is not there gets stand-ins."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder = folder
        self.is_new = not (folder / FILE).is_file()
        if (
            self.is_new
            and folder.exists()
            and (not folder.is_dir() or any(folder.iterdir()))
            and not (folder / BOOKS).is_dir()
        ):
            raise DoorstepError("city-unreadable", folder=str(folder))
        self.language = language
        self.crs, self.is_british = "EPSG:4326", False
        if not self.is_new:
            problems: list[Problem] = []
            head = read_head(folder, problems)
            self.language, self.crs = head.language, head.tables_crs
            self.is_british = head.profile == "generic-gb" or self.crs == "EPSG:27700"
        self.entries = read_mapping(folder / MAPPING)
        self.grid = _grid(folder / _GRID)
        self.bases = _bases(folder)


def city_of(folder: Path, language: str) -> City:
    """Return what a city folder says of itself.

    Raises
    ------
    DoorstepError
        ``city-unreadable`` if it is a folder of something else; ``mapping-broken``.
    """
    return City(folder, language)


def _grid(path: Path) -> LocalGrid | None:
    if not path.is_file():
        return None
    try:
        page = json.loads(path.read_text(encoding="utf-8"))
        for name in ("about", "shift", "residuals_m"):
            page[name] = np.array(page[name], dtype=float)
        page["names"], page["outliers"] = tuple(page["names"]), tuple(page["outliers"])
        return LocalGrid(**page)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DoorstepError("mapping-broken", path=path.name, reason=str(fault)) from fault


def _bases(folder: Path) -> dict[tuple[str, str], pd.DataFrame]:
    found: dict[tuple[str, str], pd.DataFrame] = {}
    for path in sorted((folder / _BASES).glob("*.parquet")) if (folder / _BASES).is_dir() else ():
        try:
            table = pa.parquet.read_table(path)
            about = table.schema.metadata or {}
            frame = pd.DataFrame(
                {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}, dtype=object
            )
            found[about[b"source"].decode(), about[b"table"].decode()] = frame
        except (OSError, pa.ArrowException, KeyError, ValueError) as fault:
            raise DoorstepError("mapping-broken", path=path.name, reason=str(fault)) from fault
    return found


def propose(imported: Imported, coordinates: str) -> None:
    """Fill in the system of the places of questionnaires: no street tells it, for they are rounded."""
    for one in imported.answers:
        if coordinates and not one.entry.coordinates and "point" in one.roles.values():
            entry = dataclasses.replace(one.entry, coordinates=coordinates)
            for listed in imported.lists:
                if listed.entry is one.entry:
                    listed.entry = entry
            one.entry = entry


def proposal_page(entries: Sequence[ListMapping], outcome: Outcome, imported: Imported, language: str) -> str:
    """Return the page that a person reads and confirms: entries with the evidence above each."""
    notes: dict[str, list[str]] = {}
    for one in imported.lists:
        if one.listed is None:
            continue
        lines = [f"{one.listed.file} {one.listed.sheet}".strip()]
        lines += [
            f"? {finding_text(language, finding)}"
            for finding in outcome.findings
            if finding.kind == "question" and (finding.file, finding.sheet) == (one.listed.file, one.listed.sheet)
        ]
        lines += [
            finding_text(language, finding)
            for finding in outcome.findings
            if finding.code in ("system", *(f"drawn-{table}" for table in DRAWN))
            and finding.kind == "layout"
            and (finding.file, finding.sheet) == (one.listed.file, one.listed.sheet)
        ]
        if one.lead < 1.0 and one.second:
            lines.append(text(language, "import_commands.could_be", second=one.second))
        notes[one.source] = lines
    return mapping_text(entries, text(language, "import_commands.page_head"), notes)


def findings_table(findings: Sequence[Finding], language: str) -> pd.DataFrame:
    """Return findings as a table: kind, file, sheet, row, column, code, text."""
    return pd.DataFrame(
        [
            {
                "kind": one.kind,
                "file": one.file,
                "sheet": one.sheet,
                "row": "" if one.row is None else str(one.row),
                "column": one.column,
                "code": one.code,
                "text": finding_text(language, one),
            }
            for one in findings
        ],
        columns=["kind", "file", "sheet", "row", "column", "code", "text"],
    )


def _csv(frame: pd.DataFrame) -> bytes:
    return b"\xef\xbb\xbf" + frame.to_csv(index=False, lineterminator="\r\n").encode()


def _slug(text_: str) -> str:
    return re.sub(r"[^\w\-]+", "_", unicodedata.normalize("NFKC", text_)).strip("_")[:60]


def keep(city: City, imported: Imported, outcome: Outcome, entries: Sequence[ListMapping], language: str) -> Path:
    """Write an import into its city folder, whole or not at all; return the folder of its record.

    Raises
    ------
    DoorstepError
        ``output-failed``: everything is as it was.
    """
    written: dict[str, bytes] = {}
    removed: list[str] = []
    if city.is_new:
        written[FILE] = _head_page(city, outcome, language).encode()
    for table, held in sorted(outcome.tables.items()):
        name = table_file(table)
        written[name] = table_bytes(held)
        if held.path is not None and held.path.name != name:
            removed += [
                path.name
                for path in held.path.parent.glob(f"{held.path.stem}.*")
                if path.suffix.casefold() in _with(held.path.suffix.casefold())
            ]
    if imported.streets is not None:
        suffix = next(
            end
            for end in (".osm.pbf", ".osm.gz", ".osm.bz2", ".osm.xml", ".osm")
            if imported.streets.name.casefold().endswith(end)
        )
        removed += [path.name for path in city.folder.glob("streets.*")] if city.folder.is_dir() else []
        written[f"streets{suffix}"] = imported.streets.read_bytes()
        removed = [name for name in removed if name not in written]
    kept = {(one.source, one.table): one for one in city.entries}
    kept |= {(one.source, one.table): one for one in entries}
    written[MAPPING] = mapping_text([*kept.values()], text(language, "import_commands.page_head")).encode()
    if (city.folder / PROPOSED).is_file():
        removed.append(PROPOSED)
    if imported.grid is not None and outcome.grid is not None:
        page = {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in asdict(outcome.grid).items()
        }
        written[_GRID] = json.dumps(page, ensure_ascii=False).encode()
    for (source, table), base in sorted(outcome.bases.items()):
        arrays = [arrow_texts(base[name]) for name in base.columns]
        made = pa.Table.from_arrays(arrays, names=[str(name) for name in base.columns]).replace_schema_metadata(
            {"source": source, "table": table}
        )
        sink = io.BytesIO()
        pa.parquet.write_table(made, sink, compression="lz4", use_dictionary=False, write_statistics=False)
        written[f"{_BASES}/{_slug(source)}-{table}.parquet"] = sink.getvalue()
    for one in outcome.answers:
        if len(one.frame):
            written[f"{BOOKS}/answers/{_slug(one.file.rpartition('.')[0])}.csv"] = _csv(one.frame)
    records = {
        "findings.csv": _csv(findings_table(outcome.findings, language)),
        "lists.csv": _csv(outcome.counts),
        "changes.csv": _csv(outcome.changes.reindex(columns=list(CHANGES))),
        "rejected.csv": _csv(outcome.rejected.reindex(columns=["file", "sheet", "row", "name", "reason"])),
    }
    return change_files(city.folder, written, tuple(removed), records)


def _with(suffix: str) -> tuple[str, ...]:
    return (".shp", ".dbf", ".shx", ".prj", ".cpg") if suffix == ".shp" else (suffix,)


def _head_page(city: City, outcome: Outcome, language: str) -> str:
    """Return the head of a new city; in China its standard is China's, whatever language the screen is in."""
    name = json.dumps(city.folder.name, ensure_ascii=False)
    chinese = language == "zh" or _in_china(outcome)
    currency, profile = ("CNY", "cn-2023") if chinese else ("GBP", "generic-gb")
    lines = {"language": language, "currency": currency, "profile": profile}
    return f"name = {name}\n" + "".join(f'{key} = "{value}"\n' for key, value in lines.items())


def _in_china(outcome: Outcome) -> bool:
    """Whether most places lie on the mainland; not if there are none."""
    found = [held.shapes[~shapely.is_missing(held.shapes)] for held in outcome.tables.values()]
    shapes = np.concatenate([*found, np.zeros(0, dtype=object)])
    points = middles_of(shapes[:: 1 + len(shapes) // 10_000])
    return len(points) > 0 and bool(is_shifted(shapely.get_x(points), shapely.get_y(points)).mean() > 0.5)
