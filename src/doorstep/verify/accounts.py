"""One steady year of a hub, worked out again from the profile's figures: lines of money, posts, three cases of use."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from doorstep.plan_file import Account, Hub
from doorstep.standards import Profile, Service
from doorstep.verify.allowed import common_share
from doorstep.verify.money import MINOR_UNITS
from doorstep.verify.verdict import Violation, differs, found

__all__ = ["CASES", "CLEANED_M2", "Year", "check_accounts", "derive_posts", "derive_year"]

CASES = ("low", "mid", "high")
CLEANED_M2 = 700.0  # floor that the figure of the cleaners speaks of
# Service -> role in the ratios, and as whom the post is paid.
ROLES = {
    "elderly_care": (("carer", "carer"), ("nurse", "nurse")),
    "infant_care": (("childcare_worker", "childcare_worker"), ("health_worker", "nurse")),
    "after_school": (("teacher", "teacher"),),
    "meals": (("cook", "cook"), ("kitchen_helper", "kitchen_helper")),
    "domestic": (("manager", "manager"),),
    "health": (("doctor", "doctor"),),
    "sport": (("coach", "coach"),),
    "culture": (("social_worker", "social_worker"),),
    "play": (("social_worker", "social_worker"),),
}


@dataclass(frozen=True, slots=True)
class Year:
    """What a hub has in a year of one case: persons, units, full-time posts, and minor units of money by line."""

    users: float
    units: float
    jobs: float
    lines_money: Mapping[str, int]

    def total(self, head: str) -> int:
        """Return the sum of the lines that begin with ``head``."""
        return sum(money for line, money in self.lines_money.items() if line.startswith(head))


def check_accounts(
    hub: Hub, space: Mapping[str, Any], profile: Profile, currency: str, elder_share: float
) -> Iterator[Violation]:
    """Yield every figure of the three accounts that the profile does not give.

    ``elder_share`` is the share of the meals in the ledger that go to people of 60 and over.
    """
    for account in hub.accounts:
        if account.case in CASES:
            year = derive_year(hub, space, profile, currency, account.case, elder_share)
            yield from _compared(f"hub:{hub.space}/{account.case}", account, year, currency)


def _compared(about: str, account: Account, year: Year, currency: str) -> Iterator[Violation]:
    for code, figure, derived_figure in (
        ("account-users-differ", account.users, year.users),
        ("account-units-differ", account.units, year.units),
        ("account-jobs-differ", account.jobs, year.jobs),
    ):
        if differs(figure, derived_figure):
            yield found(code, about, figure, derived_figure)
    for line in sorted({*account.lines_money, *year.lines_money}):
        reported, derived = account.lines_money.get(line, 0), year.lines_money.get(line, 0)
        if abs(reported - derived) > 1:  # a float may fall on either side of a half
            yield found("account-line-differs", f"{about}/{line}", reported, derived, currency)
    for code, head, reported in (
        ("account-revenue-differs", "revenue_", account.revenue_money),
        ("account-cost-differs", "cost_", account.running_cost_money),
        ("account-subsidy-differs", "subsidy_", account.subsidy_money),
    ):
        listed = sum(money for line, money in account.lines_money.items() if line.startswith(head))
        n_lines = sum(line.startswith(head) for line in year.lines_money)
        if reported != listed or abs(reported - year.total(head)) > n_lines:
            yield found(code, about, reported, year.total(head), currency)


def derive_year(
    hub: Hub, space: Mapping[str, Any], profile: Profile, currency: str, case: str, elder_share: float
) -> Year:
    """Work out one case: take-up changes, and use, posts, income and cost with it.

    Services and grades that the profile does not know are left out; they are violations of their own.
    """
    channel = str(space["channel"])

    def mid(item: str, absent: float = 0.0) -> float:
        row = profile.costs.get((channel, item)) or profile.costs.get(("any", item))
        return row.mid if row else absent

    known = {service.id: service for service in profile.services}
    parts = [one for one in hub.services if one.service in known]
    grades = {one.service: grade for one in parts for grade in known[one.service].grades if grade.number == one.grade}
    parts = [one for one in parts if one.service in grades]

    used: dict[str, float] = {}
    users = 0.0
    for one in parts:
        service, capacity = known[one.service], float(grades[one.service].capacity)
        if service.capacity_unit in ("day_place", "place"):
            capacity *= profile.occupancy_cap  # places keep a reserve; visits and meals may fill up
        more = service.take_up_range[CASES.index(case)] / service.take_up if service.take_up > 0 else 1.0
        used[one.service] = min(capacity, one.units * more)
        if one.units > 0:
            users += one.users * used[one.service] / one.units

    is_complex = len(hub.services) >= profile.complex_min_functions
    floor_m2 = sum(grade.area_m2 for grade in grades.values())
    made_m2 = floor_m2 - sum(one.saved_m2 for one in parts)  # less what services save that use rooms of others
    area_m2 = made_m2 * (1 + common_share(profile, len(hub.services)))
    cooks = "meals" in grades and grades["meals"].kitchen
    staff = derive_posts(used, mid, cooks, is_complex, area_m2)

    income = {name: units * _income_per_unit(known[name], profile, mid) for name, units in used.items()}
    care = sum(income.get(one, 0.0) for one in ("elderly_care", "infant_care", "after_school", "domestic"))
    meals_year = used["meals"] * known["meals"].open_days_year if "meals" in used else 0.0
    tariff = mid("household_tariff_factor", 1.0) if {"elderly_care", "infant_care"} & used.keys() else 1.0
    child_share = grades["infant_care"].area_m2 / floor_m2 if "infant_care" in grades and floor_m2 > 0 else 0.0
    per_elder_meal = mid("subsidy_meal_elder") or mid("subsidy_running:meals")
    of_profile = {
        **{f"revenue_{name}": money for name, money in income.items()},
        "cost_staff": sum(n * mid(f"wage:{role}") for role, n in staff.items()) * (1 + mid("employer_social_share")),
        "cost_food": meals_year * mid("food_per_meal"),
        "cost_domestic_workers": income.get("domestic", 0.0) * mid("domestic_worker_share"),
        "cost_utilities": area_m2 * mid("utilities_per_m2_year") * tariff + meals_year * mid("utilities_per_meal"),
        "cost_consumables": sum(units * mid(f"consumables:{name}") for name, units in used.items()),
        "cost_business_rates": area_m2 * mid("business_rates_per_m2_year") * (1 - child_share),
        "cost_admin": sum(income.values()) * mid("admin_insurance_share"),
        "cost_tax": care * mid("tax:vat_rate_care") + income.get("meals", 0.0) * mid("tax:vat_rate_meals"),
        "subsidy_meals_elders": elder_share * meals_year * per_elder_meal,
        "subsidy_infant_care": 12 * used.get("infant_care", 0.0) * mid("subsidy_running:infant_care"),
        "subsidy_elderly_care": mid("subsidy_running:elderly_care") if used.get("elderly_care", 0.0) > 0 else 0.0,
    }
    rate = 1.0 if currency == profile.currency else float(profile.settings[f"rate.{currency}"])
    amounts = {line: money * rate for line, money in of_profile.items()}
    # What the space itself costs may be the city's own figure, in the city's money.
    works_per_m2, rent_per_m2 = float(space["capital_cost_per_m2"]), float(space["rent_per_m2_year"])
    if math.isnan(works_per_m2):
        works_per_m2 = mid("fit_out_per_m2") * rate
    if math.isnan(rent_per_m2):
        rent_per_m2 = 12 * mid("rent_per_m2_month") * rate
    equipment = sum(grades[name].capacity * mid(f"equipment:{name}") for name in grades) * rate
    amounts["cost_upkeep"] = mid("upkeep_share") * (area_m2 * works_per_m2 + equipment)
    amounts["cost_rent"] = area_m2 * rent_per_m2
    minor = MINOR_UNITS.get(currency, 100)
    lines = {line: math.floor(money * minor + 0.5) for line, money in amounts.items()}
    return Year(users, sum(used.values()), sum(staff.values()), {line: money for line, money in lines.items() if money})


def _income_per_unit(service: Service, profile: Profile, mid: Any) -> float:
    """Return what a unit brings in a year at the reference price."""
    if service.price_unit == "month":
        return float(service.price_ref * mid(f"paid_months:{service.id}", 12.0))
    if service.capacity_unit == "visit_week":
        return service.price_ref * profile.parameters["open_weeks_year", "any", "all"].mid
    return service.price_ref * service.open_days_year


def derive_posts(
    used: Mapping[str, float], mid: Any, cooks: bool, is_complex: bool, area_m2: float
) -> dict[str, float]:
    """Return full-time posts by role, each rounded up to halves."""
    kind = "" if is_complex else "_dispersed"
    persons = {"manager": float(mid(f"staff_common:manager{kind}"))}
    part_time: dict[str, float] = {}
    for service, units in used.items():
        share = mid(f"post_share:{service}") or 1.0
        for role, paid_as in ROLES[service]:
            ratio = mid(f"staff_ratio:{service}:{role}")
            if ratio == 0 or (role == "cook" and not cooks):
                continue
            wanted = max(units / ratio, mid(f"staff_min:{service}:{role}"))
            if share < 1:  # present in halves, each paid for a share of the day
                part_time[paid_as] = part_time.get(paid_as, 0.0) + _halves(wanted) * share
            elif paid_as in ("manager", "nurse"):  # one person serves the whole hub: the largest need counts
                persons[paid_as] = max(persons.get(paid_as, 0.0), wanted)
            else:
                persons[paid_as] = persons.get(paid_as, 0.0) + wanted
    if "infant_care" in used:
        persons["guard"] = mid("staff_common:guard")
    persons["cleaner"] = mid(f"staff_common:cleaner{kind}") * area_m2 / CLEANED_M2
    posts = dict(part_time)
    for role, wanted in persons.items():
        posts[role] = posts.get(role, 0.0) + _halves(wanted)
    if "doctor" in posts:
        posts["nurse"] = posts.get("nurse", 0.0) + posts["doctor"]  # a nurse beside each doctor
    return posts


def _halves(persons: float) -> float:
    return math.ceil(2 * persons - 1e-9) / 2
