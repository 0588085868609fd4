"""The part of docs/reference/benchmarks.md about registers, from what benchmarks/register.py wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["register_section"]

Rows = Mapping[str, Mapping[str, Any]]


def register_section(measured: Mapping[str, Any]) -> list[str]:
    """Return the lines of the section.

    Parameters
    ----------
    measured
        What benchmarks/register.py wrote, row by row or at once.
    """
    rows: Rows = {row["name"]: row for row in measured["rows"]}
    lines = [
        "## Registers",
        "",
        f"With Doorstep {measured['doorstep']} on {measured['date']}, by `python -m benchmarks.register`, on",
        f"{measured['machine']}. The figures as numbers: [benchmark-register.json](benchmark-register.json).",
    ]
    if "import_csv_seconds" in rows:
        lines += _speed(rows)
    if "faults_layout_not_handled" in rows:
        lines += _faults(rows)
    if any(name.startswith("folders_") for name in rows):
        lines += _folders(rows)
    if "fuzz_mutated_crashes" in rows:
        lines += _fuzz(rows)
    if "newport_vacant_recall" in rows:
        lines += _vacant(rows)
    return lines + (_matching(rows) if "matching_taipei_recall" in rows else [])


def _speed(rows: Rows) -> list[str]:
    lines = ["", "A million residences of 12 columns with GCJ-02 points, from the file to the written city:", ""]
    lines += ["| file | seconds | most memory, GB |", "|---|---:|---:|"]
    return lines + [
        f"| {kind} | {rows[f'import_{kind}_seconds']['value']:.1f} | {rows[f'import_{kind}_memory_gb']['value']:.1f} |"
        for kind in ("csv", "xlsx")
        if f"import_{kind}_seconds" in rows
    ]


def _faults(rows: Rows) -> list[str]:
    planted, layouts = rows["faults_planted_missed"], rows["faults_layout_not_handled"]
    absent, else_flagged = rows["faults_planted_not_in_the_file"], rows["faults_else_flagged"]["value"]
    return [
        "",
        f"Offices' files of the made district: {planted['on']['planted']} faults are planted in cells and rows, "
        f"{planted['value']:.0f} are not named with file, row and column, and {else_flagged:.0f} "
        f"other cells are flagged. {layouts['on']['layouts']} layouts are held against the clean tables cell by cell "
        f"({layouts['on']['cells compared']} cells): {layouts['value']:.0f} have a cell that is not as it should be. "
        f"{absent['value']:.0f} planted fault is in no file (fault {absent['on']['which']}).",
    ]


def _folders(rows: Rows) -> list[str]:
    lines = ["", "Every folder of the shared data that holds a city's lists, imported as it is:", ""]
    lines += ["| folder | rows accepted | rejected | reported | tables | columns known | known faults told |"]
    lines += ["|---|---:|---:|---:|---|---|---|"]
    for name, row in rows.items():
        if name.startswith("folders_") and name.endswith("_accepted"):
            on = row["on"]
            lines.append(
                f"| {name.removeprefix('folders_').removesuffix('_accepted')} | {row['value']:,.0f} "
                f"| {on['rejected']:,} | {on['rows reported']:,} | {on['tables']} | {on['columns known']} "
                f"| {on['known faults told']} |"
            )
    return [
        *lines,
        "",
        "*Rejected* rows are listed with a reason in `rejected.csv`: places that are no service, rows that cannot be",
        "placed, rows that stand there twice. *Known faults* are those of the folder's own README.",
    ]


def _fuzz(rows: Rows) -> list[str]:
    mutated, guided = rows["fuzz_mutated_crashes"], rows.get("fuzz_guided_crashes")
    lines = [
        "",
        f"Damaged files ({mutated['on']['of']}), a minute: {mutated['on']['files']:,} files, "
        f"{mutated['value']:.0f} crashes, {rows['fuzz_mutated_hangs']['value']:.0f} hangs, "
        f"{rows['fuzz_mutated_partial_writes']['value']:.0f} partial writes.",
    ]
    if guided and "files" in guided["on"]:
        lines.append(
            f"Files that atheris invents, guided by the lines they reach, a minute: {guided['on']['files']:,} files, "
            f"{guided['value']:.0f} crashes, hangs or partial writes."
        )
    return lines


def _vacant(rows: Rows) -> list[str]:
    on = rows["newport_vacant_recall"]["on"]
    drawn, every = (rows[f"newport_vacant_precision_{name}"]["value"] for name in ("50", "all"))
    return [
        "",
        f"Newport's {on['hidden']} tags of vacant shops hidden, empty shops inferred from other evidence "
        f"({on['of them empty shops inferred']} of {on['proposals']:,} proposals): precision "
        f"{drawn:.0%} of 50 drawn by lot, {every:.0%} of all; recall {rows['newport_vacant_recall']['value']:.0%}.",
    ]


def _matching(rows: Rows) -> list[str]:
    lines = ["", "Records of two offices about one room or place, suggested as the same:", ""]
    lines += ["| lists | precision | recall |", "|---|---:|---:|"]
    for name in rows:
        if name.startswith("matching_") and name.endswith("_precision"):
            label = name.removesuffix("_precision")
            shown = label.removeprefix("matching_").replace("_", " ")
            lines.append(f"| {shown} | {rows[name]['value']:.1%} | {rows[f'{label}_recall']['value']:.1%} |")
    return lines
