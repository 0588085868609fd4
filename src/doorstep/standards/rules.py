"""Rules as rows of a profile, and what a city lays over them with document, date and reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from doorstep.city.model import Override
from doorstep.errors import DoorstepError
from doorstep.standards.profile import Force, Rule, RuleKind, Waiver
from doorstep.standards.values import number_of

__all__ = ["RULE_KEYS", "changed_rule", "rules_of"]

RULE_KEYS = ("raise", "rule", "waive")
"""First words of the keys that change a rule: raised to a hard one, given another figure, waived."""


def rules_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Rule]:
    """Return the rules of a profile's table by their ids."""
    return {row["id"]: _rule(row) for row in rows}


def changed_rule(key: str, value: str, rules: Mapping[str, Rule], override: Override | None) -> Rule | None:
    """Return the rule that a key changes, as changed.

    Parameters
    ----------
    key
        ``raise.<rule>``, ``rule.<rule>``, ``waive.<rule>`` (everywhere) or ``waive.<rule>.<id>`` (of one hub or
        community).
    value
        ``hard``; the city's figure; ``yes``.
    rules
        By their ids.
    override
        Gives document, date and, for a waiver, the reason; ``None`` if somebody set it on the command line.

    Returns
    -------
    Rule or None
        ``None`` if there is no such rule.

    Raises
    ------
    DoorstepError
        ``setting-value``; ``raise-needs-document``; ``waive-needs-reason``.
    """
    verb, _, rest = key.partition(".")
    rule_id, _, subject = rest.partition(".")
    if rule_id not in rules or (subject and verb != "waive"):
        return None
    rule = rules[rule_id]
    if verb != "rule":
        expected = "hard" if verb == "raise" else "yes"
        if value != expected:
            raise DoorstepError("setting-value", key=key, value=value, expected=expected)
    if override is None or not override.document or not override.date:
        raise DoorstepError("raise-needs-document", key=key)
    by = f"{override.document}, {override.date}"
    if verb == "raise":
        return dataclasses.replace(rule, force=Force.HARD, raised_by=by, reason=override.reason)
    if verb == "waive":
        if not override.reason:
            raise DoorstepError("waive-needs-reason", key=key)
        return dataclasses.replace(rule, waivers=(*rule.waivers, Waiver(subject, by, override.reason)))
    number_of(key, value, lambda _: True, "0, 1, 2.5, …")
    return dataclasses.replace(rule, against=value, set_by=by, reason=override.reason)


def _rule(row: Mapping[str, Any]) -> Rule:
    plain = {key: row[key] for key in row if key not in ("service", "force", "kind", "of", "when")}
    return Rule(
        **plain,
        services=tuple(row["service"].split(";")),
        force=Force(row["force"]),
        kind=RuleKind(row["kind"]),
        of=tuple(row.get("of", ())),
        when=tuple(row.get("when", ())),
    )
