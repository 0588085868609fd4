"""One line of evidence about a system of coordinates, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorstep.city.coordinates.convert import BD09, CGCS2000, GCJ02, WGS84
from doorstep.messages import text

__all__ = ["Evidence", "evidence_text", "system_name"]

_NAMES = {WGS84: "wgs84", CGCS2000: "cgcs2000", GCJ02: "gcj02", BD09: "bd09", "local": "local"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for or against a system, or only ought to be known.

    Parameters
    ----------
    key
        Name of the text ``coordinates.<key>`` in the message catalogues.
    values
        What the text needs; a value under ``system`` or ``other`` is a system and is shown by its name.
    speaks
        ``for``, ``against`` or ``neither``.
    """

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    speaks: str = "neither"


def system_name(language: str, system: str) -> str:
    """Return the name of a system as a planner knows it.

    Examples
    --------
    >>> system_name("en", "GCJ-02"), system_name("en", "EPSG:4549")
    ('GCJ-02 (AMap, Tencent)', 'EPSG:4549')
    """
    return text(language, f"coordinates.{_NAMES[system]}") if system in _NAMES else system


def evidence_text(language: str, evidence: Evidence) -> str:
    """Return a line of evidence in words.

    Examples
    --------
    >>> evidence_text("en", Evidence("rows_zero", {"count": "2"}))
    'Rows with the coordinates 0, 0, which are no place: 2.'
    """
    values = {
        name: system_name(language, value) if name in ("system", "other") else value
        for name, value in evidence.values.items()
    }
    return text(language, f"coordinates.{evidence.key}", **values)
