"""The commands about spaces and registers, as a planner types them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from command_line import doorstep


def test_a_made_city_is_planned_and_verified(tmp_path: Path) -> None:
    city, plan = tmp_path / "city", tmp_path / "plan"
    made = doorstep("make-city", city, "--people", "4000", "--seed", "4", "--lang", "en")
    assert made.code == 0, made.said
    assert "4,000 people" in made.said
    assert doorstep("check", city).code == 0
    planned = doorstep("plan", city, "--out", plan, "--budget", "2000000", "--rounds", "1", "--branches", "50")
    assert planned.code == 0, planned.said
    assert doorstep("verify", city, plan).code == 0


def test_a_list_of_rooms_is_enough_to_say_what_each_may_become(tmp_path: Path) -> None:
    city = tmp_path / "city"
    city.mkdir()
    for file in ("city.toml", "spaces.csv"):
        shutil.copy(MADE / file, city / file)
    alone = doorstep("spaces", city, "K0130", "--lang", "en")
    assert alone.code == 0, alone.said
    assert alone.said == doorstep("spaces", MADE, "K0130", "--lang", "en").said
    (city / "spaces.csv").unlink()
    none = doorstep("spaces", city, "--lang", "en")
    assert none.code == 1
    assert "spaces" in none.said
    assert "streets" not in none.said
    assert doorstep("check", city).code == 1  # a plan asks for all tables


@pytest.mark.parametrize("people", ["12", "many", "11000000"])
def test_a_number_of_people_that_cannot_be_is_told(tmp_path: Path, people: str) -> None:
    done = doorstep("make-city", tmp_path / "city", "--people", people)
    assert done.code == 2
    assert "--people" in done.said
    assert not (tmp_path / "city").exists()


MADE = Path(__file__).resolve().parents[1] / "examples" / "made-city"


def test_spaces_in_both_languages_and_as_tables(tmp_path: Path) -> None:
    done = doorstep("spaces", MADE, "--out", tmp_path / "register", "--lang", "zh")
    assert done.code == 0, done.said
    assert len(pd.read_csv(tmp_path / "register" / "spaces.csv")) == 220
    one = doorstep("spaces", MADE, "K0130", "--service", "meals", "--lang", "en")
    assert one.code == 0, one.said
    for words in (
        "transfer",
        "Food business licence",
        "Decision on transfer",
        "From a free space to an open hub",
        "Not known",
    ):
        assert words in one.said


@pytest.mark.parametrize(
    "words", [("spaces", MADE, "K9999"), ("spaces", MADE, "--service", "tea"), ("spaces", MADE, "--channel", "gift")]
)
def test_unknown_words_are_told(words: tuple) -> None:
    done = doorstep(*words)
    assert done.code == 2
    assert "Traceback" not in done.said


def test_what_new_housing_owes() -> None:
    done = doorstep("obligation", "1200", "--lang", "en")
    assert "is not taken off" in done.out
    assert done.code == 0
    assert "360 m²" in done.said
    assert "cn2023-rt-01" in done.said


def test_candidates_are_proposed_and_only_ticked_ones_become_rows(tmp_path: Path) -> None:
    monaco = Path(__file__).resolve().parent / "data" / "monaco"
    done = doorstep("find-spaces", monaco, "--out", tmp_path / "found", "--lang", "en")
    assert done.code == 0, done.said
    assert "Nothing" not in done.err
    table = pd.read_csv(tmp_path / "found" / "proposals.csv", dtype=str, keep_default_na=False)
    assert (table["accept"] == "").all()
    assert doorstep("accept-spaces", tmp_path / "found" / "proposals.xlsx", "--out", tmp_path / "new.csv").code == 2
    assert not (tmp_path / "new.csv").exists()
    assert doorstep("find-spaces", MADE, "--osm", MADE / "spaces.csv").code == 2


def test_two_lists_are_matched_and_decisions_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,name,address\n1,东里锅炉房,星火街90号\n2,西里车棚,泰和街8号\n", encoding="utf-8"
    )
    (tmp_path / "b.csv").write_text("编号,名称,地址\nG1,原东里锅炉房,枫林星火街90号\n", encoding="gb18030")
    done = doorstep("match", tmp_path / "a.csv", tmp_path / "b.csv", "--out", tmp_path / "pairs", "--lang", "en")
    assert done.code == 0, done.said
    assert "1 pairs that are probably one" in done.said
    review = tmp_path / "pairs" / "review.csv"
    table = pd.read_csv(review, dtype=str, keep_default_na=False)
    table["decision"] = "same"
    table.to_csv(review, index=False)
    read = doorstep("read-matches", review, "--out", tmp_path / "matches.csv", "--lang", "en")
    assert read.code == 0, read.said
    assert pd.read_csv(tmp_path / "matches.csv", dtype=str)["right_id"].tolist() == ["G1"]
    assert doorstep("match", tmp_path / "none.csv", tmp_path / "b.csv", "--out", tmp_path / "x").code == 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("350.5", "HOUSEHOLDS: 350.5 is not a whole number between 0 and 10,000,000."),
        ("-5", "-5: a number below 0 cannot be given here."),
    ],
)
def test_households_are_a_whole_number(given: str, told: str) -> None:
    done = doorstep("obligation", given, "--lang", "en")
    assert done.code == 2
    assert told in done.err


def test_notes_on_the_rows_of_a_city_are_not_repeated_before_each_command(tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(MADE, city)
    page = city / "spaces.csv"
    lines = page.read_text(encoding="utf-8-sig").splitlines()
    at = lines[0].split(",").index("usable_area_m2")
    row = lines[1].split(",")
    row[at] = ""
    page.write_text("\n".join([lines[0], ",".join(row), *lines[2:]]) + "\n", encoding="utf-8")
    assert "usable area is not given" in doorstep("check", city, "--lang", "en").out.replace("\n", " ")
    assert doorstep("spaces", city, "--lang", "en").err == ""


def test_where_the_map_holds_no_buildings_the_screen_says_what_is_needed() -> None:
    done = doorstep("find-spaces", MADE.parent / "newport", "--lang", "en")
    assert done.code == 0
    said = " ".join(done.out.split())
    assert "streets.osm.pbf holds streets, but 0 buildings" in said
    assert "--osm FILE" in said
    made = " ".join(doorstep("find-spaces", MADE, "--lang", "en").out.split())
    assert "holds 922 buildings" in made
    assert "none of them is tagged vacant" in made


def test_another_workbook_is_refused_with_the_one_that_is_expected(tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    assert doorstep("template", "--out", form).code == 0
    for command, words in (
        ("accept-spaces", ("proposals.xlsx", "find-spaces")),
        ("read-matches", ("review.xlsx", "match")),
    ):
        done = doorstep(command, form, "--out", tmp_path / "out.csv", "--lang", "en")
        assert done.code == 2
        assert "Unnamed" not in done.said
        for word in words:
            assert word in done.said


def test_a_table_that_is_not_matched_and_an_empty_list_are_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    wrong = doorstep("match", MADE, "--table", "nonsense", "--out", tmp_path / "pairs", "--lang", "en")
    assert "spaces, facilities" in wrong.said
    assert "spaces, facilities" in doorstep("read-matches", empty, "--table", "nonsense", "--lang", "en").said
    none = doorstep("match", empty, MADE / "spaces.csv", "--out", tmp_path / "pairs", "--lang", "en")
    assert "holds no rows" in none.said
    assert "doorstep template" in none.said
    assert not (tmp_path / "pairs").exists()


def test_an_ending_that_cannot_be_written_names_all_that_can(tmp_path: Path) -> None:
    done = doorstep("export", MADE, "spaces", "--out", tmp_path / "rooms.dwg", "--lang", "en")
    assert done.code == 2
    for ending in (".csv", ".xlsx", ".shp", ".gpkg", ".geojson"):
        assert ending in done.said
