"""What a city asks of a plan beside the standard, derived again: limits, floors, payments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from doorstep.city import AGE_BANDS, EVERY_SERVICE, PEOPLE_COLUMNS, City, Floor, Scope
from doorstep.plan_file import FloorAsked, Hub, PlanFile
from doorstep.standards import Grade, Profile
from doorstep.verify.allowed import allowed_grades, common_share, room_m2
from doorstep.verify.bound import FLOOR_TOLERANCE, OPENING
from doorstep.verify.facts import Facts
from doorstep.verify.ledger import Ledger
from doorstep.verify.money import MINOR_UNITS, grade_money, open_money, service_money
from doorstep.verify.need import Floats
from doorstep.verify.running import running_of_grade, running_of_opening
from doorstep.verify.verdict import Violation, differs, found

__all__ = ["AskedFloor", "AskedLimit", "asked_floors", "asked_limits", "check_asked", "forced_left_out", "unmet_asked"]

Part = tuple[str, str]
"""Space, and service or what opening costs."""


@dataclass(frozen=True, slots=True)
class AskedLimit:
    """At most so many units of the parts named: minor units of capital or of running cost a year, or hubs."""

    name: str
    amount: int
    parts: frozenset[Part]
    what: str


@dataclass(frozen=True, slots=True, eq=False)
class AskedFloor:
    """At least so many people; ``share`` of each given a place at a residence counts.

    ``service`` picks the columns of a table (residence, service): one, or all together; ``share`` has their shape.
    """

    name: str
    service: int | slice
    people: float
    share: Floats


def asked_limits(city: City, profile: Profile, spaces: Sequence[Mapping[str, Any]]) -> list[AskedLimit]:
    """Derive the limits on hubs.

    Money by source: with the funds that may pay for each part, every set of funds that is a union of such sets has a
    limit: what only funds within it may pay for costs at most their money.
    """
    services = [service.id for service in profile.services]
    funds = city.asked.funds
    payers: dict[Part, frozenset[str]] = {}
    for space in spaces:
        here = [fund for fund in funds if _speaks_of(fund.scope, space)]
        payers[space["id"], OPENING] = frozenset(fund.name for fund in here if fund.scope.services is None)
        for service in services:
            payers[space["id"], service] = frozenset(
                fund.name for fund in here if fund.scope.services is None or service in fund.scope.services
            )
    unions: set[frozenset[str]] = set()
    for one in set(payers.values()) if funds else ():
        unions |= {one, *(one | other for other in unions)}
    limits = []
    for union in unions:
        amount = sum(_minor(fund.amount, city.currency) for fund in funds if fund.name in union)
        inside = frozenset(part for part, by in payers.items() if by <= union)
        limits.append(AskedLimit("funds:" + "+".join(sorted(union)), amount, inside, "capital"))
    for cap in city.asked.caps:
        ids = [str(space["id"]) for space in spaces if _speaks_of(cap.scope, space)]
        if cap.what == "hubs":
            opened = frozenset((space, OPENING) for space in ids)
            limits.append(AskedLimit(f"hubs:{cap.name}", int(cap.most), opened, "hubs"))
        else:
            which = [OPENING, *services] if cap.scope.services is None else [*cap.scope.services]
            parts = frozenset((space, part) for space in ids for part in which)
            limits.append(AskedLimit(f"running:{cap.name}", _minor(cap.most, city.currency), parts, "running"))
    return limits


def _speaks_of(scope: Scope, space: Mapping[str, Any]) -> bool:
    return all(
        names is None or space[column] in names
        for column, names in (("channel", scope.channels), ("community", scope.communities), ("id", scope.spaces))
    )


def _minor(amount: Decimal, currency: str) -> int:
    return int((amount * MINOR_UNITS.get(currency, 100)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def asked_floors(
    city: City, profile: Profile, walkers: Floats, in_need: Floats, own: Sequence[FloorAsked] = ()
) -> list[AskedFloor]:
    """Derive the floors of coverage, the plan's ``own`` last; both tables have shape (n_residences, n_services)."""
    of_plan = [
        Floor(one.name, one.service, one.least, frozenset(one.communities) or None, frozenset(one.ages) or None)
        for one in own
    ]
    floors = []
    services = [service.id for service in profile.services]
    for floor in (*city.asked.floors, *of_plan):
        if floor.service == EVERY_SERVICE:
            tables = [_group(city, profile, floor, s, walkers[:, s], in_need[:, s]) for s in range(len(services))]
            share, group = (np.column_stack([one[k] for one in tables]) for k in range(2))
            floors.append(
                AskedFloor(f"floor:{floor.name}", slice(0, len(services)), floor.least * float(group.sum()), share)
            )
        elif floor.service in services:
            s = services.index(floor.service)
            share, group = _group(city, profile, floor, s, walkers[:, s], in_need[:, s])
            floors.append(AskedFloor(f"floor:{floor.name}", s, floor.least * float(group.sum()), share))
    return floors


