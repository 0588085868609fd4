"""Squares that OpenStreetMap draws as relations: their rings, put together from the ways they are made of."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import osmium

from doorstep.city.walkable import is_walkable

__all__ = ["SQUARE_KINDS", "Ring", "outlines_of_relations", "rings_of"]

SQUARE_KINDS = frozenset({"pedestrian", "footway", "path", "living_street", "corridor", "platform"})
"""Values of ``highway`` whose areas are crossed."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One ring of an area: tags of the relation, ids of the nodes (the first again at the end), their coordinates.

    ``number`` is 0 for an outer ring and counts the inner ones from 1; ``points`` are little-endian doubles.
    """

    relation: int
    number: int
    tags: Mapping[str, str]
    refs: tuple[int, ...]
    points: bytes
    from_ways: tuple[int, ...]


def outlines_of_relations(path: Path) -> list[Ring]:
    """Return the rings of every walkable multipolygon of a file, by relation id, outer rings first.

    A relation with a ring that does not close (an extract cuts it) is left out: nobody knows where its edge is.
    """
    bits = osmium.osm.osm_entity_bits
    members: dict[int, tuple[dict[str, str], dict[str, list[int]]]] = {}
    for relation in osmium.FileProcessor(str(path), bits.RELATION).with_filter(osmium.filter.KeyFilter("highway")):
        if not isinstance(relation, osmium.osm.Relation):
            continue
        tags = {tag.k: tag.v for tag in relation.tags}
        if tags.get("type") != "multipolygon" or tags["highway"] not in SQUARE_KINDS or not is_walkable(tags):
            continue
        by_role: dict[str, list[int]] = {"outer": [], "inner": []}
        for member in relation.members:
            if member.type == "w":
                by_role["inner" if member.role == "inner" else "outer"].append(member.ref)
        del tags["type"]
        members[relation.id] = tags, by_role
    wanted = {way for _, by_role in members.values() for ways in by_role.values() for way in ways}
    if not wanted:
        return []
    refs, where = _ways_and_nodes(path, wanted)
    found: list[Ring] = []
    for number, (tags, by_role) in sorted(members.items()):
        rings = {role: rings_of({way: refs.get(way, []) for way in ways}) for role, ways in by_role.items()}
        if any(one is None for one in rings.values()):
            continue
        outer, inner = rings["outer"] or [], rings["inner"] or []
        for place, (ways, nodes) in enumerate([*outer, *inner]):
            if all(node in where for node in nodes):
                points = b"".join(where[node] for node in nodes)
                found.append(Ring(number, max(0, place - len(outer) + 1), tags, nodes, points, ways))
    return found


def rings_of(ways: Mapping[int, Sequence[int]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]] | None:
    """Put ways together end to end; return (way ids, node ids) of each closed ring, None if one does not close.

    Examples
    --------
    >>> rings_of({1: [1, 2, 3], 2: [1, 4, 3]})
    [((1, 2), (1, 2, 3, 4, 1))]
    >>> rings_of({1: [1, 2, 3]}) is None
    True
    """
    left = {way: list(nodes) for way, nodes in sorted(ways.items())}
    rings = []
    while left:
        first = next(iter(left))
        used, nodes = [first], left.pop(first)
        while nodes and nodes[0] != nodes[-1]:
            following = next((way for way, more in left.items() if more and nodes[-1] in (more[0], more[-1])), None)
            if following is None:
                return None
            more = left.pop(following)
            nodes += more[1:] if more[0] == nodes[-1] else more[-2::-1]
            used.append(following)
        if len(nodes) < 4:
            return None
        rings.append((tuple(used), tuple(nodes)))
    return rings


def _ways_and_nodes(path: Path, wanted: set[int]) -> tuple[dict[int, list[int]], dict[int, bytes]]:
    bits = osmium.osm.osm_entity_bits
    refs: dict[int, list[int]] = {}
    where: dict[int, bytes] = {}
    reader = osmium.FileProcessor(str(path), bits.NODE | bits.WAY).with_locations()
    only_ways = reader.with_filter(osmium.filter.EntityFilter(bits.WAY)).with_filter(osmium.filter.IdFilter(wanted))
    for way in only_ways:
        if not isinstance(way, osmium.osm.Way):
            continue
        refs[way.id] = [node.ref for node in way.nodes]
        for node in way.nodes:
            if node.location.valid():
                where[node.ref] = struct.pack("<2d", node.location.lon, node.location.lat)
    return refs, where
