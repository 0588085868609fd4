"""How well points lie on streets and buildings under each way to read them, against the same points moved at random."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from doorstep.city.coordinates.convert import convert
from doorstep.city.coordinates.ground import NEAR_M, Ground, random_shifts
from doorstep.city.coordinates.numbers import Reading, in_order

__all__ = ["Fit", "fits_of", "margin"]

Points = npt.NDArray[np.float64]

SHIFTS = 199
"""Random shifts that each reading is compared with."""
SAMPLE = 300
"""Points that are looked at; of more, as many are taken at even steps."""
ELSEWHERE = 0.05
"""A reading that puts fewer of the points than this where the city is puts them elsewhere: our judgement."""
_STREET_M = 5.0
"""Distances to a street count by the logarithm of 1 + metres / 5: 2 m against 10 m matters, 60 against 70 does not."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """How the points fit under one reading; NaN is what could not be measured.

    Parameters
    ----------
    reading
        The reading.
    in_area
        Share of the points that lie where there are streets and buildings.
    inside, moved_inside
        Share of these that lie in a building; the same of the points moved at random, under all readings.
    street_m, moved_street_m
        Median distance to the nearest street, 100 m at most; the same of the points moved at random.
    score
        Mean worth of the points, in standard deviations above the points moved at random.
    chance
        Share of random shifts that fit as well or better.
    worth
        Shape (n,): how well each looked-at point lies; NaN outside the area. Empty if the reading is elsewhere.
    """

    reading: Reading
    in_area: float = np.nan
    inside: float = np.nan
    moved_inside: float = np.nan
    street_m: float = np.nan
    moved_street_m: float = np.nan
    score: float = np.nan
    chance: float = np.nan
    worth: Points = field(default_factory=lambda: np.empty(0))


def fits_of(readings: tuple[Reading, ...], points: Points, ground: Ground | None) -> list[Fit]:
    """Return how the points fit under each reading, in the order of the readings.

    Parameters
    ----------
    readings
        Ways to read the points.
    points
        Shape (n, 2), as they stand in the file, without the rows that stand out.
    ground
        Streets and buildings, or None: then nothing is measured.
    """
    if ground is None or not len(points):
        return [Fit(reading) for reading in readings]
    sample = points[np.unique(np.linspace(0, len(points) - 1, SAMPLE).astype(int))]
    places = [_places(reading, sample, ground) for reading in readings]
    share = [float(ground.covers(there).mean()) for there in places]
    near = [number for number in range(len(readings)) if share[number] > ELSEWHERE]
    fits = [Fit(reading, in_area=part) for reading, part in zip(readings, share, strict=True)]
    if not near:
        return fits
    moves = random_shifts(SHIFTS)
    still = [_closeness(ground, places[number]) for number in near]
    moved = [_closeness(ground, places[number][None, :, :] + moves[:, None, :]) for number in near]
    # one yardstick for all readings: what random places of this city are like
    yardstick = np.concatenate(moved, axis=1)
    scores = _means(_worth(yardstick, yardstick))
    if not np.isfinite(scores).any():
        return fits
    middle, spread = float(np.nanmean(scores)), float(np.nanstd(scores))
    for number, closeness in zip(near, still, strict=True):
        worth = _worth(closeness, yardstick)
        mean = _mean(worth)
        fits[number] = Fit(
            readings[number],
            share[number],
            inside=_mean(closeness[0]),
            moved_inside=_mean(yardstick[0]),
            street_m=_median(closeness[1]),
            moved_street_m=_median(yardstick[1]),
            score=(mean - middle) / spread if spread > 0 else 0.0,
            chance=float((1 + (scores >= mean).sum()) / (1 + np.isfinite(scores).sum())),
            worth=worth,
        )
    return fits


def margin(better: Fit, other: Fit) -> float:
    """Return by how many standard errors one fit is better than another, point by point; infinite if all points say so.

    A reading that puts the points elsewhere is infinitely worse. NaN if fewer than two points lie in the area of both.
    """
    if not len(other.worth):
        return np.inf if other.in_area <= ELSEWHERE else np.nan
    gain = better.worth - other.worth
    gain = gain[np.isfinite(gain)]
    if len(gain) < 2:
        return np.nan
    error = float(gain.std(ddof=1)) / np.sqrt(len(gain))
    return float(gain.mean() / error) if error > 0 else float(np.sign(gain.mean()) * np.inf) if gain.mean() else 0.0


def _places(reading: Reading, points: Points, ground: Ground) -> Points:
    if reading.system == "local":
        return np.full_like(points, np.inf)  # without control points it is nowhere
    return convert(in_order(points, reading), reading.system, ground.crs)


def _closeness(ground: Ground, places: Points) -> Points:
    """In a building (1 or 0) and metres to a street, shape (2, ...); NaN outside the area, where nothing is known."""
    flat = places.reshape(-1, 2)
    covered = ground.covers(flat)
    closeness = np.full((2, len(flat)), np.nan)
    closeness[:, covered] = ground.closeness(flat[covered])
    return closeness.reshape(2, *places.shape[:-1])


def _worth(closeness: Points, yardstick: Points) -> Points:
    """Worth of each place: in a building, near a street, each in standard deviations of random places."""
    worth = np.zeros(closeness.shape[1:])
    for values, random in (
        (closeness[0], yardstick[0]),
        (-np.log1p(closeness[1] / _STREET_M), -np.log1p(yardstick[1] / _STREET_M)),
    ):
        if np.isfinite(random).any():
            spread = float(np.nanstd(random))
            worth += (values - float(np.nanmean(random))) / (spread if spread > 0 else 1.0)
    nothing = np.isnan(closeness).all(axis=0)
    return np.where(nothing, np.nan, worth)


def _means(values: Points) -> Points:
    """Mean over the last axis of what is known; NaN where that is less than a third."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    return np.where(count * 3 >= values.shape[-1], total / np.maximum(count, 1), np.nan)


def _mean(values: Points) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


def _median(values: Points) -> float:
    known = values[np.isfinite(values)]
    return min(float(np.median(known)), NEAR_M) if len(known) else np.nan
