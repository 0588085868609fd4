"""People by age to fifteen years from now: a cohort projection in steps of five years.

Rates of the United Nations, World Population Prospects 2024, stand in ``standards/cohorts-cn.csv``; they are national:
cities have fewer births, and migration is not in it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from doorstep.errors import DoorstepError
from doorstep.standards import Profile

__all__ = ["VARIANTS", "YEARS", "Projection", "Rates", "needs_over_years", "project", "projected", "rates_of"]

Floats = npt.NDArray[np.float64]

VARIANTS = ("low", "mid", "high")
YEARS = (0, 5, 10, 15)
STEP = 5
OLDEST = 100
"""The last age is open: 100 and more."""
# The ages of doorstep.city.AGE_BANDS.
_BANDS = ((0, 2), (3, 5), (6, 14), (15, 34), (35, 59), (60, 69), (70, 79), (80, OLDEST))
_OPEN = 95
"""From here on those alive five years later are in the open age."""
_MOTHERS = range(10, 55)


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Rates of one period of five years, by single years of age 0 to 100.

    Parameters
    ----------
    survival
        Shape (2, 101), men and women: share alive five years later; those of 95 and more go to the open age.
    at_birth
        Shape (2,): share of those born in five years who are alive at their end.
    fertility
        Variant -> shape (101,): births per woman and year.
    boys_per_girl
        At birth.
    """

    survival: Floats
    at_birth: Floats
    fertility: dict[str, Floats]
    boys_per_girl: float


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """People by age in later years.

    Parameters
    ----------
    years
        Years from now.
    people
        Variant (low, mid, high births) -> shape (n_years, n_rows, 8): persons by age band. Only who is not yet born
        differs between variants.
    """

    years: tuple[int, ...]
    people: dict[str, Floats]


@cache
def rates_of(country: str, year: int) -> Rates:
    """Return the rates of the five years that begin in or before a year.

    Parameters
    ----------
    country
        ``cn``.
    year
        First year of the step. Before 2020 the rates of 2020 to 2025 are taken, from 2030 on those of 2025 to 2030.

    Raises
    ------
    DoorstepError
        ``cohorts-unknown`` for another country.

    Examples
    --------
    >>> rates = rates_of("cn", 2026)
    >>> float(rates.survival[1, 82].round(3)), float((5 * rates.fertility["mid"][::5].sum()).round(2))
    (0.662, 1.03)
    """
    if country != "cn":
        raise DoorstepError("cohorts-unknown", country=country, known="cn")
    text = files("doorstep.standards").joinpath(f"cohorts-{country}.csv").read_text(encoding="utf-8")
    period = "2020-2025" if year < 2025 else "2025-2030"
    rows = [row for row in csv.DictReader(text.splitlines()) if row["period"] == period]
    found = {(row["quantity"], row["sex"], row["age"], row["variant"]): float(row["value"]) for row in rows}
    survival, at_birth = np.zeros((2, OLDEST + 1)), np.zeros(2)
    fertility = {variant: np.zeros(OLDEST + 1) for variant in VARIANTS}
    for number, sex in enumerate("mf"):
        at_birth[number] = found["survival", sex, "birth to 0-4", ""]
        for age in range(OLDEST + 1):
            survival[number, age] = found["survival", sex, _group(age), ""]
    for variant in VARIANTS:
        for age in _MOTHERS:
            fertility[variant][age] = found["fertility", "f", _group(age), variant]
    return Rates(survival, at_birth, fertility, found["sex_ratio_at_birth", "", "birth", ""])


