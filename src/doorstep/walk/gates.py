"""What if this wall had a gate here, what if this gate were shut: streets with one gate more or less."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.city import Streets
from doorstep.city.added import FIRST_ADDED_ID, NewWay, append_ways, keep_apart
from doorstep.city.walkable import WALLS
from doorstep.errors import DoorstepError
from doorstep.walk.network import GATES, Network, build_network
from doorstep.walk.walker import Walker
from doorstep.walk.walls import compound_ways, gate_lines_at

__all__ = ["GATE_REACH_M", "LINK_REACH_M", "GateSide", "NewGate", "ShutGate", "in_sight", "with_gate", "without_gate"]

GATE_REACH_M = 50.0
"""Assumption: a wall or gate farther than this from the place that was pointed at is not meant (low 20, high 100)."""
LINK_REACH_M = 100.0
"""Assumption: the longest new path from the gate to a way, metres, on each side (low 30, high 150)."""

_BESIDE_M = 0.01  # the new paths start this far beside the wall, so that the wall itself does not cut them
_GATES_NAMED = 3
_CORNER_M = 0.5  # a gate keeps this far from a corner; a path that ends so near a node ends at the node
_ANYBODY = Walker("plan", speed_m_s=1.0, step_penalty=1.0, crossing_wait_ms=0)

Point = tuple[float, float]
Metres = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GateSide:
    """What is on one side of a gate.

    Parameters
    ----------
    way
        Position of the way that the new path leads to; -1 if no way is drawn on this side, and homes stand there: they
        walk to the gate in straight lines.
    length_m
        Of the path; where no way is drawn, the longest of the straight lines.
    is_private
        The path can be left and not entered. So it is where no way is drawn: nothing says that anybody may come in.
    homes
        Positions in the points given: the homes that walk to the gate in straight lines; empty where a way is drawn.
    x_m, y_m
        A point of this side, ten metres from the wall.
    """

    way: int
    length_m: float
    is_private: bool
    homes: tuple[int, ...]
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True, eq=False)
class NewGate:
    """Streets with one gate more.

    Parameters
    ----------
    streets
        With the gate and a path on each side; positions of nodes and ways that were there stay.
    node
        Position of the gate.
    x_m, y_m
        Where it is.
    wall
        Position of the way that got it.
    sides
        To the left and to the right of the wall, in the direction of its way.
    straight
        Position of the way, as long as a doorstep, that homes are joined to where no way is drawn; -1 if both sides
        have one.
    """

    streets: Streets
    node: int
    x_m: float
    y_m: float
    wall: int
    sides: tuple[GateSide, GateSide]
    straight: int


@dataclass(frozen=True, slots=True, eq=False)
class ShutGate:
    """Streets in which one gate is shut: its node and where it is."""

    streets: Streets
    node: int
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class _Landing:
    """Where a new path ends: an edge of the network, a node of it or -1, else the share of its length, the point.

    Edge -1: no way is drawn, and these homes stand there; the point is just behind the wall.
    """

    edge: int
    node: int
    share: float
    x_m: float
    y_m: float
    length_m: float
    homes: tuple[int, ...] = ()


def with_gate(
    streets: Streets, x_m: float, y_m: float, *, homes_xy: Metres | None = None, home_reach_m: float = 0.0
) -> NewGate:
    """Put a gate into the wall nearest to a place, with a straight path to the nearest way on each side.

    On one side homes may stand and no way be drawn: then they walk to the gate in straight lines.

    Parameters
    ----------
    streets
        Not changed.
    x_m, y_m
        Where the gate is wanted, metres in the city's system.
    homes_xy
        Shape (n, 2), metres: where homes stand (their entrances, if they have some); without it each side needs a way.
    home_reach_m
        Longest straight line from a home to the gate, inclusive.

    Returns
    -------
    NewGate
        The gate is open at all hours. A path to a private way is private: residents get out, nobody gets in.

    Raises
    ------
    DoorstepError
        ``gate-no-wall``: no wall, fence or hedge within :data:`GATE_REACH_M`; ``gate-no-way``: on one side no way can
        be walked to in a straight line within :data:`LINK_REACH_M` (another wall stands between, or there is none),
        and no home stands in sight there, or neither side has a way.

    Notes
    -----
    The paths are drawn by geometry alone: whether a house, a shed or a height is in the way must be looked at. They do
    not lead to steps, lifts, bridges or tunnels. No straight line from a home to the gate crosses a wall, fence, hedge,
    guard rail or gate that is drawn as a line.
    """
    wall, tail, head, foot = _nearest_wall(streets, x_m, y_m)
    network = build_network(streets, _ANYBODY)
    streets = network.streets
    (ax, ay), (bx, by) = ((float(streets.node_x_m[node]), float(streets.node_y_m[node])) for node in (tail, head))
    length = math.hypot(bx - ax, by - ay)
    left = (-(by - ay) / length, (bx - ax) / length)
    starts = [(foot[0] + side * left[0] * _BESIDE_M, foot[1] + side * left[1] * _BESIDE_M) for side in (1, -1)]
    beyond = [(foot[0] + side * left[0] * 10, foot[1] + side * left[1] * 10) for side in (1, -1)]
    landings = [_landing(network, start) for start in starts]
    for side in (0, 1):
        if landings[side] is None and landings[1 - side] is not None and homes_xy is not None:
            landings[side] = _homes_behind(streets, starts[side], homes_xy, home_reach_m)
        if landings[side] is None:
            far = _at(beyond[side], "beyond_")
            raise DoorstepError("gate-no-way", metres=f"{LINK_REACH_M:.0f}", **_at(foot), **far)
    both = [one for one in landings if one is not None]
    return _built(streets, network, wall, (tail, head), foot, both, beyond)


def _homes_behind(streets: Streets, start: Point, homes_xy: Metres, reach_m: float) -> _Landing | None:
    """Return the homes that see the place just behind the wall; None if there are none."""
    seen = np.flatnonzero(in_sight(streets, start, homes_xy, reach_m))
    if not len(seen):
        return None
    longest_m = float(np.hypot(homes_xy[seen, 0] - start[0], homes_xy[seen, 1] - start[1]).max())
    return _Landing(-1, -1, 0.0, *start, longest_m, tuple(seen.tolist()))


def in_sight(streets: Streets, start: Point, points_xy: Metres, reach_m: float) -> npt.NDArray[np.bool_]:
    """Return from which points a straight line leads to a place through no wall that is drawn.

    Parameters
    ----------
    streets
        Walls, fences, hedges, guard rails and gates that are drawn as lines count.
    start
        The place, metres.
    points_xy
        Shape (n, 2), metres.
    reach_m
        Longest line, inclusive.

    Returns
    -------
    numpy.ndarray
        Shape (n,), bool. A line that only ends at a wall (a door in it) does not lead through it.
    """
    seen: npt.NDArray[np.bool_] = np.hypot(points_xy[:, 0] - start[0], points_xy[:, 1] - start[1]) <= reach_m
    near = np.flatnonzero(seen)  # not a point without a place, either
    ends_xy = np.stack([np.broadcast_to(start, (len(near), 2)), points_xy[near]], axis=1)
    seen[near] = ~keep_apart(streets, shapely.linestrings(ends_xy))
    return seen


def without_gate(streets: Streets, x_m: float, y_m: float) -> ShutGate:
    """Shut the gate nearest to a place: nobody passes it at any hour.

    Parameters
    ----------
    streets
        Not changed.
    x_m, y_m
        Near the gate, metres in the city's system.

    Raises
    ------
    DoorstepError
        ``gate-none``: no gate that anybody can walk through within :data:`GATE_REACH_M`; the message names the nearest.
        ``gate-none-at-all``: no such gate in these streets.
    """
    network = build_network(streets, _ANYBODY)
    streets = network.streets
    on_way = np.zeros(len(streets.node_id), dtype=np.bool_)
    on_way[network.edge_u] = on_way[network.edge_v] = True
    gates = np.array(
        [
            node
            for node, tags in sorted(streets.node_tags.items())
            if tags.get("barrier") in GATES and on_way[node] and not network.is_closed[node]
        ],
        dtype=np.int64,
    )
    if not len(gates):
        raise DoorstepError("gate-none-at-all")
    distance_m = np.hypot(streets.node_x_m[gates] - x_m, streets.node_y_m[gates] - y_m)
    order = np.lexsort((gates, distance_m))
    node = int(gates[order[0]])
    if not distance_m[order[0]] <= GATE_REACH_M:
        nearest = "; ".join(
            f"{streets.node_x_m[gates[at]]:.1f} {streets.node_y_m[gates[at]]:.1f} ({distance_m[at]:,.0f} m)"
            for at in order[:_GATES_NAMED].tolist()
        )
        raise DoorstepError("gate-none", metres=f"{GATE_REACH_M:.0f}", nearest=nearest, **_at((x_m, y_m)))
    # A gate that is drawn as a line is shut as a whole, wherever a way goes through it.
    shut = {
        one: {"barrier": tags["barrier"], "access": "no"}
        for one in (node, *gate_lines_at(streets, node))
        if (tags := streets.node_tags.get(one, {})).get("barrier") in GATES
    }
    changed = dataclasses.replace(streets, node_tags={**streets.node_tags, **shut})
    return ShutGate(changed, node, float(streets.node_x_m[node]), float(streets.node_y_m[node]))


def _nearest_wall(streets: Streets, x_m: float, y_m: float) -> tuple[int, int, int, Point]:
    """Return the way, both nodes of the stretch and the point of the wall nearest to a place."""
    if not math.isfinite(x_m) or not math.isfinite(y_m):
        raise DoorstepError("gate-no-wall", metres=f"{GATE_REACH_M:.0f}", **_at((x_m, y_m)))
    way, tail, head = _wall_stretches(streets)
    ax, ay = streets.node_x_m[tail], streets.node_y_m[tail]
    dx, dy = streets.node_x_m[head] - ax, streets.node_y_m[head] - ay
    length = np.hypot(dx, dy)
    margin = np.minimum(_CORNER_M / np.maximum(length, 1e-9), 0.5)
    share = np.clip(((x_m - ax) * dx + (y_m - ay) * dy) / np.maximum(length**2, 1e-9), margin, 1 - margin)
    distance = np.hypot(ax + share * dx - x_m, ay + share * dy - y_m)
    distance[length == 0] = np.inf
    if not len(distance) or distance.min() > GATE_REACH_M:
        raise DoorstepError("gate-no-wall", metres=f"{GATE_REACH_M:.0f}", **_at((x_m, y_m)))
    at = int(np.argmin(distance))
    foot = (float(ax[at] + share[at] * dx[at]), float(ay[at] + share[at] * dy[at]))
    return int(way[at]), int(tail[at]), int(head[at]), foot


def _wall_stretches(streets: Streets) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return way, first and second node of every straight stretch of a wall, fence or hedge."""
    is_wall = np.array([tags.get("barrier") in WALLS for tags in streets.way_tags], dtype=np.bool_)
    way = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.first_node_of_way))
    at = np.flatnonzero((way[:-1] == way[1:]) & is_wall[way[:-1]])
    return way[at], streets.way_nodes[at].astype(np.int64), streets.way_nodes[at + 1].astype(np.int64)


