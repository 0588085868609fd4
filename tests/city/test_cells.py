"""Numbers, words, dates, days and limits as people write them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.city.cells import number_of, open_days_a_week, parse_cells
from doorstep.city.model import CHANNELS, SERVICES
from doorstep.city.people import default_estimate
from doorstep.city.tables import RawTable
from doorstep.city.vocabulary import TABLES, columns, plain_header, word, words
from doorstep.errors import Problem


def read_one(table: str, column: str, text: str) -> tuple[object, list[str]]:
    raw = RawTable("one.csv", pd.DataFrame({column: [text]}, dtype=object), np.array([2]), None, "")
    problems: list[Problem] = []
    cells = parse_cells(raw, table, problems)
    name = next(one.name for one in columns(table) if plain_header(column) in map(plain_header, one.names))
    return cells.frame[name].iloc[0], [one.code for one in problems if one.code != "column-missing"]


NUMBERS = {
    "12": 12,
    " 17 ": 17,
    "４６８": 468,
    "1,234.5": 1234.5,
    "1e3": 1000,
    "-2": -2,
    **dict.fromkeys(("1,23", "697亩", "inf", "1_000"), None),
    **dict.fromkeys(("", "—", "未知", "NaN"), math.nan),
}


@pytest.mark.parametrize(("text", "expected"), NUMBERS.items())
def test_numbers_are_read_as_people_write_them(text: str, expected: float | None) -> None:
    found = number_of(text)
    assert (found == expected) if expected is None or expected == expected else (found is not None and found != found)


@given(st.text(max_size=12))
def test_a_number_is_finite_unknown_or_none(text: str) -> None:
    found = number_of(text)
    assert found is None or found != found or math.isfinite(found)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_is_read_back(number: float) -> None:
    assert number_of(repr(number)) == number


@pytest.mark.parametrize(
    ("hours", "days"),
    [
        ("周一至周六 06:30-13:30", 6),
        ("周二至周日 09:00-17:00", 6),
        ("周一至周五 16:00-20:00; 寒暑假 08:30-17:30", 5),
        ("周一到五 08:00-12:00", 5),
        ("每天 08:00-18:00", 7),
        ("24小时", 7),
        ("全天开放", 7),
        ("09:00-18:00", 7),
        ("周末 09:00-12:00", 2),
        ("工作日 09:00-12:00", 5),
        ("星期三、星期六", 2),
        ("Mo-Fr 08:00-17:00; Sa 09:00-12:00", 6),
        ("Mo-Su 08:00-17:00; Mo off", 6),
        ("Sa-Mo 10:00-12:00", 3),
        ("24/7", 7),
    ],
)
def test_opening_days_are_counted(hours: str, days: int) -> None:
    assert open_days_a_week(hours) == days


def test_hours_that_say_nothing_are_unknown() -> None:
    assert math.isnan(open_days_a_week(""))
    assert math.isnan(open_days_a_week("by appointment"))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (
            "不得用于老人、儿童用房;不得设明火厨房;需补办手续",
            {"no_elderly_or_children", "no_open_kitchen", "regularise"},
        ),
        ("不得设明火厨房；需业主大会同意", {"no_open_kitchen", "owners_meeting"}),
        ("no_open_kitchen, bar:meals", {"no_open_kitchen", "bar:meals"}),
        ("不得设:社区助餐", {"bar:meals"}),
        ("", set()),
        ("无", set()),
    ],
)
def test_limits_are_codes(text: str, codes: set[str]) -> None:
    assert read_one("spaces", "limits", text) == (frozenset(codes), [])


def test_limit_that_is_not_known_is_a_warning() -> None:
    assert read_one("spaces", "限制", "bar:swimming") == (frozenset(), ["limit-unknown"])


@pytest.mark.parametrize(
    "text", ["2026-02-01", "2026/2/1", "2026.02.01", "20260201", "2026年2月1日", "2026年2月", "2026-02"]
)
def test_dates_are_read(text: str) -> None:
    assert read_one("spaces", "可用时间", text) == (pd.Timestamp("2026-02-01"), [])


def test_a_day_that_does_not_exist_is_no_date() -> None:
    assert read_one("spaces", "available_from", "2026-02-30")[1] == ["date-wrong"]


def test_units_of_the_header_are_left_aside() -> None:
    assert read_one("spaces", "使用面积(平方米)", "20.5") == (20.5, [])
    assert read_one("spaces", "使用面积（㎡）", "-1")[1] == ["value-negative"]


def test_more_than_seven_days_a_week_are_refused() -> None:
    assert read_one("facilities", "open_days_week", "8")[1] == ["value-not-number"]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("床或座", "day_place"),
        ("托位", "place"),
        ("餐/日", "meal_day"),
        ("人次/日", "visit_day"),
        ("人", "persons_at_once"),
    ],
)
def test_units_of_capacity_are_codes(text: str, unit: str) -> None:
    assert read_one("facilities", "capacity_unit", text) == (unit, [])


@pytest.mark.parametrize(
    ("text", "unit"), [("元/天", "day"), ("元/月", "month"), ("元/餐", "meal"), ("元/次", "visit")]
)
def test_units_of_price_are_codes(text: str, unit: str) -> None:
    assert read_one("facilities", "价格单位", text) == (unit, [])


def test_words_cover_services_and_channels_and_are_not_ambiguous() -> None:
    assert set(words("service").values()) == set(SERVICES)
    assert set(words("channel").values()) == set(CHANNELS)
    assert word("service", "社区助餐") == word("service", "Community Meals") == "meals"
    for table in TABLES:
        for column in columns(table):
            assert column.kind != "word" or words(column.words)


def test_first_names_of_columns_are_told_apart() -> None:
    for table in TABLES:
        first = [column.names[0] for column in columns(table)]
        assert first == [column.name for column in columns(table)]


@pytest.mark.parametrize("currency", ["CNY", "GBP"])
def test_age_mix_sums_to_one(currency: str) -> None:
    assert sum(default_estimate(currency).age_mix) == pytest.approx(1.0)
