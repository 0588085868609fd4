"""Every walk within a limit, against a slow twin and against the rules on paper."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street_drawings import Point, Twin, Way, at_pace, draw

from doorstep.walk import Connections, Network, Pairs, build_network, connect, nearest_places, pairs, walk_pairs

FOOT = {"highway": "footway"}
STEPS = {"highway": "steps"}
INSIDE = {"highway": "service", "access": "private"}
SHUT = {"barrier": "gate", "access": "no"}
RESIDENTS_GATE = {"barrier": "gate", "access": "private"}
SIGNAL = {"highway": "crossing", "crossing": "traffic_signals"}
SNAP_MM = 80_000

corner = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda at: (at[0] * 40.0, at[1] * 40.0))
spot = st.tuples(st.integers(-10, 130), st.integers(-10, 130)).map(lambda at: (float(at[0]), at[1] + 0.25))


@st.composite
def drawings(draw_: Callable[..., Any], *, plain: bool = False) -> Any:
    """Draw few corners close together, so that equal walks, parallel edges, loops and lengths of 0 are common."""
    nodes = draw_(st.lists(corner, min_size=2, max_size=9))
    number = st.integers(0, len(nodes) - 1)
    kinds = [FOOT] if plain else [FOOT, FOOT, STEPS, INSIDE]
    ways = draw_(
        st.lists(st.tuples(st.lists(number, min_size=2, max_size=5), st.sampled_from(kinds)), min_size=1, max_size=7)
    )
    marks = [SHUT] if plain else [SHUT, RESIDENTS_GATE, SIGNAL, SIGNAL]
    tags = draw_(st.dictionaries(number, st.sampled_from(marks), max_size=3))
    return draw(nodes, ways, tags), draw_(st.sampled_from([1.0, 1.5, 2.0])), draw_(st.sampled_from([0, 7, 20_000]))


def joined(network: Network, spots: list[Point]) -> Connections:
    x_m, y_m = (np.array([spot[axis] for spot in spots], dtype=np.float64) for axis in (0, 1))
    return connect(network, x_m, y_m, snap_limit_mm=SNAP_MM)


def found(walks: Pairs) -> dict[tuple[int, int], tuple[int, int, int]]:
    place = np.repeat(np.arange(len(walks.first_of_place) - 1), np.diff(walks.first_of_place))
    columns = (place, walks.home, walks.walk_mm, walks.moving_ms, walks.wait_ms)
    return {(h, p): (mm, move, wait) for p, h, mm, move, wait in zip(*(c.tolist() for c in columns), strict=True)}


def limits(places: Connections, limit_mm: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.full(len(places.edge), limit_mm, dtype=np.int64)


@settings(max_examples=300, deadline=None)
@given(drawings(), st.lists(spot, min_size=1, max_size=5), st.lists(spot, min_size=1, max_size=5), st.integers(0, 400))
def test_pairs_agree_with_the_twin(drawing: Any, homes: list[Point], places: list[Point], limit_m: int) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))
    twin = Twin(streets, penalty, wait_ms)
    h, p = joined(network, homes), joined(network, places)
    snapped = [twin.snap(one, SNAP_MM) for one in homes], [twin.snap(one, SNAP_MM) for one in places]
    for one, ours in zip(snapped, (h, p), strict=True):
        seen = zip(ours.edge.tolist(), ours.from_u_mm.tolist(), ours.off_mm.tolist(), strict=True)
        assert [None if edge < 0 else (edge, a, off) for edge, a, off in seen] == one
    expected = {}
    for place, to in enumerate(snapped[1]):
        for home, start in enumerate(snapped[0]):
            walk = twin.walk(start, to)
            if walk is not None and walk[0] <= 1000 * limit_m:
                expected[home, place] = (walk[0], walk[1] - walk[2] * wait_ms, walk[2] * wait_ms)
    assert found(walk_pairs(network, h, p, limit_mm=limits(p, 1000 * limit_m), workers=1)) == expected


@settings(max_examples=150, deadline=None)
@given(drawings(), st.lists(spot, min_size=1, max_size=5), st.lists(spot, min_size=1, max_size=5), st.integers(0, 400))
def test_quickest_walks_agree_with_the_twin(
    drawing: Any, homes: list[Point], places: list[Point], limit_s: int
) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))
    twin = Twin(streets, penalty, wait_ms)
    h, p = joined(network, homes), joined(network, places)
    expected = {}
    for place, to in enumerate(twin.snap(one, SNAP_MM) for one in places):
        for home, start in enumerate(twin.snap(one, SNAP_MM) for one in homes):
            walk = twin.walk(start, to, minutes=True)
            if walk is not None and walk[1] <= 1000 * limit_s:
                expected[home, place] = (walk[0], walk[1] - walk[2] * wait_ms, walk[2] * wait_ms)
    assert found(walk_pairs(network, h, p, limit_ms=limits(p, 1000 * limit_s), workers=1)) == expected


@settings(max_examples=100, deadline=None)
@given(
    drawings(),
    st.lists(st.tuples(spot, st.integers(0, 2)), min_size=1, max_size=6),
    st.lists(st.tuples(spot, st.integers(0, 1)), min_size=1, max_size=5),
)
def test_of_several_entrances_the_best_counts(
    drawing: Any, homes: list[tuple[Point, int]], places: list[tuple[Point, int]]
) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))

    def entrances(spots: list[tuple[Point, int]], n_owners: int) -> Connections:
        x_m, y_m = (np.array([spot[axis] for spot, _ in spots]) for axis in (0, 1))
        of = np.array([owner for _, owner in spots])
        return connect(network, x_m, y_m, snap_limit_mm=SNAP_MM, of=of, n_owners=n_owners)

    alone = found(
        walk_pairs(
            network,
            joined(network, [spot for spot, _ in homes]),
            joined(network, [spot for spot, _ in places]),
            limit_mm=np.full(len(places), 300_000),
            workers=1,
        )
    )
    expected: dict[tuple[int, int], tuple[int, int, int]] = {}
    for (home, place), walk in alone.items():
        pair = homes[home][1], places[place][1]
        order = walk[0], walk[1] + walk[2]
        known = expected.get(pair)
        if known is None or order < (known[0], known[1] + known[2]):
            expected[pair] = walk
    together = walk_pairs(network, entrances(homes, 3), entrances(places, 2), limit_mm=np.full(2, 300_000), workers=1)
    assert found(together) == expected


@settings(max_examples=60, deadline=None)
@given(drawings(plain=True), st.lists(spot, min_size=1, max_size=4), st.lists(spot, min_size=1, max_size=4))
def test_there_and_back_are_alike_where_nothing_is_directed(drawing: Any, a: list[Point], b: list[Point]) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))
    one, other = joined(network, a), joined(network, b)
    there = found(walk_pairs(network, one, other, limit_mm=limits(other, 500_000), workers=1))
    back = found(walk_pairs(network, other, one, limit_mm=limits(one, 500_000), workers=1))
    assert there == {(home, place): walk for (place, home), walk in back.items()}


@settings(max_examples=60, deadline=None)
@given(
    drawings(), st.lists(spot, min_size=1, max_size=4), st.lists(spot, min_size=1, max_size=4), st.integers(0, 300_000)
)
def test_a_longer_limit_only_adds_pairs(drawing: Any, homes: list[Point], places: list[Point], limit_mm: int) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))
    h, p = joined(network, homes), joined(network, places)
    short = found(walk_pairs(network, h, p, limit_mm=limits(p, limit_mm), workers=1))
    long = found(walk_pairs(network, h, p, limit_mm=limits(p, 2 * limit_mm), workers=1))
    assert short == {pair: walk for pair, walk in long.items() if walk[0] <= limit_mm}


@settings(max_examples=60, deadline=None)
@given(drawings(plain=True), st.lists(spot, min_size=1, max_size=4), st.lists(spot, min_size=1, max_size=4), st.data())
def test_one_more_way_never_lengthens_a_walk(
    drawing: Any, homes: list[Point], places: list[Point], data: st.DataObject
) -> None:
    streets, penalty, wait_ms = drawing
    number = st.integers(0, len(streets.node_id) - 1)
    new = data.draw(st.lists(number, min_size=2, max_size=3))
    more = dataclasses.replace(
        streets,
        way_id=np.arange(len(streets.way_id) + 1),
        first_node_of_way=np.append(streets.first_node_of_way, len(streets.way_nodes) + len(new)),
        way_nodes=np.append(streets.way_nodes, new),
        way_tags=(*streets.way_tags, FOOT),
    )
    before, after = (build_network(one, at_pace(penalty, wait_ms)) for one in (streets, more))
    h, p = joined(before, homes), joined(before, places)  # the same edges have the same numbers in both
    old = found(walk_pairs(before, h, p, limit_mm=limits(p, 400_000), workers=1))
    now = found(walk_pairs(after, h, p, limit_mm=limits(p, 400_000), workers=1))
    assert all(now[pair][0] <= walk[0] for pair, walk in old.items())


def grid(n: int = 12) -> tuple[list[Point], list[Way]]:
    """A street every 50 m, with some steps, a compound in a corner, and crossings with signals."""
    nodes = [(50.0 * x, 50.0 * y) for y in range(n) for x in range(n)]
    rows: list[Way] = [([n * y + x for x in range(n)], STEPS if y % 5 == 2 else FOOT) for y in range(n)]
    columns: list[Way] = [([n * y + x for y in range(n)], INSIDE if x == 0 else FOOT) for x in range(n)]
    return nodes, rows + columns


def test_order_of_rows_and_number_of_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "TASKS_PER_WORKER", 7)
    nodes, ways = grid()
    network = build_network(draw(nodes, ways, {30: SIGNAL, 77: SHUT}), at_pace(1.5, 20_000))
    rng = np.random.default_rng(1)
    home_spots, place_spots = rng.uniform(0, 550, (200, 2)), rng.uniform(0, 550, (90, 2))
    limit_mm = rng.integers(0, 500_000, 90)

    def walks(homes: Any, places: Any, limit: Any, workers: int | None) -> Pairs:
        return walk_pairs(network, joined(network, homes), joined(network, places), limit_mm=limit, workers=workers)

    one = walks(home_spots, place_spots, limit_mm, 1)
    assert len(one.home) > 1000
    for workers in (2, 3, None):
        other = walks(home_spots, place_spots, limit_mm, workers)
        for name in Pairs.__slots__:
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    h, p = rng.permutation(200), rng.permutation(90)
    shuffled = found(walks(home_spots[h], place_spots[p], limit_mm[p], 2))
    assert {(int(h[home]), int(p[place])): walk for (home, place), walk in shuffled.items()} == found(one)


def test_pairs_are_sorted_and_small() -> None:
    nodes, ways = grid(4)
    network = build_network(draw(nodes, ways), at_pace(2.0, 0))
    spots = [(150.0, 10.0), (10.0, 100.0), (60.0, 60.0)]
    walks = walk_pairs(network, joined(network, spots), joined(network, spots), limit_mm=np.array([10**6] * 3))
    assert walks.home.dtype == walks.walk_mm.dtype == walks.moving_ms.dtype == walks.wait_ms.dtype == np.int32
    for place in range(3):
        homes = walks.home[walks.first_of_place[place] : walks.first_of_place[place + 1]]
        assert (np.diff(homes) > 0).all()
    assert walks.first_of_place[-1] == len(walks.home)


def one_walk(network: Network, home: Point, place: Point, limit_mm: int = 2_000_000) -> tuple[int, int, int] | None:
    h, p = joined(network, [home]), joined(network, [place])
    return found(walk_pairs(network, h, p, limit_mm=limits(p, limit_mm), workers=1)).get((0, 0))


def street(tags: dict[int, dict[str, str]] | None = None, kind: dict[str, str] = FOOT) -> Network:
    """Draw a straight street of 300 m with corners every 100 m; penalty 2, wait 20 s."""
    nodes = [(100.0 * n, 0.0) for n in range(4)]
    return build_network(draw(nodes, [([0, 1, 2, 3], kind)], tags), at_pace(2.0, 20_000))


def test_length_is_off_along_and_off() -> None:
    assert one_walk(street(), (50.0, 10.0), (250.0, -20.0)) == (230_000, 230_000, 0)


def test_limit_is_inclusive() -> None:
    assert one_walk(street(), (50.0, 10.0), (250.0, -20.0), 230_000) is not None
    assert one_walk(street(), (50.0, 10.0), (250.0, -20.0), 229_999) is None


def test_limit_is_inclusive_for_a_home_just_at_a_corner() -> None:
    assert one_walk(street(), (100.0, 0.0), (300.0, 0.0), 200_000) == (200_000, 200_000, 0)


def test_steps_take_longer_but_are_no_longer() -> None:
    assert one_walk(street(kind=STEPS), (50.0, 10.0), (250.0, 0.0)) == (210_000, 410_000, 0)


def test_wait_belongs_to_the_arc_that_leaves_the_signal() -> None:
    network = street({2: SIGNAL})
    assert one_walk(network, (50.0, 0.0), (250.0, 0.0)) == (200_000, 200_000, 20_000)
    assert one_walk(network, (250.0, 0.0), (50.0, 0.0)) == (200_000, 200_000, 20_000)
    assert one_walk(network, (50.0, 0.0), (150.0, 0.0)) == (100_000, 100_000, 0)


def test_walk_that_ends_just_at_a_signal_does_not_wait_there() -> None:
    network = street({2: SIGNAL})  # the place lies on the edge that comes in: edge 1, the smaller number
    assert one_walk(network, (50.0, 0.0), (200.0, 5.0)) == (155_000, 155_000, 0)


def test_points_on_one_edge_go_straight_even_between_closed_ends() -> None:
    network = street({1: SHUT, 2: SHUT})
    assert one_walk(network, (120.0, 0.0), (180.0, 0.0)) == (60_000, 60_000, 0)
    assert one_walk(network, (120.0, 0.0), (220.0, 0.0)) is None


def test_among_equally_long_walks_the_quicker_counts() -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (-50.0, 0.0), (100.0, 150.0)]
    ways: list[Way] = [([0, 1, 2], STEPS), ([0, 3, 2], FOOT), ([4, 0], FOOT), ([2, 5], FOOT)]
    network = build_network(draw(nodes, ways), at_pace(2.0, 0))
    assert one_walk(network, (-50.0, 0.0), (100.0, 150.0)) == (300_000, 300_000, 0)


def compound(gate: dict[str, str] | None = None) -> Network:
    """Draw a street (0-1-2) and a compound's way 1-3-4 off its middle; the gate is node 3."""
    nodes = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (100.0, 60.0), (100.0, 160.0)]
    tags = {3: gate} if gate else {}
    return build_network(draw(nodes, [([0, 1, 2], FOOT), ([1, 3, 4], INSIDE)], tags), at_pace(1, 0))


