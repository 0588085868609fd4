"""What missing facts may change in a plan, as a page to print and a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from doorstep.messages import text
from doorstep.report.page import render_page
from doorstep.report.tables import safe_text, write_csv

__all__ = ["write_facts_page"]


def write_facts_page(
    folder: Path,
    language: str,
    *,
    title: str,
    sentences: Sequence[str],
    changes: tuple[Sequence[str], Sequence[Sequence[str]]],
    rooms: tuple[Sequence[str], Sequence[Sequence[str]]],
    made_up: bool,
) -> None:
    """Write ``missing.html`` and ``missing.csv``, the rooms to be asked for.

    Parameters
    ----------
    folder
        Where; it exists.
    language
        en or zh.
    title, sentences
        Of the page.
    changes, rooms
        Heads and rows of its two tables.
    made_up
        The city is invented.
    """
    heads, rows = rooms
    cells = [[*(safe_text(cell) for cell in row[:-1]), row[-1].replace(",", "")] for row in rows]  # a number to sum up
    write_csv(pd.DataFrame(cells, columns=list(heads)), folder / "missing.csv")
    context = {
        "t": lambda key: text(language, f"missing_facts.{key}"),
        "title": title,
        "sentences": list(sentences),
        "tables": [("changes_title", *changes), ("rooms_title", heads, rows)],
        "made_up": text(language, "cli.plan_made_up") if made_up else "",
    }
    (folder / "missing.html").write_text(render_page("facts.html.j2", language, {}, context), encoding="utf-8")
