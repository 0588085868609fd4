"""A front in words, as a table and as a chart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from doorstep.costs import MINOR_UNITS
from doorstep.fairness import LEAST_PEOPLE, group_told
from doorstep.layout import FrontPoint, like_grades, people_given
from doorstep.messages import text
from doorstep.pareto import Pareto
from doorstep.report.answer_page import Section
from doorstep.report.front_chart import Dot, front_chart, share_colour
from doorstep.report.wording import major
from doorstep.screen import amount, count, share

__all__ = ["hubs_table", "points_table", "sections_of", "sentences_of", "table_of"]


def sentences_of(front: Pareto, language: str) -> list[str]:
    """Return what the front is, in a few sentences."""
    first, last = front.points[0], front.points[-1]
    lines = [
        _say(
            language, "lead", points=len(front.points), least=_money(first, front), most=_money(last, front),
            low=count(first.worth), high=count(last.worth),
        )
    ]  # fmt: skip
    if front.groups:
        fairest = max(front.points, key=lambda one: (one.level, -one.money))
        lines.append(
            _say(
                language, f"fair_{front.by}", groups=count(len(front.groups)), level=share(fairest.level),
                money=_money(fairest, front), users=count(fairest.worth),
            )
        )  # fmt: skip
    else:
        lines.append(_say(language, "no_groups"))
    return lines


def sections_of(front: Pareto, language: str) -> list[Section]:
    """Return the parts of the page: chart and table, how it was found."""
    heads, rows = table_of(front, language)
    notes = [
        _say(language, "gap_note"),
        _say(language, "supported_note"),
        _say(language, f"level_note_{front.by}", least=f"{LEAST_PEOPLE:g}"),
    ]
    classes = (0.0, 0.1, 0.3, 0.6, 0.8)
    legend = [(share_colour(one), _say(language, f"class_{number}")) for number, one in enumerate(classes)]
    return [
        Section(
            _say(language, "chart_title"),
            [_say(language, "chart_note")],
            drawing=_chart(front, language),
            legend=legend,
        ),
        Section(_say(language, "table_title"), notes, heads=heads, rows=rows, figures=frozenset({0, 1, 2, 3, 4, 6, 7})),
        Section(_say(language, "use_title"), [_say(language, "use")]),
    ]


def table_of(front: Pareto, language: str) -> tuple[list[str], list[list[str]]]:
    """Return heads and a row for each plan, the cheapest first."""
    heads = ("number", "money", "users", "people", "level", "worst", "hubs", "gap", "kind")
    in_need = float(front.found.demand.in_need.sum())
    rows = []
    for number, one in enumerate(front.points, start=1):
        people = people_given(front.found.problem, one.assignment)
        rows.append(
            [
                str(number),
                _money(one, front),
                f"{one.worth:,.1f}",
                f"{count(people)} ({share(people / in_need) if in_need else '–'})",
                share(one.level) if front.groups else "–",
                _worst(one, front, language),
                str(int(one.grades.any(axis=1).sum())),
                _gap(one, language),
                _say(language, "supported" if one.is_supported else "unsupported"),
            ]
        )
    return [_say(language, f"col_{head}") for head in heads], rows


def points_table(front: Pareto) -> pd.DataFrame:
    """Return the table ``points.csv``: figures in full, codes as they are."""
    currency = front.found.city.currency
    return pd.DataFrame(
        [
            {
                "point": number,
                f"capital_{currency}": float(major(one.money, currency)),
                "weighted_users": round(one.worth, 4),
                "people": round(people_given(front.found.problem, one.assignment), 2),
                "level": round(one.level, 6) if front.groups else None,
                "worst": front.groups[one.worst].name if one.worst >= 0 else "",
                "hubs": int(one.grades.any(axis=1).sum()),
                "bound": round(one.bound, 4) if np.isfinite(one.bound) else None,
                "gap": round(one.gap, 6) if np.isfinite(one.gap) else None,
                "supported": one.is_supported,
                "found_by": one.asked,
            }
            for number, one in enumerate(front.points, start=1)
        ]
    )


def hubs_table(front: Pareto, point: FrontPoint) -> pd.DataFrame:
    """Return the hubs of a plan in the form that ``doorstep evaluate`` reads."""
    spaces, services = front.found.city.spaces, [service.id for service in front.found.profile.services]
    like = like_grades(front.found.problem)
    becoming = {(one.service, one.number): one for one in front.found.converted}
    rows = []
    for at, s in np.argwhere(point.grades > 0).tolist():
        later = becoming.get((s, int(point.grades[at, s])))
        rows.append(
            {
                "space": spaces["id"].iloc[at],
                "place": spaces["place"].iloc[at],
                "service": services[s],
                "grade": int(like[s, point.grades[at, s]]),
                "becomes": services[later.into] if later else "",
                "becomes_year": later.year if later else "",
            }
        )
    columns = ["space", "place", "service", "grade", *(("becomes", "becomes_year") if becoming else ())]
    return pd.DataFrame(rows, columns=columns)


def _chart(front: Pareto, language: str) -> str:
    currency = front.found.city.currency
    unit = 10_000 if language == "zh" else 1_000_000 if front.points[-1].money >= 10**6 * MINOR_UNITS[currency] else 1
    dots = [
        Dot(
            float(major(one.money, currency)) / unit,
            one.worth,
            one.level,
            str(number),
            _say(
                language, "dot", number=number, money=_money(one, front), users=f"{one.worth:,.1f}",
                level=share(one.level), gap=_gap(one, language),
            ),
            one.is_supported,
        )
        for number, one in enumerate(front.points, start=1)
    ]  # fmt: skip
    x_title = _say(language, f"axis_money_{unit}", currency=currency)
    return front_chart(dots, x_title, _say(language, "axis_users"), _say(language, "chart_title"))


def _worst(point: FrontPoint, front: Pareto, language: str) -> str:
    if point.worst < 0:
        return "–"
    return group_told(front.found.city, front.groups[point.worst].name, language)


def _gap(point: FrontPoint, language: str) -> str:
    return share(point.gap, 2) if np.isfinite(point.gap) else _say(language, "no_bound")


def _money(point: FrontPoint, front: Pareto) -> str:
    return amount(point.money, front.found.city.currency)


def _say(language: str, key: str, **values: object) -> str:
    return text(language, f"pareto.{key}", **values)
