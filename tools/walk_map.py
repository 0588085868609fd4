"""Small street maps in SVG: streets, walls, gates, lifts, walks before and after, scale bar, attribution.

No words but the names of streets, so that one picture serves every language: dashed is before, solid is after.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import shapely
from shapely.ops import linemerge

from doorstep.city import Streets
from doorstep.city.walkable import WALLS, is_private, is_walkable
from doorstep.walk.ways import GATES, is_closed

__all__ = [
    "AFTER",
    "BEFORE",
    "FOOT",
    "HALO",
    "INK",
    "PAPER",
    "Frame",
    "Line",
    "box_of",
    "foot",
    "legend",
    "line",
    "lines_of",
    "mark",
    "streets_layers",
    "svg",
    "words",
]

Point = tuple[float, float]
Line = Sequence[Point]

BEFORE, AFTER, INK, PAPER, HALO = "#c2410c", "#0b6aa8", "#1f2933", "#f7f5f0", "#ffd84d"
STEPS, FOOT, WALL, SQUARE, ADDED = "#8a5a2b", "#b49a72", "#4b5563", "#e4ddf1", "#8b6fc0"
ROAD, CASING, SHUT, OPEN, LIFT = "#ffffff", "#c9c4b8", "#b91c1c", "#157f3b", "#1d4ed8"
PRIVATE = "#b07fa0"
FONT = "font-family='Helvetica, Arial, sans-serif'"
# width on the ground in metres, least and most pixels
WIDTHS = {"main": (9.0, 4.0, 34.0), "street": (6.0, 3.0, 24.0), "service": (3.5, 2.0, 14.0), "foot": (1.8, 1.3, 6.0)}
MAIN = ("primary", "secondary", "tertiary", "trunk", "motorway")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a map shows: left and top in metres, pixels per metre, width and height in pixels."""

    left: float
    top: float
    scale: float
    width: float
    height: float

    def at(self, x: float, y: float) -> Point:
        """Return where a place is on the map."""
        return round((x - self.left) * self.scale, 1), round((self.top - y) * self.scale, 1)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """What is seen, in metres: left, bottom, right, top."""
        return self.left, self.top - self.height / self.scale, self.left + self.width / self.scale, self.top


def box_of(points: Iterable[Point], width: float, height: float, *, least_m: float, margin: float = 0.16) -> Frame:
    """Return a frame with all points in it, the margin left free on each side, at least so many metres wide."""
    xs, ys = zip(*points, strict=True)
    across = max(max(xs) - min(xs), least_m * (1 - 2 * margin))
    up = max(max(ys) - min(ys), least_m * height / width * (1 - 2 * margin))
    scale = (1 - 2 * margin) * min(width / across, height / up)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return Frame(middle_x - width / scale / 2, middle_y + height / scale / 2, scale, width, height)


def svg(width: float, height: float, title: str, body: Iterable[str]) -> str:
    """Return a whole picture."""
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:g} {height:g}' width='{width:g}' "
    head += f"height='{height:g}' role='img' {FONT} fill='none' stroke-linejoin='round' stroke-linecap='round'>"
    paper = f"<rect width='{width:g}' height='{height:g}' fill='{PAPER}'/>"
    return "\n".join([head, f"<title>{escape(title)}</title>", paper, *body, "</svg>", ""])


def line(
    frame: Frame, points: Line, colour: str, width: float, *, dash: str = "", opacity: float = 1.0, cap: str = ""
) -> str:
    """Return a line."""
    told = f" stroke-dasharray='{dash}'" if dash else ""
    told += f" stroke-opacity='{opacity:g}'" if opacity < 1 else ""
    told += f" stroke-linecap='{cap}'" if cap else ""
    return f"<path d='{_path(frame, points)}' stroke='{colour}' stroke-width='{width:g}'{told}/>"


def lines_of(frame: Frame, lines: Sequence[Line], colour: str, width: float) -> str:
    """Return many lines as one."""
    paths = "".join(_path(frame, points) for points in lines)
    return f"<path d='{paths}' stroke='{colour}' stroke-width='{width:g}'/>"


