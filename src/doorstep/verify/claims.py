"""What a plan says beside its hubs: whose data it is, when a hub opens, what the limits kept out, what is unmet."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from doorstep.city import City
from doorstep.plan_file import Finding, PlanFile
from doorstep.verify.allowed import barred_because, room_m2
from doorstep.verify.asked import asked_limits, forced_left_out, unmet_asked
from doorstep.verify.facts import Facts
from doorstep.verify.hubs import cheapest_money
from doorstep.verify.money import MINOR_UNITS
from doorstep.verify.need import NEAR, Bools
from doorstep.verify.phases import is_before_last, opens_too_late
from doorstep.verify.verdict import TOLERANCE, Violation, found

__all__ = ["check_claims"]

SWITCHABLE = ("limit-storey", "limit-lift", "limit-outdoor", "limit-kitchen", "limit-users")
OF_THE_SPACE = ("kitchen", "users")


def check_claims(city: City, facts: Facts, plan: PlanFile) -> Iterator[Violation]:
    """Yield every one of these statements that city, profile and walks do not give."""
    attribution = tuple(dict.fromkeys(source.attribution for source in city.sources if source.attribution))
    if tuple(plan.attribution) != attribution:
        yield found("attribution-differs", "plan", "; ".join(plan.attribution), "; ".join(attribution))
    if not plan.bound.proven:
        yield found("bound-not-proven", "plan", plan.method, True)
    yield from _openings(facts, plan)
    yield from _limits(facts, plan)
    yield from _unmet(city, facts, plan)


def _openings(facts: Facts, plan: PlanFile) -> Iterator[Violation]:
    """A hub opens when its space is free and then the days of its channel are over."""
    spaces = {space["id"]: space for space in facts.spaces}
    for hub in plan.hubs:
        if hub.space not in spaces:
            continue
        space, opens = spaces[hub.space], ""
        if not pd.isna(space["available_from"]):
            days = facts.profile.parameters.get((f"opening_days:{space['channel']}", "any", "all"))
            free = pd.Timestamp(space["available_from"]).date()
            opens = (free + dt.timedelta(days=round(days.mid) if days else 0)).isoformat()
        if hub.opens != opens:
            yield found("opens-differs", f"hub:{hub.space}", hub.opens, opens)


def _limits(facts: Facts, plan: PlanFile) -> Iterator[Violation]:
    """Count the grades that each limit keeps out of spaces that have the floor for them."""
    counted: Counter[str] = Counter()
    for space in facts.spaces:
        room = room_m2(float(space["area_m2"]), facts.profile.common_share_dispersed)
        for service in facts.profile.services:
            for grade in service.grades:
                reasons = barred_because(space, service, grade, facts.profile)
                if grade.area_m2 <= room and not {"never-open", "hub-service-barred"} & set(reasons):
                    counted.update(one.removeprefix("limit-") for one in reasons if one in SWITCHABLE)
    derived = {
        limit: f"{n} ({'limits of the space' if limit in OF_THE_SPACE else 'assumption'})"
        for limit, n in counted.items()
    }
    listed = Counter(one.limit for one in plan.limits_bound)
    reported = {one.limit: f"{one.excluded} ({one.basis})" for one in plan.limits_bound}
    for limit in sorted({*derived, *reported}):
        if reported.get(limit) != derived.get(limit) or listed[limit] > 1:
            yield found("limits-bound-differ", f"limit:{limit}", reported.get(limit), derived.get(limit))


def _unmet(city: City, facts: Facts, plan: PlanFile) -> Iterator[Violation]:
    """Compare the list of what is unmet, row by row, with what is derived."""
    derived = {
        **{key: (amount, amount) for key, amount in _money_and_must(city, facts, plan).items()},
        **{key: (amount, amount) for key, amount in unmet_asked(plan, facts.currency).items()},
        **{key: (amount, amount) for key, amount in _failing(plan).items()},
        **_out_of_reach(facts),
    }
    times = Counter((one.code, one.subject) for one in plan.unmet)
    reported = {(one.code, one.subject): one for one in plan.unmet}
    for code, subject in sorted({*derived, *reported}):
        about = f"unmet:{code}/{subject}"
        row, (least, most) = reported.get((code, subject)), derived.get((code, subject), (None, None))
        if least is None or most is None:
            yield found("unmet-differs", about, row.amount if row else None, None, row.unit if row else "")
        elif row is None:
            if least > TOLERANCE or code != "out-of-reach":
                yield found("unmet-differs", about, None, least)
        elif not least - TOLERANCE * (1 + least) <= row.amount <= most + TOLERANCE * (1 + most):
            yield found("unmet-differs", about, row.amount, least, row.unit)
        elif times[code, subject] > 1 or row.unit != _unit(code, facts, row.unit):
            yield found("unmet-differs", about, f"{times[code, subject]} × {row.unit}", _unit(code, facts, row.unit))


def _unit(code: str, facts: Facts, stated: str) -> str:
    return {
        "must-not-possible": "",
        "must-over-budget": facts.currency,
        "budget-too-small": facts.currency,
        "must-over-limit": "",
        "floor-not-met": "person",
        "out-of-reach": "person",
    }.get(code, stated)


def _money_and_must(city: City, facts: Facts, plan: PlanFile) -> dict[tuple[str, str], float]:
    """Spaces that must be used and cannot be, and money that does not go for the cheapest hubs."""
    profile = facts.profile
    rows: dict[tuple[str, str], float] = {}
    late = opens_too_late(facts, plan)
    for position, space in enumerate(facts.spaces):
        if space["decision"] == "must" and (space["id"] in late or not any(_fits(facts, position))):
            rows["must-not-possible", f"space:{space['id']}"] = 0.0
    if is_before_last(plan):
        return rows | _nothing_for_the_money(facts, plan)
    limits = asked_limits(city, profile, facts.spaces)
    over_budget, over_limit, missing = forced_left_out(facts, plan.budget_money, limits, late)
    rows |= _over_budget(facts, over_budget, missing)
    rows |= {("must-over-limit", f"space:{facts.spaces[position]['id']}"): 0.0 for position in over_limit}
    return rows | _nothing_for_the_money(facts, plan)


def _nothing_for_the_money(facts: Facts, plan: PlanFile) -> dict[tuple[str, str], float]:
    """What is missing for the cheapest hub of all, where none is open."""
    if plan.budget_money is None or plan.hubs:
        return {}
    late = opens_too_late(facts, plan)
    hubs = [cheapest_money(space, facts.profile, facts.currency) for space in facts.spaces if space["id"] not in late]
    cheapest = min((money for money in hubs if money is not None), default=0)
    if cheapest <= plan.budget_money:
        return {}
    return {("budget-too-small", "city"): (cheapest - plan.budget_money) / MINOR_UNITS.get(facts.currency, 100)}


def _over_budget(facts: Facts, positions: list[int], missing: int) -> dict[tuple[str, str], float]:
    amount = missing / MINOR_UNITS.get(facts.currency, 100)
    return {("must-over-budget", f"space:{facts.spaces[position]['id']}"): amount for position in positions}


def _failing(plan: PlanFile) -> dict[tuple[str, str], float]:
    """One row for each finding that fails, by how much where that is a number; findings are checked elsewhere."""
    findings = [*(one for hub in plan.hubs for one in hub.findings), *plan.findings]
    return {("rule-not-met", f"{one.subject}/{one.rule}"): _missing(one) for one in findings if one.outcome == "fails"}


def _missing(finding: Finding) -> float:
    words = finding.required.replace("–", " ").split()
    bounds = [float(word) for word in words if word not in ("≥", "≤", ">", "<", "=", "≠")]
    if finding.measured is None or not bounds:
        return 0.0
    return min(abs(bound - finding.measured) for bound in bounds)


def _out_of_reach(facts: Facts) -> dict[tuple[str, str], tuple[float, float]]:
    """Walkers without any place to walk to; the range is due to walks within 1 m (1 s) of the limit."""
    surely: Bools = np.zeros(facts.need.walkers.shape, dtype=np.bool_)
    perhaps = surely.copy()
    places = [(facts.facility_walks, place, int(s)) for place, s in enumerate(facts.supply.service)]
    places += [
        (facts.space_walks, place, s)
        for place in range(len(facts.spaces))
        for s, fits in enumerate(_fits(facts, place))
        if fits
    ]
    for walks, place, s in places:
        home, walk = walks.of(place)
        surely[home[walk <= facts.limit[s] - NEAR], s] = True
        perhaps[home[walk <= facts.limit[s] + NEAR], s] = True
    walkers, rows = facts.need.walkers, {}
    for s, service in enumerate(facts.services):
        most = float(walkers[~surely[:, s], s].sum())
        if most > 0:
            rows["out-of-reach", f"service:{service}"] = (float(walkers[~perhaps[:, s], s].sum()), most)
    return rows


def _fits(facts: Facts, position: int) -> list[bool]:
    """Tell of each service whether some grade of it may be in a space that has the floor for it alone."""
    space, profile = facts.spaces[position], facts.profile
    room = room_m2(float(space["area_m2"]), profile.common_share_dispersed)
    return [
        any(one.area_m2 <= room and not barred_because(space, service, one, profile) for one in service.grades)
        for service in profile.services
    ]
