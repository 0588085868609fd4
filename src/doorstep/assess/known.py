"""What is known of a hub, a community or a city, and what follows from it: the values that rules are measured by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.standards import fact, facts, inputs_of

__all__ = ["Figure", "Known", "Value", "at_least", "at_most", "exactly", "missing_of", "value_of"]

PRIORITY = frozenset(("elderly_care", "infant_care", "after_school", "meals"))
CARE = frozenset(("elderly_care", "infant_care"))
USUAL_TYPE = {
    "elderly_care": "day_care",
    "infant_care": "nursery",
    "health": "health_station",
    "culture": "culture_station",
    "sport": "exercise_room",
}
"""What a service in a hub is where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as far as it is known: it lies between ``low`` and ``high``; ``shown`` is what is printed."""

    low: float
    high: float
    shown: float | None


Value = Figure | str | frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """A hub, community or city with what is known of it.

    Parameters
    ----------
    of
        ``hub``, ``community`` or ``city``.
    id
        Its id; the subject of findings is ``hub:<id>``, ``community:<id>``, ``city``.
    told
        Fact -> value; what is not there is not known. Yes and no are words.

    Examples
    --------
    >>> hub = Known("hub", "K1", {"services": frozenset(["meals"]), "area_m2": exactly(80)})
    >>> value_of(hub, "functions"), value_of(hub, "lift")
    (Figure(low=1.0, high=1.0, shown=1.0), None)
    """

    of: str
    id: str
    told: Mapping[str, Value]

    @property
    def subject(self) -> str:
        """Whom findings are about."""
        return "city" if self.of == "city" else f"{self.of}:{self.id}"


def exactly(number: float) -> Figure:
    """Return a number that is known."""
    return Figure(float(number), float(number), float(number))


def at_least(number: float) -> Figure:
    """Return a number of which a lower end is known: a sum with rows whose figure is missing."""
    return Figure(float(number), math.inf, float(number))


def at_most(number: float) -> Figure:
    """Return a number of which an upper end is known: every class is at most the whole."""
    return Figure(-math.inf, float(number), None)


def value_of(known: Known, name: str) -> Value | None:
    """Return a fact: as told, else worked out from others, None if it is not known.

    Raises
    ------
    KeyError
        If there is no fact of that name.
    """
    if name in known.told:
        return known.told[name]
    one = fact(name)
    if one.ratio:
        return _ratio(known, *one.ratio)
    services = known.told.get("services")
    if known.of == "hub" and isinstance(services, frozenset):
        counted = {
            "functions": services,
            "priority_functions": services & set(PRIORITY),
            "care_functions": services & set(CARE),
        }
        if name in counted:
            return exactly(len(counted[name]))
        if one.base.startswith("service_") and one.each in services:
            return _of_service(known, one.base, one.each, alone=len(services) == 1)
        if name == "open_kitchen" and "meals" not in services:
            return "no"
    if known.of == "hub" and one.hub_each:
        return known.told.get(f"{one.base}:{one.hub_each[0]}")
    if one.base == "class_size":
        children = known.told.get("capacity:infant_care")
        return at_most(children.high) if isinstance(children, Figure) else None
    if name in ("return_walk_min", "walk_or_cycle_min"):
        walk = value_of(known, "walk_min:daily_needs")
        if not isinstance(walk, Figure):
            return None
        # Whoever rides needs no longer than on foot.
        return exactly(2 * walk.low) if name == "return_walk_min" else at_most(walk.high)
    return None


def missing_of(known: Known, name: str) -> tuple[str, ...]:
    """Return what must be found out so that a fact is known; empty if it is.

    Examples
    --------
    >>> missing_of(Known("hub", "K1", {"outdoor_m2": exactly(40)}), "outdoor_m2_per_child")
    ('capacity:infant_care',)
    """
    value = value_of(known, name)
    if value is not None and not (isinstance(value, Figure) and value.low < value.high):
        return ()
    inputs = tuple(one for one in inputs_of(name, known.of) if known.of in facts()[one].of)
    absent = tuple(one for one in inputs if one not in known.told)
    return absent or inputs


def _ratio(known: Known, above: str, below: str, factor: float) -> Figure | None:
    top, bottom = value_of(known, above), value_of(known, below)
    if not isinstance(top, Figure) or not isinstance(bottom, Figure) or bottom.low != bottom.high or bottom.low <= 0:
        return None
    times = factor / bottom.low
    return Figure(top.low * times, top.high * times, None if top.shown is None else top.shown * times)


def _of_service(known: Known, base: str, service: str, *, alone: bool) -> Value | None:
    """What a service takes over from its hub where nothing is told of it by itself."""
    if base == "service_storey":
        return known.told.get("storey")
    if base == "service_type":
        return USUAL_TYPE[service]
    if base == "service_area_m2" and alone:
        return known.told.get("area_m2")
    if base == "service_land_m2" and alone:
        return known.told.get("outdoor_m2")
    return None
