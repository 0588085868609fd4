"""Streets from OpenStreetMap files and line layers, and places on islands of the network."""

from __future__ import annotations

import json
import math
import random
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
from cities import ORIGIN_M, write_toy_city

from doorstep.city import City, Streets, check_city, read_city
from doorstep.city.streets import osm_streets
from doorstep.errors import Problem
from doorstep.standards import load_profile
from doorstep.walk import build_network, connect, walk_pairs
from doorstep.walk.quality import quality
from doorstep.walk.walker import planner
from doorstep.walk_questions import joining_notes

Row = dict[str, Any]

NODES = [(11, -3.0, 51.50, {}), (12, -3.0, 51.501, {"barrier": "gate", "access": "no", "note": "x"})]
NODES += [(13, -3.0, 51.502, {}), (14, -3.1, 51.5, {"amenity": "bench"})]
WAYS = [
    (7, [11, 12, 13], {"highway": "footway", "name": "巷 One"}),
    (5, [13, 11], {"barrier": "wall"}),
    (6, [11, 14, 11], {"building": "yes"}),
    (8, [11, 99, 12, 13], {"highway": "steps"}),
    (9, [14, 98], {"highway": "path"}),
]


def write_osm(path: Path) -> Path:
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:
        for number, lon, lat, tags in NODES:
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat), tags=tags))
        for number, nodes, tags in WAYS:
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    return path


def read_osm(path: Path) -> tuple[Streets | None, list[str]]:
    problems: list[Problem] = []
    found = osm_streets(path, problems)
    return (found[0] if found else None), [problem.code for problem in problems]


@pytest.mark.parametrize("name", ["streets.osm.pbf", "streets.osm", "街 道/streets.osm.pbf"])
def test_osm_file_keeps_streets_walls_and_their_nodes(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    streets, codes = read_osm(write_osm(tmp_path / name))
    assert codes == ["streets-cut"]
    assert streets is not None
    assert streets.way_id.tolist() == [5, 7, 8]
    assert streets.node_id.tolist() == [11, 12, 13]
    assert streets.first_node_of_way.tolist() == [0, 2, 5, 7]
    assert streets.way_nodes.tolist() == [2, 0, 0, 1, 2, 1, 2]
    assert streets.way_tags[1] == {"highway": "footway", "name": "巷 One"}
    assert streets.node_tags == {1: {"barrier": "gate", "access": "no"}}
    assert streets.node_y_m.tolist() == pytest.approx([51.5, 51.501, 51.502])


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9])
def test_pbf_cut_short_is_said(tmp_path: Path, share: float) -> None:
    path = write_osm(tmp_path / "streets.osm.pbf")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert read_osm(path) == (None, ["streets-damaged"])


def test_osm_xml_cut_short_is_said(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "streets.osm")
    path.write_bytes(path.read_bytes()[:-30])
    assert read_osm(path) == (None, ["streets-damaged"])


def test_degrees_take_the_utm_zone_of_the_streets(tmp_path: Path) -> None:
    def around(rows: list[Row]) -> list[Row]:
        kept = [{key: value for key, value in row.items() if key not in ("x", "y", "geometry")} for row in rows]
        return [{**row, "lon": -2.9999, "lat": 51.5005} for row in kept]

    def square(rows: list[Row]) -> list[Row]:
        ring = [[-3.01, 51.49], [-2.99, 51.49], [-2.99, 51.51], [-3.01, 51.51], [-3.01, 51.49]]
        return [{**rows[0], "geometry": {"type": "Polygon", "coordinates": [ring]}}]

    tables = {"communities": square, "residences": around, "facilities": around, "spaces": around}
    folder = write_toy_city(tmp_path, toml={"crs": ""}, streets=None, **tables)
    layer = (folder / "communities.geojson").read_text(encoding="utf-8")
    (folder / "communities.geojson").write_text(layer.replace("EPSG::32630", "OGC:1.3:CRS84"), encoding="utf-8")
    write_osm(folder / "streets.osm.pbf")
    city = read_city(folder)
    assert city.crs == "EPSG:32630"
    assert set(city.residences["community"]) == {"E"}
    assert city.streets.node_x_m[0] == pytest.approx(500_000, abs=0.01)  # the middle of zone 30 is 3 degrees west


def notes_of(city: City) -> tuple[Problem, ...]:
    return joining_notes(city, load_profile(city.profile))


