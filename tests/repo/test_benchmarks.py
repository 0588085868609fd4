"""The frame of the benchmarks: requirements, verdicts, and the invented city."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks import demo, rows
from benchmarks.strange_city import write_strange_city

from doorstep.city import check_city
from doorstep.plan_file import PlanFile

MUST_SHOW = {
    f"{city}_{what}_{share}"
    for city in ("newport", "made_city")
    for what in ("gap", "budget_used")
    for share in (25, 50, 75)
} | {"newport_demo_seconds", "made_city_seconds", "strange_city_verified", "strange_city_gap"}


def test_every_requirement_is_listed_with_its_sense() -> None:
    required = rows.requirements("demo")
    assert set(required) == MUST_SHOW
    senses = {"gap": ("<=", 0.02), "budget_used": (">=", 0.97), "seconds": ("<=", 180.0), "verified": ("=", 1.0)}
    for name, requirement in required.items():
        assert requirement == next(sense for word, sense in senses.items() if word in name), name


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("newport_gap_50", 0.02, True),
        ("newport_gap_50", 0.0201, False),
        ("made_city_budget_used_25", 0.97, True),
        ("made_city_budget_used_25", 0.96, False),
        ("strange_city_verified", 0, False),
        ("newport_hubs_25", 12, True),
    ],
)
def test_a_row_is_judged_by_its_requirement(name: str, value: float, holds: bool) -> None:
    assert rows.judged("demo", (name, value, "")).ok is holds


def test_every_requirement_is_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def planned(_city: Path, _out: Path, *options: object) -> tuple[PlanFile, float]:
        budget = int(str(options[1])) * 100 if options else None
        return _plan(budget), 1.0

    monkeypatch.setattr(demo, "planned", planned)
    monkeypatch.setattr(demo, "run", lambda *_: 1.0)
    monkeypatch.setattr(demo, "cost_of_all", lambda _: (4_000_000, "GBP", 100))
    measured = [name for name, _, _ in demo.measurements(tmp_path, only=None, quick=False)]
    assert set(measured) >= MUST_SHOW
    assert len(measured) == len(set(measured))
    figures = {name: value for name, value, _ in demo.measurements(tmp_path, only=None, quick=False)}
    assert figures["newport_serving_all"] == 40_000
    assert figures["newport_budget_used_50"] == pytest.approx(1_000_000 / 2_000_000)
    assert figures["newport_within_walk_before_25"] == pytest.approx(0.3)
    assert figures["newport_within_walk_after_25"] == pytest.approx(0.6)
    only = [name for name, _, _ in demo.measurements(tmp_path, only="made_city_gap_75", quick=False)]
    assert "made_city_gap_75" in only
    assert "made_city_gap_25" not in only


def _plan(budget_money: int | None) -> PlanFile:
    """A plan of which only what the benchmark reads is there."""
    plan = object.__new__(PlanFile)
    bound = type("Bound", (), {"gap": 0.01})()
    people = {"in_need": 10.0, "reached_facility": 3.0, "reached_any": 6.0, "served_now": 2.0, "served_plan": 5.0}
    one = type("Coverage", (), people)()
    fields = {"budget_money": budget_money, "capital_money": 1_000_000, "currency": "GBP", "hubs": (), "bound": bound}
    for name, value in {**fields, "coverage": (one,)}.items():
        object.__setattr__(plan, name, value)
    return plan


def test_the_strange_city_is_read_without_a_problem(tmp_path: Path) -> None:
    check = check_city(write_strange_city(tmp_path / "陌生 城市"))
    assert check.problems == ()
    assert check.city is not None
    assert check.city.crs == "EPSG:4547"
    assert set(check.city.residences["people_basis"]) == {"estimated"}
    assert check.city.spaces["place"].str.startswith("北桥").all()
    assert len(check.city.communities) == 4


def test_a_document_names_no_folder_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.argv", ["walk", "--json", str(tmp_path / "walk.json"), "--only", "a_row"])
    told = json.loads(rows.document("walk", []))
    assert told["command"] == "python -m benchmarks.walk --json walk.json --only a_row"
