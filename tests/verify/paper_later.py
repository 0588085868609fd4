"""The city of paper_plan over the years: a canteen that becomes a sports room ten years from now.

People of later years are put in by hand (``PEOPLE``; the projection has tests of its own). Those of 80+, R1: 40, 30,
20, 10; R2 half of it. Those of 15 to 34, R1: 8, 8, 12, 16; R2 half of it. So who can walk (D), year by year:
    meals R1 16, 12, 8, 4; R2 8, 6, 4, 2.    sport R1 4, 4, 6, 8; R2 2, 2, 3, 4.
In need (d): meals 30, 22.5, 15, 7.5 in all; sport 6, 6, 9, 12. Fewer need meals from year 5 on, more need sport in
years 10 and 15 only. Meals grade 1 (40 m²) is too small for sport grade 1 (60 m²), meals grade 2 (80 m²) is not: two
conversions, numbers 6 (year 10) and 7 (year 15).
Hub K1: meals grade 2, from year 10 on sport grade 1. Money: open 1200.00; meals 80 · 1.05 · 100 · 1.2 + 80 = 10160.00;
conversion (refit, a half of the fit-out) 0.5 · 100 · 60 = 3000.00; in all 14360.00.
Who goes where, in weighted users:
    today    K1: R2 8 (3.75 users), R1 6.9 (3.45); F1: R1 9.1 (2.275).      3 · 9.475 = 28.425
    year 5   K1: R2 6 (2.8125), R1 8 (4); F1: R1 4 (1).                     3 · 7.8125 = 23.4375
    year 10  K1, sport: R1 6 (3 users, 6 visits), R2 3 (1.40625, 2.8125 visits); F1: R1 8 (2).   4.40625 + 6
    year 15  K1, sport: R1 8 (4, 8 visits), R2 16/15 (0.5, 1 visit); F1: R1 4 (1).               4.5 + 3
Objective: (28.425 + 23.4375 + 10.40625 + 7.5) / 4 = 17.4421875.
Bound with all multipliers 0, times 4: F1 (3.6 meals at most) 10.8 + 10.8 + 7.725 + 3.8625. K1 is worth most with meals
grade 2 in all years: 21.6 + 21.6 + 17.625 + 8.8125. Together 102.825, a quarter is 25.70625.
A year of the hub, low: 7.2 meals · 300 days · 7 = 15120.00; half a manager 500 · 1.2 = 600.00; food 2160 · 2 = 4320.00;
upkeep 0.01 · (84 m² · 100 + 80) = 84.80; rent 84 · 12 · 5 = 5040.00; subsidy 2160 · 1. Mid and high: 8 meals.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import paper_plan as paper

from doorstep.plan_file import LATER_COLUMNS, Account, Bound, Coverage, HubService, LaterNeed, Multipliers, PlanFile
from doorstep.standards import Conversion, FloorUse, Profile

BUDGET = 1_500_000
OBJECTIVE = 17.4421875
BOUND = 25.70625


def people(*rows: tuple[float, float]) -> np.ndarray:
    """Return people by band: those of 15 to 34 and those of 80+ of each home."""
    return np.array([[0, 0, 0, young, 0, 0, 0, old] for young, old in rows], dtype=np.float64)


PEOPLE = (people((8, 30), (4, 15)), people((12, 20), (6, 10)), people((16, 10), (8, 5)))


def profile(**changes: Any) -> Profile:
    plain = paper.profile()
    refit, same = Conversion("refit", ()), Conversion("as_is", ())
    use = FloorUse(("meals", "sport"), *[()] * 6, ((same, refit), (refit, same)), ())
    cost = {("conversion_cost:refit", "any", "all"): paper.figure(0.5)}
    values: dict[str, Any] = {
        "convertible": True,
        "rates": "cn",
        "floor_use": use,
        "parameters": {**plain.parameters, **cost},
    }
    return paper.profile(**{**values, **changes})


def account(case: str) -> Account:
    meals = 7.2 if case == "low" else 8.0
    a_year = round(300 * meals)
    revenue, subsidy, food = 700 * a_year, 100 * a_year, 200 * a_year
    cost = 60_000 + food + 8_480 + 504_000
    lines = {
        "revenue_meals": revenue,
        "subsidy_meals_elders": subsidy,
        "cost_staff": 60_000,
        "cost_food": food,
        "cost_upkeep": 8_480,
        "cost_rent": 504_000,
    }
    result = revenue + subsidy - cost
    return Account(case, meals, meals, revenue, cost, subsidy, result, max(0, cost - revenue), 0.5, lines)


def plan(**changes: Any) -> PlanFile:
    nothing = {"meals": (0.0, 0.0), "sport": (0.0, 0.0)}
    hub = dataclasses.replace(
        paper.hub(),
        area_m2=84.0,
        capital_money=1_436_000,
        people=14.9,
        users=7.2,
        services=(
            HubService(
                *("meals", 2, 80, 8, "meal_day", 14.9, 7.2, 7.2, 1_316_000),
                becomes="sport",
                becomes_grade=1,
                becomes_year=10,
            ),
        ),
        accounts=tuple(account(case) for case in ("low", "mid", "high")),
        findings=(paper.assumed("storey"), paper.assumed("lift"), paper.assumed("kitchen")),
    )
    values: dict[str, Any] = {
        "budget_money": BUDGET,
        "capital_money": 1_436_000,
        "hubs": (hub,),
        "bound": Bound(OBJECTIVE, BOUND, BOUND, BOUND, (BOUND - OBJECTIVE) / OBJECTIVE, True),
        "coverage": (
            Coverage("meals", 30.0, 6.0, 24.0, 24.0, 14.4, 24.0, 3.6, 9.475, 4.0, 12.0, 3.6, 9.475),
            Coverage("sport", 6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        ),
        "multipliers": Multipliers(0.0, nothing, later={"5": nothing, "10": nothing, "15": nothing}),
        "later": (
            # year, service, in need, given a place, users, capacity
            LaterNeed(5, "meals", 22.5, 18.0, 7.8125, 12.0),
            LaterNeed(5, "sport", 6.0, 0.0, 0.0, 0.0),
            LaterNeed(10, "meals", 15.0, 8.0, 2.0, 4.0),
            LaterNeed(10, "sport", 9.0, 9.0, 4.40625, 10.0),
            LaterNeed(15, "meals", 7.5, 4.0, 1.0, 4.0),
            LaterNeed(15, "sport", 12.0, 8 + 16 / 15, 4.5, 10.0),
        ),
    }
    return paper.plan(**{**values, **changes})


def need() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("R1", "meals", 20.0, 4.0, 16.0, 16.0, 14.4, 5.6, 16.0, 4.0, 3.6, 5.725),
            ("R1", "sport", 4.0, 0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 4.0, 0.0, 0.0),
            ("R2", "meals", 10.0, 2.0, 8.0, 8.0, 0.0, 10.0, 8.0, 2.0, 0.0, 3.75),
            ("R2", "sport", 2.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 2.0, 0.0, 0.0),
        ],
        columns=paper.need().columns,
    )


def served() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("now", "R1", "meals", "F1", 14.4, 3.6, 3.6, 60_000, 60_000),
            ("plan", "R1", "meals", "F1", 9.1, 2.275, 2.275, 60_000, 60_000),
            ("plan", "R1", "meals", "K1", 6.9, 3.45, 3.45, 115_000, 115_000),
            ("plan", "R2", "meals", "K1", 8.0, 3.75, 3.75, 225_000, 225_000),
        ],
        columns=paper.served().columns,
    )


def served_later() -> pd.DataFrame:
    return pd.DataFrame(
        [
            (5, "R1", "meals", "F1", 4.0, 1.0, 1.0, 60_000, 60_000),
            (5, "R1", "meals", "K1", 8.0, 4.0, 4.0, 115_000, 115_000),
            (5, "R2", "meals", "K1", 6.0, 2.8125, 2.8125, 225_000, 225_000),
            (10, "R1", "meals", "F1", 8.0, 2.0, 2.0, 60_000, 60_000),
            (10, "R1", "sport", "K1", 6.0, 3.0, 6.0, 115_000, 115_000),
            (10, "R2", "sport", "K1", 3.0, 1.40625, 2.8125, 225_000, 225_000),
            (15, "R1", "meals", "F1", 4.0, 1.0, 1.0, 60_000, 60_000),
            (15, "R1", "sport", "K1", 8.0, 4.0, 8.0, 115_000, 115_000),
            (15, "R2", "sport", "K1", 16 / 15, 0.5, 1.0, 225_000, 225_000),
        ],
        columns=list(LATER_COLUMNS),
    )
