"""What was set over the standard: by the city, with its document, and for one run."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.report.findings import rule_texts
from doorstep.report.results import Results
from doorstep.report.wording import Wording

__all__ = ["SetByCity", "set_by_city", "set_for_run"]


@dataclass(frozen=True, slots=True)
class SetByCity:
    """A figure or a rule that the city set itself; ``rule`` is what a raised rule asks, else empty."""

    key: str
    rule: str
    value: str
    document: str
    date: str
    reason: str


def set_by_city(results: Results, wording: Wording) -> tuple[SetByCity, ...]:
    """Return what the city set itself, by key; a value that this run replaced says so."""
    texts = rule_texts(results, wording.language)
    told = []
    for one in sorted(results.city.overrides, key=lambda override: override.key):
        heading, _, rule = one.key.partition(".")
        raised = heading == "raise"
        used = results.plan.settings.get(one.key, one.value)
        value = wording("raised") if raised else one.value
        if used != one.value:
            value = wording("setting_replaced", value=one.value, used=used)
        asked = texts.get(rule, "") if raised else ""
        told.append(SetByCity(one.key, asked, value, one.document, one.date, one.reason))
    return tuple(told)


def set_for_run(results: Results) -> tuple[tuple[str, str], ...]:
    """Return key and value of what was set for this run alone, without a document."""
    of_city = {(one.key, one.value) for one in results.city.overrides}
    return tuple((key, value) for key, value in sorted(results.plan.settings.items()) if (key, value) not in of_city)
