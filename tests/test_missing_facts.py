"""What missing facts are worth: a room whose fact may bar a service is asked for, one that is known is not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.cities import write_toy_city
from tests.command_line import doorstep

from doorstep import pipeline
from doorstep.cli_missing import _changes, _sentences
from doorstep.messages import text
from doorstep.missing_facts import FactWorth, MissingFacts, missing_facts
from doorstep.screen import share

OPTIONS = pipeline.PlanOptions(budget_money=10_000_000, rounds=5)


def _known(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "storey": 1, "lift": "yes", "outdoor_m2": 500, "clear_height_m": 3} for row in rows]


def _unknown_storeys(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "storey": ""} for row in _known(rows)]


def test_nothing_is_missing(tmp_path: Path) -> None:
    found = pipeline.diagnose(*pipeline.read_inputs(write_toy_city(tmp_path / "toy", spaces=_known)))
    plan = pipeline.make_plan(found, OPTIONS).results.plan
    asked = missing_facts(found, plan, rounds=3)
    assert asked.changes == ()
    assert asked.rooms == ()


def test_a_storey_that_nobody_knows_may_bar_everything(tmp_path: Path) -> None:
    found = pipeline.diagnose(*pipeline.read_inputs(write_toy_city(tmp_path / "toy", spaces=_unknown_storeys)))
    plan = pipeline.make_plan(found, OPTIONS).results.plan
    asked = missing_facts(found, plan, rounds=3)
    (change,) = asked.changes
    assert change.facts == ("storey",)
    assert change.rooms == len(found.city.spaces)
    assert change.rooms_in_plan == asked.hubs == len(plan.hubs) > 0
    assert change.people <= asked.people
    assert {one.space for one in asked.rooms} == {hub.space for hub in plan.hubs}
    assert all(one.missing == ("storey",) for one in asked.rooms)
    assert sum(one.people for one in asked.rooms) > 0
    # at the worst the plan is what stands today plus what no storey bars
    assert change.people >= asked.people_now


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_bad_case_that_is_better_than_the_plan_lies_within_its_gap(language: str) -> None:
    against = FactWorth(("storey",), 4, 2, 2, 120.0, 110.0, 100, (), ())
    asked = MissingFacts(118.0, 2, 108.0, 100, 50.0, 0.034, (against,), ())
    (better, _), table = _sentences(asked, language), _changes(asked, "EUR", language)[1]
    assert "3.4" in better
    assert "120" in better
    assert table[1][5] == text(language, "missing_facts.within_gap")
    worse = dataclasses.replace(asked, people=130.0, worth=112.0)
    assert _sentences(worse, language)[0] == text(
        language, "missing_facts.with_facts", facts=text(language, "missing_facts.storey"), rooms="4", people="10",
        share=share(10 / 80), leave="0", enter="0", in_plan="2",
    )  # fmt: skip
    assert _changes(worse, "EUR", language)[1][1][5] == "-10"


def test_the_command(tmp_path: Path) -> None:
    city, plan, to = write_toy_city(tmp_path / "toy", spaces=_unknown_storeys), tmp_path / "plan", tmp_path / "missing"
    assert doorstep("plan", city, "--out", plan, "--budget", "100000", "--rounds", "3").code == 0
    done = doorstep("missing", city, plan, "--rounds", "2", "--out", to, "--lang", "en")
    assert done.code == 0, done.said
    assert "With storey for these" in done.out
    assert (to / "missing.csv").read_text(encoding="utf-8-sig").startswith("Space,")
    assert pd.read_csv(to / "missing.csv")["People given a place there"].dtype.kind in "if"
    assert "What is not known of the spaces of Toytown</h1>" in (to / "missing.html").read_text(encoding="utf-8")
