"""One steady year of a hub: income at inclusive prices, running cost, subsidy, posts; in three cases of take-up.

The rules of every line are those of the worked example of the assumptions; the figures come from the profile (mid
values). Left out, because the figures that a plan knows do not settle them: profit tax, meals delivered to the home,
the running bonus of meal sites, childcare vouchers by age, wages rising over the years.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.costs import cost_parameter, currency_rate, exact, minor, posts
from doorstep.plan_file import Account
from doorstep.standards import CASES, Profile, Service

__all__ = ["HubUse", "ServiceUse", "break_even_share", "capital_yearly", "hub_accounts"]

CARE = ("elderly_care", "infant_care", "after_school", "domestic")  # one rate of tax for care and housekeeping
HOUSEHOLD_TARIFF = ("elderly_care", "infant_care")  # these turn a hub's business tariff into a household's
PLACES = ("day_place", "place")
STEPS = 200  # of the search for break-even: staff comes in half posts, so the result jumps


@dataclass(frozen=True, slots=True)
class ServiceUse:
    """A service of a hub and how it is used in the profile's ``take_up_case``.

    ``capacity`` and ``units`` are in the service's unit; ``users`` persons; ``elder_share`` the share of the users
    aged 60 and over (only read for meals).
    """

    service: str
    grade: int
    capacity: float
    users: float
    units: float
    elder_share: float = 0.0


@dataclass(frozen=True, slots=True)
class HubUse:
    """A hub as the accounts need it.

    ``kind`` is complex or dispersed; ``area_m2`` floor with common rooms; ``rent_per_m2_year`` and
    ``capital_cost_per_m2`` the space's own figures in major units of the city's currency, ``None``: the profile's by
    channel.
    """

    kind: str
    channel: str
    area_m2: float
    services: tuple[ServiceUse, ...]
    rent_per_m2_year: float | None = None
    capital_cost_per_m2: float | None = None


def hub_accounts(hub: HubUse, profile: Profile, *, currency: str) -> tuple[Account, ...]:
    """Return the accounts of one steady year with low, mid and high take-up.

    Parameters
    ----------
    hub
        Its services with the use of the profile's ``take_up_case``; the other cases change the take-up only.
    profile
        Prices, wages and ratios, mid values.
    currency
        ISO code of the city.

    Returns
    -------
    tuple of Account
        low, mid, high. The names in ``lines_money`` begin with ``revenue_``, ``cost_`` or ``subsidy_`` and have texts
        ``costs.<name>``.

    Raises
    ------
    DoorstepError
        ``currency-differs``, ``currency-unknown``.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> cn = load_profile("cn-2023")
    >>> canteen = HubUse("dispersed", "rent", 157.5, (ServiceUse("meals", 3, 220, 100.0, 70.0, 0.7),))
    >>> [account.result_money < 0 for account in hub_accounts(canteen, cn, currency="CNY")]
    [True, True, True]
    """
    return tuple(_account(hub, profile, case, _used(hub, profile, case), currency) for case in CASES)


def break_even_share(hub: HubUse, profile: Profile, *, currency: str | None = None) -> float | None:
    """Return the smallest share of the given units at which the year's result with subsidy is 0.

    Below 1 the hub lives with fewer users than expected; above 1 it needs more. ``None`` if it does not live even when
    all its places are taken. Staff comes in half posts, so a little above the share the result may dip below 0 again.
    ``currency`` is the city's, needed where it differs from the profile's.
    """
    fullest = max((_cap(one, profile) / one.units for one in hub.services if one.units > 0), default=0.0)

    def result(share: float) -> int:
        used = {one.service: min(one.units * share, _cap(one, profile)) for one in hub.services}
        return _account(hub, profile, profile.take_up_case, used, currency or profile.currency).result_money

    shares = [fullest * step / STEPS for step in range(STEPS + 1)]
    above = next((n for n, share in enumerate(shares) if result(share) >= 0), None)
    if above is None or fullest == 0:
        return None
    if above == 0:
        return 0.0
    low, high = shares[above - 1], shares[above]
    while high - low > 1e-9 * fullest:
        middle = (low + high) / 2
        low, high = (low, middle) if result(middle) >= 0 else (middle, high)
    return high


def capital_yearly(hub: HubUse, profile: Profile, *, currency: str) -> int:
    """Return fit-out and equipment spread evenly over their lives, minor units a year (no interest, no design)."""
    rate = float(currency_rate(profile, currency))
    fit_out, equipment = _fixed_assets(hub, profile, rate)
    years = (_mid(profile, hub, "life_fit_out_years"), _mid(profile, hub, "life_equipment_years"))
    return minor(exact(fit_out / years[0] + equipment / years[1]), currency)


def _mid(profile: Profile, hub: HubUse, item: str, absent: float = 0.0) -> float:
    row = cost_parameter(profile, hub.channel, item)
    return row.mid if row else absent


def _cap(use: ServiceUse, profile: Profile) -> float:
    """Return the most units used: places keep the reserve of the occupancy cap, visits and meals fill up."""
    if profile.service(use.service).capacity_unit in PLACES:
        return profile.occupancy_cap * use.capacity
    return use.capacity


def _used(hub: HubUse, profile: Profile, case: str) -> dict[str, float]:
    used = {}
    for one in hub.services:
        service = profile.service(one.service)
        factor = service.take_up_range[CASES.index(case)] / service.take_up if service.take_up > 0 else 1.0
        used[one.service] = min(_cap(one, profile), one.units * factor)
    return used


def _account(hub: HubUse, profile: Profile, case: str, used: Mapping[str, float], currency: str) -> Account:
    staff = posts(
        used,
        kitchen=any(_kitchen(one, profile) for one in hub.services if one.service == "meals"),
        complex_hub=hub.kind == "complex",
        area_m2=hub.area_m2,
        channel=hub.channel,
        profile=profile,
    )
    rate = float(currency_rate(profile, currency))
    income = {one: _income(profile.service(one), units, hub, profile) for one, units in used.items()}
    cost = _costs(hub, profile, used, income, staff)
    amounts = {f"revenue_{service}": money * rate for service, money in income.items()}
    amounts |= {f"cost_{line}": money * rate for line, money in cost.items()}
    amounts["cost_upkeep"] = _mid(profile, hub, "upkeep_share") * sum(_fixed_assets(hub, profile, rate))
    amounts["cost_rent"] = hub.area_m2 * _rent_per_m2_year(hub, profile, rate)
    amounts |= {f"subsidy_{line}": money * rate for line, money in _subsidies(hub, profile, used).items()}
    rounded = {line: minor(exact(amount), currency) for line, amount in sorted(amounts.items())}
    lines = {line: money for line, money in rounded.items() if money != 0}

    def total(head: str) -> int:
        return sum(money for line, money in lines.items() if line.startswith(head))

    revenue, running, subsidy = total("revenue_"), total("cost_"), total("subsidy_")
    return Account(
        case=case,
        users=sum(one.users * used[one.service] / one.units for one in hub.services if one.units > 0),
        units=sum(used.values()),
        revenue_money=revenue,
        running_cost_money=running,
        subsidy_money=subsidy,
        result_money=revenue + subsidy - running,
        support_money=max(0, running - revenue),
        jobs=sum(staff.values()),
        lines_money=lines,
    )


def _kitchen(use: ServiceUse, profile: Profile) -> bool:
    return any(grade.kitchen for grade in profile.service(use.service).grades if grade.number == use.grade)


def _times_a_year(service: Service, profile: Profile) -> float:
    """Return how often a year a unit is used: a place or meal every open day, a visit every open week."""
    if service.capacity_unit == "visit_week":
        return profile.parameters["open_weeks_year", "any", "all"].mid
    return service.open_days_year


def _income(service: Service, units: float, hub: HubUse, profile: Profile) -> float:
    if service.price_unit == "month":
        return units * service.price_ref * _mid(profile, hub, f"paid_months:{service.id}", absent=12.0)
    return units * service.price_ref * _times_a_year(service, profile)


def _costs(
    hub: HubUse, profile: Profile, used: Mapping[str, float], income: Mapping[str, float], staff: Mapping[str, float]
) -> dict[str, float]:
    """Return the yearly running costs in major units of the profile, without upkeep and rent."""

    def mid(item: str, absent: float = 0.0) -> float:
        return _mid(profile, hub, item, absent)

    wages = sum(count * mid(f"wage:{role}") for role, count in sorted(staff.items()))
    meals = used.get("meals", 0.0) * profile.service("meals").open_days_year
    tariff = mid("household_tariff_factor", absent=1.0) if any(one in used for one in HOUSEHOLD_TARIFF) else 1.0
    return {
        "staff": wages * (1 + mid("employer_social_share")),
        "food": meals * mid("food_per_meal"),
        "domestic_workers": income.get("domestic", 0.0) * mid("domestic_worker_share"),
        "utilities": hub.area_m2 * mid("utilities_per_m2_year") * tariff + meals * mid("utilities_per_meal"),
        "consumables": sum(units * mid(f"consumables:{one}") for one, units in used.items()),
        "business_rates": hub.area_m2 * mid("business_rates_per_m2_year") * (1 - _exempt_share(hub, profile)),
        "admin": sum(income.values()) * mid("admin_insurance_share"),
        "tax": sum(income.get(one, 0.0) for one in CARE) * mid("tax:vat_rate_care")
        + income.get("meals", 0.0) * mid("tax:vat_rate_meals"),
    }


def _exempt_share(hub: HubUse, profile: Profile) -> float:
    """Return the share of floor free of business rates: that of registered child care."""
    floor = {
        one.service: grade.area_m2
        for one in hub.services
        for grade in profile.service(one.service).grades
        if grade.number == one.grade
    }
    return floor.get("infant_care", 0) / sum(floor.values()) if sum(floor.values()) > 0 else 0.0


def _fixed_assets(hub: HubUse, profile: Profile, rate: float) -> tuple[float, float]:
    """Return fit-out and equipment, major units of the city's money."""
    per_m2 = hub.capital_cost_per_m2
    fit_out = hub.area_m2 * (per_m2 if per_m2 is not None else _mid(profile, hub, "fit_out_per_m2") * rate)
    equipment = sum(one.capacity * _mid(profile, hub, f"equipment:{one.service}") for one in hub.services)
    return fit_out, equipment * rate


def _rent_per_m2_year(hub: HubUse, profile: Profile, rate: float) -> float:
    if hub.rent_per_m2_year is not None:
        return hub.rent_per_m2_year
    return 12 * _mid(profile, hub, "rent_per_m2_month") * rate


def _subsidies(hub: HubUse, profile: Profile, used: Mapping[str, float]) -> dict[str, float]:
    """Return what the public pays to the operator in a year, major units of the profile."""
    elders = sum(one.elder_share * used["meals"] for one in hub.services if one.service == "meals")
    per_meal = _mid(profile, hub, "subsidy_meal_elder") or _mid(profile, hub, "subsidy_running:meals")
    subsidies = {
        "meals_elders": elders * profile.service("meals").open_days_year * per_meal,
        "infant_care": 12 * used.get("infant_care", 0.0) * _mid(profile, hub, "subsidy_running:infant_care"),
    }
    if used.get("elderly_care", 0.0) > 0:
        subsidies["elderly_care"] = _mid(profile, hub, "subsidy_running:elderly_care")
    return subsidies
