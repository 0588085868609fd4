"""Plant errors of one line each, one at a time; a test must catch every one of them.

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


# One for every room that reckons. Among them are four that a tool like this must not miss: a loop that comes out 3 %
# short, a total one too high, a closed gate walked through, multipliers that are not those of the bound.
MUTANTS = (
    Mutant(
        "tables in GBK are not read",
        "city/grids.py",
        'candidates = ["utf-8-sig", *_chinese(content)]',
        'candidates = ["utf-8-sig"]',
        "tests/city",
    ),
    Mutant(
        "a city raises a rule without a document",
        "standards/rules.py",
        "if override is None or not override.document or not override.date:",
        "if override is None:",
        "tests/standards",
    ),
    Mutant(
        "home-bound people walk",
        "residents/demand.py",
        "walkers=np.maximum(in_need - homebound, 0.0),",
        "walkers=np.maximum(in_need, 0.0),",
        "tests/residents",
    ),
    Mutant(
        "common rooms cost nothing",
        "costs/capital.py",
        "minor(area_m2 * (1 + share) * per_m2 * surcharge + beside",
        "minor(area_m2 * per_m2 * surcharge + beside",
        "tests/costs",
    ),
    Mutant(
        "people walk through a closed gate",
        "walk/network.py",
        "open_ends = ~is_closed[u] & ~is_closed[v]",
        "open_ends = ~is_closed[u] | ~is_closed[v]",
        "tests/walk",
    ),
    Mutant(
        "the standard is met by rooms that are always full",
        "assess/gaps.py",
        "needed = service.units_per_user * service.take_up * walkers / occupancy_cap",
        "needed = service.units_per_user * service.take_up * walkers",
        "tests/assess",
    ),
    Mutant(
        "the multipliers handed on are not those of the bound",
        "layout/prices.py",
        "return Prices(rounded, money, bound, done, limits, floors)",
        "return Prices(rounded * 0.99, money, bound, done, limits, floors)",
        "tests/layout",
    ),
    Mutant(
        "a hub in the rooms of a facility costs nobody anything",
        "layout/bound.py",
        "self.open_money * money + self.closing",
        "self.open_money * money",
        "tests/layout/test_facilities_that_give_way.py",
    ),
    Mutant(
        "a facility stays open beside the hub that has its rooms",
        "layout/transport.py",
        "np.where(_closed(problem, grades), 0.0, problem.facility_room)",
        "problem.facility_room",
        "tests/layout/test_facilities_that_give_way.py",
    ),
    Mutant(
        "the search fills rooms 3 % short",
        "layout/_moves.py",
        "now.room_left[row] = part.grade_room[stint, grade - 1]",
        "now.room_left[row] = part.grade_room[stint, grade - 1] * 0.97",
        "tests/layout",
    ),
    Mutant(
        "everybody gets the best place, however full",
        "layout/transport.py",
        "room=room[rows],",
        "room=np.full(len(rows), 1e12),",
        "tests/layout/test_ledger.py",
    ),
    Mutant(
        "a place without room counts as reached",
        "layout/ledger.py",
        "is_open = room_of_rows(problem, grades)[problem.row_of_pair] > 0.0",
        "is_open = room_of_rows(problem, grades)[problem.row_of_pair] >= 0.0",
        "tests/layout",
    ),
    Mutant(
        "the checker accepts a bound 1 % below its own",
        "verify/certificate.py",
        "BOUND_TOLERANCE = 1e-9",
        "BOUND_TOLERANCE = 1e-2",
        "tests/verify",
    ),
    Mutant(
        "the checker lets rooms change a year late",
        "verify/conversion.py",
        "if one.becomes and one.becomes_year <= year:",
        "if one.becomes and one.becomes_year < year:",
        "tests/verify/test_later_years.py",
    ),
    Mutant(
        "a plan with a field missing or too many is read",
        "typed_json.py",
        "if not isinstance(value, dict) or not set(hints) - _optional(kind) <= set(value) <= set(hints):",
        "if not isinstance(value, dict):",
        "tests/repo/test_plan_file.py",
    ),
    Mutant(
        "the year's result leaves out the subsidy",
        "operate/accounts.py",
        "result_money=revenue + subsidy - running,",
        "result_money=revenue - running,",
        "tests/operate",
    ),
    Mutant(
        "people served today count as won by the plan",
        "report/summary.py",
        "return self.served_plan - self.served_now",
        "return self.served_plan",
        "tests/report/test_summary.py",
    ),
    Mutant(
        "the plan's total is one too high",
        "plan_whole.py",
        "capital_money=sum(hub.capital_money for hub in hubs),",
        "capital_money=sum(hub.capital_money for hub in hubs) + 1,",
        "tests/test_whole_path.py::test_toy_plan_is_the_whole_model_optimum_and_is_written_whole",
    ),
    Mutant(
        "uphill is walked as downhill",
        "walk/slope.py",
        "rise_m = streets.node_ele_m[v] - streets.node_ele_m[u]",
        "rise_m = streets.node_ele_m[u] - streets.node_ele_m[v]",
        "tests/verify/test_same_walks.py",
    ),
    Mutant(
        "nobody waits for a lift",
        "walk/costs.py",
        "lift_ms[node] = walker.lift_wait_ms",
        "lift_ms[node] = 0",
        "tests/verify/test_same_walks.py",
    ),
    Mutant(
        "who walks along a road waits at its signals",
        "walk/signals.py",
        "return self.is_junction[node] | (self.is_signal[node] & self.is_foot[way])",
        "return self.is_junction[node] | self.is_signal[node]",
        "tests/walk/test_signals.py",
    ),
    Mutant(
        "stop lines are looked for against the traffic",
        "walk/signals.py",
        'is_road[number], is_shut[number], is_shut_back[number] = True, oneway == "-1", oneway == "yes"',
        'is_road[number], is_shut[number], is_shut_back[number] = True, oneway == "yes", oneway == "-1"',
        "tests/walk/test_signals.py",
    ),
    Mutant(
        "a flight is as long as it is drawn, however many steps it has",
        "walk/costs.py",
        "return walker.step_penalty * max(1.0, steps * walker.step_going_mm / way_mm)",
        "return walker.step_penalty",
        "tests/verify/test_same_walks.py",
    ),
    Mutant(
        "minutes are asked for, metres are searched",
        "walk/keys.py",
        'return "minutes", limits_of(limit_ms, least)',
        'return "metres", limits_of(limit_ms, least)',
        "tests/verify/test_same_walks.py",
    ),
    Mutant(
        "the last of several entrances counts, not the best",
        "walk/_homes.py",
        "row_key[n_rows - 1] = min(row_key[n_rows - 1], key)",
        "row_key[n_rows - 1] = key",
        "tests/verify/test_same_walks.py",
    ),
    Mutant(
        "the last sixteen metres before the limit are not searched",
        "walk/_search.py",
        "n_bands = (limit_key >> band_bits) + 1",
        "n_bands = limit_key >> band_bits",
        "tests/walk/test_reached.py",
    ),
    Mutant(
        "homes on a road are walked to from its start only",
        "walk/_search.py",
        "key = min(here + to_a[point], label[other[point]] + to_b[point])",
        "key = here + to_a[point]",
        "tests/walk/test_reached.py",
    ),
    Mutant(
        "several walkers at once walk out of a road at its start only",
        "walk/_lanes.py",
        "key = min(over_a, label[there + lane] + home_to_b[LANES * home + lane])",
        "key = over_a",
        "tests/walk/test_together.py",
    ),
    Mutant(
        "rows of places searched after new room was made are told of others",
        "walk/parts.py",
        "places, counts = places[n_done:], counts[n_done:]",
        "places, counts = places[n_done:], counts",
        "tests/walk/test_parts.py",
    ),
    Mutant(
        "the checker walks uphill as downhill",
        "verify/paces.py",
        "up_m = streets.node_ele_m[v] - streets.node_ele_m[u]",
        "up_m = streets.node_ele_m[u] - streets.node_ele_m[v]",
        "tests/verify/test_same_walks.py",
    ),
    Mutant(
        "the checker waits for no lift",
        "verify/signals.py",
        "return max(profile.crossing_wait_ms * crosses, profile.lift_wait_ms * (node in lifts))",
        "return profile.crossing_wait_ms * crosses",
        "tests/verify/test_same_walks.py",
    ),
    Mutant(
        "the checker takes the farther of two junctions",
        "verify/signals.py",
        "return reached[min(reached)] if reached else set()",
        "return reached[max(reached)] if reached else set()",
        "tests/verify/test_same_signals.py",
    ),
    Mutant(
        "the checker counts no steps",
        "verify/paces.py",
        'if tags.get("conveying") in ESCALATOR or not re.fullmatch(r"[0-9]{1,4}", counted):',
        "if counted is not None:",
        "tests/verify/test_same_walks.py",
    ),
    Mutant(
        "the checker takes the shortest walk where the quickest counts",
        "verify/walks.py",
        "scale = _Scale(in_minutes, int(limit.max(initial=0)))",
        "scale = _Scale(False, int(limit.max(initial=0)))",
        "tests/verify/test_same_walks.py",
    ),
    Mutant(
        "the checker takes the worst of several entrances",
        "verify/walks.py",
        "order = np.lexsort((keys, walker, owner))",
        "order = np.lexsort((-keys, walker, owner))",
        "tests/verify/test_same_walks.py",
    ),
    Mutant(
        "the checker compares metres with a limit of minutes",
        "verify/need.py",
        'return service.walk_limit_ms if profile.walk_measure == "minutes" else service.walk_limit_mm',
        "return service.walk_limit_mm",
        "tests/verify/test_planted.py",
    ),
    Mutant(
        "the checker does not read the cells of the workbook",
        "verify/workbook.py",
        "if not same(said, value):",
        "if value is said and not same(said, value):",
        "tests/verify/test_files.py",
    ),
    Mutant(
        "the checker does not read the layers",
        "verify/layers.py",
        "for column in wanted.columns:",
        "for column in wanted.columns[:0]:",
        "tests/verify/test_files.py",
    ),
    Mutant(
        "a locked gate stands open",
        "walk/ways.py",
        'return "private" if locked and access != "no" else access',
        "return access",
        "tests/walk/test_walls.py",
    ),
    Mutant(
        "a way through a wall is not told if it crosses at a node",
        "walk/walls.py",
        "if len(_sides(streets, node, *both)) > 1:",
        "if len(_sides(streets, node, *both)) > 2:",
        "tests/walk/test_walls.py",
    ),
    Mutant(
        "the checker takes every gate line for an opening of the wall",
        "verify/barriers.py",
        "if not is_closed(streets.way_tags[way], False):",
        "if is_gate_line(streets.way_tags[way]):",
        "tests/walk/test_walls.py",
    ),
    Mutant(
        "the checker does not know gate lines",
        "verify/barriers.py",
        "for node in on_foot.intersection(_line(streets, way)) - with_barrier:",
        "for node in set():",
        "tests/verify/test_same_walks.py",
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


def there(copy: Path, tests: str) -> bool:
    """Return whether a folder, a file or ``file::test`` is among the tests."""
    return (copy / tests.partition("::")[0]).exists()


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
    if not there(copy, mutant.tests):
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
        suites = sorted({mutant.tests for _, mutant in chosen if there(copy, mutant.tests)})
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
