"""A finished plan made up by rule, so that the report is tested without the engine: a grid town of six communities."""

# ruff: noqa: E501 (rows of made-up data are read across)

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from doorstep.assess.bands import BAND_COLUMNS
from doorstep.city import AGE_BANDS, PEOPLE_COLUMNS, SERVICES, City, Source, Streets
from doorstep.plan_file import (
    Account,
    Bound,
    Coverage,
    Finding,
    Hub,
    HubService,
    LimitBound,
    Multipliers,
    PlanFile,
    Unmet,
)
from doorstep.report import Results
from doorstep.standards.profile import FloorUse, Force, Grade, Parameter, Profile, Rule, RuleKind, Service

N_EAST, N_NORTH, STEP_M = 13, 11, 120.0
X0_M, Y0_M = 500_000.0, 5_710_000.0
CRS = "EPSG:32630"
PACE = Parameter(0.6, 0.8, 1.0, "m/s", "", "derived")
TEXTS = {
    "en": {
        "city": "Gridford (made up)",
        "communities": ["Alway", "Beechwood & Lisŵerry", "St Julian's", "Pillgwenlly", "Shaftesbury", "Stow Hill"],
        "home": "House {n}",
        "facility": "Facility {n}",
        "space": "{n} Commercial Street <former shop>",
        "source": "Made up for tests",
    },
    "zh": {
        "city": "澄川市云桥区(虚构)",
        "communities": ["云桥社区", "堃园社区", "河西社区", "北门社区", "学府社区", "新苑社区"],
        "home": "云桥小区{n}号楼",
        "facility": "现有设施{n}",
        "space": "人民路{n}号闲置用房",
        "source": "测试用虚构数据",
    },
}


def made_results(language: str = "en", *, n_hubs: int = 9, cut_ids: bool = False) -> Results:
    """Return results whose every sum agrees with its ledger.

    ``cut_ids`` gives spaces ids that are no file names (slashes, spaces, two that differ only in a forbidden character).
    """
    words = TEXTS[language]
    currency = "CNY" if language == "zh" else "GBP"
    draw = np.random.default_rng(7)
    city = _city(words, language, currency, draw, cut_ids)
    profile = _profile(currency)
    need, served, hubs = _ledger(city, profile, draw, n_hubs)
    plan = _plan(city, profile, need, served, hubs, language, currency)
    return Results(city, profile, plan, need, served, _assessment(city, profile, need, served), _bands(city, profile))


