"""Measure walking beside other libraries, in a megacity, as cities grow, and against exact answers.

    python -m benchmarks.peers.make
    python -m benchmarks.walk --json out/walk.json [--only ROW] [--quick]

Rows with a requirement are those of must.csv. Seconds are medians of 5 after a run that does not count, and mean
something only on a machine that does nothing else. tools/reference_pages.py makes docs/reference/benchmarks.md from
docs/reference/benchmark-walk.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers.make import is_made
from benchmarks.rows import Row, document, requirements, told
from benchmarks.walk_exact import exact_rows
from benchmarks.walk_growth import growth_rows
from benchmarks.walk_mega import megacity_rows
from benchmarks.walk_table import porto_rows


def measurements(work: Path, *, only: str | None, quick: bool) -> Iterator[Row]:
    """Yield what was asked for, in the order of the requirements."""
    if quick:
        yield from porto_rows(work, quick=True)
        return
    part = (only or "").partition("_")[0]
    if part in ("", "porto"):
        yield from porto_rows(work, quick=False)
    if part in ("", "megacity"):
        yield from megacity_rows()
    if part in ("", "growth"):
        yield from growth_rows()
    if part in ("", "exact"):
        yield from exact_rows(work, only)


def main() -> int:
    """Print and write the rows; exit 1 if a requirement is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="file for the rows")
    parser.add_argument("--only", help="measure this row, and print it alone")
    parser.add_argument(
        "--quick", action="store_true", help="few places in Porto, once each: that it runs, not how fast"
    )
    options = parser.parse_args()
    if options.only and options.only not in requirements("walk"):
        parser.error(f"no row {options.only}; rows: {', '.join(requirements('walk'))}")
    if not is_made():
        parser.error("the other libraries are not there: run python -m benchmarks.peers.make")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as work:
        for row in measurements(Path(work), only=options.only, quick=options.quick):
            if options.only in (None, row.name) or options.quick:
                rows.append(row)
                print(told(row), flush=True)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(document("walk", rows), encoding="utf-8")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