def test_private_way_can_be_left_but_not_entered() -> None:
    inside, outside = (105.0, 150.0), (10.0, 0.0)
    assert one_walk(compound(), inside, outside) == (5_000 + 150_000 + 90_000, 245_000, 0)
    assert one_walk(compound(), outside, inside) is None
    assert one_walk(compound(), (105.0, 20.0), inside) == (140_000, 140_000, 0)


def test_nobody_walks_through_a_private_way() -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (0.0, 300.0), (100.0, 300.0)]
    ways: list[Way] = [([0, 1], INSIDE), ([0, 2, 3, 1], FOOT)]
    network = build_network(draw(nodes, ways), at_pace(1, 0))
    assert one_walk(network, (0.0, 50.0), (100.0, 50.0)) == (600_000, 600_000, 0)
    assert one_walk(network, (40.0, -5.0), (100.0, 50.0)) == (5_000 + 60_000 + 50_000, 115_000, 0)


def test_residents_leave_by_their_gate_and_nobody_by_a_shut_one() -> None:
    inside, outside = (105.0, 150.0), (10.0, 0.0)
    assert one_walk(compound(RESIDENTS_GATE), inside, outside) is not None
    assert one_walk(compound(SHUT), inside, outside) is None


def test_unconnected_points_have_no_pairs() -> None:
    assert one_walk(street(), (50.0, 90.0), (50.0, 0.0)) is None
    assert one_walk(street(), (math.nan, 0.0), (50.0, 0.0)) is None


