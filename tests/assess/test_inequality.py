"""Inequality against definitions in loops, examples on paper, and what must not matter."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.assess import concentration_curve, concentration_index, gini, palma, theil

persons = st.floats(0, 50).map(lambda one: round(one, 3))
having = st.floats(0, 9).map(lambda one: round(one, 2))
goods = st.lists(st.tuples(having, persons), min_size=1, max_size=8)
in_groups = st.lists(st.tuples(having, persons, st.integers(0, 3)), min_size=1, max_size=8)

Groups = list[tuple[float, float]]
Split = list[tuple[float, float, int]]


def columns(rows: list[tuple[float, ...]] | Groups | Split) -> list[np.ndarray]:  # type: ignore[type-arg]
    return [np.array(column) for column in zip(*rows, strict=True)]


@given(goods)
def test_gini_agrees_with_its_definition(groups: Groups) -> None:
    values, weights = columns(groups)
    people, have = weights.sum(), (weights * values).sum()
    found = gini(values, weights)
    if have == 0:
        assert math.isnan(found)
        return
    gaps = sum(w * u * abs(x - y) for x, w in groups for y, u in groups)
    assert found == pytest.approx(gaps / (2 * people * have), abs=1e-9)
    assert 0 <= found < 1


def test_gini_on_paper() -> None:
    assert gini(np.array([0.0, 0.0, 0.0, 8.0]), np.ones(4)) == pytest.approx(0.75)
    assert gini(np.array([3.0, 3.0]), np.array([1.0, 9.0])) == pytest.approx(0.0)


def test_gini_of_a_worked_example() -> None:
    """Twenty incomes in thousands, a teaching spreadsheet ("GINI", docstoc 10699438): 0.38625."""
    incomes = np.array([1, 3, 4, 5, 6, 8, 8, 9, 11, 12, 14, 17, 19, 21, 23, 27, 29, 32, 33, 38], dtype=np.float64)
    assert gini(incomes, np.ones(20)) == pytest.approx(0.38625, abs=1e-12)


@given(goods, st.floats(0.01, 100), st.integers(2, 4))
def test_unit_and_size_of_the_people_do_not_matter(groups: Groups, factor: float, times: int) -> None:
    values, weights = columns(groups)
    community = np.arange(len(values)) % 2
    again = np.tile(values, times), np.tile(weights, times)
    for index in (gini, palma, lambda x, w: theil(x, w, np.resize(community, len(x)) * 0).total):
        before = index(values, weights)
        assert index(values * factor, weights) == pytest.approx(before, rel=1e-6, abs=1e-9, nan_ok=True)
        assert index(*again) == pytest.approx(before, rel=1e-6, abs=1e-9, nan_ok=True)


@given(goods)
def test_palma_agrees_with_persons_in_a_row(groups: Groups) -> None:
    values, weights = columns(groups)
    found = palma(values, weights)
    total = sum(weights)

    def held(low: float, high: float) -> float:
        """Sum what persons from the low to the high share of a row by what they have hold."""
        sum_, start = 0.0, 0.0
        for value, weight in sorted(groups):
            part = min(start + weight, high * total) - max(start, low * total)
            sum_ += value * max(0.0, part)
            start += weight
        return sum_

    if held(0, 1) == 0:
        assert math.isnan(found)
    elif held(0, 0.4) < 1e-9:
        assert found > 1e6
    else:  # a hair of the whole is the difference of sums that are nearly the same, and has fewer digits
        exact = held(0, 0.4) > 1e-5 * held(0, 1)
        assert found == pytest.approx(held(0.9, 1) / held(0, 0.4), rel=1e-9 if exact else 1e-6)


def test_palma_on_paper() -> None:
    ten = np.array([1.0, 1, 1, 1, 5, 5, 5, 5, 5, 12])
    assert palma(ten, np.ones(10)) == pytest.approx(3.0)
    assert palma(np.full(3, 2.0), np.ones(3)) == pytest.approx(0.25)
    assert palma(np.array([0.0, 1.0]), np.ones(2)) == math.inf


@given(in_groups)
def test_theil_agrees_with_its_definition_and_is_the_sum_of_its_parts(rows: Split) -> None:
    values, weights, group = columns(rows)
    found = theil(values, weights, group)
    people, have = weights.sum(), (weights * values).sum()
    if have == 0:
        assert math.isnan(found.total)
        return

    def index(part: Split) -> float:
        size, held = sum(w for _, w, _ in part), sum(x * w for x, w, _ in part)
        return sum(w * x / held * math.log(x * size / held) for x, w, _ in part if x * w > 0) if held > 0 else 0.0

    between = within = 0.0
    for one in set(group.tolist()):
        part = [row for row in rows if row[2] == one]
        size, held = sum(w for _, w, _ in part), sum(x * w for x, w, _ in part)
        if held > 0:
            between += held / have * math.log(held / size * people / have)
            within += held / have * index(part)
    assert found.between == pytest.approx(between, abs=1e-9)
    assert found.within == pytest.approx(within, abs=1e-9)
    assert found.total == found.between + found.within
    assert found.total == pytest.approx(index(rows), abs=1e-9)


def test_theil_on_paper() -> None:
    """One of four has all: ln 4; in pairs, the pair has all (ln 2 between) and one of the pair (ln 2 within)."""
    one_has_all = theil(np.array([0.0, 0.0, 0.0, 8.0]), np.ones(4), np.array([0, 0, 1, 1]))
    assert one_has_all.total == pytest.approx(math.log(4))
    assert (one_has_all.between, one_has_all.within) == (pytest.approx(math.log(2)), pytest.approx(math.log(2)))


MEXICO = (  # income per head in 1940 and 2000, region after Hanson (1998); by state, in the order of the table
    (10384, 27782, 2), (22361, 29855, 1), (9573, 26103, 2), (3758, 36163, 5), (2934, 8684, 5), (8578, 30735, 1),
    (8537, 28460, 1), (6909, 21358, 3), (17816, 54349, 4), (12132, 17379, 2), (4359, 15585, 3), (2181, 11820, 5),
    (4414, 12348, 3), (5309, 21610, 3), (3408, 16322, 4), (3327, 11838, 3), (6936, 18170, 3), (4836, 11478, 2),
    (9073, 38672, 1), (1892, 9010, 5), (3569, 15685, 3), (11016, 26149, 3), (21965, 33442, 5), (4372, 15866, 2),
    (4840, 15242, 2), (6399, 24068, 1), (2459, 13360, 5), (7508, 23546, 1), (3605, 11701, 3), (5203, 12191, 3),
    (7990, 17509, 5), (3734, 11130, 2),
)  # fmt: skip


@pytest.mark.parametrize(
    ("year", "total", "between", "within"),
    [(0, 0.20894344, 0.0345889, 0.17435454), (1, 0.10660832, 0.03635872, 0.0702496)],
)
def test_theil_of_the_states_of_mexico(year: int, total: float, between: float, within: float) -> None:
    """Incomes of the 32 states, data and results of PySAL's documentation (libpysal, inequality: BSD-3-Clause).

    S. J. Rey, M. L. Sastré Gutiérrez (2010), Interregional inequality dynamics in Mexico, *Spatial Economic Analysis*
    5, 277-298. Every state counts once.
    """
    incomes = np.array([row[year] for row in MEXICO], dtype=np.float64)
    found = theil(incomes, np.ones(32), np.array([region for _, _, region in MEXICO]))
    assert (found.total, found.between, found.within) == pytest.approx((total, between, within), abs=1e-8)


def test_concentration_of_deaths_of_small_children() -> None:
    """Births and deaths under five by wealth, India 1982-92: −0.1694.

    The table is that of the World Bank's technical note on the concentration index (grouped data), written down from
    memory; that the five pairs give all four digits of its result says that they are right.
    """
    births = np.array([29939.0, 28776, 26528, 24689, 19739])
    deaths_per_birth = np.array([154.7, 152.9, 119.5, 86.9, 54.3]) / 1000
    assert round(concentration_index(deaths_per_birth, births, np.arange(5.0)), 4) == -0.1694


@given(in_groups)
def test_concentration_agrees_with_ranks_in_loops(rows: Split) -> None:
    """Twice the covariance of good and rank over the mean good; people of one income share their middle rank."""
    values, weights, income = columns(rows)
    found = concentration_index(values, weights, income)
    people, have = weights.sum(), (weights * values).sum()
    if have == 0:
        assert math.isnan(found)
        return
    expected = 0.0
    for value, weight, own in rows:
        poorer = sum(w for _, w, other in rows if other < own)
        alike = sum(w for _, w, other in rows if other == own)
        expected += 2 / have * weight * value * (poorer + alike / 2) / people
    assert found == pytest.approx(expected - 1, abs=1e-9)
    assert -1 < found < 1
    assert concentration_index(values, weights, -income) == pytest.approx(-found, abs=1e-9)
    assert abs(found) <= gini(values, weights) + 1e-9


@given(goods)
def test_ranked_by_the_good_itself_it_is_the_gini(groups: Groups) -> None:
    values, weights = columns(groups)
    assert concentration_index(values, weights, values) == pytest.approx(gini(values, weights), abs=1e-9, nan_ok=True)


@given(in_groups)
def test_the_curve_goes_from_none_to_all(rows: Split) -> None:
    people, shares = concentration_curve(*columns(rows))
    if not np.isnan(people[-1]):
        assert (people[0], shares[0], people[-1], shares[-1]) == (0, 0, 1, 1)
        assert (np.diff(people) > 0).all()
        assert (np.diff(shares) >= 0).all()


def test_nobody_and_bad_figures() -> None:
    none, one = np.zeros(0), np.ones(1)
    assert math.isnan(gini(none, none))
    assert math.isnan(palma(none, none))
    assert math.isnan(theil(none, none, none).total)
    assert math.isnan(concentration_index(none, none, none))
    for values, weights in ((one * np.nan, one), (-one, one), (one, -one), (one, one * np.inf)):
        for call in (gini, palma, lambda x, w: theil(x, w, one), lambda x, w: concentration_index(x, w, one)):
            with pytest.raises(ValueError, match="at least 0"):
                call(values, weights)
    with pytest.raises(ValueError, match="one shape"):
        theil(one, one, np.ones(2))
    with pytest.raises(ValueError, match="rank or group"):
        concentration_index(one, one, one * np.nan)
