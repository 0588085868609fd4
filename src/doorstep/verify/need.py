"""Need, worth and supply, derived again from city and profile."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.city import PEOPLE_COLUMNS, City
from doorstep.standards import Profile, Service

__all__ = [
    "NEAR",
    "Bools",
    "Floats",
    "Ints",
    "Need",
    "Supply",
    "binding_limit",
    "derive_need",
    "derive_supply",
    "fall_with_walk",
    "need_of",
]

NEAR = 1_000  # 1 m, or at the planning pace as well 1 s: nothing shall hang on less

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
FIRST_ELDER_BAND = PEOPLE_COLUMNS.index("p_60_69")


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """(n_residences, n_services): persons in need, home-bound, walkers (D); weight of a user (w); share of elders."""

    in_need: Floats
    homebound: Floats
    walkers: Floats
    weight: Floats
    elder_share: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """One value per facility: position of its service, capacity in the service's unit, take-up τ."""

    service: Ints
    capacity: Floats
    take_up: Floats


def derive_need(city: City, profile: Profile) -> Need:
    """Count the people in need at each residence, service by service."""
    return need_of(city.residences[list(PEOPLE_COLUMNS)].to_numpy(dtype=np.float64), profile)


def need_of(people: Floats, profile: Profile) -> Need:
    """Count those in need among people by age band, shape (n_residences, 8)."""
    shape = (len(people), len(profile.services))
    in_need, homebound, weight, elder_share = (np.zeros(shape) for _ in range(4))
    for s, service in enumerate(profile.services):
        by_age = people * service.need_rate
        in_need[:, s] = by_age.sum(axis=1)
        homebound[:, s] = (by_age * profile.homebound_share).sum(axis=1)
        able = by_age * (1.0 - np.array(profile.homebound_share))
        total = able.sum(axis=1)
        mean_age_weight = np.ones(len(people))
        somebody = total > 0
        mean_age_weight[somebody] = (able * profile.weight_age).sum(axis=1)[somebody] / total[somebody]
        weight[:, s] = service.weight * mean_age_weight
        elder_share[somebody, s] = able[somebody, FIRST_ELDER_BAND:].sum(axis=1) / total[somebody]
    return Need(in_need, homebound, np.maximum(in_need - homebound, 0.0), weight, elder_share)


def binding_limit(service: Service, profile: Profile) -> int:
    """Return the limit of a walk in the measure that binds: ms if the profile says minutes, else mm."""
    return service.walk_limit_ms if profile.walk_measure == "minutes" else service.walk_limit_mm


def derive_supply(city: City, profile: Profile) -> Supply:
    """Put every facility's capacity into the unit of its service, and its price into a take-up."""
    position = {service.id: s for s, service in enumerate(profile.services)}
    services, capacities, take_ups = [], [], []
    for facility in city.facilities.to_dict("records"):
        service = profile.service(facility["service"])
        services.append(position[service.id])
        capacities.append(_capacity(facility, service, profile))
        factor = _price_factor(float(facility["price"]), str(facility["price_unit"]), service)
        take_ups.append(min(1.0, service.take_up * factor))
    return Supply(
        np.array(services, dtype=np.int64),
        np.array(capacities, dtype=np.float64),
        np.array(take_ups, dtype=np.float64),
    )


def fall_with_walk(walk: npt.ArrayLike, limit: npt.ArrayLike, profile: Profile) -> Floats:
    """Return g: 1 near by, on a line down to its end value at the limit; a walk beyond counts as at the limit.

    Both in the measure that binds.
    """
    longest = np.asarray(limit, dtype=np.float64)
    walked = np.minimum(np.asarray(walk, dtype=np.float64), longest)
    flat = profile.decay_flat_share * longest
    fallen = np.divide(walked - flat, longest - flat, out=np.zeros_like(walked), where=longest > flat)
    g: Floats = np.where(walked <= flat, 1.0, 1.0 - (1.0 - profile.decay_end_value) * fallen)
    return g


def _capacity(facility: dict[str, object], service: Service, profile: Profile) -> float:
    capacity = float(str(facility["capacity"]))
    if math.isnan(capacity):
        default = profile.parameters.get((f"existing_capacity:{facility['kind']}", service.id, "all"))
        return 0.0 if default is None else float(default.mid)
    days = float(str(facility["open_days_week"]))
    unit = facility["capacity_unit"]
    if unit == "visit_day":
        return capacity * days
    if unit == "persons_at_once" and service.id not in ("elderly_care", "infant_care", "after_school"):
        return capacity / service.peak_share * days
    return capacity


def _price_factor(price: float, unit: str, service: Service) -> float:
    if math.isnan(price) or service.price_ref == 0:
        return 1.0
    have, want = ("day" if one == "session" else one for one in (unit, service.price_unit))
    if have == "day" and want == "month":
        price = price * service.open_days_year / 12
    elif have == "month" and want == "day":
        price = price / (service.open_days_year / 12)
    elif have != want:
        return 1.0
    if price <= 0:
        return 1.5
    return min(1.5, max(0.3, float((price / service.price_ref) ** -service.price_elasticity)))
