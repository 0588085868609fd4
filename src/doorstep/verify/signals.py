"""Who waits at a signal or a lift: arc by arc, from the tags of ways and nodes as drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from doorstep.city import Streets
from doorstep.standards import Profile
from doorstep.verify.need import Ints

__all__ = ["derive_waits"]

Tags = Mapping[str, str]
Arcs = dict[int, list[tuple[int, int]]]  # node -> nodes that carriageways lead to from there, and how many mm on

CLASSIFIED = ("motorway", "trunk", "primary", "secondary", "tertiary")
OTHER_ROADS = ("unclassified", "residential", "living_street", "road", "service", "busway")
WITH_SIGNALS = ("traffic_signals", "pelican", "puffin", "toucan", "pegasus")
FAR_MM = 30_000


def derive_waits(streets: Streets, profile: Profile, way: Ints, u: Ints, v: Ints) -> tuple[Ints, Ints]:
    """Return ms that leaving the first node of each edge along it takes, and leaving the second."""
    is_road = [_is_carriageway(tags) for tags in streets.way_tags]
    foot_nodes: set[int] = set()
    told = []
    road_ways = []
    for number, tags in enumerate(streets.way_tags):
        if "highway" not in tags:
            continue
        nodes = streets.way_nodes[streets.first_node_of_way[number] : streets.first_node_of_way[number + 1]].tolist()
        if is_road[number]:
            road_ways.append((nodes, tags.get("oneway")))
            continue
        foot_nodes.update(nodes)
        if tags.get("crossing") == "traffic_signals" or tags.get("crossing:signals") == "yes":
            told.append(nodes)
    count, ahead = _carriageways(streets, road_ways)

    signals = {node for node, tags in streets.node_tags.items() if _is_signal(tags)}
    signals |= {node for nodes in told if signals.isdisjoint(nodes) for node in nodes if count[node]}
    junctions = {node for node in signals if count[node] >= 3}
    for node in signals - foot_nodes:
        if count[node] == 2 and streets.node_tags.get(node, {}).get("highway") == "traffic_signals":
            junctions |= _nearest_junctions(node, count, ahead)

    lifts = {node for node, tags in streets.node_tags.items() if tags.get("highway") == "elevator"}

    def leaving(node: int, along: int) -> int:
        crosses = node in junctions or (node in signals and not is_road[along])
        return max(profile.crossing_wait_ms * crosses, profile.lift_wait_ms * (node in lifts))

    wait_u, wait_v = np.zeros((2, len(way)), dtype=np.int64)
    some = np.array(sorted(signals | junctions | lifts), dtype=np.int64)
    for ends, wait in ((u, wait_u), (v, wait_v)):
        for edge in np.flatnonzero(np.isin(ends, some)).tolist():
            wait[edge] = leaving(int(ends[edge]), int(way[edge]))
    return wait_u, wait_v


def _is_carriageway(tags: Tags) -> bool:
    kind = tags.get("highway", "")
    return kind in OTHER_ROADS or kind.removesuffix("_link") in CLASSIFIED


def _is_signal(tags: Tags) -> bool:
    return (
        tags.get("highway") == "traffic_signals"
        or tags.get("crossing") in WITH_SIGNALS
        or tags.get("crossing_ref") in WITH_SIGNALS[1:]
        or tags.get("crossing:signals") == "yes"
    )


def _carriageways(streets: Streets, ways: list[tuple[list[int], str | None]]) -> tuple[defaultdict[int, int], Arcs]:
    """Return how many edges of carriageways each node has, and where one drives on from it."""
    count: defaultdict[int, int] = defaultdict(int)
    ahead: Arcs = defaultdict(list)
    x, y = streets.node_x_m, streets.node_y_m
    for nodes, oneway in ways:
        for a, b in pairwise(nodes):
            if a == b:
                continue
            count[a] += 1
            count[b] += 1
            metres = np.hypot(x[b] - x[a], y[b] - y[a])
            mm = int(np.floor(1000.0 * metres + 0.5)) if np.isfinite(metres) else FAR_MM + 1
            if oneway != "-1":
                ahead[a].append((b, mm))
            if oneway != "yes":
                ahead[b].append((a, mm))
    return count, ahead


def _nearest_junctions(stop: int, count: Mapping[int, int], ahead: Arcs) -> set[int]:
    """Drive on from a stop line, each way that is open, to the first junction; return the nearer one."""
    reached: dict[int, set[int]] = {}
    for node, mm in ahead[stop]:
        seen = [stop]
        while count[node] == 2 and node != stop and mm <= FAR_MM:
            onward = [arc for arc in ahead[node] if arc[0] != seen[-1]]
            if not onward:
                break
            seen.append(node)
            node, mm = onward[0][0], mm + onward[0][1]
        if count[node] > 2 and mm <= FAR_MM:
            reached.setdefault(mm, set()).add(node)
    return reached[min(reached)] if reached else set()
