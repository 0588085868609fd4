"""People helped by a change: on paper, and what must hold whatever changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.assess import HELPED_COLUMNS, people_helped, share_within
from doorstep.messages import LANGUAGES, catalogue

CLASSES = ["newly_within", "shorter", "same", "longer", "no_longer_within"]
LIMIT = np.array([500_000])


def of(before_m: list[int], after_m: list[int], people: list[float], community: list[str]) -> pd.DataFrame:
    """Return the people helped of one service, walks in metres (-1: none)."""
    before, after = (np.array([[m * 1000 if m >= 0 else -1] for m in walks]) for walks in (before_m, after_m))
    return people_helped(before, after, np.array(people)[:, None], LIMIT, community).set_index("community")


def test_on_paper() -> None:
    found = of(
        [900, 400, 300, -1, -1, 450, 700, 200, -1],
        [300, 350, 300, 400, 800, 550, -1, 250, -1],
        [10.0, 20.0, 40.0, 1.0, 2.0, 4.0, 8.0, 16.0, 100.0],
        ["A", "A", "A", "B", "B", "B", "", "", ""],
    )
    assert found.index.tolist() == ["*", "A", "B", ""]
    a, b, out, city = found.loc["A"], found.loc["B"], found.loc[""], found.loc["*"]
    assert (a["newly_within"], a["shorter"], a["same"], a["helped"], a["lost"]) == (10, 20, 40, 30, 0)
    assert (a["person_m_saved"], a["largest_m_saved"]) == (10 * 600 + 20 * 50, 600)
    assert a["mean_m_saved"] == pytest.approx(7000 / 30)
    assert np.isnan(a["mean_m_added"])
    # one is found within the limit and one beyond it, by how much nearer nobody knows; the third drops out of the limit
    assert (b["newly_within"], b["shorter"], b["no_longer_within"]) == (1, 2, 4)
    assert (b["helped"], b["helped_unmeasured"], b["person_m_saved"]) == (3, 3, 0)
    assert np.isnan(b["mean_m_saved"])
    assert (b["lost"], b["person_m_added"], b["largest_m_added"]) == (4, 400, 100)
    assert (out["longer"], out["lost_unmeasured"], out["same"], out["person_m_added"]) == (24, 8, 100, 16 * 50)
    assert (city["people"], city["helped"], city["lost"]) == (201, 33, 28)
    assert city["largest_m_added"] == 100


def test_the_limit_itself_is_within() -> None:
    found = of([501, 500], [500, 501], [1.0, 2.0], ["A", "A"]).loc["A"]
    assert (found["newly_within"], found["no_longer_within"], found["shorter"], found["longer"]) == (1, 2, 0, 0)


def test_home_where_nobody_lives_is_not_the_largest_help() -> None:
    found = of([900, 300], [0, 200], [0.0, 1.0], ["A", "A"]).loc["A"]
    assert (found["largest_m_saved"], found["helped"]) == (100, 1)


walks = st.one_of(st.just(-1), st.integers(0, 1_000_000))
homes = st.lists(
    st.tuples(walks, walks, walks, walks, st.floats(0, 99), st.floats(0, 99), st.sampled_from(["A", "B", ""])),
    max_size=6,
)


@settings(deadline=None)
@given(homes)
def test_everybody_is_counted_once_and_back_again_is_the_opposite(
    rows: list[tuple[int, int, int, int, float, float, str]],
) -> None:
    table = np.array([row[:6] for row in rows]).reshape(len(rows), 6)
    before, after = table[:, 0:2].astype(np.int64), table[:, 2:4].astype(np.int64)
    people, community = table[:, 4:6], [row[6] for row in rows]
    limit = np.array([300_000, 700_000])
    found = people_helped(before, after, people, limit, community)
    assert tuple(found.columns) == HELPED_COLUMNS
    city = found[found["community"] == "*"]
    np.testing.assert_allclose(city["people"], people.sum(axis=0))
    np.testing.assert_allclose(found[CLASSES].sum(axis=1), found["people"], rtol=1e-12, atol=1e-9)
    parts = found[found["community"] != "*"].groupby("service")[CLASSES].sum()
    if len(parts):
        np.testing.assert_allclose(parts, city[CLASSES], rtol=1e-12, atol=1e-9)
    gained = found["newly_within"] - found["no_longer_within"]
    np.testing.assert_allclose(found["within_after"] - found["within_before"], gained, atol=1e-9)
    assert (found["helped_unmeasured"] <= found["helped"]).all()
    if (people.sum(axis=0) > 0).all():
        share = share_within(after, people, limit)
        np.testing.assert_allclose(city["within_after"] / city["people"], share, rtol=1e-9)

    back = people_helped(after, before, people, limit, community)
    for one, other in (
        ("newly_within", "no_longer_within"),
        ("shorter", "longer"),
        ("helped", "lost"),
        ("helped_unmeasured", "lost_unmeasured"),
        ("person_m_saved", "person_m_added"),
        ("mean_m_saved", "mean_m_added"),
        ("largest_m_saved", "largest_m_added"),
        ("same", "same"),
    ):
        np.testing.assert_array_equal(found[one], back[other])


def test_arrays_that_do_not_fit_are_refused() -> None:
    walk, people = np.array([[100], [200]]), np.ones((2, 1))
    for arguments, message in (
        ((walk[:1], walk, people, LIMIT, ["A", "A"]), "walks of shapes"),
        ((walk, walk[:, 0], people, LIMIT, ["A", "A"]), "walks of shapes"),
        ((walk, walk, people[:, 0], LIMIT, ["A", "A"]), "walks of shapes"),
        ((walk, walk, people, LIMIT, ["A"]), "communities"),
        ((walk, walk, people, np.array([1, 2]), ["A", "A"]), "limits"),
        ((walk, walk - 300, people, LIMIT, ["A", "A"]), "below -1"),
        ((walk, walk, people * np.nan, LIMIT, ["A", "A"]), "people must be"),
        ((walk, walk, -people, LIMIT, ["A", "A"]), "people must be"),
        ((walk, walk, people, LIMIT, ["A", "*"]), "whole city"),
    ):
        with pytest.raises(ValueError, match=message):
            people_helped(*arguments)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_has_its_words(language: str) -> None:
    assert {f"column_{name}" for name in HELPED_COLUMNS} == set(catalogue(language, "helped"))
