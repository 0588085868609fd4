"""Profiles as data: services, grades, limits, rules, assumptions and prices."""

from doorstep.standards.conversion import ConvertedGrade, converted_grades
from doorstep.standards.facts import Fact, asked_of, fact, facts, inputs_of
from doorstep.standards.load import (
    CASES,
    LIMITS,
    MEASURES,
    load_profile,
    load_standard,
    profile_names,
    profile_source,
    standard_names,
)
from doorstep.standards.own import is_file_name
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
    Standard,
    Waiver,
)
from doorstep.standards.sharing import SharedGrade, shared_grades

__all__ = [
    "CASES",
    "LIMITS",
    "MEASURES",
    "Conversion",
    "ConvertedGrade",
    "Fact",
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
    "SharedGrade",
    "Standard",
    "Waiver",
    "asked_of",
    "converted_grades",
    "fact",
    "facts",
    "inputs_of",
    "is_file_name",
    "load_profile",
    "load_standard",
    "profile_names",
    "profile_source",
    "shared_grades",
    "standard_names",
]
