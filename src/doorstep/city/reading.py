"""A city folder in, a checked city out: every table, every problem at once."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from doorstep.city.asked import read_asked
from doorstep.city.cells import Cells, parse_cells
from doorstep.city.checks import Shapes, check_places, extent_of
from doorstep.city.crs import WGS84, is_metric, parse_crs, placed, to_system, utm_zone
from doorstep.city.elevation import find_elevation, node_heights
from doorstep.city.entrances import entrances_of
from doorstep.city.folder import FILE, Head, read_head
from doorstep.city.model import City, Streets
from doorstep.city.rows import (
    TYPED_COLUMNS,
    communities_of,
    completeness_of,
    facilities_of,
    replaced_facilities,
    residences_of,
    spaces_of,
)
from doorstep.city.streets import (
    JOIN_LAYER_M,
    JOIN_OSM_M,
    OSM_SUFFIXES,
    complete,
    find_streets,
    moved_streets,
    osm_streets,
    streets_of_layer,
)
from doorstep.city.tables import SUFFIXES, RawTable, companion, files_named, find_table, read_table
from doorstep.city.vocabulary import TABLES
from doorstep.errors import DoorstepError, InputError, Problem

__all__ = ["Check", "check_city", "read_city", "read_register"]

_OPTIONAL = ("entrances",)
_MAY_BE_EMPTY = ("facilities", "entrances")
_NO_SHAPES: Shapes = np.empty(0, dtype=object)
_NO_STREETS = Streets(
    node_id=np.empty(0, dtype=np.int64),
    node_x_m=np.empty(0),
    node_y_m=np.empty(0),
    node_tags={},
    way_id=np.empty(0, dtype=np.int64),
    first_node_of_way=np.zeros(1, dtype=np.int64),
    way_nodes=np.empty(0, dtype=np.int64),
    way_tags=(),
)


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """What reading a city folder found.

    Parameters
    ----------
    problems
        All of them, errors and warnings, in the order of files.
    completeness
        ``table, column, measured, estimated, assumed, unknown``: counts of rows, of every table that could be read.
    city
        None if a problem is an error.
    """

    problems: tuple[Problem, ...]
    completeness: pd.DataFrame
    city: City | None


def read_city(folder: Path) -> City:
    """Read a city folder.

    Parameters
    ----------
    folder
        Holds ``city.toml``, the tables communities, residences, facilities and spaces and perhaps entrances (csv, xlsx,
        gpkg, geojson or shp) and the streets (OpenStreetMap or a line layer); other files are left alone.

    Returns
    -------
    City
        Tables sorted by id, geometry in one metric system; the same for any order of rows.

    Raises
    ------
    InputError
        With every problem that stops a plan, at once. Warnings are in ``City.warnings``.
    DoorstepError
        ``city-unreadable`` if there is no such folder or no ``city.toml`` in it.
    """
    check = check_city(folder)
    if check.city is None:
        raise InputError(problem for problem in check.problems if problem.severity == "error")
    return check.city


def read_register(folder: Path) -> City:
    """Read a city folder for its register of spaces; other tables and streets may be missing, and are empty then.

    An office has its list of rooms long before somebody draws streets and counts residents.

    Raises
    ------
    InputError
        With every problem of what is there, at once, and if there are no spaces.
    DoorstepError
        ``city-unreadable`` if there is no such folder or no ``city.toml`` in it.
    """
    check = check_city(folder, may_miss=tuple(table for table in TABLES if table != "spaces"))
    if check.city is None:
        raise InputError(problem for problem in check.problems if problem.severity == "error")
    return check.city


def check_city(folder: Path, *, may_miss: tuple[str, ...] = ()) -> Check:
    """Read a city folder and return what was found, problems and all.

    Parameters
    ----------
    folder
        City folder.
    may_miss
        Tables that need not be there; where there are any, neither need the streets.

    Raises
    ------
    DoorstepError
        ``city-unreadable`` if there is no such folder or no ``city.toml`` in it.
    """
    if not (folder / FILE).is_file():
        raise DoorstepError("city-unreadable", folder=str(folder))
    problems: list[Problem] = []
    head = read_head(folder, problems)
    files = [folder / FILE]
    if head.profile.casefold().endswith(".toml") and Path(head.profile).is_file():
        files.append(Path(head.profile))
    cells: dict[str, Cells] = {}
    shapes: dict[str, tuple[Shapes, str]] = {}
    for table in TABLES:
        if table in (*_OPTIONAL, *may_miss) and not files_named(folder, table, SUFFIXES):
            continue
        path = find_table(folder, table, problems)
        raw = read_table(path, table, head.language, problems) if path else None
        if path is None or raw is None:
            continue
        files.append(path)
        if not len(raw.cells) and table not in _MAY_BE_EMPTY:
            problems.append(Problem(raw.file, "table-empty"))
            continue
        cells[table] = parse_cells(raw, table, problems)
        _check_ids(cells[table], problems)
        found, system, is_placed = placed(raw, head.tables_crs, problems)
        if is_placed:
            shapes[table] = (found, system)
        elif len(raw.cells):
            values = {"expected": "geometry, wkt; x, y; lon, lat", "found": ", ".join(raw.cells.columns)}
            problems.append(Problem(raw.file, "column-missing", 1, "geometry", values))
    no_streets: list[Problem] = []
    streets_path = find_streets(folder, no_streets)
    undrawn = bool(may_miss) and streets_path is None and no_streets[0].code == "streets-missing"
    if streets_path:
        files.append(streets_path)
    elif not undrawn:
        problems += no_streets
    streets, crs = _streets(streets_path, head, shapes, problems)
    raster = find_elevation(folder, problems)
    if raster:
        files.append(raster)
    if streets is not None:
        streets = dataclasses.replace(streets, node_ele_m=node_heights(streets, crs, raster, problems))
    placed_shapes = _places(cells, shapes, streets, crs, problems if head.crs_known else [])
    frames = _frames(cells, placed_shapes, head, problems)
    doors = _entrances(cells, placed_shapes, frames, crs, problems)
    asked = read_asked(head.page, *_names_of(frames), problems)
    completeness = completeness_of(frames, {table: one.given for table, one in cells.items()})
    city = None
    if undrawn:
        streets = _NO_STREETS
    if streets is not None and not any(problem.severity == "error" for problem in problems):
        tables = {table: _layer(frames[table], placed_shapes[table], table, crs) for table in frames}
        for table in set(may_miss) - set(tables) - set(_OPTIONAL):
            tables[table] = _layer(pd.DataFrame(columns=list(TYPED_COLUMNS[table])), _NO_SHAPES, table, crs)
        city = City(
            folder=folder,
            name=head.name,
            language=head.language,
            currency=head.currency,
            profile=head.profile,
            crs=crs,
            made_up=head.made_up,
            sources=head.sources,
            assumptions=head.assumptions,
            overrides=head.overrides,
            **tables,
            streets=streets,
            completeness=completeness,
            inputs=_hashes(files),
            warnings=tuple(problems),
            rows={
                table: (one.file, dict(zip(one.frame["id"], map(int, one.rows), strict=True)))
                for table, one in cells.items()
                if "id" in one.frame
            },
            asked=asked,
            **({} if doors is None else {"entrances": doors}),
        )
    return Check(tuple(problems), completeness, city)


def _names_of(frames: dict[str, pd.DataFrame]) -> tuple[dict[str, str], set[str]]:
    """Return the type of each community, and the ids of the spaces."""
    types = {}
    if "communities" in frames:
        types = dict(zip(frames["communities"]["id"], frames["communities"]["type"], strict=True))
    return types, set(frames["spaces"]["id"]) if "spaces" in frames else set()


def _check_ids(cells: Cells, problems: list[Problem]) -> None:
    if "id" not in cells.headers:
        return
    first_row: dict[str, int] = {}
    for name, number in zip(cells.frame["id"], cells.rows, strict=True):
        row = int(number)
        if not name:
            problems.append(Problem(cells.file, "id-missing", row, cells.headers["id"]))
        elif name in first_row:
            values = {"found": name, "first": str(first_row[name])}
            problems.append(Problem(cells.file, "id-duplicate", row, cells.headers["id"], values))
        else:
            first_row[name] = row


def _streets(
    path: Path | None, head: Head, shapes: dict[str, tuple[Shapes, str]], problems: list[Problem]
) -> tuple[Streets | None, str]:
    """Return the streets in the city's metric system, and that system."""
    tables_crs = parse_crs(head.tables_crs)
    known = head.tables_crs if tables_crs is not None and is_metric(tables_crs) else None
    if path is not None and path.name.casefold().endswith(OSM_SUFFIXES):
        found = osm_streets(path, problems)
        if found is None:
            return None, known or _zone_of_tables(shapes)
        streets, source = found
        target = known or utm_zone(float(np.median(streets.node_x_m)), float(np.median(streets.node_y_m)))
        return complete(moved_streets(streets, source, target), JOIN_OSM_M), target
    raw = read_table(path, "streets", head.language, problems) if path is not None else None
    if raw is None:
        return None, known or _zone_of_tables(shapes)
    lines, source, _ = placed(raw, head.tables_crs, problems)
    target = known or _zone(lines, source)
    layer = RawTable(raw.file, raw.cells, raw.rows, lines, source)
    drawn = streets_of_layer(layer, source, target, problems)
    return (None if drawn is None else complete(drawn, JOIN_LAYER_M)), target


