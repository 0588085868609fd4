"""Proposals as files that a person ticks: csv, workbook, map layer; and the ticked ones as rows of a city's spaces."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyproj
import shapely
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from doorstep.city.ticked import read_ticked
from doorstep.errors import DoorstepError
from doorstep.inventory.candidates.find import Proposal
from doorstep.messages import LANGUAGES, text

__all__ = ["COLUMNS", "accepted", "proposal_rows", "write_proposals"]

COLUMNS = ("accept", "id", "evidence", "weight", "channel", "place", "address", "area_m2", "lon", "lat", "kind", "why")
_TAKEN = ("id", "place", "kind", "channel", "area_m2", "address", "lon", "lat")
_TICKS = ("x", "1", "yes", "y", "true", "是", "√", "✓", "采纳")


def proposal_rows(proposals: Sequence[Proposal], crs: str, language: str) -> pd.DataFrame:
    """Return one row a proposal; ``accept`` is empty, a person fills it in."""
    places = shapely.point_on_surface(shapely.from_wkb(shapely.to_wkb([one.shape for one in proposals])))
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(shapely.get_x(places), shapely.get_y(places))
    rows = [
        {
            "accept": "",
            "id": one.id,
            "evidence": text(language, f"candidates.name_{one.evidence}"),
            "weight": one.weight,
            "channel": one.channel,
            "place": one.name or one.address,
            "address": one.address,
            "area_m2": one.area_m2,
            "lon": round(x, 7),
            "lat": round(y, 7),
            "kind": one.values.get("tag", one.evidence),
            "why": text(language, f"candidates.evidence_{one.evidence}", id=one.id, **one.values),
        }
        for one, x, y in zip(proposals, lon, lat, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write_proposals(proposals: Sequence[Proposal], crs: str, folder: Path, language: str, *, attribution: str) -> None:
    """Write ``proposals.csv``, ``proposals.xlsx`` (with a drop-down to tick) and ``proposals.gpkg``."""
    table = proposal_rows(proposals, crs, language)
    table.to_csv(folder / "proposals.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = text(language, "candidates.sheet")
    sheet.append([text(language, "candidates.how", attribution=attribution)])
    sheet.append([text(language, f"candidates.column_{column}") for column in COLUMNS])
    for row in table.itertuples(index=False):
        sheet.append([None if value != value else value for value in row])
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    tick = DataValidation(type="list", formula1=f'"{text(language, "candidates.ticks")}"', allow_blank=True)
    sheet.add_data_validation(tick)
    tick.add(f"A3:A{max(3, len(table) + 2)}")
    sheet.freeze_panes = "C3"
    book.save(folder / "proposals.xlsx")
    layer = gpd.GeoDataFrame(
        table.drop(columns=["lon", "lat"]),
        geometry=gpd.GeoSeries([shapely.from_wkb(shapely.to_wkb(one.shape)) for one in proposals], crs=crs),
        crs=crs,
    )
    layer.to_file(folder / "proposals.gpkg", layer="proposals", driver="GPKG")


def accepted(path: Path) -> pd.DataFrame:
    """Return the rows that somebody ticked in a workbook or csv of proposals, as columns of a city's ``spaces``.

    Raises
    ------
    DoorstepError
        ``proposals-unreadable`` if it cannot be read; ``proposals-other`` if it is another list;
        ``proposals-none-ticked``.
    """
    names = {text(language, f"candidates.column_{column}"): column for language in LANGUAGES for column in COLUMNS}
    try:
        table = read_ticked(path, ("accept", *_TAKEN), names)
    except OSError as fault:
        raise DoorstepError("proposals-unreadable", file=path, reason=fault) from fault
    if table is None:
        raise DoorstepError("proposals-other", file=path)
    ticked = table[table["accept"].str.strip().str.casefold().isin(_TICKS)]
    if not len(ticked):
        raise DoorstepError("proposals-none-ticked", file=path)
    kept = ticked[list(_TAKEN)].copy()
    kept["area_basis"] = "estimated"
    return kept.reset_index(drop=True)
