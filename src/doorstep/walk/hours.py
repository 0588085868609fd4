"""Opening hours: is a gate or a place open at a time? OpenStreetMap's notation, and Chinese ones as offices write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

import pandas as pd
from opening_hours import (  # type: ignore[attr-defined]  # its stubs leave the error out
    OpeningHours,
    ParserError,
    State,
)

__all__ = ["in_osm_notation", "is_open", "open_places", "unreadable_hours", "value_at"]

DAYS = dict(zip("一二三四五六日天", ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "Su"), strict=True))
WORDS = (
    ("国家法定节假日|法定节假日|法定假日|公众假期|公共假期|节假日", " PH "),
    ("寒暑假|寒假暑假", " SH "),
    ("工作日", " Mo-Fr "),
    ("双休日|周末", " Sa-Su "),
    ("每天|每日|全周|全年无休|全年", " Mo-Su "),
    ("全天候|全天|(?:7 ?[×xX*] ?)?24 ?小时|二十四小时", " 00:00-24:00 "),
    ("不营业|不开放|闭馆|休馆|闭园|休息|关闭|停业|停诊|除外", " off "),
    ("开放时间|营业时间|服务时间|办公时间|对外开放|对外|开放|营业|服务|办公|每逢|逢|均|[::](?= *[A-Z])", " "),
)
AFTERNOON = ("下午", "晚上", "傍晚", "夜间", "晚")
PART_OF_DAY = "上午|早上|清晨|早|中午|下午|晚上|傍晚|夜间|晚"
CLOCK = re.compile(rf"({PART_OF_DAY})?\s*(?<![\d:])(\d{{1,2}})(?::(\d{{2}})|[点时](半|\d{{1,2}}分?)?)")
CJK = re.compile("[\u4e00-\u9fff]")
CLAUSE = re.compile(r"\s*([^@;]+?)\s*@\s*(?:\(([^()]*)\)|([^;()]*))\s*(?:;|$)")
ALWAYS = re.compile(r"\bMo ?- ?Su,? 24/7(?![\d/])")  # says the same twice, which the notation does not know
DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)"


def is_open(hours: str, at: datetime) -> bool | None:
    """Tell whether something is open at a time.

    Parameters
    ----------
    hours
        OpenStreetMap's notation or a Chinese one (:func:`in_osm_notation`).
    at
        Local time of the place, without a time zone.

    Returns
    -------
    bool or None
        ``None``: the text is empty, cannot be read, or says that nobody can tell (by appointment).

    Notes
    -----
    No calendar is known: rules for public and school holidays (PH, SH) never apply, a holiday counts as its day of the
    week. Sunrise and sunset are taken as 07:00 and 19:00 all year.

    Examples
    --------
    >>> tuesday = datetime(2026, 3, 3, 17, 30)
    >>> is_open("Mo-Fr 08:00-18:00", tuesday), is_open("周一至周五 8:00-17:30", tuesday), is_open("看门口", tuesday)
    (True, False, None)
    """
    rules = _rules(hours)
    if rules is None:
        return None
    state, comment = rules.state(at)
    # "by appointment" beside or instead of a time: open to some, and nobody can tell from here.
    return None if state == State.UNKNOWN or (state == State.OPEN and comment) else state == State.OPEN


@lru_cache(maxsize=4096)
def _rules(hours: str) -> OpeningHours | None:
    try:
        return OpeningHours(in_osm_notation(hours))
    except ParserError:
        return None


def value_at(conditional: str, at: datetime | None) -> str | None:
    """Return what a conditional tag says at a time: of the clauses that hold the last one counts.

    Parameters
    ----------
    conditional
        As OpenStreetMap writes it: ``no @ (22:00-06:00)``, clauses joined by ``;``.
    at
        Local time of the place, without a time zone; ``None`` asks only whether all clauses can be read.

    Returns
    -------
    str or None
        "" if no clause holds then; ``None`` if one cannot be read: it hangs on more than the clock.

    Examples
    --------
    >>> noon = datetime(2026, 3, 3, 12, 0)
    >>> value_at("no @ (22:00-06:00)", noon), value_at("yes @ (Mo-Fr 08:00-18:00)", noon), value_at("no @ wet", noon)
    ('', 'yes', None)
    """
    holding, end = "", 0
    for found in CLAUSE.finditer(conditional):
        hours = found[2] if found[2] is not None else found[3]
        if found.start() != end or not hours.strip() or _rules(hours) is None:
            return None
        end = found.end()
        holds = at is not None and is_open(hours, at)
        if holds is None:
            return None
        holding = found[1] if holds else holding
    return holding if end == len(conditional) and end else None


def in_osm_notation(hours: str) -> str:
    """Return opening hours in OpenStreetMap's notation; one without Chinese as it stands, but for "Mo-Su 24/7".

    Examples
    --------
    >>> in_osm_notation("周一至周五8:00-12:00，下午2点-5点半；周六、日休息")
    'Mo-Fr 08:00-12:00,14:00-17:30; Sa,Su off'
    >>> in_osm_notation("全天开放")
    '00:00-24:00'
    """
    text = unicodedata.normalize("NFKC", hours).strip()
    if not CJK.search(text):
        return ALWAYS.sub("24/7", text)
    text = re.sub("[~—–―〜-]+|至|到", "-", text)
    text = re.sub("[、，]", ",", text)
    text = re.sub("[。()（）]", ";", text)
    text = re.sub(
        "(?:周|星期|礼拜)([一二三四五六日天])((?:[,-](?:周|星期|礼拜)?[一二三四五六日天])*)",
        lambda found: " " + re.sub("[一二三四五六日天]", lambda one: DAYS[one[0]], _bare(found[0])) + " ",
        text,
    )
    for words, meaning in WORDS:
        text = re.sub(words, meaning, text)
    text = _clocks(text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(" ?([,;-]) ?", r"\1", text)
    # One stretch of time after another, and a day after a time, as offices run them together.
    text = re.sub(r"(\d\d:\d\d-\d\d:\d\d) (?=\d\d:)", r"\1,", text)
    text = re.sub(rf"(\d\d:\d\d|off)[ ,;]*(?={DAY})", r"\1;", text)
    text = re.sub(rf"({DAY})(?=\d)", r"\1 ", text)
    text = re.sub(rf"({DAY})[ ;](?=off)", r"\1 ", text)
    return ALWAYS.sub("24/7", "; ".join(part.strip(" ,") for part in text.split(";") if part.strip(" ,")))


def _bare(days: str) -> str:
    return re.sub("周|星期|礼拜", "", days)


def _clocks(text: str) -> str:
    """Write every time of day with four digits; a part of the day counts to the end of its stretch."""
    part = ""
    end = 0
    written = []
    for found in CLOCK.finditer(text):
        between = text[end : found.start()]
        if found[1]:
            part = found[1]
        elif between.strip() != "-":
            part = ""
        hour = int(found[2])
        minute = 30 if found[4] == "半" else int((found[3] or found[4] or "0").removesuffix("分"))
        if part in AFTERNOON and hour <= 12:
            hour += 12 if hour < 12 or part != "下午" else 0
        written += [between, f"{hour:02}:{minute:02}"]
        end = found.end()
    return "".join([*written, text[end:]])


def open_places(table: pd.DataFrame, at: datetime) -> pd.Series[bool]:
    """Tell which places are open at a time: "a canteen open at 17:30".

    Parameters
    ----------
    table
        Facilities; column ``opening_hours``, "" where nobody knows.
    at
        Local time of the city.

    Returns
    -------
    Series
        Of dtype ``boolean``, the table's index: True, False, or NA where the hours are unknown or cannot be read.

    Examples
    --------
    >>> table = pd.DataFrame({"opening_hours": ["周一至周六 06:30-13:30", "11:00-20:00", ""]})
    >>> open_places(table, datetime(2026, 3, 3, 17, 30)).tolist()
    [False, True, <NA>]
    """
    return pd.Series([is_open(hours, at) for hours in table["opening_hours"]], index=table.index, dtype="boolean")


def unreadable_hours(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the opening hours that are given and cannot be read, each once, sorted."""
    return tuple(sorted({hours for hours in texts if hours.strip() and _rules(hours) is None}))
