"""Which system coordinates are in, judged by the numbers and by the fit to streets and buildings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from doorstep.city.coordinates.convert import BD09, CGCS2000, GCJ02, WGS84, system_of_text
from doorstep.city.coordinates.evidence import Evidence
from doorstep.city.coordinates.fit import ELSEWHERE, Fit, fits_of, margin
from doorstep.city.coordinates.ground import ground_of
from doorstep.city.coordinates.numbers import OddRow, Reading, readings_of_numbers

__all__ = ["Candidate", "Detection", "likely_system"]

LEAST_IN_AREA = 0.5
"""A reading that puts fewer of the points where the city is cannot be the answer: our judgement."""
LEAST_POINTS = 10
"""Fewer points than this decide nothing: our judgement."""
CHANCE = 0.02
"""Share of random shifts that may fit as well: 0.005, 0.02, 0.05, our judgement."""
MARGIN = 3.0
"""Standard errors by which the best must fit better than the next: 2, 3, 4, our judgement."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One system that the points may be in.

    Parameters
    ----------
    system
        ``EPSG:4326`` (degrees of WGS84 or CGCS2000), ``GCJ-02``, ``BD-09``, another EPSG code, ``local``.
    exchanged
        True if the first column is latitude or north.
    in_area
        Share of the points that lie where the streets and buildings are; NaN without these.
    inside
        Share of those points that lie in a building; NaN without buildings.
    street_m
        Median distance of those points to the nearest street, 100 m at most; NaN without streets.
    fit
        How well the points fit, in standard deviations above points moved at random; NaN if it was not measured.
    chance
        Share of random shifts that fit as well or better; NaN if it was not measured.
    evidence
        What speaks for and against this system.
    """

    system: str
    exchanged: bool
    in_area: float
    inside: float
    street_m: float
    fit: float
    chance: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """What the coordinates are likely in.

    Parameters
    ----------
    answer
        The system that the evidence is enough for; None: it cannot be told.
    reason
        Why it is the answer, or why there is none.
    candidates
        All systems that are possible, the likeliest first.
    evidence
        What is known of the numbers whichever system they are in.
    odd_rows
        Rows that were left out because they do not go with the others.
    """

    answer: Candidate | None
    reason: Evidence
    candidates: tuple[Candidate, ...]
    evidence: tuple[Evidence, ...]
    odd_rows: tuple[OddRow, ...]


def likely_system(
    points: npt.ArrayLike,
    streets: Any | None = None,
    buildings: Any | None = None,
    declared: str | None = None,
    reference_crs: str = WGS84,
) -> Detection:
    """Return the systems that points may be in, the likeliest first, each with its evidence.

    The numbers give the candidates. Streets and buildings judge them: places lie in buildings and near streets, and
    the same places moved by 200 to 2,000 m at random do so less. A system is the answer if it fits better than 98 of
    100 such shifts and clearly better than the next candidate; or if it alone puts the points where the city is.
    Otherwise there is no answer, and ``reason`` says why. What a file declares never decides; it goes first among
    equals.

    Parameters
    ----------
    points
        Shape (n, 2), as they stand in the file: either column may come first.
    streets
        Lines (shapely, also a GeoSeries), or None.
    buildings
        Polygons, or None.
    declared
        What the file or a person says, in any words that ``system_of_text`` reads.
    reference_crs
        System of streets and buildings.

    Examples
    --------
    >>> found = likely_system([[40467159.7, 3420361.4], [40469648.4, 3420518.0], [40468240.8, 3421852.3]])
    >>> found.answer.system, found.reason.key
    ('EPSG:4528', 'by_numbers')
    >>> likely_system([[119.673, 30.907], [119.663, 30.924]]).reason.key
    'cannot_no_ground'
    """
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    readings, evidence, odd = readings_of_numbers(points)
    kept = np.delete(points, [row.row for row in odd], axis=0)
    ground = ground_of(streets, buildings, reference_crs)
    said = system_of_text(declared) if declared else None
    if ground is not None:
        readings = _with_city(readings, ground.crs, said)
    fits = sorted(fits_of(readings, kept, ground), key=lambda fit: _rank(fit, said))
    place, reason = _verdict(fits, ground is not None)
    candidates = tuple(_candidate(fit) for fit in fits)
    answer = None if place is None else candidates[place]
    return Detection(answer, reason, candidates, (*evidence, *_of_declared(declared, said, answer, candidates)), odd)


def _with_city(readings: tuple[Reading, ...], crs: str, said: str | None) -> tuple[Reading, ...]:
    """Add what only the city's own place makes possible: its metric system, a declared one, the other order abroad."""
    systems = {reading.system for reading in readings}
    if systems == {WGS84}:
        more = [WGS84]
    elif WGS84 in systems or not systems:
        return readings
    else:
        declared_metric = said not in (None, GCJ02, BD09) and pyproj.CRS(said).is_projected
        more = [crs, said] if said and declared_metric else [crs]
    added = [Reading(system, exchanged) for system in more for exchanged in (False, True)]
    local = [reading for reading in readings if reading.system == "local"]
    return tuple(dict.fromkeys([*(reading for reading in readings if reading.system != "local"), *added, *local]))


