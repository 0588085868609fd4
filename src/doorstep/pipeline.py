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
from doorstep.assess import assess, e2sfca
from doorstep.city import City, read_city
from doorstep.costs import capital
from doorstep.errors import DoorstepError, VerificationError
from doorstep.layout import (
    Assignment,
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
    layout_problem,
    ledger,
    prices_for,
    read_search_state,
    solve,
    units_of_rows,
    with_budget,
    without_must,
    write_search_state,
)
from doorstep.plan_document import area_findings, coverage_of, hubs_of, unmet_of
from doorstep.plan_file import FORMAT, Bound, LimitBound, Multipliers, PlanFile, read_plan, write_ledger, write_plan
from doorstep.report import Results, write_plan_folder
from doorstep.residents import Demand, Supply, demand, supply
from doorstep.standards import Profile, load_profile
from doorstep.verify import check_plan
from doorstep.walk import Connections, Network, Pairs, build_network, connect, walk_pairs
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
_LOOK_FURTHER = 2  # facilities are looked for up to twice the limit, so that "how far is the nearest" has an answer


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a planner asks for.

    Parameters
    ----------
    budget_money
        Capital, minor units; ``None``: no limit.
    method
        engine, greedy or even.
    gap_target, rounds, seed, workers
        See :class:`doorstep.layout.SolveParams`.
    time_limit_s
        Keep the rounds that fit; ``None``: all.
    """

    budget_money: int | None = None
    method: str = "engine"
    gap_target: float = 0.01
    rounds: int = 60
    seed: int = 0
    workers: int = 2
    time_limit_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """A city before any plan: everything up to the first ledger.

    Parameters
    ----------
    city, profile, demand, supply
        Data, standard, people in need, what exists.
    network, homes, places, pairs
        Walking network, joined points (places: spaces, then facilities) and walks.
    problem
        The layout problem without a budget.
    limits
        Switchable limits that keep grades out of spaces.
    now
        Exact assignment with no hub open.
    need, served
        The ledger; the plan's columns equal today's.
    assessment
        Community by service.
    """

    city: City
    profile: Profile
    demand: Demand
    supply: Supply
    network: Network
    homes: Connections
    places: Connections
    pairs: Pairs
    problem: LayoutProblem
    limits: tuple[LimitBound, ...]
    now: Assignment
    need: pd.DataFrame
    served: pd.DataFrame
    assessment: pd.DataFrame


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
        All problems of the folder; unknown profile or setting; profile in another currency.
    """
    city = read_city(folder)
    return city, load_profile(profile or city.profile, settings=settings or {}, overrides=city.overrides)


def diagnose(city: City, profile: Profile, *, workers: int = 2) -> Diagnosis:
    """Find who lacks what within a walk.

    Parameters
    ----------
    city, profile
        From :func:`read_inputs`.
    workers
        Threads; no result depends on it.

    Returns
    -------
    Diagnosis
        With the ledger of today.
    """
    need = demand(city, profile)
    offer = supply(city, profile)
    network = build_network(city.streets, step_penalty=profile.step_penalty, crossing_wait_ms=profile.crossing_wait_ms)
    homes = connect(network, *_points(city.residences), snap_limit_mm=profile.snap_limit_mm)
    x_m, y_m = (np.concatenate(part) for part in zip(_points(city.spaces), _points(city.facilities), strict=True))
    places = connect(network, x_m, y_m, snap_limit_mm=profile.snap_limit_mm)
    pairs = walk_pairs(network, homes, places, limit_mm=_limits(city, profile, offer), workers=workers)
    money = capital(city.spaces, profile, currency=city.currency)
    problem, limits = layout_problem(city, profile, need, offer, money, pairs, budget_money=None)
    nothing = np.zeros((problem.n_spaces, problem.n_services), dtype=np.int8)
    now = assign(problem, nothing)
    need_table, served = _ledger(city, profile, problem, need, nothing, now, now)
    capacity = _capacity(city, offer, problem, now)
    assessment = assess(
        city,
        profile,
        need_table,
        _nearest(city, profile, offer, pairs),
        capacity,
        accessibility=_accessibility(city, profile, need, offer, pairs),
    )
    return Diagnosis(
        city, profile, need, offer, network, homes, places, pairs, problem, limits, now, need_table, served, assessment
    )


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
        rounds=options.rounds, gap_target=options.gap_target, seed=options.seed, workers=options.workers
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
    need, served = _ledger(city, profile, problem, diagnosis.demand, layout.grades, diagnosis.now, layout.assignment)
    plan = _plan_file(diagnosis, problem, layout, options, need)
    verdict = check_plan(city, plan, need, served)
    if verdict.bound_checker is not None:
        plan = dataclasses.replace(plan, bound=_with_checker(plan.bound, verdict.bound_checker))
    refused = [violation for violation in verdict.violations if violation.code != "bound-too-low"]
    if refused:
        raise VerificationError("plan-refused", violations=tuple(refused), count=len(refused))
    return Results(city, profile, plan, need, served, diagnosis.assessment)


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


