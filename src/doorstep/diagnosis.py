"""A city before any plan: who lacks what within a walk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.assess import assess, e2sfca, nearest_mm
from doorstep.city import City
from doorstep.costs import capital
from doorstep.layout import Assignment, LayoutProblem, assign, layout_problem, ledger, units_of_rows
from doorstep.plan_file import LimitBound
from doorstep.residents import Demand, Supply, demand, supply
from doorstep.standards import Profile
from doorstep.walk import Connections, Network, Pairs, Walker, build_network, connect, walk_pairs

__all__ = ["Diagnosis", "diagnose", "ledger_of", "planner"]

_LOOK_FURTHER = 2  # facilities are looked for up to twice the limit, so that "how far is the nearest" has an answer


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """A city before any plan: everything up to the first ledger.

    Parameters
    ----------
    city, profile, demand, supply
        Data, standard, people in need, what exists.
    network, homes, places, pairs
        Walking network, joined points (places: spaces, then facilities) and walks.
    problem
        The layout problem without a budget.
    limits
        Switchable limits that keep grades out of spaces.
    now
        Exact assignment with no hub open.
    need, served
        The ledger; the plan's columns equal today's.
    assessment
        Community by service.
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
    """
    need = demand(city, profile)
    offer = supply(city, profile)
    network = build_network(city.streets, planner(profile))
    homes = connect(network, *_points(city.residences), snap_limit_mm=profile.snap_limit_mm)
    x_m, y_m = (np.concatenate(part) for part in zip(_points(city.spaces), _points(city.facilities), strict=True))
    places = connect(network, x_m, y_m, snap_limit_mm=profile.snap_limit_mm)
    pairs = walk_pairs(network, homes, places, limit_mm=_limits(city, profile, offer), workers=workers)
    money = capital(city.spaces, profile, currency=city.currency)
    problem, limits = layout_problem(city, profile, need, offer, money, pairs, budget_money=None)
    nothing = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    now = assign(problem, nothing)
    need_table, served = ledger_of(city, profile, problem, need, nothing, now, now)
    capacity = _capacity(city, offer, problem, now)
    assessment = assess(
        city,
        profile,
        need_table,
        _nearest(city, profile, offer, pairs),
        capacity,
        accessibility=_accessibility(city, profile, need, offer, pairs),
    )
    return Diagnosis(
        city, profile, need, offer, network, homes, places, pairs, problem, limits, now, need_table, served, assessment
    )


def planner(profile: Profile) -> Walker:
    """Return who the plan is made for: somebody at the planning pace of 60 m a minute."""
    return Walker("plan", 1.0, profile.step_penalty, profile.crossing_wait_ms)


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


def _points(table: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return table.geometry.x.to_numpy(np.float64), table.geometry.y.to_numpy(np.float64)


def _limits(city: City, profile: Profile, offer: Supply) -> npt.NDArray[np.int64]:
    """Longest walk that can matter at each place: the longest limit at a space, twice its limit at a facility."""
    limit = np.array([service.walk_limit_mm for service in profile.services], dtype=np.int64)
    return np.concatenate([np.full(len(city.spaces), limit.max()), _LOOK_FURTHER * limit[offer.service]])


def _nearest(city: City, profile: Profile, offer: Supply, pairs: Pairs) -> npt.NDArray[np.int64]:
    """Walk to the nearest facility of each service that has room or whose room nobody knows; -1 if none is found."""
    unknown = np.array([basis == "unknown" for basis in offer.basis], dtype=np.bool_)
    asked = np.where((offer.capacity > 0) | unknown, offer.service, -1)
    return nearest_mm(
        pairs.first_of_place,
        pairs.home,
        pairs.walk_mm,
        service_of_place=np.concatenate([np.full(len(city.spaces), -1), asked]),
        n_homes=len(city.residences),
        n_services=len(profile.services),
    )


def _capacity(city: City, offer: Supply, problem: LayoutProblem, now: Assignment) -> pd.DataFrame:
    units = units_of_rows(problem, now)[problem.n_spaces * problem.n_services :]
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
    end_value = profile.parameters["gaussian_end_value", "any", "all"].mid
    for number, service in enumerate(profile.services):
        places = np.flatnonzero(offer.service == number) + len(city.spaces)
        spans = [slice(int(pairs.first_of_place[j]), int(pairs.first_of_place[j + 1])) for j in places]
        counts = [span.stop - span.start for span in spans]
        index = np.concatenate([np.arange(span.start, span.stop) for span in spans] or [np.zeros(0, np.int64)])
        result[:, number] = e2sfca(
            np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64),
            pairs.home[index],
            pairs.walk_mm[index],
            people=need.walkers[:, number],
            capacity=offer.capacity[offer.service == number],
            limit_mm=service.walk_limit_mm,
            end_value=end_value,
        )
    return result
