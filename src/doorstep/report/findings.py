"""What the standard says of a plan, in the order a reader needs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doorstep.messages import catalogue
from doorstep.plan_file import Finding, Unmet
from doorstep.report.asked import asked_subject
from doorstep.report.results import Results
from doorstep.report.wording import Wording, minor_digits

__all__ = [
    "ClauseSummary",
    "clauses_of",
    "measured_of",
    "outcome_order",
    "rule_texts",
    "source_of",
    "subject_name",
    "unmet_told",
]

_ORDER = ("fails", "warns", "unknown", "unverified", "passes", "not_applicable")


@dataclass(frozen=True, slots=True)
class ClauseSummary:
    """One rule with all that was found about it."""

    rule: str
    text: str
    document: str
    clause: str
    confidence: str
    force: str
    counts: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> str:
        """The outcome that asks for most attention."""
        return self.counts[0][0]


def outcome_order(outcome: str) -> int:
    """Return where an outcome stands in a list that begins with what asks for action.

    Examples
    --------
    >>> sorted(["passes", "fails", "unknown"], key=outcome_order)
    ['fails', 'unknown', 'passes']
    """
    return _ORDER.index(outcome) if outcome in _ORDER else len(_ORDER)


def clauses_of(results: Results, language: str) -> tuple[ClauseSummary, ...]:
    """Return the findings of city, communities and hubs by rule, those that fail first."""
    texts = rule_texts(results, language)
    by_rule: dict[str, list[Finding]] = {}
    for finding in _all(results):
        by_rule.setdefault(finding.rule, []).append(finding)
    summaries = []
    for rule, found in by_rule.items():
        found.sort(key=lambda one: (outcome_order(one.outcome), one.subject))
        outcomes = [one.outcome for one in found]
        counts = tuple((outcome, outcomes.count(outcome)) for outcome in dict.fromkeys(outcomes))
        first = found[0]
        summaries.append(
            ClauseSummary(
                rule,
                texts.get(rule, rule),
                first.document,
                first.clause,
                first.confidence,
                first.force,
                counts,
                tuple(found),
            )
        )
    return tuple(sorted(summaries, key=lambda one: (outcome_order(one.worst), one.document, one.clause, one.rule)))


def _all(results: Results) -> Iterable[Finding]:
    yield from results.plan.findings
    for hub in results.plan.hubs:
        yield from hub.findings


def rule_texts(results: Results, language: str) -> dict[str, str]:
    """Return rule id -> what it asks: of the profile's rules, and of the limits that are the profile's assumptions."""
    texts = {rule.id: (rule.text_zh if language == "zh" else "") or rule.text_en for rule in results.profile.rules}
    heading = "assumption_"
    told = catalogue(language, "rules").items()
    return texts | {f"assumption:{key.removeprefix(heading)}": text for key, text in told if key.startswith(heading)}


def source_of(finding: Finding, wording: Wording) -> str:
    """Return document and clause; for an assumption the name of the profile that makes it."""
    return ", ".join(part for part in (wording.document(finding.document), wording.clause(finding.clause)) if part)


def measured_of(finding: Finding, wording: Wording) -> str:
    """Return measured and required in words."""
    unmeasured = wording("not_known") if finding.outcome == "unknown" else "–"
    measured = unmeasured if finding.measured is None else f"{finding.measured:g}"
    if not finding.required:
        return measured
    return f"{measured} / {finding.required} {wording.unit(finding.unit)}".rstrip()


def subject_name(subject: str, results: Results, wording: Wording) -> str:
    """Return by name whom a finding is about: ``hub:K1``, ``space:K1``, ``community:C1``, ``service:meals``, city."""
    kind, _, identity = subject.partition(":")
    if kind == "service":
        return wording.service(identity)
    if kind in ("hub", "space"):
        spaces = results.city.spaces
        places = spaces.loc[spaces["id"] == identity, "place"]
        place = places.iloc[0] if len(places) else ""
        return wording("subject_hub", space=identity, place=place)
    if kind == "community":
        communities = results.city.communities
        named = communities.loc[communities["id"] == identity, "name"]
        return wording("subject_community", name=named.iloc[0] if len(named) else identity)
    return wording("whole_city") if kind == "city" else identity


def unmet_told(unmet: Unmet, results: Results, wording: Wording) -> str:
    """Return one sentence on a requirement that could not be met: what, about whom, by how much."""
    subject, rule = unmet.subject, ""
    if unmet.code == "rule-not-met":
        subject, _, rule = unmet.subject.rpartition("/")
    if unmet.code in ("limit-exceeded", "floor-not-met"):
        named = asked_subject(subject, results, wording.language)
    else:
        named = subject_name(subject, results, wording)
    if rule:
        named += wording("colon") + rule_texts(results, wording.language).get(rule, rule)
    if unmet.unit == wording.currency:
        amount = wording.money(round(unmet.amount * 10 ** minor_digits(wording.currency)))
    elif unmet.unit == "person" and 0 < unmet.amount < 0.5:
        amount = f"{wording('under_one')} {wording.unit(unmet.unit)}"
    else:
        amount = f"{wording.count(unmet.amount)} {wording.unit(unmet.unit)}" if unmet.amount else ""
    told = wording("unmet_line", what=wording.named("unmet", unmet.code), subject=named, amount=amount)
    return told.removesuffix(": ").removesuffix("：")
