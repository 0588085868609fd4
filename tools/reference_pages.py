"""Write the pages of docs/reference made from the program: commands, library, rules, schemas, benchmarks.

    .venv/bin/python tools/reference_pages.py [--check]

``--check`` writes nothing and ends with 1 if a page is stale. The benchmarks are not measured here: their page is made
from benchmark-demo.json, benchmark-walk.json and benchmark-register.json, which ``python -m benchmarks.demo``,
``benchmarks.walk`` and ``benchmarks.register`` write with ``--json docs/reference/benchmark-demo.json`` and so on.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ["LC_ALL"] = "C"  # the texts of the commands are chosen when they are imported; these pages are English

import typer
from layout_benchmark import growth_of_layout, layout_section
from library_page import library_page
from register_benchmark import register_section
from rules_page import rules_page
from walk_benchmark import growth_chart, porto_chart, walk_section

from doorstep.cli import app
from doorstep.plan_file import plan_schema
from doorstep.standards.schema import profile_schema

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
MEASURED, MEASURED_WALK, MEASURED_REGISTER, MEASURED_LAYOUT = (
    f"benchmark-{name}.json" for name in ("demo", "walk", "register", "layout")
)
CITIES = {"newport": "Newport, `examples/newport`", "made_city": "The made city, `examples/made-city` (invented)"}
SHARES = (25, 50, 75)


def commands_page() -> str:
    """Return the page of all commands, with their arguments and options, as the command line itself tells them."""
    lines = [
        "# Commands",
        "",
        "Made by `tools/reference_pages.py` from the program's own help: `doorstep COMMAND --help` says the same, in",
        "Chinese with `--lang zh` or on a Chinese system. All commands end with 0 if all is well or there are notes",
        "only, 1 if city or plan have errors, 2 if something cannot be read, known or written, 130 after a second",
        "Ctrl-C.",
    ]
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        if command.hidden:
            continue
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        options = [one for one in command.params if one.param_type_name == "option"]
        shown = [one.metavar if one.required else f"[{one.metavar}]" for one in arguments]
        shown += [f"{one.opts[0]} {one.metavar}" for one in options if one.required]
        lines += ["", f"## doorstep {name}", "", command.help, "", "```text"]
        lines += [f"doorstep {name} {' '.join(shown)} [OPTIONS]", "```", "", "| | default | |", "|---|---|---|"]
        lines += [_row(f"`{one.metavar}`", one) for one in arguments]
        lines += [_row(f"`{one.opts[0]}{_value(one)}`", one) for one in options]
    return "\n".join(lines) + "\n"


def _value(option: Any) -> str:
    return "" if option.is_flag else f" {option.metavar or option.name.upper()}".replace("|", "\\|")


def _row(name: str, one: Any) -> str:
    default = "" if one.default is None or one.default is False else f"`{one.default}`"
    if one.required:
        default = "needed"
    if one.name == "workers":
        default = "number of processors"
    help_text = str(one.help).replace("|", "\\|")
    return f"| {name} | {default} | {help_text} |"


def schema_page(schema: Mapping[str, Any]) -> str:
    """Return a JSON schema as text."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def benchmarks_page(
    measured: Mapping[str, Any],
    walk: Mapping[str, Any] | None = None,
    register: Mapping[str, Any] | None = None,
    layout: Mapping[str, Any] | None = None,
) -> str:
    """Return the page of what was measured.

    Parameters
    ----------
    measured
        What benchmarks/demo.py wrote.
    walk
        What benchmarks/walk.py wrote, if it is there.
    register
        What benchmarks/register.py wrote, if it is there.
    layout
        What benchmarks/layout.py wrote, if it is there.
    """
    rows = {row["name"]: row for row in measured["rows"]}
    lines = [
        "# What was measured",
        "",
        f"With Doorstep {measured['doorstep']} on {measured['date']}, by `{measured['command']}`, on",
        f"{measured['machine']}. The figures as numbers: [{MEASURED}]({MEASURED}).",
        "",
        "Each city is planned with 25, 50 and 75 % of what serving all that can be reached would cost: the least",
        "capital found with which everybody who can walk to a space or facility in time is given a place. Shares are",
        "of all people in need of all services; whoever needs two counts twice. *Gap*: no plan can be better by more.",
        "*Seconds*: from the folder to the report, the independent check among them; they grow with whatever else the",
        "machine does meanwhile, the other figures do not depend on it.",
    ]
    for label, title in CITIES.items():
        if f"{label}_serving_all" in rows:
            lines += ["", f"## {title}", "", *_city_table(label, rows)]
    if walk:
        lines += ["", *walk_section(walk)]
    if register:
        lines += ["", *register_section(register)]
    if layout:
        lines += ["", *layout_section(layout)]
    lines += ["", "## What is required", "", "| row | measured | required | |", "|---|---|---|---|"]
    for row in (row for one in (measured, walk, register, layout) if one for row in one["rows"]):
        if row["must"]:
            verdict = "holds" if row["ok"] else "**missed**"
            lines.append(f"| `{row['name']}` | {row['value']:.4g} {row['unit']} | {row['must']} | {verdict} |")
    return "\n".join(lines) + "\n"


def _city_table(label: str, rows: Mapping[str, Any]) -> list[str]:
    everything = rows[f"{label}_serving_all"]
    lines = [f"Serving all that can be reached would cost {everything['unit']} {everything['value']:,.0f}.", ""]
    lines += ["| of that | hubs | capital | within a walk | given a place | gap | budget used | seconds |"]
    lines += ["|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for share in SHARES:

        def of(name: str, share: int = share) -> float:
            return float(rows[f"{label}_{name}_{share}"]["value"])

        def moved(name: str) -> str:
            return f"{of(f'{name}_before'):.1%} → {of(f'{name}_after'):.1%}"

        lines.append(
            f"| {share} % | {of('hubs'):.0f} | {everything['unit']} {of('capital'):,.0f} | {moved('within_walk')} "
            f"| {moved('given_place')} | {of('gap'):.2%} | {of('budget_used'):.1%} | {of('seconds'):.0f} |"
        )
    return lines


def _read(name: str) -> dict[str, Any] | None:
    path = REFERENCE / name
    found: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found


def pages() -> dict[str, str]:
    """Return file name -> text of every page made here."""
    made = {"commands.md": commands_page(), "library.md": library_page(), "rules.md": rules_page()}
    made |= {"plan.schema.json": schema_page(plan_schema()), "profile.schema.json": schema_page(profile_schema())}
    demo, walk, layout = _read(MEASURED), _read(MEASURED_WALK), _read(MEASURED_LAYOUT)
    if demo:
        made["benchmarks.md"] = benchmarks_page(demo, walk, _read(MEASURED_REGISTER), layout)
    if walk:
        rows = {row["name"]: row for row in walk["rows"]}
        made["benchmark-walk-porto.svg"] = porto_chart(rows)
        made["benchmark-walk-growth.svg"] = growth_chart(rows)
    chart = growth_of_layout(layout) if layout else None
    if chart:
        made["benchmark-layout-growth.svg"] = chart
    return made


def main() -> int:
    """Write the pages, or say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a page is stale")
    check = parser.parse_args().check
    stale = []
    for name, text in pages().items():
        path = REFERENCE / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and stale:
        print(f"stale: {', '.join(stale)}: run tools/reference_pages.py", file=sys.stderr)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
