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


def square(number: int) -> str:
    """A drawing of one building, an outline without a system."""
    x, y = 468_192.0 + 40 * number, 3_420_000.0
    lines = ["0", "SECTION", "2", "ENTITIES", "0", "LWPOLYLINE", "8", "房屋", "90", "4", "70", "1"]
    for dx, dy in ((0, 0), (16, 0), (16, 12), (0, 12)):
        lines += ["10", f"{x + dx}", "20", f"{y + dy}"]
    lines += ["0", "TEXT", "8", "注记", "10", f"{x + 8}", "20", f"{y + 6}", "40", "2.5", "1", f"{number}号楼"]
    return "\n".join(["0", "SECTION", "2", "HEADER", "0", "ENDSEC", *lines, "0", "ENDSEC", "0", "EOF"]) + "\n"


def test_two_drawings_whose_names_differ_by_a_number_like_a_year_are_two_lists(tmp_path: Path) -> None:
    names = ["现状图R2000.dxf", "现状图R2010.dxf"]
    for number, name in enumerate(names, start=1):
        (tmp_path / name).write_text(square(number), encoding="utf-8")
    files, city = [tmp_path / name for name in names], tmp_path / "city"
    lists = import_files(files, city, "zh", coordinates="EPSG:4549").lists
    assert [one.source for one in lists] == [f"{name}:residences" for name in names]
    assert [one.entry.source for one in lists] == [one.source for one in lists]
    told = [dict(one.values) for found in lists for one in found.listed.findings if one.code == "drawn-residences"]
    assert [one["source"] for one in told] == [one.source for one in lists]
    import_files(files, city, "zh", confirm=True, coordinates="EPSG:4549")
    alone = import_files(files[:1], city, "zh").lists
    assert [(one.source, one.confirmed) for one in alone] == [("现状图R2000.dxf:residences", True)]


def test_two_lists_that_are_called_nearly_as_one_of_last_year_do_not_both_take_its_name(tmp_path: Path) -> None:
    names = ["云桥区闲置用房.csv", "云桥区闲置用房甲.csv", "云桥区闲置用房乙.csv"]
    for number, name in enumerate(names):
        page = f"编号,名称,面积,经度,纬度\nA{number},房{number},100,119.67{number},30.91\n"
        (tmp_path / name).write_text(page, encoding="utf-8")
    city = tmp_path / "city"
    import_files([tmp_path / names[0]], city, "zh", confirm=True, coordinates="WGS84")
    lists = import_files([tmp_path / name for name in names[1:]], city, "zh", coordinates="WGS84").lists
    assert len({one.source for one in lists}) == 2
    every = import_files([tmp_path / name for name in reversed(names)], city, "zh", coordinates="WGS84").lists
    assert len({one.source for one in every}) == 3


STOREYS = ["地下一层车库", "地下负2层", "顶层", "屋面", "顶楼", "屋顶", "夹层", "整栋", "天字号", "二层"]


def test_storeys_and_dates_that_cannot_be_read_are_named_with_their_rows(tmp_path: Path) -> None:
    days = ["2026-10-01", "随时", "待腾退", "某年5月", "6月5号前", "看情况", "不定", "2026-12-31", "", ""]
    rows = [
        f"A{n},房{n},100,{one},{day},119.67{n},30.91" for n, (one, day) in enumerate(zip(STOREYS, days, strict=True))
    ]
    path = tmp_path / "闲置用房.csv"
    path.write_text("编号,名称,面积,所在层,可交付时间,经度,纬度\n" + "\n".join(rows) + "\n", encoding="utf-8")
    command = ("import", str(path), "--into", str(tmp_path / "city"), "--coordinates", "WGS84", "--lang", "zh")
    shown = doorstep(*command)
    line = next(one for one in shown.out.splitlines() if "不知是第几层" in one)
    assert line.startswith("闲置用房.csv / 所在层: 4 处")
    assert "顶层: 4; 屋面: 5; 顶楼: 6; 屋顶: 7" in line
    line = next(one for one in shown.out.splitlines() if "不是日期" in one)
    assert "随时: 3; 待腾退: 4" in line
    (one,) = import_files([path], tmp_path / "city", "zh", coordinates="WGS84").lists
    assert one.listed.frame["storey"].dropna().tolist() == [-1, -2, 1, 1, 2]
    told = {(found.row, found.code) for found in one.listed.findings if found.column == "所在层"}
    assert told == {(8, "storey-half"), (9, "storey-whole"), (10, "unreadable"), (None, "storey-unnumbered")}
