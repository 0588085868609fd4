"""The workbooks of two offices: people by community (civil affairs), buildings and idle rooms (housing)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.made_city.books import Sheet, write_book
from doorstep.made_city.city import MadeCity
from doorstep.made_city.faults import NUMBER, REPORT, Faults, full_width

__all__ = ["MU_M2", "storey_words", "write_civil_affairs", "write_housing"]

MU_M2 = 2000 / 3
PEOPLE_BOOK, HOUSING_BOOK = "民政局_社区人口情况表.xlsx", "住建局_房屋台账.xlsx"
AGES = ("0-2", "3-5", "6-14", "15-34", "35-59", "60-69", "70-79", "80+")
AGES_ZH = (*(f"{one}岁(人)" for one in AGES[:-1]), "80岁及以上(人)")
DIGITS = "零一二三四五六七八九"
_FIRST_AGE, _AREA = 5, 14  # places in a row of the table of people


def write_civil_affairs(city: MadeCity, folder: Path, faults: Faults) -> None:
    """Write people by community, with merged headers, subtotals and mixed units; compounds on a second sheet."""
    district = city.communities["district_name"].iloc[0]
    columns = len(AGES) + 8
    rows: list[list[Any]] = [[f"{district}2025年末社区人口情况统计表"], [f"填报单位:{district}民政局(虚构)"]]
    rows.append(["序号", "街道", "社区名称", "社区代码", "人口", *[None] * 8, "户数(套)", "辖区面积(亩)", "小区数(个)"])
    rows.append([None, None, None, None, "常住人口(万人)", *AGES_ZH, None, None, None])
    where: list[int] = []
    for _, part in city.communities.groupby("subdistrict_code", sort=True):
        for one in part.to_dict("records"):
            rows.append(_community_row(len(where) + 1, one))
            where.append(len(rows))
        rows.append([None, "小计", None, None, *_sums(part)])
    rows.append([None] * columns)
    rows.append([None, None, "合  计", None, *_sums(city.communities)])
    faults.layout(
        PEOPLE_BOOK,
        "title, merged two-level header, units in header, subtotals, total row, footnotes, blank rows, 万人 and 亩",
        "read the communities only, units turned to persons and m2",
        "人口",
    )
    _plant_people(city.communities, rows, where, faults)
    rows.append(["注:1. 常住人口为年末数;2. “户数”为住宅套数;3. 本表为虚构数据,仅供测试。"])
    rows.append(["制表人:×××    审核人:×××    报出日期:2026年1月15日"])
    merged = [(1, 1, 1, columns), (3, 5, 3, 13), *((3, one, 4, one) for one in (1, 2, 3, 4, 14, 15, 16))]
    write_book(folder / PEOPLE_BOOK, [Sheet("人口", rows, merged), _compounds_sheet(city, district, faults)])


def _community_row(number: int, one: Any) -> list[Any]:
    ages = [int(one[column]) for column in PEOPLE_COLUMNS]
    head = [number, one["subdistrict_name"], one["name"], one["id"], round(one["people"] / 10_000, 4)]
    return [*head, *ages, int(one["dwellings"]), round(one["area_m2"] / MU_M2, 1), int(one["compounds"])]


def _sums(part: pd.DataFrame) -> list[Any]:
    ages = [int(part[column].sum()) for column in PEOPLE_COLUMNS]
    rest = [int(part["dwellings"].sum()), round(float(part["area_m2"].sum()) / MU_M2, 1), int(part["compounds"].sum())]
    return [round(int(part["people"].sum()) / 10_000, 4), *ages, *rest]


def _plant_people(communities: pd.DataFrame, rows: list[list[Any]], where: list[int], faults: Faults) -> None:
    kinds = ("sum", "wide", "words", "name", "spaces", "dash", "twice")
    ordered = communities.sort_values(["subdistrict_code", "id"], kind="stable")["id"].tolist()
    twice = None
    for kind, place in faults.chosen(len(where), kinds, most=1):
        number, record = where[place], ordered[place]
        row = rows[number - 1]

        def put(
            column: int,
            name: str,
            given: Any,
            true: Any,
            what: str,
            expect: str,
            row: Any = row,
            number: int = number,
            record: str = record,
        ) -> None:
            row[column] = given
            faults.plant(PEOPLE_BOOK, number, name, record, what, given, true, expect, "人口")

        if kind == "sum":
            true = row[_FIRST_AGE + 3]
            put(
                _FIRST_AGE + 3,
                "15-34",
                true + 300,
                true,
                "age bands do not sum to the community's people",
                "report: sum differs from total",
            )
        elif kind == "wide":
            put(
                _FIRST_AGE + 2,
                "6-14",
                full_width(row[_FIRST_AGE + 2]),
                row[_FIRST_AGE + 2],
                "full-width digits",
                NUMBER,
            )
        elif kind == "words":
            put(_AREA, "area", f"约{row[_AREA]}亩", row[_AREA], "a number with words", NUMBER)
        elif kind == "name":
            put(2, "name", row[2][:-1] + " " + row[2][-1], row[2], "name written otherwise", "match by code")
        elif kind == "spaces":
            put(
                _FIRST_AGE + 7,
                "80+",
                f" {row[_FIRST_AGE + 7]} ",
                row[_FIRST_AGE + 7],
                "number kept as text with spaces",
                NUMBER,
            )
        elif kind == "dash":
            put(
                _FIRST_AGE + 1,
                "3-5",
                "—",
                row[_FIRST_AGE + 1],
                "dash for a missing number",
                "missing, not 0; can be had from total minus the others",
            )
        else:
            twice = (record, list(row))
    if twice:
        rows.append(twice[1])
        faults.plant(
            PEOPLE_BOOK,
            len(rows),
            "",
            twice[0],
            "community listed twice (again below the total row)",
            None,
            None,
            "report and count once",
            "人口",
        )


def _compounds_sheet(city: MadeCity, district: str, faults: Faults) -> Sheet:
    name = dict(zip(city.communities["id"], city.communities["name"], strict=True))
    rows: list[list[Any]] = [[f"{district}住宅小区情况(虚构)"]]
    rows.append(["序号", "小区名称", "所属社区", "类别", "楼栋数(栋)", "占地(亩)", "建筑面积(万㎡)", "人口(人)"])
    for number, one in enumerate(city.compounds.to_dict("records"), start=1):
        floor = round(one["floor_area_m2"] / 10_000, 3)
        mu = round(one["area_m2"] / MU_M2, 2)
        rows.append(
            [number, one["name"], name[one["community"]], one["type_zh"], one["buildings"], mu, floor, one["people"]]
        )
    last = len(rows)
    rows.append([None, "合计", None, None, f"=SUM(E3:E{last})", None, None, f"=SUM(H3:H{last})"])
    faults.layout(
        PEOPLE_BOOK, "totals row as formulas without cached values", "leave out of the records", "小区", len(rows)
    )
    return Sheet("小区", rows)


def write_housing(city: MadeCity, folder: Path, faults: Faults) -> None:
    """Write the register of buildings and the list of idle rooms."""
    write_book(folder / HOUSING_BOOK, [_buildings_sheet(city, faults), _rooms_sheet(city, faults)])


def _buildings_sheet(city: MadeCity, faults: Faults) -> Sheet:
    district = city.communities["district_name"].iloc[0]
    frame = city.residences
    rows: list[list[Any]] = [[f"{district}房屋楼栋台账(虚构)"], ["单位:平方米"]]
    rows.append(
        ["序号", "小区名称", "楼号", "层数", "单元数", "户数(套)", "建筑面积(㎡)", "建成年代", "电梯", "入住率(%)"]
    )
    compound = dict(zip(city.compounds["id"], city.compounds["name"], strict=True))
    merged, start, before = [], 0, ""
    share = (100 * frame["occupied"] / frame["dwellings"]).round(1)
    for number, one in enumerate(frame.assign(share=share).to_dict("records"), start=1):
        fresh = one["compound"] != before
        if fresh and before and len(rows) > start:
            merged.append((start, 2, len(rows), 2))
        if fresh:
            before, start = one["compound"], len(rows) + 1
        house = one["name"].removeprefix(compound[before])
        rows.append(
            [
                number,
                compound[before] if fresh else None,
                house,
                one["storeys"],
                one["units"],
                one["dwellings"],
                one["floor_area_m2"],
                one["year"],
                one["lift_zh"],
                one["share"],
            ]
        )
    if len(rows) > start:
        merged.append((start, 2, len(rows), 2))
    faults.layout(
        HOUSING_BOOK,
        "title, notes, header not in row 1, compound name merged downwards, totals row",
        "names filled down, total left out",
        "楼栋台账",
        3,
    )
    words = {"storeys": (3, "层(含跃层)", "storeys in words"), "year": (7, "年底", "year in words")}
    for kind, place in faults.chosen(len(frame), ("unit", "zero", "storeys", "year")):
        row, record = rows[place + 3], frame["id"].iloc[place]
        if kind in ("unit", "zero"):
            true, column, name = row[6], 6, "floor area"
            given = round(true * 10_000, 1) if kind == "unit" else 0
            what = "floor area in the wrong unit (ten thousand times)" if kind == "unit" else "floor area 0"
        else:
            column, ending, what = words[kind]
            true, name, given = row[column], kind, f"{row[column]}{ending}"
        row[column] = given
        faults.plant(HOUSING_BOOK, place + 4, name, record, what, given, true, REPORT, "楼栋台账")
    rows += [[None] * 10, ["合计", *[None] * 4, int(frame["dwellings"].sum()), *[None] * 4]]
    return Sheet("楼栋台账", rows, merged)


HEAD = (
    "编号",
    "名称",
    "坐落",
    "所属社区",
    "用房类型",
    "建筑面积(㎡)",
    "可用面积(㎡)",
    "所在层",
    "层高(米)",
    "电梯",
    "采光",
    "室外场地(㎡)",
    "权属单位",
    "产权情况",
    "耐火等级",
    "现状",
    "租金(元/㎡·月)",
    "来源渠道",
    "可交付时间",
    "照片",
    "限制条件",
)
_FIELDS = (
    "id",
    "place",
    "address",
    "community_name",
    "kind_zh",
    "floor_area_m2",
    "usable_area_m2",
    "storey_said",
    "clear_height_m",
    "lift_zh",
    "light_zh",
    "outdoor_area_m2",
    "owner",
    "title_zh",
    "fire_class_zh",
    "present_use_zh",
    "rent",
    "channel_zh",
    "available_from",
    "photo",
    "limits",
)


def _rooms_sheet(city: MadeCity, faults: Faults) -> Sheet:
    district = city.communities["district_name"].iloc[0]
    name = dict(zip(city.communities["id"], city.communities["name"], strict=True))
    frame = city.spaces.assign(
        community_name=city.spaces["community"].map(name),
        storey_said=[
            storey_words(one, roof, faults.rng)
            for one, roof in zip(city.spaces["storey"], city.spaces["kind"] == "roof", strict=True)
        ],
        rent=(city.spaces["rent_per_m2_year"] / 12).round(1),
    )
    rows: list[list[Any]] = [[f"{district}闲置和低效用房清单(虚构)"], list(HEAD)]
    rows += [[one[field] for field in _FIELDS] for one in frame.to_dict("records")]
    faults.layout(
        HOUSING_BOOK,
        "no coordinates; rents per month; storeys in many words; totals row",
        "place by address and compound name; rents per m2 and year",
        "闲置用房",
        2,
    )
    kinds = ("no area", "person", "rough", "mu", "channel", "range", "larger", "no date")
    for kind, place in faults.chosen(len(frame), kinds):
        row = rows[place + 2]
        column, given, true, what, expect = _room_fault(kind, row, frame.iloc[place], faults.rng)
        row[column] = given
        english = {5: "floor area", 6: "usable area", 7: "storey", 17: "channel", 18: "available from", 20: "remarks"}
        faults.plant(HOUSING_BOOK, place + 3, english[column], row[0], what, given, true, expect, "闲置用房")
    rows += [[None] * len(HEAD), ["合计", *[None] * 4, round(float(frame["floor_area_m2"].sum()), 1)]]
    return Sheet("闲置用房", rows)


def _room_fault(kind: str, row: list[Any], space: Any, rng: np.random.Generator) -> tuple[int, Any, Any, str, str]:
    if kind == "no area":
        return 5, None, row[5], "no area", "unknown allowed, then estimated and marked"
    if kind == "person":
        said = f"联系人王某,电话1000000{int(rng.integers(1000, 9999))}"
        return (
            20,
            ";".join([one for one in (row[20], said) if one]),
            row[20],
            "a person and a telephone number in a remark",
            "mask at import",
        )
    if kind == "rough":
        return 5, f"约{round(row[5])}平", row[5], "area in words", "read as a number, mark as rough"
    if kind == "mu":
        return (
            5,
            round(row[5] / MU_M2, 3),
            row[5],
            "area in mu under a header in m2",
            "report: usable area is larger than floor area",
        )
    if kind == "channel":
        other = {"补改": "补建改造", "转型": "功能转换", "划转": "无偿划拨", "配建": "配套建设"}
        return 17, other[row[17]], row[17], "channel by another word", "mapped by the glossary or asked"
    if kind == "range":
        return 7, "1-3层", int(space["storey"]), "range of storeys", "report or take the lowest and say so"
    if kind == "larger":
        return 6, round(row[5] * 1.25, 1), row[6], "usable area larger than floor area", "report"
    return 18, "待定", row[18], "no date", "missing, with reason"


def storey_words(storey: int, roof: bool, rng: np.random.Generator) -> str:
    """Return a storey as offices write it."""
    if roof and rng.random() < 0.5:
        return "屋顶"
    if storey < 0:
        return str(rng.choice(["地下一层", "负一层", "B1"]))
    chinese = DIGITS[storey] if storey < 10 else str(storey)
    return str(rng.choice([str(storey), f"{storey}层", f"{storey}F", f"{chinese}层"]))
