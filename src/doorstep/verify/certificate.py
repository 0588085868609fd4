"""The certificate of a plan: its multipliers and branches, and what they prove of its bound and of its floors."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from doorstep.plan_file import PlanFile
from doorstep.verify.asked import AskedFloor, AskedLimit
from doorstep.verify.bound import PricedFloor, PricedLimit, PricedSpace, priced_bound, priced_places
from doorstep.verify.conversion import Conversion
from doorstep.verify.facts import Facts
from doorstep.verify.hubs import listed_unmet
from doorstep.verify.later_people import YEARS, side_by_side
from doorstep.verify.need import Floats, Need
from doorstep.verify.phases import is_before_last, opens_too_late
from doorstep.verify.places import Places, places_of
from doorstep.verify.proof import BrokenProofError, proven_bound
from doorstep.verify.running import running_table
from doorstep.verify.verdict import Violation, differs, found

__all__ = ["check_bound", "check_conflict", "check_least_cost"]

BOUND_TOLERANCE = 1e-9


def check_bound(
    facts: Facts, plan: PlanFile, objective: float, limits: Sequence[AskedLimit], floors: Sequence[AskedFloor]
) -> tuple[float | None, list[Violation]]:
    """Derive the bound from the plan's multipliers and branches, and compare objective, bound and gap.

    Returns
    -------
    bound
        Weighted users; ``None`` if the multipliers cannot be used.
    violations
        What was found.
    """
    violations = []
    said = plan.bound
    if differs(said.objective, objective):
        violations.append(found("objective-differs", "plan", said.objective, objective, "weighted users"))
    price_of_need, of_multipliers = _multipliers_of_years(facts, plan)
    violations.extend(of_multipliers)
    of_asked = list(_prices_of_asked(plan, limits, floors))
    violations.extend(of_asked)
    if of_asked:
        price_of_need = None
    if plan.proof is not None and facts.later:
        violations.append(found("proof-broken", "proof", "a plan for later years has none", None))
    bound: float | None = None
    if price_of_need is not None:
        places = _places(facts, plan, side_by_side((facts.need, *facts.later)), facts.conversions)
        asked = _priced_limits(facts, plan, limits), _priced_floors(plan, floors)
        bound = _derived_bound(facts, places, price_of_need, plan.multipliers.budget, plan.budget_money, *asked)
        if plan.proof is not None and not facts.later:

            def priced(price_of_need: Floats, price_of_money: Floats) -> tuple[Floats, list[PricedSpace]]:
                # branches price people and money; limits and floors without a price only make the bound weaker
                return priced_places(
                    places,
                    price_of_need=price_of_need,
                    price_of_money=price_of_money,
                    budget_money=plan.budget_money,
                )

            try:
                by_branches = proven_bound(
                    plan.proof, facts.profile, len(facts.spaces), len(facts.need.walkers), priced
                )
            except BrokenProofError as error:
                violations.append(found("proof-broken", "proof", str(error), None))
            else:
                bound = min(bound, by_branches)
        if not said.bound >= bound - BOUND_TOLERANCE * abs(bound):
            violations.append(found("bound-too-low", "plan", said.bound, bound, "weighted users"))
        # 0 stands until a checker has been asked; a bound that is too low is one fault, not two.
        elif said.bound_checker != 0 and differs(said.bound_checker, bound):
            violations.append(found("bound-checker-differs", "plan", said.bound_checker, bound, "weighted users"))
    larger = max(said.bound_engine, said.bound_checker)
    if not said.bound >= larger - BOUND_TOLERANCE * abs(larger):
        violations.append(found("bound-not-larger", "plan", said.bound, larger, "weighted users"))
    if not said.bound >= objective - 1e-6 * max(1.0, abs(objective)):
        violations.append(found("bound-below-objective", "plan", said.bound, objective, "weighted users"))
    if objective > 0:
        gap = (said.bound - objective) / objective
        if differs(said.gap, gap):
            violations.append(found("gap-differs", "plan", said.gap, gap))
        if plan.status == "gap_reached" and not gap <= plan.gap_target + 1e-6:
            violations.append(found("gap-target-missed", "plan", gap, plan.gap_target))
    return bound, violations


def _derived_bound(
    facts: Facts,
    places: Places,
    price_of_need: Floats,
    price_of_money: float,
    budget_money: int | None,
    limits: Sequence[PricedLimit],
    floors: Sequence[PricedFloor],
) -> float:
    without_spaces, spaces = priced_places(
        places,
        price_of_need=price_of_need[np.newaxis],
        price_of_money=np.array([price_of_money]),
        budget_money=budget_money,
        limits=limits,
        floors=floors,
    )
    return float(priced_bound(facts.profile, without_spaces, spaces)[0])


def _places(facts: Facts, plan: PlanFile, need: Need, conversions: Sequence[Conversion] = ()) -> Places:
    return places_of(
        profile=facts.profile,
        need=need,
        supply=facts.supply,
        facility_ids=facts.facilities,
        facility_walks=facts.facility_walks,
        space_walks=facts.space_walks,
        spaces=facts.spaces,
        currency=facts.currency,
        may_stay_shut=frozenset(one for one in facts.space_ids if listed_unmet(plan, one) or is_before_last(plan)),
        stay_shut=opens_too_late(facts, plan),
        conversions=conversions,
    )


def check_conflict(
    facts: Facts, plan: PlanFile, limits: Sequence[AskedLimit], floors: Sequence[AskedFloor]
) -> list[Violation]:
    """Derive how many people of the floors in conflict lack a place in every plan: nobody is worth anything there."""
    said = plan.conflict
    if said is None:
        return []
    about = f"conflict:{' '.join(said.floors)}"
    asked = [one for one in floors if one.name in said.floors]
    proof = dataclasses.replace(plan, multipliers=said.multipliers)
    price_of_need, violations = _multipliers(facts, proof)
    violations += _prices_of_asked(proof, limits, asked)
    if len(asked) != len(said.floors) or any(price > 1 for price in said.multipliers.floors.values()):
        violations.append(found("conflict-not-proven", about, " ".join(said.floors), None))
    if violations:
        return violations
    nobody = dataclasses.replace(facts.need, weight=np.zeros_like(facts.need.weight))
    prices = said.multipliers
    bound = _derived_bound(
        facts, _places(facts, plan, nobody), price_of_need, prices.budget, plan.budget_money,
        _priced_limits(facts, proof, limits),
        [PricedFloor(one.service, one.people, one.share, prices.floors[one.name]) for one in asked],
    )  # fmt: skip
    if not said.people <= -bound + 1e-6 * (1 + abs(bound)):
        violations.append(found("conflict-not-proven", about, said.people, max(0.0, -bound), "persons"))
    return violations


def check_least_cost(
    facts: Facts, plan: PlanFile, limits: Sequence[AskedLimit], floors: Sequence[AskedFloor]
) -> list[Violation]:
    """Derive what all floors cost at least: money counts in full there, and nobody is worth anything."""
    said = plan.least_cost
    if said is None:
        return []
    proof = dataclasses.replace(plan, multipliers=said.multipliers)
    price_of_need, violations = _multipliers(facts, proof)
    violations += _prices_of_asked(proof, limits, floors)
    if said.capital_money != plan.capital_money or not all(one.met for one in plan.floors) or not floors:
        violations.append(found("least-cost-differs", "plan", said.capital_money, plan.capital_money, facts.currency))
    share = (said.capital_money - said.bound_money) / said.capital_money if said.capital_money else 0.0
    if differs(said.gap, share):
        violations.append(found("least-cost-differs", "plan/gap", said.gap, share))
    if said.multipliers.budget != 1.0:
        violations.append(found("least-cost-not-proven", "multipliers:budget", said.multipliers.budget, 1.0))
    if violations:
        return violations
    nobody = dataclasses.replace(facts.need, weight=np.zeros_like(facts.need.weight))
    prices = said.multipliers
    asked = [PricedFloor(one.service, one.people, one.share, prices.floors[one.name]) for one in floors]
    # a budget of nothing: the price of money times what is spent is all that is left of it
    places = _places(facts, plan, nobody)
    bound = _derived_bound(facts, places, price_of_need, 1.0, 0, _priced_limits(facts, proof, limits), asked)
    if not said.bound_money <= max(0.0, -bound) + 1e-6 * (1 + abs(bound)):
        violations.append(found("least-cost-not-proven", "plan", said.bound_money, max(0.0, -bound), facts.currency))
    return violations


def _prices_of_asked(plan: PlanFile, limits: Sequence[AskedLimit], floors: Sequence[AskedFloor]) -> Iterator[Violation]:
    """Each limit and floor has one price, finite and not negative."""
    for said, names in (
        (plan.multipliers.limits, {one.name for one in limits}),
        (plan.multipliers.floors, {one.name for one in floors}),
    ):
        for name in sorted({*said, *names}):
            if (name in said) != (name in names):
                yield found("multiplier-rows", f"multipliers:{name}", int(name in said), int(name in names))
            elif not np.isfinite(said[name]):
                yield found("multiplier-not-finite", f"multipliers:{name}", None, None)
            elif said[name] < 0:
                yield found("multiplier-negative", f"multipliers:{name}", said[name], 0.0)


def _priced_limits(facts: Facts, plan: PlanFile, limits: Sequence[AskedLimit]) -> list[PricedLimit]:
    """Put the plan's price to each limit. A planner's own hubs may take more; then plans that take as much count."""
    used = {one.name: one.used for one in plan.limits} if plan.method == "evaluate" else {}
    asked = any(one.what == "running" for one in limits)
    running = running_table(facts.spaces, facts.profile, facts.currency, facts.conversions) if asked else {}
    return [
        PricedLimit(
            max(one.amount, used.get(one.name, 0)), plan.multipliers.limits[one.name], one.parts, one.what,
            running if one.what == "running" else {},
        )
        for one in limits
    ]  # fmt: skip


def _priced_floors(plan: PlanFile, floors: Sequence[AskedFloor]) -> list[PricedFloor]:
    """Put the plan's price to each floor; one that the plan says it misses counts as far as it is met."""
    lowered = {one.name: one.bound_people for one in plan.floors if not one.met}
    return [
        PricedFloor(
            one.service,
            min(one.people, lowered.get(one.name, one.people)),
            one.share,
            plan.multipliers.floors[one.name],
        )
        for one in floors
    ]


