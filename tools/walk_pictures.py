"""Make the pictures of docs/explain/how-we-measure-a-walk.md and docs/reference/walk-places.json.

    .venv/bin/python tools/walk_pictures.py

Everything is measured by the program on examples/newport, examples/made-city and tests/data/monaco; the same input
gives the same files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from walk_drawings import islands, slope, snapping
from walk_map import AFTER, BEFORE, HALO, INK, PAPER, Frame, box_of, foot, legend, line, mark, streets_layers, svg
from walk_places import (
    PLACES,
    REPOSITORY,
    Place,
    Walk,
    counts,
    gate_walks,
    lengths,
    measured,
    pram_walks,
    read,
    walks,
    worth,
)

IMAGES = REPOSITORY / "docs" / "images" / "walk"
FIGURES = REPOSITORY / "docs" / "reference" / "walk-places.json"
OSM = "© OpenStreetMap contributors, ODbL 1.0"
WIDTH, HEIGHT = 720.0, 480.0
LEGEND_AT = [(x, y) for x in range(10, 190, 20) for y in (10, 30, 50, 70)]
TINY = 0.3  # a walk of this share of the picture gets a picture of its own in a corner


def place_map(place: Place, before: Walk, after: Walk) -> str:
    """Draw a place: dashed the walk without what is taken out, solid the walk with it."""
    both = [points for walk in (before, after) if (points := whole_of(walk))]
    everything = [point for points in both for point in points]
    frame = box_of(everything, WIDTH, HEIGHT, least_m=70)
    body = _map(place, before, after, frame)
    body += legend([(BEFORE, "8 5", told(before)), (AFTER, "", told(after))])
    own = box_of(whole_of(after), 250, 200, least_m=50)
    if before.way is not None and frame.scale / own.scale < TINY:
        body += _inset(place, before, after, own)
    title = f"{place.name}: {told(before)} → {told(after)}"
    return svg(WIDTH, HEIGHT, title, [*body, *foot(frame, OSM)])


def _map(place: Place, before: Walk, after: Walk, frame: Frame) -> list[str]:
    streets = after.network.streets
    taken = np.flatnonzero(streets.node_id == place.osm_id).tolist() if place.kind == "node" else []
    halo = []
    if place.kind == "way":
        way = int(np.flatnonzero(streets.way_id == place.osm_id)[0])
        nodes = streets.way_nodes[streets.first_node_of_way[way] : streets.first_node_of_way[way + 1]]
        points = list(zip(streets.node_x_m[nodes].tolist(), streets.node_y_m[nodes].tolist(), strict=True))
        halo = [line(frame, points, HALO, 22, opacity=0.8)]
    return [*halo, *walks_on_map(frame, before, after, taken)]


def walks_on_map(frame: Frame, before: Walk, after: Walk, taken: Sequence[int] = ()) -> list[str]:
    """Return streets with two walks on them, the parts off the network dotted, and their ends."""
    drawn, busy = [], list(LEGEND_AT)
    for walk, colour, dash, width in ((before, BEFORE, "9 6", 4.0), (after, AFTER, "", 4.5)):
        if walk.way is None:
            continue
        points = list(walk.way.line.coords)
        busy += [frame.at(x, y) for x, y in points]
        drawn += [line(frame, points, "white", width + 3, opacity=0.8)]
        drawn += [line(frame, points, colour, width, dash=dash, cap="butt")]
        for end, on_way in zip(ends_of(walk), (points[0], points[-1]), strict=True):
            drawn += [line(frame, [end, on_way], INK, 2, dash="1 4")]
    below, marks, names = streets_layers(after.network.streets, frame, taken=taken, keep_off=busy)
    letters = [mark(frame.at(x, y), letter) for (x, y), letter in zip(ends_of(after), "AB", strict=True)]
    return [*below, *drawn, *marks, *names, *letters]


def _inset(place: Place, before: Walk, after: Walk, own: Frame) -> list[str]:
    x, y = WIDTH - own.width - 10, 10
    size = f"width='{own.width:g}' height='{own.height:g}'"
    return [
        f"<svg x='{x:g}' y='{y:g}' {size} viewBox='0 0 {own.width:g} {own.height:g}'>",
        f"<rect {size} fill='{PAPER}'/>",
        *_map(place, before, after, own),
        f"<rect {size} stroke='{INK}' stroke-width='4'/>",
        "</svg>",
    ]


def ends_of(walk: Walk) -> list[tuple[float, float]]:
    """Return where the two points themselves are."""
    return list(zip(walk.x_m.tolist(), walk.y_m.tolist(), strict=True))


def whole_of(walk: Walk) -> list[tuple[float, float]]:
    return [] if walk.way is None else [*ends_of(walk), *walk.way.line.coords]


def told(walk: Walk) -> str:
    return "✕" if walk.way is None else f"{walk.way.walk_mm / 1000:,.0f} m"


def pair_map(before: Walk, after: Walk, title: str, attribution: str) -> str:
    """Draw two walks between the same ends; gates that nobody drew are ringed."""
    frame = box_of([*whole_of(before), *whole_of(after)], WIDTH, HEIGHT, least_m=70)
    streets = after.network.streets
    new = [node for node, tags in streets.node_tags.items() if tags.get("barrier") and streets.node_id[node] >= 10**12]
    body = walks_on_map(frame, before, after, new)
    body += legend([(BEFORE, "8 5", told(before)), (AFTER, "", told(after))])
    return svg(WIDTH, HEIGHT, f"{title}: {told(before)} → {told(after)}", [*body, *foot(frame, attribution)])


def main() -> None:
    """Write all pictures and the figures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = {"places": [], "counts": {}, "worth": {}}
    pictures = {"snapping": snapping(), "slope": slope()}
    cities = {name: read(name) for name in ("newport", "monaco")}
    for name, city in cities.items():
        for place in (one for one in PLACES if one.city == name):
            figures["places"].append(measured(city, place))
            pictures[place.id] = place_map(place, *walks(city, place))
        figures["counts"][name] = counts(city)
        figures["worth"][name] = worth(city)
    pictures["islands"] = islands(cities["monaco"], OSM)
    gate, pram = gate_walks(), pram_walks(cities["newport"])
    figures["gate"], figures["pram"] = lengths(*gate), lengths(*pram)
    pictures["gate"] = pair_map(*gate, "A new gate", "CC0 1.0, made up")
    pictures["pram"] = pair_map(*pram, "With a pram and without", OSM)
    for name, picture in pictures.items():
        (IMAGES / f"{name}.svg").write_text(picture, encoding="utf-8")
    FIGURES.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
