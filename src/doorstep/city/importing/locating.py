"""In which system the coordinates of a list are, and where its rows lie in degrees of WGS84."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from doorstep.city.coordinates import (
    WGS84,
    Detection,
    LocalGrid,
    convert,
    evidence_text,
    likely_system,
    system_of_text,
)
from doorstep.city.crs import placed
from doorstep.city.importing.by_address import streets_by_name, system_by_addresses
from doorstep.city.importing.control_points import POOR_FIT_M
from doorstep.city.importing.lists import Listed
from doorstep.city.importing.positions import system_by_headings
from doorstep.city.model import Streets
from doorstep.city.streets import OSM_SUFFIXES, find_streets, osm_streets
from doorstep.city.tables import read_table
from doorstep.errors import Problem
from doorstep.messages import text

__all__ = ["Ground", "ground_of_city", "ground_of_file", "locate", "with_zone"]

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]
_SAID = re.compile(
    r"gcj-?02|bd-?09|bd(?=_?l)|gcj(?=_?l)|wgs-?84|cgcs2000|国家2000|2000国家大地|火星|高德|百度|腾讯|epsg:?\d{4,5}|地方坐标|独立坐标|本地坐标",
    re.IGNORECASE,
)
_MARGIN_DEGREES = 0.03
_MOST_OUTSIDE = 0.1
"""Share of a map's outlines far from all streets, above which the streets are those of a part of the city."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What coordinates are compared with: streets in the system ``crs``, and the box of the city in degrees."""

    streets: list[Any]
    buildings: list[Any]
    crs: str
    box: tuple[float, float, float, float] | None
    names: Sequence[str] = ()

    def with_map(self, outlines: Shapes) -> Ground:
        """Return the ground with a box that holds the map of the communities, too."""
        known = [shape for shape in outlines if shape is not None and shape.area > 0]  # points are no map
        if not known:
            return self
        bounds = np.array(_wider(shapely.total_bounds(np.array(known, dtype=object)).reshape(2, 2))).reshape(2, 2)
        if self.box is not None:
            bounds = np.vstack([bounds, np.array(self.box).reshape(2, 2)])
        low, high = bounds.min(axis=0), bounds.max(axis=0)
        return dataclasses.replace(self, box=(float(low[0]), float(low[1]), float(high[0]), float(high[1])))

    def named(self) -> dict[str, Any]:
        """Streets by plain name; none if the names are not known."""
        return streets_by_name(self.streets, self.names) if self.names else {}


def ground_of_city(folder: Path, tables_crs: str, language: str, outlines: Shapes) -> Ground:
    """Return the streets of a city folder and the box of what it holds; empty if there is nothing yet."""
    problems: list[Problem] = []
    path = find_streets(folder, problems) if folder.is_dir() else None
    lines: list[Any] = []
    names: list[str] = []
    crs = WGS84
    if path is not None and path.name.casefold().endswith(OSM_SUFFIXES):
        read = osm_streets(path, problems)
        if read is not None:
            streets, crs = read
            lines, names = _lines(streets)
    elif path is not None:
        raw = read_table(path, "streets", language, problems)
        if raw is not None:
            shapes, crs, _ = placed(raw, tables_crs, problems)
            cells = raw.cells["name"] if "name" in raw.cells else [""] * len(shapes)
            known_lines = [(shape, str(cell)) for shape, cell in zip(shapes, cells, strict=True) if shape is not None]
            lines, names = [shape for shape, _ in known_lines], [name for _, name in known_lines]
    box = None
    if lines:
        corners = convert(np.array(shapely.total_bounds(np.array(lines, dtype=object))).reshape(2, 2), crs, WGS84)
        box = _wider(np.vstack([corners]))
    else:
        known = [shape for shape in outlines if shape is not None]
        if known:
            box = _wider(np.array(shapely.total_bounds(np.array(known, dtype=object))).reshape(2, 2))
    return Ground(lines, [], crs, box, names)


