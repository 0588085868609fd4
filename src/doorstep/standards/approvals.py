"""The steps from a free room to an open hub, by channel and service, as a profile's table ``approvals`` holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Approval", "approvals"]


@dataclass(frozen=True, slots=True)
class Approval:
    """One step; its words are codes with texts in the catalogue ``approvals``, or a city's own words.

    Parameters
    ----------
    channel, service
        What it is for, or ``any``.
    order
        Steps of one ten (30 to 39) go side by side, the tens one after the other.
    step, department, papers
        What is done, by whom, with which papers.
    days
        Working days: low, mid, high.
    simplified
        Whether the path for simple low-risk works shortens it where the place has one.
    when
        The condition under which it is needed, "" for always.
    source, kind
        Where it comes from; ``assumption`` or ``derived``.
    """

    channel: str
    service: str
    order: int
    step: str
    department: str
    papers: tuple[str, ...]
    days: tuple[int, int, int]
    simplified: bool
    when: str
    source: str
    kind: str


def approvals(rows: Iterable[Mapping[str, Any]]) -> tuple[Approval, ...]:
    """Return the steps that the table ``approvals`` of a profile's file holds, in its order.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> [one.step for one in load_profile("cn-2023").approvals if one.channel == "transfer"][:2]
    ['consent_of_owner_and_neighbours', 'safety_survey_of_the_house']
    """
    return tuple(
        Approval(
            channel=row["channel"],
            service=row["service"],
            order=row["order"],
            step=row["step"],
            department=row["department"],
            papers=tuple(row["papers"].split(";")),
            days=(row["days_low"], row["days_mid"], row["days_high"]),
            simplified=row["simplified"] == "y",
            when="" if row["when"] == "always" else row["when"],
            source=row["source"],
            kind=row["kind"],
        )
        for row in rows
    )
