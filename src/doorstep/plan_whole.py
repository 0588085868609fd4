"""The document of a plan, put together from its parts."""

from __future__ import annotations

import importlib.metadata
import platform

import pandas as pd

import doorstep
from doorstep.asked_document import conflict_of, floors_asked, floors_kept, limits_kept, multipliers_of, unmet_asked
from doorstep.costs import MINOR_UNITS
from doorstep.diagnosis import Diagnosis
from doorstep.layout import Layout, LayoutProblem, affordable_must, cheapest_hub, payments_of, with_budget
from doorstep.plan_document import area_findings, closed_facilities, coverage_of, hubs_of, later_needs, unmet_of
from doorstep.plan_file import FORMAT, Bound, PlanFile
from doorstep.proof_document import proof_of

__all__ = ["plan_of"]


def plan_of(
    diagnosis: Diagnosis,
    problem: LayoutProblem,
    layout: Layout,
    need: pd.DataFrame,
    later: pd.DataFrame,
    *,
    method: str,
    seed: int,
    gap_target: float,
    workers: int,
) -> PlanFile:
    """Write a plan as the document that people and programs read, not yet checked.

    Parameters
    ----------
    diagnosis, problem, layout
        What was planned, the problem that was solved, and what was found.
    need, later
        The ledger; who goes where in later years.
    method, seed, gap_target, workers
        As of :class:`doorstep.pipeline.PlanOptions`.
    """
    city, profile = diagnosis.city, diagnosis.profile
    objective, engine = layout.assignment.worth, layout.prices.bound
    hubs = hubs_of(city, profile, diagnosis.demand, problem, layout, diagnosis.converted)
    closed = closed_facilities(city, hubs)
    findings = area_findings(city, profile, hubs)
    _, dropped, missing_money = affordable_must(with_budget(diagnosis.problem, problem.budget_money))
    limits = limits_kept(diagnosis.problem, layout.grades)
    floors = floors_kept(diagnosis.problem, profile, layout.assignment)
    return PlanFile(
        format=FORMAT,
        made_by=_made_by(),
        city=city.name,
        profile=profile.id,
        currency=city.currency,
        crs=city.crs,
        language=city.language,
        made_up=city.made_up,
        attribution=tuple(dict.fromkeys(source.attribution for source in city.sources if source.attribution)),
        inputs=dict(city.inputs),
        settings=dict(profile.settings),
        method=method,
        budget_money=problem.budget_money,
        seed=seed,
        rounds=layout.rounds,
        gap_target=gap_target,
        status=layout.status,
        take_up_case=profile.take_up_case,
        capital_money=sum(hub.capital_money for hub in hubs),
        bound=Bound(
            objective=objective,
            bound_engine=engine,
            bound_checker=0.0,  # not yet asked
            bound=engine,
            gap=(engine - objective) / objective if objective > 0 else 0.0,
            proven=True,
        ),
        coverage=coverage_of(profile, diagnosis.supply, problem, layout, diagnosis.now, need, hubs, closed),
        hubs=hubs,
        unmet=(
            *unmet_of(
                city,
                profile,
                problem,
                (*(finding for hub in hubs for finding in hub.findings), *findings),
                dropped=dropped,
                missing_money=missing_money,
                cheapest_money=None if hubs else _cheapest_money(problem),
            ),
            *unmet_asked(limits, floors, MINOR_UNITS[city.currency], city.currency),
        ),
        limits_bound=diagnosis.limits,
        findings=findings,
        multipliers=multipliers_of(profile, problem, layout.prices),
        proof=proof_of(layout.proof),
        branches=layout.branches,
        limits=limits,
        floors=floors,
        payments=payments_of(city, profile, problem, layout.grades),
        later=later_needs(profile, diagnosis.supply, diagnosis.later, problem, layout.grades, later, closed),
        conflict=conflict_of(profile, problem, layout.assignment, workers),
        asked_floors=floors_asked(city),
    )


def _cheapest_money(problem: LayoutProblem) -> int | None:
    """Money of the cheapest hub of all, None if no space may hold one."""
    hubs = [cheapest_hub(problem, space) for space in range(problem.n_spaces)]
    return min((hub[1] for hub in hubs if hub is not None), default=None)


def _made_by() -> dict[str, str]:
    packages = ("numpy", "scipy", "numba", "pandas", "geopandas", "shapely", "pyproj", "osmium")
    return {
        "doorstep": doorstep.__version__,
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }
