"""A city brings its own profile as a file: it is planned and checked by it, and what is wrong is told at once."""

from __future__ import annotations

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