def mark(at: Point, kind: str) -> str:
    """Return a mark: ``open``, ``shut``, ``lift``, or a letter."""
    x, y = at
    if kind == "lift":
        arrows = f"M{x - 2.5:g} {y - 1:g}l2.5 -4l2.5 4zM{x - 2.5:g} {y + 1:g}l2.5 4l2.5 -4z"
        square = f"<rect x='{x - 7:g}' y='{y - 7:g}' width='14' height='14' rx='2' fill='{LIFT}' stroke='white'/>"
        return f"{square}<path d='{arrows}' fill='white'/>"
    if kind == "open":
        return (
            f"<rect x='{x - 5:g}' y='{y - 5:g}' width='10' height='10' fill='white' stroke='{OPEN}' stroke-width='3'/>"
        )
    if kind == "shut":
        cross = f"<path d='M{x - 5:g} {y - 5:g}l10 10m0 -10l-10 10' "
        return f"{cross}stroke='white' stroke-width='6'/>{cross}stroke='{SHUT}' stroke-width='3'/>"
    disc = f"<circle cx='{x:g}' cy='{y:g}' r='11' fill='{INK}' stroke='white' stroke-width='2'/>"
    return disc + words((x, y + 5), kind, size=14, bold=True, colour="white", anchor="middle")


def words(at: Point, said: str, *, size: int = 13, bold: bool = False, colour: str = INK, anchor: str = "start") -> str:
    """Return text."""
    told = " font-weight='700'" if bold else ""
    told += f" text-anchor='{anchor}'" if anchor != "start" else ""
    return f"<text x='{at[0]:g}' y='{at[1]:g}' font-size='{size}' fill='{colour}'{told}>{escape(said)}</text>"


def streets_layers(
    streets: Streets, frame: Frame, *, taken: Iterable[int] = (), keep_off: Sequence[Point] = ()
) -> tuple[list[str], list[str], list[str]]:
    """Return three layers: streets, squares and walls; gates and lifts; names.

    Parameters
    ----------
    streets
        Ways as drawn.
    frame
        What is seen.
    taken
        Nodes to be ringed.
    keep_off
        Places on the map that names keep away from.
    """
    seen = shapely.box(*frame.box)
    lines = _lines(streets)
    near = [int(way) for way in shapely.STRtree(lines).query(seen.buffer(20 / frame.scale), predicate="intersects")]
    near.sort()
    added = {one.way: one.kind for one in streets.added}
    body = _squares(streets, frame, near, added)
    roads: list[tuple[int, str]] = []
    for way in near:
        tags = streets.way_tags[way]
        roads += _way(frame, _clipped(lines[way], frame), tags, added.get(way, ""))
    body += [drawn for _, drawn in sorted(roads, key=lambda road: road[0])]
    marks, at = _marks(streets, frame, set(taken))
    return body, marks, _names(streets, lines, near, frame, [*keep_off, *at])


def legend(walks: Sequence[tuple[str, str, str]], x: float = 10, y: float = 10, width: float = 150) -> list[str]:
    """Return samples of lines with what they say: colour, dash, words."""
    height = 14 + 24 * len(walks)
    body = [f"<rect x='{x:g}' y='{y:g}' width='{width:g}' height='{height}' rx='4' fill='white' stroke='{CASING}'/>"]
    for row, (colour, dash, said) in enumerate(walks):
        at = y + 19 + 24 * row
        told = f" stroke-dasharray='{dash}'" if dash else ""
        sample = f"<path d='M{x + 10:g} {at:g}h34' stroke='{colour}' stroke-width='4.5' stroke-linecap='butt'{told}/>"
        body += [sample, words((x + 54, at + 5), said, size=15, bold=True)]
    return body


def foot(frame: Frame, attribution: str) -> list[str]:
    """Return scale bar and attribution."""
    metres = next(m for m in (500, 200, 100, 50, 20, 10, 5, 2) if m * frame.scale <= frame.width / 4)
    long, y = metres * frame.scale, frame.height - 14
    back = (
        f"<rect x='0' y='{frame.height - 24:g}' width='{frame.width:g}' height='24' fill='white' fill-opacity='0.85'/>"
    )
    bar = f"<path d='M12 {y - 4:g}v6h{long:.1f}v-6' stroke='{INK}' stroke-width='1.5'/>"
    length = words((round(long + 20, 1), y + 3), f"{metres} m", size=12)
    return [back, bar, length, words((frame.width - 10, y + 3), attribution, size=11, anchor="end")]


