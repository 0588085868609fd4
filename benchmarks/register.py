"""Measure registers: import, matching, candidates, made cities.

    python -m benchmarks.register --json out/register.json [--only ROW] [--quick]

With ``--only`` and a file that is there, its other rows stay: heavy rows can be measured one by one. Each module gives
``rows(only, quick=...)``; requirements stand in must.csv under ``register``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks import register_import, register_inventory
from benchmarks.rows import Row, document, told, with_others

PARTS: tuple[Callable[..., list[Row]], ...] = (register_import.rows, register_inventory.rows)


def main() -> int:
    """Print the rows and write them if asked; 1 if a requirement is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", help="rows whose name begins so")
    parser.add_argument("--quick", action="store_true", help="the smallest sizes only")
    arguments = parser.parse_args()
    found = [row for part in PARTS for row in part(arguments.only, quick=arguments.quick)]
    for row in found:
        print(told(row))
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(document("register", with_others(arguments.json, found, arguments.only)), "utf-8")
    return 0 if all(row.ok for row in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
