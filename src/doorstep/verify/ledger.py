"""The two tables of the ledger against what was derived, and what the plan sums up from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.plan_file import PlanFile
from doorstep.verify.facts import Facts
from doorstep.verify.need import NEAR, Bools, Floats, Ints, fall_with_walk
from doorstep.verify.replaced import capacity_that_stays
from doorstep.verify.verdict import NEAR_LIMIT_COLUMNS, TOLERANCE, Violation, found
from doorstep.verify.walks import Walks

__all__ = ["Ledger", "check_need", "check_rows", "check_served", "near_limit", "read_served"]

NUMBERS = ("people", "users", "units", "walk_mm", "walk_ms")


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Rows of ``served`` that can be understood, as positions and numbers, one value per row.

    ``facility`` is -1 for a hub, ``space`` -1 for a facility; ``derived_mm`` is -1 where no walk was found.
    """

    subject: npt.NDArray[np.object_]
    is_plan: Bools
    residence: Ints
    service: Ints
    facility: Ints
    space: Ints
    place: npt.NDArray[np.object_]
    people: Floats
    users: Floats
    units: Floats
    walk_mm: Ints
    walk_ms: Ints
    derived_mm: Ints
    derived_ms: Ints
    take_up: Floats
    g: Floats

    def objective(self, facts: Facts) -> float:
        """Return Σ v·x of the plan's rows, weighted users."""
        worth = facts.need.weight[self.residence, self.service] * self.take_up * self.g * self.people
        return float(worth[self.is_plan].sum())

    def binding(self, facts: Facts) -> tuple[Ints, Ints, str]:
        """Return reported and derived walks in the measure that binds, and its unit."""
        if facts.in_minutes:
            return self.walk_ms, self.derived_ms, "ms"
        return self.walk_mm, self.derived_mm, "mm"

    def sums(self, what: Floats, in_plan: bool, facts: Facts) -> Floats:
        """Return Σ of one number by residence and service, one situation."""
        n_residences, n_services = facts.need.walkers.shape
        here = self.is_plan == in_plan
        cell = self.residence[here] * n_services + self.service[here]
        summed = np.bincount(cell, weights=what[here], minlength=n_residences * n_services)
        return summed.reshape(n_residences, n_services).astype(np.float64)


def read_served(facts: Facts, plan: PlanFile, served: pd.DataFrame) -> tuple[Ledger, list[Violation]]:
    """Match every row with residence, service and place; rows that match nothing are violations and left out."""
    # Plain texts first: walking through a column of pandas' own strings one by one is slow.
    texts = {name: served[name].to_numpy(dtype=np.object_) for name in ("situation", "residence", "service", "place")}
    subject = texts["situation"] + ":" + texts["residence"] + "/" + texts["service"] + "/" + texts["place"]
    situation = texts["situation"]
    is_plan = situation == "plan"
    residence = _positions(facts.residences, served["residence"])
    service = _positions(facts.services, served["service"])
    facility = _positions(facts.facilities, served["place"])
    space = _positions(facts.space_ids, served["place"])
    # An id may name a facility and a space: the facility is meant where it offers the service.
    if len(facts.facilities):
        facility = np.where((facility >= 0) & (facts.supply.service[facility] == service), facility, -1)
    opened = {(hub.space, one.service) for hub in plan.hubs for one in hub.services}
    is_open = np.array(
        [pair in opened for pair in zip(served["place"], served["service"], strict=True)], dtype=np.bool_
    )
    is_hub = (facility < 0) & (space >= 0) & is_open
    numbers = served[list(NUMBERS)].to_numpy(dtype=np.float64)

    known_place = served["place"].isin(facts.facilities).to_numpy() | (space >= 0)
    is_known = (residence >= 0) & (service >= 0) & known_place
    faults: tuple[tuple[str, Bools], ...] = (
        ("situation-unknown", ~np.isin(situation.astype(str), ("now", "plan"))),
        ("residence-unknown", residence < 0),
        ("service-unknown", service < 0),
        ("place-unknown", ~known_place),
        ("now-uses-hub", is_known & ~is_plan & (facility < 0) & (space >= 0)),
        ("place-not-open", is_known & (facility < 0) & ~is_hub & (is_plan | (space < 0))),
        ("number-not-finite", ~np.isfinite(numbers).all(axis=1)),
        ("pair-twice", served.duplicated(["situation", "residence", "service", "place"]).to_numpy()),
    )
    violations = [found(code, subject[row], None, None) for code, wrong in faults for row in np.flatnonzero(wrong)]
    wrong_rows = np.any([wrong for _, wrong in faults[:-1]], axis=0)
    kept = np.flatnonzero(~wrong_rows)
    residence, service, facility = residence[kept], service[kept], facility[kept]
    space = np.where(facility >= 0, -1, space[kept])
    numbers = numbers[kept]
    derived_mm, derived_ms = _walks_of_rows(facts, residence, facility, space)
    take_up = np.array([min(1.0, one.take_up) for one in facts.profile.services])[service]
    at_facility = facility >= 0
    take_up[at_facility] = facts.supply.take_up[facility[at_facility]]
    ledger = Ledger(
        subject=subject[kept],
        is_plan=is_plan[kept],
        residence=residence,
        service=service,
        facility=facility,
        space=space,
        place=texts["place"][kept],
        people=numbers[:, 0],
        users=numbers[:, 1],
        units=numbers[:, 2],
        walk_mm=numbers[:, 3].astype(np.int64),
        walk_ms=numbers[:, 4].astype(np.int64),
        derived_mm=derived_mm,
        derived_ms=derived_ms,
        take_up=take_up,
        g=fall_with_walk(numbers[:, 4 if facts.in_minutes else 3], facts.limit[service], facts.profile),
    )
    return ledger, violations


