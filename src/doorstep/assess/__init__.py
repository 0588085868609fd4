"""Who lacks what, by which clause: gaps, indices and checks."""

from doorstep.assess.checks import (
    AreaFacts,
    HubFacts,
    check_city,
    check_community,
    check_hub,
    remedy_text,
    rule_text,
    unit_text,
)
from doorstep.assess.gaps import assess
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
    "AreaFacts",
    "HubFacts",
    "assess",
    "capacity_ratio",
    "check_city",
    "check_community",
    "check_hub",
    "e2sfca",
    "gini",
    "nearest_mm",
    "palma",
    "remedy_text",
    "rule_text",
    "share_within",
    "unit_text",
    "weighted_quantiles",
]
