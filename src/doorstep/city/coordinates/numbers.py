"""What the numbers alone say about their system: degrees or metres, zone, order of the columns, rows that stand out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.city.coordinates.convert import BD09, GCJ02, WGS84
from doorstep.city.coordinates.evidence import Evidence
from doorstep.city.coordinates.regions import is_shifted
from doorstep.city.coordinates.zones import in_some_zone, zones_of_easting

__all__ = ["OddRow", "Reading", "in_order", "readings_of_numbers"]

Points = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NORTHINGS_M = (1_900_000.0, 6_000_000.0)
"""Northings of mainland China: 17 to 54 degrees north."""
MERCATOR_X_M, MERCATOR_Y_M = (8_100_000.0, 15_100_000.0), (1_900_000.0, 7_200_000.0)
"""Web Mercator over China: 73 to 135.6 degrees east, 17 to 54 degrees north."""
FAR_DEGREES, FAR_M = 0.3, 30_000.0
"""Farther than this from the middle of all rows, and ten times the usual distance, a row stands out: our judgement."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the two columns.

    Parameters
    ----------
    system
        ``EPSG:4326`` (for CGCS2000 degrees, too), ``GCJ-02``, ``BD-09``, another EPSG code, or ``local``: a grid that
        needs control points.
    exchanged
        True if the first column is latitude or north.
    """

    system: str
    exchanged: bool


@dataclass(frozen=True, slots=True)
class OddRow:
    """A row whose numbers do not go with the others.

    Parameters
    ----------
    row
        Position in the points that were given.
    reason
        ``not_number``, ``zero``, ``swapped`` (the other way round than most) or ``far``.
    """

    row: int
    reason: str


def in_order(points: Points, reading: Reading) -> Points:
    """Return the points with longitude before latitude, east before north."""
    return points[:, ::-1] if reading.exchanged else points


def readings_of_numbers(points: Points) -> tuple[tuple[Reading, ...], tuple[Evidence, ...], tuple[OddRow, ...]]:
    """Return the systems that the numbers can be in, what speaks for that, and the rows that stand out.

    Parameters
    ----------
    points
        Shape (n, 2), as they stand in the file.

    Examples
    --------
    >>> readings, evidence, odd = readings_of_numbers(np.array([[30.916, 119.683], [30.925, 119.675], [0.0, 0.0]]))
    >>> [(reading.system, reading.exchanged) for reading in readings]
    [('EPSG:4326', True), ('GCJ-02', True), ('BD-09', True)]
    >>> odd
    (OddRow(row=2, reason='zero'),)
    """
    finite = np.isfinite(points).all(axis=1)
    zero = finite & (points == 0).all(axis=1)
    usable = finite & ~zero
    odd = {int(row): "not_number" for row in np.flatnonzero(~finite)}
    odd |= {int(row): "zero" for row in np.flatnonzero(zero)}
    if not usable.any():
        return (), (*_rows(odd), Evidence("numbers_none", speaks="against")), _sorted(odd)
    middle = np.median(points[usable], axis=0)
    degrees = bool((np.abs(middle) <= 180).all())
    swapped = usable & _swapped(points, usable, degrees)
    odd |= {int(row): "swapped" for row in np.flatnonzero(swapped)}
    far = usable & ~swapped
    far[far] = _far(points[far], FAR_DEGREES if degrees else FAR_M)
    odd |= {int(row): "far" for row in np.flatnonzero(far)}
    kept = points[usable & ~swapped & ~far]
    readings, evidence = _of_degrees(kept) if degrees else _of_metres(kept)
    return readings, (*evidence, *_rows(odd)), _sorted(odd)


def _of_degrees(points: Points) -> tuple[tuple[Reading, ...], tuple[Evidence, ...]]:
    first, second = np.median(points, axis=0)
    exchanged = bool(_in_china(second, first) or (not _in_china(first, second) and abs(second) > 90))
    places = points[:, ::-1] if exchanged else points
    (west, south), (east, north) = places.min(axis=0), places.max(axis=0)
    limits = {"west": west, "east": east, "south": south, "north": north}
    evidence = [Evidence("numbers_degrees", {side: f"{value:.4f}" for side, value in limits.items()})]
    if exchanged:
        evidence.append(Evidence("order_latitude_first"))
    elif not _in_china(first, second) and abs(first) <= 90:
        evidence.append(Evidence("order_open"))
    step = _step(points)
    if step >= 0.001:
        evidence.append(Evidence("coarse", {"metres": f"{step * 111_000:,.0f}"}, "against"))
    systems = [WGS84]
    if is_shifted(places[:, 0], places[:, 1]).any():
        systems += [GCJ02, BD09]
    else:
        evidence.append(Evidence("no_shift_here", {"system": WGS84}, "for"))
    return tuple(Reading(system, exchanged) for system in systems), tuple(evidence)


def _of_metres(points: Points) -> tuple[tuple[Reading, ...], tuple[Evidence, ...]]:
    first, second = (float(value) for value in np.median(points, axis=0))
    readings: list[Reading] = []
    evidence: list[Evidence] = []
    for exchanged, east, north in ((False, first, second), (True, second, first)):
        if not NORTHINGS_M[0] <= north <= NORTHINGS_M[1]:
            continue
        zones = zones_of_easting(east)
        for zone in zones:
            readings.append(Reading(zone.crs, exchanged))
            if zone.prefixed:
                values = {"easting": f"{east:,.0f}", "number": str(zone.number), "width": str(zone.width)}
                evidence.append(Evidence("zone_prefix", values | {"meridian": str(zone.meridian)}, "for"))
        plain = sorted({zone.meridian for zone in zones if not zone.prefixed})
        if plain:
            evidence.append(Evidence("zone_plain", {"easting": f"{east:,.0f}", "count": str(len(plain))}))
            readings += [Reading(f"EPSG:{32600 + (m + 183) // 6}", exchanged) for m in plain if (m - 3) % 6 == 0]
        if zones:
            evidence.append(Evidence("old_systems"))
            if exchanged:
                evidence.append(Evidence("order_north_first"))
    for exchanged, x, y in ((False, first, second), (True, second, first)):
        if MERCATOR_X_M[0] <= x <= MERCATOR_X_M[1] and MERCATOR_Y_M[0] <= y <= MERCATOR_Y_M[1]:
            readings.append(Reading("EPSG:3857", exchanged))
            evidence.append(Evidence("mercator"))
    if not readings:
        low, high = points.min(axis=0), points.max(axis=0)
        values = {"low": f"{low[0]:,.0f}, {low[1]:,.0f}", "high": f"{high[0]:,.0f}, {high[1]:,.0f}"}
        return (Reading("local", False),), (Evidence("numbers_local", values),)
    return tuple(readings), tuple(evidence)


def _swapped(points: Points, usable: Mask, degrees: bool) -> Mask:
    """Rows that lie in China the other way round than most rows do."""
    first, second = points[:, 0], points[:, 1]
    with np.errstate(invalid="ignore"):
        if degrees:
            given, exchanged = _in_china(first, second), _in_china(second, first)
        else:
            given, exchanged = _in_zones(first, second), _in_zones(second, first)
    given, exchanged = usable & given & ~exchanged, usable & exchanged & ~given
    if given.sum() >= exchanged.sum():
        return exchanged if given.sum() > usable.sum() / 2 else np.zeros_like(usable)
    return given if exchanged.sum() > usable.sum() / 2 else np.zeros_like(usable)


def _far(points: Points, least: float) -> Mask:
    if not len(points):
        return np.zeros(0, dtype=bool)
    away = np.hypot(*(points - np.median(points, axis=0)).T)
    return np.asarray(away > max(least, 10 * float(np.median(away))))


def _in_china(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Mask:
    """Whether degrees can be a place in China; never true the other way round, too."""
    lon, lat = np.asarray(lon), np.asarray(lat)
    return np.asarray((lon > 70) & (lon < 140) & (lat > 0) & (lat < 60))


def _in_zones(east: npt.ArrayLike, north: npt.ArrayLike) -> Mask:
    """Whether metres can be a place in a zone of mainland China; never true the other way round, too."""
    north = np.asarray(north)
    return np.asarray((north >= NORTHINGS_M[0]) & (north <= NORTHINGS_M[1]) & in_some_zone(east))


def _step(points: Points) -> float:
    """The coarsest of 0.1, 0.01 ... to which all numbers are rounded."""
    for digits in range(1, 7):
        if np.allclose(points, points.round(digits), rtol=0, atol=1e-9):
            return float(10.0**-digits)
    return 1e-7


def _rows(odd: dict[int, str]) -> tuple[Evidence, ...]:
    reasons = list(odd.values())
    return tuple(
        Evidence(f"rows_{reason}", {"count": str(reasons.count(reason))})
        for reason in ("not_number", "zero", "swapped", "far")
        if reason in reasons
    )


def _sorted(odd: dict[int, str]) -> tuple[OddRow, ...]:
    return tuple(OddRow(row, odd[row]) for row in sorted(odd))
