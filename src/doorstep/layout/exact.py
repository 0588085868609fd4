"""The whole model of a small city as one integer programme."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from doorstep.layout.floors import cells_of
from doorstep.layout.problem import LayoutProblem

__all__ = ["MOST_PAIRS", "MOST_SPACES", "is_small", "whole_model_grades"]

MOST_PAIRS = 4_000
MOST_SPACES = 12
_MOST_NODES = 5_000
_MISSING = 20.0


def is_small(problem: LayoutProblem) -> bool:
    """Return whether the whole model is small enough to be solved as one integer programme in seconds."""
    return problem.n_spaces <= MOST_SPACES and len(problem.worth) <= MOST_PAIRS


class _Model:
    """Rows and columns of an integer programme, gathered one by one."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.entries: list[tuple[int, int, float]] = []
        self.row_lower: list[float] = []
        self.row_upper: list[float] = []

    def column(self, cost: float, upper: float, *, whole: bool) -> int:
        self.cost.append(cost)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, terms: list[tuple[int, float]], *, lower: float = -np.inf, upper: float = np.inf) -> None:
        self.entries.extend((len(self.row_lower), column, value) for column, value in terms)
        self.row_lower.append(lower)
        self.row_upper.append(upper)


def whole_model_grades(problem: LayoutProblem, *, most_nodes: int | None = _MOST_NODES) -> npt.NDArray[np.int8]:
    """Solve a small layout problem whole with HiGHS (by SciPy).

    Parameters
    ----------
    problem
        Small (see :func:`is_small`).
    most_nodes
        Work is ended after so many; ``None``: when the optimum is proven.

    Returns
    -------
    array of shape (n_spaces, n_services)
        Grades of the best plan found within a fixed number of nodes (the optimum unless that limit was met). Where the
        budget does not allow all hubs that must be open, no hub.

    Notes
    -----
    The plans of the engine are compared with it; its bound stands in no certificate.
    """
    model = _Model()
    share = [model.column(-problem.worth[p] * problem.walkers[problem.cell_of_pair[p]], 1.0, whole=False)
             for p in range(len(problem.worth))]  # fmt: skip
    for cell in range(problem.n_cells):
        pairs = problem.pair_of_cell[problem.first_pair_of_cell[cell] : problem.first_pair_of_cell[cell + 1]]
        if len(pairs):
            model.row([(share[p], 1.0) for p in pairs], upper=1.0)

    in_grade: dict[tuple[int, int, int, int], int] = {}
    kinds_of_space: list[list[int]] = []
    budget: list[tuple[int, float]] = []
    limited: list[list[tuple[int, float]]] = [[] for _ in problem.limits]
    for space in range(problem.n_spaces):
        kinds = [model.column(0.0, 1.0, whole=True) for _ in range(2)]
        kinds_of_space.append(kinds)
        model.row([(kind, 1.0) for kind in kinds], lower=float(problem.must[space]), upper=1.0)
        budget.extend((kind, float(problem.open_money[space])) for kind in kinds)
        for terms, limit in zip(limited, problem.limits, strict=True):
            terms.extend((kind, float(limit.open_units[space])) for kind in kinds)
        for kind, is_kind in enumerate(kinds):
            here: dict[int, list[int]] = {}
            floor: list[tuple[int, float]] = []
            for service in range(problem.n_services):
                for grade in range(problem.n_grades):
                    if problem.allowed[space, service, grade]:
                        column = model.column(0.0, 1.0, whole=True)
                        in_grade[space, service, grade, kind] = column
                        here.setdefault(service, []).append(column)
                        floor.append((column, float(problem.grade_area_m2[service, grade])))
                        budget.append((column, float(problem.grade_money[space, service, grade, kind])))
                        for terms, limit in zip(limited, problem.limits, strict=True):
                            terms.append((column, float(limit.grade_units[space, service, grade, kind])))
            for columns in here.values():
                model.row([(c, 1.0) for c in columns] + [(is_kind, -1.0)], upper=0.0)
            every = [(c, 1.0) for columns in here.values() for c in columns]
            if kind == 0:
                model.row([*every, (is_kind, -float(problem.complex_functions - 1))], upper=0.0)
                model.row([*every, (is_kind, -1.0)], lower=0.0)
            else:
                model.row([*every, (is_kind, -float(problem.complex_functions))], lower=0.0)
                model.row([*floor, (is_kind, -float(problem.complex_floor_min_m2))], lower=0.0)
                priority = [
                    (c, 1.0) for s, columns in here.items() if problem.priority_services >> s & 1 for c in columns
                ]
                model.row([*priority, (is_kind, -float(problem.complex_priority))], lower=0.0)
            model.row([*floor, (is_kind, -float(problem.floor_m2[space, kind]))], upper=0.0)
            _forbid_pairs(model, problem, here, floor, kind)
            _tie_shared(model, problem, space, kind, in_grade)
    space_of_row = problem.space_of_facility_row
    for row in range(problem.n_rows):
        of_row = range(problem.first_pair_of_row[row], problem.first_pair_of_row[row + 1])
        terms = [(share[p], problem.room[p] * problem.walkers[problem.cell_of_pair[p]]) for p in of_row]
        if row >= problem.n_space_rows:
            room, gives_way = (
                problem.facility_room[row - problem.n_space_rows],
                space_of_row[row - problem.n_space_rows],
            )
            closes = [(kind, room) for kind in kinds_of_space[gives_way]] if gives_way >= 0 else []
            model.row([*terms, *closes], upper=room)
            continue
        space, stint = divmod(row, problem.n_stints)
        service = int(problem.stints[stint, 0])
        grades = [
            (in_grade[space, service, grade, kind], -problem.grade_room[stint, grade])
            for grade in range(problem.n_grades)
            for kind in range(2)
            if (space, service, grade, kind) in in_grade and problem.grade_room[stint, grade] > 0
        ]
        model.row([*terms, *grades], upper=0.0)
        for p in of_row:
            model.row([(share[p], 1.0), *((column, -1.0) for column, _ in grades)], upper=0.0)
    if problem.budget_money is not None:
        unit = max(1.0, problem.budget_money / 1e4)
        model.row([(column, money / unit) for column, money in budget], upper=problem.budget_money / unit)
    for terms, limit in zip(limited, problem.limits, strict=True):
        unit = max(1.0, limit.amount / 1e4)
        model.row([(column, units / unit) for column, units in terms if units], upper=limit.amount / unit)
    _floors(model, problem, share)

    solution = _solved(model, most_nodes)
    result = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    if solution is not None:
        for (space, service, grade, _), column in in_grade.items():
            if solution[column] > 0.5:
                result[space, service] = grade + 1
    return result


