"""Nothing of one person's machine is in the repository, and the locks hold for all machines."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LOCKS = sorted((REPOSITORY / "requirements").glob("*.txt"))
BIGGEST_BYTES = 20_000_000
# put together here, so that this file does not find itself
MACHINE_PATH = re.compile(r"(?<![\w.}:/-])/(" + "|".join(("work", "home", "root", "Users")) + r")/[A-Za-z_.]")
REGISTRIES = ("pypi" + r"\.org/simple", "files" + r"\.pythonhosted", "index" + "-url", r'resolved": *"' + "http")
ADDRESS = re.compile("|".join(REGISTRIES))
TEXTS = {".py", ".toml", ".txt", ".md", ".yml", ".cfg", ".csv", ".sh", ".js", ".css", ".html", ".j2", ".json", ""}


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git working tree")
    names = listed.stdout.decode("utf-8").split("\0")
    return [path for name in names if name and (path := REPOSITORY / name).is_file()]


def test_no_path_of_a_machine_and_no_registry_address() -> None:
    found = []
    for path in _tracked():
        if path.suffix not in TEXTS:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").splitlines(), start=1):
            if MACHINE_PATH.search(line) or ADDRESS.search(line):
                found.append(f"{path.relative_to(REPOSITORY)}:{number}: {line.strip()[:100]}")
    assert found == []


@pytest.mark.parametrize("line", ["open('/" + "home/ann/x')", "= /" + "work/main", "--" + "index" + "-url x"])
def test_the_search_would_find_one(line: str) -> None:
    assert MACHINE_PATH.search(line) or ADDRESS.search(line)


def test_no_file_is_huge() -> None:
    assert [path.name for path in _tracked() if path.stat().st_size > BIGGEST_BYTES] == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_names_versions_and_markers_only(path: Path) -> None:
    wanted = re.compile(r'[a-z0-9-]+==[A-Za-z0-9.]+( ; sys_platform == "\w+"( or sys_platform == "\w+")*)?')
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# Made by")
    assert [line for line in lines[1:] if not wanted.fullmatch(line)] == []
    names = [line.split("==")[0] for line in lines[1:]]
    assert names == sorted(set(names))


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    locked = {line.split("==")[0] for path in LOCKS for line in path.read_text(encoding="utf-8").splitlines()[1:]}
    wanted = [*project["project"]["dependencies"], *groups["build"], *groups["test"]]
    assert {re.split(r"[<>=]", name)[0].lower() for name in wanted} <= locked


def test_the_licence_is_whole_and_every_package_is_named() -> None:
    assert "Apache License" in (REPOSITORY / "LICENSE").read_text(encoding="utf-8")[:200]
    named = (REPOSITORY / "THIRD_PARTY.md").read_text(encoding="utf-8").lower().replace("_", "-")
    locked = (REPOSITORY / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines()[1:]
    rows = ["| {} | {} |".format(*line.split(" ; ")[0].split("==")) for line in locked]
    assert [row for row in rows if row not in named] == []
