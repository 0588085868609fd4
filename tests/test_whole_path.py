"""The whole way: folder in, checked plan out, on the toy city, Monaco, the made city and Newport."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
from tests.cities import write_strange_city, write_toy_city

from doorstep import diagnosis, pipeline
from doorstep.errors import DoorstepError
from doorstep.plan_file import plan_schema, read_ledger, read_plan
from doorstep.verify import check_plan, verify_folders

ROOT = Path(__file__).resolve().parents[1]
REAL = {
    "monaco": (ROOT / "tests" / "data" / "monaco", 200_000_000),
    "made-city": (ROOT / "examples" / "made-city", 1_000_000_000),
    "newport": (ROOT / "examples" / "newport", 500_000_000),
}


def planned(folder: Path, *, settings: dict[str, str] | None = None, **options: object):
    city, profile = pipeline.read_inputs(folder, settings=settings)
    found = pipeline.diagnose(city, profile)
    return found, pipeline.make_plan(found, pipeline.PlanOptions(**options))  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=list(REAL))
def real(request):
    folder, budget = REAL[request.param]
    return planned(folder, budget_money=budget, gap_target=0.02, rounds=6)


@pytest.fixture(scope="module")
def monaco():
    """Diagnosed once: plans only read it."""
    city, profile = pipeline.read_inputs(REAL["monaco"][0])
    return pipeline.diagnose(city, profile)


@pytest.fixture
def toy(tmp_path) -> Path:
    write_toy_city(tmp_path / "toy")
    return tmp_path / "toy"


def assert_ledger_adds_up(results) -> None:
    """Every number is a sum over the two tables, and the tables agree."""
    need, served, plan = results.need, results.served, results.plan
    assert len(need) == len(results.city.residences) * len(results.profile.services)
    for when in ("now", "plan"):
        np.testing.assert_allclose(need[f"served_{when}"] + need[f"unserved_{when}"], need["in_need"], atol=1e-9)
        given = served[served["situation"] == when].groupby(["residence", "service"])["people"].sum()
        in_table = need.set_index(["residence", "service"])[f"served_{when}"]
        np.testing.assert_allclose(given.reindex(in_table.index).fillna(0.0), in_table, atol=1e-6)
        assert (need[f"served_{when}"] <= need["in_need"] - need["homebound"] + 1e-6).all()
    cap = results.profile.occupancy_cap
    used = served[served["situation"] == "plan"].groupby(["place", "service"])["units"].sum()
    for hub in plan.hubs:
        assert hub.capital_money >= sum(one.capital_money for one in hub.services) > 0
        for one in hub.services:
            assert one.units == pytest.approx(used.get((hub.space, one.service), 0.0), abs=1e-6)
            assert one.units <= cap * one.capacity * (1 + 1e-9)
    sums = need.groupby("service").sum(numeric_only=True)
    for row in plan.coverage:
        assert row.in_need == pytest.approx(sums.loc[row.service, "in_need"])
        assert row.served_plan == pytest.approx(sums.loc[row.service, "served_plan"])
    assert plan.capital_money == sum(hub.capital_money for hub in plan.hubs)


def test_real_cities_are_planned_within_two_per_cent_and_the_ledger_adds_up(real):
    _, made = real
    plan = made.results.plan
    assert 0 <= plan.bound.gap <= 0.02
    assert plan.capital_money <= plan.budget_money
    assert plan.capital_money >= 0.97 * plan.budget_money
    assert len(plan.hubs) > 5
    assert_ledger_adds_up(made.results)


def test_real_plans_pass_the_checker_once_more_with_the_final_bound(real):
    _, made = real
    results = made.results
    verdict = check_plan(results.city, results.plan, results.need, results.served)
    assert verdict.ok, verdict.violations
    assert verdict.largest_walk_difference_mm <= 1_000


def test_toy_plan_is_the_whole_model_optimum_and_is_written_whole(toy, tmp_path):
    _, made = planned(toy, budget_money=10_000_000)
    assert made.results.plan.status == "exact"
    assert_ledger_adds_up(made.results)
    out = tmp_path / "计划 plan"
    pipeline.write_results(made, out, "en")
    names = {path.name for path in out.iterdir()}
    assert {
        "plan.json", "need.parquet", "served.parquet", "hubs.csv", "coverage.csv", "assessment.csv", "bands.csv",
        "plan.gpkg", "plan.xlsx", "report.html", "sheets",
    } <= names  # fmt: skip
    jsonschema.validate(json.loads((out / "plan.json").read_text(encoding="utf-8")), plan_schema())
    assert read_plan(out) == made.results.plan
    need, served = read_ledger(out)
    pd.testing.assert_frame_equal(need, made.results.need)
    pd.testing.assert_frame_equal(served, made.results.served.reset_index(drop=True))
    assert verify_folders(toy, out).ok


def test_rows_shuffled_and_other_workers_give_the_same_plan(toy):
    one = planned(toy, budget_money=10_000_000, workers=1)[1].results.plan
    for name in ("residences.csv", "spaces.csv", "facilities.csv"):
        path = toy / name
        head, *rows = path.read_text(encoding="utf-8-sig").strip().splitlines()
        path.write_text("\n".join([head, *rows[::-1]]) + "\n", encoding="utf-8")
    other = planned(toy, budget_money=10_000_000, workers=2)[1].results.plan
    assert dataclasses.replace(other, inputs=one.inputs) == one


def test_same_rounds_give_the_same_bytes_for_any_number_of_workers(tmp_path):
    texts = []
    for workers in (1, 2):
        _, made = planned(
            REAL["monaco"][0], budget_money=150_000_000, gap_target=0.0, rounds=2, branches=3, workers=workers
        )
        pipeline.write_results(made, tmp_path / str(workers), "en")
        texts.append((tmp_path / str(workers) / "plan.json").read_bytes())
    assert texts[0] == texts[1]


def test_resumed_plan_equals_the_uninterrupted_one(monaco, tmp_path):
    found, options = monaco, {"budget_money": 150_000_000, "gap_target": 0.0, "branches": 3}
    first = pipeline.make_plan(found, pipeline.PlanOptions(rounds=1, **options))
    pipeline.write_results(first, tmp_path / "p", "en")
    asked = pipeline.PlanOptions(rounds=3, **options)
    state = pipeline.state_to_resume(tmp_path / "p", found.city, found.profile, asked)
    resumed = pipeline.make_plan(found, asked, resume=state).results.plan
    assert resumed == pipeline.make_plan(found, asked).results.plan
    with pytest.raises(DoorstepError, match="resume-differs"):
        pipeline.state_to_resume(tmp_path / "p", found.city, found.profile, dataclasses.replace(asked, seed=9))


def test_interrupted_search_keeps_the_rounds_done(monaco):
    options = pipeline.PlanOptions(budget_money=150_000_000, gap_target=0.0, rounds=40, branches=0)
    stopped = pipeline.make_plan(monaco, options, interrupted=lambda: True).results.plan
    assert stopped.rounds == 1
    again = pipeline.make_plan(monaco, dataclasses.replace(options, rounds=1, branches=0)).results.plan
    assert stopped == again


def test_baselines_are_checked_plans_and_not_better_than_the_engine(monaco):
    budget = REAL["monaco"][1]
    made = pipeline.make_plan(monaco, pipeline.PlanOptions(budget_money=budget, gap_target=0.01, rounds=4, branches=0))
    for method in ("greedy", "even"):
        options = pipeline.PlanOptions(budget_money=budget, method=method, branches=0)
        naive = pipeline.make_plan(monaco, options).results.plan
        assert naive.method == method
        assert naive.capital_money <= budget
        assert naive.bound.objective <= made.results.plan.bound.objective * (1 + 1e-9)


def test_own_hubs_give_the_plan_they_were_taken_from(toy, tmp_path):
    from doorstep.own_hubs import read_own_hubs

    found, made = planned(toy, budget_money=10_000_000)
    pipeline.write_results(made, tmp_path / "p", "zh")
    grades = read_own_hubs(tmp_path / "p" / "hubs.csv", found.city, found.profile, found.problem)
    own = pipeline.plan_of_grades(found, grades, pipeline.PlanOptions()).results.plan
    assert own.method == "evaluate"
    assert own.bound.objective == pytest.approx(made.results.plan.bound.objective)
    assert [hub.space for hub in own.hubs] == [hub.space for hub in made.results.plan.hubs]


def test_folder_never_seen_before_is_planned_and_verified(tmp_path):
    folder = write_strange_city(tmp_path / "某市 数据")
    _, made = planned(folder, budget_money=100_000_000)
    pipeline.write_results(made, tmp_path / "方案", "zh")
    assert verify_folders(folder, tmp_path / "方案").ok
    assert made.results.plan.hubs


def test_budget_too_small_is_said_and_by_how_much(toy):
    plan = planned(toy, budget_money=100)[1].results.plan
    assert plan.hubs == ()
    (unmet,) = [one for one in plan.unmet if one.code == "budget-too-small"]
    assert unmet.amount > 0


def test_more_money_than_can_be_spent_does_not_put_off_the_proof(toy):
    plan = planned(toy, budget_money=10**15)[1].results.plan
    assert plan.status == "exact"
    assert plan.branches < 100


def test_required_hubs_beyond_the_budget_are_said_and_the_rest_is_planned(toy):
    spaces = pd.read_csv(toy / "spaces.csv", dtype=str, keep_default_na=False)
    spaces["decision"] = "must"
    spaces.to_csv(toy / "spaces.csv", index=False)
    plan = planned(toy, budget_money=4_000_000)[1].results.plan
    codes = [one.code for one in plan.unmet]
    assert "must-over-budget" in codes
    assert plan.hubs
    assert all(hub.forced for hub in plan.hubs)


def test_more_people_never_lower_the_objective(toy):
    before = planned(toy, budget_money=10_000_000)[1].results.plan.bound.objective
    residences = pd.read_csv(toy / "residences.csv")
    residences["p_80p"] = residences["p_80p"] + 10
    residences.to_csv(toy / "residences.csv", index=False)
    assert planned(toy, budget_money=10_000_000)[1].results.plan.bound.objective >= before


def test_switched_off_limit_is_used_and_written_down(toy):
    plan = planned(toy, settings={"limits.outdoor": "off"}, budget_money=10_000_000)[1].results.plan
    assert plan.settings == {"limits.outdoor": "off"}
    assert all(one.limit != "outdoor" for one in plan.limits_bound)


def test_city_override_is_kept_with_the_plan_and_verified(toy, tmp_path):
    with (toy / "city.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[overrides]]\nkey = "walk_limit_m.play"\nvalue = "250"\ndocument = "Council order 7"\n'
            'date = "2026-05-01"\nreason = "small children"\n'
        )
    _, made = planned(toy, budget_money=10_000_000)
    assert made.results.plan.settings == {"walk_limit_m.play": "250"}
    pipeline.write_results(made, tmp_path / "p", "en")
    assert verify_folders(toy, tmp_path / "p").ok


def test_engine_three_per_cent_short_in_its_walks_is_refused(toy, monkeypatch):
    from doorstep.errors import VerificationError

    honest = diagnosis.pairs_that_fit

    def short(*arguments: object, **named: object):
        pairs = honest(*arguments, **named)
        return dataclasses.replace(pairs, walk_mm=(pairs.walk_mm * 0.97).astype(np.int32))

    monkeypatch.setattr(diagnosis, "pairs_that_fit", short)
    with pytest.raises(VerificationError) as refused:
        planned(toy, budget_money=10_000_000)
    assert "walk-differs" in {one.code for one in refused.value.values["violations"]}


def test_outputs_are_whole_or_not_at_all(toy, tmp_path, monkeypatch):
    _, made = planned(toy, budget_money=10_000_000)
    out = tmp_path / "plan"
    pipeline.write_results(made, out, "en")
    before = (out / "plan.json").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pipeline, "write_plan_folder", full)
    with pytest.raises(DoorstepError, match="output-failed"):
        pipeline.write_results(made, out, "en")
    with pytest.raises(DoorstepError, match="output-failed"):
        pipeline.write_results(made, tmp_path / "new", "en")
    assert (out / "plan.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan", "toy"]


def test_a_folder_that_is_not_ours_is_never_replaced(toy, tmp_path):
    _, made = planned(toy, budget_money=10_000_000)
    precious = tmp_path / "precious"
    shutil.copytree(toy, precious)
    with pytest.raises(DoorstepError, match="output-not-ours"):
        pipeline.write_results(made, precious, "en")
    assert (precious / "city.toml").is_file()
