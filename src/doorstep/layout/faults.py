"""What is wrong with a layout problem that somebody put together: all of it at once, before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from doorstep.layout.problem import MAX_GRADES, LayoutProblem

__all__ = ["problem_faults", "refuse_faults"]

_NOT_NEGATIVE = (
    "walkers", "worth", "room", "facility_room", "grade_area_m2", "grade_room", "open_money", "grade_money", "floor_m2",
)  # fmt: skip
_WHOLE = ("open_money", "grade_money", "grade_area_m2", "floor_m2")


def refuse_faults(problem: LayoutProblem) -> None:
    """Raise ValueError with all that is wrong with a problem, if anything is.

    Parameters
    ----------
    problem
        The layout problem.

    Raises
    ------
    ValueError
        With every line of :func:`problem_faults`.
    """
    faults = problem_faults(problem)
    if faults:
        raise ValueError("The layout problem cannot be planned: " + "; ".join(faults))


def problem_faults(problem: LayoutProblem) -> list[str]:
    """Say what is wrong with a layout problem, and where.

    A budget of 0, nobody in need, spaces that reach nobody, services without a grade and capacities of 0 are not
    wrong: their plan is what can be had, which may be nothing.

    Parameters
    ----------
    problem
        The layout problem.

    Returns
    -------
    list of str
        Empty if it can be planned.
    """
    faults = list(_wrong_shapes(problem))
    if faults:
        return faults
    for name in _NOT_NEGATIVE:
        values = getattr(problem, name)
        # what may not be chosen has no price
        used = values if name != "grade_money" else np.where(problem.allowed[..., np.newaxis], values, 0)
        faults += _wrong_numbers(name, used)
    for name in _WHOLE:
        if getattr(problem, name).dtype.kind not in "iu":
            faults.append(f"{name} must be whole numbers of the smallest unit, not {getattr(problem, name).dtype}")
    if problem.budget_money is not None and not problem.budget_money >= 0:
        faults.append(f"budget_money is {problem.budget_money}: money cannot be below 0")
    faults += _wrong_pairs(problem)
    for at, (service, number, grade, lender, least) in enumerate(problem.shared.tolist()):
        known = 0 <= service < problem.n_services and 0 <= lender < problem.n_services and service != lender
        if not known or number <= MAX_GRADES or not 1 <= grade <= MAX_GRADES or least < 0:
            faults.append(
                f"shared[{at}] must be service, number above {MAX_GRADES}, size grade, another service, floor"
            )
    if ((problem.gives_way < -1) | (problem.gives_way >= problem.n_spaces)).any():
        faults.append(f"gives_way must be a space, 0 to {problem.n_spaces - 1}, or -1 for a facility that stays")
    for space in np.flatnonzero(problem.must & ~problem.allowed.any(axis=(1, 2)))[:5]:
        faults.append(f"space {space} must hold a hub, and no grade of any service is allowed there")
    return faults


def _wrong_shapes(problem: LayoutProblem) -> Iterator[str]:
    n_pairs = len(problem.worth)
    spaces, services = problem.n_spaces, problem.n_services
    grades = MAX_GRADES if not problem.shared.size else max(MAX_GRADES, int(problem.shared[:, 1].max()))
    grades = grades if problem.n_years == 1 else problem.n_grades
    wanted: dict[str, tuple[int, ...]] = {
        "walkers": (problem.n_cells,),
        "first_pair_of_row": (problem.n_rows + 1,),
        "first_pair_of_cell": (problem.n_cells + 1,),
        "facility_room": (problem.n_years * problem.n_facilities,),
        "grade_area_m2": (services, grades),
        "stints": (problem.n_stints, 3),
        "grade_room": (problem.n_stints, grades),
        "allowed": (spaces, services, grades),
        "open_money": (spaces,),
        "grade_money": (spaces, services, grades, 2),
        "shared": (len(problem.shared), 5),
        "floor_m2": (spaces, 2),
        "small_floor_m2": (2,),
        "must": (spaces,),
        "gives_way": (problem.n_facilities,),
        "space_m": (spaces, 2),
        **dict.fromkeys(("cell_of_pair", "row_of_pair", "pair_of_cell", "room", "walk_mm", "walk_ms"), (n_pairs,)),
    }
    for name, shape in wanted.items():
        if getattr(problem, name).shape != shape:
            yield f"{name} must have the shape {shape}, not {getattr(problem, name).shape}"


def _wrong_numbers(name: str, values: npt.NDArray[np.float64]) -> Iterator[str]:
    for wrong, what in ((np.isnan(values), "NaN"), (np.isinf(values), "infinite"), (values < 0, "negative")):
        if wrong.any():
            at = ", ".join(map(str, np.argwhere(wrong)[0]))
            yield f"{name}[{at}] is {what} ({int(wrong.sum())} such in all)"


def _wrong_pairs(problem: LayoutProblem) -> Iterator[str]:
    n_pairs = len(problem.worth)
    for name in ("first_pair_of_row", "first_pair_of_cell"):
        first = getattr(problem, name)
        if first[0] != 0 or first[-1] != n_pairs or (np.diff(first) < 0).any():
            yield f"{name} must rise from 0 to the number of pairs, {n_pairs}"
            return
    for name, most in (("cell_of_pair", problem.n_cells), ("pair_of_cell", n_pairs)):
        values = getattr(problem, name)
        if n_pairs and not (values.min() >= 0 and values.max() < most):
            yield f"{name} must lie from 0 to {most - 1}"
            return
    if not np.array_equal(
        problem.row_of_pair, np.repeat(np.arange(problem.n_rows), np.diff(problem.first_pair_of_row))
    ):
        yield "row_of_pair must tell the row of each pair as first_pair_of_row does"
    of_cell = np.repeat(np.arange(problem.n_cells), np.diff(problem.first_pair_of_cell))
    if not np.array_equal(problem.cell_of_pair[problem.pair_of_cell], of_cell):
        yield "pair_of_cell must list the pairs of each cell as first_pair_of_cell says"
    rows = problem.row_of_pair.astype(np.int64)
    stints = problem.stints[rows[rows < problem.n_space_rows] % max(1, problem.n_stints)]
    services = problem.cell_of_pair[rows < problem.n_space_rows] // max(1, problem.n_homes)
    if (services != stints[:, 2] * problem.n_services + stints[:, 1]).any():
        yield "a pair of a space serves a cell of another service: cells are numbered service * n_homes + home"
