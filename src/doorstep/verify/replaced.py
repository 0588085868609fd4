"""Existing facilities that give way: which close with a plan, and what capacity the others leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from doorstep.plan_file import PlanFile
from doorstep.verify.facts import Facts
from doorstep.verify.need import Floats

__all__ = ["capacity_that_stays", "closed_by"]


def closed_by(plan: PlanFile, spaces: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the facilities that close: those that spaces with a hub replace, by the word of the city, not the plan."""
    opened = {hub.space for hub in plan.hubs}
    return frozenset().union(*(space["replaces"] for space in spaces if space["id"] in opened))


def capacity_that_stays(facts: Facts, plan: PlanFile) -> Floats:
    """Return the capacity of each facility in the plan, 0 where it closes."""
    closes = facts.facilities.isin(closed_by(plan, facts.spaces))
    stays: Floats = np.where(closes, 0.0, facts.supply.capacity)
    return stays
