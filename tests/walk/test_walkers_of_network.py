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
