"""The moves of the search against plain arithmetic: opening a hub fills its rooms, shutting it undoes that."""

from __future__ import annotations

import numpy as np
import pytest
from asked_problems import limited_problem
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import made_problem
from tests.layout.later_problems import later_problem

from doorstep.layout import LayoutProblem, assign, capital_of
from doorstep.layout._moves import open_hub, shut_hub
from doorstep.layout._parts import cut_part, owners, standing_of
from doorstep.layout._ruin import ruin_and_recreate
from doorstep.layout._standing import SLOTS, Journal, Part, Standing, go_back, new_journal
from doorstep.layout.arrays import hub_rules, reachable
from doorstep.layout.search import _closed_rows, _neighbours, parts_of, searched
from doorstep.layout.transport import room_of_rows


def whole_city(problem: LayoutProblem, grades: np.ndarray) -> tuple[Part, Standing, Journal]:
    """The city as one part, people assigned as :func:`assign` does."""
    found = assign(problem, grades)
    people = np.zeros(len(problem.worth))
    people[found.pair] = found.people
    used = np.bincount(problem.row_of_pair, weights=problem.room * people, minlength=problem.n_rows)
    served = np.bincount(problem.cell_of_pair, weights=people, minlength=problem.n_cells)
    pairs, part_of_space = reachable(problem), np.zeros(problem.n_spaces, dtype=np.int32)
    owner = owners(pairs, part_of_space, problem.n_stints)
    local, room, local_people, rows = cut_part(
        pairs, part_of_space, 0, problem.n_stints, owner, people,
        np.maximum(problem.walkers - served, 0.0), np.maximum(room_of_rows(problem, grades) - used, 0.0),
        problem.space_of_facility_row, np.full(len(people), -1, dtype=np.int32),
    )  # fmt: skip
    part = Part(  # arrays that may be written where a part's own are, so that the same loops run
        local, hub_rules(problem), problem.stints[:, 0].copy(), problem.grade_room, problem.grade_money.copy(),
        problem.open_money.copy(),
        _neighbours(problem.space_m), np.zeros((0, problem.n_spaces), dtype=np.int64),
        np.zeros((0, *problem.grade_money.shape), dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64),
        *_closed_rows(problem, np.arange(problem.n_spaces), grades, rows, room),
    )  # fmt: skip
    now = standing_of(local, grades.ravel().copy(), room, local_people)
    return part, now, new_journal(len(local.walkers), len(room))


def opened(part: Part, now: Standing, log: Journal, space: int, hub: np.ndarray) -> float:
    n = (SLOTS + 1) * len(part.pairs.worth) + 1
    scratch = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    return open_hub(part, now, log, space, hub, *scratch, np.empty(48, dtype=np.int64))


def worth_of(part: Part, now: Standing) -> float:
    served = now.pair >= 0
    return float(np.sum(part.pairs.worth[now.pair[served]] * now.people[served]))


def check(problem: LayoutProblem, part: Part, now: Standing) -> None:
    """Demand and room add up, and nobody is left out or counted twice."""
    pairs, served = part.pairs, now.pair >= 0
    pair, people = now.pair[served], now.people[served]
    used = np.bincount(pairs.row_of_pair[pair], weights=people * pairs.room[pair], minlength=len(now.room_left))
    of_spaces = slice(problem.n_space_rows)
    room = room_of_rows(problem, now.grade.reshape(problem.n_spaces, -1))[of_spaces]
    np.testing.assert_allclose(now.room_left[of_spaces] + used[of_spaces], room, atol=1e-7)
    np.testing.assert_allclose(now.people.sum(axis=1) + now.unserved, pairs.walkers, atol=1e-7)
    assert (now.room_left >= -1e-9).all()  # sums of floats
    assert (now.people >= -1e-9).all()
    assert (now.unserved >= -1e-9).all()


