"""Numbers as offices write them: with words, units, Chinese numerals, ranges, thousands marks and signs for nothing."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

__all__ = ["NOTHING", "Quantity", "chinese_number", "is_nothing", "quantity_of", "tidy", "unit_factor"]

NOTHING = frozenset(
    [
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "―",
        "－",
        "/",
        "\\",
        "//",
        "\\\\",
        ".",
        "..",
        "…",
        "……",
        "*",
        "×",
        "x",
        "?",
        "无",
        "無",
        "暂无",
        "暫無",
        "没有",
        "沒有",
        "空",
        "空白",
        "缺",
        "缺失",
        "未知",
        "不详",
        "不詳",
        "不明",
        "不清楚",
        "待定",
        "待补",
        "待核",
        "待核实",
        "待查",
        "未填",
        "未填写",
        "未登记",
        "未统计",
        "无数据",
        "无资料",
        "不适用",
        "na",
        "n/a",
        "n.a.",
        "nan",
        "nil",
        "null",
        "none",
        "unknown",
        "tbd",
        "tba",
        "missing",
        "(空)",
        "(跳过)",
        "(无)",
        "#n/a",
        "#n/a!",
        "同上",
    ]
)
"""What stands in a cell where there is nothing to say, in plain form. 同上 is not nothing but cannot be a number."""
_DIGITS = {
    "〇": 0,
    "零": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "兩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_CHINESE = "".join([*_DIGITS, *_TENS, *_MYRIADS])
_BEFORE = (
    r"(?P<before>约|約|大约|大概|近|将近|接近|不足|不到|超过|超|至少|最多"
    r"|≈|~|≥|≤|>|<|about|approx\.?|ca\.?|c\.|around|over|under)?"
)
_NUMBER = r"(?P<{0}>[+-]?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?(?:e[+-]?\d{{1,2}})?|\.\d+)"
_AFTER = r"(?P<after>(?:左右|上下|以上|以下|以内|余|餘|多|许|几|\+|不等)*)"
_ONE = re.compile(
    _BEFORE
    + _NUMBER.format("number")
    + r"(?P<few>余|餘|多|几)?(?P<myriad>万|萬|亿|億|千|百)?"
    + r"(?P<few2>余|餘|多|几)?(?P<unit>[^\d,;]{0,12}?)"
    + _AFTER
)
_RANGE = re.compile(
    _BEFORE
    + _NUMBER.format("low")
    + r"(?P<unit1>[^\d,;\-~]{0,6}?)(?:-|–|—|~|～|至|到|to)"
    + _NUMBER.format("high")
    + r"(?P<unit>[^\d,;]{0,12}?)"
    + _AFTER
)
_BRACKET = re.compile(r"[(\[{【（].*?[)\]}】）]$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a cell says.

    Parameters
    ----------
    value
        The number in the base unit of ``units.toml`` if the cell names a unit, else as it stands; NaN for nothing; the
        lower end of a range.
    unit
        The unit in the cell, "" if it names none.
    notes
        What a person ought to know: ``full_width``, ``words``, ``rough``, ``range``, ``chinese``, ``thousands``,
        ``blanks``, ``nothing``.
    high
        The upper end of a range, else NaN.
    """

    value: float
    unit: str = ""
    notes: tuple[str, ...] = ()
    high: float = float("nan")


