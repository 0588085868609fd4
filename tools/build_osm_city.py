"""Build the city folders examples/newport and tests/data/monaco from OpenStreetMap extracts.

    python tools/build_osm_city.py newport --osm EXTRACT --people TABLE --assumptions TABLE --licences FOLDER \
        --out examples/newport

The same input gives the same bytes. The rules stand in ``osm_city``; their counts go to the folder's README.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import shapely
from osm_city.communities import Community, communities_of, community_at
from osm_city.extract import Extract, Thing, read_extract
from osm_city.facilities import Facility, access_of, defaults_of, facilities_of
from osm_city.folder import degrees_of, write_communities, write_csv
from osm_city.homes import Home, homes_of
from osm_city.pages import Facts, write_readme, write_toml
from osm_city.places import PLACES, Place
from osm_city.spaces import Space, sampled_spaces, spaces_of
from osm_city.streets import network_of, street_names, write_streets
from pyproj import Transformer

BANDS = {
    "p_0_2": "0-2",
    "p_3_5": "3-5",
    "p_6_14": "6-14",
    "p_15_34": "15-34",
    "p_35_59": "35-59",
    "p_60_69": "60-69",
    "p_70_79": "70-79",
    "p_80p": "80+",
}
KIND_NAMES = {
    "shop=vacant": "Vacant shop",
    "landuse=brownfield": "Brownfield site",
    "leisure=pitch": "Pitch",
    "leisure=playground": "Playground",
    "leisure=sports_centre": "Sports centre",
    "building=commercial": "Commercial ground floor (test)",
    "building=yes": "Ground floor (test)",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and build one folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", choices=sorted(PLACES))
    parser.add_argument("--osm", type=Path, required=True, help="extract, .osm.pbf")
    parser.add_argument("--people", type=Path, required=True, help="table of people by age (newport.csv)")
    parser.add_argument("--assumptions", type=Path, required=True, help="assumptions.csv with existing_capacity rows")
    parser.add_argument("--licences", type=Path, required=True, help="folder with ODbL-1.0.txt and OGL-UK-3.0.txt")
    parser.add_argument("--border", type=Path, help="GeoJSON outline that closes communities (Monaco)")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    build(PLACES[given.place], given)
    print((given.out / "README.md").read_text(encoding="utf-8").partition("## Counts")[2])


def build(place: Place, given: argparse.Namespace) -> None:
    """Build the folder; everything that was counted goes to its README.md."""
    out: Path = given.out
    out.mkdir(parents=True, exist_ok=True)
    facts = Facts()
    extract = read_extract(given.osm, place.crs)
    things = list(extract.things())
    outlines = [one.area for one in things if one.area is not None and one.tags.get("building", "no") != "no"]
    box = shapely.box(*shapely.total_bounds(outlines))
    border = _ring(given.border, place.crs) if given.border else None
    communities = communities_of(extract, box, place.outside, border)
    write_communities(out / "communities.geojson", communities, place.crs)
    homes = _homes(place, things, communities, given.people, out, facts)
    _facilities(place, extract, things, communities, given.assumptions, out, facts)
    _spaces(place, extract, things, communities, out, facts)
    for what, count in write_streets(extract, box, out / "streets.osm.pbf").items():
        facts.say(f"streets: {what}", count)
    people = _people_by_community(homes)
    facts.communities = [
        (one.id, one.name, "cut" if one.cut else "whole", one.area.area / 1e4, people.get(one.id, 0.0))
        for one in communities
    ]
    shutil.copyfile(given.licences / "ODbL-1.0.txt", out / "LICENSE-ODbL.txt")
    shutil.copyfile(given.licences / "OGL-UK-3.0.txt", out / "LICENSE-OGL.txt")
    write_toml(place, facts, out / "city.toml")
    write_readme(place, facts, out / "README.md")


def _ring(path: Path, crs: str) -> shapely.LineString:
    outline = shapely.geometry.shape(json.loads(path.read_text(encoding="utf-8"))["features"][0]["geometry"])
    transformer = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return shapely.transform(shapely.LineString(outline.exterior), transformer.transform, interleaved=False)


def _ages(path: Path) -> dict[str, float]:
    """Return people by age band, and the households, of the derived rows of the table."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    city = (table["area"] == "Newport") & (table["level"].str.startswith("local authority"))
    chosen = table[city & (table["sex"] == "both") & (table["year"] == "2021") & (table["value"] != "")]
    return {
        str(item): float(value)
        for item, value in zip(chosen["age_or_item"], chosen["value"], strict=True)
        if item in (*BANDS.values(), "all", "households")
    }


