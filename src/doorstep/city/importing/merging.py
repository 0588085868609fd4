"""Rows of a list put into a table: matched to what is there, corrections by hand kept, every change listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from doorstep.city.importing.held import Held, middles_of
from doorstep.city.importing.same_rows import metres_between, rows_matched

__all__ = ["CHANGES", "Merged", "cells_of", "merge"]

Shapes = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]

CHANGES = ("kind", "table", "id", "name", "column", "before", "after", "source", "row")
MOVED_M = 10.0
"""A place that changes by less is the same place, given more exactly."""
_TEXTS = pd.StringDtype(storage="pyarrow", na_value=np.nan)
_PREFIX = {"communities": "M", "compounds": "C", "residences": "R", "facilities": "F", "spaces": "K"}


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """A table after an import.

    Parameters
    ----------
    held
        The table.
    base
        The rows of the list as they were imported, by id of the city: what a later import compares with.
    changes
        Columns :data:`CHANGES`; ``kind`` is new, gone, changed, moved, kept (a correction by hand stays), differs (the
        cell stays as another list has it) or joined (a row of another office was filled in).
    counts
        How many rows of each kind.
    """

    held: Held
    base: pd.DataFrame
    changes: pd.DataFrame
    counts: dict[str, int]


def cells_of(made: pd.DataFrame) -> pd.DataFrame:
    """Return typed rows as the cells of a file: "" for nothing, whole numbers without a point.

    Examples
    --------
    >>> cells_of(pd.DataFrame({"people": [12.0, float("nan")], "name": ["甲", ""]})).to_numpy().tolist()
    [['12', '甲'], ['', '']]
    """
    cells: dict[str, Any] = {}
    for name in made.columns:
        values = made[name]
        if not pd.api.types.is_numeric_dtype(values):
            texts = pa.array(values.to_numpy(dtype=object), type=pa.string(), from_pandas=True)
        else:
            numbers = np.round(values.to_numpy(dtype=np.float64), 4)
            known = np.isfinite(numbers)
            whole = known & (numbers == np.floor(numbers))
            texts = pc.cast(pa.array(np.where(whole, numbers, 0).astype(np.int64), mask=~whole), pa.string())
            if not whole[known].all():
                texts = pc.coalesce(texts, pc.cast(pa.array(numbers, mask=~known), pa.string()))
        cells[str(name)] = pd.Series(pd.array(pc.fill_null(texts, ""), dtype=_TEXTS), index=made.index)
    return pd.DataFrame(cells, index=made.index)


def merge(
    held: Held, made: pd.DataFrame, places: Shapes, source: str, base: pd.DataFrame | None, *, whole: bool
) -> Merged:
    """Put the rows of a list into a table.

    Parameters
    ----------
    held
        The table as it stands.
    made
        The rows as cells (:func:`cells_of`), ``source_row`` among them.
    places
        Place or outline of each row, None where there is none.
    source
        Name of the list.
    base
        The rows of the same list at the last import, None if this is the first.
    whole
        True if rows of the list that are no longer in it go.
    """
    table = held.table
    frame = held.frame.copy(deep=False)
    shapes = held.shapes.copy()
    of_source = frame["source"] == source if "source" in frame else pd.Series(False, index=frame.index)
    old_of_new = rows_matched(table, frame, shapes, made, places, of_source.to_numpy(dtype=bool), base)
    fresh = np.flatnonzero(old_of_new < 0)
    met = np.flatnonzero(old_of_new >= 0)
    made = made.copy(deep=False)
    made["source"] = source
    for name in made.columns:
        if name not in frame:
            frame[name] = np.full(len(frame), "", dtype=object)
    changes: list[tuple[str, ...]] = []
    label = "place" if "place" in frame else "name"
    base_of = _base_of(base, frame, old_of_new[met]) if base is not None else None
    counts = dict.fromkeys(("new", "gone", "changed", "moved", "kept", "differs", "joined", "same"), 0)
    _fill(
        frame,
        shapes,
        made,
        places,
        met,
        old_of_new[met],
        base_of,
        of_source.to_numpy(dtype=bool),
        changes,
        counts,
        (table, source, label),
    )
    ids = _ids(table, frame, made, fresh)
    added = made.iloc[fresh].copy() if len(met) else made.copy(deep=False)
    added["id"] = ids
    counts["new"] = len(fresh)
    if len(met) or base is not None:
        names = added[label] if label in added else [""] * len(added)
        changes += [
            ("new", table, str(own), str(name), "", "", "", source, str(row))
            for own, name, row in zip(ids, names, added["source_row"], strict=True)
        ]
    gone = np.zeros(len(frame), dtype=bool)
    if whole and base is not None:
        still = np.zeros(len(frame), dtype=bool)
        still[old_of_new[met]] = True
        gone = of_source.to_numpy(dtype=bool) & ~still
        for place in np.flatnonzero(gone):
            changes.append(
                (
                    "gone",
                    table,
                    str(frame["id"].iloc[place]),
                    str(frame[label].iloc[place]) if label in frame else "",
                    "",
                    "",
                    "",
                    source,
                    "",
                )
            )
    counts["gone"] = int(gone.sum())
    id_of_new = np.empty(len(made), dtype=object)
    id_of_new[met] = frame["id"].to_numpy()[old_of_new[met]]
    id_of_new[fresh] = ids
    for name in frame.columns:
        if name not in added:
            added[name] = np.full(len(added), "", dtype=object)
    fresh_rows = added[list(frame.columns)]
    joined = (
        pd.concat([frame[~gone], fresh_rows], ignore_index=True) if len(frame) else fresh_rows.reset_index(drop=True)
    )
    new_base = made.drop(columns=["id"], errors="ignore")
    new_base.insert(0, "id", id_of_new)
    middles = middles_of(places)
    for axis, of in (("lon", shapely.get_x), ("lat", shapely.get_y)):
        degrees = pc.cast(pa.array(np.round(of(middles), 8), from_pandas=True), pa.string())
        new_base[axis] = pd.Series(pd.array(pc.fill_null(degrees, ""), dtype=_TEXTS), index=new_base.index)
    kept_shapes = np.concatenate([shapes[~gone], places[fresh]]) if len(shapes) or len(fresh) else shapes
    return Merged(
        Held(table, held.path, joined, kept_shapes), new_base, pd.DataFrame(changes, columns=list(CHANGES)), counts
    )


def _base_of(base: pd.DataFrame, frame: pd.DataFrame, olds: Ints) -> pd.DataFrame:
    """The rows of the last import, in the order of the matched old rows; an id that is not there has empty cells."""
    by_id = base.drop_duplicates("id").set_index("id")
    return by_id.reindex(frame["id"].to_numpy()[olds]).fillna("\x00").reset_index(drop=True)


def _fill(
    frame: pd.DataFrame,
    shapes: Shapes,
    made: pd.DataFrame,
    places: Shapes,
    met: Ints,
    olds: Ints,
    base_of: pd.DataFrame | None,
    of_source: npt.NDArray[np.bool_],
    changes: list[tuple[str, ...]],
    counts: dict[str, int],
    about: tuple[str, str, str],
) -> None:
    """Give matched rows their new cells, unless a hand or another office said otherwise in the meantime."""
    if not len(met):
        return
    table, source, label = about
    names = frame[label].to_numpy(dtype=object)[olds] if label in frame else np.full(len(olds), "", dtype=object)
    ids = frame["id"].to_numpy(dtype=object)[olds]
    rows = (
        made["source_row"].to_numpy(dtype=object)[met] if "source_row" in made else np.full(len(met), "", dtype=object)
    )
    touched: dict[str, set[int]] = {name: set() for name in ("changed", "kept", "differs", "joined", "moved")}
    for column in made.columns:
        if column in ("id", "source", "source_row", "place_basis"):
            continue
        current = frame[column].to_numpy(dtype=object)[olds]
        new = made[column].to_numpy(dtype=object)[met]
        if column == "source_id":
            # what the office calls the row is no fact of the city: it is kept up to date without a word
            take = (new != "") & (current != new) & (of_source[olds] | (current == ""))
            values = frame[column].to_numpy(dtype=object).copy()
            values[olds[take]] = new[take]
            frame[column] = values
            continue
        base = (
            base_of[column].to_numpy(dtype=object)
            if base_of is not None and column in base_of
            else np.full(len(olds), "\x00", dtype=object)
        )
        differs = (current != new) & (new != "")
        for place in np.flatnonzero(differs & (current != "")):
            differs[place] = not _same_number(str(current[place]), str(new[place])) or current[place] == base[place]
        vanished = (new == "") & (current != "") & (current == base)
        take = (differs & ((current == "") & (base == "\x00") | (current == base))) | vanished
        kept = differs & ~take
        # a cell that a person emptied stays empty, a cell that another office filled stays as that office has it
        for place in np.flatnonzero(take):
            kind = "changed" if of_source[olds[place]] else "joined"
            touched[kind].add(int(place))
            if kind == "changed":
                changes.append(
                    (
                        kind,
                        table,
                        str(ids[place]),
                        str(names[place]),
                        str(column),
                        str(current[place]),
                        str(new[place]),
                        source,
                        str(rows[place]),
                    )
                )
        for place in np.flatnonzero(kept):
            # only where this list brought the cell can a hand have corrected it
            kind = "kept" if of_source[olds[place]] and base[place] != "\x00" else "differs"
            touched[kind].add(int(place))
            changes.append(
                (
                    kind,
                    table,
                    str(ids[place]),
                    str(names[place]),
                    str(column),
                    str(current[place]),
                    str(new[place]),
                    source,
                    str(rows[place]),
                )
            )
        if take.any():
            column_values = frame[column].to_numpy(dtype=object).copy()
            column_values[olds[take]] = new[take]
            frame[column] = column_values
    metres = metres_between(shapes[olds], places[met])
    by_hand = _moved_by_hand(shapes[olds], base_of)
    brought = np.zeros(len(olds), dtype=bool) if base_of is None else (base_of["lon"] != "\x00").to_numpy() & ~by_hand
    rough, rough_new = _is_rough(frame), _is_rough(made)
    basis = frame["place_basis"].to_numpy(dtype=object).copy() if "place_basis" in frame else None
    for at in range(len(met)):
        new_place = places[met[at]]
        if new_place is None or (rough_new[met[at]] and not rough[olds[at]] and shapes[olds[at]] is not None):
            continue  # a guess from a compound or a community is nothing against a place that is known
        if by_hand[at] and not of_source[olds[at]]:
            continue  # another list or a hand placed it since
        if by_hand[at]:
            touched["kept"].add(at)
            continue
        if rough[olds[at]] and not rough_new[met[at]]:
            # a place that was only guessed from a compound or a community gives way to one that is known
            shapes[olds[at]] = new_place
            if basis is not None:
                basis[olds[at]] = ""
            touched["joined" if not of_source[olds[at]] else "changed"].add(at)
            continue
        if shapes[olds[at]] is None:
            shapes[olds[at]] = new_place
            touched["joined" if not of_source[olds[at]] else "changed"].add(at)
        elif (of_source[olds[at]] or brought[at]) and metres[at] > MOVED_M:
            touched["moved"].add(at)
            changes.append(
                (
                    "moved",
                    table,
                    str(ids[at]),
                    str(names[at]),
                    "",
                    "",
                    f"{metres[at]:.0f} m",
                    source,
                    str(rows[at]),
                )
            )
            shapes[olds[at]] = new_place
    if basis is not None:
        frame["place_basis"] = basis
    for kind, some in touched.items():
        counts[kind] = len(some)
    counts["same"] = len(met) - len(set().union(*touched.values()))


def _same_number(one: str, other: str) -> bool:
    """Whether two cells are one figure, given to more or fewer places: 44793.5 and 44793.3333."""
    try:
        a, b = float(one), float(other)
    except ValueError:
        return False
    return abs(a - b) <= 0.002 * max(abs(a), abs(b))


def _is_rough(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether places are only guessed from a compound, an address or a community."""
    return (
        (frame["place_basis"] != "").to_numpy(dtype=bool)
        if "place_basis" in frame
        else np.zeros(len(frame), dtype=bool)
    )


