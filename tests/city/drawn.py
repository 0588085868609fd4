"""Streets drawn by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from doorstep.city import Streets


def draw(
    nodes: Sequence[tuple[float, float]],
    ways: Sequence[tuple[Sequence[int], Mapping[str, str]]],
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
) -> Streets:
    """Return streets with the ids of nodes and ways as they stand."""
    return Streets(
        np.arange(len(nodes), dtype=np.int64),
        np.array([x for x, _ in nodes], dtype=np.float64),
        np.array([y for _, y in nodes], dtype=np.float64),
        node_tags or {},
        np.arange(len(ways), dtype=np.int64),
        np.concatenate([[0], np.cumsum([len(nodes) for nodes, _ in ways])]).astype(np.int64),
        np.array([node for nodes, _ in ways for node in nodes], dtype=np.int64),
        tuple(tags for _, tags in ways),
    )
