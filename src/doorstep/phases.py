"""A plan over years: money comes in phases, what opens stays and may grow, and each phase is good in itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

import numpy as np
import numpy.typing as npt

from doorstep.city import City
from doorstep.costs import MINOR_UNITS
from doorstep.diagnosis import Diagnosis
from doorstep.errors import DoorstepError
from doorstep.layout import Layout, LayoutProblem, Progress, SolveParams, assign, capital_of, like_grades, solve
from doorstep.pipeline import PlanMade, PlanOptions, layout_of, results_of, write_files
from doorstep.plan_document import opening_day
from doorstep.plan_file import PhaseKept
from doorstep.whole import whole_folder

__all__ = ["PhaseAsked", "make_phases", "phases_asked", "write_phases"]

_MOST_MONEY = 10**13


@dataclass(frozen=True, slots=True)
class PhaseAsked:
    """Money that a phase adds, minor units; spaces that open after ``until`` (year-month-day, "": no matter) wait."""

    name: str
    budget_money: int
    until: str


def make_phases(
    diagnosis: Diagnosis,
    phases: Sequence[PhaseAsked],
    options: PlanOptions,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> tuple[PlanMade, ...]:
    """Plan a city in phases.

    Parameters
    ----------
    diagnosis
        The city before any plan.
    phases
        In order.
    options
        As for :func:`doorstep.pipeline.make_plan`; its budget is not read.
    progress, interrupted
        As there.

    Returns
    -------
    tuple of PlanMade
        One plan for each phase: all that is open by its end, checked, with the proven bound of the problem that has
        all the money so far and no other phases.

    Raises
    ------
    DoorstepError
        ``phases-order`` if a phase ends before the one before it.

    Notes
    -----
    The last phase is planned first, with all the money; each earlier one is the best that can be made of the hubs of
    the next with its money: services may be missing there or be of a smaller grade. So plans nest by construction. A
    space that must hold a hub must do so at the end.
    """
    days = [phase.until for phase in phases if phase.until]
    if days != sorted(days):
        raise DoorstepError("phases-order", days=", ".join(days))
    money = np.cumsum([phase.budget_money for phase in phases]).tolist()
    problems = [_of_phase(diagnosis, phase, last=phase is phases[-1]) for phase in phases]
    asked = [dataclasses.replace(options, budget_money=int(budget)) for budget in money]
    cities = [dataclasses.replace(diagnosis, problem=problem) for problem in problems]
    alone = [
        layout_of(city, option, progress=progress, interrupted=interrupted)
        for city, option in zip(cities, asked, strict=True)
    ]
    layouts = [alone[-1][1]]
    for number in range(len(phases) - 2, -1, -1):
        problem, single = alone[number]
        layouts.insert(0, _within_next(problem, single, layouts[0], options, progress, interrupted))
    rows = tuple(
        _row(diagnosis, phase, problem, layout, single)
        for phase, layout, (problem, single) in zip(phases, layouts, alone, strict=True)
    )
    made = []
    for number, layout in enumerate(layouts, start=1):
        at = number - 1
        results = results_of(cities[at], alone[at][0], layout, asked[at], number, rows)
        made.append(PlanMade(results, None))
    # the checker's bound of each phase may be the larger; then all say so
    rows = tuple(
        dataclasses.replace(row, bound=one.results.plan.bound.bound, gap=one.results.plan.bound.gap)
        for row, one in zip(rows, made, strict=True)
    )
    return tuple(
        dataclasses.replace(
            one, results=dataclasses.replace(one.results, plan=dataclasses.replace(one.results.plan, phases=rows))
        )
        for one in made
    )


def phases_asked(city: City, given: str | None) -> tuple[PhaseAsked, ...]:
    """Return the phases to plan: those given as ``NAME=MONEY,NAME=MONEY`` (major units), else the city's own.

    Raises
    ------
    DoorstepError
        ``phases-form`` if the text is no such list, or there is none; ``currency-unknown``.
    """
    if city.currency not in MINOR_UNITS:
        raise DoorstepError("currency-unknown", currency=city.currency, known=", ".join(sorted(MINOR_UNITS)))
    minor = MINOR_UNITS[city.currency]

    def whole(amount: Decimal) -> int:
        return int((amount * minor).to_integral_value(ROUND_HALF_UP))

    if given is None:
        asked = tuple(PhaseAsked(one.name, whole(one.budget), one.until) for one in city.asked.phases)
    else:
        own = {one.name: one.until for one in city.asked.phases}
        found = []
        for one in given.split(","):
            name, _, money = (part.strip() for part in one.partition("="))
            try:
                amount = Decimal(money)
            except InvalidOperation:
                amount = Decimal("NaN")
            if not name or not amount.is_finite() or not 0 <= amount <= _MOST_MONEY:
                raise DoorstepError("phases-form", given=given)
            found.append(PhaseAsked(name, whole(amount), own.get(name, "")))
        asked = tuple(found)
    if not asked or len({one.name for one in asked}) < len(asked):
        raise DoorstepError("phases-form", given=given or "")
    return asked


def write_phases(
    made: Sequence[PlanMade], folder: Path, language: str, *, progress: Callable[[str], None] | None = None
) -> None:
    """Write the plan of the last phase, and in ``phases/N`` a folder of the same form for each phase before it.

    Raises
    ------
    DoorstepError
        ``output-not-ours``, ``output-failed``.
    """
    with whole_folder(folder, ours="plan.json") as part:
        write_files(made[-1], part, language, progress=progress)
        for number, one in enumerate(made[:-1], start=1):
            place = part / "phases" / str(number)
            place.mkdir(parents=True)
            write_files(one, place, language, progress=progress)


def _of_phase(diagnosis: Diagnosis, phase: PhaseAsked, *, last: bool) -> LayoutProblem:
    """Return the problem of a phase: what opens too late is shut; what must be and floors are asked of the last."""
    problem = diagnosis.problem
    allowed, must = problem.allowed.copy(), problem.must.copy()
    for space, row in enumerate(diagnosis.city.spaces.itertuples()):
        day = opening_day(row.available_from, row.channel, diagnosis.profile)
        if phase.until and day > phase.until:
            allowed[space], must[space] = False, False
    floors = problem.floors if last else ()
    return dataclasses.replace(problem, allowed=allowed, must=must & last, floors=floors)


def _within_next(
    problem: LayoutProblem,
    single: Layout,
    after: Layout,
    options: PlanOptions,
    progress: Callable[[Progress], None],
    interrupted: Callable[[], bool],
) -> Layout:
    """Return the best hubs of a phase among those of the next, with the bound of the phase alone."""
    within = _no_larger(problem, after)
    params = SolveParams(
        rounds=options.rounds,
        branches=options.branches,
        gap_target=options.gap_target,
        seed=options.seed,
        workers=options.workers,
    )
    inside = dataclasses.replace(problem, allowed=problem.allowed & within)
    found = solve(inside, params, stop=interrupted, progress=progress)
    spaces, services = np.nonzero(single.grades)
    nested = within[spaces, services, single.grades[spaces, services] - 1].all()
    if nested and single.assignment.worth > found.assignment.worth:
        return single
    assignment = assign(problem, found.grades)
    gap = (single.prices.bound - assignment.worth) / max(assignment.worth, 1e-300)
    status = "gap_reached" if gap <= options.gap_target else "rounds_done"
    # what is proven is the bound of the phase alone, not of what lies within the next
    return dataclasses.replace(
        found,
        assignment=assignment,
        prices=single.prices,
        status=status,
        state=None,
        proof=single.proof,
        branches=single.branches,
    )


def _no_larger(problem: LayoutProblem, after: Layout) -> npt.NDArray[np.bool_]:
    """Which grades are no larger than those of the next phase, in places and in floor that is made.

    Shape (n_spaces, n_services, n_grades).
    """
    service = np.arange(problem.n_services)
    like = like_grades(problem)
    area = np.column_stack([np.zeros(problem.n_services, dtype=np.int64), problem.grade_area_m2])
    next_like, next_area = like[service, after.grades], area[service, after.grades]
    within: npt.NDArray[np.bool_] = like[None, :, 1:] <= next_like[:, :, None]
    if len(problem.shared):
        within &= area[None, :, 1:] <= next_area[:, :, None]
    return within


def _row(diagnosis: Diagnosis, phase: PhaseAsked, problem: LayoutProblem, layout: Layout, single: Layout) -> PhaseKept:
    ids = diagnosis.city.spaces["id"].tolist()
    services = [service.id for service in diagnosis.profile.services]
    like = like_grades(problem)
    worth, best = layout.assignment.worth, max(single.assignment.worth, layout.assignment.worth)
    bound = layout.prices.bound
    return PhaseKept(
        name=phase.name,
        until=phase.until,
        budget_money=problem.budget_money or 0,
        capital_money=capital_of(problem, layout.grades),
        objective=worth,
        bound=bound,
        gap=(bound - worth) / worth if worth > 0 else 0.0,
        single_objective=best,
        regret=(best - worth) / worth if worth > 0 else 0.0,
        hubs={
            ids[space]: {
                services[s]: int(like[s, layout.grades[space, s]]) for s in np.flatnonzero(layout.grades[space])
            }
            for space in np.flatnonzero(layout.grades.any(axis=1)).tolist()
        },
    )
