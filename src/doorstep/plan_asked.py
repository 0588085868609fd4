"""What a plan says of what the city asks for: limits, floors, payments, phases, and the prices of the certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "FloorAsked",
    "FloorConflict",
    "FloorKept",
    "LaterNeed",
    "LeastCostKept",
    "LimitKept",
    "Multipliers",
    "Payment",
    "PhaseKept",
]


@dataclass(frozen=True, slots=True)
class LimitKept:
    """A limit on hubs that the city asks for: whole units that there are and that the hubs take.

    ``name`` begins with funds (the sets of funds that bind) or hubs; ``unit`` is money (minor units) or hub.
    """

    name: str
    amount: int
    used: int
    unit: str


@dataclass(frozen=True, slots=True)
class FloorAsked:
    """A floor of coverage that the plan asks for beside those of ``city.toml``, in the same words.

    ``service`` may be ``all``; without ``communities`` or ``ages`` all are meant.
    """

    name: str
    service: str
    least: float
    communities: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FloorKept:
    """A floor of coverage that the city asks for, persons: to be given a place, and given one.

    ``met`` if none lacks; else ``bound_people`` is what the bound asks for instead: those given a place.
    """

    name: str
    service: str
    people: float
    served: float
    met: bool
    bound_people: float


@dataclass(frozen=True, slots=True)
class PhaseKept:
    """One phase of a plan over the years: what is open by its end, with the money of all phases up to it.

    ``single_objective`` is the worth of the plan found for this money without regard to the other phases, ``regret``
    what it is better by, as a share; ``gap`` is against ``bound``, which no plan with this money exceeds.
    """

    name: str
    until: str
    budget_money: int
    capital_money: int
    objective: float
    bound: float
    gap: float
    single_objective: float
    regret: float
    hubs: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class LaterNeed:
    """A service in a later year (5, 10, 15 from now) over the whole city: persons, capacity in the service's unit."""

    year: int
    service: str
    in_need: float
    served_plan: float
    users_plan: float
    capacity_plan: float


@dataclass(frozen=True, slots=True)
class Payment:
    """What a fund pays for a part of a hub: ``open``, what opening it costs, or the id of a service."""

    fund: str
    space: str
    part: str
    money: int


@dataclass(frozen=True, slots=True)
class Multipliers:
    """The certificate: λ per service in the order of residence ids, μ per minor unit of money.

    ``limits`` and ``floors``: the price of a unit of each further limit, of a person of each floor, by name. ``later``:
    year from now (5, 10, 15) -> λ of its people, as ``need``; only of a plan for later years.
    """

    budget: float
    need: Mapping[str, tuple[float, ...]]
    limits: Mapping[str, float] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)
    later: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FloorConflict:
    """Floors of coverage that no plan keeps together: in each at least so many of their people lack a place.

    ``multipliers`` prove it: the bound of the problem in which nobody is worth anything is then less than nothing by
    ``people``; its prices of floors are at most 1.
    """

    floors: tuple[str, ...]
    people: float
    multipliers: Multipliers


@dataclass(frozen=True, slots=True)
class LeastCostKept:
    """A plan that keeps all floors for least money, minor units.

    No plan that keeps them costs less than ``bound_money``; ``gap`` is (capital - bound)/capital. ``multipliers`` prove
    it: with money at a price of 1 and nobody worth anything the bound is less than nothing by ``bound_money``.
    """

    capital_money: int
    bound_money: float
    gap: float
    multipliers: Multipliers