def _city(words: dict, language: str, currency: str, draw: np.random.Generator, cut_ids: bool) -> City:
    width, height = (N_EAST - 1) * STEP_M, (N_NORTH - 1) * STEP_M
    boxes = [
        shapely.box(
            X0_M + east * width / 3,
            Y0_M + north * height / 2,
            X0_M + (east + 1) * width / 3,
            Y0_M + (north + 1) * height / 2,
        )
        for north in range(2)
        for east in range(3)
    ]
    communities = gpd.GeoDataFrame(
        {
            "id": [f"C{n + 1}" for n in range(6)],
            "name": words["communities"],
            "type": "old",
            "cut": [False] * 5 + [True],
            "households": 900.0,
        },
        geometry=boxes,
        crs=CRS,
    )
    n_homes = 320
    xy = np.column_stack([X0_M + draw.uniform(-40, width + 40, n_homes), Y0_M + draw.uniform(10, height - 10, n_homes)])
    people = draw.gamma(2.0, [1.6, 1.5, 5, 12, 15, 5, 3, 1.6], (n_homes, 8)).round(2)
    homes = gpd.GeoDataFrame(
        {"id": [f"R{n:03}" for n in range(n_homes)], "name": [words["home"].format(n=n + 1) for n in range(n_homes)]},
        geometry=shapely.points(xy),
        crs=CRS,
    )
    homes["community"] = _community_of(homes.geometry, communities)
    for column, values in zip(PEOPLE_COLUMNS, people.T, strict=True):
        homes[column] = values
    homes["dwellings"], homes["people_basis"] = np.nan, "estimated"
    facilities = gpd.GeoDataFrame(
        {
            "id": [f"F{n:02}" for n in range(14)],
            "service": [SERVICES[n % 9] for n in range(14)],
            "place": [words["facility"].format(n=n + 1) for n in range(14)],
            "capacity": 40.0,
        },
        geometry=shapely.points(X0_M + draw.uniform(0, width, 14), Y0_M + draw.uniform(0, height, 14)),
        crs=CRS,
    )
    facilities["community"] = _community_of(facilities.geometry, communities)
    n_spaces = 24
    ids = [f"K{n:02}" for n in range(n_spaces)]
    if cut_ids:
        ids[:5] = ["A/1 a", "A0", "A:1 a", "A;", "B号/楼"]
    spaces = gpd.GeoDataFrame(
        {
            "id": ids,
            "place": [words["space"].format(n=3 * n + 1) for n in range(n_spaces)],
            "kind": "shop",
            "area_m2": draw.integers(150, 1500, n_spaces).astype(float),
            "channel": [("supplement", "convert", "transfer", "rent")[n % 4] for n in range(n_spaces)],
            "owner": "",
            "present_use": "",
            "decision": "may",
            "limits": [frozenset({"owners_meeting"}) if n % 5 == 0 else frozenset() for n in range(n_spaces)],
        },
        geometry=shapely.points(
            X0_M + draw.uniform(60, width - 60, n_spaces), Y0_M + draw.uniform(60, height - 60, n_spaces)
        ),
        crs=CRS,
    )
    spaces["community"] = _community_of(spaces.geometry, communities)
    return City(
        folder=Path("made"),
        name=words["city"],
        language=language,
        currency=currency,
        profile="made",
        crs=CRS,
        made_up=True,
        sources=(Source("all tables", words["source"], "2026", "CC0 1.0", "© OpenStreetMap contributors"),),
        assumptions=("Everything is made up: place, names, people, rooms.",),
        overrides=(),
        communities=communities,
        residences=homes,
        facilities=facilities,
        spaces=spaces.sort_values("id").reset_index(drop=True),
        streets=_streets(),
        completeness=pd.DataFrame(
            [("residences", "people", 0, n_homes, 0, 0)],
            columns=["table", "column", "measured", "estimated", "assumed", "unknown"],
        ),
        inputs={"residences.csv": "a" * 64, "city.toml": "b" * 64},
    )


def _community_of(points: gpd.GeoSeries, communities: gpd.GeoDataFrame) -> list[str]:
    found = [""] * len(points)
    for row in communities.itertuples():
        for position in np.flatnonzero(shapely.contains(row.geometry, points.to_numpy())):
            found[position] = row.id
    return found


def _streets() -> Streets:
    east, north = np.meshgrid(np.arange(N_EAST), np.arange(N_NORTH))
    node = (north * N_EAST + east).astype(np.int64)
    ways = list(node) + list(node.T)
    tags = [
        {"highway": "secondary" if n in (5, 17) else "residential" if n % 3 else "footway"} for n in range(len(ways))
    ]
    return Streets(
        np.arange(1, node.size + 1),
        X0_M + east.ravel() * STEP_M,
        Y0_M + north.ravel() * STEP_M,
        {},
        np.arange(1, len(ways) + 1),
        np.concatenate([[0], np.cumsum([len(way) for way in ways])]).astype(np.int64),
        np.concatenate(ways).astype(np.int64),
        tuple(tags),
    )


