"""Printable sheets, one A4 page each: a hub for those who open it, a community for those who live there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from doorstep.plan_file import Hub
from doorstep.report.background import Background
from doorstep.report.findings import measured_of, outcome_order, rule_texts, source_of
from doorstep.report.later import becoming_told
from doorstep.report.paper import MM, SOFT, Paper
from doorstep.report.paper_map import Dots, MapLayers, draw_map, map_layers_of
from doorstep.report.replaced import replaced_told
from doorstep.report.results import Results
from doorstep.report.set_values import set_by_city
from doorstep.report.sharing import sharing_told
from doorstep.report.summary import CASES
from doorstep.report.tables import account_of, community_names, coverage_table
from doorstep.report.wording import Wording

__all__ = ["sheet_names", "write_sheets"]

_LEFT, _WIDE = 16.0, 178.0
_HUB_COLOUR = "#6d1a54"
_AROUND_M = 620.0
_MOST_FINDINGS, _MOST_HUBS = 6, 9


def write_sheets(results: Results, background: Background, folder: Path, language: str) -> None:
    """Write ``hub-<space>.pdf`` and ``community-<id>.pdf`` into a folder, made if absent.

    Parameters
    ----------
    results
        The plan.
    background
        Its map layers.
    folder
        Where the sheets go.
    language
        ``en`` or ``zh``.
    """
    folder.mkdir(exist_ok=True)
    # ReportLab writes streams as text unless told otherwise; bytes are smaller and much faster to write.
    rl_config.useA85 = 0
    wording = Wording(language, results.plan.currency)
    layers = map_layers_of(background)
    homes = background.residences
    home_xy = pd.DataFrame(
        shapely.get_coordinates(shapely.point_on_surface(homes.geometry.to_numpy())),
        index=homes["id"],
        columns=["x", "y"],
    )
    plan_rows = results.served[results.served["situation"] == "plan"]
    served = {str(place): rows.groupby("residence")["people"].sum() for place, rows in plan_rows.groupby("place")}
    names = sheet_names((hub.space for hub in results.plan.hubs), "hub")
    for hub in results.plan.hubs:
        _hub_sheet(hub, results, layers, home_xy, served.get(hub.space), wording, folder / names[hub.space])
    coverage = coverage_table(results, language)
    names = sheet_names(results.city.communities["id"], "community")
    for community in results.city.communities.itertuples(index=False):
        rows = coverage[coverage["community"] == community.id]
        _community_sheet(community, results, background, layers, home_xy, rows, wording, folder / names[community.id])


def sheet_names(ids: Iterable[str], prefix: str) -> dict[str, str]:
    """Return a file name per id that every system takes and no two share.

    Letters (Chinese ones too), digits, dot, hyphen and underscore stay; an id that had to be changed, is long, or
    differs from another only in capitals gets the start of its hash.

    Examples
    --------
    >>> sheet_names(["K1", "way/7"], "hub")
    {'K1': 'hub-K1.pdf', 'way/7': 'hub-way_7-400f5b21.pdf'}
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for identity in sorted(ids):
        plain = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in identity)[:40]
        if plain != identity or plain.casefold() in taken:
            plain = f"{plain}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"
        taken.add(plain.casefold())
        names[identity] = f"{prefix}-{plain}.pdf"
    return names


