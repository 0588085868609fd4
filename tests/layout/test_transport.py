"""People to places: the network simplex against HiGHS, on problems full of ties, and its proof of optimality."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from doorstep.layout._forest import Transport
from doorstep.layout._simplex import transported


def drawn(seed: int, n_cells: int, n_rows: int, most_rows: int, kind: str) -> Transport:
    """Return people and places, worth and room drawn apart, falling together with the walk, or full of ties."""
    random = np.random.default_rng(seed)
    rows = [
        random.choice(n_rows, min(n_rows, int(random.integers(1, most_rows + 1))), replace=False)
        for _ in range(n_cells)
    ]
    first = np.concatenate([[0], np.cumsum([len(some) for some in rows])]).astype(np.int64)
    n = int(first[-1])
    people, room = random.random(n_cells) * 50, random.random(n_rows) * 50 * n_cells / n_rows * random.random()
    worth, unit = random.random(n) * 3 + 0.01, random.random(n) + 0.1
    if kind == "one each":
        unit = np.ones(n)
    elif kind == "falling":
        fall = random.random(n) * 0.9 + 0.1
        worth, unit = fall * np.repeat(random.random(n_cells) + 0.5, np.diff(first)), 1.3 * fall
    elif kind == "ties":
        worth, unit = random.integers(1, 4, n).astype(float), random.integers(1, 3, n).astype(float)
        people = random.integers(0, 4, n_cells).astype(float)
        room = random.integers(0, 8, n_rows).astype(float)
    row = np.concatenate(rows).astype(np.int32)
    return Transport(first, row, worth, unit, people, room, random.permutation(n_cells))


def sums(given_: Transport, amount: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the people of each cell given a place, and the room used of each row."""
    cell = np.repeat(np.arange(len(given_.people)), np.diff(given_.first))
    return (
        np.bincount(cell, amount, minlength=len(given_.people)),
        np.bincount(given_.row, amount * given_.unit, minlength=len(given_.room)),
    )


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.integers(1, 12),
    st.integers(1, 7),
    st.sampled_from(["apart", "one each", "falling", "ties"]),
)
def test_transport_is_worth_what_highs_says_and_its_prices_prove_it(
    seed: int, n_cells: int, n_rows: int, most_rows: int, kind: str
) -> None:
    asked = drawn(seed, n_cells, n_rows, most_rows, kind)
    amount, price, steps = transported(asked)
    assert steps >= 0
    served, used = sums(asked, amount)
    assert amount.min() >= -1e-9
    assert (served <= asked.people + 1e-9).all()
    assert (used <= asked.room + 1e-8).all()

    cell = np.repeat(np.arange(n_cells), np.diff(asked.first))
    pairs = np.arange(len(asked.row))
    matrix = np.zeros((n_cells + n_rows, len(pairs)))
    matrix[cell, pairs], matrix[n_cells + asked.row, pairs] = 1.0, asked.unit
    plain = linprog(-asked.worth, A_ub=matrix, b_ub=np.concatenate([asked.people, asked.room]), method="highs")
    worth = float(np.sum(asked.worth * amount))
    assert worth == pytest.approx(-plain.fun, rel=1e-8, abs=1e-8)

    # weak duality: at these prices nobody could win more
    assert price.min() >= -1e-9
    person = np.zeros(n_cells)
    np.maximum.at(person, cell, asked.worth - asked.unit * price[asked.row])
    assert float(person @ asked.people + price @ asked.room) == pytest.approx(worth, rel=1e-8, abs=1e-8)


def test_a_ring_of_split_cells_is_priced() -> None:
    # Two cells, two full rows, all four pairs used: nothing is left over, and the prices close a ring.
    asked = Transport(
        first=np.array([0, 2, 4], dtype=np.int64),
        row=np.array([0, 1, 0, 1], dtype=np.int32),
        worth=np.array([1.0, 1.0, 1.0, 1.0]),
        unit=np.array([1.0, 2.0, 2.0, 1.0]),
        people=np.array([10.0, 10.0]),
        room=np.array([9.0, 9.0]),
        order=np.array([0, 1]),
    )
    amount, price, _ = transported(asked)
    served, used = sums(asked, amount)
    assert float(amount.sum()) == pytest.approx(18.0)
    assert served.tolist() == pytest.approx([9.0, 9.0])
    assert used.tolist() == pytest.approx([9.0, 9.0])
    assert price.tolist() == pytest.approx([1.0, 1.0])


def test_nobody_and_nowhere() -> None:
    empty = np.zeros(0)
    none = Transport(np.zeros(1, np.int64), np.zeros(0, np.int32), empty, empty, empty, empty, np.zeros(0, np.int64))
    amount, price, steps = transported(none)
    assert (len(amount), len(price), steps) == (0, 0, 0)
