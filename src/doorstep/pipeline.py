"""The whole way in one page: folder in; ledger, plan, accounts and checks out.

Command line, studio and notebooks call these functions and hold no logic of the domain.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

import doorstep
from doorstep.city import City, read_city
from doorstep.diagnosis import Diagnosis, diagnose, ledger_of
from doorstep.errors import DoorstepError, VerificationError
from doorstep.layout import (
    Layout,
    LayoutProblem,
    Progress,
    SearchState,
    SolveParams,
    affordable_must,
    assign,
    capital_of,
    cheapest_hub,
    enough_money,
    even_grades,
    greedy_grades,
    prices_for,
    read_search_state,
    solve,
    with_budget,
    without_must,
    write_search_state,
)
from doorstep.plan_document import area_findings, coverage_of, hubs_of, unmet_of
from doorstep.plan_file import FORMAT, Bound, Multipliers, PlanFile, read_plan, write_ledger, write_plan
from doorstep.proof_document import proof_of
from doorstep.report import Results, write_plan_folder
from doorstep.standards import Profile, is_file_name, load_profile, profile_source
from doorstep.verify import check_plan
from doorstep.whole import whole_folder

__all__ = [
    "METHODS",
    "Diagnosis",
    "PlanMade",
    "PlanOptions",
    "diagnose",
    "make_plan",
    "plan_of_grades",
    "profile_of_plan",
    "read_inputs",
    "state_to_resume",
    "write_results",
]

METHODS = ("engine", "greedy", "even")


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a planner asks for.

    Parameters
    ----------
    budget_money
        Capital, minor units; ``None``: no limit.
    method
        engine, greedy or even.
    gap_target, rounds, branches, seed, workers
        See :class:`doorstep.layout.SolveParams`.
    time_limit_s
        Keep the rounds that fit; ``None``: all.
    """

    budget_money: int | None = None
    method: str = "engine"
    gap_target: float = 0.01
    rounds: int = 60
    branches: int = 1_000
    seed: int = 0
    workers: int = 2
    time_limit_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlanMade:
    """A checked plan, and where its search stood (``None`` if it was not searched)."""

    results: Results
    state: SearchState | None


def read_inputs(
    folder: Path, *, profile: str | None = None, settings: Mapping[str, str] | None = None
) -> tuple[City, Profile]:
    """Read a city folder and the standard it is planned by.

    Parameters
    ----------
    folder
        City folder.
    profile
        Name of a profile instead of the city's own.
    settings
        ``--set`` keys.

    Raises
    ------
    InputError, DoorstepError
        All problems of the folder; unknown profile or setting; profile in another currency; ``profile-elsewhere``: a
        profile's file that the city folder does not name.
    """
    city = read_city(folder)
    if profile is not None and is_file_name(profile) and Path(profile).resolve() != Path(city.profile).resolve():
        # whoever checks the plan later finds the file only beside the city
        raise DoorstepError("profile-elsewhere", profile=profile, folder=folder)
    return city, load_profile(profile or city.profile, settings=settings or {}, overrides=city.overrides)


def make_plan(
    diagnosis: Diagnosis,
    options: PlanOptions,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    interrupted: Callable[[], bool] = lambda: False,
    resume: SearchState | None = None,
) -> PlanMade:
    """Plan a city.

    Parameters
    ----------
    diagnosis
        The city before any plan.
    options
        Budget, method, how long.
    progress
        Told where the solver stands.
    interrupted
        Asked after each round; True keeps the best plan so far.
    resume
        Where an earlier search of the same city, budget and seed stood.

    Returns
    -------
    PlanMade
        Checked by the independent checker.

    Raises
    ------
    VerificationError
        If the checker refuses the plan.
    """
    problem = with_budget(diagnosis.problem, options.budget_money)
    start, dropped, _ = affordable_must(problem)
    problem = without_must(problem, dropped)
    params = SolveParams(
        rounds=options.rounds,
        branches=options.branches,
        gap_target=options.gap_target,
        seed=options.seed,
        workers=options.workers,
    )
    started = time.monotonic()

    def stop() -> bool:
        late = options.time_limit_s is not None and time.monotonic() - started > options.time_limit_s
        return late or interrupted()

    if options.method == "engine":
        layout = solve(problem, params, stop=stop, progress=progress, resume=resume)
    else:
        budget = problem.budget_money if problem.budget_money is not None else enough_money(problem)
        budget -= capital_of(problem, start)
        if options.method == "greedy":
            grades = greedy_grades(problem, start=start, budget_money=budget)
        else:
            numbers = {name: number for number, name in enumerate(diagnosis.city.communities["id"])}
            community = diagnosis.city.spaces["community"].map(numbers).fillna(-1).to_numpy(np.int64)
            grades = even_grades(problem, community, start=start, budget_money=budget)
        layout = _bounded(problem, grades, params)
    return PlanMade(_results(diagnosis, problem, layout, options), layout.state)


def plan_of_grades(diagnosis: Diagnosis, grades: npt.NDArray[np.int8], options: PlanOptions) -> PlanMade:
    """Put a planner's own hubs through the same ledger, accounts and checks.

    Parameters
    ----------
    diagnosis
        The city before any plan.
    grades
        Shape (n_spaces, n_services).
    options
        Budget (default: what the hubs cost) for the bound.

    Returns
    -------
    PlanMade
        ``plan.bound`` says how much better any plan with the same money can be.
    """
    budget = options.budget_money
    if budget is None:
        budget = capital_of(diagnosis.problem, grades)
    problem = with_budget(diagnosis.problem, budget)
    params = SolveParams(seed=options.seed, workers=options.workers)
    results = _results(
        diagnosis,
        problem,
        _bounded(problem, grades, params),
        dataclasses.replace(options, budget_money=budget, method="evaluate"),
    )
    return PlanMade(results, None)


