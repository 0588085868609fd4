"""Groups of people whose coverage is held against one another: communities, or age bands, each in need of a service."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from doorstep.city import AGE_BANDS, EVERY_SERVICE, PEOPLE_COLUMNS, City, Floor
from doorstep.diagnosis import Diagnosis
from doorstep.errors import DoorstepError
from doorstep.layout import EVERY, FairGroup, most_people
from doorstep.messages import text

__all__ = ["BY", "fair_groups", "fair_groups_of_all", "floor_of", "group_of", "group_told", "services_asked"]

BY = ("community", "age")
LEAST_PEOPLE = 5.0
"""Assumption: a group of which places could take fewer people is left out, or one household would decide the plan."""


def services_asked(found: Diagnosis, given: Sequence[str], option: str = "--services") -> tuple[str, ...]:
    """Return the services whose coverage counts: those given by an option, else all of the profile.

    Raises
    ------
    DoorstepError
        ``setting-value`` if one is not in the profile.
    """
    known = [service.id for service in found.profile.services]
    for one in given:
        if one not in known:
            raise DoorstepError("setting-value", key=option, value=one, expected=" | ".join(known))
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


def fair_groups_of_all(found: Diagnosis, by: str) -> tuple[FairGroup, ...]:
    """Return the groups of a city, each with its people in need of all services together.

    Parameters
    ----------
    found, by
        As of :func:`fair_groups`.

    Returns
    -------
    tuple of FairGroup
        Named ``community:ID/all`` or ``age:BAND/all``; somebody in need of two services counts twice.
    """
    of_services = [
        _communities(found, at) if by == "community" else _ages(found, at) for at in range(len(found.profile.services))
    ]
    groups = []
    for of_group in zip(*of_services, strict=True):
        need = sum(people for _, _, people in of_group)
        share = np.concatenate([one for _, one, _ in of_group])
        most = most_people(found.problem, EVERY, share) if need > 0.0 else 0.0
        if most >= LEAST_PEOPLE:
            groups.append(FairGroup(f"{by}:{of_group[0][0]}/{EVERY_SERVICE}", EVERY, share, need, most))
    return tuple(groups)


def floor_of(group: FairGroup, least: float, taken: Collection[str] = ()) -> Floor:
    """Return what a group shall have as a floor of ``city.toml``.

    Parameters
    ----------
    group
        Of :func:`fair_groups` or :func:`fair_groups_of_all`.
    least
        Share of those in need.
    taken
        Names that other floors have.

    Examples
    --------
    >>> floor_of(FairGroup("age:80+/meals", 3, np.ones(1), 10.0, 8.0), 0.4).name
    'fair 80+ meals'
    """
    by, who, service = group_of(group.name)
    name = f"fair {who}" if service == EVERY_SERVICE else f"fair {who} {service}"
    while name in taken:
        name += " anew"
    one = frozenset((who,))
    return Floor(name, service, least, one if by == "community" else None, one if by == "age" else None)


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


def group_told(city: City, name: str, language: str) -> str:
    """Return a group as people call it: its community by name, or its age band, and its service if it has one."""
    by, who, service = group_of(name)
    if by == "community":
        names = city.communities.set_index("id")["name"]
        who = str(names.get(who, "")) or who
    return who if service == EVERY_SERVICE else f"{who}: {text(language, f'services.{service}')}"


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