def check_served(facts: Facts, plan: PlanFile, ledger: Ledger) -> Iterator[Violation]:
    """Yield what is wrong with the rows, and with what hubs say of their people."""
    yield from check_rows(facts, plan, ledger)
    yield from _hub_sums(facts, plan, ledger)


def check_rows(facts: Facts, plan: PlanFile, ledger: Ledger) -> Iterator[Violation]:
    """Yield what is wrong with walks, people, users, units, demand and capacity (rules 1 and 2)."""
    limit, has_walk = facts.limit[ledger.service], ledger.derived_mm >= 0
    reported, derived, unit = ledger.binding(facts)
    beyond = (reported > limit) | (derived > limit + NEAR)
    yield from _rows("pair-not-reached", ~has_walk, ledger.subject, reported, None, unit)
    yield from _rows("pair-beyond-limit", has_walk & beyond, ledger.subject, reported, derived, unit)
    apart_mm = np.abs(ledger.walk_mm - ledger.derived_mm) > NEAR
    apart_ms = np.abs(ledger.walk_ms - ledger.derived_ms) > NEAR
    differs = has_walk & apart_mm
    yield from _rows("walk-differs", differs, ledger.subject, ledger.walk_mm, ledger.derived_mm, "mm")
    differs = has_walk & ~apart_mm & apart_ms
    yield from _rows("walk-differs", differs, ledger.subject, ledger.walk_ms, ledger.derived_ms, "ms")

    yield from _rows("people-negative", ledger.people < -TOLERANCE, ledger.subject, ledger.people, None, "persons")
    users = ledger.take_up * ledger.g * ledger.people
    yield from _rows("users-differ", _apart(ledger.users, users), ledger.subject, ledger.users, users, "persons")
    units_per_user = np.array([one.units_per_user for one in facts.profile.services])[ledger.service]
    units = units_per_user * ledger.users
    yield from _rows("units-differ", _apart(ledger.units, units), ledger.subject, ledger.units, units, "")

    for situation, in_plan in (("now", False), ("plan", True)):
        given = ledger.sums(ledger.people, in_plan, facts)
        over = given > facts.need.walkers * (1 + TOLERANCE) + TOLERANCE
        for i, s in zip(*np.nonzero(over), strict=True):
            subject = f"{situation}:{facts.residences[i]}/{facts.services[s]}"
            yield found("demand-exceeded", subject, float(given[i, s]), float(facts.need.walkers[i, s]), "persons")
        yield from _over_capacity(facts, plan, ledger, situation, in_plan)


