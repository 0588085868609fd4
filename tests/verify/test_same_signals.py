"""The planner and the checker find the same waits, each with code of its own."""

from __future__ import annotations

import dataclasses

import numpy as np
import paper_plan as paper
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city import Streets
from doorstep.verify.graph import derive_graph
from doorstep.walk import build_network
from doorstep.walk.walker import planner

WAYS = (
    {"highway": "primary"},
    {"highway": "primary", "oneway": "yes"},
    {"highway": "secondary_link", "oneway": "-1"},
    {"highway": "residential"},
    {"highway": "trunk"},
    {"highway": "service", "access": "private"},
    {"highway": "footway"},
    {"highway": "footway", "crossing": "traffic_signals"},
    {"highway": "cycleway", "crossing:signals": "yes"},
    {"highway": "primary", "crossing": "traffic_signals"},
    {"barrier": "wall", "crossing": "traffic_signals"},
)
LIGHT = {"highway": "traffic_signals"}
NODES = (
    *(LIGHT, LIGHT, LIGHT),
    {"crossing": "traffic_signals"},
    {"crossing": "zebra", "crossing_ref": "puffin"},
    {"crossing": "pegasus"},
    {"crossing:signals": "yes"},
    {"crossing": "uncontrolled"},
    {"highway": "elevator"},
    {"highway": "elevator", "crossing": "traffic_signals"},
)
numbers = st.integers(0, 4).map(lambda step: 6.0 * step)


@st.composite
def drawings(draw: st.DrawFn) -> Streets:
    """Short edges, so that stop lines reach junctions; rings, parallel edges and places twice are common."""
    places = draw(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=9))
    ends = st.lists(st.integers(0, len(places) - 1), min_size=2, max_size=6)
    ways = draw(st.lists(st.tuples(ends, st.sampled_from(WAYS)), min_size=1, max_size=6))
    tags = draw(st.dictionaries(st.integers(0, len(places) - 1), st.sampled_from(NODES), max_size=5))
    return Streets(
        node_id=np.arange(len(places)),
        node_x_m=np.array([x for x, _ in places]),
        node_y_m=np.array([y for _, y in places]),
        node_tags=tags,
        way_id=np.arange(len(ways)),
        first_node_of_way=np.cumsum([0, *(len(way) for way, _ in ways)]),
        way_nodes=np.array([node for way, _ in ways for node in way], dtype=np.int64),
        way_tags=tuple(tags for _, tags in ways),
    )


PROFILE = dataclasses.replace(paper.profile(), crossing_wait_ms=20_000, lift_wait_ms=7_000)


@settings(max_examples=400, deadline=None)
@given(drawings())
def test_both_wait_on_the_same_arcs(streets: Streets) -> None:
    network, graph = build_network(streets, planner(PROFILE)), derive_graph(streets, PROFILE)
    assert (network.edge_u.tolist(), network.edge_v.tolist()) == (graph.u.tolist(), graph.v.tolist())
    assert network.wait_u_ms.tolist() == graph.wait_u_ms.tolist()
    assert network.wait_v_ms.tolist() == graph.wait_v_ms.tolist()
