"""The proven bound: prices on people and money, an exact hub for each space at those prices."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from doorstep.layout._hub import HubRules, best_hubs
from doorstep.layout._rows import price_rows, serve
from doorstep.layout.affordable import affordable_hubs
from doorstep.layout.arrays import hub_rules, reachable
from doorstep.layout.floors import asked_people, floor_shares
from doorstep.layout.hubs import capital_of
from doorstep.layout.limits import limit_amounts
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.transport import room_of_rows

__all__ = [
    "Prices",
    "Pricing",
    "capacity_of_rows",
    "priced_bound",
    "priced_plan",
    "space_at_prices",
]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Multipliers and the bound they prove.

    Parameters
    ----------
    need
        Shape (n_cells,): price of one person of a cell (λ).
    money
        Price of one minor unit of money (μ).
    bound
        No plan is worth more, in weighted users.
    rounds
        Price changes tried.
    limits
        Shape (n_limits,): price of one unit of each further limit.
    floors
        Shape (n_floors,): price of one person of each floor of coverage (ν).
    """

    need: Floats
    money: float
    bound: float
    rounds: int
    limits: Floats = field(default_factory=lambda: np.zeros(0))
    floors: Floats = field(default_factory=lambda: np.zeros(0))


def capacity_of_rows(problem: LayoutProblem) -> Floats:
    """Return the room of each row at each grade, shape (n_rows, n_grades); a facility has one."""
    capacities = np.zeros((problem.n_rows, problem.n_grades))
    capacities[: problem.n_space_rows] = np.tile(problem.grade_room, (problem.n_spaces, 1))
    capacities[problem.n_space_rows :, 0] = problem.facility_room
    return capacities


class Pricing:
    """The priced problem with its scratch arrays and threads: what every place is worth at given prices.

    Parameters
    ----------
    problem
        The layout problem.
    workers
        Threads; no result depends on it.
    """

    def __init__(self, problem: LayoutProblem, workers: int) -> None:
        self.problem = problem
        self.pairs = reachable(problem)
        self.rules = hub_rules(problem)
        self.capacities = capacity_of_rows(problem)
        self.order = np.arange(len(problem.worth), dtype=np.int32)
        self.values = np.zeros((problem.n_rows, problem.n_grades))
        # those of each service in each space, all its stints together
        self.service_values = self.values[: problem.n_spaces * problem.n_services]
        if problem.n_years > 1:
            self.service_values = np.zeros((problem.n_spaces * problem.n_services, problem.n_grades))
        self.chosen = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
        self.worth = np.zeros(problem.n_spaces)
        self.money = problem.grade_money.astype(np.float64)
        self.open_money = problem.open_money.astype(np.float64)
        self.floor_shares = floor_shares(problem)
        self.space_of_facility = problem.space_of_facility_row
        self.closing = np.zeros(problem.n_spaces)  # what a hub costs the facilities whose rooms it takes
        self.threads = ThreadPoolExecutor(workers)
        self.row_cuts = _even_cuts(problem.first_pair_of_row, workers * 4)
        space_work = np.concatenate([[0], np.cumsum(self.rules.floor.max(axis=1, initial=0) + 50)])
        self.space_cuts = _even_cuts(space_work, workers * 4)

    def value(self, need: Floats, money: float, limits: Floats | None = None, floors: Floats | None = None) -> float:
        """Return the bound at these prices; leaves row values and best hubs in place."""
        problem = self.problem
        price = self.price_of(need, floors)
        self._all(
            lambda first, last: price_rows(self.pairs, first, last, price, self.capacities, self.order, self.values),
            self.row_cuts,
        )
        if problem.n_years > 1:
            of_space = self.service_values.reshape(problem.n_spaces, problem.n_services, -1)
            of_space[:] = 0.0
            rows = self.values[: problem.n_space_rows].reshape(problem.n_spaces, problem.n_stints, -1)
            for stint, service in enumerate(problem.stints[:, 0]):
                of_space[:, service] += rows[:, stint]
        facilities = self.values[problem.n_space_rows :, 0]
        gives_way = self.space_of_facility >= 0
        self.closing = np.zeros(problem.n_spaces)
        np.add.at(self.closing, self.space_of_facility[gives_way], facilities[gives_way])
        self.best_hubs(money, self.rules, limits)
        worth = float(
            np.sum(need * problem.walkers)
            + money * (problem.budget_money or 0)
            + np.sum(facilities)
            + np.sum(self.worth)
        )
        if limits is not None and len(limits):
            worth += float(np.sum(limits * limit_amounts(problem)))
        if floors is not None and len(floors):
            worth -= float(np.sum(floors * asked_people(problem)))
        return worth

    def price_of(self, need: Floats, floors: Floats | None) -> Floats:
        """Return what a person of each cell costs, what a floor adds to the worth taken off; it may be negative."""
        return need if floors is None or not len(floors) else need - self.floor_shares.T @ floors

    def best_hubs(self, money: float, rules: HubRules, limits: Floats | None = None) -> None:
        """Find the best hub of every space at the row values in place."""
        n_spaces = self.problem.n_spaces
        cost, open_cost = self.money * money, self.open_money * money + self.closing
        for price, limit in zip(() if limits is None else limits, self.problem.limits, strict=limits is not None):
            cost = cost + price * limit.grade_units
            open_cost = open_cost + price * limit.open_units
        self._all(
            lambda first, last: best_hubs(
                rules, first, last, self.service_values, cost, open_cost, self.chosen, self.worth
            ),
            self.space_cuts if n_spaces else [],
        )

    def spent(self) -> int:
        """Return the money of the best hubs at the last prices."""
        return capital_of(self.problem, self.chosen)

    def served(self, need: Floats, floors: Floats | None = None) -> Floats:
        """Return the people of each cell whom the best hubs and the facilities serve at the last prices."""
        problem = self.problem
        grade = self.chosen[:, problem.stints[:, 0]].ravel().astype(np.int64)
        rows = np.flatnonzero(grade)
        room = self.capacities[rows, grade[rows] - 1]
        facilities = np.arange(problem.n_space_rows, problem.n_rows)
        served = np.zeros(problem.n_cells)
        serve(
            self.pairs,
            np.concatenate([rows, facilities]),
            np.concatenate([room, room_of_rows(problem, self.chosen)[problem.n_space_rows :]]),
            self.price_of(need, floors),
            self.order,
            served,
        )
        return served

    def _all(self, work: Callable[[int, int], None], cuts: list[tuple[int, int]]) -> None:
        for job in [self.threads.submit(work, first, last) for first, last in cuts]:
            job.result()


