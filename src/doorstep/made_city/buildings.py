"""Residential buildings of a made city: slabs, towers and houses in rows, their dwellings, and who lives in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.made_city.compounds import TYPES
from doorstep.made_city.kinds import KINDS

__all__ = ["buildings_of", "rows_of", "settle"]

MARGIN_M = 4.0
"""Between the wall and the paths inside."""
UNBUILT_SHARE = 0.35
"""Of a new town's buildings that are still under construction."""


def rows_of(compounds: pd.DataFrame) -> pd.DataFrame:
    """Return how each compound is laid out: rows and buildings a row, the line of the path that joins the rows.

    Columns ``rows, columns, spine_x``, in the order of the compounds. The spine runs between two buildings, so no
    path goes through a house.
    """
    told = {kind: KINDS["compounds"][kind] for kind in TYPES}
    kind = compounds["type"]
    length = kind.map({one: told[one]["slab_m"][0] for one in TYPES}).to_numpy(float)
    gap = kind.map({one: told[one]["gap_m"] for one in TYPES}).to_numpy(float)
    pitch = kind.map({one: told[one]["pitch_m"] for one in TYPES}).to_numpy(float)
    wide = (compounds["east"] - compounds["west"]).to_numpy() - 2 * MARGIN_M
    deep = (compounds["north"] - compounds["south"]).to_numpy() - 2 * MARGIN_M
    columns = np.maximum(1, (wide // (length + gap)).astype(np.int64))
    rows = np.maximum(1, (deep // pitch).astype(np.int64))
    boundary = np.where(columns == 1, 0, (columns + 1) // 2)
    spine = compounds["west"].to_numpy() + MARGIN_M + boundary * wide / columns
    return pd.DataFrame({"rows": rows, "columns": columns, "spine_x": spine})


def buildings_of(compounds: pd.DataFrame, layout: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return one row a building with its place and half its size (metres before bending), storeys and dwellings."""
    count = (layout["rows"] * layout["columns"]).to_numpy()
    at = np.repeat(np.arange(len(compounds)), count)
    nth = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    columns, rows = layout["columns"].to_numpy()[at], layout["rows"].to_numpy()[at]
    west, south = compounds["west"].to_numpy()[at] + MARGIN_M, compounds["south"].to_numpy()[at] + MARGIN_M
    wide = compounds["east"].to_numpy()[at] - MARGIN_M - west
    deep = compounds["north"].to_numpy()[at] - MARGIN_M - south
    kind = compounds["type"].to_numpy()[at]
    frame = pd.DataFrame({"at": at, "compound": compounds["id"].to_numpy()[at], "type": kind})
    frame["community"] = compounds["community"].to_numpy()[at]
    frame["row"], frame["nth"] = nth // columns, nth + 1
    size = np.array([KINDS["compounds"][one]["slab_m"] for one in TYPES], dtype=float)
    number = pd.Categorical(kind, categories=list(TYPES)).codes.astype(np.int64)
    frame["half_x"], frame["half_y"] = size[number, 0] / 2, size[number, 1] / 2
    frame["x"] = west + (nth % columns + 0.5) * wide / columns
    frame["y"] = south + (nth // columns + 0.5) * deep / rows + 2.0
    frame["path_y"] = frame["y"] - frame["half_y"] - 3.5
    frame["id"] = _ids(frame["compound"].to_numpy(), nth + 1)
    frame["name"] = compounds["name"].to_numpy()[at] + pd.Series(nth + 1).astype(str).to_numpy(object) + "号楼"
    for column, values in _sizes(number, nth, count[at], compounds["year"].to_numpy()[at], rng).items():
        frame[column] = values
    return frame


def _ids(compound: npt.NDArray[np.object_], number: npt.NDArray[np.int64]) -> list[str]:
    return [f"{one}-{nth:03d}" for one, nth in zip(compound.tolist(), number.tolist(), strict=True)]


def _sizes(
    number: npt.NDArray[np.int64],
    nth: npt.NDArray[np.int64],
    of: npt.NDArray[np.int64],
    year: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> dict[str, Any]:
    storeys, units = np.zeros(len(number), dtype=np.int64), np.zeros(len(number), dtype=np.int64)
    floor_m2, dwellings = np.zeros(len(number)), np.zeros(len(number), dtype=np.int64)
    lift = np.empty(len(number), dtype=object)
    for place, kind in enumerate(TYPES):
        here = np.flatnonzero(number == place)
        told = KINDS["compounds"][kind]
        storeys[here] = rng.choice(told["storeys"], len(here))
        units[here] = rng.choice(told["units"], len(here))
        dwellings[here] = storeys[here] * units[here] * told["dwellings_a_floor"]
        floor_m2[here] = (dwellings[here] * told["dwelling_m2"] * rng.uniform(0.9, 1.12, len(here))).round(1)
        has = rng.random(len(here)) < told["lift_share"]
        lift[here] = np.where(has, "是" if told["lift_share"] > 0.5 else "加装", "否")
    unbuilt = (np.array(TYPES)[number] == "newtown") & (nth >= np.ceil(of * (1 - UNBUILT_SHARE)))
    return {
        "state_zh": np.where(unbuilt, "在建", "建成").astype(object),
        "storeys": storeys,
        "units": units,
        "lift_zh": lift,
        "year": np.minimum(year + rng.integers(0, 3, len(year)), 2026),
        "dwellings": dwellings,
        "floor_area_m2": floor_m2,
    }


def settle(buildings: pd.DataFrame, people: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the buildings with exactly so many people, spread over what is built, and their ages.

    Expected people of a building are its dwellings x share occupied x persons a dwelling of its type. The mix of ages
    is that of the type, varied from compound to compound (a Dirichlet draw), then person by person.
    """
    kinds = [KINDS["compounds"][kind] for kind in TYPES]
    number = pd.Categorical(buildings["type"], categories=list(TYPES)).codes.astype(np.int64)
    persons = np.array([kind["persons"] for kind in kinds])[number]
    share = np.array([kind["occupied"] for kind in kinds])[number]
    built = (buildings["state_zh"] == "建成").to_numpy()
    expected = np.where(built, buildings["dwellings"] * share * persons, 0.0) * rng.uniform(0.85, 1.15, len(persons))
    total = rng.multinomial(people, expected / expected.sum())
    at = buildings["at"].to_numpy()
    of_type = np.array([kind["ages"] for kind in kinds])
    first = np.unique(at, return_index=True)[1]
    mix = rng.standard_gamma(60 * of_type[number[first]] + 0.05)
    mix /= mix.sum(axis=1, keepdims=True)
    ages = rng.multinomial(total, mix[np.unique(at, return_inverse=True)[1]])
    found = buildings.copy()
    found["occupied"] = np.minimum(np.ceil(total / persons), found["dwellings"]).astype(np.int64)
    found["people"] = total
    found[list(PEOPLE_COLUMNS)] = ages
    return found
