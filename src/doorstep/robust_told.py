"""What draws show of a plan, in words, tables and on a map."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.layout import like_grades
from doorstep.messages import text
from doorstep.report.answer_page import Section
from doorstep.report.background import background_of_city
from doorstep.report.city_map import CityMap
from doorstep.report.wording import Wording
from doorstep.robust import Candidate, Robust
from doorstep.screen import amount, share

__all__ = ["draws_table", "hubs_table", "rooms_table", "sections_of", "sentences_of"]

COLOURS = ("#e3d9c6", "#ecc98b", "#86b2cc", "#2166ac")
_CLASSES = (0.25, 0.5, 0.9)
_LISTED = 40


def sentences_of(robust: Robust, language: str) -> list[str]:
    """Return the answer in a few sentences."""
    plan, best = robust.candidates[0], robust.best
    separator = text(language, "report.list_separator")
    lines = [
        _say(
            language, "lead", draws=len(robust.draws),
            vary=separator.join(_say(language, f"vary_{one}") for one in robust.vary), mean=share(plan.mean),
            tail=share(plan.tail), worst=share(plan.worst), most=share(float(plan.most_regret.max())),
        )
    ]  # fmt: skip
    if best.name == "plan":
        lines.append(_say(language, "plan_is_best", tail=share(best.tail)))
    else:
        lines.append(
            _say(
                language, "other_is_best", name=_named(best, language), tail=share(best.tail), worst=share(best.worst),
                plan=share(plan.tail),
            )
        )  # fmt: skip
    often = robust.no_regret
    in_plan = often & robust.base.grades.any(axis=1)
    key = "no_regret" if often.any() else "no_regret_none"
    lines.append(_say(language, key, rooms=int(often.sum()), in_plan=int(in_plan.sum())))
    return lines


def sections_of(robust: Robust, language: str) -> list[Section]:
    """Return the parts of the page: candidates, rooms to build first, map, what was drawn."""
    currency = robust.was.found.city.currency
    heads = [_say(language, f"col_{one}") for one in ("plan", "money", "hubs", "mean", "tail", "worst", "most")]
    rows = [
        [
            _named(one, language), amount(one.money, currency), str(int(one.grades.any(axis=1).sum())),
            share(one.mean), share(one.tail), share(one.worst), share(float(one.most_regret.max())),
        ]
        for one in robust.candidates
    ]  # fmt: skip
    drawing, legend = _map(robust, language)
    return [
        Section(
            _say(language, "candidates_title"), [_say(language, "candidates_note")], heads=heads, rows=rows,
            figures=frozenset(range(1, 7)),
        ),
        _rooms_section(robust, language),
        Section(_say(language, "map_title"), [_say(language, "map_note")], drawing=drawing, is_map=True, legend=legend),
        Section(_say(language, "how_title"), [_say(language, "how"), _say(language, "how_regret")]),
    ]  # fmt: skip


def _rooms_section(robust: Robust, language: str) -> Section:
    table, separator = rooms_table(robust), text(language, "report.list_separator")
    names = robust.was.found.city.communities.set_index("id")["name"]
    heads = [_say(language, f"col_{one}") for one in ("room", "community", "chosen", "had", "in_plan", "services")]
    rows = [
        [
            str(row["place"] or row["space"]), str(names.get(row["community"], "")) or row["community"] or "–",
            share(row["chosen_share"], 0), share(row["had"] / len(robust.draws), 0),
            _say(language, "yes" if row["in_plan"] else "no"),
            separator.join(text(language, f"services.{one}") for one in row["services"].split()) or "–",
        ]
        for row in table.head(_LISTED).to_dict("records")
    ]  # fmt: skip
    notes = [_say(language, "rooms_note", rooms=min(_LISTED, len(table)), all=len(table))]
    return Section(_say(language, "rooms_title"), notes, heads=heads, rows=rows, figures=frozenset({2, 3}))


def rooms_table(robust: Robust) -> pd.DataFrame:
    """Return ``rooms.csv``: every room chosen in some draw or by the plan, those chosen most often first."""
    spaces = robust.was.found.city.spaces
    services = [service.id for service in robust.was.found.profile.services]
    in_plan: npt.NDArray[np.bool_] = np.asarray(robust.base.grades.any(axis=1), dtype=np.bool_)
    often = robust.no_regret
    rows = []
    for at in np.flatnonzero((robust.chosen > 0) | in_plan).tolist():
        used: npt.NDArray[np.int64] = np.array([draw.grades[at] > 0 for draw in robust.draws], dtype=np.int64).sum(
            axis=0
        )
        usual = [services[s] for s in np.flatnonzero(used > 0.5 * max(1, int(robust.chosen[at])))]
        rows.append(
            {
                "space": spaces["id"].iloc[at],
                "place": spaces["place"].iloc[at],
                "community": spaces["community"].iloc[at],
                "draws": len(robust.draws),
                "had": int(robust.had[at]),
                "chosen": int(robust.chosen[at]),
                "chosen_share": round(float(robust.chosen[at]) / max(1, int(robust.had[at])), 4),
                "no_regret": bool(often[at]),
                "in_plan": bool(in_plan[at]),
                "services": " ".join(usual),
                "chance_low": robust.chances[at, 0],
                "chance_mid": robust.chances[at, 1],
                "chance_high": robust.chances[at, 2],
            }
        )
    rows.sort(key=lambda row: (not row["no_regret"], -row["chosen_share"], -row["chosen"], row["space"]))
    return pd.DataFrame(rows, columns=list(rows[0]) if rows else ["space"])


def draws_table(robust: Robust) -> pd.DataFrame:
    """Return ``draws.csv``: each draw with its best plan found, its bound, and every candidate's worth and regret."""
    services = [service.id for service in robust.was.found.profile.services]
    rows = []
    for number, draw in enumerate(robust.draws):
        row: dict[str, object] = {"draw": number + 1, "rooms_had": int(draw.rooms.sum())}
        row |= {f"need_{one}": round(float(draw.need[at]), 4) for at, one in enumerate(services)}
        row |= {f"take_up_{one}": round(float(draw.take_up[at]), 4) for at, one in enumerate(services)}
        row |= {"best_users": round(draw.best, 4), "bound_users": round(draw.bound, 4)}
        for one in robust.candidates:
            row[f"users_{one.name}"] = round(float(one.worth[number]), 4)
            row[f"regret_{one.name}"] = round(float(one.regret[number]), 6)
            row[f"most_regret_{one.name}"] = round(float(one.most_regret[number]), 6)
        rows.append(row)
    return pd.DataFrame(rows)


