"""People by age in later years: against plain loops over the published rates, and by what must hold."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city import AGE_BANDS
from doorstep.errors import DoorstepError
from doorstep.residents.cohorts import VARIANTS, YEARS, needs_over_years, project, projected, rates_of
from doorstep.standards import load_profile

BAND = {band: number for number, band in enumerate(AGE_BANDS)}
GROUPS = [f"{age}-{age + 4}" for age in range(0, 100, 5)]


def rows() -> dict[tuple[str, str, str, str], float]:
    text = files("doorstep.standards").joinpath("cohorts-cn.csv").read_text(encoding="utf-8").splitlines()
    return {
        (row["quantity"], row["sex"], row["age"], row["variant"]): float(row["value"])
        for row in csv.DictReader(text)
        if row["period"] == "2025-2030"
    }


def one(band: str, persons: float = 100.0) -> np.ndarray:
    people = np.zeros((1, 8))
    people[0, BAND[band]] = persons
    return people


def alive(sex: str) -> list[float]:
    """Men or women alive in each five-year group of the stationary population with one girl born."""
    rates = rows()
    born = rates["sex_ratio_at_birth", "", "birth", ""] if sex == "m" else 1.0
    groups = [born * rates["survival", sex, "birth to 0-4", ""]]
    for group in GROUPS[:-1]:
        groups.append(groups[-1] * rates["survival", sex, group, ""])
    return groups


def test_the_sixties_by_hand() -> None:
    """100 persons of 60 to 69: those of 60 to 64 stay in their sixties, those of 65 to 69 become seventy, if alive."""
    rates, (men, women) = rows(), (alive("m"), alive("f"))
    whole = men[12] + men[13] + women[12] + women[13]
    stay = men[12] * rates["survival", "m", "60-64", ""] + women[12] * rates["survival", "f", "60-64", ""]
    older = men[13] * rates["survival", "m", "65-69", ""] + women[13] * rates["survival", "f", "65-69", ""]
    after = project(one("60-69"), 5)[0]
    assert after[BAND["60-69"]] == pytest.approx(100 * stay / whole)
    assert after[BAND["70-79"]] == pytest.approx(100 * older / whole)
    assert after.sum() == pytest.approx(100 * (stay + older) / whole)
    assert 88 < after.sum() < 95


def test_births_by_hand() -> None:
    """Only 100 persons of 35 to 59: their children after five years, from the mean of the women at both ends."""
    rates, (men, women) = rows(), (alive("m"), alive("f"))
    groups = range(7, 12)
    whole = sum(men[g] + women[g] for g in groups)
    now = {g: 100 * women[g] / whole for g in groups}
    then = {g + 1: now[g] * rates["survival", "f", GROUPS[g], ""] for g in groups}
    births = sum(
        5 * rates["fertility", "f", GROUPS[g], "mid"] * (now.get(g, 0) + then.get(g, 0)) / 2 for g in range(7, 11)
    )
    ratio = rates["sex_ratio_at_birth", "", "birth", ""]
    at_birth = {sex: rates["survival", sex, "birth to 0-4", ""] for sex in "mf"}
    children = births * (ratio * at_birth["m"] + at_birth["f"]) / (1 + ratio)
    after = project(one("35-59"), 5)[0]
    assert after[BAND["0-2"]] + after[BAND["3-5"]] == pytest.approx(children)
    assert after[BAND["0-2"]] == pytest.approx(0.6 * children)


def test_nobody_moves_without_years() -> None:
    people = np.random.default_rng(1).uniform(0, 500, (7, 8))
    for variant in VARIANTS:
        assert project(people, 0, variant=variant) == pytest.approx(people)


def test_only_children_depend_on_births() -> None:
    people = np.array([[30.0, 30, 90, 200, 300, 120, 60, 20]])
    found = projected(people)
    low, mid, high = (found.people[variant] for variant in VARIANTS)
    assert found.years == YEARS
    assert low.shape == (4, 1, 8)
    assert low[:, :, 3:] == pytest.approx(high[:, :, 3:])  # fifteen years on, the first of them are fourteen
    assert (low[1:, :, 0] < mid[1:, :, 0]).all()
    assert (mid[1:, :, 0] < high[1:, :, 0]).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1e5), min_size=8, max_size=8), st.sampled_from(YEARS), st.sampled_from(VARIANTS))
def test_rows_add_up_and_nobody_comes_from_nowhere(people: list[float], years: int, variant: str) -> None:
    row = np.array([people])
    after = project(row, years, variant=variant)
    assert (after >= 0).all()
    assert project(np.vstack([row, 2 * row]), years, variant=variant).sum(axis=0) == pytest.approx(3 * after[0])
    if years:
        assert after[0, 3:].sum() <= row.sum() * (1 + 1e-9)


def test_later_years_take_the_last_rates_and_others_are_refused() -> None:
    assert (
        rates_of("cn", 2040).boys_per_girl == rates_of("cn", 2026).boys_per_girl != rates_of("cn", 2024).boys_per_girl
    )
    with pytest.raises(DoorstepError, match="cohorts-unknown"):
        rates_of("gb", 2025)
    with pytest.raises(ValueError, match="7 years"):
        project(one("0-2"), 7)


def test_needs_over_years_are_people_times_rates() -> None:
    profile = load_profile("cn-2023")
    people = np.array([[30.0, 30, 90, 200, 300, 120, 60, 20]])
    found = needs_over_years(projected(people), profile)
    meals = [service.id for service in profile.services].index("meals")
    rate = np.array(profile.service("meals").need_rate)
    assert found["mid"].shape == (4, 1, 9)
    assert found["mid"][0, 0, meals] == pytest.approx(float(people[0] @ rate))
    assert found["mid"][2, 0, meals] == pytest.approx(float(project(people, 10)[0] @ rate))
