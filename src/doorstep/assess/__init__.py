"""Who lacks what, by which clause: gaps, indices and checks."""

from doorstep.assess.assumed import told_assumptions
from doorstep.assess.bands import BAND_COLUMNS, coverage_by_band
from doorstep.assess.catchments import balanced_catchment, e2sfca, floating_catchment
from doorstep.assess.checked import Checked, check
from doorstep.assess.checks import (
    AreaFacts,
    HubFacts,
    check_city,
    check_community,
    check_hub,
    known_area,
    known_hub,
    remedy_text,
    rule_text,
    unit_text,
)
from doorstep.assess.gaps import assess
from doorstep.assess.helped import HELPED_COLUMNS, people_helped
from doorstep.assess.inequality import Theil, concentration_curve, concentration_index, gini, palma, theil
from doorstep.assess.known import Figure, Known, Value, at_least, at_most, exactly, value_of
from doorstep.assess.reach import (
    capacity_ratio,
    cumulative,
    exponential,
    gaussian,
    gravity,
    k_nearest_mm,
    nearest_mm,
    pairs_of_places,
    power,
    share_within,
    weighted_quantiles,
    within,
)
from doorstep.assess.rules import Found, check_rules

__all__ = [
    "BAND_COLUMNS",
    "HELPED_COLUMNS",
    "AreaFacts",
    "Checked",
    "Figure",
    "Found",
    "HubFacts",
    "Known",
    "Theil",
    "Value",
    "assess",
    "at_least",
    "at_most",
    "balanced_catchment",
    "capacity_ratio",
    "check",
    "check_city",
    "check_community",
    "check_hub",
    "check_rules",
    "concentration_curve",
    "concentration_index",
    "coverage_by_band",
    "cumulative",
    "e2sfca",
    "exactly",
    "exponential",
    "floating_catchment",
    "gaussian",
    "gini",
    "gravity",
    "k_nearest_mm",
    "known_area",
    "known_hub",
    "nearest_mm",
    "pairs_of_places",
    "palma",
    "people_helped",
    "power",
    "remedy_text",
    "rule_text",
    "share_within",
    "theil",
    "told_assumptions",
    "unit_text",
    "value_of",
    "weighted_quantiles",
    "within",
]
