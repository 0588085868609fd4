"""Cells into values: numbers, words, dates, limits, opening days; a problem for each cell that cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.model import SERVICES
from doorstep.city.tables import RawTable
from doorstep.city.vocabulary import Column, columns, plain, plain_header, word, words
from doorstep.errors import Problem

__all__ = ["Cells", "open_days_a_week", "parse_cells"]

MOST = 1e9
"""A larger number in a table is a slip of the pen: no count, area, price or height comes near."""
_UNKNOWN = {"", "-", "--", "—", "——", "–", "/", "n/a", "na", "nan", "null", "none", "unknown", "未知", "不详", "无数据"}
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_DAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7} | {
    name: number for number, name in enumerate(("mo", "tu", "we", "th", "fr", "sa", "su"), start=1)
}
_DAY = r"(?:周|星期|礼拜)([一二三四五六日天])|\b(mo|tu|we|th|fr|sa|su)[a-z]*\b"
_SPAN = re.compile(rf"(?:{_DAY})\s*(?:至|到|~|-|–|—)\s*(?:{_DAY}|([一二三四五六日天]))|{_DAY}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A parsed table: every column of the reference, typed, in the order of the file.

    ``frame``: an absent or empty cell is "" (text and words), NaN (numbers), NaT (dates), False (bool), an empty
    frozenset (limits, ids); ``given``: column -> which cells held something; ``headers``: column -> header as it stands
    in the file; ``rows``: the user's own.
    """

    table: str
    file: str
    frame: pd.DataFrame
    given: dict[str, npt.NDArray[np.bool_]]
    headers: dict[str, str]
    rows: npt.NDArray[np.int64]


def parse_cells(raw: RawTable, table: str, problems: list[Problem]) -> Cells:
    """Read every known column of a raw table; what cannot be read becomes a problem and an unknown value."""
    by_plain = {plain_header(str(name)): str(name) for name in reversed(list(raw.cells.columns))}
    frame, given, headers = pd.DataFrame(index=raw.cells.index), {}, {}
    for column in columns(table):
        known = (by_plain.get(plain_header(name)) for name in column.names)
        header = next((one for one in known if one is not None), None)
        if header is None:
            if column.required:
                values = {"expected": ", ".join(column.names), "found": ", ".join(raw.cells.columns)}
                problems.append(Problem(raw.file, "column-missing", 1, column.name, values))
            texts = [""] * len(raw.cells)
        else:
            headers[column.name] = header
            texts = list(raw.cells[header])
        read = _reader_of(column, is_there=header is not None)
        values_read, is_given = [], []
        for text, row in zip(texts, raw.rows, strict=True):
            report = partial(_report, problems, raw.file, int(row), header or column.name)
            value = read(text, report)
            values_read.append(value)
            is_given.append(bool(text) and not _is_unknown(value))
        frame[column.name] = _series(values_read, column, raw.cells.index)
        given[column.name] = np.array(is_given, dtype=bool)
    return Cells(table, raw.file, frame, given, headers, raw.rows)


Report = Callable[..., None]


def _report(problems: list[Problem], file: str, row: int, column: str, code: str, **values: str) -> None:
    severity = values.pop("severity", "error")
    problems.append(Problem(file, code, row, column, values, severity))


def _reader_of(column: Column, *, is_there: bool) -> Callable[[str, Report], Any]:
    if column.kind in ("id", "text"):
        return lambda text, report: text  # noqa: ARG005
    if column.kind == "date":
        return _date
    if column.kind == "bool":
        return lambda text, report: _word(text, report, "bool", "word-unknown", required=False) == "yes"
    if column.kind == "limits":
        return _limits
    if column.kind == "ids":
        return _ids
    if column.kind == "word":
        return partial(_word, subject=column.words, code=column.problem, required=column.required and is_there)
    return partial(_number, signed=column.kind == "signed", most=7.0 if column.kind == "days" else MOST)


def _is_unknown(value: Any) -> bool:
    return value is pd.NaT or value == "" or (isinstance(value, float) and value != value)


def _series(values: list[Any], column: Column, index: pd.Index[Any]) -> pd.Series[Any]:
    if column.kind in ("number", "signed", "days"):
        return pd.Series(values, index=index, dtype=np.float64)
    if column.kind == "date":
        return pd.Series(pd.to_datetime(pd.Series(values, index=index, dtype=object))).astype("datetime64[ns]")
    if column.kind == "bool":
        return pd.Series(values, index=index, dtype=bool)
    return pd.Series(values, index=index, dtype=object)


