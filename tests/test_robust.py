"""A plan held against draws: what is drawn lies in its range, regret lies between what is found and what is proven."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cities import write_toy_city
from tests.command_line import doorstep, files_below

from doorstep import pipeline
from doorstep.layout import SolveParams, assign, capital_of, solve
from doorstep.planned import Planned, planned
from doorstep.replanning import base_of
from doorstep.robust import VARY, _drawn, _tail, chances_of, robust, triangular

BUDGET = 10_000_000


@pytest.fixture(scope="module")
def was(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    city = write_toy_city(tmp_path_factory.mktemp("robust") / "toy")
    found = pipeline.diagnose(*pipeline.read_inputs(city))
    plan = pipeline.make_plan(found, pipeline.PlanOptions(budget_money=BUDGET, gap_target=0.0)).results.plan
    return planned(found, plan)


@given(st.floats(0, 1), st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted))
def test_a_draw_lies_in_its_range(at: float, ends: list[float]) -> None:
    low, mid, high = ends
    assert low - 1e-12 <= float(triangular(at, low, mid, high)) <= high + 1e-12


def test_the_middle_of_draws_is_that_of_the_triangle() -> None:
    at = (np.arange(20_000) + 0.5) / 20_000
    drawn = triangular(at, 0.1, 0.2, 0.6)
    assert drawn.mean() == pytest.approx((0.1 + 0.2 + 0.6) / 3, abs=1e-4)
    assert (np.diff(drawn) >= 0).all()
    assert (drawn < 0.2).mean() == pytest.approx(0.1 / 0.5, abs=1e-3)


def test_the_tail_is_the_mean_of_the_worst_tenth() -> None:
    assert _tail(np.arange(20.0)) == 18.5
    assert _tail(np.arange(5.0)) == 4.0


def test_what_is_drawn(was: Planned) -> None:
    base, chances = base_of(was), chances_of(was)
    assert ((chances[:, 0] <= chances[:, 1]) & (chances[:, 1] <= chances[:, 2])).all()
    same, need, take_up, rooms = _drawn(was, base, (), chances, (0, 1))
    assert (need == 1).all()
    assert (take_up == 1).all()
    assert rooms.all()
    assert assign(same, base.grades).worth == pytest.approx(base.worth)
    more, need, take_up, rooms = _drawn(was, base, VARY, chances, (0, 1))
    assert not (need == 1).all()
    assert (take_up >= 1 - 1e-12).all()  # the plan takes the low case
    assert not more.allowed[~rooms].any()
    # what is varied changes nothing of the numbers that the rest is drawn with
    _, other, _, _ = _drawn(was, base, ("need",), chances, (0, 1))
    assert other == pytest.approx(need)


def test_regret_lies_between_what_is_found_and_what_is_proven(was: Planned) -> None:
    found = robust(was, draws=6, most_candidates=5)
    again = robust(was, draws=6, most_candidates=5, workers=1)
    assert [one.name for one in found.candidates] == [one.name for one in again.candidates]
    assert found.candidates[0].name == "plan"
    assert len(found.candidates) == 5
    base, chances = found.base, found.chances
    for number, draw in enumerate(found.draws):
        problem = _drawn(was, base, VARY, chances, (0, number))[0]
        best = solve(problem, SolveParams(gap_target=0.0)).assignment.worth
        assert draw.best <= best + 1e-6
        assert best <= draw.bound + 1e-6
        assert not draw.grades[~draw.rooms].any()
        assert capital_of(problem, draw.grades) <= BUDGET
        for one, other in zip(found.candidates, again.candidates, strict=True):
            assert one.worth[number] == other.worth[number]
            shown = assign(problem, np.where(draw.rooms[:, None], one.grades, 0).astype(np.int8)).worth
            assert one.worth[number] == pytest.approx(shown)
            true = (best - one.worth[number]) / best if best > 0 else 0.0
            assert one.regret[number] - 1e-9 <= true <= one.most_regret[number] + 1e-9
    assert all(one.money <= BUDGET for one in found.candidates)
    assert found.best.tail == min(one.tail for one in found.candidates)
    assert (found.chosen <= found.had).all()


def test_nothing_drawn_is_no_regret(was: Planned) -> None:
    certain = robust(was, draws=2, vary=("rooms",), most_candidates=1)
    assert len(certain.candidates) == 1
    for draw in certain.draws:
        assert (draw.need == 1).all()
        assert (draw.take_up == 1).all()


def test_the_command(tmp_path: Path) -> None:
    city, plan = write_toy_city(tmp_path / "toy"), tmp_path / "plan"
    assert doorstep("plan", city, "--out", plan, "--budget", "100000").code == 0
    said = []
    for workers in ("1", "2"):
        to = tmp_path / workers
        done = doorstep("robust", city, plan, "--draws", "4", "--out", to, "--workers", workers)
        assert done.code == 0, done.said
        said.append(done.out.replace(str(to), ""))
    assert said[0] == said[1]
    assert files_below(tmp_path / "1") == ["draws.csv", "least-regret.csv", "robust.html", "rooms.csv"]
    for name in files_below(tmp_path / "1"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    draws = pd.read_csv(tmp_path / "1" / "draws.csv")
    assert len(draws) == 4
    assert (draws["regret_plan"] <= draws["most_regret_plan"] + 1e-9).all()
    other = tmp_path / "other"
    done = doorstep("evaluate", city, tmp_path / "1" / "least-regret.csv", "--out", other, "--rounds", "2")
    assert done.code == 0, done.said
    done = doorstep("robust", city, plan, "--draws", "2", "--vary", "need", "--lang", "zh")
    assert done.code == 0, done.said
    assert "需求率" in done.out


@pytest.mark.parametrize("words", [["--draws", "1"], ["--vary", "weather"], ["--vary", ""], ["--candidates", "0"]])
def test_a_wrong_word_is_told(tmp_path: Path, words: list[str]) -> None:
    city, plan = write_toy_city(tmp_path / "toy"), tmp_path / "plan"
    assert doorstep("plan", city, "--out", plan, "--budget", "100000", "--rounds", "1").code == 0
    done = doorstep("robust", city, plan, *words)
    assert done.code == 2
    assert words[0] in done.err
