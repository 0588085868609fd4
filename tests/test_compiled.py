"""Compiled loops are kept apart for every state of their sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from doorstep.compiled import PACKAGE, keep_loops_apart

INNER = "from numba import njit\n@njit(cache=True)\ndef inner(x):\n    return x + {added}\n"
OUTER = """from numba import njit
from pack._inner import inner
@njit(cache=True)
def outer(x):
    return 10 * inner(x)
"""


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", os.environ.get("NUMBA_CACHE_DIR", ""))
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)


def test_a_change_in_a_called_file_is_noticed(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "_outer.py").write_text(OUTER)
    program = (
        "from pathlib import Path; from doorstep.compiled import keep_loops_apart; "
        "keep_loops_apart(Path('pack')); from pack._outer import outer; print(outer(1))"
    )
    told = []
    for added in (1, 2):
        (package / "_inner.py").write_text(INNER.format(added=added))
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        told.append(done.stdout.strip())
    assert told == ["20", "30"]


def test_loops_of_old_sources_go(tmp_path: Path) -> None:
    (tmp_path / "_inner.py").write_text("1")
    old = tmp_path / "__pycache__" / "loops-0"
    old.mkdir(parents=True)
    assert keep_loops_apart(tmp_path).parent == old.parent
    assert not old.exists()


def test_a_folder_that_somebody_names_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    first = keep_loops_apart()
    assert first.parent == tmp_path
    assert os.environ["NUMBA_CACHE_DIR"] == str(first)
    assert keep_loops_apart() == first  # a process started by this one finds the same


def test_what_cannot_be_written_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert keep_loops_apart().parent == tmp_path / "doorstep"


def test_every_loop_is_in_a_file_that_counts() -> None:
    compiled = [path for path in PACKAGE.rglob("*.py") if "import njit" in path.read_text(encoding="utf-8")]
    assert compiled
    assert all(path.name.startswith("_") for path in compiled)
