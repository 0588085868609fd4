"""What it costs to open a hub and to put a service of a size grade into it: the section *Money* of the model page.

All money is worked out in exact decimals from the figures as they are written and rounded half up once per part, so
that whoever repeats the sum by hand gets the same whole number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.errors import DoorstepError
from doorstep.standards import ConvertedGrade, Grade, Parameter, Profile, shared_grades

__all__ = [
    "GRADES",
    "KINDS",
    "MINOR_UNITS",
    "Capital",
    "capital",
    "conversion_money",
    "cost_parameter",
    "currency_rate",
    "exact",
    "made_grades",
    "minor",
]

GRADES = 5
KINDS = ("dispersed", "complex")
MINOR_UNITS = {"CNY": 100, "EUR": 100, "GBP": 100, "JPY": 1, "KRW": 1}


@dataclass(frozen=True, slots=True, eq=False)
class Capital:
    """Money to open hubs, whole minor units of ``currency``.

    Parameters
    ----------
    currency
        ISO code.
    open_money
        Shape (J,), int64: for opening a hub in each space, with what closing the facilities that it replaces costs.
    grade_money
        Shape (J, S, G, 2), int64, G at least 5: for a grade of a service in a space; the last axis is dispersed,
        complex. -1 where the service has no such grade. Beyond 5 stand the shared grades of a profile whose rooms may
        be shared (works for the floor that is made, all else as for the size grade), or the converted ones of a plan
        for later years (that of the size grade, and what it will cost to convert the rooms).
    """

    currency: str
    open_money: npt.NDArray[np.int64]
    grade_money: npt.NDArray[np.int64]


def capital(
    spaces: pd.DataFrame, profile: Profile, *, currency: str, converted: Sequence[ConvertedGrade] = ()
) -> Capital:
    """Return the capital of every hub part in every space.

    Parameters
    ----------
    spaces
        With ``channel``, ``capital_cost_per_m2`` (NaN: the profile's) and ``closing_cost`` (both major units of
        ``currency``), shape (J,).
    profile
        Gives rates of works, equipment, shares and grades; mid values.
    currency
        ISO code of the city.
    converted
        Grades that give way to another service in a later year.

    Raises
    ------
    DoorstepError
        ``currency-differs`` if the profile is in another currency and ``rate.<CUR>`` is not set;
        ``currency-unknown`` if its minor unit is not in ``MINOR_UNITS``.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> spaces = pd.DataFrame({"channel": ["rent"], "capital_cost_per_m2": [float("nan")], "closing_cost": [0.0]})
    >>> money = capital(spaces, load_profile("cn-2023"), currency="CNY")
    >>> int(money.open_money[0])  # CNY 50,000 and 19 % for design, survey and contingency
    5950000
    """
    rate = currency_rate(profile, currency)
    made, n_grades = made_grades(profile, converted)

    @cache
    def parts(channel: str, per_m2: float) -> tuple[int, npt.NDArray[np.int64]]:
        own_rate = None if np.isnan(per_m2) else exact(per_m2)
        money = np.full((len(profile.services), n_grades, len(KINDS)), -1, dtype=np.int64)
        for service, number, grade, area_m2 in made:
            money[service, number - 1] = _grade(profile, channel, service, grade, area_m2, own_rate, rate, currency)
        for one in converted:
            becomes = next(grade for grade in profile.services[one.into].grades if grade.number == one.into_grade)
            later = conversion_money(profile, channel, one.kind, becomes, currency)
            money[one.service, one.number - 1] = money[one.service, one.grade - 1] + later
        return _open(profile, channel, rate, currency), money

    found = [
        parts(str(channel), float(per_m2))
        for channel, per_m2 in zip(spaces["channel"], spaces["capital_cost_per_m2"].astype(float), strict=True)
    ]
    shape = (len(profile.services), n_grades, len(KINDS))
    closing = [minor(exact(cost), currency) for cost in spaces["closing_cost"].astype(float)]
    return Capital(
        currency=currency,
        open_money=np.array([one + more for (one, _), more in zip(found, closing, strict=True)], dtype=np.int64),
        grade_money=np.array([grades for _, grades in found], dtype=np.int64).reshape(len(found), *shape),
    )


def made_grades(
    profile: Profile, converted: Sequence[ConvertedGrade] = ()
) -> tuple[list[tuple[int, int, Grade, int]], int]:
    """Return what is made of each grade of a profile, those that share rooms too, and the largest number of a grade.

    Parameters
    ----------
    profile
        Its services and grades.
    converted
        Grades that give way to another service later; their numbers count, they are made as the grades they are like.

    Returns
    -------
    made, n_grades
        Position of the service, number, size grade that it is like, floor that is made (m²); the largest number, at
        least 5.
    """
    shared = shared_grades(profile)
    made = [(at, grade.number, grade, grade.area_m2) for at, one in enumerate(profile.services) for grade in one.grades]
    for one in shared:
        grade = next(grade for grade in profile.services[one.service].grades if grade.number == one.grade)
        made.append((one.service, one.number, grade, grade.area_m2 - one.saved_m2))
    return made, max([GRADES, *(one.number for one in shared), *(one.number for one in converted)])


def conversion_money(profile: Profile, channel: str, kind: str, grade: Grade, currency: str) -> int:
    """Return what it costs to convert rooms into those of a grade, whole minor units.

    Parameters
    ----------
    profile, channel, currency
        As for :func:`capital`.
    kind
        Of the profile's conversion matrix: ``as_is``, ``refit``, ``works``; each a share of the fit-out.
    grade
        Of the service that comes; its floor counts.
    """
    share = exact(profile.parameters[f"conversion_cost:{kind}", "any", "all"].mid)
    rate = currency_rate(profile, currency)
    return minor(_mid(profile, channel, "fit_out_per_m2") * share * grade.area_m2 * rate, currency)


def cost_parameter(profile: Profile, channel: str, item: str) -> Parameter | None:
    """Return the money row of the channel, else that of ``any``, else ``None``."""
    return profile.costs.get((channel, item)) or profile.costs.get(("any", item))


def exact(value: float) -> Decimal:
    """Return a figure as the decimal that is written for it: 0.1 is one tenth."""
    return Decimal(repr(float(value)))


def minor(major: Decimal, currency: str) -> int:
    """Return whole minor units, rounded half up.

    Examples
    --------
    >>> minor(Decimal("12.345"), "GBP"), minor(Decimal("12.345"), "JPY")
    (1235, 12)
    """
    if currency not in MINOR_UNITS:
        raise DoorstepError("currency-unknown", currency=currency, known=", ".join(MINOR_UNITS))
    return int((major * MINOR_UNITS[currency]).to_integral_value(ROUND_HALF_UP))


def currency_rate(profile: Profile, currency: str) -> Decimal:
    """Return how much of ``currency`` one unit of the profile's is: 1, or what ``rate.<CUR>`` says."""
    if currency == profile.currency:
        return Decimal(1)
    stated = profile.settings.get(f"rate.{currency}")
    if stated is None:
        raise DoorstepError("currency-differs", city=currency, profile=profile.currency, key=f"rate.{currency}")
    return Decimal(stated)


