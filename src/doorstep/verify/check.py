"""The checker: a city, a plan and its ledger in, a verdict out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from doorstep.city import City, read_city
from doorstep.plan_file import PlanFile, read_ledger, read_plan
from doorstep.standards import Profile, load_profile, profile_source
from doorstep.verify.asked import AskedFloor, AskedLimit, asked_floors, asked_limits, check_asked
from doorstep.verify.bound import PricedFloor, PricedLimit, PricedSpace, priced_bound, priced_places
from doorstep.verify.claims import check_claims
from doorstep.verify.facts import Facts, derive_facts
from doorstep.verify.files import check_files
from doorstep.verify.findings import check_findings
from doorstep.verify.hubs import check_hubs, listed_unmet
from doorstep.verify.ledger import Ledger, check_need, check_served, near_limit, read_served
from doorstep.verify.need import Floats, Ints, Need
from doorstep.verify.phases import check_floor_made, check_phases, is_before_last, opens_too_late
from doorstep.verify.places import Places, places_of
from doorstep.verify.proof import BrokenProofError, proven_bound
from doorstep.verify.running import running_table
from doorstep.verify.verdict import Verdict, Violation, differs, found, grouped

__all__ = ["check_by_profile", "check_folder", "check_plan", "verify_folders"]

BOUND_TOLERANCE = 1e-9


def verify_folders(city_folder: Path, plan_folder: Path) -> Verdict:
    """Check a plan folder against a city folder; nothing else is needed.

    Parameters
    ----------
    city_folder
        As it was planned.
    plan_folder
        Whole, as ``doorstep plan`` writes it.

    Returns
    -------
    Verdict
        Every violation found.

    Raises
    ------
    DoorstepError
        If one of the folders cannot be read at all.
    """
    return check_folder(read_city(city_folder), plan_folder)


def check_folder(city: City, plan_folder: Path) -> Verdict:
    """Check a plan folder, with the files in it that are made for people, against a city at hand.

    Parameters
    ----------
    city
        As it was planned.
    plan_folder
        Whole, as ``doorstep plan`` writes it.

    Returns
    -------
    Verdict
        As of :func:`check_plan`, and what is wrong with the files.

    Raises
    ------
    DoorstepError
        If the plan or its ledger cannot be read at all.
    """
    plan = read_plan(plan_folder)
    need, served = read_ledger(plan_folder)
    profile = _profile(city, plan)
    verdict = check_by_profile(profile, city, plan, need, served)
    of_files = check_files(plan_folder, city, profile, plan, need)
    return dataclasses.replace(
        verdict, violations=grouped((*verdict.violations, *of_files, *_earlier_phases(city, plan, plan_folder)))
    )


def _earlier_phases(city: City, plan: PlanFile, plan_folder: Path) -> Iterator[Violation]:
    """Check the folder of each phase before the last, as a plan of its own that tells of the same phases."""
    if plan.phase != len(plan.phases):
        return
    places = [plan_folder / "phases" / str(number) for number in range(1, plan.phase)]
    for before, after in pairwise([*map(read_plan, places), plan]):
        yield from check_floor_made(before, after)
    for number, place in enumerate(places, start=1):
        if read_plan(place).phases != plan.phases or read_plan(place).phase != number:
            yield found("phase-differs", f"phases/{number}", read_plan(place).phase, number)
        for one in check_folder(city, place).violations:
            yield dataclasses.replace(one, subject=f"phases/{number}/{one.subject}")


def check_plan(city: City, plan: PlanFile, need: pd.DataFrame, served: pd.DataFrame) -> Verdict:
    """Derive need, walks, capacities, costs and bound again, and compare them with everything a plan says.

    Parameters
    ----------
    city
        As it was planned.
    plan
        ``plan.json``.
    need, served
        The two tables of the ledger, columns as in :mod:`doorstep.plan_file`.

    Returns
    -------
    Verdict
        Every violation found, at most twenty of a code singly.

    Raises
    ------
    DoorstepError
        If the plan's profile or settings are unknown.

    Notes
    -----
    Source of every formula: docs/explain/model.md. No code is shared with the engine that made the plan.
    """
    return check_by_profile(_profile(city, plan), city, plan, need, served)


def check_by_profile(profile: Profile, city: City, plan: PlanFile, need: pd.DataFrame, served: pd.DataFrame) -> Verdict:
    """Check a plan by a profile at hand; see :func:`check_plan`."""
    facts = derive_facts(city, profile)
    ledger, violations = read_served(facts, plan, served)
    worth = facts.need.weight[ledger.residence, ledger.service] * ledger.take_up * ledger.g * ledger.people
    objective = float(worth[ledger.is_plan].sum())
    limits = asked_limits(city, profile, facts.spaces)
    floors = []
    if not is_before_last(plan):
        floors = asked_floors(city, profile, facts.need.walkers, facts.need.in_need, plan.asked_floors)
    bound, of_bound = _bound(facts, plan, objective, limits, floors)
    violations.extend(of_bound)
    violations.extend(_conflict(facts, plan, limits, floors))
    violations.extend(_least_cost(facts, plan, limits, floors))
    violations.extend(_heading(city, profile, plan))
    violations.extend(check_hubs(city, profile, plan, _elder_shares(facts, ledger)))
    violations.extend(check_findings(city, profile, plan))
    violations.extend(check_claims(city, facts, plan))
    violations.extend(check_asked(city, facts, plan, ledger, limits, floors))
    violations.extend(check_phases(facts, plan))
    violations.extend(check_served(facts, plan, ledger))
    violations.extend(check_need(facts, plan, ledger, need))
    return Verdict(
        violations=grouped(violations),
        objective=objective,
        bound_checker=bound,
        largest_walk_difference_mm=_largest(ledger.walk_mm, ledger.derived_mm, ledger),
        largest_walk_difference_ms=_largest(ledger.walk_ms, ledger.derived_ms, ledger),
        near_limit=near_limit(facts, ledger),
        n_pairs_checked=len(ledger.subject),
    )


def _profile(city: City, plan: PlanFile) -> Profile:
    """Load the plan's profile. The plan records the city's own settings too; the city carries their documents."""
    of_city = {(override.key, override.value) for override in city.overrides}
    settings = {key: value for key, value in plan.settings.items() if (key, value) not in of_city}
    return load_profile(profile_source(city.profile, plan.profile), settings=settings, overrides=city.overrides)


def _largest(reported: Ints, derived: Ints, ledger: Ledger) -> int:
    has_walk = ledger.derived_mm >= 0
    return int(np.abs(reported - derived)[has_walk].max(initial=0))


def _elder_shares(facts: Facts, ledger: Ledger) -> dict[str, float]:
    """Return the share of each hub's meals that goes to people of 60 and over, by space."""
    if "meals" not in facts.services:
        return {}
    s = facts.services.get_loc("meals")
    rows = ledger.is_plan & (ledger.space >= 0) & (ledger.service == s)
    space, units = ledger.space[rows], ledger.units[rows]
    elder_units = units * facts.need.elder_share[ledger.residence[rows], s]
    n_spaces = len(facts.space_ids)
    meals, of_elders = np.bincount(space, units, n_spaces), np.bincount(space, elder_units, n_spaces)
    shares = np.divide(of_elders, meals, out=np.zeros(n_spaces), where=meals > 0)
    return dict(zip(facts.space_ids, shares.tolist(), strict=True))


