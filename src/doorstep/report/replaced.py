"""Existing facilities whose rooms hubs take, in words and rows: which grow, go on, or close."""

from __future__ import annotations

from doorstep.messages import text
from doorstep.plan_file import Hub
from doorstep.report.results import Results
from doorstep.report.wording import Wording
from doorstep.residents import supply

__all__ = ["REPLACED_HEADS", "replaced_ids", "replaced_rows", "replaced_told"]

REPLACED_HEADS = ("facility", "service", "places_now", "hub", "places_then", "outcome")


def replaced_ids(hub: Hub) -> str:
    """Return the ids of the facilities whose rooms a hub takes, as tables hold them."""
    return "; ".join(hub.replaces)


def replaced_told(hub: Hub, results: Results, wording: Wording) -> list[str]:
    """Return a sentence for each facility whose rooms a hub takes."""
    return [
        text(wording.language, "replaced.told", facility=row[0], service=row[1], outcome=row[-1])
        for row in _rows(hub, "", results, wording)
    ]


def replaced_rows(results: Results, wording: Wording) -> list[list[str]]:
    """Return a row for each facility whose rooms a hub takes; columns :data:`REPLACED_HEADS`."""
    return [
        row
        for number, hub in enumerate(results.plan.hubs, start=1)
        for row in _rows(hub, f"{number}. {hub.place or hub.space}", results, wording)
    ]


def _change(more: float) -> str:
    return "grows" if more > 0 else "shrinks" if more < 0 else "goes_on"


def _rows(hub: Hub, name: str, results: Results, wording: Wording) -> list[list[str]]:
    if not hub.replaces:
        return []
    there = {one.service: one for one in hub.services}
    offer = supply(results.city, results.profile)
    rows = []
    for at, facility in enumerate(results.city.facilities.itertuples()):
        if facility.id not in hub.replaces:
            continue
        unit = results.profile.service(facility.service).capacity_unit
        known = offer.basis[at] != "unknown"
        now = float(offer.capacity[at])
        then = there.get(facility.service)
        outcome = "closes" if then is None else "goes_on" if not known else _change(then.capacity - now)
        rows.append(
            [
                facility.place or facility.id,
                wording.service(facility.service),
                f"{wording.count(now)} {wording.named('unit', unit)}" if known else wording("not_known"),
                name,
                "" if then is None else f"{wording.count(then.capacity)} {wording.named('unit', unit)}",
                text(wording.language, f"replaced.{outcome}"),
            ]
        )
    return rows
