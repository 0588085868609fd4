"""Streets as drawn, from OpenStreetMap files or a line layer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium
import pyproj
import shapely

from doorstep.city.crs import WGS84, to_system
from doorstep.city.model import Streets
from doorstep.city.tables import LAYERS, RawTable, files_named
from doorstep.city.vocabulary import plain, plain_header, word
from doorstep.errors import Problem

__all__ = ["OSM_SUFFIXES", "find_streets", "osm_streets", "streets_of_layer"]

OSM_SUFFIXES = (".osm.pbf", ".osm", ".osm.xml", ".osm.gz", ".osm.bz2")
NODE_KEYS = ("barrier", "highway", "crossing", "access", "foot", "residents", "opening_hours", "entrance", "ele")
WAY_KEYS = ("highway", "barrier", "public_transport")
WALLS = ("wall", "fence", "city_wall", "retaining_wall", "hedge", "guard_rail")
_HIGHWAY_HEADERS = ("highway", "fclass", "道路等级", "道路类型", "类型")

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

    Nodes that the extract leaves out cut a way: its longest run of known nodes stays. About 2 s for a town of
    160,000 people.
    """
    node_tags: dict[int, dict[str, str]] = {}
    ways: list[tuple[int, list[int], list[tuple[float, float]], dict[str, str]]] = []
    nodes_and_ways = osmium.osm.osm_entity_bits.NODE | osmium.osm.osm_entity_bits.WAY
    try:
        reader = osmium.FileProcessor(str(path), nodes_and_ways).with_locations()
        for element in reader.with_filter(osmium.filter.KeyFilter(*WAY_KEYS, *NODE_KEYS)):
            tags = {tag.k: tag.v for tag in element.tags}
            if isinstance(element, osmium.osm.Node):
                node_tags[element.id] = {key: tags[key] for key in NODE_KEYS if key in tags}
            elif isinstance(element, osmium.osm.Way) and _is_street(tags):
                refs, places = _longest_run(element.nodes)
                if len(refs) >= 2:
                    ways.append((element.id, refs, places, tags))
    except (RuntimeError, OSError, ValueError) as fault:
        problems.append(
            Problem(path.name, "streets-damaged", values={"reason": str(fault), "size": f"{_size(path):,}"})
        )
        return None
    if not any("highway" in tags for _, _, _, tags in ways):
        problems.append(Problem(path.name, "streets-empty"))
        return None
    ways.sort(key=lambda way: way[0])
    refs_all = np.array([ref for _, refs, _, _ in ways for ref in refs], dtype=np.int64)
    places_all = np.array([place for _, _, places, _ in ways for place in places], dtype=np.float64)
    node_id, first, way_nodes = np.unique(refs_all, return_index=True, return_inverse=True)
    position = {int(ref): place for place, ref in enumerate(node_id)}
    kept = {position[ref]: tags for ref, tags in sorted(node_tags.items()) if ref in position}
    streets = Streets(
        node_id=node_id,
        node_x_m=places_all[first, 0],
        node_y_m=places_all[first, 1],
        node_tags=kept,
        way_id=np.array([way[0] for way in ways], dtype=np.int64),
        first_node_of_way=_starts([len(refs) for _, refs, _, _ in ways]),
        way_nodes=way_nodes.astype(np.int64),
        way_tags=tuple(tags for _, _, _, tags in ways),
    )
    return streets, WGS84


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_street(tags: Mapping[str, str]) -> bool:
    return "highway" in tags or tags.get("barrier") in WALLS or tags.get("public_transport") == "platform"


def _longest_run(nodes: Any) -> tuple[list[int], list[tuple[float, float]]]:
    best: list[tuple[int, tuple[float, float]]] = []
    run: list[tuple[int, tuple[float, float]]] = []
    for node in nodes:
        location = node.location
        if location.valid():
            run.append((node.ref, (location.lon, location.lat)))
        else:
            run = []
        if len(run) > len(best):
            best = run
    return [ref for ref, _ in best], [place for _, place in best]


