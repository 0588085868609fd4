"""What a rule of the profile says of facts: the checker's own reading of a rule's row.

A fact is an interval of numbers or a set of words; one that is not there is not known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from doorstep.plan_file import Finding
from doorstep.standards import Rule, facts
from doorstep.verify.verdict import TOLERANCE

__all__ = ["Facts", "finding_of", "is_of_plan"]

Facts = Mapping[str, tuple[float, float] | frozenset[str]]

SIGN = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "=", "!=": "≠"}
UP, DOWN = (">=", ">"), ("<=", "<")


def is_of_plan(rule: Rule, of: str, known: Facts) -> bool:
    """Tell whether a plan must list what a rule says of a hub, a community or the city."""
    if of not in rule.of:
        return False
    names = {rule.measure} | {condition.split()[0] for condition in rule.when}
    if all(facts()[name].is_of_plan for name in names):
        return True
    is_binding = rule.force.value == "hard" and rule.kind.value == "requirement"
    speaks = [_condition(known, condition) is True for condition in rule.when]
    return (is_binding or rule.raised_by != "") and all(speaks)


def finding_of(subject: str, of: str, rule: Rule, known: Facts, shown: float | None = None) -> Finding:
    """Derive the finding of one rule; ``shown`` is the figure to print of an interval that is open upwards."""
    speaks: bool | None = rule.force.value != "local" or not rule.where or rule.raised_by != ""
    for condition in rule.when:
        if of in facts()[condition.split()[0]].of:
            held = _condition(known, condition)
            speaks = False if held is False or speaks is False else None if held is None else speaks
    value = known.get(rule.measure)
    met = _met(rule, value)
    if speaks is None and met is True:
        speaks = True
    measured = _printed(value, met, shown) if speaks else None
    outcome = _outcome(subject.partition(":")[2], rule, speaks, met)
    waived = [one.by for one in rule.waivers if one.subject in ("", subject.partition(":")[2])]
    laid_over = [
        *(waived[:1] if outcome == "warns" and rule.force.value == "hard" else ()),
        rule.raised_by,
        rule.set_by,
    ]
    over = next((one for one in laid_over if one), "")
    return Finding(
        subject=subject,
        rule=rule.id,
        outcome=outcome,
        measured=measured,
        required=_required(rule),
        unit=rule.unit,
        document=f"{over} ({rule.document})" if over else rule.document,
        clause=rule.clause,
        confidence=rule.confidence,
        force=str(rule.force.value),
    )


def _outcome(subject: str, rule: Rule, speaks: bool | None, met: bool | None) -> str:
    """Only a hard requirement fails; a recalled rule stays unverified however it is met."""
    if speaks is False:
        return "not_applicable"
    if speaks is None or met is None:
        return "unknown"
    if rule.force.value == "unverified":
        return "unverified"
    if met:
        return "passes"
    if rule.kind.value != "requirement":
        return "not_applicable"
    waived = any(one.subject in ("", subject) for one in rule.waivers)
    return "fails" if rule.force.value == "hard" and not waived else "warns"


def _printed(value: tuple[float, float] | frozenset[str] | None, met: bool | None, shown: float | None) -> float | None:
    if isinstance(value, tuple):
        if shown is not None:
            return shown
        low, high = value
        if low == high or math.isinf(high):
            return low
        return high if met is not None else None
    if value in (frozenset(["yes"]), frozenset(["no"])):
        return float(value == frozenset(["yes"]))
    return None


def _met(rule: Rule, value: tuple[float, float] | frozenset[str] | None) -> bool | None:
    sign, wanted = rule.compare or rule.operator, rule.against or rule.value
    if value is None:
        return None
    if isinstance(value, tuple):
        upper = float(rule.value2) if sign in ("between", "from_to") else math.nan
        return _lies(value, sign, float(wanted), upper)
    if value <= {"yes", "no"}:
        return value == ({"yes"} if wanted == "1" else {"no"})
    listed = frozenset(wanted.split(";"))
    tests = {
        "all": listed <= value,
        "any": bool(listed & value),
        "in": value <= listed,
        "=": value <= listed,
        "not": not value & listed,
        "!=": not value & listed,
    }
    return tests[sign]


def _condition(known: Facts, condition: str) -> bool | None:
    name, sign, wanted = condition.split(" ", 2)
    base, _, service = name.partition(":")
    services = known.get("services", frozenset())
    if base.startswith("service_") and service not in services:
        return False
    value = known.get(name)
    if value is None:
        return None
    words = frozenset(wanted.split(";"))
    if isinstance(value, frozenset):
        return bool(value & words) == (sign in ("=", "in", "has"))
    if sign in ("in", "not"):
        return (f"{value[0]:g}" in words) == (sign == "in") if value[0] == value[1] else None
    return _lies(value, sign, float(wanted), math.nan)


def _lies(value: tuple[float, float], sign: str, wanted: float, upper: float) -> bool | None:
    """Tell whether an interval lies in what is asked; None if only a part of it does."""
    low, high = value
    slack = (
        TOLERANCE * 1e-3 * max(1.0, abs(low) if math.isfinite(low) else 0.0, abs(high) if math.isfinite(high) else 0.0)
    )
    least = wanted if sign not in DOWN else -math.inf
    most = wanted if sign in DOWN or sign in ("=", "!=") else math.inf if sign in UP else upper
    above = low > least + slack if sign == ">" else low >= least - slack
    below = high < most - slack if sign in ("<", "from_to") else high <= most + slack
    too_low = high <= least + slack if sign == ">" else high < least - slack
    too_high = low >= most - slack if sign in ("<", "from_to") else low > most + slack
    inside = True if above and below else False if too_low or too_high else None
    return (None if inside is None else not inside) if sign == "!=" else inside


def _required(rule: Rule) -> str:
    sign, wanted = rule.compare or rule.operator, rule.against or rule.value
    if rule.unit in ("flag", "rule", "list", "code"):
        return ""
    if sign in ("between", "from_to"):
        return f"{wanted}–{rule.value2}"
    return f"{SIGN[sign]} {wanted}" if sign in SIGN else ""
