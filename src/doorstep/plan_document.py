"""A layout written as the document that people and programs read: hubs, accounts, coverage, findings, what is unmet."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.assess import AreaFacts, HubFacts, check_city, check_community, check_hub
from doorstep.city import City
from doorstep.costs import MINOR_UNITS
from doorstep.layout import (
    COMPLEX,
    Assignment,
    Layout,
    LayoutProblem,
    assignment_of_year,
    hub_floor_m2,
    units_of_rows,
)
from doorstep.operate import HubUse, ServiceUse, hub_accounts
from doorstep.plan_file import Coverage, Finding, Hub, HubService, LaterNeed, Unmet
from doorstep.residents import YEARS, Demand, Supply
from doorstep.standards import ConvertedGrade, Outcome, Profile, shared_grades

__all__ = ["area_findings", "closed_facilities", "coverage_of", "hubs_of", "later_needs", "opening_day", "unmet_of"]


def hubs_of(
    city: City,
    profile: Profile,
    demand: Demand,
    problem: LayoutProblem,
    layout: Layout,
    converted: Sequence[ConvertedGrade] = (),
) -> tuple[Hub, ...]:
    """Write each hub of a layout with its services, people, money, accounts and checks, by id of the space.

    Parameters
    ----------
    city, profile, demand, problem
        What was planned.
    layout
        Grades and assignment.
    converted
        Grades that give way to another service in a later year.

    Returns
    -------
    tuple of Hub
        In the order of ``city.spaces``.
    """
    today = assignment_of_year(problem, layout.assignment, 0)
    pair = today.pair
    row = problem.row_of_pair[pair]
    units = units_of_rows(problem, today)
    people = np.bincount(row, weights=today.people, minlength=problem.n_rows)
    elders = np.bincount(
        row,
        weights=problem.room[pair]
        * today.people
        * np.ascontiguousarray(demand.elder_share.T).ravel()[problem.cell_of_pair[pair]],
        minlength=problem.n_rows,
    )
    degrees = city.spaces.geometry.to_crs("EPSG:4326")
    shared = {(one.service, one.number): one for one in shared_grades(profile)}
    becoming = {(one.service, one.number): one for one in converted}
    hubs = []
    for space in np.flatnonzero(layout.grades.any(axis=1)):
        facts = city.spaces.iloc[int(space)]
        grades = layout.grades[space]
        chosen = np.flatnonzero(grades)
        kind = int(len(chosen) >= problem.complex_functions)
        services, uses = [], []
        for number in chosen:
            service, grade = profile.services[number], profile.services[number].grades
            lent = shared.get((int(number), int(grades[number])))
            later = becoming.get((int(number), int(grades[number])))
            like = lent or later
            taken = next(one for one in grade if one.number == (like.grade if like else grades[number]))
            at = space * problem.n_stints + number
            users = float(units[at] / service.units_per_user)
            services.append(
                HubService(
                    service=service.id,
                    grade=taken.number,
                    area_m2=taken.area_m2,
                    capacity=taken.capacity,
                    capacity_unit=service.capacity_unit,
                    people=float(people[at]),
                    users=users,
                    units=float(units[at]),
                    capital_money=int(problem.grade_money[space, number, grades[number] - 1, kind]),
                    uses_rooms_of=profile.services[lent.lender].id if lent else "",
                    in_periods=lent.periods if lent else (),
                    saved_m2=lent.saved_m2 if lent else 0,
                    becomes=profile.services[later.into].id if later else "",
                    becomes_grade=later.into_grade if later else 0,
                    becomes_year=later.year if later else 0,
                )
            )
            share = float(elders[at] / units[at]) if units[at] > 0 else 0.0
            uses.append(ServiceUse(service.id, taken.number, taken.capacity, users, float(units[at]), share))
        share = profile.common_share_complex if kind == COMPLEX else profile.common_share_dispersed
        floor = hub_floor_m2(problem, grades) * (1 + share)
        name = "complex" if kind == COMPLEX else "dispersed"
        use = HubUse(
            kind=name,
            channel=facts["channel"],
            area_m2=floor,
            services=tuple(uses),
            rent_per_m2_year=_known(facts["rent_per_m2_year"]),
            capital_cost_per_m2=_known(facts["capital_cost_per_m2"]),
        )
        checked = HubFacts(
            space=facts["id"],
            kind=name,
            channel=facts["channel"],
            area_m2=floor,
            services={one.service: one.grade for one in services},
            storey=_known(facts["storey"]),
            lift=facts["lift"],
            outdoor_m2=_known(facts["outdoor_m2"]),
            limits=facts["limits"],
        )
        hubs.append(
            Hub(
                space=facts["id"],
                place=facts["place"],
                community=facts["community"],
                channel=facts["channel"],
                kind=name,
                forced=facts["decision"] == "must",
                storey=_known(facts["storey"]),
                area_m2=floor,
                space_area_m2=float(facts["area_m2"]),
                area_basis=facts["area_basis"],
                lon=round(float(degrees.iloc[int(space)].x), 7),
                lat=round(float(degrees.iloc[int(space)].y), 7),
                available_from=_day(facts["available_from"]),
                opens=opening_day(facts["available_from"], facts["channel"], profile),
                capital_money=problem.hub_money(int(space), grades),
                people=sum(one.people for one in services),
                users=sum(one.users for one in services),
                services=tuple(services),
                accounts=hub_accounts(use, profile, currency=city.currency),
                findings=check_hub(checked, profile),
                replaces=tuple(sorted(facts["replaces"])),
            )
        )
    return tuple(hubs)


def closed_facilities(city: City, hubs: Sequence[Hub]) -> npt.NDArray[np.bool_]:
    """Return which facilities close because hubs have their rooms; shape (n_facilities,)."""
    closed = {one for hub in hubs for one in hub.replaces}
    found: npt.NDArray[np.bool_] = city.facilities["id"].isin(closed).to_numpy(np.bool_)
    return found


def coverage_of(
    profile: Profile,
    supply: Supply,
    problem: LayoutProblem,
    layout: Layout,
    now: Assignment,
    need: pd.DataFrame,
    hubs: tuple[Hub, ...],
    closed: npt.NDArray[np.bool_],
) -> tuple[Coverage, ...]:
    """Sum the ledger by service, and put capacity beside it.

    Parameters
    ----------
    profile, supply, problem, layout, now
        What was planned and how it was before.
    need
        The ledger.
    hubs, closed
        The plan's hubs, and the facilities that close for them.
    """
    sums = need.groupby("service", sort=False).sum(numeric_only=True)
    sums = sums.reindex([service.id for service in profile.services], fill_value=0.0)
    units = [
        np.bincount(
            problem.cell_of_pair[assignment.pair] // max(1, problem.n_homes),
            weights=problem.room[assignment.pair] * assignment.people,
            minlength=problem.n_services,
        )[: problem.n_services]
        for assignment in (now, layout.assignment)
    ]
    rows = []
    for number, service in enumerate(profile.services):
        capacity = float(supply.capacity[supply.service == number].sum())
        stays = float(supply.capacity[(supply.service == number) & ~closed].sum())
        of_hubs = sum(one.capacity for hub in hubs for one in hub.services if one.service == service.id)
        rows.append(
            Coverage(
                service=service.id,
                **{
                    name: float(sums[name].to_numpy()[number])
                    for name in (
                        "in_need",
                        "homebound",
                        "reached_facility",
                        "reached_any",
                        "served_now",
                        "served_plan",
                        "users_now",
                        "users_plan",
                    )
                },
                capacity_now=capacity,
                capacity_plan=stays + of_hubs,
                units_now=float(units[0][number]),
                units_plan=float(units[1][number]),
            )
        )
    return tuple(rows)


def later_needs(
    profile: Profile,
    supply: Supply,
    later: Sequence[Demand],
    problem: LayoutProblem,
    grades: npt.NDArray[np.int8],
    served: pd.DataFrame,
    closed: npt.NDArray[np.bool_],
) -> tuple[LaterNeed, ...]:
    """Sum need, people, users and capacity of each later year by service.

    Parameters
    ----------
    profile, supply, later, problem
        What was planned, and people in need then.
    grades
        The plan's hubs, shape (n_spaces, n_services).
    served
        Who goes where in later years.
    closed
        Facilities that close for the plan's hubs.
    """
    sums = {
        name: served.groupby(["year", "service"])[name].sum().to_dict() if len(served) else {}
        for name in ("people", "users")
    }
    chosen = grades[:, problem.stints[:, 0]].astype(np.int64)
    room = np.where(chosen > 0, problem.grade_room[np.arange(problem.n_stints), chosen - 1], 0.0).sum(axis=0)
    rows = []
    for at, (year, need) in enumerate(zip(YEARS[1:], later, strict=False), start=1):
        for number, service in enumerate(profile.services):
            here = (problem.stints[:, 1] == number) & (problem.stints[:, 2] == at)
            rows.append(
                LaterNeed(
                    year=year,
                    service=service.id,
                    in_need=float(need.in_need[:, number].sum()),
                    served_plan=float(sums["people"].get((year, service.id), 0.0)),
                    users_plan=float(sums["users"].get((year, service.id), 0.0)),
                    capacity_plan=float(
                        supply.capacity[(supply.service == number) & ~closed].sum()
                        + room[here].sum() / profile.occupancy_cap
                    ),
                )
            )
    return tuple(rows)


def area_findings(city: City, profile: Profile, hubs: tuple[Hub, ...]) -> tuple[Finding, ...]:
    """Check the floor of services of every community and of the city against the profile's rules.

    Parameters
    ----------
    city, profile
        Existing facilities with their floor, households, rules.
    hubs
        The plan's hubs add their floor; facilities that close for them have none.
    """
    findings: list[Finding] = []
    floor_of_hubs = pd.Series([hub.area_m2 for hub in hubs], index=[hub.community for hub in hubs], dtype=np.float64)
    by_community = floor_of_hubs.groupby(level=0).sum()
    facilities = city.facilities[~closed_facilities(city, hubs)].drop_duplicates(["place", "community", "area_m2"])
    households = city.communities["households"].to_numpy(np.float64)
    for position, community in enumerate(city.communities.itertuples()):
        here = facilities[facilities["community"] == community.id]["area_m2"]
        findings.extend(
            check_community(
                AreaFacts(
                    id=community.id,
                    households=_known(households[position]),
                    existing_area_m2=float(here.sum()),
                    unknown_areas=int(here.isna().sum()),
                    hub_area_m2=float(by_community.get(community.id, 0.0)),
                    cut=bool(community.cut),
                ),
                profile,
            )
        )
    findings.extend(
        check_city(
            AreaFacts(
                id="city",
                households=None if not len(households) or np.isnan(households).any() else float(households.sum()),
                existing_area_m2=float(facilities["area_m2"].sum()),
                unknown_areas=int(facilities["area_m2"].isna().sum()),
                hub_area_m2=float(floor_of_hubs.sum()),
                cut=bool(city.communities["cut"].any()),
            ),
            profile,
        )
    )
    return tuple(findings)


def unmet_of(
    city: City,
    profile: Profile,
    problem: LayoutProblem,
    findings: tuple[Finding, ...],
    *,
    dropped: tuple[int, ...],
    missing_money: int,
    cheapest_money: int | None,
) -> tuple[Unmet, ...]:
    """List what cannot be met, and by how much.

    Parameters
    ----------
    city, profile, problem
        What was planned.
    findings
        Those of hubs, communities and city: what fails is unmet.
    dropped, missing_money
        Spaces that must hold a hub and for which the money does not go; what is missing.
    cheapest_money
        Cheapest hub of all, given if the plan has no hub.
    """
    unmet = []
    minor = MINOR_UNITS[city.currency]
    for position in np.flatnonzero((city.spaces["decision"] == "must").to_numpy()):
        space = city.spaces["id"].iloc[int(position)]
        if not problem.allowed[position].any():
            unmet.append(Unmet("must-not-possible", f"space:{space}", 0.0, ""))
        elif position in dropped and missing_money:
            unmet.append(Unmet("must-over-budget", f"space:{space}", missing_money / minor, city.currency))
        elif position in dropped:
            unmet.append(Unmet("must-over-limit", f"space:{space}", 0.0, ""))
    if cheapest_money is not None and problem.budget_money is not None and cheapest_money > problem.budget_money:
        missing = (cheapest_money - problem.budget_money) / minor
        unmet.append(Unmet("budget-too-small", "city", missing, city.currency))
    for finding in findings:
        if finding.outcome == Outcome.FAILS:
            bounds = [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", finding.required)]
            short = [abs(bound - finding.measured) for bound in bounds] if finding.measured is not None else []
            amount = min(short, default=0.0)
            unmet.append(Unmet("rule-not-met", f"{finding.subject}/{finding.rule}", amount, finding.unit))
    reached = np.zeros(problem.n_cells, dtype=np.bool_)
    reached[problem.cell_of_pair] = True
    for number, service in enumerate(profile.services):
        cells = slice(number * problem.n_homes, (number + 1) * problem.n_homes)
        people = float(problem.walkers[cells][~reached[cells]].sum())
        if people > 0:
            unmet.append(Unmet("out-of-reach", f"service:{service.id}", people, "person"))
    return tuple(unmet)


def _known(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return None if math.isnan(number) else number


def _day(moment: object) -> str:
    return "" if pd.isna(moment) else pd.Timestamp(moment).date().isoformat()  # type: ignore[arg-type, call-overload]


def opening_day(available: object, channel: str, profile: Profile) -> str:
    """Day of opening: when the space is free, and then the days that steps and works of its channel take."""
    if pd.isna(available):  # type: ignore[call-overload]
        return ""
    days = profile.parameters.get((f"opening_days:{channel}", "any", "all"))
    begin: dt.date = pd.Timestamp(available).date()  # type: ignore[arg-type]
    return (begin + dt.timedelta(days=round(days.mid) if days else 0)).isoformat()
