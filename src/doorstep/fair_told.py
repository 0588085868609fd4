"""A fair plan in words and tables: who is the worst-off, what is proven of it, what fairness costs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.fair_plan import FairPlan
from doorstep.fairness import LEAST_PEOPLE, group_of, group_told
from doorstep.layout import Assignment, people_given, people_of
from doorstep.messages import text
from doorstep.report.answer_page import Section
from doorstep.screen import amount, count, share

__all__ = ["groups_table", "sections_of", "sentences_of"]


def sentences_of(plan: FairPlan, language: str) -> list[str]:
    """Return what the plan does for the worst-off, in a few sentences."""
    document = plan.made.results.plan
    first = plan.levels[0]
    usual = _shares(plan, plan.usual.assignment)
    worst = int(np.argmin(usual))
    lines = [
        _say(
            language, f"lead_{plan.by}_{'all' if plan.service == 'all' else 'one'}", groups=len(plan.groups),
            service=_service(plan, language), money=amount(document.capital_money, document.currency),
        )
    ]  # fmt: skip
    if first.held:
        lines.append(_say(language, "worst", who=_names(plan, first.held, language), level=share(first.level)))
        bound = None if first.bound is None else min(1.0, first.bound)
        lines.append(
            _say(language, "no_bound_told") if bound is None else _say(language, "bound_told", bound=share(bound))
        )
    else:
        lines.append(_say(language, "all_have"))
    lines.append(
        _say(language, "usual", who=group_told(plan.found.city, plan.groups[worst].name, language),
             level=share(float(usual[worst])))
    )  # fmt: skip
    lines.append(_cost(plan, language))
    return lines


def sections_of(plan: FairPlan, language: str) -> list[Section]:
    """Return the parts of the page: levels with what is proven, every group, how to ask for the same again."""
    heads, rows = _levels_rows(plan, language)
    group_heads, group_rows = _group_rows(plan, language)
    notes = [_say(language, "groups_note", least=f"{LEAST_PEOPLE:g}")]
    if plan.service == "all":
        notes.append(_say(language, "all_note"))
    return [
        Section(
            _say(language, "levels_title"), [_say(language, "levels_note")], heads=heads, rows=rows,
            figures=frozenset({0, 2, 3}),
        ),
        Section(
            _say(language, f"groups_title_{plan.by}"), notes, heads=group_heads, rows=group_rows,
            figures=frozenset({1, 2, 3, 4, 5, 6}),
        ),
        Section(_say(language, "use_title"), [_say(language, "use")]),
    ]  # fmt: skip


def groups_table(plan: FairPlan) -> pd.DataFrame:
    """Return the table ``fair.csv``: figures in full, codes as they are."""
    now, usual, then = (_shares(plan, one) for one in (plan.found.now, plan.usual.assignment, plan.layout.assignment))
    step = {position: number for number, level in enumerate(plan.levels, start=1) for position in level.held}
    rows = []
    for at, group in enumerate(plan.groups):
        by, who, service = group_of(group.name)
        level = plan.levels[step[at] - 1] if at in step else None
        rows.append(
            {
                "by": by,
                "group": who,
                "service": service,
                "in_need": round(group.need, 2),
                "share_now": round(float(now[at]), 6),
                "share_usual": round(float(usual[at]), 6),
                "share_plan": round(float(then[at]), 6),
                "least": plan.least[at],
                "share_most": round(min(1.0, group.most / group.need), 6),
                "level": step.get(at),
                "bound": None if level is None or level.bound is None else round(level.bound, 6),
            }
        )
    return pd.DataFrame(rows)


def _levels_rows(plan: FairPlan, language: str) -> tuple[list[str], list[list[str]]]:
    rows = []
    for number, one in enumerate(plan.levels, start=1):
        who = _names(plan, one.held, language) if one.held else _say(language, "everybody")
        bound = _say(language, "no_bound") if one.bound is None else share(one.bound)
        rows.append([str(number), who, share(one.level), bound if one.held else "–"])
    return [_say(language, f"col_{head}") for head in ("step", "held", "level", "bound")], rows


def _group_rows(plan: FairPlan, language: str) -> tuple[list[str], list[list[str]]]:
    now, usual, then = (_shares(plan, one) for one in (plan.found.now, plan.usual.assignment, plan.layout.assignment))
    rows = [
        [
            group_told(plan.found.city, plan.groups[at].name, language),
            count(plan.groups[at].need),
            share(float(now[at])),
            share(float(usual[at])),
            share(float(then[at])),
            share(plan.least[at]),
            share(min(1.0, plan.groups[at].most / plan.groups[at].need)),
        ]
        for at in sorted(range(len(plan.groups)), key=lambda at: (then[at], at))
    ]
    return [_say(language, f"col_{head}") for head in ("group", "need", "now", "usual", "plan", "least", "most")], rows


def _cost(plan: FairPlan, language: str) -> str:
    usual = plan.usual.assignment.worth
    problem = plan.found.problem
    more = people_given(problem, plan.layout.assignment) - people_given(problem, plan.usual.assignment)
    values = {
        "users": count(abs(plan.cost)),
        "share": share(abs(plan.cost) / usual, 1) if usual > 0 else "–",
        "usual": count(usual),
        "people": ("+" if more >= 0 else "−") + count(abs(more)),
    }
    if plan.cost <= 0:
        return _say(language, "cost_none", **values)
    if plan.least_cost > 0:
        return _say(language, "cost_proven", least=count(plan.least_cost), **values)
    return _say(language, "cost", **values)


def _shares(plan: FairPlan, assignment: Assignment) -> npt.NDArray[np.float64]:
    people = people_of(plan.found.problem, plan.groups, assignment)
    return np.array([one / group.need for one, group in zip(people, plan.groups, strict=True)])


def _names(plan: FairPlan, positions: tuple[int, ...], language: str) -> str:
    names = [group_told(plan.found.city, plan.groups[at].name, language) for at in positions]
    return text(language, "report.list_separator").join(names)


def _service(plan: FairPlan, language: str) -> str:
    return "" if plan.service == "all" else text(language, f"services.{plan.service}")


def _say(language: str, key: str, **values: object) -> str:
    return text(language, f"fair.{key}", **values)
