"""Spaces that a map suggests: vacant and disused places, brownfield, small service buildings, ground floors, roofs."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.inventory.candidates.osm import Mapped

__all__ = ["EVIDENCE", "Proposal", "find_spaces"]

RULES: dict[str, Any] = tomllib.loads(files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))
EVIDENCE = (
    *("vacant_tag", "brownfield", "ground_floor", "address_without_tenant"),
    *("low_rise_service", "car_park_corner", "roof"),
)
CHANNEL = {
    "vacant_tag": "rent",
    "brownfield": "newbuild",
    "ground_floor": "rent",
    "address_without_tenant": "rent",
    "low_rise_service": "supplement",
    "car_park_corner": "newbuild",
    "roof": "supplement",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One place that may be a space; nobody has looked at it yet.

    Parameters
    ----------
    id
        Of the object in the map, with a letter for its kind.
    evidence
        One of :data:`EVIDENCE`; its text is ``evidence_<code>`` of the catalogue ``candidates``.
    values
        What the text needs.
    weight
        How far the evidence goes, from 0 to 1; a judgement, not a chance.
    channel
        The channel that would be likeliest; whoever knows the owner corrects it.
    name, address
        As the map has them, "" unknown.
    area_m2
        Usable area, an estimate; NaN unknown.
    shape
        The outline or point, metres in the map's system.
    """

    id: str
    evidence: str
    values: Mapping[str, str] = field(hash=False)
    weight: float = 0.0
    channel: str = ""
    name: str = ""
    address: str = ""
    area_m2: float = float("nan")
    shape: Any = field(default=None, hash=False, compare=False)


def find_spaces(
    mapped: Mapped, *, within: Any = None, known: npt.NDArray[np.object_] | None = None, known_m: float = 10.0
) -> tuple[Proposal, ...]:
    """Return proposals, the strongest first; of several on one object only the strongest.

    Parameters
    ----------
    mapped
        What the map shows.
    within
        A polygon in the same system: only what lies in it.
    known
        Places of the register: what lies within ``known_m`` metres of one is not proposed again.
    known_m
        Metres.
    """
    tenants = _tenants(mapped)
    found = [*_tagged(mapped), *_ground_floors(mapped, tenants), *_addresses(mapped, tenants), *_large(mapped, tenants)]
    best: dict[str, Proposal] = {}
    for one in sorted(found, key=lambda one: (-one.weight, one.id)):
        best.setdefault(one.id, one)
    return tuple(_kept(list(best.values()), within, known, known_m))


def _kept(
    found: list[Proposal], within: Any, known: npt.NDArray[np.object_] | None, known_m: float
) -> Iterable[Proposal]:
    shapes = np.array([one.shape for one in found], dtype=object)
    kept = np.ones(len(found), dtype=np.bool_)
    if within is not None and len(found):
        shapely.prepare(within)
        kept &= shapely.intersects(within, shapes)
    if known is not None and len(known) and len(found):
        near = shapely.STRtree(known).query(shapes, predicate="dwithin", distance=known_m)[0]
        kept[near] = False
    # a point in an outline that is proposed already is the same premises drawn twice
    order = np.flatnonzero(kept)
    if len(order):
        inner, outer = shapely.STRtree(shapes[order]).query(shapes[order], predicate="within")
        points = shapely.get_type_id(shapes[order]) == 0
        twice = points[inner] & ~points[outer] & (shapely.area(shapes[order])[outer] < 1_000)
        kept[order[inner[twice]]] = False
    return (one for one, keep in zip(found, kept, strict=True) if keep)


def _tenants(mapped: Mapped) -> npt.NDArray[np.bool_]:
    """Tell which objects say that somebody is there."""
    rule = RULES["tenant"]
    return np.array(
        [
            any(tags.get(key, "no") not in ("no", *rule["not_tenants"]) for key in rule["keys"]) and not _vacant(tags)
            for tags in mapped.tags
        ],
        dtype=np.bool_,
    )


