"""Templates that offices fill in, their own forms filled in again, and what may leave the office."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import offices
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.cities import Row, write_toy_city

from doorstep.city import read_city
from doorstep.city.coordinates import convert
from doorstep.city.importing import import_files
from doorstep.city.importing.exports import write_export
from doorstep.city.importing.held import held_tables
from doorstep.city.importing.public import public_table
from doorstep.city.importing.templates import TEMPLATES, template_bytes, template_columns
from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.errors import DoorstepError
from doorstep.messages import text


def test_a_template_has_two_languages_comments_and_choices_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "下发模板.xlsx"
    path.write_bytes(template_bytes(TEMPLATES))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["社区", "居住建筑", "设施", "空间", "lists"]
    sheet = book["空间"]
    at = {cell.value: cell.column for cell in sheet[2]}
    assert sheet.cell(1, at["channel"]).value == "来源渠道"
    assert all(cell.comment is not None for cell in sheet[1])
    assert len(sheet.data_validations.dataValidation) >= 4
    row = {
        "id": "K1",
        "place": "老锅炉房",
        "area_m2": 120.5,
        "storey": "地下一层",
        "channel": "补改",
        "lift": "无",
        "lon": 119.67,
        "lat": 30.91,
    }
    for name, value in row.items():
        sheet.cell(3, at[name]).value = value
    book.save(path)
    result = import_files([path], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    assert [one for one in result.outcome.findings if one.kind == "fault"] == []
    found = held_tables(tmp_path / "city", "EPSG:4326", "zh")["spaces"].frame.to_dict("records")
    assert len(found) == 1
    want = {"id": "K1", "place": "老锅炉房", "area_m2": "120.5", "storey": "-1", "channel": "supplement", "lift": "no"}
    assert {name: found[0][name] for name in want} == want


def test_templates_ask_for_all_that_a_city_uses() -> None:
    assert {"built", "photos"} <= set(template_columns("spaces"))
    for table in ("communities", "residences"):
        assert set(PEOPLE_COLUMNS) <= set(template_columns(table))


@pytest.mark.parametrize("table", TEMPLATES)
def test_a_sheet_of_our_template_is_known_as_its_table(tmp_path: Path, table: str) -> None:
    path = tmp_path / "下发模板.xlsx"
    path.write_bytes(template_bytes(TEMPLATES))
    book = openpyxl.load_workbook(path)
    sheet = book[text("zh", f"import_template.{table}")]
    for column, cell in enumerate(sheet[2], start=1):
        known = {"id": "A1", "name": "甲", "place": "社区食堂", "lon": 119.67, "lat": 30.91}
        sheet.cell(3, column).value = known.get(str(cell.value))
    book.save(path)
    result = import_files([path], tmp_path / "city", "zh", coordinates="WGS84")
    assert [one.entry.table for one in result.lists] == [table]


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    import_files([offices.care_homes(tmp_path)], folder, "zh", confirm=True, coordinates="WGS84")
    return folder


def test_a_shapefile_in_a_zone_and_gbk(city: Path, tmp_path: Path) -> None:
    write_export(city, "facilities", tmp_path / "out.shp", "EPSG:4549", "GBK", None, public=False, language="zh")
    assert (tmp_path / "out.cpg").read_text().strip().upper() in ("GBK", "CP936")
    read = gpd.read_file(tmp_path / "out.shp")
    assert read.crs.to_epsg() == 4549
    want = convert(
        shapely.get_coordinates(held_tables(city, "EPSG:4326", "zh")["facilities"].shapes), "EPSG:4326", "EPSG:4549"
    )
    np.testing.assert_allclose(shapely.get_coordinates(read.geometry), want, atol=1e-3)
    assert read["place"].tolist()[0] == "望月敬老院"


def test_a_csv_of_a_shifted_map(city: Path, tmp_path: Path) -> None:
    write_export(city, "facilities", tmp_path / "out.csv", "GCJ-02", "UTF-8", None, public=False, language="zh")
    found = pd.read_csv(tmp_path / "out.csv")
    want = convert([[119.6725, 30.914444444]], "EPSG:4326", "GCJ-02")
    np.testing.assert_allclose(found[["lon", "lat"]].to_numpy()[:1], want, atol=1e-7)


def test_an_offices_own_form_is_filled_in(city: Path, tmp_path: Path) -> None:
    form = tmp_path / "本局报表.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "养老机构统计表"
    sheet.append([])
    sheet.append(["序号", "机构名称", "地址", "床位数（张）", "经度", "纬度"])
    sheet.append([None] * 6)
    sheet["B4"].font = openpyxl.styles.Font(name="仿宋", size=12)
    book.save(form)
    write_export(city, "facilities", tmp_path / "out.xlsx", "", "UTF-8", form, public=False, language="zh")
    rows = list(openpyxl.load_workbook(tmp_path / "out.xlsx").active.iter_rows(values_only=True))
    assert rows[0][0] == "养老机构统计表"
    assert rows[3][:4] == (1, "望月敬老院", "解放路20号", 120)
    assert rows[5][:3] == (3, "望月社区食堂", "解放路2号")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").active["B6"].font.name == "仿宋"
    with pytest.raises(DoorstepError, match="file-exists"):
        write_export(city, "facilities", tmp_path / "out.xlsx", "", "UTF-8", form, public=False, language="zh")


def test_a_form_has_the_community_that_the_map_tells_where_the_table_does_not(tmp_path: Path) -> None:
    def unsaid(rows: list[Row]) -> list[Row]:
        return [{**row, "place": f"Place {at}", "community": ""} for at, row in enumerate(rows)]

    folder, form = write_toy_city(tmp_path / "toy", facilities=unsaid), tmp_path / "form.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["设施名称", "所属社区", "社区代码", "地址", "服务人数", "开放时间"])
    book.save(form)
    write_export(folder, "facilities", tmp_path / "out.xlsx", "", "UTF-8", form, public=False, language="zh")
    rows = list(openpyxl.load_workbook(tmp_path / "out.xlsx").active.iter_rows(min_row=2, values_only=True))
    facilities = read_city(folder).facilities
    assert set(facilities["community"]) == {"E", "W"}
    assert [row[2] for row in rows] == facilities["community"].tolist()
    assert [row[1] for row in rows] == [{"E": "East", "W": "West"}[one] for one in facilities["community"]]


AGES = ("0-2岁", "3-5岁", "6-14岁", "15-34岁", "35-59岁", "60-69岁", "70-79岁", "80岁及以上")


def _civil_affairs(path: Path, rows: list[list[object]]) -> Path:
    """Form of civil affairs: two header rows, ages, people in units of 10,000, land in 亩, number of compounds."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["社区人口情况统计表"])
    sheet.append(["社区名称", "社区代码", "人口", *[None] * 10, "户数(套)", "辖区面积(亩)", "小区数(个)"])
    sheet.append([None, None, "常住人口(万人)", *AGES, "0-14岁", "60岁及以上", *[None] * 3])
    sheet.merge_cells("C2:M2")
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_the_form_of_civil_affairs_is_filled_in_whole(tmp_path: Path) -> None:
    ages = [100, 120, 500, 1300, 1500, 700, 370, 200]
    row = ["枫林社区", "999901001001", 0.479, *ages, 720, 1270, 2432, 1156.6, 6]
    given = _civil_affairs(tmp_path / "社区人口情况统计表.xlsx", [row])
    empty = _civil_affairs(tmp_path / "空表.xlsx", [])
    page = tmp_path / "社区.geojson"
    ring = "[[119.6,30.9],[119.7,30.9],[119.7,31.0],[119.6,31.0],[119.6,30.9]]"
    page.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"社区编号":"999901001001",'
        f'"社区名称":"枫林社区"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}',
        encoding="utf-8",
    )
    import_files([given, page], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    out = tmp_path / "out.xlsx"
    write_export(tmp_path / "city", "communities", out, "", "UTF-8", empty, public=False, language="zh")
    assert [cell.value for cell in openpyxl.load_workbook(out).active[4]] == row


def test_rooms_go_into_the_sheet_of_rooms_or_nowhere(city: Path, tmp_path: Path) -> None:
    form = tmp_path / "模板.xlsx"
    form.write_bytes(template_bytes(TEMPLATES))
    write_export(city, "facilities", tmp_path / "out.xlsx", "", "UTF-8", form, public=False, language="zh")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    at = {cell.value: cell.column for cell in book["设施"][2]}
    assert [book["设施"].cell(row, at["place"]).value for row in (3, 4)] == ["望月敬老院", "听雨颐养中心"]
    assert all(book[name].cell(3, 1).value is None for name in ("社区", "居住建筑", "空间"))
    other = tmp_path / "空间.xlsx"
    other.write_bytes(template_bytes(["spaces"]))
    with pytest.raises(DoorstepError, match="form-other-table"):
        write_export(city, "facilities", tmp_path / "no.xlsx", "", "UTF-8", other, public=False, language="zh")
    assert not (tmp_path / "no.xlsx").exists()


def test_a_workbook_without_a_form_is_the_template_filled_in_and_comes_back(city: Path, tmp_path: Path) -> None:
    write_export(city, "facilities", tmp_path / "设施.xlsx", "", "UTF-8", None, public=False, language="zh")
    import_files([tmp_path / "设施.xlsx"], tmp_path / "again", "zh", confirm=True, coordinates="WGS84")
    columns = ["place", "service", "capacity"]
    one, other = (held_tables(folder, "EPSG:4326", "zh")["facilities"].frame for folder in (city, tmp_path / "again"))
    assert other[columns].to_numpy().tolist() == one[columns].to_numpy().tolist()


@pytest.mark.parametrize(
    ("table", "name", "with_form", "code"),
    [("facilities", "a.csv", True, "form-suffix"), ("compounds", "a.xlsx", False, "form-none")],
)
def test_a_name_that_does_not_fit_is_refused(
    city: Path, tmp_path: Path, table: str, name: str, with_form: bool, code: str
) -> None:
    form = tmp_path / "form.xlsx"
    form.write_bytes(template_bytes(["facilities"]))
    with pytest.raises(DoorstepError, match=code):
        write_export(
            city, table, tmp_path / name, "", "UTF-8", form if with_form else None, public=False, language="zh"
        )
    assert not (tmp_path / name).exists()


@given(st.lists(st.integers(0, 3000), min_size=8, max_size=8))
def test_public_counts_tell_nothing_of_fewer_than_five(ages: list[int]) -> None:
    names = ["p_0_2", "p_3_5", "p_6_14", "p_15_34", "p_35_59", "p_60_69", "p_70_79", "p_80p"]
    row = {"id": "R1", "owner": "某某", "people": str(sum(ages))} | {
        name: str(age) for name, age in zip(names, ages, strict=True)
    }
    made, _ = public_table(pd.DataFrame([row]))
    found = made.iloc[0]
    assert "owner" not in made
    assert all(
        int(found[name]) % 5 == 0 and abs(int(found[name]) - age) <= 2.5 for name, age in zip(names, ages, strict=True)
    )
    assert int(found["people"]) == sum(int(found[name]) for name in names)


def test_a_file_for_the_public_has_a_note_beside_it_and_no_photos(city: Path, tmp_path: Path) -> None:
    assert "also_known_as" not in public_table(pd.DataFrame({"id": ["a"], "also_known_as": ["国资: GZ0064"]}))[0]
    assert "photos" not in public_table(pd.DataFrame({"id": ["a"], "photos": ["王某家.jpg"]}))[0]
    for name in ("公开.csv", "公开层.geojson"):
        out = tmp_path / name
        write_export(city, "facilities", out, "", "UTF-8", None, public=True, language="zh")
        note = out.with_name(f"{out.stem}_public.txt").read_text(encoding="utf-8")
        assert name in note
        assert "5" in note
    write_export(city, "facilities", tmp_path / "内部.csv", "", "UTF-8", None, public=False, language="zh")
    assert not (tmp_path / "内部_public.txt").exists()


def _filled(path: Path, sheets: dict[str, list[dict[str, object]]]) -> Path:
    """Our own form, filled in as a person does: many cells stay empty."""
    path.write_bytes(template_bytes(TEMPLATES))
    book = openpyxl.load_workbook(path)
    for table, rows in sheets.items():
        sheet = book[text("zh", f"import_template.{table}")]
        place = {str(cell.value): cell.column for cell in sheet[2]}
        for number, row in enumerate(rows, start=3):
            for name, value in row.items():
                sheet.cell(number, place[name], value)
    book.save(path)
    return path


def test_an_empty_cell_of_our_form_is_unknown_and_not_what_stands_above(tmp_path: Path) -> None:
    place = {"lon": 119.67, "lat": 30.91}
    sheets: dict[str, list[dict[str, object]]] = {
        "communities": [{"id": "S1", "name": "望月社区", **place}, {"id": "S2", "name": "听雨社区"}],
        "residences": [{"id": "R1", "name": "望月小区1号楼", "compound": "望月小区", "dwellings": 30, **place}],
        "spaces": [
            {"id": "K1", "place": "锅炉房", "community": "望月社区", "compound": "望月小区", "area_m2": 90},
            {"id": "K2", "place": "车棚", "compound": "望月小区", "area_m2": 60},
            {"id": "K3", "place": "会所", "community": "听雨社区", "area_m2": 150, "lon": 119.68, "lat": 30.91},
        ],
    }
    city = tmp_path / "city"
    import_files([_filled(tmp_path / "form.xlsx", sheets)], city, "zh", confirm=True, coordinates="WGS84")
    found = pd.read_csv(city / "spaces.csv", dtype=str, keep_default_na=False).set_index("id")
    assert found["community"].to_dict() == {"K1": "S1", "K2": "", "K3": "S2"}
    assert found["compound"].to_dict() == {"K1": "望月小区", "K2": "望月小区", "K3": ""}
    # a point is no outline: the community without one is not left out
    assert len(gpd.read_file(city / "communities.geojson")) == 2


def test_the_unit_of_a_capacity_is_read_from_our_form(tmp_path: Path) -> None:
    row: dict[str, object] = {"id": "F1", "service": "养老服务", "place": "日照中心", "capacity": 300}
    row |= {"capacity_unit": "人次/日", "price": 12, "price_unit": "元/次", "lon": 119.67, "lat": 30.91}
    form = _filled(tmp_path / "form.xlsx", {"facilities": [row]})
    result = import_files([form], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    found = result.outcome.tables["facilities"].frame.iloc[0]
    assert (found["capacity_unit"], found["price_unit"]) == ("visit_day", "元/次")
    assert not [one for one in result.outcome.findings if one.code == "column-twice"]
