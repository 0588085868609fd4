"""Profiles that a city brings: a file read, held against the published schema, with all that is wrong at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from doorstep.errors import InputError, Problem, toml_line
from doorstep.standards.facts import facts
from doorstep.standards.schema import profile_schema

__all__ = ["is_file_name", "own_document"]

_MOST = 40
"""Problems of one kind that are told singly."""


def is_file_name(name: str) -> bool:
    """Whether the name of a profile is that of a file.

    Examples
    --------
    >>> is_file_name("our-standard.toml"), is_file_name("cn-2023")
    (True, False)
    """
    return name.casefold().endswith(".toml")


def own_document(name: str, bundled: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the rows of a profile's file.

    Parameters
    ----------
    name
        Path of the file.
    bundled
        The profiles of the package by name: what all of those for planning have, this one must have, too.

    Raises
    ------
    InputError
        With all that is wrong: ``file-missing``, ``toml-broken``, what the schema asks (``profile-value``,
        ``profile-key``, ``profile-lacks``), ``profile-fact`` (a rule measures what nobody knows), ``profile-id``.
    """
    path = Path(name)
    try:
        stamp = path.stat()
    except OSError as fault:
        raise InputError([Problem(path.name, "profile-file", values={"reason": fault.strerror or ""})]) from fault
    document, problems = _checked(str(path.resolve()), stamp.st_mtime_ns, stamp.st_size)
    found = list(problems)
    if not found:
        found = [*_facts(path.name, document), *_lacking(path.name, document, bundled)]
        if document["id"] in bundled:
            found.append(Problem(path.name, "profile-id", None, "id", {"found": document["id"]}))
    if found:
        raise InputError(found)
    return document


@lru_cache(maxsize=16)
def _checked(path: str, stamp: int, size: int) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    """The rows and what the schema says of them; read again when the file has changed."""
    del stamp, size
    name = Path(path).name
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as fault:
        return {}, (Problem(name, "profile-file", values={"reason": fault.strerror or ""}),)
    except UnicodeDecodeError:
        return {}, (Problem(name, "encoding-wrong"),)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        return {}, (Problem(name, "toml-broken", toml_line(fault), values={"reason": str(fault)}),)
    faults = sorted(
        Draft202012Validator(profile_schema()).iter_errors(document), key=lambda one: list(map(str, one.path))
    )
    return document, tuple(_told(name, one, document) for one in faults[:_MOST])


def _told(file: str, fault: Any, document: Mapping[str, Any]) -> Problem:
    where = _where(list(fault.absolute_path), document)
    if fault.validator in ("required", "dependentRequired"):
        needed = fault.validator_value if isinstance(fault.validator_value, list) else []
        lacking = [one for one in needed if one not in fault.instance]
        return Problem(file, "profile-lacks", None, where, {"missing": ", ".join(lacking) or fault.message})
    if fault.validator == "additionalProperties":
        known = set(fault.schema.get("properties", {}))
        return Problem(file, "profile-key", None, where, {"found": ", ".join(sorted(set(fault.instance) - known))})
    if fault.validator == "enum":
        expected = ", ".join(map(str, fault.validator_value))
    else:
        plain = fault.validator in ("type", "const", "pattern")
        expected = str(fault.validator_value) if plain else str(fault.message)[:200]
    found = repr(fault.instance)[:60]
    return Problem(file, "profile-value", None, where, {"found": found, "expected": expected})


def _where(path: Sequence[Any], document: Mapping[str, Any]) -> str:
    """A place in the file as a person finds it: the table, which row, by its id or name, and the key."""
    if len(path) < 2 or not isinstance(path[1], int):
        return ".".join(map(str, path)) or "–"
    row = document[path[0]][path[1]]
    called = next(
        (str(row[key]) for key in ("id", "name", "item", "step", "service_a") if isinstance(row, dict) and key in row),
        "",
    )
    rest = ".".join(map(str, path[2:]))
    return f"{path[0]} {path[1] + 1}" + (f" ({called})" if called else "") + (f": {rest}" if rest else "")


def _facts(file: str, document: Mapping[str, Any]) -> Iterator[Problem]:
    known = facts()
    for place, rule in enumerate(document["rules"]):
        asked = [rule["measure"]] if "measure" in rule else []
        asked += [one.split(" ", 1)[0] for one in rule.get("when", ())]
        for one in asked:
            if one not in known:
                yield Problem(file, "profile-fact", None, f"rules {place + 1} ({rule['id']})", {"found": one})


def _lacking(file: str, document: Mapping[str, Any], bundled: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """What every bundled profile for planning has and this one has not: a plan could not be made."""
    if "parameters" not in document:
        return
    others = [one for one in bundled.values() if "parameters" in one]
    keys = {
        "parameters": ("name", "service", "band"),
        "costs": ("channel", "item"),
        "compatibility": ("service_a", "service_b"),
    }
    for table, names in keys.items():
        common = set.intersection(*({tuple(row[name] for name in names) for row in one[table]} for one in others))
        own = {tuple(row[name] for name in names) for row in document[table]}
        lacking = sorted(common - own)
        if lacking:
            shown = "; ".join(".".join(one) for one in lacking[:10]) + (" …" if len(lacking) > 10 else "")
            yield Problem(file, "profile-lacks", None, table, {"missing": f"{len(lacking)}: {shown}"})
