"""Who may walk on which way, which gates are shut, and what hangs together."""

from __future__ import annotations

import numpy as np
import pytest
from street_drawings import draw

from doorstep.walk import build_network

FOOT = {"highway": "footway"}
LINE = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)]


def is_walked(tags: dict[str, str]) -> bool:
    network = build_network(draw(LINE, [([0, 1, 2], tags)]), step_penalty=2, crossing_wait_ms=0)
    return len(network.edge_u) == 2


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "primary_link"},
        {"highway": "platform", "area": "yes"},
        {"highway": "elevator"},
        {"highway": "service", "access": "private"},
        {"highway": "service", "access": "no", "foot": "destination"},
        {"highway": "footway", "access": "no", "foot": "yes"},
        {"highway": "trunk", "foot": "designated"},
        {"highway": "motorway_link", "foot": "permissive"},
        {"highway": "residential", "oneway": "yes"},
    ],
)
def test_people_walk_here(tags: dict[str, str]) -> None:
    assert is_walked(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"building": "yes"},
        {"barrier": "wall"},
        {"highway": "motorway"},
        {"highway": "trunk"},
        {"highway": "trunk_link", "foot": "destination"},
        {"highway": "construction", "foot": "yes"},
        {"highway": "proposed"},
        {"highway": "raceway"},
        {"highway": "residential", "foot": "no"},
        {"highway": "primary", "foot": "use_sidepath"},
        {"highway": "footway", "access": "no"},
        {"highway": "trunk", "access": "no"},
    ],
)
def test_nobody_walks_here(tags: dict[str, str]) -> None:
    assert not is_walked(tags)


@pytest.mark.parametrize("word", ["private", "residents", "customers", "delivery", "permit"])
@pytest.mark.parametrize("key", ["access", "foot"])
def test_private_ways(key: str, word: str) -> None:
    def network_of(**more: str) -> bool:
        tags = {"highway": "service", key: word, **more}
        return bool(build_network(draw(LINE, [([0, 1], tags)]), step_penalty=2, crossing_wait_ms=0).is_private.all())

    assert network_of()
    if key == "access":
        assert not network_of(foot="yes")
        assert not network_of(foot="permissive")
        assert network_of(foot="destination")


def is_closed(tags: dict[str, str], *, private: bool = False) -> bool:
    kind = {"highway": "service", "access": "private"} if private else FOOT
    network = build_network(draw(LINE, [([0, 1, 2], kind)], {1: tags}), step_penalty=2, crossing_wait_ms=0)
    if not private:
        assert network.may_uv.any() != network.is_closed[1]
    return bool(network.is_closed[1])


@pytest.mark.parametrize(
    "barrier", ["gate", "lift_gate", "turnstile", "full-height_turnstile", "wicket_gate", "entrance"]
)
def test_gates(barrier: str) -> None:
    assert not is_closed({"barrier": barrier})
    assert not is_closed({"barrier": barrier, "access": "yes"})
    assert is_closed({"barrier": barrier, "access": "no"})
    assert is_closed({"barrier": barrier, "foot": "no"})
    assert is_closed({"barrier": barrier, "opening_hours": "off"})
    assert not is_closed({"barrier": barrier, "opening_hours": "06:00-22:00"})
    assert is_closed({"barrier": barrier, "access": "private"})
    assert not is_closed({"barrier": barrier, "access": "private", "foot": "yes"})
    assert not is_closed({"barrier": barrier, "access": "private"}, private=True)


@pytest.mark.parametrize("barrier", ["wall", "fence"])
def test_wall_across_a_way_closes_it_unless_access_is_told(barrier: str) -> None:
    assert is_closed({"barrier": barrier})
    assert not is_closed({"barrier": barrier, "access": "yes"})
    assert is_closed({"barrier": barrier, "access": "no"})


@pytest.mark.parametrize("barrier", ["bollard", "cycle_barrier", "stile", "kerb"])
def test_other_barriers_are_open(barrier: str) -> None:
    assert not is_closed({"barrier": barrier, "access": "no"})
    assert not is_closed({"barrier": barrier, "opening_hours": "off"})


