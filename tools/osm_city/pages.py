"""city.toml and README.md of a built folder, with every rule and its effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from osm_city import homes, spaces
from osm_city.folder import toml_text
from osm_city.places import Place

OSM_ATTRIBUTION = "© OpenStreetMap contributors"
ONS_ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0 (ONS, StatsWales)."
)


def assumptions_of(place: Place) -> list[str]:
    """Return every rule used, one sentence each, with its figures."""
    low, high = homes.NUMBERED_M2
    street_low, street_high = homes.STREET_M2
    bare_low, bare_high = homes.BARE_M2
    if place.dense:
        yes = (
            f"building=yes without another use and of at least {low:.0f} m2 is a block of flats (dense town); outbuildings are "
            "no homes."
        )
        people = (
            f"People are residential floor area divided by {place.floor_per_person_m2:.0f} m2 per person, because no count is "
            "bundled; ages are the shares of Newport. A test figure, not a statistic."
        )
    else:
        yes = (
            f"building=yes is a home if it has no other use (amenity, shop, office ...), is not on {', '.join(homes.WORK_LAND)} "
            f"land and has: a house number or name and {low:.0f} to {high:.0f} m2; or a street and {street_low:.0f} to "
            f"{street_high:.0f} m2; or no address, on landuse=residential, {bare_low:.0f} to {bare_high:.0f} m2. A larger outline "
            f"without a name on landuse=residential, up to {homes.ROW_MAX_M2:,.0f} m2 and at most {homes.ROW_DEPTH_M:.0f} m deep "
            "(footprint / longer side), is a row of houses drawn as one. Garages, sheds and other outbuildings are no homes."
        )
        people = (
            "People: 159,587 of the authority (census 2021) x min(1, dwellings in the extract / 65,300 households), spread by "
            "residential floor area; ages are the authority's bands, the same in every building."
        )
    rules = [
        people,
        "Homes are building = "
        + ", ".join((*homes.HOUSES, *homes.FLATS, "residential"))
        + "; building=yes as below. Flats above "
        "shops are not drawn and therefore missing.",
        yes,
        f"Floor area = footprint x building:levels, else {homes.HOUSE_LEVELS:.0f} storeys for houses (1 for bungalows) and "
        f"{place.flat_levels:.0f} for flats.",
        f"Dwellings: tagged flats, else floor / {homes.FLAT_GROSS_M2:.0f} m2 in blocks of flats; a house is 1; a terrace, and any "
        f"other house outline over {homes.ONE_DWELLING_UP_TO_M2:.0f} m2, is footprint / {homes.HOUSE_FOOTPRINT_M2:.0f} m2; a "
        f"semi-detached outline of {homes.SEMI_PAIR_M2:.0f} m2 or more is 2.",
        "Only homes inside the city's border have people; facilities and streets beyond it count for reach.",
        "Facilities: OpenStreetMap holds no capacity; each row carries the assumed capacity of its kind with a range "
        "(existing_capacity rows of the profile generic-gb). Community centres give rows for culture, meals (0, range 0 to 60) and "
        "after_school. Restaurants are no community meals. Private places, and pitches and playgrounds in school grounds not "
        "tagged open, are left out. Social facilities count if they are day care, group home or assisted living, or for seniors; "
        "nursing homes have no day places.",
        "Spaces: shop=vacant; disused:* or abandoned:* of amenity, shop, building, office, leisure, tourism, craft, club or "
        "healthcare that was in rooms and is not in use again; buildings with disused or abandoned; landuse=brownfield. A point "
        "in an outline that is itself a candidate is dropped, as are spaces on an island of the walking network.",
        f"Area of a space (estimated): own outline x {spaces.USABLE_SHARE} (x storeys for a whole disused building with "
        "building:levels, one floor otherwise); a bare point: the enclosing building's footprint x the same share / the premises "
        f"mapped in it, else (or over {spaces.PREMISES_MAX_M2:,.0f} m2) the median of its kind; brownfield: a one-storey pavilion on "
        f"{spaces.PAVILION_SHARE_OF_PLOT:.0%} of the plot, at most {spaces.PAVILION_MAX_M2:.0f} m2, at the side of the street, the "
        "rest of the plot outdoors.",
        "Channel: vacant shop = rent; disused public building = transfer; other disused building = convert; brownfield = newbuild. "
        "Owner, title, price and date are unknown. A storey is given only where level is tagged (level 0 is storey 1) and for "
        "pavilions.",
    ]
    if place.dense:
        rules.append(
            f"{place.sampled_spaces} spaces are ordinary ground floors (every n-th building=commercial or yes of "
            f"{spaces.SAMPLED_M2[0]:.0f} to {spaces.SAMPLED_M2[1]:,.0f} m2 by id): test candidates, not idle rooms."
        )
        rules.append("Money is in GBP because the profile is; it is a test figure, Monaco pays in EUR.")
        rules.append("Outlines of three quarters are closed with the published outline of the country.")
    else:
        rules.append(
            "Communities whose outline is not all in the extract are closed by the edge of the buildings' box and marked cut; each "
            "face between the lines goes to the community that most of them bound. So are communities with less than 95 % of "
            "their area in the box. A cut community is never called short."
        )
    return rules


def write_toml(place: Place, path: Path) -> None:
    """Write city.toml."""
    lines = [
        f"name = {toml_text(place.name)}",
        'language = "en"',
        'currency = "GBP"',
        f"crs = {toml_text(place.crs)}",
        'profile = "generic-gb"',
        "made_up = false",
        "assumptions = [",
        *[f"  {toml_text(rule)}," for rule in assumptions_of(place)],
        "]",
    ]
    what = "Newport" if not place.dense else "ages of Newport, as test figures"
    for source in (
        {
            "what": "streets, buildings, facilities, spaces, communities",
            "from": place.extract_origin,
            "year": place.extract_date[:4],
            "licence": "ODbL-1.0",
            "attribution": OSM_ATTRIBUTION,
        },
        {
            "what": f"people and households, Census 2021 ({what})",
            "from": "Office for National Statistics and StatsWales, with bands derived from them",
            "year": "2021",
            "licence": "OGL-UK-3.0",
            "attribution": ONS_ATTRIBUTION,
        },
    ):
        lines += ["", "[[sources]]"]
        lines += [f"{key} = {value if key == 'year' else toml_text(value)}" for key, value in source.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_readme(place: Place, facts: Any, path: Path) -> None:
    """Write README.md: what it is, licences, rules, counts, known weaknesses."""
    parts = [
        f"# {place.name}: a city folder",
        "",
        "Made by `tools/build_osm_city.py`; do not edit, build again. Format: `docs/reference/city-folder.md`.",
        "",
        "## Sources and licences",
        "",
        f"- Streets, buildings, facilities, spaces, communities: {OSM_ATTRIBUTION}, extract of {place.extract_date}, Open Database "
        "License 1.0 (`LICENSE-ODbL.txt`). This folder is a derived database and stays under the ODbL. Name the contributors on every "
        "map and export.",
        f"- People and households: Census 2021, Open Government Licence v3.0 (`LICENSE-OGL.txt`). {ONS_ATTRIBUTION}",
        "",
        "## Rules",
        "",
        *[f"{number}. {rule}" for number, rule in enumerate(assumptions_of(place), start=1)],
        "",
        "## Counts",
        "",
        *_table(("what", "count"), facts.rows),
        "### Buildings by the rule that decided (whole extract)",
        "",
        *_table(("rule", "buildings"), _counted(facts.buildings)),
        "### Homes in the city by rule: what each rule adds",
        "",
        *_table(
            ("rule", "buildings", "dwellings", "people"),
            [(r, f"{n:,}", f"{d:,}", f"{p:,.0f}") for r, n, d, p in facts.homes],
        ),
        "### Spaces by channel and kind",
        "",
        *_table(("channel", "kind", "spaces", "m2"), [(c, k, f"{n:,}", f"{a:,.0f}") for c, k, n, a in facts.spaces]),
        "### Where the area of a space comes from",
        "",
        *_table(("rule", "spaces"), _counted(facts.area_rules)),
        "### Spaces left out",
        "",
        *_table(("why", "spaces"), _counted(facts.spaces_left_out)),
        "### Facilities by service and kind",
        "",
        *_table(("service", "kind", "rows"), [(s, k, f"{n:,}") for s, k, n in facts.facilities]),
        "### Facilities left out",
        "",
        *_table(("why", "places"), _counted(facts.facilities_left_out)),
        "### Communities",
        "",
        *_table(
            ("id", "name", "outline", "ha", "people"),
            [(i, n, c, f"{a:,.0f}", f"{p:,.0f}") for i, n, c, a, p in facts.communities],
        ),
        "## Known weaknesses",
        "",
        *[f"- {line}" for line in _weaknesses(place)],
    ]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _counted(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(what, f"{count:,}") for what, count in counts.items()]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines] + [""]


def _weaknesses(place: Place) -> list[str]:
    every = [
        "Capacities are orders of magnitude: cities differ by a factor of three.",
        "A pitch inside a sports centre counts beside the centre; a sports ground drawn as several pitches counts each.",
        "The age mix is the same in every building; real communities differ.",
        "An empty shop may have been let since the extract; owners, rents, storeys and lifts are unknown.",
    ]
    if place.dense:
        return [
            *every,
            "No population is bundled: people are floor area by a fixed figure, far from the census.",
            "Public lifts are only partly connected in the streets.",
        ]
    return [
        *every,
        "Flats above shops and in converted buildings are missing, so the centre holds fewer people than in truth.",
        "Suburbs beyond the extract (Bettws, Malpas, Caerleon and others) and their people are not here; services there neither.",
        "Some nurseries, surgeries and day centres are not in OpenStreetMap: a gap may be one of the map.",
    ]
