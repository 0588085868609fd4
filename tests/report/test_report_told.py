"""What a reader is told beside the figures: who set what, how the sums fit together, how good the plan is."""

from __future__ import annotations

import dataclasses
import re
import time
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from made_results import made_results

from doorstep.city import Override
from doorstep.errors import DoorstepError
from doorstep.messages import text
from doorstep.plan_file import PlanFile, Unmet
from doorstep.report import (
    PlanResults,
    Results,
    comparison_rows,
    read_plan_results,
    write_comparison,
    write_plan_folder,
)
from doorstep.report.findings import unmet_told
from doorstep.report.set_values import set_by_city, set_for_run
from doorstep.report.summary import summary_of
from doorstep.report.tables import assessment_table
from doorstep.report.wording import Wording
from doorstep.report.workbook import gap_sentence

DOCUMENT, REASON = "Council minute 12", "steep streets"
MOVED = 40.0  # people who had a place and go to a hub now


@pytest.fixture(scope="module")
def with_settings() -> Results:
    made = made_results("en", n_hubs=3)
    rule = made.profile.rules[0].id
    overrides = (
        Override("walk_limit_m.meals", "400", DOCUMENT, "2026-03-01", REASON),
        Override(f"raise.{rule}", "hard", "Order 9", "2026-01-15", "one rule for all"),
    )
    settings = {one.key: one.value for one in overrides} | {"storey_height_m": "3.1"}
    first, *others = made.plan.coverage
    coverage = (dataclasses.replace(first, served_plan=first.served_plan - MOVED), *others)
    return dataclasses.replace(
        made,
        city=dataclasses.replace(made.city, overrides=overrides),
        plan=dataclasses.replace(made.plan, settings=settings, coverage=coverage),
    )