def _landing(network: Network, start: Point) -> _Landing | None:
    """Return the nearest point of a way that a straight line from beside the wall reaches without meeting a wall."""
    streets = network.streets
    x, y = start
    _, tail, head = _wall_stretches(streets)
    walls = shapely.STRtree(_lines(streets, tail, head))
    u, v = network.edge_u, network.edge_v
    ux, uy = streets.node_x_m[u], streets.node_y_m[u]
    dx, dy = streets.node_x_m[v] - ux, streets.node_y_m[v] - uy
    square = dx * dx + dy * dy
    share = np.clip(((x - ux) * dx + (y - uy) * dy) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    foot_x, foot_y = ux + share * dx, uy + share * dy
    distance = np.hypot(foot_x - x, foot_y - y)
    level = np.array([_on_the_ground(tags) for tags in streets.way_tags], dtype=np.bool_)
    usable = (network.may_uv | network.may_vu) & level[network.way_of_edge] & (distance <= LINK_REACH_M)
    near = np.flatnonzero(usable)
    for edge in near[np.lexsort((near, distance[near]))].tolist():
        if _meets(walls, start, (foot_x[edge], foot_y[edge])):
            continue
        landing = _Landing(edge, -1, float(share[edge]), float(foot_x[edge]), float(foot_y[edge]), distance[edge])
        for node in (int(u[edge]), int(v[edge])):  # no sliver of an edge beside a node that can be walked to
            end = (float(streets.node_x_m[node]), float(streets.node_y_m[node]))
            beside = math.dist(end, (landing.x_m, landing.y_m)) <= _CORNER_M
            if beside and not network.is_closed[node] and not _meets(walls, start, end):
                return dataclasses.replace(landing, node=node, x_m=end[0], y_m=end[1], length_m=math.dist(start, end))
        return landing
    return None


def _meets(walls: shapely.STRtree, start: Point, end: Point) -> bool:
    return len(walls.query(shapely.LineString([start, end]), predicate="intersects")) > 0


def _on_the_ground(tags: Mapping[str, str]) -> bool:
    on_level = "no" == tags.get("bridge", "no") == tags.get("tunnel", "no")
    return on_level and tags.get("highway") not in ("steps", "elevator")


def _lines(streets: Streets, tail: npt.NDArray[np.int64], head: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    ends = [np.column_stack([streets.node_x_m[node], streets.node_y_m[node]]) for node in (tail, head)]
    lines: npt.NDArray[np.object_] = shapely.linestrings(np.stack(ends, axis=1))
    return lines


def _built(
    streets: Streets,
    network: Network,
    wall: int,
    stretch: tuple[int, int],
    foot: Point,
    landings: Sequence[_Landing],
    beyond: Sequence[Point],
) -> NewGate:
    n_nodes = len(streets.node_id)
    gate = n_nodes
    new_xy, new_ele = [foot], [float(np.mean(streets.node_ele_m[list(stretch)]))]
    inserts: list[tuple[int, float, int]] = []  # behind which place of way_nodes, how far on, which node
    if _is_compound(streets, wall):  # another wall stays as it is: a gate on its ring would make a compound of it
        inserts.append((_place_of(streets, wall, *stretch), 0.0, gate))
    links: list[NewWay] = []
    sides: list[GateSide] = []
    straight = -1
    for landing, side in zip(landings, beyond, strict=True):
        if landing.edge < 0:
            straight = len(streets.way_id) + len(links)
            links.append(_link(streets, wall, (gate, n_nodes + len(new_xy)), _BESIDE_M, is_private=True))
            new_xy.append((landing.x_m, landing.y_m))
            new_ele.append(new_ele[0])
            sides.append(GateSide(-1, landing.length_m, True, landing.homes, *side))
            continue
        u, v = int(network.edge_u[landing.edge]), int(network.edge_v[landing.edge])
        way = int(network.way_of_edge[landing.edge])
        node = landing.node
        is_private = bool(network.is_private[landing.edge]) and (node < 0 or not network.is_public[node])
        if node < 0:
            node = n_nodes + len(new_xy)
            new_xy.append((landing.x_m, landing.y_m))
            heights = streets.node_ele_m
            new_ele.append(float((1 - landing.share) * heights[u] + landing.share * heights[v]))
            inserts.append((_place_of(streets, way, u, v), landing.share, node))
        links.append(_link(streets, wall, (gate, node), landing.length_m, is_private=is_private))
        sides.append(GateSide(way, landing.length_m, is_private, (), *side))
    first_id = max(FIRST_ADDED_ID, int(streets.node_id[-1]) + 1)
    wider = dataclasses.replace(
        _with_inserts(streets, inserts),
        node_id=np.concatenate([streets.node_id, first_id + np.arange(len(new_xy), dtype=np.int64)]),
        node_x_m=np.concatenate([streets.node_x_m, [x for x, _ in new_xy]]),
        node_y_m=np.concatenate([streets.node_y_m, [y for _, y in new_xy]]),
        node_ele_m=np.concatenate([streets.node_ele_m, new_ele]),
        node_tags={**streets.node_tags, gate: {"barrier": "gate"}},
    )
    return NewGate(append_ways(wider, links), gate, foot[0], foot[1], wall, (sides[0], sides[1]), straight)


def _link(streets: Streets, wall: int, nodes: tuple[int, int], length_m: float, *, is_private: bool) -> NewWay:
    tags = {"highway": "footway", **({"access": "private"} if is_private else {})}
    return NewWay(nodes, tags, "gate", (int(streets.way_id[wall]),), {"length_m": length_m})


def _is_compound(streets: Streets, wall: int) -> bool:
    return any(wall in ways for ways in compound_ways(streets))


def _place_of(streets: Streets, way: int, u: int, v: int) -> int:
    """Return the place in ``way_nodes`` of the first of two neighbouring nodes of a way."""
    first, last = streets.first_node_of_way[way], streets.first_node_of_way[way + 1]
    nodes = streets.way_nodes[first:last]
    return int(first + np.flatnonzero((nodes[:-1] == u) & (nodes[1:] == v))[0])


def _with_inserts(streets: Streets, inserts: list[tuple[int, float, int]]) -> Streets:
    """Return streets with nodes put into ways; the arrays of nodes are not touched."""
    if not inserts:
        return streets
    inserts = sorted(inserts)
    places = np.array([place for place, _, _ in inserts], dtype=np.int64)
    way_nodes = np.insert(streets.way_nodes, places + 1, [node for _, _, node in inserts])
    more = np.searchsorted(places, streets.first_node_of_way, side="left")
    return dataclasses.replace(streets, way_nodes=way_nodes, first_node_of_way=streets.first_node_of_way + more)


def _at(point: Point, prefix: str = "") -> dict[str, str]:
    """Return a place as the values of a message."""
    return {f"{prefix}x": f"{point[0]:.1f}", f"{prefix}y": f"{point[1]:.1f}"}
