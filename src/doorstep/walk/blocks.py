"""Pairs and memory: how many pairs there can be, blocks of places that fit, a whole table within bounds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from doorstep.errors import DoorstepError
from doorstep.walk import _grid
from doorstep.walk.keys import measure_and_limit
from doorstep.walk.network import Ints, Metres, Network
from doorstep.walk.pairs import Pairs, pairs_between
from doorstep.walk.searchable import searchable, standing
from doorstep.walk.snap import Connections

__all__ = ["BYTES_PER_PAIR", "most_pairs", "pairs_in_blocks", "pairs_that_fit"]

BYTES_PER_PAIR = 32
"""Most that a pair takes while it is searched: 12 bytes in a piece and 16 in the table; the rest is room at the ends of
pieces, of which pages that are never written take nothing."""

_TABLE_BYTES = 32  # of a pair in a table that is put together of blocks: once in its block, once in the table
_CELLS_PER_LIMIT = 8


def most_pairs(homes: Connections, places: Connections, *, reach_m: Metres) -> Ints:
    """Count the homes within reach of each place in a straight line: no walk is shorter, so there are no more pairs.

    Parameters
    ----------
    homes, places
        Points on a network.
    reach_m
        Shape (n_places,): limits in metres; where minutes are the limit, times the fastest pace in metres a minute.

    Returns
    -------
    Ints
        Shape (n_places,): a bound, up to two cells of an eighth of the longest limit generous.
    """
    reach_m = np.asarray(reach_m, dtype=np.float64)
    most = np.zeros(places.n_owners, dtype=np.int64)
    home, place = np.flatnonzero(homes.edge >= 0), np.flatnonzero(places.edge >= 0)
    if len(home) == 0 or len(place) == 0 or reach_m.max(initial=-1.0) < 0:
        return most
    x, y = homes.x_m[home], homes.y_m[home]
    width = max(float(np.ptp(x)), float(np.ptp(y)))
    side = max(reach_m.max() / _CELLS_PER_LIMIT, width / 4000, 1e-3)
    column, row = ((x - x.min()) / side).astype(np.int64), ((y - y.min()) / side).astype(np.int64)
    shape = int(row.max()) + 1, int(column.max()) + 1
    count = np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1]).reshape(shape)
    left_of = np.concatenate([np.zeros((shape[0], 1), dtype=np.int64), np.cumsum(count, axis=1)], axis=1)
    np.add.at(
        most,
        places.of[place],
        _grid.points_within(
            left_of, places.x_m[place] - x.min(), places.y_m[place] - y.min(), reach_m[places.of[place]], side
        ),
    )
    return np.minimum(most, len(home))


def pairs_in_blocks(
    network: Network,
    homes: Connections,
    places: Connections,
    *,
    memory_bytes: int,
    limit_mm: Ints | None = None,
    limit_ms: Ints | None = None,
    workers: int | None = None,
) -> Iterator[tuple[npt.NDArray[np.int64], Pairs]]:
    """Find pairs as :func:`doorstep.walk.walk_pairs` does, block after block of places, within a given memory.

    How many pairs a place can have is known before the search from the homes around it (:func:`most_pairs`).

    Parameters
    ----------
    network, homes, places, limit_mm, limit_ms, workers
        As for :func:`doorstep.walk.walk_pairs`; a limit of -1 leaves a place out.
    memory_bytes
        What the pairs of one block may take, apart from the network. A place that alone may take more is a block of
        its own.

    Yields
    ------
    tuple
        Positions of the places of the block, ascending, and their pairs.
    """
    measure, limit = measure_and_limit(limit_mm, limit_ms, least=-1)
    ready = searchable(network, measure=measure)
    reach_m = limit / 1000 if measure == "metres" else limit / 1000 / ready.fastest
    if limit.shape != (places.n_owners,):
        raise ValueError(f"{limit.shape} limits for {places.n_owners} places")
    from_home, to_place = standing(ready, homes, walking_in=False), standing(ready, places, walking_in=True)
    taken = np.cumsum(most_pairs(homes, places, reach_m=reach_m)) * BYTES_PER_PAIR
    begin = 0
    while begin < places.n_owners:
        before = int(taken[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(taken, before + memory_bytes, side="right")), begin + 1)
        asked = np.full(places.n_owners, -1, dtype=np.int64)
        asked[begin:end] = limit[begin:end]
        pairs = pairs_between(ready, from_home, to_place, limit=asked, workers=workers)
        first = pairs.first_of_place[begin : end + 1]
        yield (
            np.arange(begin, end),
            Pairs(first - first[0], pairs.home, pairs.walk_mm, pairs.moving_ms, pairs.wait_ms),
        )
        begin = end


def pairs_that_fit(
    network: Network,
    homes: Connections,
    places: Connections,
    *,
    memory_bytes: int,
    limit_mm: Ints | None = None,
    limit_ms: Ints | None = None,
    workers: int | None = None,
) -> Pairs:
    """Find pairs as :func:`doorstep.walk.walk_pairs` does, within a given memory: in one block or in several.

    Parameters
    ----------
    network, homes, places, limit_mm, limit_ms, workers
        As for :func:`doorstep.walk.walk_pairs`; a limit of -1 leaves a place out.
    memory_bytes
        What the pairs may take while they are searched and put together. The result does not depend on it.

    Returns
    -------
    Pairs
        Of all places.

    Raises
    ------
    DoorstepError
        ``walks-memory``: there are more pairs than fit.
    """
    found: list[Pairs] = []
    n_pairs = n_done = 0
    blocks = pairs_in_blocks(
        network, homes, places, memory_bytes=memory_bytes // 2, limit_mm=limit_mm, limit_ms=limit_ms, workers=workers
    )
    for block, pairs in blocks:
        n_pairs, n_done = n_pairs + len(pairs.home), n_done + len(block)
        if n_pairs * _TABLE_BYTES > memory_bytes:
            need = n_pairs * _TABLE_BYTES * places.n_owners / n_done
            raise DoorstepError("walks-memory", need=f"{need / 1e9:.3g}", free=f"{memory_bytes / 1e9:.3g}")
        found.append(pairs)
    if len(found) == 1:
        return found[0]
    count = np.concatenate([np.zeros(1, dtype=np.int64), *(np.diff(one.first_of_place) for one in found)])
    return Pairs(
        np.cumsum(count),
        *(
            np.concatenate([np.zeros(0, dtype=np.int32), *(getattr(one, name) for one in found)])
            for name in ("home", "walk_mm", "moving_ms", "wait_ms")
        ),
    )
