"""Walks of a few homes and places as hypothesis draws them, and as the indices want them."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

N_HOMES, N_PLACES = 5, 4
Walks = dict[tuple[int, int], int]  # (place, home) -> mm

walks = st.dictionaries(st.tuples(st.integers(0, N_PLACES - 1), st.integers(0, N_HOMES - 1)), st.integers(0, 1200))
amounts = st.floats(0, 50).map(lambda one: round(one, 3))
of_homes = st.lists(amounts, min_size=N_HOMES, max_size=N_HOMES)
of_places = st.lists(amounts, min_size=N_PLACES, max_size=N_PLACES)


def as_pairs(found: Walks) -> tuple[Any, Any, Any]:
    """Return the walks as arrays sorted by place, then home, that nobody may write to."""
    first = np.searchsorted([place for place, _ in sorted(found)], np.arange(N_PLACES + 1))
    home = np.array([home for _, home in sorted(found)], dtype=np.int32)
    walk_mm = np.array([found[pair] for pair in sorted(found)], dtype=np.int32)
    for array in (first, home, walk_mm):
        array.setflags(write=False)
    return first, home, walk_mm
