"""Facilities that give way, from the table of spaces to report, tables and checker."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from cities import toy_tables, write_csv, write_toy_city
from command_line import doorstep

from doorstep.checking import community_known, walks_to_services
from doorstep.city import read_city
from doorstep.plan_file import read_plan
from doorstep.standards import load_profile

PLAN = ("--budget", "600000", "--branches", "50")  # a proof of some branches will do


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The toy city whose old office, to become a hub, is the room of the surgery: its folder and its plan."""
    folder = tmp_path_factory.mktemp("replaced")
    city = write_toy_city(folder / "city")
    rows: list[dict[str, Any]] = [
        {**row, "replaces": "F2", "closing_cost": "1234.50", "decision": "must"} if row["id"] == "S2" else row
        for row in toy_tables()["spaces"]
    ]
    write_csv(city / "spaces.csv", [{"replaces": "", "closing_cost": "", **row} for row in rows])
    done = doorstep("plan", city, *PLAN, "--out", folder / "plan")
    assert done.code == 0, done.said
    assert "Surgery" in done.out
    return city, folder / "plan"


def test_the_surgery_is_closed_in_the_plan_and_counts_today(planned: tuple[Path, Path]) -> None:
    _, plan = planned
    document = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    hub = next(one for one in document["hubs"] if one["space"] == "S2")
    assert hub["replaces"] == ["F2"]
    health = next(one for one in document["coverage"] if one["service"] == "health")
    of_hubs = sum(one["capacity"] for hub in document["hubs"] for one in hub["services"] if one["service"] == "health")
    assert health["capacity_now"] == 60
    assert health["capacity_plan"] == of_hubs
    others = sum(one["capital_money"] for one in hub["services"])
    assert hub["capital_money"] - others >= 123_450


def test_report_and_tables_name_it(planned: tuple[Path, Path]) -> None:
    _, plan = planned
    page = (plan / "report.html").read_text(encoding="utf-8")
    table = page[page.index('id="replaced"') :]
    assert "Surgery" in table[: table.index("</table>")]
    with (plan / "hubs.csv").open(encoding="utf-8-sig") as file:
        replaced = {(row["space"], row["replaces"]) for row in csv.DictReader(file)}
    assert ("S2", "F2") in replaced
    assert all(ids == "" for space, ids in replaced if space != "S2")


def test_the_checker_takes_the_plan(planned: tuple[Path, Path]) -> None:
    assert doorstep("verify", *planned).code == 0


def test_explain_says_what_would_close(tmp_path: Path) -> None:
    city = write_toy_city(tmp_path / "city")
    rows = [{"replaces": "F3" if row["id"] == "S3" else "", **row} for row in toy_tables()["spaces"]]
    write_csv(city / "spaces.csv", rows)
    assert doorstep("plan", city, "--budget", "100000", "--out", tmp_path / "plan").code == 0
    assert "Sports hall" in doorstep("explain", city, tmp_path / "plan", "S3").out


def test_a_check_list_with_the_plan_leaves_the_surgery_out(planned: tuple[Path, Path]) -> None:
    folder, plan = planned
    city, hubs = read_city(folder), read_plan(plan).hubs
    whole = [dataclasses.replace(one, replaces=()) for one in hubs]
    with_it, without = (community_known(city, None, some)[0].told["community_floor_m2"] for some in (whole, hubs))
    assert with_it.low - without.low == pytest.approx(150.0)
    profile = load_profile(city.profile)
    with_it, without = (walks_to_services(city, profile, some)["walk_m:health"] for some in (whole, hubs))
    assert (without >= with_it).all()
    assert (without > with_it).any()