def ground_of_file(path: Path) -> Ground | None:
    """Return the streets of an OpenStreetMap file as ground; None if it holds none."""
    read = osm_streets(path, [])
    if read is None:
        return None
    streets, crs = read
    lines, names = _lines(streets)
    corners = convert(np.array(shapely.total_bounds(np.array(lines, dtype=object))).reshape(2, 2), crs, WGS84)
    return Ground(lines, [], crs, _wider(corners), names)


def _wider(corners: Floats) -> tuple[float, float, float, float]:
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    margin = max(_MARGIN_DEGREES, 0.5 * float(np.hypot(east - west, north - south)))
    return float(west - margin), float(south - margin), float(east + margin), float(north + margin)


def _lines(streets: Streets) -> tuple[list[Any], list[str]]:
    """Ways that are walked or driven on, and their names."""
    first, nodes = streets.first_node_of_way, streets.way_nodes
    points = np.column_stack([streets.node_x_m, streets.node_y_m])
    found = [
        (shapely.LineString(points[nodes[start:end]]), tags.get("name", ""))
        for start, end, tags in zip(first[:-1], first[1:], streets.way_tags, strict=True)
        if end - start > 1 and "highway" in tags
    ]
    return [line for line, _ in found], [name for _, name in found]


def with_zone(grid: LocalGrid, ground: Ground) -> LocalGrid:
    """Return the grid with the zone that puts it where the city is: eastings often carry no zone number."""
    if ground.box is None:
        return grid
    from doorstep.city.coordinates import zones_of_easting

    for zone in zones_of_easting(float(grid.about[0])):
        (lon, lat), *_ = convert([grid.about], zone.crs, WGS84)
        west, south, east, north = ground.box
        if west <= lon <= east and south <= lat <= north:
            return dataclasses.replace(grid, crs=zone.crs)
    return grid


