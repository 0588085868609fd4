"""Numbers of a GeoJSON that are none: which rows and fields keep the whole file from being read."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doorstep.errors import Problem

__all__ = ["wrong_numbers"]

_NO_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|([-+]?\b(?:nan|inf(?:inity)?)\b)', re.IGNORECASE)
_MARK = "\ue000"  # in front of what is no number, so that the file can be read; a letter that no language uses


def wrong_numbers(path: Path, unreadable: Problem) -> list[Problem]:
    """Return the numbers that are none, by row and column, in place of a file that cannot be read.

    Parameters
    ----------
    path
        Of the layer.
    unreadable
        That it was not read: one number that is none keeps GDAL from the whole file.

    Returns
    -------
    list of Problem
        ``value-not-number`` for each; the problem given where it is another one.
    """
    if path.suffix.casefold() != ".geojson":
        return [unreadable]
    try:
        written = _NO_NUMBER.sub(_marked, path.read_text(encoding="utf-8-sig"))
        features = json.loads(written, parse_float=_finite, parse_int=str)["features"]
        found = [
            Problem(path.name, "value-not-number", row, column, {"found": value.removeprefix(_MARK)})
            for row, feature in enumerate(features, start=1)
            for column, value in _fields(feature)
            if isinstance(value, str) and value.startswith(_MARK)
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [unreadable]
    return found or [unreadable]


def _marked(found: re.Match[str]) -> str:
    """Mark what is no number; NaN alone is read as a cell that nobody filled."""
    if found[1] is None:
        return found[0]
    return "null" if found[1].casefold() == "nan" else f'"{_MARK}{found[1]}"'


def _finite(digits: str) -> str:
    return digits if math.isfinite(float(digits)) else _MARK + digits


def _fields(feature: Any) -> Iterator[tuple[str, Any]]:
    """Yield the properties of a feature, and its coordinates one by one, with the name of their column."""
    yield from (feature.get("properties") or {}).items()
    left = [(feature.get("geometry") or {}).get("coordinates")]
    while left:
        value = left.pop()
        if isinstance(value, list):
            left += reversed(value)
        else:
            yield "coordinates", value