def _homes(
    place: Place, things: list[Thing], communities: list[Community], people_table: Path, out: Path, facts: Facts
) -> list[tuple[str, float]]:
    """Write residences.csv; return community and people of each."""
    found, facts.buildings = homes_of(things, flat_levels=place.flat_levels, all_yes=place.dense)
    where = community_at(communities, [home.thing.point for home in found])
    inside = [(home, community) for home, community in zip(found, where, strict=True) if community]
    ages = _ages(people_table)
    dwellings = sum(home.dwellings for home, _ in inside)
    floor_m2 = sum(home.floor_m2 for home, _ in inside)
    if place.floor_per_person_m2:
        people = floor_m2 / place.floor_per_person_m2
    else:
        people = ages["all"] * min(1.0, dwellings / ages["households"])
        facts.say("people of the authority (census)", ages["all"])
        facts.say("households of the authority (census, derived)", ages["households"])
        facts.say("share of the authority's dwellings drawn", dwellings / ages["households"], 4)
    shares = {column: ages[band] / sum(ages[one] for one in BANDS.values()) for column, band in BANDS.items()}
    points = degrees_of([home.thing.point for home, _ in inside], place.crs)
    rows = []
    for (home, community), (lon, lat) in zip(inside, points, strict=True):
        here = people * home.floor_m2 / floor_m2
        bands = [f"{here * shares[column]:.4f}" for column in BANDS]
        rows.append(
            [
                *(home.thing.id, home.name, community, home.thing.tags["building"], *bands),
                *(home.dwellings, f"{home.floor_m2:.1f}", "estimated", lon, lat),
            ]
        )
    columns = ["id", "name", "community", "building", *BANDS]
    write_csv(out / "residences.csv", [*columns, "dwellings", "floor_area_m2", "people_basis", "lon", "lat"], rows)
    facts.say("residential buildings", len(inside))
    facts.say("residential buildings outside the city, left out", len(found) - len(inside))
    facts.say("dwellings", dwellings)
    facts.say("residential floor, m2", floor_m2)
    facts.say("people", people)
    by_rule: dict[str, list[Home]] = {}
    for home, _ in inside:
        by_rule.setdefault(home.rule, []).append(home)
    facts.homes = [
        (rule, len(some), sum(one.dwellings for one in some), people * sum(one.floor_m2 for one in some) / floor_m2)
        for rule, some in sorted(by_rule.items())
    ]
    return [(community, people * home.floor_m2 / floor_m2) for home, community in inside]


def _people_by_community(homes: list[tuple[str, float]]) -> Mapping[str, float]:
    total: dict[str, float] = {}
    for community, people in homes:
        total[community] = total.get(community, 0.0) + people
    return total


def _facilities(
    place: Place,
    extract: Extract,
    things: list[Thing],
    communities: list[Community],
    assumptions: Path,
    out: Path,
    facts: Facts,
) -> None:
    """Write facilities.csv; those outside the border have no community and count for reach."""
    found, left_out = facilities_of(things, defaults_of(assumptions, "generic-gb"))
    facts.facilities_left_out = left_out
    where = community_at(communities, [one.thing.point for one in found])
    streets = street_names(extract, [one.thing.point for one in found])
    points = degrees_of([one.thing.point for one in found], place.crs)
    rows = []
    for one, community, street, (lon, lat) in zip(found, where, streets, points, strict=True):
        default = one.default
        rows.append(
            [
                *(one.id, default.service, _name(one, street), community, default.kind),
                *(f"{default.mid:g}", f"{default.low:g}", f"{default.high:g}", default.unit, "assumed"),
                *(access_of(one.thing.tags), one.thing.tags.get("opening_hours", ""), lon, lat),
            ]
        )
    columns = "id service place community kind capacity capacity_low capacity_high capacity_unit capacity_basis"
    write_csv(out / "facilities.csv", [*columns.split(), "access", "opening_hours", "lon", "lat"], rows)
    facts.say("rows of facilities", len(rows))
    facts.say("rows of facilities outside the city", where.count(""))
    count = Counter((one.default.service, one.default.kind) for one in found)
    facts.facilities = [(service, kind, number) for (service, kind), number in sorted(count.items())]


def _name(one: Facility, street: str) -> str:
    kind = KIND_NAMES.get(one.default.kind, one.default.kind.partition("=")[2].replace("_", " ").capitalize())
    return one.thing.tags.get("name") or f"{kind}, {street}"


def _spaces(
    place: Place, extract: Extract, things: list[Thing], communities: list[Community], out: Path, facts: Facts
) -> None:
    """Write spaces.csv: candidates inside the city and on the main walking network."""
    network = network_of(extract)
    found, left_out = spaces_of(things, network)
    found = sorted([*found, *sampled_spaces(things, place.sampled_spaces, communities)], key=lambda one: one.thing.id)
    counts = Counter(left_out)
    where = community_at(communities, [one.point for one in found])
    reached = network.is_reached([one.point for one in found])
    counts["outside the city"] = where.count("")
    counts["on an island of the walking network"] = sum(
        not ok and bool(community) for ok, community in zip(reached, where, strict=True)
    )
    kept = [(one, here) for one, here, ok in zip(found, where, reached, strict=True) if ok and here]
    streets = street_names(extract, [one.point for one, _ in kept])
    points = degrees_of([one.point for one, _ in kept], place.crs)
    rows = [
        [
            *(one.thing.id, one.place or _label(one, street), one.kind, community),
            *(f"{one.area_m2:.1f}", "estimated", one.area_rule, one.storey, one.outdoor_m2),
            *(one.channel, "", "may", lon, lat),
        ]
        for (one, community), street, (lon, lat) in zip(kept, streets, points, strict=True)
    ]
    columns = (
        "id place kind community area_m2 area_basis area_rule storey outdoor_m2 channel available_from decision lon lat"
    )
    write_csv(out / "spaces.csv", columns.split(), rows)
    facts.say("spaces", len(rows))
    facts.spaces_left_out = {what: number for what, number in sorted(counts.items()) if number}
    facts.area_rules = dict(sorted(Counter(one.area_rule for one, _ in kept).items()))
    by_kind: dict[tuple[str, str], list[float]] = {}
    for one, _ in kept:
        by_kind.setdefault((one.channel, one.kind), []).append(one.area_m2)
    facts.spaces = [(channel, kind, len(areas), sum(areas)) for (channel, kind), areas in sorted(by_kind.items())]


def _label(one: Space, street: str) -> str:
    return f"{KIND_NAMES.get(one.kind, 'Disused building')}, {street}"


if __name__ == "__main__":
    main()
