"""Rooms of an office's list: what a city can use at once, whatever the office left out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from doorstep.city.importing import Result, import_files
from doorstep.city.importing.canonical import _channel_of

NEAR = ("119.6700,30.9100", "119.6710,30.9110", "119.6720,30.9120", "119.6730,30.9130")


def import_rooms(folder: Path, head: str, rows: list[str], name: str = "闲置用房.csv") -> tuple[Result, pd.DataFrame]:
    """Import a list of rooms, places added behind each row."""
    lines = [f"{head},经度,纬度", *(f"{row},{near}" for row, near in zip(rows, NEAR, strict=False))]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = import_files([folder / name], folder / "city", "zh", confirm=True, coordinates="WGS84")
    return result, pd.read_csv(folder / "city" / "spaces.csv", dtype=str, keep_default_na=False)


@pytest.mark.parametrize(
    ("owner", "channel"),
    [("Newport City Council", "transfer"), ("ABC Homes Ltd", "convert"), ("区国资委", "transfer"), ("Unlimited", "")],
)
def test_an_owner_tells_the_channel_in_any_case_of_letters(owner: str, channel: str) -> None:
    assert _channel_of(owner) == channel


def test_rooms_without_channel_or_owner_are_asked_about_and_can_be_used(tmp_path: Path) -> None:
    result, found = import_rooms(
        tmp_path,
        "编号,名称,面积,产权单位,来源渠道",
        ["A1,甲,100,区机关事务中心,", "A2,乙,100,张某,", "A3,丙,100,,配建", "A4,丁,100,,"],
    )
    assert found["channel"].tolist() == ["transfer", "convert", "newbuild", "convert"]
    assert found["channel_basis"].tolist() == ["owner", "untold", "", "untold"]
    (asked,) = [one for one in result.questions if one.code == "channel-none"]
    assert (asked.values["count"], asked.values["rows"]) == ("2", "3, 5")


def test_the_year_a_room_was_built_is_kept(tmp_path: Path) -> None:
    _, found = import_rooms(
        tmp_path,
        "编号,名称,面积,产权单位,建成年代,照片",
        [
            "A1,甲,100,区国资委,1998年,1.jpg",
            "A2,乙,100,区国资委,80年代,",
            "A3,丙,100,区国资委,,",
            "A4,丁,100,区国资委,0,",
        ],
    )
    assert found["built"].tolist() == ["1998", "1980", "", ""]
    assert found["photos"].tolist() == ["1.jpg", "", "", ""]
