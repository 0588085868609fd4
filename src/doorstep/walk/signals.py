"""Where somebody who walks on waits at a signal: who crosses a carriageway there, not who goes along it.

The rule stands once, in the section "Walking" of ``docs/explain/model.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.city import Streets
from doorstep.city.added import edges_of

__all__ = ["STOP_LINE_MM", "Signals", "signals_of"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Tags = Mapping[str, str]

_WITH_LINKS = ("motorway", "trunk", "primary", "secondary", "tertiary")
CARRIAGEWAYS = frozenset(
    {
        *(f"{road}{link}" for road in _WITH_LINKS for link in ("", "_link")),
        *("unclassified", "residential", "living_street", "road", "service", "busway"),
    }
)
BRITISH = frozenset({"pelican", "puffin", "toucan", "pegasus"})
"""Kinds of crossings that have signals by definition; maps keep them in ``crossing`` or ``crossing_ref``."""
STOP_LINE_MM = 30_000
"""A signal in the middle of a carriageway belongs to a junction no farther than that (assumption; 20 to 40 m).

Of the 184 such signals of Newport 163 have one within 30 m, of the 86 of Porto 70; half of them within 17 m.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Signals of a map, and where they make walkers wait.

    Parameters
    ----------
    is_signal
        Shape (n_nodes,): traffic lights of a crossing, a junction or a stop line.
    is_junction
        Shape (n_nodes,): carriageways meet under signals; whoever walks on crosses one of them.
    is_foot
        Shape (n_ways,): no carriageway; who leaves a signal by it crosses the carriageway.
    """

    is_signal: Flags
    is_junction: Flags
    is_foot: Flags

    def waits(self, node: Ints, way: Ints) -> Flags:
        """Return whether one waits who leaves these nodes along these ways; shape (n,)."""
        return self.is_junction[node] | (self.is_signal[node] & self.is_foot[way])


def signals_of(streets: Streets) -> Signals:
    """Find the signals of a map, and the junctions that they belong to.

    Parameters
    ----------
    streets
        Ways as drawn, walked on or not: a road that nobody walks along is crossed, too.

    Returns
    -------
    Signals
        Nothing of it depends on the walker.
    """
    n_nodes, n_ways = len(streets.node_id), len(streets.way_id)
    is_road, is_foot, says_signals, is_shut, is_shut_back = np.zeros((5, n_ways), dtype=np.bool_)
    for number, tags in enumerate(streets.way_tags):
        highway = tags.get("highway")
        if highway in CARRIAGEWAYS:
            oneway = tags.get("oneway")
            is_road[number], is_shut[number], is_shut_back[number] = True, oneway == "-1", oneway == "yes"
        elif highway is not None:
            is_foot[number] = True
            says_signals[number] = tags.get("crossing") == "traffic_signals" or tags.get("crossing:signals") == "yes"
    at, u, v = edges_of(streets, is_road)
    road_edges = np.bincount(u, minlength=n_nodes) + np.bincount(v, minlength=n_nodes)
    way_of_visit = np.repeat(np.arange(n_ways), np.diff(streets.first_node_of_way))

    is_signal, is_light, on_foot_way = np.zeros((3, n_nodes), dtype=np.bool_)
    for node, tags in streets.node_tags.items():
        is_light[node] = tags.get("highway") == "traffic_signals"
        is_signal[node] = is_light[node] or _is_crossing(tags)
    told_by_node = np.zeros(n_ways, dtype=np.bool_)
    told_by_node[way_of_visit[is_signal[streets.way_nodes]]] = True
    told = streets.way_nodes[(says_signals & ~told_by_node)[way_of_visit]]
    is_signal[told[road_edges[told] > 0]] = True

    on_foot_way[streets.way_nodes[is_foot[way_of_visit]]] = True
    is_junction = is_signal & (road_edges >= 3)
    is_stop_line = is_light & (road_edges == 2) & ~on_foot_way
    if is_stop_line.any():
        way = way_of_visit[at]
        arcs = [(u[~is_shut[way]], v[~is_shut[way]]), (v[~is_shut_back[way]], u[~is_shut_back[way]])]
        tail, head = (np.concatenate(ends) for ends in zip(*arcs, strict=True))
        is_junction[_junctions(streets, is_stop_line, road_edges, tail, head)] = True
    return Signals(is_signal, is_junction, is_foot)


def _is_crossing(tags: Tags) -> bool:
    """Return whether a node says that whoever crosses there has a signal."""
    crossing = tags.get("crossing")
    return (
        crossing == "traffic_signals"
        or crossing in BRITISH
        or tags.get("crossing_ref") in BRITISH
        or tags.get("crossing:signals") == "yes"
    )


def _junctions(streets: Streets, is_stop_line: Flags, road_edges: Ints, tail: Ints, head: Ints) -> list[int]:
    """Return the nearest junctions along the carriageways that stop lines stand on; arcs as one may drive."""
    x, y = streets.node_x_m, streets.node_y_m
    # Where two edges meet, the ways on are told by their number and sum: no list of neighbours for a whole city.
    ways_on = np.bincount(tail, minlength=len(x))
    sum_on = np.bincount(tail, weights=head, minlength=len(x))

    def mm(one: int, other: int) -> int:
        mm = 1000.0 * float(np.hypot(x[other] - x[one], y[other] - y[one])) + 0.5
        return math.floor(mm) if math.isfinite(mm) else STOP_LINE_MM + 1  # a road that nobody walks may lack places

    ends: dict[int, list[tuple[int, int]]] = {}
    leaving = is_stop_line[tail]
    for stop, first in zip(tail[leaving].tolist(), head[leaving].tolist(), strict=True):
        before, here, gone = stop, first, mm(stop, first)
        while gone <= STOP_LINE_MM and road_edges[here] == 2 and here != stop:
            onward = int(sum_on[here]) - (before if ways_on[here] == 2 else 0)
            if ways_on[here] == 0 or onward == before:
                break
            before, here, gone = here, onward, gone + mm(here, onward)
        if gone <= STOP_LINE_MM and road_edges[here] >= 3:
            ends.setdefault(stop, []).append((gone, here))
    return [here for found in ends.values() for gone, here in found if gone == min(found)[0]]
