"""Lists of quite different offices come in: each cell as it is meant, each oddity told, nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import offices
import pytest
import shapely

from doorstep.city.importing import Result, import_files
from doorstep.city.importing.held import held_tables


def _imported(
    tmp_path: Path, *paths: Path, coordinates: str = "WGS84"
) -> tuple[Result, dict[str, list[dict[str, str]]]]:
    city = tmp_path / "city"
    result = import_files(paths, city, "en", confirm=True, coordinates=coordinates)
    tables = held_tables(city, "EPSG:4326", "en")
    rows = {name: held.frame.assign(shape=list(held.shapes)).to_dict("records") for name, held in tables.items()}
    return result, rows


def _faults(result: Result) -> set[tuple[int | None, str, str]]:
    return {(one.row, one.column, one.code) for one in result.outcome.findings if one.kind == "fault"}


def test_people_under_a_header_of_two_levels_in_row_four(tmp_path: Path) -> None:
    result, rows = _imported(tmp_path, offices.street_office(tmp_path))
    found = rows["communities"]
    assert [(row["id"], row["name"], row["subdistrict"], row["people"], row["households"]) for row in found] == [
        ("110101001001", "望月居委会", "滨江街道", "4000", "1320"),
        ("110101001002", "听雨居委会", "滨江街道", "5000", "2210"),
        ("110101001003", "南塘村", "滨江街道", "3000", "950"),
        ("110101002001", "枣园社区", "临江镇", "4200", "1500"),
    ]
    bands = [
        sum(float(found[0][name]) for name in names)
        for names in (("p_0_2", "p_3_5", "p_6_14"), ("p_15_34", "p_35_59"), ("p_60_69", "p_70_79", "p_80p"))
    ]
    np.testing.assert_allclose(bands, [600, 2400, 1000], atol=0.2)
    assert found[0]["p_80p"] == "200"
    assert found[2]["p_80p"] == ""  # a dash is unknown, not 0
    assert _faults(result) == {
        (6, "总户数", "thousands"),
        (8, "总户数", "chinese"),
        (7, "实有人口", "rough"),
        (8, "年龄结构 / 其中：80岁以上", "nothing"),
    }
    codes = [(one.sheet, one.code) for one in result.outcome.findings if one.kind == "layout"]
    for sheet, code in (
        ("填表说明", "no-list"),
        ("选项", "sheet-hidden"),
        ("汇总", "left-total"),
        ("汇总", "ages-split"),
    ):
        assert (sheet, code) in codes


def test_rooms_of_a_company_in_words(tmp_path: Path) -> None:
    """The rooms lie at addresses of a second list; rents for a whole room and month become rents per m² and year."""
    known = tmp_path / "社区服务设施.csv"
    known.write_text(
        "名称,类别,地址,经度,纬度\n甲,社区食堂,解放路12号,119.67,30.91\n乙,图书馆,人民路3号,119.68,30.92\n"
        "丙,图书馆,南塘村8号,119.66,30.92\n丁,卫生服务站,工业路7号,119.65,30.93\n",
        encoding="utf-8",
    )
    result, rows = _imported(tmp_path, offices.state_company(tmp_path), known)
    found = {row["id"]: row for row in rows["spaces"]}
    assert {
        own: (row["floor_area_m2"], row["storey"], row["available_from"], row["rent_per_m2_year"])
        for own, row in found.items()
    } == {
        "ZC-01": ("1200", "1", "2026-06-30", "120"),
        "ZC-02": ("320", "-1", "2026-09-01", ""),
        "ZC-03": ("80", "1", "2027-01-01", "375"),
        "ZC-04": ("1500", "-2", "", ""),
        "ZC-05": ("66", "3", "2026-05-01", "327.27"),
    }
    assert {own: row["place_basis"] for own, row in found.items()} == dict.fromkeys(found, "address")
    assert found["ZC-05"]["shape"].equals(shapely.Point(119.65, 30.93))
    area, storey, day, rent = "证载面积(平方米)", "位于楼层", "拟移交时间", "月租金(元/月)"
    assert _faults(result) == {
        (3, area, "rough"),
        (4, area, "chinese"),
        (5, area, "range"),
        (6, area, "full_width"),
        (7, area, "rough"),
        (5, storey, "storey-half"),
        (6, storey, "storey-range"),
        (3, day, "date-words"),
        (6, day, "date-none"),
        (4, rent, "nothing"),
        (6, rent, "nothing"),
    }


def test_care_homes_under_headings_with_degrees_minutes_seconds(tmp_path: Path) -> None:
    result, rows = _imported(tmp_path, offices.care_homes(tmp_path))
    found = rows["facilities"]
    assert [(row["place"], row["service"], row["capacity"], row["capacity_unit"]) for row in found] == [
        ("望月敬老院", "elderly_care", "120", "day_place"),
        ("听雨颐养中心", "elderly_care", "80", "day_place"),
        ("望月社区食堂", "meals", "", ""),
    ]
    np.testing.assert_allclose(shapely.get_coordinates(found[0]["shape"]), [[119.6725, 30.914444]], atol=1e-6)
    assert _faults(result) == {(4, "核定床位（张）", "rough"), (5, "机构全称", "closed")}
    whole = "".join(path.read_text(encoding="utf-8-sig") for path in (tmp_path / "city").rglob("*.csv"))
    assert not any(private in whole for private in ("王某", "13900000000", "010-88886666"))
    assert "hidden-rows" in {one.code for one in result.outcome.findings}


def test_an_english_register_with_a_row_of_units_in_utf_16(tmp_path: Path) -> None:
    _, rows = _imported(tmp_path, offices.english_register(tmp_path))
    found = [
        (row["name"], row["storeys"], row["dwellings"], row["floor_area_m2"], row["year"]) for row in rows["residences"]
    ]
    assert found == [
        ("Riverside A1", "12", "96", "8640.5", "1988"),
        ("Riverside A2", "12", "96", "8640.5", "1988"),
        ("Hillview 7", "20", "160", "14400", "2004"),
    ]
    np.testing.assert_allclose(
        shapely.get_coordinates(rows["residences"][1]["shape"]), [[offices.LON, offices.LAT + 0.001]]
    )


def test_years_of_the_republic_and_a_swapped_row(tmp_path: Path) -> None:
    result, rows = _imported(tmp_path, offices.school_bureau(tmp_path), coordinates="")
    assert [(row["id"], row["service"], row["capacity"]) for row in rows["facilities"]] == [
        ("T1", "infant_care", "45"),
        ("T2", "infant_care", "30"),
        ("T3", "infant_care", "38"),
    ]
    np.testing.assert_allclose(shapely.get_coordinates(rows["facilities"][2]["shape"]), [[121.5310, 25.0560]])
    assert _faults(result) == {(3, "核定收托人數", "words"), (4, "經度, 緯度", "swapped")}


@pytest.mark.parametrize(
    "place", ["30.9140,119.6720", "119.6720 30.9140", "N30.9140°, E119.6720°", "(119.672，30.914)"]
)
def test_pairs_of_any_form(tmp_path: Path, place: str) -> None:
    path = tmp_path / "点位.csv"
    path.write_text(f'名称,类别,坐标\n社区图书室,图书,"{place}"\n', encoding="utf-8-sig")
    _, rows = _imported(tmp_path, path)
    np.testing.assert_allclose(shapely.get_coordinates(rows["facilities"][0]["shape"]), [[119.672, 30.914]])
