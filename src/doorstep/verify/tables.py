"""The tables of a plan folder against plan and ledger: what their rows should be, and whether they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pandas as pd

from doorstep.city import City
from doorstep.plan_file import PlanFile
from doorstep.standards import Profile
from doorstep.verify.money import major
from doorstep.verify.need import derive_supply
from doorstep.verify.verdict import Violation, found

__all__ = ["check_table", "same", "wanted_assessment", "wanted_coverage", "wanted_hubs"]

Rows = Mapping[tuple[str, str], Mapping[str, object]]

SUMS = {
    "in_need": "in_need",
    "homebound": "homebound",
    "reached_before": "reached_facility",
    "reached_after": "reached_any",
    "served_before": "served_now",
    "served_after": "served_plan",
    "users_before": "users_now",
    "users_after": "users_plan",
}
LAST_DIGIT = 1.5e-6  # figures stand with six decimals


def check_table(path: Path, wanted: Rows, key: tuple[str, str]) -> Iterator[Violation]:
    """Compare a table with the rows that it should have; columns for people (names) are not read."""
    name = path.name
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError):
        yield found("file-differs", name, "damaged", "whole")
        return
    columns = {column for row in wanted.values() for column in (*key, *row)}
    if not columns <= set(table.columns):
        yield found("file-differs", f"{name}/columns", None, " ".join(sorted(columns - set(table.columns))))
        return
    rows: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in table.to_dict("records") if wanted or len(table) else ():
        rows.setdefault((str(row.get(key[0])), str(row.get(key[1]))), []).append({str(k): v for k, v in row.items()})
    for one in sorted({*rows, *wanted}):
        if len(rows.get(one, ())) != (one in wanted):
            yield found("file-differs", f"{name}:{one[0]}/{one[1]}", len(rows.get(one, ())), int(one in wanted), "rows")
            continue
        for column, value in wanted[one].items():
            written = rows[one][0][column]
            if not same(written, value):
                yield found("file-differs", f"{name}:{one[0]}/{one[1]}/{column}", written, value)


def same(written: object, value: object) -> bool:
    """Tell whether a cell says a value: text and money exactly, other figures to six decimals, nothing for ``None``."""
    text = "" if written is None else str(written)
    if value is None or isinstance(value, str):
        return text == (value or "")
    try:
        if isinstance(value, Decimal):
            return Decimal(text) == value
        return abs(float(text) - float(str(value))) <= LAST_DIGIT + 1e-9 * abs(float(str(value)))
    except (ArithmeticError, ValueError):
        return False


def wanted_hubs(plan: PlanFile) -> Rows:
    """Return the rows of ``hubs.csv`` by space and service."""
    cur = plan.currency
    rows: dict[tuple[str, str], Mapping[str, object]] = {}
    for hub in plan.hubs:
        year = next((one for one in hub.accounts if one.case == "mid"), None)
        of_hub: dict[str, object] = {
            "community": hub.community,
            "channel": hub.channel,
            "kind": hub.kind,
            "forced": "yes" if hub.forced else "no",
            "hub_floor_m2": hub.area_m2,
            "space_area_m2": hub.space_area_m2,
            "area_basis": hub.area_basis,
            "storey": hub.storey,
            "hub_people": hub.people,
            "hub_users": hub.users,
            f"hub_capital_{cur}": major(hub.capital_money, cur),
            "available_from": hub.available_from,
            "opens": hub.opens,
            "replaces": "; ".join(hub.replaces),
            "lon": hub.lon,
            "lat": hub.lat,
        }
        if year is not None:
            for head in ("revenue", "running_cost", "subsidy", "result", "support"):
                of_hub[f"hub_{head}_{cur}_year"] = major(getattr(year, f"{head}_money"), cur)
            of_hub["hub_jobs"] = round(year.jobs, 4)
        for one in hub.services:
            rows[hub.space, one.service] = of_hub | {
                "grade": one.grade,
                "floor_m2": one.area_m2,
                "capacity": one.capacity,
                "capacity_unit": one.capacity_unit,
                "people": one.people,
                "users": one.users,
                "units": one.units,
                f"capital_{cur}": major(one.capital_money, cur),
                "uses_rooms_of": one.uses_rooms_of,
                "in_periods": " ".join(one.in_periods),
                "saved_m2": one.saved_m2,
                "becomes": one.becomes,
                "becomes_grade": one.becomes_grade,
                "becomes_year": one.becomes_year,
            }
    return rows


def wanted_coverage(city: City, need: pd.DataFrame) -> Rows:
    """Return the rows of ``coverage.csv``: the ledger by community and service.

    ``*`` is the city, the empty community all homes outside.
    """
    rows: dict[tuple[str, str], Mapping[str, object]] = {}
    for key, sums in _sums(city, need).items():
        row: dict[str, object] = {name: sums[column] for name, column in SUMS.items()}
        for name in ("reached_before", "reached_after", "served_before", "served_after"):
            # The shares are worked out from the rounded figures: tiny needs make them coarse.
            in_need = round(sums["in_need"], 6)
            row[f"share_{name}"] = round(sums[SUMS[name]], 6) / in_need if in_need > 0 else None
        rows[key] = row
    return rows


def wanted_assessment(city: City, profile: Profile, need: pd.DataFrame) -> Rows:
    """Return what ledger, facilities and profile give of ``assessment.csv``: people, capacity, shortage.

    Walks, the range of a shortage, outcomes and indices are not among it.
    """
    sums, whole = _sums(city, need), _sums(city, need, without_cut=True)
    nobody = dict.fromkeys(SUMS.values(), 0.0)
    offer = derive_supply(city, profile)
    community = city.facilities["community"].to_numpy(dtype=object)
    cut = set(city.communities["id"][city.communities["cut"].astype(bool)]) if len(city.communities) else set()
    areas = ["*", *city.communities["id"]] if len(city.communities) else ["*"]
    areas += [""] if (city.residences["community"] == "").any() else []
    rows: dict[tuple[str, str], Mapping[str, object]] = {}
    for area in areas:
        here = (community == area) | (area == "*")
        for s, service in enumerate(profile.services):
            people, counted = (some.get((area, service.id), nobody) for some in (sums, whole))
            per_user = service.units_per_user / profile.occupancy_cap
            in_need = people["in_need"]
            row: dict[str, object] = {
                "in_need": in_need,
                "homebound": people["homebound"],
                "reached": people["reached_facility"],
                "served_now": people["served_now"],
                "share_reached": people["reached_facility"] / in_need if in_need > 0 else None,
                "share_served": people["served_now"] / in_need if in_need > 0 else None,
                "capacity": float(offer.capacity[here & (offer.service == s)].sum()),
                "capacity_needed": per_user * service.take_up * (in_need - people["homebound"]),
                "shortage_places": None,
                "shortage_m2": None,
            }
            if area not in cut:  # a community cut by the edge of the data is never short
                needed = per_user * service.take_up * (counted["in_need"] - counted["homebound"])
                short = max(0.0, needed - per_user * counted["users_now"])
                grade = service.grades[len(service.grades) // 2] if service.grades else None
                row["shortage_places"] = short
                row["shortage_m2"] = short * grade.area_m2 / grade.capacity if grade else None
            rows[area, service.id] = row
    return rows


def _sums(city: City, need: pd.DataFrame, *, without_cut: bool = False) -> dict[tuple[str, str], dict[str, float]]:
    """Sum the ledger by community and service, and for the whole city (``*``)."""
    where = need["residence"].map(dict(zip(city.residences["id"], city.residences["community"], strict=True)))
    where = where.fillna("")
    if without_cut and len(city.communities):
        kept = ~where.isin(city.communities["id"][city.communities["cut"].astype(bool)])
        need, where = need[kept], where[kept]
    sums: dict[tuple[str, str], dict[str, float]] = {}
    for places in (where, pd.Series("*", index=need.index)):
        table = need[list(SUMS.values())].groupby([places, need["service"]]).sum()
        for key, values in zip(table.index.tolist(), table.to_numpy(dtype="float64").tolist(), strict=True):
            sums[str(key[0]), str(key[1])] = dict(zip(table.columns, values, strict=True))
    return sums
