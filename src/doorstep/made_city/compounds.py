"""Compounds of a made city: which quarters of the superblocks are lived in, behind which walls, with which gates."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.made_city.ground import LINE_OF_SIDE, LINES, PEOPLE_PER_COMPOUND, SIDES, WALL_M, Ground
from doorstep.made_city.kinds import KINDS
from doorstep.made_city.names import Names

__all__ = ["TYPES", "compounds_of", "gates_of"]

TYPES = tuple(KINDS["compounds"])

MAIN_HOURS = "24/7"
SIDE_HOURS = "06:00-22:00"
FOOT_HOURS = ("06:30-21:30", "06:00-09:00,16:30-19:30", "24/7")


def compounds_of(
    ground: Ground, communities: pd.DataFrame, people: int, names: Names, rng: np.random.Generator
) -> pd.DataFrame:
    """Return one row a compound: id, block, quarter, type, name, community, access, year, and its wall.

    ``west, south, east, north`` are the wall's lines in metres before bending. Every superblock has at least one
    compound; the other quarters that are lived in are drawn by lot.
    """
    blocks = len(communities)
    count = min(max(blocks, round(people / PEOPLE_PER_COMPOUND)), 4 * blocks)
    first = rng.integers(0, 4, blocks) + 4 * np.arange(blocks)
    others = rng.permutation(np.setdiff1d(np.arange(4 * blocks), first))
    quarter = np.sort(np.concatenate([first, others[: count - blocks]]))
    block, quarter = quarter // 4, quarter % 4
    frame = pd.DataFrame({"block": block, "quarter": quarter})
    for side, line in _walls(ground, block, quarter).items():
        frame[side] = line
    kind = _types(ground, block, rng)
    frame["type"] = np.array(TYPES, dtype=object)[kind]
    frame["id"] = [f"C{number:0{max(3, len(str(count)))}d}" for number in range(1, count + 1)]
    frame["community"] = communities["id"].to_numpy()[block]
    frame["name"] = _names(frame["type"], names, rng)
    frame["year"], frame["access"], frame["gate_count"] = _drawn(frame["type"], rng)
    frame["walled"] = frame["type"] != "village"
    return frame


def _walls(ground: Ground, block: npt.NDArray[np.int64], quarter: npt.NDArray[np.int64]) -> dict[str, Any]:
    west, south, east, north = ground.sidewalks_m()
    column, row = ground.column_row()
    mid_x, mid_y = ground.mid_x_m[column], ground.mid_y_m[row]
    is_east, is_north = quarter % 2 == 1, quarter >= 2
    return {
        "west": np.where(is_east, mid_x[block], west[block]) + WALL_M,
        "south": np.where(is_north, mid_y[block], south[block]) + WALL_M,
        "east": np.where(is_east, east[block], mid_x[block]) - WALL_M,
        "north": np.where(is_north, north[block], mid_y[block]) - WALL_M,
    }


def _types(ground: Ground, block: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Old compounds stand in the middle, resettled and new ones at the edge."""
    column, row = ground.column_row()
    away = np.hypot(
        (column - (ground.columns - 1) / 2) / max(1, ground.columns / 2),
        (row - (ground.rows - 1) / 2) / max(1, ground.rows / 2),
    )
    share = np.clip(away[block], 0, 1)[:, None]
    at = np.array([KINDS["compounds"][kind]["weight"] for kind in TYPES])
    weight = at[:, 0] * (1 - share) + at[:, 1] * share
    edge = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    return np.asarray((rng.random(len(block))[:, None] >= edge[:, :-1]).sum(axis=1), dtype=np.int64)


def _names(kind: pd.Series[Any], names: Names, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    words = names.take("compound", np.arange(len(kind)))
    found = np.empty(len(kind), dtype=object)
    for one in TYPES:
        here = np.flatnonzero(kind == one)
        suffix = np.array(KINDS["compounds"][one]["suffixes"], dtype=object)
        found[here] = words[here] + suffix[rng.integers(0, len(suffix), len(here))]
    return found


def _drawn(kind: pd.Series[Any], rng: np.random.Generator) -> tuple[Any, Any, Any]:
    year = np.zeros(len(kind), dtype=np.int64)
    access = np.empty(len(kind), dtype=object)
    gates = np.zeros(len(kind), dtype=np.int64)
    for one in TYPES:
        here = np.flatnonzero(kind == one)
        told = KINDS["compounds"][one]
        year[here] = rng.integers(told["years"][0], told["years"][1] + 1, len(here))
        words, shares = zip(*told["access"], strict=True)
        access[here] = np.array(words, dtype=object)[rng.choice(len(words), len(here), p=shares)]
        gates[here] = 0 if one == "village" else rng.choice(4, len(here), p=told["gates"]) + 1
    return year, access, gates


def gates_of(compounds: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return one row a gate, at most one a side: what it is for, hours, access, the side it is in.

    ``side`` is a position in :data:`SIDES`; ``line`` the number of the sidewalk or street in front (six a block).
    Where the gate stands in its side is settled by the paths inside.
    """
    order = np.argsort(rng.random((len(compounds), 4)), axis=1)
    gates = compounds["gate_count"].to_numpy()
    row = np.repeat(np.arange(len(compounds)), gates)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(gates) - gates, gates)
    side = order[row, nth]
    closed = compounds["access"].to_numpy()[row] != "yes"
    fire = (nth == gates[row] - 1) & (nth > 0) & closed & (rng.random(len(row)) < 0.4)
    foot = ~fire & (nth > 0) & (rng.random(len(row)) < 0.45)
    use = np.select([nth == 0, fire, foot], ["主门", "消防门", "步行门"], "侧门")
    hours_on_foot = np.array(FOOT_HOURS, dtype=object)[rng.integers(0, len(FOOT_HOURS), len(row))]
    hours = np.select([nth == 0, fire, foot], [MAIN_HOURS, "off", hours_on_foot], SIDE_HOURS)
    frame = pd.DataFrame({"row": row, "compound": compounds["id"].to_numpy()[row], "side": side})
    frame["use_zh"], frame["opening_hours"] = use.astype(object), hours.astype(object)
    frame["access"] = np.where(fire, "no", compounds["access"].to_numpy()[row])
    frame["width_m"] = np.select([nth == 0, foot], [6.0, 1.8], 4.0)
    quarter = compounds["quarter"].to_numpy()[row]
    frame["line"] = compounds["block"].to_numpy()[row] * LINES + LINE_OF_SIDE[quarter, side]
    frame["id"] = [f"G{number:0{max(4, len(str(len(row))))}d}" for number in range(1, len(row) + 1)]
    assert side.max(initial=0) < len(SIDES)
    return frame
