"""The generated parts of the reference page of the city folder: columns, words and problem codes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from doorstep.city.problems import CODES
from doorstep.city.vocabulary import TABLES, columns, words
from doorstep.messages import catalogue, text

__all__ = ["filled", "reference_parts"]

_WORD_LISTS = (
    *("service", "channel", "lift", "light", "decision", "state", "basis", "bool"),
    *("capacity_unit", "price_unit", "limit", "highway"),
)


def reference_parts() -> dict[str, str]:
    """Return the generated parts, name -> Markdown: one per table, ``words`` and ``codes``.

    Examples
    --------
    >>> sorted(reference_parts())
    ['codes', 'communities', 'entrances', 'facilities', 'residences', 'spaces', 'words']
    """
    parts = {table: "\n".join(_column_lines(table)) for table in TABLES}
    return {**parts, "words": "\n".join(_word_lines()), "codes": "\n".join(_code_lines())}


def filled(page: str) -> str:
    """Return a Markdown page with the parts between ``<!-- made: name -->`` and ``<!-- end -->`` made anew."""
    parts = reference_parts()

    def remade(found: re.Match[str]) -> str:
        return f"<!-- made: {found[1]} -->\n{parts[found[1]]}\n<!-- end -->"

    return re.sub(r"<!-- made: (\w+) -->\n.*?<!-- end -->", remade, page, flags=re.DOTALL)


def _column_lines(table: str) -> Iterator[str]:
    yield "| column | also called | holds | unit | example | if absent |"
    yield "|---|---|---|---|---|---|"
    for column in columns(table):
        also = ", ".join(column.names[1:])
        holds = text("en", f"tables.{table}_{column.name}")
        if column.words:
            holds += f" (words: {column.words})"
        absent = "an error" if column.required else column.absent or "unknown"
        yield f"| `{column.name}` | {also} | {holds} | {column.unit} | {column.example} | {absent} |"


def _word_lines() -> Iterator[str]:
    yield "| list | code | also written |"
    yield "|---|---|---|"
    for subject in _WORD_LISTS:
        for code in dict.fromkeys(words(subject).values()):
            also = ", ".join(other for other, meant in words(subject).items() if meant == code and other != code)
            yield f"| {subject} | `{code}` | {also} |"


def _code_lines() -> Iterator[str]:
    yield "| code | what was found | what to do |"
    yield "|---|---|---|"
    for code in CODES:
        found, remedy = (_with_names(subject, code) for subject in ("problems", "remedies"))
        yield f"| `{code}` | {found} | {remedy} |"


def _with_names(subject: str, code: str) -> str:
    """Return a text with the names of its placeholders in their place."""
    raw = catalogue("en", subject)[code]
    names = {name for _, name, _, _ in Formatter().parse(raw) if name}
    return raw.format(**{name: f"*{name}*" for name in names})


if __name__ == "__main__":
    reference = Path(sys.argv[1])
    reference.write_text(filled(reference.read_text(encoding="utf-8")), encoding="utf-8")
