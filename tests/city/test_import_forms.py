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

from doorstep.city.coordinates import convert
from doorstep.city.importing import import_files
from doorstep.city.importing.exports import write_export
from doorstep.city.importing.held import held_tables
from doorstep.city.importing.public import public_table
from doorstep.city.importing.templates import TEMPLATES, template_bytes
from doorstep.errors import DoorstepError


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