def _vacant(tags: Mapping[str, str]) -> str:
    """Return the tag that says that a place is out of use, "" if none does."""
    rule = RULES["vacant_tag"]
    for key in (*rule["keys"], *rule["marks"]):
        value = tags.get(key, "")
        if value in ("vacant", "disused", "abandoned") or (key in rule["marks"] and value == "yes"):
            return f"{key}={value}"
    for mark in rule["marks"]:
        for key in rule["keys"]:
            # an object that is in use again keeps its history
            if f"{mark}:{key}" in tags and tags.get("shop", tags.get("amenity", "vacant")) == "vacant":
                return f"{mark}:{key}={tags[f'{mark}:{key}']}"
    name = tags.get("name", "").casefold()
    if any(name.startswith(one) or (one.startswith("(") and one in name) for one in rule["names"]):
        return f"name={tags['name']}"
    return ""


def _tagged(mapped: Mapped) -> Iterable[Proposal]:
    for place, tags in enumerate(mapped.tags):
        if told := _vacant(tags):
            yield _proposal(mapped, place, "vacant_tag", {"tag": told}, _floor(mapped, place))
        elif tags.get("landuse") in RULES["brownfield"]["landuse"]:
            rule = RULES["brownfield"]
            ground = float(shapely.area(mapped.shapes[place]))
            if ground >= rule["least_m2"]:
                area = min(rule["most_m2"], rule["built_share"] * ground)
                values = {"tag": f"landuse={tags['landuse']}", "ground": f"{ground:,.0f}"}
                yield _proposal(mapped, place, "brownfield", values, area)


def _ground_floors(mapped: Mapped, tenants: npt.NDArray[np.bool_]) -> Iterable[Proposal]:
    """Buildings for shops or offices along a street, where nobody is, among others where somebody is."""
    rule = RULES["ground_floor"]
    here = _buildings(mapped, rule["buildings"], ~tenants)
    area = shapely.area(mapped.shapes[here])
    here = here[(area >= rule["least_m2"]) & (area <= rule["most_m2"])]
    here = np.array([one for one in here if "name" not in mapped.tags[one]], dtype=np.int64)
    here = here[~_occupied(mapped, here, tenants)]
    away = _street_m(mapped, here)
    counts = _neighbours(mapped, here, tenants, rule["neighbour_m"])
    for place, metres, count in zip(here.tolist(), away.tolist(), counts.tolist(), strict=True):
        if metres <= rule["street_m"] and count >= rule["least_neighbours"]:
            values = {
                "tag": f"building={mapped.tags[place]['building']}",
                "metres": f"{metres:.0f}",
                "count": str(count),
            }
            yield _proposal(mapped, place, "ground_floor", values, _floor(mapped, place), _weight(rule, count))


def _addresses(mapped: Mapped, tenants: npt.NDArray[np.bool_]) -> Iterable[Proposal]:
    """Address points without a tenant among shops, in a building for shops or offices or in none."""
    rule = RULES["address_without_tenant"]
    points = shapely.get_type_id(mapped.shapes) == 0
    bare = [
        place
        for place in np.flatnonzero(points & ~tenants).tolist()
        if "addr:street" in mapped.tags[place]
        and not _vacant(mapped.tags[place])
        and "building" not in mapped.tags[place]
    ]
    here = np.array(bare, dtype=np.int64)
    if not len(here):
        return
    shops = _buildings(mapped, RULES["ground_floor"]["buildings"], np.ones(len(tenants), dtype=np.bool_))
    inside = np.zeros(len(here), dtype=np.bool_)
    if len(shops):
        inside[shapely.STRtree(mapped.shapes[shops]).query(mapped.shapes[here], predicate="within")[0]] = True
    here = here[inside]
    counts = _neighbours(mapped, here, tenants, rule["neighbour_m"])
    for place, count in zip(here.tolist(), counts.tolist(), strict=True):
        if count >= rule["least_neighbours"]:
            yield _proposal(
                mapped, place, "address_without_tenant", {"count": str(count)}, math.nan, _weight(rule, count)
            )


