"""The report of a plan: one page that carries its data, map, fonts and style inside itself."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import shapely
from markupsafe import Markup

from doorstep.messages import text
from doorstep.plan_file import Hub
from doorstep.report.asked import PHASE_HEADS, asked_rows, conflict_told, fund_rows, least_cost_told, phase_rows
from doorstep.report.background import Background
from doorstep.report.bands import bands_of_page
from doorstep.report.charts import HubMark, bar_chart, overview_map
from doorstep.report.findings import (
    clauses_of,
    measured_of,
    outcome_order,
    rule_texts,
    source_of,
    subject_name,
    unmet_told,
)
from doorstep.report.fonts import font_faces
from doorstep.report.later import LATER_HEADS, becoming_told, later_rows, later_told
from doorstep.report.map_data import ALL_SERVICES, QUANTUM_M, Grid, homes_data, map_layers
from doorstep.report.qml import SHARE_COLOURS
from doorstep.report.replaced import REPLACED_HEADS, replaced_rows, replaced_told
from doorstep.report.results import Results
from doorstep.report.set_values import set_by_city, set_for_run
from doorstep.report.sharing import sharing_told
from doorstep.report.summary import CASES, summary_of
from doorstep.report.tables import account_of, community_names, coverage_table
from doorstep.report.wording import Wording, major
from doorstep.report.workbook import gap_sentence

__all__ = ["HUB_COLOURS", "page_data", "render_page", "write_report"]

HUB_COLOURS = {"complex": "#6d1a54", "dispersed": "#b8418c"}


def write_report(results: Results, background: Background, path: Path, language: str) -> None:
    """Write ``report.html``: nothing in it is fetched when it is read.

    Parameters
    ----------
    results
        The plan.
    background
        Its map layers.
    path
        File to write.
    language
        ``en`` or ``zh``.
    """
    wording = Wording(language, results.plan.currency)
    data = page_data(results, background, wording)
    page = render_page("report.html.j2", language, data, _context(results, background, wording))
    path.write_text(page, encoding="utf-8")


def render_page(template: str, language: str, data: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """Return a page from a template of this room, with data, script, style and just the fonts that its text needs."""
    assets = files("doorstep.report").joinpath("assets")
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # "<" would let a name end the script block.
    block = Markup(written.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
    style = Markup(assets.joinpath("page.css").read_text(encoding="utf-8"))
    script = Markup(assets.joinpath("map.js").read_text(encoding="utf-8"))
    page = (
        _templates()
        .get_template(template)
        .render(
            lang="zh-CN" if language == "zh" else "en",
            data=block,
            style=style,
            script=script,
            fonts=Markup("/*fonts*/"),
            **context,
        )
    )
    text = re.sub(r"data:[^\"')]*", "", page)
    return page.replace("/*fonts*/", font_faces(text), 1)


@functools.cache
def _templates() -> jinja2.Environment:
    """Return the templates of this room; each is compiled once a process."""
    assets = files("doorstep.report").joinpath("assets")
    loader = jinja2.FunctionLoader(lambda name: assets.joinpath(name).read_text(encoding="utf-8"))
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def page_data(results: Results, background: Background, wording: Wording) -> dict[str, Any]:
    """Return what the map of the page shows, and one card a hub."""
    west, south, east, north = background.view_m()
    grid = Grid(west, south)
    services = [service.id for service in results.profile.services]
    point = results.city.spaces.set_index("id").geometry
    names = community_names(results, wording)
    places = [shapely.point_on_surface(point[hub.space]) for hub in results.plan.hubs]
    hub_xy = shapely.get_coordinates(np.array(places, dtype=object))
    ends = np.array(background.view_m(hub_xy)).reshape(2, 2)
    start = [int(value) for value in grid.points(ends).ravel()]
    hubs = [
        {
            "x": int(x),
            "y": int(y),
            "n": number,
            "id": hub.space,
            "colour": HUB_COLOURS.get(hub.kind, HUB_COLOURS["complex"]),
            "people": round(hub.people, 1),
            "services": [one.service for one in hub.services],
            "card": hub_card(hub, results, wording, names),
        }
        for number, (hub, (x, y)) in enumerate(zip(results.plan.hubs, grid.points(hub_xy), strict=True), start=1)
    ]
    labels = [wording(f"share_class_{number}") for number in range(len(SHARE_COLOURS))]
    return {
        "size": [int((east - west) / QUANTUM_M), int((north - south) / QUANTUM_M)],
        "start": start,
        "quantum": QUANTUM_M,
        "colours": list(SHARE_COLOURS),
        "services": [{"id": ALL_SERVICES, "name": wording("all_services")}]
        + [{"id": service, "name": wording.service(service)} for service in services],
        "homes": homes_data(background, results.need, grid, services),
        "hubs": hubs,
        "labels": {"classes": labels, "nobody": wording("share_class_nobody"), "close": wording("map_close")},
        "service_names": {service: wording.service(service) for service in services},
        **map_layers(background, grid),
    }


def hub_card(hub: Hub, results: Results, wording: Wording, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what a reader sees who picks a hub: facts, services, accounts, findings, all as finished text."""
    cur = wording.currency
    facts = [
        [wording("col_space"), hub.space],
        [wording("col_community"), names.get(hub.community, hub.community)],
        [wording("col_channel"), wording.named("channel", hub.channel)],
        [wording("col_floor"), wording.count(hub.area_m2)],
        [wording("fact_space_area"), f"{wording.count(hub.space_area_m2)} ({wording.named('basis', hub.area_basis)})"],
        [wording("fact_storey"), wording("not_known") if hub.storey is None else f"{hub.storey:g}"],
        [wording("fact_people"), wording.count(hub.people)],
        [wording("fact_users"), wording.count(hub.users)],
        [wording("fact_capital"), f"{wording.money_whole(hub.capital_money)} {cur}"],
        [wording("col_start"), hub.available_from or wording("not_known")],
        [wording("col_opens"), hub.opens or wording("not_known")],
        *([text(wording.language, "replaced.fact"), told] for told in replaced_told(hub, results, wording)),
        *([text(wording.language, "sharing.fact"), told] for told in sharing_told(hub, wording)),
        *([text(wording.language, "later.fact"), told] for told in becoming_told(hub, wording)),
    ]
    services = [
        [
            wording.service(one.service),
            str(one.grade),
            wording.count(one.area_m2),
            f"{wording.count(one.capacity)} {wording.named('unit', one.capacity_unit)}",
            wording.count(one.people),
            wording.count(one.users),
        ]
        for one in hub.services
    ]
    texts = rule_texts(results, wording.language)
    found = sorted(hub.findings, key=lambda one: (outcome_order(one.outcome), one.rule))
    told = [
        [
            wording.named("outcome", one.outcome),
            f"{texts.get(one.rule, one.rule)} ({source_of(one, wording)})",
            measured_of(one, wording),
        ]
        for one in found
        if one.outcome != "not_applicable"
    ]
    heads = {
        "services": [
            "col_service",
            "col_grade",
            "col_grade_floor",
            "col_capacity",
            "col_people_short",
            "col_users_short",
        ],
        "accounts": ["accounts_a_year", *(f"case_{case}" for case in CASES)],
        "findings": ["col_outcome", "col_requirement", "col_measured_required"],
    }
    bodies = {"services": services, "accounts": account_rows(hub, wording), "findings": told}
    return {
        "title": hub.place or hub.space,
        "sub": wording.named("kind", hub.kind),
        "facts": facts,
        "tables": [{"head": [wording(key) for key in heads[name]], "rows": rows} for name, rows in bodies.items()],
    }


