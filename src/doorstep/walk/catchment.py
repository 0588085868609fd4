"""The ground from which people walk to a place within a limit: reached streets, with a strip on both sides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.walk.network import Ints, Metres, Network
from doorstep.walk.snap import Connections
from doorstep.walk.toward import Measure, connected, labels_toward, without_end

__all__ = ["STRIP_M", "catchment", "reached_parts"]

STRIP_M = 25.0
"""Assumption: the strip drawn on each side of a reached street, metres (low 10, high 50). About half a block's depth.

It decides how the ground is drawn, never who is counted: people are counted by their own walk.
"""


def catchment(
    network: Network,
    places: Connections,
    which: Sequence[int],
    limits: Sequence[int],
    *,
    measure: Measure = "metres",
    strip_m: float = STRIP_M,
) -> tuple[shapely.MultiPolygon, ...]:
    """Draw from where people walk to the nearest of some places, one area a limit.

    Parameters
    ----------
    network
        Pedestrian network of the walker.
    places
        Points on it.
    which
        Positions of the places; one of them, or all facilities of a service.
    limits
        Millimetres if ``measure`` is metres, milliseconds if it is minutes; inclusive. Each area lies in those of
        longer limits.
    measure
        What the best walk is best in.
    strip_m
        Strip on each side of a reached street, above 0.

    Returns
    -------
    tuple of MultiPolygon
        In the order of ``limits``, metres in the network's system. Streets are cut where the limit is reached; ground
        between them that lies farther than the strip from all of them is a hole.

    Raises
    ------
    ValueError
        If a limit is negative, the strip is not above 0, or there is no such place.
    """
    if not 0 < strip_m < np.inf:
        raise ValueError(f"strip of {strip_m} m")
    parts = reached_parts(network, places, which, limits, measure=measure)
    areas: dict[int, shapely.Geometry] = {}
    inner: shapely.Geometry = shapely.MultiPolygon()
    for limit, (_, lines) in sorted(zip(limits, parts, strict=True), key=lambda one: one[0]):
        strips = shapely.buffer(lines, strip_m, quad_segs=4)
        inner = areas[limit] = shapely.union_all([inner, shapely.union_all(strips)])
    return tuple(_many(areas[limit]) for limit in limits)


def reached_parts(
    network: Network, places: Connections, which: Sequence[int], limits: Sequence[int], *, measure: Measure = "metres"
) -> list[tuple[Ints, npt.NDArray[np.object_]]]:
    """Cut out of every street what lies within a limit, to the millimetre.

    Parameters
    ----------
    network, places, which, limits, measure
        As in :func:`catchment`.

    Returns
    -------
    list of tuple
        For each limit the numbers of edges and the lines of their reached parts; an edge reached from both ends
        only in part is there twice. A private way that can be left but not entered is reached: people live on it.
    """
    if not all(limit >= 0 for limit in limits):  # NaN is not, either
        raise ValueError(f"limits {list(limits)} below 0 or no numbers")
    if not all(0 <= place < places.n_owners for place in which):
        raise ValueError(f"places {list(which)}, of 0 to {places.n_owners - 1}")
    longest = max(limits, default=0)
    labels = labels_toward(network, places, which, limit=min(longest, without_end(measure)), measure=measure)
    left = np.full(len(network.node_x_m), np.iinfo(np.int64).max // 4, dtype=np.int64)
    for node, label in labels.items():
        left[node] = label.binding
    points = connected(places, which)
    return [_parts_within(network, places, points, left, limit, measure) for limit in limits]


def _parts_within(
    network: Network, places: Connections, points: Sequence[int], left: Ints, limit: int, measure: Measure
) -> tuple[Ints, npt.NDArray[np.object_]]:
    length_mm = network.length_mm
    # From how far along the edge its first node is reached (walked against the way), and from how far its second.
    to_u = _reach_mm(limit - left[network.edge_u], network.factor_vu, measure)
    to_v = _reach_mm(limit - left[network.edge_v], network.factor_uv, measure)
    to_u, to_v = np.minimum(to_u, length_mm), np.minimum(to_v, length_mm)
    whole = (to_u >= 0) & (to_v >= 0) & (to_u + to_v >= length_mm)
    whole |= (np.maximum(to_u, to_v) >= length_mm) & (length_mm > 0)
    from_u, from_v = np.flatnonzero(~whole & (to_u > 0)), np.flatnonzero(~whole & (to_v > 0))
    all_of = np.flatnonzero(whole)
    edges = [all_of, from_u, from_v]
    starts = [np.zeros(len(all_of)), np.zeros(len(from_u)), length_mm[from_v] - to_v[from_v]]
    ends = [length_mm[all_of].astype(np.float64), to_u[from_u], length_mm[from_v].astype(np.float64)]
    for point in points:
        edge, at_mm = int(places.edge[point]), float(places.from_u_mm[point])
        off_mm = places.off_mm[point : point + 1]
        rest = np.array([limit - int((off_mm if measure == "metres" else network.off_ms(off_mm))[0])])
        before = _reach_mm(rest, network.factor_uv[edge : edge + 1], measure)[0]
        after = _reach_mm(rest, network.factor_vu[edge : edge + 1], measure)[0]
        if max(before, after) >= 0:
            edges.append(np.array([edge]))
            starts.append(np.array([max(0.0, at_mm - max(before, 0.0))]))
            ends.append(np.array([min(float(length_mm[edge]), at_mm + max(after, 0.0))]))
    edge_of = np.concatenate(edges).astype(np.int64)
    return edge_of, _lines(network, edge_of, np.concatenate(starts), np.concatenate(ends))


def _reach_mm(rest: Ints, factor: Metres, measure: Measure) -> Metres:
    """Return how far along an edge a node or place is reached from with what is left of the limit; -1 not at all."""
    passable = np.isfinite(factor) & (rest >= 0)
    if measure == "metres":
        return np.where(passable, rest, -1).astype(np.float64)
    return np.where(passable, rest / np.where(passable, factor, 1.0), -1.0)


def _lines(network: Network, edge: Ints, start_mm: Metres, end_mm: Metres) -> npt.NDArray[np.object_]:
    u, v = network.edge_u[edge], network.edge_v[edge]
    length = np.maximum(network.length_mm[edge], 1)
    ends = []
    for share in (start_mm / length, end_mm / length):
        x = network.node_x_m[u] + share * (network.node_x_m[v] - network.node_x_m[u])
        y = network.node_y_m[u] + share * (network.node_y_m[v] - network.node_y_m[u])
        ends.append(np.column_stack([x, y]))
    lines: npt.NDArray[np.object_] = shapely.linestrings(np.stack(ends, axis=1))
    return lines


def _many(area: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([part for part in shapely.get_parts(area) if part.geom_type == "Polygon"])
