"""The layers of a plan in one GeoPackage that QGIS opens with its styles."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from doorstep.city import City
from doorstep.report.background import Background
from doorstep.report.qml import category_style, line_style, point_style, polygon_style, share_style
from doorstep.report.replaced import replaced_ids
from doorstep.report.results import Results
from doorstep.report.tables import account_of, community_names
from doorstep.report.wording import Wording, major

__all__ = ["write_layers", "write_plan_geopackage", "write_residences_geopackage"]

_HUB_COLOURS = {"complex": "#7a1f5c", "dispersed": "#c2569b"}


def write_plan_geopackage(results: Results, background: Background, path: Path, language: str) -> None:
    """Write the layers hubs, spaces, facilities, communities, residences and streets, their styles, and a ``read_me``.

    Parameters
    ----------
    results
        The plan.
    background
        Its map layers (:func:`doorstep.report.background.background_of_city`).
    path
        File to write; replaced if it is there.
    language
        Of layer texts for people; column names are the same in both languages.
    """
    wording = Wording(language, results.plan.currency)
    crs = results.city.crs
    streets = gpd.GeoDataFrame({"main": background.street_main}, geometry=background.streets, crs=crs)
    layers = {
        "streets": streets,
        "communities": _communities(results),
        "residences": _residences(results.city, results.need, with_plan=True),
        "facilities": _listed(results.city.facilities),
        "spaces": _listed(results.city.spaces),
        "hubs": _hubs(results, wording),
    }
    styles = {
        "streets": line_style("#b9b4ab", 0.3),
        "communities": polygon_style("#6b6b6b"),
        "residences": share_style("share_plan"),
        "facilities": point_style("#2f6f62", "triangle", 2.4),
        "spaces": point_style("#8a8a8a", "diamond", 1.8),
        "hubs": category_style(
            "kind", _HUB_COLOURS, "place", {kind: wording.named("kind", kind) for kind in _HUB_COLOURS}
        ),
    }
    notes = [
        ("title", wording("title", city=results.plan.city)),
        *(("attribution", one) for one in results.plan.attribution),
        *(
            ("licence", f"{source.what}: {source.licence} ({source.origin}, {source.year})")
            for source in results.city.sources
        ),
        ("units", wording("gpkg_units", currency=results.plan.currency)),
        ("approval", wording("approval_number")),
    ]
    if results.plan.made_up:
        notes.append(("made_up", wording("made_up")))
    write_layers(path, layers, styles, notes)


def write_layers(
    path: Path, layers: Mapping[str, gpd.GeoDataFrame], styles: Mapping[str, str], notes: Sequence[tuple[str, str]]
) -> None:
    """Write layers with their styles (QML) and a table ``read_me`` of notes (subject, text) into a new file."""
    path.unlink(missing_ok=True)
    for name, layer in layers.items():
        layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
    _finish(path, styles, notes)


def write_residences_geopackage(city: City, need: pd.DataFrame, path: Path, language: str) -> None:
    """Write ``residences.gpkg``: every home with its need per service and how much of it has a place today, styled.

    Parameters
    ----------
    city
        As read.
    need
        The ledger table ``need``; only its columns of today are used.
    path
        File to write; replaced if it is there.
    language
        Of the notes inside.
    """
    wording = Wording(language, city.currency)
    layers = {"residences": _residences(city, need, with_plan=False)}
    notes = [
        ("title", wording("diagnosis_title", city=city.name)),
        *(("attribution", source.attribution) for source in city.sources if source.attribution),
        *(("licence", f"{source.what}: {source.licence} ({source.origin}, {source.year})") for source in city.sources),
        ("approval", wording("approval_number")),
    ]
    if city.made_up:
        notes.append(("made_up", wording("made_up")))
    write_layers(path, layers, {"residences": share_style("share_now")}, notes)


def _residences(city: City, need: pd.DataFrame, *, with_plan: bool) -> gpd.GeoDataFrame:
    homes = city.residences
    people = homes[[column for column in homes.columns if column.startswith("p_")]].sum(axis=1)
    layer = homes[["id", "name", "community", "geometry"]].assign(people=people.round(3))
    situations = ("now", "plan") if with_plan else ("now",)
    columns = ["in_need", *(f"served_{one}" for one in situations)]
    total = need.groupby("residence")[columns].sum().reindex(layer["id"], fill_value=0.0)
    layer["in_need"] = total["in_need"].to_numpy().round(4)
    for one in situations:
        layer[f"share_{one}"] = _share(total[f"served_{one}"].to_numpy(), total["in_need"].to_numpy())
    wide = need.pivot(index="residence", columns="service", values=columns).reindex(layer["id"]).fillna(0.0)
    for service in dict.fromkeys(need["service"]):
        layer[f"need_{service}"] = wide["in_need"][service].to_numpy().round(4)
        for one in situations:
            layer[f"{one}_{service}"] = wide[f"served_{one}"][service].to_numpy().round(4)
    ordered = [column for column in layer.columns if column != "geometry"]
    return gpd.GeoDataFrame(layer[[*ordered, "geometry"]], crs=city.crs)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    share: np.ndarray = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0).round(4)
    return share


def _communities(results: Results) -> gpd.GeoDataFrame:
    layer = results.city.communities[["id", "name", "type", "cut", "geometry"]].copy()
    community = results.city.residences.set_index("id")["community"]
    columns = ["in_need", "served_now", "served_plan"]
    sums = results.need.assign(community=results.need["residence"].map(community)).groupby("community")[columns].sum()
    sums = sums.reindex(layer["id"], fill_value=0.0)
    for column in columns:
        layer[column] = sums[column].to_numpy().round(4)
    layer["share_now"] = _share(sums["served_now"].to_numpy(), sums["in_need"].to_numpy())
    layer["share_plan"] = _share(sums["served_plan"].to_numpy(), sums["in_need"].to_numpy())
    return gpd.GeoDataFrame(layer, crs=results.city.crs)


def _hubs(results: Results, wording: Wording) -> gpd.GeoDataFrame:
    names = community_names(results, wording)
    point = results.city.spaces.set_index("id").geometry
    cur = results.plan.currency
    rows: list[dict[str, object]] = []
    for hub in results.plan.hubs:
        account = account_of(hub, "mid")
        rows.append(
            {
                "space": hub.space,
                "place": hub.place,
                "community": hub.community,
                "community_name": names.get(hub.community, hub.community),
                "channel": hub.channel,
                "kind": hub.kind,
                "services": ", ".join(service.service for service in hub.services),
                "service_names": wording("list_separator").join(wording.service(one.service) for one in hub.services),
                "floor_m2": hub.area_m2,
                "people": hub.people,
                "users": hub.users,
                f"capital_{cur}": float(major(hub.capital_money, cur)),
                f"support_{cur}_year": float(major(account.support_money, cur)) if account else np.nan,
                "jobs": account.jobs if account else np.nan,
                "replaces": replaced_ids(hub),
                "opens": hub.opens,
            }
        )
    geometry = [point[hub.space] for hub in results.plan.hubs]
    columns = None if rows else ["space", "place", "kind"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=gpd.GeoSeries(geometry, crs=results.city.crs))


def _listed(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The layer with sets of codes written out: a GeoPackage holds no sets."""
    plain = layer.copy()
    if "limits" in plain.columns:
        plain["limits"] = plain["limits"].map(lambda codes: " ".join(sorted(codes)))
    return plain


def _finish(path: Path, styles: Mapping[str, str], notes: Sequence[tuple[str, str]]) -> None:
    """Add styles and notes, and set dates to a constant, so that the same plan gives the same file."""
    with closing(sqlite3.connect(path)) as store:
        store.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT,"
            " f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT,"
            " styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, update_time DATETIME)"
        )
        geometry_column = dict(store.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        for layer, qml in styles.items():
            store.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, styleSLD, useAsDefault, description, owner, update_time)"
                " VALUES ('', '', ?, ?, ?, ?, '', 1, '', '', ?)",
                (layer, geometry_column[layer], layer, qml, _DATE),
            )
        store.execute("CREATE TABLE read_me (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, subject TEXT, text TEXT)")
        store.executemany("INSERT INTO read_me (subject, text) VALUES (?, ?)", notes)
        for table in ("layer_styles", "read_me"):
            store.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
                " VALUES (?, 'attributes', ?, '')",
                (table, table),
            )
        store.execute("UPDATE gpkg_contents SET last_change = ?", (_DATE,))
        store.commit()


_DATE = "2000-01-01T00:00:00.000Z"
