"""Searches in parts: whatever room there is for rows, and whatever fails, nothing is lost and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street_drawings import Point, at_pace, draw
from test_pairs import FOOT, SIGNAL, drawings, found, grid, joined, spot

from doorstep.walk import build_network, nearest_places, pairs, parts, reached, together, walk_pairs
from doorstep.walk.blocks import pairs_in_blocks
from doorstep.walk.live import add_place, live_walks, move_place
from doorstep.walk.parts import Columns, Room, new_room, rows_of_parts, search_in_room
from doorstep.walk.reached import prepare, reached_nodes
from doorstep.walk.together import walk_pairs_of_walkers
from doorstep.walk.toward import nearest_place


@settings(max_examples=150, deadline=None)
@given(
    drawing=drawings(),
    homes=st.lists(spot, min_size=1, max_size=6),
    places=st.lists(spot, min_size=1, max_size=6),
    rows=st.integers(1, 40),
    workers=st.integers(1, 2),
)
def test_little_room_for_rows_changes_nothing(
    drawing: Any, homes: list[Point], places: list[Point], rows: int, workers: int
) -> None:
    network = build_network(drawing[0], at_pace(1, 7))
    h, p = joined(network, homes), joined(network, places)
    limit_mm = np.full(len(places), 150_000)
    mm = network.length_mm
    nodes = prepare(network.node_x_m, network.node_y_m, network.edge_u, network.edge_v, mm, mm)
    targets = np.arange(len(network.node_x_m))

    def all_three() -> list[Any]:
        lanes = walk_pairs_of_walkers([network] * 2, h, p, limit_mm=np.stack([limit_mm] * 2, 1), workers=workers)
        return [
            found(walk_pairs(network, h, p, limit_mm=limit_mm, workers=workers)),
            [getattr(lanes, name).tolist() for name in type(lanes).__slots__],
            [one.tolist() for one in reached_nodes(nodes, targets, 150_000, workers=workers)],
        ]

    fences: list[Any] = []

    def fenced(columns: Callable[[int], Columns]) -> Callable[[int], Columns]:
        def made(length: int) -> Columns:
            more = columns(length + 60)
            for column in more:
                column[length:] = -7
            fences.extend(column[length:] for column in more)
            return tuple(column[:length] for column in more)

        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "ROWS", rows)
        patch.setattr(pairs, "home_columns", fenced(pairs.home_columns))
        for room in (together, reached):
            patch.setattr(room, "_columns", fenced(room._columns))
        little = all_three()
    assert little == all_three()
    assert all((fence == -7).all() for fence in fences)  # compiled loops write past an end without a word


def test_every_place_is_searched_once_and_rows_stay_where_they_were_written() -> None:
    asked: list[int] = []

    def search(places: Any, counts: Any, columns: Columns, _room: Room) -> tuple[int, int]:
        at = 0
        for done, place in enumerate(places.tolist()):
            if at + place > len(columns[0]):
                return done, at
            columns[0][at : at + place] = place
            counts[done], at = place, at + place
            asked.append(place)
        return len(places), at

    places = np.array([3, 0, 40, 1, 2])
    pieces, left = search_in_room(places, search, (np.zeros(5, dtype=np.int64),), new_room(0))
    assert asked == places.tolist()
    assert [place for piece in pieces for place in piece.places.tolist()] == places.tolist()
    assert [count for piece in pieces for count in piece.counts.tolist()] == places.tolist()
    assert np.concatenate([piece.columns[0] for piece in pieces]).tolist() == [3] * 3 + [40] * 40 + [1] + [2] * 2
    left[0][:] = -1  # what comes after must not overwrite
    assert np.concatenate([piece.columns[0] for piece in pieces]).min() == 1


def test_a_refused_search_gives_its_room_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Never(SimpleQueue[Any]):
        """A queue at which nobody waits."""

        def get(self, *_: Any, **__: Any) -> Any:
            queues.append(self)
            return super().get_nowait()

    def refuse(*_: Any) -> tuple[int, int]:
        raise ValueError("refused")

    queues: list[Never] = []
    monkeypatch.setattr(parts, "SimpleQueue", Never)
    with ThreadPoolExecutor(1) as threads, pytest.raises(ValueError, match="refused"):
        rows_of_parts(threads, [np.zeros(1, dtype=np.int64)] * 9, refuse, lambda n: (np.zeros(n),), [new_room(0)])
    assert queues[0].qsize() == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_a_town_of_too_many_waits_is_refused_from_every_thread(workers: int) -> None:
    corners = list(range(0, 2600, 300))
    nodes = [(0.0, 0.1 * n) for n in range(2600)] + [(9.0, 0.1 * corner) for corner in corners]
    ways: list[Any] = [(range(2600), FOOT), *(([corner, 2600 + i], FOOT) for i, corner in enumerate(corners))]
    network = build_network(draw(nodes, ways, dict.fromkeys(range(2600), SIGNAL)), at_pace(1, 10))
    spots = joined(network, [(0.0, 0.0), (0.0, 259.9)] * 20)
    for _ in range(3):
        with pytest.raises(ValueError, match="waits on one walk"):
            walk_pairs(network, spots, spots, limit_mm=np.full(40, 2_000_000), workers=workers)
        with pytest.raises(ValueError, match="waits on one walk"):
            walk_pairs_of_walkers([network], spots, spots, limit_mm=np.full((40, 1), 2_000_000), workers=workers)


@pytest.mark.parametrize("measure", ["mm", "ms"])
@pytest.mark.parametrize("workers", [1, 2])
def test_nobody_nowhere_and_no_streets_are_answers(measure: str, workers: int) -> None:
    streets = build_network(draw([(0.0, 0.0), (100.0, 0.0)], [([0, 1], FOOT)]), at_pace(1, 0))
    no_streets = build_network(draw([(0.0, 0.0)], [([0, 0], FOOT)]), at_pace(1, 0))
    name = f"limit_{measure}"
    for network in (streets, no_streets):
        somebody, nobody = joined(network, [(50.0, 10.0), (60.0, 10.0)]), joined(network, [])
        for homes, places in ((somebody, nobody), (nobody, somebody), (nobody, nobody), (somebody, somebody)):
            limit = np.full(places.n_owners, 1_000_000)
            n_pairs = 4 if network is streets and homes is places is somebody else 0
            one = walk_pairs(network, homes, places, workers=workers, **{name: limit})
            more = walk_pairs_of_walkers(
                [network] * 8, homes, places, workers=workers, **{name: np.stack([limit] * 8, 1)}
            )
            assert len(one.home) == len(more.home) == n_pairs
            assert len(one.first_of_place) == len(more.first_of_place) == places.n_owners + 1
            near = nearest_places(network, homes, places, np.zeros(places.n_owners, dtype=np.int64), n_services=1, k=2)
            assert (near.place >= 0).sum() == n_pairs
            blocks = pairs_in_blocks(network, homes, places, memory_bytes=1, workers=workers, **{name: limit})
            assert sum(len(block.home) for _, block in blocks) == n_pairs
            walks = live_walks(
                network, homes, places, np.zeros(places.n_owners, dtype=np.int64),
                people=np.ones((1, homes.n_owners)), limit=limit, snap_limit_mm=1_000_000,
                measure="metres" if measure == "mm" else "minutes", workers=workers,
            )  # fmt: skip
            assert walks.people_of_place.sum() == n_pairs
            if places.n_owners:
                move_place(walks, 0, 70.0, 0.0)
                assert walks.people_of_place.sum() == n_pairs


@pytest.mark.parametrize("measure", ["mm", "ms"])
def test_a_limit_of_nothing_reaches_who_stands_there(measure: str) -> None:
    nodes, ways = grid(3)
    network = build_network(draw(nodes, ways), at_pace(1, 0))
    spots = joined(network, [(50.0, 50.0), (50.0, 50.0), (75.0, 50.0), (50.0, 50.001), (60.0, 50.5)])
    walks = walk_pairs(network, spots, spots, **{f"limit_{measure}": np.zeros(5)})
    lanes = walk_pairs_of_walkers([network] * 3, spots, spots, **{f"limit_{measure}": np.zeros((5, 3))})
    assert set(found(walks)) == {(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (3, 3)}
    assert lanes.home.tolist() == walks.home.tolist()
    assert (lanes.walk_mm == 0).all()


@pytest.mark.parametrize("measure", ["mm", "ms"])
def test_a_limit_below_0_is_refused_everywhere(measure: str) -> None:
    network = build_network(draw(*grid(3)), at_pace(1, 0))
    spots, service = joined(network, [(50.0, 50.0), (75.0, 50.0)]), np.zeros(2, dtype=np.int64)
    name, word, people = f"limit_{measure}", {"mm": "metres", "ms": "minutes"}[measure], np.ones((1, 2))
    limit = np.array([5, -5])
    live = partial(live_walks, network, spots, spots, people=people, snap_limit_mm=100_000, measure=word)
    kept = live(service, limit=np.array([5, 5]))
    for asked in (
        lambda: walk_pairs(network, spots, spots, **{name: limit}),
        lambda: walk_pairs_of_walkers([network] * 2, spots, spots, **{name: np.column_stack([limit, limit])}),
        lambda: list(pairs_in_blocks(network, spots, spots, memory_bytes=2**20, **{name: limit})),
        lambda: nearest_places(network, spots, spots, service, n_services=1, measure=word, limit=-5),
        lambda: nearest_place(network, spots, spots, [0], limit=-5, measure=word),
        lambda: live(service, limit=limit),
        lambda: add_place(kept, 0, 50.0, 50.0, limit=-5),
    ):
        with pytest.raises(ValueError, match=r"limit.* below"):
            asked()
    _, left_out = next(pairs_in_blocks(network, spots, spots, memory_bytes=2**20, **{name: np.array([0, -1])}))
    assert left_out.first_of_place.tolist() == [0, 1, 1]