def _starts(counts: list[int]) -> Numbers:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def moved_streets(streets: Streets, source: str, target: str) -> Streets:
    """Return streets in another coordinate system."""
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)
    x, y = transformer.transform(streets.node_x_m, streets.node_y_m)
    return Streets(
        node_id=streets.node_id,
        node_x_m=np.asarray(x, dtype=np.float64),
        node_y_m=np.asarray(y, dtype=np.float64),
        node_tags=streets.node_tags,
        way_id=streets.way_id,
        first_node_of_way=streets.first_node_of_way,
        way_nodes=streets.way_nodes,
        way_tags=streets.way_tags,
    )


def streets_of_layer(raw: RawTable, source: str, target: str, problems: list[Problem]) -> Streets | None:
    """Make streets of a line layer: lines meet where they share a vertex, to 1 cm in the target system.

    Ways are numbered from 1 in the order of ``id`` (or ``osm_id``), then of their coordinates; nodes from 1 by x,
    then y. Every other column is a tag. Polygons are walked along their outline; points carry the tags of the vertex
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
    lines: list[tuple[tuple[int, str], tuple[tuple[int, int], ...], dict[str, str]]] = []
    points: dict[tuple[int, int], dict[str, str]] = {}
    rows = raw.cells.to_dict("records")
    for shape, cells, row in zip(shapes, rows, raw.rows, strict=True):
        if shape is None or shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
            problems.append(Problem(raw.file, "geometry-missing", int(row), severity="warning"))
            continue
        tags = _tags({str(key): str(value) for key, value in cells.items()}, highway, order)
        for part in shapely.get_parts(shape):
            line = part.exterior if part.geom_type == "Polygon" else part
            corners = [(int(x), int(y)) for x, y in np.floor(shapely.get_coordinates(line) * 100 + 0.5)]
            if part.geom_type == "Point":
                points[corners[0]] = {key: tags[key] for key in NODE_KEYS if key in tags}
                continue
            tidy = tuple(here for place, here in enumerate(corners) if place == 0 or corners[place - 1] != here)
            if len(tidy) >= 2 and _is_street(tags):
                lines.append((_order(str(cells[order]) if order else ""), tidy, tags))
    if not any("highway" in tags for _, _, tags in lines):
        problems.append(Problem(raw.file, "streets-empty"))
        return None
    lines.sort(key=lambda line: (line[0], line[1], sorted(line[2].items())))
    corners_all = np.array([corner for _, corners, _ in lines for corner in corners], dtype=np.int64)
    nodes, way_nodes = np.unique(corners_all, axis=0, return_inverse=True)
    position = {(int(x), int(y)): place for place, (x, y) in enumerate(nodes)}
    return Streets(
        node_id=np.arange(1, len(nodes) + 1, dtype=np.int64),
        node_x_m=nodes[:, 0] / 100,
        node_y_m=nodes[:, 1] / 100,
        node_tags={position[corner]: tags for corner, tags in sorted(points.items()) if corner in position and tags},
        way_id=np.arange(1, len(lines) + 1, dtype=np.int64),
        first_node_of_way=_starts([len(corners) for _, corners, _ in lines]),
        way_nodes=way_nodes.reshape(-1).astype(np.int64),
        way_tags=tuple(tags for _, _, tags in lines),
    )


def _order(text: str) -> tuple[int, str]:
    """Numbers in their own order, before other text."""
    return (int(text), "") if text.isascii() and text.isdigit() and len(text) < 18 else (2**62, text)


def _tags(cells: Mapping[str, str], highway: str, order: str | None) -> dict[str, str]:
    tags = {plain(key): value for key, value in cells.items() if value and key not in (highway, order)}
    if cells[highway]:
        tags["highway"] = word("highway", cells[highway]) or cells[highway]
    return tags