def _group(
    city: City, profile: Profile, floor: Floor, s: int, walkers: Floats, in_need: Floats
) -> tuple[Floats, Floats]:
    """Whom of a service a floor means, by residence: share of those given a place, people in need."""
    share, group = np.ones(len(walkers)), in_need.copy()
    if floor.ages is not None:
        group, able = np.zeros(len(walkers)), np.zeros(len(walkers))
        for band, (age, column) in enumerate(zip(AGE_BANDS, PEOPLE_COLUMNS, strict=True)):
            if age in floor.ages:
                need = city.residences[column].to_numpy(np.float64) * profile.services[s].need_rate[band]
                group += need
                able += need * (1.0 - profile.homebound_share[band])
        share = np.divide(able, walkers, out=np.zeros(len(walkers)), where=walkers > 0)
    if floor.communities is not None:
        inside = np.array([one in floor.communities for one in city.residences["community"]], dtype=np.bool_)
        share, group = np.where(inside, share, 0.0), np.where(inside, group, 0.0)
    return share, group


def check_asked(
    city: City, facts: Facts, plan: PlanFile, ledger: Ledger, limits: Sequence[AskedLimit], floors: Sequence[AskedFloor]
) -> Iterator[Violation]:
    """Yield limits that hubs exceed, floors that are missed and not said so, and payments that no fund can make."""
    used = {limit.name: sum(_units(hub, limit, facts) for hub in plan.hubs) for limit in limits}
    said = {one.name: one for one in plan.limits}
    yield from _named("limit-differs", [one.name for one in plan.limits], list(used))
    for limit in limits:
        if limit.name in said:
            row, unit = said[limit.name], "hub" if limit.what == "hubs" else "money"
            for what, said_so, is_so in (
                ("amount", row.amount, limit.amount),
                ("used", row.used, used[limit.name]),
                ("unit", row.unit, unit),
            ):
                if said_so != is_so:
                    yield found("limit-differs", f"limit:{limit.name}/{what}", said_so, is_so)
        if used[limit.name] > limit.amount and plan.method != "evaluate":
            yield found("limit-exceeded", f"limit:{limit.name}", used[limit.name], limit.amount)

    served = ledger.sums(ledger.people, True, facts)
    kept = {one.name: one for one in plan.floors}
    yield from _named("floor-differs", [one.name for one in plan.floors], [one.name for one in floors])
    for floor in floors:
        if floor.name not in kept:
            continue
        line = kept[floor.name]
        reached = float(np.sum(floor.share * served[:, floor.service]))
        met = reached >= floor.people - FLOOR_TOLERANCE * (1.0 + floor.people)
        for field, reported, derived in (
            ("people", line.people, floor.people),
            ("served", line.served, reached),
            ("bound_people", line.bound_people, floor.people if line.met else reached),
        ):
            if differs(reported, derived):
                yield found("floor-differs", f"{floor.name}/{field}", reported, derived, "persons")
        service = EVERY_SERVICE if isinstance(floor.service, slice) else facts.services[floor.service]
        if line.service != service:
            yield found("floor-differs", f"{floor.name}/service", line.service, service)
        if line.met and not met:
            yield found("floor-missed", floor.name, reached, floor.people, "persons")
    yield from _payments(city, facts, plan)


