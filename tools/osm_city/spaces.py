"""Candidate spaces: vacant shops, disused and abandoned buildings, brownfield; their area by a stated rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np
import shapely
from shapely.geometry import Point

from osm_city.communities import Community, community_at
from osm_city.extract import Thing
from osm_city.homes import address, number_of
from osm_city.streets import Network

USABLE_SHARE = 0.8
# A bare point with more floor than this stands in an outline that is not one shop.
PREMISES_MAX_M2 = 1500.0
SAMPLED_M2 = (80.0, 1500.0)
PAVILION_SHARE_OF_PLOT = 0.4
PAVILION_MAX_M2 = 800.0

# A former use under one of these was in rooms; under others (railway, highway, power, route, landuse ...) it was not.
ROOM_KEYS = ("amenity", "shop", "building", "office", "leisure", "tourism", "craft", "club", "healthcare")
NO_ROOMS = ("parking", "telephone", "fountain", "pitch", "playground", "artwork", "bench", "post_box", "parking_space")
PUBLIC_USES = (
    "school",
    "community_centre",
    "library",
    "townhall",
    "social_facility",
    "clinic",
    "doctors",
    "hospital",
    "kindergarten",
    "childcare",
    "police",
    "fire_station",
    "courthouse",
    "toilets",
    "university",
    "college",
    "sports_centre",
    "swimming_pool",
)
PREMISES_KEYS = ("shop", "amenity", "office", "craft", "leisure", "tourism", "healthcare", "club")


@dataclass(frozen=True, slots=True)
class Space:
    """One candidate; ``area_rule`` says where its floor comes from, ``place`` is "" if it has no name or address."""

    thing: Thing
    point: Point
    kind: str
    place: str
    channel: str
    area_m2: float
    area_rule: str
    storey: str
    outdoor_m2: str


def kind_of(thing: Thing) -> str:
    """Return the tag that makes the thing a candidate, "" if none does."""
    tags = thing.tags
    if tags.get("landuse") == "brownfield" and thing.area is not None:
        return "landuse=brownfield"
    if tags.get("shop") == "vacant":
        return "shop=vacant"
    for state in ("disused", "abandoned"):
        for key in ROOM_KEYS:
            value = tags.get(f"{state}:{key}", "")
            if value and value not in NO_ROOMS and not _in_use(tags):
                return f"{state}:{key}={value}"
        if tags.get(state, "no") != "no" and (tags.get("building") or tags.get("amenity") == "disused"):
            return f"{state}={tags[state]}"
    return ""


def _in_use(tags: Mapping[str, str]) -> bool:
    return any(tags.get(key, "vacant") not in ("vacant", "disused") for key in ("amenity", "shop", "office"))


def spaces_of(things: Iterable[Thing], network: Network) -> tuple[list[Space], Mapping[str, int]]:
    """Return the candidates, sorted by id, and counts of what was left out and why.

    A pavilion on a plot stands where the plot comes nearest to the walking network.
    """
    everything = list(things)
    left_out: Counter[str] = Counter()
    found = [(thing, kind) for thing in everything if (kind := kind_of(thing))]
    for thing, kind in found:
        if thing.area is None and thing.id.startswith("w"):
            left_out[f"a line: {kind}"] += 1
    found = [(thing, kind) for thing, kind in found if thing.area is not None or thing.id.startswith("n")]
    outlines = [thing.area for thing, kind in found if thing.area is not None and kind != "landuse=brownfield"]
    tree = shapely.STRtree(outlines)
    once = []
    for thing, kind in found:
        if thing.area is None and len(tree.query(thing.point, predicate="within")):
            left_out["drawn twice, as a point in an outline that is itself a candidate"] += 1
        else:
            once.append((thing, kind))
    areas = _areas(once, everything)
    rows = []
    for (thing, kind), (area_m2, rule) in zip(once, areas, strict=True):
        outdoor = storey = ""
        if kind == "landuse=brownfield" and thing.area is not None:
            outdoor, storey = f"{thing.area.area - area_m2:.0f}", "1"
        rows.append(
            Space(
                thing,
                network.street_side(thing.area) if outdoor and thing.area is not None else thing.point,
                kind,
                thing.tags.get("name") or thing.tags.get("old_name") or address(thing.tags),
                _channel(thing, kind),
                area_m2,
                rule,
                storey or _storey(thing.tags.get("level", "")),
                outdoor,
            )
        )
    return sorted(rows, key=lambda one: one.thing.id), dict(sorted(left_out.items()))


def _areas(found: list[tuple[Thing, str]], everything: list[Thing]) -> list[tuple[float, str]]:
    buildings = [one for one in everything if one.area is not None and one.tags.get("building", "no") != "no"]
    tree = shapely.STRtree([one.area for one in buildings])
    premises = [one.point for one in everything if one.area is None and one.id[0] == "n" and _is_premises(one.tags)]
    building = tree.query(np.array(premises, dtype=object), predicate="within")[1].tolist()
    shared = Counter(building)
    known: list[tuple[float, str] | None] = []
    for thing, kind in found:
        if kind == "landuse=brownfield" and thing.area is not None:
            plot = thing.area.area
            known.append((min(PAVILION_SHARE_OF_PLOT * plot, PAVILION_MAX_M2), "pavilion on the plot"))
        elif thing.area is not None:
            levels = (number_of(thing.tags.get("building:levels")) or 1.0) if kind != "shop=vacant" else 1.0
            known.append((thing.area.area * levels * USABLE_SHARE, "own outline"))
        else:
            here = sorted(tree.query(thing.point, predicate="within").tolist(), key=lambda one: buildings[one].id)
            if here:
                area = buildings[here[0]].area
                assert area is not None
                known.append((area.area * USABLE_SHARE / max(shared[here[0]], 1), "share of the building"))
            else:
                known.append(None)
    known = [None if one and one[1] == "share of the building" and one[0] > PREMISES_MAX_M2 else one for one in known]
    of_kind: dict[str, list[float]] = {}
    for (_, kind), one in zip(found, known, strict=True):
        if one is not None:
            of_kind.setdefault(kind, []).append(one[0])
    rest = [area for kind, areas in of_kind.items() if kind != "landuse=brownfield" for area in areas]
    return [
        one if one is not None else (median(of_kind.get(kind, rest)), "median of its kind")
        for (_, kind), one in zip(found, known, strict=True)
    ]


def _is_premises(tags: Mapping[str, str]) -> bool:
    return any(key.removeprefix("disused:").removeprefix("abandoned:") in PREMISES_KEYS for key in tags)


def _channel(thing: Thing, kind: str) -> str:
    if kind == "landuse=brownfield":
        return "newbuild"
    if kind == "shop=vacant":
        return "rent"
    named = (kind.partition("=")[2], thing.tags.get("building", ""))
    centre = any(
        word in thing.tags.get("name", "").lower() for word in ("day centre", "community centre", "library", "school")
    )
    return "transfer" if centre or any(use in PUBLIC_USES for use in named) else "convert"


def _storey(level: str) -> str:
    """Storey of the lowest tagged level: level 0 is the ground floor, storey 1; a basement stays negative."""
    first = level.split(";")[0]
    lowest = first if first.startswith("-") else first.split("-")[0]
    try:
        value = int(float(lowest))
    except ValueError:
        return ""
    return str(value + 1 if value >= 0 else value)


def sampled_spaces(things: Iterable[Thing], count: int, communities: list[Community]) -> list[Space]:
    """Return ordinary ground floors as test candidates: every n-th of the city's commercial and plain buildings by id.

    They test the program and are no finding about a place.
    """
    if not count:
        return []
    fit = sorted(
        (
            one
            for one in things
            if one.area is not None
            and one.tags.get("building") in ("commercial", "yes")
            and SAMPLED_M2[0] <= one.area.area <= SAMPLED_M2[1]
            and not kind_of(one)
        ),
        key=lambda one: one.id,
    )
    inside = [one for one, here in zip(fit, community_at(communities, [one.point for one in fit]), strict=True) if here]
    chosen = [inside[position * len(inside) // count] for position in range(count)]
    return [
        Space(
            one,
            one.point,
            f"building={one.tags['building']}",
            one.tags.get("name") or address(one.tags),
            "rent",
            one.area.area * USABLE_SHARE,
            "own outline, test candidate",
            "1",
            "",
        )
        for one in chosen
        if one.area is not None
    ]
