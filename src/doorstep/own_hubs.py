"""A planner's own hubs, read from a table and held against what is allowed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city import City
from doorstep.errors import DoorstepError, InputError, Problem
from doorstep.layout import LayoutProblem, broken_hub_rules
from doorstep.standards import Profile

__all__ = ["read_own_hubs"]

_COLUMNS = {
    "space": ("space", "空间", "空间编号", "编号"),
    "service": ("service", "服务", "服务功能", "功能"),
    "grade": ("grade", "档次", "规模档次"),
}


def read_own_hubs(path: Path, city: City, profile: Profile, problem: LayoutProblem) -> npt.NDArray[np.int8]:
    """Read the hubs that a planner wants.

    Parameters
    ----------
    path
        CSV (UTF-8 or GB18030) with one row for each space and service: columns ``space``, ``service``, ``grade``; other
        columns, such as those of a plan's ``hubs.csv``, are not read.
    city, profile, problem
        Names of spaces and services, grades, what is allowed.

    Returns
    -------
    array of shape (n_spaces, n_services)
        Grades, 0 for none.

    Raises
    ------
    InputError
        All rows that cannot be: unknown names, grades that do not exist, hubs that break a limit.
    DoorstepError
        ``hubs-unreadable``.
    """
    table = _table(path)
    problems: list[Problem] = []
    columns = {}
    for name, aliases in _COLUMNS.items():
        found = [column for column in table.columns if str(column).strip().lower() in aliases]
        if found:
            columns[name] = found[0]
        else:
            problems.append(Problem(path.name, "column-missing", None, name, {"column": name}))
    if problems:
        raise InputError(problems)
    grades, row_of_space, problems = _grades(path.name, table, columns, city, profile)
    problems.extend(_broken(path.name, grades, row_of_space, problem, city.spaces["id"].tolist()))
    if problems:
        raise InputError(problems)
    return grades


def _table(path: Path) -> pd.DataFrame:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DoorstepError("hubs-unreadable", file=str(path), reason=error.strerror or str(error)) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(io.StringIO(content.decode(encoding)), dtype=str, keep_default_na=False)
        except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError):
            continue
    raise DoorstepError("hubs-unreadable", file=str(path), reason="not a CSV table")


def _grades(
    file: str, table: pd.DataFrame, columns: dict[str, str], city: City, profile: Profile
) -> tuple[npt.NDArray[np.int8], dict[int, int], list[Problem]]:
    space_number = {name: number for number, name in enumerate(city.spaces["id"])}
    service_number = {service.id: number for number, service in enumerate(profile.services)}
    grades = np.zeros((len(space_number), len(service_number)), dtype=np.int8)
    row_of_space: dict[int, int] = {}
    problems = []
    for row, values in enumerate(table[[columns[name] for name in _COLUMNS]].itertuples(index=False), start=2):
        space, service, grade = (str(value).strip() for value in values)
        if not space and not service:
            continue
        if space not in space_number:
            problems.append(Problem(file, "hub-space-unknown", row, columns["space"], {"found": space}))
            continue
        if service not in service_number:
            expected = ", ".join(service_number)
            values_of = {"found": service, "expected": expected}
            problems.append(Problem(file, "hub-service-unknown", row, columns["service"], values_of))
            continue
        known = {str(one.number): one.number for one in profile.services[service_number[service]].grades}
        if grade not in known:
            values_of = {"found": grade, "expected": ", ".join(known)}
            problems.append(Problem(file, "hub-grade-unknown", row, columns["grade"], values_of))
            continue
        at = space_number[space], service_number[service]
        if grades[at]:
            problems.append(
                Problem(file, "hub-service-twice", row, columns["service"], {"found": f"{space} {service}"})
            )
            continue
        grades[at] = known[grade]
        row_of_space.setdefault(at[0], row)
    return grades, row_of_space, problems


def _broken(
    file: str,
    grades: npt.NDArray[np.int8],
    row_of_space: dict[int, int],
    problem: LayoutProblem,
    spaces: list[str],
) -> Iterator[Problem]:
    for space, row in row_of_space.items():
        for rule in broken_hub_rules(problem, space, grades[space]):
            yield Problem(file, f"hub-{rule}", row, None)
    for missing in np.flatnonzero(problem.must & ~grades.any(axis=1)).tolist():
        yield Problem(file, "hub-must-missing", None, None, {"found": spaces[missing]})
