"""What it costs to make a whole space fit for a hub: low, middle and high."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from doorstep.costs import cost_parameter, currency_rate, exact, minor
from doorstep.standards import Profile

__all__ = ["cost_of"]


def cost_of(channel: str, space: Mapping[str, Any], profile: Profile, currency: str) -> tuple[int, int, int]:
    """Return low, middle and high cost of works in the whole space, whole minor units; no equipment of services.

    ``(area · rate + ramp and entrance) · (1 + design and survey + contingency)``, all low, middle or high at once.
    The middle is the planner's own figure (section Money of the model), with what closing a facility there costs. A
    space's own rate stands for the middle; its low and high are in the ratio of the channel's.

    Raises
    ------
    DoorstepError
        ``currency-differs`` as :func:`doorstep.costs.capital`.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> space = {"area_m2": 100.0, "capital_cost_per_m2": float("nan")}
    >>> [one // 100 for one in cost_of("transfer", space, load_profile("cn-2023"), "CNY")]
    [133200, 285600, 609600]
    """
    rate = currency_rate(profile, currency)
    rates = [_works_per_m2(channel, profile, case) * rate for case in range(3)]
    own = space.get("capital_cost_per_m2")
    if own is not None and not math.isnan(own):
        rates = [exact(own) * one / rates[1] if rates[1] else exact(own) for one in rates]
    area = exact(float(space["area_m2"]))
    money = []
    for case in range(3):
        shares = (_item(channel, item, profile, case) for item in ("design_and_survey_share", "contingency_share"))
        share = 1 + sum(shares, Decimal(0))
        works = area * rates[case] + _item(channel, "ramp_and_entrance", profile, case) * rate
        closing = minor(exact(float(space.get("closing_cost", 0.0))), currency)
        money.append(minor(works * share, currency) + closing)
    return money[0], money[1], money[2]


def _works_per_m2(channel: str, profile: Profile, case: int) -> Decimal:
    items = ["fit_out_per_m2", "structure_strengthening_per_m2"]
    if channel == "newbuild" and not profile.developer_bears_structure:
        items.append("structure_per_m2")
    return sum((_item(channel, item, profile, case) for item in items), Decimal(0))


def _item(channel: str, item: str, profile: Profile, case: int) -> Decimal:
    row = cost_parameter(profile, channel, item)
    return exact((row.low, row.mid, row.high)[case]) if row else Decimal(0)
