"""What a city asks of a plan beside the standard: money by source, limits on hubs, floors of coverage, phases."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from doorstep.city.model import AGE_BANDS, CHANNELS, EVERY_SERVICE, SERVICES, Asked, Cap, Floor, Fund, Phase, Scope
from doorstep.errors import Problem

__all__ = ["read_asked"]

FILE = "city.toml"

_SCOPE = ("channels", "communities", "types", "spaces", "services")
_KEYS = {
    "funds": ("name", "amount", *_SCOPE),
    "limits": ("name", "what", "most", "each", *_SCOPE),
    "floors": ("name", "service", "least", "each", "communities", "types", "ages"),
    "phases": ("name", "budget", "until"),
}
_NEEDED = {
    "funds": ("name", "amount"),
    "limits": ("name", "what", "most"),
    "floors": ("name", "service", "least"),
    "phases": ("name", "budget"),
}
WHAT = ("hubs", "running")
MOST_FUNDS = 8
"""Every set of funds may be a limit of its own: 255 of them."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Ids of a folder's tables, and the types of its communities."""

    types: Mapping[str, str]
    spaces: Collection[str]


def read_asked(
    page: Mapping[str, Any], types: Mapping[str, str], spaces: Collection[str], problems: list[Problem]
) -> Asked:
    """Read the tables ``funds``, ``limits``, ``floors`` and ``phases`` of ``city.toml``.

    Parameters
    ----------
    page
        The page, parsed.
    types
        Community -> its type.
    spaces
        Ids.
    problems
        Every wrong name or figure is added.

    Returns
    -------
    Asked
        Types turned into communities, and ``each = "community"`` into a row for each of them.
    """
    known = _Known(types, spaces)
    rows = {key: _rows(page, key, problems) for key in _KEYS}
    funds = tuple(
        Fund(str(row["name"]), amount, _scope(row, where, known, problems))
        for where, row in rows["funds"]
        if (amount := _amount(row, "amount", where, problems)) is not None
    )
    caps = []
    for where, row in rows["limits"]:
        most = _amount(row, "most", where, problems)
        what = _word(row, "what", where, WHAT, problems)
        scope = _scope(row, where, known, problems)
        if most is not None and what:
            if what == "hubs" and most != most.to_integral_value():
                problems.append(_wrong(f"{where}.most", row["most"]))
                continue
            caps += [Cap(name, what, most, one) for name, one in _each(row, where, scope, known, problems)]
    floors = []
    for where, row in rows["floors"]:
        least = _amount(row, "least", where, problems, most=1)
        service = _word(row, "service", where, (*SERVICES, EVERY_SERVICE), problems)
        ages = _names(row, "ages", where, AGE_BANDS, problems)
        scope = _scope(row, where, known, problems)
        if least is not None and service:
            floors += [
                Floor(name, service, float(least), one.communities, ages)
                for name, one in _each(row, where, scope, known, problems)
            ]
    phases = tuple(
        Phase(str(row["name"]), budget, _day(row, where, problems))
        for where, row in rows["phases"]
        if (budget := _amount(row, "budget", where, problems)) is not None
    )
    if len(funds) > MOST_FUNDS:
        problems.append(_wrong("funds", f"{len(funds)} > {MOST_FUNDS}"))
    asked = Asked(funds, tuple(caps), tuple(floors), phases)
    every: dict[str, tuple[Fund | Cap | Floor | Phase, ...]] = {
        "funds": funds,
        "limits": tuple(caps),
        "floors": tuple(floors),
        "phases": phases,
    }
    for key, some in every.items():
        names = [one.name for one in some]
        for name in sorted({one for one in names if names.count(one) > 1}):
            problems.append(Problem(FILE, "asked-twice", None, key, {"found": name}))
    return asked