def account_rows(hub: Hub, wording: Wording) -> list[list[str]]:
    """Return the accounts of a hub by line: name, then low, mid and high."""
    rows = []
    for name in ("revenue", "running_cost", "subsidy", "result", "support"):
        accounts = [account_of(hub, case) for case in CASES]
        rows.append(
            [
                wording(f"account_{name}"),
                *(wording.money_whole(getattr(one, f"{name}_money")) if one else "–" for one in accounts),
            ]
        )
    rows.append(
        [
            wording("account_jobs"),
            *(wording.decimal(one.jobs) if one else "–" for one in (account_of(hub, case) for case in CASES)),
        ]
    )
    return rows


def _context(results: Results, background: Background, wording: Wording) -> dict[str, Any]:
    plan, cur = results.plan, results.plan.currency
    table = coverage_table(results, wording.language)
    totals = table[table["community"] != "*"].groupby("community", sort=False)
    share_of_community = {
        str(community): float(rows["served_after"].sum() / rows["in_need"].sum())
        for community, rows in totals
        if rows["in_need"].sum() > 0
    }
    point = results.city.spaces.set_index("id").geometry
    marks: list[HubMark] = []
    for number, hub in enumerate(plan.hubs, start=1):
        x, y = shapely.get_coordinates(shapely.point_on_surface(point[hub.space]))[0]
        marks.append(
            (x, y, hub.people, HUB_COLOURS.get(hub.kind, HUB_COLOURS["complex"]), f"{number}. {hub.place or hub.space}")
        )
    names = community_names(results, wording)
    communities = [
        (
            names.get(str(community), str(community)),
            rows.set_index("service"),
            community in set(results.city.communities.loc[results.city.communities["cut"], "id"]),
        )
        for community, rows in totals
    ]
    parameters = [
        (
            wording.named("parameter", name),
            "" if service == "any" else wording.service(service),
            "" if age == "all" else age,
            one,
        )
        for (name, service, age), one in sorted(results.profile.parameters.items())
        if one.kind in ("assumption", "derived", "city")
    ]
    return {
        "w": wording,
        "plan": plan,
        "city": results.city,
        "profile": results.profile,
        "sums": summary_of(plan),
        "cases": CASES,
        "major": lambda money: major(money, cur),
        "overview": Markup(overview_map(background, marks, share_of_community, wording)),
        "bars": Markup(
            bar_chart(
                [(wording.service(row.service), row.in_need, row.served_now, row.served_plan) for row in plan.coverage],
                wording,
            )
        ),
        "communities": communities,
        "bands": bands_of_page(results.bands, results.profile, wording),
        "names": names,
        "clauses": clauses_of(results, wording.language),
        "measured": lambda finding: measured_of(finding, wording),
        "asked": asked_rows(results, wording.language),
        "funds": fund_rows(results, wording.language),
        "replaced_heads": REPLACED_HEADS,
        "replaced_rows": replaced_rows(results, wording),
        "replaced_text": lambda key: text(wording.language, f"replaced.{key}"),
        "later_heads": LATER_HEADS,
        "later_rows": later_rows(plan, wording),
        "changes": [
            (f"{number}. {hub.place or hub.space}", told)
            for number, hub in enumerate(plan.hubs, start=1)
            for told in becoming_told(hub, wording)
        ],
        "later_told": later_told(plan, wording.language),
        "later_text": lambda key: text(wording.language, f"later.{key}"),
        "least_cost": least_cost_told(results, wording.language),
        "conflict": conflict_told(results, wording.language),
        "phase_heads": PHASE_HEADS,
        "phase_rows": phase_rows(results, wording.language),
        "asked_text": lambda key: text(wording.language, f"asked.{key}"),
        "unmet_told": lambda unmet: unmet_told(unmet, results, wording),
        "clause_subject": lambda subject: subject_name(subject, results, wording),
        "gap": gap_sentence(plan, wording),
        "city_settings": set_by_city(results, wording),
        "run_settings": set_for_run(results),
        "parameters": parameters,
        "account": account_of,
        "completeness": results.city.completeness.to_dict("records"),
        "hub_colours": HUB_COLOURS,
        "share_colours": SHARE_COLOURS,
    }
