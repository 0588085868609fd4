"""The part of docs/reference/benchmarks.md about the layout engine, and its chart, from benchmarks/layout.py."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from walk_benchmark import log_chart

__all__ = ["growth_of_layout", "layout_section"]

Rows = Mapping[str, Mapping[str, Any]]


def layout_section(measured: Mapping[str, Any]) -> list[str]:
    """Return the lines of the section.

    Parameters
    ----------
    measured
        What benchmarks/layout.py wrote, row by row or at once.
    """
    rows: Rows = {row["name"]: row for row in measured["rows"]}
    lines = [
        "## Layout engine",
        "",
        f"With Doorstep {measured['doorstep']} on {measured['date']}, by `python -m benchmarks.layout`, row by row, on",
        f"{measured['machine']}, busy with other work. The figures as numbers:",
        "[benchmark-layout.json](benchmark-layout.json). A row that is asked for and not here has not been measured.",
    ]
    return lines + _gaps(rows) + _what_if(rows) + _growth(rows)


def _gaps(rows: Rows) -> list[str]:
    made = [row for name, row in rows.items() if name.startswith("made_") and "gap" in name]
    if not made:
        return []
    lines = ["", "Made-up cities, planned with a budget that leaves most spaces empty:", ""]
    lines += [
        "| pairs | seconds | rounds | worth | bound | proven gap | asked for |",
        "|---:|---:|---:|---:|---:|---:|---|",
    ]
    for row in made:
        on = row["on"]
        lines.append(
            f"| {on['pairs']:,} | {on['seconds']:.0f} | {on['rounds']} | {on['worth']:,.1f} | {on['bound']:,.1f} "
            f"| {on['bound'] / on['worth'] - 1:.2%} | {row['must']}{'' if row['ok'] else ', missed'} |"
        )
    return lines


def _what_if(rows: Rows) -> list[str]:
    lines = []
    for name, row in rows.items():
        if not name.startswith("whatif_") or not name.endswith("_seconds"):
            continue
        on, within = row["on"], rows.get(name.replace("_seconds", "_within"))
        lines += [
            "",
            f"A plan of {int(name.split('_')[1]):,} cells changed at once, {on['changes']} random changes:",
            f"{on['median seconds']:.2f} s in the",
            f"middle, {row['value']:.2f} s at worst (asked for {row['must']}{'' if row['ok'] else ', missed'}).",
        ]
        if within:
            lines.append(f"{within['value']:.1%} of the gaps lie at most half a point above the one started from.")
    return lines


def _growth(rows: Rows) -> list[str]:
    sizes = _sizes(rows)
    if len(sizes) < 2:
        return []
    lines = [
        "",
        "Seconds to a proven gap of 2 %, ten cells to a space:",
        "",
        "| spaces | pairs | seconds |",
        "|---:|---:|---:|",
    ]
    lines += [f"| {row['on']['spaces']:,} | {row['on']['pairs']:,} | {row['value']:.1f} |" for row in sizes]
    return [*lines, "", "![Seconds to 2 %](benchmark-layout-growth.svg)"]


def _sizes(rows: Rows) -> list[Mapping[str, Any]]:
    found = [
        row for name, row in rows.items() if name.startswith("growth_") and name.endswith("_seconds")
        and not math.isnan(row["value"])
    ]  # fmt: skip
    return sorted(found, key=lambda row: int(row["on"]["spaces"]))


def growth_of_layout(measured: Mapping[str, Any]) -> str | None:
    """Return seconds over spaces as SVG, ``None`` if fewer than two sizes were measured."""
    sizes = _sizes({row["name"]: row for row in measured["rows"]})
    if len(sizes) < 2:
        return None
    points = [(float(row["on"]["spaces"]), float(row["value"])) for row in sizes]
    return log_chart(points, "Seconds to a proven gap of 2 % over the number of spaces", "spaces", "seconds")
