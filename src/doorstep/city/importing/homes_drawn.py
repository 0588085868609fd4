"""Outlines of buildings given to the rows of the register that they are: by name, place or nearness, with evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city.importing.convert import Reader
from doorstep.city.importing.held import Held, middles_of
from doorstep.city.importing.placing import plain_address, plain_name

__all__ = ["Joined", "building_number", "give_to_rows", "join_outlines", "joined_changes"]

Shapes = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]
_NEAR_M = 20.0
_FARTHER = 2.0
"""A nearest outline is taken if every other is at least this many times as far from the row's point."""


@dataclass(slots=True, eq=False)
class Joined:
    """What became of the outlines of a list.

    Parameters
    ----------
    row_of
        Shape (n,): position of the city's row that an outline is, -1 for none.
    how
        Position of an outline -> the evidence: ``written``, ``address``, ``point`` or ``nearest``.
    refused
        Position of an outline that is not taken -> why.
    """

    row_of: npt.NDArray[np.int64]
    how: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def give_to_rows(made: pd.DataFrame, places: Shapes, homes: Held, found: Joined, reader: Reader) -> None:
    """Make the outlines that are rows of the register fill in those rows: what the register says itself stays.

    Floor area is footprint times storeys where storeys are known and nobody gives an area.
    """
    frame, joined = homes.frame, np.flatnonzero(found.row_of >= 0)
    ids = np.array(_column(made, "id"), dtype=object)
    ids[joined] = frame["id"].to_numpy(dtype=object)[found.row_of[joined]] if len(frame) else ""
    made["id"] = ids
    names = _column(made, "name")
    for place, (compound, building) in enumerate(
        zip(_column(made, "compound"), _column(made, "building"), strict=True)
    ):
        if names[place] == building and compound and building:
            names[place] = compound + building
    made["name"] = np.array(names, dtype=object)
    for column in ("name", "compound", "building", "address"):
        if column in made and column in frame and len(joined):
            held = frame[column].to_numpy(dtype=object)[found.row_of[joined]]
            values = made[column].to_numpy(dtype=object).copy()
            values[joined] = np.where(held != "", held, values[joined])
            made[column] = values
    storeys = made["storeys"].to_numpy(dtype=np.float64).copy() if "storeys" in made else np.full(len(made), np.nan)
    without = np.ones(len(made), dtype=bool)
    if len(joined):
        of_row = pd.to_numeric(pd.Series(_column(frame, "storeys")), errors="coerce").to_numpy(dtype=np.float64)
        storeys[joined] = np.where(np.isfinite(of_row), of_row, np.nan)[found.row_of[joined]]
        without[joined] = np.array(_column(frame, "floor_area_m2"), dtype=object)[found.row_of[joined]] == ""
    usable = ~shapely.is_missing(places)
    area = np.zeros(len(made))
    lat = np.radians(shapely.get_y(shapely.centroid(places[usable])))
    area[usable] = shapely.area(places[usable]) * 111_320.0 * 110_950.0 * np.cos(lat)
    given = made["floor_area_m2"].to_numpy(dtype=np.float64) if "floor_area_m2" in made else np.full(len(made), np.nan)
    floor = np.where(without & (area > 0) & np.isnan(given), np.round(area * storeys, 1), np.nan)
    if np.isfinite(floor).any():
        made["floor_area_m2"] = np.where(np.isfinite(floor), floor, given)
        reader.layout("", "outline-floor", count=f"{int(np.isfinite(floor).sum()):,}")


def joined_changes(found: Joined, made: pd.DataFrame, homes: Held, source: str) -> pd.DataFrame:
    """Return a row of changes for each outline that was given to a row: what spoke for it."""
    basis, label = _column(homes.frame, "place_basis"), _column(homes.frame, "name")
    rows = [
        {
            "kind": "joined",
            "table": "residences",
            "id": str(homes.frame["id"].iloc[found.row_of[place]]),
            "name": label[found.row_of[place]],
            "column": "outline",
            "before": basis[found.row_of[place]],
            "after": how,
            "source": source,
            "row": str(made["source_row"].iloc[place]),
        }
        for place, how in sorted(found.how.items())
    ]
    return pd.DataFrame(rows)


