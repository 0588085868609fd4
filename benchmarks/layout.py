"""Measure the layout engine on made-up cities, and the classical location models on published sets.

    python -m benchmarks.peers.make
    python -m benchmarks.layout --json docs/reference/benchmark-layout.json [--sets DIR] [--only ROW] [--quick]

DIR holds the sets of the classical location models: folders pmed, cpmp, cap, holmberg, mclp with any number of files.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path

from benchmarks.layout_classic import KINDS, SETS, classic_rows
from benchmarks.layout_growth import SPACES, growth_rows
from benchmarks.layout_made import made_rows
from benchmarks.layout_small import small_rows
from benchmarks.layout_what_if import what_if_rows
from benchmarks.peers.make import is_made
from benchmarks.rows import Row, document, requirements, told, with_others


def main() -> int:
    """Print and write the rows; exit 1 if a requirement is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="file for the rows, written after each")
    parser.add_argument("--sets", type=Path, default=SETS, help="folder of the classical sets")
    parser.add_argument("--only", help="measure this row, and what its run measures on the way")
    parser.add_argument("--quick", action="store_true", help="small cities for seconds: that it runs, not how well")
    options = parser.parse_args()
    known = [*requirements("layout"), *(f"growth_{spaces}_seconds" for spaces in SPACES)]
    if options.only and options.only not in known:
        parser.error(f"no row {options.only}; rows: {', '.join(known)}")
    only, classical = options.only, not options.quick and (options.only or "pmed").startswith(KINDS)
    peers = classical and (only is None or only.endswith("times_spopt"))
    if peers and not is_made():
        parser.error("the other libraries are not there: run python -m benchmarks.peers.make")
    rows: list[Row] = []
    for row in itertools.chain(
        classic_rows(options.sets, peers=peers, only=only) if classical else (),
        small_rows(only=only, quick=options.quick),
        made_rows(only=only, quick=options.quick),
        () if options.quick else what_if_rows(only=only),
        () if options.quick else growth_rows(only=only),
    ):
        rows.append(row)
        print(told(row), flush=True)
        if options.json:
            options.json.parent.mkdir(parents=True, exist_ok=True)
            options.json.write_text(document("layout", with_others(options.json, rows, only)), encoding="utf-8")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
