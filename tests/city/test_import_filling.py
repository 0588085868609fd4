"""An office's own sheet filled in again: its words, subtotals, sums, footnotes and merged cells stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from doorstep.city.importing import import_files
from doorstep.city.importing.exports import write_export
from doorstep.errors import DoorstepError

HEAD = ["小区", "楼号", "层数", "电梯", "户数", "建筑面积(㎡)", "网格员", "经度", "纬度"]


def _house(compound: str | None, number: int, lift: str, dwellings: int, area: Any = 3000) -> list[Any]:
    return [
        compound,
        f"{number}号楼",
        6,
        lift,
        dwellings,
        area,
        f"网格{number}",
        119.67 + number / 1000 + (compound == "乙苑") / 100,
        30.91,
    ]


def _register(path: Path) -> Path:
    """Two compounds with a subtotal each, a total, a footnote and the compound merged downwards."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["住宅楼栋台账"])
    sheet.merge_cells("A1:I1")
    sheet.append(HEAD)
    for row in [_house("甲苑", 1, "有", 30), _house(None, 2, "无", 20, "待定")]:
        sheet.append(row)
    sheet.append(["小计", None, None, None, 50, "=SUM(F3:F4)"])
    for row in [_house("乙苑", 1, "无", 40), _house(None, 2, "加装", 10)]:
        sheet.append(row)
    sheet.append(["小计", None, None, None, 50])
    sheet.append(["合计", None, None, None, 100])
    sheet.append(["注：①层数含底商。"])
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("A6:A7")
    sheet.merge_cells("A10:I10")
    book.save(path)
    return path


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    import_files([_register(tmp_path / "楼栋台账.xlsx")], folder, "zh", confirm=True, coordinates="WGS84")
    return folder


def _lines(path: Path) -> tuple[list[list[Any]], set[str]]:
    sheet = openpyxl.load_workbook(path).active
    lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    return lines, {str(one) for one in sheet.merged_cells.ranges}


def _export(city: Path, form: Path, out: Path, *, public: bool = False) -> tuple[list[list[Any]], set[str]]:
    write_export(city, "residences", out, "", "UTF-8", form, public=public, language="zh")
    return _lines(out)


def test_the_same_list_comes_back_as_it_was(city: Path, tmp_path: Path) -> None:
    before, after = _lines(tmp_path / "楼栋台账.xlsx"), _export(city, tmp_path / "楼栋台账.xlsx", tmp_path / "out.xlsx")
    lines, merges = after
    assert merges == before[1]
    assert lines[3][5] == "待定"  # the city does not know: the office's word stays
    assert [line[3] for line in lines[2:7]] == ["有", "无", None, "无", "有"]
    assert lines == [[*line[:3], "有" if line[3] == "加装" else line[3], *line[4:]] for line in before[0]]


def test_a_new_building_goes_behind_the_last_and_sums_are_made_new(city: Path, tmp_path: Path) -> None:
    homes = pd.read_csv(city / "residences.csv", dtype=str, keep_default_na=False)
    homes.loc[0, "dwellings"] = "36"
    more = homes.iloc[3].copy()
    more["id"], more["name"], more["building"], more["dwellings"] = "R9", "乙苑3号楼", "3号楼", "7"
    pd.concat([homes, more.to_frame().T]).to_csv(city / "residences.csv", index=False)
    lines, merges = _export(city, tmp_path / "楼栋台账.xlsx", tmp_path / "out.xlsx")
    assert [line[1] for line in lines[2:]] == ["1号楼", "2号楼", None, "1号楼", "2号楼", "3号楼", None, None, None]
    assert [line[4] for line in lines[2:10]] == [36, 20, 56, 40, 10, 7, 57, 113]
    assert lines[4][5] == "=SUM(F3:F4)"
    assert [line[6] for line in lines[5:8]] == ["网格1", "网格2", None]  # a column of the office's own keeps to its row
    assert lines[10][0] == "注：①层数含底商。"
    assert merges == {"A1:I1", "A3:A4", "A6:A8", "A11:I11"}


def test_an_empty_form_keeps_its_total_and_footnote_below_the_rows(city: Path, tmp_path: Path) -> None:
    form, book = tmp_path / "空表.xlsx", openpyxl.Workbook()
    sheet = book.active
    sheet.append(["住宅楼栋统计表"])
    sheet.append(HEAD[:6])
    for _ in range(2):
        sheet.append([None] * 6)
    sheet.append(["合计", None, None, None, 0, 0])
    sheet.append(["注：本表由街道填报。"])
    sheet.merge_cells("A6:F6")
    choices = openpyxl.worksheet.datavalidation.DataValidation(type="list", formula1='"是,否"')
    choices.add("D3:D100")
    sheet.add_data_validation(choices)
    book.save(form)
    lines, merges = _export(city, form, tmp_path / "out.xlsx")
    assert [line[0] for line in lines[2:]] == ["甲苑", "甲苑", "乙苑", "乙苑", "合计", "注：本表由街道填报。"]
    assert [line[3] for line in lines[2:6]] == ["是", "否", "否", "是"]
    assert lines[6][4:6] == [100, 9000]
    assert merges == {"A8:F8"}


def test_for_the_public_nothing_of_the_offices_own_is_kept(city: Path, tmp_path: Path) -> None:
    lines, _ = _export(city, tmp_path / "楼栋台账.xlsx", tmp_path / "out.xlsx", public=True)
    said = {str(cell) for line in lines[2:] for cell in line if cell is not None}
    assert not any("网格" in one or "注" in one or one == "待定" for one in said)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("台账.xls", b"\xd0\xcf\x11\xe0", "form-old"),
        ("没有.xlsx", None, "form-missing"),
        ("坏.xlsx", b"PK no book", "form-unreadable"),
    ],
)
def test_a_form_that_cannot_be_filled_is_told_with_why(
    city: Path, tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    form = tmp_path / "form" / name
    form.parent.mkdir()
    if content is not None:
        form.write_bytes(content)
    with pytest.raises(DoorstepError, match=code):
        _export(city, form, tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()


def test_figures_that_the_city_has_no_column_for_stay(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["社区名称", "常住人口", "房屋建筑面积(㎡)", "经度", "纬度"])
    book.active.append(["甲社区", 3000, 291898, 119.67, 30.91])
    book.active.append(["乙社区", 2000, 120638, 119.68, 30.92])
    book.save(tmp_path / "社区基本情况.xlsx")
    folder = tmp_path / "city"
    import_files([tmp_path / "社区基本情况.xlsx"], folder, "zh", confirm=True, coordinates="WGS84")
    form = tmp_path / "社区基本情况.xlsx"
    write_export(folder, "communities", tmp_path / "out.xlsx", "", "UTF-8", form, public=False, language="zh")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [sheet.cell(row, 3).value for row in (2, 3)] == [291898, 120638]
