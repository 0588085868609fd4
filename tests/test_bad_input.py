"""Folders damaged on purpose: each fault is told with file, row, column, what and remedy; nothing is half-written."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyproj
import pytest
from cities import ORIGIN_M, write_csv, write_strange_city, write_toy_city
from command_line import doorstep, files_below

from doorstep import pipeline
from doorstep.errors import DoorstepError
from doorstep.messages import catalogue
from doorstep.whole import whole_file, whole_folder

ROOT = Path(__file__).resolve().parents[1]
X0, Y0 = ORIGIN_M
Row = dict[str, Any]


def cells(folder: Path, table: str) -> list[Row]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def rows_changed(table: str, change: Callable[[list[Row]], object]) -> Callable[[Path], None]:
    """Return what changes the rows of a csv table in place."""

    def damage(folder: Path) -> None:
        rows = cells(folder, table)
        change(rows)
        write_csv(folder / f"{table}.csv", rows)

    return damage


def features_changed(table: str, change: Callable[[list[Row]], object]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / f"{table}.geojson"
        layer = json.loads(path.read_text(encoding="utf-8"))
        change(layer["features"])
        path.write_text(json.dumps(layer), encoding="utf-8")

    return damage


def without_column(rows: list[Row]) -> None:
    for row in rows:
        del row["channel"]


def bow_tie(features: list[Row]) -> None:
    corners = [(200, -50), (450, 450), (450, -50), (200, 450), (200, -50)]
    features[0]["geometry"]["coordinates"] = [[[X0 + x, Y0 + y] for x, y in corners]]


def swapped(rows: list[Row]) -> None:
    rows[3]["x"], rows[3]["y"] = rows[3]["y"], rows[3]["x"]


def swapped_degrees(folder: Path) -> None:
    """Latitude in the column of the longitude, in every row, as it happens when a table is made from a map service."""
    rows = cells(folder, "residences")
    degrees = pyproj.Transformer.from_crs("EPSG:32630", "EPSG:4326", always_xy=True)
    for row in rows:
        row["lat"], row["lon"] = degrees.transform(float(row.pop("x")), float(row.pop("y")))
    write_csv(folder / "residences.csv", rows)


def empty(folder: Path) -> None:
    head = (folder / "residences.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "residences.csv").write_text(head + "\n", encoding="utf-8")


def wrong_encoding(folder: Path) -> None:
    path = folder / "spaces.csv"
    path.write_bytes(path.read_bytes().replace(b"Chapel hall", b"Chapel \xff\xff hall"))


def cut_short(folder: Path) -> None:
    (folder / "streets.geojson").unlink()
    whole = (ROOT / "examples" / "newport" / "streets.osm.pbf").read_bytes()
    (folder / "streets.osm.pbf").write_bytes(whole[:150_000])


def half_toml(folder: Path) -> None:
    path = folder / "city.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'note = "no end\n', encoding="utf-8")


@dataclass(frozen=True)
class Case:
    """A damage, and what must be said of it: the fault, file, row, column, and what was found."""

    damage: Callable[[Path], None]
    code: str
    file: str
    row: int | None = None
    column: str = ""
    found: str = ""


CASES = {
    "missing column": Case(
        rows_changed("spaces", without_column), "column-missing", "spaces.csv", 1, "channel", "channel"
    ),
    "outline crosses itself": Case(
        features_changed("communities", bow_tie), "geometry-invalid", "communities.geojson", 1, "", "500325, 5710200"
    ),
    "unknown service": Case(
        rows_changed("facilities", lambda rows: rows[1].update(service="astrology")),
        *("service-unknown", "facilities.csv", 3, "service", "astrology"),
    ),
    "negative area": Case(
        rows_changed("spaces", lambda rows: rows[2].update(area_m2="-20")),
        *("value-negative", "spaces.csv", 4, "area_m2", "-20"),
    ),
    "two rows with one id": Case(
        rows_changed("residences", lambda rows: rows[6].update(id="R02")),
        *("id-duplicate", "residences.csv", 8, "id", "R02"),
    ),
    "empty table": Case(empty, "table-empty", "residences.csv"),
    "wrong encoding": Case(wrong_encoding, "encoding-wrong", "spaces.csv"),
    "swapped coordinates": Case(
        rows_changed("residences", swapped), "coordinates-swapped", "residences.csv", 5, "", "5710010, 500350"
    ),
    "swapped latitude and longitude": Case(swapped_degrees, "coordinates-swapped", "residences.csv", 2, "", "51.54"),
    "streets cut short": Case(cut_short, "streets-damaged", "streets.osm.pbf", None, "", "150,000"),
    "city.toml broken": Case(half_toml, "toml-broken", "city.toml", 14),
    "not a number": Case(
        rows_changed("residences", lambda rows: rows[0].update(p_80p="about 5")),
        *("value-not-number", "residences.csv", 2, "p_80p", "about 5"),
    ),
}


def line_of(said: str, file: str, fault: str) -> str:
    """Return the line of the table that names the file and holds the fault's own words."""
    (line,) = [line for line in said.splitlines() if file in line and fault in line] or [""]
    return line


