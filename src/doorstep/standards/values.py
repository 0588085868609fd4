"""What a user or a city may set a figure of a profile to."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from doorstep.errors import DoorstepError

__all__ = ["bounds_of", "number_of", "one_of", "positive"]

# Figures by which something is divided, and shares whose unit does not begin with the word.
POSITIVE = (
    "walk_speed",
    "units_per_user",
    "peak_share",
    "walk_limit_m",
    "walk_limit_min",
    "open_days_year",
    "occupancy_cap",
)
SHARES = ("take_up", "need_rate", "decay_end_value")


def one_of(key: str, value: str, choices: Sequence[str]) -> str:
    """Return a value that is one of several words; ``setting-value`` otherwise."""
    if value not in choices:
        raise DoorstepError("setting-value", key=key, value=value, expected=" | ".join(choices))
    return value


def number_of(key: str, value: str, allowed: Callable[[float], bool], expected: str) -> float:
    """Return a value as a finite number within its bounds; ``setting-value`` with what was ``expected`` otherwise."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not allowed(number):
        raise DoorstepError("setting-value", key=key, value=value, expected=expected)
    return number


def bounds_of(name: str, unit: str) -> tuple[Callable[[float], bool], str]:
    """What a figure may be: its bounds as a test and as text, from its name and unit."""
    if unit == "y/n":
        return (lambda x: x in (0.0, 1.0)), "y | n"
    if name.startswith(("storey_", "lift_needed")):
        return (lambda x: x == int(x)), "…, -1, 0, 1, 2, …"
    if re.fullmatch(r"grade_\d_.*|complex_min_.*|small_hub_m2", name):
        return (lambda x: x >= 0 and x == int(x)), "0, 1, 2, …"
    if name == "step_penalty":
        return (lambda x: x >= 1), "≥ 1"
    if name in ("crossing_wait_s", "lift_wait_s"):  # whole seconds: a walk's waiting is counted in units they share
        return (lambda x: x >= 0 and x == int(x)), "0, 1, 2, …"
    if name in POSITIVE or name.startswith(("staff_ratio:", "life_", "aid_speed:")):
        return positive, "> 0"
    if name in SHARES or unit.startswith("share of") or "_share" in name:
        return (lambda x: 0 <= x <= 1), "0 … 1"
    return (lambda x: x >= 0), "≥ 0"


def positive(x: float) -> bool:
    """Return whether something can be divided by a number."""
    return x > 0
