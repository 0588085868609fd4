"""Posts by role."""

from __future__ import annotations

import pytest

from doorstep.costs import posts
from doorstep.standards import Profile, load_profile


@pytest.fixture(scope="module")
def cn() -> Profile:
    return load_profile("cn-2023")


def of(profile: Profile, units: dict[str, float], *, kitchen: bool = True, area_m2: float = 700.0) -> dict[str, float]:
    return posts(units, kitchen, True, area_m2, "supplement", profile)


def test_meals_brought_in_need_no_cook(cn: Profile) -> None:
    assert of(cn, {"meals": 54.0})["cook"] == 1.0
    assert "cook" not in of(cn, {"meals": 54.0}, kitchen=False)
    assert of(cn, {"meals": 54.0}, kitchen=False)["kitchen_helper"] == 1.0


def test_a_nurse_beside_each_doctor(cn: Profile) -> None:
    staff = of(cn, {"health": 300.0})
    assert (staff["doctor"], staff["nurse"]) == (1.5, 1.5)
    # The nurse of day guests is another one.
    assert of(cn, {"health": 300.0, "elderly_care": 20.0})["nurse"] == 2.0


def test_shared_persons_are_not_added_up(cn: Profile) -> None:
    assert of(cn, {"domestic": 150.0})["manager"] == 1.0
    assert of(cn, {"domestic": 400.0})["manager"] == 2.0
    # 25 guests ask for half a nurse, 75 children for half of a health worker: one half post serves both.
    assert of(cn, {"elderly_care": 25.0, "infant_care": 75.0})["nurse"] == 0.5


@pytest.mark.parametrize(("guests", "carers"), [(0.0, 1.0), (16.0, 2.0), (16.000000000000004, 2.0), (16.1, 2.5)])
def test_halves_are_rounded_up_but_not_by_the_last_digit(cn: Profile, guests: float, carers: float) -> None:
    assert of(cn, {"elderly_care": guests})["carer"] == carers


def test_floor_decides_on_cleaners_and_children_on_the_guard(cn: Profile) -> None:
    assert of(cn, {"culture": 10.0}, area_m2=700.0)["cleaner"] == 1.5
    assert of(cn, {"culture": 10.0}, area_m2=701.0)["cleaner"] == 2.0
    assert "guard" not in of(cn, {"culture": 10.0})
    assert of(cn, {"infant_care": 5.0})["guard"] == 1.0
    dispersed = posts({"culture": 10.0}, True, False, 700.0, "supplement", cn)
    assert dispersed == {"manager": 0.5, "social_worker": 0.5}
