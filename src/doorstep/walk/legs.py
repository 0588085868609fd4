"""The stretches that a walk is told in: cut where the way changes, at gates and lifts, and where one turns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from doorstep.walk.network import GATES, Network

__all__ = ["Leg", "Step", "legs_of", "sums", "way_kind"]

_BEND_DEGREES = 45.0  # at a junction, a bend sharper than this is a turn even if the way keeps its name
_WHOLE = frozenset({"steps", "lift", "square"})
_SHARP_DEGREES = 60.0  # where the way alone bends, only a sharp bend is told: one knows the place by it
_SIGHT_M = 25.0  # such a bend is measured over this on either side, and as far from the next turn: no chicane
_ACROSS_M = 50.0  # so far from the next turn on a square, which else is crossed as a whole
_CHORD_M = 10.0  # a turn is measured between the last and the next few metres, not between two short edges


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a walk along one way.

    Parameters
    ----------
    kind
        What is walked on: a code of :func:`way_kind`; a way that has the name of a square of the walk is the square.
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


class Step(NamedTuple):
    """A whole or partial edge: walked from ``node`` (-1: from the home's point), the wait there counted apart."""

    edge: int
    toward_v: bool
    node: int
    length_mm: int


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


def sums(network: Network, steps: Sequence[Step]) -> tuple[int, int, int]:
    """Return the length, the time on the move (-1 if a step cannot be walked) and the waits of some steps."""
    edge, toward_v, _, length_mm = (np.array(column) for column in zip(*steps, strict=True))
    moving_ms = network.part_ms(edge, length_mm, toward_v.astype(np.bool_))
    wait_ms = _waits(network, steps)
    return int(length_mm.sum()), int(moving_ms.sum()) if (moving_ms >= 0).all() else -1, sum(wait_ms)


def _waits(network: Network, steps: Sequence[Step]) -> list[int]:
    """Return the wait before each step; who starts in the middle of an edge waits for nothing."""
    edge, toward_v, node, _ = (np.array(column) for column in zip(*steps, strict=True))
    wait_ms: list[int] = np.where(node >= 0, network.arc_wait_ms(edge, toward_v.astype(np.bool_)), 0).tolist()
    return wait_ms


def legs_of(network: Network, steps: Sequence[Step], line: list[tuple[float, float]]) -> tuple[Leg, ...]:
    """Cut a walk where the way changes, at gates and lifts, and where it bends.

    A flight of steps is told as a whole, since its steps are counted as a whole; and so is a square but for long ways
    round a corner: one walks across.
    """
    streets = network.streets
    before_ms = _waits(network, steps)
    walked = [number for number, step in enumerate(steps) if step.length_mm > 0 or before_ms[number] > 0]
    degree = np.bincount(np.concatenate([network.edge_u, network.edge_v]), minlength=len(network.node_x_m))
    kinds = _kinds(network, steps)
    called = {edge: _called(network, edge, kind) for edge, kind in kinds.items()}
    groups: list[list[int]] = []
    for number in walked:
        step = steps[number]
        same = bool(groups) and called[step.edge] == called[steps[groups[-1][-1]].edge]
        if same and step.node >= 0:
            tags = streets.node_tags.get(step.node, {})
            same = tags.get("barrier") not in GATES and tags.get("highway") != "elevator"
            whole = kinds[step.edge] in _WHOLE
            bend = _turn(line[: number + 1], line[number:], _CHORD_M)
            same &= whole or degree[step.node] < 3 or math.isnan(bend) or abs(bend) < _BEND_DEGREES
        if same:
            groups[-1].append(number)
        else:
            groups.append([number])
    pieces = [
        (piece, _SIGHT_M if at else _CHORD_M)
        for group in groups
        for at, piece in enumerate(_at_sharp_bends(steps, line, group, kinds[steps[group[0]].edge]))
    ]
    legs, before = [], list[tuple[float, float]]()
    for group, chord_m in pieces:
        points = line[group[0] : group[-1] + 2]
        chosen = [steps[number] for number in group]
        way = [int(network.way_of_edge[step.edge]) for step in chosen]
        mm, moving_ms, wait_ms = sums(network, chosen)
        legs.append(
            Leg(
                kind=kinds[chosen[0].edge],
                tags=streets.way_tags[way[0]],
                is_private=bool(network.is_private[chosen[0].edge]),
                forward=chosen[0].toward_v,
                turn_degrees=_turn(before, points, chord_m),
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


def _at_sharp_bends(
    steps: Sequence[Step], line: list[tuple[float, float]], group: list[int], kind: str
) -> list[list[int]]:
    """Cut a stretch where it bends sharply, the sharpest bends first, none near its ends or another cut."""
    if kind in ("steps", "lift"):
        return [group]
    apart_m = _ACROSS_M if kind == "square" else _SIGHT_M
    ends_m = np.cumsum([steps[number].length_mm for number in group]) / 1000
    cuts = [0.0, float(ends_m[-1])]  # how far along
    bends = [
        (-abs(_turn(line[group[0] : number + 1], line[number : group[-1] + 2], _SIGHT_M)), at)
        for at, number in enumerate(group[1:], start=1)
    ]
    starts = [0]
    for _, at in sorted(one for one in bends if one[0] <= -_SHARP_DEGREES):
        if min(abs(ends_m[at - 1] - cut) for cut in cuts) >= apart_m:
            cuts.append(float(ends_m[at - 1]))
            starts.append(at)
    return [group[start:end] for start, end in pairwise([*sorted(starts), len(group)])]


def _kinds(network: Network, steps: Sequence[Step]) -> dict[int, str]:
    """Return what the edges of a walk are: a line added across a square is the square, and so is what has its name."""
    streets = network.streets
    added = {one.way for one in streets.added if one.kind == "square"}
    way_of = {step.edge: int(network.way_of_edge[step.edge]) for step in steps}
    kind_of = {way: "square" if way in added else way_kind(streets.way_tags[way]) for way in way_of.values()}
    squares = {streets.way_tags[way].get("name") for way, kind in kind_of.items() if kind == "square"} - {None}
    for way, kind in kind_of.items():
        if kind not in _WHOLE and streets.way_tags[way].get("name") in squares:
            kind_of[way] = "square"
    return {edge: kind_of[way] for edge, way in way_of.items()}


def _called(network: Network, edge: int, kind: str) -> tuple[object, ...]:
    """Return what makes a stretch one way to people: its name, else what it is; a flight of steps for itself."""
    way = int(network.way_of_edge[edge])
    tags = network.streets.way_tags[way]
    name = tags.get("name") or tags.get("ref") or ""
    own = way if kind in ("steps", "lift") else -1
    return name, "" if name and kind != "steps" else kind, bool(network.is_private[edge]), own


def _turn(before: list[tuple[float, float]], after: list[tuple[float, float]], chord_m: float) -> float:
    """Return the turn between the ends of two lines, degrees, left above 0; NaN if one has no length."""
    if len(before) < 2 or len(after) < 2:
        return math.nan
    back, ahead = _along(before[::-1], chord_m), _along(after, chord_m)
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
