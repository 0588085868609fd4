"""Steps, papers and days from a free space to an open hub, by channel; the simplified path; temporary use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.inventory.classes import RULES, classes_of
from doorstep.standards import Profile
from doorstep.standards.approvals import Approval

__all__ = ["Step", "days_of", "is_simple", "steps_of", "temporary_uses"]

_OLD_HOUSE = "house_older_than_20_years_change_of_load_or_no_d"
WORK_WEEK = 7 / 5
"""Calendar days a working day."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one space.

    ``needed``: ``yes`` or ``if`` (its condition cannot be answered from the register); ``days`` are working days, low,
    mid and high, already shortened where the simplified path is taken.
    """

    approval: Approval
    needed: str
    days: tuple[int, int, int]


def steps_of(
    profile: Profile, channel: str, space: Mapping[str, Any], services: Iterable[str] = (), *, today: dt.date
) -> tuple[Step, ...]:
    """Return the steps of a space through a channel, in order; those whose condition is known not to hold are left out.

    Parameters
    ----------
    profile
        Whose table of approvals.
    channel
        One of the channels.
    space
        A row of ``City.spaces``.
    services
        Services that shall go in; without, only the steps that every hub needs.
    today
        Tells how old the house is.
    """
    wanted = {"any", *services}
    simple = is_simple(space)
    found = []
    for one in profile.approvals:
        if one.channel not in ("any", channel) or one.service not in wanted:
            continue
        needed = _needed(one, space, today)
        if needed != "no":
            low, mid, high = one.days
            found.append(Step(one, needed, (low, low, mid) if simple and one.simplified else (low, mid, high)))
    return tuple(sorted(found, key=lambda step: (step.approval.order, step.approval.service, step.approval.step)))


def days_of(steps: Sequence[Step], channel: str) -> tuple[int, int, int]:
    """Return calendar days from a free space to an open hub: tens one after the other, their steps side by side, works.

    Works take 60, 90 or 180 days, none where the room is built with the housing.
    """
    found = []
    for case, name in enumerate(("low", "mid", "high")):
        longest: dict[int, int] = {}
        for step in steps:
            ten = step.approval.order // 10
            longest[ten] = max(longest.get(ten, 0), step.days[case])
        works = 0 if channel == "newbuild" else RULES["works_days"][name]
        found.append(round(sum(longest.values()) * WORK_WEEK + works))
    return found[0], found[1], found[2]


def _needed(approval: Approval, space: Mapping[str, Any], today: dt.date) -> str:
    if not approval.when:
        return "yes"
    classes = classes_of(space)
    rule = RULES["when"].get(approval.when, {})
    for name, of in (("kinds", classes.kind), ("owners", classes.owner)):
        if name in rule:
            return "if" if not of else "yes" if of in rule[name] else "no"
    built = space.get("built")
    if approval.when == _OLD_HOUSE and built is not None and built == built:
        return "yes" if today.year - int(built) > RULES["simple"]["old_house_years"] else "if"
    return "if"


def is_simple(space: Mapping[str, Any]) -> bool:
    """Return whether works in the space may count as simple and low-risk where the place has such a path.

    What counts is set locally; here: at most 1,000 m², storeys 1 to 3, in a standing room above ground, title clear.
    An unknown storey does not count as simple.
    """
    rule, classes = RULES["simple"], classes_of(space)
    storey = space.get("storey")
    low, high = rule["storeys"]
    return bool(
        float(space["area_m2"]) <= rule["largest_m2"]
        and storey is not None
        and low <= storey <= high
        and classes.kind
        and classes.kind not in rule["barred_kinds"]
        and classes.title not in rule["barred_titles"]
    )


def temporary_uses(channel: str, space: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which temporary uses may be thought of: codes of texts ``temporary_<code>``.

    ``land_use_years``: land keeps its former use for five years (rule cn2023-ch-05); ``reserve_land``: reserved land is
    lent for about two years (recalled, not opened); ``lease``: a lease ends of itself.
    """
    classes = classes_of(space)
    found = []
    if channel == "convert" or (channel == "transfer" and classes.kind in ("office", "plant", "shop")):
        found.append("land_use_years")
    if classes.kind == "plot" and classes.owner == "reserve":
        found.append("reserve_land")
    if channel == "rent":
        found.append("lease")
    return tuple(found)
