"""What a plan folder says is read back as it was written, or refused with the field that is wrong."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from doorstep.errors import DoorstepError
from doorstep.plan_file import (
    FORMAT,
    NEED_COLUMNS,
    SERVED_COLUMNS,
    Account,
    Bound,
    Coverage,
    Finding,
    Hub,
    HubService,
    LimitBound,
    Multipliers,
    PlanFile,
    Unmet,
    plan_schema,
    read_ledger,
    read_plan,
    write_ledger,
    write_plan,
)


def _plan() -> PlanFile:
    finding = Finding("hub:K1", "r1", "passes", 1.5, "≥ 1", "m", "a standard", "3.1", "high", "hard")
    account = Account("low", 3.5, 2.0, 500, 700, 100, -100, 200, 1.5, {"cost_staff": 700})
    service = HubService("meals", 2, 80, 40, "meal_day", 12.25, 3.5, 2.0, 123_456)
    hub = Hub(
        space="K1", place="锅炉房", community="C1", channel="convert", kind="dispersed", forced=False, storey=None,
        area_m2=92.0, space_area_m2=100.5, area_basis="measured", lon=113.5, lat=23.1, available_from="",
        opens="2026-04-01", capital_money=200_000, people=12.25, users=3.5, services=(service,), accounts=(account,),
        findings=(finding,),
    )  # fmt: skip
    return PlanFile(
        format=FORMAT, made_by={"doorstep": "0.1.0"}, city="甲", profile="cn-2023", currency="CNY", crs="EPSG:4549",
        language="zh", made_up=True, attribution=("nobody",), inputs={"city.toml": "00"}, settings={}, method="engine",
        budget_money=None, seed=1, rounds=2, gap_target=0.01, status="rounds_done", take_up_case="low",
        capital_money=200_000, bound=Bound(10.0, 10.1, 10.05, 10.1, 0.01, True),
        coverage=(Coverage("meals", *(float(n) for n in range(12))),), hubs=(hub,),
        unmet=(Unmet("forced", "space:K9", 1.0, "hub"),), limits_bound=(LimitBound("storey", 3, "assumption"),),
        findings=(finding,), multipliers=Multipliers(1e-7, {"meals": (0.0, 0.25)}),
    )  # fmt: skip


def test_a_plan_reads_back_as_it_was_written(tmp_path: Path) -> None:
    write_plan(_plan(), tmp_path)
    assert read_plan(tmp_path) == _plan()


def test_the_published_schema_describes_what_is_written(tmp_path: Path) -> None:
    write_plan(_plan(), tmp_path)
    document = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, plan_schema())
    del document["hubs"][0]["users"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, plan_schema())


def _drop(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda document: document.pop(name)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (_drop("seed"), "plan"),
        (lambda document: document.update(extra=1), "plan"),
        (lambda document: document.update(seed="one"), "plan.seed"),
        (lambda document: document.update(seed=True), "plan.seed"),
        (lambda document: document["hubs"][0].pop("users"), "plan.hubs"),
        (lambda document: document["hubs"][0]["services"][0].update(grade=1.5), "plan.hubs"),
        (lambda document: document.update(format="doorstep-plan/0"), "format"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused_with_the_field(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], field: str
) -> None:
    document = json.loads(json.dumps(dataclasses.asdict(_plan())))
    change(document)
    (tmp_path / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DoorstepError) as refused:
        read_plan(tmp_path)
    assert refused.value.code == "plan-not-valid"
    assert str(refused.value.values["field"]).startswith(field)


@pytest.mark.parametrize(("text", "code"), [(None, "plan-missing"), ("{", "plan-not-json"), ("[]", "plan-not-valid")])
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, text: str | None, code: str) -> None:
    if text is not None:
        (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    with pytest.raises(DoorstepError) as refused:
        read_plan(tmp_path)
    assert refused.value.code == code


def test_the_ledger_keeps_its_columns_and_misses_none(tmp_path: Path) -> None:
    need = pd.DataFrame({name: ["x"] for name in (*NEED_COLUMNS, "more")})
    served = pd.DataFrame({name: ["x"] for name in SERVED_COLUMNS})
    write_ledger(need, served, tmp_path)
    read_need, read_served = read_ledger(tmp_path)
    assert (tuple(read_need), tuple(read_served)) == (NEED_COLUMNS, SERVED_COLUMNS)
    need.drop(columns=["in_need", "more"]).to_parquet(tmp_path / "need.parquet")
    with pytest.raises(DoorstepError, match="in_need"):
        read_ledger(tmp_path)