def _hub_sheet(
    hub: Hub, results: Results, layers: MapLayers, home_xy: pd.DataFrame, served: Any, wording: Wording, path: Path
) -> None:
    paper = _paper(path, hub.place or hub.space)
    names = community_names(results, wording)
    kind = wording.named("kind", hub.kind)
    y = _head(
        paper,
        results,
        wording,
        wording("card_hub"),
        hub.place or hub.space,
        f"{kind} · {hub.space} · {names.get(hub.community, hub.community)}",
    )
    space = results.city.spaces.set_index("id").loc[hub.space]
    here = shapely.get_coordinates(shapely.point_on_surface(space.geometry))[0]
    tall = 122.0 - 4.6 * len(hub.services)
    view = (here[0] - _AROUND_M, here[1] - _AROUND_M, here[0] + _AROUND_M, here[1] + _AROUND_M)
    given = home_xy.loc[served.index] if served is not None else home_xy.iloc[:0]
    radius = np.clip(0.8 + np.sqrt(served.to_numpy()) * 0.45, 0.9, 3.0) if served is not None else np.empty(0)
    others = home_xy.drop(given.index).to_numpy()
    dots = [
        Dots(others, np.full(len(others), 0.8), "#bdb8ab"),
        Dots(given.to_numpy(), radius, "#2166ac"),
        Dots(np.array([here]), np.array([6.0]), _HUB_COLOUR),
    ]
    draw_map(paper, layers, wording, (_LEFT, y, 104, tall), view, dots)
    _map_notes(
        paper,
        results,
        wording,
        y + tall,
        104.0,
        [("#2166ac", "card_homes_served"), (_HUB_COLOUR, "layer_hubs"), ("#1d6a5a", "layer_facilities")],
    )
    below = _hub_facts(paper, hub, space, wording, y)
    y = max(y + tall + 18, below + 1)
    y = paper.heading(_LEFT, y, wording("card_services"), _WIDE)
    head = [
        wording(key)
        for key in (
            "col_service",
            "col_capacity_unit",
            "col_grade",
            "col_grade_floor",
            "col_capacity",
            "col_people_short",
            "col_users_short",
        )
    ]
    rows = [
        [wording.service(one.service), wording.named("unit", one.capacity_unit), str(one.grade),
         wording.count(one.area_m2), wording.count(one.capacity), wording.count(one.people), wording.count(one.users)]
        for one in hub.services
    ]  # fmt: skip
    y = paper.table(_LEFT, y, (52, 30, 18, 20, 19, 20, 19), head, rows, text_columns=2)
    for told in [
        *replaced_told(hub, results, wording),
        *sharing_told(hub, wording),
        *becoming_told(hub, wording),
    ]:
        y = paper.wrapped(_LEFT, y, told, _WIDE, 8, colour=SOFT, most=1) + 0.6
    _hub_accounts(paper, hub, wording, y)
    _hub_findings(paper, hub, results, wording, y)
    _foot(paper, results, wording)
    paper.canvas.save()


def _hub_accounts(paper: Paper, hub: Hub, wording: Wording, y: float) -> None:
    """The three cases; what costs and incomes consist of, too, if the page has room for it."""
    y = paper.heading(_LEFT, y, wording("card_accounts"), 88)
    accounts = [account_of(hub, case) for case in CASES]
    rows = [
        [
            wording(f"account_{name}"),
            *(wording.money_whole(getattr(one, f"{name}_money")) if one else "–" for one in accounts),
        ]
        for name in ("revenue", "running_cost", "subsidy", "result", "support")
    ]
    rows.append([wording("account_jobs"), *(wording.decimal(one.jobs) if one else "–" for one in accounts)])
    lines = sorted({line for one in accounts if one for line in one.lines_money})
    if y + 4.7 * (len(rows) + len(lines)) < 268:
        rows += [
            [
                wording("account_line", name=wording.account_line(line)),
                *(wording.money_whole(one.lines_money.get(line, 0)) if one else "–" for one in accounts),
            ]
            for line in lines
        ]
    head = [wording("accounts_a_year"), *(wording(f"case_{case}") for case in CASES)]
    paper.table(_LEFT, y, (40, 16, 16, 16), head, rows, size_pt=7.6)


def _hub_facts(paper: Paper, hub: Hub, space: Any, wording: Wording, y: float) -> float:
    """Draw the facts beside the map and return where they end."""
    x, width = _LEFT + 111, _WIDE - 111
    papers = [wording.named("paper", code) for code in sorted(space["limits"]) if not code.startswith(("bar:", "no_"))]
    if hub.channel in ("convert", "transfer", "rent", "newbuild"):
        papers.append(wording.named("paper", hub.channel))
    facts = [
        (wording("fact_people"), wording.count(hub.people)),
        (wording("fact_users"), wording.count(hub.users)),
        (wording("fact_capital"), wording.money(hub.capital_money)),
        (wording("col_floor"), wording.count(hub.area_m2)),
        (wording("fact_space_area"), f"{wording.count(hub.space_area_m2)} ({wording.named('basis', hub.area_basis)})"),
        (wording("fact_storey"), wording("not_known") if hub.storey is None else f"{hub.storey:g}"),
        (wording("col_channel"), wording.named("channel", hub.channel)),
        (wording("col_start"), hub.available_from or wording("not_known")),
        (wording("col_opens"), hub.opens or wording("not_known")),
    ]
    if papers:
        facts.append((wording("card_papers"), wording("list_separator").join(papers)))
    y += 3
    for number, (name, value) in enumerate(facts):
        big = number < 3
        paper.text(x, y, name, 7.5, colour=SOFT)
        y = paper.wrapped(x, y + (5.8 if big else 4.0), value, width, 14 if big else 9, bold=big, most=3)
        y += 0.2 if big else 1.2
    return y


