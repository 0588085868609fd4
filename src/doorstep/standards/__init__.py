"""Profiles as data: services, grades, limits, rules, assumptions and prices."""

from doorstep.standards.load import CASES, LIMITS, MEASURES, load_profile, profile_names
from doorstep.standards.profile import (
    Force,
    Grade,
    Outcome,
    Parameter,
    Profile,
    Rule,
    RuleKind,
    Service,
)

__all__ = [
    "CASES",
    "LIMITS",
    "MEASURES",
    "Force",
    "Grade",
    "Outcome",
    "Parameter",
    "Profile",
    "Rule",
    "RuleKind",
    "Service",
    "load_profile",
    "profile_names",
]
