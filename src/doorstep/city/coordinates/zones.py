"""Gauss-Krüger zones of CGCS2000: which there are, which one a place or an easting belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["FALSE_EASTING_M", "ZONES", "Zone", "in_some_zone", "zone_of", "zones_of_easting"]

FALSE_EASTING_M = 500_000.0
_HALF_WIDTH_M = {3: 175_000.0, 6: 340_000.0}
"""Farthest that a place of the zone lies from its meridian: half the zone at 18 degrees north, and a little."""


_CODES = {(6, True): (4491, 13), (6, False): (4502, 13), (3, True): (4513, 25), (3, False): (4534, 25)}
"""First EPSG code of each kind, and the number of its zone."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone, with or without its number before the easting.

    Parameters
    ----------
    width
        3 or 6 degrees.
    number
        25 to 45 (3 degrees) or 13 to 23 (6 degrees).
    prefixed
        True if eastings begin with the number (40 500 000 m on the meridian), False if not (500 000 m).
    """

    width: int
    number: int
    prefixed: bool

    @property
    def meridian(self) -> int:
        """Central meridian in degrees east."""
        return self.number * 3 if self.width == 3 else self.number * 6 - 3

    @property
    def crs(self) -> str:
        """The zone in the EPSG register (codes 4491 to 4554).

        Examples
        --------
        >>> Zone(3, 40, prefixed=False).crs, Zone(3, 40, prefixed=True).crs, Zone(6, 20, prefixed=True).crs
        ('EPSG:4549', 'EPSG:4528', 'EPSG:4498')
        """
        first, first_number = _CODES[self.width, self.prefixed]
        return f"EPSG:{first + self.number - first_number}"

    @property
    def false_easting_m(self) -> float:
        """Easting of the central meridian."""
        return FALSE_EASTING_M + (self.number * 1e6 if self.prefixed else 0.0)


ZONES = tuple(
    Zone(width, number, prefixed)
    for width, numbers in ((3, range(25, 46)), (6, range(13, 24)))
    for number in numbers
    for prefixed in (True, False)
)
"""All zones of the register. Without prefix, a 6-degree zone is the 3-degree zone of the same meridian."""


def zone_of(lon: float, width: int = 3, prefixed: bool = False) -> Zone:
    """Return the zone of a longitude: 3-degree zones count from 1.5° E, 6-degree zones from 0°.

    Raises
    ------
    ValueError
        If no zone of that width is in the register there, or the width is neither 3 nor 6.

    Examples
    --------
    >>> zone_of(119.67).crs, zone_of(119.67, 6, prefixed=True).crs
    ('EPSG:4549', 'EPSG:4498')
    """
    if width not in (3, 6):
        raise ValueError(f"zones are 3 or 6 degrees wide, not {width}")
    number = int((lon + 1.5) // 3) if width == 3 else int(lon // 6) + 1
    zone = Zone(width, number, prefixed)
    if zone not in ZONES:
        raise ValueError(f"no zone of {width} degrees at {lon} degrees east")
    return zone


def zones_of_easting(easting_m: float) -> tuple[Zone, ...]:
    """Return the zones in which an easting can lie: one if it carries the zone's number, else every meridian.

    Without a number in front, each 6-degree zone has the easting of the 3-degree zone on the same meridian; only the
    3-degree one is given while the easting fits it, the 6-degree one farther out.

    Examples
    --------
    >>> [zone.crs for zone in zones_of_easting(40_467_159.7)]
    ['EPSG:4528']
    >>> len(zones_of_easting(467_159.7)), len(zones_of_easting(41_756.6))
    (21, 0)
    """
    fitting = tuple(zone for zone in ZONES if abs(easting_m - zone.false_easting_m) <= _HALF_WIDTH_M[zone.width])
    taken = {(zone.meridian, zone.prefixed) for zone in fitting if zone.width == 3 and not zone.prefixed}
    return tuple(zone for zone in fitting if zone.width == 3 or (zone.meridian, zone.prefixed) not in taken)


def in_some_zone(easting_m: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return which eastings can lie in some zone, with its number in front or without.

    Examples
    --------
    >>> in_some_zone([467_159.7, 40_467_159.7, 41_756.6, 24_500_000.0]).tolist()
    [True, True, False, False]
    """
    easting = np.asarray(easting_m, dtype=float)
    found = np.zeros(easting.shape, dtype=bool)
    for zone in ZONES:
        found |= np.abs(easting - zone.false_easting_m) <= _HALF_WIDTH_M[zone.width]
    return found
