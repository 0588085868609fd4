"""The page about the network: one file, both languages, every number of the quality report."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
import shapely

from doorstep.city import AddedWay, read_city
from doorstep.city.walkable import GATES, WALKABLE
from doorstep.messages import catalogue, text
from doorstep.report.network_page import network_map, write_network_page
from doorstep.report.network_tables import drawn_as
from doorstep.walk import Walker, build_network, connect
from doorstep.walk.quality import quality
from doorstep.walk.walls import WALLS

MONACO = Path(__file__).parents[1] / "data" / "monaco"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_says_what_was_counted(tmp_path: Path, language: str) -> None:
    city = read_city(MONACO)
    network = build_network(city.streets, Walker("plan", 1.0, 2.0, 20_000))
    xy = shapely.get_coordinates(city.residences.geometry.to_numpy())
    people = city.residences[[name for name in city.residences if name.startswith("p_")]].sum(axis=1).to_numpy()
    homes = connect(network, xy[:, 0], xy[:, 1], snap_limit_mm=200_000)
    found = quality(network, homes, people)
    path = tmp_path / "network.html"
    write_network_page(city, network, found, path, language)
    page = path.read_text(encoding="utf-8")
    assert "{" not in re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href)=["']https?:|url\(https?:""", page)
    for number in (found.flights, found.steps, found.escalators, len(found.islands), found.square_lines):
        assert f">{number:,}<" in page
    assert page.count("<tr>") > len(found.islands) + len(found.joins)
    for one in found.joins:
        assert f"<td>{one.from_ways[0]}</td>" in page
    assert "OpenStreetMap" in page
    assert text(language, "network.credit") in page
    named = {"en": ("service roads (service)", "fence (fence)"), "zh": ("内部道路（service）", "围栏（fence）")}
    for told in named[language]:
        assert f">{told}<" in page
    assert ">footway<" not in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_way_and_wall_is_named(language: str) -> None:
    names = catalogue(language, "network_tags")
    links = {f"{one}{link}" for one in ("motorway", "trunk") for link in ("", "_link")}
    assert {f"highway_{one}" for one in WALKABLE | links} <= set(names)
    assert {f"barrier_{one}" for one in WALLS | GATES} <= set(names)


def test_every_edge_is_drawn_once() -> None:
    city = read_city(MONACO)
    network = build_network(city.streets, Walker("plan", 1.0, 2.0, 20_000))
    picture, counts = network_map(network, quality(network), "map")
    assert len(re.findall(r"l-?\d+ -?\d+", picture)) == len(network.edge_u)
    leaving = np.concatenate([network.edge_u[network.wait_u_ms > 0], network.edge_v[network.wait_v_ms > 0]])
    assert counts["signals"] == len(np.unique(leaving)) > 0  # this walker's lifts come at once
    assert counts["joins"] == sum(one.kind == "join" for one in city.streets.added)


def test_join_to_a_square_names_what_the_map_has() -> None:
    streets = read_city(MONACO).streets
    number = len(streets.way_id) - 1
    ring = AddedWay(number, "outline", (), {"relation": 4711, "ring": 0})
    streets = dataclasses.replace(streets, added=(*streets.added, ring))
    assert drawn_as(streets, int(streets.way_id[number])) == "relation/4711"
    assert drawn_as(streets, int(streets.way_id[0])) == str(streets.way_id[0])
