"""Numbers of a GeoJSON that are none are told by row and column; the file is not called damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cities import write_toy_city

from doorstep.city import check_city


def rows_of(folder: Path, tmp: Path) -> list[tuple[str, int | None, str | None, str]]:
    (folder / "communities.geojson").write_text(tmp.read_text(encoding="utf-8"), encoding="utf-8")
    problems = check_city(folder).problems
    return [(one.code, one.row, one.column, one.values.get("found", "")) for one in problems if one.severity == "error"]


@pytest.mark.parametrize("number", ["-NaN", "inf", "-inf", "+Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize("where", ["households", "coordinates"])
def test_a_number_that_is_none_is_told_by_row_and_column(tmp_path: Path, number: str, where: str) -> None:
    folder = write_toy_city(tmp_path / "city")
    layer = json.loads((folder / "communities.geojson").read_text(encoding="utf-8"))
    layer["features"][0]["properties"]["name"] = 'nan, -NaN and "inf"'  # a name is no number
    if where == "households":
        layer["features"][1]["properties"][where] = "@"
    else:
        layer["features"][1]["geometry"]["coordinates"][0][1][0] = "@"
    changed = tmp_path / "changed.geojson"
    changed.write_text(json.dumps(layer).replace('"@"', number), encoding="utf-8")
    assert rows_of(folder, changed) == [("value-not-number", 2, where, number)]


def test_all_such_numbers_are_told_at_once_and_a_torn_file_is_still_damaged(tmp_path: Path) -> None:
    folder, changed = write_toy_city(tmp_path / "city"), tmp_path / "changed.geojson"
    layer = json.loads((folder / "communities.geojson").read_text(encoding="utf-8"))
    for feature in layer["features"]:
        feature["properties"]["households"] = "@"
    written = json.dumps(layer).replace('"@"', "-nan")
    changed.write_text(written, encoding="utf-8")
    assert rows_of(folder, changed) == [("value-not-number", row, "households", "-nan") for row in (1, 2)]
    changed.write_text(written[:-20], encoding="utf-8")
    assert [code for code, *_ in rows_of(folder, changed)] == ["table-unreadable"]
