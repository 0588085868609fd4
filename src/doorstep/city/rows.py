"""The rows of each table, complete: what is absent gets its stated stand-in and is marked."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city.cells import Cells, open_days_a_week
from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.city.people import Estimate, households, people_by_age
from doorstep.city.vocabulary import plain
from doorstep.errors import Problem

__all__ = [
    "TYPED_COLUMNS",
    "communities_at",
    "communities_of",
    "completeness_of",
    "facilities_of",
    "replaced_facilities",
    "residences_of",
    "spaces_of",
]

Shapes = npt.NDArray[np.object_]
Areas = tuple[pd.DataFrame | None, Shapes | None]
"""The communities' frame and polygons, row by row."""

TYPED_COLUMNS = {
    "communities": ("id", "name", "type", "cut", "households"),
    "residences": ("id", "name", "community", *PEOPLE_COLUMNS, "dwellings", "people_basis"),
    "facilities": (
        *("id", "service", "place", "community", "capacity", "capacity_low", "capacity_high", "capacity_unit"),
        *("capacity_basis", "kind", "area_m2", "storey", "open_days_week", "opening_hours", "price", "price_unit"),
        "access",
    ),
    "spaces": (
        *("id", "place", "kind", "community", "area_m2", "area_basis", "storey", "lift", "light", "clear_height_m"),
        *("outdoor_m2", "owner", "title", "present_use", "channel", "capital_cost_per_m2", "rent_per_m2_year"),
        *(
            "available_from",
            "decision",
            "limits",
            "replaces",
            "closing_cost",
            "address",
            "structure",
            "built",
            "photos",
        ),
    ),
    "entrances": ("of",),
}
"""The columns of each table of a city, geometry apart."""

FAR_M = 100.0
"""A facility farther from the room that is said to be its own is said to be far. Our judgement: big buildings."""
_UNIT_OF_SERVICE = {"elderly_care": "day_place", "infant_care": "place", "after_school": "place", "meals": "meal_day"}
_BASIS_OF = {
    **{("residences", column): "people_basis" for column in PEOPLE_COLUMNS},
    ("spaces", "area_m2"): "area_basis",
    ("facilities", "capacity"): "capacity_basis",
    ("facilities", "capacity_low"): "capacity_basis",
    ("facilities", "capacity_high"): "capacity_basis",
}


def communities_of(
    cells: Cells, residences: pd.DataFrame | None = None, estimate: Estimate | None = None
) -> pd.DataFrame:
    """Return the communities; with residences, households are counted where the file does not say them."""
    frame = cells.frame.copy()
    frame["name"] = frame["name"].where(frame["name"] != "", frame["id"])
    if residences is not None and estimate is not None:
        frame["households"] = households(frame, residences.sort_values("id", kind="stable"), estimate)
    return frame


def residences_of(
    cells: Cells, points: Shapes, areas: Areas, estimate: Estimate, problems: list[Problem]
) -> pd.DataFrame:
    """Return the residences with people by age and their community."""
    frame = cells.frame.copy()
    people, basis = people_by_age(cells, estimate, problems)
    frame[list(PEOPLE_COLUMNS)] = people
    frame["people_basis"] = basis
    frame["persons"] = people.sum(axis=1)
    frame["community"] = _communities(cells, points, areas, problems)
    return frame


def facilities_of(cells: Cells, points: Shapes, areas: Areas, taken: set[str], problems: list[Problem]) -> pd.DataFrame:
    """Return the facilities; an id in ``taken`` (a space has it, too) gets ``facility-`` before it."""
    frame = cells.frame.copy()
    frame["id"] = _own_ids(cells, taken, problems)
    frame["community"] = _communities(cells, points, areas, problems)
    known = frame["capacity"].notna()
    stated = frame["capacity_basis"].replace({"estimated": "assumed", "unknown": "measured", "": "measured"})
    frame["capacity_basis"] = stated.where(known, "unknown")
    unit = frame["capacity_unit"].where(
        frame["capacity_unit"] != "", frame["service"].map(_UNIT_OF_SERVICE).fillna("visit_week")
    )
    frame["capacity_unit"] = unit.where(known, "").astype(object)
    for end in ("capacity_low", "capacity_high"):
        frame[end] = frame[end].fillna(frame["capacity"]).where(known)
    from_hours = frame["opening_hours"].map(open_days_a_week).astype(np.float64)
    cells.given["open_days_week"] |= from_hours.notna().to_numpy()
    frame["open_days_week"] = frame["open_days_week"].fillna(from_hours).fillna(7.0)
    return frame


def _own_ids(cells: Cells, taken: set[str], problems: list[Problem]) -> list[str]:
    own = set(cells.frame["id"])
    names = []
    for name, row in zip(cells.frame["id"], cells.rows, strict=True):
        new = name
        while name and (new in taken or (new != name and new in own)):
            new = f"facility-{new}"
        if new != name:
            values = {"found": name, "taken": new}
            problems.append(Problem(cells.file, "id-shared", int(row), cells.headers.get("id"), values, "warning"))
        names.append(new)
    return names


