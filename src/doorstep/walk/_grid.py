"""Compiled search for the edges near a point, on a grid of square cells."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]
Metres = npt.NDArray[np.float64]
Frame = tuple[float, float, float, int, int]  # left, bottom, side of a cell in metres, columns, rows


@njit(cache=True, nogil=True)
def edges_by_cell(ux: Metres, uy: Metres, vx: Metres, vy: Metres, frame: Frame) -> tuple[Ints, SmallInts]:
    """Return, by cell (row after row), the edges that may touch it."""
    left, bottom, side, n_columns, n_rows = frame
    first = np.zeros(n_columns * n_rows + 1, dtype=np.int64)
    edges = np.empty(0, dtype=np.int32)
    for fill in (False, True):
        at = first[:-1].copy()
        for e in range(len(ux)):
            c0 = int((min(ux[e], vx[e]) - left) / side)
            c1 = int((max(ux[e], vx[e]) - left) / side)
            r0 = int((min(uy[e], vy[e]) - bottom) / side)
            r1 = int((max(uy[e], vy[e]) - bottom) / side)
            for r in range(r0, r1 + 1):
                for c in range(c0, c1 + 1):
                    if c1 > c0 and r1 > r0:  # a slanting edge misses the corners of its frame
                        middle_x, middle_y = left + (c + 0.5) * side, bottom + (r + 0.5) * side
                        if foot(middle_x, middle_y, ux[e], uy[e], vx[e], vy[e])[3] > 0.7072 * side:
                            continue
                    cell = r * n_columns + c
                    if fill:
                        edges[at[cell]] = e
                        at[cell] += 1
                    else:
                        first[cell + 1] += 1
        if not fill:
            for cell in range(n_columns * n_rows):
                first[cell + 1] += first[cell]
            edges = np.empty(first[-1], dtype=np.int32)
    return first, edges


@njit(cache=True, nogil=True)
def foot(x: float, y: float, ux: float, uy: float, vx: float, vy: float) -> tuple[float, float, float, float]:
    """Return the point of an edge nearest to a point: share of the edge from its first node, x, y, and its distance.

    At an end it is the node itself, to the last bit, so that edges that meet there are at equal distance.
    """
    dx, dy = vx - ux, vy - uy
    square = dx * dx + dy * dy
    along = (x - ux) * dx + (y - uy) * dy
    share = min(max(along / square, 0.0), 1.0) if square > 0 else 0.0
    foot_x, foot_y = (vx, vy) if share == 1.0 else (ux + share * dx, uy + share * dy)
    return share, foot_x, foot_y, math.hypot(x - foot_x, y - foot_y)


@njit(cache=True, nogil=True)
def nearest_edge(
    x: float,
    y: float,
    reach_m: float,
    frame: Frame,
    first: Ints,
    edges: SmallInts,
    ux: Metres,
    uy: Metres,
    vx: Metres,
    vy: Metres,
) -> int:
    """Return the nearest edge within reach, of equally near ones the smallest number; -1 if there is none."""
    left, bottom, side, n_columns, n_rows = frame
    column, row = math.floor((x - left) / side), math.floor((y - bottom) / side)
    inner = min(x - left - column * side, left + (column + 1) * side - x)
    inner = min(inner, y - bottom - row * side, bottom + (row + 1) * side - y)
    best, best_m = -1, reach_m
    for ring in range(int(reach_m / side) + 2):
        if best_m < inner + (ring - 1) * side:
            break  # nothing farther out can be nearer
        for r in range(max(row - ring, 0), min(row + ring, n_rows - 1) + 1):
            step = 1 if abs(r - row) == ring else 2 * ring
            for c in range(column - ring, column + ring + 1, max(step, 1)):
                if c < 0 or c >= n_columns:
                    continue
                cell = r * n_columns + c
                for i in range(first[cell], first[cell + 1]):
                    e = edges[i]
                    distance_m = foot(x, y, ux[e], uy[e], vx[e], vy[e])[3]
                    if distance_m < best_m or (distance_m == best_m and (best < 0 or e < best)):
                        best, best_m = e, distance_m
    return best


@njit(cache=True, nogil=True)
def nearest_edges(
    x_m: Metres,
    y_m: Metres,
    reach_m: float,
    frame: Frame,
    first: Ints,
    edges: SmallInts,
    ux: Metres,
    uy: Metres,
    vx: Metres,
    vy: Metres,
) -> Ints:
    """Return the nearest edge of each point, -1 where none is within reach."""
    nearest = np.full(len(x_m), -1, dtype=np.int64)
    for i in range(len(x_m)):
        if math.isfinite(x_m[i]) and math.isfinite(y_m[i]):
            nearest[i] = nearest_edge(x_m[i], y_m[i], reach_m, frame, first, edges, ux, uy, vx, vy)
    return nearest


@njit(cache=True, nogil=True)
def edges_around(x: float, y: float, reach_m: float, frame: Frame, first: Ints, edges: SmallInts) -> list[np.int64]:
    """Return the edges of all cells within reach of a point; some may be farther, some stand twice."""
    left, bottom, side, n_columns, n_rows = frame
    around = [np.int64(0) for _ in range(0)]
    for r in range(max(int((y - reach_m - bottom) / side), 0), min(int((y + reach_m - bottom) / side), n_rows - 1) + 1):
        c0, c1 = max(int((x - reach_m - left) / side), 0), min(int((x + reach_m - left) / side), n_columns - 1)
        for cell in range(r * n_columns + c0, r * n_columns + c1 + 1):
            for i in range(first[cell], first[cell + 1]):
                around.append(np.int64(edges[i]))
    return around


@njit(cache=True, nogil=True)
def points_within(left_of: Ints, x: Metres, y: Metres, reach_m: Metres, side: float) -> Ints:
    """Count points in cells that a circle touches; ``left_of`` counts those in cells of a row up to a column."""
    n_rows, n_columns = left_of.shape[0], left_of.shape[1] - 1
    most = np.zeros(len(x), dtype=np.int64)
    for i in range(len(x)):
        r = reach_m[i] + 0.01  # a millimetre of rounding at each end, generously
        if reach_m[i] < 0:
            continue
        for row in range(max(math.floor((y[i] - r) / side), 0), min(math.floor((y[i] + r) / side), n_rows - 1) + 1):
            apart = max(max(row * side - y[i], y[i] - (row + 1) * side), 0.0)
            half = np.sqrt(max(r * r - apart * apart, 0.0))
            first = min(max(math.floor((x[i] - half) / side), 0), n_columns)
            last = max(min(math.floor((x[i] + half) / side) + 1, n_columns), first)
            most[i] += left_of[row, last] - left_of[row, first]
    return most
