"""Engine and checker read the same small drawings, each by its own code, and must find the same walks."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import paper_plan as paper
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from doorstep.city import Streets
from doorstep.standards import Profile
from doorstep.verify.graph import derive_graph, stand
from doorstep.verify.walks import derive_walks
from doorstep.walk import build_network, connect, walk_pairs
from doorstep.walk.walker import planner

Found = dict[tuple[int, int], tuple[int, int]]
SNAP_MM = 60_000

WAYS = (
    *({"highway": "footway"},) * 3,
    {"highway": "residential"},
    {"highway": "service", "access": "private"},
    {"highway": "steps"},
    {"highway": "steps", "step_count": "400"},
    {"highway": "steps", "step_count": "12345"},
    {"highway": "steps", "step_count": "90", "conveying": "backward"},
    {"highway": "steps", "step_count": "many"},
    {"highway": "footway", "conveying": "forward"},
    {"highway": "corridor", "conveying": "yes"},
    {"highway": "elevator"},
    {"highway": "path", "incline": "12%"},
    {"highway": "path", "incline": "-7,5 %"},
    {"highway": "path", "incline": "20°"},
    {"highway": "path", "incline": "up"},
    {"highway": "path", "incline": "8"},
    {"highway": "path", "sac_scale": "alpine_hiking"},
    {"highway": "path", "access": "no", "foot:conditional": "yes @ (06:00-22:00)"},
    {"highway": "path", "foot:conditional": "no @ (22:00-06:00)"},
    {"highway": "primary", "sidewalk:left": "separate", "sidewalk:right": "no"},
    {"highway": "tertiary", "sidewalk": "separate"},
    {"highway": "secondary", "sidewalk:left": "separate", "sidewalk:right": "yes"},
    {"highway": "footway", "tunnel": "yes", "layer": "-1"},
    {"highway": "footway", "is_tunnel": "T", "layer": "-1.5 "},
    {"highway": "footway", "tunnel": "building_passage", "layer": "-1"},
    {"highway": "footway", "tunnel": "no", "layer": "-1"},
    {"highway": "footway", "tunnel": "yes", "layer": "-1;0"},
    {"barrier": "wall"},
    {"barrier": "fence"},
    {"barrier": "gate"},
    {"barrier": "lift_gate", "foot": "yes", "locked": "yes"},
    {"barrier": "gate", "access": "private"},
    {"barrier": "kissing_gate", "locked": "yes", "access:conditional": "yes @ (06:00-22:00)"},
    {"barrier": "gate", "highway": "footway"},
)
NODES = (
    {"highway": "elevator"},
    {"crossing": "traffic_signals"},
    {"highway": "traffic_signals"},
    {"highway": "elevator", "crossing": "traffic_signals"},
    {"barrier": "gate"},
    {"barrier": "gate", "access": "no"},
    {"barrier": "gate", "access": "private"},
    {"barrier": "kissing_gate", "opening_hours": "off", "foot": "yes"},
    {"barrier": "gate", "access": "no", "foot:conditional": "yes @ (06:00-22:00)"},
    {"barrier": "fence", "foot": "permissive"},
    {"barrier": "wall"},
    {"barrier": "gate", "locked": "yes", "access": "yes"},
    {"barrier": "gate", "locked": "yes", "access": "no", "foot": "no"},
    {"barrier": "gate", "locked": "yes", "opening_hours": "06:00-22:00"},
    {"barrier": "bollard", "locked": "yes"},
    {"kerb": "raised", "access": "no"},
)
numbers = st.integers(0, 3).map(lambda step: 35.0 * step)
heights = st.sampled_from([np.nan, 0.0, 0.0, 2.0, 7.5, 30.0])
spots = st.tuples(st.integers(-20, 130), st.integers(-20, 130)).map(lambda at: (at[0] + 0.125, at[1] + 0.375))
owned = st.lists(st.tuples(spots, st.integers(0, 3)), min_size=1, max_size=6)


@st.composite
def drawings(draw: st.DrawFn) -> Streets:
    """Few corners close together, with heights: equal walks, parallel edges and edges of no length are common."""
    nodes = draw(st.lists(st.tuples(numbers, numbers, heights), min_size=2, max_size=8))
    ends = st.lists(st.integers(0, len(nodes) - 1), min_size=2, max_size=5)
    ways = draw(st.lists(st.tuples(ends, st.sampled_from(WAYS)), min_size=1, max_size=8))
    tags = draw(st.dictionaries(st.integers(0, len(nodes) - 1), st.sampled_from(NODES), max_size=3))
    return Streets(
        node_id=np.arange(len(nodes)),
        node_x_m=np.array([x for x, _, _ in nodes]),
        node_y_m=np.array([y for _, y, _ in nodes]),
        node_tags=tags,
        way_id=np.arange(len(ways)),
        first_node_of_way=np.cumsum([0, *(len(way) for way, _ in ways)]),
        way_nodes=np.array([node for way, _ in ways for node in way], dtype=np.int64),
        way_tags=tuple(tags for _, tags in ways),
        node_ele_m=np.array([z for _, _, z in nodes]),
    )


profiles = st.builds(
    lambda measure, penalty, signal, lift, going: dataclasses.replace(
        paper.profile(),
        walk_measure=measure,
        step_penalty=penalty,
        crossing_wait_ms=signal,
        lift_wait_ms=lift,
        step_going_mm=going,
    ),
    st.sampled_from(["metres", "minutes"]),
    st.sampled_from([1.0, 1.5, 2.0]),
    st.sampled_from([0, 20_000]),
    st.sampled_from([0, 7_000, 40_000]),
    st.sampled_from([280, 300]),
)


def xy(points: list[tuple[tuple[float, float], int]]) -> tuple[Any, Any]:
    return np.array([at[0] for at, _ in points]), np.array([at[1] for at, _ in points])


def owners(points: list[tuple[tuple[float, float], int]]) -> Any:
    """Number those who have points from 0 on, so that everybody has at least one."""
    return np.unique([owner for _, owner in points], return_inverse=True)[1].astype(np.int64)


def by_engine(streets: Streets, profile: Profile, homes: Any, places: Any, limit: int) -> Found:
    network = build_network(streets, planner(profile))
    h, p = (connect(network, *xy(some), snap_limit_mm=SNAP_MM, of=owners(some)) for some in (homes, places))
    limits = np.full(p.n_owners, limit)
    by_minutes = profile.walk_measure == "minutes"
    pairs = walk_pairs(network, h, p, **{"limit_ms" if by_minutes else "limit_mm": limits}, workers=1)
    place = np.repeat(np.arange(p.n_owners), np.diff(pairs.first_of_place))
    walk_ms = pairs.moving_ms + pairs.wait_ms
    return {
        (int(home), int(place)): (int(mm), int(ms))
        for home, place, mm, ms in zip(pairs.home, place, pairs.walk_mm, walk_ms, strict=True)
    }


def by_checker(streets: Streets, profile: Profile, homes: Any, places: Any, limit: int) -> Found:
    graph = derive_graph(streets, profile)
    h, p = (stand(graph, *xy(some), SNAP_MM) for some in (homes, places))
    walks = derive_walks(
        graph,
        h,
        p,
        np.full(len(places), limit),
        in_minutes=profile.walk_measure == "minutes",
        home_of=owners(homes),
        place_of=owners(places),
    )
    place = np.repeat(np.arange(len(walks.first) - 1), np.diff(walks.first))
    return {
        (int(home), int(place)): (int(mm), int(ms))
        for home, place, mm, ms in zip(walks.home, place, walks.walk_mm, walks.walk_ms, strict=True)
    }


@settings(max_examples=400, deadline=None)
@given(drawings(), profiles, owned, owned, st.sampled_from([0, 40_000, 120_000, 900_000]))
def test_engine_and_checker_find_the_same_walks(
    streets: Streets, profile: Profile, homes: Any, places: Any, limit: int
) -> None:
    theirs = by_engine(streets, profile, homes, places, limit)
    event("some walks" if theirs else "no walk")
    ours = by_checker(streets, profile, homes, places, limit)
    left_open = on_one_spot_of_a_conveyor(streets, profile, homes, places)
    assert {pair: walk for pair, walk in ours.items() if pair not in left_open} == {
        pair: walk for pair, walk in theirs.items() if pair not in left_open
    }


def on_one_spot_of_a_conveyor(streets: Streets, profile: Profile, homes: Any, places: Any) -> set[tuple[int, int]]:
    """Pairs for whom no rule says whether 0 mm go with the conveyor or against it."""
    graph = derive_graph(streets, profile)
    h, p = (stand(graph, *xy(some), SNAP_MM) for some in (homes, places))
    one_way = np.isinf(graph.forward) | np.isinf(graph.backward)
    return {
        (int(home_of), int(place_of))
        for home, home_of in enumerate(owners(homes))
        for place, place_of in enumerate(owners(places))
        if h.edge[home] == p.edge[place] >= 0 and h.along_mm[home] == p.along_mm[place] and one_way[h.edge[home]]
    }


def street(tags: dict[str, str], rise_m: float = np.nan, node: dict[str, str] | None = None) -> Streets:
    """Three nodes 100 m apart, the tags on the first half only; the middle ``rise_m`` above the first."""
    return Streets(
        node_id=np.arange(3),
        node_x_m=np.array([0.0, 100.0, 200.0]),
        node_y_m=np.zeros(3),
        node_tags={1: node} if node else {},
        way_id=np.arange(2),
        first_node_of_way=np.array([0, 2, 4]),
        way_nodes=np.array([0, 1, 1, 2]),
        way_tags=({"highway": "footway", **tags}, {"highway": "footway"}),
        node_ele_m=np.array([0.0, rise_m, np.nan]),
    )


PAPER = dataclasses.replace(paper.profile(), lift_wait_ms=40_000, step_going_mm=300)
# There and back over 100 m of that way and 100 m level, worked out by hand; exp(3.5·0.1) = 1.419, exp(3.5·0) = 1,
# exp(3.5·(0.02 − 0.05)) = 0.900, exp(3.5·0.30) = 2.858, exp(3.5·0.2) = 2.014.
BY_HAND: dict[str, tuple[Streets, int | None, int | None]] = {
    "level": (street({}), 200_000, 200_000),
    "ten metres up": (street({}, 10.0), 241_900, 200_000),
    "three metres down": (street({}, -3.0), 190_000, 211_100),
    "a cliff": (street({}, 400.0), 385_800, 301_400),
    "heights before the tag": (street({"incline": "90%"}, 10.0), 241_900, 200_000),
    "incline in words of figures": (street({"incline": "10 %"}), 241_900, 200_000),
    "incline in words": (street({"incline": "up"}), 200_000, 200_000),
    "steps": (street({"highway": "steps"}, 10.0), 300_000, 300_000),
    "four hundred steps": (street({"highway": "steps", "step_count": "400"}), 340_000, 340_000),
    "five digits": (street({"highway": "steps", "step_count": "00400"}), 300_000, 300_000),
    "escalator up": (street({"highway": "steps", "step_count": "400", "conveying": "forward"}), 300_000, None),
    "moving walkway back": (street({"conveying": "backward"}), None, 200_000),
    "lift as a way": (street({"highway": "elevator"}, 10.0), 240_000, 240_000),
    "lift as a node": (street({}, node={"highway": "elevator"}), 240_000, 240_000),
    "signal": (street({}, node={"crossing": "traffic_signals"}), 220_000, 220_000),
    "signal at a lift": (street({}, node={"highway": "elevator", "crossing": "traffic_signals"}), 240_000, 240_000),
}


@pytest.mark.parametrize("what", BY_HAND)
@pytest.mark.parametrize("walks", [by_checker, by_engine])
def test_times_by_hand(walks: Any, what: str) -> None:
    streets, there_ms, back_ms = BY_HAND[what]
    left, right = [((0.0, 0.0), 0)], [((200.0, 0.0), 0)]
    for home, place, wanted in ((left, right, there_ms), (right, left, back_ms)):
        found = walks(streets, PAPER, home, place, 10**6)
        assert found == ({} if wanted is None else {(0, 0): (200_000, wanted)})


@pytest.mark.parametrize("walks", [by_checker, by_engine])
def test_minutes_take_the_quick_way_round_and_metres_the_stairs(walks: Any) -> None:
    # 100 m of steps at 2 s a metre, or 120 m round them: 60 m out, 60 m back.
    streets = Streets(
        node_id=np.arange(3),
        node_x_m=np.array([0.0, 100.0, 50.0]),
        node_y_m=np.array([0.0, 0.0, np.sqrt(60**2 - 50**2)]),
        node_tags={},
        way_id=np.arange(3),
        first_node_of_way=np.array([0, 2, 4, 6]),
        way_nodes=np.array([0, 1, 0, 2, 2, 1]),
        way_tags=({"highway": "steps"}, {"highway": "footway"}, {"highway": "footway"}),
    )
    home, place = [((0.0, 0.0), 0)], [((100.0, 0.0), 0)]
    in_minutes = dataclasses.replace(PAPER, walk_measure="minutes")
    assert walks(streets, PAPER, home, place, 150_000) == {(0, 0): (100_000, 200_000)}
    assert walks(streets, in_minutes, home, place, 150_000) == {(0, 0): (120_000, 120_000)}
    assert walks(streets, in_minutes, home, place, 119_999) == {}


@pytest.mark.parametrize("walks", [by_checker, by_engine])
def test_the_best_of_several_entrances_counts(walks: Any) -> None:
    streets = street({})
    home = [((0.0, 10.0), 0), ((180.0, 1.0), 0), ((30.0, 0.0), 1)]
    place = [((200.0, 0.0), 0), ((50.0, 2.0), 0)]
    assert walks(streets, PAPER, home, place, 10**6) == {(0, 0): (21_000, 21_000), (1, 0): (22_000, 22_000)}