def _rows(page: Mapping[str, Any], key: str, problems: list[Problem]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the tables ``[[key]]`` that hold what they need, each with where it stands."""
    given = page.get(key, [])
    rows: list[tuple[str, Mapping[str, Any]]] = []
    if not isinstance(given, list):
        problems.append(_wrong(key, given))
        return []
    for number, row in enumerate(given, start=1):
        where = f"{key}[{number}]"
        if not isinstance(row, dict):
            problems.append(_wrong(where, row))
            continue
        for name in row:
            if name not in _KEYS[key]:
                values = {"found": name, "expected": ", ".join(_KEYS[key])}
                problems.append(Problem(FILE, "word-unknown", None, where, values))
        missing = [name for name in _NEEDED[key] if str(row.get(name, "")).strip() == ""]
        for name in missing:
            problems.append(Problem(FILE, "toml-key-missing", None, where, {"missing": f"{where}.{name}"}))
        if not missing:
            rows.append((where, row))
    return rows


def _wrong(where: str, found: object) -> Problem:
    return Problem(FILE, "toml-value-wrong", None, where, {"found": str(found)})


def _amount(
    row: Mapping[str, Any], key: str, where: str, problems: list[Problem], most: float = 1e13
) -> Decimal | None:
    """Return a number from 0 on, exactly as it is written."""
    given = row[key]
    try:
        number = Decimal(repr(given)) if not isinstance(given, str | bool) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= Decimal(most):
        problems.append(_wrong(f"{where}.{key}", given))
        return None
    return number


def _word(row: Mapping[str, Any], key: str, where: str, known: Collection[str], problems: list[Problem]) -> str:
    given = str(row[key])
    if given in known:
        return given
    values = {"found": given, "expected": ", ".join(known)}
    problems.append(Problem(FILE, "word-unknown", None, f"{where}.{key}", values))
    return ""


def _names(
    row: Mapping[str, Any], key: str, where: str, known: Collection[str], problems: list[Problem]
) -> frozenset[str] | None:
    """Return a list of known names, ``None`` if the row has none: then it speaks of all."""
    if key not in row:
        return None
    given = row[key]
    if not isinstance(given, list) or not given:
        problems.append(_wrong(f"{where}.{key}", given))
        return None
    for one in given:
        if str(one) not in known:
            some = sorted(known)[:12]
            values = {"found": str(one), "expected": ", ".join([*some, "…"] if len(some) < len(known) else some)}
            problems.append(Problem(FILE, "word-unknown", None, f"{where}.{key}", values))
    return frozenset(str(one) for one in given)


def _scope(row: Mapping[str, Any], where: str, known: _Known, problems: list[Problem]) -> Scope:
    communities = _names(row, "communities", where, known.types, problems)
    types = _names(row, "types", where, set(known.types.values()) - {""}, problems)
    if types is not None:
        of_types = frozenset(one for one, kind in known.types.items() if kind in types)
        communities = of_types if communities is None else communities & of_types
    return Scope(
        channels=_names(row, "channels", where, CHANNELS, problems),
        communities=communities,
        spaces=_names(row, "spaces", where, known.spaces, problems),
        services=_names(row, "services", where, SERVICES, problems),
    )


def _each(
    row: Mapping[str, Any], where: str, scope: Scope, known: _Known, problems: list[Problem]
) -> list[tuple[str, Scope]]:
    """Return the row, or one for each community of its scope, with their names."""
    name = str(row["name"])
    if "each" not in row:
        return [(name, scope)]
    if not _word(row, "each", where, ("community",), problems):
        return []
    inside = sorted(known.types if scope.communities is None else scope.communities)
    return [(f"{name}:{one}", replace(scope, communities=frozenset((one,)))) for one in inside]


def _day(row: Mapping[str, Any], where: str, problems: list[Problem]) -> str:
    """Return a day as year-month-day, "" if there is none."""
    if "until" not in row:
        return ""
    try:
        given = row["until"]
        return given.isoformat() if isinstance(given, date) else date.fromisoformat(str(given)).isoformat()
    except ValueError:
        values = {"found": str(row["until"])}
        problems.append(Problem(FILE, "date-wrong", None, f"{where}.until", values))
        return ""
