"""What the hubs of a plan may become as people age: services that lose need give their rooms to others, others grow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.assess import HubFacts, known_hub
from doorstep.assess.assumed import assumed_limits
from doorstep.city import PEOPLE_COLUMNS, City
from doorstep.costs import conversion_money
from doorstep.plan_file import Hub, HubService
from doorstep.residents import needs_over_years, projected
from doorstep.standards import Module, Profile

__all__ = ["TURN", "Becomes", "Later", "later_hubs"]

TURN = 0.05
"""A service's need has turned when it is a twentieth below or above today's: what is less may be the rates alone."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Becomes:
    """A service that may take over the rooms of another.

    Parameters
    ----------
    service, grade
        The largest size grade that the rooms hold.
    kind, needs
        Of the profile's conversion matrix: ``as_is``, ``refit``, ``works``, and what the rooms lack.
    unknown
        Limits of the profile of which nobody knows whether they hold here.
    money
        Whole minor units: share of the fit-out by kind (middle) times its price a m² times the floor.
    """

    service: str
    grade: int
    kind: str
    needs: tuple[str, ...]
    unknown: tuple[str, ...]
    money: int


@dataclass(frozen=True, slots=True)
class Later:
    """A service of a hub whose need turns.

    Parameters
    ----------
    hub, service
        Of the plan.
    years
        Years from today by which the need has turned: the first of 5, 10, 15.
    change
        Share by which it is more or less after fifteen years, among the people of the hub's community.
    into
        Where need falls: what its rooms may become, services that gain need in the community, the most gain first.
    module
        Where need grows: the step to the next grade, None at the largest.
    free_m2
        Floor of grades that the space still holds; the module fits if it is no more.
    """

    hub: Hub
    service: HubService
    years: int
    change: float
    into: tuple[Becomes, ...]
    module: Module | None
    free_m2: float


def later_hubs(city: City, profile: Profile, hubs: tuple[Hub, ...]) -> tuple[Later, ...]:
    """Return every service of a plan's hubs whose need turns within fifteen years.

    Parameters
    ----------
    city, profile
        What was planned: people by age of each community, middle births, nobody moving.
    hubs
        Of the plan.

    Returns
    -------
    tuple of Later
        By hub, in the order of the profile's services. A hub outside all communities is held against the whole city.
    """
    change: dict[str, tuple[tuple[int, ...], Floats]] = {}
    found = []
    for hub in hubs:
        if hub.community not in change:
            change[hub.community] = _change(city, profile, hub.community)
        found += list(_of_hub(city, profile, hub, *change[hub.community]))
    return tuple(found)


def _change(city: City, profile: Profile, community: str) -> tuple[tuple[int, ...], Floats]:
    """Years, and the share by which each service's need is more or less then: shape (n_years, n_services)."""
    homes = city.residences[city.residences["community"] == community] if community else city.residences
    people = homes[list(PEOPLE_COLUMNS)].to_numpy(np.float64).sum(axis=0, keepdims=True)
    ahead = projected(people, country=profile.rates or profile.id)
    need = needs_over_years(ahead, profile)["mid"][:, 0]
    share = np.divide(need, need[0], out=np.ones_like(need), where=need[0] > 0) - 1
    return tuple(ahead.years[1:]), share[1:]


def _of_hub(city: City, profile: Profile, hub: Hub, years: tuple[int, ...], change: Floats) -> Iterator[Later]:
    row = city.spaces.loc[city.spaces["id"] == hub.space].iloc[0]
    column = {service: at for at, service in enumerate(profile.floor_use.services)}
    many = len(hub.services) >= profile.complex_min_functions
    share = profile.common_share_complex if many else profile.common_share_dispersed
    free = hub.space_area_m2 / (1 + share) - sum(one.area_m2 - one.saved_m2 for one in hub.services)
    for one in sorted(hub.services, key=lambda service: column[service.service]):
        of = change[:, column[one.service]]
        turned = np.flatnonzero(np.abs(of) >= TURN)
        if not len(turned) or abs(of[-1]) < TURN:
            continue
        falls = bool(of[-1] < 0)
        modules = profile.floor_use.modules[column[one.service]]
        module = None if falls else next((step for step in modules if step.from_grade == one.grade), None)
        gains = sorted(
            (other for other in column if change[-1, column[other]] >= TURN), key=lambda s: -change[-1, column[s]]
        )
        # rooms that another service uses in turn stay what they are
        lent = any(other.uses_rooms_of == one.service for other in hub.services)
        into = [_becomes(city, profile, hub, one, other, row) for other in gains] if falls and not lent else []
        yield Later(
            hub, one, years[int(turned[0])], float(of[-1]), tuple(way for way in into if way), module, max(0.0, free)
        )


def _becomes(
    city: City, profile: Profile, hub: Hub, before: HubService, after: str, row: Mapping[str, Any]
) -> Becomes | None:
    """What it takes to put a service into the rooms of another of a hub; None where the rooms or the hub forbid it."""
    kept = {one.service: one.grade for one in hub.services if one.service != before.service}
    if after in kept:
        return None
    ground = float(row["outdoor_m2"])
    for grade in reversed(profile.service(after).grades):
        if not 0 < grade.area_m2 <= before.area_m2 - before.saved_m2:
            continue
        limits = _limits(profile, hub, {**kept, after: grade.number}, ground, row)
        if True not in limits.values():
            use = profile.floor_use
            way = use.conversion[use.services.index(before.service)][use.services.index(after)]
            unknown = tuple(name for name, broken in limits.items() if broken is None)
            money = conversion_money(profile, hub.channel, way.kind, grade, city.currency)
            return Becomes(after, grade.number, way.kind, way.needs, unknown, money)
    return None


def _limits(
    profile: Profile, hub: Hub, services: dict[str, int], ground: float, row: Mapping[str, Any]
) -> Mapping[str, bool | None]:
    facts = HubFacts(
        space=hub.space,
        kind=hub.kind,
        channel=hub.channel,
        area_m2=hub.area_m2,
        services=services,
        storey=hub.storey,
        lift=str(row["lift"]),
        outdoor_m2=None if np.isnan(ground) else ground,
        limits=row["limits"],
    )
    known = known_hub(facts, profile)
    grades = {
        name: next(one for one in profile.service(name).grades if one.number == at) for name, at in services.items()
    }
    found = dict(assumed_limits(known, grades, profile))
    found |= {f"bar:{name}": True for name in services if f"bar:{name}" in row["limits"]}
    return {name: broken for name, broken in found.items() if name in profile.limits_on or name.startswith("bar:")}
