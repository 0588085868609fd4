"""Search for good plans: rounds of ruin and recreate in parts of the city side by side, then exact transport."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from doorstep.layout._parts import cut_part, owners, standing_of
from doorstep.layout._ruin import ruin_and_recreate
from doorstep.layout._standing import Part
from doorstep.layout.arrays import hub_rules, reachable
from doorstep.layout.hubs import capital_of
from doorstep.layout.limits import limit_amounts, limit_use
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.transport import Assignment, room_of_rows

__all__ = ["parts_of", "searched"]

Grades = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int64]

SPACES_IN_PART = 100
_NEAR = 13  # spaces that a step may take out
_NO_LIMIT = 9_000_000_000_000_000_000


def parts_of(space_m: npt.NDArray[np.float64], random: np.random.Generator) -> list[Ints]:
    """Cut the spaces into parts of about equal size by straight lines, turned at random.

    Parameters
    ----------
    space_m
        Shape (n_spaces, 2): where the spaces are.
    random
        Decides how the lines run.

    Returns
    -------
    list of arrays
        Spaces of each part, ascending; a power of two of parts.
    """
    angle = random.uniform(0.0, math.pi)
    along = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    turned = space_m @ along
    parts = [np.arange(len(space_m), dtype=np.int64)]
    while len(parts[0]) > SPACES_IN_PART:
        halves = []
        for part in parts:
            spread = np.ptp(turned[part], axis=0)
            order = part[np.argsort(turned[part, int(np.argmax(spread))], kind="stable")]
            halves += [order[: len(order) // 2], order[len(order) // 2 :]]
        parts = halves
    return [np.sort(part) for part in parts]


def searched(
    problem: LayoutProblem,
    grades: Grades,
    assignment: Assignment,
    *,
    steps: int,
    temperature: float,
    money_price: float,
    seed: tuple[int, ...],
    workers: int,
    limit_prices: npt.NDArray[np.float64] | None = None,
    parts: list[Ints] | None = None,
) -> Grades:
    """Run one round of search from a plan, in parts of the city side by side.

    Parameters
    ----------
    problem
        The layout problem.
    grades, assignment
        A plan that meets every requirement, and its exact assignment.
    steps
        Steps for each space.
    temperature
        How much worth a step may lose, about.
    money_price
        What a minor unit of money is worth.
    seed
        Same seed, same result, for any number of workers.
    workers
        Threads.
    limit_prices
        Shape (n_limits,): what a unit of each further limit is worth; 0 if ``None``.
    parts
        Spaces of each part, ascending; no space in two of them, and hubs of spaces in none stay as they are. ``None``:
        the whole city, cut by the seed.

    Returns
    -------
    array of shape (n_spaces, n_services)
        Another plan that meets every requirement, often a better one.

    Notes
    -----
    Ruin and recreate (Schrimpf et al. 2000, *Journal of Computational Physics* 159, 139-171) with acceptance as in
    simulated annealing. Each part has the money of its hubs and its share of what is left. A single part is
    searched twice, side by side, and the better is taken.
    """
    random = np.random.default_rng(seed)
    parts = parts_of(problem.space_m, random) if parts is None else parts
    pairs = reachable(problem)
    n_services = problem.n_services
    part_of_space = np.full(problem.n_spaces, -1, dtype=np.int32)
    for number, spaces in enumerate(parts):
        part_of_space[spaces] = number
    owner = owners(pairs, part_of_space, problem.n_stints)
    people = np.zeros(len(problem.worth))
    people[assignment.pair] = assignment.people
    used = np.bincount(
        problem.row_of_pair[assignment.pair],
        weights=problem.room[assignment.pair] * assignment.people,
        minlength=problem.n_rows,
    )
    room_left = np.maximum(room_of_rows(problem, grades) - used, 0.0)
    served = np.bincount(problem.cell_of_pair[assignment.pair], weights=assignment.people, minlength=problem.n_cells)
    unserved = np.maximum(problem.walkers - served, 0.0)
    local_pair = np.full(len(problem.worth), -1, dtype=np.int32)
    gives_way = problem.space_of_facility_row
    spent = [capital_of(problem, grades, part) for part in parts]
    left = None if problem.budget_money is None else problem.budget_money - capital_of(problem, grades)

    share = [(money + 1) / (sum(spent) + len(parts)) for money in spent]
    limits = _LimitsOfParts(problem, grades, parts, limit_prices, random)

    def search(number: int, attempt: int) -> tuple[float, Grades]:
        spaces = parts[number]
        local, row_room, local_people, rows = cut_part(
            pairs, part_of_space, number, problem.n_stints, owner, people, unserved, room_left, gives_way, local_pair
        )
        first_closed, closed_row, closed_room = _closed_rows(problem, spaces, grades, rows, row_room)
        part = Part(
            pairs=local,
            rules=hub_rules(problem, spaces),
            owner=problem.stints[:, 0].copy(),
            grade_room=problem.grade_room,
            grade_money=problem.grade_money[spaces],
            open_money=problem.open_money[spaces],
            neighbours=_neighbours(problem.space_m[spaces]),
            # in the order of one without limits: another would have the loops compiled again
            limit_open=np.ascontiguousarray(limits.open_units[:, spaces]),
            limit_grade=np.ascontiguousarray(limits.grade_units[:, spaces]),
            limit_price=limits.prices,
            limit_amount=limits.amounts[number],
            first_closed=first_closed,
            closed_row=closed_row,
            closed_room=closed_room,
        )
        now = standing_of(local, grades[spaces].ravel(), row_room, local_people)
        change, money, _ = ruin_and_recreate(
            part,
            now,
            np.random.default_rng((*seed, number, attempt)),
            steps * len(spaces),
            temperature,
            money_price,
            _NO_LIMIT if left is None else spent[number] + int(left * share[number]),
        )
        result = now.grade.reshape(-1, n_services)
        return change - money_price * money - limits.priced(spaces, result), result

    result = grades.copy()
    attempts = 2 if len(parts) == 1 else 1
    with ThreadPoolExecutor(workers) as threads:
        jobs = [
            [threads.submit(search, number, attempt) for attempt in range(attempts)] for number in range(len(parts))
        ]
        for spaces, tries in zip(parts, jobs, strict=True):
            result[spaces] = max((one.result() for one in tries), key=lambda found: found[0])[1]
    return result


def _closed_rows(
    problem: LayoutProblem, spaces: Ints, grades: Grades, rows: Ints, row_room: npt.NDArray[np.float64]
) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Rows of a part whose facilities give way to hubs in its spaces, space by space, and their room without one."""
    local = np.flatnonzero(rows >= problem.n_space_rows)
    facility = rows[local] - problem.n_space_rows
    taker = problem.space_of_facility_row[facility]
    here = np.isin(taker, spaces)
    local, facility, taker = local[here], facility[here], taker[here]
    order = np.argsort(taker, kind="stable")
    local, facility, taker = local[order], facility[order], taker[order]
    room = np.where(grades[taker].any(axis=1), problem.facility_room[facility], row_room[local])
    return np.searchsorted(taker, [*spaces, problem.n_spaces]).astype(np.int64), local.astype(np.int64), room