def _large(mapped: Mapped, tenants: npt.NDArray[np.bool_]) -> Iterable[Proposal]:
    """Small service buildings, corners of car parks, roofs."""
    rule = RULES["low_rise_service"]
    here = _buildings(mapped, rule["buildings"], ~tenants)
    here = here[~_occupied(mapped, here, tenants)]
    for place in here.tolist():
        area, levels = float(shapely.area(mapped.shapes[place])), _levels(mapped.tags[place])
        if area >= rule["least_m2"] and levels <= rule["most_levels"] and "name" not in mapped.tags[place]:
            values = {"tag": f"building={mapped.tags[place]['building']}", "area": f"{area:,.0f}"}
            yield _proposal(mapped, place, "low_rise_service", values, _floor(mapped, place))
    rule = RULES["car_park_corner"]
    for place, tags in enumerate(mapped.tags):
        area = float(shapely.area(mapped.shapes[place]))
        if tags.get("amenity") == "parking" and area >= rule["least_m2"]:
            above = tags.get("parking", "surface") == "surface" and tags.get("access", "yes") not in ("private", "no")
            if above and "building" not in tags:
                corner = min(rule["most_m2"], rule["share"] * area)
                values = {"area": f"{area:,.0f}", "corner": f"{corner:,.0f}"}
                yield _proposal(mapped, place, "car_park_corner", values, corner)
    rule = RULES["roof"]
    for place in _buildings(mapped, rule["buildings"], np.ones(len(tenants), dtype=np.bool_)).tolist():
        area, levels = float(shapely.area(mapped.shapes[place])), _levels(mapped.tags[place])
        if area >= rule["least_m2"] and levels <= rule["most_levels"]:
            values = {"area": f"{area:,.0f}", "tag": f"building={mapped.tags[place]['building']}"}
            yield _proposal(mapped, place, "roof", values, rule["share"] * area)


def _proposal(
    mapped: Mapped, place: int, evidence: str, values: Mapping[str, str], area: float, weight: float | None = None
) -> Proposal:
    tags = mapped.tags[place]
    address = " ".join(one for one in (tags.get("addr:housenumber", ""), tags.get("addr:street", "")) if one)
    return Proposal(
        id=mapped.ids[place],
        evidence=evidence,
        values=values,
        weight=round(float(RULES[evidence]["weight"] if weight is None else weight), 2),
        channel=CHANNEL[evidence],
        name=tags.get("name", tags.get("old_name", "")),
        address=address,
        area_m2=round(area, 1),
        shape=mapped.shapes[place],
    )


def _weight(rule: Mapping[str, Any], count: int) -> float:
    return float(rule["weight"] + rule["weight_a_neighbour"] * min(count, rule["most_neighbours"]))


def _buildings(mapped: Mapped, kinds: list[str], among: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    told = [tags.get("building", "") in kinds and not _vacant(tags) for tags in mapped.tags]
    outlines = shapely.get_dimensions(mapped.shapes) == 2
    return np.flatnonzero(np.array(told, dtype=np.bool_) & outlines & among)


def _occupied(mapped: Mapped, here: npt.NDArray[np.int64], tenants: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which outlines hold a tenant that is drawn as a point, or as an outline of its own."""
    taken = np.zeros(len(here), dtype=np.bool_)
    if len(here) and tenants.any():
        inner = shapely.point_on_surface(mapped.shapes[tenants])
        taken[shapely.STRtree(inner).query(mapped.shapes[here], predicate="intersects")[0]] = True
    return taken


def _neighbours(
    mapped: Mapped, here: npt.NDArray[np.int64], tenants: npt.NDArray[np.bool_], metres: float
) -> npt.NDArray[np.int64]:
    counts = np.zeros(len(here), dtype=np.int64)
    if len(here) and tenants.any():
        tree = shapely.STRtree(mapped.shapes[tenants])
        np.add.at(counts, tree.query(mapped.shapes[here], predicate="dwithin", distance=metres)[0], 1)
    return counts


def _street_m(mapped: Mapped, here: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    walked = np.array([kind in RULES["walked"]["highways"] for kind in mapped.street_kinds], dtype=np.bool_)
    away = np.full(len(here), np.inf)
    if len(here) and walked.any():
        pairs, metres = shapely.STRtree(mapped.streets[walked]).query_nearest(
            mapped.shapes[here], return_distance=True, all_matches=False
        )
        away[pairs[0]] = metres
    return away


def _floor(mapped: Mapped, place: int) -> float:
    area = float(shapely.area(mapped.shapes[place]))
    return 0.8 * area if area > 0 else float("nan")


def _levels(tags: Mapping[str, str]) -> float:
    try:
        return float(tags.get("building:levels", "1"))
    except ValueError:
        return 1.0
