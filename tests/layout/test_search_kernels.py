"""The moves of the search against plain arithmetic: opening a hub fills its rooms, shutting it undoes that."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import made_problem, paper_problem

from doorstep.layout import LayoutProblem, _search_kernels
from doorstep.layout.search import Searcher, State, state_of
from doorstep.layout.transport import room_of_rows


def opened(problem: LayoutProblem, state: State, space: int, grades: np.ndarray) -> float:
    return _search_kernels.open_hub(
        space, grades, problem.n_services, problem.first_pair_of_row, problem.cell_of_pair, problem.row_of_pair,
        problem.worth, problem.room, problem.walkers, problem.grade_room, state.grade, state.room_left,
        state.pair_of, state.people,
    )  # fmt: skip


def shut(problem: LayoutProblem, state: State, space: int) -> float:
    return _search_kernels.shut_hub(
        space, problem.n_services, problem.first_pair_of_row, problem.cell_of_pair, problem.first_pair_of_cell,
        problem.pair_of_cell, problem.row_of_pair, problem.worth, problem.room, problem.walkers, state.grade,
        state.room_left, state.pair_of, state.people, np.empty(problem.n_cells, dtype=np.int64),
    )  # fmt: skip


def plain_fill(problem: LayoutProblem, row: int, capacity: float) -> float:
    """The slow twin: whoever wins most per room first, until the room is used."""
    pairs = range(int(problem.first_pair_of_row[row]), int(problem.first_pair_of_row[row + 1]))
    total = 0.0
    for pair in sorted(pairs, key=lambda one: -problem.worth[one] / problem.room[one]):
        people = min(problem.walkers[problem.cell_of_pair[pair]], capacity / problem.room[pair])
        capacity -= people * problem.room[pair]
        total += people * problem.worth[pair]
    return total


def worth_of(problem: LayoutProblem, state: State) -> float:
    served = state.pair_of >= 0
    return float(np.sum(problem.worth[state.pair_of[served]] * state.people[served]))


def check_rooms(problem: LayoutProblem, state: State, room: np.ndarray) -> None:
    served = state.pair_of >= 0
    pair, people = state.pair_of[served], state.people[served]
    used = np.bincount(problem.row_of_pair[pair], weights=people * problem.room[pair], minlength=len(room))
    np.testing.assert_allclose(state.room_left, room - used, atol=1e-9)
    assert (state.room_left >= -1e-9).all()
    assert (state.people <= problem.walkers + 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_first_hub_fills_its_rooms_and_shutting_it_undoes_that(seed: int) -> None:
    problem = made_problem(seed)
    nothing = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    state = state_of(problem, nothing)
    state.room_left[:] = 0.0  # no facility: whoever is served is served by the hub
    state.pair_of[:], state.people[:] = -1, 0.0
    space = seed % problem.n_spaces
    hub = np.random.default_rng(seed).integers(0, 3, problem.n_services).astype(np.int8)
    expected = sum(
        plain_fill(problem, space * problem.n_services + service, problem.grade_room[service, hub[service] - 1])
        for service in np.flatnonzero(hub)
    )
    assert opened(problem, state, space, hub) == pytest.approx(expected, abs=1e-9)
    grades = nothing.copy()
    grades[space] = hub
    room = room_of_rows(problem, grades)
    room[problem.n_spaces * problem.n_services :] = 0.0
    check_rooms(problem, state, room)
    assert shut(problem, state, space) == pytest.approx(-expected, abs=1e-9)
    assert not (state.pair_of >= 0).any()
    assert not state.people.any()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_moves_report_what_they_change(seed: int) -> None:
    problem = made_problem(seed, n_homes=20, n_spaces=6)
    random = np.random.default_rng(seed)
    grades = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    state = state_of(problem, grades)
    for _ in range(8):
        space = int(random.integers(problem.n_spaces))
        before = worth_of(problem, state)
        if grades[space].any():
            change = shut(problem, state, space)
            grades[space] = 0
        else:
            grades[space] = random.integers(0, 3, problem.n_services)
            change = opened(problem, state, space, grades[space])
            assert change >= -1e-9, "only those who gain move"
        assert worth_of(problem, state) - before == pytest.approx(change, abs=1e-9)
        check_rooms(problem, state, room_of_rows(problem, grades))


def test_one_round_finds_the_paper_optimum() -> None:
    # A second round starts from the first one's hubs, filled anew: only the first shows what the moves fill.
    searcher = Searcher(paper_problem(100), 0.1, start=np.zeros((2, 1), np.int8), seed=0, workers=1)
    searcher.run_round(steps=50, temperature=1.0)
    assert searcher.best_value == pytest.approx(20.5)
