"""Streets from OpenStreetMap files and line layers, and places on islands of the network."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
from cities import ORIGIN_M, write_toy_city

from doorstep.city import Streets, read_city
from doorstep.city.checks import island_share
from doorstep.city.streets import osm_streets
from doorstep.errors import Problem

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
    assert codes == []
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


def grid_with_island(rows: list[Row]) -> list[Row]:
    """Add a street of 60 m that touches no other, 1.5 % of the length, next to a space at (750, 205)."""
    x, y = ORIGIN_M
    line = {"type": "LineString", "coordinates": [[x + 700, y + 200], [x + 760, y + 200]]}
    return [*rows, {"id": 11, "highway": "service", "geometry": line}]


def test_space_on_an_island_is_a_warning(tmp_path: Path) -> None:
    def moved(rows: list[Row]) -> list[Row]:
        return [{**rows[0], "x": ORIGIN_M[0] + 750, "y": ORIGIN_M[1] + 205}, *rows[1:]]

    city = read_city(write_toy_city(tmp_path, streets=grid_with_island, spaces=moved, residences=moved))
    assert [(one.code, one.file, one.row) for one in city.warnings] == [
        ("residence-on-island", "residences.csv", 2),
        ("space-on-island", "spaces.csv", 2),
    ]
    ways, share = island_share(city.streets)
    assert len(ways) == 11
    assert share.min() == pytest.approx(60 / 4060)
    assert share.max() == pytest.approx(4000 / 4060)


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
    assert (len(streets.way_id), len(streets.node_id)) == (11114, 57812)
    assert np.all(np.diff(streets.way_id) > 0)
    assert np.all(np.diff(streets.node_id) > 0)