def test_block_is_open_unless_it_is_closed_to_people() -> None:
    assert not is_closed({"barrier": "block"})
    assert is_closed({"barrier": "block", "access": "no"})


def test_edges_are_numbered_by_way_then_position_and_loops_are_dropped() -> None:
    streets = draw([*LINE, (200.0, 0.0)], [([2, 1, 1, 0], FOOT), ([0, 1], {"building": "yes"}), ([1, 2, 3], FOOT)])
    network = build_network(streets, step_penalty=2, crossing_wait_ms=0)
    assert network.edge_u.tolist() == [2, 1, 1, 2]
    assert network.edge_v.tolist() == [1, 0, 2, 3]
    assert network.way_of_edge.tolist() == [0, 0, 2, 2]
    assert network.length_mm.tolist() == [100_000, 100_000, 100_000, 0]


def test_lengths_and_times_are_rounded_half_up() -> None:
    nodes = [(0.0, 0.0), (0.0005, 0.0), (0.0135, 0.0)]
    steps = {"highway": "steps"}
    network = build_network(draw(nodes, [([0, 1, 2], steps)]), step_penalty=1.5, crossing_wait_ms=0)
    assert network.length_mm.tolist() == [1, 13]
    assert network.moving_ms.tolist() == [2, 20]


def test_both_lists_of_arcs_hold_the_arcs_that_are_allowed() -> None:
    inside = {"highway": "service", "access": "private"}
    streets = draw([*LINE, (100.0, 50.0), (100.0, 90.0)], [([0, 1, 2], FOOT), ([1, 3, 4], inside)], {2: {}})
    network = build_network(streets, step_penalty=2, crossing_wait_ms=0)
    out = {
        (tail, int(network.out_head[arc]), int(network.out_edge[arc]))
        for tail in range(5)
        for arc in range(network.first_out_of_node[tail], network.first_out_of_node[tail + 1])
    }
    into = {
        (int(network.in_tail[arc]), head, int(network.in_edge[arc]))
        for head in range(5)
        for arc in range(network.first_in_of_node[head], network.first_in_of_node[head + 1])
    }
    both_ways = {(0, 1, 0), (1, 0, 0), (1, 2, 1), (2, 1, 1), (3, 4, 3), (4, 3, 3)}
    assert out == into == both_ways | {(3, 1, 2)}


def test_components_count_from_the_largest_and_stop_at_closed_nodes() -> None:
    nodes = [(0.0, 0.0), (10.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0), (0.0, 50.0)]
    shut = {"barrier": "gate", "access": "no"}
    network = build_network(
        draw(nodes, [([0, 1], FOOT), ([1, 2, 3, 4], FOOT)], {1: shut}), step_penalty=2, crossing_wait_ms=0
    )
    assert network.component[[2, 3, 4]].tolist() == [0, 0, 0]
    assert sorted(network.component[[0, 1]].tolist()) == [1, 2]
    assert network.component[5] == -1


@pytest.mark.parametrize(("penalty", "wait_ms"), [(0.5, 0), (float("nan"), 0), (2.0, -1)])
def test_nonsense_is_refused(penalty: float, wait_ms: int) -> None:
    with pytest.raises(ValueError, match="must be at least"):
        build_network(draw(LINE, [([0, 1], FOOT)]), step_penalty=penalty, crossing_wait_ms=wait_ms)


def test_wall_with_a_gate_counts_and_one_without_does_not() -> None:
    square = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0), (0.0, 50.0), (9.0, 50.0), (9.0, 60.0)]
    ways = [
        ([0, 1, 2, 3, 0], {"barrier": "wall"}),
        ([4, 5, 6, 4], {"barrier": "wall"}),
        ([0, 1, 2, 3], {"barrier": "wall"}),
    ]
    network = build_network(draw(square, ways, {1: {"barrier": "gate"}}), step_penalty=2, crossing_wait_ms=0)
    assert len(network.wall_tree) == 1
    assert np.asarray(network.wall_tree.geometries[0].coords).max() == 9.0
