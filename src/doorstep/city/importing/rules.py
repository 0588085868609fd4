"""What cannot be so in a list: impossible figures, figures that contradict each other, rows that stand twice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.importing.headings import Heading
from doorstep.city.importing.lists import Listed

__all__ = ["check_figures", "twice"]

Floats = npt.NDArray[np.float64]
_LIMITS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "communities": {"people": (0, 500_000), "dwellings": (0, 200_000), "land_m2": (1_000, 5e9)},
    "compounds": {"people": (0, 200_000), "dwellings": (0, 100_000), "land_m2": (50, 2e7), "floor_area_m2": (50, 1e7)},
    "residences": {
        "people": (0, 20_000),
        "dwellings": (0, 5_000),
        "occupied": (0, 5_000),
        "storeys": (1, 150),
        "floor_area_m2": (10, 500_000),
        "year": (1500, 2100),
        "occupancy": (0, 100),
    },
    "facilities": {
        "area_m2": (1, 500_000),
        "floor_area_m2": (1, 500_000),
        "capacity": (0, 200_000),
        "beds": (0, 5_000),
    },
    "spaces": {
        "area_m2": (1, 300_000),
        "floor_area_m2": (1, 500_000),
        "clear_height_m": (1.5, 60),
        "storeys": (1, 150),
        "rent_per_m2_year": (0, 100_000),
        "capital_cost_per_m2": (0, 500_000),
        "year": (1500, 2100),
        "outdoor_m2": (0, 1e6),
    },
}
"""Least and most that can be meant, by table: our judgement, wide enough for what there is in any city."""
_PER_DWELLING_M2 = (8.0, 1_500.0)
"""Floor area of a building for each of its dwellings: what is outside is a wrong unit or a slip: our judgement."""
_NOT_ZERO = {
    "residences": ("floor_area_m2", "storeys"),
    "spaces": ("floor_area_m2", "area_m2"),
    "facilities": ("area_m2", "floor_area_m2"),
}
_HIGHEST_ROOM_M = 12.0
"""Few rooms of a city's register are higher; 30 is a slip for 3.0 more often than a hall: our judgement."""
_ZERO_MEANS_NOTHING = {"spaces": ("clear_height_m", "year"), "residences": ("year",), "facilities": ("capacity",)}


def check_figures(listed: Listed) -> None:
    """Note figures that cannot be, and take them out; what they may have meant is told."""
    frame, reader = listed.frame, listed.reader
    assert reader is not None
    heads = _heads(listed)
    for name in _ZERO_MEANS_NOTHING.get(listed.table, ()):
        if name in frame:
            frame[name] = frame[name].where(frame[name] != 0)
    for name in _NOT_ZERO.get(listed.table, ()):
        if name in frame:
            for place in np.flatnonzero(frame[name].to_numpy() == 0):
                reader.fault(int(place), heads[name], "zero")
            frame[name] = frame[name].where(frame[name] != 0)
    if listed.table == "residences":
        _per_dwelling(frame, heads, listed)
    if listed.table == "spaces":
        _usable(frame, heads, listed)
    for name, (least, most) in _LIMITS.get(listed.table, {}).items():
        if name not in frame:
            continue
        values = frame[name].to_numpy(dtype=np.float64)
        bad = np.flatnonzero((values < least) | (values > most))
        for place in bad:
            reader.fault(
                int(place),
                heads.get(name, name),
                "implausible",
                found=f"{values[place]:,.10g}",
                least=f"{least:,.10g}",
                most=f"{most:,.10g}",
            )
        if len(bad):
            values = values.copy()
            values[bad] = np.nan
            frame[name] = values
    if listed.table == "spaces" and "clear_height_m" in frame:
        heights = frame["clear_height_m"].to_numpy(dtype=np.float64)
        for place in np.flatnonzero(heights > _HIGHEST_ROOM_M):
            reader.fault(int(place), heads.get("clear_height_m", ""), "height-odd", found=f"{heights[place]:,.10g}")


def _heads(listed: Listed) -> dict[str, str]:
    heads: dict[str, str] = {}
    for heading in listed.headings:
        heads.setdefault(heading.field, heading.text)
    heads.setdefault("rent_per_m2_year", heads.get("rent", "rent"))
    heads.setdefault("capital_cost_per_m2", heads.get("capital", "capital"))
    return {**{name: name for name in listed.frame.columns}, **heads}


