"""Which system coordinates are in, by the streets that addresses name: each point lies beside its own street."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.city.coordinates import WGS84, Candidate, Evidence, convert
from doorstep.city.importing.placing import plain_name

__all__ = ["streets_by_name", "system_by_addresses"]

Floats = npt.NDArray[np.float64]
_LEAST_ROWS = 4
_BESIDE_M = 200.0
_CLEARER = 2.5
"""A system is told if half of at least four points lie within 200 m of the street that their address names, and every
other system puts them 2.5 times as far: shifts are 300 to 1,200 m, places in a large compound lie some 100 m off. Our
judgement."""


def streets_by_name(lines: Sequence[Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the lines of each named street as one shape, by plain name."""
    found: dict[str, list[Any]] = {}
    for line, name in zip(lines, names, strict=True):
        if len(plain_name(name)) > 1:
            found.setdefault(plain_name(name), []).append(line)
    return {name: shapely.union_all(parts) for name, parts in found.items()}


def system_by_addresses(
    addresses: Sequence[str], given: Floats, candidates: Sequence[Candidate], streets: Mapping[str, Any], crs: str
) -> tuple[Candidate, Evidence] | None:
    """Return the system that puts the points beside the streets of their addresses, and the evidence; None if none.

    Parameters
    ----------
    addresses
        One for each point, "" if unknown.
    given
        Shape (n, 2), as they stand in the file.
    candidates
        Systems that are possible.
    streets
        Shapes by plain name (:func:`streets_by_name`), in the system ``crs``.
    """
    named = sorted(streets, key=len, reverse=True)
    rows: list[tuple[int, Any]] = []
    for place, address in enumerate(addresses):
        plain = re.sub(r"^.*(?:街道|街办|社区)", "", plain_name(address)) or plain_name(address)
        street = next((streets[name] for name in named if name in plain), None)
        if street is not None and np.isfinite(given[place]).all():
            rows.append((place, street))
    if len(rows) < _LEAST_ROWS:
        return None
    places = np.array([place for place, _ in rows])
    shapes = np.array([street for _, street in rows], dtype=object)
    metres: list[tuple[float, Candidate]] = []
    for one in candidates:
        if one.system == "local":
            continue
        points = given[places][:, ::-1] if one.exchanged else given[places]
        metres.append((_median_m(convert(points, one.system, crs), shapes, crs), one))
    metres.sort(key=lambda pair: pair[0])
    others = [
        pair
        for pair in metres[1:]
        if (pair[1].system, pair[1].exchanged) != (metres[0][1].system, metres[0][1].exchanged)
    ]
    if not metres or not others or metres[0][0] > _BESIDE_M or others[0][0] < max(_CLEARER * metres[0][0], _BESIDE_M):
        return None
    values = {"count": str(len(rows)), "metres": f"{metres[0][0]:.0f}", "others": f"{others[0][0]:,.0f}"}
    values |= {"system": metres[0][1].system, "other": others[0][1].system}
    return metres[0][1], Evidence("by_address", values, "for")


def _median_m(points: Floats, shapes: npt.NDArray[np.object_], crs: str) -> float:
    """Half of the points lie within so many metres of their own shapes; infinity where they cannot be there at all."""
    if not np.isfinite(points).all(axis=1).any():
        return float("inf")
    if crs == WGS84:
        lat = float(np.nanmedian(points[:, 1]))
        scale = np.array([111_320.0 * np.cos(np.radians(lat)), 110_950.0])
        points = points * scale
        shapes = shapely.transform(shapes, lambda one: one * scale)
    usable = np.isfinite(points).all(axis=1)
    off = np.full(len(points), np.inf)
    off[usable] = shapely.distance(shapely.points(points[usable]), shapes[usable])
    return float(np.median(off))
