"""Problems that cannot be, and problems of which nothing can be had: a clear answer each."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from problems import made_problem
from tests.cities import write_toy_city

import doorstep.layout.problem as made_of_a_city
from doorstep.city import read_city
from doorstep.diagnosis import diagnose
from doorstep.errors import DoorstepError
from doorstep.layout import LayoutProblem, SolveParams, replanned, solve
from doorstep.standards import load_profile

QUICK = SolveParams(rounds=3, bound_rounds=600, gap_target=0.0, workers=1)


@pytest.fixture
def problem() -> LayoutProblem:
    return made_problem(3)


def changed(problem: LayoutProblem, name: str, at: tuple[int, ...] | int, value: float) -> LayoutProblem:
    array = getattr(problem, name).copy()
    array[at] = value
    return dataclasses.replace(problem, **{name: array})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("worth", np.nan, r"worth\[0\] is NaN"),
        ("room", np.inf, r"room\[0\] is infinite"),
        ("walkers", -1.0, r"walkers\[0\] is negative"),
        ("open_money", -5, r"open_money\[0\] is negative"),
        ("grade_money", -5, r"grade_money\[0, "),
        ("cell_of_pair", 10_000, "cell_of_pair must lie from 0"),
    ],
)
def test_numbers_that_cannot_be_are_named_with_their_place(problem, name, value, words):
    at = (0,) * getattr(problem, name).ndim
    with pytest.raises(ValueError, match=words):
        solve(changed(problem, name, at, value), QUICK)


def test_all_faults_are_told_at_once(problem):
    bad = changed(changed(problem, "worth", 0, np.nan), "open_money", 0, -5)
    with pytest.raises(ValueError, match=r"worth\[0\].*open_money\[0\]"):
        solve(dataclasses.replace(bad, budget_money=-1), QUICK)
    with pytest.raises(ValueError, match="below 0"):
        solve(dataclasses.replace(problem, budget_money=-1), QUICK)


def test_money_that_is_not_whole_is_refused(problem):
    with pytest.raises(ValueError, match="grade_money must be whole numbers"):
        solve(dataclasses.replace(problem, grade_money=problem.grade_money.astype(np.float64)), QUICK)


def test_arrays_of_other_lengths_are_refused(problem):
    with pytest.raises(ValueError, match=r"worth|room must have the shape"):
        solve(dataclasses.replace(problem, room=problem.room[:-1]), QUICK)


def test_a_space_that_must_and_may_not_is_named(problem):
    allowed, must = problem.allowed.copy(), problem.must.copy()
    allowed[1], must[1] = False, True
    bad = dataclasses.replace(problem, allowed=allowed, must=must)
    with pytest.raises(ValueError, match="space 1 must hold a hub, and no grade"):
        solve(bad, QUICK)
    plan = solve(problem, QUICK)
    with pytest.raises(ValueError, match="space 1 must hold a hub"):
        replanned(bad, problem, plan.grades, plan.prices)


def nothing_for_nobody(problem: LayoutProblem) -> dict[str, LayoutProblem]:
    replace = dataclasses.replace
    no_pairs = {name: getattr(problem, name)[:0] for name in ("cell_of_pair", "worth", "room", "walk_mm", "walk_ms")}
    return {
        "budget 0": replace(problem, budget_money=0),
        "demand 0": replace(problem, walkers=np.zeros(problem.n_cells)),
        "no capacity": replace(problem, grade_room=np.zeros_like(problem.grade_room)),
        "no grade": replace(problem, allowed=np.zeros_like(problem.allowed)),
        "nobody reached": replace(
            problem,
            **no_pairs,
            pair_of_cell=problem.pair_of_cell[:0],
            row_of_pair=problem.row_of_pair[:0],
            first_pair_of_row=np.zeros_like(problem.first_pair_of_row),
            first_pair_of_cell=np.zeros_like(problem.first_pair_of_cell),
        ),
    }


@pytest.mark.parametrize("name", ["budget 0", "demand 0", "no capacity", "no grade", "nobody reached"])
def test_where_nothing_can_be_had_the_plan_and_the_bound_say_nothing_more(problem, name):
    nothing = nothing_for_nobody(dataclasses.replace(problem, must=np.zeros_like(problem.must)))[name]
    plan = solve(nothing, QUICK)
    without = solve(dataclasses.replace(nothing, allowed=np.zeros_like(nothing.allowed)), QUICK)
    assert plan.assignment.worth == pytest.approx(without.assignment.worth)
    assert plan.prices.bound == pytest.approx(plan.assignment.worth, rel=1e-3, abs=1e-3)


def test_one_service_without_a_grade_leaves_the_others_as_they_are(problem):
    allowed = problem.allowed.copy()
    allowed[:, 0] = False
    plan = solve(dataclasses.replace(problem, allowed=allowed), QUICK)
    assert not plan.grades[:, 0].any()
    assert plan.grades.any()


def test_more_pairs_than_can_be_numbered_are_told_before_they_are_made(monkeypatch, tmp_path):
    write_toy_city(tmp_path / "toy")
    monkeypatch.setattr(made_of_a_city, "MOST_PAIRS", 10)
    with pytest.raises(DoorstepError) as caught:
        diagnose(read_city(tmp_path / "toy"), load_profile("generic-gb"))
    assert caught.value.code == "too-many-pairs"
    assert caught.value.values["most"] == "10"