def _profile(currency: str) -> Profile:
    rates = np.linspace(0.02, 0.12, 8)
    services = tuple(
        Service(
            id=name,
            capacity_unit=("day_place", "place", "place", "meal_day")[n] if n < 4 else "visit_week",
            walk_limit_mm=600_000 + 50_000 * (n % 4),
            walk_limit_ms=600_000 + 50_000 * (n % 4),
            need_rate=tuple(rates),
            take_up=0.3,
            take_up_range=(0.2, 0.3, 0.4),
            price_elasticity=0.5,
            price_ref=20.0,
            price_unit="visit",
            units_per_user=1.0,
            peak_share=0.3,
            open_days_year=250,
            weight=1.0,
            priority=n < 2,
            storey_min=0,
            storey_max=3,
            lift_above=1,
            grades=(Grade(1, 60, 60, 1, 0, False), Grade(2, 120, 150, 2, 0, False)),
        )
        for n, name in enumerate(SERVICES)
    )
    rule = Rule(
        "made-1", "made", "size", (), "complex", "floor_area", ">=", "600", "", "m2", "A complex has at least 600 m².",
        "综合体建筑面积不小于600平方米。", "Implementation Plan for urban community embedded service facilities (2023)", "2(1)",
        "confirmed", Force.HARD, RuleKind.REQUIREMENT, "made",
    )  # fmt: skip
    guess = Parameter(0.1, 0.2, 0.3, "users per person in need", "", "assumption")
    return Profile(
        id="made",
        currency=currency,
        settings={},
        take_up_case="low",
        services=services,
        homebound_share=(0, 0, 0, 0, 0, 0.01, 0.04, 0.15),
        weight_age=(1.0,) * 8,
        walk_speed_m_s=(1.0,) * 8,
        decay_flat_share=0.5,
        decay_end_value=0.4,
        occupancy_cap=0.9,
        common_share_complex=0.25,
        common_share_dispersed=0.1,
        complex_min_functions=3,
        complex_min_area_m2=0,
        small_hub_m2=200,
        forbidden_pairs=frozenset(),
        compatibility={},
        floor_use=FloorUse(*[()] * 9),
        step_penalty=2.0,
        crossing_wait_ms=20_000,
        snap_limit_mm=300_000,
        limits_on=frozenset({"storey", "lift"}),
        rules=(rule,),
        parameters={("take_up", name, "all"): guess for name in SERVICES}
        | {("occupancy_cap", "any", "all"): guess, ("walk_time_limit_factor_frail", "any", "80+"): guess}
        | {("walk_speed", "any", band): PACE for band in AGE_BANDS},
        walk_limit_factor=(1.0,) * 7 + (0.6,),
        costs={("rent", "fit_out_per_m2"): Parameter(300, 500, 900, f"{currency} per m2", "", "assumption")},
    )


