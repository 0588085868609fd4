"""Two sources of the same homes, people counted by community, and one line of a mapping that a person changed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from doorstep.city.importing import Result, import_files
from doorstep.city.model import PEOPLE_COLUMNS

HOMES = """小区名称,楼号,层数,户数,建筑面积(㎡),经度,纬度
甲苑,1号楼,6,30,3000,119.6700,30.9100
甲苑,2号楼,6,90,9000,119.6720,30.9100
"""
AGES = (40, 30, 90, 400, 500, 120, 60, 20)
OF_BUILDINGS = {"1号楼": 0.25, "2号楼": 0.75}


def table(city: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(city / f"{name}.csv", dtype=str, keep_default_na=False)


def osm(path: Path) -> Path:
    """Three houses: on one building of the office's list, and two that no list has; and a street."""
    nodes, ways = [], []
    for number, (lon, lat) in enumerate(((119.67, 30.91), (119.68, 30.92), (119.69, 30.93)), start=1):
        corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        for place, (east, north) in enumerate(corners):
            at = f'lat="{lat + north * 1e-4:.6f}" lon="{lon + east * 1e-4:.6f}"'
            nodes.append(f'<node id="{10 * number + place}" version="1" {at}/>')
        refs = "".join(f'<nd ref="{10 * number + place}"/>' for place in (0, 1, 2, 3, 0))
        tags = '<tag k="building" v="apartments"/><tag k="building:levels" v="5"/>'
        ways.append(f'<way id="{number}" version="1">{refs}{tags}</way>')
    street = '<nd ref="10"/><nd ref="20"/><nd ref="30"/><tag k="highway" v="residential"/>'
    ways.append(f'<way id="9" version="1">{street}</way>')
    path.write_text(f'<osm version="0.6">{"".join(nodes)}{"".join(ways)}</osm>', encoding="utf-8")
    return path


def run(paths: list[Path], city: Path, *, confirm: bool = True) -> Result:
    return import_files(paths, city, "zh", confirm=confirm, coordinates="WGS84")


def test_homes_of_a_map_stay_out_beside_an_offices_list_and_a_person_may_take_them(tmp_path: Path) -> None:
    (tmp_path / "楼栋台账.csv").write_text(HOMES, encoding="utf-8")
    paths, city = [tmp_path / "楼栋台账.csv", osm(tmp_path / "map.osm")], tmp_path / "city"
    result = run(paths, city, confirm=False)
    (told,) = [one for one in result.outcome.findings if one.code == "osm-beside"]
    assert told.values["count"] == "3"
    run(paths, city)
    assert sorted(table(city, "residences")["name"]) == ["甲苑1号楼", "甲苑2号楼"]
    page = city / "imports" / "mapping.toml"
    text = page.read_text(encoding="utf-8")
    head = 'source = "map:residences"\n'
    assert f'{head}table = ""' in text
    page.write_text(text.replace(f'{head}table = ""', f'{head}table = "residences"'), encoding="utf-8")
    run(paths, city)
    # the house that the office lists, too, is not there twice: nobody lives in two
    homes = table(city, "residences")
    assert len(homes) == 4
    assert (homes["source"] == "map:residences").sum() == 2


def test_people_of_a_community_go_to_its_buildings_by_what_tells_their_size(tmp_path: Path) -> None:
    (tmp_path / "楼栋台账.csv").write_text(HOMES, encoding="utf-8")
    heads = "0-2岁,3-5岁,6-14岁,15-34岁,35-59岁,60-69岁,70-79岁,80岁及以上"
    ring = [[119.66, 30.90], [119.70, 30.90], [119.70, 30.94], [119.66, 30.94], [119.66, 30.90]]
    layer = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "社区代码": "110101001001",
                    "社区名称": "望江社区",
                    **dict(zip(heads.split(","), AGES, strict=True)),
                },
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    (tmp_path / "社区.geojson").write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")
    paths, city = [tmp_path / "楼栋台账.csv", tmp_path / "社区.geojson"], tmp_path / "city"
    run(paths, city)
    homes = table(city, "residences").set_index("building")
    for name, share in OF_BUILDINGS.items():
        got = homes.loc[name, list(PEOPLE_COLUMNS)].astype(float).tolist()
        assert got == pytest.approx([share * count for count in AGES], abs=0.006)
    assert set(homes["people_basis"]) == {"estimated"}
    # next year the community counts more: what was given is given anew, what a person wrote stays and is taken off
    own = dict.fromkeys(PEOPLE_COLUMNS, "10")
    frame = table(city, "residences")
    frame.loc[frame["building"] == "1号楼", list(own)] = list(own.values())
    frame.loc[frame["building"] == "1号楼", ["people_basis", "people_source"]] = ["measured", ""]
    frame.to_csv(city / "residences.csv", index=False)
    layer["features"][0]["properties"]["15-34岁"] = 600  # type: ignore[index]
    paths[1].write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")
    run(paths, city)
    homes = table(city, "residences").set_index("building")
    assert homes.loc["1号楼", list(PEOPLE_COLUMNS)].tolist() == ["10"] * len(AGES)
    assert float(homes.loc["2号楼", "p_15_34"]) == pytest.approx(590)
    assert float(homes.loc["2号楼", "p_0_2"]) == pytest.approx(AGES[0] - 10)


