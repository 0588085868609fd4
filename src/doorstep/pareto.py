"""Plans of a city of which none is better in cost, weighted users and fairness at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doorstep.diagnosis import Diagnosis
from doorstep.fairness import fair_groups
from doorstep.layout import FairGroup, FrontParams, FrontPoint, front

__all__ = ["LEVELS", "Pareto", "budgets_up_to", "pareto"]

LEVELS = (0.1, 0.3, 0.6)
"""Shares that are asked for the worst-off group."""
_FAIR_BUDGETS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Pareto:
    """The front of a city.

    Parameters
    ----------
    found, by, services
        The city before any plan; what groups are by, and the services that count.
    groups, points
        Who is held against whom; the plans by cost.
    """

    found: Diagnosis
    by: str
    services: tuple[str, ...]
    groups: tuple[FairGroup, ...]
    points: tuple[FrontPoint, ...]


def budgets_up_to(most: int, number: int) -> tuple[int, ...]:
    """Return budgets, denser where they are small: there each unit of money brings most.

    Examples
    --------
    >>> budgets_up_to(1000, 4)
    (125, 354, 650, 1000)
    """
    return tuple(sorted({max(1, round(most * (at / number) ** 1.5)) for at in range(1, number + 1)}))


def pareto(
    found: Diagnosis,
    budgets: Sequence[int],
    *,
    by: str = "community",
    services: Sequence[str],
    levels: Sequence[float] = LEVELS,
    seed: int = 0,
    workers: int = 2,
    told: Callable[[int, int], None] = lambda _, __: None,
) -> Pareto:
    """Find plans of which none is better than another in everything.

    Parameters
    ----------
    found
        The city before any plan.
    budgets
        Minor units, at least one. For up to three of them, spread evenly, the levels are asked, too.
    by, services, levels
        Groups whose worst-off counts (:func:`doorstep.fairness.fair_groups`), and shares asked for it.
    seed, workers
        Of the searches; threads.
    told
        Called with searches done and in all.
    """
    money = tuple(sorted(set(budgets)))
    groups = fair_groups(found, by, services)
    n = len(money)
    fair = sorted({money[min(n - 1, (2 * at + 1) * n // (2 * _FAIR_BUDGETS))] for at in range(_FAIR_BUDGETS)})
    params = FrontParams(money, tuple(fair), tuple(sorted(set(levels))), seed=seed, workers=workers)
    return Pareto(found, by, tuple(services), groups, front(found.problem, groups, params, told=told))
