"""Which system a file is in: told by the fit to streets, not told where the evidence is too thin."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from doorstep.city.coordinates import convert, likely_system

CRS = "EPSG:4549"
MIDDLE = (468_300.0, 3_421_700.0)


def _town() -> tuple[list[shapely.LineString], np.ndarray]:
    """Streets at uneven distances and places 5 m beside them."""
    chance = np.random.default_rng(5)
    east = np.cumsum(chance.uniform(60, 260, 16)) + MIDDLE[0] - 1200
    north = np.cumsum(chance.uniform(60, 260, 16)) + MIDDLE[1] - 1200
    lines = [shapely.LineString([(x, north[0]), (x, north[-1])]) for x in east]
    lines += [shapely.LineString([(east[0], y), (east[-1], y)]) for y in north]
    along = chance.uniform(0, 1, 120)
    which = chance.integers(0, len(lines), 120)
    points = [lines[w].interpolate(a, normalized=True) for w, a in zip(which, along, strict=True)]
    return lines, shapely.get_coordinates(points) + chance.uniform(-5, 5, (120, 2))


@pytest.mark.parametrize("system", ["EPSG:4326", "GCJ-02", "BD-09", "EPSG:4549", "EPSG:4528"])
@pytest.mark.parametrize("exchanged", [False, True])
def test_the_system_is_told_by_the_streets(system: str, exchanged: bool) -> None:
    lines, places = _town()
    given = convert(places, CRS, system)
    found = likely_system(given[:, ::-1] if exchanged else given, streets=lines, reference_crs=CRS)
    assert found.answer is not None
    assert (found.answer.system, found.answer.exchanged) == (system, exchanged)


def test_five_points_decide_nothing() -> None:
    lines, places = _town()
    assert likely_system(convert(places[:5], CRS, "GCJ-02"), streets=lines, reference_crs=CRS).answer is None


def test_points_without_any_relation_to_the_streets_are_not_told() -> None:
    lines, _ = _town()
    chance = np.random.default_rng(6)
    points = chance.uniform(-900, 900, (80, 2)) + MIDDLE
    found = likely_system(convert(points, CRS, "GCJ-02"), streets=lines, reference_crs=CRS)
    assert found.answer is None
    assert found.reason.key in ("cannot_poor_fit", "cannot_close")


def test_rows_that_stand_out_are_named() -> None:
    lines, places = _town()
    given = convert(places, CRS, "GCJ-02")
    given[3], given[7], given[9] = 0.0, given[7, ::-1].copy(), given[9] + (1.0, 0.0)
    found = likely_system(given, streets=lines, reference_crs=CRS)
    assert [(odd.row, odd.reason) for odd in found.odd_rows] == [(3, "zero"), (7, "swapped"), (9, "far")]
    assert found.answer is not None
    assert found.answer.system == "GCJ-02"
