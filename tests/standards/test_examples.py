"""Every checkable rule has an example of each outcome that its force allows, and the checker says what stands there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from doorstep.assess import Known, Value, check_rules, exactly
from doorstep.city import Override
from doorstep.standards import (
    Force,
    Profile,
    RuleKind,
    Standard,
    fact,
    facts,
    load_standard,
    standard_names,
)
from doorstep.standards.examples import RuleExample, Told, rule_examples

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = [(name, one) for name in standard_names() for one in rule_examples(name)]
ASKED = pytest.mark.parametrize(("standard", "example"), EXAMPLES, ids=lambda one: getattr(one, "rule", one))


def known(example: RuleExample, told: Told) -> Known:
    values: dict[str, Value] = {}
    for name, value in told.items():
        assert example.of in fact(name).of, f"{name} is nothing that is known of a {example.of}"
        number = isinstance(value, int | float)
        values[name] = exactly(value) if number else frozenset(value) if isinstance(value, list) else value
    return Known(example.of, "X", values)


def raised(standard: str, rule: str) -> Profile | Standard:
    return load_standard(standard, overrides=[Override(f"raise.{rule}", "hard", "Notice 1", "2025-01-01", "")])


def outcome(standard: Profile | Standard, example: RuleExample, told: Told) -> str:
    rule = next(rule for rule in standard.rules if rule.id == example.rule)
    (found,) = check_rules(known(example, told), [rule])
    return found.finding.outcome


@ASKED
def test_the_checker_says_what_the_example_says(standard: str, example: RuleExample) -> None:
    by = load_standard(standard)
    rule = next(rule for rule in by.rules if rule.id == example.rule)
    if rule.force is Force.LOCAL and rule.where:
        # Of another place than its own a local rule does not speak, until a city takes it over.
        assert outcome(by, example, example.told) == outcome(by, example, example.changed(example.not_met))
        assert outcome(by, example, example.told) == "not_applicable"
        by = raised(standard, example.rule)
        assert outcome(by, example, example.changed(example.not_met)) == "fails"
    else:
        assert outcome(by, example, example.changed(example.not_met)) == example.not_met.outcome
    assert outcome(by, example, example.told) == example.met
    assert outcome(by, example, example.changed(example.unknown)) == example.unknown.outcome == "unknown"
    if example.apart is not None:
        assert outcome(by, example, example.changed(example.apart)) == example.apart.outcome == "not_applicable"


@ASKED
def test_each_differs_from_the_one_that_meets_it_in_one_fact(standard: str, example: RuleExample) -> None:  # noqa: ARG001
    for change in filter(None, (example.not_met, example.unknown, example.apart)):
        told = example.changed(change)
        differs = {name for name in {*told, *example.told} if told.get(name) != example.told.get(name)}
        assert differs == {change.fact}


@ASKED
def test_whatever_a_city_raises_fails_if_it_is_a_requirement(standard: str, example: RuleExample) -> None:
    by = raised(standard, example.rule)
    rule = next(rule for rule in by.rules if rule.id == example.rule)
    assert outcome(by, example, example.told) == "passes"
    wanted = "fails" if rule.kind is RuleKind.REQUIREMENT else "not_applicable"
    assert outcome(by, example, example.changed(example.not_met)) == wanted


@pytest.mark.parametrize("standard", standard_names())
def test_every_rule_that_is_checked_has_its_example_and_every_outcome(standard: str) -> None:
    rules = {rule.id: rule for rule in load_standard(standard).rules if rule.of}
    examples = {one.rule: one for one in rule_examples(standard)}
    assert examples.keys() == rules.keys()
    for rule in rules.values():
        one = examples[rule.id]
        assert (one.apart is not None) == bool([word for word in rule.when if one.of in fact(word.split()[0]).of])
        if rule.force is Force.UNVERIFIED:
            assert (one.met, one.not_met.outcome) == ("unverified", "unverified")
        elif rule.kind is RuleKind.REQUIREMENT:
            assert one.not_met.outcome == ("fails" if rule.force is Force.HARD else "warns")


def test_most_rules_of_the_plan_and_its_companions_are_checked() -> None:
    rules = load_standard("cn-2023").rules
    assert sum(bool(rule.of) for rule in rules) >= 180
    for rule in rules:
        may_be_left = rule.force is Force.FACT or rule.unchecked or rule.profile == "any"
        assert rule.of or may_be_left, f"{rule.id} is neither checked nor said to be unchecked"
        assert not (rule.of and rule.force in (Force.FACT, Force.DISPUTED))


def test_facts_that_are_worked_out_rest_on_facts_that_are_there() -> None:
    for one in facts().values():
        assert set(one.ratio[:2]) | set(one.comes_from) <= set(facts())
        assert one.holds in ("number", "storey", "yes_no", "word", "words")


def test_the_examples_are_those_that_the_tool_writes(tmp_path: Path) -> None:
    code = "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import build_rule_examples as b; "
    code += "b.OUT = pathlib.Path(sys.argv[2]); b.main()"
    subprocess.run([sys.executable, "-c", code, str(REPOSITORY / "tools"), str(tmp_path)], check=True)
    for path in sorted((REPOSITORY / "src" / "doorstep" / "standards" / "examples").glob("*.toml")):
        assert (tmp_path / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), path.name
