"""A city before any plan: who lacks what within a walk."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.assess import assess, coverage_by_band, e2sfca, nearest_mm
from doorstep.city import City
from doorstep.costs import capital
from doorstep.layout import Assignment, LayoutProblem, assign, later_ledger, layout_problem, ledger, units_of_rows
from doorstep.plan_file import LimitBound
from doorstep.residents import YEARS, Demand, Supply, demand, later_demands, supply
from doorstep.standards import ConvertedGrade, Profile, converted_grades
from doorstep.walk import Connections, Network, Pairs, build_network, connect_tables, pairs_that_fit, planner
from doorstep.walk.memory import free_bytes

__all__ = ["Diagnosis", "diagnose", "later_ledger_of", "ledger_of"]

_LOOK_FURTHER = 2  # facilities are looked for up to twice the limit, so that "how far is the nearest" has an answer


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """A city before any plan: everything up to the first ledger.

    Parameters
    ----------
    city, profile, demand, supply
        Data, standard, people in need, what exists.
    network, homes, places, pairs
        Walking network, points joined to it (places: spaces, then facilities; who has entrances, at each) and walks.
    problem
        The layout problem without a budget.
    limits
        Switchable limits that keep grades out of spaces.
    later, converted
        People in need in later years, and the grades that give way to another service then; none unless the profile is
        ``convertible``.
    now
        Exact assignment with no hub open.
    need, served
        The ledger; the plan's columns equal today's.
    assessment
        Community by service.
    bands
        Community by service and age band, at the band's own pace; see :func:`doorstep.assess.coverage_by_band`.
    """

    city: City
    profile: Profile
    demand: Demand
    supply: Supply
    network: Network
    homes: Connections
    places: Connections
    pairs: Pairs
    problem: LayoutProblem
    limits: tuple[LimitBound, ...]
    now: Assignment
    need: pd.DataFrame
    served: pd.DataFrame
    assessment: pd.DataFrame
    bands: pd.DataFrame
    later: tuple[Demand, ...] = ()
    converted: tuple[ConvertedGrade, ...] = ()


def diagnose(city: City, profile: Profile, *, workers: int = 2) -> Diagnosis:
    """Find who lacks what within a walk.

    Parameters
    ----------
    city, profile
        From :func:`read_inputs`.
    workers
        Threads; no result depends on it.

    Returns
    -------
    Diagnosis
        With the ledger of today.

    Raises
    ------
    DoorstepError
        ``walks-memory``: the walks would take more than half of the memory that is free (the rest is for the plan).
    """
    need, later = demand(city, profile), later_demands(city, profile)
    totals = [one.in_need.sum(axis=0).tolist() for one in (need, *later)]
    converted = converted_grades(profile, YEARS, totals) if later else ()
    offer = supply(city, profile)
    network = build_network(city.streets, planner(profile))
    doors, snap_mm = city.entrances, profile.snap_limit_mm
    homes = connect_tables(network, doors, city.residences, snap_limit_mm=snap_mm)
    places = connect_tables(network, doors, city.spaces, city.facilities, snap_limit_mm=snap_mm)
    limit = _limits(city, profile, offer)
    bound = {"limit_ms" if profile.walk_measure == "minutes" else "limit_mm": limit}
    pairs = pairs_that_fit(network, homes, places, memory_bytes=free_bytes() // 2, workers=workers, **bound)
    walk_ms = pairs.moving_ms + pairs.wait_ms
    money = capital(city.spaces, profile, currency=city.currency, converted=converted)
    problem, limits = layout_problem(
        city, profile, need, offer, money, pairs, budget_money=None, later=later, converted=converted
    )
    nothing = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    # today nobody assigns people by what the city asks of a plan
    now = assign(dataclasses.replace(problem, floors=()), nothing)
    need_table, served = ledger_of(city, profile, problem, need, nothing, now, now)
    capacity = _capacity(city, offer, problem, now)
    assessment = assess(
        city,
        profile,
        need_table,
        _nearest(city, profile, offer, pairs, pairs.walk_mm),
        capacity,
        nearest_ms=_nearest(city, profile, offer, pairs, walk_ms),
        accessibility=_accessibility(city, profile, need, offer, pairs),
    )
    reached = need_table["reached_facility"].to_numpy().reshape(len(city.residences), len(profile.services)) > 0
    bands = coverage_by_band(city, profile, offer, network, reached_planned=reached, workers=workers)
    return Diagnosis(
        city,
        profile,
        need,
        offer,
        network,
        homes,
        places,
        pairs,
        problem,
        limits,
        now,
        need_table,
        served,
        assessment,
        bands,
        later,
        converted,
    )


def later_ledger_of(city: City, profile: Profile, problem: LayoutProblem, plan: Assignment) -> pd.DataFrame:
    """Write who goes where in later years; see :func:`doorstep.layout.later_ledger`."""
    return later_ledger(
        problem,
        years=YEARS,
        residences=city.residences["id"].tolist(),
        services=[service.id for service in profile.services],
        places=city.spaces["id"].tolist() + city.facilities["id"].tolist(),
        units_per_user=[service.units_per_user for service in profile.services],
        plan=plan,
    )


def ledger_of(
    city: City,
    profile: Profile,
    problem: LayoutProblem,
    need: Demand,
    grades: npt.NDArray[np.int8],
    now: Assignment,
    plan: Assignment,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write the ledger of a city, now and with the hubs of a plan; see :func:`doorstep.layout.ledger`."""
    return ledger(
        problem,
        need,
        residences=city.residences["id"].tolist(),
        services=[service.id for service in profile.services],
        places=city.spaces["id"].tolist() + city.facilities["id"].tolist(),
        units_per_user=[service.units_per_user for service in profile.services],
        grades=grades,
        now=now,
        plan=plan,
    )


