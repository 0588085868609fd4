"""Existing places from OpenStreetMap tags, with the profile's default capacity as a named assumption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import shapely

from osm_city.extract import Thing

SHUT = ("private", "no")
# Day places for old people; a nursing home's beds are no day places.
CARE = ("day_care", "group_home", "assisted_living")
UNIT = {
    "day place": "day_place",
    "place": "place",
    "meal a day": "meal_day",
    "visit a week": "visit_week",
}


@dataclass(frozen=True, slots=True)
class Default:
    """The assumed capacity of one kind for one service."""

    kind: str
    service: str
    low: float
    mid: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Facility:
    """One service at one place."""

    thing: Thing
    default: Default

    @property
    def id(self) -> str:
        """Id of the place and its service: n123-culture."""
        return f"{self.thing.id}-{self.default.service}"


def defaults_of(assumptions: Path, profile: str) -> list[Default]:
    """Read the rows ``existing_capacity:<kind>`` of a profile; rows that are 0 throughout are left out."""
    table = pd.read_csv(assumptions, dtype=str, keep_default_na=False)
    rows = table[table["name"].str.startswith("existing_capacity:") & (table["profile"] == profile)]
    found = [
        Default(
            str(row["name"]).partition(":")[2],
            str(row["service"]),
            float(row["low"]),
            float(row["mid"]),
            float(row["high"]),
            UNIT[str(row["unit"])],
        )
        for row in rows.to_dict("records")
    ]
    return [one for one in found if one.high > 0]


def facilities_of(things: Iterable[Thing], defaults: list[Default]) -> tuple[list[Facility], Mapping[str, int]]:
    """Return one row per service and place, sorted by id, and counts of what was left out and why."""
    left_out: Counter[str] = Counter()
    everything = list(things)
    schools = [one.area for one in everything if one.area is not None and one.tags.get("amenity") == "school"]
    school_tree = shapely.STRtree(schools)
    of_kind: dict[str, list[Thing]] = {}
    for default in sorted({one.kind for one in defaults}):
        key, _, value = default.partition("=")
        kept = []
        for thing in everything:
            if thing.tags.get(key) != value:
                continue
            why = _why_not(thing, default, school_tree)
            if why:
                left_out[why] += 1
            else:
                kept.append(thing)
        of_kind[default] = _once(kept, left_out)
    rows = [Facility(thing, default) for default in defaults for thing in of_kind[default.kind]]
    return sorted(rows, key=lambda one: one.id), dict(sorted(left_out.items()))


def _why_not(thing: Thing, kind: str, schools: shapely.STRtree) -> str:
    tags = thing.tags
    if tags.get("access") in SHUT:
        return f"{kind}: private"
    if tags.get("disused") == "yes" or tags.get("abandoned") == "yes":
        return f"{kind}: disused"
    if kind in ("leisure=pitch", "leisure=playground"):
        inside = len(schools.query(thing.point, predicate="within")) > 0
        if inside and tags.get("access") not in ("yes", "permissive"):
            return f"{kind}: in school grounds and not tagged open"
    if kind == "amenity=social_facility":
        if tags.get("social_facility") == "nursing_home":
            return f"{kind}: nursing home, no day places"
        if tags.get("social_facility") not in CARE and tags.get("social_facility:for") != "senior":
            return f"{kind}: not for old people"
    return ""


def _once(things: list[Thing], left_out: Counter[str]) -> list[Thing]:
    """Drop a point that stands in an outline of the same kind: one premises drawn twice."""
    areas = shapely.STRtree([one.area for one in things if one.area is not None])
    kept = []
    for thing in things:
        if thing.area is None and len(areas.query(thing.point, predicate="within")):
            left_out["drawn twice, as a point in an outline"] += 1
        else:
            kept.append(thing)
    return kept


def access_of(tags: Mapping[str, str]) -> str:
    """Return who may come in: public unless the tag says otherwise."""
    value = tags.get("access", "public")
    return "public" if value in ("yes", "permissive", "public") else value