def locate(
    listed: Listed, ground: Ground, grid: LocalGrid | None, said: str, language: str, otherwise: str = ""
) -> Shapes | None:
    """Return the place of each row in WGS84 degrees, None where it has none; all None if the system cannot be told.

    Parameters
    ----------
    said
        The system that a person confirmed, "" if nobody did.
    otherwise
        The system to take where neither the points nor the file tell; ``listed.otherwise`` then says so.
    """
    assert listed.reader is not None
    if grid is not None and grid.rms_m > POOR_FIT_M and "local" not in (said.casefold(), otherwise.casefold()):
        grid = None
    if listed.shapes is not None and listed.crs:
        return _checked(listed, _turned(listed.shapes, listed.crs, exchanged=False), ground)
    given = listed.points if listed.points is not None else _middles(listed.shapes)
    if given is None:
        return None
    declared = said or _declared(listed)
    detection = likely_system(
        given, streets=ground.streets or None, declared=declared or None, reference_crs=ground.crs
    )
    system, exchanged, reason = _decided(detection, given, grid, ground, said, declared)
    evidence = [evidence_text(language, line) for line in (detection.reason, *detection.evidence)]
    if system is None and not said and "address" in listed.frame and ground.names:
        addresses = [str(one) for one in listed.frame["address"]]
        told = system_by_addresses(addresses, given, detection.candidates, ground.named(), ground.crs)
        if told is not None:
            system, exchanged, reason = told[0].system, told[0].exchanged, "found"
            evidence.insert(0, evidence_text(language, told[1]))
    if system is None and otherwise:
        system, exchanged, reason = _decided(detection, given, grid, ground, otherwise, otherwise)
        possible = {one.system for one in detection.candidates} | {WGS84, "EPSG:4490"} & {str(system)}
        if possible == {"local"} and str(system).startswith("EPSG:"):
            possible.add(str(system))  # metres of another country's grid: the numbers rule it neither in nor out
        fits = isinstance(system, LocalGrid) or not detection.candidates or str(system) in possible
        system = system if fits else None
        listed.otherwise = otherwise if system is not None else ""
    if system is not None and not isinstance(system, LocalGrid) and _no_degrees(given, system):
        system, listed.otherwise = None, ""  # metres: whoever said degrees spoke of another list
    if detection.candidates:
        best = detection.answer or detection.candidates[0]
        evidence += [evidence_text(language, line) for line in best.evidence]
    if system is None:
        guess = system_by_headings(listed.about_points, given)
        evidence += [text(language, "import_layout.perhaps_system", system=guess)] if guess else []
        listed.reader.question(listed.about_points, "system", evidence=" ".join(evidence))
        return np.full(len(listed.frame), None, dtype=object)
    name = "local" if isinstance(system, LocalGrid) else system
    listed.reader.layout(
        listed.about_points,
        "system",
        system=name,
        evidence=" ".join(evidence) if reason == "found" else _reason(reason, language),
    )
    if isinstance(system, LocalGrid) and listed.crs == "":
        listed.crs = "local"
    if listed.shapes is not None:
        return _checked(listed, _turned(listed.shapes, system, exchanged=exchanged), ground)
    points = given[:, ::-1].copy() if exchanged else given.copy()
    usable = np.array(np.isfinite(points).all(axis=1), dtype=bool)
    for odd in detection.odd_rows:
        if odd.reason == "zero":
            listed.reader.fault(odd.row, listed.about_points, "point-zero")
            usable[odd.row] = False
        elif odd.reason == "swapped":
            shown = f"{given[odd.row][0]:.10g}, {given[odd.row][1]:.10g}"
            listed.reader.fault(odd.row, listed.about_points, "swapped", found=shown)
            points[odd.row] = points[odd.row][::-1]
        elif odd.reason == "far":
            shown = f"{given[odd.row][0]:.10g}, {given[odd.row][1]:.10g}"
            listed.reader.fault(odd.row, listed.about_points, "outside", found=shown)
            usable[odd.row] = False
    places = np.full(len(points), None, dtype=object)
    degrees = convert(points[usable], system, WGS84)
    fine = np.isfinite(degrees).all(axis=1)
    at = np.flatnonzero(usable)[fine]
    places[at] = shapely.points(degrees[fine])
    return _checked(listed, places, ground)


def _no_degrees(given: Floats, system: str) -> bool:
    """Whether numbers are to be degrees and most of them cannot be."""
    if system.startswith("EPSG:") and not pyproj.CRS(system).is_geographic:
        return False
    known = given[np.isfinite(given).all(axis=1)]
    return bool(len(known)) and float((np.abs(known).max(axis=1) > 180).mean()) > 0.5


def _reason(reason: str, language: str) -> str:
    from doorstep.messages import text

    return text(language, f"import_layout.reason_{reason}")


def _middles(shapes: Shapes | None) -> Floats | None:
    if shapes is None:
        return None
    found = np.full((len(shapes), 2), np.nan)
    for place, shape in enumerate(shapes):
        if shape is not None and not shape.is_empty:
            middle = shape.centroid
            found[place] = (middle.x, middle.y) if not middle.is_empty else (np.nan, np.nan)
    return found


def _turned(shapes: Shapes, system: str | LocalGrid, *, exchanged: bool) -> Shapes:
    def moved(points: Floats) -> Floats:
        return convert(points[:, ::-1] if exchanged else points, system, WGS84)

    known = np.array([shape is not None and not shape.is_empty for shape in shapes], dtype=bool)
    found = np.full(len(shapes), None, dtype=object)
    if known.any():
        found[known] = np.asarray(shapely.transform(shapes[known], moved), dtype=object)
    return found


def _declared(listed: Listed) -> str:
    """What the list itself says of its coordinates: in a header, a title, the name of the sheet or of the file."""
    for said in (listed.about_points, listed.title, listed.sheet, listed.file):
        found = _SAID.search(said)
        if found and system_of_text(found.group()):
            return found.group()
    return ""