def plain_fill(problem: LayoutProblem, row: int, capacity: float) -> float:
    """The slow twin: whoever wins most per room first, until the room is used."""
    pairs = range(int(problem.first_pair_of_row[row]), int(problem.first_pair_of_row[row + 1]))
    total = 0.0
    for pair in sorted(pairs, key=lambda one: -problem.worth[one] / problem.room[one]):
        people = min(problem.walkers[problem.cell_of_pair[pair]], capacity / problem.room[pair])
        capacity -= people * problem.room[pair]
        total += people * problem.worth[pair]
    return total


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_first_hub_fills_its_rooms_and_shutting_it_undoes_that(seed: int) -> None:
    problem = made_problem(seed, n_facilities=0)
    part, now, log = whole_city(problem, np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8))
    space = seed % problem.n_spaces
    hub = np.random.default_rng(seed).integers(0, 3, problem.n_services).astype(np.int8)
    expected = sum(
        plain_fill(problem, space * problem.n_services + service, problem.grade_room[service, hub[service] - 1])
        for service in np.flatnonzero(hub)
    )
    assert opened(part, now, log, space, hub) == pytest.approx(expected, abs=1e-7)
    check(problem, part, now)
    freed = np.empty(len(problem.worth), dtype=np.int64)
    assert shut_hub(part, now, log, space, freed) == pytest.approx(-expected, abs=1e-7)
    assert not (now.pair >= 0).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_moves_report_what_they_change_and_can_be_undone(seed: int) -> None:
    problem = made_problem(seed, n_homes=20, n_spaces=6) if seed % 2 else later_problem(seed)
    random = np.random.default_rng(seed)
    numbers = [[0, *(np.flatnonzero(problem.allowed[:, s].any(axis=0)) + 1)] for s in range(problem.n_services)]
    part, now, log = whole_city(problem, np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8))
    for step in range(10):
        log.at[:] = (step, 0, 0)
        space = int(random.integers(problem.n_spaces))
        rows = slice(space * problem.n_services, (space + 1) * problem.n_services)
        before, old = worth_of(part, now), Standing(*(array.copy() for array in now))
        if now.grade[rows].any():
            change = shut_hub(part, now, log, space, np.empty(len(problem.worth), dtype=np.int64))
        else:
            change = opened(part, now, log, space, np.array([random.choice(some) for some in numbers], dtype=np.int8))
            assert change >= -1e-9, "only those who gain move"
        assert worth_of(part, now) - before == pytest.approx(change, abs=1e-7)
        check(problem, part, now)
        if step % 3 == 2:
            now.grade[rows] = old.grade[rows]
            go_back(log, now)
            for array, kept in zip(now, old, strict=True):
                np.testing.assert_array_equal(array, kept)


def test_parts_hold_every_space_once_and_are_of_a_size() -> None:
    random = np.random.default_rng(1)
    parts = parts_of(random.uniform(0, 1000, (450, 2)), random)
    assert sorted(np.concatenate(parts).tolist()) == list(range(450))
    assert len(parts) == 8
    assert {len(part) for part in parts} <= {56, 57}


def test_spaces_at_one_point_are_neighbours_once() -> None:
    near = _neighbours(np.zeros((20, 2)))
    assert near[:, 0].tolist() == list(range(20))
    assert all(len(set(row)) == len(row) for row in near.tolist())


@pytest.mark.parametrize("part", [4, 100])
def test_a_round_keeps_money_and_rules_in_many_parts(monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    monkeypatch.setattr("doorstep.layout.search.SPACES_IN_PART", part)
    problem = made_problem(4, n_homes=80, n_spaces=16)
    grades = np.zeros((16, problem.n_services), dtype=np.int8)
    worth = assign(problem, grades).worth
    for number in range(3):
        one, three = (
            searched(
                problem, grades, assign(problem, grades), steps=10, temperature=0.01, money_price=1e-3,
                seed=(3, number), workers=workers,
            )
            for workers in (1, 3)
        )  # fmt: skip
        np.testing.assert_array_equal(one, three)
        grades = one
        assert capital_of(problem, grades) <= problem.budget_money
    assert assign(problem, grades).worth > worth


def test_a_city_with_limits_runs_the_loops_of_one_without() -> None:
    loops = []
    for problem in (made_problem(2, n_spaces=6), limited_problem(2, n_spaces=6)):
        grades = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
        given = assign(problem, grades)
        searched(problem, grades, given, steps=2, temperature=0.01, money_price=1e-3, seed=(1, 1), workers=1)
        loops.append(len(ruin_and_recreate.signatures))
    assert loops[0] == loops[1], "compiled again, for half a minute"
