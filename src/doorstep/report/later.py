"""Later years in words and rows: what the rooms of a hub become, and who is given a place then."""

from __future__ import annotations

from doorstep.messages import text
from doorstep.plan_file import Hub, PlanFile
from doorstep.report.wording import Wording

__all__ = ["LATER_HEADS", "becoming_told", "later_rows", "later_told"]

LATER_HEADS = ("need_now", "served_now", "need_5", "served_5", "need_10", "served_10", "need_15", "served_15")


def becoming_told(hub: Hub, wording: Wording) -> list[str]:
    """Return a sentence for each service of a hub that gives its rooms to another in a later year."""
    return [
        text(
            wording.language,
            "later.told",
            service=wording.service(one.service),
            years=one.becomes_year,
            into=wording.service(one.becomes),
            grade=one.becomes_grade,
        )
        for one in hub.services
        if one.becomes
    ]


def later_rows(plan: PlanFile, wording: Wording) -> list[list[str]]:
    """Return a row for each service: people in need and share given a place by the plan, today and in later years.

    Columns: the service, then :data:`LATER_HEADS`; no rows for a plan of today alone.
    """
    then = {(one.year, one.service): (one.in_need, one.served_plan) for one in plan.later}
    rows = []
    for one in plan.coverage if then else ():
        pairs = [(one.in_need, one.served_plan), *(then[year, one.service] for year in (5, 10, 15))]
        cells = [cell for need, served in pairs for cell in (wording.count(need), wording.percent(served, need))]
        rows.append([wording.service(one.service), *cells])
    return rows


def later_told(plan: PlanFile, language: str) -> str:
    """Return what a plan for later years does with its rooms; empty for a plan of today alone."""
    if not plan.later:
        return ""
    changing = [one for hub in plan.hubs for one in hub.services if one.becomes]
    hubs = sum(any(one.becomes for one in hub.services) for hub in plan.hubs)
    return text(language, "later.summary", services=len(changing), hubs=hubs)