def _heading(city: City, profile: Profile, plan: PlanFile) -> Iterator[Violation]:
    """Inputs are those of the plan, and it names them rightly."""
    for file in sorted({*plan.inputs, *city.inputs}):
        if plan.inputs.get(file) != city.inputs.get(file):
            yield found("inputs-changed", file, plan.inputs.get(file), city.inputs.get(file), "SHA-256")
    for field, reported, derived in (
        ("city", plan.city, city.name),
        ("currency", plan.currency, city.currency),
        ("crs", plan.crs, city.crs),
        ("made_up", plan.made_up, city.made_up),
        ("take_up_case", plan.take_up_case, profile.take_up_case),
        ("settings", dict(plan.settings), dict(profile.settings)),
    ):
        if reported != derived:
            yield found("heading-differs", field, reported, derived)


def _bound(
    facts: Facts, plan: PlanFile, objective: float, limits: Sequence[AskedLimit], floors: Sequence[AskedFloor]
) -> tuple[float | None, list[Violation]]:
    violations = []
    said = plan.bound
    if differs(said.objective, objective):
        violations.append(found("objective-differs", "plan", said.objective, objective, "weighted users"))
    price_of_need, of_multipliers = _multipliers(facts, plan)
    violations.extend(of_multipliers)
    of_asked = list(_prices_of_asked(plan, limits, floors))
    violations.extend(of_asked)
    if of_asked:
        price_of_need = None
    bound: float | None = None
    if price_of_need is not None:
        places = _places(facts, plan, facts.need)
        asked = _priced_limits(facts, plan, limits), _priced_floors(plan, floors)
        bound = _derived_bound(facts, places, price_of_need, plan.multipliers.budget, plan.budget_money, *asked)
        if plan.proof is not None:

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


def _places(facts: Facts, plan: PlanFile, need: Need) -> Places:
    return places_of(
        profile=facts.profile,
        need=need,
        supply=facts.supply,
        facility_walks=facts.facility_walks,
        space_walks=facts.space_walks,
        spaces=facts.spaces,
        currency=facts.currency,
        may_stay_shut=frozenset(one for one in facts.space_ids if listed_unmet(plan, one) or is_before_last(plan)),
        stay_shut=opens_too_late(facts, plan),
    )


def _conflict(
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
    if violations or price_of_need is None:
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


def _least_cost(
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
    if violations or price_of_need is None:
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
    running = running_table(facts.spaces, facts.profile, facts.currency) if asked else {}
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


def _multipliers(facts: Facts, plan: PlanFile) -> tuple[Floats | None, list[Violation]]:
    """λ as a table (residence, service), or ``None`` if the multipliers prove nothing."""
    violations = []
    table = np.zeros(facts.need.walkers.shape)
    for service in sorted({*plan.multipliers.need, *facts.services}):
        prices = plan.multipliers.need.get(service, ())
        if service not in facts.services or len(prices) != len(table):
            expected = len(table) if service in facts.services else 0
            violations.append(found("multiplier-rows", f"multipliers:{service}", len(prices), expected))
            continue
        table[:, facts.services.get_loc(service)] = prices
    columns = [(service, table[:, s]) for s, service in enumerate(facts.services)]
    for name, column in (*columns, ("budget", np.array([plan.multipliers.budget]))):
        if not np.isfinite(column).all():
            violations.append(found("multiplier-not-finite", f"multipliers:{name}", None, None))
        elif (column < 0).any():
            violations.append(found("multiplier-negative", f"multipliers:{name}", float(column.min()), 0.0))
    if plan.budget_money is None and plan.multipliers.budget != 0:
        violations.append(found("multiplier-without-budget", "multipliers:budget", plan.multipliers.budget, 0.0))
    return (None if violations else table), violations
