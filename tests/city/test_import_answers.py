"""Answers of a questionnaire: what each question asks is proposed and kept; the answers stand for who lives there."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from doorstep.city.importing import import_files
from doorstep.city.importing.weights import raked

SHARED = Path(os.environ.get("DOORSTEP_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "survey-weighting"


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared")
def test_raking_as_the_survey_package_of_r_does_it() -> None:
    reference = json.loads((SHARED / "reference_raking_R_survey.json").read_text(encoding="utf-8"))
    with (SHARED / "reference_raked_weights.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    codes, targets = [], []
    for name, margin in reference["margins"].items():
        names = sorted(margin)
        codes.append(np.array([names.index(row[name]) for row in rows]))
        targets.append(np.array([float(margin[one]) for one in names]))
    found = raked(np.array([float(row["pw"]) for row in rows]), codes, targets)
    np.testing.assert_allclose(found.weights, [float(row["w_raked"]) for row in rows], rtol=1e-6)
    assert found.effective == pytest.approx(reference["raked"]["n_eff"], rel=1e-6)


def test_margins_are_met_and_silent_categories_told() -> None:
    codes = [np.array([0, 0, 1, 1, -1]), np.array([0, 1, 0, 1, 0])]
    found = raked(np.ones(5), codes, [np.array([30.0, 60.0, 10.0]), np.array([50.0, 50.0])])
    assert found.weights[4] == 0
    np.testing.assert_allclose(np.bincount(codes[0][:4], found.weights[:4]), [30, 60])
    np.testing.assert_allclose(np.bincount(codes[1][:4], found.weights[:4]), [45, 45])
    assert found.unmet == ((2,), ())


def _files(tmp_path: Path) -> list[Path]:
    people = "社区名称,0-2岁,3-5岁,6-14岁,15-34岁,35-59岁,60-69岁,70-79岁,80岁及以上\n"
    people += "东社区,5,5,20,300,400,100,60,40\n西社区,5,5,20,100,200,200,120,80\n"
    (tmp_path / "社区人口.csv").write_text(people, encoding="utf-8")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(
        [
            "序号",
            "所用时间",
            "来自IP",
            "1、您居住的社区是?",
            "2、您的年龄",
            "3、您最需要哪些服务?【多选题】",
            "4、您的位置(经纬度)",
        ]
    )
    for number in range(20):
        home = ["东社区", "西社区"][number % 4 == 0]
        age = ["15-34岁", "35-59岁", "60岁及以上"][number % 3]
        sheet.append([number, "2分49秒", "198.51.100.9", home, age, "助餐┋健康", "119.679,30.911"])
    book.save(tmp_path / "需求问卷.xlsx")
    return [tmp_path / "社区人口.csv", tmp_path / "需求问卷.xlsx"]


def test_a_questionnaire_is_mapped_weighted_and_known_next_time(tmp_path: Path) -> None:
    files, city = _files(tmp_path), tmp_path / "city"
    first = import_files(files, city, "zh")
    assert first.proposal is not None
    page = first.proposal.read_text(encoding="utf-8")
    assert 'table = "survey"' in page
    done = import_files(files, city, "zh", confirm=True, coordinates="GCJ-02")
    (answers,) = done.outcome.answers
    frame = answers.frame
    assert "来自IP" not in frame
    assert set(frame["所用时间"]) == {"169"}
    weights = frame["weight"].astype(float)
    ids = {row["name"]: row["id"] for row in done.outcome.tables["communities"].frame.to_dict("records")}
    assert weights[frame["community"] == ids["东社区"]].sum() == pytest.approx(900, abs=0.01)
    assert weights[frame["community"] == ids["西社区"]].sum() == pytest.approx(700, abs=0.01)
    assert weights[frame["2、您的年龄"] == "60岁及以上"].sum() == pytest.approx(600, abs=0.01)
    assert abs(float(frame["lon"][0]) - 119.679) > 0.001  # no longer GCJ-02
    assert (city / "imports" / "answers" / "需求问卷.csv").is_file()
    again = import_files(files, city, "zh")
    assert again.proposal is None


def test_answers_without_people_have_no_weights(tmp_path: Path) -> None:
    done = import_files(_files(tmp_path)[1:], tmp_path / "city", "en", confirm=True)
    assert "weight" not in done.outcome.answers[0].frame
    assert "answers-unweighted-community" in {one.code for one in done.outcome.findings}
