"""What reading an office's file found: how it was read, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from doorstep.messages import text

__all__ = ["FAULTS", "Finding", "finding_text", "is_habit", "rare", "rows_told"]

FAULTS = (
    "ages-sum",
    "area-small",
    "area-usable",
    "blanks",
    "chinese",
    "closed",
    "control-point",
    "date-none",
    "date-words",
    "dwelling-area",
    "error-cell",
    "full_width",
    "height-odd",
    "id-twice",
    "implausible",
    "missing",
    "missing-worked-out",
    "name-blank",
    "name-mark",
    "name-otherwise",
    "negative",
    "nothing",
    "community-guessed",
    "community-kept",
    "community-none",
    "community-unplaced",
    "outline-invalid",
    "outside",
    "point-none",
    "point-zero",
    "private",
    "range",
    "rough",
    "row-twice",
    "storey-half",
    "storey-range",
    "storey-whole",
    "storey-words",
    "swapped",
    "text",
    "thousands",
    "twice-otherwise",
    "undrawn",
    "unreadable",
    "value-unknown",
    "word-otherwise",
    "word-unknown",
    "words",
    "year-words",
    "zero",
)
"""Codes of what is wrong with a row or a cell; the texts are ``import_faults.<code>`` with - as _."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person ought to know of a file.

    Parameters
    ----------
    kind
        ``fault``: a row or a cell to look at; ``layout``: how a sheet or a column was read; ``question``: what only a
        person can say.
    file, sheet
        Where; "" for a file with one sheet.
    row
        As the user's program counts; None if a whole sheet or column is meant.
    column
        Header as it stands, "" if a whole row is meant.
    code
        The text is ``import_faults.<code>`` or ``import_layout.<code>``.
    values
        What the text needs.
    """

    kind: str
    file: str
    sheet: str
    row: int | None
    column: str
    code: str
    values: Mapping[str, str] = field(default_factory=dict)


def finding_text(language: str, finding: Finding) -> str:
    """Return a finding in words."""
    subject = "import_faults" if finding.kind == "fault" else "import_layout"
    name = finding.code.replace("-", "_")
    if finding.kind == "question" and name == "system":
        name = "question_system"
    if name == "private" and not finding.values.get("taken"):
        name = "private_all"
    return text(language, f"{subject}.{name}", **finding.values)


def rare(findings: Iterable[Finding], n_rows: int) -> list[Finding]:
    """Turn what is so in many cells of a column into one line: "3层" throughout is no fault.

    A code that more than one in twenty rows of a column has (and more than three) is how the office writes.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.column, one.code), []).append(one)
    kept: list[Finding] = []
    for members in groups.values():
        first = members[0]
        if not is_habit(first.code, len(members), n_rows):
            kept += members
            continue
        values = {
            "count": f"{len(members):,}",
            "found": first.values.get("found", ""),
            "taken": first.values.get("taken", ""),
            "rows": rows_told((one.values.get("found", ""), one.row) for one in members),
        }
        kept.append(Finding("layout", first.file, first.sheet, None, first.column, f"many-{first.code}", values))
    return kept


_TEXTS_TOLD, _ROWS_TOLD = 12, 20


def rows_told(cells: Iterable[tuple[str, int | None]]) -> str:
    """Return what stands in some cells, each text with its rows.

    Examples
    --------
    >>> rows_told([("顶层", 4), ("待定", 5), ("顶层", 9)])
    '顶层: 4, 9; 待定: 5'
    """
    rows: dict[str, list[str]] = {}
    for found, row in cells:
        rows.setdefault(found, []).append(str(row))
    shown = [
        f"{found[:40]}: {', '.join(some[:_ROWS_TOLD])}{' …' if len(some) > _ROWS_TOLD else ''}"
        for found, some in list(rows.items())[:_TEXTS_TOLD]
    ]
    return "; ".join(shown) + (" …" if len(rows) > _TEXTS_TOLD else "")


def is_habit(code: str, count: int, n_rows: int) -> bool:
    """Whether so many cells of a column say how the office writes, and no fault."""
    return count > max(3, 0.05 * n_rows) and code in _HABITS


_HABITS = frozenset(
    {
        "blanks",
        "chinese",
        "full_width",
        "nothing",
        "range",
        "rough",
        "text",
        "thousands",
        "words",
        "storey-half",
        "storey-range",
        "storey-whole",
        "storey-words",
        "year-words",
        "date-words",
        "date-none",
        "missing",
        "word-otherwise",
        "word-unknown",
        "private",
        "name-blank",
        "name-mark",
        "undrawn",
        "unreadable",
        "point-none",
        "point-zero",
        "zero",
        "outside",
        "closed",
        "community-kept",
        "community-none",
        "community-unplaced",
        "community-guessed",
        "value-unknown",
        "implausible",
        "dwelling-area",
    }
)
