"""A hub, a community or a city told in a small file (toml, csv, xlsx), and the template for it."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorstep.assess import Known, Value, exactly
from doorstep.city import RawTable, read_table, word
from doorstep.errors import DoorstepError, InputError, Problem, toml_line
from doorstep.messages import LANGUAGES, text
from doorstep.report.check_words import fact_name, word_name
from doorstep.standards import Fact, asked_of, facts

__all__ = ["read_told"]

_CODE = ("code", "代码")
_ITEM = ("item", "项目")
_VALUE = ("value", "填写", "值")
_NUMBER = re.compile(r"([+-]?\d[\d,]*(?:\.\d+)?)\s*(?:[^\d\s.,+-]+[23]?)?(?:/\S+)?")  # 580 m2, 1,200㎡, 8小时/天
_STOREYS = "一二三四五六七八九十"
_STOREY = re.compile(r"(负|地下|[bB-])?\s*(首|[一二三四五六七八九十]|\d+)\s*(?:层|楼|[fF])?")


@dataclass(frozen=True, slots=True)
class _Row:
    """A fact as somebody wrote it: its name or label, what was written, and where."""

    name: str
    written: object
    row: int | None


def read_told(path: Path, of: str = "hub", *, known: Known | None = None) -> tuple[Known, str]:
    """Read what somebody tells of a hub, a community or a city.

    Parameters
    ----------
    path
        ``.toml`` (a fact by its name, or a table of facts that are there once for each), ``.csv`` or ``.xlsx`` (the
        template: columns ``code`` or ``item``, and ``value``).
    of
        ``hub``, ``community`` or ``city``.
    known
        What is known already: the file tells more of the same, and need not tell the services again.

    Returns
    -------
    Known, str
        What is known, its id being the name; and the name.

    Raises
    ------
    DoorstepError
        ``file-missing``; ``told-unreadable`` if it is no file of these kinds.
    InputError
        All that cannot be read: unknown facts (with the nearest), numbers, words; a service that is not among the
        services; a hub without services.
    """
    if not path.exists():
        raise DoorstepError("file-missing", path=str(path))
    if path.suffix.casefold() not in (".toml", ".csv", ".xlsx") or not path.is_file():
        raise DoorstepError("told-unreadable", file=str(path))
    problems: list[Problem] = []
    rows = _rows_of_toml(path, problems) if path.suffix.casefold() == ".toml" else _rows_of_table(path, problems)
    if problems and not rows:
        raise InputError(problems)  # of what cannot be read nothing else can be said
    asked = {one.name: one for one in asked_of(of)}
    names = _names(asked)
    told: dict[str, Value] = {}
    name = path.stem
    for row in rows:
        plain = _plain(row.name)
        if plain in ("name", "名称"):
            name = str(row.written)
            continue
        fact = names.get(plain)
        if fact is None:
            near = difflib.get_close_matches(plain, list(names), n=1, cutoff=0.0)
            values = {"found": row.name, "nearest": names[near[0]].name}
            problems.append(Problem(path.name, "told-fact-unknown", row.row, row.name, values))
            continue
        value = _value(fact, row, path.name, problems)
        if value is not None:
            told[fact.name] = value
    if of == "hub" and not any(one.column == "services" for one in problems):
        problems += _unfit({**known.told, **told} if known else told, path.name)
    if problems:
        raise InputError(problems)
    return Known(of, name, told), name


# -- rows of a file ---------------------------------------------------------------------------------------------------


def _rows_of_toml(path: Path, problems: list[Problem]) -> list[_Row]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        problems.append(Problem(path.name, "table-unreadable", values={"reason": str(fault)}))
    except UnicodeDecodeError:
        problems.append(Problem(path.name, "encoding-wrong"))
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        problems.append(Problem(path.name, "toml-broken", toml_line(fault), values={"reason": str(fault)}))
    else:
        return list(_flat(document))
    return []


def _flat(document: Mapping[str, Any]) -> Iterator[_Row]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from (_Row(f"{key}:{each}", one, None) for each, one in value.items())
        else:
            yield _Row(key, value, None)


def _rows_of_table(path: Path, problems: list[Problem]) -> list[_Row]:
    table = read_table(path, "hub", "zh", problems)
    if table is None:
        return []
    code, item, value = (_column(table, words) for words in (_CODE, _ITEM, _VALUE))
    if value is None or (code is None and item is None):
        values = {"expected": "code, item, value", "found": ", ".join(map(str, table.cells.columns))}
        problems.append(Problem(path.name, "column-missing", 1, None, values))
        return []
    found = []
    for position, row in enumerate(table.rows.tolist()):
        cells = table.cells.iloc[position]
        name = next((str(cells[one]) for one in (code, item) if one is not None and str(cells[one])), "")
        if name and str(cells[value]):
            found.append(_Row(name, str(cells[value]), row))
    return found


def _column(table: RawTable, words: Iterable[str]) -> str | None:
    for column in map(str, table.cells.columns):
        if any(part in words for part in _plain(column).replace("/", " ").split()):
            return column
    return None


def _names(asked: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return every way to write a fact: its code, and its name in either language or both."""
    found = {}
    for name, fact in asked.items():
        labels = [_plain(fact_name(language, name)) for language in LANGUAGES]
        for way in (name, *labels, " ".join(reversed(labels))):
            found[_plain(way)] = fact
    return found


