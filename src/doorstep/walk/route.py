"""One walk with its line and the stretches it is made of: what is walked, which way one turns, what is passed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from shapely import LineString

from doorstep.walk.network import GATES, Network
from doorstep.walk.snap import Connections
from doorstep.walk.toward import Label, Measure, connected, labels_toward, ways_in, without_end

__all__ = ["Leg", "Route", "route", "way_kind"]

_BEND_DEGREES = 45.0  # at a junction, a bend sharper than this is a turn even if the way keeps its name
_CHORD_M = 10.0  # a turn is measured between the last and the next few metres, not between two short edges


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a walk along one way.

    Parameters
    ----------
    kind
        What is walked on: a code of :func:`way_kind`.
    tags
        Of its first way.
    is_private
        It can be left but not entered.
    forward
        Walked in the direction of its first way: tells up from down.
    turn_degrees
        From the leg before, left above 0, -180 to 180; NaN for the first.
    heading_degrees
        Where its first metres lead, clockwise from north, 0 to 360; NaN if it has no length.
    length_mm, moving_ms
        Along it.
    wait_ms
        At the nodes that it leaves, its first among them.
    first_node
        Position of the node that it starts at, -1 if it starts at the home's point on the network.
    waits
        Nodes at which it waits, its first among them, and how many ms, in order.
    points
        Its line, metres.
    ways
        Positions of its ways in ``streets``, in order, each once.
    """

    kind: str
    tags: Mapping[str, str]
    is_private: bool
    forward: bool
    turn_degrees: float
    heading_degrees: float
    length_mm: int
    moving_ms: int
    wait_ms: int
    first_node: int
    waits: tuple[tuple[int, int], ...]
    points: tuple[tuple[float, float], ...]
    ways: tuple[int, ...]


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


class _Step(NamedTuple):
    """A whole or partial edge: walked from ``node`` (-1: from the home's point), the wait there counted apart."""

    edge: int
    toward_v: bool
    node: int
    length_mm: int


class _Walk(NamedTuple):
    """A walk from one of the home's points to one of the place's."""

    point: int
    goal: int
    steps: tuple[_Step, ...]


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
            walks.append(_Walk(point, goal, (_Step(int(homes.edge[point]), toward_v, -1, part_mm), *rest)))
    for point in starts:
        for goal in goals:
            if homes.edge[point] == places.edge[goal]:
                along_mm = int(places.from_u_mm[goal] - homes.from_u_mm[point])
                straight = _Step(int(homes.edge[point]), along_mm > 0, -1, abs(along_mm))
                walks.append(_Walk(point, goal, (straight,)))
    ranked = sorted((rank, walk) for walk in walks if (rank := _rank(network, homes, places, walk, measure)))
    if not ranked:
        raise ValueError(f"no walk from home {home} to place {place}")
    point, goal, steps = ranked[0][1]
    walk_mm, moving_ms, wait_ms = _sums(network, steps)
    off_mm = np.array([homes.off_mm[point], places.off_mm[goal]])
    line = [(float(homes.x_m[point]), float(homes.y_m[point]))]
    line += [(float(network.node_x_m[step.node]), float(network.node_y_m[step.node])) for step in steps[1:]]
    line += [(float(places.x_m[goal]), float(places.y_m[goal]))]
    return Route(
        line=LineString(line),
        legs=_legs(network, steps, line),
        walk_mm=walk_mm + int(off_mm.sum()),
        moving_ms=moving_ms + int(network.off_ms(off_mm).sum()),
        wait_ms=wait_ms,
        from_home_mm=int(off_mm[0]),
        to_place_mm=int(off_mm[1]),
        steps=tuple((step.edge, step.node) for step in steps),
    )


def way_kind(tags: Mapping[str, str]) -> str:
    """Return what people would call a way without a name.

    Parameters
    ----------
    tags
        Of the way.

    Returns
    -------
    str
        steps, lift, crossing, square, pavement, footbridge, underpass, footpath, pedestrian_street, service_road,
        alley, driveway, cycleway, track, corridor, platform, street or main_road.

    Examples
    --------
    >>> way_kind({"highway": "footway", "footway": "sidewalk"}), way_kind({"highway": "steps"})
    ('pavement', 'steps')
    """
    highway, footway = tags.get("highway", ""), tags.get("footway", "")
    if highway in ("steps", "corridor", "platform", "cycleway", "track"):
        return highway
    if highway == "elevator":
        return "lift"
    if "crossing" in (footway, tags.get("path")):
        return "crossing"
    if highway in ("pedestrian", "footway") and tags.get("area") == "yes":
        return "square"
    if footway == "sidewalk":
        return "pavement"
    if highway in ("footway", "path", "bridleway"):
        on_bridge = tags.get("bridge", "no") != "no"
        return "footbridge" if on_bridge else "underpass" if tags.get("tunnel", "no") != "no" else "footpath"
    if highway == "pedestrian":
        return "pedestrian_street"
    if highway == "service":
        return {"alley": "alley", "driveway": "driveway"}.get(tags.get("service", ""), "service_road")
    return "main_road" if highway.startswith(("primary", "secondary", "tertiary", "trunk", "motorway")) else "street"


