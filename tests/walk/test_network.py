"""Who may walk on which way, which gates are shut, and what hangs together."""

from __future__ import annotations

import numpy as np
import pytest
from street_drawings import at_pace, draw

from doorstep.walk import build_network
from doorstep.walk.walls import compound_walls

FOOT = {"highway": "footway"}
LINE = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)]


def is_walked(tags: dict[str, str]) -> bool:
    network = build_network(draw(LINE, [([0, 1, 2], tags)]), at_pace(2, 0))
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
        {"highway": "residential", "foot": "discouraged"},
        {"highway": "path", "sac_scale": "mountain_hiking"},
        {"highway": "footway", "access": "no", "foot:conditional": "yes @ (06:00-22:00)"},
        {"highway": "footway", "access:conditional": "no @ (22:00-06:00)"},
        {"highway": "primary", "sidewalk:left": "separate", "sidewalk:right": "yes"},
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
        {"highway": "footway", "access": "no", "foot:conditional": "no @ (Sa)"},
        {"highway": "path", "sac_scale": "alpine_hiking"},
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
        return bool(build_network(draw(LINE, [([0, 1], tags)]), at_pace(2, 0)).is_private.all())

    assert network_of()
    if key == "access":
        assert not network_of(foot="yes")
        assert not network_of(foot="permissive")
        assert network_of(foot="destination")


def is_closed(tags: dict[str, str], *, private: bool = False) -> bool:
    kind = {"highway": "service", "access": "private"} if private else FOOT
    network = build_network(draw(LINE, [([0, 1, 2], kind)], {1: tags}), at_pace(2, 0))
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
    assert not is_closed({"barrier": barrier, "access": "no", "foot": "yes"})
    assert not is_closed({"barrier": barrier, "access": "no", "foot:conditional": "yes @ (07:00-19:00)"})
    assert is_closed({"barrier": barrier, "foot": "yes", "opening_hours": "off"})
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
    network = build_network(streets, at_pace(2, 0))
    assert network.edge_u.tolist() == [2, 1, 1, 2]
    assert network.edge_v.tolist() == [1, 0, 2, 3]
    assert network.way_of_edge.tolist() == [0, 0, 2, 2]
    assert network.length_mm.tolist() == [100_000, 100_000, 100_000, 0]


def test_lengths_and_times_are_rounded_half_up() -> None:
    nodes = [(0.0, 0.0), (0.0005, 0.0), (0.0135, 0.0)]
    steps = {"highway": "steps"}
    network = build_network(draw(nodes, [([0, 1, 2], steps)]), at_pace(1.5, 0))
    assert network.length_mm.tolist() == [1, 13]
    assert network.part_ms(np.arange(2), network.length_mm, np.ones(2, np.bool_)).tolist() == [2, 20]


def test_arcs_into_a_private_way_are_not_allowed() -> None:
    inside = {"highway": "service", "access": "private"}
    streets = draw([*LINE, (100.0, 50.0), (100.0, 90.0)], [([0, 1, 2], FOOT), ([1, 3, 4], inside)], {2: {}})
    network = build_network(streets, at_pace(2, 0))
    forth = {(int(network.edge_u[e]), int(network.edge_v[e])) for e in np.flatnonzero(network.may_uv)}
    back = {(int(network.edge_v[e]), int(network.edge_u[e])) for e in np.flatnonzero(network.may_vu)}
    assert forth | back == {(0, 1), (1, 0), (1, 2), (2, 1), (3, 4), (4, 3), (3, 1)}


def test_components_count_from_the_largest_and_stop_at_closed_nodes() -> None:
    nodes = [(0.0, 0.0), (10.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0), (0.0, 50.0)]
    shut = {"barrier": "gate", "access": "no"}
    network = build_network(draw(nodes, [([0, 1], FOOT), ([1, 2, 3, 4], FOOT)], {1: shut}), at_pace(2, 0))
    assert network.component[[2, 3, 4]].tolist() == [0, 0, 0]
    assert sorted(network.component[[0, 1]].tolist()) == [1, 2]
    assert network.component[5] == -1


