"""Profiles as data: services, grades, limits, rules, assumptions and prices."""

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

__all__ = ["Force", "Grade", "Outcome", "Parameter", "Profile", "Rule", "RuleKind", "Service"]
