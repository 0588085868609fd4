"""Where the next room and the next money are worth most: what is proven holds of plans that are really made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cities import ORIGIN_M, write_toy_city
from tests.command_line import doorstep, files_below

from doorstep import pipeline
from doorstep.layout import priced_bound, with_budget
from doorstep.new_rooms import NewRoom, RoomAsked, rooms_priced, rooms_tried, usual_room
from doorstep.next_money import next_money, spent_in
from doorstep.planned import Planned, payable, planned
from doorstep.replanning import base_of, searched_on
from doorstep.worth_told import class_limits

BUDGET = 10_000_000
ROOM = RoomAsked(160.0, "rent")
Row = dict[str, Any]


def plan_of(folder: Path, budget: int | None = BUDGET, **options: Any) -> Planned:
    found = pipeline.diagnose(*pipeline.read_inputs(folder))
    asked = pipeline.PlanOptions(budget_money=budget, gap_target=0.0, **options)
    return planned(found, pipeline.make_plan(found, asked).results.plan)


@pytest.fixture(scope="module")
def was(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    return plan_of(write_toy_city(tmp_path_factory.mktemp("worth") / "toy", spaces=few))


def few(spaces: list[Row]) -> list[Row]:
    """Two of its four spaces, so that room is what lacks."""
    return spaces[:2]


def with_room(room: NewRoom):
    """The table of spaces with the room really in it."""

    def rows(spaces: list[Row]) -> list[Row]:
        plain = {
            **spaces[0], "id": "S9", "place": "New room", "area_m2": ROOM.floor_m2, "storey": 1, "lift": "",
            "outdoor_m2": "", "channel": ROOM.channel, "capital_cost_per_m2": "", "limits": "", "x": room.x_m,
            "y": room.y_m,
        }  # fmt: skip
        return [*few(spaces), plain]

    return rows


def test_a_room_is_worth_what_is_said_and_really_wins_no_more(was: Planned, tmp_path: Path) -> None:
    base = base_of(was)
    rooms = rooms_priced(was, ROOM, every_m=0.0)
    assert [one.residence for one in rooms] == was.found.city.residences["id"].tolist()
    best = max(rooms, key=lambda one: one.worth)
    assert best.worth > 0
    assert best.services
    (tried,) = rooms_tried(was, base, ROOM, [best])
    later = plan_of(write_toy_city(tmp_path / "more", spaces=with_room(best)))
    # walks, floor, price: the room that was priced is the one that an office would write into its table
    problem = payable(with_budget(later.found.problem, BUDGET))
    bound = priced_bound(problem, was.prices.need, was.prices.money, was.prices.limits, was.prices.floors)
    assert bound == pytest.approx(was.prices.bound + best.worth, rel=1e-9)
    gain = later.document.bound.objective - base.worth
    assert tried.more.worth <= gain + 1e-6 <= tried.more.most + 2e-6
    assert gain <= best.worth + base.short + 1e-6
    assert gain > 0


def test_a_room_at_no_street_is_worth_nothing(tmp_path: Path) -> None:
    far = plan_of(
        write_toy_city(tmp_path / "far", residences=lambda rows: [*rows[:-1], {**rows[-1], "x": ORIGIN_M[0] + 1_200}])
    )
    lonely = rooms_priced(far, ROOM, every_m=0.0)[-1]
    assert lonely.worth == 0.0
    assert lonely.services == ()


def test_squares_thin_the_residences_out(was: Planned) -> None:
    every = rooms_priced(was, ROOM, every_m=0.0)
    some = rooms_priced(was, ROOM, every_m=250.0)
    assert 0 < len(some) < len(every)
    worth = {one.residence: one.worth for one in every}
    assert all(one.worth == pytest.approx(worth[one.residence]) for one in some)


def test_more_money_is_worth_between_what_is_found_and_what_is_proven(was: Planned) -> None:
    base = base_of(was)
    none, some, more = next_money(base, [3_000_000, 1_000_000])
    assert (none.money, some.money, more.money) == (0, 1_000_000, 3_000_000)
    assert none.price == 0.0
    for one in (none, some, more):
        asked = pipeline.PlanOptions(budget_money=BUDGET + one.money, gap_target=0.0)
        best = pipeline.make_plan(was.found, asked).results.plan.bound.objective - base.worth
        assert one.more.worth <= best + 1e-6
        assert best <= one.more.most + 1e-6
        assert one.more.people == pytest.approx(float(one.more.people_of.sum()))
    assert none.more.worth <= some.more.worth <= more.more.worth
    assert more.more.worth > 0


def test_money_spent_in_a_community_wins_no_more_than_everywhere(was: Planned) -> None:
    base = base_of(was)
    of = was.found.city.spaces["community"].to_numpy()
    (_, more) = next_money(base, [3_000_000])
    wins = [spent_in(base, (of == one).nonzero()[0], 3_000_000) for one in ("E", "W")]
    assert max(wins) > 0
    assert max(wins) <= more.more.most + 1e-6


def test_a_plan_that_was_not_searched_to_its_end_wins_without_money(was: Planned) -> None:
    poor = pipeline.make_plan(was.found, pipeline.PlanOptions(budget_money=BUDGET, method="even")).results.plan
    base = base_of(planned(was.found, poor))
    better = searched_on(base)
    assert better.worth > base.worth
    assert next_money(base, [])[0].more.worth == pytest.approx(better.worth - base.worth)


def test_without_a_budget_money_has_no_price(was: Planned) -> None:
    plan = pipeline.make_plan(was.found, pipeline.PlanOptions(rounds=3)).results.plan
    assert next_money(base_of(planned(was.found, plan)), [100]) == ()


def test_the_usual_room_is_the_middle_one(was: Planned) -> None:
    assert usual_room(was.found.city) == RoomAsked(235.0, "supplement")


@pytest.mark.parametrize("most", [0.0, 1.0, 3.9, 271.3, 1000.0])
def test_classes_of_the_map_hold_the_largest(most: float) -> None:
    limits = class_limits(most)
    assert limits[-1] >= most
    assert limits == sorted(limits)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("worth-command")
    city, plan = write_toy_city(folder / "toy"), folder / "plan"
    assert doorstep("plan", city, "--out", plan, "--budget", "100000", "--gap", "0").code == 0
    return city, plan


def test_the_command_says_the_same_for_any_number_of_workers(folders: tuple[Path, Path], tmp_path: Path) -> None:
    said = []
    for workers in ("1", "3"):
        to = tmp_path / workers
        done = doorstep("worth", *folders, "--every", "0", "--try", "2", "--money", "20000", "--out", to,
                        "--workers", workers)  # fmt: skip
        assert done.code == 0, done.said
        assert "Where the next room and the next money are worth most in Toytown" in done.out
        assert "(proven)" in done.out
        said.append(done.out.replace(str(to), ""))
    assert said[0] == said[1]
    assert sorted(files_below(tmp_path / "1")) == ["places.csv", "places.gpkg", "worth.html"]
    for name in ("places.csv", "worth.html"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "3" / name).read_bytes()
    page = (tmp_path / "1" / "worth.html").read_text(encoding="utf-8")
    assert "This city is made up." in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_the_command_in_chinese(folders: tuple[Path, Path]) -> None:
    done = doorstep("worth", *folders, "--try", "1", "--lang", "zh")
    assert done.code == 0, done.said
    assert "下一处用房" in done.out


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--channel", "gift"], 2), (["--money", "much"], 2), (["--floor", "0"], 2), (["--every", "-1"], 2)],
)
def test_a_wrong_word_is_told(folders: tuple[Path, Path], words: list[str], code: int) -> None:
    done = doorstep("worth", *folders, *words)
    assert done.code == code
    assert words[1] in done.err
