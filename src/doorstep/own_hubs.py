"""A planner's own hubs, read from a table and held against what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from doorstep.city import City, RawTable, read_table, word
from doorstep.errors import DoorstepError, InputError, Problem
from doorstep.layout import LayoutProblem, broken_hub_rules, hub_floor_m2, sharing
from doorstep.standards import ConvertedGrade, Profile

__all__ = ["read_own_hubs"]

_COLUMNS = {
    "space": ("space", "空间", "空间编号", "编号"),
    "service": ("service", "服务", "服务功能", "功能"),
    "grade": ("grade", "档次", "规模档次"),
}
_LATER_COLUMNS = {"becomes": ("becomes", "用房转给"), "becomes_year": ("becomes_year", "年后转换")}


def read_own_hubs(
    path: Path, city: City, profile: Profile, problem: LayoutProblem, converted: Sequence[ConvertedGrade] = ()
) -> npt.NDArray[np.int8]:
    """Read the hubs that a planner wants.

    Parameters
    ----------
    path
        CSV (UTF-8 or GB18030) or xlsx with one row for each space and service: columns ``space``, ``service`` (id or
        name), ``grade``; where rooms may change their service, too, ``becomes`` and ``becomes_year`` if there are such
        columns. Others, such as those of a plan's ``hubs.csv``, are not read.
    city, profile, problem
        Names of spaces and services, grades, what is allowed.
    converted
        Grades that give way to another service in a later year.

    Returns
    -------
    array of shape (n_spaces, n_services)
        Grades, 0 for none. Where the profile lets services share rooms, those do of which the hub then costs least.

    Raises
    ------
    InputError
        All rows that cannot be: unknown names, grades that do not exist, hubs that break a limit.
    DoorstepError
        ``hubs-unreadable`` if there is no such file.
    """
    if path.suffix.casefold() not in (".csv", ".xlsx") or not path.is_file():
        raise DoorstepError("hubs-unreadable", file=str(path))
    problems: list[Problem] = []
    table = read_table(path, "hubs", city.language, problems)
    if table is None:
        raise InputError(problems)
    columns = {}
    for name, aliases in _COLUMNS.items():
        found = [column for column in table.cells.columns if str(column).strip().lower() in aliases]
        if found:
            columns[name] = found[0]
        else:
            values = {"expected": ", ".join(aliases), "found": ", ".join(map(str, table.cells.columns))}
            problems.append(Problem(path.name, "column-missing", 1, name, values))
    if not len(table.cells):
        problems.append(Problem(path.name, "table-empty"))
    _raise_errors(problems)
    grades, row_of_space, wrong = _grades(table, columns, city, profile)
    if converted:
        wrong += _convert(table, columns, city, profile, converted, grades)
    for space in row_of_space if len(problem.shared) else ():
        grades[space] = sharing(problem, space, grades[space])
    problems += [*wrong, *_broken(path.name, grades, row_of_space, problem, city, profile)]
    _raise_errors(problems)
    return grades


def _raise_errors(problems: list[Problem]) -> None:
    errors = [one for one in problems if one.severity == "error"]
    if errors:
        raise InputError(errors)


def _grades(
    table: RawTable, columns: dict[str, str], city: City, profile: Profile
) -> tuple[npt.NDArray[np.int8], dict[int, int], list[Problem]]:
    file = table.file
    space_number = {name: number for number, name in enumerate(city.spaces["id"])}
    service_number = {service.id: number for number, service in enumerate(profile.services)}
    grades = np.zeros((len(space_number), len(service_number)), dtype=np.int8)
    row_of_space: dict[int, int] = {}
    problems = []
    lines = table.cells[[columns[name] for name in _COLUMNS]].itertuples(index=False)
    for row, values in zip(table.rows.tolist(), lines, strict=True):
        space, named, grade = (str(value).strip() for value in values)
        service = word("service", named) or named
        if space not in space_number:
            problems.append(Problem(file, "hub-space-unknown", row, columns["space"], {"found": space}))
        if service not in service_number:
            values_of = {"found": named, "expected": ", ".join(service_number)}
            problems.append(Problem(file, "hub-service-unknown", row, columns["service"], values_of))
            continue
        known = {str(one.number): one.number for one in profile.services[service_number[service]].grades}
        if grade.removesuffix(".0") not in known:
            values_of = {"found": grade, "expected": ", ".join(known)}
            problems.append(Problem(file, "hub-grade-unknown", row, columns["grade"], values_of))
            continue
        if space not in space_number:
            continue
        at = space_number[space], service_number[service]
        if grades[at]:
            values_of = {"found": f"{space} {named}"}
            problems.append(Problem(file, "hub-service-twice", row, columns["service"], values_of))
            continue
        grades[at] = known[grade.removesuffix(".0")]
        row_of_space.setdefault(at[0], row)
    return grades, row_of_space, problems


def _convert(
    table: RawTable,
    columns: dict[str, str],
    city: City,
    profile: Profile,
    converted: Sequence[ConvertedGrade],
    grades: npt.NDArray[np.int8],
) -> list[Problem]:
    """Put the conversions that a table asks for into the grades; return those that cannot be."""
    later = {}
    for name, aliases in _LATER_COLUMNS.items():
        for column in table.cells.columns:
            if str(column).strip().lower() in aliases:
                later[name] = column
    if len(later) < len(_LATER_COLUMNS):
        return []
    services = [service.id for service in profile.services]
    spaces = {name: number for number, name in enumerate(city.spaces["id"])}
    problems = []
    asked = [columns["space"], columns["service"], later["becomes"], later["becomes_year"]]
    for row, values in zip(table.rows.tolist(), table.cells[asked].itertuples(index=False), strict=True):
        space, named, into_named, year = (str(value).strip() for value in values)
        service, into = word("service", named) or named, word("service", into_named) or into_named
        if not into or space not in spaces or service not in services:
            continue
        at = spaces[space], services.index(service)
        ways = [one for one in converted if (one.service, one.grade) == (at[1], grades[at])]
        chosen = [one for one in ways if services[one.into] == into and str(one.year) == year.removesuffix(".0")]
        if chosen:
            grades[at] = chosen[0].number
        else:
            expected = ", ".join(dict.fromkeys(f"{services[one.into]} {one.year}" for one in ways)) or "-"
            told = {"found": f"{named} {into_named} {year}", "expected": expected}
            problems.append(Problem(table.file, "hub-becomes-unknown", row, later["becomes"], told))
    return problems


def _broken(
    file: str,
    grades: npt.NDArray[np.int8],
    row_of_space: dict[int, int],
    problem: LayoutProblem,
    city: City,
    profile: Profile,
) -> Iterator[Problem]:
    spaces = city.spaces["id"].tolist()
    for space, row in row_of_space.items():
        chosen = np.flatnonzero(grades[space])
        kind = int(len(chosen) >= problem.complex_functions)
        not_allowed = [number for number in chosen if not problem.allowed[space, number, grades[space, number] - 1]]
        values = {
            "found": spaces[space],
            "services": ", ".join(f"{profile.services[number].id} {grades[space, number]}" for number in not_allowed),
            "floor": f"{hub_floor_m2(problem, grades[space])}",
            "room": f"{problem.floor_m2[space, kind]}",
            "least": f"{problem.complex_floor_min_m2}",
        }
        for rule in broken_hub_rules(problem, space, grades[space]):
            yield Problem(file, f"hub-{rule}", row, None, values)
    for missing in np.flatnonzero(problem.must & ~grades.any(axis=1)).tolist():
        yield Problem(file, "hub-must-missing", None, None, {"found": spaces[missing]})
