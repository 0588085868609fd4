"""Which part of a network residences, facilities and spaces join, how far away, and which join none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from doorstep.city.added import edges_of, lines_between
from doorstep.walk.network import Ints, Metres, Network
from doorstep.walk.snap import Connections
from doorstep.walk.walls import walls_without_gate

__all__ = ["FAR_MM", "Joined", "parts_joined", "walls_joined_through"]

FAR_MM = 50_000
"""A point joined to the network over more is listed as far: about a block (assumption; low 30 m, high 100 m)."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Where the rows of a table join a network.

    A row with several entrances counts once: on the largest part that one of them joins, as far as the nearest.

    Parameters
    ----------
    part
        Of each row: the part of the network that it joins, 0 being the main one; -1 if it joins none. Who joins another
        part than 0 is on an *island*: nobody there walks to the rest, or nobody from the rest gets there.
    off_mm
        Of each row: the straight way there in mm, 0 if it joins none.
    """

    part: tuple[int, ...]
    off_mm: tuple[int, ...]

    @property
    def on_islands(self) -> tuple[int, ...]:
        """Positions of the rows that join another part than the main one."""
        return tuple(at for at, part in enumerate(self.part) if part > 0)

    @property
    def far(self) -> tuple[int, ...]:
        """Positions of the rows joined over more than ``FAR_MM``."""
        return tuple(at for at, off_mm in enumerate(self.off_mm) if off_mm > FAR_MM)

    @property
    def unconnected(self) -> tuple[int, ...]:
        """Positions of the rows that join nothing."""
        return tuple(at for at, part in enumerate(self.part) if part < 0)


def parts_joined(points: Connections) -> Joined:
    """Return which part each residence or place joins, and how far away.

    Parameters
    ----------
    points
        Points on a network, with their owners.

    Returns
    -------
    Joined
        One entry an owner.
    """
    none = np.iinfo(np.int64).max
    part, off_mm = np.full(points.n_owners, none), np.full(points.n_owners, none)
    on = points.component >= 0
    np.minimum.at(part, points.of[on], points.component[on])
    np.minimum.at(off_mm, points.of[on], points.off_mm[on])
    joins = part < none
    return Joined(tuple(np.where(joins, part, -1).tolist()), tuple(np.where(joins, off_mm, 0).tolist()))


def walls_joined_through(network: Network, points: Connections, points_xy: Metres) -> Ints:
    """Return the wall without a gate that stands between each point and its place on the network.

    Such a wall keeps nobody from a way, since gates are seldom drawn; but the straight line through it may be no walk.

    Parameters
    ----------
    network
        With the walls.
    points
        Joined to it.
    points_xy
        Shape (n, 2), metres: where the points are.

    Returns
    -------
    numpy.ndarray
        Shape (n,), int64: position of the way, of several the first; -1 if none is crossed or the point joins nothing.
    """
    streets = network.streets
    found = np.full(len(points.edge), -1, dtype=np.int64)
    joins = np.flatnonzero(points.edge >= 0)
    at, u, v = edges_of(streets, walls_without_gate(streets))
    if not len(at) or not len(joins):
        return found
    ends_xy = np.stack([points_xy[joins], np.stack([points.x_m[joins], points.y_m[joins]], axis=1)], axis=1)
    line, stretch = shapely.STRtree(lines_between(streets, u, v)).query(shapely.linestrings(ends_xy), "crosses")
    wall = np.searchsorted(streets.first_node_of_way, at[stretch], side="right") - 1
    none = len(streets.way_id)
    first = np.full(len(found), none, dtype=np.int64)
    np.minimum.at(first, joins[line], wall)
    return np.where(first < none, first, found)
