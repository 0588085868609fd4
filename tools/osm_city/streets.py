"""The streets: what walking needs of the extract, and which part of it hangs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import osmium
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from osm_city.extract import Extract, Relation

REACH_M = 2000.0
WAY_TAGS = frozenset(
    [
        "highway",
        "name",
        "access",
        "foot",
        "bicycle",
        "service",
        "footway",
        "crossing",
        "bridge",
        "tunnel",
        "layer",
        "incline",
        "surface",
        "area",
        "barrier",
        "step_count",
        "ramp",
        "wheelchair",
        "opening_hours",
        "indoor",
        "level",
        "covered",
        "sidewalk",
        "lit",
        "oneway",
        "oneway:foot",
        "motor_vehicle",
        "conveying",
        "handrail",
        "sac_scale",
        "place",
        "ramp:wheelchair",
        "ramp:stroller",
        "sidewalk:both",
        "sidewalk:left",
        "sidewalk:right",
        "smoothness",
        "width",
        "foot:conditional",
        "access:conditional",
        "public_transport",
        "locked",
    ]
)
NODE_TAGS = frozenset(
    (
        *("barrier", "highway", "crossing", "access", "foot", "entrance", "opening_hours", "kerb", "ele", "residents"),
        *("wheelchair", "level", "railway", "noexit", "crossing:signals", "traffic_signals", "foot:conditional"),
        *("crossing_ref", "locked"),
    )
)

WALKED = frozenset(
    [
        "footway",
        "path",
        "pedestrian",
        "steps",
        "corridor",
        "living_street",
        "residential",
        "unclassified",
        "service",
        "track",
        "tertiary",
        "tertiary_link",
        "secondary",
        "secondary_link",
        "primary",
        "primary_link",
        "cycleway",
        "bridleway",
        "road",
        "elevator",
        "platform",
    ]
)
OPEN = ("yes", "designated", "permissive")
PRIVATE = ("private", "residents", "customers", "delivery", "permit")


def write_streets(extract: Extract, box: shapely.Polygon, path: Path) -> Mapping[str, int]:
    """Write highway and barrier ways with a node within 2 km of the buildings' box, their nodes, and lone barriers.

    Squares drawn as relations are written with the ways that they are made of. Ways are kept whole, versions and dates
    are not. Returns counts.
    """
    near = box.buffer(REACH_M, join_style="mitre").bounds

    def inside(node: int) -> bool:
        x_m, y_m = extract.xy_m[node]
        return bool(near[0] <= x_m <= near[2] and near[1] <= y_m <= near[3])

    def is_near(relation: Relation) -> bool:
        refs = [ref for kind, ref, _ in relation.members if kind == "w"]
        whole = [ref for ref in refs if ref in extract.ways]
        return len(whole) == len(refs) and any(
            inside(node) for ref in whole for node in extract.ways[ref][1] if node in extract.xy_m
        )

    ways = {}
    for number, (tags, nodes) in sorted(extract.ways.items()):
        whole = [node for node in nodes if node in extract.xy_m]
        if ("highway" in tags or "barrier" in tags) and len(whole) > 1 and any(map(inside, whole)):
            ways[number] = ({key: value for key, value in sorted(tags.items()) if key in WAY_TAGS}, whole)
    squares = {number: one for number, one in sorted(extract.relations.items()) if _is_square(one) and is_near(one)}
    for one in squares.values():
        for kind, ref, _ in one.members:
            if kind == "w" and ref in extract.ways:
                whole = [node for node in extract.ways[ref][1] if node in extract.xy_m]
                ways.setdefault(ref, ({}, whole))
    ways = dict(sorted(ways.items()))
    used = {node for _, nodes in ways.values() for node in nodes}
    lone = {node for node, tags in extract.node_tags.items() if "barrier" in tags and inside(node)}
    path.unlink(missing_ok=True)
    header = osmium.io.Header()
    header.set("generator", "doorstep")
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for node in sorted(used | lone):
            tags = extract.node_tags.get(node, {})
            kept = {key: value for key, value in sorted(tags.items()) if key in NODE_TAGS}
            writer.add_node(osmium.osm.mutable.Node(id=node, location=extract.lon_lat[node], tags=kept))
        for number, (kept, whole) in ways.items():
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=whole, tags=kept))
        for number, one in squares.items():
            tags = {key: value for key, value in sorted(one.tags.items()) if key in WAY_TAGS or key == "type"}
            members = [(kind, ref, role) for kind, ref, role in one.members if kind == "w" and ref in ways]
            writer.add_relation(osmium.osm.mutable.Relation(id=number, members=members, tags=tags))
    highways = sum("highway" in tags for tags, _ in ways.values())
    barriers = sum("barrier" in tags and "highway" not in tags for tags, _ in ways.values())
    return {
        "highway ways": highways,
        "barrier ways": barriers,
        "squares as relations": len(squares),
        "nodes": len(used | lone),
    }


def _is_square(relation: Relation) -> bool:
    return relation.tags.get("type") == "multipolygon" and _walkable(relation.tags)


@dataclass(frozen=True, slots=True)
class Network:
    """Walkable edges as lines in metres; ``main`` says which touch the largest part that hangs together."""

    edges: npt.NDArray[np.object_]
    main: npt.NDArray[np.bool_]

    def is_reached(self, points: list[shapely.Point]) -> list[bool]:
        """Say for each point whether its nearest edge touches the largest part."""
        return [bool(self.main[edge]) for edge in shapely.STRtree(self.edges).nearest(points)]

    def street_side(self, plot: shapely.Geometry) -> shapely.Point:
        """Return the point of a plot that is nearest to the largest part of the network."""
        on_main = self.edges[self.main]
        nearest = shapely.STRtree(on_main).nearest(plot)
        return shapely.Point(shapely.shortest_line(plot, on_main[nearest]).coords[0])


def network_of(extract: Extract) -> Network:
    """Return the walking network; private edges are entered by nobody and join nothing, nor do shut gates."""
    first, last, private = [], [], []
    for _, (tags, nodes) in sorted(extract.ways.items()):
        if not _walkable(tags):
            continue
        whole = [node for node in nodes if node in extract.xy_m]
        shut = (tags.get("access") in PRIVATE or tags.get("foot") in PRIVATE) and tags.get("foot") not in OPEN
        first += whole[:-1]
        last += whole[1:]
        private += [shut] * (len(whole) - 1)
    ids, position = np.unique(np.array([first, last]), return_inverse=True)
    ends = position.reshape(2, -1)
    closed = np.array([_closed(extract.node_tags.get(int(node), {})) for node in ids])
    passable = ~np.array(private) & ~closed[ends[0]] & ~closed[ends[1]]
    graph = coo_array((np.ones(passable.sum()), (ends[0][passable], ends[1][passable])), shape=(len(ids), len(ids)))
    _, part = connected_components(graph, directed=False)
    main = (part == np.bincount(part).argmax()) & ~closed
    xy_m = np.array([extract.xy_m[int(node)] for node in ids])
    lines = shapely.linestrings(np.stack([xy_m[ends[0]], xy_m[ends[1]]], axis=1))
    return Network(lines, main[ends[0]] | main[ends[1]])


def street_names(extract: Extract, points: list[shapely.Point]) -> list[str]:
    """Return the name of the nearest named street of each point."""
    ways = [way for way, (tags, _) in sorted(extract.ways.items()) if "highway" in tags and "name" in tags]
    named = [(extract.ways[way][0]["name"], line) for way in ways if (line := extract.line_m(way)) is not None]
    return [named[way][0] for way in shapely.STRtree([line for _, line in named]).nearest(points)]


def _walkable(tags: Mapping[str, str]) -> bool:
    kind, foot, access = tags.get("highway", ""), tags.get("foot", ""), tags.get("access", "")
    if foot in ("no", "use_sidepath") or (access == "no" and foot not in (*OPEN, "destination")):
        return False
    return kind in WALKED or (kind in ("trunk", "trunk_link") and foot in OPEN)


def _closed(tags: Mapping[str, str]) -> bool:
    barrier = tags.get("barrier", "")
    if not barrier:
        return False
    if "no" in (tags.get("access"), tags.get("foot")) or tags.get("opening_hours") == "off":
        return True
    return (barrier in ("wall", "fence") and "access" not in tags) or (
        tags.get("access") == "private" and tags.get("foot") != "yes"
    )
