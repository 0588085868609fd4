"""Examples in the docs run and print what the pages say. A page opts in with ``<!-- run -->`` before a block.

A ``python`` block runs as it stands; of a ``console`` block each line ``$ doorstep ...`` must end with 0, or with what
``<!-- run: exit 1 -->`` says, and print the lines below it (``...`` stands for others). A ``text`` block after a
``python`` block is what that prints. All blocks of a page run in order, in a folder of their own with a link to
``examples`` and the city ``my-city`` that howto/plan-your-city.md writes down; ``<!-- file: NAME -->`` before a block
puts its text into a file.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.command_line import Done, doorstep

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
BLOCK = re.compile(
    r"^<!-- run(?:: exit (\d))? -->\n```(\w+)\n(.*?)^```(?:\n\n```text\n(.*?)^```)?", re.DOTALL | re.MULTILINE
)
FILE = re.compile(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```", re.DOTALL | re.MULTILINE)
CITY_PAGE = DOCS / "howto" / "plan-your-city.md"
SCREEN = {"LC_ALL": "C.UTF-8", "COLUMNS": "120"}


@dataclass(frozen=True, slots=True)
class Run:
    """What is run for a block, the status that it must end with, and lines that it must print."""

    command: tuple[str, ...]
    status: int
    printed: tuple[str, ...]

    def done(self) -> Done:
        """Run it: a command here, which need not import everything anew; a script in a process, as its reader does."""
        program, *words = self.command
        if program == "doorstep":
            return doorstep(*words, **SCREEN)
        ended = subprocess.run(
            self.command, env={**os.environ, **SCREEN}, capture_output=True, text=True, encoding="utf-8", check=False
        )
        return Done(ended.returncode, ended.stdout, ended.stderr)


def runs(page: str) -> list[Run]:
    """Return what the blocks of a page that opted in run, in order."""
    found = []
    for match in BLOCK.finditer(page):
        status = int(match[1] or 0)
        if match[2] == "python":
            found.append(Run((sys.executable, "-W", "error", "-c", match[3]), status, _lines(match[4] or "")))
            continue
        for part in re.split(r"^\$ ", match[3], flags=re.MULTILINE)[1:]:
            line, _, printed = part.partition("\n")
            words = shlex.split(line)
            assert words[0] == "doorstep", "only doorstep commands run in docs"
            found.append(Run(tuple(words), status, _lines(printed)))
    return found


def _lines(text: str) -> tuple[str, ...]:
    """Lines without the blanks that only align them."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(line for line in lines if line not in ("", "..."))


def write_files(page: Path, folder: Path) -> None:
    """Write the files that a page shows."""
    for match in FILE.finditer(page.read_text(encoding="utf-8")):
        path = folder / match[1]
        path.parent.mkdir(exist_ok=True)
        path.write_text(match[2], encoding="utf-8")


PAGES = [
    path
    for shelf in ("start", "howto", "explain", "reference")
    for path in sorted((DOCS / shelf).glob("*.md"))
    if runs(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_of_a_page_run_and_print_what_it_says(page: Path, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    write_files(CITY_PAGE, tmp_path)
    write_files(page, tmp_path)
    for run in runs(page.read_text(encoding="utf-8")):
        with contextlib.chdir(tmp_path):
            done = run.done()
        assert done.code == run.status, f"{run.command}\n{done.said}"
        printed = _lines(done.said)
        missing = [line for line in run.printed if line not in printed]
        assert not missing, f"{run.command} prints\n{done.said}"


def test_only_marked_blocks_run() -> None:
    page = "```console\n$ rm x\n```\n\n<!-- run: exit 2 -->\n"
    page += "```console\n$ doorstep check nowhere\nprinted   so\n...\n```\n"
    (one,) = runs(page)
    assert one.status == 2
    assert one.command == ("doorstep", "check", "nowhere")
    assert one.printed == ("printed so",)
    (other,) = runs("<!-- run -->\n```python\nprint(1)\n```\n\n```text\n1\n```\n")
    assert other.printed == ("1",)


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for path in sorted(DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if not (path.parent / target).is_file():
                broken.append(f"{path.relative_to(DOCS)}: {target}")
    assert broken == []


def test_the_page_of_first_steps_runs_something() -> None:
    assert DOCS / "start" / "first-city.md" in PAGES
