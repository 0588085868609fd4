"""Branches of the engine as the plan file keeps them."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.layout import Branch
from doorstep.plan_file import Proof

__all__ = ["proof_of"]


def proof_of(branches: Sequence[Branch] | None) -> Proof | None:
    """Return the proof of a plan file, ``None`` if the multipliers alone prove the bound.

    Parameters
    ----------
    branches
        Of a layout, parents before children. Prices that several share are kept once.
    """
    if branches is None:
        return None
    row_of: dict[int, int] = {}
    rows: list[npt.NDArray[np.float32]] = []
    for branch in branches:
        if id(branch.need) not in row_of:
            row_of[id(branch.need)] = len(rows)
            rows.append(branch.need)
    dropped = [
        np.column_stack([np.full(len(branch.dropped), number), branch.dropped])
        for number, branch in enumerate(branches)
        if len(branch.dropped)
    ]
    return Proof(
        branches=len(branches),
        parent=_packed([branch.parent for branch in branches], "<i4"),
        space=_packed([branch.space for branch in branches], "<i4"),
        service=_packed([branch.service for branch in branches], "<i4"),
        kept=_packed([branch.kept for branch in branches], "<i4"),
        money=_packed([branch.money for branch in branches], "<f8"),
        prices=_packed([row_of[id(branch.need)] for branch in branches], "<i4"),
        need=_packed(np.stack(rows), "<f4"),
        dropped=_packed(np.concatenate(dropped) if dropped else [], "<i4"),
    )


def _packed(numbers: Any, kind: str) -> str:
    return base64.b64encode(zlib.compress(np.asarray(numbers).astype(kind).tobytes(), 6)).decode("ascii")
