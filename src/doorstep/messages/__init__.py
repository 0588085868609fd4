"""Texts that a person reads, in two languages, one catalogue file per subject."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

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

    Raises
    ------
    KeyError
        If the key or a placeholder is missing: a fault of the program, not of the user.

    Examples
    --------
    >>> text("en", "services.meals")
    'Community meals'
    """
    subject, _, name = key.partition(".")
    return catalogue(language, subject)[name].format(**values)
