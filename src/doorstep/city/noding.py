"""Line layers whose lines cross or touch without a shared vertex: cut, so that one can turn there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.city.walkable import level_of

__all__ = ["CROSSINGS_UNSHARED", "Cut", "cut_lines"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Corner = tuple[int, int]

CROSSINGS_UNSHARED = 0.1
"""A layer is un-noded if more than this share of the places where two lines cross lacks a shared vertex.

An assumption (low 0.05, high 0.5): a noded layer lacks it only at bridges, which are few; a layer of centre lines lacks
it nearly everywhere.
"""
TOUCH_CM = 1.0
"""A line that ends so near to another one ends on it."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A vertex put into a line: place of the line, place of the line that it meets, the corner in cm."""

    line: int
    other: int
    corner: Corner


def cut_lines(
    lines: Sequence[tuple[Corner, ...]], tags: Sequence[Mapping[str, str]]
) -> tuple[list[tuple[Corner, ...]], list[Cut]]:
    """Return the lines with a vertex wherever they meet another of the same level, and each vertex put in.

    Where a line ends on another (within 1 cm), that one gets the vertex. Where two lines cross, both get one, but only
    in a layer that is not noded as a whole (``CROSSINGS_UNSHARED``): in a noded one a crossing without is a bridge.

    Parameters
    ----------
    lines
        Corners in whole centimetres; a corner is never twice in a row.
    tags
        Of each line: ``layer``, ``level``, ``bridge`` and ``tunnel`` say its level.

    Examples
    --------
    >>> road, path = ((0, 0), (1000, 0)), ((400, -300), (400, 300))
    >>> cut, cuts = cut_lines([road, path], [{}, {}])
    >>> cut
    [((0, 0), (400, 0), (1000, 0)), ((400, -300), (400, 0), (400, 300))]
    """
    xy = np.array([corner for line in lines for corner in line], dtype=np.int64).reshape(-1, 2)
    line_of = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    at = np.flatnonzero(line_of[:-1] == line_of[1:])
    level_names = [level_of(one) for one in tags]
    number = {name: place for place, name in enumerate(sorted(set(level_names)))}
    level = np.array([number[name] for name in level_names], dtype=np.int64)
    tree = shapely.STRtree(shapely.linestrings(np.stack([xy[at], xy[at + 1]], axis=1).astype(np.float64)))
    ends = _ends_on_lines(xy, line_of, at, level, tree)
    crossings = _crossings(xy, line_of, at, level, tree)
    shared = _shared_vertices(xy, line_of, level)
    n_places = len(np.unique(crossings[2], axis=0))
    if n_places <= CROSSINGS_UNSHARED * (n_places + shared):
        crossings = crossings[0][:0], crossings[1][:0], crossings[2][:0]
    return _with_vertices(lines, at, line_of, (ends, crossings))


_Meetings = tuple[Ints, Ints, Ints]
"""Segment that gets a vertex, line that it meets, corner of shape (n, 2)."""


def _ends_on_lines(xy: Ints, line_of: Ints, at: Ints, level: Ints, tree: shapely.STRtree) -> _Meetings:
    is_end = np.ones(len(xy), dtype=np.bool_)
    is_end[1:-1] = (line_of[1:-1] != line_of[:-2]) | (line_of[1:-1] != line_of[2:])
    ends = np.flatnonzero(is_end)
    end, segment = tree.query(shapely.points(xy[ends].astype(np.float64)), predicate="dwithin", distance=TOUCH_CM)
    node = ends[end]
    here = xy[node]
    at_vertex = (here == xy[at[segment]]).all(axis=1) | (here == xy[at[segment] + 1]).all(axis=1)
    # A line that ends beside its own segment folds back; only a loop that ends on itself further on is met.
    own = (line_of[node] == line_of[at[segment]]) & (np.abs(node - at[segment]) <= 2)
    fits = ~at_vertex & ~own & (level[line_of[node]] == level[line_of[at[segment]]])
    return segment[fits].astype(np.int64), line_of[node[fits]], here[fits]


def _crossings(xy: Ints, line_of: Ints, at: Ints, level: Ints, tree: shapely.STRtree) -> _Meetings:
    """Return every proper crossing of two segments, once for each of them."""
    one, other = tree.query(tree.geometries, predicate="crosses")
    once = (one < other) & (level[line_of[at[one]]] == level[line_of[at[other]]])
    one, other = one[once], other[once]
    a, b, c, d = xy[at[one]], xy[at[one] + 1], xy[at[other]], xy[at[other] + 1]
    # Whole numbers: which side a corner lies on is exact.
    c_side, d_side = _side(a, b, c), _side(a, b, d)
    a_side, b_side = _side(c, d, a), _side(c, d, b)
    proper = (np.sign(c_side) * np.sign(d_side) < 0) & (np.sign(a_side) * np.sign(b_side) < 0)
    share = a_side[proper] / (a_side[proper] - b_side[proper])
    corner = np.floor(a[proper] + share[:, None] * (b[proper] - a[proper]) + 0.5).astype(np.int64)
    one, other = one[proper].astype(np.int64), other[proper].astype(np.int64)
    return (
        np.concatenate([one, other]),
        np.concatenate([line_of[at[other]], line_of[at[one]]]),
        np.concatenate([corner, corner]),
    )


def _side(a: Ints, b: Ints, p: Ints) -> Ints:
    ab, ap = b - a, p - a
    return ab[:, 0] * ap[:, 1] - ab[:, 1] * ap[:, 0]


def _shared_vertices(xy: Ints, line_of: Ints, level: Ints) -> int:
    """Return at how many places two lines cross or touch with a vertex of both that is no end of either."""
    inner = np.zeros(len(xy), dtype=np.bool_)
    inner[1:-1] = (line_of[1:-1] == line_of[:-2]) & (line_of[1:-1] == line_of[2:])
    rows = np.unique(np.column_stack([xy[inner], level[line_of[inner]], line_of[inner]]), axis=0)
    _, lines_there = np.unique(rows[:, :3], axis=0, return_counts=True)
    _, ends_there = np.unique(np.column_stack([xy[~inner], level[line_of[~inner]]]), axis=0, return_counts=True)
    return int((lines_there >= 2).sum() + (ends_there >= 3).sum())


def _with_vertices(
    lines: Sequence[tuple[Corner, ...]], at: Ints, line_of: Ints, meetings: tuple[_Meetings, _Meetings]
) -> tuple[list[tuple[Corner, ...]], list[Cut]]:
    segment, other, corner = (np.concatenate(parts) for parts in zip(*meetings, strict=True))
    starts = np.searchsorted(line_of, np.arange(len(lines)))
    new: dict[int, dict[int, dict[Corner, int]]] = {}
    for place, met, (x, y) in zip(segment.tolist(), other.tolist(), corner.tolist(), strict=True):
        line = int(line_of[at[place]])
        known = new.setdefault(line, {}).setdefault(int(at[place] - starts[line]), {})
        known[(x, y)] = min(met, known.get((x, y), met))
    result = list(lines)
    cuts = []
    for line, by_segment in sorted(new.items()):
        grown: list[Corner] = []
        for place, here in enumerate(lines[line]):
            grown.append(here)
            following = lines[line][place + 1] if place + 1 < len(lines[line]) else here
            known = by_segment.get(place, {})
            for vertex in sorted(known, key=lambda one: (math.dist(one, here), one)):
                if vertex not in (here, following):
                    grown.append(vertex)
                    cuts.append(Cut(line, known[vertex], vertex))
        result[line] = tuple(grown)
    return result, cuts
