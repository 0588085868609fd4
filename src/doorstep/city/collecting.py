"""Python's search for garbage, put off while many small objects come into being and none goes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collecting_later"]


@contextmanager
def collecting_later() -> Iterator[None]:
    """Put off the search for garbage: among the tags of a city's streets it takes a fifth of the time.

    Examples
    --------
    >>> with collecting_later():
    ...     gc.isenabled()
    False
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