@pytest.fixture(scope="module")
def folder_with_settings(with_settings: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("settings")
    write_plan_folder(with_settings, folder, "en")
    return folder


def test_the_page_says_what_the_city_set_with_its_document(folder_with_settings: Path, with_settings: Results) -> None:
    page = (folder_with_settings / "report.html").read_text(encoding="utf-8")
    table = page.split('id="city-settings"')[1].split("</table>")[0]
    for one in with_settings.city.overrides:
        row = table.split(f'data-key="{one.key}"')[1].split("</tr>")[0]
        assert all(told in row for told in (one.document, one.date, one.reason))
    assert with_settings.profile.rules[0].text_en[:20] in table, "a raised rule is named by its id alone"
    run = page.split('id="run-settings"')[1].split("</ul>")[0]
    assert "storey_height_m = 3.1" in run
    assert "walk_limit_m" not in run, "what the city set is not set for this run"


def test_the_workbook_says_it_too(folder_with_settings: Path) -> None:
    sheet = openpyxl.load_workbook(folder_with_settings / "plan.xlsx")["Assumptions"]
    rows = {row[1]: row for row in sheet.iter_rows(values_only=True)}
    assert rows["walk_limit_m.meals"][4] == "400"
    assert rows["walk_limit_m.meals"][2] == "Walking limit (m), Community meals"
    assert all(told in rows["walk_limit_m.meals"][8] for told in (DOCUMENT, "2026-03-01", REASON))
    assert rows["storey_height_m"][4] == "3.1"


def test_a_setting_of_this_run_over_one_of_the_city_shows_both(with_settings: Results) -> None:
    settings = {**with_settings.plan.settings, "walk_limit_m.meals": "500"}
    results = dataclasses.replace(with_settings, plan=dataclasses.replace(with_settings.plan, settings=settings))
    told = {one.key: one.value for one in set_by_city(results, Wording("en", "GBP"))}
    assert "400" in told["walk_limit_m.meals"]
    assert "500" in told["walk_limit_m.meals"]
    assert ("walk_limit_m.meals", "500") in set_for_run(results)


def test_people_of_hubs_are_those_new_and_those_moved(folder_with_settings: Path, with_settings: Results) -> None:
    served, coverage = with_settings.served, with_settings.plan.coverage
    hubs = {hub.space for hub in with_settings.plan.hubs}
    at_hubs = served[(served["situation"] == "plan") & served["place"].isin(hubs)]["people"].sum()
    new = sum(row.served_plan for row in coverage) - sum(row.served_now for row in coverage)
    page = (folder_with_settings / "report.html").read_text(encoding="utf-8")
    for figure in ("hub_people", "hub_people_first"):
        found = re.search(rf'data-figure="{figure}" data-value="([^"]+)" data-new="([^"]+)" data-moved="([^"]+)"', page)
        assert found is not None
        assert [float(one) for one in found.groups()] == pytest.approx([at_hubs, new, MOVED])
    sentence = page.split('id="hubs-people"')[1].split("</p>")[0]
    assert f"{new:,.0f} who had none, {MOVED:,.0f} who had one elsewhere" in sentence


def test_the_first_page_says_that_support_does_not_limit(chinese_folder: Path) -> None:
    page = (chinese_folder / "report.html").read_text(encoding="utf-8")
    first = page.split('id="map-title"')[0]
    assert text("zh", "report.money_chosen") in first
    assert text("zh", "report.result_and_support") in first


def _with_gap(plan: PlanFile, gap: float, **changed: object) -> PlanFile:
    return dataclasses.replace(plan, bound=dataclasses.replace(plan.bound, gap=gap), **changed)  # type: ignore[arg-type]


def test_a_target_that_was_missed_is_said(english: Results) -> None:
    wording = Wording("en", "GBP")
    plan = english.plan
    assert "target of 1% was not reached" in gap_sentence(_with_gap(plan, 0.2), wording)
    assert "20.00%" in gap_sentence(_with_gap(plan, 0.2), wording)
    assert "not reached" not in gap_sentence(_with_gap(plan, 0.01), wording)
    own = gap_sentence(_with_gap(plan, 0.2, method="evaluate"), wording)
    assert "may be up to 20.00% better" in own
    assert "not reached" not in own, "nobody searched"


def test_a_plan_without_money_is_no_success(english: Results) -> None:
    plan = _with_gap(english.plan, 0.0, hubs=(), budget_money=0, capital_money=0)
    for language in ("en", "zh"):
        assert gap_sentence(plan, Wording(language, "GBP")) == text(language, "report.gap_no_hubs")


def test_money_that_lacks_is_in_major_units(english: Results) -> None:
    told = unmet_told(Unmet("budget-too-small", "city", 42_000.0, "GBP"), english, Wording("en", "GBP"))
    assert "£42,000" in told


def test_a_part_of_a_person_is_not_said_to_be_nobody(english: Results) -> None:
    told = unmet_told(Unmet("out-of-reach", "service:meals", 0.3, "person"), english, Wording("en", "GBP"))
    assert "fewer than 1" in told


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_city_is_named_in_the_language_of_the_report(chinese: Results, language: str) -> None:
    assessed = chinese.assessment.assign(name="全市", palma=np.inf)
    table = assessment_table(assessed, chinese.profile, language).set_index("community")
    assert set(table.loc["*", "name"]) == {text(language, "report.whole_city")}
    assert set(table.loc["", "name"]) == {text(language, "report.outside_communities")}
    assert table["palma"].isna().all(), "a table of Excel has no word for infinity"


def test_no_file_holds_the_hour(english_folder: Path, tmp_path: Path) -> None:
    time.sleep(2.1)  # a zip counts in two seconds, and english_folder may be just written
    write_plan_folder(made_results("en", cut_ids=True), tmp_path, "en")
    names = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(names) > 8
    assert [str(name) for name in names if (tmp_path / name).read_bytes() != (english_folder / name).read_bytes()] == []
    core = zipfile.ZipFile(tmp_path / "plan.xlsx").read("docProps/core.xml").decode()
    assert set(re.findall(r">(\d{4}-[^<]+)<", core)) == {"2000-01-01T00:00:00Z"}


def test_plans_of_two_cities_are_not_compared(english_folder: Path, tmp_path: Path) -> None:
    one = read_plan_results(english_folder)
    other = dataclasses.replace(one, plan=dataclasses.replace(one.plan, city="Elsewhere"))
    for compare in (
        lambda: write_comparison(one, other, tmp_path / "a.html", "en"),
        lambda: comparison_rows(one, other, "en"),
    ):
        with pytest.raises(DoorstepError) as caught:
            compare()
        assert caught.value.code == "compare-differs"
        assert "Elsewhere" in text("en", "errors.compare-differs", **caught.value.values)
    assert not (tmp_path / "a.html").exists()


def test_the_figures_of_two_plans_stand_side_by_side(english: Results) -> None:
    fewer = made_results("en", n_hubs=6)
    first, second = (PlanResults(one.plan, one.need, one.served, None) for one in (english, fewer))  # type: ignore[arg-type]
    rows = comparison_rows(first, second, "en")
    assert len(rows) == 4
    assert rows[0][1:3] == (str(len(english.plan.hubs)), "6")
    assert rows[1][2] == f"{summary_of(fewer.plan).served_plan:,.0f}"
    assert rows[2][0].endswith("(GBP)")


@pytest.mark.parametrize(
    ("language", "name", "told"),
    [
        ("zh", "Standard (trial) 完整居住社区建设标准(试行), MOHURD, 2020-08", "完整居住社区建设标准(试行)"),
        ("en", "Standard (trial) 完整居住社区建设标准(试行), MOHURD, 2020-08", "Standard (trial), MOHURD, 2020-08"),
        ("zh", "State Council letter 国办函〔2023〕121号: Plan (2023)", "国办函〔2023〕121号"),
        ("en", "State Council letter 国办函〔2023〕121号: Plan (2023)", "State Council letter: Plan (2023)"),
        (
            "zh",
            "市政府令第9号, 2026-01-15 (Guideline (trial) 设施建设导则(试行), NDRC, 2024-01)",
            "市政府令第9号, 2026-01-15 (设施建设导则(试行))",
        ),
        ("zh", "Bath study 2018", "Bath study 2018"),
        ("en", "托育机构管理规范(试行)", "托育机构管理规范(试行)"),
    ],
)
def test_a_name_in_two_languages_is_shown_in_one(language: str, name: str, told: str) -> None:
    assert Wording(language, "CNY").document(name) == told


def test_a_source_keeps_its_clause_and_mark() -> None:
    source = "GB 55037-2022 建筑防火通用规范, 4.3.4 [cn2023-st-01]; press report [case-04]"
    assert Wording("zh", "CNY").source(source) == source
    assert Wording("en", "CNY").source(source) == "GB 55037-2022, 4.3.4 [cn2023-st-01]; press report [case-04]"


def test_every_unit_of_the_bundled_standards_has_words(chinese: Results, english: Results) -> None:
    for results in (chinese, english):
        profile = results.profile
        units = {one.unit for one in (*profile.parameters.values(), *profile.costs.values())}
        untold = sorted(unit for unit in units if re.search("[a-z]{3}", Wording("zh", "CNY").unit(unit)))
        assert untold == []
