"""A city brings its own profile as a file: it is planned and checked by it, and what is wrong is told at once."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from tests.cities import write_toy_city
from tests.command_line import doorstep

from doorstep.errors import DoorstepError, InputError
from doorstep.standards import load_profile, load_standard

BASE = files("doorstep.standards").joinpath("profiles", "generic-gb.toml").read_text(encoding="utf-8")


def _own(path: Path, *changes: tuple[str, str]) -> Path:
    page = BASE.replace('id = "generic-gb"', 'id = "toytown"', 1)
    for old, new in changes:
        assert old in page, old
        page = page.replace(old, new, 1)
    path.write_text(page, encoding="utf-8")
    return path


def test_a_plan_by_a_profile_of_the_city_itself(tmp_path: Path) -> None:
    city = write_toy_city(tmp_path / "toy", toml={"profile": '"ours.toml"'})
    _own(city / "ours.toml")
    plan = tmp_path / "plan"
    done = doorstep("plan", city, "--out", plan, "--budget", "100000", "--rounds", "3", "--lang", "en")
    assert done.code == 0, done.said
    assert '"profile": "toytown"' in (plan / "plan.json").read_text(encoding="utf-8")
    assert doorstep("verify", city, plan).code == 0
    assert doorstep("explain", city, plan, "S1").code == 0
    # another figure in the file is another input
    _own(city / "ours.toml", ("mid = 600", "mid = 500"))
    assert doorstep("verify", city, plan).code != 0


def test_who_pays_for_the_structure_and_the_steps_stand_in_the_file(tmp_path: Path) -> None:
    def new(rows: list[dict[str, object]]) -> list[dict[str, object]]:
        return [{**row, "channel": "newbuild", "capital_cost_per_m2": ""} for row in rows]

    city = write_toy_city(tmp_path / "toy", spaces=new, toml={"profile": '"ours.toml"'})
    step = (
        '{ channel = "any", service = "any", order = 10, step = "ask the mill", papers = "letter", '
        'department = "mill office", days_low = 1, days_mid = 2, days_high = 3, simplified = "n", when = "always", '
        'source = "us", kind = "assumption" },'
    )
    money = []
    for bears in ("true", "false"):
        _own(
            city / "ours.toml",
            ("parameters = [", f"developer_bears_structure = {bears}\nparameters = ["),
            ("approvals = [", f"approvals = [\n  {step}"),
        )
        plan = tmp_path / bears
        done = doorstep("plan", city, "--out", plan, "--budget", "900000", "--rounds", "1", "--branches", "0")
        assert done.code == 0, done.said
        assert doorstep("verify", city, plan).code == 0
        hubs = json.loads((plan / "plan.json").read_text(encoding="utf-8"))["hubs"]
        money.append(sum(hub["capital_money"] for hub in hubs) / sum(len(hub["services"]) for hub in hubs))
    assert money[0] < money[1]
    card = doorstep("spaces", city, "S1", "--lang", "en")
    assert "ask the mill" in card.said
    assert "mill office" in card.said


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = _own(
        tmp_path / "ours.toml", ('kind = "assumption"', 'kind = "guess"'), ("rules = [", "colour = 1\nrules = [")
    )
    with pytest.raises(InputError) as caught:
        load_profile(str(path))
    assert {one.code for one in caught.value.problems} == {"profile-value", "profile-key"}
    value = next(one for one in caught.value.problems if one.code == "profile-value")
    assert value.values["found"] == "'guess'"
    assert "assumption" in value.values["expected"]


def test_a_profile_that_lacks_what_plans_need(tmp_path: Path) -> None:
    line = next(one for one in BASE.splitlines() if 'name = "occupancy_cap"' in one)
    with pytest.raises(InputError) as caught:
        load_profile(str(_own(tmp_path / "ours.toml", (line, ""))))
    (problem,) = caught.value.problems
    assert problem.code == "profile-lacks"
    assert "occupancy_cap" in problem.values["missing"]


def test_names_that_are_taken_and_files_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "copy.toml"
    path.write_text(BASE, encoding="utf-8")
    for name, code in ((str(path), "profile-id"), (str(tmp_path / "none.toml"), "profile-file")):
        with pytest.raises(InputError) as caught:
            load_standard(name)
        assert [one.code for one in caught.value.problems] == [code]
    rules = tmp_path / "rules.toml"
    rules.write_text('id = "ours"\nrules = []\n', encoding="utf-8")
    assert load_standard(str(rules)).id == "ours"
    with pytest.raises(DoorstepError, match="checks-only"):
        load_profile(str(rules))
