"""The reckoned running cost of hubs, derived again: every place taken, every service as if it were there alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from doorstep.standards import Grade, Profile, Service
from doorstep.verify.accounts import CLEANED_M2, derive_posts
from doorstep.verify.allowed import allowed_grades
from doorstep.verify.bound import OPENING
from doorstep.verify.conversion import Conversion
from doorstep.verify.money import MINOR_UNITS
from doorstep.verify.sharing import shared_of

__all__ = ["running_of_grade", "running_of_opening", "running_table"]


def running_table(
    spaces: Sequence[Mapping[str, Any]], profile: Profile, currency: str, conversions: Sequence[Conversion] = ()
) -> dict[tuple[str, str, int], tuple[int, int]]:
    """Return the reckoned running cost, in a dispersed hub and in a complex, of opening and of each grade in a space.

    Keys are space, service (or opening) and number of the grade (0), those that share rooms, and those whose rooms hold
    another service in later years (the dearer year), too.
    """
    found = {}
    for space in spaces:
        opening = running_of_opening(space, profile, currency)
        found[space["id"], OPENING, 0] = opening, opening
        for service in profile.services:
            grades = {grade.number: grade for grade in allowed_grades(space, profile)[service.id]}
            ways = [(number, grade, 0) for number, grade in grades.items()]
            ways += [
                (one.number, grades[one.grade], one.saved_m2)
                for one in (shared_of(profile, service) if grades else ())
                if one.grade in grades
            ]
            for number, grade, saved_m2 in ways:
                dispersed, in_complex = (
                    running_of_grade(space, service, grade, profile, currency, saved_m2, is_complex)
                    for is_complex in (False, True)
                )
                found[space["id"], service.id, number] = dispersed, in_complex
        for way in conversions:
            before = found.get((space["id"], way.service, way.grade))
            after = found.get((space["id"], way.becomes, way.becomes_grade))
            if before and after:
                dearer = max(before[0], after[0]), max(before[1], after[1])
                found[space["id"], way.service, way.number] = dearer
    return found


def running_of_opening(space: Mapping[str, Any], profile: Profile, currency: str) -> int:
    """Return what the head of a dispersed hub and half a cleaner cost in a year."""
    item = _items(profile, space)
    wages = _posts_of({}, item, False, False).get("manager", 0) * item("wage:manager") + item("wage:cleaner") / 2
    return _minor(wages * (1 + item("employer_social_share")), Fraction(0), profile, currency)


def running_of_grade(
    space: Mapping[str, Any],
    service: Service,
    grade: Grade,
    profile: Profile,
    currency: str,
    saved_m2: int,
    is_complex: bool,
) -> int:
    """Return what a service costs in a year if all its places are taken, opening apart, in whole minor units."""
    item = _items(profile, space)
    name, kind = service.id, "" if is_complex else "_dispersed"
    reserve = profile.occupancy_cap if service.capacity_unit in ("day_place", "place") else 1.0
    used = float(grade.capacity) * reserve
    share = profile.common_share_complex if is_complex else profile.common_share_dispersed
    m2 = (grade.area_m2 - saved_m2) * (1 + _exact(share))

    posts = _posts_of({name: used}, item, grade.kitchen, is_complex)
    head = {of: _posts_of({}, item, False, of).get("manager", Fraction(0)) for of in (False, True)}
    posts["manager"] = posts.get("manager", Fraction(0)) - head[is_complex]
    if is_complex:  # its head's larger post, a part for each of the fewest services that make a complex
        posts["manager"] += max(Fraction(0), head[True] - head[False]) / max(1, profile.complex_min_functions)
    posts["cleaner"] = posts.get("cleaner", Fraction(0)) + item(f"staff_common:cleaner{kind}") * m2 / _exact(CLEANED_M2)
    wages = sum((n * item(f"wage:{role}") for role, n in posts.items()), Fraction(0))

    units = _exact(used)
    income = units * _income_per_unit(service, profile, item)
    upkeep, tariff = item("upkeep_share"), Fraction(1)
    if name in ("elderly_care", "infant_care"):
        tariff = item("household_tariff_factor", 1.0)
    lines = [
        wages * (1 + item("employer_social_share")),
        m2 * item("utilities_per_m2_year") * tariff,
        units * item(f"consumables:{name}"),
        income * item("admin_insurance_share"),
        upkeep * grade.capacity * item(f"equipment:{name}"),
    ]
    if name != "infant_care":  # registered child care pays no business rates
        lines.append(m2 * item("business_rates_per_m2_year"))
    if name in ("elderly_care", "infant_care", "after_school", "domestic"):
        lines.append(income * item("tax:vat_rate_care"))
    if name == "domestic":
        lines.append(income * item("domestic_worker_share"))
    if name == "meals":
        lines.append(income * item("tax:vat_rate_meals"))
        per_meal = item("food_per_meal") + item("utilities_per_meal")
        lines.append(units * _exact(service.open_days_year) * per_meal)
    of_city = Fraction(0)
    rent, works = float(space["rent_per_m2_year"]), float(space["capital_cost_per_m2"])
    if math.isnan(rent):
        lines.append(m2 * 12 * item("rent_per_m2_month"))
    else:
        of_city += m2 * _exact(rent)
    if math.isnan(works):
        lines.append(upkeep * m2 * item("fit_out_per_m2"))
    else:
        of_city += upkeep * m2 * _exact(works)
    return _minor(sum(lines, Fraction(0)), of_city, profile, currency)


def _items(profile: Profile, space: Mapping[str, Any]) -> Any:
    def item(name: str, absent: float = 0.0) -> Fraction:
        row = profile.costs.get((str(space["channel"]), name)) or profile.costs.get(("any", name))
        return _exact(row.mid if row else absent)

    return item


def _posts_of(used: Mapping[str, float], item: Any, cooks: bool, is_complex: bool) -> dict[str, Fraction]:
    """Posts without cleaners."""
    posts = derive_posts(used, lambda name: float(item(name)), cooks, is_complex, 0.0)
    return {role: _exact(count) for role, count in posts.items() if count}


def _income_per_unit(service: Service, profile: Profile, item: Any) -> Fraction:
    """Return what a unit brings in a year, in figures as they are written."""
    price = _exact(service.price_ref)
    if service.price_unit == "month":
        return price * item(f"paid_months:{service.id}", 12.0)  # type: ignore[no-any-return]
    if service.capacity_unit == "visit_week":
        return price * _exact(profile.parameters["open_weeks_year", "any", "all"].mid)
    return price * _exact(service.open_days_year)


def _exact(value: float) -> Fraction:
    return Fraction(repr(float(value)))


def _minor(of_profile: Fraction, of_city: Fraction, profile: Profile, currency: str) -> int:
    rate = Fraction(1) if currency == profile.currency else Fraction(str(profile.settings[f"rate.{currency}"]))
    return math.floor((of_profile * rate + of_city) * MINOR_UNITS.get(currency, 100) + Fraction(1, 2))
