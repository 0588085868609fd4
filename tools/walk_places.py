"""Ten places in Newport and Monaco where reading the map with care changes a walk, measured with and without.

``tools/walk_pictures.py`` writes what is found here to docs/reference/walk-places.json and draws it; the page
docs/explain/how-we-measure-a-walk.md tells it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from doorstep.city import City, Streets, read_city
from doorstep.standards import load_profile
from doorstep.walk import (
    Connections,
    Network,
    Route,
    Walker,
    build_network,
    connect,
    planner,
    route,
    walk_pairs,
    walkers,
)
from doorstep.walk.gates import with_gate
from doorstep.walk.network import without_impassable
from doorstep.walk.quality import Quality, quality

__all__ = [
    "CITIES",
    "PLACES",
    "REPOSITORY",
    "Place",
    "Walk",
    "counts",
    "gate_walks",
    "lengths",
    "measured",
    "pram_walks",
    "read",
    "walks",
    "worth",
]

End = str | tuple[float, float]
Metres = npt.NDArray[np.float64]

REPOSITORY = Path(__file__).resolve().parent.parent
CITIES = {"newport": "examples/newport", "monaco": "tests/data/monaco", "made_city": "examples/made-city"}
FAR_MM, LONGER_MM = 800_000, 100_000
SNAP_LIMIT_MM = 200_000  # of the profile
NEW_GATE = (467519.0, 3420619.3)  # metres, in a wall of the made city
BRIDGE = ("w368975413", "w40665859-sport")
COUNTS = ("flights", "flights_counted", "steps", "escalators", "lifts", "gates_open", "gates_private", "gates_closed")
COUNTS += ("gate_lines", "gate_lines_on_ways", "walls_crossed")
COUNTS += ("other_barriers", "signals", "signal_waits", "crossings", "kerbs", "private_ways", "barriers")
COUNTS += ("squares", "squares_crossed", "square_lines")


@dataclass(frozen=True, slots=True)
class Place:
    """A walk, and what is taken out of the map before it is walked the first time.

    Parameters
    ----------
    id, name, city
        For files and pages.
    start, goal
        Ids of a residence and a facility, or latitude and longitude of a point.
    kind
        What is taken out: ``added`` (lines across squares, joins), ``join``, ``node`` (shut), ``way``.
    osm_id
        Of the node or the way.
    walker
        Who walks.
    """

    id: str
    name: str
    city: str
    start: End
    goal: End
    kind: str
    osm_id: int = 0
    walker: str = "plan"


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk between two points with the network that it was found on; ``way`` is None where there is none."""

    network: Network
    x_m: Metres
    y_m: Metres
    way: Route | None


PLACES = (
    Place(
        "newport-1", "John Frost Square", "newport", (51.586400, -2.994309), (51.586169, -2.994051), "added"
    ),
    Place("newport-2", "Friars Walk", "newport", (51.586483, -2.993173), (51.587304, -2.994102), "added"),
    Place("newport-3", "Steps of Penylan Close", "newport", "w373331478", "w369164852-meals", "way", 373335896),
    Place("newport-4", "Gate of Beechwood Park", "newport", "w364997023", "w771084247-play", "node", 518581020),
    Place(
        "newport-5", "Gate at Golden Mile View", "newport", (51.575648, -3.033233), (51.575852, -3.032944), "node",
        7603582723,
    ),
    Place("monaco-1", "Place des Bougainvilliers", "monaco", "w94252414", "n6866044058-play", "join"),
    Place("monaco-2", "Place d'Armes", "monaco", (43.732852, 7.419783), (43.732488, 7.419389), "added"),
    Place("monaco-3", "Rampe Major", "monaco", (43.731611, 7.421499), (43.731492, 7.421137), "way", 1089844297),
    Place("monaco-4", "Lift at Larvotto", "monaco", "w94452870", "w1202352503-play", "node", 6510744227),
    Place(
        "monaco-5", "Lift of Galerie Sainte-Dévote, with a pram", "monaco", "w94402028", "w197170037-sport", "node",
        1870233769, "pram",
    ),
)  # fmt: skip


