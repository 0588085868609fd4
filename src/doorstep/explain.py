"""Why a space is or is not used, in a planner's words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from doorstep import pipeline
from doorstep.city import SERVICES, City
from doorstep.costs import MINOR_UNITS
from doorstep.errors import DoorstepError
from doorstep.layout import explain_space, why_barred
from doorstep.messages import text
from doorstep.plan_file import PlanFile
from doorstep.planned import planned
from doorstep.standards import Profile, shared_grades

__all__ = ["explanation"]


def explanation(
    city: City, profile: Profile, plan: PlanFile, space: str, language: str, *, workers: int = 2
) -> list[str]:
    """Explain a space in sentences.

    Parameters
    ----------
    city, profile, plan
        A plan of this city.
    space
        Id of the space.
    language
        en or zh.
    workers
        Threads.

    Returns
    -------
    list of str
        What its hub adds, who could walk there, which hub would be best at the certificate's prices, what it would have
        to cost or serve to be chosen.

    Raises
    ------
    DoorstepError
        ``space-unknown``.
    """
    ids = city.spaces["id"].tolist()
    if space not in ids:
        raise DoorstepError("space-unknown", space=space)
    at = ids.index(space)
    found = pipeline.diagnose(city, profile, workers=workers)
    was = planned(found, plan, workers=workers)
    reason = explain_space(
        was.problem, was.grades, was.prices.need, was.prices.money, at, was.prices.limits, was.prices.floors
    )

    def say(key: str, **values: object) -> str:
        return text(language, f"cli.{key}", **values)

    def money(amount: float) -> str:
        return f"{city.currency} {amount / MINOR_UNITS[city.currency]:,.0f}"

    def service_name(position: int) -> str:
        return text(language, f"services.{profile.services[position].id}")

    row = city.spaces.iloc[at]
    key = "explain_open" if reason.is_open else "explain_shut"
    lines = [say(key, place=row["place"], space=space, added=f"{reason.added_worth:,.1f}")]
    if row["decision"] in ("must", "never"):
        lines.append(say("explain_forced" if row["decision"] == "must" else "explain_never"))
    for name in sorted(row["replaces"]):
        facility = city.facilities.set_index("id").loc[name]
        cost = float(row["closing_cost"]) * MINOR_UNITS[city.currency]
        lines.append(
            say(
                "explain_closed" if reason.is_open else "explain_closes",
                facility=facility["place"] or name,
                service=text(language, f"services.{facility['service']}"),
                cost=money(cost),
            )
        )
    barred = why_barred(city, profile, at)
    if row["decision"] != "never":
        lines.extend(_barred_lines(barred, language, float(row["area_m2"])))
    if not reason.allowed_services:
        return lines
    reach = "; ".join(
        f"{service_name(service)} {reason.reachable_people[service]:,.0f}" for service in reason.allowed_services
    )
    lines.append(say("explain_reach", reach=reach))
    if reason.best_grades.any():
        best = np.flatnonzero(reason.best_grades)
        shared = {(one.service, one.number): one for one in shared_grades(profile)}
        becoming = {(one.service, one.number): one for one in found.converted}

        def told(service: int) -> str:
            key = service, int(reason.best_grades[service])
            lent, later = shared.get(key), becoming.get(key)
            if later is not None:
                into = text(language, "later.explained", years=later.year, into=service_name(later.into))
                return f"{service_name(service)} ({later.grade}, {into})"
            if lent is None:
                return f"{service_name(service)} ({int(reason.best_grades[service])})"
            rooms = text(language, "sharing.explained", lender=service_name(lent.lender))
            return f"{service_name(service)} ({lent.grade}, {rooms})"

        services = ", ".join(told(int(s)) for s in best)
        lines.append(say("explain_best", hub=services, money=money(reason.best_money)))
        lines.append(say("explain_worth", worth=f"{reason.best_worth:,.1f}", money_worth=f"{reason.money_worth:,.1f}"))
        if reason.cheaper_money > 0 and not reason.is_open:
            more = reason.money_worth - reason.best_worth
            lines.append(say("explain_cheaper", amount=money(reason.cheaper_money), more=f"{more:,.1f}"))
        elif reason.cheaper_money <= 0:
            lines.append(say("explain_enough" if reason.is_open else "explain_crowded"))
    return lines


def _barred_lines(barred: Mapping[str, frozenset[str]], language: str, area_m2: float) -> list[str]:
    """Sentences on what may not be in a space, services with the same reasons together."""
    if set().union(*barred.values()) == {"floor"} and len(barred) == len(SERVICES):
        return [text(language, "cli.explain_small", area=f"{area_m2:,.0f}")]
    lines = []
    for reasons in sorted(set(barred.values()), key=sorted):
        services = ", ".join(text(language, f"services.{one}") for one in SERVICES if barred.get(one) == reasons)
        limits = ", ".join(text(language, f"cli.limit_{one}") for one in sorted(reasons))
        lines.append(text(language, "cli.explain_barred", services=services, limits=limits))
    return lines
