"""A table of the city given back to an office: in its system of coordinates, its encoding and its form."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from doorstep.city.coordinates import (
    LAYER_FORMS,
    WGS84,
    Evidence,
    LocalGrid,
    System,
    converted_shapes,
    system_of_text,
    write_layer,
)
from doorstep.city.importing.filling import filled_form
from doorstep.city.importing.held import Held, held_tables, middles_of
from doorstep.city.importing.public import LEAST, public_table
from doorstep.city.importing.store import city_of
from doorstep.city.importing.templates import TEMPLATES, template_bytes
from doorstep.city.rows import communities_at
from doorstep.errors import DoorstepError
from doorstep.messages import text

__all__ = ["export_table", "write_export"]

_NUMBERS = (
    *(
        "people",
        "dwellings",
        "occupied",
        "households",
        "storeys",
        "storey",
        "units",
        "year",
        "capacity",
        "price",
        "buildings",
        "compounds",
    ),
    *("area_m2", "floor_area_m2", "land_m2", "outdoor_m2", "clear_height_m", "capital_cost_per_m2", "rent_per_m2_year"),
)


def export_table(
    folder: Path,
    table: str,
    system: str = "",
    form: Path | None = None,
    *,
    public: bool = False,
    language: str = "zh",
) -> tuple[pd.DataFrame, np.ndarray, System, bytes | None, int]:
    """Return a table of a city as it is to be given back.

    Parameters
    ----------
    folder, table
        The city and one of its tables.
    system
        ``WGS84``, ``GCJ-02``, ``BD-09``, an EPSG code, or ``local`` for the city's own grid; WGS84 if "".
    form
        An office's own xlsx to be filled in, or None.
    public
        True if the file leaves the office: small counts are hidden, columns that may name a person are left out.

    Returns
    -------
    tuple
        Rows, shapes in the system, the system, the filled form (None without one), how many counts were changed.

    Raises
    ------
    DoorstepError
        ``city-unreadable``, ``table-unknown``, ``system-unknown``, ``grid-none``, ``form-unknown``,
        ``form-other-table``.
    """
    city = city_of(folder, language)
    tables = held_tables(folder, city.crs, language)
    if city.is_new:
        raise DoorstepError("city-unreadable", folder=str(folder))
    if table not in tables or tables[table].path is None:
        raise DoorstepError(
            "table-unknown", table=table, known=", ".join(name for name, one in tables.items() if one.path)
        )
    target = _system(system, city.grid)
    held: Held = tables[table]
    frame, changed = public_table(held.frame) if public else (held.frame.copy(), 0)
    for name in (one for one in (*_NUMBERS, *(str(one) for one in frame if str(one).startswith("p_"))) if one in frame):
        numbers = pd.to_numeric(frame[name], errors="coerce")
        if numbers.notna().sum() == (frame[name].astype(str).isin(["", "<NA>"])).eq(False).sum():
            frame[name] = numbers
    shapes = converted_shapes(held.shapes, WGS84, target) if len(held.shapes) else held.shapes
    filled = None
    if form is not None:
        points = middles_of(shapes)
        rows = frame.assign(lon=shapely.get_x(points), lat=shapely.get_y(points)).astype(object)
        rows = rows.where(rows.notna(), None)
        if table in ("residences", "facilities", "spaces"):
            given = rows["community"] if "community" in rows else pd.Series("", index=rows.index)
            # where the table does not say it, the map does, as for every other command
            areas = tables["communities"]
            on_map = communities_at(middles_of(held.shapes), _texts(areas.frame, "id"), areas.shapes)
            rows["community"] = [one or there for one, there in zip(given, on_map, strict=True)]
        if "community" in rows:
            names = tables["communities"].frame.reindex(columns=["id", "name"], fill_value="")
            name_of = {own: name for own, name in zip(names["id"], names["name"], strict=True) if name}
            rows["community_code"] = rows["community"]
            rows["community"] = [name_of.get(own, own) for own in rows["community"]]
        records = [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
        filled = filled_form(form, table, records, public=public)
    return frame, np.asarray(shapes, dtype=object), target, filled, changed


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    return [str(one) for one in frame[name]] if name in frame else [""] * len(frame)


def _system(text: str, grid: LocalGrid | None) -> System:
    if not text:
        return WGS84
    if text.casefold() == "local":
        if grid is None:
            raise DoorstepError("grid-none")
        return grid
    found = system_of_text(text)
    if found is None:
        raise DoorstepError("system-unknown", found=text)
    return found


def layer_of(frame: pd.DataFrame, held_shapes: np.ndarray) -> gpd.GeoDataFrame:
    """Return rows and shapes in degrees of WGS84 as a layer."""
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(list(held_shapes), index=frame.index, crs=WGS84), crs=WGS84)


def csv_bytes(frame: pd.DataFrame, shapes: np.ndarray) -> bytes:
    """Return rows as csv with the coordinates of their middles behind."""
    points = middles_of(shapes)
    made = frame.assign(lon=np.round(shapely.get_x(points), 8), lat=np.round(shapely.get_y(points), 8))
    sink = io.StringIO()
    made.to_csv(sink, index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + sink.getvalue().encode()


def write_export(
    folder: Path,
    table: str,
    path: Path,
    system: str,
    encoding: str,
    form: Path | None,
    *,
    public: bool,
    language: str,
) -> tuple[tuple[Evidence, ...], int]:
    """Write a table of a city to a file of an office's kind, whole or not at all; return notes and changed counts.

    An .xlsx without a form is our own template (``doorstep template``) filled in.

    Raises
    ------
    DoorstepError
        As :func:`export_table` and :func:`~doorstep.city.coordinates.write_layer`; ``layer-form``; ``file-exists``;
        ``form-suffix`` if a form is to be written as anything but .xlsx; ``form-none`` if there is no template.
    """
    forms = (".csv", ".xlsx", *LAYER_FORMS)
    if path.suffix.casefold() not in forms:
        raise DoorstepError("layer-form", found=path.name, known=", ".join(forms))
    note = path.with_name(f"{path.stem}_public.txt")
    if public and note.exists():
        raise DoorstepError("file-exists", path=str(note))
    is_book = path.suffix.casefold() == ".xlsx"
    if form is not None and not is_book:
        raise DoorstepError("form-suffix", path=path.name)
    if is_book and form is None:
        if table not in TEMPLATES:
            raise DoorstepError("form-none", table=table, known=", ".join(TEMPLATES))
        with TemporaryDirectory() as room:
            own = Path(room) / path.name
            own.write_bytes(template_bytes([table]))
            return write_export(folder, table, path, system, encoding, own, public=public, language=language)
    frame, shapes, target, filled, changed = export_table(folder, table, system, form, public=public, language=language)
    if form is None and path.suffix.casefold() != ".csv":
        back = converted_shapes(shapes, target, WGS84) if len(shapes) else shapes
        notes = write_layer(layer_of(frame, back), path, target, encoding, language)
        if public:
            _write(note, _public_note(language, path))
        return notes, changed
    if path.exists():
        raise DoorstepError("file-exists", path=str(path))
    content = filled if filled is not None else csv_bytes(frame, shapes)
    _write(path, content)
    if public:
        _write(note, _public_note(language, path))
    return (), changed


def _public_note(language: str, path: Path) -> bytes:
    """What was done with a file for the public, to lie beside it: who reads it must know that counts are rounded."""
    return (text(language, "import_commands.public_note", file=path.name, least=LEAST) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError as fault:
        fresh.unlink(missing_ok=True)
        raise DoorstepError("output-failed", path=str(path), reason=fault) from fault