def _bounded(problem: LayoutProblem, grades: npt.NDArray[np.int8], params: SolveParams) -> Layout:
    """A layout of given hubs with a bound of its own."""
    assignment = assign(problem, grades)
    prices = prices_for(problem, rounds=params.bound_rounds, workers=params.workers)
    return Layout(grades, assignment, prices, 0, "evaluated")


def _results(diagnosis: Diagnosis, problem: LayoutProblem, layout: Layout, options: PlanOptions) -> Results:
    """Write the plan as a document, have it checked, and put the larger bound into it."""
    city, profile = diagnosis.city, diagnosis.profile
    need, served = ledger_of(city, profile, problem, diagnosis.demand, layout.grades, diagnosis.now, layout.assignment)
    plan = _plan_file(diagnosis, problem, layout, options, need)
    verdict = check_plan(city, plan, need, served)
    if verdict.bound_checker is not None:
        plan = dataclasses.replace(plan, bound=_with_checker(plan.bound, verdict.bound_checker))
    refused = [violation for violation in verdict.violations if violation.code != "bound-too-low"]
    if refused:
        raise VerificationError("plan-refused", violations=tuple(refused), count=len(refused))
    return Results(city, profile, plan, need, served, diagnosis.assessment, diagnosis.bands)


def _with_checker(bound: Bound, checker: float) -> Bound:
    checker = float(checker)
    larger = max(bound.bound_engine, checker)
    gap = (larger - bound.objective) / bound.objective if bound.objective > 0 else 0.0
    return dataclasses.replace(bound, bound_checker=checker, bound=larger, gap=gap)


def _plan_file(
    diagnosis: Diagnosis,
    problem: LayoutProblem,
    layout: Layout,
    options: PlanOptions,
    need: pd.DataFrame,
) -> PlanFile:
    city, profile = diagnosis.city, diagnosis.profile
    objective, engine = layout.assignment.worth, layout.prices.bound
    hubs = hubs_of(city, profile, diagnosis.demand, problem, layout)
    findings = area_findings(city, profile, hubs)
    _, dropped, missing_money = affordable_must(with_budget(diagnosis.problem, problem.budget_money))
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
        method=options.method,
        budget_money=problem.budget_money,
        seed=options.seed,
        rounds=layout.rounds,
        gap_target=options.gap_target,
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
        coverage=coverage_of(profile, diagnosis.supply, problem, layout, diagnosis.now, need, hubs),
        hubs=hubs,
        unmet=unmet_of(
            city,
            profile,
            problem,
            (*(finding for hub in hubs for finding in hub.findings), *findings),
            dropped=dropped,
            missing_money=missing_money,
            cheapest_money=None if hubs else _cheapest_money(problem),
        ),
        limits_bound=diagnosis.limits,
        findings=findings,
        multipliers=Multipliers(
            budget=layout.prices.money,
            need={
                service.id: tuple(
                    layout.prices.need[number * problem.n_homes : (number + 1) * problem.n_homes].tolist()
                )
                for number, service in enumerate(profile.services)
            },
        ),
        proof=proof_of(layout.proof),
        branches=layout.branches,
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


def state_to_resume(folder: Path, city: City, profile: Profile, options: PlanOptions) -> SearchState:
    """Read where the search of a plan folder stood.

    Raises
    ------
    DoorstepError
        ``nothing-to-resume``; ``resume-differs`` if that plan had other inputs, settings, budget or seed.
    """
    before = read_plan(folder)
    same = (
        before.inputs == dict(city.inputs)
        and before.profile == profile.id
        and before.settings == dict(profile.settings)
        and before.budget_money == options.budget_money
        and before.seed == options.seed
        and before.method == options.method == "engine"
    )
    if not same:
        raise DoorstepError("resume-differs", folder=str(folder))
    return read_search_state(folder)


def profile_of_plan(city: City, plan: PlanFile) -> Profile:
    """Load the profile that a plan was made by: its settings, and the overrides that the city folder itself holds."""
    of_city = {(override.key, override.value) for override in city.overrides}
    own = {key: value for key, value in plan.settings.items() if (key, value) not in of_city}
    return load_profile(profile_source(city.profile, plan.profile), settings=own, overrides=city.overrides)


def write_results(
    made: PlanMade, folder: Path, language: str, *, progress: Callable[[str], None] | None = None
) -> None:
    """Write a plan folder, whole or not at all.

    Parameters
    ----------
    made
        From :func:`make_plan`.
    folder
        New, empty, or an older plan folder, which is replaced.
    language
        en or zh.
    progress
        Told each file.

    Raises
    ------
    DoorstepError
        ``output-not-ours``, ``output-failed``.
    """
    results = made.results
    with whole_folder(folder, ours="plan.json") as part:
        write_plan(results.plan, part)
        write_ledger(results.need, results.served, part)
        if made.state is not None:
            write_search_state(made.state, part)
        write_plan_folder(results, part, language, progress=progress)
