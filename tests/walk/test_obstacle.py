"""Why there is no walk: each kind of thing in the way, and where it stands."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from street_drawings import Point, Way, draw
from test_pairs import joined

from doorstep.walk import Walker, build_network
from doorstep.walk.obstacle import Obstacle, obstacle
from doorstep.walk.route import route

FOOT = {"highway": "footway"}
INSIDE = {"highway": "service", "access": "private"}
STEPS = {"highway": "steps"}
SHUT = {"barrier": "gate", "access": "no"}
LINE: list[Point] = [(100.0 * n, 0.0) for n in range(5)]
ON_FOOT = Walker("one", 1.0, 2.0, 20_000)
ON_WHEELS = Walker("pram", 1.0, 2.0, 20_000, wheels=True)


def told(ways: list[Way], tags: Mapping[int, Mapping[str, str]] | None = None, walker: Walker = ON_FOOT) -> Obstacle:
    """Return what is in the way from one end of the line to the other."""
    network = build_network(draw(LINE, ways, tags), walker)
    homes, places = joined(network, [(10.0, 1.0)]), joined(network, [(390.0, 1.0)])
    with pytest.raises(ValueError, match="no walk"):
        route(network, homes, places, 0, 0)
    return obstacle(network, homes, places, 0, 0)


def test_a_private_way_is_named_where_one_would_enter_it() -> None:
    found = told([([0, 1, 2], FOOT), ([2, 3, 4], INSIDE)])
    assert (found.kind, found.way, found.x_m, found.more) == ("private", 1, 200.0, 0)


def test_a_shut_gate_is_named() -> None:
    found = told([([0, 1, 2, 3, 4], FOOT)], {3: SHUT})
    assert (found.kind, found.x_m) == ("closed", 300.0)


def test_what_wheels_cannot_pass_is_named_and_nothing_else_for_who_walks() -> None:
    ways: list[Way] = [([0, 1], FOOT), ([1, 2], STEPS), ([2, 3, 4], FOOT)]
    found = told(ways, walker=ON_WHEELS)
    assert (found.kind, found.way, found.x_m) == ("wheels", 1, 100.0)
    assert told([([0, 1, 2, 3, 4], FOOT)], {2: {"barrier": "stile"}}, ON_WHEELS).kind == "wheels"


def test_several_things_are_counted_the_first_one_named() -> None:
    ways: list[Way] = [([0, 1], FOOT), ([1, 2], STEPS), ([2, 3, 4], INSIDE)]
    found = told(ways, {3: SHUT}, ON_WHEELS)
    assert (found.kind, found.x_m, found.more) == ("wheels", 100.0, 2)


def test_the_fewest_kinds_of_things_count() -> None:
    # Straight on over steps and through a gate, or round by a private way: the private way alone is in the way.
    nodes: list[Way] = [([0, 1, 2, 3, 4], FOOT), ([1, 3], INSIDE)]
    assert told(nodes, {2: SHUT}, ON_FOOT).kind in ("private", "closed")
    assert told([([0, 1], FOOT), ([1, 2], STEPS), ([2, 3, 4], FOOT), ([1, 3], INSIDE)], {2: SHUT}, ON_WHEELS).kind == (
        "private"
    )


def test_an_island_and_a_moving_walkway() -> None:
    found = told([([0, 1], FOOT), ([3, 4], FOOT)])
    assert (found.kind, found.way) == ("island", -1)
    assert math.isnan(found.x_m)
    assert told([([0, 1], FOOT), ([1, 2, 3], {**FOOT, "conveying": "backward"}), ([3, 4], FOOT)]).kind == "one_way"