def building_number(text: str) -> str:
    """Return the number of a building, whatever its kind is called, else the plain name.

    Examples
    --------
    >>> building_number("03幢"), building_number("3号楼"), building_number("A座"), building_number("Block 7")
    ('3', '3', 'a', 'block7')
    """
    plain = plain_name(text)
    number = re.fullmatch(r"([a-z]?)0*(\d{1,4})(?:号楼|号|栋|幢|座|楼)?|([a-z])(?:栋|幢|座)", plain)
    return (number.group(3) or number.group(1) + number.group(2)) if number else plain


def join_outlines(
    made: pd.DataFrame, places: Shapes, homes: Held, compounds: Held, reader: Reader, *, only_joined: bool
) -> Joined:
    """Find the row of the register that each outline of a building is.

    In this order: compound and number that are written in the outline or name it (the compound else from the outline
    of a compound that it lies in); its address; the only known point that lies in it; the point that lies beside it,
    if no other outline is near. A row that several outlines claim, and an outline with several rows in it, is nobody's.

    Parameters
    ----------
    made
        Outlines as rows: ``compound``, ``building`` and ``address`` as far as they are known; compounds are filled in.
    places
        Their shapes in EPSG:4326.
    homes
        The residences of the city.
    compounds
        Its compounds.
    only_joined
        True if outlines without number and figures that are no row are left out, and so is every one in a compound of
        which the city has buildings: its people are counted there already.
    """
    found = Joined(np.full(len(made), -1, dtype=np.int64))
    _fill_compounds(made, places, compounds)
    frame = homes.frame
    if not len(frame):
        return found
    compound = [plain_name(one) for one in _column(made, "compound")]
    number = [building_number(one) for one in _column(made, "building")]
    held_compound = [plain_name(one) for one in _column(frame, "compound")]
    held_number = [building_number(one) for one in _column(frame, "building")]
    usable = ~shapely.is_missing(places) & (shapely.get_type_id(places) >= 3)
    claims: dict[int, list[tuple[int, str]]] = {}
    rows_of = _rows_by([f"{a}|{b}" if a and b else "" for a, b in zip(held_compound, held_number, strict=True)])
    rows_at = _rows_by([plain_address(one) if one else "" for one in _column(frame, "address")])
    addresses = [plain_address(one) if one else "" for one in _column(made, "address")]
    inside = _points_inside(places, usable, homes)
    for place in np.flatnonzero(usable).tolist():
        key = f"{compound[place]}|{number[place]}" if compound[place] and number[place] else ""
        for how, rows in (("written", rows_of.get(key, [])), ("address", rows_at.get(addresses[place], []))):
            if len(rows) == 1:
                claims.setdefault(rows[0], []).append((place, how))
                break
        else:
            within = [one for one in inside.get(place, []) if _may_be(number[place], held_number[one])]
            if len(within) == 1:
                claims.setdefault(within[0], []).append((place, "point"))
            elif inside.get(place):
                found.refused[place] = "outline-several"
    for row, claimed in claims.items():
        one = claimed if len(claimed) == 1 else [own for own in claimed if row in inside.get(own[0], [])]
        if len(one) == 1:
            found.row_of[one[0][0]], found.how[one[0][0]] = row, one[0][1]
        found.refused |= {place: "outline-several" for place, _ in claimed if found.row_of[place] < 0}
    _nearest(places, usable, homes, number, held_number, found)
    _left(made, held_compound, number, places, found, only_joined=only_joined)
    _tell(found, made, reader)
    return found


def _column(frame: pd.DataFrame, name: str) -> list[str]:
    return [str(one) for one in frame[name]] if name in frame else [""] * len(frame)


