"""What a stretch of way costs a walker: milliseconds per millimetre each way round, and waits at nodes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.city import Streets
from doorstep.walk.walker import Walker

__all__ = ["edge_factors", "node_waits_ms"]

Ints = npt.NDArray[np.int64]
Factors = npt.NDArray[np.float64]


def edge_factors(
    streets: Streets,
    walker: Walker,
    way: Ints,
    u: Ints,  # noqa: ARG001
    v: Ints,  # noqa: ARG001
    length_mm: Ints,  # noqa: ARG001
) -> tuple[Factors, Factors]:
    """Return milliseconds per millimetre of each edge in the direction of its way and against it.

    Parameters
    ----------
    streets
        Ways as drawn.
    walker
        Who walks.
    way, u, v, length_mm
        Shape (n_edges,): position of the way, first and second node, length.

    Returns
    -------
    tuple of Factors
        Two arrays of shape (n_edges,); infinite where the walker cannot pass.
    """
    is_steps = np.array([tags.get("highway") == "steps" for tags in streets.way_tags], dtype=np.bool_)
    on_steps = np.inf if walker.wheels else walker.step_penalty
    factor = np.where(is_steps[way], on_steps, 1.0) / walker.speed_m_s
    return factor, factor.copy()


def node_waits_ms(streets: Streets, walker: Walker) -> Ints:
    """Return the wait at each node, added once to a walk that leaves it; shape (n_nodes,), 0 where there is none."""
    wait_ms = np.zeros(len(streets.node_id), dtype=np.int64)
    for node, tags in streets.node_tags.items():
        if "traffic_signals" in (tags.get("crossing"), tags.get("highway")):
            wait_ms[node] = walker.crossing_wait_ms
    return wait_ms
