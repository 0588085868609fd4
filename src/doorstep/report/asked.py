"""What a city asks of a plan, in words: limits and floors beside what the plan does, and who pays."""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.city import EVERY_SERVICE
from doorstep.costs import MINOR_UNITS
from doorstep.messages import text
from doorstep.plan_file import FloorKept, LimitKept
from doorstep.report.results import Results
from doorstep.report.wording import Wording

__all__ = [
    "PHASE_HEADS",
    "asked_rows",
    "asked_subject",
    "conflict_told",
    "fund_rows",
    "least_cost_told",
    "phase_of_space",
    "phase_rows",
]


def asked_rows(results: Results, language: str) -> list[tuple[str, str, str]]:
    """Return what is asked for, the figure asked, and the plan's, a row for each limit and floor."""
    wording = Wording(language, results.plan.currency)
    rows = []
    for limit in results.plan.limits:
        amount, used = (_limit_amount(limit, units, wording, language) for units in (limit.amount, limit.used))
        rows.append((_limit_name(limit.name, language), text(language, "asked.most", amount=amount), used))
    rows.extend(_floor_row(floor, wording, language) for floor in results.plan.floors)
    return rows


def fund_rows(results: Results, language: str) -> list[tuple[str, str, str]]:
    """Return each source of money with what it has and pays."""
    wording = Wording(language, results.plan.currency)
    minor = MINOR_UNITS[results.plan.currency]
    return [
        (
            fund.name,
            wording.money(round(fund.amount * minor)),
            wording.money(sum(one.money for one in results.plan.payments if one.fund == fund.name)),
        )
        for fund in results.city.asked.funds
    ]


def phase_rows(results: Results, language: str) -> list[tuple[str, ...]]:
    """Return each phase of a plan: name, money so far, spent, what opens or grows, worth, gap, regret."""
    wording = Wording(language, results.plan.currency)
    separator = text(language, "report.list_separator")
    rows: list[tuple[str, ...]] = []
    before: dict[str, Mapping[str, int]] = {}
    for phase in results.plan.phases:
        new = [space for space in sorted(phase.hubs) if before.get(space) != phase.hubs[space]]
        rows.append(
            (
                f"{phase.name} ({phase.until})" if phase.until else phase.name,
                wording.money(phase.budget_money),
                wording.money(phase.capital_money),
                separator.join(new) or "–",
                f"{phase.objective:,.1f}",
                f"{100 * phase.gap:.2f} %",
                f"{100 * phase.regret:.2f} %",
            )
        )
        before = dict(phase.hubs)
    return rows


PHASE_HEADS = (
    "phase", "phase_budget", "phase_capital", "phase_opens", "phase_served", "phase_gap", "phase_regret",
)  # fmt: skip
"""Texts of the catalogue ``asked`` over the columns of :func:`phase_rows`."""


def phase_of_space(results: Results) -> dict[str, str]:
    """Return the phase in which the hub of each space opens."""
    first: dict[str, str] = {}
    for phase in results.plan.phases:
        for space in phase.hubs:
            first.setdefault(space, phase.name)
    return first


def conflict_told(results: Results, language: str) -> str:
    """Return one sentence on floors that no plan keeps together, "" if none is known."""
    conflict = results.plan.conflict
    if conflict is None:
        return ""
    names = text(language, "report.list_separator").join(
        asked_subject(one, results, language) for one in conflict.floors
    )
    people = Wording(language, results.plan.currency).count(conflict.people)
    told = text(language, "asked.conflict", floors=names, people=people)
    against = [_limit_name(name, language) for name, price in conflict.multipliers.limits.items() if price > 0]
    if conflict.multipliers.budget > 0:
        against.insert(0, text(language, "asked.budget"))
    if not against:
        return told
    stands = text(language, "report.list_separator").join(against)
    return " ".join([told, text(language, "asked.against", what=stands)])


def least_cost_told(results: Results, language: str) -> str:
    """Return one sentence on what the floors cost at least, "" if that was not asked."""
    least = results.plan.least_cost
    if least is None:
        return ""
    wording = Wording(language, results.plan.currency)
    money = wording.money(least.capital_money)
    if least.bound_money <= 0:
        return text(language, "asked.least_cost_open", money=money)
    bound = wording.money(int(least.bound_money))
    return text(language, "asked.least_cost", money=money, gap=f"{100 * least.gap:.1f} %", bound=bound)


def asked_subject(subject: str, results: Results, language: str) -> str:
    """Return by name what ``limit:…`` or ``floor:…`` of a plan's list of unmet requirements is about."""
    if subject.startswith("limit:"):
        return _limit_name(subject.removeprefix("limit:"), language)
    floor = next((one for one in results.plan.floors if one.name == subject), None)
    return subject if floor is None else _floor_name(floor, Wording(language, results.plan.currency), language)


def _limit_name(name: str, language: str) -> str:
    kind, _, rest = name.partition(":")
    if kind == "funds":
        names = text(language, "report.list_separator").join(rest.split("+")) if rest else ""
        return text(language, "asked.funds", names=names) if rest else text(language, "asked.funds_nobody")
    return text(language, f"asked.{kind}", name=rest)


def _limit_amount(limit: LimitKept, units: int, wording: Wording, language: str) -> str:
    return wording.money(units) if limit.unit == "money" else text(language, "asked.hubs_count", count=f"{units:,}")


def _floor_name(floor: FloorKept, wording: Wording, language: str) -> str:
    name = floor.name.removeprefix("floor:")
    if floor.service == EVERY_SERVICE:
        return text(language, "asked.floor_all", name=name)
    return text(language, "asked.floor", service=wording.service(floor.service), name=name)


def _floor_row(floor: FloorKept, wording: Wording, language: str) -> tuple[str, str, str]:
    people = wording.count(floor.served)
    if floor.met:
        found = text(language, "asked.people", people=people)
    else:
        found = text(language, "asked.missed", people=people, missing=wording.count(floor.people - floor.served))
    least = text(language, "asked.least", people=wording.count(floor.people))
    return _floor_name(floor, wording, language), least, found
