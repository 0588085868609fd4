"""Gaps, indices and checks: who lacks what, by which clause."""

from doorstep.assess.gaps import ASSESSMENT_COLUMNS, assess
from doorstep.assess.indices import (
    capacity_ratio,
    e2sfca,
    gini,
    nearest_mm,
    palma,
    share_within,
    weighted_quantiles,
)

__all__ = [
    "ASSESSMENT_COLUMNS",
    "assess",
    "capacity_ratio",
    "e2sfca",
    "gini",
    "nearest_mm",
    "palma",
    "share_within",
    "weighted_quantiles",
]
