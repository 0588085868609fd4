"""What columns and values of a city folder may be called: the two data files ``columns.toml`` and ``words.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["TABLES", "Column", "columns", "plain", "simplified", "word", "words"]

TABLES = ("communities", "residences", "facilities", "spaces", "entrances")

_SPAN = re.compile(r"(?<=\d)[–—~至](?=\d)")
_BRACKETS = re.compile(r"[(\[（].*?[)\]）]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name, how it may be called, and what it holds.

    ``kind`` is id, text, number (0 or more), signed, days, date, bool, limits, ids or word; a word is looked up in the
    list ``words``, and one that is not there is the problem ``problem``. ``absent`` says in words what happens
    without it.
    """

    name: str
    names: tuple[str, ...]
    kind: str
    required: bool = False
    words: str = ""
    problem: str = "word-unknown"
    unit: str = ""
    example: str = ""
    absent: str = ""


def plain(word: str) -> str:
    """Return a word as it is compared: full-width forms made plain, lower case, no blanks.

    Examples
    --------
    >>> plain(" 床 或座 "), plain("Elderly  Care")
    ('床或座', 'elderlycare')
    """
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


def plain_header(header: str) -> str:
    """Return a header as it is compared: also without what stands in brackets, ages with a plain dash.

    Examples
    --------
    >>> plain_header("建筑面积(平方米)"), plain_header("P_0_2"), plain_header("60～69岁")
    ('建筑面积', 'p_0_2', '60-69岁')
    """
    name = plain(_BRACKETS.sub("", header)) or plain(header)
    return _SPAN.sub("-", name)


@cache
def columns(table: str) -> tuple[Column, ...]:
    """Return the columns of one of :data:`TABLES`, in the order of the reference.

    Examples
    --------
    >>> [column.name for column in columns("communities")]
    ['id', 'name', 'type', 'cut', 'households']
    """
    found: Mapping[str, Mapping[str, Any]] = _load("columns.toml")[table]
    return tuple(Column(name=name, **{**row, "names": tuple(row["names"])}) for name, row in found.items())


@cache
def words(subject: str) -> Mapping[str, str]:
    """Return every word of a list (``service``, ``channel`` ...) in plain form, with the code it stands for."""
    listed: Mapping[str, list[str]] = _load("words.toml")[subject]
    return {plain(name): code for code, others in listed.items() for name in (code, *others)}


def word(subject: str, text: str) -> str | None:
    """Return the code that a word stands for, or None.

    Examples
    --------
    >>> word("channel", "补改"), word("service", "Community meals"), word("lift", "perhaps")
    ('supplement', 'meals', None)
    """
    return words(subject).get(plain(text))


def simplified(text: str) -> str:
    """Return a text with the simplified form of characters that stand in headers and words of offices.

    Examples
    --------
    >>> simplified("據點名稱")
    '据点名称'
    """
    return text.translate(_simple())


@cache
def _simple() -> Mapping[int, int]:
    page = _load("characters.toml")
    return {ord(one): ord(other) for one, other in zip(page["traditional"], page["simplified"], strict=True)}


@cache
def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(files("doorstep.city").joinpath(name).read_text(encoding="utf-8"))
