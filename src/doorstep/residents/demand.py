"""People in need of each service at each residence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.city import AGE_BANDS, PEOPLE_COLUMNS, City
from doorstep.residents.cohorts import YEARS, project
from doorstep.standards import Profile

__all__ = ["Demand", "demand", "later_demands"]

Floats = npt.NDArray[np.float64]

_AT_ONCE = 50_000  # residences whose people by single years of age are held in memory together
_ELDERS = tuple(band in ("60-69", "70-79", "80+") for band in AGE_BANDS)


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Need before anything is built; all arrays have shape (n_residences, n_services).

    Parameters
    ----------
    in_need
        Persons in need (d of the model page).
    homebound
        Those of them who cannot walk to a place (h).
    walkers
        ``in_need - homebound`` (D): who may be given a place.
    weight
        Worth of one user (w): the service's weight times the mean age weight of the walkers.
    elder_share
        Share of the walkers who are 60 or older.
    """

    in_need: Floats
    homebound: Floats
    walkers: Floats
    weight: Floats
    elder_share: Floats


def demand(city: City, profile: Profile) -> Demand:
    """Multiply people by age with the profile's rates of need.

    Parameters
    ----------
    city
        Its residences carry persons by age band.
    profile
        Rates of need, home-bound shares and weights, one per age band.

    Returns
    -------
    Demand
        Rows in the order of ``city.residences``, columns in the order of ``profile.services``.

    Notes
    -----
    Source of the chain: docs/explain/model.md, "Need". Take-up, price and walk are not in it: need is
    not use.
    """
    return _of_people(city.residences[list(PEOPLE_COLUMNS)].to_numpy(np.float64), profile)


def later_demands(city: City, profile: Profile) -> tuple[Demand, ...]:
    """Return the need of later years, 5, 10 and 15 from now; none unless the profile is ``convertible``.

    Parameters
    ----------
    city, profile
        As for :func:`demand`; people become older and are born at the rates of the profile's country, middle births,
        and nobody moves.

    Raises
    ------
    DoorstepError
        ``cohorts-unknown`` if no rates of the profile are at hand.
    """
    if not profile.convertible:
        return ()
    people = city.residences[list(PEOPLE_COLUMNS)].to_numpy(np.float64)
    country = profile.rates or profile.id
    parts = [people[first : first + _AT_ONCE] for first in range(0, max(1, len(people)), _AT_ONCE)]
    then = [np.concatenate([project(part, year, country=country) for part in parts]) for year in YEARS[1:]]
    return tuple(_of_people(one, profile) for one in then)


def _of_people(people: Floats, profile: Profile) -> Demand:
    """People in need among persons by age band, shape (n_residences, 8)."""
    need_rate = np.array([service.need_rate for service in profile.services]).T
    homebound_share = np.array(profile.homebound_share)
    able = people * (1.0 - homebound_share)

    in_need = people @ need_rate
    homebound = (people * homebound_share) @ need_rate
    walkers_by_rate = able @ need_rate
    service_weight = np.array([service.weight for service in profile.services])
    somebody = walkers_by_rate > 1e-300  # below, 1/x is not finite
    per_walker = np.divide(1.0, walkers_by_rate, out=np.zeros_like(walkers_by_rate), where=somebody)
    mean_age_weight = np.where(somebody, ((able * np.array(profile.weight_age)) @ need_rate) * per_walker, 1.0)
    elder_share = ((able * np.array(_ELDERS, dtype=np.float64)) @ need_rate) * per_walker
    return Demand(
        in_need=in_need,
        homebound=homebound,
        walkers=np.maximum(in_need - homebound, 0.0),
        weight=service_weight * mean_age_weight,
        elder_share=elder_share,
    )