def _plain(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())


# -- values -----------------------------------------------------------------------------------------------------------


def _value(fact: Fact, row: _Row, file: str, problems: list[Problem]) -> Value | None:
    if isinstance(row.written, bool):
        written = "yes" if row.written else "no"
    elif isinstance(row.written, list):
        written = ";".join(str(one) for one in row.written)
    else:
        written = str(row.written)
    written = unicodedata.normalize("NFKC", written).strip()
    if written in ("", "?", "-", "unknown", "未知", "不详"):
        return None
    found: Value | None
    unread = written
    if fact.holds in ("number", "storey"):
        number = _storey(written) if fact.holds == "storey" else _number(written)
        found = None if number is None else exactly(number)
        expected = text("en", "standard_check.a_storey") if fact.holds == "storey" else "0, 1, 2.5, …"
    elif fact.holds == "yes_no":
        found, expected = word("bool", written), "yes | no (是 | 否)"
        found = found or {"有": "yes", "无": "no"}.get(written)
    else:
        parts = [written] if fact.holds == "word" else [one for one in re.split(r"[;,、|]", written) if one.strip()]
        codes = [_word(fact, part.strip()) for part in parts]
        expected = ", ".join(fact.words)
        unread = "; ".join(part.strip() for part, code in zip(parts, codes, strict=True) if code is None)
        found = None if None in codes else codes[0] if fact.holds == "word" else frozenset(one for one in codes if one)
    if found is None:
        values = {"found": unread, "fact": fact.name, "expected": expected}
        # the column keeps facts apart on the screen
        problems.append(Problem(file, "told-value", row.row, fact.name, values))
    return found


def _number(written: str) -> float | None:
    found = _NUMBER.fullmatch(written)
    number = float(found[1].replace(",", "")) if found else -1.0
    return number if number >= 0 else None


def _storey(written: str) -> float | None:
    """Read a storey as offices write it: 1, -1, B1, 1F, 首层, 二层, 地下一层."""
    found = _STOREY.fullmatch(written)
    if found is None:
        return None
    below, digits = found.groups()
    number = 1 if digits == "首" else _STOREYS.index(digits) + 1 if digits in _STOREYS else int(digits)
    return None if number == 0 else float(-number if below else number)


def _word(fact: Fact, written: str) -> str | None:
    ways = {_plain(code): code for code in fact.words}
    for language in LANGUAGES:
        ways |= {_plain(word_name(language, fact, code)): code for code in fact.words}
    listed = {"services": "service", "channel": "channel", "limits": "limit"}.get(fact.name)
    return ways.get(_plain(written)) or (word(listed, written) if listed else None)


def _unfit(told: Mapping[str, Value], file: str) -> Iterator[Problem]:
    services = told.get("services")
    if not isinstance(services, frozenset) or not services:
        yield Problem(file, "told-no-services", values={"expected": ", ".join(facts()["services"].words)})
        return
    for name in told:
        base, _, each = name.partition(":")
        if base in ("capacity", "service_area_m2", "service_storey", "service_type", "service_land_m2") and (
            each not in services
        ):
            yield Problem(file, "told-absent-service", values={"found": name, "services": ", ".join(sorted(services))})
