"""Profiles as they come, and what settings and overrides make of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from doorstep.city import AGE_BANDS, CHANNELS, SERVICES, Override
from doorstep.errors import DoorstepError
from doorstep.standards import LIMITS, Force, Profile, RuleKind, load_profile, profile_names

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=["cn-2023", "generic-gb"])
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


def refused(**arguments: object) -> DoorstepError:
    with pytest.raises(DoorstepError) as caught:
        load_profile("cn-2023", **arguments)  # type: ignore[arg-type]
    return caught.value


def test_every_service_is_whole(profile: Profile) -> None:
    assert tuple(service.id for service in profile.services) == SERVICES
    for service in profile.services:
        assert len(service.need_rate) == len(AGE_BANDS)
        assert all(0 <= rate <= 1 for rate in service.need_rate)
        assert sum(service.need_rate) > 0
        assert service.take_up == service.take_up_range[0] <= service.take_up_range[1] <= service.take_up_range[2] <= 1
        assert service.walk_limit_mm >= 100_000
        assert service.units_per_user > 0
        assert 0 < service.peak_share <= 1
        assert service.price_unit in ("month", "day", "session", "meal", "visit")
        assert service.capacity_unit in ("day_place", "place", "meal_day", "visit_week")
        assert [grade.number for grade in service.grades] == list(range(1, len(service.grades) + 1))
        assert all(grade.area_m2 >= 0 and grade.capacity > 0 for grade in service.grades)
        assert service.storey_min <= service.lift_above <= max(service.storey_max, service.lift_above)
    assert [service.id for service in profile.services if service.priority] == [
        "elderly_care",
        "infant_care",
        "after_school",
        "meals",
    ]
    for channel in CHANNELS:
        assert (channel, "fit_out_per_m2") in profile.costs
        assert (channel, "rent_per_m2_month") in profile.costs


def test_figures_that_the_tables_state() -> None:
    cn, gb = load_profile("cn-2023"), load_profile("generic-gb")
    meals = cn.service("meals")
    assert (meals.walk_limit_mm, meals.walk_limit_ms, meals.price_ref) == (500_000, 480_000, 14.0)
    assert (meals.grades[2].area_m2, meals.grades[2].capacity, meals.grades[2].kitchen) == (150, 220, True)
    assert not meals.grades[0].kitchen
    assert (cn.complex_min_area_m2, cn.complex_min_functions, cn.small_hub_m2) == (600, 3, 600)
    assert (gb.complex_min_area_m2, gb.complex_min_functions) == (0, 3)
    assert (cn.common_share_dispersed, cn.common_share_complex) == (0.05, 0.15)
    assert (cn.snap_limit_mm, cn.crossing_wait_ms, cn.step_penalty) == (200_000, 20_000, 2.0)
    assert cn.homebound_share == (0, 0, 0, 0, 0, 0.02, 0.05, 0.15)
    assert cn.forbidden_pairs == {("infant_care", "sport")}
    assert cn.compatibility["meals", "elderly_care"] == cn.compatibility["elderly_care", "meals"] == "shareable"
    assert cn.limits_on == set(LIMITS)
    assert gb.limits_on == set(LIMITS) - {"complex_area"}
    assert gb.service("elderly_care").price_unit == "day"
    assert gb.service("after_school").price_unit == "session"
    assert cn.parameters["existing_capacity:amenity=library", "culture", "all"].high == 2000


def test_rules(profile: Profile) -> None:
    ids = [rule.id for rule in profile.rules]
    assert ids == sorted(set(ids))
    assert all(rule.force is not Force.DISPUTED for rule in profile.rules)
    for rule in profile.rules:
        if rule.force is Force.HARD:
            assert rule.confidence == "confirmed"
            assert rule.kind_reason
            assert rule.text_zh
            assert rule.document
    if profile.id == "generic-gb":
        assert not [rule for rule in profile.rules if rule.force is Force.HARD]


def test_kinds_of_hard_rules() -> None:
    kinds = {rule.id: rule.kind for rule in load_profile("cn-2023").rules if rule.force is Force.HARD}
    assert len(kinds) == 41
    assert {kinds["cn2023-ch-05"], kinds["cn2023-ch-06"]} == {RuleKind.PERMISSION}
    assert {kinds[f"cn2023-cc-0{n}"] for n in range(1, 8)} | {kinds["cngb-lc-pp15"]} == {RuleKind.DEFINITION}
    assert {kinds["cn2023-ar-01"], kinds["cn2023-fn-11"], kinds["cn2023-rt-01"], kinds["cnty-st-03"]} == {
        RuleKind.REQUIREMENT
    }


def test_names() -> None:
    assert profile_names() == ("cn-2023", "generic-gb")
    with pytest.raises(DoorstepError) as caught:
        load_profile("cn-2024")
    assert caught.value.code == "profile-unknown"


def test_settings_change_what_they_name_and_nothing_else() -> None:
    plain = load_profile("cn-2023")
    one = load_profile("cn-2023", settings={"walk_limit_m.meals": "400", "limits.lift": "off"})
    assert one.service("meals").walk_limit_mm == 400_000
    assert [a for a, b in zip(plain.services, one.services, strict=True) if a != b] == [plain.service("meals")]
    assert plain.limits_on - one.limits_on == {"lift"}
    assert dict(one.settings) == {"limits.lift": "off", "walk_limit_m.meals": "400"}
    every = load_profile("cn-2023", settings={"walk_limit_m": "450"})
    assert {service.walk_limit_mm for service in every.services} == {450_000}
    band = load_profile("cn-2023", settings={"need_rate.meals.80+": "0.5", "homebound_share.any.0-2": "0.01"})
    assert band.service("meals").need_rate[-1] == 0.5
    assert band.service("meals").need_rate[:-1] == plain.service("meals").need_rate[:-1]
    assert band.homebound_share[0] == 0.01


def test_case_of_take_up() -> None:
    high = load_profile("cn-2023", settings={"take_up_case": "high"})
    assert high.take_up_case == "high"
    assert high.service("meals").take_up == 0.45
    assert refused(settings={"take_up_case": "best"}).code == "setting-value"


def test_costs_by_item_and_channel() -> None:
    plain = load_profile("cn-2023")
    all_channels = load_profile("cn-2023", settings={"cost.fit_out_per_m2": "2000"})
    assert {all_channels.costs[channel, "fit_out_per_m2"].mid for channel in CHANNELS} == {2000.0}
    one = load_profile("cn-2023", settings={"cost.ramp_and_entrance.rent": "1000", "cost.price_ref:meals": "16"})
    assert one.costs["rent", "ramp_and_entrance"].mid == 1000
    assert one.costs["any", "ramp_and_entrance"] == plain.costs["any", "ramp_and_entrance"]
    assert one.service("meals").price_ref == 16


def test_a_citys_figure_carries_its_document_and_a_user_wins_over_it() -> None:
    city = Override("walk_limit_m.meals", "600", "Planning note 7", "2025-02-01", "hilly")
    profile = load_profile("cn-2023", overrides=[city])
    stated = profile.parameters["walk_limit_m", "meals", "all"]
    assert (stated.low, stated.mid, stated.high) == (600, 600, 600)
    assert (stated.kind, stated.source) == ("city", "Planning note 7, 2025-02-01")
    profile = load_profile("cn-2023", overrides=[city], settings={"walk_limit_m.meals": "300"})
    assert profile.service("meals").walk_limit_mm == 300_000


def test_a_rule_is_raised_only_with_document_and_date() -> None:
    key = "raise.cn2023-fn-12"
    profile = load_profile("cn-2023", overrides=[Override(key, "hard", "Notice 12", "2025-03-01", "")])
    rule = next(rule for rule in profile.rules if rule.id == "cn2023-fn-12")
    assert (rule.force, rule.raised_by) == (Force.HARD, "Notice 12, 2025-03-01")
    assert refused(overrides=[Override(key, "hard", "", "2025-03-01", "")]).code == "raise-needs-document"
    assert refused(overrides=[Override(key, "hard", "Notice 12", "", "")]).code == "raise-needs-document"
    assert refused(settings={key: "hard"}).code == "raise-needs-document"
    assert refused(overrides=[Override(key, "soft", "Notice 12", "2025-03-01", "")]).code == "setting-value"
    disputed = Override("raise.cn2023-rt-03", "hard", "Notice 12", "2025-03-01", "")
    assert refused(overrides=[disputed]).code == "setting-unknown"


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("walk_limit.meals", "walk_limit_m.meals"),
        ("limits.lifts", "limits.lift"),
        ("cost.fitout_per_m2", "cost.fit_out_per_m2"),
        ("walk_limit_m.meal", "walk_limit_m.meals"),
        ("raise.cn2023-fn12", "raise.cn2023-fn-12"),
        ("walk_limit_m.meals.all.more", "walk_limit_m.meals.all"),
        ("occupancy_cap.meals", None),
        ("rate.yuan", None),
        ("cost.fit_out_per_m2.lease", None),
        ("", None),
    ],
)
def test_an_unknown_key_names_the_nearest(key: str, nearest: str | None) -> None:
    error = refused(settings={key: "1"})
    assert error.code == "setting-unknown"
    assert error.values["key"] == key
    if nearest is not None:
        assert error.values["nearest"] == nearest


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("walk_limit_m.meals", "far"),
        ("walk_limit_m.meals", "nan"),
        ("walk_limit_m.meals", "inf"),
        ("walk_limit_m.meals", "0"),
        ("need_rate.meals", "1.2"),
        ("take_up.meals", "-0.1"),
        ("common_area_share", "1.5"),
        ("grade_1_capacity.meals", "20.5"),
        ("grade_1_kitchen.meals", "2"),
        ("units_per_user.meals", "0"),
        ("cost.fit_out_per_m2", "-1"),
        ("cost.staff_ratio:meals:cook", "0"),
        ("limits.lift", "maybe"),
        ("rate.USD", "0"),
        ("storey_max.meals", "2.5"),
    ],
)
def test_a_bad_value_is_refused(key: str, value: str) -> None:
    error = refused(settings={key: value})
    assert error.code == "setting-value"
    assert (error.values["key"], error.values["value"]) == (key, value)
    assert error.values["expected"]


def test_values_at_the_edge_are_taken() -> None:
    taken = {"grade_3_kitchen.meals": "n", "storey_min.sport": "-2", "need_rate.meals.80+": "1", "rate.USD": "0.14"}
    profile = load_profile("cn-2023", settings=taken)
    assert not profile.service("meals").grades[2].kitchen
    assert profile.service("sport").storey_min == -2


@hypothesis_settings(max_examples=120, deadline=None)
@given(
    key=st.text("abcdefgilmnorstuw_.:1-", max_size=25)
    | st.sampled_from(["walk_limit_m.meals", "limits.lift", "cost.food_per_meal", "grade_1_area_m2"]),
    value=st.text(max_size=8) | st.floats().map(repr),
)
def test_any_text_is_taken_or_refused_by_name(key: str, value: str) -> None:
    code = None
    try:
        profile = load_profile("generic-gb", settings={key: value})
    except DoorstepError as error:
        code = error.code
    assert code in (None, "setting-unknown", "setting-value", "raise-needs-document")
    if code is None:
        assert dict(profile.settings) == {key: value}


def test_the_order_of_settings_and_overrides_does_not_matter() -> None:
    keys = {"walk_limit_m": "450", "walk_limit_m.meals": "300", "walk_limit_m.meals.all": "350"}
    there = load_profile("cn-2023", settings=keys)
    back = load_profile("cn-2023", settings=dict(reversed(keys.items())))
    assert there == back
    # The narrower key wins: keys are laid over each other in the order of their names.
    assert there.service("meals").walk_limit_mm == 350_000


@pytest.mark.shared
def test_profiles_are_what_the_tables_say(shared: Path, tmp_path: Path) -> None:
    tool = REPOSITORY / "tools" / "build_profiles.py"
    subprocess.run(
        [sys.executable, str(tool), "--domain", str(shared / "domain"), "--out", str(tmp_path)],
        check=True,
        capture_output=True,
    )
    for name in profile_names():
        built = (tmp_path / f"{name}.toml").read_bytes()
        assert built == (REPOSITORY / f"src/doorstep/standards/profiles/{name}.toml").read_bytes(), name


def test_measure_that_binds_and_the_frail() -> None:
    plain, minutes = load_profile("cn-2023"), load_profile("cn-2023", settings={"walk_measure": "minutes"})
    meals = plain.service("meals")
    assert (plain.walk_measure, plain.walk_limit(meals)) == ("metres", 500_000)
    assert (minutes.walk_measure, minutes.walk_limit(meals)) == ("minutes", 480_000)
    assert plain.walk_limit_factor == (1, 1, 1, 1, 1, 1, 1, 0.6)
    assert (plain.lift_wait_ms, plain.step_going_mm) == (40_000, 300)
    for key, value in (("walk_measure", "miles"), ("step_penalty", "0.5"), ("walk_limit_min.meals", "0")):
        assert refused(settings={key: value}).code == "setting-value"
