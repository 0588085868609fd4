"""The assessment: community by community and service by service, who lacks what, by which clause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.assess.inequality import gini, palma
from doorstep.assess.reach import capacity_ratio, share_within, weighted_quantiles
from doorstep.city import City
from doorstep.messages import text
from doorstep.standards import Force, Outcome, Profile, Rule, RuleKind, Service

__all__ = ["ASSESSMENT_COLUMNS", "OUTSIDE", "WHOLE_CITY", "assess"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WHOLE_CITY = "*"
OUTSIDE = ""

ASSESSMENT_COLUMNS = (
    "community",
    "name",
    "service",
    "in_need",
    "homebound",
    "reached",
    "share_reached",
    "served_now",
    "share_served",
    "walk_p50_m",
    "walk_p90_m",
    "capacity",
    "capacity_low",
    "capacity_high",
    "capacity_needed",
    "shortage_places",
    "shortage_low",
    "shortage_high",
    "shortage_m2",
    "clause",
    "rule",
    "outcome",
    "e2sfca",
    "gini",
    "palma",
)

_NOBODY = 1e-6  # persons: less than this is rounding
_ANY_WALK = np.array([np.iinfo(np.int64).max])
_FULL = 1 - 1e-6  # a facility used to this share of its cap has no room to spare


@dataclass(frozen=True, slots=True, eq=False)
class _Area:
    """A community, the rest outside all, or the whole city: its homes and facilities, by position.

    ``whole_homes`` and ``whole_facilities`` are those of them that lie in no community cut by the data's edge: only
    of these a shortage can be told.
    """

    id: str
    name: str
    cut: bool
    homes: Ints
    facilities: Ints
    whole_homes: Ints
    whole_facilities: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    """Columns of the ledger as arrays, shape (n_homes, n_services), persons."""

    in_need: Floats
    homebound: Floats
    reached: Floats
    served: Floats
    users: Floats

    @property
    def unreached(self) -> Floats:
        """Who could walk and has no facility with room within the limit."""
        return self.in_need - self.homebound - self.reached


def assess(
    city: City,
    profile: Profile,
    need: pd.DataFrame,
    nearest_mm: Ints,
    capacity: pd.DataFrame,
    *,
    nearest_ms: Ints | None = None,
    accessibility: Floats | None = None,
) -> pd.DataFrame:
    """Tell for every community and service who is in need, who is reached, and what is short.

    Parameters
    ----------
    city, profile
        The city and the standard it is measured by.
    need
        The ledger of today: one row for each residence and service, columns ``need`` of :mod:`doorstep.plan_file`.
    nearest_mm
        Shape (n_residences, n_services), in the order of ``city.residences`` and ``profile.services``: walk to the
        nearest facility of the service, whether its capacity is known or not, looked for at least as far as the
        limit; -1 for none.
    capacity
        One row for each facility: ``facility, service, capacity, capacity_low, capacity_high, units_now``, in the
        unit of the service.
    nearest_ms
        The same in milliseconds; needed where the profile's limits are minutes.
    accessibility
        Shape (n_residences, n_services): :func:`doorstep.assess.e2sfca`; ``None`` leaves its two columns empty.

    Returns
    -------
    DataFrame
        Rows: the whole city (community ``*``), communities by id, then community ``""`` if people live outside all;
        services in the order of the profile within each. Columns:

        ``community, name, service``
            Ids; the name in the language of the city.
        ``in_need, homebound, reached, served_now``
            Persons; ``reached`` has a facility with capacity within the limit. Sums of the ledger.
        ``share_reached, share_served``
            Of ``in_need``, 0..1; NaN if nobody is in need.
        ``walk_p50_m, walk_p90_m``
            Walk to the nearest facility that half (nine tenths) of the people do not exceed, of those in need who
            have one within the search; NaN if fewer than half (nine tenths) of those in need have one.
        ``capacity, capacity_low, capacity_high``
            Of the facilities that lie in the community, and its range.
        ``capacity_needed``
            If all who can walk were served next door: ``units_per_user · take_up · walkers / occupancy_cap``.
        ``shortage_places``
            ``capacity_needed − units_per_user · users_now / occupancy_cap`` of its people, wherever they go; at least
            0. People who use less because the walk is long count as short by what they do not use.
        ``shortage_low, shortage_high``
            The same if the capacities in the community are at the high (low) end of their range: full facilities take
            so many more; what is used above the low end falls away.
        ``shortage_m2``
            ``shortage_places`` times floor per place of the service's middle size grade (the larger of two middles).
        ``clause, rule, outcome``
            Document and clause of the rule that gives the walking limit, and its id; else the source of the
            assumption and "". ``passes``: all who can walk are reached as a clause asks; ``fails``: a hard
            requirement that is not met; ``warns``: a softer clause or an assumption that is not met; ``unverified``:
            a recalled clause however it is met, an assumption that is met. ``unknown``: the community is cut by the
            data's edge, or all who are not reached have facilities of unknown capacity. ``not_applicable``: nobody
            there is in need and can walk.
        ``e2sfca, gini, palma``
            Mean of ``accessibility`` over those in need who can walk (units per person; empty for the whole city, where
            it is capacity per head however uneven), and its Gini coefficient and Palma ratio among them.

        A cut community is never short: its shortages are NaN, and its people and facilities are left out of the
        city's shortages.

    Raises
    ------
    ValueError
        If the tables do not fit the city: unknown or missing residence, service or facility, other shapes.
    """
    people = _people(city, profile, need)
    shape = people.in_need.shape
    if nearest_mm.shape != shape or (accessibility is not None and accessibility.shape != shape):
        raise ValueError(f"nearest_mm {nearest_mm.shape} and accessibility must have the shape {shape} of the ledger")
    nearest = nearest_ms if profile.walk_measure == "minutes" else nearest_mm
    if nearest is None or nearest.shape != shape:
        raise ValueError(f"limits are {profile.walk_measure}: the nearest walk is needed in them, shape {shape}")
    service_ids = pd.Index([service.id for service in profile.services])
    facility_ids = pd.Index(city.facilities["id"])
    places = capacity.assign(
        at=_positions(facility_ids, capacity["facility"], "facility"),
        number=_positions(service_ids, capacity["service"], "service"),
    )
    rows: list[dict[str, object]] = [
        dict[str, object](community=area.id, name=area.name, service=service.id)
        | _who(area, people, nearest_mm, number)
        | _shortage(area, people, places[places["number"] == number], number, service, profile.occupancy_cap)
        | _outcome(area, people, nearest, number, service, profile)
        | _spread(area, people, accessibility, number)
        for area in _areas(city)
        for number, service in enumerate(profile.services)
    ]
    return pd.DataFrame(rows, columns=list(ASSESSMENT_COLUMNS))


def _people(city: City, profile: Profile, need: pd.DataFrame) -> _People:
    shape = (len(city.residences), len(profile.services))
    home = _positions(pd.Index(city.residences["id"]), need["residence"], "residence")
    number = _positions(pd.Index([service.id for service in profile.services]), need["service"], "service")
    if len(np.unique(home * shape[1] + number)) != len(need) or len(need) != shape[0] * shape[1]:
        raise ValueError(f"{len(need)} rows of need for {shape[0]} residences and {shape[1]} services")

    def table(column: str) -> Floats:
        filled = np.empty(shape)
        filled[home, number] = need[column].to_numpy(np.float64)
        return filled

    return _People(*(table(name) for name in ("in_need", "homebound", "reached_facility", "served_now", "users_now")))


def _positions(ids: pd.Index, wanted: pd.Series, what: str) -> Ints:
    found = ids.get_indexer(pd.Index(wanted)).astype(np.int64)
    if (found < 0).any():
        raise ValueError(f"unknown {what} {wanted.iloc[int(np.argmin(found))]!r}")
    return found


def _areas(city: City) -> Iterator[_Area]:
    """Yield the whole city, its communities by id, and what lies outside all if people live there."""
    of_home = city.residences["community"].to_numpy(dtype=object)
    of_facility = city.facilities["community"].to_numpy(dtype=object)
    communities = city.communities.sort_values("id")
    cut_ids = list(communities["id"][communities["cut"].astype(bool)])
    home_is_whole, facility_is_whole = ~np.isin(of_home, cut_ids), ~np.isin(of_facility, cut_ids)

    def area(identity: str, name: str, at_home: npt.NDArray[np.bool_], at_facility: npt.NDArray[np.bool_]) -> _Area:
        return _Area(
            identity,
            name,
            identity in cut_ids,
            np.flatnonzero(at_home),
            np.flatnonzero(at_facility),
            np.flatnonzero(at_home & home_is_whole),
            np.flatnonzero(at_facility & facility_is_whole),
        )

    everywhere = np.ones(len(of_home), dtype=np.bool_), np.ones(len(of_facility), dtype=np.bool_)
    yield area(WHOLE_CITY, text(city.language, "assess.whole_city"), *everywhere)
    for identity, name in zip(communities["id"], communities["name"], strict=True):
        yield area(identity, str(name), of_home == identity, of_facility == identity)
    if (of_home == OUTSIDE).any():
        yield area(
            OUTSIDE, text(city.language, "assess.outside_communities"), of_home == OUTSIDE, of_facility == OUTSIDE
        )


def _who(area: _Area, people: _People, nearest_mm: Ints, number: int) -> dict[str, float]:
    in_need, walk_mm = people.in_need[area.homes, number], nearest_mm[area.homes, number]
    total, reached = in_need.sum(), people.reached[area.homes, number].sum()
    served = people.served[area.homes, number].sum()
    has_one = walk_mm >= 0
    shares = np.array([0.5, 0.9])
    walks_m = weighted_quantiles(walk_mm[has_one] / 1000, in_need[has_one], shares)
    share_with_one = share_within(walk_mm[:, None], in_need[:, None], _ANY_WALK)
    half_m, most_m = np.where(share_with_one >= shares * _FULL, walks_m, np.nan)
    return {
        "in_need": float(total),
        "homebound": float(people.homebound[area.homes, number].sum()),
        "reached": float(reached),
        "share_reached": float(capacity_ratio(reached, total)),
        "served_now": float(served),
        "share_served": float(capacity_ratio(served, total)),
        "walk_p50_m": float(half_m),
        "walk_p90_m": float(most_m),
    }


def _shortage(
    area: _Area, people: _People, places: pd.DataFrame, number: int, service: Service, occupancy_cap: float
) -> dict[str, float]:
    here = places[places["at"].isin(area.facilities)]
    walkers = people.in_need[:, number] - people.homebound[:, number]
    needed = service.units_per_user * service.take_up * walkers / occupancy_cap
    figures = {name: float(here[name].sum()) for name in ("capacity", "capacity_low", "capacity_high")}
    figures["capacity_needed"] = float(needed[area.homes].sum())
    if area.cut:
        return figures | dict.fromkeys(("shortage_places", "shortage_low", "shortage_high", "shortage_m2"), np.nan)

    used = service.units_per_user * people.users[:, number] / occupancy_cap
    needed_here = float(needed[area.whole_homes].sum())
    shortage = max(0.0, needed_here - float(used[area.whole_homes].sum()))
    whole = places[places["at"].isin(area.whole_facilities)]
    used_there = whole["units_now"] / occupancy_cap
    is_full = used_there >= whole["capacity"] * _FULL
    more = float((whole["capacity_high"] - whole["capacity"])[is_full].sum())
    fewer = float((used_there - whole["capacity_low"]).clip(lower=0).sum())
    middle = service.grades[len(service.grades) // 2] if service.grades else None
    return figures | {
        "shortage_places": shortage,
        "shortage_low": max(0.0, shortage - more),
        "shortage_high": max(shortage, min(needed_here, shortage + fewer)),
        "shortage_m2": shortage * middle.area_m2 / middle.capacity if middle else np.nan,
    }


def _outcome(
    area: _Area, people: _People, nearest: Ints, number: int, service: Service, profile: Profile
) -> dict[str, str]:
    clause, rule = _clause(profile, service)
    return {
        "clause": clause,
        "rule": rule.id if rule else "",
        "outcome": _reach_outcome(area, people, nearest[:, number], number, profile.walk_limit(service), rule).value,
    }


def _reach_outcome(area: _Area, people: _People, walk: Ints, number: int, limit: int, rule: Rule | None) -> Outcome:
    walkers, unreached = people.in_need[:, number] - people.homebound[:, number], people.unreached[:, number]
    far = np.where((walk >= 0) & (walk <= limit), 0.0, unreached)
    if area.cut:
        return Outcome.UNKNOWN
    if walkers[area.homes].sum() < _NOBODY:
        return Outcome.NOT_APPLICABLE
    if rule is not None and rule.force is Force.UNVERIFIED:
        return Outcome.UNVERIFIED
    if unreached[area.homes].sum() < _NOBODY:
        return Outcome.UNVERIFIED if rule is None else Outcome.PASSES
    if far[area.whole_homes].sum() < _NOBODY:
        return Outcome.UNKNOWN  # within the limit are facilities of unknown capacity, or the data ends
    is_hard = rule is not None and rule.force is Force.HARD and rule.kind is RuleKind.REQUIREMENT
    return Outcome.FAILS if is_hard else Outcome.WARNS


def _clause(profile: Profile, service: Service) -> tuple[str, Rule | None]:
    """Find what the walking limit rests on: of the rules named as its source the one with its figure, or the first."""
    name, unit = "walk_limit_m", "m"
    minutes = profile.parameters.get(("walk_limit_min", service.id, "all"))
    if profile.walk_measure == "minutes" and minutes is not None and minutes.kind != "derived":
        name, unit = "walk_limit_min", "min"  # minutes derived from metres rest on the clause of the metres
    limit = profile.parameters.get((name, service.id, "all"))
    if limit is None:
        return "", None
    named = re.findall(r"[\w-]+", limit.source)
    rules = [rule for rule in profile.rules if rule.id in named]
    rules.sort(key=lambda rule: (not _gives(rule, limit.mid, unit), named.index(rule.id)))
    if not rules:
        return limit.source, None
    return f"{rules[0].document} {rules[0].clause}".strip(), rules[0]


def _gives(rule: Rule, limit: float, unit: str) -> bool:
    figures = [float(value) for value in (rule.value, rule.value2) if re.fullmatch(r"\d+(\.\d+)?", value)]
    return rule.unit == unit and limit in figures


def _spread(area: _Area, people: _People, accessibility: Floats | None, number: int) -> dict[str, float]:
    if accessibility is None:
        return {"e2sfca": np.nan, "gini": np.nan, "palma": np.nan}
    walkers = (people.in_need - people.homebound)[area.homes, number]
    values = accessibility[area.homes, number]
    # Over the whole city the mean is capacity per head, however it is spread: it would say nothing new.
    mean = float("nan") if area.id == WHOLE_CITY else float(capacity_ratio((walkers * values).sum(), walkers.sum()))
    return {"e2sfca": mean, "gini": gini(values, walkers), "palma": palma(values, walkers)}
