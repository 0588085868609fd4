"""Every file of a plan folder says what the plan and the ledger say."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from made_results import made_results
from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames

from doorstep.errors import DoorstepError
from doorstep.plan_file import write_ledger, write_plan
from doorstep.report import Results, read_plan_results, write_comparison, write_diagnosis, write_plan_folder
from doorstep.report.sheets import sheet_names


def test_hubs_csv_opens_in_excel_and_names_what_evaluate_reads(chinese: Results, chinese_folder: Path) -> None:
    assert (chinese_folder / "hubs.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
    table = pd.read_csv(chinese_folder / "hubs.csv", dtype=str)
    planned = [(hub.space, one.service, str(one.grade)) for hub in chinese.plan.hubs for one in hub.services]
    assert list(table[["space", "service", "grade"]].itertuples(index=False, name=None)) == planned
    assert "养老服务" in set(table["service_name"])


def test_money_in_hubs_csv_is_exact_and_in_major_units(english: Results, english_folder: Path) -> None:
    table = pd.read_csv(english_folder / "hubs.csv", dtype=str)
    once = table.drop_duplicates("space")["hub_capital_GBP"].map(Decimal)
    assert sum(once) == Decimal(english.plan.capital_money) / 100


def test_coverage_csv_sums_to_the_ledger(english: Results, english_folder: Path) -> None:
    table = pd.read_csv(
        english_folder / "coverage.csv", keep_default_na=False, na_values=[""], dtype={"community": str}
    )
    table["community"] = table["community"].fillna("")
    city, parts = table[table["community"] == "*"], table[table["community"] != "*"]
    for column, ledger in (("in_need", "in_need"), ("served_before", "served_now"), ("served_after", "served_plan")):
        assert city[column].sum() == pytest.approx(english.need[ledger].sum(), abs=1e-3)
        assert parts[column].sum() == pytest.approx(english.need[ledger].sum(), abs=1e-3)
    assert "" in set(parts["community"]), "homes outside all communities are missing"


def test_a_name_that_looks_like_a_formula_stays_a_name(english: Results, tmp_path: Path) -> None:
    hub = dataclasses.replace(english.plan.hubs[0], place='=HYPERLINK("x")')
    plan = dataclasses.replace(english.plan, hubs=(hub, *english.plan.hubs[1:]))
    write_plan_folder(dataclasses.replace(english, plan=plan), tmp_path, "en")
    assert "'=HYPERLINK" in (tmp_path / "hubs.csv").read_text(encoding="utf-8-sig")
    cell = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Projects"]["C2"]
    assert (cell.value, cell.data_type) == ('=HYPERLINK("x")', "s")


def test_geopackage_has_styled_layers_and_says_where_the_data_is_from(english: Results, english_folder: Path) -> None:
    path = english_folder / "plan.gpkg"
    hubs = gpd.read_file(path, layer="hubs", engine="pyogrio")
    assert set(hubs["space"]) == {hub.space for hub in english.plan.hubs}
    assert hubs.crs == english.city.crs
    homes = gpd.read_file(path, layer="residences", engine="pyogrio")
    for column, ledger in (("need_meals", "in_need"), ("plan_meals", "served_plan")):
        expected = english.need.loc[english.need["service"] == "meals", ledger].sum()
        assert homes[column].sum() == pytest.approx(expected, abs=0.05)
    with closing(sqlite3.connect(path)) as store:
        styled = dict(store.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"))
        told = store.execute("SELECT text FROM read_me").fetchall()
    assert set(styled) == {"hubs", "spaces", "facilities", "communities", "residences", "streets"}
    assert all(qml.startswith("<!DOCTYPE qgis") for qml in styled.values())
    assert ("© OpenStreetMap contributors",) in told


def test_the_workbook_has_the_sheets_a_city_hands_in(chinese: Results, chinese_folder: Path) -> None:
    book = openpyxl.load_workbook(chinese_folder / "plan.xlsx")
    assert book.sheetnames == [
        "概要", "项目清单", "功能与能力", "投资与资金", "进度安排", "服务覆盖", "分年龄可达", "条款核对", "假设",
    ]  # fmt: skip
    projects = book["项目清单"]
    assert projects.max_row == 1 + len(chinese.plan.hubs) + 1
    assert projects.cell(projects.max_row, 9).value == pytest.approx(chinese.plan.capital_money / 100)
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


def test_one_sheet_a_hub_and_a_community_under_safe_names(english: Results, english_folder: Path) -> None:
    sheets = sorted(path.name for path in (english_folder / "sheets").iterdir())
    assert len(sheets) == len(english.plan.hubs) + len(english.city.communities)
    assert all(re.fullmatch(r"[\w.\-]+\.pdf", name) for name in sheets)
    for path in (english_folder / "sheets").iterdir():
        content = path.read_bytes()
        assert content.startswith(b"%PDF")
        assert content.count(b"/Type /Page\n") == 1, path.name
    assert "DoorstepCJK" in getRegisteredFontNames()


def test_ids_that_differ_only_in_what_a_file_system_drops_keep_two_sheets() -> None:
    names = sheet_names(["way/1", "way:1", "K1", "k1", "号/楼"], "hub")
    assert len({name.casefold() for name in names.values()}) == 5


def test_the_same_plan_gives_the_same_files(english_folder: Path, tmp_path: Path) -> None:
    write_plan_folder(made_results("en", cut_ids=True), tmp_path, "en")
    for name in ("hubs.csv", "coverage.csv", "assessment.csv", "bands.csv", "report.html", "sheets/community-C1.pdf"):
        assert (tmp_path / name).read_bytes() == (english_folder / name).read_bytes(), name


def test_a_plan_without_hubs_is_written_too(tmp_path: Path) -> None:
    results = made_results("en")
    results = dataclasses.replace(results, plan=dataclasses.replace(results.plan, hubs=(), capital_money=0))
    write_plan_folder(results, tmp_path, "en")
    assert pd.read_csv(tmp_path / "hubs.csv").empty
    assert gpd.read_file(tmp_path / "plan.gpkg", layer="hubs", engine="pyogrio").empty


def test_comparison_is_made_from_two_folders_alone(english_folder: Path, english: Results, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    fewer = made_results("en", n_hubs=6)
    write_plan(fewer.plan, other)
    write_ledger(fewer.need, fewer.served, other)
    write_plan_folder(fewer, other, "en")
    write_comparison(read_plan_results(english_folder), read_plan_results(other), tmp_path / "a.html", "en")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    first, second = ({hub.space for hub in one.plan.hubs} for one in (english, fewer))
    only_a = page.split('id="only_a"')[1].split("</table>")[0]
    assert set(re.findall(r'data-space="([^"]+)"', only_a)) == first - second
    assert page.count('class="hub"') == len(first | second)


def test_a_plan_folder_without_layers_is_told(tmp_path: Path, english_folder: Path) -> None:
    for name in ("plan.json", "need.parquet", "served.parquet"):
        (tmp_path / name).write_bytes((english_folder / name).read_bytes())
    with pytest.raises(DoorstepError, match="geopackage-missing"):
        read_plan_results(tmp_path)


def test_diagnosis_needs_no_plan(english: Results, tmp_path: Path) -> None:
    write_diagnosis(english.city, english.profile, english.assessment, english.bands, english.need, tmp_path, "en")
    homes = gpd.read_file(tmp_path / "residences.gpkg", engine="pyogrio", layer="residences")
    assert homes["now_meals"].sum() == pytest.approx(
        english.need.loc[english.need["service"] == "meals", "served_now"].sum(), abs=0.05
    )
    assert not [column for column in homes.columns if column.startswith("plan_")]
    assert len(pd.read_csv(tmp_path / "assessment.csv")) == len(english.assessment)
    assert len(pd.read_csv(tmp_path / "bands.csv")) == len(english.bands)


def test_reach_by_age_is_said_in_csv_workbook_and_page(english_folder: Path) -> None:
    table = pd.read_csv(english_folder / "bands.csv", keep_default_na=False, dtype={"share_reached": float})
    old = table[(table["community"] == "*") & (table["service"] == "meals") & (table["band"] == "80+")].iloc[0]
    assert (old["speed_basis"], old["limit_factor"], old["limit_basis"]) == ("derived", 0.6, "assumption")
    assert set(table.loc[table["band"] == "0-2", "wheels"]) == {"yes"}
    sheet = openpyxl.load_workbook(english_folder / "plan.xlsx")["Reach by age"]
    assert sheet.max_row == 1 + len(table)
    page = (english_folder / "report.html").read_text(encoding="utf-8")
    part = page.split('id="bands"')[1].split("</table>")[0]
    assert re.findall(r"<th[^>]*>80\+<small>(.*?)</small><small>(.*?)</small>", part) == [
        ("0.8 m/s (derived)", "0.6 of the minutes (assumption)")
    ]
    meals = part.split('data-service="meals"')[1].split("</tr>")[0]
    assert float(re.findall(r'<td class="n" data-value="([^"]+)"', meals)[-1]) == pytest.approx(old["share_reached"])


def test_a_name_of_a_community_in_bands_csv_is_no_formula(english: Results, tmp_path: Path) -> None:
    bands = english.bands.assign(name="=1+1")
    write_diagnosis(english.city, english.profile, english.assessment, bands, english.need, tmp_path, "en")
    assert ",'=1+1," in (tmp_path / "bands.csv").read_text(encoding="utf-8-sig")
