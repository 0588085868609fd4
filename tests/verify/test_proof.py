"""The branches of a proof, checked: they hold every plan, and none allows more than the bound that is stated."""

from __future__ import annotations

import base64
import dataclasses
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.cities import write_toy_city

from doorstep import pipeline
from doorstep.plan_file import PlanFile, Proof, read_plan, write_plan
from doorstep.verify.check import check_plan

OPTIONS = pipeline.PlanOptions(budget_money=10_000_000)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> pipeline.Results:
    folder: Path = tmp_path_factory.mktemp("city") / "toy"
    write_toy_city(folder)
    return pipeline.make_plan(pipeline.diagnose(*pipeline.read_inputs(folder)), OPTIONS).results


def numbers(packed: str, kind: str) -> np.ndarray:
    return np.frombuffer(zlib.decompress(base64.b64decode(packed)), dtype=kind).copy()


def packed(values: np.ndarray) -> str:
    return base64.b64encode(zlib.compress(values.tobytes())).decode()


def checked(made: pipeline.Results, plan: PlanFile) -> tuple[set[str], float | None]:
    verdict = check_plan(made.city, plan, made.need, made.served)
    return {one.code for one in verdict.violations}, verdict.bound_checker


def proof_of(made: pipeline.Results) -> Proof:
    assert made.plan.proof is not None
    return made.plan.proof


def test_the_proof_holds_and_is_better_than_the_multipliers(made: pipeline.Results, tmp_path: Path) -> None:
    plan = made.plan
    codes, bound = checked(made, plan)
    assert not codes
    assert bound == pytest.approx(plan.bound.bound_engine, rel=1e-6)
    assert plan.status == "exact"
    assert plan.bound.gap < 1e-5
    _, without = checked(made, dataclasses.replace(plan, proof=None))
    assert without is not None
    assert without > plan.bound.bound * 1.001
    write_plan(plan, tmp_path)
    assert read_plan(tmp_path) == plan


def test_a_proof_left_out_does_not_prove_the_bound(made: pipeline.Results) -> None:
    codes, _ = checked(made, dataclasses.replace(made.plan, proof=None))
    assert "bound-too-low" in codes


def test_a_branch_left_out_is_seen(made: pipeline.Results) -> None:
    proof = proof_of(made)
    parent = numbers(proof.parent, "<i4")
    last = len(parent) - 1  # without children, since children come later
    cut = {
        name: packed(numbers(getattr(proof, name), kind)[:last])
        for name, kind in (("parent", "<i4"), ("space", "<i4"), ("service", "<i4"), ("kept", "<i4"),
                           ("money", "<f8"), ("prices", "<i4"))
    }  # fmt: skip
    dropped = numbers(proof.dropped, "<i4").reshape(-1, 4)
    cut["dropped"] = packed(dropped[dropped[:, 0] < last])
    codes, _ = checked(made, dataclasses.replace(made.plan, proof=dataclasses.replace(proof, branches=last, **cut)))
    assert "proof-broken" in codes


def test_a_choice_dropped_without_reason_is_seen(made: pipeline.Results) -> None:
    proof = proof_of(made)
    hub = made.plan.hubs[0]
    space = list(made.city.spaces["id"]).index(hub.space)
    services = list(made.plan.multipliers.need)
    mine = [0, space, services.index(hub.services[0].service), hub.services[0].grade]  # what the best plan has
    dropped = np.vstack([numbers(proof.dropped, "<i4").reshape(-1, 4), mine]).astype("<i4")
    codes, bound = checked(
        made, dataclasses.replace(made.plan, proof=dataclasses.replace(proof, dropped=packed(dropped)))
    )
    assert bound is not None
    assert bound >= made.plan.bound.bound * (1 - 1e-6)
    assert "proof-broken" not in codes


def break_prices(proof: Proof) -> Proof:
    need = numbers(proof.need, "<f4")
    return dataclasses.replace(proof, need=packed(np.float32(0.5) * need))


def break_sign(proof: Proof) -> Proof:
    return dataclasses.replace(proof, need=packed(-numbers(proof.need, "<f4")))


def break_length(proof: Proof) -> Proof:
    return dataclasses.replace(proof, need=packed(numbers(proof.need, "<f4")[:-1]))


def break_text(proof: Proof) -> Proof:
    return dataclasses.replace(proof, kept="no base64")


def break_parents(proof: Proof) -> Proof:
    parent = numbers(proof.parent, "<i4")
    parent[-1] = len(parent) - 1
    return dataclasses.replace(proof, parent=packed(parent))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (break_prices, "bound-too-low"),
        (break_sign, "proof-broken"),
        (break_length, "proof-broken"),
        (break_text, "proof-broken"),
        (break_parents, "proof-broken"),
    ],
)
def test_a_changed_proof_is_caught(made: pipeline.Results, change: Callable[[Proof], Proof], code: str) -> None:
    codes, _ = checked(made, dataclasses.replace(made.plan, proof=change(proof_of(made))))
    assert code in codes
