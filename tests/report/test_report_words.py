"""Fonts, wording and catalogues: no box, no bare key, the same texts in both languages."""

from __future__ import annotations

import re
import string
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import doorstep.report
from doorstep.messages import catalogue
from doorstep.plan_file import NEED_COLUMNS, SERVED_COLUMNS
from doorstep.report.fonts import missing_characters, runs, without_boxes
from doorstep.report.sheets import sheet_names
from doorstep.report.wording import Wording, major

_USED = re.compile(r"""\b(?:wording|w|told|t)\(\s*["']([a-z_0-9]+[a-z0-9])["']|"(col_[a-z_]+[a-z])\"""")


def test_every_text_that_the_code_asks_for_is_there() -> None:
    room = Path(str(files(doorstep.report)))
    used: dict[str, set[str]] = {"report": set(), "network": set(), "standard_check": set(), "missing_facts": set()}
    for path in [*room.glob("*.py"), *room.glob("assets/*.j2")]:
        page = re.split(r"[._]", path.name)[0]
        subject = {"network": "network", "check": "standard_check", "facts": "missing_facts"}.get(page, "report")
        for found in _USED.findall(path.read_text(encoding="utf-8")):
            used[subject].update(key for key in found if key)
    assert len(used["report"]) > 150
    assert len(used["network"]) > 20
    assert len(used["standard_check"]) > 10
    assert {key for subject, keys in used.items() for key in keys - set(catalogue("en", subject))} == set()


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    english, chinese = catalogue("en", "report"), catalogue("zh", "report")
    assert english.keys() == chinese.keys()

    def placeholders(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert [key for key in english if placeholders(english[key]) != placeholders(chinese[key])] == []


def test_no_text_of_the_catalogues_needs_a_character_that_the_fonts_lack() -> None:
    for language in ("en", "zh"):
        for subject in ("report", "services", "costs", "rules", "standards"):
            assert missing_characters("".join(catalogue(language, subject).values())) == ""


@settings(max_examples=150)
@given(st.text(max_size=40))
def test_what_a_sheet_draws_has_a_glyph(text: str) -> None:
    assert all(font for font, _ in runs(without_boxes(text)))


@given(st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=8))
def test_sheet_names_are_distinct_and_plain(ids: list[str]) -> None:
    names = sheet_names(ids, "hub")
    assert len({name.casefold() for name in names.values()}) == len(ids)
    assert all(not set(name) & set('/\\:*?"<>|') for name in names.values())


@given(st.integers(-(10**14), 10**14))
def test_money_keeps_every_minor_unit(money: int) -> None:
    assert int(major(money, "GBP") * 100) == money
    assert int(major(money, "JPY")) == money


@pytest.mark.parametrize(
    ("language", "currency", "money", "told"),
    [
        ("en", "GBP", 123_456_789, "£1.23 million"),
        ("en", "GBP", 4_200_000, "£42,000"),
        ("en", "GBP", -250_000_000, "−£2.50 million"),
        ("zh", "CNY", 123_456_789, "123.5万元"),
        ("zh", "CNY", 12_345_678_900, "1.23亿元"),
        ("zh", "CNY", 30_000, "300元"),
        ("en", "JPY", 5_000_000, "JPY 5.00 million"),
    ],
)
def test_headlines_say_money_as_people_do(language: str, currency: str, money: int, told: str) -> None:
    assert Wording(language, currency).money(money) == told


def test_the_page_on_the_plan_folder_names_every_column(english_folder: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "plan-folder.md").read_text(encoding="utf-8")
    for name in ("hubs.csv", "coverage.csv", "assessment.csv", "bands.csv"):
        columns = pd.read_csv(english_folder / name, nrows=0).columns
        missing = [column for column in columns if f"`{column.replace('GBP', 'CUR')}`" not in page]
        assert missing == [], name
    assert all(f"`{', '.join(columns)}`" in page for columns in (NEED_COLUMNS, SERVED_COLUMNS))
