"""A plan of a city that serves the worst-off first: what every group shall have, and the most users beyond that."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from doorstep.asked_document import floors_asked
from doorstep.diagnosis import Diagnosis
from doorstep.errors import DoorstepError
from doorstep.fairness import fair_groups, fair_groups_of_all, floor_of
from doorstep.layout import (
    FairGroup,
    FairLevel,
    FairParams,
    Layout,
    Progress,
    SolveParams,
    fairest,
    floors_of,
    solved_under_floors,
)
from doorstep.pipeline import PlanMade, PlanOptions, layout_of, results_of

__all__ = ["LEVELS", "FairPlan", "fair_plan", "floors_text"]

LEVELS = 3
"""Of so many of the worst-off the level is raised one after the other, unless asked otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class FairPlan:
    """A fair plan beside the usual one.

    Parameters
    ----------
    found
        The city before any plan; it asks for the shares that every group has in the plan.
    by, service
        What groups are by; a service or ``all``.
    groups, least
        Who is held against whom, and the share that each is given at least.
    levels
        The worst-off first, see :class:`doorstep.layout.FairLevel`.
    usual
        The plan with the same money that only counts users.
    layout, made
        The plan, as arrays and as a checked document.
    """

    found: Diagnosis
    by: str
    service: str
    groups: tuple[FairGroup, ...]
    least: tuple[float, ...]
    levels: tuple[FairLevel, ...]
    usual: Layout
    layout: Layout
    made: PlanMade

    @property
    def cost(self) -> float:
        """Weighted users that the usual plan has more."""
        return self.usual.assignment.worth - self.layout.assignment.worth

    @property
    def least_cost(self) -> float:
        """Proven: every plan that gives all groups as much has fewer weighted users than the usual one by this."""
        return max(0.0, self.usual.assignment.worth - self.made.results.plan.bound.bound)


def fair_plan(
    found: Diagnosis,
    options: PlanOptions,
    *,
    by: str = "community",
    service: str | None = None,
    levels: int = LEVELS,
    progress: Callable[[Progress], None] = lambda _: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> FairPlan:
    """Plan a city for the worst-off first.

    Parameters
    ----------
    found
        The city before any plan.
    options
        Budget, gap, rounds, seed.
    by
        One of :data:`doorstep.fairness.BY`.
    service
        Id of the service that counts; ``None``: all together.
    levels
        Of how many of the worst-off the level is raised.
    progress, interrupted
        As for :func:`doorstep.pipeline.make_plan`.

    Returns
    -------
    FairPlan
        Its floors stand in the plan as if the city had asked for them, and the checker derives them again.

    Raises
    ------
    DoorstepError
        ``fair-no-groups`` if no place could take anybody of any group.
    """
    groups = fair_groups_of_all(found, by) if service is None else fair_groups(found, by, [service])
    if not groups:
        raise DoorstepError("fair-no-groups")
    problem, usual = layout_of(found, options, progress=progress, interrupted=interrupted)
    params = FairParams(levels=levels, seed=options.seed, workers=options.workers)

    def told(done: int, total: int) -> None:
        progress(Progress("levels", done, total, float("nan"), 0.0))

    best = fairest(problem, groups, usual, params, stop=interrupted, told=told)

    names = {one.name for one in found.city.asked.floors}
    floors = tuple(
        floor_of(group, float(least), names) for group, least in zip(groups, best.least, strict=True) if least > 0.0
    )
    city = dataclasses.replace(found.city, asked=dataclasses.replace(found.city.asked, of_plan=floors))
    every = floors_of(city, found.profile, found.demand)
    asked = dataclasses.replace(found, city=city, problem=dataclasses.replace(found.problem, floors=every))
    problem = dataclasses.replace(problem, floors=every)
    solving = SolveParams(
        rounds=options.rounds, gap_target=options.gap_target, seed=options.seed, workers=options.workers
    )
    layout = solved_under_floors(problem, best.grades, usual.prices, solving, stop=interrupted, progress=progress)
    results = results_of(asked, problem, layout, dataclasses.replace(options, method="fair"))
    least_of_all = tuple(float(one) for one in best.least)
    return FairPlan(
        asked, by, service or "all", groups, least_of_all, best.levels, usual, layout, PlanMade(results, None)
    )


def floors_text(plan: FairPlan) -> str:
    """Return what every group is given as lines of ``city.toml``: then every later plan is asked for the same."""
    lines = []
    for one in floors_asked(plan.found.city):
        lines += ["[[floors]]", f"name = {_quoted(one.name)}", f'service = "{one.service}"', f"least = {one.least:.4f}"]
        for key, names in (("communities", one.communities), ("ages", one.ages)):
            if names:
                lines.append(f"{key} = [{', '.join(_quoted(name) for name in names)}]")
        lines.append("")
    return "\n".join(lines)


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