def grid_with_island(rows: list[Row]) -> list[Row]:
    """Add a street of 60 m that touches no other, 1.5 % of the length, next to a space at (750, 205)."""
    x, y = ORIGIN_M
    line = {"type": "LineString", "coordinates": [[x + 700, y + 200], [x + 760, y + 200]]}
    return [*rows, {"id": 11, "highway": "service", "geometry": line}]


def test_space_on_an_island_is_a_warning(tmp_path: Path) -> None:
    def moved(rows: list[Row]) -> list[Row]:
        return [{**rows[0], "x": ORIGIN_M[0] + 750, "y": ORIGIN_M[1] + 205}, *rows[1:]]

    city = read_city(write_toy_city(tmp_path, streets=grid_with_island, spaces=moved, residences=moved))
    assert city.warnings == ()
    assert [(one.code, one.file, one.row) for one in notes_of(city)] == [
        ("on-island", "residences.csv", 2),
        ("on-island", "spaces.csv", 2),
    ]


@pytest.mark.parametrize(
    ("where", "notes"),
    [
        ((100, 490), [("joined-far", "50")]),  # 90 m beyond the last street
        ((100, 601), [("not-joined", "200")]),
        ((-201, 200), [("not-joined", "200")]),
    ],
)
def test_what_the_network_does_not_reach_is_noted_as_the_network_joins_it(
    tmp_path: Path, where: tuple[int, int], notes: list[tuple[str, str]]
) -> None:
    def moved(rows: list[Row]) -> list[Row]:
        return [rows[0], {**rows[1], "x": ORIGIN_M[0] + where[0], "y": ORIGIN_M[1] + where[1]}, *rows[2:]]

    city = read_city(write_toy_city(tmp_path, spaces=moved, residences=moved, facilities=moved))
    found = [(one.file, one.row, one.code, one.values["limit"]) for one in notes_of(city)]
    files = ("residences.csv", "spaces.csv", "facilities.csv")
    assert found == [(file, 3, *note) for file in files for note in notes]


@pytest.mark.parametrize("tags", [{"highway": "motorway"}, {"highway": "service", "access": "no"}])
def test_streets_that_nobody_may_walk_on_are_no_streets_near(tmp_path: Path, tags: dict[str, str]) -> None:
    city = read_city(write_toy_city(tmp_path, streets=lambda rows: [row | tags for row in rows]))
    far = {problem.file for problem in notes_of(city) if problem.code == "not-joined"}
    assert far == {"residences.csv", "spaces.csv", "facilities.csv"}


def test_lines_of_no_number_are_noted_without_a_warning_on_the_screen(tmp_path: Path) -> None:
    x, y = ORIGIN_M
    nowhere = {"type": "LineString", "coordinates": [[x, y], [math.nan, y]]}
    folder = write_toy_city(tmp_path, streets=lambda rows: [*rows, {"id": 11, "highway": "path", "geometry": nowhere}])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check = check_city(folder)
    found = [problem for problem in check.problems if problem.file == "streets.geojson"]
    assert [(problem.code, problem.row) for problem in found] == [("line-no-number", 11)]


def test_what_a_layer_drops_or_has_twice_is_noted_row_by_row(tmp_path: Path) -> None:
    x, y = ORIGIN_M

    def line(number: int, *corners: tuple[float, float], highway: str = "footway") -> Row:
        shape = {"type": "LineString", "coordinates": [[x + dx, y + dy] for dx, dy in corners]}
        return {"id": number, "highway": highway, "barrier": "", "geometry": shape}

    def more(rows: list[Row]) -> list[Row]:
        point = {"type": "Point", "coordinates": [x + 37.0, y + 41.0]}
        ring = [(20.0, 100.0), (60.0, 100.0), (60.0, 130.0), (20.0, 100.0)]
        return [
            *({**row, "barrier": ""} for row in rows),
            line(21, (0.0, 0.0), (0.001, 0.0)),
            line(22, (5.0, 5.0), (9.0, 9.0), highway=""),
            line(23, (20.0, 20.0), (30.0, 30.0), (40.0, 20.0)),
            line(24, (40.0, 20.0), (30.0, 30.0), (20.0, 20.0)),
            line(25, *ring),
            {"id": 26, "highway": "", "barrier": "gate", "geometry": point},
        ]

    city = read_city(write_toy_city(tmp_path, streets=more))
    first = 11  # behind the ten streets that are drawn well
    noted = [(one.code, (one.row or 0) - first) for one in city.warnings]
    assert noted == [("line-no-length", 0), ("line-no-street", 1), ("line-twice", 3), ("point-beside", 5)]
    assert {problem.file for problem in city.warnings} == {"streets.geojson"}
    ring = city.streets.way_nodes[city.streets.first_node_of_way[-2] : city.streets.first_node_of_way[-1]]
    assert ring[0] == ring[-1]  # a loop is walked round


@pytest.mark.parametrize("n_lines", [1, 10])
def test_a_layer_of_degrees_that_says_metres_is_refused(tmp_path: Path, n_lines: int) -> None:
    def small(rows: list[Row]) -> list[Row]:
        line = {"type": "LineString", "coordinates": [[119.67, 30.9], [119.671, 30.9]]}
        return [{**row, "geometry": line} for row in rows[:n_lines]]

    check = check_city(write_toy_city(tmp_path, streets=small))
    assert "streets-degrees" in [one.code for one in check.problems]
    assert check.city is None


def test_a_layer_of_metres_that_says_degrees_is_refused_as_such(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path)
    layer = json.loads((folder / "streets.geojson").read_text(encoding="utf-8"))
    for number, feature in enumerate(layer["features"]):
        feature["geometry"]["coordinates"] = [[331000 + number, 188000], [331100, 188000]]
    layer["crs"] = {"type": "name", "properties": {"name": "EPSG:4326"}}
    (folder / "streets.geojson").write_text(json.dumps(layer), encoding="utf-8")
    check = check_city(folder)
    assert check.city is None
    errors = [one for one in check.problems if one.severity == "error" and one.file == "streets.geojson"]
    assert [(one.code, one.values["taken"]) for one in errors] == [("streets-nowhere", "EPSG:4326")]
    assert errors[0].values["count"] == str(len(layer["features"]))


def test_lines_meet_at_shared_vertices_to_a_centimetre(tmp_path: Path) -> None:
    x, y = ORIGIN_M

    def lines(rows: list[Row]) -> list[Row]:
        return [
            {**rows[0], "geometry": {"type": "LineString", "coordinates": [[x, y], [x + 100.004, y]]}},
            {**rows[1], "geometry": {"type": "LineString", "coordinates": [[x + 99.996, y], [x + 100, y + 50]]}},
            {**rows[2], "geometry": {"type": "LineString", "coordinates": [[x + 50, y - 5], [x + 50, y + 5]]}},
        ]

    streets = read_city(write_toy_city(tmp_path, streets=lines)).streets
    assert streets.way_nodes[2] == streets.way_nodes[3]
    assert (streets.node_x_m[streets.way_nodes[2]], streets.node_y_m[streets.way_nodes[2]]) == (x + 100, y)


def test_lines_without_ids_keep_their_order_however_shuffled(tmp_path: Path) -> None:
    def nameless(seed: int) -> Any:
        def change(rows: list[Row]) -> list[Row]:
            random.Random(seed).shuffle(rows)
            return [{key: row[key] for key in row if key != "id"} for row in rows]

        return change

    one, other = (read_city(write_toy_city(tmp_path / str(n), streets=nameless(n))).streets for n in (1, 2))
    np.testing.assert_array_equal(one.way_nodes, other.way_nodes)
    assert one.way_tags == other.way_tags


def test_points_of_a_line_layer_are_gates(tmp_path: Path) -> None:
    x, y = ORIGIN_M

    def with_gate(rows: list[Row]) -> list[Row]:
        gate = {"id": 99, "highway": "", "barrier": "gate", "access": "no"}
        point = {"type": "Point", "coordinates": [x + 100, y + 100]}
        return [*({**row, "barrier": "", "access": ""} for row in rows), {**gate, "geometry": point}]

    streets = read_city(write_toy_city(tmp_path, streets=with_gate)).streets
    ((node, tags),) = streets.node_tags.items()
    assert tags == {"barrier": "gate", "access": "no"}
    assert (streets.node_x_m[node], streets.node_y_m[node]) == (x + 100, y + 100)


@pytest.mark.shared
def test_a_real_town_is_read_in_seconds(shared: Path) -> None:
    streets, codes = read_osm(shared / "data" / "newport-gb-osm" / "newport-2023-06-13.osm.pbf")
    assert codes == []
    assert streets is not None
    assert (len(streets.way_id), len(streets.node_id)) == (11316, 57913)
    assert np.all(np.diff(streets.way_id) > 0)
    assert np.all(np.diff(streets.node_id) > 0)


def with_square(tmp_path: Path, *, highway: str = "pedestrian", second: bool = False) -> City:
    """Read a layer with a square of 40 m by 30 m round a pond of 20 m by 10 m, a path to its south and to its north."""
    x, y = ORIGIN_M[0], ORIGIN_M[1] + 3000

    def shape(kind: str, *rings: list[tuple[float, float]]) -> dict[str, Any]:
        moved = [[[x + dx, y + dy] for dx, dy in ring] for ring in rings]
        return {"type": kind, "coordinates": moved if kind == "Polygon" else moved[0]}

    def more(rows: list[Row]) -> list[Row]:
        outer = [(0.0, 0.0), (20.0, 0.0), (40.0, 0.0), (40.0, 30.0), (20.0, 30.0), (0.0, 30.0), (0.0, 0.0)]
        pond = [(10.0, 10.0), (10.0, 20.0), (30.0, 20.0), (30.0, 10.0), (10.0, 10.0)]
        square = shape("Polygon", outer, pond)
        if second:  # in one shape with another that has two ponds
            ponds = [
                [(60.0, 2.0), (63.0, 2.0), (63.0, 5.0), (60.0, 2.0)],
                [(65.0, 5.0), (68.0, 8.0), (65.0, 8.0), (65.0, 5.0)],
            ]
            other = shape("Polygon", [(50.0, 0.0), (70.0, 0.0), (70.0, 30.0), (50.0, 0.0)], *ponds)
            square = {"type": "MultiPolygon", "coordinates": [other["coordinates"], square["coordinates"]]}
        paths = [shape("LineString", [(20.0, -50.0), (20.0, 0.0)]), shape("LineString", [(20.0, 30.0), (20.0, 80.0)])]
        drawn = [(highway, "Pond Square", square), *(("footway", "", path) for path in paths)]
        named = [{**row, "name": ""} for row in rows]
        return named + [
            {"id": 50 + at, "highway": kind, "name": name, "geometry": one}
            for at, (kind, name, one) in enumerate(drawn)
        ]

    return read_city(write_toy_city(tmp_path, streets=more))


def square_lines(city: City) -> set[frozenset[tuple[float, float]]]:
    streets, found = city.streets, set()
    for one in streets.added:
        if one.kind == "square":
            nodes = streets.way_nodes[streets.first_node_of_way[one.way] : streets.first_node_of_way[one.way + 1]]
            x, y = streets.node_x_m[nodes] - ORIGIN_M[0], streets.node_y_m[nodes] - ORIGIN_M[1] - 3000
            found.add(frozenset(zip(x.tolist(), y.tolist(), strict=True)))
    return found


def test_a_square_with_a_hole_is_crossed_round_it(tmp_path: Path) -> None:
    city = with_square(tmp_path)
    south, north = (20.0, 0.0), (20.0, 30.0)
    pond = [(10.0, 10.0), (30.0, 10.0), (10.0, 20.0), (30.0, 20.0)]
    assert square_lines(city) == {
        *(frozenset((south, corner)) for corner in pond[:2]),
        *(frozenset((north, corner)) for corner in pond[2:]),
    }
    rings = [one for one in city.streets.added if one.kind == "ring"]
    assert [one.evidence["ring"] for one in rings] == [0, 1]
    assert {city.streets.way_tags[one.way]["name"] for one in rings} == {"Pond Square"}
    network = build_network(city.streets, planner(load_profile("cn-2023")))
    x, y = np.array([ORIGIN_M[0] + 20.0]), ORIGIN_M[1] + 3000
    ends = [connect(network, x, np.array([y + dy]), snap_limit_mm=1000) for dy in (-50.0, 80.0)]
    walk = walk_pairs(network, *ends, limit_mm=np.array([10**6]))
    around_mm = 50_000 + 2 * round(1000 * math.hypot(10, 10)) + 10_000 + 50_000
    assert walk.walk_mm.tolist() == [around_mm]  # not 130 m through the pond, not 170 m along the outline
    told = quality(network)
    assert (told.squares, told.squares_crossed, told.ways["pedestrian"]) == (1, 1, 2)


def test_holes_of_several_squares_in_one_shape_belong_to_their_own(tmp_path: Path) -> None:
    city = with_square(tmp_path / "two", second=True)
    assert square_lines(city) == square_lines(with_square(tmp_path / "one"))
    rings = [(one.evidence["area"], one.evidence["ring"]) for one in city.streets.added if one.kind == "ring"]
    assert sorted(number for _, number in rings) == [0, 0, 1, 1, 2]
    assert len({area for area, _ in rings}) == 2


def test_a_road_with_a_hole_is_no_square(tmp_path: Path) -> None:
    city = with_square(tmp_path, highway="residential")
    assert square_lines(city) == set()
    assert not [one for one in city.streets.added if one.kind == "ring"]