def own_words(language: str, subject: str, code: str) -> str:
    """Return the longest run of a text between its placeholders."""
    parts = catalogue(language, subject)[code].replace("}", "{").split("{")[::2]
    return max(parts, key=len).strip()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", CASES)
def test_damage_is_told_with_place_and_remedy_and_nothing_is_written(name, language, tmp_path):
    case = CASES[name]
    city = write_toy_city(tmp_path / "城 市")
    case.damage(city)
    before = files_below(tmp_path)
    for done in (
        doorstep("check", city, "--lang", language),
        doorstep("plan", city, "--out", tmp_path / "new" / "plan", "--lang", language),
    ):
        assert done.code == 1
        line = line_of(done.said, case.file, own_words(language, "problems", case.code))
        assert line, done.said
        for word in (case.column, case.found, "" if case.row is None else f" {case.row}"):
            assert word in line
        assert own_words(language, "remedies", case.code) in line
        assert "Traceback" not in done.said
    assert files_below(tmp_path) == before


def test_all_damages_are_told_together(tmp_path):
    city = write_toy_city(tmp_path / "city")
    together = [
        *("missing column", "outline crosses itself", "unknown service", "negative area", "two rows with one id"),
        *("swapped coordinates", "not a number", "streets cut short"),
    ]
    # With the Newport streets every place of the toy city lies elsewhere, so that the cut comes in a second folder.
    for name in together[:-1]:
        CASES[name].damage(city)
    done = doorstep("plan", city, "--out", tmp_path / "plan")
    assert done.code == 1
    for name in together[:-1]:
        case = CASES[name]
        assert line_of(done.err, case.file, own_words("en", "problems", case.code)), name
    CASES["streets cut short"].damage(city)
    CASES["wrong encoding"].damage(city)
    done = doorstep("check", city)
    assert done.code == 1
    for name in ("wrong encoding", "outline crosses itself", "unknown service", "streets cut short", "not a number"):
        assert line_of(done.out, CASES[name].file, own_words("en", "problems", CASES[name].code)), name


def test_space_on_an_island_is_a_note_and_the_rest_is_planned(tmp_path):
    def island(features: list[Row]) -> None:
        line = {"type": "LineString", "coordinates": [[X0 + 800, Y0 + 800], [X0 + 830, Y0 + 800]]}
        features.append({"type": "Feature", "properties": {"id": 99, "highway": "footway"}, "geometry": line})

    city = write_toy_city(tmp_path / "city")
    features_changed("streets", island)(city)
    rows_changed("spaces", lambda rows: rows[3].update(x=X0 + 815, y=Y0 + 805))(city)
    done = doorstep("check", city)
    assert done.code == 0  # a note stops nobody
    line = line_of(done.out, "spaces.csv", own_words("en", "problems", "on-island"))
    assert " 5 " in line
    assert "note" in line
    done = doorstep("plan", city, "--out", tmp_path / "plan", "--budget", "100000")
    assert done.code == 0
    assert "spaces.csv:5: " in done.err
    assert (tmp_path / "plan" / "plan.json").is_file()


def test_chinese_city_speaks_chinese_of_its_faults_whatever_the_system_says(tmp_path):
    city = write_strange_city(tmp_path)
    rows = "编号,名称,户数,经度,纬度\n楼01,1号楼,-5,39.1,117.2\n楼01,2号楼,多,117.2,39.1\n"
    (city / "residences.csv").write_bytes(rows.encode("gb18030"))
    done = doorstep("plan", city, "--out", tmp_path / "方案")
    assert done.code == 1
    assert "数值为负:-5" in done.err
    assert "编号“楼01”与第 2 行重复" in done.err
    assert "户数" in done.err
    assert "输入数据有" in done.err
    assert not any(word in done.said.casefold() for word in ("error", "value", "problem", "traceback"))


@pytest.mark.parametrize("found", ["folder that is not there", "file", "folder without city.toml"])
def test_what_is_no_city_folder_ends_with_2(found, tmp_path):
    place = tmp_path / "no [" / "bold] city"  # not a mark of style
    place.parent.mkdir()
    if found == "file":
        place.write_text("x")
    if found == "folder without city.toml":
        place.mkdir()
    before = files_below(tmp_path)
    for language, words in (("en", "is not a city folder"), ("zh", "不是城市文件夹")):
        for command in (("check",), ("plan", "--out", tmp_path / "p"), ("diagnose", "--out", tmp_path / "p")):
            done = doorstep(command[0], place, *command[1:], "--lang", language)
            assert done.code == 2
            assert words in done.err
            assert str(place) in done.err
    assert files_below(tmp_path) == before


def test_profile_that_is_not_there_is_found_by_check(tmp_path):
    city = write_toy_city(tmp_path / "city", toml={"profile": '"atlantis"'})
    done = doorstep("check", city)
    assert done.code == 1
    assert "city.toml" in done.err
    assert "atlantis" in done.err


