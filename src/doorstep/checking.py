"""Hubs, communities and cities against a standard: what a city folder or a plan knows of them, and what rules say."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.assess import (
    AreaFacts,
    Figure,
    HubFacts,
    Known,
    Value,
    at_least,
    exactly,
    known_area,
    known_hub,
    weighted_quantiles,
)
from doorstep.city import PEOPLE_COLUMNS, SERVICES, City
from doorstep.errors import DoorstepError
from doorstep.plan_file import Hub, PlanFile
from doorstep.standards import Profile, facts
from doorstep.walk import build_network, nearest_places
from doorstep.walk.hours import is_open
from doorstep.walk.walker import planner
from doorstep.walk_questions import joined

__all__ = ["community_known", "facility_known", "hub_known", "walks_to_services", "which", "with_told"]

NINE_IN_TEN = 0.9
"""Whose walk counts in a community: nine in ten reach within it (kr-16 sets limits so; elsewhere our choice)."""
MOST_NEEDS = 5
"""Most daily needs: five of the nine services."""
_COMPLEX = 3
_STEP_H = 0.25
_A_WEEK = tuple(datetime(2026, 3, 2) + timedelta(hours=_STEP_H * step) for step in range(round(7 * 24 / _STEP_H)))
"""Every quarter of an hour of a week without holidays, from Monday."""
Floats = npt.NDArray[np.float64]


def with_told(known: Known, told: Known) -> Known:
    """Return what is known with what somebody tells laid over it."""
    return Known(known.of, known.id, {**known.told, **told.told})


def facility_known(city: City, facility: str) -> tuple[Known, str]:
    """Return what a city folder knows of an existing facility, and its name.

    Parameters
    ----------
    city
        Its facilities: rows of one place and community are one hub, its floor counted once.
    facility
        Id of one of its rows.

    Raises
    ------
    KeyError
        If there is no such facility.
    """
    table = city.facilities
    row = table.loc[table["id"] == facility].iloc[0] if (table["id"] == facility).any() else None
    if row is None:
        raise KeyError(facility)
    same = table[(table["place"] == row["place"]) & (table["community"] == row["community"])] if row["place"] else None
    rows = same if same is not None else table[table["id"] == facility]
    services = frozenset(rows["service"])
    told: dict[str, Value] = {"services": services, "kind": "complex" if len(services) >= _COMPLEX else "dispersed"}
    floors = rows.drop_duplicates("area_m2")["area_m2"].to_numpy(np.float64)
    if len(floors) and not np.isnan(floors).any():
        told["area_m2"] = exactly(float(floors.sum()))
    storeys = rows["storey"].to_numpy(np.float64)
    if len(storeys) and not np.isnan(storeys).any():
        told["storey"] = exactly(float(storeys.min()))
    told |= _open_hours(rows["opening_hours"])
    for one in rows.itertuples():
        if len(rows) > 1 and not math.isnan(one.storey):
            told[f"service_storey:{one.service}"] = exactly(one.storey)
        if not math.isnan(one.area_m2) and len(floors) > 1:
            told[f"service_area_m2:{one.service}"] = exactly(one.area_m2)
        # A capacity that is assumed for its kind measures nothing.
        if not math.isnan(one.capacity) and one.capacity_basis == "measured":
            told[f"capacity:{one.service}"] = exactly(one.capacity)
    return Known("hub", facility, told), str(row["place"]) or facility


def _open_hours(texts: Iterable[str]) -> dict[str, Value]:
    """Hours a day that a place is open, on the mean of the days it opens at all; nothing if some cannot be read."""
    open_at = [[is_open(text, at) for at in _A_WEEK] for text in texts]
    if not open_at or any(one is None for row in open_at for one in row):
        return {}
    is_any = np.any(np.array(open_at, dtype=np.bool_), axis=0).reshape(7, -1)
    days = int(is_any.any(axis=1).sum())
    return {"open_hours": exactly(is_any.sum() * _STEP_H / days)} if days else {}


def hub_known(city: City, profile: Profile, plan: PlanFile, served: pd.DataFrame, space: str) -> tuple[Known, str]:
    """Return what a plan knows of one of its hubs, and its name.

    Parameters
    ----------
    city, profile, plan
        What was planned.
    served
        The ledger: the longest walk of anybody given a place there is the reach of a service, and of the hub.
    space
        Id of the hub's space.

    Raises
    ------
    KeyError
        If the plan has no hub there.
    """
    hub = next((one for one in plan.hubs if one.space == space), None)
    if hub is None:
        raise KeyError(space)
    row = city.spaces.loc[city.spaces["id"] == space].iloc[0]
    grades = {one.service: one.grade for one in hub.services}
    told = HubFacts(
        space=space,
        kind=hub.kind,
        channel=hub.channel,
        area_m2=hub.area_m2,
        services=grades,
        storey=hub.storey,
        lift=str(row["lift"]),
        outdoor_m2=_known(row["outdoor_m2"]),
        limits=row["limits"],
    )
    known = dict(known_hub(told, profile).told)
    here = served[(served["situation"] == "plan") & (served["place"] == space)]
    for unit, column, scale in (("m", "walk_mm", 1000), ("min", "walk_ms", 60_000)):
        longest = here.groupby("service")[column].max() / scale
        known |= {f"walk_{unit}:{service}": exactly(float(walk)) for service, walk in longest.items()}
        if len(longest):
            known[f"walk_{unit}:longest"] = exactly(float(longest.max()))
    return Known("hub", space, known), hub.place or space


def community_known(
    city: City, community: str | None, hubs: Iterable[Hub] = (), walks: Mapping[str, Floats] | None = None
) -> tuple[Known, str]:
    """Return what a city folder, with a plan's hubs, knows of a community or of the whole city, and its name.

    Parameters
    ----------
    city
        Facilities with their floor, homes with people.
    community
        Id; None for the whole city.
    hubs
        Of a plan.
    walks
        Of :func:`walks_to_services`: for each fact the walk of every residence.

    Raises
    ------
    KeyError
        If there is no such community.
    """
    table = city.communities
    if community is not None and not (table["id"] == community).any():
        raise KeyError(community)
    inside = table if community is None else table[table["id"] == community]
    homes = city.residences if community is None else city.residences[city.residences["community"] == community]
    stay = city.facilities[~city.facilities["id"].isin(_replaced(hubs))]
    places = stay if community is None else stay[stay["community"] == community]
    here = [hub for hub in hubs if community is None or hub.community == community]
    floors = places.drop_duplicates(["place", "community", "area_m2"])["area_m2"]
    households = inside["households"].to_numpy(np.float64)
    told_floor = AreaFacts(
        id=community or "city",
        households=None if not len(households) or np.isnan(households).any() else float(households.sum()),
        existing_area_m2=float(floors.sum()),
        unknown_areas=int(floors.isna().sum()),
        hub_area_m2=sum(hub.area_m2 for hub in here),
        cut=bool(inside["cut"].any()),
    )
    of = "city" if community is None else "community"
    told = dict(known_area(of, told_floor).told)
    people = homes[list(PEOPLE_COLUMNS)].to_numpy(np.float64).sum(axis=1)
    is_whole = not told_floor.cut
    if is_whole:
        told["people"] = exactly(float(people.sum()))
        dwellings = homes["dwellings"].to_numpy(np.float64)
        if len(dwellings) and not np.isnan(dwellings).any():
            told["dwellings"] = exactly(float(dwellings.sum()))
    if of == "community":
        told |= _places(places, here)
    elif len(table) and here:
        with_complex = {hub.community for hub in here if hub.kind == "complex"}
        told["complex_share"] = exactly(100 * len(with_complex & set(table["id"])) / len(table))
    for name, walk in (walks or {}).items():
        walked = walk if community is None else walk[(city.residences["community"] == community).to_numpy()]
        if of in facts()[name].of and people.sum() > 0:
            told[name] = _nine_in_ten(walked, people)
    name = city.name if community is None else str(inside["name"].iloc[0]) or community
    return Known(of, community or "city", told), name


def _replaced(hubs: Iterable[Hub]) -> set[str]:
    """Ids of the facilities that close because hubs have their rooms."""
    return {one for hub in hubs for one in hub.replaces}


def walks_to_services(city: City, profile: Profile, hubs: Iterable[Hub] = ()) -> dict[str, Floats]:
    """Return how far every residence walks to the nearest place of each service, existing or of a plan.

    Parameters
    ----------
    city, profile
        Streets, homes and places; how people walk.
    hubs
        Of a plan.

    Returns
    -------
    dict
        ``walk_m:<service>`` and ``walk_min:<service>`` -> metres and minutes, shape (n_residences,), infinite where no
        place is within about ten kilometres; ``daily_needs``: to five of the nine services.
    """
    network = build_network(city.streets, planner(profile))
    hubs = tuple(hubs)
    places = city.facilities[~city.facilities["id"].isin(_replaced(hubs))][["id", "service", "geometry"]]
    point = city.spaces.set_index("id").geometry
    planned = [(hub.space, one.service) for hub in hubs for one in hub.services]
    if planned:
        added = gpd.GeoDataFrame(
            {"id": [space for space, _ in planned], "service": [service for _, service in planned]},
            geometry=[point[space] for space, _ in planned],
            crs=places.crs,
        )
        places = gpd.GeoDataFrame(pd.concat([places, added], ignore_index=True), crs=places.crs)
    number = np.array([SERVICES.index(service) for service in places["service"]], dtype=np.int64)
    found = nearest_places(
        network,
        joined(network, city, city.residences, profile),
        joined(network, city, places, profile),
        number,
        n_services=len(SERVICES),
    )
    walks: dict[str, Floats] = {}
    for unit, length, scale in (("m", found.walk_mm, 1000), ("min", found.walk_ms, 60_000)):
        walk = np.where(length[:, :, 0] < 0, np.inf, length[:, :, 0] / scale)
        walks |= {f"walk_{unit}:{service}": walk[at] for at, service in enumerate(SERVICES)}
        walks[f"walk_{unit}:daily_needs"] = np.sort(walk, axis=0)[MOST_NEEDS - 1]
    return walks


def _nine_in_ten(walk: Floats, people: Floats) -> Figure:
    reached = np.isfinite(walk)
    if people[reached].sum() < NINE_IN_TEN * people.sum():
        far = float(walk[reached].max()) if reached.any() else 0.0
        return Figure(far, math.inf, None)
    longest = np.where(reached, walk, np.nanmax(np.where(reached, walk, np.nan)) + 1)
    return exactly(float(weighted_quantiles(longest, people, np.array([NINE_IN_TEN]))[0]))


def _places(places: pd.DataFrame, hubs: Iterable[Hub]) -> dict[str, Value]:
    """The largest place of each kind that a city folder tells of, and the floor of elderly care."""
    told: dict[str, Value] = {}
    kinds = {"infant_care": "nursery", "elderly_care": "day_care", "health": "health_station"}
    for service, kind in kinds.items():
        known = places.loc[places["service"] == service, "area_m2"].to_numpy(np.float64)
        planned = [float(one.area_m2) for hub in hubs for one in hub.services if one.service == service]
        largest = max([*known[~np.isnan(known)].tolist(), *planned], default=0.0)
        is_open = bool(np.isnan(known).any())
        told[f"largest_m2:{kind}"] = at_least(largest) if is_open else exactly(largest)
        if service == "elderly_care":
            total = float(np.nansum(known)) + sum(planned)
            told["elderly_floor_m2"] = at_least(total) if is_open else exactly(total)
    offered = set(places["service"]) | {one.service for hub in hubs for one in hub.services}
    told["canteen"] = "yes" if "meals" in offered else "no"
    return told


def _known(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return None if math.isnan(number) else number


def which(ids: Iterable[str], given: str, code: str) -> DoorstepError:
    """Return the error for an id that is not there, with those that are nearest."""
    near = difflib.get_close_matches(given, list(ids), n=3, cutoff=0.0)
    return DoorstepError(code, id=given, nearest=", ".join(near) or "–")
