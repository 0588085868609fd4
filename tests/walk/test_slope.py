"""What slopes do to time, against Tobler's own formula."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from street_drawings import draw

from doorstep.city import Streets
from doorstep.walk.slope import GRADE_CAP, grades, incline_of, slope_factor

FOOT = {"highway": "footway"}


def tobler_km_h(slope: float) -> float:
    return 6 * math.exp(-3.5 * abs(slope + 0.05))


@given(st.floats(-GRADE_CAP, GRADE_CAP))
def test_time_is_that_of_toblers_speed(slope: float) -> None:
    assert abs(float(slope_factor(np.array(slope))) - tobler_km_h(0) / tobler_km_h(slope)) <= 0.00051


def test_level_is_one_and_steep_is_capped() -> None:
    assert slope_factor(np.array([0.0, 0.3, 5.0, -0.3, -9.0])).tolist() == [1.0, 2.858, 2.858, 2.014, 2.014]


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("10%", 0.1),
        ("-8 %", -0.08),
        ("+2,5%", 0.025),
        ("45°", 1.0),
        ("0%", 0.0),
        *((text, math.nan) for text in ("up", "down", "yes", "10", "", "1:12", "10 % up", "90°", "1e3%", "%")),
    ],
)
def test_inclines_as_written(text: str, grade: float) -> None:
    assert incline_of({"incline": text}) == pytest.approx(grade, nan_ok=True)


def with_heights(streets: Streets, *heights: float) -> Streets:
    return dataclasses.replace(streets, node_ele_m=np.array(heights))


def test_heights_count_before_the_tag_and_unknown_stays_unknown() -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (200.0, 0.0)]
    streets = draw(nodes, [([0, 1, 2, 3], {**FOOT, "incline": "4%"}), ([2, 1], FOOT)])
    ends = np.array([0, 0, 0, 1]), np.array([0, 1, 2, 2]), np.array([1, 2, 3, 1])
    length_mm = np.array([100_000, 100_000, 0, 100_000])
    assert grades(with_heights(streets, 5, 15, math.nan, 9), *ends, length_mm).tolist() == pytest.approx(
        [0.1, 0.04, 0.04, math.nan], nan_ok=True
    )
    assert grades(with_heights(streets, 5, 15, 10, 9), *ends, length_mm).tolist() == pytest.approx(
        [0.1, -0.05, 0, 0.05]
    )
