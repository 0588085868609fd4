"""Who goes where in later years, and what a plan says of these years, against what was derived."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from doorstep.plan_file import Hub, HubService, PlanFile
from doorstep.standards import Profile
from doorstep.verify.conversion import held_in
from doorstep.verify.facts import Facts
from doorstep.verify.later_people import YEARS
from doorstep.verify.ledger import Ledger, check_rows, near_limit, read_served
from doorstep.verify.replaced import capacity_that_stays
from doorstep.verify.verdict import Violation, differs, found

__all__ = ["LaterYear", "check_years", "read_years"]


@dataclass(frozen=True, slots=True, eq=False)
class LaterYear:
    """A later year as if it were today: its people, and the hubs with what their rooms then hold."""

    year: int
    facts: Facts
    plan: PlanFile
    ledger: Ledger

    @property
    def objective(self) -> float:
        """Weighted users of the year."""
        return self.ledger.objective(self.facts)

    @property
    def near_limit(self) -> pd.DataFrame:
        """Pairs within 1 m (1 s) of their limit."""
        return near_limit(self.facts, self.ledger).assign(situation=f"year{self.year}")

    def violation(self, one: Violation) -> Violation:
        """Say of which year a violation speaks."""
        return dataclasses.replace(one, subject=f"year{self.year}:{one.subject.removeprefix('plan:')}")


def read_years(facts: Facts, plan: PlanFile, served: pd.DataFrame) -> tuple[list[LaterYear], list[Violation]]:
    """Match the rows of each later year with residence, service and place; rows that match nothing are left out.

    Parameters
    ----------
    facts, plan
        Of the city; a plan for today alone has no later years.
    served
        ``served_later``.
    """
    if not facts.later:
        return [], [found("later-not-asked", "served_later", len(served), 0, "rows")] if len(served) else []
    strange = served.loc[~served["year"].isin(YEARS), "year"].astype(str).tolist()
    violations = [found("later-year-unknown", f"year{year}", n, None, "rows") for year, n in Counter(strange).items()]
    years = []
    for year, need in zip(YEARS, facts.later, strict=True):
        facts_then = dataclasses.replace(facts, need=need, later=(), conversions=())
        plan_then = dataclasses.replace(plan, hubs=tuple(_hub_then(hub, year, facts.profile) for hub in plan.hubs))
        rows = served[served["year"] == year].assign(situation="plan")
        ledger, of_rows = read_served(facts_then, plan_then, rows)
        years.append(LaterYear(year, facts_then, plan_then, ledger))
        violations += [years[-1].violation(one) for one in of_rows]
    return years, violations


def check_years(facts: Facts, plan: PlanFile, years: Sequence[LaterYear]) -> Iterator[Violation]:
    """Yield what is wrong with the rows of each later year, and with what the plan sums up from them."""
    for year in years:
        for one in check_rows(year.facts, year.plan, year.ledger):
            yield year.violation(one)
    if not years:
        if plan.later:
            yield found("later-not-asked", "later", len(plan.later), 0, "rows")
        return
    wanted = {(year.year, service): year for year in years for service in facts.services}
    times = Counter((row.year, row.service) for row in plan.later)
    for key in sorted({*times, *wanted}):
        if times[key] != (key in wanted):
            yield found("later-rows", f"later:{key[0]}/{key[1]}", times[key], int(key in wanted), "rows")
    for row in plan.later:
        if (row.year, row.service) in wanted:
            year = wanted[row.year, row.service]
            for field, derived in _sums(year, row.service).items():
                if differs(getattr(row, field), derived):
                    yield found(
                        "later-differs", f"later:{row.year}/{row.service}/{field}", getattr(row, field), derived
                    )


def _sums(year: LaterYear, service: str) -> dict[str, float]:
    """What is told of a service in a year, over the whole city."""
    facts, ledger = year.facts, year.ledger
    s = facts.services.get_loc(service)
    mine = ledger.is_plan & (ledger.service == s)
    in_hubs = sum(one.capacity for hub in year.plan.hubs for one in hub.services if one.service == service)
    return {
        "in_need": float(facts.need.in_need[:, s].sum()),
        "served_plan": float(ledger.people[mine].sum()),
        "users_plan": float(ledger.users[mine].sum()),
        "capacity_plan": float(capacity_that_stays(facts, year.plan)[facts.supply.service == s].sum()) + in_hubs,
    }


def _hub_then(hub: Hub, year: int, profile: Profile) -> Hub:
    """Return a hub with the services that its rooms hold in a year, one row each."""
    unit = {service.id: service.capacity_unit for service in profile.services}
    return dataclasses.replace(
        hub,
        services=tuple(
            HubService(service, 0, 0, capacity, unit.get(service, ""), 0.0, 0.0, 0.0, 0)
            for service, capacity in held_in(hub, year, profile).items()
        ),
    )
