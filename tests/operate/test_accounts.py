"""The accounts against the published worked example, to the yuan, and against its two cross-checks."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city import SERVICES
from doorstep.operate import HubUse, ServiceUse, break_even_share, capital_yearly, hub_accounts
from doorstep.plan_file import Account
from doorstep.standards import Profile, load_profile

MIX = (0.02, 0.026, 0.104, 0.24, 0.39, 0.12, 0.07, 0.03)
PEOPLE, MEAN_G = 13_000, 0.75
GRADES = {
    "elderly_care": (2, 25),
    "infant_care": (2, 18),
    "meals": (3, 220),
    "after_school": (2, 30),
    "domestic": (1, 60),
}


def example(profile: Profile, rent: float | None = None) -> HubUse:
    """Return the complex of 713 m2 with the use that its 13,000 people make of it."""
    services = []
    for name, (grade, capacity) in GRADES.items():
        service = profile.service(name)
        by_age = [share * rate for share, rate in zip(MIX, service.need_rate, strict=True)]
        users = PEOPLE * sum(by_age) * service.take_up * MEAN_G
        elders = sum(by_age[5:]) / sum(by_age)
        services.append(ServiceUse(name, grade, capacity, users, users * service.units_per_user, elders))
    return HubUse("complex", "supplement", 713.0, tuple(services), rent_per_m2_year=rent)


def yuan(money: int) -> float:
    return money / 100


def of_case(accounts: tuple[Account, ...], case: str) -> Account:
    return next(account for account in accounts if account.case == case)


@pytest.fixture(scope="module")
def cn() -> Profile:
    return load_profile("cn-2023")


@pytest.mark.parametrize("take_up_case", ["low", "mid", "high"])
def test_every_line_of_the_worked_example(take_up_case: str) -> None:
    # The same three cases come out whichever of them the plan was made with, as long as its use is not capped there.
    profile = load_profile("cn-2023", settings={"take_up_case": take_up_case})
    account = of_case(hub_accounts(example(profile), profile, currency="CNY"), "mid")
    printed = {
        "revenue_elderly_care": 381_011,
        "revenue_infant_care": 302_606,
        "revenue_meals": 606_351,
        "revenue_after_school": 162_000,
        "revenue_domestic": 107_055,
        "cost_staff": 1_143_635,
        "cost_food": 324_831,
        "cost_domestic_workers": 74_938,  # exactly 74,938.5
        "cost_utilities": 62_349,
        "cost_consumables": 52_192,
        "cost_upkeep": 36_728,
        "cost_admin": 46_771,
        "cost_tax": 6_064,
        "subsidy_meals_elders": 59_324,
        "subsidy_elderly_care": 60_000,
        "subsidy_infant_care": 55_019,
    }
    assert set(account.lines_money) == set(printed)
    for line, money in account.lines_money.items():
        assert abs(yuan(money) - printed[line]) <= 0.5, line
    assert account.jobs == 16.0


@pytest.mark.parametrize(
    ("case", "rent_month", "income", "cost", "rent", "subsidy", "result"),
    [
        ("mid", 0, 1_559_022, 1_747_508, 0, 174_344, -14_142),
        ("high", 0, 1_977_286, 2_092_596, 0, 207_306, 91_997),
        ("mid", 30, 1_559_022, 2_004_188, 256_680, 174_344, -270_822),
        ("mid", 60, 1_559_022, 2_260_868, 513_360, 174_344, -527_502),
        ("low", 0, 723_084, 1_075_221, 0, 110_139, -241_998),
        ("low", 60, 723_084, 1_588_581, 513_360, 110_139, -755_358),
    ],
)
def test_every_row_of_the_case_table(
    cn: Profile, case: str, rent_month: float, income: int, cost: int, rent: int, subsidy: int, result: int
) -> None:
    account = of_case(hub_accounts(example(cn, rent=12 * rent_month), cn, currency="CNY"), case)
    assert round(yuan(account.revenue_money)) == income
    assert round(yuan(account.running_cost_money)) == cost
    assert round(yuan(account.lines_money.get("cost_rent", 0))) == rent
    assert round(yuan(account.subsidy_money)) == subsidy
    assert round(yuan(account.result_money)) == result
    assert round(yuan(account.support_money)) == pytest.approx(cost - income, abs=1)


def test_public_rooms_cost_no_rent_unless_the_space_says_so(cn: Profile) -> None:
    accounts = hub_accounts(example(cn), cn, currency="CNY")
    assert accounts == hub_accounts(example(cn, rent=0.0), cn, currency="CNY")


def test_capital_a_year_of_the_worked_example(cn: Profile) -> None:
    assert round(yuan(capital_yearly(example(cn), cn, currency="CNY"))) == 220_507


def test_canteen_breaks_even_at_89_meals() -> None:
    # 150 m2 at CNY 20 a meal and rent 60; one cook, one helper, half a manager, so the ratios are held at one each.
    cn = load_profile(
        "cn-2023",
        settings={
            "cost.price_ref:meals": "20",
            "cost.staff_ratio:meals:cook": "100",
            "cost.staff_ratio:meals:kitchen_helper": "100",
        },
    )
    canteen = HubUse("dispersed", "rent", 150.0, (ServiceUse("meals", 3, 220, 100.0, 100.0),))
    share = break_even_share(canteen, cn)
    assert share is not None
    assert 88.5 < 100 * share < 89.5
    at = dataclasses.replace(canteen, services=(ServiceUse("meals", 3, 220, 90.0, 90.0),))
    assert of_case(hub_accounts(at, cn, currency="CNY"), "low").jobs == 2.5


def test_child_care_of_400_m2_in_central_beijing() -> None:
    # 50 children, fee 6,000, rent 225: ten child carers, manager, guard, cleaner, half a nurse; costs at the high end.
    cn = load_profile("cn-2023")
    high = {f"cost.{item}": str(row.high) for (_, item), row in cn.costs.items() if item.startswith("wage:")}
    for item in (
        "employer_social_share",
        "consumables:infant_care",
        "admin_insurance_share",
        "utilities_per_m2_year",
        "upkeep_share",
    ):
        high[f"cost.{item}"] = str(cn.costs["any", item].high)
    cn = load_profile(
        "cn-2023",
        settings={
            **high,
            "occupancy_cap": "1",
            "cost.price_ref:infant_care": "6000",
            "cost.paid_months:infant_care": "12",
            "cost.staff_ratio:infant_care:childcare_worker": "5",
            "cost.subsidy_running:infant_care": "0",
        },
    )
    centre = HubUse("complex", "rent", 400.0, (ServiceUse("infant_care", 4, 50, 52.6, 50.0),), rent_per_m2_year=2_700)
    account = of_case(hub_accounts(centre, cn, currency="CNY"), "low")
    staff, rent = account.lines_money["cost_staff"], account.lines_money["cost_rent"]
    assert account.jobs == 13.5
    assert staff / account.revenue_money == pytest.approx(0.41, abs=0.005)
    assert rent / account.revenue_money == pytest.approx(0.30, abs=0.005)
    assert staff / account.running_cost_money == pytest.approx(0.50, abs=0.01)
    assert rent / account.running_cost_money == pytest.approx(0.37, abs=0.01)


def test_a_hub_that_never_lives_has_no_break_even(cn: Profile) -> None:
    ground = HubUse("dispersed", "rent", 200.0, (ServiceUse("play", 3, 800, 100.0, 250.0),))
    assert break_even_share(ground, cn) is None


def test_child_care_pays_no_business_rates_in_gb() -> None:
    gb = load_profile("generic-gb")
    nursery = HubUse("dispersed", "rent", 200.0, (ServiceUse("infant_care", 2, 18, 10.0, 9.5),))
    hall = HubUse("dispersed", "rent", 200.0, (ServiceUse("sport", 2, 650, 100.0, 150.0),))
    assert "cost_business_rates" not in of_case(hub_accounts(nursery, gb, currency="GBP"), "low").lines_money
    assert of_case(hub_accounts(hall, gb, currency="GBP"), "low").lines_money["cost_business_rates"] == 300_000
    # GBP 60 a full day on 240 days.
    assert of_case(hub_accounts(nursery, gb, currency="GBP"), "low").revenue_money == round(9.5 * 60 * 240 * 100)


def test_another_currency_needs_a_rate() -> None:
    settings_ = {"rate.GBP": "0.1"}
    cn = load_profile("cn-2023", settings=settings_)
    yuans = of_case(hub_accounts(example(cn), cn, currency="CNY"), "mid")
    pounds = of_case(hub_accounts(example(cn), cn, currency="GBP"), "mid")
    assert pounds.running_cost_money == pytest.approx(yuans.running_cost_money / 10, abs=10)


@st.composite
def hubs(draw: st.DrawFn) -> HubUse:
    services = []
    for name in draw(st.lists(st.sampled_from(SERVICES), min_size=1, max_size=5, unique=True)):
        units = draw(st.just(0.0) | st.floats(0.5, 300))
        services.append(ServiceUse(name, 1, draw(st.integers(1, 500)), 1.3 * units, units, draw(st.floats(0, 1))))
    kind = "complex" if len(services) >= 3 else "dispersed"
    channel = draw(st.sampled_from(["supplement", "convert", "transfer", "newbuild", "rent"]))
    return HubUse(kind, channel, draw(st.floats(20, 2000)), tuple(services))


@settings(max_examples=60, deadline=None)
@given(hub=hubs(), name=st.sampled_from(["cn-2023", "generic-gb"]))
def test_accounts_add_up(hub: HubUse, name: str) -> None:
    profile = load_profile(name)
    accounts = hub_accounts(hub, profile, currency=profile.currency)
    assert [account.case for account in accounts] == ["low", "mid", "high"]
    for account in accounts:
        lines = account.lines_money
        assert account.revenue_money == sum(money for line, money in lines.items() if line.startswith("revenue_"))
        assert account.running_cost_money == sum(money for line, money in lines.items() if line.startswith("cost_"))
        assert account.subsidy_money == sum(money for line, money in lines.items() if line.startswith("subsidy_"))
        assert account.result_money == account.revenue_money + account.subsidy_money - account.running_cost_money
        assert account.support_money == max(0, account.running_cost_money - account.revenue_money)
        assert all(money > 0 for money in lines.values())
        assert account.jobs * 4 == int(account.jobs * 4)
    assert accounts[0].units <= accounts[1].units + 1e-9 <= accounts[2].units + 2e-9


@settings(max_examples=15, deadline=None)
@given(hub=hubs())
def test_the_result_changes_sign_at_break_even(hub: HubUse) -> None:
    cn = load_profile("cn-2023")
    share = break_even_share(hub, cn)
    if not share:
        return

    def result(factor: float) -> int:
        used = tuple(dataclasses.replace(one, units=one.units * factor) for one in hub.services)
        changed = dataclasses.replace(hub, services=used)
        return of_case(hub_accounts(changed, cn, currency="CNY"), cn.take_up_case).result_money

    assert result(share * (1 + 1e-9)) >= 0 or result(share) >= 0
    assert result(share * (1 - 1e-6)) < 0
