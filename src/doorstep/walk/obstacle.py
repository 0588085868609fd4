"""Why there is no walk: what would have to be otherwise for one, and where."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from doorstep.walk.network import Network, build_network
from doorstep.walk.route import Route, route
from doorstep.walk.snap import Connections
from doorstep.walk.toward import Measure

__all__ = ["Obstacle", "obstacle"]

_KINDS = ("wheels", "private", "closed")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The first thing in the way of a walk that there would be without it.

    Parameters
    ----------
    kind
        ``wheels``: this walker cannot pass (steps, a kerb, a stile, a surface); ``private``: a way that may be left and
        not entered; ``closed``: a gate or barrier that nobody passes; ``island``: nothing of the kind, no drawn way
        joins the two; ``one_way``: a moving walkway that runs the other way.
    way
        Position of the way that cannot be walked on from there; -1 for an island.
    x_m, y_m
        Where; NaN for an island.
    more
        How many more stand on the rest of that walk.
    """

    kind: str
    way: int
    x_m: float
    y_m: float
    more: int


def obstacle(
    network: Network, homes: Connections, places: Connections, home: int, place: int, *, measure: Measure = "metres"
) -> Obstacle:
    """Tell why there is no walk from a home to a place that are both joined to the network.

    Parameters
    ----------
    network
        On which there is none.
    homes, places
        Points on it.
    home, place
        Positions of the two.
    measure
        What the walk that there would be is best in.

    Returns
    -------
    Obstacle
        Of the walk that asks for the fewest kinds of things to be otherwise: first one kind alone, then two, then all.
    """
    kinds = _KINDS if network.walker.wheels else _KINDS[1:]
    for count in range(1, len(kinds) + 1):
        for without in combinations(kinds, count):
            try:
                found = route(_without(network, without), homes, places, home, place, measure=measure)
            except ValueError:
                continue
            return _first_on(network, found)
    together = {
        int(one) for points, at in ((homes, home), (places, place)) for one in points.component[points.of == at]
    }
    return Obstacle("one_way" if len(together - {-1}) == 1 else "island", -1, float("nan"), float("nan"), 0)


def _without(network: Network, kinds: tuple[str, ...]) -> Network:
    """Return the network as it would be if these kinds of things stood in nobody's way."""
    on_foot = network
    if "wheels" in kinds:
        on_foot = build_network(network.streets, dataclasses.replace(network.walker, wheels=False))
    closed = np.zeros_like(network.is_closed) if "closed" in kinds else on_foot.is_closed
    private = np.zeros_like(network.is_private) if "private" in kinds else network.is_private
    open_ends = ~closed[network.edge_u] & ~closed[network.edge_v]
    may = (
        open_ends & ~(private & network.is_public[node]) & np.isfinite(factor)
        for node, factor in ((network.edge_u, on_foot.factor_uv), (network.edge_v, on_foot.factor_vu))
    )
    may_uv, may_vu = may
    return dataclasses.replace(
        on_foot, is_closed=closed, is_private=private, may_uv=may_uv, may_vu=may_vu, walker=network.walker
    )


def _first_on(network: Network, found: Route) -> Obstacle:
    """Return the first thing on a walk that the network does not allow."""
    on_foot = _without(network, ("wheels",)) if network.walker.wheels else network
    in_the_way: list[tuple[str, int, int]] = []
    for edge, node in found.steps:
        toward_v = node == network.edge_u[edge]
        factor = network.factor_uv[edge] if toward_v else network.factor_vu[edge]
        way = int(network.way_of_edge[edge])
        if node >= 0 and network.is_closed[node]:
            in_the_way.append(("closed" if on_foot.is_closed[node] else "wheels", way, node))
        if node >= 0 and network.is_private[edge] and network.is_public[node]:
            in_the_way.append(("private", way, node))
        if not np.isfinite(factor):
            in_the_way.append(("wheels", way, node if node >= 0 else int(network.edge_u[edge])))
    if not in_the_way:
        return Obstacle("one_way", -1, float("nan"), float("nan"), 0)
    kind, way, node = in_the_way[0]
    others = {(one, number) for one, number, _ in in_the_way} - {(kind, way)}
    return Obstacle(kind, way, float(network.node_x_m[node]), float(network.node_y_m[node]), len(others))