def _path(frame: Frame, points: Line) -> str:
    at = [frame.at(x, y) for x, y in points]
    kept = [here for number, here in enumerate(at) if number == 0 or here != at[number - 1]]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept)


def _lines(streets: Streets) -> list[shapely.LineString]:
    found = []
    for way in range(len(streets.way_id)):
        nodes = streets.way_nodes[streets.first_node_of_way[way] : streets.first_node_of_way[way + 1]]
        xy = np.stack([streets.node_x_m[nodes], streets.node_y_m[nodes]], axis=1)
        found.append(shapely.LineString(xy) if len(xy) > 1 and np.isfinite(xy).all() else shapely.LineString())
    return found


def _clipped(drawn: shapely.LineString, frame: Frame) -> list[Line]:
    left, bottom, right, top = frame.box
    more = 20 / frame.scale
    part = shapely.clip_by_rect(drawn, left - more, bottom - more, right + more, top + more)
    return [list(one.coords) for one in shapely.get_parts(part) if one.geom_type == "LineString" and one.length > 0]


def _squares(streets: Streets, frame: Frame, near: Iterable[int], added: Mapping[int, str]) -> list[str]:
    """Fill what people may cross; rings of one relation together, so that holes stay."""
    rings: dict[object, list[str]] = {}
    relation = {one.way: one.evidence.get("relation", one.way) for one in streets.added if one.kind == "outline"}
    for way in near:
        tags = streets.way_tags[way]
        nodes = streets.way_nodes[streets.first_node_of_way[way] : streets.first_node_of_way[way + 1]]
        is_area = tags.get("area") == "yes" or tags.get("place") == "square" or added.get(way) == "outline"
        if not (is_area and "highway" in tags and nodes[0] == nodes[-1] and is_walkable(tags)):
            continue
        ring = list(zip(streets.node_x_m[nodes].tolist(), streets.node_y_m[nodes].tolist(), strict=True))
        rings.setdefault(relation.get(way, f"way {way}"), []).append(_path(frame, ring) + "Z")
    return [f"<path d='{''.join(parts)}' fill='{SQUARE}' fill-rule='evenodd'/>" for parts in rings.values()]


def _way(frame: Frame, parts: Sequence[Line], tags: Mapping[str, str], added: str) -> list[tuple[int, str]]:
    """Return what to draw of a way, each with its place in the pile."""
    if not parts:
        return []
    if tags.get("barrier") in WALLS:
        return [(5, line(frame, part, WALL, 1.6)) for part in parts]
    highway = tags.get("highway", "")
    if not highway or added == "outline":
        return []
    if added in ("square", "join"):
        return [(6, line(frame, part, ADDED, 1.2, opacity=0.55)) for part in parts]
    if highway == "steps":
        width = _width(frame, "foot") + 2.5
        return [(4, line(frame, part, STEPS, width, dash="2 2.6", cap="butt")) for part in parts]
    is_road = highway.removesuffix("_link") in (
        *MAIN,
        "residential",
        "unclassified",
        "living_street",
        "service",
        "road",
    )
    under = tags.get("tunnel", "no") not in ("no", "") or tags.get("layer", "").startswith("-")
    if not is_road and not (highway == "pedestrian" and tags.get("area") != "yes"):
        colour = PRIVATE if not is_walkable(tags) or is_private(tags) else FOOT
        return [
            (3, line(frame, part, colour, _width(frame, "foot"), dash="1 4" if under else "", opacity=0.9))
            for part in parts
        ]
    kind = "main" if highway.removesuffix("_link") in MAIN else "service" if highway == "service" else "street"
    width = _width(frame, kind)
    dash = "5 4" if under else ""
    return [
        item
        for part in parts
        for item in (
            (1, line(frame, part, CASING, width + 1.6, dash=dash)),
            (2, line(frame, part, ROAD if kind != "main" else "#fbe7b8", width)),
        )
    ]


