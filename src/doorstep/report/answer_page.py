"""The answer to one question about a plan or a city, as a page to read and print: sentences, pictures, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doorstep.messages import text
from doorstep.report.page import render_page

__all__ = ["Section", "write_answer"]

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Parameters
    ----------
    title, notes
        What it tells.
    drawing
        SVG, "" for none; ``is_map`` if who gave the map's data must stand under it.
    legend
        Colour and what it means.
    heads, rows, figures
        A table as text; the columns that hold figures.
    """

    title: str
    notes: Sequence[str] = ()
    drawing: str = ""
    is_map: bool = False
    legend: Sequence[tuple[str, str]] = ()
    heads: Sequence[str] = ()
    rows: Rows = ()
    figures: frozenset[int] = frozenset()


def write_answer(
    path: Path,
    language: str,
    *,
    title: str,
    sentences: Sequence[str],
    sections: Sequence[Section],
    attribution: Sequence[str],
    made_up: bool,
) -> None:
    """Write the page: one file, and nothing in it is fetched when it is read.

    Parameters
    ----------
    path
        File to write.
    language
        en or zh.
    title, sentences, sections
        What it tells, the most important first.
    attribution
        Who gave the data, under each map.
    made_up
        The city is invented.
    """
    context = {
        "title": title,
        "sentences": list(sentences),
        "sections": list(sections),
        "attribution": list(attribution),
        "approval": text(language, "report.approval_number"),
        "made_up": text(language, "cli.plan_made_up") if made_up else "",
    }
    path.write_text(render_page("answer.html.j2", language, {}, context), encoding="utf-8")
