"""The one place where rules are measured: whom a rule speaks of, what is measured, and what follows.

Only a requirement that is hard, or that the city raised with document and date, may *fail* anything, and a city may
waive it with a written reason: then it *warns*. A soft or local one *warns*, a recalled one stays *unverified* however
it is met, what nobody measured is *unknown*. A local rule of another place does not apply until a city raises it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from doorstep.assess.known import Figure, Known, Value, missing_of, value_of
from doorstep.plan_file import Finding
from doorstep.standards import Force, Outcome, Rule, RuleKind, facts

__all__ = ["Found", "check_rules", "found_of", "holds", "meets"]

SIGN = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "=", "!=": "≠"}
_CONDITION = re.compile(r"(\S+) (=|!=|>=|<=|>|<|in|not|has) (.+)")


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with what it rests on.

    Parameters
    ----------
    finding
        As it stands in a plan.
    value
        What was measured, words included; None if it is not known or the rule does not apply.
    missing
        Facts that must be found out where the outcome is unknown.
    remedy
        Name of the remedy in the messages, empty if there is none.
    rule
        The rule; None of a limit that the profile assumes.
    met
        Whether what is asked is met, also where the outcome is *unverified*; None if that is not known.
    """

    finding: Finding
    value: Value | None = None
    missing: tuple[str, ...] = ()
    remedy: str = ""
    rule: Rule | None = None
    met: bool | None = None


def check_rules(known: Known, rules: Iterable[Rule]) -> tuple[Found, ...]:
    """Return what every rule that speaks of such a subject says of it, in the order of the rules.

    Parameters
    ----------
    known
        A hub, a community or a city.
    rules
        Of a profile; those that nothing checks, or that speak of others, are left out.

    Examples
    --------
    >>> from doorstep.assess.known import exactly
    >>> from doorstep.standards import load_standard
    >>> hub = Known("hub", "H", {"services": frozenset(["elderly_care"]), "walk_min:longest": exactly(12)})
    >>> [(one.finding.rule, one.finding.outcome) for one in check_rules(hub, load_standard("kr").rules)][:2]
    [('kr-03', 'not_applicable'), ('kr-04', 'warns')]
    """
    return tuple(found_of(known, rule) for rule in rules if known.of in rule.of)


def found_of(known: Known, rule: Rule) -> Found:
    """Return what one rule says of a subject."""
    applies = _applies(known, rule)
    value = value_of(known, rule.measure)
    met = None if value is None else meets(rule, _asked(known, rule, value))
    if applies is None and met:
        applies = True  # whether it speaks of the subject or not, nothing is wrong
    outcome = _outcome(known, rule, applies, value, met)
    # Of a figure that is only bounded, the bound is told where it decides or counts what is known.
    figure = value if isinstance(value, Figure) else None
    shown = (
        _number(value) if figure is None else figure.high if figure.shown is None and met is not None else figure.shown
    )
    applied = outcome is not Outcome.NOT_APPLICABLE or applies is True
    missing: tuple[str, ...] = ()
    if outcome is Outcome.UNKNOWN:
        asked = ([] if applies else _undecided(known, rule)) + ([] if met is not None else [rule.measure])
        missing = tuple(dict.fromkeys(one for name in asked for one in missing_of(known, name)))
    finding = Finding(
        subject=known.subject,
        rule=rule.id,
        outcome=outcome.value,
        measured=shown if applied and applies is not None else None,
        required=required(rule),
        unit=rule.unit,
        document=_document(known, rule, outcome),
        clause=rule.clause,
        confidence=rule.confidence,
        force=rule.force.value,
    )
    remedy = "" if rule.remedy == "none" else rule.remedy
    return Found(finding, value if applied else None, missing, remedy, rule, met if applies else None)


def meets(rule: Rule, value: Value) -> bool | None:
    """Return whether a value meets what a rule asks, None where a bounded figure leaves it open.

    Parameters
    ----------
    rule
        Its sign and what it wants.
    value
        Sums of products: the last digits do not decide.

    Raises
    ------
    ValueError
        If such values cannot be compared that way: a fault of the profile.
    """
    sign, wanted = rule.sign, rule.wanted
    if isinstance(value, Figure):
        return _compared(value, sign, float(wanted), float(rule.value2 or "nan"))
    listed = set(wanted.split(";"))
    if isinstance(value, frozenset):
        if sign in ("all", "any"):
            return listed <= value if sign == "all" else bool(listed & value)
    elif value in ("yes", "no"):
        if sign == "=":
            return (value == "yes") == (wanted == "1")
    elif sign in ("in", "=", "!=", "not"):
        return (value in listed) == (sign in ("in", "="))
    raise ValueError(f"{rule.id}: {rule.measure} cannot be compared by {sign}")


