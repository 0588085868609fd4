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
from doorstep.city.added import FIRST_ADDED_ID, NewWay, append_ways
from doorstep.city.walkable import WALLS
from doorstep.errors import DoorstepError
from doorstep.walk.network import GATES, Network, build_network
from doorstep.walk.walker import Walker
from doorstep.walk.walls import compound_ways, gate_lines_at

__all__ = ["GATE_REACH_M", "LINK_REACH_M", "GateSide", "NewGate", "ShutGate", "with_gate", "without_gate"]

GATE_REACH_M = 50.0
"""Assumption: a wall or gate farther than this from the place that was pointed at is not meant (low 20, high 100)."""
LINK_REACH_M = 100.0
"""Assumption: the longest new path from the gate to a way, metres, on each side (low 30, high 150)."""

_BESIDE_M = 0.01  # the new paths start this far beside the wall, so that the wall itself does not cut them
_CORNER_M = 0.5  # a gate keeps this far from a corner; a path that ends so near a node ends at the node
_ANYBODY = Walker("plan", speed_m_s=1.0, step_penalty=1.0, crossing_wait_ms=0)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class GateSide:
    """The new path on one side of a gate: the way it leads to, by position; its length; whether it is private."""

    way: int
    length_m: float
    is_private: bool


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
    """

    streets: Streets
    node: int
    x_m: float
    y_m: float
    wall: int
    sides: tuple[GateSide, GateSide]


@dataclass(frozen=True, slots=True, eq=False)
class ShutGate:
    """Streets in which one gate is shut: its node and where it is."""

    streets: Streets
    node: int
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class _Landing:
    """Where a new path ends: an edge of the network, a node of it or -1, else the share of its length, the point."""

    edge: int
    node: int
    share: float
    x_m: float
    y_m: float
    length_m: float


def with_gate(streets: Streets, x_m: float, y_m: float) -> NewGate:
    """Put a gate into the wall nearest to a place, with a straight path to the nearest way on each side.

    Parameters
    ----------
    streets
        Not changed.
    x_m, y_m
        Where the gate is wanted, metres in the city's system.

    Returns
    -------
    NewGate
        The gate is open at all hours. A path to a private way is private: residents get out, nobody gets in.

    Raises
    ------
    DoorstepError
        ``gate-no-wall``: no wall, fence or hedge within :data:`GATE_REACH_M`; ``gate-no-way``: on one side no way can
        be walked to in a straight line within :data:`LINK_REACH_M` (another wall stands between, or there is none).

    Notes
    -----
    The paths are drawn by geometry alone: whether a house, a shed or a height is in the way must be looked at. They do
    not lead to steps, lifts, bridges or tunnels.
    """
    wall, tail, head, foot = _nearest_wall(streets, x_m, y_m)
    network = build_network(streets, _ANYBODY)
    streets = network.streets
    (ax, ay), (bx, by) = ((float(streets.node_x_m[node]), float(streets.node_y_m[node])) for node in (tail, head))
    length = math.hypot(bx - ax, by - ay)
    left = (-(by - ay) / length, (bx - ax) / length)
    landings = []
    for side in (1, -1):
        start = (foot[0] + side * left[0] * _BESIDE_M, foot[1] + side * left[1] * _BESIDE_M)
        landing = _landing(network, start)
        if landing is None:
            beyond = (foot[0] + side * left[0] * 10, foot[1] + side * left[1] * 10)
            raise DoorstepError("gate-no-way", metres=f"{LINK_REACH_M:.0f}", **_at(foot), **_at(beyond, "beyond_"))
        landings.append(landing)
    return _built(streets, network, wall, (tail, head), foot, landings)


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
        ``gate-none``: no gate that anybody can walk through within :data:`GATE_REACH_M`.
    """
    network = build_network(streets, _ANYBODY)
    streets = network.streets
    on_way = np.zeros(len(streets.node_id), dtype=np.bool_)
    on_way[network.edge_u] = on_way[network.edge_v] = True
    near = [
        (math.hypot(float(streets.node_x_m[node]) - x_m, float(streets.node_y_m[node]) - y_m), node)
        for node, tags in streets.node_tags.items()
        if tags.get("barrier") in GATES and on_way[node] and not network.is_closed[node]
    ]
    distance_m, node = min(near, default=(math.inf, -1))
    if not distance_m <= GATE_REACH_M:
        raise DoorstepError("gate-none", metres=f"{GATE_REACH_M:.0f}", **_at((x_m, y_m)))
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
) -> NewGate:
    n_nodes = len(streets.node_id)
    gate = n_nodes
    new_xy, new_ele = [foot], [float(np.mean(streets.node_ele_m[list(stretch)]))]
    inserts: list[tuple[int, float, int]] = []  # behind which place of way_nodes, how far on, which node
    if _is_compound(streets, wall):  # another wall stays as it is: a gate on its ring would make a compound of it
        inserts.append((_place_of(streets, wall, *stretch), 0.0, gate))
    links, sides = [], []
    for landing in landings:
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
        tags = {"highway": "footway", **({"access": "private"} if is_private else {})}
        links.append(NewWay((gate, node), tags, "gate", (int(streets.way_id[wall]),), {"length_m": landing.length_m}))
        sides.append(GateSide(way, landing.length_m, is_private))
    first_id = max(FIRST_ADDED_ID, int(streets.node_id[-1]) + 1)
    wider = dataclasses.replace(
        _with_inserts(streets, inserts),
        node_id=np.concatenate([streets.node_id, first_id + np.arange(len(new_xy), dtype=np.int64)]),
        node_x_m=np.concatenate([streets.node_x_m, [x for x, _ in new_xy]]),
        node_y_m=np.concatenate([streets.node_y_m, [y for _, y in new_xy]]),
        node_ele_m=np.concatenate([streets.node_ele_m, new_ele]),
        node_tags={**streets.node_tags, gate: {"barrier": "gate"}},
    )
    return NewGate(append_ways(wider, links), gate, foot[0], foot[1], wall, (sides[0], sides[1]))


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