def _hub_findings(paper: Paper, hub: Hub, results: Results, wording: Wording, y: float) -> None:
    x, width = _LEFT + 92, _WIDE - 92
    told = sorted(
        (one for one in hub.findings if one.outcome != "not_applicable"),
        key=lambda one: (outcome_order(one.outcome), one.rule),
    )
    y = paper.heading(x, y, wording("card_clauses"), width)
    texts = rule_texts(results, wording.language)
    for one in told[:_MOST_FINDINGS]:
        paper.text(x, y, wording.named("outcome", one.outcome), 7.6, bold=True)
        paper.text(x + width, y, paper.clipped(measured_of(one, wording), width - 30, 7.6), 7.6, align="right")
        y = paper.wrapped(x, y + 3.5, texts.get(one.rule, one.rule), width, 7, most=2)
        y = paper.wrapped(x, y, source_of(one, wording), width, 6.4, colour=SOFT, most=1) + 1.0
    if len(told) > _MOST_FINDINGS:
        paper.text(x, y, wording("card_more", count=len(told) - _MOST_FINDINGS), 7.2, colour=SOFT)
    if not told:
        paper.text(x, y, wording("no_clauses"), 7.6, colour=SOFT)


def _community_sheet(
    community: Any,
    results: Results,
    background: Background,
    layers: MapLayers,
    home_xy: pd.DataFrame,
    rows: pd.DataFrame,
    wording: Wording,
    path: Path,
) -> None:
    paper = _paper(path, community.name)
    homes = background.residences[background.residences["community"] == community.id]
    sums = rows[["in_need", "served_after"]].sum()
    said = wording(
        "card_communal",
        people=wording.count(homes["people"].sum()),
        need=wording.count(sums["in_need"]),
        served=wording.count(sums["served_after"]),
        share=wording.percent(sums["served_after"], sums["in_need"]),
    )
    y = _head(
        paper,
        results,
        wording,
        wording("card_community"),
        community.name + (f" {wording('cut')}" if community.cut else ""),
        said,
    )
    west, south, east, north = shapely.bounds(community.geometry)
    mine = home_xy.loc[homes["id"]].to_numpy()
    numbered = list(enumerate(results.plan.hubs, start=1))
    hubs = [(number, hub) for number, hub in numbered if hub.community == community.id]
    point = results.city.spaces.set_index("id").geometry
    hub_xy = np.array(
        [shapely.get_coordinates(shapely.point_on_surface(point[hub.space]))[0] for _, hub in numbered]
    ).reshape(-1, 2)
    dots = [
        Dots(mine, np.full(len(mine), 1.0), "#8fb0cc"),
        Dots(hub_xy, np.full(len(hub_xy), 5.5), _HUB_COLOUR, [str(number) for number, _ in numbered]),
    ]
    margin = 0.04 * max(east - west, north - south) + 20
    draw_map(
        paper,
        layers,
        wording,
        (_LEFT, y, _WIDE, 118),
        (west - margin, south - margin, east + margin, north + margin),
        dots,
        community.geometry,
    )
    _map_notes(
        paper,
        results,
        wording,
        y + 118,
        _WIDE,
        [("#8fb0cc", "card_homes_here"), (_HUB_COLOUR, "layer_hubs"), ("#1d6a5a", "layer_facilities")],
    )
    y = paper.heading(_LEFT, y + 132, wording("card_need"), _WIDE)
    columns = (
        "in_need",
        "reached_before",
        "reached_after",
        "served_before",
        "served_after",
        "users_before",
        "users_after",
    )
    head = [wording("col_service"), *(wording(f"col_{name}") for name in columns)]
    body = [
        [str(row.service_name), *(wording.count(getattr(row, name)) for name in columns)]
        for row in rows.itertuples(index=False)
    ]
    y = paper.table(_LEFT, y, (52, *[18.0] * 7), head, body, size_pt=7.8)
    y = paper.heading(_LEFT, y, wording("card_hubs"), _WIDE)
    if not hubs:
        paper.text(_LEFT, y, wording("card_no_hubs"), 8.4, colour=SOFT)
    for number, hub in hubs[:_MOST_HUBS]:
        services = wording("list_separator").join(wording.service(one.service) for one in hub.services)
        paper.text(_LEFT, y, f"{number}.", 8, bold=True)
        paper.text(
            _LEFT + 7, y, paper.clipped(f"{hub.place or hub.space}{wording('colon')}{services}", _WIDE - 66, 8), 8
        )
        told = wording(
            "card_people",
            people=wording.count(hub.people),
            users=wording.count(hub.users),
            capital=wording.money(hub.capital_money),
        )
        paper.text(_LEFT + _WIDE, y, paper.clipped(told, 70, 6.8), 6.8, colour=SOFT, align="right")
        y += 4.6
    if len(hubs) > _MOST_HUBS:
        paper.text(_LEFT + 7, y, wording("card_more", count=len(hubs) - _MOST_HUBS), 7.4, colour=SOFT)
    _city_settings(paper, results, wording)
    _foot(paper, results, wording)  # last: it names the characters that no font had
    paper.canvas.save()