def _rows_by(keys: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        if key:
            found.setdefault(key, []).append(row)
    return found


def _may_be(number: str, other: str) -> bool:
    """Whether two numbers do not contradict one another."""
    return not number or not other or number == other


def _fill_compounds(made: pd.DataFrame, places: Shapes, compounds: Held) -> None:
    """Give outlines without a compound that in whose outline they lie."""
    names = _column(compounds.frame, "name")
    flat = [row for row, shape in enumerate(compounds.shapes) if shape is not None and shape.geom_type != "Point"]
    if not flat:
        return
    values = _column(made, "compound")
    tree = shapely.STRtree(compounds.shapes[flat])
    for place, shape in enumerate(places):
        if shape is None or values[place]:
            continue
        around = [names[flat[one]] for one in tree.query(shape.representative_point(), predicate="within")]
        values[place] = around[0] if len(around) == 1 else ""
    if any(values):
        made["compound"] = np.array(values, dtype=object)


def _points_inside(places: Shapes, usable: Bools, homes: Held) -> dict[int, list[int]]:
    """Rows whose own point lies in an outline; a point that was only guessed from a compound says nothing."""
    rows = np.flatnonzero(_exact(homes))
    found: dict[int, list[int]] = {}
    if len(rows) and usable.any():
        tree = shapely.STRtree(middles_of(homes.shapes)[rows])
        own = np.flatnonzero(usable)
        for one, other in zip(*tree.query(places[own], predicate="intersects"), strict=True):
            found.setdefault(int(own[one]), []).append(int(rows[other]))
    return found


def _exact(homes: Held) -> Bools:
    basis = np.array(_column(homes.frame, "place_basis"), dtype=object)
    return np.asarray(~shapely.is_missing(homes.shapes) & (basis == ""), dtype=bool)


def _nearest(
    places: Shapes, usable: Bools, homes: Held, number: list[str], held_number: list[str], found: Joined
) -> None:
    """Points beside an outline: offices place a building at its door or in the street."""
    taken = set(found.row_of.tolist())
    rows = [row for row in np.flatnonzero(_exact(homes)).tolist() if row not in taken]
    free = [
        place for place in np.flatnonzero(usable).tolist() if found.row_of[place] < 0 and place not in found.refused
    ]
    if not rows or not free:
        return
    lat = float(np.median(shapely.get_y(middles_of(homes.shapes)[rows])))
    scale = np.array([111_320.0 * np.cos(np.radians(lat)), 110_950.0])

    def metric(shapes: Shapes) -> Shapes:
        return np.asarray(shapely.transform(shapes, lambda points: points * scale), dtype=object)

    every = np.flatnonzero(usable)
    tree, points = shapely.STRtree(metric(places[every])), metric(middles_of(homes.shapes)[rows])
    claims: dict[int, list[int]] = {}
    for row, point in zip(rows, points, strict=True):
        near = tree.query(point, predicate="dwithin", distance=_NEAR_M * _FARTHER)
        metres = sorted((float(shapely.distance(point, tree.geometries[one])), int(every[one])) for one in near)
        if not metres or metres[0][0] > _NEAR_M or metres[0][1] not in free:
            continue
        if len(metres) > 1 and metres[1][0] < max(_FARTHER * metres[0][0], 1.0):
            continue
        if _may_be(number[metres[0][1]], held_number[row]):
            claims.setdefault(metres[0][1], []).append(row)
    for place, claimed in claims.items():
        if len(claimed) == 1:
            found.row_of[place], found.how[place] = claimed[0], "nearest"
        else:
            found.refused[place] = "outline-several"


def _left(
    made: pd.DataFrame,
    held_compound: list[str],
    number: list[str],
    places: Shapes,
    found: Joined,
    *,
    only_joined: bool,
) -> None:
    """Outlines that are no row: new buildings, unless their compound's are in the register or nothing is known."""
    registered = set(held_compound) - {""}
    compound = [plain_name(one) for one in _column(made, "compound")]
    dwellings = made["dwellings"].notna().to_numpy() if "dwellings" in made else np.zeros(len(made), dtype=bool)
    for place in range(len(made)):
        if found.row_of[place] >= 0 or place in found.refused:
            continue
        known = bool(number[place]) or bool(dwellings[place])
        if places[place] is None or (only_joined and (compound[place] in registered or not known)):
            found.refused[place] = "outline-no-row"


def _tell(found: Joined, made: pd.DataFrame, reader: Reader) -> None:
    counts = Counter(found.how.values())
    if counts:
        figures = {name: f"{counts[name]:,}" for name in ("written", "address", "point", "nearest")}
        reader.layout("", "outlines-joined", count=f"{len(found.how):,}", **figures)
    buildings, compounds = _column(made, "building"), _column(made, "compound")
    for why in ("outline-several", "outline-no-row"):
        places = [place for place, reason in sorted(found.refused.items()) if reason == why]
        if places:
            shown = "; ".join(
                f"{reader.rows[place]} {compounds[place]}{buildings[place]}".strip() for place in places[:10]
            )
            tell = reader.question if why == "outline-several" else reader.layout
            tell("", f"{why}s", count=f"{len(places):,}", rows=shown)
