"""The assessment of a city of four homes, on paper, and what it must hold for any ledger."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from doorstep.assess import assess
from doorstep.assess.gaps import ASSESSMENT_COLUMNS
from doorstep.city import City
from doorstep.messages import LANGUAGES, catalogue
from doorstep.standards import Force, Outcome, Parameter, Profile, RuleKind, load_profile

PROFILE = load_profile("cn-2023")
SERVICES = [service.id for service in PROFILE.services]
SPORT, LIBRARY = SERVICES.index("sport"), SERVICES.index("culture")


def city_of(homes: dict[str, str], facilities: dict[str, tuple[str, str]], *, cut: str = "") -> City:
    """Return communities A and B with homes (id -> community) and facilities (id -> service, community)."""
    somewhere = Point(0, 0)
    communities = gpd.GeoDataFrame(
        {"id": ["A", "B"], "name": ["甲", "乙"], "cut": [cut == "A", cut == "B"]}, geometry=[somewhere] * 2
    )
    residences = gpd.GeoDataFrame(
        {"id": list(homes), "community": list(homes.values())}, geometry=[somewhere] * len(homes)
    )
    places = gpd.GeoDataFrame(
        {
            "id": list(facilities),
            "service": [service for service, _ in facilities.values()],
            "community": [community for _, community in facilities.values()],
        },
        geometry=[somewhere] * len(facilities),
    )
    rest: dict[str, Any] = dict.fromkeys(
        ("sources", "assumptions", "overrides", "streets", "completeness", "inputs"), ()
    )
    return City(
        folder=Path(), name="", language="zh", currency="CNY", profile="cn-2023", crs="EPSG:4549", made_up=True,
        communities=communities, residences=residences, facilities=places, spaces=gpd.GeoDataFrame(), **rest,
    )  # fmt: skip


def ledger_of(homes: list[str], **columns: list[float]) -> pd.DataFrame:
    """Return a ledger where only sport has people; columns by home."""
    frames = []
    for service in SERVICES:
        frame = pd.DataFrame({"residence": homes, "service": service})
        for name in ("in_need", "homebound", "reached_facility", "served_now", "users_now"):
            frame[name] = columns[name] if service == "sport" else 0.0
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def walks_of(sport_m: list[int]) -> Any:
    nearest = np.full((len(sport_m), len(SERVICES)), -1, dtype=np.int64)
    nearest[:, SPORT] = [metres * 1000 if metres >= 0 else -1 for metres in sport_m]
    return nearest


def capacity_of(city: City, rows: list[tuple[float, float, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["capacity", "capacity_low", "capacity_high", "units_now"], dtype=float)
    return table.assign(facility=city.facilities["id"].to_numpy(), service=city.facilities["service"].to_numpy())


HOMES = {"h1": "A", "h2": "A", "h3": "B", "h4": ""}
CITY = city_of(HOMES, {"f1": ("sport", "A"), "f2": ("sport", "B")})
NEED = ledger_of(
    list(HOMES),
    in_need=[100.0, 50.0, 30.0, 20.0],
    homebound=[10.0, 0.0, 0.0, 0.0],
    reached_facility=[90.0, 0.0, 30.0, 0.0],
    served_now=[60.0, 0.0, 30.0, 0.0],
    users_now=[5.0, 0.0, 2.0, 0.0],
)
WALKS = walks_of([200, 700, 400, -1])
UNITS = PROFILE.services[SPORT].units_per_user
CAP = PROFILE.occupancy_cap
FULL = 5 * UNITS / CAP
CAPACITY = capacity_of(CITY, [(FULL, FULL / 2, FULL + 3, 5 * UNITS), (100.0, 50.0, 200.0, 2 * UNITS)])


def row(table: pd.DataFrame, community: str, service: str = "sport") -> pd.Series:
    return table[(table["community"] == community) & (table["service"] == service)].iloc[0]


def test_rows_and_columns_stand_in_order() -> None:
    table = assess(CITY, PROFILE, NEED, WALKS, CAPACITY)
    assert tuple(table.columns) == ASSESSMENT_COLUMNS
    assert table["community"].tolist() == [area for area in ("*", "A", "B", "") for _ in SERVICES]
    assert table["service"].tolist() == SERVICES * 4
    assert row(table, "A")["name"] == "甲"
    assert row(table, "*")["name"] == "全市"


def test_figures_on_paper() -> None:
    table = assess(CITY, PROFILE, NEED, WALKS, CAPACITY)
    a, b, city = row(table, "A"), row(table, "B"), row(table, "*")
    assert (a.in_need, a.homebound, a.reached, a.served_now) == (150.0, 10.0, 90.0, 60.0)
    assert (a.share_reached, a.share_served) == (0.6, 0.4)
    assert (a.walk_p50_m, a.walk_p90_m) == (200.0, 700.0)
    take_up = PROFILE.services[SPORT].take_up
    needed = UNITS * take_up * 140 / CAP
    assert a.capacity_needed == pytest.approx(needed)
    assert a.shortage_places == pytest.approx(needed - FULL)
    assert a.shortage_low == pytest.approx(needed - FULL - 3)  # full: 3 more would be used
    assert a.shortage_high == pytest.approx(needed - FULL / 2)  # half of what is used falls away
    middle = PROFILE.services[SPORT].grades[2]
    assert a.shortage_m2 == pytest.approx(a.shortage_places * middle.area_m2 / middle.capacity)
    spare = UNITS * (take_up * 30 - 2) / CAP
    assert b.shortage_places == pytest.approx(spare)
    assert b.shortage_low == b.shortage_places  # not full: more room changes nothing
    assert (b.capacity, b.capacity_low, b.capacity_high) == (100.0, 50.0, 200.0)
    assert b.shortage_high == b.shortage_places  # used by far less than its low end
    assert city.in_need == 200.0
    assert city.capacity == pytest.approx(FULL + 100)
    assert city.shortage_places == pytest.approx(UNITS * (take_up * 190 - 7) / CAP)
    assert city.shortage_high == pytest.approx(city.shortage_places + FULL / 2)


def test_quantile_that_too_few_people_have_is_left_open() -> None:
    table = assess(CITY, PROFILE, NEED, walks_of([200, -1, 400, -1]), CAPACITY)
    assert row(table, "A").walk_p50_m == 200.0  # 100 of 150 have one
    assert np.isnan(row(table, "A").walk_p90_m)
    assert np.isnan(row(table, "").walk_p50_m)


def test_outcomes() -> None:
    table = assess(CITY, PROFILE, NEED, WALKS, CAPACITY)
    assert row(table, "A")["rule"] == "cngb-lc-rd10"
    assert row(table, "A")["clause"].startswith("GB 50180-2018")
    assert row(table, "A")["outcome"] == Outcome.WARNS  # the clause defines a circle: it cannot be failed
    assert row(table, "B")["outcome"] == Outcome.PASSES
    assert row(table, "B", "culture")["outcome"] == Outcome.NOT_APPLICABLE


def test_facility_of_unknown_capacity_within_the_limit_is_no_shortfall_but_unknown() -> None:
    table = assess(CITY, PROFILE, NEED, walks_of([200, 499, 400, 501]), CAPACITY)
    assert row(table, "A")["outcome"] == Outcome.UNKNOWN
    assert row(table, "")["outcome"] == Outcome.WARNS


def with_limit_from(source: str, **changes: Any) -> Profile:
    limit = Parameter(500, 500, 500, "m", source, "city")
    rules = tuple(dataclasses.replace(one, **changes) if one.id == "cngb-lc-rd10" else one for one in PROFILE.rules)
    return dataclasses.replace(
        PROFILE, parameters={**PROFILE.parameters, ("walk_limit_m", "sport", "all"): limit}, rules=rules
    )


@pytest.mark.parametrize(
    ("changes", "far", "near"),
    [
        ({"force": Force.HARD, "kind": RuleKind.REQUIREMENT}, "fails", "passes"),
        ({"force": Force.HARD, "kind": RuleKind.DEFINITION}, "warns", "passes"),
        ({"force": Force.SOFT, "kind": RuleKind.REQUIREMENT}, "warns", "passes"),
        ({"force": Force.UNVERIFIED, "kind": RuleKind.REQUIREMENT}, "unverified", "unverified"),
    ],
)
def test_only_a_hard_requirement_fails(changes: dict[str, Any], far: str, near: str) -> None:
    table = assess(CITY, with_limit_from("standards.csv cngb-lc-rd10", **changes), NEED, WALKS, CAPACITY)
    assert (row(table, "A")["outcome"], row(table, "B")["outcome"]) == (far, near)


def test_limit_without_a_clause_names_its_source() -> None:
    table = assess(CITY, with_limit_from("letter of the bureau, 2025-03-01"), NEED, WALKS, CAPACITY)
    found = row(table, "B")
    assert (found["clause"], found["rule"], found["outcome"]) == ("letter of the bureau, 2025-03-01", "", "unverified")
    assert row(table, "A")["outcome"] == "warns"


def test_rule_with_the_figure_goes_before_the_first_named() -> None:
    first = next(one for one in PROFILE.rules if one.id == "cngb-lc-rd05")
    table = assess(CITY, with_limit_from(f"standards.csv {first.id}, cngb-lc-rd10"), NEED, WALKS, CAPACITY)
    assert row(table, "A")["rule"] == "cngb-lc-rd10"


def test_cut_community_is_unknown_and_never_short() -> None:
    cut = dataclasses.replace(CITY, communities=CITY.communities.assign(cut=[True, False]))
    table = assess(cut, PROFILE, NEED, WALKS, CAPACITY)
    whole = assess(CITY, PROFILE, NEED, WALKS, CAPACITY)
    a = table[table["community"] == "A"]
    assert (a["outcome"] == Outcome.UNKNOWN).all()
    assert a[["shortage_places", "shortage_low", "shortage_high", "shortage_m2"]].isna().all(axis=None)
    assert row(table, "A").in_need == 150.0
    assert row(table, "*").shortage_places < row(whole, "*").shortage_places
    left = ["A", ""]
    parts = whole[(whole["service"] == "sport") & ~whole["community"].isin(["*", *left])]["shortage_places"].sum()
    assert row(table, "*").shortage_places == pytest.approx(parts + row(whole, "").shortage_places)


def test_city_is_unknown_if_only_people_of_a_cut_community_are_not_reached() -> None:
    need = NEED.assign(reached_facility=NEED["reached_facility"].where(NEED["residence"] != "h4", NEED["in_need"]))
    cut = dataclasses.replace(CITY, communities=CITY.communities.assign(cut=[True, False]))
    assert row(assess(CITY, PROFILE, need, WALKS, CAPACITY), "*")["outcome"] == Outcome.WARNS
    assert row(assess(cut, PROFILE, need, WALKS, CAPACITY), "*")["outcome"] == Outcome.UNKNOWN


def test_accessibility_is_a_mean_of_those_who_can_walk() -> None:
    accessibility = np.zeros(WALKS.shape)
    accessibility[:, SPORT] = [1.0, 2.0, 0.0, 0.0]
    table = assess(CITY, PROFILE, NEED, WALKS, CAPACITY, accessibility=accessibility)
    assert row(table, "A").e2sfca == pytest.approx((90 + 100) / 140)
    assert row(table, "A").gini == pytest.approx(90 * 50 / 140**2 / ((90 + 100) / 140))
    assert row(table, "B").e2sfca == 0
    assert np.isnan(row(table, "B").gini)
    assert assess(CITY, PROFILE, NEED, WALKS, CAPACITY)["e2sfca"].isna().all()


def test_order_of_rows_changes_nothing() -> None:
    shuffled = NEED.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(
        assess(CITY, PROFILE, NEED, WALKS, CAPACITY), assess(CITY, PROFILE, shuffled, WALKS, CAPACITY[::-1])
    )


def test_tables_that_do_not_fit_the_city_are_refused() -> None:
    for wrong in (NEED.iloc[1:], pd.concat([NEED, NEED.iloc[:1]]), NEED.replace("h1", "h9")):
        with pytest.raises(ValueError, match="residence"):
            assess(CITY, PROFILE, wrong, WALKS, CAPACITY)
    with pytest.raises(ValueError, match="shape"):
        assess(CITY, PROFILE, NEED, WALKS[:, 1:], CAPACITY)
    with pytest.raises(ValueError, match="unknown facility"):
        assess(CITY, PROFILE, NEED, WALKS, CAPACITY.replace("f1", "f9"))


shares = st.lists(st.tuples(st.floats(0, 90), st.floats(0, 1), st.floats(0, 1), st.booleans()), min_size=4, max_size=4)


@settings(max_examples=15, deadline=None)
@given(shares)
def test_city_is_the_sum_of_its_parts(rows: list[tuple[float, float, float, bool]]) -> None:
    in_need = [round(one[0], 3) for one in rows]
    homebound = [total * one[1] for total, one in zip(in_need, rows, strict=True)]
    reached = [(total - h) * one[3] for total, h, one in zip(in_need, homebound, rows, strict=True)]
    served = [r * one[2] for r, one in zip(reached, rows, strict=True)]
    users = [one * PROFILE.services[SPORT].take_up for one in served]
    need = ledger_of(
        list(HOMES), in_need=in_need, homebound=homebound, reached_facility=reached, served_now=served, users_now=users
    )
    table = assess(CITY, PROFILE, need, WALKS, CAPACITY)
    sport = table[table["service"] == "sport"].set_index("community")
    sums = ["in_need", "homebound", "reached", "served_now", "capacity_needed", "shortage_places"]
    parts = sport.loc[["A", "B", ""], sums].sum()
    np.testing.assert_allclose(sport.loc["*", sums].astype(float), parts.astype(float), atol=1e-6)
    assert (sport["shortage_low"] <= sport["shortage_places"]).all()
    assert (sport["shortage_places"] <= sport["shortage_high"]).all()
    assert (sport["shortage_high"] <= sport["capacity_needed"] + 1e-9).all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_and_outcome_has_its_words(language: str) -> None:
    words = set(catalogue(language, "assess"))
    assert {f"column_{name}" for name in ASSESSMENT_COLUMNS} <= words
    assert {f"outcome_{outcome.value}" for outcome in Outcome} <= words
