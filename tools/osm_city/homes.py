"""Residential buildings: which count, how many dwellings and how much floor they have."""

from __future__ import annotations

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
# building=yes (no activity): with a number or name of its own; with a street; or bare, on residential land.
NUMBERED_M2 = (30.0, 300.0)
STREET_M2 = (35.0, 300.0)
BARE_M2 = (40.0, 200.0)

# Assumptions of this builder; the median house is measured in Newport's extract (56.03 m2).
HOUSE_FOOTPRINT_M2 = 56.0
SEMI_PAIR_M2 = 90.0
ONE_DWELLING_UP_TO_M2 = 150.0
FLAT_GROSS_M2 = 75.0
HOUSE_LEVELS = 2.0


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
    buildings = []
    residential_land = []
    for thing in things:
        if thing.area is None:
            continue
        if thing.tags.get("landuse") == "residential":
            residential_land.append(thing.area)
        if thing.tags.get("building", "no") != "no":
            buildings.append(thing)
    tree = shapely.STRtree(residential_land)
    on_residential = {
        buildings[position].id
        for position in tree.query([one.point for one in buildings], predicate="within")[0].tolist()
    }
    homes = []
    counts: Counter[str] = Counter()
    for thing in buildings:
        rule = _rule(thing, thing.id in on_residential, all_yes)
        counts[rule] += 1
        if rule.startswith("home"):
            homes.append(_home(thing, rule, flat_levels, all_yes))
    return sorted(homes, key=lambda one: one.thing.id), dict(sorted(counts.items()))


def _rule(thing: Thing, on_residential: bool, all_yes: bool) -> str:
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
    if "addr:housenumber" in tags or "addr:housename" in tags:
        return _within(footprint, NUMBERED_M2, "with a number or a house name")
    if not on_residential:
        return "no home: building=yes, no number, not on residential land"
    if "addr:street" in tags:
        return _within(footprint, STREET_M2, "with a street, on residential land")
    return _within(footprint, BARE_M2, "no address, on residential land")


def _within(footprint: float, limits: tuple[float, float], what: str) -> str:
    if limits[0] <= footprint <= limits[1]:
        return f"home: building=yes, {what}"
    return f"no home: building=yes, {what}, too {'small' if footprint < limits[0] else 'large'}"


def _active(tags: Mapping[str, str]) -> bool:
    return any(key in ACTIVITY or key.split(":")[0] in ("disused", "abandoned") for key in tags)


def _home(thing: Thing, rule: str, flat_levels: float, all_yes: bool) -> Home:
    tags, kind = thing.tags, thing.tags["building"]
    assert thing.area is not None
    footprint = thing.area.area
    block = kind in FLATS or (kind in UNCLEAR and all_yes)
    levels = number_of(tags.get("building:levels")) or (
        flat_levels if block else 1.0 if kind in ("bungalow", "static_caravan") else HOUSE_LEVELS
    )
    floor = footprint * levels
    flats = number_of(tags.get("building:flats")) or _range(tags.get("addr:flats", ""))
    if flats:
        dwellings = flats
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