class _LimitsOfParts:
    """The further limits, cut into parts: each has what its hubs use and its share of what is left."""

    def __init__(
        self,
        problem: LayoutProblem,
        grades: Grades,
        parts: list[Ints],
        prices: npt.NDArray[np.float64] | None,
        random: np.random.Generator,
    ) -> None:
        n = len(problem.limits)
        self.problem = problem
        self.prices = np.zeros(n) if prices is None else prices
        self.open_units = np.zeros((n, problem.n_spaces), dtype=np.int64)
        self.grade_units = np.zeros((n, *problem.grade_money.shape), dtype=np.int64)
        used = np.array([limit_use(problem, grades, part) for part in parts]).reshape(len(parts), n)
        self.amounts = used.copy()
        for number, limit in enumerate(problem.limits):
            self.open_units[number], self.grade_units[number] = limit.open_units, limit.grade_units
            touched = (limit.open_units > 0) | (limit.grade_units > 0).any(axis=(1, 2, 3))
            can = np.flatnonzero([touched[part].any() for part in parts])
            left = max(0, int(limit_amounts(problem)[number] - limit_use(problem, grades)[number]))
            if len(can):
                self.amounts[can, number] += left // len(can)
                self.amounts[random.permutation(can)[: left % len(can)], number] += 1

    def priced(self, spaces: Ints, grades: Grades) -> float:
        """Return the price of what hubs of a part take; ``grades`` are those of its spaces."""
        if not len(self.prices):
            return 0.0
        whole = np.zeros((self.problem.n_spaces, self.problem.n_services), dtype=np.int8)
        whole[spaces] = grades
        return float(np.sum(self.prices * limit_use(self.problem, whole, spaces)))


def _neighbours(space_m: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Spaces by distance, the space itself first, shape (n_spaces, k)."""
    k = min(_NEAR, len(space_m))
    near: Ints = cKDTree(space_m).query(space_m, k=k)[1].reshape(len(space_m), k).astype(np.int64)
    for space in np.flatnonzero(near[:, 0] != np.arange(len(space_m))):
        # another space lies at the same point and came first
        others = near[space][near[space] != space][: k - 1]
        near[space] = np.concatenate([[space], others])
    return near
