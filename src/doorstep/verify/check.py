"""The checker: a city, a plan and its ledger in, a verdict out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from doorstep.city import City, read_city
from doorstep.plan_file import LATER_COLUMNS, PlanFile, read_later, read_ledger, read_plan
from doorstep.standards import Profile, load_profile, profile_source
from doorstep.verify.asked import asked_floors, asked_limits, check_asked
from doorstep.verify.certificate import check_bound, check_conflict, check_least_cost
from doorstep.verify.claims import check_claims
from doorstep.verify.facts import Facts, derive_facts
from doorstep.verify.files import check_files
from doorstep.verify.findings import check_findings
from doorstep.verify.hubs import check_hubs
from doorstep.verify.later import check_years, read_years
from doorstep.verify.ledger import Ledger, check_need, check_served, near_limit, read_served
from doorstep.verify.need import Ints
from doorstep.verify.phases import check_floor_made, check_phases, is_before_last
from doorstep.verify.verdict import Verdict, Violation, found, grouped

__all__ = ["check_by_profile", "check_folder", "check_plan", "verify_folders"]


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
    verdict = check_by_profile(profile, city, plan, need, served, read_later(plan_folder))
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


def check_plan(
    city: City, plan: PlanFile, need: pd.DataFrame, served: pd.DataFrame, served_later: pd.DataFrame | None = None
) -> Verdict:
    """Derive need, walks, capacities, costs and bound again, and compare them with everything a plan says.

    Parameters
    ----------
    city
        As it was planned.
    plan
        ``plan.json``.
    need, served
        The two tables of the ledger, columns as in :mod:`doorstep.plan_file`.
    served_later
        Of a plan for later years: the ledger of these.

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
    return check_by_profile(_profile(city, plan), city, plan, need, served, served_later)


def check_by_profile(
    profile: Profile,
    city: City,
    plan: PlanFile,
    need: pd.DataFrame,
    served: pd.DataFrame,
    served_later: pd.DataFrame | None = None,
) -> Verdict:
    """Check a plan by a profile at hand; see :func:`check_plan`."""
    violations: list[Violation] = []
    if profile.convertible and profile.share_rooms:
        violations.append(found("convertible-and-shared", "settings", "convertible share_rooms", None))
        profile = dataclasses.replace(profile, share_rooms=False)
    facts = derive_facts(city, profile)
    ledger, of_rows = read_served(facts, plan, served)
    years, of_years = read_years(
        facts, plan, pd.DataFrame(columns=list(LATER_COLUMNS)) if served_later is None else served_later
    )
    violations += of_rows + of_years
    objective = sum([ledger.objective(facts), *(year.objective for year in years)]) / (1 + len(years))
    limits = asked_limits(city, profile, facts.spaces)
    floors = []
    if not is_before_last(plan):
        floors = asked_floors(city, profile, facts.need.walkers, facts.need.in_need, plan.asked_floors)
    bound, of_bound = check_bound(facts, plan, objective, limits, floors)
    violations.extend(of_bound)
    violations.extend(check_conflict(facts, plan, limits, floors))
    violations.extend(check_least_cost(facts, plan, limits, floors))
    violations.extend(_heading(city, profile, plan))
    violations.extend(check_hubs(city, profile, plan, _elder_shares(facts, ledger), facts.conversions))
    violations.extend(check_findings(city, profile, plan))
    violations.extend(check_claims(city, facts, plan))
    violations.extend(check_asked(city, facts, plan, ledger, limits, floors))
    violations.extend(check_phases(facts, plan))
    violations.extend(check_served(facts, plan, ledger))
    violations.extend(check_need(facts, plan, ledger, need))
    violations.extend(check_years(facts, plan, years))
    ledgers = [ledger, *(year.ledger for year in years)]
    near = [near_limit(facts, ledger), *(year.near_limit for year in years)]
    return Verdict(
        violations=grouped(violations),
        objective=objective,
        bound_checker=bound,
        largest_walk_difference_mm=max(_largest(one.walk_mm, one.derived_mm, one) for one in ledgers),
        largest_walk_difference_ms=max(_largest(one.walk_ms, one.derived_ms, one) for one in ledgers),
        near_limit=_told_once(near) if years else near[0],
        n_pairs_checked=sum(len(one.subject) for one in ledgers),
    )


def _profile(city: City, plan: PlanFile) -> Profile:
    """Load the plan's profile. The plan records the city's own settings too; the city carries their documents."""
    of_city = {(override.key, override.value) for override in city.overrides}
    settings = {key: value for key, value in plan.settings.items() if (key, value) not in of_city}
    return load_profile(profile_source(city.profile, plan.profile), settings=settings, overrides=city.overrides)


def _told_once(near: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the walks near their limits of today and of later years together; of these only such as are new."""
    together = pd.concat(near, ignore_index=True)
    is_later = np.arange(len(together)) >= len(near[0])
    again = together.duplicated(["residence", "place", "service"]).to_numpy()
    kept: pd.DataFrame = together[~(is_later & again)].reset_index(drop=True)
    return kept


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
