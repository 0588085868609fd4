"""What existing facilities offer: capacity in the unit of the service, and take-up at their price."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city import City
from doorstep.standards import Profile, Service

__all__ = ["Supply", "price_factor", "supply"]

_PLACES = {"elderly_care", "infant_care", "after_school"}
_PRICE_FLOOR, _PRICE_CEILING = 0.3, 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """Existing facilities, one row each in the order of ``city.facilities``.

    Parameters
    ----------
    service
        Shape (n_facilities,): position of the service in the profile.
    capacity, capacity_low, capacity_high
        In the unit of the service.
    take_up
        Users per person given a place: the service's take-up times the price factor, at most 1 (τ).
    basis
        measured, assumed or unknown, one per facility.
    """

    service: npt.NDArray[np.int64]
    capacity: npt.NDArray[np.float64]
    capacity_low: npt.NDArray[np.float64]
    capacity_high: npt.NDArray[np.float64]
    take_up: npt.NDArray[np.float64]
    basis: tuple[str, ...]


def supply(city: City, profile: Profile) -> Supply:
    """Put capacities and prices of facilities into the units of the profile.

    Parameters
    ----------
    city
        Its facilities.
    profile
        Units, busiest share of a day, default capacities by kind of place, reference prices.

    Returns
    -------
    Supply
        A facility whose capacity is unknown and whose kind has no default offers 0, basis ``unknown``.
    """
    number = {service.id: position for position, service in enumerate(profile.services)}
    rows = [_offer(row, profile.service(row.service), profile) for row in city.facilities.itertuples()]
    low, mid, high, take_up, basis = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return Supply(
        service=np.array([number[name] for name in city.facilities["service"]], dtype=np.int64),
        capacity=np.array(mid, dtype=np.float64),
        capacity_low=np.array(low, dtype=np.float64),
        capacity_high=np.array(high, dtype=np.float64),
        take_up=np.array(take_up, dtype=np.float64),
        basis=tuple(basis),
    )


def price_factor(price: float, price_unit: str, service: Service) -> float:
    """Return the change of take-up at a price (φ of the model page).

    Parameters
    ----------
    price
        Major units of the currency; NaN if unknown.
    price_unit
        day, month, meal, visit, session or "".
    service
        Gives reference price, its unit, elasticity and open days.

    Returns
    -------
    float
        0.3 to 1.5; 1 if the price is unknown or stands in a unit that cannot be compared.
    """
    if math.isnan(price) or service.price_ref == 0:
        return 1.0
    given = "day" if price_unit == "session" else price_unit
    wanted = "day" if service.price_unit == "session" else service.price_unit
    days_a_month = service.open_days_year / 12
    if given == "day" and wanted == "month":
        price *= days_a_month
    elif given == "month" and wanted == "day":
        price /= days_a_month
    elif given != wanted:
        return 1.0
    if price == 0:
        return _PRICE_CEILING
    factor: float = (price / service.price_ref) ** -service.price_elasticity
    return min(_PRICE_CEILING, max(_PRICE_FLOOR, factor))


def _offer(row: pd.Series, service: Service, profile: Profile) -> tuple[float, float, float, float, str]:
    take_up = min(1.0, service.take_up * price_factor(float(row.price), row.price_unit, service))
    if math.isnan(row.capacity):
        default = profile.parameters.get((f"existing_capacity:{row.kind}", service.id, "all"))
        if default is None:
            return 0.0, 0.0, 0.0, take_up, "unknown"
        return default.low, default.mid, default.high, take_up, "assumed"
    factor = _unit_factor(row.capacity_unit, float(row.open_days_week), service)
    low, mid, high = (
        factor * (row.capacity if math.isnan(value) else value)
        for value in (row.capacity_low, row.capacity, row.capacity_high)
    )
    return low, mid, high, take_up, row.capacity_basis


def _unit_factor(unit: str, open_days_week: float, service: Service) -> float:
    if unit == "visit_day":
        return open_days_week
    if unit == "persons_at_once" and service.id not in _PLACES:
        return open_days_week / service.peak_share
    return 1.0