def _per_dwelling(frame: pd.DataFrame, heads: Mapping[str, str], listed: Listed) -> None:
    """A floor area that no dwelling can have: 77,600,000 m² for 60 dwellings is 7,760 m² ten thousand times."""
    if "floor_area_m2" not in frame or "dwellings" not in frame or listed.reader is None:
        return
    area, dwellings = frame["floor_area_m2"].to_numpy(dtype=np.float64), frame["dwellings"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        each = area / dwellings
    sound = each[(each >= _PER_DWELLING_M2[0]) & (each <= _PER_DWELLING_M2[1])]
    usual = float(np.median(sound)) if len(sound) else 90.0
    bad = np.flatnonzero((dwellings > 0) & ((each < _PER_DWELLING_M2[0]) | (each > _PER_DWELLING_M2[1])))
    for place in bad:
        meant = next(
            (
                area[place] * by
                for by in (1e-4, 1e4, 1 / 666.6666667, 666.6666667, 1e-3, 1e3)
                if usual / 5 <= each[place] * by <= usual * 5
            ),
            np.nan,
        )
        guess = "–" if np.isnan(meant) else f"{meant:,.1f}"
        listed.reader.fault(
            int(place),
            heads["floor_area_m2"],
            "dwelling-area",
            found=f"{area[place]:,.10g}",
            dwellings=f"{dwellings[place]:,.0f}",
            each=f"{each[place]:,.0f}" if each[place] >= 10 else f"{each[place]:.1f}",
            meant=guess,
        )
    values = area.copy()
    values[bad] = np.nan
    frame["floor_area_m2"] = values


def _usable(frame: pd.DataFrame, heads: Mapping[str, str], listed: Listed) -> None:
    """Usable area cannot exceed floor area; where the floor area is far too small, it is the one that is wrong."""
    if "floor_area_m2" not in frame or "area_m2" not in frame or listed.reader is None:
        return
    floor, usable = (
        frame["floor_area_m2"].to_numpy(dtype=np.float64, copy=True),
        frame["area_m2"].to_numpy(dtype=np.float64, copy=True),
    )
    for place in np.flatnonzero(usable > floor * 1.005):
        if usable[place] > 10 * floor[place]:
            turned = {"亩": 2000 / 3, "㎡ × 10,000": 1e4, "公顷": 1e4}
            meant = next(
                (
                    f"{floor[place] * by:,.1f} m² ({name})"
                    for name, by in turned.items()
                    if 0.5 * usable[place] <= floor[place] * by <= 3 * usable[place]
                ),
                "–",
            )
            listed.reader.fault(
                int(place),
                heads["floor_area_m2"],
                "area-small",
                found=f"{floor[place]:g}",
                usable=f"{usable[place]:,g}",
                meant=meant,
            )
            floor[place] = np.nan
        else:
            listed.reader.fault(
                int(place), heads["area_m2"], "area-usable", found=f"{usable[place]:,g}", floor=f"{floor[place]:,g}"
            )
            usable[place] = np.nan
    frame["floor_area_m2"], frame["area_m2"] = floor, usable


_KEYS = {
    "communities": (("community_code",), ("community",)),
    "compounds": (("compound_code",), ("compound", "community")),
    "residences": (("id",), ("compound", "building")),
    "facilities": (("id",),),
    "spaces": (("id",),),
}


def twice(listed: Listed) -> npt.NDArray[np.bool_]:
    """Note rows that stand twice, and return which rows are to be left out."""
    frame, reader = listed.frame, listed.reader
    assert reader is not None
    out = np.zeros(len(frame), dtype=bool)
    rows = frame["row"].to_numpy()
    told: set[int] = set()
    own = [name for name in frame.columns if name not in ("row", "section")]
    keys = [key for key in _KEYS.get(listed.table, ()) if all(name in frame for name in key)]
    for key in keys[:1] if "community_code" in frame else keys:
        columns = frame[list(key)].astype(str)
        known = (columns != "").all(axis=1)
        repeated = known & columns.duplicated(keep=False)
        if not repeated.any():
            continue
        first: dict[tuple[str, ...], int] = {}
        for place in np.flatnonzero(repeated).tolist():
            values = tuple(columns.iloc[place])
            if values not in first:
                first[values] = place
                continue
            if place in told:
                continue
            before = first[values]
            same = _same(frame, own, before, place) and _same_place(listed, before, place)
            code = "row-twice" if same or listed.table in ("communities", "compounds") else "id-twice"
            reader.fault(place, "", code, first=rows[before], found=" ".join(values))
            told.add(place)
            out[place] = True
    names = [name for name in ("name", "address", "building", "compound") if name in frame]
    if "name" in frame or "address" in frame:
        rest = [name for name in own if name != "id"]
        some = frame[names].astype(str)
        named = (some != "").any(axis=1)
        for _, members in _groups(some, named & ~out):
            seen: list[int] = []
            for place in members:
                earlier = next(
                    (one for one in seen if _same(frame, rest, one, place) and _same_place(listed, one, place)), None
                )
                if earlier is None:
                    seen.append(place)
                    continue
                code = (
                    "twice-otherwise"
                    if "id" in frame and frame["id"].iloc[place] != frame["id"].iloc[earlier]
                    else "row-twice"
                )
                reader.fault(place, "", code, first=rows[earlier], found=str(frame[names[0]].iloc[place]))
                out[place] = True
    return out


def _groups(keys: pd.DataFrame, mask: pd.Series[bool]) -> list[tuple[object, list[int]]]:
    repeated = mask & keys.duplicated(keep=False)
    places = np.flatnonzero(repeated)
    if not len(places):
        return []
    grouped = keys.iloc[places].reset_index(drop=True).groupby(list(keys.columns), sort=False).indices
    return [(key, [int(places[one]) for one in sorted(members)]) for key, members in grouped.items()]


def _same(frame: pd.DataFrame, columns: list[str], one: int, other: int) -> bool:
    for name in columns:
        a, b = frame[name].iloc[one], frame[name].iloc[other]
        if a != b and not (isinstance(a, float) and isinstance(b, float) and np.isnan(a) and np.isnan(b)):
            return False
    return True


def _same_place(listed: Listed, one: int, other: int) -> bool:
    if listed.points is not None:
        a, b = listed.points[one], listed.points[other]
        return bool(np.array_equal(a, b, equal_nan=True))
    if listed.shapes is not None:
        a, b = listed.shapes[one], listed.shapes[other]
        return (a is None and b is None) or (a is not None and b is not None and bool(a.equals(b)))
    return True


def heading_at(listed: Listed, name: str) -> Heading | None:
    """Return the heading of a field."""
    return next((one for one in listed.headings if one.field == name), None)
