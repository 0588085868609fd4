"""Coordinates of a list: two columns, one column with both, degrees, minutes and seconds; which way round."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.city.importing.quantity import tidy
from doorstep.city.long_text import TextColumn
from doorstep.city.tables import as_text

__all__ = ["angle_of", "pair_of", "pairs", "singles", "system_by_headings"]

Points = npt.NDArray[np.float64]

_ANGLE = re.compile(
    r"([nsew东西南北]|东经|西经|北纬|南纬|经度|纬度)?[:：]?(-?\d{1,3})(?:°|度|º|d|\s)(\d{1,2})(?:['′’‘分m]|\s)(?:(\d{1,2}(?:\.\d+)?)(?:\"|″|”|“|''|′′|秒|s)?)?([nsew])?",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[-+]?\d{1,8}(?:\.\d+)?")


def angle_of(text: str) -> float | None:
    r"""Return degrees of an angle as it is written, None if it is none.

    Examples
    --------
    >>> angle_of("119°40'21.2\"E"), angle_of("30度55分12秒"), angle_of("119.6725"), angle_of("N30.92°")
    (119.67255555555556, 30.92, 119.6725, 30.92)
    """
    plain = tidy(text).replace("''", '"')
    found = _ANGLE.fullmatch(plain)
    if found:
        minutes, seconds = float(found.group(3)), float(found.group(4) or 0)
        if minutes >= 60 or seconds >= 60:
            return None
        degrees = abs(float(found.group(2))) + minutes / 60 + seconds / 3600
        south = (found.group(1) or "").casefold() in ("s", "w", "西", "南", "西经", "南纬") or (
            found.group(5) or ""
        ).casefold() in ("s", "w")
        return -degrees if south or found.group(2).startswith("-") else degrees
    bare = re.sub(r"^(?:东经|北纬|经度|纬度|[ne])[:：]?|(?:°|度|[ne])+$", "", plain, flags=re.IGNORECASE)
    bare = re.sub(r"(?:°|度)$", "", bare)
    return float(bare) if _PLAIN.fullmatch(bare) else None


def pair_of(text: str) -> tuple[float, float] | None:
    """Return the two numbers of a text as they stand, None if there are not two.

    Examples
    --------
    >>> pair_of("119.68,30.92"), pair_of("POINT (119.68 30.92)"), pair_of("30.919 119.667 0 0"), pair_of("无")
    ((119.68, 30.92), (119.68, 30.92), (30.919, 119.667), None)
    """
    flat = text.replace("，", ",").replace("；", ";").strip().strip("[](){}（）")
    flat = re.sub(r"^POINT\s*Z?\s*\(", "", flat, flags=re.IGNORECASE)
    parts = [part.strip() for part in re.split(r"[,;|/]", flat) if part.strip()]
    if len(parts) < 2:
        parts = flat.split()
    if len(parts) < 2:
        angles = [found.group() for found in _ANGLE.finditer(tidy(flat).replace("''", '"'))]
        parts = angles if len(angles) == 2 else []
    if len(parts) < 2:
        return None
    first, second = angle_of(parts[0]), angle_of(parts[1])
    return None if first is None or second is None else (first, second)


def singles(cells: Sequence[Any]) -> tuple[Points, list[int]]:
    """Return the numbers of a column of coordinates, NaN for nothing, and the places of cells that cannot be read."""
    if isinstance(cells, TextColumn):
        values, odd = cells.numbers()
    else:
        values, odd = np.full(len(cells), np.nan), [*range(len(cells))]
    try:
        quick = values if not odd else np.array(cells, dtype=np.float64)
        if np.isfinite(quick).all():
            return quick, []
    except (ValueError, TypeError):
        pass
    bad = []
    for place in odd:
        cell = cells[place]
        if cell is None or cell == "":
            continue
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            values[place] = cell
            continue
        text = as_text(cell)
        angle = angle_of(text)
        if angle is None:
            if re.search(r"\d", text):
                bad.append(place)
        else:
            values[place] = angle
    return values, bad


def pairs(cells: Sequence[Any]) -> tuple[Points, list[int]]:
    """Return both numbers of a column that holds pairs, shape (n, 2), and the places of cells that cannot be read."""
    values, bad = np.full((len(cells), 2), np.nan), []
    for place, cell in enumerate(cells):
        text = as_text(cell) if not isinstance(cell, str) else cell
        if not text.strip():
            continue
        found = pair_of(text)
        if found is None:
            if re.search(r"\d", text):
                bad.append(place)
        else:
            values[place] = found
    return values, bad


def system_by_headings(about: str, points: npt.NDArray[np.float64]) -> str:
    """Return the national grid that headings and numbers suggest where no zone is told, "" if none.

    Easting and northing within the bounds of EPSG:27700 are those of the British National Grid.

    Examples
    --------
    >>> system_by_headings("Easting, Northing", np.array([[331_000.0, 188_000.0]]))
    'EPSG:27700'
    >>> system_by_headings("x, y", np.array([[331_000.0, 188_000.0]]))
    ''
    """
    known = points[np.isfinite(points).all(axis=1)]
    if not len(known) or "easting" not in about.casefold() or "northing" not in about.casefold():
        return ""
    east, north = known.T
    inside = (east > 0) & (east < 700_000) & (north > 0) & (north < 1_300_000)
    return "EPSG:27700" if inside.all() else ""
