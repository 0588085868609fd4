"""A city's own grid, fitted to a list of control points among the offices' files."""

from __future__ import annotations

import re

import numpy as np

from doorstep.city.coordinates import LocalGrid, fit_grid
from doorstep.city.coordinates.numbers import readings_of_numbers
from doorstep.city.grids import Grid
from doorstep.city.importing.findings import Finding
from doorstep.errors import DoorstepError

__all__ = ["POOR_FIT_M", "control_grid"]

POOR_FIT_M = 1.0
"""Control points of a city's own grid fit within centimetres; a mean residual of more than this is a wrong point, a
wrong zone or no similarity at all: nothing is placed by it until a person says so. Our judgement."""


def control_grid(grid: Grid) -> tuple[LocalGrid, list[Finding]] | None:
    """Return the city's own grid of a table of control points, with its residuals; None if the sheet is none.

    Such a table has a name and two pairs of metres, one of them in a zone of CGCS2000. Which of the two local columns
    is north is told by the fit: the other way round, the grid would be a mirror image and fit nowhere.
    """
    lines = [line for line in grid.lines if any(cell not in (None, "") for cell in line)]
    if len(lines) < 4 or max(len(line) for line in lines) < 5:
        return None
    start = next(
        (
            place
            for place, line in enumerate(lines[:10])
            if sum(bool(re.search(r"[XYxy东北]|east|north", str(cell), re.IGNORECASE)) for cell in line) >= 4
        ),
        None,
    )
    if start is None:
        return None
    heads = [str(cell) for cell in lines[start]]
    places = [place for place, head in enumerate(heads) if re.search(r"[XYxy东北]|east|north", head, re.IGNORECASE)][:4]
    rows: list[tuple[int, str, list[float]]] = []
    for number, line in enumerate(grid.lines, start=1):
        if number <= grid.lines.index(lines[start]) + 1 or len(line) <= max(places):
            continue
        try:
            numbers = [float(str(line[place]).replace(",", "")) for place in places]
        except ValueError:
            continue
        name = next(
            (str(cell) for place, cell in enumerate(line) if place not in places and str(cell).strip()), str(number)
        )
        rows.append((number, name, numbers))
    if len(rows) < 2 or len(places) < 4:
        return None
    values = np.array([numbers for _, _, numbers in rows])
    pairs = (places[:2], places[2:])
    known, system = None, ""
    for at, (first, second) in enumerate(((0, 1), (2, 3))):
        readings, _, _ = readings_of_numbers(values[:, [first, second]])
        metric = [reading for reading in readings if reading.system.startswith("EPSG:45")]
        if metric and known is None:
            known, order = at, metric[0].exchanged
            system = metric[0].system
    if known is None:
        return None
    ours, theirs = values[:, 2 * known : 2 * known + 2], values[:, 2 * (1 - known) : 2 * (1 - known) + 2]
    north_first = [
        bool(re.match(r".*(?:北|north)|^X|^x", heads[pair[0]], re.IGNORECASE))
        and not re.search(r"东|east", heads[pair[0]], re.IGNORECASE)
        for pair in pairs
    ]
    east_north = ours[:, ::-1] if order else ours
    local = theirs[:, ::-1] if north_first[1 - known] else theirs
    names = tuple(name for _, name, _ in rows)
    try:
        fitted, exchanged = (fit_grid(east_north, one, system, names) for one in (local, local[:, ::-1]))
    except DoorstepError:
        return None
    if exchanged.rms_m < fitted.rms_m / 2:
        fitted, north_first[1 - known] = exchanged, not north_first[1 - known]
    findings = []
    for place in fitted.outliers:
        off = fitted.residuals_m[place]
        axis = int(abs(off[1]) > abs(off[0]))
        column = pairs[1 - known][(1 - axis) if north_first[1 - known] else axis]
        values_ = {"name": rows[place][1], "east": f"{off[0]:+.3f}", "north": f"{off[1]:+.3f}"}
        findings.append(
            Finding("fault", grid.file, grid.sheet, rows[place][0], heads[column], "control-point", values_)
        )
    told = ", ".join(f"{name} {np.hypot(*off):.3f}" for (_, name, _), off in zip(rows, fitted.residuals_m, strict=True))
    findings.append(
        Finding(
            "layout",
            grid.file,
            grid.sheet,
            None,
            "",
            "grid-fitted",
            {"count": str(len(rows)), "rms": f"{fitted.rms_m:.4f}", "residuals": told, "system": system},
        )
    )
    if fitted.rms_m > POOR_FIT_M:
        findings.append(
            Finding("question", grid.file, grid.sheet, None, "", "grid-poor", {"rms": f"{fitted.rms_m:.2f}"})
        )
    elif not fitted.checked:
        findings.append(Finding("layout", grid.file, grid.sheet, None, "", "grid-unchecked", {"count": str(len(rows))}))
    return fitted, findings
