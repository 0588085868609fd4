"""Days with two numbers below 13: the column, the office and the city tell which is the month, else a person does."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from doorstep.city.importing import Result, import_files
from doorstep.city.importing.storeys import day_of, year_of

BRITISH = "UPRN,Property,Address,Net internal area,Landlord,Date available,Lat,Lng"
ENGLISH = "Ref,Property,Address,Area (m2),Owner,Available,Lat,Lng"
CHINESE = "编号,名称,地址,面积,产权单位,可交付时间,纬度,经度"
PLACES = ("51.5870,-2.9950", "51.5860,-2.9940", "51.5850,-2.9930", "51.5840,-2.9920")


def rooms(folder: Path, head: str, days: tuple[str, ...], *, toml: str = "") -> tuple[Result, list[str]]:
    """Import rooms that are free from days written so; return the days of the city."""
    city = folder / "city"
    if toml and not city.exists():
        city.mkdir()
        (city / "city.toml").write_text(toml, encoding="utf-8")
    lines = [f"{place},Room {place},{place} Road,100,国资委,{day},{PLACES[place]}" for place, day in enumerate(days)]
    (folder / "rooms.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    result = import_files([folder / "rooms.csv"], city, "en", confirm=True, coordinates="WGS84")
    return result, pd.read_csv(city / "spaces.csv", dtype=str, keep_default_na=False)["available_from"].tolist()


@pytest.mark.parametrize(
    ("head", "days", "want", "kind", "code"),
    [
        (BRITISH, ("01/04/2026", "02.05.2026"), ["2026-04-01", "2026-05-02"], "layout", "days-british"),
        (CHINESE, ("01/04/2026", "13/04/2026"), ["2026-04-01", "2026-04-13"], "layout", "days-cells"),
        (BRITISH, ("01/04/2026", "04/13/2026"), ["2026-01-04", "2026-04-13"], "layout", "days-cells"),
        (CHINESE, ("01/04/2026", "2026/5/2"), ["2026-01-04", "2026-05-02"], "question", "days-none"),
        (ENGLISH, ("01/04/2026", "1 May 2026"), ["2026-04-01", "2026-05-01"], "question", "days-none"),
        (
            ENGLISH,
            ("01/04/2026", "13/04/2026", "04/13/2026"),
            ["2026-04-01"] + 2 * ["2026-04-13"],
            "question",
            "days-both",
        ),
    ],
)
def test_which_number_is_the_month(
    tmp_path: Path, head: str, days: tuple[str, ...], want: list[str], kind: str, code: str
) -> None:
    result, found = rooms(tmp_path, head, days)
    assert found == want
    told = [one for one in result.outcome.findings if one.code.startswith("days-")]
    assert [(one.kind, one.code, one.values["found"], one.values["taken"]) for one in told] == [
        (kind, code, "01/04/2026", want[0])
    ]


def test_days_that_are_the_same_both_ways_need_no_word(tmp_path: Path) -> None:
    result, found = rooms(tmp_path, ENGLISH, ("04/04/2026", "2026-05-02"))
    assert found == ["2026-04-04", "2026-05-02"]
    assert not [one for one in result.outcome.findings if one.code.startswith("days-")]


@pytest.mark.parametrize("toml", ['profile = "generic-gb"\n', 'profile = "cn-2023"\ncrs = "EPSG:27700"\n'])
def test_a_british_city_puts_the_day_first(tmp_path: Path, toml: str) -> None:
    toml = 'name = "Newport"\nlanguage = "en"\ncurrency = "GBP"\n' + toml
    result, found = rooms(tmp_path, ENGLISH, ("01/04/2026",), toml=toml)
    assert found == ["2026-04-01"]
    assert [one.kind for one in result.outcome.findings if one.code == "days-british"] == ["layout"]


def test_a_person_answers_in_one_line_of_the_mapping_and_it_holds_next_year(tmp_path: Path) -> None:
    _, found = rooms(tmp_path, CHINESE, ("01/04/2026",))
    assert found == ["2026-01-04"]
    mapping = tmp_path / "city" / "imports" / "mapping.toml"
    text = mapping.read_text(encoding="utf-8")
    line = 'field = "available_from"  # 01/04/2026\n'
    assert text.count(line) == 1
    mapping.write_text(text.replace(line, f'{line}unit = "day first"\n'), encoding="utf-8")
    result, found = rooms(tmp_path, CHINESE, ("01/04/2026", "02/05/2026"))
    assert found == ["2026-04-01", "2026-05-02"]
    assert not [one for one in result.outcome.findings if one.code.startswith("days-")]
    assert 'unit = "day first"' in mapping.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["32/13/2026", "1/2-2026", "31 Febuary", "May", "00/00/2026", "1st"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_of(text) is None


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("民國一百一十五年底", "2026-12-31"),
        ("民国115年底", "2026-12-31"),
        ("民國一百一十五年三月", "2026-03-01"),
        ("民國一一五年三月二十一日", "2026-03-21"),
        ("民國一百零九年第二季度", "2020-04-01"),
        ("二〇二六年十月", "2026-10-01"),
        ("十年", None),
        ("十年底", None),
    ],
)
def test_a_day_in_chinese_numerals(text: str, want: str | None) -> None:
    read = day_of(text)
    assert (read.day.isoformat() if read else None) == want
    if text.startswith("民國一百一"):
        assert year_of(text.partition("年")[0] + "年底") == (2026, ("roc",))