def _decided(
    detection: Detection, given: Floats, grid: LocalGrid | None, ground: Ground, said: str, declared: str
) -> tuple[str | LocalGrid | None, bool, str]:
    local = bool(detection.candidates) and detection.candidates[-1].system == "local"
    wants_local = said.casefold() == "local" or (not said and local and detection.answer is None)
    if grid is not None and wants_local:
        exchanged = _better_order(given, grid, ground)
        return (grid, exchanged, "grid") if exchanged is not None else (None, False, "")
    if said:
        system = system_of_text(said)
        order = next((one.exchanged for one in detection.candidates if one.system == system), None)
        if order is None:
            order = detection.candidates[0].exchanged if detection.candidates else False
        return system, order, "said"
    if detection.answer is not None:
        return detection.answer.system, detection.answer.exchanged, "found"
    system = system_of_text(declared) if declared else None
    fits = next(
        (one for one in detection.candidates if one.system == system or {one.system, system} == {WGS84, "EPSG:4490"}),
        None,
    )
    if system is not None and fits is not None:
        return system, fits.exchanged, "declared"
    return None, False, ""


def _better_order(given: Floats, grid: LocalGrid, ground: Ground) -> bool | None:
    """Whether north comes first: the order that puts the points where the city is; None if neither does."""
    usable = given[np.isfinite(given).all(axis=1)]
    if not len(usable):
        return None
    shares = []
    for exchanged in (False, True):
        degrees = convert(usable[:, ::-1] if exchanged else usable, grid, WGS84)
        if ground.box is None:
            spread = np.hypot(*(usable[:, ::-1] if exchanged else usable).T - grid.shift[:, None])
            shares.append(float((spread < 50_000).mean()) - 1e-9 * float(np.median(spread)))
            continue
        west, south, east, north = ground.box
        inside = (degrees[:, 0] >= west) & (degrees[:, 0] <= east) & (degrees[:, 1] >= south) & (degrees[:, 1] <= north)
        near_m = np.hypot(*(usable[:, ::-1] if exchanged else usable).T - grid.shift[:, None])
        shares.append(float(inside.mean()) - 1e-9 * float(np.median(near_m)))
    best = int(np.argmax(shares))
    return bool(best) if shares[best] > 0.5 else None


def _checked(listed: Listed, places: Shapes, ground: Ground) -> Shapes:
    """Mend outlines that cross themselves, leave out places far outside the city; both are told."""
    assert listed.reader is not None
    flat = np.flatnonzero(~shapely.is_missing(places) & (shapely.get_type_id(places) != 0))
    for place in flat.tolist():
        shape = places[place]
        if not shape.is_valid:
            listed.reader.fault(
                place, "geometry", "outline-invalid", reason=str(shapely.is_valid_reason(shape)).partition("[")[0]
            )
            mended = shapely.make_valid(shape)
            parts = [
                part for part in getattr(mended, "geoms", [mended]) if part.geom_type in ("Polygon", "MultiPolygon")
            ]
            places[place] = shapely.union_all(parts) if parts else None
    if ground.box is None:
        return places
    west, south, east, north = ground.box
    known = np.array([shape is not None for shape in places], dtype=bool)
    if not known.any():
        return places
    bounds = shapely.bounds(places[known])
    outside = (
        (bounds[:, 0] > east)
        | (bounds[:, 2] < west)
        | (bounds[:, 1] > north)
        | (bounds[:, 3] < south)
        | ~np.isfinite(bounds).all(axis=1)
    )
    if listed.table == "communities" and outside.mean() > _MOST_OUTSIDE:
        # streets of a part of the city say nothing against the map of the whole
        listed.reader.layout(
            listed.about_points, "map-wider", count=f"{int(outside.sum()):,}", of=f"{int(known.sum()):,}"
        )
        return places
    for place in np.flatnonzero(known)[outside]:
        middle = shapely.get_coordinates(places[place])[0]
        listed.reader.fault(int(place), listed.about_points, "outside", found=f"{middle[0]:.6f}, {middle[1]:.6f}")
        places[place] = None
    return places
