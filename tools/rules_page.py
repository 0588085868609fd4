"""The page of all rules: what each asks, how it is checked, and why some are not."""

from __future__ import annotations

from collections.abc import Iterable

from doorstep.messages import text
from doorstep.standards import Force, Rule, load_standard, standard_names

__all__ = ["rules_page"]

UNCHECKED = {
    "list": "it names what may be, or what a word means",
    "weights": "it asks for an order of work: weights of the plan, no bound",
    "programme": "it speaks of the programme and of the choice of cities and communities",
    "authority": "it binds the authorities",
    "money": "it is about sources of money or prices; the accounts use it",
    "convention": "a way of reckoning",
    "no_limit": "it sets no limit",
    "method": "a way of setting standards",
    "frame": "a frame of words",
    "other_area": "it speaks of new towns outside a main city",
    "no_measure": "about a figure that no clause bounds",
}


def rules_page() -> str:
    """Return docs/reference/rules.md."""
    lines = [
        "# Rules",
        "",
        "Made by `tools/reference_pages.py` from the profiles. What the columns mean: [profiles](profiles.md). A rule",
        "speaks of *hubs*, *communities* or the *city* where all its conditions hold; what is measured are facts of",
        "`src/doorstep/standards/facts.toml`. An example of each outcome of each rule lies in",
        "`src/doorstep/standards/examples`.",
    ]
    for name in standard_names():
        rules = load_standard(name).rules
        checked = [rule for rule in rules if rule.of]
        left = [rule for rule in rules if rule.unchecked]
        facts = sum(rule.force is Force.FACT for rule in rules)
        lines += ["", f"## {name}", "", f"{text('en', f'standards.profile_{name}')}.", ""]
        lines.append(f"{len(checked)} rules are checked, {len(left)} are not, {facts} rows are facts.")
        if checked:
            lines += ["", "| rule | force | of | what it asks | measured | when |", "|---|---|---|---|---|---|"]
            lines += [_row(rule) for rule in checked]
        if left:
            lines += ["", "Not checked:", ""]
            lines += [f"- {UNCHECKED[why]}: {', '.join(ids)}" for why, ids in _by_reason(left)]
    return "\n".join(lines) + "\n"


def _row(rule: Rule) -> str:
    wanted = f"{rule.wanted} to {rule.value2}" if rule.sign in ("between", "from_to") else f"{rule.sign} {rule.wanted}"
    unit = "" if rule.unit in ("flag", "list", "code", "rule") else rule.unit
    measured = f"`{rule.measure}` {wanted.replace(';', ', ')} {unit}"
    when = ", ".join(f"`{one}`" for one in rule.when) + (f" in {rule.where}" if rule.where else "")
    force = rule.force.value if rule.kind.value == "requirement" else f"{rule.force.value}, {rule.kind.value}"
    sentence = rule.text_en.replace("|", "\\|")
    return f"| {rule.id} | {force} | {', '.join(rule.of)} | {sentence} | {measured.strip()} | {when} |"


def _by_reason(rules: Iterable[Rule]) -> list[tuple[str, list[str]]]:
    reasons: dict[str, list[str]] = {}
    for rule in rules:
        reasons.setdefault(rule.unchecked, []).append(rule.id)
    return sorted(reasons.items())