def read(city: str) -> City:
    """Read one of the cities."""
    return read_city(REPOSITORY / CITIES[city])


def walks(city: City, place: Place) -> tuple[Walk, Walk]:
    """Walk a place before and after.

    Parameters
    ----------
    city
        That the place is in.
    place
        One of ``PLACES``.

    Returns
    -------
    tuple of Walk
        Without what is taken out, and with it.
    """
    profile = load_profile(city.profile)
    who = {"plan": planner(profile), **walkers(profile)}[place.walker]
    before, after = (
        _walk(city, streets, who, place.start, place.goal) for streets in (_without(city.streets, place), city.streets)
    )
    return before, after


def gate_walks() -> tuple[Walk, Walk]:
    """Walk from a home of the made city to a canteen, before and after its wall gets a gate."""
    city = read("made_city")
    with_one = with_gate(city.streets, *NEW_GATE).streets
    who = planner(load_profile(city.profile))
    before, after = (_walk(city, streets, who, "C003-001", "F0050") for streets in (city.streets, with_one))
    return before, after


def pram_walks(newport: City) -> tuple[Walk, Walk]:
    """Walk over a footbridge with steps in Newport, with a pram and without."""
    known = walkers(load_profile(newport.profile))
    pram, adult = (_walk(newport, newport.streets, known[who], *BRIDGE) for who in ("pram", "35-59"))
    return pram, adult


def _walk(city: City, streets: Streets, who: Walker, start: End, goal: End) -> Walk:
    x_m, y_m = (np.array(values) for values in zip(_point(city, start), _point(city, goal), strict=True))
    network = _network(streets, who)
    ends = connect(network, x_m, y_m, snap_limit_mm=SNAP_LIMIT_MM)
    try:
        return Walk(network, x_m, y_m, route(network, ends, ends, 0, 1))
    except ValueError:
        return Walk(network, x_m, y_m, None)


def measured(city: City, place: Place) -> dict[str, Any]:
    """Return what the page says of a place: whole millimetres and milliseconds (waits in them), None for no walk."""
    told: dict[str, Any] = {"id": place.id, "name": place.name, "kind": place.kind, "walker": place.walker}
    if place.osm_id:
        told["osm"] = f"{place.kind}/{place.osm_id}"
    return told | lengths(*walks(city, place))


def lengths(before: Walk, after: Walk) -> dict[str, int | None]:
    """Return metres and minutes of two walks, in mm and ms (waits in them), None where there is none."""
    told: dict[str, int | None] = {}
    for name, walk in (("before", before), ("after", after)):
        told[f"{name}_mm"] = None if walk.way is None else walk.way.walk_mm
        told[f"{name}_ms"] = None if walk.way is None else walk.way.moving_ms + walk.way.wait_ms
    return told


def counts(city: City) -> dict[str, int | float]:
    """Return how many of each kind the network of a city was read with."""
    profile = load_profile(city.profile)
    network = build_network(city.streets, planner(profile))
    people = city.residences.filter(regex="^p_").to_numpy(np.float64).sum(axis=1)
    found: Quality = quality(network, _joined(network, city.residences), people)
    on_islands = found.people - found.people_main - found.people_unconnected
    return {
        "ways": sum(found.ways.values()),
        "km": round(found.length_m / 1000, 1),
        **{name: len(found.walls_crossed) if name == "walls_crossed" else getattr(found, name) for name in COUNTS},
        "joins": len(found.joins),
        "islands": len(found.islands),
        "people_on_islands": round(on_islands),
        "level_percent": round(100 * found.level_share),
        "homes_far": len(found.homes.far),
        "homes_unconnected": len(found.homes.unconnected),
    }


