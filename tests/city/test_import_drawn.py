"""Outlines of a drawing: what they are taken for, and which row of the register each one is."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from doorstep.city.importing import Result, import_files
from doorstep.city.importing.drawn import drawn_lists, kind_of
from doorstep.city.importing.homes_drawn import building_number

LON, LAT = 119.67, 30.91
HOMES = "小区名称,楼号,层数,户数,地址,经度,纬度\n"


def box(x: float, y: float, wide: float = 0.0005, high: float = 0.0002) -> list[tuple[float, float]]:
    west, south = LON + x, LAT + y
    return [(west, south), (west + wide, south), (west + wide, south + high), (west, south + high), (west, south)]


def placemark(name: str, ring: list[tuple[float, float]], words: str = "") -> str:
    line = " ".join(f"{lon:.7f},{lat:.7f},0" for lon, lat in ring)
    shape = f"<outerBoundaryIs><LinearRing><coordinates>{line}</coordinates></LinearRing></outerBoundaryIs>"
    about = f"<name>{name}</name>" if name else ""
    return f"<Placemark>{about}<description>{words}</description><Polygon>{shape}</Polygon></Placemark>"


def kml(path: Path, **folders: str) -> Path:
    inside = "".join(f"<Folder><name>{name}</name>{places}</Folder>" for name, places in folders.items())
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>', "utf-8")
    return path


def register(path: Path, *rows: str) -> Path:
    path.write_text(HOMES + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def run(city: Path, *paths: Path, confirm: bool = True) -> Result:
    return import_files(list(paths), city, "zh", confirm=confirm, coordinates="WGS84")


def homes(city: Path) -> pd.DataFrame:
    return pd.read_csv(city / "residences.csv", dtype=str, keep_default_na=False)


def told(result: Result, code: str) -> dict[str, str]:
    (one,) = [one for one in result.outcome.findings if one.code == code]
    return dict(one.values)


def evidence(city: Path) -> dict[str, str]:
    last = sorted((city / "imports").glob("0*"))[-1]
    with (last / "changes.csv").open(encoding="utf-8-sig") as stream:
        return {row["id"]: row["after"] for row in csv.DictReader(stream) if row["column"] == "outline"}


def test_outlines_place_the_buildings_of_the_register_and_make_none_of_their_own(tmp_path: Path) -> None:
    rows = register(
        tmp_path / "楼栋台账.csv",
        "甲苑,1号楼,6,30,,,",  # by the number in the outline and the compound that the outline lies in
        "甲苑,2幢,6,90,,,",  # another word for the kind
        f",,6,40,,{LON + 0.01025:.6f},{LAT + 0.0001:.6f}",  # its point lies in an outline
        f",,5,20,,{LON + 0.01225:.6f},{LAT - 0.0001:.6f}",  # its point lies 11 m beside one
        "丙苑,,5,20,建设路12号,,",
    )
    drawing = kml(
        tmp_path / "现状图.kml",
        小区范围=placemark("甲苑", box(-0.001, -0.001, 0.004, 0.002)) + placemark("丙苑", box(0.02, 0, 0.004, 0.002)),
        房屋=placemark("1号楼", box(0, 0))
        + placemark("甲苑2号楼", box(0.001, 0))
        + placemark("", box(0.01, 0))
        + placemark("", box(0.012, 0))
        + placemark("建设路12号", box(0.021, 0.001)),
    )
    city = tmp_path / "city"
    result = run(city, rows, drawing)
    found = homes(city)
    assert len(found) == 5
    assert set(found["place_basis"]) == {""}
    assert found["dwellings"].tolist() == ["30", "90", "40", "20", "20"]
    values = told(result, "outlines-joined")
    assert [values[name] for name in ("count", "written", "address", "point", "nearest")] == ["5", "2", "1", "1", "1"]
    assert sorted(evidence(city).values()) == ["address", "nearest", "point", "written", "written"]
    inside = shapely.Polygon(box(0, 0))
    assert inside.contains(shapely.Point(float(found["lon"][0]), float(found["lat"][0])))
    # nobody gave a floor area: footprint times storeys, about 47.8 m by 22.2 m
    assert float(found["floor_area_m2"][0]) == pytest.approx(6 * 47.8 * 22.2, rel=0.02)
    again = run(city, rows, drawing)
    assert homes(city).equals(found)
    assert {one["same"] for one in again.outcome.counts.to_dict("records") if one["table"] == "residences"} == {5}


def test_what_nobody_can_tell_is_listed_and_not_taken(tmp_path: Path) -> None:
    rows = register(
        tmp_path / "楼栋台账.csv",
        f"甲苑,1号楼,6,30,,{LON + 0.0001:.6f},{LAT + 0.0001:.6f}",
        f"甲苑,2号楼,6,30,,{LON + 0.0003:.6f},{LAT + 0.0001:.6f}",
        "甲苑,3号楼,6,30,,,",
    )
    drawing = kml(
        tmp_path / "现状图.kml",
        小区范围=placemark("甲苑", box(-0.001, -0.001, 0.006, 0.003)),
        房屋=placemark("", box(0, 0))  # two rows lie in it
        + placemark("3号楼", box(0.001, 0))
        + placemark("3号楼", box(0.002, 0))  # two outlines for one row
        + placemark("9号楼", box(0.003, 0))  # no row of a compound that the register lists
        + placemark("", box(0.05, 0)),  # neither number nor row
    )
    city = tmp_path / "city"
    result = run(city, rows, drawing)
    found = homes(city)
    assert found["building"].tolist() == ["1号楼", "2号楼", "3号楼"]
    assert found["place_basis"].tolist() == ["", "", "compound"]
    refused = result.outcome.rejected
    reasons = refused[refused["file"] == "现状图.kml"]["reason"].value_counts().to_dict()
    assert reasons == {"outline-several": 3, "outline-no-row": 2}
    assert told(result, "outline-severals")["count"] == "3"
    assert any(one.code == "outline-severals" for one in result.questions)


def test_outlines_of_a_compound_that_the_register_lacks_are_new_buildings(tmp_path: Path) -> None:
    rows = register(tmp_path / "楼栋台账.csv", f"甲苑,1号楼,6,30,,{LON:.6f},{LAT:.6f}")
    drawing = kml(
        tmp_path / "图.kml",
        小区范围=placemark("乙苑", box(0.009, -0.001, 0.004, 0.003)),
        房屋=placemark("1号楼", box(0.01, 0), "层数:6 户数:36"),
    )
    city = tmp_path / "city"
    run(city, rows, drawing)
    assert homes(city)["name"].tolist() == ["甲苑1号楼", "乙苑1号楼"]
    assert homes(city)["dwellings"].tolist() == ["30", "36"]


@pytest.mark.parametrize(
    ("folder", "name", "kind"),
    [
        ("房屋", "前进小区活动楼", "residences"),
        ("小区房屋", "", "residences"),
        ("住宅小区", "前进", "compounds"),
        ("建筑用地", "", "compounds"),
        ("小区边界", "", "compounds"),
        ("社区边界", "红旗", "communities"),
        ("晓园小区", "晓园小区", "compounds"),
        ("晓园小区", "1号楼", "residences"),
        ("", "红旗社区", "communities"),
        ("", "前进小区3号楼", "residences"),
        ("Buildings", "St Paul's", "residences"),
        ("Wards", "Stow Hill", "communities"),
        ("红线", "", "compounds"),
        ("", "前进", ""),
    ],
)
def test_folder_and_name_say_what_is_drawn(folder: str, name: str, kind: str) -> None:
    assert kind_of({"folder": folder, "name": name, "words": "", "shape": shapely.box(0, 0, 30, 12)}) == kind


@pytest.mark.parametrize(("side", "table"), [(25.0, "residences"), (180.0, "compounds")])
def test_where_only_the_size_tells_a_person_is_asked(side: float, table: str) -> None:
    rows: list[dict[str, Any]] = [
        {"folder": "一期", "name": f"甲{n}", "words": "", "shape": shapely.box(300 * n, 0, 300 * n + side, side)}
        for n in range(3)
    ]
    (one,) = drawn_lists("图.dxf", rows, "", "6")
    assert one.table == table
    (asked,) = [finding for finding in one.findings if finding.kind == "question"]
    assert (asked.code, asked.values["by_size"]) == (f"drawn-{table}", "3")


def test_the_mapping_changes_what_is_drawn(tmp_path: Path) -> None:
    drawing, city = kml(tmp_path / "图.kml", 房屋=placemark("甲苑", box(0, 0))), tmp_path / "city"
    result = run(city, drawing, confirm=False)
    assert told(result, "drawn-residences")["by_layer"] == "1"
    page = city / "imports" / "proposed.toml"
    text = page.read_text(encoding="utf-8")
    assert "1 个图形作为楼栋" in text
    page.write_text(text.replace('table = "residences"', 'table = "compounds"'), encoding="utf-8")
    run(city, drawing)
    (one,) = json.loads((city / "compounds.geojson").read_text(encoding="utf-8"))["features"]
    assert one["properties"]["name"] == "甲苑"


def test_numbers_of_buildings_are_one_whatever_their_kind_is_called() -> None:
    assert {building_number(one) for one in ("3号楼", "3幢", "03栋", "3座", "3号", "３")} == {"3"}
    assert building_number("A3栋") == "a3"