@pytest.mark.parametrize("currency", ["EUR", "CHF", "JPY"])
def test_city_with_another_currency_asks_for_a_rate(currency, tmp_path):
    city = write_toy_city(tmp_path / "city", toml={"currency": f'"{currency}"'})
    done = doorstep("plan", city, "--out", tmp_path / "p", "--budget", "5000")
    assert done.code == 2
    assert currency in done.err
    assert not (tmp_path / "p").exists()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A plan of the toy city, not yet written."""
    city, profile = pipeline.read_inputs(write_toy_city(tmp_path_factory.mktemp("toy") / "city"))
    return pipeline.make_plan(pipeline.diagnose(city, profile), pipeline.PlanOptions(budget_money=10_000_000))


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Callable[[int], Path]]:
    """Return what mounts a disk of so many kilobytes; skipped where that is not allowed."""
    mounted: list[Path] = []

    def mount(kilobytes: int) -> Path:
        place = tmp_path / f"disk{kilobytes}"
        place.mkdir()
        options = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "none", str(place)]
        if (
            not shutil.which("mount")
            or subprocess.run(["mount", *options], capture_output=True, check=False).returncode
        ):
            pytest.skip("no right to mount a small disk")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("kilobytes", [4, 100, 200, 300, 500])
def test_full_disk_leaves_nothing_whatever_file_it_strikes(kilobytes, made, small_disk):
    disk = small_disk(kilobytes)
    with pytest.raises(DoorstepError, match="output-failed"):
        pipeline.write_results(made, disk / "plans" / "one", "zh")
    assert files_below(disk) == []


def test_full_disk_is_told_in_both_languages_and_an_older_plan_stays(made, small_disk, tmp_path):
    disk = small_disk(900)
    city = write_toy_city(tmp_path / "city")
    pipeline.write_results(made, disk / "plan", "en")
    before = (disk / "plan" / "plan.json").read_bytes(), files_below(disk)
    for language, words in (("en", "the disk is full"), ("zh", "磁盘已满")):
        done = doorstep("plan", city, "--out", disk / "plan", "--budget", "90000", "--lang", language)
        assert done.code == 2
        assert words in done.err
        assert str(disk / "plan") in done.err
        assert "Traceback" not in done.said
    assert ((disk / "plan" / "plan.json").read_bytes(), files_below(disk)) == before


def test_disk_that_may_only_be_read_is_told_before_the_work_begins(small_disk, tmp_path, monkeypatch):
    disk = small_disk(100)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    monkeypatch.setattr(pipeline, "diagnose", None)  # nobody waits for walks in vain
    done = doorstep("plan", write_toy_city(tmp_path / "city"), "--out", disk / "a" / "plan")
    assert done.code == 2
    assert "the disk is read-only" in done.err


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("file.txt", "is not an output of Doorstep"),
        ("file.txt/plan", "part of the path is a file"),
        ("full", "is not an output of Doorstep"),
        ("x" * 300, "the name is too long"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "diagnose", "evaluate"])
def test_place_that_cannot_be_written_is_told_before_the_work_begins(command, out, words, tmp_path, monkeypatch):
    city = write_toy_city(tmp_path / "city")
    (tmp_path / "file.txt").write_text("precious")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("precious")
    before = files_below(tmp_path)
    monkeypatch.setattr(pipeline, "diagnose", None)
    more = [tmp_path / "hubs.csv"] if command == "evaluate" else []
    done = doorstep(command, city, *more, "--out", tmp_path / out)
    assert done.code == 2, done.said
    assert words in done.err
    assert files_below(tmp_path) == before


def test_old_output_comes_back_if_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "plan.json").write_text("old")
    rename = Path.rename

    def stopped(self: Path, target: Path) -> Path:
        if target == tmp_path / "plan" and self.parent == tmp_path:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "plan", ours="plan.json") as part:
        (part / "plan.json").write_text("new")
    assert files_below(tmp_path) == ["plan", "plan/plan.json"]
    assert (tmp_path / "plan" / "plan.json").read_text() == "old"


def test_whole_file_keeps_the_old_one_until_the_new_one_is_there(tmp_path):
    path = tmp_path / "new" / "page.html"

    def write(words: str, fault: Exception | None) -> None:
        with whole_file(path) as part:
            part.write_text(words)
            if fault:
                raise fault

    with pytest.raises(DoorstepError, match="output-failed"):
        write("half", OSError(28, "No space left on device"))
    assert files_below(tmp_path) == []
    write("whole", None)
    assert path.read_text() == "whole"
    with pytest.raises(DoorstepError, match="output-failed"), whole_file(tmp_path / "new"):
        pass


def test_fault_of_the_program_is_not_called_a_fault_of_the_disk(tmp_path):
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "plan", ours="plan.json"):
        raise ZeroDivisionError
    assert files_below(tmp_path) == []


def test_unreadable_city_toml_is_not_followed_by_a_complaint_of_every_place(tmp_path):
    city = write_toy_city(tmp_path / "city")
    half_toml(city)
    assert doorstep("check", city).out.startswith("Problems: 1 ")
    city = write_toy_city(tmp_path / "other", toml={"crs": '"EPSG:99999"'})
    assert doorstep("check", city).out.startswith("Problems: 1 ")