def _mid(profile: Profile, channel: str, item: str) -> Decimal:
    row = cost_parameter(profile, channel, item)
    return exact(row.mid) if row else Decimal(0)


def _surcharge(profile: Profile, channel: str) -> Decimal:
    """Return k: works with design, survey and contingency."""
    return 1 + _mid(profile, channel, "design_and_survey_share") + _mid(profile, channel, "contingency_share")


def _open(profile: Profile, channel: str, rate: Decimal, currency: str) -> int:
    works = _mid(profile, channel, "ramp_and_entrance") * _surcharge(profile, channel)
    return minor(works * rate, currency)


def _works_per_m2(profile: Profile, channel: str) -> Decimal:
    works = _mid(profile, channel, "fit_out_per_m2") + _mid(profile, channel, "structure_strengthening_per_m2")
    if channel == "newbuild" and not profile.developer_bears_structure:
        works += _mid(profile, channel, "structure_per_m2")
    return works


def _grade(
    profile: Profile,
    channel: str,
    service: int,
    grade: Grade,
    area_m2: int,
    own_rate: Decimal | None,
    rate: Decimal,
    currency: str,
) -> list[int]:
    """Money of a grade of which so much floor is made, in a dispersed hub and in a complex."""
    surcharge = _surcharge(profile, channel)
    # A space's own figure is in the city's money already.
    per_m2 = own_rate if own_rate is not None else _works_per_m2(profile, channel) * rate
    outdoor_per_m2 = _mid(profile, channel, "outdoor_works_per_m2") * rate
    equipment = _mid(profile, channel, f"equipment:{profile.services[service].id}") * rate
    beside = equipment * grade.capacity + outdoor_per_m2 * grade.outdoor_m2 * surcharge
    shares = (exact(profile.common_share_dispersed), exact(profile.common_share_complex))
    return [minor(area_m2 * (1 + share) * per_m2 * surcharge + beside, currency) for share in shares]