@pytest.mark.parametrize(("penalty", "wait_ms"), [(0.5, 0), (float("nan"), 0), (2.0, -1)])
def test_nonsense_is_refused(penalty: float, wait_ms: int) -> None:
    with pytest.raises(ValueError, match="at least"):
        build_network(draw(LINE, [([0, 1], FOOT)]), at_pace(penalty, wait_ms))


def test_wall_with_a_gate_counts_and_one_without_does_not() -> None:
    square = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0), (0.0, 50.0), (9.0, 50.0), (9.0, 60.0)]
    ways = [
        ([0, 1, 2, 3, 0], {"barrier": "wall"}),
        ([4, 5, 6, 4], {"barrier": "wall"}),
        ([0, 1, 2, 3], {"barrier": "wall"}),
    ]
    network = build_network(draw(square, ways, {1: {"barrier": "gate"}}), at_pace(2, 0))
    assert len(compound_walls(network.streets)) == 1
    assert np.asarray(compound_walls(network.streets)[0].coords).max() == 9.0


ROAD = {"highway": "primary", "sidewalk": "separate"}


@pytest.mark.parametrize("drawn", [True, False])
def test_road_beside_a_drawn_sidewalk_is_not_walked_along(drawn: bool) -> None:
    # Road 0-1-2, a sidewalk from end to end or only a stub at each end.
    nodes = [*LINE, (0.0, 5.0), (200.0, 5.0)]
    stubs = [([0, 3], FOOT), ([2, 4], FOOT)]
    ways = [([0, 1, 2], ROAD), *stubs, *([([3, 4], FOOT)] if drawn else [])]
    network = build_network(draw(nodes, ways), at_pace(2, 0))
    walked = set(network.way_of_edge.tolist())
    assert (0 in walked) is not drawn
    assert (network.component[[3, 4]] == 0).all()
    assert len(network.edge_u) == (3 if drawn else 4)


@pytest.mark.parametrize("nowhere", [float("nan"), float("inf")])
def test_node_without_a_place_is_refused_where_people_walk(nowhere: float) -> None:
    nodes = [*LINE[:2], (nowhere, 0.0)]
    with pytest.raises(ValueError, match="1 nodes have no place, the first is node 2"):
        build_network(draw(nodes, [([0, 1, 2], FOOT)]), at_pace(2, 0))
    assert len(build_network(draw(nodes, [([0, 1], FOOT), ([1, 2], {})]), at_pace(2, 0)).edge_u) == 1


def test_a_network_of_one_edge_in_degrees_is_refused_and_one_of_a_metre_is_not() -> None:
    with pytest.raises(ValueError, match="degrees"):
        build_network(draw([(119.67, 30.9), (119.671, 30.9)], [([0, 1], FOOT)]), at_pace(1, 0))
    with pytest.raises(ValueError, match=r"would be 0\.999999 m across"):
        build_network(draw([(0.0, -0.5), (0.0, -1.499999)], [([0, 1], FOOT)]), at_pace(1, 0))
    for nodes in ([(119.0, 30.9), (120.0, 30.9)], [(119.0, 30.9), (119.0, 30.9)], [(500_000.0, 9.0), (500_000.5, 9.0)]):
        assert len(build_network(draw(nodes, [([0, 1], FOOT)]), at_pace(1, 0)).edge_u) == 1


def test_degrees_are_refused_and_negative_metres_are_not() -> None:
    nodes = [(-8.6 + place / 10_000, 41.1) for place in range(30)]
    with pytest.raises(ValueError, match="degrees"):
        build_network(draw(nodes, [(range(30), FOOT)]), at_pace(2, 0))
    metres = [(-500_000.0 - 10 * place, -4_000_000.0) for place in range(30)]
    assert set(build_network(draw(metres, [(range(30), FOOT)]), at_pace(2, 0)).length_mm.tolist()) == {10_000}


def test_a_network_of_one_edge_or_of_none_is_one() -> None:
    assert build_network(draw(LINE, [([0, 1], FOOT)]), at_pace(2, 0)).component.tolist() == [0, 0, -1]
    assert len(build_network(draw(LINE, [([0, 1], {"highway": "motorway"})]), at_pace(2, 0)).edge_u) == 0