def _rank(fit: Fit, said: str | None) -> tuple[bool, float, float, bool]:
    """Those in the city first, by their fit; then what the file says; sorting leaves the rest as it was."""
    return (
        not fit.in_area >= LEAST_IN_AREA,
        -fit.score if np.isfinite(fit.score) else np.inf,
        -fit.in_area if np.isfinite(fit.in_area) else 0.0,
        not (said and _same(fit.reading.system, said)),
    )


def _verdict(fits: list[Fit], grounded: bool) -> tuple[int | None, Evidence]:
    """The position of the answer in the ranked fits, None if there is none, and why."""
    if not fits:
        return None, Evidence("cannot_nothing")
    best = fits[0]
    system = best.reading.system
    if not grounded and system == "local":
        return None, Evidence("cannot_local")
    if not grounded:
        # with a zone number in front, or where no map shifts, the numbers leave one system
        return (
            (0, Evidence("by_numbers", {"system": system})) if len(fits) == 1 else (None, Evidence("cannot_no_ground"))
        )
    if not best.in_area >= LEAST_IN_AREA:
        return None, Evidence("cannot_local" if fits[-1].reading.system == "local" else "cannot_elsewhere")
    if len(fits) == 1:
        return 0, Evidence("by_numbers", {"system": system})
    if all(fit.in_area <= ELSEWHERE for fit in fits[1:]):
        # the next system that the numbers allow is many kilometres away: no street needs to be asked
        return 0, Evidence("by_place", {"system": system, "share": f"{100 * best.in_area:.0f}"})
    count = int(np.isfinite(best.worth).sum())
    if count < LEAST_POINTS:
        return None, Evidence("cannot_few", {"count": str(count), "needed": str(LEAST_POINTS)})
    if not best.chance <= CHANCE:
        return None, Evidence("cannot_poor_fit", {"system": system, "share": f"{100 * best.chance:.1f}"})
    rivals = [fit for fit in fits[1:] if fit.in_area > best.in_area / 2]
    if not rivals:
        return 0, Evidence("by_fit_and_place", {"system": system})
    lead, second = min(((margin(best, fit), fit.reading.system) for fit in rivals), key=lambda pair: pair[0])
    values = {"system": system, "other": second, "lead": f"{lead:.1f}", "needed": f"{MARGIN:.0f}"}
    return (0, Evidence("by_fit", values)) if lead >= MARGIN else (None, Evidence("cannot_close", values))


def _candidate(fit: Fit) -> Candidate:
    evidence = []
    if np.isfinite(fit.in_area):
        speaks = "for" if fit.in_area >= LEAST_IN_AREA else "against"
        evidence.append(Evidence("in_area", {"share": f"{100 * fit.in_area:.0f}"}, speaks))
    if np.isfinite(fit.inside):
        values = {"share": f"{100 * fit.inside:.0f}", "moved": f"{100 * fit.moved_inside:.0f}"}
        evidence.append(Evidence("in_buildings", values, "for" if fit.inside > fit.moved_inside else "against"))
    if np.isfinite(fit.street_m):
        values = {"metres": f"{fit.street_m:.0f}", "moved": f"{fit.moved_street_m:.0f}"}
        evidence.append(Evidence("at_streets", values, "for" if fit.street_m < fit.moved_street_m else "against"))
    if np.isfinite(fit.chance):
        share = f"{100 * fit.chance:.1f}"
        evidence.append(Evidence("by_chance", {"share": share}, "for" if fit.chance <= CHANCE else "against"))
    return Candidate(
        fit.reading.system, fit.reading.exchanged, fit.in_area, fit.inside, fit.street_m, fit.score, fit.chance,
        tuple(evidence),
    )  # fmt: skip


def _of_declared(
    declared: str | None, said: str | None, answer: Candidate | None, candidates: tuple[Candidate, ...]
) -> tuple[Evidence, ...]:
    if not declared:
        return ()
    if said is None:
        return (Evidence("declared_unknown", {"found": declared[:80]}),)
    if not any(_same(candidate.system, said) for candidate in candidates):
        return (Evidence("declared_impossible", {"system": said}, "against"),)
    if answer is None:
        return (Evidence("declared_open", {"system": said}),)
    if _same(answer.system, said):
        return (Evidence("declared_agrees", {"system": said}, "for"),)
    return (Evidence("declared_differs", {"system": said, "other": answer.system}, "against"),)


def _same(system: str, said: str) -> bool:
    return system == said or {system, said} == {WGS84, CGCS2000}
