"""Plant 15 errors of one line each, one at a time; a test must catch every one of them.

    .venv/bin/python tools/mutants.py [--only NUMBER ...]

Works on a copy of the repository. First the chosen tests run on the copy as it is and must pass, since a test that
fails anyway catches nothing. Ends with 1 if an error survives, or if the line that it changes is not there (once).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCE = "src/doorstep"
COPIED = ("src", "tests", "benchmarks", "tools", "docs")
LINKED = ("examples",)
LONGEST_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Mutant:
    """An error: in which file which part of a line becomes what, and which tests should see it."""

    what: str
    file: str
    old: str
    new: str
    tests: str


MUTANTS = (
    Mutant(
        "tables in GBK are not read",
        "city/tables.py",
        'candidates = ["utf-8-sig", "gb18030"]',
        'candidates = ["utf-8-sig"]',
        "tests/city",
    ),
    Mutant(
        "a cut way keeps its first run of nodes, not its longest",
        "city/streets.py",
        "if len(run) > len(best):",
        "if not best:",
        "tests/city",
    ),
    Mutant(
        "a city raises a rule without a document",
        "standards/load.py",
        "if override is None or not override.document or not override.date:",
        "if override is None:",
        "tests/standards",
    ),
    Mutant(
        "home-bound people walk",
        "residents/demand.py",
        "able = people * (1.0 - homebound_share)",
        "able = people * 1.0",
        "tests/verify",
    ),
    Mutant(
        "people at once are not spread over the day",
        "residents/supply.py",
        "return open_days_week / service.peak_share",
        "return open_days_week",
        "tests/residents",
    ),
    Mutant(
        "private ways can be entered, but not left",
        "walk/network.py",
        "may_uv = open_ends & ~(is_private & is_public[u])",
        "may_uv = open_ends & ~(is_private & is_public[v])",
        "tests/walk",
    ),
    Mutant(
        "points are joined through compound walls",
        "walk/snap.py",
        "free = np.setdiff1d(np.arange(len(found.point)), crossing)",
        "free = np.arange(len(found.point))",
        "tests/walk",
    ),
    Mutant(
        "a walk ends inside a compound that it may not enter",
        "walk/pairs.py",
        "may_enter = ~network.is_closed[node] & ~(network.is_private[edge] & network.is_public[node])",
        "may_enter = ~network.is_closed[node]",
        "tests/walk",
    ),
    Mutant(
        "common rooms cost nothing",
        "costs/capital.py",
        "works = grade.area_m2 * (1 + share) * per_m2 * surcharge",
        "works = grade.area_m2 * per_m2 * surcharge",
        "tests/costs",
    ),
    Mutant(
        "the engine's bound forgets the money",
        "layout/bound.py",
        "+ money * (problem.budget_money or 0)",
        "+ 0.0 * (problem.budget_money or 0)",
        "tests/layout",
    ),
    Mutant(
        "the engine fills rooms 3 % short",
        "layout/_kernels.py",
        "rest = gain[order[at]] * (capacity - used) / room[order[at]]",
        "rest = gain[order[at]] * 0.97 * (capacity - used) / room[order[at]]",
        "tests/layout",
    ),
    Mutant(
        "the checker accepts a bound 1 % too low",
        "verify/check.py",
        "BOUND_TOLERANCE = 1e-9",
        "BOUND_TOLERANCE = 1e-2",
        "tests/verify",
    ),
    Mutant(
        "the checker lets a hub cost what it says",
        "verify/hubs.py",
        "if hub.capital_money != total:",
        "if False:",
        "tests/verify",
    ),
    Mutant(
        "the year's result leaves out the subsidy",
        "operate/accounts.py",
        "result_money=revenue + subsidy - running,",
        "result_money=revenue - running,",
        "tests/operate",
    ),
    Mutant(
        "a plan with a field missing is read",
        "plan_file.py",
        "if not isinstance(value, dict) or set(value) != set(hints):",
        "if not isinstance(value, dict):",
        "tests/repo/test_plan_file.py",
    ),
)


def copied(place: Path) -> Path:
    """Copy what the tests need, without anything compiled, and return the folder."""
    copy = place / "doorstep"
    copy.mkdir()
    for name in COPIED:
        without = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(REPOSITORY / name, copy / name, ignore=without, symlinks=True)
    for name in LINKED:
        (copy / name).symlink_to(REPOSITORY / name)
    for path in REPOSITORY.iterdir():
        if path.is_file():
            shutil.copy2(path, copy / path.name)
    return copy


def outcome(copy: Path, tests: Iterable[str]) -> int:
    """Run tests on the copy; return pytest's status: 0 all passed, 1 some failed, more: they could not run."""
    shared = os.environ.get("DOORSTEP_SHARED", str(REPOSITORY.parent / "shared"))
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "DOORSTEP_SHARED": shared, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return 1  # an error that makes the program run for ever is seen, too
    return done.returncode


def forget_compiled(folder: Path) -> None:
    """Remove compiled loops: those that call a changed one keep its old body otherwise."""
    for pattern in ("*.nbi", "*.nbc"):
        for path in folder.rglob(pattern):
            path.unlink()


def tried(copy: Path, mutant: Mutant) -> str:
    """Plant one error, run its tests, mend it; return killed, SURVIVED, NOT FOUND or NOT RUN."""
    path = copy / SOURCE / mutant.file
    whole = path.read_text(encoding="utf-8") if path.is_file() else ""
    if whole.count(mutant.old) != 1:
        return "NOT FOUND"
    if not (copy / mutant.tests).exists():
        return "NO TESTS"
    is_kernel = path.stem.endswith("_kernels")
    path.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
    if is_kernel:
        forget_compiled(path.parent)
    try:
        status = outcome(copy, [mutant.tests])
    finally:
        path.write_text(whole, encoding="utf-8")
        if is_kernel:
            forget_compiled(path.parent)
    return {0: "SURVIVED", 1: "killed"}.get(status, "NOT RUN")


def main() -> int:
    """Try all mutants and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=int, nargs="+", metavar="NUMBER", help="try these, numbered from 1")
    numbers: Sequence[int] = parser.parse_args().only or range(1, len(MUTANTS) + 1)
    chosen = [(number, MUTANTS[number - 1]) for number in numbers]
    bad = 0
    with tempfile.TemporaryDirectory() as place:
        copy = copied(Path(place))
        suites = sorted({mutant.tests for _, mutant in chosen if (copy / mutant.tests).exists()})
        broken = [tests for tests in suites if outcome(copy, [tests]) != 0]
        for tests in broken:
            print(f"{tests} fails without any error planted")
        for number, mutant in chosen:
            start = time.perf_counter()
            verdict = "NOT RUN" if mutant.tests in broken else tried(copy, mutant)
            bad += verdict != "killed"
            seconds = time.perf_counter() - start
            print(f"{number:3} {verdict:9} {mutant.file:22} {mutant.what} ({seconds:.0f} s)", flush=True)
    print(f"{len(chosen) - bad} of {len(chosen)} killed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