def check_need(facts: Facts, plan: PlanFile, ledger: Ledger, need: pd.DataFrame) -> Iterator[Violation]:
    """Yield what is wrong with the rows of ``need`` and with the plan's coverage table."""
    residence = _positions(facts.residences, need["residence"])
    service = _positions(facts.services, need["service"])
    unknown = (residence < 0) | (service < 0)
    subject = "need:" + need["residence"].to_numpy(np.object_) + "/" + need["service"].to_numpy(np.object_)
    yield from _rows("need-row-unknown", unknown, subject, None, None, "")
    n_services = len(facts.services)
    cell = (residence * n_services + service)[~unknown]
    times = np.bincount(cell, minlength=facts.need.walkers.size).reshape(facts.need.walkers.shape)
    for code, wrong in (("need-row-missing", times == 0), ("need-row-twice", times > 1)):
        for i, s in zip(*np.nonzero(wrong), strict=True):
            yield found(code, f"need:{facts.residences[i]}/{facts.services[s]}", int(times[i, s]), 1, "rows")

    kept = need[~unknown]
    residence, service, subject = residence[~unknown], service[~unknown], subject[~unknown]
    column = {name: kept[name].to_numpy(dtype=np.float64) for name in kept.columns[2:]}
    walkers = facts.need.walkers[residence, service]
    for name, derived in (("in_need", facts.need.in_need), ("homebound", facts.need.homebound)):
        yield from _column("need-differs", name, subject, column[name], derived[residence, service])
    sums = {
        "served_now": ledger.sums(ledger.people, False, facts),
        "served_plan": ledger.sums(ledger.people, True, facts),
        "users_now": ledger.sums(ledger.users, False, facts),
        "users_plan": ledger.sums(ledger.users, True, facts),
    }
    for name, summed in sums.items():
        yield from _column("need-sum-differs", name, subject, column[name], summed[residence, service])
    for situation in ("now", "plan"):
        rest = column["in_need"] - column[f"served_{situation}"]
        yield from _column("need-sum-differs", f"unserved_{situation}", subject, column[f"unserved_{situation}"], rest)

    surely, perhaps = _reached_by_facilities(facts, facts.supply.capacity)
    surely_any, perhaps_any = _reached_by_hubs(
        facts, plan, *_reached_by_facilities(facts, capacity_that_stays(facts, plan))
    )
    for name, sure, possible in (
        ("reached_facility", surely, perhaps),
        ("reached_any", surely_any, perhaps_any),
    ):
        is_all = ~_apart(column[name], walkers) & possible[residence, service]
        is_none = ~_apart(column[name], np.zeros(len(walkers))) & ~sure[residence, service]
        wrong = ~(is_all | is_none | (~_apart(walkers, np.zeros(len(walkers))) & ~_apart(column[name], walkers)))
        derived = np.where(sure[residence, service], walkers, 0.0)
        yield from _rows("reached-differs", wrong, subject + f"/{name}", column[name], derived, "persons")
    yield from _coverage(facts, plan, ledger, service, column)


def near_limit(facts: Facts, ledger: Ledger) -> pd.DataFrame:
    """List the pairs of the ledger whose walk lies within 1 m (in minutes: 1 s) of the limit."""
    limit = facts.limit[ledger.service]
    reported, derived, unit = ledger.binding(facts)
    near = np.flatnonzero((ledger.derived_mm >= 0) & (np.abs(derived - limit) <= NEAR))
    table = pd.DataFrame(
        {
            "situation": np.where(ledger.is_plan[near], "plan", "now"),
            "residence": facts.residences[ledger.residence[near]],
            "place": ledger.place[near],
            "service": facts.services[ledger.service[near]],
            "reported_walk": reported[near],
            "derived_walk": derived[near],
            "limit": limit[near],
            "unit": unit,
        },
        columns=list(NEAR_LIMIT_COLUMNS),
    )
    return table.sort_values(["situation", "residence", "service", "place"], ignore_index=True)


