"""A review list that a person ticks, and what was ticked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from doorstep.city.ticked import read_ticked
from doorstep.errors import DoorstepError
from doorstep.matching.match import Match
from doorstep.messages import LANGUAGES, text

__all__ = ["COLUMNS", "read_review", "write_review"]

COLUMNS = (
    *("decision", "score", "suggestion", "why", "left_row", "left_id", "left_name", "left_address", "left_area"),
    *("right_row", "right_id", "right_name", "right_address", "right_area"),
)
_SAME = ("same", "yes", "y", "x", "1", "是", "同一处", "√", "✓")
_DIFFERENT = ("different", "no", "n", "0", "否", "不是")


def review_rows(matches: Sequence[Match], language: str) -> pd.DataFrame:
    """Return one row a pair, the best first; ``decision`` is empty, a person fills it in."""
    rows = []
    for one in matches:
        why = "; ".join(f"{text(language, f'matching.field_{field}')} {bits:+.1f}" for field, bits in one.evidence)
        sides: dict[str, object] = {}
        for side, record in (("left", one.left), ("right", one.right)):
            area = " / ".join(f"{area:g}" for area in record.areas_m2)
            values = {"row": record.row, "id": record.id, "name": record.name, "address": record.address, "area": area}
            sides |= {f"{side}_{name}": value for name, value in values.items()}
        suggestion = text(language, f"matching.suggest_{one.suggestion}")
        rows.append({"decision": "", "score": one.score, "suggestion": suggestion, "why": why, **sides})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write_review(matches: Sequence[Match], folder: Path, language: str) -> None:
    """Write ``review.csv`` and ``review.xlsx``, the latter with a drop-down to decide."""
    table = review_rows(matches, language)
    table.to_csv(folder / "review.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = text(language, "matching.sheet")
    sheet.append([text(language, "matching.how")])
    sheet.append([text(language, f"matching.column_{column}") for column in COLUMNS])
    for row in table.itertuples(index=False):
        sheet.append(
            [f"'{value}" if isinstance(value, str) and value[:1] in "=+@" and value else value for value in row]
        )
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    ticks = DataValidation(type="list", formula1=f'"{text(language, "matching.ticks")}"', allow_blank=True)
    sheet.add_data_validation(ticks)
    ticks.add(f"A3:A{max(3, len(table) + 2)}")
    sheet.freeze_panes = "B3"
    book.save(folder / "review.xlsx")


def read_review(path: Path) -> pd.DataFrame:
    """Return what a person decided: ``left_row, left_id, right_row, right_id, same`` (True or False).

    Pairs that are not decided are left out.

    Raises
    ------
    DoorstepError
        ``review-unreadable`` if it cannot be read; ``review-other`` if it is another list; ``review-word`` if a
        decision is no word of the list.
    """
    names = {text(language, f"matching.column_{column}"): column for language in LANGUAGES for column in COLUMNS}
    try:
        table = read_ticked(path, COLUMNS, names)
    except OSError as fault:
        raise DoorstepError("review-unreadable", file=path, reason=fault) from fault
    if table is None:
        raise DoorstepError("review-other", file=path)
    said = table["decision"].str.strip().str.casefold()
    strange = said[(said != "") & ~said.isin([*_SAME, *_DIFFERENT])]
    if len(strange):
        raise DoorstepError("review-word", file=path, row=int(strange.index[0]), value=strange.iloc[0])
    decided = table[said != ""][["left_row", "left_id", "right_row", "right_id"]].copy()
    decided["same"] = said[said != ""].isin(_SAME)
    return decided.reset_index(drop=True)
