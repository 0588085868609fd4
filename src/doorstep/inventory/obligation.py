"""What new housing owes: floor for services from its planned households."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.standards import Force, Profile

__all__ = ["Obligation", "obligation"]

QUANTITY = "community_service_area_per_100_households"
BINDS = "community or city"
WISHED = "community or city (where possible)"


@dataclass(frozen=True, slots=True)
class Obligation:
    """Floor that a number of households asks for.

    ``area_m2`` is what the profile's rule asks for (0 without one), ``wished_m2`` what it encourages; ``rules`` the ids
    of both; ``hard`` whether the first may fail anything.
    """

    households: float
    area_m2: float
    wished_m2: float
    rules: tuple[str, ...]
    hard: bool


def obligation(households: float, profile: Profile) -> Obligation:
    """Return what so many planned households ask for by the rules of a profile.

    The households are those that are given: planned compounds are not looked up in a city, and floor that its spaces
    provide already is not taken off.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> found = obligation(1200, load_profile("cn-2023"))
    >>> found.area_m2, found.wished_m2
    (360.0, 960.0)
    """
    rules = {rule.applies_to: rule for rule in profile.rules if rule.quantity == QUANTITY and rule.operator == ">="}
    binds, wished = rules.get(BINDS), rules.get(WISHED)
    return Obligation(
        households,
        households / 100 * float(binds.value) if binds else 0.0,
        households / 100 * float(wished.value) if wished else 0.0,
        tuple(rule.id for rule in (binds, wished) if rule),
        binds is not None and binds.force is Force.HARD,
    )