def number_of(text: str) -> float | None:
    """Return the number that a text holds: NaN for a sign of "unknown", None if it is no number.

    Full-width digits, blanks and thousands separators are read.

    Examples
    --------
    >>> number_of("1,250.5"), number_of("４６８"), number_of("—"), number_of("about 20")
    (1250.5, 468.0, nan, None)
    """
    if _PLAIN_NUMBER.fullmatch(text):
        return float(text)  # most cells; also spares the rest of the work
    tidy = "".join(unicodedata.normalize("NFKC", text).split())
    if tidy.casefold() in _UNKNOWN:
        return float("nan")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", tidy):
        tidy = tidy.replace(",", "")
    try:
        number = float(tidy)
    except ValueError:
        return None
    return number if np.isfinite(number) and "_" not in tidy else None


def _number(text: str, report: Report, *, signed: bool, most: float) -> float:
    number = number_of(text)
    if number is None or abs(number) > most:
        report("value-not-number", found=text)
        return float("nan")
    if number < 0 and not signed:
        report("value-negative", found=text)
        return float("nan")
    return number


def _word(text: str, report: Report, subject: str, code: str, *, required: bool) -> str:
    if not text and not required:
        return ""
    found = word(subject, text)
    if found is None:
        if not required and plain(text) in _UNKNOWN:
            return ""
        report(code, found=text, expected=", ".join(dict.fromkeys(words(subject).values())))
        return ""
    return found


def _date(text: str, report: Report) -> Any:
    tidy = unicodedata.normalize("NFKC", text).strip()
    if tidy.casefold() in _UNKNOWN:
        return pd.NaT
    parts = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2}))?(?:月)?(?:[-/.]?(\d{1,2})日?)?(?:年)?(?:[ T][\d:.]+)?", tidy)
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", tidy)
    found = compact or parts
    try:
        if found is None:
            raise ValueError(tidy)
        year, month, day = (int(one) if one else 1 for one in found.groups())
        if not 1900 <= year <= 2200:
            raise ValueError(tidy)
        return pd.Timestamp(date(year, month, day))
    except ValueError:
        report("date-wrong", found=text)
        return pd.NaT


def _limits(text: str, report: Report) -> frozenset[str]:
    """Read codes or sentences parted by semicolons; a comma or 、 parts them only where the whole is not known."""
    codes: set[str] = set()
    for part in re.split(r"[;；|]", text):
        pieces = [part] if _limit(part) else re.split(r"[,，、]", part)
        for piece in pieces:
            if plain(piece) in _UNKNOWN | {"无"}:
                continue
            code = _limit(piece)
            if code is None:
                report("limit-unknown", found=piece.strip(), severity="warning")
            else:
                codes.add(code)
    return frozenset(codes)


def _ids(text: str, report: Report) -> frozenset[str]:  # noqa: ARG001
    """Read ids parted by semicolons, commas or 、."""
    return frozenset(one.strip() for one in re.split(r"[;；,，、|]", text) if plain(one) not in _UNKNOWN | {"无"})


def _limit(text: str) -> str | None:
    known = word("limit", text)
    if known is not None:
        return known
    start, _, rest = plain(text).replace("：", ":").partition(":")
    service = word("service", rest) if start in ("bar", "不得设", "禁设") else None
    return f"bar:{service}" if service in SERVICES else None


def open_days_a_week(hours: str) -> float:
    """Return the days a week of opening hours as people or OpenStreetMap write them; NaN if nothing can be read.

    Day ranges, single days, 周末, and hours alone (every day) are understood; rules after the first semicolon are
    exceptions (holidays) unless they name further days.

    Examples
    --------
    >>> [open_days_a_week(hours) for hours in ("周一至周六 06:30-13:30", "09:00-18:00", "Mo-Fr 08:00-17:00; PH off")]
    [6.0, 7.0, 5.0]
    """
    tidy = unicodedata.normalize("NFKC", hours).casefold()
    if not tidy.strip():
        return float("nan")
    days: set[int] = set()
    for rule in re.split(r"[;;]", tidy):
        named = _days_named(rule)
        if re.search(r"\b(off|closed)\b|休息|闭馆|关闭", rule):
            days = (days or (set(range(1, 8)) if named else set())) - named
        else:
            days |= named
    if days:
        return float(len(days))
    return 7.0 if re.search(r"\d{1,2}[::]\d{2}|24/7|24小时|全天|每天|每日|daily", tidy) else float("nan")


def _days_named(rule: str) -> set[int]:
    days: set[int] = set()
    if "周末" in rule or "weekend" in rule:
        days |= {6, 7}
    if "工作日" in rule or "weekday" in rule:
        days |= {1, 2, 3, 4, 5}
    for found in _SPAN.finditer(rule):
        named = [_DAYS[one.casefold()] for one in found.groups() if one]
        if len(named) == 1:
            days.add(named[0])
        else:
            first, last = named
            days |= {(first + step - 1) % 7 + 1 for step in range((last - first) % 7 + 1)}
    return days
