"""Few points, whose addresses name streets, tell in which system they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from doorstep.city.coordinates import convert, likely_system
from doorstep.city.importing import import_files
from doorstep.city.importing.by_address import streets_by_name, system_by_addresses

LON, LAT = 119.67, 30.91
STREETS = {"解放路": 0.0, "人民街": 0.004, "清汀巷": 0.008, "Station Road": 0.012}
SYSTEMS = ("EPSG:4326", "GCJ-02", "BD-09")


def lines() -> list[shapely.LineString]:
    return [shapely.LineString([(LON - 0.01, LAT + up), (LON + 0.03, LAT + up)]) for up in STREETS.values()]


def points(system: str, *, count: int = 6) -> tuple[list[str], np.ndarray]:
    names = list(STREETS) * 2
    at = [(LON + 0.003 * n, LAT + STREETS[names[n]] + 0.0004) for n in range(count)]
    return [f"某市某区{names[n]}{n + 1}号" for n in range(count)], convert(at, "EPSG:4326", system)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("exchanged", [False, True])
def test_addresses_tell_the_system(system: str, exchanged: bool) -> None:
    addresses, given = points(system)
    given = given[:, ::-1] if exchanged else given
    found = likely_system(given, streets=lines())
    told = system_by_addresses(addresses, given, found.candidates, streets_by_name(lines(), list(STREETS)), "EPSG:4326")
    assert told is not None
    assert (told[0].system, told[0].exchanged) == (system, exchanged)
    assert told[1].values["count"] == "6"


@pytest.mark.parametrize("count", [3, 6])
def test_too_few_addresses_or_streets_of_another_town_tell_nothing(count: int) -> None:
    addresses, given = points("GCJ-02", count=count)
    names = list(STREETS) if count == 3 else ["甲路", "乙路", "丙路", "丁路"]
    found = likely_system(given, streets=lines())
    assert system_by_addresses(addresses, given, found.candidates, streets_by_name(lines(), names), "EPSG:4326") is None


def test_a_short_list_is_placed_in_a_city_with_streets(tmp_path: Path) -> None:
    city = tmp_path / "city"
    nodes, ways = [], []
    for number, (name, line) in enumerate(zip(STREETS, lines(), strict=True)):
        refs = ""
        for end, (lon, lat) in enumerate(line.coords):
            nodes.append(f'<node id="{10 * number + end + 1}" version="1" lat="{lat}" lon="{lon}"/>')
            refs += f'<nd ref="{10 * number + end + 1}"/>'
        tags = f'<tag k="highway" v="residential"/><tag k="name" v="{name}"/>'
        ways.append(f'<way id="{number + 1}" version="1">{refs}{tags}</way>')
    (tmp_path / "map.osm").write_text(f'<osm version="0.6">{"".join(nodes)}{"".join(ways)}</osm>', encoding="utf-8")
    addresses, given = points("BD-09")
    rows = [
        f"{n}号托育园,托育,{address},{lon:.7f},{lat:.7f}"
        for n, (address, (lon, lat)) in enumerate(zip(addresses, given, strict=True))
    ]
    (tmp_path / "托育机构.csv").write_text("机构名称,类别,地址,经度,纬度\n" + "\n".join(rows), encoding="utf-8")
    result = import_files([tmp_path / "map.osm", tmp_path / "托育机构.csv"], city, "en", confirm=True)
    (told,) = [one for one in result.outcome.findings if one.code == "system" and one.kind == "layout"]
    assert told.values["system"] == "BD-09"
    assert "6 addresses name streets" in told.values["evidence"]


@pytest.mark.parametrize(
    "headers", ["百度经度,百度纬度", "BD09经度,BD09纬度", "bd_lng,bd_lat", "经度(BD-09),纬度(BD-09)", "百度坐标"]
)
def test_a_header_that_names_the_system_is_read_and_believed(tmp_path: Path, headers: str) -> None:
    ((lon, lat),) = convert([(LON, LAT)], "EPSG:4326", "BD-09")
    place = f'"{lon:.7f},{lat:.7f}"' if "," not in headers else f"{lon:.7f},{lat:.7f}"
    (tmp_path / "闲置用房.csv").write_text(f"编号,名称,面积,{headers}\nA1,甲,100,{place}\n", encoding="utf-8")
    result = import_files([tmp_path / "闲置用房.csv"], tmp_path / "city", "zh", confirm=True)
    (point,) = result.outcome.tables["spaces"].shapes
    assert (round(point.x, 5), round(point.y, 5)) == (LON, LAT)


def test_homes_with_nothing_but_dwellings_and_a_place_are_homes(tmp_path: Path) -> None:
    (tmp_path / "住宅点位.csv").write_text("名称,户数,经度,纬度\n甲楼,30,119.67,30.91\n", encoding="utf-8")
    result = import_files([tmp_path / "住宅点位.csv"], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    assert list(result.outcome.tables) == ["residences"]
