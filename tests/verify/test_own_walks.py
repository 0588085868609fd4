"""The checker's own network and walks against slow, obvious twins."""

from __future__ import annotations

import heapq
from types import SimpleNamespace
from typing import Any

import numpy as np
import paper_plan as paper
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city import Streets
from doorstep.verify.facts import _standing
from doorstep.verify.graph import Footing, Graph, derive_graph, stand
from doorstep.verify.walks import derive_walks

PROFILE = paper.profile()


def streets(
    nodes: list[tuple[float, float]], ways: list[tuple[list[int], dict[str, str]]], tags: dict[int, dict[str, str]]
) -> Streets:
    return Streets(
        node_id=np.arange(len(nodes)),
        node_x_m=np.array([x for x, _ in nodes], dtype=np.float64),
        node_y_m=np.array([y for _, y in nodes], dtype=np.float64),
        node_tags=tags,
        way_id=np.arange(len(ways)),
        first_node_of_way=np.cumsum([0, *(len(way) for way, _ in ways)]),
        way_nodes=np.array([node for way, _ in ways for node in way], dtype=np.int64),
        way_tags=tuple(tags for _, tags in ways),
    )


@pytest.mark.parametrize(
    ("tags", "is_walked", "is_private"),
    [
        ({"highway": "residential"}, True, False),
        ({"highway": "elevator"}, True, False),
        ({"highway": "tertiary_link"}, True, False),
        ({"highway": "construction"}, False, False),
        ({"highway": "proposed", "foot": "yes"}, False, False),
        ({"barrier": "wall"}, False, False),
        ({"highway": "motorway_link"}, False, False),
        ({"highway": "trunk"}, False, False),
        ({"highway": "trunk", "foot": "designated"}, True, False),
        ({"highway": "primary", "foot": "use_sidepath"}, False, False),
        ({"highway": "path", "foot": "no"}, False, False),
        ({"highway": "path", "access": "no"}, False, False),
        ({"highway": "path", "access": "no", "foot": "destination"}, True, False),
        ({"highway": "service", "access": "private"}, True, True),
        ({"highway": "service", "foot": "residents"}, True, True),
        ({"highway": "service", "access": "private", "foot": "permissive"}, True, False),
        ({"highway": "service", "access": "private", "foot:conditional": "yes @ (08:00-18:00)"}, True, False),
        ({"highway": "path", "access": "no", "access:conditional": "permissive @ summer"}, True, False),
        ({"highway": "path", "foot": "yes", "foot:conditional": "no @ (22:00-06:00)"}, True, False),
        ({"highway": "path", "foot": "discouraged"}, True, False),
        ({"highway": "path", "sac_scale": "mountain_hiking"}, True, False),
        ({"highway": "path", "sac_scale": "difficult_alpine_hiking"}, False, False),
    ],
)
def test_ways(tags: dict[str, str], is_walked: bool, is_private: bool) -> None:
    graph = derive_graph(streets([(0, 0), (100, 0)], [([0, 1], tags)], {}), PROFILE)
    assert len(graph.u) == is_walked
    assert graph.private.tolist() == [is_private] * is_walked


@pytest.mark.parametrize(
    ("tags", "is_closed"),
    [
        ({"barrier": "gate"}, False),
        ({"barrier": "bollard", "access": "no"}, False),
        ({"barrier": "gate", "access": "no"}, True),
        ({"barrier": "gate", "foot": "no"}, True),
        ({"barrier": "gate", "opening_hours": "off"}, True),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, False),
        ({"barrier": "gate", "access": "residents"}, False),
        ({"barrier": "block"}, False),
        ({"barrier": "fence"}, True),
        ({"barrier": "wall", "access": "yes"}, False),
        ({"barrier": "fence", "foot": "yes"}, False),
        ({"barrier": "gate", "access": "no", "foot": "designated"}, False),
        ({"barrier": "gate", "access": "no", "access:conditional": "yes @ (06:00-22:00)"}, False),
        ({"barrier": "gate", "opening_hours": "off", "foot": "yes"}, True),
    ],
)
def test_nodes(tags: dict[str, str], is_closed: bool) -> None:
    ways = [([0, 1, 2], {"highway": "footway"})]
    graph = derive_graph(streets([(0, 0), (100, 0), (200, 0)], ways, {1: tags}), PROFILE)
    assert graph.closed.tolist() == [False, is_closed, False]


