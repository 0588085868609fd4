"""What hubs cost to run in a year at most, part by part: the section *Reckoned running cost* of the model page.

The accounts of a finished plan know who comes; before it only spaces and grades are known. So every place is taken
here, and what services of a hub might share counts once for each: no year of the accounts costs more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import floor

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.costs.capital import KINDS, MINOR_UNITS, cost_parameter, currency_rate, made_grades
from doorstep.costs.staff import CLEANED_M2, posts
from doorstep.standards import ConvertedGrade, Grade, Profile, Service

__all__ = ["Running", "running"]

_CARE = ("elderly_care", "infant_care", "after_school", "domestic")  # one rate of tax
_HOUSEHOLD_TARIFF = ("elderly_care", "infant_care")
_PLACES = ("day_place", "place")  # of these a reserve is kept free
_ROUNDING_POST = Fraction(1, 2)  # cleaners of a hub are rounded up to half posts together


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """Money to run hubs for a year at most, whole minor units.

    Parameters
    ----------
    open_money
        Shape (J,), int64: for a hub in each space, whatever it holds.
    grade_money
        Shape (J, S, G, 2), int64, as of :class:`doorstep.costs.Capital`: for a grade of a service; 0 where there is no
        such grade.
    """

    open_money: npt.NDArray[np.int64]
    grade_money: npt.NDArray[np.int64]


def running(
    spaces: pd.DataFrame, profile: Profile, *, currency: str, converted: Sequence[ConvertedGrade] = ()
) -> Running:
    """Return the reckoned running cost of every hub part in every space.

    Parameters
    ----------
    spaces
        With ``channel``, ``rent_per_m2_year`` and ``capital_cost_per_m2`` (major units of ``currency``, NaN: the
        profile's), shape (J,).
    profile
        Wages, staff, prices and costs; mid values.
    currency
        ISO code of the city.
    converted
        Grades that give way to another service in a later year: the dearer year counts.

    Raises
    ------
    DoorstepError
        As :func:`doorstep.costs.capital`.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> nan = float("nan")
    >>> spaces = pd.DataFrame({"channel": ["rent"], "rent_per_m2_year": [nan], "capital_cost_per_m2": [nan]})
    >>> found = running(spaces, load_profile("cn-2023"), currency="CNY")
    >>> int(found.grade_money[0, 3, 0, 0]) > int(found.open_money[0]) > 0
    True
    """
    made, n_grades = made_grades(profile, converted)

    @cache
    def parts(channel: str, rent: float, works: float) -> tuple[int, npt.NDArray[np.int64]]:
        here = _Place(profile, currency, channel, rent, works)
        money = np.zeros((len(profile.services), n_grades, len(KINDS)), dtype=np.int64)
        for service, number, grade, area_m2 in made:
            for kind in range(len(KINDS)):
                money[service, number - 1, kind] = here.of_grade(profile.services[service], grade, area_m2, kind)
        for way in converted:
            both = money[way.service, way.grade - 1], money[way.into, way.into_grade - 1]
            money[way.service, way.number - 1] = np.maximum(*both)
        return here.of_opening(), money

    # what is not known is a NaN, and no NaN is the same as another
    known = spaces[["rent_per_m2_year", "capital_cost_per_m2"]].astype(float).fillna(-1.0)
    found = [
        parts(str(channel), float(rent), float(works))
        for channel, rent, works in zip(spaces["channel"], *(known[name] for name in known), strict=True)
    ]
    shape = (len(profile.services), n_grades, len(KINDS))
    return Running(
        np.array([one for one, _ in found], dtype=np.int64),
        np.array([grades for _, grades in found], dtype=np.int64).reshape(len(found), *shape),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A space as far as its running costs go; ``rent`` and ``works`` per m² are below 0 where the profile's hold."""

    profile: Profile
    currency: str
    channel: str
    rent: float
    works: float

    def mid(self, item: str, absent: float = 0.0) -> Fraction:
        row = cost_parameter(self.profile, self.channel, item)
        return _fraction(row.mid if row else absent)

    def wage(self, role: str) -> Fraction:
        """A full post for a year, with what the employer pays on top."""
        return self.mid(f"wage:{role}") * (1 + self.mid("employer_social_share"))

    def head(self, kind: int) -> Fraction:
        """The head of a hub; a dispersed hub shares one."""
        found = posts({}, False, kind == 1, 0.0, self.channel, self.profile)
        return _fraction(found.get("manager", 0.0)) * self.wage("manager")

    def of_opening(self) -> int:
        """The head, as of a dispersed hub, and the half post that cleaners together may be rounded up by."""
        return self.minor(self.head(0) + _ROUNDING_POST * self.wage("cleaner"))

    def of_grade(self, service: Service, grade: Grade, area_m2: int, kind: int) -> int:
        """A service with all its places taken: posts and lines of the accounts as if it were there alone."""
        profile = self.profile
        share = profile.common_share_complex if kind else profile.common_share_dispersed
        floor_m2 = area_m2 * (1 + _fraction(share))
        full = float(grade.capacity) * (profile.occupancy_cap if service.capacity_unit in _PLACES else 1.0)
        units = _fraction(full)
        income = units * self.income_per_unit(service)
        meals = units * _fraction(service.open_days_year) if service.id == "meals" else Fraction(0)
        tariff = self.mid("household_tariff_factor", 1.0) if service.id in _HOUSEHOLD_TARIFF else Fraction(1)
        tax = self.mid("tax:vat_rate_care") if service.id in _CARE else Fraction(0)
        tax = self.mid("tax:vat_rate_meals") if service.id == "meals" else tax
        rated = Fraction(0) if service.id == "infant_care" else floor_m2
        of_profile = (
            self.staff(service, full, grade.kitchen, kind)
            + self.mid(f"staff_common:cleaner{'' if kind else '_dispersed'}")
            * floor_m2
            / _fraction(CLEANED_M2)
            * self.wage("cleaner")
            + meals * (self.mid("food_per_meal") + self.mid("utilities_per_meal"))
            + (income * self.mid("domestic_worker_share") if service.id == "domestic" else 0)
            + floor_m2 * self.mid("utilities_per_m2_year") * tariff
            + units * self.mid(f"consumables:{service.id}")
            + rated * self.mid("business_rates_per_m2_year")
            + income * (self.mid("admin_insurance_share") + tax)
            + self.mid("upkeep_share") * Fraction(grade.capacity) * self.mid(f"equipment:{service.id}")
            + (floor_m2 * 12 * self.mid("rent_per_m2_month") if self.rent < 0 else 0)
            + (self.mid("upkeep_share") * floor_m2 * self.mid("fit_out_per_m2") if self.works < 0 else 0)
        )
        of_city = (floor_m2 * _fraction(self.rent) if self.rent >= 0 else Fraction(0)) + (
            self.mid("upkeep_share") * floor_m2 * _fraction(self.works) if self.works >= 0 else Fraction(0)
        )
        return self.minor(of_profile, of_city)

    def staff(self, service: Service, units: float, kitchen: bool, kind: int) -> Fraction:
        """Posts of the service beside the head and cleaners; in a complex a part of what its head is more."""
        found = posts({service.id: units}, kitchen, kind == 1, 0.0, self.channel, self.profile)
        wages = sum((_fraction(count) * self.wage(role) for role, count in found.items()), Fraction(0))
        more = wages - self.head(kind)
        if kind == 1:
            more += max(Fraction(0), self.head(1) - self.head(0)) / max(1, self.profile.complex_min_functions)
        return more

    def income_per_unit(self, service: Service) -> Fraction:
        price = _fraction(service.price_ref)
        if service.price_unit == "month":
            return price * self.mid(f"paid_months:{service.id}", 12.0)
        if service.capacity_unit == "visit_week":
            return price * _fraction(self.profile.parameters["open_weeks_year", "any", "all"].mid)
        return price * _fraction(service.open_days_year)

    def minor(self, of_profile: Fraction, of_city: Fraction | int = 0) -> int:
        rate = Fraction(currency_rate(self.profile, self.currency))
        return floor((of_profile * rate + of_city) * MINOR_UNITS[self.currency] + Fraction(1, 2))


def _fraction(value: float) -> Fraction:
    """Return a figure exactly as it is written."""
    return Fraction(repr(float(value)))
