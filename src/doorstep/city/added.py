"""Lines that nobody drew, put into ``Streets`` behind what was drawn, so that nothing drawn changes its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.city.model import AddedWay, Streets
from doorstep.city.walkable import WALLS, is_gate_line

__all__ = ["FIRST_ADDED_ID", "NewWay", "append_ways", "edges_of", "keep_apart", "lines_between"]

FIRST_ADDED_ID = 10**12
"""Ids of ways and nodes that nobody drew start here, far above those of OpenStreetMap."""

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class NewWay:
    """A way to append: positions of its nodes, tags, and what it rests on (as in ``AddedWay``)."""

    nodes: tuple[int, ...]
    tags: Mapping[str, str]
    kind: str
    from_ways: tuple[int, ...]
    evidence: Mapping[str, float]


def append_ways(streets: Streets, ways: Sequence[NewWay]) -> Streets:
    """Return streets with more ways at the end, each listed in ``added``."""
    if not ways:
        return streets
    n_ways = len(streets.way_id)
    first_id = max(FIRST_ADDED_ID, int(streets.way_id[-1]) + 1)
    ends = streets.first_node_of_way[-1] + np.cumsum([len(way.nodes) for way in ways])
    nodes = np.array([node for way in ways for node in way.nodes], dtype=np.int64)
    added = (AddedWay(n_ways + place, way.kind, way.from_ways, way.evidence) for place, way in enumerate(ways))
    return replace(
        streets,
        way_id=np.concatenate([streets.way_id, first_id + np.arange(len(ways), dtype=np.int64)]),
        first_node_of_way=np.concatenate([streets.first_node_of_way, ends]).astype(np.int64),
        way_nodes=np.concatenate([streets.way_nodes, nodes]),
        way_tags=(*streets.way_tags, *(way.tags for way in ways)),
        added=(*streets.added, *added),
    )


def edges_of(streets: Streets, ways: Flags) -> tuple[Ints, Ints, Ints]:
    """Return, for each pair of neighbouring nodes of the marked ways, its place in ``way_nodes``, and both nodes.

    Pairs of one node twice are left out.
    """
    way_of_visit = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.first_node_of_way))
    nodes = streets.way_nodes
    follows = (way_of_visit[:-1] == way_of_visit[1:]) & ways[way_of_visit[:-1]] & (nodes[:-1] != nodes[1:])
    at = np.flatnonzero(follows)
    return at, nodes[at].astype(np.int64), nodes[at + 1].astype(np.int64)


def lines_between(streets: Streets, u: Ints, v: Ints) -> Shapes:
    """Return straight lines from node to node."""
    x, y = streets.node_x_m, streets.node_y_m
    ends = np.stack([np.stack([x[u], y[u]], axis=1), np.stack([x[v], y[v]], axis=1)], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object)


def keep_apart(streets: Streets, lines: Shapes) -> Flags:
    """Return which lines a wall, fence, hedge, guard rail or gate line crosses; touching one with an end is not."""
    crossed = np.zeros(len(lines), dtype=np.bool_)
    is_wall = np.array(
        ["barrier" in tags and (tags["barrier"] in WALLS or is_gate_line(tags)) for tags in streets.way_tags], np.bool_
    )
    if not is_wall.any() or not len(lines):
        return crossed
    _, u, v = edges_of(streets, is_wall)
    tree = shapely.STRtree(lines_between(streets, u, v))
    crossed[np.unique(tree.query(lines, predicate="crosses")[0])] = True
    return crossed
