"""What was found of a hub, community or city, in words: facts, values, what is required, what to do."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from doorstep.assess import Figure, Found, Value, remedy_text, rule_text, unit_text
from doorstep.messages import catalogue, text
from doorstep.report.wording import Wording
from doorstep.standards import Fact, Force, Outcome, Profile, Rule, RuleKind, Standard, fact

__all__ = ["Told", "asks_most", "fact_name", "is_binding", "missing_facts", "told_of", "word_name"]


@dataclass(frozen=True, slots=True)
class Told:
    """One finding in words, and the codes it is sorted by."""

    rule: str
    code: str
    outcome: str
    requirement: str
    measured: str
    required: str
    source: str
    confidence: str
    force: str
    remedy: str
    reason: str


def told_of(found: Found, standard: Profile | Standard, language: str) -> Told:
    """Return a finding in words.

    Parameters
    ----------
    found
        What was found.
    standard
        Its rules.
    language
        en or zh.
    """
    finding, words = found.finding, Wording(language, "")
    named = catalogue(language, "standard_check")
    outcome = text(language, f"rules.{finding.outcome}")
    if finding.outcome == Outcome.UNVERIFIED and found.met is not None:
        outcome = named["unverified_met" if found.met else "unverified_not_met"]
    remedy = remedy_text(language, finding, standard)
    if finding.outcome == Outcome.UNVERIFIED and found.met:
        remedy = ""
    if found.missing:
        asked = words("list_separator").join(fact_name(language, one) for one in found.missing)
        remedy = text(language, "standard_check.find_out", facts=asked)
    return Told(
        rule=finding.rule,
        code=finding.outcome,
        outcome=outcome,
        requirement=rule_text(language, finding.rule, standard),
        measured=_measured(found, language),
        required=_required(found, language),
        source=words("list_separator").join(
            one for one in (words.document(finding.document), words.clause(finding.clause)) if one
        ),
        confidence=text(language, f"rules.confidence_{finding.confidence}"),
        force=text(language, f"rules.force_{finding.force}"),
        remedy=remedy,
        reason=_reason(found),
    )


def asks_most(found: Found) -> tuple[int, str]:
    """Return where a finding stands in a list that begins with what asks for action.

    What fails, what warns, what binds and is not known, what was taken from memory and would not be met, what else is
    not known, what is met, what does not apply.
    """
    outcome = found.finding.outcome
    if outcome == Outcome.UNKNOWN:
        rank = 2 if is_binding(found) else 4
    elif outcome == Outcome.UNVERIFIED:
        rank = 3 if found.met is False else 5
    else:
        rank = {Outcome.FAILS.value: 0, Outcome.WARNS.value: 1, Outcome.PASSES.value: 6}.get(outcome, 7)
    return rank, found.finding.rule


def is_binding(found: Found) -> bool:
    """Return whether a finding is about a requirement that may fail."""
    rule = found.rule
    return rule is not None and rule.force is Force.HARD and rule.kind is RuleKind.REQUIREMENT


def missing_facts(found: tuple[Found, ...], language: str) -> list[tuple[str, str, int]]:
    """Return what must be found out, as code, name and number of rules that ask for it; the most asked for first."""
    counts = Counter(name for one in found for name in one.missing)
    return [
        (name, fact_name(language, name), times) for name, times in sorted(counts.items(), key=lambda x: (-x[1], x[0]))
    ]


def fact_name(language: str, name: str) -> str:
    """Return the name of a fact for people.

    Examples
    --------
    >>> fact_name("en", "service_area_m2:meals"), fact_name("zh", "class_size:infant")
    ('floor: Community meals', '最大班级人数：乳儿班')
    """
    base, _, each = name.partition(":")
    known = catalogue(language, "facts")
    if not each:
        return known[base]
    of = catalogue(language, "services").get(each) or known[f"each_{each}"]
    return text(language, "standard_check.fact_of", fact=known[base], of=of)


def word_name(language: str, asked: Fact, code: str) -> str:
    """Return a word that a fact may hold, for people; the word itself if it is none of them."""
    if asked.name == "services":
        return catalogue(language, "services").get(code, code)
    return catalogue(language, "facts").get(f"word_{code}", code)


def _measured(found: Found, language: str) -> str:
    value = found.value
    if value is None:
        return text(language, "standard_check.not_known") if found.finding.outcome == Outcome.UNKNOWN else "–"
    return _value(value, fact(found.rule.measure) if found.rule else None, found.finding.unit, language)


def _value(value: Value, asked: Fact | None, unit: str, language: str) -> str:
    if isinstance(value, Figure):
        number = value.shown if value.shown is not None else value.high
        told = _with_unit(f"{number:.4g}" if abs(number) < 1000 else f"{number:,.0f}", unit, language)
        if value.low == value.high:
            return told
        known = "at_most" if value.shown is None else "at_least"
        return text(language, f"standard_check.{known}", figure=told)
    words = sorted(value) if isinstance(value, frozenset) else [value]
    named = [word_name(language, asked, one) if asked else one for one in words]
    return text(language, "report.list_separator").join(named) or text(language, "standard_check.none")


def _required(found: Found, language: str) -> str:
    rule, finding = found.rule, found.finding
    if finding.required:
        return _with_unit(finding.required, finding.unit, language)
    return _listed(rule, language) if rule else ""


def _listed(rule: Rule, language: str) -> str:
    asked = fact(rule.measure)
    if asked.holds == "yes_no":
        return text(language, "facts.word_yes" if rule.wanted == "1" else "facts.word_no")
    named = text(language, "report.list_separator").join(
        word_name(language, asked, one) for one in rule.wanted.split(";")
    )
    way = {"all": "all_of", "any": "any_of", "in": "one_of", "=": "one_of", "not": "none_of", "!=": "none_of"}[
        rule.sign
    ]
    return text(language, f"standard_check.{way}", words=named)


def _with_unit(figure: str, unit: str, language: str) -> str:
    """Write a figure with its unit, thousands apart."""
    apart = re.sub(r"\d{5,}", lambda digits: f"{int(digits[0]):,}", figure)
    return f"{apart} {unit_text(language, unit)}".strip()


def _reason(found: Found) -> str:
    """Return why the city laid something over a rule, as it wrote it."""
    rule = found.rule
    if rule is None:
        return ""
    waiver = rule.waived_for(found.finding.subject.partition(":")[2])
    return waiver.reason if waiver and found.finding.outcome == Outcome.WARNS else rule.reason