def holds(known: Known, condition: str) -> bool | None:
    """Return whether a condition holds, None if a fact is not known.

    Examples
    --------
    >>> hub = Known("hub", "K1", {"services": frozenset(["meals"])})
    >>> holds(hub, "services has meals"), holds(hub, "functions > 1"), holds(hub, "channel = newbuild")
    (True, False, None)
    """
    found = _CONDITION.fullmatch(condition)
    if found is None:
        raise ValueError(f"{condition} is no condition")
    name, sign, wanted = found.groups()
    value = value_of(known, name)
    if value is None:
        services = known.told.get("services")
        each = facts()[name].each
        # Of a service that is not there, nothing holds.
        return (
            False if isinstance(services, frozenset) and name.startswith("service_") and each not in services else None
        )
    if isinstance(value, Figure):
        if sign in ("in", "not"):
            inside = str(int(value.low)) in wanted.split(";") if value.low == value.high else None
            return None if inside is None else inside == (sign == "in")
        return _compared(value, sign, float(wanted), math.nan)
    if sign == "has":
        return wanted in value
    return (value in wanted.split(";")) == (sign in ("=", "in"))


def required(rule: Rule) -> str:
    """Return what a rule asks in figures; lists, codes and yes or no are said by its sentence."""
    if rule.unit in ("flag", "rule", "list", "code"):
        return ""
    if rule.sign in ("between", "from_to"):
        return f"{rule.wanted}–{rule.value2}"
    return f"{SIGN[rule.sign]} {rule.wanted}" if rule.sign in SIGN else ""


def _asked(known: Known, rule: Rule, value: Value) -> Value:
    """Papers that a hub without meals need not have are taken as there."""
    if rule.measure == "papers" and isinstance(value, frozenset) and holds(known, "services has meals") is False:
        return value | {"food_licence"}
    return value


def _compared(value: Figure, sign: str, wanted: float, upper: float) -> bool | None:
    if sign == "!=":
        equal = _compared(value, "=", wanted, upper)
        return None if equal is None else not equal

    def at(number: float) -> bool:
        slack = 0.0 if math.isinf(number) else 1e-9 * max(1.0, abs(number))
        if sign in (">=", "<="):
            return number >= wanted - slack if sign == ">=" else number <= wanted + slack
        if sign in (">", "<"):
            return number > wanted + slack if sign == ">" else number < wanted - slack
        if sign == "between":
            return wanted - slack <= number <= upper + slack
        if sign == "from_to":
            return wanted - slack <= number < upper - slack
        return abs(number - wanted) <= slack

    low, high = at(value.low), at(value.high)
    if low and high:
        return True
    if low or high:
        return None
    # Both ends are outside: so is what lies between, unless they lie on two sides.
    two_sided = sign in ("between", "from_to", "=")
    return None if two_sided and value.low < wanted <= value.high else False


def _applies(known: Known, rule: Rule) -> bool | None:
    if rule.force is Force.LOCAL and rule.where and not rule.raised_by:
        return False
    held = [holds(known, one) for one in _conditions(known, rule)]
    return False if False in held else None if None in held else True


def _conditions(known: Known, rule: Rule) -> list[str]:
    return [one for one in rule.when if known.of in facts()[one.split(" ", 1)[0]].of]


def _undecided(known: Known, rule: Rule) -> list[str]:
    return [one.split(" ", 1)[0] for one in _conditions(known, rule) if holds(known, one) is None]


def _outcome(known: Known, rule: Rule, applies: bool | None, value: Value | None, met: bool | None) -> Outcome:
    if applies is False:
        return Outcome.NOT_APPLICABLE
    if applies is None or value is None or met is None:
        return Outcome.UNKNOWN
    if rule.force is Force.UNVERIFIED:
        return Outcome.UNVERIFIED
    if met:
        return Outcome.PASSES
    if rule.kind is not RuleKind.REQUIREMENT:
        return Outcome.NOT_APPLICABLE  # outside a permission or a definition nothing is broken
    return Outcome.FAILS if rule.force is Force.HARD and not rule.waived_for(known.id) else Outcome.WARNS


def _document(known: Known, rule: Rule, outcome: Outcome) -> str:
    """Name what the city laid over the rule before the rule's own document."""
    waiver = rule.waived_for(known.id) if outcome is Outcome.WARNS and rule.force is Force.HARD else None
    over = waiver.by if waiver else rule.raised_by or rule.set_by
    return f"{over} ({rule.document})" if over else rule.document


def _number(value: Value | None) -> float | None:
    return {"yes": 1.0, "no": 0.0}.get(value) if isinstance(value, str) else None
