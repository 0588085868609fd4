"""Rooms of an office's list: what a city can use at once, whatever the office left out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from doorstep.city.importing import Result, import_files
from doorstep.city.importing.services import service_of
from doorstep.city.importing.storeys import storey_of
from doorstep.city.rooms import suggested_channel

NEAR = ("119.6700,30.9100", "119.6710,30.9110", "119.6720,30.9120", "119.6730,30.9130")


def import_rooms(folder: Path, head: str, rows: list[str], name: str = "闲置用房.csv") -> tuple[Result, pd.DataFrame]:
    """Import a list of rooms, places added behind each row."""
    lines = [f"{head},经度,纬度", *(f"{row},{near}" for row, near in zip(rows, NEAR, strict=False))]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = import_files([folder / name], folder / "city", "zh", confirm=True, coordinates="WGS84")
    return result, pd.read_csv(folder / "city" / "spaces.csv", dtype=str, keep_default_na=False)


@pytest.mark.parametrize(
    ("owner", "channel"),
    [("Newport City Council", "transfer"), ("ABC Homes Ltd", "convert"), ("区国资委", "transfer"), ("Unlimited", "")],
)
def test_an_owner_tells_the_channel_in_any_case_of_letters(owner: str, channel: str) -> None:
    assert suggested_channel(owner) == channel


def test_rooms_without_channel_or_owner_are_asked_about_and_can_be_used(tmp_path: Path) -> None:
    result, found = import_rooms(
        tmp_path,
        "编号,名称,面积,产权单位,来源渠道",
        ["A1,甲,100,区机关事务中心,", "A2,乙,100,张某,", "A3,丙,100,,配建", "A4,丁,100,,"],
    )
    assert found["channel"].tolist() == ["transfer", "convert", "newbuild", "convert"]
    assert found["channel_basis"].tolist() == ["owner", "untold", "", "untold"]
    (asked,) = [one for one in result.questions if one.code == "channel-none"]
    assert (asked.values["count"], asked.values["rows"]) == ("2", "3, 5")


def test_the_year_a_room_was_built_is_kept(tmp_path: Path) -> None:
    _, found = import_rooms(
        tmp_path,
        "编号,名称,面积,产权单位,建成年代,照片",
        [
            "A1,甲,100,区国资委,1998年,1.jpg",
            "A2,乙,100,区国资委,80年代,",
            "A3,丙,100,区国资委,,",
            "A4,丁,100,区国资委,0,",
        ],
    )
    assert found["built"].tolist() == ["1998", "1980", "", ""]
    assert found["photos"].tolist() == ["1.jpg", "", "", ""]


def test_idle_rooms_as_a_city_of_taiwan_lists_them(tmp_path: Path) -> None:
    """Owner and managing office side by side, days of the Republic without a word of it, condition among remarks."""
    result, found = import_rooms(
        tmp_path,
        "建物管理機關,門牌,建築完成日期,閒置樓層_閒置樓層/該建物總樓層,閒置面積㎡,房屋現況,原使用用途,基地所有權人,目前執行情形",
        ["稅捐稽徵處,桂林路52號3樓,73.12.05,3,690.31,尚可,辦公廳舍,臺北市,評估辦理標租。"],
        "idle_city_buildings_2018.csv",
    )
    assert len(result.lists[0].entry.columns) == 11
    assert all(field for field, _ in result.lists[0].entry.columns.values())
    want = {
        "owner": "稅捐稽徵處;臺北市",
        "built": "1984",
        "storey": "3",
        "present_use": "辦公廳舍",
        "remark": "尚可;評估辦理標租。",
        "channel": "transfer",
    }
    assert {name: found[name].tolist()[0] for name in want} == want


@pytest.mark.parametrize(
    ("name", "category", "service"),
    [
        ("臺北市立聯合醫院附設禮賓館日間病房", "", "elderly_care"),
        ("臺北市立聯合醫院", "", "health"),
        ("望月中心", "日间照顾中心", "elderly_care"),
        ("望月中心", "日間照顧中心", "elderly_care"),
    ],
)
def test_day_care_of_a_hospital_is_care_of_the_elderly(name: str, category: str, service: str) -> None:
    assert service_of(name, category) == service


@pytest.mark.parametrize(
    ("said", "storey"),
    [
        *[
            ("6F", 6),
            ("一楼东侧", 1),
            ("裙楼1层", 1),
            ("架空层", 1),
            ("一层及夹层", 1),
            ("首层夹层", 1),
            ("地下層1", -1),
        ],
        *[("First floor", 2), ("1st", 2), ("2nd floor", 3), ("2/F", 3), ("G/F", 1), ("LG", -1), ("Ground floor", 1)],
        *[("Lower ground floor", -1), ("Ground and first floor", 1), ("3F", 3), ("B2", -2)],
    ],
)
def test_storeys_as_offices_write_them(said: str, storey: int) -> None:
    found = storey_of(said)
    assert found is not None
    assert found.low == storey


def test_an_attic_is_unknown_and_said_so_and_british_floors_are_told(tmp_path: Path) -> None:
    result, found = import_rooms(
        tmp_path,
        "编号,名称,面积,产权单位,楼层",
        ["A1,甲,100,区国资委,阁楼", "A2,乙,100,区国资委,架空层", "A3,丙,100,区国资委,1/F", "A4,丁,100,区国资委,2"],
    )
    assert found["storey"].tolist() == ["", "1", "2", "2"]
    told = {(one.row, one.code) for one in result.outcome.findings if one.column == "楼层"}
    assert told == {(2, "unreadable"), (3, "storey-words"), (None, "storey-british")}


def test_storeys_of_buildings_as_offices_write_them(tmp_path: Path) -> None:
    path = tmp_path / "住宅楼.csv"
    rows = [
        f"甲小区,{at}号楼,{said},20,{119.67 + at / 1000},30.91" for at, said in enumerate(("6F", "18F/2D", "6层半"))
    ]
    path.write_text("小区名称,楼号,层数,户数,经度,纬度\n" + "\n".join(rows), encoding="utf-8")
    import_files([path], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    found = pd.read_csv(tmp_path / "city" / "residences.csv", dtype=str)
    assert found["storeys"].tolist() == ["6", "18", "6"]


def test_present_use_and_state_of_a_room_are_both_kept(tmp_path: Path) -> None:
    _, found = import_rooms(
        tmp_path,
        "编号,名称,面积,产权单位,现状用途,状态",
        ["A1,甲,100,区国资委,仓库,空置", "A2,乙,100,区国资委,,出租", "A3,丙,100,区国资委,门厅,"],
    )
    assert found["present_use"].tolist() == ["仓库;空置", "出租", "门厅"]


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("原晓园停办幼儿园", "119.67"),  # 晓园小区 with its kind left out
        ("水泥厂二宿舍车棚", "119.68"),  # 水泥厂二家属院 under another kind
        ("水泥厂旗宿舍平台", "119.7"),  # three compounds begin so: only the community is sure
    ],
)
def test_a_room_finds_its_compound_by_a_shortened_name_that_no_other_shares(tmp_path: Path, name: str, at: str) -> None:
    (tmp_path / "小区.csv").write_text(
        "小区编号,小区名称,所属社区,楼栋数,经度,纬度\nC1,晓园小区,望江社区,3,119.67,30.91\n"
        "C2,水泥厂二家属院,望江社区,3,119.68,30.91\nC3,水泥厂西宿舍,望江社区,3,119.69,30.91\n",
        encoding="utf-8",
    )
    (tmp_path / "社区.csv").write_text(
        "社区代码,社区名称,常住人口,户数,经度,纬度\n110101001001,望江社区,3000,1000,119.7,30.91\n", encoding="utf-8"
    )
    (tmp_path / "闲置用房.csv").write_text(
        f"编号,名称,所属社区,面积,产权单位\nA1,{name},望江社区,80,区国资委\n", "utf-8"
    )
    names = ("小区.csv", "社区.csv", "闲置用房.csv")
    paths = [tmp_path / one for one in names]
    import_files(paths, tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    (room,) = pd.read_csv(tmp_path / "city" / "spaces.csv", dtype=str, keep_default_na=False).to_dict("records")
    assert room["lon"] == at