def forced_left_out(
    facts: Facts, budget_money: int | None, limits: Sequence[AskedLimit], late: frozenset[str] = frozenset()
) -> tuple[list[int], list[int], int]:
    """Open the cheapest service alone in each forced space, the cheapest first, while money and limits last.

    Spaces that open too ``late`` for the phase are not asked.

    Returns
    -------
    over_budget, over_limit, missing_money
        Positions of spaces left out, and what all of the first lack.
    """
    wanted = []
    for position, space in enumerate(facts.spaces):
        is_asked = space["decision"] == "must" and space["id"] not in late
        alone = _cheapest_alone(space, facts) if is_asked else None
        if alone is not None:
            wanted.append((sum(alone["capital"].values()), position, alone))
    left, missing = budget_money, 0
    room = {limit.name: limit.amount for limit in limits}
    over_budget, over_limit = [], []
    for money, position, parts in sorted(wanted, key=lambda one: one[:2]):
        use = {limit.name: _units_of(facts.spaces[position]["id"], parts[limit.what], limit) for limit in limits}
        if left is not None and money > left:
            over_budget.append(position)
            missing += money
        elif any(units > room[name] for name, units in use.items()):
            over_limit.append(position)
        else:
            left = None if left is None else left - money
            room = {name: amount - use[name] for name, amount in room.items()}
    return over_budget, over_limit, missing - (left or 0) if over_budget else 0


def _cheapest_alone(space: Mapping[str, Any], facts: Facts) -> dict[str, dict[str, int]] | None:
    """What the parts of the cheapest hub with one service take of each kind of limit; of equals the first."""
    profile = facts.profile
    opening = open_money(space, profile, facts.currency)
    is_complex = profile.complex_min_functions <= 1
    share = common_share(profile, 1)
    best: dict[str, int] | None = None
    yearly: dict[str, int] = {}
    for service, grades in allowed_grades(space, profile).items():
        for grade in grades:
            fits = grade.area_m2 <= room_m2(float(space["area_m2"]), share)
            money = grade_money(space, service, grade, profile, facts.currency)[is_complex]
            if fits and (best is None or opening + money < sum(best.values())):
                best = {OPENING: opening, service: money}
                yearly = _running_parts(space, {service: (grade, 0)}, is_complex, facts)
    return None if best is None else {"capital": best, "hubs": best, "running": yearly}


def unmet_asked(plan: PlanFile, currency: str) -> dict[tuple[str, str], float]:
    """List what the plan must say is unmet of what the city asks; its figures are checked elsewhere."""
    minor = MINOR_UNITS.get(currency, 100)
    rows = {
        ("limit-exceeded", f"limit:{one.name}"): (one.used - one.amount) / (minor if one.unit == "money" else 1)
        for one in plan.limits
        if one.used > one.amount
    }
    return rows | {("floor-not-met", one.name): one.people - one.served for one in plan.floors if not one.met}


def _named(code: str, reported: Sequence[str], derived: Sequence[str]) -> Iterator[Violation]:
    """Each name once, and no other."""
    times, wanted = Counter(reported), Counter(derived)
    for name in sorted({*times, *wanted}):
        if times[name] != wanted[name]:
            yield found(code, f"{name}/rows", times[name], wanted[name])


def _units(hub: Hub, limit: AskedLimit, facts: Facts) -> int:
    """Units of a limit that a hub takes; its money is that of the profile and the space."""
    parts = _running_of(hub, facts) if limit.what == "running" else _money_of(hub, facts)
    return _units_of(hub.space, parts, limit)


def _units_of(space: str, parts: Mapping[str, int], limit: AskedLimit) -> int:
    return sum(1 if limit.what == "hubs" else money for part, money in parts.items() if (space, part) in limit.parts)