def hubs_table(robust: Robust, candidate: Candidate) -> pd.DataFrame:
    """Return the hubs of a candidate in the form that ``doorstep evaluate`` reads."""
    spaces, services = robust.was.found.city.spaces, [one.id for one in robust.was.found.profile.services]
    like = like_grades(robust.was.problem)
    rows = [
        (spaces["id"].iloc[at], spaces["place"].iloc[at], services[s], int(like[s, candidate.grades[at, s]]))
        for at, s in np.argwhere(candidate.grades > 0).tolist()
    ]
    return pd.DataFrame(rows, columns=["space", "place", "service", "grade"])


def _map(robust: Robust, language: str) -> tuple[str, list[tuple[str, str]]]:
    city = robust.was.found.city
    points = shapely.get_coordinates(shapely.point_on_surface(city.spaces.geometry.to_numpy())).reshape(-1, 2)
    part = np.divide(robust.chosen, robust.had, out=np.zeros(len(points)), where=robust.had > 0)
    found = np.searchsorted(_CLASSES, part, side="right")
    drawing = CityMap(
        background_of_city(city, robust.was.document.attribution), points, Wording(language, city.currency)
    )
    parts = drawing.ground({})
    shown = robust.chosen > 0
    for number, colour in enumerate(COLOURS):
        here = points[shown & (found == number)]
        parts += [drawing.dots(here, "#ffffff", 10.0), drawing.dots(here, colour, 8.0)]
    parts.append(drawing.dots(points[robust.base.grades.any(axis=1)], "#1c2b33", 2.6))
    legend = [(colour, _say(language, f"class_{number}")) for number, colour in enumerate(COLOURS)]
    return drawing.picture(parts, _say(language, "map_title")), [*legend, ("#1c2b33", _say(language, "legend_plan"))]


def _named(candidate: Candidate, language: str) -> str:
    if candidate.name.startswith("draw:"):
        return _say(language, "name_draw", number=candidate.name.partition(":")[2])
    return _say(language, f"name_{candidate.name}")


def _say(language: str, key: str, **values: object) -> str:
    return text(language, f"robust.{key}", **values)