def _multipliers_of_years(facts: Facts, plan: PlanFile) -> tuple[Floats | None, list[Violation]]:
    """λ as a table (residence, service), those of later years beside today's; ``None`` if they prove nothing."""
    today, violations = _multipliers(facts, plan)
    tables = [today]
    said = plan.multipliers.later
    wanted = [str(year) for year in YEARS] if facts.later else []
    for year in sorted({*said, *wanted}, key=lambda one: (len(one), one)):
        if year in wanted:
            table, of_year = _table(facts, said.get(year, {}), f"multipliers:{year}/")
            tables.append(table)
            violations += of_year
        else:
            violations.append(found("multiplier-rows", f"multipliers:{year}", len(said[year]), 0))
    return (None if violations else np.concatenate(tables, axis=1)), violations


def _multipliers(facts: Facts, plan: PlanFile) -> tuple[Floats, list[Violation]]:
    """λ of today as a table (residence, service), and what keeps the multipliers from proving anything."""
    table, violations = _table(facts, plan.multipliers.need, "multipliers:")
    budget = plan.multipliers.budget
    violations += _not_a_price("multipliers:budget", np.array([budget]))
    if plan.budget_money is None and budget != 0:
        violations.append(found("multiplier-without-budget", "multipliers:budget", budget, 0.0))
    return table, violations


def _table(facts: Facts, said: Mapping[str, Sequence[float]], about: str) -> tuple[Floats, list[Violation]]:
    """One price for each residence and service, finite and not negative."""
    violations = []
    table = np.zeros(facts.need.walkers.shape)
    for service in sorted({*said, *facts.services}):
        prices = said.get(service, ())
        if service not in facts.services or len(prices) != len(table):
            expected = len(table) if service in facts.services else 0
            violations.append(found("multiplier-rows", f"{about}{service}", len(prices), expected))
            continue
        table[:, facts.services.get_loc(service)] = prices
    for s, service in enumerate(facts.services):
        violations += _not_a_price(f"{about}{service}", table[:, s])
    return table, violations


def _not_a_price(about: str, prices: Floats) -> list[Violation]:
    if not np.isfinite(prices).all():
        return [found("multiplier-not-finite", about, None, None)]
    if (prices < 0).any():
        return [found("multiplier-negative", about, float(prices.min()), 0.0)]
    return []