def _limits(city: City, profile: Profile, offer: Supply) -> npt.NDArray[np.int64]:
    """Longest walk that can matter at each place, mm or ms: the longest limit at a space, twice its at a facility."""
    limit = np.array([profile.walk_limit(service) for service in profile.services], dtype=np.int64)
    return np.concatenate([np.full(len(city.spaces), limit.max()), _LOOK_FURTHER * limit[offer.service]])


def _nearest(
    city: City, profile: Profile, offer: Supply, pairs: Pairs, walk: npt.NDArray[np.int32]
) -> npt.NDArray[np.int64]:
    """Walk, mm or ms, to the nearest facility of each service that has room or unknown room; -1 if none is found."""
    unknown = np.array([basis == "unknown" for basis in offer.basis], dtype=np.bool_)
    asked = np.where((offer.capacity > 0) | unknown, offer.service, -1)
    return nearest_mm(
        pairs.first_of_place,
        pairs.home,
        walk,
        service_of_place=np.concatenate([np.full(len(city.spaces), -1), asked]),
        n_homes=len(city.residences),
        n_services=len(profile.services),
    )


def _capacity(city: City, offer: Supply, problem: LayoutProblem, now: Assignment) -> pd.DataFrame:
    units = units_of_rows(problem, now)[problem.n_space_rows : problem.n_space_rows + problem.n_facilities]
    return pd.DataFrame(
        {
            "facility": city.facilities["id"].to_numpy(),
            "service": city.facilities["service"].to_numpy(),
            "capacity": offer.capacity,
            "capacity_low": offer.capacity_low,
            "capacity_high": offer.capacity_high,
            "units_now": units,
        }
    )


def _accessibility(city: City, profile: Profile, need: Demand, offer: Supply, pairs: Pairs) -> npt.NDArray[np.float64]:
    """Enhanced two-step floating catchment of today's facilities, shape (n_residences, n_services)."""
    result = np.zeros((len(city.residences), len(profile.services)))
    walk = pairs.moving_ms + pairs.wait_ms if profile.walk_measure == "minutes" else pairs.walk_mm
    end_value = profile.parameters["gaussian_end_value", "any", "all"].mid
    for number, service in enumerate(profile.services):
        places = np.flatnonzero(offer.service == number) + len(city.spaces)
        spans = [slice(int(pairs.first_of_place[j]), int(pairs.first_of_place[j + 1])) for j in places]
        counts = [span.stop - span.start for span in spans]
        index = np.concatenate([np.arange(span.start, span.stop) for span in spans] or [np.zeros(0, np.int64)])
        result[:, number] = e2sfca(
            np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64),
            pairs.home[index],
            walk[index],
            people=need.walkers[:, number],
            capacity=offer.capacity[offer.service == number],
            limit_mm=profile.walk_limit(service),
            end_value=end_value,
        )
    return result
