"""Which channels are open to a space, with reasons, and how likely it comes through each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorstep.city import CHANNELS
from doorstep.city.rooms import channel_rule
from doorstep.inventory.classes import RULES, Classes, classes_of

__all__ = ["Channel", "channels_of"]


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel for one space.

    Parameters
    ----------
    channel
        One of :data:`doorstep.city.CHANNELS`.
    eligible
        ``yes``; ``conditional`` (once something is settled); ``unknown`` (the register does not say enough); ``no``.
    reasons
        Codes of texts ``reason_<code>`` of the catalogue ``inventory``.
    chance
        Low, middle, high that it comes within the days shown, an assumption; zeros where it is not eligible.
    registered
        Whether the register names this channel.
    """

    channel: str
    eligible: str
    reasons: tuple[str, ...]
    chance: tuple[float, float, float]
    registered: bool


def channels_of(space: Mapping[str, Any]) -> tuple[Channel, ...]:
    """Return all channels of a row of ``City.spaces``, the registered one first, then by eligibility and chance."""
    classes = classes_of(space)
    found = [_channel(channel, space, classes) for channel in CHANNELS]
    order = ("yes", "conditional", "unknown", "no")
    return tuple(sorted(found, key=lambda one: (not one.registered, order.index(one.eligible), -one.chance[1])))


def _channel(channel: str, space: Mapping[str, Any], classes: Classes) -> Channel:
    rule = channel_rule(channel)
    reasons = []
    if classes.kind and classes.kind not in rule["kinds"]:
        reasons.append(f"kind_not_{channel}")
    if classes.owner and classes.owner not in rule["owners"]:
        reasons.append(f"owner_not_{channel}")
    registered = space.get("channel") == channel
    if reasons:
        return Channel(channel, "no", tuple(reasons), (0.0, 0.0, 0.0), registered)
    unknown = [f"{what}_unknown" for what in ("kind", "owner") if not getattr(classes, what)]
    conditions = _conditions(space, classes)
    eligible = "unknown" if unknown else "conditional" if conditions else "yes"
    factor = 1.0
    for one in (*unknown, *conditions, f"state_{classes.state}"):
        factor *= RULES["chance_factor"].get(one, 1.0)
    low, middle, high = (round(one * factor, 2) for one in RULES["chance"][channel])
    return Channel(channel, eligible, (*unknown, *conditions), (low, middle, high), registered)


def _conditions(space: Mapping[str, Any], classes: Classes) -> list[str]:
    """Return what has to be settled first."""
    limits = space.get("limits") or frozenset()
    found = [f"title_{classes.title}"] if classes.title in ("unclear", "none", "collective") else []
    return [*found, *(one for one in ("owners_meeting", "regularise") if one in limits)]