def _positions(index: pd.Index, ids: pd.Series) -> Ints:
    """Position of each id, -1 if there is none."""
    return np.asarray(index.get_indexer(pd.Index(ids)), dtype=np.int64)


def _apart(reported: Floats, derived: Floats) -> Bools:
    apart: Bools = ~(np.abs(reported - derived) <= TOLERANCE + TOLERANCE * np.abs(derived))
    return apart


def _rows(
    code: str,
    wrong: Bools,
    subject: npt.NDArray[np.object_],
    reported: npt.NDArray[np.generic] | None,
    derived: npt.NDArray[np.generic] | None,
    unit: str,
) -> Iterator[Violation]:
    for row in np.flatnonzero(wrong):
        yield found(
            code,
            subject[row],
            None if reported is None else reported[row].item(),
            None if derived is None else derived[row].item(),
            unit,
        )


def _column(
    code: str, name: str, subject: npt.NDArray[np.object_], reported: Floats, derived: Floats
) -> Iterator[Violation]:
    for row in np.flatnonzero(_apart(reported, derived)):
        yield found(code, f"{subject[row]}/{name}", float(reported[row]), float(derived[row]), "persons")


def _walks_of_rows(facts: Facts, residence: Ints, facility: Ints, space: Ints) -> tuple[Ints, Ints]:
    derived_mm, derived_ms = np.full(len(residence), -1), np.full(len(residence), -1)
    for place, walks in ((facility, facts.facility_walks), (space, facts.space_walks)):
        rows = np.flatnonzero(place >= 0)
        at, is_there = _lookup(walks, place[rows], residence[rows], len(facts.residences))
        derived_mm[rows[is_there]] = walks.walk_mm[at[is_there]]
        derived_ms[rows[is_there]] = walks.walk_ms[at[is_there]]
    return derived_mm, derived_ms


def _lookup(walks: Walks, place: Ints, home: Ints, n_homes: int) -> tuple[Ints, Bools]:
    """Find rows (place, home) among the walks, which are sorted by place, then home."""
    place_of_walk = np.repeat(np.arange(len(walks.first) - 1), np.diff(walks.first))
    keys = place_of_walk * n_homes + walks.home
    wanted = place * n_homes + home
    at = np.searchsorted(keys, wanted)
    is_there = at < len(keys)
    is_there[is_there] = keys[at[is_there]] == wanted[is_there]
    return at, is_there


def _over_capacity(facts: Facts, plan: PlanFile, ledger: Ledger, situation: str, in_plan: bool) -> Iterator[Violation]:
    cap = facts.profile.occupancy_cap
    rows = ledger.is_plan == in_plan
    at_facility = rows & (ledger.facility >= 0)
    used = np.bincount(ledger.facility[at_facility], ledger.units[at_facility], minlength=len(facts.facilities))
    room = cap * (capacity_that_stays(facts, plan) if in_plan else facts.supply.capacity)
    for j in np.flatnonzero(used > room * (1 + TOLERANCE) + TOLERANCE).tolist():
        subject = f"{situation}:{facts.facilities[j]}/{facts.services[int(facts.supply.service[j])]}"
        yield found("capacity-exceeded", subject, float(used[j]), float(room[j]))
    if not in_plan:
        return
    used_of = _by_hub(facts, ledger, ledger.units)
    for hub in plan.hubs:
        for one in hub.services:
            units = used_of.get((hub.space, one.service), 0.0)
            if units > cap * one.capacity * (1 + TOLERANCE) + TOLERANCE:
                subject = f"plan:{hub.space}/{one.service}"
                yield found("capacity-exceeded", subject, units, cap * one.capacity, one.capacity_unit)


