"""What the standard says of a plan, in the order a reader needs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doorstep.plan_file import Finding
from doorstep.report.results import Results
from doorstep.report.wording import Wording

__all__ = ["ClauseSummary", "clauses_of", "outcome_order", "subject_name"]

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
    texts = {rule.id: (rule.text_zh if language == "zh" else "") or rule.text_en for rule in results.profile.rules}
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


def subject_name(subject: str, results: Results, wording: Wording) -> str:
    """Return whom a finding is about, by name: ``hub:K1``, ``community:C1``, ``facility:F1`` or ``city``."""
    kind, _, identity = subject.partition(":")
    if kind == "hub":
        place = next((hub.place for hub in results.plan.hubs if hub.space == identity), "")
        return wording("subject_hub", space=identity, place=place)
    if kind == "community":
        communities = results.city.communities
        named = communities.loc[communities["id"] == identity, "name"]
        return wording("subject_community", name=named.iloc[0] if len(named) else identity)
    return wording("whole_city") if kind == "city" else identity
