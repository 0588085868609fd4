"""What was set over the standard: by the city, with its document, and for one run."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.messages import catalogue
from doorstep.report.findings import rule_texts
from doorstep.report.results import Results
from doorstep.report.wording import Wording

__all__ = ["SetByCity", "set_by_city", "set_for_run"]


@dataclass(frozen=True, slots=True)
class SetByCity:
    """A figure or a rule that the city set itself.

    ``meaning`` is what a raised rule asks or the name of the figure, empty if it has none.
    """

    key: str
    meaning: str
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
        meaning = texts.get(rule, "") if raised else _name_of(one.key, wording)
        told.append(SetByCity(one.key, meaning, value, one.document, one.date, one.reason))
    return tuple(told)


def _name_of(key: str, wording: Wording) -> str:
    """Return the name of a figure with the services it is for, for example ``walk_limit_m.meals``."""
    figure, *others = key.split(".")
    if f"parameter_{figure}" not in catalogue(wording.language, "report"):
        return ""
    return wording("list_separator").join([wording.named("parameter", figure), *map(wording.service, others)])


def set_for_run(results: Results) -> tuple[tuple[str, str], ...]:
    """Return key and value of what was set for this run alone, without a document."""
    of_city = {(one.key, one.value) for one in results.city.overrides}
    return tuple((key, value) for key, value in sorted(results.plan.settings.items()) if (key, value) not in of_city)
