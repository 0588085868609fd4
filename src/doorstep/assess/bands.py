"""Who reaches what at their own pace: coverage by age band, with the band's own minutes, steps and wheels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.assess.gaps import OUTSIDE, WHOLE_CITY
from doorstep.city import AGE_BANDS, PEOPLE_COLUMNS, City
from doorstep.messages import text
from doorstep.residents import Supply
from doorstep.standards import Profile
from doorstep.walk import Connections, Network, connect_tables, pairs_in_blocks
from doorstep.walk.memory import free_bytes
from doorstep.walk.network import for_walker, without_impassable
from doorstep.walk.walker import walkers

__all__ = ["BAND_COLUMNS", "coverage_by_band"]

BAND_COLUMNS = (
    "community",
    "name",
    "service",
    "band",
    "in_need",
    "homebound",
    "reached",
    "share_reached",
    "reached_planned",
    "share_planned",
    "limit_min",
    "speed_m_s",
    "wheels",
)

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def coverage_by_band(
    city: City,
    profile: Profile,
    supply: Supply,
    network: Network,
    *,
    reached_planned: Flags,
    workers: int | None = None,
) -> pd.DataFrame:
    """Tell for every community, service and age band how many of those in need reach a facility at their own pace.

    Parameters
    ----------
    city, profile, supply
        People, rates of need and limits, facilities with their capacity.
    network
        Of the planner, without wheels; not changed.
    reached_planned
        Shape (n_residences, n_services): a facility with room lies within the limit that plans are made by.
    workers
        Threads; the result does not depend on it.

    Returns
    -------
    DataFrame
        Rows: the whole city (community ``*``), communities by id, ``""`` if people live outside all; services in the
        order of the profile; bands from the youngest, only those with a rate of need. Columns:

        ``community, name, service, band``
            Ids; the name in the language of the city.
        ``in_need, homebound``
            Persons of the band.
        ``reached, share_reached``
            Persons of the band who can walk and reach a facility with room within ``limit_min`` at their own pace; the
            share is of ``in_need``, NaN if nobody is in need.
        ``reached_planned, share_planned``
            The same as plans count it: at 60 m a minute, without wheels, within the limit that binds.
        ``limit_min``
            ``walk_limit_min`` of the service times the band's factor (the old-old walk less far).
        ``speed_m_s, wheels``
            The band's pace; True if they are pushed in a pram, so that steps are closed.

    Notes
    -----
    Walks are the quickest, waits included. Of a community cut by the data's edge the shares hold for what is drawn.
    """
    of_band = walkers(profile)
    n_services = len(profile.services)
    people = city.residences[list(PEOPLE_COLUMNS)].to_numpy(np.float64)
    areas = _areas(city)
    on_foot = _joined(city, profile, network)
    rows: dict[tuple[str, int, int], dict[str, object]] = {}
    for number, band in enumerate(AGE_BANDS):
        asked = [at for at in range(n_services) if profile.services[at].need_rate[number] > 0]
        if not asked:
            continue
        walker = of_band[band]
        limit_ms = _limits_ms(profile, number)
        own = for_walker(network, walker)
        joined = on_foot
        if walker.wheels:
            own = without_impassable(own)
            joined = _joined(city, profile, own)
        reaches = _reaches(own, *joined, supply, limit_ms, workers)
        for at in asked:
            service = profile.services[at]
            in_need = people[:, number] * service.need_rate[number]
            homebound = in_need * profile.homebound_share[number]
            can_walk = in_need - homebound
            for community, name, homes in areas:
                total = float(in_need[homes].sum())
                reached = float(can_walk[homes & reaches[:, at]].sum())
                planned = float(can_walk[homes & reached_planned[:, at]].sum())
                rows[community, at, number] = {
                    "community": community,
                    "name": name,
                    "service": service.id,
                    "band": band,
                    "in_need": total,
                    "homebound": float(homebound[homes].sum()),
                    "reached": reached,
                    "share_reached": reached / total if total > 0 else np.nan,
                    "reached_planned": planned,
                    "share_planned": planned / total if total > 0 else np.nan,
                    "limit_min": limit_ms[at] / 60_000,
                    "speed_m_s": walker.speed_m_s,
                    "wheels": walker.wheels,
                }
    in_order = [
        rows[community, at, number]
        for community, _, _ in areas
        for at in range(n_services)
        for number in range(len(AGE_BANDS))
        if (community, at, number) in rows
    ]
    return pd.DataFrame(in_order, columns=list(BAND_COLUMNS))


def _limits_ms(profile: Profile, band: int) -> Ints:
    factor = profile.walk_limit_factor[band]
    limits = np.array([service.walk_limit_ms for service in profile.services], dtype=np.float64)
    return np.floor(limits * factor + 0.5).astype(np.int64)


def _joined(city: City, profile: Profile, network: Network) -> tuple[Connections, Connections]:
    """Residences and facilities joined to a network."""
    homes, places = (
        connect_tables(network, city.entrances, table, snap_limit_mm=profile.snap_limit_mm)
        for table in (city.residences, city.facilities)
    )
    return homes, places


def _reaches(
    network: Network, homes: Connections, places: Connections, supply: Supply, limit_ms: Ints, workers: int | None
) -> Flags:
    """Which residence reaches a facility with room, by service; shape (n_residences, n_services)."""
    limit = np.where(supply.capacity > 0, limit_ms[supply.service], -1)
    reaches = np.zeros((homes.n_owners, len(limit_ms)), dtype=np.bool_)
    memory_bytes = free_bytes() // 2
    for at, pairs in pairs_in_blocks(
        network, homes, places, memory_bytes=memory_bytes, limit_ms=limit, workers=workers
    ):
        reaches[pairs.home, np.repeat(supply.service[at], np.diff(pairs.first_of_place))] = True
    return reaches


def _areas(city: City) -> list[tuple[str, str, Flags]]:
    """The whole city, its communities by id, and what lies outside all if people live there."""
    of_home = city.residences["community"].to_numpy(dtype=object)
    areas = [(WHOLE_CITY, text(city.language, "assess.whole_city"), np.ones(len(of_home), dtype=np.bool_))]
    communities = city.communities.sort_values("id")
    for identity, name in zip(communities["id"], communities["name"], strict=True):
        areas.append((identity, str(name), of_home == identity))
    if (of_home == OUTSIDE).any():
        areas.append((OUTSIDE, text(city.language, "assess.outside_communities"), of_home == OUTSIDE))
    return areas
