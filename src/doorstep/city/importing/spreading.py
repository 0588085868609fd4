"""People whom an office counts by community, given to the buildings of the community where nobody counted them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city.importing.findings import Finding
from doorstep.city.importing.held import Held, middles_of
from doorstep.city.model import PEOPLE_COLUMNS

__all__ = ["MARK", "people_spread"]

Floats = npt.NDArray[np.float64]
MARK = "community"
"""Stands in the column ``people_source`` of rows that got their people here: the next import gives them anew."""
_SHARES = ("people", "occupied", "dwellings", "floor_area_m2")
"""What tells how many live in one building and not in the next, the best first."""


def people_spread(tables: Mapping[str, Held], findings: list[Finding]) -> Held | None:
    """Return the residences with people by age from their communities, None if there is nothing to give.

    A building gets the share of its community's people that it has of the community's people counted without ages, else
    of occupied dwellings, dwellings or floor area, whichever all buildings of the community have. Buildings with people
    by age of their own keep them; what they hold is taken off first. What was given is ``estimated``.
    """
    homes, communities = tables["residences"], tables["communities"]
    ages = [name for name in PEOPLE_COLUMNS if name in communities.frame]
    if len(ages) < len(PEOPLE_COLUMNS) or not len(homes.frame):
        return None
    counted = _numbers(communities.frame, PEOPLE_COLUMNS)
    frame = homes.frame.copy(deep=False)
    columns = (*PEOPLE_COLUMNS, "people_basis", "people_source")
    for name in columns:
        if name not in frame:
            frame[name] = np.full(len(frame), "", dtype=object)
    given = (frame["people_source"] == MARK).to_numpy(dtype=bool)
    own = (frame[list(PEOPLE_COLUMNS)] != "").any(axis=1).to_numpy(dtype=bool) & ~given
    open_ = ~own & ~(frame["state"] == "building").to_numpy(dtype=bool) if "state" in frame else ~own
    community = _communities(homes, communities)
    measures = [_numbers(frame, [name])[:, 0] for name in _SHARES]
    held = np.nan_to_num(_numbers(frame, PEOPLE_COLUMNS))
    made = {
        name: frame[name].to_numpy(dtype=object).copy() for name in (*PEOPLE_COLUMNS, "people_basis", "people_source")
    }
    n_homes, n_people, n_communities = 0, 0.0, 0
    for place in np.flatnonzero(np.isfinite(counted).all(axis=1)).tolist():
        rows = np.flatnonzero((community == place) & open_)
        measure = next((one[rows] for one in measures if len(rows) and np.isfinite(one[rows]).all()), None)
        if measure is None or measure.sum() <= 0:
            continue
        left = np.maximum(counted[place] - held[(community == place) & own].sum(axis=0), 0.0)
        people = np.round(measure[:, None] / measure.sum() * left, 2)
        for at, name in enumerate(PEOPLE_COLUMNS):
            made[name][rows] = [f"{one:g}" for one in people[:, at]]
        made["people_basis"][rows], made["people_source"][rows] = "estimated", MARK
        n_homes, n_people, n_communities = n_homes + len(rows), n_people + people.sum(), n_communities + 1
    if not n_homes:
        return None
    for name, values in made.items():
        frame[name] = pd.Series(values, index=frame.index, dtype=object)
    told = {"people": f"{n_people:,.0f}", "homes": f"{n_homes:,}", "communities": str(n_communities)}
    findings.append(Finding("layout", "", "", None, "", "people-spread", told))
    return dataclasses.replace(homes, frame=frame)


def _numbers(frame: pd.DataFrame, names: tuple[str, ...] | list[str]) -> Floats:
    columns = [
        pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64)
        if name in frame
        else np.full(len(frame), np.nan)
        for name in names
    ]
    return np.column_stack(columns)


def _communities(homes: Held, communities: Held) -> npt.NDArray[np.integer[Any]]:
    """Position of each home's community: by its id, else by where it lies; -1 if neither tells."""
    ids = {str(one): place for place, one in enumerate(communities.frame["id"])}
    names = homes.frame["community"] if "community" in homes.frame else pd.Series("", index=homes.frame.index)
    found = names.map(ids).fillna(-1).to_numpy(dtype=np.int64)
    outlines = [place for place, shape in enumerate(communities.shapes) if shape is not None]
    points = middles_of(homes.shapes)
    open_ = np.flatnonzero((found < 0) & ~shapely.is_missing(points)) if len(points) else np.empty(0, dtype=np.int64)
    if outlines and len(open_):
        tree = shapely.STRtree([communities.shapes[place] for place in outlines])
        inside, area = tree.query(points[open_], predicate="intersects")
        for at, one in zip(inside[::-1].tolist(), area[::-1].tolist(), strict=True):
            found[open_[at]] = outlines[one]
    return found
