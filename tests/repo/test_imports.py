"""What the import contract in pyproject.toml cannot say: compiled loops and the checker stand alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "doorstep"
KERNELS = sorted(path for path in SOURCE.rglob("_*.py") if "import njit" in path.read_text(encoding="utf-8"))
CHECKER_MAY_IMPORT = {"city", "standards", "plan_file", "messages", "errors", "verify"}


def _room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0]


def _imported(path: Path) -> set[str]:
    """Names of the modules that a file imports, also those inside its functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively; the house writes the whole name"
            ours = node.module == "doorstep"
            names |= {f"doorstep.{one.name}" for one in node.names} if ours else {str(node.module)}
    return names


def test_there_are_kernels() -> None:
    assert {_room(path) for path in KERNELS} >= {"layout", "walk"}


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: f"{_room(path)}/{path.name}")
def test_compiled_loops_import_nothing_of_ours_but_compiled_loops_of_their_room(path: Path) -> None:
    same_room = [one.relative_to(SOURCE).with_suffix("").parts for one in KERNELS if _room(one) == _room(path)]
    siblings = {".".join(("doorstep", *parts)) for parts in same_room} | {f"doorstep.{_room(path)}"}
    assert {name for name in _imported(path) if name.startswith("doorstep")} <= siblings


@pytest.mark.parametrize("path", sorted((SOURCE / "verify").glob("*.py")), ids=lambda path: path.name)
def test_the_checker_imports_only_the_readers(path: Path) -> None:
    rooms = {name.split(".")[1] for name in _imported(path) if name.startswith("doorstep.")}
    assert rooms - CHECKER_MAY_IMPORT == set()
