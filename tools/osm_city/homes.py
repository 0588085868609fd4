"""Residential buildings: which count, how many dwellings and how much floor they have."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import shapely

from osm_city.extract import Thing

HOUSES = ("house", "detached", "bungalow", "farm", "static_caravan", "semidetached_house", "terrace")
FLATS = ("apartments", "dormitory")
# Flats or a row of houses: in a dense town the one, elsewhere the other.
UNCLEAR = ("residential", "yes")

# A building with one of these is in use for something else.
ACTIVITY = (
    "amenity",
    "shop",
    "office",
    "leisure",
    "tourism",
    "craft",
    "healthcare",
    "religion",
    "power",
    "man_made",
    "industrial",
    "historic",
    "club",
    "emergency",
    "military",
    "public_transport",
    "railway",
    "disused",
    "abandoned",
)
# Land on which a building without a stated use is not taken for a home.
WORK_LAND = ("industrial", "retail", "commercial", "railway")
# building=yes (no activity): with a number or name of its own; with a street; or bare, on residential land.
NUMBERED_M2 = (30.0, 300.0)
STREET_M2 = (35.0, 300.0)
BARE_M2 = (40.0, 200.0)
# A larger outline on residential land is a row of houses drawn as one if it is no deeper than this.
ROW_DEPTH_M = 16.0
ROW_MAX_M2 = 3000.0

# Assumptions of this builder; the median house is measured in Newport's extract (56.03 m2).
HOUSE_FOOTPRINT_M2 = 56.0
SEMI_PAIR_M2 = 90.0
ONE_DWELLING_UP_TO_M2 = 150.0
FLAT_GROSS_M2 = 75.0
# Where flats are counted on the map, more floor than this for each is something else in the house.
TAGGED_FLAT_MAX_M2 = 150.0
HOUSE_LEVELS = 2.0
BLOCK_FROM_LEVELS = 4.0


@dataclass(frozen=True, slots=True)
class Home:
    """One residential building: ``rule`` says why it counts, ``floor_m2`` is footprint times storeys."""

    thing: Thing
    rule: str
    name: str
    dwellings: int
    floor_m2: float


def homes_of(things: Iterable[Thing], *, flat_levels: float, all_yes: bool) -> tuple[list[Home], Mapping[str, int]]:
    """Return the residential buildings, sorted by id, and a count of every building by the rule that decided.

    Parameters
    ----------
    things
        All tagged objects of the extract.
    flat_levels
        Storeys of a block of flats whose storeys are not tagged.
    all_yes
        Dense town: every ``building=yes`` without activity and of at least the least footprint is a block of flats.
    """
    everything = list(things)
    buildings = [one for one in everything if one.area is not None and one.tags.get("building", "no") != "no"]
    land = _land_of(everything, buildings)
    homes = []
    counts: Counter[str] = Counter()
    for thing in buildings:
        rule = _rule(thing, land[thing.id], all_yes)
        counts[rule] += 1
        if rule.startswith("home"):
            homes.append(_home(thing, rule, flat_levels, all_yes))
    return sorted(homes, key=lambda one: one.thing.id), dict(sorted(counts.items()))


def _land_of(everything: list[Thing], buildings: list[Thing]) -> Mapping[str, str]:
    """Return for each building id residential, work or "" by the landuse it stands on; residential wins."""
    land = dict.fromkeys((one.id for one in buildings), "")
    for kind, values in (("work", WORK_LAND), ("residential", ("residential",))):
        areas = [one.area for one in everything if one.area is not None and one.tags.get("landuse") in values]
        inside = shapely.STRtree(areas).query([one.point for one in buildings], predicate="within")[0]
        land.update((buildings[position].id, kind) for position in inside.tolist())
    return land


def _rule(thing: Thing, land: str, all_yes: bool) -> str:
    tags, kind = thing.tags, thing.tags["building"]
    assert thing.area is not None
    footprint = thing.area.area
    if kind in (*HOUSES, *FLATS, "residential"):
        return f"home: building={kind}"
    if kind != "yes":
        return "no home: another kind of building"
    if _active(tags):
        return "no home: building=yes with another use"
    if all_yes:
        return "home: building=yes, dense town" if footprint >= NUMBERED_M2[0] else "no home: building=yes, too small"
    if land == "work":
        return "no home: building=yes on industrial, retail, commercial or railway land"
    if "addr:housenumber" in tags or "addr:housename" in tags:
        what, limits = "with a number or a house name", NUMBERED_M2
    elif "addr:street" in tags:
        what, limits = "with a street", STREET_M2
    elif land == "residential":
        what, limits = "no address, on residential land", BARE_M2
    else:
        return "no home: building=yes, no address, not on residential land"
    if limits[0] <= footprint <= limits[1]:
        return f"home: building=yes, {what}"
    if footprint < limits[0]:
        return f"no home: building=yes, {what}, too small"
    row = land == "residential" and "name" not in tags and footprint <= ROW_MAX_M2
    if row and footprint / _long_side_m(thing.area) <= ROW_DEPTH_M:
        return "home: building=yes, a row of houses drawn as one"
    return f"no home: building=yes, {what}, too large"


def _long_side_m(area: shapely.Geometry) -> float:
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))
    return float(max(math.dist(corners[0], corners[1]), math.dist(corners[1], corners[2])))


def _active(tags: Mapping[str, str]) -> bool:
    return any(key in ACTIVITY or key.split(":")[0] in ("disused", "abandoned") for key in tags)


def _home(thing: Thing, rule: str, flat_levels: float, all_yes: bool) -> Home:
    tags, kind = thing.tags, thing.tags["building"]
    assert thing.area is not None
    footprint = thing.area.area
    tagged = number_of(tags.get("building:levels"))
    block = kind in FLATS or (kind in UNCLEAR and all_yes) or tagged >= BLOCK_FROM_LEVELS
    levels = tagged or (flat_levels if block else 1.0 if kind in ("bungalow", "static_caravan") else HOUSE_LEVELS)
    floor = footprint * levels
    flats = number_of(tags.get("building:flats")) or _range(tags.get("addr:flats", ""))
    if flats:
        dwellings = flats
        floor = min(floor, flats * TAGGED_FLAT_MAX_M2)
    elif block:
        dwellings = floor / FLAT_GROSS_M2
    elif kind == "terrace" or (kind in ("house", *UNCLEAR) and footprint > ONE_DWELLING_UP_TO_M2):
        dwellings = footprint / HOUSE_FOOTPRINT_M2
    elif kind == "semidetached_house" and footprint >= SEMI_PAIR_M2:
        dwellings = 2.0
    else:
        dwellings = 1.0
    return Home(thing, rule, address(tags), max(1, int(dwellings + 0.5)), floor)


def address(tags: Mapping[str, str]) -> str:
    """Return "number street", the name, or what there is of it."""
    number = tags.get("addr:housenumber") or tags.get("addr:housename") or ""
    whole = f"{number} {tags.get('addr:street', '')}".strip()
    return whole if number else tags.get("name", whole)


def number_of(text: str | None) -> float:
    """Return the number a tag holds, 0 if it is none or absent."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*", text or "")
    return float(found[1]) if found else 0.0


def _range(text: str) -> float:
    """Count of flats in a text such as 1-17 or 1-3;5-8; 0 if it is not of that form."""
    total = 0
    for part in filter(None, text.split(";")):
        found = re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*", part)
        total += max(int(found[2]) - int(found[1]) + 1, 0) if found else 1
    return float(total)
