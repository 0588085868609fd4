"""Measure what the README states of the bundled cities, by the commands that a planner types.

    python -m benchmarks.demo --json out/demo.json [--only ROW] [--quick]

What serving all that can be reached would cost is found first (:func:`doorstep.layout.cost_of_serving_all`); then the
city is planned with 25, 50 and 75 % of that. Rows with a requirement are those of must.csv; the others tell what the
plans do. tools/reference_pages.py makes docs/reference/benchmarks.md from docs/reference/benchmark-demo.json.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import REPOSITORY, Measured, Row, document, judged, requirements, told
from benchmarks.strange_city import write_strange_city
from doorstep import pipeline
from doorstep.costs import MINOR_UNITS
from doorstep.layout import cost_of_serving_all
from doorstep.plan_file import PlanFile, read_plan

SHARES = (25, 50, 75)
CITIES = {"newport": "newport", "made_city": "made-city"}


def run(*arguments: object) -> float:
    """Run ``doorstep`` with arguments and return the seconds it took.

    Raises
    ------
    SystemExit
        With what it printed, if it fails.
    """
    line = [sys.executable, "-c", "import sys; from doorstep.cli import main; sys.exit(main())", *map(str, arguments)]
    start = time.perf_counter()
    done = subprocess.run(line, capture_output=True, text=True, encoding="utf-8", check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"doorstep {' '.join(line[3:])}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return seconds


def planned(city: Path, out: Path, *options: object) -> tuple[PlanFile, float]:
    """Plan a city by the command; return the plan and the seconds."""
    seconds = run("plan", city, "--out", out, *options)
    return read_plan(out), seconds


def cost_of_all(city: Path) -> tuple[int, str, int]:
    """Return what serving all that can be reached would cost, in minor units, the currency, and minor units in one."""
    data, standard = pipeline.read_inputs(city)
    money = cost_of_serving_all(pipeline.diagnose(data, standard).problem)
    return money, data.currency, MINOR_UNITS[data.currency]


def city_rows(label: str, city: Path, work: Path, wanted: str | None) -> Iterator[Measured]:
    """Yield the rows of one city: what serving all would cost, then a plan at each share of that."""
    all_money, currency, minor = cost_of_all(city)
    yield f"{label}_serving_all", all_money / minor, currency
    for share in SHARES:
        if wanted and not wanted.endswith(f"_{share}") and not (share == 50 and wanted == "made_city_seconds"):
            continue
        budget = all_money * share // (100 * minor)
        plan, seconds = planned(city, work / f"{label}-{share}", "--budget", budget)
        if plan.budget_money != budget * minor:
            raise SystemExit(f"--budget {budget} became {plan.budget_money} minor units in plan.json")
        yield f"{label}_gap_{share}", plan.bound.gap, "share"
        yield f"{label}_budget_used_{share}", plan.capital_money / plan.budget_money, "share"
        yield f"{label}_capital_{share}", plan.capital_money / minor, currency
        yield f"{label}_hubs_{share}", len(plan.hubs), "hubs"
        yield from coverage_rows(label, share, plan)
        yield f"{label}_seconds_{share}", seconds, "s"
        if share == 50 and label == "made_city":
            yield "made_city_seconds", seconds, "s"


def coverage_rows(label: str, share: int, plan: PlanFile) -> Iterator[Measured]:
    """Yield how many of those in need, over all services, are within a walk and given a place, before and after."""
    people = sum(one.in_need for one in plan.coverage)
    for name, when, field in (
        ("within_walk", "before", "reached_facility"),
        ("within_walk", "after", "reached_any"),
        ("given_place", "before", "served_now"),
        ("given_place", "after", "served_plan"),
    ):
        of_them = sum(getattr(one, field) for one in plan.coverage)
        yield f"{label}_{name}_{when}_{share}", of_them / people, "share of need"


def strange_rows(work: Path, *options: object) -> Iterator[Measured]:
    """Yield the rows of the folder never seen before."""
    city = write_strange_city(work / "从未 见过")
    plan, seconds = planned(city, work / "从未 见过 规划", *options)
    run("verify", city, work / "从未 见过 规划")  # ends this program if the checker refuses
    yield "strange_city_verified", 1, "1 or 0"
    yield "strange_city_gap", plan.bound.gap, "share"
    yield "strange_city_hubs", len(plan.hubs), "hubs"
    yield "strange_city_seconds", seconds, "s"


def measurements(work: Path, *, only: str | None, quick: bool) -> Iterator[Measured]:
    """Yield what was asked for, in the order of the requirements."""
    if quick:
        yield from strange_rows(work, "--rounds", 3)
        return
    if only in (None, "newport_demo_seconds"):
        yield "newport_demo_seconds", run("demo"), "s"
    for label, folder in CITIES.items():
        if only is None or (only.startswith(label) and only != "newport_demo_seconds"):
            yield from city_rows(label, REPOSITORY / "examples" / folder, work, only)
    if only is None or only.startswith("strange_city"):
        yield from strange_rows(work)


def main() -> int:
    """Print and write the rows; exit 1 if a requirement is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="file for the rows")
    parser.add_argument("--only", help="measure this row and what it needs")
    parser.add_argument("--quick", action="store_true", help="a small made-up city and few rounds, in a minute")
    options = parser.parse_args()
    if options.only and options.only not in requirements("demo"):
        parser.error(f"no row {options.only}; rows: {', '.join(requirements('demo'))}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as work:
        for measured in measurements(Path(work), only=options.only, quick=options.quick):
            row = judged("demo", measured)
            # a few rounds prove that it runs, not how good it is
            row = Row(row.name, row.value, row.unit, "", True) if options.quick and row.name.endswith("gap") else row
            if options.only in (None, row.name):
                rows.append(row)
                print(told(row), flush=True)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(document("demo", rows), encoding="utf-8")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
