"""Phases of a plan: what is open stays and may grow, in time and within the money of each phase."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import pandas as pd

from doorstep.plan_file import PhaseKept, PlanFile
from doorstep.verify.facts import Facts
from doorstep.verify.verdict import Violation, differs, found

__all__ = ["check_floor_made", "check_phases", "is_before_last", "opening_of", "opens_too_late"]


def is_before_last(plan: PlanFile) -> bool:
    """Tell whether a plan is one of a phase after which others come: forced spaces and floors are asked of the last."""
    return 0 < plan.phase < len(plan.phases)


def opening_of(facts: Facts, space: Mapping[str, object]) -> str:
    """Return the day on which a hub in a space opens: when it is free and the days of its channel are over."""
    if pd.isna(space["available_from"]):  # type: ignore[call-overload]
        return ""
    days = facts.profile.parameters.get((f"opening_days:{space['channel']}", "any", "all"))
    free = pd.Timestamp(space["available_from"]).date()  # type: ignore[arg-type]
    return str((free + dt.timedelta(days=round(days.mid) if days else 0)).isoformat())


def opens_too_late(facts: Facts, plan: PlanFile) -> frozenset[str]:
    """Return the spaces that open after the end of the plan's phase."""
    if not 0 < plan.phase <= len(plan.phases) or not plan.phases[plan.phase - 1].until:
        return frozenset()
    until = plan.phases[plan.phase - 1].until
    return frozenset(str(space["id"]) for space in facts.spaces if opening_of(facts, space) > until)


def check_phases(facts: Facts, plan: PlanFile) -> Iterator[Violation]:
    """Yield what the list of phases says that is not so of this plan, or of the phases among themselves."""
    if not plan.phases:
        if plan.phase:
            yield found("phase-differs", "phase", plan.phase, 0)
        return
    if not 1 <= plan.phase <= len(plan.phases):
        yield found("phase-differs", "phase", plan.phase, len(plan.phases))
        return
    for before, after in zip(plan.phases, plan.phases[1:], strict=False):
        yield from _nested(before, after)
    row = plan.phases[plan.phase - 1]
    about = f"phase:{row.name}"
    for what, reported, derived in (
        ("budget_money", float(row.budget_money), float(plan.budget_money or 0)),
        ("capital_money", float(row.capital_money), float(plan.capital_money)),
        ("objective", row.objective, plan.bound.objective),
        ("gap", row.gap, (row.bound - row.objective) / row.objective if row.objective > 0 else 0.0),
        ("regret", row.regret, (row.single_objective - row.objective) / row.objective if row.objective > 0 else 0.0),
    ):
        if differs(reported, derived):
            yield found("phase-differs", f"{about}/{what}", reported, derived)
    # 0 stands until a checker has been asked
    if plan.bound.bound_checker != 0 and differs(row.bound, plan.bound.bound):
        yield found("phase-differs", f"{about}/bound", row.bound, plan.bound.bound)
    if row.single_objective > row.bound * (1 + 1e-6) or row.single_objective < row.objective * (1 - 1e-6):
        yield found("phase-differs", f"{about}/single_objective", row.single_objective, row.bound)
    here = {hub.space: {one.service: one.grade for one in hub.services} for hub in plan.hubs}
    if here != {space: dict(grades) for space, grades in row.hubs.items()}:
        yield found("phase-differs", f"{about}/hubs", len(row.hubs), len(here), "hubs")
    late = opens_too_late(facts, plan)
    for space in sorted(late & here.keys()):
        yield found("phase-too-late", f"hub:{space}", row.until, space)


def _nested(before: PhaseKept, after: PhaseKept) -> Iterator[Violation]:
    """What is open stays, of no smaller grade; money and days do not go back."""
    if after.budget_money < before.budget_money or (before.until and after.until and after.until < before.until):
        yield found("phase-differs", f"phase:{after.name}/order", after.budget_money, before.budget_money)
    for space, grades in sorted(before.hubs.items()):
        for service, grade in sorted(grades.items()):
            later = after.hubs.get(space, {}).get(service, 0)
            if later < grade:
                yield found("phase-closes", f"phase:{after.name}/{space}/{service}", later, grade)


def check_floor_made(before: PlanFile, after: PlanFile) -> Iterator[Violation]:
    """Yield services for which a later phase, where they use rooms of another, makes less floor than is there."""
    made = {
        (hub.space, one.service): one.area_m2 - one.saved_m2
        for hub in after.hubs
        for one in hub.services
        if one.saved_m2
    }
    for hub in before.hubs:
        for one in hub.services:
            floor = one.area_m2 - one.saved_m2
            if made.get((hub.space, one.service), floor) < floor:
                about = f"phase:{after.phases[after.phase - 1].name}/{hub.space}/{one.service}"
                yield found("phase-closes", about, made[hub.space, one.service], floor, "m²")
