"""Rooms whose address is no more than the name of a compound or a community."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from command_line import doorstep

from doorstep.city.importing import finding_text, import_files

LON, LAT = 119.60, 30.90


def _map(path: Path, header: str, *names: str) -> Path:
    features = []
    for number, name in enumerate(names):
        west = LON + 0.02 * number
        ring = [[west, LAT], [west + 0.01, LAT], [west + 0.01, LAT + 0.01], [west, LAT + 0.01], [west, LAT]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {header: name}, "geometry": shape})
    page = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(page, ensure_ascii=False), encoding="utf-8")
    return path


def _rooms(folder: Path, *addresses: str) -> Path:
    path = folder / "闲置用房.csv"
    rows = [f"A{n},库房,{address},100,国资" for n, address in enumerate(addresses, start=1)]
    path.write_text("编号,名称,地址,面积,权属\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def _placed(city: Path) -> dict[str, tuple[str, float]]:
    with (city / "spaces.csv").open(encoding="utf-8-sig") as page:
        return {row["address"]: (row["place_basis"], round(float(row["lon"]), 6)) for row in csv.DictReader(page)}


@pytest.mark.parametrize("before", [True, False])
def test_rooms_are_placed_in_the_compound_that_their_address_names(tmp_path: Path, before: bool) -> None:
    city = tmp_path / "city"
    drawn = [_map(tmp_path / "社区.geojson", "社区名称", "听雨社区", "望月社区", "幸福社区")]
    drawn.append(_map(tmp_path / "小区.geojson", "小区名称", "幸福小区", "锦绣花园", "红旗新村"))
    rooms = _rooms(tmp_path, "幸福小区", "某区望月社区锦绣花园", "红旗新村3号楼旁", "锦绣花园东路9号", "新锦绣花园")
    if before:
        import_files(drawn, city, "zh", confirm=True)
    result = import_files([rooms] if before else [*drawn, rooms], city, "zh", confirm=True)
    found = _placed(city)
    assert list(found) == ["幸福小区", "某区望月社区锦绣花园", "红旗新村3号楼旁"]
    assert [how for how, _ in found.values()] == ["compound"] * 3
    for number, (_, lon) in enumerate(found.values()):
        assert LON + 0.02 * number < lon < LON + 0.02 * number + 0.01
    (told,) = [one for one in result.outcome.findings if one.code == "rooms-by-compound"]
    assert told.values["rows"] == "2, 3, 4"
    assert told.values["examples"] == "幸福小区, 锦绣花园, 红旗新村"


def test_a_compound_that_nobody_drew_lies_where_its_homes_lie(tmp_path: Path) -> None:
    homes = tmp_path / "房屋台账.csv"
    rows = [f"望月社区,幸福小区,{n}号楼,60,{LON + 0.001 * n:.4f},{LAT}" for n in (1, 2, 4)]
    rows.append(f"听雨社区,阳光小区,1号楼,60,{LON + 0.02},{LAT}")
    homes.write_text("社区,小区,楼栋,户数,经度,纬度\n" + "\n".join(rows) + "\n", encoding="utf-8")
    people = tmp_path / "社区人口.csv"
    people.write_text("社区,常住人口\n望月社区,900\n听雨社区,800\n", encoding="utf-8")
    city, rooms = tmp_path / "city", _rooms(tmp_path, "幸福小区", "听雨社区")
    import_files([homes, people, rooms], city, "zh", confirm=True, coordinates="WGS84")
    assert _placed(city) == {"幸福小区": ("compound", 119.602), "听雨社区": ("community", 119.62)}


def test_the_screen_says_that_the_place_is_that_of_the_compound(tmp_path: Path) -> None:
    drawn, rooms = _map(tmp_path / "小区.geojson", "小区名称", "幸福小区"), _rooms(tmp_path, "幸福小区")
    shown = doorstep("import", str(drawn), str(rooms), "--into", str(tmp_path / "city"), "--lang", "zh").out
    assert "这是小区的位置，不是房间的位置：请在地图上核对" in shown.replace("\n", "")


def test_the_same_building_number_of_two_compounds_is_two_places(tmp_path: Path) -> None:
    homes = tmp_path / "房屋台账.csv"
    rows = [f"{name}12号楼,{name}12号楼,60,{LON + n},{LAT}" for n, name in ((0, "幸福小区"), (0.02, "阳光小区"))]
    homes.write_text("名称,地址,户数,经度,纬度\n" + "\n".join(rows) + "\n", encoding="utf-8")
    city, rooms = tmp_path / "city", _rooms(tmp_path, "阳光小区12号楼")
    import_files([homes, rooms], city, "zh", confirm=True, coordinates="WGS84")
    assert _placed(city) == {"阳光小区12号楼": ("address", 119.62)}


def test_without_any_home_a_community_lies_where_its_compounds_lie(tmp_path: Path) -> None:
    drawn = _map(tmp_path / "小区.geojson", "小区名称", "幸福小区")
    page = drawn.read_text(encoding="utf-8").replace('"小区名称"', '"所属社区": "听雨社区", "小区名称"')
    drawn.write_text(page, encoding="utf-8")
    people = tmp_path / "社区人口.csv"
    people.write_text("社区,常住人口\n听雨社区,800\n", encoding="utf-8")
    city, rooms = tmp_path / "city", _rooms(tmp_path, "某区听雨社区和川巷8号")
    result = import_files([drawn, people, rooms], city, "zh", confirm=True, coordinates="WGS84")
    assert {how for how, _ in _placed(city).values()} == {"community"}
    assert [one.code for one in result.outcome.findings if one.code.startswith("rooms-by")] == ["rooms-by-community"]


def test_what_is_said_of_a_cell_is_said_in_words(tmp_path: Path) -> None:
    rows = "".join(f"A{n},库房{n},100,国资,补改,,119.67{n},30.91\n" for n in range(30))
    path = tmp_path / "闲置用房.csv"
    head = "编号,名称,面积,权属,来源渠道,备注,经度,纬度\n"
    odd = "B1,车棚,100,国资,补建改造,联系人王某,119.68,30.91\n"
    path.write_text(head + rows + odd, encoding="utf-8")
    result = import_files([path], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    told = {one.code: finding_text("zh", one) for one in result.outcome.findings if one.kind == "fault"}
    assert told["word-otherwise"].endswith("按 补改 (supplement) 处理。")
    assert told["private"] == "已去除姓名或电话，该格没有其他内容。"
    homes = tmp_path / "房屋台账.csv"
    body = "".join(f"甲苑,{n}号楼,72,8000,119.67{n},30.91\n" for n in range(10))
    homes.write_text(
        f"小区,楼栋,户数,建筑面积,经度,纬度\n{body}甲苑,12号楼,72,89443000,119.68,30.91\n", encoding="utf-8"
    )
    result = import_files([homes], tmp_path / "other", "zh", confirm=True, coordinates="WGS84")
    told = {one.code: finding_text("zh", one) for one in result.outcome.findings if one.kind == "fault"}
    assert "1,242,264 m²" in next(one for code, one in told.items() if code in ("dwelling-area", "implausible"))


@pytest.mark.parametrize(
    ("remark", "left"),
    [
        ("联系人王某", ""),
        ("负责人：李四", ""),
        ("租户张先生", ""),
        ("租户清退", "租户清退"),
        ("房主 赵六，待修", "待修"),
        ("租户已清退", "租户已清退"),
    ],
)
def test_a_short_remark_is_not_kept_with_a_name(tmp_path: Path, remark: str, left: str) -> None:
    path = tmp_path / "闲置用房.csv"
    path.write_text(f"编号,名称,面积,权属,备注,经度,纬度\nA1,车棚,100,国资,{remark},119.67,30.91\n", encoding="utf-8")
    result = import_files([path], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    assert result.outcome.tables["spaces"].frame["remark"].tolist() == [left]
