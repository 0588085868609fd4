"""Rooms shared by period, in words."""

from __future__ import annotations

from doorstep.messages import catalogue, text
from doorstep.plan_file import Hub, HubService
from doorstep.report.wording import Wording

__all__ = ["lender_of", "periods_of", "sharing_told"]


def lender_of(one: HubService, wording: Wording) -> str:
    """Return the name of the service whose rooms a service uses, empty if it uses its own alone."""
    return wording.service(one.uses_rooms_of) if one.uses_rooms_of else ""


def periods_of(one: HubService, wording: Wording) -> str:
    """Return the periods in which it does, as people say them."""
    names = catalogue(wording.language, "standard_check")
    return wording("list_separator").join(names.get(f"period_{period}", period) for period in one.in_periods)


def sharing_told(hub: Hub, wording: Wording) -> list[str]:
    """Return a sentence for each service of a hub that uses rooms of another."""
    return [
        text(
            wording.language,
            "sharing.told",
            service=wording.service(one.service),
            lender=lender_of(one, wording),
            periods=periods_of(one, wording),
            floor=wording.count(one.saved_m2),
        )
        for one in hub.services
        if one.uses_rooms_of
    ]
