"""city.toml and README.md of a built folder, with every rule and its effect; the sentences stand in rules.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from osm_city import communities, homes, spaces
from osm_city.folder import toml_text
from osm_city.places import Place

OSM_ATTRIBUTION = "© OpenStreetMap contributors"
ONS_ATTRIBUTION = "Contains public sector information licensed under the Open Government Licence v3.0 (ONS)."


@dataclass(slots=True)
class Facts:
    """What was counted on the way, for the README and the terminal."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    buildings: Mapping[str, int] = field(default_factory=dict)
    homes: list[tuple[str, int, int, float]] = field(default_factory=list)
    spaces: list[tuple[str, str, int, float]] = field(default_factory=list)
    area_rules: Mapping[str, int] = field(default_factory=dict)
    spaces_left_out: Mapping[str, int] = field(default_factory=dict)
    facilities: list[tuple[str, str, int]] = field(default_factory=list)
    facilities_left_out: Mapping[str, int] = field(default_factory=dict)
    communities: list[tuple[str, str, str, float, float]] = field(default_factory=list)

    def say(self, what: str, value: float, digits: int = 0) -> None:
        """Keep one figure under its name."""
        self.rows.append((what, f"{value:,.{digits}f}"))


def sentences(part: str, place: Place, facts: Facts) -> list[str]:
    """Return the rules or the weaknesses of a place, with their figures."""
    texts = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))[part]
    rows = dict(facts.rows)
    people = {name: count for _, name, _, _, count in facts.communities}
    figures = {
        "census_people": rows.get("people of the authority (census)", ""),
        "households": rows.get("households of the authority (census, derived)", ""),
        "pillgwenlly": f"{people.get('Pillgwenlly', 0.0):,.0f}",
        "people": rows["people"],
        "dwellings": rows["dwellings"],
        "share": rows.get("share of the authority's dwellings drawn", ""),
        "spaces": rows["spaces"],
        "twice": str(sum(count for why, count in facts.spaces_left_out.items() if why.startswith("drawn twice"))),
        "on_island": str(facts.spaces_left_out.get("on an island of the walking network", 0)),
        "yes_effect": _effect(facts, "home: building=yes"),
        "row_effect": _effect(facts, "home: building=yes, a row"),
        "area_effect": ", ".join(f"{rule} {count}" for rule, count in facts.area_rules.items()),
        "facility_rows": rows["rows of facilities"],
        "cut": str(sum(outline == "cut" for _, _, outline, _, _ in facts.communities)),
        "communities": str(len(facts.communities)),
        "work_land": ", ".join(homes.WORK_LAND),
        "numbered": _span(homes.NUMBERED_M2),
        "numbered_low": f"{homes.NUMBERED_M2[0]:.0f}",
        "street": _span(homes.STREET_M2),
        "bare": _span(homes.BARE_M2),
        "row_max": f"{homes.ROW_MAX_M2:,.0f}",
        "row_depth": f"{homes.ROW_DEPTH_M:.0f}",
        "whole_share": f"{communities.WHOLE_SHARE:.0%}",
        "home_kinds": ", ".join((*homes.HOUSES, *homes.FLATS, "residential")),
        "house_levels": f"{homes.HOUSE_LEVELS:.0f}",
        "flat_levels": f"{place.flat_levels:.0f}",
        "flat_gross": f"{homes.FLAT_GROSS_M2:.0f}",
        "block_from": f"{homes.BLOCK_FROM_LEVELS:.0f}",
        "flat_max": f"{homes.TAGGED_FLAT_MAX_M2:.0f}",
        "one_up_to": f"{homes.ONE_DWELLING_UP_TO_M2:.0f}",
        "house_footprint": f"{homes.HOUSE_FOOTPRINT_M2:.0f}",
        "semi_pair": f"{homes.SEMI_PAIR_M2:.0f}",
        "floor_per_person": f"{place.floor_per_person_m2:.0f}",
        "sampled": str(place.sampled_spaces),
        "sampled_m2": _span(spaces.SAMPLED_M2),
        "usable_share": f"{spaces.USABLE_SHARE}",
        "premises_max": f"{spaces.PREMISES_MAX_M2:,.0f}",
        "pavilion_share": f"{spaces.PAVILION_SHARE_OF_PLOT:.0%}",
        "pavilion_max": f"{spaces.PAVILION_MAX_M2:.0f}",
    }
    chosen = [*texts["dense" if place.dense else "town"], *texts["every"]]
    return [text.format(**figures) for text in chosen]


