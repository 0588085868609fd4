"""The tables of a plan as text files that Excel, WPS and any program read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from doorstep.plan_file import Account, Hub
from doorstep.report.asked import phase_of_space
from doorstep.report.replaced import replaced_ids
from doorstep.report.results import Results
from doorstep.report.wording import Wording, major
from doorstep.standards.profile import Profile

__all__ = ["account_of", "assessment_table", "coverage_table", "hubs_table", "write_csv"]

_SUMS = {
    "in_need": "in_need",
    "homebound": "homebound",
    "reached_before": "reached_facility",
    "reached_after": "reached_any",
    "served_before": "served_now",
    "served_after": "served_plan",
    "users_before": "users_now",
    "users_after": "users_plan",
}
WHOLE_CITY = "*"


def account_of(hub: Hub, case: str) -> Account | None:
    """Return the account of one take-up case (low, mid, high), or None if the plan carries none."""
    return next((account for account in hub.accounts if account.case == case), None)


def hubs_table(results: Results, language: str) -> pd.DataFrame:
    """Return one row per hub and service; what belongs to the whole hub is repeated in each of its rows.

    Parameters
    ----------
    results
        The plan.
    language
        Of the columns with names for people (``service_name``, ``community_name``).

    Returns
    -------
    pandas.DataFrame
        Columns as docs/reference/plan-folder.md lists them; money in major units as exact text.
    """
    wording = Wording(language, results.plan.currency)
    names = community_names(results, wording)
    cur = results.plan.currency
    phases = phase_of_space(results)
    rows = []
    for hub in sorted(results.plan.hubs, key=lambda one: one.space):
        account = account_of(hub, "mid")
        for service in hub.services:
            row: dict[str, object] = {
                "space": hub.space,
                "place": safe_text(hub.place),
                "community": hub.community,
                "community_name": safe_text(names.get(hub.community, hub.community)),
                "channel": hub.channel,
                "kind": hub.kind,
                "forced": "yes" if hub.forced else "no",
                "service": service.service,
                "service_name": wording.service(service.service),
                "grade": service.grade,
                "floor_m2": service.area_m2,
                "capacity": service.capacity,
                "capacity_unit": service.capacity_unit,
                "people": round(service.people, 6),
                "users": round(service.users, 6),
                "units": round(service.units, 6),
                f"capital_{cur}": major(service.capital_money, cur),
                "uses_rooms_of": service.uses_rooms_of,
                "in_periods": " ".join(service.in_periods),
                "saved_m2": service.saved_m2,
                "becomes": service.becomes,
                "becomes_grade": service.becomes_grade,
                "becomes_year": service.becomes_year,
                "hub_floor_m2": hub.area_m2,
                "space_area_m2": hub.space_area_m2,
                "area_basis": hub.area_basis,
                "storey": hub.storey,
                "hub_people": round(hub.people, 6),
                "hub_users": round(hub.users, 6),
                f"hub_capital_{cur}": major(hub.capital_money, cur),
            }
            for name in ("revenue", "running_cost", "subsidy", "result", "support"):
                money = getattr(account, f"{name}_money") if account else None
                row[f"hub_{name}_{cur}_year"] = None if money is None else major(money, cur)
            row["hub_jobs"] = round(account.jobs, 4) if account else None
            row["replaces"] = safe_text(replaced_ids(hub))
            row["available_from"] = hub.available_from
            row["opens"] = hub.opens
            if phases:
                row["phase"] = safe_text(phases.get(hub.space, ""))
            row["lon"] = round(hub.lon, 7)
            row["lat"] = round(hub.lat, 7)
            rows.append(row)
    if not rows:  # the header alone: a plan without hubs is a plan
        header = ["space", "place", "community", "community_name", "channel", "kind", "forced", "service", "grade"]
        return pd.DataFrame(columns=header)
    return pd.DataFrame(rows)


def coverage_table(results: Results, language: str) -> pd.DataFrame:
    """Return people in need, reached, given a place and using, before and after, per community and service.

    Community ``*`` is the whole city, the empty one homes outside all communities. All figures are sums of the ledger.
    """
    wording = Wording(language, results.plan.currency)
    names = community_names(results, wording)
    community = results.city.residences.set_index("id")["community"]
    need = results.need.assign(community=results.need["residence"].map(community).fillna(""))
    order = {service.id: number for number, service in enumerate(results.profile.services)}
    columns = list(_SUMS.values())
    city_rows = need.groupby("service", sort=False)[columns].sum().reset_index().assign(community=WHOLE_CITY)
    parts = need.groupby(["community", "service"], sort=False)[columns].sum().reset_index()
    table = pd.concat([city_rows, parts], ignore_index=True)
    table["_last"] = table["community"] == ""
    table["_first"] = table["community"] != WHOLE_CITY
    table["_service"] = table["service"].map(order)
    table = table.sort_values(["_first", "_last", "community", "_service"], kind="stable")
    out = pd.DataFrame(
        {
            "community": table["community"],
            "community_name": table["community"].map(lambda one: safe_text(names.get(one, one))),
            "service": table["service"],
            "service_name": table["service"].map(wording.service),
        }
    )
    for name, column in _SUMS.items():
        out[name] = table[column].round(6)
    for name in ("reached_before", "reached_after", "served_before", "served_after"):
        out[f"share_{name}"] = (out[name] / out["in_need"].where(out["in_need"] > 0)).round(6)
    return out.reset_index(drop=True)


def assessment_table(assessment: pd.DataFrame, profile: Profile, language: str) -> pd.DataFrame:
    """Return the assessment with the names of services beside their ids.

    The whole city and "outside" are named in the report's language; a Palma ratio without end (the worst-off have
    nothing) is an empty cell, because tables of Excel have no word for it.
    """
    wording = Wording(language, profile.currency)
    table = named_areas(assessment, wording)
    table["palma"] = table["palma"].replace(np.inf, np.nan)
    return table


def named_areas(by_area: pd.DataFrame, wording: Wording) -> pd.DataFrame:
    """Return a copy with the report's names of "whole city" and "outside", and names of services beside their ids."""
    table = by_area.copy()
    of_report = _names_of_report(wording)
    names = [of_report.get(one, name) for one, name in zip(table["community"], table["name"], strict=True)]
    table["name"] = [safe_text(name) for name in names]
    table.insert(list(table.columns).index("service") + 1, "service_name", table["service"].map(wording.service))
    return table


def community_names(results: Results, wording: Wording) -> dict[str, str]:
    """Return community id -> name, with the whole city and "outside" in the report's language."""
    communities = results.city.communities
    names = dict(zip(communities["id"], communities["name"].astype(str), strict=True))
    return names | _names_of_report(wording)


def _names_of_report(wording: Wording) -> dict[str, str]:
    return {WHOLE_CITY: wording("whole_city"), "": wording("outside_communities")}


def safe_text(value: object) -> str:
    """Return a name that no spreadsheet takes for a formula.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("High Street")
    ("'=1+1", 'High Street')
    """
    text_value = str(value)
    return f"'{text_value}" if text_value[:1] in ("=", "+", "@", "\t", "\r") else text_value


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 with a byte order mark, so that Excel and WPS show Chinese."""
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
