"""Texts that a person reads, in two languages, one catalogue file per subject."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from string import Formatter

__all__ = ["LANGUAGES", "catalogue", "text"]

LANGUAGES = ("en", "zh")


@cache
def catalogue(language: str, subject: str) -> dict[str, str]:
    """Return one catalogue: the file ``<language>/<subject>.toml`` beside this one.

    Raises
    ------
    KeyError
        If there is no such catalogue.

    Examples
    --------
    >>> sorted(catalogue("en", "services"))[0]
    'after_school'
    """
    path = files(__package__).joinpath(language, f"{subject}.toml")
    if not path.is_file():
        raise KeyError(f"no catalogue {subject} in {language}")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def text(language: str, key: str, /, **values: object) -> str:
    """Return the text of a key ``subject.name`` with its named placeholders filled.

    ``{count:hub|hubs}`` is the first word where the count is 1, else the second.

    Raises
    ------
    KeyError
        If the key or a placeholder is missing: a fault of the program, not of the user.

    Examples
    --------
    >>> text("en", "services.meals")
    'Community meals'
    >>> text("en", "cli.problems_counted", count=1, errors=1, notes=0)
    'Problems: 1 (1 error, 0 notes)'
    """
    subject, _, name = key.partition(".")
    return _WORDS.vformat(catalogue(language, subject)[name], (), values)


class _Words(Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        one, split, many = format_spec.partition("|")
        if not split:
            return format(value, format_spec)
        return one if str(value) == "1" else many


_WORDS = _Words()
