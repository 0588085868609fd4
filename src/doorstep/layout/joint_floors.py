"""Exact assignment where floors speak of all services together: they alone join the transport problems of services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from doorstep.layout.floors import cells_of, floor_bonus, missing_price

if TYPE_CHECKING:
    from doorstep.layout.problem import LayoutProblem

__all__ = ["assigned_together"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Found = tuple[Ints, Floats, Floats]
"""Pairs, their people, price of room in each row."""

_MANY_PAIRS = 50_000  # with fewer, threads take longer to start than they save
_ROUNDS = 100
_NOTHING = 1e-7  # of the worth: what better assignments still could win
_SMALLEST = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """One assignment of a service: its worth, and the people of each floor that it serves."""

    service: int
    found: Found
    worth: float
    people: Floats


def assigned_together(
    problem: LayoutProblem, services: Sequence[int], pairs: Ints, transport: Callable[[Floats, int], Found]
) -> list[Found]:
    """Assign the people of all services so that floors lack as few people as can be, then for most worth.

    Parameters
    ----------
    problem
        The layout problem, with its floors.
    services
        Positions of those that have pairs of open places.
    pairs
        All pairs of open places.
    transport
        Assigns the people of a service best at a worth of each pair of the problem.

    Returns
    -------
    list of (pair, people, room_price)
        One for each service.

    Notes
    -----
    Dantzig and Wolfe (1960), *Operations Research* 8, 101-111: a small linear programme mixes assignments found before,
    and its prices of floors ask for better ones, service by service, until there are none.
    """
    missing = missing_price(problem, pairs)
    asked = np.array([floor.people for floor in problem.floors])

    def best_ways(prices: Floats) -> list[_Way]:
        def of_service(service: int) -> _Way:
            return _way(problem, service, transport, prices)

        if len(pairs) < _MANY_PAIRS:
            return [of_service(service) for service in services]
        with ThreadPoolExecutor() as threads:
            return list(threads.map(of_service, services))

    ways = best_ways(np.zeros(len(asked)))
    share, prices, most = _mixed(ways, services, asked, missing)
    for _ in range(_ROUNDS):
        found = best_ways(prices)
        better = sum(max(0.0, one.worth + float(one.people @ prices) - most[one.service]) for one in found)
        if better <= _NOTHING * (1.0 + sum(one.worth for one in found)):
            break
        ways += found
        share, prices, most = _mixed(ways, services, asked, missing)
    return [
        _mixture([(share[at], one.found) for at, one in enumerate(ways) if one.service == service])
        for service in services
    ]


def _way(problem: LayoutProblem, service: int, transport: Callable[[Floats, int], Found], prices: Floats) -> _Way:
    bonus = floor_bonus(problem, prices)
    found = transport(problem.worth + bonus[problem.cell_of_pair], service)
    pair, people, _ = found
    served = np.bincount(problem.cell_of_pair[pair], weights=people, minlength=problem.n_cells)
    first, last = service * problem.n_homes, (service + 1) * problem.n_homes
    served[:first], served[last:] = 0.0, 0.0
    counted = [float(np.sum(floor.share * served[cells_of(problem, floor)])) for floor in problem.floors]
    return _Way(service, found, float(np.sum(problem.worth[pair] * people)), np.array(counted))


def _mixed(
    ways: Sequence[_Way], services: Sequence[int], asked: Floats, missing: float
) -> tuple[Floats, Floats, dict[int, float]]:
    """Return the best mixture of known assignments, the prices of floors, and what each service is worth at them."""
    n, n_floors = len(ways), len(asked)
    floors = np.hstack([-np.array([one.people for one in ways]).T.reshape(n_floors, n), -np.eye(n_floors)])
    one_of = np.array([[float(way.service == service) for way in ways] + [0.0] * n_floors for service in services])
    solved = linprog(
        np.concatenate([[-one.worth for one in ways], np.full(n_floors, missing)]),
        A_ub=floors,
        b_ub=-asked,
        A_eq=one_of,
        b_eq=np.ones(len(services)),
        bounds=(0, None),
        method="highs-ds",
    )
    if solved.status != 0:
        raise RuntimeError(f"no mixture of assignments: {solved.message}")
    most = {service: -float(one) for service, one in zip(services, solved.eqlin.marginals, strict=True)}
    return solved.x[:n], np.maximum(-solved.ineqlin.marginals, 0.0), most


def _mixture(parts: Sequence[tuple[float, Found]]) -> Found:
    """Return assignments of a service mixed by their shares; room is priced as in the last, the best at its prices."""
    shares = np.array([max(0.0, share) for share, _ in parts])
    shares /= shares.sum()
    every = np.concatenate([found[0] for _, found in parts])
    amount = np.concatenate([share * found[1] for share, (_, found) in zip(shares, parts, strict=True)])
    pair, at = np.unique(every, return_inverse=True)
    people = np.bincount(at, weights=amount, minlength=len(pair)).astype(np.float64)
    keep = people > _SMALLEST
    return pair[keep], people[keep], parts[-1][1][2]
