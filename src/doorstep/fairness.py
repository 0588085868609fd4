"""Groups of people whose coverage is held against one another: communities, or age bands, each in need of a service."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from doorstep.city import AGE_BANDS, PEOPLE_COLUMNS
from doorstep.diagnosis import Diagnosis
from doorstep.errors import DoorstepError
from doorstep.layout import FairGroup, most_people

__all__ = ["BY", "fair_groups", "group_of", "services_asked"]

BY = ("community", "age")
LEAST_PEOPLE = 5.0
"""Assumption: a group of which places could take fewer people is left out, or one household would decide the plan."""


def services_asked(found: Diagnosis, given: Sequence[str]) -> tuple[str, ...]:
    """Return the services whose coverage counts: those given, else all of the profile.

    Raises
    ------
    DoorstepError
        ``setting-value`` if one is not in the profile.
    """
    known = [service.id for service in found.profile.services]
    for one in given:
        if one not in known:
            raise DoorstepError("setting-value", key="--services", value=one, expected=" | ".join(known))
    return tuple(one for one in known if one in given or not given)


def fair_groups(found: Diagnosis, by: str, services: Sequence[str]) -> tuple[FairGroup, ...]:
    """Return the groups of a city of which places could take some people.

    Parameters
    ----------
    found
        The city before any plan.
    by
        One of :data:`BY`: the people of each community, or of each age band.
    services
        Ids of the services that count.

    Returns
    -------
    tuple of FairGroup
        Named ``community:ID/service`` or ``age:BAND/service``. People outside all communities are in no community.
    """
    number = {service.id: at for at, service in enumerate(found.profile.services)}
    groups = []
    for service in services:
        at = number[service]
        of_service = _communities(found, at) if by == "community" else _ages(found, at)
        for name, share, need in of_service:
            if need <= 0.0:
                continue
            most = most_people(found.problem, at, share)
            if most >= LEAST_PEOPLE:
                groups.append(FairGroup(f"{by}:{name}/{service}", at, share, need, most))
    return tuple(groups)


def group_of(name: str) -> tuple[str, str, str]:
    """Return what a group is by, its community or age band, and its service.

    Examples
    --------
    >>> group_of("community:C1/meals")
    ('community', 'C1', 'meals')
    """
    by, _, rest = name.partition(":")
    group, _, service = rest.rpartition("/")
    return by, group, service


def _communities(found: Diagnosis, service: int) -> list[tuple[str, npt.NDArray[np.float64], float]]:
    of = found.city.residences["community"].to_numpy(dtype=object)
    rows = []
    for community in found.city.communities["id"]:
        here = (of == community).astype(np.float64)
        rows.append((str(community), here, float(np.sum(here * found.demand.in_need[:, service]))))
    return rows


def _ages(found: Diagnosis, service: int) -> list[tuple[str, npt.NDArray[np.float64], float]]:
    people = found.city.residences[list(PEOPLE_COLUMNS)].to_numpy(np.float64)
    rate = np.asarray(found.profile.services[service].need_rate)
    able = rate * (1.0 - np.asarray(found.profile.homebound_share))
    walkers = people @ able
    rows = []
    for band, age in enumerate(AGE_BANDS):
        part = people[:, band] * able[band]
        share = np.divide(part, walkers, out=np.zeros_like(part), where=walkers > 0)
        rows.append((age, share, float(np.sum(people[:, band] * rate[band]))))
    return rows
