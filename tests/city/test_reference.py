"""Texts, codes and the reference page agree with the code."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import doorstep.city
from doorstep.city import CODES
from doorstep.city.reference import filled
from doorstep.city.rows import TYPED_COLUMNS
from doorstep.city.vocabulary import TABLES, columns
from doorstep.messages import catalogue

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "city-folder.md"
ROOM = Path(doorstep.city.__file__).parent


def placeholders(raw: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(raw) if name}


def test_codes_in_the_code_are_the_codes_listed() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(ROOM.glob("*.py")) if path.stem != "problems"
    )
    source += (ROOM / "columns.toml").read_text(encoding="utf-8")
    source += (ROOM.parent / "walk_questions.py").read_text(encoding="utf-8")  # islands are told by the walking network
    assert list(CODES) == sorted(set(CODES))
    unused = [code for code in CODES if f'"{code}"' not in source]
    assert unused == []
    raised = set(re.findall(r'(?:Problem\([^"]*?|report\()"([a-z]+-[a-z-]+)"', source))
    raised |= set(re.findall(r'problem = "([a-z-]+)"', source))
    assert len(raised) > 30
    assert raised <= set(CODES)


@pytest.mark.parametrize("subject", ["problems", "remedies"])
def test_every_code_has_its_texts(subject: str) -> None:
    for language in ("en", "zh"):
        texts = {
            key for key in catalogue(language, subject) if not key.startswith(("hub-", "told-", "profile-"))
        }  # of what a planner hands in: a hub, a standard
        assert texts == set(CODES)


@pytest.mark.parametrize("subject", ["problems", "remedies", "tables"])
def test_both_languages_say_the_same_things(subject: str) -> None:
    english, chinese = catalogue("en", subject), catalogue("zh", subject)
    assert set(english) == set(chinese)
    for key in english:
        assert placeholders(english[key]) == placeholders(chinese[key]), key
        assert english[key].strip()
        assert chinese[key].strip()
        assert not placeholders(english[key]) & {"language", "key"}  # the names of text()'s own arguments


def test_every_column_has_a_name_in_both_languages() -> None:
    named = set(catalogue("en", "tables"))
    for table in TABLES:
        assert {f"{table}_{column.name}" for column in columns(table)} <= named
        assert set(TYPED_COLUMNS[table]) <= {column.name for column in columns(table)}


def test_reference_page_is_fresh() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("<!-- made: ") == 7
    assert filled(page) == page, "stale: python -m doorstep.city.reference docs/reference/city-folder.md"