def test_private_gate_on_a_private_way_is_open() -> None:
    ways = [([0, 1], {"highway": "footway"}), ([1, 2], {"highway": "footway", "access": "private"})]
    gate = {1: {"barrier": "gate", "access": "private"}}
    assert not derive_graph(streets([(0, 0), (100, 0), (200, 0)], ways, gate), PROFILE).closed.any()


ROAD = {"highway": "primary", "sidewalk:both": "separate"}
ALONG = {"highway": "footway"}


@pytest.mark.parametrize(
    ("ways", "walked"),
    [
        # A road of two ways, 0-1-2; sidewalks cross it at 0 and at 2 and meet in 3.
        ([([0, 1], ROAD), ([1, 2], ROAD), ([0, 3], ALONG), ([3, 2], ALONG)], [2, 3]),
        ([([0, 1], ROAD), ([1, 2], ROAD), ([0, 3], ALONG), ([4, 2], ALONG)], [0, 1, 2, 3]),  # drawn with a gap
        ([([0, 1], ROAD), ([1, 2], {**ROAD, "sidewalk:left": "yes"}), ([0, 3], ALONG), ([3, 2], ALONG)], [1, 2, 3]),
        ([([0, 1], {**ROAD, "highway": "residential"}), ([0, 3], ALONG), ([3, 1], ALONG)], [0, 1, 2]),
        ([([0, 1], {"highway": "tertiary_link", "sidewalk": "no"}), ([0, 3], ALONG), ([3, 1], ALONG)], [0, 1, 2]),
        ([([0, 1], ROAD)], [0]),  # nothing but the road
        ([([0, 1], ROAD), ([2, 3], ROAD), ([0, 2], ALONG), ([1, 3], ALONG)], [0, 1, 2, 3]),  # none vouches for another
    ],
)
def test_roads_beside_drawn_sidewalks_are_left_out(ways: list[Any], walked: list[int]) -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (100.0, 10.0), (100.0, 20.0)]
    graph = derive_graph(streets(nodes, ways, {}), PROFILE)
    edges = list(zip(graph.u.tolist(), graph.v.tolist(), strict=True))
    assert edges == [tuple(ways[number][0]) for number in walked]


def test_edges_are_numbered_by_way_and_loops_dropped() -> None:
    ways = [([1, 1, 0], {"highway": "steps"}), ([0, 2], {"highway": "path"})]
    graph = derive_graph(streets([(0, 0), (0.0015, 0), (0, 7)], ways, {}), PROFILE)
    assert list(zip(graph.u.tolist(), graph.v.tolist(), strict=True)) == [(1, 0), (0, 2)]
    assert graph.length_mm.tolist() == [2, 7000]
    assert graph.forward.tolist() == graph.backward.tolist() == [2.0, 1.0]


COMPOUND = [(0, 0), (40, 0), (40, 40), (0, 40), (-10, -5), (50, -5), (20, 20), (20, 30)]
WALL = ([0, 1, 2, 3, 0], {"barrier": "wall"})
STREET = ([4, 5], {"highway": "residential"})
INSIDE = ([6, 7], {"highway": "footway"})


@pytest.mark.parametrize(("gate", "edge"), [({0: {"barrier": "gate"}}, 1), ({}, 0)])
def test_wall_of_a_compound_keeps_a_home_from_the_street(gate: dict[int, dict[str, str]], edge: int) -> None:
    graph = derive_graph(streets([*COMPOUND], [WALL, STREET, INSIDE], gate), PROFILE)
    # 3 m inside the wall the street is 8 m off, the path in the compound 17 m.
    footing = stand(graph, np.array([20.0]), np.array([3.0]), 200_000)
    assert (footing.edge[0], footing.off_mm[0]) == (edge, [8000, 17_000][edge])


