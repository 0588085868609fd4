"""The k nearest places of each service, for every residence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.walk import _nearest
from doorstep.walk.graph import NEVER
from doorstep.walk.keys import LENGTH_MAX_MM, TIME_MAX_MS, limits_of, threads_of, whole_numbers
from doorstep.walk.network import Ints, Network
from doorstep.walk.searchable import Searchable, Standing, most_waiting, searchable, standing
from doorstep.walk.snap import Connections

__all__ = ["Nearest", "nearest_places"]

SmallInts = npt.NDArray[np.int32]
_FAR = 0.6  # without a limit, as far as keys reach with steps and slopes on the way: about 10 km


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The nearest places, nearest first; of equally near ones the smaller position.

    Parameters
    ----------
    place
        Shape (n_services, n_homes, k), int32: position of the place, -1 where there is none.
    walk_mm, walk_ms
        Shape (n_services, n_homes, k), int32: length, and time with waits; -1 where there is none.
    """

    place: SmallInts
    walk_mm: SmallInts
    walk_ms: SmallInts


def nearest_places(
    network: Network,
    homes: Connections,
    places: Connections,
    service: Ints,
    *,
    n_services: int,
    k: int = 1,
    measure: str = "metres",
    limit: int | None = None,
    workers: int | None = None,
) -> Nearest:
    """Find the k nearest places of each service for every residence.

    Parameters
    ----------
    network
        Pedestrian network; not changed.
    homes, places
        Points on it.
    service
        Shape (n_places,): which service each place has, from 0; -1 for none.
    n_services
        How many services there are.
    k
        How many places are wanted, at least 1.
    measure
        ``"metres"`` or ``"minutes"``: what near means; ties by the other measure, less waiting, the smaller place.
    limit
        Longest walk in mm or ms, inclusive; ``None``: as far as a key reaches, about 10 km.
    workers
        Threads; ``None``: one per core. The result does not depend on it.

    Returns
    -------
    Nearest
        Equal to sorting all walks of :func:`doorstep.walk.walk_pairs`.

    Raises
    ------
    ValueError
        If services do not fit the places, ``k`` is below 1, the limit is negative, or it or the waits on a walk do not
        fit a key.

    Notes
    -----
    One search a service, from all its places together; a junction hands on its k nearest only. Time grows with k times
    the network, whatever the number of places.
    """
    service = whole_numbers(service, "services")
    if service.shape != (places.n_owners,) or service.max(initial=-1) >= n_services or k < 1:
        raise ValueError(f"{service.shape} services below {n_services} for {places.n_owners} places, k = {k}")
    ready = searchable(network, measure=measure)
    if limit is None:
        span = LENGTH_MAX_MM if measure == "metres" else TIME_MAX_MS
        slow = max(ready.slowest + 0.5, 1.0) if measure == "metres" else max(1 / ready.fastest, 1.0)
        limit = int(_FAR * min(span, (TIME_MAX_MS if measure == "metres" else LENGTH_MAX_MM) / slow))
    limit = int(limits_of(limit))
    most_waits = most_waiting(ready, np.array([limit]))
    from_home, to_place = standing(ready, homes, walking_in=False), standing(ready, places, walking_in=True)

    def search(one: int) -> tuple[SmallInts, Ints, bool]:
        return _of_service(ready, from_home, to_place, service[to_place.owner] == one, limit, most_waits, k)

    with ThreadPoolExecutor(max_workers=threads_of(workers)) as threads:
        found = list(threads.map(search, range(n_services)))
    if not all(fits for _, _, fits in found):
        unit = ready.packing.wait_unit_ms
        raise ValueError(f"the waits on one walk add up to more than {most_waits} times {unit} ms")
    shape = (0, homes.n_owners, k)
    place = np.stack([one for one, _, _ in found]) if found else np.zeros(shape, dtype=np.int32)
    key = np.stack([one for _, one, _ in found]) if found else np.zeros(shape, dtype=np.int64)
    walk_mm, walk_ms, _ = ready.packing.unpacked(key)
    return Nearest(
        place,
        np.where(key < NEVER, walk_mm, -1).astype(np.int32),
        np.where(key < NEVER, walk_ms, -1).astype(np.int32),
    )


def _of_service(
    ready: Searchable,
    from_home: Standing,
    to_place: Standing,
    is_asked: npt.NDArray[np.bool_],
    limit: int,
    most_waits: int,
    k: int,
) -> tuple[SmallInts, Ints, bool]:
    graph, chains, packing = ready.graph, ready.graph.chains, ready.packing
    access = np.flatnonzero(is_asked)
    found: tuple[SmallInts, Ints, bool] = _nearest.k_nearest(
        chains.chain_a,
        chains.chain_b,
        chains.first_slot,
        graph.along,
        graph.against,
        graph.first_arc,
        graph.arc_from,
        graph.arc_key,
        ready.factor_along,
        ready.factor_against,
        from_home.owner,
        from_home.chain,
        from_home.slot,
        from_home.at_mm,
        from_home.off,
        from_home.key_a,
        from_home.key_b,
        from_home.inside.to_a,
        from_home.inside.to_b,
        from_home.n_owners,
        to_place.owner[access],
        to_place.chain[access],
        to_place.slot[access],
        to_place.at_mm[access],
        to_place.off[access],
        to_place.key_a[access],
        to_place.key_b[access],
        np.searchsorted(to_place.chain[access], np.arange(len(chains.chain_a) + 1)).astype(np.int32),
        int(packing.limit_key(np.array(limit))),
        (packing.length_bits, packing.time_bits),
        most_waits,
        k,
    )
    return found
