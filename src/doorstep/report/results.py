"""What a report is made from: the city, its standard, the plan and the ledger, and nothing computed a second time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from doorstep.city import City
from doorstep.plan_file import PlanFile, read_ledger, read_plan
from doorstep.report.background import Background, background_of_plan_folder
from doorstep.standards.profile import Profile

__all__ = ["PlanResults", "Results", "read_plan_results"]


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """A finished plan with everything that its report tells.

    Parameters
    ----------
    city, profile, plan
        What was planned, by which standard, with which outcome.
    need, served
        The two tables of the ledger (columns in :mod:`doorstep.plan_file`); every sum in a report is a sum over one.
    assessment
        One row per community and service (community ``*`` the whole city, ``""`` outside all): ``community, name,
        service, in_need, homebound, reached, share_reached, served_now, share_served, walk_p50_m, walk_p90_m, capacity,
        capacity_low, capacity_high, capacity_needed, shortage_places, shortage_low, shortage_high, shortage_m2, clause,
        rule, outcome, e2sfca, gini, palma``.
    bands
        Who reaches a facility of today by age, at their own pace; see :func:`doorstep.assess.coverage_by_band`.
    later
        Who goes where in later years (``LATER_COLUMNS``); no rows for a plan of today alone.
    """

    city: City
    profile: Profile
    plan: PlanFile
    need: pd.DataFrame
    served: pd.DataFrame
    assessment: pd.DataFrame
    bands: pd.DataFrame
    later: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True, slots=True, eq=False)
class PlanResults:
    """A plan read back from its folder alone, enough to be set beside another."""

    plan: PlanFile
    need: pd.DataFrame
    served: pd.DataFrame
    background: Background


def read_plan_results(folder: Path) -> PlanResults:
    """Read a plan folder for a comparison.

    Parameters
    ----------
    folder
        With ``plan.json``, ``need.parquet``, ``served.parquet`` and ``plan.gpkg``.

    Returns
    -------
    PlanResults
        The plan, its ledger and the layers that its maps are drawn on.

    Raises
    ------
    DoorstepError
        As :func:`doorstep.plan_file.read_plan` and :func:`doorstep.plan_file.read_ledger`; ``geopackage-missing`` if
        the map layers cannot be read.
    """
    plan = read_plan(folder)
    need, served = read_ledger(folder)
    return PlanResults(plan, need, served, background_of_plan_folder(folder))
