"""A plan changed at once: what is asked holds, and no gain is told that is not owed to the change."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cities import write_toy_city
from tests.command_line import doorstep

from doorstep import pipeline
from doorstep.city import read_city
from doorstep.errors import DoorstepError
from doorstep.plan_file import PlanFile, read_plan
from doorstep.what_if import Asked, what_if

BUDGET = "100000"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("what-if")
    city, plan = write_toy_city(folder / "toy"), folder / "plan"
    done = doorstep("plan", city, "--out", plan, "--budget", BUDGET, "--gap", "0")
    assert done.code == 0, done.said
    return city, plan


def document_of(plan: Path) -> tuple[PlanFile, list[str]]:
    document = read_plan(plan)
    return document, [hub.space for hub in document.hubs]


def test_banned_pinned_and_moved(planned: tuple[Path, Path]) -> None:
    city, (document, hubs) = read_city(planned[0]), document_of(planned[1])
    free = next(space for space in city.spaces["id"] if space not in hubs)
    for asked in (Asked(ban=(hubs[0],)), Asked(pin=(free,)), Asked(move=((hubs[0], free),))):
        change = what_if(city, document, asked)
        now = {hub.space for hub in change.plan.results.plan.hubs}
        assert not now & set(asked.banned)
        assert now >= set(asked.pinned)
        assert set(change.opened) == now - set(hubs)
        assert set(change.closed) == set(hubs) - now
        # the plan was the best one: a ban or a pin cannot better it
        assert change.after.worth <= change.before.worth * (1 + 1e-9)
        assert not change.better_anyway
        assert change.after.capital_money <= document.budget_money
        assert change.before.worth == pytest.approx(document.bound.objective)


def test_another_budget_and_another_radius(planned: tuple[Path, Path]) -> None:
    city, (document, _) = read_city(planned[0]), document_of(planned[1])
    less = what_if(city, document, Asked(budget_money=document.budget_money // 2))
    assert less.after.capital_money <= document.budget_money // 2
    assert less.after.worth < less.before.worth
    assert less.plan.results.plan.budget_money == document.budget_money // 2
    nearer = what_if(city, document, Asked(settings={"walk_limit_m.health": "150"}))
    assert nearer.plan.results.profile.settings["walk_limit_m.health"] == "150"
    assert nearer.after.worth < nearer.before.worth


def test_a_plan_that_was_not_searched_to_its_end_is_told(planned: tuple[Path, Path]) -> None:
    city, standard = pipeline.read_inputs(planned[0])
    found = pipeline.diagnose(city, standard)
    document, hubs = document_of(planned[1])
    free = next(space for space in city.spaces["id"] if space not in hubs)
    poor = pipeline.make_plan(found, pipeline.PlanOptions(budget_money=document.budget_money, method="even"))
    change = what_if(city, poor.results.plan, Asked(ban=(free,)))
    assert change.after.worth > change.before.worth
    assert change.better_anyway


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(), "what-if-nothing"),
        (Asked(ban=("S99",)), "space-unknown"),
        (Asked(ban=("S1",), pin=("S1",)), "what-if-both"),
        (Asked(pin=("S1", "S2", "S3"), budget_money=1), "what-if-unpaid"),
    ],
)
def test_what_cannot_be_asked(planned: tuple[Path, Path], asked: Asked, code: str) -> None:
    city, (document, _) = read_city(planned[0]), document_of(planned[1])
    with pytest.raises(DoorstepError) as error:
        what_if(city, document, asked)
    assert error.value.code == code


def test_the_command(planned: tuple[Path, Path], tmp_path: Path) -> None:
    city, plan = planned
    _, hubs = document_of(plan)
    done = doorstep("what-if", city, plan, "--ban", hubs[0], "--out", tmp_path / "other", "--lang", "en")
    assert done.code == 0, done.said
    assert "Proven gap" in done.out
    assert f"): {hubs[0]}" in done.out.split("Closes (")[1]
    assert doorstep("verify", city, tmp_path / "other").code == 0
    done = doorstep("what-if", city, plan, "--budget", "60000", "--lang", "zh")
    assert "修改前" in done.out
    for wrong in (("--move", "S1"), ("--budget", "much"), ("--set", "x")):
        assert doorstep("what-if", city, plan, *wrong).code == 2