def test_city_without_homes_places_or_ways() -> None:
    network = street()
    nobody = joined(network, [])
    somebody = joined(network, [(50.0, 0.0)])
    assert len(walk_pairs(network, nobody, somebody, limit_mm=np.array([1000])).home) == 0
    empty = walk_pairs(network, somebody, nobody, limit_mm=np.zeros(0, dtype=np.int64))
    assert empty.first_of_place.tolist() == [0]
    no_ways = build_network(draw([], []), at_pace(1, 0))
    assert joined(no_ways, [(0.0, 0.0)]).edge.tolist() == [-1]


def test_very_long_edges_do_not_overflow() -> None:
    nodes = [(0.0, 0.0), (40_000_000.0, 0.0), (0.0, 50.0)]
    network = build_network(draw(nodes, [([0, 1], STEPS), ([0, 2], FOOT)]), at_pace(3, 40_000))
    assert one_walk(network, (20.0, 10.0), (0.0, 50.0), 1_500_000) == (80_000, 120_000, 0)
    assert one_walk(network, (39_999_000.0, 10.0), (0.0, 50.0), 1_500_000) is None


@pytest.mark.parametrize("limit_mm", [[1000, 1000], [2**24], [np.inf], [np.nan], [0.5]])
def test_limits_that_cannot_be_searched_are_refused(limit_mm: list[int]) -> None:
    network = street()
    h = joined(network, [(50.0, 0.0)])
    with pytest.raises(ValueError, match="limit"):
        walk_pairs(network, h, h, limit_mm=np.array(limit_mm))