def spaces_of(cells: Cells, points: Shapes, areas: Areas, estimate: Estimate, problems: list[Problem]) -> pd.DataFrame:
    """Return the spaces; an unknown usable area is a share of the floor area, else the median of its kind."""
    frame = cells.frame.copy()
    frame["community"] = _communities(cells, points, areas, problems)
    known = frame["area_m2"].notna()
    stated = frame["area_basis"].replace({"assumed": "estimated", "unknown": "estimated", "": "measured"})
    frame["area_basis"] = stated.where(known, "estimated")
    area = frame["area_m2"].fillna(frame["floor_area_m2"] * estimate.usable_share)
    of_kind = frame["kind"].map(area.groupby(frame["kind"]).median()).astype(np.float64)
    filled = area.fillna(of_kind).fillna(area.median())
    frame["area_m2"] = filled.round(1).where(~known, frame["area_m2"])
    for place in np.flatnonzero(~known.to_numpy()):
        row, column = int(cells.rows[place]), cells.headers.get("area_m2", "area_m2")
        if np.isnan(filled.iloc[place]):
            problems.append(Problem(cells.file, "area-unknown", row, column))
        else:
            values = {"taken": f"{frame['area_m2'].iloc[place]:g}"}
            problems.append(Problem(cells.file, "area-estimated", row, column, values, "warning"))
    frame["closing_cost"] = frame["closing_cost"].fillna(0.0)
    for column, stand_in in (("lift", "unknown"), ("light", "unknown"), ("decision", "may")):
        frame[column] = frame[column].where(frame[column] != "", stand_in)
    return frame


def replaced_facilities(
    cells: Cells, points: Shapes, facilities: pd.DataFrame, facility_points: Shapes, problems: list[Problem]
) -> list[frozenset[str]]:
    """Return the facilities that each space replaces, by the ids that they have in all results.

    An id of no facility, or of one that gives way to another space already, is an error; one far off a warning.
    """
    where = dict(zip(facilities["id"], facility_points, strict=True))
    first: dict[str, str] = {}
    found = []
    for space, ids, row, point in zip(cells.frame["id"], cells.frame["replaces"], cells.rows, points, strict=True):
        kept = set()
        for given in sorted(ids):
            name = given if given in where else f"facility-{given}"  # so it is called if a space has its id, too

            def report(code: str, severity: str = "error", row: int = int(row), **values: str) -> None:
                problems.append(Problem(cells.file, code, row, cells.headers["replaces"], values, severity))

            if name not in where:
                report("replaced-unknown", found=given)
            elif name in first:
                report("replaced-twice", found=given, first=first[name])
            else:
                first[name] = space
                kept.add(name)
                away_m = point.distance(where[name]) if point is not None and where[name] is not None else 0.0
                if away_m > FAR_M:
                    report("replaced-far", "warning", found=given, metres=f"{away_m:.0f}")
        found.append(frozenset(kept))
    return found


def _communities(cells: Cells, points: Shapes, areas: Areas, problems: list[Problem]) -> list[str]:
    """Return each row's community: given by id or name, else the polygon it lies in (the smallest id), else ""."""
    communities, polygons = areas
    if communities is None or polygons is None:
        return [""] * len(cells.frame)
    by_name: dict[str, str] = {}
    for name, own_id in sorted(zip(communities["name"], communities["id"], strict=True)):
        by_name.setdefault(plain(name), own_id)
    ids = set(communities["id"])
    located = communities_at(points, communities["id"].to_list(), polygons)
    found = []
    for place, given in enumerate(cells.frame["community"]):
        chosen = given if given in ids else by_name.get(plain(given)) if given else None
        if given and chosen is None:
            row = int(cells.rows[place])
            values = {"found": given, "taken": located[place]}
            problems.append(
                Problem(cells.file, "community-unknown", row, cells.headers["community"], values, "warning")
            )
        found.append(located[place] if chosen is None else chosen)
    return found


def communities_at(points: Shapes, ids: list[str], polygons: Shapes) -> list[str]:
    """Return the id of the polygon that each point lies in, of several the smallest, "" where there is none."""
    order = [place for place in np.argsort(np.array(ids, dtype=object), kind="stable") if polygons[place] is not None]
    found = np.full(len(points), "", dtype=object)
    known = np.array([place for place, point in enumerate(points) if point is not None], dtype=np.int64)
    if order and len(known):
        tree = shapely.STRtree([polygons[place] for place in order])
        inside, area = tree.query(points[known], predicate="intersects")
        best = np.full(len(points), len(order))
        np.minimum.at(best, known[inside], area)
        for place in np.flatnonzero(best < len(order)):
            found[place] = ids[order[best[place]]]
    return [str(one) for one in found]


def completeness_of(
    frames: dict[str, pd.DataFrame], given: dict[str, dict[str, npt.NDArray[np.bool_]]]
) -> pd.DataFrame:
    """Count per table and column how each row is known: measured, estimated, assumed or unknown."""
    rows: list[dict[str, Any]] = []
    kinds = ("measured", "estimated", "assumed", "unknown")
    for table, columns in TYPED_COLUMNS.items():
        if table not in frames:
            continue
        frame = frames[table]
        for column in columns:
            if column.endswith("_basis"):
                continue
            basis = _BASIS_OF.get((table, column))
            known = _known(frame[column])
            if basis is not None:
                how = frame[basis].where(known, "unknown").to_numpy()
            else:
                stand_in = "estimated" if column in ("community", "households") else "assumed"
                how = np.where(given[table][column], "measured", np.where(known, stand_in, "unknown"))
            rows.append({"table": table, "column": column, **{kind: int(np.sum(how == kind)) for kind in kinds}})
    return pd.DataFrame(rows, columns=["table", "column", *kinds])


def _known(values: pd.Series[Any]) -> pd.Series[bool]:
    if values.dtype == object:
        return values.map(
            lambda one: one not in ("", "unknown", frozenset()) and not (isinstance(one, float) and one != one)
        )
    return values.notna()
