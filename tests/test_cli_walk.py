"""Questions on walks, asked on the command line: answers in two languages, whole files, friendly refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from cities import ORIGIN_M, closed_block, into_the_block, write_toy_city
from command_line import doorstep, files_below

from doorstep.cli_walk import _time
from doorstep.errors import DoorstepError
from doorstep.messages import text

MADE_CITY = Path(__file__).resolve().parents[1] / "examples" / "made-city"
MONACO = Path(__file__).parent / "data" / "monaco"
X0, Y0 = ORIGIN_M


def walled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Draw a wall between the second and the third street of the toy city, over all its width."""
    corners = [[X0 - 20, Y0 + 150], [X0 + 420, Y0 + 150]]
    wall = {"id": 99, "highway": "", "barrier": "wall", "geometry": {"type": "LineString", "coordinates": corners}}
    kept = [{**row, "barrier": ""} for row in rows if row["id"] < 6]
    first, *rest = ({**row, "barrier": ""} for row in rows if row["id"] >= 6)
    assert rest
    return [*kept, first, wall]  # only the westernmost way leads from street to street


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_city(tmp_path_factory.mktemp("toy") / "city", streets=walled)


def figures(said: str, first: str) -> list[str]:
    """Return the cells of the line that starts with a word."""
    return next(line.split() for line in said.splitlines() if line.startswith(first))


def test_reach_counts_everybody_once(toy: Path) -> None:
    done = doorstep("reach", toy, "--service", "health", "--metres", "200")
    assert done.code == 0
    assert "within 200 m" in done.out
    ages = [figures(done.out, band) for band in ("0-2", "3-5", "6-14", "15-34", "35-59", "60-69", "70-79", "80+")]
    for column in (1, 2, 5):  # people, reach, do not
        whole = float(figures(done.out, "all")[column].replace(",", ""))
        assert sum(float(row[column].replace(",", "")) for row in ages) == pytest.approx(whole, abs=5)
    people, reached, missed = (float(figures(done.out, "all")[at].replace(",", "")) for at in (1, 2, 5))
    assert people == reached + missed
    assert reached > 0 < missed
    places = [figures(done.out, name) for name in ("East", "West")]
    assert sum(float(row[1].replace(",", "")) for row in places) == people


def test_a_longer_walk_reaches_more_and_wheels_no_more(toy: Path) -> None:
    reached = [
        float(figures(doorstep("reach", toy, "--service", "health", *words).out, "all")[2].replace(",", ""))
        for words in (("--metres", "150"), ("--metres", "600"), ("--minutes", "10"), ("--minutes", "0"))
    ]
    assert reached[0] < reached[1]
    assert reached[2] == reached[1]  # 60 m a minute, no signals
    assert reached[3] == 0
    old = doorstep("reach", toy, "--service", "health", "--minutes", "10", "--walker", "80+")
    assert "people aged 80+ at 48 m a minute" in old.out
    assert "15-34" not in old.out  # an age band is asked about itself


