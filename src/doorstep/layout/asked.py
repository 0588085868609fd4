"""What a city asks of a plan, as limits on hubs and floors of coverage of the layout problem."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations

import numpy as np
import numpy.typing as npt

from doorstep.city import AGE_BANDS, EVERY_SERVICE, PEOPLE_COLUMNS, City, Floor, Scope
from doorstep.costs import MINOR_UNITS, Capital, running
from doorstep.layout.floors import EVERY, CoverageFloor
from doorstep.layout.limits import HubLimit
from doorstep.residents import Demand
from doorstep.standards import ConvertedGrade, Profile

__all__ = ["floors_of", "fund_sets", "limits_of", "minor_amount", "payable"]

Bools = npt.NDArray[np.bool_]


def minor_amount(amount: Decimal, currency: str) -> int:
    """Return an amount in whole minor units, rounded half up."""
    return int((amount * MINOR_UNITS[currency]).to_integral_value(ROUND_HALF_UP))


def limits_of(
    city: City, profile: Profile, capital: Capital, converted: Sequence[ConvertedGrade] = ()
) -> tuple[HubLimit, ...]:
    """Return the limits on hubs that a city asks for, money by source first, then their number and running cost.

    Parameters
    ----------
    city, profile
        Funds and limits of ``city.toml``; spaces and services that they speak of.
    capital, converted
        What hubs cost; grades that give way to another service in a later year.

    Returns
    -------
    tuple of HubLimit
        For sources of money one limit for each set of funds: what no other fund may pay for costs at most their money
        together. These hold if and only if the money can be shared out (Gale 1957, Hall 1935).
    """
    limits = []
    for names, opening, parts in fund_sets(city, profile):
        amount = sum(minor_amount(fund.amount, city.currency) for fund in city.asked.funds if fund.name in names)
        open_units = np.where(opening, capital.open_money, 0)
        grade_units = np.where(parts[:, :, None, None], np.maximum(capital.grade_money, 0), 0)
        limits.append(HubLimit("funds:" + "+".join(names), amount, open_units, grade_units))
    yearly = None
    for cap in city.asked.caps:
        here = _spaces(city, cap.scope)
        if cap.what == "hubs":
            nothing = np.zeros_like(capital.grade_money)
            limits.append(HubLimit(f"hubs:{cap.name}", int(cap.most), here.astype(np.int64), nothing))
        else:
            if yearly is None:
                yearly = running(city.spaces, profile, currency=city.currency, converted=converted)
            opening, parts = payable(city, profile, cap.scope)
            limits.append(
                HubLimit(
                    f"running:{cap.name}",
                    minor_amount(cap.most, city.currency),
                    np.where(opening, yearly.open_money, 0),
                    np.where(parts[:, :, None, None], yearly.grade_money, 0),
                )
            )
    return tuple(limits)


def fund_sets(city: City, profile: Profile) -> list[tuple[tuple[str, ...], Bools, Bools]]:
    """Return the sets of funds that bind, each with what only they may pay for.

    Parameters
    ----------
    city, profile
        Funds, spaces, services.

    Returns
    -------
    list of (names, opening, parts)
        Names of the funds; shapes (n_spaces,) and (n_spaces, n_services): whether no other fund may pay for opening a
        hub there, for a service there. A set that speaks of the same as a smaller one is left out. First of all the
        empty set, if something may be paid by nobody.
    """
    funds = city.asked.funds
    if not funds:
        return []
    by = [payable(city, profile, fund.scope) for fund in funds]
    found: list[tuple[tuple[str, ...], Bools, Bools]] = []
    for size in range(len(funds) + 1):
        for inside in combinations(range(len(funds)), size):
            outside = [number for number in range(len(funds)) if number not in inside]
            opening, parts = (
                ~np.logical_or.reduce([by[number][k] for number in outside] + [np.zeros_like(by[0][k])])
                for k in range(2)
            )
            same = any((opening == o).all() and (parts == p).all() for _, o, p in found)
            if (opening.any() or parts.any()) and not same:
                found.append((tuple(sorted(funds[number].name for number in inside)), opening, parts))
    return found


def payable(city: City, profile: Profile, scope: Scope) -> tuple[Bools, Bools]:
    """Return of what a scope speaks: opening a hub in each space (not if it names services), each service there."""
    here = _spaces(city, scope)
    services = scope.services
    paid = np.array([services is None or service.id in services for service in profile.services], dtype=np.bool_)
    return here & (services is None), here[:, None] & paid[None, :]


def _spaces(city: City, scope: Scope) -> Bools:
    """Which spaces a scope speaks of."""
    here = np.ones(len(city.spaces), dtype=np.bool_)
    for column, names in (("channel", scope.channels), ("community", scope.communities), ("id", scope.spaces)):
        if names is not None:
            here &= city.spaces[column].isin(names).to_numpy(np.bool_)
    return here


def floors_of(city: City, profile: Profile, demand: Demand) -> tuple[CoverageFloor, ...]:
    """Return the floors of coverage that a city, and the plan at hand, ask for.

    Parameters
    ----------
    city, profile
        Floors of ``city.toml`` and of the plan; people by age and their rates of need.
    demand
        People in need.

    Returns
    -------
    tuple of CoverageFloor
        Of services that the profile has, or of all together. The people of a group among those given a place at a home
        are its share of the people there who can walk and are in need.
    """
    number = {service.id: position for position, service in enumerate(profile.services)}
    floors = []
    for floor in (*city.asked.floors, *city.asked.of_plan):
        every = floor.service == EVERY_SERVICE
        if not every and floor.service not in number:
            continue
        at = EVERY if every else number[floor.service]
        parts = [
            _group(city, profile, demand, floor, one) for one in (range(len(profile.services)) if every else (at,))
        ]
        in_need = sum(people for people, _ in parts)
        share = np.concatenate([one for _, one in parts])
        floors.append(CoverageFloor(f"floor:{floor.name}", at, floor.least * in_need, share))
    return tuple(floors)


def _group(
    city: City, profile: Profile, demand: Demand, floor: Floor, at: int
) -> tuple[float, npt.NDArray[np.float64]]:
    """People of a floor in need of a service, and their share of each home's people given a place of it."""
    here = np.ones(len(city.residences))
    if floor.communities is not None:
        here = city.residences["community"].isin(floor.communities).to_numpy(np.float64)
    if floor.ages is None:
        return float(np.sum(here * demand.in_need[:, at])), here
    people = city.residences[list(PEOPLE_COLUMNS)].to_numpy(np.float64)
    band = np.array([one in floor.ages for one in AGE_BANDS], dtype=np.float64)
    rate = np.asarray(profile.services[at].need_rate)
    can_walk = rate * (1.0 - np.asarray(profile.homebound_share))
    share = here * _ratio(people @ (can_walk * band), people @ can_walk)
    return float(np.sum(here * (people @ (rate * band)))), share


def _ratio(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
