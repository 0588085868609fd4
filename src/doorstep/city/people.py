"""People at home by age: as counted, else estimated by a stated rule and marked so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.cells import Cells
from doorstep.city.model import AGE_BANDS, PEOPLE_COLUMNS
from doorstep.errors import Problem

__all__ = ["Estimate", "default_estimate", "households", "people_by_age"]


COUNTS = ("people", "occupied", "dwellings", "floor_area_m2")
"""What people can be estimated from, the best first."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How people and areas are estimated where nobody counted them.

    ``age_mix``: share of people per age band, sums to 1; ``household_size``: persons per occupied dwelling;
    ``dwelling_vacancy``: share of dwellings empty; ``floor_per_person_m2``: gross; ``usable_share``: usable area
    per floor area.
    """

    age_mix: tuple[float, ...]
    household_size: float
    dwelling_vacancy: float
    floor_per_person_m2: float
    usable_share: float


def default_estimate(currency: str) -> Estimate:
    """Return the figures of ``estimate.toml`` for cities with this currency.

    Examples
    --------
    >>> default_estimate("CNY").household_size, round(sum(default_estimate("GBP").age_mix), 9)
    (2.6, 1.0)
    """
    given = tomllib.loads(files("doorstep.city").joinpath("estimate.toml").read_text(encoding="utf-8"))
    figures = {**given["any"], **given.get(currency, given["other"])}
    mix: Mapping[str, float] = figures.pop("age_mix")
    return Estimate(age_mix=tuple(mix[band] for band in AGE_BANDS), **figures)


def people_by_age(
    cells: Cells, estimate: Estimate, problems: list[Problem]
) -> tuple[npt.NDArray[np.float64], list[str]]:
    """Return persons by residence and age band, shape (n_residences, 8), and how each row is known.

    The first that is there counts: people by age; people; occupied dwellings or dwellings less the empty ones,
    times the size of a household; floor area per person. A building under construction has nobody. A residence with
    none of these has nobody and is a warning; a city without people is an error.
    """
    frame = cells.frame
    ages = frame[list(PEOPLE_COLUMNS)].to_numpy(dtype=np.float64)
    mix = np.array(estimate.age_mix)
    people = np.zeros_like(ages)
    basis: list[str] = []
    counts = [frame[name].to_list() for name in COUNTS]
    totals = [dict(zip(COUNTS, row, strict=True)) for row in zip(*counts, strict=True)]
    states, stated_basis = frame["state"].to_list(), frame["people_basis"].to_list()
    for place in range(len(frame)):
        row = int(cells.rows[place])
        given = ~np.isnan(ages[place])
        total = _total(totals[place], estimate)
        if given.all():
            people[place] = ages[place]
            kind = "measured"
            _compare(cells, row, float(ages[place].sum()), totals[place]["people"], problems)
        elif given.any():
            people[place] = _completed(ages[place], totals[place]["people"], mix)
            kind = "estimated"
            if np.isnan(people[place]).any():
                missing = ", ".join(name for name, known in zip(PEOPLE_COLUMNS, given, strict=True) if not known)
                problems.append(Problem(cells.file, "ages-incomplete", row, None, {"missing": missing}))
                people[place] = 0.0
        elif states[place] == "building":
            kind = "measured"
        elif total is not None:
            people[place] = total * mix
            kind = "estimated"
        else:
            kind = "assumed"
            problems.append(Problem(cells.file, "people-unknown", row, severity="warning"))
        stated = stated_basis[place]
        basis.append(stated if stated in ("measured", "estimated", "assumed") and given.any() else kind)
    if len(frame) and people.sum() == 0:
        problems.append(Problem(cells.file, "people-none"))
    return people, basis


def _total(row: Mapping[str, float], estimate: Estimate) -> float | None:
    known = {name: number for name, number in row.items() if number == number}
    if "people" in known:
        return known["people"]
    if "occupied" in known:
        return known["occupied"] * estimate.household_size
    if "dwellings" in known:
        return known["dwellings"] * (1 - estimate.dwelling_vacancy) * estimate.household_size
    if "floor_area_m2" in known:
        return known["floor_area_m2"] / estimate.floor_per_person_m2
    return None


def _completed(ages: npt.NDArray[np.float64], people: float, mix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give what the known ages leave of the people to the missing ages, by the mix; NaN where that cannot be."""
    missing = np.isnan(ages)
    left = people - np.nansum(ages)
    if not left >= 0:
        return ages
    return np.where(missing, left * mix / mix[missing].sum(), ages)


def _compare(cells: Cells, row: int, ages_sum: float, people: float, problems: list[Problem]) -> None:
    if abs(ages_sum - people) > max(1.0, 0.01 * people):
        values = {"found": f"{ages_sum:g}", "expected": f"{people:g}"}
        problems.append(Problem(cells.file, "people-sum", row, cells.headers.get("people"), values, severity="warning"))


def households(communities: pd.DataFrame, residences: pd.DataFrame, estimate: Estimate) -> npt.NDArray[np.float64]:
    """Return households by community: as given, else the occupied dwellings of its residences, NaN if one is unknown.

    ``residences`` has ``community``, ``occupied``, ``dwellings`` and the people's total ``persons``.
    """
    occupied = residences["occupied"].fillna(residences["dwellings"] * (1 - estimate.dwelling_vacancy))
    occupied = occupied.where(occupied.notna() | (residences["persons"] > 0), 0.0)
    summed = occupied.groupby(residences["community"]).agg(lambda one: one.sum(skipna=False))
    found = communities["id"].map(summed).to_numpy(dtype=np.float64)
    stated = communities["households"].to_numpy(dtype=np.float64)
    return np.where(np.isnan(stated), found, stated)
