"""What ways cost: steps, lifts, escalators, slopes, and what wheels cannot pass."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from street_drawings import draw

from doorstep.standards import load_profile
from doorstep.walk import Walker
from doorstep.walk.costs import edge_factors, level_edges, node_closed, waits_ms
from doorstep.walk.walker import AIDS, planner, walkers

FOOT = {"highway": "footway"}
STEPS = {"highway": "steps"}
ONE = Walker("one", 1.0, 2.0, 20_000, lift_wait_ms=40_000, step_going_mm=300)
EVERYBODY = walkers(load_profile("cn-2023"))


def factors(tags: dict[str, str], walker: Walker = ONE, lengths_m: tuple[float, ...] = (4.0, 6.0)) -> list[list[float]]:
    """Return the factors of the edges of one straight way, in its direction and against it."""
    ends = np.concatenate([[0.0], np.cumsum(lengths_m)])
    streets = draw([(float(x), 0.0) for x in ends], [(list(range(len(ends))), tags)])
    n = len(lengths_m)
    mm = np.array([round(1000 * one) for one in lengths_m])
    return [
        one.tolist() for one in edge_factors(streets, walker, np.zeros(n, np.int64), np.arange(n), np.arange(n) + 1, mm)
    ]


def closed(tags: dict[str, str], aid: str) -> bool:
    return all(math.isinf(one) for way_round in factors(tags, EVERYBODY[aid]) for one in way_round)


@pytest.mark.parametrize(
    ("tags", "times"),
    [
        ({}, 2.0),
        ({"step_count": "30"}, 2.0),  # 9 m of treads on 10 m drawn
        ({"step_count": "50"}, 3.0),  # 15 m of treads
        ({"step_count": "about 50"}, 2.0),
        ({"step_count": "50000"}, 2.0),
        ({"step_count": "50", "conveying": "yes"}, 2.0),
        ({"incline": "30%"}, 2.0),
    ],
)
def test_steps(tags: dict[str, str], times: float) -> None:
    assert factors({**STEPS, **tags}) == [[times, times]] * 2


def test_pace_divides_all_and_a_flight_of_no_length_is_harmless() -> None:
    fast = dataclasses.replace(ONE, speed_m_s=2.0)
    assert factors({**STEPS, "step_count": "50"}, fast) == [[1.5, 1.5]] * 2
    assert factors({**STEPS, "step_count": "50"}, ONE, (0.0,)) == [[2.0], [2.0]]
    assert factors({"highway": "elevator"}, ONE, (0.0,)) == [[1.0], [1.0]]


def test_lift_drawn_as_a_way_costs_its_wait_once_over_its_length() -> None:
    assert factors({"highway": "elevator"}) == [[5.0, 5.0]] * 2  # 10 m: 10 s and 40 s
    assert factors({"highway": "elevator"}, dataclasses.replace(ONE, speed_m_s=0.5)) == [[6.0, 6.0]] * 2


def test_escalators_run_one_way() -> None:
    assert factors({**STEPS, "conveying": "forward"}) == [[2.0, 2.0], [math.inf, math.inf]]
    assert factors({**STEPS, "conveying": "backward"}) == [[math.inf, math.inf], [2.0, 2.0]]
    assert factors({**STEPS, "conveying": "reversible"}) == [[2.0, 2.0]] * 2
    assert factors({**FOOT, "conveying": "forward"}) == [[1.0, 1.0], [math.inf, math.inf]]


def test_up_is_slower_than_down_and_a_walker_may_be_without_slopes() -> None:
    assert factors({**FOOT, "incline": "10%"}) == [[1.419, 1.419], [1.0, 1.0]]
    assert factors({**FOOT, "incline": "10%"}, dataclasses.replace(ONE, slope=False)) == [[1.0, 1.0]] * 2


def test_edges_of_unknown_slope_are_told() -> None:
    nodes = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)]
    streets = draw(nodes, [([0, 1], FOOT), ([1, 2], {**FOOT, "incline": "5%"}), ([2, 3], STEPS)])
    ends = np.arange(3), np.arange(3), np.arange(1, 4), np.full(3, 9000)
    assert level_edges(streets, *ends).tolist() == [True, False, False]
    assert level_edges(streets, *(one[:0] for one in ends)).tolist() == []


@pytest.mark.parametrize("aid", AIDS)
def test_wheels_need_a_ramp_beside_steps(aid: str) -> None:
    assert closed(STEPS, aid)
    assert closed({**STEPS, "ramp": "no", "ramp:bicycle": "yes"}, aid)
    assert closed({**STEPS, "ramp": "yes", "conveying": "yes"}, aid)
    level = 1 / EVERYBODY[aid].speed_m_s
    assert factors({**STEPS, "ramp:wheelchair": "yes", "step_count": "99"}, EVERYBODY[aid]) == [[level, level]] * 2
    assert closed({**STEPS, "ramp:stroller": "yes"}, aid) == (aid != "pram")


@pytest.mark.parametrize(
    "tags",
    [{"wheelchair": "no"}, {"surface": "sand"}, {"smoothness": "horrible"}, {"incline": "25%"}, {"incline": "-25%"}],
)
def test_ways_closed_to_wheels_and_to_nobody_else(tags: dict[str, str]) -> None:
    assert all(closed({**FOOT, **tags}, aid) for aid in AIDS)
    assert not closed({**FOOT, **tags}, "80+")
    assert np.isfinite(factors({**FOOT, **tags})).all()


def test_what_a_pram_manages_and_a_wheelchair_does_not() -> None:
    for tags in ({"smoothness": "bad"}, {"incline": "10%"}):
        assert [closed({**FOOT, **tags}, aid) for aid in AIDS] == [False, True, True]
    assert not any(closed({**FOOT, "incline": "8%", "wheelchair": "limited", "surface": "gravel"}, aid) for aid in AIDS)


def test_heights_alone_do_not_close_a_way() -> None:
    streets = dataclasses.replace(draw([(0.0, 0.0), (9.0, 0.0)], [([0, 1], FOOT)]), node_ele_m=np.array([0.0, 5.0]))
    one = np.zeros(1, np.int64)
    assert np.isfinite(edge_factors(streets, EVERYBODY["wheelchair"], one, one, one + 1, one + 9000)).all()


@pytest.mark.parametrize(
    ("tags", "wheelchair", "pram"),
    [
        ({"barrier": "stile"}, True, True),
        ({"barrier": "kissing_gate"}, True, True),
        ({"barrier": "kissing_gate", "wheelchair": "yes"}, False, False),
        ({"barrier": "bollard"}, False, False),
        ({"barrier": "gate", "wheelchair": "no"}, True, True),
        ({"barrier": "kerb", "kerb": "raised"}, True, False),
        ({"barrier": "kerb", "kerb": "lowered"}, False, False),
        ({"barrier": "kerb"}, False, False),
    ],
)
def test_nodes_closed_to_wheels(tags: dict[str, str], wheelchair: bool, pram: bool) -> None:
    streets = draw([(0.0, 0.0), (9.0, 0.0)], [([0, 1], FOOT)], {1: tags})
    assert node_closed(streets, EVERYBODY["wheelchair"]).tolist() == [False, wheelchair]
    assert node_closed(streets, EVERYBODY["pram"]).tolist() == [False, pram]
    assert not node_closed(streets, EVERYBODY["35-59"]).any()


def test_waits_at_signals_and_lifts() -> None:
    tags = {1: {"highway": "elevator"}, 2: {"crossing": "traffic_signals"}, 3: {"highway": "traffic_signals"}}
    streets = draw([(float(x), 0.0) for x in range(4)], [([0, 1, 2, 3], FOOT)], tags)
    edges = np.zeros(3, np.int64), np.arange(3), np.arange(1, 4)
    assert [one.tolist() for one in waits_ms(streets, ONE, *edges)] == [[0, 40_000, 20_000], [40_000, 20_000, 20_000]]


def test_walkers_of_a_profile() -> None:
    profile = load_profile("generic-gb", settings={"lift_wait_s": "10", "walk_speed.any.80+": "0.5"})
    one = walkers(profile)
    assert one["80+"].speed_m_s == walkers(profile, case="low")["80+"].speed_m_s == 0.5
    assert walkers(profile, case="low")["60-69"].speed_m_s == 0.8
    assert [name for name, walker in one.items() if walker.wheels] == ["0-2", *AIDS]
    assert (planner(profile).speed_m_s, planner(profile).lift_wait_ms, planner(profile).step_going_mm) == (
        1,
        10_000,
        300,
    )
    with pytest.raises(ValueError, match="case"):
        walkers(profile, case="best")


@pytest.mark.parametrize(
    "wrong",
    [{"lift_wait_ms": -1}, {"step_going_mm": -1}, {"max_incline": -0.1}, {"max_incline": math.nan}, {"speed_m_s": 0}],
)
def test_nonsense_walkers_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="walker one"):
        dataclasses.replace(ONE, **wrong)  # type: ignore[arg-type]
