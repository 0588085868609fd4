"""People of later years, projected a second time, and their need: by plain loops over single years of age."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np

from doorstep.city import AGE_BANDS, PEOPLE_COLUMNS, City
from doorstep.errors import DoorstepError
from doorstep.standards import Profile
from doorstep.verify.need import Floats, Need, need_of

__all__ = ["YEARS", "needs_later", "people_later", "side_by_side"]

YEARS = (5, 10, 15)
"""Years from now, beside today."""
PERIOD, VARIANT = "2025-2030", "mid"
OPEN_AGE = 100
MEN, WOMEN = 0, 1
Ages = list[list[float]]
"""Persons by sex and single year of age; the last age holds all that are older."""


def needs_later(city: City, profile: Profile) -> tuple[Need, ...]:
    """Count the people in need at each residence in each of :data:`YEARS`; nothing if the plan is for today alone."""
    if not profile.convertible:
        return ()
    people = city.residences[list(PEOPLE_COLUMNS)].to_numpy(dtype=np.float64)
    return tuple(need_of(one, profile) for one in people_later(people, profile.rates or profile.id))


def people_later(people: Floats, country: str) -> tuple[Floats, ...]:
    """Return people by age band, shape (n_residences, 8), in each of :data:`YEARS`.

    Raises
    ------
    DoorstepError
        ``cohorts-unknown`` if no rates of the country are known.

    Notes
    -----
    Source: docs/explain/model.md, "Accounts, findings, opening", later years. What becomes of people is a sum over
    persons, so it is worked out for one person of each band.
    """
    of_one = [_bands_of_one(band, country) for band in range(len(AGE_BANDS))]
    return tuple(people @ np.array([after[step] for after in of_one]) for step in range(len(YEARS)))


def side_by_side(needs: tuple[Need, ...]) -> Need:
    """Put several years next to one another, each worth its part: what is wanted of a year is a column of its own."""
    if len(needs) == 1:
        return needs[0]
    together = {
        name: np.concatenate([getattr(one, name) for one in needs], axis=1)
        for name in ("in_need", "homebound", "walkers", "weight", "elder_share")
    }
    return replace(Need(**together), weight=together["weight"] / len(needs))


@cache
def _rates(country: str) -> dict[tuple[str, str, str], float]:
    """Read the rates of a country: (quantity, sex, ages) -> rate; births of the middle variant."""
    if country != "cn":
        raise DoorstepError("cohorts-unknown", country=country, known="cn")
    text = files("doorstep.standards").joinpath(f"cohorts-{country}.csv").read_text(encoding="utf-8")
    return {
        (row["quantity"], row["sex"], row["age"]): float(row["value"])
        for row in csv.DictReader(text.splitlines())
        if row["period"] == PERIOD and row["variant"] in ("", VARIANT)
    }


def _survival(country: str, sex: int, age: int) -> float:
    """Return the share of those of an age who are alive five years later."""
    first = 5 * (age // 5)
    ages = "100+" if age >= OPEN_AGE else f"{first}-{first + 4}"
    return _rates(country)["survival", "mf"[sex], ages]


def _born_alive(country: str, sex: int) -> float:
    """Return those of a sex among the born of five years who are alive at their end."""
    boys = _rates(country)["sex_ratio_at_birth", "", "birth"]
    share = (boys if sex == MEN else 1.0) / (boys + 1.0)
    return share * _rates(country)["survival", "mf"[sex], "birth to 0-4"]


def _bands_of_one(band: int, country: str) -> list[list[float]]:
    """Return what becomes of one person of a band, and of the children: persons by band in each of the years."""
    alive = _stationary(country)
    first, last = _ages_of(band)
    everybody = sum(sum(of_sex[first : last + 1]) for of_sex in alive)
    ages = [
        [alive[sex][age] / everybody if first <= age <= last else 0.0 for age in range(OPEN_AGE + 1)]
        for sex in (MEN, WOMEN)
    ]
    after = []
    for _ in YEARS:
        ages = _five_years_on(ages, country)
        spans = [_ages_of(one) for one in range(len(AGE_BANDS))]
        after.append([sum(sum(of_sex[begin : end + 1]) for of_sex in ages) for begin, end in spans])
    return after


def _ages_of(band: int) -> tuple[int, int]:
    """Return the first and the last age of a band; its name says them, the oldest is open: 80+."""
    first, _, last = AGE_BANDS[band].rstrip("+").partition("-")
    return int(first), int(last) if last else OPEN_AGE


def _stationary(country: str) -> Ages:
    """Return whom births as many every year, at these rates, keep alive."""
    alive = []
    for sex in (MEN, WOMEN):
        group = _born_alive(country, sex)
        ages = []
        for first in range(0, OPEN_AGE, 5):
            ages += [group / 5] * 5
            group *= _survival(country, sex, first)
        # The open age gains what is left of the five ages before it, and loses whoever of its own dies.
        stays = _survival(country, sex, OPEN_AGE - 5)
        alive.append([*ages, sum(ages[-5:]) * stays / (1.0 - stays)])
    return alive


def _five_years_on(ages: Ages, country: str) -> Ages:
    older = []
    for sex in (MEN, WOMEN):
        of_sex = [0.0] * (OPEN_AGE + 1)
        for age, persons in enumerate(ages[sex]):
            of_sex[min(age + 5, OPEN_AGE)] += persons * _survival(country, sex, age)
        older.append(of_sex)
    births = 0.0
    for age in range(10, 55):
        first = 5 * (age // 5)
        rate = _rates(country)["fertility", "f", f"{first}-{first + 4}"]
        births += 5 * rate * (ages[WOMEN][age] + older[WOMEN][age]) / 2
    for sex in (MEN, WOMEN):
        for age in range(5):
            older[sex][age] = births * _born_alive(country, sex) / 5
    return older