def priced_bound(
    problem: LayoutProblem,
    need: Floats,
    money: float,
    limits: Floats | None = None,
    floors: Floats | None = None,
    *,
    workers: int = 2,
) -> float:
    """Return the bound that given multipliers prove.

    Parameters
    ----------
    problem
        The layout problem.
    need
        Shape (n_cells,), not negative.
    money
        Price of a minor unit of money, not negative; must be 0 without a budget.
    limits, floors
        Shapes (n_limits,), (n_floors,), not negative; 0 if ``None``.

    Returns
    -------
    float
        Valid for any multipliers (weak duality; docs/explain/certificate.md).
    """
    return Pricing(problem, workers).value(need, money, limits, floors)


def space_at_prices(
    problem: LayoutProblem,
    need: Floats,
    money: float,
    space: int,
    limits: Floats | None = None,
    floors: Floats | None = None,
) -> tuple[npt.NDArray[np.int8], float]:
    """Return the hub that is best in a space at given prices, opened even if it is not worth its money.

    Parameters
    ----------
    problem
        The layout problem.
    need, money, limits, floors
        Multipliers.
    space
        Position of the space.

    Returns
    -------
    grades, worth
        Grades per service (zeros if nothing may be put there) and its priced worth, less that of the facilities that it
        replaces, before its money is taken off.
    """
    pricing = Pricing(problem, 1)
    pricing.value(need, money, limits, floors)
    chosen = pricing.chosen[space].copy()
    if not chosen.any() and problem.allowed[space].any():
        forced = np.zeros(problem.n_spaces, dtype=np.bool_)
        forced[space] = True
        pricing.best_hubs(money, pricing.rules._replace(must=forced), limits)
        chosen = pricing.chosen[space].copy()
    services = np.flatnonzero(chosen)
    rows = space * problem.n_services + services
    worth = float(pricing.service_values[rows, chosen[services] - 1].sum())
    return chosen, worth - float(pricing.closing[space]) if chosen.any() else worth


def priced_plan(problem: LayoutProblem, prices: Prices, start: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return a plan of the hubs that are best at given prices, as far as the money goes.

    Parameters
    ----------
    problem
        The layout problem.
    prices
        Near the best, so that these hubs together spend about the budget.
    start
        Shape (n_spaces, n_services): hubs that must be; they stay, or give way to a better one in their space.

    Returns
    -------
    array of shape (n_spaces, n_services)
        Those with most priced worth for their money first. People were priced, not assigned: a start for the search.
    """
    pricing = Pricing(problem, 1)
    pricing.value(prices.need, prices.money, prices.limits, prices.floors)
    return affordable_hubs(problem, pricing.chosen, pricing.worth, prices.money, start)


def _even_cuts(first: npt.NDArray[np.int64], parts: int) -> list[tuple[int, int]]:
    """Cut a range of items into parts of about equal work; ``first`` is the running sum of work."""
    n = len(first) - 1
    if n <= 0:
        return []
    marks = np.searchsorted(first, np.linspace(0, first[-1], parts + 1)[1:-1])
    edges = np.unique(np.concatenate([[0], marks, [n]]))
    return [(int(a), int(b)) for a, b in itertools.pairwise(edges)]
