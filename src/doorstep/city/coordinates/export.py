"""A layer given back as an office keeps it: in its system of coordinates, encoding and form."""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from doorstep.city.coordinates.convert import BD09, GCJ02, System, converted_shapes
from doorstep.city.coordinates.evidence import Evidence, evidence_text
from doorstep.city.coordinates.helmert import LocalGrid
from doorstep.errors import DoorstepError

__all__ = ["LAYER_FORMS", "short_names", "write_layer"]

_DRIVERS = {".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".geojson": "GeoJSON"}
LAYER_FORMS = tuple(_DRIVERS)
"""Endings of the files that :func:`write_layer` writes."""
_FIELD_BYTES, _TEXT_BYTES = 10, 254
"""What the dBASE table of a shapefile holds: bytes of a field's name, bytes of a text."""
_ENCODINGS = ("UTF-8", "GBK", "GB18030")


def write_layer(
    layer: gpd.GeoDataFrame,
    path: Path,
    system: System,
    encoding: str = "UTF-8",
    language: str = "zh",
) -> tuple[Evidence, ...]:
    """Write a layer in the system of an office, whole or not at all.

    A shapefile gets a ``.cpg`` with its encoding and, for a registered system, a ``.prj``. GCJ-02, BD-09 and own grids
    are in no register: the file then names no system (a wrong name would move it by 500 m in every program that
    believes it), its description says which it is, and a text ``<name>_坐标系.txt`` or ``<name>_coordinates.txt``
    beside it says what was done.

    Parameters
    ----------
    layer
        Rows with one geometry each and a known system (``layer.crs``).
    path
        New file: ``.shp``, ``.gpkg`` or ``.geojson``.
    system
        What the office uses: an EPSG code, ``GCJ-02``, ``BD-09`` or its own grid.
    encoding
        ``UTF-8``, ``GBK`` or ``GB18030``; of shapefiles only, the others are always UTF-8.
    language
        Of the note beside the file: ``en`` or ``zh``.

    Returns
    -------
    tuple of Evidence
        What was done and what the form could not hold: shortened names, cut texts, a system that has no name.

    Raises
    ------
    DoorstepError
        ``layer-form`` (suffix or encoding), ``file-exists``, ``layer-without-system``, ``system-unknown``,
        ``places-outside`` (some places have no coordinates in the system), ``shapes-mixed`` (points, lines and
        polygons in one shapefile), ``text-not-in-encoding``, ``output-failed``. No file is left behind.
    """
    suffix = path.suffix.lower()
    if suffix not in _DRIVERS or encoding not in _ENCODINGS:
        raise DoorstepError("layer-form", found=f"{path.name} ({encoding})", known=", ".join([*_DRIVERS, *_ENCODINGS]))
    if layer.crs is None:
        raise DoorstepError("layer-without-system", path=str(path))
    moved, notes = _moved(layer, system), [_note_of_system(system)]
    if suffix == ".shp":
        moved, more = _as_shapefile(moved, path, encoding)
        notes += more
    # a shapefile's table has an encoding; the other two are UTF-8 and can say in words what they hold
    options = {} if suffix == ".shp" else {"DESCRIPTION": evidence_text(language, notes[0])}
    named = not isinstance(system, LocalGrid) and system not in (GCJ02, BD09)
    moved = moved.set_crs(system if named else None, allow_override=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".doorstep-") as folder, warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"'crs' was not provided")  # that is meant
            made = Path(folder)
            pyogrio.write_dataframe(
                moved,
                made / path.name,
                driver=_DRIVERS[suffix],
                encoding=encoding if suffix == ".shp" else None,
                layer_options=options,
            )
            if not named:
                # a shifted layer must not come back as WGS84: the word stands beside it
                tail = "坐标系" if language == "zh" else "coordinates"
                lines = [evidence_text(language, note) for note in notes]
                (made / f"{path.stem}_{tail}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
            files = sorted(made.iterdir())
            taken = [file.name for file in files if (path.parent / file.name).exists()]
            if taken:
                raise DoorstepError("file-exists", path=str(path.parent / taken[0]))
            for file in files:
                os.replace(file, path.parent / file.name)
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise DoorstepError("output-failed", path=str(path), reason=fault) from fault
    return tuple(notes)


def short_names(names: list[str], encoding: str) -> dict[str, str]:
    """Return names of at most ten bytes each, none twice, for the fields of a shapefile.

    Examples
    --------
    >>> short_names(["建筑面积平方米", "建筑面积合计", "id"], "GBK")
    {'建筑面积平方米': '建筑面积平', '建筑面积合计': '建筑面积合', 'id': 'id'}
    >>> short_names(["建筑面积一层", "建筑面积一共"], "UTF-8")
    {'建筑面积一层': '建筑面', '建筑面积一共': '建筑_1'}
    """
    taken: dict[str, str] = {}
    for name in names:
        short, number = _cut(name, encoding, _FIELD_BYTES), 0
        while short.lower() in {other.lower() for other in taken.values()} or not short:
            number += 1
            short = _cut(name, encoding, _FIELD_BYTES - len(f"_{number}")) + f"_{number}"
        taken[name] = short
    return taken


def _moved(layer: gpd.GeoDataFrame, system: System) -> gpd.GeoDataFrame:
    shapes = np.asarray(layer.geometry, dtype=object)
    moved = converted_shapes(shapes, layer.crs.to_string(), system)
    there = ~(shapely.is_missing(moved) | shapely.is_empty(moved))
    lost = int((~np.isfinite(shapely.bounds(moved[there])).all(axis=1)).sum())
    if lost:
        name = system.crs if isinstance(system, LocalGrid) else system
        raise DoorstepError("places-outside", count=lost, system=name)
    return layer.set_geometry(gpd.GeoSeries(moved, index=layer.index, crs=None))


def _note_of_system(system: System) -> Evidence:
    if isinstance(system, LocalGrid):
        values = {"base": system.crs, "scale": f"{system.scale:.9f}", "turn": f"{np.degrees(system.turn_rad):.7f}"}
        values |= {"about": "{:.3f}, {:.3f}".format(*system.about), "shift": "{:.3f}, {:.3f}".format(*system.shift)}
        return Evidence("note_local", values)
    if system in (GCJ02, BD09):
        return Evidence("note_shifted", {"system": system})
    return Evidence("note_system", {"name": pyproj.CRS(system).name, "code": system})


def _as_shapefile(layer: gpd.GeoDataFrame, path: Path, encoding: str) -> tuple[gpd.GeoDataFrame, list[Evidence]]:
    """The layer as a shapefile can hold it, and what that costs."""
    kinds = sorted({kind.removeprefix("Multi") for kind in layer.geometry.geom_type.dropna()})
    if len(kinds) > 1:
        raise DoorstepError("shapes-mixed", path=str(path), found=", ".join(kinds))
    columns = [str(name) for name in layer.columns if name != layer.geometry.name]
    foreign = [name for name in columns if not _holds(name, encoding)]
    if foreign:
        raise DoorstepError("text-not-in-encoding", encoding=encoding, found=foreign[0], column=foreign[0])
    layer, notes = layer.copy(), []
    for column in columns:
        if not pd.api.types.is_numeric_dtype(layer[column]) and not pd.api.types.is_datetime64_dtype(layer[column]):
            texts = layer[column].map(lambda value: None if pd.isna(value) else str(value))
            for value in texts.dropna():
                if not _holds(value, encoding):
                    raise DoorstepError("text-not-in-encoding", encoding=encoding, found=value[:40], column=column)
            cut = texts.map(lambda value: None if value is None else _cut(value, encoding, _TEXT_BYTES))
            n_cut = int((cut.dropna() != texts.dropna()).sum())
            if n_cut:
                notes.append(Evidence("note_texts_cut", {"column": column, "count": str(n_cut)}))
            layer[column] = cut
    short = short_names(columns, encoding)
    changed = ", ".join(f"{name} → {new}" for name, new in short.items() if name != new)
    if changed:
        notes.append(Evidence("note_names_cut", {"names": changed}))
    return layer.rename(columns=short), notes


def _holds(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _cut(text: str, encoding: str, size: int) -> str:
    """The beginning of a text that takes at most so many bytes, no character halved."""
    return text.encode(encoding)[:size].decode(encoding, errors="ignore")