def _by_hub(facts: Facts, ledger: Ledger, what: Floats) -> dict[tuple[str, str], float]:
    rows = ledger.is_plan & (ledger.space >= 0)
    n_services = len(facts.services)
    summed = np.bincount(ledger.space[rows] * n_services + ledger.service[rows], weights=what[rows])
    return {
        (facts.space_ids[cell // n_services], facts.services[cell % n_services]): float(summed[cell])
        for cell in np.flatnonzero(summed).tolist()
    }


def _hub_sums(facts: Facts, plan: PlanFile, ledger: Ledger) -> Iterator[Violation]:
    """People, users and units of a hub's services are sums of the ledger, those of a hub sums over its services."""
    for field in ("people", "users", "units"):
        summed = _by_hub(facts, ledger, getattr(ledger, field))
        for hub in plan.hubs:
            for one in hub.services:
                reported, derived = getattr(one, field), summed.get((hub.space, one.service), 0.0)
                if not abs(reported - derived) <= TOLERANCE + TOLERANCE * abs(derived):
                    yield found("hub-people-differ", f"hub:{hub.space}/{one.service}/{field}", reported, derived)
            if field == "units":
                continue  # units of different services are not added up
            reported, derived = getattr(hub, field), sum(getattr(one, field) for one in hub.services)
            if not abs(reported - derived) <= TOLERANCE + TOLERANCE * abs(derived):
                yield found("hub-people-differ", f"hub:{hub.space}/{field}", reported, derived, "persons")


def _reached_by_facilities(facts: Facts, capacity: Floats) -> tuple[Bools, Bools]:
    """Who reaches a facility with capacity: surely (1 m or 1 s within the limit), and perhaps (as much beyond)."""
    places = ((facts.facility_walks, j, int(facts.supply.service[j])) for j in np.flatnonzero(capacity > 0).tolist())
    nobody = np.zeros(facts.need.walkers.shape, dtype=np.bool_)
    return _reached(facts, places, nobody, nobody)


def _reached_by_hubs(facts: Facts, plan: PlanFile, surely: Bools, perhaps: Bools) -> tuple[Bools, Bools]:
    space_position = {space: j for j, space in enumerate(facts.space_ids)}
    service_position = {service: s for s, service in enumerate(facts.services)}
    places = (
        (facts.space_walks, space_position[hub.space], service_position[one.service])
        for hub in plan.hubs
        for one in hub.services
        if hub.space in space_position and one.service in service_position and one.capacity > 0
    )
    return _reached(facts, places, surely, perhaps)


def _reached(
    facts: Facts, places: Iterable[tuple[Walks, int, int]], surely: Bools, perhaps: Bools
) -> tuple[Bools, Bools]:
    surely, perhaps = surely.copy(), perhaps.copy()
    for walks, place, s in places:
        home, walk = walks.of(place)
        surely[home[walk <= facts.limit[s] - NEAR], s] = True
        perhaps[home[walk <= facts.limit[s] + NEAR], s] = True
    return surely, perhaps


def _coverage(
    facts: Facts, plan: PlanFile, ledger: Ledger, service: Ints, column: dict[str, Floats]
) -> Iterator[Violation]:
    """Every figure of the coverage table is a sum over the ledger, or over capacities."""
    listed = [row.service for row in plan.coverage]
    if sorted(listed) != sorted(facts.services):
        yield found("coverage-rows", "coverage", " ".join(listed), " ".join(facts.services))
    capacity = capacity_that_stays(facts, plan)
    names = ("in_need", "homebound", "reached_facility", "reached_any", "served_now", "served_plan")
    for row in plan.coverage:
        if row.service not in facts.services:
            continue
        s = facts.services.get_loc(row.service)
        of_service = ledger.service == s
        offers = facts.supply.service == s
        capacity_hubs = sum(one.capacity for hub in plan.hubs for one in hub.services if one.service == row.service)
        derived = {name: float(column[name][service == s].sum()) for name in (*names, "users_now", "users_plan")}
        derived["units_now"] = float(ledger.units[of_service & ~ledger.is_plan].sum())
        derived["units_plan"] = float(ledger.units[of_service & ledger.is_plan].sum())
        derived["capacity_now"] = float(facts.supply.capacity[offers].sum())
        derived["capacity_plan"] = float(capacity[offers].sum()) + capacity_hubs
        for name, value in derived.items():
            reported = getattr(row, name)
            if not abs(reported - value) <= TOLERANCE + TOLERANCE * abs(value):
                yield found("coverage-differs", f"coverage:{row.service}/{name}", reported, value)
