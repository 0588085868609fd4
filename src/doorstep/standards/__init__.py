"""Profiles as data: services, grades, limits, rules, assumptions and prices."""

from doorstep.standards.load import CASES, LIMITS, MEASURES, load_profile, profile_names
from doorstep.standards.profile import (
    Conversion,
    FloorUse,
    Force,
    Grade,
    Module,
    Outcome,
    Parameter,
    Period,
    Profile,
    Rule,
    RuleKind,
    Service,
)

__all__ = [
    "CASES",
    "LIMITS",
    "MEASURES",
    "Conversion",
    "FloorUse",
    "Force",
    "Grade",
    "Module",
    "Outcome",
    "Parameter",
    "Period",
    "Profile",
    "Rule",
    "RuleKind",
    "Service",
    "load_profile",
    "profile_names",
]
