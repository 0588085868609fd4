"""A facility's storey and opening hours: from the map and from lists, kept and given back."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from doorstep.city.importing import import_files
from doorstep.city.importing.exports import write_export

HOURS = "Mo-Fr 08:00-17:30; Sa 09:00-12:00"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A clinic of the map on level 1 (storey 2), a library below ground, and a canteen of a list on the third floor."""
    tags = {
        1: {"amenity": "clinic", "name": "望月卫生站", "opening_hours": HOURS, "level": "1"},
        2: {"amenity": "library", "name": "听雨图书馆", "level": "-1"},
    }
    nodes = "".join(
        f'<node id="{own}" version="1" lat="30.91{own}" lon="119.67">'
        + "".join(f'<tag k="{key}" v="{value}"/>' for key, value in told.items())
        + "</node>"
        for own, told in tags.items()
    )
    street = '<way id="9" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>'
    (tmp_path / "map.osm").write_text(f'<osm version="0.6">{nodes}{street}</osm>', encoding="utf-8")
    (tmp_path / "助餐点.csv").write_text(
        "名称,类别,所在楼层,营业时间,经度,纬度\n望月食堂,助餐,三楼,11:00-13:00,119.6701,30.9105\n", encoding="utf-8"
    )
    folder = tmp_path / "city"
    paths = [tmp_path / "map.osm", tmp_path / "助餐点.csv"]
    import_files(paths, folder, "zh", confirm=True, coordinates="WGS84")
    return folder


WANT = {"望月卫生站": ("2", HOURS), "听雨图书馆": ("-1", ""), "望月食堂": ("3", "11:00-13:00")}


def test_they_are_kept(city: Path) -> None:
    found = pd.read_csv(city / "facilities.csv", dtype=str, keep_default_na=False)
    assert {row["place"]: (row["storey"], row["opening_hours"]) for row in found.to_dict("records")} == WANT


def test_they_are_given_back(city: Path, tmp_path: Path) -> None:
    write_export(city, "facilities", tmp_path / "out.gpkg", "", "UTF-8", None, public=False, language="zh")
    layer = gpd.read_file(tmp_path / "out.gpkg")
    assert dict(zip(layer["place"], layer["storey"], strict=True)) == {"望月卫生站": 2, "听雨图书馆": -1, "望月食堂": 3}
    write_export(city, "facilities", tmp_path / "out.xlsx", "", "UTF-8", None, public=False, language="zh")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["设施"]
    at = {cell.value: cell.column - 1 for cell in sheet[2]}
    rows = [row for row in sheet.iter_rows(min_row=3, values_only=True) if row[at["place"]]]
    assert {row[at["place"]]: (str(row[at["storey"]]), row[at["opening_hours"]] or "") for row in rows} == WANT
    again = tmp_path / "again"
    import_files([tmp_path / "out.xlsx"], again, "zh", confirm=True, coordinates="WGS84")
    found = pd.read_csv(again / "facilities.csv", dtype=str, keep_default_na=False)
    assert {row["place"]: (row["storey"], row["opening_hours"]) for row in found.to_dict("records")} == WANT
