"""How a plan stands when need, willingness and the rooms that can be had turn out otherwise."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.city import AGE_BANDS
from doorstep.costs import capital
from doorstep.inventory import channels_of
from doorstep.layout import (
    LayoutProblem,
    Prices,
    assign,
    capital_of,
    layout_problem,
    priced_bound,
    prices_for,
    replanned,
)
from doorstep.layout.limits import keeps_limits
from doorstep.layout.tidy import filled
from doorstep.planned import Planned
from doorstep.replanning import Base, base_of
from doorstep.residents import demand, later_demands, supply
from doorstep.standards import Profile

__all__ = ["VARY", "Candidate", "Draw", "Robust", "chances_of", "robust", "triangular"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Grades = npt.NDArray[np.int8]

VARY = ("need", "take_up", "rooms")
"""What is drawn: rates of need, take-up, whether a room can be had."""
OFTEN = 0.9
"""A room chosen in so many of the draws in which it can be had is without regret."""
SELDOM = 0.25
"""A room that can be had in fewer of the draws is not said to be without regret: too few speak for it."""
TAIL = 0.1
"""Share of the draws, the worst, whose mean regret is the conditional value at risk."""
_PRICE_ROUNDS = 25


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """One turn of events, and the plan made for it.

    Parameters
    ----------
    need, take_up
        Shape (n_services,): need and take-up drawn, in those of the plan.
    rooms
        Shape (n_spaces,): which can be had.
    grades
        The plan made to fit.
    best, bound
        Weighted users of the best plan found for this draw, and what no plan exceeds.
    """

    need: Floats
    take_up: Floats
    rooms: Bools
    grades: Grades
    best: float
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A plan held against every draw; its hubs in rooms that cannot be had stay shut, and nothing opens for them.

    Parameters
    ----------
    name
        ``plan``, ``consensus``, or ``draw:N``.
    grades, money
        Its hubs and what they cost.
    worth
        Shape (n_draws,): weighted users.
    regret, most_regret
        Shape (n_draws,): what the best plan found in the draw has more, as a share of it; what any plan could, proven.
    """

    name: str
    grades: Grades
    money: int
    worth: Floats
    regret: Floats
    most_regret: Floats

    @property
    def mean(self) -> float:
        return float(self.regret.mean())

    @property
    def tail(self) -> float:
        return _tail(self.regret)

    @property
    def worst(self) -> float:
        return float(self.regret.max())


@dataclass(frozen=True, slots=True, eq=False)
class Robust:
    """What the draws show.

    Parameters
    ----------
    was, base, vary
        The plan, and as it stands; what was drawn.
    draws, candidates
        The plan first, then the others by conditional value at risk and largest regret.
    chances
        Shape (n_spaces, 3): low, middle and high chance that a room can be had.
    had, chosen
        Shape (n_spaces,): draws in which a room can be had; of these, those in which the plan made for it uses it.
    """

    was: Planned
    base: Base
    vary: tuple[str, ...]
    draws: tuple[Draw, ...]
    candidates: tuple[Candidate, ...]
    chances: Floats
    had: npt.NDArray[np.int64]
    chosen: npt.NDArray[np.int64]

    @property
    def best(self) -> Candidate:
        """The candidate with the least conditional value at risk, then the least largest regret."""
        return min(self.candidates, key=lambda one: (round(one.tail, 9), round(one.worst, 9)))

    @property
    def no_regret(self) -> Bools:
        """Rooms chosen in nine of ten draws in which they can be had, a quarter of all or more, shape (n_spaces,)."""
        return (self.had >= max(2.0, SELDOM * len(self.draws))) & (self.chosen >= OFTEN * np.maximum(self.had, 1))


def triangular(at: npt.ArrayLike, low: npt.ArrayLike, mid: npt.ArrayLike, high: npt.ArrayLike) -> Floats:
    """Return the quantile of a triangular distribution over low, middle, high.

    Examples
    --------
    >>> triangular([0.0, 0.5, 1.0], 0.1, 0.2, 0.3).tolist()
    [0.1, 0.2, 0.3]
    """
    u, a, c, b = (np.asarray(one, dtype=np.float64) for one in (at, low, mid, high))
    width = b - a
    part = np.divide(c - a, width, out=np.zeros(np.broadcast(c, width).shape), where=width > 0)
    below = a + np.sqrt(np.maximum(u * width * (c - a), 0.0))
    above = b - np.sqrt(np.maximum((1.0 - u) * width * (b - c), 0.0))
    return np.asarray(np.where(width > 0, np.where(u <= part, below, above), c), dtype=np.float64)


