"""Small counts of people hidden in what is made public."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.model import PEOPLE_COLUMNS

__all__ = ["COUNTS", "LEAST", "public_table"]

LEAST = 5
"""Fewer persons than this are not told: the usual rule of statistical offices, our choice among 3, 5 and 10."""
COUNTS = ("people", *PEOPLE_COLUMNS, "dwellings", "occupied", "households")
_PRIVATE = ("owner", "remark", "photo", "photos", "source_id", "source_row", "also_known_as")


def public_table(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return a table as it may leave the office, and how many counts were changed.

    Counts of persons and dwellings of 1 to 4 become 0 or 5, the nearer; all others are rounded to a multiple of 5. So
    no cell tells fewer than five, and no difference of two cells does. A total that stands beside its parts is the sum
    of the rounded parts. Columns that may name a person are left out.

    Parameters
    ----------
    frame
        Rows with some of the columns :data:`COUNTS`, as texts or numbers.

    Examples
    --------
    >>> public_table(pd.DataFrame({"id": ["a", "b"], "people": ["3", "41"], "owner": ["x", "y"]}))[0].to_dict("list")
    {'id': ['a', 'b'], 'people': [5, 40]}
    """
    made = frame.drop(columns=[name for name in _PRIVATE if name in frame]).copy()
    changed = 0
    for name in (one for one in COUNTS if one in made):
        values = pd.to_numeric(made[name], errors="coerce").to_numpy(dtype=np.float64)
        rounded = _rounded(values)
        changed += int((np.isfinite(values) & (rounded != values)).sum())
        made[name] = pd.array(np.where(np.isfinite(rounded), rounded, 0).astype(np.int64), dtype="Int64")
        made.loc[~np.isfinite(values), name] = pd.NA
    parts = [name for name in PEOPLE_COLUMNS if name in made]
    if "people" in made and len(parts) == len(PEOPLE_COLUMNS):
        whole = made[parts].notna().all(axis=1)
        made.loc[whole, "people"] = made.loc[whole, parts].sum(axis=1)
    return made, changed


def _rounded(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.floor(values / LEAST + 0.5) * LEAST
