"""A city with entrances: planned from its doors, checked from its doors, whatever the order of their rows."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from cities import ORIGIN_M, write_csv, write_toy_city
from command_line import doorstep

from doorstep import pipeline
from doorstep.diagnosis import Diagnosis, diagnose
from doorstep.verify import check_plan
from doorstep.walk import quality
from doorstep.walk_questions import joined

DOORS = [
    *(("R01", 0, 60), ("R01", 100, 40), ("R02", 200, 30), ("R05", 50, 95), ("R05", 0, 130), ("R12", 400, 340)),
    *(("F1", 100, 230), ("F1", 60, 200), ("F2", 300, 120), ("S1", 130, 0), ("S3", 200, 310), ("S3", 170, 300)),
    ("R11", 250, 250),  # in the middle of its block: 50 m from every street
]


def write_doors(folder: Path, doors: list[tuple[str, float, float]]) -> Path:
    x0, y0 = ORIGIN_M
    write_csv(folder / "entrances.csv", [{"of": of, "x": x0 + x, "y": y0 + y} for of, x, y in doors])
    return folder


def diagnosed(folder: Path, **settings: str) -> Diagnosis:
    return diagnose(*pipeline.read_inputs(folder, settings=settings))


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return write_toy_city(tmp_path / "toy")


def walks(found: Diagnosis) -> dict[tuple[str, str], int]:
    places = found.city.spaces["id"].tolist() + found.city.facilities["id"].tolist()
    homes, pairs = found.city.residences["id"].tolist(), found.pairs
    place = np.repeat(np.arange(len(places)), np.diff(pairs.first_of_place))
    return {
        (homes[home], places[at]): mm
        for home, at, mm in zip(pairs.home.tolist(), place.tolist(), pairs.walk_mm.tolist(), strict=True)
    }


def test_a_walk_begins_and_ends_at_the_doors(toy: Path) -> None:
    before = walks(diagnosed(toy))
    after = walks(diagnosed(write_doors(toy, DOORS)))
    assert (before["R02", "S1"], after["R02", "S1"]) == (40_000 + 10_000 + 5_000, 70_000 + 30_000)
    assert after["R01", "S1"] == 30_000 + 40_000  # by the eastern of its two doors
    assert after["R03", "S2"] == before["R03", "S2"]  # neither has one


@pytest.mark.parametrize("measure", ["metres", "minutes"])
def test_a_plan_from_doors_passes_the_checker_and_fails_it_without_them(toy: Path, measure: str) -> None:
    found = diagnosed(write_doors(toy, DOORS), walk_measure=measure)
    results = pipeline.make_plan(found, pipeline.PlanOptions(budget_money=20_000_000)).results
    assert check_plan(results.city, results.plan, results.need, results.served).ok
    without = dataclasses.replace(results.city, entrances=results.city.entrances.iloc[:0])
    verdict = check_plan(without, results.plan, results.need, results.served)
    assert any("walk" in one.code for one in verdict.violations)


def test_the_order_of_the_rows_does_not_matter(toy: Path) -> None:
    one = walks(diagnosed(write_doors(toy, DOORS)))
    assert walks(diagnosed(write_doors(toy, DOORS[::-1]))) == one


def test_a_space_and_a_residence_of_one_id_have_the_entrance_both(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path / "shared", spaces=lambda rows: [{**rows[0], "id": "R01"}, *rows[1:]])
    found = diagnosed(write_doors(folder, [("R01", 100, 40)]))
    assert walks(found)["R01", "R01"] == 0


def test_people_of_a_residence_with_two_doors_count_once(toy: Path) -> None:
    city, profile = pipeline.read_inputs(write_doors(toy, DOORS))
    network = diagnose(city, profile).network
    homes = joined(network, city, city.residences, profile)
    assert (len(homes.edge), homes.n_owners) == (14, 12)
    found = quality(network, homes, np.arange(12.0))
    assert (len(found.homes.part), found.people, found.people_main) == (12, 66.0, 66.0)
    assert found.homes.far == ()


def test_the_route_is_told_from_the_nearest_door(toy: Path) -> None:
    done = doorstep("route", write_doors(toy, DOORS), "R02", "S1")
    assert done.code == 0
    assert "100 m" in done.out.splitlines()[-1]
    assert "55 m" in doorstep("route", write_doors(toy, DOORS[:1]), "R02", "S1").out.splitlines()[-1]


def test_where_no_door_is_connected_there_is_no_walk(toy: Path) -> None:
    done = doorstep("route", write_doors(toy, [("R02", 150, 900)]), "R02", "S1")
    assert (done.code, "House 2" in done.err) == (2, True)
