"""The raw search on any multigraph, beside a plain loop."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from doorstep.walk.reached import prepare, reached_nodes

edge = st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(-1, 6), st.integers(-1, 6))


def by_loops(edges: list[Any], target: int, limit: int) -> dict[int, int]:
    best: dict[int, int] = {}
    heap = [(0, target)]
    while heap:
        length, node = heappop(heap)
        if node in best or length > limit:
            continue
        best[node] = length
        for u, v, forth, back in edges:
            for tail, head, step in ((u, v, forth), (v, u, back)):
                if head == node and step >= 0:
                    heappush(heap, (length + step, tail))
    return best


@settings(max_examples=300, deadline=None)
@given(
    st.lists(edge, min_size=1, max_size=14),
    st.integers(0, 20),
    st.sampled_from([1, 9_000, 800_000]),
    st.integers(1, 3),
    st.randoms(),
)
def test_every_node_within_the_limit_with_its_least_length(
    edges: list[Any], limit: int, scale: int, workers: int, random: Any
) -> None:
    # in one band, in several, and near the end of what a key can hold
    edges = [(u, v, *(step * scale if step > 0 else step for step in steps)) for u, v, *steps in edges]
    limit *= scale
    order = list(range(8))
    random.shuffle(order)  # where nodes lie must not matter
    u, v, forth, back = (np.array(column) for column in zip(*edges, strict=True))
    graph = prepare(np.array(order, dtype=float), np.zeros(8), u, v, forth, back)
    targets = np.arange(8)
    first, node, length = reached_nodes(graph, targets, limit, workers=workers)
    for at, target in enumerate(targets.tolist()):
        rows = slice(first[at], first[at + 1])
        found = dict(zip(node[rows].tolist(), length[rows].tolist(), strict=True))
        assert len(found) == first[at + 1] - first[at]
        assert found == by_loops(edges, target, limit)


def test_a_tangle_in_which_walks_are_found_shorter_again_and_again() -> None:
    # many junctions in many bands, every one reached by longer ways first: as SciPy finds
    rng = np.random.default_rng(4)
    n_nodes, limit = 500, 130_000
    u, v = rng.integers(0, n_nodes, (2, 1_600))
    forth, back = rng.integers(1, 45_000, (2, 1_600))
    prepared = prepare(rng.random(n_nodes), rng.random(n_nodes), u, v, forth, back)
    first, node, length = reached_nodes(prepared, np.arange(n_nodes), limit, workers=1)
    arcs: dict[tuple[int, int], int] = {}
    for tail, head, mm in zip([*u, *v], [*v, *u], [*forth, *back], strict=True):
        arcs[head, tail] = min(int(mm), arcs.get((head, tail), limit + 1))
    tails, heads = np.array([*arcs]).T
    expected = dijkstra(coo_array((list(arcs.values()), (tails, heads)), shape=(n_nodes, n_nodes)).tocsr(), limit=limit)
    found = np.full((n_nodes, n_nodes), np.inf)
    found[np.repeat(np.arange(n_nodes), np.diff(first)), node] = length
    np.testing.assert_array_equal(found, expected)
    assert np.isfinite(found).sum() == len(node) > 50 * n_nodes


def test_nonsense_is_refused() -> None:
    one = np.array([0])
    graph = prepare(np.zeros(3), np.zeros(3), one, np.array([1]), one, one)
    for node, limit, words in (([-1], 5, "outside"), ([7], 5, "outside"), ([0], 2**24, "above"), ([0], -1, "below 0")):
        with pytest.raises(ValueError, match=words):
            reached_nodes(graph, np.array(node), limit)
    with pytest.raises(ValueError, match="lengths"):
        prepare(np.zeros(3), np.zeros(3), one, one, one, np.zeros(2))
    with pytest.raises(ValueError, match="outside"):
        prepare(np.zeros(1), np.zeros(1), one, np.array([1]), one, one)
    for lengths, words in (([-2], "negative"), ([np.nan], "not whole"), ([1.5], "not whole"), (["x"], "not numbers")):
        with pytest.raises(ValueError, match=words):
            prepare(np.zeros(3), np.zeros(3), one, np.array([1]), np.array(lengths), one)
    without_edges = prepare(np.zeros(3), np.zeros(3), one[:0], one[:0], one[:0], one[:0])
    assert [one.tolist() for one in reached_nodes(without_edges, np.array([2, 1]), 5)] == [[0, 1, 2], [2, 1], [0, 0]]
    assert reached_nodes(graph, np.zeros(0), 5)[0].tolist() == [0]