def _money_of(hub: Hub, facts: Facts) -> dict[str, int]:
    """What each part of a hub costs; parts that nobody knows cost nothing and are violations elsewhere."""
    space = next((one for one in facts.spaces if one["id"] == hub.space), None)
    if space is None:
        return {}
    is_complex = len(hub.services) >= facts.profile.complex_min_functions
    parts = {OPENING: open_money(space, facts.profile, facts.currency)}
    for one in hub.services:
        money = service_money(space, one, facts.profile, facts.currency)
        if money is not None:
            parts[one.service] = money[is_complex]
    return parts


def _running_of(hub: Hub, facts: Facts) -> dict[str, int]:
    """What each part of a hub costs to run in a year, reckoned; parts that nobody knows cost nothing."""
    space = next((one for one in facts.spaces if one["id"] == hub.space), None)
    if space is None:
        return {}
    known = {(service.id, grade.number): grade for service in facts.profile.services for grade in service.grades}
    grades = {
        one.service: (known[one.service, one.grade], one.saved_m2)
        for one in hub.services
        if (one.service, one.grade) in known
    }
    is_complex = len(hub.services) >= facts.profile.complex_min_functions
    parts = _running_parts(space, grades, is_complex, facts)
    for one in hub.services:
        # rooms that hold another service later count as in the dearer year
        becomes = known.get((one.becomes, one.becomes_grade))
        if one.service in grades and becomes is not None:
            later = _running_parts(space, {one.becomes: (becomes, 0)}, is_complex, facts)[one.becomes]
            parts[one.service] = max(parts[one.service], later)
    return parts


def _running_parts(
    space: Mapping[str, Any], grades: Mapping[str, tuple[Grade, int]], is_complex: bool, facts: Facts
) -> dict[str, int]:
    """Running cost of opening, and of each service by its grade and the floor that it saves."""
    services = {service.id: service for service in facts.profile.services}
    parts = {OPENING: running_of_opening(space, facts.profile, facts.currency)}
    for name, (grade, saved_m2) in grades.items():
        parts[name] = running_of_grade(
            space, services[name], grade, facts.profile, facts.currency, saved_m2, is_complex
        )
    return parts


def _payments(city: City, facts: Facts, plan: PlanFile) -> Iterator[Violation]:
    """Every part of every hub is paid, by funds that may pay for it, with the money that they have."""
    funds = {fund.name: fund for fund in city.asked.funds}
    spaces = {space["id"]: space for space in facts.spaces}
    by_fund: Counter[str] = Counter()
    by_part: Counter[Part] = Counter()
    for one in plan.payments:
        about = f"payment:{one.fund}/{one.space}/{one.part}"
        fund, space = funds.get(one.fund), spaces.get(one.space)
        may = fund is not None and space is not None and _speaks_of(fund.scope, space)
        if may and fund is not None and fund.scope.services is not None:
            may = one.part in fund.scope.services
        if not may or one.money <= 0:
            yield found("payment-not-allowed", about, one.money, 0, city.currency)
            continue
        by_fund[one.fund] += one.money
        by_part[one.space, one.part] += one.money
    for name, fund in funds.items():
        if by_fund[name] > _minor(fund.amount, city.currency):
            amount = _minor(fund.amount, city.currency)
            yield found("fund-exceeded", f"fund:{name}", by_fund[name], amount, city.currency)
    costs: dict[Part, int] = {}
    for hub in plan.hubs if funds else ():
        costs |= {(hub.space, part): money for part, money in _money_of(hub, facts).items() if money}
    for part in sorted({*costs, *by_part}):
        paid, cost = by_part[part], costs.get(part, 0)
        # a planner's own hubs may cost more than the funds hold
        if paid > cost or (paid < cost and plan.method != "evaluate"):
            yield found("payment-differs", f"payment:{part[0]}/{part[1]}", paid, cost, city.currency)
