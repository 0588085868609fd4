"""Searches towards many places: cut into parts, on all cores, the rows of each place put where they belong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.walk._search import MOST_BANDS, NOT_WAITING
from doorstep.walk.graph import NEVER

__all__ = ["BAND", "TASKS_PER_WORKER", "Piece", "Room", "first_rows", "new_room", "rows_of_parts", "search_in_room"]

BAND = 14  # bands of the frontier are 2**14 mm or ms wide, about 16 m: measured best on Porto from 8 to 65 m
TASKS_PER_WORKER = 8
ROWS = 2**20  # room that a thread takes at a time; what is not written costs no memory

Ints = npt.NDArray[np.int64]
Room = tuple[npt.NDArray[Any], ...]
Columns = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Rows of some places, one place after the other.

    Parameters
    ----------
    places, counts
        Shape (n_places,), int64: which places, and how many rows each has.
    columns
        Arrays as long as all rows of theirs.
    """

    places: Ints
    counts: Ints
    columns: Columns


# searches towards the places given (all of a part, from one on), as long as there is room in the columns; writes how
# many rows each has, returns for how many places there was room, and how many rows they have
Search = Callable[[Ints, Ints, Columns, Room], tuple[int, int]]


def new_room(n_junctions: int) -> Room:
    """Return what one thread's searches need, all junctions not reached and all bands empty.

    Labels (NEVER; one more for "no junction"), junctions reached, the rings of bands (behind the junctions a head for
    each), and junctions to do.
    """
    label = np.full(n_junctions + 1, NEVER, dtype=np.int64)
    after = np.arange(n_junctions + MOST_BANDS, dtype=np.uint32)
    before = after.copy()
    before[:n_junctions] = NOT_WAITING
    return label, np.empty(n_junctions, dtype=np.uint32), after, before, np.empty(n_junctions, dtype=np.uint32)


def search_in_room(places: Ints, search: Search, columns: Columns, room: Room) -> tuple[list[Piece], Columns]:
    """Search towards some places, making new columns whenever they are full.

    Returns the rows, and what is left of the last columns.
    """
    pieces, length = [], len(columns[0])
    counts = np.zeros(len(places), dtype=np.int64)
    while len(places):
        n_done, n_rows = search(places, counts, columns, room)
        if n_done:
            rows = tuple(column[:n_rows] for column in columns)
            pieces.append(Piece(places[:n_done], counts[:n_done], rows))
        places, counts = places[n_done:], counts[n_done:]
        if len(places):
            length = max(ROWS, 2 * length)
            columns = tuple(np.empty((length, *column.shape[1:]), dtype=column.dtype) for column in columns)
        else:
            columns = tuple(column[n_rows:] for column in columns)
    return pieces, columns


def rows_of_parts(
    threads: ThreadPoolExecutor,
    parts: Sequence[Ints],
    search: Search,
    columns: Callable[[int], Columns],
    rooms: Sequence[Room],
) -> list[Piece]:
    """Search towards all places of all parts; ``columns`` makes columns of a length, one room for each thread."""
    free: SimpleQueue[tuple[Columns, Room]] = SimpleQueue()
    for room in rooms:
        free.put((columns(ROWS), room))

    def rows_of_part(part: Ints) -> list[Piece]:
        mine, room = free.get()
        try:
            pieces, mine = search_in_room(part, search, mine, room)
        finally:
            free.put((mine, room))  # also after a refused search: another thread may wait for it
        return pieces

    return [piece for pieces in threads.map(rows_of_part, parts) for piece in pieces]


def first_rows(pieces: Sequence[Piece], n_places: int) -> Ints:
    """Return where the rows of each place begin, if places are put one after the other; shape (n_places + 1,)."""
    first = np.zeros(n_places + 1, dtype=np.int64)
    for piece in pieces:
        first[piece.places + 1] = piece.counts
    return np.cumsum(first, out=first)
