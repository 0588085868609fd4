"""Compiled: people to places for most worth, by the simplex method on the network of cells and rows.

Notes
-----
The simplex method on generalised networks: Ahuja, R. K., Magnanti, T. L., Orlin, J. B. (1993), *Network Flows*, chapter
15; keys as in generalised upper bounding: Dantzig, G. B., Van Slyke, R. M. (1967), *Journal of Computer and System
Sciences* 1, 213-226.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from doorstep.layout._forest import Basis, Transport, listed, rooted, started, unlisted

Array = npt.NDArray[Any]

_BLOCK = 48  # cells looked at before the best of their pairs enters
_STUCK = 60  # steps that move nothing before the smallest number decides (Bland 1977): then none comes twice


@njit(cache=True, nogil=True)
def transported(given: Transport) -> tuple[Array, Array, int]:
    """Return the people of each pair, the price of room of each row, and the steps made; -1 if it came to no end."""
    n_pairs, n_cells, n_rows = len(given.row), len(given.people), len(given.room)
    basis = started(given)
    stamp = 1
    for row in range(n_rows):
        if basis.seen[row] != stamp:
            rooted(given, basis, row, stamp)
    change = np.zeros(len(basis.amount))
    touched = np.empty(len(basis.amount), dtype=np.int64)
    seeds = np.empty(2 * n_rows + 8, dtype=np.int64)
    tolerance = 1e-12 * max(1e-300, given.worth.max()) if n_pairs else 0.0
    scale = max(given.people.max(), given.room.max()) if n_cells and n_rows else 1.0
    start, stuck = 0, 0
    most = 200 * (n_cells + n_rows) + 1000
    for step in range(most):
        if stuck > _STUCK:
            entering = _smallest_entering(given, basis, tolerance)
        else:
            entering, start = _entering(given, basis, start, tolerance)
        if entering < 0:
            return basis.amount[:n_pairs], basis.price[:n_rows], step
        n = _direction(given, basis, entering, change, touched)
        leaving, most_in = -1, np.inf
        for at in range(n):
            one = touched[at]
            if change[one] < -1e-11:
                enough = max(0.0, basis.amount[one]) / -change[one]
                if enough < most_in or (enough == most_in and one < leaving):
                    leaving, most_in = one, enough
        if leaving < 0:
            return basis.amount[:n_pairs], basis.price[:n_rows], -1
        for at in range(n):
            one = touched[at]
            basis.amount[one] += most_in * change[one]
            change[one] = 0.0
        basis.amount[entering], basis.amount[leaving] = most_in, 0.0
        stuck = stuck + 1 if most_in <= 1e-13 * scale else 0
        n = _exchanged(given, basis, entering, leaving, seeds)
        stamp += 1
        for at in range(n):
            if basis.seen[seeds[at]] != stamp:
                rooted(given, basis, seeds[at], stamp)
    return basis.amount[:n_pairs], basis.price[:n_rows], -1


@njit(cache=True, nogil=True)
def _person(given: Transport, basis: Basis, cell: int) -> float:
    """What a person of a cell is worth where its basic variable puts one."""
    key = basis.key[cell]
    if key >= len(given.row):
        return 0.0
    return given.worth[key] - given.unit[key] * basis.price[given.row[key]]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _entering(given: Transport, basis: Basis, start: int, tolerance: float) -> tuple[int, int]:
    """A variable that would win something, -1 if there is none; and the cell to begin with next time."""
    n_pairs, n_cells, n_rows = len(given.row), len(given.people), len(given.room)
    found, most = -1, tolerance
    for row in range(n_rows):
        if -basis.price[row] > most:
            found, most = n_pairs + n_cells + row, -basis.price[row]
    if found >= 0:
        return found, start
    cell = start
    for n in range(1, n_cells + 1):
        person = _person(given, basis, cell)
        if -person > most:
            found, most = n_pairs + cell, -person
        for pair in range(given.first[cell], given.first[cell + 1]):
            wins = given.worth[pair] - given.unit[pair] * basis.price[given.row[pair]] - person
            if wins > most and not basis.basic[pair]:
                found, most = pair, wins
        cell += 1
        if cell == n_cells:
            cell = 0
        if found >= 0 and n % _BLOCK == 0:
            break
    return found, cell


@njit(cache=True, nogil=True)
def _smallest_entering(given: Transport, basis: Basis, tolerance: float) -> int:
    """The variable with the smallest number that would win something, -1 if there is none."""
    n_pairs, n_cells, n_rows = len(given.row), len(given.people), len(given.room)
    for cell in range(n_cells):
        person = _person(given, basis, cell)
        for pair in range(given.first[cell], given.first[cell + 1]):
            wins = given.worth[pair] - given.unit[pair] * basis.price[given.row[pair]] - person
            if wins > tolerance and not basis.basic[pair]:
                return pair
    for cell in range(n_cells):
        if -_person(given, basis, cell) > tolerance:
            return n_pairs + cell
    for row in range(n_rows):
        if -basis.price[row] > tolerance:
            return n_pairs + n_cells + row
    return -1


@njit(cache=True, nogil=True)
def _moved(one: int, by: float, change: Array, touched: Array, n: int) -> int:
    if change[one] == 0.0:
        touched[n] = one
        n += 1
    change[one] += by
    if change[one] == 0.0:
        change[one] = 1e-300
    return n


@njit(cache=True, nogil=True)
def _pushed(
    given: Transport, basis: Basis, node: int, rest: float, change: Array, touched: Array, n: int
) -> tuple[int, float]:
    """Push what is too much at a node up to its root, and return what is too much there."""
    n_rows = len(given.room)
    while basis.parent[node] >= 0:
        pair = basis.up[node]
        if node < n_rows:
            by = -rest / given.unit[pair]
            rest = by
        else:
            by = -rest
            rest = given.unit[pair] * by
        n = _moved(pair, by, change, touched, n)
        node = basis.parent[node]
    return n, rest


@njit(cache=True, nogil=True)
def _arriving(given: Transport, basis: Basis, node: int, amount: float) -> float:
    """What comes to the root of what is too much at a node."""
    while basis.parent[node] >= 0:
        unit = given.unit[basis.up[node]]
        amount = -amount / unit if node < len(given.room) else -amount * unit
        node = basis.parent[node]
    return amount


@njit(cache=True, nogil=True)
def _direction(given: Transport, basis: Basis, entering: int, change: Array, touched: Array) -> int:
    """How basic variables change with one unit of the entering one; returns how many do."""
    n_pairs, n_cells, n_rows = len(given.row), len(given.people), len(given.room)
    n = 0
    cell, row = -1, -1
    if entering < n_pairs:
        cell, row = basis.cell[entering], given.row[entering]
    elif entering < n_pairs + n_cells:
        cell = entering - n_pairs
    else:
        row = entering - n_pairs - n_cells
    for of_row in range(2):
        if of_row:
            if row < 0:
                continue
            node, rest = row, given.unit[entering] if entering < n_pairs else 1.0
        else:
            if cell < 0:
                continue
            node, rest = n_rows + cell, 1.0
            if basis.n_basic[cell] == 1:
                key = basis.key[cell]
                n = _moved(key, -1.0, change, touched, n)
                if key >= n_pairs:
                    continue
                node, rest = given.row[key], -given.unit[key]
        root = basis.root[node]
        n, rest = _pushed(given, basis, node, rest, change, touched, n)
        ring = basis.ring[root]
        if ring >= n_pairs:
            n = _moved(ring, -rest, change, touched, n)
            continue
        # A unit on the pair that closes the ring comes to the root from both its ends.
        of_cell, of_row_end = n_rows + basis.cell[ring], given.row[ring]
        arrives = _arriving(given, basis, of_cell, 1.0) + _arriving(given, basis, of_row_end, given.unit[ring])
        by = -rest / arrives
        n = _moved(ring, by, change, touched, n)
        n, _ = _pushed(given, basis, of_cell, by, change, touched, n)
        n, _ = _pushed(given, basis, of_row_end, given.unit[ring] * by, change, touched, n)
    return n


@njit(cache=True, nogil=True)
def _exchanged(given: Transport, basis: Basis, entering: int, leaving: int, seeds: Array) -> int:
    """Put one variable in and take one out; write the nodes from which the forest is to be walked again."""
    n_pairs, n_cells, n_rows = len(given.row), len(given.people), len(given.room)
    n = 0
    basis.basic[entering], basis.basic[leaving] = True, False
    for one in (entering, leaving):
        if one < n_pairs:
            seeds[n] = given.row[one]
            n += 1
        elif one >= n_pairs + n_cells:
            seeds[n] = one - n_pairs - n_cells
            n += 1
    first = _cell_of(basis, entering, n_pairs, n_cells)
    second = _cell_of(basis, leaving, n_pairs, n_cells)
    if entering < n_pairs and first >= 0 and basis.n_basic[first] > 1:
        listed(given, basis, entering)
    if leaving < n_pairs and second >= 0 and basis.n_basic[second] > 1:
        unlisted(given, basis, leaving)
    for which in range(2):
        cell = first if which == 0 else second
        if cell < 0 or (which == 1 and second == first):
            continue
        was = basis.n_basic[cell]
        now = was + (1 if cell == first else 0) - (1 if cell == second else 0)
        basis.n_basic[cell] = now
        if was == 1 and now == 1:
            basis.key[cell] = entering
            continue
        if was == 1:
            # the key becomes a pair of a split cell; the entering one comes with it
            if basis.key[cell] < n_pairs:
                listed(given, basis, basis.key[cell])
            if entering < n_pairs:
                listed(given, basis, entering)
        key = n_pairs + cell if basis.basic[n_pairs + cell] else -1
        for pair in range(given.first[cell], given.first[cell + 1]):
            if basis.basic[pair]:
                seeds[n] = given.row[pair]
                n += 1
                if now == 1:
                    unlisted(given, basis, pair)
                if key < 0:
                    key = pair
        basis.key[cell] = key
        if now > 1:
            seeds[n] = n_rows + cell
            n += 1
    return n


@njit(cache=True, nogil=True)
def _cell_of(basis: Basis, one: int, n_pairs: int, n_cells: int) -> int:
    if one < n_pairs:
        return basis.cell[one]  # type: ignore[no-any-return]
    return one - n_pairs if one < n_pairs + n_cells else -1
