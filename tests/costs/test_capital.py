"""Capital of hub parts, to the minor unit, against sums written out by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city import CHANNELS, SERVICES
from doorstep.costs import Capital, capital
from doorstep.errors import DoorstepError
from doorstep.standards import Profile, load_profile


def spaces(*rows: tuple[str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["channel", "capital_cost_per_m2"]).assign(closing_cost=0.0)


def part(money: Capital, space: int, service: str, grade: int, kind: int) -> int:
    return int(money.grade_money[space, SERVICES.index(service), grade - 1, kind])


def test_sums_by_hand() -> None:
    money = capital(spaces(("supplement", math.nan), ("rent", 1500.0)), load_profile("cn-2023"), currency="CNY")
    # CNY 50,000 x 1.19
    assert money.open_money.tolist() == [5_950_000, 5_950_000]
    # 150 m2 x 1.15 x (1,800 + 300) x 1.19 + 220 meals x 1,100
    assert part(money, 0, "meals", 3, 1) == round(100 * (150 * 1.15 * 2100 * 1.19 + 242_000))
    # The space's own 1,500 a m2 stands for all works: 200 m2 x 1.05 x 1,500 x 1.19 + 25 x 5,000 + 20 m2 x 400 x 1.19
    assert part(money, 1, "elderly_care", 2, 0) == 100 * (374_850 + 125_000 + 9_520)
    # No floor, a ground of 150 m2 and things for 400 visits.
    assert part(money, 0, "play", 2, 0) == part(money, 0, "play", 2, 1) == 100 * (71_400 + 60_000)


def test_who_bears_the_structure_of_new_building() -> None:
    cn = capital(spaces(("newbuild", math.nan)), load_profile("cn-2023"), currency="CNY")
    assert part(cn, 0, "culture", 1, 0) == round(100 * (50 * 1.05 * 1000 * 1.19 + 200 * 120))
    gb = capital(spaces(("newbuild", math.nan)), load_profile("generic-gb"), currency="GBP")
    assert part(gb, 0, "culture", 1, 0) == round(100 * (57 * 1.05 * 3000 * 1.23 + 200 * 25))
    assert gb.open_money.tolist() == [0]


def test_absent_grades_are_minus_one() -> None:
    profile = load_profile("cn-2023")
    money = capital(spaces(("rent", math.nan)), profile, currency="CNY")
    assert money.grade_money.shape == (1, len(SERVICES), 5, 2)
    for s, service in enumerate(profile.services):
        there = money.grade_money[0, s, :, 0] >= 0
        assert there.tolist() == [number <= len(service.grades) for number in range(1, 6)]


def test_no_spaces() -> None:
    money = capital(spaces(), load_profile("cn-2023"), currency="CNY")
    assert money.open_money.shape == (0,)
    assert money.grade_money.shape == (0, len(SERVICES), 5, 2)


def test_currency() -> None:
    with pytest.raises(DoorstepError) as caught:
        capital(spaces(("rent", math.nan)), load_profile("cn-2023"), currency="GBP")
    assert caught.value.code == "currency-differs"
    assert caught.value.values["key"] == "rate.GBP"
    with pytest.raises(DoorstepError) as caught:
        capital(spaces(("rent", 1.0)), load_profile("cn-2023", settings={"rate.XYZ": "2"}), currency="XYZ")
    assert caught.value.code == "currency-unknown"
    # A rate turns the profile's figures, not the space's own.
    profile = load_profile("cn-2023", settings={"rate.KRW": "190"})
    money = capital(spaces(("rent", 300_000.0)), profile, currency="KRW")
    assert money.open_money.tolist() == [50_000 * 119 // 100 * 190]
    assert part(money, 0, "culture", 1, 0) == round(50 * 1.05 * 300_000 * 1.19) + 200 * 120 * 190


def by_fractions(profile: Profile, channel: str, own: float, service: str, grade: int, kind: int) -> int:
    """Return the part by another way: fractions of the figures as they are written."""

    def mid(item: str) -> Fraction:
        row = profile.costs.get((channel, item)) or profile.costs.get(("any", item))
        return Fraction(str(row.mid)) if row else Fraction(0)

    k = 1 + mid("design_and_survey_share") + mid("contingency_share")
    works = mid("fit_out_per_m2") + mid("structure_strengthening_per_m2")
    if channel == "newbuild" and profile.id == "generic-gb":
        works += mid("structure_per_m2")
    rate = works if math.isnan(own) else Fraction(str(own))
    share = Fraction(str((profile.common_share_dispersed, profile.common_share_complex)[kind]))
    size = profile.service(service).grades[grade - 1]
    money = size.area_m2 * (1 + share) * rate * k + mid(f"equipment:{service}") * size.capacity
    money += mid("outdoor_works_per_m2") * size.outdoor_m2 * k
    return math.floor(100 * money + Fraction(1, 2))


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["cn-2023", "generic-gb"]),
    channel=st.sampled_from(CHANNELS),
    own=st.just(math.nan) | st.floats(0, 20_000) | st.decimals(0, 9_999, places=2).map(float),
    share=st.decimals(0, 1, places=3).map(str),
)
def test_every_part_is_exact(name: str, channel: str, own: float, share: str) -> None:
    profile = load_profile(name, settings={"common_area_share": share})
    money = capital(spaces((channel, own)), profile, currency=profile.currency)
    for service in profile.services:
        for grade in service.grades:
            for kind in (0, 1):
                expected = by_fractions(profile, channel, own, service.id, grade.number, kind)
                assert part(money, 0, service.id, grade.number, kind) == expected


def test_rows_do_not_touch_each_other() -> None:
    profile = load_profile("cn-2023")
    rows = [(channel, own) for channel in CHANNELS for own in (math.nan, 900.0)]
    together = capital(spaces(*rows), profile, currency="CNY")
    for j, row in enumerate(rows):
        alone = capital(spaces(row), profile, currency="CNY")
        assert np.array_equal(alone.grade_money[0], together.grade_money[j])
