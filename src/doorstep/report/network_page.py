"""The page about a walking network: what was read, what hangs together, and a map of it, in one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from doorstep.city import City
from doorstep.messages import catalogue, text
from doorstep.report.network_tables import drawn_as, longitude_latitude
from doorstep.report.page import render_page
from doorstep.walk import Network
from doorstep.walk.joining import FAR_MM
from doorstep.walk.quality import Island, Quality

__all__ = ["network_map", "write_network_page"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LAYERS = {
    "main": ("#8d8a82", 1.0, True),
    "added": ("#c9a227", 0.8, True),
    "flights": ("#7b3294", 2.2, True),
    "empty": ("#e6853e", 2.0, True),
    "people": ("#c2171d", 3.0, True),
    "signals": ("#e0a800", 5.0, False),
    "lifts": ("#2166ac", 7.0, False),
    "open": ("#2e8b57", 5.0, False),
    "private": ("#7fb8a4", 5.0, False),
    "closed": ("#1c2b33", 6.0, False),
    "crossed": ("#ff5a36", 7.0, False),
    "joins": ("#d6008f", 9.0, False),
}
"""Layer, from below: colour, width on the screen in px, drawn as a line (else as dots)."""

_LISTED = 200
"""Rows of a list at most: a page is read, not searched."""
_ON_THE_WAY = (
    *("flights", "flights_counted", "steps", "escalators", "lifts", "gates_open", "gates_private", "gates_closed"),
    *("gate_lines", "gate_lines_on_ways", "walls_crossed"),
    *(
        "other_barriers",
        "barriers",
        "private_ways",
        "signals",
        "signal_waits",
        "crossings",
        "kerbs",
        "hours",
        "hours_unread",
    ),
)


def write_network_page(city: City, network: Network, quality: Quality, path: Path, language: str) -> None:
    """Write what is to be known of a network as one HTML file; nothing in it is fetched when it is read.

    Parameters
    ----------
    city
        As read: name, sources, tables in the order of the points that ``quality`` was asked about.
    network
        Built of ``city.streets``.
    quality
        Of ``network``.
    path
        File to write.
    language
        ``en`` or ``zh``.
    """

    def told(key: str, **values: object) -> str:
        return text(language, f"network.{key}", **values)

    people = sum(island.people for island in quality.islands)
    drawing, counts = network_map(network, quality, told("map_label"))
    context = {
        "t": told,
        "city": city,
        "lead": told(
            "lead",
            length=f"{quality.length_m / 1000:,.0f}",
            edges=f"{quality.edges:,}",
            share=f"{100 * quality.main_share:.1f}%",
            people=f"{people:,.0f}",
        ),
        "three": [
            (f"{100 * quality.main_share:.1f}%", told("three_share")),
            (
                f"{len(quality.islands):,}",
                told(
                    "three_islands",
                    homes=f"{sum(island.residences for island in quality.islands):,}",
                    people=f"{people:,.0f}",
                ),
            ),
            (
                f"{len(quality.homes.far):,}",
                told("three_far", far=FAR_MM // 1000, lost=f"{len(quality.homes.unconnected):,}"),
            ),
        ],
        "drawing": Markup(drawing),
        "attribution": sorted({source.attribution for source in city.sources if source.attribution}),
        "legend": [(name, colour, is_line, counts.get(name)) for name, (colour, _, is_line) in LAYERS.items()],
        "groups": _groups(quality, told, language),
        "tables": [
            _islands(city, quality, told),
            _joins(city, network, quality, told),
            _walls_crossed(city, quality, told, language),
            _far(city, quality, told),
        ],
    }
    path.write_text(render_page("network.html.j2", language, {}, context), encoding="utf-8")


Told = Callable[..., str]
_Table = tuple[str, str, str, str, list[str], list[list[str]], str]
"""Name, title, note, what to say if there is no row, heads, rows, note behind the rows."""


def _groups(quality: Quality, told: Told, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    number = {one.name: getattr(quality, one.name) for one in fields(quality)}
    number |= {name: len(number[name]) for name in ("joins", "hours_unread", "walls_crossed")}

    def named(keys: tuple[str, ...]) -> list[tuple[str, str]]:
        return [(told(key), f"{number[key]:,}") for key in keys]

    most_first = sorted(quality.ways.items(), key=lambda one: (-one[1], one[0]))
    return [
        ("ways", [(_tag_told(language, "highway", one), f"{count:,}") for one, count in most_first]),
        ("on_the_way", named(_ON_THE_WAY)),
        ("dropped", [(told(f"dropped_{reason}"), f"{count:,}") for reason, count in quality.dropped.items()]),
        ("added", named(("squares", "squares_crossed", "square_lines", "cuts", "joins"))),
        (
            "edges",
            [
                *named(("edges", "zero_edges", "self_loops", "parallel_edges")),
                (told("level_share"), f"{100 * quality.level_share:.1f}%"),
            ],
        ),
    ]


def _tag_told(language: str, key: str, value: str) -> str:
    """Return what a tag is called, and the tag; one that nobody named is shown as it is."""
    name = catalogue(language, "network_tags").get(f"{key}_{value}")
    return value if name is None else text(language, "network_tags.tagged", name=name, tag=value)


def _islands(city: City, quality: Quality, told: Told) -> _Table:
    def weight(island: Island) -> tuple[float, float, int]:
        return -island.people, -island.length_m, island.component

    islands = sorted(quality.islands, key=weight)[:_LISTED]
    places = longitude_latitude(city.crs, [(one.x_m, one.y_m) for one in islands])
    rows = [
        [
            str(one.component),
            f"{one.people:,.0f}",
            f"{one.residences:,}",
            f"{one.length_m:,.0f}",
            f"{one.nodes:,}",
            f"{lat:.5f}, {lon:.5f}",
        ]
        for one, (lon, lat) in zip(islands, places, strict=True)
    ]
    rest = sorted(quality.islands, key=weight)[_LISTED:]
    more = (
        told("islands_more", count=f"{len(rest):,}", people=f"{sum(one.people for one in rest):,.0f}") if rest else ""
    )
    heads = [told(f"col_{name}") for name in ("island", "people", "homes", "length", "nodes", "place")]
    return "islands", told("islands"), told("islands_note"), told("islands_none"), heads, rows, more


def _joins(city: City, network: Network, quality: Quality, told: Told) -> _Table:
    rows = []
    for one in quality.joins[:_LISTED]:
        node = int(network.streets.way_nodes[network.streets.first_node_of_way[one.way]])
        own, other = (drawn_as(network.streets, way) for way in one.from_ways)
        ((lon, lat),) = longitude_latitude(city.crs, [(network.node_x_m[node], network.node_y_m[node])])
        place = f"{lat:.5f}, {lon:.5f}"
        rows.append([own, other, f"{one.evidence['gap_mm'] / 1000:.2f}", place])
    heads = [told(f"col_{name}") for name in ("from", "to", "gap", "place")]
    return "joins", told("joins_title"), told("joins_note"), told("joins_none"), heads, rows, ""


def _walls_crossed(city: City, quality: Quality, told: Told, language: str) -> _Table:
    streets = city.streets
    shown = quality.walls_crossed[:_LISTED]
    places = longitude_latitude(city.crs, [(one.x_m, one.y_m) for one in shown])
    rows = [
        [
            drawn_as(streets, int(streets.way_id[one.way])),
            drawn_as(streets, int(streets.way_id[one.wall])),
            _tag_told(language, "barrier", streets.way_tags[one.wall]["barrier"]),
            told(f"crossed_{one.why}"),
            f"{lat:.5f}, {lon:.5f}",
        ]
        for one, (lon, lat) in zip(shown, places, strict=True)
    ]
    rest = len(quality.walls_crossed) - len(shown)
    heads = [told(f"col_{name}") for name in ("way", "wall", "barrier", "why", "place")]
    more = told("crossed_more", count=f"{rest:,}") if rest else ""
    return "crossed", told("crossed_title"), told("crossed_note"), told("crossed_none"), heads, rows, more


def _far(city: City, quality: Quality, told: Told) -> _Table:
    far_m = FAR_MM // 1000
    found: list[tuple[int, list[str]]] = []  # what is worst first
    for kind, rows, joined in (
        ("residence", city.residences, quality.homes),
        ("facility", city.facilities, quality.facilities),
        ("space", city.spaces, quality.spaces),
    ):
        ids, kind_told = rows["id"].tolist(), told(f"kind_{kind}")
        found += [(0, [str(ids[at]), kind_told, told("off_none")]) for at in joined.unconnected]
        if kind != "residence":  # those are counted with their island
            island = [(at, joined.part[at]) for at in joined.on_islands]
            found += [(1, [str(ids[at]), kind_told, told("off_island", island=part)]) for at, part in island]
        found += [(2, [str(ids[at]), kind_told, told("off_far", far=far_m)]) for at in joined.far]
    listed = [row for _, row in sorted(found, key=lambda one: one[0])]
    heads = [told(f"col_{name}") for name in ("id", "kind", "off")]
    more = told("far_more", count=f"{len(listed) - _LISTED:,}") if len(listed) > _LISTED else ""
    return "far", told("far_title"), told("far_note", far=far_m), told("far_none"), heads, listed[:_LISTED], more


def network_map(network: Network, quality: Quality, label: str) -> tuple[str, dict[str, int]]:
    """Return the map as SVG text, whole decimetres from the north-west corner, and how many marks each layer has."""
    streets = network.streets
    way, u, v = network.way_of_edge, network.edge_u, network.edge_v
    on = np.unique(np.concatenate([u, v])) if len(u) else np.zeros(0, dtype=np.int64)
    x, y = network.node_x_m, network.node_y_m
    west, south, east, north = (x[on].min(), y[on].min(), x[on].max(), y[on].max()) if len(on) else (0.0, 0.0, 1.0, 1.0)
    px, py = np.floor((x - west) * 10 + 0.5), np.floor((north - y) * 10 + 0.5)

    is_added = np.zeros(len(streets.way_id), dtype=np.bool_)
    is_added[[one.way for one in streets.added if one.kind == "square"]] = True
    is_flight = np.array([tags.get("highway") == "steps" for tags in streets.way_tags], dtype=np.bool_)
    part = network.component[np.where(network.is_closed[u], v, u)]
    peopled = np.isin(part, [island.component for island in quality.islands if island.people > 0])
    lines = {
        "people": peopled,
        "empty": (part > 0) & ~peopled,
        "added": (part == 0) & is_added[way],
        "flights": (part == 0) & is_flight[way],
    }
    lines["main"] = (part == 0) & ~lines["added"] & ~lines["flights"]
    drawn = {name: _path(px, py, u[chosen], v[chosen]) for name, chosen in lines.items()}
    marks = _marks(network, quality)
    drawn |= {name: "".join(f"M{px[node]:.0f} {py[node]:.0f}h0" for node in nodes) for name, nodes in marks.items()}
    drawn["crossed"] = "".join(
        f"M{(one.x_m - west) * 10:.0f} {(north - one.y_m) * 10:.0f}h0" for one in quality.walls_crossed
    )
    layers = "".join(
        f'<path id="l-{name}" d="{drawn[name] or "M0 0"}" stroke="{colour}" stroke-width="{width:g}"/>'
        for name, (colour, width, _) in LAYERS.items()
    )
    margin = 0.02 * max(east - west, north - south) * 10
    box = f"{-margin:.0f} {-margin:.0f} {(east - west) * 10 + 2 * margin:.0f} {(north - south) * 10 + 2 * margin:.0f}"
    picture = (
        f'<svg id="net" viewBox="{box}" role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg">'
        f"{layers}</svg>"
    )
    return picture, {name: len(nodes) for name, nodes in marks.items()} | {"crossed": len(quality.walls_crossed)}


def _path(px: npt.NDArray[np.float64], py: npt.NDArray[np.float64], u: Ints, v: Ints) -> str:
    """Return edges as one path: an edge that begins where the last one ended goes on without a new start."""
    parts = []
    last = -1
    for tail, head in zip(u.tolist(), v.tolist(), strict=True):
        if tail != last:
            parts.append(f"M{px[tail]:.0f} {py[tail]:.0f}")
        parts.append(f"l{px[head] - px[tail]:.0f} {py[head] - py[tail]:.0f}")
        last = head
    return "".join(parts)


def _marks(network: Network, quality: Quality) -> dict[str, list[int]]:
    """Return the nodes of each layer of dots."""
    joins = [int(network.streets.way_nodes[network.streets.first_node_of_way[one.way]]) for one in quality.joins]
    marks: dict[str, list[int]] = {"joins": joins}
    for name, nodes in quality.marks.items():
        marks[name] = list(nodes)
    return marks
