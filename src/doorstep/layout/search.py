"""Search for good plans: ruin and recreate in rounds of fixed work, then exact transport."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.layout import _search_kernels
from doorstep.layout.bound import Prices
from doorstep.layout.problem import LayoutProblem
from doorstep.layout.search_state import SearchState
from doorstep.layout.transport import room_of_rows

__all__ = ["Searcher", "State", "state_of"]

NO_LIMIT = 9_000_000_000_000_000_000
N_CHAINS = 2  # always two, whatever the number of workers: the plan must not depend on the machine
_DRIFT = 2e-4


@dataclass(slots=True, eq=False)
class State:
    """A plan under search; arrays are changed in place by the kernel."""

    grade: npt.NDArray[np.int8]
    room_left: npt.NDArray[np.float64]
    pair_of: npt.NDArray[np.int64]
    people: npt.NDArray[np.float64]


def state_of(problem: LayoutProblem, grades: npt.NDArray[np.int8]) -> State:
    """Give everybody the best open place with room, hub by hub in the order of cells."""
    state = State(
        grade=np.concatenate([grades.ravel(), np.zeros(problem.n_facilities, np.int8)]),
        room_left=room_of_rows(problem, grades),
        pair_of=np.full(problem.n_cells, -1, dtype=np.int64),
        people=np.zeros(problem.n_cells),
    )
    for cell in np.flatnonzero(np.diff(problem.first_pair_of_cell) > 0).tolist():
        _search_kernels.place_cell(
            cell,
            problem.first_pair_of_cell,
            problem.pair_of_cell,
            problem.row_of_pair,
            problem.worth,
            problem.room,
            problem.walkers,
            state.room_left,
            state.pair_of,
            state.people,
        )
    return state


class Searcher:
    """Two chains of ruin and recreate that meet after every round.

    Parameters
    ----------
    problem
        The layout problem.
    money_price
        Price of money to start from; with a budget it drifts until the budget is spent.
    start
        Shape (n_spaces, n_services): a plan that meets every requirement.
    resume
        Where an earlier search stood; then ``start`` is not used.
    seed
        Same seed, same sequence of best plans, for any number of workers.
    workers
        Threads.
    """

    def __init__(
        self,
        problem: LayoutProblem,
        money_price: float,
        *,
        start: npt.NDArray[np.int8],
        seed: int,
        workers: int,
        resume: SearchState | None = None,
    ) -> None:
        self.problem = problem
        self.threads = ThreadPoolExecutor(max(1, min(workers, N_CHAINS)))
        self.seed = seed
        self.round = 0
        self.money_price = [money_price] * N_CHAINS
        self.thrift = money_price if problem.budget_money is None else 0.0
        self.budget = NO_LIMIT if problem.budget_money is None else problem.budget_money
        self.usable = np.flatnonzero(problem.allowed.any(axis=(1, 2))).astype(np.int64)
        self.best_grades = start
        self.best_value = -np.inf
        self.starts = [self.best_grades] * N_CHAINS
        if resume is not None:
            self.round, self.best_value, self.best_grades = resume.round, resume.best_value, resume.best_grades
            self.starts, self.money_price = list(resume.starts), list(resume.money_price)

    def state(self, prices: Prices, tidy_grades: npt.NDArray[np.int8], best_round: int) -> SearchState:
        """Return what the next round needs."""
        return SearchState(
            round=self.round,
            prices=prices,
            best_value=self.best_value,
            best_grades=self.best_grades,
            tidy_grades=tidy_grades,
            starts=tuple(self.starts),
            money_price=tuple(self.money_price),
            best_round=best_round,
        )

    def run_round(self, *, steps: int, temperature: float) -> bool:
        """Run both chains for ``steps`` steps; return whether a better plan was found."""
        if not len(self.usable):
            return False
        jobs = [self.threads.submit(self._chain, chain, steps, temperature / (1 + chain)) for chain in range(N_CHAINS)]
        results = [job.result() for job in jobs]
        self.round += 1
        better = False
        for chain, (value, money_price, grades) in enumerate(results):
            self.money_price[chain] = money_price
            if value > self.best_value + 1e-12 * abs(value):
                self.best_value, self.best_grades, better = value, grades, True
        self.starts = [self.best_grades if chain == 0 else results[chain][2] for chain in range(N_CHAINS)]
        if results[1][0] < self.best_value * 0.998:
            self.starts[1] = self.best_grades
            self.money_price[1] = self.money_price[0]
        return better

    def _chain(self, chain: int, steps: int, temperature: float) -> tuple[float, float, npt.NDArray[np.int8]]:
        problem = self.problem
        state = state_of(problem, self.starts[chain])
        best = np.zeros_like(state.grade)
        value, spent, money_price = _search_kernels.search(
            np.random.default_rng((self.seed, self.round, chain)),
            steps,
            temperature,
            0.05 ** (1.0 / max(1, steps)),
            self.money_price[chain],
            0.0 if problem.budget_money is None else _DRIFT,
            self.thrift,
            self.budget,
            problem.n_services,
            problem.first_pair_of_row,
            problem.cell_of_pair,
            problem.first_pair_of_cell,
            problem.pair_of_cell,
            problem.row_of_pair,
            problem.worth,
            problem.room,
            problem.walkers,
            problem.grade_room,
            problem.grade_area_m2,
            problem.allowed,
            problem.open_money,
            problem.grade_money,
            problem.floor_m2,
            problem.small_floor_m2,
            problem.complex_floor_min_m2,
            problem.free_sets,
            problem.complex_functions,
            problem.must,
            self.usable,
            problem.neighbours,
            state.grade,
            state.room_left,
            state.pair_of,
            state.people,
            best,
        )
        n_space_rows = problem.n_spaces * problem.n_services
        return (
            value - self.thrift * spent,
            money_price,
            best[:n_space_rows].reshape(problem.n_spaces, problem.n_services).copy(),
        )
