"""The line of one walk, to be drawn."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from shapely import LineString

from doorstep.walk.network import Network
from doorstep.walk.snap import Connections

__all__ = ["route"]

Cost = tuple[int, int, int]  # length_mm, time_ms with waits, waits


def route(network: Network, homes: Connections, places: Connections, home: int, place: int) -> LineString:
    """Draw the walk from a home to a place that :func:`doorstep.walk.walk_pairs` measures.

    Plain and slow: meant for a few walks on a map, not for many.

    Parameters
    ----------
    network
        Pedestrian network.
    homes, places
        Points on it.
    home, place
        Positions in the two.

    Returns
    -------
    LineString
        From the home's point on the network to the place's; the straight parts off the network are left out.
        Among equally short and quick walks one of them, always the same.

    Raises
    ------
    ValueError
        If there is no walk.
    """
    home_edge, place_edge = int(homes.edge[home]), int(places.edge[place])
    best: Cost | None = None
    if home_edge < 0 or place_edge < 0:
        raise ValueError(f"home {home} or place {place} is not connected")
    if home_edge == place_edge:
        start_mm, end_mm = int(homes.from_u_mm[home]), int(places.from_u_mm[place])
        best = _part(network, place_edge, abs(start_mm - end_mm), toward_v=start_mm < end_mm)
    last_parts = {
        node: _sum(_part(network, place_edge, part_mm, toward_v=not at_v), _wait(network, node))
        for node, part_mm, at_v in _ends(network, places, place)
        if not (network.is_closed[node] or (network.is_private[place_edge] and network.is_public[node]))
    }
    arcs: dict[int, list[tuple[int, int, bool]]] = {}
    for edge in np.flatnonzero(network.may_uv).tolist():
        arcs.setdefault(int(network.edge_u[edge]), []).append((edge, int(network.edge_v[edge]), True))
    for edge in np.flatnonzero(network.may_vu).tolist():
        arcs.setdefault(int(network.edge_v[edge]), []).append((edge, int(network.edge_u[edge]), False))
    labels: dict[int, Cost] = {}
    came_from: dict[int, int] = {}
    heap: list[tuple[Cost, int]] = []
    for node, part_mm, at_v in _ends(network, homes, home):
        cost = _part(network, home_edge, part_mm, toward_v=at_v)
        if not network.is_closed[node] and (node not in labels or cost < labels[node]):
            labels[node] = cost
            heappush(heap, (cost, node))
    last_node = -1
    while heap:
        cost, node = heappop(heap)
        if cost > labels[node]:
            continue
        if best is not None and cost >= best:
            break
        if node in last_parts and (best is None or _sum(cost, last_parts[node]) < best):
            best, last_node = _sum(cost, last_parts[node]), node
        wait = _wait(network, node)
        for edge, head, toward_v in arcs.get(node, ()):
            there = _sum(_sum(cost, wait), _part(network, edge, int(network.length_mm[edge]), toward_v=toward_v))
            if head not in labels or there < labels[head]:
                labels[head] = there
                came_from[head] = node
                heappush(heap, (there, head))
    if best is None:
        raise ValueError(f"no walk from home {home} to place {place}")
    nodes: list[int] = []
    node = last_node
    while node >= 0:
        nodes.append(node)
        node = came_from.get(node, -1)
    nodes.reverse()
    return LineString(
        [
            (homes.x_m[home], homes.y_m[home]),
            *((network.node_x_m[node], network.node_y_m[node]) for node in nodes),
            (places.x_m[place], places.y_m[place]),
        ]
    )


def _ends(network: Network, points: Connections, point: int) -> tuple[tuple[int, int, bool], tuple[int, int, bool]]:
    edge = points.edge[point]
    return (
        (int(network.edge_u[edge]), int(points.from_u_mm[point]), False),
        (int(network.edge_v[edge]), int(points.from_v_mm[point]), True),
    )


def _part(network: Network, edge: int, part_mm: int, *, toward_v: bool) -> Cost:
    return part_mm, int(network.part_ms(np.array([edge]), np.array([part_mm]), np.array([toward_v]))[0]), 0


def _wait(network: Network, node: int) -> Cost:
    wait_ms = int(network.wait_ms[node])
    return 0, wait_ms, int(wait_ms > 0)


def _sum(a: Cost, b: Cost) -> Cost:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]
