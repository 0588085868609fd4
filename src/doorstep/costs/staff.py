"""How many posts a hub needs, by role."""

from __future__ import annotations

import math
from collections.abc import Mapping

from doorstep.costs.capital import cost_parameter
from doorstep.standards import Profile

__all__ = ["CLEANED_M2", "posts"]

CLEANED_M2 = 700.0
"""Floor that the figure ``staff_common:cleaner`` speaks of."""

HEALTH_WORKER = "health_worker"  # of child care; the tables have no wage for it: paid as a nurse
ROLES = {
    "elderly_care": ("carer", "nurse"),
    "infant_care": ("childcare_worker", HEALTH_WORKER),
    "after_school": ("teacher",),
    "meals": ("cook", "kitchen_helper"),
    "domestic": ("manager",),
    "health": ("doctor",),
    "sport": ("coach",),
    "culture": ("social_worker",),
    "play": ("social_worker",),
}
SHARED = ("manager", "nurse")  # one person of the hub serves all its services: the largest need counts, not the sum


def posts(
    units: Mapping[str, float], kitchen: bool, complex_hub: bool, area_m2: float, channel: str, profile: Profile
) -> dict[str, float]:
    """Return full-time posts by role, each rounded up to halves.

    Parameters
    ----------
    units
        Service -> units used: places, meals a day, visits a week. A service that is offered is in it, with 0 too.
    kitchen
        False: meals are brought in, and no cook is needed.
    complex_hub
        A complex has a manager and cleaners of its own, a dispersed hub shares them.
    area_m2
        Floor with common rooms.
    channel, profile
        Where the ratios stand.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> cn = load_profile("cn-2023")
    >>> posts({"meals": 70.0}, kitchen=True, complex_hub=False, area_m2=150, channel="rent", profile=cn)
    {'cook': 1.0, 'kitchen_helper': 1.5, 'manager': 0.5}
    """

    def mid(item: str) -> float:
        row = cost_parameter(profile, channel, item)
        return row.mid if row else 0.0

    kind = "" if complex_hub else "_dispersed"
    need = {"manager": mid(f"staff_common:manager{kind}")}
    found: dict[str, float] = {}
    for service, used in units.items():
        for role in ROLES[service]:
            if (role == "cook" and not kitchen) or mid(f"staff_ratio:{service}:{role}") == 0:
                continue  # the profile may know no ratio for a role
            persons = max(used / mid(f"staff_ratio:{service}:{role}"), mid(f"staff_min:{service}:{role}"))
            paid_as = "nurse" if role == HEALTH_WORKER else role
            share = mid(f"post_share:{service}") or 1.0
            if share < 1:
                # Part-time by nature: the adults present are counted in halves, and each is paid for a share.
                found[paid_as] = found.get(paid_as, 0.0) + _halves(persons) * share
            elif paid_as in SHARED:
                need[paid_as] = max(need.get(paid_as, 0.0), persons)
            else:
                need[paid_as] = need.get(paid_as, 0.0) + persons
    if "infant_care" in units:
        need["guard"] = mid("staff_common:guard")
    need["cleaner"] = mid(f"staff_common:cleaner{kind}") * area_m2 / CLEANED_M2
    for role, persons in need.items():
        found[role] = found.get(role, 0.0) + _halves(persons)
    if "doctor" in found:
        found["nurse"] = found.get("nurse", 0.0) + found["doctor"]  # one beside each doctor
    return {role: count for role, count in sorted(found.items()) if count > 0}


def _halves(persons: float) -> float:
    """Round up to half posts; what a sum of floats adds in the last digits is no person."""
    return math.ceil(2 * persons - 1e-9) / 2
