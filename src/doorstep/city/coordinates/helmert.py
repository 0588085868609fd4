"""A city's own grid, from points whose coordinates are known in two systems (Helmert's similarity, 4 parameters)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import stats

from doorstep.errors import DoorstepError

__all__ = ["LocalGrid", "fit_grid"]

_HIDING, _CHOICES = 3, 1000
"""Wrong points that are looked for together, and how many ways to choose them are tried."""

Points = npt.NDArray[np.float64]

OUTLIER_M = 0.05
"""A control point that fits better than this is never called an outlier: 0.02, 0.05, 0.10, our judgement."""
OUTLIER_CHANCE = 0.01
"""Chance of calling one of a set of good control points an outlier: 0.001, 0.01, 0.05, our judgement."""


@dataclass(frozen=True, slots=True, eq=False)
class LocalGrid:
    """How the grid lies in a known system: ``local = scale · turn · (known - about) + shift``; east before north.

    Parameters
    ----------
    crs
        The known system, metric (``EPSG:4549``).
    scale
        Local metres for one metre of the known system.
    turn_rad
        Anticlockwise turn from the known axes to the local ones.
    about, shift
        Shape (2,): centre of the used points in the known and in the local system, metres.
    names
        Names of the control points, in the order given.
    residuals_m
        Shape (n, 2): east and north, given local minus fitted local, in metres, outliers included.
    outliers
        Positions of the points that the fit leaves out, the worst first.
    checked
        True if there were points enough (four or more) to find one that is wrong.
    rms_m
        Root mean square length of the residuals of the used points.
    rms_axes_swapped_m
        The same if the two local columns are exchanged: if it is smaller, they probably are.
    """

    crs: str
    scale: float
    turn_rad: float
    about: Points
    shift: Points
    names: tuple[str, ...]
    residuals_m: Points
    outliers: tuple[int, ...]
    checked: bool
    rms_m: float
    rms_axes_swapped_m: float

    def to_local(self, known: npt.ArrayLike) -> Points:
        """Return local points of points of the known system, shape (n, 2), east before north."""
        return (np.asarray(known, dtype=float) - self.about) @ (self.scale * _turn(self.turn_rad)).T + self.shift

    def from_local(self, local: npt.ArrayLike) -> Points:
        """Return points of the known system of local points, shape (n, 2), east before north."""
        return (np.asarray(local, dtype=float) - self.shift) @ (_turn(self.turn_rad) / self.scale) + self.about


def fit_grid(known: npt.ArrayLike, local: npt.ArrayLike, crs: str, names: tuple[str, ...] = ()) -> LocalGrid:
    """Fit the grid to control points by least squares, and name the points that do not belong.

    A point is an outlier if leaving it out makes the sum of squares fall by more than chance allows (F test of the two
    residuals of a point, as in Baarda's data snooping with unknown variance; chance divided by the number of choices),
    and if it then lies more than ``OUTLIER_M`` from where the others put it. The worst goes first; where no single
    point stands out, pairs and threes are tried. No more than half of the points beyond two go.

    Parameters
    ----------
    known, local
        Shape (n, 2), metres, east before north: survey axes (X north, Y east) must be exchanged by the caller.
    crs
        System of ``known``, metric.
    names
        Names of the points; numbers from 1 if not given.

    Raises
    ------
    DoorstepError
        ``control-points-few``: fewer than two different points with numbers in both systems.

    Examples
    --------
    >>> known = np.array([[0.0, 0.0], [1000.0, 0.0], [1000.0, 800.0], [0.0, 900.0], [400.0, 500.0]])
    >>> local = known[:, ::-1] * [-1.0, 1.0] + [7000.0, 3000.0]
    >>> local[3, 0] += 2.0
    >>> grid = fit_grid(known, local, "EPSG:4549", ("A", "B", "C", "D", "E"))
    >>> [grid.names[point] for point in grid.outliers], round(np.degrees(grid.turn_rad)), round(grid.scale, 6)
    (['D'], 90, 1.0)
    >>> grid.residuals_m[3].round(3).tolist()
    [2.0, 0.0]
    """
    known, local = np.asarray(known, dtype=float), np.asarray(local, dtype=float)
    if known.shape != local.shape or known.ndim != 2 or known.shape[1:] != (2,):
        raise ValueError(f"control points of shapes {known.shape} and {local.shape}, expected (n, 2) twice")
    names = names or tuple(str(number) for number in range(1, len(known) + 1))
    usable = np.isfinite(known).all(axis=1) & np.isfinite(local).all(axis=1)
    n_usable = int(usable.sum())
    distinct = min(len(np.unique(known[usable], axis=0)), len(np.unique(local[usable], axis=0)))
    if distinct < 2:
        raise DoorstepError("control-points-few", count=distinct)
    used = usable.copy()
    outliers: list[int] = []
    room = (n_usable - 2) // 2
    # two wrong points can hide each other, so pairs and threes are tried where no single point stands out
    while worst := next(
        filter(None, (_worst(known, local, used, count) for count in range(1, min(room - len(outliers), _HIDING) + 1))),
        None,
    ):
        outliers += worst
        used[list(worst)] = False
    scale, turn, about, shift = _similarity(known[used], local[used])
    residuals = local - ((known - about) @ (scale * _turn(turn)).T + shift)
    swapped = local[:, ::-1]
    swapped_scale, swapped_turn, swapped_about, swapped_shift = _similarity(known[used], swapped[used])
    off = swapped[used] - ((known[used] - swapped_about) @ (swapped_scale * _turn(swapped_turn)).T + swapped_shift)
    return LocalGrid(
        crs=crs, scale=scale, turn_rad=turn, about=about, shift=shift, names=names, residuals_m=residuals,
        outliers=tuple(outliers), checked=n_usable >= 4, rms_m=_rms(residuals[used]), rms_axes_swapped_m=_rms(off),
    )  # fmt: skip


def _worst(known: Points, local: Points, used: npt.NDArray[np.bool_], count: int) -> tuple[int, ...] | None:
    """The used points, so many together, that least belong to the others; None if all may belong."""
    places = np.flatnonzero(used)
    freedom = 2 * (len(places) - count) - 4  # two equations a point, four parameters
    choices = math.comb(len(places), count)
    if freedom < 2 or (count > 1 and choices > _CHOICES):
        return None
    whole = _sum_of_squares(known[used], local[used])
    best, found = 0.0, None
    for some in combinations(places.tolist(), count):
        rest = used.copy()
        rest[list(some)] = False
        if len(np.unique(known[rest], axis=0)) < 2 or len(np.unique(local[rest], axis=0)) < 2:
            continue
        scale, turn, about, shift = _similarity(known[rest], local[rest])
        off = local - ((known - about) @ (scale * _turn(turn)).T + shift)
        misfit = np.hypot(*off[list(some)].T)
        without = float((off[rest] ** 2).sum())
        # coordinates come rounded to the millimetre: a perfect rest must not make every rounding a blunder
        ratio = ((whole - without) / (2.0 * count)) / max(without / freedom, 1e-6)
        if (misfit > OUTLIER_M).all() and ratio > best:
            best, found = ratio, tuple(some[place] for place in np.argsort(-misfit))
    limit = float(stats.f.isf(OUTLIER_CHANCE / choices, 2 * count, freedom))
    return found if best > limit else None


def _similarity(known: Points, local: Points) -> tuple[float, float, Points, Points]:
    """Least squares of scale, turn and shift: closed form on points reduced to their centres."""
    about, shift = known.mean(axis=0), local.mean(axis=0)
    source, target = known - about, local - shift
    along = float((source * target).sum())
    across = float((source[:, 0] * target[:, 1] - source[:, 1] * target[:, 0]).sum())
    return float(np.hypot(along, across) / (source**2).sum()), float(np.arctan2(across, along)), about, shift


def _sum_of_squares(known: Points, local: Points) -> float:
    scale, turn, about, shift = _similarity(known, local)
    return float(((local - ((known - about) @ (scale * _turn(turn)).T + shift)) ** 2).sum())


def _turn(angle_rad: float) -> Points:
    return np.array([[np.cos(angle_rad), -np.sin(angle_rad)], [np.sin(angle_rad), np.cos(angle_rad)]])


def _rms(residuals: Points) -> float:
    return float(np.sqrt((residuals**2).sum(axis=1).mean()))
