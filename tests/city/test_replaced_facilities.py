"""The facilities that a space replaces: read by id, and what is wrong with them said at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cities import toy_tables, write_csv, write_toy_city

from doorstep.city import check_city, read_city


def folder_with(tmp_path: Path, column: str = "replaces", **of_space: Any) -> Path:
    """Return the toy city in which spaces replace facilities: id of the space -> what its cell says."""
    folder = write_toy_city(tmp_path)
    rows = [{**row, column: of_space.get(row["id"], "")} for row in toy_tables()["spaces"]]
    write_csv(folder / "spaces.csv", rows)
    return folder


def told(folder: Path) -> list[tuple[str, int | None, str]]:
    return [(one.code, one.row, one.severity) for one in check_city(folder).problems]


@pytest.mark.parametrize("column", ["replaces", "替代设施"])
def test_replaced_facilities_are_read_by_id(tmp_path: Path, column: str) -> None:
    city = read_city(folder_with(tmp_path, column, S3="F3"))
    spaces = city.spaces.set_index("id")
    assert spaces.loc["S3", "replaces"] == {"F3"}
    assert spaces.loc["S3", "closing_cost"] == 0.0
    assert all(not one for name, one in spaces["replaces"].items() if name != "S3")
    assert city.warnings == ()


def test_an_id_of_no_facility_is_an_error_in_its_row(tmp_path: Path) -> None:
    assert told(folder_with(tmp_path, S3="F3; F9")) == [("replaced-unknown", 4, "error")]


def test_a_room_far_from_its_facility_is_doubted(tmp_path: Path) -> None:
    assert told(folder_with(tmp_path, S1="F1")) == [("replaced-far", 2, "warning")]


def test_a_facility_gives_way_once(tmp_path: Path) -> None:
    assert ("replaced-twice", 3, "error") in told(folder_with(tmp_path, S1="F1", S2="F1"))
