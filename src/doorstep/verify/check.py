"""The checker: a city, a plan and its ledger in, a verdict out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from doorstep.city import City, read_city
from doorstep.plan_file import PlanFile, read_ledger, read_plan
from doorstep.standards import Profile, load_profile, profile_source
from doorstep.verify.bound import PricedSpace, priced_bound, priced_places
from doorstep.verify.claims import check_claims
from doorstep.verify.facts import Facts, derive_facts
from doorstep.verify.files import check_files
from doorstep.verify.findings import check_findings
from doorstep.verify.hubs import check_hubs, listed_unmet
from doorstep.verify.ledger import Ledger, check_need, check_served, near_limit, read_served
from doorstep.verify.need import Floats, Ints
from doorstep.verify.proof import BrokenProofError, proven_bound
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
    return dataclasses.replace(verdict, violations=grouped((*verdict.violations, *of_files)))


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
    bound, of_bound = _bound(facts, plan, objective)
    violations.extend(of_bound)
    violations.extend(_heading(city, profile, plan))
    violations.extend(check_hubs(city, profile, plan, _elder_shares(facts, ledger)))
    violations.extend(check_findings(city, profile, plan))
    violations.extend(check_claims(city, facts, plan))
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


def _bound(facts: Facts, plan: PlanFile, objective: float) -> tuple[float | None, list[Violation]]:
    violations = []
    said = plan.bound
    if differs(said.objective, objective):
        violations.append(found("objective-differs", "plan", said.objective, objective, "weighted users"))
    price_of_need, of_multipliers = _multipliers(facts, plan)
    violations.extend(of_multipliers)
    bound: float | None = None
    if price_of_need is not None:
        may_stay_shut = frozenset(one for one in facts.space_ids if listed_unmet(plan, one))

        def priced(price_of_need: Floats, price_of_money: float) -> tuple[float, list[PricedSpace]]:
            return priced_places(
                profile=facts.profile,
                need=facts.need,
                supply=facts.supply,
                facility_walks=facts.facility_walks,
                space_walks=facts.space_walks,
                spaces=facts.spaces,
                currency=facts.currency,
                price_of_need=price_of_need,
                price_of_money=price_of_money,
                budget_money=plan.budget_money,
                may_stay_shut=may_stay_shut,
            )

        bound = priced_bound(facts.profile, *priced(price_of_need, plan.multipliers.budget))
        if plan.proof is not None:
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
