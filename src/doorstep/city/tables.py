"""Raw tables: a csv, xlsx, gpkg, geojson or shp file as text cells, the user's own row numbers, and geometry."""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from doorstep.city.grids import UnreadableError, read_grids
from doorstep.city.layer_numbers import wrong_numbers
from doorstep.errors import Problem

__all__ = [
    "LAYERS",
    "SUFFIXES",
    "RawTable",
    "as_text",
    "companion",
    "files_named",
    "find_table",
    "read_layer",
    "read_table",
]

LAYERS = (".gpkg", ".geojson", ".shp")
SUFFIXES = (".csv", ".xlsx", *LAYERS)


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """A table as it stands in a file.

    ``cells``: text, "" where empty, headers as they stand; ``rows``: the row as the user's program counts (header
    1; a layer counts features from 1); ``geometry``: shapely objects of a layer, else None; ``crs``: as the file
    says, "" if it does not.
    """

    file: str
    cells: pd.DataFrame
    rows: npt.NDArray[np.int64]
    geometry: npt.NDArray[np.object_] | None
    crs: str


def find_table(folder: Path, table: str, problems: list[Problem]) -> Path | None:
    """Return the one file of a table; none or two are problems."""
    found = files_named(folder, table, SUFFIXES)
    if not found:
        names = ", ".join(f"{table}{suffix}" for suffix in SUFFIXES)
        problems.append(Problem(table, "table-missing", values={"table": table, "expected": names}))
        return None
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        problems.append(Problem(found[0].name, "table-twice", values={"table": table, "found": names}))
        return None
    return found[0]


