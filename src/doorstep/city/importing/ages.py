"""People by age: the bands of a list put into those of the city, and checked against its totals."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.importing.convert import Reader
from doorstep.city.importing.forms import Form
from doorstep.city.importing.headings import Heading
from doorstep.city.model import PEOPLE_COLUMNS

__all__ = ["people_by_age", "total_people"]

Floats = npt.NDArray[np.float64]
_BANDS = ((0, 2), (3, 5), (6, 14), (15, 34), (35, 59), (60, 69), (70, 79), (80, 120))


def total_people(frame: pd.DataFrame, reader: Reader) -> None:
    """Make the people of men and women where the list has no column for both."""
    if "people" not in frame and {"men", "women"} <= set(frame.columns):
        frame["people"] = frame["men"] + frame["women"]
        reader.layout("", "people-men-women")
    for name in ("men", "women"):
        if name in frame:
            frame.pop(name)


def people_by_age(
    frame: pd.DataFrame, bands: list[tuple[Heading, Floats]], total: Heading | None, form: Form, reader: Reader
) -> None:
    """Put the ages of the list into those of the city, check them against the total, work out a single missing one."""
    if not bands:
        return
    joined = _joined_sexes(bands)
    whole = _partition([band for band, _, _ in joined])
    people = frame["people"].to_numpy() if "people" in frame else None
    if people is not None and total is not None and whole is not None:
        _check_sum(joined, whole, people, total, form, reader)
    years = np.full((len(frame), 121), np.nan)
    for band, values, _ in sorted(joined, key=lambda one: one[0][1] - one[0][0]):
        first, last = band
        inside = years[:, first : last + 1]
        free = np.isnan(inside)
        rest = values - np.nansum(np.where(free, 0.0, inside), axis=1)
        share = np.where(free, (np.maximum(rest, 0.0) / np.maximum(free.sum(axis=1), 1))[:, None], inside)
        years[:, first : last + 1] = share
    split = False
    for (first, last), column in zip(_BANDS, PEOPLE_COLUMNS, strict=True):
        exact = next((values for band, values, _ in joined if band == (first, last)), None)
        end = last if last < 120 else 120
        summed = years[:, first : end + 1].sum(axis=1)
        frame[column] = exact if exact is not None else np.round(summed, 1)
        split |= exact is None and bool(np.isfinite(summed).any())
    if split:
        reader.layout(
            ", ".join(heading.text for heading, _ in bands[:3]) + (" …" if len(bands) > 3 else ""), "ages-split"
        )


def _joined_sexes(bands: list[tuple[Heading, Floats]]) -> list[tuple[tuple[int, int], Floats, Heading]]:
    """Add up columns of one band (men and women), unless one of them is the sum already."""
    groups: dict[tuple[int, int], list[tuple[Heading, Floats]]] = {}
    for heading, values in bands:
        if heading.band is not None:
            groups.setdefault((heading.band[0], min(heading.band[1], 120)), []).append((heading, values))
    joined = []
    for band, members in groups.items():
        sexes = [
            (h, v) for h, v in members if re.search(r"男|女|\bmale|female|[_ ]?[mf]$|_[mf]_cnt$", h.text, re.IGNORECASE)
        ]
        whole = [(h, v) for h, v in members if (h, v) not in sexes] if len(sexes) < len(members) else []
        if whole:
            joined.append((band, whole[0][1].copy(), whole[0][0]))
        else:
            joined.append((band, np.sum([v for _, v in members], axis=0), members[0][0]))
    return joined


def _partition(bands: list[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """Bands that follow one another from 0 to the oldest without gap or overlap, the finest; None if there are none."""
    chosen, age = [], 0
    while age <= 110:
        here = sorted((band for band in bands if band[0] == age), key=lambda one: one[1])
        if not here:
            return None
        chosen.append(here[0])
        age = here[0][1] + 1
    return chosen


def _check_sum(
    joined: list[tuple[tuple[int, int], Floats, Heading]],
    whole: list[tuple[int, int]],
    people: Floats,
    total: Heading,
    form: Form,
    reader: Reader,
) -> None:
    columns = [(values, heading) for band, values, heading in joined if band in whole]
    table = np.column_stack([values for values, _ in columns])
    step = _rounding(people, total)
    for place in range(len(people)):
        missing = np.flatnonzero(np.isnan(table[place]))
        expected, summed = people[place], float(np.nansum(table[place]))
        if np.isnan(expected):
            continue
        if len(missing) == 1 and expected - summed >= -step:
            # one unknown is the rest; a code of its own, so that "missing" and "worked out" are not told twice
            left = max(0.0, round(expected - summed))
            columns[missing[0]][0][place] = left
            _replace(reader, place, columns[missing[0]][1].text, "missing-worked-out", taken=f"{left:g}")
        elif not len(missing) and abs(summed - expected) > max(step, 0.5) + 1e-6:
            at = _culprit(table, place, summed - expected, form, columns)
            heading = columns[at][1].text if at is not None else total.text
            reader.fault(
                place,
                heading,
                "ages-sum",
                found=f"{summed:,.0f}",
                expected=f"{expected:,.0f}",
                by=f"{summed - expected:+,.0f}",
            )


def _replace(reader: Reader, place: int, heading: str, code: str, **values: object) -> None:
    row = int(reader.rows[place])
    reader.findings[:] = [
        one
        for one in reader.findings
        if not (one.row == row and one.column == heading and one.code in ("nothing", "missing"))
    ]
    reader.fault(place, heading, code, **values)


def _rounding(people: Floats, total: Heading) -> float:
    """Half of the last place that the totals are given to: 0.4695 (10,000 persons) is exact to half a person."""
    from doorstep.city.importing.quantity import unit_factor

    known = unit_factor(total.unit) if total.unit else None
    if known is None or known[1] == 1:
        return 0.5
    shares = people[np.isfinite(people)] / known[1]
    for digits in range(7):
        if np.allclose(shares, np.round(shares, digits), atol=1e-9):
            return float(0.5 * known[1] * 10.0**-digits)
    return 0.5


def _culprit(table: Floats, place: int, by: float, form: Form, columns: list[tuple[Floats, Heading]]) -> int | None:
    """The band whose column misses the office's own subtotal by as much as the row its total; None: not to be told."""
    after = [row for row in form.totals if row > form.rows[place]]
    if not after:
        return None
    row = after[0]
    before = [total for total in form.totals if total < form.rows[place]]
    members = (form.rows > (before[-1] if before else 0)) & (form.rows < row)
    line = form.grid.line(row - 1)
    for at, (_, heading) in enumerate(columns):
        cell = line[heading.place] if heading.place < len(line) else None
        if isinstance(cell, int | float) and abs(float(np.nansum(table[members, at])) - float(cell) - by) < 0.5:
            return at
    return None
