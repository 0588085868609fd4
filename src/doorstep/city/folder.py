"""The page ``city.toml`` of a city folder: name, money, coordinates, profile, sources, what the city set itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from doorstep.city.crs import parse_crs
from doorstep.city.model import AGE_BANDS, Override, Source
from doorstep.city.people import Estimate, default_estimate
from doorstep.city.vocabulary import words
from doorstep.errors import Problem, toml_line
from doorstep.messages import LANGUAGES

__all__ = ["Head", "read_head", "said_language"]

FILE = "city.toml"


@dataclass(frozen=True, slots=True)
class Head:
    """``city.toml``, read: fields as in :class:`doorstep.city.City`; ``tables_crs`` is the system of x and y.

    ``crs_known`` is False if the file could not be read or names no known system: then nobody can say where a row lies.
    ``page`` is the whole page: what the city asks of a plan names rows of the tables and is read after them.
    """

    name: str
    language: str
    currency: str
    profile: str
    tables_crs: str
    crs_known: bool
    made_up: bool
    sources: tuple[Source, ...]
    assumptions: tuple[str, ...]
    overrides: tuple[Override, ...]
    estimate: Estimate
    page: Mapping[str, Any]


def read_head(folder: Path, problems: list[Problem]) -> Head:
    """Read ``city.toml``; a missing or wrong key is a problem and gets a stand-in: the tables are checked, too."""
    try:
        page: dict[str, Any] = tomllib.loads((folder / FILE).read_bytes().decode("utf-8-sig"))
    except OSError as fault:
        problems.append(Problem(FILE, "table-unreadable", values={"reason": str(fault.strerror)}))
        page = {}
    except UnicodeDecodeError:
        problems.append(Problem(FILE, "encoding-wrong"))
        page = {}
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        problems.append(Problem(FILE, "toml-broken", toml_line(fault), values={"reason": str(fault)}))
        page = {}
    broken = bool(problems)
    texts = {}
    for key in ("name", "language", "currency", "profile"):
        texts[key] = _text(page, key, problems, needed=not broken)
    if texts["language"] and texts["language"] not in LANGUAGES:
        values = {"found": texts["language"], "expected": ", ".join(LANGUAGES)}
        problems.append(Problem(FILE, "language-unknown", None, "language", values))
    if texts["currency"] and texts["currency"] not in words("currency").values():
        problems.append(Problem(FILE, "currency-unknown", None, "currency", {"found": texts["currency"]}))
    crs = _text(page, "crs", problems, needed=False) or "EPSG:4326"
    crs_known = not broken and parse_crs(crs) is not None
    if parse_crs(crs) is None:
        problems.append(Problem(FILE, "crs-unknown", None, "crs", {"found": crs}))
        crs = "EPSG:4326"
    sources = tuple(_source(row) for row in _rows(page, "sources", ("what", "from", "licence"), problems))
    assumptions = tuple(str(line) for line in _list(page, "assumptions", problems))
    said = " ".join([*assumptions, *(source.origin for source in sources), *(source.what for source in sources)])
    return Head(
        name=texts["name"],
        language=texts["language"] if texts["language"] in LANGUAGES else "en",
        currency=texts["currency"],
        # a city's own profile is a file beside this page
        profile=str(folder / texts["profile"]) if _is_own(texts["profile"]) else texts["profile"],
        tables_crs=crs,
        crs_known=crs_known,
        made_up=page.get("made_up") is True or "made up" in said.casefold() or "虚构" in said,
        sources=sources,
        assumptions=assumptions,
        overrides=_overrides(page, problems),
        estimate=_estimate(page, texts["currency"], problems),
        page=page,
    )


def _is_own(profile: str) -> bool:
    return profile.casefold().endswith(".toml")


def said_language(folder: Path) -> str | None:
    """Return the language that a city folder asks for, None if it cannot be read: messages come before all checks.

    A page that is no TOML as a whole may still hold the line.
    """
    try:
        page = (folder / FILE).read_bytes().decode("utf-8-sig", errors="replace")
    except OSError:
        return None
    found = re.search(r"""^\s*language\s*=\s*["'](\w+)["']""", page, re.MULTILINE)
    return found.group(1) if found and found.group(1) in LANGUAGES else None


def _text(page: Mapping[str, Any], key: str, problems: list[Problem], *, needed: bool) -> str:
    value = page.get(key, "")
    if not isinstance(value, str):
        problems.append(Problem(FILE, "toml-value-wrong", None, key, {"found": str(value)}))
        return ""
    if needed and not value.strip():
        problems.append(Problem(FILE, "toml-key-missing", None, key, {"missing": key}))
    return value.strip()


def _list(page: Mapping[str, Any], key: str, problems: list[Problem]) -> list[Any]:
    value = page.get(key, [])
    if not isinstance(value, list):
        problems.append(Problem(FILE, "toml-value-wrong", None, key, {"found": str(value)}))
        return []
    return value


def _rows(
    page: Mapping[str, Any], key: str, needed: tuple[str, ...], problems: list[Problem]
) -> list[Mapping[str, Any]]:
    """Return the tables ``[[key]]`` that hold what they need."""
    rows: list[Mapping[str, Any]] = []
    for number, row in enumerate(_list(page, key, problems), start=1):
        if not isinstance(row, dict):
            problems.append(Problem(FILE, "toml-value-wrong", None, key, {"found": str(row)}))
            continue
        missing = [name for name in needed if str(row.get(name, "")).strip() == ""]
        for name in missing:
            where = f"{key}[{number}].{name}"
            problems.append(Problem(FILE, "toml-key-missing", None, where, {"missing": where}))
        if not missing:
            rows.append(row)
    return rows


def _source(row: Mapping[str, Any]) -> Source:
    licence, origin = str(row["licence"]), str(row["from"])
    named = "© OpenStreetMap contributors" if licence.casefold().startswith("odbl") else origin
    return Source(str(row["what"]), origin, str(row.get("year", "")), licence, str(row.get("attribution", named)))


def _overrides(page: Mapping[str, Any], problems: list[Problem]) -> tuple[Override, ...]:
    found = []
    for row in _rows(page, "overrides", ("key", "value"), problems):
        day = row.get("date", "")
        try:
            day_text = day.isoformat() if isinstance(day, date) else str(day)
            if day_text:
                date.fromisoformat(day_text)
        except ValueError:
            problems.append(Problem(FILE, "date-wrong", None, f"overrides.{row['key']}", {"found": str(day)}))
            day_text = ""
        value = row["value"]
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        found.append(
            Override(str(row["key"]), shown, str(row.get("document", "")), day_text, str(row.get("reason", "")))
        )
    return tuple(found)


def _estimate(page: Mapping[str, Any], currency: str, problems: list[Problem]) -> Estimate:
    default = default_estimate(currency)
    given = page.get("estimate", {})
    if not isinstance(given, dict):
        problems.append(Problem(FILE, "toml-value-wrong", None, "estimate", {"found": str(given)}))
        return default
    figures: dict[str, Any] = {}
    limits = {"household_size": 20.0, "dwelling_vacancy": 1.0, "floor_per_person_m2": 1000.0, "usable_share": 1.0}
    for key, most in limits.items():
        value = given.get(key)
        if value is None:
            continue
        low = 0.0 if key == "dwelling_vacancy" else 0.01
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= most:
            problems.append(Problem(FILE, "toml-value-wrong", None, f"estimate.{key}", {"found": str(value)}))
        else:
            figures[key] = float(value)
    mix = given.get("age_mix")
    if mix is not None and not _is_mix(mix):
        values = {"expected": ", ".join(AGE_BANDS), "found": str(mix)}
        problems.append(Problem(FILE, "age-mix-wrong", None, "estimate.age_mix", values))
    elif mix is not None:
        shares = [float(mix[band]) for band in AGE_BANDS]
        return replace(default, **figures, age_mix=tuple(share / sum(shares) for share in shares))
    return replace(default, **figures)


def _is_mix(mix: Any) -> bool:
    """Shares of all eight age bands, none negative, that sum to 1 (within 2 %, then put right)."""
    if not isinstance(mix, dict) or set(mix) != set(AGE_BANDS):
        return False
    if not all(isinstance(share, int | float) and 0 <= share <= 1 for share in mix.values()):
        return False
    return abs(sum(mix.values()) - 1) <= 0.02
