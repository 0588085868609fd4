"""One card a space: classes, channels, cost, chance, steps, days, temporary use, and what nobody has said yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from doorstep.city import City
from doorstep.inventory.channels import Channel, channels_of
from doorstep.inventory.classes import Classes, classes_of
from doorstep.inventory.money import cost_of
from doorstep.inventory.steps import Step, days_of, is_simple, steps_of, temporary_uses
from doorstep.standards import Profile

__all__ = ["FIELDS", "Card", "card", "cards"]

FIELDS = (
    *("area_m2", "storey", "clear_height_m", "light", "lift", "outdoor_m2", "structure", "built", "owner", "title"),
    *("present_use", "available_from", "photos"),
)
"""What a register of spaces should say of each, beside place and channel."""


@dataclass(frozen=True, slots=True)
class Card:
    """What there is to say of one space.

    Parameters
    ----------
    space
        The row of ``City.spaces``.
    classes
        How its words are understood.
    channels
        All channels with eligibility and chance, the registered one first.
    channel
        The one that cost, steps and days are of: the registered one, or the one that was asked for.
    cost_money
        Low, middle, high in whole minor units of ``currency``: works in the whole space, no equipment of services.
    steps, days
        In order; calendar days from a free space to an open hub.
    simple
        Whether works may take the path for simple low-risk works where the place has one.
    temporary
        Codes of temporary uses.
    unknown
        Fields of :data:`FIELDS` that are not said, or only estimated.
    """

    space: Mapping[str, Any]
    classes: Classes
    channels: tuple[Channel, ...]
    channel: str
    currency: str
    cost_money: tuple[int, int, int]
    steps: tuple[Step, ...]
    days: tuple[int, int, int]
    simple: bool
    temporary: tuple[str, ...]
    unknown: tuple[str, ...]


def card(
    space: Mapping[str, Any],
    profile: Profile,
    currency: str,
    *,
    services: Iterable[str] = (),
    channel: str | None = None,
    today: dt.date,
) -> Card:
    """Return the card of one space."""
    chosen = channel or str(space["channel"])
    steps = steps_of(profile, chosen, space, services, today=today)
    return Card(
        space=space,
        classes=classes_of(space),
        channels=channels_of(space),
        channel=chosen,
        currency=currency,
        cost_money=cost_of(chosen, space, profile, currency),
        steps=steps,
        days=days_of(steps, chosen),
        simple=is_simple(space),
        temporary=temporary_uses(chosen, space),
        unknown=tuple(field for field in FIELDS if _is_unknown(space, field)),
    )


def cards(
    city: City, profile: Profile, *, services: Iterable[str] = (), channel: str | None = None, today: dt.date
) -> tuple[Card, ...]:
    """Return the card of every space of a city, by id."""
    wanted = tuple(services)
    rows: list[Any] = city.spaces.drop(columns="geometry").to_dict("records")
    return tuple(card(row, profile, city.currency, services=wanted, channel=channel, today=today) for row in rows)


def _is_unknown(space: Mapping[str, Any], field: str) -> bool:
    value = space.get(field)
    if field == "area_m2":
        return space.get("area_basis") == "estimated"
    return value is None or value is pd.NaT or value in ("", "unknown") or value != value
