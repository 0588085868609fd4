"""One walk from a home to a place: its line, its length and time, and the stretches it is told in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from shapely import LineString

from doorstep.walk.legs import Leg, Step, legs_of, sums
from doorstep.walk.network import Network
from doorstep.walk.snap import Connections
from doorstep.walk.toward import Label, Measure, connected, labels_toward, ways_in, without_end

__all__ = ["Route", "route"]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A walk from a home to a place.

    Parameters
    ----------
    line
        From the home's point on the network to the place's; the straight parts off the network are left out.
    legs
        What it is made of; a walk of no length along the network has none.
    walk_mm, moving_ms, wait_ms
        As :func:`doorstep.walk.walk_pairs` measures them, parts off the network counted in.
    from_home_mm, to_place_mm
        Straight from the home to the network and from there to the place.
    steps
        Edges walked, in order, and the node that each is left from along it; -1 at the home's point.
    """

    line: LineString
    legs: tuple[Leg, ...]
    walk_mm: int
    moving_ms: int
    wait_ms: int
    from_home_mm: int
    to_place_mm: int
    steps: tuple[tuple[int, int], ...]


class _Walk(NamedTuple):
    """A walk from one of the home's points to one of the place's."""

    point: int
    goal: int
    steps: tuple[Step, ...]


def route(
    network: Network, homes: Connections, places: Connections, home: int, place: int, *, measure: Measure = "metres"
) -> Route:
    """Describe the walk from a home to a place that :func:`doorstep.walk.walk_pairs` measures.

    Plain and slow: meant for a few walks, not for many.

    Parameters
    ----------
    network
        Pedestrian network.
    homes, places
        Points on it.
    home, place
        Positions of the two; of several entrances the best counts.
    measure
        What the walk is best in: metres or minutes.

    Returns
    -------
    Route
        Among walks equal in both measures and in waiting the one over fewer edges, then over the smaller edge numbers:
        always the same.

    Raises
    ------
    ValueError
        If there is no walk.
    """
    starts, goals = connected(homes, [home]), connected(places, [place])
    if not starts or not goals:
        raise ValueError(f"home {home} or place {place} is not connected")
    ends = [
        (point, int(end[homes.edge[point]]), int(part_mm[point]), toward_v)
        for point in starts
        for end, part_mm, toward_v in (
            (network.edge_u, homes.from_u_mm, False),
            (network.edge_v, homes.from_v_mm, True),
        )
        if not network.is_closed[end[homes.edge[point]]]
    ]
    labels = labels_toward(
        network, places, [place], limit=without_end(measure), measure=measure, enough={node for _, node, _, _ in ends}
    )
    walks: list[_Walk] = []
    for point, node, part_mm, toward_v in ends:
        if node in labels:
            goal, rest = _steps_on(network, places, goals, labels, node, measure)
            walks.append(_Walk(point, goal, (Step(int(homes.edge[point]), toward_v, -1, part_mm), *rest)))
    for point in starts:
        for goal in goals:
            if homes.edge[point] == places.edge[goal]:
                along_mm = int(places.from_u_mm[goal] - homes.from_u_mm[point])
                straight = Step(int(homes.edge[point]), along_mm > 0, -1, abs(along_mm))
                walks.append(_Walk(point, goal, (straight,)))
    ranked = sorted((rank, walk) for walk in walks if (rank := _rank(network, homes, places, walk, measure)))
    if not ranked:
        raise ValueError(f"no walk from home {home} to place {place}")
    point, goal, steps = ranked[0][1]
    walk_mm, moving_ms, wait_ms = sums(network, steps)
    off_mm = np.array([homes.off_mm[point], places.off_mm[goal]])
    line = [(float(homes.x_m[point]), float(homes.y_m[point]))]
    line += [(float(network.node_x_m[step.node]), float(network.node_y_m[step.node])) for step in steps[1:]]
    line += [(float(places.x_m[goal]), float(places.y_m[goal]))]
    return Route(
        line=LineString(line),
        legs=legs_of(network, steps, line),
        walk_mm=walk_mm + int(off_mm.sum()),
        moving_ms=moving_ms + int(network.off_ms(off_mm).sum()),
        wait_ms=wait_ms,
        from_home_mm=int(off_mm[0]),
        to_place_mm=int(off_mm[1]),
        steps=tuple((step.edge, step.node) for step in steps),
    )


def _rank(
    network: Network, homes: Connections, places: Connections, walk: _Walk, measure: Measure
) -> tuple[object, ...]:
    """Return what walks are ordered by; empty if this one cannot be walked."""
    mm, moving_ms, wait_ms = sums(network, walk.steps)
    off_mm = np.array([homes.off_mm[walk.point], places.off_mm[walk.goal]])
    length_mm, time_ms = mm + int(off_mm.sum()), moving_ms + wait_ms + int(network.off_ms(off_mm).sum())
    both = (length_mm, time_ms) if measure == "metres" else (time_ms, length_mm)
    return (*both, wait_ms, len(walk.steps), [step.edge for step in walk.steps]) if moving_ms >= 0 else ()


def _steps_on(
    network: Network,
    places: Connections,
    goals: Sequence[int],
    labels: Mapping[int, Label],
    node: int,
    measure: Measure,
) -> tuple[int, list[Step]]:
    """Follow the labels from a node to a point of the place, over the smallest edge that keeps what is promised."""
    steps = []
    by_tail = _arcs_by_tail(network, labels)
    while labels[node].edges > 1:
        here = labels[node]
        for edge, head, toward_v in by_tail[node]:
            step = Step(edge, toward_v, node, int(network.length_mm[edge]))
            mm, moving_ms, wait_ms = sums(network, [step])
            one, two = (mm, moving_ms + wait_ms) if measure == "metres" else (moving_ms + wait_ms, mm)
            left = here.binding - one, here.other - two, here.wait_ms - wait_ms, here.edges - 1
            if labels[head][:4] == left:
                steps.append(step)
                node = head
                break
        else:
            raise AssertionError("a label leads nowhere")
    for goal in goals:
        edge = int(places.edge[goal])
        for entered, mm, ms, wait_ms in ways_in(network, places, goal):
            if entered == node and (*((mm, ms) if measure == "metres" else (ms, mm)), wait_ms) == labels[node][:3]:
                toward_v = node != network.edge_v[edge]
                part_mm = int(places.from_u_mm[goal] if toward_v else places.from_v_mm[goal])
                return goal, [*steps, Step(edge, bool(toward_v), node, part_mm)]
    raise AssertionError("a label leads nowhere")


def _arcs_by_tail(network: Network, labels: Mapping[int, Label]) -> dict[int, list[tuple[int, int, bool]]]:
    """Return the arcs that leave each labelled node: edge, head, direction; by edge."""
    known = np.zeros(len(network.node_x_m), dtype=np.bool_)
    known[list(labels)] = True
    near = np.flatnonzero(known[network.edge_u] & known[network.edge_v])
    arcs: dict[int, list[tuple[int, int, bool]]] = {node: [] for node in labels}
    for edge in near.tolist():
        u, v = int(network.edge_u[edge]), int(network.edge_v[edge])
        if network.may_uv[edge]:
            arcs[u].append((edge, v, True))
        if network.may_vu[edge]:
            arcs[v].append((edge, u, False))
    return arcs
