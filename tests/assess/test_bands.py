"""Coverage by age band: a stair that prams go round, old people who do not get so far."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from doorstep.assess.bands import BAND_COLUMNS, coverage_by_band
from doorstep.city import AGE_BANDS, PEOPLE_COLUMNS, City, Streets, read_city
from doorstep.diagnosis import diagnose
from doorstep.residents import Supply
from doorstep.standards import Profile, load_profile
from doorstep.walk import build_network
from doorstep.walk.walker import planner

MADE_CITY = Path(__file__).resolve().parents[2] / "examples" / "made-city"
PROFILE = load_profile("cn-2023")
PLAY = [service.id for service in PROFILE.services].index("play")
SPORT = [service.id for service in PROFILE.services].index("sport")


def city_with(way_tags: dict[str, str], *, length_m: float = 200.0, far_m: float = 0.0) -> City:
    """Two homes, one on each side of a way to a playground and a sports ground; only the far one must pass it."""
    x = np.array([0.0, 50.0, 50.0 + length_m, 100.0 + length_m])
    streets = Streets(
        node_id=np.arange(4), node_x_m=x, node_y_m=np.zeros(4), node_tags={}, way_id=np.arange(3),
        first_node_of_way=np.array([0, 2, 4, 6]), way_nodes=np.array([0, 1, 1, 2, 2, 3]),
        way_tags=({"highway": "footway"}, way_tags, {"highway": "footway"}),
    )  # fmt: skip
    communities = gpd.GeoDataFrame({"id": ["A"], "name": ["甲"]}, geometry=gpd.points_from_xy([0], [0]))
    ages: dict[str, Any] = dict.fromkeys(PEOPLE_COLUMNS, 10.0)
    homes = gpd.GeoDataFrame(
        {"id": ["far", "near"], "community": ["", "A"], **ages}, geometry=gpd.points_from_xy([far_m, x[3]], [0, 0])
    )
    places = gpd.GeoDataFrame({"id": ["f", "g"]}, geometry=gpd.points_from_xy([x[3], x[3]], [0, 0]))
    rest: dict[str, Any] = dict.fromkeys(("sources", "assumptions", "overrides", "completeness", "inputs"), ())
    return City(
        folder=Path(), name="", language="zh", currency="CNY", profile="cn-2023", crs="EPSG:4549", made_up=True,
        communities=communities, residences=homes, facilities=places, spaces=gpd.GeoDataFrame(),
        streets=streets, **rest,
    )  # fmt: skip


def shares(city: City, profile: Profile = PROFILE, *, capacity: float = 5.0) -> pd.DataFrame:
    room = np.full(2, capacity)
    offer = Supply(np.array([PLAY, SPORT]), room, room, room, np.ones(2), ("measured",) * 2)
    network = build_network(city.streets, planner(profile))
    reached = np.ones((2, len(profile.services)), dtype=np.bool_)
    return coverage_by_band(city, profile, offer, network, reached_planned=reached, workers=1)


def share(table: pd.DataFrame, service: str, band: str, community: str = "*") -> float:
    rows = table[(table["service"] == service) & (table["band"] == band) & (table["community"] == community)]
    return float(rows["share_reached"].iloc[0])


def test_a_pram_does_not_climb_steps_and_a_ramp_lets_it_pass() -> None:
    steps, ramp = {"highway": "steps"}, {"highway": "steps", "ramp:stroller": "yes"}
    short = {"length_m": 30.0}
    assert share(shares(city_with(steps, **short)), "play", "0-2") == 0.5
    assert share(shares(city_with(ramp, **short)), "play", "0-2") == 1.0
    assert share(shares(city_with(steps, **short)), "play", "3-5") == 1.0


def test_who_lives_beside_steps_is_joined_to_a_way_that_the_pram_can_pass() -> None:
    assert share(shares(city_with({"highway": "steps"}, length_m=30.0, far_m=75.0)), "play", "0-2") == 1.0


def test_limits_are_the_bands_own_minutes() -> None:
    # 300 m: 5 minutes are 240 m at 0.8 m/s and 330 m at 1.1; 8 minutes less two fifths are 230 m at 0.8 m/s.
    table = shares(city_with({"highway": "footway"}))
    assert (share(table, "play", "3-5"), share(table, "play", "6-14")) == (0.5, 1.0)
    assert share(table, "sport", "70-79") == pytest.approx(1 - PROFILE.homebound_share[6])
    frail = table[(table["service"] == "sport") & (table["band"] == "80+")].iloc[0]
    assert (frail["limit_min"], frail["speed_m_s"], frail["wheels"]) == (4.8, 0.8, False)
    assert frail["share_reached"] == pytest.approx(0.5 * (1 - PROFILE.homebound_share[7]))
    longer = dataclasses.replace(PROFILE, walk_limit_factor=(1.0,) * 8)
    assert share(shares(city_with({"highway": "footway"}), longer), "sport", "80+") == pytest.approx(0.85)


def test_a_facility_without_room_reaches_nobody() -> None:
    assert shares(city_with({"highway": "footway"}), capacity=0.0)["reached"].sum() == 0


def test_rows_stand_in_order_and_areas_add_up() -> None:
    table = shares(city_with({"highway": "footway"}))
    assert tuple(table.columns) == BAND_COLUMNS
    assert table["community"].drop_duplicates().tolist() == ["*", "A", ""]
    keys = [
        (list("*A").index(c) if c else 2, s, b)
        for c, s, b in zip(table["community"], table["service"], table["band"], strict=True)
    ]
    order = {service.id: at for at, service in enumerate(PROFILE.services)}
    assert keys == sorted(keys, key=lambda key: (key[0], order[key[1]], AGE_BANDS.index(key[2])))
    parts = table[table["community"] != "*"].groupby(["service", "band"])[["in_need", "reached"]].sum()
    whole = table[table["community"] == "*"].set_index(["service", "band"])[["in_need", "reached"]]
    pd.testing.assert_frame_equal(parts.sort_index(), whole.sort_index())


@pytest.mark.parametrize("measure", ["metres", "minutes"])
def test_bands_of_the_made_city_add_up_to_its_assessment(measure: str) -> None:
    city = read_city(MADE_CITY)
    found = diagnose(city, load_profile("cn-2023", settings={"walk_measure": measure}))
    city_rows = found.assessment[found.assessment["community"] == "*"].set_index("service")
    bands = (
        found.bands[found.bands["community"] == "*"]
        .groupby("service")[["in_need", "homebound", "reached_planned"]]
        .sum()
    )
    for name, of_band in (("in_need", "in_need"), ("homebound", "homebound"), ("reached", "reached_planned")):
        np.testing.assert_allclose(bands[of_band].loc[city_rows.index], city_rows[name], err_msg=name)
    assert (found.bands["reached"] <= found.bands["in_need"] - found.bands["homebound"] + 1e-9).all()
    limit_ms = {service.id: service.walk_limit_ms for service in found.profile.services}
    if measure == "minutes":
        assert (found.served["walk_ms"] <= found.served["service"].map(limit_ms)).all()
    else:
        assert (found.served["walk_ms"] > found.served["service"].map(limit_ms)).any()
