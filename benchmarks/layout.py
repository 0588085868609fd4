"""Measure the layout engine on made-up cities.

    python -m benchmarks.layout --json docs/reference/benchmark-layout.json [--only ROW] [--quick]

The classical location models have a page of their own: python -m benchmarks.layout_classic.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.layout_made import RUNS, made_rows
from benchmarks.layout_small import SETS, small_rows
from benchmarks.rows import Row, document, requirements, told


def main() -> int:
    """Print and write the rows; exit 1 if a requirement is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="file for the rows")
    parser.add_argument("--only", help="measure this row")
    parser.add_argument("--quick", action="store_true", help="a small city for seconds: that it runs, not how well")
    options = parser.parse_args()
    known = [name for name in requirements("layout") if name.startswith((*RUNS, *SETS, "made_"))]
    if options.only and options.only not in known:
        parser.error(f"no row {options.only}; rows: {', '.join(known)}")
    rows: list[Row] = []
    for row in (
        *small_rows(only=options.only, quick=options.quick),
        *made_rows(only=options.only, quick=options.quick),
    ):
        if options.only in (None, row.name) or options.quick:
            rows.append(row)
            print(told(row), flush=True)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(document("layout", rows), encoding="utf-8")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
