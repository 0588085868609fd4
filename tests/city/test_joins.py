"""Small gaps: joined where a way ends a step before another part, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import draw

from doorstep.city import Streets
from doorstep.city.joins import with_joins

FOOT = {"highway": "footway"}
NODES = [(0.0, 0.0), (100.0, 0.0), (50.0, 1.2), (50.0, 80.0)]
"""A street along x, and a way that ends 1.2 m above its middle."""


def joins(streets: Streets) -> list[tuple[int, ...]]:
    first = streets.first_node_of_way
    return [tuple(streets.way_nodes[first[one.way] : first[one.way + 1]].tolist()) for one in streets.added]


def test_end_is_joined_to_the_middle_of_an_edge() -> None:
    streets = with_joins(draw(NODES, [([0, 1], FOOT), ([2, 3], FOOT | {"access": "private", "name": "x"})]), 1.5)
    assert streets.way_nodes[:3].tolist() == [0, 4, 1]
    assert (streets.node_x_m[4], streets.node_y_m[4]) == (50.0, 0.0)
    assert joins(streets) == [(2, 4)]
    (one,) = streets.added
    assert (one.kind, one.from_ways, one.evidence) == ("join", (1, 0), {"gap_mm": 1200.0})
    assert streets.way_tags[one.way] == {"highway": "footway", "access": "private"}
    assert np.all(np.diff(streets.node_id) > 0)
    assert np.all(np.diff(streets.way_id) > 0)


def test_two_ends_make_one_join() -> None:
    nodes = [(0.0, 0.0), (100.0, 0.0), (101.0, 0.0), (200.0, 0.0)]
    assert joins(with_joins(draw(nodes, [([0, 1], FOOT), ([2, 3], FOOT)]), 1.5)) == [(1, 2)]


@pytest.mark.parametrize(
    ("more", "node_tags", "gap_m"),
    [
        ({}, {}, 1.19),
        ({"layer": "1"}, {}, 1.5),
        ({"bridge": "yes"}, {}, 1.5),
        ({"foot": "no"}, {}, 1.5),
        ({}, {2: {"noexit": "yes"}}, 1.5),
        ({}, {2: {"barrier": "gate"}}, 1.5),
    ],
)
def test_no_evidence_no_join(more: dict[str, str], node_tags: dict[int, dict[str, str]], gap_m: float) -> None:
    streets = draw(NODES, [([0, 1], FOOT), ([2, 3], FOOT | more)], node_tags)
    assert with_joins(streets, gap_m).added == ()


def test_nothing_is_joined_through_a_wall() -> None:
    nodes = [*NODES, (0.0, 0.6), (100.0, 0.6)]
    assert with_joins(draw(nodes, [([0, 1], FOOT), ([2, 3], FOOT), ([4, 5], {"barrier": "wall"})]), 1.5).added == ()


def test_what_hangs_together_is_not_joined_again() -> None:
    assert with_joins(draw(NODES, [([0, 1], FOOT), ([2, 3, 0], FOOT)]), 1.5).added == ()