def _ledger(
    city: City,
    profile: Profile,
    problem: LayoutProblem,
    need: Demand,
    grades: npt.NDArray[np.int8],
    now: Assignment,
    plan: Assignment,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    return ledger(
        problem,
        need,
        residences=city.residences["id"].tolist(),
        services=[service.id for service in profile.services],
        places=city.spaces["id"].tolist() + city.facilities["id"].tolist(),
        units_per_user=[service.units_per_user for service in profile.services],
        grades=grades,
        now=now,
        plan=plan,
    )


def _points(table: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return table.geometry.x.to_numpy(np.float64), table.geometry.y.to_numpy(np.float64)


def _limits(city: City, profile: Profile, offer: Supply) -> npt.NDArray[np.int64]:
    """Longest walk that can matter at each place: the longest limit at a space, twice its limit at a facility."""
    limit = np.array([service.walk_limit_mm for service in profile.services], dtype=np.int64)
    return np.concatenate([np.full(len(city.spaces), limit.max()), _LOOK_FURTHER * limit[offer.service]])


def _nearest(city: City, profile: Profile, offer: Supply, pairs: Pairs) -> npt.NDArray[np.int64]:
    """Walk to the nearest facility of each service with capacity; -1 if none is found."""
    far = np.iinfo(np.int64).max
    nearest = np.full((len(city.residences), len(profile.services)), far)
    for facility in np.flatnonzero(offer.capacity > 0):
        place = len(city.spaces) + facility
        span = slice(int(pairs.first_of_place[place]), int(pairs.first_of_place[place + 1]))
        np.minimum.at(nearest[:, offer.service[facility]], pairs.home[span], pairs.walk_mm[span].astype(np.int64))
    nearest[nearest == far] = -1
    return nearest


def _capacity(city: City, offer: Supply, problem: LayoutProblem, now: Assignment) -> pd.DataFrame:
    units = units_of_rows(problem, now)[problem.n_spaces * problem.n_services :]
    return pd.DataFrame(
        {
            "facility": city.facilities["id"].to_numpy(),
            "service": city.facilities["service"].to_numpy(),
            "capacity": offer.capacity,
            "capacity_low": offer.capacity_low,
            "capacity_high": offer.capacity_high,
            "units_now": units,
        }
    )


def _accessibility(city: City, profile: Profile, need: Demand, offer: Supply, pairs: Pairs) -> npt.NDArray[np.float64]:
    """Enhanced two-step floating catchment of today's facilities, shape (n_residences, n_services)."""
    result = np.zeros((len(city.residences), len(profile.services)))
    end_value = profile.parameters["gaussian_end_value", "any", "all"].mid
    for number, service in enumerate(profile.services):
        places = np.flatnonzero(offer.service == number) + len(city.spaces)
        spans = [slice(int(pairs.first_of_place[j]), int(pairs.first_of_place[j + 1])) for j in places]
        counts = [span.stop - span.start for span in spans]
        index = np.concatenate([np.arange(span.start, span.stop) for span in spans] or [np.zeros(0, np.int64)])
        result[:, number] = e2sfca(
            np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64),
            pairs.home[index],
            pairs.walk_mm[index],
            people=need.walkers[:, number],
            capacity=offer.capacity[offer.service == number],
            limit_mm=service.walk_limit_mm,
            end_value=end_value,
        )
    return result


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
    return load_profile(plan.profile, settings=own, overrides=city.overrides)


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
