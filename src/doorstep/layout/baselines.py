"""Two plans to compare with: greedy, and the same quota for every community."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from doorstep.layout._gains import most_rates, worth_of_capacities
from doorstep.layout._rows import Reachable
from doorstep.layout.arrays import reachable
from doorstep.layout.hubs import broken_hub_rules
from doorstep.layout.limits import limit_amounts, limit_use, limit_use_of_hub
from doorstep.layout.problem import COMPLEX, DISPERSED, LayoutProblem
from doorstep.layout.transport import room_of_rows

__all__ = ["even_grades", "greedy_grades"]

Grades = npt.NDArray[np.int8]


def greedy_grades(
    problem: LayoutProblem,
    *,
    start: Grades,
    spaces: npt.NDArray[np.int64] | None = None,
    budget_money: int,
) -> Grades:
    """Add one service at a time, the one with most new weighted users for its money, until the money is spent.

    Parameters
    ----------
    problem
        The layout problem.
    start
        Hubs that are there already (those that must be); not changed.
    spaces
        Spaces that may be used; all if ``None``.
    budget_money
        Money that may be spent beyond ``start``.

    Returns
    -------
    array of shape (n_spaces, n_services)
        Grades; a service gets the smallest grade that holds its new users, else the largest that fits.

    Notes
    -----
    What an office does by hand; it has no bound. Gains are re-reckoned only when a row comes to the top of the list
    (Minoux 1978): people served elsewhere count only with what they gain.
    """
    grades = start.copy()
    best_worth = np.zeros(problem.n_cells)
    is_open = room_of_rows(problem, grades)[problem.row_of_pair] > 0.0
    np.maximum.at(best_worth, problem.cell_of_pair[is_open], problem.worth[is_open])
    pairs = reachable(problem)
    most = most_rates(
        pairs,
        np.arange(problem.n_spaces) if spaces is None else np.asarray(spaces, dtype=np.int64),
        start,
        problem.allowed,
        problem.stints[:, 0].copy(),
        problem.grade_room,
        problem.open_money,
        problem.grade_money,
        problem.complex_functions,
        budget_money,
        best_worth,
    )
    heap = [(-most[at], *at) for at in zip(*(places.tolist() for places in np.nonzero(most)), strict=True)]
    heapq.heapify(heap)
    spent = 0
    of_limits = limit_amounts(problem) - limit_use(problem, start)
    least = _least_money(problem)
    while heap and budget_money - spent >= least:
        rate, space, service = heapq.heappop(heap)
        option = _option(problem, pairs, grades, space, service, best_worth, budget_money - spent, of_limits)
        if option is None:
            continue
        gain_rate, grade, money = option
        if -gain_rate > rate + 1e-15 and heap and -gain_rate > heap[0][0]:
            heapq.heappush(heap, (-gain_rate, space, service))
            continue
        before = limit_use_of_hub(problem, space, grades[space])
        grades[space, service] = grade
        of_limits -= limit_use_of_hub(problem, space, grades[space]) - before
        spent += money
        for stint in np.flatnonzero((problem.stints[:, 0] == service) & (problem.grade_room[:, grade - 1] > 0.0)):
            row = space * problem.n_stints + stint
            of_row = slice(problem.first_pair_of_row[row], problem.first_pair_of_row[row + 1])
            cells = problem.cell_of_pair[of_row]
            best_worth[cells] = np.maximum(best_worth[cells], problem.worth[of_row])
    return grades


def even_grades(
    problem: LayoutProblem, community_of_space: npt.NDArray[np.int64], *, start: Grades, budget_money: int
) -> Grades:
    """Give every community the same money and spend it greedily there.

    Parameters
    ----------
    problem
        The layout problem.
    community_of_space
        Shape (n_spaces,): number of the community, -1 outside all.
    start
        Hubs that must be.
    budget_money
        Money for all communities together, beyond ``start``.
    """
    grades = start.copy()
    communities = np.unique(community_of_space[community_of_space >= 0])
    if not len(communities):
        return greedy_grades(problem, start=start, budget_money=budget_money)
    for community in communities:
        here = np.flatnonzero(community_of_space == community)
        # limits count hubs of all communities
        before = grades if problem.limits else start
        part = greedy_grades(problem, start=before, spaces=here, budget_money=budget_money // len(communities))
        grades[here] = part[here]
    return grades


def _option(
    problem: LayoutProblem,
    pairs: Reachable,
    grades: Grades,
    space: int,
    service: int,
    best_worth: npt.NDArray[np.float64],
    left: int,
    of_limits: npt.NDArray[np.int64],
) -> tuple[float, int, int] | None:
    """Gain per money, grade and money of adding a service to a space; ``None`` if it cannot be or gains nothing."""
    money = _money_of_adding(problem, grades[space], space, service)
    options = np.flatnonzero(problem.allowed[space, service] & (money <= left))
    if not len(options):
        return None
    worth = np.zeros(len(options))
    for stint in np.flatnonzero(problem.stints[:, 0] == service).tolist():
        row = space * problem.n_stints + stint
        worth += worth_of_capacities(pairs, row, problem.grade_room[stint, options], best_worth)
    if not grades[space].any():
        worth -= _worth_of_replaced(problem, pairs, space)
    rate = worth / np.maximum(1, money[options])
    for at in np.argsort(-rate, kind="stable").tolist():
        if worth[at] <= 0:
            continue
        trial = grades[space].copy()
        trial[service] = options[at] + 1
        if broken_hub_rules(problem, space, trial):
            continue
        more = limit_use_of_hub(problem, space, trial) - limit_use_of_hub(problem, space, grades[space])
        if not (more > np.maximum(of_limits, 0)).any():
            return float(rate[at]), int(options[at]) + 1, int(money[options[at]])
    return None


def _worth_of_replaced(problem: LayoutProblem, pairs: Reachable, space: int) -> float:
    """Return what the facilities whose rooms a hub in a space takes are worth by themselves."""
    nobody = np.zeros(problem.n_cells)
    worth = 0.0
    for row in np.flatnonzero(problem.space_of_facility_row == space).tolist():
        room = problem.facility_room[[row]]
        worth += float(worth_of_capacities(pairs, problem.n_space_rows + row, room, nobody)[0])
    return worth


def _least_money(problem: LayoutProblem) -> int:
    """Return money below which nothing can be added to any hub; 0 where a complex may make a hub cheaper."""
    dispersed, in_complex = problem.grade_money[problem.allowed].reshape(-1, 2).T
    if not len(dispersed) or (in_complex < dispersed).any():
        return 0
    return int(dispersed.min())


def _money_of_adding(problem: LayoutProblem, hub: Grades, space: int, service: int) -> npt.NDArray[np.int64]:
    """Return what each grade of a service costs more in a hub, shape (n_grades,)."""
    functions = np.count_nonzero(hub)
    kind = COMPLEX if functions + 1 >= problem.complex_functions else DISPERSED
    money = problem.grade_money[space, service, :, kind].copy()
    if not functions:
        return np.asarray(money + problem.open_money[space])
    if functions + 1 == problem.complex_functions:  # the hub becomes a complex, with all that is there
        there = np.flatnonzero(hub)
        costs = problem.grade_money[space, there, hub[there] - 1].sum(axis=0)
        money += costs[COMPLEX] - costs[DISPERSED]
    return np.asarray(money)