def test_far_points_are_not_connected_and_ties_go_to_the_smaller_number() -> None:
    ways = [([0, 1], {"highway": "path"}), ([2, 3], {"highway": "path"})]
    graph = derive_graph(streets([(0, 10), (100, 10), (0, -10), (100, -10)], ways, {}), PROFILE)
    footing = stand(graph, np.array([50.0, 30.0, 500.0]), np.array([0.0, -9.0, 0.0]), 200_000)
    assert footing.edge.tolist() == [0, 1, -1]
    assert footing.along_mm.tolist() == [50_000, 30_000, 0]
    assert footing.off_mm.tolist() == [10_000, 1000, 0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_footing_agrees_with_measuring_every_edge(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes = [(float(x), float(y)) for x, y in rng.uniform(0, 300, (8, 2))]
    graph = derive_graph(streets(nodes, [([*range(8)], {"highway": "path"})], {}), PROFILE)
    x, y = rng.uniform(-100, 400, (2, 20))
    footing = stand(graph, x, y, 120_000)
    lines = [shapely.LineString([nodes[a], nodes[a + 1]]) for a in range(7)]
    for point in range(20):
        distance = [line.distance(shapely.Point(x[point], y[point])) for line in lines]
        if min(distance) > 120:
            assert footing.edge[point] == -1
        else:
            assert footing.edge[point] == int(np.argmin(distance))
            assert footing.off_mm[point] == pytest.approx(1000 * min(distance), abs=1)
            along = lines[footing.edge[point]].project(shapely.Point(x[point], y[point]))
            assert footing.along_mm[point] == pytest.approx(1000 * along, abs=1)


def slow_walk(
    graph: Graph, homes: Footing, places: Footing, home: int, place: int, in_minutes: bool
) -> tuple[float, float] | None:
    """Walk forward from a home with a plain heap of (binding, other)."""

    def part(edge: int, mm: int, toward_v: bool) -> tuple[float, float]:
        pace = graph.forward[edge] if toward_v else graph.backward[edge]
        ms = float(np.floor(mm * pace + 0.5)) if np.isfinite(pace) else np.inf
        return (ms, mm) if in_minutes else (mm, ms)

    def plus(a: tuple[float, float], b: tuple[float, float], wait: int = 0) -> tuple[float, float]:
        return a[0] + b[0] + wait * in_minutes, a[1] + b[1] + wait * (not in_minutes)

    start, goal = int(homes.edge[home]), int(places.edge[place])
    if start < 0 or goal < 0:
        return None
    ends: list[tuple[float, float]] = []
    if start == goal:
        apart = int(places.along_mm[place]) - int(homes.along_mm[home])
        ends.append((0, 0) if apart == 0 else part(start, abs(apart), apart > 0))
    heap = [
        (part(start, int(mm), toward_v), int(node))
        for node, mm, toward_v in (
            (graph.u[start], homes.along_mm[home], False),
            (graph.v[start], graph.length_mm[start] - homes.along_mm[home], True),
        )
        if not graph.closed[node]
    ]
    heapq.heapify(heap)
    done: set[int] = set()
    while heap:
        here, node = heapq.heappop(heap)
        if node in done or max(here) == np.inf:
            continue
        done.add(node)
        for edge in range(len(graph.u)):
            for tail, head in ((graph.u[edge], graph.v[edge]), (graph.v[edge], graph.u[edge])):
                if tail != node or (graph.private[edge] and graph.public[node]):
                    continue
                wait = int((graph.wait_u_ms if tail == graph.u[edge] else graph.wait_v_ms)[edge])
                if edge == goal:
                    along = int(places.along_mm[place])
                    toward_v = bool(tail == graph.u[edge])
                    mm = along if toward_v else int(graph.length_mm[edge]) - along
                    ends.append(plus(here, part(edge, mm, toward_v), wait))
                if not graph.closed[head]:
                    step = part(edge, int(graph.length_mm[edge]), bool(head == graph.v[edge]))
                    heapq.heappush(heap, (plus(here, step, wait), int(head)))
    ends = [end for end in ends if max(end) < np.inf]
    if not ends:
        return None
    off = int(homes.off_mm[home] + places.off_mm[place])
    return plus(min(ends), (off, off))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 15, 40, 1000]), st.booleans())
