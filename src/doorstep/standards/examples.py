"""Examples of what each rule says: a hub, community or city that meets it, and one fact told otherwise for the rest."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Change", "RuleExample", "rule_examples"]

Told = Mapping[str, float | str | list[str]]


@dataclass(frozen=True, slots=True)
class Change:
    """One fact told otherwise (``value`` None: not known), and the outcome that follows."""

    fact: str
    value: float | str | list[str] | None
    outcome: str


@dataclass(frozen=True, slots=True)
class RuleExample:
    """An example of a rule.

    Parameters
    ----------
    rule, of
        The rule; ``hub``, ``community`` or ``city``.
    told
        Facts of one that meets it: number, word (``yes`` and ``no`` too) or list of words.
    met
        The outcome of that.
    not_met, unknown, apart
        One fact otherwise: what is asked is not met; it is not known; the rule does not speak of such a one (None of
        a rule that speaks of all).
    """

    rule: str
    of: str
    told: Told
    met: str
    not_met: Change
    unknown: Change
    apart: Change | None

    def changed(self, change: Change) -> Told:
        """Return the facts with one told otherwise."""
        rest = {name: value for name, value in self.told.items() if name != change.fact}
        return rest if change.value is None else {**rest, change.fact: change.value}


@cache
def rule_examples(standard: str) -> tuple[RuleExample, ...]:
    """Return the examples of a standard's rules; none of a standard without rules that are checked.

    Examples
    --------
    >>> first = rule_examples("cn-2023")[0]
    >>> first.rule, first.told["area_m2"], first.not_met
    ('cn2023-ar-01', 600, Change(fact='area_m2', value=599, outcome='fails'))
    """
    path = files("doorstep.standards").joinpath("examples", f"{standard}.toml")
    if not path.is_file():
        return ()
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["example"]
    return tuple(
        RuleExample(
            rule=row["rule"],
            of=row["of"],
            told=row["told"],
            met=row["met"],
            not_met=_change(row["not_met"]),
            unknown=_change(row["unknown"]),
            apart=_change(row["apart"]) if "apart" in row else None,
        )
        for row in rows
    )


def _change(row: Mapping[str, Any]) -> Change:
    return Change(row["fact"], row.get("value"), row["outcome"])