def test_a_place_that_no_street_leads_to_is_said(tmp_path: Path) -> None:
    def far(_rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        line = {"type": "LineString", "coordinates": [[X0, Y0 - 900], [X0 + 90, Y0 - 900]]}
        return [{"id": 1, "highway": "footway", "geometry": line}]

    done = doorstep("reach", write_toy_city(tmp_path / "city", streets=far), "--service", "health")
    assert "Facilities not joined to the walking network, so that nobody reaches them: 1." in done.out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_residences_that_are_not_joined_are_named_with_their_people(tmp_path: Path, language: str) -> None:
    def far(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        first, second, *rest = rows
        return [{**first, "x": X0 + 310, "y": Y0 - 600}, {**second, "x": X0 + 330, "y": Y0 - 600, "p_0_2": 9}, *rest]

    city = write_toy_city(tmp_path / "city", residences=far)
    table = pd.read_csv(city / "residences.csv").set_index("id").loc[["R02", "R01"]]
    for who, columns in (("plan", [name for name in table if name.startswith("p_")]), ("80+", ["p_80p"])):
        people = table[columns].sum(axis=1)
        ids = ", ".join(f"{home} ({number})" for home, number in people.items())
        ids = ids if who == "plan" else "R01 (5), R02 (5)"
        done = doorstep("reach", city, "--service", "health", "--walker", who, "--lang", language)
        told = {"count": 2, "people": people.sum(), "ids": ids}
        assert text(language, "walk_commands.reach_homes_not_joined", **told) in done.out.replace("\n", " ")
    assert "R01" not in doorstep("reach", write_toy_city(tmp_path / "all"), "--service", "health").out


def test_many_residences_that_are_not_joined_are_counted_and_the_fullest_named(tmp_path: Path) -> None:
    def far(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [*({**row, "y": Y0 - 600} for row in rows[:9]), *rows[9:]]

    done = doorstep("reach", write_toy_city(tmp_path / "city", residences=far), "--service", "health")
    line = next(line for line in done.out.splitlines() if line.startswith("Residences not joined"))
    assert line.startswith("Residences not joined to the walking network: 9.")
    assert line.count("R0") == 8
    assert line.endswith("doorstep check lists all.")


def test_what_is_shut_does_not_count() -> None:
    noon = doorstep("reach", MADE_CITY, "--service", "meals", "--minutes", "10", "--at", "Tue 12:00", "--lang", "en")
    evening = doorstep(
        "reach", MADE_CITY, "--service", "meals", "--minutes", "10", "--at", "周二 17:30", "--lang", "en"
    )
    night = doorstep("reach", MADE_CITY, "--service", "meals", "--minutes", "10", "--at", "Tue 03:00", "--lang", "en")
    reached = [float(figures(one.out, "all")[2].replace(",", "")) for one in (noon, evening, night)]
    assert reached[0] > reached[1] > reached[2] == 0
    assert "open on Tuesday 17:30" in evening.out
    assert "Shut at that time and not counted" in evening.out


def test_hours_of_gates_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    def told(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "opening_hours": "ask the porter" if row["id"] < 3 else ""} for row in rows]

    city = write_toy_city(tmp_path / "city", streets=told)
    ask = ("reach", city, "--service", "health", "--metres", "600")
    assert "cannot be read, taken as open: 2." in doorstep(*ask, "--at", "Tue 12:00").out
    assert "按开放计的大门、电梯和道路：2 处" in doorstep(*ask, "--at", "Tue 12:00", "--lang", "zh").out
    assert "cannot be read" not in doorstep(*ask).out


def test_reach_writes_layers_that_are_the_same_each_time(toy: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        done = doorstep("reach", toy, "--service", "health", "--metres", "600", "--out", tmp_path / name)
        assert done.code == 0
    assert files_below(tmp_path / "one") == ["catchment.geojson", "reach.gpkg"]
    for name in files_below(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    ground = gpd.read_file(tmp_path / "one" / "reach.gpkg", layer="catchment")
    assert ground["metres"].tolist() == [250, 500, 600]
    assert ground["made_up"].all()
    assert ground.area.is_monotonic_increasing
    homes = gpd.read_file(tmp_path / "one" / "reach.gpkg", layer="residences")
    assert homes.loc[homes["reaches"], "walk_m"].max() <= 600
    assert homes.loc[~homes["reaches"], "walk_m"].isna().all()
    reached = homes.loc[homes["reaches"], "people"].sum()
    assert float(figures(done.out, "all")[2].replace(",", "")) == pytest.approx(reached, abs=0.5)
    west, *_ = json.loads((tmp_path / "one" / "catchment.geojson").read_text(encoding="utf-8"))["features"]
    (lon, lat) = west["geometry"]["coordinates"][0][0][0]
    assert (-3.1, 51.5) < (lon, lat) < (-2.9, 51.6)


def test_a_route_is_told_from_id_to_id(toy: Path) -> None:
    facility = gpd.pd.read_csv(toy / "facilities.csv")["id"].iloc[0]
    done = doorstep("route", toy, "R01", facility)
    assert done.code == 0
    assert done.out.startswith("House 1 to ")
    assert " min" in done.out.splitlines()[-1]
    assert "分钟" in doorstep("route", toy, "R01", facility, "--lang", "zh").out
    space = gpd.pd.read_csv(toy / "spaces.csv")["id"].iloc[0]
    assert doorstep("route", toy, "R12", space).code == 0


def test_steps_without_a_name_are_called_steps() -> None:
    for language, said in (("en", "over the steps, where wheels cannot pass"), ("zh", "经台阶，轮子过不去")):
        done = doorstep("route", MONACO, "w94399564", "n1661205490-health", "--walker", "pram", "--lang", language)
        assert done.code == 2
        assert said in done.err


def test_a_gate_helps_whom_the_wall_kept_apart(toy: Path) -> None:
    done = doorstep("gate", toy, str(X0 + 300), str(Y0 + 152))
    assert done.code == 0
    assert done.out.startswith(f"A gate in the wall at {X0 + 300:.1f}, {Y0 + 150:.1f}")
    assert "A path of 50 m leads to the street." in done.out
    assert "newly within reach" in done.out
    assert "no longer" not in done.out
    assert text("en", "walk_commands.gate_shorter") in done.out
    assert "still beyond it" in done.out


def test_a_gate_in_degrees_is_the_gate_in_metres(tmp_path: Path) -> None:
    metres = doorstep("gate", MADE_CITY, "467307.4", "3420322.9", "--close")
    degrees = doorstep("gate", MADE_CITY, "119.6580297", "30.9034758", "--close")
    assert metres.code == degrees.code == 0
    assert metres.out == degrees.out
    assert "不再走得到" in metres.out
    assert text("zh", "walk_commands.gate_longer") in metres.out
    assert files_below(tmp_path) == []


def test_a_longitude_in_the_west_is_no_option(toy: Path) -> None:
    done = doorstep("gate", toy, "-3.5", "51.6")
    assert done.code == 2
    assert "-3.5 51.6 lies " in done.err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_gate_where_no_way_is_drawn_inside_says_how_homes_walk_to_it(tmp_path: Path, language: str) -> None:
    city = write_toy_city(tmp_path / "city", streets=closed_block, residences=into_the_block)
    done = doorstep("gate", city, str(X0 + 250), str(Y0 + 208), "--lang", language)
    assert done.code == 0
    told = {"x": f"{X0 + 250:.1f}", "y": f"{Y0 + 220:.1f}", "count": 1, "metres": 50}
    assert text(language, "walk_commands.gate_straight", **told) in done.out
    assert text(language, "walk_commands.newly_within") in done.out
    nobody = write_toy_city(tmp_path / "nobody", streets=closed_block)
    done = doorstep("gate", nobody, str(X0 + 250), str(Y0 + 208), "--lang", language)
    assert done.code == 2
    assert {"en": "no residence stands there in sight", "zh": "没有望得见大门的居住建筑"}[language] in done.err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_gate_in_a_wall_that_stops_nobody_says_why_nothing_changes(tmp_path: Path, language: str) -> None:
    def without(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return closed_block(rows)[:-1]

    city = write_toy_city(tmp_path / "city", streets=without, residences=into_the_block)
    done = doorstep("gate", city, str(X0 + 250), str(Y0 + 208), "--lang", language)
    assert done.code == 0
    for key in ("gate_through", "gate_nobody"):
        assert text(language, f"walk_commands.{key}", count=1) in done.out


def test_a_gate_that_is_not_there_is_not_shut_and_the_nearest_are_named() -> None:
    for language, said in (("en", "The nearest: "), ("zh", "最近的：")):
        done = doorstep("gate", MADE_CITY, "467000", "3421000", "--close", "--lang", language)
        assert done.code == 2
        assert said in done.err
        assert done.err.count(" m)") == 3


def test_a_network_is_told_and_drawn(toy: Path, tmp_path: Path) -> None:
    done = doorstep("network", toy, "--out", tmp_path / "net")
    assert done.code == 0
    assert figures(done.out, "ways")[-1] == "6"
    tables = ("added", "dropped", "hours", "islands", "joins", "places", "residences", "walls_crossed")
    assert files_below(tmp_path / "net") == sorted(["network.html", *(f"{name}.csv" for name in tables)])


def test_what_was_dropped_and_added_is_listed(tmp_path: Path) -> None:
    done = doorstep("network", MONACO, "--out", tmp_path / "net", "--lang", "en")
    dropped = pd.read_csv(tmp_path / "net" / "dropped.csv", dtype=str)
    assert f"{len(dropped):,}" == figures(done.out, "ways with highway that are not walked on")[-1]
    assert set(dropped["why"]) <= {"motor", "kind", "foot", "access", "climb", "sidewalk", "point"}
    assert dropped["way"].str.fullmatch(r"\d+").all()
    added = pd.read_csv(tmp_path / "net" / "added.csv", dtype=str)
    crossed = pd.read_csv(tmp_path / "net" / "walls_crossed.csv", dtype=str)
    assert (
        f"{len(crossed):,}" == figures(done.out, "places where a way goes through a wall or fence without a gate")[-1]
    )
    assert set(crossed["why"]) == {"drawn"}
    assert (added["kind"] == "square").sum() == 538  # as docs/explain/how-we-measure-a-walk.md says
    hours = pd.read_csv(tmp_path / "net" / "hours.csv", dtype=str)
    assert f"{len(hours):,}" == figures(done.out, "hours of these that cannot be read")[-1]
    for table in (dropped, added, crossed):
        assert table["lon"].astype(float).between(7.3, 7.5).all()
        assert table["lat"].astype(float).between(43.7, 43.8).all()


def test_check_and_network_count_the_same_islands_and_say_where(tmp_path: Path) -> None:
    def island(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        line = {"type": "LineString", "coordinates": [[X0 + 300, Y0 - 150], [X0 + 400, Y0 - 150]]}
        return [*rows, {"id": 99, "highway": "service", "geometry": line}]

    def moved(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {**row, "x": X0 + 310 + 9 * place, "y": Y0 - 140} if place < 2 else row for place, row in enumerate(rows)
        ]

    city = write_toy_city(tmp_path / "city", streets=island, residences=moved)
    said = doorstep("check", city).out
    assert "island" in said
    assert " 2, 3 " in said
    done = doorstep("network", city, "--out", tmp_path / "net")
    assert figures(done.out, "of these on an island")[-1] == "2"
    (row,) = pd.read_csv(tmp_path / "net" / "islands.csv").to_dict("records")
    assert (row["residences"], row["length_m"]) == (2, 100)
    spot = gpd.GeoSeries(gpd.points_from_xy([row["lon"]], [row["lat"]]), crs="EPSG:4326").to_crs("EPSG:32630")
    assert (spot.x[0], spot.y[0]) == pytest.approx((row["x_m"], row["y_m"]), abs=0.2)
    homes = pd.read_csv(tmp_path / "net" / "residences.csv")
    assert homes["why"].tolist() == ["island", "island"]
    assert homes["people"].sum() == pytest.approx(row["people"], abs=0.2)
    assert f"{row['lat']:.5f}, {row['lon']:.5f}" in done.out


def test_places_that_the_network_does_not_reach_are_counted_and_listed(tmp_path: Path) -> None:
    def island(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        line = {"type": "LineString", "coordinates": [[X0 + 300, Y0 - 150], [X0 + 400, Y0 - 150]]}
        return [*rows, {"id": 99, "highway": "service", "geometry": line}]

    def moved(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        first, second, *rest = rows
        return [{**first, "x": X0 + 310, "y": Y0 - 210}, {**second, "x": X0 + 310, "y": Y0 - 600}, *rest]

    city = write_toy_city(tmp_path / "city", streets=island, facilities=moved, spaces=moved)
    for language, first in (("en", "facilities"), ("zh", "现有设施")):
        done = doorstep("network", city, "--out", tmp_path / language, "--lang", language)
        lines = done.out.splitlines()
        at = next(number for number, line in enumerate(lines) if line.startswith(first))
        assert [line.split()[-1] for line in lines[at : at + 8]] == ["3", "1", "1", "1", "4", "1", "1", "1"]
        page = (tmp_path / language / "network.html").read_text(encoding="utf-8")
        assert page.count("<td>F2</td>") == page.count("<td>S2</td>") == 1
    places = pd.read_csv(tmp_path / "en" / "places.csv")
    assert places[["table", "id", "why"]].to_numpy().tolist() == [
        [table, f"{letter}{number}", why]
        for table, letter in (("facilities", "F"), ("spaces", "S"))
        for number, why in ((1, "island"), (1, "far"), (2, "not_joined"))
    ]
    assert places["off_m"].tolist()[:2] == [60.0, 60.0]
    assert places["service"].tolist()[:3] == ["elderly_care", "elderly_care", "health"]


@pytest.mark.parametrize(("language", "said"), [("en", "GB of memory"), ("zh", "GB 内存")])
def test_walks_that_do_not_fit_into_memory_are_refused_in_words(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setattr("doorstep.diagnosis.free_bytes", lambda: 1000)
    done = doorstep("diagnose", toy, "--out", tmp_path / "now", "--lang", language)
    assert done.code == 2
    assert said in done.err
    assert files_below(tmp_path) == []


def test_everybody_in_a_wheelchair_is_said_to_be_a_supposition(toy: Path) -> None:
    said = {who: doorstep("reach", toy, "--service", "health", "--walker", who).out for who in ("wheelchair", "80+")}
    assert "All residents are counted, each as if they went so" in said["wheelchair"]
    assert "as if" not in said["80+"] + doorstep("reach", toy, "--service", "health").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("reach", "--service", "opera"), "There is no service opera"),
        (("reach", "--service", "meals", "--walker", "bicycle"), "There is no walker bicycle"),
        (("reach", "--service", "meals", "--minutes", "9", "--metres", "500"), "not both"),
        (("reach", "--service", "meals", "--minutes", "-1"), "not a number between 0 and 240"),
        (("reach", "--service", "meals", "--metres", "nan"), "not a number between"),
        (("reach", "--service", "meals", "--at", "tomorrow"), "--at tomorrow cannot be read"),
        (("reach",), "--service is missing"),
        (("route", "R01", "nowhere"), "There is no facility or space nowhere"),
        (("route", "R1", "nowhere"), "Did you mean R"),
        (("route", "R01", "nowhere"), "none with a similar id"),
        (("route", "Bahnhof", "F1"), "There is no residence Bahnhof in the city, and none with a similar id"),
        (
            ("route", "F1", "R01"),
            "The two ids are the other way round: R01 is the residence, F1 the facility or space.",
        ),
        (("route", "F1", "F2"), "F1 is a facility or space, not a residence"),
        (("route", "R01", "R02"), "R02 is a residence, not a facility or space"),
        (("gate", "here", "5"), "X: here is not a coordinate"),
        (("gate", "5", "inf"), "Y: inf is not a coordinate"),
        (
            ("gate", str(Y0 + 152), str(X0 + 300)),
            "the other way round it lies among them. Write the longitude (or east)",
        ),
        (("gate", "10", "20"), "km from the streets of the city. Give a place"),
        (("gate", str(X0 + 9000), str(Y0)), "km from the streets of the city. Give a place"),
        (("gate", "1", "2", "--nonsense"), "--nonsense"),
        (("gate", str(X0 + 300), str(Y0), "--close"), "have no gate that can be walked through"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(toy: Path, words: tuple[str, ...], message: str) -> None:
    done = doorstep(words[0], toy, *words[1:])
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.said


def test_a_folder_that_is_not_ours_stays(toy: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    for words in (("reach", toy, "--service", "meals"), ("network", toy)):
        assert doorstep(*words, "--out", tmp_path).code == 2
        assert files_below(tmp_path) == ["thesis.txt"]


def test_no_walk_is_said_with_its_reason() -> None:
    done = doorstep("route", MADE_CITY, "C001-004", "F0001", "--lang", "en")
    assert done.code == 2
    assert "No walk from 映月佳苑4号楼 to 北苑长者照护之家" in done.err
    assert "the only way leads in by the footpath, which is private" in done.err
    assert "119.68158 30.91621" in done.err


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Tue 17:30", "Tue 17:30"),
        ("tuesday 7:05", "Tue 07:05"),
        ("周日 09:00", "Sun 09:00"),
        ("星期天9:00", "Sun 09:00"),
        ("2026-03-03 17:30", "Tue 17:30"),
        ("2026-03-03T17:30", "Tue 17:30"),
    ],
)
def test_a_time_is_read_as_people_write_it(given: str, expected: str) -> None:
    assert f"{_time(given):%a %H:%M}" == expected


@pytest.mark.parametrize(
    "given", ["", "17:30", "Tue", "Xx 17:30", "Tuna 17:30", "Tue 25:00", "Tue 10:60", "2026-02-30 10:00", "周八 10:00"]
)
def test_a_time_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(DoorstepError, match="time-form"):
        _time(given)