@pytest.mark.parametrize("measure", ["metres", "minutes"])
@pytest.mark.parametrize(("kind", "pace"), [(FOOT, 1.0), (STEPS, 3.3), (STEPS, 7.77)])
def test_a_limit_that_is_too_long_is_told_the_most(measure: str, kind: dict[str, str], pace: float) -> None:
    network = build_network(draw([(0.0, 0.0), (100.0, 0.0)], [([0, 1], kind)]), at_pace(pace, 10))
    h, name = joined(network, [(50.0, 0.0)]), {"metres": "limit_mm", "minutes": "limit_ms"}[measure]
    unit = name[-2:]
    with pytest.raises(ValueError, match=f"is too long, at most [0-9]+ {unit} on this network") as refused:
        walk_pairs(network, h, h, **{name: np.array([2**40])})
    most = int(str(refused.value).split(" at most ")[1].split()[0])
    assert len(walk_pairs(network, h, h, **{name: np.array([most])}).home) == 1
    with pytest.raises(ValueError, match=f"limit of {most + 1} {unit} is too long, at most {most} {unit}"):
        walk_pairs(network, h, h, **{name: np.array([most + 1])})


def test_walk_of_too_many_waits_is_refused_not_miscounted() -> None:
    def street(length: int) -> Network:
        nodes = [(0.0, 0.1 * n) for n in range(length)]
        return build_network(draw(nodes, [(range(length), FOOT)], dict.fromkeys(range(length), SIGNAL)), at_pace(1, 10))

    assert one_walk(street(2001), (0.0, 0.0), (0.0, 200.0)) == (200_000, 200_000, 19_990)
    with pytest.raises(ValueError, match="waits"):
        one_walk(street(2100), (0.0, 0.0), (0.0, 209.9))