def _width(frame: Frame, kind: str) -> float:
    metres, least, most = WIDTHS[kind]
    return round(min(max(metres * frame.scale, least), most), 1)


def _marks(streets: Streets, frame: Frame, taken: set[int]) -> tuple[list[str], list[Point]]:
    """Return the marks, and where they are."""
    left, bottom, right, top = frame.box
    body, places = [], []
    for node in sorted({*streets.node_tags, *taken}):
        x, y = float(streets.node_x_m[node]), float(streets.node_y_m[node])
        if not (left <= x <= right and bottom <= y <= top):
            continue
        tags, at = streets.node_tags.get(node, {}), frame.at(x, y)
        if node in taken:
            body.append(
                f"<circle cx='{at[0]:g}' cy='{at[1]:g}' r='15' fill='{HALO}' fill-opacity='0.75' stroke='{INK}'/>"
            )
        kind = "lift" if tags.get("highway") == "elevator" else ""
        if tags.get("barrier") in GATES:
            kind = "shut" if is_closed(tags, tags.get("access") == "private") else "open"
        if kind:
            body.append(mark(at, kind))
            places.append(at)
    return body, places


def _names(
    streets: Streets, lines: Sequence[shapely.LineString], near: Iterable[int], frame: Frame, keep_off: Sequence[Point]
) -> list[str]:
    by_name: dict[str, list[shapely.LineString]] = {}
    for way in near:
        name = streets.way_tags[way].get("name", "")
        if name and "highway" in streets.way_tags[way]:
            by_name.setdefault(name, []).extend(shapely.LineString(part) for part in _clipped(lines[way], frame))
    taken = [(x, y, 22.0) for x, y in keep_off]
    body = []
    ranked = sorted(by_name.items(), key=lambda item: (-sum(part.length for part in item[1]), item[0]))
    for name, parts in ranked:
        merged = linemerge(parts) if len(parts) > 1 else parts[0]
        longest = max(shapely.get_parts(merged), key=lambda part: part.length)
        half = 3.3 * len(name) / frame.scale
        placed = _place_of_name(longest, half, frame, taken)
        if placed is None:
            continue
        x, y, angle = placed
        taken += [
            (x + step * math.cos(angle), y + step * math.sin(angle), 14.0)
            for step in (-half * frame.scale, 0, half * frame.scale)
        ]
        turned = f"translate({x:.1f} {y:.1f}) rotate({math.degrees(angle):.1f})"
        body.append(
            f"<text transform='{turned}' y='4' font-size='12' fill='{INK}' text-anchor='middle' stroke='white' "
            f"stroke-width='3' paint-order='stroke'>{escape(name)}</text>"
        )
    return body


def _place_of_name(
    drawn: shapely.LineString, half: float, frame: Frame, taken: Sequence[tuple[float, float, float]]
) -> tuple[float, float, float] | None:
    """Return where a name fits along a street: middle and angle; None if nowhere."""
    if drawn.length < 1.6 * half:
        return None
    for share in (0.5, 0.35, 0.65, 0.25, 0.75, 0.15, 0.85):
        middle = drawn.length * share
        ends = [drawn.interpolate(min(max(middle + side * half, 0), drawn.length)) for side in (-1, 1)]
        (x0, y0), (x1, y1) = (frame.at(end.x, end.y) for end in ends)
        if math.hypot(x1 - x0, y1 - y0) < 1.4 * half * frame.scale:
            continue  # too bent
        if x1 < x0:
            x0, y0, x1, y1 = x1, y1, x0, y0
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        long = half * frame.scale
        angle = math.atan2(y1 - y0, x1 - x0)
        spots = [
            (x + step * math.cos(angle), y + step * math.sin(angle)) for step in (-long, -long / 2, 0, long / 2, long)
        ]
        inside = all(8 < px < frame.width - 8 and 12 < py < frame.height - 32 for px, py in spots)
        if inside and all(math.hypot(px - tx, py - ty) > room for px, py in spots for tx, ty, room in taken):
            return x, y, angle
    return None
