"""The layers of ``plan.gpkg`` against city, plan and ledger."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from doorstep.city import PEOPLE_COLUMNS, City
from doorstep.plan_file import PlanFile
from doorstep.verify.money import major
from doorstep.verify.verdict import Violation, found

__all__ = ["check_layers"]

LAST_DIGIT = 1e-4  # figures stand with four decimals, or with three of whole persons
SAME_PLACE_M = 0.001
OF_FACILITIES = ("service", "place", "community", "capacity", "capacity_unit", "kind")
OF_SPACES = ("place", "kind", "community", "area_m2", "storey", "lift", "outdoor_m2", "channel", "decision")


def check_layers(path: Path, city: City, plan: PlanFile, need: pd.DataFrame) -> Iterator[Violation]:
    """Yield every figure and place in the layers that city, plan and ledger do not give; styles are not read."""
    wanted = {
        "hubs": _hubs(city, plan),
        "residences": _residences(city, need),
        "communities": _communities(city, need),
        "facilities": city.facilities.set_index("id")[[*OF_FACILITIES, "geometry"]],
        "spaces": city.spaces.set_index("id")[[*OF_SPACES, "geometry"]],
    }
    for name, table in wanted.items():
        try:
            layer = gpd.read_file(path, layer=name, engine="pyogrio")
        except Exception as fault:
            yield found("file-differs", f"{path.name}/{name}", type(fault).__name__, "a layer")
            continue
        yield from _compared(f"{path.name}/{name}", layer, table)
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as store:
            notes = [tuple(map(str, row)) for row in store.execute("SELECT subject, text FROM read_me")]
    except sqlite3.Error as fault:
        yield found("file-differs", f"{path.name}/read_me", str(fault), "a table")
        return
    named = [text for subject, text in notes if subject == "attribution"]
    if named != list(plan.attribution):
        yield found("file-differs", f"{path.name}/read_me", "; ".join(named), "; ".join(plan.attribution))
    if any(subject == "made_up" for subject, _ in notes) != plan.made_up:
        yield found("file-differs", f"{path.name}/read_me/made_up", not plan.made_up, plan.made_up)


def _compared(about: str, layer: gpd.GeoDataFrame, wanted: pd.DataFrame) -> Iterator[Violation]:
    key = str(wanted.index.name)
    missing = sorted({key, *wanted.columns} - set(layer.columns)) if len(wanted) else []
    if missing:
        yield found("file-differs", f"{about}/columns", None, " ".join(missing))
        return
    ids = layer[key].astype(str) if key in layer.columns else pd.Series(dtype=str)
    if sorted(ids) != sorted(wanted.index):
        odd = sorted({*ids} ^ {*wanted.index})[:3]
        yield found("file-differs", f"{about}/{key}", len(layer), f"{len(wanted)} {' '.join(odd)}".strip(), "rows")
        return
    layer = layer.set_index(ids).loc[wanted.index]
    for column in wanted.columns:
        for row in np.flatnonzero(_apart(layer[column], wanted[column])).tolist():
            said, derived = layer[column].iloc[row], wanted[column].iloc[row]
            yield found("file-differs", f"{about}:{wanted.index[row]}/{column}", _plain(said), _plain(derived))


def _plain(value: object) -> object:
    return value.wkt if isinstance(value, shapely.Geometry) else value


def _apart(said: pd.Series, derived: pd.Series) -> np.ndarray:
    if derived.name == "geometry":
        a, b = (np.asarray(one, dtype=object) for one in (said, derived))
        return np.asarray(~(shapely.hausdorff_distance(a, b) <= SAME_PLACE_M))
    if pd.api.types.is_numeric_dtype(derived):
        a, b = (pd.to_numeric(one, errors="coerce").to_numpy(np.float64) for one in (said, derived))
        return np.asarray(~((np.abs(a - b) <= LAST_DIGIT + 1e-9 * np.abs(b)) | (np.isnan(a) & np.isnan(b))))
    texts = (one.where(one.notna(), "").astype(str).to_numpy(dtype=object) for one in (said, derived))
    return np.asarray(np.not_equal(*texts), dtype=np.bool_)


def _hubs(city: City, plan: PlanFile) -> pd.DataFrame:
    point = dict(zip(city.spaces["id"], city.spaces.geometry, strict=True))
    rows: list[dict[str, object]] = []
    for hub in plan.hubs:
        year = next((one for one in hub.accounts if one.case == "mid"), None)
        rows.append(
            {
                "space": hub.space,
                "place": hub.place,
                "community": hub.community,
                "channel": hub.channel,
                "kind": hub.kind,
                "services": ", ".join(one.service for one in hub.services),
                "floor_m2": hub.area_m2,
                "people": hub.people,
                "users": hub.users,
                f"capital_{plan.currency}": float(major(hub.capital_money, plan.currency)),
                f"support_{plan.currency}_year": float(major(year.support_money, plan.currency)) if year else np.nan,
                "jobs": year.jobs if year else np.nan,
                "replaces": "; ".join(hub.replaces),
                "opens": hub.opens,
                "geometry": point.get(hub.space),
            }
        )
    return pd.DataFrame(rows, columns=None if rows else ["space"]).set_index("space")


def _residences(city: City, need: pd.DataFrame) -> pd.DataFrame:
    homes = city.residences.set_index("id")
    table = pd.DataFrame(
        {"community": homes["community"], "people": homes[list(PEOPLE_COLUMNS)].sum(axis=1).round(3)}, index=homes.index
    )
    kinds = {"need": "in_need", "now": "served_now", "plan": "served_plan"}
    by_service = {
        (kind, service): need.loc[rows].groupby("residence")[column].sum()
        for service, rows in need.groupby("service").groups.items()
        for kind, column in kinds.items()
    }
    for (kind, service), sums in by_service.items():
        table[f"{kind}_{service}"] = sums.reindex(table.index, fill_value=0.0)
    _shares(table, need.groupby("residence")[list(kinds.values())].sum())
    table["geometry"] = homes.geometry
    return table


def _communities(city: City, need: pd.DataFrame) -> pd.DataFrame:
    areas = city.communities
    if not len(areas):
        return pd.DataFrame(columns=["id"]).set_index("id")
    table = areas.set_index("id")[["name", "type"]].copy()
    community = need["residence"].map(dict(zip(city.residences["id"], city.residences["community"], strict=True)))
    sums = need.groupby(community)[["in_need", "served_now", "served_plan"]].sum()
    _shares(table, sums)
    for column in ("served_now", "served_plan"):
        table[column] = sums[column].reindex(table.index, fill_value=0.0)
    table["geometry"] = areas.set_index("id").geometry
    return pd.DataFrame(table)


def _shares(table: pd.DataFrame, sums: pd.DataFrame) -> None:
    """Add people in need, and which share of them is given a place today and with the plan."""
    sums = sums.reindex(table.index, fill_value=0.0)
    in_need = sums["in_need"]
    table["in_need"] = in_need
    for situation in ("now", "plan"):
        table[f"share_{situation}"] = sums[f"served_{situation}"] / in_need.where(in_need > 0)
