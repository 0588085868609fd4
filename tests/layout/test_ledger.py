"""The ledger on the problem solved on paper, and its identities on made-up ones."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import made_problem, paper_problem

from doorstep.layout import LayoutProblem, assign, ledger
from doorstep.layout.transport import room_of_rows
from doorstep.residents import Demand


def tables(problem: LayoutProblem, grades: np.ndarray, homebound: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The ledger of a problem in which so many people more of every cell are home-bound."""
    shape = (problem.n_services, problem.n_homes)
    walkers = problem.walkers.reshape(shape).T
    demand = Demand(
        in_need=walkers + homebound,
        homebound=np.full(walkers.shape, homebound),
        walkers=walkers,
        weight=np.ones(walkers.shape),
        elder_share=np.zeros(walkers.shape),
    )
    return ledger(
        problem,
        demand,
        residences=[f"R{n:02}" for n in range(problem.n_homes)],
        services=[f"s{n}" for n in range(problem.n_services)],
        places=[f"S{n}" for n in range(problem.n_spaces)] + [f"F{n}" for n in range(problem.n_facilities)],
        units_per_user=[1.0] * problem.n_services,
        grades=grades,
        now=assign(problem, np.zeros_like(grades)),
        plan=assign(problem, grades),
    )


def test_paper_ledger_line_by_line() -> None:
    # Space 1 is open: B and C go there, 5 of A to the facility; today only those 5 are served.
    need, served = tables(paper_problem(), np.array([[0], [1]], dtype=np.int8), homebound=2.0)
    need = need.set_index("residence")
    assert need["in_need"].tolist() == [12.0, 12.0, 12.0]
    assert need["reached_facility"].tolist() == [10.0, 0.0, 0.0]
    assert need["reached_any"].tolist() == [10.0, 10.0, 10.0]
    assert need["served_now"].tolist() == pytest.approx([5.0, 0.0, 0.0])
    assert need["unserved_now"].tolist() == pytest.approx([7.0, 12.0, 12.0])
    assert need["served_plan"].tolist() == pytest.approx([5.0, 10.0, 10.0])
    assert need["unserved_plan"].tolist() == pytest.approx([7.0, 2.0, 2.0])
    rows = served[["situation", "residence", "place", "people"]].values.tolist()
    assert [row[:3] for row in rows] == [
        ["now", "R00", "F0"], ["plan", "R00", "F0"], ["plan", "R01", "S1"], ["plan", "R02", "S1"],
    ]  # fmt: skip
    assert [row[3] for row in rows] == pytest.approx([5.0, 5.0, 10.0, 10.0])


def test_a_place_without_room_reaches_nobody() -> None:
    problem = paper_problem()
    full = dataclasses.replace(problem, facility_room=np.zeros(1))
    need, served = tables(full, np.array([[1], [0]], dtype=np.int8))
    assert need["reached_facility"].tolist() == [0.0, 0.0, 0.0]
    assert need["reached_any"].tolist() == [10.0, 10.0, 0.0], "C reaches only the space that stays shut"
    assert set(served["place"]) == {"S0"}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_two_tables_agree_and_rooms_hold(seed: int) -> None:
    problem = made_problem(seed)
    random = np.random.default_rng(seed)
    grades = (random.integers(0, 3, (problem.n_spaces, problem.n_services)) * (random.random((4, 3)) < 0.6)).astype(
        np.int8
    )
    need, served = tables(problem, grades, homebound=0.5)
    keys = ["residence", "service"]
    for when in ("now", "plan"):
        rows = served[served["situation"] == when]
        given_a_place = rows.groupby(keys)["people"].sum().reindex(pd.MultiIndex.from_frame(need[keys])).fillna(0.0)
        np.testing.assert_allclose(given_a_place, need[f"served_{when}"], atol=1e-9)
        np.testing.assert_allclose(need[f"served_{when}"] + need[f"unserved_{when}"], need["in_need"], atol=1e-9)
    assert (need["served_now"] <= need["reached_facility"] + 1e-9).all()
    assert (need["served_plan"] <= need["reached_any"] + 1e-9).all()
    assert (need["reached_any"] >= need["reached_facility"]).all()
    used = served[served["situation"] == "plan"].groupby(["place", "service"])["units"].sum()
    room = room_of_rows(problem, grades)
    for space in range(problem.n_spaces):
        for service in range(problem.n_services):
            assert used.get((f"S{space}", f"s{service}"), 0.0) <= room[space * problem.n_services + service] + 1e-9
