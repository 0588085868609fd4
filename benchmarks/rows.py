"""What all benchmarks share: a measured row, its requirement in must.csv, the file that the page is made of."""

from __future__ import annotations

import csv
import datetime as dt
import json
import operator
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import doorstep

__all__ = [
    "NO_SEARCH",
    "REPOSITORY",
    "Measured",
    "Row",
    "document",
    "judged",
    "machine",
    "median_seconds",
    "requirements",
    "seconds_of",
    "told",
    "with_others",
]

REPOSITORY = Path(__file__).resolve().parent.parent
MUST = Path(__file__).with_name("must.csv")
COMPARE = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt, "=": operator.eq}
NO_SEARCH = {"nodes": 0, "places": 0, "mean reached nodes": 0, "rows out": 0}
"""What every row of walking says; of a row in which nothing is searched."""
Measured = tuple[str, float, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure.

    Parameters
    ----------
    name, value, unit
        What, how much of what.
    must, ok
        Its requirement as text, "" if there is none, and whether it holds.
    on
        What it was measured on, in the row's own words: counts, how often repeated, what is extrapolated.
    """

    name: str
    value: float
    unit: str
    must: str
    ok: bool
    on: Mapping[str, float | str] = field(default_factory=dict)


def requirements(benchmark: str) -> dict[str, tuple[str, float]]:
    """Return name -> operator and value of every row of must.csv for a benchmark."""
    with MUST.open(encoding="utf-8", newline="") as stream:
        return {
            row["name"]: (row["operator"], float(row["value"]))
            for row in csv.DictReader(stream)
            if row["benchmark"] == benchmark
        }


def judged(benchmark: str, measured: Measured, on: Mapping[str, float | str] | None = None) -> Row:
    """Return a row with its requirement looked up.

    Examples
    --------
    >>> judged("demo", ("newport_gap_25", 0.03, "share"))
    Row(name='newport_gap_25', value=0.03, unit='share', must='<= 0.02', ok=False, on={})
    """
    name, value, unit = measured
    sign, limit = requirements(benchmark).get(name, ("", 0.0))
    holds = not sign or bool(COMPARE[sign](value, limit))  # a NaN holds nothing
    return Row(name, value, unit, f"{sign} {limit:g}" if sign else "", holds, on or {})


def told(row: Row) -> str:
    """Return the row for a screen: figure, requirement, verdict, and below it what it was measured on."""
    verdict = "" if not row.must else "ok" if row.ok else "MISSED"
    line = f"{row.name:34} {row.value:14.4f} {row.unit:14} {row.must:10} {verdict}".rstrip()
    facts = ", ".join(value if isinstance(value, str) else f"{name} {value:,}" for name, value in row.on.items())
    return f"{line}\n    {facts}" if facts else line


def median_seconds(work: Callable[[], object], times: int) -> float:
    """Return the median of the seconds that some work takes, after one run that does not count (it compiles)."""
    work()
    return statistics.median(seconds_of(work) for _ in range(times))


def seconds_of(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes now."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def machine() -> str:
    """Return processor, processors and memory in words, for whoever compares seconds."""
    name = platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.is_file():
        lines = facts.read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"{name}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"


def document(benchmark: str, rows: Sequence[Row]) -> str:
    """Return the file: where, when and with what it was measured, and the rows."""
    head = {
        "benchmark": benchmark,
        "command": f"python -m benchmarks.{benchmark} " + " ".join(map(_portable, sys.argv[1:])),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": machine(),
        "doorstep": doorstep.__version__,
    }
    shown = [{name: value for name, value in asdict(row).items() if name != "on" or value} for row in rows]
    return json.dumps({**head, "rows": shown}, indent=1, ensure_ascii=False) + "\n"


def _portable(argument: str) -> str:
    """Return an argument without the folders of this machine: pages are made of the document."""
    return Path(argument).name if Path(argument).is_absolute() else argument


def with_others(path: Path, found: list[Row], only: str | None) -> list[Row]:
    """Return the rows with those of the file that were not measured now."""
    if not only or not path.is_file():
        return found
    names = {row.name for row in found}
    kept = [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))["rows"] if row["name"] not in names]
    return sorted([*kept, *found], key=lambda row: row.name)
