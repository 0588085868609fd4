"""Write an example of each outcome of every checkable rule.

    python tools/build_rule_examples.py

Writes ``src/doorstep/standards/examples/*.toml``, the same bytes each time: for each rule what is told of a hub, a
community or a city that meets it, and for each other outcome the one fact that is told otherwise. The figures lie at
the bound of the rule and just beyond. Which outcome follows is not worked out here but written down by what the rule's
force and kind allow; ``tests/standards/test_examples.py`` holds the checker to it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from doorstep.standards import Fact, Rule, fact, inputs_of, load_standard, standard_names

OUT = Path(__file__).parent.parent / "src" / "doorstep" / "standards" / "examples"
SERVICES = ("elderly_care", "infant_care", "after_school", "meals", "domestic", "health", "sport", "culture", "play")
BELOW = {"m2": 100.0, "persons": 1000.0}
Told = dict[str, Any]


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for name in standard_names():
        rules = [rule for rule in load_standard(name).rules if rule.of]
        if rules:
            text = "# Made by tools/build_rule_examples.py.\n" + "".join(example(rule) for rule in rules)
            (OUT / f"{name}.toml").write_text(text, encoding="utf-8", newline="\n")


def example(rule: Rule) -> str:
    """Return the example of one rule as TOML."""
    of = rule.of[0]
    told: Told = {}
    if of == "hub":
        told["services"] = ["culture", "domestic"]
    when = [one for one in rule.when if of in fact(one.split(" ", 1)[0]).of]
    for condition in when:
        satisfy(told, condition, when)
    changed, beyond = measure(told, rule, of)
    lines = ["", "[[example]]", f"rule = {literal(rule.id)}", f"of = {literal(of)}"]
    lines.append("told = { " + ", ".join(f"{key(name)} = {literal(value)}" for name, value in told.items()) + " }")
    is_recalled = rule.force.value == "unverified"
    lines.append(f"met = {literal('unverified' if is_recalled else 'passes')}")
    if rule.kind.value != "requirement":
        not_met = "unverified" if is_recalled else "not_applicable"
    else:
        not_met = "unverified" if is_recalled else "fails" if rule.force.value == "hard" else "warns"
    lines.append(change("not_met", changed, beyond, not_met))
    lines.append(change("unknown", changed, None, "unknown"))
    apart = leave(told, when)
    if apart is not None:
        lines.append(change("apart", *apart, "not_applicable"))
    return "\n".join(lines) + "\n"


def change(name: str, changed: str, value: Any, outcome: str) -> str:
    told = "" if value is None else f", value = {literal(value)}"
    return f"{name} = {{ fact = {literal(changed)}{told}, outcome = {literal(outcome)} }}"


def satisfy(told: Told, condition: str, when: list[str]) -> None:
    """Tell the fact that a condition asks for, so that it holds together with the others on the same fact."""
    name, sign, wanted = condition.split(" ", 2)
    if sign == "has":
        told["services"] = sorted({*told["services"], wanted}, key=SERVICES.index)
    elif name in ("functions", "care_functions"):
        told["services"] = sorted({*told["services"], "elderly_care"}, key=SERVICES.index)
    elif sign in ("=", "in"):
        told[name] = wanted.split(";")[0]
    elif sign == "not":
        told[name] = 4
    else:
        bounds = [one.split(" ", 2)[1:] for one in when if one.startswith(f"{name} ")]
        least = max([float(bound) for way, bound in bounds if way in (">", ">=")], default=None)
        most = min([float(bound) for way, bound in bounds if way in ("<", "<=")], default=None)
        told[name] = least + 1 if least is not None else (most or 0) - 1


def measure(told: Told, rule: Rule, of: str) -> tuple[str, Any]:
    """Tell what makes the rule met; return the fact that decides, and what it is told as when the rule is not met."""
    one = fact(rule.measure)
    if rule.measure in ("functions", "priority_functions", "care_functions"):
        return counted(told, rule)
    if one.holds in ("number", "storey"):
        good, bad = figures(rule)
        if one.ratio:
            above, below, factor = one.ratio
            told.setdefault(below, BELOW.get(fact(below).unit, 20.0))
            times = told[below] / factor
            told[above] = good * times
            return above, bad * times
        (asked,) = inputs_of(rule.measure, of)
        half = 0.5 if rule.measure == "return_walk_min" else 1.0
        told[asked] = good * half
        return asked, bad * half
    return worded(told, rule, one)


def figures(rule: Rule) -> tuple[float, float]:
    """Return the figure at the bound, and one just beyond it."""
    wanted, sign = float(rule.wanted), rule.sign
    step = 1.0 if wanted == int(wanted) and wanted >= 1 else 0.01
    if sign in (">=", "="):
        return wanted, wanted - step
    if sign == "<=":
        return wanted, wanted + step
    if sign == ">":
        return wanted + step, wanted
    if sign == "<":
        return wanted - step, wanted
    return wanted, float(rule.value2) + (0.0 if sign == "from_to" else step)


def counted(told: Told, rule: Rule) -> tuple[str, Any]:
    """Services that are just enough, and one too few."""
    wanted = int(float(rule.wanted))
    pools = {
        "functions": ["sport", "culture", "domestic"],
        "priority_functions": ["meals", "after_school"],
        "care_functions": ["elderly_care"],
    }
    enough, others = pools[rule.measure][:wanted], ["sport", "culture"] if rule.measure != "functions" else []
    told["services"] = sorted({*enough, *others}, key=SERVICES.index)
    return "services", sorted({*enough[:-1], *others}, key=SERVICES.index)


def worded(told: Told, rule: Rule, one: Fact) -> tuple[str, Any]:
    listed, sign = rule.wanted.split(";"), rule.sign
    if one.holds == "yes_no":
        told[one.name], other = ("yes", "no") if rule.wanted == "1" else ("no", "yes")
        return one.name, other
    if one.holds == "words":
        told[one.name] = listed if sign == "all" else listed[:1]
        return one.name, listed[1:] if sign == "all" else []
    outside = [word for word in one.words if word not in listed]
    inside = [word for word in one.words if word in listed]
    good, bad = (outside, inside) if sign in ("not", "!=") else (inside, outside)
    told[one.name] = good[0]
    return one.name, bad[0]


def leave(told: Told, when: list[str]) -> tuple[str, Any] | None:
    """Return the one fact told so that the rule does not speak of the subject any more."""
    for condition in when:
        name, sign, wanted = condition.split(" ", 2)
        if sign == "has":
            return "services", [one for one in told["services"] if one != wanted]
        if name == "functions":
            return "services", told["services"][:1]
        if name == "care_functions":
            return "services", ["culture"]
        if sign in ("=", "in"):
            return name, next(word for word in words_of(name) if word not in wanted.split(";"))
        if sign == "not":
            return name, 1
        return name, float(wanted) - 1 if sign == ">=" else float(wanted) + 1 if sign == "<" else float(wanted)
    return None


def words_of(name: str) -> tuple[str, ...]:
    return ("yes", "no") if fact(name).holds == "yes_no" else fact(name).words


def key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def literal(value: Any) -> str:
    if isinstance(value, float):
        number = round(value, 9)
        return str(int(number)) if number == int(number) else str(number)
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