def project(people: Floats, years: int, *, country: str = "cn", from_year: int = 2025, variant: str = "mid") -> Floats:
    """Return people by age band some years later.

    Parameters
    ----------
    people
        Shape (n_rows, 8): persons by age band now.
    years
        0, 5, 10 or 15.
    country, from_year
        Whose rates; the year of ``people``.
    variant
        low, mid or high births.

    Returns
    -------
    Floats
        Shape (n_rows, 8).

    Raises
    ------
    ValueError
        For other years or variants.

    Notes
    -----
    Cohort-component method without migration (Preston, Heuveline and Guillot 2001, chapter 6) [1]_. A band is spread
    over single years of age and both sexes as in the stationary population of the rates, so that putting the years
    together again gives the bands as they were; each year of age takes the survival of its five-year group. Births of
    five years: five times the fertility of each age times the mean of its women at both ends. Children are spread
    evenly over 0 to 4. A row of few people gets fractions of persons: read sums, not rows.

    References
    ----------
    .. [1] S. Preston, P. Heuveline, M. Guillot (2001), *Demography: Measuring and Modeling Population Processes*.

    Examples
    --------
    >>> now = np.array([[30.0, 30, 90, 200, 300, 120, 60, 20]])
    >>> project(now, 5).round(0).astype(int).tolist()
    [[15, 20, 90, 200, 288, 114, 80, 31]]
    """
    if years not in YEARS or variant not in VARIANTS:
        raise ValueError(f"{years} years, variant {variant}")
    ages = _spread(np.asarray(people, dtype=np.float64), rates_of(country, from_year))
    for begin in range(0, years, STEP):
        ages = _five_years(ages, rates_of(country, from_year + begin), variant)
    both = ages.sum(axis=1)
    return np.column_stack([both[:, first : last + 1].sum(axis=1) for first, last in _BANDS])


def projected(
    people: Floats, *, country: str = "cn", from_year: int = 2025, years: Sequence[int] = YEARS
) -> Projection:
    """Return people by age band in several years, with low, middle and high births.

    Parameters
    ----------
    people
        Shape (n_rows, 8).
    country, from_year
        Whose rates; the year of ``people``.
    years
        Of :data:`YEARS`.
    """

    def then(variant: str) -> Floats:
        return np.stack([project(people, one, country=country, from_year=from_year, variant=variant) for one in years])

    return Projection(tuple(years), {variant: then(variant) for variant in VARIANTS})


def needs_over_years(projection: Projection, profile: Profile) -> dict[str, Floats]:
    """Return people in need of each service in later years.

    Parameters
    ----------
    projection
        People by age band.
    profile
        Rates of need, which are held as they are.

    Returns
    -------
    dict
        Variant -> shape (n_years, n_rows, n_services), persons.
    """
    rate = np.array([service.need_rate for service in profile.services]).T
    return {variant: people @ rate for variant, people in projection.people.items()}


def _group(age: int) -> str:
    return "100+" if age >= OLDEST else f"{age - age % STEP}-{age - age % STEP + STEP - 1}"


def _spread(people: Floats, rates: Rates) -> Floats:
    """Spread bands over sexes and single years of age: shape (n_rows, 2, 101)."""
    alive = _stationary(rates)
    shares = np.zeros((len(_BANDS), 2, OLDEST + 1))
    for band, (first, last) in enumerate(_BANDS):
        inside = alive[:, first : last + 1]
        shares[band, :, first : last + 1] = inside / inside.sum()
    spread: Floats = np.einsum("nb,bsa->nsa", people, shares)
    return spread


def _stationary(rates: Rates) -> Floats:
    """People alive by sex and single year if births and survival stay as they are: shape (2, 101)."""
    born = np.array([rates.boys_per_girl, 1.0]) / (1 + rates.boys_per_girl)
    alive = np.zeros((2, OLDEST + 1))
    group = born * rates.at_birth
    for first in range(0, OLDEST, STEP):
        alive[:, first : first + STEP] = group[:, None] / STEP
        group = group * rates.survival[:, first]
    # The open age is what the last group and those before it leave: s / (1 - s) of the open group from 95 on.
    stays = rates.survival[:, _OPEN]
    alive[:, OLDEST] = alive[:, _OPEN:OLDEST].sum(axis=1) * stays / (1 - stays)
    return alive


def _five_years(ages: Floats, rates: Rates, variant: str) -> Floats:
    after = np.zeros_like(ages)
    after[:, :, STEP:] = (ages * rates.survival)[:, :, :-STEP]
    after[:, :, OLDEST] = (ages * rates.survival)[:, :, _OPEN:].sum(axis=2)
    women = (ages[:, 1] + after[:, 1]) / 2
    births = STEP * (women @ rates.fertility[variant])
    sexes = np.array([rates.boys_per_girl, 1.0]) / (1 + rates.boys_per_girl)
    after[:, :, :STEP] = (births[:, None] * sexes * rates.at_birth / STEP)[:, :, None]
    return after
