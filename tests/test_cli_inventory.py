"""The commands about spaces and registers, as a planner types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import doorstep


def test_a_made_city_is_planned_and_verified(tmp_path: Path) -> None:
    city, plan = tmp_path / "city", tmp_path / "plan"
    made = doorstep("make-city", city, "--people", "12000", "--seed", "4", "--lang", "en")
    assert made.code == 0, made.said
    assert "12,000 people" in made.said
    assert doorstep("check", city).code == 0
    planned = doorstep("plan", city, "--out", plan, "--budget", "4000000", "--rounds", "2", "--workers", "1")
    assert planned.code == 0, planned.said
    assert doorstep("verify", city, plan).code == 0


@pytest.mark.parametrize("people", ["12", "many", "11000000"])
def test_a_number_of_people_that_cannot_be_is_told(tmp_path: Path, people: str) -> None:
    done = doorstep("make-city", tmp_path / "city", "--people", people)
    assert done.code == 2
    assert "--people" in done.said
    assert not (tmp_path / "city").exists()
