"""Streets as drawn, from OpenStreetMap files or a line layer."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from doorstep.city.added import FIRST_ADDED_ID
from doorstep.city.collecting import collecting_later
from doorstep.city.crs import WGS84, to_system
from doorstep.city.joins import with_joins
from doorstep.city.model import AddedWay, Streets
from doorstep.city.noding import cut_lines
from doorstep.city.osm_file import OsmObjects, osm_objects
from doorstep.city.outlines import SQUARE_KINDS, outlines_of_relations
from doorstep.city.squares import with_squares
from doorstep.city.tables import LAYERS, RawTable, files_named
from doorstep.city.vocabulary import plain, plain_header, word
from doorstep.city.walkable import WALLS, is_gate_line, is_walkable
from doorstep.errors import Problem

__all__ = ["NODE_KEYS", "OSM_SUFFIXES", "complete", "find_streets", "moved_streets", "osm_streets", "streets_of_layer"]

OSM_SUFFIXES = (".osm.pbf", ".osm", ".osm.xml", ".osm.gz", ".osm.bz2")
NODE_KEYS = (
    *("barrier", "highway", "crossing", "access", "foot", "residents", "opening_hours", "entrance", "ele"),
    *("kerb", "wheelchair", "ramp", "traffic_signals", "crossing:signals", "foot:conditional", "access:conditional"),
    *("noexit", "level", "railway", "name", "crossing_ref", "locked"),
)
"""Tags of nodes that are kept; a node has some only if one of ``_NODE_MARKS`` is among them."""
_NODE_MARKS = ("barrier", "highway", "crossing", "entrance", "ele", "kerb", "noexit", "railway")
WAY_KEYS = ("highway", "barrier", "public_transport")
_HIGHWAY_HEADERS = ("highway", "fclass", "道路等级", "道路类型", "类型")
JOIN_OSM_M = 1.5
"""Widest gap of an OpenStreetMap file that is joined."""
JOIN_LAYER_M = 1.0
"""Widest gap of a line layer that is joined."""

Numbers = npt.NDArray[np.int64]
Metres = npt.NDArray[np.float64]


def find_streets(folder: Path, problems: list[Problem]) -> Path | None:
    """Return the one file of streets; none or two are problems."""
    found = files_named(folder, "streets", (*OSM_SUFFIXES, *LAYERS))
    if len(found) == 1:
        return found[0]
    if not found:
        names = ", ".join(f"streets{suffix}" for suffix in (*OSM_SUFFIXES[:2], *LAYERS))
        problems.append(Problem("streets", "streets-missing", values={"expected": names}))
    else:
        values = {"table": "streets", "found": ", ".join(path.name for path in found)}
        problems.append(Problem(found[0].name, "table-twice", values=values))
    return None


def osm_streets(path: Path, problems: list[Problem]) -> tuple[Streets, str] | None:
    """Read the ways with ``highway``, walls and platforms of an OpenStreetMap file, in degrees (EPSG:4326).

    Nodes that the extract leaves out cut a way: its longest run of known nodes stays. Rings of squares that are
    drawn as relations become ways of their own (``AddedWay.kind`` = ``outline``).

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm`` or ``.osm.xml``, also packed as gz or bz2.
    problems
        Gets ``streets-damaged`` if the file cannot be read to its end, ``streets-empty`` if nothing in it is a street;
        notes ``streets-cut``.

    Returns
    -------
    tuple of Streets and str, or None
        Streets and their coordinate system; None if there is a problem.
    """
    try:
        picked = osm_objects(path, (*WAY_KEYS, *_NODE_MARKS))
        outlines = outlines_of_relations(path)
    except (RuntimeError, OSError, ValueError) as fault:
        problems.append(
            Problem(path.name, "streets-damaged", values={"reason": str(fault), "size": f"{_size(path):,}"})
        )
        return None
    ways, cut = _whole_ways(picked)
    if not any("highway" in picked.way_tags[way] for way, _, _ in ways):
        problems.append(Problem(path.name, "streets-empty"))
        return None
    if cut:
        values = {"count": f"{len(cut):,}", "way": str(min(cut))}
        problems.append(Problem(path.name, "streets-cut", values=values, severity="warning"))
    ids = [*(int(picked.way_id[way]) for way, _, _ in ways), *range(FIRST_ADDED_ID, FIRST_ADDED_ID + len(outlines))]
    parts = [np.arange(first, last) for _, first, last in ways]
    of_rings = [np.array(ring.refs, dtype=np.int64) for ring in outlines]
    node_id, first, way_nodes = np.unique(
        np.concatenate([picked.ref[np.concatenate(parts)], *of_rings]),
        return_index=True,
        return_inverse=True,
    )
    drawn = b"".join(ring.points for ring in outlines)
    places = np.concatenate([picked.degrees[np.concatenate(parts)], np.frombuffer(drawn, dtype="<f8").reshape(-1, 2)])
    streets = Streets(
        node_id=node_id,
        node_x_m=places[first, 0],
        node_y_m=places[first, 1],
        node_tags=_tags_by_position(_kept_tags(picked.node_tags), node_id),
        way_id=np.array(ids, dtype=np.int64),
        first_node_of_way=_starts([*map(len, parts), *map(len, of_rings)]),
        way_nodes=way_nodes.reshape(-1).astype(np.int64),
        way_tags=(*(picked.way_tags[way] for way, _, _ in ways), *(dict(ring.tags) for ring in outlines)),
        added=tuple(
            AddedWay(len(ways) + place, "outline", ring.from_ways, {"relation": ring.relation, "ring": ring.number})
            for place, ring in enumerate(outlines)
        ),
    )
    return replace(streets, node_ele_m=_heights(streets)), WGS84


def _kept_tags(node_tags: Mapping[int, Mapping[str, str]]) -> dict[int, dict[str, str]]:
    kept = ((node, {key: tags[key] for key in NODE_KEYS if key in tags}) for node, tags in node_tags.items())
    return {node: tags for node, tags in kept if tags}


def _whole_ways(picked: OsmObjects) -> tuple[list[tuple[int, int, int]], list[int]]:
    """Return the streets and walls by id, each with its first and last node, and the ids of ways that lack nodes."""
    starts = _starts(picked.n_nodes.tolist())
    lacks = np.isnan(picked.degrees[:, 0])
    n_lacking = np.concatenate([[0], np.cumsum(lacks)])
    ways: list[tuple[int, int, int]] = []
    cut: list[int] = []
    for way in np.argsort(picked.way_id, kind="stable").tolist():
        if not _is_street(picked.way_tags[way]) or picked.n_nodes[way] < 2:
            continue
        first, last = int(starts[way]), int(starts[way + 1])
        if n_lacking[last] > n_lacking[first]:
            cut.append(int(picked.way_id[way]))
            first, last = _longest_run(lacks, first, last)
        if last - first >= 2:
            ways.append((way, first, last))
    return ways, cut


def _longest_run(lacks: npt.NDArray[np.bool_], first: int, last: int) -> tuple[int, int]:
    """Return the first of the longest runs of nodes that are there."""
    gaps = [first - 1, *(np.flatnonzero(lacks[first:last]) + first).tolist(), last]
    runs = [(before + 1, after) for before, after in itertools.pairwise(gaps)]
    return max(runs, key=lambda run: run[1] - run[0])


def _tags_by_position(node_tags: Mapping[int, dict[str, str]], node_id: Numbers) -> dict[int, dict[str, str]]:
    refs = np.array(sorted(node_tags), dtype=np.int64)
    place = np.searchsorted(node_id, refs)
    found = place < len(node_id)
    found[found] = node_id[place[found]] == refs[found]
    return {int(at): node_tags[int(ref)] for at, ref in zip(place[found], refs[found], strict=True)}


def _heights(streets: Streets) -> Metres:
    """Return the heights that nodes carry themselves; what is no number is unknown."""
    height = np.full(len(streets.node_id), np.nan)
    for node, tags in streets.node_tags.items():
        if "ele" in tags:
            try:
                height[node] = float(tags["ele"].removesuffix("m").strip())
            except ValueError:
                continue
    return np.where(np.isfinite(height), height, np.nan)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_street(tags: Mapping[str, str]) -> bool:
    if "highway" in tags or tags.get("public_transport") == "platform":
        return True
    return tags.get("barrier") in WALLS or is_gate_line(tags)


def _starts(counts: Sequence[int]) -> Numbers:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def moved_streets(streets: Streets, source: str, target: str) -> Streets:
    """Return streets in another coordinate system."""
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)
    x, y = transformer.transform(streets.node_x_m, streets.node_y_m)
    return replace(streets, node_x_m=np.asarray(x, dtype=np.float64), node_y_m=np.asarray(y, dtype=np.float64))


def complete(streets: Streets, join_gap_m: float) -> Streets:
    """Return streets with the lines that people walk and nobody drew: across squares and over small gaps.

    Parameters
    ----------
    streets
        In a metric system.
    join_gap_m
        Widest gap that is joined: ``JOIN_OSM_M`` or ``JOIN_LAYER_M``.
    """
    with collecting_later():
        return with_squares(with_joins(streets, join_gap_m))


def streets_of_layer(raw: RawTable, source: str, target: str, problems: list[Problem]) -> Streets | None:
    """Make streets of a line layer: lines meet where they share a vertex, to 1 cm in the target system.

    A layer that is not noded is cut where its lines cross or touch (:func:`doorstep.city.noding.cut_lines`). Ways are
    numbered from 1 in the order of ``id`` (or ``osm_id``), then of their coordinates; nodes from 1 by x, then y. Every
    other column is a tag. A polygon is an area (``area=yes``); one with holes is drawn ring by ring, as the squares of
    relations are (``AddedWay.kind`` = ``ring``), and crossed round its holes. Points carry the tags of the vertex
    that they lie on.
    """
    headers = {plain_header(header): header for header in reversed(list(raw.cells.columns))}
    highway = next((headers[plain_header(name)] for name in _HIGHWAY_HEADERS if plain_header(name) in headers), None)
    if highway is None:
        values = {"expected": ", ".join(_HIGHWAY_HEADERS), "found": ", ".join(raw.cells.columns)}
        problems.append(Problem(raw.file, "column-missing", 1, "highway", values))
        return None
    order = next((headers[name] for name in ("id", "osm_id", "way_id", "编号") if name in headers), None)
    shapes = to_system(np.asarray(raw.geometry, dtype=object), source, target)
    if (spot := _in_degrees(shapes)) is not None:
        problems.append(Problem(raw.file, "streets-degrees", values={"found": spot, "taken": source[:80]}))
        return None
    lines: list[_Line] = []
    points: dict[tuple[int, int], dict[str, str]] = {}
    row_of_point: dict[tuple[int, int], int] = {}
    drawn_in: dict[tuple[tuple[int, int], ...], int] = {}

    def note(code: str, row: object, **values: str) -> None:
        problems.append(Problem(raw.file, code, int(str(row)), values=values, severity="warning"))

    rows = raw.cells.to_dict("records")
    n_areas = n_nowhere = 0
    for shape, cells, row in zip(shapes, rows, raw.rows, strict=True):
        if shape is None or shape.is_empty:
            note("geometry-missing", row)
            continue
        if not np.isfinite(shapely.get_coordinates(shape)).all():
            note("line-no-number", row)
            n_nowhere += 1
            continue
        tags = _tags({str(key): str(value) for key, value in cells.items()}, highway, order)
        for part in shapely.get_parts(shape):
            rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
            corners, *holes = map(_corners, rings)
            if part.geom_type == "Point":
                points[corners[0]] = {key: tags[key] for key in NODE_KEYS if key in tags}
                row_of_point[corners[0]] = int(row)
                continue
            tidy = _tidy(corners)
            if not _is_street(tags):
                note("line-no-street", row)
            elif len(tidy) < 2:
                note("line-no-length", row)
            else:
                first = drawn_in.setdefault(min(tidy, tidy[::-1]), int(row))
                if first != int(row):
                    note("line-twice", row, first=str(first))
                rings = [tidy, *(ring for ring in map(_tidy, holes) if len(ring) >= 4)]
                is_square = tags.get("highway") in SQUARE_KINDS and tags.get("area") != "no" and is_walkable(tags)
                is_area = part.geom_type == "Polygon" and (len(rings) == 1 or is_square)
                told = {"area": "yes"} | tags if is_area else tags
                place = _order(str(cells[order]) if order else "")
                n_areas += 1
                for number, ring in enumerate(rings if is_area else [tidy]):
                    lines.append(_Line(place, ring, told, (n_areas, number) if len(rings) > 1 and is_area else None))
    if not any("highway" in line.tags for line in lines):
        if not lines and n_nowhere:
            values = {"count": f"{n_nowhere:,}", "taken": source[:80]}
            problems.append(Problem(raw.file, "streets-nowhere", values=values))
        else:
            problems.append(Problem(raw.file, "streets-empty"))
        return None
    lines.sort(key=lambda line: (line.order, line.corners, sorted(line.tags.items())))
    drawn, cuts = cut_lines([line.corners for line in lines], [line.tags for line in lines])
    corners_all = np.array([corner for corners in drawn for corner in corners], dtype=np.int64)
    nodes, way_nodes = np.unique(corners_all, axis=0, return_inverse=True)
    position = {(int(x), int(y)): place for place, (x, y) in enumerate(nodes)}
    for corner in points:
        if corner not in position:
            note("point-beside", row_of_point[corner])
    streets = Streets(
        node_id=np.arange(1, len(nodes) + 1, dtype=np.int64),
        node_x_m=nodes[:, 0] / 100,
        node_y_m=nodes[:, 1] / 100,
        node_tags={position[corner]: tags for corner, tags in sorted(points.items()) if corner in position and tags},
        way_id=np.arange(1, len(lines) + 1, dtype=np.int64),
        first_node_of_way=_starts([len(corners) for corners in drawn]),
        way_nodes=way_nodes.reshape(-1).astype(np.int64),
        way_tags=tuple(line.tags for line in lines),
        added=_outlines(lines)
        + tuple(
            AddedWay(
                cut.line,
                "cut",
                (cut.line + 1, cut.other + 1),
                {"x_m": cut.corner[0] / 100, "y_m": cut.corner[1] / 100},
            )
            for cut in cuts
        ),
    )
    return replace(streets, node_ele_m=_heights(streets))


class _Line(NamedTuple):
    """A line of a layer: its place among the others, corners in cm, tags, and of which area it is which ring."""

    order: tuple[int, str]
    corners: tuple[tuple[int, int], ...]
    tags: dict[str, str]
    ring: tuple[int, int] | None


def _corners(line: shapely.Geometry) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in np.floor(shapely.get_coordinates(line) * 100 + 0.5)]


def _tidy(corners: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple(here for place, here in enumerate(corners) if place == 0 or corners[place - 1] != here)


def _outlines(lines: Sequence[_Line]) -> tuple[AddedWay, ...]:
    """Return the rings of areas with holes, the outer one of each first; areas are numbered by their outer ring."""
    rings = sorted((line.ring[0], line.ring[1], way) for way, line in enumerate(lines) if line.ring)
    outer = {area: way + 1 for area, number, way in rings if number == 0}
    return tuple(
        AddedWay(way, "ring", (outer[area],), {"area": outer[area], "ring": number})
        for area, number, way in sorted(rings, key=lambda one: (outer[one[0]], one[1], one[2]))
    )


def _in_degrees(shapes: npt.NDArray[np.object_]) -> str | None:
    """Return a corner of a layer that says metres and holds degrees; None if it does not.

    No city lies within 180 m by 90 m of where its system counts from.
    """
    corners = shapely.get_coordinates([shape for shape in shapes if shape is not None])
    corners = corners[np.isfinite(corners).all(axis=1)]
    if not len(corners) or np.abs(corners[:, 0]).max() > 180 or np.abs(corners[:, 1]).max() > 90:
        return None
    return f"{corners[0, 0]:.6g}, {corners[0, 1]:.6g}"


def _order(text: str) -> tuple[int, str]:
    """Numbers in their own order, before other text."""
    return (int(text), "") if text.isascii() and text.isdigit() and len(text) < 18 else (2**62, text)


def _tags(cells: Mapping[str, str], highway: str, order: str | None) -> dict[str, str]:
    tags = {plain(key): value for key, value in cells.items() if value and key not in (highway, order)}
    if cells[highway]:
        tags["highway"] = word("highway", cells[highway]) or cells[highway]
    return tags
