"""Opening hours as people write them."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.walk.hours import in_osm_notation, is_open, open_places, unreadable_hours, value_at

TUESDAY, SATURDAY = datetime(2026, 3, 3), datetime(2026, 3, 7)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("24小时", "00:00-24:00"),
        ("全天开放", "00:00-24:00"),
        ("周一至周日 全天", "Mo-Su 00:00-24:00"),
        ("周一至周五 8:00-17:30", "Mo-Fr 08:00-17:30"),
        ("星期一到星期五8:00—17:30", "Mo-Fr 08:00-17:30"),
        ("工作日 08：30～17：00", "Mo-Fr 08:30-17:00"),
        ("周一至周五 08:00-12:00, 14:00-17:30", "Mo-Fr 08:00-12:00,14:00-17:30"),
        ("上午8:30-11:30 下午2:00-5:30", "08:30-11:30,14:00-17:30"),
        ("下午14:00-17:30", "14:00-17:30"),
        ("每天 早上6点-晚上9点半", "Mo-Su 06:00-21:30"),
        ("8点30分至17点", "08:30-17:00"),
        ("晚上7点-晚上12点", "19:00-24:00"),
        ("中午11:30-13:00", "11:30-13:00"),
        ("周一、三、五 9:00-11:00", "Mo,We,Fr 09:00-11:00"),
        ("周二至周日 09:00-17:00（周一闭馆）", "Tu-Su 09:00-17:00; Mo off"),
        ("周一至周五 8:00-17:30，周六 9:00-12:00", "Mo-Fr 08:00-17:30; Sa 09:00-12:00"),
        ("9:00-17:00，法定节假日除外", "09:00-17:00; PH off"),
        ("周一至周五 16:00-20:00; 寒暑假 08:30-17:30", "Mo-Fr 16:00-20:00; SH 08:30-17:30"),
        ("开放时间：周末 9:00-21:00", "Sa-Su 09:00-21:00"),
        ("逢周一休息", "Mo off"),
        ("Mo-Fr 09:00-17:00, Mo 19:00-20:00", "Mo-Fr 09:00-17:00, Mo 19:00-20:00"),
        ("Mo-Su 24/7", "24/7"),
        ("Mo-Su 24/7; PH off", "24/7; PH off"),
        ("周一至周日 24/7", "24/7"),
        ("每天24/7", "24/7"),
        ("7×24小时", "00:00-24:00"),
    ],
)
def test_chinese_in_osm_notation(written: str, meant: str) -> None:
    assert in_osm_notation(written) == meant
    assert is_open(written, TUESDAY) is not None


@pytest.mark.parametrize(
    "written", ["", "  ", "预约", "看通知", "周一 25:00-26:00x", "Mo-Fr 9-17", "8:00-", '"by booking"']
)
def test_what_cannot_be_read_is_none(written: str) -> None:
    assert is_open(written, TUESDAY) is None


@pytest.mark.parametrize("written", ["Mo-Su 24/7", "24/7", "周一至周日 24/7", "7*24小时"])
def test_what_never_shuts_is_open_at_every_hour(written: str) -> None:
    assert all(is_open(written, day.replace(hour=hour)) for day in (TUESDAY, SATURDAY) for hour in range(24))
    assert unreadable_hours([written]) == ()


def test_bounds() -> None:
    hours = "周一至周五 8:00-17:30"
    clock = {"07:59": False, "08:00": True, "17:29": True, "17:30": False}
    for time, answer in clock.items():
        hour, minute = (int(part) for part in time.split(":"))
        assert is_open(hours, TUESDAY.replace(hour=hour, minute=minute)) is answer
    assert is_open(hours, SATURDAY.replace(hour=9)) is False
    assert is_open("22:00-02:00", SATURDAY.replace(hour=1)) is True


def test_open_places_and_what_could_not_be_read() -> None:
    table = pd.DataFrame({"opening_hours": ["off", "24/7", "", "看通知", "看通知"]}, index=[3, 1, 4, 5, 9])
    found = open_places(table, TUESDAY)
    assert found.index.tolist() == [3, 1, 4, 5, 9]
    assert found.fillna(value=False).tolist() == [False, True, False, False, False]
    assert found.isna().tolist() == [False, False, True, True, True]
    assert unreadable_hours(table["opening_hours"]) == ("看通知",)


@given(st.text(alphabet="周一五日至、，;:-0123456789点半上下午休息全天 ()节假日MoFr,", max_size=30))
def test_no_text_breaks_it(written: str) -> None:
    assert is_open(written, TUESDAY) in (True, False, None)


@pytest.mark.parametrize(
    ("conditional", "hour", "value"),
    [
        ("no @ (22:00-06:00)", 23, "no"),
        ("no @ (22:00-06:00)", 5, "no"),
        ("no @ (22:00-06:00)", 12, ""),
        ("no @ 22:00-06:00", 23, "no"),
        ("yes @ (06:00-22:00); private @ (12:00-13:00)", 12, "private"),  # the last that holds
        ("yes @ (06:00-22:00); private @ (12:00-13:00)", 13, "yes"),
        ("no @ (Sa,Su)", 12, ""),
        ("no @ (周二 08:00-18:00)", 12, "no"),
        ("no @ (weight > 3.5)", 12, None),
        ("no @ (22:00-06:00); yes @ residents", 12, None),
        ("no @ ()", 12, None),
        ("no", 12, None),
        ("", 12, None),
        ("no @ (08:00-18:00) or so", 12, None),
    ],
)
def test_conditional_tags_say_their_value_at_a_time(conditional: str, hour: int, value: str | None) -> None:
    assert value_at(conditional, TUESDAY.replace(hour=hour)) == value
    assert (value_at(conditional, None) is None) == (value is None)


@given(st.text("noyes@()0123456789:-; MoTu", max_size=30))
def test_any_conditional_text_is_read_or_not_and_never_stops_the_program(conditional: str) -> None:
    value_at(conditional, TUESDAY)