def _zone_of_tables(shapes: dict[str, tuple[Shapes, str]]) -> str:
    return next((_zone(found, source) for found, source in shapes.values()), "EPSG:32631")


def _zone(shapes: Shapes, source: str) -> str:
    known = [shape for shape in shapes if shape is not None]
    points = shapely.get_coordinates(to_system(np.array([*known, None], dtype=object)[:-1], source, WGS84))
    points = points[np.isfinite(points).all(axis=1)]
    return utm_zone(*(float(one) for one in np.median(points, axis=0))) if len(points) else "EPSG:32631"


def _places(
    cells: dict[str, Cells],
    shapes: dict[str, tuple[Shapes, str]],
    streets: Streets | None,
    crs: str,
    problems: list[Problem],
) -> dict[str, Shapes]:
    """Return the checked shape of each row by table; all None where a table says no place."""
    communities = to_system(*shapes["communities"], crs) if "communities" in shapes else None
    extent = extent_of(streets, communities)
    found: dict[str, Shapes] = {}
    for table, one in cells.items():
        if table not in shapes:
            found[table] = np.full(len(one.frame), None, dtype=object)
            continue
        found[table] = check_places(one, *shapes[table], crs, extent, problems)
    return found


def _entrances(
    cells: dict[str, Cells],
    shapes: dict[str, Shapes],
    frames: dict[str, pd.DataFrame],
    crs: str,
    problems: list[Problem],
) -> gpd.GeoDataFrame | None:
    if "entrances" not in cells:
        return None
    owners = {table: (frames[table]["id"], shapes[table]) for table in frames if table != "communities"}
    return entrances_of(cells["entrances"], shapes["entrances"], owners, crs, problems)