def _floors(model: _Model, problem: LayoutProblem, share: list[int]) -> None:
    """So many people of each floor, less those whom no plan can reach: they cost more than all else is worth."""
    if not problem.floors:
        return
    everything = float(np.sum(problem.worth * problem.walkers[problem.cell_of_pair]))
    for floor in problem.floors:
        of_cell = np.zeros(problem.n_cells)
        of_cell[cells_of(problem, floor)] = floor.share
        counted = np.flatnonzero(of_cell[problem.cell_of_pair] > 0)
        missing = model.column(_MISSING * everything / max(1.0, floor.people), np.inf, whole=False)
        people = (of_cell * problem.walkers)[problem.cell_of_pair[counted]]
        terms = [(share[p], float(one)) for p, one in zip(counted.tolist(), people, strict=True)]
        model.row([*terms, (missing, 1.0)], lower=floor.people)


def _forbid_pairs(
    model: _Model, problem: LayoutProblem, here: dict[int, list[int]], floor: list[tuple[int, float]], kind: int
) -> None:
    """Bar pairs of services that no free set holds, unless the hub's floor is large."""
    small = float(problem.small_floor_m2[kind])
    for a in here:
        for b in here:
            both = (1 << a) | (1 << b)
            if a < b and small > 0 and not any(int(mask) & both == both for mask in problem.free_sets):
                is_large = model.column(0.0, 1.0, whole=True)
                model.row([*floor, (is_large, -small)], lower=0.0)
                model.row([(c, 1.0) for c in here[a] + here[b]] + [(is_large, -1.0)], upper=1.0)


def _tie_shared(
    model: _Model, problem: LayoutProblem, space: int, kind: int, in_grade: dict[tuple[int, int, int, int], int]
) -> None:
    """Ask for the lender of each shared grade, with floor enough; each service lends or borrows once at most."""
    of_service: dict[int, list[tuple[int, float]]] = {}
    for service, number, _, lender, least in problem.shared.tolist():
        column = in_grade.get((space, service, number - 1, kind))
        if column is None:
            continue
        lends = [
            (in_grade[space, lender, grade, kind], -1.0)
            for grade in range(problem.n_grades)
            if problem.grade_area_m2[lender, grade] >= least and (space, lender, grade, kind) in in_grade
        ]
        model.row([(column, 1.0), *lends], upper=0.0)
        for one in (service, lender):
            of_service.setdefault(one, []).append((column, 1.0))
    for terms in of_service.values():
        model.row(terms, upper=1.0)


def _solved(model: _Model, most_nodes: int | None) -> npt.NDArray[np.float64] | None:
    """Return the values of the columns, or ``None`` if nothing is feasible."""
    rows, columns, values = zip(*model.entries, strict=True)
    matrix = coo_array((values, (rows, columns)), shape=(len(model.row_lower), len(model.cost))).tocsc()
    found = milp(
        np.array(model.cost),
        integrality=np.array(model.whole, dtype=np.int8),
        bounds=Bounds(0.0, np.array(model.upper)),
        constraints=LinearConstraint(matrix, model.row_lower, model.row_upper),
        options={"mip_rel_gap": 1e-9, **({} if most_nodes is None else {"node_limit": most_nodes})},
    )
    return None if found.x is None else np.asarray(found.x)
