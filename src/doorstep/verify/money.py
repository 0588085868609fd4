"""What hubs cost to make, derived again in exact decimals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from doorstep.errors import DoorstepError
from doorstep.plan_file import HubService
from doorstep.standards import Grade, Profile

__all__ = ["MINOR_UNITS", "conversion_money", "grade_money", "major", "open_money", "service_money"]

MINOR_UNITS = {"JPY": 1, "KRW": 1}


def major(money: int, currency: str) -> Decimal:
    """Return whole minor units in the major unit of a currency, exactly."""
    return Decimal(money).scaleb(-2 if MINOR_UNITS.get(currency, 100) == 100 else 0)


def open_money(space: Mapping[str, Any], profile: Profile, currency: str) -> int:
    """Return what opening any hub in a space costs, in whole minor units: ramp and entrance, and closing what it
    replaces, each rounded.
    """
    channel = str(space["channel"])
    entrance = _minor(_item(profile, channel, "ramp_and_entrance") * _extras(profile, channel), profile, currency)
    return entrance + _minor(Decimal(0), profile, currency, of_city=_exact(space["closing_cost"]))


def grade_money(
    space: Mapping[str, Any], service_id: str, grade: Grade, profile: Profile, currency: str, saved_m2: int = 0
) -> tuple[int, int]:
    """Return what one service of one grade costs in a space, whole minor units: in a dispersed hub, in a complex.

    ``saved_m2`` of its floor are not made, because it uses rooms of another service.
    """
    channel = str(space["channel"])
    extras = _extras(profile, channel)
    own_rate = float(space["capital_cost_per_m2"])
    has_own_rate = own_rate == own_rate
    rate = Decimal(0)
    if not has_own_rate:
        rate = _item(profile, channel, "fit_out_per_m2") + _item(profile, channel, "structure_strengthening_per_m2")
        if channel == "newbuild" and not profile.developer_bears_structure:
            rate += _item(profile, channel, "structure_per_m2")
    # Equipment and grounds are the profile's figures also where the city knows its own rate of works.
    beside = _item(profile, channel, f"equipment:{service_id}") * grade.capacity
    beside += _item(profile, channel, "outdoor_works_per_m2") * grade.outdoor_m2 * extras
    dispersed, in_complex = (
        _minor(
            area_m2 * rate * extras + beside,
            profile,
            currency,
            of_city=area_m2 * _exact(own_rate) * extras if has_own_rate else Decimal(0),
        )
        for share in (profile.common_share_dispersed, profile.common_share_complex)
        for area_m2 in ((grade.area_m2 - saved_m2) * (1 + _exact(share)),)
    )
    return dispersed, in_complex


def conversion_money(
    space: Mapping[str, Any], before: str, after: str, after_grade: Grade, profile: Profile, currency: str
) -> int:
    """Return what it costs to put another service into rooms of one in a later year, whole minor units."""
    use = profile.floor_use
    kind = use.conversion[use.services.index(before)][use.services.index(after)].kind
    share = _exact(profile.parameters[f"conversion_cost:{kind}", "any", "all"].mid)
    return _minor(
        share * _item(profile, str(space["channel"]), "fit_out_per_m2") * after_grade.area_m2, profile, currency
    )


def service_money(space: Mapping[str, Any], one: HubService, profile: Profile, currency: str) -> tuple[int, int] | None:
    """Return what a service of a hub costs, with what its rooms become: in a dispersed hub, in a complex.

    ``None`` if the profile has no such grade; rooms that become what the profile does not have cost nothing.
    """
    grades = {(service.id, grade.number): grade for service in profile.services for grade in service.grades}
    grade, after = grades.get((one.service, one.grade)), grades.get((one.becomes, one.becomes_grade))
    if grade is None:
        return None
    dispersed, in_complex = grade_money(space, one.service, grade, profile, currency, one.saved_m2)
    if after is None:
        return dispersed, in_complex
    later = conversion_money(space, one.service, one.becomes, after, profile, currency)
    return dispersed + later, in_complex + later


def _extras(profile: Profile, channel: str) -> Decimal:
    return 1 + _item(profile, channel, "design_and_survey_share") + _item(profile, channel, "contingency_share")


def _item(profile: Profile, channel: str, item: str) -> Decimal:
    for key in ((channel, item), ("any", item)):
        if key in profile.costs:
            return _exact(profile.costs[key].mid)
    return Decimal(0)


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _minor(of_profile: Decimal, profile: Profile, currency: str, of_city: Decimal = Decimal(0)) -> int:
    """Whole minor units; what the profile prices goes through the stated rate, what the city prices does not."""
    if currency != profile.currency:
        if f"rate.{currency}" not in profile.settings:
            raise DoorstepError("currency-differs", city=currency, profile=profile.currency, key=f"rate.{currency}")
        of_profile *= Decimal(str(profile.settings[f"rate.{currency}"]))
    whole = (of_profile + of_city) * MINOR_UNITS.get(currency, 100)
    return int(whole.quantize(Decimal(1), rounding=ROUND_HALF_UP))
