"""Hubs, communities and cities checked from the command line: files, folders, plans, bad input."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import openpyxl
import pytest
from cities import write_toy_city
from command_line import doorstep
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.assess import exactly
from doorstep.checking import facility_known
from doorstep.city import read_city
from doorstep.errors import DoorstepError, InputError
from doorstep.plan_file import read_plan
from doorstep.standards import asked_of, load_standard, standard_names
from doorstep.told_file import read_told
from doorstep.told_template import asked_facts, write_template

REPOSITORY = Path(__file__).resolve().parents[1]
MADE_CITY = REPOSITORY / "examples" / "made-city"
HUB = """
name = "和平里综合体"
services = ["养老服务", "托育", "meals"]
kind = "综合体"
area_m2 = "580㎡"
storey = "首层"
lift = "无"
"service_storey:elderly_care" = "二层"
lease_years = 3
[capacity]
elderly_care = 30
infant_care = 18
[service_area_m2]
elderly_care = 260
infant_care = 180
"""


def rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {row["rule"]: row for row in csv.DictReader(stream)}


def told(tmp_path: Path, text: str, name: str = "hub.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_hub_told_in_a_file(tmp_path: Path) -> None:
    path = told(tmp_path, HUB)
    done = doorstep("check-hub", path, "--out", tmp_path / "out", "--lang", "zh")
    assert done.code == 1, done.err
    assert "有 1 项强制性要求未满足。" in done.out
    found = rows(tmp_path / "out" / "check.csv")
    assert found["cn2023-ar-01"]["code"] == "fails"
    assert found["cn2023-ar-01"]["measured"] == "580 平方米"
    assert found["cn2023-ar-01"]["required"] == "≥ 600 平方米"
    assert found["cn2023-ar-01"]["remedy"]
    assert found["cn2023-st-07"]["outcome"] == "未核实（不满足）"
    assert found["cnty-si-01"]["code"] == "passes"
    assert found["cnty-fa-04"]["code"] == "not_applicable"
    page = (tmp_path / "out" / "check.html").read_text(encoding="utf-8")
    assert "和平里综合体" in page
    assert "http://" not in page
    assert "https://" not in page
    book = openpyxl.load_workbook(tmp_path / "out" / "check.xlsx")
    assert book.worksheets[0].max_row == len(found) + 2
    enlarged = told(tmp_path, HUB.replace("580", "600"))
    assert doorstep("check-hub", enlarged, "--lang", "en").code == 0


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".toml"])
def test_a_template_filled_in_says_the_same_whatever_the_kind_of_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"hub{suffix}"
    assert doorstep("check-hub", "--template", path).code == 0
    if suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(min_row=2):
            row[2].value = {"services": "社区助餐、文化休闲", "area_m2": 320, "kind": "插花式"}.get(str(row[0].value))
        assert sheet.data_validations.dataValidation
        book.save(path)
    elif suffix == ".csv":
        text = path.read_text(encoding="utf-8-sig")
        table = list(csv.reader(text.splitlines()))
        for line in table[1:]:
            line[2] = {"services": "meals;culture", "area_m2": "320", "kind": "dispersed"}.get(line[0], "")
        with path.open("w", encoding="gb18030", newline="") as stream:
            csv.writer(stream).writerows(table)
    else:
        text = path.read_text(encoding="utf-8")
        text = text.replace("# services = []", 'services = ["meals", "culture"]')
        text = text.replace("# area_m2 = 0", "area_m2 = 320").replace('# kind = ""', 'kind = "dispersed"')
        path.write_text(text, encoding="utf-8")
    known, _ = read_told(path)
    assert known.told == {
        "services": frozenset(["meals", "culture"]),
        "area_m2": exactly(320),
        "kind": "dispersed",
    }


@pytest.mark.parametrize("standard", standard_names())
@pytest.mark.parametrize("of", ["hub", "community", "city"])
def test_every_template_asks_what_its_rules_need_and_can_be_written(tmp_path: Path, standard: str, of: str) -> None:
    by = load_standard(standard)
    asked = asked_facts(of, by)
    known = {one.name for one in asked_of(of)}
    assert set(asked) <= known
    for rule in by.rules:
        if of in rule.of:
            assert any(rule.id in rules for rules in asked.values()), rule.id
    for suffix in (".xlsx", ".csv", ".toml"):
        write_template(tmp_path / f"{of}{suffix}", of, by)


def test_all_that_is_wrong_with_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = 'services = ["meals", "banana"]\narea = 30\narea_m2 = "about 30"\nstorey = 0\nlift = "maybe"\n'
    with pytest.raises(InputError) as caught:
        read_told(told(tmp_path, text))
    codes = [problem.code for problem in caught.value.problems]
    assert codes.count("told-value") == 4
    assert codes.count("told-fact-unknown") == 1
    assert "told-no-services" not in codes  # they are named, one of them wrongly
    done = doorstep("check-hub", told(tmp_path, text), "--lang", "en")
    assert done.code == 1
    for written in ("banana", "about 30", "maybe", "storey"):  # the screen puts equal problems together, but not these
        assert written in done.err
    assert "meals;" not in done.err
    assert "Traceback" not in done.err
    absent = told(tmp_path, 'services = ["meals"]\n[capacity]\nsport = 3\n')
    with pytest.raises(InputError) as caught:
        read_told(absent)
    assert [problem.code for problem in caught.value.problems] == ["told-absent-service"]
    with pytest.raises(DoorstepError, match="file-missing"):
        read_told(tmp_path / "nothere.toml")
    (tmp_path / "hub.docx").touch()
    with pytest.raises(DoorstepError, match="told-unreadable"):
        read_told(tmp_path / "hub.docx")


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200), suffix=st.sampled_from([".toml", ".csv", ".xlsx"]))
def test_nonsense_is_a_problem_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    path = tmp_path_factory.mktemp("told") / f"hub{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_told(path)


@pytest.mark.parametrize(
    ("written", "storey"),
    [("1", 1), ("首层", 1), ("二层", 2), ("B1", -1), ("-1", -1), ("负一层", -1), ("地下二层", -2), ("3F", 3)],
)
def test_storeys_as_offices_write_them(tmp_path: Path, written: str, storey: int) -> None:
    known, _ = read_told(told(tmp_path, f'services = ["meals"]\nstorey = "{written}"\n'))
    assert known.told["storey"] == exactly(storey)


def test_a_facility_of_a_city_and_what_is_told_of_it_besides(tmp_path: Path) -> None:
    with (MADE_CITY / "facilities.csv").open(encoding="utf-8-sig", newline="") as stream:
        care = next(row for row in csv.DictReader(stream) if row["service"] == "elderly_care")
    done = doorstep("check-hub", MADE_CITY, care["id"], "--out", tmp_path / "one", "--lang", "en")
    assert done.code in (0, 1), done.err
    assert "The city is made up." in done.out
    found = rows(tmp_path / "one" / "check.csv")
    # the list of facilities tells the hours and the storey: it needs no lift
    assert found["cn2023-st-07"]["code"] == "not_applicable"
    assert found["cn2023-st-06"]["measured"] == "1 storey"
    assert found["cn2023-op-05"]["measured"] == "24 h a day"
    more = told(tmp_path, 'storey = 2\nlift = "no"\n', "more.toml")
    done = doorstep("check-hub", MADE_CITY, care["id"], "--told", more, "--out", tmp_path / "two", "--lang", "en")
    assert rows(tmp_path / "two" / "check.csv")["cn2023-st-07"]["outcome"] == "not verified, would not be met"
    assert doorstep("check-hub", MADE_CITY).code == 2
    unknown = doorstep("check-hub", MADE_CITY, "F99999", "--lang", "en")
    assert unknown.code == 2
    assert "There is no facility F99999" in unknown.err


def test_storey_and_hours_of_an_office_s_list_reach_the_check_and_the_clock(tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(MADE_CITY, city)
    (tmp_path / "机构.csv").write_text(
        "编号,机构名称,机构类别,所在楼层,床位数,营业时间,经度,纬度\n"
        "N1,云桥养老驿站,养老机构,地下一层,20,周一至周五 8:00-17:30,119.6814623,30.9165908\n"
        "N2,竹苑日间照料,养老机构,,20,,119.6816366,30.9239821\n",
        encoding="gb18030",
    )
    words = ("import", tmp_path / "机构.csv", "--into", city, "--confirm", "--coordinates", "WGS84", "--lang", "en")
    assert doorstep(*words).code == 0
    place, _ = facility_known(read_city(city), "N1")
    assert (place.told["storey"], place.told["open_hours"]) == (exactly(-1), exactly(9.5))
    assert not {"storey", "open_hours"} & set(facility_known(read_city(city), "N2")[0].told)
    times = ("2026-03-03T12:00", "2026-03-03T18:00")
    assert [_counting(city, at) - _counting(MADE_CITY, at) for at in times] == [2, 1]


def _counting(city: Path, at: str) -> int:
    out = doorstep("reach", city, "--service", "elderly_care", "--at", at, "--lang", "en").out
    return int(out.split("Facilities that count: ")[1].split(".")[0])


def test_a_city_and_its_communities(tmp_path: Path) -> None:
    done = doorstep("check-list", MADE_CITY, "--out", tmp_path / "city", "--lang", "en")
    assert done.code == 1, done.err
    assert "枫林社区" in done.out
    assert "break what binds: 枫林社区" in done.out
    assert "do not bind: 8 not known, 2 passes" in " ".join(done.out.split())  # not all of them are met
    each = (tmp_path / "city" / "communities.csv").read_text(encoding="utf-8-sig")
    assert "cn2023-rt-01" in each
    done = doorstep(
        "check-list", MADE_CITY, "枫林社区", "--profile", "15min", "--out", tmp_path / "one", "--lang", "zh"
    )
    assert done.code == 0, done.err
    found = rows(tmp_path / "one" / "check.csv")
    assert found["m15-sh11"]["code"] in ("passes", "warns")
    assert found["m15-sh11"]["measured"].endswith("分钟")
    assert doorstep("check-list", MADE_CITY, "nowhere").code == 2


def test_a_city_raises_sets_and_waives_rules_with_document_date_and_reason(tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(MADE_CITY, city)
    base = (city / "city.toml").read_text(encoding="utf-8")
    laid = [("raise.cn2023-rt-02", "hard"), ("rule.cn2023-rt-01", "20"), ("waive.cn2023-rt-02.999901001001", "yes")]
    text = base + "".join(
        f'\n[[overrides]]\nkey = "{key}"\nvalue = "{value}"\ndocument = "区政府通知3号"\ndate = "2026-01-01"\n'
        'reason = "老城区用地紧张"\n'
        for key, value in laid
    )
    (city / "city.toml").write_text(text, encoding="utf-8")
    done = doorstep("check-list", city, "999901001001", "--out", tmp_path / "one", "--lang", "zh")
    assert done.code in (0, 1), done.err
    found = rows(tmp_path / "one" / "check.csv")
    assert found["cn2023-rt-01"]["required"] == "≥ 20 平方米/百户"
    assert found["cn2023-rt-01"]["source"].startswith("区政府通知3号, 2026-01-01")
    assert found["cn2023-rt-02"]["code"] == "warns"
    assert found["cn2023-rt-02"]["reason"] == "老城区用地紧张"
    page = (tmp_path / "one" / "check.html").read_text(encoding="utf-8")
    assert "老城区用地紧张" in page
    (city / "city.toml").write_text(text.replace('reason = "老城区用地紧张"', 'reason = ""'), encoding="utf-8")
    refused = doorstep("check-list", city, "999901001001", "--lang", "en")
    assert refused.code == 2
    assert "needs the reason in writing" in refused.err


def test_people_and_need_in_later_years() -> None:
    done = doorstep("outlook", MADE_CITY, "--lang", "en")
    assert done.code == 0, done.err
    lines = {line.split("  ")[0]: line for line in done.out.splitlines()}
    assert lines["80+"].split()[-2:] == ["+76", "%"]
    assert lines["Elderly care"].split()[-2:] == ["+64", "%"]
    assert "Infant and toddler care (-41 %): Elderly care (with works)" in done.out
    one = doorstep("outlook", MADE_CITY, "枫林社区", "--lang", "zh")
    assert one.code == 0
    assert "枫林社区" in one.out
    assert doorstep("outlook", MADE_CITY, "--profile", "kr").code == 2


def test_a_hub_of_a_plan(tmp_path: Path) -> None:
    city = write_toy_city(tmp_path / "toy")
    plan = tmp_path / "plan"
    assert doorstep("plan", city, "--out", plan, "--budget", "3000000", "--rounds", "2").code == 0
    document = read_plan(plan)
    hub = document.hubs[0]
    done = doorstep("check-hub", city, hub.space, "--plan", plan, "--out", tmp_path / "out", "--all", "--lang", "en")
    assert done.code in (0, 1), done.err
    found = rows(tmp_path / "out" / "check.csv")
    # What the plan says of its hub, the check says too: they are one mechanism.
    for finding in hub.findings:
        assert found[finding.rule]["code"] == finding.outcome, finding.rule
    missing = doorstep("check-hub", city, "S99", "--plan", plan, "--lang", "en")
    assert missing.code == 2
    assert "Nearest: S" in missing.err
    listed = doorstep("check-list", city, "--plan", plan, "--out", tmp_path / "list", "--lang", "en")
    assert listed.code in (0, 1), listed.err


def test_a_standard_without_rules_says_that_nothing_was_checked() -> None:
    done = doorstep("check-list", REPOSITORY / "examples/newport", "--lang", "en")
    assert done.code == 0
    assert "holds no rule for this: nothing was checked" in done.out
    assert "Nothing that binds is broken" not in done.out
    assert "Of 0 rules" not in done.out


@pytest.mark.parametrize("name", ["枫林社区", "枫林", "枫林社区居委会", "999901001001"])
def test_a_community_goes_by_its_name_with_and_without_its_committee(name: str) -> None:
    done = doorstep("outlook", MADE_CITY, name, "--lang", "en")
    assert done.out.startswith("枫林社区: people by age")


def test_a_broken_file_is_one_problem_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('services = ["meals"]\narea_m2 = \n', encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_told(file)
    assert [(one.code, one.row) for one in told.value.problems] == [("toml-broken", 2)]
    file.write_bytes("services = ['餐']".encode("gbk"))
    with pytest.raises(InputError) as told:
        read_told(file)
    assert [one.code for one in told.value.problems] == ["encoding-wrong"]
