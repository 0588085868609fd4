"""Forms that no single office of the made-up district uses: each comes in whole, and what was odd is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import shapely

from doorstep.city.importing import Result, import_files
from doorstep.city.importing.drawn import drawn_lists

LON, LAT = 119.672, 30.913


def _book(path: Path, rows: Sequence[Sequence[Any]], merged: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return path


def _import(tmp_path: Path, path: Path) -> tuple[Result, dict[str, list[dict[str, str]]]]:
    result = import_files([path], tmp_path / "city", "en", confirm=True, coordinates="WGS84")
    return result, {name: held.frame.to_dict("records") for name, held in result.outcome.tables.items()}


def _codes(result: Result) -> set[str]:
    return {one.code for one in result.outcome.findings}


@pytest.mark.parametrize(
    ("totals", "told"),
    [
        ((("合计", 2890),), []),
        ((("合计", 2500),), [("合计", "2,500", "2,890")]),
        ((("小计", 1000), ("合计", 2890)), []),
        ((("小计", 900), ("合计", 2890)), [("小计", "900", "1,000")]),
        ((("合计", None),), []),
    ],
)
def test_a_total_is_held_against_its_rows(
    tmp_path: Path, totals: tuple[tuple[str, int | None], ...], told: list[tuple[str, str, str]]
) -> None:
    rows: list[list[Any]] = [["社区代码", "社区名称", "常住人口", "户数", "经度", "纬度"]]
    rows += [
        [f"11010100100{at}", f"第{at}社区", people, 100 + at, LON + at / 100, LAT]
        for at, people in enumerate((400, 600))
    ]
    if len(totals) > 1:
        rows.append([totals[0][0], None, totals[0][1], 201])
    rows += [["110101001002", "第2社区", 1890, 102, LON, LAT + 0.01], [totals[-1][0], None, totals[-1][1], 303]]
    result, tables = _import(tmp_path, _book(tmp_path / "社区人口.xlsx", rows))
    found = [one for one in result.outcome.findings if one.code == "total-differs"]
    assert [(one.values["label"], one.values["found"], one.values["sum"]) for one in found] == told
    assert {one.kind for one in found} <= {"layout"}
    assert len(tables["communities"]) == 3


def test_an_empty_file_of_a_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "offices"
    folder.mkdir()
    (folder / "空.csv").write_text("")
    rows = "编号,名称,地址,面积,产权单位,经度,纬度\nA1,甲,东街1号,100,国资委,119.67,30.91\n"
    (folder / "闲置用房.csv").write_text(rows, "utf-8")
    result = import_files([folder], tmp_path / "city", "zh", coordinates="WGS84")
    assert [one.file for one in result.outcome.findings if one.code == "file-empty"] == ["空.csv"]


def test_two_lists_below_one_another(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["一、社区食堂"], ["名称", "地址", "日供餐", "经度", "纬度"]]
    rows += [[f"幸福食堂{n}", f"建设路{n}号", 100 + n, LON + n / 1000, LAT] for n in range(6)]
    rows += [[], ["二、可用房屋"], ["房屋名称", "坐落", "使用面积(㎡)", "楼层", "经度", "纬度", "产权单位"]]
    rows += [[f"旧仓库{n}", f"建设路{n + 20}号", 200 + n, "B1", LON, LAT + n / 1000, "街道办"] for n in range(6)]
    result, tables = _import(tmp_path, _book(tmp_path / "食堂与房屋.xlsx", rows))
    assert [(row["place"], row["service"], row["capacity"]) for row in tables["facilities"]][:2] == [
        ("幸福食堂0", "meals", "100"),
        ("幸福食堂1", "meals", "101"),
    ]
    assert [(row["place"], row["area_m2"], row["storey"], row["source_row"]) for row in tables["spaces"]][-1] == (
        "旧仓库5",
        "205",
        "-1",
        "17",
    )
    assert "several-lists" in _codes(result)
    again = import_files([tmp_path / "食堂与房屋.xlsx"], tmp_path / "city", "en")
    assert again.proposal is None  # both lists are known
    assert (again.outcome.counts["new"] == 0).all()


def test_one_list_in_two_columns_of_a_page(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["托育机构名称", "地址", "托位数"] * 2]
    rows += [[f"东园{n}", f"东街{n}号", 90 + n, f"西园{n}", f"西街{n}号", 120 + n] for n in range(5)]
    rows += [["东园5", "东街5号", 95]]
    result, _ = _import(tmp_path, _book(tmp_path / "双栏.xlsx", rows))
    assert result.outcome.counts["rows"].tolist() == [6, 5]
    assert "several-lists" in _codes(result)


def test_three_levels_of_headers_units_of_the_sheet_and_marks_of_footnotes(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["社区基本情况统计表"],
        ["填报单位：民政局", None, None, None, None, None, "单位：人、公顷"],
        ["序号", "社区名称", "基本情况", None, "人口结构"],
        [None, None, "面积", "常住人口", "未成年人", None, "老年人"],
        [None, None, None, None, "0-2岁", "3-14岁", "80岁及以上"],
    ]
    for number, name in enumerate(("望江社区", "翠屏社区①", "滨河社区"), start=1):
        rows.append([number, name, 12.5, 3400, 60, 300, 90])
        if number == 2:
            rows.append(["小计", None, 25, 6800, 120, 600, 180])
    rows += [["合计", None, 37.5, 10200, 180, 900, 270], ["注：① 含新区。"]]
    merged = ["A1:G1", "A3:A5", "B3:B5", "C3:D3", "E3:G3", "C4:C5", "D4:D5", "E4:F4"]
    result, tables = _import(tmp_path, _book(tmp_path / "统计表.xlsx", rows, merged))
    assert [(row["name"], row["people"], row["area_m2"], row["p_80p"]) for row in tables["communities"]] == [
        ("望江社区", "3400", "125000", "90"),
        ("翠屏社区", "3400", "125000", "90"),
        ("滨河社区", "3400", "125000", "90"),
    ]
    assert [(one.row, one.code) for one in result.outcome.findings if one.kind == "fault"] == [(7, "name-mark")]


def test_years_of_the_republic_below_a_row_of_units(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["編號", "建物名稱", "樓層", "樓地板面積", "閒置起日", "經度", "緯度", "管理機關"]]
    rows += [[None, None, None, "(平方公尺)", "(民國)"]]
    for number, (storey, day) in enumerate((("3F", "112/03/01"), ("地下一層", "民國110年5月"), ("一樓", "109.12.31"))):
        rows.append([f"T{number}", f"活動中心{number}", storey, 320, day, LON, LAT, "區公所"])
    _, tables = _import(tmp_path, _book(tmp_path / "閒置空間.xlsx", rows))
    assert [(row["storey"], row["floor_area_m2"], row["available_from"]) for row in tables["spaces"]] == [
        ("3", "320", "2023-03-01"),
        ("-1", "320", "2021-05-01"),
        ("1", "320", "2020-12-31"),
    ]


@pytest.mark.parametrize("form", ["page", "xml", "big5", "comma"])
def test_text_under_the_name_of_a_workbook(tmp_path: Path, form: str) -> None:
    heads = ["機構名稱" if form == "big5" else "机构名称", "地址", "床位数", "建筑面积", "经度", "纬度"]
    rows = [[f"安康养老院{n}", f"解放路{n}号", 40 + n, 800.5 + n, LON + n / 1000, LAT] for n in range(6)]
    path = tmp_path / "养老机构.xls"
    if form == "page":
        lines = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in rows)
        head = "".join(f"<th>{name}</th>" for name in heads)
        page = f"<html><meta charset=gbk><table><tr><td colspan=6>名单</td></tr><tr>{head}</tr>{lines}</table></html>"
        path.write_bytes(page.encode("gbk"))
    elif form == "xml":
        lines = ""
        for row in (heads, *rows):
            kinds = [("Number" if isinstance(cell, int | float) else "String", cell) for cell in row]
            lines += "<Row>" + "".join(f'<Cell><Data ss:Type="{k}">{c}</Data></Cell>' for k, c in kinds) + "</Row>"
        space = "urn:schemas-microsoft-com:office:spreadsheet"
        page = f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        page += f'<Worksheet ss:Name="名单"><Table>{lines}</Table></Worksheet></Workbook>'
        path.write_text(page, encoding="utf-8")
    elif form == "big5":
        text = "\r\n".join("\t".join(map(str, row)) for row in (heads, *rows))
        for one, other in zip("养号数机构经纬积筑", "養號數機構經緯積築", strict=True):
            text = text.replace(one, other)
        path.write_bytes(text.encode("cp950"))
    else:
        lines = "\n".join(";".join(str(cell).replace(".", ",") for cell in row) for row in (heads, *rows))
        path.write_bytes(lines.encode("utf-16"))
    result, tables = _import(tmp_path, path)
    found = tables["facilities"]
    assert [(row["service"], row["capacity"], row["area_m2"]) for row in found] == [
        ("elderly_care", str(40 + n), f"{800.5 + n:g}") for n in range(6)
    ]
    assert not [one for one in result.outcome.findings if one.kind == "fault"]
    assert ("decimal-comma" in _codes(result)) == (form == "comma")


def test_folders_of_a_map_program(tmp_path: Path) -> None:
    points = "".join(
        f"<Placemark><name>卫生站{n}</name><Point><coordinates>{LON + n / 1000},{LAT}</coordinates></Point></Placemark>"
        for n in range(4)
    )
    ring = f"{LON},{LAT} {LON + 0.0002},{LAT} {LON + 0.0002},{LAT + 0.0002} {LON},{LAT}"
    room = f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
    room = f"<Polygon>{room}</Polygon>"
    rooms = f"<Placemark><name>空房</name><description>面积：150㎡；所在层：2</description>{room}</Placemark>" * 2
    page = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    page += f"<Folder><name>社区卫生服务站</name>{points}</Folder>"
    page += f"<Folder><name>闲置房屋</name>{rooms}</Folder></Document></kml>"
    path = tmp_path / "现场.kml"
    path.write_text(page, encoding="utf-8")
    _, tables = _import(tmp_path, path)
    assert [row["service"] for row in tables["facilities"]] == ["health"] * 4
    assert (tables["spaces"][0]["area_m2"], tables["spaces"][0]["storey"]) == ("150", "2")
    assert "compounds" not in tables


def test_a_row_of_signatures_is_no_row_of_the_list(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["编号", "名称", "类别", "地址", "床位数", "经度", "纬度"])
    for row in (1, 2, 3):
        sheet.append([f"A{row}", f"望月{row}养老院", "养老机构", f"解放路{row}号", 20, 119.67 + row / 1000, 30.91])
    sheet.append(["审核人：张某某", None, "填表人：李某某", None, "填表日期：2026年1月5日", "联系方式：见上", None])
    book.save(tmp_path / "养老机构.xlsx")
    result = import_files([tmp_path / "养老机构.xlsx"], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    assert result.outcome.counts[["rows", "accepted"]].to_numpy().tolist() == [[3, 3]]
    assert [one.values["rows"] for one in result.outcome.findings if one.code == "left-note"] == ["5"]


def test_a_folder_is_imported_and_what_belongs_to_a_shapefile_is_not_asked_about(tmp_path: Path) -> None:
    folder = tmp_path / "各部门"
    folder.mkdir()
    layer = gpd.GeoDataFrame(
        {"小区名称": ["甲小区"], "所属社区": ["望月社区"]},
        geometry=[shapely.box(119.67, 30.91, 119.68, 30.92)],
        crs=4326,
    )
    layer.to_file(folder / "小区用地.shp", encoding="gbk")
    (folder / "养老机构.csv").write_text("名称,类别,经度,纬度\n望月养老院,养老机构,119.67,30.91\n", encoding="utf-8")
    result = import_files([folder], tmp_path / "city", "zh", coordinates="WGS84")
    assert {one.entry.table for one in result.lists} == {"compounds", "facilities"}
    assert result.questions == ()
    by_hand = import_files(sorted(folder.iterdir()), tmp_path / "other", "zh", coordinates="WGS84")
    assert len(by_hand.lists) == 2


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (("晓园小区", "6F", "3号楼"), "晓园小区"),
        (("晓园小区", "安宁东雅苑"), ""),  # two names: nobody can tell which is the compound's
        (("泰和街", "6层", "12"), ""),
    ],
)
def test_a_text_in_a_drawn_outline_names_the_compound(texts: tuple[str, ...], name: str) -> None:
    outline = {"folder": "小区红线", "name": "", "words": "", "shape": shapely.box(0, 0, 100, 100)}
    house = {"folder": "建筑", "name": "", "words": "", "shape": shapely.box(10, 10, 30, 30)}
    written = [
        {"folder": "注记", "name": "", "words": words, "shape": shapely.Point(50 + place, 50)}
        for place, words in enumerate(texts)
    ]
    compounds, _ = drawn_lists("图.dxf", [outline, house, *written], "", "none")
    assert compounds.frame["compound"].tolist() == [name]
