"""Every text that a person reads is there in both languages, and every key that the code asks for is there."""

from __future__ import annotations

import ast
import string
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src" / "doorstep"
SUBJECTS = sorted({path.stem for path in (SOURCE / "messages").glob("*/*.toml")})


def _catalogue(language: str, subject: str) -> dict[str, str]:
    path = SOURCE / "messages" / language / f"{subject}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_both_languages_have_the_same_keys(subject: str) -> None:
    assert sorted(_catalogue("en", subject)) == sorted(_catalogue("zh", subject))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_both_languages_have_the_same_placeholders(subject: str) -> None:
    english, chinese = _catalogue("en", subject), _catalogue("zh", subject)
    shared = english.keys() & chinese.keys()
    differ = {key for key in shared if _placeholders(english[key]) != _placeholders(chinese[key])}
    assert differ == set()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_text_is_there_in_both_languages_and_placeholders_have_names(subject: str) -> None:
    english, chinese = _catalogue("en", subject), _catalogue("zh", subject)
    for key in english.keys() & chinese.keys():
        for text in (english[key], chinese[key]):
            assert isinstance(text, str), f"{subject}.{key} is not a text: catalogues are flat"
            assert all(name.isidentifier() for name in _placeholders(text)), f"{subject}.{key}"
        # both may be empty: the unit of a yes or no
        assert bool(english[key].strip()) == bool(chinese[key].strip()), f"{subject}.{key} is empty in one language"


def _calls() -> list[tuple[str, ast.Call]]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found.append((f"{path.relative_to(SOURCE)}:{node.lineno}", node))
    return found


def _called(call: ast.Call) -> str:
    function = call.func
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _wanted_keys() -> list[tuple[str, str]]:
    """Where and ``subject.key`` of every text that the code asks for by a plain string."""
    wanted = []
    for where, call in _calls():
        name = _called(call)
        key = call.args[1] if name == "text" and len(call.args) >= 2 else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):  # others draw text at a place on a page
            wanted.append((where, key.value))
        code = call.args[0] if name in ("DoorstepError", "InfeasibleError", "VerificationError") and call.args else None
        if isinstance(code, ast.Constant):
            wanted.append((where, f"errors.{code.value}"))
        code = call.args[1] if name == "Problem" and len(call.args) >= 2 else None
        if isinstance(code, ast.Constant):
            wanted += [(where, f"problems.{code.value}"), (where, f"remedies.{code.value}")]
    return wanted


def test_the_code_asks_for_texts() -> None:
    assert len(_wanted_keys()) > 20  # else the search below looks for nothing


def test_every_text_that_the_code_asks_for_is_there() -> None:
    missing = []
    for where, key in _wanted_keys():
        subject, _, name = key.partition(".")
        if name not in _catalogue("en", subject):
            missing.append(f"{where}: {key}")
    assert missing == []
