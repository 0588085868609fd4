"""Two plans of a city side by side, from their folders alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from markupsafe import Markup

from doorstep.errors import DoorstepError
from doorstep.plan_file import Hub, PlanFile
from doorstep.report.charts import HubMark, overview_map
from doorstep.report.page import render_page
from doorstep.report.results import PlanResults
from doorstep.report.summary import Summary, summary_of
from doorstep.report.wording import Wording

__all__ = ["comparison_rows", "write_comparison"]

_COLOURS = {"only_a": "#b8560b", "only_b": "#2166ac", "both": "#6d1a54", "same": "#8a8a8a"}


def write_comparison(a: PlanResults, b: PlanResults, path: Path, language: str) -> None:
    """Write one page that says what two plans have in common and what differs.

    Parameters
    ----------
    a, b
        From :func:`doorstep.report.read_plan_results`; differences are b less a.
    path
        File to write.
    language
        ``en`` or ``zh``.

    Raises
    ------
    DoorstepError
        ``compare-differs`` if the plans are of different cities.
    """
    _refuse_two_cities(a.plan, b.plan)
    wording = Wording(language, a.plan.currency)
    hubs_a, hubs_b = ({hub.space: hub for hub in one.plan.hubs} for one in (a, b))
    both = sorted(hubs_a.keys() & hubs_b.keys())
    same = [space for space in both if _grades(hubs_a[space]) == _grades(hubs_b[space])]
    groups = {
        "only_a": [hubs_a[space] for space in sorted(hubs_a.keys() - hubs_b.keys())],
        "only_b": [hubs_b[space] for space in sorted(hubs_b.keys() - hubs_a.keys())],
        "both": [hubs_b[space] for space in both if space not in same],
        "same": [hubs_b[space] for space in same],
    }
    marks = [
        mark for name, hubs in groups.items() for mark in _marks(hubs, a if name == "only_a" else b, name, wording)
    ]
    context = {
        "w": wording,
        "a": a.plan,
        "b": b.plan,
        "groups": groups,
        "hubs_a": hubs_a,
        "same_money": a.plan.currency == b.plan.currency,
        "same_data": a.plan.inputs == b.plan.inputs,
        "figures": _figures(a.plan, b.plan, wording),
        "services": _services(a.plan, b.plan),
        "map": Markup(overview_map(b.background, marks, {}, wording)),
        "colours": _COLOURS,
        "attribution": sorted({*a.plan.attribution, *b.plan.attribution}),
        "made_up": a.plan.made_up or b.plan.made_up,
    }
    path.write_text(render_page("comparison.html.j2", language, {}, context), encoding="utf-8")


def comparison_rows(a: PlanResults, b: PlanResults, language: str) -> list[tuple[str, str, str, str]]:
    """Return the few figures that two plans are compared by, as text: name, A, B, B less A.

    Parameters
    ----------
    a, b
        As for :func:`write_comparison`.
    language
        ``en`` or ``zh``.

    Returns
    -------
    list of tuple
        Hubs, people given a place, capital and support a year at middle take-up; no money if the currencies differ.

    Raises
    ------
    DoorstepError
        ``compare-differs`` if the plans are of different cities.
    """
    _refuse_two_cities(a.plan, b.plan)
    wording = Wording(language, a.plan.currency)
    shown = ("hubs", "served_plan", "capital", "support")
    return [
        (f"{name} ({wording.currency})" if key in ("capital", "support") else name, one, other, difference)
        for key, name, one, other, difference in _figures(a.plan, b.plan, wording)
        if key in shown
    ]


def _refuse_two_cities(a: PlanFile, b: PlanFile) -> None:
    if a.city != b.city:
        raise DoorstepError("compare-differs", a=a.city, b=b.city)


def _grades(hub: Hub) -> dict[str, int]:
    return {one.service: one.grade for one in hub.services}


def _marks(hubs: list[Hub], plan: PlanResults, group: str, wording: Wording) -> list[HubMark]:
    spaces = plan.background.spaces.set_index("id").geometry
    marks = []
    for hub in hubs:
        x, y = shapely.get_coordinates(shapely.point_on_surface(spaces[hub.space]))[0]
        title = f"{hub.place or hub.space}{wording('colon')}{wording(f'compare_{group}_short')}"
        marks.append((float(x), float(y), hub.people, _COLOURS[group], title))
    return marks


def _figures(a: PlanFile, b: PlanFile, wording: Wording) -> list[tuple[str, str, str, str, str]]:
    """Rows of key, name, A, B and difference, as text."""
    first, second = summary_of(a), summary_of(b)
    rows: list[tuple[str, str, str, str, str]] = []

    def add(key: str, value_a: float, value_b: float, shown: Callable[[float], str]) -> None:
        rows.append((key, wording(f"sum_{key}"), shown(value_a), shown(value_b), _signed(value_b - value_a, shown)))

    add("hubs", len(a.hubs), len(b.hubs), wording.count)
    add("complexes", _complexes(a), _complexes(b), wording.count)
    people: list[tuple[str, Callable[[Summary], float]]] = [
        ("in_need", lambda one: one.in_need),
        ("served_now", lambda one: one.served_now),
        ("served_plan", lambda one: one.served_plan),
        ("users_plan", lambda one: one.users_plan),
    ]
    for key, figure in people:
        add(key, figure(first), figure(second), wording.count)
    if a.currency == b.currency:

        def money(value: float) -> str:
            return wording.money_whole(round(value))

        add("capital", a.capital_money, b.capital_money, money)
        add("support", first.support_money["mid"], second.support_money["mid"], money)
        add("result", first.result_money["mid"], second.result_money["mid"], money)
    add("jobs", first.jobs["mid"], second.jobs["mid"], wording.decimal)
    return rows


def _complexes(plan: PlanFile) -> int:
    return sum(hub.kind == "complex" for hub in plan.hubs)


def _signed(value: float, shown: Callable[[float], str]) -> str:
    written = shown(value)
    return f"+{written}" if value > 0 and any(digit in written for digit in "123456789") else written.replace("-", "−")


def _services(a: PlanFile, b: PlanFile) -> list[dict[str, Any]]:
    """Coverage of each service in both plans; a service that only one has counts as nothing in the other."""
    first, second = ({row.service: row for row in plan.coverage} for plan in (a, b))
    rows = []
    for service in dict.fromkeys([*first, *second]):
        one, other = first.get(service), second.get(service)
        rows.append(
            {
                "service": service,
                "in_need": other.in_need if other else one.in_need if one else np.nan,
                "a": one.served_plan if one else 0.0,
                "b": other.served_plan if other else 0.0,
                "users_a": one.users_plan if one else 0.0,
                "users_b": other.users_plan if other else 0.0,
            }
        )
    return rows