def files_named(folder: Path, table: str, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the files of a folder with this name and one of the endings, in any case of letters, sorted by name."""
    wanted = {f"{table}{suffix}" for suffix in suffixes}
    return sorted(path for path in folder.iterdir() if path.name.casefold() in wanted and path.is_file())


def companion(path: Path, suffix: str) -> Path | None:
    """Return the file of the same name with another ending (``.prj`` of a shapefile), or None."""
    return next(iter(files_named(path.parent, path.stem.casefold(), (suffix,))), None)


def read_table(path: Path, table: str, language: str, problems: list[Problem]) -> RawTable | None:
    """Read one file; None if it cannot be read, with the reason among the problems."""
    if path.suffix.casefold() in (".csv", ".xlsx"):
        return _read_sheet(path, language, problems)
    return _read_layer(path, table, problems)


def _read_sheet(path: Path, language: str, problems: list[Problem]) -> RawTable | None:
    try:
        grid = read_grids(path)[0]
    except UnreadableError as fault:
        name = {"table-unreadable": "reason", "encoding-mixed": "rows", "quote-open": "rows"}.get(fault.code)
        values = {name: str(fault)} if name else {}
        problems.append(Problem(path.name, fault.code, values=values))
        return None
    except IndexError:
        problems.append(Problem(path.name, "table-empty"))
        return None
    if grid.encoding == "gb18030" and language != "zh":
        problems.append(Problem(path.name, "encoding-guessed", values={"found": "GB18030"}, severity="warning"))
    lines = [*grid.rows()] if grid.encoding else [[as_text(cell) for cell in line] for line in grid.rows()]
    return _from_lines(path.name, lines, problems)


def _from_lines(file: str, lines: list[list[str]], problems: list[Problem]) -> RawTable | None:
    """Make a table of lines; the first line that is not blank is the header."""
    filled = [number for number, line in enumerate(lines) if any(cell.strip() for cell in line)]
    if not filled:
        problems.append(Problem(file, "table-empty"))
        return None
    header = [name.strip() for name in lines[filled[0]]]
    cells, rows = [], []
    for number in filled[1:]:
        line = lines[number]
        if any(cell.strip() for cell in line[len(header) :]):
            values = {"found": str(len(line)), "expected": str(len(header))}
            problems.append(Problem(file, "row-long", number + 1, values=values))
        cells.append([cell.strip() for cell in line[: len(header)]] + [""] * (len(header) - len(line)))
        rows.append(number + 1)
    return RawTable(file, _frame(cells, header), np.array(rows, dtype=np.int64), None, "")


def _frame(cells: list[list[str]], header: list[str]) -> pd.DataFrame:
    """Keep the first of columns with one name; a column without a name is dropped."""
    kept = [place for place, name in enumerate(header) if name and header.index(name) == place]
    return pd.DataFrame({header[place]: pd.Series([row[place] for row in cells], dtype=object) for place in kept})


def as_text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, dates as year-month-day, "" for nothing."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, datetime | pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | np.floating):
        number = float(value)
        if number != number:
            return ""
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(value).strip()


def _read_layer(path: Path, table: str, problems: list[Problem]) -> RawTable | None:
    """The layer of a file that is called like the table, or its only one."""
    try:
        layers = [str(one) for one in pyogrio.list_layers(_gdal_name(path))[:, 0]]
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        ValueError,
        RuntimeError,
        IndexError,
    ) as fault:
        problems += wrong_numbers(path, Problem(path.name, "table-unreadable", values={"reason": str(fault)}))
        return None
    if len(layers) > 1 and table not in layers:
        values = {"found": ", ".join(layers), "expected": table}
        problems.append(Problem(path.name, "layer-many", values=values))
        return None
    read = read_layer(path, table if table in layers else None, problems)
    if read is None:
        problems[-1:] = wrong_numbers(path, problems[-1])
        return None
    return read[0]


def _gdal_name(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "surrogateescape")  # GDAL wants UTF-8 on every system


def read_layer(path: Path, layer: str | None, problems: list[Problem]) -> tuple[RawTable, str] | None:
    """Read a layer of a file, the first if ``layer`` is None; also returns the encoding of a shapefile's texts.

    None if it cannot be read, with the reason among the problems.
    """
    name = _gdal_name(path)
    try:
        encoding = _dbf_encoding(path) if _is_shapefile(path) else None
        if encoding == "":
            problems.append(Problem(path.name, "encoding-wrong"))
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL tells of feature numbers that stand twice; we count rows
            meta, _, geometry, fields = pyogrio.raw.read(name, layer=layer, encoding=encoding, force_2d=True)
        shapes = _shapes(geometry, len(fields[0]) if len(fields) else 0)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as fault:
        problems.append(Problem(path.name, "table-unreadable", values={"reason": str(fault)}))
        return None
    except (shapely.errors.GEOSException, ValueError, RuntimeError, IndexError, UnicodeDecodeError) as fault:
        problems.append(Problem(path.name, "table-unreadable", values={"reason": str(fault)}))
        return None
    names = [str(name) for name in meta["fields"]]
    columns = {
        name: pd.Series([as_text(_plain_value(value)) for value in column], dtype=object)
        for name, column in zip(names, fields, strict=True)
    }
    rows = np.arange(1, len(shapes) + 1, dtype=np.int64)
    cells = pd.DataFrame(columns, index=pd.RangeIndex(len(shapes)))
    raw = RawTable(path.name, cells, rows, shapes, str(meta["crs"] or "") if _says_crs(path) else "")
    return raw, encoding or "UTF-8"


def _shapes(geometry: Any, n_rows: int) -> npt.NDArray[np.object_]:
    if geometry is None:
        return np.full(n_rows, None, dtype=object)
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are told as problems, row by row
        return np.asarray(shapely.from_wkb(geometry), dtype=object)


def _plain_value(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype("datetime64[ms]").astype(datetime)
    return value


def _is_shapefile(path: Path) -> bool:
    return path.suffix.casefold() == ".shp"


def _says_crs(path: Path) -> bool:
    """A shapefile without .prj says nothing of its system; the other layers always do."""
    return not _is_shapefile(path) or companion(path, ".prj") is not None


def _dbf_encoding(path: Path) -> str | None:
    """Return the encoding that every text of a shapefile's table fits, "" if there is none, None without a table.

    The .cpg beside it is tried first; it is often absent or wrong, so that the bytes decide.
    """
    dbf, declared = companion(path, ".dbf"), companion(path, ".cpg")
    if dbf is None:
        return None
    content = dbf.read_bytes()
    if len(content) < 32:
        return "UTF-8"
    n_rows, header_size, row_size = (
        int.from_bytes(content[start:end], "little") for start, end in ((4, 8), (8, 10), (10, 12))
    )
    fields, start, offset = [], 32, 1
    while start + 32 <= min(header_size, len(content)) and content[start] != 0x0D:
        fields.append((offset, content[start + 16]))
        offset += content[start + 16]
        start += 32
    texts = [content[place : place + 11].split(b"\0")[0] for place in range(32, start, 32)]
    for row in range(min(n_rows, max(0, (len(content) - header_size)) // max(row_size, 1))):
        base = header_size + row * row_size
        texts += [content[base + at : base + at + width].rstrip(b" \0") for at, width in fields]
    named = [declared.read_text(encoding="ascii", errors="ignore").strip()] if declared is not None else []
    for encoding in (*named, "UTF-8", "GB18030"):
        if all(_fits(one, encoding) for one in texts):
            return encoding
    return ""


def _fits(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def geometry_of_cell(text: str) -> Any:
    """Return the shape that a cell holds as WKT or GeoJSON, None if it is empty or cannot be read."""
    if not text:
        return None
    try:
        if text.lstrip().startswith("{"):
            return shapely.force_2d(shapely.from_geojson(json.dumps(json.loads(text))))
        return shapely.force_2d(shapely.from_wkt(text))
    except (shapely.errors.GEOSException, ValueError, TypeError):
        return None
