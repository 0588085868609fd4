"""Moving, adding and removing places leaves what a fresh build finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street_drawings import Point, at_pace, draw
from test_pairs import SNAP_MM, drawings, grid, joined, spot

from doorstep.walk import Network, build_network, live
from doorstep.walk.live import LiveWalks, add_place, live_walks, move_place, remove_place

N_SERVICES = 2


def built(network: Network, homes: list[Point], places: list[Any], k: int, measure: str) -> LiveWalks:
    """Return walks to places given as point, service and limit."""
    rng = np.random.default_rng(len(homes))
    return live_walks(
        network,
        joined(network, homes),
        joined(network, [point for point, _, _ in places]),
        np.array([service for _, service, _ in places], dtype=np.int64),
        people=rng.integers(0, 50, (N_SERVICES, len(homes))) / 4,
        limit=np.array([limit for _, _, limit in places], dtype=np.int64),
        snap_limit_mm=SNAP_MM,
        k=k,
        measure=measure,
        workers=1,
    )


def told(walks: LiveWalks) -> dict[str, Any]:
    """Return everything that can be read from walks; the keys of removed places are empty."""
    return {
        "walks": [[one.tolist() for one in walks.walks_to(place)] for place in range(len(walks.service))],
        "nearest": walks.nearest_place.tolist(),
        "how far": [one.tolist() for one in walks.nearest_mm_ms()],
        "people of places": walks.people_of_place.tolist(),
        "people reached": walks.people_reached.tolist(),
    }


place = st.tuples(spot, st.integers(0, N_SERVICES - 1), st.integers(0, 400_000))
change = st.one_of(
    st.tuples(st.just("move"), st.integers(0, 20), spot),
    st.tuples(st.just("add"), place),
    st.tuples(st.just("remove"), st.integers(0, 20)),
)


@pytest.mark.parametrize("measure", ["metres", "minutes"])
@settings(max_examples=100, deadline=None)
@given(
    drawing=drawings(),
    homes=st.lists(spot, min_size=1, max_size=5),
    places=st.lists(place, min_size=1, max_size=5),
    changes=st.lists(change, min_size=1, max_size=6),
    k=st.integers(1, 3),
    most=st.integers(0, 3),
)
def test_changes_leave_what_a_fresh_build_finds(
    measure: str, drawing: Any, homes: list[Point], places: list[Any], changes: list[Any], k: int, most: int
) -> None:
    streets, penalty, wait_ms = drawing
    network = build_network(streets, at_pace(penalty, wait_ms))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "MOVED_MOST", most)  # so that rows are tidied now and then
        walks, places = built(network, homes, places, k, measure), list(places)
        for what, *how in changes:
            there = [at for at, (_, service, _) in enumerate(places) if service >= 0]
            if what == "add":
                point, service, limit = how[0]
                assert add_place(walks, service, *point, limit=limit) == len(places)
                places.append(how[0])
            elif there and what == "move":
                at = there[how[0] % len(there)]
                move_place(walks, at, *how[1])
                places[at] = (how[1], *places[at][1:])
            elif there:
                at = there[how[0] % len(there)]
                remove_place(walks, at)
                places[at] = (places[at][0], -1, -1)
            assert told(walks) == told(built(network, homes, places, k, measure))


def test_a_town_changes_like_a_fresh_one() -> None:
    nodes, ways = grid()
    network = build_network(draw(nodes, ways), at_pace(1, 0))
    rng = np.random.default_rng(8)
    homes = [tuple(one) for one in rng.uniform(0, 550, (300, 2)).tolist()]
    places = [(tuple(point), int(rng.integers(0, 2)), 250_000) for point in rng.uniform(0, 550, (40, 2)).tolist()]
    walks = built(network, homes, places, 2, "metres")
    for at in range(30):
        point = tuple(rng.uniform(0, 550, 2).tolist())
        move_place(walks, at, *point)
        places[at] = (point, *places[at][1:])
    assert told(walks) == told(built(network, homes, places, 2, "metres"))
    assert walks.people_reached.min() > 0


def test_what_is_not_there_is_refused() -> None:
    nodes, ways = grid()
    network = build_network(draw(nodes, ways), at_pace(1, 0))
    walks = built(network, [(1.0, 1.0)], [((2.0, 2.0), 0, 100_000)], 1, "metres")
    remove_place(walks, 0)
    for nonsense in (lambda: move_place(walks, 0, 1.0, 1.0), lambda: remove_place(walks, 7)):
        with pytest.raises(ValueError, match="no place"):
            nonsense()
    with pytest.raises(ValueError, match="no service"):
        add_place(walks, 5, 0.0, 0.0, limit=1)
    far = add_place(walks, 0, 1e7, 1e7, limit=100_000)
    assert walks.people_of_place[far] == 0
    with pytest.raises(ValueError, match="services for"):
        built(network, [(1.0, 1.0)], [((2.0, 2.0), 9, 100_000)], 1, "metres")


@pytest.mark.parametrize("people", [[[1.0], [2.0]], [1.0, 2.0], 1.0, [[[1.0, 2.0]]]])
def test_people_of_another_shape_are_told_the_shape_wanted(people: Any) -> None:
    network = build_network(draw(*grid()), at_pace(1, 0))
    with pytest.raises(ValueError, match=r"wanted \(n_services, n_homes\) with n_homes = 2"):
        live_walks(
            network, joined(network, [(1.0, 1.0), (3.0, 3.0)]), joined(network, [(2.0, 2.0)]), np.array([0]),
            people=np.array(people), limit=np.array([100_000]), snap_limit_mm=SNAP_MM,
        )  # fmt: skip


def test_nonsense_changes_nothing() -> None:
    nodes, ways = grid()
    network = build_network(draw(nodes, ways), at_pace(1, 0))
    walks = built(network, [(1.0, 1.0)], [((2.0, 2.0), 0, 100_000)], 1, "metres")
    before = told(walks)
    for limit in (2**40, 20_000.9, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="limit"):
            add_place(walks, 0, 1.0, 1.0, limit=limit)  # type: ignore[arg-type]
    for x_m in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="no point"):
            move_place(walks, 0, x_m, 1.0)
        with pytest.raises(ValueError, match="no point"):
            add_place(walks, 0, x_m, 1.0, limit=100_000)
    assert told(walks) == before
    for people in ([[-3.0], [0.0]], [[float("nan")], [0.0]]):
        with pytest.raises(ValueError, match="people"):
            live_walks(
                network, joined(network, [(1.0, 1.0)]), joined(network, [(2.0, 2.0)]), np.array([0]),
                people=np.array(people), limit=np.array([100_000]), snap_limit_mm=SNAP_MM,
            )  # fmt: skip