def test_waits_of_many_roads_are_refused_too() -> None:
    corners = list(range(0, 2600, 300))  # side roads make junctions, so that no road alone waits too much
    nodes = [(0.0, 0.1 * n) for n in range(2600)] + [(9.0, 0.1 * corner) for corner in corners]
    ways: list[Way] = [(range(2600), FOOT), *(([corner, 2600 + i], FOOT) for i, corner in enumerate(corners))]
    network = build_network(draw(nodes, ways, dict.fromkeys(range(2600), SIGNAL)), at_pace(1, 10))
    with pytest.raises(ValueError, match="waits on one walk"):
        one_walk(network, (0.0, 0.0), (0.0, 259.9))


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("length_mm", np.array([100_000, -5]), "length_mm is negative or no number, first at edge 1"),
        ("length_mm", np.array([np.nan, 5.0]), "first at edge 0"),
        ("length_mm", np.array([100_000]), r"length_mm has shape \(1,\), and there are 2 edges"),
        ("factor_uv", np.array([1.0, np.nan]), "factor_uv is negative"),
        ("factor_vu", np.array([-1.0, 1.0]), "factor_vu is negative"),
        ("wait_u_ms", np.array([0, -1]), "wait_u_ms is negative"),
        ("may_vu", np.array([True]), "may_vu has shape"),
    ],
)
def test_edges_without_a_usable_number_are_refused(name: str, values: Any, words: str) -> None:
    network = build_network(draw([(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)], [([0, 1, 2], FOOT)]), at_pace(1.0, 0))
    points = joined(network, [(10.0, 0.0), (150.0, 0.0)])
    changed = dataclasses.replace(network, **{name: values})
    with pytest.raises(ValueError, match=words):
        walk_pairs(changed, points, points, limit_mm=np.array([500_000, 500_000]))
    with pytest.raises(ValueError, match=words):
        nearest_places(changed, points, points, np.zeros(2), n_services=1)


@pytest.mark.parametrize("workers", [0, -1])
def test_no_workers_are_refused(workers: int) -> None:
    network = build_network(draw([(0.0, 0.0), (100.0, 0.0)], [([0, 1], FOOT)]), at_pace(1.0, 0))
    points = joined(network, [(10.0, 0.0)])
    with pytest.raises(ValueError, match="must be at least 1"):
        walk_pairs(network, points, points, limit_mm=np.array([500]), workers=workers)
    with pytest.raises(ValueError, match="must be at least 1"):
        nearest_places(network, points, points, np.zeros(1), n_services=1, workers=workers)