def _paper(path: Path, title: str) -> Paper:
    canvas = Canvas(str(path), pagesize=(210 * MM, 297 * MM), pageCompression=1, invariant=1)
    canvas.setTitle(title)
    canvas.setCreator("Doorstep")
    return Paper(canvas)


def _head(paper: Paper, results: Results, wording: Wording, eyebrow: str, title: str, said: str) -> float:
    paper.text(_LEFT, 17, wording("card_page", city=results.plan.city), 8, colour="#1f4e5f")
    paper.text(_LEFT + _WIDE, 17, eyebrow, 8, colour=SOFT, align="right")
    y = paper.wrapped(_LEFT, 25.5, title, _WIDE, 18, bold=True, most=2)
    y = paper.wrapped(_LEFT, y - 2.6, said, _WIDE, 9.5, colour=SOFT, most=2)
    return y + 0.5


def _map_notes(
    paper: Paper, results: Results, wording: Wording, y: float, width: float, legend: list[tuple[str, str]]
) -> None:
    x = _LEFT + 1.2
    for colour, key in legend:
        paper.canvas.setFillColor(colour)
        paper.canvas.circle(x * MM, (paper.height_mm - y - 3.4) * MM, 2.2, stroke=0, fill=1)
        name = wording(key)
        paper.text(x + 2, y + 4.3, name, 7, colour=SOFT)
        x += 7 + paper.text_width_mm(name, 7)
    notes = [" · ".join(results.plan.attribution), wording("approval_number")]
    if results.plan.made_up:
        notes.append(wording("made_up_short"))
    paper.wrapped(_LEFT, y + 8.2, " · ".join(note for note in notes if note), width, 6.4, colour=SOFT, most=3)


def _city_settings(paper: Paper, results: Results, wording: Wording) -> None:
    """One line below the foot: what the city set itself; the report names the documents."""
    settings = set_by_city(results, wording)
    if settings:
        colon = wording("colon")
        told = " · ".join(f"{one.meaning.rstrip('.。') or one.key}{colon}{one.value}" for one in settings)
        said = f"{wording('city_settings_title')}{colon}{told}"
        paper.text(_LEFT, 290.4, paper.clipped(said, _WIDE, 6.5), 6.5, colour=SOFT)


def _foot(paper: Paper, results: Results, wording: Wording) -> None:
    paper.rule(_LEFT, 283, _WIDE)
    said = wording("made_up") if results.plan.made_up else " · ".join(results.plan.attribution)
    paper.text(_LEFT, 287, paper.clipped(said, _WIDE, 7), 7, colour="#8f2f03" if results.plan.made_up else SOFT)
    if paper.missing:
        codes = ", ".join(f"U+{ord(letter):04X}" for letter in sorted(paper.missing))
        paper.text(_LEFT, 293.4, paper.clipped(wording("footnote_missing", codes=codes), _WIDE, 6.5), 6.5, colour=SOFT)
