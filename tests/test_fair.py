"""Plans for the worst-off first, as a planner gets them."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from tests.cities import write_toy_city
from tests.command_line import Done, doorstep

from doorstep import pipeline
from doorstep.fairness import fair_groups, fair_groups_of_all
from doorstep.layout import EVERY
from doorstep.plan_file import read_ledger, read_plan, write_plan

BUDGET = "200000"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_city(tmp_path_factory.mktemp("fair") / "toy")


@pytest.fixture(scope="module")
def fair(city: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    to = tmp_path_factory.mktemp("fair") / "plan"
    done = doorstep("fair", city, "--out", to, "--budget", BUDGET, "--rounds", "5")
    assert done.code == 0, done.said
    return to, done


def test_groups_of_all_services_are_the_sums_of_those_of_each(city: Path) -> None:
    found = pipeline.diagnose(*pipeline.read_inputs(city))
    for by in ("community", "age"):
        groups = fair_groups_of_all(found, by)
        assert all(one.service == EVERY for one in groups)
        assert all(one.most <= one.need + 1e-9 for one in groups)
        parts = fair_groups(found, by, [service.id for service in found.profile.services])
        for one in groups:
            of_it = [part for part in parts if part.name.split("/")[0] == one.name.split("/")[0]]
            assert one.need >= sum(part.need for part in of_it) - 1e-9
            assert one.most >= sum(part.most for part in of_it) - 1e-9


def test_the_worst_off_has_more_than_in_the_usual_plan(city: Path, fair: tuple[Path, Done]) -> None:
    to, done = fair
    groups = pd.read_csv(to / "fair.csv")
    assert set(groups["group"]) == {"W", "E"}
    assert groups["share_plan"].min() >= groups["share_usual"].min()
    assert (groups["share_plan"] >= groups["least"] - 1e-6).all()
    first = groups[groups["level"] == 1]
    assert len(first)
    assert (first["bound"].isna() | (first["bound"] >= first["least"])).all()
    page = (to / "fair.html").read_text(encoding="utf-8")
    for told in (done.out, page):
        assert "(proven)" in told or "no bound" in told
    # what is printed of the share is what the ledger of the plan says
    need, _ = read_ledger(to)
    homes = pipeline.read_inputs(city)[0].residences.set_index("id")["community"]
    by = need.groupby(need["residence"].map(homes))[["served_plan", "in_need"]].sum()
    share = by["served_plan"] / by["in_need"]
    for row in groups.itertuples():
        assert row.share_plan == pytest.approx(share[row.group], abs=1e-5)


def test_the_checker_derives_the_shares_again(city: Path, fair: tuple[Path, Done]) -> None:
    to, _ = fair
    assert doorstep("verify", city, to).code == 0
    plan = read_plan(to)
    assert plan.method == "fair"
    assert [one.name for one in plan.floors] == [f"floor:{one.name}" for one in plan.asked_floors]
    assert all(one.met and one.service == "all" for one in plan.floors)
    whole = (to / "plan.json").read_text(encoding="utf-8")
    more = dataclasses.replace(plan.asked_floors[0], least=plan.asked_floors[0].least + 0.1)
    for changed in (
        dataclasses.replace(plan, asked_floors=(more, *plan.asked_floors[1:])),
        dataclasses.replace(plan, asked_floors=plan.asked_floors[1:]),
    ):
        try:
            write_plan(changed, to)
            done = doorstep("verify", city, to)
            assert done.code == 1
            assert plan.asked_floors[0].name in done.out
        finally:
            (to / "plan.json").write_text(whole, encoding="utf-8")


def test_what_is_asked_next_keeps_the_shares(city: Path, fair: tuple[Path, Done], tmp_path: Path) -> None:
    to, _ = fair
    shut = read_plan(to).hubs[0].space
    done = doorstep("what-if", city, to, "--ban", shut, "--out", tmp_path / "other")
    assert done.code == 0, done.said
    assert read_plan(tmp_path / "other").asked_floors == read_plan(to).asked_floors
    assert doorstep("verify", city, tmp_path / "other").code == 0


def test_its_lines_ask_the_same_of_every_later_plan(fair: tuple[Path, Done], tmp_path: Path) -> None:
    to, _ = fair
    lines = (to / "floors.toml").read_text(encoding="utf-8")
    assert len(tomllib.loads(lines)["floors"]) == len(read_plan(to).asked_floors)
    other = write_toy_city(tmp_path / "other")
    with (other / "city.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + lines)
    done = doorstep("plan", other, "--out", tmp_path / "plan", "--budget", BUDGET, "--rounds", "5")
    assert done.code == 0, done.said
    again, before = read_plan(tmp_path / "plan"), read_plan(to)
    assert [one.people for one in again.floors] == [one.people for one in before.floors]
    assert all(one.met for one in again.floors)
    # and the command finds names that are free
    done = doorstep("fair", other, "--out", tmp_path / "fair", "--budget", BUDGET, "--rounds", "2", "--levels", "1")
    assert done.code == 0, done.said
    assert doorstep("verify", other, tmp_path / "fair").code == 0


def test_one_service_by_age_in_chinese(city: Path, tmp_path: Path) -> None:
    done = doorstep("fair", city, "--out", tmp_path / "out", "--budget", BUDGET, "--by", "age", "--service", "health",
                    "--rounds", "2", "--levels", "2", "--lang", "zh")  # fmt: skip
    assert done.code == 0, done.said
    assert "年龄段" in done.out
    assert json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))["asked_floors"][0]["ages"]
    assert doorstep("verify", city, tmp_path / "out").code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--by", "street"], "community | age"),
        (["--service", "opera"], "--service=opera"),
        (["--levels", "0"], "--levels"),
        (["--budget", "-3"], "--budget"),
    ],
)
def test_a_wrong_word_is_told(city: Path, tmp_path: Path, words: list[str], told: str) -> None:
    done = doorstep("fair", city, "--out", tmp_path / "out", *words)
    assert done.code == 2
    assert told in done.err
    assert not (tmp_path / "out").exists()


def test_money_for_nothing_is_a_plan_all_the_same(city: Path, tmp_path: Path) -> None:
    done = doorstep("fair", city, "--out", tmp_path / "out", "--budget", "0", "--rounds", "2")
    assert done.code == 0, done.said
    assert doorstep("verify", city, tmp_path / "out").code == 0
