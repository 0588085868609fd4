"""A city, a profile and a plan written by hand; every number is worked out on paper in the comments.

One street along y = 0, nodes at x = 0, 300, 600 m. Home R1 at (50, 10), home R2 at (350, 20), canteen F1 at (0, 0),
space K1 at (150, -5).

Need, meals (half of those of 80 and over; a fifth of them home-bound; worth 1.5 · 2 = 3 a user):
    R1: 40 persons of 80+ -> 20 in need, 4 home-bound, 16 walkers.  R2: 20 -> 10, 2, 8.
Need, sport (half of those of 15-34, worth 1 · 1): R1: 8 -> 4.  R2: 4 -> 2.
Walks: R1-F1 10 + 50 + 0 = 60 m.  R2-F1 20 + 350 + 0 = 370 m.  R1-K1 10 + 100 + 5 = 115 m.  R2-K1 20 + 200 + 5 = 225 m.
Limit 400 m, g = 1 up to 200 m, 0.5 at 400 m: g = 1, 0.575, 1, 0.9375.
Take-up 0.5; F1 asks 14 where 7 is usual, elasticity 1: 0.5 · 0.5 = 0.25.
Room at F1: 0.9 · 4 = 3.6 meals.  Now: R1 gets x with 0.25 · x = 3.6, x = 14.4.
Hub K1: meals grade 1 (40 m², 3 meals: 2.7) and sport grade 1 (60 m², 10 visits: 9).
    Meals for R2: 0.5 · 0.9375 · x = 2.7, x = 5.76.
    Sport: R1 4 persons, 2 users, 4 visits; R2 2 persons, 0.9375 users, 1.875 visits.
Objective: 3 · (3.6 + 2.7) + 2 + 0.9375 = 21.8375.
Money, k = 1 + 0.1 + 0.1 = 1.2: open 1000 · 1.2 = 1200.00; meals 40 · 1.05 · 100 · 1.2 + 10 · 3 = 5070.00; sport
    60 · 1.05 · 100 · 1.2 = 7560.00; in all 13830.00.
Bound with all multipliers 0: F1 3.6 · 3 = 10.8. K1 holds floor(130 / 1.05) = 123 m²: best is meals grade 2 (80 m²,
    8 meals, 7.2 · 3 = 21.6; with sport 140 m² would be too much). 32.4 in all; gap (32.4 - 21.8375) / 21.8375.
Optimum: meals grade 2 alone, 1200 + 80 · 1.05 · 120 + 80 = 11360.00. K1 serves R2 (8 · 0.46875 = 3.75 users) and, with
    the 3.45 meals left, 6.9 of R1; F1 serves the other 9.1 of R1 (2.275 users): 3 · 9.475 = 28.425.
A year, low: 2.7 meals · 300 days · 7 = 5670.00, 5.875 visits · 50 weeks · 7 = 2056.25. Posts: half a manager (1000),
    coach 5.875 / 5 = 1.175, so 1.5 (800): 1700 · 1.2 = 2040.00. Food 810 · 2 = 1620.00. Upkeep 0.01 · (105 m² · 100 +
    30) = 105.30. Rent 105 · 12 · 5 = 6300.00. Subsidy for elders, who are all: 810 · 1 = 810.00.
    Mid, 1.2 times: meals 3.24, but 3 may be cooked; visits 7.05 (2467.50), coach 1.41, so 1.5.
    High, 1.4 times: meals 3; visits 8.225 (2878.75), coach 1.645, so 2: 2520.00.
Opening: 183 days after 1 April is 1 October.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from doorstep.city import City, Streets
from doorstep.plan_file import (
    Account,
    Bound,
    Coverage,
    Finding,
    Hub,
    HubService,
    Multipliers,
    PlanFile,
)
from doorstep.standards import FloorUse, Grade, Parameter, Profile, Service

X0, Y0 = 500_000.0, 5_710_000.0
CRS = "EPSG:32630"
NO_RATE = (0.0,) * 8
OPTIMUM = 28.425
BUDGET = 1_400_000


def figure(value: float) -> Parameter:
    return Parameter(value, value, value, "", "", "assumption")


def service(name: str, **changes: Any) -> Service:
    values: dict[str, Any] = {
        "id": name,
        "capacity_unit": "visit_week",
        "walk_limit_mm": 400_000,
        "walk_limit_ms": 400_000,
        "need_rate": NO_RATE,
        "take_up": 0.5,
        "take_up_range": (0.5, 0.6, 0.7),
        "price_elasticity": 1.0,
        "price_ref": 7.0,
        "price_unit": "visit",
        "units_per_user": 1.0,
        "peak_share": 0.5,
        "open_days_year": 300.0,
        "weight": 1.0,
        "priority": False,
        "storey_min": 1,
        "storey_max": 2,
        "lift_above": 1,
        "grades": (),
    }
    return Service(**{**values, **changes})


def profile(**changes: Any) -> Profile:
    meals = service(
        "meals",
        capacity_unit="meal_day",
        need_rate=(0, 0, 0, 0, 0, 0, 0, 0.5),
        price_unit="meal",
        weight=1.5,
        grades=(Grade(1, 40, 3, 1, 0, False), Grade(2, 80, 8, 1, 0, True)),
    )
    sport = service(
        "sport",
        need_rate=(0, 0, 0, 0.5, 0, 0, 0, 0),
        units_per_user=2.0,
        grades=(Grade(1, 60, 10, 1, 0, False), Grade(2, 150, 20, 1, 30, False)),
    )
    values: dict[str, Any] = {
        "id": "paper",
        "currency": "GBP",
        "settings": {},
        "take_up_case": "low",
        "services": (meals, sport),
        "homebound_share": (0, 0, 0, 0, 0, 0, 0, 0.2),
        "weight_age": (1, 1, 1, 1, 1, 1, 1, 2),
        "walk_speed_m_s": (1.0,) * 8,
        "decay_flat_share": 0.5,
        "decay_end_value": 0.5,
        "occupancy_cap": 0.9,
        "common_share_complex": 0.15,
        "common_share_dispersed": 0.05,
        "complex_min_functions": 3,
        "complex_min_area_m2": 0,
        "small_hub_m2": 600,
        "forbidden_pairs": frozenset(),
        "compatibility": {},
        "floor_use": FloorUse(*[()] * 9),
        "step_penalty": 2.0,
        "crossing_wait_ms": 20_000,
        "snap_limit_mm": 200_000,
        "limits_on": frozenset(("storey", "lift", "outdoor", "kitchen", "users", "forbidden_pairs", "complex_area")),
        "rules": (),
        "parameters": {
            ("open_weeks_year", "any", "all"): figure(50),
            ("opening_days:convert", "any", "all"): figure(183),
        },
        "costs": {
            ("convert", "fit_out_per_m2"): figure(100),
            ("any", "design_and_survey_share"): figure(0.1),
            ("any", "contingency_share"): figure(0.1),
            ("any", "ramp_and_entrance"): figure(1000),
            ("any", "equipment:meals"): figure(10),
            ("any", "staff_common:manager_dispersed"): figure(0.5),
            ("any", "staff_ratio:sport:coach"): figure(5),
            ("any", "wage:manager"): figure(1000),
            ("any", "wage:coach"): figure(800),
            ("any", "employer_social_share"): figure(0.2),
            ("any", "food_per_meal"): figure(2),
            ("any", "upkeep_share"): figure(0.01),
            ("any", "subsidy_meal_elder"): figure(1),
            ("convert", "rent_per_m2_month"): figure(5),
        },
    }
    return Profile(**{**values, **changes})


def streets(node_tags: dict[int, dict[str, str]] | None = None, **way_tags: str) -> Streets:
    return Streets(
        node_id=np.array([1, 2, 3]),
        node_x_m=X0 + np.array([0.0, 300.0, 600.0]),
        node_y_m=np.full(3, Y0),
        node_tags=node_tags or {},
        way_id=np.array([10]),
        first_node_of_way=np.array([0, 3]),
        way_nodes=np.array([0, 1, 2]),
        way_tags=({"highway": "residential", **way_tags},),
    )


def table(rows: list[dict[str, Any]], points: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry=[Point(X0 + x, Y0 + y) for x, y in points], crs=CRS)


def city(space: dict[str, Any] | None = None, facility: dict[str, Any] | None = None, **changes: Any) -> City:
    nobody = dict.fromkeys(("p_0_2", "p_3_5", "p_6_14", "p_15_34", "p_35_59", "p_60_69", "p_70_79", "p_80p"), 0.0)
    residences = table(
        [
            {"id": "R1", "name": "R1", "community": "C", **nobody, "p_15_34": 8.0, "p_80p": 40.0},
            {"id": "R2", "name": "R2", "community": "C", **nobody, "p_15_34": 4.0, "p_80p": 20.0},
        ],
        [(50, 10), (350, 20)],
    )
    facilities = table(
        [
            {
                "id": "F1",
                "service": "meals",
                "place": "Canteen",
                "community": "C",
                "capacity": 4.0,
                "capacity_unit": "meal_day",
                "kind": "",
                "open_days_week": 5.0,
                "price": 14.0,
                "price_unit": "meal",
                **(facility or {}),
            }
        ],
        [(0, 0)],
    )
    spaces = table(
        [
            {
                "id": "K1",
                "place": "Old shop",
                "kind": "shop",
                "community": "C",
                "area_m2": 130.0,
                "area_basis": "measured",
                "storey": 1.0,
                "lift": "no",
                "outdoor_m2": np.nan,
                "channel": "convert",
                "capital_cost_per_m2": np.nan,
                "rent_per_m2_year": np.nan,
                "available_from": pd.Timestamp("2026-04-01"),
                "decision": "may",
                "limits": frozenset(),
                "replaces": frozenset(),
                "closing_cost": 0.0,
                **(space or {}),
            }
        ],
        [(150, -5)],
    )
    values: dict[str, Any] = {
        "folder": Path("paper"),
        "name": "Paper",
        "language": "en",
        "currency": "GBP",
        "profile": "paper",
        "crs": CRS,
        "made_up": True,
        "sources": (),
        "assumptions": (),
        "overrides": (),
        "communities": table([], []),
        "residences": residences,
        "facilities": facilities,
        "spaces": spaces,
        "streets": streets(),
        "completeness": pd.DataFrame(),
        "inputs": {"city.toml": "aa", "spaces.csv": "bb"},
    }
    return City(**{**values, **changes})


ACCOUNTS = {
    # users, units, jobs; meals, visits, elders' meals; staff, food (upkeep and rent are the same in all)
    "low": (5.6375, 8.575, 2.0, 567_000, 205_625, 81_000, 204_000, 162_000),
    "mid": (6.525, 10.05, 2.0, 630_000, 246_750, 90_000, 204_000, 180_000),
    "high": (7.1125, 11.225, 2.5, 630_000, 287_875, 90_000, 252_000, 180_000),
}


def account(case: str) -> Account:
    users, units, jobs, meals, visits, elders, staff, food = ACCOUNTS[case]
    revenue, cost = meals + visits, staff + food + 10_530 + 630_000
    return Account(
        case=case,
        users=users,
        units=units,
        revenue_money=revenue,
        running_cost_money=cost,
        subsidy_money=elders,
        result_money=revenue + elders - cost,
        support_money=max(0, cost - revenue),
        jobs=jobs,
        lines_money={
            "revenue_meals": meals,
            "revenue_sport": visits,
            "subsidy_meals_elders": elders,
            "cost_staff": staff,
            "cost_food": food,
            "cost_upkeep": 10_530,
            "cost_rent": 630_000,
        },
    )


def assumed(limit: str, outcome: str = "unverified") -> Finding:
    rest = (None, "", "", "paper", "", "assumption", "assumption")
    return Finding("hub:K1", f"assumption:{limit}", outcome, *rest)


def hub() -> Hub:
    point = gpd.GeoSeries([Point(X0 + 150, Y0 - 5)], crs=CRS).to_crs("EPSG:4326").iloc[0]
    return Hub(
        space="K1",
        place="Old shop",
        community="C",
        channel="convert",
        kind="dispersed",
        forced=False,
        storey=1.0,
        area_m2=105.0,
        space_area_m2=130.0,
        area_basis="measured",
        lon=float(point.x),
        lat=float(point.y),
        available_from="2026-04-01",
        opens="2026-10-01",
        capital_money=1_383_000,
        people=11.76,
        users=5.6375,
        services=(
            HubService("meals", 1, 40, 3, "meal_day", 5.76, 2.7, 2.7, 507_000),
            HubService("sport", 1, 60, 10, "visit_week", 6.0, 2.9375, 5.875, 756_000),
        ),
        accounts=(account("low"), account("mid"), account("high")),
        findings=(assumed("storey"), assumed("lift")),
    )


def plan(**changes: Any) -> PlanFile:
    values: dict[str, Any] = {
        "format": "doorstep-plan/1",
        "made_by": {},
        "city": "Paper",
        "profile": "paper",
        "currency": "GBP",
        "crs": CRS,
        "language": "en",
        "made_up": True,
        "attribution": (),
        "inputs": {"city.toml": "aa", "spaces.csv": "bb"},
        "settings": {},
        "method": "engine",
        "budget_money": BUDGET,
        "seed": 0,
        "rounds": 1,
        "gap_target": 0.01,
        "status": "rounds_done",
        "take_up_case": "low",
        "capital_money": 1_383_000,
        "bound": Bound(21.8375, 32.4, 32.4, 32.4, (32.4 - 21.8375) / 21.8375, True),
        "coverage": (
            # service, in need, home-bound, reached by F1, by any, served now, plan, users now, plan, capacity, units
            Coverage("meals", 30.0, 6.0, 24.0, 24.0, 14.4, 20.16, 3.6, 6.3, 4.0, 7.0, 3.6, 6.3),
            Coverage("sport", 6.0, 0.0, 0.0, 6.0, 0.0, 6.0, 0.0, 2.9375, 0.0, 10.0, 0.0, 5.875),
        ),
        "hubs": (hub(),),
        "unmet": (),
        "limits_bound": (),
        "findings": (),
        "multipliers": Multipliers(0.0, {"meals": (0.0, 0.0), "sport": (0.0, 0.0)}),
    }
    return PlanFile(**{**values, **changes})


def need() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("R1", "meals", 20.0, 4.0, 16.0, 16.0, 14.4, 5.6, 14.4, 5.6, 3.6, 3.6),
            ("R1", "sport", 4.0, 0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 0.0, 2.0),
            ("R2", "meals", 10.0, 2.0, 8.0, 8.0, 0.0, 10.0, 5.76, 4.24, 0.0, 2.7),
            ("R2", "sport", 2.0, 0.0, 0.0, 2.0, 0.0, 2.0, 2.0, 0.0, 0.0, 0.9375),
        ],
        columns=[
            *("residence", "service", "in_need", "homebound", "reached_facility", "reached_any"),
            *("served_now", "unserved_now", "served_plan", "unserved_plan", "users_now", "users_plan"),
        ],
    )


def served() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("now", "R1", "meals", "F1", 14.4, 3.6, 3.6, 60_000, 60_000),
            ("plan", "R1", "meals", "F1", 14.4, 3.6, 3.6, 60_000, 60_000),
            ("plan", "R2", "meals", "K1", 5.76, 2.7, 2.7, 225_000, 225_000),
            ("plan", "R1", "sport", "K1", 4.0, 2.0, 4.0, 115_000, 115_000),
            ("plan", "R2", "sport", "K1", 2.0, 0.9375, 1.875, 225_000, 225_000),
        ],
        columns=["situation", "residence", "service", "place", "people", "users", "units", "walk_mm", "walk_ms"],
    )
