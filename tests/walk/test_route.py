"""One walk with its stretches and in words: the walk that walk_pairs measures, told as it is walked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street_drawings import Point, Way, at_pace, draw
from test_pairs import SNAP_MM, drawings, found, joined, limits, spot

from doorstep.city.added import NewWay, append_ways
from doorstep.messages import LANGUAGES, catalogue
from doorstep.walk import Connections, Network, Route, build_network, connect, route, walk_pairs
from doorstep.walk.legs import way_kind
from doorstep.walk.toward import nearest_place
from doorstep.walk.words import route_words, turn_of

FOOT = {"highway": "footway"}


@settings(max_examples=200, deadline=None)
@given(drawings(), st.lists(spot, min_size=1, max_size=4), st.lists(spot, min_size=1, max_size=4))
def test_a_route_is_the_walk_of_the_table(drawing: Any, homes: list[Point], places: list[Point]) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))
    h, p = joined(network, homes), joined(network, places)
    walks = found(walk_pairs(network, h, p, limit_mm=limits(p, 2_000_000), workers=1))
    for home in range(len(homes)):
        for place in range(len(places)):
            if (home, place) not in walks:
                with pytest.raises(ValueError, match=r"no walk|not connected"):
                    route(network, h, p, home, place)
                continue
            one = route(network, h, p, home, place)
            assert (one.walk_mm, one.moving_ms, one.wait_ms) == walks[home, place]
            along_mm = sum(leg.length_mm for leg in one.legs)
            assert along_mm + one.from_home_mm + one.to_place_mm == one.walk_mm
            assert sum(leg.wait_ms for leg in one.legs) == one.wait_ms
            assert one.line.length * 1000 == pytest.approx(along_mm, abs=len(one.line.coords) + 1)
            assert one.line.coords[0] == (h.x_m[home], h.y_m[home])
            assert one.line.coords[-1] == (p.x_m[place], p.y_m[place])


@settings(max_examples=60, deadline=None)
@given(drawings(), st.lists(spot, min_size=2, max_size=5), st.lists(spot, min_size=2, max_size=4), st.data())
def test_of_several_entrances_the_route_takes_the_best(
    drawing: Any, homes: list[Point], places: list[Point], data: st.DataObject
) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))

    def entered(points: list[Point]) -> Connections:
        owner = data.draw(st.lists(st.integers(0, 1), min_size=len(points), max_size=len(points)))
        x_m, y_m = np.array(points).T
        return connect(network, x_m, y_m, snap_limit_mm=SNAP_MM, of=np.array(owner, dtype=np.int64), n_owners=2)

    h, p = entered(homes), entered(places)
    walks = found(walk_pairs(network, h, p, limit_mm=np.full(2, 2_000_000), workers=1))
    for (home, place), walk in walks.items():
        one = route(network, h, p, home, place)
        assert (one.walk_mm, one.moving_ms, one.wait_ms) == walk
    near = nearest_place(network, h, p, [0, 1], limit=2_000_000)
    for home in (0, 1):
        mine = [walk[0] for (whose, _), walk in walks.items() if whose == home]
        assert near.walk_mm[home] == min(mine, default=-1)


@settings(max_examples=100, deadline=None)
@given(drawings(), st.lists(spot, min_size=1, max_size=4), st.lists(spot, min_size=1, max_size=4), st.integers(0, 500))
def test_the_nearest_place_is_the_smallest_of_the_table(
    drawing: Any, homes: list[Point], places: list[Point], limit_m: int
) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))
    h, p = joined(network, homes), joined(network, places)
    walks = found(walk_pairs(network, h, p, limit_mm=limits(p, 1000 * limit_m), workers=1))
    near = nearest_place(network, h, p, range(len(places)), limit=1000 * limit_m)
    for home in range(len(homes)):
        mine = sorted((mm, move + wait) for (whose, _), (mm, move, wait) in walks.items() if whose == home)
        if mine:
            assert (near.walk_mm[home], near.walk_ms[home]) == mine[0]
            mm, move, wait = walks[home, int(near.place[home])]
            assert (mm, move + wait) == mine[0]
        else:
            assert near.place[home] == -1


@settings(max_examples=100, deadline=None)
@given(drawings(), st.lists(spot, min_size=1, max_size=3), st.lists(spot, min_size=1, max_size=3))
def test_in_minutes_the_walk_is_never_slower_and_never_shorter(
    drawing: Any, homes: list[Point], places: list[Point]
) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))
    h, p = joined(network, homes), joined(network, places)
    for home, place in found(walk_pairs(network, h, p, limit_mm=limits(p, 2_000_000), workers=1)):
        short, quick = (route(network, h, p, home, place, measure=one) for one in ("metres", "minutes"))
        assert quick.moving_ms + quick.wait_ms <= short.moving_ms + short.wait_ms
        assert quick.walk_mm >= short.walk_mm
        near = nearest_place(network, h, p, [place], limit=10**9, measure="minutes")
        assert near.walk_ms[home] == quick.moving_ms + quick.wait_ms
        assert near.walk_mm[home] == quick.walk_mm


def test_steps_make_the_quick_walk_another_than_the_short_one() -> None:
    nodes = [(0.0, 0.0), (40.0, 0.0), (20.0, 15.0)]  # straight over steps 40 m, round on the level 50 m
    network = build_network(draw(nodes, [([0, 1], {"highway": "steps"}), ([0, 2, 1], FOOT)]), at_pace(2.0, 0))
    h, p = joined(network, [(-5.0, 0.0)]), joined(network, [(45.0, 0.0)])
    assert route(network, h, p, 0, 0).walk_mm == 5_000 + 40_000 + 5_000
    quick = route(network, h, p, 0, 0, measure="minutes")
    assert (quick.walk_mm, quick.moving_ms) == (60_000, 60_000)


def test_among_equal_walks_the_smaller_edges_are_drawn() -> None:
    nodes = [(0.0, 0.0), (30.0, 40.0), (30.0, -40.0), (60.0, 0.0), (-20.0, 0.0), (80.0, 0.0)]
    ends: list[Way] = [([4, 0], FOOT), ([3, 5], FOOT)]
    for ways, over in (([([0, 1, 3], FOOT), ([0, 2, 3], FOOT)], 40.0), ([([0, 2, 3], FOOT), ([0, 1, 3], FOOT)], -40.0)):
        network = build_network(draw(nodes, [*ways, *ends]), at_pace(1.0, 0))
        h, p = joined(network, [nodes[4]]), joined(network, [nodes[5]])
        assert (30.0, over) in route(network, h, p, 0, 0).line.coords


def walked(tags: dict[int, dict[str, str]], ways: list[Way], nodes: list[Point]) -> tuple[Network, Route]:
    network = build_network(draw(nodes, ways, tags), at_pace(2.0, 20_000))
    h, p = joined(network, [(nodes[0][0] - 3.0, nodes[0][1] - 4.0)]), joined(network, [nodes[-1]])
    return network, route(network, h, p, 0, 0)


def test_a_walk_is_told_turn_by_turn() -> None:
    nodes = [(0.0, 0.0), (0.0, 30.0), (100.0, 30.0), (100.0, 10.0), (100.0, -50.0), (160.0, -50.0), (160.0, 40.0)]
    ways: list[Way] = [
        ([0, 1], {"highway": "service", "access": "private"}),
        ([1, 2], {"highway": "residential", "name": "High Street", "name:zh": "高街"}),
        ([3, 2], {"highway": "steps", "incline": "up", "step_count": "32"}),
        ([3, 4], {"highway": "footway"}),
        ([4, 5], {"highway": "footway", "footway": "crossing"}),
        ([5, 6], {"highway": "path"}),
    ]
    tags = {1: {"barrier": "gate", "access": "private"}, 4: {"highway": "crossing", "crossing": "traffic_signals"}}
    network, one = walked(tags, ways, nodes)
    assert route_words(one, network, "en", home="No 12", place="the canteen") == (
        "Leave No 12: 5 m straight to the way.",
        "Head north along the service road (private), 30 m.",
        "Through the gate; right along High Street, 100 m.",
        "Right down 32 steps, 20 m.",
        "Straight on along the footpath, 60 m.",
        "Wait at the signal (20 s on average); left over the crossing, 60 m.",
        "Left along the footpath, 90 m.",
        "There is the canteen.",
        "365 m, 7 min, of which 20 s waiting.",
    )
    told = route_words(one, network, "zh", home="12号楼", place="食堂")
    assert told[2] == "经过大门；右转，沿高街，100 米。"
    assert told[-1] == "全程 365 米，7 分钟，其中等待 20 秒。"


def test_a_lift_is_taken_in_no_direction() -> None:
    nodes = [(0.0, 0.0), (0.0, 30.0), (10.0, 30.0), (10.0, 90.0)]
    ways: list[Way] = [([1, 2], {"highway": "elevator"}), ([2, 3], FOOT)]
    network, one = walked({}, [([0, 1], FOOT), *ways], nodes)
    told = route_words(one, network, "en", home="A", place="B")
    assert told[1:4] == (
        "Head north along the footpath, 30 m.",
        "Take the lift, 10 m.",
        "Left along the footpath, 60 m.",
    )
    assert route_words(one, network, "zh", home="A", place="B")[2] == "乘电梯，10 米。"
    network, one = walked({}, ways, nodes[1:2] * 2 + nodes[2:])
    assert route_words(one, network, "en", home="A", place="B")[1] == "Take the lift, 10 m."


def test_a_small_bend_is_a_turn_only_at_a_junction() -> None:
    nodes = [(0.0, 0.0), (50.0, 0.0), (90.0, 45.0), (50.0, -50.0)]
    bend: list[Way] = [([0, 1, 2], FOOT)]
    network, one = walked({}, bend, nodes[:3])
    assert len(one.legs) == 1
    network, one = walked({}, [*bend, ([1, 3], FOOT)], [*nodes[:2], nodes[3], nodes[2]])
    assert len(one.legs) == 2
    assert abs(one.legs[1].turn_degrees) > 45
    assert network.is_public.any()


def told(ways: list[Way], nodes: list[Point]) -> tuple[str, ...]:
    network, one = walked({}, ways, nodes)
    return route_words(one, network, "en", home="A", place="B")[1:-2]


def test_a_sharp_bend_is_told_though_the_way_goes_on() -> None:
    corner = [(0.0, 0.0), (50.0, 0.0), (50.0, 50.0)]
    assert told([([0, 1, 2], FOOT)], corner) == (
        "Head east along the footpath, 50 m.",
        "Left along the footpath, 50 m.",
    )
    rounded = [(0.0, 0.0), (46.0, 0.0), (49.0, 1.0), (50.0, 4.0), (50.0, 50.0)]
    assert told([([*range(5)], FOOT)], rounded)[1] == "Left along the footpath, 49 m."
    chicane = [(0.0, 0.0), (50.0, 0.0), (50.0, 5.0), (100.0, 5.0)]
    assert told([([*range(4)], FOOT)], chicane) == ("Head east along the footpath, 105 m.",)
    near_its_end = [(0.0, 0.0), (50.0, 0.0), (50.0, 20.0)]
    assert told([([*range(3)], FOOT)], near_its_end) == ("Head east along the footpath, 70 m.",)
    hairpins = [(0.0, 0.0), (60.0, 0.0), (60.0, 30.0), (0.0, 30.0)]
    assert [sentence.split(" along")[0] for sentence in told([([*range(4)], FOOT)], hairpins)] == [
        "Head east",
        "Left",
        "Left",
    ]


def test_a_flight_of_steps_is_told_once_however_it_bends() -> None:
    nodes = [(0.0, 0.0), (50.0, 0.0), (50.0, 30.0), (0.0, 30.0), (50.0, -40.0)]
    flight: Way = ([0, 1, 2, 3], {"highway": "steps", "step_count": "90"})
    network = build_network(draw(nodes, [flight, ([1, 4], FOOT)]), at_pace(2.0, 20_000))
    h, p = joined(network, [nodes[0]]), joined(network, [nodes[3]])
    said = route_words(route(network, h, p, 0, 0), network, "en", home="A", place="B")
    assert said[0] == "Head east by 90 steps, 130 m."


@pytest.mark.parametrize(
    ("to", "said", "said_zh"),
    [
        ((50.0, 30.0), "Head east up about 55 of 90 steps, 80 m.", "，上约 55 级台阶（共 90 级），80 米。"),
        ((20.0, 0.0), "Head east up about 14 of 90 steps, 20 m.", "，上约 14 级台阶（共 90 级），20 米。"),
        ((0.1, 0.0), "Head east up about 1 of 90 steps, 0 m.", "，上约 1 级台阶（共 90 级），0 米。"),
        ((0.0, 30.0), "Head east up 90 steps, 130 m.", "，上 90 级台阶，130 米。"),
    ],
)
def test_of_a_flight_walked_in_part_the_share_is_told(to: Point, said: str, said_zh: str) -> None:
    nodes = [(0.0, 0.0), (50.0, 0.0), (50.0, 30.0), (0.0, 30.0)]
    flight: Way = ([0, 1, 2, 3], {"highway": "steps", "step_count": "90", "incline": "up"})
    network = build_network(draw(nodes, [flight]), at_pace(2.0, 20_000))
    h, p = joined(network, [nodes[0]]), joined(network, [to])
    walk = route(network, h, p, 0, 0)
    assert route_words(walk, network, "en", home="A", place="B")[0] == said
    assert said_zh in route_words(walk, network, "zh", home="A", place="B")[0]


def test_a_square_is_crossed_once_with_the_street_of_its_name() -> None:
    square = {"highway": "pedestrian", "name": "Market Place"}
    nodes = [(0.0, 0.0), (40.0, 0.0), (40.0, 40.0), (70.0, 40.0), (70.0, 90.0)]
    streets = draw(
        nodes, [([0, 1], {**square, "highway": "residential"}), ([3, 4], FOOT), ([1, 2, 3], {**square, "area": "yes"})]
    )
    network = build_network(streets, at_pace(2.0, 20_000))
    h, p = joined(network, [nodes[0]]), joined(network, [nodes[4]])
    one = route(network, h, p, 0, 0)
    assert route_words(one, network, "en", home="A", place="B")[:2] == (
        "Head east across Market Place, 110 m.",
        "Left along the footpath, 50 m.",
    )
    assert route_words(one, network, "zh", home="A", place="B")[0] == "向东走，穿过Market Place，110 米。"


def test_a_line_added_across_a_square_is_the_square() -> None:
    nodes = [(0.0, 0.0), (40.0, 0.0), (80.0, 20.0)]
    streets = draw(nodes, [([0, 1], FOOT)])
    streets = append_ways(streets, [NewWay((1, 2), {"highway": "pedestrian"}, "square", (7,), {})])
    network = build_network(streets, at_pace(2.0, 20_000))
    h, p = joined(network, [nodes[0]]), joined(network, [nodes[2]])
    said = route_words(route(network, h, p, 0, 0), network, "en", home="A", place="B")
    assert said[1] == "Slightly left across the square, 45 m."


def test_a_pavement_has_the_name_of_the_road_beside_it() -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (0.0, 8.0), (100.0, 8.0), (50.0, 8.0), (50.0, 90.0)]
    ways: list[Way] = [
        ([0, 1], {"highway": "footway", "footway": "sidewalk"}),
        ([2, 3], {"highway": "primary", "name": "Ring Road", "foot": "no"}),
        ([4, 5], {"highway": "primary", "name": "Cross Road", "foot": "no"}),
    ]
    network = build_network(draw(nodes, ways), at_pace(1.0, 0))
    h, p = joined(network, [nodes[0]]), joined(network, [nodes[1]])
    said = route_words(route(network, h, p, 0, 0), network, "en", home="A", place="B")
    assert said[0] == "Head east along the pavement of Ring Road, 100 m."


@given(st.floats(-720, 720))
def test_left_and_right_are_mirrored(degrees: float) -> None:
    there, back = turn_of("en", degrees), turn_of("en", -degrees)
    assert there.replace("left", "right") == back.replace("left", "right")
    if abs((degrees + 180) % 360 - 180) not in (0, 180) and "left" in there + back:
        assert ("left" in there) != ("left" in back)


def test_every_kind_of_way_has_a_word() -> None:
    highways = ["steps", "elevator", "footway", "path", "pedestrian", "service", "cycleway", "track", "corridor"]
    highways += ["platform", "residential", "primary", "road", "bridleway", "living_street", "unclassified"]
    more: list[dict[str, str]] = [{}, {"area": "yes"}, {"footway": "sidewalk"}, {"footway": "crossing"}]
    more += [{"bridge": "yes"}, {"tunnel": "yes"}, {"service": "alley"}, {"service": "driveway"}]
    kinds = {way_kind({"highway": highway, **tags}) for highway in highways for tags in more}
    for language in LANGUAGES:
        words = {key.removeprefix("way_") for key in catalogue(language, "walk") if key.startswith("way_")}
        assert kinds == words
    assert np.all([kind.isidentifier() for kind in kinds])