def _effect(facts: Facts, start: str) -> str:
    """Say what the rules of homes that start so add up to."""
    some = [row for row in facts.homes if row[0].startswith(start)]
    buildings, dwellings = sum(row[1] for row in some), sum(row[2] for row in some)
    return f"{buildings:,} buildings, {dwellings:,} dwellings, {sum(row[3] for row in some):,.0f} people"


def _span(limits: tuple[float, float]) -> str:
    return f"{limits[0]:,.0f} to {limits[1]:,.0f}"


def write_toml(place: Place, facts: Facts, path: Path) -> None:
    """Write city.toml."""
    what = "ages of Newport, as test figures" if place.dense else "Newport"
    map_source = {
        "what": "streets, buildings, facilities, spaces, communities",
        "from": place.extract_origin,
        "year": int(place.extract_date[:4]),
        "licence": "ODbL-1.0",
        "attribution": OSM_ATTRIBUTION,
    }
    people_source = {
        "what": f"people and households, Census 2021 ({what})",
        "from": "Office for National Statistics and StatsWales; bands derived from them",
        "year": 2021,
        "licence": "OGL-UK-3.0",
        "attribution": ONS_ATTRIBUTION,
    }
    lines = [
        f"name = {toml_text(place.name)}",
        'language = "en"',
        'currency = "GBP"',
        f"crs = {toml_text(place.crs)}",
        'profile = "generic-gb"',
        "made_up = false",
        "assumptions = [",
        *[f"  {toml_text(rule)}," for rule in sentences("rules", place, facts)],
        "]",
    ]
    for source in (map_source, people_source):
        lines += ["", "[[sources]]"]
        lines += [
            f"{key} = {value if isinstance(value, int) else toml_text(str(value))}" for key, value in source.items()
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_readme(place: Place, facts: Facts, path: Path) -> None:
    """Write README.md: what it is, licences, rules, counts, known weaknesses."""
    parts = [
        f"# {place.name}: a city folder",
        "",
        place.about,
        "Made by `tools/build_osm_city.py`: build it again, do not edit it.",
        "",
        "## Sources and licences",
        "",
        f"- Streets, buildings, facilities, spaces, communities: {OSM_ATTRIBUTION},",
        f"  {place.extract_origin}, {place.extract_date}. Open Database License 1.0",
        "  (`LICENSE-ODbL.txt`): this folder is a derived database and stays under it; name the contributors on every",
        "  map and export.",
        f"- People: Census 2021. {ONS_ATTRIBUTION}",
        "  Text of the licence: `LICENSE-OGL.txt`.",
        "",
        "## Rules",
        "",
        *[f"{number}. {rule}" for number, rule in enumerate(sentences("rules", place, facts), start=1)],
        "",
        "## Counts",
        "",
        *_table("what | count", facts.rows),
        "### Buildings by the rule that decided (whole extract)",
        "",
        *_table("rule | buildings", _counted(facts.buildings)),
        "### Homes in the city: what each rule adds",
        "",
        *_table(
            "rule | buildings | dwellings | people",
            [(rule, f"{count:,}", f"{homes_:,}", f"{people:,.0f}") for rule, count, homes_, people in facts.homes],
        ),
        "### Spaces by channel and kind",
        "",
        *_table(
            "channel | kind | spaces | m2",
            [(channel, kind, f"{count:,}", f"{area:,.0f}") for channel, kind, count, area in facts.spaces],
        ),
        "### Where the area of a space comes from",
        "",
        *_table("rule | spaces", _counted(facts.area_rules)),
        "### Spaces left out",
        "",
        *_table("why | spaces", _counted(facts.spaces_left_out)),
        "### Facilities by service and kind",
        "",
        *_table("service | kind | rows", [(service, kind, f"{count:,}") for service, kind, count in facts.facilities]),
        "### Facilities left out",
        "",
        *_table("why | places", _counted(facts.facilities_left_out)),
        "### Communities",
        "",
        *_table(
            "id | name | outline | ha | people",
            [(one, name, cut, f"{area:,.0f}", f"{people:,.0f}") for one, name, cut, area, people in facts.communities],
        ),
        "## Known weaknesses",
        "",
        *[f"- {line}" for line in sentences("weaknesses", place, facts)],
    ]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _counted(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(what, f"{count:,}") for what, count in counts.items()]


def _table(head: str, rows: Iterable[Sequence[str]]) -> list[str]:
    lines: list[Sequence[str]] = [head.split(" | "), ["---"] * len(head.split(" | ")), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines] + [""]