def _frames(
    cells: dict[str, Cells], shapes: dict[str, Shapes], head: Head, problems: list[Problem]
) -> dict[str, pd.DataFrame]:
    """Return each table with all its columns, in the order of the file."""
    frames: dict[str, pd.DataFrame] = {}
    if "communities" in cells:
        frames["communities"] = communities_of(cells["communities"])
    areas = (frames.get("communities"), shapes.get("communities"))
    if "residences" in cells:
        residences = residences_of(cells["residences"], shapes["residences"], areas, head.estimate, problems)
        frames["residences"] = residences
        if "communities" in frames:
            frames["communities"] = communities_of(cells["communities"], residences, head.estimate)
    if "spaces" in cells:
        frames["spaces"] = spaces_of(cells["spaces"], shapes["spaces"], areas, head.estimate, problems)
    if "facilities" in cells:
        taken = set(frames["spaces"]["id"]) if "spaces" in frames else set()
        frames["facilities"] = facilities_of(cells["facilities"], shapes["facilities"], areas, taken, problems)
        if "spaces" in frames:
            replaced = replaced_facilities(
                cells["spaces"], shapes["spaces"], frames["facilities"], shapes["facilities"], problems
            )
            frames["spaces"]["replaces"] = pd.Series(replaced, index=frames["spaces"].index, dtype=object)
    return frames


def _layer(frame: pd.DataFrame, shapes: Shapes, table: str, crs: str) -> gpd.GeoDataFrame:
    kept = frame[list(TYPED_COLUMNS[table])]
    layer = gpd.GeoDataFrame(kept, geometry=gpd.GeoSeries(list(shapes), index=kept.index, crs=crs), crs=crs)
    return layer.sort_values("id", kind="stable").reset_index(drop=True)


def _hashes(files: list[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file read, a shapefile's companions among them."""
    every = [*files]
    for path in files:
        if path.suffix.casefold() == ".shp":
            every += [one for end in (".dbf", ".shx", ".prj", ".cpg") if (one := companion(path, end)) is not None]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(every)}