def chances_of(was: Planned) -> Floats:
    """Return the chance that each space can be had, low, middle, high, shape (n_spaces, 3): assumptions by channel.

    That of the channel in the register, else of the likeliest one that is open to it.
    """
    rows = []
    for row in was.found.city.spaces.to_dict("records"):
        channels = channels_of({str(key): value for key, value in row.items()})
        own = next((one.chance for one in channels if one.registered and one.chance[1] > 0), None)
        rows.append(own or max((one.chance for one in channels), key=lambda one: one[1]))
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def robust(
    was: Planned,
    *,
    draws: int = 20,
    vary: Sequence[str] = VARY,
    most_candidates: int = 8,
    seed: int = 0,
    workers: int = 2,
    told: Callable[[int, int], None] = lambda _, __: None,
) -> Robust:
    """Hold a plan against draws of what is assumed, and look for one that regrets less.

    Parameters
    ----------
    was
        The plan.
    draws
        How many.
    vary
        What is drawn, of :data:`VARY`.
    most_candidates
        Plans held against every draw: this one, the consensus, and those of the draws that have most rooms in common
        with the others.
    seed, workers
        Of the draws and searches; threads, on which nothing depends.
    told
        Called with steps done and in all.

    Notes
    -----
    Each rate of need and each take-up is drawn from the triangle over its low, middle and high figure; the ages of a
    service move together, services apart from one another. A room can be had with a chance drawn from the triangle over
    that of its channel. Each draw is planned anew from the plan (:func:`doorstep.layout.replanned`), so that the regret
    is at least what the best plan found shows, and at most what the prices of the draw prove.
    """
    base = base_of(was, workers=workers)
    chances = chances_of(was)
    steps = draws + min(most_candidates, draws + 2)
    problems: list[LayoutProblem] = []
    found: list[Draw] = []
    for number in range(draws):
        problem, need, take_up, rooms = _drawn(was, base, vary, chances, (seed, number))
        grades, bound = _planned(base, problem, take_up, seed, workers)
        problems.append(problem)
        found.append(Draw(need, take_up, rooms, grades, 0.0, bound))
        told(number + 1, steps)
    names = _candidates(base, found, most_candidates)
    worth: dict[str, Floats] = {}
    for at, (name, grades) in enumerate(names.items()):
        worth[name] = np.array([_worth(problem, grades) for problem in problems])
        told(draws + at + 1, steps)
    best = np.array([_worth(problem, draw.grades) for problem, draw in zip(problems, found, strict=True)])
    best = np.max([best, *worth.values()], axis=0)
    bound = np.maximum(best, [draw.bound for draw in found])
    rows = [
        Candidate(
            name,
            grades,
            capital_of(base.problem, grades),
            worth[name],
            _share(best - worth[name], best),
            _share(bound - worth[name], bound),
        )
        for name, grades in names.items()
    ]
    rows = [rows[0], *sorted(rows[1:], key=lambda one: (round(one.tail, 9), round(one.worst, 9), one.name))]
    had = np.sum([draw.rooms for draw in found], axis=0).astype(np.int64)
    chosen = np.sum([draw.grades.any(axis=1) for draw in found], axis=0).astype(np.int64)
    settled = tuple(dataclasses.replace(draw, best=float(value)) for draw, value in zip(found, best, strict=True))
    settled = tuple(dataclasses.replace(draw, bound=float(value)) for draw, value in zip(settled, bound, strict=True))
    return Robust(was, base, tuple(vary), settled, tuple(rows), chances, had, chosen)


def _drawn(
    was: Planned, base: Base, vary: Sequence[str], chances: Floats, seed: tuple[int, ...]
) -> tuple[LayoutProblem, Floats, Floats, Bools]:
    """The problem of one draw; the same random numbers whatever is varied."""
    random = np.random.default_rng(seed)
    profile, found = was.found.profile, was.found
    of_need, of_take_up = random.random(len(profile.services)), random.random(len(profile.services))
    of_chance, of_room = random.random(len(chances)), random.random(len(chances))
    other, need, take_up = _profile(profile, vary, of_need, of_take_up)
    rooms = np.ones(len(chances), dtype=np.bool_)
    if "rooms" in vary:
        rooms = of_room < triangular(of_chance, *chances.T)
    money = capital(found.city.spaces, other, currency=found.city.currency, converted=found.converted)
    problem, _ = layout_problem(
        found.city, other, demand(found.city, other), supply(found.city, other), money, found.pairs,
        budget_money=base.problem.budget_money, later=later_demands(found.city, other), converted=found.converted,
    )  # fmt: skip
    allowed = problem.allowed & rooms[:, None, None]
    must = base.problem.must & rooms
    drawn = dataclasses.replace(problem, allowed=allowed, must=must, limits=base.problem.limits, floors=())
    return drawn, need, take_up, rooms


