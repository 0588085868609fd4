"""Read a whole OpenStreetMap extract into plain objects with metric geometry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import osmium
import shapely
from pyproj import Transformer
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.ops import polygonize

Area: TypeAlias = Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Relation:
    """Tags and members ``(type, ref, role)`` of a relation."""

    tags: Mapping[str, str]
    members: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """One tagged object: ``id`` is n, w or r and the OSM number; ``area`` is None for a point or a line."""

    id: str
    tags: Mapping[str, str]
    point: Point
    area: Area | None


@dataclass(frozen=True, slots=True)
class Extract:
    """Everything of the file, coordinates in degrees and in metres of ``crs``.

    ``lon_lat`` and ``xy_m`` hold node id -> pair; ``node_tags`` only tagged nodes; ``ways`` id -> (tags, node ids).
    """

    crs: str
    lon_lat: Mapping[int, tuple[float, float]]
    xy_m: Mapping[int, tuple[float, float]]
    node_tags: Mapping[int, Mapping[str, str]]
    ways: Mapping[int, tuple[Mapping[str, str], tuple[int, ...]]]
    relations: Mapping[int, Relation]

    def line_m(self, way: int) -> LineString | None:
        """Return a way in metres, None if fewer than two of its nodes are in the file."""
        points = [self.xy_m[n] for n in self.ways[way][1] if n in self.xy_m]
        return LineString(points) if len(points) > 1 else None

    def things(self) -> Iterator[Thing]:
        """Yield every tagged node, closed or open way and multipolygon, by kind and id."""
        for number, tags in sorted(self.node_tags.items()):
            yield Thing(f"n{number}", tags, Point(self.xy_m[number]), None)
        for number, (tags, nodes) in sorted(self.ways.items()):
            line = self.line_m(number) if tags else None
            if line is None:
                continue
            area = _mended(Polygon(line.coords)) if nodes[0] == nodes[-1] and len(line.coords) > 3 else None
            inner = area.representative_point() if area is not None else line.interpolate(0.5, normalized=True)
            yield Thing(f"w{number}", tags, inner, area)
        for number, relation in sorted(self.relations.items()):
            if relation.tags.get("type") == "multipolygon":
                area = self._multipolygon(relation)
                if area is not None:
                    yield Thing(f"r{number}", relation.tags, area.representative_point(), area)

    def _multipolygon(self, relation: Relation) -> Area | None:
        lines: dict[str, list[LineString]] = {"outer": [], "inner": []}
        for kind, ref, role in relation.members:
            line = self.line_m(ref) if kind == "w" and ref in self.ways else None
            if line is not None:
                lines["inner" if role == "inner" else "outer"].append(line)
        outer = shapely.union_all(list(polygonize(lines["outer"])))
        inner = shapely.union_all(list(polygonize(lines["inner"])))
        return _mended(outer.difference(inner))


def _mended(area: shapely.Geometry) -> Area | None:
    """Make a polygon valid and keep its areal part; None if nothing is left."""
    if not area.is_valid:
        area = shapely.make_valid(area)
    if area.geom_type == "GeometryCollection":
        area = shapely.union_all([part for part in area.geoms if part.geom_type.endswith("Polygon")])
    return area if isinstance(area, Polygon | MultiPolygon) and area.area > 0 else None


def read_extract(path: Path, crs: str) -> Extract:
    """Read nodes, ways and relations of a PBF; nodes without a valid place are left out."""
    lon_lat: dict[int, tuple[float, float]] = {}
    node_tags: dict[int, dict[str, str]] = {}
    ways: dict[int, tuple[dict[str, str], tuple[int, ...]]] = {}
    relations: dict[int, Relation] = {}
    for thing in osmium.FileProcessor(str(path)):
        if isinstance(thing, osmium.osm.Node):
            if thing.location.valid():
                lon_lat[thing.id] = (thing.location.lon, thing.location.lat)
                if len(thing.tags):
                    node_tags[thing.id] = dict(thing.tags)
        elif isinstance(thing, osmium.osm.Way):
            ways[thing.id] = (dict(thing.tags), tuple(node.ref for node in thing.nodes))
        elif isinstance(thing, osmium.osm.Relation):
            members = tuple((m.type, m.ref, m.role) for m in thing.members)
            relations[thing.id] = Relation(dict(thing.tags), members)
    ids = list(lon_lat)
    degrees = np.array([lon_lat[n] for n in ids])
    x_m, y_m = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(degrees[:, 0], degrees[:, 1])
    xy_m = dict(zip(ids, zip(x_m.tolist(), y_m.tolist(), strict=True), strict=True))
    return Extract(crs, lon_lat, xy_m, node_tags, ways, relations)
