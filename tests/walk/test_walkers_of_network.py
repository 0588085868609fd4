"""One network, other walkers; and gates that are shut at night."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import numpy as np
import pytest
from street_drawings import at_pace, draw

from doorstep.standards import load_profile
from doorstep.walk import build_network
from doorstep.walk.network import Network, for_walker
from doorstep.walk.quality import quality, unread, with_hours
from doorstep.walk.walker import walkers

FOOT = {"highway": "footway"}
EVERYBODY = walkers(load_profile("cn-2023"))
NODES = [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0), (40.0, 0.0), (50.0, 0.0)]
WAYS = [([0, 1, 2], FOOT), ([2, 3], {"highway": "steps"}), ([3, 4, 5], {**FOOT, "incline": "6%"})]
TAGS = {1: {"crossing": "traffic_signals"}, 4: {"barrier": "stile"}}


def same(one: Network, other: Network) -> None:
    for field in dataclasses.fields(Network):
        if field.name not in ("streets", "walker"):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), field.name)


@pytest.mark.parametrize("name", list(EVERYBODY))
def test_equals_a_network_built_for_the_walker(name: str) -> None:
    streets = draw(NODES, WAYS, TAGS)
    same(
        for_walker(build_network(streets, at_pace(2, 20_000)), EVERYBODY[name]), build_network(streets, EVERYBODY[name])
    )


def test_wheels_stop_at_steps_and_stiles() -> None:
    network = for_walker(build_network(draw(NODES, WAYS, TAGS), at_pace(2, 0)), EVERYBODY["wheelchair"])
    assert network.may_uv.tolist() == network.may_vu.tolist() == [True, True, False, False, False]
    assert network.component.tolist() == [0, 0, 0, 1, 2, 3]
    with pytest.raises(ValueError, match="wheelchair"):
        for_walker(network, EVERYBODY["80+"])


@pytest.mark.parametrize(
    ("hours", "shut_at_noon", "shut_at_night"),
    [
        ("06:00-22:00", False, True),
        ("6点至22点", False, True),
        ("off", True, True),
        ("看通知", False, False),
        ("24/7", False, False),
    ],
)
def test_gates_shut_at_night(hours: str, shut_at_noon: bool, shut_at_night: bool) -> None:
    streets = draw(NODES, WAYS, {1: {"barrier": "gate", "opening_hours": hours}, 2: {"opening_hours": hours}})
    for hour, shut in ((12, shut_at_noon), (23, shut_at_night)):
        network = build_network(streets, at_pace(2, 0), at=datetime(2026, 3, 3, hour))
        assert network.is_closed.tolist() == [False, shut, False, False, False, False]
    assert build_network(streets, at_pace(2, 0)).is_closed.any() == (hours == "off")


HOUR_TAGS = [
    ({"opening_hours": "06:00-22:00"}, {}),
    ({"access": "no", "access:conditional": "yes @ (06:00-22:00)"}, {}),
    ({"access:conditional": "no @ (22:00-06:00)"}, {}),
    ({"foot:conditional": "no @ (22:00-06:00)"}, {}),
    ({}, {"barrier": "gate", "opening_hours": "06:00-22:00"}),
    ({}, {"barrier": "gate", "access:conditional": "no @ (22:00-06:00)"}),
    ({}, {"barrier": "gate", "access": "no", "foot:conditional": "yes @ (06:00-22:00)"}),
    ({}, {"highway": "elevator", "opening_hours": "06:00-22:00"}),
]


@pytest.mark.parametrize(("way", "node"), HOUR_TAGS)
@pytest.mark.parametrize("highway", ["footway", "steps", "elevator"])
def test_ways_gates_and_lifts_are_shut_at_their_hours(highway: str, way: dict[str, str], node: dict[str, str]) -> None:
    streets = draw([(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)], [([0, 1, 2], {"highway": highway, **way})], {1: node})

    def passes(at: datetime | None) -> bool:
        network = build_network(streets, at_pace(2, 0), at=at)
        return bool(len(network.edge_u)) and bool(network.may_uv.all())

    assert passes(datetime(2026, 3, 3, 12))
    assert not passes(datetime(2026, 3, 3, 23))
    assert passes(None)
    (one,) = with_hours(build_network(streets, at_pace(2, 0)))
    assert unread([one]) == ()


@pytest.mark.parametrize("key", ["opening_hours", "access:conditional", "foot:conditional"])
def test_hours_that_cannot_be_read_are_told_and_count_as_open(key: str) -> None:
    tags = {key: "no @ (ask the porter)"}
    streets = draw(
        [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)],
        [([0, 1, 2], {"highway": "footway", **tags})],
        {1: {"barrier": "gate", **tags}, 2: {"amenity": "bench", **tags}},
    )
    network = build_network(streets, at_pace(2, 0), at=datetime(2026, 3, 3, 12))
    assert network.may_uv.all()
    found = quality(network)
    assert (found.hours, found.hours_unread) == (2, (("way", 0, key), ("node", 1, key)))