def worth(city: City) -> dict[str, int]:
    """Count walks from a home to a facility that are 100 m longer, or gone, if a kind of thing is not read.

    Returns
    -------
    dict of str to int
        ``walks``: of 800 m at most with everything read, a place with several services once. Then by kind:
        ``squares`` and ``joins`` not added, ``gates`` and ``lifts`` shut, ``steps`` left out.
    """
    streets = city.streets
    profile = load_profile(city.profile)
    marks = quality(build_network(streets, planner(profile))).marks
    steps = [way for way, tags in enumerate(streets.way_tags) if tags.get("highway") == "steps"]
    less = {
        "squares": _dropped(streets, [one.way for one in streets.added if one.kind == "square"]),
        "joins": _dropped(streets, [one.way for one in streets.added if one.kind == "join"]),
        "gates": _shut(streets, marks["open"]),
        "steps": _dropped(streets, steps),
        "lifts": _shut(streets, marks["lifts"]),
    }
    _, first = np.unique(city.facilities.geometry.to_wkb(), return_index=True)
    table = city.facilities.iloc[np.sort(first)]
    with_all = _table(city, table, streets, FAR_MM)
    known = {kind: _table(city, table, changed, FAR_MM + LONGER_MM) for kind, changed in less.items()}
    longer = {
        kind: sum(found.get(pair, FAR_MM + LONGER_MM) - walk_mm >= LONGER_MM for pair, walk_mm in with_all.items())
        for kind, found in known.items()
    }
    return {"walks": len(with_all), **longer}


def _table(city: City, facilities: Any, streets: Streets, limit_mm: int) -> dict[tuple[int, int], int]:
    """Return the walks of up to a limit by facility and home."""
    network = build_network(streets, planner(load_profile(city.profile)))
    homes, places = _joined(network, city.residences), _joined(network, facilities)
    pairs = walk_pairs(network, homes, places, limit_mm=np.full(places.n_owners, limit_mm))
    place = np.repeat(np.arange(places.n_owners), np.diff(pairs.first_of_place))
    return dict(zip(zip(place.tolist(), pairs.home.tolist(), strict=True), pairs.walk_mm.tolist(), strict=True))


def _joined(network: Network, table: Any) -> Connections:
    x_m, y_m = table.geometry.x.to_numpy(np.float64), table.geometry.y.to_numpy(np.float64)
    return connect(network, x_m, y_m, snap_limit_mm=SNAP_LIMIT_MM)


def _network(streets: Streets, who: Walker) -> Network:
    network = build_network(streets, who)
    return without_impassable(network) if who.wheels else network


def _point(city: City, end: End) -> tuple[float, float]:
    if isinstance(end, tuple):
        to_metres = pyproj.Transformer.from_crs("EPSG:4326", city.crs, always_xy=True)
        x_m, y_m = to_metres.transform(end[1], end[0])
        return float(x_m), float(y_m)
    for table in (city.residences, city.facilities):
        row = np.flatnonzero((table["id"] == end).to_numpy())
        if len(row):
            point = table.geometry.iloc[int(row[0])]
            return float(point.x), float(point.y)
    raise ValueError(f"no residence or facility has the id {end}")


def _without(streets: Streets, place: Place) -> Streets:
    if place.kind == "node":
        return _shut(streets, np.flatnonzero(streets.node_id == place.osm_id).tolist())
    if place.kind == "way":
        return _dropped(streets, np.flatnonzero(streets.way_id == place.osm_id).tolist())
    kinds = ("join",) if place.kind == "join" else ("outline", "square", "join")
    return _dropped(streets, [one.way for one in streets.added if one.kind in kinds])


def _dropped(streets: Streets, ways: Collection[int]) -> Streets:
    """Take the tags of ways away: nobody walks on them, and everything keeps its number."""
    gone = set(ways)
    tags: tuple[Mapping[str, str], ...] = tuple(
        {} if way in gone else tags for way, tags in enumerate(streets.way_tags)
    )
    return dataclasses.replace(streets, way_tags=tags)


def _shut(streets: Streets, nodes: Collection[int]) -> Streets:
    shut = {node: {"barrier": "gate", "access": "no"} for node in nodes}
    return dataclasses.replace(streets, node_tags={**streets.node_tags, **shut})
