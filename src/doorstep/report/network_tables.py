"""Islands, residences and places cut off or far, and what was added, as tables that Excel and QGIS open."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import geopandas as gpd
import pyproj

from doorstep.city import PEOPLE_COLUMNS, City, Streets
from doorstep.walk import Network
from doorstep.walk.joining import FAR_MM, Joined
from doorstep.walk.quality import Quality

__all__ = ["ISLANDS", "JOINS", "PLACES", "RESIDENCES", "drawn_as", "longitude_latitude", "write_network_tables"]

ISLANDS = ("island", "people", "residences", "length_m", "nodes", "lon", "lat", "x_m", "y_m")
RESIDENCES = ("residence", "name", "community", "people", "why", "island", "off_m", "lon", "lat")
PLACES = ("table", "id", "place", "community", "service", "why", "island", "off_m", "lon", "lat")
JOINS = ("from_way", "to_way", "gap_m", "lon", "lat")


def write_network_tables(city: City, network: Network, quality: Quality, folder: Path) -> None:
    """Write ``islands.csv``, ``joins.csv``, and ``residences.csv`` and ``places.csv``: on an island, far or not joined.

    Parameters
    ----------
    city
        Residences, facilities and spaces in the order of the points that ``quality`` was asked about.
    network, quality
        Of ``city.streets``.
    folder
        Where to write. Text in UTF-8 with a mark, so that Excel reads Chinese.
    """
    islands = sorted(quality.islands, key=lambda one: (-one.people, -one.length_m, one.component))
    places = longitude_latitude(city.crs, [(one.x_m, one.y_m) for one in islands])
    _write(
        folder / "islands.csv",
        ISLANDS,
        (
            (
                one.component, f"{one.people:.1f}", one.residences, f"{one.length_m:.0f}", one.nodes,
                f"{lon:.6f}", f"{lat:.6f}", f"{one.x_m:.1f}", f"{one.y_m:.1f}",
            )
            for one, (lon, lat) in zip(islands, places, strict=True)
        ),
    )  # fmt: skip
    _write(folder / "residences.csv", RESIDENCES, _residences(city, quality))
    _write(folder / "places.csv", PLACES, _places(city, quality))
    streets = network.streets
    nodes = [int(streets.way_nodes[streets.first_node_of_way[one.way]]) for one in quality.joins]
    places = longitude_latitude(city.crs, [(network.node_x_m[node], network.node_y_m[node]) for node in nodes])
    _write(
        folder / "joins.csv",
        JOINS,
        (
            (
                *(drawn_as(streets, way) for way in one.from_ways),
                f"{one.evidence['gap_mm'] / 1000:.2f}", f"{lon:.6f}", f"{lat:.6f}",
            )
            for one, (lon, lat) in zip(quality.joins, places, strict=True)
        ),
    )  # fmt: skip


def drawn_as(streets: Streets, way_id: int) -> str:
    """Return how the map calls a way: its id, or ``relation/ID`` where a relation draws it (outline of a square)."""
    for one in streets.added:
        if one.kind == "outline" and streets.way_id[one.way] == way_id:
            return f"relation/{one.evidence['relation']:.0f}"
    return str(way_id)


def longitude_latitude(crs: str, places_m: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the longitude and latitude of places in a metric system."""
    if not places_m:
        return []
    x_m, y_m = zip(*places_m, strict=True)
    lon, lat = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x_m, y_m)
    return list(zip(map(float, lon), map(float, lat), strict=True))


def _residences(city: City, quality: Quality) -> Iterable[tuple[object, ...]]:
    people = city.residences[list(PEOPLE_COLUMNS)].to_numpy(float).sum(axis=1)
    for at, *told in _noted(city.crs, city.residences, quality.homes):
        row = city.residences.iloc[at]
        yield (row["id"], row["name"], row["community"], f"{people[at]:.1f}", *told)


def _places(city: City, quality: Quality) -> Iterable[tuple[object, ...]]:
    for table, rows, joined in (
        ("facilities", city.facilities, quality.facilities),
        ("spaces", city.spaces, quality.spaces),
    ):
        for at, *told in _noted(city.crs, rows, joined):
            row = rows.iloc[at]
            yield (table, row["id"], row["place"], row["community"], row.get("service", ""), *told)


def _noted(crs: str, rows: gpd.GeoDataFrame, joined: Joined) -> Iterator[tuple[int, str, object, str, str, str]]:
    """Give each row with something to say: its position, why, the island, metres off, longitude, latitude."""
    where = longitude_latitude(crs, list(zip(rows.geometry.x, rows.geometry.y, strict=True)))
    for at, (part, off_mm) in enumerate(zip(joined.part, joined.off_mm, strict=True)):
        reasons = ("not_joined",) if part < 0 else ("island",) * (part > 0) + ("far",) * (off_mm > FAR_MM)
        for why in reasons:
            island, off_m = (part if part > 0 else "", f"{off_mm / 1000:.1f}") if part >= 0 else ("", "")
            yield at, why, island, off_m, f"{where[at][0]:.6f}", f"{where[at][1]:.6f}"


def _write(path: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(heads)
        table.writerows(rows)
