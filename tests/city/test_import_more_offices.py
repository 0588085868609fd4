"""Layouts of further offices: cards, lists side by side, headers in two languages, metres said to be degrees."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from doorstep.city.importing import Result, import_files
from doorstep.errors import DoorstepError


def sheet(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def run(path: Path, system: str = "WGS84") -> Result:
    return import_files([path], path.parent / "city", "zh", confirm=True, coordinates=system)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return pd.read_csv(folder / "city" / f"{name}.csv", dtype=str, keep_default_na=False).to_dict("records")


def test_a_card_of_one_room_is_one_row(tmp_path: Path) -> None:
    card = [
        ["闲置用房登记卡"],
        ["名称", "老粮站", "地址", "解放路20号"],
        ["建筑面积", "320㎡", "所在层", "一层"],
        ["权属单位", "区粮食局", "可交付时间", "2026年3月"],
        ["经度", 119.67, "纬度", 30.91],
    ]
    run(sheet(tmp_path / "登记卡.xlsx", card))
    (room,) = table(tmp_path, "spaces")
    want = {
        "place": "老粮站",
        "floor_area_m2": "320",
        "storey": "1",
        "available_from": "2026-03-01",
        "owner": "区粮食局",
    }
    assert {name: room[name] for name in want} == want


def test_a_list_of_names_and_numbers_is_no_card(tmp_path: Path) -> None:
    rows = [["机构名称", "床位数"], ["甲养老院", 10], ["乙养老院", 20], ["丙养老院", 30], ["丁养老院", 40]]
    result = run(sheet(tmp_path / "养老.xlsx", rows))
    assert [len(one.listed.frame) for one in result.lists if one.listed is not None] == [4]


def test_two_lists_beside_one_another_with_headers_of_their_own(tmp_path: Path) -> None:
    rows = [
        ["学校名称", "学位", "坐标", None, "文化站名称", "座位", "坐标"],
        ["青云课后托管中心", 60, "119.671,30.911", None, "青云文化站", 120, "119.672,30.912"],
        ["白石四点半课堂", 40, "119.673,30.913", None, "白石文化站", 80, "119.674,30.914"],
        ["江边托管班", 30, "119.675,30.915", None, None, None, None],
    ]
    run(sheet(tmp_path / "学校与文化.xlsx", rows))
    found = {row["place"]: (row["service"], row["capacity"], row["lon"]) for row in table(tmp_path, "facilities")}
    assert found == {
        "青云课后托管中心": ("after_school", "60", "119.671"),
        "白石四点半课堂": ("after_school", "40", "119.673"),
        "江边托管班": ("after_school", "30", "119.675"),
        "青云文化站": ("culture", "120", "119.672"),
        "白石文化站": ("culture", "80", "119.674"),
    }


def test_headers_in_two_languages_and_under_one_another(tmp_path: Path) -> None:
    run(sheet(tmp_path / "托育.xlsx", [
        ["托育机构 Nursery", "地址 Address", "托位数 Places", "GPS"],
        ["小太阳托育中心", "解放路3号", 40, "119.6721,30.9112"],
    ]))  # fmt: skip
    (nursery,) = table(tmp_path, "facilities")
    assert (nursery["place"], nursery["address"], nursery["capacity"]) == ("小太阳托育中心", "解放路3号", "40")
    result = run(sheet(tmp_path / "社区.xlsx", [
        ["序号", "社区", "", "人口（万人）", "", "面积（亩）"],
        ["", "编码", "名称", "常住", "60岁及以上", "辖区"],
        [1, "330101001001", "青云社区", 0.52, 0.11, 1050],
        [2, "330101001002", "白石社区", 0.48, 0.09, 980],
        ["", "", "合计", 1.0, 0.2, 2030],
    ]))  # fmt: skip
    (listed,) = [one.listed for one in result.lists if one.listed is not None]
    assert listed.table == "communities"
    assert listed.frame["people"].tolist() == [5200, 4800]
    assert listed.frame["land_m2"].tolist() == pytest.approx([700_000, 653_333.3333])


def test_metres_are_never_taken_for_degrees_whatever_a_person_says(tmp_path: Path) -> None:
    path = tmp_path / "rooms.csv"
    path.write_text(
        "Asset ID,Premises,NIA,Landlord,Easting,Northing\nP1,Old Library,250,Council,331000,188000\n", encoding="utf-8"
    )
    with pytest.raises(DoorstepError) as told:
        run(path)
    assert told.value.code == "import-open-said"
    assert not (tmp_path / "city").exists()
    run(path, "EPSG:27700")
    (room,) = table(tmp_path, "spaces")
    assert (round(float(room["lon"]), 2), round(float(room["lat"]), 2)) == (-3.0, 51.59)


def test_a_cell_with_a_unit_of_its_own_is_counted_once_and_added_up_in_the_unit_of_the_column(tmp_path: Path) -> None:
    rows = [
        ["社区名称", "常住人口（万人）", "辖区面积（亩）", "经度", "纬度"],
        ["甲社区", 0.41, 600, 119.67, 30.91],
        ["乙社区", "约0.39万", "约510亩", 119.68, 30.91],
        ["丙社区", 0.4, 810, 119.69, 30.91],
        ["合计", 1.2, 1920, None, None],
    ]
    result = run(sheet(tmp_path / "社区.xlsx", rows))
    listed = next(one.listed for one in result.lists if one.listed is not None)
    assert listed.frame["people"].astype(float).tolist() == pytest.approx([4100, 3900, 4000])
    assert "total-differs" not in {one.code for one in result.outcome.findings}
