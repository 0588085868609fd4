"""The list of codes, the texts and the page agree."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from doorstep.messages import LANGUAGES, catalogue
from doorstep.verify import CODES, Violation

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "violations.md"
FIELDS = {"subject", "reported", "derived", "unit"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text_that_a_violation_can_fill(language: str) -> None:
    texts = catalogue(language, "verify")
    for code in CODES:
        assert "subject" in placeholders(texts[code]) <= FIELDS, code
        one = Violation(code, "hub:K1", "1", "2", "m²")
        texts[code].format(subject=one.subject, reported=one.reported, derived=one.derived, unit=one.unit)


def test_languages_agree() -> None:
    first, *others = (catalogue(language, "verify") for language in LANGUAGES)
    for other in others:
        assert first.keys() == other.keys()
        assert {key: placeholders(text) for key, text in first.items()} == {
            key: placeholders(text) for key, text in other.items()
        }


def test_page_lists_every_code_with_its_text() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    listed = {row.split("|")[1].strip(" `"): row.split("|")[2].strip() for row in rows}
    assert tuple(listed) == CODES
    assert listed == {code: catalogue("en", "verify")[code] for code in CODES}
