"""The commands as a planner types them: what is said, in which language, how they end, what they leave behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from cities import write_strange_city, write_toy_city
from command_line import COMMAND, doorstep, files_below, process, with_language

import doorstep as package
from doorstep import pipeline, screen
from doorstep.plan_file import Unmet

ROOT = Path(__file__).resolve().parents[1]
BUDGET = ("--budget", "90000")


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Path:
    return write_toy_city(tmp_path_factory.mktemp("cities") / "toy")


@pytest.fixture(scope="module")
def plan(toy, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("plans") / "plan"
    assert doorstep("plan", toy, "--out", folder, *BUDGET).code == 0
    return folder


@pytest.fixture
def own_plan(plan, tmp_path) -> Path:
    return Path(shutil.copytree(plan, tmp_path / "plan"))


@pytest.fixture(scope="module")
def strange(tmp_path_factory) -> Path:
    return write_strange_city(tmp_path_factory.mktemp("某市 数据"))


def latin_words(said: str, *known: str | Path) -> set[str]:
    """Return the words in Latin letters that are no name, path, unit or option."""
    for one in sorted(map(str, known), key=len, reverse=True):
        said = said.replace(one, " ")
    words = "".join(letter if letter.isascii() and letter.isalpha() else " " for letter in said).split()
    return {word for word in words if len(word) > 1}


# -- every command once ------------------------------------------------------------------------------------------------


def test_version_is_told():
    done = doorstep("--version")
    assert (done.code, done.out) == (0, f"doorstep {package.__version__}\n")


def test_without_a_command_all_are_listed():
    done = doorstep()
    assert done.code == 2
    for command in ("check", "diagnose", "plan", "evaluate", "compare", "explain", "verify", "demo"):
        assert f"\n  {command} " in done.out
    assert "warm" not in done.out


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"LANG": "zh_CN.UTF-8"}, ("用法：", "选项", "参数", "可用投资", "显示本帮助")),
        ({"LANG": "en_GB.UTF-8"}, ("Usage:", "Options", "Arguments", "Capital that may be spent", "Show this help")),
    ],
)
def test_help_is_in_the_language_of_the_system_and_never_cut_short(environment, words):
    done = process("plan", "--help", **environment)
    assert done.code == 0
    for word in words:
        assert word in done.out
    assert "…" not in done.out
    if environment["LANG"].startswith("zh"):
        assert latin_words(done.out.split("选项")[0], "doorstep plan", "CITY", "OPTIONS") == set()


def test_check_of_a_clean_folder_ends_with_0(toy):
    done = doorstep("check", toy)
    assert done.code == 0
    assert "No problems." in done.out
    assert re.search(r"residences +p_80p +12 *\n", done.out)


def test_plan_in_chinese_is_chinese_throughout(strange, tmp_path):
    out = tmp_path / "方案 一"
    done = doorstep("plan", strange, "--out", out, "--budget", "1000000")
    assert done.code == 0
    assert f"请打开 {out / 'report.html'}\n" in done.out  # in one piece
    assert "本方案未能满足" in done.out
    assert "儿童游憩：" in done.out
    assert latin_words(done.said, out / "report.html", "CNY", "spaces.shp", "EPSG") == set()
    assert {"plan.json", "report.html", "hubs.csv"} <= {path.name for path in out.iterdir()}
    done = doorstep("verify", strange, out)
    assert done.code == 0
    assert "方案成立" in done.out


def test_what_cannot_be_met_is_told_by_name_with_its_unit(strange):
    city, profile = pipeline.read_inputs(strange)
    results = SimpleNamespace(city=city, profile=profile, plan=SimpleNamespace(city=city.name, currency="CNY"))
    per_100 = "m2 per 100 households"
    told = {
        Unmet("out-of-reach", "service:play", 47.2, "person"): "儿童游憩：47 人在步行限距内",
        Unmet("out-of-reach", "service:play", 0.3, "person"): "儿童游憩：不到 1 人在步行限距内",
        Unmet("rule-not-met", "community:101/cn2023-rt-01", 25.24, per_100): "西里 (101)：社区服务设施面积",
        Unmet("rule-not-met", "city/cn2023-rt-01", 2.5, per_100): "尚差 2.5 平方米/百户。",
        Unmet("rule-not-met", "hub:空2/cn2023-st-01", 0.0, "storey"): "停办幼儿园 (空2)：",
        Unmet(
            "must-over-budget", "space:空1", 1234567.0, "CNY"
        ): "锅炉房 (空1)：必须设服务点，但资金不够；全部这类空间共缺 CNY 1,234,567。",
        Unmet("budget-too-small", "city", 100000.0, "CNY"): "少 CNY 100,000。",
    }
    for unmet, words in told.items():
        assert words in screen.unmet_told("zh", unmet, results)


def test_diagnose_explain_compare_and_evaluate(toy, plan, tmp_path):
    assert doorstep("diagnose", toy, "--out", tmp_path / "d").code == 0
    assert (tmp_path / "d" / "assessment.csv").is_file()
    done = doorstep("explain", toy, plan, "S1", "--lang", "zh")
    assert done.code == 0
    assert "选用" in done.out
    assert doorstep("compare", plan, plan, "--out", tmp_path / "c.html").code == 0
    assert (tmp_path / "c.html").stat().st_size > 10_000
    done = doorstep("evaluate", toy, plan / "hubs.csv", "--out", tmp_path / "e", "--rounds", "2")
    assert done.code == 0
    assert "The best plan found with the same money" in done.out


# -- words that cannot be used -----------------------------------------------------------------------------------------

WRONG_WORDS = [
    (("--budget", "a lot"), "a lot"),
    (("--budget", "-5"), "-5"),
    (("--budget", "1e30"), "1e30"),
    (("--budget", "nan"), "nan"),
    (("--gap", "inf"), "inf"),
    (("--gap", "-1"), "-1"),
    (("--rounds", "0"), "0"),
    (("--rounds", "2.5"), "2.5"),
    (("--seed", "9" * 30), "9" * 30),
    (("--workers", "none"), "none"),
    (("--time-limit", "soon"), "soon"),
    (("--profile", "mars"), "mars"),
    (("--profile", "cn-2023"), "rate.GBP"),
    (("--set", "walk_limit.meals=3"), "walk_limit_m.meals"),
    (("--set", "walk_limit_m.meals=far"), "far"),
    (("--set", "walk_limit_m.meals=1e300"), "--set"),
    (("--set", "walk_limit_m.meals"), "KEY=VALUE"),
    (("--set", "raise.ws-12=hard"), "city.toml"),
    (("--method", "magic"), "engine"),
    (("--lang", "fr"), "en | zh"),
    (("--resume",), "plan.json"),
    (("--unknown-option",), "--unknown-option"),
    (("--budget",), "--budget"),
    (("second", "third"), "second third"),
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("words", "named"), WRONG_WORDS, ids=[" ".join(words)[:40] for words, _ in WRONG_WORDS])
def test_wrong_words_are_told_with_what_is_expected(words, named, language, toy, tmp_path):
    before = files_below(tmp_path)
    done = doorstep("plan", toy, "--out", tmp_path / "p", "--lang", language, *words)
    assert done.code == 2
    assert named in done.err
    is_chinese = any("\u4e00" <= letter <= "\u9fff" for letter in done.err)
    assert is_chinese == (language == "zh" and words[0] != "--lang")
    assert files_below(tmp_path) == before


def test_unknown_command_and_missing_argument_are_told():
    done = doorstep("paln", "--lang", "zh")
    assert done.code == 2
    assert "没有命令 paln。可用：check, diagnose, plan" in done.err
    done = doorstep("plan", "--lang", "zh")
    assert done.code == 2
    assert "缺少 CITY" in done.err


@pytest.mark.parametrize("budget", ["0", "12", "10000000000000"])
def test_budget_however_small_or_large_gives_a_plan(budget, toy, tmp_path):
    done = doorstep("plan", toy, "--out", tmp_path / "p", "--budget", budget)
    assert done.code == 0
    document = json.loads((tmp_path / "p" / "plan.json").read_text(encoding="utf-8"))
    assert document["capital_money"] <= document["budget_money"] == int(budget) * 100
    assert bool(document["hubs"]) == (len(budget) > 2)
    assert ("The budget is smaller than the cheapest hub by" in done.out) == (len(budget) <= 2)


# -- plans that are damaged or of another city -------------------------------------------------------------------------


def cut(folder: Path) -> None:
    path = folder / "plan.json"
    path.write_bytes(path.read_bytes()[:3000])


def other_field(folder: Path) -> None:
    path = folder / "plan.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["capital_money"] = "much"
    path.write_text(json.dumps(document), encoding="utf-8")


def no_ledger(folder: Path) -> None:
    (folder / "need.parquet").write_bytes(b"not a table")


def short_ledger(folder: Path) -> None:
    pd.read_parquet(folder / "served.parquet").drop(columns="walk_mm").to_parquet(folder / "served.parquet")


@pytest.mark.parametrize(
    ("damage", "words", "chinese"),
    [
        (cut, "is not JSON", "不是 JSON"),
        (other_field, "look at plan.capital_money", "plan.capital_money"),
        (no_ledger, "need.parquet", "need.parquet"),
        (short_ledger, "walk_mm", "walk_mm"),
    ],
)
def test_damaged_plan_is_told(damage, words, chinese, toy, own_plan, tmp_path):
    damage(own_plan)
    for language, expected in (("en", words), ("zh", chinese)):
        done = doorstep("verify", toy, own_plan, "--lang", language)
        assert done.code == 2
        assert expected in done.err
    if damage in (cut, other_field):
        assert doorstep("explain", toy, own_plan, "S1").code == 2
        assert doorstep("compare", own_plan, own_plan, "--out", tmp_path / "c.html").code == 2
        assert not (tmp_path / "c.html").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(profile="mars"),
        lambda document: document["settings"].update({"no.such": "1"}),
        lambda document: document["multipliers"]["need"].pop("meals"),
        lambda document: document["multipliers"]["need"].update(meals=[1.0]),
        lambda document: document["hubs"][0]["services"][0].update(service="astrology"),
        lambda document: document["hubs"][0]["services"][0].update(grade=99),
        lambda document: document["hubs"][0].update(space="S99"),
        lambda document: document.update(currency="XXX"),
    ],
)
def test_plan_that_was_changed_by_hand_is_refused_without_a_traceback(change, toy, own_plan):
    path = own_plan / "plan.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    done = doorstep("verify", toy, own_plan, "--lang", "zh")
    assert done.code in (1, 2)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in done.said)


def test_plan_of_another_city_is_refused(strange, plan, toy):
    done = doorstep("verify", strange, plan)
    assert done.code == 1
    assert "现在的城市文件夹" in done.err
    assert "inputs-changed" in done.out
    done = doorstep("explain", strange, plan, "空1")
    assert done.code == 2
    assert str(plan) in done.err
    assert doorstep("explain", toy, plan, "S99").err.startswith("There is no space S99")


# -- a planner's own hubs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("space,service,grade\nS9,meals,1\n", ["hubs.csv │ 2 ", "space ", "There is no space S9"]),
        ("space,service,grade\n\nS4,astrology,1\n", ["hubs.csv │ 3 ", "service ", "astrology", "elderly_care"]),
        ("space,service,grade\nS4,culture,9\n", ["hubs.csv │ 2 ", "grade ", "no grade 9", "1, 2"]),
        ("space,service,grade\nS4,culture,1\nS4,culture,2\n", ["hubs.csv │ 3 ", "S4 culture"]),
        ("space,service,grade\nS1,culture,3\nS1,sport,3\n", ["hubs.csv │ 2 ", "S1: ", "m²"]),
        ("space,grade\nS4,1\n", ["hubs.csv │ 1 ", "service ", "Columns found: space, grade"]),
        ("space,service,grade\n", ["hubs.csv", "The table has no rows."]),
        ("", ["hubs.csv", "The table has no rows."]),
    ],
)
def test_faults_of_own_hubs_are_told_with_their_row(table, told, toy, tmp_path):
    (tmp_path / "hubs.csv").write_text(table, encoding="utf-8")
    done = doorstep("evaluate", toy, tmp_path / "hubs.csv", "--out", tmp_path / "e")
    assert done.code == 1, done.said
    for words in told:
        assert words in done.err
    assert files_below(tmp_path) == ["hubs.csv"]


def test_all_faults_of_own_hubs_are_told_together_in_chinese(toy, tmp_path):
    table = "空间,服务,档次\nS9,社区助餐,1\nS4,占星,1\nS4,文化休闲,9\n"
    (tmp_path / "hubs.csv").write_bytes(table.encode("gb18030"))
    done = doorstep("evaluate", toy, tmp_path / "hubs.csv", "--out", tmp_path / "e", "--lang", "zh")
    assert done.code == 1
    for words in ("没有场地空间 S9", "没有服务 占星", "没有档次 9", "输入数据有 3 处问题"):
        assert words in done.err


def test_table_of_own_hubs_that_is_not_there_is_told(toy, tmp_path):
    done = doorstep("evaluate", toy, tmp_path / "none.csv", "--out", tmp_path / "e")
    assert done.code == 2
    assert str(tmp_path / "none.csv") in done.err


# -- terminals, pipes and Ctrl-C ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "environment", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_terminal_without_chinese_does_not_stop_a_check(environment, strange):
    done = process("check", strange, **environment)
    assert done.code == 0  # a note: no .prj
    assert "Traceback" not in done.said
    assert "spaces.shp" in done.out


def test_reader_that_goes_away_does_not_stop_the_plan(toy, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "plan", str(toy), "--out", str(tmp_path / "p"), *BUDGET],
        stdout=writing, stderr=subprocess.PIPE, check=False, timeout=120,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "p" / "plan.json").is_file()


def search_under_way(out: Path) -> subprocess.Popen[bytes]:
    """Start a search without end and wait until it has told of itself."""
    words = ["plan", ROOT / "tests" / "data" / "monaco", "--out", out, "--budget", "1500000", "--gap", "0"]
    words += ["--rounds", "100000", "--workers", "1", "--lang", "en"]
    running = subprocess.Popen(
        [*COMMAND, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=with_language({})
    )
    assert running.stdout is not None
    assert any(line.startswith(b"Searching") for line in running.stdout)
    return running


def test_first_ctrl_c_keeps_the_best_plan_so_far(tmp_path):
    running = search_under_way(tmp_path / "p")
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert b"stopping after this round" in err
    assert b"the best plan so far is kept" in out
    document = json.loads((tmp_path / "p" / "plan.json").read_text(encoding="utf-8"))
    assert 0 < document["rounds"] < 100_000
    assert document["hubs"]
    assert files_below(tmp_path)[0] == "p"


def test_second_ctrl_c_stops_at_once_and_writes_nothing(tmp_path):
    running = search_under_way(tmp_path / "p")
    running.send_signal(signal.SIGINT)
    assert running.stderr is not None
    assert any(b"stopping after this round" in line for line in running.stderr)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert b"Traceback" not in err
    assert b"Nothing was written" in err
    assert files_below(tmp_path) == []
