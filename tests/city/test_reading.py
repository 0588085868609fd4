"""City folders in, cities or problems out."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from cities import ORIGIN_M, toy_tables, write_csv, write_strange_city, write_toy_city
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.city import PEOPLE_COLUMNS, City, check_city, grouped, read_city
from doorstep.errors import DoorstepError, InputError, Problem
from doorstep.messages import text
from doorstep.screen import one_line

Row = dict[str, Any]


def codes_of(folder: Path) -> list[str]:
    return [problem.code for problem in check_city(folder).problems]


def changed(**cells: Any) -> Any:
    """Return a change of the first row: other values in some cells, or a column taken out of every row by ``None``."""

    def change(rows: list[Row]) -> list[Row]:
        gone = [name for name, value in cells.items() if value is None]
        first = {**rows[0], **cells}
        return [{key: value for key, value in row.items() if key not in gone} for row in [first, *rows[1:]]]

    return change


def same_city(one: City, other: City) -> None:
    for table in ("communities", "residences", "facilities", "spaces"):
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(one, table)), pd.DataFrame(getattr(other, table)))
    np.testing.assert_array_equal(one.streets.node_id, other.streets.node_id)
    np.testing.assert_array_equal(one.streets.node_x_m, other.streets.node_x_m)
    np.testing.assert_array_equal(one.streets.way_nodes, other.streets.way_nodes)
    assert one.streets.way_tags == other.streets.way_tags


def test_toy_city_is_read_as_it_stands(tmp_path: Path) -> None:
    city = read_city(write_toy_city(tmp_path))
    assert (city.crs, city.currency, city.profile, city.made_up) == ("EPSG:32630", "GBP", "generic-gb", True)
    assert list(city.residences["id"]) == [f"R{n:02}" for n in range(1, 13)]
    assert list(city.residences["community"]) == list("WWEEWWEEWWEE")
    assert city.residences[list(PEOPLE_COLUMNS)].to_numpy().sum() == 12 * 100 + 78
    assert city.spaces["limits"].iloc[0] == frozenset({"no_open_kitchen"})
    assert (len(city.streets.way_id), len(city.streets.node_id)) == (10, 25)
    assert city.warnings == ()
    assert set(city.inputs) == {
        "city.toml", "communities.geojson", "residences.csv", "facilities.csv", "spaces.csv", "streets.geojson",
    }  # fmt: skip
    assert city.sources[0].attribution == "drawn by hand"


def test_strange_city_is_read_like_any_other(tmp_path: Path) -> None:
    city = read_city(write_strange_city(tmp_path))
    assert [warning.code for warning in city.warnings] == ["crs-missing"]
    assert city.crs == "EPSG:4548"
    assert set(city.residences["people_basis"]) == {"estimated"}
    people = city.residences[list(PEOPLE_COLUMNS)].to_numpy().sum()
    assert people == pytest.approx(sum(60 + n for n in range(1, 37)) * 0.92 * 2.6)
    assert list(city.spaces["channel"]) == ["supplement", "convert", "transfer", "rent", "newbuild", "convert"]
    assert list(city.facilities["service"]) == ["elderly_care", "health", "culture"]
    assert list(city.facilities["open_days_week"]) == [5.0, 6.0, 6.0]
    assert city.spaces["place"].iloc[0] == "锅炉房"
    ground = city.residences.geometry.iloc[0]
    assert (ground.x, ground.y) == pytest.approx((517_060, 4_330_012), abs=0.01)
    assert len(city.streets.node_id) == 49


@given(seed=st.integers(0, 2**32))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_shuffled_give_the_same_city(tmp_path: Path, seed: int) -> None:
    def shuffled(rows: list[Row]) -> list[Row]:
        mixed = list(rows)
        random.Random(seed).shuffle(mixed)
        return mixed

    names = ("communities", "residences", "facilities", "spaces", "streets")
    mixed = read_city(write_toy_city(tmp_path / "mixed", **dict.fromkeys(names, shuffled)))
    same_city(mixed, read_city(write_toy_city(tmp_path / "plain")))


@given(content=st.binary(max_size=300) | st.text(max_size=200).map(lambda one: one.encode("utf-8", "ignore")))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_as_csv_give_a_city_or_problems(tmp_path: Path, content: bytes) -> None:
    folder = write_toy_city(tmp_path)
    (folder / "spaces.csv").write_bytes(content)
    assert {problem.file for problem in check_city(folder).problems if problem.severity == "error"} <= {"spaces.csv"}


@pytest.mark.parametrize("name", ["city.toml", "communities.geojson", "streets.geojson", "spaces.xlsx", "spaces.gpkg"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"[1, 2", b"PK\x03\x04 no archive", "中文".encode("gbk")])
def test_broken_bytes_in_any_file_are_problems(tmp_path: Path, name: str, content: bytes) -> None:
    folder = write_toy_city(tmp_path, spaces=None if name.startswith("spaces") else lambda rows: rows)
    (folder / name).write_bytes(content)
    assert check_city(folder).city is None


PLANTED = [
    ("column-missing", "spaces", changed(channel=None), 1),
    ("column-missing", "spaces", changed(x=None), 1),
    ("id-missing", "spaces", changed(id=""), 2),
    ("id-duplicate", "spaces", changed(id="S2"), 3),
    ("value-not-number", "spaces", changed(area_m2="about 20"), 2),
    ("value-not-number", "residences", changed(x="east"), 2),
    ("value-negative", "spaces", changed(area_m2=-20), 2),
    ("service-unknown", "facilities", changed(service="swimming"), 2),
    ("channel-unknown", "spaces", changed(channel="gift"), 2),
    ("channel-unknown", "spaces", changed(channel=""), 2),
    ("geometry-missing", "residences", changed(x=""), 2),
    ("geometry-outside", "residences", changed(x=900_000), 2),
    ("coordinates-swapped", "residences", changed(x=ORIGIN_M[1], y=ORIGIN_M[0]), 2),
    ("date-wrong", "spaces", changed(available_from="next spring"), 2),
    ("unit-unknown", "facilities", changed(capacity_unit="beds and chairs"), 2),
    ("word-unknown", "spaces", changed(lift="perhaps"), 2),
    ("community-unknown", "residences", lambda rows: [{**row, "community": "X"} for row in rows], 2),
    ("limit-unknown", "spaces", changed(limits="no dogs"), 2),
    ("people-sum", "residences", lambda rows: [{**row, "people": 500} for row in rows], 2),
    ("ages-incomplete", "residences", changed(p_3_5=""), 2),
    ("people-unknown", "residences", changed(dwellings="", **dict.fromkeys(PEOPLE_COLUMNS, "")), 2),
    ("area-estimated", "spaces", changed(area_m2=""), 2),
    ("area-unknown", "spaces", lambda rows: [{**row, "area_m2": ""} for row in rows], 2),
    ("id-shared", "facilities", changed(id="S1"), 2),
    ("geometry-kind", "communities", lambda rows: [{**rows[0], "geometry": toy_tables()["streets"][0]["geometry"]}], 1),
    ("streets-empty", "streets", lambda rows: [{**row, "highway": ""} for row in rows], None),
    ("column-missing", "streets", lambda rows: [{"id": 1, "geometry": rows[0]["geometry"]}], 1),
]


@pytest.mark.parametrize(
    ("code", "table", "change", "row"), PLANTED, ids=[f"{p[0]}-{n}" for n, p in enumerate(PLANTED)]
)
def test_planted_fault_is_named_with_its_row(
    tmp_path: Path, code: str, table: str, change: Any, row: int | None
) -> None:
    check = check_city(write_toy_city(tmp_path, **{table: change}))
    found = [problem for problem in check.problems if problem.code == code]
    assert found, [problem.code for problem in check.problems]
    assert found[0].row == row
    assert found[0].file.startswith(table)
    assert (check.city is None) == any(problem.severity == "error" for problem in check.problems)
    for problem in check.problems:
        for language in ("en", "zh"):
            assert text(language, f"problems.{problem.code}", **problem.values)
            assert text(language, f"remedies.{problem.code}", **problem.values)


@pytest.mark.parametrize(
    ("code", "toml"),
    [
        ("toml-key-missing", {"name": ""}),
        ("currency-unknown", {"currency": '"Pounds"'}),
        ("crs-unknown", {"crs": '"EPSG:99"'}),
        ("language-unknown", {"language": '"fr"'}),
        ("toml-value-wrong", {"name": "7"}),
        ("toml-broken", {"name": "Toytown"}),
        ("age-mix-wrong", {"estimate": "{age_mix = {'0-2' = 1}}"}),
        ("toml-value-wrong", {"estimate": "{household_size = -1}"}),
        ("date-wrong", {"overrides": "[{key = 'a.b', value = 1, date = 'May'}]"}),
    ],
)
def test_wrong_page_is_a_problem(tmp_path: Path, code: str, toml: dict[str, str]) -> None:
    check = check_city(write_toy_city(tmp_path, toml=toml))
    assert code in [problem.code for problem in check.problems]
    for problem in check.problems:
        assert text("zh", f"problems.{problem.code}", **problem.values)


def test_every_problem_is_raised_at_once(tmp_path: Path) -> None:
    folder = write_toy_city(
        tmp_path,
        toml={"currency": '"Pounds"'},
        communities=None,
        spaces=lambda rows: [{**row, "area_m2": -1} for row in rows],
        residences=lambda _: [],
    )
    (folder / "facilities.xlsx").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        read_city(folder)
    found = {problem.code for problem in caught.value.problems}
    assert {"currency-unknown", "table-missing", "value-negative", "table-empty", "table-twice"} <= found
    groups = grouped(caught.value.problems)
    assert [(group.count, group.rows) for group in groups if group.first.code == "value-negative"] == [
        (4, (2, 3, 4, 5))
    ]


def test_rows_put_together_are_told_with_what_is_so_in_all_of_them() -> None:
    def of(row: int, **values: str) -> Problem:
        return Problem("homes.csv", "people-sum", row, None, values)

    (group,) = grouped([of(row, found=one, expected="90") for row, one in enumerate(("3,120", "87.5", "90"), start=2)])
    assert group.values == {"found": "87.5–3,120", "expected": "90"}
    words = [Problem("a.csv", "service-unknown", row, "service", {"found": f"w{row}"}) for row in (2, 3, 4, 5, 5)]
    assert grouped(words[:2])[0].values == {"found": "w2; w3"}
    assert grouped(words)[0].values == {"found": "w2; w3; w4; … (+1)"}
    assert "87.5–3,120" in one_line("en", group)


def test_folder_without_its_page_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DoorstepError) as caught:
        check_city(tmp_path)
    assert caught.value.code == "city-unreadable"


def test_self_crossing_community_is_an_error(tmp_path: Path) -> None:
    x, y = ORIGIN_M
    bow = {"type": "Polygon", "coordinates": [[[x, y], [x + 9, y + 9], [x + 9, y], [x, y + 9], [x, y]]]}
    assert "geometry-invalid" in codes_of(write_toy_city(tmp_path, communities=changed(geometry=bow)))


def test_swapped_degrees_are_seen(tmp_path: Path) -> None:
    def degrees(rows: list[Row], *, swap: bool) -> list[Row]:
        points = gpd.GeoSeries.from_xy([row["x"] for row in rows], [row["y"] for row in rows], crs="EPSG:32630")
        there = points.to_crs("EPSG:4326")
        kept = [{key: value for key, value in row.items() if key not in "xy"} for row in rows]
        pairs = zip(kept, there.x, there.y, strict=True)
        return [{**row, "lon": lat if swap else lon, "lat": lon if swap else lat} for row, lon, lat in pairs]

    folder = write_toy_city(tmp_path, residences=lambda rows: degrees(rows, swap=False))
    moved = read_city(folder).residences.geometry.iloc[0]
    assert (moved.x, moved.y) == pytest.approx((ORIGIN_M[0] + 50, ORIGIN_M[1] + 10), abs=0.01)
    swapped = codes_of(write_toy_city(tmp_path, residences=lambda rows: degrees(rows, swap=True)))
    assert swapped == ["coordinates-swapped"] * 12


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_every_encoding_gives_the_same_names(tmp_path: Path, encoding: str) -> None:
    folder = write_toy_city(tmp_path)
    rows = [{**row, "place": "旧锅炉房"} for row in toy_tables()["spaces"]]
    write_csv(folder / "spaces.csv", rows, encoding=encoding)
    city = read_city(folder)
    assert set(city.spaces["place"]) == {"旧锅炉房"}
    assert [warning.code for warning in city.warnings] == (["encoding-guessed"] if encoding == "gb18030" else [])


def test_wrong_encoding_is_said(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path)
    (folder / "spaces.csv").write_bytes("id,place,channel\nS1,Café ,rent\n".encode("latin-1"))
    assert "encoding-wrong" in codes_of(folder)


def test_shared_id_is_told_apart(tmp_path: Path) -> None:
    city = read_city(write_toy_city(tmp_path, facilities=changed(id="S1")))
    assert "facility-S1" in set(city.facilities["id"])
    assert "S1" in set(city.spaces["id"])


def test_degrees_as_system_of_the_tables_give_the_utm_zone(tmp_path: Path) -> None:
    def in_layer(rows: list[Row]) -> list[Row]:
        return [{key: value for key, value in row.items() if key not in "xy"} for row in rows]

    folder = write_toy_city(tmp_path, toml={"crs": '"EPSG:4326"'}, residences=None, facilities=None, spaces=None)
    for table in ("residences", "facilities", "spaces"):
        rows = toy_tables()[table]
        points = gpd.points_from_xy([row["x"] for row in rows], [row["y"] for row in rows])
        layer = gpd.GeoDataFrame(pd.DataFrame(in_layer(rows)).astype(str), geometry=points, crs="EPSG:32630")
        layer.to_crs("EPSG:3857").to_file(folder / f"{table}.gpkg")
    city = read_city(folder)
    assert city.crs == "EPSG:32630"
    assert city.residences.geometry.iloc[0].x == pytest.approx(ORIGIN_M[0] + 50, abs=0.01)


def test_layers_of_one_file_must_say_which_is_meant(tmp_path: Path) -> None:
    folder = write_toy_city(tmp_path, spaces=None)
    rows = toy_tables()["spaces"]
    points = gpd.points_from_xy([row["x"] for row in rows], [row["y"] for row in rows], crs="EPSG:32630")
    layer = gpd.GeoDataFrame(pd.DataFrame(rows).drop(columns=["x", "y"]), geometry=points)
    layer.to_file(folder / "spaces.gpkg", layer="one")
    layer.to_file(folder / "spaces.gpkg", layer="two")
    assert codes_of(folder) == ["layer-many"]
    layer.to_file(folder / "spaces.gpkg", layer="spaces")
    assert len(read_city(folder).spaces) == 4


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [("people", 90, 90), ("dwellings", 10, 18), ("occupied", 10, 20), ("建筑面积(㎡)", 500, 10)],
)
def test_people_are_estimated_by_the_stated_rule(tmp_path: Path, column: str, value: int, expected: int) -> None:
    def only(rows: list[Row]) -> list[Row]:
        return [{"id": row["id"], "x": row["x"], "y": row["y"], column: value} for row in rows]

    estimate = {"estimate": "{household_size = 2.0, dwelling_vacancy = 0.1, floor_per_person_m2 = 50}"}
    city = read_city(write_toy_city(tmp_path, toml=estimate, residences=only))
    sums = city.residences[list(PEOPLE_COLUMNS)].to_numpy().sum(axis=1)
    assert sums == pytest.approx(np.full(12, expected))
    assert set(city.residences["people_basis"]) == {"estimated"}


def test_households_follow_from_dwellings(tmp_path: Path) -> None:
    city = read_city(write_toy_city(tmp_path, communities=changed(households=None)))
    assert list(city.communities["households"]) == pytest.approx([6 * 40 * 0.92] * 2)
    nothing = {"communities": changed(households=None), "residences": changed(dwellings="")}
    part = read_city(write_toy_city(tmp_path, **nothing))
    assert np.isnan(part.communities["households"]).tolist() == [False, True]


def test_completeness_counts_every_row_once(tmp_path: Path) -> None:
    city = read_city(write_toy_city(tmp_path, spaces=changed(area_m2="")))
    counts = city.completeness.set_index(["table", "column"])
    rows = {"communities": 2, "residences": 12, "facilities": 3, "spaces": 4}
    for (table, _), row in counts.iterrows():
        assert row.sum() == rows[table]
    assert counts.loc[("spaces", "area_m2")].to_list() == [3, 1, 0, 0]
    assert counts.loc[("facilities", "capacity")].to_list() == [2, 0, 0, 1]


@pytest.mark.shared
def test_made_city_is_read_whole(shared: Path) -> None:
    city = read_city(shared / "data" / "made-city-cn" / "clean")
    assert city.warnings == ()
    assert city.residences[list(PEOPLE_COLUMNS)].to_numpy().sum() == 60434
    assert (len(city.communities), len(city.residences), len(city.facilities), len(city.spaces)) == (15, 922, 156, 220)
    assert city.made_up


@pytest.mark.parametrize(("table", "column"), [("spaces", "channel"), ("facilities", "service"), ("residences", "id")])
def test_missing_column_is_one_problem_not_one_per_row(tmp_path: Path, table: str, column: str) -> None:
    folder = write_toy_city(tmp_path, **{table: changed(**{column: None})})
    assert codes_of(folder) == ["column-missing"]


def test_openstreetmap_is_named_where_its_licence_is(tmp_path: Path) -> None:
    more = (
        "[{what = 'a', from = 'b', licence = 'ODbL 1.0'}, {what = 'a', from = 'b', licence = 'CC0', attribution = 'c'}]"
    )
    folder = write_toy_city(tmp_path)
    page = (folder / "city.toml").read_text(encoding="utf-8").partition("[[sources]]")[0]
    (folder / "city.toml").write_text(page + f"sources = {more}\n", encoding="utf-8")
    assert [source.attribution for source in read_city(folder).sources] == ["© OpenStreetMap contributors", "c"]
