"""How long a stretch of way takes each way round: by tags and heights, for somebody at 1 m/s."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np

from doorstep.city import Streets
from doorstep.standards import Profile
from doorstep.verify.need import Floats, Ints

__all__ = ["SHUT", "derive_paces"]

Tags = Mapping[str, str]

SHUT = math.inf  # ms per mm of a direction that nobody may walk
STEEPEST = 0.30
GENTLE = 0.05  # slope downhill at which people walk fastest
ESCALATOR = frozenset(("yes", "forward", "backward", "reversible"))
FIGURE = re.compile(r"([+-]?(?:\d+[.,]?\d*|[.,]\d+))\s*([%°])")


def derive_paces(
    streets: Streets, profile: Profile, way: Ints, u: Ints, v: Ints, length_mm: Ints
) -> tuple[Floats, Floats]:
    """Return ms per mm of every edge from u to v and from v to u; infinite where that direction is closed.

    Notes
    -----
    Slope: W. Tobler (1993), Three presentations on geographical analysis and modeling, NCGIA report 93-1, against his
    own pace on level ground, for slopes up to 0.30.
    """
    way_mm = np.bincount(way, weights=length_mm, minlength=len(streets.way_id))
    rise = _rises(streets, u, v, length_mm)
    # Ways with a pace of their own are few; all others go by slope.
    tagged = np.zeros(len(streets.way_id))
    own = np.full(len(streets.way_id), np.nan)
    for number, tags in enumerate(streets.way_tags):
        tagged[number] = _tagged_slope(tags)
        own[number] = _own_pace(tags, float(way_mm[number]), profile)
    slope = np.where(np.isnan(rise), tagged[way], rise)
    has_own = ~np.isnan(own[way])
    forward = np.where(has_own, own[way], _pace_on(slope))
    backward = np.where(has_own, own[way], _pace_on(-slope))
    conveying = np.array([tags.get("conveying", "") for tags in streets.way_tags], dtype=np.object_)
    backward[conveying[way] == "forward"] = SHUT
    forward[conveying[way] == "backward"] = SHUT
    return forward, backward


def _rises(streets: Streets, u: Ints, v: Ints, length_mm: Ints) -> Floats:
    """Return the slope from u to v by the heights of both; NaN where one of them is not known."""
    up_m = streets.node_ele_m[v] - streets.node_ele_m[u]
    rises: Floats = np.divide(1000.0 * up_m, length_mm, out=up_m * 0.0, where=length_mm > 0)
    return rises


def _pace_on(slope: Floats) -> Floats:
    held = np.clip(slope, -STEEPEST, STEEPEST)
    pace: Floats = np.floor(1000.0 * np.exp(3.5 * (np.abs(held + GENTLE) - GENTLE)) + 0.5) / 1000.0
    return pace


def _own_pace(tags: Tags, way_mm: float, profile: Profile) -> float:
    """Return the pace on steps, on an escalator, in a lift drawn as a way; NaN on all other ways."""
    if tags.get("highway") == "steps":
        counted = tags.get("step_count", "")
        if tags.get("conveying") in ESCALATOR or not re.fullmatch(r"[0-9]{1,4}", counted):
            return profile.step_penalty
        return profile.step_penalty * max(1.0, int(counted) * profile.step_going_mm / max(way_mm, 1.0))
    if tags.get("highway") == "elevator":
        return 1.0 + (profile.lift_wait_ms / way_mm if way_mm > 0 else 0.0)
    return math.nan


def _tagged_slope(tags: Tags) -> float:
    """Return the slope that the way says of itself in its direction: a number with % or °, else 0."""
    said = FIGURE.fullmatch(tags.get("incline", "").strip())
    if said is None:
        return 0.0
    figure = float(said[1].replace(",", "."))
    return figure / 100 if said[2] == "%" else math.tan(math.radians(figure))
