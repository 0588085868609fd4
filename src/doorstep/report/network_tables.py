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

__all__ = [
    "ADDED",
    "DROPPED",
    "HOURS",
    "ISLANDS",
    "JOINS",
    "PLACES",
    "RESIDENCES",
    "WALLS_CROSSED",
    "drawn_as",
    "longitude_latitude",
    "write_network_tables",
]

ISLANDS = ("island", "people", "residences", "length_m", "nodes", "lon", "lat", "x_m", "y_m")
RESIDENCES = ("residence", "name", "community", "people", "why", "island", "off_m", "lon", "lat")
PLACES = ("table", "id", "place", "community", "service", "why", "island", "off_m", "lon", "lat")
DROPPED = ("way", "highway", "name", "why", "lon", "lat")
ADDED = ("kind", "from_ways", "lon", "lat")
HOURS = ("kind", "id", "tag", "text", "lon", "lat")
WALLS_CROSSED = ("way", "highway", "name", "wall", "barrier", "why", "lon", "lat")
JOINS = ("from_way", "to_way", "gap_m", "lon", "lat")


def write_network_tables(city: City, network: Network, quality: Quality, folder: Path) -> None:
    """Write ``islands.csv``, ``joins.csv``, and ``residences.csv`` and ``places.csv``: on an island, far or not joined.

    Beside them ``dropped.csv`` (ways that are not walked on), ``added.csv`` (lines across squares, cuts, outlines),
    ``hours.csv`` (hours that cannot be read) and ``walls_crossed.csv`` (ways through walls without a gate).

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

    _write(folder / "dropped.csv", DROPPED, _dropped(city, quality))
    _write(folder / "added.csv", ADDED, _added(city))
    _write(folder / "hours.csv", HOURS, _hours(city, quality))
    _write(folder / "walls_crossed.csv", WALLS_CROSSED, _walls_crossed(city, quality))


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


def _dropped(city: City, quality: Quality) -> Iterable[tuple[object, ...]]:
    streets = city.streets
    middles = _middles(city, [way for way, _ in quality.dropped_ways])
    for (way, why), place in zip(quality.dropped_ways, middles, strict=True):
        tags = streets.way_tags[way]
        yield drawn_as(streets, int(streets.way_id[way])), tags["highway"], tags.get("name", ""), why, *place


def _added(city: City) -> Iterable[tuple[object, ...]]:
    """Give what was added but the joins, which have a table of their own."""
    streets = city.streets
    added = [one for one in streets.added if one.kind not in ("join", "ring")]
    middles = _middles(city, [one.way for one in added])
    for one, place in zip(added, middles, strict=True):
        if "x_m" in one.evidence:
            ((lon, lat),) = longitude_latitude(city.crs, [(one.evidence["x_m"], one.evidence["y_m"])])
            place = f"{lon:.6f}", f"{lat:.6f}"
        yield one.kind, " ".join(drawn_as(streets, way) for way in one.from_ways), *place


def _hours(city: City, quality: Quality) -> Iterable[tuple[object, ...]]:
    streets = city.streets
    for kind, at, key in quality.hours_unread:
        if kind == "way":
            identity, text = drawn_as(streets, int(streets.way_id[at])), streets.way_tags[at][key]
            (place,) = _middles(city, [at])
        else:
            identity, text = str(streets.node_id[at]), streets.node_tags[at][key]
            ((lon, lat),) = longitude_latitude(city.crs, [(streets.node_x_m[at], streets.node_y_m[at])])
            place = f"{lon:.6f}", f"{lat:.6f}"
        yield kind, identity, key, text, *place


def _walls_crossed(city: City, quality: Quality) -> Iterable[tuple[object, ...]]:
    streets = city.streets
    places = longitude_latitude(city.crs, [(one.x_m, one.y_m) for one in quality.walls_crossed])
    for one, (lon, lat) in zip(quality.walls_crossed, places, strict=True):
        way, wall = (drawn_as(streets, int(streets.way_id[at])) for at in (one.way, one.wall))
        tags, barrier = streets.way_tags[one.way], streets.way_tags[one.wall]["barrier"]
        yield way, tags.get("highway", ""), tags.get("name", ""), wall, barrier, one.why, f"{lon:.6f}", f"{lat:.6f}"


def _middles(city: City, ways: Sequence[int]) -> list[tuple[str, str]]:
    """Return longitude and latitude of the middle node of each way, as they are written."""
    streets = city.streets
    first = streets.first_node_of_way
    nodes = [int(streets.way_nodes[(first[way] + first[way + 1] - 1) // 2]) for way in ways]
    places = longitude_latitude(city.crs, [(streets.node_x_m[node], streets.node_y_m[node]) for node in nodes])
    return [(f"{lon:.6f}", f"{lat:.6f}") for lon, lat in places]


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
