"""The front of a city as a planner gets it."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.cities import write_toy_city
from tests.command_line import doorstep, files_below

from doorstep import pipeline
from doorstep.fairness import LEAST_PEOPLE, fair_groups, group_of, services_asked
from doorstep.pareto import budgets_up_to
from doorstep.pareto_told import hubs_table
from doorstep.report.front_chart import Dot, front_chart


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_city(tmp_path_factory.mktemp("pareto") / "toy")


def test_groups_are_people_in_need_of_a_service(city: Path) -> None:
    found = pipeline.diagnose(*pipeline.read_inputs(city))
    services = services_asked(found, ())
    assert services == tuple(service.id for service in found.profile.services)
    for by in ("community", "age"):
        groups = fair_groups(found, by, services)
        assert groups
        assert all(group_of(one.name)[0] == by for one in groups)
        assert all(LEAST_PEOPLE <= one.most <= one.need + 1e-9 for one in groups)
    # all communities together, or all ages, are everybody in need of a service
    health = fair_groups(found, "community", ["health"])
    at = services.index("health")
    assert sum(one.need for one in health) == pytest.approx(found.demand.in_need[:, at].sum())
    ages = fair_groups(found, "age", ["health"])
    assert sum(one.need for one in ages) <= found.demand.in_need[:, at].sum() + 1e-9


def test_the_command(city: Path, tmp_path: Path) -> None:
    said = []
    for workers in ("1", "2"):
        to = tmp_path / workers
        done = doorstep("pareto", city, "--out", to, "--most", "300000", "--budgets", "3", "--levels", "0.2,0.5",
                        "--workers", workers)  # fmt: skip
        assert done.code == 0, done.said
        said.append(done.out.replace(str(to), ""))
    assert said[0] == said[1]
    to = tmp_path / "1"
    points = pd.read_csv(to / "points.csv")
    assert len(points) >= 3
    assert points["capital_GBP"].is_monotonic_increasing
    assert (points["weighted_users"] <= points["bound"] + 1e-3).all()
    assert points["supported"].any()
    names = [f"points/{number:02}.csv" for number in points["point"]]
    assert files_below(to) == sorted(["pareto.html", "points", *names, "points.csv"])
    for name in names:
        assert (to / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    page = (to / "pareto.html").read_text(encoding="utf-8")
    assert "What money can bring in Toytown" in page
    assert "no bound" in page
    # a plan of the front is a plan that can be gone on with
    plan = tmp_path / "plan"
    done = doorstep("evaluate", city, to / names[-1], "--out", plan, "--rounds", "2")
    assert done.code == 0, done.said
    assert doorstep("verify", city, plan).code == 0


def test_by_age_in_chinese(city: Path, tmp_path: Path) -> None:
    done = doorstep("pareto", city, "--out", tmp_path / "out", "--most", "200000", "--budgets", "2", "--levels", "0.3",
                    "--by", "age", "--services", "health,meals", "--lang", "zh")  # fmt: skip
    assert done.code == 0, done.said
    assert "各年龄段" in done.out


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--by", "street"], "community | age"), (["--services", "opera"], "opera"), (["--levels", "2"], "--levels")],
)
def test_a_wrong_word_is_told(city: Path, tmp_path: Path, words: list[str], told: str) -> None:
    done = doorstep("pareto", city, "--out", tmp_path / "out", *words)
    assert done.code == 2
    assert told in done.err
    assert not (tmp_path / "out").exists()


def test_budgets_are_denser_where_they_are_small() -> None:
    budgets = budgets_up_to(1_000_000, 5)
    assert budgets[-1] == 1_000_000
    steps = [b - a for a, b in itertools.pairwise(budgets)]
    assert steps == sorted(steps)
    assert budgets_up_to(0, 4) == (1,)


def test_a_chart_of_one_point_or_none_is_drawn() -> None:
    one = Dot(1.0, 5.0, 0.3, "1", "a < b", True)
    assert "a &lt; b" in front_chart([one], "x", "y", "label")
    assert front_chart([], "x", "y", "label").startswith("<svg")


def test_the_table_of_hubs_says_what_rooms_become_later(city: Path) -> None:
    found = pipeline.diagnose(
        *pipeline.read_inputs(city, profile="cn-2023", settings={"convertible": "on", "rate.GBP": "0.11"})
    )
    way = found.converted[0]
    grades = np.zeros((found.problem.n_spaces, found.problem.n_services), dtype=np.int8)
    grades[2, way.service] = way.number
    table = hubs_table(SimpleNamespace(found=found), SimpleNamespace(grades=grades))
    services = [one.id for one in found.profile.services]
    assert table.drop(columns="place").to_dict("records") == [
        {
            "space": "S3",
            "service": services[way.service],
            "grade": way.grade,
            "becomes": services[way.into],
            "becomes_year": way.year,
        }
    ]
