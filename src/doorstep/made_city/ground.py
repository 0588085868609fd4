"""The ground of a made city: a grid of superblocks between carriageways, bent a little, with a river, and its offices.

A superblock is the land between four carriageways. It is one community; two streets inside part it into four quarters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.made_city.names import Names

__all__ = ["CRS", "PEOPLE_PER_COMPOUND", "SIDES", "Ground", "communities_of", "lay_ground"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CRS = "EPSG:4549"
CENTRE_M = (468_300.0, 3_421_700.0)
PEOPLE_PER_COMPOUND = 1_350
COMPOUNDS_PER_BLOCK = 2.4
SIDEWALK_M = 3.0
"""From the edge of a carriageway to the middle of its sidewalk."""
WALL_M = 8.0
"""From the middle of a sidewalk or street to the wall of the compound beside it."""
SUBDISTRICT_BLOCKS = 4
DISTRICT_BLOCKS = 12
SIDES = ("S", "N", "W", "E")

# Which of a block's six lines (south, north, west, east sidewalk; street from south to north, from west to east)
# lies along each side (in the order of SIDES) of each quarter (SW, SE, NW, NE).
LINE_OF_SIDE = np.array([[0, 5, 2, 4], [0, 5, 4, 3], [5, 1, 2, 4], [5, 1, 4, 3]])
LINES = 6


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A bent grid; all lengths in metres, before bending, unless said otherwise.

    Parameters
    ----------
    x_m, y_m
        Carriageways from west to east, shape (columns + 1,), and from south to north, shape (rows + 1,).
    half_x_m, half_y_m
        Half the width of each carriageway.
    primary_x, primary_y
        Whether it is a primary road.
    mid_x_m, mid_y_m
        Streets inside the blocks, one a column and one a row.
    river
        Index in ``y_m`` of the line that is a river and not a road; -1 for none.
    """

    x_m: Floats
    y_m: Floats
    half_x_m: Floats
    half_y_m: Floats
    primary_x: npt.NDArray[np.bool_]
    primary_y: npt.NDArray[np.bool_]
    mid_x_m: Floats
    mid_y_m: Floats
    river: int
    bend: tuple[float, float]

    @property
    def columns(self) -> int:
        """How many superblocks lie from west to east."""
        return len(self.mid_x_m)

    @property
    def rows(self) -> int:
        """How many superblocks lie from south to north."""
        return len(self.mid_y_m)

    def column_row(self) -> tuple[Ints, Ints]:
        """Return column and row of each block, row after row."""
        block = np.arange(self.columns * self.rows)
        return block % self.columns, block // self.columns

    def sidewalks_m(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the sidewalk lines of each block: west x, south y, east x, north y."""
        column, row = self.column_row()
        west = self.x_m[column] + self.half_x_m[column] + SIDEWALK_M
        east = self.x_m[column + 1] - self.half_x_m[column + 1] - SIDEWALK_M
        south = self.y_m[row] + self.half_y_m[row] + SIDEWALK_M
        north = self.y_m[row + 1] - self.half_y_m[row + 1] - SIDEWALK_M
        return west, south, east, north

    def bent(self, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
        """Return where a point of the grid lies in :data:`CRS`: bent by up to 26 m, since no city is a chessboard."""
        phase_x, phase_y = self.bend
        dx = 14 * np.sin(y_m / 310 + phase_x) + 12 * np.sin((x_m + y_m) / 900)
        dy = 14 * np.sin(x_m / 270 + phase_y) + 12 * np.sin((x_m - y_m) / 1_100)
        return CENTRE_M[0] + x_m + dx, CENTRE_M[1] + y_m + dy


def lay_ground(people: int, rng: np.random.Generator) -> Ground:
    """Return the ground for so many people, about 3,200 a superblock."""
    compounds = max(1, round(people / PEOPLE_PER_COMPOUND))
    blocks = max(1, math.ceil(compounds / COMPOUNDS_PER_BLOCK))
    rows = max(1, round(math.sqrt(blocks)))
    columns = math.ceil(blocks / rows)
    x_m, half_x_m, primary_x = _lines(columns, rng)
    y_m, half_y_m, primary_y = _lines(rows, rng)
    river = int(rng.integers(1, rows)) if rows >= 4 else -1
    if river >= 0:
        half_y_m[river] = 45.0
        y_m[river:] += 45.0
        y_m[river + 1 :] += 45.0
    share_x, share_y = rng.uniform(0.44, 0.56, columns), rng.uniform(0.44, 0.56, rows)
    return Ground(
        x_m=x_m - x_m.mean(),
        y_m=y_m - y_m.mean(),
        half_x_m=half_x_m,
        half_y_m=half_y_m,
        primary_x=primary_x,
        primary_y=primary_y,
        mid_x_m=(x_m - x_m.mean())[:-1] + share_x * np.diff(x_m),
        mid_y_m=(y_m - y_m.mean())[:-1] + share_y * np.diff(y_m),
        river=river,
        bend=(float(rng.uniform(0, 6)), float(rng.uniform(0, 6))),
    )


def _lines(count: int, rng: np.random.Generator) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    at = np.concatenate([[0.0], np.cumsum(rng.uniform(400, 480, count))])
    primary = np.arange(count + 1) % 3 == rng.integers(0, 3)
    return at, np.where(primary, 20.0, 12.0), primary


def communities_of(ground: Ground, names: Names) -> pd.DataFrame:
    """Return one community a superblock: code, name, sub-district and district with their codes, and its outline.

    Codes begin with 9999, which no real division has. ``ring_x``, ``ring_y``: the bent outline, closed, in
    :data:`CRS`; neighbours share its points.
    """
    column, row = ground.column_row()
    district = _tile(column, row, ground.columns, DISTRICT_BLOCKS)
    subdistrict = _tile(column, row, ground.columns, SUBDISTRICT_BLOCKS)
    frame = pd.DataFrame({"column": column, "row": row, "district": district, "tile": subdistrict})
    frame["subdistrict"] = frame.groupby(["district", "tile"], sort=True).ngroup()
    of_district = frame.groupby("district")["subdistrict"].transform("min")
    in_district = frame["subdistrict"] - of_district + 1
    in_subdistrict = frame.groupby("subdistrict").cumcount() + 1
    district_code = (999_901 + frame["district"]).astype(str)
    frame["district_name"] = names.take("district", frame["district"].to_numpy())
    frame["subdistrict_code"] = district_code + in_district.map("{:03d}".format)
    frame["subdistrict_name"] = names.take("subdistrict", frame["subdistrict"].to_numpy())
    frame["id"] = frame["subdistrict_code"] + in_subdistrict.map("{:03d}".format)
    frame["name"] = names.take("community", np.arange(len(frame)))
    frame["ring_x"], frame["ring_y"] = _rings(ground, column, row)
    return frame.drop(columns=["tile"])


def _tile(column: Ints, row: Ints, columns: int, side: int) -> Ints:
    wide = math.ceil(columns / side)
    return np.asarray((row // side) * wide + column // side, dtype=np.int64)


def _rings(ground: Ground, column: Ints, row: Ints) -> tuple[list[Any], list[Any]]:
    """Four points a side are enough for a bend of 300 m; both neighbours take the same ones."""
    steps = np.linspace(0, 1, 5)[:-1]
    x0, x1, y0, y1 = (
        one[:, None] for one in (ground.x_m[column], ground.x_m[column + 1], ground.y_m[row], ground.y_m[row + 1])
    )
    still = np.ones((1, 4))
    x = np.concatenate([x0 + steps * (x1 - x0), x1 * still, x0 + (1 - steps) * (x1 - x0), x0 * still, x0], axis=1)
    y = np.concatenate([y0 * still, y0 + steps * (y1 - y0), y1 * still, y0 + (1 - steps) * (y1 - y0), y0], axis=1)
    bent_x, bent_y = ground.bent(x, y)
    return list(bent_x), list(bent_y)
