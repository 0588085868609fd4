"""The builder: each rule on a thing drawn for it, and the same bytes from the same input."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from shapely.geometry import Point, Polygon, box

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / "tools"
sys.path.insert(0, str(TOOLS))

from osm_city.extract import Thing  # noqa: E402
from osm_city.facilities import Default, facilities_of  # noqa: E402
from osm_city.homes import homes_of  # noqa: E402
from osm_city.spaces import kind_of, spaces_of  # noqa: E402
from osm_city.streets import Network  # noqa: E402

LAND = Thing("w1", {"landuse": "residential"}, Point(50, 50), box(0, 0, 1000, 1000))
WORK = Thing("w2", {"landuse": "industrial"}, Point(1050, 50), box(1000, 0, 2000, 1000))
TOWN = 10.0
MEADOW = 2500.0


def building(tags: Mapping[str, str], width_m: float, depth_m: float, x_m: float = TOWN) -> Thing:
    area = box(x_m, 10, x_m + width_m, 10 + depth_m)
    return Thing("w9", {"building": "yes", **tags}, area.representative_point(), area)


def dwellings(thing: Thing, *, all_yes: bool = False) -> int:
    """Return the dwellings of one building on its land, 0 if it is no home."""
    homes, counts = homes_of([LAND, WORK, thing], flat_levels=3.0, all_yes=all_yes)
    assert sum(counts.values()) == 1
    return homes[0].dwellings if homes else 0


@pytest.mark.parametrize(
    ("tags", "width_m", "depth_m", "x_m", "expected"),
    [
        ({"building": "house"}, 7, 8, TOWN, 1),
        ({"building": "house"}, 40, 7, TOWN, 5),  # a row drawn as one: 280 / 56
        ({"building": "detached"}, 20, 10, TOWN, 1),
        ({"building": "semidetached_house"}, 12, 8, TOWN, 2),
        ({"building": "semidetached_house"}, 6, 8, TOWN, 1),
        ({"building": "terrace"}, 56, 10, TOWN, 10),
        ({"building": "apartments"}, 20, 10, TOWN, 8),  # 600 m2 of floor / 75
        ({"building": "apartments", "addr:flats": "1-17"}, 20, 10, TOWN, 17),
        ({"building": "apartments", "building:flats": "6"}, 20, 10, TOWN, 6),
        ({"building": "residential", "building:levels": "5"}, 15, 10, TOWN, 10),
        ({"building": "garage"}, 6, 6, TOWN, 0),
        ({}, 7, 8, TOWN, 1),  # no address, on residential land
        ({}, 6, 6, TOWN, 0),  # as small as a garage
        ({}, 7, 8, MEADOW, 0),
        ({}, 60, 10, TOWN, 11),  # thin: a row
        ({}, 30, 30, TOWN, 0),  # as deep as a hall
        ({"addr:street": "A Street"}, 6, 6, TOWN, 1),
        ({"addr:street": "A Street"}, 7, 8, MEADOW, 1),
        ({"addr:housenumber": "1"}, 6, 5.5, MEADOW, 1),
        ({"addr:housenumber": "Unit 1"}, 10, 10, 1500, 0),  # industrial land
        ({"shop": "yes", "addr:housenumber": "1"}, 7, 8, TOWN, 0),
        ({"disused:amenity": "pub", "addr:housenumber": "1"}, 7, 8, TOWN, 0),
    ],
)
def test_which_buildings_are_homes_and_of_how_many_dwellings(
    tags: Mapping[str, str], width_m: float, depth_m: float, x_m: float, expected: int
) -> None:
    assert dwellings(building(tags, width_m, depth_m, x_m)) == expected


def test_in_a_dense_town_plain_buildings_are_blocks_of_flats() -> None:
    assert dwellings(building({}, 30, 30), all_yes=True) == 36


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"shop": "vacant"}, "shop=vacant"),
        ({"disused:amenity": "pub"}, "disused:amenity=pub"),
        ({"abandoned:building": "house", "building": "yes"}, "abandoned:building=house"),
        ({"building": "church", "disused": "yes"}, "disused=yes"),
        ({"disused:amenity": "telephone", "amenity": "public_bookcase"}, ""),
        ({"disused:amenity": "cafe", "amenity": "restaurant"}, ""),
        ({"disused:amenity": "parking"}, ""),
        ({"disused:railway": "rail"}, ""),
        ({"disused": "yes", "waterway": "canal"}, ""),
    ],
)
def test_what_is_a_candidate_space(tags: Mapping[str, str], expected: str) -> None:
    assert kind_of(Thing("n1", tags, Point(0, 0), None)) == expected


def network() -> Network:
    import numpy as np
    import shapely

    edges = shapely.linestrings([[[0, -5], [500, -5]], [[0, 900], [500, 900]]])
    return Network(edges, np.array([True, False]))


def test_a_bare_point_shares_its_building_and_one_in_a_vacant_outline_is_the_same_premises() -> None:
    house = Thing("w5", {"building": "retail"}, Point(15, 15), box(10, 10, 30, 20))
    vacant = Thing("w6", {"building": "retail", "shop": "vacant"}, Point(55, 15), box(50, 10, 60, 20))
    things = [
        house,
        vacant,
        Thing("n1", {"shop": "vacant"}, Point(12, 12), None),
        Thing("n2", {"shop": "bakery"}, Point(20, 12), None),
        Thing("n3", {"shop": "vacant"}, Point(52, 12), None),
        Thing("n4", {"shop": "vacant"}, Point(200, 200), None),
    ]
    spaces, left_out = spaces_of(things, network())
    assert {one.thing.id: round(one.area_m2, 1) for one in spaces} == {"n1": 80.0, "w6": 80.0, "n4": 80.0}
    assert {one.thing.id: one.area_rule for one in spaces}["n4"] == "median of its kind"
    assert sum(left_out.values()) == 1


def test_a_pavilion_stands_at_the_street_on_two_fifths_of_a_small_plot() -> None:
    plot = Thing("w7", {"landuse": "brownfield"}, Point(50, 50), box(0, 0, 30, 20))
    (space,), _ = spaces_of([plot], network())
    assert (space.area_m2, space.outdoor_m2, space.channel, space.storey) == (240.0, "360", "newbuild", "1")
    assert space.point.y == 0


@pytest.mark.parametrize(
    ("level", "storey"), [("0", "1"), ("1", "2"), ("-1", "-1"), ("0-1", "1"), ("0;1", "1"), ("", "")]
)
def test_level_0_is_the_first_storey(level: str, storey: str) -> None:
    shop = Thing("n1", {"shop": "vacant", "level": level}, Point(12, 12), None)
    roof = Thing("w5", {"building": "retail"}, Point(15, 15), box(10, 10, 30, 20))
    (space,), _ = spaces_of([roof, shop], network())
    assert space.storey == storey


def test_private_places_school_grounds_and_nursing_homes_are_no_facilities() -> None:
    school = Thing("w1", {"amenity": "school"}, Point(50, 50), box(0, 0, 100, 100))
    things = [
        school,
        Thing("n1", {"leisure": "pitch"}, Point(200, 0), None),
        Thing("n2", {"leisure": "pitch", "access": "private"}, Point(200, 0), None),
        Thing("n3", {"leisure": "pitch"}, Point(50, 50), None),
        Thing("n4", {"leisure": "pitch", "access": "yes"}, Point(50, 50), None),
        Thing("n5", {"amenity": "social_facility", "social_facility": "nursing_home"}, Point(0, 200), None),
        Thing("n6", {"amenity": "social_facility", "social_facility": "day_care"}, Point(0, 200), None),
        Thing("n7", {"amenity": "social_facility", "social_facility": "food_bank"}, Point(0, 200), None),
    ]
    defaults = [
        Default("leisure=pitch", "sport", 80, 250, 500, "visit_week"),
        Default("amenity=social_facility", "elderly_care", 10, 25, 50, "day_place"),
    ]
    found, left_out = facilities_of(things, defaults)
    assert [one.id for one in found] == ["n1-sport", "n4-sport", "n6-elderly_care"]
    assert sum(left_out.values()) == 4


def test_a_point_in_an_outline_of_its_kind_counts_once() -> None:
    ground = Polygon([(0, 0), (40, 0), (40, 40), (0, 40)])
    things = [
        Thing("n1", {"leisure": "playground"}, Point(20, 20), None),
        Thing("w1", {"leisure": "playground"}, Point(10, 10), ground),
    ]
    found, _ = facilities_of(things, [Default("leisure=playground", "play", 150, 400, 800, "visit_week")])
    assert [one.id for one in found] == ["w1-play"]


def rebuild(shared: Path, name: str, out: Path) -> None:
    data, domain = shared / "data", shared / "domain"
    if name == "made-city":
        command = ["build_made_city.py", "--source", data / "made-city-cn" / "clean"]
    else:
        osm = {"newport": "newport-gb-osm/newport-2023-06-13.osm.pbf", "monaco": "monaco-osm/monaco.osm.pbf"}[name]
        command = ["build_osm_city.py", name, "--osm", data / osm, "--people", domain / "newport.csv"]
        command += ["--assumptions", domain / "assumptions.csv", "--licences", domain / "licences"]
        if name == "monaco":
            command += ["--border", data / "monaco-osm" / "monaco_boundary.geojson"]
    words = [sys.executable, str(TOOLS / str(command[0])), *map(str, command[1:]), "--out", str(out)]
    subprocess.run(words, check=True, capture_output=True)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["newport", "monaco", "made-city"])
def test_a_rebuild_gives_the_same_bytes(shared: Path, tmp_path: Path, name: str) -> None:
    bundled = REPOSITORY / ("tests/data" if name == "monaco" else "examples") / name
    rebuild(shared, name, tmp_path / name)
    assert sorted(file.name for file in (tmp_path / name).iterdir()) == sorted(file.name for file in bundled.iterdir())
    different = [
        file.name for file in bundled.iterdir() if file.read_bytes() != (tmp_path / name / file.name).read_bytes()
    ]
    assert different == []
