"""Hubs of a plan against their spaces, the limits, the costs and their accounts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from doorstep.city import City
from doorstep.plan_file import Hub, PlanFile
from doorstep.standards import Profile
from doorstep.verify.accounts import CASES, check_accounts
from doorstep.verify.allowed import allowed_grades, barred_because, common_share, pair_free_sets, room_m2
from doorstep.verify.bound import Offers, best_hub
from doorstep.verify.conversion import Conversion, check_conversions
from doorstep.verify.money import grade_money, open_money, service_money
from doorstep.verify.sharing import check_sharing
from doorstep.verify.verdict import Violation, differs, found

__all__ = ["cheapest_money", "check_hubs", "listed_unmet"]

SAME_PLACE_DEGREES = 2e-6  # 0.2 m


def check_hubs(
    city: City,
    profile: Profile,
    plan: PlanFile,
    elder_share: Mapping[str, float],
    conversions: Sequence[Conversion] = (),
) -> Iterator[Violation]:
    """Yield every violation of rules 3 to 8 of the model, of costs and of accounts.

    Parameters
    ----------
    city, profile, plan
        As for :func:`doorstep.verify.check_by_profile`.
    elder_share
        Of each space: the share of its meals that go to people of 60 and over.
    conversions
        What services may become in later years.
    """
    spaces = {row["id"]: row for row in city.spaces.to_dict("records")}
    degrees = city.spaces.geometry.to_crs("EPSG:4326")
    position = {space: (point.x, point.y) for space, point in zip(city.spaces["id"], degrees, strict=True)}
    for space, times in Counter(hub.space for hub in plan.hubs).items():
        if times > 1:
            yield found("hub-twice", f"hub:{space}", times, 1)
    spent = 0
    for hub in plan.hubs:
        if hub.space not in spaces:
            yield found("space-unknown", f"hub:{hub.space}", hub.space, None)
            continue
        space = spaces[hub.space]
        yield from _restated(hub, space, position[hub.space])
        yield from _rules(hub, space, profile)
        yield from check_conversions(hub, space, profile, conversions)
        derived, violations = _costs(hub, space, profile, city.currency)
        spent += derived
        yield from violations
        yield from _accounts(hub, profile)
        yield from check_accounts(hub, space, profile, city.currency, elder_share.get(hub.space, 0.0))
    reported = sum(hub.capital_money for hub in plan.hubs)
    if plan.capital_money != reported or plan.capital_money != spent:
        yield found("capital-total-differs", "plan", plan.capital_money, spent, city.currency)
    if plan.budget_money is not None:
        if plan.budget_money < 0:
            yield found("budget-negative", "plan", plan.budget_money, 0, city.currency)
        if max(spent, plan.capital_money) > plan.budget_money:
            yield found("budget-exceeded", "plan", max(spent, plan.capital_money), plan.budget_money, city.currency)
    yield from _forced(city, profile, plan, spaces)


def listed_unmet(plan: PlanFile, space: str) -> bool:
    """Tell whether a plan says of a space that a requirement there cannot be met."""
    return any(one.subject == space or one.subject.endswith(f":{space}") for one in plan.unmet)


def _restated(hub: Hub, space: Mapping[str, Any], degrees: tuple[float, float]) -> Iterator[Violation]:
    """What a hub says again of its space."""
    subject = f"hub:{hub.space}"
    for field in ("place", "community", "channel", "area_basis"):
        if getattr(hub, field) != space[field]:
            yield found("space-differs", f"{subject}/{field}", getattr(hub, field), space[field])
    if hub.forced != (space["decision"] == "must"):
        yield found("space-differs", f"{subject}/forced", hub.forced, space["decision"] == "must")
    storey = float(space["storey"])
    if (hub.storey is None) != math.isnan(storey) or (hub.storey is not None and hub.storey != storey):
        yield found("space-differs", f"{subject}/storey", hub.storey, storey)
    if differs(hub.space_area_m2, float(space["area_m2"])):
        yield found("space-differs", f"{subject}/space_area_m2", hub.space_area_m2, float(space["area_m2"]), "m²")
    for field, reported, derived in (("lon", hub.lon, degrees[0]), ("lat", hub.lat, degrees[1])):
        if not abs(reported - derived) <= SAME_PLACE_DEGREES:
            yield found("space-differs", f"{subject}/{field}", reported, derived, "°")
    replaces = tuple(sorted(space["replaces"]))
    if hub.replaces != replaces:
        yield found("space-differs", f"{subject}/replaces", "; ".join(hub.replaces), "; ".join(replaces))
    available = "" if pd.isna(space["available_from"]) else f"{space['available_from']:%Y-%m-%d}"
    if hub.available_from[:10] != available:
        yield found("space-differs", f"{subject}/available_from", hub.available_from, available)


def _rules(hub: Hub, space: Mapping[str, Any], profile: Profile) -> Iterator[Violation]:
    """Kind, floor, neighbours, and what may be where (rules 3 to 6)."""
    subject = f"hub:{hub.space}"
    if not hub.services:
        yield found("hub-empty", subject, 0, 1, "services")
    for service_id, times in Counter(one.service for one in hub.services).items():
        if times > 1:
            yield found("service-twice", f"{subject}/{service_id}", times, 1)
    known = {service.id: service for service in profile.services}
    floor = 0
    for one in hub.services:
        about = f"{subject}/{one.service}"
        if one.service not in known:
            yield found("service-unknown", about, one.service, None)
            continue
        service = known[one.service]
        grade = next((grade for grade in service.grades if grade.number == one.grade), None)
        if grade is None:
            yield found("grade-unknown", about, one.grade, None)
            continue
        floor += grade.area_m2 - one.saved_m2
        if one.area_m2 != grade.area_m2:
            yield found("grade-area-differs", about, one.area_m2, grade.area_m2, "m²")
        if one.capacity != grade.capacity or one.capacity_unit != service.capacity_unit:
            derived = f"{grade.capacity} {service.capacity_unit}"
            yield found("grade-capacity-differs", about, f"{one.capacity} {one.capacity_unit}", derived)
        for code in barred_because(space, service, grade, profile):
            yield found(code, about, f"grade {one.grade}", None)
    yield from check_sharing(hub, profile)

    is_complex = len(hub.services) >= profile.complex_min_functions
    share = common_share(profile, len(hub.services))
    kind = "complex" if is_complex else "dispersed"
    if hub.kind != kind:
        yield found("kind-differs", subject, hub.kind, kind)
    floor_m2 = floor * (1 + Decimal(repr(float(share))))
    if differs(hub.area_m2, float(floor_m2)):
        yield found("hub-area-differs", subject, hub.area_m2, float(floor_m2), "m²")
    room = room_m2(float(space["area_m2"]), share)
    if floor > room:
        yield found("floor-exceeded", subject, floor, room, "m²")
    on = profile.limits_on
    if is_complex and "complex_area" in on and floor_m2 < profile.complex_min_area_m2:
        yield found("complex-area", subject, float(floor_m2), profile.complex_min_area_m2, "m²")
    if "forbidden_pairs" in on and floor_m2 < profile.small_hub_m2:
        inside = {one.service for one in hub.services}
        for a, b in sorted(profile.forbidden_pairs):
            if a in inside and b in inside:
                yield found("forbidden-pair", f"{subject}/{a}+{b}", float(floor_m2), profile.small_hub_m2, "m²")


def _costs(hub: Hub, space: Mapping[str, Any], profile: Profile, currency: str) -> tuple[int, list[Violation]]:
    """Capital of a hub by its parts."""
    violations = []
    is_complex = len(hub.services) >= profile.complex_min_functions
    total = open_money(space, profile, currency)
    for one in hub.services:
        money = service_money(space, one, profile, currency)
        if money is None:
            continue  # reported as unknown
        derived = money[is_complex]
        total += derived
        if one.capital_money != derived:
            about = f"hub:{hub.space}/{one.service}"
            violations.append(found("capital-part-differs", about, one.capital_money, derived, currency))
    if hub.capital_money != total:
        violations.append(found("capital-hub-differs", f"hub:{hub.space}", hub.capital_money, total, currency))
    return total, violations


def _accounts(hub: Hub, profile: Profile) -> Iterator[Violation]:
    """Identities within the accounts; their figures are derived again in :mod:`doorstep.verify.accounts`."""
    subject = f"hub:{hub.space}"
    cases = sorted(account.case for account in hub.accounts)
    if cases != sorted(CASES):
        yield found("account-cases", subject, " ".join(cases), " ".join(sorted(CASES)))
    room = sum(one.capacity for one in hub.services)  # the occupancy cap binds the plan; other cases may fill visits
    for account in hub.accounts:
        about = f"{subject}/{account.case}"
        income = account.revenue_money + account.subsidy_money
        result = income - account.running_cost_money
        if account.result_money != result:
            yield found("account-result", about, account.result_money, result)
        support = max(0, account.running_cost_money - account.revenue_money)
        if account.support_money != support:
            yield found("account-support", about, account.support_money, support)
        # Lines may carry costs with a minus or not; either way they add up to the three totals.
        lines = account.lines_money.values()
        signed, unsigned = sum(lines), sum(abs(line) for line in lines)
        if signed != result and unsigned != income + account.running_cost_money:
            yield found("account-lines", about, signed, result)
        if not account.jobs >= 0:
            yield found("account-jobs-negative", about, account.jobs, 0)
        if not account.units <= room * (1 + 1e-6) + 1e-6:
            yield found("account-over-capacity", about, account.units, room)
        if account.case == profile.take_up_case:
            for code, reported, derived in (
                ("account-users-differ", account.users, sum(one.users for one in hub.services)),
                ("account-units-differ", account.units, sum(one.units for one in hub.services)),
            ):
                if differs(reported, derived):
                    yield found(code, about, reported, derived)


def _forced(city: City, profile: Profile, plan: PlanFile, spaces: Mapping[str, Any]) -> Iterator[Violation]:
    """Rule 7: a forced space is open, unless nothing may be there or the plan says that money lacks, and it does."""
    if 0 < plan.phase < len(plan.phases):
        return  # asked of the last phase
    opened = {hub.space for hub in plan.hubs if hub.services}
    cheapest = {
        space: cost
        for space, row in spaces.items()
        if row["decision"] == "must" and (cost := cheapest_money(row, profile, city.currency)) is not None
    }
    short = plan.budget_money is not None and sum(cheapest.values()) > plan.budget_money
    # which of them do not fit into further limits is derived with the list of what is unmet
    short |= bool(city.asked.funds or city.asked.caps or plan.phases)
    for space in sorted(spaces):
        if spaces[space]["decision"] != "must" or space in opened:
            continue
        excused = listed_unmet(plan, space) and (space not in cheapest or short)
        if not excused:
            yield found("forced-not-open", f"hub:{space}", 0, 1 if space in cheapest else 0, "services")


def cheapest_money(space: Mapping[str, Any], profile: Profile, currency: str) -> int | None:
    """Cheapest hub that is allowed in a space: the best one if every grade is worth minus its price."""
    offers = {}
    for service_id, grades in allowed_grades(space, profile).items():
        if grades:
            money = [grade_money(space, service_id, grade, profile, currency) for grade in grades]
            offers[service_id] = Offers(
                np.array([grade.number for grade in grades]),
                np.array([grade.area_m2 for grade in grades]),
                -np.array([money], dtype=np.float64),
            )
    best = float(best_hub(offers, float(space["area_m2"]), profile, pair_free_sets(profile), 1)[0])
    return None if best == -math.inf else round(-best) + open_money(space, profile, currency)
