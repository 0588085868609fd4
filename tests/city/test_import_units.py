"""Units that stand at the end of a header without brackets, and money for whole rooms."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstep.city.importing import import_files
from doorstep.city.importing.headings import headings_of


@pytest.mark.parametrize(
    ("header", "field", "unit"),
    [
        ("用地亩", "land_m2", "亩"),
        ("用地规模公顷", "land_m2", "公顷"),
        ("面积平方米", "area_m2", "平方米"),
        ("建筑面积万㎡", "floor_area_m2", "万m2"),
        ("人口万人", "people", "万人"),
        ("现状人口(万)", "people", "万"),
        ("户数万", "dwellings", "万"),
        ("改造投资万元", "capital", "万元"),
        ("造价元/㎡", "capital", "元/m2"),
        ("租金元/㎡·月", "rent", "元/m2·月"),
        ("60岁以上人口万人", "band", "万人"),
        ("用地", "", ""),
        ("常住人口", "people", ""),
        ("建成年份", "year", ""),
    ],
)
def test_a_unit_at_the_end_of_a_header_is_read(header: str, field: str, unit: str) -> None:
    (found,) = headings_of([[header]])
    assert (found.field, found.unit) == (field, unit)


def _community(folder: Path, header: str, value: str) -> dict[str, str]:
    path = folder / "社区情况.csv"
    path.write_text(f"社区,{header}\n望月社区,{value}\n听雨社区,{value}\n", encoding="utf-8")
    frame = import_files([path], folder / "city", "zh", confirm=True).outcome.tables["communities"].frame
    return {str(name): str(value) for name, value in frame.iloc[0].items()}


def test_land_and_people_are_turned_into_base_units(tmp_path: Path) -> None:
    assert _community(tmp_path / "a", "用地亩", "30")["area_m2"] == "20000"
    assert _community(tmp_path / "b", "人口(万)", "0.39")["people"] == "3900"


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()


@pytest.mark.parametrize(
    ("header", "value", "column", "expected"),
    [
        ("改造投资万元", "30", "capital_cost_per_m2", "1500"),
        ("改造费用(元)", "300000", "capital_cost_per_m2", "1500"),
        ("改造费用", "1500", "capital_cost_per_m2", "1500"),
        ("改造费用", "300000", "capital_cost_per_m2", "1500"),
        ("改造单价(万元/㎡)", "0.15", "capital_cost_per_m2", "1500"),
        ("造价元/㎡", "1500", "capital_cost_per_m2", "1500"),
        ("月租金(元)", "2000", "rent_per_m2_year", "120"),
        ("年租金万元", "2.4", "rent_per_m2_year", "120"),
        ("租金元/㎡·月", "10", "rent_per_m2_year", "120"),
    ],
)
def test_money_for_a_room_becomes_money_per_square_metre(
    tmp_path: Path, header: str, value: str, column: str, expected: str
) -> None:
    path = tmp_path / "闲置用房.csv"
    path.write_text(f"编号,名称,面积,权属,经度,纬度,{header}\nA1,甲,200,国资,119.67,30.91,{value}\n", encoding="utf-8")
    result = import_files([path], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    assert str(result.outcome.tables["spaces"].frame.iloc[0][column]) == expected
