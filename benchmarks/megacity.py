"""A city of millions of street nodes: real streets laid side by side like tiles, and joined where tiles meet.

Every tile is the same drawing, moved by the width and height of its bounding box. Streets end where the extract was
cut, so each seam is cut into strips of 200 m; in each strip the last node of one tile and the first of the next are
joined by a straight footway, if they are at most 1 km apart. Where a tile ends with the sea there is no joint.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks.walk_networks import EdgeTable
from doorstep.city import Streets

__all__ = ["cut", "joints", "tiled", "tiled_table"]

Ints = npt.NDArray[np.int64]
Metres = npt.NDArray[np.float64]

STRIP_M = 200.0
JOINT_MAX_M = 1000.0


def joints(x_m: Metres, y_m: Metres, nodes: Ints, step: tuple[float, float]) -> tuple[Ints, Ints]:
    """Return the nodes of a tile and those of its neighbour, which are joined.

    Parameters
    ----------
    x_m, y_m
        Shape (n_nodes,): a tile.
    nodes
        The nodes that may be joined, at least one.
    step
        Metres from the tile to its neighbour: the width and 0, or 0 and the height.

    Returns
    -------
    tuple of Ints
        Two arrays of one length: nodes of this tile, nodes of the next.

    Examples
    --------
    A street of 1,000 m cut at both ends, 100 m from the next tile:

    >>> joints(np.array([0.0, 1000.0]), np.zeros(2), np.array([0, 1]), (1100.0, 0.0))
    (array([1]), array([0]))
    """
    across, along = (x_m[nodes], y_m[nodes]) if step[0] else (y_m[nodes], x_m[nodes])
    strip = np.floor(along / STRIP_M).astype(np.int64)
    order = np.lexsort((across, strip))
    starts = np.flatnonzero(np.diff(strip[order], prepend=strip[order[0]] - 1))
    first = nodes[order[starts]]
    last = nodes[order[np.append(starts[1:], len(order)) - 1]]
    near = np.hypot(x_m[first] + step[0] - x_m[last], y_m[first] + step[1] - y_m[last]) <= JOINT_MAX_M
    return last[near], first[near]


def tiled(streets: Streets, walked: Ints, side: int) -> tuple[Streets, int]:
    """Return ``side`` x ``side`` copies of streets, joined, and the number of joints.

    Parameters
    ----------
    streets
        One tile, in metres.
    walked
        Nodes of the largest part of the network: its bounding box is the tile, and joints begin and end at them.
    side
        Tiles along each side; at least 1.
    """
    x_m, y_m = streets.node_x_m, streets.node_y_m
    n_nodes, n_ways = len(x_m), len(streets.way_id)
    width_m, height_m = float(np.ptp(x_m[walked])), float(np.ptp(y_m[walked]))
    tiles = np.arange(side * side)
    column, row = tiles % side, tiles // side
    east, north = joints(x_m, y_m, walked, (width_m, 0.0)), joints(x_m, y_m, walked, (0.0, height_m))
    pairs = [
        np.stack([tile * n_nodes + here, (tile + ahead) * n_nodes + there], axis=1)
        for tile in tiles
        for (here, there), ahead, last in ((east, 1, column[tile] == side - 1), (north, side, row[tile] == side - 1))
        if not last
    ]
    joint_nodes = np.concatenate([np.zeros((0, 2), dtype=np.int64), *pairs])
    n_joints = len(joint_nodes)
    way_starts = streets.first_node_of_way[:-1]
    n_visits = len(streets.way_nodes)
    joint_starts = side * side * n_visits + 2 * np.arange(n_joints + 1)
    return Streets(
        node_id=np.arange(side * side * n_nodes, dtype=np.int64),
        node_x_m=(x_m + width_m * column[:, None]).ravel(),
        node_y_m=(y_m + height_m * row[:, None]).ravel(),
        node_tags={int(tile) * n_nodes + node: tags for tile in tiles for node, tags in streets.node_tags.items()},
        way_id=np.arange(side * side * n_ways + n_joints, dtype=np.int64),
        first_node_of_way=np.concatenate([(way_starts + n_visits * tiles[:, None]).ravel(), joint_starts]),
        way_nodes=np.concatenate([(streets.way_nodes + n_nodes * tiles[:, None]).ravel(), joint_nodes.ravel()]),
        way_tags=streets.way_tags * (side * side) + ({"highway": "footway"},) * n_joints,
        node_ele_m=np.tile(streets.node_ele_m, side * side),
    ), n_joints


def tiled_table(table: EdgeTable, side: int) -> EdgeTable:
    """Return ``side`` x ``side`` copies of a network, joined as :func:`tiled` joins streets."""
    n_nodes, x_m, y_m = len(table.x_m), table.x_m, table.y_m
    _, part = connected_components(coo_array((table.mm, (table.u, table.v)), shape=(n_nodes, n_nodes)), directed=False)
    largest = np.flatnonzero(part == np.bincount(part).argmax())
    width_m, height_m = float(np.ptp(x_m[largest])), float(np.ptp(y_m[largest]))
    tiles = np.arange(side * side)
    column, row = tiles % side, tiles // side
    us, vs, mms = [], [], []
    for step, ahead, last in (((width_m, 0.0), 1, column == side - 1), ((0.0, height_m), side, row == side - 1)):
        here, there = joints(x_m, y_m, largest, step)
        length_mm = np.hypot(x_m[there] + step[0] - x_m[here], y_m[there] + step[1] - y_m[here]) * 1000
        first = tiles[~last, None] * n_nodes
        us.append((here + first).ravel())
        vs.append((there + first + ahead * n_nodes).ravel())
        mms.append(np.tile(np.floor(length_mm + 0.5).astype(np.int64), int((~last).sum())))
    starts = tiles[:, None] * n_nodes
    return EdgeTable(
        x_m=(x_m + width_m * column[:, None]).ravel(),
        y_m=(y_m + height_m * row[:, None]).ravel(),
        u=np.concatenate([(table.u + starts).ravel(), *us]),
        v=np.concatenate([(table.v + starts).ravel(), *vs]),
        mm=np.concatenate([np.tile(table.mm, side * side), *mms]),
    )


def cut(table: EdgeTable, n: int) -> EdgeTable:
    """Return the ``n`` nodes in the smallest square about the middle of all nodes, and the edges between them."""
    if n > len(table.x_m):
        raise ValueError(f"{n} nodes of {len(table.x_m)}")
    x_m, y_m = table.x_m - np.median(table.x_m), table.y_m - np.median(table.y_m)
    kept = np.sort(np.argsort(np.maximum(np.abs(x_m), np.abs(y_m)), kind="stable")[:n])
    number = np.full(len(x_m), -1, dtype=np.int64)
    number[kept] = np.arange(n)
    u, v = number[table.u], number[table.v]
    inside = (u >= 0) & (v >= 0)
    return EdgeTable(table.x_m[kept], table.y_m[kept], u[inside], v[inside], table.mm[inside])
