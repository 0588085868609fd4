"""Everything the checker derives from city and profile before it looks at a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from doorstep.city import City
from doorstep.standards import Profile
from doorstep.verify.bound import NEAR_MM
from doorstep.verify.graph import derive_graph, stand
from doorstep.verify.need import Ints, Need, Supply, derive_need, derive_supply
from doorstep.verify.walks import Walks, derive_walks

__all__ = ["Facts", "derive_facts"]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Ids in the order of the tables (sorted), need, supply, and walks a little beyond the limits.

    ``limit_mm`` has one walking limit per service; ``spaces`` are the rows of the table.
    """

    profile: Profile
    currency: str
    residences: pd.Index
    services: pd.Index
    facilities: pd.Index
    space_ids: pd.Index
    spaces: tuple[Mapping[str, Any], ...]
    limit_mm: Ints
    need: Need
    supply: Supply
    facility_walks: Walks
    space_walks: Walks


def derive_facts(city: City, profile: Profile) -> Facts:
    """Derive need, supply and all walks that may matter."""
    graph = derive_graph(city.streets, profile)
    limit_mm = np.array([service.walk_limit_mm for service in profile.services], dtype=np.int64)
    supply = derive_supply(city, profile)
    n_facilities = len(city.facilities)
    farthest = np.concatenate([limit_mm[supply.service], np.full(len(city.spaces), limit_mm.max())]) + NEAR_MM
    homes = stand(
        graph,
        city.residences.geometry.x.to_numpy(),
        city.residences.geometry.y.to_numpy(),
        profile.snap_limit_mm,
    )
    places = stand(
        graph,
        np.concatenate([city.facilities.geometry.x, city.spaces.geometry.x]),
        np.concatenate([city.facilities.geometry.y, city.spaces.geometry.y]),
        profile.snap_limit_mm,
    )
    walks = derive_walks(graph, homes, places, farthest)
    return Facts(
        profile=profile,
        currency=city.currency,
        residences=pd.Index(city.residences["id"]),
        services=pd.Index([service.id for service in profile.services]),
        facilities=pd.Index(city.facilities["id"]),
        space_ids=pd.Index(city.spaces["id"]),
        spaces=tuple(city.spaces.to_dict("records")),
        limit_mm=limit_mm,
        need=derive_need(city, profile),
        supply=supply,
        facility_walks=_part(walks, 0, n_facilities),
        space_walks=_part(walks, n_facilities, n_facilities + len(city.spaces)),
    )


def _part(walks: Walks, begin: int, end: int) -> Walks:
    first, last = walks.first[begin], walks.first[end]
    pairs = slice(first, last)
    return Walks(walks.first[begin : end + 1] - first, walks.home[pairs], walks.walk_mm[pairs], walks.walk_ms[pairs])