def tidy(text: str) -> str:
    """Return a text in plain forms, without any blank.

    Examples
    --------
    >>> tidy(" ４６８ 人"), tidy("1，200")
    ('468人', '1,200')
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("，", ",").replace("−", "-")


def is_nothing(text: str) -> bool:
    """Whether a cell that is not empty says that there is nothing to say.

    Examples
    --------
    >>> [is_nothing(text) for text in ("—", " / ", "待定", "0", "")]
    [True, True, True, False, False]
    """
    return tidy(text).casefold() in NOTHING


@cache
def _units() -> Mapping[str, Mapping[str, float]]:
    page = files("doorstep.city.importing").joinpath("units.toml").read_text(encoding="utf-8")
    return {
        kind: {tidy(name).casefold(): float(one) for name, one in rows.items()}
        for kind, rows in tomllib.loads(page).items()
    }


@lru_cache(maxsize=4096)
def unit_factor(unit: str, measured: str = "") -> tuple[str, float] | None:
    """Return what a unit measures and how many base units it is; None if it is not known.

    Parameters
    ----------
    unit
        As it stands.
    measured
        ``area``, ``persons``, ``length``, ``count``, ``share`` or ``money``: looked at first, "" for none.

    Examples
    --------
    >>> unit_factor("万人"), unit_factor("亩")[0], unit_factor("m", "length"), unit_factor("furlong")
    (('persons', 10000.0), 'area', ('length', 1.0), None)
    """
    bare = tidy(unit).casefold().strip("()[]:/、.")
    for kind in sorted(_units(), key=lambda one: one != measured):
        if bare in _units()[kind]:
            return kind, _units()[kind][bare]
    return None


def chinese_number(text: str) -> float | None:
    """Return the number that Chinese numerals write, None if they write none.

    Examples
    --------
    >>> [chinese_number(text) for text in ("三百二十", "十二", "二〇〇八", "一千零五", "两万三千", "一")]
    [320.0, 12.0, 2008.0, 1005.0, 23000.0, 1.0]
    """
    if not text or any(one not in _CHINESE for one in text):
        return None
    if len(text) > 1 and all(one in _DIGITS for one in text):
        return float("".join(str(_DIGITS[one]) for one in text))
    whole, part, digit = 0, 0, 0
    for one in text:
        if one in _DIGITS:
            digit = _DIGITS[one]
        elif one in _TENS:
            part += (digit or 1) * _TENS[one]
            digit = 0
        else:
            whole = (whole + part + digit) * _MYRIADS[one]
            part = digit = 0
    return float(whole + part + digit)


@lru_cache(maxsize=65_536)
def quantity_of(text: str) -> Quantity | None:
    """Return the number in a cell's text, None if it holds none.

    Examples
    --------
    >>> quantity_of("约697.1亩").value, quantity_of("1,250.5").value, quantity_of("８０-100").notes
    (464733.3333333333, 1250.5, ('full_width', 'range'))
    >>> quantity_of("三百二十平米").value, quantity_of("1.2万").value, quantity_of("—").notes, quantity_of("see note")
    (320.0, 12000.0, ('nothing',), None)
    """
    plain = tidy(text).casefold()
    if plain in NOTHING:
        return Quantity(float("nan"), notes=("nothing",))
    notes = []
    if any(unicodedata.normalize("NFKC", one) != one and one not in "㎡²" for one in text):
        notes.append("full_width")
    if text != text.strip() or re.search(r"\d\s+\d", text):
        notes.append("blanks")
    plain = re.sub(r"m[2²](?!\d)", "㎡", plain.rstrip("。.;"))  # else its 2 would be read as a number
    found = _read(plain, tuple(notes))
    if found is None and _BRACKET.search(plain):
        found = _read(_BRACKET.sub("", plain), (*notes, "words"))
    if found is None:
        numerals = re.search(rf"[{_CHINESE}]+", plain)
        number = chinese_number(numerals.group()) if numerals else None
        if numerals and number is not None and not re.search(r"\d", plain):
            spelled = plain[: numerals.start()] + f"{number:.0f}" + plain[numerals.end() :]
            found = _read(spelled, (*notes, "chinese"))
    return found


def _read(plain: str, notes: tuple[str, ...]) -> Quantity | None:
    one = _ONE.fullmatch(plain)
    if one is not None:
        unit = one["unit"] or ""
        known = unit_factor(unit) if unit else ("", 1.0)
        if known is None:
            return None
        more = ["thousands"] if "," in one["number"] else []
        if unit or one["myriad"]:
            more.append("words")
        if one["before"] or one["after"] or one["few"] or one["few2"]:
            more.append("rough")
        value = float(one["number"].replace(",", "")) * (_MYRIADS | _TENS).get(one["myriad"] or "", 1)
        if one["myriad"] and unit and tidy(one["myriad"] + unit) in {"万平", "万方"}:
            known = ("area", 1.0)
        return Quantity(value * known[1], unit, (*notes, *more))
    span = _RANGE.fullmatch(plain)
    if span is not None:
        unit = span["unit"] or span["unit1"] or ""
        known = unit_factor(unit) if unit else ("", 1.0)
        low, high = (float(span[end].replace(",", "")) for end in ("low", "high"))
        if known is None or high < low:
            return None
        more = ["range", *(["words"] if unit else []), *(["rough"] if span["before"] or span["after"] else [])]
        return replace(Quantity(low * known[1], unit, (*notes, *more)), high=high * known[1])
    return None
