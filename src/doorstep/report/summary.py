"""The few figures that a plan is told by: sums over the coverage (hence the ledger) or over the hubs' accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.plan_file import PlanFile

__all__ = ["CASES", "Summary", "summary_of"]

CASES = ("low", "mid", "high")


@dataclass(frozen=True, slots=True)
class Summary:
    """Sums over all services and hubs. A person who needs two services counts once for each.

    Money and jobs per take-up case, in minor units a year.
    """

    in_need: float
    reached_now: float
    reached_plan: float
    served_now: float
    served_plan: float
    users_now: float
    users_plan: float
    revenue_money: Mapping[str, int]
    running_cost_money: Mapping[str, int]
    subsidy_money: Mapping[str, int]
    result_money: Mapping[str, int]
    support_money: Mapping[str, int]
    jobs: Mapping[str, float]
    hub_people: float

    @property
    def newly_served(self) -> float:
        """People given a place with the plan less those given one today."""
        return self.served_plan - self.served_now

    @property
    def moved_to_hubs(self) -> float:
        """People given a place in a hub who had one elsewhere, or whose place there went to somebody else."""
        moved = self.hub_people - self.newly_served
        return 0.0 if abs(moved) < 1e-6 else moved  # two sums of one ledger differ in the last bits


def summary_of(plan: PlanFile) -> Summary:
    """Return the sums of a plan.

    Parameters
    ----------
    plan
        As written or read.
    """
    rows = plan.coverage
    accounts = {case: [one for hub in plan.hubs for one in hub.accounts if one.case == case] for case in CASES}

    def money(name: str) -> dict[str, int]:
        return {case: sum(getattr(one, name) for one in accounts[case]) for case in CASES}

    return Summary(
        in_need=sum(row.in_need for row in rows),
        reached_now=sum(row.reached_facility for row in rows),
        reached_plan=sum(row.reached_any for row in rows),
        served_now=sum(row.served_now for row in rows),
        served_plan=sum(row.served_plan for row in rows),
        users_now=sum(row.users_now for row in rows),
        users_plan=sum(row.users_plan for row in rows),
        revenue_money=money("revenue_money"),
        running_cost_money=money("running_cost_money"),
        subsidy_money=money("subsidy_money"),
        result_money=money("result_money"),
        support_money=money("support_money"),
        jobs={case: sum(one.jobs for one in accounts[case]) for case in CASES},
        hub_people=sum(hub.people for hub in plan.hubs),
    )
