"""What a space may become, by its words: channels, cost, steps, days, temporary use, what is unknown."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from doorstep.city import CHANNELS, SERVICES, read_city
from doorstep.costs import capital
from doorstep.inventory import card, cards, channels_of, days_of, obligation, steps_of
from doorstep.inventory.money import cost_of
from doorstep.inventory.steps import is_simple, temporary_uses
from doorstep.inventory.tables import channel_rows, register_rows, step_rows, write_register
from doorstep.messages import catalogue
from doorstep.standards import load_profile

CITY = Path(__file__).resolve().parents[2] / "examples" / "made-city"
TODAY = dt.date(2026, 6, 1)
NAN = float("nan")
CN = load_profile("cn-2023")
SPACE = {
    "id": "K1",
    "place": "东里锅炉房",
    "kind": "boiler_house",
    "owner": "小区业主共有",
    "title": "已登记",
    "present_use": "空置",
    "channel": "supplement",
    "area_m2": 200.0,
    "area_basis": "measured",
    "storey": 1.0,
    "capital_cost_per_m2": NAN,
    "limits": frozenset(),
    "available_from": pd.NaT,
}


@pytest.mark.parametrize(
    ("changed", "channel", "eligible"),
    [
        ({}, "supplement", "yes"),
        ({}, "transfer", "no"),
        ({"owner": ""}, "supplement", "unknown"),
        ({"title": "无证"}, "supplement", "conditional"),
        ({"limits": frozenset({"owners_meeting"})}, "supplement", "conditional"),
        ({"kind": "street_shop", "owner": "个人或企业"}, "supplement", "no"),
        ({"kind": "street_shop", "owner": "个人或企业"}, "rent", "yes"),
        ({"kind": "street_shop", "owner": "个人或企业"}, "convert", "yes"),
        ({"kind": "soe_office", "owner": "市城投集团"}, "transfer", "yes"),
        ({"kind": "soe_office", "owner": "市城投集团", "title": "权属不清"}, "transfer", "conditional"),
        ({"kind": "temp_plot", "owner": "区土地储备中心"}, "newbuild", "yes"),
        ({"kind": "temp_plot", "owner": "区土地储备中心"}, "transfer", "no"),
        ({"kind": "shop=vacant", "owner": ""}, "rent", "unknown"),
    ],
)
def test_a_channel_is_open_by_kind_and_owner(changed: dict, channel: str, eligible: str) -> None:
    found = {one.channel: one for one in channels_of({**SPACE, **changed})}
    assert set(found) == set(CHANNELS)
    assert found[channel].eligible == eligible
    assert bool(found[channel].reasons) == (eligible != "yes")
    assert (found[channel].chance[1] > 0) == (eligible != "no")


def test_what_has_to_be_settled_lowers_the_chance() -> None:
    def middle(**changed: object) -> float:
        return next(one.chance[1] for one in channels_of({**SPACE, **changed}) if one.channel == "supplement")

    assert middle() > middle(title="无证") > middle(title="权属不清")
    assert middle() > middle(limits=frozenset({"owners_meeting"}))
    assert middle() > middle(present_use="临时出租")


def test_the_middle_cost_is_the_planners_own() -> None:
    profile = load_profile("cn-2023")
    space = {**SPACE, "area_m2": 100.0}
    money = capital(pd.DataFrame([{**space, "closing_cost": 0.0}]), profile, currency="CNY")
    nothing_else = cost_of("supplement", {**space, "area_m2": 0.0}, profile, "CNY")
    assert nothing_else[1] == money.open_money[0]
    own = cost_of("supplement", {**space, "capital_cost_per_m2": 3000.0}, profile, "CNY")
    assert own[1] - nothing_else[1] == round(100 * 3000 * 1.19 * 100)
    assert own[0] < own[1] < own[2]


def test_steps_are_in_order_and_a_condition_known_not_to_hold_leaves_one_out() -> None:
    public = steps_of(CN, "transfer", {**SPACE, "owner": "街道办事处"}, today=TODAY)
    private = steps_of(CN, "transfer", {**SPACE, "owner": "个人或企业"}, today=TODAY)
    unknown = steps_of(CN, "transfer", {**SPACE, "owner": ""}, today=TODAY)
    step = "decision_on_transfer_of_idle_public_premises"
    needed = [{one.approval.step: one.needed for one in steps}.get(step) for steps in (public, private, unknown)]
    assert needed == ["yes", None, "if"]
    assert [one.approval.order for one in public] == sorted(one.approval.order for one in public)
    assert {one.approval.service for one in public} == {"any"}
    with_meals = steps_of(CN, "transfer", SPACE, ["meals"], today=TODAY)
    assert {one.approval.service for one in with_meals} == {"any", "meals"}


def test_days_are_those_that_plans_are_dated_with() -> None:
    profile = load_profile("cn-2023")
    for channel in CHANNELS:
        # a space of which nothing is known takes every step at its full length
        steps = steps_of(CN, channel, {"area_m2": 10.0, "storey": None}, today=TODAY)
        planned = profile.parameters[f"opening_days:{channel}", "any", "all"]
        assert days_of(steps, channel) == (planned.low, planned.mid, planned.high)


def test_simple_works_are_shorter_and_only_simple_ones() -> None:
    assert is_simple(SPACE)
    for changed in ({"storey": NAN}, {"storey": -1.0}, {"area_m2": 1001.0}, {"title": "权属不清"}, {"kind": "roof"}):
        assert not is_simple({**SPACE, **changed}), changed
    plain = steps_of(CN, "supplement", SPACE, today=TODAY)
    hard = steps_of(CN, "supplement", {**SPACE, "storey": NAN}, today=TODAY)
    assert days_of(plain, "supplement")[1] < days_of(hard, "supplement")[1]


def test_temporary_use() -> None:
    assert temporary_uses("convert", {**SPACE, "kind": "street_shop"}) == ("land_use_years",)
    assert temporary_uses("newbuild", {**SPACE, "kind": "temp_plot", "owner": "区土地储备中心"}) == ("reserve_land",)
    assert temporary_uses("supplement", SPACE) == ()


def test_new_housing_owes_floor_by_its_households() -> None:
    owed = obligation(1000, load_profile("cn-2023"))
    assert (owed.area_m2, owed.wished_m2) == (300.0, 800.0)
    assert owed.rules == ("cn2023-rt-01", "cn2023-rt-02")
    assert obligation(1000, load_profile("generic-gb")).rules == ()


def test_what_is_not_said_is_listed() -> None:
    one = card(SPACE, load_profile("cn-2023"), "CNY", today=TODAY)
    assert set(one.unknown) == {
        "clear_height_m",
        "light",
        "lift",
        "outdoor_m2",
        "structure",
        "built",
        "available_from",
        "photos",
    }
    assert "area_m2" in card({**SPACE, "area_basis": "estimated"}, load_profile("cn-2023"), "CNY", today=TODAY).unknown


def test_every_space_of_the_made_city_has_an_open_way_and_is_understood() -> None:
    city = read_city(CITY)
    found = cards(city, load_profile("cn-2023"), today=TODAY)
    assert len(found) == len(city.spaces)
    for one in found:
        assert one.classes.owner, one.space["owner"]
        assert one.classes.kind, one.space["kind"]
        assert one.classes.state, one.space["present_use"]
        assert one.classes.title, one.space["title"]
        assert one.channels[0].registered
        assert one.channels[0].eligible in ("yes", "conditional"), (one.space["place"], one.channels[0])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_tables_say_the_same_in_both_languages(tmp_path: Path, language: str) -> None:
    city = read_city(CITY)
    found = cards(city, load_profile("cn-2023"), services=SERVICES, today=TODAY)[:12]
    register, channels, steps = (rows(found, language) for rows in (register_rows, channel_rows, step_rows))
    assert (len(register), len(channels)) == (12, 60)
    assert len(steps) == sum(len(one.steps) for one in found)
    write_register(found, tmp_path, language, note="made up")
    book = openpyxl.load_workbook(tmp_path / "spaces.xlsx")
    assert len(book.sheetnames) == 3
    assert book.worksheets[0].cell(1, 1).value == "made up"
    assert book.worksheets[0].max_row == 3 + 12
    again = pd.read_csv(tmp_path / "spaces.csv", dtype=str)
    assert again.iloc[0, 0] == found[0].space["id"]


def test_a_cell_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    one = card({**SPACE, "place": "=1+1"}, load_profile("cn-2023"), "CNY", today=TODAY)
    write_register([replace(one)], tmp_path, "en")
    sheet = openpyxl.load_workbook(tmp_path / "spaces.xlsx").worksheets[0]
    assert sheet.cell(3, 2).value == "'=1+1"


@pytest.mark.parametrize("profile", ["cn-2023", "generic-gb"])
def test_every_word_of_the_approvals_has_a_text(profile: str) -> None:
    known = catalogue("zh", "approvals")
    assert load_profile(profile).approvals
    for one in load_profile(profile).approvals:
        wanted = [f"step_{one.step}", f"dept_{one.department}", *(f"paper_{paper}" for paper in one.papers)]
        wanted += [f"when_{one.when}"] if one.when else []
        assert [key for key in wanted if key not in known] == []
        assert one.days == tuple(sorted(one.days))
