"""Communities: administrative outlines, closed at the edge of the extract where it cuts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry import LineString, Polygon
from shapely.ops import linemerge as line_merge
from shapely.ops import polygonize, substring, unary_union

from osm_city.extract import Area, Extract

# Outlines of the city's parts in OpenStreetMap; a closed outline with less than this of its area in the box is cut.
LEVEL = "10"
WHOLE_SHARE = 0.95
# A face lies at a way if more than TOUCH_M of its edge runs within NEAR_M of it: crossings of lines move by rounding.
TOUCH_M = 5.0
NEAR_M = 0.1


@dataclass(frozen=True, slots=True)
class Community:
    """One community: ``cut`` if the edge of the data, and not its own border, closes the outline."""

    id: str
    name: str
    cut: bool
    area: Area


def communities_of(
    extract: Extract, box: Polygon, outside: frozenset[str], border: LineString | None = None
) -> list[Community]:
    """Return the communities, sorted by id as text.

    Parameters
    ----------
    extract
        The whole file.
    box
        Where buildings are drawn, metres.
    outside
        Ids of relations of a neighbouring city.
    border
        The city's border from elsewhere, metres, a ring: closes outlines whose ways are not all in the file. Without
        it the edge of the box does, and such a community is cut.
    """
    members = {
        number: [ref for kind, ref, _ in relation.members if kind == "w" and ref in extract.ways]
        for number, relation in sorted(extract.relations.items())
        if relation.tags.get("admin_level") == LEVEL and relation.tags.get("boundary") == "administrative"
    }
    lines = {way: line for ways in members.values() for way in ways if (line := extract.line_m(way)) is not None}
    closed: dict[int, Area] = {}
    for number, ways in members.items():
        rings = list(polygonize([lines[way] for way in ways if way in lines]))
        whole = all(ref in extract.ways for kind, ref, _ in extract.relations[number].members if kind == "w")
        if rings and whole:
            closed[number] = unary_union(rings)
    opened = {number: ways for number, ways in members.items() if number not in closed}
    closing = [box.exterior]
    if border is not None:
        closing = [_arc(border, unary_union([lines[way] for way in ways])) for ways in opened.values()]
    owned = _faces_of_open(lines, opened, closed, closing)
    found = []
    for number in members:
        area = closed.get(number, owned.get(number))
        if area is None or str(number) in outside:
            continue
        cut = area.intersection(box).area < WHOLE_SHARE * area.area or (
            number in opened and box.exterior in list(closing)
        )
        found.append(Community(str(number), extract.relations[number].tags.get("name", ""), cut, area))
    return sorted(found, key=lambda one: one.id)


def _faces_of_open(
    lines: Mapping[int, LineString],
    opened: Mapping[int, list[int]],
    closed: Mapping[int, Area],
    closing: list[LineString],
) -> dict[int, Area]:
    """Give each face between ways and closing lines to the open community that most of its ways bound.

    A face that only ways of one owner bound is the sea or a neighbour's ground. Where two communities bound a face
    alike (its only way runs between them), it is the one that does not lie across that way.
    """
    strips = {way: lines[way].buffer(NEAR_M) for ways in opened.values() for way in ways}
    owners = {way: {number for number, ways in opened.items() if way in ways} for way in strips}
    shared = set(strips) & {way for way in lines if len(owners.get(way, ())) > 1 or _on_closed(way, lines, closed)}
    taken = unary_union(list(closed.values())) if closed else Polygon()
    faces: list[Polygon] = []
    scores: list[dict[int, float]] = []
    for face in polygonize(unary_union([*lines.values(), *closing])):
        length = {way: face.exterior.intersection(strip).length for way, strip in strips.items()}
        length = {way: metres for way, metres in length.items() if metres > TOUCH_M}
        if taken.contains(face.representative_point()) or not shared & length.keys():
            continue
        faces.append(face)
        score: dict[int, float] = {}
        for way, metres in length.items():
            for number in owners[way]:
                score[number] = score.get(number, 0.0) + metres
        scores.append(score)
    best = [[number for number, metres in score.items() if metres > max(score.values()) - TOUCH_M] for score in scores]
    parts: dict[int, list[Polygon]] = {}
    for face, numbers in sorted(zip(faces, best, strict=True), key=lambda pair: len(pair[1])):
        across = {
            number
            for number in numbers
            if any(
                face.exterior.intersection(part.exterior.buffer(NEAR_M)).length > TOUCH_M
                for part in parts.get(number, ())
            )
        }
        (number, *more) = [number for number in numbers if number not in across] or numbers
        if more:
            raise ValueError(f"a face of {face.area:.0f} m2 could belong to any of {[number, *more]}")
        parts.setdefault(number, []).append(face)
    return {number: unary_union(some) for number, some in parts.items()}


def _arc(border: LineString, outline: shapely.Geometry) -> LineString:
    """Return the shorter part of the border between the two open ends of an outline, joined to them."""
    merged = line_merge(outline)
    start, end = sorted(merged.boundary.geoms, key=border.project)
    here, there = border.project(start), border.project(end)
    direct = substring(border, here, there)
    if direct.length > border.length / 2:
        direct = LineString([*substring(border, there, border.length).coords, *substring(border, 0.0, here).coords])
        start, end = end, start
    return LineString([start, *direct.coords, end])


def _on_closed(way: int, lines: Mapping[int, LineString], closed: Mapping[int, Area]) -> bool:
    return any(lines[way].within(area.boundary.buffer(NEAR_M)) for area in closed.values())


def community_at(communities: list[Community], points: list[shapely.Point]) -> list[str]:
    """Return for each point the id of the community it lies in, "" outside all; the smaller id wins on a border."""
    tree = shapely.STRtree([one.area for one in communities])
    found = [""] * len(points)
    for point, area in zip(*tree.query(points, predicate="intersects").tolist(), strict=True):
        here = communities[area].id
        if found[point] == "" or here < found[point]:
            found[point] = here
    return found
