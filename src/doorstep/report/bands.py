"""Who reaches a place today by age, at their own pace: the table for programs and the one on the page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from doorstep.city import AGE_BANDS
from doorstep.report.tables import WHOLE_CITY, named_areas
from doorstep.report.wording import Wording
from doorstep.standards.profile import Profile

__all__ = ["BandCell", "BandHead", "BandRow", "bands_of_page", "bands_table"]

_FRAIL = "walk_time_limit_factor_frail"


@dataclass(frozen=True, slots=True)
class BandHead:
    """An age band on the page: its name, pace and share of the limit, each with what it rests on."""

    band: str
    pace: str
    limit: str
    wheels: str


@dataclass(frozen=True, slots=True)
class BandCell:
    """Share of those in need at their own pace, as plans count it, and both as numbers; empty if nobody is in need."""

    own: str = ""
    planned: str = ""
    share: float | None = None
    share_planned: float | None = None


@dataclass(frozen=True, slots=True)
class BandRow:
    """A service on the page."""

    service: str
    limit: str
    cells: tuple[BandCell, ...]


def bands_table(bands: pd.DataFrame, profile: Profile, language: str) -> pd.DataFrame:
    """Return who reaches what by age, with names of services and what pace and limit rest on.

    Parameters
    ----------
    bands
        As :func:`doorstep.assess.coverage_by_band` returns it.
    profile
        The standard that it was reckoned by.
    language
        Of the names.

    Returns
    -------
    DataFrame
        Columns as docs/reference/plan-folder.md lists them.
    """
    wording = Wording(language, profile.currency)
    table = named_areas(bands, wording)
    for column in ("in_need", "homebound", "reached", "share_reached", "reached_planned", "share_planned", "limit_min"):
        table[column] = table[column].astype(float).round(6)
    factor = dict(zip(AGE_BANDS, profile.walk_limit_factor, strict=True))
    table["wheels"] = table["wheels"].map(lambda one: "yes" if one else "no").astype(object)
    table["speed_basis"] = table["band"].map(lambda band: _basis(profile, "walk_speed", band))
    table["limit_factor"] = table["band"].map(factor)
    table["limit_basis"] = table["band"].map(lambda band: _basis(profile, _FRAIL, band))
    return table


def bands_of_page(
    bands: pd.DataFrame, profile: Profile, wording: Wording
) -> tuple[tuple[BandHead, ...], tuple[BandRow, ...]]:
    """Return heads and rows of the page's table: services down, ages across, the whole city."""
    rows_of_city = bands[bands["community"] == WHOLE_CITY].to_dict("records")
    of_city = {(row["service"], row["band"]): row for row in rows_of_city}
    of_band = {row["band"]: row for row in rows_of_city}
    shown = [band for band in AGE_BANDS if band in of_band]
    heads = []
    for band in shown:
        one = of_band[band]
        factor = profile.walk_limit_factor[AGE_BANDS.index(band)]
        heads.append(
            BandHead(
                band=band,
                pace=_told(wording, "bands_pace", f"{one['speed_m_s']:g}", _basis(profile, "walk_speed", band)),
                limit=""
                if factor == 1
                else _told(wording, "bands_factor", f"{factor:g}", _basis(profile, _FRAIL, band)),
                wheels=wording("bands_pram") if one["wheels"] else "",
            )
        )
    rows = []
    for service in profile.services:
        cells = tuple(_cell(of_city.get((service.id, band)), wording) for band in shown)
        metres, minutes = f"{service.walk_limit_mm / 1000:g}", f"{service.walk_limit_ms / 60_000:g}"
        limit = wording(f"bands_limit_{profile.walk_measure}", metres=metres, minutes=minutes)
        rows.append(BandRow(service.id, limit, cells))
    return tuple(heads), tuple(rows)


def _cell(row: Mapping[Hashable, Any] | None, wording: Wording) -> BandCell:
    if row is None or not row["in_need"] > 0:
        return BandCell()
    return BandCell(
        own=wording.percent(row["reached"], row["in_need"]),
        planned=wording.percent(row["reached_planned"], row["in_need"]),
        share=float(row["share_reached"]),
        share_planned=float(row["share_planned"]),
    )


def _basis(profile: Profile, name: str, band: str) -> str:
    """Return sourced, derived, assumption or city; "" where the profile has no figure for the band."""
    one = profile.parameters.get((name, "any", band))
    return one.kind if one is not None else ""


def _told(wording: Wording, key: str, figure: str, basis: str) -> str:
    return wording(key, figure=figure, basis=wording.named("parameter_kind", basis))