def _ledger(
    city: City, profile: Profile, draw: np.random.Generator, n_hubs: int
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, list[str]]]:
    """Give places by rule: half of a home's walkers at its nearest facility within reach, the rest at its nearest hub, 80 % of them."""
    homes = np.column_stack([city.residences.geometry.x, city.residences.geometry.y])
    people = city.residences[list(PEOPLE_COLUMNS)].to_numpy()
    chosen = city.spaces.iloc[:: max(1, len(city.spaces) // n_hubs)].head(n_hubs)
    hubs = {
        row.id: sorted(draw.choice(SERVICES, size=1 + n % 5, replace=False), key=SERVICES.index)
        for n, row in enumerate(chosen.itertuples())
    }
    need_rows, served_rows = [], []
    for service in profile.services:
        in_need = people @ np.array(service.need_rate)
        homebound = (people * np.array(profile.homebound_share)) @ np.array(service.need_rate)
        walkers = in_need - homebound
        old = city.facilities[city.facilities["service"] == service.id]
        new = city.spaces[city.spaces["id"].isin([space for space, offered in hubs.items() if service.id in offered])]
        now, reached_now = np.zeros(len(homes)), np.zeros(len(homes))
        added, reached_new = np.zeros(len(homes)), np.zeros(len(homes))
        for places, given, reached, share in ((old, now, reached_now, 0.5), (new, added, reached_new, 0.8)):
            if len(places) == 0:
                continue
            away = np.hypot(homes[:, :1] - places.geometry.x.to_numpy(), homes[:, 1:] - places.geometry.y.to_numpy())
            nearest, far = away.argmin(axis=1), away.min(axis=1) * 1.3
            near = far * 1000 <= service.walk_limit_mm
            reached[near] = walkers[near]
            given[near] = share * (walkers - now)[near] if places is new else share * walkers[near]
            for i in np.flatnonzero(near & (given > 0)):
                users = service.take_up * given[i]
                walk = round(far[i] * 1000)
                for situation in ("now", "plan") if places is old else ("plan",):
                    served_rows.append(
                        (
                            situation,
                            city.residences["id"][i],
                            service.id,
                            places["id"].iloc[nearest[i]],
                            given[i],
                            users,
                            users,
                            walk,
                            walk,
                        )
                    )
        for i, home in enumerate(city.residences["id"]):
            plan = now[i] + added[i]
            need_rows.append(
                (home, service.id, in_need[i], homebound[i], reached_now[i], max(reached_now[i], reached_new[i]), now[i], in_need[i] - now[i],
                 plan, in_need[i] - plan, service.take_up * now[i], service.take_up * plan)
            )  # fmt: skip
    from doorstep.plan_file import NEED_COLUMNS, SERVED_COLUMNS

    need = pd.DataFrame(need_rows, columns=list(NEED_COLUMNS)).sort_values(["residence", "service"], ignore_index=True)
    served = pd.DataFrame(served_rows, columns=list(SERVED_COLUMNS))
    return need, served, hubs


def _plan(
    city: City,
    profile: Profile,
    need: pd.DataFrame,
    served: pd.DataFrame,
    offered: dict[str, list[str]],
    language: str,
    currency: str,
) -> PlanFile:
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    spaces = city.spaces.set_index("id")
    given = served[served["situation"] == "plan"].groupby(["place", "service"])[["people", "users", "units"]].sum()
    hubs = []
    for space, names in sorted(offered.items()):
        row = spaces.loc[space]
        services = []
        for name in names:
            people, users, units = given.loc[(space, name)] if (space, name) in given.index else (0.0, 0.0, 0.0)
            grade = profile.service(name).grades[len(name) % 2]
            capital = grade.area_m2 * 61_803 + 99
            services.append(
                HubService(
                    name,
                    grade.number,
                    grade.area_m2,
                    grade.capacity,
                    profile.service(name).capacity_unit,
                    people,
                    users,
                    units,
                    capital,
                )
            )
        kind = "complex" if len(services) >= 3 else "dispersed"
        share = profile.common_share_complex if kind == "complex" else profile.common_share_dispersed
        area = sum(service.area_m2 for service in services)
        lon, lat = to_degrees.transform(row.geometry.x, row.geometry.y)
        hubs.append(
            Hub(
                space, row["place"], row["community"], row["channel"], kind, False, 1.0, area * (1 + share), float(row["area_m2"]),
                "estimated", lon, lat, "2027-03-01", "2027-09-01", 250_000 + sum(s.capital_money for s in services),
                sum(s.people for s in services), sum(s.users for s in services), tuple(services),
                tuple(_account(case, area, services) for case in ("low", "mid", "high")),
                (
                    Finding(f"hub:{space}", "made-1", "passes" if area > 300 else "warns", float(area), ">= 600", "m2", profile.rules[0].document, "2(1)", "confirmed", "hard"),
                    Finding(f"hub:{space}", "made-2", "unknown", None, "<= 3", "storey", profile.rules[0].document, "3", "recalled", "soft"),
                ),
            )
        )  # fmt: skip
    coverage = []
    for service in profile.services:
        sums = need[need["service"] == service.id].drop(columns=["residence", "service"]).sum()
        capacity = 40.0 * (city.facilities["service"] == service.id).sum()
        more = sum(s.capacity for hub in hubs for s in hub.services if s.service == service.id)
        coverage.append(
            Coverage(service.id, sums.in_need, sums.homebound, sums.reached_facility, sums.reached_any, sums.served_now, sums.served_plan,
                     sums.users_now, sums.users_plan, capacity, capacity + more, sums.users_now, sums.users_plan)
        )  # fmt: skip
    objective = float(need["users_plan"].sum())
    return PlanFile(
        format="doorstep-plan/1",
        made_by={"doorstep": "0.1.0"},
        city=city.name,
        profile=profile.id,
        currency=currency,
        crs=CRS,
        language=language,
        made_up=True,
        attribution=("© OpenStreetMap contributors",),
        inputs=dict(city.inputs),
        settings={},
        method="engine",
        budget_money=100_000_000,
        seed=0,
        rounds=40,
        gap_target=0.01,
        status="rounds_done",
        take_up_case="low",
        capital_money=sum(hub.capital_money for hub in hubs),
        bound=Bound(objective, objective * 1.012, objective * 1.012, objective * 1.012, 0.012, True),
        coverage=tuple(coverage),
        hubs=tuple(hubs),
        unmet=(Unmet("must-space", "K03", 120.0, "m2"),),
        limits_bound=(LimitBound("storey", 14, "made-2"), LimitBound("lift", 3, "assumption")),
        findings=(
            Finding("community:C1", "made-3", "fails", 210.0, ">= 300", "m2", profile.rules[0].document, "4", "confirmed", "hard"),
            Finding("city", "made-4", "unverified", None, ">= 1", "count", profile.rules[0].document, "5", "recalled", "unverified"),
        ),
        multipliers=Multipliers(0.0, {}),
    )  # fmt: skip


def _account(case: str, area_m2: int, services: list[HubService]) -> Account:
    factor = {"low": 0.7, "mid": 1.0, "high": 1.3}[case]
    revenue, subsidy = round(area_m2 * 15_000 * factor), 500_000
    costs = {"staff": -area_m2 * 14_000, "utilities": -area_m2 * 2_000, "upkeep": -area_m2 * 1_000}
    running = -sum(costs.values())
    users = sum(service.users for service in services) * factor
    return Account(case, users, users, revenue, running, subsidy, revenue + subsidy - running, max(0, running - revenue),
                   area_m2 / 60, costs | {"price": revenue, "subsidy": subsidy})  # fmt: skip


def _bands(city: City, profile: Profile) -> pd.DataFrame:
    """Half of those in need reach a place as the plan counts; of the oldest a tenth at their own pace."""
    people = city.residences[list(PEOPLE_COLUMNS)].to_numpy()
    where = city.residences["community"].to_numpy()
    names = {"*": ""} | dict(zip(city.communities["id"], city.communities["name"], strict=True)) | {"": ""}
    rows = []
    for area, name in names.items():
        homes = (where == area) | (area == "*")
        for service in profile.services:
            for n, band in enumerate(AGE_BANDS):
                need = float(people[homes, n].sum() * service.need_rate[n])
                share, planned = (0.1 if band == "80+" else 0.45, 0.5) if need else (np.nan, np.nan)
                limit_min = service.walk_limit_ms / 60_000 * profile.walk_limit_factor[n]
                bound = need * profile.homebound_share[n]
                rows.append((area, name, service.id, band, need, bound, 0.1 * need if band == "80+" else 0.45 * need, share,
                             need / 2, planned, limit_min, PACE.mid, n == 0))  # fmt: skip
    return pd.DataFrame(rows, columns=list(BAND_COLUMNS))


def _assessment(city: City, profile: Profile, need: pd.DataFrame, served: pd.DataFrame) -> pd.DataFrame:
    community = city.residences.set_index("id")["community"]
    homes = need.assign(community=need["residence"].map(community))
    walks = served[served["situation"] == "now"].assign(community=served["residence"].map(community))
    names = dict(zip(city.communities["id"], city.communities["name"], strict=True)) | {"*": "", "": ""}
    rows = []
    for where, name in names.items():
        for service in profile.services:
            part = homes[(homes["service"] == service.id) & ((homes["community"] == where) | (where == "*"))]
            walk = (
                walks[(walks["service"] == service.id) & ((walks["community"] == where) | (where == "*"))]["walk_mm"]
                / 1000
            )
            total, reached, given = part["in_need"].sum(), part["reached_facility"].sum(), part["served_now"].sum()
            rows.append(
                (where, name, service.id, total, part["homebound"].sum(), reached, reached / total if total else np.nan, given,
                 given / total if total else np.nan, walk.quantile(0.5), walk.quantile(0.9), 40.0, 20.0, 60.0, total / 3, max(0, total / 3 - 40),
                 0.0, total / 3, max(0, total / 3 - 40) * 2, "GB 50180, 5.0.1", "made-5", "warns", 0.4, 0.3, 0.5)
            )  # fmt: skip
    columns = (
        "community name service in_need homebound reached share_reached served_now share_served walk_p50_m walk_p90_m capacity capacity_low"
        " capacity_high capacity_needed shortage_places shortage_low shortage_high shortage_m2 clause rule outcome e2sfca gini palma"
    )
    return pd.DataFrame(rows, columns=columns.split())
