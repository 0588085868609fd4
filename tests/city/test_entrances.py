"""Entrances of a city folder: read like any table, and everything that is wrong with them said at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from cities import ORIGIN_M, toy_tables, write_csv, write_toy_city

from doorstep.city import check_city, read_city
from doorstep.errors import Problem
from doorstep.standards import load_profile
from doorstep.walk_questions import joining_notes

Row = dict[str, Any]
X0, Y0 = ORIGIN_M
DOORS = [("R02", 200, 50), ("R02", 100, 50), ("S1", 10, 10), ("F1", 90, 200)]


def rows_of(doors: list[tuple[str, float, float]], column: str = "of") -> list[Row]:
    return [{column: of, "x": X0 + x, "y": Y0 + y} for of, x, y in doors]


def notes_of(folder: Path) -> tuple[Problem, ...]:
    city = read_city(folder)
    return joining_notes(city, load_profile(city.profile))


def told(folder: Path) -> list[tuple[str, int | None, str]]:
    return [(one.code, one.row, one.severity) for one in check_city(folder).problems]


def test_without_entrances_there_are_none(tmp_path: Path) -> None:
    city = read_city(write_toy_city(tmp_path))
    assert (len(city.entrances), list(city.entrances.columns)) == (0, ["of", "geometry"])


@pytest.mark.parametrize("column", ["of", "所属编号", "building_id"])
def test_entrances_are_sorted_and_hashed_with_the_other_inputs(tmp_path: Path, column: str) -> None:
    folder = write_toy_city(tmp_path)
    write_csv(folder / "entrances.csv", rows_of(DOORS, column))
    city = read_city(folder)
    assert city.entrances["of"].tolist() == ["F1", "R02", "R02", "S1"]
    assert (city.entrances.geometry.x - X0).tolist() == [90.0, 100.0, 200.0, 10.0]
    assert city.entrances.crs == city.residences.crs
    assert "entrances.csv" in city.inputs
    assert city.warnings == ()


def test_a_layer_in_degrees_is_put_into_the_system_of_the_city(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path)
    points = shapely.points([X0 + x for _, x, _ in DOORS], [Y0 + y for _, _, y in DOORS])
    layer = gpd.GeoDataFrame({"of": [of for of, _, _ in DOORS]}, geometry=points, crs="EPSG:32630")
    layer.to_crs("EPSG:4326").to_file(folder / "entrances.geojson")
    assert read_city(folder).entrances.geometry.x.sub(X0).round(2).tolist() == [90.0, 100.0, 200.0, 10.0]


def test_a_file_with_the_header_alone_is_no_problem(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path)
    (folder / "entrances.csv").write_text("of,x,y\n", encoding="utf-8")
    assert len(read_city(folder).entrances) == 0


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path)
    doors = [
        *(("R99", 10, 10), ("", 10, 10), ("R01", 50, 0), ("R01", 50, 0.001), ("R03", 250, 390)),
        *(("S1", 900_000, 10), ("W", 10, 10)),
    ]
    write_csv(folder / "entrances.csv", [*rows_of(doors), {"of": "R04", "x": "", "y": ""}])
    assert sorted(told(folder), key=lambda one: one[1] or 0) == [
        ("entrance-unknown", 2, "error"),
        ("entrance-unknown", 3, "error"),
        ("entrance-twice", 5, "warning"),
        ("entrance-far", 6, "warning"),
        ("geometry-outside", 7, "error"),
        ("entrance-far", 7, "warning"),
        ("entrance-unknown", 8, "error"),
        ("geometry-missing", 9, "error"),
    ]


def test_a_table_without_owners_or_places_says_which_columns_are_missing(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path)
    write_csv(folder / "entrances.csv", [{"door": "R01", "where": "front"}])
    assert [code for code, _, _ in told(folder)] == ["column-missing", "column-missing"]


def test_an_id_of_two_tables_has_the_entrance_in_both_and_a_note_says_so(tmp_path: Path) -> None:
    tables = toy_tables()
    tables["spaces"][0]["id"] = "R01"
    folder = write_toy_city(tmp_path, spaces=lambda _: tables["spaces"])
    write_csv(folder / "entrances.csv", rows_of([("R01", 50, 0)]))
    (problem,) = check_city(folder).problems
    assert (problem.code, problem.values["tables"]) == ("entrance-shared", "residences, spaces")


def test_who_is_far_from_every_street_is_not_if_an_entrance_is_near(tmp_path: Path) -> None:
    def away(rows: list[Row]) -> list[Row]:
        return [{**rows[0], "x": X0 + 50, "y": Y0 - 280}, *rows[1:]]

    folder = write_toy_city(tmp_path, residences=away)
    assert [(one.code, one.row) for one in notes_of(folder)] == [("not-joined", 2)]
    write_csv(folder / "entrances.csv", rows_of([("R01", 50, -100), ("R01", 50, -300)]))
    assert told(folder) == []
    assert [(one.code, one.row) for one in notes_of(folder)] == [("joined-far", 2)]
