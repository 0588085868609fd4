"""What a stretch of way costs a walker: milliseconds per millimetre each way round, waits, and what wheels cannot pass.

The formulas stand once, in the section "Walking" of ``docs/explain/model.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from doorstep.city import Streets
from doorstep.walk.signals import signals_of
from doorstep.walk.slope import grades, incline_of, slope_factor
from doorstep.walk.walker import Walker

__all__ = ["edge_factors", "level_edges", "node_closed", "waits_ms"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Factors = npt.NDArray[np.float64]
Tags = Mapping[str, str]

STEP_COUNT = re.compile(r"[0-9]{1,4}")
ESCALATOR = frozenset({"yes", "forward", "backward", "reversible"})
# What wheels cannot pass: our reading of the OpenStreetMap wiki (pages of these keys), an assumption.
CLOSED_TO_WHEELS = frozenset(
    {
        "wheelchair=no",
        *(f"surface={surface}" for surface in ("sand", "mud", "rock", "rocks", "pebblestone", "stepping_stones")),
        *(f"smoothness={grade}" for grade in ("bad", "very_bad", "horrible", "very_horrible", "impassable")),
    }
)
CLOSED_NODES_TO_WHEELS = frozenset({"wheelchair=no", "kerb=raised"})
BARRIERS_TO_WHEELS = frozenset(
    {
        "stile",
        "horse_stile",
        "kissing_gate",
        "turnstile",
        "full-height_turnstile",
        "cycle_barrier",
        "motorcycle_barrier",
        "log",
    }
)
PASSABLE = frozenset({"yes", "designated", "limited"})


def edge_factors(
    streets: Streets,
    walker: Walker,
    way: Ints,
    u: Ints,
    v: Ints,
    length_mm: Ints,
) -> tuple[Factors, Factors]:
    """Return milliseconds per millimetre of each edge in the direction of its way and against it.

    Parameters
    ----------
    streets
        Ways as drawn, heights of nodes.
    walker
        Who walks.
    way, u, v, length_mm
        Shape (n_edges,): position of the way, first and second node, length.

    Returns
    -------
    tuple of Factors
        Two arrays of shape (n_edges,); infinite where the walker cannot pass: what wheels cannot, and an escalator
        against its direction. Steps cost ``step_penalty`` times their length or, if longer, the going of their counted
        steps; a lift drawn as a way its wait, spread over its length; other ways what their slope makes of them.
    """
    n_ways = len(streets.way_id)
    way_mm = np.zeros(n_ways, dtype=np.int64)
    np.add.at(way_mm, way, length_mm)
    times = np.full(n_ways, np.nan)  # of level ground; NaN: by slope
    wait_ms = np.zeros(n_ways)
    closed, closed_forth, closed_back = np.zeros((3, n_ways), dtype=np.bool_)
    for number, tags in enumerate(streets.way_tags):
        highway, conveying = tags.get("highway"), tags.get("conveying")
        if highway == "steps":
            times[number] = _steps(tags, walker, int(way_mm[number]))
        elif highway == "elevator":
            times[number] = 1.0
            wait_ms[number] = walker.lift_wait_ms
        if conveying is not None:
            closed_forth[number], closed_back[number] = conveying == "backward", conveying == "forward"
        if walker.wheels:
            closed[number] = _way_closed(tags, walker)
    level = 1.0 / walker.speed_m_s
    if walker.slope:
        grade = np.nan_to_num(grades(streets, way, u, v, length_mm), nan=0.0)
        by_slope = slope_factor(np.stack([grade, -grade]))
    else:
        by_slope = np.ones((2, len(way)))
    waiting = np.divide(wait_ms, way_mm, out=np.zeros(n_ways), where=way_mm > 0)[way]
    factors = np.where(np.isnan(times[way]), by_slope, times[way]) / walker.speed_m_s
    factors = np.where(waiting > 0, level + waiting, factors)
    factors[:, closed[way]] = np.inf
    factors[0, closed_forth[way]] = np.inf
    factors[1, closed_back[way]] = np.inf
    return factors[0], factors[1]


def waits_ms(streets: Streets, walker: Walker, way: Ints, u: Ints, v: Ints) -> tuple[Ints, Ints]:
    """Return the wait of who leaves the first node of each edge along it, and of who leaves the second.

    Parameters
    ----------
    streets
        Ways as drawn.
    walker
        Who walks.
    way, u, v
        Shape (n_edges,): position of the way, first and second node.

    Returns
    -------
    tuple of Ints
        Two arrays of shape (n_edges,), milliseconds, 0 where nobody waits: for the signal of a carriageway that is
        crossed, for a lift; of two waits the longer.
    """
    lift_ms = np.zeros(len(streets.node_id), dtype=np.int64)
    for node, tags in streets.node_tags.items():
        if tags.get("highway") == "elevator":
            lift_ms[node] = walker.lift_wait_ms
    signals = signals_of(streets)
    leaving_u, leaving_v = (
        np.maximum(lift_ms[node], walker.crossing_wait_ms * signals.waits(node, way)) for node in (u, v)
    )
    return leaving_u, leaving_v


def node_closed(streets: Streets, walker: Walker) -> Flags:
    """Return the nodes that this walker cannot pass though others can; shape (n_nodes,).

    Stiles, turnstiles, barriers against cycles and raised kerbs for wheels; nothing for who walks without.
    """
    closed = np.zeros(len(streets.node_id), dtype=np.bool_)
    if not walker.wheels:
        return closed
    obstacles = CLOSED_NODES_TO_WHEELS - walker.passes
    for node, tags in streets.node_tags.items():
        is_barrier = tags.get("barrier") in BARRIERS_TO_WHEELS and tags.get("wheelchair") not in PASSABLE
        closed[node] = is_barrier or _has_one(tags, ("wheelchair", "kerb"), obstacles)
    return closed


def level_edges(streets: Streets, way: Ints, u: Ints, v: Ints, length_mm: Ints) -> Flags:
    """Return the edges that count as level because nothing is known of their slope; shape (n_edges,).

    Steps and lifts, which have no slope, are not among them.
    """
    has_slope = np.array([tags.get("highway") not in ("steps", "elevator") for tags in streets.way_tags], np.bool_)
    if not len(way):
        return np.zeros(0, dtype=np.bool_)
    return np.isnan(grades(streets, way, u, v, length_mm)) & has_slope[way]


def _steps(tags: Tags, walker: Walker, way_mm: int) -> float:
    """Time on steps as a multiple of their drawn length at the walker's pace."""
    if walker.wheels:
        return 1.0  # a ramp beside them; without one the way is closed
    # Who stands on an escalator (0.5 m/s along it) gets on about as fast as who climbs: no steps to count.
    if tags.get("conveying") in ESCALATOR or way_mm == 0:
        return walker.step_penalty
    counted = STEP_COUNT.fullmatch(tags.get("step_count", ""))
    steps = int(counted[0]) if counted else 0
    return walker.step_penalty * max(1.0, steps * walker.step_going_mm / way_mm)


def _way_closed(tags: Tags, walker: Walker) -> bool:
    if tags.get("highway") == "steps" and (
        tags.get("conveying") in ESCALATOR
        or not _has_one(tags, ("ramp", "ramp:wheelchair", "ramp:stroller"), walker.passes)
    ):
        return True
    if _has_one(tags, ("wheelchair", "surface", "smoothness"), CLOSED_TO_WHEELS - walker.passes):
        return True
    return "incline" in tags and abs(incline_of(tags)) > walker.max_incline


def _has_one(tags: Tags, keys: tuple[str, ...], wanted: frozenset[str]) -> bool:
    return any(f"{key}={tags[key]}" in wanted for key in keys if key in tags)