def _profile(
    profile: Profile, vary: Sequence[str], of_need: Floats, of_take_up: Floats
) -> tuple[Profile, Floats, Floats]:
    services, need, take_up = [], [], []
    for at, service in enumerate(profile.services):
        rates, own = list(service.need_rate), service.take_up
        if "need" in vary:
            for band, age in enumerate(AGE_BANDS):
                one = profile.parameters["need_rate", service.id, age]
                rates[band] = float(triangular(of_need[at], one.low, one.mid, one.high))
        if "take_up" in vary:
            own = float(triangular(of_take_up[at], *service.take_up_range))
        before = sum(service.need_rate)
        need.append(sum(rates) / before if before > 0 else 1.0)
        take_up.append(own / service.take_up if service.take_up > 0 else 1.0)
        services.append(dataclasses.replace(service, need_rate=tuple(rates), take_up=own))
    return dataclasses.replace(profile, services=tuple(services)), np.array(need), np.array(take_up)


def _planned(base: Base, problem: LayoutProblem, take_up: Floats, seed: int, workers: int) -> tuple[Grades, float]:
    """The plan made to fit a draw, and its bound; prices of people move with the take-up of their service."""
    scale = np.tile(np.repeat(take_up, problem.n_homes), problem.n_years)
    whole = float(np.sum(base.prices.need * base.problem.walkers))
    then = float(np.sum(base.prices.need * scale * problem.walkers))
    ratio = then / whole if whole > 0 else 1.0
    prices = Prices(
        base.prices.need * scale, base.prices.money * ratio, np.inf, 0, base.prices.limits * ratio, np.zeros(0)
    )
    before = dataclasses.replace(base.problem, floors=())
    made = replanned(problem, before, base.grades, prices, seed=seed, workers=workers)
    at = priced_bound(problem, prices.need, prices.money, prices.limits, workers=workers)
    start = min((made.prices, dataclasses.replace(prices, bound=at)), key=lambda one: one.bound)
    closer = prices_for(
        problem, rounds=_PRICE_ROUNDS, target=made.assignment.worth, start=start, workers=workers
    )  # fmt: skip
    return made.grades, float(min(start.bound, closer.bound))


def _candidates(base: Base, draws: Sequence[Draw], most: int) -> dict[str, Grades]:
    """The plan, the consensus, and the plans of draws that have most rooms in common with the others."""
    names: dict[str, Grades] = {"plan": base.grades}
    if most > 1:
        names["consensus"] = _consensus(base, draws)
    used = np.array([draw.grades.any(axis=1) for draw in draws])
    common = (used.astype(np.int64) @ used.sum(axis=0)).tolist()
    for at in sorted(range(len(draws)), key=lambda one: (-common[one], one)):
        if len(names) >= most:
            break
        names[f"draw:{at + 1}"] = draws[at].grades
    return names


def _consensus(base: Base, draws: Sequence[Draw]) -> Grades:
    """Hubs by how often their room is chosen, each as it is most often, as far as money and limits go; then filled."""
    problem = base.problem
    chosen = np.array([draw.grades.any(axis=1) for draw in draws])
    grades = np.where(problem.must[:, None], base.grades, 0).astype(np.int8)
    for space in np.argsort(-chosen.sum(axis=0), kind="stable").tolist():
        hubs = [tuple(draw.grades[space].tolist()) for draw in draws if draw.grades[space].any()]
        if not hubs:
            break
        trial = grades.copy()
        trial[space] = max(sorted(set(hubs)), key=hubs.count)
        paid = problem.budget_money is None or capital_of(problem, trial) <= problem.budget_money
        if paid and keeps_limits(problem, trial):
            grades = trial
    return filled(problem, grades, assign(problem, grades))[0]


def _worth(problem: LayoutProblem, grades: Grades) -> float:
    """Weighted users of hubs in a draw: what cannot be had stays shut."""
    can = np.asarray(problem.allowed.any(axis=(1, 2)), dtype=np.bool_)
    return assign(problem, np.where(can[:, None], grades, 0).astype(np.int8)).worth


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(np.maximum(part, 0.0), whole, out=np.zeros_like(part), where=whole > 0)


def _tail(regret: Floats) -> float:
    worst = max(1, math.ceil(TAIL * len(regret) - 1e-9))
    return float(np.sort(regret)[-worst:].mean())
