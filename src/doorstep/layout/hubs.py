"""Whether a set of services may be a hub in a space."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.layout.limits import limit_amounts, limit_use, limit_use_of_hub
from doorstep.layout.problem import COMPLEX, DISPERSED, LayoutProblem

__all__ = [
    "affordable_must",
    "broken_hub_rules",
    "capital_of",
    "cheapest_hub",
    "hub_floor_m2",
    "smaller_grades",
    "smallest_grades",
]


def capital_of(
    problem: LayoutProblem, grades: npt.NDArray[np.int8], spaces: npt.NDArray[np.int64] | None = None
) -> int:
    """Return the money of all hubs, or of those in some spaces; ``grades`` has shape (n_spaces, n_services)."""
    here = np.arange(problem.n_spaces) if spaces is None else spaces
    chosen = grades[here].astype(np.int64)
    functions = (chosen > 0).sum(axis=1)
    kind = np.where(functions >= problem.complex_functions, COMPLEX, DISPERSED)
    at, service = np.nonzero(chosen)
    money = problem.grade_money[here[at], service, chosen[at, service] - 1, kind[at]].sum()
    return int(money + problem.open_money[here[functions > 0]].sum())


def hub_floor_m2(problem: LayoutProblem, grades: npt.NDArray[np.int8]) -> int:
    """Return the floor of the grades of one hub, without the common floor."""
    chosen = np.flatnonzero(grades)
    return int(problem.grade_area_m2[chosen, grades[chosen] - 1].sum())


def broken_hub_rules(problem: LayoutProblem, space: int, grades: npt.NDArray[np.int8]) -> list[str]:
    """Name the rules that a hub breaks.

    They are: grade-not-allowed, floor, complex-floor, complex-priority, forbidden-pair, rooms-not-shared (a service
    uses rooms of one that is not there, has too little floor or shares with another).

    Parameters
    ----------
    problem
        The layout problem.
    space
        Position of the space.
    grades
        Shape (n_services,), 0 for a service that is not there.

    Returns
    -------
    list of str
        Empty if the hub is allowed; a space without hub always is.
    """
    chosen = np.flatnonzero(grades)
    if not len(chosen):
        return []
    broken = []
    if not problem.allowed[space, chosen, grades[chosen] - 1].all():
        broken.append("grade-not-allowed")
    kind = COMPLEX if len(chosen) >= problem.complex_functions else DISPERSED
    floor = hub_floor_m2(problem, grades)
    if floor > problem.floor_m2[space, kind]:
        broken.append("floor")
    if kind == COMPLEX and floor < problem.complex_floor_min_m2:
        broken.append("complex-floor")
    mask = int(np.sum(1 << chosen))
    if kind == COMPLEX and (mask & problem.priority_services).bit_count() < problem.complex_priority:
        broken.append("complex-priority")
    if floor < problem.small_floor_m2[kind] and not any(int(free) & mask == mask for free in problem.free_sets):
        broken.append("forbidden-pair")
    if len(problem.shared) and not _are_shared(problem, grades):
        broken.append("rooms-not-shared")
    return broken


def _are_shared(problem: LayoutProblem, grades: npt.NDArray[np.int8]) -> bool:
    """Whether each shared grade has its lender, with floor enough, and nobody shares twice."""
    used = problem.shared[grades[problem.shared[:, 0]] == problem.shared[:, 1]]
    services = np.concatenate([used[:, 0], used[:, 3]])
    lender = grades[used[:, 3]]
    floor = np.where(lender > 0, problem.grade_area_m2[used[:, 3], lender - 1], -1)
    return len(np.unique(services)) == len(services) and bool((floor >= used[:, 4]).all())


def smallest_grades(
    problem: LayoutProblem, grades: npt.NDArray[np.int8], units_of_row: npt.NDArray[np.float64]
) -> npt.NDArray[np.int8]:
    """Shrink each service to the smallest allowed grade that holds its units; shut services without people.

    A change is made only if the hub stays allowed, does not cost more and keeps all limits; hubs that must be open keep
    one service.

    Parameters
    ----------
    problem
        The layout problem.
    grades
        Shape (n_spaces, n_services).
    units_of_row
        Shape (n_rows,): units used under an assignment.
    """
    result = grades.copy()
    left = limit_amounts(problem) - limit_use(problem, grades)
    for space in np.flatnonzero(grades.any(axis=1)).tolist():
        for service in np.flatnonzero(grades[space]):
            stints = np.flatnonzero(problem.stints[:, 0] == service)
            used = units_of_row[space * problem.n_stints + stints]
            options = [] if used.max() > 1e-9 else [0]
            options += [
                grade
                for grade in smaller_grades(problem, int(service), int(result[space, service]))
                if problem.allowed[space, service, grade - 1]
                and (problem.grade_room[stints, grade - 1] >= used * (1 + 1e-12)).all()
            ]
            for grade in options:
                trial = result[space].copy()
                trial[service] = grade
                if problem.must[space] and not trial.any():
                    continue
                cheaper = problem.hub_money(space, trial) < problem.hub_money(space, result[space])
                more = limit_use_of_hub(problem, space, trial) - limit_use_of_hub(problem, space, result[space])
                if cheaper and (more <= np.maximum(left, 0)).all() and not broken_hub_rules(problem, space, trial):
                    result[space] = trial
                    left -= more
                    break
    return result


def smaller_grades(problem: LayoutProblem, service: int, grade: int) -> list[int]:
    """Return the grades to try in place of one, the smallest first: smaller ones, and the same with rooms shared."""
    if problem.n_years > 1:
        area = problem.grade_area_m2[service]
        others = [one for one in range(1, problem.n_grades + 1) if one != grade and area[one - 1] <= area[grade - 1]]
        return sorted(others, key=lambda one: (area[one - 1], one))
    if not len(problem.shared):
        return list(range(1, grade))
    of_service = problem.shared[problem.shared[:, 0] == service]
    like = {**{one: one for one in range(1, problem.n_grades + 1)}, **dict(of_service[:, 1:3].tolist())}
    known = [one for one in like if like[one] <= like[grade] and one != grade and problem.grade_room[service, one - 1]]
    return sorted(known, key=lambda one: (like[one], problem.grade_area_m2[service, one - 1], one))


def cheapest_hub(problem: LayoutProblem, space: int) -> tuple[npt.NDArray[np.int8], int] | None:
    """Return grades and money of the cheapest hub that a space may hold, or ``None``: always one service alone."""
    best: tuple[npt.NDArray[np.int8], int] | None = None
    for service, grade in np.argwhere(problem.allowed[space]):
        trial = np.zeros(problem.n_services, dtype=np.int8)
        trial[service] = grade + 1
        money = problem.hub_money(space, trial)
        if not broken_hub_rules(problem, space, trial) and (best is None or money < best[1]):
            best = trial, money
    return best


def affordable_must(problem: LayoutProblem) -> tuple[npt.NDArray[np.int8], tuple[int, ...], int]:
    """Open the cheapest hub in every space that must hold one, as far as the money and the further limits go.

    Parameters
    ----------
    problem
        The layout problem.

    Returns
    -------
    grades
        Shape (n_spaces, n_services): a start that meets every requirement kept.
    dropped
        Spaces whose requirement money or limits cannot meet, the dearest first dropped.
    missing_money
        What is missing to meet all of them; 0 if only limits stand against it.
    """
    grades = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    wanted = []
    for space in np.flatnonzero(problem.must).tolist():
        hub = cheapest_hub(problem, space)
        if hub is not None:
            wanted.append((hub[1], space, hub[0]))
    wanted.sort(key=lambda one: one[:2])
    left = problem.budget_money
    of_limits = limit_amounts(problem)
    dropped: list[int] = []
    missing = 0
    for money, space, hub_grades in wanted:
        use = limit_use_of_hub(problem, space, hub_grades)
        if left is not None and money > left:
            dropped.append(space)
            missing += money
            continue
        if (use > of_limits).any():
            dropped.append(space)
            continue
        grades[space] = hub_grades
        of_limits -= use
        if left is not None:
            left -= money
    return grades, tuple(dropped), missing - (left or 0) if missing else 0
