"""Nothing that is given vanishes without a word: files without a list, rows without a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import doorstep

from doorstep.city.importing import import_files

ROOM = "编号,名称,面积,经度,纬度\nA1,甲,100,119.67,30.91\n"
SQUARE = (
    '{"type":"Polygon","coordinates":[[[119.66,30.90],[119.68,30.90],[119.68,30.92],[119.66,30.92],[119.66,30.90]]]}'
)
EMPTY = {
    "空.geojson": '{"type":"FeatureCollection","features":[]}',
    "空.kml": "<kml><Document/></kml>",
    "只有表头.csv": "名称,类别,经度,纬度\n",
    "无名.csv": "甲,乙,丙\n1,2,3\n4,5,6\n",
    "没有图形.dxf": "0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n",
}


@pytest.mark.parametrize("name", EMPTY)
def test_each_file_that_gives_no_list_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(EMPTY[name], encoding="utf-8")
    (tmp_path / "闲置用房.csv").write_text(ROOM, encoding="utf-8")
    files = [str(tmp_path / one) for one in (name, "闲置用房.csv")]
    shown = doorstep("import", *files, "--into", str(tmp_path / "city"), "--lang", "zh")
    assert shown.code == 0
    said = [line for line in shown.out.splitlines() if line.removeprefix("? ").startswith(f"{name}: ")]
    assert len(said) == 1
    result = import_files([Path(one) for one in files], tmp_path / "city", "zh")
    told = [one for one in result.outcome.findings if one.file == name]
    assert any(one.code == "file-none" or one.kind == "question" for one in told)
    assert "闲置用房.csv" not in [one.file for one in result.outcome.findings if one.code == "file-none"]


def test_a_row_with_an_unknown_community_and_no_place_is_said_to_be_left_out(tmp_path: Path) -> None:
    feature = f'{{"type":"Feature","properties":{{"社区名称":"嘉禾社区","社区代码":"1"}},"geometry":{SQUARE}}}'
    page = f'{{"type":"FeatureCollection","features":[{feature}]}}'
    (tmp_path / "社区界线.geojson").write_text(page, encoding="utf-8")
    rows = "".join(f"A{n},房{n},100,嘉禾社区,119.67,30.91\n" for n in range(3))
    page = f"编号,名称,面积,所属社区,经度,纬度\n{rows}A8,甲,100,嘉和社区,,\nA9,乙,100,嘉和社区,119.67,30.91\n"
    (tmp_path / "闲置用房.csv").write_text(page, encoding="utf-8")
    paths = [tmp_path / "社区界线.geojson", tmp_path / "闲置用房.csv"]
    outcome = import_files(paths, tmp_path / "city", "zh", confirm=True, coordinates="WGS84").outcome
    told = {one.row: one.code for one in outcome.findings if one.code.startswith("community-")}
    assert told == {5: "community-unplaced", 6: "community-none"}
    assert outcome.rejected["row"].tolist() == [5]
