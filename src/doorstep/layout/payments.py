"""Which source of money pays for which part of a hub: an exact flow of whole minor units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.city import City
from doorstep.layout.asked import minor_amount, payable
from doorstep.layout.problem import LayoutProblem
from doorstep.plan_file import Payment
from doorstep.standards import Profile

__all__ = ["OPENING", "payments_of"]

OPENING = "open"
"""Part of a hub that is what opening it costs."""


def payments_of(
    city: City, profile: Profile, problem: LayoutProblem, grades: npt.NDArray[np.int8]
) -> tuple[Payment, ...]:
    """Share the capital of hubs out among the city's funds.

    Parameters
    ----------
    city, profile
        Funds, and what each may pay for.
    problem
        Gives the money.
    grades
        Shape (n_spaces, n_services).

    Returns
    -------
    tuple of Payment
        In the order of spaces, parts and funds. All is paid if the limits of the funds are kept.
    """
    funds = city.asked.funds
    if not funds:
        return ()
    by = [payable(city, profile, fund.scope) for fund in funds]
    parts: list[tuple[int, str, int, frozenset[int]]] = []
    for space in np.flatnonzero(grades.any(axis=1)).tolist():
        chosen = np.flatnonzero(grades[space]).tolist()
        kind = int(len(chosen) >= problem.complex_functions)
        payers = frozenset(number for number, (opening, _) in enumerate(by) if opening[space])
        parts.append((space, OPENING, int(problem.open_money[space]), payers))
        for service in chosen:
            money = int(problem.grade_money[space, service, grades[space, service] - 1, kind])
            payers = frozenset(number for number, (_, paid) in enumerate(by) if paid[space, service])
            parts.append((space, profile.services[service].id, money, payers))
    classes = sorted({payers for *_, payers in parts if payers}, key=sorted)
    wanted = [sum(money for *_, money, payers in parts if payers == one) for one in classes]
    paid = _flow([minor_amount(fund.amount, city.currency) for fund in funds], wanted, classes)
    ids = city.spaces["id"].tolist()
    payments = []
    for space, part, money, payers in parts:
        for fund in sorted(payers):
            share = min(money, paid[classes.index(payers)][fund])
            if share > 0:
                paid[classes.index(payers)][fund] -= share
                money -= share
                payments.append(Payment(funds[fund].name, ids[space], part, share))
    return tuple(payments)


def _flow(amounts: list[int], wanted: list[int], classes: list[frozenset[int]]) -> list[list[int]]:
    """Return what each fund pays of each class of parts: as much as can be paid, along shortest ways."""
    paid = [[0] * len(amounts) for _ in classes]
    left, open_money = amounts.copy(), wanted.copy()
    for goal in range(len(classes)):
        while open_money[goal] > 0:
            way = _way(goal, paid, left, classes)
            if way is None:
                break
            freed = [paid[way[k + 1]][way[k]] for k in range(0, len(way) - 1, 2)]
            move = min([open_money[goal], left[way[-1]], *freed])
            # the fund at the end pays for the last class, which frees the fund before it for the class before
            at = goal
            for position in range(0, len(way), 2):
                paid[at][way[position]] += move
                if position + 1 < len(way):
                    paid[way[position + 1]][way[position]] -= move
                    at = way[position + 1]
            left[way[-1]] -= move
            open_money[goal] -= move
    return paid


def _way(goal: int, paid: list[list[int]], left: list[int], classes: list[frozenset[int]]) -> list[int] | None:
    """Return fund, class, fund, ... from a class to a fund that has money left; ``None`` if there is no way."""
    queue, seen = [(goal, [])], {goal}  # type: list[tuple[int, list[int]]], set[int]
    while queue:
        at, way = queue.pop(0)
        for fund in sorted(classes[at]):
            if left[fund] > 0:
                return [*way, fund]
        for fund in sorted(classes[at]):
            for other in range(len(classes)):
                if other not in seen and paid[other][fund] > 0:
                    seen.add(other)
                    queue.append((other, [*way, fund, other]))
    return None
