"""Errors that a user can mend, and the problems they carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["DoorstepError", "InfeasibleError", "InputError", "Problem", "VerificationError", "toml_line"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input, as a planner can find and mend it.

    Parameters
    ----------
    file
        Name of the file inside the city folder, or the folder itself.
    code
        Stable, documented name of the fault, such as ``space-area-negative``. The texts are
        ``problems.<code>`` and ``remedies.<code>`` in the message catalogues.
    row
        Row as the user's program counts it: the header is row 1. ``None`` if the whole file is meant.
    column
        Column name as it stands in the file, or ``None``.
    values
        What the texts need: the value found, what was expected.
    severity
        ``"error"`` stops a plan; ``"warning"`` is listed and the row is left out or estimated.

    Examples
    --------
    >>> Problem("spaces.csv", "space-area-negative", 7, "area_m2", {"found": "-20"}).row
    7
    """

    file: str
    code: str
    row: int | None = None
    column: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    severity: str = "error"


class DoorstepError(Exception):
    """What the user can mend; shown without a traceback.

    Parameters
    ----------
    code
        Name of the message ``errors.<code>`` in the catalogues.
    **values
        What the message needs.
    """

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code}: {values}" if values else code)


class InputError(DoorstepError):
    """The input cannot be used; carries every problem found, not the first.

    Parameters
    ----------
    problems
        All problems, in the order of files and rows.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("input", count=len(self.problems))


class InfeasibleError(DoorstepError):
    """A requirement cannot be met; ``values`` say which and by how much."""


class VerificationError(DoorstepError):
    """The independent checker refuses a plan; ``values["violations"]`` lists why."""


def toml_line(fault: Exception) -> int | None:
    """Return the line at which a TOML file is broken, None if the fault does not say: that of an end is not said.

    Examples
    --------
    >>> toml_line(ValueError("Invalid value (at line 2, column 8)")), toml_line(ValueError("(at end of document)"))
    (2, None)
    """
    found = re.search(r"line (\d+)", str(fault))
    return int(found.group(1)) if found else None