def test_walks_agree_with_a_plain_heap(seed: int, limit: int, in_minutes: bool) -> None:
    rng = np.random.default_rng(seed)
    n_nodes, n_edges, n_points = 6, 10, 5

    def some(n: int, chance: float) -> Any:
        return rng.random(n) < chance

    # Parallel edges, edges of 0 mm and ties are likely on purpose.
    u = rng.integers(0, n_nodes, n_edges)
    v = (u + rng.integers(1, n_nodes, n_edges)) % n_nodes
    private = some(n_edges, 0.3)
    public = np.zeros(n_nodes, dtype=np.bool_)
    public[u[~private]] = public[v[~private]] = True
    graph = Graph(
        x_m=np.zeros(n_nodes),
        y_m=np.zeros(n_nodes),
        u=u,
        v=v,
        length_mm=rng.integers(0, 12, n_edges),
        forward=rng.choice([1.0, 1.0, 2.5, 0.839, np.inf], n_edges),
        backward=rng.choice([1.0, 1.0, 2.5, 1.419, np.inf], n_edges),
        private=private,
        sunk=np.zeros(n_edges, dtype=np.bool_),
        public=public,
        closed=some(n_nodes, 0.2),
        wait_u_ms=np.where(some(n_edges, 0.3), 20, 0),
        wait_v_ms=np.where(some(n_edges, 0.3), 20, 0),
        rings=np.array([], dtype=np.object_),
    )

    def points() -> Footing:
        edge = rng.integers(-1, n_edges, n_points)
        along = np.floor(rng.random(n_points) * (graph.length_mm[edge] + 1)).astype(np.int64)
        return Footing(edge, np.where(edge < 0, 0, along), np.where(edge < 0, 0, rng.integers(0, 5, n_points)))

    homes, places = points(), points()
    walks = derive_walks(graph, homes, places, np.full(n_points, limit), in_minutes=in_minutes)
    for place in range(n_points):
        home, binding = walks.of(place)
        other = (walks.walk_mm if in_minutes else walks.walk_ms)[walks.first[place] : walks.first[place + 1]]
        found = {int(h): (int(a), int(b)) for h, a, b in zip(home, binding, other, strict=True)}
        twin = {h: slow_walk(graph, homes, places, h, place, in_minutes) for h in range(n_points)}
        assert found == {h: walk for h, walk in twin.items() if walk is not None and walk[0] <= limit}


def test_who_has_entrances_stands_at_each_of_them_and_not_at_the_point() -> None:
    city = paper.city()
    doors = paper.table([{"of": "R2"}, {"of": "F1"}, {"of": "R2"}, {"of": "R9"}], [(100, 5), (0, 0), (200, -7), (1, 1)])
    graph = derive_graph(city.streets, PROFILE)
    rows, footing = _standing(graph, SimpleNamespace(entrances=doors), PROFILE, city.residences)  # type: ignore[arg-type]
    assert rows.tolist() == [0, 1, 1]
    assert (footing.along_mm.tolist(), footing.off_mm.tolist()) == ([50_000, 100_000, 200_000], [10_000, 5000, 7000])
    rows, footing = _standing(graph, SimpleNamespace(entrances=doors[:0]), PROFILE, city.residences)  # type: ignore[arg-type]
    assert rows.tolist() == [0, 1]