def _moved_by_hand(current: Shapes, base_of: pd.DataFrame | None) -> npt.NDArray[np.bool_]:
    """Whether places are no longer where the last import put them: a person moved them."""
    if base_of is None or "lon" not in base_of:
        return np.zeros(len(current), dtype=bool)
    lon, lat = (pd.to_numeric(base_of[name], errors="coerce").to_numpy(dtype=np.float64) for name in ("lon", "lat"))
    return np.asarray(metres_between(current, shapely.points(np.column_stack([lon, lat]))) > 0.5)


def _ids(table: str, frame: pd.DataFrame, made: pd.DataFrame, fresh: Ints) -> npt.NDArray[np.object_]:
    """Ids of new rows: the office's own if the city has none like it, else a number of our own."""
    taken = set(frame["id"])
    given = made["id"].to_numpy(dtype=object)[fresh] if "id" in made else np.full(len(fresh), "", dtype=object)
    index = pd.Index(given)
    if len(index) and index.is_unique and "" not in index and not (taken and index.isin(list(taken)).any()):
        return given
    ids = np.empty(len(fresh), dtype=object)
    number = 0
    prefix = _PREFIX[table]
    for place, own in enumerate(given):
        new = own
        if not new or new in taken:
            while not new or new in taken:
                number += 1
                new = f"{prefix}{number:06d}"
        taken.add(new)
        ids[place] = new
    return ids
