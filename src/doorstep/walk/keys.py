"""Keys: length, time and waiting of a walk in one integer that can be added and compared."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.walk.graph import NEVER
from doorstep.walk.network import Ints, Network

__all__ = ["LENGTH_MAX_MM", "TIME_MAX_MS", "WAITING_MAX", "Packing", "limits_of", "packing_of", "whole_numbers"]

Flags = npt.NDArray[np.bool_]

WAITING_MAX = 2**12 - 1
LENGTH_MAX_MM = 2**24 - 1  # 16.7 km
TIME_MAX_MS = 2**25 - 1  # 9.3 hours


@dataclass(frozen=True, slots=True)
class Packing:
    """How a key is put together: the measure that counts first on top, then the other, then the waiting.

    Parameters
    ----------
    measure
        ``"metres"`` or ``"minutes"``: which counts first.
    length_bits, time_bits
        By how many bits length (mm) and time (ms, waiting included) are shifted.
    wait_unit_ms
        Unit of the waiting in the lowest 12 bits.
    """

    measure: str
    length_bits: int
    time_bits: int
    wait_unit_ms: int

    @property
    def first_bits(self) -> int:
        """By how many bits the measure that counts first is shifted."""
        return max(self.length_bits, self.time_bits)

    def key(self, length_mm: Ints, time_ms: Ints) -> Ints:
        """Pack lengths and times without waiting; NEVER where a time is negative or a part too big for any walk."""
        length_mm, time_ms = np.asarray(length_mm, dtype=np.int64), np.asarray(time_ms, dtype=np.int64)
        fits = (time_ms >= 0) & (length_mm <= LENGTH_MAX_MM) & (time_ms <= TIME_MAX_MS)
        return np.where(fits, (length_mm << self.length_bits) + (time_ms << self.time_bits), NEVER)

    def wait_key(self, wait_ms: Ints) -> Ints:
        """Pack waits."""
        return (wait_ms << self.time_bits) + wait_ms // self.wait_unit_ms

    def limit_key(self, limit: Ints) -> Ints:
        """Return the largest key within limits of the first measure; -1 for a negative limit."""
        return np.where(limit < 0, -1, (np.maximum(limit, 0) + 1 << self.first_bits) - 1)

    def unpacked(self, key: Ints) -> tuple[Ints, Ints, Ints]:
        """Return lengths in mm, times in ms with waiting, and the waiting in ms."""
        waiting = (key & WAITING_MAX) * self.wait_unit_ms
        if self.measure == "metres":
            return key >> self.length_bits, (key >> self.time_bits) & (2**25 - 1), waiting
        return (key >> self.length_bits) & (2**24 - 1), key >> self.time_bits, waiting


def packing_of(networks: Sequence[Network], measure: str) -> Packing:
    """Choose how keys are put together.

    Parameters
    ----------
    networks
        Their waits give the unit of waiting: the largest that all are multiples of.
    measure
        ``"metres"`` or ``"minutes"``.

    Returns
    -------
    Packing
        24 bits of mm, 25 of ms and 12 of waiting, or 25 of ms, 24 of mm and 12 of waiting.
    """
    if measure not in ("metres", "minutes"):
        raise ValueError(f"measure {measure!r} is neither 'metres' nor 'minutes'")
    waits = np.concatenate([wait_ms for one in networks for wait_ms in (one.wait_u_ms, one.wait_v_ms)])
    unit = math.gcd(*np.unique(waits).tolist()) or 1
    return Packing(measure, 37, 12, unit) if measure == "metres" else Packing(measure, 12, 36, unit)


def whole_numbers(values: npt.ArrayLike, what: str) -> Ints:
    """Return numbers as integers.

    Raises
    ------
    ValueError
        If one is not a whole number (a part, NaN, infinity): nothing is rounded or dropped in silence.

    Examples
    --------
    >>> whole_numbers([1.0, 2.0], "limits").tolist()
    [1, 2]
    """
    given = np.asarray(values)
    if given.size == 0:
        return given.astype(np.int64)
    if not np.issubdtype(given.dtype, np.number):
        raise ValueError(f"{what} are {given.dtype}, not numbers")
    if np.issubdtype(given.dtype, np.floating):
        wrong = ~(np.isfinite(given) & (given == np.floor(given)) & (np.abs(given) < 2**62))
        if wrong.any():
            raise ValueError(f"{int(wrong.sum())} {what} are not whole numbers, the first is {given[wrong].flat[0]}")
    return given.astype(np.int64)


def limits_of(values: npt.ArrayLike, least: int = 0) -> Ints:
    """Return longest walks as integers.

    Raises
    ------
    ValueError
        If one is below the least or not a whole number: it would reach nothing in silence.
    """
    limits = whole_numbers(values, "limits")
    if limits.min(initial=least) < least:
        raise ValueError(f"limits must not be below {least}, the smallest is {limits.min()}")
    return limits


def measure_and_limit(
    limit_mm: npt.ArrayLike | None, limit_ms: npt.ArrayLike | None, least: int = 0
) -> tuple[str, Ints]:
    """Return the measure that binds, and the limits in it; one of the two must be given."""
    if limit_mm is not None and limit_ms is None:
        return "metres", limits_of(limit_mm, least)
    if limit_ms is not None and limit_mm is None:
        return "minutes", limits_of(limit_ms, least)
    raise ValueError("one of limit_mm and limit_ms must be given")


def threads_of(workers: int | None) -> int:
    """Return how many threads search: as many as asked for, else one a core.

    Raises
    ------
    ValueError
        If fewer than one is asked for.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"{workers} workers, must be at least 1")
    return workers or os.cpu_count() or 1
