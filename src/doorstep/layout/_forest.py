"""Compiled: a basis of a transport problem as a forest of rows and split cells, and its prices.

Every variable stands in the sum of one cell (people) and of at most one row (room, ``unit`` for a person), so a basis
is a forest: parts that hang together by basic pairs, each with one loose end (people left over in a cell, or room in a
row) or one ring. Most cells have a single basic variable, their *key*, and need no place in the forest: what they pay
for room is told by it. Only rows, and cells that are split, are kept as nodes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]


class Transport(NamedTuple):
    """People of some cells, and places with room for them.

    Parameters
    ----------
    first
        Shape (n_cells + 1,): where the pairs of each cell start.
    row
        Shape (n_pairs,): place of each pair.
    worth, unit
        Shape (n_pairs,): worth of a person there, and the room that a person takes; above 0.
    people, room
        Shapes (n_cells,), (n_rows,).
    order
        Shape (n_cells,): cells in the order in which they take the best places that are left, for a start.
    """

    first: Array
    row: Array
    worth: Array
    unit: Array
    people: Array
    room: Array
    order: Array


class Basis(NamedTuple):
    """Where the method stands. Variables: pairs, then what is left of each cell's people, then of each row's room.

    ``cell`` tells the cell of each pair, ``n_basic`` and ``key`` the number of basic variables of a cell and one of
    them. ``head``, ``after`` and ``before`` list the basic pairs of split cells row by row. Nodes are rows, then cells:
    ``parent`` and ``up`` (the pair to it), ``depth``, ``price`` (of a person or of room), ``root``; for a root
    ``ring`` is the variable that closes it.
    """

    amount: Array
    basic: Array
    cell: Array
    n_basic: Array
    key: Array
    head: Array
    after: Array
    before: Array
    parent: Array
    up: Array
    depth: Array
    price: Array
    slope: Array
    root: Array
    ring: Array
    seen: Array
    part: Array


@njit(cache=True, nogil=True)
def started(given: Transport) -> Basis:
    """A first basis: cell by cell, each takes the best of the places that are left (pairs come best first)."""
    n_pairs, n_cells, n_rows = len(given.row), len(given.people), len(given.room)
    n_nodes = n_rows + n_cells
    basis = Basis(
        amount=np.zeros(n_pairs + n_cells + n_rows),
        basic=np.zeros(n_pairs + n_cells + n_rows, dtype=np.bool_),
        cell=np.empty(n_pairs, dtype=np.int32),
        n_basic=np.ones(n_cells, dtype=np.int32),
        key=np.empty(n_cells, dtype=np.int64),
        head=np.full(n_rows, -1, dtype=np.int64),
        after=np.full(n_pairs, -1, dtype=np.int64),
        before=np.full(n_pairs, -1, dtype=np.int64),
        parent=np.full(n_nodes, -1, dtype=np.int64),
        up=np.full(n_nodes, -1, dtype=np.int64),
        depth=np.zeros(n_nodes, dtype=np.int64),
        price=np.zeros(n_nodes),
        slope=np.zeros(n_nodes),
        root=np.full(n_nodes, -1, dtype=np.int64),
        ring=np.full(n_nodes, -1, dtype=np.int64),
        seen=np.zeros(n_nodes, dtype=np.int64),
        part=np.empty(n_nodes, dtype=np.int64),
    )
    for cell in range(n_cells):
        for pair in range(given.first[cell], given.first[cell + 1]):
            basis.cell[pair] = cell
        left = n_pairs + cell
        basis.amount[left], basis.basic[left], basis.key[cell] = given.people[cell], True, left
    for row in range(n_rows):
        left = n_pairs + n_cells + row
        basis.amount[left], basis.basic[left] = given.room[row], True
    for cell in given.order:
        people = n_pairs + cell
        for pair in range(given.first[cell], given.first[cell + 1]):
            room = n_pairs + n_cells + given.row[pair]
            if not basis.basic[room]:
                continue
            takes = basis.amount[people] * given.unit[pair]
            basis.basic[pair] = True
            basis.n_basic[cell] += 1
            if takes < basis.amount[room]:
                basis.amount[pair] = basis.amount[people]
                basis.amount[room] -= takes
                basis.amount[people], basis.basic[people] = 0.0, False
                basis.n_basic[cell] -= 1
                basis.key[cell] = pair
                break
            fits = basis.amount[room] / given.unit[pair]
            basis.amount[pair] = fits
            basis.amount[people] = max(0.0, basis.amount[people] - fits)
            basis.amount[room], basis.basic[room] = 0.0, False
        if basis.n_basic[cell] > 1:
            for pair in range(given.first[cell], given.first[cell + 1]):
                if basis.basic[pair]:
                    listed(given, basis, pair)
    return basis


@njit(cache=True, nogil=True)
def listed(given: Transport, basis: Basis, pair: int) -> None:
    row = given.row[pair]
    following = basis.head[row]
    basis.before[pair], basis.after[pair] = -1, following
    if following >= 0:
        basis.before[following] = pair
    basis.head[row] = pair


@njit(cache=True, nogil=True)
def unlisted(given: Transport, basis: Basis, pair: int) -> None:
    before, after = basis.before[pair], basis.after[pair]
    if before >= 0:
        basis.after[before] = after
    else:
        basis.head[given.row[pair]] = after
    if after >= 0:
        basis.before[after] = before


@njit(cache=True, nogil=True)
def rooted(given: Transport, basis: Basis, start: int, stamp: int) -> None:
    """Walk through the part of a node: parents, depths, prices."""
    n_pairs, n_cells, n_rows = len(given.row), len(given.people), len(given.room)
    part = basis.part
    part[0] = start
    basis.seen[start] = stamp
    root = -1
    n, at = 1, 0
    while at < n:
        node = part[at]
        at += 1
        if node < n_rows:
            if basis.basic[n_pairs + n_cells + node]:
                root = node
            pair = basis.head[node]
            while pair >= 0:
                other = n_rows + basis.cell[pair]
                if basis.seen[other] != stamp:
                    basis.seen[other] = stamp
                    part[n] = other
                    n += 1
                pair = basis.after[pair]
        else:
            cell = node - n_rows
            if basis.basic[n_pairs + cell]:
                root = node
            for pair in range(given.first[cell], given.first[cell + 1]):
                if basis.basic[pair] and basis.seen[given.row[pair]] != stamp:
                    basis.seen[given.row[pair]] = stamp
                    part[n] = given.row[pair]
                    n += 1
    is_ring = root < 0
    if is_ring:
        root = start
    basis.ring[root] = -1
    if not is_ring:
        basis.ring[root] = n_pairs + n_cells + root if root < n_rows else n_pairs + root - n_rows
    # Along the tree a price is price + slope * (that of the root).
    for at in range(n):
        basis.seen[part[at]] = -stamp
    basis.seen[root] = stamp
    basis.parent[root], basis.up[root], basis.depth[root], basis.root[root] = -1, -1, 0, root
    basis.price[root], basis.slope[root] = 0.0, 1.0
    part[0] = root
    n, at = 1, 0
    while at < n:
        node = part[at]
        at += 1
        if node < n_rows:
            pair = basis.head[node]
            while pair >= 0:
                other = n_rows + basis.cell[pair]
                if pair != basis.up[node]:
                    if basis.seen[other] == -stamp:
                        basis.price[other] = given.worth[pair] - given.unit[pair] * basis.price[node]
                        basis.slope[other] = -given.unit[pair] * basis.slope[node]
                        _hung(basis, other, node, pair, root, stamp)
                        part[n] = other
                        n += 1
                    else:
                        basis.ring[root] = pair
                pair = basis.after[pair]
        else:
            cell = node - n_rows
            for pair in range(given.first[cell], given.first[cell + 1]):
                if not basis.basic[pair] or pair == basis.up[node]:
                    continue
                other = given.row[pair]
                if basis.seen[other] == -stamp:
                    basis.price[other] = (given.worth[pair] - basis.price[node]) / given.unit[pair]
                    basis.slope[other] = -basis.slope[node] / given.unit[pair]
                    _hung(basis, other, node, pair, root, stamp)
                    part[n] = other
                    n += 1
                else:
                    basis.ring[root] = pair
    if is_ring:
        pair = basis.ring[root]
        cell_node, row_node = n_rows + basis.cell[pair], given.row[pair]
        lacks = given.worth[pair] - basis.price[cell_node] - given.unit[pair] * basis.price[row_node]
        of_root = lacks / (basis.slope[cell_node] + given.unit[pair] * basis.slope[row_node])
        for at in range(n):
            basis.price[part[at]] += basis.slope[part[at]] * of_root


@njit(cache=True, nogil=True)
def _hung(basis: Basis, node: int, parent: int, pair: int, root: int, stamp: int) -> None:
    basis.seen[node] = stamp
    basis.parent[node], basis.up[node], basis.root[node] = parent, pair, root
    basis.depth[node] = basis.depth[parent] + 1
