"""A made city is whole, repeatable, true to what it says of itself; its offices' files hold what faults.json says."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

from doorstep.city import PEOPLE_COLUMNS, check_city
from doorstep.city.coordinates import convert
from doorstep.errors import DoorstepError
from doorstep.made_city import imagine, make_city

PEOPLE = 21_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("made") / "city"
    make_city(to, PEOPLE, seed=11, faults=True)
    return to


@pytest.fixture(scope="module")
def faults(folder: Path) -> dict:
    return json.loads((folder / "faults.json").read_text(encoding="utf-8"))


def _cell(folder: Path, fault: dict, column: int) -> object:
    book = openpyxl.load_workbook(folder / "offices" / fault["file"])
    return book[fault["sheet"]].cell(fault["row"], column).value


def test_it_is_a_city_without_any_problem(folder: Path) -> None:
    check = check_city(folder)
    assert check.problems == ()
    assert check.city is not None
    assert check.city.made_up
    assert check.city.residences[list(PEOPLE_COLUMNS)].to_numpy().sum() == PEOPLE


def test_everybody_is_counted_once_at_every_level(folder: Path, faults: dict) -> None:
    residences = pd.read_csv(folder / "residences.csv", dtype={"community": str})
    compounds = pd.read_csv(folder / "compounds.csv", dtype={"community": str})
    communities = gpd.read_file(folder / "communities.geojson")
    assert residences["people"].sum() == compounds["people"].sum() == communities["people"].sum() == PEOPLE
    assert (residences[list(PEOPLE_COLUMNS)].sum(axis=1) == residences["people"]).all()
    assert (residences.loc[residences["state_zh"] == "在建", "people"] == 0).all()
    assert faults["expected"]["people"] == PEOPLE
    assert faults["expected"]["residences"] == len(residences)


def test_homes_stand_in_their_communities_and_communities_do_not_overlap(folder: Path) -> None:
    communities = gpd.read_file(folder / "communities.geojson").to_crs("EPSG:4549")
    residences = pd.read_csv(folder / "residences.csv", dtype={"community": str})
    points = gpd.GeoDataFrame(
        residences, geometry=gpd.points_from_xy(residences["x"], residences["y"]), crs="EPSG:4549"
    )
    found = gpd.sjoin(points, communities[["id", "geometry"]], predicate="within", lsuffix="home", rsuffix="area")
    assert (found["community"] == found["id_area"]).all()
    assert len(found) == len(residences)
    assert communities.union_all().area == pytest.approx(communities.area.sum(), rel=1e-6)


def test_every_walled_compound_has_a_gate_that_opens(folder: Path) -> None:
    compounds = pd.read_csv(folder / "compounds.csv")
    gates = pd.read_csv(folder / "gates.csv")
    opens = set(gates.loc[gates["opening_hours"] != "off", "compound"])
    assert set(compounds.loc[compounds["walled"], "id"]) <= opens
    assert set(gates["compound"]) <= set(compounds.loc[compounds["walled"], "id"])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_city(folder: Path, tmp_path: Path) -> None:
    make_city(tmp_path / "again", PEOPLE, seed=11, faults=True)
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert len(files) > 20
    for name in files:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
    other = imagine(PEOPLE, 12)
    assert other.compounds["name"].tolist() != imagine(PEOPLE, 11).compounds["name"].tolist()


def test_every_file_says_that_it_is_made_up(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in (".shp", ".shx", ".cpg", ".pbf"):
            continue
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path, read_only=True)
            told = "".join(
                str(cell) for sheet in book for row in sheet.iter_rows(values_only=True, max_row=3) for cell in row
            )
        else:
            content = path.read_bytes()
            told = content.decode("utf-8", "ignore") + content.decode("gb18030", "ignore")
        assert "虚构" in told, path.name


def test_planted_cells_hold_what_the_list_says(folder: Path, faults: dict) -> None:
    columns = {
        "住建局_房屋台账.xlsx": {"floor area": 7, "storeys": 4, "year": 8},
        "民政局_社区人口情况表.xlsx": {"6-14": 8, "area": 15, "15-34": 9, "name": 3, "80+": 13, "3-5": 7},
    }
    rooms = {"floor area": 6, "usable area": 7, "storey": 8, "channel": 18, "available from": 19, "remarks": 21}
    looked = 0
    for fault in faults["faults"]:
        if fault["kind"] != "planted" or not fault["column"] or fault["file"] not in columns:
            continue
        column = (rooms if fault["sheet"] == "闲置用房" else columns[fault["file"]])[fault["column"]]
        assert _cell(folder, fault, column) == fault["given"], fault
        assert fault["given"] != fault["true"]
        looked += 1
    assert looked >= 15


def test_each_kind_of_fault_is_there_and_rows_belong_to_their_records(folder: Path, faults: dict) -> None:
    kinds = Counter(fault["what"] for fault in faults["faults"] if fault["kind"] == "planted")
    assert len(kinds) >= 24
    for fault in faults["faults"]:
        if fault["sheet"] == "闲置用房" and fault["kind"] == "planted":
            assert _cell(folder, fault, 1) == fault["record"]
    assert [fault["no"] for fault in faults["faults"]] == list(range(1, len(faults["faults"]) + 1))


def test_without_faults_only_the_layout_is_listed(tmp_path: Path) -> None:
    make_city(tmp_path / "clean", 4_000, seed=2)
    listed = json.loads((tmp_path / "clean" / "faults.json").read_text(encoding="utf-8"))["faults"]
    assert {fault["kind"] for fault in listed} == {"layout"}
    assert len(listed) >= 10


def test_points_come_back_from_gcj02_and_bd09(folder: Path, faults: dict) -> None:
    bad = {(fault["file"], fault["row"]) for fault in faults["faults"] if fault["kind"] == "planted"}
    facilities = pd.read_csv(folder / "facilities.csv").set_index("id")
    for name, encoding, truth, system, most_m in (
        ("地图POI导出.csv", "gb18030", "map_export.csv", "GCJ-02", 30.0),
        ("卫健委_医疗托育机构.csv", "utf-8-sig", "health_bureau.csv", "BD-09", 0.2),
    ):
        with (folder / "offices" / name).open(encoding=encoding, newline="") as stream:
            rows = list(csv.DictReader(stream))
        of_row = pd.read_csv(folder / "truth" / truth)
        points, true = [], []
        for row, facility in zip(of_row["row"], of_row["facility"], strict=True):
            if not isinstance(facility, str) or (name, row) in bad:
                continue
            told = rows[row - 2]
            points.append(
                [float(one) for one in told["location"].split(",")]
                if "location" in told
                else [float(told["经度"]), float(told["纬度"])]
            )
            true.append(facilities.loc[facility, ["x", "y"]].to_numpy(float))
        away = np.hypot(*(convert(points, system, "EPSG:4549") - np.array(true)).T)
        assert len(away) > 5
        assert away.max() < most_m


def test_linked_rows_are_the_rooms_they_are_said_to_be(folder: Path) -> None:
    pairs = pd.read_csv(folder / "truth" / "linkage_pairs.csv")
    spaces = pd.read_csv(folder / "spaces.csv").set_index("id")
    sheet = openpyxl.load_workbook(folder / "offices" / "国资_可盘活资产.xlsx").active
    for space, number, row in zip(pairs["space"], pairs["second_list"], pairs["row"], strict=True):
        assert sheet.cell(row, 1).value == number
        assert sheet.cell(row, 6).value == spaces.loc[space, "owner"]
    assert pairs["space"].duplicated().sum() >= 1  # the same room twice within the list


@pytest.mark.parametrize("people", [0, 1_999, 10_000_001])
def test_too_few_and_too_many_people_are_refused(tmp_path: Path, people: int) -> None:
    with pytest.raises(DoorstepError, match="made-city-people"):
        make_city(tmp_path / "none", people)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("people", "seed"), [(2_000, 0), (2_700, 7), (9_000, 3)])
def test_small_cities_of_any_seed_can_be_read(tmp_path: Path, people: int, seed: int) -> None:
    make_city(tmp_path / "small", people, seed=seed, faults=True)
    assert [problem.code for problem in check_city(tmp_path / "small").problems] == []
