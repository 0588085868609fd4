"""Gates drawn as lines and walls round compounds, read again from the ways as drawn."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.city import Streets
from doorstep.verify.need import Bools
from doorstep.verify.ways import GATES, WALLS, Tags, is_closed, is_gate_line

__all__ = ["compound_walls", "tags_of_nodes"]

HANDED_ON = (
    *("barrier", "access", "foot", "locked", "opening_hours", "foot:conditional", "access:conditional", "wheelchair"),
)


def tags_of_nodes(streets: Streets, walked: Bools) -> Mapping[int, Tags]:
    """Return the tags of nodes by position, with those of gate lines on ways that people may walk on."""
    found = {node: dict(tags) for node, tags in streets.node_tags.items()}
    with_barrier = {node for node, tags in found.items() if "barrier" in tags}
    on_foot: set[int] = set()
    for way in np.flatnonzero(walked).tolist() if any(map(is_gate_line, streets.way_tags)) else ():
        on_foot.update(_line(streets, way))
    for way, tags in enumerate(streets.way_tags):  # in order of ids
        if not is_gate_line(tags):
            continue
        for node in on_foot.intersection(_line(streets, way)) - with_barrier:
            with_barrier.add(node)
            own = found.setdefault(node, {})
            for key in HANDED_ON:
                if key in tags:
                    own.setdefault(key, tags[key])
    return found


def compound_walls(streets: Streets, node_tags: Mapping[int, Tags]) -> npt.NDArray[np.object_]:
    """Return what keeps people of each compound from stepping out other than by a gate, one shape a compound."""
    gate_ways = [way for way, tags in enumerate(streets.way_tags) if is_gate_line(tags)]
    wall_ways = [way for way, tags in enumerate(streets.way_tags) if tags.get("barrier") in WALLS]
    gate_nodes = {node for node, tags in node_tags.items() if tags.get("barrier") in GATES}
    gate_steps, free_steps = set[frozenset[int]](), set[frozenset[int]]()
    for way in gate_ways:
        steps = _steps(_line(streets, way))
        gate_steps.update(steps)
        if not is_closed(streets.way_tags[way], False):
            free_steps.update(steps)
    compounds: list[list[frozenset[int]]] = []
    for way in wall_ways:
        nodes = _line(streets, way)
        if len(nodes) < 4 or nodes[0] != nodes[-1]:
            continue
        steps = _steps(nodes)
        if gate_nodes & set(nodes) or gate_steps & set(steps):
            compounds.append(steps)
    compounds += _rings(streets, gate_ways, wall_ways, gate_nodes)
    x, y = streets.node_x_m, streets.node_y_m
    shapes = []
    for steps in compounds:
        ends = np.array([sorted(step) for step in steps if step not in free_steps], dtype=np.int64).reshape(-1, 2)
        shapes.append(shapely.multilinestrings(shapely.linestrings(x[ends], y[ends])))
    return np.array(shapes, dtype=np.object_)


def _rings(
    streets: Streets, gate_ways: list[int], wall_ways: list[int], gate_nodes: set[int]
) -> list[list[frozenset[int]]]:
    """Follow open walls and gate lines from end to end, as long as each end meets exactly one other."""
    at_end: dict[int, list[int]] = {}
    lines = {way: _line(streets, way) for way in (*gate_ways, *wall_ways)}
    lines = {way: nodes for way, nodes in lines.items() if nodes[0] != nodes[-1]}
    for way, nodes in lines.items():
        at_end.setdefault(nodes[0], []).append(way)
        at_end.setdefault(nodes[-1], []).append(way)
    rings = []
    done: set[int] = set()
    for first in wall_ways:
        if first not in lines or first in done:
            continue
        ring, here = [first], lines[first][-1]
        while here != lines[first][0] and len(at_end[here]) == 2:
            (following,) = (way for way in at_end[here] if way != ring[-1])
            ring.append(following)
            here = lines[following][-1] if lines[following][0] == here else lines[following][0]
        if here == lines[first][0] and len(at_end[here]) == 2:
            done.update(ring)
            if any(way in gate_ways or gate_nodes & set(lines[way]) for way in ring):
                rings.append([step for way in ring for step in _steps(lines[way])])
    return rings


def _line(streets: Streets, way: int) -> list[int]:
    nodes: list[int] = streets.way_nodes[streets.first_node_of_way[way] : streets.first_node_of_way[way + 1]].tolist()
    return nodes


def _steps(nodes: list[int]) -> list[frozenset[int]]:
    return [frozenset(pair) for pair in itertools.pairwise(nodes) if pair[0] != pair[1]]
