"""Everything the checker derives from city and profile before it looks at a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from doorstep.city import City
from doorstep.standards import Profile
from doorstep.verify.conversion import Conversion, conversions_of
from doorstep.verify.graph import Footing, Graph, derive_graph, stand
from doorstep.verify.later_people import needs_later
from doorstep.verify.need import NEAR, Ints, Need, Supply, binding_limit, derive_need, derive_supply
from doorstep.verify.walks import Walks, derive_walks

__all__ = ["Facts", "derive_facts"]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Ids in the order of the tables (sorted), need, supply, and walks a little beyond the limits.

    ``limit`` has one walking limit per service in the measure that binds, ms if ``in_minutes``, else mm; ``spaces`` are
    the rows of the table. Of a plan for later years, ``later`` is the need of each of them, beside today's, and
    ``conversions`` what services may become.
    """

    profile: Profile
    currency: str
    residences: pd.Index
    services: pd.Index
    facilities: pd.Index
    space_ids: pd.Index
    spaces: tuple[Mapping[str, Any], ...]
    in_minutes: bool
    limit: Ints
    need: Need
    supply: Supply
    facility_walks: Walks
    space_walks: Walks
    later: tuple[Need, ...] = ()
    conversions: tuple[Conversion, ...] = ()


def derive_facts(city: City, profile: Profile) -> Facts:
    """Derive need, supply and all walks that may matter."""
    graph = derive_graph(city.streets, profile)
    limit = np.array([binding_limit(service, profile) for service in profile.services], dtype=np.int64)
    in_minutes = profile.walk_measure == "minutes"
    supply = derive_supply(city, profile)
    n_facilities, n_spaces = len(city.facilities), len(city.spaces)
    farthest = np.concatenate([limit[supply.service], np.full(n_spaces, limit.max())]) + NEAR
    need, later = derive_need(city, profile), needs_later(city, profile)
    home_of, homes = _standing(graph, city, profile, city.residences)
    facility_of, facilities = _standing(graph, city, profile, city.facilities)
    space_of, spaces = _standing(graph, city, profile, city.spaces)
    place_of = np.concatenate([facility_of, n_facilities + space_of])
    places = Footing(
        *(
            np.concatenate([getattr(one, name) for one in (facilities, spaces)])
            for name in ("edge", "along_mm", "off_mm")
        )
    )
    walks = derive_walks(
        graph, homes, places, farthest[place_of], in_minutes=in_minutes, home_of=home_of, place_of=place_of
    )
    return Facts(
        profile=profile,
        currency=city.currency,
        residences=pd.Index(city.residences["id"]),
        services=pd.Index([service.id for service in profile.services]),
        facilities=pd.Index(city.facilities["id"]),
        space_ids=pd.Index(city.spaces["id"]),
        spaces=tuple(city.spaces.to_dict("records")),
        in_minutes=in_minutes,
        limit=limit,
        need=need,
        supply=supply,
        facility_walks=_part(walks, 0, n_facilities),
        space_walks=_part(walks, n_facilities, n_facilities + n_spaces),
        later=later,
        conversions=conversions_of(profile, need, later),
    )


def _standing(graph: Graph, city: City, profile: Profile, table: gpd.GeoDataFrame) -> tuple[Ints, Footing]:
    """Put the rows of a table onto the network: at their entrances those that have some, else at their points.

    Returns the row of each point, and where it stands.
    """
    doors = getattr(city, "entrances", None)
    row, points = np.arange(len(table)), table.geometry.to_numpy()
    if doors is not None and len(doors):
        row_of_door = pd.Index(table["id"]).get_indexer(pd.Index(doors["of"]))
        is_here = row_of_door >= 0
        without = np.setdiff1d(row, row_of_door[is_here])
        row = np.concatenate([without, row_of_door[is_here]])
        points = np.concatenate([points[without], doors.geometry.to_numpy()[is_here]])
    return row.astype(np.int64), stand(graph, shapely.get_x(points), shapely.get_y(points), profile.snap_limit_mm)


def _part(walks: Walks, begin: int, end: int) -> Walks:
    first, last = walks.first[begin], walks.first[end]
    pairs = slice(first, last)
    return Walks(
        walks.first[begin : end + 1] - first,
        walks.home[pairs],
        walks.walk_mm[pairs],
        walks.walk_ms[pairs],
        walks.in_minutes,
    )
