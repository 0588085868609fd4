"""Which row of the city a row of a list is: by id, by names that lie near, by place and likeness of names."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city.importing.held import middles_of
from doorstep.city.importing.placing import community_keys, plain_name

__all__ = ["SHARED", "metres_between", "rows_matched"]

Shapes = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
_NEAR_M = 300.0
_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "communities": (("id",), ("name",), ("bare name",)),
    "compounds": (("id",), ("name", "community"), ("name",)),
    "residences": (("id",), ("compound", "building"), ("name", "address"), ("name",)),
    "facilities": (("id",), ("place", "address"), ("place",)),
    "spaces": (("id",), ("place", "address"), ("place",)),
}
SHARED = ("communities", "compounds", "residences")
"""Tables in which offices speak of the same rows; facilities and rooms of two offices are never put together."""


def _key(frame: pd.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.object_]:
    if columns == ("bare name",) and "name" in frame:
        return np.array([(community_keys(str(one)) or ("",))[-1] for one in frame["name"]], dtype=object)
    if not all(name in frame for name in columns):
        return np.full(len(frame), "", dtype=object)
    if columns == ("id",):
        return frame["id"].to_numpy(dtype=object)
    parts = [[plain_name(str(one)) for one in frame[name]] for name in columns]
    return np.array(["" if not all(values) else "|".join(values) for values in zip(*parts, strict=True)], dtype=object)


def rows_matched(
    table: str,
    frame: pd.DataFrame,
    shapes: Shapes,
    made: pd.DataFrame,
    places: Shapes,
    of_source: npt.NDArray[np.bool_],
    base: pd.DataFrame | None,
) -> Ints:
    """For each new row the position of the old row that it is, -1 for none."""
    found = np.full(len(made), -1, dtype=np.int64)
    if not len(frame) or not len(made):
        return found
    free_old = np.ones(len(frame), dtype=bool) if table in SHARED else of_source.copy()
    if table not in SHARED and "source" not in frame:
        free_old[:] = True  # rows that a person made: the same id is the same row
    named = made
    if base is not None and "source_id" in made:
        # an id that had to be given another name in the city is found by what the office called it
        by_office = (
            dict(zip(base.get("source_id", pd.Series(dtype=object)), base["id"], strict=True))
            if "source_id" in base
            else {}
        )
        named = made.copy()
        named["id"] = [by_office.get(one, one) for one in made["source_id"]]
    for columns in _KEYS[table]:
        if columns == ("id",) and "id" not in named:
            continue
        old, new = _key(frame, columns), _key(named, columns)
        open_old, open_new = free_old & (old != ""), (found < 0) & (new != "")
        if not open_old.any() or not open_new.any():
            continue
        left, right = pd.Index(old[open_old]), pd.Index(new[open_new])
        single_left, single_right = ~left.duplicated(keep=False), ~right.duplicated(keep=False)
        at = left[single_left].get_indexer(right)
        good = (at >= 0) & single_right
        rows_old = np.flatnonzero(open_old)[single_left][at[good]]
        rows_new = np.flatnonzero(open_new)[good]
        if len(columns) == 1 and columns != ("id",):
            near = _near(shapes[rows_old], places[rows_new])
            rows_old, rows_new = rows_old[near], rows_new[near]
        found[rows_new] = rows_old
        free_old[rows_old] = False
    if base is not None:
        _by_place(frame, shapes, made, places, free_old & of_source, found)
    return found


def _near(old: Shapes, new: Shapes) -> npt.NDArray[np.bool_]:
    """Whether pairs of places lie within 300 m, or one of them is not known."""
    metres = metres_between(old, new)
    return np.asarray(np.isnan(metres) | (metres <= _NEAR_M))


def metres_between(old: Shapes, new: Shapes) -> npt.NDArray[np.float64]:
    """Return how far apart two places of each pair are, NaN where one is not known."""
    if not len(old):
        return np.empty(0)
    a, b = middles_of(old), middles_of(new)
    lon = (shapely.get_x(a) - shapely.get_x(b)) * 111_320 * np.cos(np.radians(shapely.get_y(a)))
    return np.asarray(np.hypot(lon, (shapely.get_y(a) - shapely.get_y(b)) * 110_950))


def _by_place(
    frame: pd.DataFrame, shapes: Shapes, made: pd.DataFrame, places: Shapes, free: npt.NDArray[np.bool_], found: Ints
) -> None:
    """Match what is left over by place and likeness of names: a place that was renamed or written otherwise."""
    label = "place" if "place" in made else "name"
    if label not in made or label not in frame:
        return
    left = np.flatnonzero(found < 0)
    olds = np.flatnonzero(free)
    if not len(left) or not len(olds) or len(left) * len(olds) > 4_000_000:
        return
    for new in left:
        metres = metres_between(shapes[olds], np.full(len(olds), places[new], dtype=object))
        name = plain_name(str(made[label].iloc[new]))
        likeness = [
            difflib.SequenceMatcher(None, name, plain_name(str(frame[label].iloc[old]))).ratio() for old in olds
        ]
        score = np.where((metres <= 30.0) & (np.array(likeness) >= 0.5), np.array(likeness), -1.0)
        best = int(np.argmax(score)) if len(score) else -1
        if best >= 0 and score[best] > 0:
            found[new] = olds[best]
            olds = np.delete(olds, best)
            if not len(olds):
                return