def _sums(network: Network, steps: Sequence[_Step]) -> tuple[int, int, int]:
    """Return the length, the time on the move (-1 if a step cannot be walked) and the waits of some steps."""
    edge, toward_v, _, length_mm = (np.array(column) for column in zip(*steps, strict=True))
    moving_ms = network.part_ms(edge, length_mm, toward_v.astype(np.bool_))
    wait_ms = _waits(network, steps)
    return int(length_mm.sum()), int(moving_ms.sum()) if (moving_ms >= 0).all() else -1, sum(wait_ms)


def _waits(network: Network, steps: Sequence[_Step]) -> list[int]:
    """Return the wait before each step; who starts in the middle of an edge waits for nothing."""
    edge, toward_v, node, _ = (np.array(column) for column in zip(*steps, strict=True))
    wait_ms: list[int] = np.where(node >= 0, network.arc_wait_ms(edge, toward_v.astype(np.bool_)), 0).tolist()
    return wait_ms


def _rank(
    network: Network, homes: Connections, places: Connections, walk: _Walk, measure: Measure
) -> tuple[object, ...]:
    """Return what walks are ordered by; empty if this one cannot be walked."""
    mm, moving_ms, wait_ms = _sums(network, walk.steps)
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
) -> tuple[int, list[_Step]]:
    """Follow the labels from a node to a point of the place, over the smallest edge that keeps what is promised."""
    steps = []
    by_tail = _arcs_by_tail(network, labels)
    while labels[node].edges > 1:
        here = labels[node]
        for edge, head, toward_v in by_tail[node]:
            step = _Step(edge, toward_v, node, int(network.length_mm[edge]))
            mm, moving_ms, wait_ms = _sums(network, [step])
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
                return goal, [*steps, _Step(edge, bool(toward_v), node, part_mm)]
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


def _legs(network: Network, steps: Sequence[_Step], line: list[tuple[float, float]]) -> tuple[Leg, ...]:
    """Cut a walk where the way changes, at gates and lifts, and where it bends at a junction."""
    streets = network.streets
    before_ms = _waits(network, steps)
    walked = [number for number, step in enumerate(steps) if step.length_mm > 0 or before_ms[number] > 0]
    degree = np.bincount(np.concatenate([network.edge_u, network.edge_v]), minlength=len(network.node_x_m))
    groups: list[list[int]] = []
    for number in walked:
        step = steps[number]
        same = bool(groups) and _called(network, step.edge) == _called(network, steps[groups[-1][-1]].edge)
        if same and step.node >= 0:
            tags = streets.node_tags.get(step.node, {})
            same = tags.get("barrier") not in GATES and tags.get("highway") != "elevator"
            bend = _turn(line[: number + 1], line[number:])
            same &= degree[step.node] < 3 or math.isnan(bend) or abs(bend) < _BEND_DEGREES
        if same:
            groups[-1].append(number)
        else:
            groups.append([number])
    legs, before = [], list[tuple[float, float]]()
    for group in groups:
        points = line[group[0] : group[-1] + 2]
        chosen = [steps[number] for number in group]
        way = [int(network.way_of_edge[step.edge]) for step in chosen]
        mm, moving_ms, wait_ms = _sums(network, chosen)
        legs.append(
            Leg(
                kind=way_kind(streets.way_tags[way[0]]),
                tags=streets.way_tags[way[0]],
                is_private=bool(network.is_private[chosen[0].edge]),
                forward=chosen[0].toward_v,
                turn_degrees=_turn(before, points),
                heading_degrees=math.nan if mm == 0 else _bearing(points[0], _along(points, _CHORD_M)) % 360,
                length_mm=mm,
                moving_ms=moving_ms,
                wait_ms=wait_ms,
                first_node=chosen[0].node,
                waits=tuple((steps[number].node, before_ms[number]) for number in group if before_ms[number] > 0),
                points=tuple(points),
                ways=tuple(dict.fromkeys(way)),
            )
        )
        before = points
    return tuple(legs)


def _called(network: Network, edge: int) -> tuple[object, ...]:
    """Return what makes a stretch one way to people: its name, else what it is; a flight of steps for itself."""
    way = int(network.way_of_edge[edge])
    tags = network.streets.way_tags[way]
    kind, name = way_kind(tags), tags.get("name") or tags.get("ref") or ""
    own = way if kind in ("steps", "lift") else -1
    return name, "" if name and kind != "steps" else kind, bool(network.is_private[edge]), own


def _turn(before: list[tuple[float, float]], after: list[tuple[float, float]]) -> float:
    """Return the turn between two lines, degrees, left above 0; NaN if one has no length."""
    if len(before) < 2 or len(after) < 2:
        return math.nan
    back, ahead = _along(before[::-1], _CHORD_M), _along(after, _CHORD_M)
    if back == before[-1] or ahead == after[0]:
        return math.nan
    turn = _bearing(back, before[-1]) - _bearing(after[0], ahead)
    return (turn + 180) % 360 - 180


def _along(points: list[tuple[float, float]], metres: float) -> tuple[float, float]:
    """Return the point so many metres along a line, its end if that is nearer."""
    for (x, y), (next_x, next_y) in pairwise(points):
        length = math.hypot(next_x - x, next_y - y)
        if length >= metres and length > 0:
            return x + (next_x - x) * metres / length, y + (next_y - y) * metres / length
        metres -= length
    return points[-1]


def _bearing(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the direction from one point to another, degrees clockwise from north."""
    return math.degrees(math.atan2(end[0] - start[0], end[1] - start[1]))
