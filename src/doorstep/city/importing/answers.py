"""A questionnaire's export: which community each answer belongs to; the answers themselves belong to the voice."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from doorstep.city.grids import Grid
from doorstep.city.importing.findings import Finding
from doorstep.city.importing.placing import Gazetteer, plain_name
from doorstep.city.importing.positions import pairs
from doorstep.city.importing.quantity import is_nothing
from doorstep.city.tables import as_text

__all__ = ["join_communities", "read_answers"]

_NONE = re.compile(r"^(?:其他.*|.*外区.*|不清楚.*|other.*)$", re.IGNORECASE)


def read_answers(grids: Sequence[Grid]) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the answers of a questionnaire as cells under their question texts, and how they were read.

    The first sheet holds the answers; a sheet with ``_parent_index`` holds a repeated group (the members of a
    household), which is joined to its answer as one column per question, values parted by semicolons. Signs for a
    question that was not asked are empty cells.
    """
    findings: list[Finding] = []
    main = next((grid for grid in grids if "_parent_index" not in _heads(grid)), None)
    if main is None:
        return pd.DataFrame(), findings
    frame = _frame(main)
    skipped = int(frame.drop(columns="row").isin(["(跳过)", "(空)"]).to_numpy().sum())
    frame = frame.replace({"(跳过)": "", "(空)": ""})
    values = {"answers": str(len(frame)), "questions": str(len(frame.columns) - 1), "skipped": f"{skipped:,}"}
    findings.append(Finding("layout", main.file, main.sheet, None, "", "answers", values))
    joined = [name for name in frame.columns if frame[name].astype(str).str.contains("┋").any()]
    if joined:
        findings.append(Finding("layout", main.file, main.sheet, None, ", ".join(joined), "choices", {"mark": "┋"}))
        frame[joined] = frame[joined].apply(lambda column: column.str.replace("┋", ";"))
    several = [name for name in frame.columns if sum(other.startswith(f"{name}/") for other in frame.columns) > 1]
    for name in several:
        _check_choices(frame, name, main, findings)
    for grid in grids:
        if grid is not main and "_parent_index" in _heads(grid):
            frame = _with_members(frame, grid, findings)
    return frame, findings


def _heads(grid: Grid) -> list[str]:
    return [as_text(cell) for cell in next((line for line in grid.lines if any(line)), [])]


def _frame(grid: Grid) -> pd.DataFrame:
    start = next(place for place, line in enumerate(grid.lines) if any(line))
    heads = _heads(grid)
    rows = [
        (number, line)
        for number, line in enumerate(grid.lines[start + 1 :], start=start + 2)
        if any(cell not in (None, "") for cell in line)
    ]
    columns = {"row": [number for number, _ in rows]}
    cells = {
        head: [as_text(line[place]) if place < len(line) else "" for _, line in rows]
        for place, head in enumerate(heads)
        if head
    }
    return pd.DataFrame({**columns, **cells})


def _check_choices(frame: pd.DataFrame, name: str, grid: Grid, findings: list[Finding]) -> None:
    """Choices stand both in one cell and as columns of 0 and 1: one of them is enough if they agree."""
    parts = [column for column in frame.columns if column.startswith(f"{name}/")]
    codes = [column.partition("/")[2] for column in parts]
    split = frame[name].str.split(r"[\s;]+")
    agree = all(
        ((frame[part].isin(["1", "1.0", "yes"])) == split.map(lambda some, code=code: code in some)).all()
        for part, code in zip(parts, codes, strict=True)
    )
    findings.append(
        Finding(
            "layout",
            grid.file,
            grid.sheet,
            None,
            name,
            "choices-twice" if agree else "choices-differ",
            {"count": str(len(parts))},
        )
    )
    frame[name] = split.map(";".join)
    if agree:
        frame.drop(columns=parts, inplace=True)


def _with_members(frame: pd.DataFrame, grid: Grid, findings: list[Finding]) -> pd.DataFrame:
    members = _frame(grid)
    if "_index" not in frame or "_parent_index" not in members:
        return frame
    own = [name for name in members.columns if not name.startswith("_") and name != "row"]
    grouped = members.groupby("_parent_index", sort=False)[own].agg(";".join)
    lost = ~members["_parent_index"].isin(frame["_index"])
    findings.append(
        Finding(
            "layout",
            grid.file,
            grid.sheet,
            None,
            "_parent_index",
            "members",
            {"count": str(len(members)), "lost": str(int(lost.sum()))},
        )
    )
    return frame.merge(grouped, left_on="_index", right_index=True, how="left").fillna("")


def join_communities(frame: pd.DataFrame, file: str, known: Gazetteer, findings: list[Finding]) -> pd.DataFrame:
    """Return the answers with a column ``community`` (id, "" if unknown); an empty one is taken from the compound."""
    if not len(frame):
        return frame
    asked = next((name for name in frame.columns if re.search(r"社区[是?？]|^社区$|哪个社区|community", name)), None)
    lives = next((name for name in frame.columns if re.search(r"小区", name)), None)
    sheet = next((one.sheet for one in findings if one.file == file and one.code == "answers"), "")
    ids = []
    for place in range(len(frame)):
        text = str(frame[asked].iloc[place]) if asked else ""
        own = known.community_ids.get(plain_name(text), "") if text else ""
        if not own and asked:
            compound = plain_name(str(frame[lives].iloc[place])) if lives else ""
            own = known.compound_community.get(compound, "")
            own = known.community_ids.get(plain_name(own), own) if own else ""
            if not text or is_nothing(text) or _NONE.match(text) or known.community_ids:
                code = "community-guessed" if own else "value-unknown"
                findings.append(
                    Finding(
                        "fault", file, sheet, int(frame["row"].iloc[place]), asked, code, {"found": text, "taken": own}
                    )
                )
        ids.append(own)
    frame = frame.copy()
    frame["community"] = ids
    _places(frame, file, sheet, findings)
    return frame


def _places(frame: pd.DataFrame, file: str, sheet: str, findings: list[Finding]) -> None:
    """Coordinates of answers: which way round; rounded to a hundred metres they are no one's door."""
    column = next((name for name in frame.columns if re.search(r"经纬度|_geolocation|location", name)), None)
    if column is None:
        return
    values, _ = pairs(list(frame[column]))
    finite = np.isfinite(values).all(axis=1)
    if not finite.any():
        return
    middle = np.median(values[finite], axis=0)
    first = "lat" if middle[1] > 70 and middle[0] < 60 else "lon"
    findings.append(
        Finding("layout", file, sheet, None, column, f"answers-{first}-first", {"count": str(int(finite.sum()))})
    )
