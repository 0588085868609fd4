"""The whole way in one page: folder in; ledger, plan, accounts and checks out.

Command line, studio and notebooks call these functions and hold no logic of the domain.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from doorstep.asked_document import multipliers_of, with_limits_of
from doorstep.city import City, read_city
from doorstep.diagnosis import Diagnosis, diagnose, later_ledger_of, ledger_of
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
    enough_money,
    even_grades,
    greedy_grades,
    kept_floors,
    least_cost,
    prices_for,
    read_search_state,
    solve,
    with_budget,
    without_must,
    write_search_state,
)
from doorstep.plan_file import (
    Bound,
    LeastCostKept,
    PhaseKept,
    PlanFile,
    read_plan,
    write_later,
    write_ledger,
    write_plan,
)
from doorstep.plan_whole import plan_of
from doorstep.report import Results, write_plan_folder
from doorstep.residents import rates_of
from doorstep.standards import Profile, is_file_name, load_profile, profile_source
from doorstep.verify import check_plan
from doorstep.whole import whole_folder

__all__ = [
    "METHODS",
    "Diagnosis",
    "PlanMade",
    "PlanOptions",
    "diagnose",
    "layout_of",
    "make_least_cost",
    "make_plan",
    "plan_of_grades",
    "profile_of_plan",
    "read_inputs",
    "results_of",
    "state_to_resume",
    "write_files",
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
    branches: int | None = None
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
        profile's file that the city folder does not name; ``cohorts-unknown`` where later years are asked for without
        rates.
    """
    city = read_city(folder)
    if profile is not None and is_file_name(profile) and Path(profile).resolve() != Path(city.profile).resolve():
        # whoever checks the plan later finds the file only beside the city
        raise DoorstepError("profile-elsewhere", profile=profile, folder=folder)
    standard = load_profile(profile or city.profile, settings=settings or {}, overrides=city.overrides)
    if standard.convertible:
        rates_of(standard.rates or standard.id, 2025)  # before the walks: without rates there is no plan
    return city, standard


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
    problem, layout = layout_of(diagnosis, options, progress=progress, interrupted=interrupted, resume=resume)
    return PlanMade(results_of(diagnosis, problem, layout, options), layout.state)


def layout_of(
    diagnosis: Diagnosis,
    options: PlanOptions,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    interrupted: Callable[[], bool] = lambda: False,
    resume: SearchState | None = None,
) -> tuple[LayoutProblem, Layout]:
    """Find hubs and their bound, not yet written down or checked; see :func:`make_plan`.

    Returns
    -------
    problem, layout
        The problem with its budget, without requirements that cannot be met.
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
    return problem, layout


def make_least_cost(
    diagnosis: Diagnosis,
    options: PlanOptions,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> PlanMade:
    """Plan a city so that its floors of coverage are kept for least money.

    Parameters
    ----------
    diagnosis, options, progress, interrupted
        As for :func:`make_plan`; the budget is not read.

    Returns
    -------
    PlanMade
        Its budget is what it costs; ``plan.least_cost`` says what the floors cost at least.

    Raises
    ------
    DoorstepError
        ``targets-missing`` if the city has no floors, ``targets-not-met`` if no hubs were found that keep them.
    """
    problem = with_budget(diagnosis.problem, None)
    if not problem.floors:
        raise DoorstepError("targets-missing")
    params = SolveParams(rounds=options.rounds, seed=options.seed, workers=options.workers)
    found = least_cost(problem, params, stop=interrupted, progress=progress)
    if found is None:
        raise DoorstepError("targets-not-met", floors=", ".join(floor.name for floor in problem.floors))
    least = LeastCostKept(
        capital_money=found.money,
        bound_money=found.bound_money,
        gap=(found.money - found.bound_money) / found.money if found.money else 0.0,
        multipliers=dataclasses.replace(multipliers_of(diagnosis.profile, problem, found.prices), later={}),
    )
    paid = with_budget(problem, found.money)
    layout = _bounded(paid, found.grades, params)
    asked = dataclasses.replace(options, budget_money=found.money, method="least-cost")
    return PlanMade(results_of(diagnosis, paid, layout, asked, least=least), None)


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
    problem = with_limits_of(with_budget(diagnosis.problem, budget), grades)
    params = SolveParams(seed=options.seed, workers=options.workers)
    results = results_of(
        diagnosis,
        problem,
        _bounded(problem, grades, params),
        dataclasses.replace(options, budget_money=budget, method="evaluate"),
    )
    return PlanMade(results, None)


def _bounded(problem: LayoutProblem, grades: npt.NDArray[np.int8], params: SolveParams) -> Layout:
    """A layout of given hubs with a bound of its own."""
    assignment = assign(problem, grades)
    prices = prices_for(kept_floors(problem, assignment), rounds=params.bound_rounds, workers=params.workers)
    return Layout(grades, assignment, prices, 0, "evaluated")


def results_of(
    diagnosis: Diagnosis,
    problem: LayoutProblem,
    layout: Layout,
    options: PlanOptions,
    phase: int = 0,
    phases: tuple[PhaseKept, ...] = (),
    least: LeastCostKept | None = None,
) -> Results:
    """Write the plan as a document, have it checked, and put the larger bound into it.

    Parameters
    ----------
    diagnosis, problem, layout, options
        What was asked and found.
    phase, phases
        Which phase of which, see :class:`doorstep.plan_file.PhaseKept`.
    least
        What the floors cost at least, if that was asked.

    Raises
    ------
    VerificationError
        If the checker refuses the plan.
    """
    city, profile = diagnosis.city, diagnosis.profile
    need, served = ledger_of(city, profile, problem, diagnosis.demand, layout.grades, diagnosis.now, layout.assignment)
    later = later_ledger_of(city, profile, problem, layout.assignment)
    plan = plan_of(
        diagnosis,
        problem,
        layout,
        need,
        later,
        method=options.method,
        seed=options.seed,
        gap_target=options.gap_target,
        workers=options.workers,
    )
    plan = dataclasses.replace(plan, phase=phase, phases=phases, least_cost=least)
    verdict = check_plan(city, plan, need, served, later)
    if verdict.bound_checker is not None:
        bound = _with_checker(plan.bound, verdict.bound_checker)
        missed = plan.status == "gap_reached" and bound.gap > plan.gap_target
        plan = dataclasses.replace(plan, bound=bound, status="rounds_done" if missed else plan.status)
    refused = [violation for violation in verdict.violations if violation.code != "bound-too-low"]
    if refused:
        raise VerificationError("plan-refused", violations=tuple(refused), count=len(refused))
    return Results(city, profile, plan, need, served, diagnosis.assessment, diagnosis.bands, later)


def _with_checker(bound: Bound, checker: float) -> Bound:
    checker = float(checker)
    larger = max(bound.bound_engine, checker)
    gap = (larger - bound.objective) / bound.objective if bound.objective > 0 else 0.0
    return dataclasses.replace(bound, bound_checker=checker, bound=larger, gap=gap)


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
    with whole_folder(folder, ours="plan.json") as part:
        write_files(made, part, language, progress=progress)


def write_files(made: PlanMade, part: Path, language: str, *, progress: Callable[[str], None] | None = None) -> None:
    """Write the files of a plan into a folder that is there; see :func:`write_results`."""
    write_plan(made.results.plan, part)
    write_ledger(made.results.need, made.results.served, part)
    if made.results.plan.later:
        write_later(made.results.later, part)
    if made.state is not None:
        write_search_state(made.state, part)
    write_plan_folder(made.results, part, language, progress=progress)
