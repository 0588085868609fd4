"""Examples in the docs run. A page opts in with the line ``<!-- run -->`` before a block.

A ``python`` block runs as it stands; of a ``console`` block each line ``$ doorstep ...`` must end with 0, or with what
``<!-- run: exit 1 -->`` says. All blocks of a page run in order, in a folder of their own with a link to ``examples``.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
BLOCK = re.compile(r"^<!-- run(?:: exit (\d))? -->\n```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
DOORSTEP = [sys.executable, "-c", "import sys; from doorstep.cli import main; sys.exit(main())"]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page that runs: its language, its text, and the status that it must end with."""

    language: str
    text: str
    status: int


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page that opted in, in order."""
    return [Block(match[2], match[3], int(match[1] or 0)) for match in BLOCK.finditer(page)]


def commands(block: Block) -> list[list[str]]:
    """Return what is to be run for a block."""
    if block.language == "python":
        return [[sys.executable, "-W", "error", "-c", block.text]]
    lines = [line[2:] for line in block.text.splitlines() if line.startswith("$ ")]
    words = [shlex.split(line) for line in lines]
    assert all(line[0] == "doorstep" for line in words), "only doorstep commands run in docs"
    return [[*DOORSTEP, *line[1:]] for line in words]


PAGES = [
    path
    for shelf in ("start", "howto")
    for path in sorted((DOCS / shelf).glob("*.md"))
    if blocks(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_of_a_page_run(page: Path, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    for block in blocks(page.read_text(encoding="utf-8")):
        for command in commands(block):
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
            assert done.returncode == block.status, f"{command[3:]}\n{done.stdout}\n{done.stderr}"


def test_only_marked_blocks_run() -> None:
    page = "```console\n$ rm x\n```\n\n<!-- run: exit 2 -->\n```console\n$ doorstep check nowhere\nprinted\n```\n"
    (one,) = blocks(page)
    assert one.status == 2
    assert [line[-2:] for line in commands(one)] == [["check", "nowhere"]]


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for path in sorted(DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if not (path.parent / target).is_file():
                broken.append(f"{path.relative_to(DOCS)}: {target}")
    assert broken == []


def test_the_page_of_first_steps_runs_something() -> None:
    assert DOCS / "start" / "first-city.md" in PAGES