def test_one_line_of_a_proposal_changed_by_a_person_is_kept_for_next_year(tmp_path: Path) -> None:
    path, city = tmp_path / "2025年用房清单.csv", tmp_path / "city"
    head = "编号,名称,地址,规模,产权单位,经度,纬度\n"
    path.write_text(head + "A1,老办公楼,路1号,120,区国资委,119.67,30.91\n", encoding="utf-8")
    result = run([path], city, confirm=False)
    assert result.proposal is not None
    text = result.proposal.read_text(encoding="utf-8")
    at = text.index('header = "规模"')
    field, end = text.index('field = "', at), text.index("\n", text.index('field = "', at))
    result.proposal.write_text(text[:field] + 'field = "area_m2"' + text[end:], encoding="utf-8")
    source = text.index('table = "')
    if 'table = "spaces"' not in text:
        page = result.proposal.read_text(encoding="utf-8")
        result.proposal.write_text(
            page[:source] + 'table = "spaces"' + page[page.index("\n", source) :], encoding="utf-8"
        )
    run([path], city)
    assert table(city, "spaces")["area_m2"].tolist() == ["120"]
    later = tmp_path / "2026年用房清单.csv"
    later.write_text(head + "A1,老办公楼,路1号,130,区国资委,119.67,30.91\n", encoding="utf-8")
    again = run([later], city, confirm=False)
    assert again.proposal is None  # confirmed once: nobody is asked again
    assert table(city, "spaces")["area_m2"].tolist() == ["130"]


def test_drawn_compounds_that_a_person_calls_communities_come_under_their_names(tmp_path: Path) -> None:
    places = ""
    for number, name in enumerate(("红旗", "前进")):
        west = 114.30 + number / 100
        ring = f"{west},30.60 {west + 0.01},30.60 {west + 0.01},30.61 {west},30.60"
        shape = f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
        places += f"<Placemark><name>{name}</name><Polygon>{shape}</Polygon></Placemark>"
    path, city = tmp_path / "范围.kml", tmp_path / "city"
    page = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>片区</name>{places}</Folder></Document></kml>'
    path.write_text(page, encoding="utf-8")
    import_files([path], city, "zh")
    proposed = city / "imports" / "proposed.toml"
    told = proposed.read_text(encoding="utf-8")
    assert 'table = "compounds"' in told
    proposed.write_text(told.replace('table = "compounds"', 'table = "communities"'), encoding="utf-8")
    import_files([path], city, "zh", confirm=True)
    page = json.loads((city / "communities.geojson").read_text(encoding="utf-8"))
    assert [one["properties"]["name"] for one in page["features"]] == ["红旗", "前进"]
    assert not (city / "compounds.geojson").exists()


@pytest.mark.parametrize(("lon", "lat", "profile"), [(119.67, 30.91, "cn-2023"), (-3.0, 51.59, "generic-gb")])
def test_where_the_city_lies_decides_its_standard_not_the_language_of_the_screen(
    tmp_path: Path, lon: float, lat: float, profile: str
) -> None:
    path, city = tmp_path / "homes.csv", tmp_path / "city"
    rows = "".join(f"Block {n},6,{30 + n},{lon + n / 1000},{lat}\n" for n in range(4))
    path.write_text("Building,Storeys,Dwellings,Longitude,Latitude\n" + rows, encoding="utf-8")
    import_files([path], city, "en", confirm=True, coordinates="WGS84")
    assert f'profile = "{profile}"' in (city / "city.toml").read_text(encoding="utf-8")
