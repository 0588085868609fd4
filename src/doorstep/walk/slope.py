"""What a slope does to the time of a walk: Tobler's function, up and down apart."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from doorstep.city import Streets

__all__ = ["GRADE_CAP", "grades", "incline_of", "slope_factor"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Steeper is noise of a height raster, or a flight of steps that nobody tagged. Our judgement, 0.20 to 0.35.
GRADE_CAP = 0.30
INCLINE = re.compile(r"([+-]?\d{1,3}(?:[.,]\d{1,4})?)\s*([%°])")


def slope_factor(grade: Floats) -> Floats:
    """Return the time on slopes as a multiple of the time on level ground.

    Parameters
    ----------
    grade
        Rise per run in the direction of the walk, any shape; beyond ±0.30 it counts as ±0.30.

    Returns
    -------
    Floats
        Same shape, in whole thousandths (so that two programs agree to the millisecond): 1 on the level, least (0.839)
        at a fall of 5 in 100, 2.858 at a rise of 30 in 100 or more.

    Notes
    -----
    Walking speed ``W = 6 exp(-3.5 |S + 0.05|)`` km/h [1]_, relative to its value at S = 0. It was fitted to
    Imhof's figures of soldiers on marches; nothing as widely used is known for elders or wheels, so it serves for all.

    References
    ----------
    .. [1] W. Tobler (1993), Three presentations on geographical analysis and modeling, NCGIA Technical Report 93-1.

    Examples
    --------
    >>> slope_factor(np.array([0.0, 0.1, -0.1])).tolist()
    [1.0, 1.419, 1.0]
    """
    capped = np.clip(grade, -GRADE_CAP, GRADE_CAP)
    factor: Floats = np.floor(1000.0 * np.exp(3.5 * (np.abs(capped + 0.05) - 0.05)) + 0.5) / 1000.0
    return factor


def incline_of(tags: Mapping[str, str]) -> float:
    """Return the incline of a way in its direction, rise per run; NaN if it has none that is a number with % or °.

    Examples
    --------
    >>> incline_of({"incline": "-8 %"}), incline_of({"incline": "up"})
    (-0.08, nan)
    """
    found = INCLINE.fullmatch(tags.get("incline", "").strip())
    if found is None:
        return math.nan
    number = float(found[1].replace(",", "."))
    if found[2] == "%":
        return number / 100.0
    return math.tan(math.radians(number)) if abs(number) < 90 else math.nan


def grades(streets: Streets, way: Ints, u: Ints, v: Ints, length_mm: Ints) -> Floats:
    """Return the grade of edges in the direction of their way: from heights, else from ``incline``, else unknown.

    Parameters
    ----------
    streets
        Heights of nodes and tags of ways.
    way, u, v, length_mm
        Shape (n_edges,): position of the way, first and second node, plan length.

    Returns
    -------
    Floats
        Shape (n_edges,): rise per run, not capped; NaN where nothing is known (the walk counts it as level).
    """
    rise_m = streets.node_ele_m[v] - streets.node_ele_m[u]
    by_height = np.where(length_mm > 0, 1000.0 * rise_m / np.maximum(length_mm, 1), 0.0 * rise_m)
    by_tag = np.array([incline_of(tags) if "incline" in tags else math.nan for tags in streets.way_tags])
    return np.where(np.isnan(by_height), by_tag[way], by_height) if len(way) else np.zeros(0)
