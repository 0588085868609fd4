"""Places that reports describe, checked by the Plan: what can be said of them and what must be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstep.assess import Checked, check
from doorstep.standards import load_standard
from doorstep.told_file import read_told

HUBS = Path(__file__).resolve().parents[2] / "examples" / "hubs"


def checked(name: str) -> Checked:
    known, title = read_told(HUBS / f"{name}.toml")
    return check(known, title, load_standard("cn-2023"))


def outcomes(name: str) -> dict[str, tuple[str, bool | None]]:
    return {one.finding.rule: (one.finding.outcome, one.met) for one in checked(name).found}


@pytest.mark.parametrize("path", sorted(HUBS.glob("*.toml")), ids=lambda path: path.stem)
def test_reports_say_too_little_to_fail_anything(path: Path) -> None:
    found = checked(path.stem)
    assert found.failed == ()
    assert any(one.missing for one in found.found)


def test_a_station_in_a_basement_is_told_to_move_up() -> None:
    found = outcomes("beijing-station")
    assert found["cn2023-st-06"] == ("unverified", False)
    assert found["assumption:storey"] == ("warns", False)
    assert found["cn2023-op-03"] == ("warns", False)


def test_a_nursery_of_eight_square_metres_a_child_is_within_what_is_assumed() -> None:
    found = outcomes("beijing-nursery")
    assert found["assumption:floor:infant_care"] == ("unverified", True)
    assert found["cnty-cl-01"] == ("unknown", None)  # fifty children in classes of unknown size
    assert found["cnty-fa-01"][0] == "not_applicable"


def test_a_small_home_is_not_held_against_the_rule_of_large_ones() -> None:
    assert outcomes("shanghai-home")["cngb-f15-02a"][0] == "not_applicable"
