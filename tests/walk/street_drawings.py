"""Streets drawn by hand for the tests of walking, and a slow, obvious reading of the same rules."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from doorstep.city import Streets
from doorstep.walk import Walker

Point = tuple[float, float]
Way = tuple[Sequence[int], Mapping[str, str]]
Walk = tuple[int, int, int]  # mm, ms with waits, waits


def draw(
    nodes: Sequence[Point], ways: Sequence[Way], node_tags: Mapping[int, Mapping[str, str]] | None = None
) -> Streets:
    """Return streets whose arrays nobody may write to."""
    first = np.concatenate([[0], np.cumsum([len(way[0]) for way in ways])]).astype(np.int64)
    arrays = (
        np.arange(len(nodes), dtype=np.int64),
        np.array([x for x, _ in nodes], dtype=np.float64),
        np.array([y for _, y in nodes], dtype=np.float64),
        np.arange(len(ways), dtype=np.int64),
        first,
        np.array([node for way in ways for node in way[0]], dtype=np.int64),
    )
    for array in arrays:
        array.setflags(write=False)
    node_id, x_m, y_m, way_id, first, way_nodes = arrays
    return Streets(node_id, x_m, y_m, node_tags or {}, way_id, first, way_nodes, tuple(way[1] for way in ways))


def at_pace(step_penalty: float, crossing_wait_ms: int) -> Walker:
    """Return somebody at the planning pace."""
    return Walker("plan", 1.0, step_penalty, crossing_wait_ms)


class Twin:
    """The walking rules in loops: way by way, node by node. Knows the tags that these tests draw, no others."""

    def __init__(self, streets: Streets, step_penalty: float, crossing_wait_ms: int) -> None:
        self.penalty = step_penalty
        self.xy = list(zip(streets.node_x_m.tolist(), streets.node_y_m.tolist(), strict=True))
        self.edges: list[tuple[int, int, int, bool, bool]] = []  # u, v, mm, steps, private
        self.is_road: list[bool] = []
        self.roads_at: Counter[int] = Counter()
        public, in_compound = set(), set()
        for way, tags in enumerate(streets.way_tags):
            nodes = streets.way_nodes[streets.first_node_of_way[way] : streets.first_node_of_way[way + 1]].tolist()
            private = tags.get("access") == "private"
            if not private:
                public.update(nodes)
            for u, v in pairwise(nodes):
                if u != v:
                    if private:
                        in_compound.update((u, v))
                    self.edges.append((u, v, self.mm(self.xy[u], self.xy[v]), tags["highway"] == "steps", private))
                    self.is_road.append(tags["highway"] in ("service", "residential"))
                    self.roads_at.update((u, v) if self.is_road[-1] else ())
        self.public = public
        self.closed = {
            node
            for node, tags in streets.node_tags.items()
            if tags.get("barrier") == "gate"
            and (tags.get("access") == "no" or (tags.get("access") == "private" and node not in in_compound))
        }
        self.wait_ms = crossing_wait_ms
        self.signals = {node for node, tags in streets.node_tags.items() if tags.get("crossing") == "traffic_signals"}

    @staticmethod
    def mm(a: Point, b: Point) -> int:
        return math.floor(1000 * float(np.hypot(b[0] - a[0], b[1] - a[1])) + 0.5)

    def snap(self, point: Point, limit_mm: int) -> tuple[int, int, int] | None:
        """Return edge, mm from its first node, mm off; the nearest, of equals the smaller number."""
        best = None
        for number, (u, v, length_mm, _, _) in enumerate(self.edges):
            (ux, uy), (vx, vy) = self.xy[u], self.xy[v]
            square = (vx - ux) * (vx - ux) + (vy - uy) * (vy - uy)
            along = (point[0] - ux) * (vx - ux) + (point[1] - uy) * (vy - uy)
            share = min(1.0, max(0.0, along / square)) if square else 0.0
            foot = (vx, vy) if share == 1 else (ux + share * (vx - ux), uy + share * (vy - uy))
            distance = float(np.hypot(point[0] - foot[0], point[1] - foot[1]))
            if math.floor(1000 * distance + 0.5) <= limit_mm and (best is None or distance < best[0]):
                best = (distance, number, math.floor(length_mm * share + 0.5))
        return None if best is None else (best[1], best[2], math.floor(1000 * best[0] + 0.5))

    def piece(self, edge: int, part_mm: int) -> Walk:
        return part_mm, math.floor(part_mm * self.penalty + 0.5) if self.edges[edge][3] else part_mm, 0

    def walk(
        self, home: tuple[int, int, int] | None, place: tuple[int, int, int] | None, *, minutes: bool = False
    ) -> Walk | None:
        """Search on the graph with both points put in as nodes of their own, for the shortest or the quickest."""
        if home is None or place is None:
            return None
        arcs: dict[object, list[tuple[object, Walk]]] = {}

        def arc(tail: object, head: object, number: int, cost: Walk) -> None:
            crosses = isinstance(tail, int) and (not self.is_road[number] or self.roads_at[tail] >= 3)
            wait_ms = self.wait_ms if tail in self.signals and crosses else 0
            arcs.setdefault(tail, []).append((head, (cost[0], cost[1] + wait_ms, int(wait_ms > 0))))

        for number, (u, v, length_mm, _, private) in enumerate(self.edges):
            for tail, head in ((u, v), (v, u)):
                if not ({tail, head} & self.closed or (private and tail in self.public)):
                    arc(tail, head, number, self.piece(number, length_mm))
        for end in (0, 1):
            node, from_u_mm = self.edges[home[0]][end], home[1]
            if node not in self.closed:
                part_mm = from_u_mm if end == 0 else self.edges[home[0]][2] - from_u_mm
                arc("home", node, home[0], self.piece(home[0], part_mm))
            node, from_u_mm = self.edges[place[0]][end], place[1]
            if node not in self.closed and not (self.edges[place[0]][4] and node in self.public):
                part_mm = from_u_mm if end == 0 else self.edges[place[0]][2] - from_u_mm
                arc(node, "place", place[0], self.piece(place[0], part_mm))
        if home[0] == place[0]:
            arc("home", "place", home[0], self.piece(home[0], abs(home[1] - place[1])))
        done: set[object] = set()
        heap: list[tuple[Walk, int, object, Walk]] = [((0, 0, 0), 0, "home", (0, 0, 0))]
        pushed = 0
        while heap:
            _, _, node, here = heappop(heap)
            if node == "place":
                off_mm = home[2] + place[2]
                return here[0] + off_mm, here[1] + off_mm, here[2]
            if node in done:
                continue
            done.add(node)
            for head, step in arcs.get(node, []):
                pushed += 1
                there = here[0] + step[0], here[1] + step[1], here[2] + step[2]
                heappush(heap, ((there[1], there[0], there[2]) if minutes else there, pushed, head, there))
        return None
